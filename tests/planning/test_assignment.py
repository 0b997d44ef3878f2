"""Rules, limits and reasons of an assignment, worked by hand; and a province in numbers."""

from __future__ import annotations

import dataclasses
import json
import math
import textwrap
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.sparse import csr_array, vstack

from matchmaker.errors import ConfigError, InfeasibleError
from matchmaker.planning.assignments import assignment, fairness
from matchmaker.planning.assignments.assignment import Assignment
from matchmaker.planning.assignments.priorities import priority_kind, says_bottleneck
from matchmaker.planning.assignments.settings import AssignmentSettings, LevelLimits, Range
from matchmaker.planning.parties import enterprises, universities
from matchmaker.planning.programs import Program, Solution, solve
from matchmaker.planning.rules import own_couples
from matchmaker.planning.settings import load_settings, settings_of
from matchmaker.records import Achievement, Need
from matchmaker.scoring.pairs import Direction, PairColumns, PairContext, RankedPairs

NEEDS = (
    Need(id="N1", title="轧辊", organisation="宏砺特钢股份有限公司", region="辽宁省沈阳市"),
    Need(
        id="N2",
        title="板坯",
        organisation="宏砺特钢（集团）有限公司",
        organisation_type="龙头、小巨人",
        body="属于“卡脖子”难题",
        park="大连高新区",
    ),
    Need(id="N3", title="检测", organisation="云帆软件", organisation_type="非龙头", region="北京"),
)
ACHIEVEMENTS = (
    Achievement(id="A1", title="新轧辊", organisation="北陵大学", team="赵组", region="沈阳"),
    Achievement(
        id="A2", title="新板坯", organisation="北陵大学材料学院", team="钱组", region="大连"
    ),
    Achievement(id="A3", title="视觉", organisation="南屏大学"),
)
ROWS = (
    (0, 0, 0.9), (0, 1, 0.5), (1, 0, 0.8), (1, 1, 0.7), (2, 0, 0.6), (2, 2, 0.2),
)  # fmt: skip


ONE = Range(min=1)


class Mine(RankedPairs):
    """A caller's own kind of ranked pairs."""


def ranking(
    rows: Sequence[tuple[int, int, float]] = ROWS,
    *,
    needs: Sequence[Need] = NEEDS,
    achievements: Sequence[Achievement] = ACHIEVEMENTS,
    direction: Direction = "need_to_achievement",
) -> RankedPairs:
    table = np.array(rows, dtype=np.float64).reshape(-1, 3).T
    columns = PairColumns(
        need=table[0].astype(np.int64),
        achievement=table[1].astype(np.int64),
        rank=np.ones(len(rows), dtype=np.int64),
        score=table[2],
        grade=np.full(len(rows), 3, dtype=np.int8),
        similarity=np.zeros(len(rows)),
    )
    labels = ((),) * len(needs), ((),) * len(achievements)
    context = PairContext(
        tuple(needs), tuple(achievements), *labels, (), direction, lambda need, achievement: ()
    )
    return Mine(context, columns)


def chosen(plan: Assignment) -> list[tuple[str, str]]:
    return [(match.need.id, match.achievement.id) for match in plan.pairs]


def count(plan: Assignment, level: str, name: str) -> int:
    return next(one.count for one in plan.of_level(level) if one.name == name)


def everything(**more: object) -> AssignmentSettings:
    """Settings under which every pair counts, however low its score."""
    return AssignmentSettings(**{"min_score": 0.0, **more})


def assign(
    pairs: RankedPairs, settings: AssignmentSettings | None = None, **more: object
) -> Assignment:
    return assignment.assign(pairs, settings or everything(), **more)


def one_each(**more: object) -> AssignmentSettings:
    return everything(need=LevelLimits(max=1), achievement=LevelLimits(max=1), **more)


