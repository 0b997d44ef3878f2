"""Sets that complement each other: a few that together cover the parts of a whole.

This is facility location with degrees of coverage, a monotone submodular function: the greedy rule
gains at least 1 - 1/e of the optimum (Nemhauser, Wolsey and Fisher, Mathematical Programming 14,
1978), with at most one member a group at least 1/2 (Fisher, Nemhauser and Wolsey, Mathematical
Programming Study 8, 1978), as long as members cost nothing. The optimum is found by HiGHS.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array

from matchmaker.planning.programs import Limit, Program, solve

# Of two sets that cover as much, the one with the better scores is chosen.
_TIE = 1e-4


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """Candidates to choose a set from.

    Attributes
    ----------
    degrees : ndarray, shape (n, m), float64
        In [0, 1]: how far each candidate covers each part.
    weights : ndarray, shape (m,), float64
        Of the parts.
    groups : tuple of ndarray, each of shape (n,), int64
        Labels; of those with equal labels at most one is chosen.
    merit : ndarray, shape (n,), float64
        In [0, 1]; decides between sets that cover as much.
    most : int
    price : float
        What every member costs.
    """

    degrees: NDArray[np.float64]
    weights: NDArray[np.float64]
    groups: tuple[NDArray[np.int64], ...]
    merit: NDArray[np.float64]
    most: int
    price: float

    def covered(self, chosen: Collection[int]) -> float:
        """Weigh what a set covers: of each part the highest degree of one member, never a sum."""
        rows = self.degrees[sorted(chosen)]
        return float(rows.max(axis=0, initial=0.0) @ self.weights)

    def value(self, chosen: Collection[int]) -> float:
        """Give what is covered, less the members' price, plus next to nothing for their merit."""
        merit = math.fsum(self.merit[at] for at in chosen)
        return self.covered(chosen) - self.price * len(chosen) + _TIE * merit

    def allows(self, chosen: Collection[int]) -> bool:
        """Say whether a set is small enough and holds no two of one group."""
        distinct = all(
            len({int(group[at]) for at in chosen}) == len(chosen) for group in self.groups
        )
        return len(chosen) <= self.most and distinct


def greedy_set(choice: Choice, among: Sequence[int] | None = None) -> tuple[int, ...]:
    """Choose a set by the greedy rule.

    Parameters
    ----------
    choice : Choice
    among : sequence of int, optional
        Candidates to choose from; by default all.

    Returns
    -------
    tuple of int
        In the order chosen; the first of equals. Empty where nobody is worth the price.
    """
    chosen: tuple[int, ...] = ()
    open_to = range(len(choice.degrees)) if among is None else among
    while True:
        here = choice.value(chosen)
        gains = [
            (choice.value((*chosen, at)) - here, -at)
            for at in open_to
            if at not in chosen and choice.allows((*chosen, at))
        ]
        gain, at = max(gains, default=(0.0, 0))
        if gain <= 0:
            return chosen
        chosen = (*chosen, -at)


def best_set(choice: Choice) -> tuple[int, ...]:
    """Choose the set of the highest value, exactly.

    Parameters
    ----------
    choice : Choice

    Returns
    -------
    tuple of int
        Each adds the most to those before it.
    """
    count = len(choice.degrees)
    solution = solve(_program(choice))
    chosen = np.flatnonzero(solution.chosen[:count]).tolist()
    ordered = greedy_set(choice, chosen)
    # A member that adds no more than it costs is no gain to the greedy rule.
    return ordered + tuple(one for one in chosen if one not in ordered)


def _program(choice: Choice) -> Program:
    """Columns are the candidates, and then who covers which part."""
    count = len(choice.degrees)
    worth = choice.degrees * choice.weights
    who, part = np.nonzero(worth)
    serving = np.arange(count, count + len(who))
    rows = [(np.arange(count), np.ones(count), Limit("rule", "most", 0, choice.most))]
    for name, labels in [*(("group", group) for group in choice.groups), ("part", part)]:
        columns = serving if name == "part" else np.arange(count)
        for label in np.unique(labels).tolist():
            same = columns[labels == label]
            rows.append((same, np.ones(len(same)), Limit("rule", name, 0, 1)))
    # Only a member covers a part.
    for column, member in zip(serving.tolist(), who.tolist(), strict=True):
        both = np.array([column, member])
        rows.append((both, np.array([1.0, -1.0]), Limit("rule", "member", -1, 0)))
    at = np.repeat(np.arange(len(rows)), [len(columns) for columns, _, _ in rows])
    columns = np.concatenate([columns for columns, _, _ in rows])
    factors = np.concatenate([values for _, values, _ in rows])
    gain = np.concatenate([_TIE * choice.merit - choice.price, worth[who, part]])
    matrix = coo_array((factors, (at, columns)), shape=(len(rows), len(gain))).tocsr()
    return Program(gain, matrix, tuple(limit for _, _, limit in rows))
