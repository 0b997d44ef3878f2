"""An assignment put into words: whom everybody meets, who meets nobody, and which limits decide."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from matchmaker.planning.assignments.assignment import Assignment, PartyCount
from matchmaker.planning.assignments.settings import PARTY_LEVELS, PartyLevel
from matchmaker.planning.assignments.unserved import Unserved
from matchmaker.reporting.columns import Value
from matchmaker.reporting.facts import Fact
from matchmaker.reporting.plans.report import PlanReport, PlanTable
from matchmaker.reporting.safety import printable
from matchmaker.reporting.sheets import Head, Line
from matchmaker.reporting.wording import Wording, one_line
from matchmaker.scoring.pairs import Match

NOTES = 10
"""Lowered minimums, and conflicts of interest, that are told one by one before the tables."""

_KEY = "plan.assignment."
_WEAK = 2
"""Grades up to this one hardly carry a meeting."""

_SERVED: tuple[PartyLevel, ...] = ("enterprise", "university", "need", "achievement")
_UNSERVED: tuple[PartyLevel, ...] = ("enterprise", "need", "university")


def assignment_report(plan: Assignment, words: Wording) -> PlanReport:
    """Put an assignment into words.

    Parameters
    ----------
    plan : Assignment
    words : Wording
        Language.

    Returns
    -------
    PlanReport
    """
    texts = _Texts(plan, words)
    tables = [_meetings(texts, "enterprise"), _meetings(texts, "university")]
    tables += [
        table for table in (_unserved(texts), _binding(texts), _lowered(texts)) if table.lines
    ]
    return PlanReport(
        title=words(_KEY + "title"),
        facts=[*_figures(texts), *_settings(texts)],
        notes=_notes(texts),
        tables=tables,
    )


class _Texts:
    """What the parts of the report share."""

    def __init__(self, plan: Assignment, words: Wording) -> None:
        self.plan, self.words = plan, words
        self.matches = list(plan.pairs)
        self.titles = {("need", one.id): words.title(one) for one in plan.pairs.needs}
        self.owners = {("need", one.id): one.organisation for one in plan.pairs.needs}
        for one in plan.pairs.achievements:
            self.titles["achievement", one.id] = words.title(one)
            self.owners["achievement", one.id] = one.organisation

    def party(self, level: str) -> str:
        return self.words(f"{_KEY}party.{level}")

    def name(self, level: str, name: str) -> str:
        """Name a party: a record by its title, who is not named by the record's id."""
        if (level, name) in self.titles:
            return self.titles[level, name]
        if name.startswith("#"):
            record = "need" if level == "enterprise" else "achievement"
            return self.titles.get((record, name[1:]), printable(name[1:]))
        return one_line(name)

    def called(self, level: str, name: str) -> str:
        """Name a party within a sentence; a record with its id."""
        shown = self.name(level, name)
        if (level, name) in self.titles or name.startswith("#"):
            aside = one_line(name.removeprefix("#"))
            return self.words("mark.aside", text=shown, aside=aside)
        return shown


def _figures(texts: _Texts) -> list[Fact]:
    plan, words = texts.plan, texts.words
    facts = [(words(_KEY + "pairs"), str(len(plan.pairs)))]
    for level in _SERVED:
        parties = plan.of_level(level)
        served = sum(one.count > 0 for one in parties)
        value = words(_KEY + "of", count=served, all=len(parties))
        facts.append((words(_KEY + "served", party=texts.party(level)), value))
    facts.append((words(_KEY + "total"), words.score(plan.total_score)))
    best = plan.best_scores()
    worst = words(_KEY + "nobody")
    if best:
        name = min(best, key=lambda one: (best[one], one))
        shown = texts.called("enterprise", name)
        worst = words(_KEY + "worst_of", score=words.score(best[name]), name=shown)
    facts.append((words(_KEY + "worst"), worst))
    if plan.exact:
        gap = words(_KEY + "proven")
    else:
        key = "within" if plan.fair else "unfair"
        gap = words(_KEY + key, percent=f"{100 * plan.gap:.3g}%")
    return [*facts, (words(_KEY + "gap"), gap)]


