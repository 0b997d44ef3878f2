"""Which terms two texts share, and how much each says."""

from __future__ import annotations

import math

from matchmaker.retrieval.profiles import Profiles, TermList
from matchmaker.scoring.pairs import SharedTerm

# A single Chinese character is a term only where it is rare on its own (钛, 铈), not 高 or 器.
_RARE_CHARACTER = 4.0
# A word of one text in twelve, such as 技术 or 研究, is no reason to give.
_TELLING = 2.5


class SharedTerms:
    """Shared terms of pairs, found when asked for.

    Parameters
    ----------
    needs, achievements : Profiles
    """

    def __init__(self, needs: Profiles, achievements: Profiles) -> None:
        # Of a long text only the rarest words are listed; those of its title always count.
        self._needs = (needs.whole_terms, needs.title_terms)
        self._achievements = (achievements.whole_terms, achievements.title_terms)
        self._held: dict[int, frozenset[str]] = {}

    def __call__(self, need: int, achievement: int) -> tuple[SharedTerm, ...]:
        """List the terms of a pair.

        Parameters
        ----------
        need, achievement : int
            Positions.

        Returns
        -------
        tuple of SharedTerm
            Heaviest first, ties by the term.
        """
        if achievement not in self._held:
            self._held[achievement] = frozenset(_terms(self._achievements, achievement))
        held = self._held[achievement]
        own = _terms(self._needs, need)
        total = math.fsum(rarity for _, rarity in own.values())
        shared = [
            SharedTerm(word, rarity / total)
            for key, (word, rarity) in own.items()
            if key in held and rarity >= (_TELLING if len(word) > 1 else _RARE_CHARACTER)
        ]
        return tuple(sorted(shared, key=lambda term: (-term.weight, term.term)))


def _terms(lists: tuple[TermList, ...], text: int) -> dict[str, tuple[str, float]]:
    """Map each distinct term of a text, in lower case, to its spelling and rarity."""
    found: dict[str, tuple[str, float]] = {}
    for listed in lists:
        words = slice(listed.starts[text], listed.starts[text + 1])
        rows, rarities = listed.ids[words].tolist(), listed.rarity[words].tolist()
        for row, rarity in zip(rows, rarities, strict=True):
            word = listed.words[row]
            found.setdefault(word.lower(), (word, rarity))
    return found
