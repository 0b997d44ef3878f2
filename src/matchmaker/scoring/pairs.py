"""Ranked pairs: columns inside, :class:`Match` objects at the rim."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Self, overload

import numpy as np
from numpy.typing import NDArray

from matchmaker.errors import ConfigError
from matchmaker.language.sectors import OTHER, SectorLabel
from matchmaker.records import Achievement, Need
from matchmaker.scoring.explanation import Counterfactual, Explanation, Reasons, Why

Direction = Literal["need_to_achievement", "achievement_to_need"]


@dataclass(frozen=True, slots=True)
class SharedTerm:
    """A term that stands in both texts of a pair.

    Attributes
    ----------
    term : str
        As cut from the need.
    weight : float
        Its share of the rarity of all the need's terms, in (0, 1]; the weights of one match sum
        to at most 1.
    """

    term: str
    weight: float


@dataclass(frozen=True, slots=True)
class Match:
    """One need and one achievement, and how well they go together.

    Attributes
    ----------
    need : Need
    achievement : Achievement
    rank : int
        From 1, within the list that the match was taken from.
    score : float
        In [0, 1], higher is better: the expected grade, 1 mapped to 0 and 4 to 1.
    grade : int
        1 无关, 2 弱相关, 3 较强相关, 4 强相关: the median of the predicted distribution.
    similarity : float
        Cosine of the two dense vectors, in [-1, 1].
    sectors : tuple of str
        Sectors that both sides share; where they share none, the need's.
    need_sectors, achievement_sectors : tuple of SectorLabel
        Labels of either side, surest first.
    shared_terms : tuple of SharedTerm
        Heaviest first.
    duplicates : tuple of str
        Ids of records with the same text, owner and sectors as the one found, which this match
        stands for and which are not listed themselves.
    """

    need: Need
    achievement: Achievement
    rank: int
    score: float
    grade: int
    similarity: float
    sectors: tuple[str, ...]
    need_sectors: tuple[SectorLabel, ...]
    achievement_sectors: tuple[SectorLabel, ...]
    shared_terms: tuple[SharedTerm, ...]
    duplicates: tuple[str, ...] = ()
    _why: Why | None = field(default=None, repr=False, compare=False)

    def explain(self, *, spans: bool = True) -> Explanation:
        """Say why the pair has its score.

        Parameters
        ----------
        spans : bool
            Whether the evidence says where in the texts it stands, which takes longer.

        Returns
        -------
        Explanation
            Its parts add up to ``score``.

        Raises
        ------
        ConfigError
            If the match was not found by a search but made by hand.
        """
        return self._known().explain(spans)

    def without(self, term: str) -> Counterfactual:
        """Say what would become of the pair if the asking record did not say a term.

        The term is taken out of the record wherever it stands, and everything is ranked again.

        Parameters
        ----------
        term : str
            In whatever spelling.

        Returns
        -------
        Counterfactual

        Raises
        ------
        ConfigError
            If the asking record does not say the term, or says nothing else, or the match was
            made by hand.
        """
        return self._known().without(term)

    def _known(self) -> Why:
        if self._why is None:
            raise ConfigError("only matches that a search has found can be explained")
        return self._why


@dataclass(frozen=True, slots=True, eq=False)
class PairContext:
    """What all pairs of one ranking share.

    Attributes
    ----------
    needs, achievements : tuple of Need, tuple of Achievement
        All records that took part, by id.
    need_sectors, achievement_sectors : tuple of tuple of SectorLabel
        One entry a record.
    sector_names : tuple of str
        Order in which sectors are shown, without 其他.
    direction : {"need_to_achievement", "achievement_to_need"}
        Which side asked.
    shared_terms : callable
        Maps a need's and an achievement's position to the terms that they share.
    duplicates : mapping of str to tuple of str
        On the side that is found: the id of a record that stands for others, to their ids.
    reasons : Reasons, optional
        What explains the pairs.
    """

    needs: tuple[Need, ...]
    achievements: tuple[Achievement, ...]
    need_sectors: tuple[tuple[SectorLabel, ...], ...]
    achievement_sectors: tuple[tuple[SectorLabel, ...], ...]
    sector_names: tuple[str, ...]
    direction: Direction
    shared_terms: Callable[[int, int], tuple[SharedTerm, ...]]
    duplicates: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    reasons: Reasons | None = None

    def pair_sectors(self, need: int, achievement: int) -> tuple[str, ...]:
        """Sectors of a pair: those of both sides, or the need's where they share none."""
        of_need = [label.name for label in self.need_sectors[need]]
        of_achievement = {label.name for label in self.achievement_sectors[achievement]}
        return tuple(name for name in of_need if name in of_achievement) or tuple(of_need)


