"""One kind of a store's records, ready to be searched: what a reader sees of one state."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from matchmaker.language.sectors import SectorLabel
from matchmaker.language.terms import TermModel
from matchmaker.language.texts import record_text, text_keys
from matchmaker.records import Achievement, Need
from matchmaker.records.where import Where
from matchmaker.retrieval.collection import LIST_DEPTH, Collection, Shown
from matchmaker.retrieval.fusion import Candidates, fuse
from matchmaker.retrieval.lexical import LexicalIndex
from matchmaker.retrieval.lexicon import Lexicon
from matchmaker.retrieval.packed import Packed, unpack
from matchmaker.retrieval.profiles import Profiles
from matchmaker.store.changed import ChangedError
from matchmaker.store.contents import parsed
from matchmaker.store.database import Database
from matchmaker.store.filters import Filters, Selections
from matchmaker.store.segments import Segment, coded

R = TypeVar("R", Need, Achievement)

# From so many records on, searching the two channels at once saves more than a thread costs.
_SIDE_BY_SIDE = 100_000


@dataclass(frozen=True, slots=True, eq=False)
class StoredProfiles:
    """What grading reads of some stored records.

    Attributes
    ----------
    profiles : Profiles
    vectors : ndarray, shape (n, dim), float32
    keys : callable
        Gives the keys of their texts, which only feedback wants.
    """

    profiles: Profiles
    vectors: NDArray[np.float32]
    keys: Callable[[], NDArray[np.uint64]]

    @property
    def text_keys(self) -> NDArray[np.uint64]:
        """A number a record, equal for equal texts; shape (n,)."""
        return self.keys()


class StoredSide(Generic[R]):
    """Records of one kind in one state of a store.

    Documents are numbered through the segments, gone ones and copies counted.

    Parameters
    ----------
    kind : type
        Need or Achievement.
    database : Database
    segments : sequence of Segment
        In order of their rows.
    unseen : ndarray, shape (m,), int64
        Rows not to be found; rising.
    terms : TermModel
        Of the model that made the store.
    """

    def __init__(
        self,
        kind: type[R],
        database: Database,
        segments: Sequence[Segment],
        unseen: NDArray[np.int64],
        terms: TermModel,
    ) -> None:
        self._kind: type[R] = kind
        self._database, self._terms = database, terms
        self._segments = tuple(segments)
        self._bases = np.cumsum([0, *(len(segment) for segment in segments)])
        self._dense = [segment.dense() for segment in segments]
        self._lexical = LexicalIndex([segment.arrays.postings for segment in segments])
        self._lexicon = Lexicon([segment.arrays.words for segment in segments])
        self._held: dict[str, NDArray[np.bool_]] = {}
        self._filters: Filters[R] = Filters(kind, database, segments)
        self._last: tuple[Where, Selections] | None = None
        masks = [~np.isin(segment.arrays.rows, unseen) for segment in segments]
        self._size = int(sum(mask.sum() for mask in masks))
        self._seen = (
            None if self._size == self._bases[-1] else Selections(masks, np.concatenate(masks))
        )

    def __len__(self) -> int:
        """How many records can be found; copies count once."""
        return self._size

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
            Most candidates a query.
        sector : str, optional
            Only records that carry this sector.
        where : Where, optional
            Only records that fulfil it.

        Returns
        -------
        Candidates
            Positions in ``queries`` and numbers of documents.

        Raises
        ------
        ConfigError
            If a condition names a field that no record has.
        """
        if not len(self) or not len(queries):
            return fuse([], limit=limit)
        depth = LIST_DEPTH * limit
        selection = self._seen if where is None else self._fulfilling(where)
        allowed = None if selection is None else selection.whole
        if sector is not None:
            held = self._in_sector(sector)
            allowed = held if where is None or allowed is None else held & allowed
        rows = queries.profiles.whole_rows

        def dense() -> NDArray[np.int64]:
            return self.nearest(queries.vectors, depth, sector=sector, selection=selection)

        if self._bases[-1] < _SIDE_BY_SIDE:
            found = dense()
            shared, _ = self._lexical.search(rows, depth, allowed=allowed)
        else:
            # FAISS lets go of the interpreter, so that the other channel is searched meanwhile.
            with ThreadPoolExecutor(1) as pool:
                pending = pool.submit(dense)
                shared, _ = self._lexical.search(rows, depth, allowed=allowed)
                found = pending.result()
        return fuse([found, shared], limit=limit)

    def nearest(
        self,
        vectors: NDArray[np.float32],
        k: int,
        *,
        sector: str | None = None,
        selection: Selections | None = None,
    ) -> NDArray[np.int64]:
        """Search the vectors of all segments.

        Parameters
        ----------
        vectors : ndarray, shape (n_queries, dim), float32
        k : int
        sector : str, optional
        selection : optional
            By default everything that may be found.

        Returns
        -------
        ndarray, shape (n_queries, k), int64
            Documents, best first; -1 where there are no more.
        """
        chosen = self._seen if selection is None else selection
        parts = [
            dense.search(
                vectors,
                k,
                partition=sector,
                selection=None if chosen is None else chosen.parts[number],
            )
            for number, dense in enumerate(self._dense)
        ]
        found = np.full((len(vectors), k), -1, dtype=np.int64)
        for row in range(len(vectors)):
            places = [part[row][0] + base for part, base in zip(parts, self._bases, strict=False)]
            documents = np.concatenate(places)
            cosines = np.concatenate([part[row][1] for part in parts])
            best = documents[np.lexsort((documents, -cosines))[:k]]
            found[row, : len(best)] = best
        return found

    def graded(
        self, documents: NDArray[np.int64], asking: Collection[Need] | Collection[Achievement]
    ) -> tuple[StoredProfiles, NDArray[np.int64]]:
        """Give what grading against the asking records reads, and the row of each document."""
        distinct, rows = np.unique(documents, return_inverse=True)
        packed, vectors = self._packed(distinct)
        profiles = unpack(
            packed,
            terms=self._terms,
            lexicon=self._lexicon,
            shared_with=asking.profiles.whole_rows,
        )

        def keys() -> NDArray[np.uint64]:
            return text_keys([record_text(record) for record in self.records_of(distinct)])

        return StoredProfiles(profiles, vectors, keys), rows

    def records_of(self, documents: NDArray[np.int64]) -> list[R]:
        """Give the records of documents, in the order given.

        Raises
        ------
        ChangedError
            If one is not there any more.
        """
        return [record for record, _ in self._read(documents)]

    def labelled(self, documents: NDArray[np.int64]) -> list[tuple[R, tuple[SectorLabel, ...]]]:
        """Give the records of documents with their labels, in the order given.

        Raises
        ------
        ChangedError
            If one is not there any more.
        """
        return self._read(documents)

    def shown(self, documents: NDArray[np.int64]) -> Shown[R]:
        """Give the records that a result lists, by id."""
        read = self._read(documents)
        order = np.array(sorted(range(len(read)), key=lambda at: read[at][0].id), dtype=np.int64)
        packed, vectors = self._packed(documents[order])
        collection: Collection[R] = _Unpacked(
            (tuple(read[at][0] for at in order), tuple(read[at][1] for at in order)),
            lambda: unpack(packed, terms=self._terms, lexicon=self._lexicon),
            vectors,
        )
        positions = np.empty(len(order), dtype=np.int64)
        positions[order] = np.arange(len(order))
        rows = self._rows(documents)
        alike = self._database.ids_like(rows)
        duplicates = {
            read[at][0].id: tuple(alike[row]) for at, row in enumerate(rows) if row in alike
        }
        return Shown(collection, positions, duplicates)

    def _read(self, documents: NDArray[np.int64]) -> list[tuple[R, tuple[SectorLabel, ...]]]:
        rows = self._rows(documents)
        contents = self._database.contents(sorted(set(rows)))
        if any(row not in contents for row in rows):
            raise ChangedError("a record has been changed since it was found")
        return [parsed(contents[row], self._kind) for row in rows]

    def _rows(self, documents: NDArray[np.int64]) -> list[int]:
        rows = np.empty(len(documents), dtype=np.int64)
        for segment, at, places in self._by_segment(documents):
            rows[at] = segment.arrays.rows[places]
        return rows.tolist()

    def _packed(self, documents: NDArray[np.int64]) -> tuple[Packed, NDArray[np.float32]]:
        """Profiles and vectors of documents, whatever their order."""
        parts, vectors, order = [], [], []
        for segment, at, places in self._by_segment(documents):
            parts.append(segment.packed.take(places))
            vectors.append(coded(segment.arrays).take(places))
            order.append(at)
        if not parts:
            empty = self._segments[0]
            nothing = np.empty(0, dtype=np.int64)
            return empty.packed.take(nothing), coded(empty.arrays).take(nothing)
        if len(parts) == 1:
            return parts[0], vectors[0]
        joined = Packed.concatenated(parts)
        back = np.argsort(np.concatenate(order), kind="stable")
        from matchmaker.retrieval.packed import PackedRows

        return PackedRows(joined).take(back), np.concatenate(vectors)[back]

    def _by_segment(
        self, documents: NDArray[np.int64]
    ) -> list[tuple[Segment, NDArray[np.int64], NDArray[np.int64]]]:
        """Segments with the documents they hold: which of those given, and places in it."""
        number = np.searchsorted(self._bases, documents, side="right") - 1
        found = []
        for at, segment in enumerate(self._segments):
            held = np.flatnonzero(number == at)
            if len(held):
                found.append((segment, held, documents[held] - self._bases[at]))
        return found

    def _in_sector(self, name: str) -> NDArray[np.bool_]:
        if name in self._held:
            return self._held[name]
        held = np.zeros(int(self._bases[-1]), dtype=bool)
        for segment, base in zip(self._segments, self._bases, strict=False):
            if name in segment.members:
                held[segment.members[name] + base] = True
        # What may be found at all is the same for every search without a condition.
        self._held[name] = held if self._seen is None else held & self._seen.whole
        return self._held[name]

    def _fulfilling(self, where: Where) -> Selections:
        """Find what fulfils a condition; remembered for the next queries of the same search."""
        last = self._last
        if last is None or last[0] is not where:
            # One assignment: another thread sees the old condition or the new one.
            self._last = last = (where, self._filters.search(where, self._seen))
        return last[1]


class _Unpacked(Collection[R]):
    """A collection whose profiles are unpacked when they are first asked for.

    Most results are read without the terms that the two texts share.
    """

    def __init__(
        self,
        read: tuple[tuple[R, ...], tuple[tuple[SectorLabel, ...], ...]],
        unpacked: Callable[[], Profiles],
        vectors: NDArray[np.float32],
    ) -> None:
        for name, value in (
            ("records", read[0]),
            ("labels", read[1]),
            ("vectors", vectors),
            ("_unpacked", unpacked),
        ):
            object.__setattr__(self, name, value)

    @functools.cached_property
    def profiles(self) -> Profiles:
        """One row a record."""
        return self._unpacked()

    _unpacked: Callable[[], Profiles]
