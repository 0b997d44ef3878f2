"""What the dictionary says of words: known or not, an ordinary word or a name."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from matchmaker.language.anonymity.vocabulary import CITIES, PROVINCES, TECHNICAL, THINGS_LIKE_NAMES

NAMES = frozenset({"nr", "nrt", "nrfg", "nt", "nz"})
"""Tags that the dictionary gives to names."""

Word = tuple[str, int, int]


@functools.cache
def _dictionary() -> tuple[Callable[[str], list[str]], Callable[[str], bool], Callable[[str], Any]]:
    import rjieba

    return rjieba.cut, rjieba.has_word, rjieba.tag


def cut(text: str) -> list[Word]:
    """Cut a text into words.

    Parameters
    ----------
    text : str

    Returns
    -------
    list of (word, start, end)
    """
    found: list[Word] = []
    at = 0
    for word in _dictionary()[0](text):
        found.append((word, at, at + len(word)))
        at += len(word)
    return found


@functools.lru_cache(maxsize=1 << 16)
def known(word: str) -> bool:
    """Tell whether the dictionary has a word."""
    return _dictionary()[1](word)


@functools.lru_cache(maxsize=1 << 16)
def tag(word: str) -> str:
    """Give the tag of one word; empty where it is none."""
    tags = _dictionary()[2](word)
    return str(tags[0][1]) if len(tags) == 1 else ""


def technical(word: str) -> bool:
    """Tell whether a word has to do with a material, a machine or a method."""
    return not TECHNICAL.isdisjoint(word)


def ordinary(word: str) -> bool:
    """Tell whether a word has a meaning of its own, so that a text may hold it without a name."""
    if word in THINGS_LIKE_NAMES or is_place(word):
        return True
    if not known(word):
        return False
    return technical(word) or tag(word) not in NAMES


def ordinary_name(name: str) -> bool:
    """Tell whether a person's name has a meaning of its own."""
    # The dictionary takes some people for places.
    return ordinary(name) and (len(name) < 3 or tag(name) != "ns" or is_place(name))


def is_place(word: str) -> bool:
    """Tell whether a word names a province or a city."""
    return (
        word in PROVINCES
        or word in CITIES
        or (word[-1:] in "省市" and (word[:-1] in PROVINCES or word[:-1] in CITIES))
    )


def crosses(text: str, start: int, stop: int) -> bool:
    """Tell whether a piece only seems to stand in a text: all of it is parts of other words.

    Parameters
    ----------
    text : str
        Of :func:`~matchmaker.language.anonymity.folding.fold` or what was made of it.
    start, stop : int
        The piece.

    Returns
    -------
    bool
        True for 涂安 in 喷涂安装: both characters belong to words that begin or end elsewhere.
    """
    left = max(0, start - 4)
    within = 0
    for word, first, last in cut(text[left : stop + 4]):
        first, last = first + left, last + left
        if first >= stop or last <= start:
            continue
        if (first < start or last > stop) and known(word):
            within += min(last, stop) - max(first, start)
    return within == stop - start
