"""Which pairs are worth judging next."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from numbers import Integral
from os import PathLike
from typing import TypeAlias, overload

import numpy as np
from numpy.typing import NDArray

from matchmaker.errors import ConfigError
from matchmaker.language.texts import record_text
from matchmaker.learned import JudgedPair
from matchmaker.records import Achievement, Need
from matchmaker.reporting.judging import write_judging_workbook
from matchmaker.retrieval.collection import Collection

Pair: TypeAlias = tuple[Need, Achievement]


@dataclass(frozen=True, slots=True)
class Suggestions(Sequence[Pair]):
    """Pairs that a person is asked to judge.

    Parameters
    ----------
    pairs : tuple of (Need, Achievement)
        Those of one need stand together. Apart from that the order is random, so that it says
        nothing about what the model thinks of a pair.
    """

    pairs: tuple[Pair, ...]

    @overload
    def __getitem__(self, index: int) -> Pair: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Pair, ...]: ...
    def __getitem__(self, index: int | slice) -> Pair | tuple[Pair, ...]:
        return self.pairs[index]

    def __len__(self) -> int:
        return len(self.pairs)

    def __iter__(self) -> Iterator[Pair]:
        return iter(self.pairs)

    def anonymised(self, *, lang: str = "zh") -> Suggestions:
        """Take out everything that says whose records these are, all but their ids.

        Parameters
        ----------
        lang : {"zh", "en"}
            Language of the neutral words.

        Raises
        ------
        ConfigError
            If the language is unknown.
        """
        from matchmaker.scoring.anonymised import anonymous_pairs

        return Suggestions(tuple(anonymous_pairs(self.pairs, lang=lang)))

    def write(self, path: str | PathLike[str], *, lang: str = "zh") -> None:
        """Write a workbook to judge in.

        It holds a sheet with one pair a row, an empty column for the grade and one for remarks,
        and a sheet that says what the grades mean and what to do next. No score, rank or grade of
        the model stands in it. :func:`matchmaker.evaluation.read_judgements` reads it back.

        Parameters
        ----------
        path : str or path-like
            Ending in .xlsx; replaced once the new one is complete.
        lang : {"zh", "en"}
            Language of headings and instructions.

        Raises
        ------
        ConfigError
            If there is no pair, the ending or language is another one, or the folder does not
            exist.
        """
        write_judging_workbook(self.pairs, path, lang=lang)


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """Pairs to choose from, as positions in two collections.

    Attributes
    ----------
    needs, achievements : Collection
    need_rows, achievement_rows : ndarray, shape (n,), int64
        Positions of each pair's records.
    """

    needs: Collection[Need]
    achievements: Collection[Achievement]
    need_rows: NDArray[np.int64]
    achievement_rows: NDArray[np.int64]

    def take(self, rows: NDArray[np.int64]) -> Pool:
        """Choose pairs, in the order given."""
        return Pool(
            self.needs, self.achievements, self.need_rows[rows], self.achievement_rows[rows]
        )

    @property
    def pairs(self) -> list[Pair]:
        """The pairs' records."""
        rows = zip(self.need_rows.tolist(), self.achievement_rows.tolist(), strict=True)
        return [
            (self.needs.records[need], self.achievements.records[found]) for need, found in rows
        ]


