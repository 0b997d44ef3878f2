"""Sums of money: what a budget or a price states, as an interval in yuan."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from matchmaker.language.readings import NUMERALS, Span, chinese_number, fold_width

_LONGEST = 400
_SCALES = {
    "": 1.0,
    "百": 1e2,
    "千": 1e3,
    "万": 1e4,
    "w": 1e4,
    "十万": 1e5,
    "百万": 1e6,
    "千万": 1e7,
    "亿": 1e8,
}
_CURRENCIES = {
    "USD": ("美元", "美金", "usd", "us$", "$"),
    "EUR": ("欧元", "eur", "€"),
    "HKD": ("港元", "港币", "hkd"),
    "JPY": ("日元", "jpy"),
    "GBP": ("英镑", "gbp", "£"),
}
_CURRENCY_OF = {word: code for code, words in _CURRENCIES.items() for word in words}
_UNIT = "|".join(
    (
        *map(re.escape, sorted(_CURRENCY_OF, key=len, reverse=True)),
        *["元人民币", "人民币元", "元整", "元", "块钱", "块", "rmb", "cny"],
    )
)
_SCALE = "百万|千万|十万|[百千万亿]|w(?![a-z])"
_AMOUNT = rf"\d[\d,]{{0,20}}(?:\.\d{{1,9}})?|(?![百佰千仟万亿])[{NUMERALS}]{{1,24}}"
_AT_MOST = r"不超过|不超|不高于|不大于|不多于|低于|少于|小于|至多|最多|最高|上限为?|控制在|≤|<=?"
_AT_LEAST = r"不低于|不少于|不小于|高于|大于|超过|至少|最低|最少|下限为?|≥|>=?"
_SUM = re.compile(
    rf"(?:(?P<most>{_AT_MOST})|(?P<least>{_AT_LEAST}))?(?:约|大约|为|:| ){{0,3}}"
    r"(?:人民币|rmb|cny|¥)? ?(?P<sign>us\$|\$|€|£|usd|eur|hkd|jpy|gbp)? ?"
    rf"(?<![几数上])(?P<low>{_AMOUNT}) ?(?P<low_scale>{_SCALE})?[余多]?(?P<low_unit>{_UNIT})?"
    rf"(?: ?[-~至到] ?(?P<high>{_AMOUNT}) ?(?P<high_scale>{_SCALE})?(?P<high_unit>{_UNIT})?)?"
    rf"(?: ?人民币(?P<scale>{_SCALE})?元?)?(?:整|左右|上下| )*"
    r"(?:(?P<within>及?以内|及?以下|之内|内)|(?P<from>及?以上|起步|起|\+))?",
    re.IGNORECASE,
)
# What is counted in 万 and followed by one of these is no money.
_COUNTED = re.compile(r" ?(?:[吨件台套只平亩人米片支辆个家次条块篇项年月日天小%℃kgm㎡]|t/)", re.I)
_NEGOTIABLE = re.compile(r"面议|面議|面谈|议价|待议|另议|商议|协商|洽谈|可谈|详谈|商定|电议")
_PER = re.compile(r"(?:/|每)(年|月|套|台|项|次|件|吨)")


@dataclass(frozen=True, slots=True)
class Money:
    """A sum of money as an interval.

    Attributes
    ----------
    low, high : float or None
        In units of the currency, yuan for CNY; both the same for one sum, None for an open end.
        Both None where the text only says 面议.
    text : str
        As written.
    span : (int, int)
        Where in the text it stands.
    negotiable : bool
        Whether the text says 面议 or the like.
    currency : str
        CNY, USD, EUR, HKD, JPY or GBP; sums are never converted.
    per : str
        What the sum is paid for, such as 年 in 20万元/年; empty for all at once.
    """

    low: float | None
    high: float | None
    text: str
    span: Span
    negotiable: bool = False
    currency: str = "CNY"
    per: str = ""

    @property
    def known(self) -> bool:
        """Whether a sum is stated at all."""
        return self.low is not None or self.high is not None


@functools.lru_cache(maxsize=8192)
def read_money(text: str, *, unit: str = "") -> Money | None:
    """Read the first sum of money of a field such as budget or price.

    Parameters
    ----------
    text : str
        Such as 50-80万元, 不超过300万, 贰佰万元整 or 面议; only the first 400 characters count.
    unit : str
        Of the heading, such as 万元; counts where the text is a number without a unit.

    Returns
    -------
    Money or None
        None where no sum is stated; a number without any unit is none.

    Examples
    --------
    >>> money = read_money("50-80万元")
    >>> money.low, money.high
    (500000.0, 800000.0)
    """
    original, text = text, fold_width(text[:_LONGEST]).replace("￥", "¥")
    negotiable = bool(_NEGOTIABLE.search(text))
    for found in _SUM.finditer(text):
        money = _read(original, text, found, unit, negotiable)
        if money:
            return money
    if negotiable:
        words = _NEGOTIABLE.search(text)
        assert words is not None
        return Money(None, None, original[slice(*words.span())], words.span(), negotiable=True)
    return None


def _read(
    original: str, text: str, found: re.Match[str], unit: str, negotiable: bool
) -> Money | None:
    """Build what a match says; None if it is a number of something else."""
    scale, currency = _scale_of(text, found, unit)
    if scale is None:
        return None
    low = chinese_number(found["low"])
    high = chinese_number(found["high"]) if found["high"] else low
    assert low is not None
    assert high is not None
    own = found["low_scale"] or (found["low_unit"] and found["high"] and "")
    low *= scale if own is None or not found["high"] else _SCALES[own.lower()]
    high *= scale
    # 200-1亿元 and the like: what would fall is no range.
    low, high = min(low, high), max(low, high)
    first, last = found.span()
    at_most = bool(found["most"] or found["within"]) and not found["high"]
    at_least = bool(found["least"] or found["from"]) and not found["high"]
    per = _PER.match(text, last)
    last = per.end() if per else last
    written = original[first:last]
    first += len(written) - len(written.lstrip())
    return Money(
        None if at_most else low,
        None if at_least and not at_most else high,
        written.strip(),
        (first, first + len(written.strip())),
        negotiable,
        currency,
        per[1] if per else "",
    )


def _scale_of(text: str, found: re.Match[str], unit: str) -> tuple[float | None, str]:
    """Return what a number is multiplied with, None if it is no money, and the currency."""
    high = bool(found["high"])
    scale = found["scale"] or (found["high_scale"] if high else found["low_scale"])
    word = (found["high_unit"] if high else found["low_unit"]) or found["sign"] or ""
    currency = _CURRENCY_OF.get(word.lower(), "CNY")
    if word or "人民币" in found[0] or "¥" in found[0]:
        return _SCALES[(scale or "").lower()], currency
    number = found["high"] or found["low"]
    counted = _COUNTED.match(text, found.end())
    if scale and scale not in "百千":
        return (None if counted else _SCALES[scale.lower()]), currency
    if number[0] in NUMERALS:
        whole = len(number) > 1 and number[-1] in "万亿" and number[0] not in "万亿"
        return (1.0 if whole and not counted else None), currency
    if unit and found[0].strip() == text.strip():
        heading = _HEADING.fullmatch(fold_width(unit).replace(" ", ""))
        if heading and (heading["scale"] or heading["currency"]):
            word = heading["currency"] or ""
            return _SCALES[heading["scale"] or ""], _CURRENCY_OF.get(word.lower(), "CNY")
    return None, currency


_HEADING = re.compile(
    rf"(?:人民币)?(?P<scale>{_SCALE})?(?P<currency>{_UNIT})?(?:人民币)?(?:/[年月])?", re.IGNORECASE
)
