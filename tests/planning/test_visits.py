from __future__ import annotations

import json
import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchmaker.errors import ConfigError
from matchmaker.language.sectors import OTHER, SectorLabel
from matchmaker.planning.parks import needs_of_park, parks_of
from matchmaker.planning.settings import load_settings
from matchmaker.planning.topics.topics import TopicSettings
from matchmaker.planning.topics.visits import VisitSettings, visit_park
from matchmaker.records import Achievement, Need
from matchmaker.scoring.pairs import PairColumns, PairContext, RankedPairs

PARK = "鞍山高新区"
NEEDS = (
    Need(id="N1", title="大方坯连铸中心偏析控制", organisation="甲特钢", park=PARK),
    Need(id="N2", title="板坯连铸偏析改善", organisation="乙钢铁", park="鞍山市高新技术产业开发区"),
    Need(id="N3", title="水性涂料耐盐雾", organisation="丙涂料", park=PARK),
    Need(id="N4", title="光刻胶树脂提纯", region="辽宁省鞍山高新区激光大道1号"),
    Need(id="N5", title="圆坯连铸偏析", organisation="丁钢管", park="抚顺高新区"),
    Need(id="N6", title="无园区", organisation="戊公司"),
)
METAL = (SectorLabel("冶金", 1.0, "declared"),)
OTHERS = (SectorLabel(OTHER, 0.5, "predicted"),)
CHEMISTRY = (SectorLabel("精细化工", 0.9, "predicted"), SectorLabel("冶金", 0.5, "predicted"))
SECTORS = (METAL, METAL, CHEMISTRY, (), METAL, OTHERS)
ACHIEVEMENTS = (
    Achievement(id="A1", title="连铸偏析电磁搅拌", organisation="东北大学", team="王团队"),
    Achievement(id="A2", title="水性涂料防腐", organisation="北方大学"),
    Achievement(id="A3", title="连铸裂纹检测", organisation="南方大学", team="李团队"),
)
PAIRS = (
    (0, 0, 0.8, 4),
    (1, 0, 0.7, 3),
    (1, 2, 0.6, 3),
    (2, 1, 0.45, 2),
    (2, 2, 0.2, 1),
    (4, 0, 0.9, 4),
)


def ranking(needs=NEEDS, sectors=SECTORS, pairs=PAIRS):
    order = sorted(range(len(needs)), key=lambda at: needs[at].id)
    place = {old: new for new, old in enumerate(order)}
    context = PairContext(
        tuple(needs[at] for at in order),
        ACHIEVEMENTS,
        tuple(sectors[at] for at in order),
        tuple(() for _ in ACHIEVEMENTS),
        ("精细化工", "冶金"),
        "need_to_achievement",
        lambda need, achievement: (),
    )
    columns = PairColumns(
        need=np.array([place[row[0]] for row in pairs], dtype=np.int64),
        achievement=np.array([row[1] for row in pairs], dtype=np.int64),
        rank=np.ones(len(pairs), dtype=np.int64),
        score=np.array([row[2] for row in pairs], dtype=np.float64),
        grade=np.array([row[3] for row in pairs], dtype=np.int8),
        similarity=np.zeros(len(pairs)),
    )
    return RankedPairs(context, columns)


def test_a_park_has_all_its_needs_with_their_best_pair():
    plan = visit_park(ranking(), PARK)
    assert plan.park == PARK
    assert plan.enterprises == 4
    assert [(one.need, one.enterprise, one.covered) for one in plan.needs] == [
        ("N1", "甲特钢", True),
        ("N2", "乙钢铁", True),
        ("N3", "丙涂料", False),
        ("N4", "", False),
    ]
    best = [one.best and (one.best.achievement, one.best.score) for one in plan.needs]
    assert best == [("A1", 0.8), ("A1", 0.7), ("A2", 0.45), None]


def test_common_needs_are_of_the_park_alone_and_the_others_stand_by_sector():
    plan = visit_park(ranking(), PARK)
    assert [(one.needs, one.enterprises) for one in plan.topics] == [(("N1", "N2"), 2)]
    assert any("偏析" in term or "连铸" in term for term in plan.topics[0].terms)
    assert plan.by_sector == (("精细化工", ("N3",)), (OTHER, ("N4",)))


