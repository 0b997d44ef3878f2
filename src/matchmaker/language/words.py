"""Cutting Chinese technical text into words without breaking grades and model numbers."""

from __future__ import annotations

import functools
import re
import warnings
from collections.abc import Callable, Iterable, Sequence

from matchmaker.errors import ConfigError

# A run of Latin letters and digits, joined inside by the marks that occur within names of
# materials and models: 316L, GCr15, Fe-Cr-Ni, PM2.5, COVID-19, Al2O3/SiC, C++.
_PROTECTED = re.compile(r"[A-Za-z0-9α-ωΑ-Ωµμ]+(?:[.\-/·_][A-Za-z0-9α-ωΑ-Ωµμ]+)*\+{0,2}")
# jieba's table ends at U+9FD5 and knows nothing of Extension A; the two cutters treat what lies
# outside differently, so each such character is a word.
_HAN_RUN = re.compile(r"[\u4e00-\u9fd5]+|[\u3400-\u9fff]")
_USER_WORD = re.compile(r"[\u4e00-\u9fd5]+")
_PIECES = re.compile(rf"({_PROTECTED.pattern})|({_HAN_RUN.pattern})")
# A number, a range of numbers or a number with a unit says how much, not what. Units that are
# also grades (316L, 304N, 5G, 3D, 4K) are not listed: dropping a grade costs more than keeping
# a quantity.
_QUANTITY = re.compile(
    r"[\d.\-/]+(?:[kMGm]?Pa|[Mm]pa|[Gg]pa|[kcmunµμ]?m|[kmµμ]?g|t|[mM]l|mL|[kM]?W|kWh|[km]?V|m?A|m?Ah|Wh"
    r"|[kMG]?Hz|m?s|min|h|d|r/min|rpm|ppm|ppb|d[Bb]|mol|wt|w|x|X)?(?:/[a-zA-Z]+)?"
)
# A bare number right before a noun is a grade (304不锈钢, 7075铝合金, 811正极); before a measure
# word, or inside a range, it is a quantity.
_MEASURES = (
    "个人台套件年月日天小分秒时克千公斤米毫厘微度次亩平立方升转目倍级项条家名余多以左吨万亿元百"
    "种片块根支只页点号期周届户所座间层批组对双伏安瓦赫兹帕兆比到至几来等或和与及、的"
)
_GRADE = re.compile(rf"(?<![\d.\-/~—～])\d{{3,4}}(?=[\u4e00-\u9fd5])(?![{_MEASURES}])")
_FUNCTION_WORDS = """
的 了 和 与 及 或 在 是 为 对 将 把 被 从 到 由 以 于 之 其 该 此 这 那 本 等 并 且 而 但
也 都 就 使 让 给 向 有 无 不 中 上 下 内 外 个 一 一种 一个 以及 或者 如果 因为 所以 由于
因此 可 可以 能 能够 并且 左右 即可 小于 大于 低于 高于 等于 达到 超过 不超过 不低于 以内 之间
一次 多次 时间 时候 部分 存在 出现 包括 属于 由此 同时 从而 此外 目的 方式
其中 我 我们 我司 本公司 公司 企业 目前 现有 进行 通过 采用 利用
实现 具有 需要 需求 要求 希望 解决 问题 提供 相关 主要 新 好 高 低 大 小 多 较 更 最 很
不同 各种 以上 以下 等等 具体 如下 方面 情况 年 月 日 元 万元
the of and for in on a an to with by is are
"""
_STOPWORDS = frozenset(_FUNCTION_WORDS.split())


@functools.cache
def _rust_cutter() -> Callable[[str], list[str]]:
    import rjieba

    def cut(text: str) -> list[str]:
        words: list[str] = rjieba.cut(text)
        return words

    return cut


def _python_cutter(user_words: Sequence[str]) -> Callable[[str], list[str]]:
    with warnings.catch_warnings():
        # Old syntax and pkg_resources; nothing that a caller could act on.
        warnings.simplefilter("ignore")
        import jieba

    tokenizer = jieba.Tokenizer()
    # jieba's own start-up reads and writes a cache in the shared temporary folder; building the
    # table from its dictionary leaves no trace and trusts no file that others can write.
    tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
    tokenizer.initialized = True
    for word in user_words:
        tokenizer.add_word(word)

    def cut(text: str) -> list[str]:
        words: list[str] = tokenizer.lcut(text)
        return words

    return cut


class Tokenizer:
    """Words of a text, in order.

    Chinese runs are cut by jieba's dictionary and model: through ``rjieba``, the same in Rust, or
    through ``jieba`` itself where the user adds words or asks for it. Both give the same words on
    Chinese runs. Latin and number runs never reach the cutter, so 316L, GCr15 or Fe-Cr-Ni stay
    whole.

    Parameters
    ----------
    user_words : iterable of str, optional
        Terms that must not be cut, such as a product's name; of Chinese characters only, because
        nothing else is ever cut.
    engine : {"rjieba", "jieba"}, optional
        ``user_words`` need "jieba", which is then the default.

    Raises
    ------
    ConfigError
        If the engine is unknown, a word holds anything but Chinese characters, or "rjieba" is
        asked for together with ``user_words``.
    """

    def __init__(self, *, user_words: Iterable[str] = (), engine: str | None = None) -> None:
        words = tuple(user_words)
        engine = engine or ("jieba" if words else "rjieba")
        if engine not in ("rjieba", "jieba"):
            raise ConfigError(f"unknown engine {engine!r}: use 'rjieba' or 'jieba'")
        if engine == "rjieba" and words:
            raise ConfigError("user_words need engine='jieba'")
        for word in words:
            if not _USER_WORD.fullmatch(word):
                raise ConfigError(f"user word {word!r} must be of Chinese characters only")
        self.engine = engine
        self._cut = _rust_cutter() if engine == "rjieba" else _python_cutter(words)

    def words(self, text: str) -> list[str]:
        """Cut a text.

        Parameters
        ----------
        text : str
            Of :func:`~matchmaker.language.normalize.matching_text`.

        Returns
        -------
        list of str
            In order; punctuation and blanks left out, letter case kept.

        Examples
        --------
        >>> Tokenizer().words("316L不锈钢，Fe-Cr-Ni合金≥1200MPa")
        ['316L', '不锈钢', 'Fe-Cr-Ni', '合金', '1200MPa']
        """
        found: list[str] = []
        for protected, run in _PIECES.findall(text):
            if protected:
                found.append(protected)
            else:
                found.extend(self._cut(run))
        return found

    def terms(self, text: str) -> list[str]:
        """Cut a text and keep the words that can say what it is about.

        Parameters
        ----------
        text : str
            Of :func:`~matchmaker.language.normalize.matching_text`.

        Returns
        -------
        list of str
            In order, letters folded to lower case, without quantities and function words.

        Examples
        --------
        >>> Tokenizer().terms("316L不锈钢的强度≥1200MPa，替代304不锈钢300吨")
        ['316l', '不锈钢', '强度', '替代', '304', '不锈钢']
        """
        return [word.lower() for word in self.content_words(text)]

    def content_words(self, text: str) -> list[str]:
        """Cut a text as :meth:`terms` does, with the letters as they are written.

        Parameters
        ----------
        text : str
            Of :func:`~matchmaker.language.normalize.matching_text`.

        Returns
        -------
        list of str
        """
        grades = set(_GRADE.findall(text))
        return [
            word
            for word in self.words(text)
            if word not in _STOPWORDS and (word in grades or not _QUANTITY.fullmatch(word))
        ]
