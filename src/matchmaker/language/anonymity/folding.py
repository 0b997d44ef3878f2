"""Spellings of a text folded together, with every character in its place."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Sequence

HAN = r"\u3400-\u9fff"
_BREAK = re.compile(r"\\r\\n|\\[nrt]")
# Marks that a name may be written with or without: blanks, nothing visible, dots and brackets.
_SKIPPED = re.compile(r"[\s\u00ad\u200b-\u200f\u2060\ufeff·•‧・()\[\]【】〔〕]")
# Three characters or more, each with a blank behind it: spaced out for looks.
_SPACED = re.compile(rf"[{HAN}](?:[ \u200b-\u200f\u2060\ufeff][{HAN}]){{2,}}")
_LAST = 0x1D800


@functools.cache
def _table() -> dict[int, str]:
    """Map characters to one other character each: plain for full-width, simple for traditional."""
    from opencc import OpenCC

    han = [chr(code) for code in range(0x3400, 0xA000)]
    simple = OpenCC("t2s").convert("\n".join(han)).split("\n")
    table = {ord(a): b for a, b in zip(han, simple, strict=True) if a != b and len(b) == 1}
    for code in (*range(0xA0, 0x3400), *range(0xF900, 0x10000), *range(0x1D400, _LAST)):
        # Numbers of list items would grow together with the number behind them.
        if 0x2460 <= code < 0x2500 or 0x2776 <= code < 0x2794:
            continue
        plain = unicodedata.normalize("NFKC", chr(code))
        if len(plain) == 1 and plain != chr(code):
            table[code] = table.get(ord(plain), plain)
    # Characters that stay are in the table too: for others, translate is three times as slow.
    table = {code: chr(code) for code in (*range(0x2000, 0x2070), *range(0x3000, 0xA000))} | table
    table |= {ord(a): b for a, b in zip("—–―‐‑−﹣", "-" * 7, strict=True)}
    return table


def fold(text: str) -> str:
    r"""Fold full-width and traditional spellings, keeping the length.

    Parameters
    ----------
    text : str
        As written.

    Returns
    -------
    str
        Of the same length; character i stands for character i of the text. Line ends written as
        ``\n`` are blanks.
    """
    folded = text.translate(_table())
    if len(folded) != len(text):  # pragma: no cover - the table maps one to one
        raise AssertionError("folding changed the length")
    return _BREAK.sub(lambda found: "\n" * len(found.group()), folded) if "\\" in folded else folded


def squeeze(folded: str) -> tuple[str, Sequence[int]]:
    """Leave out blanks, dots and brackets, for finding known names however they are set.

    Parameters
    ----------
    folded : str
        Of :func:`fold`.

    Returns
    -------
    text : str
        In lower case.
    places : sequence of int
        Where each of its characters stands in the folded text.
    """
    lower = folded.lower()
    if len(lower) != len(folded):
        # A few letters grow in lower case, such as a dotted capital I.
        lower = "".join(c if len(c.lower()) != 1 else c.lower() for c in folded)
    if not _SKIPPED.search(lower):
        return lower, range(len(lower))
    parts: list[str] = []
    places: list[int] = []
    at = 0
    for found in _SKIPPED.finditer(lower):
        parts.append(lower[at : found.start()])
        places.extend(range(at, found.start()))
        at = found.end()
    parts.append(lower[at:])
    places.extend(range(at, len(lower)))
    return "".join(parts), places


def closed(folded: str) -> tuple[str, Sequence[int]]:
    """Close names that are spaced out, character by character.

    Parameters
    ----------
    folded : str
        Of :func:`fold`.

    Returns
    -------
    text : str
        The text without the blanks within spaced runs.
    places : sequence of int
        Where each of its characters stands in the folded text.
    """
    runs = list(_SPACED.finditer(folded))
    if not runs:
        return folded, range(len(folded))
    places: list[int] = []
    at = 0
    for run in runs:
        places.extend(range(at, run.start()))
        places.extend(range(run.start(), run.end(), 2))
        at = run.end()
    places.extend(range(at, len(folded)))
    return "".join(folded[i] for i in places), places
