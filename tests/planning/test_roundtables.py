from __future__ import annotations

import json
import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchmaker.errors import ConfigError
from matchmaker.language.sectors import SectorLabel
from matchmaker.planning.settings import load_settings
from matchmaker.planning.topics import topics as topics_module
from matchmaker.planning.topics.experts import experts, panel, usable_pairs
from matchmaker.planning.topics.roundtables import RoundtableSettings, find_roundtables
from matchmaker.planning.topics.topics import TopicSettings, find_topics
from matchmaker.records import Achievement, Need
from matchmaker.scoring.pairs import PairColumns, PairContext, RankedPairs

METAL = (SectorLabel("冶金", 1.0, "declared"),)
CHEMISTRY = (SectorLabel("精细化工", 0.9, "predicted"),)
NEEDS = (
    Need(id="N1", title="大方坯连铸中心偏析控制", organisation="甲特钢有限公司", park="云山高新区"),
    Need(id="N2", title="板坯连铸偏析改善", organisation="乙钢铁有限公司", region="沈阳"),
    Need(id="N3", title="圆坯连铸偏析与裂纹", organisation="丙钢管有限公司", region="鞍山"),
    Need(id="N4", title="水性涂料耐盐雾性能", organisation="丁涂料有限公司", region="大连"),
    Need(id="N5", title="水性涂料快速固化", organisation="丁涂料有限公司技术中心"),
    Need(id="N6", title="光刻胶树脂金属离子", organisation="戊电子有限公司"),
    Need(id="N7", title="板坯连铸 偏析改善", organisation="己金属有限公司"),
)
SECTORS = (METAL, METAL, METAL, CHEMISTRY, CHEMISTRY, CHEMISTRY, METAL)
ACHIEVEMENTS = (
    Achievement(id="A1", title="连铸坯偏析的电磁搅拌", organisation="东北大学", team="王团队"),
    Achievement(id="A2", title="连铸轻压下", organisation="东北大学冶金学院", team="王团队"),
    Achievement(id="A3", title="连铸裂纹检测", organisation="北方大学"),
    Achievement(id="A4", title="水性涂料防腐", organisation="北方大学材料学院"),
    Achievement(id="A5", title="光刻胶提纯"),
)
# need, achievement, score, grade
PAIRS = (
    (0, 0, 0.8, 4),
    (0, 1, 0.6, 3),
    (1, 1, 0.7, 3),
    (1, 2, 0.5, 2),
    (2, 2, 0.75, 3),
    (2, 0, 0.45, 2),
    (3, 3, 0.65, 3),
    (4, 3, 0.55, 3),
    (5, 4, 0.3, 2),
    (6, 1, 0.7, 3),
)


def ranking(needs=NEEDS, sectors=SECTORS, achievements=ACHIEVEMENTS, pairs=PAIRS):
    """Build a ranking of needs; records sorted by id, as every ranking has them."""
    order = sorted(range(len(needs)), key=lambda at: needs[at].id)
    other = sorted(range(len(achievements)), key=lambda at: achievements[at].id)
    place = {old: new for new, old in enumerate(order)}
    second = {old: new for new, old in enumerate(other)}
    rows = sorted((place[n], -s, second[a], g) for n, a, s, g in pairs)
    names = tuple(dict.fromkeys(label.name for labels in sectors for label in labels))
    context = PairContext(
        tuple(needs[at] for at in order),
        tuple(achievements[at] for at in other),
        tuple(sectors[at] for at in order),
        tuple(() for _ in achievements),
        tuple(sorted(names)),
        "need_to_achievement",
        lambda need, achievement: (),
    )
    columns = PairColumns(
        need=np.array([row[0] for row in rows], dtype=np.int64),
        achievement=np.array([row[2] for row in rows], dtype=np.int64),
        rank=np.ones(len(rows), dtype=np.int64),
        score=np.array([-row[1] for row in rows], dtype=np.float64),
        grade=np.array([row[3] for row in rows], dtype=np.int8),
        similarity=np.zeros(len(rows)),
    )
    return RankedPairs(context, columns)


