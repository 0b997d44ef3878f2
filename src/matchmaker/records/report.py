"""What reading did: rows read, kept and left out and why, and errors that name their place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar, overload

from matchmaker.errors import RecordError
from matchmaker.records.types import Record

T = TypeVar("T", bound=Record)

_ROWS_NAMED = 5


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row that did not become a record of its own.

    Parameters
    ----------
    row : int
        As a person sees it, from 1.
    reason : str
        ``"no_text"``, ``"duplicate"``, ``"repeated_heading"`` or ``"joined"`` (to the row above,
        because its title cell is merged over both).
    detail : str
        One English sentence.
    record_id : str
        For ``"no_text"`` and ``"duplicate"``; empty if the row has none.
    other_row : int
        The row that it duplicates or was joined to; 0 otherwise.
    """

    row: int
    reason: str
    detail: str
    record_id: str = ""
    other_row: int = 0


@dataclass(frozen=True, slots=True)
class ReadNote:
    """Something a person should know about rows that were kept.

    Parameters
    ----------
    row : int
        The first row concerned; 0 if it is the table as a whole.
    reason : str
        Such as ``"unreadable_date"``, ``"rounded_id"``, ``"generated_id"``, ``"other_sheets"``.
    detail : str
        English, naming the column and the first rows.
    count : int
        How many cells, rows or sheets it concerns.
    rows : tuple of int
        The first few of the rows concerned; empty if it is the table as a whole.
    column, field : str
        Heading of the column concerned, and the field that it fills or would fill; empty if it is
        none in particular.
    others : tuple of str
        The column that fills the field instead, the columns that only number the rows, or the
        other sheets, as the reason has it.
    """

    row: int
    reason: str
    detail: str
    count: int = 1
    rows: tuple[int, ...] = ()
    column: str = ""
    field: str = ""
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadReport:
    """How many rows were read, kept and left out; ``read == kept + len(left_out)``.

    Parameters
    ----------
    read, kept : int
        Rows with any content below the headings, and those that became records.
    left_out : tuple of LeftOut
        In row order.
    notes : tuple of ReadNote
        In row order.
    source : str
        File as given, with the sheet if there is one.
    """

    read: int
    kept: int
    left_out: tuple[LeftOut, ...]
    notes: tuple[ReadNote, ...]
    source: str

    def __str__(self) -> str:
        lines = [
            f"{self.source}: {self.read} rows read, {self.kept} kept, {len(self.left_out)} left out"
        ]
        for reason, count in Counter(item.reason for item in self.left_out).items():
            rows = [item.row for item in self.left_out if item.reason == reason]
            lines.append(f"  left out, {reason}: {count} ({name_rows(rows)})")
        lines.extend(f"  note, {note.reason}: {note.detail}" for note in self.notes)
        return "\n".join(lines)


@dataclass(frozen=True, slots=True, repr=False)
class Records(Sequence[T], Generic[T]):
    """Records in the order they were read, with the report of the reading.

    Parameters
    ----------
    records : tuple of Need or tuple of Achievement
        Ids are unique.
    report : ReadReport
        What reading did.

    Raises
    ------
    RecordError
        If an id occurs twice.
    """

    records: tuple[T, ...]
    report: ReadReport

    def __post_init__(self) -> None:
        object.__setattr__(self, "records", tuple(self.records))
        if len(self.by_id()) < len(self.records):
            counts = Counter(record.id for record in self.records)
            raise RecordError(f"the id {counts.most_common(1)[0][0]!r} occurs more than once")

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[T, ...]: ...
    def __getitem__(self, index: int | slice) -> T | tuple[T, ...]:
        return self.records[index]

    def __len__(self) -> int:
        return len(self.records)

    def __iter__(self) -> Iterator[T]:
        return iter(self.records)

    def __repr__(self) -> str:
        return f"<Records: {len(self.records)} from {self.report.source}>"

    def by_id(self) -> dict[str, T]:
        """Return the records by their id, in the order they were read."""
        return {record.id: record for record in self.records}


class ReadLog:
    """Collects what happens while one source is read; :meth:`report` freezes it."""

    def __init__(self) -> None:
        self.read = 0
        self._left_out: list[LeftOut] = []
        self._notes: dict[ReadNote, list[int]] = {}
        self._tables: dict[ReadNote, None] = {}

    def leave_out(
        self, row: int, reason: str, detail: str, *, record_id: str = "", other_row: int = 0
    ) -> None:
        """Record that a row did not become a record."""
        self._left_out.append(LeftOut(row, reason, detail, record_id, other_row))

    def note(
        self,
        row: int,
        reason: str,
        detail: str,
        *,
        column: str = "",
        field: str = "",
        others: tuple[str, ...] = (),
    ) -> None:
        """Record a note on one row; those that say the same are counted together."""
        said = ReadNote(0, reason, detail, column=column, field=field, others=others)
        self._notes.setdefault(said, []).append(row)

    def note_table(self, note: ReadNote) -> None:
        """Record a note on the table as a whole, once."""
        self._tables.setdefault(note)

    def report(self, *, kept: int, source: str) -> ReadReport:
        """Return what was collected."""
        notes = [
            replace(
                said,
                row=rows[0],
                detail=f"{said.detail} ({name_rows(rows)})",
                count=len(rows),
                rows=tuple(rows[:_ROWS_NAMED]),
            )
            for said, rows in self._notes.items()
        ]
        return ReadReport(
            read=self.read,
            kept=kept,
            left_out=tuple(sorted(self._left_out, key=lambda item: item.row)),
            notes=(*self._tables, *sorted(notes, key=lambda note: note.row)),
            source=source,
        )


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a source, for the beginning of an error message."""

    file: str
    sheet: str = ""
    row: int = 0
    column: str = ""

    def error(self, problem: str, *, way_out: str, value: object = None) -> RecordError:
        """Return an error that names file, sheet, row, column, value and the way out.

        Parameters
        ----------
        problem : str
            What is wrong, without a full stop.
        way_out : str
            What to do, a whole sentence.
        value : object
            The value at fault; None to name none. Long ones are cut.

        Returns
        -------
        RecordError
            To be raised by the caller.
        """
        where = [self.file]
        if self.sheet:
            where.append(f"sheet {self.sheet!r}")
        if self.row:
            where.append(f"row {self.row}")
        if self.column:
            where.append(f"column {self.column!r}")
        if value is not None:
            where.append(f"value {shorten(value)}")
        return RecordError(f"{', '.join(where)}: {problem}. {way_out}")


def shorten(value: object) -> str:
    """Return a value as Python writes it, cut to about 60 characters."""
    shown = repr(value[:80] if isinstance(value, str) else value)
    return shown if len(shown) <= 60 else f"{shown[:59]}…"


def name_rows(rows: Sequence[int]) -> str:
    """Return row numbers as words: the first few, and how many more.

    Examples
    --------
    >>> name_rows([3])
    'row 3'
    >>> name_rows([1, 2, 3, 4, 5, 6, 7])
    'rows 1, 2, 3, 4, 5 and 2 more'
    """
    if len(rows) == 1:
        return f"row {rows[0]}"
    named = ", ".join(map(str, rows[:_ROWS_NAMED]))
    more = len(rows) - _ROWS_NAMED
    return f"rows {named} and {more} more" if more > 0 else f"rows {named}"
