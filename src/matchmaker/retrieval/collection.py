"""Records of one side, ready to be searched."""

from __future__ import annotations

import functools
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from matchmaker.language.sectors import SectorLabel
from matchmaker.language.texts import record_text, text_keys
from matchmaker.records import Achievement, Need
from matchmaker.records.types import field_kinds
from matchmaker.records.where import Where, check_fields
from matchmaker.retrieval.fusion import Candidates, fuse
from matchmaker.retrieval.lexical import MOST_TEXTS, LexicalIndex, Postings
from matchmaker.retrieval.profiles import Profiles
from matchmaker.retrieval.vectors import SectorIndex

R = TypeVar("R", Need, Achievement)

# Lists twice as long as what is kept, so that a record which both channels rank a little beyond
# the limit can beat one that a single channel ranks just before it (benchmarks/README.md).
LIST_DEPTH = 2


class Graded(Protocol):
    """What grading reads of records."""

    @property
    def profiles(self) -> Profiles:
        """One row a record."""
        ...

    @property
    def vectors(self) -> NDArray[np.float32]:
        """What dense search compares; shape (n, dim)."""
        ...

    @property
    def text_keys(self) -> NDArray[np.uint64]:
        """A number a record, equal for equal texts; shape (n,)."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Shown(Generic[R]):
    """The records of a searched side that a result lists.

    Attributes
    ----------
    collection : Collection
        By id. Of a collection in memory it is the whole.
    positions : ndarray, shape (n,), int64
        Where each of the records asked for stands in it.
    duplicates : mapping of str to tuple of str
        Records that stand for others: id to the ids of those.
    """

    collection: Collection[R]
    positions: NDArray[np.int64]
    duplicates: Mapping[str, tuple[str, ...]]


class Side(Protocol[R]):
    """Records that can be searched, in memory or in a store.

    Documents are named by numbers that this object understands, of records by which it searches.
    """

    def __len__(self) -> int: ...

    def candidates(
        self,
        queries: Collection[Need] | Collection[Achievement],
        *,
        limit: int,
        sector: str | None = None,
        where: Where | None = None,
    ) -> Candidates:
        """Find the records worth grading for each query; see :meth:`Collection.candidates`."""
        ...

    def graded(
        self,
        documents: NDArray[np.int64],
        asking: Collection[Need] | Collection[Achievement],
    ) -> tuple[Graded, NDArray[np.int64]]:
        """Give what grading reads of documents, and the row of each in it; shape (n,)."""
        ...

    def records_of(self, documents: NDArray[np.int64]) -> list[R]:
        """Give the records of documents, in the order given."""
        ...

    def labelled(self, documents: NDArray[np.int64]) -> list[tuple[R, tuple[SectorLabel, ...]]]:
        """Give the records of documents with their labels, in the order given."""
        ...

    def shown(self, documents: NDArray[np.int64]) -> Shown[R]:
        """Give the records that a result lists; documents rise."""
        ...


@dataclass(frozen=True, eq=False)
class Collection(Generic[R]):
    """Records in order of id with their labels and profiles.

    Attributes
    ----------
    records : tuple of Need or tuple of Achievement
        By id, each id once.
    labels : tuple of tuple of SectorLabel
        One entry a record, at least one label each.
    profiles : Profiles
        One row a record.
    vectors : ndarray, shape (n, dim), float32
        What dense search compares.
    """

    records: tuple[R, ...]
    labels: tuple[tuple[SectorLabel, ...], ...]
    profiles: Profiles
    vectors: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.records)

    @functools.cached_property
    def distinct(self) -> NDArray[np.int64]:
        """Positions of the records that are searched: of several alike only the first by id.

        Alike are records with the same text, owner and labels: one list entered under several
        ids would otherwise fill every short list with copies.
        """
        return np.array([positions[0] for positions in self._alike], dtype=np.int64)

    @functools.cached_property
    def duplicates(self) -> Mapping[str, tuple[str, ...]]:
        """The records that are not searched: id of the one that stands for them, to their ids."""
        return {
            self.records[first].id: tuple(self.records[position].id for position in others)
            for first, *others in self._alike
            if others
        }

    @functools.cached_property
    def _alike(self) -> list[list[int]]:
        """Positions of the records that are alike, the first group first."""
        groups: dict[Hashable, list[int]] = {}
        for position, key in enumerate(map(likeness, self.records, self.labels)):
            groups.setdefault(key, []).append(position)
        return list(groups.values())

    def text(self, position: int) -> str:
        """Title and body of one record, as written."""
        record = self.records[position]
        return f"{record.title}\n{record.body}"

    @functools.cached_property
    def text_keys(self) -> NDArray[np.uint64]:
        """A number a record, equal for equal texts; shape (n,)."""
        return text_keys([record_text(record) for record in self.records])

    @functools.cached_property
    def dense(self) -> SectorIndex:
        """Index over the vectors, one partition a sector; built when first used."""
        return SectorIndex(
            self.vectors[self.distinct],
            [[label.name for label in self.labels[row]] for row in self.distinct],
        )

    @functools.cached_property
    def lexical(self) -> LexicalIndex:
        """Index over the heaviest terms of titles and whole texts; built when first used."""
        profiles = self.profiles
        parts = [
            self.distinct[start : start + MOST_TEXTS]
            for start in range(0, len(self.distinct), MOST_TEXTS)
        ]
        return LexicalIndex(
            [
                Postings.of(profiles.title_rows.take(rows), profiles.whole_rows.take(rows))
                for rows in parts
            ]
        )

    def in_sector(self, name: str) -> NDArray[np.bool_]:
        """Say which records carry a sector; shape (n,)."""
        return np.array(
            [any(label.name == name for label in labels) for labels in self.labels], dtype=bool
        )

    def of_sector(self, name: str | None) -> Collection[R]:
        """Choose the records that carry a sector; all without one."""
        return self if name is None else self.take(np.flatnonzero(self.in_sector(name)))

    def take(self, rows: NDArray[np.int64]) -> Collection[R]:
        """Choose records, in the order given; the order of ids must be kept."""
        return Collection(
            tuple(self.records[row] for row in rows),
            tuple(self.labels[row] for row in rows),
            self.profiles.take(rows),
            self.vectors[rows],
        )

    def candidates(
        self,
        queries: Collection[Need] | Collection[Achievement],
        *,
        limit: int,
        sector: str | None = None,
        where: Where | None = None,
    ) -> Candidates:
        """Find the records worth grading for each query.

        Parameters
        ----------
        queries : Collection
            Of the other side.
        limit : int
            Most candidates a query; each channel's own list is ``LIST_DEPTH`` times as long.
        sector : str, optional
            Only records that carry this sector.
        where : Where, optional
            Only records that fulfil it.

        Returns
        -------
        Candidates
            Positions in ``queries`` and in this collection.

        Raises
        ------
        ConfigError
            If a condition names a field that no record has.
        """
        if not len(self) or not len(queries):
            return fuse([], limit=limit)
        if where is not None:
            return self._fulfilling(queries, where, limit=limit, sector=sector)
        depth = LIST_DEPTH * limit
        found, _ = self.dense.search(queries.vectors, depth, partition=sector)
        allowed = None if sector is None else self.in_sector(sector)[self.distinct]
        shared, _ = self.lexical.search(queries.profiles.whole_rows, depth, allowed=allowed)
        chosen = fuse([found, shared], limit=limit)
        return Candidates(query=chosen.query, document=self.distinct[chosen.document])

    def _fulfilling(
        self,
        queries: Collection[Need] | Collection[Achievement],
        where: Where,
        *,
        limit: int,
        sector: str | None,
    ) -> Candidates:
        """Search only what fulfils a condition: a collection of its own, so nothing is lost."""
        last = self._last.get("last")
        if last is None or last[0] is not where:
            check_fields(where, self.records)
            rows = np.flatnonzero([where.accepts(record) for record in self.records])
            # One assignment: another thread sees the old condition or the new one.
            self._last["last"] = last = (where, rows, self.take(rows))
        _, rows, part = last
        found = part.candidates(queries, limit=limit, sector=sector)
        return Candidates(query=found.query, document=rows[found.document])

    @functools.cached_property
    def _last(self) -> dict[str, tuple[Where, NDArray[np.int64], Collection[R]]]:
        """The last condition, the rows that fulfil it and the collection of these."""
        return {}

    def graded(
        self,
        documents: NDArray[np.int64],
        asking: Collection[Need] | Collection[Achievement],
    ) -> tuple[Graded, NDArray[np.int64]]:
        """Give what grading reads: the collection itself and the positions in it."""
        return self, documents

    def records_of(self, documents: NDArray[np.int64]) -> list[R]:
        """Give the records at positions, in the order given."""
        return [self.records[row] for row in documents]

    def labelled(self, documents: NDArray[np.int64]) -> list[tuple[R, tuple[SectorLabel, ...]]]:
        """Give the records at positions with their labels, in the order given."""
        return [(self.records[row], self.labels[row]) for row in documents]

    def shown(self, documents: NDArray[np.int64]) -> Shown[R]:
        """Give the whole collection, of which a result lists some."""
        return Shown(self, documents, self.duplicates)


def likeness(record: Need | Achievement, labels: tuple[SectorLabel, ...]) -> Hashable:
    """Everything that a record says, but for where and when it was listed.

    Parameters
    ----------
    record : Need or Achievement
    labels : tuple of SectorLabel

    Returns
    -------
    hashable
        Equal for records that are listed as one.
    """
    kinds = field_kinds(type(record))
    said = [getattr(record, name) for name in kinds.texts if name not in ("id", "source")]
    return (*said, record.keywords, record.cooperation, tuple(label.name for label in labels))


def by_id(records: Sequence[R]) -> list[int]:
    """Order in which records stand in a collection."""
    return sorted(range(len(records)), key=lambda row: records[row].id)
