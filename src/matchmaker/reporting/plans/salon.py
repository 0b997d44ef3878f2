"""Salons put into words: a briefing that prints on A4."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from matchmaker.planning.alliances.salons import AgendaItem, Invited, Salon
from matchmaker.reporting.facts import Fact
from matchmaker.reporting.plans.report import PlanReport, PlanTable
from matchmaker.reporting.reasons import reason_text
from matchmaker.reporting.sheets import Head, Line
from matchmaker.reporting.wording import TERMS_SHOWN, Wording, excerpt, one_line, place

_LONGEST_BODY = 600


def salon_report(plan: Salon, words: Wording) -> PlanReport:
    """Put a salon's shortlist and briefing into words.

    Parameters
    ----------
    plan : Salon
    words : Wording
        Language.

    Returns
    -------
    PlanReport
        Tables: the need in brief, the shortlist, the indicators side by side, what to ask, the
        agenda, and who is not invited.
    """
    return PlanReport(
        title=words("plan.salon.title"),
        facts=_facts(plan, words),
        notes=tuple(_notes(plan, words)),
        tables=(
            _need(plan, words),
            _list(plan, words),
            _targets(plan, words),
            _questions(plan, words),
            _agenda(plan, words),
            _passed(plan, words),
        ),
    )


def _say(words: Wording) -> Callable[..., str]:
    """Give texts of salons by the end of their keys."""
    return lambda key, **values: words(f"plan.salon.{key}", **values)


def _facts(plan: Salon, words: Wording) -> list[Fact]:
    say, settings = _say(words), plan.settings
    return [
        (words("column.need_title"), words.title(plan.need)),
        (words("column.enterprise"), one_line(plan.need.organisation)),
        (say("fact.invited"), str(len(plan.invited))),
        (say("fact.targets"), str(len(plan.targets))),
        (say("fact.minutes"), say("minutes", minutes=settings.minutes)),
        (say("fact.most"), str(settings.most)),
        (say("fact.min_score"), words.score(settings.min_score)),
        (say("fact.limits"), f"{settings.per_team} / {settings.per_university}"),
        (words("column.need_id"), plan.need.id),
    ]


def _notes(plan: Salon, words: Wording) -> Iterator[str]:
    say, settings = _say(words), plan.settings
    score = words.score(settings.min_score)
    if plan.secret:
        quoted = words("mark.quoted", text=one_line(plan.secret))
        yield say("note.secret", words=quoted)
    if not plan.invited:
        yield say("note.nobody", score=score)
    elif len(plan.invited) < settings.most:
        yield say("note.few", count=len(plan.invited), most=settings.most)
    if plan.invited:
        yield say("note.reasons")
    if plan.below:
        yield say("note.below", count=plan.below, score=score)
    if plan.refused:
        yield say("note.refused", count=plan.refused)


def _need(plan: Salon, words: Wording) -> PlanTable:
    say, need = _say(words), plan.need
    deadline = need.deadline.isoformat() if need.deadline else ""
    items = (
        (words("column.enterprise"), one_line(need.organisation)),
        (words("column.enterprise_type"), one_line(need.organisation_type)),
        (words("column.need_region"), place(one_line(need.region), one_line(need.park))),
        (say("item.body"), excerpt(need.body, _LONGEST_BODY)),
        (say("item.targets"), "\n".join(map(one_line, plan.targets)) or one_line(need.goals)),
        (say("item.foundation"), one_line(need.foundation)),
        (say("item.attempted"), one_line(need.attempted)),
        (words("column.budget"), one_line(need.budget)),
        (words("column.deadline"), deadline),
        (words("column.need_cooperation"), words.listed(map(one_line, need.cooperation))),
        (words("column.confidentiality"), one_line(plan.secret or need.confidentiality)),
        (words("column.need_contact"), words.contact(need.extra)),
    )
    heads = (Head(say("column.item"), 18), Head(say("column.content"), 100, "lines"))
    lines = [Line((label, value or say("unsaid"))) for label, value in items]
    return PlanTable(say("need"), say("need.about"), heads, lines)


def _list(plan: Salon, words: Wording) -> PlanTable:
    say = _say(words)
    heads = (
        Head(words("column.achievement_title"), 28),
        Head(words("column.university"), 18),
        Head(words("column.team"), 16),
        Head(words("column.score"), 8, "score"),
        Head(words("column.grade"), 11, "grade"),
        Head(words("column.reasons"), 44),
        Head(words("column.maturity"), 12),
        Head(words("column.ip"), 18),
        Head(words("column.price"), 12),
        Head(words("column.cooperation"), 14),
        Head(words("column.achievement_contact"), 20),
        Head(words("column.achievement_id"), 10),
    )
    lines = []
    for one in plan.invited:
        record = one.achievement
        values = (
            words.title(record),
            one_line(record.organisation),
            one_line(record.team),
            one.score,
            words.grade(one.grade),
            _why(one, words),
            one_line(record.maturity),
            one_line(record.ip),
            one_line(record.price),
            words.listed(map(one_line, record.cooperation)),
            words.contact(record.extra),
            record.id,
        )
        lines.append(Line(values, opens=True, grade=one.grade))
    return PlanTable(say("list"), say("list.about"), heads, lines)


def _why(one: Invited, words: Wording) -> str:
    if one.explanation is not None:
        return reason_text(one.explanation, words)
    if not one.shared_terms:
        return words("why.nothing")
    quoted = (
        words("mark.quoted", text=one_line(shared.term))
        for shared in one.shared_terms[:TERMS_SHOWN]
    )
    return words("why.terms", terms=words.listed(quoted))


def _targets(plan: Salon, words: Wording) -> PlanTable:
    """Tell what each achievement says to each target that has a number."""
    say = _say(words)
    heads = [Head(say("column.target"), 30)]
    for number, one in enumerate(plan.invited, start=1):
        owner = one_line(one.achievement.organisation) or words.title(one.achievement)
        heads.append(Head(say("column.invited", place=number, university=owner), 22))
    judged = [target.target for target in plan.invited[0].targets] if plan.invited else []
    lines = []
    for at, target in enumerate(judged):
        said = [one.targets[at] for one in plan.invited]
        cells = (say(f"verdict.{one.verdict}", claim=one_line(one.claim)) for one in said)
        lines.append(Line((one_line(target), *cells)))
    return PlanTable(say("targets"), say("targets.about"), heads, lines, shown=4)


def _questions(plan: Salon, words: Wording) -> PlanTable:
    say = _say(words)
    enterprise = one_line(plan.need.organisation) or words("column.enterprise")
    heads = (
        Head(say("column.whom"), 20),
        Head(words("column.achievement_title"), 30),
        Head(say("column.question"), 60),
        Head(say("column.answer"), 40),
    )
    lines = [
        Line((enterprise, "", say(f"gap.{gap}"), ""), opens=not at)
        for at, gap in enumerate(plan.gaps)
    ]
    for one in plan.invited:
        record = one.achievement
        owner = one_line(record.organisation)
        for at, question in enumerate(one.questions):
            asked = say(
                f"ask.{question.subject}",
                need=one_line(question.need),
                achievement=one_line(question.achievement),
            )
            lines.append(Line((owner, words.title(record), asked, ""), opens=not at))
    return PlanTable(say("questions"), say("questions.about"), heads, lines, frozen=2, shown=3)


def _agenda(plan: Salon, words: Wording) -> PlanTable:
    say = _say(words)
    heads = (
        Head(say("column.time"), 16),
        Head(say("column.step"), 24),
        Head(say("column.who"), 30),
        Head(words("column.achievement_title"), 40),
    )
    lines = []
    for item in plan.agenda:
        time = say("span", start=item.start, end=item.start + item.minutes)
        about = words.title(item.achievement) if item.achievement else ""
        lines.append(Line((time, say(f"step.{item.step}"), _speaker(plan, item, words), about)))
    return PlanTable(say("agenda"), say("agenda.about"), heads, lines)


def _speaker(plan: Salon, item: AgendaItem, words: Wording) -> str:
    if item.achievement is not None:
        return one_line(f"{item.achievement.organisation} {item.achievement.team}")
    if item.step == "need":
        return one_line(plan.need.organisation)
    return words("plan.salon.host")


def _passed(plan: Salon, words: Wording) -> PlanTable:
    say = _say(words)
    heads = (
        Head(words("column.achievement_title"), 40),
        Head(words("column.university"), 24),
        Head(words("column.score"), 8, "score"),
        Head(say("column.why_not"), 24),
        Head(words("column.achievement_id"), 12),
    )
    lines = [
        Line(
            (
                words.title(one.achievement),
                one_line(one.achievement.organisation),
                one.score,
                say(f"why.{one.obstacle}"),
                one.achievement.id,
            )
        )
        for one in plan.passed_over
    ]
    return PlanTable(say("passed"), say("passed.about"), heads, lines, shown=0)
