from __future__ import annotations

import pytest

from matchmaker.language.organisations import normalize_organisation, parent_organisation


@pytest.mark.parametrize(
    "names",
    [
        ("宏砺特钢股份有限公司", "宏砺特钢 集团有限责任公司", "宏礪特鋼（集團）公司", "宏砺特钢"),
        ("辽宁省沈阳市东山机床厂", "沈阳市东山机床厂", "辽宁沈阳东山机床厂", "沈阳东山机床厂"),
        ("ＡＢＣ科技（大连）有限公司", "abc科技 Co., Ltd.", "ABC 科技有限公司（盖章）"),
        ("涂安新材料有限公司", "涂安新材料公司", "涂安新材料"),
        ("内蒙古自治区包头市白山稀土有限公司", "包头白山稀土"),
    ],
)
def test_spellings_of_one_organisation_are_one(names):
    assert len({normalize_organisation(name) for name in names}) == 1
    assert normalize_organisation(names[0])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("中国石油大学（华东）", "中国石油大学（北京）"),
        ("东山大学", "东山工业大学"),
        ("东山大学冶金学院", "东山大学理学院"),
        ("沈阳东山机床厂", "大连东山机床厂"),
        ("辽宁大学", "沈阳大学"),
        ("辽阳石化", "辽阳石墨"),
    ],
)
def test_different_organisations_stay_apart(one, other):
    assert normalize_organisation(one) != normalize_organisation(other)


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "无",
        "未提供",
        "某某水务集团有限公司",
        "XX炉业有限公司",
        "沈***公司",
        "公司",
        "A公司",
    ],
)
def test_what_names_nobody_is_empty(name):
    assert normalize_organisation(name) == ""
    assert parent_organisation(name) == ""


def test_a_latin_name_is_no_mask():
    assert normalize_organisation("Exxon") == "exxon"
    assert normalize_organisation("MaxxTec Ltd") == "maxxtec"


@pytest.mark.parametrize(
    ("name", "parent"),
    [
        ("东北大学冶金学院", "东北大学"),
        ("东北大学", "东北大学"),
        ("东山大学 金属材料国家重点实验室", "东山大学"),
        ("东山大学秦皇岛分校", "东山大学"),
        ("北岭冶金学院", "北岭冶金学院"),
        ("沈阳白山学院机械学院", "沈阳白山学院"),
        ("中国石油大学（北京）石油工程学院", "中国石油大学北京"),
        ("中国科学院金属研究所", "中国科学院金属研究所"),
        ("中国科学院金属研究所材料部", "中国科学院金属研究所"),
        ("东山医科大学附属第一医院", "东山医科大学附属第一医院"),
        ("东山大学设计研究院有限公司", "东山大学设计研究院"),
        ("东山大学科技园", "东山大学科技园"),
        ("宏砺特钢有限公司技术中心", "宏砺特钢"),
        ("宏砺特钢有限公司", "宏砺特钢"),
    ],
)
def test_a_part_belongs_to_its_organisation(name, parent):
    assert parent_organisation(name) == parent


def test_twice_is_once():
    for name in (
        "辽宁省沈阳市东山机床（集团）有限公司",
        "中国石油大学（华东）",
        "吉林省吉林市东山厂",
    ):
        once = normalize_organisation(name)
        assert normalize_organisation(once) == once


def test_a_hostile_name_ends():
    assert normalize_organisation("(" * 100_000) == ""
    assert len(normalize_organisation("公司" * 50_000)) <= 120