@dataclass(frozen=True, slots=True, eq=False)
class PairColumns:
    """Pairs as columns of equal length n.

    Attributes
    ----------
    need, achievement : ndarray, shape (n,), int64
        Positions in the context's records.
    rank : ndarray, shape (n,), int64
        From 1.
    score : ndarray, shape (n,), float64
        In [0, 1].
    grade : ndarray, shape (n,), int8
        1 to 4.
    similarity : ndarray, shape (n,), float64
        In [-1, 1].
    """

    need: NDArray[np.int64]
    achievement: NDArray[np.int64]
    rank: NDArray[np.int64]
    score: NDArray[np.float64]
    grade: NDArray[np.int8]
    similarity: NDArray[np.float64]

    def take(
        self, rows: NDArray[np.int64], *, rank: NDArray[np.int64] | None = None
    ) -> PairColumns:
        """Choose rows, in the order given, with new ranks if there are any."""
        return PairColumns(
            need=self.need[rows],
            achievement=self.achievement[rows],
            rank=self.rank[rows] if rank is None else rank,
            score=self.score[rows],
            grade=self.grade[rows],
            similarity=self.similarity[rows],
        )


class RankedPairs(Sequence[Match]):
    """Ranked pairs of needs and achievements; immutable.

    Indexing gives a :class:`Match`, slicing the same type again. Rows stand by the asking side's
    id and then by rank.

    Parameters
    ----------
    context : PairContext
        Records, labels and direction.
    columns : PairColumns
        The pairs.
    """

    def __init__(self, context: PairContext, columns: PairColumns) -> None:
        self._context = context
        self.columns = columns

    @property
    def context(self) -> PairContext:
        """What all pairs share."""
        return self._context

    @property
    def needs(self) -> tuple[Need, ...]:
        """All needs that took part, by id, with or without a match."""
        return self._context.needs

    @property
    def achievements(self) -> tuple[Achievement, ...]:
        """All achievements that took part, by id, with or without a match."""
        return self._context.achievements

    @property
    def direction(self) -> Direction:
        """Which side asked."""
        return self._context.direction

    @property
    def explainable(self) -> bool:
        """Whether a search has found the pairs, so that :meth:`Match.explain` works."""
        return self._context.reasons is not None

    @property
    def duplicates(self) -> Mapping[str, tuple[str, ...]]:
        """Records found that stand for others: id to the ids of those, which are not listed."""
        return self._context.duplicates

    def __len__(self) -> int:
        return len(self.columns.need)

    def __iter__(self) -> Iterator[Match]:
        return (self._match(row) for row in range(len(self)))

    @overload
    def __getitem__(self, index: int) -> Match: ...
    @overload
    def __getitem__(self, index: slice) -> Self: ...
    def __getitem__(self, index: int | slice) -> Match | Self:
        if isinstance(index, slice):
            return self._view(np.arange(len(self))[index])
        return self._match(range(len(self))[index])

    def __repr__(self) -> str:
        return (
            f"<{type(self).__name__}: {len(self)} pairs of {len(self.needs)} needs "
            f"and {len(self.achievements)} achievements>"
        )

    def by_need(self) -> Mapping[str, Self]:
        """Group by need.

        Returns
        -------
        mapping of str to RankedPairs
            Need id to its pairs, best first, ranked anew. Every need is a key, in order of id; a
            need without any pair has an empty list.
        """
        return self._grouped([need.id for need in self.needs], self.columns.need)

    def by_achievement(self) -> Mapping[str, Self]:
        """Group by achievement.

        Returns
        -------
        mapping of str to RankedPairs
            Achievement id to its pairs, best first, ranked anew. Every achievement is a key, in
            order of id.
        """
        ids = [achievement.id for achievement in self.achievements]
        return self._grouped(ids, self.columns.achievement)

    def by_sector(self) -> Mapping[str, Self]:
        """Group by sector: the best pairs of each sector over all needs.

        Returns
        -------
        mapping of str to RankedPairs
            In the registry's order, 其他 last; only sectors that have a pair. Best pair first,
            ranked anew within the sector. A pair with several sectors stands in each of them.
        """
        rows: dict[str, list[int]] = {name: [] for name in (*self._context.sector_names, OTHER)}
        for row, pair in enumerate(self._positions()):
            for name in self._context.pair_sectors(*pair):
                rows.setdefault(name, []).append(row)
        return {
            name: self._best_first(np.asarray(chosen, dtype=np.int64))
            for name, chosen in rows.items()
            if chosen
        }

    def sectors_of_need(self, need_id: str) -> tuple[SectorLabel, ...]:
        """Labels of a need.

        Raises
        ------
        KeyError
            If no such need took part.
        """
        return self._need_labels[need_id]

    def sectors_of_achievement(self, achievement_id: str) -> tuple[SectorLabel, ...]:
        """Labels of an achievement.

        Raises
        ------
        KeyError
            If no such achievement took part.
        """
        return self._achievement_labels[achievement_id]

    @functools.cached_property
    def _need_labels(self) -> dict[str, tuple[SectorLabel, ...]]:
        ids = (need.id for need in self.needs)
        return dict(zip(ids, self._context.need_sectors, strict=True))

    @functools.cached_property
    def _achievement_labels(self) -> dict[str, tuple[SectorLabel, ...]]:
        ids = (achievement.id for achievement in self.achievements)
        return dict(zip(ids, self._context.achievement_sectors, strict=True))

    def _positions(self) -> Iterable[tuple[int, int]]:
        return zip(self.columns.need.tolist(), self.columns.achievement.tolist(), strict=True)

    def _view(self, rows: NDArray[np.int64], *, rank: NDArray[np.int64] | None = None) -> Self:
        return type(self)(self._context, self.columns.take(rows, rank=rank))

    def _best_first(self, rows: NDArray[np.int64]) -> Self:
        """Sort rows by score, then similarity; ties by the ids, which positions stand for."""
        columns = self.columns
        order = np.lexsort(
            (
                columns.achievement[rows],
                columns.need[rows],
                -columns.similarity[rows],
                -columns.score[rows],
            )
        )
        return self._view(rows[order], rank=np.arange(1, len(rows) + 1))

    def _grouped(self, ids: Sequence[str], positions: NDArray[np.int64]) -> Mapping[str, Self]:
        order = np.argsort(positions, kind="stable")
        bounds = np.searchsorted(positions[order], np.arange(len(ids) + 1))
        return {
            record_id: self._best_first(order[bounds[i] : bounds[i + 1]])
            for i, record_id in enumerate(ids)
        }

    def _match(self, row: int) -> Match:
        context, columns = self._context, self.columns
        need, achievement = int(columns.need[row]), int(columns.achievement[row])
        forward = context.direction == "need_to_achievement"
        found = context.achievements[achievement].id if forward else context.needs[need].id
        return Match(
            need=context.needs[need],
            achievement=context.achievements[achievement],
            rank=int(columns.rank[row]),
            score=float(columns.score[row]),
            grade=int(columns.grade[row]),
            similarity=float(columns.similarity[row]),
            sectors=context.pair_sectors(need, achievement),
            need_sectors=context.need_sectors[need],
            achievement_sectors=context.achievement_sectors[achievement],
            shared_terms=context.shared_terms(need, achievement),
            duplicates=context.duplicates.get(found, ()),
            _why=None if context.reasons is None else Why(context.reasons, need, achievement),
        )
