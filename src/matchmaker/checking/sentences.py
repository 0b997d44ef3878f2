"""Texts folded without moving a character, and their sentences."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from matchmaker.language.normalize import simplified

_HALVES = re.compile("[\ud800-\udfff]")
_TO_NARROW = 0xFEE0
_WIDE = re.compile("[\uff01-\uff5e\u3000]")
_TRADITIONAL = re.compile("[\u3400-\u9fff]")
_SENTENCE = re.compile(r"[^。！？!?；;\n]+[。！？!?；;\n]?")


class Sentence(NamedTuple):
    """A sentence and where it begins and ends in its text."""

    text: str
    start: int
    end: int


# Every detector asks for the same texts, one after the other.
@functools.lru_cache(maxsize=1 << 13)
def levelled(text: str) -> str:
    r"""Fold width and traditional characters without moving anything.

    Parameters
    ----------
    text : str
        As written.

    Returns
    -------
    str
        Of the same length, so that a place in it is the same place in the text; a literal
        backslash-n becomes two line ends.
    """
    # Halves of surrogate pairs have no UTF-8 form, which the conversion needs.
    text = _HALVES.sub("\ufffd", text)
    narrow = _narrow(text) if _WIDE.search(text) else text
    narrow = narrow.replace("\\n", "\n\n").replace("\r", "\n")
    if not _TRADITIONAL.search(narrow):
        return narrow
    simple = simplified(narrow)
    return simple if len(simple) == len(narrow) else narrow


def _narrow(text: str) -> str:
    """Turn full-width ASCII and the ideographic space into ASCII, one character for one."""
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).copy()
    wide = (points >= 0xFF01) & (points <= 0xFF5E)
    points[wide] -= _TO_NARROW
    points[points == 0x3000] = 0x20
    return points.tobytes().decode("utf-32-le", "surrogatepass")


def sentences(text: str) -> Iterator[Sentence]:
    """Cut a text behind 。！？； and line ends.

    Parameters
    ----------
    text : str
        Of :func:`levelled`.

    Yields
    ------
    Sentence
        Without blanks around it; empty ones are left out.
    """
    for found in _SENTENCE.finditer(text):
        words = found.group()
        bare = words.strip()
        if bare:
            start = found.start() + len(words) - len(words.lstrip())
            yield Sentence(bare, start, start + len(bare))
