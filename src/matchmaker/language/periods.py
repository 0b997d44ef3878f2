"""Periods and dates: by when a need wants its answer, in days or as a day."""

from __future__ import annotations

import calendar
import functools
import re
from dataclasses import dataclass
from datetime import date, timedelta

from matchmaker.language.readings import NUMERALS, Span, chinese_number, fold_width
from matchmaker.records.aliases import NEED_ALIASES
from matchmaker.records.cells import is_placeholder, parse_date
from matchmaker.records.headings import simplify
from matchmaker.records.types import Achievement, Need

_LONGEST = 200
_DAYS = {"年": 365.0, "月": 365.0 / 12, "周": 7.0, "星期": 7.0, "天": 1.0, "日": 1.0}
_YEARS = range(1900, 2200)
_DATE = re.compile(
    r"(?<!\d)(?P<day>\d{4}(?:年 ?\d{1,2} ?月 ?\d{1,2} ?[日号]?|[-/.]\d{1,2}[-/.]\d{1,2}))(?!\d)"
    r"|(?<!\d)(?P<month>\d{4}(?:年 ?\d{1,2} ?月|[-/.]\d{2}(?!\d)))(?![-/.]\d)"
    r"|(?<!\d)(?P<year>\d{4}) ?年(?P<part>上半年|下半年|第?[一二三四1-4]季度|年?底|年?末|年?初)?"
)
_NUMBER = rf"\d{{1,4}}(?:\.\d{{1,2}})?|[{NUMERALS}]{{1,8}}|半"
_DURATION = re.compile(
    r"(?P<most>不超过|最长|至多|最多|≤|<=?)?(?:约|大约| )?"
    rf"(?P<low>{_NUMBER}) ?(?:个|(?=[年周星天日月]))?"
    r"(?P<low_unit>年|月|周|星期|天|日)?"
    rf"(?:(?P<half>半)|零?(?P<months>\d{{1,2}}|[{NUMERALS}]{{1,3}})个月)?"
    rf"(?: ?[-~至到] ?(?P<high>{_NUMBER}) ?个?)?"
    r"(?P<unit>(?(high)(?:年|月|周|星期|天|日)|))"
    r"(?:左右|时间|之|以)?(?P<within>内|以内)?"
)
_HEADING_UNIT = re.compile(r"[(（【\[]\s*(?:单位[:：]?)?\s*(个?月|年|天|日|周)\s*[)）】\]]")
_HALVES = {
    "上半年": 6,
    "下半年": 12,
    "底": 12,
    "年底": 12,
    "末": 12,
    "年末": 12,
    "初": 3,
    "年初": 3,
}


@dataclass(frozen=True, slots=True)
class Period:
    """A length of time, or a day by which something must be done.

    Attributes
    ----------
    low, high : float or None
        Days of a duration; both the same for one length, ``low`` 0 where only an upper end is
        named. Of a day: days from ``today``, or None if no today was given.
    first, last : date or None
        The day; the first and the last one of a month or a year. Of a duration: counted from
        ``today``, or None if no today was given.
    text : str
        As written.
    span : (int, int)
        Where in the text it stands.
    is_date : bool
        Whether a day was written and not a duration.
    """

    low: float | None
    high: float | None
    first: date | None
    last: date | None
    text: str
    span: Span
    is_date: bool


