"""Columns: heading, width and value, for workbook and csv alike; and the two sides they show."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, Literal, TypeVar

from matchmaker.language.sectors import SectorLabel
from matchmaker.records import Achievement, Need
from matchmaker.reporting.reasoned import Reasoned, reasoning
from matchmaker.reporting.reasons import gap_text, reason_text, score_text
from matchmaker.reporting.wording import Wording, excerpt, one_line, place
from matchmaker.scoring.pairs import Match, RankedPairs

T = TypeVar("T")
R = TypeVar("R", Need, Achievement)

Value = str | int | float
Kind = Literal["text", "excerpt", "lines", "count", "score", "grade"]

EXCERPT = 120
"""UTF-16 units of a record's text that stand in a list of pairs."""


@dataclass(frozen=True, slots=True)
class Column(Generic[T]):
    """One column of a table: a field of what its rows are about.

    Attributes
    ----------
    key : str
        The heading's key in the message table, without ``column.``.
    width : int
        In characters of the spreadsheet's default font; a Chinese character takes two.
    value : callable
        Maps what a row is about to what stands in the cell: text for text, a number for a number.
    kind : {"text", "excerpt", "lines", "count", "score", "grade"}
        How the cell is laid out. A row grows with its texts and lines, not with an excerpt.
    optional : bool
        Whether a workbook leaves the column out where every cell of it is empty.
    """

    key: str
    width: int
    value: Callable[[T, Wording], Value]
    kind: Kind = "text"
    optional: bool = False

    def heading(self, words: Wording) -> str:
        """Give the heading."""
        return words(f"column.{self.key}")


@dataclass(frozen=True, slots=True)
class Side(Generic[R]):
    """One side of a ranking; with it, both directions are the same code.

    Attributes
    ----------
    name : {"need", "achievement"}
        Which side.
    record : callable
        Takes this side's record from a match.
    records : callable
        Takes all of this side's records, by id, from a ranking.
    positions : callable
        Takes their positions in the pairs, as a list of int, from a ranking.
    labels : callable
        Takes a record's labels, by its id, from a ranking.
    main, keys, more : tuple of Column
        What is read first of a record, title first; its id and how to reach someone; its further
        fields, an excerpt of the text last.
    """

    name: Literal["need", "achievement"]
    record: Callable[[Match], R]
    records: Callable[[RankedPairs], tuple[R, ...]]
    positions: Callable[[RankedPairs], list[int]]
    labels: Callable[[RankedPairs, str], tuple[SectorLabel, ...]]
    main: tuple[Column[R], ...]
    keys: tuple[Column[R], ...]
    more: tuple[Column[R], ...]


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _optional(key: str, width: int, value: Callable[[R, Wording], Value]) -> Column[R]:
    return Column(key, width, value, optional=True)


NEED: Side[Need] = Side(
    name="need",
    record=lambda match: match.need,
    records=lambda pairs: pairs.needs,
    positions=lambda pairs: pairs.columns.need.tolist(),
    labels=lambda pairs, record_id: pairs.sectors_of_need(record_id),
    main=(
        Column("need_title", 30, lambda need, words: words.title(need)),
        _optional("enterprise", 20, lambda need, _: one_line(need.organisation)),
        _optional("need_region", 14, lambda need, _: place(need.region, need.park)),
    ),
    keys=(
        Column("need_id", 12, lambda need, _: need.id),
        _optional("need_contact", 28, lambda need, words: words.contact(need.extra)),
    ),
    more=(
        _optional("enterprise_type", 14, lambda need, _: one_line(need.organisation_type)),
        _optional("budget", 14, lambda need, _: one_line(need.budget)),
        _optional("deadline", 12, lambda need, _: _day(need.deadline)),
        _optional("need_cooperation", 16, lambda need, words: words.listed(need.cooperation)),
        _optional("confidentiality", 14, lambda need, _: one_line(need.confidentiality)),
        _optional("goals", 30, lambda need, _: excerpt(need.goals, EXCERPT)),
        Column("need_excerpt", 44, lambda need, _: excerpt(need.body, EXCERPT), "excerpt"),
    ),
)

ACHIEVEMENT: Side[Achievement] = Side(
    name="achievement",
    record=lambda match: match.achievement,
    records=lambda pairs: pairs.achievements,
    positions=lambda pairs: pairs.columns.achievement.tolist(),
    labels=lambda pairs, record_id: pairs.sectors_of_achievement(record_id),
    main=(
        Column("achievement_title", 30, lambda achievement, words: words.title(achievement)),
        _optional("university", 21, lambda achievement, _: one_line(achievement.organisation)),
        _optional("team", 12, lambda achievement, _: one_line(achievement.team)),
        _optional("maturity", 10, lambda achievement, _: one_line(achievement.maturity)),
    ),
    keys=(
        Column("achievement_id", 12, lambda achievement, _: achievement.id),
        _optional("achievement_contact", 28, lambda record, words: words.contact(record.extra)),
    ),
    more=(
        _optional("indicators", 30, lambda record, _: excerpt(record.indicators, EXCERPT)),
        _optional("applications", 24, lambda record, _: excerpt(record.applications, EXCERPT)),
        _optional("ip", 20, lambda achievement, _: one_line(achievement.ip)),
        _optional("cooperation", 16, lambda record, words: words.listed(record.cooperation)),
        _optional("price", 12, lambda achievement, _: one_line(achievement.price)),
        _optional("achievement_region", 14, lambda achievement, _: one_line(achievement.region)),
        Column(
            "achievement_excerpt", 44, lambda record, _: excerpt(record.body, EXCERPT), "excerpt"
        ),
    ),
)


