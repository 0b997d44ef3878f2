"""A plan of hosts put into words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from matchmaker.planning.hosting.components import Answer
from matchmaker.planning.hosting.plan import HostPlan, HostScore, HostSet, SectorHosts
from matchmaker.records import Achievement, Need
from matchmaker.reporting.plans.report import PlanReport, PlanTable
from matchmaker.reporting.reasons import rounded
from matchmaker.reporting.sheets import Head, Line
from matchmaker.reporting.wording import Wording, one_line

TOP = 10
"""Universities of a sector that the report lists; the plan's data has all."""

_WEAK = 2
_THIN = 0.1


def hosts_report(plan: HostPlan, words: Wording) -> PlanReport:
    """Put a plan of hosts into words.

    Parameters
    ----------
    plan : HostPlan
    words : Wording
        Language.

    Returns
    -------
    PlanReport
        Tables: hosts of each sector; the universities with their components; needs that nobody
        covers; who covers which need; what the components mean.
    """
    told = _Telling(plan, words)
    return PlanReport(
        title=words("plan.hosts.title"),
        facts=told.facts(),
        notes=tuple(told.notes()),
        tables=(told.leads(), told.ranking(), told.open(), told.answers(), told.criteria()),
    )


class _Telling:
    """What the tables share: the plan, the words and the records by id."""

    def __init__(self, plan: HostPlan, words: Wording) -> None:
        self.plan = plan
        self.words = words
        self.needs: Mapping[str, Need] = {one.id: one for one in plan.pairs.needs}
        self.achievements: Mapping[str, Achievement] = {
            one.id: one for one in plan.pairs.achievements
        }

    def text(self, key: str, **values: object) -> str:
        return self.words(f"plan.hosts.{key}", **values)

    def head(self, key: str, width: int) -> Head:
        return Head(self.text(f"column.{key}"), width)

    def facts(self) -> list[tuple[str, str]]:
        plan, sectors = self.plan, self.plan.sectors
        needs = {need for one in sectors for need in one.needs}
        covered = {need for one in sectors for need in _roles(one).covered}
        nobody = {need.need_id for one in sectors for need in one.uncovered}
        ranked = {host.university for one in sectors for host in one.ranked}
        shares = self.words.listed(
            self.text("share", name=self.component(name), percent=self.percent(share))
            for name, share in plan.shares.items()
        )
        values = {
            "sectors": len(sectors),
            "needs": len(needs),
            "universities": len(ranked),
            "covered": self.text("of", part=len(covered), whole=len(needs)),
            "uncovered": len(nobody),
            "threshold": self.words.score(plan.settings.threshold),
            "co_hosts": plan.settings.co_hosts,
            "weights": shares,
        }
        return [(self.text(f"fact.{key}"), str(value)) for key, value in values.items()]

    def component(self, name: str) -> str:
        return self.text(f"component.{name}")

    def percent(self, share: float) -> str:
        return f"{100 * share:.1f}".removesuffix(".0") + "%"

    def name(self, university: str) -> str:
        return one_line(university) or self.text("unnamed")

    def sector_of(self, one: SectorHosts) -> str:
        return self.words.sector(one.sector)

    def leads(self) -> PlanTable:
        heads = (
            self.head("sector", 14),
            self.head("lead", 22),
            Head(self.text("column.total"), 10, "score"),
            self.head("lead_covers", 12),
            Head(self.text("column.co_hosts"), 36, "lines"),
            self.head("together", 12),
            Head(self.text("column.uncovered"), 12, "count"),
            self.head("optimum", 30),
            self.head("sum", 44),
        )
        return PlanTable(
            name=self.text("leads"),
            about=self.text("leads.about"),
            heads=heads,
            lines=[self._lead(one) for one in self.plan.sectors],
            shown=7,
        )

    def _lead(self, one: SectorHosts) -> Line:
        lead, whole = one.lead, len(one.needs)
        hosts = [
            self.text("adds", university=self.name(host.university), count=len(host.adds))
            for host in one.co_hosts.hosts
        ]
        return Line(
            (
                self.sector_of(one),
                self.name(lead.university) if lead else self.text("none"),
                lead.score if lead else "",
                self.text("of", part=len(lead.covered) if lead else 0, whole=whole),
                "\n".join(hosts) or self.text("none"),
                self.text("of", part=one.covered, whole=whole),
                len(one.uncovered),
                self._optimum(one) if lead else "",
                self._sum(lead) if lead else "",
            )
        )

    def _optimum(self, one: SectorHosts) -> str:
        best = one.best_co_hosts
        if best is None:
            return self.text("not_compared")
        more = best.covered - one.co_hosts.covered
        if not more:
            return self.text("optimal" if best.proven else "unproven")
        key = "better" if best.proven else "unproven_better"
        return self.text(key, names=self._names(best), count=more)

    def _names(self, hosts: HostSet) -> str:
        return self.words.listed(self.name(host.university) for host in hosts.hosts)

    def _sum(self, host: HostScore) -> str:
        shares = self.plan.shares
        parts = rounded(
            [host.components[name] * share for name, share in shares.items()], host.score
        )
        terms = self.words.listed(
            self.text(
                "term",
                name=self.component(name),
                value=self.words.score(part),
            )
            for name, part in zip(shares, parts, strict=True)
        )
        return self.text("sum", terms=terms, total=self.words.score(host.score))

    def ranking(self) -> PlanTable:
        shares = self.plan.shares
        heads = [
            self.head("sector", 14),
            Head(self.text("column.place"), 8, "count"),
            self.head("university", 22),
            self.head("role", 12),
            Head(self.text("column.total"), 10, "score"),
            *(
                Head(
                    self.text(
                        "column.weighted",
                        name=self.component(name),
                        percent=self.percent(share),
                    ),
                    14,
                    "score",
                )
                for name, share in shares.items()
            ),
            Head(self.text("column.covered"), 12, "count"),
            Head(self.text("column.items"), 14, "count"),
            self.head("stated", 16),
            *([self.head("signed", 14)] if "outcomes" in shares else []),
        ]
        return PlanTable(
            name=self.text("ranking"),
            about=self.text("ranking.about", limit=TOP),
            heads=heads,
            lines=[line for one in self.plan.sectors for line in self._ranked(one)],
            frozen=3,
        )

    def _ranked(self, one: SectorHosts) -> Iterator[Line]:
        roles = _roles(one)
        for place, host in enumerate(one.ranked[:TOP], start=1):
            items = len(host.achievements)
            values: list[str | int | float] = [
                self.sector_of(one),
                place,
                self.name(host.university),
                self.text(f"role.{roles.of(host.university)}"),
                host.score,
                *(host.components[name] for name in self.plan.shares),
                len(host.covered),
                items,
                self.text("of", part=host.stated, whole=items),
            ]
            if "outcomes" in self.plan.shares:
                values.append(self.text("of", part=host.successes, whole=host.approaches))
            yield Line(values, opens=place == 1)

    def open(self) -> PlanTable:
        words = self.words
        heads = (
            self.head("sector", 14),
            Head(words("column.need_title"), 34),
            Head(words("column.enterprise"), 22),
            Head(self.text("column.nearest_score"), 10, "score"),
            self.head("nearest", 22),
            Head(words("column.achievement_title"), 34),
            Head(words("column.grade"), 12, "grade"),
            Head(words("column.need_id"), 12),
            Head(words("column.achievement_id"), 12),
        )
        lines = []
        for one in self.plan.sectors:
            for number, each in enumerate(one.uncovered):
                need, best = self.needs[each.need_id], each.best
                found = [best.score, self.name(each.university)] if best else ["", ""]
                item = self._item(best) if best else ("", "", "")
                owner = one_line(need.organisation)
                first = [self.sector_of(one), words.title(need), owner, *found, *item[:2]]
                grade = best.grade if best else 0
                lines.append(Line([*first, need.id, item[2]], opens=not number, grade=grade))
        return PlanTable(self.text("open"), self.text("open.about"), heads, lines, frozen=2)

    def _item(self, answer: Answer) -> tuple[str, str, str]:
        item = self.achievements[answer.achievement_id]
        return self.words.title(item), self.words.grade(answer.grade), item.id

    def answers(self) -> PlanTable:
        words = self.words
        heads = (
            self.head("sector", 14),
            Head(words("column.need_title"), 34),
            Head(words("column.enterprise"), 22),
            self.head("university", 22),
            self.head("role", 12),
            Head(words("column.achievement_title"), 34),
            Head(words("column.score"), 10, "score"),
            Head(words("column.grade"), 12, "grade"),
            Head(words("column.need_id"), 12),
            Head(words("column.achievement_id"), 12),
        )
        lines = []
        for one in self.plan.sectors:
            roles = _roles(one)
            for need_id in one.needs:
                need = self.needs[need_id]
                for number, (university, answer) in enumerate(roles.answers(need_id)):
                    title, grade, item_id = self._item(answer)
                    values = (
                        *(self.sector_of(one), words.title(need), one_line(need.organisation)),
                        *(self.name(university), self.text(f"role.{roles.of(university)}")),
                        *(title, answer.score, grade, need_id, item_id),
                    )
                    lines.append(Line(values, opens=not number, grade=answer.grade))
        return PlanTable(self.text("answers"), self.text("answers.about"), heads, lines, frozen=2)

    def criteria(self) -> PlanTable:
        settings = self.plan.settings
        priors = {"maturity": settings.maturity_prior, "outcomes": settings.outcome_prior}
        lines = []
        for name, share in self.plan.shares.items():
            prior = {"prior": f"{priors[name]:g}"} if name in priors else {}
            meaning = self.text(f"meaning.{name}", **prior)
            lines.append(Line((self.component(name), self.percent(share), meaning)))
        heads = (self.head("component", 16), self.head("weight", 10), self.head("meaning", 90))
        return PlanTable(self.text("criteria"), self.text("criteria.about"), heads, lines)

    def notes(self) -> Iterator[str]:
        plan = self.plan
        for one in plan.sectors:
            yield from self._sector_notes(one)
        forward = plan.pairs.direction == "need_to_achievement"
        yield self.text(f"note.{'by_need' if forward else 'by_achievement'}", count=plan.listed)
        times = Counter(need for one in plan.sectors for need in one.needs)
        several = sum(count > 1 for count in times.values())
        if several:
            yield self.text("note.several", count=several)
        yield self.text("note.ranked")
        if weak := self._weak():
            yield self.text("note.weak", count=weak, grade=self.words.grade(_WEAK))
        for key in ("unnamed", "repeated", "refused", "strange"):
            if count := getattr(plan, key):
                yield self.text(f"note.{key}", count=count)
        if "outcomes" not in plan.shares:
            yield self.text("note.no_outcomes")
        if plan.idle:
            yield self.text("note.idle", names=self.words.sectors(plan.idle))

    def _weak(self) -> int:
        """Count the needs covered that no host answers with a better grade than 2."""
        best: dict[str, int] = {}
        for one in self.plan.sectors:
            roles = _roles(one)
            for need in roles.covered:
                grades = [answer.grade for _, answer in roles.answers(need)]
                best[need] = max(best.get(need, 0), *grades)
        return sum(grade <= _WEAK for grade in best.values())

    def _sector_notes(self, one: SectorHosts) -> Iterator[str]:
        sector, lead = self.sector_of(one), one.lead
        if lead is None:
            yield self._no_lead(one)
            return
        if len(lead.covered) < _THIN * len(one.needs):
            yield self.text(
                "note.thin",
                sector=sector,
                lead=self.name(lead.university),
                part=len(lead.covered),
                whole=len(one.needs),
            )
        most = max(one.ranked, key=lambda host: len(host.covered))
        if len(most.covered) > len(lead.covered):
            yield self.text(
                "note.lead_covers_less",
                sector=sector,
                lead=self.name(lead.university),
                other=self.name(most.university),
                more=len(most.covered),
                less=len(lead.covered),
            )
        best = one.best_co_hosts
        if best and best.proven and best.covered > one.co_hosts.covered:
            more = best.covered - one.co_hosts.covered
            yield self.text("note.better", sector=sector, names=self._names(best), count=more)
        left = len(one.needs) - one.covered - len(one.uncovered)
        if left:
            yield self.text("note.left", sector=sector, count=left, table=self.text("answers"))

    def _no_lead(self, one: SectorHosts) -> str:
        sector = self.sector_of(one)
        found = [(each.best, each.university) for each in one.uncovered if each.best]
        if not found:
            return self.text("note.no_pair", sector=sector)
        best, university = max(found, key=lambda each: each[0].score)
        title = self.words("mark.quoted", text=self._item(best)[0])
        return self.text(
            "note.no_lead",
            sector=sector,
            university=self.name(university),
            title=title,
            score=self.words.score(best.score),
        )


