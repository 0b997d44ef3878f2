"""A folder of records that is added to for years, searched at any time and never loses one."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import numpy as np

from matchmaker.catalogue import Cataloguer, Progress, by_kind, distinct_records
from matchmaker.errors import ConfigError, StoreError
from matchmaker.language.sectors import SectorRegistry
from matchmaker.model import Model
from matchmaker.records import Achievement, Need
from matchmaker.retrieval.collection import Side
from matchmaker.retrieval.encoders import Encoder
from matchmaker.store.changed import settled
from matchmaker.store.contents import parsed
from matchmaker.store.database import DATABASE, KINDS, Database, Kind, State
from matchmaker.store.making import Making
from matchmaker.store.merging import LARGEST, Merger
from matchmaker.store.opening import check_format, create_store
from matchmaker.store.segments import Segment
from matchmaker.store.side import StoredSide
from matchmaker.store.upkeep import StoreInfo, findings, information
from matchmaker.store.writing import SEGMENTS, TYPES, Writer, leftovers, segment_folder

_TRIES = 5


class Store:
    """Records of both kinds in a folder, with everything that searching them needs.

    Every change is one step: after a crash the folder holds the state before or after it. One
    program writes at a time; any number read, each the state of the moment. Made by :meth:`open`.

    Attributes
    ----------
    path : Path
    unfinished : str or None
        What an interrupted write left behind: the store is then in the state before that write.
    """

    def __init__(
        self, path: Path, database: Database, options: dict[str, Any], *, wait: float
    ) -> None:
        self.path = path
        self._options = options
        self._making: Making | None = None
        # A connection of its own sees by its version when another has written.
        self._reading = database
        self._writing = Database(path / DATABASE)
        self._writer = Writer(path, self._writing, wait=wait)
        self._merger = Merger(self._writer, self.making)
        self._using = threading.RLock()
        self._segments: dict[int, Segment] = {}
        self._sides: dict[str, Side[Any]] = {}
        self._version = -1
        left = leftovers(path, database.state())
        self.unfinished = (
            f"{', '.join(folder.name for folder in left)} in {path / SEGMENTS}: written by a "
            "change that has not finished; the store is in the state before it"
            if left
            else None
        )

    @classmethod
    def open(
        cls,
        folder: str | Path,
        *,
        create: bool = False,
        model: str | Path | Model | None = None,
        encoder: Encoder | None = None,
        registry: SectorRegistry | None = None,
        wait: float = 10.0,
        progress: Progress | None = None,
    ) -> Self:
        """Open a store.

        Parameters
        ----------
        folder : str or Path
        create : bool
            Make the store where the folder is missing or empty.
        model, encoder, registry
            As for :class:`~matchmaker.Matcher`; must be those that the store was made with.
            Opened when first needed: reading records and counting need none.
        wait : float
            Seconds to wait while another program writes, before giving up.
        progress : callable, optional
            Told of long work: ``progress(stage, done, total)``.

        Returns
        -------
        Store

        Raises
        ------
        StoreError
            If the folder is missing, foreign, damaged or of another format.
        """
        path = Path(folder)
        options: dict[str, Any] = {
            "model": model, "encoder": encoder, "registry": registry, "progress": progress,
        }  # fmt: skip
        if create and not (path / DATABASE).exists():
            create_store(path, Making.of(**options), wait=wait)
        database = Database(path / DATABASE)
        try:
            check_format(path, database)
            return cls(path, database, options, wait=wait)
        except BaseException:
            database.close()
            raise

    def close(self) -> None:
        """Wait for work in the background and close the files."""
        self._merger.close()
        self._writing.close()
        self._reading.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def generation(self) -> int:
        """Counts the changes; equal numbers are equal states."""
        return int(self._reading.fact("generation"))

    @property
    def made_with(self) -> dict[str, str]:
        """Model, encoder and registry that the records were read with."""
        return dict(self._reading.fact("made_with"))

    def making(self) -> Making:
        """Open the model; refuse it if the store was made with another.

        Raises
        ------
        StoreError
            Naming what differs, and how to go over to the new one.
        ModelError
            If the model is missing or damaged.
        """
        with self._using:
            if self._making is None:
                making = Making.of(**self._options)
                making.check(self.made_with, self.path)
                self._making = making
            return self._making

    def add(self, records: Iterable[Need] | Iterable[Achievement], *, workers: int = 1) -> int:
        """Add records, or replace those of the same id, all in one step.

        Parameters
        ----------
        records : iterable of Need or of Achievement
            All of one kind. A known id with the same content costs nothing.
        workers : int
            Processes that read records. More than one need the calling script to stand behind
            ``if __name__ == "__main__":``; an encoder of the user's own reads in this one.

        Returns
        -------
        int
            How many records were new or changed; they are searchable now.

        Raises
        ------
        ConfigError
            If kinds are mixed, an id stands for two different records, or `workers` is below 1.
        StoreError
            If another program is writing, the model is another than the store's, or the store
            cannot be written; nothing is added then.
        WorkerError
            If one of several processes was killed; nothing is added then.
        """
        if workers < 1:
            raise ConfigError(f"workers must be at least 1, not {workers}")
        needs, achievements = by_kind(records)
        if needs and achievements:
            raise ConfigError("add takes records of one kind: either needs or achievements")
        making = self.making()
        kind = KINDS.index("needs" if needs else "achievements")
        given: dict[str, Any] = distinct_records(needs or achievements)
        changed = self._writer.add({kind: list(given.values())}, making, workers=workers)
        if changed:
            self._merger.consider()
        return changed

    def replace(self, records: Mapping[Kind, Sequence[Need] | Sequence[Achievement]]) -> int:
        """Make the store hold these records and no others, in one step.

        Parameters
        ----------
        records : mapping of {"needs", "achievements"} to sequence
            Each id once. A kind that is not given stays as it is.

        Returns
        -------
        int
            How many records were new or changed.

        Raises
        ------
        StoreError
            As :meth:`add`.
        """
        given = {KINDS.index(kind): list(held) for kind, held in records.items()}
        changed = self._writer.add(given, self.making(), only=True)
        self._merger.consider()
        return changed

    def remove(self, ids: Iterable[str], *, kind: Kind | None = None) -> int:
        """Remove records in one step.

        Parameters
        ----------
        ids : iterable of str
        kind : {"needs", "achievements"}, optional
            By default records of either kind.

        Returns
        -------
        int
            How many records were removed; no search finds them any more.

        Raises
        ------
        StoreError
            If an id is unknown, or another program is writing; nothing is removed then.
        """
        kinds = range(len(KINDS)) if kind is None else [KINDS.index(kind)]
        return self._writer.remove(list(dict.fromkeys(ids)), list(kinds))

    def get(self, record_id: str, *, kind: Kind) -> Need | Achievement:
        """Read one record.

        Raises
        ------
        KeyError
            If there is none of that id.
        """
        with self._reading.view():
            rows = self._reading.rows_of(KINDS.index(kind), [record_id])
            if record_id not in rows:
                raise KeyError(record_id)
            (content,) = self._reading.contents(list(rows.values())).values()
        return parsed(content, TYPES[kind])[0]

    def count(self, kind: Kind | None = None) -> int:
        """Count the records of one kind, or of both."""
        return self._reading.count(None if kind is None else KINDS.index(kind))

    def records(self, kind: Kind) -> Iterator[Need | Achievement]:
        """Read all records of one kind in order of id, in the state of the first one read."""
        with Database(self.path / DATABASE).once() as connection:
            query = connection.execute(
                "SELECT content FROM records WHERE kind = ? ORDER BY id", (KINDS.index(kind),)
            )
            for (content,) in query:
                yield parsed(content, TYPES[kind])[0]

    def side(self, kind: Kind) -> Side[Any]:
        """Give one kind of records as they are now, ready to be searched.

        Returns
        -------
        Side
            Sees this state as long as it is used.

        Raises
        ------
        StoreError
            If a file is missing or damaged, or the model is another than the store's.
        """
        making = self.making()
        with self._using:
            version = self._reading.version()
            if version != self._version:
                self._sides = self._read(making)
                self._version = version
            return self._sides[kind]

    @contextmanager
    def still(self) -> Iterator[int]:
        """Keep seeing the present state, of the generation given, whatever others write.

        Other threads that use this object wait until it ends.
        """
        with self._reading.view():
            yield self.generation

    def _read(self, making: Making) -> dict[str, Side[Any]]:
        """Open the segments of the present state; those known stay open."""
        for attempt in range(_TRIES):
            with self._reading.view():
                state = self._reading.state()
                # Another program may have read everything anew with another model.
                making.check(self.made_with, self.path)
            try:
                self._segments = {
                    listed.number: self._segments.get(listed.number)
                    or Segment(
                        segment_folder(self.path, listed.number), listed.files, making.sectors
                    )
                    for listed in state.segments
                }
                break
            except StoreError:
                # Segments that were put together since the list was read are gone by now.
                if self._reading.state() == state or attempt == _TRIES - 1:
                    raise
        unseen = np.array(state.unseen, dtype=np.int64)
        return {kind: self._side(kind, state, unseen, making) for kind in KINDS}

    def _side(self, kind: str, state: State, unseen: Any, making: Making) -> Side[Any]:
        segments = [
            self._segments[listed.number]
            for listed in state.segments
            if listed.kind == KINDS.index(kind)
        ]
        if not segments:
            empty: Side[Any] = Cataloguer(
                making.model, encoder=making.encoder, progress=making.progress
            ).catalogue([])
            return empty
        return StoredSide(TYPES[kind], self._reading, segments, unseen, making.model.terms)

    def info(self) -> StoreInfo:
        """Say what the store holds and how much room it takes."""
        return settled(
            lambda: information(self.path, self._reading, self.unfinished),
            lambda: self.generation,
        )

    def verify(self) -> list[str]:
        """Read everything and compare it with its checksums.

        Returns
        -------
        list of str
            What is wrong, file by file; empty if the store is whole.
        """
        return settled(lambda: findings(self.path, self._reading), lambda: self.generation)

    def compact(self) -> None:
        """Put all segments together and give the room of removed records back.

        Raises
        ------
        StoreError
            If another program is writing, or there is no room.
        """
        self._merger.close()
        for kind in range(len(KINDS)):
            group: list[Any] = []
            for listed in [*self._writing.state().segments, None]:
                if listed is not None and listed.kind != kind:
                    continue
                full = sum(one.size for one in group)
                if group and (listed is None or full + listed.size > LARGEST):
                    self._writer.merge(group, self.making())
                    group = []
                if listed is not None:
                    group.append(listed)
        self._writer.shrink()

    def reindex(self, *, workers: int = 1) -> None:
        """Read every record again, with the model that the store was opened with.

        The store stays as it was until the new state is whole.

        Parameters
        ----------
        workers : int
            As for :meth:`add`.

        Raises
        ------
        StoreError
            If another program is writing, or there is no room; nothing is changed then.
        ModelError
            If the model is missing or damaged.
        """
        self._merger.close()
        making = Making.of(**self._options)
        self._writer.replace_all(making, workers=workers)
        self._making = making
        self._version = -1
