"""One quantity with the words around it, read step by step."""

from __future__ import annotations

import re
from dataclasses import dataclass

from matchmaker.language.indicators.context import Context
from matchmaker.language.indicators.operators import (
    BEFORE,
    BEHIND,
    BEHIND_PATTERN,
    CHANGE_VERBS,
    LONGEST,
    OTHER_WORDS,
)
from matchmaker.language.indicators.quantities import Quantity
from matchmaker.language.indicators.units import CANONICAL, MONEY, canonical_unit

_ENDINGS = frozenset(word[-1] for word in BEFORE)
_SIGN = re.compile(r"(?:R[az]|φ|HR[ABC]|HBW?|HV)$")
_BEFORE_SIGNS = ("≥", "≤", ">", "<", "到", "至")


@dataclass(slots=True)
class Reading:
    """A quantity while it is being read; `start` and `end` grow to hold what belongs to it.

    `floor` is where the quantity before it, or the clause, ends. `words` holds the categories of
    the words before the number, nearest first.
    """

    quantity: Quantity
    floor: int
    start: int
    end: int
    operator: str = ""
    better: bool = False
    reached: bool = False
    set_to: bool = False
    change: str = ""
    ends: str = ""
    is_change: bool = False
    is_end: bool = False
    baseline: float | None = None
    reference: str = ""
    relative: bool = False
    compared: bool = False
    behind: str = ""
    condition: tuple[int, int] | None = None
    is_condition: bool = False
    dropped: bool = False
    name: tuple[int, int] | None = None
    capacity: bool = False
    headed: bool = False


def read(context: Context, quantity: Quantity, floor: int) -> Reading:
    """Read the operators and verbs around one quantity.

    Parameters
    ----------
    context : Context
    quantity : Quantity
    floor : int
        Nothing before this place belongs to the quantity.

    Returns
    -------
    Reading
    """
    text = context.text
    one = Reading(quantity, floor, quantity.start, quantity.end)
    # HRC, Ra and φ stay between operator and number.
    sign = _SIGN.search(text, max(floor, one.start - 5), one.start)
    if sign and text[sign.start() - 1 : sign.start()] in _BEFORE_SIGNS:
        one.start = sign.start()
    behind = BEHIND_PATTERN.match(text, quantity.end)
    if behind:
        one.behind = behind[0].strip()
        one.end = behind.end()
    _words_before(text, one)
    if one.behind and one.behind not in ("范围内",):
        operator = BEHIND.get(one.behind, "")
        if operator != "=" or not one.operator:
            one.operator = operator or one.operator
    return one


def _words_before(text: str, one: Reading) -> None:
    at = one.start
    while at > one.floor:
        end = at
        while end > one.floor and text[end - 1] == " ":
            end -= 1
        if end == one.floor or text[end - 1] not in _ENDINGS:
            return
        for length in range(min(LONGEST, end - one.floor), 0, -1):
            word = text[end - length : end]
            kind = BEFORE.get(word)
            if kind is not None:
                break
        else:
            return
        first = end - length
        if text[max(0, first - 1) : first + 1] in OTHER_WORDS and (
            length == 1 or word[0] in "减降增"
        ):
            return
        if not _take(one, word, kind, end - length):
            return
        at = end - length


def _take(one: Reading, word: str, kind: tuple[str, str], start: int) -> bool:
    """Take one word into the reading; return whether more may stand before it."""
    category, value = kind
    if category == "filler":
        return True
    if category == "compared" or (category == "in" and not one.behind):
        return False
    if category in ("eq", "in") and one.is_change:
        return False
    if category == "op":
        # 近三年 is a time, not a value.
        one.dropped |= word == "近" and one.quantity.unit in ("年", "月", "周", "d")
        one.operator = one.operator or value
    elif category == "reach":
        one.reached = True
        if one.operator == "≤" and word.startswith("可"):
            one.operator = "="
    elif category in ("change", "to"):
        one.is_change |= category == "change"
        one.is_end |= category == "to"
        one.change = value
    one.better |= category == "better"
    one.set_to |= category == "set"
    one.start = start
    return True


