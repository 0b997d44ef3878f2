"""Organisations in running text that no list names: from the ending leftwards."""

from __future__ import annotations

import re
from collections.abc import Iterator

from matchmaker.language.anonymity.folding import HAN
from matchmaker.language.anonymity.redaction import Kind
from matchmaker.language.anonymity.vocabulary import (
    ALSO_TRADES,
    BEFORE_A_NAME,
    CONJUNCTIONS,
    GENERIC,
    INSTITUTIONS,
    LEARNING,
    STRONG_ENDINGS,
    WEAK_ENDINGS,
)
from matchmaker.language.anonymity.words import Word, cut, is_place, known, tag, technical

_ENDINGS = re.compile("|".join(sorted(STRONG_ENDINGS | WEAK_ENDINGS, key=len, reverse=True)))
_LEFT = re.compile(rf"[{HAN}A-Za-z0-9()&·-]{{0,30}}\Z")
_NAMELESS = re.compile(r"某|[XxＸ×*○]{2}|\*|本公司|我公司")
_PROPER = frozenset({"nr", "nrt", "nrfg", "nt", "nz", "ns"})
_REGIONS = frozenset(["中国", "东北", "华北", "华东", "华南", "西北", "西南", "中南", "东南"])
_USED = frozenset(
    ("使用", "采用", "选用", "购买", "采购", "改用", "用", "买", "换用", "试用", "用过", "买过")
)
_BOARDS = frozenset("名品铭标挂贴打车门招金银铜铝铁木站号吊大老副冒杂的各个块张")
_BRAND_MARK = re.compile(rf"(?<=[{HAN}]{{2}})(?:牌(?![号照坊子匾价位桌名])|®|™|\((?:R|TM)\))")
# After a place these begin a name, such as 大 of 沈阳大同.
_ALSO_IN_NAMES = frozenset("中上大新时同和经通会有可用来")
# An ending's first characters may belong to the word before or its last to the word behind.
_NOT_BEHIND = re.compile(r"[房区址长商家所]|业(?!集团)|史|位|生|费|分|习|时")


def kind_of(name: str) -> Kind:
    """Tell what an organisation is by its name.

    Parameters
    ----------
    name : str
        In Chinese or English.

    Returns
    -------
    str
        university, institution or organisation.
    """
    lower = name.lower()
    last = max((lower.rfind(word) for word in LEARNING), default=-1)
    if last >= 0 and not lower.endswith("公司"):
        return "university"
    if lower.endswith(INSTITUTIONS):
        return "institution"
    return "organisation"


def organisation_spans(text: str) -> Iterator[tuple[int, int, Kind]]:
    """Find organisations by their endings.

    Parameters
    ----------
    text : str
        Of :func:`~matchmaker.language.anonymity.folding.closed`.

    Yields
    ------
    (start, end, kind)
        Without general words such as 本公司 or 一家钢铁厂; they may overlap.
    """
    for ending in _ENDINGS.finditer(text):
        start = _start(text, ending.start(), ending.group())
        if start is not None:
            yield start, ending.end(), kind_of(text[start : ending.end()])


def brand_spans(text: str) -> Iterator[tuple[int, int, Kind]]:
    """Find brands by a mark behind a word, or by 牌 behind one that the dictionary does not know.

    Parameters
    ----------
    text : str
        Of :func:`~matchmaker.language.anonymity.folding.closed`.

    Yields
    ------
    (start, end, kind)
        Without the 牌 or the mark.
    """
    for mark in _BRAND_MARK.finditer(text):
        at = mark.start()
        words = cut(text[max(0, at - 5) : at])
        while words and len(words[-1][0]) > 1 and words[-1][0][0] in CONJUNCTIONS:
            if known(words[-1][0]):
                break
            word, start, stop = words[-1]
            words[-1] = (word[1:], start + 1, stop)
        last = words[-1][0] if words else ""
        before = words[-2][0] if len(words) > 1 else ""
        name = last
        # A name in pieces: 蓦然 and 居, or two single characters.
        halves = len(before) == 1 or (len(before) == 2 and last not in _BOARDS)
        if len(last) == 1 and halves and before not in BEFORE_A_NAME:
            name = before + last
        if before in _USED and (name in GENERIC or name in BEFORE_A_NAME):
            continue
        sure = mark.group() != "牌" or (before in _USED and not technical(name))
        if 2 <= len(name) <= 4 and (sure or not known(name)) and not _NAMELESS.search(name):
            yield at - len(name), at, "brand"


