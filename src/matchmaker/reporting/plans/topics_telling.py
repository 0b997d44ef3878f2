"""What the reports of round tables, invitations and visits share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from matchmaker.planning.topics.experts import Answer, Expert, Panel
from matchmaker.planning.topics.invitations import Group, Met
from matchmaker.planning.topics.topics import Topic, TopicSettings
from matchmaker.records import Achievement, Need
from matchmaker.reporting.columns import Kind, Value
from matchmaker.reporting.facts import Fact
from matchmaker.reporting.plans.report import PlanTable
from matchmaker.reporting.sheets import Head, Line
from matchmaker.reporting.wording import Wording, one_line, place
from matchmaker.scoring.pairs import RankedPairs

Column = tuple[str, int] | tuple[str, int, Kind]
"""Key of a heading, width and layout."""


class TopicTelling:
    """Words for what plans of topics hold.

    Parameters
    ----------
    pairs : RankedPairs
        The ranking that the plan was made from.
    words : Wording
        Language.
    """

    def __init__(self, pairs: RankedPairs, words: Wording) -> None:
        self.words = words
        self.pairs = pairs
        self.needs: Mapping[str, Need] = {one.id: one for one in pairs.needs}
        self.achievements: Mapping[str, Achievement] = {one.id: one for one in pairs.achievements}

    def text(self, key: str, **values: object) -> str:
        """Get a text of these reports."""
        return self.words(f"plan.topics.{key}", **values)

    def fact(self, key: str, value: object) -> Fact:
        """Name a figure."""
        return (self.text(f"fact.{key}"), str(value))

    def note(self, key: str, **values: object) -> str:
        """Get a sentence that a reader must know."""
        return self.text(f"note.{key}", **values)

    def table(
        self,
        key: str,
        columns: Sequence[Column],
        lines: Sequence[Line],
        *,
        frozen: int = 1,
        shown: int = 6,
    ) -> PlanTable:
        """Put lines under headings; a column's key with a dot is one of all reports."""
        heads = []
        for name, width, *kind in columns:
            label = self.words(name) if "." in name else self.text(f"column.{name}")
            heads.append(Head(label, width, kind[0] if kind else "text"))
        name, about = self.text(f"table.{key}"), self.text(f"about.{key}")
        return PlanTable(name, about, heads, lines, frozen=frozen, shown=shown)

    def topic_notes(self, topics: Sequence[Topic], settings: TopicSettings) -> list[str]:
        """Say how common needs were found, and whether any were."""
        asked = {"enterprises": settings.least_enterprises, "needs": settings.least_needs}
        notes = [self.note("common", **asked)]
        if not topics:
            notes.insert(0, self.note("no_topics"))
        copies = sum(len(one.copies) for one in topics)
        if copies:
            notes.append(self.note("copies", count=copies))
        return notes

    def left_out(self, counts: Mapping[str, int], score: float) -> list[str]:
        """Say which pairs were not used, if any."""
        if not any(counts.values()):
            return []
        return [self.note("left_out", score=self.words.score(score), **counts)]

    def topic(self, topic: Topic) -> str:
        """Name a topic by its terms."""
        return self.words.listed(one_line(term) for term in topic.terms)

    def enterprise(self, need: Need) -> str:
        """Name the enterprise of a need, as the need does."""
        return one_line(need.organisation) or self.text("unnamed")

    def owner(self, university: str, team: str) -> str:
        """Name a university and its team."""
        name = one_line(university) or self.text("no_university")
        return f"{name} {one_line(team)}".strip()

    def asking(self, needs: Iterable[str]) -> str:
        """List needs with their enterprises."""
        return joined(
            self.text(
                "asks",
                enterprise=self.enterprise(self.needs[one]),
                need=self.words.title(self.needs[one]),
            )
            for one in needs
        )

    def answers(self, answers: Iterable[Answer]) -> str:
        """List needs with the achievements that cover them."""
        return joined(
            self.text(
                "answer",
                need=self.words.title(self.needs[one.need]),
                achievement=self.words.title(self.achievements[one.achievement]),
                score=self.words.score(one.score),
            )
            for one in answers
        )

    def expert_cells(self, found: tuple[Expert, Answer] | None) -> tuple[Value, ...]:
        """Give the cells of an expert, its achievement, score and grade; empty where none is."""
        if found is None:
            return ("", "", "", "")
        expert, answer = found
        return (
            self.owner(expert.university, expert.team),
            self.words.title(self.achievements[answer.achievement]),
            answer.score,
            self.words.grade(answer.grade),
        )

    def panel(self, panel: Panel) -> list[Line]:
        """Give a line for each expert: those chosen, then the others."""
        roles = [("chosen", one) for one in panel.chosen]
        roles += [("other", one) for one in panel.others]
        return [
            Line(
                (
                    one_line(expert.university) or self.text("no_university"),
                    one_line(expert.team),
                    self.text(f"role.{role}"),
                    len(expert.answers),
                    len(expert.adds),
                    self.answers(expert.answers),
                )
            )
            for role, expert in roles
        ]

    def single(self, needs: Sequence[str]) -> list[Line]:
        """Give a line for each need, by sector."""
        lines = []
        for one in needs:
            need = self.needs[one]
            sectors = self.words.sectors(label.name for label in self.pairs.sectors_of_need(one))
            where = place(one_line(need.region), one_line(need.park))
            lines.append(
                Line((self.enterprise(need), self.words.title(need), sectors, where, need.id))
            )
        return lines

    def groups(self, groups: Sequence[Group]) -> list[Line]:
        """Give a line for each park or region."""
        return [
            Line(
                (
                    one_line(group.name),
                    group.enterprises,
                    len(group.needs),
                    group.asked,
                    joined(self._asked(one) for one in group.needs),
                )
            )
            for group in groups
        ]

    def _asked(self, answer: Answer) -> str:
        text = self.asking([answer.need])
        return self.text("scored", text=text, score=self.words.score(answer.score))

    def met(self, met: Met) -> str:
        """Say what of a need is met."""
        sides = {"need": one_line(met.need), "achievement": one_line(met.achievement)}
        if met.kind == "indicator":
            return self.text("reason.indicator", **sides)
        return self.text("reason.field", name=self.text(f"field.{met.kind}"), **sides)


def joined(parts: Iterable[str]) -> str:
    """Put parts on lines of one cell."""
    return "\n".join(parts)
