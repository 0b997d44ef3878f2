"""Which column is which: headings found and matched to fields, or named by the user."""

from __future__ import annotations

import json
import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os import PathLike, fspath
from pathlib import Path
from typing import Self

from matchmaker.errors import ConfigError, RecordError
from matchmaker.records.aliases import ACHIEVEMENT_ALIASES, NEED_ALIASES, SERIALS, UNITS
from matchmaker.records.report import Place, ReadLog, ReadNote, shorten
from matchmaker.records.types import Achievement, Need, Record, field_kinds

_SKIPPED = re.compile(r"[\s_\-\"'“”*·]")
_BRACKETS = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]|【([^【】]*)】")
_NUMBERING = re.compile(r"^(?:\d{1,2}|[一二三四五六七八九十]{1,3}(?=[.、:)]))[.、:)]*")
_PARTS = re.compile(r"[/、|,;]|或者|或|及|和|与")
_LONGEST_HEADING = 120
_WEIGHT_OF_MAPPED = 100


def _mappable(kind: type[Record]) -> frozenset[str]:
    kinds = field_kinds(kind)
    return frozenset(kinds.texts + kinds.lists + kinds.dates)


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """Names the column of a field where the heading is not found automatically.

    Parameters
    ----------
    columns : Mapping[str, str]
        Field name to heading, such as ``{"title": "项目"}``. Fields not named here are still found
        by their aliases, among the remaining columns.

    Raises
    ------
    ConfigError
        If a field is unknown, a heading is empty, or two fields name the same heading.
    """

    columns: Mapping[str, str]

    def __post_init__(self) -> None:
        known = _mappable(Need) | _mappable(Achievement)
        for name, heading in self.columns.items():
            if name not in known:
                raise ConfigError(
                    f"ColumnMap: unknown field {name!r}; the fields are {', '.join(sorted(known))}"
                )
            if not isinstance(heading, str) or not heading.strip():
                raise ConfigError(f"ColumnMap: the heading of {name!r} must be text: {heading!r}")
        if len(set(self.columns.values())) < len(self.columns):
            raise ConfigError("ColumnMap: two fields name the same heading")
        object.__setattr__(self, "columns", dict(self.columns))

    def __hash__(self) -> int:
        return hash(frozenset(self.columns.items()))

    @classmethod
    def from_dict(cls, columns: Mapping[str, str]) -> Self:
        """Build a map from field names to headings; the same as the constructor."""
        return cls(columns)

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Self:
        """Read a map from a .toml or .json file of ``field = "heading"`` entries.

        Parameters
        ----------
        path : path
            UTF-8.

        Returns
        -------
        ColumnMap
            As in the file.

        Raises
        ------
        ConfigError
            If the file cannot be read, is not of these formats, or holds something else.
        """
        path = Path(path)
        if path.suffix.lower() not in (".toml", ".json"):
            raise ConfigError(f"{fspath(path)}: a ColumnMap is read from .toml or .json")
        try:
            text = path.read_text(encoding="utf-8-sig")
            columns = tomllib.loads(text) if path.suffix.lower() == ".toml" else json.loads(text)
        except (OSError, ValueError) as error:
            raise ConfigError(f"{fspath(path)}: cannot be read as a ColumnMap: {error}") from error
        if not isinstance(columns, dict):
            raise ConfigError(f"{fspath(path)}: expected entries of the form field = heading")
        return cls(columns)


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading taken apart: the key to look it up by, its parts, and the unit in its brackets."""

    key: str
    parts: tuple[str, ...]
    unit: str


def simplify(heading: str) -> Heading:
    """Take a heading apart for look-up.

    Parameters
    ----------
    heading : str
        As written, such as ``"3. 拟投入资金（万元）*"``.

    Returns
    -------
    Heading
        Key in lower case without blanks, brackets, numbering and trailing marks; parts of a
        compound such as 完成人/团队 (empty if it is none); unit as written, or empty.
    """
    text = unicodedata.normalize("NFKC", heading[:_LONGEST_HEADING])
    unit = ""
    for found in _BRACKETS.finditer(text):
        inner = next(group for group in found.groups() if group is not None)
        inner = re.sub(r"^单位[:为]?|\s", "", inner.strip())
        if inner.casefold() in UNITS:
            unit = inner
    text = _SKIPPED.sub("", _BRACKETS.sub("", text)).casefold()
    text = _NUMBERING.sub("", text, count=1).strip(".:。、;,")
    parts = tuple(part for part in _PARTS.split(text) if part)
    return Heading(text, parts if len(parts) > 1 else (), unit)


@dataclass(frozen=True, slots=True)
class Column:
    """A column that fills a field."""

    position: int
    field: str
    heading: str
    unit: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do with the columns under one row of headings.

    Parameters
    ----------
    columns : tuple of Column
        Those that fill fields.
    extras : tuple of (int, str)
        Position and key in ``extra`` of all others.
    serials : frozenset of str
        Keys in ``extra`` that only number the rows.
    shadowed : tuple of (str, str, str)
        Heading, field and the heading that filled the field instead.
    mapped : int
        How many columns a :class:`ColumnMap` named.
    """

    columns: tuple[Column, ...]
    extras: tuple[tuple[int, str], ...]
    serials: frozenset[str]
    shadowed: tuple[tuple[str, str, str], ...]
    mapped: int

    @property
    def usable(self) -> bool:
        """Whether there is a column with text to match."""
        return any(column.field in ("title", "body") for column in self.columns)

    @property
    def score(self) -> int:
        """How much the row looks like headings."""
        return len(self.columns) + _WEIGHT_OF_MAPPED * self.mapped

    def position(self, field: str) -> int:
        """Return the position of the column that fills a field, or -1."""
        return next((c.position for c in self.columns if c.field == field), -1)