def _settings(texts: _Texts) -> list[Fact]:
    words, settings = texts.words, texts.plan.settings
    step = f"{settings.fairness_step:g}"
    objective = words(f"{_KEY}objective.{settings.objective}", step=step)
    facts = [
        (words(_KEY + "objective"), objective),
        (words(_KEY + "min_score"), words.score(settings.min_score)),
    ]
    for level in PARTY_LEVELS:
        limits = settings.limits(level)
        if limits.min or limits.max is not None:
            label = words(_KEY + "limits", party=texts.party(level))
            most = words(_KEY + "unlimited") if limits.max is None else str(limits.max)
            facts.append((label, words(_KEY + "range", min=limits.min, max=most)))
    if settings.per_couple is not None:
        facts.append((words(_KEY + "per_couple"), str(settings.per_couple)))
    factors = zip(settings.priorities.values(), texts.plan.priorities, strict=True)
    for factor, (kind, count) in factors:
        label = words(_KEY + "priority", kind=kind, factor=f"{factor:g}")
        facts.append((label, words(_KEY + "priority_needs", count=count)))
    if settings.region != "none":
        place = words(f"{_KEY}place.{settings.region_level}")
        key = f"{_KEY}region.{settings.region}"
        value = words(key, place=place, factor=f"{settings.region_factor:g}")
        facts.append((words(_KEY + "region"), value))
    return facts


def _notes(texts: _Texts) -> list[str]:
    plan, words = texts.plan, texts.words
    notes = [words(_KEY + "note.served")]
    weak = sum(match.grade <= _WEAK for match in texts.matches)
    if weak:
        notes.append(words(_KEY + "note.weak", count=weak))
    for one in plan.lowered[:NOTES]:
        notes.append(
            words(
                _KEY + "note.lowered",
                party=texts.party(one.level),
                name=texts.called(one.level, one.name),
                asked=one.asked,
                kept=one.kept,
            )
        )
    if len(plan.lowered) > NOTES:
        sheet = words(_KEY + "sheet.lowered")
        more = len(plan.lowered) - NOTES
        notes.append(words(_KEY + "note.more_lowered", count=more, sheet=sheet))
    for enterprise, university in plan.conflicts:
        notes.append(
            words(
                _KEY + "note.conflict",
                enterprise=texts.called("enterprise", enterprise),
                university=texts.called("university", university),
            )
        )
    for reason, count in plan.excluded:
        notes.append(words(_KEY + "note.excluded", count=count, reason=_reason(texts, reason)))
    unnamed = sum(one.name.startswith("#") for one in plan.of_level("enterprise"))
    if unnamed:
        notes.append(words(_KEY + "note.unnamed", count=unnamed))
    return notes


def _reason(texts: _Texts, reason: str) -> str:
    score = texts.words.score(texts.plan.settings.min_score)
    return texts.words(f"{_KEY}reason.{reason}", score=score)


_ENTERPRISE = ("enterprise", 24, "text")
_UNIVERSITY = ("university", 22, "text")
_TEAM = ("team", 16, "text")
_NEED = ("need_title", 34, "text")
_ACHIEVEMENT = ("achievement_title", 34, "text")
_LAST = (
    ("grade", 11, "grade"), ("score", 8, "score"), ("shared_terms", 34, "text"),
    ("need_id", 12, "text"), ("achievement_id", 12, "text"),
)  # fmt: skip
_COLUMNS = {
    "enterprise": (_ENTERPRISE, _NEED, _ACHIEVEMENT, _UNIVERSITY, _TEAM, *_LAST),
    "university": (_UNIVERSITY, _ACHIEVEMENT, _TEAM, _ENTERPRISE, _NEED, *_LAST),
}


def _meetings(texts: _Texts, level: PartyLevel) -> PlanTable:
    from matchmaker.planning.parties import enterprises, universities

    words, pairs = texts.words, texts.plan.pairs
    if level == "enterprise":
        of, sheet = enterprises(pairs.needs).of[pairs.columns.need], "enterprises"
    else:
        of, sheet = universities(pairs.achievements).of[pairs.columns.achievement], "universities"
    keys = [
        (party, -match.score, match.need.id, match.achievement.id)
        for party, match in zip(of.tolist(), texts.matches, strict=True)
    ]
    order = sorted(range(len(keys)), key=keys.__getitem__)
    chosen = _COLUMNS[level]
    lines = []
    for place, row in enumerate(order):
        match = texts.matches[row]
        values = _values(match, texts)
        opens = not place or keys[row][0] != keys[order[place - 1]][0]
        lines.append(Line([values[key] for key, _, _ in chosen], opens, match.grade))
    heads = [
        Head(words(f"column.{key}"), width, kind, repeats=not at)  # type: ignore[arg-type]
        for at, (key, width, kind) in enumerate(chosen)
    ]
    return PlanTable(words(f"{_KEY}sheet.{sheet}"), words(f"{_KEY}about.{sheet}"), heads, lines)


