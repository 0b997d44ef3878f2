"""A text with what identifies somebody replaced, and what was taken out of it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "organisation",
    "university",
    "institution",
    "person",
    "phone",
    "mail",
    "web",
    "address",
    "account",
    "number",
    "brand",
    "park",
]
Lang = Literal["zh", "en"]
Span = tuple[int, int]

WORDS: Mapping[Lang, Mapping[Kind, str]] = {
    "zh": {
        "organisation": "某企业",
        "university": "某高校",
        "institution": "某机构",
        "person": "某某",
        "phone": "［电话］",
        "mail": "［邮箱］",
        "web": "［网址］",
        "address": "［地址］",
        "account": "［账号］",
        "number": "［编号］",
        "brand": "［品牌］",
        "park": "某园区",
    },
    "en": {
        "organisation": "[company]",
        "university": "[university]",
        "institution": "[institution]",
        "person": "[name]",
        "phone": "[phone]",
        "mail": "[e-mail]",
        "web": "[web address]",
        "address": "[address]",
        "account": "[account]",
        "number": "[number]",
        "brand": "[brand]",
        "park": "[park]",
    },
}
"""What stands in the place of each kind, by language."""


@dataclass(frozen=True, slots=True)
class Removed:
    """A piece of a text that identifies somebody.

    Attributes
    ----------
    kind : str
        What it is: organisation, university, institution, person, phone, mail, web, address,
        account, number (of a patent, a contract, a person's or a company's papers), brand, park.
    span : (int, int)
        Where it stood in the original text.
    text : str
        As it stood there.
    """

    kind: Kind
    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Redaction:
    """A text without what identifies somebody.

    Attributes
    ----------
    text : str
        With neutral words in the place of what was removed.
    removed : tuple of Removed
        In order, none overlapping another.
    places : tuple of (int, int)
        Where the neutral words stand in ``text``, one for each of ``removed``.
    """

    text: str
    removed: tuple[Removed, ...] = ()
    places: tuple[Span, ...] = ()

    def moved(self, span: Span) -> Span | None:
        """Find a piece of the original text in the new one.

        Parameters
        ----------
        span : (int, int)
            Start and end in the original text.

        Returns
        -------
        (int, int) or None
            Start and end in ``text``; None if something was removed from the piece.
        """
        start, stop = span
        ends = [removed.span[1] for removed in self.removed]
        # What was removed before the piece; an empty piece at an edge touches nothing.
        before = bisect_right(ends, start)
        if before < len(self.removed) and self.removed[before].span[0] < stop:
            return None
        if not before:
            return span
        shift = self.places[before - 1][1] - ends[before - 1]
        return start + shift, stop + shift


def redacted(text: str, found: Iterable[tuple[int, int, Kind]], lang: Lang) -> Redaction:
    """Replace pieces of a text.

    Parameters
    ----------
    text : str
        The original.
    found : iterable of (start, end, kind)
        In any order; where pieces overlap or follow one another in kind, they become one, of the
        kind of the longest.
    lang : {"zh", "en"}
        Language of the neutral words.

    Returns
    -------
    Redaction
    """
    merged = _merged(text, found)
    if not merged:
        return Redaction(text)
    parts: list[str] = []
    places: list[Span] = []
    at = length = 0
    for start, stop, kind in merged:
        word = WORDS[lang][kind]
        parts += [text[at:start], word]
        length += start - at
        places.append((length, length + len(word)))
        length += len(word)
        at = stop
    parts.append(text[at:])
    removed = tuple(Removed(kind, (start, stop), text[start:stop]) for start, stop, kind in merged)
    return Redaction("".join(parts), removed, tuple(places))


def _merged(text: str, found: Iterable[tuple[int, int, Kind]]) -> list[tuple[int, int, Kind]]:
    merged: list[tuple[int, int, Kind]] = []
    longest = 0
    for start, stop, kind in sorted(found):
        if stop <= start:
            continue
        last = merged[-1] if merged else None
        same = last is not None and kind == last[2] and not text[last[1] : start].strip(" ")
        if last is not None and (start < last[1] or same):
            kept = kind if stop - start > longest and not same else last[2]
            merged[-1] = (last[0], max(last[1], stop), kept)
            longest = max(longest, stop - start)
        else:
            merged.append((start, stop, kind))
            longest = stop - start
    return merged
