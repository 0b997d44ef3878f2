"""Modes of cooperation: what a need asks for, what an achievement offers, whether they fit."""

from __future__ import annotations

import functools
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from matchmaker.language.readings import Span

TRANSFER = "技术转让"
LICENCE = "技术许可"
EXCLUSIVE, SOLE, ORDINARY, OPEN = "独占许可", "排他许可", "普通许可", "开放许可"
SHARES = "作价入股"
JOINT = "合作开发"
COMMISSIONED = "委托开发"
IMPLEMENTATION = "合作实施"
SERVICE = "技术服务"
CONSULTING = "技术咨询"
ACQUISITION = "技术引进"
NEGOTIABLE = "面议"

LICENCES = frozenset({LICENCE, EXCLUSIVE, SOLE, ORDINARY, OPEN})
MODES = LICENCES | {
    TRANSFER, SHARES, JOINT, COMMISSIONED, IMPLEMENTATION, SERVICE, CONSULTING, ACQUISITION,
    NEGOTIABLE,
}  # fmt: skip

# Wordings by mode. Of those that begin at one place the longest counts.
_WORDINGS: dict[str, str] = {
    EXCLUSIVE: "独占许可 独占实施许可 许可（独占） 许可(独占) 独家许可 独占",
    SOLE: "排他许可 排他实施许可 排它许可 许可（排他） 许可(排他) 排他 排它",
    ORDINARY: "非独占许可 非独占实施许可 非排他许可 普通许可 普通实施许可 许可（普通） "
    "许可(普通) 一般许可",
    OPEN: "开放许可 许可（开放） 许可(开放)",
    LICENCE: "许可 授权使用 授权实施 专利授权",
    TRANSFER: "转让 完全转让 整体转让 出让 技术转移",
    SHARES: "作价入股 作价投资 作价 技术入股 入股 技术出资 股权合作 参股 合股",
    JOINT: "合作开发 合作研发 合作研究 联合开发 联合研发 联合研究 联合攻关 合作攻关 共同开发 "
    "共同研发 产学研合作 产学研 共建 联合体 技术合作 校企合作 合作 联合 揭榜 攻关",
    COMMISSIONED: "委托开发 委托研发 委托研究 委托 定制开发 技术开发",
    IMPLEMENTATION: "合作实施 合作转化 合作生产 自行实施 合资建厂 合资 合作建厂 合作推广 融资 "
    "合作投产 合作经营",
    SERVICE: "技术服务 服务 技术支持 技术指导 技术培训 培训 总承包 承包 交钥匙 诊断 检测 技术托管",
    CONSULTING: "技术咨询 咨询 顾问",
    ACQUISITION: "技术引进 引进 购买 采购 收购 买断 引入 购置 受让",
    NEGOTIABLE: "面议 面谈 不限 均可 都可 皆可 待定 待议 协商 商议 洽谈 其他 其它 "
    "多种方式 多种形式",
}
_MODE_OF = {word: mode for mode, words in _WORDINGS.items() for word in words.split()}
_WORD = re.compile("|".join(map(re.escape, sorted(_MODE_OF, key=len, reverse=True))))
_DENIED = re.compile(r"(?:不接受|不考虑|不愿|不能|不可|不|非|暂不|除)(?:技术|专利)?$")
_LONGEST_DENIAL = 6
# In running text only whole names of a mode count, and only where something is wished for.
_WISHED = re.compile(
    r"(?:希望|寻求|拟|欲|期望|愿意?|欢迎|意向|有意|合作方式|寻找|需求|需要|计划)[^。；;，,\n]{0,20}?"
    r"(?P<mode>合作开发|合作研发|联合开发|联合研发|联合研究|联合攻关|合作攻关|共同开发|共同研发|"
    r"技术合作(?!伙伴)|校企合作|委托开发|委托研发|技术转让|技术许可|技术引进|引进技术|引进相关技术|"
    r"专利购买|购买专利|购买技术|作价入股|技术入股|技术咨询|技术服务)"
)
_HINTS = ("合作", "联合", "共同", "委托", "转让", "许可", "引进", "购买", "入股", "咨询", "服务")
_LONGEST = 400


@dataclass(frozen=True, slots=True)
class Cooperation:
    """A mode of cooperation.

    Attributes
    ----------
    mode : str
        One of :data:`MODES`.
    text : str
        As written.
    span : (int, int)
        Where in the text it stands.
    """

    mode: str
    text: str
    span: Span


