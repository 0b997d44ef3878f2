"""Collections: candidates of both channels, within a sector or over all."""

from __future__ import annotations

import numpy as np
import pytest

from matchmaker.language.sectors import SectorLabel
from matchmaker.language.terms import TermModel
from matchmaker.language.texts import record_text
from matchmaker.records import Achievement, Need
from matchmaker.retrieval.collection import LIST_DEPTH, Collection, by_id
from matchmaker.retrieval.fusion import fuse
from matchmaker.retrieval.profiles import profile
from matchmaker.testing import HashingEncoder

ENCODER = HashingEncoder(dim=64)
TITLES = {
    "A1": "高强度钢板轧制工艺",
    "A2": "锂离子电池正极材料",
    "A3": "钢板表面缺陷视觉检测",
    "A4": "316L不锈钢冶炼",
    "A5": "农药残留检测",
}
SECTORS = {
    "A1": ["冶金"],
    "A2": ["精细化工"],
    "A3": ["冶金", "信息技术"],
    "A4": ["冶金"],
    "A5": ["其他"],
}


@pytest.fixture(scope="module")
def terms() -> TermModel:
    return TermModel.fit([*TITLES.values(), "废水处理", "机器人"])


def collected(records: list, terms: TermModel, sectors: dict[str, list[str]]) -> Collection:
    profiles = profile([record_text(r) for r in records], terms=terms, encoder=ENCODER)
    labels = tuple(
        tuple(SectorLabel(name, 1.0, "declared") for name in sectors.get(record.id, ["其他"]))
        for record in records
    )
    return Collection(tuple(records), labels, profiles, profiles.vectors)


@pytest.fixture(scope="module")
def achievements(terms: TermModel) -> Collection[Achievement]:
    records = [Achievement(id=key, title=title) for key, title in TITLES.items()]
    return collected(records, terms, SECTORS)


@pytest.fixture(scope="module")
def needs(terms: TermModel) -> Collection[Need]:
    titles = ["钢板轧制开裂", "电池材料", "xyz量子"]
    return collected([Need(id=f"N{i}", title=t) for i, t in enumerate(titles)], terms, {})


@pytest.mark.parametrize("limit", [1, 2, 5, 50])
@pytest.mark.parametrize("sector", [None, "冶金", "信息技术", "没有"])
def test_candidates_are_the_fusion_of_both_channels(
    limit: int, sector: str | None, needs: Collection[Need], achievements: Collection[Achievement]
) -> None:
    found = achievements.candidates(needs, limit=limit, sector=sector)
    depth = LIST_DEPTH * limit
    dense, _ = achievements.dense.search(needs.vectors, depth, partition=sector)
    inside = achievements.in_sector(sector) if sector else np.ones(5, dtype=bool)
    shared, _ = achievements.lexical.search(needs.profiles.whole_rows, depth, allowed=inside)
    expected = fuse([dense, shared], limit=limit)
    np.testing.assert_array_equal(found.query, expected.query)
    np.testing.assert_array_equal(found.document, expected.document)
    assert inside[found.document].all()
    counts = np.bincount(found.query, minlength=3)
    assert (counts <= min(limit, inside.sum())).all()
    # Dense search always finds someone, so every need gets as many as there are.
    assert (counts == min(limit, inside.sum())).all()


def test_second_in_both_lists_is_chosen_before_first_in_one(
    needs: Collection[Need], achievements: Collection[Achievement], monkeypatch: pytest.MonkeyPatch
) -> None:
    rankings = {"dense": [4, 2, 0, 1, 3], "lexical": [1, 2, 3, 4, 0]}

    class Listed:
        def __init__(self, channel: str) -> None:
            self.ranking = np.array(rankings[channel], dtype=np.int64)

        def search(self, queries, k, **_):
            return np.tile(self.ranking[:k], (3, 1)), None

    for channel in rankings:
        monkeypatch.setitem(achievements.__dict__, channel, Listed(channel))
    found = achievements.candidates(needs, limit=1)
    # 2/62 is more than 1/61; lists as short as the limit would not hold position 2 at all.
    assert found.document.tolist() == [2, 2, 2]


