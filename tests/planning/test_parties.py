from __future__ import annotations

import random

from matchmaker.planning.parties import enterprises, teams, universities
from matchmaker.records import Achievement, Need

NEEDS = [
    Need(id="1", title="a", organisation="沙岭钢铁集团有限公司"),
    Need(id="2", title="b", organisation="沙岭钢铁 集团"),
    Need(id="3", title="c", organisation="沙岭钢铁集团有限公司技术中心"),
    Need(id="4", title="d"),
    Need(id="5", title="e", organisation="未提供"),
    Need(id="6", title="f", organisation="凤岭铁矿有限公司"),
]
ACHIEVEMENTS = [
    Achievement(id="1", title="a", organisation="东北大学", team="王教授"),
    Achievement(id="2", title="b", organisation="东北大学冶金学院", team="王 教授"),
    Achievement(id="3", title="c", organisation="大连大学", team="王教授"),
    Achievement(id="4", title="d", organisation="东北大学"),
    Achievement(id="5", title="e", team="王教授"),
]


def test_an_enterprise_is_counted_once_however_it_is_written():
    found = enterprises(NEEDS)
    assert found.keys == ("#4", "#5", "凤岭铁矿", "沙岭钢铁")
    assert found.names == ("", "", "凤岭铁矿有限公司", "沙岭钢铁 集团")
    assert found.of.tolist() == [3, 3, 3, 0, 1, 2]
    assert (len(found), found.named) == (4, 2)
    assert found.records(3).tolist() == [0, 1, 2]


def test_who_names_nobody_is_nobody_elses():
    found = enterprises([Need(id=str(i), title="x", organisation="无") for i in range(3)])
    assert found.keys == ("#0", "#1", "#2")


def test_a_party_is_found_in_any_spelling():
    found = enterprises(NEEDS)
    assert found.position("沙岭钢铁股份有限公司") == 3
    assert found.position("#4") == 0
    assert found.position("无此企业") is None
    assert found.position("") is None


def test_teams_belong_to_universities():
    assert universities(ACHIEVEMENTS).keys == ("#5", "东北大学", "大连大学")
    found = teams(ACHIEVEMENTS)
    # The same words elsewhere are other people, and without a university nobody knows who it is.
    assert found.keys == ("#4", "#5", "东北大学 王教授", "大连大学 王教授")
    assert found.of.tolist() == [2, 2, 3, 0, 1]
    assert found.names[2] == "东北大学 王教授"


def test_the_order_of_records_changes_nothing():
    shuffled = NEEDS[:]
    random.Random(3).shuffle(shuffled)
    assert enterprises(shuffled).keys == enterprises(NEEDS).keys
    assert enterprises(shuffled).names == enterprises(NEEDS).names
