"""Outcomes: what became of needs and achievements that were brought together, row by row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, fields
from datetime import date
from os import PathLike
from pathlib import Path
from typing import Any, overload

from matchmaker.errors import ConfigError
from matchmaker.language.money import read_money
from matchmaker.language.places import read_place
from matchmaker.planning.outcomes.columns import (
    ALIASES,
    REASONS,
    SENT,
    STAGE_RANKS,
    STAGES,
    WHOSE,
    open_outcomes,
    read_reasons,
    read_stage,
    states_no_reason,
)
from matchmaker.records import Achievement, Need, Origin
from matchmaker.records.assembly import Row
from matchmaker.records.cells import cell_text, is_placeholder, is_rounded, parse_date, split_list
from matchmaker.records.headings import Column
from matchmaker.records.report import Place

_TEN_THOUSAND = 1e4
_MOST_AMOUNT = 1e12
_Heads = Mapping[str, Column]
_NEGATIVE = ("-", "−", "－", "–")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one row of a list says about a need and an achievement.

    Attributes
    ----------
    need_id, achievement_id : str
        Either may be empty.
    enterprise, university : str
        As written.
    sectors : tuple of str
        As written.
    region, park, event : str
        As written; the event may be any list that counts, such as 第二批推送清单.
    stage : str
        One of :data:`STAGES`. Of a refusal the stage that had been reached; 已推送 where the row
        does not say, for nobody refuses what was never offered.
    refused : bool
        Whether it ended there: refused, or terminated.
    day : date or None
        When the stage was reached, or when it was refused.
    amount : float or None
        In 万元, not negative.
    reasons : tuple of str
        Of a refusal, of :data:`REASONS`.
    reason_text : str
        The reasons as written.
    maturity, asked : str
        Maturity of the achievement at that time, and what the enterprise asked for; as written.
    note : str
        As written.
    origin : Origin or None
        File and row; not part of equality.

    Raises
    ------
    ConfigError
        If the stage or a reason is unknown, the amount negative, or nobody is named.
    """

    need_id: str = ""
    achievement_id: str = ""
    enterprise: str = ""
    university: str = ""
    sectors: tuple[str, ...] = ()
    region: str = ""
    park: str = ""
    event: str = ""
    stage: str = STAGES[0]
    refused: bool = False
    day: date | None = None
    amount: float | None = None
    reasons: tuple[str, ...] = ()
    reason_text: str = ""
    maturity: str = ""
    asked: str = ""
    note: str = ""
    origin: Origin | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        if self.stage not in STAGES:
            raise ConfigError(f"stage must be one of {', '.join(STAGES)}, not {self.stage!r}")
        unknown = [reason for reason in self.reasons if reason not in REASONS]
        if unknown:
            raise ConfigError(f"reasons must be of {', '.join(REASONS)}, not {unknown[0]!r}")
        if self.amount is not None and not 0 <= self.amount <= _MOST_AMOUNT:
            raise ConfigError(
                f"amount must be 0 or more and at most {_MOST_AMOUNT:g}, in 万元, "
                f"not {self.amount!r}"
            )
        if not (self.need_id or self.achievement_id or self.enterprise or self.university):
            raise ConfigError("an outcome needs an id or the name of an enterprise or university")

    @property
    def stage_rank(self) -> int:
        """Position of the stage: 0 未接触 to 6 完成."""
        return STAGE_RANKS[self.stage]

    @property
    def city(self) -> str:
        """City of the region, else its province, else what is written."""
        place = read_place(self.region)
        return (place.city or place.province) if place else self.region.strip()

    def to_json(self) -> dict[str, Any]:
        """Give the outcome as plain data.

        Returns
        -------
        dict
            Every field by name; the day as ISO text, the origin as file, sheet and row.
        """
        plain: dict[str, Any] = {item.name: getattr(self, item.name) for item in fields(self)}
        plain |= {"sectors": list(self.sectors), "reasons": list(self.reasons)}
        plain["day"] = self.day.isoformat() if self.day else None
        plain["origin"] = origin_json(self.origin)
        return plain


def origin_json(origin: Origin | None) -> dict[str, Any] | None:
    """Give an origin as plain data; None where none is known."""
    if origin is None:
        return None
    return {"file": origin.file, "sheet": origin.sheet, "row": origin.row}


