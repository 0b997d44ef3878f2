"""Pointing at evidence: where in the two records of a pair something stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from matchmaker.language.spans import FoldedText
from matchmaker.records import Achievement, Need
from matchmaker.scoring.explanation import SideName, Span
from matchmaker.scoring.facts import ACHIEVEMENT_TEXTS, NEED_TEXTS

_FIELDS: dict[SideName, tuple[str, ...]] = {"need": NEED_TEXTS, "achievement": ACHIEVEMENT_TEXTS}
# A word that a long text repeats is pointed at where it stands first.
_PLACES = 3
_MOST_KEPT = 5_000


@dataclass(frozen=True, slots=True)
class Pointer:
    """Points at places in the two records of one pair, and nowhere else.

    Attributes
    ----------
    records : dict of str to record
        The two records by their side.
    wanted : bool
        Whether it points at all.
    """

    records: dict[SideName, Need | Achievement] = field(default_factory=dict)
    wanted: bool = True
    _folded: dict[str, FoldedText] = field(default_factory=dict)

    def between(self, need: Need, achievement: Achievement, wanted: bool) -> Pointer:
        """Give a pointer for a pair.

        Parameters
        ----------
        need : Need
        achievement : Achievement
        wanted : bool
            Whether it points at all.
        """
        if len(self._folded) > _MOST_KEPT:
            self._folded.clear()
        sides: dict[SideName, Need | Achievement] = {"need": need, "achievement": achievement}
        return Pointer(sides, wanted, self._folded)

    def at_term(self, need: str, achievement: str) -> tuple[Span, ...]:
        """Point at a term of the need and at one of the achievement, wherever they stand."""
        return (*self._places("need", need), *self._places("achievement", achievement))

    def at(self, side: SideName, name: str, span: tuple[int, int] | None) -> tuple[Span, ...]:
        """Point at a stretch of a field."""
        record = self.records.get(side)
        if record is None or span is None or not self.wanted:
            return ()
        text = getattr(record, name, None)
        if not isinstance(text, str):
            return ()
        return (Span(side, name, *span, text[span[0] : span[1]]),)

    def _places(self, side: SideName, term: str) -> Iterator[Span]:
        record = self.records.get(side)
        if record is None or not self.wanted:
            return
        for name in _FIELDS[side]:
            text = getattr(record, name)
            if not text:
                continue
            folded = self._folded.get(text)
            if folded is None:
                folded = self._folded[text] = FoldedText(text)
            for start, end in folded.find(term)[:_PLACES]:
                yield Span(side, name, start, end, text[start:end])
