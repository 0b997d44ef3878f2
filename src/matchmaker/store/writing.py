"""Changing a store: new segments first, then one transaction that lists them."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock, Timeout

from matchmaker.errors import StoreError
from matchmaker.records import Achievement, Need
from matchmaker.retrieval.lexicon import GrowingLexicon
from matchmaker.store import drafts, files
from matchmaker.store.changes import forget, insert, mark_copies, replace_segments
from matchmaker.store.contents import parsed
from matchmaker.store.database import KINDS, Database, Listed, State
from matchmaker.store.making import Making
from matchmaker.store.segments import (
    Segment,
    SegmentArrays,
    concatenated,
    large_indexes,
    taken,
    write_segment,
)

TYPES: dict[str, type[Need] | type[Achievement]] = {"needs": Need, "achievements": Achievement}
SEGMENTS = "segments"
LOCK = "store.lock"
# More records than this are cut into several segments, which bounds the memory of one call.
_LARGEST_DRAFT = 100_000


@dataclass(frozen=True, slots=True)
class Place:
    """Where a new segment belongs: kind, number, and number of its first record."""

    kind: int
    number: int
    first_row: int


class Writer:
    """Writes a store; used by one thread at a time but for merging.

    Parameters
    ----------
    path : Path
    database : Database
    wait : float
        Seconds to wait for another program.
    """

    def __init__(self, path: Path, database: Database, *, wait: float) -> None:
        self.path, self.database = path, database
        self._wait = wait
        self._adding = threading.RLock()
        # Counts how often this program has it, so that adding goes on while segments are merged.
        self._lock = FileLock(path / LOCK, thread_local=False)
        self._locking = threading.Lock()
        self._lexicons: dict[int, GrowingLexicon] = {}
        self._pending: list[int] = []
        self._version = -1

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other programs from writing.

        Raises
        ------
        StoreError
            If another program does not stop in time.
        """
        try:
            with self._locking:
                first = not self._lock.is_locked
                self._lock.acquire(timeout=self._wait)
                try:
                    if first:
                        self._begin()
                except BaseException:
                    self._lock.release()
                    raise
        except Timeout as error:
            raise StoreError(
                f"{self.path}: another program is writing to this store; waited {self._wait:g} s. "
                "Try again when it is done"
            ) from error
        except OSError as error:
            raise StoreError(f"{self.path}: cannot be written: {error}") from error
        try:
            yield
        finally:
            with self._locking:
                self._lock.release()

    def add(
        self,
        given: Mapping[int, Sequence[Any]],
        making: Making,
        *,
        workers: int = 1,
        only: bool = False,
    ) -> int:
        """Add records in one step.

        Parameters
        ----------
        given : mapping of int to sequence of Need or of Achievement
            By kind, each id once.
        making : Making
        workers : int
            Processes that read records.
        only : bool
            Whether records that are not given are removed.

        Returns
        -------
        int
            How many were new or changed.
        """
        with self.alone(), self._adding, self._undone(*given):
            # Another program may have read everything anew with another model.
            making.check(self.database.fact("made_with"), self.path)
            fresh = {
                kind: self._fresh(kind, sorted(records, key=lambda record: str(record.id)))
                for kind, records in given.items()
            }
            # Everything is on the disk before the one transaction that lists it begins.
            parts = {
                kind: list(self.written(kind, records, making, workers=workers))
                for kind, records in fresh.items()
            }
            if any(fresh.values()) or only:
                with self.database.change() as connection:
                    touched: set[int] = set()
                    for kind, records in fresh.items():
                        ids = [record.id for record in records]
                        kept = [record.id for record in given[kind]] if only else None
                        old = self._replaced(connection, kind, ids, kept)
                        touched |= forget(connection, old)
                        touched |= insert(connection, kind, parts[kind], ids)
                    mark_copies(connection, touched)
            return sum(map(len, fresh.values()))

    def _replaced(
        self, connection: sqlite3.Connection, kind: int, ids: list[str], kept: list[str] | None
    ) -> list[int]:
        """Rows of records that get another content, and of those that are not kept."""
        rows = set(self.database.rows_of(kind, ids).values())
        if kept is not None:
            every = connection.execute("SELECT row FROM records WHERE kind = ?", (kind,))
            staying = set(self.database.rows_of(kind, kept).values())
            rows |= {row for (row,) in every} - staying
        return sorted(rows)

    def remove(self, ids: Sequence[str], kinds: Sequence[int]) -> int:
        """Remove records by their ids; how many were removed."""
        with self.alone(), self._adding, self.database.change() as connection:
            rows: list[int] = []
            known: set[str] = set()
            for kind in kinds:
                found = self.database.rows_of(kind, ids)
                rows += found.values()
                known |= found.keys()
            missing = [one for one in ids if one not in known]
            if missing:
                more = f" and {len(missing) - 5} more" if len(missing) > 5 else ""
                raise StoreError(
                    f"{self.path}: holds no record with the id "
                    f"{', '.join(map(repr, missing[:5]))}{more}; nothing was removed"
                )
            mark_copies(connection, forget(connection, rows))
        return len(rows)

    def replace_all(self, making: Making, *, workers: int) -> None:
        """Read every record again with another model, in one step."""
        with self.alone(), self._adding:
            old = [listed.number for listed in self.database.state().segments]
            self._lexicons.clear()
            with self._undone(*range(len(KINDS))), self.database.change() as connection:
                connection.execute("DELETE FROM segments")
                connection.execute("DELETE FROM gone")
                connection.execute("DELETE FROM copies")
                for kind, name in enumerate(KINDS):
                    self._read_again(connection, kind, TYPES[name], making, workers)
                self.database.set_fact("made_with", making.made_with)
            for number in old:
                files.remove_folder(segment_folder(self.path, number))

    def _read_again(
        self,
        connection: sqlite3.Connection,
        kind: int,
        wanted: type[Any],
        making: Making,
        workers: int,
    ) -> None:
        with Database(self.database.path).once() as before:
            query = before.execute(
                "SELECT content FROM records WHERE kind = ? ORDER BY id", (kind,)
            )
            while rows := query.fetchmany(_LARGEST_DRAFT):
                records = [parsed(content, wanted)[0] for (content,) in rows]
                ids = [record.id for record in records]
                parts = self.written(kind, records, making, workers=workers)
                forget(connection, list(self.database.rows_of(kind, ids).values()), listed=False)
                mark_copies(connection, insert(connection, kind, parts, ids))

    @contextmanager
    def _undone(self, *kinds: int) -> Iterator[None]:
        """Take back what a failed change had written."""
        self._pending.clear()
        try:
            yield
        except BaseException as error:
            for kind in kinds:
                self._lexicons.pop(kind, None)
            self._discard(self._pending)
            if isinstance(error, OSError):
                raise StoreError(
                    f"{self.path}: cannot be written, nothing was changed: {error}"
                ) from error
            raise

    def _discard(self, numbers: Sequence[int]) -> None:
        """Remove segments, but for those that were listed just before they were given up."""
        try:
            listed = self._numbers()
        except StoreError:
            # The next change removes them.
            return
        for number in set(numbers) - listed:
            files.remove_folder(segment_folder(self.path, number))

    def _numbers(self) -> set[int]:
        return {listed.number for listed in self.database.state().segments}

    def written(
        self, kind: int, records: Sequence[Any], making: Making, *, workers: int
    ) -> Iterator[tuple[Listed, list[drafts.Draft]]]:
        """Read records and write them as segments, which nothing lists yet."""
        done = 0
        making.progress("encode", 0, len(records))
        for group in _cut(records, _LARGEST_DRAFT):
            made = []
            for draft in _drafts(list(_cut(group, drafts.AT_ONCE)), making, workers):
                made.append(draft)
                done += len(draft.contents)
                making.progress("encode", done, len(records))
            lexicon = self._lexicon(kind, making)
            number, first_row = self._next(len(group))
            self._pending.append(number)
            arrays = drafts.joined(made, first_row=first_row, lexicon=lexicon)
            yield self._write(Place(kind, number, first_row), arrays, making), made

    def _write(self, place: Place, arrays: SegmentArrays, making: Making) -> Listed:
        """Write one segment, which nothing lists yet."""
        indexes = large_indexes(arrays, making.sectors)
        folder = segment_folder(self.path, place.number)
        described = write_segment(folder, arrays, indexes, making.sectors)
        return Listed(
            place.number, place.kind, place.first_row, len(arrays), len(arrays.words), described
        )

    def merge(self, group: Sequence[Listed], making: Making) -> None:
        """Put adjacent segments into one, without what is gone.

        Goes on beside adding: what is removed meanwhile stays listed as gone.
        """
        numbers = [listed.number for listed in group]
        with self.alone():
            number, _ = self._next(0)
            place = Place(group[0].kind, number, group[0].first_row)
            try:
                parts, gone = self._remaining(group, making)
                merged = self._write(place, concatenated(parts), making)
                with self.database.change() as connection:
                    replaced = replace_segments(connection, group, merged, gone)
            except BaseException as error:
                self._discard([number])
                if isinstance(error, StoreError) and not self._numbers().issuperset(numbers):
                    return
                if isinstance(error, OSError):
                    raise StoreError(f"{self.path}: cannot be written: {error}") from error
                raise
            # Another change may have replaced them first; then this one is not needed.
            self._discard(numbers if replaced else [number])

    def _remaining(
        self, group: Sequence[Listed], making: Making
    ) -> tuple[list[SegmentArrays], list[int]]:
        """Read segments without what is gone; their arrays, and the rows that are gone."""
        parts = []
        gone: list[int] = []
        for listed in group:
            folder = segment_folder(self.path, listed.number)
            for name, expected in listed.files.items():
                if name.endswith(files.ARRAY):
                    # What is damaged must not be written anew under a checksum of its own.
                    files.check_content(folder / name, expected)
            arrays = self._arrays(listed, making)
            left = np.isin(arrays.rows, self.database.gone(listed))
            gone += arrays.rows[left].tolist()
            parts.append(taken(arrays, np.flatnonzero(~left)))
        return parts, gone

    def shrink(self) -> None:
        """Give the room of removed records back to the disk."""
        with self.alone(), self._adding, self.database.errors() as connection:
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _arrays(self, listed: Listed, making: Making) -> SegmentArrays:
        folder = segment_folder(self.path, listed.number)
        return Segment(folder, listed.files, making.sectors, indexed=False).arrays

    def _fresh(self, kind: int, records: Sequence[Any]) -> list[Any]:
        """Leave out the records that the store holds as they are."""
        wanted = TYPES[KINDS[kind]]
        rows = self.database.rows_of(kind, [record.id for record in records])
        fresh = []
        for part in _cut(records, drafts.AT_ONCE):
            contents = self.database.contents(
                [rows[record.id] for record in part if record.id in rows]
            )
            for record in part:
                held = contents.get(rows.get(record.id, -1))
                if held is None or parsed(held, wanted)[0] != record:
                    fresh.append(record)
        return fresh

    def _next(self, rows: int) -> tuple[int, int]:
        """Take the number of a new segment, and rows for its records."""
        with self._adding:
            number = int(self.database.fact("next_segment"))
            first_row = int(self.database.fact("next_row"))
            self.database.set_fact("next_segment", number + 1)
            self.database.set_fact("next_row", first_row + rows)
        return number, first_row

    def _lexicon(self, kind: int, making: Making) -> GrowingLexicon:
        """Words of all segments of a kind; remembered until another program writes."""
        segments = [one for one in self.database.state().segments if one.kind == kind]
        count = sum(listed.words for listed in segments)
        known = self._lexicons.get(kind)
        if known is None or len(known) < count:
            try:
                words = [word for one in segments for word in self._arrays(one, making).words]
            except StoreError:
                # Merging in the background has just put them together.
                if self._numbers().issuperset(one.number for one in segments):
                    raise
                return self._lexicon(kind, making)
            known = GrowingLexicon(words, terms=making.model.terms, encoder=making.model.encoder)
            self._lexicons[kind] = known
        return known

    def _begin(self) -> None:
        """Remove what writes left that were never finished, and forget what others changed."""
        version = self.database.version()
        if version != self._version:
            self._lexicons.clear()
            self._version = version
        for folder in leftovers(self.path, self.database.state()):
            files.remove_folder(folder)


def segment_folder(path: Path, number: int) -> Path:
    """Folder of a segment."""
    return path / SEGMENTS / f"{number:08d}"


def leftovers(path: Path, state: State) -> list[Path]:
    """Folders of segments that the state does not list; what else lies there is not ours."""
    listed = {segment_folder(path, segment.number) for segment in state.segments}
    folder = path / SEGMENTS
    present = folder.iterdir() if folder.is_dir() else ()
    return sorted(one for one in present if one.name.isdigit() and one not in listed)


def _drafts(parts: Sequence[Sequence[Any]], making: Making, workers: int) -> Iterable[drafts.Draft]:
    if workers > 1 and len(parts) > 1 and making.recipe is not None:
        return drafts.drafts_by_workers(parts, making.recipe, workers)
    drafter = making.drafter()
    return map(drafter.draft, parts)


def _cut(values: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    return (values[start : start + size] for start in range(0, len(values), size))