@pytest.mark.parametrize("objective", ["minimum", "lexicographic"])
def test_out_of_time_for_the_fairest_plan_the_one_known_is_given(
    objective: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def out_of_time(*args: object, **more: object) -> None:
        raise ConfigError("no plan was found within 1 seconds; allow more time")

    monkeypatch.setattr(fairness, "solve", out_of_time)
    plan = assign(ranking(), one_each(objective=objective, time_limit=1.0))
    assert chosen(plan) == chosen(assign(ranking(), one_each()))
    assert not plan.exact
    assert not plan.fair


@pytest.mark.parametrize("direction", ["need_to_achievement", "achievement_to_need"])
def test_a_record_is_meant_by_the_id_of_its_double_too(direction: Direction) -> None:
    forward = direction == "need_to_achievement"
    first = ranking(direction=direction)
    # The ids of the other side are the same words and must not be touched.
    doubles = {"A1": ("A9", "N1")} if forward else {"N1": ("N9", "A1")}
    pairs = Mine(dataclasses.replace(first.context, duplicates=doubles), first.columns)
    pair = ("N1", "A9") if forward else ("N9", "A1")
    locked = assign(pairs, one_each(locked=(pair,)))
    assert ("N1", "A1") in chosen(locked)
    assert ("N1", "A1") not in chosen(assign(pairs, everything(forbidden=(pair,))))
    level = "achievement" if forward else "need"
    none = LevelLimits(each={pair[1 if forward else 0]: Range(max=0)})
    kept = "A1" if forward else "N1"
    assert count(assign(pairs, everything(**{level: none})), level, kept) == 0


def test_without_tight_limits_all_candidates_meet() -> None:
    plan = assign(ranking())
    assert len(plan.pairs) == 6
    assert type(plan.pairs) is Mine
    assert plan.exact
    assert plan.gap == 0
    assert plan.value == pytest.approx(3.7)
    assert [match.rank for match in plan.pairs] == [1, 2, 1, 2, 1, 2]
    assert plan.unserved == ()
    assert plan.best_scores() == {"云帆软件": 0.6, "宏砺特钢股份有限公司": 0.9}


def test_ranks_are_those_of_the_asking_side() -> None:
    plan = assign(ranking(direction="achievement_to_need"))
    assert chosen(plan)[:3] == [("N1", "A1"), ("N2", "A1"), ("N3", "A1")]
    assert [match.rank for match in plan.pairs] == [1, 2, 3, 1, 2, 1]


def test_the_total_is_not_found_greedily_and_objectives_differ() -> None:
    # 0.9 + 0.7 + 0.2 against 0.5 + 0.8 + 0.2 and others
    assert chosen(assign(ranking(), one_each())) == [("N1", "A1"), ("N2", "A2"), ("N3", "A3")]
    fair = assign(ranking(), one_each(objective="minimum"))
    # 0.7 for one enterprise and 0.6 for the other; N1 finds nothing free
    assert chosen(fair) == [("N2", "A2"), ("N3", "A1")]
    assert fair.unserved[0].name == "N1"
    assert [(one.level, one.name) for one in fair.unserved[0].full] == [
        ("achievement", "A1"),
        ("achievement", "A2"),
    ]
    assert chosen(assign(ranking(), one_each(objective="lexicographic"))) == chosen(fair)


def test_locked_pairs_are_kept_and_forbidden_ones_are_not() -> None:
    plan = assign(ranking(), one_each(locked=(("N3", "A1"),), min_score=0.65))
    assert chosen(plan) == [("N2", "A2"), ("N3", "A1")]
    plan = assign(ranking(), one_each(locked=(("云帆软件有限公司", "北陵大学"),)))
    assert ("N3", "A1") in chosen(plan)
    forbidden = (("宏砺特钢", "北陵大学"), ("N3", "A3"))
    assert chosen(assign(ranking(), everything(forbidden=forbidden))) == [("N3", "A1")]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"locked": (("N1", "A3"),)}, r"locked: \['N1', 'A3'\]: no such pair was ranked; rank"),
        ({"locked": (("N1", "A1"),), "forbidden": (("N1", "A1"),)}, r"ruled out as well \(forbid"),
        ({"locked": (("N1", "A1"),), "conflicts": (("宏砺特钢", "A1"),)}, r"as well \(conflict\)"),
        ({"locked": (("宏砺特钢", "北陵大学"),), "min_score": 0.95}, "lower min_score, relax"),
        ({"forbidden": (("宏励特钢股份有限公司", "A1"),)}, "did you mean '宏砺特钢股份有限公司'"),
        ({"conflicts": (("N1", "zz"),)}, r"conflicts: \['N1', 'zz'\]: there is no achievement or"),
        ({"team": LevelLimits(each={"孙组": Range(max=1)})}, "team: each: there is no team '孙组'"),
        ({"enterprise": LevelLimits(each={"云帆软件": ONE, "云帆软件公司": ONE})}, "are the same"),
    ],
)  # fmt: skip
def test_settings_that_cannot_be_meant(more: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        assign(ranking(), everything(**more))


@pytest.mark.parametrize(
    ("plain", "message"),
    [
        ({"min_score": 1.5}, "min_score"),
        ({"fairness_step": 0.0}, "fairness_step"),
        ({"region_factor": 0.5}, "region_factor"),
        ({"gap": 1.0}, "gap"),
        ({"time_limit": 0.0}, "time_limit"),
        ({"time_limit": math.inf}, "time_limit must be positive and finite"),
        ({"per_couple": -1}, "per_couple"),
        ({"per_couple": 10**30}, "per_couple must be at least 0, and at most"),
        ({"need": {"max": 10**30}}, "max must be at most"),
        ({"need": {"min": 10**30}}, "min must be at least 0, and at most"),
        ({"priorities": {"龙头": 2.0, "龙头企业": 3.0}}, "'龙头' and '龙头企业' are the same"),
        ({"priorities": {"龙头": 0.0}}, "priorities: 龙头: must be"),
        ({"priorities": {"龙头企": 2.0, "随便": 2.0}}, "unknown name '随便'; known are 卡脖子"),
        ({"need": {"max": -1}}, "max -1 is less than min 0"),
        ({"need": {"min": -1}}, "min must be at least 0"),
        ({"need": {"max": 2, "each": {"N1": {"min": 3}}}}, "N1: min 3 is more than max 2"),
        ({"need": {"each": {"N1": {}}}}, "a range needs min, max or both"),
        ({"objective": "best"}, "objective: must be one of"),
    ],
)
def test_values_out_of_range(plain: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        settings_of(AssignmentSettings, plain)


def test_settings_as_toml_gives_them() -> None:
    plain = {
        "objective": "minimum",
        "enterprise": {"min": 1, "max": 5, "each": {"宏砺特钢": {"min": 2}}},
        "locked": [["N1", "A1"]],
        "priorities": {"卡脖子": 1.5},
    }
    made = settings_of(AssignmentSettings, plain)
    assert made.enterprise == LevelLimits(min=1, max=5, each={"宏砺特钢": Range(min=2)})
    assert made.enterprise.of(Range(min=2)) == (2, 5)
    assert made.locked == (("N1", "A1"),)
    assert hash(made) is not None


@pytest.mark.parametrize("objective", ["minimum", "lexicographic"])
def test_fairness_within_what_locked_pairs_leave(objective: str) -> None:
    needs = [Need(id=f"N{at}", title="求", organisation=f"第{at}厂") for at in (1, 2)]
    owners = ("东山大学", "西山大学", "西山大学", "南山大学")
    schools = [
        Achievement(id=f"A{at}", title="成", organisation=owner) for at, owner in enumerate(owners)
    ]
    rows = [(0, 0, 0.9), (0, 1, 0.3), (0, 2, 0.5), (1, 2, 0.6), (1, 3, 0.36)]
    pairs = ranking(rows, needs=needs, achievements=schools)
    locked = (("第1厂", "西山大学"),)
    # Together 0.9 with a worst of 0.3, or 0.86 with a worst of 0.36; the caps alone allow 0.6.
    assert chosen(assign(pairs, one_each(locked=locked))) == [("N1", "A1"), ("N2", "A2")]
    fair = assign(pairs, one_each(locked=locked, objective=objective))
    assert chosen(fair) == [("N1", "A2"), ("N2", "A3")]
    assert fair.exact


def test_the_file_of_the_docstring(tmp_path: Path) -> None:
    notes = AssignmentSettings.__doc__.split("As a file::")[1]
    path = tmp_path / "settings.toml"
    path.write_text(textwrap.dedent(notes), encoding="utf-8")
    made = load_settings(AssignmentSettings, path)
    assert made.enterprise == LevelLimits(min=1, max=5, each={"宏砺特钢股份有限公司": Range(min=2)})
    assert made.priorities == {"卡脖子": 1.5, "专精特新": 1.2}
    assert made.forbidden == (("宏砺特钢股份有限公司", "东北大学"),)


def test_limits_of_every_level() -> None:
    plan = assign(
        ranking(),
        everything(
            enterprise=LevelLimits(min=1, each={"宏砺特钢": Range(max=2)}),
            university=LevelLimits(max=3, each={"南屏大学": Range(min=1)}),
            team=LevelLimits(each={"北陵大学 赵组": Range(max=1)}),
            per_couple=1,
        ),
    )
    # 0.9 for N1 and A1 would keep N3 from A1: the team may meet one only.
    assert chosen(plan) == [("N2", "A2"), ("N3", "A1"), ("N3", "A3")]
    by_name = {(one.level, one.name): one for one in plan.counts}
    team = by_name["team", "北陵大学 赵组"]
    assert (team.count, team.candidates, team.max, team.binds) == (1, 3, 1, "max")
    assert by_name["university", "南屏大学"].binds == "min"
    unserved = {one.name: one for one in plan.unserved}
    assert {(one.level, one.name) for one in unserved["N1"].full} == {
        ("team", "北陵大学 赵组"),
        ("couple", "宏砺特钢股份有限公司 × 北陵大学"),
    }


def test_minimums_that_nobody_can_reach_are_lowered_or_refused() -> None:
    wanted = everything(university=LevelLimits(min=2))
    plan = assign(ranking(), wanted)
    assert [(one.name, one.asked, one.kept) for one in plan.lowered] == [("南屏大学", 2, 1)]
    with pytest.raises(InfeasibleError, match="南屏大学"):
        assign(ranking(), everything(university=LevelLimits(min=2), unreachable="error"))
    own = LevelLimits(each={"南屏大学": Range(min=2)})
    with pytest.raises(InfeasibleError, match="南屏大学"):
        assign(ranking(), everything(university=own))
    capped = everything(enterprise=LevelLimits(min=3), need=LevelLimits(max=1), per_couple=1)
    assert [(one.name, one.kept) for one in assign(ranking(), capped).lowered] == [
        ("云帆软件", 1),
        ("宏砺特钢股份有限公司", 1),
    ]


def test_nothing_to_choose_from() -> None:
    for objective in ("total", "minimum", "lexicographic"):
        plan = assign(ranking(()), everything(objective=objective))
        assert (len(plan.pairs), plan.value, plan.exact) == (0, 0.0, True)
    assert {one.why for one in plan.unserved} == {"unranked"}
    nobody = everything(objective="minimum", achievement=LevelLimits(max=0))
    assert len(assign(ranking(), nobody).pairs) == 0
    with pytest.raises(InfeasibleError):
        assign(ranking(()), everything(need=LevelLimits(each={"N1": Range(min=1)})))


def test_reasons_of_those_without_a_pair() -> None:
    wanted = everything(min_score=0.3, forbidden=(("N3", "A1"),))
    plan = assign(ranking(), wanted, refused=[("N1", "A1"), ("N1", "A2"), ("N9", "A1")])
    assert dict(plan.excluded) == {"refused": 2, "below": 1, "forbidden": 1}
    unserved = {one.name: one for one in plan.unserved}
    assert set(unserved) == {"N1", "N3", "云帆软件", "南屏大学"}
    assert unserved["N1"].ruled_out == (("refused", 2),)
    assert dict(unserved["云帆软件"].ruled_out) == {"forbidden": 1, "below": 1}
    assert (unserved["N1"].why, unserved["N1"].best) == ("ruled_out", 0.9)
    idle = assign(ranking([(0, 0, 0.0)]), everything(objective="minimum"))
    assert chosen(idle) == [("N1", "A1")]


def test_what_was_refused_of_a_copy_counts_for_the_record_that_stands_for_it() -> None:
    pairs = ranking()
    copies = dataclasses.replace(pairs.context, duplicates={"A1": ("A3",)})
    plan = assign(Mine(copies, pairs.columns), refused=[("N1", "A3")])
    assert chosen(plan)[0] == ("N1", "A2")
    assert dict(plan.excluded) == {"refused": 1}


def test_a_pair_that_gains_nothing_may_be_left() -> None:
    plan = assign(ranking([(0, 0, 0.0)]))
    assert {one.why for one in plan.unserved if one.ranked} <= {"left"}


def test_enterprises_of_universities_are_kept_apart() -> None:
    needs = [
        Need(id=f"N{at}", title="求", organisation=name)
        for at, name in enumerate(
            ("北陵大学科技园有限公司", "北陵大学", "北陵大学生创业有限公司", "北陵钢铁", "")
        )
    ]
    schools = [
        Achievement(id="A1", title="成", organisation="北陵大学机械学院"),
        Achievement(id="A2", title="成", organisation="北陵"),
        Achievement(id="A3", title="成"),
    ]
    one, other = enterprises(needs), universities(schools)
    couples = [(one.names[first], other.names[second]) for first, second in own_couples(one, other)]
    assert sorted(couples) == [
        ("北陵大学", "北陵大学机械学院"),
        ("北陵大学科技园有限公司", "北陵大学机械学院"),
    ]
    rows = [(at, 0, 0.5) for at in range(5)]
    wide = {"achievement": LevelLimits()}
    plan = assign(ranking(rows, needs=needs, achievements=schools), everything(**wide))
    assert [pair[0] for pair in chosen(plan)] == ["N2", "N3", "N4"]
    assert sorted(plan.conflicts) == sorted(couples)
    free = everything(own_enterprises=False, **wide)
    assert len(assign(ranking(rows, needs=needs, achievements=schools), free).pairs) == 5


def test_regions_rule_out_only_what_is_known_to_differ() -> None:
    plan = assign(ranking(), everything(region="require"))
    # N3 in 北京 may not meet A1 in 沈阳; A3 says no region.
    assert chosen(plan) == [("N1", "A1"), ("N1", "A2"), ("N2", "A1"), ("N2", "A2"), ("N3", "A3")]
    plan = assign(ranking(), everything(region="require", region_level="city"))
    assert chosen(plan) == [("N1", "A1"), ("N2", "A2"), ("N3", "A3")]
    prefer = everything(region="prefer", region_level="city", region_factor=2.0)
    plan = assign(ranking(), prefer)
    assert plan.value == pytest.approx(3.7 + 0.9 + 0.7)
    assert plan.total_score == pytest.approx(3.7)


def test_priorities_change_the_gain_and_not_the_score() -> None:
    rows = [(0, 0, 0.9), (1, 0, 0.5), (2, 0, 0.6)]
    assert chosen(assign(ranking(rows), one_each())) == [("N1", "A1")]
    first = one_each(priorities={"卡脖子": 1.5, "龙头": 1.2, "专精特新": 1.1})
    plan = assign(ranking(rows), first)
    assert chosen(plan) == [("N2", "A1")]
    assert plan.value == pytest.approx(0.5 * 1.5 * 1.2 * 1.1)
    assert plan.pairs[0].score == 0.5
    assert plan.priorities == (("卡脖子", 1), ("龙头企业", 1), ("专精特新", 1))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"body": "该技术属于卡“脖子”环节"}, True),
        ({"attempted": "核心部件长期受制于人"}, True),
        ({"keywords": ("卡脖子",)}, True),
        ({"extra": {"备注": "卡 脖子"}}, True),
        ({"extra": {"是否卡脖子": "是"}}, True),
        ({"extra": {"卡脖子技术名称": "高温轴承"}}, True),
        ({"body": "是否属于卡脖子技术：是"}, True),
        ({"body": "解决一直无法突破的卡脖子问题"}, True),
        ({"extra": {"是否卡脖子": "否"}, "body": "卡脖子"}, False),
        ({"extra": {"是否“卡脖子”": "非卡脖子"}}, False),
        ({"extra": {"卡脖子": "无"}}, False),
        ({"body": "本需求不属于卡脖子技术"}, False),
        ({"body": "卡脖子：否"}, False),
        ({"title": "卡脖子攻关", "body": "经核实并非卡脖子"}, False),
        ({"body": "是否卡脖子："}, False),
        ({"body": "提高收率"}, False),
    ],
)
def test_which_needs_say_that_they_are_bottlenecks(fields: dict[str, object], said: bool) -> None:
    assert says_bottleneck(Need(**{"id": "N", "title": "求", **fields})) is said


