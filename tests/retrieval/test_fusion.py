"""Reciprocal rank fusion, by hand and by exact fractions."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaker.retrieval.fusion import Candidates, fuse, fused_ranking


def columns(found: Candidates) -> list[tuple[int, int]]:
    return list(zip(found.query.tolist(), found.document.tolist(), strict=True))


def lists(*rows: list[int]) -> np.ndarray:
    return np.array(rows, dtype=np.int64).reshape(len(rows), -1)


def test_by_hand() -> None:
    dense = lists([7, 3, 9])
    shared = lists([9, 5, -1])
    # 9: 1/63 + 1/61; 7: 1/61; then 3 and 5 with 1/62 each: the tie goes to 3.
    assert columns(fuse([dense, shared], limit=1)) == [(0, 9)]
    assert columns(fuse([dense, shared], limit=2)) == [(0, 7), (0, 9)]
    assert columns(fuse([dense, shared], limit=3)) == [(0, 3), (0, 7), (0, 9)]
    assert columns(fuse([dense, shared], limit=10)) == [(0, 3), (0, 5), (0, 7), (0, 9)]


def test_one_channel_alone_is_enough() -> None:
    nobody = lists([-1, -1], [-1, -1])
    found = fuse([lists([4, 2], [1, 0]), nobody], limit=5)
    assert columns(found) == [(0, 2), (0, 4), (1, 0), (1, 1)]
    assert len(found) == 4
    assert columns(fuse([nobody, nobody], limit=5)) == []


def test_a_gap_takes_no_rank() -> None:
    # -1 stands only behind, but were it in front, what follows would move up.
    assert columns(fuse([lists([-1, 8]), lists([2, 8])], limit=1)) == [(0, 8)]


@pytest.mark.parametrize("channels", [[], [np.empty((0, 4), dtype=np.int64)]])
def test_no_query(channels: list[np.ndarray]) -> None:
    found = fuse(channels, limit=3)
    assert len(found) == 0
    assert found.query.dtype == found.document.dtype == np.int64


def test_widths_may_differ() -> None:
    empty = np.empty((2, 0), dtype=np.int64)
    assert columns(fuse([empty, lists([1], [0])], limit=3)) == [(0, 1), (1, 0)]
    assert columns(fuse([empty, empty], limit=3)) == []


ranking = st.permutations(range(8)).flatmap(
    lambda order: st.integers(0, 8).map(lambda n: order[:n] + [-1] * (8 - n))
)


@given(st.lists(st.tuples(ranking, ranking), min_size=1, max_size=4), st.integers(1, 9))
def test_against_exact_fractions(pairs: list[tuple[list[int], list[int]]], limit: int) -> None:
    both = [lists(*(a for a, _ in pairs)), lists(*(b for _, b in pairs))]
    found, ranked = fuse(both, limit=limit), fused_ranking(both, limit=limit)
    assert len(ranked) == len(pairs)
    expected = []
    for row, channels in enumerate(pairs):
        weight: dict[int, Fraction] = {}
        for channel in channels:
            for rank, document in enumerate(channel, start=1):
                if document >= 0:
                    weight[document] = weight.get(document, Fraction()) + Fraction(1, 60 + rank)
        best = sorted(weight, key=lambda document: (-weight[document], document))[:limit]
        expected += [(row, document) for document in sorted(best)]
        assert ranked[row].tolist() == best
    assert columns(found) == expected
