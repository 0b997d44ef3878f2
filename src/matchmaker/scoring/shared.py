"""Which terms two texts share, and how much each says."""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Callable, Sequence

from matchmaker.retrieval.profiles import Profiles, TermList
from matchmaker.scoring.pairs import SharedTerm

# A single Chinese character is a term only where it names a substance and is rare on its own (钛,
# 铈), not 高 or 器; and papers, in which rarity was counted, hardly know 跑 and 台.
_RARE_CHARACTER = 4.0
_SUBSTANCES = frozenset("硅碳磷硫氟氯溴碘氢氧氮氦氖氩硼砷硒碲酸碱盐酯醇醛酮醚胺酶胶膜釉")
_METALS = range(0x9485, 0x957F)
# A word of one text in twelve, such as 技术 or 研究, is no reason to give.
_TELLING = 2.5
# Words that every need and achievement is full of, though papers, in which rarity was counted, are
# not. They still count in the score, for what they are worth, and are no reason to show.
_EVERYDAY_WORDS = """
技术 研发 研究 研制 关键 关键技术 核心 应用 产业化 产业 系统 智能 开发 项目 工艺 设备 装置 装备
方法 制备 产品 生产 制造 加工 设计 性能 创新 平台 集成 新型 高效 优化 专用 推广 示范 工业 工业化
工程 指标 目标 效果 质量 成本 效率 水平 国内 国外 进口 客户 用户 合作 团队 高校 降到 提升 提高
降低 减少 增加 控制 要求 稳定 以上 以下 达到 满足 公司 企业 目前 现有 采用 希望 解决 问题 需要
"""
_EVERYDAY = frozenset(_EVERYDAY_WORDS.split())
# Only the heaviest terms are shown, and only those are worth joining.
_JOINED = 8
# Every report asks for the terms of a pair several times.
_MOST_KEPT = 100_000


class SharedTerms:
    """Shared terms of pairs, found when asked for.

    Parameters
    ----------
    needs, achievements : Profiles
    texts : tuple of two callables, optional
        Map the position of a need and of an achievement to what it says, as written. Words that
        stand side by side in both texts of a pair are then one term: 大方 and 坯 become 大方坯; and
        of single characters that stay alone only those of substances are listed.
    """

    def __init__(
        self,
        needs: Profiles,
        achievements: Profiles,
        *,
        texts: tuple[Callable[[int], str], Callable[[int], str]] | None = None,
    ) -> None:
        self._texts = texts
        # Of a long text only the rarest words are listed; those of its title always count.
        self._needs = _Terms(needs.whole_terms, needs.title_terms)
        self._achievements = _Terms(achievements.whole_terms, achievements.title_terms)
        self._held: dict[int, frozenset[str]] = {}
        self._found: dict[tuple[int, int], tuple[SharedTerm, ...]] = {}
        # Pairs of one need mostly come one after the other.
        self._asked = functools.lru_cache(maxsize=1)(self._of_need)

    def __call__(self, need: int, achievement: int) -> tuple[SharedTerm, ...]:
        """List the terms of a pair.

        Parameters
        ----------
        need, achievement : int
            Positions.

        Returns
        -------
        tuple of SharedTerm
            Heaviest first, ties by the term.
        """
        found = self._found.get((need, achievement))
        if found is None:
            if len(self._found) >= _MOST_KEPT:
                # A new dictionary: another thread may be looking into the old one.
                self._found = {}
            found = self._found[need, achievement] = self._list(need, achievement)
        return found

    def _list(self, need: int, achievement: int) -> tuple[SharedTerm, ...]:
        held = self._held_by(achievement)
        own, total = self._asked(need)
        shared = [
            SharedTerm(word, rarity / total)
            for key, (word, rarity) in own.items()
            if key in held and is_telling(word, rarity)
        ]
        ranked = sorted(shared, key=_heaviest)
        if self._texts is None:
            return tuple(ranked)
        both = (self._texts[0](need).lower(), self._texts[1](achievement).lower())
        joined = sorted(_joined(ranked, both), key=_heaviest)
        return tuple(term for term in joined if _is_term(term.term))

    def general(self, need: int, achievement: int) -> float:
        """Weigh the words that a pair shares and that are too common to be listed.

        Parameters
        ----------
        need, achievement : int
            Positions.

        Returns
        -------
        float
            Their share of the rarity of all the need's terms; with the weights of the terms
            listed it is at most 1.
        """
        own, total = self._asked(need)
        held = self._held_by(achievement)
        every = math.fsum(rarity / total for key, (_, rarity) in own.items() if key in held)
        listed = math.fsum(term.weight for term in self(need, achievement))
        # What is left over by rounding alone is nothing.
        return every - listed if every - listed > 1e-12 else 0.0

    def _held_by(self, achievement: int) -> frozenset[str]:
        if achievement not in self._held:
            self._held[achievement] = frozenset(self._achievements.of(achievement))
        return self._held[achievement]

    def _of_need(self, need: int) -> tuple[dict[str, tuple[str, float]], float]:
        """Give the terms of a need, and how rare they are in all."""
        own = self._needs.of(need)
        return own, math.fsum(rarity for _, rarity in own.values())