@functools.lru_cache(maxsize=4096)
def read_cooperation(text: str) -> tuple[Cooperation, ...]:
    """Read the modes of cooperation that a field names.

    Parameters
    ----------
    text : str
        Such as 技术转让或合作, 许可（独占） or 联合攻关; only the first 400 characters count.

    Returns
    -------
    tuple of Cooperation
        In order, each mode once; without those that are denied.

    Examples
    --------
    >>> [one.mode for one in read_cooperation("技术转让或联合攻关")]
    ['技术转让', '合作开发']
    """
    text = text[:_LONGEST]
    found: dict[str, Cooperation] = {}
    for word in _WORD.finditer(text):
        mode = _MODE_OF[word[0]]
        before = text[max(0, word.start() - _LONGEST_DENIAL) : word.start()]
        if mode not in found and not _DENIED.search(before):
            found[mode] = Cooperation(mode, word[0], word.span())
    return tuple(found.values())


def wished_cooperation(text: str) -> tuple[Cooperation, ...]:
    """Read the modes of cooperation that running text asks for, as in 希望与高校联合开发.

    Parameters
    ----------
    text : str
        Body of a need.

    Returns
    -------
    tuple of Cooperation
        In order, each mode once.
    """
    found: dict[str, Cooperation] = {}
    if not any(hint in text for hint in _HINTS):
        return ()
    for wish in _WISHED.finditer(text):
        word = wish["mode"]
        mode = read_cooperation(word)[0].mode
        found.setdefault(mode, Cooperation(mode, word, wish.span("mode")))
    return tuple(found.values())


def modes_of(texts: Iterable[str]) -> frozenset[str]:
    """Return the modes that several texts name, such as the field ``cooperation`` of a record.

    Parameters
    ----------
    texts : iterable of str

    Returns
    -------
    frozenset of str
        Of :data:`MODES`.
    """
    return frozenset(one.mode for text in texts for one in read_cooperation(text))


_BUY = dict.fromkeys((TRANSFER, SHARES, *LICENCES), 1.0)
_DEVELOP = dict.fromkeys((JOINT, COMMISSIONED, IMPLEMENTATION, SHARES), 1.0)
_ADVISE = dict.fromkeys((SERVICE, CONSULTING), 1.0)
# What a need asks for → what is offered → how well they fit. Who asks for one way of buying is
# half served by another.
_TABLE: dict[str, dict[str, float]] = {
    ACQUISITION: _BUY,
    TRANSFER: {**dict.fromkeys(_BUY, 0.5), TRANSFER: 1.0},
    SHARES: {**dict.fromkeys(_BUY, 0.5), SHARES: 1.0, IMPLEMENTATION: 1.0},
    **{
        licence: {**dict.fromkeys(_BUY, 0.5), LICENCE: 1.0, licence: 1.0}
        for licence in LICENCES - {LICENCE}
    },
    LICENCE: {**dict.fromkeys((TRANSFER, SHARES), 0.5), **dict.fromkeys(LICENCES, 1.0)},
    JOINT: _DEVELOP,
    COMMISSIONED: _DEVELOP,
    IMPLEMENTATION: _DEVELOP,
    SERVICE: _ADVISE,
    CONSULTING: _ADVISE,
}


def compatible(need_modes: Collection[str], offered_modes: Collection[str]) -> float | None:
    """Say how well what is offered goes with what a need asks for.

    Who asks for 引进 or 购买 is served by 转让, 许可 and 作价; who asks for joint or commissioned
    development by either, by 合作实施 and by 作价; who asks for advice or a diagnosis by 咨询
    and 服务.

    Parameters
    ----------
    need_modes, offered_modes : collection of str
        Of :data:`MODES`.

    Returns
    -------
    float or None
        1 where one of the modes is served, 0.5 where a near one is, -1 where none is. None where a
        side names none, and instead of -1 where a side also says 面议 or 不限: that is open,
        neither for nor against.

    Examples
    --------
    >>> compatible({"技术引进"}, {"独占许可"}), compatible({"技术引进"}, {"技术咨询"})
    (1.0, -1.0)
    >>> compatible({"面议"}, {"技术转让"}) is None
    True
    """
    if not need_modes or not offered_modes:
        return None
    best = max(
        (_TABLE[need].get(mode, 0.0) for need in need_modes if need in _TABLE
         for mode in offered_modes),
        default=0.0,
    )  # fmt: skip
    if best:
        return best
    return None if NEGOTIABLE in need_modes or NEGOTIABLE in offered_modes else -1.0
