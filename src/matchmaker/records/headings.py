"""Which column is which: headings found and matched to fields, or named by the user."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matchmaker.errors import ConfigError, RecordError
from matchmaker.records.aliases import ACHIEVEMENT_ALIASES, NEED_ALIASES, SERIALS, UNITS
from matchmaker.records.column_map import ColumnMap, mappable, mapping_advice
from matchmaker.records.report import Place, ReadLog, ReadNote, shorten
from matchmaker.records.types import Need, Record

_SKIPPED = re.compile(r"[\s_\-\"'“”*·]")
_BRACKETS = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]|【([^【】]*)】")
_NUMBERING = re.compile(r"^(?:\d{1,2}|[一二三四五六七八九十]{1,3}(?=[.、:)]))[.、:)]*")
_PARTS = re.compile(r"[/、|,;]|或者|或|及|和|与")
_LONGEST_HEADING = 120
_WEIGHT_OF_MAPPED = 100
# Fields whose headings can tell needs from achievements.
_TELLING = ("id", "title", "body", "organisation")


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
        self._map_name = f"column map {columns.file}" if columns and columns.file else "column map"
        for name in self._mapped:
            if name not in mappable(kind):
                raise ConfigError(f"{self._map_name}: {name!r} is not a field of {kind.__name__}")
        aliases, others = NEED_ALIASES, ACHIEVEMENT_ALIASES
        if kind is not Need:
            aliases, others = others, aliases
        self._fields = {
            alias: (field, rank)
            for field, names in aliases.items()
            for rank, alias in enumerate(names)
        }
        self._own, self._foreign = _only_in(aliases, others), _only_in(others, aliases)
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

    def swapped(self, headings: Sequence[str]) -> tuple[str, ...]:
        """Return the headings that belong to the other kind of record alone.

        Parameters
        ----------
        headings : sequence of str
            All of one table.

        Returns
        -------
        tuple of str
            Empty if the table may well hold this kind: it has a title, and an id, title or body of
            this kind alone or none of the other; or a map names its title or body.
        """
        foreign = self._foreign_headings(headings)
        if not foreign or self._mapped.keys() & {"title", "body"}:
            return ()
        keys = [simplify(heading) for heading in headings]
        own = any(key in self._own for item in keys for key in (item.key, *item.parts))
        named = not {"id", "title"}.isdisjoint(foreign.values())
        titled = self.plan(tuple(headings)).position("title") >= 0
        doubtful = (named and not own) if titled else (named or not own)
        return tuple(foreign) if doubtful else ()

    def _foreign_headings(self, headings: Sequence[str]) -> dict[str, str]:
        """Headings of the other kind's id, title or organisation, with the field."""
        found: dict[str, str] = {}
        for heading in headings:
            item = simplify(heading)
            fields = [self._foreign[key] for key in (item.key, *item.parts) if key in self._foreign]
            if fields and fields[0] != "body" and not self._look_up(item):
                found[heading.strip()] = fields[0]
        return found

    def check(self, seen: Sequence[str], place: Place) -> None:
        """Raise a RecordError if a mapped heading is missing or the other kind's were given."""
        missing = self._missing(seen, place)
        if missing:
            raise missing
        foreign = self.swapped(seen)
        if foreign:
            raise self._swapped_error(foreign, place)

    def _missing(self, seen: Sequence[str], place: Place) -> RecordError | None:
        keys = {simplify(heading).key for heading in seen} | {item.strip() for item in seen}
        for field, heading in self._mapped.items():
            if heading.strip() not in keys and simplify(heading).key not in keys:
                return place.error(
                    f"heading {heading!r} of the {self._map_name} is not in this table; it has "
                    f"{_listed(seen)}",
                    way_out=f"Correct the heading that the map names for {field!r}.",
                )
        return None

    def _swapped_error(self, foreign: Sequence[str], place: Place) -> RecordError:
        fields = self._foreign_headings(foreign)
        title = next((item for item in foreign if fields[item] == "title"), "")
        other = "achievements" if self.kind is Need else "needs"
        return place.error(
            f"headings {_listed(foreign)} belong to {other}",
            way_out="Were the two files swapped? If not, name the columns with a "
            f"{mapping_advice(self.kind, 'title', title)}.",
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
        rows = [row for row in seen if any(cell.strip() for cell in row)]
        if not rows:
            what = "sheet" if place.sheet else "source"
            return place.error(
                f"the {what} is empty, at least in its first rows", way_out="Export it again."
            )
        missing = self._missing([cell for row in rows for cell in row], place)
        if missing:
            return missing
        foreign = next(filter(None, map(self.swapped, rows)), ())
        if foreign:
            return self._swapped_error(foreign, place)
        kind = "a need" if self.kind is Need else "an achievement"
        return place.error(
            f"no headings with a title or a body of {kind} were found; the first rows hold: "
            f"{' / '.join(_listed(row) for row in rows[:3])}",
            way_out=f"Name the columns with a {mapping_advice(self.kind, 'title')}.",
        )


def _only_in(one: Mapping[str, list[str]], other: Mapping[str, list[str]]) -> dict[str, str]:
    """Telling aliases that only one kind of record has, with their fields."""
    shared = {alias for names in other.values() for alias in names}
    found = {alias: field for field in _TELLING for alias in one[field]}
    return {alias: field for alias, field in found.items() if alias not in shared}


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