def test_needs_of_several_enterprises_with_shared_terms_are_one_topic():
    plan = find_roundtables(ranking())
    (table,) = plan.tables
    # N2 and N7 have one text: which of them is kept does not change how it is counted.
    assert {*table.topic.needs, *table.topic.copies} == {"N1", "N2", "N3", "N7"}
    assert len(table.topic.needs) == 3
    assert table.topic.copies == ("N7",)
    assert table.topic.enterprises == 4
    assert table.topic.sectors == ("冶金",)
    assert "偏析" in table.topic.terms[0] or "连铸" in table.topic.terms[0]
    # N4 and N5 are of one enterprise.
    assert plan.single == ("N4", "N5", "N6")
    assert plan.needs == 7


def test_experts_are_chosen_by_what_they_add_and_named_with_what_they_cover():
    (table,) = find_roundtables(ranking()).tables
    first, second = table.panel.chosen
    # The team of A1 and A2 covers N1 and N2; 北方大学 covers N3, and N2 again.
    assert (first.university, first.team) == ("东北大学", "王团队")
    assert [(one.need, one.achievement, one.score) for one in first.answers] == [
        ("N1", "A1", 0.8),
        ("N2", "A2", 0.7),
    ]
    assert first.adds == ("N1", "N2")
    assert (second.university, second.team) == ("北方大学", "")
    assert [one.need for one in second.answers] == ["N3", "N2"]
    assert second.adds == ("N3",)
    assert table.panel.others == ()
    assert table.panel.uncovered == ()


def test_too_few_experts_leave_needs_uncovered_and_others_are_alternates():
    (table,) = find_roundtables(ranking(), RoundtableSettings(most_experts=1)).tables
    assert [one.team for one in table.panel.chosen] == ["王团队"]
    assert [one.university for one in table.panel.others] == ["北方大学"]
    # What the limit leaves open is what an alternate adds: it is not beyond everybody.
    assert table.panel.others[0].adds == ("N3",)
    assert table.panel.uncovered == ("N3",)
    assert table.panel.waiting == 1


def test_refused_pairs_cover_nothing_and_are_counted():
    plan = find_roundtables(ranking(), refused=[("N3", "A3"), ("N9", "A1"), ("N1", "A9")])
    assert plan.tables[0].panel.uncovered == ("N3",)
    assert plan.left_out == {"refused": 1, "conflict": 0, "below": 2}


def test_a_university_s_own_enterprise_is_in_conflict():
    needs = (
        *NEEDS[:2],
        Need(id="N3", title="圆坯连铸偏析与裂纹", organisation="北方大学科技有限公司"),
    )
    plan = find_roundtables(ranking(needs, SECTORS[:3], pairs=PAIRS[:6]))
    assert plan.tables[0].panel.uncovered == ("N3",)
    # The pair below the threshold is not of 北方大学.
    assert plan.left_out == {"refused": 0, "conflict": 1, "below": 1}


def test_one_enterprise_is_enough_where_the_settings_say_so():
    plan = find_roundtables(
        ranking(), RoundtableSettings(topics=TopicSettings(least_enterprises=1))
    )
    assert [one.topic.needs for one in plan.tables][1:] == [("N4", "N5")]
    assert plan.tables[1].topic.terms[0] == "水性涂料"
    assert plan.tables[1].topic.enterprises == 1


def test_a_cap_on_tables_names_the_rest():
    wanted = RoundtableSettings(most_tables=1, topics=TopicSettings(least_enterprises=1))
    plan = find_roundtables(ranking(), wanted)
    assert [one.topic.needs for one in plan.tables] == [("N1", "N2", "N3")]
    assert [one.needs for one in plan.more] == [("N4", "N5")]
    assert json.loads(json.dumps(plan.to_json(), allow_nan=False))["more"][0]["needs"] == [
        "N4",
        "N5",
    ]


