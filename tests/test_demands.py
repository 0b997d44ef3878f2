"""Hard constraints against a filter by hand, and wishes that leave nothing out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from matchmaker import Achievement, Matcher, Need, Records
from matchmaker.demands import Demands, read_options
from matchmaker.errors import ConfigError
from matchmaker.records.where import Where
from matchmaker.scoring.constraints import Constraint

Scores = dict[tuple[str, str], float]


@pytest.fixture(scope="module")
def asked(sample_needs: Records[Need]) -> list[Need]:
    return list(sample_needs)[::12]


def scores(matches: Any) -> Scores:
    return {(one.need.id, one.achievement.id): one.score for one in matches}


@pytest.fixture(scope="module")
def every(sample_matcher: Matcher, asked: list[Need]) -> Scores:
    return scores(sample_matcher.match(asked, k=155))


CITIES = "辽宁 沈阳 大连 鞍山 抚顺 本溪 丹东 锦州 营口 阜新 辽阳 盘锦 铁岭 朝阳"
NORTH = frozenset(CITIES.split())


def there(record: Need | Achievement, *, silent: bool = True) -> bool:
    """Whether a record of the sample is in Liaoning, by its region's first two characters."""
    return record.region[:2] in NORTH if record.region else silent


HARD: list[tuple[list[Any], Any]] = [
    (["地区=辽宁"], there),
    (["地区=辽宁|吉林"], lambda found: there(found) or found.region[:2] == "吉林"),
    (["地区!=辽宁"], lambda found: not there(found, silent=False)),
    ([Constraint("地区", "=", "辽宁", missing="drop", hard=True)],
     lambda found: there(found, silent=False)),
    (["title~控制"], lambda found: "控制" in found.title),
    (["title~控制", "地区=辽宁"],
     lambda found: "控制" in found.title and there(found)),
]  # fmt: skip


@pytest.mark.parametrize(("require", "kept"), HARD)
def test_exactly_those_go_that_a_filter_by_hand_removes(
    require: list[Any],
    kept: Any,
    sample_matcher: Matcher,
    asked: list[Need],
    every: Scores,
    sample_achievements: Records[Achievement],
) -> None:
    left = {found.id for found in sample_achievements if kept(found)}
    assert 0 < len(left) < 155
    matches = sample_matcher.match(asked, k=155, require=require)
    # Scores of those that may be found are what they were, to the last bit.
    assert scores(matches) == {pair: score for pair, score in every.items() if pair[1] in left}
    eligibility = matches.summary.eligibility
    assert eligibility is not None
    assert (eligibility.left, len(eligibility.mask)) == (len(left), 155)
    assert [one.constraint.hard for one in eligibility.counts] == [True] * len(require)
    where = sample_matcher.match(asked, k=155, where=kept)
    assert list(where) == list(matches)
    assert where.summary.eligibility is None


def test_who_was_left_out_by_what(sample_matcher: Matcher, asked: list[Need]) -> None:
    matches = sample_matcher.match(asked, k=3, require=["地区=辽宁", "title~控制"])
    eligibility = matches.summary.eligibility
    assert eligibility is not None
    records = list(sample_matcher.achievements)
    north = [there(one) for one in records]
    named = ["控制" in one.title for one in records]
    assert [(one.removed, one.removed_alone) for one in eligibility.counts] == [
        (155 - sum(north), sum(b and not a for a, b in zip(north, named, strict=True))),
        (155 - sum(named), sum(a and not b for a, b in zip(north, named, strict=True))),
    ]
    assert eligibility.counts[0].missing_kept == sum(not one.region for one in records)


def test_a_condition_comes_before_any_constraint(
    sample_matcher: Matcher, asked: list[Need], every: Scores
) -> None:
    def controls(found: Achievement) -> bool:
        return "控制" in found.title

    matches = sample_matcher.match(asked, k=155, where=controls, require=["地区=辽宁"])
    left = {one.id for one in sample_matcher.achievements if controls(one)}
    north = {one.id for one in sample_matcher.achievements if there(one)}
    assert scores(matches) == {
        pair: score for pair, score in every.items() if pair[1] in left & north
    }
    eligibility = matches.summary.eligibility
    assert eligibility is not None
    assert len(eligibility.mask) == len(left)


def test_a_condition_on_an_unknown_field_is_refused_beside_a_constraint_too(
    sample_matcher: Matcher, asked: list[Need]
) -> None:
    with pytest.raises(ConfigError, match="没有"):
        sample_matcher.match(asked, where={"没有": "x"})
    with pytest.raises(ConfigError, match="没有"):
        sample_matcher.match(asked, where={"没有": "x"}, require=["地区=辽宁"])


def test_the_reverse_constrains_needs(
    sample_matcher: Matcher, sample_achievements: Records[Achievement]
) -> None:
    offered = list(sample_achievements)[::40]
    plain = scores(sample_matcher.match_achievements(offered, k=84))
    found = sample_matcher.match_achievements(offered, k=84, require=["region=辽宁"])
    left = {one.id for one in sample_matcher.needs if there(one)}
    assert 0 < len(left) < 84
    assert scores(found) == {pair: score for pair, score in plain.items() if pair[0] in left}


