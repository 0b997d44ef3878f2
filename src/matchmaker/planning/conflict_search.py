"""The search for the smallest set of limits that cannot hold together."""

from __future__ import annotations

import time
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, diags_array

from matchmaker.planning.conflict_proofs import certified, multipliers, two_laminar_families
from matchmaker.planning.conflict_sides import (
    ROUNDED,
    Ids,
    Sides,
    holds,
    least_changes,
    least_prices,
)

Proof: TypeAlias = Literal["smallest", "irreducible", "none"]

SIZES = (1, 2, 3, 5, 10, 20, 50, 100, 200)
"""Sizes up to which smaller conflicts are looked for before larger ones."""


def smallest(sides: Sides, effort: float) -> tuple[Ids, Proof]:
    """Find the smallest set in conflict.

    Parameters
    ----------
    sides : Sides
        That cannot all hold.
    effort : float
        Seconds for the search, and as many again to leave out what can be left out.

    Returns
    -------
    ndarray of int64
        Positions of its limits.
    {"smallest", "irreducible", "none"}
        What is proven of it.
    """
    until = time.monotonic() + effort
    counts = sides.counts()
    everything = np.arange(len(sides.rows))
    last = len(everything)
    contradict = False
    for size in (*(one for one in SIZES if one < last), last):
        ids = _possible(sides, size) if counts and size < last else everything
        inside = sides.take(ids)
        if not len(ids):
            continue
        if size > 1 and time.monotonic() > until:
            found, ids = None, everything
            break
        if counts and two_laminar_families(inside):
            found, finished = certified(inside, size, until)
        elif contradict or size == last or not holds(inside):
            contradict = True
            found, finished = _hitting(inside, size, until)
        else:
            continue
        if finished and found is not None:
            return ids[found], "smallest"
        if not finished:
            break
    if found is not None:
        ids = ids[found]
    least, proven = _irreducible(sides.take(ids), time.monotonic() + effort)
    return ids[least], "irreducible" if proven else "none"


def _possible(sides: Sides, size: int) -> Ids:
    """Leave out the limits that no smallest set of at most ``size`` limits can hold.

    In a set from which nothing can be left out, the maximums leave fewer candidates free than a
    minimum asks for; and the minimums that share a maximum's pairs ask for more than it allows,
    or a choice without a needless pair would keep it.
    """
    lower, upper = np.flatnonzero(sides.signs > 0), np.flatnonzero(sides.signs < 0)
    rows = sides.unsigned()
    overlaps = csr_array(rows[lower] @ rows[upper].T)
    asked, allowed = sides.bounds[lower], -sides.bounds[upper]
    free = np.asarray(rows[lower].sum(axis=1)) - asked
    most = csr_array(diags_array(asked) @ csr_array(overlaps > 0).astype(np.float64))
    limited = csr_array(overlaps.minimum(most))
    while True:
        keep = _largest(overlaps, size - 1) > free
        keep_upper = _largest(csr_array(limited[keep].T), size - 1) > allowed
        if keep.all() and keep_upper.all():
            return np.concatenate([lower, upper])
        lower, free = lower[keep], free[keep]
        upper, allowed = upper[keep_upper], allowed[keep_upper]
        overlaps, limited = overlaps[keep][:, keep_upper], limited[keep][:, keep_upper]


def _largest(table: csr_array, count: int) -> NDArray[np.float64]:
    """Add up the ``count`` largest values of each row."""
    rows = np.repeat(np.arange(table.shape[0]), np.diff(table.indptr))
    order = np.lexsort((-table.data, rows))
    place = np.arange(len(rows)) - table.indptr[rows]
    first = place < count
    largest = table.data[order][first]
    return np.bincount(rows[first], largest, minlength=table.shape[0]).astype(np.float64)


