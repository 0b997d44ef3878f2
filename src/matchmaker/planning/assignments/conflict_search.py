"""The search for the smallest set of limits that cannot hold together."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, diags_array

from matchmaker.planning.assignments.conflict_proofs import (
    EXACT,
    certified,
    multipliers,
    only_sum,
    two_laminar_families,
)
from matchmaker.planning.assignments.conflict_sides import (
    ROUNDED,
    Ids,
    Sides,
    holds,
    least_changes,
    least_prices,
    seconds_left,
)

Proof: TypeAlias = Literal["smallest", "irreducible", "none"]

SIZES = (1, 2, 3, 5, 10, 20, 50, 100, 200)
"""Sizes up to which smaller conflicts are looked for before larger ones."""

LEAST_SECONDS = 3.0
"""For what has to be found, however little effort is allowed."""


@dataclass(frozen=True, slots=True)
class Deadlines:
    """When to end, by ``time.monotonic``.

    Attributes
    ----------
    search : float
        The search for a smaller set.
    thinning : float
        Leaving out what can be left out of the set found.
    everything : float
        What is asked of that set.
    """

    search: float
    thinning: float
    everything: float


def deadlines(effort: float) -> Deadlines:
    """Divide the time from now on.

    Parameters
    ----------
    effort : float
        Seconds for the search.

    Returns
    -------
    Deadlines
        The last is at most half of the effort later, and never sooner than `LEAST_SECONDS`.
    """
    now = time.monotonic()
    search, thinning, everything = (
        now + max(effort * part, least)
        for part, least in ((1.0, 0.0), (1.2, LEAST_SECONDS), (1.4, LEAST_SECONDS))
    )
    return Deadlines(search, thinning, everything)


def smallest(sides: Sides, ends: Deadlines) -> tuple[Ids, Proof]:
    """Find the smallest set in conflict.

    Parameters
    ----------
    sides : Sides
        That cannot all hold.
    ends : Deadlines

    Returns
    -------
    ndarray of int64
        Positions of its limits.
    {"smallest", "irreducible", "none"}
        What is proven of it.
    """
    first = _priced(sides, ends.thinning)
    smaller, finished = _smaller(sides, len(first), ends.search)
    found = first if smaller is None else smaller
    if finished:
        return found, "smallest"
    least, proven = _irreducible(sides.take(found), ends.thinning)
    return found[least], "irreducible" if proven else "none"


def _priced(sides: Sides, until: float) -> Ids:
    """Give a set in conflict at once, by the prices of the least change."""
    try:
        summed = np.flatnonzero(least_prices(sides, until) > ROUNDED)
    except TimeoutError:
        return np.arange(len(sides.rows))
    fewer, surplus = _thinned(sides.take(summed))
    return summed[fewer] if surplus > 0 else np.arange(len(sides.rows))


def _smaller(sides: Sides, known: int, until: float) -> tuple[Ids | None, bool]:
    """Look for the smallest set of fewer limits than are known to be in conflict.

    Whether the search was finished stands beside it.
    """
    counts = sides.counts()
    sizes = sorted({*(size for size in SIZES if size < known), known - 1} - {0})
    for size in sizes:
        if size > 1 and time.monotonic() > until:
            return None, False
        ids = _possible(sides, size) if counts else np.arange(len(sides.rows))
        if not len(ids):
            continue
        try:
            found, finished = _within(sides.take(ids), size, until)
        except TimeoutError:
            return None, False
        if found is not None or not finished:
            return (None if found is None else ids[found]), finished
    return None, True


def _within(sides: Sides, size: int, until: float) -> tuple[Ids | None, bool]:
    """Find the smallest set in conflict of at most so many limits."""
    if sides.counts() and two_laminar_families(sides):
        return certified(sides, size, until)
    if holds(sides, until):
        return None, True
    return _hitting(sides, size, until)


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
        changes = least_changes(sides, until, movable=~kept)
        if changes is None:
            return np.flatnonzero(kept), True
        touched.append(changes > 0)
        found = milp(
            np.ones(count),
            constraints=[LinearConstraint(csr_array(np.array(touched, dtype=float)), 1, np.inf)],
            bounds=Bounds(0, 1),
            integrality=np.ones(count, dtype=np.int64),
            options={"mip_rel_gap": 0.0, "time_limit": seconds_left(until)},
        )
        if found.status:
            break
        kept = np.asarray(found.x) > 0.5
        if kept.sum() > size:
            return None, True
    return None, False


def _irreducible(sides: Sides, until: float) -> tuple[Ids, bool]:
    """Leave out limits as long as the others still contradict.

    Whether it is proven that no more can be left out stands beside them.
    """
    kept = np.arange(len(sides.rows))
    while True:
        inside = sides.take(kept)
        found = multipliers(inside, until)
        if found is None:
            break
        proven = np.flatnonzero(found > ROUNDED)
        fewer, surplus = _thinned(inside.take(proven))
        if surplus <= 0:
            break
        if len(fewer) == len(kept) and two_laminar_families(inside):
            # Each set within these that is in conflict has a certificate of a smaller sum.
            alone = surplus == 1 and found.sum() > len(kept) - 0.5
            least = found.sum() > len(kept) / surplus - EXACT
            if alone or (least and only_sum(inside, surplus, until)):
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
    if not len(bounds):
        return np.flatnonzero(kept), 0.0
    counted: NDArray[np.float64] = np.asarray(matrix.sum(axis=0), dtype=np.float64).ravel()
    asked = bounds.sum()
    surplus = asked - np.maximum(counted, 0).sum()

    def loss(at: int) -> float:
        where, what = _of_row(matrix, at)
        before, after = counted[where], counted[where] - what
        return float(bounds[at] - np.maximum(before, 0).sum() + np.maximum(after, 0).sum())

    # Those that prove the least go first.
    losses = np.array([loss(at) for at in range(len(kept))])
    for at in np.lexsort((-np.arange(len(kept)), losses)).tolist():
        lost = loss(at)
        if surplus - lost >= 1:
            surplus -= lost
            where, what = _of_row(matrix, at)
            counted[where] -= what
            kept[at] = False
    return np.flatnonzero(kept), float(surplus)


def _of_row(matrix: csr_array, at: int) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    start, end = matrix.indptr[at : at + 2]
    return matrix.indices[start:end], matrix.data[start:end]


def _deleted(sides: Sides, todo: Ids, until: float) -> tuple[Ids, bool]:
    """Try to leave out each limit, many at once first."""
    kept = todo[:0]
    step = max(1, len(todo) // 2)
    while len(todo):
        try:
            needless = not holds(sides.take(np.concatenate([kept, todo[step:]])), until)
        except TimeoutError:
            break
        if needless:
            todo = todo[step:]
        elif step == 1:
            kept, todo = np.append(kept, todo[0]), todo[1:]
            step = 2
        else:
            step //= 2
    return np.sort(np.concatenate([kept, todo])), not len(todo)


def surplus_of(sides: Sides) -> float:
    """Add all limits up: how much more is asked for than candidates and maximums allow.

    Parameters
    ----------
    sides : Sides

    Returns
    -------
    float
        At most 0 where the sum proves nothing.
    """
    return float(sides.bounds.sum() - np.maximum(sides.matrix.sum(axis=0), 0).sum())


def changes_alone(sides: Sides, until: float) -> NDArray[np.float64]:
    """Give the change of each limit that is enough alone.

    Parameters
    ----------
    sides : Sides
        That cannot all hold, while all but any one can.
    until : float
        By ``time.monotonic``, when the search ends.

    Returns
    -------
    ndarray, shape (m,), float64
        All 0 where they were not found in time.
    """
    count = len(sides.rows)
    surplus = surplus_of(sides)
    if surplus > 0 and sides.counts() and two_laminar_families(sides):
        # The only certificate is that which adds up all of them.
        return np.full(count, surplus)
    changes = np.zeros(count)
    for at in range(count):
        try:
            found = least_changes(sides, until, movable=np.arange(count) == at)
        except TimeoutError:
            return np.zeros(count)
        assert found is not None, "the others can hold"
        changes[at] = found[at]
    return changes
