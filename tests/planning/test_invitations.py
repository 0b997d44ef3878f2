from __future__ import annotations

import json
import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchmaker.errors import ConfigError
from matchmaker.planning.settings import load_settings
from matchmaker.planning.topics.invitations import InvitationSettings, invite
from matchmaker.records import Achievement, Need
from matchmaker.scoring.explanation import Counterfactual, Evidence, Explanation, Part, Reasons
from matchmaker.scoring.pairs import PairColumns, PairContext, RankedPairs, SharedTerm

NEEDS = (
    Need(
        id="N1",
        title="甲一",
        organisation="甲特钢有限公司",
        region="辽宁省鞍山市",
        park="鞍山高新区",
    ),
    Need(id="N2", title="甲二", organisation="甲特钢有限公司技术中心", region="鞍山"),
    Need(
        id="N3", title="乙一", organisation="乙钢铁", region="沈阳", park="鞍山市高新技术产业开发区"
    ),
    Need(id="N4", title="丙一", organisation="丙材料有限公司", region="某地"),
    Need(id="N5", title="无名", park="抚顺高新区"),
    Need(id="N6", title="校办", organisation="东北大学科技园有限公司", region="沈阳"),
    Need(id="N7", title="低分", organisation="丁钢铁", region="沈阳"),
    Need(id="N8", title="未列", organisation="戊钢铁", park="抚顺高新园区"),
)
ACHIEVEMENTS = (
    Achievement(id="A1", title="电磁搅拌", organisation="东北大学", team="王团队"),
    Achievement(id="A2", title="轻压下", organisation="北方大学"),
    Achievement(id="A3", title="电磁搅拌", organisation="东北大学", team="王团队"),
)
PAIRS = (
    (0, 0, 0.7, 3),
    (1, 0, 0.8, 4),
    (2, 0, 0.6, 3),
    (3, 0, 0.5, 2),
    (4, 0, 0.45, 2),
    (5, 0, 0.9, 4),
    (6, 0, 0.3, 2),
    (2, 1, 0.9, 4),
)


def ranking(pairs=PAIRS, *, reasons=None, duplicates=None, direction="need_to_achievement"):
    context = PairContext(
        NEEDS,
        ACHIEVEMENTS,
        tuple(() for _ in NEEDS),
        tuple(() for _ in ACHIEVEMENTS),
        (),
        direction,
        lambda need, achievement: (SharedTerm(f"词{need}", 0.5), SharedTerm("钢", 0.1)),
        duplicates or {},
        reasons,
    )
    columns = PairColumns(
        need=np.array([row[0] for row in pairs], dtype=np.int64),
        achievement=np.array([row[1] for row in pairs], dtype=np.int64),
        rank=np.ones(len(pairs), dtype=np.int64),
        score=np.array([row[2] for row in pairs], dtype=np.float64),
        grade=np.array([row[3] for row in pairs], dtype=np.int8),
        similarity=np.zeros(len(pairs)),
    )
    return RankedPairs(context, columns)


def test_enterprises_come_by_their_best_need_and_each_once():
    plan = invite(ranking(), "A1")
    assert [
        (one.enterprise, one.best.need, one.best.score, one.best.grade) for one in plan.guests
    ] == [
        ("甲特钢有限公司", "N2", 0.8, 4),
        ("乙钢铁", "N3", 0.6, 3),
        ("丙材料有限公司", "N4", 0.5, 2),
        ("", "N5", 0.45, 2),
    ]
    assert [one.need for one in plan.guests[0].others] == ["N1"]
    assert plan.guests[0].terms == ("词1", "钢")
    assert plan.guests[0].met == ()
    assert plan.more_enterprises == 0


def test_parks_are_counted_once_however_they_are_written():
    plan = invite(ranking(), "A1")
    first, second = plan.parks
    assert (first.name, first.enterprises, first.asked) == ("鞍山高新区", 2, 2)
    assert [one.need for one in first.needs] == ["N1", "N3"]
    # N8 is of the same park as N5 and does not fit.
    assert (second.name, second.enterprises, second.asked) == ("抚顺高新区", 1, 2)
    assert [one.need for one in second.needs] == ["N5"]
    # N2 and N4 name no park.
    assert plan.without_park == 2


def test_regions_are_read_from_region_or_park():
    plan = invite(ranking(), "A1")
    assert [(one.name, one.enterprises, len(one.needs), one.asked) for one in plan.regions] == [
        ("辽宁鞍山", 1, 2, 2),
        ("辽宁沈阳", 1, 1, 3),
        ("辽宁抚顺", 1, 1, 2),
    ]
    assert plan.without_region == 1


def test_what_was_not_used_is_counted_by_reason():
    plan = invite(ranking(), "A1", refused=[("N2", "A1"), ("N3", "A2")])
    assert plan.left_out == {"refused": 1, "conflict": 1, "below": 1}
    assert plan.guests[0].best.need == "N1"
    assert plan.guests[0].others == ()


