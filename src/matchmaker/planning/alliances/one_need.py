"""What a ranking holds for one need: the achievements that may be proposed to it."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np

from matchmaker.errors import ConfigError
from matchmaker.planning.rules import of_couples, refused_positions
from matchmaker.records import Achievement, Need
from matchmaker.scoring.pairs import RankedPairs


@dataclass(frozen=True, slots=True)
class Candidates:
    """Achievements for one need, best first.

    Attributes
    ----------
    need : Need
    need_position : int
        In the ranking's needs.
    achievements : tuple of Achievement
    positions : tuple of int
        In the ranking's achievements.
    rows : tuple of int
        Of the pairs in the ranking.
    scores : tuple of float
    grades : tuple of int
    below, refused : int
        Achievements left out: for a score below the least one; refused before.
    """

    need: Need
    need_position: int
    achievements: tuple[Achievement, ...]
    positions: tuple[int, ...]
    rows: tuple[int, ...]
    scores: tuple[float, ...]
    grades: tuple[int, ...]
    below: int
    refused: int

    def __len__(self) -> int:
        return len(self.positions)

    def take(self, chosen: Sequence[int]) -> Candidates:
        """Keep some of them, in the order given."""
        return replace(
            self,
            achievements=tuple(self.achievements[at] for at in chosen),
            positions=tuple(self.positions[at] for at in chosen),
            rows=tuple(self.rows[at] for at in chosen),
            scores=tuple(self.scores[at] for at in chosen),
            grades=tuple(self.grades[at] for at in chosen),
        )


def candidates_of(
    pairs: RankedPairs,
    need_id: str,
    *,
    min_score: float,
    refused: Collection[tuple[str, str]] = (),
) -> Candidates:
    """List the achievements that a ranking holds for a need.

    Parameters
    ----------
    pairs : RankedPairs
        Of either direction.
    need_id : str
    min_score : float
        Only pairs with at least this score.
    refused : collection of (str, str)
        Need and achievement ids of pairs that are not proposed again; nor are those of records
        with the same text and owner.

    Returns
    -------
    Candidates
        By score, then similarity, then id.

    Raises
    ------
    ConfigError
        If the ranking has no such need; it names ids like it.
    """
    ids = [need.id for need in pairs.needs]
    if need_id not in ids:
        near = difflib.get_close_matches(need_id, ids, n=3) or ids[:3]
        hint = f"did you mean {', '.join(map(repr, near))}?" if near else "it has no needs"
        raise ConfigError(f"the ranking has no need {need_id!r}; {hint}")
    for first, others in pairs.duplicates.items():
        # A ranking of needs lists one for all that have the same text and owner.
        if need_id in others and first in ids and pairs.direction == "achievement_to_need":
            need_id = first
    at, columns = ids.index(need_id), pairs.columns
    rows = np.flatnonzero(columns.need == at)
    never = refused_positions(pairs, refused)
    allowed = ~of_couples(never, columns.need[rows], columns.achievement[rows])
    good = columns.score[rows] >= min_score
    kept = rows[allowed & good]
    order = np.lexsort((columns.achievement[kept], -columns.similarity[kept], -columns.score[kept]))
    kept = kept[order]
    positions = tuple(columns.achievement[kept].tolist())
    return Candidates(
        need=pairs.needs[at],
        need_position=at,
        achievements=tuple(pairs.achievements[one] for one in positions),
        positions=positions,
        rows=tuple(kept.tolist()),
        scores=tuple(columns.score[kept].tolist()),
        grades=tuple(columns.grade[kept].tolist()),
        below=int((allowed & ~good).sum()),
        refused=int((~allowed).sum()),
    )
