"""Whether one achievement's claims fulfil a need's targets, indicator by indicator.

A bonus, never the base: most needs have no indicator, and what an achievement does not say counts
neither for nor against it.
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from matchmaker.language.indicators import Indicator
from matchmaker.language.indicators.conversion import convert
from matchmaker.language.indicators.folding import fold
from matchmaker.language.indicators.quantities import quantities

Verdict = Literal["met", "missed", "incomparable", "unsaid"]
Reason = Literal["value", "unit", "condition", "direction", "reference", "kind", "name", "claim"]

# How far a claim may lie outside what is asked for exactly, or about.
_EXACT = 0.02
_ABOUT = 0.10
_ALIKE = 0.8
_MOVES = frozenset(("change", "relative"))
# Heads that many names share: 抗拉强度 and 屈服强度 are two things.
_HEADS = tuple(
    sorted(
        [
            "回收率",
            "合格率",
            "利用率",
            "去除率",
            "脱除率",
            "转化率",
            "选择性",
            "准确率",
            "收率",
            "得率",
            "产率",
            "含量",
            "浓度",
            "强度",
            "温度",
            "速度",
            "精度",
            "硬度",
            "厚度",
            "宽度",
            "长度",
            "高度",
            "直径",
            "粒径",
            "密度",
            "粘度",
            "黏度",
            "压力",
            "时间",
            "周期",
            "寿命",
            "成本",
            "能耗",
            "电耗",
            "单耗",
            "消耗",
            "用量",
            "重量",
            "质量",
            "面积",
            "体积",
            "容量",
            "功率",
            "效率",
            "电压",
            "电流",
            "频率",
            "误差",
            "偏差",
            "公差",
            "指数",
            "系数",
            "比例",
            "数量",
            "产量",
            "产能",
            "性能",
            "率",
            "度",
            "量",
            "比",
            "值",
            "数",
            "性",
            "耗",
        ],
        key=len,
        reverse=True,
    )
)
_HEAD_SET = frozenset(_HEADS)
_EMPTY_WORDS = re.compile(
    r"产品|平均|综合|整体|总体|最终|系统|设备|装置|本项目|主要|使用|最大|最小|最高|最低|单位|可|"
    r"能|的|及|≤|≥|[\s:：,，、()（）\[\]\"“”'/\-·]"
)


@dataclass(frozen=True, slots=True)
class IndicatorVerdict:
    """What was found out about one target.

    Attributes
    ----------
    target : Indicator
        Of the need.
    claim : Indicator or None
        Of the achievement, the one that the verdict rests on.
    verdict : {"met", "missed", "incomparable", "unsaid"}
        满足, 不满足, 不可比, 未说明.
    reason : str
        "value" where the numbers decided; for "incomparable" also "unit", "condition",
        "reference" or "kind"; "direction" where a claim goes the other way; for "unsaid" "name"
        where the target has no name and "claim" where no claim is about it.
    """

    target: Indicator
    claim: Indicator | None
    verdict: Verdict
    reason: Reason


def compare_indicators(
    targets: Iterable[Indicator], claims: Iterable[Indicator]
) -> tuple[IndicatorVerdict, ...]:
    """Compare a need's targets with the claims of one achievement.

    A claim fulfils a target only if all that it allows does: ≥1250 fulfils ≥1200, ≤1100 does not,
    and ≥1100 leaves it open. Exact targets have two percent of play, approximate ones ten.

    Parameters
    ----------
    targets : iterable of Indicator
        Of the need. Only numbers with the role "target" are judged.
    claims : iterable of Indicator
        Of one achievement. Only numbers with the role "target", which it reports as reached, count.

    Returns
    -------
    tuple of IndicatorVerdict
        One for each target, in order.
    """
    said = [(claim, _name(claim.name)) for claim in claims if _counts(claim) and claim.name]
    return tuple(_verdict(target, said) for target in targets if _counts(target))


def indicator_agreement(verdicts: Iterable[IndicatorVerdict]) -> float | None:
    """Return how far the targets are met, from -1 to 1.

    Parameters
    ----------
    verdicts : iterable of IndicatorVerdict
        Of :func:`compare_indicators`.

    Returns
    -------
    float or None
        (met − missed) / (met + missed); ``None`` where neither occurs, which is no agreement.
    """
    counts = Counter(one.verdict for one in verdicts)
    judged = counts["met"] + counts["missed"]
    return (counts["met"] - counts["missed"]) / judged if judged else None


def _counts(one: Indicator) -> bool:
    return one.role == "target" and not (one.low is None and one.high is None)


def _verdict(target: Indicator, claims: Sequence[tuple[Indicator, _Name]]) -> IndicatorVerdict:
    if not target.name:
        return IndicatorVerdict(target, None, "unsaid", "name")
    best: tuple[tuple[float, bool], IndicatorVerdict] | None = None
    name = _name(target.name)
    for claim, claimed in claims:
        alike = _likeness(name, claimed)
        if alike < _ALIKE:
            continue
        verdict, reason = _judge(target, claim)
        # The closest name decides; among equals what can be compared, and then what comes first.
        rank = (alike, verdict in ("met", "missed"))
        if best is None or rank > best[0]:
            best = rank, IndicatorVerdict(target, claim, verdict, reason)
    return best[1] if best else IndicatorVerdict(target, None, "unsaid", "claim")


@dataclass(frozen=True, slots=True)
class _Name:
    """What comparing one name needs, worked out once.

    `bare` is the name without words that say nothing, `head` one of the common heads that it ends
    with, `modifier` what stands before it, `signs` the characters of the modifier.
    """

    bare: str
    head: str
    modifier: str
    signs: frozenset[str]
    doubled: bool


@functools.lru_cache(65536)
def _name(name: str) -> _Name:
    from matchmaker.language.normalize import matching_text

    bare = _EMPTY_WORDS.sub("", matching_text(name).lower())
    head = next((head for head in _HEADS if bare.endswith(head)), "")
    modifier = bare[: len(bare) - len(head)]
    signs = frozenset(modifier)
    return _Name(bare, head, modifier, signs, len(signs) < len(modifier))


def name_likeness(first: str, second: str) -> float:
    """Return how surely two names mean the same quantity, from 0 to 1.

    A head that many names share is not enough: 抗拉强度 and 屈服强度 differ, while
    中心碳偏析指数 and 碳偏析指数 agree.

    Parameters
    ----------
    first, second : str
        As written.

    Returns
    -------
    float
        At least 0.8 where they agree.
    """
    return _likeness(_name(first), _name(second))


def _likeness(one: _Name, other: _Name) -> float:
    if len(other.bare) < len(one.bare):
        one, other = other, one
    short, long = one.bare, other.bare
    if not short:
        return 0.0
    if short == long or short + "s" == long:
        return 1.0
    if short in _HEAD_SET or len(short) < 2:
        return 0.0
    if long.endswith(short) and (len(short) > 2 or short.isascii()):
        return 0.9
    head = one.head
    if not head:
        if len(short) > 2 and short in long:
            return 0.85
        return _overlap(one, other, long, other.signs | set(other.head))
    if other.head == head:
        return _overlap(one, other, other.modifier, other.signs)
    if long.endswith(head):
        rest = long[: len(long) - len(head)]
        return _overlap(one, other, rest, frozenset(rest))
    return 0.0


def _overlap(one: _Name, other: _Name, rest: str, signs: frozenset[str]) -> float:
    """Return the share of common characters of a modifier and `rest`, halved for short ones."""
    short = one.modifier
    if not short or not rest:
        return 0.0
    common = len(one.signs & signs)
    if common and (one.doubled or other.doubled or rest is not other.modifier):
        common = sum((Counter(short) & Counter(rest)).values())
    dice = 2 * common / (len(short) + len(rest))
    return dice if min(len(short), len(rest)) > 2 else dice / 2


def _judge(target: Indicator, claim: Indicator) -> tuple[Verdict, Reason]:
    if (target.kind in _MOVES) != (claim.kind in _MOVES):
        return "incomparable", "kind"
    if target.kind in _MOVES and not _same_reference(target.reference, claim.reference):
        return "incomparable", "reference"
    if not _same_condition(target.condition, claim.condition):
        return "incomparable", "condition"
    difference = target.kind in _MOVES or "tolerance" in (target.kind, claim.kind)
    ends = []
    for end in (claim.low, claim.high):
        found = (
            None if end is None else convert(end, claim.unit, target.unit, difference=difference)
        )
        if end is not None and found is None:
            return "incomparable", "unit"
        ends.append(found)
    if target.kind in _MOVES and target.direction != claim.direction:
        return "missed", "direction"
    return _within(target, claim.operator, ends[0], ends[1]), "value"


def _same_reference(one: str, other: str) -> bool:
    first, second = sorted((_name(one).bare, _name(other).bare), key=len)
    return first == second or (len(first) > 1 and first in second)


def _same_condition(one: str, other: str) -> bool:
    """Return whether no quantity of one condition contradicts one of the other."""
    if not one or not other:
        return True
    for ours in quantities(fold(one)):
        alike = []
        for theirs in quantities(fold(other)):
            low = convert(theirs.low, theirs.unit, ours.unit)
            high = convert(theirs.high, theirs.unit, ours.unit)
            if low is not None and high is not None:
                alike.append(_near(low, ours.low) and _near(high, ours.high))
        if alike and not any(alike):
            return False
    return True


def _near(one: float, other: float) -> bool:
    return abs(one - other) <= 1e-6 * max(abs(one), abs(other))


def _asked(target: Indicator) -> tuple[str, float | None, float | None]:
    """Return the operator and the ends that a target asks for.

    More of a change than asked for is welcome, and so is going beyond the end of a from→to.
    """
    operator, low, high = target.operator, target.low, target.high
    if operator in ("=", "≈") and low is not None and high is not None:
        play = (_EXACT if operator == "=" else _ABOUT) * max(abs(low), abs(high))
        if target.kind in _MOVES and target.direction:
            return "≥", low - play, None
        if target.kind == "from_to" and target.direction == "up":
            return "≥", low - play, None
        if target.kind == "from_to" and target.direction == "down":
            return "≤", None, high + play
        return "=", low - play, high + play
    return operator, low, high


def _within(target: Indicator, claimed: str, low: float | None, high: float | None) -> Verdict:
    """Judge a claim's interval, whose ends may be open, by what is asked for."""
    operator, least, most = _asked(target)
    above: bool | None = True
    below: bool | None = True
    if least is not None:
        above = _above(low, high, least, strict=operator == ">", claimed=claimed)
    if most is not None:
        # The same question with all signs turned.
        turned = {"<": ">", ">": "<"}.get(claimed, claimed)
        first, second = (None if end is None else -end for end in (high, low))
        below = _above(first, second, -most, strict=operator == "<", claimed=turned)
    if above is False or below is False:
        return "missed"
    return "met" if above and below else "incomparable"


def _above(
    low: float | None, high: float | None, bound: float, *, strict: bool, claimed: str
) -> bool | None:
    """Return whether an interval lies above a bound; ``None`` if only part of it does.

    `strict` says that the bound itself is not enough. A claim of > or < leaves out its own end.
    """
    slack = 1e-9 * max(abs(bound), 1e-12)
    at_least = low is not None and low >= bound - slack
    if low is not None and at_least and (low > bound + slack or not strict or claimed == ">"):
        return True
    at_most = high is not None and high <= bound + slack
    if high is not None and at_most and (high < bound - slack or strict or claimed == "<"):
        return False
    return None
