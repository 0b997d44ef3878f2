"""Alliances by hand, and against all sets there are."""

from __future__ import annotations

import itertools
import json
import math
import random
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchmaker.errors import ConfigError
from matchmaker.planning.alliances.alliances import find_alliance
from matchmaker.planning.alliances.complements import Choice, best_set, greedy_set
from matchmaker.planning.alliances.one_need import candidates_of
from matchmaker.planning.alliances.plan import Alliance, AllianceSettings
from matchmaker.planning.alliances.sayings import Sayings
from matchmaker.planning.settings import load_settings, settings_of
from matchmaker.records import Achievement, Need
from matchmaker.scoring.pairs import Direction, PairColumns, PairContext, RankedPairs, SharedTerm

NEED = Need(
    id="N1",
    title="连铸钢板",
    organisation="沙岭钢铁",
    goals="抗拉强度≥1200MPa；延伸率≥12%；冲击功≥40J",
)
STRONG = "抗拉强度≥1250MPa；延伸率≥14%"
# Score, title, university, team, indicators. The two best are of the same kind.
OFFERED = (
    (0.80, "钢板", "甲大学", "一组", STRONG),
    (0.75, "钢板", "乙大学", "二组", STRONG),
    (0.50, "连铸", "丙大学", "三组", "冲击功≥45J"),
    (0.45, "连铸", "甲大学", "一组", "冲击功≥45J"),
    (0.20, "连铸钢板", "丁大学", "四组", f"{STRONG}；冲击功≥45J"),
)


def ranked(
    offered: Sequence[tuple[float, str, str, str, str]] = OFFERED,
    *,
    need: Need = NEED,
    direction: Direction = "need_to_achievement",
    shuffled: int | None = None,
    terms: tuple[str, ...] = (),
) -> RankedPairs:
    """Rank achievements for a need, with another need that has no pair."""
    achievements = tuple(
        Achievement(
            id=f"A{number}", title=title, organisation=owner, team=team, indicators=indicators
        )
        for number, (_, title, owner, team, indicators) in enumerate(offered)
    )
    rows = list(range(len(offered)))
    if shuffled is not None:
        random.Random(shuffled).shuffle(rows)
    scores = np.array([offered[row][0] for row in rows], dtype=np.float64)
    needs = tuple(sorted((need, Need(id="N9", title="水稻")), key=lambda one: one.id))
    context = PairContext(
        needs=needs,
        achievements=achievements,
        need_sectors=((), ()),
        achievement_sectors=((),) * len(achievements),
        sector_names=(),
        direction=direction,
        shared_terms=lambda n, a: tuple(SharedTerm(term, 0.1) for term in terms),
    )
    count = len(rows)
    columns = PairColumns(
        need=np.full(count, needs.index(need), dtype=np.int64),
        achievement=np.array(rows, dtype=np.int64),
        rank=np.arange(1, count + 1, dtype=np.int64),
        score=scores,
        grade=np.full(count, 3, dtype=np.int8),
        similarity=np.zeros(count),
    )
    return RankedPairs(context, columns)


def ids(plan: Alliance) -> list[str]:
    return [member.achievement.id for member in plan.members]


def test_members_complement_each_other_where_the_best_two_are_of_one_kind():
    plan = find_alliance(ranked(), "N1")
    # Three indicators weigh 1/6 each, the words 钢板 and 连铸 about a quarter each.
    rare = {"钢板": math.log(6 / 4) + 1, "连铸": math.log(6 / 4) + 1}
    half = 0.5 * rare["钢板"] / sum(rare.values())
    assert plan.verdict == "several"
    assert ids(plan) == ["A0", "A2"]
    assert [record.id for record in plan.top] == ["A0", "A1"]
    assert plan.covered == pytest.approx(1)
    assert plan.top_covered == pytest.approx(1 / 3 + half)
    assert plan.greedy_covered == pytest.approx(1)
    first, second = plan.members
    assert [plan.parts[one.part].text for one in first.covers] == [
        "抗拉强度≥1200MPa",
        "延伸率≥12%",
        "钢板",
    ]
    assert [plan.parts[one.part].text for one in second.covers] == ["冲击功≥40J", "连铸"]
    assert first.share == pytest.approx(1 / 3 + half)
    assert first.share + second.share == pytest.approx(plan.covered)
    assert second.loss == pytest.approx(1 / 6 + half)
    assert (first.rank, second.rank) == (1, 3)
    assert plan.open == ()
    assert (plan.candidates, plan.below) == (4, 1)


def test_the_better_score_decides_between_equals():
    swapped = list(OFFERED)
    swapped[1] = (0.9, *OFFERED[1][1:])
    assert ids(find_alliance(ranked(swapped), "N1")) == ["A1", "A2"]


def test_one_that_covers_everything_needs_no_alliance():
    plan = find_alliance(ranked(), "N1", AllianceSettings(min_score=0.1))
    assert (plan.verdict, ids(plan)) == ("one_covers", ["A4"])