def test_teams_come_by_what_they_add_and_open_needs_are_listed():
    plan = visit_park(ranking(), PARK)
    (first,) = plan.panel.chosen
    assert (first.university, first.team, first.adds) == ("东北大学", "王团队", ("N1", "N2"))
    assert [one.team for one in plan.panel.others] == ["李团队"]
    assert plan.panel.uncovered == ("N3", "N4")
    assert plan.left_out == {"refused": 0, "conflict": 0, "below": 2}


def test_a_lower_threshold_takes_more_teams_along():
    plan = visit_park(ranking(), PARK, VisitSettings(threshold=0.4))
    assert [one.university for one in plan.panel.chosen] == ["东北大学", "北方大学"]
    assert plan.panel.uncovered == ("N4",)
    assert plan.needs[2].covered
    few = visit_park(ranking(), PARK, VisitSettings(threshold=0.4, most_teams=1))
    assert few.panel.uncovered == ("N3", "N4")


def test_refused_pairs_are_not_proposed():
    plan = visit_park(ranking(), PARK, refused=[("N2", "A1"), ("N5", "A1")])
    assert [one.team for one in plan.panel.chosen] == ["王团队", "李团队"]
    assert plan.needs[1].best.achievement == "A3"
    assert plan.left_out["refused"] == 1


def test_unknown_parks_are_refused_with_near_or_known_names():
    with pytest.raises(
        ConfigError, match=r"no need is of the park '鞍山高新'; near ones: .*鞍山高新"
    ):
        visit_park(ranking(), "鞍山高新")
    with pytest.raises(ConfigError, match="'火星'; known ones: 抚顺高新区, 鞍山"):
        visit_park(ranking(), "火星")
    bare = ranking(NEEDS[5:], SECTORS[5:], ())
    with pytest.raises(ConfigError, match="no need names any park"):
        visit_park(bare, "火星园")
    many = [
        Need(id=f"N{at}", title="x", park=f"{name}产业园")
        for at, name in enumerate("甲乙丙丁戊己庚")
    ]
    with pytest.raises(ConfigError, match=r"known ones: .* and 2 more"):
        needs_of_park(many, "高新区")


def test_plain_data_and_settings(tmp_path):
    plain = json.loads(json.dumps(visit_park(ranking(), PARK).to_json(), allow_nan=False))
    assert plain["needs"][3] == {"need_id": "N4", "enterprise": "", "best": None, "covered": False}
    assert plain["by_sector"] == {"精细化工": ["N3"], OTHER: ["N4"]}
    assert plain["teams"]["uncovered"] == ["N3", "N4"]
    file = tmp_path / "走访.toml"
    file.write_text("most_teams = 3\n[topics]\nleast_enterprises = 1\n", encoding="utf-8")
    wanted = VisitSettings(most_teams=3, topics=TopicSettings(least_enterprises=1))
    assert load_settings(VisitSettings, file) == wanted
    with pytest.raises(ConfigError, match="threshold must be in"):
        VisitSettings(threshold=2.0)
    with pytest.raises(ConfigError, match="most_teams must be at least 1"):
        VisitSettings(most_teams=0)


@given(st.randoms(use_true_random=False))
@settings(max_examples=15, deadline=None)
def test_the_order_of_records_and_pairs_changes_nothing(rng: random.Random):
    order = rng.sample(range(len(NEEDS)), len(NEEDS))
    place = {old: new for new, old in enumerate(order)}
    rows = [(place[row[0]], *row[1:]) for row in rng.sample(PAIRS, len(PAIRS))]
    mixed = ranking([NEEDS[at] for at in order], [SECTORS[at] for at in order], rows)
    assert visit_park(mixed, PARK).to_json() == visit_park(ranking(), PARK).to_json()


def of(*written: tuple[str, str]) -> list[int]:
    """Say which parks are one: the same number for the same park, -1 for none."""
    needs = [
        Need(id=f"N{at}", title="x", park=park, region=region)
        for at, (park, region) in enumerate(written)
    ]
    parties = parks_of(needs)
    named = {at: number for number, at in enumerate(dict.fromkeys(parties.of.tolist()))}
    return [named[at] if parties.names[at] else -1 for at in parties.of.tolist()]


