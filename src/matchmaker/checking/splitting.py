"""Several needs in one row, and how to take them apart."""

from __future__ import annotations

import re
from dataclasses import dataclass

from matchmaker.checking.sentences import levelled
from matchmaker.records import Achievement, Need

CHINESE_NUMBERS = "一二三四五六七八九十"
CIRCLED_NUMBERS = "①②③④⑤⑥⑦⑧⑨⑩"
_MOST = 12
_TITLE_LEAST = 4
_BODY_LEAST = 10


@dataclass(frozen=True, slots=True)
class Part:
    """One of several needs in a row.

    Attributes
    ----------
    title, body : str
        As written, without the number; a title is made of the body's beginning where the row has
        none for it.
    start, end : int
        Where the body stands in the row's body; both 0 where only the title was split.
    """

    title: str
    body: str
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Split:
    """How a row with several needs is taken apart.

    Attributes
    ----------
    parts : tuple of Part
        At least two.
    shared : str
        What stands before the first and behind the last part of the body and belongs to all.
    evidence : str
        The words that show it.
    """

    parts: tuple[Part, ...]
    shared: str
    evidence: str


@dataclass(frozen=True, slots=True)
class _Piece:
    """A numbered piece: where its number begins, where its text begins and ends."""

    mark: int
    start: int
    end: int


_WORDS = r"(?:技术)?(?:需求|难题|课题|项目|任务|问题|成果)"
# Each kind of numbering, with the number as its group.
_NUMBERINGS = (
    re.compile(
        rf"(?:^|(?<=[\n。；;：: ]))[ \t]*{_WORDS} ?([{CHINESE_NUMBERS}]|\d{{1,2}}) ?[、:：.，]"
    ),
    re.compile(rf"(?:^|(?<=[\n。；;：: ]))[ \t]*\(([{CHINESE_NUMBERS}])\)[、.，]?"),
    re.compile(r"(?:^|(?<=[\n。；;：:， ]))[ \t]*\((\d{1,2})\)[、.，]?"),
    re.compile(rf"(?:^|(?<=[\n。；;：: ]))[ \t]*([{CHINESE_NUMBERS}])、"),
    re.compile(
        r"(?:^|(?<=[\n。；;：:， ]))[ \t]*(\d{1,2})(?:[、．]|\.{1,2} ?(?![\d.])|\)(?! ?[，。]))"
    ),
    re.compile(rf"([{CIRCLED_NUMBERS}])"),
    re.compile(rf"第([{CHINESE_NUMBERS}])[，、项](?!步)"),
)
_JOINED = re.compile(r"[;；]|\s/\s|(?<=[\u3400-\u9fff]) {2,}(?=[\u3400-\u9fff])")
_APART = re.compile(
    r"(?:分开|分别|单独)(?:揭榜|对接|与不同|合作|申报|承接)|相互独立|[两三四五六七八九]项(?:合计|共\d)"
)
_SEVERAL = re.compile(
    r"(?:以下|下列|如下|主要|现有)*[两二三四五六七八九2-9][个项点](?:技术|主要)*(?:需求|难题|课题|项目)|"
    r"[两二三四五六七八九]方面(?:技术)?(?:需求|难题)|(?:需求|难题)(?:汇总|清单)"
)
_HEADING = re.compile(
    r"[(（]?(?:项目|技术|需求|的|研究|企业|现有|预期|拟解决的?|主要|存在的?|具体)*"
    r"(?:背景|需求(?:描述|内容|背景|情况|说明)|技术内容|研究内容|主要内容|内容|目标|考核指标|指标|现状|基础|(?:工作)?基础|条件|要求|"
    r"方式|经费|预算|资金|周期|时限|期限|合作要求|知识产权|难点|难题|效果|意义|应用|简介|概述|目的|工作原理|实验基础|科研基础|投入资金|完成时限|进度|"
    r"存在问题|解决方案|技术路线|方向)[^，。；\n]{0,8}?(?:[:：]|$|\n|。)"
)
# What stands before a list that belongs to one need.
_LEAD = re.compile(
    r"(?:指标|目标|要求|参数|步骤|措施|内容|难点|问题|原因|基础|条件|功能|特点|优势|包括|思路|设想|路线|难题|方面|目的|效果|"
    r"方案|缺点|不足|情况|如下|以下)[^。；\n]{0,10}[:：]?\s*$"
)
_OWN_LEAD = re.compile(r"(?:需求|难题|课题|项目)[^。；\n]{0,4}[:：]?\s*$")
_WISH = re.compile(r"希望|需要|想|求|寻|要求|引进|开发|研制|解决|改造|如何|能否|急需|需|拟")
_TROUBLE = re.compile(
    r"不[足稳能到够准住好畅]|高|低|差|慢|漏|堵|裂|磨|废|贵|损|偏|短|多|靠人|人工|超|污|问题|困难|老化|腐蚀|断|落后|大"
)
_INDICATOR = re.compile(r"[≥≤><±]|不[低高超大小少]|以上|以下|以内|[大小低高]于|±")
_STEP = re.compile(
    r"^(?:首先|先|再|然后|最后|其次|第[一二三]步|进一步|建立|分析|研究|优化|设计|验证|采集)"
)