def test_one_is_enough_where_others_add_too_little():
    plan = find_alliance(ranked(), "N1", AllianceSettings(least_gain=0.45))
    assert (plan.verdict, ids(plan)) == ("one_enough", ["A0"])
    assert [plan.parts[one.part].text for one in plan.open] == ["连铸", "冲击功≥40J"]
    assert {one.obstacle for one in plan.open} == {"gain"}
    assert {one.best.id for one in plan.open if one.best} == {"A2"}


def test_no_more_members_than_allowed():
    plan = find_alliance(ranked(), "N1", AllianceSettings(most=1))
    assert (plan.verdict, ids(plan)) == ("one_allowed", ["A0"])
    assert {one.obstacle for one in plan.open} == {"size"}


def test_one_member_a_team_and_a_university():
    mine = [OFFERED[0], OFFERED[3]]
    apart = find_alliance(ranked(mine), "N1")
    assert ids(apart) == ["A0"]
    assert {one.obstacle for one in apart.open} == {"team"}
    together = find_alliance(ranked(mine), "N1", AllianceSettings(same_team=True))
    assert ids(together) == ["A0", "A1"]
    other = [OFFERED[0], (*OFFERED[3][:3], "五组", OFFERED[3][4])]
    alone = find_alliance(ranked(other), "N1", AllianceSettings(same_university=False))
    assert ids(alone) == ["A0"]
    assert {one.obstacle for one in alone.open} == {"university"}
    assert ids(find_alliance(ranked(other), "N1")) == ["A0", "A1"]


def test_open_parts_name_the_best_partial_answer():
    offered = [OFFERED[0], (0.6, "钢板", "丙大学", "三组", "冲击功提高20%")]
    plan = find_alliance(ranked(offered), "N1", AllianceSettings(least_gain=0.3))
    (impact,) = (one for one in plan.open if plan.parts[one.part].text == "冲击功≥40J")
    assert impact.best is not None
    assert impact.evidence is not None
    assert (impact.degree, impact.best.id, impact.obstacle) == (0, "A1", "gain")
    assert (impact.evidence.degree, impact.evidence.verdict) == (0.5, "incomparable")
    expected = {"part": 2, "degree": 0, "best_id": "A1", "obstacle": "gain"}
    assert expected in plan.to_json()["open"]
    joined = find_alliance(ranked(offered), "N1", AllianceSettings(least_gain=0.05))
    (still,) = joined.open
    assert (still.degree, still.best, still.obstacle) == (0.5, None, "nobody")
    assert joined.members[1].share == pytest.approx(1 / 12)
    # What two say about one part is never added up, so the part rests on one of them.
    assert [joined.parts[one.part].text for one in joined.members[1].also] == ["钢板"]


def test_a_need_of_one_part():
    need = Need(id="N1", title="连铸")
    plan = find_alliance(ranked(need=need), "N1")
    assert (plan.verdict, ids(plan)) == ("one_part", ["A2"])


def test_needs_without_members_say_why():
    nothing = find_alliance(ranked(), "N9")
    assert (nothing.verdict, nothing.members, nothing.covered) == ("no_candidate", (), 0)
    strange = find_alliance(ranked([(0.9, "水稻", "甲大学", "", "")]), "N1")
    assert (strange.verdict, strange.candidates) == ("none_covers", 1)
    silent = Need(id="N1", title="技术研发")
    assert find_alliance(ranked(need=silent), "N1").verdict == "none_covers"
    assert json.loads(json.dumps(nothing.to_json()))["verdict"] == "no_candidate"


def test_refused_pairs_and_candidates_beyond_the_limit_are_counted():
    refused = {("N1", "A0"), ("N9", "A1"), ("N1", "A7")}
    plan = find_alliance(ranked(), "N1", AllianceSettings(most_candidates=2), refused=refused)
    assert (plan.refused, plan.candidates, plan.beyond, plan.below) == (1, 2, 1, 1)
    assert ids(plan) == ["A1", "A2"]


def test_an_unknown_need_is_answered_with_ids_like_it():
    with pytest.raises(ConfigError, match=r"no need 'N2'; did you mean '(N1|N9)'"):
        find_alliance(ranked(), "N2")
    with pytest.raises(ConfigError, match="did you mean 'N1', 'N9'"):
        find_alliance(ranked(), "x")
    empty = ranked()
    nobody = PairContext((), (), (), (), (), "need_to_achievement", lambda n, a: ())
    nothing = RankedPairs(nobody, empty.columns.take(np.zeros(0, dtype=np.int64)))
    with pytest.raises(ConfigError, match="it has no needs"):
        find_alliance(nothing, "N1")


def test_terms_that_the_ranking_lists_choose_the_words_of_the_body():
    need = Need(id="N1", title="钢板", body="连铸")
    with_terms = find_alliance(ranked(need=need, terms=("钢板",)), "N1")
    without = find_alliance(ranked(need=need), "N1")
    assert [part.text for part in with_terms.parts] == ["钢板"]
    assert [part.text for part in without.parts] == ["钢板"]
    listed = find_alliance(ranked(OFFERED[:3], need=need, terms=("连铸坯",)), "N1")
    assert [part.text for part in listed.parts] == ["钢板", "连铸"]


