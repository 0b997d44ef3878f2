"""Views of ranked pairs by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from matchmaker.language.sectors import SectorLabel
from matchmaker.records import Achievement, Need
from matchmaker.scoring.pairs import (
    Direction,
    Match,
    PairColumns,
    PairContext,
    RankedPairs,
    SharedTerm,
)

NEEDS = tuple(Need(id=f"N{i}", title=f"需求{i}") for i in range(3))
ACHIEVEMENTS = tuple(Achievement(id=f"A{i}", title=f"成果{i}") for i in range(4))


def labels(*names: str) -> tuple[SectorLabel, ...]:
    return tuple(SectorLabel(name, 0.9, "predicted") for name in names)


NEED_SECTORS = (labels("智能制造", "冶金"), labels("其他"), labels("园艺"))
ACHIEVEMENT_SECTORS = (
    labels("冶金", "智能制造"),
    labels("冶金"),
    labels("信息技术"),
    labels("其他"),
)
# need, achievement, rank, score, grade, similarity: by asking need, then rank
FORWARD = [
    (0, 0, 1, 0.9, 4, 0.5),
    (0, 1, 2, 0.6, 3, 0.7),
    (0, 2, 3, 0.6, 3, 0.2),
    (1, 3, 1, 0.7, 3, 0.1),
    (1, 1, 2, 0.6, 3, 0.7),
]
# by asking achievement, then rank
BACK = [
    (0, 0, 1, 0.9, 4, 0.5),
    (0, 1, 1, 0.6, 3, 0.7),
    (1, 1, 2, 0.6, 3, 0.7),
    (0, 2, 1, 0.6, 3, 0.2),
    (1, 3, 1, 0.7, 3, 0.1),
]


class Mine(RankedPairs):
    """A caller's own kind of ranked pairs."""


def made(
    rows: Sequence[tuple[int, int, int, float, int, float]] = FORWARD,
    *,
    direction: Direction = "need_to_achievement",
    **more: Mapping[str, tuple[str, ...]],
) -> Mine:
    table = np.array(rows, dtype=np.float64).reshape(-1, 6).T
    context = PairContext(
        needs=NEEDS,
        achievements=ACHIEVEMENTS,
        need_sectors=NEED_SECTORS,
        achievement_sectors=ACHIEVEMENT_SECTORS,
        sector_names=("冶金", "信息技术", "智能制造", "生物医药"),
        direction=direction,
        shared_terms=lambda need, achievement: (SharedTerm(f"{need}-{achievement}", 0.5),),
        **more,
    )
    columns = PairColumns(
        need=table[0].astype(np.int64),
        achievement=table[1].astype(np.int64),
        rank=table[2].astype(np.int64),
        score=table[3],
        grade=table[4].astype(np.int8),
        similarity=table[5],
    )
    return Mine(context, columns)


def listed(pairs: RankedPairs) -> list[tuple[str, str, int]]:
    return [(match.need.id, match.achievement.id, match.rank) for match in pairs]


def test_a_match() -> None:
    match = made()[1]
    assert match == Match(
        need=NEEDS[0],
        achievement=ACHIEVEMENTS[1],
        rank=2,
        score=0.6,
        grade=3,
        similarity=0.7,
        sectors=("冶金",),
        need_sectors=NEED_SECTORS[0],
        achievement_sectors=ACHIEVEMENT_SECTORS[1],
        shared_terms=(SharedTerm("0-1", 0.5),),
    )
    kinds = [type(getattr(match, name)) for name in ("rank", "score", "grade", "similarity")]
    assert kinds == [int, float, int, float]


def test_sectors_of_a_pair_are_the_shared_ones_or_the_need_s() -> None:
    assert [match.sectors for match in made()] == [
        ("智能制造", "冶金"),
        ("冶金",),
        ("智能制造", "冶金"),
        ("其他",),
        ("其他",),
    ]


def test_it_is_a_sequence() -> None:
    pairs = made()
    assert len(pairs) == 5
    assert list(pairs) == [pairs[i] for i in range(5)]
    assert pairs[-1] == pairs[4]
    assert pairs[np.int64(2)] == pairs[2]
    assert list(reversed(pairs)) == list(pairs)[::-1]
    assert pairs[3] in pairs
    assert pairs.index(pairs[3]) == 3
    assert pairs.count(pairs[0]) == 1
    for index in (5, -6):
        with pytest.raises(IndexError):
            pairs[index]
    with pytest.raises(TypeError):
        pairs["N1"]


@pytest.mark.parametrize(
    "part", [slice(1, 3), slice(None, None, -1), slice(-2, None), slice(9, 12), slice(0, 5, 2)]
)
def test_slices_are_of_the_same_kind(part: slice) -> None:
    pairs = made()
    assert isinstance(pairs[part], Mine)
    assert list(pairs[part]) == list(pairs)[part]
    assert pairs[part].needs == NEEDS
    assert list(pairs) == list(made())


def test_by_need() -> None:
    groups = made().by_need()
    assert list(groups) == ["N0", "N1", "N2"]
    assert listed(groups["N0"]) == [("N0", "A0", 1), ("N0", "A1", 2), ("N0", "A2", 3)]
    assert listed(groups["N1"]) == [("N1", "A3", 1), ("N1", "A1", 2)]
    assert listed(groups["N2"]) == []
    assert all(isinstance(group, Mine) for group in groups.values())