@functools.lru_cache(maxsize=4096)
def read_period(text: str, *, unit: str = "", today: date | None = None) -> Period | None:
    """Read the first duration or date of a text.

    Parameters
    ----------
    text : str
        Such as 12个月, 2年内, 一年半, 2026年6月底前 or 2026-06-30; only the first 200 characters
        count.
    unit : str
        Of the heading: 年, 月, 周 or 天; counts where the text is a number alone.
    today : date, optional
        Turns durations into days of the calendar, and the other way round.

    Returns
    -------
    Period or None

    Examples
    --------
    >>> read_period("6-12个月").high, str(read_period("2026年6月底前").last)
    (365.0, '2026-06-30')
    """
    original, text = text, fold_width(text[:_LONGEST])
    dated = _DATE.search(text)
    if dated:
        days = _days_of(dated)
        if days:
            return _dated(original, dated.span(), days, today)
    if unit and re.fullmatch(rf" *(?:{_NUMBER})(?: ?[-~至到] ?(?:{_NUMBER}))? *", text):
        text = text.rstrip() + ("个月" if unit == "月" else unit)
    for found in _DURATION.finditer(text):
        days_long = _length(found)
        if days_long:
            low, high = days_long
            first, last = (
                (today + timedelta(days=round(low)), today + timedelta(days=round(high)))
                if today
                else (None, None)
            )
            begin, end = found.span()
            written = original[begin:end]
            begin += len(written) - len(written.lstrip())
            written = written.strip()
            return Period(low, high, first, last, written, (begin, begin + len(written)), False)
    return None


def _days_of(found: re.Match[str]) -> tuple[date, date] | None:
    written = (found["day"] or found["month"] or "").replace(" ", "")
    if written:
        if found["day"] and "月" in written and written[-1] not in "日号":
            written += "日"
        first, last = parse_date(written), parse_date(written, month_end=True)
        return (first, last) if first and last else None
    year, part = int(found["year"]), found["part"] or ""
    if year not in _YEARS:
        return None
    if "季度" in part:
        quarter = int(chinese_number(part.removeprefix("第")[0]) or 1)
        first_month, last_month = 3 * quarter - 2, 3 * quarter
    else:
        last_month = _HALVES.get(part, 12)
        first_month = 7 if part == "下半年" else 12 if last_month == 12 and part else 1
    return (
        date(year, first_month, 1),
        date(year, last_month, calendar.monthrange(year, last_month)[1]),
    )


def _dated(original: str, span: Span, days: tuple[date, date], today: date | None) -> Period:
    low, high = ((day - today).days if today else None for day in days)
    return Period(low, high, *days, original[slice(*span)], span, True)


def _length(found: re.Match[str]) -> tuple[float, float] | None:
    """First and last number of days; None if it is no duration."""
    unit = found["unit"] or found["low_unit"]
    if not unit:
        return None
    low = _number(found["low"])
    high = _number(found["high"]) if found["high"] else low
    assert low is not None
    assert high is not None
    # 5日 and 6月 are parts of a date, unless they are bounded.
    if unit in "月日" and "个" not in found[0] and not (found["within"] or found["high"]):
        return None
    low_days = low * _DAYS[found["low_unit"] or unit]
    high_days = high * _DAYS[unit]
    if found["half"]:
        low_days = high_days = high_days + _DAYS[unit] / 2
    if found["months"] and unit == "年":
        low_days = high_days = high_days + (_number(found["months"]) or 0.0) * _DAYS["月"]
    if unit == "年" and high > 100:
        return None
    if (found["most"] or found["within"]) and not found["high"]:
        low_days = 0.0
    return min(low_days, high_days), max(low_days, high_days)


def _number(text: str) -> float | None:
    return 0.5 if text == "半" else chinese_number(text)


@functools.lru_cache(maxsize=1024)
def _is_deadline(heading: str) -> bool:
    return simplify(heading).key in _DEADLINES


_DEADLINES = frozenset(NEED_ALIASES["deadline"])


def deadline_of(record: Need | Achievement, *, today: date | None = None) -> Period | None:
    """Read by when a need must be met.

    Parameters
    ----------
    record : Need or Achievement
        An achievement has no deadline but may have such a column.
    today : date, optional
        See :func:`read_period`.

    Returns
    -------
    Period or None
        From the field ``deadline``, else from a column such as 完成时限 whose text is no date.
    """
    day = getattr(record, "deadline", None)
    if day is not None:
        text = day.isoformat()
        return _dated(text, (0, len(text)), (day, day), today)
    for heading, text in record.extra.items():
        if _is_deadline(heading) and not is_placeholder(text):
            unit = _HEADING_UNIT.search(heading)
            return read_period(text, unit=unit[1] if unit else "", today=today)
    return None
