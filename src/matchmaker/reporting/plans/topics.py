"""Round tables, invitations and visits put into words."""

from __future__ import annotations

from matchmaker.planning.topics.experts import Answer, Expert, Panel
from matchmaker.planning.topics.invitations import Guest, Invitation
from matchmaker.planning.topics.roundtables import RoundtablePlan
from matchmaker.planning.topics.visits import ParkVisit
from matchmaker.reporting.columns import Value
from matchmaker.reporting.plans.report import PlanReport
from matchmaker.reporting.plans.topics_telling import Column, TopicTelling, joined
from matchmaker.reporting.sheets import Line
from matchmaker.reporting.wording import TERMS_SHOWN, Wording, one_line, place

Rows = list[Line]


def roundtable_report(plan: RoundtablePlan, words: Wording) -> PlanReport:
    """Put round tables into words.

    Parameters
    ----------
    plan : RoundtablePlan
    words : Wording
        Language.

    Returns
    -------
    PlanReport
        Tables: the round tables; the needs at each; its experts; needs that are at none.
    """
    told, settings = TopicTelling(plan.pairs, words), plan.settings
    topics = [one.topic for one in plan.tables]
    uncovered = sum(len(one.panel.uncovered) for one in plan.tables)
    waiting = sum(one.panel.waiting for one in plan.tables)
    chosen = {expert.key for one in plan.tables for expert in one.panel.chosen}
    gathered = sum(len(one.needs) + len(one.copies) for one in topics)
    facts = [
        told.fact("tables", len(plan.tables)),
        told.fact("gathered", told.text("of", part=gathered, whole=plan.needs)),
        told.fact("single", len(plan.single)),
        told.fact("experts", len(chosen)),
        told.fact("open", uncovered),
        told.fact("threshold", words.score(settings.threshold)),
        told.fact("likeness", words.score(settings.topics.likeness)),
    ]
    if settings.sector:
        facts.append(told.fact("sector", words.sector(settings.sector)))
    if settings.park:
        facts.append(told.fact("park", one_line(settings.park)))
    notes = told.topic_notes(topics, settings.topics)
    if plan.more:
        notes.append(told.note("more", count=len(plan.more)))
    if waiting:
        notes.append(told.note("waiting", count=waiting, most=settings.most_experts))
    notes.append(told.note("listed"))
    notes += told.left_out(plan.left_out, settings.threshold)
    return PlanReport(
        words("plan.topics.roundtable.title"),
        facts,
        notes,
        [
            told.table("tables", _TABLES, _table_lines(told, plan)),
            told.table("seats", _SEATS, _seat_lines(told, plan), frozen=2),
            told.table("experts", _EXPERTS, _expert_lines(told, plan), frozen=2),
            told.table("single", _SINGLE, told.single(plan.single), shown=0),
        ],
    )


def invitation_report(plan: Invitation, words: Wording) -> PlanReport:
    """Put an invitation into words.

    Parameters
    ----------
    plan : Invitation
    words : Wording
        Language.

    Returns
    -------
    PlanReport
        Tables: enterprises, parks and regions.
    """
    told, settings = TopicTelling(plan.pairs, words), plan.settings
    facts = [
        told.fact("achievement", words.title(plan.achievement)),
        told.fact("owner", told.owner(plan.achievement.organisation, plan.achievement.team)),
        told.fact("guests", len(plan.guests)),
        told.fact("parks", len(plan.parks)),
        told.fact("min_score", words.score(settings.min_score)),
    ]
    notes = []
    if not plan.guests:
        notes.append(told.note("no_guests"))
    if plan.more_enterprises or plan.more_parks:
        more = {"enterprises": plan.more_enterprises, "parks": plan.more_parks}
        notes.append(told.note("capped", **more))
    if plan.without_park or plan.without_region:
        missing = {"park": plan.without_park, "region": plan.without_region}
        notes.append(told.note("without", **missing))
    notes += told.left_out(plan.left_out, settings.min_score)
    if plan.pairs.direction == "need_to_achievement":
        notes.append(told.note("reverse"))
    if not plan.pairs.explainable:
        notes.append(told.note("unexplained"))
    return PlanReport(
        words("plan.topics.invitation.title"),
        facts,
        notes,
        [
            told.table("guests", _GUESTS, [_guest_line(told, one) for one in plan.guests]),
            told.table("parks", _group_columns("park"), told.groups(plan.parks)),
            told.table("regions", _group_columns("region"), told.groups(plan.regions)),
        ],
    )