def suggest(
    pool: Pool,
    *,
    n: int,
    doubt: Callable[[Pool], NDArray[np.float64]],
    judged: Sequence[JudgedPair] = (),
    seed: int = 0,
) -> Suggestions:
    """Choose the pairs of a pool that are worth judging next.

    Pairs are chosen one after the other. The next is the one with the largest doubt, after each
    pair has been discounted by every pair chosen before it: by the factor 1 - s, where s is the
    similarity of the two needs times that of the two achievements (squared cosines of their
    vectors, 0 if negative, 1 for the same record). So near copies of a chosen pair wait, and
    several needs and different achievements come up. A pair that has been judged, under these ids
    or with these texts, is never chosen. Of equals the one with the larger doubt is taken, then
    the one whose ids come first: nothing is random but the order in which the result is shown.

    Parameters
    ----------
    pool : Pool
        To choose from, each pair once.
    n : int
        How many, at least 1; all that are left if there are fewer.
    doubt : callable
        Maps a pool of m pairs to how unsure their grades are: shape (m,), not negative.
    judged : sequence of JudgedPair
        What has been judged already.
    seed : int
        Of the order in which needs and the pairs of a need stand.

    Returns
    -------
    Suggestions

    Raises
    ------
    ConfigError
        If ``n`` is no whole number of at least 1.
    """
    if not isinstance(n, Integral) or isinstance(n, bool) or n < 1:
        raise ConfigError(f"n, the number of pairs to suggest, must be at least 1, not {n!r}")
    open_pairs = pool.take(_not_judged(pool, judged))
    unsure = np.asarray(doubt(open_pairs), dtype=np.float64)
    chosen = open_pairs.take(choose(open_pairs, unsure, n=n))
    return Suggestions(tuple(_shuffled(chosen, seed)))


def choose(pool: Pool, doubt: NDArray[np.float64], *, n: int) -> NDArray[np.int64]:
    """Choose pairs by the rule of :func:`suggest`.

    Parameters
    ----------
    pool : Pool
        m pairs.
    doubt : ndarray, shape (m,), float64
    n : int

    Returns
    -------
    ndarray, shape (min(n, m),), int64
        Rows of the pool, in the order of choice.
    """
    # In this order the first of several largest values is the one that the rule wants.
    order = np.lexsort((pool.achievement_rows, pool.need_rows, -doubt))
    needs, achievements = pool.need_rows[order], pool.achievement_rows[order]
    need_vectors = _unit(pool.needs.vectors)
    achievement_vectors = _unit(pool.achievements.vectors)
    worth = doubt[order].copy()
    chosen: list[int] = []
    for _ in range(min(n, len(order))):
        best = int(np.argmax(worth))
        chosen.append(best)
        alike = _likeness(need_vectors, needs[best])[needs]
        alike *= _likeness(achievement_vectors, achievements[best])[achievements]
        worth *= 1 - alike
        worth[chosen] = -1.0
    return np.asarray(order[chosen], dtype=np.int64)


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float64]:
    wide = vectors.astype(np.float64)
    lengths = np.linalg.norm(wide, axis=1, keepdims=True)
    return np.asarray(wide / np.where(lengths > 0, lengths, 1), dtype=np.float64)


def _likeness(unit: NDArray[np.float64], row: int) -> NDArray[np.float64]:
    """Similarity of every record with one; shape (n,), in [0, 1]."""
    alike = np.square(np.clip(unit @ unit[row], 0, 1))
    # Also of a record without any known word, whose vector is zero.
    alike[row] = 1
    return np.asarray(alike, dtype=np.float64)


def _not_judged(pool: Pool, judged: Sequence[JudgedPair]) -> NDArray[np.int64]:
    ids = {(pair.need.id, pair.achievement.id) for pair in judged}
    texts = {(_text(pair.need), _text(pair.achievement)) for pair in judged}
    asked = [_text(need) for need in pool.needs.records]
    offered: dict[int, str] = {}
    rows = zip(pool.need_rows.tolist(), pool.achievement_rows.tolist(), strict=True)
    kept = []
    for at, ((need, found), (row, other)) in enumerate(zip(pool.pairs, rows, strict=True)):
        if other not in offered:
            offered[other] = _text(found)
        if (need.id, found.id) not in ids and (asked[row], offered[other]) not in texts:
            kept.append(at)
    return np.array(kept, dtype=np.int64)


def _text(record: Need | Achievement) -> str:
    return record_text(record).whole


def _shuffled(pool: Pool, seed: int) -> Iterator[Pair]:
    """Needs in random order, and the pairs of each in random order."""
    random = np.random.default_rng(seed)
    # By position first: the order of choice, which is that of doubt, must not show through.
    order = np.lexsort((pool.achievement_rows, pool.need_rows))
    ordered = pool.take(order)
    pairs = ordered.pairs
    for need in random.permutation(np.unique(ordered.need_rows)):
        for row in random.permutation(np.flatnonzero(ordered.need_rows == need)):
            yield pairs[row]