class Headings:
    """Finds and matches the headings of one kind of record, from aliases and a column map.

    Parameters
    ----------
    kind : type
        :class:`Need` or :class:`Achievement`.
    columns : ColumnMap or None
        Overrides.

    Raises
    ------
    ConfigError
        If the map names a field that this kind does not have.
    """

    def __init__(self, kind: type[Record], columns: ColumnMap | None = None) -> None:
        self.kind = kind
        self._mapped = dict(columns.columns) if columns else {}
        for name in self._mapped:
            if name not in _mappable(kind):
                raise ConfigError(f"ColumnMap: {name!r} is not a field of {kind.__name__}")
        aliases = NEED_ALIASES if kind is Need else ACHIEVEMENT_ALIASES
        self._fields = {
            alias: (field, rank)
            for field, names in aliases.items()
            for rank, alias in enumerate(names)
        }
        self._plans: dict[tuple[str, ...], Plan] = {}

    def plan(self, headings: tuple[str, ...]) -> Plan:
        """Return what to do with columns under these headings; kept for the next call."""
        plan = self._plans.get(headings)
        if plan is None:
            plan = self._plans[headings] = self._make_plan(headings)
        return plan

    def _make_plan(self, headings: tuple[str, ...]) -> Plan:
        simple = [simplify(heading) for heading in headings]
        taken = self._mapped_positions(headings, simple)
        mapped = len(taken)
        fields = set(taken.values())
        candidates = []
        for position, heading in enumerate(simple):
            found = None if position in taken else self._look_up(heading)
            if found and found[0] not in self._mapped:
                field, level, rank = found
                candidates.append((level, rank, position, field))
        losers = []
        for _level, _rank, position, field in sorted(candidates):
            if field in fields:
                losers.append((position, field))
            else:
                taken[position] = field
                fields.add(field)
        columns = tuple(
            Column(position, field, headings[position].strip(), simple[position].unit)
            for position, field in sorted(taken.items())
        )
        winner = {column.field: column.heading for column in columns}
        extras = _extra_keys(headings, taken)
        return Plan(
            columns=columns,
            extras=extras,
            serials=frozenset(key for at, key in extras if simple[at].key in SERIALS),
            shadowed=tuple((headings[at].strip(), f, winner[f]) for at, f in sorted(losers)),
            mapped=mapped,
        )

    def _mapped_positions(
        self, headings: tuple[str, ...], simple: Sequence[Heading]
    ) -> dict[int, str]:
        stripped = [heading.strip() for heading in headings]
        keys = [heading.key for heading in simple]
        taken: dict[int, str] = {}
        for field, heading in self._mapped.items():
            key = simplify(heading).key
            if heading.strip() in stripped:
                taken[stripped.index(heading.strip())] = field
            elif key and key in keys:
                taken.setdefault(keys.index(key), field)
        return taken

    def _look_up(self, heading: Heading) -> tuple[str, int, int] | None:
        """Field, 0 for the whole heading or 1 for a part of it, and the rank of the alias."""
        for level, key in ((0, heading.key), *((1, part) for part in heading.parts)):
            found = self._fields.get(key)
            if found:
                return found[0], level, found[1]
        return None

    def find(self, rows: Sequence[Sequence[str]]) -> int:
        """Return which of the first rows holds the headings.

        Parameters
        ----------
        rows : sequence of rows of text
            The top of a sheet; a title row may stand above the headings.

        Returns
        -------
        int
            The row in which most fields are recognised, the first of equals; -1 if none has a
            column for a title or a body.
        """
        plans = [self.plan(tuple(row)) for row in rows]
        usable = [at for at, plan in enumerate(plans) if plan.usable]
        return max(usable, key=lambda at: (plans[at].score, -at), default=-1)

    def check_mapped(self, seen: Sequence[str], place: Place) -> None:
        """Raise a RecordError if a column that the map names is among none of the headings."""
        keys = {simplify(heading).key for heading in seen} | {item.strip() for item in seen}
        for field, heading in self._mapped.items():
            if heading.strip() not in keys and simplify(heading).key not in keys:
                raise place.error(
                    f"no column is headed {heading!r}, which the ColumnMap names for {field!r}",
                    way_out=f"The headings are: {_listed(seen)}.",
                )

    def not_found(self, seen: Sequence[Sequence[str]], place: Place) -> RecordError:
        """Return the error for a source without recognised headings.

        Parameters
        ----------
        seen : sequence of rows of text
            The first rows of the source.
        place : Place
            The source.

        Returns
        -------
        RecordError
            Shows the rows and how to name the columns.
        """
        kind = self.kind.__name__.lower()
        reader = "read_needs" if self.kind is Need else "read_achievements"
        other = Headings(Achievement if self.kind is Need else Need)
        rows = [row for row in seen if any(cell.strip() for cell in row)][:3]
        hint = ""
        if other.find(seen) >= 0:
            other_reader = "read_achievements" if self.kind is Need else "read_needs"
            hint = f" They look like those of another kind of record; did you mean {other_reader}?"
        shown = " / ".join(_listed(row) for row in rows) or "nothing"
        return place.error(
            f"no headings with a title or a body of a {kind} were found; the first rows hold: "
            f"{shown}",
            way_out=f"Name the columns yourself: {reader}(source, columns=ColumnMap("
            f'{{"title": "heading of the title", "body": "heading of the body"}})).{hint}',
        )