@dataclass(frozen=True, slots=True)
class _Roles:
    """Who hosts a sector, and what the hosts cover."""

    hosts: tuple[str, ...]
    covered: frozenset[str]
    found: Mapping[str, list[tuple[str, Answer]]]

    def of(self, university: str) -> str:
        if university not in self.hosts:
            return "other"
        return "lead" if university == self.hosts[0] else "co_host"

    def answers(self, need: str) -> list[tuple[str, Answer]]:
        """Give all hosts' answers to a need, else the best of the others."""
        every = self.found.get(need, [])
        mine = [one for one in every if one[0] in self.hosts]
        if mine:
            return sorted(mine, key=lambda one: self.hosts.index(one[0]))
        return [max(every, key=lambda one: one[1].score)] if every else []


def _roles(one: SectorHosts) -> _Roles:
    lead = [one.lead.university] if one.lead else []
    hosts = (*lead, *(host.university for host in one.co_hosts.hosts))
    found: dict[str, list[tuple[str, Answer]]] = {}
    for host in one.ranked:
        for answer in host.covered:
            found.setdefault(answer.need_id, []).append((host.university, answer))
    covered = frozenset(
        need for need, each in found.items() if any(name in hosts for name, _ in each)
    )
    return _Roles(hosts, covered, found)
