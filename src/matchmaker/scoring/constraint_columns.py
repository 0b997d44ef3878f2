"""Tests of dates and lengths of time, and of columns that are no field.

A column may hold anything: both sides are read as sums, dates, lengths of time or numbers with a
unit, and compared as texts only where they are none of these.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from matchmaker.language.money import read_money
from matchmaker.language.periods import Period, read_period
from matchmaker.language.readings import Span
from matchmaker.scoring.constraint_values import (
    ORDERS,
    UNREADABLE,
    Interval,
    TextTest,
    Verdict,
    bad_value,
    equals,
    folded,
    interval_of,
    money_test,
)

_LENGTHS = ("年", "月", "个月", "周", "天", "日")
_QUANTITY = re.compile(
    r"(?:约|≥|≤|>=?|<=?)?\s*(?P<number>[-+]?\d[\d,]{0,20}(?:\.\d{1,12})?)\s*(?P<unit>[^\d\s,，;；]{0,12})"
)


@functools.lru_cache(maxsize=4096)
def _period(text: str, unit: str) -> Period | None:
    return read_period(text, unit=unit)


def period_interval(period: Period, *, dated: bool) -> Interval | None:
    """Return a period as an interval: ordinal days of dates, or days of durations.

    Parameters
    ----------
    period : Period
    dated : bool
        Which of the two the constraint is about.

    Returns
    -------
    Interval or None
        None if the period is of the other sort: nobody says when a duration begins.
    """
    if period.is_date != dated:
        return None
    if dated:
        assert period.first is not None
        assert period.last is not None
        return Interval(period.first.toordinal(), period.last.toordinal())
    return interval_of(period.low, period.high)


def wanted_periods(shown: str, values: tuple[str, ...]) -> list[tuple[Interval, bool]]:
    """Read the values of a constraint on dates or durations, and which of them each is.

    Raises
    ------
    ConfigError
        If a value is neither.
    """
    wanted = []
    for value in values:
        period = read_period(value)
        if period is None:
            raise bad_value(
                shown,
                f"{value!r} is no date and no length of time; write 2026-06-30 or 12个月",
            )
        interval = period_interval(period, dated=period.is_date)
        assert interval is not None
        wanted.append((interval, period.is_date))
    return wanted


def judge_period(
    period: Period | None, sign: str, wanted: list[tuple[Interval, bool]]
) -> bool | None:
    """Say whether a period stands as asked to one of the wanted ones."""
    if period is None:
        return None
    answers = []
    for interval, dated in wanted:
        own = period_interval(period, dated=dated)
        if own is not None:
            # A deadline is its last day: 2026年6月 is met on the 30th.
            answers.append(Interval(own.high, own.high).fulfils(sign, interval))
    if not answers:
        return None
    return all(answers) if sign == "!=" else any(answers)


def day_interval(day: date) -> Period:
    """Return a date as a period."""
    text = day.isoformat()
    return Period(None, None, day, day, text, (0, len(text)), True)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its unit; ``span`` where it stands."""

    value: float
    unit: str
    span: Span


def read_quantity(text: str, unit: str = "") -> Quantity | None:
    """Read a text that is a number with or without a unit.

    Parameters
    ----------
    text : str
        Such as 10 kV, 2,000.5 or 2级.
    unit : str
        Of the heading; counts where the text names none.

    Returns
    -------
    Quantity or None
        None if there is more in the text than that.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    found = _QUANTITY.fullmatch(plain)
    if not found:
        return None
    written = found["unit"].strip().casefold() or unit.strip().casefold()
    return Quantity(float(found["number"].replace(",", "")), written, (0, len(text)))


def column_test(shown: str, sign: str, values: tuple[str, ...], *, unit: str) -> TextTest:
    """Return the test of a column that is no field.

    Both sides are read as money, as dates or lengths of time, or as numbers with a unit; where
    one of them is not, ``=`` and ``!=`` compare texts.

    Parameters
    ----------
    shown : str
        The constraint, for messages.
    sign : str
        The operator; not ``~``.
    values : tuple of str
        Wanted.
    unit : str
        In the brackets of the heading, or empty.

    Raises
    ------
    ConfigError
        If the operator compares sizes and a value has none.
    """
    money = [read_money(value, unit=unit) for value in values]
    if all(one is not None and one.known for one in money):
        return money_test(shown, sign, values, unit=unit)
    periods = [read_period(value) for value in values]
    if all(one is not None and folded(one.text) == folded(value)
           for one, value in zip(periods, values, strict=True)):  # fmt: skip
        return _period_test(sign, wanted_periods(shown, values), unit)
    text_test = equals(sign, values)
    numbers = [read_quantity(value) for value in values]
    if all(numbers):
        return _quantity_test(sign, [one for one in numbers if one], text_test, unit)
    if sign in ORDERS:
        raise bad_value(
            shown,
            f"{sign} compares numbers, sums or dates, and {'|'.join(values)!r} is none; write a "
            "number with its unit, such as 10kV, 100万元 or 12个月",
        )
    return text_test


def _period_test(sign: str, wanted: list[tuple[Interval, bool]], unit: str) -> TextTest:
    unit = unit if unit in _LENGTHS else ""

    def test(text: str) -> Verdict:
        read = _period(text, unit)
        return judge_period(read, sign, wanted), read.span if read else None

    return test


def _quantity_test(sign: str, wanted: list[Quantity], text_test: TextTest, unit: str) -> TextTest:
    def test(text: str) -> Verdict:
        own = read_quantity(text, unit)
        if own is None:
            return text_test(text) if sign in ("=", "!=") else UNREADABLE
        # Another unit is no smaller number; a constraint without one takes the column's.
        fits = [
            Interval(own.value, own.value).fulfils(sign, Interval(one.value, one.value))
            for one in wanted
            if one.unit in ("", own.unit)
        ]
        if not fits:
            return UNREADABLE
        return (all(fits) if sign == "!=" else any(fits)), own.span

    return test