def test_rarity_of_a_model_is_used():
    pairs = ranked()
    known = Sayings(pairs.achievements, rarity=lambda word: 6.0 if word == "连铸" else 0.0)
    plan = find_alliance(pairs, "N1", sayings=known)
    assert [part.text for part in plan.parts if part.kind == "term"] == ["连铸"]


@pytest.mark.parametrize("direction", ["need_to_achievement", "achievement_to_need"])
@pytest.mark.parametrize("seed", range(4))
def test_neither_order_nor_direction_of_the_ranking_matters(direction, seed):
    plain = find_alliance(ranked(direction=direction, shuffled=seed), "N1").to_json()
    assert plain == find_alliance(ranked(), "N1").to_json()
    json.dumps(plain, allow_nan=False)


def test_candidates_come_by_score_then_similarity_then_id():
    pairs = ranked([(0.5, "钢板", "甲", "", "")] * 3)
    pairs.columns.similarity[2] = 0.4
    found = candidates_of(pairs, "N1", min_score=0.5)
    assert found.positions == (2, 0, 1)
    assert [one.id for one in found.take([0]).achievements] == ["A2"]


def test_settings_are_read_from_toml(tmp_path):
    path = tmp_path / "alliance.toml"
    path.write_text("most = 2\nleast_gain = 0.2\n[parts]\nterms = 0.5\n", encoding="utf-8")
    found = load_settings(AllianceSettings, path)
    assert (found.most, found.least_gain, found.parts.terms, found.min_score) == (2, 0.2, 0.5, 0.38)


@pytest.mark.parametrize(
    "values",
    [{"most": 0}, {"most_candidates": 0}, {"min_score": 1.1}, {"least_gain": 1.0}],
)
def test_settings_out_of_range_are_named(values):
    with pytest.raises(ConfigError, match=next(iter(values))):
        settings_of(AllianceSettings, values)


@st.composite
def choices(draw: st.DrawFn, *, free: bool = False) -> Choice:
    """Few candidates and parts; `free` without groups and price."""
    count, parts = draw(st.integers(1, 6)), draw(st.integers(1, 5))
    degree = st.sampled_from([0.0, 0.0, 0.25, 0.5, 1.0])
    degrees = draw(
        st.lists(st.lists(degree, min_size=parts, max_size=parts), min_size=count, max_size=count)
    )
    weights = np.array(draw(st.lists(st.integers(1, 9), min_size=parts, max_size=parts)), float)
    groups = draw(st.lists(st.integers(0, 3), min_size=count, max_size=count))
    merit = draw(st.lists(st.integers(0, 10), min_size=count, max_size=count))
    return Choice(
        degrees=np.array(degrees),
        weights=weights / weights.sum(),
        groups=() if free or draw(st.booleans()) else (np.array(groups),),
        merit=np.array(merit) / 10 * (not free),
        most=draw(st.integers(1, 4)),
        price=0.0 if free else draw(st.sampled_from([0.0, 0.05, 0.2])),
    )


def every_set(choice: Choice) -> list[tuple[int, ...]]:
    sizes = range(choice.most + 1)
    sets = (itertools.combinations(range(len(choice.degrees)), size) for size in sizes)
    return [chosen for chosen in itertools.chain(*sets) if choice.allows(chosen)]


@settings(deadline=None, max_examples=70)
@given(choices())
def test_the_best_set_is_the_best_of_all_sets(choice):
    chosen = best_set(choice)
    best = max(map(choice.value, every_set(choice)))
    assert choice.allows(chosen)
    # HiGHS stops within a millionth.
    assert choice.value(chosen) == pytest.approx(best, abs=2e-6)
    if choice.price > 0:
        for member in chosen:
            without = [one for one in chosen if one != member]
            gain = choice.covered(chosen) - choice.covered(without)
            assert gain >= choice.price - 1e-4 - 2e-6


@settings(deadline=None, max_examples=50)
@given(choices(free=True))
def test_greedy_keeps_its_guarantee(choice):
    best = max(map(choice.covered, every_set(choice)))
    assert choice.covered(greedy_set(choice)) >= (1 - 1 / math.e) * best - 1e-9


def test_greedy_can_miss_the_optimum():
    # The third covers a bit of everything and is taken first; the other two would be enough.
    choice = Choice(
        degrees=np.array([[1.0, 1, 0, 0], [0, 0, 1, 1], [0, 1, 1, 0.2]]),
        weights=np.array([0.24, 0.26, 0.26, 0.24]),
        groups=(),
        merit=np.zeros(3),
        most=2,
        price=0.0,
    )
    assert greedy_set(choice) == (2, 0)
    assert choice.covered((2, 0)) == pytest.approx(0.808)
    assert set(best_set(choice)) == {0, 1}
    assert choice.covered((0, 1)) == pytest.approx(1)
