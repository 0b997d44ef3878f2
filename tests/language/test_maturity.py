"""Maturity in fields, in running text, and as a need demands it."""

from __future__ import annotations

import pytest

from matchmaker.language.maturity import claimed_maturity, read_maturity, required_maturity


@pytest.mark.parametrize(
    ("text", "scheme", "low", "high"),
    [
        ("TRL 7", "TRL", 7, 7),
        ("TRL6-7", "TRL", 6, 7),
        ("TRL 6~TRL7", "TRL", 6, 7),
        ("ＴＲＬ　７", "TRL", 7, 7),
        ("成熟度等级：TRL-8", "TRL", 8, 8),
        ("技术成熟度7级", "TRL", 7, 7),
        ("技术成熟度为第七级", "TRL", 7, 7),
        ("第七级", "TRL", 7, 7),
        ("7级", "TRL", 7, 7),
        (" 7 ", "TRL", 7, 7),
        ("7至6", "TRL", 6, 7),
        ("TRL 13", "TRL-13", 9, 9),
        ("技术成熟度十一级", "TRL-13", 9, 9),
        ("TRL 5（13级量表）", "TRL-13", 5, 5),
        ("理论研究", "stage", 1, 2),
        ("小试", "stage", 3, 4),
        ("实验室阶段", "stage", 3, 4),
        ("吨级中试", "stage", 5, 6),
        ("样机", "stage", 5, 6),
        ("工业侧线", "stage", 5, 6),
        ("示范应用", "stage", 7, 7),
        ("工程化", "stage", 7, 7),
        ("工业试验完成", "stage", 7, 7),
        ("可产业化", "stage", 7, 8),
        ("小批量生产", "stage", 8, 8),
        ("可以量产", "stage", 8, 8),
        ("产业化", "stage", 9, 9),
        ("批量应用", "stage", 9, 9),
        ("初期", "phase", 1, 4),
        ("中期", "phase", 5, 7),
        ("成熟应用", "phase", 8, 9),
        ("已完成小试和中试", "stage", 5, 6),
        ("已完成中试，未产业化", "stage", 5, 6),
        # A level says more than a word.
        ("中试，TRL 6", "TRL", 6, 6),
    ],
)
def test_what_a_field_states(text: str, scheme: str, low: int, high: int) -> None:
    read = read_maturity(text)
    assert read is not None
    assert (read.scheme, read.low, read.high, read.at_most) == (scheme, low, high, False)


@pytest.mark.parametrize(
    ("text", "high"),
    [("未产业化", 8), ("尚未中试", 4), ("未经工程化", 6), ("不成熟", 7), ("拟开展中试", 4),
     ("尚未进行中试，未产业化", 4)],
)  # fmt: skip
def test_what_is_denied_bounds_from_above(text: str, high: int) -> None:
    read = read_maturity(text)
    assert read is not None
    assert (read.low, read.high, read.at_most) == (1, high, True)


@pytest.mark.parametrize(
    "text",
    ["面议", "技术成熟度：高", "产业化前景好", "阶段性成果", "第七级叶片", "TRL 14", "0", "14级",
     "尚未进行理论研究"],
)  # fmt: skip
def test_what_is_no_maturity(text: str) -> None:
    assert read_maturity(text) is None


@pytest.mark.parametrize(
    ("text", "low"),
    [
        ("前期已完成中试，正在建线", 5),
        ("目前处于小试阶段", 3),
        ("该装备已在三家企业批量应用", 9),
        ("本项目实现产业化", 9),
        ("技术成熟度达到7级", 7),
        ("已完成小试，并通过了中试", 5),
        ("拟完成中试", None),
        ("中试线处理能力2吨/小时", None),
        ("为产业化提供了支撑", None),
        ("需完成小试。", 3),
        ("便于实现批量生产", None),
        ("理论研究与实际量产脱节", None),
        ("时机已成熟", None),
        ("通过70个样品的测试", None),
    ],
)
def test_what_running_text_claims(text: str, low: int | None) -> None:
    read = claimed_maturity(text)
    assert (read.low if read else None) == low


@pytest.mark.parametrize(
    ("text", "low"),
    [
        ("希望引进成熟技术", 8),
        ("寻求成熟可靠的工艺", 8),
        ("需要成熟的淬火规程", 8),
        ("可直接产业化", 8),
        ("希望取得可量产的设计", 8),
        ("要求中试以上", 5),
        ("小试及以上成果", 3),
        ("已产业化的技术", 9),
        ("希望技术成熟度不低于6级", 6),
        ("TRL≥6", 6),
        ("TRL 7级以上", 7),
        ("需达到中试阶段的成果", 5),
        ("国外已有成熟技术，形成垄断", None),
        ("缺乏成熟的技术", None),
        ("工艺还不成熟", None),
        ("西瓜成熟度识别", None),
        ("我公司产品已产业化", None),
        ("目前处于小试阶段", None),
        ("公司建有中试生产车间", None),
        ("年产3万吨以上", None),
        ("产业化关键技术研究", None),
    ],
)
def test_what_a_need_demands(text: str, low: int | None) -> None:
    read = required_maturity(text)
    assert (read.low if read else None) == low
    assert read is None or read.high == 9
