"""From a text to its indicators."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, cast

from matchmaker.language.indicators.comparisons import compare
from matchmaker.language.indicators.conditions import mark_conditions
from matchmaker.language.indicators.context import Context
from matchmaker.language.indicators.folding import fold
from matchmaker.language.indicators.indicator import Indicator, Kind, Operator, Role, Side
from matchmaker.language.indicators.naming import name_before, name_behind
from matchmaker.language.indicators.qualitative import qualitative
from matchmaker.language.indicators.quantities import Quantity, quantities
from matchmaker.language.indicators.reading import Reading, read, widen
from matchmaker.language.indicators.roles import assign_roles
from matchmaker.language.indicators.units import COUNTS, is_rate

_PROPERTY = re.compile(
    r"(?:比|度|率|系数|指数|值|pH|PH|ph|因子|评分|得分|[A-Za-z]数|Dk|色号|面积|分数|性能|含量|"
    r"直径|倍数|次数|级数|基弧|模数|密度|折光|相当量)[ :]{0,2}(?:为|是|在|达|约|仅)?[ ]?$"
)
_FROM = re.compile(r"(?:由|从|自)[^，。;\d\n由从]{0,10}$")
_JOIN = re.compile(r" ?(?:左右|上下)?(?:的水平)?[，,]? ?")
_ANY_VERB = re.compile(r"[\u4e00-\u9fff]{1,4}[到至为]|[变减增降改]为")
# Hours of the units of time, for a change that starts in one and ends in another.
_HOURS = {
    "s": 1 / 3600, "min": 1 / 60, "h": 1.0, "d": 24.0, "周": 168.0, "月": 730.5, "年": 8766.0,
}  # fmt: skip
_BRACKET = re.compile(r"\([^()]{1,16}\) ?$")
_NO_PROPERTY = re.compile(r"进口|国外|国内|传统|现有|同类|偏[大小高低]$|要求$")
_DECIMAL = re.compile(
    r"(?:[\u4e00-\u9fff]|(?<![A-Za-z])[A-Z]{2,})(?<![第图表号节章步和与及版本]) ?"
    r"(?:目前|现为|仅)? ?$"
)
_RANGE_NAME = re.compile(r"[\u4e00-\u9fff](?<![第图表号节章步和与及]) ?(?:为|在|:)? ?$")
# 1 极片毛刺: the number of a row.
_ORDINAL = re.compile(r" [\u4e00-\u9fff]{2}")
_CALENDAR = frozenset(("年", "月", "周", "d", "次", "h"))
_PERIOD = re.compile(r"(?:近|过去|未来|最近|今后|第|每隔|此后|近来|连续(?=$))的?$")
_AGO = re.compile(r"(?:以?前|来|里|间|代|度|底|初|末|历史|多?前|后(?=[再不]))")
_SMALLER_IS_BETTER = re.compile(r"精度|误差|分辨率|粗糙度|偏差|公差|波动|不确定度|Ra|噪声|时间")
_LIMITS = re.compile(
    r"最[高大](?P<name>[^，。;\d]{0,8}(?:温度|误差|噪声|噪音|偏差|浓度|含量|间隙|公差))(?:为|是|"
    r":|在)?$"
)


def extract_indicators(text: str, *, side: Side = "need") -> tuple[Indicator, ...]:
    r"""Read the indicators of a text.

    Parameters
    ----------
    text : str
        As given: any width, simplified or traditional, with literal backslash-n or without.
    side : {"need", "achievement"}, optional
        Whose text it is. Tips the role of values that nothing around them explains.

    Returns
    -------
    tuple of Indicator
        In order of position, not overlapping; spans count characters of `text`.

    Examples
    --------
    >>> [one.surface("抗拉强度≥1,200Mpa") for one in extract_indicators("抗拉强度≥1,200Mpa")]
    ['≥1,200Mpa']
    """
    folded = fold(text)
    found = quantities(folded)
    demands = list(qualitative(folded))
    if not found and not demands:
        return ()
    context = Context(folded)
    readings = _readings(context, found)
    return _finished(text, context, readings, demands, side)


def _readings(context: Context, found: list[Quantity]) -> list[Reading]:
    """Read every quantity with the words around it; join starts and ends of changes."""
    text = context.text
    readings: list[Reading] = []
    last: Reading | None = None
    held = 0
    for quantity in found:
        floor = max(held, context.sentence_start(quantity.start))
        one = read(context, quantity, floor)
        if last is not None and _joins(context, last, one):
            if readings and readings[-1] is last:
                readings.pop()
        else:
            widen(context, one)
        before, last = last, one
        if quantity.arrow is not None:
            one.baseline, one.is_end = quantity.arrow, True
            one.start = _start_of_change(text, one.floor, one.start)
        if (
            before is not None
            and before.headed
            and not quantity.unit
            and not text[before.end : one.start].strip()
        ):
            quantity.unit, one.headed = before.quantity.unit, True
        compare(context, one)
        if _is_value(text, one):
            readings.append(one)
        # A bare number may be part of a name: 比周麦18增产7%.
        if (readings and readings[-1] is one) or quantity.unit:
            held = one.end
    mark_conditions(context, readings)
    return readings


def _joins(context: Context, last: Reading, one: Reading) -> bool:
    """Join `last` as the start of the change whose end `one` is, if nothing stands between."""
    text = context.text
    between = text[last.end : one.start]
    if len(between) > 8:
        return False
    lead = _FROM.search(text, last.floor, last.start)
    if not one.is_end:
        # 由3.5%浓缩至18%: any verb will do behind 由.
        if not lead or not _ANY_VERB.fullmatch(between):
            return False
        one.start = last.end
    elif not _JOIN.fullmatch(between) or (between.strip() and not lead):
        return False
    if (last.operator in ("≥", "≤", ">", "<") and not last.behind) or last.is_change or last.is_end:
        return False
    ours, theirs = one.quantity, last.quantity
    factor = 1.0
    if ours.unit != theirs.unit and ours.unit and theirs.unit:
        if ours.unit not in _HOURS or theirs.unit not in _HOURS:
            return False
        factor = _HOURS[theirs.unit] / _HOURS[ours.unit]
    ours.unit = ours.unit or theirs.unit
    one.is_end = True
    one.baseline = theirs.low * factor
    one.floor = last.floor
    one.start = lead.start() if lead else last.start
    return True


def _start_of_change(text: str, floor: int, start: int) -> int:
    lead = _FROM.search(text, floor, start)
    return lead.start() if lead else start


def _is_value(text: str, one: Reading) -> bool:
    """Return whether a number is an indicator or the condition of one."""
    quantity = one.quantity
    if one.dropped:
        return False
    before = text[max(0, quantity.start - 8) : quantity.start]
    if quantity.unit in _CALENDAR and not quantity.ranged:
        period = _PERIOD.search(before) and one.behind != "内"
        if period or (quantity.unit in ("年", "月", "d") and _AGO.match(text, quantity.end)):
            return False
    if quantity.unit:
        return True
    if _ORDINAL.match(text, quantity.end) and one.start == quantity.start:
        return False
    if quantity.tolerance or one.baseline is not None or one.set_to or one.behind:
        return True
    if one.operator or one.is_end or one.is_change or one.relative:
        return True
    if quantity.low != int(quantity.low) and _DECIMAL.search(
        text, max(one.floor, one.start - 6), one.start
    ):
        return text[quantity.end : quantity.end + 1] in ("", *"，。;、,)\n")
    if quantity.ranged and _RANGE_NAME.search(text, max(one.floor, one.start - 4), one.start):
        return (
            text[quantity.end : quantity.end + 1] in ("", " ", *"，。;、,)\n")
            or "~" in text[quantity.start : quantity.end]
        )
    return bool(_PROPERTY.search(text, max(one.floor, one.start - 8), one.start)) or bool(
        one.start != quantity.start
        and _PROPERTY.search(text, max(one.floor, one.start - 8), one.start)
    )


def _finished(
    text: str,
    context: Context,
    readings: list[Reading],
    demands: list[tuple[int, int, str]],
    side: Side,
) -> tuple[Indicator, ...]:
    """Turn readings into indicators, in order and without overlaps."""
    found: list[Indicator] = []
    previous: Reading | None = None
    name: tuple[int, int] | None = None
    readings = [one for one in readings if not one.is_condition]
    kinds = [_kind(one) for one in readings]
    roles = assign_roles(context, readings, list(kinds), side)
    for one, kind, role in zip(readings, kinds, roles, strict=True):
        name = _name_of(context, one, kind, name if previous is not None else None, previous)
        one.name = name
        found.append(_indicator(text, context, one, kind, role, side))
        previous = one
    for start, end, reference in demands:
        found.append(_demand(text, context, (start, end), reference))
    found.sort(key=lambda one: (one.span, one.kind == "qualitative"))
    return tuple(_apart(found))


def _apart(found: list[Indicator]) -> Iterator[Indicator]:
    """Leave out demands that overlap a number or each other."""
    end = 0
    for place, one in enumerate(found):
        if one.kind == "qualitative":
            after = next(
                (
                    other
                    for other in found[place + 1 : place + 9]
                    if other.low is not None or other.high is not None
                ),
                None,
            )
            if one.span[0] < end or (after is not None and after.span[0] < one.span[1]):
                continue
        yield one
        end = max(end, one.span[1])


def _name_of(
    context: Context,
    one: Reading,
    kind: str,
    last: tuple[int, int] | None,
    previous: Reading | None,
) -> tuple[int, int] | None:
    """Return where the name of a reading stands: its own, or that of the one before it."""
    text = context.text
    sentence = context.sentence_start(one.start)
    start = one.start
    bracket = _BRACKET.search(text, max(sentence, start - 24), start)
    floor = max(one.floor, sentence)
    if bracket and bracket.start() < floor:
        floor, start = (
            sentence if previous is None else max(previous.end, sentence),
            bracket.start(),
        )
    own = name_before(text, floor, start)
    if own is None and kind == "count":
        own = name_behind(text, one.end)
    if previous is None or sentence > previous.start:
        return own
    far = previous.quantity.unit != one.quantity.unit
    if own is None and far and context.clause_start(one.start) > previous.start:
        # 一次良率≥92%，85℃/85%RH 1000h: another thing.
        return None
    if own is None or (
        last is not None
        and previous.quantity.unit == one.quantity.unit
        and _NO_PROPERTY.search(text, own[0], own[1])
    ):
        return last or own
    return own


def _kind(one: Reading) -> Kind:
    quantity = one.quantity
    if one.baseline is not None or (one.is_end and not one.relative):
        return "from_to"
    if one.relative:
        return "relative"
    if one.is_change:
        return "change"
    if quantity.tolerance:
        return "tolerance"
    if quantity.ranged:
        return "range"
    if is_rate(quantity.unit) or one.capacity:
        return "rate"
    return "count" if quantity.unit in COUNTS else "bound"


def _operator(text: str, one: Reading, kind: str, role: str, side: str) -> Operator:
    if kind in ("tolerance", "range"):
        return "="
    if one.quantity.low != one.quantity.high:
        return "="
    operator = one.operator
    if operator:
        return cast(Operator, operator)
    if one.better:
        near = text[max(0, one.start - 10) : one.start]
        return "≤" if _SMALLER_IS_BETTER.search(near) else "≥"
    if one.set_to:
        return "≤"
    if one.reached and side == "need" and role == "target":
        return "≥"
    if one.start == one.quantity.start and _LIMITS.search(
        text, max(one.floor, one.start - 16), one.start
    ):
        return "≤"
    return "="


def _indicator(
    text: str, context: Context, one: Reading, kind: Kind, role: str, side: Side
) -> Indicator:
    quantity = one.quantity
    operator = _operator(context.text, one, kind, role, side)
    low: float | None = quantity.low
    high: float | None = quantity.high
    if operator in ("≥", ">"):
        high = None
    elif operator in ("≤", "<"):
        low = None
    direction = one.change if kind in ("change", "relative", "from_to") else ""
    if kind == "from_to" and not direction and one.baseline is not None:
        direction = "up" if quantity.high > one.baseline else "down"
    condition = text[one.condition[0] : one.condition[1]] if one.condition else ""
    return Indicator(
        name=text[one.name[0] : one.name[1]] if one.name else "",
        operator=operator,
        low=low,
        high=high,
        unit=quantity.unit,
        condition=condition,
        kind=kind,
        role=cast(Role, role),
        span=(one.start, one.end),
        baseline=one.baseline,
        direction=cast("Literal['', 'up', 'down']", direction),
        reference=one.reference,
        name_span=one.name,
    )


def _demand(text: str, context: Context, span: tuple[int, int], reference: str) -> Indicator:
    name = name_before(context.text, context.clause_start(span[0]), span[0])
    return Indicator(
        name=text[name[0] : name[1]] if name else "",
        operator="=",
        low=None,
        high=None,
        unit="",
        condition="",
        kind="qualitative",
        role="target",
        span=span,
        reference=reference,
        name_span=name,
    )
