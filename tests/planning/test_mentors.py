"""Mentors for enterprises, by hand and against all plans of small cases."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchmaker.errors import ConfigError, InfeasibleError
from matchmaker.planning.mentoring.mentors import MentorPlan, MentorSettings, assign_mentors
from matchmaker.planning.settings import settings_of
from matchmaker.records import Achievement, Need
from matchmaker.scoring.pairs import PairColumns, PairContext, RankedPairs

ALL = MentorSettings(kinds=(), min_score=0.0)


def need(at: int, name: str, **more: str) -> Need:
    return Need(id=f"N{at}", title=f"需求{at}", organisation=name, **more)


def achievement(at: int, university: str, team: str, **more: str) -> Achievement:
    return Achievement(id=f"A{at}", title=f"成果{at}", organisation=university, team=team, **more)


NEEDS = (
    need(0, "甲钢铁有限公司", organisation_type="专精特新", region="沈阳"),
    need(1, "乙化工股份有限公司", organisation_type="国家级专精特新“小巨人”", region="大连"),
    need(2, "甲钢铁有限公司技术中心", organisation_type=""),
    need(3, "丙软件有限公司", organisation_type="龙头企业", region="吉林长春"),
    need(4, "", organisation_type="专精特新"),
)
ACHIEVEMENTS = (
    achievement(0, "东山大学", "王教授", region="沈阳"),
    achievement(1, "东山大学冶金学院", "王 教授", region="沈阳"),
    achievement(2, "西海大学", "李教授", region="北京"),
    achievement(3, "西海大学", ""),
    achievement(4, "东山大学", "赵教授"),
)
PAIRS = (
    (0, 0, 0.6),
    (0, 2, 0.45),
    (1, 0, 0.7),
    (1, 2, 0.3),
    (2, 1, 0.9),
    (2, 0, 0.55),
    (3, 2, 0.8),
    (4, 3, 0.4),
)


def ranked(
    pairs: Sequence[tuple[int, int, float]] = PAIRS,
    needs: tuple[Need, ...] = NEEDS,
    achievements: tuple[Achievement, ...] = ACHIEVEMENTS,
) -> RankedPairs:
    """Pairs by hand; ranks say nothing here."""
    table = np.array(pairs, dtype=np.float64).reshape(-1, 3).T
    context = PairContext(
        needs=needs,
        achievements=achievements,
        need_sectors=((),) * len(needs),
        achievement_sectors=((),) * len(achievements),
        sector_names=(),
        direction="need_to_achievement",
        shared_terms=lambda need, achievement: (),
    )
    columns = PairColumns(
        need=table[0].astype(np.int64),
        achievement=table[1].astype(np.int64),
        rank=np.ones(len(pairs), dtype=np.int64),
        score=table[2],
        grade=np.where(table[2] > 0.5, 3, 2).astype(np.int8),
        similarity=np.zeros(len(pairs)),
    )
    return RankedPairs(context, columns)


def who(plan: MentorPlan) -> dict[str, str]:
    return {
        one.enterprise.name or one.enterprise.key: one.mentor.team or one.mentor.key
        for one in plan.couples
    }


def test_departments_count_as_their_enterprise_and_a_school_as_its_university():
    plan = assign_mentors(ranked())
    assert who(plan) == {
        "甲钢铁有限公司": "王教授",
        "乙化工股份有限公司": "李教授",
        "#N4": "#A3",
    }
    first = plan.couples[1] if plan.couples[1].enterprise.name.startswith("甲") else plan.couples[2]
    # The need of the technical centre is the best reason; 0.6 and 0.55 are further ones.
    assert (first.need_id, first.achievement_id, first.score, first.more) == ("N2", "A1", 0.9, 2)
    assert first.mentor.university == "东山大学"
    assert plan.total == pytest.approx(0.9 + 0.3 + 0.4)
    assert (plan.enterprises, plan.others, plan.mentors) == (3, 1, 4)


def test_the_pairs_of_the_plan_are_the_reasons_of_its_couples():
    plan = assign_mentors(ranked())
    assert [(m.need.id, m.achievement.id, m.score, m.grade) for m in plan.pairs] == [
        (one.need_id, one.achievement_id, one.score, one.grade) for one in plan.couples
    ]


@pytest.mark.parametrize(
    ("kinds", "names"),
    [
        (("专精特新",), {"甲钢铁有限公司", "乙化工股份有限公司", ""}),
        (("小巨人",), {"乙化工股份有限公司"}),
        (("龙头", "小巨人"), {"乙化工股份有限公司", "丙软件有限公司"}),
        ((), {"甲钢铁有限公司", "乙化工股份有限公司", "丙软件有限公司", ""}),
        (("央企",), set()),
    ],
)
def test_kinds_of_enterprises(kinds, names):
    plan = assign_mentors(ranked(), MentorSettings(kinds=kinds))
    told = {one.enterprise.name for one in (*plan.couples, *plan.unmatched)}
    assert told == names
    assert plan.others == 4 - len(names)


def test_the_optimal_plan_shows_who_would_rather_change():
    # 0.9 + 0.1 is less than 0.8 + 0.85.
    needs, achievements = (need(0, "甲厂"), need(1, "乙厂")), ACHIEVEMENTS[1:3]
    pairs = ranked([(0, 0, 0.9), (0, 1, 0.85), (1, 0, 0.8), (1, 1, 0.1)], needs, achievements)
    plan = assign_mentors(pairs, ALL)
    assert who(plan) == {"甲厂": "李教授", "乙厂": "王 教授"}
    (one,) = plan.blocking
    assert (one.enterprise.name, one.mentor.team, one.score) == ("甲厂", "王 教授", 0.9)
    assert (one.instead_of.team, one.displacing.name) == ("李教授", "乙厂")
    stable = assign_mentors(pairs, replace(ALL, method="stable"))
    assert who(stable) == {"甲厂": "王 教授", "乙厂": "李教授"}
    assert stable.blocking == ()
    assert plan.total == pytest.approx(1.65)
    assert stable.total == pytest.approx(1.0)


def test_a_blocking_couple_with_a_free_seat_displaces_nobody():
    # 甲厂 asked for 赵教授 first, who is free; the score alone says 李教授.
    pairs = ranked([(0, 2, 0.9), (0, 4, 0.5)], (need(0, "甲厂"),))
    wish = replace(ALL, enterprise_choices={"甲厂": ("赵教授",)})
    plan = assign_mentors(pairs, wish)
    (one,) = plan.blocking
    assert (one.mentor.team, one.instead_of.team, one.displacing) == ("赵教授", "李教授", None)
    assert who(assign_mentors(pairs, replace(wish, method="stable"))) == {"甲厂": "赵教授"}


def test_choices_come_before_scores_and_then_it_matters_who_proposes():
    needs, achievements = (need(0, "甲厂"), need(1, "乙厂")), (ACHIEVEMENTS[0], ACHIEVEMENTS[2])
    pairs = ranked([(0, 0, 0.9), (0, 1, 0.4), (1, 0, 0.5), (1, 1, 0.6)], needs, achievements)
    asked = replace(
        ALL, method="stable", mentor_choices={"王教授": ("乙厂",), "西海大学 李教授": ("甲厂",)}
    )
    assert who(assign_mentors(pairs, asked)) == {"甲厂": "王教授", "乙厂": "李教授"}
    other = assign_mentors(pairs, replace(asked, proposing="mentor"))
    assert who(other) == {"甲厂": "李教授", "乙厂": "王教授"}


def test_choices_of_couples_without_a_pair_are_told():
    wish = replace(ALL, enterprise_choices={"甲钢铁": ("赵教授", "王教授")})
    assert assign_mentors(ranked(), wish).ignored == (("甲钢铁", "赵教授"),)


def test_capacities_by_name_team_or_achievement():
    needs = tuple(need(at, f"{at}号机械厂") for at in range(4))
    pairs = [(at, 0, 0.5 + at / 10) for at in range(4)]
    for name in ("王教授", "东山大学 王教授", "东山大学冶金学院 王教授", "A0", "东山大学王教授"):
        plan = assign_mentors(ranked(pairs, needs), replace(ALL, capacities={name: 3}))
        assert [one.enterprise.name for one in plan.couples] == [
            "1号机械厂",
            "2号机械厂",
            "3号机械厂",
        ]
        assert {one.mentor.seats for one in plan.couples} == {3}
        (left,) = plan.unmatched
        assert (left.enterprise.name, left.reason, left.mentor.team) == (
            "0号机械厂",
            "taken",
            "王教授",
        )
        assert [one.name for one in left.holders] == ["1号机械厂", "2号机械厂", "3号机械厂"]
    everyone = assign_mentors(ranked(pairs, needs), replace(ALL, capacity=9))
    assert len(everyone.couples) == 4


@pytest.mark.parametrize(
    ("change", "pairs", "reason", "score"),
    [
        ({}, [], "no_pair", 0.0),
        ({"min_score": 0.7}, [(3, 2, 0.6)], "low_score", 0.6),
        ({}, [(3, 2, 0.0)], "low_score", 0.0),
        ({"unnamed": "skip"}, [(3, 3, 0.6)], "unnamed", 0.6),
        ({"capacities": {"李教授": 0}}, [(3, 2, 0.6)], "unavailable", 0.6),
        ({"forbidden": (("丙软件", "西海大学"),)}, [(3, 2, 0.6)], "forbidden", 0.6),
        ({"forbidden": (("N3", "A2"),)}, [(3, 2, 0.6)], "forbidden", 0.6),
        ({"conflicts": (("丙软件", "西海大学"),)}, [(3, 2, 0.6)], "conflict", 0.6),
        ({"region": "require"}, [(3, 2, 0.6)], "region", 0.6),
        # The best pair is the one that tells.
        ({"min_score": 0.3, "region": "require"}, [(3, 2, 0.6), (3, 4, 0.2)], "region", 0.6),
    ],
)
def test_why_an_enterprise_has_nobody(change, pairs, reason, score):
    settings = replace(ALL, kinds=("龙头",), **change)
    (one,) = assign_mentors(ranked(pairs), settings).unmatched
    assert (one.enterprise.name, one.reason, one.score) == ("丙软件有限公司", reason, score)
    assert (one.mentor is None) == (reason == "no_pair")


def test_pairs_refused_before_are_no_reason_again():
    refused = {("N3", "A2"), ("N9", "A0")}
    (one,) = assign_mentors(ranked(), replace(ALL, kinds=("龙头",)), refused=refused).unmatched
    assert one.reason == "refused"
    plan = assign_mentors(ranked(), replace(ALL, kinds=("龙头",)), refused={("N0", "A0")})
    assert len(plan.couples) == 1


def test_missing_regions_are_neutral():
    plan = assign_mentors(ranked([(3, 4, 0.5)]), replace(ALL, kinds=("龙头",), region="require"))
    assert len(plan.couples) == 1


def test_an_enterprise_of_a_university_gets_none_of_its_mentors():
    needs = (need(0, "东山大学科技园有限公司"),)
    (one,) = assign_mentors(ranked([(0, 0, 0.9)], needs), ALL).unmatched
    assert one.reason == "conflict"
    plan = assign_mentors(ranked([(0, 0, 0.9)], needs), replace(ALL, own_enterprises=False))
    assert len(plan.couples) == 1


def test_locked_couples_stand_whatever_their_score_or_kind():
    settings = MentorSettings(min_score=0.95, locked=(("丙软件有限公司", "A2"),))
    plan = assign_mentors(ranked(), settings)
    (one,) = plan.couples
    assert (one.enterprise.name, one.mentor.team, one.locked) == ("丙软件有限公司", "李教授", True)
    assert plan.blocking == ()


def test_a_locked_couple_takes_a_seat():
    settings = replace(ALL, locked=(("丙软件", "李教授"),))
    plan = assign_mentors(ranked([(0, 2, 0.9), (3, 2, 0.3)]), settings)
    assert who(plan) == {"丙软件有限公司": "李教授"}
    reasons = {one.enterprise.name: one for one in plan.unmatched}
    assert reasons["甲钢铁有限公司"].reason == "taken"
    assert [one.name for one in reasons["甲钢铁有限公司"].holders] == ["丙软件有限公司"]
    more = replace(settings, capacity=2, method="stable")
    assert len(assign_mentors(ranked([(0, 2, 0.9), (3, 2, 0.3)]), more).couples) == 2


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"locked": (("甲钢铁", "赵教授"),)}, "no pair in this ranking; rank with a larger k"),
        (
            {"locked": (("甲钢铁", "A2"),), "forbidden": (("甲钢铁", "西海大学"),)},
            r"ruled out as well \(forbidden\)",
        ),
        ({"locked": (("甲钢厂", "A2"),)}, "no enterprise or need '甲钢厂'.*'甲钢铁有限公司'"),
        (
            {"capacities": {"王教收": 2}},
            "capacities: no mentor or achievement '王教收'.*did you mean '王教授'",
        ),
        ({"forbidden": (("N1", "x"),)}, "forbidden: no mentor.*write it as in the lists"),
        ({"enterprise_choices": {"N1": ("x y",)}}, "choices: no mentor or achievement 'x y'"),
    ],
)
def test_settings_that_do_not_fit_the_ranking(change, message):
    with pytest.raises(ConfigError, match=message):
        assign_mentors(ranked(), replace(ALL, **change))


def test_a_team_of_two_universities_must_be_named_with_one():
    others = (ACHIEVEMENTS[0], replace(ACHIEVEMENTS[2], team="王教授"))
    with pytest.raises(
        ConfigError, match="may be '东山大学 王教授' and '西海大学 王教授'; write the"
    ):
        assign_mentors(ranked([(0, 0, 0.5)], NEEDS, others), replace(ALL, capacities={"王教授": 2}))


@pytest.mark.parametrize(
    ("locked", "message"),
    [
        ((("甲钢铁", "A0"), ("甲钢铁", "A2")), "locked with 2 mentors and can have 1; take 1"),
        (
            (("甲钢铁", "A2"), ("丙软件", "A2")),
            "locked with 2 enterprises and takes 1; raise its capacity to 2 or take 1 out",
        ),
    ],
)
def test_more_locked_than_there_are_seats(locked, message):
    with pytest.raises(InfeasibleError, match=message):
        assign_mentors(ranked(), replace(ALL, locked=locked))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"kinds": ["大厂"]}, "kinds: '大厂' is no kind"),
        ({"min_score": 2}, r"min_score must be a number in \[0, 1\], not 2"),
        (
            {"capacity": -1},
            "capacity: a mentor takes at least 0 enterprises and at most 1000000, not -1",
        ),
        ({"capacities": {"王教授": -2}}, "王教授: a mentor takes at least 0"),
        ({"method": "greedy"}, "method: must be one of 'optimal', 'stable'"),
    ],
)
def test_settings_out_of_range(values, message):
    with pytest.raises(ConfigError, match=message):
        settings_of(MentorSettings, values)


@pytest.mark.parametrize("name", ["method", "proposing", "unnamed", "region"])
def test_choices_are_checked_in_python_as_well(name):
    with pytest.raises(ConfigError, match=f"{name} must be .* or .*, not 'x'"):
        MentorSettings(**{name: "x"})


def test_settings_from_toml_keys():
    plain = {
        "kinds": [],
        "method": "stable",
        "capacities": {"王教授": 2},
        "locked": [["甲钢铁", "A0"]],
        "enterprise_choices": {"乙化工": ["王教授"]},
    }
    found = settings_of(MentorSettings, plain)
    assert found.locked == (("甲钢铁", "A0"),)
    assert len(assign_mentors(ranked(), found).couples) == 4


def test_plain_data_tells_everything_in_ids_and_names():
    settings = replace(ALL, kinds=("专精特新",), capacities={"李教授": 0})
    plain = json.loads(json.dumps(assign_mentors(ranked(), settings).to_json(), allow_nan=False))
    assert plain["kind"] == "mentors"
    assert plain["couples"][0]["need_id"] == "N4"
    assert plain["couples"][1]["mentor"]["team"] == "王教授"
    assert [one["reason"] for one in plain["unmatched"]] == ["taken"]
    assert plain["settings"]["capacities"] == {"李教授": 0}


def test_an_empty_ranking():
    plan = assign_mentors(ranked([], (), ()), ALL)
    assert (plan.couples, plan.unmatched, plan.blocking, plan.total) == ((), (), (), 0.0)


@st.composite
def cases(draw: st.DrawFn) -> tuple[RankedPairs, MentorSettings]:
    """Up to 4 × 4 parties with several records each and tied scores."""
    n, m = draw(st.integers(1, 5)), draw(st.integers(1, 5))
    needs = tuple(need(at, f"{draw(st.integers(0, 3))}号机械厂") for at in range(n))
    achievements = tuple(
        achievement(at, "东山大学", f"{draw(st.integers(0, 3))}组") for at in range(m)
    )
    every = list(itertools.product(range(n), range(m)))
    couples = sorted(draw(st.sets(st.sampled_from(every), max_size=12)))
    pairs = [(*couple, draw(st.integers(1, 8)) / 8) for couple in couples]
    settings = replace(
        ALL, capacity=draw(st.integers(0, 2)), min_score=draw(st.sampled_from([0.0, 0.5]))
    )
    return ranked(pairs, needs, achievements), settings


def all_totals(pairs: RankedPairs, settings: MentorSettings) -> set[float]:
    """Totals of all plans, enterprise by enterprise."""
    worth: dict[tuple[str, str], float] = {}
    for match in pairs:
        couple = (match.need.organisation, match.achievement.team)
        if match.score >= settings.min_score:
            worth[couple] = max(worth.get(couple, 0.0), match.score)
    names = sorted({one for one, _ in worth})
    options = [[None, *sorted(team for one, team in worth if one == name)] for name in names]
    totals = set()
    for choice in itertools.product(*options):
        used = Counter(team for team in choice if team)
        if all(count <= settings.capacity for count in used.values()):
            chosen = zip(names, choice, strict=True)
            totals.add(sum(worth[name, team] for name, team in chosen if team))
    return totals


@settings(deadline=None, max_examples=60)
@given(cases())
def test_the_total_is_the_best_of_all_plans_and_capacities_hold(case):
    pairs, chosen = case
    plan = assign_mentors(pairs, chosen)
    assert plan.total == pytest.approx(max(all_totals(pairs, chosen)))
    for method in ("optimal", "stable"):
        plan = assign_mentors(pairs, replace(chosen, method=method))
        used = Counter(one.mentor.key for one in plan.couples)
        assert max(used.values(), default=0) <= chosen.capacity
        assert len({one.enterprise.key for one in plan.couples}) == len(plan.couples)
        assert all(one.score >= chosen.min_score for one in plan.couples)
        assert len(plan.couples) + len(plan.unmatched) == plan.enterprises
    assert plan.blocking == ()


@settings(deadline=None, max_examples=40)
@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(case, random):
    pairs, chosen = case
    order = list(range(len(pairs)))
    random.shuffle(order)
    rows = np.array(order, dtype=np.int64)
    shuffled = RankedPairs(pairs.context, pairs.columns.take(rows))
    for method in ("optimal", "stable"):
        one = replace(chosen, method=method)
        assert assign_mentors(pairs, one).to_json() == assign_mentors(shuffled, one).to_json()


def test_reverse_rankings_give_the_same_plan():
    pairs = ranked()
    other = RankedPairs(replace(pairs.context, direction="achievement_to_need"), pairs.columns)
    assert assign_mentors(other).to_json() == assign_mentors(pairs).to_json()


def test_a_refusal_of_a_duplicate_counts_for_the_one_that_stands_for_it() -> None:
    pairs = ranked(((1, 0, 0.7),))
    context = replace(pairs.context, duplicates={"A0": ("A4",)})
    plan = assign_mentors(RankedPairs(context, pairs.columns), refused=[("N1", "A4")])
    assert plan.couples == ()
    assert [one.reason for one in plan.unmatched if one.mentor] == ["refused"]


@pytest.mark.parametrize("count", [2**63, 10**30])
def test_a_capacity_beyond_all_reason_is_refused(count: int) -> None:
    with pytest.raises(ConfigError, match="at most 1000000"):
        MentorSettings(capacity=count)
    with pytest.raises(ConfigError, match=r"王教授: .* at most 1000000"):
        MentorSettings(capacities={"王教授": count})
