"""Matches computed once and listed many times."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from matchmaker.reporting.columns import Side
from matchmaker.scoring.pairs import Match, RankedPairs


class Listing:
    """The matches of a ranking, each computed once.

    Every :class:`~matchmaker.scoring.pairs.Match` works its shared terms out when it is made, and
    a workbook lists most of them several times.

    Parameters
    ----------
    pairs : RankedPairs
        The ranking.

    Attributes
    ----------
    pairs : RankedPairs
        The same.
    matches : tuple of Match
        In the ranking's order.
    """

    def __init__(self, pairs: RankedPairs) -> None:
        self.pairs = pairs
        self.matches = tuple(pairs)
        self._by_pair = dict(zip(_positions(pairs), self.matches, strict=True))

    def of(self, view: RankedPairs) -> Iterator[Match]:
        """List the matches of a group or slice of the ranking.

        Parameters
        ----------
        view : RankedPairs
            Taken from the same ranking.

        Yields
        ------
        Match
            In the view's order, with the view's ranks.
        """
        for pair, rank in zip(_positions(view), view.columns.rank.tolist(), strict=True):
            yield replace(self._by_pair[pair], rank=rank)

    def partners(self, side: Side[Any]) -> list[list[Match]]:
        """Group by one side's records.

        Parameters
        ----------
        side : Side
            Whose records.

        Returns
        -------
        list of list of Match
            One list for every record with a pair, by id; in each, best first, ties by the id of
            the asking side.
        """
        groups: dict[int, list[Match]] = {}
        for position, match in zip(side.positions(self.pairs), self.matches, strict=True):
            groups.setdefault(position, []).append(match)
        return [sorted(groups[position], key=_worse) for position in sorted(groups)]


def without_pair(pairs: RankedPairs, side: Side[Any]) -> list[Any]:
    """List a side's records that have no pair, by id."""
    found = set(side.positions(pairs))
    return [record for position, record in enumerate(side.records(pairs)) if position not in found]


def _worse(match: Match) -> float:
    return -match.score


def _positions(pairs: RankedPairs) -> Iterator[tuple[int, int]]:
    columns = pairs.columns
    return zip(columns.need.tolist(), columns.achievement.tolist(), strict=True)
