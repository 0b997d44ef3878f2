"""Nothing of an invented name is left, and next to nothing else is lost."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest
from anonymity_names import TEST_LISTS, Case, leaks, make_cases, plain

from matchmaker import Records
from matchmaker.language.anonymity import Anonymiser
from matchmaker.language.anonymity.names import brand_of, without_legal_form, without_place
from matchmaker.language.anonymity.words import ordinary
from matchmaker.language.normalize import matching_text
from matchmaker.language.words import Tokenizer
from matchmaker.records import Achievement, Need

Record = Need | Achievement
CASES = 420
BDCI = Path(__file__).parents[3] / "shared" / "data" / "bdci2019" / "needs.jsonl"


@pytest.fixture(scope="module")
def sample(sample_needs: Records[Need], sample_achievements: Records[Achievement]) -> list[Record]:
    return [*sample_needs, *sample_achievements]


@pytest.fixture(scope="module")
def cases(sample: list[Record]) -> list[tuple[Case, Record]]:
    made = make_cases(sample, TEST_LISTS, n=CASES, seed=20)
    return [(case, Anonymiser([*case.others, case.record]).record(case.record)) for case in made]


def words(record: Record) -> Counter[str]:
    goals = record.goals if isinstance(record, Need) else record.indicators
    whole = "\n".join((record.title, record.body, goals))
    return Counter(Tokenizer().words(matching_text(whole)))


def kept(pairs: Iterable[tuple[Record, Record]]) -> float:
    """Share of the words of clean records that what is shown still has."""
    total = found = 0
    for clean, seen in pairs:
        before = words(clean)
        total += before.total()
        found += (before & words(seen)).total()
    return found / total


def test_the_cases_are_of_all_kinds_and_say_their_names(cases: list[tuple[Case, Record]]) -> None:
    assert len({case.kind for case, _ in cases}) >= 15
    for case, _ in cases:
        whole = plain(case.record.to_dict())
        assert case.left
        assert all(plain(part) in whole for part in case.left), case


def test_nothing_of_an_invented_name_is_left(cases: list[tuple[Case, Record]]) -> None:
    left = [(case.kind, case.how, case.words, leaks(case, seen)) for case, seen in cases]
    assert [found for found in left if found[-1]] == []


def test_the_words_around_an_invented_name_stay(cases: list[tuple[Case, Record]]) -> None:
    assert kept((case.clean, seen) for case, seen in cases) >= 0.99


def test_nothing_of_the_sample_s_names_is_left(sample: list[Record]) -> None:
    anonymiser = Anonymiser(sample)
    whole = plain([anonymiser.record(record).to_dict() for record in sample])
    names = {part for record in sample for part in plain(record.organisation).split("、") if part}
    brands = {brand_of(without_place(without_legal_form(name))) for name in names}
    assert len(names) > 90
    for name in (*names, *(brand for brand in brands if not ordinary(brand))):
        if not name.startswith(("某", "xx")):
            assert name not in whole, name
    for person in ("桑予宁", "江既明", "尉迟岚", "蔺采苓", "苇塘", "河汊"):
        assert person not in whole


def test_the_sample_keeps_its_words(sample: list[Record]) -> None:
    anonymiser = Anonymiser(sample)
    assert kept((record, anonymiser.record(record)) for record in sample) >= 0.999


@pytest.mark.skipif(not BDCI.exists(), reason="the shared data are not here")
def test_real_needs_keep_their_words() -> None:
    lines = BDCI.read_text(encoding="utf-8").splitlines()
    records = [Need.from_dict(plain) for plain in map(json.loads, lines)]
    anonymiser = Anonymiser(records)
    assert kept((record, anonymiser.record(record)) for record in records) >= 0.99
