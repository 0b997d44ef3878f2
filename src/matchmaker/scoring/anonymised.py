"""A ranking without anything that says whose records it is about."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from matchmaker.errors import ConfigError
from matchmaker.language.anonymity import Anonymiser, Redaction
from matchmaker.language.anonymity.regions import city_of
from matchmaker.records import Achievement, Need
from matchmaker.scoring.constraint_fields import field_of
from matchmaker.scoring.constraints import Constraint, Eligibility
from matchmaker.scoring.explanation import (
    Counterfactual,
    Evidence,
    Explanation,
    Part,
    Reasons,
    Span,
)
from matchmaker.scoring.facts import ACHIEVEMENT_TEXTS, NEED_TEXTS
from matchmaker.scoring.pairs import PairContext, SharedTerm

# Fields that are about the matter; their constraints are shown but for the names in them.
_TOLD = frozenset(
    [
        "maturity",
        "price",
        "budget",
        "deadline",
        "published",
        "cooperation",
        "organisation_type",
        "ip",
        "sectors",
        "codes",
        "industry",
        "keywords",
    ]
)
_MOST_KEPT = 20_000
_TEXTS = frozenset((*NEED_TEXTS, *ACHIEVEMENT_TEXTS))


def anonymised(context: PairContext, anonymiser: Anonymiser) -> PairContext:
    """Take everything that identifies somebody out of what a ranking shows.

    Scores, grades, ranks, sectors and the values of explanations stay as they are.

    Parameters
    ----------
    context : PairContext
    anonymiser : Anonymiser
        Made of all its records.

    Returns
    -------
    PairContext
        Of the same pairs.
    """
    needs = tuple(anonymiser.record(need) for need in context.needs)
    achievements = tuple(anonymiser.record(record) for record in context.achievements)

    def shared_terms(need: int, achievement: int) -> tuple[SharedTerm, ...]:
        found = context.shared_terms(need, achievement)
        return tuple(term for term in found if anonymiser.term(term.term) is not None)

    found = "Achievement" if context.direction == "need_to_achievement" else "Need"
    duplicates = {
        anonymiser.identifier(one, side=found): tuple(
            anonymiser.identifier(other, side=found) for other in others
        )
        for one, others in context.duplicates.items()
    }
    return replace(
        context,
        needs=needs,
        achievements=achievements,
        shared_terms=shared_terms,
        duplicates=duplicates,
        reasons=None if context.reasons is None else _reasons(context, anonymiser, context.reasons),
    )


def anonymous_pairs(
    pairs: Sequence[tuple[Need, Achievement]], *, lang: str = "zh"
) -> list[tuple[Need, Achievement]]:
    """Take everything that identifies somebody out of pairs, all but the records' ids.

    Parameters
    ----------
    pairs : sequence of (Need, Achievement)
    lang : {"zh", "en"}

    Returns
    -------
    list of (Need, Achievement)
        The same pairs in the same order. By their ids they are known again when they come back.

    Raises
    ------
    ConfigError
        If the language is unknown.
    """
    anonymiser = Anonymiser([record for pair in pairs for record in pair], lang=lang)
    return [
        (
            replace(anonymiser.record(need), id=need.id),
            replace(anonymiser.record(achievement), id=achievement.id),
        )
        for need, achievement in pairs
    ]


def anonymous_constraint(constraint: Constraint, anonymiser: Anonymiser) -> str:
    """Write a constraint without the names that it may hold.

    Parameters
    ----------
    constraint : Constraint
    anonymiser : Anonymiser

    Returns
    -------
    str
        Of a place the city; of a field or column that says who somebody is only the field.
    """
    names = {field_of(constraint.field, kind) for kind in (Need, Achievement)} - {None}
    shown = f"{constraint.field}{constraint.operator}"
    if names <= _TOLD and names:
        return anonymiser.redact(str(constraint)).text
    if names == {"region"}:
        return shown + "|".join(filter(None, map(city_of, constraint.values)))
    return f"{shown}…"


def anonymous_summary(
    anonymiser: Anonymiser, preferences: Sequence[str], eligibility: Eligibility | None
) -> tuple[tuple[str, ...], Eligibility | None]:
    """Take names out of the constraints that a run tells about.

    Parameters
    ----------
    anonymiser : Anonymiser
        Of the run's records.
    preferences : sequence of str
    eligibility : Eligibility or None

    Returns
    -------
    preferences : tuple of str
    eligibility : Eligibility or None
    """

    def shown(one: Constraint | str) -> str:
        parsed = Constraint.parse(one) if isinstance(one, str) else one
        return anonymous_constraint(parsed, anonymiser)

    if eligibility is not None:
        counts = tuple(
            replace(count, constraint=shown(count.constraint)) for count in eligibility.counts
        )
        eligibility = replace(eligibility, counts=counts)
    return tuple(map(shown, preferences)), eligibility


def _reasons(context: PairContext, anonymiser: Anonymiser, reasons: Reasons) -> Reasons:
    # A text stands in many pairs, and in each of them many spans point into it.
    redact = functools.lru_cache(_MOST_KEPT)(anonymiser.redact)
    shown_term = functools.lru_cache(_MOST_KEPT)(anonymiser.term)

    def constraint(text: str) -> str:
        return anonymous_constraint(Constraint.parse(text), anonymiser)

    def explain(need: int, achievement: int, spans: bool) -> Explanation:
        both = _Pair(
            {"need": context.needs[need], "achievement": context.achievements[achievement]},
            redact,
            shown_term,
            constraint,
        )
        found = reasons.explain(need, achievement, spans)
        return replace(
            found,
            parts=tuple(both.part(part) for part in found.parts),
            open=tuple(both.evidence(one) for one in found.open),
        )

    def without(need: int, achievement: int, term: str) -> Counterfactual:
        # Answers about names, or an error with an id in it, would give both away.
        if anonymiser.term(term) is not None:
            with suppress(ConfigError):
                return reasons.without(need, achievement, term)
        raise ConfigError(f"the asking record does not say {term!r}, or says nothing else")

    return Reasons(explain, without)


@dataclass(frozen=True, slots=True)
class _Pair:
    """The two records of a pair, as they were, and how a text, a term and a wish are shown."""

    records: Mapping[str, Need | Achievement]
    redact: Callable[[str], Redaction]
    term: Callable[[str], str | None]
    constraint: Callable[[str], str]

    def part(self, part: Part) -> Part:
        return replace(part, evidence=tuple(self.evidence(one) for one in part.evidence))

    def evidence(self, evidence: Evidence) -> Evidence:
        if evidence.kind in ("term", "near_term"):
            texts = (evidence.need, evidence.achievement)
            if any(self.term(text) is None for text in texts):
                # The value stays, or the parts would no longer add up.
                return replace(evidence, kind="general", need="", achievement="", spans=())
            return replace(evidence, spans=self._moved(evidence.spans))
        detail = evidence.detail
        if evidence.kind == "preference":
            detail = self.constraint(detail)
        return replace(
            evidence,
            need=self._said(evidence, "need"),
            achievement=self._said(evidence, "achievement"),
            detail=self.redact(detail).text,
            spans=self._moved(evidence.spans),
        )

    def _said(self, evidence: Evidence, side: str) -> str:
        text: str = getattr(evidence, side)
        if evidence.detail == "region":
            return city_of(self.records[side].region)
        # What a preference looked at may be any column.
        if not text or evidence.kind == "preference":
            return ""
        return self.redact(text).text

    def _moved(self, spans: tuple[Span, ...]) -> tuple[Span, ...]:
        """Move spans to where the same words stand now; those of touched words are left out."""
        found = []
        for span in spans:
            if span.field not in _TEXTS:
                continue
            redaction = self.redact(getattr(self.records[span.side], span.field))
            moved = redaction.moved((span.start, span.end))
            if moved is not None:
                found.append(replace(span, start=moved[0], end=moved[1]))
        return tuple(found)