@dataclass(frozen=True, slots=True)
class OutcomeNote:
    """A cell that could not be taken as it is.

    Attributes
    ----------
    problem : str
        ``day`` (no date; the day counts as unknown), ``amount`` (no sum in yuan; unknown),
        ``range`` (a range of sums; the lower end was taken), ``need_id`` or ``achievement_id`` (no
        record given has this id).
    column, value : str
        Heading and value.
    origin : Origin
        File and row.
    """

    problem: str
    column: str
    value: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class Outcomes(Sequence[Outcome]):
    """Outcomes in the order they were read.

    Attributes
    ----------
    rows : tuple of Outcome
        Several of one pair are its history.
    sources : tuple of str
        Files that were read.
    notes : tuple of OutcomeNote
        What could not be taken as it is.
    """

    rows: tuple[Outcome, ...]
    sources: tuple[str, ...] = ()
    notes: tuple[OutcomeNote, ...] = ()

    @classmethod
    def joined(cls, parts: Iterable[Outcomes]) -> Outcomes:
        """Put the outcomes of several files together."""
        every = list(parts)
        return cls(
            tuple(row for part in every for row in part.rows),
            tuple(source for part in every for source in part.sources),
            tuple(note for part in every for note in part.notes),
        )

    @overload
    def __getitem__(self, index: int) -> Outcome: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Outcome, ...]: ...
    def __getitem__(self, index: int | slice) -> Outcome | tuple[Outcome, ...]:
        return self.rows[index]

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Outcome]:
        return iter(self.rows)


def read_outcomes(
    path: str | PathLike[str],
    *,
    needs: Iterable[Need] | None = None,
    achievements: Iterable[Achievement] | None = None,
    sheet: str | None = None,
) -> Outcomes:
    """Read a list of outcomes.

    A row needs a stage and an id or a name: 需求编号, 成果编号, 企业名称, 高校, 领域, 地区, 园区,
    活动, 阶段, 日期, 金额（万元）, 拒绝原因, 当时成熟度, 要求成熟度, 备注, or in English need_id,
    achievement_id, enterprise, university, sectors, region, park, event, stage, date, amount,
    reason, maturity, required_maturity, note. Other columns are ignored, and so are empty rows. A
    row without a stage is 未接触, or refused if it has a reason; a row with a reason was refused
    whatever its stage. A sum without a unit is in 万元.

    Parameters
    ----------
    path : str or path-like
        Ends in .xlsx, .xlsm, .xls, .csv, .tsv or .jsonl; texts are UTF-8 or GB18030.
    needs, achievements : iterable of records, optional
        Fill in what the file does not say, by id: enterprise, sectors, region and park of the need,
        university and, where the need has none, sectors of the achievement.
    sheet : str, optional
        Sheet of a workbook; by default the first with headings.

    Returns
    -------
    Outcomes
        In the order of the file.

    Raises
    ------
    RecordError
        If the file cannot be read, has no such headings, a stage is unknown, an amount is negative,
        an id was rounded, or a row names nobody. It names file, row, column, value and the way out.
    ConfigError
        If the ending is unknown.
    """
    job, place, rows = open_outcomes(Path(path), sheet=sheet)
    reader = _Reader(
        place,
        None if needs is None else {need.id: need for need in needs},
        None if achievements is None else {one.id: one for one in achievements},
    )
    found = []
    with closing(rows):
        for row in rows:
            outcome = reader.outcome(row, job.headings.plan(row.headings).columns)
            if outcome is not None:
                found.append(outcome)
    return Outcomes(tuple(found), (job.place.file,), tuple(reader.notes))