def test_caps_count_what_lies_beyond():
    plan = invite(ranking(), "A1", InvitationSettings(most_enterprises=3, most_parks=1))
    assert (len(plan.guests), plan.more_enterprises) == (3, 1)
    assert ([one.name for one in plan.parks], plan.more_parks) == (["鞍山高新区"], 1)
    assert len(plan.regions) == 3


def test_the_explanation_says_what_is_met():
    why = Explanation(
        0.5,
        (
            Part("terms", 0.1, (Evidence("term", 0.1, "钢", "钢", 0.5),)),
            Part(
                "indicators",
                0.2,
                (
                    Evidence("indicator", 0.2, "强度≥600MPa", "强度650MPa", 1.0, "met", "强度"),
                    Evidence("indicator", 0.0, "成本≤1", "成本2", -1.0, "missed", "成本"),
                ),
            ),
            Part("maturity", 0.1, (Evidence("field", 0.1, "中试", "量产", 1.0, "", "maturity"),)),
            Part("money", 0.0, (Evidence("field", 0.0, "1万", "9万", -1.0, "", "money"),)),
        ),
        ("terms", "indicators", "maturity", "money"),
    )
    reasons = Reasons(
        lambda need, achievement, spans: why,
        lambda need, achievement, term: Counterfactual(term, None, 0.0, 0),
    )
    guest = invite(ranking(reasons=reasons), "A1").guests[0]
    assert [(one.kind, one.name, one.need, one.achievement) for one in guest.met] == [
        ("indicator", "强度", "强度≥600MPa", "强度650MPa"),
        ("maturity", "", "中试", "量产"),
    ]


def test_an_achievement_that_another_one_stands_for_is_found():
    plan = invite(ranking(duplicates={"A1": ("A3",)}), "A3")
    assert plan.achievement.id == "A3"
    assert plan.guests[0].best.achievement == "A1"
    # In the other direction it is needs that stand for others.
    assert (
        invite(ranking(duplicates={"A1": ("A3",)}, direction="achievement_to_need"), "A3").guests
        == ()
    )


def test_unknown_achievement_names_near_ids():
    with pytest.raises(
        ConfigError, match=r"no achievement 'A9' in the ranking; .* such as A3, A2, A1$"
    ):
        invite(ranking(), "A9")
    with pytest.raises(ConfigError, match=r"one of its 3 achievements, such as A2$"):
        invite(ranking(), "轻压下")
    with pytest.raises(ConfigError, match=r"such as A1, A2, A3$"):
        invite(ranking(), "ZZZZZZ")
    bare = ranking(())
    bare = RankedPairs(replace(bare.context, achievements=(), achievement_sectors=()), bare.columns)
    with pytest.raises(ConfigError, match="it has none"):
        invite(bare, "A1")


def test_nobody_fits():
    plan = invite(ranking(), "A1", InvitationSettings(min_score=0.95))
    assert (plan.guests, plan.parks, plan.regions) == ((), (), ())
    assert plan.left_out == {"refused": 0, "conflict": 1, "below": 6}


def test_plain_data_and_settings(tmp_path):
    plan = invite(ranking(), "A1")
    plain = json.loads(json.dumps(plan.to_json(), allow_nan=False))
    assert plain["guests"][0]["best"]["need_id"] == "N2"
    assert plain["parks"][0] == {
        "name": "鞍山高新区",
        "needs": [
            {"need_id": "N1", "achievement_id": "A1", "score": 0.7, "grade": 3},
            {"need_id": "N3", "achievement_id": "A1", "score": 0.6, "grade": 3},
        ],
        "enterprises": 2,
        "asked": 2,
    }
    file = tmp_path / "邀请.toml"
    file.write_text("min_score = 0.6\nmost_parks = 2\n", encoding="utf-8")
    wanted = InvitationSettings(min_score=0.6, most_parks=2)
    assert load_settings(InvitationSettings, file) == wanted


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"min_score": -0.1}, "min_score must be in"),
        ({"most_enterprises": 0}, "most_enterprises must be at least 1"),
        ({"most_parks": 0}, "most_parks must be at least 1"),
    ],
)
def test_settings_out_of_range(values, message):
    with pytest.raises(ConfigError, match=message):
        InvitationSettings(**values)


@given(st.randoms(use_true_random=False))
@settings(max_examples=15, deadline=None)
def test_the_order_of_pairs_changes_nothing(rng: random.Random):
    rows = rng.sample(PAIRS, len(PAIRS))
    assert invite(ranking(rows), "A1").to_json() == invite(ranking(), "A1").to_json()


def test_the_sample_invites_who_asks_for_it(sample_matches):
    plan = invite(sample_matches, "A001")
    assert plan.guests[0].best.need == "N001"
    assert plan.parks[0].name == "苇塘经济开发区"
