"""Words: grades stay whole, nothing is lost, two cutters agree, nothing is written."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchmaker.errors import ConfigError, MatchmakerError
from matchmaker.language.words import Tokenizer

GRADE_LIST = """
316L GCr15 304N Inconel625 IGBT PM2.5 COVID-19 Fe-Cr-Ni 20CrMnTi Al2O3/SiC C++ Q235 5G 3D 4K T800
LiFePO4 β-SiC 1Cr18Ni9Ti H.265 NCM811 g-C3N4 TC4 65Mn α-Fe2O3
"""
GRADES = GRADE_LIST.split()
WORDS = """
高强度 耐磨 钢板 的 轧制 工艺 研究 锂离子 电池 正极 材料 制备 方法 农药 残留 检测 与 应用 基于
深度学习 视觉 机器人 系统 废水 处理 催化剂 中 研究生 命 起源 结合 成 分子 产业化
"""

HAN = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FD5), min_size=1, max_size=12)
PHRASES = st.lists(
    st.sampled_from(WORDS.split()),
    min_size=1,
    max_size=10,
).map("".join)
MIXED = st.lists(
    st.one_of(HAN, PHRASES, st.sampled_from(GRADES), st.text(max_size=5)), max_size=8
).map("".join)
# What belongs to some word, by the module's own promise: Chinese, Latin, Greek, digits.
COVERED = re.compile(r"[A-Za-z0-9\u3400-\u9fffα-ωΑ-Ωµμ]")


@pytest.fixture(scope="module")
def rust() -> Tokenizer:
    return Tokenizer()


@pytest.fixture(scope="module")
def python() -> Tokenizer:
    return Tokenizer(engine="jieba")


def test_engines(rust: Tokenizer, python: Tokenizer) -> None:
    assert (rust.engine, python.engine) == ("rjieba", "jieba")


@pytest.mark.parametrize("grade", GRADES)
@pytest.mark.parametrize(
    "frame", ["{}", "采用{}不锈钢", "（{}）", "的{},与", "钢{}，{}钢", "≥{}。"]
)
def test_grades_stay_whole_in_running_text(grade: str, frame: str, rust: Tokenizer) -> None:
    words = rust.words(frame.replace("{}", grade))
    assert words.count(grade) == frame.count("{}")
    assert grade in rust.content_words(frame.replace("{}", grade))
    assert grade.lower() in rust.terms(frame.replace("{}", grade))


@settings(max_examples=200, deadline=None)
@given(MIXED)
def test_every_letter_and_character_stands_in_exactly_one_word(text: str) -> None:
    words = _RUST.words(text)
    assert [c for word in words for c in word if COVERED.match(c)] == COVERED.findall(text)
    at = 0
    for word in words:
        at = text.index(word, at) + len(word)


_RUST = Tokenizer()


@settings(max_examples=300, deadline=None)
@given(st.one_of(PHRASES, HAN, MIXED))
def test_both_engines_give_the_same_words(text: str) -> None:
    assert _RUST.words(text) == _python().words(text)


_CUTTERS: list[Tokenizer] = []


def _python() -> Tokenizer:
    if not _CUTTERS:
        _CUTTERS.append(Tokenizer(engine="jieba"))
    return _CUTTERS[0]


def test_both_engines_agree_outside_their_table() -> None:
    text = "".join(map(chr, [*range(0x3400, 0x4DC0, 11), 0x9FFF, 0x9FD6, 0x9FD5, 0x4E00]))
    assert _RUST.words(text) == _python().words(text)
    assert _RUST.words("㟪㛛钢板") == ["㟪", "㛛", "钢板"]


@pytest.mark.parametrize(
    ("text", "words", "terms"),
    [
        ("", [], []),
        ("。，！ \n", [], []),
        ("316L不锈钢的强度≥1200MPa", ["316L", "不锈钢", "的", "强度", "1200MPa"],
         ["316l", "不锈钢", "强度"]),
        ("Fe-Cr-Ni合金，180-230℃", ["Fe-Cr-Ni", "合金", "180-230"], ["fe-cr-ni", "合金"]),
        ("转速3000r/min和0.5mm/r", ["转速", "3000r/min", "和", "0.5mm/r"], ["转速"]),
        ("5G基站用5g粉", ["5G", "基站", "用", "5g", "粉"], ["5g", "基站", "用", "粉"]),
        ("the IGBT of 2.5GHz", ["the", "IGBT", "of", "2.5GHz"], ["igbt"]),
        ("In与in", ["In", "与", "in"], ["in"]),
        ("-5.3%", ["5.3"], []),
    ],
)  # fmt: skip
def test_words_and_terms(text: str, words: list[str], terms: list[str], rust: Tokenizer) -> None:
    assert rust.words(text) == words
    assert rust.terms(text) == terms
    assert [word.lower() for word in rust.content_words(text)] == terms


def test_user_words_are_kept_and_touch_no_other_tokenizer(python: Tokenizer) -> None:
    text = "昊华瑞石催化剂的制备"
    mine = Tokenizer(user_words=["昊华瑞石催化剂"])
    assert mine.engine == "jieba"
    assert mine.words(text)[0] == "昊华瑞石催化剂"
    assert python.words(text)[0] != "昊华瑞石催化剂"
    assert Tokenizer(user_words=["昊华瑞石催化剂"], engine="jieba").words(text) == mine.words(text)


@pytest.mark.parametrize(
    "options",
    [
        {"engine": "hanlp"},
        {"engine": "rjieba", "user_words": ["钢板"]},
        {"user_words": ["昊华H3"]},
        {"user_words": [""]},
    ],
)
def test_options_that_could_not_hold_are_refused(options: dict[str, object]) -> None:
    with pytest.raises(ConfigError) as caught:
        Tokenizer(**options)
    assert isinstance(caught.value, ValueError)
    assert isinstance(caught.value, MatchmakerError)


def test_jieba_neither_reads_nor_writes_its_cache(tmp_path: Path) -> None:
    poison = tmp_path / "jieba.cache"
    # marshal of a table that would make one word of everything
    poison.write_bytes(b"not a table that anybody should load")
    program = (
        "import logging; logging.basicConfig(level=0)\n"
        "from matchmaker.language.words import Tokenizer\n"
        "print(Tokenizer(engine='jieba').words('高强度钢板的轧制'))\n"
    )
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    environment |= dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(tmp_path))
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, check=True
    )
    assert done.stdout.decode().strip() == str(Tokenizer().words("高强度钢板的轧制"))
    assert done.stderr == b""
    assert [path.name for path in tmp_path.iterdir()] == ["jieba.cache"]
    assert poison.read_bytes() == b"not a table that anybody should load"
    assert Path(tempfile.gettempdir()) != tmp_path


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("使用304不锈钢和7075铝合金", ["使用", "304", "不锈钢", "7075", "铝合金"]),
        ("811正极材料", ["811", "正极", "材料"]),
        ("5083、6061铝板", ["6061", "铝板"]),
        ("产能1200吨，共320个", ["产能", "吨", "共"]),
        ("转速3000转，2019年", ["转速", "转"]),
        ("800-1000目", ["目"]),
    ],
)
def test_a_bare_number_before_a_noun_is_a_grade(text: str, terms: list[str]) -> None:
    assert Tokenizer().terms(text) == terms