def is_telling(word: str, rarity: float) -> bool:
    """Say whether a word is a reason to give, and no word that every text is full of.

    Parameters
    ----------
    word : str
    rarity : float
        Of :class:`~matchmaker.language.terms.TermModel`.
    """
    enough = _TELLING if len(word) > 1 else _RARE_CHARACTER
    return rarity >= enough and word.lower() not in _EVERYDAY


def _is_term(word: str) -> bool:
    """Say whether a word says something by itself: of single characters only substances do."""
    return len(word) > 1 or word in _SUBSTANCES or ord(word) in _METALS


def _heaviest(term: SharedTerm) -> tuple[float, str]:
    return (-term.weight, term.term)


def _joined(terms: list[SharedTerm], texts: tuple[str, str]) -> list[SharedTerm]:
    """Join the heaviest terms that stand side by side in both texts."""
    head, rest = terms[:_JOINED], terms[_JOINED:]
    pair = _side_by_side(head, texts)
    while pair is not None:
        first, second = pair
        head = [term for term in head if term not in pair]
        head.append(SharedTerm(first.term + second.term, first.weight + second.weight))
        pair = _side_by_side(head, texts)
    return head + rest


def _side_by_side(
    terms: list[SharedTerm], texts: tuple[str, str]
) -> tuple[SharedTerm, SharedTerm] | None:
    for first, second in itertools.permutations(terms, 2):
        both = (first.term + second.term).lower()
        if both in texts[0] and both in texts[1]:
            return first, second
    return None


class _Terms:
    """The terms of texts, from several lists."""

    def __init__(self, *lists: TermList) -> None:
        # A stored list of words spells them out anew each time.
        self._lists = [(listed, _Spelled(listed.words)) for listed in lists]

    def of(self, text: int) -> dict[str, tuple[str, float]]:
        """Map each distinct term of a text, in lower case, to its spelling and rarity."""
        found: dict[str, tuple[str, float]] = {}
        for listed, spelled in self._lists:
            words = slice(listed.starts[text], listed.starts[text + 1])
            rows, rarities = listed.ids[words].tolist(), listed.rarity[words].tolist()
            for row, rarity in zip(rows, rarities, strict=True):
                key, word = spelled[row]
                if key not in found:
                    found[key] = (word, rarity)
        return found


class _Spelled(dict[int, tuple[str, str]]):
    """Words by their numbers, in lower case and as they are."""

    def __init__(self, words: Sequence[str]) -> None:
        super().__init__()
        self._words = words

    def __missing__(self, row: int) -> tuple[str, str]:
        word = self._words[row]
        spelled = self[row] = (word.lower(), word)
        return spelled
