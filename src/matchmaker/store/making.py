"""The model that reads records into a store, and what is noted of it."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from matchmaker.catalogue import Cataloguer, Progress, no_progress
from matchmaker.errors import StoreError
from matchmaker.language.sectors import SectorRegistry
from matchmaker.model import Model
from matchmaker.retrieval.encoders import Encoder
from matchmaker.store.drafts import Drafter, sector_names


@dataclass(frozen=True, slots=True)
class Making:
    """What reads records into a store.

    Attributes
    ----------
    model : Model
    encoder : Encoder
        Whose vectors dense search compares.
    progress : callable
    recipe : tuple, optional
        How another process makes the same; None where it cannot.
    """

    model: Model
    encoder: Encoder
    progress: Progress
    recipe: tuple[Any, ...] | None

    @classmethod
    def of(
        cls,
        *,
        model: str | Path | Model | None = None,
        encoder: Encoder | None = None,
        registry: SectorRegistry | None = None,
        progress: Progress | None = None,
    ) -> Making:
        """Open a model, unless it is open.

        Raises
        ------
        ModelError
            If the model is missing or damaged.
        """
        opened = model if isinstance(model, Model) else Model.load(model, registry=registry)
        chosen = encoder if encoder is not None else opened.encoder
        repeatable = chosen is opened.encoder and not isinstance(model, Model)
        folder = None if model is None else str(model)
        recipe = (folder, registry) if repeatable else None
        return cls(opened, chosen, progress or no_progress, recipe)

    @property
    def made_with(self) -> dict[str, str]:
        """What labels and vectors depend on."""
        return {
            "model": self.model.fingerprint,
            "encoder": self.encoder.name,
            "sectors": self.model.registry.version,
            # A list that was edited and kept its version would give labels another meaning.
            "sector_names": sha256("\n".join(self.sectors).encode()).hexdigest()[:12],
        }

    @property
    def sectors(self) -> tuple[str, ...]:
        """Sectors that a record may carry, 其他 last."""
        return sector_names(self.model)

    def drafter(self) -> Drafter:
        """Make what reads records in this process."""
        cataloguer = Cataloguer(self.model, encoder=self.encoder, progress=no_progress)
        own = self.encoder is not self.model.encoder
        return Drafter(self.model, cataloguer, self.sectors, own=own)

    def check(self, made_with: dict[str, str], path: Path) -> None:
        """Refuse a store that was made with something else.

        Raises
        ------
        StoreError
            Naming what differs, and how to go over to the new one.
        """
        for key, value in self.made_with.items():
            if made_with.get(key) != value:
                raise StoreError(
                    f"{path}: made with {key} {made_with.get(key)!r}, opened with {value!r}; open "
                    "it with the former, or read its records anew: matchmaker store reindex "
                    f"{path}"
                )
