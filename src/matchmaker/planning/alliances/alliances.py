"""Alliances (产学研联盟): a few achievements that together cover the parts of one need."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np

from matchmaker.planning.alliances.complements import Choice, best_set, greedy_set
from matchmaker.planning.alliances.need_parts import (
    NeedPart,
    PartEvidence,
    cover_parts,
    parts_of_need,
    unheard_words,
)
from matchmaker.planning.alliances.one_need import Candidates, candidates_of
from matchmaker.planning.alliances.plan import (
    Alliance,
    AllianceMember,
    AllianceSettings,
    Contribution,
    Obstacle,
    OpenPart,
    Verdict,
)
from matchmaker.planning.alliances.sayings import Sayings
from matchmaker.planning.parties import Parties, teams, universities
from matchmaker.scoring.facts import read_facts
from matchmaker.scoring.pairs import RankedPairs

_WHOLE = 1 - 1e-9


def find_alliance(
    pairs: RankedPairs,
    need_id: str,
    settings: AllianceSettings | None = None,
    *,
    refused: Collection[tuple[str, str]] = (),
    sayings: Sayings | None = None,
) -> Alliance:
    """Find a small set of achievements that together cover a need's parts.

    What a set covers is the sum over the parts of their weights times the highest degree to which
    one member covers the part; halves of several members never add up. Chosen is the set that
    covers most, less ``least_gain`` for every member, so that nobody joins who adds less.

    Parameters
    ----------
    pairs : RankedPairs
        Only achievements that the ranking lists for the need are candidates.
    need_id : str
    settings : AllianceSettings, optional
    refused : collection of (str, str)
        Need and achievement ids of pairs that are not proposed again.
    sayings : Sayings, optional
        Of the ranking's achievements and needs, for more than one need, or with the rarity of the
        shipped model; by default ``Sayings(pairs.achievements, pairs.needs)``.

    Returns
    -------
    Alliance
        Without members, and with the reason, where no achievement can be one.

    Raises
    ------
    ConfigError
        If the ranking has no such need.
    """
    settings = settings or AllianceSettings()
    found = candidates_of(pairs, need_id, min_score=settings.min_score, refused=refused)
    beyond = max(0, len(found) - settings.most_candidates)
    found = found.take(range(len(found) - beyond))
    sayings = sayings or Sayings(pairs.achievements, pairs.needs)
    listed = {
        shared.term
        for at in found.positions
        for shared in pairs.context.shared_terms(found.need_position, at)
    }
    parts = parts_of_need(found.need, sayings, settings.parts, listed=listed)
    enough = settings.parts.enough
    said = [
        cover_parts(parts, sayings, at, read_facts(record), enough=enough)
        for at, record in zip(found.positions, found.achievements, strict=True)
    ]
    groups = _groups(pairs, found, settings)
    choice = _choice(found, parts, said, groups.values(), settings)
    chosen = best_set(choice) if len(found) and parts else ()
    top = range(len(chosen))
    return Alliance(
        need=found.need,
        settings=settings,
        verdict=_verdict(choice, chosen, len(parts)),
        parts=parts,
        members=_members(choice, chosen, found, said),
        covered=choice.covered(chosen),
        greedy_covered=choice.covered(greedy_set(choice)),
        top=tuple(found.achievements[at] for at in top),
        top_covered=choice.covered(top),
        open=_open(choice, chosen, found, said, groups),
        candidates=len(found),
        below=found.below,
        refused=found.refused,
        beyond=beyond,
        unheard=unheard_words(found.need, sayings),
    )


def _choice(
    found: Candidates,
    parts: Sequence[NeedPart],
    said: Sequence[Sequence[PartEvidence]],
    groups: Iterable[Parties],
    settings: AllianceSettings,
) -> Choice:
    degrees = [[one.degree for one in row] for row in said]
    return Choice(
        degrees=np.array(degrees, dtype=np.float64).reshape(len(found), len(parts)),
        weights=np.array([part.weight for part in parts], dtype=np.float64),
        groups=tuple(group.of[list(found.positions)] for group in groups),
        merit=np.array(found.scores, dtype=np.float64),
        most=settings.most,
        price=settings.least_gain,
    )


def _groups(
    pairs: RankedPairs, found: Candidates, settings: AllianceSettings
) -> dict[Obstacle, Parties]:
    groups: dict[Obstacle, Parties] = {}
    if not settings.same_team:
        groups["team"] = teams(pairs.achievements)
    if not settings.same_university:
        groups["university"] = universities(pairs.achievements)
    return groups


def _verdict(choice: Choice, chosen: Sequence[int], parts: int) -> Verdict:
    if not chosen:
        return "none_covers" if len(choice.degrees) else "no_candidate"
    if len(chosen) > 1:
        return "several"
    if parts == 1:
        return "one_part"
    if choice.covered(chosen) >= _WHOLE:
        return "one_covers"
    return "one_allowed" if choice.most == 1 else "one_enough"


def _members(
    choice: Choice, chosen: Sequence[int], found: Candidates, said: Sequence[Sequence[PartEvidence]]
) -> tuple[AllianceMember, ...]:
    degrees = choice.degrees[list(chosen)]
    # A part rests on the member that covers it furthest, the first of equals.
    holder = degrees.argmax(axis=0) if len(chosen) else np.zeros(0, dtype=np.int64)
    members = []
    for place, at in enumerate(chosen):
        speaks = [Contribution(part, one) for part, one in enumerate(said[at]) if one.degree > 0]
        covers = tuple(one for one in speaks if holder[one.part] == place)
        without = [one for one in chosen if one != at]
        members.append(
            AllianceMember(
                achievement=found.achievements[at],
                score=found.scores[at],
                grade=found.grades[at],
                rank=at + 1,
                share=math.fsum(
                    float(choice.weights[one.part]) * one.evidence.degree for one in covers
                ),
                loss=choice.covered(chosen) - choice.covered(without),
                covers=covers,
                also=tuple(one for one in speaks if one not in covers),
            )
        )
    return tuple(members)


def _open(
    choice: Choice,
    chosen: Sequence[int],
    found: Candidates,
    said: Sequence[Sequence[PartEvidence]],
    groups: Mapping[Obstacle, Parties],
) -> tuple[OpenPart, ...]:
    """List the parts not fully covered, and who else would cover them further."""
    degrees = choice.degrees[list(chosen)].max(axis=0, initial=0.0)
    parts = []
    for part in np.argsort(-choice.weights, kind="stable").tolist():
        if degrees[part] >= _WHOLE:
            continue
        column = choice.degrees[:, part]
        at = int(column.argmax()) if len(column) else 0
        if not len(column) or column[at] <= degrees[part]:
            parts.append(OpenPart(part, float(degrees[part]), None, None, "nobody"))
            continue
        obstacle = _obstacle(choice, chosen, at, found, groups)
        parts.append(
            OpenPart(part, float(degrees[part]), found.achievements[at], said[at][part], obstacle)
        )
    return tuple(parts)


def _obstacle(
    choice: Choice,
    chosen: Sequence[int],
    at: int,
    found: Candidates,
    groups: Mapping[Obstacle, Parties],
) -> Obstacle:
    for name, parties in groups.items():
        taken = {int(parties.of[found.positions[one]]) for one in chosen}
        if int(parties.of[found.positions[at]]) in taken:
            return name
    gain = choice.covered((*chosen, at)) - choice.covered(chosen)
    return "gain" if gain < choice.price or len(chosen) < choice.most else "size"
