"""Couples of two sides that each have preferences: stable ones, and those of the greatest total.

Gale and Shapley, "College admissions and the stability of marriage", American Mathematical Monthly
69 (1962); Roth, "On the allocation of residents to rural hospitals", Econometrica 54 (1986).
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Side = Literal["enterprise", "mentor"]

_NOBODY = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True, eq=False)
class Market:
    """Couples that may be made; an enterprise has one mentor, a mentor as many seats as stated.

    Attributes
    ----------
    enterprise, mentor : ndarray, shape (n,), int64
        Who stands in each couple, by (enterprise, mentor), every couple once.
    enterprise_rank, mentor_rank : ndarray, shape (n,), int64
        How either side ranks the couple among its own, lower is better; strict: no two couples of
        one enterprise, and no two of one mentor, have the same.
    seats : ndarray, shape (n_mentors,), int64
        At least 0.
    """

    enterprise: NDArray[np.int64]
    mentor: NDArray[np.int64]
    enterprise_rank: NDArray[np.int64]
    mentor_rank: NDArray[np.int64]
    seats: NDArray[np.int64]


def deferred_acceptance(market: Market, *, proposing: Side = "enterprise") -> NDArray[np.bool_]:
    """Make couples that are stable: no two would both rather have each other.

    Of all stable outcomes it is the best one for every party of the proposing side, and the worst
    one for every party of the other. Who is served, and how many seats each mentor fills, is the
    same in all of them.

    Parameters
    ----------
    market : Market
    proposing : {"enterprise", "mentor"}

    Returns
    -------
    ndarray, shape (n,), bool
        Which couples are made.
    """
    one = np.ones(int(market.enterprise.max(initial=-1)) + 1, dtype=np.int64)
    enterprises = (market.enterprise, market.enterprise_rank, one)
    mentors = (market.mentor, market.mentor_rank, market.seats)
    sides = (enterprises, mentors) if proposing == "enterprise" else (mentors, enterprises)
    return _propose(*sides)


_Party = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]


def _propose(asking: _Party, asked: _Party) -> NDArray[np.bool_]:
    """Let one side go down its lists while it has seats; the other keeps the best so far."""
    who, rank, quota = asking
    order = np.lexsort((rank, who))
    bounds = np.searchsorted(who[order], np.arange(len(quota) + 1)).tolist()
    lists, proposers, seats = order.tolist(), who.tolist(), quota.tolist()
    partner, worth, room = (part.tolist() for part in asked)
    kept: list[list[tuple[int, int]]] = [[] for _ in room]
    following, held = bounds[:-1].copy(), [0] * len(seats)
    waiting = list(range(len(seats)))
    while waiting:
        one = waiting.pop()
        while held[one] < seats[one] and following[one] < bounds[one + 1]:
            couple = lists[following[one]]
            following[one] += 1
            other = partner[couple]
            heapq.heappush(kept[other], (-worth[couple], couple))
            held[one] += 1
            if len(kept[other]) > room[other]:
                refused = proposers[heapq.heappop(kept[other])[1]]
                held[refused] -= 1
                if refused != one:
                    waiting.append(refused)
    made = np.zeros(len(who), dtype=np.bool_)
    made[[couple for couples in kept for _, couple in couples]] = True
    return made


def greatest_total(market: Market, score: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Make the couples whose scores have the greatest sum, exactly.

    A mentor stands once for each of its seats, and every enterprise may stay alone for nothing:
    then it is an assignment on a sparse matrix (Jonker and Volgenant 1987, through SciPy).

    Parameters
    ----------
    market : Market
    score : ndarray, shape (n,), float64
        In (0, 1].

    Returns
    -------
    ndarray, shape (n,), bool
        Which couples are made.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching

    made = np.zeros(len(score), dtype=np.bool_)
    # More seats than couples are of no use.
    seats = np.minimum(market.seats, np.bincount(market.mentor, minlength=len(market.seats)))
    first = np.concatenate([[0], np.cumsum(seats)])
    times = seats[market.mentor]
    if not times.sum():
        return made
    known, row = np.unique(market.enterprise, return_inverse=True)
    couple = np.repeat(np.arange(len(score)), times)
    within = np.arange(len(couple)) - np.repeat(np.cumsum(times) - times, times)
    alone = np.arange(len(known))
    rows = np.concatenate([row[couple], alone])
    columns = np.concatenate([first[market.mentor[couple]] + within, first[-1] + alone])
    # A weight of 0 would be no couple at all, so all of them are raised alike.
    weights = np.concatenate([2.0 - score[couple], np.full(len(known), 2.0)])
    table = coo_array((weights, (rows, columns)), shape=(len(known), first[-1] + len(known)))
    at, seat = min_weight_full_bipartite_matching(table.tocsr())
    taken = seat < first[-1]
    mentor = np.searchsorted(first, seat[taken], side="right") - 1
    width = len(market.seats)
    made[
        np.searchsorted(
            market.enterprise * width + market.mentor, known[at[taken]] * width + mentor
        )
    ] = True
    return made


def blocking_couples(market: Market, made: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Find the couples that were not made and whose two would both rather have each other.

    Parameters
    ----------
    market : Market
    made : ndarray, shape (n,), bool

    Returns
    -------
    ndarray, shape (m,), int64
        Their positions: the enterprise prefers the mentor to its own or has none, and the mentor
        has a free seat or prefers the enterprise to one of its own.
    """
    own = np.full(int(market.enterprise.max(initial=-1)) + 1, _NOBODY)
    own[market.enterprise[made]] = market.enterprise_rank[made]
    worst = np.full(len(market.seats), -1)
    np.maximum.at(worst, market.mentor[made], market.mentor_rank[made])
    filled = np.bincount(market.mentor[made], minlength=len(market.seats))
    worst[filled < market.seats] = _NOBODY
    asks = market.enterprise_rank < own[market.enterprise]
    return np.flatnonzero(~made & asks & (market.mentor_rank < worst[market.mentor]))