def find_split(record: Need | Achievement) -> Split | None:
    """Find several needs, or several achievements, in one row.

    They are told by a title that is numbered or joined by semicolons, by 需求一 … 需求二 …, by a
    numbered body that says that its items stand apart, or whose items each say what is wrong and
    what is wanted. Steps, indicators and headings that are numbered are parts of one need.

    Parameters
    ----------
    record : Need or Achievement

    Returns
    -------
    Split or None
        None where the row holds one.
    """
    title, body = record.title, record.body
    titles = _title_parts(title)
    level = levelled(body)
    pieces = _best_pieces(level)
    if titles and len(pieces) == len(titles):
        return _split(body, level, pieces, titles, evidence=title)
    if titles and (_NUMBERED.search(levelled(title)) or _titles_stand_apart(titles)):
        by_word = _pieces_by_title(level, titles)
        if by_word:
            return _split(body, level, by_word, titles, evidence=title)
        return Split(tuple(Part(name, body) for name in titles), "", title)
    cue = _cue(title, level, pieces)
    return _split(body, level, pieces, (), evidence=cue) if cue else None


_NUMBERED = re.compile(r"[1一][ \t]*[、.:)，]|①")


def _title_parts(title: str) -> tuple[str, ...]:
    level = levelled(title)
    for pattern in _NUMBERINGS if _NUMBERED.search(level) else ():
        pieces = _pieces(level, pattern)
        if len(pieces) >= 2:
            parts = tuple(title[piece.start : piece.end].strip(" ，,。；;、") for piece in pieces)
            return parts if min(map(len, parts)) >= _TITLE_LEAST else ()
    parts = tuple(part.strip() for part in _JOINED.split(level) if part.strip())
    if len(parts) < 2 or min(map(len, parts)) < _TITLE_LEAST:
        return ()
    return parts


def _titles_stand_apart(titles: tuple[str, ...]) -> bool:
    """Say whether titles name different things: no two share most of their characters."""
    sets = [set(title) for title in titles]
    return all(
        len(one & other) <= 0.6 * min(len(one), len(other))
        for i, one in enumerate(sets)
        for other in sets[:i]
    )


def _pieces(level: str, pattern: re.Pattern[str]) -> list[_Piece]:
    """Find a numbering that counts up from one without a gap."""
    marks: list[tuple[int, int]] = []
    for found in pattern.finditer(level):
        if item_number(found.group(1)) == len(marks) + 1:
            marks.append(found.span())
        if len(marks) > _MOST:
            return []
    ends = [mark for mark, _ in marks[1:]]
    if marks:
        ends.append(_last_end(level, marks, ends))
    return [_Piece(mark, start, end) for (mark, start), end in zip(marks, ends, strict=True)]