def test_sector_and_park_choose_the_needs():
    metal = find_roundtables(ranking(), RoundtableSettings(sector="冶金"))
    assert (metal.needs, metal.single) == (4, ())
    chemistry = find_roundtables(ranking(), RoundtableSettings(sector="精细化工"))
    assert (chemistry.needs, chemistry.tables) == (3, ())
    park = find_roundtables(ranking(), RoundtableSettings(park="云山高新技术产业开发区"))
    assert (park.needs, park.single) == (1, ("N1",))
    both = find_roundtables(ranking(), RoundtableSettings(park="云山高新区", sector="精细化工"))
    assert (both.needs, both.tables, both.single) == (0, (), ())


def test_unknown_sector_names_the_known_ones():
    with pytest.raises(ConfigError, match="no need has the sector '农业'; the needs have 冶金, 精"):
        find_roundtables(ranking(), RoundtableSettings(sector="农业"))
    bare = ranking(NEEDS[:1], ((),), pairs=PAIRS[:1])
    with pytest.raises(ConfigError, match="the needs have no sectors"):
        find_roundtables(bare, RoundtableSettings(sector="冶金"))


def test_needs_that_share_only_words_of_every_need_are_no_topic():
    needs = (
        Need(id="N1", title="关键技术研究与产业化应用", organisation="甲厂"),
        Need(id="N2", title="关键技术应用与产业化", organisation="乙厂"),
    )
    offers = (Achievement(id="A1", title="关键技术产业化应用研究"),)
    pairs = ((0, 0, 0.9, 4), (1, 0, 0.9, 4))
    plan = find_roundtables(ranking(needs, ((), ()), offers, pairs))
    assert plan.tables == ()
    assert plan.single == ("N1", "N2")


def test_shared_achievements_bring_needs_together_and_what_is_listed_for_all_does_not():
    needs = tuple(
        Need(id=f"N{at}", title=title, organisation=f"第{at}厂")
        for at, title in enumerate(("轧辊磨损", "轧辊剥落", "催化剂失活", "叶片裂纹", "药片溶出"))
    )
    offers = (
        Achievement(id="A1", title="轧辊修复"),
        Achievement(id="A2", title="什么都会"),
    )
    everywhere = [(at, 1, 0.9, 4) for at in range(5)]
    both = ranking(needs, ((),) * 5, offers, [*everywhere, (0, 0, 0.9, 4), (1, 0, 0.9, 4)])
    found = find_topics(both, range(5))
    assert [one.needs for one in found.topics] == [("N0", "N1")]
    # By the words alone they are less alike.
    alone = find_topics(ranking(needs, ((),) * 5, offers, everywhere), range(5))
    likeness = [one.likeness for one in alone.topics]
    assert not likeness or likeness[0] < found.topics[0].likeness


def test_vectors_count_too_where_they_are_given():
    needs = tuple(
        Need(id=f"N{at}", title=title, organisation=f"第{at}厂")
        for at, title in enumerate(("轧辊磨损", "轧辊早期剥落失效分析", "药片溶出"))
    )
    offers = (Achievement(id="A1", title="轧辊修复与药片"),)
    pairs = ranking(needs, ((),) * 3, offers, [(0, 0, 0.1, 1)])
    near = np.array([[1, 0], [2, 0], [0, 3]], dtype=np.float32)
    far = np.array([[1, 0], [0, 1], [0, 0]], dtype=np.float32)
    wanted = TopicSettings(likeness=0.01)
    one = find_topics(pairs, range(3), wanted, vectors=near).topics[0]
    other = find_topics(pairs, range(3), wanted, vectors=far).topics[0]
    assert one.needs == other.needs == ("N0", "N1")
    # Weights: words 2, achievements 1, vectors 1/2, whose cosine is 1 or 0.
    assert one.likeness - other.likeness == pytest.approx(0.5 / 3.5, abs=2e-4)
    for wrong in (near[:2], near[:, 0]):
        with pytest.raises(ConfigError, match="one row for each of the 3 needs"):
            find_topics(pairs, range(3), vectors=wrong)


