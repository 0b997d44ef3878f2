"""Boosted trees as arrays, and their sums over many rows at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matchmaker.errors import ModelError

MOST_LEAVES = 64
"""Of one tree: each leaf is one bit of a machine word."""

# A de Bruijn sequence of as many bits as the word has: multiplied by a power of two, its highest
# bits are another number for each of the powers.
_DE_BRUIJN = {8: 0x1D, 16: 0x09AF, 32: 0x077CB531, 64: 0x03F79D71B4CB0A89}

# The words of all trees then stay in the cache while feature after feature goes over them.
_ROWS_AT_ONCE = 256

Words = NDArray[np.unsignedinteger[Any]]


@dataclass(frozen=True, slots=True, eq=False)
class Trees:
    """Boosted regression trees as flat arrays; m nodes in all.

    Attributes
    ----------
    roots : ndarray, shape (n_trees,), int32
        First node of each tree.
    feature : ndarray, shape (m,), int32
        Column that a node looks at; -1 in a leaf.
    threshold : ndarray, shape (m,), float32
        Values up to it go left; others, NaN among them, go right.
    left, right : ndarray, shape (m,), int32
        Next nodes; a leaf points to itself.
    value : ndarray, shape (m,), float64
        What a leaf adds to the output; 0 elsewhere.
    baseline : float
        Output before any tree.
    depth : int
        Steps after which every row stands in a leaf.
    """

    roots: NDArray[np.int32]
    feature: NDArray[np.int32]
    threshold: NDArray[np.float32]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    value: NDArray[np.float64]
    baseline: float
    depth: int

    def output(self, features: NDArray[np.float32]) -> NDArray[np.float64]:
        """Sum of the trees; for several models over the same rows see :class:`Forest`.

        Parameters
        ----------
        features : ndarray, shape (n, n_features), float32

        Returns
        -------
        ndarray, shape (n,), float64
        """
        return Forest([self]).output(features)[:, 0]


@dataclass(frozen=True, slots=True, eq=False)
class _Spans:
    """Of each of m nodes: its tree, or -1 if none leads there; its leaves and the first of them."""

    tree: NDArray[np.int64]
    first: NDArray[np.int64]
    leaves: NDArray[np.int64]


class Forest:
    """Sums of trees over many rows, without walking them.

    Every leaf of a tree is a bit, the leftmost leaf the lowest one. A node that sends a row right
    strikes out the leaves to its left; of what all nodes leave over, the lowest bit is the row's
    leaf. The order of the nodes does not matter, so all nodes that look at one feature, in all
    trees, are one row of a table: that of the number of thresholds below the feature's value.

    Parameters
    ----------
    models : sequence of Trees, at least one
        Each has an output of its own.

    Raises
    ------
    ModelError
        If a tree has more than ``MOST_LEAVES`` leaves, or its nodes are no tree.

    Notes
    -----
    Lucchese et al., QuickScorer: a fast algorithm to rank documents with additive ensembles of
    regression trees (SIGIR 2015), with the strikes of one feature added up beforehand.
    """

    def __init__(self, models: Sequence[Trees]) -> None:
        spans = [_spans(trees) for trees in models]
        most = max(int(span.leaves.max(initial=1)) for span in spans)
        if most > MOST_LEAVES:
            raise ModelError(f"a tree has {most} leaves, more than {MOST_LEAVES}")
        bits = next(size for size in _DE_BRUIJN if size >= most)
        self._word = np.dtype(f"u{bits // 8}")
        self._factor = self._word.type(_DE_BRUIJN[bits])
        self._shift = self._word.type(bits - bits.bit_length() + 1)
        self._ends = np.cumsum([0, *(len(trees.roots) for trees in models)])
        self._values = np.concatenate(
            [self._leaf_values(trees, span) for trees, span in zip(models, spans, strict=True)]
        )
        self._columns = list(self._tables(models, spans))
        self._baselines = np.array([trees.baseline for trees in models])

    def output(self, features: NDArray[np.float32]) -> NDArray[np.float64]:
        """Sum each model's trees.

        Parameters
        ----------
        features : ndarray, shape (n, n_features), float32

        Returns
        -------
        ndarray, shape (n, number of models), float64
            A row's sums do not depend on the other rows.
        """
        sums = np.empty((len(features), len(self._baselines)))
        for start in range(0, len(features), _ROWS_AT_ONCE):
            rows = slice(start, start + _ROWS_AT_ONCE)
            found = self._found(features[rows])
            for model, (first, end) in enumerate(pairwise(self._ends)):
                sums[rows, model] = found[:, first:end].sum(axis=1)
        return self._baselines + sums

    def _found(self, features: NDArray[np.float32]) -> NDArray[np.float64]:
        """Value of the leaf of each row in each tree."""
        left_over = np.full(
            (len(features), len(self._values)), np.iinfo(self._word).max, self._word
        )
        values = np.ascontiguousarray(features.T)
        spare = np.empty_like(left_over)
        for column, thresholds, table in self._columns:
            below = thresholds.searchsorted(values[column])
            # Every place is within the table; "clip" lets numpy write without a buffer.
            left_over &= table.take(below, axis=0, out=spare, mode="clip")
        left_over &= -left_over
        left_over *= self._factor
        left_over >>= self._shift
        leaf = left_over.astype(np.intp)
        leaf += np.arange(0, self._values.size, self._values.shape[1])
        return self._values.take(leaf)

    def _leaf_values(self, trees: Trees, span: _Spans) -> NDArray[np.float64]:
        """Values of the leaves by the number that stands for their bit."""
        values = np.zeros((len(trees.roots), 8 * self._word.itemsize))
        leaf = np.flatnonzero((trees.feature < 0) & (span.tree >= 0))
        bit = self._word.type(1) << span.first[leaf].astype(self._word)
        values[span.tree[leaf], (bit * self._factor) >> self._shift] = trees.value[leaf]
        return values

    def _tables(
        self, models: Sequence[Trees], spans: Sequence[_Spans]
    ) -> Iterator[tuple[int, NDArray[np.float32], Words]]:
        """Yield each column looked at, its thresholds, and what each number of them leaves over."""
        inner = [
            np.flatnonzero((trees.feature >= 0) & (span.tree >= 0))
            for trees, span in zip(models, spans, strict=True)
        ]
        every = list(zip(models, spans, inner, strict=True))
        feature = np.concatenate([trees.feature[at] for trees, _, at in every])
        threshold = np.concatenate([trees.threshold[at] for trees, _, at in every])
        tree = np.concatenate(
            [first + span.tree[at] for (_, span, at), first in zip(every, self._ends, strict=False)]
        )
        kept = np.concatenate([self._kept(trees, span, at) for trees, span, at in every])
        for column in np.unique(feature):
            here = feature == column
            thresholds, place = np.unique(threshold[here], return_inverse=True)
            table = np.full(
                (len(thresholds) + 1, self._ends[-1]), np.iinfo(self._word).max, self._word
            )
            np.bitwise_and.at(table, (place + 1, tree[here]), kept[here])
            yield int(column), thresholds, np.bitwise_and.accumulate(table, axis=0)

    def _kept(self, trees: Trees, span: _Spans, at: NDArray[np.int64]) -> Words:
        """Bits that are left over where a node sends a row right."""
        left = trees.left[at]
        one = self._word.type(1)
        # A node has two leaves or more, so that the leaves to its left are fewer than the bits.
        struck = (one << span.leaves[left].astype(self._word)) - one
        return np.asarray(~(struck << span.first[left].astype(self._word)))


def _spans(trees: Trees) -> _Spans:
    """Count the leaves under every node, from left to right."""
    tree = np.full(len(trees.feature), -1, dtype=np.int64)
    tree[trees.roots] = np.arange(len(trees.roots))
    levels = []
    level = trees.roots
    while len(level := level[trees.feature[level] >= 0]):
        levels.append(level)
        children = np.concatenate([trees.left[level], trees.right[level]])
        if (tree[children] >= 0).any() or len(np.unique(children)) < len(children):
            raise ModelError("two nodes of a tree lead to the same node")
        tree[children] = np.tile(tree[level], 2)
        level = children
    leaves = np.ones(len(tree), dtype=np.int64)
    for level in reversed(levels):
        leaves[level] = leaves[trees.left[level]] + leaves[trees.right[level]]
    first = np.zeros(len(tree), dtype=np.int64)
    for level in levels:
        left, right = trees.left[level], trees.right[level]
        first[left] = first[level]
        first[right] = first[level] + leaves[left]
    return _Spans(tree, first, leaves)
