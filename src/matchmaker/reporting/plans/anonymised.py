"""Reports of plans without anything that says whose they are.

A plan is made of the records as they are, so that limits, conflicts of interest and teams hold;
names are taken out of what is shown of it.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from matchmaker.language.anonymity import Anonymiser
from matchmaker.language.organisations import normalize_organisation, parent_organisation
from matchmaker.records import Achievement, Need
from matchmaker.reporting.messages import Lang, check_lang, text
from matchmaker.reporting.plans.report import PlanReport, PlanTable
from matchmaker.reporting.wording import one_line

R = TypeVar("R", Need, Achievement)

_SHORTEST = 2
_KEPT = 20_000


class PlanAnonymiser:
    """Takes names out of reports and data of plans.

    Organisations become pseudonyms and teams numbers; everything else is redacted as
    :class:`~matchmaker.language.anonymity.Anonymiser` does it.

    Parameters
    ----------
    needs, achievements : sequence of records
        All that the plans were made of.
    lang : {"zh", "en"}
        Language of pseudonyms and neutral words.

    Raises
    ------
    ConfigError
        If the language is unknown.
    """

    def __init__(
        self, needs: Sequence[Need], achievements: Sequence[Achievement], *, lang: str = "zh"
    ) -> None:
        self._lang: Lang = check_lang(lang)
        self._anonymiser = Anonymiser([*needs, *achievements], lang=lang)
        self._names: dict[str, str] = {}
        for need in needs:
            self._learn(need)
        for achievement in achievements:
            self._learn(achievement)
        self._learn_teams(achievements)
        named = sorted(self._names, key=lambda name: (-len(name), name))
        self._known = re.compile("|".join(map(re.escape, named)) or r"(?!)")
        self.text = functools.lru_cache(maxsize=_KEPT)(self._text)

    def report(self, report: PlanReport) -> PlanReport:
        """Give a report without names.

        Parameters
        ----------
        report : PlanReport

        Returns
        -------
        PlanReport
        """
        return replace(
            report,
            title=self.text(report.title),
            facts=[(self.text(label), self.text(value)) for label, value in report.facts],
            notes=[self.text(note) for note in report.notes],
            tables=[self._table(table) for table in report.tables],
        )

    def data(self, plain: Any) -> Any:
        """Give a plan's plain data without names: every text, and every key of a mapping.

        Parameters
        ----------
        plain : object
            As a plan's ``to_json()`` gives it.

        Returns
        -------
        object
            Of the same form.
        """
        if isinstance(plain, str):
            return self.text(plain)
        if isinstance(plain, Mapping):
            return {self.text(str(key)): self.data(value) for key, value in plain.items()}
        if isinstance(plain, list | tuple):
            return [self.data(one) for one in plain]
        return plain

    def _learn(self, record: R) -> None:
        side, owner = type(record).__name__, record.organisation
        shown = self._anonymiser.record(record)
        found = {record.id: shown.id, record.region: shown.region}
        for name in (owner, one_line(owner), normalize_organisation(owner)):
            found[name] = shown.organisation
        parent = parent_organisation(owner)
        if parent != normalize_organisation(owner):
            found[parent] = self._anonymiser.organisation(parent, side=side)
        for name, pseudonym in found.items():
            if len(name) >= _SHORTEST and name != pseudonym:
                self._names.setdefault(name, pseudonym)

    def _learn_teams(self, achievements: Sequence[Achievement]) -> None:
        teams = sorted({record.team for record in achievements} - {""})
        for number, team in enumerate(teams, start=1):
            pseudonym = text("plan.team", self._lang, number=f"{number:03}")
            for name in (team, one_line(team), "".join(team.split())):
                if len(name) >= _SHORTEST:
                    self._names.setdefault(name, pseudonym)

    def _text(self, said: str) -> str:
        shown, end = [], 0
        for found in self._known.finditer(said):
            shown += [self._redacted(said[end : found.start()]), self._names[found[0]]]
            end = found.end()
        shown.append(self._redacted(said[end:]))
        return "".join(shown)

    def _redacted(self, said: str) -> str:
        return self._anonymiser.redact(said).text if said.strip() else said

    def _table(self, table: PlanTable) -> PlanTable:
        lines = [
            replace(
                line,
                values=[
                    self.text(value) if isinstance(value, str) else value for value in line.values
                ],
            )
            for line in table.lines
        ]
        heads = [replace(head, label=self.text(head.label)) for head in table.heads]
        name, about = self.text(table.name), self.text(table.about)
        return replace(table, name=name, about=about, heads=heads, lines=lines)