def test_by_achievement() -> None:
    groups = made().by_achievement()
    assert list(groups) == ["A0", "A1", "A2", "A3"]
    # Equal in score and similarity: the need of the lower id goes first.
    assert listed(groups["A1"]) == [("N0", "A1", 1), ("N1", "A1", 2)]
    assert listed(groups["A2"]) == [("N0", "A2", 1)]
    assert [len(group) for group in groups.values()] == [1, 2, 1, 1]


def test_by_sector() -> None:
    groups = made().by_sector()
    # The registry's order, then 其他, then what no registry lists; only what has a pair.
    assert list(groups) == ["冶金", "智能制造", "其他"]
    assert listed(groups["冶金"]) == [("N0", "A0", 1), ("N0", "A1", 2), ("N0", "A2", 3)]
    assert listed(groups["智能制造"]) == [("N0", "A0", 1), ("N0", "A2", 2)]
    assert listed(groups["其他"]) == [("N1", "A3", 1), ("N1", "A1", 2)]
    own = made([*FORWARD, (2, 2, 1, 0.1, 1, 0.0)]).by_sector()
    assert list(own) == ["冶金", "智能制造", "其他", "园艺"]
    assert listed(own["园艺"]) == [("N2", "A2", 1)]


def test_the_other_direction() -> None:
    pairs = made(BACK, direction="achievement_to_need")
    assert pairs.direction == "achievement_to_need"
    assert made().direction == "need_to_achievement"
    for view in ("by_need", "by_achievement", "by_sector"):
        forward, back = getattr(made(), view)(), getattr(pairs, view)()
        assert list(forward) == list(back)
        assert [listed(group) for group in forward.values()] == [
            listed(group) for group in back.values()
        ]


def test_ties_go_by_similarity_then_by_ids() -> None:
    rows = [
        (0, 3, 1, 0.5, 2, 0.3),
        (1, 2, 1, 0.5, 2, 0.3),
        (1, 0, 2, 0.5, 2, 0.3),
        (0, 1, 2, 0.5, 2, 0.1),
        (2, 0, 1, 0.5, 2, 0.9),
        (2, 3, 2, 0.7, 2, 0.0),
    ]
    groups = made(rows)
    order = [("N2", "A0"), ("N1", "A0"), ("N1", "A2"), ("N0", "A3"), ("N0", "A1")]
    by_need = groups.by_need()
    assert [pair[:2] for pair in listed(by_need["N2"])] == [("N2", "A3"), order[0]]
    assert [pair[:2] for pair in listed(by_need["N1"])] == order[1:3]
    assert [pair[:2] for pair in listed(by_need["N0"])] == order[3:]
    assert listed(groups.by_achievement()["A0"]) == [("N2", "A0", 1), ("N1", "A0", 2)]


def test_ranks_are_those_of_the_list_that_a_match_was_taken_from() -> None:
    in_sector = made().by_sector()["智能制造"].by_need()["N0"]
    assert listed(in_sector) == [("N0", "A0", 1), ("N0", "A2", 2)]
    assert listed(made()[1:3].by_need()["N0"]) == [("N0", "A1", 1), ("N0", "A2", 2)]
    backwards = made()[::-1]
    assert [listed(group) for group in backwards.by_need().values()] == [
        listed(group) for group in made().by_need().values()
    ]


def test_nothing_was_found() -> None:
    nothing = made([])
    assert len(nothing) == 0
    assert list(nothing) == []
    assert [len(group) for group in nothing.by_need().values()] == [0, 0, 0]
    assert [len(group) for group in nothing.by_achievement().values()] == [0, 0, 0, 0]
    assert nothing.by_sector() == {}
    assert len(nothing[:3]) == 0
    with pytest.raises(IndexError):
        nothing[0]


def test_labels_of_records() -> None:
    pairs = made([])
    assert pairs.sectors_of_need("N0") == NEED_SECTORS[0]
    assert pairs.sectors_of_need("N2") == NEED_SECTORS[2]
    assert pairs.sectors_of_achievement("A2") == ACHIEVEMENT_SECTORS[2]
    with pytest.raises(KeyError, match="A0"):
        pairs.sectors_of_need("A0")
    with pytest.raises(KeyError, match="N9"):
        pairs.sectors_of_achievement("N9")


@pytest.mark.parametrize("direction", ["need_to_achievement", "achievement_to_need"])
def test_duplicates_stand_with_the_record_that_was_found(direction: Direction) -> None:
    alike = {"A1": ("A7", "A9"), "N0": ("N8",)}
    pairs = made(direction=direction, duplicates=alike)
    assert pairs.duplicates == alike
    of = "achievement" if direction == "need_to_achievement" else "need"
    for match in pairs:
        assert match.duplicates == alike.get(getattr(match, of).id, ())
    assert pairs.by_sector()["冶金"].duplicates == alike
    assert made().duplicates == {}
    assert [match.duplicates for match in made()] == [()] * 5


def test_repr() -> None:
    assert repr(made()) == "<Mine: 5 pairs of 3 needs and 4 achievements>"
