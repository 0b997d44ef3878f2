"""Words that stand before and behind a number and say how it is meant."""

from __future__ import annotations

import re

# Category, value and words that may stand right before a number:
# op: an operator; eq: states a value; set: 控制在; up, down: a change; to: a change's end.
_BEFORE = """
op ≥: ≥ >= => ≧ 不低于 不小于 不少于 不得低于 不得少于 不得小于 不应低于 不应小于 不能低于
op ≥: 不短于 至少 大于等于 大于或等于 高于等于 最少 最低 不差于 不弱于 不亚于 最小 不劣于
op ≥: 不应少于 至少为 至少达到
op >: > 大于 高于 超过 超出 多于 超 长于 突破 逾 高过 远高于 强于 重于
op ≤: ≤ <= =< ≦ 不高于 不超过 不大于 不多于 不得超过 不得高于 不得大于 不应超过 不应高于
op ≤: 不应大于 不能超过 不能高于 小于等于 小于或等于 低于等于 最大 最高 最多 至多 不长于
op ≤: 不会超过 最大不超过 最高不超过 最长 最长不超过 不宜超过
op <: < 小于 低于 少于 不足 不到 未达 未达到 短于 还不到 尚不足 轻于 未超过 不及 达不到
better -: 优于 好于
op ≈: ≈ 约 大约 近 将近 接近 大概 大致 约合 约为 约占 差不多
reach =: 达到 达 可达 可达到 能达到 达到了 可以达到
eq =: = 为 是 高达 仅 只有 等于 仅为 可为 多达 长达 低至 仅有 才 只 最高可达 最高达
eq =: 最大可达 最高为 最大为 最低为
eq2 =: 稳定在 保持在 维持在 稳定达到 稳定到 集中在 分布在 稳定为 波动在
set ≤: 控制在 控制到 控制于 控制为 限制在
in =: 在 于
"""
_UP = (
    "提高 提升 增加 增长 上升 升高 增大 改善 延长 扩大 加快 增强 上涨 增产 增收 提速 拓宽 放大 "
    "高出 多出 上调 翻 "
    "高 增"
)
_DOWN = (
    "降低 减少 缩短 下降 降 减 减小 减轻 节约 节省 节能 节电 节水 降耗 下调 压缩 缩小 减薄 削减 "
    "减施 减排 减重 "
    "降本 省 低 缩减 下跌 节煤 节油 节气 少用"
)
_COMPARED_UP = "高 快 长 多 大 重 贵 强 好 厚 宽"
_COMPARED_DOWN = "低 慢 短 少 小 轻 便宜 薄 窄 省"


def _words() -> dict[str, tuple[str, str]]:
    words: dict[str, tuple[str, str]] = {}
    for row in _BEFORE.strip().split("\n"):
        head, _, line = row.partition(":")
        category, value = head.split()
        words |= dict.fromkeys(line.split(), (category, value.strip("-")))
    for direction, line in (("up", _UP), ("down", _DOWN)):
        for verb in line.split():
            if verb not in "高低":
                words[verb] = ("change", direction)
                words[verb + "了"] = ("change", direction)
                words[verb + "幅度"] = ("change", direction)
            for end in ("到", "至", "为", "到了", "成"):
                words.setdefault(verb + end, ("to", direction))
    for direction, line in (("up", _COMPARED_UP), ("down", _COMPARED_DOWN)):
        words |= {verb: ("compared", direction) for verb in line.split() if verb not in words}
    words |= {"→": ("to", ""), "->": ("to", ""), "了": ("filler", ""), ":": ("filler", "")}
    words |= {"变为": ("to", ""), "改为": ("to", ""), "调整到": ("to", ""), "改善到": ("to", "up")}
    return words


BEFORE = _words()
"""Category and value of the words that may stand right before a number."""
LONGEST = max(map(len, BEFORE))
"""Length of the longest of them."""
_NO_OPERATORS = """
节约 合约 大约 条约 附近 最近 邻近 马达 因为 作为 成为 称为 行为 认为 压降 温降 沉降 衰减 灼减 烧减
但是 只是
就是 还是 不是 或是 于是 由于 对于 关于 用于 位于 基于 处于 适于 至于 表达 传达 到达 现在 存在
所在 正在 潜在 不仅 方才 人才 刚才 升降 加减 高超 若是 而是 也是 都是 分别为 转为 视为 多少 减少
缩小 大小 最大 最小 最高 最低 最多 扩大 加快 增大 减小 延长 提高 升高 降低 最长 最短 更多 很多
许多 更高 较高 较低 较大 较小 较多 较少 更低 增多 增强 加强 高强 良好 最好 较好 变为
"""
OTHER_WORDS = frozenset(_NO_OPERATORS.split())
"""Words whose last character is no operator."""
CHANGE_VERBS = "|".join(
    sorted(
        (word for word, (kind, _) in BEFORE.items() if kind == "change" and len(word) > 1),
        key=len,
        reverse=True,
    )
)
"""Pattern of the verbs of a change."""
BEHIND = {
    "以上": "≥", "及以上": "≥", "或以上": "≥", "之上": "≥", "以下": "≤", "及以下": "≤",
    "或以下": "≤", "之下": "≤", "以内": "≤", "之内": "≤", "内": "≤", "左右": "≈", "上下": "≈",
    "之间": "=", "以外": "", "多": "=", "范围内": "=", "范围": "=", "区间": "=",
}  # fmt: skip
"""Operators of the words behind a number."""
BEHIND_PATTERN = re.compile(
    r" ?(?:(?:及|或)?以[上下]|之[上下内间]|以内|左右|上下|范围内|多(?=[，。;、)]|$)|"
    r"内(?![部径外腔壁孔表层容存置环齿胎销地衬]))"
)
"""Pattern of the words behind a number."""