def test_nothing_to_compare():
    assert find_topics(ranking(), []).topics == ()
    assert find_topics(ranking(), [5]).single == ("N6",)


def test_too_many_needs_are_refused(monkeypatch):
    monkeypatch.setattr(topics_module, "MOST_NEEDS", 6)
    with pytest.raises(ConfigError, match=r"7 needs are too many .*choose a sector or a park"):
        find_topics(ranking(), range(7))


def test_terms_of_a_name_have_nothing_in_common_and_places_are_none():
    needs = (
        Need(id="N1", title="沈阳地铁盾构刀盘磨损", organisation="甲厂"),
        Need(id="N2", title="沈阳地铁盾构刀盘检测", organisation="乙厂"),
    )
    offers = (
        Achievement(id="A1", title="沈阳地铁盾构刀盘设计"),
        Achievement(id="A2", title="沥青老化"),
        Achievement(id="A3", title="豆粕发酵"),
    )
    (topic,) = find_topics(ranking(needs, ((), ()), offers, [(0, 0, 0.6, 3)]), [0, 1]).topics
    assert not any("沈阳" in term for term in topic.terms)
    assert any("盾构" in term for term in topic.terms)
    pieces = [term[at : at + 2] for term in topic.terms for at in range(len(term) - 1)]
    assert len(pieces) == len(set(pieces))


def test_experts_are_teams_then_universities_then_single_achievements():
    offers = (
        Achievement(id="A1", title="甲", organisation="东北大学", team="王团队"),
        Achievement(id="A2", title="乙", organisation="东北大学冶金学院", team="王团队"),
        Achievement(id="A3", title="丙", organisation="东北大学"),
        Achievement(id="A4", title="丁", team="无单位团队"),
        Achievement(id="A5", title="戊"),
    )
    parties = experts(offers)
    of = parties.of.tolist()
    assert of[0] == of[1]
    assert len(set(of)) == 4
    assert parties.names[of[2]] == "东北大学"
    assert [parties.keys[at] for at in of[3:]] == ["#A4", "#A5"]
    pairs = ranking(NEEDS[:1], ((),), offers, [(0, 3, 0.9, 4), (0, 4, 0.8, 4)])
    found = panel(pairs, usable_pairs(pairs, min_score=0.5), [0], most=2)
    assert [(one.university, one.team) for one in (*found.chosen, *found.others)] == [
        ("", "无单位团队"),
        ("", ""),
    ]


def test_of_experts_who_add_as_much_the_better_one_is_chosen():
    pairs = ranking(NEEDS[:1], ((),), pairs=[(0, 2, 0.6, 3), (0, 0, 0.7, 3)])
    found = panel(pairs, usable_pairs(pairs, min_score=0.5), [0], most=4)
    assert [one.team for one in found.chosen] == ["王团队"]
    assert [one.university for one in found.others] == ["北方大学"]


@given(st.randoms(use_true_random=False))
@settings(max_examples=15, deadline=None)
def test_the_order_of_records_and_pairs_changes_nothing(rng: random.Random):
    expected = find_roundtables(ranking()).to_json()
    order = rng.sample(range(len(NEEDS)), len(NEEDS))
    place = {old: new for new, old in enumerate(order)}
    rows = [(place[row[0]], *row[1:]) for row in rng.sample(PAIRS, len(PAIRS))]
    shuffled = ranking([NEEDS[at] for at in order], [SECTORS[at] for at in order], pairs=rows)
    columns = shuffled.columns
    mixed = np.array(rng.sample(range(len(rows)), len(rows)))
    again = RankedPairs(shuffled.context, columns.take(mixed))
    assert find_roundtables(again).to_json() == expected


