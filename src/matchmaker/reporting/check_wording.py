"""How what a check found is put into words, for screen, workbook and files alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from matchmaker.checking.checks import Check, RecordCheck, serious
from matchmaker.checking.findings import Finding
from matchmaker.reporting.check_messages import CHECK_MESSAGES
from matchmaker.reporting.wording import Wording, excerpt, one_line

_EVIDENCE = 60


@dataclass(frozen=True, slots=True)
class CheckWording(Wording):
    """Words for a check, in one language."""

    def field(self, name: str) -> str:
        """Name a field, by its heading where it is a column of its own."""
        key = f"check.field.{name}"
        if key in CHECK_MESSAGES:
            return self(key)
        return self("mark.quoted", text=one_line(name.removeprefix("extra:")))

    def finding(self, finding: Finding) -> str:
        """Say what was found."""
        head, _, rest = finding.code.partition(".")
        return self(
            f"check.finding.{head}",
            **self._facts(finding, head, rest),
            evidence=excerpt(finding.evidence, _EVIDENCE),
            proposal=finding.proposal,
            field=self.field(finding.field),
        ).rstrip("：: ")

    def proposal(self, finding: Finding) -> str:
        """Say what to do about it."""
        head, _, rest = finding.code.partition(".")
        if head == "duplicate" and rest == "related":
            return self("check.proposal.related")
        if finding.code == "escape":
            return self("check.proposal.repaired")
        if finding.code == "encoding" and finding.proposal:
            return self("check.proposal.encoding.again", proposal=finding.proposal)
        key = f"check.proposal.{finding.code if head == 'kind' else head}"
        return self(key, **self._facts(finding, head, rest), proposal=one_line(finding.proposal))

    def _facts(self, finding: Finding, head: str, rest: str) -> dict[str, str]:
        facts = {"missing": ("item", "item"), "kind": ("kind", "kind")}
        if head in facts:
            name, table = facts[head]
            return {name: self(f"check.{table}.{rest}")}
        return {"level": self(f"check.level.{rest}")} if head == "duplicate" else {}

    def kind(self, checked: RecordCheck) -> str:
        """Name the kind of a need with its confidence, or that it is assumed; empty of others."""
        kind = checked.need_kind
        if kind is None:
            return ""
        name = self(f"check.kind.{kind.name}")
        aside = self("check.assumed") if kind.assumed else self.percent(kind.confidence)
        return self("check.confidence", kind=name, percent=aside)

    def count(self, code: str) -> str:
        """Name what a count of findings is about."""
        head, _, rest = code.partition(".")
        return self(f"check.count.{head}", **self._facts(Finding(code), head, rest))

    def findings(self, checked: RecordCheck, *, missing: bool = True) -> list[str]:
        """List what was found in a record, each thing once."""
        chosen = (
            item for item in checked.findings if missing or not item.code.startswith("missing.")
        )
        return list(dict.fromkeys(map(self.finding, chosen)))

    def proposals(self, checked: RecordCheck) -> list[str]:
        """List what to do about a record, each thing once; missing items stand in one line."""
        lines = [
            self.proposal(item) for item in checked.findings if not item.code.startswith("missing.")
        ]
        if missing := checked.completeness.missing:
            named = self.listed(self(f"check.item.{name}") for name in missing)
            lines.append(self("check.proposal.missing", item=named))
        return list(dict.fromkeys(lines))


def counted(check: Check, words: CheckWording) -> Iterator[tuple[str, int, str]]:
    """Give the lines of the overview: a label, how many records, and what it means.

    Parameters
    ----------
    check : Check
    words : CheckWording

    Yields
    ------
    (str, int, str)
        Totals first, then every code with at least one record, the most frequent first.
    """
    counts = dict(check.counts)
    yield words("check.total"), counts.pop("records"), ""
    yield words("check.clean"), counts.pop("clean"), words("check.meaning.clean")
    yield words("check.groups"), counts.pop("groups"), words("check.meaning.groups")
    for code, number in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        yield words.count(code), number, ""


def worst(check: Check, limit: int) -> list[RecordCheck]:
    """Choose the records with most findings.

    Parameters
    ----------
    check : Check
    limit : int
        How many, at most.

    Returns
    -------
    list of RecordCheck
        Those with findings beyond missing items, by their number, then by missing items.
    """
    found = [checked for checked in check.records if serious(checked)]
    found.sort(key=lambda checked: (-_weight(checked), checked.completeness.present))
    return found[:limit]


def _weight(checked: RecordCheck) -> int:
    return len(
        {
            finding.code
            for finding in checked.findings
            if finding.code != "escape" and "missing." not in finding.code
        }
    )
