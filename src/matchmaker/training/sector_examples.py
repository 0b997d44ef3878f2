"""Texts with their sectors to learn from: papers, patents and typical wordings.

No paper or patent is labelled by hand. Disciplines of papers and classes of the Chinese Library
Classification become codes of GB/T 13745; those, and the IPC subclasses of patents, become
sectors through the registry; typical wordings stand for what neither source covers. A class that
lies across the border of a sector leaves that sector unsure.
"""

from __future__ import annotations

import csv
import json
import lzma
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matchmaker.errors import ConfigError, RecordError
from matchmaker.language.normalize import matching_text
from matchmaker.language.sectors import SectorRegistry
from matchmaker.training.corpus import CHINAXIV, CSL, PATENT_TITLES

# A wording of a few characters stands for many texts; an abstract is longer than what is asked
# for, so that it would teach the model too much about the long and too little about the short.
_SECTOR_WEIGHT = 10.0
_CLASS_WEIGHT = 5.0
_ABSTRACT_WEIGHT = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A text to learn from.

    Attributes
    ----------
    text : str
        Of :func:`~matchmaker.language.normalize.matching_text`.
    sectors : frozenset of str
        To which it belongs.
    unsure : frozenset of str
        Of which its class does not say whether it belongs to them.
    group : str
        Texts of one record share it, so that they never stand on both sides of a split.
    source : str
        ``"csl"``, ``"chinaxiv"``, ``"patents"`` or ``"wordings"``.
    weight : float
        In the fit.
    whole : bool
        Whether it is all that the record says, and so what is measured on.
    """

    text: str
    sectors: frozenset[str]
    unsure: frozenset[str] = frozenset()
    group: str = ""
    source: str = "wordings"
    weight: float = 1.0
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Wordings:
    """Short texts that are typical of some sectors, or of none.

    Attributes
    ----------
    sectors, unsure : frozenset of str
        As in :class:`Example`.
    texts : tuple of str
    """

    sectors: frozenset[str]
    unsure: frozenset[str]
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelRules:
    """How classes of the sources become sectors.

    Attributes
    ----------
    disciplines : dict of str to list of str
        Codes of GB/T 13745 of each discipline of CSL; after a ``?`` the sectors of the code are
        unsure. A discipline that is missing is left out, one without codes has no sector.
    clc : dict of str to list of str
        The same of prefixes of the Chinese Library Classification; the longest one counts.
    unsure_ipc : tuple of str
        Prefixes of IPC subclasses that leave every sector unsure that no other subclass gives.
    class_wordings : dict of str to tuple of str
        What stands in a class of GB/T 4754 or IPC; its sectors are those of the code.
    sector_wordings : tuple of Wordings
        What is typical of sectors themselves.
    """

    disciplines: dict[str, list[str]]
    clc: dict[str, list[str]]
    unsure_ipc: tuple[str, ...]
    class_wordings: dict[str, tuple[str, ...]]
    sector_wordings: tuple[Wordings, ...]

    @classmethod
    def load(cls, path: Path) -> LabelRules:
        """Read the rules from a JSON file.

        Raises
        ------
        ConfigError
            If the file cannot be read or lacks a part.
        """
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            wordings = [
                Wordings(frozenset(g["sectors"]), frozenset(g["unsure"]), tuple(g["texts"]))
                for g in data["sector_wordings"]
            ]
            return cls(
                disciplines=data["disciplines"],
                clc=data["clc"],
                unsure_ipc=tuple(data["unsure_ipc"]),
                class_wordings={k: tuple(v) for k, v in data["class_wordings"].items()},
                sector_wordings=tuple(wordings),
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ConfigError(f"{path}: not a file of label rules: {error!r}") from error

    def of_discipline(
        self, discipline: str, registry: SectorRegistry
    ) -> tuple[frozenset[str], frozenset[str]] | None:
        """Sectors and unsure sectors of a discipline, or None where it is left out."""
        codes = self.disciplines.get(discipline)
        return None if codes is None else _sectors_of(codes, registry)

    def of_clc(
        self, classes: Iterable[str], registry: SectorRegistry
    ) -> tuple[frozenset[str], frozenset[str]] | None:
        """Sectors and unsure sectors of library classes, or None where none is known."""
        known = [
            self.clc[prefix]
            for prefix in (self._clc_prefix(number) for number in classes)
            if prefix is not None
        ]
        return _sectors_of([c for codes in known for c in codes], registry) if known else None

    def of_ipc(
        self, subclasses: Sequence[str], registry: SectorRegistry
    ) -> tuple[frozenset[str], frozenset[str]]:
        """Sectors and unsure sectors of a patent's IPC subclasses."""
        sectors = frozenset(name for code in subclasses for name in registry.by_code(code))
        unclear = any(code.startswith(self.unsure_ipc) for code in subclasses)
        return sectors, frozenset(registry.names) - sectors if unclear else frozenset()

    def wordings(self, registry: SectorRegistry) -> Iterator[Example]:
        """Examples made of the wordings, those of classes first."""
        for code, texts in self.class_wordings.items():
            sectors = frozenset(registry.by_code(code))
            for text in texts:
                yield _wording(text, sectors, frozenset(), _CLASS_WEIGHT)
        for group in self.sector_wordings:
            for text in group.texts:
                yield _wording(text, group.sectors, group.unsure, _SECTOR_WEIGHT)

    def _clc_prefix(self, number: str) -> str | None:
        prefixes = (number[:length] for length in range(len(number), 0, -1))
        return next((prefix for prefix in prefixes if prefix in self.clc), None)


