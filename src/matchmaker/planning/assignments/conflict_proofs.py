"""Certificates of limits in conflict: multipliers whose sum of limits no choice can keep."""

from __future__ import annotations

import time

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import block_array, csr_array, diags_array, eye_array, hstack, vstack

from matchmaker.planning.assignments.conflict_sides import ROUNDED, TIMED_OUT, Ids, Sides

SEARCHED = 30_000
"""Columns among which whole multipliers are searched: with more the solver overruns its time."""

EXACT = 1e-5
"""By how much sums of multipliers may differ by rounding."""


def two_laminar_families(sides: Sides) -> bool:
    """Say whether the rows fall into two families within which sets are nested or apart.

    Parameters
    ----------
    sides : Sides

    Returns
    -------
    bool
    """
    from scipy.sparse.csgraph import connected_components

    rows = sides.unsigned()
    shared = (rows @ rows.T).tocoo()
    one, other = shared.coords
    counts = np.asarray(rows.sum(axis=1))
    crossing = shared.data < np.minimum(counts[one], counts[other])
    total = len(counts)
    # Rows that cross must be of different families: their graph has no odd ring, so that a row
    # and its double do not hang together.
    ends = (one[crossing], other[crossing] + total)
    graph = csr_array((np.ones(len(ends[0])), ends), shape=(2 * total, 2 * total))
    _, parts = connected_components(graph, directed=False)
    return bool((parts[:total] != parts[total:]).all())


def certified(sides: Sides, size: int, until: float) -> tuple[Ids | None, bool]:
    """Find the certificate with the fewest limits.

    Parameters
    ----------
    sides : Sides
        In two laminar families.
    size : int
        Of how many limits at most.
    until : float
        By ``time.monotonic``, when the search ends.

    Returns
    -------
    ndarray of int64, or None
        Positions of the limits; None if there is none of that size or none was found in time.
    bool
        Whether the search was finished.
    """
    least, finished = _certificate(sides, whole=False, size=np.inf, until=until)
    if least is None or least.sum() > size + ROUNDED:
        return None, finished
    if sides.matrix.shape[1] > SEARCHED:
        return None, False
    found, finished = _certificate(sides, whole=True, size=size, until=until)
    return (None if found is None else np.flatnonzero(found > 0.5)), finished


def multipliers(sides: Sides, until: float) -> NDArray[np.float64] | None:
    """Give multipliers with the least sum that prove a conflict by 1.

    Parameters
    ----------
    sides : Sides
    until : float
        By ``time.monotonic``, when the search ends.

    Returns
    -------
    ndarray, shape (m,), float64, or None
        None if none prove any, or none was found in time.
    """
    return _certificate(sides, whole=False, size=np.inf, until=until)[0]


def only_sum(sides: Sides, surplus: float, until: float) -> bool:
    """Say whether no other multipliers prove a conflict than the same for all limits.

    That those have the least sum must be known. Each set within these that is in conflict has
    multipliers of its own, all alike: 1 by what it asks for too much. If those of the first limit
    are the same for all, so is that surplus; and as the sum is never less, none has fewer limits.

    Parameters
    ----------
    sides : Sides
        In two laminar families.
    surplus : float
        How much is asked for too much by all limits added up.
    until : float
        By ``time.monotonic``, when the search ends.

    Returns
    -------
    bool
        False as well where it was not found out in time.
    """
    count = len(sides.rows)
    first = np.where(np.arange(count) == 0, 1.0, 0.0)
    for cost in (first, -first):
        found, _ = _certificate(sides, whole=False, size=np.inf, until=until, cost=cost)
        if found is None or abs(cost @ found - cost.sum() / surplus) > EXACT:
            return False
    return True


def _certificate(
    sides: Sides,
    *,
    whole: bool,
    size: float,
    until: float,
    cost: NDArray[np.float64] | None = None,
) -> tuple[NDArray[np.float64] | None, bool]:
    """Find a Farkas certificate; whether the search was finished stands beside it."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    count = len(sides.rows)
    left = until - time.monotonic()
    if not count or left <= 0:
        return None, not count
    columns, alike = _different_columns(sides.matrix)
    kinds = len(alike)
    used = np.repeat([1.0, 0.0], [count, kinds])
    reached = csr_array(block_array([[-columns.T, eye_array(kinds)]]))
    most = np.repeat([1.0 if whole else np.inf, np.inf], [count, kinds])
    needed = [LinearConstraint(_company(sides, kinds), 0, np.inf)] if whole else []
    found = milp(
        used if cost is None else np.concatenate([cost, np.zeros(kinds)]),
        constraints=[
            *needed,
            LinearConstraint(reached, 0, np.inf),
            LinearConstraint(
                np.concatenate([sides.bounds, -alike]), 1, np.inf if cost is None else 1
            ),
            LinearConstraint(used, 1 if whole else 0, size),
        ],
        bounds=Bounds(0, most),
        integrality=(used * whole).astype(np.int64),
        options={"mip_rel_gap": 0.0, "time_limit": left},
    )
    return (None if found.x is None else found.x[:count]), found.status != TIMED_OUT


def _company(sides: Sides, kinds: int) -> csr_array:
    """Give rows that say what each limit needs beside it, or it could be left out.

    A minimum needs maximums that leave too few candidates free, a maximum needs minimums that ask
    for more of its pairs than it allows. The proof would hold without them but take longer.
    """
    rows, signs = sides.unsigned(), sides.signs
    lower, upper = np.flatnonzero(signs > 0), np.flatnonzero(signs < 0)
    overlaps = csr_array(rows[lower] @ rows[upper].T)
    asked, allowed = sides.bounds[lower], -sides.bounds[upper]
    lacking = np.maximum(np.asarray(rows[lower].sum(axis=1)) - asked + 1, 0)
    most = csr_array(diags_array(asked) @ csr_array(overlaps > 0).astype(np.float64))
    limited = csr_array(overlaps.minimum(most))
    of_lower = hstack([diags_array(-lacking), overlaps, csr_array((len(lower), kinds))])
    of_upper = hstack([limited.T, diags_array(-(allowed + 1)), csr_array((len(upper), kinds))])
    table = csr_array(vstack([of_lower, of_upper])).tocsc()
    place = np.concatenate([lower, upper, np.arange(len(signs), len(signs) + kinds)])
    return csr_array(table[:, np.argsort(place)])


def _different_columns(matrix: csr_array) -> tuple[csr_array, NDArray[np.float64]]:
    """Take one of each kind of columns that a minimum counts, and how many there are of it."""
    by_column = matrix.tocsc()
    by_column.sort_indices()
    first: dict[bytes, int] = {}
    number: dict[bytes, int] = {}
    for column, (start, end) in enumerate(
        zip(by_column.indptr[:-1], by_column.indptr[1:], strict=True)
    ):
        if by_column.data[start:end].max() > 0:
            key = by_column.indices[start:end].tobytes()
            first.setdefault(key, column)
            number[key] = number.get(key, 0) + 1
    chosen = np.array(list(first.values()), dtype=np.int64)
    return csr_array(by_column[:, chosen]), np.array(list(number.values()), dtype=np.float64)
