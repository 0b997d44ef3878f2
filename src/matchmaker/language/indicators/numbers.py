"""Values of written numbers."""

from __future__ import annotations

import functools
import re

NUMBER = (
    r"(?:10(?:\^[-+]?\d{1,3}+|[⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]++)"
    r"|(?:\d{1,3}(?:,\d{3}){1,6}+(?![\d,])|\d++)(?:\.\d++)?"
    r"(?:[eE][-+]\d{1,3}+"
    r"| ?[×xX*·] ?10(?:\^ ?[-+]?\d{1,3}+|-\d{1,2}+|[⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]++))?)"
)
"""Pattern of a number in Arabic digits in folded text."""
CHINESE = "零〇一二两三四五六七八九十百千"
"""Characters of Chinese numerals."""
MULTIPLES = {
    "": 1.0, "千": 1e3, "万": 1e4, "十万": 1e5, "百万": 1e6, "千万": 1e7, "亿": 1e8,
    "百": 1e2, "十亿": 1e9, "百亿": 1e10, "千亿": 1e11, "万亿": 1e12,
}  # fmt: skip
"""Values of the multiples that stand between a number and its unit."""
_SUPERSCRIPT = str.maketrans("⁻⁺⁰¹²³⁴⁵⁶⁷⁸⁹", "-+0123456789")
_POWER = re.compile(r"(?:(.+?) ?[×xX*·] ?)?10(?:\^ ?)?([-+]?\d+)")
_DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_TENS = {"十": 10, "百": 100, "千": 1000}
_LONGEST = 24


def arabic(text: str) -> float | None:
    """Return the value of what :data:`NUMBER` matched, ``None`` beyond any measure.

    Examples
    --------
    >>> arabic("1,200"), arabic("5×10⁻⁶"), arabic("10^6")
    (1200.0, 5e-06, 1000000.0)
    """
    try:
        return float(text) if len(text) <= _LONGEST else None
    except ValueError:
        pass
    plain = text.replace(",", "")
    if "10" in plain:
        power = _POWER.fullmatch(plain.translate(_SUPERSCRIPT))
        if power:
            plain = f"{power[1] or 1}e{power[2]}"
    try:
        value = float(plain)
    except ValueError:
        return None
    return value if abs(value) < 1e100 else None


@functools.lru_cache(1024)
def chinese(text: str) -> tuple[float, float] | None:
    """Return both ends of a Chinese numeral below ten thousand; they differ in 三四.

    Examples
    --------
    >>> chinese("两"), chinese("一百二十"), chinese("三四"), chinese("半")
    ((2.0, 2.0), (120.0, 120.0), (3.0, 4.0), (0.5, 0.5))
    """
    if text == "半":
        return 0.5, 0.5
    whole, point, rest = text.partition("点")
    if point:
        ends = chinese(whole)
        if not ends or not all(sign in _DIGITS for sign in rest):
            return None
        tail = float("0." + "".join(str(_DIGITS[sign]) for sign in rest))
        return ends[0] + tail, ends[1] + tail
    if len(text) == 2 and text[0] in _DIGITS and text[1] in _DIGITS:
        low, high = _DIGITS[text[0]], _DIGITS[text[1]]
        return (float(low), float(high)) if high == low + 1 else None
    total, digit = 0.0, None
    for sign in text:
        if sign in _TENS:
            total += (1 if digit is None else digit) * _TENS[sign]
            digit = None
        elif sign in "零〇":
            digit = None
        elif sign in _DIGITS and digit is None:
            digit = _DIGITS[sign]
        else:
            return None
    total += digit or 0
    return total, total
