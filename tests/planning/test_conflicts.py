"""The smallest set of limits in conflict, against hand-worked cases and brute force."""

from __future__ import annotations

import json
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from matchmaker.errors import ConfigError
from matchmaker.planning import conflict_search
from matchmaker.planning.conflicts import LOCKED_WEIGHT, Conflict, Repair, find_conflict
from matchmaker.planning.programs import Level, Limit, Program

Row = tuple[Level, str, list[int], int, int | None]


def program(columns: int, *rows: Row) -> Program:
    counted = np.zeros((len(rows), columns))
    for at, row in enumerate(rows):
        counted[at, row[2]] = 1
    limits = tuple(Limit(level, name, lower, upper) for level, name, _, lower, upper in rows)
    return Program(np.ones(columns), csr_array(counted), limits)


def named(conflict: Conflict) -> set[tuple[str, int, int | None]]:
    return {(one.subject, one.lower, one.upper) for one in conflict.limits}


def changes(repairs: tuple[Repair, ...]) -> list[tuple[str, str, int, int]]:
    return [(one.limit.subject, one.side, one.now, one.needed) for one in repairs]


def test_more_is_asked_for_than_the_needs_may_have() -> None:
    found = find_conflict(
        program(
            6,
            ("enterprise", "沙岭钢铁", [0, 1, 2, 3, 4, 5], 4, None),
            ("need", "N003", [0, 1, 2], 0, 1),
            ("need", "N004", [3, 4, 5], 0, 1),
        )
    )
    assert named(found) == {("沙岭钢铁", 4, None), ("N003", 0, 1), ("N004", 0, 1)}
    assert (found.smallest, found.irreducible, found.too_few) == (True, True, False)
    assert changes(found.repairs) == [("沙岭钢铁", "lower", 4, 2)]
    assert changes(found.alternatives) == [
        ("沙岭钢铁", "lower", 4, 2), ("N003", "upper", 1, 3), ("N004", "upper", 1, 3)
    ]  # fmt: skip
    assert found.explain() == (
        "enterprise 沙岭钢铁 asks for at least 4 pairs; need N003 may have at most 1 pair; "
        "need N004 may have at most 1 pair cannot all hold; either lower the minimum of "
        "enterprise 沙岭钢铁 from 4 to 2; or raise the maximum of need N003 from 1 to 3; or raise "
        "the maximum of need N004 from 1 to 3"
    )


def test_too_few_candidates_are_a_reason() -> None:
    found = find_conflict(program(2, ("university", "东海大学", [0, 1], 3, None)))
    assert (found.candidates, found.too_few, found.smallest) == ((2,), True, True)
    assert found.explain() == (
        "university 东海大学 asks for at least 3 pairs but has only 2 candidates; lower the "
        "minimum of university 东海大学 from 3 to 2"
    )
    plain = json.loads(json.dumps(found.to_json(), allow_nan=False))
    repair = {
        "level": "university", "subject": "东海大学", "side": "lower", "now": 3, "needed": 2
    }  # fmt: skip
    assert plain == {
        "limits": [
            {"level": "university", "subject": "东海大学", "side": "lower", "bound": 3,
             "candidates": 2}
        ],
        "alternatives": [repair], "too_few_candidates": True, "smallest": True,
        "irreducible": True, "repairs": [repair],
    }  # fmt: skip


def test_a_party_without_any_candidate() -> None:
    found = find_conflict(program(0, ("enterprise", "甲", [], 1, None)))
    assert found.explain() == (
        "enterprise 甲 asks for at least 1 pair but has only 0 candidates; lower the minimum of "
        "enterprise 甲 from 1 to 0"
    )


def test_one_candidate_is_said_in_the_singular_and_all_candidates_count() -> None:
    found = find_conflict(program(1, ("need", "N", [0], 2, None)))
    assert "only 1 candidate;" in found.explain()
    found = find_conflict(
        program(4, ("need", "N", [0, 1, 2, 3], 4, None), ("rule", "the rule", [0, 1], 0, 1))
    )
    assert "at least 4 pairs of its 4 candidates; the rule may have" in found.explain()
    assert changes(found.alternatives) == [("N", "lower", 4, 3), ("the rule", "upper", 1, 2)]


def test_a_minimum_above_the_maximum_of_the_same_party() -> None:
    found = find_conflict(program(3, ("need", "N", [0, 1, 2], 3, 1)))
    assert named(found) == {("N", 3, None), ("N", 0, 1)}
    assert changes(found.alternatives) == [("N", "lower", 3, 1), ("N", "upper", 1, 3)]


def test_locked_pairs_beyond_a_cap_are_given_up_last() -> None:
    rows: list[Row] = [("pair", f"N{at} × A", [at], 1, 1) for at in range(3)]
    found = find_conflict(program(3, *rows, ("achievement", "A", [0, 1, 2], 0, 1)))
    assert changes(found.repairs) == [("A", "upper", 1, 3)]
    assert len(found.limits) == 3  # two of the locked pairs are enough
    assert found.smallest
    text = found.explain()
    assert "× A is locked; " in text
    assert text.count("give up the locked pair N") == 2
    assert text.endswith("all limits hold: raise the maximum of achievement A from 1 to 3")


