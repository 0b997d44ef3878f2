"""What reading values out of texts needs everywhere: folded characters and Chinese numbers.

Folding keeps the length of a text, so that positions found in it hold in the text as written.
"""

from __future__ import annotations

import re
from typing import TypeAlias

Span: TypeAlias = tuple[int, int]
"""First and past-the-last position of a value in its text."""

_FOLD: dict[int, int | str] = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_FOLD |= dict.fromkeys(map(ord, "\u3000\u00a0\t\n"), " ")
_FOLD |= dict.fromkeys(map(ord, "—–－−"), "-")
_FOLD |= dict.fromkeys(map(ord, "∼〜～"), "~")
_FOLD |= {ord(old): new for old, new in zip("〇萬億圓兩", "零万亿元两", strict=True)}

_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")}
_DIGITS |= {digit: value for value, digit in enumerate("壹贰叁肆伍陆柒捌玖", start=1)}
_DIGITS["两"] = 2
_TENS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
NUMERALS = "".join((*_DIGITS, *_TENS, "万亿"))
_WESTERN = re.compile(r"[\d,]{1,20}(?:\.\d{1,9})?")


def fold_width(text: str) -> str:
    """Return a text with full-width signs and the many dashes as ASCII, as long as before.

    Blanks of every kind and line breaks become a blank, all dashes a hyphen.

    Examples
    --------
    >>> fold_width("５０－８０万元（含税）")
    '50-80万元(含税)'
    """
    return text.translate(_FOLD)


def chinese_number(text: str) -> float | None:
    """Read a whole number written with Chinese numerals, or a number in digits.

    Parameters
    ----------
    text : str
        Folded by :func:`fold_width`, such as 七, 十二, 贰佰万, 一千二百 or 1,200.5.

    Returns
    -------
    float or None
        None if it is no number.

    Examples
    --------
    >>> chinese_number("一千二百万"), chinese_number("十二"), chinese_number("百度")
    (12000000.0, 12.0, None)
    """
    if _WESTERN.fullmatch(text):
        bare = text.replace(",", "")
        return float(bare) if bare else None
    total, section, digit = 0, 0, 0
    for char in text:
        if char in _DIGITS:
            digit = _DIGITS[char]
        elif char in _TENS:
            section += (digit or 1) * _TENS[char]
            digit = 0
        elif char == "万":
            total += (section + digit or 1) * 10_000
            section = digit = 0
        elif char == "亿":
            total = (total + section + digit or 1) * 100_000_000
            section = digit = 0
        else:
            return None
    return float(total + section + digit) if text else None
