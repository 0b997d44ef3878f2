"""Pace: how much a month was reached and is required, in months of the calendar."""

from __future__ import annotations

import calendar
import math
from datetime import date, timedelta

_MOST_MONTHS = 1200


def months_between(first: date, last: date) -> float:
    """Count the months between two days: whole ones, and the rest as a share of its month.

    Parameters
    ----------
    first, last : date

    Returns
    -------
    float
        0 where ``last`` is not after ``first``.

    Examples
    --------
    >>> months_between(date(2026, 1, 31), date(2026, 2, 28))
    1.0
    >>> months_between(date(2026, 1, 1), date(2026, 2, 15))
    1.5
    """
    if last <= first:
        return 0.0
    whole = (last.year - first.year) * 12 + last.month - first.month
    if add_months(first, whole) > last:
        whole -= 1
    begin, end = add_months(first, whole), _later(first, whole + 1)
    return whole + (last - begin).days / max((end - begin).days, 1)


def add_months(day: date, months: int) -> date:
    """Go on by whole months; a day that the month lacks becomes its last.

    Parameters
    ----------
    day : date
    months : int
        0 or more.

    Returns
    -------
    date

    Raises
    ------
    ValueError
        If it lies beyond the year 9999.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _later(day: date, months: int) -> date:
    """Go on by months; at the end of the calendar by days of a long month."""
    try:
        return add_months(day, months)
    except ValueError:
        return date.max


def forecast(today: date, still_open: float, pace: float | None) -> date | None:
    """Say on which day what is open will be reached if the pace holds.

    Parameters
    ----------
    today : date
    still_open : float
        Not negative.
    pace : float or None
        A month.

    Returns
    -------
    date or None
        None where the pace is 0 or unknown, or the day lies a hundred years away. Part of a day
        counts as one.
    """
    if still_open <= 0:
        return today
    if not pace or pace <= 0:
        return None
    months = still_open / pace
    if months > _MOST_MONTHS or months >= (date.max.year - today.year) * 12:
        return None
    whole = math.floor(months)
    begin, end = add_months(today, whole), _later(today, whole + 1)
    # Rounded first: 0.1 + 0.2 must not cost a day.
    return begin + timedelta(days=math.ceil(round((months - whole) * (end - begin).days, 6)))
