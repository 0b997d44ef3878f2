"""Where a matcher keeps its records: in memory, or in a store."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from matchmaker.catalogue import Cataloguer
from matchmaker.model import Model
from matchmaker.records import Achievement, Need
from matchmaker.retrieval.collection import Collection, Side
from matchmaker.retrieval.encoders import Encoder
from matchmaker.store import KINDS, Kind, Store


class Holdings(Protocol):
    """Records of both kinds, to be added to and searched."""

    def add(self, kind: Kind, records: Sequence[Any]) -> int:
        """Add records of one kind; how many were new or changed."""
        ...

    def side(self, kind: Kind) -> Side[Any]:
        """Give one kind of records as they are now."""
        ...

    def records(self, kind: Kind) -> tuple[Any, ...]:
        """Give all records of one kind, by id."""
        ...

    def close(self) -> None:
        """Close what is open."""
        ...


class InMemory:
    """Records in memory.

    Parameters
    ----------
    cataloguer : Cataloguer
    """

    def __init__(self, cataloguer: Cataloguer) -> None:
        self._cataloguer = cataloguer
        needs: Collection[Need] = cataloguer.catalogue([])
        achievements: Collection[Achievement] = cataloguer.catalogue([])
        self._held: dict[Kind, Collection[Any]] = {"needs": needs, "achievements": achievements}
        self._adding = threading.Lock()

    def add(self, kind: Kind, records: Sequence[Any]) -> int:
        """Add records of one kind; a search that has begun sees nothing of it."""
        with self._adding:
            self._held[kind], changed = self._cataloguer.extend(self._held[kind], records)
        return changed

    def side(self, kind: Kind) -> Collection[Any]:
        """Give one kind of records as they are now."""
        return self._held[kind]

    def records(self, kind: Kind) -> tuple[Any, ...]:
        """Give all records of one kind, by id."""
        return self._held[kind].records

    def close(self) -> None:
        """Nothing is open."""


class InStore:
    """Records in a store, which every addition is written to.

    Parameters
    ----------
    folder : Path
    model : Model
    encoder : Encoder
    wait : float
        Seconds to wait while another program writes.
    """

    def __init__(self, folder: Path, *, model: Model, encoder: Encoder, wait: float) -> None:
        self.store = Store.open(folder, model=model, encoder=encoder, wait=wait)
        try:
            self.store.making()
        except BaseException:
            self.store.close()
            raise

    def add(self, kind: Kind, records: Sequence[Any]) -> int:
        """Add records of one kind, in one step."""
        return self.store.add(records)

    def side(self, kind: Kind) -> Side[Any]:
        """Give one kind of records as they are now, whoever wrote them."""
        return self.store.side(kind)

    def records(self, kind: Kind) -> tuple[Any, ...]:
        """Read all records of one kind, by id."""
        return tuple(self.store.records(kind))

    def close(self) -> None:
        """Close the store."""
        self.store.close()


def save(held: Holdings, folder: Path, *, model: Model, encoder: Encoder) -> None:
    """Make a store hold what a matcher holds.

    Parameters
    ----------
    held : Holdings
    folder : Path
    model : Model
    encoder : Encoder
        That the records were read with.

    Raises
    ------
    StoreError
        If the folder holds something else, was made with another model or cannot be written.
    """
    if isinstance(held, InStore) and held.store.path.resolve() == folder.resolve():
        return
    with Store.open(folder, create=True, model=model, encoder=encoder) as store:
        store.replace({kind: held.records(kind) for kind in KINDS})
