"""Minimums and maximums of a program as rows of one form, and the least change of them."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import block_array, csr_array, diags_array, eye_array

from matchmaker.planning.programs import Program

Ids: TypeAlias = NDArray[np.int64]

TIMED_OUT, INFEASIBLE = 1, 2
"""Statuses of SciPy's programs."""

ROUNDED = 1e-6
"""What is less than this is the solver's rounding."""


@dataclass(frozen=True, slots=True, eq=False)
class Sides:
    """Minimums and maximums as rows: ``matrix @ x >= bounds``.

    Attributes
    ----------
    rows : ndarray, shape (m,), int64
        The row of the program that each is a side of.
    signs : ndarray, shape (m,), int64
        1 for a minimum, -1 for a maximum.
    matrix : csr_array, shape (m, n), float64
        The program's rows times the sign.
    bounds : ndarray, shape (m,), float64
        The numbers times the sign.
    locks : ndarray, shape (m,), bool
        Whether it is the minimum of a locked pair.
    """

    rows: Ids
    signs: Ids
    matrix: csr_array
    bounds: NDArray[np.float64]
    locks: NDArray[np.bool_]

    def take(self, ids: Ids) -> Sides:
        """Choose rows, and only the columns that they count."""
        matrix = csr_array(self.matrix[ids])
        counted = np.flatnonzero(abs(matrix).sum(axis=0))
        return Sides(
            self.rows[ids],
            self.signs[ids],
            csr_array(matrix[:, counted]),
            self.bounds[ids],
            self.locks[ids],
        )

    def unsigned(self) -> csr_array:
        """Give the rows as the program has them."""
        return csr_array(diags_array(self.signs.astype(float)) @ self.matrix)

    def counts(self) -> bool:
        """Say whether every row counts columns, each once."""
        return bool((self.unsigned().data == 1).all())

    def named(self) -> list[tuple[int, int]]:
        """Give row and sign of each side."""
        return list(zip(self.rows.tolist(), self.signs.tolist(), strict=True))


def sides_of(program: Program) -> Sides:
    """Take the sides of a program that can be missed at all: minimums first.

    Parameters
    ----------
    program : Program

    Returns
    -------
    Sides
    """
    rows = csr_array(program.rows)
    fewest = rows.minimum(0).sum(axis=1)
    most = rows.maximum(0).sum(axis=1)
    lower = np.flatnonzero(program.lower > fewest)
    upper = np.flatnonzero(program.upper < most)
    signs = np.repeat([1, -1], [len(lower), len(upper)])
    chosen = np.concatenate([lower, upper])
    locks = np.array([one.level == "pair" for one in program.limits], dtype=np.bool_)[chosen]
    return Sides(
        chosen,
        signs,
        csr_array(diags_array(signs.astype(float)) @ rows[chosen]),
        signs * np.concatenate([program.lower[lower], program.upper[upper]]),
        locks & (signs > 0),
    )


def seconds_left(until: float) -> float:
    """Give the seconds that a program may take.

    Parameters
    ----------
    until : float
        By ``time.monotonic``.

    Returns
    -------
    float

    Raises
    ------
    TimeoutError
        If none are left.
    """
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError("no time is left")
    return left


def least_changes(
    sides: Sides,
    until: float,
    *,
    weights: NDArray[Any] | None = None,
    movable: NDArray[np.bool_] | None = None,
    most: float = 1.0,
) -> NDArray[np.float64] | None:
    """Give the change of each bound, least in sum, after which a choice keeps them all.

    Parameters
    ----------
    sides : Sides
    until : float
        By ``time.monotonic``, when the search ends.
    weights : ndarray, shape (m,), optional
        What a step of each counts; 1 if not said.
    movable : ndarray, shape (m,), bool, optional
        Which may change; all if not said.
    most : float
        How often a column can be chosen.

    Returns
    -------
    ndarray, shape (m,), float64, or None
        Whole numbers from 0. None if no change of those helps.

    Raises
    ------
    TimeoutError
        If it was not found in time.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp

    count, columns = sides.matrix.shape
    free = np.ones(count, dtype=np.bool_) if movable is None else movable
    price = (np.ones(count) if weights is None else weights.astype(float))[free]
    if columns + len(price) == 0:
        return None if (sides.bounds > 0).any() else np.zeros(count)
    slack = csr_array(eye_array(count, format="csc")[:, np.flatnonzero(free)])
    table = csr_array(block_array([[sides.matrix, slack]]))
    cost = np.concatenate([np.zeros(columns), price])
    limits = np.repeat([most, np.inf], [columns, len(price)])
    # Fractions are seldom in the way, and never where limits form two laminar families.
    found = _in_fractions(cost, table, sides.bounds, limits, until)
    if found.x is not None and (abs(found.x - np.round(found.x)) > ROUNDED).any():
        found = milp(
            cost,
            constraints=[LinearConstraint(table, sides.bounds, np.inf)],
            bounds=Bounds(0, limits),
            integrality=np.ones(len(cost), dtype=np.int64),
            options={"mip_rel_gap": 0.0, "time_limit": seconds_left(until)},
        )
    if found.status == INFEASIBLE:
        return None
    if found.status or found.x is None:
        raise TimeoutError(found.message)
    changes = np.zeros(count)
    changes[free] = np.round(found.x[columns:])
    return changes


def _in_fractions(
    cost: NDArray[np.float64],
    table: csr_array,
    bounds: NDArray[np.float64],
    limits: NDArray[np.float64],
    until: float,
) -> Any:
    """Minimise over ``table @ x >= bounds``; by interior points the time varies the least."""
    from scipy.optimize import linprog

    # The stubs know only dense rows, and no limit of time for this method.
    rows: Any = -table
    run: Any = linprog
    return run(
        cost,
        A_ub=rows,
        b_ub=-bounds,
        bounds=np.column_stack([np.zeros(len(limits)), limits]),
        method="highs-ipm",
        options={"time_limit": seconds_left(until)},
    )


def least_prices(sides: Sides, until: float) -> NDArray[np.float64]:
    """Give what a step of each bound is worth to the least change in fractions.

    Those worth something prove the conflict together: they are the multipliers of Farkas.

    Parameters
    ----------
    sides : Sides
    until : float
        By ``time.monotonic``, when the search ends.

    Returns
    -------
    ndarray, shape (m,), float64
        In [0, 1]; all 0 where fractions keep all sides.

    Raises
    ------
    TimeoutError
        If none were found in time.
    """
    count, columns = sides.matrix.shape
    table = csr_array(block_array([[sides.matrix, eye_array(count)]]))
    cost, limits = np.repeat([[0.0, 1.0], [1.0, np.inf]], [columns, count], axis=1)
    solved = _in_fractions(cost, table, sides.bounds, limits, until)
    if solved.status:
        raise TimeoutError(solved.message)
    return np.asarray(-solved.ineqlin.marginals, dtype=np.float64)


def holds(sides: Sides, until: float) -> bool:
    """Say whether a choice keeps all sides.

    Parameters
    ----------
    sides : Sides
    until : float
        By ``time.monotonic``, when the search ends.

    Returns
    -------
    bool

    Raises
    ------
    TimeoutError
        If that was not found out in time.
    """
    none = np.zeros(len(sides.rows), dtype=np.bool_)
    return least_changes(sides, until, movable=none) is not None