def test_settings_come_from_toml(tmp_path):
    file = tmp_path / "圆桌.toml"
    file.write_text('sector = "冶金"\n[topics]\nlikeness = 0.3\n', encoding="utf-8")
    assert load_settings(RoundtableSettings, file) == RoundtableSettings(
        sector="冶金", topics=TopicSettings(likeness=0.3)
    )


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"threshold": 1.5}, "threshold must be in"),
        ({"most_experts": 0}, "most_experts must be at least 1"),
        ({"most_tables": 0}, "most_tables must be at least 1"),
    ],
)
def test_settings_out_of_range(values, message):
    with pytest.raises(ConfigError, match=message):
        RoundtableSettings(**values)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"likeness": 0.0}, "likeness must be above 0"),
        ({"least_needs": 1}, "least_needs must be at least 2, not 1"),
        ({"least_enterprises": 0}, "least_enterprises must be at least 1"),
        ({"most_terms": 0}, "most_terms must be at least 1"),
    ],
)
def test_topic_settings_out_of_range(values, message):
    with pytest.raises(ConfigError, match=message):
        TopicSettings(**values)


def test_the_sample_has_the_topics_that_a_reader_finds_in_it(sample_matches):
    plan = find_roundtables(sample_matches)
    found = {one.topic.terms[0]: one.topic for one in plan.tables}
    assert {"N034", "N063"} <= set(found["啸叫"].needs)
    # N057 and N069 are one need of one enterprise, sent in twice.
    assert all(not {"N057", "N069"} <= set(one.needs) for one in found.values())
    used = [need for one in found.values() for need in (*one.needs, *one.copies)]
    assert sorted([*used, *plan.single]) == sorted(need.id for need in sample_matches.needs)


def test_one_need_of_two_enterprises_in_the_same_words_is_a_common_need():
    text = "板坯连铸偏析改善"
    needs = (
        Need(id="N1", title=text, organisation="甲特钢有限公司"),
        Need(id="N2", title=text, organisation="乙钢铁有限公司"),
        Need(id="N3", title="光刻胶树脂金属离子", organisation="戊电子有限公司"),
    )
    pairs = ((0, 1, 0.7, 3), (1, 1, 0.7, 3))
    plan = find_roundtables(ranking(needs, (METAL, METAL, CHEMISTRY), pairs=pairs))
    (table,) = plan.tables
    assert (table.topic.needs, table.topic.copies) == (("N1",), ("N2",))
    assert (table.topic.enterprises, table.topic.likeness) == (2, 1.0)
    assert plan.single == ("N3",)
    only = find_roundtables(ranking(needs[:2], (METAL, METAL), pairs=pairs))
    assert [one.topic.needs for one in only.tables] == [("N1",)]
    # Sent in twice by one enterprise it is no common need.
    twice = (needs[0], replace(needs[1], organisation="甲特钢有限公司"), needs[2])
    assert find_roundtables(ranking(twice, (METAL, METAL, CHEMISTRY), pairs=pairs)).tables == ()
    three = RoundtableSettings(topics=TopicSettings(least_needs=3))
    assert find_roundtables(ranking(needs[:2], (METAL, METAL), pairs=pairs), three).tables == ()


def test_a_need_that_another_stands_for_is_answered_by_the_same_pairs():
    needs = (
        Need(id="N1", title="板坯连铸偏析改善", organisation="甲特钢有限公司"),
        Need(id="N2", title="板坯连铸偏析改善", organisation="甲特钢有限公司"),
        Need(id="N3", title="大方坯连铸中心偏析", organisation="乙钢铁有限公司"),
    )
    forward = ranking(needs, (METAL,) * 3, pairs=((1, 1, 0.7, 3), (2, 0, 0.8, 4)))
    context = replace(
        forward.context, direction="achievement_to_need", duplicates={"N2": ("N1", "N9")}
    )
    pairs, near = RankedPairs(context, forward.columns), TopicSettings(likeness=0.05)
    (table,) = find_roundtables(pairs, RoundtableSettings(topics=near)).tables
    assert table.topic.needs == ("N1", "N3")
    assert table.panel.uncovered == ()
    refused = find_roundtables(pairs, RoundtableSettings(topics=near), refused=[("N2", "A2")])
    assert refused.tables[0].panel.uncovered == ("N1",)
