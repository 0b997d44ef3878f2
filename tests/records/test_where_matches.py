"""Searches in memory among what fulfils a condition."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from matchmaker import Achievement, Matcher, Matches, Need
from matchmaker.errors import ConfigError
from matchmaker.records.where import Condition

REGIONS = ("辽宁", "吉林", "辽宁", "上海", "辽宁")
MATERIALS = ("轴承钢", "铝合金", "锂电池正极", "陶瓷涂层", "疫苗", "水稻种子")
PROCESSES = ("连铸", "热处理", "检测", "回收", "表面改性", "数值模拟", "包装")
ACHIEVEMENTS = [
    Achievement(
        id=f"A{number:02}",
        title=f"{MATERIALS[number // 7]}的{PROCESSES[number % 7]}技术",
        region=REGIONS[number % 5],
        published=date(2020 + number % 4, 1, 1),
        cooperation=("转让", "许可") if number % 3 else ("合作",),
        source="甲",
        extra={"分级": str(number % 7)} if number % 2 else {},
    )
    for number in range(42)
]
COPY = replace(ACHIEVEMENTS[0], id="A99", source="乙")
NEEDS = [
    Need(id="N1", title="轴承钢连铸坯偏析", deadline=date(2025, 1, 1)),
    Need(id="N2", title="疫苗包装与检测"),
]


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    """Grades so few candidates that hardly any of them fulfils a condition by chance."""
    matcher = Matcher(candidates=2)
    matcher.add([*ACHIEVEMENTS, COPY])
    matcher.add(NEEDS)
    return matcher


@pytest.fixture(scope="module")
def scores(matcher: Matcher) -> dict[tuple[str, str], float]:
    pairs = [(need, record) for need in NEEDS for record in [*ACHIEVEMENTS, COPY]]
    graded = matcher.score(pairs).score.tolist()
    return {(need.id, record.id): graded[at] for at, (need, record) in enumerate(pairs)}


def found(matches: Matches) -> dict[str, set[str]]:
    by_need = matches.by_need().items()
    return {need_id: {pair.achievement.id for pair in pairs} for need_id, pairs in by_need}


@pytest.mark.parametrize(
    ("condition", "fulfils"),
    [
        ({"region": "上海"}, lambda record: record.region == "上海"),
        ({"region": ["上海", "吉林"]}, lambda record: record.region in ("上海", "吉林")),
        ({"published": "2021-01-01"}, lambda record: record.published == date(2021, 1, 1)),
        ({"cooperation": "合作"}, lambda record: "合作" in record.cooperation),
        ({"分级": {"1", "3"}}, lambda record: record.extra.get("分级") in ("1", "3")),
        (lambda record: record.id >= "A30", lambda record: record.id >= "A30"),
        ({"region": "海南"}, lambda record: False),
    ],
)
@pytest.mark.parametrize("k", [1, 4, 100])
def test_all_that_fulfil_a_condition_can_be_found(
    condition: Condition,
    fulfils: Callable[[Achievement], bool],
    k: int,
    matcher: Matcher,
    scores: dict[tuple[str, str], float],
) -> None:
    fulfilling = {record.id for record in ACHIEVEMENTS if fulfils(record)}
    # The copy is listed only where what it copies may not be.
    if fulfils(COPY) and ACHIEVEMENTS[0].id not in fulfilling:
        fulfilling.add(COPY.id)
    matches = matcher.match(NEEDS, k=k, where=condition)
    listed = found(matches)
    assert set(listed) == {"N1", "N2"}
    for ids in listed.values():
        assert len(ids) == min(k, len(fulfilling))
        assert ids <= fulfilling
    for pair in matches:
        assert pair.score == pytest.approx(scores[pair.need.id, pair.achievement.id], abs=1e-6)


def test_a_condition_only_leaves_out(matcher: Matcher) -> None:
    everything = matcher.match(NEEDS, k=100)
    expected = [p for p in everything if p.achievement.region == "辽宁"]
    kept = list(matcher.match(NEEDS, k=100, where={"region": "辽宁"}))
    assert 0 < len(kept) < len(everything)
    for one, other in zip(kept, expected, strict=True):
        assert (one.need, one.achievement, one.grade) == (
            other.need,
            other.achievement,
            other.grade,
        )
        assert one.score == pytest.approx(other.score, abs=1e-6)


def test_a_copy_is_found_where_only_it_fulfils(matcher: Matcher) -> None:
    assert found(matcher.match(NEEDS[:1], k=3, where={"source": "乙"})) == {"N1": {"A99"}}
    assert "A99" not in found(matcher.match(NEEDS[:1], k=100))["N1"]


def test_a_condition_and_a_sector(matcher: Matcher) -> None:
    of_sector = matcher.match(NEEDS, k=100, sector="冶金")
    both = matcher.match(NEEDS, k=100, sector="冶金", where={"region": "辽宁"})
    expected = {p.achievement.id for p in of_sector if p.achievement.region == "辽宁"}
    assert 0 < len(expected) < len({pair.achievement.id for pair in of_sector})
    assert {pair.achievement.id for pair in both} == expected


def test_needs_that_fulfil_a_condition(matcher: Matcher) -> None:
    matches = matcher.match_achievements(ACHIEVEMENTS[:2], where={"deadline": "2025-01-01"})
    assert [pair.need.id for pair in matches] == ["N1", "N1"]
    with pytest.raises(ConfigError, match=r"'maturity'.*field of Need"):
        matcher.match_achievements(ACHIEVEMENTS[:2], where={"maturity": ""})


def test_unknown_names_end_a_search(matcher: Matcher) -> None:
    for name in ("colour", "deadline", "Region"):
        with pytest.raises(ConfigError, match=f"'{name}'.*field of Achievement"):
            matcher.match(NEEDS, where={"region": "辽宁", name: "x"})
    bad: Any = "region"
    with pytest.raises(ConfigError, match="mapping of field names"):
        matcher.match(NEEDS, where=bad)