def _hitting(sides: Sides, size: int, until: float) -> tuple[Ids | None, bool]:
    """Find the least set that every change which helps must touch; None if it is larger."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    count = len(sides.rows)
    touched: list[NDArray[np.bool_]] = []
    kept = np.zeros(count, dtype=np.bool_)
    while time.monotonic() < until:
        changes = least_changes(sides, movable=~kept)
        if changes is None:
            return np.flatnonzero(kept), True
        touched.append(changes > 0)
        found = milp(
            np.ones(count),
            constraints=[LinearConstraint(csr_array(np.array(touched, dtype=float)), 1, np.inf)],
            bounds=Bounds(0, 1),
            integrality=np.ones(count, dtype=np.int64),
            options={"mip_rel_gap": 0.0},
        )
        kept = np.asarray(found.x) > 0.5
        if kept.sum() > size:
            return None, True
    return None, False


def _irreducible(sides: Sides, until: float) -> tuple[Ids, bool]:
    """Leave out limits as long as the others still contradict.

    Whether it is proven that no more can be left out stands beside them.
    """
    kept = np.arange(len(sides.rows))
    priced = least_prices(sides)
    if priced.any():
        summed = np.flatnonzero(priced > ROUNDED)
        fewer, surplus = _thinned(sides.take(summed))
        kept = summed[fewer] if surplus > 0 else kept
    while True:
        inside = sides.take(kept)
        left = max(0.1, until - time.monotonic())
        found = multipliers(inside, left)
        if found is None:
            break
        proven = np.flatnonzero(found > ROUNDED)
        fewer, surplus = _thinned(inside.take(proven))
        if surplus <= 0 and holds(inside.take(proven)):
            break
        # Each set within these that is in conflict has a certificate of a smaller sum.
        least = found.sum() > len(kept) - ROUNDED
        if surplus == 1 and len(fewer) == len(kept) and least and two_laminar_families(inside):
            return kept, True
        if len(fewer) == len(kept):
            break
        kept = kept[proven[fewer]]
    return _deleted(sides, kept, until)


def _thinned(sides: Sides) -> tuple[Ids, float]:
    """Leave out limits as long as the others prove the conflict when added up.

    The sum says that more is asked for than the candidates and maximums allow, by how much stands
    beside them.
    """
    kept = np.ones(len(sides.rows), dtype=np.bool_)
    matrix, bounds = sides.matrix, sides.bounds
    counted = np.asarray(matrix.sum(axis=0)).ravel()
    asked = bounds.sum()
    surplus = asked - np.maximum(counted, 0).sum()
    for at in np.lexsort((-np.arange(len(kept)), abs(bounds))):
        start, end = matrix.indptr[at : at + 2]
        where, what = matrix.indices[start:end], matrix.data[start:end]
        before = np.maximum(counted[where], 0).sum()
        after = np.maximum(counted[where] - what, 0).sum()
        left = surplus - bounds[at] + before - after
        if left >= 1:
            surplus = left
            counted[where] -= what
            kept[at] = False
    return np.flatnonzero(kept), float(surplus)


def _deleted(sides: Sides, todo: Ids, until: float) -> tuple[Ids, bool]:
    """Try to leave out each limit, many at once first."""
    kept = todo[:0]
    step = max(1, len(todo) // 2)
    while len(todo) and time.monotonic() < until:
        if not holds(sides.take(np.concatenate([kept, todo[step:]]))):
            todo = todo[step:]
        elif step == 1:
            kept, todo = np.append(kept, todo[0]), todo[1:]
            step = 2
        else:
            step //= 2
    return np.sort(np.concatenate([kept, todo])), not len(todo)


def changes_alone(sides: Sides) -> NDArray[np.float64]:
    """Give the change of each limit that is enough alone.

    Parameters
    ----------
    sides : Sides
        That cannot all hold, while all but any one can.

    Returns
    -------
    ndarray, shape (m,), float64
    """
    count = len(sides.rows)
    surplus = sides.bounds.sum() - np.maximum(sides.matrix.sum(axis=0), 0).sum()
    if surplus > 0 and sides.counts() and two_laminar_families(sides):
        # The only certificate is that which adds up all of them.
        return np.full(count, surplus)
    changes = np.zeros(count)
    for at in range(count):
        found = least_changes(sides, movable=np.arange(count) == at)
        assert found is not None, "the others can hold"
        changes[at] = found[at]
    return changes
