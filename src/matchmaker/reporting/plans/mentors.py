"""A plan of mentors put into words."""

from __future__ import annotations

from collections.abc import Iterator

from matchmaker.planning.mentoring.mentors import (
    Blocking,
    Couple,
    Enterprise,
    Mentor,
    MentorPlan,
    Unmatched,
)
from matchmaker.records import Achievement, Need
from matchmaker.reporting.columns import Value
from matchmaker.reporting.facts import Fact
from matchmaker.reporting.plans.report import PlanReport, PlanTable
from matchmaker.reporting.reasons import reason_text
from matchmaker.reporting.sheets import Head, Line
from matchmaker.reporting.wording import Wording, one_line
from matchmaker.scoring.pairs import Match

_WEAK = 2


def mentors_report(plan: MentorPlan, words: Wording) -> PlanReport:
    """Put a plan of mentors into words.

    Parameters
    ----------
    plan : MentorPlan
    words : Wording
        Language.

    Returns
    -------
    PlanReport
        Tables: the couples with the pair that joins them, enterprises without a mentor and why,
        couples that would both rather change (where there are any), and the mentors with their
        seats.
    """
    told = _Telling(plan, words)
    tables = [told.couples(), told.unmatched(), told.mentors()]
    if plan.blocking:
        tables.insert(2, told.blocking())
    return PlanReport(
        title=told.text("title"), facts=told.facts(), notes=tuple(told.notes()), tables=tables
    )


