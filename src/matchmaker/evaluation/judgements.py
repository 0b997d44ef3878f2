"""Graded pairs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matchmaker.errors import JudgementError


@dataclass(frozen=True, eq=False, kw_only=True)
class Judgements:
    """Pairs that people have graded, one row per judgement.

    A pair may stand in several rows, with equal or differing grades: each row is one judgement
    and counts as one. `merged` makes them one row per pair.

    Parameters
    ----------
    need_ids, achievement_ids : tuple of str, length n
        The two sides of each judgement; never empty strings.
    grades : ndarray of int8, shape (n,)
        1 (unrelated) to 4 (strongly related); read-only.
    achievement_titles : tuple of str, length n, optional
        Titles, where the file has them; ``""`` where a row has none.
    source : str
        Where the judgements come from, for messages.
    skipped : int
        Rows of the file in which the cell of the grade was left empty: pairs put before a judge
        who has not judged them. They are no judgements and stand in no column.

    Raises
    ------
    JudgementError
        If there is no row, the columns differ in length, an id is empty or a grade is not 1-4.
    """

    need_ids: tuple[str, ...]
    achievement_ids: tuple[str, ...]
    grades: NDArray[np.int8]
    achievement_titles: tuple[str, ...] | None = None
    source: str = ""
    skipped: int = 0

    def __post_init__(self) -> None:
        name = self.source or "judgements"
        titles = None if self.achievement_titles is None else tuple(self.achievement_titles)
        given = np.asarray(self.grades)
        lengths = {len(self.need_ids), len(self.achievement_ids), given.size}
        lengths |= set() if titles is None else {len(titles)}
        if given.ndim != 1 or len(lengths) > 1:
            raise JudgementError(f"{name}: the columns must be of one length, got {lengths}")
        if not given.size:
            raise JudgementError(f"{name}: no judgement at all; give at least one graded pair")
        if not all(self.need_ids) or not all(self.achievement_ids):
            raise JudgementError(f"{name}: every judgement needs both ids, none of them empty")
        if not np.isin(given, (1, 2, 3, 4)).all():
            raise JudgementError(f"{name}: grades must be 1, 2, 3 or 4")
        grades = given.astype(np.int8)
        grades.flags.writeable = False
        object.__setattr__(self, "need_ids", tuple(self.need_ids))
        object.__setattr__(self, "achievement_ids", tuple(self.achievement_ids))
        object.__setattr__(self, "achievement_titles", titles)
        object.__setattr__(self, "grades", grades)

    def __len__(self) -> int:
        """Return the number of judgements (rows, not distinct pairs)."""
        return len(self.need_ids)

    def merged(self) -> Judgements:
        """Return one row per pair, in order of first appearance.

        The grade is the median of the pair's grades; of two middle grades the lower one. The
        title is that of the pair's first row.
        """
        rows: dict[tuple[str, str], list[int]] = {}
        for row, pair in enumerate(zip(self.need_ids, self.achievement_ids, strict=True)):
            rows.setdefault(pair, []).append(row)
        medians = [sorted(self.grades[of].tolist())[(len(of) - 1) // 2] for of in rows.values()]
        titles = self.achievement_titles
        return Judgements(
            need_ids=tuple(need for need, _ in rows),
            achievement_ids=tuple(achievement for _, achievement in rows),
            grades=np.array(medians, dtype=np.int8),
            achievement_titles=titles and tuple(titles[of[0]] for of in rows.values()),
            source=self.source,
            skipped=self.skipped,
        )
