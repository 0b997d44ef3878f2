"""Technical maturity: levels and stage words, on the nine levels of the TRL scale.

Words become bands, because 中试 says no more than 5 to 6. What a text denies or only plans is no
stage that was reached.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import Literal

from matchmaker.language.readings import Span, chinese_number, fold_width

Scheme = Literal["TRL", "TRL-13", "stage", "phase"]
TOP = 9

# The first that fits at a position wins, so longer words stand before those they contain.
_STAGES: dict[str, tuple[int, int]] = {
    **dict.fromkeys(
        ("机理研究", "理论研究", "基础研究", "原理验证", "理论阶段", "概念阶段"), (1, 2)
    ),
    **dict.fromkeys(("正在研发", "研发阶段", "研发中", "在研"), (1, 4)),
    **dict.fromkeys(("实验室", "小试", "试验室"), (3, 4)),
    **dict.fromkeys(("样品",), (4, 5)),
    **dict.fromkeys(("工业侧线", "侧线", "中试", "样机", "原型机", "中间试验"), (5, 6)),
    **dict.fromkeys(("示范", "工程化", "工业试验", "工业性试验", "工程验证", "试运行"), (7, 7)),
    **dict.fromkeys(("可直接产业化", "可产业化", "可以产业化", "具备产业化"), (7, 8)),
    **dict.fromkeys(
        ("小批量", "小规模生产", "定型", "可以量产", "可量产", "试生产", "试产"), (8, 8)
    ),
    **dict.fromkeys(
        ("产业化", "批量应用", "批量生产", "批量化", "大批量", "规模化", "量产", "工业化应用"),
        (9, 9),
    ),
    **dict.fromkeys(("工业化生产", "推广应用", "规模应用", "投产", "商业化", "商品化"), (9, 9)),
}
_PHASES: dict[str, tuple[int, int]] = {
    **dict.fromkeys(("初期", "初级阶段", "初始阶段"), (1, 4)),
    **dict.fromkeys(("中期", "成长期"), (5, 7)),
    **dict.fromkeys(("成熟",), (8, 9)),
}
_BANDS = {**_STAGES, **_PHASES, "示范应用": (7, 7), "规模化应用": (9, 9), "规模化生产": (9, 9)}
_WORDS = "|".join(sorted(map(re.escape, _BANDS), key=len, reverse=True))
_NUMBER = r"1[0-3]|[1-9]|十[一二三]?|[一二三四五六七八九]"
_LEVEL = re.compile(
    r"(?:TRL|技术就绪度|技术成熟度|成熟度)(?:等级|级别|水平)?(?:为|是|达到|达|处于|约)?"
    rf"[ :=\-]{{0,3}}(?:TRL[ \-]?)?第?(?P<low>{_NUMBER})(?![\d.])级?"
    rf"(?: ?[-~至到、/] ?(?:TRL[ \-]?)?第?(?P<high>{_NUMBER})(?![\d.%]))?级?",
    re.IGNORECASE,
)
_BARE = re.compile(
    rf" *第?(?P<low>{_NUMBER}) ?级?(?: ?[-~至到] ?第?(?P<high>{_NUMBER}))?(?:级|阶段)? *"
)
_DENIED = (
    r"未经?|尚未|没有|并未|不具备|无法|不|非|无|待|拟|将|计划|预计|力争|即将|准备|等待|正在推进"
)
# What follows the word makes it a prospect: 产业化前景 says nothing about the stage.
_PROSPECT = (
    r"(?!度|前景|潜力|价值|意义|可行|方案|目标|计划|推广前|难|瓶颈|人才|基地|项目|经济带|区)"
)
_STAGE = re.compile(
    rf"(?P<denied>(?:{_DENIED})(?:完全|全面|能|够|进行|开展|实现|进入|完成|达到|通过|形成|经过?|有|到|于){{0,2}})?"
    rf"(?P<word>{_WORDS}){_PROSPECT}"
)
# In running text 样品 and 实验室 are things and places, and 成熟 is said of minds and rocks.
_CLAIM_WORDS = (
    *("小试", "中试", "工程化", "工业试验", "工业性试验", "试运行", "示范应用", "小批量"),
    *("产业化", "批量应用", "批量生产", "量产", "规模化应用", "规模化生产", "工业化应用"),
    *("工业化生产", "投产"),
)
_CLAIMED = re.compile(
    r"(?P<denied>未|没有|拟|将|计划|预计|便于|易于|容易|能够?|可以?|率先|快速|以|为|利于)?"
    r"(?:已经?(?:成功|全面|在[^，。；,;\n]{1,12})?"
    r"(?:完成|通过|处于|实现|进入|达到|开展|进行|建成|经过)?|完成|通过|处于|实现)了?"
    r"[^，。；,;\n]{0,3}?"
    rf"(?P<word>{'|'.join(sorted(_CLAIM_WORDS, key=len, reverse=True))}){_PROSPECT}"
    r"(?!线|车间|阶段前)"
)
_LONGEST_FIELD = 400


@dataclass(frozen=True, slots=True)
class Maturity:
    """A technical maturity on the nine levels of the TRL scale.

    Attributes
    ----------
    scheme : {"TRL", "TRL-13", "stage", "phase"}
        How it was written: a level of nine, a level of the practice scale of thirteen, a stage such
        as 中试, or one of 初期, 中期, 成熟.
    low, high : int
        First and last level, 1 to 9; the four levels above 9 of the practice scale count as 9.
    text : str
        As written.
    span : (int, int)
        Where in the text it stands.
    at_most : bool
        Whether the text only says which stage was not reached, so that ``high`` alone is known.
    """

    scheme: Scheme
    low: int
    high: int
    text: str
    span: Span
    at_most: bool = False


@functools.lru_cache(maxsize=4096)
def read_maturity(text: str) -> Maturity | None:
    """Read the maturity out of a field that states it.

    Parameters
    ----------
    text : str
        Such as TRL 6-7, 技术成熟度7级, 第七级, 已完成中试 or 成熟应用; only the first 400
        characters count.

    Returns
    -------
    Maturity or None
        A level before a word; of several words the most mature. What is denied or planned bounds
        it from above where nothing is stated.

    Examples
    --------
    >>> read_maturity("已完成中试，未产业化")
    Maturity(scheme='stage', low=5, high=6, text='中试', span=(3, 5), at_most=False)
    """
    original, text = text, fold_width(text[:_LONGEST_FIELD])
    found = _LEVEL.search(text) or _BARE.fullmatch(text)
    if found:
        return _level(original, found)
    return _best(original, list(_STAGE.finditer(text)))


def claimed_maturity(text: str) -> Maturity | None:
    """Read the maturity that running text claims, such as 已在三家企业批量应用 or 处于中试阶段.

    Parameters
    ----------
    text : str
        Title or body of an achievement.

    Returns
    -------
    Maturity or None
        None unless a level is named or a stage is said to have been reached.
    """
    found = _LEVEL.search(text) if "成熟度" in text or "TRL" in text or "trl" in text else None
    if found:
        return _level(text, found)
    if not any(word in text for word in _CLAIM_WORDS):
        return None
    claims = [claim for claim in _CLAIMED.finditer(text) if not claim["denied"]]
    return _best(text, claims)


def _level(text: str, found: re.Match[str]) -> Maturity:
    first = chinese_number(found["low"])
    last = chinese_number(found["high"]) if found["high"] else first
    assert first is not None
    assert last is not None
    low, high = sorted((int(first), int(last)))
    shown = found[0]
    begin = found.start() + len(shown) - len(shown.lstrip())
    span = (begin, begin + len(shown.strip()))
    practice = high > TOP or "13级" in text or "十三级" in text
    return Maturity(
        "TRL-13" if practice else "TRL",
        min(low, TOP),
        min(high, TOP),
        text[slice(*span)],
        span,
    )


def _best(text: str, words: list[re.Match[str]]) -> Maturity | None:
    """Return the most mature of what is stated; else what lies below the least mature denied."""
    stated = [found for found in words if not found["denied"]]
    if stated:
        found = max(stated, key=lambda one: _BANDS[one["word"]])
        low, high = _BANDS[found["word"]]
        span = found.span("word")
        return Maturity(_scheme(found["word"]), low, high, text[slice(*span)], span)
    lows = [(_BANDS[found["word"]][0], found) for found in words]
    low, first = min(lows, key=lambda one: one[0], default=(1, None))
    if first is None or low == 1:
        return None
    span = first.span()
    return Maturity(_scheme(first["word"]), 1, low - 1, text[slice(*span)], span, at_most=True)


def _scheme(word: str) -> Scheme:
    return "phase" if word in _PHASES else "stage"


_LEVEL_ASKED = (
    r"(?:成熟度|TRL)(?:等级|要求)?"
    r"(?:为|达到|达|需|须|应|不低于|不小于|大于|等于|≥|>=?|在|:|：| ){0,3}"
    rf"(?:TRL ?)?第?(?P<level>{_NUMBER})(?![\d.])级?"
)
_LEAST_ASKED = rf"(?P<least>{_WORDS})(?:阶段|水平|完成)?(?:及其?)?以上(?!\d)"
# What exists abroad, or does not exist at all, is no demand.
_MATURE_ASKED = (
    r"(?<![未不无欠])(?<!缺乏|缺少|没有|尚无|国外|现有|目前|已有|有无|更加)(?P<mature>成熟)"
    r"(?:可靠|稳定|先进|适用|应用|且|、|可行){0,2}的?(?:技术|工艺|方案|产品|设备|装备|案例|成果|应用)"
    r"|(?:需要|寻求|寻找|希望|要求|引进)[^，。；,;\n]{0,6}?(?P<wished>成熟)(?!度)"
)
_READY_ASKED = (
    r"(?<![不未难许])可以?(?:直接|快速|立即|马上)?(?P<ready>产业化|工业化|量产|规模化生产)"
)
_DONE_ASKED = (
    r"已经?(?:实现|完成|通过|有|经过)?(?P<done>产业化|工业化应用|中试|小试|工程化|批量生产|量产|"
    r"规模化应用)的?(?:技术|成果|工艺|方案|产品)"
)
_STAGE_ASKED = (
    r"(?:要求|需要?|须|应|希望|寻求|寻找|引进|最好|优先|期望)[^，。；,;\n]{0,8}?"
    r"(?<![可能以])(?P<asked>小试|中试|工程化|产业化|量产|批量生产|工业化应用)(?:阶段|水平|验证|试验)?"
    r"(?=的|成果|技术|$)"
)
_DEMAND = re.compile(
    "|".join((_LEVEL_ASKED, _LEAST_ASKED, _MATURE_ASKED, _READY_ASKED, _DONE_ASKED, _STAGE_ASKED)),
    re.IGNORECASE,
)

# One of these stands in every demand; looking for them is thirty times faster than the pattern.
_HINTS = (
    *("成熟", "TRL", "trl", "产业化", "工业化", "量产", "批量", "规模", "以上"),
    *("示范", "工程", "试验", "小试", "中试", "样机", "样品", "侧线"),
)


def required_maturity(text: str) -> Maturity | None:
    """Read which maturity a need asks for.

    Parameters
    ----------
    text : str
        Title, body or goals of a need.

    Returns
    -------
    Maturity or None
        ``low`` is the least that is asked for and ``high`` 9. None where the text asks for nothing;
        what it says about the enterprise's own stage or about others' is no demand.

    Examples
    --------
    >>> required_maturity("希望引进中试以上的成果").low
    5
    """
    if not any(hint in text for hint in _HINTS):
        return None
    for found in _DEMAND.finditer(text):
        kind = found.lastgroup
        assert kind is not None
        word = found[kind]
        if kind == "level":
            level = chinese_number(fold_width(word))
            low = min(int(level or TOP), TOP)
            scheme: Scheme = "TRL"
        else:
            low = {"mature": 8, "wished": 8, "ready": 8}.get(kind) or _BANDS[word][0]
            scheme = _scheme(word)
        return Maturity(scheme, low, TOP, found[0], found.span())
    return None