def test_what_only_one_channel_finds_is_a_candidate(terms: TermModel) -> None:
    achievements = collected([Achievement(id="A", title="钢板轧制")], terms, {})
    blind = Collection(
        achievements.records,
        achievements.labels,
        achievements.profiles,
        np.zeros_like(achievements.vectors),
    )
    need = collected([Need(id="N", title="钢板")], terms, {})
    assert len(blind.candidates(need, limit=1)) == 1


def test_empty_sides(needs: Collection[Need], achievements: Collection[Achievement]) -> None:
    nobody = achievements.take(np.array([], dtype=np.int64))
    assert len(nobody) == 0
    assert len(nobody.candidates(needs, limit=3)) == 0
    assert len(achievements.candidates(needs.take(np.array([], dtype=np.int64)), limit=3)) == 0
    assert nobody.in_sector("冶金").shape == (0,)
    assert nobody.in_sector("冶金").dtype == bool


def test_sectors_and_choice(achievements: Collection[Achievement]) -> None:
    assert achievements.in_sector("冶金").tolist() == [True, False, True, True, False]
    assert achievements.in_sector("信息技术").tolist() == [False, False, True, False, False]
    assert dict(achievements.dense.sizes) == {"信息技术": 1, "其他": 1, "冶金": 3, "精细化工": 1}
    chosen = achievements.take(np.array([1, 3]))
    assert [record.id for record in chosen.records] == ["A2", "A4"]
    assert [labels[0].name for labels in chosen.labels] == ["精细化工", "冶金"]
    np.testing.assert_array_equal(chosen.vectors, achievements.vectors[[1, 3]])
    assert len(chosen.profiles) == 2
    assert chosen.dense is chosen.dense
    assert chosen.lexical is chosen.lexical


def test_order_of_ids() -> None:
    records = [Need(id=key, title="x") for key in ("N10", "N2", "Z", "N1", "冶")]
    assert by_id(records) == [3, 0, 1, 2, 4]
    assert by_id([]) == []


def test_of_records_alike_the_first_is_searched_and_the_others_are_named(terms: TermModel) -> None:
    text = {"title": "钢板轧制", "body": "工艺", "organisation": "某大学"}
    records = [
        Achievement(id="A1", **text),
        Achievement(id="A2", title="别的"),
        Achievement(id="A3", **text, source="另一份清单"),  # the same, listed elsewhere
        Achievement(id="A4", **{**text, "organisation": "另一大学"}),
        Achievement(id="A5", **text, indicators="强度"),
        Achievement(id="A6", **text, applications="矿山"),
        Achievement(id="A7", **text, keywords=("钢",)),
        Achievement(id="A8", **text),  # of another sector
        Achievement(id="A9", **text),
    ]
    held = collected(records, terms, {"A8": ["冶金"]})
    assert held.distinct.tolist() == [0, 1, 3, 4, 5, 6, 7]
    assert held.duplicates == {"A1": ("A3", "A9")}
    need = collected([Need(id="N", title="钢板轧制")], terms, {})
    assert held.candidates(need, limit=50).document.tolist() == held.distinct.tolist()
    assert held.candidates(need, limit=50, sector="冶金").document.tolist() == [7]
    later = held.take(np.array([1, 2, 8]))
    assert later.distinct.tolist() == [0, 1]
    assert later.duplicates == {"A3": ("A9",)}
    assert later.candidates(need, limit=50).document.tolist() == [0, 1]
    needs = collected(
        [
            Need(id="N1", title="钢", goals="强度"),
            Need(id="N2", title="钢"),
            Need(id="N3", title="钢", goals="强度", source="县区"),
        ],
        terms,
        {},
    )
    assert needs.duplicates == {"N1": ("N3",)}
    assert held.take(np.array([], dtype=np.int64)).duplicates == {}
