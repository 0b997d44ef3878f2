"""How many enterprises can be served at all: a maximum flow, found in an instant."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_flow

from matchmaker.planning.assignments.candidates import Candidates
from matchmaker.planning.assignments.limits import LevelRange
from matchmaker.planning.assignments.settings import PartyLevel

_CHAIN: tuple[PartyLevel, ...] = ("enterprise", "need", "achievement", "team", "university")


def most_served(
    candidates: Candidates, ranges: dict[PartyLevel, LevelRange], columns: NDArray[np.bool_]
) -> int:
    """Bound how many enterprises can have one of some pairs.

    Caps are kept, each enterprise needs one pair, and everything else that may stand in the way is
    passed over: minimums, locked pairs, caps of couples. So no plan can serve more.

    Parameters
    ----------
    candidates : Candidates
    ranges : dict of str to LevelRange
    columns : ndarray, shape (n_usable,), bool
        Which of the usable pairs.

    Returns
    -------
    int
    """
    rows = candidates.usable[columns]
    if not len(rows):
        return 0
    of = [candidates.of[level][rows] for level in _CHAIN]
    sizes = [len(ranges[level].upper) for level in _CHAIN]
    # Every party is an edge from where its pairs come in to where they go out.
    start = np.concatenate([[0], np.cumsum(2 * np.array(sizes))])
    source, sink = int(start[-1]), int(start[-1]) + 1
    into = [start[at] + 2 * of[at] for at in range(len(_CHAIN))]
    tails, heads, limits = [], [], []
    for at, level in enumerate(_CHAIN):
        cap = np.minimum(ranges[level].upper[of[at]], len(rows))
        tails.append(into[at])
        heads.append(into[at] + 1)
        limits.append(np.minimum(cap, 1) if level == "enterprise" else cap)
    before = [np.full(len(rows), source), *(one + 1 for one in into)]
    after = [*into, np.full(len(rows), sink)]
    for tail, head in zip(before, after, strict=True):
        tails.append(tail)
        heads.append(head)
        limits.append(np.full(len(rows), len(rows)))
    width = sink + 1
    edges, first = np.unique(
        np.concatenate(tails) * width + np.concatenate(heads), return_index=True
    )
    graph = csr_array(
        (np.concatenate(limits)[first].astype(np.int32), (edges // width, edges % width)),
        shape=(width, width),
    )
    return int(maximum_flow(graph, source, sink).flow_value)
