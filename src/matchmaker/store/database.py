"""The records of a store and the list of its segments, in SQLite.

What a committed transaction says is the state of the store: segments are written before, and
removed after, the transaction that lists them or lists them no more.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from matchmaker.errors import StoreError
from matchmaker.store.files import Entry

DATABASE = "store.sqlite"
FORMAT = 1
Kind = Literal["needs", "achievements"]
KINDS: tuple[Kind, ...] = ("needs", "achievements")
_MANY = 500
_PAGE = 16384

_SCHEMA = """
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE records (
    row INTEGER PRIMARY KEY,
    kind INTEGER NOT NULL,
    id TEXT NOT NULL,
    likeness INTEGER NOT NULL,
    content TEXT NOT NULL
);
CREATE UNIQUE INDEX record_ids ON records (kind, id);
CREATE INDEX record_likeness ON records (likeness);
CREATE TABLE segments (
    number INTEGER PRIMARY KEY,
    kind INTEGER NOT NULL,
    first_row INTEGER NOT NULL,
    size INTEGER NOT NULL,
    words INTEGER NOT NULL,
    files TEXT NOT NULL
);
CREATE TABLE gone (row INTEGER PRIMARY KEY);
CREATE TABLE copies (row INTEGER PRIMARY KEY);
"""


@dataclass(frozen=True, slots=True)
class Listed:
    """A segment as the database lists it.

    Attributes
    ----------
    number : int
    kind : int
        Position in ``KINDS``.
    first_row : int
        Number of its first record.
    size : int
        Records, with those that are gone.
    words : int
        Words that no earlier segment has.
    files : dict
        Size and checksum of each file.
    """

    number: int
    kind: int
    first_row: int
    size: int
    words: int
    files: dict[str, Entry]


@dataclass(frozen=True, slots=True)
class State:
    """What one transaction sees.

    Attributes
    ----------
    generation : int
        Counts the changes.
    segments : tuple of Listed
        By kind, then by their first record.
    unseen : tuple of int
        Rows that stand in a segment and must not be found: gone, or a copy of another record.
    """

    generation: int
    segments: tuple[Listed, ...]
    unseen: tuple[int, ...]


class Database:
    """One connection to a store's database; several threads may share it.

    Parameters
    ----------
    path : Path
        Of the file.
    create : bool
        Make it, with the tables.

    Raises
    ------
    StoreError
        If it is missing, damaged or no database of a store.
    """

    def __init__(self, path: Path, *, create: bool = False) -> None:
        self.path = path
        self._using = threading.RLock()
        if not create and not path.is_file():
            raise StoreError(f"{path.parent}: no store is here, {path.name} is missing")
        try:
            self._connection = sqlite3.connect(
                path, isolation_level=None, check_same_thread=False, timeout=60
            )
            # Records of a kilobyte leave a sixth of a page of the usual size empty.
            self._connection.execute(f"PRAGMA page_size={_PAGE}")
            self._connection.execute("PRAGMA journal_mode=WAL")
            # Every commit is on the disk before it returns, also if the power fails.
            self._connection.execute("PRAGMA synchronous=FULL")
            if create:
                self._connection.executescript(f"BEGIN IMMEDIATE; {_SCHEMA} COMMIT;")
        except sqlite3.Error as error:
            self.close()
            raise StoreError(f"{path}: cannot be opened as a store: {error}") from error

    def close(self) -> None:
        """Close the connection."""
        connection = getattr(self, "_connection", None)
        if connection is not None:
            connection.close()

    @contextmanager
    def errors(self) -> Iterator[sqlite3.Connection]:
        """Use the connection alone; what SQLite refuses becomes a StoreError."""
        with self._using:
            try:
                yield self._connection
            except sqlite3.Error as error:
                raise StoreError(f"{self.path}: {_meaning(error)}") from error
            except UnicodeEncodeError as error:
                raise StoreError(
                    f"{self.path}: cannot hold {error.object!r}, which is half a character; "
                    "give it another id"
                ) from error

    @contextmanager
    def change(self) -> Iterator[sqlite3.Connection]:
        """Write in one transaction, which is undone if anything fails."""
        with self.errors() as connection:
            try:
                connection.execute("BEGIN IMMEDIATE")
                yield connection
                connection.execute("UPDATE facts SET value = value + 1 WHERE name = 'generation'")
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    @contextmanager
    def view(self) -> Iterator[sqlite3.Connection]:
        """Read one state, whatever others write meanwhile."""
        with self.errors() as connection:
            nested = connection.in_transaction
            try:
                if not nested:
                    connection.execute("BEGIN")
                yield connection
            finally:
                if not nested and connection.in_transaction:
                    connection.execute("ROLLBACK")

    def fact(self, name: str) -> Any:
        """Read one fact.

        Raises
        ------
        StoreError
            If it is not there.
        """
        with self.errors() as connection:
            found = connection.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        if found is None:
            raise StoreError(f"{self.path}: damaged, it does not say its {name}")
        try:
            return json.loads(found[0])
        except ValueError as error:
            raise StoreError(f"{self.path}: damaged, its {name} is {found[0]!r}") from error

    def state(self) -> State:
        """Read the list of segments."""
        with self.view() as connection:
            generation = int(self.fact("generation"))
            rows = connection.execute(
                "SELECT number, kind, first_row, size, words, files FROM segments "
                "ORDER BY kind, first_row, number"
            ).fetchall()
            unseen = connection.execute("SELECT row FROM gone UNION SELECT row FROM copies")
            return State(
                generation,
                tuple(
                    Listed(number, kind, first, size, words, self._files(described))
                    for number, kind, first, size, words, described in rows
                ),
                tuple(row for (row,) in unseen),
            )

    def _files(self, text: str) -> dict[str, Entry]:
        try:
            found = {
                str(name): {"bytes": int(entry["bytes"]), "sha256": str(entry["sha256"])}
                for name, entry in json.loads(text).items()
            }
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise StoreError(f"{self.path}: damaged, it lists no files but {text!r}") from error
        return found

    def set_fact(self, name: str, value: Any) -> None:
        """Write one fact."""
        with self.errors() as connection:
            connection.execute("REPLACE INTO facts VALUES (?, ?)", (name, json.dumps(value)))

    @contextmanager
    def once(self) -> Iterator[sqlite3.Connection]:
        """Read one state, and close the connection after that."""
        try:
            with self.view() as connection:
                yield connection
        finally:
            self.close()

    def gone(self, listed: Listed) -> list[int]:
        """Rows of a segment whose records were removed or replaced."""
        with self.errors() as connection:
            query = connection.execute(
                "SELECT row FROM gone WHERE row >= ? AND row < IFNULL((SELECT MIN(first_row) "
                "FROM segments WHERE kind = ? AND first_row > ?), ?) ORDER BY row",
                (listed.first_row, listed.kind, listed.first_row, 1 << 62),
            )
            return [row for (row,) in query]

    def version(self) -> int:
        """Give a number that changes whenever another connection has written."""
        with self.errors() as connection:
            return int(connection.execute("PRAGMA data_version").fetchone()[0])

    def count(self, kind: int | None = None) -> int:
        """Count the records."""
        with self.errors() as connection:
            if kind is None:
                query = connection.execute("SELECT COUNT(*) FROM records")
            else:
                query = connection.execute("SELECT COUNT(*) FROM records WHERE kind = ?", (kind,))
            return int(query.fetchone()[0])

    def contents(self, rows: Sequence[int]) -> dict[int, str]:
        """Read records by their rows; those that are gone are left out."""
        found: dict[int, str] = {}
        with self.view() as connection:
            for part in _parts(rows):
                marks = ",".join("?" * len(part))
                query = f"SELECT row, content FROM records WHERE row IN ({marks})"
                found.update(connection.execute(query, part))
        return found

    def rows_of(self, kind: int, ids: Sequence[str]) -> dict[str, int]:
        """Find the rows of ids; those that are unknown are left out."""
        found: dict[str, int] = {}
        with self.view() as connection:
            for part in _parts(ids):
                marks = ",".join("?" * len(part))
                query = f"SELECT id, row FROM records WHERE kind = ? AND id IN ({marks})"
                found.update(connection.execute(query, (kind, *part)))
        return found

    def field(
        self, kind: int, rows: tuple[int, int], path: str
    ) -> list[tuple[int, str | None, Any]]:
        """Read one field of the records in a range of rows: row, type in JSON, value."""
        query = (
            "SELECT row, json_type(content, ?), json_extract(content, ?) FROM records "
            "WHERE row BETWEEN ? AND ? AND kind = ? ORDER BY row"
        )
        with self.errors() as connection:
            try:
                return connection.execute(query, (path, path, *rows, kind)).fetchall()
            except sqlite3.OperationalError as error:
                if "decode" not in str(error):
                    raise
            # Half of a surrogate pair somewhere; decoding in Python takes its time.
            connection.text_factory = lambda text: text.decode("utf-8", "surrogatepass")
            try:
                return connection.execute(query, (path, path, *rows, kind)).fetchall()
            finally:
                connection.text_factory = str

    def ids_like(self, rows: Sequence[int]) -> dict[int, list[str]]:
        """Find the other records that are alike: row to their ids, rising."""
        found: dict[int, list[str]] = {}
        with self.view() as connection:
            for part in _parts(rows):
                marks = ",".join("?" * len(part))
                query = (
                    "SELECT one.row, other.id FROM records AS one JOIN records AS other "
                    "ON one.likeness = other.likeness AND one.row != other.row "
                    f"WHERE one.row IN ({marks}) ORDER BY one.row, other.id"
                )
                for row, other in connection.execute(query, part):
                    found.setdefault(row, []).append(other)
        return found


def _parts(values: Sequence[Any]) -> Iterable[Sequence[Any]]:
    """Cut a list into parts that SQLite takes at once."""
    return (values[start : start + _MANY] for start in range(0, len(values), _MANY))


def _meaning(error: sqlite3.Error) -> str:
    text = str(error)
    if "locked" in text:
        return "another program is writing to this store; try again when it is done"
    if "full" in text:
        return "the disk is full; nothing was changed"
    return f"SQLite says: {text}"
