"""Lead universities and co-hosts, worked out by hand."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchmaker.errors import ConfigError
from matchmaker.language.sectors import OTHER, SectorLabel
from matchmaker.planning.hosting.components import Answer
from matchmaker.planning.hosting.hosts import HostSettings, HostWeights, rank_hosts
from matchmaker.planning.outcomes.outcomes import Outcome
from matchmaker.planning.settings import load_settings, settings_of
from matchmaker.records import Achievement, Need
from matchmaker.scoring.pairs import Direction, PairColumns, PairContext, RankedPairs

STEEL = "冶金"
DRUGS = "生物医药"
NOTHING: Mapping[str, tuple[str, ...]] = {}


def labels(names: str) -> tuple[SectorLabel, ...]:
    return tuple(SectorLabel(name, 0.9, "predicted") for name in names.split())


def ranking(
    needs: Mapping[str, str],
    achievements: Mapping[str, tuple[str, str, str]],
    scores: Mapping[tuple[str, str], float],
    *,
    direction: Direction = "need_to_achievement",
    duplicates: Mapping[str, tuple[str, ...]] = NOTHING,
    order: Sequence[int] | None = None,
) -> RankedPairs:
    """Rank needs (id: sectors) and achievements (id: university, sectors, maturity)."""
    need_ids, achievement_ids = sorted(needs), sorted(achievements)
    forward = direction == "need_to_achievement"
    rows = sorted(scores, key=lambda pair: (pair[0] if forward else pair[1], -scores[pair]))
    if order is not None:
        rows = [rows[at] for at in order]
    asking = [pair[0] if forward else pair[1] for pair in rows]
    columns = PairColumns(
        need=np.array([need_ids.index(need) for need, _ in rows], dtype=np.int64),
        achievement=np.array([achievement_ids.index(item) for _, item in rows], dtype=np.int64),
        rank=np.array([asking[:at].count(one) + 1 for at, one in enumerate(asking)], np.int64),
        score=np.array([scores[pair] for pair in rows], dtype=np.float64),
        grade=np.array([3 if scores[pair] >= 0.5 else 2 for pair in rows], dtype=np.int8),
        similarity=np.zeros(len(rows)),
    )
    context = PairContext(
        needs=tuple(Need(id=one, title=f"需求{one}", organisation="某厂") for one in need_ids),
        achievements=tuple(
            Achievement(
                id=one,
                title=f"成果{one}",
                organisation=achievements[one][0],
                maturity=achievements[one][2],
            )
            for one in achievement_ids
        ),
        need_sectors=tuple(labels(needs[one]) for one in need_ids),
        achievement_sectors=tuple(labels(achievements[one][1]) for one in achievement_ids),
        sector_names=("信息技术", STEEL, DRUGS),
        direction=direction,
        shared_terms=lambda need, achievement: (),
        duplicates=duplicates,
    )
    return RankedPairs(context, columns)


NEEDS = {"N1": STEEL, "N2": STEEL, "N3": STEEL, "N4": STEEL}
ACHIEVEMENTS = {
    "A1": ("青山大学", STEEL, "TRL 5"),
    "A2": ("青山大学材料学院", STEEL, ""),
    "A3": ("青山大学", STEEL, "TRL 8"),
    "B1": ("白水大学", STEEL, "TRL 8"),
    "C1": ("赤原大学", DRUGS, ""),
    "D1": ("金沙大学", DRUGS, "TRL 1"),
}
SCORES = {
    ("N1", "A1"): 0.8,
    ("N1", "A2"): 0.9,
    ("N2", "A2"): 0.6,
    ("N3", "B1"): 0.7,
    ("N1", "C1"): 0.5,
    ("N4", "A1"): 0.49,
    ("N4", "B1"): 0.3,
}
# Pushed, and what became of it: 青山 has signed one of four, 白水 its only one.
HISTORY = (
    *(Outcome(enterprise=f"厂{i}", university="青山大学", stage="已推送") for i in range(3)),
    Outcome(enterprise="厂3", university="青山大学", stage="实施"),
    Outcome(need_id="N3", achievement_id="B1", stage="签约"),
)


def plan(**changes):
    arguments = {"needs": NEEDS, "achievements": ACHIEVEMENTS, "scores": SCORES}
    return rank_hosts(ranking(**(arguments | changes)))


def test_every_component_by_hand() -> None:
    (steel,) = plan().sectors
    assert steel.sector == STEEL
    assert [host.university for host in steel.ranked] == ["青山大学", "白水大学", "赤原大学"]
    first, second, third = steel.ranked
    assert first.components == pytest.approx(
        # The mean of 5, 8 and 8 is 7, and counts twice: (5 + 8 + 14) / 4 = 6.75.
        {"coverage": 1.0, "strength": 0.75, "volume": 1.0, "maturity": 5.75 / 8}
    )
    assert second.components == pytest.approx(
        {"coverage": 0.5, "strength": 0.7, "volume": 0.5, "maturity": (22 / 3 - 1) / 8}
    )
    # Its achievement has another label, but answers a need; it says nothing of its maturity.
    assert third.components == pytest.approx(
        {"coverage": 0.5, "strength": 0.5, "volume": 0.5, "maturity": 6 / 8}
    )
    assert first.score == pytest.approx(0.6 + 0.075 + 0.15 + 0.15 * 5.75 / 8)
    assert first.covered == (Answer("N1", "A2", 0.9, 3), Answer("N2", "A2", 0.6, 3))
    assert first.achievements == ("A1", "A2", "A3")
    assert [host.stated for host in steel.ranked] == [2, 1, 0]
    assert steel.lead == first


def test_what_nobody_answers_and_who_comes_nearest() -> None:
    (steel,) = plan().sectors
    (open_need,) = steel.uncovered
    assert (open_need.need_id, open_need.university) == ("N4", "青山大学")
    assert open_need.best == Answer("N4", "A1", 0.49, 2)
    (steel,) = plan(needs=NEEDS | {"N5": STEEL}).sectors
    assert [(one.need_id, one.best, one.university) for one in steel.uncovered[1:]] == [
        ("N5", None, "")
    ]
    assert steel.covered == 3


def test_co_hosts_answer_what_the_lead_leaves_open() -> None:
    (steel,) = plan().sectors
    (host,) = steel.co_hosts.hosts  # 赤原 answers only what the lead does
    assert (host.university, host.adds) == ("白水大学", (Answer("N3", "B1", 0.7, 3),))
    assert (steel.co_hosts.covered, steel.co_hosts.bound) == (1, 1.0)
    assert steel.best_co_hosts == steel.co_hosts


def test_past_outcomes_are_smoothed() -> None:
    found = rank_hosts(ranking(NEEDS, ACHIEVEMENTS, SCORES), outcomes=HISTORY)
    assert found.shares == pytest.approx(
        {"coverage": 0.48, "strength": 0.08, "volume": 0.12, "maturity": 0.12, "outcomes": 0.2}
    )
    first, second, third = found.sectors[0].ranked
    # Two of five signed: (1 + 2) / (4 + 5), (1 + 2) / (1 + 5) and 2 / 5, over the best of them.
    assert first.components["outcomes"] == pytest.approx(2 / 3)
    assert second.components["outcomes"] == pytest.approx(1.0)
    assert third.components["outcomes"] == pytest.approx(0.8)
    assert (first.approaches, first.successes) == (4, 1)
    assert first.score == pytest.approx(
        math.fsum(share * first.components[name] for name, share in found.shares.items())
    )
    assert "outcomes" not in plan().shares
    assert math.fsum(plan().shares.values()) == pytest.approx(1.0)


def test_without_smoothing_who_has_no_history_has_the_mean() -> None:
    chosen = HostSettings(maturity_prior=0, outcome_prior=0)
    first, second, third = (
        rank_hosts(ranking(NEEDS, ACHIEVEMENTS, SCORES), chosen, outcomes=HISTORY).sectors[0].ranked
    )
    assert [one.components["outcomes"] for one in (second, third, first)] == [1.0, 0.4, 0.25]
    assert [one.components["maturity"] for one in (first, second, third)] == pytest.approx(
        [5.5 / 8, 7 / 8, 6 / 8]
    )


def successes(*outcomes: Outcome) -> list[tuple[int, int]]:
    found = rank_hosts(ranking(NEEDS, ACHIEVEMENTS, SCORES), outcomes=outcomes)
    ranked = {host.university: host for host in found.sectors[0].ranked}
    return [(ranked[name].successes, ranked[name].approaches) for name in ("青山大学", "白水大学")]


def test_the_history_of_a_pair_is_one_approach() -> None:
    pair = {"need_id": "N1", "achievement_id": "A1"}
    pushed = Outcome(**pair, stage="已推送")
    refused = Outcome(**pair, stage="已对接", refused=True)
    signed = Outcome(**pair, stage="签约")
    ended = Outcome(**pair, stage="签约", refused=True)
    assert successes(pushed, refused) == [(0, 1), (0, 0)]
    assert successes(signed, refused, pushed) == [(1, 1), (0, 0)]  # a refusal that was overcome
    assert successes(signed, ended) == [(0, 1), (0, 0)]
    assert successes(Outcome(**pair, stage="未接触")) == [(0, 0), (0, 0)]


def test_whose_an_outcome_is() -> None:
    # The achievement's own university comes first, then the name in any spelling.
    assert successes(Outcome(achievement_id="B1", university="青山大学", stage="签约")) == [
        (0, 0),
        (1, 1),
    ]
    assert successes(Outcome(university="白水大学化工学院", stage="签约")) == [(0, 0), (1, 1)]
    found = rank_hosts(
        ranking(NEEDS, ACHIEVEMENTS, SCORES),
        outcomes=[Outcome(university="别处大学", stage="意向"), *HISTORY],
    )
    assert found.strange == 1
    assert found.sectors[0].ranked[0].approaches == 4


def test_outcomes_count_in_their_sectors() -> None:
    elsewhere = Outcome(university="白水大学", enterprise="厂", sectors=(DRUGS,), stage="签约")
    here = Outcome(university="白水大学", enterprise="厂", sectors=(STEEL,), stage="签约")
    # The labels of a known need come before what the list says.
    known = Outcome(university="白水大学", need_id="N1", sectors=(DRUGS,), stage="签约")
    assert successes(elsewhere) == [(0, 0), (0, 0)]
    assert successes(here) == successes(known) == [(0, 0), (1, 1)]
    neutral = rank_hosts(ranking(NEEDS, ACHIEVEMENTS, SCORES), outcomes=[elsewhere])
    assert [one.components["outcomes"] for one in neutral.sectors[0].ranked] == [0.5] * 3


def test_maturity_that_nobody_states_is_neutral() -> None:
    silent = {one: (owner, sector, "") for one, (owner, sector, _) in ACHIEVEMENTS.items()}
    (steel,) = plan(achievements=silent).sectors
    assert [host.components["maturity"] for host in steel.ranked] == [0.5] * 3


def test_the_greedy_choice_and_the_better_one_are_both_shown() -> None:
    needs = {f"N{i}": STEEL for i in range(7)}
    owners = {"X": "0134", "Y": "012", "Z": "345"}
    achievements = {f"L{i}": ("青山大学", STEEL, "") for i in range(5)}
    achievements |= {name: (f"{name}大学", STEEL, "") for name in owners}
    scores = {(f"N{i}", name): 0.6 for name, covered in owners.items() for i in covered}
    scores[("N6", "L0")] = 0.7
    chosen = HostSettings(co_hosts=2, weights=HostWeights(coverage=0, volume=1))
    (steel,) = rank_hosts(ranking(needs, achievements, scores), chosen).sectors
    assert steel.lead is not None
    assert steel.lead.university == "青山大学"
    greedy, best = steel.co_hosts, steel.best_co_hosts
    assert best is not None
    assert [(host.university, len(host.adds)) for host in greedy.hosts] == [
        ("X大学", 4),
        ("Y大学", 1),
    ]
    assert [(host.university, len(host.adds)) for host in best.hosts] == [
        ("Y大学", 3),
        ("Z大学", 3),
    ]
    assert (greedy.covered, best.covered, best.bound) == (5, 6, 6.0)
    assert greedy.bound >= 6
    assert steel.covered == 6
    assert steel.uncovered == ()
    large = HostSettings(co_hosts=2, weights=chosen.weights, exact_up_to=10)
    (again,) = rank_hosts(ranking(needs, achievements, scores), large).sectors
    assert again.best_co_hosts is None
    assert again.co_hosts == greedy


def test_nobody_leads_without_an_answer() -> None:
    (steel,) = plan(scores={("N1", "A1"): 0.49}).sectors
    assert steel.lead is None
    assert steel.co_hosts.hosts == ()
    assert steel.best_co_hosts == steel.co_hosts
    assert [host.university for host in steel.ranked] == ["青山大学", "白水大学"]
    assert [host.components["coverage"] for host in steel.ranked] == [0.0, 0.0]
    assert len(steel.uncovered) == 4
    # The best one has most achievements, but answers nothing.
    chosen = HostSettings(weights=HostWeights(coverage=0, strength=0, maturity=0))
    (steel,) = rank_hosts(ranking(NEEDS, ACHIEVEMENTS, {("N3", "B1"): 0.7}), chosen).sectors
    assert steel.ranked[0].university == "青山大学"
    assert steel.lead == steel.ranked[1]
    assert steel.lead.university == "白水大学"


def test_equals_stand_by_what_they_cover_then_by_name() -> None:
    needs = {"N1": STEEL, "N2": STEEL}
    achievements = {
        "A": ("丑大学", STEEL, ""),
        "B": ("子大学", STEEL, ""),
        "C": ("卯大学", STEEL, ""),
    }
    scores = {("N1", "A"): 0.6, ("N1", "B"): 0.6, ("N2", "B"): 0.6, ("N2", "C"): 0.6}
    chosen = HostSettings(weights=HostWeights(coverage=0, maturity=0))
    (steel,) = rank_hosts(ranking(needs, achievements, scores), chosen).sectors
    assert [host.university for host in steel.ranked] == ["子大学", "丑大学", "卯大学"]


def test_who_is_not_named_does_not_host() -> None:
    achievements = ACHIEVEMENTS | {"U1": ("", STEEL, "TRL 9"), "U2": ("", STEEL, "")}
    found = plan(achievements=achievements, scores=SCORES | {("N4", "U1"): 0.95})
    (steel,) = found.sectors
    assert found.unnamed == 2
    assert len(steel.ranked) == 3
    assert steel.ranked == plan().sectors[0].ranked
    (open_need,) = steel.uncovered
    assert open_need.university == ""
    assert open_need.best == Answer("N4", "U1", 0.95, 3)


def test_sectors_stand_in_the_registry_s_order() -> None:
    needs = {"N1": f"{DRUGS} {STEEL}", "N2": OTHER, "N3": "园艺", "N4": STEEL}
    found = plan(needs=needs)
    assert [one.sector for one in found.sectors] == [STEEL, DRUGS, "园艺", OTHER]
    assert [one.needs for one in found.sectors] == [("N1", "N4"), ("N1",), ("N3",), ("N2",)]
    # The label of 金沙 counts, and what 青山 and 赤原 answer.
    assert {host.university for host in found.sectors[1].ranked} == {
        "青山大学",
        "赤原大学",
        "金沙大学",
    }
    assert found.idle == ()
    assert plan().idle == (DRUGS,)


def test_one_sector_alone() -> None:
    pairs = ranking(NEEDS | {"N1": f"{DRUGS} {STEEL}"}, ACHIEVEMENTS, SCORES)
    (drugs,) = rank_hosts(pairs, HostSettings(sectors=(DRUGS,))).sectors
    assert drugs == rank_hosts(pairs).sectors[1]
    with pytest.raises(
        ConfigError, match="no record has the sector '生物医'; did you mean '生物医药'"
    ):
        rank_hosts(pairs, HostSettings(sectors=("生物医",)))
    with pytest.raises(ConfigError, match="no record has the sector 'x'; known are 冶金, 生物医药"):
        rank_hosts(pairs, HostSettings(sectors=("x",)))


def test_refused_pairs_answer_nothing() -> None:
    refused = [("N1", "A2"), ("N4", "A1"), ("N9", "A1"), ("N1", "Z9")]
    found = rank_hosts(ranking(NEEDS, ACHIEVEMENTS, SCORES), refused=refused)
    (steel,) = found.sectors
    assert found.refused == 1  # the other known one was too low in any case
    assert steel.ranked[0].covered == (Answer("N1", "A1", 0.8, 3), Answer("N2", "A2", 0.6, 3))
    assert steel.uncovered[0].best == Answer("N4", "B1", 0.3, 2)


def test_records_that_another_stands_for_do_not_count_again() -> None:
    assert plan(duplicates={"A1": ("A3",)}).sectors[0].ranked[0].achievements == ("A1", "A2")
    back = plan(direction="achievement_to_need", duplicates={"N1": ("N4",)})
    assert back.sectors[0].needs == ("N1", "N2", "N3")
    assert (back.repeated, plan().repeated) == (1, 0)


def test_both_directions_give_the_same_hosts() -> None:
    there, back = plan(), plan(direction="achievement_to_need")
    assert there.sectors == back.sectors
    assert (there.listed, back.listed) == (3, 2)
    assert back.to_json()["direction"] == "achievement_to_need"


def test_nothing_to_plan() -> None:
    found = plan(needs={}, achievements={}, scores={})
    assert (found.sectors, found.listed, found.unnamed) == ((), 0, 0)
    (steel,) = plan(achievements={}, scores={}).sectors
    assert (steel.lead, steel.ranked, steel.covered) == (None, (), 0)


def test_plain_data() -> None:
    found = plan()
    plain = json.loads(json.dumps(found.to_json(), allow_nan=False))
    (steel,) = plain["sectors"]
    assert (plain["kind"], plain["listed"], plain["shares"]["coverage"]) == ("hosts", 3, 0.6)
    assert steel["lead"]["university"] == "青山大学"
    assert steel["lead"]["covered"][0] == {
        "need_id": "N1",
        "achievement_id": "A2",
        "score": 0.9,
        "grade": 3,
    }
    assert (steel["covered"], steel["uncovered"][0]["need_id"]) == (3, "N4")
    assert settings_of(HostSettings, plain["settings"]) == HostSettings()


def test_settings(tmp_path) -> None:
    path = tmp_path / "hosts.toml"
    path.write_text('threshold = 0.6\nsectors = ["冶金"]\n[weights]\noutcomes = 0\n', "utf-8")
    chosen = load_settings(HostSettings, path)
    assert (chosen.threshold, chosen.sectors, chosen.co_hosts) == (0.6, (STEEL,), 3)
    assert chosen.weights.shares(outcomes=True)["outcomes"] == 0.0
    for wrong, value in {
        "threshold": 1.1,
        "co_hosts": -1,
        "exact_up_to": -1,
        "maturity_prior": -0.5,
        "outcome_prior": math.nan,
    }.items():
        with pytest.raises(ConfigError, match=f"{wrong}: must be .*, not {value}"):
            HostSettings(**{wrong: value})
    with pytest.raises(ConfigError, match=r"weights: volume: .* at least 0 and at most .*, not -1"):
        HostWeights(volume=-1)
    with pytest.raises(ConfigError, match="weights: one of coverage, strength, volume, maturity"):
        HostWeights(coverage=0, strength=0, volume=0, maturity=0)


@st.composite
def cases(draw):
    needs = draw(st.lists(st.sampled_from([STEEL, DRUGS, f"{STEEL} {DRUGS}"]), max_size=5))
    owners = draw(
        st.lists(st.sampled_from(["青山大学", "白水大学", "赤原大学", "金沙大学", ""]), max_size=6)
    )
    pairs = [(f"N{n}", f"A{a}") for n in range(len(needs)) for a in range(len(owners))]
    score = st.sampled_from([0.0, 0.3, 0.5, 0.6, 0.9])
    scores = {pair: draw(score) for pair in pairs if draw(st.booleans())}
    return (
        {f"N{i}": sector for i, sector in enumerate(needs)},
        {f"A{i}": (owner, STEEL, "中试") for i, owner in enumerate(owners)},
        scores,
    )


@given(cases(), st.integers(0, 3), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_against_brute_force_and_shuffled(case, most, random) -> None:
    needs, achievements, scores = case
    chosen = HostSettings(co_hosts=most)
    order = random.sample(range(len(scores)), len(scores))
    outcomes = random.sample(HISTORY, len(HISTORY))
    found = rank_hosts(ranking(*case), chosen, outcomes=HISTORY)
    again = rank_hosts(ranking(*case, order=order), chosen, outcomes=outcomes)
    assert again.sectors == found.sectors
    for sector in found.sectors:
        mine = {need for need, names in needs.items() if sector.sector in names.split()}
        assert set(sector.needs) == mine
        covers: dict[str, set[str]] = {}
        for (need, item), score in scores.items():
            if score >= 0.5 and need in mine and achievements[item][0]:
                covers.setdefault(achievements[item][0], set()).add(need)
        assert {
            host.university: {one.need_id for one in host.covered} for host in sector.ranked
        }.items() >= (covers.items())
        reached = set().union(*covers.values())
        assert {one.need_id for one in sector.uncovered} == mine - reached
        assert (sector.lead is None) == (not covers)
        taken = covers[sector.lead.university] if sector.lead else set()
        best = max(
            len(set().union(*choice) - taken)
            for size in range(most + 1)
            for choice in combinations([*covers.values(), *[set()] * most], size)
        )
        assert sector.best_co_hosts is not None
        assert sector.best_co_hosts.covered == best
        assert sector.co_hosts.covered <= best <= sector.co_hosts.bound + 1e-9
        assert all(0 <= value <= 1 for host in sector.ranked for value in host.components.values())
        assert [host.score for host in sector.ranked] == sorted(
            (host.score for host in sector.ranked), reverse=True
        )


def test_the_sample_s_metallurgists(sample_matches) -> None:
    found = rank_hosts(sample_matches)
    assert [one.sector for one in found.sectors][-1] == OTHER
    steel = next(one for one in found.sectors if one.sector == STEEL)
    assert steel.lead is not None
    most = max(len(host.covered) for host in steel.ranked)
    assert len(steel.lead.covered) == most > 1
    assert steel.covered > most
    assert steel.covered + len(steel.uncovered) <= len(steel.needs)
    for one in found.sectors:
        assert one.best_co_hosts is not None
        assert one.best_co_hosts.bound == one.best_co_hosts.covered >= one.co_hosts.covered


def test_a_refusal_of_a_duplicate_counts_for_the_one_that_stands_for_it() -> None:
    pairs = ranking(NEEDS, ACHIEVEMENTS, SCORES, duplicates={"A2": ("A9", "A3")})
    lead = rank_hosts(pairs, refused=[("N2", "A3")]).sectors[0].ranked[0]
    assert [one.need_id for one in lead.covered] == ["N1"]
    turned = ranking(
        NEEDS,
        ACHIEVEMENTS,
        SCORES,
        direction="achievement_to_need",
        duplicates={"N2": ("N4",)},
    )
    lead = rank_hosts(turned, refused=[("N4", "A2")]).sectors[0].ranked[0]
    assert [one.need_id for one in lead.covered] == ["N1"]


def test_spellings_of_a_pair_are_one_approach_and_later_refusals_end_it() -> None:
    signed = Outcome(enterprise="甲钢有限公司", university="青山大学", stage="签约")
    pushed = Outcome(enterprise="甲钢", university="青山大学材料学院", stage="已推送")
    assert successes(signed, pushed) == [(1, 1), (0, 0)]
    pair = {"need_id": "N1", "achievement_id": "A1"}
    dated = Outcome(**pair, stage="签约", day=date(2026, 3, 1))
    after = Outcome(**pair, stage="已推送", refused=True, day=date(2026, 4, 1))
    before = Outcome(**pair, stage="已推送", refused=True, day=date(2026, 2, 1))
    assert successes(dated, after) == [(0, 1), (0, 0)]
    assert successes(dated, before) == [(1, 1), (0, 0)]
    # Of several universities in one cell the first that is known has it.
    assert successes(Outcome(university="远方大学、白水大学", stage="签约")) == [(0, 0), (1, 1)]


def test_outcomes_of_the_future_do_not_count() -> None:
    signed = Outcome(need_id="N1", achievement_id="A1", stage="签约", day=date(2027, 1, 1))
    pairs = ranking(NEEDS, ACHIEVEMENTS, SCORES)
    found = rank_hosts(pairs, outcomes=[signed], today=date(2026, 11, 26))
    assert "outcomes" not in found.shares
    found = rank_hosts(pairs, outcomes=[signed], today=date(2027, 1, 1))
    assert found.sectors[0].ranked[0].successes == 1


@pytest.mark.parametrize("value", [10**400, 1e300, float("nan"), -1])
def test_numbers_that_no_sum_can_hold_are_refused(value: float) -> None:
    with pytest.raises(ConfigError, match="weights: coverage"):
        HostWeights(coverage=value)
    with pytest.raises(ConfigError, match="maturity_prior"):
        HostSettings(maturity_prior=value)
