from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import event
from benchmarks.event_table import event_table


@pytest.fixture(scope="module")
def result(tmp_path_factory) -> dict:
    path = tmp_path_factory.mktemp("event") / "event.json"
    options = ["--parties", "20", "--wanted", "60", "--tables", "5", "--slots", "4"]
    assert event.main([*options, "--seconds", "1", "--out", str(path)]) == 0
    return json.loads(path.read_text(encoding="utf-8"))


def test_every_system_keeps_the_rules_and_ours_reaches_the_bound(result) -> None:
    assert set(result["results"]) == {case.name for case in event.CASES}
    for found in result["results"].values():
        systems = {name: one for name, one in found["systems"].items() if "not_run" not in one}
        assert {"matchmaker", "first come, by score"} <= set(systems)
        assert {one["violations"] for one in systems.values()} == {0}
        assert systems["matchmaker"]["meetings"] == found["bound"] <= found["seats"]
        assert systems["matchmaker"]["idle_above_bound"] == 0
        assert max(one["meetings"] for one in systems.values()) == found["bound"]
        assert found["replan"]["violations"] == 0
        before = systems["matchmaker"]["meetings"]
        touched = sum(found["replan"][kind] for kind in ("moved", "table", "dropped"))
        assert found["replan"]["kept"] + touched == before


def test_the_same_seed_gives_the_same_event() -> None:
    one, other = (event.ranking(20, 60, 1.3, 0) for _ in range(2))
    assert (one.columns.score == other.columns.score).all()
    rules = [event.rules(one, tables=5, slots=4, attendance=0.8, seed=1) for _ in range(2)]
    assert rules[0] == rules[1]
    assert 0 < len(rules[0].locked) <= event.BOOKED


def test_the_table_says_what_was_measured(result) -> None:
    text = "\n".join(event_table(result))
    assert text.count("| matchmaker |") == 3
    assert "20 × 20 parties, 60 meetings wanted, 5 tables, 2 days of 4 slots." in text
    assert "| Few" not in text
    assert "After the busiest enterprise and one table have dropped out:" in text
    missing = {**result, "results": {"x": {**next(iter(result["results"].values()))}}}
    missing["results"]["x"]["systems"] = {"peer": {"not_run": "no such package"}}
    assert "| peer | not run |" in "".join(event_table(missing))


def test_the_checker_is_that_of_the_tests() -> None:
    assert Path(event.checker().__file__) == event.CHECKER
