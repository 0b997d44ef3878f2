"""What a search is asked, and what it found."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any, Generic, TypeVar

from matchmaker.errors import ConfigError
from matchmaker.records import Achievement, Need
from matchmaker.records.where import Where
from matchmaker.retrieval.collection import Collection, Shown
from matchmaker.scoring.constraints import Constraint
from matchmaker.scoring.explainer import Explainer, Told
from matchmaker.scoring.explanation import Counterfactual, Reasons
from matchmaker.scoring.pairs import Direction, PairColumns, PairContext
from matchmaker.scoring.ranking import GradedPairs
from matchmaker.scoring.shared import SharedTerms

F = TypeVar("F", Need, Achievement)


@dataclass(frozen=True, slots=True)
class Search:
    """Options of one search.

    Attributes
    ----------
    k : int
        Most pairs an asking record keeps, at least 1.
    min_score : float
        In [0, 1]; worse pairs are dropped.
    sector : str or None
        By its name in the registry: only records that carry it.
    where : Where, optional
        What the records that are found must fulfil.
    prefer : tuple of Constraint
        What the records that are found had better fulfil: it moves their scores.

    Raises
    ------
    ConfigError
        If a number is out of range or no number at all.
    """

    k: int
    min_score: float
    sector: str | None
    where: Where | None = None
    prefer: tuple[Constraint, ...] = ()

    def __post_init__(self) -> None:
        if not isinstance(self.k, Integral) or isinstance(self.k, bool) or self.k < 1:
            raise ConfigError(f"k must be a whole number of at least 1, not {self.k!r}")
        if not isinstance(self.min_score, Real) or not 0 <= self.min_score <= 1:
            raise ConfigError(f"min_score must be a number in [0, 1], not {self.min_score!r}")


@dataclass(frozen=True, slots=True, eq=False)
class Ranked(Generic[F]):
    """What a search found.

    Attributes
    ----------
    columns : PairColumns
        By asking position, then rank; positions in the asking records and in those shown.
    shown : Shown
        The records found.
    graded : GradedPairs
        The same pairs with what their grades were made of.
    explainer : callable
        Makes what explains the pairs, of both sides, what was told of them and their terms.
    """

    columns: PairColumns
    shown: Shown[F]
    graded: GradedPairs
    explainer: Callable[[Collection[Need], Collection[Achievement], Told, SharedTerms], Explainer]

    def context(
        self,
        asked: Collection[Any],
        direction: Direction,
        sector_names: tuple[str, ...],
        *,
        without: Callable[[Need | Achievement, str, str], Counterfactual] | None = None,
    ) -> PairContext:
        """Give what turns the columns into matches.

        Parameters
        ----------
        asked : Collection
            The asking records.
        direction : {"need_to_achievement", "achievement_to_need"}
        sector_names : tuple of str
            In the order in which they are shown.
        without : callable, optional
            Ranks for an asking record without a term: maps the record, the id of the one found
            and the term to what became of it.
        """
        found: Collection[Any] = self.shown.collection
        needs_ask = direction == "need_to_achievement"
        needs, achievements = (asked, found) if needs_ask else (found, asked)
        # Most results are read without their terms, which stored records must be unpacked for.
        terms = functools.cache(
            lambda: SharedTerms(
                needs.profiles, achievements.profiles, texts=(needs.text, achievements.text)
            )
        )
        told = Told(
            (self.columns.need, self.columns.achievement),
            self.graded.on_subject,
            self.columns.score,
            self.graded.features,
        )
        explain = functools.cache(lambda: self.explainer(needs, achievements, told, terms()))

        def leave_out(need: int, achievement: int, term: str) -> Counterfactual:
            if without is None:
                return Counterfactual(term, None, None, 0)
            pair = (needs.records[need], achievements.records[achievement])
            asking, other = pair if needs_ask else pair[::-1]
            return without(asking, other.id, term)

        return PairContext(
            needs=needs.records,
            achievements=achievements.records,
            need_sectors=needs.labels,
            achievement_sectors=achievements.labels,
            sector_names=sector_names,
            direction=direction,
            shared_terms=lambda need, achievement: terms()(need, achievement),
            duplicates=self.shown.duplicates,
            reasons=Reasons(lambda need, other, spans: explain()(need, other, spans), leave_out),
        )
