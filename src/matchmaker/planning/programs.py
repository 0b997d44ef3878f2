"""Linear programs over yes-or-no choices, whose limits have names; solved by HiGHS.

HiGHS: Huangfu and Hall, "Parallelizing the dual revised simplex method", Mathematical Programming
Computation 10 (2018), through SciPy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from matchmaker.errors import ConfigError, InfeasibleError

WHOLE = 1e-6
"""How far from a whole number a choice of the solver may be."""

ROUNDING = 1e-9
"""Part of a gain by which two sums of the same numbers may differ."""

SCALE = 1024.0
"""What the largest gain is brought to: the solver stops at a difference of 1e-6, however small."""

OPTIMAL, TIMED_OUT, INFEASIBLE = 0, 1, 2
"""Statuses of SciPy's solvers."""

Level = Literal["need", "achievement", "enterprise", "university", "team", "pair", "rule"]


@dataclass(frozen=True, slots=True)
class Limit:
    """What a row of a program stands for.

    Attributes
    ----------
    level : str
        What it is a limit of; ``"pair"`` for a locked pair, ``"rule"`` for anything else.
    subject : str
        Id, name or key of whom it limits.
    lower : int
        At least so many.
    upper : int or None
        At most so many; None for any number.
    """

    level: Level
    subject: str
    lower: int
    upper: int | None


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """Choose columns, so that their gain is greatest and the number chosen keeps every limit.

    Attributes
    ----------
    gain : ndarray, shape (n,), float64
        Of choosing each column.
    rows : csr_array, shape (m, n), float64
        What each limit counts: 1 where it counts the column.
    limits : tuple of Limit
        One a row.
    """

    gain: NDArray[np.float64]
    rows: csr_array
    limits: tuple[Limit, ...]

    @property
    def lower(self) -> NDArray[np.float64]:
        """Lower bounds of the rows, shape (m,)."""
        return np.array([limit.lower for limit in self.limits], dtype=np.float64)

    @property
    def upper(self) -> NDArray[np.float64]:
        """Upper bounds of the rows, shape (m,); inf where there is none."""
        return np.array(
            [np.inf if one.upper is None else one.upper for one in self.limits], dtype=np.float64
        )


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """The choice that a solver found.

    Attributes
    ----------
    chosen : ndarray, shape (n,), bool
    value : float
        Gain of what is chosen.
    bound : float
        No choice gains more.
    """

    chosen: NDArray[np.bool_]
    value: float
    bound: float

    @property
    def gap(self) -> float:
        """How much better another choice could be at most, as a part of the value; 0 is proven."""
        return max(0.0, self.bound - self.value) / max(abs(self.value), 1e-9)


def solve(program: Program, *, time_limit: float | None = None, gap: float = 0.0) -> Solution:
    """Find the best choice.

    Parameters
    ----------
    program : Program
    time_limit : float, optional
        Seconds after which the best choice so far is taken. With it the result may depend on the
        machine.
    gap : float
        Stop when no choice can be better by more than this part.

    Returns
    -------
    Solution

    Raises
    ------
    InfeasibleError
        If no choice keeps all limits.
    ConfigError
        If none was found in the time allowed.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp

    count = len(program.gain)
    if not count:
        if (program.lower > 0).any():
            raise InfeasibleError("the limits ask for pairs and there are none")
        return Solution(np.zeros(0, dtype=np.bool_), 0.0, 0.0)
    # A power of two, so that no gain is rounded.
    largest = float(np.abs(program.gain).max())
    scale = 2.0 ** np.floor(np.log2(SCALE / largest)) if largest else 1.0
    rows = [LinearConstraint(program.rows, program.lower, program.upper)] if program.limits else []
    limit = np.inf if time_limit is None else time_limit
    # Groups that lie inside each other on either side have whole numbers at the corners of their
    # linear program, so that it mostly is the answer, and its own proof, in half of the time.
    for whole in (0, 1):
        found = milp(
            -program.gain * scale,
            constraints=rows,
            bounds=Bounds(0, 1),
            integrality=np.full(count, whole, dtype=np.int64),
            options={"mip_rel_gap": gap, "time_limit": limit},
        )
        proven = found.status in (OPTIMAL, INFEASIBLE)
        if proven and (found.x is None or np.abs(found.x - np.round(found.x)).max() < WHOLE):
            break
    if found.x is None and found.status == TIMED_OUT:
        raise ConfigError(f"no plan was found within {time_limit} seconds; allow more time")
    if found.x is None:
        raise InfeasibleError(f"no choice keeps all limits: {found.message}")
    chosen = found.x > 0.5
    value = float(program.gain[chosen].sum())
    least = found.fun if found.mip_dual_bound is None else found.mip_dual_bound
    bound = -float(least) / scale
    # The solver adds up in another order.
    return Solution(chosen, value, bound if bound - value > ROUNDING * abs(value) else value)