def visit_report(plan: ParkVisit, words: Wording) -> PlanReport:
    """Put a visit to a park into words.

    Parameters
    ----------
    plan : ParkVisit
    words : Wording
        Language.

    Returns
    -------
    PlanReport
        Tables: teams to take along; common needs; all needs of the park; those nobody covers.
    """
    told, settings = TopicTelling(plan.pairs, words), plan.settings
    covered = len(plan.needs) - len(plan.panel.uncovered)
    facts = [
        told.fact("park", one_line(plan.park)),
        told.fact("enterprises", plan.enterprises),
        told.fact("needs", len(plan.needs)),
        told.fact("topics", len(plan.topics)),
        told.fact("covered", told.text("of", part=covered, whole=len(plan.needs))),
        told.fact("experts", len(plan.panel.chosen)),
        told.fact("threshold", words.score(settings.threshold)),
        told.fact("likeness", words.score(settings.topics.likeness)),
    ]
    notes = told.topic_notes(plan.topics, settings.topics)
    if waiting := plan.panel.waiting:
        notes.append(told.note("waiting", count=waiting, most=settings.most_teams))
    notes.append(told.note("listed"))
    notes += told.left_out(plan.left_out, settings.threshold)
    topics = [
        Line((told.topic(one), one.enterprises, told.asking(one.needs), words.sectors(one.sectors)))
        for one in plan.topics
    ]
    return PlanReport(
        words("plan.topics.visit.title"),
        facts,
        notes,
        [
            told.table("teams", _TEAMS, told.panel(plan.panel)),
            told.table("topics", _TOPICS, topics),
            told.table("park_needs", _PARK_NEEDS, _park_lines(told, plan), frozen=2),
            told.table("open", _OPEN, _open_lines(told, plan)),
        ],
    )


_TABLES: tuple[Column, ...] = (
    ("topic", 26), ("column.sectors", 16), ("enterprises", 8, "count"), ("needs", 8, "count"),
    ("experts", 44, "lines"), ("open", 36, "lines"), ("need_list", 60, "lines"),
    ("likeness", 8, "score"),
)  # fmt: skip
_SEATS: tuple[Column, ...] = (
    ("topic", 26), ("column.enterprise", 28), ("column.need_title", 36), ("expert", 36),
    ("column.achievement_title", 36), ("column.score", 8, "score"), ("column.grade", 10, "grade"),
    ("column.need_region", 20), ("copies", 24, "lines"), ("column.need_id", 12),
    ("column.achievement_id", 12),
)  # fmt: skip
_TEAMS: tuple[Column, ...] = (
    ("column.university", 24), ("column.team", 24), ("role", 8), ("needs", 8, "count"),
    ("adds", 8, "count"), ("answers", 70, "lines"),
)  # fmt: skip
_EXPERTS: tuple[Column, ...] = (("topic", 26), *_TEAMS)
_SINGLE: tuple[Column, ...] = (
    ("column.enterprise", 28), ("column.need_title", 44), ("column.sectors", 20),
    ("column.need_region", 22), ("column.need_id", 12),
)  # fmt: skip
_GUESTS: tuple[Column, ...] = (
    ("column.enterprise", 28), ("column.need_title", 36), ("column.score", 8, "score"),
    ("column.grade", 10, "grade"), ("column.reasons", 60, "lines"), ("column.need_region", 22),
    ("others", 40, "lines"), ("column.need_contact", 28), ("column.need_id", 12),
)  # fmt: skip
_TOPICS: tuple[Column, ...] = (
    ("topic", 26), ("enterprises", 8, "count"), ("need_list", 70, "lines"), ("column.sectors", 20),
)  # fmt: skip
_PARK_NEEDS: tuple[Column, ...] = (
    ("group", 26), ("column.enterprise", 28), ("column.need_title", 36),
    ("column.best_achievements", 36), ("column.university", 24), ("column.best_score", 8, "score"),
    ("column.best_grade", 10, "grade"), ("column.need_id", 12), ("column.achievement_id", 12),
)  # fmt: skip
_OPEN: tuple[Column, ...] = _PARK_NEEDS[1:]