_PER = re.compile(
    r"每(分钟|小时|秒|天|日|年|月|个月|周|吨|公斤|千克|斤|克|升|米|平方米|立方米|平米|亩|公里)$"
)
_MONEY = re.compile(r"资金|投入|预算|投资|经费|费用|产值|收入|利润|利税|价格?")
_EACH = re.compile(r"每(?:分钟|小时|秒|天|日|年|月)$")
_CAPACITY = re.compile(
    r"(?:年|日|月|每小时|每天|每年|每月|时)(?:平?均|可|设计|最大)?(?:产(?!值|品|业|权)|处理|"
    r"加工|生产|回收|消耗|消纳|需|用|耗|供|出口|出栏|屠宰|储|排放|采购|消费|运输|吞吐|退役|报废|收集|接待|清运|进尺|"
    r"[\u4e00-\u9fff]{1,3}量)"
    r"[^，。;\n\d]{0,12}$|每(?:小时|分钟|天|日|年|月)[\u4e00-\u9fff]{2,10}$"
    r"|[年月日]均[\u4e00-\u9fff]{1,8}$"
)
_HEAD_UNIT = re.compile(
    r"(?:dB(?=\(A\)[ :]{0,3}$)\(A\)|(?<!dB)\("
    r"([^() ，,]{1,10})\)|(?<=[ ，,])([^() ，,\d][^() ，,]{0,8}) )[ :]{0,3}$"
)
_VERB_NAME = re.compile(
    rf"(?<!新)(?:{CHANGE_VERBS})(?![后率量剂幅器型机改比])(?P<name>(?:(?![到至为的了在与和,超约达])[\u4e00-\u9fffA-Za-z]){{1,10}})(?P<to>[到至])?$"
)
_UP_VERBS: frozenset[str] = frozenset(
    word for word, (kind, way) in BEFORE.items() if kind == "change" and way == "up"
)
_CHANGE_WORD = re.compile(CHANGE_VERBS)


def direction_of(text: str) -> str:
    """Return the direction of the last verb of a change in `text`, empty where there is none."""
    found = ""
    for match in _CHANGE_WORD.finditer(text):
        found = "up" if match[0] in _UP_VERBS else "down"
    return found


def widen(context: Context, one: Reading) -> None:
    """Take in what stands before the operators: 每…, 年产…, a verb with its name between.

    Parameters
    ----------
    context : Context
    one : Reading
        Is changed.
    """
    text, quantity = context.text, one.quantity
    low = max(one.floor, one.start - 24)
    before = text[low : one.start].rstrip()
    if not before:
        return
    if "每" in before:
        _per_unit(text, one, before)
    if _CAPACITY.search(before) and quantity.unit not in MONEY | {"%", "", "人"}:
        one.capacity = True
    if not quantity.unit:
        _unit_elsewhere(text, one, before)
    if one.is_change or one.is_end or one.set_to:
        return
    named = _VERB_NAME.search(before)
    if named and (not quantity.ranged or quantity.unit == "%"):
        one.change = direction_of(before[named.start() : named.start("name")])
        one.is_end, one.is_change = bool(named["to"]), not named["to"]
        one.start = low + named.start()


def _per_unit(text: str, one: Reading, before: str) -> None:
    quantity = one.quantity
    per = _PER.search(before) if one.start == quantity.start else None
    if per:
        quantity.unit = f"{quantity.unit}/{canonical_unit(per[1])}"
        one.start -= len(before) - per.start()
        _words_before(text, one)
    elif _EACH.search(before) and quantity.unit not in MONEY | {"%", ""}:
        one.capacity = True


def _unit_elsewhere(text: str, one: Reading, before: str) -> None:
    """Find the unit of a bare number: in a heading before it, or 元 of 投入约1500万."""
    quantity = one.quantity
    head = _HEAD_UNIT.search(text, max(one.floor, one.start - 16), one.start)
    if head:
        unit = head[1] or head[2] or "dB"
        if unit == "APHA" or all(part in CANONICAL for part in unit.split("/")):
            quantity.unit, one.headed = canonical_unit(unit), True
    elif text[quantity.end - 1] in "万亿" and _MONEY.search(before):
        quantity.unit = "元"
