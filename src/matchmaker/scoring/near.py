"""Words of like meaning: which word of a need met which word of an achievement's title."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matchmaker.retrieval.profiles import Profiles, TermList
from matchmaker.scoring.shared import is_telling

# Below this cosine two words of a static embedding have little more than a field in common.
_NEAR = 0.5
_SAME = 0.999
_SHOWN = 8
_MOST_KEPT = 5_000


@dataclass(frozen=True, slots=True)
class NearTerm:
    """Two words of like meaning.

    Attributes
    ----------
    need, achievement : str
        As spelled in the texts; of a store's own records in lower case.
    similarity : float
        Cosine of their vectors, below 1.
    weight : float
        Rarity of the need's word times the similarity.
    """

    need: str
    achievement: str
    similarity: float
    weight: float


@dataclass(frozen=True, slots=True)
class Alignment:
    """How the words of a need and of an achievement's title stand to each other.

    Attributes
    ----------
    exact : float
        In [0, 1]: how much of the likeness, weighted by rarity, is of equal words.
    near : tuple of NearTerm
        Pairs of words that are alike but not equal and say something, heaviest first.
    rest : float
        Weight of the likenesses that are too faint or too general to name.
    """

    exact: float
    near: tuple[NearTerm, ...]
    rest: float


class NearTerms:
    """Aligns the words of pairs, as the grader's soft word alignment does.

    Parameters
    ----------
    needs, achievements : Profiles
    """

    def __init__(self, needs: Profiles, achievements: Profiles) -> None:
        self._needs = (needs.title_terms, needs.whole_terms)
        self._achievements = (achievements.title_terms,)
        self._words: tuple[dict[int, _Words], dict[int, _Words]] = ({}, {})

    def __call__(self, need: int, achievement: int) -> Alignment:
        """Align the words of a pair.

        Parameters
        ----------
        need, achievement : int
            Positions.

        Returns
        -------
        Alignment
        """
        mine, theirs = self._read(0, need), self._read(1, achievement)
        if not mine.spelling or not theirs.spelling:
            return Alignment(1.0, (), 0.0)
        cosines = mine.vectors @ theirs.vectors.T
        partner = cosines.argmax(axis=1)
        best = np.maximum(cosines[np.arange(len(partner)), partner], 0).astype(np.float64)
        mass = mine.rarity * best
        near: list[NearTerm] = []
        exact = 0.0
        for at in np.flatnonzero(best >= _NEAR).tolist():
            ours, other = mine.spelling[at], theirs.spelling[int(partner[at])]
            if best[at] >= _SAME or ours.lower() == other.lower():
                exact += float(mass[at])
            elif is_telling(ours, float(mine.rarity[at])):
                near.append(NearTerm(ours, other, float(best[at]), float(mass[at])))
        near.sort(key=lambda one: (-one.weight, one.need))
        total = float(mass.sum())
        rest = total - exact - sum(one.weight for one in near[:_SHOWN])
        return Alignment(exact / total if total > 0 else 1.0, tuple(near[:_SHOWN]), max(rest, 0.0))

    def _read(self, side: int, text: int) -> _Words:
        """Give the words of a text; those met last are kept."""
        kept = self._words[side]
        words = kept.get(text)
        if words is None:
            if len(kept) >= _MOST_KEPT:
                kept.clear()
            words = kept[text] = _words(self._achievements if side else self._needs, text)
        return words


@dataclass(frozen=True, slots=True, eq=False)
class _Words:
    """Distinct words of a text: spellings, rarities and vectors."""

    spelling: list[str]
    rarity: NDArray[np.float64]
    vectors: NDArray[np.float32]


def _words(lists: tuple[TermList, ...], text: int) -> _Words:
    known: dict[str, tuple[int, TermList, float]] = {}
    for listed in lists:
        at = slice(listed.starts[text], listed.starts[text + 1])
        for row, rarity in zip(listed.ids[at].tolist(), listed.rarity[at].tolist(), strict=True):
            known.setdefault(listed.words[row], (row, listed, rarity))
    vectors = [
        np.asarray(
            listed.vectors[np.array([row for row, own, _ in known.values() if own is listed])]
        )
        for listed in lists
        if any(own is listed for _, own, _ in known.values())
    ]
    order = [word for listed in lists for word, (_, own, _) in known.items() if own is listed]
    return _Words(
        order,
        np.array([known[word][2] for word in order]),
        np.concatenate(vectors) if vectors else np.zeros((0, 1), dtype=np.float32),
    )
