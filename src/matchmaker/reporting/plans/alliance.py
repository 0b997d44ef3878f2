"""Alliances put into words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from matchmaker.planning.alliances.need_parts import NeedPart, PartEvidence
from matchmaker.planning.alliances.plan import Alliance, AllianceMember, Contribution, OpenPart
from matchmaker.records import Achievement
from matchmaker.reporting.facts import Fact
from matchmaker.reporting.plans.report import PlanReport, PlanTable
from matchmaker.reporting.sheets import Head, Line
from matchmaker.reporting.wording import Wording, excerpt, one_line

_LONGEST = 60
_SHORT = 30


def alliance_report(plan: Alliance, words: Wording) -> PlanReport:
    """Put an alliance into words.

    Parameters
    ----------
    plan : Alliance
    words : Wording
        Language.

    Returns
    -------
    PlanReport
        Tables of the members, of the need's parts and of what is still open.
    """
    return PlanReport(
        title=words("plan.alliance.title"),
        facts=_facts(plan, words),
        notes=tuple(_notes(plan, words)),
        tables=(_members(plan, words), _parts(plan, words), _open(plan, words)),
    )


def _facts(plan: Alliance, words: Wording) -> list[Fact]:
    say, settings = _say(words), plan.settings
    kinds = [part.kind for part in plan.parts]
    counted = words.listed(
        f"{say(f'kind.{kind}')} {kinds.count(kind)}" for kind in dict.fromkeys(kinds)
    )
    rules = []
    if not settings.same_team:
        rules.append(say("rule.team"))
    if not settings.same_university:
        rules.append(say("rule.university"))
    facts = [
        (words("column.need_title"), words.title(plan.need)),
        (words("column.enterprise"), one_line(plan.need.organisation)),
        (say("fact.parts"), counted),
        (say("fact.members"), str(len(plan.members))),
        (say("fact.covered"), words.percent(plan.covered)),
    ]
    if len(plan.members) > 1:
        label = say("fact.top", count=len(plan.top))
        facts.append((label, words.percent(plan.top_covered)))
    return [
        *facts,
        (say("fact.candidates"), str(plan.candidates)),
        (say("fact.most"), str(settings.most)),
        (say("fact.min_score"), words.score(settings.min_score)),
        (say("fact.least_gain"), words.percent(settings.least_gain)),
        (say("fact.rules"), words.listed(rules) or say("rule.none")),
        (words("column.need_id"), plan.need.id),
    ]


def _notes(plan: Alliance, words: Wording) -> Iterator[str]:
    say, count, settings = _say(words), len(plan.members), plan.settings
    yield _verdict(plan, words)
    chosen = {member.achievement.id for member in plan.members}
    if count > 1 and chosen == {record.id for record in plan.top}:
        yield say("note.same", count=count)
    elif count > 1:
        shares = words.percent(plan.top_covered), words.percent(plan.covered)
        yield say("note.compare", count=count, top=shares[0], covered=shares[1])
    if plan.top and plan.top[0].id not in chosen:
        best = plan.top[0]
        title = words("mark.quoted", text=words.title(best))
        yield say("note.best_out", title=title, university=_owner(best, words))
    if plan.members:
        yield say("note.alone")
        evidence = [one.evidence for member in plan.members for one in _all(member)]
        if any(not one.verdict for one in evidence):
            yield say("note.words")
        if any(one.verdict == "incomparable" for one in evidence):
            yield say("note.half")
    if plan.unheard:
        quoted = (words("mark.quoted", text=one_line(word)) for word in plan.unheard)
        yield say("note.unheard", terms=words.listed(quoted))
    if plan.below:
        yield say("note.below", count=plan.below, score=words.score(settings.min_score))
    if plan.refused:
        yield say("note.refused", count=plan.refused)
    if plan.beyond:
        yield say("note.beyond", shown=plan.candidates, count=plan.beyond)
    yield say("note.listed")


def _verdict(plan: Alliance, words: Wording) -> str:
    values = {
        "count": len(plan.members),
        "covered": words.percent(plan.covered),
        "least": words.percent(plan.settings.least_gain),
        "score": words.score(plan.settings.min_score),
    }
    return _say(words)(f"verdict.{plan.verdict}", **values)


def _members(plan: Alliance, words: Wording) -> PlanTable:
    say = _say(words)
    heads = (
        Head(words("column.achievement_title"), 30),
        Head(words("column.university"), 20),
        Head(say("column.share"), 10),
        Head(say("column.covers"), 40, "lines"),
        Head(words("column.team"), 16),
        Head(say("column.loss"), 10),
        Head(say("column.also"), 30, "lines"),
        Head(words("column.score"), 8, "score"),
        Head(words("column.grade"), 11, "grade"),
        Head(say("column.place"), 9, "count"),
        Head(words("column.maturity"), 12),
        Head(words("column.achievement_contact"), 22),
        Head(words("column.achievement_id"), 12),
    )
    lines = []
    for member in plan.members:
        record = member.achievement
        values = (
            words.title(record),
            one_line(record.organisation),
            words.percent(member.share),
            "\n".join(_contribution(plan, one, words) for one in member.covers),
            one_line(record.team),
            words.percent(member.loss),
            "\n".join(_contribution(plan, one, words) for one in member.also),
            member.score,
            words.grade(member.grade),
            member.rank,
            one_line(record.maturity),
            words.contact(record.extra),
            record.id,
        )
        lines.append(Line(values, opens=True, grade=member.grade))
    return PlanTable(say("members"), say("members.about"), heads, lines, shown=4)


def _parts(plan: Alliance, words: Wording) -> PlanTable:
    say = _say(words)
    holders = {one.part: (member, one) for member in plan.members for one in member.covers}
    heads = (
        Head(say("column.part"), 40),
        Head(say("column.kind"), 11),
        Head(say("column.weight"), 9),
        Head(say("column.degree"), 10),
        Head(say("column.who"), 20),
        Head(words("column.achievement_title"), 30),
        Head(say("column.basis"), 40),
    )
    lines = []
    for at, part in enumerate(plan.parts):
        opens = not at or plan.parts[at - 1].kind != part.kind
        first = (_name(part), say(f"kind.{part.kind}"), words.percent(part.weight))
        if at in holders:
            member, one = holders[at]
            record = member.achievement
            rest = (
                words.percent(one.evidence.degree),
                _owner(record, words),
                words.title(record),
                _basis(one.evidence, words),
            )
        else:
            rest = (words.percent(0), say("nobody"), "", "")
        lines.append(Line((*first, *rest), opens=opens))
    return PlanTable(say("parts"), say("parts.about"), heads, lines, shown=5)


def _open(plan: Alliance, words: Wording) -> PlanTable:
    say = _say(words)
    heads = (
        Head(say("column.part"), 40),
        Head(say("column.weight"), 9),
        Head(say("column.degree"), 10),
        Head(say("column.why_not"), 22),
        Head(say("column.other"), 36),
        Head(say("column.basis"), 36),
    )
    lines = [_open_line(plan, one, words) for one in plan.open]
    return PlanTable(say("open"), say("open.about"), heads, lines, shown=5)


def _open_line(plan: Alliance, one: OpenPart, words: Wording) -> Line:
    part, say = plan.parts[one.part], _say(words)
    best = one.best
    other = "" if best is None else _named(best, words)
    basis = "" if one.evidence is None else _basis(one.evidence, words)
    weight, degree = words.percent(part.weight), words.percent(one.degree)
    return Line((_name(part), weight, degree, say(f"why.{one.obstacle}"), other, basis))


def _contribution(plan: Alliance, one: Contribution, words: Wording) -> str:
    part = plan.parts[one.part]
    if part.kind == "term":
        return _name(part)
    name = excerpt(part.text, _SHORT)
    return words("mark.aside", text=name, aside=_basis(one.evidence, words))


def _basis(evidence: PartEvidence, words: Wording) -> str:
    """Say what an achievement says to a part."""
    said = words.listed(one_line(one) for one in evidence.said)
    key = evidence.verdict or "names"
    return _say(words)(f"said.{key}", said=said) if said else ""


def _all(member: AllianceMember) -> Iterable[Contribution]:
    return (*member.covers, *member.also)


def _name(part: NeedPart) -> str:
    return excerpt(part.text, _LONGEST)


def _owner(record: Achievement, words: Wording) -> str:
    return one_line(record.organisation) or words.title(record)


def _named(record: Achievement, words: Wording) -> str:
    title, owner = words.title(record), one_line(record.organisation)
    return words("mark.aside", text=title, aside=owner) if owner else title


def _say(words: Wording) -> Callable[..., str]:
    """Give texts of alliances by the end of their keys."""
    return lambda key, **values: words(f"plan.alliance.{key}", **values)