def test_names_of_priorities() -> None:
    assert priority_kind("“卡脖子”") == "卡脖子"
    assert priority_kind("链主") == "龙头企业"
    with pytest.raises(ConfigError, match="did you mean '卡脖子'"):
        priority_kind("卡脖")


def test_how_long_to_search_is_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def cut(program: Program, *, time_limit: float | None = None, gap: float = 0.0) -> Solution:
        asked.append((time_limit, gap))
        found = solve(program)
        return Solution(found.chosen, found.value, found.value * 1.1)

    monkeypatch.setattr("matchmaker.planning.assignments.assignment.solve", cut)
    plan = assign(ranking(), everything(gap=0.2, time_limit=9.0))
    assert asked == [(9.0, 0.2)]
    assert plan.gap == pytest.approx(0.1)
    assert not plan.exact


def test_plain_data() -> None:
    plan = assign(ranking(), everything(need=LevelLimits(max=1, each={"N1": Range(max=2)})))
    plain = json.loads(json.dumps(plan.to_json(), allow_nan=False))
    assert plain["exact"] is True
    assert plain["worst_served"] == 0.6
    assert plain["pairs"][0] == {
        "need_id": "N1", "achievement_id": "A1", "enterprise": "宏砺特钢股份有限公司",
        "university": "北陵大学", "team": "赵组", "rank": 1, "score": 0.9, "grade": 3,
    }  # fmt: skip
    assert plain["settings"]["need"]["each"] == {"N1": {"min": None, "max": 2}}


