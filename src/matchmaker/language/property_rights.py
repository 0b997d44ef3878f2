"""Intellectual property: which rights a field names, how many, how far they are and whose."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import Literal

from matchmaker.language.readings import NUMERALS, Span, chinese_number, fold_width

Status = Literal["授权", "申请", "受理", ""]
INVENTION = "发明专利"
PATENT = "专利"
KINDS = (
    INVENTION,
    "实用新型",
    "外观设计",
    PATENT,
    "软件著作权",
    "标准",
    "专有技术",
    "植物新品种",
    "集成电路布图",
)

_WORDINGS: dict[str, str] = {
    INVENTION: "发明专利 国家发明 发明 PCT",
    "实用新型": "实用新型专利 实用新型",
    "外观设计": "外观设计专利 外观设计 外观专利",
    PATENT: "专利 ZL",
    "软件著作权": "软件著作权 计算机软件著作权 软著 软件登记 著作权",
    "标准": "国家标准 行业标准 团体标准 企业标准 地方标准 标准",
    "专有技术": "专有技术 技术秘密 非专利技术 技术诀窍 商业秘密",
    "植物新品种": "植物新品种 新品种",
    "集成电路布图": "集成电路布图设计 集成电路布图 布图设计",
}
_KIND_OF = {word: kind for kind, words in _WORDINGS.items() for word in words.split()}
_NUMBER = rf"\d{{1,4}}|[{NUMERALS}]{{1,4}}"
_WORDS = "|".join(map(re.escape, sorted(_KIND_OF, key=len, reverse=True)))
_RIGHT = re.compile(
    r"(?P<status>已授权|获授权|授权|已获|获得?|申请|受理|公开|在审)?(?:国家|中国|国际|美国)?"
    rf"(?:(?P<first>{_NUMBER}) ?[项件个篇部])?(?:已?授权的?|国家)?"
    rf"(?P<word>{_WORDS})"
    r"(?P<number>(?<=ZL)[ \d.*xX]{4,20})?(?:授权|申请|等|共|合计|:| |证书|登记|保护|公开|受理|"
    r"权|草案)*"
    rf"(?:(?P<count>{_NUMBER}) ?[项件个篇部])?(?:\((?P<note>[^()]{{1,12}})\))?"
)
_GRANTED = re.compile(r"(?<!未)(?<!待)授权|已获|获得|ZL")
_FILED = re.compile(r"申请中|已申请|申请|申报")
_PENDING = re.compile(r"受理|实审|审查|公开|在审")
_OWNER = re.compile(
    r"(?:(?:均|全部|都)?(?:为|归|由)[^，。；,;()]{0,16}?(?:单独|独自|共同|各自)?(?:所有|持有|共有)"
    r"|校企共有|共有|单独所有|独有|自主知识产权|专利权人[^，。；,;()]{0,20}|归属[^，。；,;()]{1,20})"
)
# The clause behind a right, and the next one if it speaks of all of them.
_CLAUSE = re.compile(r"[^,。;，；]*(?:[,。;，；](?:均|全部|都|皆)[^,。;，；]*)?")
_LONGEST = 400


@dataclass(frozen=True, slots=True)
class PropertyRight:
    """Rights of one kind.

    Attributes
    ----------
    kind : str
        One of :data:`KINDS`; 专利 where the text does not say which. Empty where it only names a
        status, such as 申请中.
    count : int or None
        How many; None where the text does not say.
    status : {"授权", "申请", "受理", ""}
        As stated next to the right; empty where nothing is.
    owner : str
        What the text says about whose they are, as written; empty where it says nothing.
    text : str
        As written.
    span : (int, int)
        Where in the text it stands.
    """

    kind: str
    count: int | None
    status: Status
    owner: str
    text: str
    span: Span


@functools.lru_cache(maxsize=4096)
def read_property_rights(text: str) -> tuple[PropertyRight, ...]:
    """Read the rights that a field names.

    Parameters
    ----------
    text : str
        Such as 授权发明专利6件，软著2项; only the first 400 characters count.

    Returns
    -------
    tuple of PropertyRight
        In order; empty where no right and no status is named.

    Examples
    --------
    >>> rights = read_property_rights("授权发明专利6件、软著2项")
    >>> [(one.kind, one.count, one.status) for one in rights]
    [('发明专利', 6, '授权'), ('软件著作权', 2, '')]
    """
    original, text = text, fold_width(text[:_LONGEST])
    owned = _OWNER.search(text)
    owner = original[slice(*owned.span())] if owned else ""
    found = list(_RIGHT.finditer(text))
    if not found:
        status = _status(text)
        words = _GRANTED.search(text) or _PENDING.search(text) or _FILED.search(text)
        if not status or words is None:
            return ()
        span = words.span()
        return (PropertyRight("", None, status, owner, original[slice(*span)], span),)
    rights = []
    for one in found:
        written = one["count"] or one["first"]
        count = chinese_number(written) if written else None
        if count is None and one["word"] == "ZL":
            count = 1
        begin, end = one.span()
        behind = _CLAUSE.match(text, end) if len(found) == 1 else None
        shown = original[begin:end]
        rights.append(
            PropertyRight(
                _KIND_OF[one["word"]],
                None if count is None else int(count),
                _status(one[0]) or (_status(behind[0]) if behind else ""),
                owner,
                shown.strip(),
                (begin, begin + len(shown.rstrip())),
            )
        )
    return tuple(rights)


def _status(text: str) -> Status:
    if _GRANTED.search(text):
        return "授权"
    if _PENDING.search(text):
        return "受理"
    return "申请" if _FILED.search(text) else ""
