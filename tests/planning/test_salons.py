"""Shortlists and briefings by hand."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from matchmaker.errors import ConfigError
from matchmaker.planning.alliances.briefing import secrecy
from matchmaker.planning.alliances.salons import Salon, SalonSettings, shortlist
from matchmaker.planning.settings import settings_of
from matchmaker.records import Achievement, Need
from matchmaker.scoring.explanation import Explanation, Reasons
from matchmaker.scoring.pairs import Direction, PairColumns, PairContext, RankedPairs, SharedTerm

NEED = Need(
    id="N1",
    title="钢板连铸，要求技术成熟度达到TRL 7",
    organisation="沙岭钢铁",
    goals="抗拉强度≥1200MPa；延伸率≥12%",
    budget="100万元",
    cooperation=("技术转让",),
)
# Score, university, team, further fields.
Offer = tuple[float, str, str, Mapping[str, object]]
OFFERED: tuple[Offer, ...] = (
    (0.9, "甲大学", "一组", {}),
    (0.8, "甲大学", "一组", {}),
    (0.7, "甲大学", "二组", {}),
    (0.6, "甲大学", "三组", {}),
    (0.5, "乙大学", "一组", {}),
    (0.4, "", "", {}),
    (0.3, "丙大学", "", {}),
)


def ranked(
    offered: Sequence[Offer] = OFFERED,
    *,
    need: Need = NEED,
    direction: Direction = "need_to_achievement",
    shuffled: int | None = None,
    reasons: Reasons | None = None,
) -> RankedPairs:
    achievements = tuple(
        Achievement(id=f"A{number}", title="钢板", organisation=owner, team=team, **fields)
        for number, (_, owner, team, fields) in enumerate(offered)
    )
    rows = list(range(len(offered)))
    if shuffled is not None:
        random.Random(shuffled).shuffle(rows)
    count = len(rows)
    context = PairContext(
        needs=(need,),
        achievements=achievements,
        need_sectors=((),),
        achievement_sectors=((),) * count,
        sector_names=(),
        direction=direction,
        shared_terms=lambda n, a: (SharedTerm("钢板", 0.5),),
        reasons=reasons,
    )
    columns = PairColumns(
        need=np.zeros(count, dtype=np.int64),
        achievement=np.array(rows, dtype=np.int64),
        rank=np.arange(1, count + 1, dtype=np.int64),
        score=np.array([offered[row][0] for row in rows], dtype=np.float64),
        grade=np.full(count, 3, dtype=np.int8),
        similarity=np.zeros(count),
    )
    return RankedPairs(context, columns)


def ids(plan: Salon) -> list[str]:
    return [one.achievement.id for one in plan.invited]


def asked(**fields: object) -> list[tuple[str, str, str]]:
    """List what is asked of one achievement, given its fields."""
    (one,) = shortlist(ranked([(0.9, "甲大学", "一组", fields)]), "N1").invited
    return [(each.subject, each.need, each.achievement) for each in one.questions]


def test_one_of_a_team_and_two_of_a_university():
    plan = shortlist(ranked(), "N1")
    assert ids(plan) == ["A0", "A2", "A4", "A5"]
    assert [(one.achievement.id, one.obstacle) for one in plan.passed_over] == [
        ("A1", "team"),
        ("A3", "university"),
    ]
    assert (plan.below, plan.refused) == (1, 0)


def test_more_of_a_team_and_fewer_places():
    two = SalonSettings(most=2, per_team=2)
    plan = shortlist(ranked(), "N1", two)
    assert ids(plan) == ["A0", "A1"]
    assert {one.obstacle for one in plan.passed_over} == {"places"}
    wide = SalonSettings(min_score=0.0, per_team=9, per_university=9, most=7)
    assert ids(shortlist(ranked(), "N1", wide)) == [f"A{number}" for number in range(7)]


def test_refused_pairs_are_not_invited_again():
    plan = shortlist(ranked(), "N1", refused={("N1", "A0"), ("N2", "A1")})
    assert ids(plan) == ["A1", "A2", "A4", "A5"]
    assert plan.refused == 1


def test_a_low_grade_of_adhesion_is_not_called_a_miss():
    need = replace(NEED, goals="膜层附着力不低于1级；夹杂物级别≤0.5级")
    fields = {"indicators": "附着力0级；夹杂物级别1级"}
    pairs = ranked([(0.9, "甲大学", "一组", fields)], need=need)
    (one,) = shortlist(pairs, "N1").invited
    assert [(each.target, each.verdict) for each in one.targets] == [
        ("膜层附着力不低于1级", "incomparable"),
        ("夹杂物级别≤0.5级", "missed"),
    ]


def test_a_need_that_is_listed_under_its_double_is_found():
    first = ranked(direction="achievement_to_need")
    twin = replace(first.context.needs[0], id="N8")
    context = replace(
        first.context,
        needs=(*first.context.needs, twin),
        need_sectors=((), ()),
        duplicates={"N1": ("N8",)},
    )
    pairs = RankedPairs(context, first.columns)
    assert ids(shortlist(pairs, "N8")) == ids(shortlist(pairs, "N1")) == ["A0", "A2", "A4", "A5"]
    assert shortlist(pairs, "N1", refused={("N8", "A0")}).refused == 1


def test_nobody_is_invited_below_the_score():
    plan = shortlist(ranked(), "N1", SalonSettings(min_score=0.95))
    assert (plan.invited, plan.agenda, plan.below) == ((), (), 7)


def test_unknown_need():
    with pytest.raises(ConfigError, match="no need 'N7'; did you mean 'N1'"):
        shortlist(ranked(), "N7")


def test_targets_are_held_against_claims():
    fields = {"indicators": "抗拉强度≥1250MPa；延伸率≤10%"}
    (one,) = shortlist(ranked([(0.9, "甲大学", "", fields)]), "N1").invited
    assert [(each.target, each.claim, each.verdict) for each in one.targets] == [
        ("抗拉强度≥1200MPa", "抗拉强度≥1250MPa", "met"),
        ("延伸率≥12%", "延伸率≤10%", "missed"),
    ]


def test_what_is_not_said_is_asked():
    assert asked() == [
        ("target_unsaid", "抗拉强度≥1200MPa", ""),
        ("target_unsaid", "延伸率≥12%", ""),
        ("maturity_unsaid", "成熟度达到TRL 7", ""),
        ("price_unsaid", "100万元", ""),
        ("mode_unsaid", "技术转让", ""),
        ("ip_unsaid", "", ""),
    ]


def test_what_does_not_fit_is_asked_first():
    found = asked(
        indicators="抗拉强度提高20%；延伸率≤10%",
        maturity="小试",
        price="300万元",
        cooperation=("技术服务", "技术咨询"),
        ip="发明专利3件",
    )
    assert found == [
        ("target_missed", "延伸率≥12%", "延伸率≤10%"),
        ("target_incomparable", "抗拉强度≥1200MPa", "抗拉强度提高20%"),
        ("maturity_short", "成熟度达到TRL 7", "小试"),
        ("price_over", "100万元", "300万元"),
        ("mode_differs", "技术转让", "技术服务、技术咨询"),
        ("ip_owner_unsaid", "", "发明专利3件"),
    ]


def test_nothing_is_asked_where_all_is_said_and_fits():
    assert (
        asked(
            indicators="抗拉强度≥1250MPa；延伸率≥14%",
            maturity="TRL 8",
            price="80万元",
            cooperation=("技术转让",),
            ip="授权发明专利6件，均为学院单独所有",
        )
        == []
    )


def test_a_price_to_be_agreed_is_asked_for():
    assert ("price_open", "100万元", "面议") in asked(price="面议")


def test_what_the_need_does_not_say_is_asked_of_the_enterprise():
    assert shortlist(ranked(), "N1").gaps == ("deadline", "attempted", "confidentiality")
    bare = Need(id="N1", title="钢板")
    assert shortlist(ranked(need=bare), "N1").gaps == (
        "target",
        "budget",
        "deadline",
        "cooperation",
        "attempted",
        "confidentiality",
    )
    full = replace(
        NEED, deadline=date(2027, 5, 1), attempted="换过保护渣", confidentiality="不保密"
    )
    assert shortlist(ranked(need=full), "N1").gaps == ()
    column = replace(full, deadline=None, extra={"完成时限": "12个月"})
    assert shortlist(ranked(need=column), "N1").gaps == ()


@pytest.mark.parametrize(
    ("field", "body", "found"),
    [
        ("配方保密，签NDA后提供", "", "配方保密，签NDA后提供"),
        ("客户名称不公开", "", "客户名称不公开"),
        ("是", "", "是"),
        ("无需保密", "", ""),
        ("不涉密，可公开", "", ""),
        ("公开", "", ""),
        ("无", "", ""),
        ("无", "放大到2000L，工艺参数须保密。", "工艺参数须保密"),
        ("", "资料不得外传；希望合作", "资料不得外传"),
        ("", "不需要保密", ""),
        ("", "提高保温性能", ""),
    ],
)
def test_words_that_ask_for_secrecy(field, body, found):
    assert secrecy(Need(id="N", title="钢板", confidentiality=field, body=body)) == found


def test_the_hour_is_shared_out_without_gaps():
    plan = shortlist(ranked(), "N1")
    assert [(one.step, one.start, one.minutes) for one in plan.agenda] == [
        ("opening", 0, 5),
        ("need", 5, 10),
        ("talk", 15, 8),
        ("talk", 23, 8),
        ("talk", 31, 8),
        ("talk", 39, 8),
        ("closing", 47, 13),
    ]
    assert [one.achievement.id for one in plan.agenda if one.achievement] == ids(plan)
    alone = shortlist(ranked(OFFERED[:1]), "N1", SalonSettings(minutes=90))
    assert [one.minutes for one in alone.agenda] == [5, 10, 15, 60]


def test_explanations_are_taken_where_there_are_any():
    why = Explanation(0.9, (), ())
    told = Reasons(lambda need, achievement, spans: why)
    assert shortlist(ranked(reasons=told), "N1").invited[0].explanation is why
    assert shortlist(ranked(), "N1").invited[0].explanation is None


@pytest.mark.parametrize("direction", ["need_to_achievement", "achievement_to_need"])
@pytest.mark.parametrize("seed", range(3))
def test_neither_order_nor_direction_of_the_ranking_matters(direction, seed):
    plain = shortlist(ranked(direction=direction, shuffled=seed), "N1").to_json()
    assert plain == shortlist(ranked(), "N1").to_json()
    again = json.loads(json.dumps(plain, allow_nan=False))
    assert again["agenda"][2]["achievement_id"] == "A0"
    assert again["invited"][0]["questions"][0]["subject"] == "target_unsaid"
    assert again["confidential"] is False


@pytest.mark.parametrize(
    "values",
    [
        {"most": 0},
        {"per_team": 0},
        {"per_university": 0},
        {"min_score": -0.1},
        {"minutes": 49},
    ],
)
def test_settings_out_of_range_are_named(values):
    with pytest.raises(ConfigError, match=next(iter(values))):
        settings_of(SalonSettings, values)
    assert settings_of(SalonSettings, {"minutes": 50}).minutes == 50