def province(candidates: int = 20) -> RankedPairs:
    """100 universities, 1,000 enterprises with 2,000 needs, and 7,000 achievements."""
    rng = np.random.default_rng(6)
    needs = [
        Need(id=f"N{at:04}", title="求", organisation=f"第{at % 1000}厂有限公司")
        for at in range(2000)
    ]
    achievements = [
        Achievement(
            id=f"A{at:04}", title="成", organisation=f"第{at % 100}大学", team=f"{at % 2500}组"
        )
        for at in range(7000)
    ]
    need = np.repeat(np.arange(2000), candidates)
    # Some achievements are in everybody's list.
    drawn = (rng.random(len(need)) ** 2 * 7000).astype(np.int64)
    codes = np.unique(need * 7000 + drawn)
    score = np.round(rng.random(len(codes)), 4)
    rows = np.stack([codes // 7000, codes % 7000, score]).T
    return ranking(rows.tolist(), needs=needs, achievements=achievements)


LIMITS = {"need": (0, 2), "achievement": (0, 2), "enterprise": (2, 4), "university": (30, 40)}
LIMITS |= {"team": (1, 4)}


def test_a_province_keeps_every_limit_and_is_proven_by_duality() -> None:
    pairs = province()
    levels = {key: LevelLimits(min=low, max=high) for key, (low, high) in LIMITS.items()}
    plan = assign(pairs, everything(**levels))
    need, achievement = pairs.columns.need, pairs.columns.achievement
    team = np.unique(achievement % 100 * 2500 + achievement % 2500, return_inverse=True)[1]
    of = {"need": need, "achievement": achievement, "enterprise": need % 1000}
    of |= {"university": achievement % 100, "team": team}
    taken = set(zip(plan.pairs.columns.need, plan.pairs.columns.achievement, strict=True))
    x = np.array([pair in taken for pair in zip(need, achievement, strict=True)])
    assert x.sum() == len(plan.pairs) == len(taken)
    rows, upper = [], []
    for level, (low, high) in LIMITS.items():
        parties = int(of[level].max()) + 1
        count = np.bincount(of[level][x], minlength=parties)
        candidates = np.bincount(of[level], minlength=parties)
        least = np.minimum(low, candidates)
        assert (count >= least).all()
        assert (count <= high).all()
        counts = csr_array(
            (np.ones(len(x)), (of[level], np.arange(len(x)))), shape=(parties, len(x))
        )
        rows += [counts, -counts]
        upper += [np.full(parties, high), -least]
    # Weak duality, worked out here: whatever multipliers are not negative give a bound.
    matrix, right = csr_array(vstack(rows)), np.concatenate(upper).astype(np.float64)
    score = pairs.columns.score
    relaxed = linprog(-score, A_ub=matrix, b_ub=right, bounds=(0, 1), method="highs")
    multipliers = np.maximum(0, -relaxed.ineqlin.marginals)
    bound = multipliers @ right + np.maximum(0, score - matrix.T @ multipliers).sum()
    assert score[x].sum() == pytest.approx(bound, rel=1e-9)
    assert plan.value == pytest.approx(bound, rel=1e-9)
    assert plan.exact
    assert count.sum() == len(plan.pairs)
