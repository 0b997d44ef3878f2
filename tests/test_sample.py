"""The bundled sample: as large, as varied and as dirty as it says it is."""

from __future__ import annotations

import csv
from collections import Counter

import pytest

from matchmaker import Achievement, Matches, Need, Records
from matchmaker.evaluation import read_judgements
from matchmaker.sample import sample_path

FIVE = {"信息技术", "冶金", "智能制造", "生物医药", "精细化工"}


def test_size_and_references(
    sample_needs: Records[Need], sample_achievements: Records[Achievement]
) -> None:
    assert len(sample_achievements) >= 150
    assert len(sample_needs) >= 80
    judged = read_judgements(sample_path("judged_pairs.csv"))
    assert len(judged) >= 300
    assert set(judged.need_ids) <= {need.id for need in sample_needs}
    assert set(judged.achievement_ids) <= {record.id for record in sample_achievements}
    assert len(set(zip(judged.need_ids, judged.achievement_ids, strict=True))) == len(judged)
    assert min(Counter(judged.grades.tolist()).values()) >= 50


def test_every_sector_is_there(sample_matches: Matches) -> None:
    of_needs = Counter(
        sample_matches.sectors_of_need(need.id)[0].name for need in sample_matches.needs
    )
    of_achievements = Counter(
        sample_matches.sectors_of_achievement(record.id)[0].name
        for record in sample_matches.achievements
    )
    for counts, least in ((of_needs, 5), (of_achievements, 10)):
        assert set(counts) == FIVE | {"其他"}
        assert min(counts[name] for name in FIVE) >= least
        assert counts["其他"] >= 5


def test_the_files_have_the_dirt_that_they_promise(
    sample_needs: Records[Need], sample_achievements: Records[Achievement]
) -> None:
    raw = sample_path("needs.csv").read_bytes()
    with pytest.raises(UnicodeDecodeError):
        raw.decode("utf-8")
    rows = list(csv.reader(raw.decode("gb18030").splitlines()))
    assert rows[0][:2] == ["需求编号", "难题名称"]
    # A title row stands above the headings of the workbook, so its first record is in row 3.
    first = sample_achievements[0].origin
    assert first is not None
    assert first.row == 3
    bodies = [need.body for need in sample_needs]
    assert sum("\\n" in body for body in bodies) >= 20
    assert sum("％" in body or "＞" in body for body in bodies) >= 5
    assert sum(body.startswith(("，", ",")) for body in bodies) >= 2
    assert len(bodies) > len({body for body in bodies if body})
