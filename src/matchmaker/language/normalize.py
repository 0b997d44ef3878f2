"""Cleaning of dirty text, for matching and for display.

What a person reads stays as it was written; only :func:`matching_text` folds spellings together.
"""

from __future__ import annotations

import functools
import html
import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opencc import OpenCC

_ESCAPES = re.compile(r"\\(?:r\\n|[nrt])|_x000[9aAdD]_")
# Known tags only: between the signs of "x<D50，且y>3" stands content.
_TAGS = re.compile(
    r"</?(?:a|b|big|blockquote|body|br|center|code|dd|div|dl|dt|em|font|h[1-6]|head|hr|html|i|img|li|"
    r"link|meta|o:p|ol|p|pre|s|script|section|small|span|strike|strong|style|sub|sup|table|tbody|td|"
    r"tfoot|th|thead|title|tr|tt|u|ul)(?=[\s/>])[^<>]{0,1000}>",
    re.IGNORECASE,
)
_AMPERSANDS = re.compile(r"&(?:amp;)+", re.IGNORECASE)
_BREAKS = re.compile(r"[\r\v\f\u0085\u2028\u2029]")
# Controls, marks without width, and halves of surrogate pairs, which have no UTF-8 form.
_INVISIBLE = re.compile(
    r"[\u0000-\u0008\u000b-\u001f\u007f\u00ad\u200b-\u200f\u2028-\u202e\u2060\ud800-\udfff\ufeff]"
)
# Numbers of list items, which NFKC would glue to the word behind: ①316L is no 1316L.
_BULLETS = re.compile(r"[\u2460-\u24ff\u2776-\u2793]")
_SPACES = re.compile(r"\s+")
_LEADING = re.compile(r"^[\s,，.。、;；:：!！?？)）\]】]+")
_CJK_GAP = re.compile(r"(?<=[\u3400-\u9fff]) (?=[\u3400-\u9fff])")
# CJK Extension B and beyond are rarer than the cost of looking for them is worth.
_HAN = re.compile(r"[\u3400-\u9fff]")


@functools.cache
def _to_simplified() -> OpenCC:
    from opencc import OpenCC

    return OpenCC("t2s")


def clean_text(text: str) -> str:
    r"""Repair what export programs did to a text, keeping the author's own spelling.

    A literal backslash-n becomes a line break, HTML tags and entities and invisible characters go,
    runs of blanks shrink, and punctuation that a lost first sentence left in front is dropped.

    Parameters
    ----------
    text : str
        As read.

    Returns
    -------
    str
        One paragraph a line; no blank lines.

    Examples
    --------
    >>> clean_text(r"，提高收率\n    目标：收率≥90％&nbsp;")
    '提高收率\n目标：收率≥90％'
    """
    cleaned = _cleaned_once(text)
    # What was written twice over, such as &amp;nbsp; or &lt;p&gt;, comes off layer by layer.
    while cleaned != text:
        text, cleaned = cleaned, _cleaned_once(cleaned)
    return cleaned


def _cleaned_once(text: str) -> str:
    text = _ESCAPES.sub("\n", text)
    text = html.unescape(_AMPERSANDS.sub("&", _TAGS.sub(" ", text)))
    text = _INVISIBLE.sub("", _BREAKS.sub("\n", text))
    lines = (_SPACES.sub(" ", line).strip() for line in text.split("\n"))
    return _LEADING.sub("", "\n".join(line for line in lines if line))


def matching_text(text: str) -> str:
    r"""Fold the spellings of one text together so that equal things compare equal.

    On top of :func:`clean_text`: compatibility forms are unified (NFKC: full-width letters,
    percent signs, ligatures), traditional characters become simplified, and everything stands on
    one line. Letter case is kept: it separates 5G from 5 g.

    Parameters
    ----------
    text : str
        As read.

    Returns
    -------
    str
        Empty where nothing is left.

    Examples
    --------
    >>> matching_text(r"軋製鋼板\n強度＞１２００ＭＰａ")
    '轧制钢板 强度>1200MPa'
    """
    if not text:
        return ""
    cleaned = clean_text(text)
    folded = _unified(cleaned)
    # A full-width backslash, or a letter behind an entity, is found once the other is gone.
    while folded != cleaned:
        cleaned, folded = folded, _unified(folded)
    # NFKC tears the degree sign off its letter, which would then stick to the next word.
    folded = folded.replace("\n", " ").replace("°C", "℃").replace("°F", "℉")
    return simplified(folded) if _HAN.search(folded) else folded


def _unified(text: str) -> str:
    return clean_text(unicodedata.normalize("NFKC", _BULLETS.sub(" ", text)))


def simplified(text: str) -> str:
    """Turn traditional characters into simplified ones.

    Parameters
    ----------
    text : str

    Returns
    -------
    str
        Characters that are in use in both keep their form.
    """
    convert = _to_simplified().convert
    once = convert(text)
    # A few characters need two steps: 薴 becomes 苧, and that 苎.
    return text if once == text else convert(once)


def close_gaps(text: str) -> str:
    """Remove single blanks between two Chinese characters.

    Parameters
    ----------
    text : str
        Of :func:`matching_text`.

    Returns
    -------
    str
        Blanks next to Latin letters or digits stay.

    Examples
    --------
    >>> close_gaps("高活性 氟化锂 LiF 制备")
    '高活性氟化锂 LiF 制备'
    """
    return _CJK_GAP.sub("", text)