def sides(pairs: RankedPairs) -> tuple[Side[Any], Side[Any]]:
    """Tell the side that asked from the one that answers."""
    if pairs.direction == "need_to_achievement":
        return NEED, ACHIEVEMENT
    return ACHIEVEMENT, NEED


class PairTable:
    """The columns of a list of pairs, the asking side first, and their values.

    What is read first stands first: rank, grade, score, both records, the reasons; then ids and
    how to reach someone.

    Parameters
    ----------
    pairs : RankedPairs
        The ranking.
    words : Wording
        Language.
    details : bool
        Whether the further fields of either side and the similarity are columns too.
    filled : bool
        Whether optional fields that no record of the pairs fills are left out.
    duplicates : bool or None
        Whether ids with the same content are a column; None where the pairs know of any. Given
        where the pairs are a part of a ranking, which must look as all other parts do.
    reasons : bool
        Whether the reasons of a match are columns, where the pairs can be explained.

    Attributes
    ----------
    columns : tuple of Column
        In order; :meth:`values` gives what stands in them.
    """

    def __init__(
        self,
        pairs: RankedPairs,
        words: Wording,
        *,
        details: bool,
        filled: bool = False,
        duplicates: bool | None = None,
        reasons: bool = True,
    ) -> None:
        self._words = words
        self._reasoning = reasoning(pairs, wanted=reasons, whole=duplicates is None)
        self._asking = sides(pairs)[0].name
        self._why = () if self._reasoning is None else _WHY
        # A pair stands on several sheets.
        self._said: dict[tuple[str, str], list[Value]] = {}
        self._measures = _MEASURES if details else ()
        alike = bool(pairs.duplicates) if duplicates is None else duplicates
        self._reasons = (*_REASONS, *(_DUPLICATES if alike else ()))
        self._parts: list[tuple[Side[Any], tuple[Column[Any], ...], dict[str, list[Value]]]] = []
        asked, answered = sides(pairs)
        groups = [
            (asked, asked.main),
            (answered, answered.main),
            (asked, asked.keys),
            (answered, answered.keys),
        ]
        if details:
            groups += [(asked, asked.more), (answered, answered.more)]
        for side, columns in groups:
            if filled:
                records = side.records(pairs)
                found = [records[position] for position in sorted(set(side.positions(pairs)))]
                columns = filled_columns(columns, found, words)
            self._parts.append((side, columns, {}))
        kept = [columns for _, columns, _ in self._parts]
        self.columns: tuple[Column[Any], ...] = (
            *_VERDICT,
            *kept[0],
            *kept[1],
            *self._reasons,
            *self._why,
            *(column for columns in kept[2:] for column in columns),
            *self._measures,
        )

    def values(self, match: Match) -> list[Value]:
        """Give a row: one value for each column."""
        words = self._words
        asked, answered, *details = (self._of_record(match, i) for i in range(len(self._parts)))
        return [
            *(column.value(match, words) for column in _VERDICT),
            *asked,
            *answered,
            *(column.value(match, words) for column in self._reasons),
            *self._why_of(match),
            *(value for part in details for value in part),
            *(column.value(match, words) for column in self._measures),
        ]

    def _why_of(self, match: Match) -> list[Value]:
        if self._reasoning is None:
            return []
        key = (match.need.id, match.achievement.id)
        said = self._said.get(key)
        if said is None:
            reasoned = (self._reasoning(match), self._asking)
            said = [column.value(reasoned, self._words) for column in self._why]
            self._said[key] = said
        return said

    def _of_record(self, match: Match, part: int) -> list[Value]:
        # A record stands in many pairs, always with the same words.
        side, columns, known = self._parts[part]
        record = side.record(match)
        if record.id not in known:
            known[record.id] = [column.value(record, self._words) for column in columns]
        return known[record.id]

    @property
    def reasoned(self) -> int:
        """Count the columns up to and including the reasons."""
        return self.after("reasons" if self._why else "shared_terms")

    def after(self, key: str) -> int:
        """Count the columns up to and including one."""
        return next(i for i, column in enumerate(self.columns, start=1) if column.key == key)


def filled_columns(
    columns: Iterable[Column[Any]], records: Sequence[Any], words: Wording
) -> tuple[Column[Any], ...]:
    """Leave out the optional columns that no record fills."""
    return tuple(
        column
        for column in columns
        if not column.optional or any(column.value(record, words) for record in records)
    )


_VERDICT: tuple[Column[Match], ...] = (
    Column("rank", 7, lambda match, _: match.rank, "count"),
    Column("grade", 10, lambda match, words: words.grade(match.grade), "grade"),
    Column("score", 9, lambda match, _: match.score, "score"),
)
_REASONS: tuple[Column[Match], ...] = (
    Column("sectors", 12, lambda match, words: words.sectors(match.sectors)),
    Column("shared_terms", 30, lambda match, words: words.terms(match.shared_terms)),
)
_WHY: tuple[Column[tuple[Reasoned, str]], ...] = (
    Column("reasons", 60, lambda why, words: _reasons_of(*why, words), "excerpt"),
    Column("gaps", 36, lambda why, words: gap_text(why[0].explanation, words), "excerpt"),
    Column("score_parts", 40, lambda why, words: score_text(why[0].explanation, words), "excerpt"),
)


def _reasons_of(reasoned: Reasoned, asking: str, words: Wording) -> str:
    return reason_text(reasoned.explanation, words, without=reasoned.without, asking=asking)


_DUPLICATES: tuple[Column[Match], ...] = (
    Column("duplicates", 16, lambda match, words: words.listed(match.duplicates)),
)
_MEASURES: tuple[Column[Match], ...] = (
    Column("similarity", 10, lambda match, _: match.similarity, "score"),
)
