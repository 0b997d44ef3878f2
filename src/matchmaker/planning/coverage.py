"""Maximum coverage: a few sets that together cover most, by the greedy rule and exactly.

The greedy rule gains at least 1 - 1/e of the most that can be gained: Nemhauser, Wolsey and
Fisher, "An analysis of approximations for maximizing submodular set functions I", Mathematical
Programming 14 (1978). The optimum is found by HiGHS (see :mod:`matchmaker.planning.programs`).
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from matchmaker.errors import ConfigError

GUARANTEE = 1 - 1 / math.e
"""Part of the best value that the greedy rule reaches at least."""

_ROUNDING = 1e-6
"""Part of a value by which the solver's may differ; it stops within that."""

_ALL_NODES = 2**31 - 1  # how HiGHS writes that there is no limit


@dataclass(frozen=True, slots=True)
class Cover:
    """Sets that were chosen, and what they cover together.

    Attributes
    ----------
    chosen : tuple of int
        Positions of the sets; each adds the most to those before it.
    gains : tuple of float
        Weight that each of them adds; all above 0.
    covered : frozenset of int
        What they cover, without what was covered before.
    value : float
        Weight of what they cover.
    bound : float
        No choice of as many sets covers more.
    """

    chosen: tuple[int, ...]
    gains: tuple[float, ...]
    covered: frozenset[int]
    value: float
    bound: float

    @property
    def proven(self) -> bool:
        """Whether no other choice covers more."""
        return self.bound <= self.value


def greedy_cover(
    sets: Sequence[Collection[int]],
    weights: NDArray[np.float64],
    *,
    most: int,
    taken: Collection[int] = (),
) -> Cover:
    """Choose sets one by one, each time the one that adds most.

    Parameters
    ----------
    sets : sequence of collection of int
        What each set covers: positions in ``weights``.
    weights : ndarray, shape (n,), float64
        What covering each element is worth, at least 0.
    most : int
        Sets to choose at most, at least 0.
    taken : collection of int
        Elements that are covered already and count for nothing.

    Returns
    -------
    Cover
        Of several sets that add as much the first is chosen. It ends when no set adds anything.
        ``value`` is at least ``GUARANTEE`` times the best one. ``bound`` is the least of what
        that implies and of what the sets could add at any step, were they to overlap nowhere.

    Raises
    ------
    ConfigError
        If a weight is negative or no number, an element has no weight or ``most`` is negative.
    """
    worth = _checked(sets, weights, most, taken)
    left = [frozenset(one).difference(taken) for one in sets]
    covered: frozenset[int] = frozenset()
    chosen: list[int] = []
    gains: list[float] = []
    bound = math.inf
    while True:
        added = [_weight(worth, one) for one in left]
        best = sorted(range(len(added)), key=lambda at: (-added[at], at))[:most]
        value = _weight(worth, covered)
        bound = min(bound, math.fsum([value, *(added[at] for at in best)]))
        if len(chosen) == most or not best or not added[best[0]]:
            break
        chosen.append(best[0])
        gains.append(added[best[0]])
        covered |= left[best[0]]
        left = [one - covered for one in left]
    bound = min(bound, value / GUARANTEE)
    bound = value if bound <= value * (1 + _ROUNDING) else bound
    return Cover(tuple(chosen), tuple(gains), covered, value, bound)


def best_cover(
    sets: Sequence[Collection[int]],
    weights: NDArray[np.float64],
    *,
    most: int,
    taken: Collection[int] = (),
    node_limit: int | None = None,
) -> Cover:
    """Choose the sets that together cover most.

    Parameters
    ----------
    sets, weights, most, taken
        See :func:`greedy_cover`.
    node_limit : int, optional
        Nodes of the search after which the best choice so far is taken; at least 1. Without it
        the choice is proven to be the best, to a millionth of its value.

    Returns
    -------
    Cover
        The greedy choice where that is as good, else the solver's. Its sets stand in the order in
        which the greedy rule takes them, and sets that add nothing are left out.

    Raises
    ------
    ConfigError
        See :func:`greedy_cover`; if ``node_limit`` is below 1.
    """
    if node_limit is not None and node_limit < 1:
        raise ConfigError(f"node_limit must be at least 1, not {node_limit!r}")
    greedy = greedy_cover(sets, weights, most=most, taken=taken)
    if greedy.proven:
        return greedy
    left = [frozenset(one).difference(taken) for one in sets]
    found, bound = _solved(left, weights, most, node_limit)
    bound = min(bound, greedy.bound)
    part = greedy_cover([left[at] for at in found], weights, most=most)
    if part.value <= greedy.value * (1 + _ROUNDING):
        best = greedy
    else:
        best = replace(part, chosen=tuple(found[at] for at in part.chosen))
    return replace(best, bound=best.value if bound <= best.value * (1 + _ROUNDING) else bound)


def _solved(
    sets: Sequence[frozenset[int]],
    weights: NDArray[np.float64],
    most: int,
    node_limit: int | None,
) -> tuple[list[int], float]:
    """Solve the program: a choice of sets, and a value that none exceeds.

    Columns are sets, then elements; an element counts only where a chosen set has it.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import coo_array

    elements = sorted({one for each in sets for one in each if weights[one] > 0})
    row = {one: at for at, one in enumerate(elements)}
    n_sets, n_rows = len(sets), len(elements)
    inside = [(row[one], at) for at, each in enumerate(sets) for one in each if one in row]
    rows = [*(a for a, _ in inside), *range(n_rows), *[n_rows] * n_sets]
    columns = [*(b for _, b in inside), *range(n_sets, n_sets + n_rows), *range(n_sets)]
    values = [*[1.0] * len(inside), *[-1.0] * n_rows, *[1.0] * n_sets]
    matrix = coo_array((values, (rows, columns)), shape=(n_rows + 1, n_sets + n_rows)).tocsr()
    scale = float(weights[elements].max())
    found = milp(
        np.concatenate([np.zeros(n_sets), -weights[elements] / scale]),
        constraints=LinearConstraint(
            matrix, np.zeros(n_rows + 1), np.r_[np.full(n_rows, np.inf), float(most)]
        ),
        bounds=Bounds(0, 1),
        integrality=np.r_[np.ones(n_sets), np.zeros(n_rows)],
        options={"mip_rel_gap": 0.0, "node_limit": node_limit or _ALL_NODES},
    )
    chosen = [] if found.x is None else np.flatnonzero(found.x[:n_sets] > 0.5).tolist()
    bound = math.inf if found.mip_dual_bound is None else -float(found.mip_dual_bound) * scale
    return chosen, bound


def _checked(
    sets: Sequence[Collection[int]],
    weights: NDArray[np.float64],
    most: int,
    taken: Iterable[int],
) -> list[float]:
    if most < 0:
        raise ConfigError(f"most must be at least 0, not {most!r}")
    bad = np.flatnonzero(~(np.isfinite(weights) & (weights >= 0)))
    if len(bad):
        at = int(bad[0])
        raise ConfigError(f"weights[{at}] is {weights[at]!r}: give a number of at least 0")
    for name, each in [*((f"sets[{at}]", one) for at, one in enumerate(sets)), ("taken", taken)]:
        for one in each:
            if not 0 <= one < len(weights):
                raise ConfigError(f"{name} has {one!r}, and there are {len(weights)} weights")
    return weights.tolist()  # type: ignore[no-any-return]


def _weight(worth: Sequence[float], elements: Iterable[int]) -> float:
    """Add up weights; the sum does not depend on the order."""
    return math.fsum(worth[one] for one in elements)
