"""All detectors over a list of records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from matchmaker.checking.advertising import advertising_share, find_advertising
from matchmaker.checking.completeness import Completeness, check_completeness
from matchmaker.checking.duplicates import (
    RELATED,
    DuplicateGroup,
    DuplicatePair,
    duplicate_groups,
    find_duplicates,
)
from matchmaker.checking.findings import Finding, RecordKind
from matchmaker.checking.need_kinds import NeedKind, need_kind
from matchmaker.checking.placeholders import find_damage, find_placeholders
from matchmaker.checking.splitting import Split, find_split
from matchmaker.errors import ConfigError
from matchmaker.records import Achievement, Need


@dataclass(frozen=True, slots=True)
class RecordCheck:
    """What was found about one record.

    Attributes
    ----------
    record : Need or Achievement
    findings : tuple of Finding
        All that a person should look at, the most serious first.
    completeness : Completeness
    need_kind : NeedKind or None
        None of an achievement.
    split : Split or None
        None where the row holds one need.
    advertising : float
        Share of the body that advertises, in [0, 1].
    """

    record: Need | Achievement
    findings: tuple[Finding, ...]
    completeness: Completeness
    need_kind: NeedKind | None
    split: Split | None
    advertising: float


@dataclass(frozen=True, slots=True)
class Check:
    """What was found about a list of records.

    Attributes
    ----------
    kind : {"needs", "achievements"}
    records : tuple of RecordCheck
        In the order given.
    pairs : tuple of DuplicatePair
        Exact, near and related ones, by position in ``records``.
    groups : tuple of DuplicateGroup
        Records that are one.
    """

    kind: RecordKind
    records: tuple[RecordCheck, ...]
    pairs: tuple[DuplicatePair, ...]
    groups: tuple[DuplicateGroup, ...]

    @property
    def counts(self) -> Mapping[str, int]:
        """How many records have a finding of each code; ``records``, ``clean``, ``groups``."""
        counted: Counter[str] = Counter()
        for checked in self.records:
            counted.update({finding.code for finding in checked.findings})
        totals = {
            "records": len(self.records),
            "clean": sum(not serious(checked) for checked in self.records),
            "groups": len(self.groups),
        }
        return totals | dict(sorted(counted.items()))

    @property
    def completeness(self) -> float:
        """Mean share of the items that are there, in [0, 1]; 0 of an empty list."""
        shares = [checked.completeness.share for checked in self.records]
        return sum(shares) / len(shares) if shares else 0.0


def serious(checked: RecordCheck) -> bool:
    """Say whether a record has findings beyond missing items, repaired signs and its kind."""
    return any(not finding.code.startswith(_MILD) for finding in checked.findings)


_MILD = (
    "missing.", "escape", "lost_beginning", "duplicate.related", "kind.acquisition", "kind.advice",
)  # fmt: skip
_ORDER = (
    "kind.", "several", "duplicate.exact", "duplicate.near", "placeholder", "encoding", "masked",
    "advertising", "lost_beginning", "escape", "duplicate.related", "missing.",
)  # fmt: skip


def check_records(records: Sequence[Need | Achievement], *, kind: RecordKind) -> Check:
    """Check records for what is missing, damaged, twofold or no need at all.

    Parameters
    ----------
    records : sequence of Need or Achievement
        Of one or several files; ids may be the same.
    kind : {"needs", "achievements"}
        What they are.

    Returns
    -------
    Check

    Raises
    ------
    ConfigError
        If the kind is unknown or a record is of the other one.
    """
    check_kind(records, kind)
    pairs = find_duplicates(records)
    groups = duplicate_groups(records, pairs)
    alike = _duplicate_findings(records, pairs, groups)
    checked = tuple(_check_record(record, alike.get(row, [])) for row, record in enumerate(records))
    return Check(kind, checked, pairs, groups)


def check_kind(records: Sequence[Need | Achievement], kind: str) -> None:
    """Make sure that records are of a kind.

    Raises
    ------
    ConfigError
        If they are not, or the kind is unknown.
    """
    kinds = {"needs": Need, "achievements": Achievement}
    if kind not in kinds:
        raise ConfigError(f"kind must be 'needs' or 'achievements', not {kind!r}")
    for record in records:
        if not isinstance(record, kinds[kind]):
            raise ConfigError(f"{type(record).__name__} {record.id!r} is not one of the {kind}")


def _check_record(record: Need | Achievement, alike: list[Finding]) -> RecordCheck:
    advertising = find_advertising(record.body)
    share = advertising_share(record.body, advertising)
    complete = check_completeness(record)
    split = find_split(record)
    kind = need_kind(record, advertising=share) if isinstance(record, Need) else None
    found = [
        *find_placeholders(record),
        *find_damage(record),
        *advertising,
        *alike,
        *_kind_findings(kind),
        *_split_findings(record, split),
        *(Finding(f"missing.{name}") for name in complete.missing),
    ]
    found.sort(key=lambda finding: _rank(finding.code))
    return RecordCheck(record, tuple(found), complete, kind, split, share)


def _rank(code: str) -> int:
    return next((at for at, prefix in enumerate(_ORDER) if code.startswith(prefix)), len(_ORDER))


def _kind_findings(kind: NeedKind | None) -> Iterator[Finding]:
    if kind is not None and kind.name != "research":
        yield Finding(f"kind.{kind.name}", kind.field, kind.start, kind.end, kind.evidence)


def _split_findings(record: Need | Achievement, split: Split | None) -> Iterator[Finding]:
    if split is not None:
        field = "title" if split.evidence and split.evidence == record.title else "body"
        yield Finding("several", field, evidence=split.evidence, proposal=str(len(split.parts)))


def _duplicate_findings(
    records: Sequence[Need | Achievement],
    pairs: Sequence[DuplicatePair],
    groups: Sequence[DuplicateGroup],
) -> dict[int, list[Finding]]:
    """Say of every record of a group which one to keep, and of related ones which they are."""
    found: dict[int, list[Finding]] = {}
    for group in groups:
        keep = records[group.keep].id
        for row in group.members:
            others = "、".join(records[other].id for other in group.members if other != row)
            found.setdefault(row, []).append(
                Finding(f"duplicate.{group.level}", evidence=others, proposal=keep)
            )
    for pair in pairs:
        if pair.level != RELATED:
            continue
        for row, other in ((pair.first, pair.second), (pair.second, pair.first)):
            found.setdefault(row, []).append(
                Finding("duplicate.related", evidence=records[other].id)
            )
    return found