def _group_columns(name: str) -> tuple[Column, ...]:
    return (
        (name, 26), ("enterprises", 8, "count"), ("needs", 8, "count"), ("asked", 10, "count"),
        ("need_list", 80, "lines"),
    )  # fmt: skip


def _table_lines(told: TopicTelling, plan: RoundtablePlan) -> Rows:
    return [
        Line(
            (
                told.topic(one.topic),
                told.words.sectors(one.topic.sectors),
                one.topic.enterprises,
                len(one.topic.needs),
                joined(told.owner(each.university, each.team) for each in one.panel.chosen),
                told.asking(one.panel.uncovered),
                told.asking(one.topic.needs),
                one.topic.likeness,
            )
        )
        for one in plan.tables
    ]


def _seat_lines(told: TopicTelling, plan: RoundtablePlan) -> Rows:
    lines = []
    for table in plan.tables:
        best = _best_of(table.panel)
        copies = told.asking(table.topic.copies)
        for at, need_id in enumerate(table.topic.needs):
            need, found = told.needs[need_id], best.get(need_id)
            values: list[Value] = [told.topic(table.topic), told.enterprise(need)]
            values += [told.words.title(need), *told.expert_cells(found)]
            values += [place(one_line(need.region), one_line(need.park)), copies if not at else ""]
            values += [need.id, found[1].achievement if found else ""]
            lines.append(Line(values, opens=not at, grade=found[1].grade if found else 0))
    return lines


def _expert_lines(told: TopicTelling, plan: RoundtablePlan) -> Rows:
    lines = []
    for table in plan.tables:
        name = told.topic(table.topic)
        for at, line in enumerate(told.panel(table.panel)):
            lines.append(Line((name, *line.values), opens=not at))
    return lines


def _guest_line(told: TopicTelling, guest: Guest) -> Line:
    words, need = told.words, told.needs[guest.best.need]
    reasons = []
    if guest.terms:
        terms = words.listed(one_line(term) for term in guest.terms[:TERMS_SHOWN])
        reasons.append(told.text("reason.terms", terms=terms))
    reasons += [told.met(one) for one in guest.met]
    others = joined(
        told.text("scored", text=words.title(told.needs[one.need]), score=words.score(one.score))
        for one in guest.others
    )
    where = place(one_line(need.region), one_line(need.park))
    return Line(
        (
            one_line(guest.enterprise) or told.text("unnamed"),
            words.title(need),
            guest.best.score,
            words.grade(guest.best.grade),
            joined(reasons),
            where,
            others,
            words.contact(need.extra),
            need.id,
        ),
        grade=guest.best.grade,
    )


def _park_lines(told: TopicTelling, plan: ParkVisit) -> Rows:
    best = {one.need: one.best for one in plan.needs}
    groups = [(told.topic(one), (*one.needs, *one.copies)) for one in plan.topics]
    groups += [(told.words.sector(name), ids) for name, ids in plan.by_sector]
    return [
        _need_line(told, [name], need, best[need], opens=not at)
        for name, ids in groups
        for at, need in enumerate(ids)
    ]


def _open_lines(told: TopicTelling, plan: ParkVisit) -> Rows:
    best = {one.need: one.best for one in plan.needs}
    return [_need_line(told, [], need, best[need]) for need in plan.panel.uncovered]


def _need_line(
    told: TopicTelling,
    before: list[Value],
    need_id: str,
    best: Answer | None,
    *,
    opens: bool = False,
) -> Line:
    need = told.needs[need_id]
    values: list[Value] = [*before, told.enterprise(need), told.words.title(need)]
    if best is None:
        values += ["", "", "", "", need_id, ""]
        return Line(values, opens=opens)
    found = told.achievements[best.achievement]
    values += [told.words.title(found), one_line(found.organisation), best.score]
    values += [told.words.grade(best.grade), need_id, found.id]
    return Line(values, opens=opens, grade=best.grade)


def _best_of(panel: Panel) -> dict[str, tuple[Expert, Answer]]:
    """Map each need to the chosen expert with the highest score for it."""
    best: dict[str, tuple[Expert, Answer]] = {}
    for expert in panel.chosen:
        for answer in expert.answers:
            if answer.need not in best or answer.score > best[answer.need][1].score:
                best[answer.need] = (expert, answer)
    return best
