"""Who can answer needs: teams, or universities where no team is named, and whom they leave open."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matchmaker.planning.coverage import greedy_cover
from matchmaker.planning.parties import Parties, enterprises, teams, universities, usual_spelling
from matchmaker.planning.rules import of_couples, own_couples, refused_positions
from matchmaker.records import Achievement
from matchmaker.scoring.pairs import RankedPairs


@dataclass(frozen=True, slots=True, eq=False)
class Usable:
    """Pairs that may be proposed.

    Attributes
    ----------
    rows : ndarray, shape (n,), int64
        Their rows in the ranking, rising.
    left_out : mapping of str to int
        Pairs not used, by the first reason that holds: ``refused`` earlier, ``conflict`` of
        interest (an enterprise of the university itself), ``below`` the score asked for.
    """

    rows: NDArray[np.int64]
    left_out: dict[str, int]


@dataclass(frozen=True, slots=True)
class Answer:
    """What an expert can say to a need.

    Attributes
    ----------
    need, achievement : str
        Ids; of the expert's achievements the one with the best score.
    score : float
    grade : int
    """

    need: str
    achievement: str
    score: float
    grade: int

    def to_json(self) -> dict[str, Any]:
        """Return the answer as plain data."""
        return {
            "need_id": self.need,
            "achievement_id": self.achievement,
            "score": self.score,
            "grade": self.grade,
        }


@dataclass(frozen=True, slots=True)
class Expert:
    """A team, or a university or an achievement where no team is named.

    Attributes
    ----------
    key : str
        What tells it from others, see :class:`~matchmaker.planning.parties.Parties`.
    university, team : str
        As most of its records say; empty where not said.
    answers : tuple of Answer
        One for each need that it covers, the best first.
    adds : tuple of str
        Ids of the needs that none chosen before it covers; for one that was not chosen, those that
        none chosen covers.
    """

    key: str
    university: str
    team: str
    answers: tuple[Answer, ...]
    adds: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the expert as plain data."""
        return {
            "key": self.key,
            "university": self.university,
            "team": self.team,
            "answers": [one.to_json() for one in self.answers],
            "adds": list(self.adds),
        }


@dataclass(frozen=True, slots=True)
class Panel:
    """Experts who together cover needs.

    Attributes
    ----------
    chosen : tuple of Expert
        In the order of choice: each adds the most needs to those before it.
    others : tuple of Expert
        Who covers a need too and was not chosen: those who would add most first, then by needs.
        They add something only where more experts were needed than could be chosen.
    uncovered : tuple of str
        Ids of the needs that none of those chosen covers, sorted.
    """

    chosen: tuple[Expert, ...]
    others: tuple[Expert, ...]
    uncovered: tuple[str, ...]

    @property
    def waiting(self) -> int:
        """Count the needs that only some of the others cover."""
        return len({need for one in self.others for need in one.adds})

    def to_json(self) -> dict[str, Any]:
        """Return the panel as plain data."""
        return {
            "chosen": [one.to_json() for one in self.chosen],
            "others": [one.to_json() for one in self.others],
            "uncovered": list(self.uncovered),
        }


def experts(achievements: Sequence[Achievement]) -> Parties:
    """Group achievements by team; where no team is named, by university.

    Parameters
    ----------
    achievements : sequence of Achievement

    Returns
    -------
    Parties
        An achievement that names neither stands for itself.
    """
    named, owners = teams(achievements), universities(achievements)
    chosen = []
    for team, owner in zip(named.of.tolist(), owners.of.tolist(), strict=True):
        by_team = bool(named.names[team])
        parties, at = (named, team) if by_team else (owners, owner)
        chosen.append((parties.keys[at], parties.names[at]))
    known = dict(sorted(chosen))
    position = {key: at for at, key in enumerate(known)}
    of = np.array([position[key] for key, _ in chosen], dtype=np.int64)
    return Parties(tuple(known), tuple(known.values()), of)


def with_repeated_needs(pairs: RankedPairs) -> RankedPairs:
    """Give needs that another one stands for the pairs of that one.

    Where achievements ask, the ranking lists one of several needs with the same text and owner
    (``pairs.duplicates``); what answers it answers them all.

    Parameters
    ----------
    pairs : RankedPairs

    Returns
    -------
    RankedPairs
        ``pairs`` itself where no need stands for others.
    """
    if pairs.direction == "need_to_achievement" or not pairs.duplicates:
        return pairs
    at = {need.id: position for position, need in enumerate(pairs.needs)}
    rows, owners = [np.arange(len(pairs))], [pairs.columns.need]
    for first, others in sorted(pairs.duplicates.items()):
        own = np.flatnonzero(pairs.columns.need == at.get(first, -1))
        for other in others:
            if other in at:
                rows.append(own)
                owners.append(np.full(len(own), at[other], dtype=np.int64))
    columns = pairs.columns.take(np.concatenate(rows))
    return RankedPairs(pairs.context, replace(columns, need=np.concatenate(owners)))


