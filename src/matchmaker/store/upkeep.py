"""What a store says of itself, and the check that it is whole."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from matchmaker.errors import StoreError
from matchmaker.store import files
from matchmaker.store.contents import parsed
from matchmaker.store.database import DATABASE, FORMAT, KINDS, Database, Listed
from matchmaker.store.drafts import record_digest
from matchmaker.store.files import total_bytes
from matchmaker.store.writing import TYPES, leftovers, segment_folder

_TEXT = "packed.text" + files.ARRAY


@dataclass(frozen=True, slots=True)
class StoreInfo:
    """What a store holds.

    Attributes
    ----------
    path : str
    format : int
    generation : int
        Counts the changes.
    needs, achievements : int
        Records.
    segments : list of dict
        ``name``, ``kind``, ``records`` (with those that are gone), ``deleted``, ``bytes``.
    made_with : dict
        Model, encoder and registry.
    bytes : dict
        On disk: ``text`` of the records, ``index`` of everything else, ``total``.
    unfinished : str or None
        What an interrupted change left.
    """

    path: str
    format: int
    generation: int
    needs: int
    achievements: int
    segments: list[dict[str, Any]]
    made_with: dict[str, str]
    bytes: dict[str, int]
    unfinished: str | None

    def to_json(self) -> dict[str, Any]:
        """Give everything as plain values, with ``count`` of all records."""
        return {**asdict(self), "count": self.needs + self.achievements}


def information(path: Path, database: Database, unfinished: str | None) -> StoreInfo:
    """Collect what a store says of itself."""
    with database.view() as connection:
        state = database.state()
        counts = [database.count(kind) for kind in range(len(KINDS))]
        (said,) = connection.execute(
            "SELECT IFNULL(SUM(LENGTH(CAST(content AS BLOB))), 0) FROM records"
        ).fetchone()
        segments = [
            {
                "name": segment_folder(path, listed.number).name,
                "kind": KINDS[listed.kind],
                "records": listed.size,
                "deleted": _deleted(path, database, listed),
                "bytes": total_bytes(listed.files),
            }
            for listed in state.segments
        ]
        made_with = dict(database.fact("made_with"))
    folded = sum(int(listed.files[_TEXT]["bytes"]) for listed in state.segments)
    total = sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
    text = int(said) + folded
    return StoreInfo(
        path=str(path),
        format=FORMAT,
        generation=state.generation,
        needs=counts[0],
        achievements=counts[1],
        segments=segments,
        made_with=made_with,
        bytes={"text": text, "index": total - text, "total": total},
        unfinished=unfinished,
    )


def _deleted(path: Path, database: Database, listed: Listed) -> int:
    rows = _rows(path, listed)
    return int(np.isin(rows, database.gone(listed)).sum())


def _rows(path: Path, listed: Listed) -> Any:
    name = "rows" + files.ARRAY
    folder = segment_folder(path, listed.number)
    if name not in listed.files:
        raise StoreError(f"{folder}: incomplete, {name} is missing")
    return files.map_array(folder / name, listed.files[name])


def findings(path: Path, database: Database) -> list[str]:
    """List what is wrong with a store.

    Every file is read and compared with its checksum, the database checks itself, and every
    record must stand in exactly one segment.
    """
    found: list[str] = []
    with database.view() as connection:
        for (said,) in connection.execute("PRAGMA integrity_check"):
            if said != "ok":
                found.append(f"{path / DATABASE}: {said}")
        state = database.state()
        for kind, name in enumerate(KINDS):
            query = connection.execute(
                "SELECT row FROM records WHERE kind = ? ORDER BY row", (kind,)
            )
            recorded = np.array([row for (row,) in query], dtype=np.int64)
            found += _changed(path, connection, kind, name)
            group = [listed for listed in state.segments if listed.kind == kind]
            found += _misplaced(path, database, group, recorded, name)
        for listed in state.segments:
            folder = segment_folder(path, listed.number)
            for file, expected in listed.files.items():
                try:
                    files.check_content(folder / file, expected)
                except (StoreError, OSError) as error:
                    found.append(str(error))
    found += [
        f"{folder}: left by a change that has not finished; the next change removes it"
        for folder in leftovers(path, state)
    ]
    return found


def _changed(path: Path, connection: sqlite3.Connection, kind: int, name: str) -> Iterator[str]:
    """Read every record: SQLite itself does not see that a letter has become another."""
    query = connection.execute(
        "SELECT id, likeness, content FROM records WHERE kind = ? ORDER BY row", (kind,)
    )
    for record_id, likeness, content in query:
        try:
            record, labels = parsed(content, TYPES[name])
            same = record.id == record_id and record_digest(record, labels) == likeness
        except StoreError:
            same = False
        if not same:
            yield f"{path / DATABASE}: damaged, {record_id!r} of {name} is not as it was written"


def _misplaced(
    path: Path, database: Database, group: list[Listed], recorded: Any, name: str
) -> list[str]:
    """Compare the records of the database with those of the segments."""
    try:
        rows = [_rows(path, listed) for listed in group]
    except StoreError:
        # The file is named by its checksum.
        return []
    live = [
        part[~np.isin(part, database.gone(listed))].astype(np.int64)
        for part, listed in zip(rows, group, strict=True)
    ]
    indexed = np.concatenate([np.empty(0, dtype=np.int64), *live])
    if np.array_equal(np.sort(indexed), recorded):
        return []
    return [
        f"{path / DATABASE}: {len(recorded)} {name}, but the segments hold {len(indexed)}, "
        f"{len(np.intersect1d(indexed, recorded))} of them the same"
    ]
