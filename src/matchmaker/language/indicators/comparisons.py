"""Comparisons with something named: 比同行业降低15%, 为进口的1.5倍, 与原工艺相比."""

from __future__ import annotations

import re

from matchmaker.language.indicators.context import Context
from matchmaker.language.indicators.operators import BEFORE
from matchmaker.language.indicators.reading import Reading, direction_of

_THAN = re.compile(
    r"(?:(?<![对相配占])比(?![例表重热容强值率较]|对(?!照))|"
    r"(?<![比相])较(?![高低大小好快多强少长短为])|相对于|相比于?(?!较)|对比)"
    r"(?P<what>[^，。;、\d\n]{0,4}[^，。;、\n]{0,20})$"
)
_COMPARED = re.compile(r"(?:与|和|同|跟|较|比)([^，。;\n]{1,24}?)(?:相比较?|比较|相较|对比)")
_WAYS = "便宜|[高低快慢长短多少大小轻重贵强好厚薄宽窄省增降减]"
_DOWN_WAYS = "低慢短少小轻便薄窄省降减"
_COMPARED_SHORT = re.compile(
    rf"(?:与|和|同|跟)(?P<what>[^，。;\n]{{1,24}}?)(?:相比较?|比较|相较|"
    rf"对比)(?P<way>{_WAYS})(?:了|出)?$"
)
_MORE_THAN = re.compile(
    r"(?<!不)(?P<word>高于|低于|超过|超出|优于|快于|多于|少于|高出)(?P<what>[^，。;\d\n的]{2,12})$"
)
_SHARE_WORDS = re.compile(
    r"(?:提高到|提升到|增加到|提高至|降低到|降到|降至|减少到|缩短到|缩短至|提升至|仅为|只有|"
    r"约为|可达|达到|不到|不足|不低于|不超过|不高于|不小于|不少于|不大于|相当于|低于|高于|大于|小于|超过|"
    r"为|是|达|仅|≥|≤|>|<)"
    r" ?(?P<what>[^，。;、\n≥≤><]{1,16})的(?:约|近|大约)?$"
)
_SHORT_VERB = re.compile(rf"(?:{_WAYS})(?:了|出)?$")
_NAMES_NOTHING = re.compile(r"^(?:现有|原有|目前|当前|上述|这个|此|该)?(?:的)?基础$|基础上?$")


def compare(context: Context, one: Reading) -> None:
    """Find what a value is compared with; mark the reading as relative."""
    text = context.text
    start = context.clause_start(one.start)
    floor = max(start, one.floor)
    before = text[floor : one.start]
    moving = one.is_change or (one.is_end and not one.baseline)
    tail = text[one.start - 1 : one.start]
    kind = BEFORE.get(tail)
    if (
        not moving
        and kind is None
        and "的" not in before
        and "于" not in before
        and "超" not in before
        and "出" not in before
        and "比" not in before
        and "较" not in before
    ):
        return
    if "比" in before or "较" in before or "相对" in before:
        with_short = (
            _COMPARED_SHORT.search(before) if not one.is_change and not one.is_end else None
        )
        if with_short:
            one.relative, one.reference, one.compared = True, with_short["what"], True
            one.change = "down" if with_short["way"][0] in _DOWN_WAYS else "up"
            one.start = floor + with_short.start()
            return
        than = _THAN.search(before)
        if than and _with_than(text, one, than, floor):
            return
    if one.quantity.unit in ("%", "倍", "‰") and "的" in before:
        share = _SHARE_WORDS.search(before)
        if share and not _NAMES_NOTHING.search(share["what"]):
            _with_share(text, one, share, floor)
            return
    more = _MORE_THAN.search(before)
    if more and not one.is_change and not one.operator and one.quantity.unit in ("%", "倍", "‰"):
        one.relative, one.reference = True, more["what"]
        one.change = "down" if more["word"] in ("低于", "少于") else "up"
        one.start = floor + more.start()
        return
    if moving or one.is_change:
        _with_preface(context, one)


def _with_than(text: str, one: Reading, than: re.Match[str], floor: int) -> bool:
    what = than["what"].strip()
    if one.is_change or one.is_end:
        if not what or not one.change or _NAMES_NOTHING.search(what):
            return False
        one.relative, one.reference = True, what
        one.start = floor + than.start()
        return True
    short = _SHORT_VERB.search(what)
    if short and short.start():
        one.compared = True
        one.relative, one.reference = True, what[: short.start()]
        one.change = "down" if short[0][0] in _DOWN_WAYS else "up"
        one.start = floor + than.start()
        return True
    verb = direction_of(what)
    if verb:
        one.relative, one.reference, one.change, one.is_change = True, what, verb, True
        one.start = floor + than.start()
        return True
    return False


def _with_share(text: str, one: Reading, share: re.Match[str], floor: int) -> None:
    one.relative, one.reference = True, share["what"]
    word = share[0][: share.start("what") - share.start()].strip()
    category, value = BEFORE.get(word, ("", ""))
    if category == "op":
        one.operator = one.operator or value
    elif category == "to":
        one.change = value
    elif category == "reach":
        one.reached = True
    one.start = floor + share.start()


def _with_preface(context: Context, one: Reading) -> None:
    """Look for 与…相比 before the verb, in the same sentence."""
    text = context.text
    sentence = context.sentence_start(one.start)
    before = text[max(sentence, one.start - 120) : one.start]
    if not any(word in before for word in ("相比", "比较", "相较", "对比")):
        return
    found = None
    for each in _COMPARED.finditer(before):
        found = each
    if found is not None and not _NAMES_NOTHING.search(found[1]):
        one.relative, one.reference = True, found[1]
        if found.end() == len(before):
            one.start -= len(before) - found.start()
