"""Cells: what a spreadsheet, a JSON line or a frame holds, as text, list or date.

Text stays as it was written; numbers become what the sheet shows (12.0 is ``"12"``).
"""

from __future__ import annotations

import calendar
import math
import re
import unicodedata
from datetime import date, datetime, time, timedelta
from decimal import Decimal

_INVISIBLE = "\ufeff\u200b\u200c\u200d\u2060"
_MISSING_TYPES = frozenset({"NoneType", "NaTType", "NAType"})
# Excel keeps 15 significant digits, so a longer id typed as a number has lost its last ones.
_EXACT_BELOW = 1e15

_QUOTED_NUMBER = re.compile(r"['’‘]([\d.,/\-]+)")

_NOTHING = """
未提供 暂未提供 无 暂无 没有 不详 未知 未填 未填写 待补充 待定 暂缺 略 空 未说明
- -- --- — —— – － / \\ N/A n/a NA #N/A None none NONE null NULL Null NaN nan NaT
"""
_PLACEHOLDERS = frozenset(_NOTHING.split())
_LONGEST_PLACEHOLDER = max(map(len, _PLACEHOLDERS)) + 4

_DAY = re.compile(
    r"(\d{4})(?:[-/.](\d{1,2})[-/.](\d{1,2})|年(\d{1,2})月(\d{1,2})[日号]|(\d{2})(\d{2}))"
    r"(?:[T ]+\d{1,2}[:时]\d{2}[\d:.分秒]*(?:Z|[+-]\d{2}:?\d{2})?)?(?:之?前|以前|止|截止)?"
)
_MONTH = re.compile(r"(\d{4})(?:年(\d{1,2})月|[-/.](\d{2}))(?:[底末]|之?前|以前|止|截止)?")
_YEARS = range(1900, 2200)

_SEPARATORS = frozenset("；;、,，/|｜\n")
_SPLIT = re.compile(r"[；;、,，/|｜\n]")
# A slash between digits belongs to an IPC symbol such as C22C 38/04.
_SPLIT_CODES = re.compile(r"[；;、,，|｜\n]|(?<!\d)/|/(?!\d)")
_OPENING, _CLOSING = frozenset("(（[【"), frozenset(")）]】")


def cell_text(value: object) -> str:
    """Return a cell as text, stripped; missing values are empty.

    Parameters
    ----------
    value : object
        str, bool, int, float, Decimal, date, datetime, time, timedelta, None, NaN, the missing
        values and scalars of numpy, pandas and polars, or a list of these.

    Returns
    -------
    str
        Integral numbers without ``.0``; dates as ISO; a list joined by ``；``.

    Raises
    ------
    TypeError
        If the value is of another type.
    """
    if isinstance(value, str):
        return _stripped(value)
    if type(value).__name__ in _MISSING_TYPES:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, float | Decimal):
        return _number_text(value)
    if isinstance(value, list | tuple):
        return "；".join(filter(None, map(cell_text, value)))
    if isinstance(value, date | time | timedelta):
        return _moment_text(value)
    to_python = getattr(value, "tolist", None) or getattr(value, "to_list", None)
    if to_python is None:
        raise TypeError(f"a {type(value).__name__} cannot stand in a cell")
    return cell_text(to_python())


def _stripped(text: str) -> str:
    text = text.strip()
    if not text:
        return text
    first = text[0]
    if first in _INVISIBLE or text[-1] in _INVISIBLE:
        text = text.strip(_INVISIBLE).strip()
    elif first in "'’‘":
        quoted = _QUOTED_NUMBER.fullmatch(text)
        if quoted:
            return quoted[1]
    return text


def _number_text(value: float | Decimal) -> str:
    if not math.isfinite(value):
        return "" if math.isnan(value) else str(float(value))
    exact = value if isinstance(value, Decimal) else Decimal(repr(float(value)))
    shown = format(exact, "f")
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def _moment_text(value: date | time | timedelta) -> str:
    if isinstance(value, timedelta):
        seconds = int(value.total_seconds())
        sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
        return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    if isinstance(value, datetime):
        if value.time() == time():
            return value.date().isoformat()
        return value.isoformat(sep=" ", timespec="seconds")
    return value.isoformat()


def is_rounded(value: object) -> bool:
    """Return whether a number is so long that a spreadsheet has rounded its last digits."""
    return isinstance(value, float) and math.isfinite(value) and abs(value) >= _EXACT_BELOW


def is_placeholder(text: str) -> bool:
    """Return whether a text only says that nothing was given, such as 无 or 未提供.

    Examples
    --------
    >>> is_placeholder("（无）"), is_placeholder("无线通信"), is_placeholder("面议")
    (True, False, False)
    """
    if len(text) > _LONGEST_PLACEHOLDER:
        return False
    return text in _PLACEHOLDERS or text.strip("（）()[]【】。. ") in _PLACEHOLDERS


def parse_date(text: str, *, month_end: bool = False) -> date | None:
    """Read a date as people write it in Chinese spreadsheets.

    Parameters
    ----------
    text : str
        Such as 2024-05-01, 2024/5/1, 2024.5.1, 2024年5月1日, 20240501 or 2024年5月; a time of day
        behind it is dropped.
    month_end : bool
        Whether a month without a day means its last day (a deadline) or its first.

    Returns
    -------
    date or None
        None if it is not a date between 1900 and 2199.
    """
    text = unicodedata.normalize("NFKC", text).strip()
    found = _DAY.fullmatch(text)
    if found:
        year, month, day = (int(part) for part in found.groups() if part is not None)
    else:
        found = _MONTH.fullmatch(text)
        if not found:
            return None
        year, month = (int(part) for part in found.groups() if part is not None)
        last = month_end and 1 <= month <= 12
        day = calendar.monthrange(year, month)[1] if last else 1
    try:
        return date(year, month, day) if year in _YEARS else None
    except ValueError:
        return None


def is_month_only(text: str) -> bool:
    """Return whether a readable date names a month without a day."""
    return bool(_MONTH.fullmatch(unicodedata.normalize("NFKC", text).strip()))


def split_list(text: str, *, codes: bool = False) -> tuple[str, ...]:
    """Split a cell that holds several values; a separator inside brackets does not split.

    Parameters
    ----------
    text : str
        Split on ； ; 、 , ， / | and line breaks.
    codes : bool
        Whether a slash between digits belongs to the code, as in C22C 38/04.

    Returns
    -------
    tuple of str
        Stripped, without empty, placeholder and repeated ones, in order.
    """
    pieces = (_SPLIT_CODES if codes else _SPLIT).split(text)
    if len(pieces) > 1 and not codes and not _OPENING.isdisjoint(text):
        pieces = _split_outside_brackets(text) or pieces
    return unique_texts(pieces)


def unique_texts(items: list[str]) -> tuple[str, ...]:
    """Return the items stripped, without empty, placeholder and repeated ones, in order."""
    kept = (item.strip() for item in items)
    return tuple(dict.fromkeys(item for item in kept if item and not is_placeholder(item)))


def _split_outside_brackets(text: str) -> list[str]:
    """Split at separators outside brackets; empty if the brackets do not close."""
    pieces, depth, start = [], 0, 0
    for position, char in enumerate(text):
        if char in _OPENING:
            depth += 1
        elif char in _CLOSING:
            depth = max(0, depth - 1)
        elif depth == 0 and char in _SEPARATORS:
            pieces.append(text[start:position])
            start = position + 1
    return [*pieces, text[start:]] if depth == 0 else []
