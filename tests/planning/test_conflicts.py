"""The smallest set of limits in conflict, against hand-worked cases and brute force."""

from __future__ import annotations

import json
import time
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from matchmaker.errors import ConfigError
from matchmaker.planning.assignments import conflict_proofs, conflict_search, conflict_sides
from matchmaker.planning.assignments.conflicts import LOCKED_WEIGHT, Conflict, Repair, find_conflict
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
        "alternatives": [repair], "too_few_candidates": True, "possible": 2, "smallest": True,
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
    assert found.explain() == (
        "enterprise 甲 asks for at least 15 pairs, and 14 needs (N00, N01, N02 and 11 more) may "
        "have at most 1 pair each cannot all hold: 15 pairs in all are asked for and at most 14 "
        "possible. It would hold with one change: raise the maximum of any one of 14 needs (N00, "
        "N01, N02 and 11 more) from 1 to 2; or lower the minimum of enterprise 甲 from 15 to 14"
    )


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


def limit(level: Level, at: int, lower: int, upper: int | None) -> Limit:
    return Limit(level, f"{level[0].upper()}{at}", lower, upper)


def conflict(
    limits: tuple[Limit, ...], repairs: tuple[Repair, ...], possible: int | None
) -> Conflict:
    return Conflict(limits, (), (5,) * len(limits), False, possible, repairs, False, True)


def test_each_side_of_a_great_conflict_is_said_with_its_numbers() -> None:
    pairs = tuple(limit("pair", at, 1, None) for at in range(12))
    houses = tuple(limit("university", at, 0, at // 2) for at in range(14))
    found = conflict((*pairs, *houses), tuple(Repair(one, "lower", 1, 0) for one in pairs), None)
    assert found.explain() == (
        "12 locked pairs (P0, P1, P2 and 9 more) are to be kept, 2 universities (U0 and U1) may "
        "have at most 0 pairs each, 2 universities (U2 and U3) may have at most 1 pair each, 2 "
        "universities (U4 and U5) may have at most 2 pairs each, 2 universities (U6 and U7) may "
        "have at most 3 pairs each, 2 universities (U8 and U9) may have at most 4 pairs each, and "
        "4 other maximums cannot all hold. The least change after which all limits hold: give up "
        "12 locked pairs (P0, P1, P2 and 9 more)"
    )


def test_repairs_are_put_together_by_their_numbers() -> None:
    firms = tuple(limit("enterprise", at, 1, None) for at in range(11))
    more = Repair(limit("rule", 0, 0, 2), "upper", 2, 3)
    found = conflict(firms[:1], (more, *(Repair(one, "lower", 1, 0) for one in firms)), None)
    assert found.explain() == (
        "enterprise E0 asks for at least 1 pair. The least change after which all limits hold: "
        "lower the minimum of 11 enterprises (E0, E1, E2 and 8 more) from 1 to 0 each; raise the "
        "maximum of R0 from 2 to 3"
    )
    found = conflict(firms, (), 7)
    assert found.explain().startswith("11 enterprises (E0, E1, E2 and 8 more) ask for at least 1")


def shortage(firms: int, asked: int, places: int) -> Program:
    """Every firm could have every place."""
    cells = np.arange(firms * places).reshape(firms, places)
    rows: list[Row] = [
        *(("enterprise", f"E{at:02}", cells[at].tolist(), asked, None) for at in range(firms)),
        *(("achievement", f"A{at:02}", cells[:, at].tolist(), 0, 1) for at in range(places)),
    ]
    return program(firms * places, *rows)


@pytest.mark.parametrize(("firms", "asked", "places"), [(9, 1, 6), (6, 2, 10), (5, 3, 13)])
def test_a_shortage_is_proven_irreducible_by_its_prices(
    firms: int, asked: int, places: int
) -> None:
    one = shortage(firms, asked, places)
    found = find_conflict(one, effort=0.0)
    assert (found.irreducible, found.smallest) == (True, False)
    firms_in = sum(limit.upper is None for limit in found.limits)
    assert found.possible == len(found.limits) - firms_in
    assert firms_in * asked > found.possible
    step = firms_in * asked - found.possible
    assert {abs(way.now - way.needed) for way in found.alternatives} == {step}
    assert sum(way.now - way.needed for way in found.repairs) == firms * asked - places


def test_time_that_is_up_is_said_honestly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conflict_search, "LEAST_SECONDS", -1.0)
    found = find_conflict(shortage(3, 1, 2), effort=0.0)
    assert (found.irreducible, found.smallest, found.repairs) == (False, False, ())
    assert len(found.limits) == 5
    assert found.alternatives == ()


def test_changes_that_are_not_found_in_time_are_left_out() -> None:
    sides = conflict_sides.sides_of(shortage(3, 1, 2))
    past = time.monotonic() - 1.0
    ring: list[Row] = [("rule", f"R{at}", [at, (at + 1) % 3], 0, 1) for at in range(3)]
    crossing = conflict_sides.sides_of(program(3, *ring, ("need", "N", [0, 1, 2], 2, None)))
    assert not conflict_search.changes_alone(crossing, past).any()
    assert conflict_search.changes_alone(sides, past).tolist() == [1.0] * 5
    assert not conflict_proofs.only_sum(sides, 1.0, past)
    two = conflict_sides.sides_of(
        program(2, ("need", "N1", [0], 2, None), ("need", "N2", [1], 2, None))
    )
    assert not conflict_proofs.only_sum(two, 2.0, time.monotonic() + 9.0)


def test_what_one_side_alone_cannot_prove_is_left_to_the_search() -> None:
    sides = conflict_sides.sides_of(shortage(3, 1, 2))
    past, soon = time.monotonic() - 1.0, time.monotonic() + 9.0
    assert conflict_search._hitting(sides, 9, past) == (None, False)
    assert conflict_search._smaller(sides, 6, past) == (None, False)
    assert conflict_search._deleted(sides, np.arange(5), past)[1] is False
    fewer, proven = conflict_search._irreducible(sides, soon)
    assert (fewer.tolist(), proven) == ([0, 1, 2, 3, 4], True)
    with pytest.raises(TimeoutError):
        conflict_sides.least_prices(sides, past)


def test_too_many_columns_are_not_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conflict_proofs, "SEARCHED", 3)
    found = find_conflict(shortage(4, 1, 3))
    assert (found.irreducible, len(found.limits)) == (True, 7)


