"""What records say beside their subject, by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from matchmaker import Achievement, Need
from matchmaker.language.sectors import OTHER, SectorLabel
from matchmaker.records import Origin
from matchmaker.scoring import facts
from matchmaker.scoring.agreement import CRITERIA, AchievementFacts, NeedFacts
from matchmaker.scoring.facts import FactsReader, Weights, read_facts, sector_agreement


def placed(record: Need | Achievement) -> list[tuple[str, str]]:
    return [(one.field, one.text) for one in read_facts(record).indicators]


def test_targets_of_all_texts_of_a_need_each_once() -> None:
    need = Need(
        id="N1",
        title="抗拉强度≥1200MPa的钢丝",
        body="要求抗拉强度≥1200MPa，伸长率≥8%。",
        goals="伸长率≥8%；成材率≥95%",
        attempted="曾试过屈服强度≥900MPa的方案",
    )
    assert placed(need) == [
        ("title", "抗拉强度≥1200MPa"),
        ("body", "伸长率≥8%"),
        ("goals", "成材率≥95%"),
    ]


def test_claims_of_all_texts_of_an_achievement() -> None:
    found = Achievement(
        id="A1",
        title="钢丝",
        body="成材率≥96%",
        indicators="抗拉强度≥1250MPa",
        applications="使用寿命≥10年",
        team="5人",
        price="100万元",
    )
    assert placed(found) == [
        ("body", "成材率≥96%"),
        ("indicators", "抗拉强度≥1250MPa"),
        ("applications", "使用寿命≥10年"),
    ]


def test_a_stretch_is_where_name_and_value_stand() -> None:
    need = Need(id="N1", title="钢丝", body="要求：抗拉强度 不低于 1200 MPa。")
    (one,) = read_facts(need).indicators
    start, end = one.stretch
    assert need.body[start:end] == one.text
    assert one.text.startswith("抗拉强度")
    assert one.text.endswith("MPa")


def test_a_name_far_away_is_put_before_the_value() -> None:
    """One name for two values, of which the second stands far from it."""
    body = "抗拉强度：A 型不低于 1200MPa，经过反复试验确认的 B 型不低于 1500MPa"
    for one in read_facts(Need(id="N1", title="钢丝", body=body)).indicators:
        start, end = one.stretch
        assert one.text.endswith(body[start:end])
        assert one.indicator.name in one.text


@pytest.mark.parametrize(
    ("goals", "targets"),
    [
        ("项目周期不超过12个月", 0),
        ("18个月内完成", 0),
        ("使用寿命≥10年", 1),
        ("保质期不少于6个月", 1),
        ("", 0),
        ("力争达到国内领先水平", 0),
    ],
)
def test_when_the_work_must_be_done_is_no_target(goals: str, targets: int) -> None:
    found = read_facts(Need(id="N1", title="钢丝", goals=goals)).indicators
    kept = [one for one in found if one.indicator.unit in ("年", "月", "周") or targets == 0]
    assert len(kept) == targets


def test_which_criteria_a_record_speaks_on() -> None:
    need = Need(id="N1", title="钢丝", budget="面议", region="辽宁", cooperation=("转让",))
    told = read_facts(need)
    assert isinstance(told.fields, NeedFacts)
    assert {name for name in CRITERIA if told.speaks_on(name)} == {"cooperation", "region"}
    found = Achievement(id="A1", title="钢丝", price="10万元", maturity="中试", cooperation=("无",))
    told = read_facts(found)
    assert isinstance(told.fields, AchievementFacts)
    assert {name for name in CRITERIA if told.speaks_on(name)} == {"maturity", "money"}
    assert not any(map(read_facts(Need(id="N1", title="钢丝")).speaks_on, CRITERIA))


def labels(*names: str) -> list[SectorLabel]:
    return [SectorLabel(name, 0.5, "predicted") for name in names]


@pytest.mark.parametrize(
    ("need", "achievement", "agreement"),
    [
        (["冶金"], ["冶金"], 1.0),
        (["冶金", "新材料"], ["新材料", "化工"], 1.0),
        (["冶金"], ["化工"], -1.0),
        (["冶金"], [OTHER], None),
        ([OTHER], [OTHER], None),
        ([OTHER, "冶金"], [OTHER, "化工"], -1.0),
        ([], ["冶金"], None),
        ([], [], None),
    ],
)
def test_sector_agreement(need: list[str], achievement: list[str], agreement: float | None) -> None:
    assert sector_agreement(labels(*need), labels(*achievement)) == agreement
    assert sector_agreement(labels(*achievement), labels(*need)) == agreement


def test_records_are_known_by_what_they_say(monkeypatch: pytest.MonkeyPatch) -> None:
    read = FactsReader()
    need = Need(id="N1", title="钢丝", budget="10万元")
    told = read(need)
    again = replace(need, origin=Origin("需求.csv", "", 3))
    assert read(again) is told
    changed = read(replace(need, budget=""))
    assert told.speaks_on("money")
    assert not changed.speaks_on("money")
    # A full memory is emptied and goes on.
    monkeypatch.setattr(facts, "_MOST_KEPT", 3)
    many = [replace(need, id=f"N{number}") for number in range(9)]
    assert [read(one).record.id for one in many] == [one.id for one in many]
    assert read(need) == told


def test_default_weights() -> None:
    """They leave room for a wish or two before everything is scaled down."""
    weights = Weights().as_mapping()
    assert list(weights) == ["sector", "indicators", "maturity", "money", "cooperation", "region"]
    assert sum(weights.values()) == pytest.approx(0.48)
    assert weights["sector"] == 0


@pytest.mark.parametrize("weight", [-0.1, float("nan"), float("inf"), "0.3", None, True])
def test_a_weight_is_a_number_of_at_least_0(weight: object) -> None:
    from matchmaker.errors import ConfigError

    with pytest.raises(ConfigError, match="money"):
        Weights(money=weight)  # type: ignore[arg-type]