@pytest.mark.parametrize(
    "other",
    [
        "辽宁鞍山高新区",
        "辽宁省鞍山市高新区",
        "鞍山高新技术产业开发区",
        " 鞍山 高新 园区",
        "鞍山國家級高新區",
        "鞍山市（高新区）",
    ],
)
def test_spellings_of_one_park(other):
    assert of((PARK, ""), (other, "")) == [0, 0]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("鞍山高新区", "抚顺高新区"),
        ("鞍山高新区", "鞍山经开区"),
        # A town may have both.
        ("鞍山经济开发区", "鞍山经济技术开发区"),
        ("沈阳浑南高新区", "沈阳高新区"),
    ],
)
def test_parks_that_are_not_one(one, other):
    assert of((one, ""), (other, "")) == [0, 1]


def test_the_region_tells_parks_of_one_name_apart():
    written = [("城东工业园", "沈阳"), ("城东工业园", "大连"), ("城东工业园区", "沈阳市")]
    assert of(*written) == [0, 1, 0]
    # Without a place it may be either.
    assert of(*written, ("城东工业园", "")) == [0, 1, 0, 2]
    assert of(("城东工业园", "沈阳"), ("城东工业园", ""), ("城东工业园", "辽宁")) == [0, 0, 0]
    assert of(("城东工业园", "辽宁"), ("城东工业园", "")) == [0, 0]
    assert of(("城东工业园", "吉林省"), ("城东工业园", "沈阳")) == [0, 1]


def test_what_names_no_park():
    assert (
        of(("", "沈阳"), ("XX化工园", "沈阳"), ("高新区", ""), ("园区", "辽宁"), ("无", ""))
        == [-1] * 5
    )
    assert of(("高新区", "鞍山"), (PARK, "")) == [0, 0]
    assert of(("鞍山", ""), ("辽宁省", "鞍山")) == [-1, -1]
    # Needs without a park are nobody's together.
    parties = parks_of([Need(id="N1", title="x"), Need(id="N2", title="x")])
    assert len(parties) == 2
    assert parties.named == 0


def test_the_usual_spelling_is_shown():
    needs = [
        Need(id=f"N{at}", title="x", park=park)
        for at, park in enumerate(["鞍山高新技术产业开发区", PARK, PARK])
    ]
    assert parks_of(needs).names == (PARK,)
    name, rows = needs_of_park(needs, "辽宁鞍山高新区")
    assert (name, rows.tolist()) == (PARK, [0, 1, 2])


def test_a_park_that_only_regions_name():
    needs = [
        Need(id="N1", title="x", region="大连市金普新区双D港"),
        Need(id="N2", title="x", region="金普新区", park="别的园"),
    ]
    name, rows = needs_of_park(needs, "金普新区")
    assert (name, rows.tolist()) == ("金普新区", [0])


def test_a_need_that_another_stands_for_has_the_pairs_of_that_one():
    needs = (
        Need(id="N1", title="连铸偏析", organisation="甲特钢有限公司", park=PARK),
        Need(id="N2", title="连铸偏析", organisation="甲特钢有限公司", park="抚顺高新区"),
    )
    forward = ranking(needs, (METAL, METAL), ((1, 0, 0.8, 4),))
    context = replace(forward.context, direction="achievement_to_need", duplicates={"N2": ("N1",)})
    plan = visit_park(RankedPairs(context, forward.columns), PARK)
    assert [(one.need, one.covered) for one in plan.needs] == [("N1", True)]
    assert plan.panel.uncovered == ()
    refused = visit_park(RankedPairs(context, forward.columns), PARK, refused=[("N2", "A1")])
    assert refused.panel.uncovered == ("N1",)


def test_a_word_that_names_no_park_finds_no_need_by_its_id():
    with pytest.raises(ConfigError, match="no need is of the park 'XX园区'"):
        needs_of_park([Need(id="park", title="轧辊")], "XX园区")
