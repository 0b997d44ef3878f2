"""Where sentences and clauses of a text end."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right

_BREAKS = re.compile(
    r"[，。；;\n！？!?:()、]|,(?!\d\d\d(?!\d))|(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])"
)
_SENTENCE = frozenset("。；;\n！？!?")
_CLAUSE = frozenset("，,")


class Context:
    """A folded text with the places of its breaks.

    Parameters
    ----------
    text : str
        Of :func:`~matchmaker.language.indicators.folding.fold`.
    """

    __slots__ = ("clauses", "pieces", "sentences", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.pieces = [0]
        self.clauses = [0]
        self.sentences = [0]
        for found in _BREAKS.finditer(text):
            sign, end = found[0], found.end()
            self.pieces.append(end)
            if sign in _SENTENCE:
                self.sentences.append(end)
                self.clauses.append(end)
            elif sign in _CLAUSE:
                self.clauses.append(end)

    def piece_start(self, at: int) -> int:
        """Return where the piece between two marks of any kind starts that holds `at`."""
        return self.pieces[bisect_right(self.pieces, at) - 1]

    def clause_start(self, at: int) -> int:
        """Return where the stretch between commas or full stops starts that holds `at`."""
        return self.clauses[bisect_right(self.clauses, at) - 1]

    def clause_end(self, at: int) -> int:
        """Return where the stretch between commas or full stops ends that holds `at`."""
        after = bisect_left(self.clauses, at + 1)
        return self.clauses[after] - 1 if after < len(self.clauses) else len(self.text)

    def sentence_start(self, at: int) -> int:
        """Return where the sentence starts that holds `at`."""
        return self.sentences[bisect_right(self.sentences, at) - 1]

    def sentence_end(self, at: int) -> int:
        """Return where the sentence ends that holds `at`."""
        after = bisect_left(self.sentences, at + 1)
        return self.sentences[after] - 1 if after < len(self.sentences) else len(self.text)