def test_an_empty_set_proves_nothing_and_a_doubtful_one_is_not_proven() -> None:
    sides = conflict_sides.sides_of(shortage(3, 1, 2))
    soon = time.monotonic() + 9.0
    nothing = sides.take(np.zeros(0, dtype=np.int64))
    assert conflict_proofs.multipliers(nothing, soon) is None
    keepable = sides.take(np.array([0, 1, 3, 4]))
    assert conflict_search._within(keepable, 3, soon) == (None, True)
    assert conflict_sides.holds(keepable, soon)
    assert conflict_search._deleted(sides, np.arange(5), soon)[0].tolist() == [0, 1, 2, 3, 4]
    fewer, surplus = conflict_search._thinned(keepable)
    assert (len(fewer), surplus) == (4, 0.0)


def test_rows_that_weigh_are_left_open_where_time_is_up() -> None:
    names = (Limit("rule", "R", 0, 2), Limit("need", "N", 1, None))
    one = Program(np.ones(2), csr_array(np.array([[2.0, 1.0], [1.0, 1.0]])), names)
    sides = conflict_sides.sides_of(one)
    past, soon = time.monotonic() - 1.0, time.monotonic() + 9.0
    assert not sides.counts()
    assert conflict_search._smaller(sides, 2, past) == (None, False)
    assert conflict_search._within(sides, 2, soon) == (None, True)
    assert conflict_search._smaller(sides, 2, soon) == (None, True)
    priced = conflict_search._priced(sides, past)
    assert priced.tolist() == [0, 1]