def usable_pairs(
    pairs: RankedPairs, *, min_score: float, refused: Collection[tuple[str, str]] = ()
) -> Usable:
    """Leave out pairs that were refused, are nobody's outside, or score too low.

    Parameters
    ----------
    pairs : RankedPairs
    min_score : float
    refused : collection of (str, str)
        Ids of needs and achievements.

    Returns
    -------
    Usable
    """
    columns = pairs.columns
    asking, owners = enterprises(pairs.needs), universities(pairs.achievements)
    couples = own_couples(asking, owners)
    is_refused = of_couples(refused_positions(pairs, refused), columns.need, columns.achievement)
    is_own = of_couples(couples, asking.of[columns.need], owners.of[columns.achievement])
    is_own &= ~is_refused
    is_below = (columns.score < min_score) & ~is_refused & ~is_own
    left_out = {
        "refused": int(is_refused.sum()),
        "conflict": int(is_own.sum()),
        "below": int(is_below.sum()),
    }
    return Usable(np.flatnonzero(~(is_refused | is_own | is_below)), left_out)


def panel(pairs: RankedPairs, usable: Usable, needs: Sequence[int], *, most: int) -> Panel:
    """Choose experts who together cover needs, by the greedy rule.

    See :func:`matchmaker.planning.coverage.greedy_cover`. Of experts who add as many needs, the
    one with the higher scores is chosen.

    Parameters
    ----------
    pairs : RankedPairs
    usable : Usable
        The pairs that count as covered.
    needs : sequence of int
        Positions in ``pairs.needs``.
    most : int
        Experts to choose.

    Returns
    -------
    Panel

    Raises
    ------
    ConfigError
        If ``most`` is negative.
    """
    found = _answers(pairs, usable, needs)
    wanted = sorted(pairs.needs[at].id for at in set(needs))
    place = {need: at for at, need in enumerate(wanted)}
    sets = [[place[one.need] for one in expert.answers] for expert in found]
    cover = greedy_cover(sets, np.ones(len(wanted)), most=most)
    open_still, chosen = set(wanted), []
    for at in cover.chosen:
        adds = [one.need for one in found[at].answers if one.need in open_still]
        open_still.difference_update(adds)
        chosen.append(_with_adds(found[at], adds))
    others = [
        _with_adds(one, [each.need for each in one.answers if each.need in open_still])
        for at, one in enumerate(found)
        if at not in cover.chosen
    ]
    others.sort(key=lambda one: -len(one.adds))
    return Panel(tuple(chosen), tuple(others), tuple(sorted(open_still)))


def _with_adds(expert: Expert, adds: Sequence[str]) -> Expert:
    return Expert(expert.key, expert.university, expert.team, expert.answers, tuple(adds))


def _answers(pairs: RankedPairs, usable: Usable, needs: Sequence[int]) -> list[Expert]:
    """List who covers which of the needs: most needs first, then the higher scores."""
    parties = experts(pairs.achievements)
    columns = pairs.columns
    rows = usable.rows[np.isin(columns.need[usable.rows], list(needs))]
    # Best first, so that the first pair of an expert and a need is the one to show.
    order = np.lexsort((columns.achievement[rows], columns.need[rows], -columns.score[rows]))
    best: defaultdict[int, dict[int, Answer]] = defaultdict(dict)
    for row in rows[order].tolist():
        need, achievement = int(columns.need[row]), int(columns.achievement[row])
        answers = best[int(parties.of[achievement])]
        if need not in answers:
            answers[need] = Answer(
                pairs.needs[need].id,
                pairs.achievements[achievement].id,
                float(columns.score[row]),
                int(columns.grade[row]),
            )
    found = [
        _expert(pairs, parties, party, tuple(answers.values())) for party, answers in best.items()
    ]
    found.sort(key=lambda one: (-len(one.answers), -sum(a.score for a in one.answers), one.key))
    return found


def _expert(
    pairs: RankedPairs, parties: Parties, party: int, answers: tuple[Answer, ...]
) -> Expert:
    own = [pairs.achievements[at] for at in parties.records(party).tolist()]
    owner = Counter(one.organisation.strip() for one in own if one.organisation.strip())
    team = Counter(one.team.strip() for one in own if one.team.strip())
    is_team = len(team) == 1 or len({"".join(one.split()) for one in team}) == 1
    key = parties.keys[party]
    return Expert(key, usual_spelling(owner), usual_spelling(team) if is_team else "", answers)
