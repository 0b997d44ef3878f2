"""Names of what is measured: the nearest noun phrase before a quantity."""

from __future__ import annotations

import re

_TRAILING = re.compile(
    r"(?:[\s:：(,，、'\"“”=]|的|了|为|是|应当?|需要?|须|要求|要|可|能够?|能|仍|达|控制|稳定|"
    r"一般|通常|约|均|都|也|已|在|将|由|从|自|分别|目前|现在?|只|仅|得|等|目标|希望|力争|不得|"
    r"必须|最好|务必|尽量|具有|提供|供应|RH|无法|因此|其中"
    r"|保证|确保|实现|至|到|有|不|保持|维持|大致|大约|最多|最少|最高|最低|基本|之间|左右|以上|"
    r"以下|现为|处于|当前)+$"
)
_NAME = re.compile(
    r"(?:[\u4e00-\u9fffA-Za-z0-9α-ωΑ-Ω²³₀-₉/·\-+]|(?<=[A-Za-z0-9])[.](?=[0-9])|"
    r"\([^()]{1,10}\)){1,24}$"
)
_CUT = re.compile(
    r".*(?:的|在|将|使(?!用)|把|对|了|其中|其(?![他它])|该|本|要求|保证|确保|实现|具有|获得|获|"
    r"包括|需求|开发|研制|研发|提供|需要|希望|目标|力争|目前|现有|现用|因此|公司|我厂|我司|无法|现(?![场金代状])|当前|可将|"
    r"并(?![发联行网])|且(?!大)|以及|后(?![期续处道])|时(?![间长效产])|下(?![降游料线])|通过|"
    r"采用|已|共|约)(?=.)"
)
_BEHIND = re.compile(r" ?(?:的)?([\u4e00-\u9fff]{2,8}?)(?=[，。;、,)\n:]|$|[和与及以])")


def name_before(text: str, floor: int, start: int) -> tuple[int, int] | None:
    """Return where the nearest noun phrase stands that ends before `start`.

    Parameters
    ----------
    text : str
        Folded.
    floor, start : int
        Only the text between them is looked at.

    Returns
    -------
    tuple of int or None
        ``None`` where there is none.
    """
    floor = max(floor, start - 30)
    piece = text[floor:start]
    trailing = _TRAILING.search(piece)
    end = trailing.start() if trailing else len(piece)
    found = _NAME.search(piece, 0, end)
    if not found:
        return None
    begin = found.start()
    cut = _CUT.match(piece, begin, end)
    if cut and cut.end() < end:
        begin = cut.end()
    if end - begin > 16:
        begin = end - 16
    while begin < end and piece[begin] in "-/·+和与及、 ":
        begin += 1
    return (floor + begin, floor + end) if begin < end else None


def name_behind(text: str, end: int) -> tuple[int, int] | None:
    """Return where the noun stands that is counted: 专利 of ≥5项专利."""
    found = _BEHIND.match(text, end)
    return found.span(1) if found else None
