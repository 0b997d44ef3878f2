"""What records may not smuggle into a report: control characters and formulas."""

from __future__ import annotations

import re

_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_LINE_END = re.compile("\r\n?|\x85")
# The full-width signs count as well: spreadsheet programs with East Asian settings read them so.
_FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]")


def printable(text: str) -> str:
    """Remove what XML, HTML and terminals cannot or must not show.

    Parameters
    ----------
    text : str
        From a record.

    Returns
    -------
    str
        Without control characters other than tab and line feed (so without the escape sequences of
        terminals), lone surrogates and non-characters; line ends are line feeds.
    """
    return _UNPRINTABLE.sub("", _LINE_END.sub("\n", text))


def inert(text: str) -> str:
    """Make a text that no spreadsheet program runs as a formula.

    Parameters
    ----------
    text : str
        From a record.

    Returns
    -------
    str
        Printable, with an apostrophe in front if it begins, after white space, with one of
        ``= + - @`` (half or full width), a tab or a line end. Numbers of a report never pass
        through here, so a negative similarity stays a number.
    """
    text = printable(text)
    return "'" + text if text[:1] in ("\t", "\n") or _FORMULA.match(text) else text


def clipped(text: str, limit: int) -> str:
    """Cut a text to a length.

    Parameters
    ----------
    text : str
        Any.
    limit : int
        In UTF-16 code units, as spreadsheet programs count: an emoji has two.

    Returns
    -------
    str
        The text, or its beginning and ``…``; never more than ``limit`` units.
    """
    if (
        len(text) * 2 <= limit
        or len(units := text.encode("utf-16-le", "surrogatepass")) <= 2 * limit
    ):
        return text
    # A pair cut in half leaves a lone surrogate, which is not text.
    return units[: 2 * (limit - 1)].decode("utf-16-le", "ignore") + "…"
