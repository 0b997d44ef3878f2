"""The benchmark measures what it says, on few records."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from benchmarks import anonymity
from matchmaker.records import Achievement, Need


@pytest.fixture(scope="module")
def cases() -> list[Any]:
    module = anonymity.names_module()
    base: list[Need | Achievement] = [
        Need(id="N1", title="轴承钢偏析", body="断面320mm。强度不足。"),
        Achievement(id="A1", title="轻压下技术", body="断面320mm。偏析减轻。"),
    ]
    made: list[Any] = module.make_cases(base, module.Lists(**anonymity.LISTS), n=42, seed=3)
    return made


def test_what_leaves_everything_leaks_all_and_keeps_all(cases: list[Any]) -> None:
    found = anonymity.measure(lambda record, others: record, [cases[0].clean], cases)
    assert found["leaked"] == found["cases"] == 42
    assert found["words_kept_without_names"] == 1.0


def test_what_leaves_nothing_leaks_nothing_and_keeps_nothing(cases: list[Any]) -> None:
    empty = Need(id="X", title="○")
    found = anonymity.measure(lambda record, others: empty, [cases[0].clean], cases)
    assert found["leaked"] == 0
    assert found["words_kept_around_names"] == 0.0


def test_the_package_leaks_less_than_the_baseline(cases: list[Any]) -> None:
    ours = anonymity.measure(anonymity.by_package, [], cases)
    plain = anonymity.measure(anonymity.by_fields_and_patterns, [], cases)
    assert ours["leaked"] < plain["leaked"]


def test_the_baseline_replaces_exact_values_phones_and_mail() -> None:
    record = Need(
        id="1", title="宏砺特钢", body="宏砺：13812345678，a@b.cn", organisation="宏砺特钢"
    )
    assert anonymity.by_fields_and_patterns(record, ()) == replace(
        record, title="某某", body="宏砺：某某，某某", organisation="某某"
    )


def test_the_lists_are_not_those_of_the_tests() -> None:
    tests = anonymity.names_module().TEST_LISTS
    assert set(anonymity.LISTS["brands"]).isdisjoint(tests.brands)
    assert set(anonymity.LISTS["given"]).isdisjoint(tests.given)


def test_speed_is_of_as_many_records_as_asked(cases: list[Any]) -> None:
    found = anonymity.speed([cases[0].clean], names=5, n=3, seed=0)
    assert found["many_names_records_a_cpu_second"] > 0
