"""What of a record is looked at."""

from __future__ import annotations

import pytest

from matchmaker.language.normalize import matching_text
from matchmaker.language.texts import RecordText, record_text
from matchmaker.records import Achievement, Need


def test_a_need_speaks_by_title_body_goals_and_keywords() -> None:
    need = Need(
        id="N1",
        title="軋製＼ｎ鋼板",
        body=r"，强度\n不足",
        goals="强度≥１２００MPa",
        keywords=("钢板", "无", "轧制"),
        organisation="某钢铁有限公司",
        region="辽宁",
        foundation="已有产线",
        attempted="试过退火",
        industry="C31",
        budget="100万元",
        extra={"备注": "急"},
    )
    assert record_text(need) == RecordText(
        title="轧制 钢板", whole="轧制 钢板 强度 不足 强度≥1200MPa 钢板 轧制"
    )


def test_an_achievement_speaks_by_title_body_indicators_applications_and_keywords() -> None:
    achievement = Achievement(
        id="A1",
        title="耐磨钢",
        body="轧制。",
        indicators="硬度≥500HB",
        applications="矿山",
        keywords=("钢",),
        organisation="某大学",
        team="某人",
        maturity="中试",
        price="面议",
        ip="发明专利",
    )
    assert record_text(achievement) == RecordText("耐磨钢", "耐磨钢 轧制。 硬度≥500HB 矿山 钢")


@pytest.mark.parametrize("nothing", ["", "无", "未提供", " 暂无 ", "/", "N/A"])
def test_placeholders_say_nothing(nothing: str) -> None:
    need = Need(id="N", title=nothing, body="轧制钢板", goals=nothing, keywords=(nothing,))
    assert record_text(need) == RecordText("轧制钢板", "轧制钢板")
    need = Need(id="N", title="轧制钢板", body=nothing)
    assert record_text(need) == RecordText("轧制钢板", "轧制钢板")


@pytest.mark.parametrize(
    ("body", "title"),
    [
        ("钢板轧制时开裂。请求解决。", "钢板轧制时开裂"),
        ("开裂；变形", "开裂"),
        ("开裂!变形", "开裂"),
        ("为什么开裂？变形", "为什么开裂"),
        ("钢" * 80, "钢" * 60),
        ("。。首句丢了。第二句", "首句丢了"),
    ],
)
def test_a_record_without_title_is_named_by_its_first_sentence(body: str, title: str) -> None:
    text = record_text(Need(id="N", body=body))
    assert text == RecordText(title, matching_text(body))


def test_a_record_that_says_nothing() -> None:
    assert record_text(Need(id="N", title="无", body="未提供")) == RecordText("", "")
    assert record_text(Achievement(id="A", body="，。\n")) == RecordText("", "")
    assert record_text(Need(id="N", title="。", body="钢")).title == "钢"