def _start(text: str, at: int, ending: str) -> int | None:
    strong = ending in STRONG_ENDINGS
    if not strong and _NOT_BEHIND.match(text, at + len(ending)):
        return None
    left = _LEFT.search(text[max(0, at - 30) : at])
    run = left.group() if left else ""
    if not run:
        return None
    kept = _walk(cut(run))
    name = run[kept[0][1] :] if kept else ""
    if not kept or _NAMELESS.search(name) or (not strong and name[-1] in "本我该贵某"):
        return None
    identified = _identifies(kept, name, ending) or (strong and _registered(kept, name))
    return at - len(run) + kept[0][1] if identified else None


def _walk(words: list[Word]) -> list[Word]:
    """Take words from the right for as long as they can belong to a name."""
    kept: list[Word] = []
    named = in_brackets = False
    for word, start, stop in reversed(words):
        if word in "()":
            if word == "(" and not in_brackets:
                break
            in_brackets = word == ")"
        elif not in_brackets:
            if _ends_a_name(words, start, word, kept, named=named):
                break
            if len(word) > 1 and not known(word) and word[0] in CONJUNCTIONS:
                kept.append((word[1:], start + 1, stop))
                break
            named = named or _named_by(word)
        kept.append((word, start, stop))
    while kept and kept[-1][0] in "()·-&":
        kept.pop()
    return kept[::-1]


def _ends_a_name(
    words: list[Word], start: int, word: str, kept: list[Word], *, named: bool
) -> bool:
    if word in BEFORE_A_NAME and not _belongs(words, start, word, kept, named=named):
        return True
    return named and not _goes_on(word, kept) and not _reaches_a_place(words, start)


def _reaches_a_place(words: list[Word], start: int) -> bool:
    """Tell whether only general words stand between here and a place further to the left."""
    reached = [word for word, first, _ in words if first <= start][-4:]
    while reached and reached[-1] in GENERIC and reached[-1] != "中国":
        reached.pop()
    return bool(reached) and (is_place(reached[-1]) or reached[-1] == "中国")


def _named_by(word: str) -> bool:
    """Tell whether a word is a name's own, so that what stands before it hardly belongs to it."""
    if is_place(word):
        return True
    if len(word) == 1:
        return word not in GENERIC and word not in "()"
    return not known(word)


def _belongs(words: list[Word], start: int, word: str, kept: list[Word], *, named: bool) -> bool:
    """Tell whether a word that mostly stands before a name is part of this one."""
    if word in ALSO_TRADES:
        return not named
    if len(word) == 1 and kept and len(kept[-1][0]) == 1 and kept[-1][0] not in GENERIC:
        # 镁, 都, 岭: cut to pieces all three.
        return any(last == start and last - first == 1 for _, first, last in words)
    return word in _ALSO_IN_NAMES and _is_place_at(words, start)


def _is_place_at(words: list[Word], stop: int) -> bool:
    return any(last == stop and (is_place(word) or tag(word) == "ns") for word, _, last in words)


def _goes_on(word: str, kept: list[Word]) -> bool:
    """Tell whether a name whose own word was met goes on to the left of it."""
    if is_place(word) or word in ("中国", "国家", "中科") or word[-1] in "省市县区":
        return True
    if not known(word) or tag(word) in ("nz", "nt", "ns", "nr", "nrt", "nrfg"):
        return not technical(word)
    # A single character is half a name: 岭 of 镁都岭, 坡 of 白菜坡.
    return len(word) == 1 or (
        len(kept[-1][0]) == 1 and len(word) == 2 and kept[-1][0] not in GENERIC
    )


def _identifies(kept: list[Word], name: str, ending: str) -> bool:
    known_one = "nt" in (tag(name + ending), tag(name + "大学"))
    if known_one and (name not in GENERIC or name in _REGIONS):
        return True
    rest = [word for word, _, _ in kept if word not in GENERIC and not technical(word)]
    if kept[0][0] == "中国" and rest:
        return True
    singles, before = 0, ""
    for word, _, _ in kept:
        own = word not in GENERIC and not technical(word) and word not in "()"
        if not own:
            singles, before = 0, ""
        elif is_place(word) or (len(word) > 1 and (not known(word) or tag(word) in _PROPER)):
            return True
        elif len(word) == 1:
            singles += 1
            # 镁都岭 in single characters, or a word and a character: 白菜坡, 柳河套.
            if singles == 2 or len(before) == 2:
                return True
            before = word
        else:
            if len(word) == 2 and len(before) == 1:
                return True
            singles, before = 0, word
    return False


def _registered(kept: list[Word], name: str) -> bool:
    return len(name) >= 3 or not all(word in GENERIC for word, _, _ in kept)
