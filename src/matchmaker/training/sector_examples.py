"""Texts with their sectors to learn from: papers, patents and typical wordings.

No paper or patent is labelled by hand. Disciplines of papers and classes of the Chinese Library
Classification become codes of GB/T 13745; those, and the IPC subclasses of patents, become
sectors through the registry; typical wordings stand for what neither source covers. A class that
lies across the border of a sector leaves that sector unsure: its texts neither teach nor measure
it, in either direction.
"""

from __future__ import annotations

import csv
import json
import lzma
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Sequence
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
# A patent stands in subclasses by what it is and by what it merely contains; the order of the
# list does not tell which. A sector that fewer than this share of them give stays unsure.
_SURE_SHARE = 0.5


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
    field : str
        Its class in its source, coarsely, such as ``"csl:作物学"`` or ``"patents:A01"``.
    """

    text: str
    sectors: frozenset[str]
    unsure: frozenset[str] = frozenset()
    group: str = ""
    source: str = "wordings"
    weight: float = 1.0
    whole: bool = True
    field: str = ""


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
    ipc : dict of str to list of str
        The same of prefixes of IPC subclasses, where the registry's own say too much, as of
        classes that name a part or a step of many things, or too little. The longest one counts.
    unsure_ipc : tuple of str
        Prefixes of further subclasses that leave every sector unsure that no other subclass gives.
    class_wordings : dict of str to tuple of str
        What stands in a class of GB/T 4754 or IPC; its sectors are those of the code.
    sector_wordings : tuple of Wordings
        What is typical of sectors themselves.
    """

    disciplines: dict[str, list[str]]
    clc: dict[str, list[str]]
    ipc: dict[str, list[str]]
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
                ipc=data["ipc"],
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
        found = (_longest_prefix(number, self.clc) for number in classes)
        known = [self.clc[prefix] for prefix in found if prefix is not None]
        return _sectors_of([c for codes in known for c in codes], registry) if known else None

    def of_ipc(
        self, subclasses: Sequence[str], registry: SectorRegistry
    ) -> tuple[frozenset[str], frozenset[str]]:
        """Sectors and unsure sectors of a patent's IPC subclasses.

        A sector is sure where at least half of the subclasses give it.
        """
        given: Counter[str] = Counter()
        unsure: set[str] = set()
        for code in subclasses:
            prefix = _longest_prefix(code, self.ipc)
            if prefix is not None:
                sure, doubtful = _sectors_of(self.ipc[prefix], registry)
            else:
                sure = frozenset(registry.by_code(code))
                doubtful = frozenset(registry.names if code.startswith(self.unsure_ipc) else ())
            given.update(sure)
            unsure |= doubtful
        least = _SURE_SHARE * len(subclasses)
        sectors = frozenset(name for name, count in given.items() if count >= least)
        return sectors, frozenset((unsure | set(given)) - sectors)

    def wordings(self, registry: SectorRegistry) -> Iterator[Example]:
        """Examples made of the wordings, those of classes first."""
        for code, texts in self.class_wordings.items():
            sectors = frozenset(registry.by_code(code))
            for text in texts:
                yield _wording(text, (sectors, frozenset()), _CLASS_WEIGHT, field=code)
        for number, group in enumerate(self.sector_wordings):
            for text in group.texts:
                labels = (group.sectors, group.unsure)
                yield _wording(text, labels, _SECTOR_WEIGHT, field=f"{number}")


def _longest_prefix(code: str, known: Container[str]) -> str | None:
    prefixes = (code[:length] for length in range(len(code), 0, -1))
    return next((prefix for prefix in prefixes if prefix in known), None)


def _wording(
    text: str, labels: tuple[frozenset[str], frozenset[str]], weight: float, *, field: str
) -> Example:
    folded = matching_text(text)
    return Example(
        text=folded,
        sectors=labels[0],
        unsure=labels[1],
        group=folded,
        weight=weight,
        field=f"wordings:{field}",
    )


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
        discipline = row.get("discipline") or ""
        labels = rules.of_discipline(discipline, registry)
        if labels is not None:
            examples += _paper(row.get("title"), row["text"], labels, f"csl:{discipline}")
    for row in _json_rows(folder / CHINAXIV):
        classes: list[str] = row.get("clc") or []
        labels = rules.of_clc(classes, registry)
        if labels is not None:
            field = f"chinaxiv:{classes[0][:2]}"
            examples += _paper(row.get("title"), row.get("abstract"), labels, field)
    path = folder / PATENT_TITLES
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                title = matching_text(row["title"])
                subclasses = row["ipc_subclasses"].split("|")
                sectors, unsure = rules.of_ipc(subclasses, registry)
                examples.append(
                    Example(
                        text=title,
                        sectors=sectors,
                        unsure=unsure,
                        group=title,
                        source="patents",
                        field=f"patents:{subclasses[0][:3]}",
                    )
                )
    except (OSError, KeyError, UnicodeDecodeError) as error:
        raise RecordError(f"{path} cannot be read: {error}") from error
    return [*examples, *rules.wordings(registry)]


def _paper(
    title: str | None,
    abstract: str | None,
    labels: tuple[frozenset[str], frozenset[str]],
    field: str,
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
            source=field.partition(":")[0],
            field=field,
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