def test_three_enterprises_share_two_achievements() -> None:
    found = find_conflict(
        program(
            8,
            ("enterprise", "甲", [0, 1], 1, None),
            ("enterprise", "乙", [2, 3], 1, None),
            ("enterprise", "丙", [4, 5], 1, None),
            ("achievement", "A", [0, 2, 4, 6], 0, 1),
            ("achievement", "B", [1, 3, 5], 0, 1),
            ("enterprise", "丁", [6, 7], 1, None),
            ("achievement", "C", [7], 0, 1),
        )
    )
    assert {one.subject for one in found.limits} == {"甲", "乙", "丙", "A", "B"}
    assert found.smallest
    assert all(abs(one.now - one.needed) == 1 for one in found.alternatives)
    assert len(found.repairs) == 1


def test_of_two_conflicts_the_smaller_is_named_and_both_are_repaired() -> None:
    found = find_conflict(
        program(
            6,
            ("enterprise", "甲", [0, 1, 2, 3], 3, None),
            ("need", "N1", [0, 1], 0, 1),
            ("need", "N2", [2, 3], 0, 1),
            ("enterprise", "乙", [4, 5], 2, None),
            ("need", "N3", [4, 5], 0, 1),
        )
    )
    assert named(found) == {("乙", 2, None), ("N3", 0, 1)}
    assert {one.limit.subject for one in found.repairs} in (
        {one, other} for one in ("甲", "N1", "N2") for other in ("乙", "N3")
    )
    assert all(abs(one.now - one.needed) == 1 for one in found.repairs)


def test_many_limits_are_counted() -> None:
    columns = 14
    caps: list[Row] = [("need", f"N{at:02}", [at, at + 14], 0, 1) for at in range(columns)]
    found = find_conflict(
        program(2 * columns, ("enterprise", "甲", list(range(28)), 15, None), *caps)
    )
    assert len(found.limits) == 15
    assert "; and 5 more cannot all hold" in found.explain()
    assert "; or and" not in found.explain()


def test_rows_that_cross_in_a_ring() -> None:
    ring: list[Row] = [("rule", f"R{at}", [at, (at + 1) % 3], 0, 1) for at in range(3)]
    rows: list[Row] = [*ring, ("need", "N", [0, 1, 2], 2, None)]
    found = find_conflict(program(3, *rows))
    assert len(found.limits) == 4
    assert found.smallest
    unproven = find_conflict(program(3, *rows), effort=0.0)
    assert named(unproven) == named(found)
    assert not unproven.smallest


def test_what_is_not_proven_is_not_claimed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conflict_search, "_irreducible", lambda sides, _: (np.arange(2), False))
    ring: list[Row] = [("rule", f"R{at}", [at, (at + 1) % 3], 0, 1) for at in range(3)]
    found = find_conflict(program(3, *ring, ("need", "N", [0, 1, 2], 2, None)), effort=0.0)
    assert not found.irreducible
    assert found.alternatives == ()
    assert "either" not in found.explain()


def test_limits_that_can_hold_are_refused() -> None:
    with pytest.raises(ConfigError, match="no limits are in conflict"):
        find_conflict(program(2, ("need", "N", [0, 1], 1, 1)))


def keeps(one: Program, lower: list[float], upper: list[float]) -> bool:
    rows = one.rows.toarray()
    choices = np.array(list(product((0, 1), repeat=len(one.gain)))).reshape(-1, len(one.gain))
    sums = choices @ rows.T
    return bool(((sums >= lower) & (sums <= upper)).all(axis=1).any())


def sides_of(one: Program) -> list[tuple[int, str]]:
    lower = [(at, "lower") for at, limit in enumerate(one.limits) if limit.lower > 0]
    return lower + [(at, "upper") for at, limit in enumerate(one.limits) if limit.upper is not None]


def numbers_of(
    one: Program, subset: tuple[tuple[int, str], ...]
) -> tuple[list[float], list[float]]:
    """Give the bounds with only some of the sides."""
    rows = range(len(one.limits))
    lower = [float(one.lower[at]) if (at, "lower") in subset else 0.0 for at in rows]
    upper = [float(one.upper[at]) if (at, "upper") in subset else np.inf for at in rows]
    return lower, upper


def subset_keeps(one: Program, subset: tuple[tuple[int, str], ...]) -> bool:
    return keeps(one, *numbers_of(one, subset))


def least_change(one: Program) -> float:
    """Try every choice: what is missing to each limit is its change."""
    choices = np.array(list(product((0, 1), repeat=len(one.gain))))
    sums = choices @ one.rows.toarray().T
    short, over = np.maximum(one.lower - sums, 0), np.maximum(sums - one.upper, 0)
    price = np.array([LOCKED_WEIGHT if limit.level == "pair" else 1 for limit in one.limits])
    return float((short * price + over).sum(axis=1).min())


