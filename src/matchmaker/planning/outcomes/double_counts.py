"""Double counts: what several rows state and only one may be counted for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from matchmaker.checking.duplicates import EXACT, duplicate_groups, find_duplicates
from matchmaker.language.organisations import parent_organisation
from matchmaker.planning.outcomes.columns import SIGNED
from matchmaker.planning.outcomes.funnel import Case, Division, parties_in, row_key, row_names
from matchmaker.planning.outcomes.outcomes import Outcome, origin_json
from matchmaker.records import Need, Origin

DoubleKind = Literal[
    "events", "enterprise", "university", "universities", "parks", "needs", "solved", "unnumbered"
]
DOUBLE_KINDS: tuple[DoubleKind, ...] = (
    *("needs", "universities", "parks", "solved", "unnumbered", "enterprise", "university"),
    "events",
)
"""Kinds of double counts, in the order in which they are shown."""


@dataclass(frozen=True, slots=True)
class DoubleCount:
    """Something that stands in several rows or under several names.

    Attributes
    ----------
    kind : str
        ``events``: one item in several events or lists; ``enterprise``, ``university``: one
        organisation under several spellings; ``universities``, ``parks``: one item claimed by
        several; ``needs``: one need under several ids; ``solved``: one need signed with several
        achievements, which counts as often, for a person to judge; ``unnumbered``: rows without
        an id that may be an item which other rows give with one, counted apart, to be judged.
    subject : str
        The item's ids, or the name of the organisation.
    names : tuple of str
        What stands in the rows: events, spellings, universities, parks, ids.
    claimed, counted : int
        As how many it would have been counted by its names, and as how many it is.
    rows : tuple of Origin
        Where that is said.
    """

    kind: DoubleKind
    subject: str
    names: tuple[str, ...]
    claimed: int
    counted: int
    rows: tuple[Origin, ...]

    def to_json(self) -> dict[str, Any]:
        """Give the case as plain data."""
        return {
            "kind": self.kind,
            "subject": self.subject,
            "names": list(self.names),
            "claimed": self.claimed,
            "counted": self.counted,
            "rows": [origin_json(row) for row in self.rows],
        }


def same_needs(needs: Iterable[Need], used: Iterable[str]) -> dict[str, str]:
    """Find needs under several ids: equal texts, and no two different enterprises.

    Parameters
    ----------
    needs : iterable of Need
    used : iterable of str
        Ids that matter.

    Returns
    -------
    dict of str to str
        Id to the smallest id of the same need, without those that are their own.
    """
    wanted = set(used)
    known = sorted((need for need in needs if need.id in wanted), key=lambda need: need.id)
    exact = [pair for pair in find_duplicates(known) if pair.level == EXACT]
    found: dict[str, str] = {}
    for group in duplicate_groups(known, exact):
        by_owner: dict[str, list[str]] = {}
        for member in group.members:
            owner = parent_organisation(known[member].organisation)
            by_owner.setdefault(owner, []).append(known[member].id)
        owners = [owner for owner in by_owner if owner]
        # Who names nobody belongs to the one enterprise that is named, if there is just one.
        if len(owners) == 1:
            by_owner = {owners[0]: sorted(id_ for ids in by_owner.values() for id_ in ids)}
        for ids in by_owner.values():
            found |= dict.fromkeys(ids[1:], ids[0])
    return found


def double_counts(
    items: Sequence[Case], same: Mapping[str, str], names: Callable[[str], str]
) -> tuple[DoubleCount, ...]:
    """Find what stands in several rows or under several names.

    Parameters
    ----------
    items : sequence of Case
    same : mapping of str to str
        Of :func:`same_needs`.
    names : callable
        Gives the shown name of a normalised organisation.

    Returns
    -------
    tuple of DoubleCount
        By kind, then by subject.
    """
    found: list[DoubleCount] = []
    for case in items:
        for kind, division in _CLAIMS:
            found += _claimed(case, kind, division, names)
    rows = [row for case in items for row in case.rows]
    found += _spellings("enterprise", rows, lambda row: row.enterprise, names)
    found += _spellings("university", rows, lambda row: row.university, names)
    found += _repeated_needs(rows, same)
    found += _solved_twice(items)
    found += _unnumbered(items)
    order = {kind: at for at, kind in enumerate(DOUBLE_KINDS)}
    return tuple(sorted(found, key=lambda one: (order[one.kind], one.subject)))


_CLAIMS: tuple[tuple[DoubleKind, Division], ...] = (
    ("events", "event"),
    ("universities", "university"),
    ("parks", "park"),
)


def subject_of(case: Case) -> str:
    """Name an item by what its key is made of."""
    return " × ".join(part.removeprefix("@") or "?" for part in case.key)


def origins(rows: Iterable[Outcome]) -> tuple[Origin, ...]:
    """Give where rows stand: each once, by file and row."""
    found = {row.origin for row in rows if row.origin is not None}
    return tuple(sorted(found, key=lambda one: (one.file, one.sheet, one.row)))


def _claimed(
    case: Case, kind: DoubleKind, division: Division, names: Callable[[str], str]
) -> list[DoubleCount]:
    found = sorted({name for row in case.rows for name in row_names(row, division)})
    if len(found) < 2:
        return []
    said = [row for row in case.rows if row_names(row, division)]
    shown = tuple(names(name) for name in found) if division == "university" else tuple(found)
    return [DoubleCount(kind, subject_of(case), shown, len(found), 1, origins(said))]


def _spellings(
    kind: DoubleKind,
    rows: Iterable[Outcome],
    name_of: Callable[[Outcome], str],
    names: Callable[[str], str],
) -> list[DoubleCount]:
    spelt: dict[str, dict[str, list[Outcome]]] = {}
    for row in rows:
        for name in parties_in(name_of(row)):
            owner = parent_organisation(name)
            if owner:
                spelt.setdefault(owner, {}).setdefault(name, []).append(row)
    return [
        DoubleCount(
            kind,
            names(owner),
            tuple(sorted(found)),
            len(found),
            1,
            origins(row for group in found.values() for row in group),
        )
        for owner, found in spelt.items()
        if len(found) > 1
    ]


def _repeated_needs(rows: Sequence[Outcome], same: Mapping[str, str]) -> list[DoubleCount]:
    groups: dict[str, set[str]] = {}
    for other, first in same.items():
        groups.setdefault(first, {first}).add(other)
    return [
        DoubleCount(
            "needs",
            first,
            tuple(sorted(ids)),
            len(ids),
            1,
            origins(row for row in rows if row.need_id in ids),
        )
        for first, ids in groups.items()
    ]


def _solved_twice(items: Iterable[Case]) -> list[DoubleCount]:
    signed: dict[str, list[Case]] = {}
    for case in items:
        need = case.key[0]
        if need and not need.startswith("@") and case.reached >= SIGNED and not case.ended:
            signed.setdefault(need, []).append(case)
    return [
        DoubleCount(
            "solved",
            need,
            tuple(case.key[1].removeprefix("@") or "?" for case in found),
            len(found),
            len(found),
            origins(row for case in found for row in case.rows if row.stage_rank >= SIGNED),
        )
        for need, found in signed.items()
        if len(found) > 1
    ]


def _unnumbered(items: Sequence[Case]) -> list[DoubleCount]:
    """Find items without one or both ids whose organisations another item has, with its ids."""
    numbered: dict[tuple[str, str], list[Case]] = {}
    for case in items:
        if not any(part.startswith("@") or not part for part in case.key):
            for enterprise in case.enterprises:
                for university in case.universities:
                    numbered.setdefault((enterprise, university), []).append(case)
    found = []
    for case in items:
        if not any(part.startswith("@") for part in case.key):
            continue
        couples = {(one, two) for one in case.enterprises for two in case.universities}
        others = [
            other
            for couple in sorted(couples)
            for other in numbered.get(couple, ())
            if all(
                mine.startswith("@") or mine == theirs
                for mine, theirs in zip(case.key, other.key, strict=True)
            )
        ]
        if others:
            rows = sorted((row for one in (case, *others) for row in one.rows), key=row_key)
            shown = tuple(dict.fromkeys(subject_of(other) for other in others))
            claimed = 1 + len(shown)
            found.append(
                DoubleCount("unnumbered", subject_of(case), shown, claimed, claimed, origins(rows))
            )
    return found