def _last_end(level: str, marks: list[tuple[int, int]], ends: list[int]) -> int:
    """Say where the last item ends: with its line, where no other item has two."""
    starts = [start for _, start in marks]
    one_line = not any("\n" in level[i:j].strip() for i, j in zip(starts, ends, strict=False))
    start = starts[-1]
    if one_line and (found := level.find("\n", start)) >= 0:
        return found
    return len(level)


def item_number(number: str) -> int:
    """Read the number of an item: Chinese up to 十, circled up to ⑩, or digits."""
    if number in CHINESE_NUMBERS:
        return CHINESE_NUMBERS.index(number) + 1
    return CIRCLED_NUMBERS.index(number) + 1 if number in CIRCLED_NUMBERS else int(number)


def _best_pieces(level: str) -> list[_Piece]:
    """Find the outermost numbering: the one that begins first, of at least two items."""
    if not _NUMBERED.search(level):
        return []
    found = [pieces for pattern in _NUMBERINGS if len(pieces := _pieces(level, pattern)) >= 2]
    return min(found, key=lambda pieces: pieces[0].mark, default=[])


def _cue(title: str, level: str, pieces: list[_Piece]) -> str:
    """Give the words that show that the items of a body stand apart; empty where none do."""
    if len(pieces) < 2:
        return ""
    items = [level[piece.start : piece.end].strip() for piece in pieces]
    if min(map(len, items)) < _TITLE_LEAST or any(_HEADING.match(item) for item in items):
        return ""
    before, first = level[: pieces[0].mark], level[pieces[0].mark : pieces[0].start].strip()
    if re.match(_WORDS, first) and not _STEP.match(items[0]):
        return first
    if (
        min(map(len, items)) < _BODY_LEAST
        or _indicators(items)
        or any(_STEP.match(item) for item in items)
    ):
        return ""
    outside = f"{levelled(title)}\n{before}\n{level[pieces[-1].end - 60 :]}"
    if apart := _APART.search(outside):
        return apart.group()
    if "整体" in outside or (_LEAD.search(before) and not _OWN_LEAD.search(before)):
        return ""
    if several := _SEVERAL.search(outside):
        return several.group()
    covered = sum(map(len, items)) / max(1, len(level.strip()))
    wanted = sum(bool(_WISH.search(item) and _TROUBLE.search(item)) for item in items)
    if covered >= 0.8 and len(before.strip()) <= 12 and wanted == len(items):
        return level[pieces[0].mark : pieces[0].mark + 20]
    return ""


def _indicators(items: list[str]) -> bool:
    """Say whether items are indicators: short, most with a bound."""
    short = sum(len(item) <= 24 and not _WISH.search(item) for item in items)
    bound = sum(bool(_INDICATOR.search(item)) and len(item) <= 30 for item in items)
    return bound > len(items) / 2 or short == len(items)


def _pieces_by_title(level: str, titles: tuple[str, ...]) -> list[_Piece]:
    """Find the paragraphs or sentences of a body that go with titles, in their order."""
    units = [
        found.span() for found in re.finditer(r"[^\n。]+[\n。]?", level) if found.group().strip()
    ]
    if len(units) != len(titles):
        return []
    shares = [
        len(set(title) & set(level[start:end])) / len(set(title))
        for title, (start, end) in zip(titles, units, strict=True)
    ]
    return [_Piece(start, start, end) for start, end in units] if min(shares) >= 0.4 else []


def _split(
    body: str, level: str, pieces: list[_Piece], titles: tuple[str, ...], *, evidence: str
) -> Split:
    parts = []
    for number, piece in enumerate(pieces):
        text = body[piece.start : piece.end]
        start = piece.start + len(text) - len(text.lstrip(" \t\n，,、:："))
        text = body[start : piece.end].rstrip(" \t\n；;").removesuffix("\\n").rstrip()
        title = titles[number] if titles else _name(text)
        parts.append(Part(title, text, start, start + len(text)))
    shared = (body[: pieces[0].mark] + body[pieces[-1].end :]).strip()
    return Split(tuple(parts), shared, evidence)


def _name(text: str) -> str:
    found = re.match(r"[^，。；,;:：\n\\]{1,40}", text)
    return found.group().strip() if found else text[:20]
