"""Funnel, targets, pace and double counts: worked by hand, and the same in whatever order."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchmaker.errors import ConfigError
from matchmaker.language.sectors import Sector, SectorRegistry
from matchmaker.planning.outcomes.columns import STAGES
from matchmaker.planning.outcomes.outcomes import Outcome, Outcomes
from matchmaker.planning.outcomes.pace import add_months, forecast, months_between
from matchmaker.planning.outcomes.targets import Target, TargetSettings, track_targets
from matchmaker.planning.settings import load_settings
from matchmaker.records import Need, Origin

TODAY = date(2026, 11, 26)


def row(at, need="N1", achievement="A1", stage="已对接", day=None, **values):
    values.setdefault("enterprise", "甲钢有限公司")
    values.setdefault("university", "东北大学")
    return Outcome(
        need_id=need,
        achievement_id=achievement,
        stage=stage,
        day=day and date.fromisoformat(day),
        origin=Origin("台账.csv", "", at),
        **values,
    )


TEN_ITEMS = (Target(count="items", number=10),)


def track(*rows, targets=TEN_ITEMS, **options):
    given_settings = TargetSettings(targets=targets, **options.pop("settings", {}))
    return track_targets(rows, given_settings, today=TODAY, **options)


def funnel_of(report, division):
    return {line.name: line for line in report.funnel if line.division == division}


# Four items: one finished, one signed and ended, one met and refused, one only sent.
HISTORY = (
    row(1, "N1", "A1", "已推送", "2026-01-01", sectors=("冶金",), region="沈阳市", event="清单"),
    row(2, "N1", "A1", "已对接", "2026-01-11", sectors=("冶金",), region="沈阳市", event="春季"),
    row(3, "N1", "A1", "意向", "2026-01-21", sectors=("冶金",)),
    row(4, "N1", "A1", "签约", "2026-02-20", sectors=("冶金",), amount=100.0),
    row(5, "N1", "A1", "实施", "2026-03-01", sectors=("冶金",), park="沈阳高新技术产业开发区"),
    row(6, "N1", "A1", "完成", "2026-06-01", sectors=("冶金",), amount=110.0, park="沈阳 高新区"),
    row(7, "N2", "A2", "签约", "2026-05-01", enterprise="乙化工", amount=50.0, sectors=("化工",)),
    row(
        8,
        "N2",
        "A2",
        "签约",
        "2026-07-01",
        enterprise="乙化工公司",
        refused=True,
        reasons=("其他",),
    ),
    row(9, "N3", "A1", "已推送", "2026-02-01", enterprise="丙厂", sectors=("冶金", "化工")),
    row(10, "N3", "A1", "已对接", "2026-02-21", enterprise="丙厂", refused=True),
    row(11, "N4", "A3", "已推送", "2026-02-01", enterprise="丁厂", university="大连大学"),
)


def test_the_funnel_by_hand():
    report = track(*HISTORY)
    whole = report.funnel[0]
    assert (report.rows, report.items, report.future, report.unnamed) == (11, 4, 0, 0)
    assert whole.reached == (4, 4, 3, 2, 2, 1, 1)
    assert whole.rates == (1.0, 0.75, 2 / 3, 1.0, 0.5, 1.0)
    # A refusal says that a stage had been reached, not on which day.
    assert whole.days == (None, 10.0, 10.0, 30.0, 9.0, 92.0)
    assert (whole.refused, whole.ended) == (2, 1)
    assert (whole.enterprises, whole.universities) == (3, 1)
    assert whole.amount == 110.0


def test_the_funnel_by_sector_university_city_park_and_event():
    report = track(*HISTORY)
    sectors = funnel_of(report, "sector")
    assert {name: line.reached[:5] for name, line in sectors.items()} == {
        "冶金": (2, 2, 2, 1, 1),
        "化工": (2, 2, 2, 1, 1),
        "": (1, 1, 0, 0, 0),
    }
    assert {name: line.amount for name, line in sectors.items()} == {
        "冶金": 110.0,
        "化工": 0,
        "": 0,
    }
    universities = funnel_of(report, "university")
    assert [(name, line.reached[1]) for name, line in universities.items()] == [
        ("东北大学", 3),
        ("大连大学", 1),
    ]
    assert list(funnel_of(report, "city")) == ["沈阳", ""]
    assert funnel_of(report, "park")["沈阳高新区"].reached == (1,) * 7
    assert set(funnel_of(report, "event")) == {"清单", "春季", ""}


def test_an_empty_list_and_a_row_that_says_nothing():
    report = track()
    assert report.funnel[0].reached == (0,) * 7
    assert report.funnel[0].rates == (None,) * 6
    assert report.targets[0].pace is None
    assert report.targets[0].status == "behind"
    only = track(Outcome(need_id="N1"))
    assert only.funnel[0].reached == (1, 0, 0, 0, 0, 0, 0)


def test_name_variants_are_one_organisation_and_are_flagged():
    names = ["沈阳甲钢集团有限公司", "沈阳甲鋼", "辽宁省沈阳市甲钢股份有限公司技术中心"]
    rows = [row(at, f"N{at}", enterprise=name) for at, name in enumerate(names, 1)]
    rows += [row(4, "N4", enterprise="", university="东北大学冶金学院"), row(5, "N5")]
    report = track(*rows, targets=(Target(count="enterprises", number=2),))
    (progress,) = report.targets
    assert [(one.name, len(one.rows)) for one in progress.counted] == [
        ("沈阳甲钢集团有限公司", 3),
        ("甲钢有限公司", 1),
    ]
    assert progress.status == "met"
    assert report.unnamed == 1
    kinds = {one.kind: one for one in report.doubles}
    assert set(kinds) == {"enterprise", "university"}
    assert set(kinds["enterprise"].names) == set(names)
    assert (kinds["enterprise"].claimed, kinds["enterprise"].counted) == (3, 1)
    assert [origin.row for origin in kinds["enterprise"].rows] == [1, 2, 3]
    assert kinds["university"].subject == "东北大学"


def test_what_nobody_names_counts_for_no_organisation():
    rows = [row(1, enterprise="某某公司"), row(2, "N2", enterprise="")]
    report = track(*rows, targets=(Target(count="enterprises", number=2),))
    assert report.targets[0].reached == 0
    assert report.unnamed == 2


def test_double_counts_of_items():
    rows = (
        row(1, event="春季会", park="甲园"),
        row(2, event="秋季会", park="乙园", university="大连大学"),
        row(3, "N2", "A2", "签约"),
        row(4, "N2", "A3", "签约"),
        row(5, "", "", "意向"),
    )
    report = track(*rows)
    found = {one.kind: one for one in report.doubles}
    assert set(found) == {"events", "universities", "parks", "solved", "unnumbered"}
    assert found["events"].names == ("春季会", "秋季会")
    assert found["universities"].names == ("东北大学", "大连大学")
    assert found["parks"].names == ("乙园", "甲园")
    assert found["parks"].subject == "N1 × A1"
    assert (found["parks"].claimed, found["parks"].counted) == (2, 1)
    assert (found["solved"].subject, found["solved"].names) == ("N2", ("A2", "A3"))
    assert (found["solved"].claimed, found["solved"].counted) == (2, 2)
    assert found["unnumbered"].subject == "甲钢 × 东北大学"
    assert set(found["unnumbered"].names) == {"N1 × A1", "N2 × A2", "N2 × A3"}
    assert report.items == 4


def test_a_half_numbered_row_is_only_compared_with_its_own_need():
    rows = (row(1, "N1", "A1"), row(2, "N1", ""), row(3, "N2", ""))
    found = [one for one in track(*rows).doubles if one.kind == "unnumbered"]
    assert [(one.subject, one.names) for one in found] == [("N1 × 东北大学", ("N1 × A1",))]


def test_the_same_need_under_two_ids_counts_once():
    text = "轧机工作辊在高温下磨损太快，换辊一次要停机四小时"
    needs = [
        Need(id="N1", title="轧辊磨损", body=text, organisation="甲钢有限公司"),
        Need(id="N2", title="轧辊磨损", body=text),
        Need(id="N3", title="轧辊磨损", body=text, organisation="另一家钢厂"),
        Need(id="N4", title="冷却水结垢", body="循环冷却水换热管每月结垢一次", organisation="甲钢"),
        Need(id="N5", title="轧辊磨损", body=text, organisation="未出现的厂"),
    ]
    rows = [row(at, f"N{at}", "A1", "签约") for at in (1, 2, 3, 4)]
    report = track(*rows, needs=needs[:2] + needs[3:])
    assert report.items == 3
    assert [(one.kind, one.subject, one.names) for one in report.doubles] == [
        ("needs", "N1", ("N1", "N2"))
    ]
    # Two enterprises may have copied one text, and nobody knows whose the third one is.
    assert track(*rows, needs=needs).items == 4


def test_an_item_ended_after_signing_counts_for_no_target_from_signing_on():
    report = track(
        *HISTORY,
        targets=(
            Target(count="items", number=5),
            Target(count="amount", number=1000),
            Target(count="items", number=5, stage="已对接"),
            Target(count="meetings", number=5),
        ),
    )
    assert [progress.reached for progress in report.targets] == [1, 110, 3, 3]
    (item,) = report.targets[0].counted
    assert (item.name, item.about, item.amount) == ("N1 × A1", "甲钢有限公司 × 东北大学", 110.0)
    assert item.day == date(2026, 2, 20)
    assert [origin.row for origin in item.rows] == [4, 5, 6]
    assert report.targets[3].counted[0].name == "丙厂 × 东北大学"


def test_filters():
    def reached(**names):
        return track(*HISTORY, targets=(Target(count="items", number=5, stage="已推送", **names),))

    assert reached(sector="冶金").targets[0].reached == 2
    assert reached(city="辽宁省沈阳市").targets[0].reached == 1
    assert reached(city="无此地").targets[0].reached == 0
    assert reached(park="沈阳高新区").targets[0].reached == 1
    assert reached(university="东北大学冶金学院").targets[0].reached == 3
    assert reached(event="春季").targets[0].reached == 1
    assert reached(sector="化工", university="大连大学").targets[0].reached == 0


def test_a_registry_unites_the_spellings_of_sectors():
    names = {"english": "metallurgy", "aliases": ("钢铁",), "industry": (), "ipc": ()}
    registry = SectorRegistry(
        [Sector(name="冶金", discipline=(), examples=(), **names)], version="1"
    )
    rows = [
        row(1, sectors=("钢铁",)),
        row(2, "N2", sectors=("冶金",)),
        row(3, "N3", sectors=("茶",)),
    ]
    target = Target(count="items", number=5, stage="已对接", sector="钢铁")
    report = track(*rows, targets=(target,), registry=registry)
    assert {name: line.reached[2] for name, line in funnel_of(report, "sector").items()} == {
        "冶金": 2,
        "茶": 1,
    }
    assert report.targets[0].reached == 2


@pytest.mark.parametrize(
    ("first", "last", "months"),
    [
        ("2026-01-31", "2026-02-28", 1.0),
        ("2024-01-31", "2024-02-29", 1.0),
        ("2024-02-01", "2024-02-15", 14 / 29),
        ("2026-02-01", "2026-02-15", 14 / 28),
        ("2024-02-29", "2025-02-28", 12.0),
        ("2026-01-15", "2026-03-14", 1 + 27 / 28),
        ("2025-11-26", "2026-11-26", 12.0),
        ("2026-05-05", "2026-05-05", 0.0),
        ("2026-05-06", "2026-05-05", 0.0),
        ("9999-12-30", "9999-12-31", 1.0),
    ],
)
def test_months_between(first, last, months):
    got = months_between(date.fromisoformat(first), date.fromisoformat(last))
    assert got == pytest.approx(months)


def test_add_months_and_forecast():
    assert add_months(date(2024, 1, 31), 1) == date(2024, 2, 29)
    assert add_months(date(2026, 12, 31), 2) == date(2027, 2, 28)
    assert forecast(date(2026, 1, 1), 0, None) == date(2026, 1, 1)
    assert forecast(date(2026, 1, 1), 3, 0.0) is None
    assert forecast(date(2026, 1, 1), 3, None) is None
    assert forecast(date(2026, 1, 1), 3, 2.0) == date(2026, 2, 15)
    # 0.3 of the 28 days of February are 8.4, so the ninth.
    assert forecast(date(2026, 2, 1), 0.3, 1.0) == date(2026, 2, 10)
    assert forecast(date(2026, 1, 1), 1e9, 1.0) is None
    assert forecast(date(9999, 1, 1), 20, 1.0) is None


def progress_of(rows, today="2026-07-01", **target):
    settings_ = TargetSettings(targets=(Target(count="items", number=12, **target),))
    return track_targets(rows, settings_, today=date.fromisoformat(today)).targets[0]


SIGNED = [
    row(at, f"N{at}", "A1", "签约", day)
    for at, day in enumerate(("2026-01-01", "2026-02-01", "2026-03-01", "2026-06-30"), 1)
]


def test_pace_by_hand():
    got = progress_of(SIGNED, deadline=date(2026, 11, 1))
    # Six months for four, four months left for eight, at 2/3 a month twelve more.
    assert (got.reached, got.still_open, got.share) == (4, 8, 4 / 12)
    assert got.start == date(2026, 1, 1)
    assert (got.pace, got.required) == (pytest.approx(4 / 6), 2.0)
    assert got.forecast == date(2027, 7, 1)
    assert got.status == "behind"
    assert progress_of(SIGNED, deadline=date(2027, 7, 1)).status == "on_track"


def test_a_start_counts_only_what_is_dated_since():
    rows = [*SIGNED, row(9, "N9", "A1", "签约")]
    assert progress_of(rows).reached == 5
    got = progress_of(rows, start=date(2026, 2, 1))
    assert (got.reached, got.undated, got.late) == (3, 1, 1)
    assert got.pace == pytest.approx(3 / 5)
    assert progress_of(rows, start=date(2026, 7, 1)).pace is None
    future = progress_of(rows, start=date(2026, 8, 1))
    assert (future.status, future.pace, future.forecast) == ("not_started", None, None)


def test_a_deadline_that_is_past_or_today():
    past = progress_of(SIGNED, deadline=date(2026, 3, 1))
    assert (past.status, past.reached, past.late, past.required) == ("missed", 3, 1, None)
    # Three in the two months up to the deadline.
    assert past.pace == pytest.approx(1.5)
    last = progress_of(SIGNED, deadline=date(2026, 7, 1))
    assert (last.status, last.required) == ("behind", None)
    met = progress_of([*SIGNED, *(row(20 + i, f"M{i}", "A1", "签约") for i in range(9))])
    assert (met.status, met.still_open, met.forecast) == ("met", 0, date(2026, 7, 1))
    assert met.share > 1


def test_the_deadline_is_that_of_the_target_the_settings_or_the_year():
    def deadline(of_settings=None, **target):
        targets = (Target(count="items", number=10, **target),)
        report = track(*HISTORY, targets=targets, settings={"deadline": of_settings})
        return report.targets[0].deadline

    assert deadline() == date(2026, 12, 31)
    assert deadline(date(2027, 6, 1)) == date(2027, 6, 1)
    assert deadline(date(2027, 6, 1), deadline=date(2028, 6, 1)) == date(2028, 6, 1)


def test_rows_after_today_do_not_count():
    report = track(
        row(1, stage="签约", day="2026-11-27"), row(2, "N2", stage="签约", day="2026-11-26")
    )
    assert (report.rows, report.future, report.targets[0].reached) == (1, 1, 1)


def test_the_default_targets():
    report = track_targets(HISTORY, today=TODAY)
    shown = [(p.target.count, p.target.number, p.target.rank) for p in report.targets]
    assert shown == [("universities", 100, 2), ("enterprises", 1000, 2), ("items", 7000, 4)]
    assert [progress.reached for progress in report.targets] == [1, 3, 1]


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Target(count="items", number=0), "number must be above 0, not 0"),
        (lambda: Target(count="items", number=float("nan")), "number must be above 0"),
        (lambda: Target(count="tea", number=1), "count must be one of"),
        (lambda: Target(count="items", number=1, stage="快了"), "stage must be one of"),
        (
            lambda: Target(count="items", number=1, start=TODAY, deadline=date(2026, 1, 1)),
            "start 2026-11-26 is after deadline 2026-01-01",
        ),
        (lambda: TargetSettings(targets=()), "at least one target"),
        (lambda: TargetSettings(examples=-1), "examples must be 0 or more"),
        (lambda: TargetSettings(start=TODAY, deadline=date(2026, 1, 1)), "after deadline"),
    ],
)
def test_settings_are_checked(make, said):
    with pytest.raises(ConfigError, match=said):
        make()


def test_settings_come_from_a_file(tmp_path):
    path = tmp_path / "目标.toml"
    path.write_text(
        'start = 2026-01-01\n[[targets]]\nname = "冶金合同"\ncount = "amount"\nnumber = 500\n'
        'sector = "冶金"\ndeadline = 2026-12-31\n',
        encoding="utf-8",
    )
    got = load_settings(TargetSettings, path)
    assert got.start == date(2026, 1, 1)
    assert got.targets == (
        Target(
            name="冶金合同", count="amount", number=500, sector="冶金", deadline=date(2026, 12, 31)
        ),
    )


NAMES = st.sampled_from(["", "甲厂", "甲厂有限公司", "乙集团", "东北大学", "东北大学冶金学院"])
ROWS = st.builds(
    Outcome,
    need_id=st.sampled_from(["N1", "N2", "N3"]),
    achievement_id=st.sampled_from(["", "A1", "A2"]),
    enterprise=NAMES,
    university=NAMES,
    sectors=st.sampled_from([(), ("冶金",), ("冶金", "化工")]),
    event=st.sampled_from(["", "春", "秋"]),
    stage=st.sampled_from(STAGES),
    refused=st.booleans(),
    reasons=st.sampled_from([(), ("其他",), ("预算不符", "技术质疑")]),
    day=st.none() | st.dates(date(2025, 12, 1), date(2026, 12, 31)),
    amount=st.none() | st.sampled_from([0.1, 0.2, 10.0, 99.9]),
)


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(ROWS, max_size=12), data=st.data())
def test_the_order_of_rows_does_not_count_and_the_funnel_never_rises(rows, data):
    rows = [replace(one, origin=Origin("a.csv", "", at)) for at, one in enumerate(rows)]
    targets = (
        Target(count="items", number=3),
        Target(count="enterprises", number=3),
        Target(count="amount", number=3),
    )
    report = track(*rows, targets=targets)
    again = track(*data.draw(st.permutations(rows)), targets=targets)
    assert json.dumps(report.to_json(), allow_nan=False) == json.dumps(again.to_json())
    for line in report.funnel:
        assert list(line.reached) == sorted(line.reached, reverse=True)
        assert all(rate is None or 0 <= rate <= 1 for rate in line.rates)
        assert line.ended <= line.refused <= line.reached[0]
    for progress in report.targets:
        assert progress.still_open >= 0
        if progress.target.count != "amount":
            assert progress.reached == len({one.name for one in progress.counted})
    assert report.funnel[0].reached[0] == report.items


def test_the_plain_form_has_sources_and_notes(tmp_path):
    outcomes = Outcomes(tuple(HISTORY), ("台账.csv",))
    plain = track_targets(outcomes, today=TODAY).to_json()
    assert plain["kind"] == "targets"
    assert plain["sources"] == ["台账.csv"]
    assert plain["funnel"][0]["reached"]["签约"] == 2
    assert plain["targets"][2]["counted"][0]["rows"][0] == {
        "file": "台账.csv",
        "sheet": "",
        "row": 4,
    }


def test_universities_in_one_cell_are_counted_each():
    rows = (
        row(1, "N1", "A1", "签约", university="东北大学、大连大学", amount=5.0),
        row(2, "N2", "A2", "签约", university="大连大学机械学院"),
    )
    targets = (Target(count="universities", number=2), Target(count="meetings", number=2))
    report = track(*rows, targets=targets)
    assert [one.name for one in report.targets[0].counted] == ["东北大学", "大连大学"]
    assert report.targets[1].reached == 2
    assert report.funnel[0].universities == 2
    lines = funnel_of(report, "university")
    assert {name: line.reached[4] for name, line in lines.items()} == {
        "大连大学": 2,
        "东北大学": 1,
    }
    (joint,) = [one for one in report.doubles if one.kind == "universities"]
    assert joint.counted == 1
    (spelt,) = [one for one in report.doubles if one.kind == "university"]
    assert spelt.names == ("大连大学", "大连大学机械学院")


def test_an_id_that_reads_like_a_name_is_another_item():
    rows = (
        row(1, "甲钢", "A1", "签约", amount=5.0),
        row(2, "", "A1", "签约", amount=7.0),
    )
    targets = (Target(count="items", number=2), Target(count="amount", number=20))
    assert [one.reached for one in track(*rows, targets=targets).targets] == [2, 12]


def test_a_start_after_the_deadline_by_default_is_refused():
    with pytest.raises(ConfigError, match="start 2027-01-01 is after deadline 2026-12-31"):
        track(settings={"start": date(2027, 1, 1)})
    late = (Target(count="items", number=1, start=date(2026, 6, 1)),)
    with pytest.raises(ConfigError, match="set a later deadline"):
        track(targets=late, settings={"deadline": date(2026, 5, 1)})


def test_a_target_knows_what_no_item_has():
    rows = (
        row(1, "N1", "A1", "签约", sectors=("冶金",), region="辽宁省沈阳市", park="浑南高新区"),
    )
    target = Target(count="items", number=1, sector="冶金", city="辽宁", park="抚顺高新区")
    (found,) = track(*rows, targets=(target,)).targets
    assert (found.reached, found.unseen) == (0, ("辽宁", "抚顺高新区"))
    assert found.to_json()["unseen"] == ["辽宁", "抚顺高新区"]


def test_what_has_no_date_says_nothing_of_the_pace():
    rows = [row(at, f"N{at}", "A1", "签约") for at in range(1, 6)]
    rows.append(row(9, "N9", "A1", "签约", "2026-10-26"))
    (found,) = track(*rows, targets=(Target(count="items", number=7),)).targets
    assert (found.reached, found.pace) == (6, 1.0)
    (none,) = track(*rows[:5], targets=(Target(count="items", number=7),)).targets
    assert (none.reached, none.pace, none.forecast, none.status) == (5, None, None, "behind")


def test_a_sum_that_was_only_intended_is_no_contract():
    rows = (
        row(1, "N1", "A1", "意向", "2026-03-01", amount=1000.0),
        row(2, "N1", "A1", "签约", "2026-04-01"),
        row(3, "N2", "A1", "意向", "2026-03-01", amount=80.0),
        row(4, "N2", "A1", "签约", "2026-04-01", amount=60.0),
        row(5, "N3", "A1", "意向", "2026-03-01", amount=7.0),
    )
    targets = (
        Target(count="amount", number=500),
        Target(count="amount", number=500, stage="意向"),
        Target(count="items", number=5),
    )
    report = track(*rows, targets=targets)
    assert report.funnel[0].amount == 60
    assert [one.reached for one in report.targets] == [60, 1067, 2]
    assert [one.amount for one in report.targets[2].counted] == [None, 60.0]
    assert (report.unpriced, report.to_json()["unpriced"]) == (1, 1)