class _Reader:
    """Turns rows of one file into outcomes."""

    def __init__(
        self,
        place: Place,
        needs: Mapping[str, Need] | None,
        achievements: Mapping[str, Achievement] | None,
    ) -> None:
        self._place = place
        self._needs, self._achievements = needs, achievements
        self.notes: list[OutcomeNote] = []

    def outcome(self, row: Row, columns: Sequence[Column]) -> Outcome | None:
        """Read a row; None if nothing stands under the known headings."""
        cells = dict.fromkeys(ALIASES, "")
        heads = {column.field: column for column in columns}
        for column in columns:
            value = row.values[column.position] if column.position < len(row.values) else ""
            cells[column.field] = self._text(value, row, column)
        if states_no_reason(cells["reason"]):
            cells["reason"] = ""
        if not any(cells.values()):
            return None
        origin = Origin(self._place.file, self._place.sheet, row.number)
        rank, refused = self._stage(cells, row, heads)
        values = self._filled(cells, heads, origin)
        if not any(
            values[key] for key in ("need_id", "achievement_id", "enterprise", "university")
        ):
            raise self._at(row, "").error(
                "the row names nobody",
                way_out="Give an id or the name of an enterprise or university, or delete it.",
            )
        return Outcome(
            **values,
            stage=STAGES[rank],
            refused=refused,
            day=self._day(cells["day"], heads, origin),
            amount=self._amount(cells["amount"], heads, row, origin),
            reasons=read_reasons(cells["reason"]),
            reason_text=cells["reason"],
            origin=origin,
        )

    def _at(self, row: Row, column: str) -> Place:
        return Place(self._place.file, self._place.sheet, row.number, column)

    def _text(self, value: object, row: Row, column: Column) -> str:
        if column.field.endswith("_id") and is_rounded(value):
            raise self._at(row, column.heading).error(
                "a number that the spreadsheet program has rounded",
                value=value,
                way_out="Make the column text and enter the id again.",
            )
        try:
            text = cell_text(value)
        except TypeError as error:
            raise self._at(row, column.heading).error(
                str(error), value=value, way_out="Give a text, a number or a date."
            ) from error
        return "" if is_placeholder(text) else text

    def _stage(self, cells: Mapping[str, str], row: Row, heads: _Heads) -> tuple[int, bool]:
        text = cells["stage"]
        found = read_stage(text) if text else (None if not cells["reason"] else 0, False)
        if found is None:
            raise self._at(row, heads["stage"].heading).error(
                "an unknown stage",
                value=text,
                way_out=f"The stages are {', '.join(STAGES)}; of a refusal 拒绝 or 终止, or "
                "for example 已对接（拒绝）.",
            )
        rank, refused = found
        refused = refused or bool(cells["reason"])
        # Nobody refuses what was never offered.
        return (max(rank or 0, SENT) if refused else rank or 0), refused

    def _day(self, text: str, heads: _Heads, origin: Origin) -> date | None:
        day = parse_date(text) if text else None
        if text and day is None:
            self.notes.append(OutcomeNote("day", heads["day"].heading, text, origin))
        return day

    def _amount(self, text: str, heads: _Heads, row: Row, origin: Origin) -> float | None:
        if not text:
            return None
        column = heads["amount"]
        if text.startswith(_NEGATIVE):
            raise self._at(row, column.heading).error(
                "a negative amount", value=text, way_out="Give what was agreed, 0 or more."
            )
        money = read_money(text, unit=column.unit or "万元")
        known = money is not None and money.known and money.currency == "CNY"
        problem = "" if known else "amount"
        if known and money is not None and money.low != money.high:
            problem = "range"
        if problem:
            self.notes.append(OutcomeNote(problem, column.heading, text, origin))
        if money is None or not known or money.low is None:
            return None
        return money.low / _TEN_THOUSAND

    def _filled(self, cells: Mapping[str, str], heads: _Heads, origin: Origin) -> dict[str, Any]:
        values: dict[str, Any] = {key: cells[key] for key in (*WHOSE, "region", "park")}
        values |= {key: cells[key] for key in ("event", "maturity", "asked", "note")}
        values["sectors"] = split_list(cells["sectors"])
        need = (self._needs or {}).get(cells["need_id"])
        achievement = (self._achievements or {}).get(cells["achievement_id"])
        for key, known in (("need_id", self._needs), ("achievement_id", self._achievements)):
            if known is not None and cells[key] and cells[key] not in known:
                self.notes.append(OutcomeNote(key, heads[key].heading, cells[key], origin))
        if need is not None:
            values["enterprise"] = values["enterprise"] or need.organisation
            values["sectors"] = values["sectors"] or need.sectors
            values["region"] = values["region"] or need.region
            values["park"] = values["park"] or need.park
        if achievement is not None:
            values["university"] = values["university"] or achievement.organisation
            values["sectors"] = values["sectors"] or achievement.sectors
        return values