def _values(match: Match, texts: _Texts) -> dict[str, Value]:
    words, need, achievement = texts.words, match.need, match.achievement
    return {
        "enterprise": one_line(need.organisation),
        "university": one_line(achievement.organisation),
        "team": one_line(achievement.team),
        "need_title": words.title(need),
        "achievement_title": words.title(achievement),
        "grade": words.grade(match.grade),
        "score": match.score,
        "shared_terms": words.terms(match.shared_terms),
        "need_id": need.id,
        "achievement_id": achievement.id,
    }


def _unserved(texts: _Texts) -> PlanTable:
    columns = (
        ("party", 10, "text"), ("name", 34, "text"), ("owner", 24, "text"), ("why", 60, "text"),
        ("best", 12, "score"), ("id", 12, "text"),
    )  # fmt: skip
    found = [one for level in _UNSERVED for one in texts.plan.unserved if one.level == level]
    lines = []
    for at, one in enumerate(found):
        opens = not at or one.level != found[at - 1].level
        shown: list[Value] = [texts.party(one.level), texts.name(one.level, one.name)]
        owner = one_line(texts.owners.get((one.level, one.name), ""))
        lines.append(Line([*shown, owner, _why(texts, one), one.best, _id(texts, one)], opens))
    return _table(texts, "unserved", columns, lines)


def _why(texts: _Texts, one: Unserved) -> str:
    words = texts.words
    reasons = words.listed(
        words(_KEY + "reason.count", reason=_reason(texts, reason), count=count)
        for reason, count in one.ruled_out
    )
    caps = words.listed(
        words(_KEY + "full", party=texts.party(cap.level), name=texts.called(cap.level, cap.name))
        for cap in one.full
    )
    key = f"{_KEY}why.{one.why}"
    return words(key, ranked=one.ranked, usable=one.usable, reasons=reasons, caps=caps)


def _id(texts: _Texts, one: Unserved | PartyCount) -> str:
    known = (one.level, one.name) in texts.titles or one.name.startswith("#")
    return one_line(one.name.removeprefix("#")) if known else ""


def _binding(texts: _Texts) -> PlanTable:
    columns = (
        ("party", 10, "text"), ("name", 40, "text"), ("count", 10, "count"),
        ("candidates", 10, "count"), ("min", 8, "count"), ("max", 8, "text"),
        ("binds", 12, "text"), ("id", 12, "text"),
    )  # fmt: skip
    words, lines, last = texts.words, [], ""
    for one in texts.plan.counts:
        if not one.binds:
            continue
        most = words(_KEY + "unlimited") if one.max is None else str(one.max)
        which = words(f"{_KEY}binds.{one.binds}")
        shown = (texts.party(one.level), texts.name(one.level, one.name))
        values = (*shown, one.count, one.candidates, one.min, most, which, _id(texts, one))
        lines.append(Line(values, one.level != last))
        last = one.level
    return _table(texts, "binding", columns, lines)


def _lowered(texts: _Texts) -> PlanTable:
    columns = (
        ("party", 10, "text"), ("name", 40, "text"), ("asked", 12, "count"), ("kept", 12, "count")
    )  # fmt: skip
    lines = [
        Line((texts.party(one.level), texts.called(one.level, one.name), one.asked, one.kept))
        for one in texts.plan.lowered
    ]
    return _table(texts, "lowered", columns, lines)


def _table(
    texts: _Texts, name: str, columns: Sequence[tuple[str, int, str]], lines: Sequence[Line]
) -> PlanTable:
    words = texts.words
    heads = list(_heads(words, columns))
    return PlanTable(words(f"{_KEY}sheet.{name}"), words(f"{_KEY}about.{name}"), heads, lines)


def _heads(words: Wording, columns: Sequence[tuple[str, int, str]]) -> Iterator[Head]:
    for key, width, kind in columns:
        yield Head(words(f"{_KEY}column.{key}"), width, kind)  # type: ignore[arg-type]
