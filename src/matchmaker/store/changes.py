"""The statements that change a store's database; all inside one transaction."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence

from matchmaker.store.database import Listed
from matchmaker.store.drafts import Draft


def forget(connection: sqlite3.Connection, rows: Sequence[int], *, listed: bool = True) -> set[int]:
    """Delete records; those that stand in a segment are noted as gone.

    Parameters
    ----------
    connection : sqlite3.Connection
        Inside a change.
    rows : sequence of int
    listed : bool
        Whether a segment lists them.

    Returns
    -------
    set of int
        Their likenesses.
    """
    touched: set[int] = set()
    for row in rows:
        (likeness,) = connection.execute(
            "DELETE FROM records WHERE row = ? RETURNING likeness", (row,)
        ).fetchone()
        touched.add(likeness)
    if listed:
        connection.executemany("INSERT INTO gone VALUES (?)", ((row,) for row in rows))
    return touched


def insert(
    connection: sqlite3.Connection,
    kind: int,
    parts: Iterable[tuple[Listed, list[Draft]]],
    ids: Sequence[str],
) -> set[int]:
    """List segments and their records; the likenesses of these.

    Parameters
    ----------
    connection : sqlite3.Connection
        Inside a change.
    kind : int
    parts : iterable of (Listed, list of Draft)
    ids : sequence of str
        Of all records, in order.
    """
    touched: set[int] = set()
    named = iter(ids)
    for listed, made in parts:
        row = listed.first_row
        for draft in made:
            said = zip(draft.likenesses, draft.contents, strict=True)
            connection.executemany(
                "INSERT INTO records VALUES (?, ?, ?, ?, ?)",
                (
                    (row + at, kind, next(named), likeness, text)
                    for at, (likeness, text) in enumerate(said)
                ),
            )
            row += len(draft.contents)
            touched.update(draft.likenesses)
        list_segment(connection, listed)
    return touched


def list_segment(connection: sqlite3.Connection, listed: Listed) -> None:
    """List a segment."""
    connection.execute(
        "INSERT INTO segments VALUES (?, ?, ?, ?, ?, ?)",
        (
            listed.number, listed.kind, listed.first_row, listed.size, listed.words,
            json.dumps(listed.files),
        ),
    )  # fmt: skip


def replace_segments(
    connection: sqlite3.Connection, old: Sequence[Listed], new: Listed, gone: Sequence[int]
) -> bool:
    """List a segment instead of others, unless these are not listed any more."""
    numbers = [(listed.number,) for listed in old]
    for number in numbers:
        if not connection.execute("SELECT 1 FROM segments WHERE number = ?", number).fetchone():
            return False
    connection.executemany("DELETE FROM segments WHERE number = ?", numbers)
    list_segment(connection, new)
    connection.executemany("DELETE FROM gone WHERE row = ?", ((row,) for row in gone))
    return True


def mark_copies(connection: sqlite3.Connection, likenesses: Iterable[int]) -> None:
    """Hide all but the first by id of records that are alike.

    Parameters
    ----------
    connection : sqlite3.Connection
        Inside a change.
    likenesses : iterable of int
        Those whose records were added or removed.
    """
    connection.execute("CREATE TEMP TABLE IF NOT EXISTS touched (likeness INTEGER PRIMARY KEY)")
    connection.execute("DELETE FROM touched")
    connection.executemany(
        "INSERT OR IGNORE INTO touched VALUES (?)", ((value,) for value in likenesses)
    )
    connection.execute(
        "DELETE FROM copies WHERE row IN (SELECT row FROM records JOIN touched USING (likeness))"
    )
    connection.execute("DELETE FROM copies WHERE row NOT IN (SELECT row FROM records)")
    connection.execute(
        "INSERT INTO copies SELECT row FROM ("
        "SELECT row, ROW_NUMBER() OVER (PARTITION BY likeness ORDER BY id) AS place "
        "FROM records JOIN touched USING (likeness)) WHERE place > 1"
    )
    connection.execute("DELETE FROM touched")
