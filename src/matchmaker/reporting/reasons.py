"""Reasons of a match in words: the same facts in Chinese and in English."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

from matchmaker.reporting.wording import Wording, excerpt
from matchmaker.scoring.explanation import Counterfactual, Evidence, Explanation, Part

_DECIMALS = 3
_TERMS = 5
_NEAR = 3
_INDICATORS = 4
_LONGEST = 40
# A near term that bears less of the score than this is no reason to give.
_LEAST = 0.004
_NEAR_ENOUGH = 0.6


def reason_clauses(
    explanation: Explanation,
    words: Wording,
    *,
    without: Counterfactual | None = None,
    asking: str = "need",
    terms: bool = True,
) -> list[str]:
    """Say why a pair goes together: the texts, then sector, indicators, fields and wishes.

    Parameters
    ----------
    explanation : Explanation
    words : Wording
        Language.
    without : Counterfactual, optional
        What would become of the pair without a term.
    asking : {"need", "achievement"}
        Which side's term it is.
    terms : bool
        Whether the terms that both name are a clause.

    Returns
    -------
    list of str
        Clauses without a full stop; at least one.
    """
    parts = {part.name: part for part in explanation.parts}
    found = [*_text_clauses(parts, words), *_side_clauses(parts, words)]
    if not terms and _named(parts.get("terms"), "term"):
        found = found[1:]
    elif not found:
        found = [words("why.nothing")]
    if without is not None:
        found.append(_without(without, words, asking))
    found.append(words("why.judged", judged=len(explanation.judged)))
    return found


def reason_text(
    explanation: Explanation,
    words: Wording,
    *,
    without: Counterfactual | None = None,
    asking: str = "need",
) -> str:
    """Say why a pair goes together, in one line; see :func:`reason_clauses`."""
    clauses = reason_clauses(explanation, words, without=without, asking=asking)
    return words("mark.clause").join(clauses)


def score_parts(explanation: Explanation, words: Wording) -> list[tuple[str, str]]:
    """Name the parts of a score with their values as shown.

    Parameters
    ----------
    explanation : Explanation
    words : Wording

    Returns
    -------
    list of (str, str)
        Name and value with a sign and three decimals, rounded so that they add up to the score
        as it is shown. Parts of nothing are left out.
    """
    shown = rounded([part.value for part in explanation.parts], explanation.score)
    return [
        (words(f"part.{part.name}"), f"{value:+.{_DECIMALS}f}")
        for part, value in zip(explanation.parts, shown, strict=True)
        if value
    ]


def score_text(explanation: Explanation, words: Wording) -> str:
    """Write a score as the sum of its parts, in one line."""
    parts = score_parts(explanation, words)
    total = words.score(explanation.score)
    return f"{' '.join(f'{name}{value}' for name, value in parts)} = {total}" if parts else total


def gap_clauses(explanation: Explanation, words: Wording) -> list[str]:
    """Say what has to be asked before the two meet.

    Parameters
    ----------
    explanation : Explanation
    words : Wording

    Returns
    -------
    list of str
        Clauses without a full stop; empty where nothing is open.
    """
    unsaid = [one for one in explanation.open if one.verdict == "unsaid"]
    incomparable = [one for one in explanation.open if one.verdict == "incomparable"]
    clauses = []
    if unsaid:
        items = words.listed(_short(one.need) for one in unsaid[:_INDICATORS])
        clauses.append(words("gap.unsaid", items=items))
    if incomparable:
        items = words.listed(
            words("gap.pair", need=_short(one.need), achievement=_short(one.achievement))
            for one in incomparable[:_INDICATORS]
        )
        clauses.append(words("gap.incomparable", items=items))
    said = (*_ALWAYS, "indicators") if explanation.open else _ALWAYS
    names = [words(f"part.{name}") for name in explanation.unjudged if name not in said]
    if names:
        clauses.append(words("gap.criteria", names=words.listed(names)))
    return clauses


def gap_text(explanation: Explanation, words: Wording) -> str:
    """Say what is open, in one line; see :func:`gap_clauses`."""
    return words("mark.clause").join(gap_clauses(explanation, words))


def rounded(values: Sequence[float], total: float, *, decimals: int = _DECIMALS) -> list[float]:
    """Round values so that they still add up.

    Parameters
    ----------
    values : sequence of float
        They add up to `total`.
    total : float
    decimals : int

    Returns
    -------
    list of float
        Each is one of the two multiples of ``10 ** -decimals`` next to its value; their sum is
        the rounded total. Those nearest to the next multiple are rounded up (largest remainder).
    """
    unit = 10**decimals
    floors = [math.floor(value * unit) for value in values]
    # Rounded as it is shown, so that a sum halfway between two multiples goes the same way.
    missing = round(float(f"{total:.{decimals}f}") * unit) - sum(floors)
    order = sorted(range(len(values)), key=lambda at: (floors[at] - values[at] * unit, at))
    for at in order[: max(missing, 0)]:
        floors[at] += 1
    return [floor / unit for floor in floors]


_ALWAYS = ("terms", "meaning")


def _text_clauses(parts: dict[str, Part], words: Wording) -> Iterator[str]:
    terms = _named(parts.get("terms"), "term")[:_TERMS]
    if terms:
        quoted = words.listed(words("mark.quoted", text=_short(one.need)) for one in terms)
        yield words("why.terms", terms=quoted)
    near = [one for one in _named(parts.get("near_terms"), "near_term") if _says_more(one)]
    if near:
        pairs = words.listed(
            words("why.near_pair", need=_short(one.need), achievement=_short(one.achievement))
            for one in near[:_NEAR]
        )
        yield words("why.near_terms", pairs=pairs)
    if not terms and not near and parts.get("meaning") and parts["meaning"].value > 0:
        yield words("why.meaning")


def _side_clauses(parts: dict[str, Part], words: Wording) -> Iterator[str]:
    for one in _named(parts.get("sector"), "sector"):
        if one.weight > 0:
            yield words("why.sector.same", sectors=_several(one.need, words))
        else:
            yield words(
                "why.sector.other",
                need=_several(one.need, words),
                achievement=_several(one.achievement, words),
            )
    verdicts = _named(parts.get("indicators"), "indicator")
    # What is missed must not be cut off by what is met.
    missed = [one for one in verdicts if one.verdict == "missed"][:_INDICATORS]
    met = [one for one in verdicts if one.verdict == "met"][: _INDICATORS - len(missed)]
    for one in (*met, *missed):
        yield words(
            f"why.indicator.{one.verdict}",
            need=_short(one.need),
            achievement=_short(one.achievement),
        )
    for name in ("maturity", "money", "cooperation", "region"):
        for one in _named(parts.get(name), "field"):
            sign = "good" if one.weight > 0.25 else "bad" if one.weight < -0.25 else "even"
            key = "why.region.other" if (name, sign) == ("region", "even") else f"why.field.{sign}"
            yield words(
                key,
                field=words(f"part.{name}"),
                need=_short(_several(one.need, words)),
                achievement=_short(_several(one.achievement, words)),
            )
    for one in _named(parts.get("preferences"), "preference"):
        yield words(f"why.preference.{one.verdict}", constraint=_short(one.detail))
    moved = parts["judgements"].value if "judgements" in parts else 0.0
    if abs(moved) >= 0.01:
        yield words("why.judgements.up" if moved > 0 else "why.judgements.down")


def _without(without: Counterfactual, words: Wording, asking: str) -> str:
    side = words(f"side.{asking}")
    if without.rank is None:
        return words(
            "why.without.gone", side=side, term=without.term, candidates=without.candidates
        )
    return words("why.without", side=side, term=without.term, rank=without.rank)


def _says_more(near: Evidence) -> bool:
    """Say whether a near term is a reason to give: 铸 beside 铸坯 tells nobody anything."""
    first, second = near.need, near.achievement
    whole = min(len(first), len(second)) > 1 and first not in second and second not in first
    return whole and near.weight >= _NEAR_ENOUGH and near.value >= _LEAST


def _named(part: Part | None, kind: str) -> list[Evidence]:
    evidence: Iterable[Evidence] = () if part is None else part.evidence
    return [one for one in evidence if one.kind == kind]


def _several(text: str, words: Wording) -> str:
    """Separate several values as the language does."""
    return words.listed(text.split("、"))


def _short(text: str) -> str:
    return excerpt(text, _LONGEST)