def test_a_wish_leaves_nothing_out(
    sample_matcher: Matcher, asked: list[Need], every: Scores
) -> None:
    wished = sample_matcher.match(asked, k=155, prefer=["地区=辽宁"])
    moved = scores(wished)
    assert moved.keys() == every.keys()
    known = {one.id: one for one in sample_matcher.achievements}
    for pair, score in moved.items():
        found = known[pair[1]]
        if not found.region:
            assert score == every[pair]
        elif there(found):
            assert score > every[pair]
        else:
            assert score < every[pair]
    assert wished.summary.preferences == ("地区=辽宁",)
    assert wished.summary.eligibility is None
    # The best k of all are those of a search for k, which looks at contenders only.
    few = sample_matcher.match(asked, k=4, prefer=["地区=辽宁"])
    assert scores(few) == {
        (one.need.id, one.achievement.id): one.score for one in wished if one.rank <= 4
    }


def test_a_store_leaves_out_the_same(
    sample_matcher: Matcher, asked: list[Need], tmp_path: Path
) -> None:
    part = Matcher()
    part.add(list(sample_matcher.achievements)[::4])
    part.save(tmp_path / "库")
    options: dict[str, Any] = {"k": 9, "require": ["地区=辽宁|吉林"], "prefer": ["成熟度>=6"]}
    with Matcher.open(tmp_path / "库") as stored:
        found, expected = stored.match(asked, **options), part.match(asked, **options)
        assert scores(found) == scores(expected)
        told, known = found.summary.eligibility, expected.summary.eligibility
        assert told is not None
        assert known is not None
        assert told.counts == known.counts
        assert sorted(told.mask.tolist()) == sorted(known.mask.tolist())


def test_of_copies_the_one_that_is_eligible_is_found() -> None:
    matcher = Matcher()
    first = Achievement(id="A1", title="连铸坯轻压下技术", source="甲")
    matcher.add([first, Achievement(id="A2", title="连铸坯轻压下技术", source="乙")])
    need = Need(id="N1", title="连铸坯轻压下")
    for source, wanted in (("甲", "A1"), ("乙", "A2")):
        (match,) = matcher.match([need], require=[f"source={source}"])
        assert match.achievement.id == wanted


# --- reading options -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"require": "地区=辽宁"}, "require takes a list of constraints"),
        ({"prefer": Constraint.parse("地区=辽宁")}, "prefer takes a list"),
        ({"prefer": {"地区": "辽宁"}}, "prefer takes a list"),
        ({"require": [3]}, "require takes texts or constraints, not 3"),
        ({"require": ["地区"]}, "has no operator"),
        ({"require": ["没有的列=1"]}, "'没有的列'"),
        ({"prefer": ["没有的列=1"]}, "'没有的列'"),
    ],
)
def test_what_cannot_be_asked(
    options: Any, message: str, sample_matcher: Matcher, asked: list[Need]
) -> None:
    with pytest.raises(ConfigError, match=message):
        sample_matcher.match(asked, **options)


def test_options_by_themselves() -> None:
    search, demands = read_options({}, sector=None, found=Achievement)
    assert (search.k, search.min_score, search.where, search.prefer) == (10, 0.0, None, ())
    assert demands is None
    search, demands = read_options({"prefer": ["地区=辽宁"]}, sector="冶金", found=Achievement)
    assert demands is None
    assert search.prefer == (Constraint("地区", "=", "辽宁"),)
    assert search.sector == "冶金"
    given = Constraint("地区", "=", "辽宁", hard=True, missing="drop")
    search, demands = read_options({"prefer": [given], "require": [given]}, sector=None, found=Need)
    assert search.prefer == (Constraint("地区", "=", "辽宁"),)
    assert demands is not None
    assert isinstance(search.where, Where)
    assert not search.where.accepts(Need(id="N1", title="钢"))
    assert search.where.accepts(Need(id="N2", title="钢", region="辽宁"))
    eligibility = demands.eligibility()
    assert eligibility is not None
    assert eligibility.mask.tolist() == [False, True]
    assert (eligibility.counts[0].missing_dropped, eligibility.counts[0].removed) == (1, 1)


def test_columns_of_few_records_are_known() -> None:
    demands = Demands((Constraint.parse("等级=1", hard=True),), (), None)
    for number in range(5):
        extra = {"等级": str(number)} if number > 2 else {}
        demands(Achievement(id=f"A{number}", title="钢", extra=extra))
    eligibility = demands.eligibility()
    assert eligibility is not None
    assert eligibility.mask.tolist() == [True, True, True, False, False]
    # Of no records every name is right.
    assert Demands((Constraint.parse("等级=1", hard=True),), (), None).eligibility() is not None
