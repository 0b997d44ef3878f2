"""Sums of random trees against a plain walk from node to node."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from matchmaker.errors import ModelError
from matchmaker.scoring import trees as trees_module
from matchmaker.scoring.trees import MOST_LEAVES, Forest, Trees

COLUMNS = 4


def grown(leaves: int, rng: np.random.Generator) -> tuple[list[int], list[int], list[int]]:
    """Feature, left and right of the nodes of one tree whose leaves were split at random."""
    feature, left, right = [-1], [0], [0]
    for _ in range(leaves - 1):
        leaf = int(rng.choice([node for node, column in enumerate(feature) if column < 0]))
        feature[leaf] = int(rng.integers(COLUMNS))
        left[leaf], right[leaf] = len(feature), len(feature) + 1
        for _ in range(2):
            left.append(len(feature))
            right.append(len(feature))
            feature.append(-1)
    return feature, left, right


def random_trees(sizes: list[int], seed: int) -> Trees:
    """Trees of the given numbers of leaves; their nodes stand in a random order."""
    rng = np.random.default_rng(seed)
    roots, feature, left, right = [], list[int](), list[int](), list[int]()
    for leaves in sizes:
        base = len(feature)
        columns, lefts, rights = grown(leaves, rng)
        roots.append(base)
        feature += columns
        left += [base + node for node in lefts]
        right += [base + node for node in rights]
    total = len(feature)
    place = rng.permutation(total)
    back = np.argsort(place)
    looked_at = np.array(feature, dtype=np.int32)[back]
    return Trees(
        roots=place[roots].astype(np.int32),
        feature=looked_at,
        # Few different values, so that rows often lie on a threshold.
        threshold=rng.integers(-3, 4, size=total).astype(np.float32),
        left=place[np.array(left)[back]].astype(np.int32),
        right=place[np.array(right)[back]].astype(np.int32),
        value=np.where(looked_at < 0, rng.normal(size=total), 0),
        baseline=float(rng.normal()),
        depth=max(sizes) - 1,
    )


def walked(trees: Trees, row: NDArray[np.float32]) -> float:
    total = trees.baseline
    for root in trees.roots:
        node = int(root)
        while trees.feature[node] >= 0:
            below = row[trees.feature[node]] <= trees.threshold[node]
            node = int(trees.left[node] if below else trees.right[node])
        total += float(trees.value[node])
    return total


def some_rows(n: int = 300) -> NDArray[np.float32]:
    rng = np.random.default_rng(1)
    rows = rng.integers(-4, 5, size=(n, COLUMNS)).astype(np.float32)
    rows[rng.random(rows.shape) < 0.1] = np.nan
    rows[rng.random(rows.shape) < 0.1] = np.inf
    return rows


@pytest.mark.parametrize("most", [1, 2, 8, 9, 16, 17, 32, 33, MOST_LEAVES])
def test_sums_equal_those_of_a_walk(most: int) -> None:
    models = [random_trees([1, most, 2, max(most - 1, 1)], seed) for seed in (most, most + 1)]
    rows = some_rows()
    expected = [[walked(trees, row) for trees in models] for row in rows]
    found = Forest(models).output(rows)
    assert found.shape == (len(rows), 2)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)
    np.testing.assert_array_equal(models[1].output(rows), found[:, 1])


def test_every_leaf_of_the_largest_tree_is_reached() -> None:
    """A comb: row i ends in leaf i."""
    inner = np.arange(MOST_LEAVES - 1)
    leaves = np.arange(MOST_LEAVES - 1, 2 * MOST_LEAVES - 1)
    comb = Trees(
        roots=np.zeros(1, dtype=np.int32),
        feature=np.concatenate([0 * inner, 0 * leaves - 1]).astype(np.int32),
        threshold=np.concatenate([inner, 0 * leaves]).astype(np.float32),
        left=np.concatenate([leaves[:-1], leaves]).astype(np.int32),
        right=np.concatenate([inner[1:], leaves[-1:], leaves]).astype(np.int32),
        value=np.concatenate([0 * inner, np.arange(MOST_LEAVES)]).astype(np.float64),
        baseline=0.0,
        depth=MOST_LEAVES - 1,
    )
    rows = np.arange(MOST_LEAVES, dtype=np.float32)[:, None]
    assert comb.output(rows).tolist() == list(range(MOST_LEAVES))


@pytest.mark.parametrize("at_once", [1, 7, 1000])
def test_a_row_s_sums_depend_on_no_other(at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    forest = Forest([random_trees([16] * 40, seed) for seed in (0, 1, 2)])
    rows = some_rows()
    whole = forest.output(rows)
    monkeypatch.setattr(trees_module, "_ROWS_AT_ONCE", at_once)
    np.testing.assert_array_equal(forest.output(rows), whole)
    np.testing.assert_array_equal(forest.output(rows[::-1]), whole[::-1])
    assert forest.output(rows[:0]).shape == (0, 3)


def test_more_leaves_than_a_word_has_bits() -> None:
    with pytest.raises(ModelError, match="65 leaves, more than 64"):
        Forest([random_trees([3], 0), random_trees([MOST_LEAVES + 1], 0)])


@pytest.mark.parametrize("left", [0, 2])
def test_nodes_that_are_no_tree(left: int) -> None:
    """The left way leads back to the root, or where the right way leads."""
    stump = replace(random_trees([1], 0), roots=np.array([0], dtype=np.int32))
    nodes = np.array([0, -1, -1], dtype=np.int32)
    wrong = replace(
        stump,
        feature=nodes,
        threshold=np.zeros(3, dtype=np.float32),
        left=np.array([left, 1, 2], dtype=np.int32),
        right=np.array([2, 1, 2], dtype=np.int32),
        value=np.zeros(3),
    )
    with pytest.raises(ModelError, match="same node"):
        Forest([wrong])