@st.composite
def programs(draw: st.DrawFn, *, laminar: bool) -> Program:
    columns = draw(st.integers(1, 6))
    need = draw(st.lists(st.integers(0, 2), min_size=columns, max_size=columns))
    item = draw(st.lists(st.integers(0, 2), min_size=columns, max_size=columns))
    groups: list[tuple[Level, list[int]]] = [
        *(("need", [at for at in range(columns) if need[at] == one]) for one in range(3)),
        *(("achievement", [at for at in range(columns) if item[at] == one]) for one in range(3)),
        ("enterprise", [at for at in range(columns) if need[at] < 2]),
        ("pair", [draw(st.integers(0, columns - 1))]),
    ]
    if not laminar:
        subsets = st.sets(st.integers(0, columns - 1), min_size=1)
        groups += [("rule", sorted(draw(subsets))) for _ in range(2)]
    numbers = [
        (draw(st.integers(0, 3)), draw(st.one_of(st.none(), st.integers(0, 2)))) for _ in groups
    ]
    rows: list[Row] = [
        (level, f"{at}", group, min(lower, 1) if level == "pair" else lower, upper)
        for at, ((level, group), (lower, upper)) in enumerate(zip(groups, numbers, strict=True))
    ]
    return program(columns, *rows)


def check(one: Program, effort: float) -> None:
    sides = sides_of(one)
    if subset_keeps(one, tuple(sides)):
        with pytest.raises(ConfigError):
            find_conflict(one, effort=effort)
        return
    found = find_conflict(one, effort=effort)
    chosen = tuple(
        (int(limit.subject), "lower" if limit.upper is None else "upper") for limit in found.limits
    )
    assert not subset_keeps(one, chosen)
    assert found.irreducible or not effort
    if found.irreducible:
        for left_out in chosen:
            assert subset_keeps(one, tuple(side for side in chosen if side != left_out))
        assert_alone_is_enough(one, chosen, found)
    if effort:
        assert found.smallest
    if found.smallest:
        fewer = combinations(sides, len(chosen) - 1)
        assert all(subset_keeps(one, subset) for subset in fewer)
    assert_repaired(one, found)


def assert_alone_is_enough(
    one: Program, chosen: tuple[tuple[int, str], ...], found: Conflict
) -> None:
    for (at, side), way in zip(chosen, found.alternatives, strict=True):
        assert (int(way.limit.subject), way.side) == (at, side)
        step = 1 if side == "lower" else -1
        for needed, enough in ((way.needed, True), (way.needed + step, False)):
            lower, upper = numbers_of(one, chosen)
            (lower if side == "lower" else upper)[at] = needed
            assert keeps(one, lower, upper) == enough


def assert_repaired(one: Program, found: Conflict) -> None:
    lower, upper = one.lower.tolist(), one.upper.tolist()
    price = 0
    for way in found.repairs:
        at = int(way.limit.subject)
        (lower if way.side == "lower" else upper)[at] = way.needed
        lock = way.limit.level == "pair" and way.side == "lower"
        price += abs(way.now - way.needed) * (LOCKED_WEIGHT if lock else 1)
    assert keeps(one, lower, upper)
    assert price == least_change(one)


@settings(max_examples=60, deadline=None)
@given(programs(laminar=True))
def test_brute_force_agrees_on_two_families(one: Program) -> None:
    check(one, 10.0)


@settings(max_examples=40, deadline=None)
@given(programs(laminar=False))
def test_brute_force_agrees_on_any_rows(one: Program) -> None:
    check(one, 10.0)


@settings(max_examples=30, deadline=None)
@given(programs(laminar=True))
def test_what_is_found_without_effort_is_in_conflict(one: Program) -> None:
    check(one, 0.0)


def test_the_rows_may_hang_together_beyond_the_smallest_conflict() -> None:
    """The least hitting set among few limits may be larger than is looked for at first."""
    rules: list[Row] = [("rule", f"R{at}", [at, (at + 1) % 5], 0, 1) for at in range(5)]
    found = find_conflict(program(5, *rules, ("need", "N", [0, 1, 2, 3, 4], 3, None)))
    assert len(found.limits) == 6  # a ring of five has no three apart
    assert found.smallest
    assert changes(found.repairs) == [("N", "lower", 3, 2)]
    assert {one.limit.subject: one.needed for one in found.alternatives} == {
        "N": 2, **{f"R{at}": 2 for at in range(5)}
    }  # fmt: skip


def test_a_great_conflict_is_thinned_without_a_search() -> None:
    """Twelve ask for one each, and six places are left: seven of them are too many."""
    asked: list[Row] = [
        ("enterprise", f"E{at:02}", [2 * at, 2 * at + 1], 1, None) for at in range(12)
    ]
    places: list[Row] = [
        ("university", "U1", list(range(0, 24, 2)), 0, 3),
        ("university", "U2", list(range(1, 24, 2)), 0, 3),
    ]
    one = program(24, *asked, *places)
    found, hasty = find_conflict(one), find_conflict(one, effort=1e-9)
    assert len(found.limits) == 9
    assert found.smallest
    assert (len(hasty.limits), hasty.smallest) == (9, False)
    assert {way.limit.subject[0] for way in found.repairs} == {"E"}
    assert len(found.repairs) == 6
