"""Kinds of organisations: what 企业类型 says, in one spelling each."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass

from matchmaker.language.readings import Span

LEADING = "龙头企业"
LITTLE_GIANT = "专精特新小巨人"
SPECIALISED = "专精特新"

_WORDINGS: dict[str, str] = {
    LITTLE_GIANT: "专精特新小巨人 专精特新“小巨人” “专精特新”小巨人 专精特新重点小巨人 小巨人",
    SPECIALISED: "专精特新 “专精特新” 专精新特",
    LEADING: "龙头 链主 领军企业 骨干企业 头部企业",
    "高新技术企业": "高新技术 高新企业 国高新 高企",
    "科技型中小企业": "科技型中小 科技中小 科小",
    "单项冠军": "单项冠军 制造业冠军",
    "上市公司": "上市 主板 创业板 科创板 新三板",
    "中央企业": "中央企业 央企",
    "国有企业": "国有 国企 国资",
    "民营企业": "民营 私营 民企",
    "外资企业": "外资 外商 合资 港澳台",
    "独角兽企业": "独角兽",
    "瞪羚企业": "瞪羚",
    "雏鹰企业": "雏鹰",
    "创新型中小企业": "创新型中小",
    "规模以上企业": "规上 规模以上",
    "中小微企业": "中小微 小微 微型 中小企业 小型企业 中型企业",
    "高等院校": "高校 高等院校 大学",
    "科研院所": "科研院所 研究院 研究所 科研机构 新型研发机构",
}
IMPLIED: Mapping[str, str] = {LITTLE_GIANT: SPECIALISED, "中央企业": "国有企业"}
"""What an organisation of one kind is as well."""

_KIND_OF = {word: kind for kind, words in _WORDINGS.items() for word in words.split()}
_WORD = re.compile("|".join(map(re.escape, sorted(_KIND_OF, key=len, reverse=True))))
_DENIED = ("非", "未", "拟", "不是", "培育")
_LONGEST = 400


@dataclass(frozen=True, slots=True)
class OrganisationType:
    """A kind of organisation.

    Attributes
    ----------
    kind : str
        Such as 龙头企业, 专精特新, 专精特新小巨人 or 高新技术企业.
    text : str
        As written.
    span : (int, int)
        Where in the text it stands.
    """

    kind: str
    text: str
    span: Span


@functools.lru_cache(maxsize=4096)
def read_organisation_types(text: str) -> tuple[OrganisationType, ...]:
    """Read the kinds of organisation that a field names.

    Parameters
    ----------
    text : str
        Such as 国家级专精特新“小巨人”、高企; only the first 400 characters count.

    Returns
    -------
    tuple of OrganisationType
        In order, each kind once; what is denied (非上市) or only aspired to is left out.

    Examples
    --------
    >>> [one.kind for one in read_organisation_types("国有龙头，专精特新小巨人")]
    ['国有企业', '龙头企业', '专精特新小巨人']
    """
    text = text[:_LONGEST]
    found: dict[str, OrganisationType] = {}
    for word in _WORD.finditer(text):
        kind = _KIND_OF[word[0]]
        if kind not in found and not text[: word.start()].endswith(_DENIED):
            found[kind] = OrganisationType(kind, word[0], word.span())
    return tuple(found.values())


def kinds_of(text: str) -> frozenset[str]:
    """Return the kinds that a field names and what they imply.

    Examples
    --------
    >>> sorted(kinds_of("小巨人企业"))
    ['专精特新', '专精特新小巨人']
    """
    kinds = {one.kind for one in read_organisation_types(text)}
    return frozenset(kinds | {IMPLIED[kind] for kind in kinds if kind in IMPLIED})
