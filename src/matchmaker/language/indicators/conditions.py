"""Which quantities are the conditions of others."""

from __future__ import annotations

import re

from matchmaker.language.indicators.context import Context
from matchmaker.language.indicators.reading import Reading
from matchmaker.language.indicators.units import COUNTS

# In 在600℃下, 当含泥5%时, everything between is a condition.
_ZONE = re.compile(
    r"(?:(?<![控现存所正潜制持定])在(?!线|此|以|内)|于(?!是)|当|经(?!济|验|营|"
    r"过程))(?P<inside>[^。;\n]{1,60}?)"
    r"(?:(?:的)?(?:条件|环境|情况|工况|气氛|温度|状态|载荷|电压|频率|浓度|压力)下|"
    r"(?<![以之地])下(?![降面料游达部线列调]|发(?!酵))|(?<!同|小|实|及|临|按)时(?![间代效期速刻])|"
    r"(?<=[℃度h时钟])后|(?<=[岩水液气境质油土])中)"
)
_UNITS = frozenset(
    (
        "℃",
        "K",
        "h",
        "min",
        "s",
        "d",
        "周",
        "月",
        "年",
        "V",
        "kV",
        "Hz",
        "kHz",
        "MHz",
        "GHz",
        "rpm",
        "MPa",
        "kPa",
        "Pa",
        "次",
        "%",
        "N",
        "kN",
        "A",
        "mA",
        "kg",
        "g/L",
        "mg/L",
        "mol/L",
        "mm",
        "m",
        "km",
        "nm",
        "W",
        "bar",
        "ppm",
        "A/g",
        "mA/g",
        "mA/cm²",
        "A/dm²",
        "℃/min",
        "mm/s",
        "m/s",
        "T",
        "km/h",
        "倍",
        "GPa",
        "J",
        "Gy",
        "lx",
        "atm",
        "mm/min",
        "mV/s",
    )
)
_LEAD = re.compile(
    r"(?:^|在|经|于|当|要求|且|其中|希望|循环|低温|高温|室温|常温|放电|充电|经过|"
    r"含[\u4e00-\u9fff]?|每)$|^(?:存放|保温|加热至|通过|搁置|浸泡|水洗|静置|反应|使用)$"
)
_NOT_HELD = re.compile(r"[ ]*(?:不|无|未)(?!低|高|小|大|少|超|足|锈|锻|饱)")
_HELD = re.compile(
    r"(?:(?:的)?(?:条件|环境|情况|温度)?下(?![降面料游达部线列调]|发(?!酵))|时(?![间代效期速刻长])|后)"
)
_BOUNDED = re.compile(r"\) ?[≥≤><]")
_NOW = re.compile("现为|目前|原为|现")
_HOLDING = frozenset(
    ["℃", "h", "min", "V", "Hz", "rpm", "MPa", "d", "kHz", "GHz", "MHz", "nm", "K", "°", "%"]
)
_HOT = frozenset(("℃", "°", "K"))
_BESIDE = frozenset(("℃", "h", "min", "MPa", "V"))
_TIMES = frozenset(["h", "min", "d", "s", "月", "年", "周", "次"])
_PROPERTY = re.compile(
    r"(?:温度|(?<![常低高室])温|点|时间|周期|寿命|期|度|压力|电压|耐热|耐温|用时|时长|耗时|节拍|间隔|年限|"
    r"低温柔性|转速|频率|为|达|至|到|[约仅])$"
)
_PROCESS = re.compile(
    r"培养|保温|存放|放置|循环|浸泡|老化|静置|反应|搅拌|煅烧|退火|烘干|灭菌|处理|储存|贮存|试验|"
    r"测试|加速|暴露|固化"
)
_AND = re.compile(r" ?(?:的)?(?:[和与及或到至，]|内|以内)")
_NOUN = re.compile(r" ?[\u4e00-\u9fffA-Za-z]{2,14}")
_WITHIN = re.compile(
    r"(?!使|将|把|完成|建成|实现|达到|交付|投产|内)[\u4e00-\u9fff]{2,8}(?:\d|[≥≤><约]|"
    r"[不大小高低超达])"
)
_WORD = re.compile(r"[\u4e00-\u9fffA-Za-z]")
_HAN = re.compile(r"(?!的|内|[以之])[\u4e00-\u9fff]")
_ACT = re.compile(r"[ ]*[×x*/]?(?:\d+(?:\.\d+)?C ?)?[ ]*[\u4e00-\u9fffA-Za-z]")


def mark_conditions(context: Context, readings: list[Reading]) -> None:
    """Mark the readings that are conditions, and give them to those that they are conditions of."""
    if len(readings) > 0:
        _zones(context, readings)
        _brackets(context, readings)
        _leading(context, readings)
        _hand_over(context, readings)


def _plain(one: Reading) -> bool:
    return not (one.operator or one.is_change or one.is_end or one.relative or one.set_to)


