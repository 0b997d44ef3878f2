"""What needs say: their weighted words, and the terms that name a group of them."""

from __future__ import annotations

from collections import Counter, defaultdict

import numpy as np

from matchmaker.language.ngrams import WORD_COLUMNS, word_column, word_counts
from matchmaker.language.places import read_place
from matchmaker.language.terms import weigh
from matchmaker.language.texts import record_text
from matchmaker.language.words import Tokenizer
from matchmaker.scoring.pairs import RankedPairs
from matchmaker.scoring.shared import is_telling

_LONGEST_TERM = 10
# As if so many texts about other things had been read: in a short list about one thing its words
# are in every text and would count for nothing.
_ELSEWHERE = 100
# Words that needs are full of, in every sector; none of them names a topic.
_PLAIN_WORDS = """
存在 出现 导致 影响 造成 发生 使用 选用 配套 处理 能力 功能 结构 材料 质量
过程 环节 环境 条件 时间 部分 主要 现场 市场 实际 有效 容易 无法 不能 没有
有没有 尤其 特别 例如 例 领域 方案 方向 建立 构建 形成 改进 改造 完成 开展
针对 基于 确保 保证 保持 避免 需 求 一代 成套 规模 规模化 年产 产量 产能 销售
销售收入 国产 国产化 替代 行业 企业 我国 我厂 全国 国际 先进 领先 同类 传统
常规 普通 大型 小型 自主 人员 人才 人工 专家 院校 科研 攻关 难题 难点 工作基础
检验基础 基础 集团 股份有限公司 有限公司 信息技术 业务 投资 运行 操作 万吨 费用
专业 产生 资源 组合 单元 经验 次数 只有 共同 研究成果 具备 高端 低成本 高效率
生产工艺 生产线 定位 含量 手机 整合 资料 内容 工作 规范 验证 创立 装饰 基础设施
智能化 自动化 数字化 理论 优质 得到 股份 制定 优势 结合 作为 检验 专利 不会
停机 停线 换掉 单件 数据 信息 管理 管理系统 技术开发 技术研究 研究开发 应用技术
关键技术研究 成本高 每年 每天 目前
"""
_PLAIN = frozenset(_PLAIN_WORDS.split())


class TopicWords:
    """The words of a ranking's needs, and how rare each is in all texts of the ranking.

    Parameters
    ----------
    pairs : RankedPairs

    Attributes
    ----------
    titles, wholes : scipy.sparse.csr_array, shape (n_needs, WORD_COLUMNS), float32
        Weighted words of the needs' titles and whole texts, rows of length 1 or empty.
    """

    def __init__(self, pairs: RankedPairs) -> None:
        tokenizer = Tokenizer()
        texts = [record_text(need) for need in pairs.needs]
        self._texts = [text.whole.lower() for text in texts]
        self._titles = [text.title.lower() for text in texts]
        self._words = [tokenizer.content_words(text.whole) for text in texts]
        wholes = word_counts([[word.lower() for word in words] for words in self._words])
        titles = word_counts([tokenizer.terms(text.title) for text in texts])
        offers = [record_text(record).whole for record in pairs.achievements]
        others = word_counts([tokenizer.terms(text) for text in offers])
        seen = np.bincount(wholes.indices, minlength=WORD_COLUMNS)
        seen += np.bincount(others.indices, minlength=WORD_COLUMNS)
        count = len(texts) + len(offers) + _ELSEWHERE
        self._rarity = np.log((1 + count) / (1 + seen)).astype(np.float32)
        # What no achievement says is how enterprises talk, not what they are about.
        self._offered = np.zeros(WORD_COLUMNS, dtype=bool)
        self._offered[others.indices] = True
        weigh(titles, self._rarity)
        weigh(wholes, self._rarity)
        self.titles, self.wholes = titles, wholes

    def shared(self, rows: list[int], most: int) -> tuple[str, ...]:
        """Name what at least half of some needs say, and at least two of them.

        Words side by side are one term; a term has nothing in common with those before it, and
        some achievement of the ranking says it too.

        Parameters
        ----------
        rows : list of int
            Positions of the needs.
        most : int
            Terms to give.

        Returns
        -------
        tuple of str
            The most telling first: rare ones, in many of the needs and in their titles. Empty if
            no title has any of them: then they are how people talk, not what it is about.
        """
        said: Counter[str] = Counter()
        weight: dict[str, float] = {}
        titled: Counter[str] = Counter()
        spelled: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for row in rows:
            terms = self._terms(row)
            said.update(terms.keys())
            for key, (word, rarity) in terms.items():
                weight[key] = rarity
                titled[key] += key in self._titles[row]
                spelled[key][word] += 1
        least = max(2, (len(rows) + 1) // 2)
        found = [key for key in said if said[key] >= least]
        if not any(titled[key] for key in found):
            return ()
        found.sort(key=lambda key: (-weight[key] * (said[key] + 2 * titled[key]), -len(key), key))
        chosen: list[str] = []
        for key in found:
            if len(chosen) < most and not any(_overlap(key, one) for one in chosen):
                chosen.append(key)
        return tuple(
            min(spelled[key], key=lambda word: (-spelled[key][word], word)) for key in chosen
        )

    def _terms(self, row: int) -> dict[str, tuple[str, float]]:
        """Map a need's telling words, and those that stand side by side, to spelling and rarity."""
        words = self._words[row]
        rarity = [float(self._rarity[word_column(word.lower())]) for word in words]
        names = [
            _names_something(word, one) and bool(self._offered[word_column(word.lower())])
            for word, one in zip(words, rarity, strict=True)
        ]
        found: dict[str, tuple[str, float]] = {}
        for at, word in enumerate(words):
            if names[at] and len(word) > 1:
                found[word.lower()] = (word, rarity[at])
            if at and names[at] and names[at - 1]:
                both = words[at - 1] + word
                if 2 < len(both) <= _LONGEST_TERM and both.lower() in self._texts[row]:
                    found[both.lower()] = (both, rarity[at] + rarity[at - 1])
        return found


def _overlap(one: str, other: str) -> bool:
    """Say whether two terms have two characters in a row in common, or one is in the other."""
    return (
        one in other or other in one or any(one[at : at + 2] in other for at in range(len(one) - 1))
    )


def _names_something(word: str, rarity: float) -> bool:
    """Say whether a word can name a topic; how rare it is does not decide in a short list."""
    return (
        rarity > 0
        and is_telling(word, np.inf)
        and word not in _PLAIN
        and read_place(word) is None
        and any(character.isalpha() for character in word)
    )
