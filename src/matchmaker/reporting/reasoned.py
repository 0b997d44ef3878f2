"""Explanations of a ranking's matches, for reports."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matchmaker.errors import ConfigError, StoreError
from matchmaker.scoring.explanation import Counterfactual, Explanation
from matchmaker.scoring.pairs import Match, RankedPairs

COUNTERFACTUALS = 10
"""Best matches of as many asking records that are ranked once more without a term."""

_SMALL = 0.1


@dataclass(frozen=True, slots=True)
class Reasoned:
    """A match, why it is there, and what would become of it without a term."""

    match: Match
    explanation: Explanation
    without: Counterfactual | None = None


class Reasoning:
    """Explains the matches of a ranking; nothing is kept, so that who shows one twice keeps it.

    Parameters
    ----------
    pairs : RankedPairs
        That a search has found.
    spans : bool
        Whether evidence is pointed at in the texts.
    counterfactuals : int
        How many of the asking records, those with the best matches first, are ranked once more
        without the heaviest term of their best match: where its lead over the next one is small
        and the term bears a good part of it. 0 where parts of a ranking are written one by one.
    """

    def __init__(
        self, pairs: RankedPairs, *, spans: bool = False, counterfactuals: int = COUNTERFACTUALS
    ) -> None:
        self._spans = spans
        self._leads = _leads(pairs, counterfactuals)

    def __call__(self, match: Match) -> Reasoned:
        """Explain a match of the ranking."""
        explanation = match.explain(spans=self._spans)
        return Reasoned(match, explanation, self._without(match, explanation))

    def _without(self, match: Match, explanation: Explanation) -> Counterfactual | None:
        lead = self._leads.get((match.need.id, match.achievement.id))
        if lead is None:
            return None
        named = [one for part in explanation.parts for one in part.evidence if one.kind == "term"]
        # Without the word its characters, likenesses and part of the meaning go, too.
        if not named or 3 * named[0].value < lead:
            return None
        try:
            found = match.without(named[0].need)
        except (ConfigError, StoreError):
            # Joined words that the fields do not hold side by side, or all that is said; or a
            # store that was closed or has changed since.
            return None
        # That nothing would change is no reason to give.
        return None if found.rank == 1 else found


def _leads(pairs: RankedPairs, most: int) -> dict[tuple[str, str], float]:
    """Find the best matches with a small lead over the next one, the best of them first."""
    columns = pairs.columns
    asking = columns.need if pairs.direction == "need_to_achievement" else columns.achievement
    # A view of a ranking, such as that of a sector, has ranks of its own.
    if not most or (np.diff(asking) < 0).any():
        return {}
    first = np.flatnonzero((columns.rank[:-1] == 1) & (asking[1:] == asking[:-1]))
    lead = columns.score[first] - columns.score[first + 1]
    first, lead = first[lead <= _SMALL], lead[lead <= _SMALL]
    order = np.argsort(-columns.score[first], kind="stable")[:most]
    return {
        (pairs.needs[need].id, pairs.achievements[achievement].id): by
        for need, achievement, by in zip(
            columns.need[first[order]].tolist(),
            columns.achievement[first[order]].tolist(),
            lead[order].tolist(),
            strict=True,
        )
    }


def reasoning(
    pairs: RankedPairs, *, wanted: bool, spans: bool = False, whole: bool = True
) -> Reasoning | None:
    """Prepare to explain a ranking, where that is wanted and possible.

    Parameters
    ----------
    pairs : RankedPairs
    wanted : bool
    spans : bool
    whole : bool
        Whether the pairs are a whole ranking. Which matches of a part are ranked once more without
        a term would depend on the part.

    Returns
    -------
    Reasoning or None
        None for pairs made by hand, which nobody can explain.
    """
    if not wanted or not pairs.explainable:
        return None
    return Reasoning(pairs, spans=spans, counterfactuals=COUNTERFACTUALS if whole else 0)
