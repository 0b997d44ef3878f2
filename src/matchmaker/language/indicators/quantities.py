"""Numbers with their units, as they stand in folded text: single, ranges, tolerances, products."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from matchmaker.language.indicators.numbers import CHINESE, MULTIPLES, NUMBER, arabic, chinese
from matchmaker.language.indicators.units import COUNTS, UNIT, canonical_unit

# What begins with a digit and is no quantity.
_NO_QUANTITY = re.compile(
    r"(?:1[89]|20)\d\d ?(?:年(?:\d{1,2}月(?:\d{1,2}[日号])?)?|"
    r"[-/.]\d{1,2}(?:[-/.]\d{1,2})?(?![\d.]| ?[A-Za-z%℃])"
    r"| ?[-~至到] ?(?:20)\d\d ?年?)(?:[上下]半年|[初底末中]|[前后起](?!\S{0,2}倍))?"
    r"|\d{2}年代|\d{1,2}月(?:\d{1,2}[日号]|份|[初底末中]|[上中下]旬)(?:前|后)?|\d{1,2}月(?=[，。;、)\n]|$)"
    r"|\d{1,2}:\d\d(?!\d)"
    r"|\d++(?:\.\d++)? ?: ?\d++(?:\.\d++)?(?: ?: ?\d++(?:\.\d++)?){0,3}+(?![\d%℃])"
    r"|7 ?[×xX*] ?24(?: ?(?:h|小时))?|\d++(?:\.\d++){2,}+|"
    r"\d++(?:,\d{1,2}+){0,5}+-(?=[\u4e00-\u9fff][\u4e00-\u9fff])(?!至|到)"
    r"|\d++/\d++(?![\d%])"
    r"|\d{4,5}-\d{4}(?![\d.]|[ ]?[A-Za-z%℃吨万])|1[3-9]\d{9}(?!\d)|0\d{2,3}-\d{4,8}"
    r"|(?:201|202|301|304|309|310|316|317|321|347|410|420|430|904|2205|2507)(?:[LNHS]{1,2}|"
    r"J1)(?![A-Za-z/])"
    r"|\d{3,4}[A-Z]?(?:系|型|#|号|不锈|钢|铝|合金|牌)|\d++(?:#|号|型(?!材)|系列)|"
    r"[2-6][GD](?![A-Za-z/])|[48]K(?![A-Za-z/])"
    r"|(?:8|1[0246]|24|32|64|128)位(?![专教博院工员研客用高技硕])|\d++(?:\.\d++)?C(?:D循环|充|放|倍率|循环|(?![A-Za-z]))|\d++万级"
    r"|\d{1,2}[A-Z]{1,2}\d++|(?:20|19)\d\d[A-Z]{2}\d++|\d++(?:\.\d++)?%(?=(?:Pd|Pt|Ru|Ni|Au|Ag|"
    r"Rh)(?![A-Za-z]))|\d{1,3}(?:Cr|Mn|Si|Ni|Mo|CrMo|Al|Cu|W|V|Ti)[A-Z0-9]"
)
# A link between the two ends of a range, or between a value and its tolerance.
_LINK = re.compile(
    r" ?(?P<link>~{1,2}|-{1,2}|至|到|→|->|±|\+/-) ?(?:φ|HRC ?|HB ?|HV ?|pH ?)?(?P<sign>[-+]?)(?=\d)"
)
_TIMES = re.compile(r" ?[×xX*] ?φ?(?=\d)")
_QUANTITY = re.compile(
    rf"(?P<number>{NUMBER})(?P<more>[余多])?"
    rf"(?: ?(?P<multiple>[十百千]?[万亿]|[千百](?=[余多]?[元人件台吨亩家]))[余多]?(?: "
    rf"?(?P<many>{UNIT}))?"
    rf"| {{0,2}}(?P<unit>{UNIT})|)"
)
_CHINESE = re.compile(
    rf"(?P<whole>[百千万])分之(?P<percent>[{CHINESE}点]{{1,8}}+)"
    r"|(?P<half>半年(?![度报末])|一半(?![是都的])|半个月|半小时)"
    rf"|(?<![第其每同{CHINESE}])(?P<number>[{CHINESE}]{{1,9}}+(?:点[{CHINESE}]{{1,4}}+)?)"
    rf"(?:[至到~-](?P<high>[{CHINESE}]{{1,5}}+))?"
    r"(?P<multiple>[万亿]?)[余多几]?"
    r"(?P<unit>倍(?![感受率数])|成(?![为本品分功果立套型员长都份就绩对熟像形])|"
    r"年(?![级轻龄代产度])|个月"
    r"|天(?![然线津气])|小时|次(?![级氯生要序品性])|项(?!目)|件(?!号)"
    r"|(?<=[万亿])(?:元|吨|人|台|套|家|亩|平方米)?|(?<=[万亿][余多])(?:元|吨|人|台|套|家|亩|"
    r"平方米))"
)
_DIGIT = re.compile(r"\d")
_NUMBER = re.compile(NUMBER)
_STANDARD = re.compile(
    r"(?:(?:GB|HG|YB|JB|ISO|ASTM|DIN|EN|IEC|YS|SH|DL|TB|QB|JG|JGJ|SAE|JIS|API|IATF|UL|CB|CJ|HJ|"
    r"NB|NY|LY|SY|MT|AQ|DB"
    r"|ANSI|IEEE|ZL|CN|N[oO](?![a-z])|EI|TRL)[A-Z/. ]{0,6}[a-zA-Z]?|[A-Z]/[A-Z]{2,8}) ?$"
)
_SIGNS = re.compile(r"(?:pH|PH|ph|φ|R[azq]|S[aq]|HR[ABC]|HV|HB|HBW|[≥≤><=±])$")
_HARDNESS = re.compile(r"(HR[ABC]|HV|HBW?) ?(?:[≥≤><=] ?)?$")
_SCALE = re.compile(r"HR[ABC]|HV|HBW?")
# O22%, SO235mg/m³, D502.5μm: a digit of the name, then the number.
_FORMULA = re.compile(r"(?:(?:CO|SO|NO|O|H|N|Cl)2|NH3|CH4|O3|BOD5|D[vV]?[159]0|PM2\.5|PM10)(?=\d)")
_NAME_GOES_ON = re.compile(r"[A-Za-z0-9]*(?:[-/.][A-Za-z0-9]+)*")
_UNEVEN = re.compile(r"\+[\d.]+(?: ?[A-Za-zμ%℃]{0,3} ?[/,，~]| ?、) ?-(?=\d)")
_BETWEEN = re.compile(r" ?[≤<] ?(?:[A-Za-zφ]|[\u4e00-\u9fff]){1,10} ?[≤<] ?(?=\d)")
_SIGNED = frozenset(("℃", "V", "kV", "mV", "dB", "dBm", "%", "K", "‰", "℉", "mm", "MPa", "kPa"))
# 650℃/1000h is no unit, but two conditions.
_HELD_FOR = re.compile(r"(?:℃|h|min|MPa|V|A)/\d")
# Units of one letter that also end the names of models and grades.
_WEAK = frozenset(
    ["L", "N", "S", "A", "V", "W", "F", "J", "K", "T", "g", "m", "t", "h", "d", "s", "a", "M", "H"]
)
_CUPS = {"百": 1e2}


@dataclass(slots=True)
class Quantity:
    """A number with its unit while it is being read; positions are in the folded text.

    `start` and `end` are those of the numbers and the unit. `ranged` is set by two ends,
    `tolerance` by ±; `arrow` holds the start of A→B.
    """

    start: int
    end: int
    low: float
    high: float
    unit: str
    ranged: bool = False
    tolerance: bool = False
    arrow: float | None = None
    written: bool = False


def quantities(text: str) -> list[Quantity]:
    """Return the numbers of a folded text that may be indicators, in order.

    Parameters
    ----------
    text : str
        Of :func:`~matchmaker.language.indicators.folding.fold`.

    Returns
    -------
    list of Quantity
        Dates, standards, grades, models, ratios and the like are left out.
    """
    found = _arabic(text)
    words = list(_chinese(text))
    if not words:
        return found
    taken = {at for one in found for at in (one.start, one.end - 1)}
    found += [one for one in words if one.start not in taken and one.end - 1 not in taken]
    found.sort(key=lambda one: one.start)
    return found


def _arabic(text: str) -> list[Quantity]:
    found: list[Quantity] = []
    at = 0
    while (digit := _DIGIT.search(text, at)) is not None:
        start = digit.start()
        skip = _NO_QUANTITY.match(text, start)
        if skip:
            at = skip.end()
            continue
        split = _formula_end(text, start)
        one = _single(text, split or start)
        if one is not None and split:
            at = _whole(text, one, found)
        elif one is None:
            number = _NUMBER.match(text, start)
            at = number.end() if number else start + 1
        elif _names_something(text, one):
            goes_on = _NAME_GOES_ON.match(text, start)
            at = max(goes_on.end() if goes_on else start, start + 1)
        else:
            at = _whole(text, one, found)
    return found


def _formula_end(text: str, start: int) -> int:
    """Return where the number begins behind a name that ends in a digit, 0 if there is none."""
    if not start or not text[start - 1].isalpha() or not text[start - 1].isascii():
        return 0
    for length in (1, 2, 3):
        found = _FORMULA.match(text, start - length) if start >= length else None
        if (
            found
            and found.end() > start
            and not text[start - length - 1 : start - length].isascii()
        ):
            return found.end()
    return 0


def _single(text: str, start: int) -> Quantity | None:
    match = _QUANTITY.match(text, start)
    value = arabic(match["number"]) if match else None
    if match is None or value is None:
        return None
    multiple, end = match["multiple"], match.end()
    unit = match["unit"] or match["many"] or ""
    # 1.3对: the number of a list item, since nobody counts in fractions.
    fraction = not multiple and value != int(value) and canonical_unit(unit) in COUNTS
    if fraction and text[start - 1 : start] in ("", "\n", "。", ";"):
        return None
    if multiple:
        value = float(f"{value * MULTIPLES[multiple]:.12g}")
    if unit:
        unit = canonical_unit(unit)
        written = match["unit"] or match["many"]
        if written == "T" and "磁" in text[max(0, start - 12) : start]:
            unit = "T"
        if written[0] == "度":
            unit = (
                unit.replace("℃", degrees(text, start), 1)
                if "/" not in unit
                else unit.replace("℃", "kWh", 1)
            )
        if "/" in unit and _HELD_FOR.match(unit):
            unit = unit[: unit.index("/")]
            end = text.index("/", start)
        if unit[0] == "/":
            unit = "1" + unit
    return Quantity(start, end, value, value, unit)


def degrees(text: str, start: int) -> str:
    """Return the unit that 度 stands for: energy near 电, an angle near 角, else a temperature."""
    near = text[max(0, start - 12) : start]
    if "电" in near and "温" not in near:
        return "kWh"
    return "°" if "角" in near or "倾斜" in near or "旋转" in near else "℃"


def _names_something(text: str, one: Quantity) -> bool:
    """Return whether the number belongs to a name: GCr15, IP67, GB/T 1234, PD-1."""
    if not one.start:
        return False
    before = text[max(0, one.start - 12) : one.start]
    last = before[-1]
    letter = (last.isascii() and last.isalpha()) or "α" <= last <= "ω"
    if not letter and last == "-" and len(before) > 1:
        letter = (before[-2].isascii() and before[-2].isalnum()) or "α" <= before[-2] <= "ω"
    if not letter and last not in " /A-":
        return last in "第" or (last == "." and before[-2:-1].isdigit())
    if _SIGNS.search(before):
        return False
    if _STANDARD.search(before):
        return True
    if letter and not one.unit:
        link = _LINK.match(text, one.end)
        other = _single(text, link.end()) if link else None
        return other is None or not other.unit or other.unit in _WEAK or other.unit in COUNTS
    return letter and (one.unit in _WEAK or one.unit in COUNTS or one.unit in ("级", "目", "分"))


def _whole(text: str, one: Quantity, found: list[Quantity]) -> int:
    """Add a quantity, with what belongs to it, to `found`, and return where it ends."""
    first = len(found)
    while True:
        _complete(text, one)
        found.append(one)
        times = None if one.tolerance else _TIMES.match(text, one.end)
        other = _single(text, times.end()) if times else None
        if other is None:
            break
        one = other
    # 320×425mm: the unit stands behind the last.
    for earlier in found[first:-1]:
        earlier.unit = earlier.unit or one.unit
    return one.end


def _complete(text: str, one: Quantity) -> None:
    """Take in the sign, the other end of a range or a tolerance, and a scale of hardness."""
    _signed(text, one)
    link = _LINK.match(text, one.end)
    other = _single(text, link.end()) if link else None
    if link and other is not None:
        _joined(text, one, link, other)
    uneven = _UNEVEN.match(text, one.start - 1) if text[one.start - 1 : one.start] == "+" else None
    other = _single(text, uneven.end()) if uneven else None
    if other is not None:
        one.low, one.tolerance = -other.low, True
        one.unit = one.unit or other.unit
        one.start, one.end = one.start - 1, other.end
    between = _BETWEEN.match(text, one.end)
    other = _single(text, between.end()) if between else None
    if between and other is not None and other.high >= one.low:
        one.high, one.end, one.ranged = other.high, other.end, True
        scale = _SCALE.search(between[0])
        one.unit = one.unit or other.unit or (scale[0] if scale else "")
    if not one.unit:
        hardness = _HARDNESS.search(text, max(0, one.start - 8), one.start)
        if hardness:
            one.unit = hardness[1]
            if hardness.end(1) == one.start:
                one.start = hardness.start()


def _signed(text: str, one: Quantity) -> None:
    sign = text[one.start - 1] if one.start else ""
    if sign == "±":
        one.start -= 1
        one.low, one.high, one.tolerance = -one.high, one.high, True
    elif sign == "φ":
        one.start -= 1
    elif sign == "-" and one.unit in _SIGNED | {""}:
        before = text[one.start - 2 : one.start - 1]
        if not (before.isascii() and before.isalnum()) and before not in tuple(")-%℃"):
            one.start -= 1
            one.low = one.high = -one.high
    elif text[one.start - 2 : one.start] == "零下" and one.start >= 2:
        one.start -= 2
        one.low = one.high = -one.high


def _joined(text: str, one: Quantity, link: re.Match[str], other: Quantity) -> None:
    """Join two numbers to a range, a tolerance or an arrow where they fit."""
    mark = link["link"]
    low, high = one.low, other.high
    if link["sign"] == "-":
        high = -high
    if other.unit and not one.unit:
        # 1-2万元: the multiple counts for both ends.
        match = _QUANTITY.match(text, link.end())
        if match and match["multiple"] and low < high / MULTIPLES[match["multiple"]]:
            low *= MULTIPLES[match["multiple"]]
    elif not other.unit and one.unit and mark not in ("±", "+/-", "~"):
        return
    if mark in ("±", "+/-"):
        half = low * high / 100 if other.unit == "%" and one.unit not in ("%", "") else high
        low, high = low - abs(half), low + abs(half)
        one.tolerance = True
        one.unit = one.unit or other.unit
    else:
        if one.unit and other.unit and one.unit != other.unit:
            return
        one.unit = one.unit or other.unit
        if mark in ("→", "->"):
            one.arrow = low
            low = high
        elif low > high:
            if mark in ("-", "--"):
                return
            if mark in ("至", "到"):
                one.arrow = low
                low = high
            else:
                low, high = high, low
        one.ranged = one.arrow is None
    one.low, one.high, one.end = low, high, other.end


def _chinese(text: str) -> Iterator[Quantity]:
    for match in _CHINESE.finditer(text):
        if match["half"]:
            half, unit = (
                (50.0, "%")
                if match["half"] == "一半"
                else (0.5, {"年": "年", "月": "月", "时": "h"}[match["half"][-1]])
            )
            yield Quantity(match.start(), match.end(), half, half, unit, written=True)
            continue
        ends = chinese(match["percent"] or match["number"])
        upper = chinese(match["high"]) if match["high"] else ends
        if ends is None or upper is None:
            continue
        if match["percent"]:
            share = {"百": 1.0, "千": 1.0, "万": 0.01}[match["whole"]]
            unit = "‰" if match["whole"] == "千" else "%"
            low, high = ends[0] * share, ends[1] * share
            yield Quantity(match.start(), match.end(), low, high, unit, low < high)
            continue
        one = _written(match, ends[0], upper[1])
        if one is not None:
            yield one


_MEANT = re.compile(r"(?:以?内|左右|以上|以下)|[^，。]{0,10}(?:专利|注册证|标准|软著)")
# Where 一 is no count: 一次 (once), 一年, 一件事, 一项技术.
_ONCE = frozenset(("次", "年", "天", "件", "项", "小时"))


def _written(match: re.Match[str], low: float, high: float) -> Quantity | None:
    word, unit = match["number"], match["unit"] or ""
    after = match.string[match.end() : match.end() + 12]
    once = word == "一" and unit in _ONCE and not match["high"] and not _MEANT.match(after)
    if once or word in "百千" or word[0] in "零〇" or (word in ("二", "三", "十") and unit == "次"):
        return None
    factor = MULTIPLES[match["multiple"]]
    if unit == "成":
        low, high, unit = low * 10, high * 10, "%"
    unit = {"个月": "月", "天": "d", "小时": "h", "吨": "t", "平方米": "m²"}.get(unit, unit)
    if not unit:
        return None
    return Quantity(
        match.start(), match.end(), low * factor, high * factor, unit, low < high, written=True
    )
