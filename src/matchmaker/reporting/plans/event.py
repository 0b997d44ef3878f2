"""The timetable of an event in words: the grid, everybody's agenda, who waits, what has changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import time

from matchmaker.planning.events.plan import EventPlan, Meeting, Party, Topic
from matchmaker.planning.events.settings import Booking, Session
from matchmaker.reporting.facts import Fact
from matchmaker.reporting.plans.report import PlanReport, PlanTable
from matchmaker.reporting.sheets import Head, Line
from matchmaker.reporting.wording import Wording, one_line

NAMED = 12
"""Enterprises without a meeting that a note names."""

_WEAK = 2


def event_report(plan: EventPlan, words: Wording) -> PlanReport:
    """Put a timetable into words.

    Parameters
    ----------
    plan : EventPlan
    words : Wording

    Returns
    -------
    PlanReport
        Grid, agendas of enterprises and of experts, meetings without a place, and after a change
        what it did.
    """
    name = one_line(plan.settings.name)
    title = words("plan.event.title.named", name=name) if name else words("plan.event.title")
    by_enterprise, by_expert = plan.agendas()
    tables = [
        _grid(plan, words),
        _agenda(plan, words, "enterprises", by_enterprise),
        _agenda(plan, words, "experts", by_expert),
    ]
    if plan.waiting:
        tables.append(_waiting(plan, words))
    if plan.changes:
        tables.append(_changes(plan, words))
    return PlanReport(title, _facts(plan, words), _notes(plan, words), tables)


def slot_time(plan: EventPlan, slot: int) -> str:
    """Write from when to when a slot lasts."""
    one = plan.slots[slot]
    return f"{one.start:%H:%M}–{one.end:%H:%M}"


def topic_text(topic: Topic, words: Wording) -> str:
    """Write what a meeting is about: need, achievement, grade and score."""
    return words(
        "plan.event.topic",
        need=one_line(topic.need_title) or topic.need_id,
        achievement=one_line(topic.achievement_title) or topic.achievement_id,
        grade=words.grade(topic.grade),
        score=words.score(topic.score),
    )


def topics_text(topics: Sequence[Topic], words: Wording) -> str:
    """Write all that a meeting is about, a line each; or that it is only booked."""
    return "\n".join(topic_text(one, words) for one in topics) or words("plan.event.booked")


def names_of(plan: EventPlan) -> tuple[dict[str, str], dict[str, str]]:
    """Give the names of enterprises and of experts by key, each on one line."""
    return (
        {one.key: one_line(one.name) for one in plan.enterprises},
        {one.key: one_line(one.name) for one in plan.experts},
    )


def _facts(plan: EventPlan, words: Wording) -> list[Fact]:
    settings, (ours, theirs) = plan.settings, plan.agendas()
    days = dict.fromkeys(slot.on.isoformat() for slot in plan.slots)
    values: list[tuple[str, object]] = [
        ("place", one_line(settings.place)),
        ("days", words.listed(days)),
        ("held", len(plan.meetings)),
        ("bound", plan.bound),
        ("seats", plan.seats),
        ("idle", plan.idle),
        ("enterprises", _part(len(ours), len(plan.enterprises), words)),
        ("experts", _part(len(theirs), len(plan.experts), words)),
        ("waiting", len(plan.waiting)),
    ]
    if settings.min_score:
        values.append(("min_score", words.score(settings.min_score)))
    if plan.history:
        values.append(("kept", plan.kept))
    return [(words(f"plan.event.fact.{key}"), str(value)) for key, value in values if value != ""]


def _part(count: int, total: int, words: Wording) -> str:
    return words("plan.event.fact.part", count=count, total=total)


def _notes(plan: EventPlan, words: Wording) -> list[str]:
    notes = _changed(plan, words)
    serve = plan.settings.serve
    then = "" if serve == "nobody" else words(f"plan.event.note.order.{serve}")
    notes.append(words("plan.event.note.order", then=then))
    if len(plan.meetings) >= plan.bound and not plan.history:
        notes.append(words("plan.event.note.proven"))
    # What the solver leaves open by rounding is nothing to be told.
    if plan.gap > 1e-6:
        notes.append(words("plan.event.note.gap", percent=f"{100 * plan.gap:.2g}"))
    weak = sum(bool(one.topics) and one.topics[0].grade <= _WEAK for one in plan.meetings)
    booked = sum(not one.topics for one in plan.meetings)
    if weak:
        notes.append(words("plan.event.note.weak", count=weak))
    if booked:
        notes.append(words("plan.event.note.booked", count=booked))
    # Where every achievement is an expert of its own, that was asked for.
    experts = plan.experts if plan.settings.experts != "achievement" else ()
    unnamed = sum(one.key.startswith("#") for one in (*plan.enterprises, *experts))
    if unnamed:
        notes.append(words("plan.event.note.unnamed", count=unnamed))
    notes += [_session(plan, one, words) for one in plan.settings.sessions]
    ours, theirs = plan.agendas()
    left = [
        one_line(one.name)
        for one in plan.enterprises
        if one.key not in ours and one.name not in plan.unasked
    ]
    if left:
        notes.append(words("plan.event.note.without", names=_some(left, words)))
    if plan.unasked:
        names = _some([one_line(one) for one in plan.unasked], words)
        notes.append(words("plan.event.note.unasked", names=names))
    if len(theirs) < len(plan.experts):
        count = len(plan.experts) - len(theirs)
        notes.append(words("plan.event.note.experts_without", count=count))
    return notes


def _changed(plan: EventPlan, words: Wording) -> list[str]:
    notes = []
    if plan.history:
        kinds = Counter(change.kind for change in plan.changes)
        enterprises, experts = map(len, plan.told())
        notes.append(
            words(
                "plan.event.note.changed",
                moved=kinds["moved"],
                table=kinds["table"],
                dropped=kinds["dropped"],
                added=kinds["added"],
                enterprises=enterprises,
                experts=experts,
            )
        )
    if plan.released:
        bookings = words.listed(_booking(one, words) for one in plan.released)
        notes.append(words("plan.event.note.released", bookings=bookings))
    return notes


def _booking(booking: Booking, words: Wording) -> str:
    return words(
        "plan.event.booking",
        enterprise=one_line(booking.enterprise),
        expert=one_line(booking.expert),
        day=booking.on,
        time=f"{booking.at:%H:%M}",
    )


def _session(plan: EventPlan, session: Session, words: Wording) -> str:
    hours = words("plan.event.note.everywhen")
    if session.start or session.end:
        held = [slot for slot in plan.slots if session.holds(slot)]
        start = session.start or min((slot.start for slot in held), default=time())
        end = session.end or max((slot.end for slot in held), default=time(23, 59))
        hours = f"{start:%H:%M}–{end:%H:%M}"
    day = f"{session.on} " if session.on else ""
    tables = words("plan.event.note.session.anywhere")
    if session.tables:
        names = words.listed(map(one_line, session.tables))
        tables = words("plan.event.note.session.tables", tables=names)
    sector = words.sector(session.sector)
    return words("plan.event.note.session", sector=sector, when=day + hours, tables=tables)


def _some(names: Sequence[str], words: Wording) -> str:
    listed = words.listed(names[:NAMED])
    if len(names) <= NAMED:
        return listed
    return words("plan.event.note.more", names=listed, count=len(names))


def _grid(plan: EventPlan, words: Wording) -> PlanTable:
    tables = plan.settings.table_names()
    enterprises, experts = names_of(plan)
    cells = {
        (one.slot, one.table): f"{enterprises[one.enterprise]}\n{experts[one.expert]}"
        for one in plan.meetings
    }
    heads = [
        Head(words("plan.event.column.day"), 12, repeats=True),
        Head(words("plan.event.column.time"), 13),
        *(Head(words("plan.event.table", table=one_line(name)), 24, "lines") for name in tables),
    ]
    lines = []
    for number, slot in enumerate(plan.slots):
        opens = not number or plan.slots[number - 1].on != slot.on
        row = [cells.get((number, name), "") for name in tables]
        lines.append(Line([slot.on.isoformat(), slot_time(plan, number), *row], opens=opens))
    return _table(words, "grid", heads, lines, frozen=2, shown=0)


def _agenda(
    plan: EventPlan, words: Wording, side: str, agendas: dict[str, list[Meeting]]
) -> PlanTable:
    ours = side == "enterprises"
    parties = plan.enterprises if ours else plan.experts
    others = names_of(plan)[1 if ours else 0]
    enterprise = words("column.enterprise")
    expert = words("plan.event.column.expert")
    heads = [
        Head(enterprise if ours else expert, 28, repeats=True),
        Head(words("plan.event.column.day"), 12),
        Head(words("plan.event.column.time"), 13),
        Head(words("plan.event.column.table"), 8),
        Head(expert if ours else enterprise, 28),
        Head(words("plan.event.column.topics"), 64, "lines"),
        Head(words("column.grade"), 12, "grade"),
        Head(words("column.score"), 9, "score"),
        Head(words("plan.event.column.free"), 36),
    ]
    lines = []
    for party in sorted(parties, key=lambda one: (one.key not in agendas, one.key)):
        held = agendas.get(party.key, [])
        free = _free(plan, party, held, words)
        if not held:
            nothing = [one_line(party.name), "", "", "", words("plan.event.nothing"), "", "", ""]
            lines.append(Line([*nothing, free], opens=True))
        for number, meeting in enumerate(held):
            slot = plan.slots[meeting.slot]
            values = [
                one_line(party.name),
                slot.on.isoformat(),
                slot_time(plan, meeting.slot),
                one_line(meeting.table),
                others[meeting.expert if ours else meeting.enterprise],
                topics_text(meeting.topics, words),
                *_rated(meeting.topics, words),
                "" if number else free,
            ]
            lines.append(Line(values, opens=not number, grade=_grade(meeting.topics)))
    return _table(words, side, heads, lines)


def _free(plan: EventPlan, party: Party, held: Iterable[Meeting], words: Wording) -> str:
    """List when a party has time left, slots that follow each other as one."""
    left = sorted(set(party.free) - {meeting.slot for meeting in held})
    spans: list[list[int]] = []
    for slot in left:
        last = spans[-1][1] if spans else -2
        if last == slot - 1 and plan.slots[last].stretch == plan.slots[slot].stretch:
            spans[-1][1] = slot
        else:
            spans.append([slot, slot])
    found = []
    for first, last in spans:
        one = plan.slots[first]
        found.append(f"{one.on:%m-%d} {one.start:%H:%M}–{plan.slots[last].end:%H:%M}")
    return words.listed(found)


def _rated(topics: Sequence[Topic], words: Wording) -> list[str | float]:
    return [words.grade(topics[0].grade), topics[0].score] if topics else ["", ""]


def _grade(topics: Sequence[Topic]) -> int:
    return topics[0].grade if topics else 0


def _waiting(plan: EventPlan, words: Wording) -> PlanTable:
    enterprises, experts = names_of(plan)
    heads = [
        Head(words("column.enterprise"), 28),
        Head(words("plan.event.column.expert"), 28),
        Head(words("plan.event.column.reason"), 40),
        Head(words("plan.event.column.topics"), 64, "lines"),
        Head(words("column.grade"), 12, "grade"),
        Head(words("column.score"), 9, "score"),
    ]
    lines = [
        Line(
            [
                enterprises[one.enterprise],
                experts[one.expert],
                words(f"plan.event.reason.{one.reason}"),
                topics_text(one.topics, words),
                *_rated(one.topics, words),
            ],
            grade=_grade(one.topics),
        )
        for one in plan.waiting
    ]
    return _table(words, "waiting", heads, lines, shown=4)


def _changes(plan: EventPlan, words: Wording) -> PlanTable:
    enterprises, experts = names_of(plan)
    heads = [
        Head(words("plan.event.column.change"), 12, repeats=True),
        Head(words("column.enterprise"), 28),
        Head(words("plan.event.column.expert"), 28),
        Head(words("plan.event.column.before"), 30),
        Head(words("plan.event.column.now"), 30),
    ]
    lines, last = [], ""
    for change in plan.changes:
        meeting = change.now or change.before
        assert meeting is not None
        values = [
            words(f"plan.event.change.{change.kind}"),
            enterprises.get(meeting.enterprise, meeting.enterprise),
            experts.get(meeting.expert, meeting.expert),
            _place(plan, change.before, words),
            _place(plan, change.now, words),
        ]
        lines.append(Line(values, opens=change.kind != last))
        last = change.kind
    return _table(words, "changes", heads, lines)


def _place(plan: EventPlan, meeting: Meeting | None, words: Wording) -> str:
    if meeting is None:
        return ""
    when = f"{plan.slots[meeting.slot].on} {slot_time(plan, meeting.slot)}"
    return words("plan.event.place", when=when, table=one_line(meeting.table))


def _table(
    words: Wording,
    key: str,
    heads: Sequence[Head],
    lines: Sequence[Line],
    *,
    frozen: int = 1,
    shown: int = 6,
) -> PlanTable:
    name, about = words(f"plan.event.sheet.{key}"), words(f"plan.event.about.{key}")
    return PlanTable(name, about, heads, lines, frozen=frozen, shown=shown)
