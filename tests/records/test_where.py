"""Conditions on records."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from matchmaker.errors import ConfigError
from matchmaker.records import Achievement, Need
from matchmaker.records.where import Where, check_fields, known_fields, value_of

RECORD = Achievement(
    id="A1",
    title="轧制",
    region="辽宁",
    cooperation=("转让", "许可"),
    published=date(2024, 5, 1),
    extra={"等级": "1", "title": "另一个"},
)
PLAIN = Achievement(id="A2", title="钢")


@pytest.mark.parametrize(
    ("condition", "fits", "plain"),
    [
        ({}, True, True),
        ({"region": "辽宁"}, True, False),
        ({"region": "辽"}, False, False),
        ({"region": ["江苏", "辽宁"]}, True, False),
        ({"region": []}, False, False),
        ({"region": {"": 1}}, False, True),
        ({"region": ""}, False, True),
        ({"region": lambda text: text > "a"}, True, False),
        ({"cooperation": "许可"}, True, False),
        ({"cooperation": ("作价", "许可")}, True, False),
        ({"cooperation": "许"}, False, False),
        ({"cooperation": lambda mode: mode.startswith("许")}, True, False),
        ({"published": date(2024, 5, 1)}, True, False),
        ({"published": "2024-05-01"}, True, False),
        ({"published": "2024-5-1"}, False, False),
        ({"published": None}, False, True),
        ({"published": [None, "2024-05-01"]}, True, True),
        ({"published": lambda day: day is None or day.year > 2024}, False, True),
        ({"等级": "1"}, True, False),
        ({"等级": 1}, False, False),
        ({"等级": None}, False, True),
        # A field goes before a column of the same name.
        ({"title": "轧制"}, True, False),
        ({"title": "另一个"}, False, False),
        ({"region": "辽宁", "等级": "2"}, False, False),
        ({"region": "辽宁", "等级": "1"}, True, False),
        (lambda record: record.region == "辽宁", True, False),
        (lambda record: 0, False, False),
    ],
)
def test_what_a_condition_accepts(condition: Any, fits: bool, plain: bool) -> None:
    where = Where.of(condition)
    assert where is not None
    assert [where.accepts(RECORD), where.accepts(PLAIN)] == [fits, plain]


def test_no_condition() -> None:
    assert Where.of(None) is None
    assert Where().accepts(RECORD)


@pytest.mark.parametrize("wrong", ["region", 5, ["region"], {5: "x"}, {None: 1}])
def test_what_is_no_condition(wrong: Any) -> None:
    with pytest.raises(ConfigError, match=r"where takes a mapping .* or a function"):
        Where.of(wrong)


def test_values_and_names() -> None:
    assert value_of(RECORD, "cooperation") == ("转让", "许可")
    assert value_of(RECORD, "等级") == "1"
    assert value_of(PLAIN, "等级") is None
    assert {"goals", "deadline"} <= known_fields(Need) - known_fields(Achievement)


def test_unknown_names_are_refused() -> None:
    where = Where.of({"等级": "1", "region": "x"})
    assert where is not None
    check_fields(where, [PLAIN, RECORD])
    check_fields(where, [])
    with pytest.raises(ConfigError, match=r"'等级', which is neither a field of Achievement \(.*"):
        check_fields(where, [PLAIN])
    with pytest.raises(ConfigError, match=r"of Need \(attempted, .*\) nor a column of any record"):
        check_fields(where, [Need(id="N", title="x")])


def test_a_moment_counts_as_its_day() -> None:
    record = Achievement(id="A1", title="轧制", published=date(2024, 5, 1))
    condition = Where.of({"published": datetime(2024, 5, 1, 12, 30)})
    assert condition is not None
    assert condition.accepts(record)
