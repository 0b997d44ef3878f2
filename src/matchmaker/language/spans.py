"""Where a term stands in a text as it was written, whatever its spelling there."""

from __future__ import annotations

import unicodedata

from matchmaker.language.normalize import simplified


class _Foldings(dict[int, str]):
    """What each character becomes: nothing, one character or several."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        # Casefolding would turn ß into ss and shift everything behind it for nothing.
        folded = unicodedata.normalize("NFKC", character).lower()
        kept = "".join(one for one in folded if not one.isspace() and one.isprintable())
        self[code] = simplified(kept) if "\u3400" <= kept[:1] <= "\u9fff" else kept
        return self[code]


_FOLDINGS = _Foldings()


class FoldedText:
    """A text with spellings folded: full-width letters, traditional characters, case, blanks.

    Parameters
    ----------
    text : str
        As written.

    Examples
    --------
    >>> FoldedText("軋製　３１６Ｌ不锈钢，316LN").find("316l不锈钢")
    ((3, 10),)
    """

    __slots__ = ("_found", "_starts", "_text", "folded")

    def __init__(self, text: str) -> None:
        self._text = text
        self.folded = text.translate(_FOLDINGS)
        self._starts: list[int] | None = None
        # A record stands in many pairs, in which much the same terms are looked for.
        self._found: dict[str, tuple[tuple[int, int], ...]] = {}

    def find(self, term: str) -> tuple[tuple[int, int], ...]:
        """Find a term.

        Parameters
        ----------
        term : str
            In whatever spelling.

        Returns
        -------
        tuple of (int, int)
            Start and end in the text as written, in order, without overlaps. A term that begins
            or ends with a Latin letter or a digit is not found inside a longer run of these.
        """
        spans = self._found.get(term)
        if spans is None:
            spans = self._found[term] = self._find(term.translate(_FOLDINGS))
        return spans

    def _find(self, wanted: str) -> tuple[tuple[int, int], ...]:
        found: list[tuple[int, int]] = []
        at = self.folded.find(wanted) if wanted else -1
        while at >= 0:
            end = at + len(wanted)
            if not self._splits_run(at) and not self._splits_run(end):
                span = self._original(at, end)
                # One sign that folds to several can hold a term more than once.
                if not found or span[0] >= found[-1][1]:
                    found.append(span)
                at = self.folded.find(wanted, end)
            else:
                at = self.folded.find(wanted, at + 1)
        return tuple(found)

    def _splits_run(self, at: int) -> bool:
        pair = self.folded[max(at - 1, 0) : at + 1] if 0 < at < len(self.folded) else ""
        return len(pair) == 2 and pair.isascii() and pair.isalnum()

    def _original(self, start: int, end: int) -> tuple[int, int]:
        if self._starts is None:
            self._starts = [
                at
                for at, character in enumerate(self._text)
                for _ in character.translate(_FOLDINGS)
            ]
        return self._starts[start], self._starts[end - 1] + 1