def _wording(text: str, sectors: frozenset[str], unsure: frozenset[str], weight: float) -> Example:
    folded = matching_text(text)
    return Example(text=folded, sectors=sectors, unsure=unsure, group=folded, weight=weight)


def _sectors_of(
    codes: Iterable[str], registry: SectorRegistry
) -> tuple[frozenset[str], frozenset[str]]:
    sectors: set[str] = set()
    unsure: set[str] = set()
    for code in codes:
        (unsure if code.startswith("?") else sectors).update(registry.by_code(code.lstrip("?")))
    return frozenset(sectors), frozenset(unsure - sectors)


def read_examples(folder: Path, rules: LabelRules, registry: SectorRegistry) -> list[Example]:
    """Read every text with a class, and the wordings.

    Parameters
    ----------
    folder : Path
        Of the data; the files stand below it in ``text``.
    rules : LabelRules
    registry : SectorRegistry

    Returns
    -------
    list of Example
        Papers give their title, their abstract and both together; patents their title.

    Raises
    ------
    RecordError
        If a file is missing or cannot be read, naming it.
    """
    examples: list[Example] = []
    for row in _json_rows(folder / CSL):
        labels = rules.of_discipline(row.get("discipline") or "", registry)
        if labels is not None:
            examples += _paper(row.get("title"), row["text"], labels, "csl")
    for row in _json_rows(folder / CHINAXIV):
        labels = rules.of_clc(row.get("clc") or (), registry)
        if labels is not None:
            examples += _paper(row.get("title"), row.get("abstract"), labels, "chinaxiv")
    path = folder / PATENT_TITLES
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                title = matching_text(row["title"])
                sectors, unsure = rules.of_ipc(row["ipc_subclasses"].split("|"), registry)
                examples.append(
                    Example(
                        text=title, sectors=sectors, unsure=unsure, group=title, source="patents"
                    )
                )
    except (OSError, KeyError, UnicodeDecodeError) as error:
        raise RecordError(f"{path} cannot be read: {error}") from error
    return [*examples, *rules.wordings(registry)]


def _paper(
    title: str | None,
    abstract: str | None,
    labels: tuple[frozenset[str], frozenset[str]],
    source: str,
) -> Iterator[Example]:
    short, long = matching_text(title or ""), matching_text(abstract or "")
    parts = [(short, 1.0), (long, _ABSTRACT_WEIGHT)]
    if short and long:
        parts.append((f"{short} {short} {long}", _ABSTRACT_WEIGHT))
    present = [(text, weight) for text, weight in parts if text]
    for i, (text, weight) in enumerate(present):
        yield Example(
            text=text,
            sectors=labels[0],
            unsure=labels[1],
            # Some papers stand in a source twice, under one title.
            group=short or long,
            source=source,
            weight=weight,
            whole=i == len(present) - 1,
        )


def _json_rows(path: Path) -> Iterator[dict[str, Any]]:
    opener = lzma.open if path.suffix == ".xz" else open
    try:
        with opener(path, "rt", encoding="utf-8") as file:
            for line in file:
                yield json.loads(line)
    except (OSError, lzma.LZMAError, EOFError, ValueError) as error:
        raise RecordError(f"{path} cannot be read: {error}") from error
