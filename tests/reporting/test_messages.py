from __future__ import annotations

import re
import string
from dataclasses import replace

import numpy as np
import pytest
from rich.console import Console

from matchmaker.errors import ConfigError
from matchmaker.records import ReadNote, ReadReport
from matchmaker.reporting import (
    RunSummary,
    messages,
    page,
    print_table,
    workbook,
    write,
    write_csv,
)
from matchmaker.reporting.check_messages import CHECK_MESSAGES
from matchmaker.reporting.facts import EVENTS
from matchmaker.reporting.judging import write_judging_workbook
from matchmaker.reporting.messages import LANGUAGES, MESSAGES, check_lang, text
from matchmaker.reporting.plans.messages import PLAN_MESSAGES
from matchmaker.reporting.store_facts import store_facts, store_findings
from matchmaker.scoring.constraints import Constraint, ConstraintCount, Eligibility
from matchmaker.scoring.explanation import Counterfactual, Evidence, Explanation, Part, Reasons
from matchmaker.scoring.pairs import RankedPairs

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


def every_explanation() -> list[Explanation]:
    """Explanations that say between them everything that can be said."""

    def said(kind: str, weight: float, verdict: str = "", detail: str = "") -> Evidence:
        return Evidence(kind, 0.01, "铸坯", "板坯", weight, verdict, detail)

    names = ("maturity", "money", "cooperation", "region")
    found = []
    for weight, verdict in ((1.0, "met"), (0.0, "met"), (-1.0, "missed")):
        fields = [Part(name, 0.01, (said("field", weight, "", name),)) for name in names]
        parts = (
            Part("base", 0.01),
            Part("terms", 0.01, (said("term", 0.5),)),
            Part("near_terms", 0.01, (said("near_term", 0.7),)),
            Part("meaning", 0.01, (said("text", 0.7),)),
            Part("judgements", 0.01 * (weight or 1)),
            Part("reranker", 0.01),
            Part("sector", 0.01, (said("sector", weight),)),
            Part("indicators", 0.01, (said("indicator", weight, verdict, "强度"),)),
            *fields,
            Part("preferences", 0.01, (said("preference", weight, verdict, "trl>=6"),)),
        )
        still = (said("indicator", 0, "unsaid", "强度"), said("indicator", 0, "incomparable", "x"))
        found.append(Explanation(0.5, parts, ("terms",), still))
    alike = Part("meaning", 0.4, (Evidence("text", 0.4, "", "", 0.7),))
    found.append(Explanation(0.4, (Part("base", 0.0), alike), ("terms", "meaning")))
    found.append(Explanation(0.0, (), ()))
    return found


def explained(pairs: RankedPairs, why: Explanation, *, rank: int | None) -> RankedPairs:
    """Give pairs that all have one explanation and, without their first term, another rank."""
    reasons = Reasons(
        lambda need, achievement, spans: why,
        lambda need, achievement, term: Counterfactual(term, rank and 40 + rank, 0.1, 100),
    )
    return RankedPairs(replace(pairs.context, reasons=reasons), pairs.columns)


def constrained() -> RunSummary:
    """Give a summary of a run with constraints of every effect."""
    hard = Constraint.parse("trl>=6", hard=True)
    count = ConstraintCount(hard, 3, 1, 2, 1)
    eligibility = Eligibility(np.array([True, False]), (count,))
    codes = [
        "cleaned",
        "placeholder",
        "several",
        "purchase",
        "people",
        "no_need",
        "copy_exact",
        "copy_near",
    ]
    notes = tuple(ReadNote(1, code, "", rows=(1,)) for code in codes)
    return RunSummary(
        k=1,
        min_score=0.0,
        model="m",
        preferences=("region=辽宁",),
        eligibility=eligibility,
        needs_report=ReadReport(1, 1, (), notes, "x.csv"),
    )


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
    for number, why in enumerate(every_explanation()):
        # A small lead, which a term may bear.
        close = ranked(pairs=((0, 0, 0.5, 2, 0.1), (0, 1, 0.49, 2, 0.1)))
        told = explained(close, why, rank=number or None)
        for ending in (".xlsx", ".html"):
            write(told, tmp_path / f"x{ending}", lang=lang, summary=constrained())
    store_facts({**INFO, "unfinished": None}, lang=lang)
    for findings in ([], ["x"]):
        store_findings(findings, 1, lang=lang)
    judged = [(match.need, match.achievement) for match in ranked()]
    write_judging_workbook(judged, tmp_path / "j.xlsx", lang=lang)
    # What checks and plans say is covered by the tests of their reports.
    assert spy.used == set(MESSAGES) - set(CHECK_MESSAGES) - set(PLAN_MESSAGES)


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
