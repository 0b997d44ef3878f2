"""Provinces and cities."""

from __future__ import annotations

import json
from importlib.resources import files

import pytest

from matchmaker.language.places import read_place, region_level, within

REGIONS = json.loads(files("matchmaker.language").joinpath("regions.json").read_text("utf-8"))


@pytest.mark.parametrize(
    ("text", "province", "city", "level"),
    [
        ("沈阳", "辽宁", "沈阳", "沈阳"),
        ("辽宁", "辽宁", "", "辽宁"),
        ("辽宁省沈阳市浑南区创新路1号", "辽宁", "沈阳", "辽宁省沈阳市"),
        ("辽宁 沈阳", "辽宁", "沈阳", "辽宁 沈阳"),
        ("沈阳市，辽宁省", "辽宁", "沈阳", "沈阳市"),
        ("沈阳高新区", "辽宁", "沈阳", "沈阳"),
        ("中国·大连", "辽宁", "大连", "大连"),
        ("辽宁；大连", "辽宁", "", "辽宁"),
        ("吉林", "吉林", "", "吉林"),
        ("吉林市", "吉林", "吉林市", "吉林市"),
        ("吉林省吉林市", "吉林", "吉林市", "吉林省吉林市"),
        ("朝阳", "辽宁", "朝阳", "朝阳"),
        ("北京市朝阳区", "北京", "北京", "北京市"),
        ("上海", "上海", "上海", "上海"),
        ("重庆市忠县", "重庆", "重庆", "重庆市"),
        ("新疆维吾尔自治区", "新疆", "", "新疆维吾尔自治区"),
        ("新疆乌鲁木齐", "新疆", "乌鲁木齐", "新疆乌鲁木齐"),
        ("内蒙古自治区包头市", "内蒙古", "包头", "内蒙古自治区包头市"),
        ("内蒙", "内蒙古", "", "内蒙"),
        ("广西壮族自治区", "广西", "", "广西壮族自治区"),
        ("延边朝鲜族自治州", "吉林", "延边", "延边朝鲜族自治州"),
        ("海南", "海南", "", "海南"),
        ("青海省海南藏族自治州", "青海", "海南州", "青海省海南藏族自治州"),
        ("香港", "香港", "", "香港"),
        # What a province governs directly, and counties, are left out.
        ("湖北省仙桃市", "湖北", "", "湖北省"),
        ("辽宁省朝阳县", "辽宁", "", "辽宁省"),
        ("辽宁乡村振兴", "辽宁", "", "辽宁"),
        ("沈阳区域", "辽宁", "沈阳", "沈阳"),
    ],
)
def test_places(text: str, province: str, city: str, level: str) -> None:
    place = read_place(text)
    assert place is not None
    assert (place.province, place.city) == (province, city)
    assert region_level(text) == level


@pytest.mark.parametrize(
    "text",
    ["", "浑南区", "朝阳区", "长沙县", "海城市", "大连路", "上海路1号", "高新区", "全国", "东"],
)
def test_what_is_no_province_or_city(text: str) -> None:
    assert read_place(text) is None
    assert region_level(text) == ""


@pytest.mark.parametrize(
    ("place", "wanted", "lies_in"),
    [
        ("辽宁省沈阳市", "辽宁", True),
        ("沈阳", "辽宁省沈阳市", True),
        ("辽宁", "沈阳", False),
        ("大连", "沈阳", False),
        ("吉林市", "吉林", True),
        ("长春", "吉林市", False),
        ("北京", "北京市海淀区", True),
    ],
)
def test_within(place: str, wanted: str, lies_in: bool) -> None:
    one, other = read_place(place), read_place(wanted)
    assert one is not None
    assert other is not None
    assert within(one, other) == lies_in


def test_every_name_of_the_table_is_read() -> None:
    assert len(REGIONS) == 34
    assert sum(len(entry["cities"]) for entry in REGIONS.values()) == 337
    for province, entry in REGIONS.items():
        for name in (province, entry["long"]):
            place = read_place(name)
            assert place is not None
            assert place.province == province
        for city, long in entry["cities"].items():
            for name in (long, entry["long"] + long, entry["long"] + city):
                place = read_place(name)
                assert place is not None, name
                assert (place.province, place.city) == (province, city), name