class _Telling:
    """What the tables share: the plan, the words, and the records by id."""

    def __init__(self, plan: MentorPlan, words: Wording) -> None:
        self.plan = plan
        self.words = words
        self.needs: dict[str, Need] = {one.id: one for one in plan.pairs.needs}
        self.items: dict[str, Achievement] = {one.id: one for one in plan.pairs.achievements}

    def text(self, key: str, **values: object) -> str:
        return self.words(f"plan.mentors.{key}", **values)

    def head(self, key: str, width: int) -> Head:
        return Head(self.text(f"column.{key}"), width)

    def shared(self, key: str, width: int) -> Head:
        return Head(self.words(f"column.{key}"), width)

    def enterprise(self, one: Enterprise) -> str:
        if one.name:
            return one_line(one.name)
        return self.text("unnamed_enterprise", title=self.words.title(self.needs[one.need_id]))

    def team(self, one: Mentor) -> str:
        if one.team:
            return one_line(one.team)
        title = self.words.title(self.items[one.achievement_id])
        return self.text("with_title", name=self.text("unnamed"), title=title)

    def mentor(self, one: Mentor) -> str:
        return f"{one_line(one.university)} {self.team(one)}".strip()

    def facts(self) -> list[Fact]:
        plan, chosen = self.plan, self.plan.settings
        used = len({one.mentor.key for one in plan.couples})
        method = chosen.method if chosen.method == "optimal" else f"stable.{chosen.proposing}"
        values: dict[str, str] = {
            "served": self.text("of", part=len(plan.couples), whole=plan.enterprises),
            "used": self.text("of", part=used, whole=plan.mentors),
            "total": self.words.score(plan.total),
        }
        if plan.couples:
            values["worst"] = self.words.score(min(one.score for one in plan.couples))
        values |= {
            "blocking": str(len(plan.blocking)),
            "method": self.text(f"method.{method}"),
            "kinds": self.words.listed(chosen.kinds) or self.text("every_kind"),
            "min_score": self.words.score(chosen.min_score),
            "capacity": self._capacity(),
            "region": self.text(f"region.{chosen.region}"),
        }
        return [(self.text(f"fact.{key}"), value) for key, value in values.items()]

    def _capacity(self) -> str:
        chosen = self.plan.settings
        if not chosen.capacities:
            return str(chosen.capacity)
        return self.text("capacity.some", count=chosen.capacity, others=len(chosen.capacities))

    def notes(self) -> Iterator[str]:
        plan = self.plan
        if not plan.enterprises:
            yield self.text("note.nobody")
        yield self.text("note.preferences")
        if plan.others:
            yield self.text("note.others", count=plan.others)
        chosen = plan.settings
        if plan.method == "optimal" and (chosen.enterprise_choices or chosen.mentor_choices):
            yield self.text("note.by_score")
        if plan.blocking:
            yield self.text("note.blocking", count=len(plan.blocking))
        elif plan.method == "stable":
            yield self.text("note.stable")
        counts = {
            "unnamed": sum(not one.mentor.team for one in plan.couples),
            "locked": sum(one.locked for one in plan.couples),
        }
        if weak := sum(one.grade <= _WEAK for one in plan.couples):
            yield self.text("note.weak", count=weak, grade=self.words.grade(_WEAK))
        for key, count in counts.items():
            if count:
                yield self.text(f"note.{key}", count=count)
        if plan.ignored:
            named = (
                self.text("note.choice", name=one_line(name), other=one_line(other))
                for name, other in plan.ignored
            )
            yield self.text("note.ignored", names=self.words.listed(named))

    def couples(self) -> PlanTable:
        explained = self.plan.pairs.explainable
        contacts = [self._contacts(match) for match in self.plan.pairs]
        reachable = [side for side in ("need", "achievement") if any(one[side] for one in contacts)]
        some_locked = any(one.locked for one in self.plan.couples)
        heads = [
            self.shared("enterprise", 24),
            self.head("mentor", 26),
            self.shared("university", 22),
            Head(self.words("column.grade"), 10, "grade"),
            Head(self.words("column.score"), 9, "score"),
            self.shared("need_title", 32),
            self.shared("achievement_title", 32),
            self.shared("shared_terms", 30),
            *([Head(self.words("column.reasons"), 60, "excerpt")] if explained else []),
            Head(self.text("column.more"), 10, "count"),
            *([self.head("locked", 10)] if some_locked else []),
            *(self.shared(f"{side}_contact", 24) for side in reachable),
            self.shared("need_id", 12),
            self.shared("achievement_id", 12),
        ]
        lines = []
        rows = zip(self.plan.couples, self.plan.pairs, contacts, strict=True)
        for one, match, told in sorted(rows, key=lambda row: _nameless(row[0])):
            values: list[Value] = [
                self.enterprise(one.enterprise),
                one_line(one.mentor.team) or self.text("unnamed"),
                *(one_line(one.mentor.university), self.words.grade(one.grade), one.score),
                *(self.words.title(match.need), self.words.title(match.achievement)),
                self.words.terms(match.shared_terms),
                *([self._why(match)] if explained else []),
                one.more,
                *([self._locked(one)] if some_locked else []),
                *(told[side] for side in reachable),
                *(one.need_id, one.achievement_id),
            ]
            lines.append(Line(values, grade=one.grade))
        return PlanTable(self.text("couples"), self.text("couples.about"), heads, lines, shown=7)

    def _contacts(self, match: Match) -> dict[str, str]:
        both = {"need": match.need.extra, "achievement": match.achievement.extra}
        return {side: self.words.contact(extra) for side, extra in both.items()}

    def _why(self, match: Match) -> str:
        forward = self.plan.pairs.direction == "need_to_achievement"
        asking = "need" if forward else "achievement"
        return reason_text(match.explain(spans=False), self.words, asking=asking)

    def _locked(self, one: Couple) -> str:
        return self.text("locked") if one.locked else ""

    def unmatched(self) -> PlanTable:
        heads = (
            self.shared("enterprise", 26),
            self.head("why", 60),
            self.head("nearest", 34),
            Head(self.words("column.score"), 9, "score"),
            self.shared("need_id", 12),
        )
        lines = [
            Line(
                (
                    self.enterprise(one.enterprise),
                    self._reason(one),
                    self.mentor(one.mentor) if one.mentor else "",
                    one.score if one.mentor else "",
                    one.enterprise.need_id,
                )
            )
            for one in sorted(self.plan.unmatched, key=_nameless)
        ]
        name, about = self.text("unmatched"), self.text("unmatched.about")
        return PlanTable(name, about, heads, lines, shown=4)

    def _reason(self, one: Unmatched) -> str:
        return self.text(
            f"why.{one.reason}",
            score=self.words.score(one.score),
            least=self.words.score(self.plan.settings.min_score),
            mentor=self.mentor(one.mentor) if one.mentor else "",
            holders=self.words.listed(map(self.enterprise, one.holders)),
        )

    def blocking(self) -> PlanTable:
        heads = (
            self.shared("enterprise", 24),
            self.head("wished", 34),
            Head(self.words("column.score"), 9, "score"),
            self.head("has", 34),
            self.head("displaced", 24),
            self.head("meaning", 60),
        )
        lines = [
            Line(
                (
                    self.enterprise(one.enterprise),
                    self.mentor(one.mentor),
                    one.score,
                    self.mentor(one.instead_of) if one.instead_of else self.text("nobody"),
                    self.enterprise(one.displacing) if one.displacing else self.text("free_seat"),
                    self._meaning(one),
                )
            )
            for one in self.plan.blocking
        ]
        name, about = self.text("blocking"), self.text("blocking.about")
        return PlanTable(name, about, heads, lines)

    def _meaning(self, one: Blocking) -> str:
        wished = self.mentor(one.mentor)
        asks = self.text("meaning.alone", mentor=wished)
        if one.instead_of:
            own = self.mentor(one.instead_of)
            asks = self.text("meaning.prefers", mentor=wished, own=own)
        takes = self.text("meaning.free")
        if one.displacing:
            takes = self.text("meaning.displaces", displaced=self.enterprise(one.displacing))
        return self.text("meaning", enterprise=asks, mentor=takes)

    def mentors(self) -> PlanTable:
        heads = (
            self.head("mentor", 34),
            self.shared("university", 24),
            Head(self.text("column.seats"), 8, "count"),
            Head(self.text("column.taken"), 8, "count"),
            Head(self.text("column.enterprises"), 40, "lines"),
        )
        taken: dict[Mentor, list[str]] = {}
        for one in self.plan.couples:
            taken.setdefault(one.mentor, []).append(self.enterprise(one.enterprise))
        of = {**taken, **{mentor: [] for mentor in self.plan.unused}}
        lines = [
            Line(
                (
                    self.team(mentor),
                    one_line(mentor.university),
                    mentor.seats,
                    len(names),
                    "\n".join(names),
                )
            )
            for mentor, names in sorted(of.items(), key=lambda one: (not one[1], one[0].key))
        ]
        name, about = self.text("mentors"), self.text("mentors.about")
        return PlanTable(name, about, heads, lines, shown=5)


def _nameless(one: Couple | Unmatched) -> bool:
    """Whether nobody knows the enterprise's name; such stand last."""
    return not one.enterprise.name
