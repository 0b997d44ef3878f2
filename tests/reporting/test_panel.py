"""The panel of one match: bars that lie side by side, rows that mark the right words."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from matchmaker import Achievement, Matches, Need
from matchmaker.reporting.panel import CONTEXT, Panel, Snippet, panel
from matchmaker.reporting.reasoned import COUNTERFACTUALS, Reasoned, Reasoning, reasoning
from matchmaker.reporting.reasons import gap_clauses, reason_clauses, score_parts
from matchmaker.reporting.wording import Wording, one_line
from matchmaker.scoring.explanation import Counterfactual, Evidence, Explanation, Part, Span

ZH, EN = Wording("zh"), Wording("en")
NEED = Need(
    id="N1",
    title="轴承钢",
    body="我公司生产的大方坯\n中心疏松严重，希望中心疏松不高于1.0级，成材率不低于95%。",
    goals="强度≥1200MPa",
)
FOUND = Achievement(
    id="A1",
    title="大方坯连铸",
    body="一二三四五六七八九十一二三四五大方坯一二三四五六七八九十一二三四五",
)


def span(record: Need | Achievement, field: str, text: str) -> Span:
    start = getattr(record, field).index(text)
    side: Any = "need" if isinstance(record, Need) else "achievement"
    return Span(side, field, start, start + len(text), text)


def shown(sample_matches: Matches, explanation: Explanation, without: Any = None) -> Panel:
    match = replace(sample_matches[0], need=NEED, achievement=FOUND)
    return panel(Reasoned(match, explanation, without), ZH, asking="need")


def evidence(kind: str, need: str, achievement: str, **more: Any) -> Evidence:
    return Evidence(kind, 0.1, need, achievement, more.pop("weight", 0.5), **more)


def test_rows_mark_the_words_where_they_stand(sample_matches: Matches) -> None:
    spans = (span(NEED, "body", "大方坯"), span(NEED, "title", "轴承钢"),
             span(FOUND, "body", "大方坯"))  # fmt: skip
    term = evidence("term", "大方坯", "大方坯", spans=spans)
    (row,) = shown(sample_matches, Explanation(0.1, (Part("terms", 0.1, (term,)),), ())).rows
    assert (row.kind, row.verdict) == ("term", "")
    assert row.need == Snippet("我公司生产的", "大方坯", "中心疏松严重，希望中心疏松…")
    # Fourteen characters on either side, and a sign that there are more.
    assert row.achievement == Snippet(
        "…二三四五六七八九十一二三四五", "大方坯", "一二三四五六七八九十一二三四…"
    )
    assert CONTEXT == 14


def test_at_the_ends_of_a_text_nothing_is_left_out(sample_matches: Matches) -> None:
    spans = (span(NEED, "goals", "强度≥1200MPa"), span(FOUND, "title", "大方坯"))
    one = evidence("indicator", "强度≥1200MPa", "大方坯", verdict="missed", spans=spans)
    (row,) = shown(sample_matches, Explanation(0.0, (Part("indicators", 0.0, (one,)),), ())).rows
    assert row.verdict == "missed"
    assert row.need == Snippet("", "强度≥1200MPa", "")
    assert row.achievement == Snippet("", "大方坯", "连铸")


def test_evidence_without_a_place_is_said_alone(sample_matches: Matches) -> None:
    one = evidence("field", "100万元\n以内", "80万元", weight=1.0, detail="money")
    (row,) = shown(sample_matches, Explanation(0.1, (Part("money", 0.1, (one,)),), ())).rows
    assert (row.need, row.achievement) == (
        Snippet("", "100万元 以内", ""), Snippet("", "80万元", ""),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("weight", "verdict"), [(0.26, "met"), (0.25, "even"), (-0.25, "even"), (-0.26, "missed")]
)
def test_verdicts_of_fields(weight: float, verdict: str, sample_matches: Matches) -> None:
    one = evidence("field", "甲", "乙", weight=weight, detail="money")
    (row,) = shown(sample_matches, Explanation(0.1, (Part("money", 0.1, (one,)),), ())).rows
    assert row.verdict == verdict


def test_what_is_open_is_a_row_too_and_lists_end(sample_matches: Matches) -> None:
    terms = tuple(evidence("term", f"词{at}", f"词{at}") for at in range(9))
    general = evidence("general", "", "")
    near = tuple(evidence("near_term", f"近{at}", f"似{at}") for at in range(9))
    met = evidence("indicator", "强度≥1200MPa", "强度≥1300MPa", verdict="met")
    unsaid = tuple(evidence("indicator", f"指{at}", "", verdict="unsaid") for at in range(9))
    sector = evidence("sector", "冶金", "冶金")
    parts = (
        Part("terms", 0.1, (*terms, general)),
        Part("near_terms", 0.1, near),
        Part("sector", 0.0, (sector,)),
        Part("indicators", 0.1, (met,)),
    )
    rows = shown(sample_matches, Explanation(0.3, parts, (), unsaid)).rows
    assert [(row.kind, row.verdict, row.need.marked) for row in rows] == [
        *(("term", "", f"词{at}") for at in range(5)),
        *(("near_term", "", f"近{at}") for at in range(3)),
        ("indicator", "met", "强度≥1200MPa"),
        *(("indicator", "unsaid", f"指{at}") for at in range(5)),
    ]
    assert rows[-1].achievement == Snippet("", "", "")


def test_bars_lie_side_by_side(sample_matches: Matches) -> None:
    parts = (
        Part("base", 0.05),
        Part("terms", 0.3),
        Part("near_terms", 0.0),
        Part("meaning", 0.125),
        Part("money", -0.025),
    )
    bars = shown(sample_matches, Explanation(0.45, parts, ())).bars
    assert [(bar.kind, bar.value, bar.x, bar.width) for bar in bars] == [
        ("base", "+0.050", "0.00", "5.00"),
        ("terms", "+0.300", "5.00", "30.00"),
        ("meaning", "+0.125", "35.00", "12.50"),
        ("money", "-0.025", "47.50", "0.00"),
    ]
    assert [bar.name for bar in bars] == ["起点", "共有词", "整体语义", "资金"]


def test_a_part_that_only_rounding_shows_keeps_its_name(sample_matches: Matches) -> None:
    """0.1004 and 0.0004 are shown as 0.100 and 0.001, or they would not add up."""
    parts = (Part("base", 0.1002), Part("terms", 0.0004))
    panel_ = shown(sample_matches, Explanation(0.1006, parts, ()))
    assert [(bar.name, bar.value) for bar in panel_.bars] == [
        ("起点", "+0.100"), ("共有词", "+0.001"),
    ]  # fmt: skip
    assert [bar.kind for bar in panel_.bars] == ["base", "terms"]


def test_no_bar_leaves_the_picture(sample_matches: Matches) -> None:
    """What judgements take from a score has no width, so the others may be more than the whole."""
    parts = (Part("terms", 0.95), Part("judgements", -0.4), Part("indicators", 0.15))
    bars = shown(sample_matches, Explanation(0.7, parts, ())).bars
    assert max(float(bar.x) + float(bar.width) for bar in bars) <= 100


def test_the_panel_of_the_sample(sample_matches: Matches) -> None:
    reasoned = Reasoning(sample_matches, spans=True, counterfactuals=1)
    for match in list(sample_matches)[::60]:
        found = reasoned(match)
        made = panel(found, EN, asking="need")
        why = found.explanation
        # The terms stand above the clauses.
        every = reason_clauses(why, EN, without=found.without, asking="need")
        assert made.clauses == [clause for clause in every if not clause.startswith("both name")]
        assert made.gaps == gap_clauses(why, EN)
        assert {(bar.name, bar.value) for bar in made.bars} == set(score_parts(why, EN))
        texts = [
            " ".join(one_line(getattr(record, field)) for field in fields)
            for record, fields in (
                (match.need, ("title", "body", "goals", "region", "budget")),
                (match.achievement, ("title", "body", "indicators", "applications", "region",
                                     "price", "maturity")),
            )
        ]  # fmt: skip
        for row in made.rows:
            for text, snippet in zip(texts, (row.need, row.achievement), strict=True):
                around = f"{snippet.before.lstrip('…')}{snippet.marked}{snippet.after.rstrip('…')}"
                if snippet.before or snippet.after:
                    assert around.replace(" ", "") in text.replace(" ", "")


def test_a_counterfactual_is_a_clause(sample_matches: Matches) -> None:
    without = Counterfactual("大方坯", None, None, 100)
    found = shown(sample_matches, Explanation(0.0, (Part("base", 0.0),), ()), without)
    assert "若需求不提“大方坯”，本对不会进入前 100 位" in found.clauses


# --- explaining a ranking once -------------------------------------------------------------------


def test_only_the_best_matches_are_questioned(sample_matches: Matches) -> None:
    """Those with a small lead that their first term may bear, the best of them first."""
    reasoned = Reasoning(sample_matches, counterfactuals=20)
    both = list(sample_matches)
    leads = {
        one.need.id: one.score - after.score
        for one, after in pairwise(both)
        if one.rank == 1 and after.need.id == one.need.id
    }
    best = sorted((one for one in both if one.rank == 1), key=lambda one: -one.score)
    near = [one for one in best if leads[one.need.id] <= 0.1][:20]
    changed = 0
    for match in [*near, best[0], *sample_matches[1:3]]:
        found = reasoned(match)
        assert reasoned(match) == found
        assert found.explanation == match.explain(spans=False)
        first = match.shared_terms[0] if match.shared_terms else None
        if match not in near or first is None:
            assert found.without is None or match in near
            continue
        would = match.without(first.term)
        if found.without is not None:
            assert found.without == would
            assert would.rank != 1
            changed += 1
        elif would.rank != 1:
            terms = next(part for part in found.explanation.parts if part.name == "terms")
            assert 3 * terms.evidence[0].value < leads[match.need.id]
    assert changed
    # A view of a sector has ranks of its own, so nothing is said of it.
    view = next(iter(sample_matches.by_sector().values()))
    assert all(Reasoning(view)(one).without is None for one in view[:5])


def test_reasons_are_prepared_where_wanted_and_possible(
    sample_matches: Matches, ranked: Any
) -> None:
    assert COUNTERFACTUALS == 10
    assert isinstance(reasoning(sample_matches, wanted=True), Reasoning)
    assert reasoning(sample_matches, wanted=False) is None
    assert reasoning(ranked(), wanted=True) is None
