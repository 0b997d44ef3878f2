"""A report of targets put into words: progress, funnel, double counts, refusals, evidence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from matchmaker.planning.outcomes.columns import REASONS, STAGES
from matchmaker.planning.outcomes.targets import Target, TargetProgress, TargetReport
from matchmaker.records import Origin
from matchmaker.reporting.columns import Value
from matchmaker.reporting.facts import Fact
from matchmaker.reporting.plans.report import PlanReport, PlanTable
from matchmaker.reporting.safety import printable
from matchmaker.reporting.sheets import Head, Line
from matchmaker.reporting.wording import Wording, file_name, one_line

_RANKS = range(len(STAGES))
_MET, _SIGNED, _DONE = 2, 4, 6


def targets_report(report: TargetReport, words: Wording) -> PlanReport:
    """Put a report of targets into words.

    Parameters
    ----------
    report : TargetReport
    words : Wording
        Language.

    Returns
    -------
    PlanReport
        Tables: targets, funnel, rates, universities, double counts, refusals, what was counted
        and notes on cells; those without any row are left out but for the first two.
    """
    told = _Told(words)
    tables = [_targets(report, told), _funnel(report, told)]
    optional = (_universities, _doubles, _refusals, _rates, _counted, _notes)
    tables += [table for make in optional if (table := make(report, told)).lines]
    return PlanReport(
        title=told("title"), facts=_facts(report, told), notes=_remarks(report, told), tables=tables
    )


class _Told:
    """Words for the values of this report."""

    def __init__(self, words: Wording) -> None:
        self.words = words

    def __call__(self, key: str, **values: object) -> str:
        return self.words(f"plan.targets.{key}", **values)

    def head(self, key: str, width: int) -> Head:
        """Give a column of text."""
        return Head(self(f"column.{key}"), width)

    def count(self, key: str) -> Head:
        """Give a column of whole numbers."""
        return Head(self(f"column.{key}"), 12, "count")

    def amount(self, values: Iterable[float]) -> Head:
        """Give a column of sums: with decimals only where one has them."""
        whole = all(float(value).is_integer() for value in values)
        return Head(self("column.amount"), 14, "count" if whole else "score")

    def stage(self, rank: int) -> str:
        """Name a stage."""
        return self(f"stage.{rank}")

    def name(self, name: str) -> str:
        """Show a name, or that there is none."""
        return one_line(name) or self("unsaid")

    def day(self, day: date | None) -> str:
        """Write a day; empty if unknown."""
        return day.isoformat() if day else ""

    def reason(self, reason: str) -> str:
        """Name a reason."""
        return self(f"reason.{REASONS.index(reason)}") if reason else self("unsaid")

    def rows(self, origins: Sequence[Origin]) -> str:
        """Name rows by file."""
        by_file: dict[str, list[int]] = {}
        for origin in origins:
            place = file_name(origin.file) + (f" {origin.sheet}" if origin.sheet else "")
            by_file.setdefault(one_line(place), []).append(origin.row)
        return self.words("mark.clause").join(
            self("rows", file=place, rows=self.words.listed(map(str, rows)))
            for place, rows in by_file.items()
        )

    def target(self, target: Target) -> str:
        """Name a target."""
        return one_line(target.name) or self(f"count.{target.count}")

    def scope(self, target: Target) -> str:
        """Say what counts for a target."""
        parts = (target.sector, target.city, target.park, target.university, target.event)
        shown = (self("scope", stage=self.stage(target.rank)), *filter(None, map(one_line, parts)))
        return self.words.listed(shown)


def _number(value: float | None) -> Value:
    """Give a number as it is shown: whole, or with one decimal."""
    if value is None:
        return ""
    return int(value) if float(value).is_integer() else f"{value:.1f}"


def _share(value: float) -> str:
    """Write a share in per cent; 100 % means all of it, and 0 % nothing."""
    shown = f"{100 * value:.1f}".removesuffix(".0")
    if value > 0 and shown == "0":
        return "<0.1%"
    return "99.9%" if value < 1 and shown == "100" else f"{shown}%"


def _sum(value: float) -> Value:
    """Give a sum in 万元, without a point where it is whole."""
    return int(value) if float(value).is_integer() else value


def _facts(report: TargetReport, told: _Told) -> list[Fact]:
    whole = report.funnel[0]
    facts: list[Fact] = [
        (told("fact.today"), report.today.isoformat()),
        (told("fact.rows"), str(report.rows)),
        (told("fact.items"), str(report.items)),
    ]
    facts += [(told.stage(rank), str(whole.reached[rank])) for rank in (_MET, _SIGNED, _DONE)]
    facts += [
        (told("column.amount"), str(_number(whole.amount))),
        (told("fact.doubles"), str(len(report.doubles))),
    ]
    if report.sources:
        facts.append((told("fact.sources"), told.words.listed(map(file_name, report.sources))))
    return facts


def _remarks(report: TargetReport, told: _Told) -> list[str]:
    found = [told(f"note.{key}") for key in ("counting", "names", "several", "pace", "formula")]
    counts = (
        ("ended", report.funnel[0].ended),
        ("future", report.future),
        ("unnamed", report.unnamed),
        ("unpriced", report.unpriced),
    )
    found += [told(f"note.{key}", count=count) for key, count in counts if count]
    return found + [
        told(
            "note.unseen",
            target=told.target(one.target),
            names=told.words.listed(map(one_line, one.unseen)),
        )
        for one in report.targets
        if one.unseen
    ]


def _targets(report: TargetReport, told: _Told) -> PlanTable:
    def line(one: TargetProgress) -> Line:
        values: list[Value] = [
            told.target(one.target),
            _number(one.target.number),
            _number(one.reached),
            _share(one.share),
            told(f"status.{one.status}"),
            _number(one.still_open),
            _number(one.required),
            _number(one.pace),
            told.day(one.forecast) or told("none"),
            told.day(one.deadline),
            told.day(one.start),
            told.scope(one.target),
            one.undated,
            one.late,
        ]
        return Line(values)

    heads = [
        told.head("target", 28),
        *(told.head(key, 12) for key in ("number", "reached", "share", "status", "open")),
        *(told.head(key, 14) for key in ("required", "pace", "forecast", "deadline", "start")),
        told.head("scope", 26),
        told.count("undated"),
        told.count("late"),
    ]
    lines = [line(one) for one in report.targets]
    return PlanTable(told("table.targets"), told("about.targets"), heads, lines, frozen=1, shown=10)


def _funnel(report: TargetReport, told: _Told) -> PlanTable:
    heads = [
        told.head("division", 10),
        told.head("name", 30),
        *(Head(told.stage(rank), 10, "count") for rank in _RANKS),
        *(told.count(key) for key in ("refused", "ended", "enterprises", "universities")),
        told.amount(row.amount for row in report.funnel),
    ]
    lines, before = [], ""
    for row in report.funnel:
        name = told("division.all") if row.division == "all" else told.name(row.name)
        values: list[Value] = [told(f"division.{row.division}"), name, *row.reached]
        values += [row.refused, row.ended, row.enterprises, row.universities, _sum(row.amount)]
        lines.append(Line(values, opens=row.division != before))
        before = row.division
    return PlanTable(told("table.funnel"), told("about.funnel"), heads, lines, frozen=2, shown=9)


def _rates(report: TargetReport, told: _Told) -> PlanTable:
    later = [told.stage(rank) for rank in _RANKS[1:]]
    heads = [
        told.head("division", 10),
        told.head("name", 30),
        *(Head(told("column.rate", stage=stage), 12) for stage in later),
        *(Head(told("column.days", stage=stage), 12) for stage in later),
    ]
    lines, before = [], ""
    for row in report.funnel if report.items else ():
        rates: list[Value] = ["" if rate is None else _share(rate) for rate in row.rates]
        name = told("division.all") if row.division == "all" else told.name(row.name)
        values = [told(f"division.{row.division}"), name, *rates, *map(_number, row.days)]
        lines.append(Line(values, opens=row.division != before))
        before = row.division
    return PlanTable(told("table.rates"), told("about.rates"), heads, lines, frozen=2, shown=0)


def _universities(report: TargetReport, told: _Told) -> PlanTable:
    rows = [row for row in report.funnel if row.division == "university" and row.name]
    heads = [
        Head(told.words("column.university"), 30),
        *(Head(told.stage(rank), 10, "count") for rank in _RANKS[1:]),
        told.amount(row.amount for row in rows),
        *(told.count(key) for key in ("enterprises", "refused", "ended")),
    ]
    lines = []
    for row in rows:
        values: list[Value] = [told.name(row.name), *row.reached[1:], _sum(row.amount)]
        lines.append(Line([*values, row.enterprises, row.refused, row.ended]))
    return PlanTable(told("table.universities"), told("about.universities"), heads, lines, shown=8)


def _doubles(report: TargetReport, told: _Told) -> PlanTable:
    heads = [
        told.head("subject", 30),
        told.head("kind", 36),
        told.head("names", 44),
        told.count("claimed"),
        told.count("counted"),
        told.head("rows", 36),
    ]
    lines, before = [], ""
    for one in report.doubles:
        values: list[Value] = [
            one_line(one.subject),
            told(f"double.{one.kind}"),
            told.words("mark.clause").join(map(one_line, one.names)),
            one.claimed,
            one.counted,
            told.rows(one.rows),
        ]
        lines.append(Line(values, opens=one.kind != before))
        before = one.kind
    return PlanTable(told("table.doubles"), told("about.doubles"), heads, lines)


def _refusals(report: TargetReport, told: _Told) -> PlanTable:
    heads = [
        told.head("division", 10),
        told.head("name", 28),
        told.head("reason", 18),
        told.count("items"),
        Head(told("column.examples"), 60, "lines"),
    ]
    lines, before = [], ""
    for row in report.refusals:
        examples = []
        for one in row.examples:
            parties = " × ".join(filter(None, map(one_line, (one.enterprise, one.university))))
            who = told.words("mark.aside", text=parties, aside=one.subject)
            text = one_line(one.text) or told("unsaid")
            examples.append(told("example", who=one_line(who), text=text))
        name = told("division.all") if row.division == "all" else told.name(row.name)
        values: list[Value] = [
            told(f"division.{row.division}"),
            name,
            told.reason(row.reason),
            row.count,
            printable("\n".join(examples)),
        ]
        lines.append(Line(values, opens=row.division != before))
        before = row.division
    return PlanTable(
        told("table.refusals"), told("about.refusals"), heads, lines, frozen=3, shown=4
    )


def _counted(report: TargetReport, told: _Told) -> PlanTable:
    every = [one for progress in report.targets for one in progress.counted]
    heads = [
        told.head("target", 24),
        told.head("name", 32),
        told.head("about", 44),
        told.head("day", 14),
        told.amount(one.amount for one in every if one.amount is not None),
        told.head("rows", 40),
    ]
    lines = []
    for progress in report.targets:
        for place, one in enumerate(progress.counted):
            values: list[Value] = [
                told.target(progress.target),
                one_line(one.name),
                one_line(one.about),
                told.day(one.day) or told("unsaid"),
                "" if one.amount is None else _sum(one.amount),
                told.rows(one.rows),
            ]
            lines.append(Line(values, opens=not place))
    return PlanTable(told("table.counted"), told("about.counted"), heads, lines, frozen=2, shown=0)


def _notes(report: TargetReport, told: _Told) -> PlanTable:
    heads = [told.head("problem", 36), told.head("heading", 20), told.head("value", 30)]
    heads.append(told.head("rows", 30))
    lines = [
        Line(
            [
                told(f"problem.{note.problem}"),
                one_line(note.column),
                one_line(note.value),
                told.rows([note.origin]),
            ]
        )
        for note in report.notes
    ]
    return PlanTable(told("table.notes"), told("about.notes"), heads, lines, shown=0)
