"""Folding, Chinese numbers, and that every reader says where it read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaker.language.cooperation import read_cooperation, wished_cooperation
from matchmaker.language.maturity import claimed_maturity, read_maturity, required_maturity
from matchmaker.language.money import read_money
from matchmaker.language.organisation_types import read_organisation_types
from matchmaker.language.periods import read_period
from matchmaker.language.places import read_place
from matchmaker.language.property_rights import read_property_rights
from matchmaker.language.readings import chinese_number, fold_width

READERS: list[Callable[[str], Any]] = [
    read_maturity,
    claimed_maturity,
    required_maturity,
    read_money,
    read_period,
    read_place,
    read_cooperation,
    wished_cooperation,
    read_organisation_types,
    read_property_rights,
]
PIECES = [
    *(
        "TRL",
        "7",
        "６",
        "-",
        "～",
        "至",
        "技术成熟度",
        "级",
        "中试",
        "未",
        "已完成",
        "产业化",
        "成熟",
    ),
    *(
        "50",
        "８０",
        "万",
        "元",
        "亿",
        "美元",
        "不超过",
        "贰佰",
        "以内",
        "面议",
        "/年",
        "个月",
        "年",
        "半",
    ),
    *(
        "2026年6月",
        "2026-06-30",
        "辽宁省",
        "沈阳",
        "朝阳",
        "区",
        "转让",
        "许可",
        "（独占）",
        "希望",
    ),
    *(
        "合作开发",
        "不接受",
        "专精特新",
        "“小巨人”",
        "龙头",
        "非",
        "发明专利",
        "授权",
        "2件",
        "ZL2021",
    ),
    *(" ", "\u3000", "\n", "，", "。", "技术", "以上", "的", "要求", "均为学校所有"),
]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=14).map("".join)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("七", 7),
        ("十", 10),
        ("十二", 12),
        ("三十", 30),
        ("一百零五", 105),
        ("一千二百万", 12e6),
        ("一万二千", 12_000),
        ("贰佰万", 2e6),
        ("一亿两千万", 1.2e8),
        ("万", 1e4),
        ("1,200.5", 1200.5),
        ("", None),
        (",", None),
        ("百度", None),
        ("1.2.3", None),
    ],
)
def test_numbers(text: str, number: float | None) -> None:
    assert chinese_number(text) == number


def test_folding_keeps_the_length() -> None:
    text = "５０—８０万元（含税）\u3000～\n萬"
    folded = fold_width(text)
    assert folded == "50-80万元(含税) ~ 万"
    assert len(folded) == len(text)


def read_values(read: Callable[[str], Any], text: str) -> Iterable[Any]:
    found = read(text)
    return found if isinstance(found, tuple) else () if found is None else (found,)


@pytest.mark.parametrize("read", READERS, ids=lambda read: read.__name__)
@given(text=TEXTS)
def test_every_value_stands_where_it_says(read: Callable[[str], Any], text: str) -> None:
    for value in read_values(read, text):
        assert value.text == text[slice(*value.span)]
        assert value.text == value.text.strip() != ""


@pytest.mark.parametrize("read", READERS, ids=lambda read: read.__name__)
def test_nothing_is_read_of_nothing(read: Callable[[str], Any]) -> None:
    for text in ("", " ", "无", "暂无", "未提供", "高炉炉温波动大"):
        assert list(read_values(read, text)) == []


def test_the_pieces_are_read() -> None:
    """The property above would hold of readers that read nothing."""
    text = "TRL 7，希望合作开发，专精特新，授权发明专利2件，50万元，2026年6月，辽宁省沈阳，转让"
    for read in set(READERS) - {claimed_maturity, required_maturity}:
        assert list(read_values(read, text)), read.__name__
    assert claimed_maturity("已完成中试")
    assert required_maturity("要求中试以上")