def _zones(context: Context, readings: list[Reading]) -> None:
    """Mark what stands in 在…条件下, or right before 下, 时, 后."""
    text = context.text
    for place, one in enumerate(readings):
        if one.is_change or one.is_end or one.relative:
            continue
        sign, before = text[one.start - 1 : one.start], readings[place - 1] if place else None
        if sign == "@" or (
            sign == "/"
            and before
            and before.end == one.start - 1
            and before.quantity.unit != one.quantity.unit
        ):
            one.is_condition = True
            continue
        held = _HELD.match(text, one.end)
        if held and _goes_on(context, readings, place, held.end()):
            one.is_condition = True
            if (
                before is not None
                and before.start >= context.clause_start(one.start)
                and _plain(before)
            ):
                gap = text[before.end : one.start]
                before.is_condition |= len(gap) <= 4 and "，" not in gap
            continue
        low = max(context.sentence_start(one.start), one.start - 40)
        if not any(word in text[low : one.start] for word in "在于当经"):
            continue
        for zone in _ZONE.finditer(text, low, min(len(text), one.end + 40)):
            inside = (
                zone.start("inside") <= one.start and one.quantity.end <= zone.end("inside") + 1
            )
            if inside and zone.end() > one.quantity.end and "，" not in zone["inside"]:
                one.is_condition = True
                break


def _goes_on(context: Context, readings: list[Reading], place: int, at: int) -> bool:
    """Return whether another value follows in the same sentence."""
    return place + 1 < len(readings) and readings[place + 1].start <= context.sentence_end(at)


def _brackets(context: Context, readings: list[Reading]) -> None:
    """Mark what stands in brackets right behind a value, or before one: 强度(25℃)≥20MPa."""
    text = context.text
    for place, one in enumerate(readings):
        if text[one.start - 1 : one.start] == "(" and _BOUNDED.match(text, one.end):
            # 颗粒(≥0.2μm)≤100个/mL.
            one.is_condition = True
        if one.operator in ("≥", "≤", ">", "<") or one.is_change or one.is_end:
            continue
        open_at = text.rfind("(", max(0, one.start - 12), one.start)
        if open_at < 0 or ")" in text[open_at : one.start] or _NOW.search(text, open_at, one.start):
            continue
        close = text.find(")", one.end, one.end + 40)
        if close < 0:
            continue
        before = readings[place - 1] if place else None
        if "/" in one.quantity.unit or one.quantity.unit in COUNTS:
            continue
        if before is not None and (
            before.end == open_at or (before.is_condition and before.start > open_at)
        ):
            one.is_condition = True
        elif open_at == one.start - 1 and one.quantity.unit in _HOLDING:
            one.is_condition = any(
                close < other.start <= close + 12
                and not any(sign in text[close + 1 : other.start] for sign in "，。;\n")
                for other in readings[place + 1 : place + 2]
            )


def _leading(context: Context, readings: list[Reading]) -> None:
    """Mark plain quantities in front of what is asked for: 1100℃水冷≥6次, 72h降解率87%."""
    for place, one in enumerate(readings):
        if not (one.is_condition or one.is_change or one.is_end or one.relative):
            one.is_condition = _leads(context, readings, place)
    for place in range(len(readings) - 2, -1, -1):
        # 25℃ 1C循环2000周: what stands next to a condition, with nothing between, is one too.
        one, after = readings[place], readings[place + 1]
        lead = context.text[max(context.piece_start(one.start), one.floor) : one.start]
        apart = _PROPERTY.search(lead.strip()) is not None
        if after.is_condition and one.quantity.unit in _BESIDE and _plain(one) and not apart:
            one.is_condition |= not context.text[one.end : after.start].strip(" ×x*/")


def _leads(context: Context, readings: list[Reading], place: int) -> bool:
    text, one = context.text, readings[place]
    unit, hot = one.quantity.unit, one.quantity.unit in _HOT
    within = one.behind == "内" and unit in _TIMES and bool(_WITHIN.match(text, one.end))
    if (one.operator or one.behind) and not hot and not within:
        return False
    if unit not in _UNITS and unit != "°":
        return False
    floor = max(context.clause_start(one.start), context.piece_start(one.start), one.floor)
    before = readings[place - 1] if place else None
    near = before is not None and before.end >= floor
    held = near and before is not None and before.is_condition
    lead = text[floor : one.start].strip(" ×x*/")
    if not held and not _ACT.match(text, one.end):
        return False
    if near and not lead and unit in ("h", "min", "d") and _NOT_HELD.match(text, one.end):
        return True
    if not held and _PROPERTY.search(lead):
        return False
    after = readings[place + 1] if place + 1 < len(readings) else None
    if after is None or after.start >= context.clause_end(one.start):
        if held:
            ends = text[one.end : one.end + 1] == "，" and bool(_PROCESS.search(lead))
            return ends or (unit in ("h", "min") and bool(_NOT_HELD.match(text, one.end)))
        return hot and not lead and not one.operator and bool(_HAN.match(text, one.end))
    between = text[one.end : after.start]
    if "、" in between or "(" in between or _AND.match(between):
        return False
    timed = within or (unit in _TIMES and bool(_NOUN.match(between)))
    if not (held or hot or timed or _LEAD.search(lead)):
        return False
    return not between.strip(" ×x*/") or bool(_WORD.search(between))


def _hand_over(context: Context, readings: list[Reading]) -> None:
    """Give each indicator the conditions that stand before it, or in a bracket behind it."""
    text = context.text
    held: tuple[int, int] | None = None
    for place, one in enumerate(readings):
        if one.is_condition:
            before = readings[place - 1] if place else None
            if (
                before is not None
                and not before.is_condition
                and text[before.end : one.start] in ("(", "@", "/")
            ):
                before.condition = (one.start, one.end)
            elif (
                held
                and before is not None
                and before.is_condition
                and context.sentence_start(one.start) <= held[0]
            ):
                held = (held[0], one.end)
            else:
                held = (one.start, one.end)
            continue
        if held and context.sentence_start(one.start) <= held[0] and one.condition is None:
            one.condition = held
        else:
            held = None
