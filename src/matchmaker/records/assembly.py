"""Rows become records: fields filled, ids made, duplicates found, everything else noted."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from datetime import date, datetime
from typing import Any, Generic, NamedTuple, TypeAlias

from matchmaker.errors import RecordError
from matchmaker.records.cells import (
    cell_text,
    is_month_only,
    is_placeholder,
    is_rounded,
    parse_date,
    split_list,
    unique_texts,
)
from matchmaker.records.column_map import mapping_advice
from matchmaker.records.headings import Column, Headings, Plan, note_shadowed
from matchmaker.records.limits import Limits
from matchmaker.records.report import Place, ReadLog, T, shorten
from matchmaker.records.types import Extra, Origin, Record, field_kinds

_NUMBER = re.compile(r"[\d.,~～\-—–≥≤<>约]*\d")
_LONGEST_NUMBER = 40
# What an id is made from: correcting a telephone number must not change it.
_IDENTIFYING = ("title", "body", "organisation")


_Filler: TypeAlias = Callable[[dict[str, Any], "Column", object, int], str]


class Row(NamedTuple):
    """One row of a source: its number, its headings and as many or fewer values."""

    number: int
    headings: tuple[str, ...]
    values: Sequence[object]


def pass_over(number: int, log: ReadLog) -> None:
    """Note a row without any content."""
    log.note(number, "empty_row", "rows without any content were passed over")


class Assembler(Generic[T]):
    """Turns the rows of one source into records.

    Parameters
    ----------
    kind : type
        Need or Achievement.
    headings : Headings
        Of the same kind.
    place : Place
        File and sheet.
    limits : Limits
        Rows, columns and characters accepted.
    log : ReadLog
        Takes what happens.
    """

    def __init__(
        self, kind: type[T], headings: Headings, place: Place, *, limits: Limits, log: ReadLog
    ) -> None:
        self._kind = kind
        self._headings = headings
        self._place = place
        self._limits = limits
        self._most_chars = limits.max_cell_chars
        self._log = log
        self._known: dict[str, T] = {}
        self._rounded: set[str] = set()
        self._plan: Plan | None = None
        self._seen: tuple[str, ...] = ()
        self._fillers: list[tuple[Column, _Filler]] = []
        kinds = field_kinds(kind)
        self._filler_of: dict[str, _Filler] = {
            **dict.fromkeys(kinds.texts, self._fill_text),
            **dict.fromkeys(kinds.lists, self._fill_list),
            **dict.fromkeys(kinds.dates, self._fill_date),
            "id": self._fill_id,
        }

    def read(self, rows: Iterable[Row]) -> tuple[T, ...]:
        """Return the records of all rows, in order.

        Raises
        ------
        RecordError
            If a limit is passed, an id stands for two contents, or a cell cannot be read.
        """
        for row in rows:
            if row.headings is not self._seen:
                self._turn_to(row)
            filled = self._fill(row)
            if filled is None:
                pass_over(row.number, self._log)
                continue
            self._log.read += 1
            if self._log.read > self._limits.max_rows:
                raise Place(self._place.file, self._place.sheet, row.number).error(
                    f"more than {self._limits.max_rows} rows",
                    way_out="Split the source or raise Limits.max_rows in Python.",
                )
            self._keep(row.number, filled)
        return tuple(self._known.values())

    def _turn_to(self, row: Row) -> None:
        self._seen = row.headings
        if len(row.headings) > self._limits.max_columns:
            raise self._at(row.number, "").error(
                f"more than {self._limits.max_columns} columns",
                way_out="Remove columns or raise Limits.max_columns in Python.",
            )
        plan = self._headings.plan(row.headings)
        if plan is not self._plan:
            self._plan = plan
            self._fillers = [(column, self._filler_of[column.field]) for column in plan.columns]
            note_shadowed(plan, self._log)

    def _at(self, row: int, column: str) -> Place:
        return Place(self._place.file, self._place.sheet, row, column)

    def _fill(self, row: Row) -> dict[str, Any] | None:
        """Field values of a row, with ``extra``; None if every cell is empty."""
        assert self._plan is not None
        values, width = row.values, len(row.values)
        filled: dict[str, Any] = {}
        extra: dict[str, str] = {}
        seen = False
        for column, filler in self._fillers:
            value = values[column.position] if column.position < width else None
            if value is None or (type(value) is str and not value):
                continue
            raw = filler(filled, column, value, row.number)
            seen = seen or bool(raw)
            if raw and column.field not in filled and not is_placeholder(raw):
                extra[column.heading] = raw
        for position, key in self._plan.extras:
            if position < width and (text := self._extra_text(values[position], key, row.number)):
                extra[key] = text
                seen = seen or key not in self._plan.serials
        if not seen:
            return None
        if extra:
            filled["extra"] = Extra(extra)
        return filled

    def _text(self, value: object, heading: str, row: int) -> str:
        try:
            text = cell_text(value)
            return text if len(text) <= self._most_chars else self._measured(text, heading, row)
        except TypeError as error:
            raise self._at(row, heading).error(
                f"cannot be read as text: {error}",
                value=value,
                way_out="Give text, a number, a date or a list of these.",
            ) from error

    def _extra_text(self, value: object, heading: str, row: int) -> str:
        try:
            text = cell_text(value)
        except TypeError:  # Nested data under an unknown heading is kept all the same, as JSON.
            text = json.dumps(value, ensure_ascii=False, default=str)
        return self._measured(text, heading, row)

    def _measured(self, text: str, heading: str, row: int) -> str:
        if len(text) > self._limits.max_cell_chars:
            raise self._at(row, heading).error(
                f"a cell of {len(text)} characters, more than {self._limits.max_cell_chars}",
                value=text,
                way_out="Shorten it or raise Limits.max_cell_chars in Python.",
            )
        return text

    def _fill_text(self, filled: dict[str, Any], column: Column, value: object, row: int) -> str:
        text = self._text(value, column.heading, row)
        if text and not is_placeholder(text):
            if column.unit and len(text) <= _LONGEST_NUMBER and _NUMBER.fullmatch(text):
                text += column.unit
            filled[column.field] = text
        return text

    def _fill_id(self, filled: dict[str, Any], column: Column, value: object, row: int) -> str:
        text = self._fill_text(filled, column, value, row)
        if is_rounded(value) and text:
            self._rounded.add(text)
            self._log.note(
                row,
                "rounded_id",
                f"column {column.heading!r} holds ids of more than 15 digits as numbers; the "
                "spreadsheet has rounded their last digits, store them as text",
                column=column.heading,
                field=column.field,
            )
        return text

    def _fill_list(self, filled: dict[str, Any], column: Column, value: object, row: int) -> str:
        text = self._text(value, column.heading, row)
        if hasattr(value, "tolist"):
            value = value.tolist()
        if isinstance(value, list | tuple):
            items = unique_texts([cell_text(item) for item in value])
        else:
            items = split_list(text, codes=column.field == "codes")
        if items:
            filled[column.field] = items
        return text

    def _fill_date(self, filled: dict[str, Any], column: Column, value: object, row: int) -> str:
        text = self._text(value, column.heading, row)
        if not text or is_placeholder(text):
            return text
        deadline = column.field == "deadline"
        found: date | None
        if isinstance(value, datetime):
            found = value.date()
        elif isinstance(value, date):
            found = value
        else:
            found = parse_date(text, month_end=deadline)
        if found is None:
            self._log.note(
                row,
                "unreadable_date",
                f"column {column.heading!r} holds values that are no dates, such as "
                f"YYYY-MM-DD; they are kept in extra",
                column=column.heading,
                field=column.field,
            )
        else:
            filled[column.field] = found
            if is_month_only(text):
                day = "last" if deadline else "first"
                self._log.note(
                    row,
                    "month_only",
                    f"column {column.heading!r} names months without a day; the {day} day is taken",
                    column=column.heading,
                    field=column.field,
                )
        return text

    def _keep(self, number: int, filled: dict[str, Any]) -> None:
        if "title" not in filled and "body" not in filled:
            given = filled.get("id", "")
            known = f"id {given!r}" if given else "no id"
            detail = f"title and body are both empty; {known}"
            self._log.leave_out(number, "no_text", detail, record_id=given)
            return
        generated = "id" not in filled
        if generated:
            filled["id"] = stable_id(self._kind, filled, _IDENTIFYING)
        filled["origin"] = Origin(self._place.file, self._place.sheet, number)
        record = self._kind(**filled)
        earlier = self._known.get(record.id)
        if earlier is not None and generated and not self._same(record, earlier):
            filled["id"] = self._longer_id(filled)
            record = self._kind(**filled)
            earlier = self._known.get(record.id)
        if earlier is None:
            self._known[record.id] = record
            if generated:
                self._note_generated(number)
            return
        if not self._same(record, earlier):
            raise self._clash(record, earlier)
        assert earlier.origin is not None
        self._log.leave_out(
            number,
            "duplicate",
            f"same content and id {record.id!r} as row {earlier.origin.row}",
            record_id=record.id,
            other_row=earlier.origin.row,
        )

    def _note_generated(self, number: int) -> None:
        assert self._plan is not None
        serials = tuple(sorted(self._plan.serials))
        detail = "rows without an id got one made from their content"
        for serial in serials:
            advice = mapping_advice(self._kind, "id", serial)
            detail += f"; column {serial!r} only numbers the rows, {advice} makes it the id"
        self._log.note(number, "generated_id", detail, field="id", others=serials)

    def _longer_id(self, filled: dict[str, Any]) -> str:
        """Make an id for a row that shares text and organisation with another, but not the rest."""
        assert self._plan is not None
        extra = {
            key: text
            for key, text in filled.get("extra", {}).items()
            if key not in self._plan.serials
        }
        content = stable_id(self._kind, {**filled, "extra": Extra(extra)}, None)
        return f"{filled['id']}-{content.rpartition('-')[2]}"

    def _same(self, one: T, other: T) -> bool:
        return not self._differences(one, other)

    def _differences(self, one: T, other: T) -> list[str]:
        """Names of fields and extra columns that differ; running numbers do not count."""
        assert self._plan is not None
        names = [f.name for f in fields(one) if f.compare and f.name != "extra"]
        different = [name for name in names if getattr(one, name) != getattr(other, name)]
        keys = [key for key in {**one.extra, **other.extra} if key not in self._plan.serials]
        return different + [key for key in keys if one.extra.get(key) != other.extra.get(key)]

    def _clash(self, record: T, earlier: T) -> RecordError:
        assert earlier.origin is not None
        assert record.origin is not None
        assert self._plan is not None
        at = self._plan.position("id")
        column = next((c.heading for c in self._plan.columns if c.position == at), "")
        name = self._differences(record, earlier)[0]
        one, other = (
            getattr(item, name, None) or item.extra.get(name, "") for item in (earlier, record)
        )
        way_out = "Give each record its own id, or remove one of the two rows."
        if record.id in self._rounded:
            way_out = (
                "The spreadsheet has rounded ids of more than 15 digits; store the column as text."
            )
        return self._at(record.origin.row, column).error(
            f"the id already stands in row {earlier.origin.row} with another {name} "
            f"({shorten(one)} there, {shorten(other)} here)",
            value=record.id,
            way_out=way_out,
        )


def stable_id(kind: type[Record], filled: dict[str, Any], names: tuple[str, ...] | None) -> str:
    """Return an id made from content: the same content gives the same id, on any machine.

    Parameters
    ----------
    kind : type
        Need or Achievement; its name is the beginning of the id.
    filled : dict
        Field values by name.
    names : tuple of str or None
        Fields that count; None for all but ``id`` and ``origin``.

    Returns
    -------
    str
        ``"need-"`` or ``"achievement-"`` and 12 hexadecimal digits of the sha256 over the texts,
        after NFKC, lower case and without blanks.
    """
    if names is None:
        names = tuple(f.name for f in fields(kind) if f.name not in ("id", "origin"))
    content = "\x1f".join(_content(filled.get(name, "")) for name in names)
    digest = hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{kind.__name__.lower()}-{digest[:12]}"


def _content(value: object) -> str:
    if isinstance(value, Extra):
        value = "\x1e".join(f"{key}\x1e{item}" for key, item in sorted(value.items()))
    elif isinstance(value, tuple):
        value = "\x1e".join(value)
    return "".join(unicodedata.normalize("NFKC", str(value)).casefold().split())
