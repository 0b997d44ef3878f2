"""What the achievements of a ranking say, looked through for the words of a need."""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Callable, Sequence

from matchmaker.language.normalize import matching_text
from matchmaker.language.texts import record_text
from matchmaker.language.words import Tokenizer
from matchmaker.records import Achievement, Need
from matchmaker.scoring.shared import is_telling

_RARE = 0.1
_RARE_ASKED = 0.05
_LEAST_RARITY = 0.1
# Words of enterprises that say nothing about a technology, though papers hardly use them.
_PLAIN_WORDS = """
寻找 寻求 某某 不能 不会 没有 多家 一家 两家 类似 普通 随时 建成 少量 经常 什么 多少 怎么 怎样 如何
知道 太慢 太高 太低 太大 利润 价格 费用 厂家 供应商 首选 新一代 一条 一台 几十 几百 原有 接受 处置
客户 老板 师傅 员工 投诉 退货 报价 招工 想找 求购 麻烦 不好 不行 不了 占地 大多 当成 升级 下游
替代 替换 代替 投资 合计 外委 万吨 千吨 万元 亿元 万件 万台 万套 万只 万平方米
"""
_PLAIN = frozenset(_PLAIN_WORDS.split())
_NUMERIC = re.compile(r"[\d.\-/~×^]+[a-zμ%℃]{0,3}")


class Sayings:
    """What achievements say, prepared once to be looked through for words.

    Parameters
    ----------
    achievements : sequence of Achievement
        All of a ranking.
    needs : sequence of Need
        All of it: what many needs say is how enterprises talk.
    rarity : callable, optional
        Maps a word to its rarity, such as
        :meth:`~matchmaker.language.terms.TermModel.weight` of the shipped model, which knows
        everyday words. By default words are rare among these achievements or not.
    """

    def __init__(
        self,
        achievements: Sequence[Achievement],
        needs: Sequence[Need] = (),
        *,
        rarity: Callable[[str], float] | None = None,
    ) -> None:
        self._texts = tuple(record_text(record).whole.lower() for record in achievements)
        self._asked = tuple(record_text(record).whole.lower() for record in needs)
        self._rarity = rarity
        self._counts: dict[str, int] = {}

    def rarity(self, word: str) -> float:
        """Rarity of a word, above 0; among n achievements ln((1 + n) / (1 + having it)) + 1."""
        if self._rarity is not None:
            return max(self._rarity(word), _LEAST_RARITY)
        return math.log((1 + len(self._texts)) / (1 + self.count(word))) + 1

    def telling(self, text: str) -> list[str]:
        """List the distinct telling words of a text, in lower case and in its order."""
        return [
            word
            for word in dict.fromkeys(_tokenizer().terms(matching_text(text)))
            if len(word) > 1
            and word not in _PLAIN
            and not _NUMERIC.fullmatch(word)
            and is_telling(word, math.inf if self._rarity is None else self._rarity(word))
        ]

    def count(self, word: str) -> int:
        """Count the achievements that have a word."""
        if word not in self._counts:
            self._counts[word] = sum(mentions(text, word) for text in self._texts)
        return self._counts[word]

    def is_rare(self, word: str) -> bool:
        """Say whether some achievement has the word, but few do: one in ten, or two.

        Of the needs at most one in twenty may have it, or two.
        """
        most = max(2, _RARE * len(self._texts))
        if not 0 < self.count(word) <= most:
            return False
        asked = sum(mentions(text, word) for text in self._asked)
        return asked <= max(2, _RARE_ASKED * len(self._asked))

    def has(self, achievement: int, word: str) -> bool:
        """Say whether the achievement at a position has a word."""
        return mentions(self._texts[achievement], word)


def mentions(text: str, word: str) -> bool:
    """Say whether a text has a word; Latin words and numbers only as a whole.

    Parameters
    ----------
    text, word : str
        In lower case, of :func:`~matchmaker.language.normalize.matching_text`.

    Returns
    -------
    bool
    """
    if word not in text:
        return False
    if not word[0].isascii() and not word[-1].isascii():
        return True
    return re.search(rf"(?<![a-z0-9]){re.escape(word)}(?![a-z0-9])", text) is not None


@functools.cache
def _tokenizer() -> Tokenizer:
    return Tokenizer()
