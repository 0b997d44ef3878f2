from __future__ import annotations

import pytest

from matchmaker.errors import ConfigError
from matchmaker.records import Achievement, Need
from matchmaker.reporting.plans.anonymised import PlanAnonymiser
from matchmaker.reporting.plans.report import PlanReport, PlanTable
from matchmaker.reporting.sheets import Head, Line

NEEDS = [
    Need(
        id="N1", title="钢包水口", organisation="宏砺特钢股份有限公司", region="辽宁省本溪市平山区"
    ),
    Need(id="N2", title="无名", organisation="宏砺特钢"),
    Need(id="13812345678", title="编号是电话"),
]
ACHIEVEMENTS = [
    Achievement(id="A1", title="水口涂层", organisation="北岭大学 冶金学院", team="周启衡 团队"),
    Achievement(id="A2", title="=1+1", organisation="北岭大学", team="材料所"),
]


def hidden(lang="zh"):
    return PlanAnonymiser(NEEDS, ACHIEVEMENTS, lang=lang)


def test_names_in_a_sentence_become_pseudonyms():
    text = hidden().text("宏砺特钢股份有限公司与北岭大学 冶金学院 周启衡 团队会面，材料所旁听")
    assert text == "企业001与单位001 团队001会面，团队002旁听"


def test_every_spelling_and_key_of_an_organisation_is_the_same():
    made = hidden()
    assert made.text("宏砺特钢") == made.text("宏砺特钢股份有限公司") == "企业001"
    assert made.data({"宏砺特钢": ["周启衡团队", 1, None, True, 0.5]}) == {
        "企业001": ["团队001", 1, None, True, 0.5]
    }


def test_districts_and_telling_ids_go_and_the_matter_stays():
    made = hidden()
    assert made.text("辽宁省本溪市平山区") == "辽宁省本溪市"
    assert "13812345678" not in made.text("需求编号 13812345678")
    assert made.text("钢包水口 ≥30炉") == "钢包水口 ≥30炉"
    assert made.text("") == ""
    assert made.text("\n") == "\n"


def test_a_report_keeps_its_form():
    table = PlanTable(
        "北岭大学", "一行一家", [Head("宏砺特钢", 9)], [Line(["材料所"], True, 3), Line([2])]
    )
    report = hidden("en").report(
        PlanReport("方案", [("企业", "宏砺特钢")], ["材料所未到"], [table])
    )
    assert report.title == "方案"
    assert list(report.facts) == [("企业", "Enterprise 001")]
    assert list(report.notes) == ["Team 002未到"]
    shown = report.tables[0]
    assert [line.values for line in shown.lines] == [["Team 002"], [2]]
    assert [(line.opens, line.grade) for line in shown.lines] == [(True, 3), (False, 0)]
    assert shown.heads[0].label == "Enterprise 001"


def test_nothing_to_hide_and_unknown_languages():
    assert PlanAnonymiser([], []).text("钢包水口") == "钢包水口"
    with pytest.raises(ConfigError, match="'fr'"):
        PlanAnonymiser([], [], lang="fr")
