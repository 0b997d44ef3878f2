"""Refusals: every rule both ways, what is unknown never lifts one, and rankings without them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from matchmaker.language.sectors import SectorLabel
from matchmaker.planning.outcomes.outcomes import Outcome, read_outcomes
from matchmaker.planning.outcomes.refusals import refused_pairs, without_refused
from matchmaker.records import Achievement, Need, read_achievements, read_needs
from matchmaker.sample import sample_path
from matchmaker.scoring.pairs import PairColumns, PairContext, RankedPairs

TODAY = date(2026, 11, 26)
REFUSED, BEFORE, AFTER = date(2026, 5, 20), date(2026, 5, 20), date(2026, 5, 21)


def refusal(*reasons, **values):
    return Outcome(
        **{
            "need_id": "N1",
            "achievement_id": "A1",
            "stage": "已对接",
            "refused": True,
            "day": REFUSED,
            "reasons": reasons,
            **values,
        }
    )


def judged(outcome, need=None, achievement=None, **options):
    needs = [Need(**{"id": "N1", "title": "轧辊", **(need or {})})]
    achievements = [Achievement(**{"id": "A1", "title": "堆焊", **(achievement or {})})]
    found = refused_pairs([outcome], needs, achievements, today=TODAY, **options)
    assert len(found.standing) + len(found.lifted) == 1
    assert found.pairs == ({("N1", "A1")} if found.standing else set())
    return found.lifted[0].why if found.lifted else ()


@pytest.mark.parametrize(
    ("noted", "now", "need", "why"),
    [
        ({"asked": "中试"}, "中试", {}, ("mature_enough",)),
        ({"asked": "TRL 7"}, "中试", {}, ()),
        ({}, "产业化", {"goals": "成熟度达到TRL7级"}, ("mature_enough",)),
        ({}, "小试", {"goals": "成熟度达到TRL7级"}, ()),
        ({"maturity": "小试"}, "中试", {}, ("more_mature",)),
        ({"maturity": "中试"}, "中试", {}, ()),
        ({"maturity": "量产"}, "中试", {}, ()),
        # Nothing has changed, so what the enterprise asked for is not reached now either.
        ({"maturity": "中试", "asked": "小试"}, "中试", {}, ()),
        ({"maturity": "小试", "asked": "TRL 8"}, "中试", {}, ()),
        ({"maturity": "小试", "asked": "中试"}, "中试", {}, ("mature_enough",)),
        ({}, "量产", {}, ()),
        ({"asked": "小试"}, "", {}, ()),
        ({"asked": "TRL 1"}, "尚未中试", {}, ()),
        ({"asked": "好用"}, "量产", {}, ()),
    ],
)
def test_maturity(noted, now, need, why):
    assert judged(refusal("成熟度不足", **noted), need, {"maturity": now}) == why


@pytest.mark.parametrize(
    ("budget", "price", "why"),
    [
        ("100万元", "80万元", ("within_budget",)),
        ("100万元", "100万元", ("within_budget",)),
        ("100万元", "120万元", ()),
        ("100万元", "80-120万元", ()),
        ("80-150万元", "100-140万元", ("within_budget",)),
        ("100万元", "", ()),
        ("", "80万元", ()),
        ("100万元", "面议", ()),
        ("面议", "80万元", ()),
        ("100万元", "30万元起", ()),
        ("100万元", "5万美元", ()),
        ("100万元", "20万元/年", ()),
    ],
)
def test_budget(budget, price, why):
    assert judged(refusal("预算不符"), {"budget": budget}, {"price": price}) == why


@pytest.mark.parametrize(
    ("reason", "need_lifts", "achievement_lifts"),
    [
        ("描述不清", "republished", "republished"),
        ("技术质疑", "", "achievement_republished"),
        ("优势不清", "", "achievement_republished"),
        ("商业路径不清", "", "achievement_republished"),
        ("已有方案", "need_republished", ""),
        ("不在业务范围", "", ""),
        ("其他", "", ""),
    ],
)
def test_publication(reason, need_lifts, achievement_lifts):
    def why(**days):
        need, achievement = ({"published": days.get(name)} for name in ("need", "achievement"))
        return judged(refusal(reason, day=days.get("day", REFUSED)), need, achievement)

    assert why(need=AFTER) == ((need_lifts,) if need_lifts else ())
    assert why(achievement=AFTER) == ((achievement_lifts,) if achievement_lifts else ())
    assert why(need=BEFORE, achievement=BEFORE) == ()
    assert why() == ()
    assert why(day=None, need=AFTER, achievement=AFTER) == ()
    # A date that has not come yet says nothing.
    assert why(need=date(2026, 11, 27), achievement=date(2026, 11, 27)) == ()


def test_every_reason_must_be_gone_and_none_at_all_stays():
    records = ({"budget": "100万元"}, {"price": "80万元"})
    assert judged(refusal("预算不符", "技术质疑"), *records) == ()
    published = (records[0], {"price": "80万元", "published": AFTER})
    assert judged(refusal("预算不符", "技术质疑"), *published) == (
        "achievement_republished",
        "within_budget",
    )
    assert judged(refusal(), *published) == ()


@pytest.mark.parametrize("reason", ["成熟度不足", "预算不符", "描述不清", "已有方案"])
def test_records_that_are_gone_lift_nothing(reason):
    found = refused_pairs([refusal(reason, asked="小试")], [], [], today=TODAY)
    assert found.pairs == {("N1", "A1")}


@pytest.mark.parametrize(
    ("rows", "stands"),
    [
        ([refusal(), refusal(refused=False, stage="意向", day=AFTER)], False),
        ([refusal(), refusal(refused=False, stage="意向", day=REFUSED)], True),
        ([refusal(), refusal(refused=False, stage="意向", day=None)], True),
        ([refusal(), refusal(refused=False, stage="未接触", day=AFTER)], True),
        ([refusal(day=None), refusal(refused=False, stage="签约", day=AFTER)], True),
        (
            [
                refusal(day=date(2026, 1, 1)),
                refusal(refused=False, stage="意向", day=date(2026, 2, 1)),
                refusal(day=date(2026, 3, 1)),
            ],
            True,
        ),
    ],
)
def test_a_pair_that_went_on_later_is_no_longer_refused(rows, stands):
    for order in (rows, rows[::-1]):
        found = refused_pairs(order, [], [], today=TODAY)
        assert bool(found.pairs) is stands


def test_pairs_in_progress_and_refusals_that_name_no_pair():
    rows = [
        Outcome(need_id="N1", achievement_id="A1", stage="意向"),
        Outcome(need_id="N1", achievement_id="A2", stage="签约"),
        Outcome(need_id="N1", achievement_id="A3", stage="已对接"),
        Outcome(need_id="N1", achievement_id="A4", stage="完成"),
        Outcome(need_id="N2", university="东北大学", refused=True),
        Outcome(need_id="N3", university="东北大学", stage="签约"),
    ]
    found = refused_pairs(rows, [], [], today=TODAY)
    assert found.in_progress == {("N1", "A1")}
    assert found.signed == {("N1", "A2"), ("N1", "A4")}
    assert found.unplaced == 1
    plain = json.loads(json.dumps(found.to_json(), allow_nan=False))
    assert plain["signed"] == [["N1", "A2"], ["N1", "A4"]]
    assert (plain["standing"], plain["lifted"]) == ([], [])


class Shown(RankedPairs):
    """A subclass, as the facade has one."""


def ranking(direction="need_to_achievement", duplicates=None):
    needs = tuple(Need(id=f"N{i}", title="需") for i in range(3))
    achievements = tuple(Achievement(id=f"A{i}", title="果") for i in range(3))
    label = (SectorLabel("冶金", 1.0, "declared"),)
    context = PairContext(
        needs,
        achievements,
        (label,) * 3,
        (label,) * 3,
        ("冶金",),
        direction,
        lambda need, achievement: (),
        duplicates or {},
    )
    asking = np.repeat(np.arange(3), 3)
    found = np.array([0, 1, 2, 1, 0, 2, 2, 1, 0])
    forward = direction == "need_to_achievement"
    columns = PairColumns(
        need=asking if forward else found,
        achievement=found if forward else asking,
        rank=np.tile([1, 2, 3], 3),
        score=np.tile([0.9, 0.6, 0.3], 3),
        grade=np.tile(np.array([4, 3, 2], dtype=np.int8), 3),
        similarity=np.zeros(9),
    )
    return Shown(context, columns)


def shown(pairs):
    return [(match.need.id, match.achievement.id, match.rank) for match in pairs]


def outcome(need, achievement, **values):
    return Outcome(need_id=need, achievement_id=achievement, **values)


def test_a_ranking_without_refused_pairs_is_ranked_anew():
    rows = [
        outcome("N0", "A0", refused=True),
        outcome("N1", "A0", refused=True),
        outcome("N2", "A2", stage="签约"),
        outcome("N2", "A1", stage="意向"),
    ]
    kept = without_refused(ranking(), rows, today=TODAY)
    assert type(kept) is Shown
    assert shown(kept) == [
        ("N0", "A1", 1),
        ("N0", "A2", 2),
        ("N1", "A1", 1),
        ("N1", "A2", 2),
        ("N2", "A1", 1),
        ("N2", "A0", 2),
    ]
    assert [match.score for match in kept][:2] == [0.6, 0.3]
    everything = ("refused", "signed", "in_progress")
    less = without_refused(ranking(), rows, today=TODAY, leave_out=everything)
    assert shown(less)[4:] == [("N2", "A0", 1)]
    assert shown(without_refused(ranking(), rows, today=TODAY, leave_out=())) == shown(ranking())


def test_the_other_direction_and_an_empty_rest():
    pairs = ranking("achievement_to_need")
    kept = without_refused(pairs, [outcome("N0", "A0", refused=True)], today=TODAY)
    assert shown(kept)[:3] == [("N1", "A0", 1), ("N2", "A0", 2), ("N1", "A1", 1)]
    every = [outcome(f"N{i}", f"A{j}", refused=True) for i in range(3) for j in range(3)]
    nothing = without_refused(pairs, every, today=TODAY)
    assert len(nothing) == 0
    assert len(nothing.needs) == 3


def test_a_refusal_of_a_duplicate_counts_for_the_one_that_stands_for_it():
    rows = [outcome("N0", "A0b", refused=True)]
    pairs = ranking(duplicates={"A0": ("A0b",)})
    assert ("N0", "A0", 1) not in shown(without_refused(pairs, rows, today=TODAY))
    assert shown(without_refused(ranking(), rows, today=TODAY)) == shown(ranking())
    turned = ranking("achievement_to_need", {"N0": ("N0b",)})
    kept = without_refused(turned, [outcome("N0b", "A0", refused=True)], today=TODAY)
    assert shown(kept)[0] == ("N1", "A0", 1)


def test_the_sample_lifts_three_refusals():
    needs = read_needs(sample_path("needs.csv"))
    achievements = read_achievements(sample_path("achievements.xlsx"))
    rows = read_outcomes(sample_path("outcomes.csv"), needs=needs, achievements=achievements)
    found = refused_pairs(rows, needs, achievements, today=TODAY)
    assert [(one.need_id, one.achievement_id, one.why) for one in found.lifted] == [
        ("N009", "A018", ("within_budget",)),
        ("N022", "A043", ("more_mature",)),
        ("N023", "A045", ("republished",)),
    ]
    assert len(found.standing) == 11
    plain = found.to_json()
    assert plain["lifted"][1] == {
        "need_id": "N022",
        "achievement_id": "A043",
        "reasons": ["成熟度不足"],
        "day": "2024-04-18",
        "why": ["more_mature"],
    }


def told(*rows, today=TODAY):
    needs = [Need(id="N1", title="轧辊", published=AFTER)]
    return refused_pairs(rows, needs, [Achievement(id="A1", title="堆焊")], today=today)


def test_what_is_only_planned_lifts_no_refusal_and_signs_nothing():
    meeting = outcome("N1", "A1", stage="已对接", day=date(2027, 1, 5))
    assert told(refusal("不在业务范围"), meeting).pairs == {("N1", "A1")}
    assert told(refusal("不在业务范围"), meeting, today=date(2027, 1, 5)).pairs == set()
    signing = outcome("N1", "A1", stage="签约", day=date(2027, 1, 5))
    assert told(signing).signed == set()
    # A refusal holds even if its date is a slip.
    assert told(refusal("技术质疑", day=date(2027, 1, 5))).pairs == {("N1", "A1")}


def test_every_refusal_that_stands_must_be_lifted():
    later = date(2026, 5, 20)
    first = refusal("不在业务范围", day=date(2026, 4, 1))
    second = refusal("描述不清", day=later)
    (one,) = told(first, second).standing
    assert one.reasons == ("描述不清", "不在业务范围")
    assert one.day == later
    # They met again after the first one, so only the second still stands.
    met = outcome("N1", "A1", stage="已对接", day=date(2026, 5, 1))
    (one,) = told(first, met, second).lifted
    assert (one.reasons, one.why) == (("描述不清",), ("republished",))
    # One that says no reason adds nothing, unless it is the last.
    assert told(refusal(day=date(2026, 4, 1)), second).lifted
    assert told(refusal(day=date(2026, 5, 21)), second).standing


def test_a_refusal_holds_for_the_same_need_under_another_id():
    needs = [
        Need(id="N1", title="轧机工作辊磨损太快", organisation="甲钢铁有限公司"),
        Need(id="N2", title="轧机工作辊磨损太快", organisation="甲钢铁有限公司技术中心"),
        Need(id="N3", title="轧机工作辊磨损太快", organisation="乙钢铁有限公司"),
        Need(id="N4", title="高炉渣余热回收", organisation="甲钢铁有限公司"),
    ]
    items = [Achievement(id="A1", title="堆焊")]
    found = refused_pairs([refusal("技术质疑", need_id="N2")], needs, items, today=TODAY)
    assert [(one.need_id, one.achievement_id) for one in found.standing] == [("N2", "A1")]
    assert found.repeated == {("N1", "A1")}
    assert found.pairs == {("N1", "A1"), ("N2", "A1")}
    assert found.to_json()["repeated"] == [["N1", "A1"]]
    # They went on under the other id.
    signed = outcome("N1", "A1", stage="签约", day=date(2026, 6, 1))
    later = refused_pairs([refusal("技术质疑", need_id="N2"), signed], needs, items, today=TODAY)
    assert (later.pairs, later.signed) == (frozenset(), {("N1", "A1"), ("N2", "A1")})
    # What is lifted is lifted for both.
    again = [replace(needs[0], published=AFTER), replace(needs[1], published=AFTER)]
    lifted = refused_pairs([refusal("描述不清", need_id="N2")], again, items, today=TODAY)
    assert (lifted.pairs, len(lifted.lifted)) == (frozenset(), 1)