def note_shadowed(plan: Plan, log: ReadLog) -> None:
    """Note the columns whose field another column fills."""
    for heading, field, winner in plan.shadowed:
        detail = (
            f"column {heading!r} also fits {field!r}, which column {winner!r} fills; kept in extra"
        )
        log.note_table(
            ReadNote(0, "other_column", detail, column=heading, field=field, others=(winner,))
        )


def column_letter(position: int) -> str:
    """Return the letters of a spreadsheet column.

    Examples
    --------
    >>> column_letter(0), column_letter(25), column_letter(26)
    ('A', 'Z', 'AA')
    """
    letters = ""
    position += 1
    while position:
        position, digit = divmod(position - 1, 26)
        letters = chr(ord("A") + digit) + letters
    return letters


def _extra_keys(headings: Sequence[str], taken: Mapping[int, str]) -> tuple[tuple[int, str], ...]:
    keys: dict[str, int] = {}
    for position, heading in enumerate(headings):
        if position in taken:
            continue
        name = heading.strip() or f"column {column_letter(position)}"
        key, copy = name, 2
        while key in keys:
            key, copy = f"{name} ({copy})", copy + 1
        keys[key] = position
    return tuple((position, key) for key, position in keys.items())


def _listed(headings: Sequence[str]) -> str:
    shown = [shorten(item.strip()) for item in headings if item.strip()]
    return ", ".join(shown[:30]) + (f" and {len(shown) - 30} more" if len(shown) > 30 else "")
