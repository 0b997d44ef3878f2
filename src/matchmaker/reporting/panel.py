"""The reasons of one match on the page: clauses, the score's parts, both texts side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from matchmaker.records import Achievement, Need
from matchmaker.reporting.reasoned import Reasoned
from matchmaker.reporting.reasons import gap_clauses, reason_clauses, score_parts
from matchmaker.reporting.wording import Wording, one_line
from matchmaker.scoring.explanation import Evidence, Span

CONTEXT = 14
"""Characters on either side of a stretch that is pointed at."""

_ROWS = {"term": 5, "near_term": 3, "indicator": 6, "field": 4}


@dataclass(frozen=True, slots=True)
class Snippet:
    """A stretch of a record's text, and what stands around it."""

    before: str
    marked: str
    after: str


@dataclass(frozen=True, slots=True)
class Row:
    """What met what: a stretch of either text, and what came of it."""

    kind: str
    verdict: str
    need: Snippet
    achievement: Snippet


@dataclass(frozen=True, slots=True)
class Bar:
    """A part of the score: its name, its value in words, and where it lies on a bar 100 wide."""

    name: str
    value: str
    x: str
    width: str
    kind: str


@dataclass(frozen=True, slots=True)
class Panel:
    """Why a match is there."""

    clauses: Sequence[str]
    gaps: Sequence[str]
    bars: Sequence[Bar]
    rows: Sequence[Row]


def panel(reasoned: Reasoned, words: Wording, *, asking: str) -> Panel:
    """Lay out the reasons of a match.

    Parameters
    ----------
    reasoned : Reasoned
        Explained with spans.
    words : Wording
    asking : {"need", "achievement"}
        Which side asked.

    Returns
    -------
    Panel
    """
    explanation = reasoned.explanation
    return Panel(
        # The terms stand above the clauses, with their weights.
        clauses=reason_clauses(
            explanation, words, without=reasoned.without, asking=asking, terms=False
        ),
        gaps=gap_clauses(explanation, words),
        bars=list(_bars(reasoned, words)),
        rows=list(_rows(reasoned)),
    )


def _bars(reasoned: Reasoned, words: Wording) -> Iterator[Bar]:
    """Lay the parts that add to the score side by side; those that take from it have no width."""
    parts = reasoned.explanation.parts
    shown = dict(score_parts(reasoned.explanation, words))
    scale = 100 / max(1.0, sum(max(part.value, 0.0) for part in parts))
    at = 0.0
    for part in parts:
        name = words(f"part.{part.name}")
        width = scale * max(part.value, 0.0)
        if name in shown:
            yield Bar(name, shown[name], f"{at:.2f}", f"{width:.2f}", part.name)
        at += width


def _rows(reasoned: Reasoned) -> Iterator[Row]:
    left = dict(_ROWS)
    evidence = [one for part in reasoned.explanation.parts for one in part.evidence]
    for one in [*evidence, *reasoned.explanation.open]:
        if (not one.need and not one.achievement) or not left.get(one.kind):
            continue
        left[one.kind] -= 1
        verdict = one.verdict
        if one.kind == "field":
            verdict = "met" if one.weight > 0.25 else "missed" if one.weight < -0.25 else "even"
        yield Row(
            one.kind,
            verdict,
            _snippet(reasoned.match.need, "need", one),
            _snippet(reasoned.match.achievement, "achievement", one),
        )


def _snippet(record: Need | Achievement, side: str, evidence: Evidence) -> Snippet:
    spans = [span for span in evidence.spans if span.side == side]
    if not spans:
        return Snippet("", one_line(evidence.need if side == "need" else evidence.achievement), "")
    return _around(record, spans[0])


def _around(record: Need | Achievement, span: Span) -> Snippet:
    text = getattr(record, span.field)
    before, after = text[max(span.start - CONTEXT, 0) : span.start], text[span.end :]
    return Snippet(
        ("…" if span.start > CONTEXT else "") + one_line(before),
        one_line(span.text),
        one_line(after[:CONTEXT]) + ("…" if len(after) > CONTEXT else ""),
    )
