"""What would be without a term, against deleting it by hand and matching again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from matchmaker import Achievement, Matcher, Matches, Need, Records
from matchmaker.counterfactual import leave_out
from matchmaker.errors import ConfigError, StoreError
from matchmaker.scoring.explanation import Counterfactual


def deleted(record: Any, term: str) -> Any:
    """Delete a term from the running texts and the keywords, plainly: it must be spelled alike."""
    names = ("title", "body", "goals", "indicators", "applications")
    changed = {name: getattr(record, name) for name in names if hasattr(record, name)}
    changed = {name: text.replace(term, " ") for name, text in changed.items()}
    words = tuple(word.replace(term, " ") for word in record.keywords)
    return replace(record, **changed, keywords=tuple(word for word in words if word.strip()))


def test_a_term_is_deleted_and_everything_ranked_again(
    sample_matcher: Matcher, sample_matches: Matches
) -> None:
    ranks = set()
    for match in [one for one in sample_matches if one.rank in (1, 5) and one.shared_terms][::13]:
        term = match.shared_terms[0].term
        if term not in match.need.title + match.need.body + match.need.goals:
            continue
        changed = deleted(match.need, term)
        assert leave_out(match.need, term) == changed
        again = sample_matcher.match([changed], k=sample_matcher._ranker.candidates)
        expected = {one.achievement.id: (one.rank, one.score) for one in again}
        rank, score = expected.get(match.achievement.id, (None, None))
        assert match.without(term) == Counterfactual(term, rank, score, len(again))
        ranks.add(rank)
    assert len(ranks) > 2


def test_the_reverse_leaves_it_out_of_the_achievement(
    sample_matcher: Matcher, sample_achievements: Records[Achievement]
) -> None:
    asked = list(sample_achievements)[3]
    match = sample_matcher.match_achievements([asked], k=3)[2]
    term = match.shared_terms[0].term
    again = sample_matcher.match_achievements([deleted(asked, term)], k=84)
    expected = {one.need.id: (one.rank, one.score) for one in again}
    assert match.without(term) == Counterfactual(term, *expected[match.need.id], len(again))


def test_options_of_the_search_hold_there_too(
    sample_matcher: Matcher, sample_needs: Records[Need]
) -> None:
    """Constraints and wishes go on; the least score and k are those of the candidates."""
    options: dict[str, Any] = {"require": ["地区=吉林"], "prefer": ["成熟度>=6"]}
    match = sample_matcher.match(list(sample_needs)[:1], k=1, min_score=0.3, **options)[0]
    term = match.shared_terms[0].term
    again = sample_matcher.match([deleted(match.need, term)], k=155, **options)
    expected = {one.achievement.id: (one.rank, one.score) for one in again}
    assert 1 < len(again) < 100
    assert match.without(term) == Counterfactual(term, *expected[match.achievement.id], len(again))


@pytest.fixture(scope="module")
def small() -> Matcher:
    matcher = Matcher()
    matcher.add(
        [
            Achievement(id="A1", title="连铸坯中心偏析控制技术"),
            Achievement(id="A2", title="轴承钢夹杂物控制"),
            Achievement(id="A3", title="316L不锈钢焊接"),
            Achievement(id="A4", title="水稻育种"),
        ]
    )
    return matcher


def test_any_spelling_of_a_term_is_left_out() -> None:
    need = Need(
        id="N1",
        title="軸承鋼與３１６Ｌ",
        body="轴承钢，316l；轴 承钢。316LN 留下",
        goals="没有",
        keywords=("轴承钢", "高端轴承钢", "连铸"),
        attempted="轴承钢",
    )
    assert leave_out(need, "轴承钢") == replace(
        need,
        title=" 與３１６Ｌ",
        body=" ，316l； 。316LN 留下",
        keywords=("高端 ", "连铸"),
    )
    assert leave_out(need, "316L").body == "轴承钢， ；轴 承钢。316LN 留下"
    found = Achievement(
        id="A1", title="钢", body="铁", indicators="轴承钢", applications="轴承钢用"
    )
    assert leave_out(found, "轴承钢") == replace(found, indicators=" ", applications=" 用")


def test_what_is_not_said_cannot_be_left_out(small: Matcher) -> None:
    match = small.match([Need(id="N1", title="轴承钢")], k=1)[0]
    with pytest.raises(ConfigError, match="'N1' does not say '水稻'"):
        match.without("水稻")
    with pytest.raises(ConfigError, match="'N1' does not say ''"):
        match.without("")
    with pytest.raises(ConfigError, match="'N1' says nothing but '轴承钢'"):
        match.without("轴承钢")
    with pytest.raises(ConfigError, match="only matches that a search has found"):
        replace(match, _why=None).without("轴承钢")


def test_blanks_do_not_matter_in_a_term(small: Matcher) -> None:
    match = small.match([Need(id="N1", title="轴承钢夹杂物")], k=1)[0]
    assert match.without(" 轴承 钢 ").score == match.without("轴承钢").score


def test_who_is_no_candidate_any_more_has_no_rank(
    small: Matcher, sample_matcher: Matcher, sample_needs: Records[Need]
) -> None:
    few = Matcher(candidates=1)
    few._held = small._held
    match = few.match([Need(id="N1", title="水稻 轴承钢夹杂物", body="轴承钢夹杂物")], k=1)[0]
    assert match.achievement.id == "A2"
    told = match.without("轴承钢夹杂物")
    assert told == Counterfactual("轴承钢夹杂物", None, None, 1)


def test_in_a_store_it_is_the_same(small: Matcher, tmp_path: Path) -> None:
    small.save(tmp_path / "库")
    need = Need(id="N1", title="轴承钢夹杂物", body="连铸坯偏析")
    with Matcher.open(tmp_path / "库") as stored:
        matches = stored.match([need], k=2)
        for found, expected in zip(matches, small.match([need], k=2), strict=True):
            assert found.without("轴承钢") == expected.without("轴承钢")
        # What was ranked is not there any more: better no answer than one about other records.
        stored.add([Achievement(id="A1", title="连铸坯中心偏析控制装置")])
        with pytest.raises(StoreError, match="search again"):
            matches[0].without("夹杂物")
        again = stored.match([need], k=2)
        again.write(tmp_path / "x.xlsx")
        matches.write(tmp_path / "y.xlsx")
    with pytest.raises(StoreError, match="closed or changed"):
        again[0].without("夹杂物")
    # A report leaves it out.
    again.write(tmp_path / "z.xlsx")
