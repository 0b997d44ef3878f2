from __future__ import annotations

import re
import string

import pytest
from rich.console import Console

from matchmaker.errors import ConfigError
from matchmaker.reporting import messages, page, print_table, workbook, write, write_csv
from matchmaker.reporting.facts import EVENTS
from matchmaker.reporting.judging import write_judging_workbook
from matchmaker.reporting.messages import LANGUAGES, MESSAGES, check_lang, text
from matchmaker.reporting.store_facts import store_facts, store_findings

INFO = {
    "path": "store",
    "needs": 1,
    "achievements": 1,
    "generation": 1,
    "segments": [],
    "made_with": {},
    "bytes": {"total": 0, "text": 0, "index": 0},
}


def fields(template):
    return sorted(name for _, name, _, _ in string.Formatter().parse(template) if name is not None)


@pytest.mark.parametrize("key", sorted(MESSAGES))
def test_every_message_stands_in_both_languages_with_the_same_values(key):
    chinese, english = MESSAGES[key]
    assert chinese
    assert english
    assert fields(chinese) == fields(english)
    assert not re.search("[\u4e00-\u9fff，；：（）。、]", english)


@pytest.mark.parametrize("key", sorted(MESSAGES))
def test_chinese_messages_have_chinese_punctuation(key):
    chinese = re.sub(r"\{.*?\}", "", MESSAGES[key][0])
    if re.search("[\u4e00-\u9fff]", chinese):
        assert not re.search("[,;()]", chinese)


class Spy(dict):
    def __init__(self, *args):
        super().__init__(*args)
        self.used = set()

    def __getitem__(self, key):
        self.used.add(key)
        return super().__getitem__(key)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_key_is_used(lang, ranked, summary, tmp_path, monkeypatch):
    spy = Spy(MESSAGES)
    monkeypatch.setattr(messages, "MESSAGES", spy)
    monkeypatch.setattr(page, "CARDS", 3)
    monkeypatch.setattr(page, "PAIRS", 1)
    monkeypatch.setattr(workbook, "PARTNERS", 1)
    report = summary.needs_report
    many = type(report)(EVENTS + 1, 0, report.left_out[:1] * (EVENTS + 1), report.notes, "x.csv")
    long = type(summary)(k=1, min_score=0.0, sector="冶金", model="m", achievements_report=many)
    for direction in ("need_to_achievement", "achievement_to_need"):
        pairs = ranked(direction, duplicates={"A1": ("A1b",), "N1": ("N1b",)})
        for ending in (".xlsx", ".html"):
            for about in (summary, long):
                write(pairs, tmp_path / f"x{ending}", lang=lang, summary=about)
        write_csv(pairs, tmp_path / "x.csv", lang=lang)
        with (tmp_path / "x.txt").open("w", encoding="utf-8") as file:
            print_table(pairs, lang=lang, console=Console(file=file))
            print_table(ranked(direction, pairs=()), lang=lang, console=Console(file=file))
    store_facts({**INFO, "unfinished": None}, lang=lang)
    for findings in ([], ["x"]):
        store_findings(findings, 1, lang=lang)
    judged = [(match.need, match.achievement) for match in ranked()]
    write_judging_workbook(judged, tmp_path / "j.xlsx", lang=lang)
    assert spy.used == set(MESSAGES)


def test_values_are_filled_in_and_not_read_as_templates():
    assert text("mark.aside", "en", text="{0.__class__}", aside="x") == "{0.__class__} (x)"
    assert text("mark.aside", "zh", text="甲", aside="乙") == "甲（乙）"
    assert text("grade.4", "zh") == "强相关"


def test_unknown_language_and_unknown_key():
    with pytest.raises(ConfigError, match="unknown language 'fr': known are zh, en"):
        check_lang("fr")
    with pytest.raises(ConfigError, match="fr"):
        text("grade.4", "fr")
    with pytest.raises(KeyError):
        text("grade.5", "zh")
