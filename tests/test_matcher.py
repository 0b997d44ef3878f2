"""The facade on the shipped model: what holds for any pair, in any collection, both ways."""

from __future__ import annotations

import pickle
import random
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from matchmaker import (
    Achievement,
    Matcher,
    Matches,
    Need,
    Records,
    SectorRegistry,
    match,
)
from matchmaker.errors import ConfigError, ModelError, StoreError
from matchmaker.evaluation import evaluate, read_judgements
from matchmaker.language.sectors import Sector
from matchmaker.retrieval.quantized import rounded
from matchmaker.sample import sample_path
from matchmaker.scoring.facts import Weights
from matchmaker.testing import HashingEncoder

STEEL = Need(id="N1", title="轴承钢大方坯中心碳偏析控制", body="铸坯中心偏析严重，需要轻压下工艺")
CASTING = Achievement(id="A1", title="连铸坯凝固末端轻压下与中心偏析控制技术")
VACCINE = Achievement(id="A2", title="流感病毒疫苗的细胞培养工艺")


def shown(matches: Matches) -> list[tuple[str, str, int, float, int]]:
    return [
        (pair.need.id, pair.achievement.id, pair.rank, pair.score, pair.grade) for pair in matches
    ]


def test_the_related_achievement_comes_first() -> None:
    matches = match([STEEL], [VACCINE, CASTING], k=2)
    assert [pair.achievement.id for pair in matches] == ["A1", "A2"]
    assert [pair.rank for pair in matches] == [1, 2]
    assert matches[0].grade > matches[1].grade
    assert matches[0].similarity > matches[1].similarity
    assert "中心偏析" in {term.term for term in matches[0].shared_terms}
    assert sum(term.weight for term in matches[0].shared_terms) <= 1


def test_grade_four_achievements_stand_among_the_first_three(sample_matches: Matches) -> None:
    # The bundled judgements are the oracle: every need with a strong answer gets one at once,
    # but for those few whose answer uses other words throughout.
    judged = read_judgements(sample_path("judged_pairs.csv"))
    strong: dict[str, set[str]] = {}
    for need_id, achievement_id, grade in zip(
        judged.need_ids, judged.achievement_ids, judged.grades, strict=True
    ):
        if grade == 4:
            strong.setdefault(need_id, set()).add(achievement_id)
    by_need = sample_matches.by_need()
    found = [
        bool(ids & {pair.achievement.id for pair in by_need[need_id][:3]})
        for need_id, ids in strong.items()
    ]
    assert sum(found) >= 0.95 * len(found)


def test_sample_is_ranked_well_above_chance(
    sample_matcher: Matcher,
    sample_needs: Records[Need],
    sample_achievements: Records[Achievement],
) -> None:
    judged = read_judgements(sample_path("judged_pairs.csv"))
    needs = {need.id: need for need in sample_needs}
    achievements = {record.id: record for record in sample_achievements}
    pairs = [
        (needs[need_id], achievements[achievement_id])
        for need_id, achievement_id in zip(judged.need_ids, judged.achievement_ids, strict=True)
    ]
    graded = sample_matcher.score(pairs)
    result = evaluate(judged, graded.score, graded.grade)
    constant = evaluate(judged, np.zeros(len(pairs)), np.ones(len(pairs), dtype=np.int8))
    assert result.ndcg > 0.9 > constant.ndcg
    assert result.spearman > 0.6


def test_scores_do_not_depend_on_what_else_is_there(
    sample_matcher: Matcher, sample_matches: Matches
) -> None:
    everything = {(pair.need.id, pair.achievement.id): pair.score for pair in sample_matches}
    some = sample_matches[::17]
    alone = sample_matcher.score([(pair.need, pair.achievement) for pair in some])
    for pair, score, grade in zip(some, alone.score, alone.grade, strict=True):
        assert score == pytest.approx(everything[pair.need.id, pair.achievement.id], abs=1e-5)
        assert grade == pair.grade
    first = sample_matches[0]
    small = match([first.need], [first.achievement])
    assert small[0].score == pytest.approx(first.score, abs=1e-5)


def test_shuffled_input_gives_the_same_ranking(
    sample_needs: Records[Need],
    sample_achievements: Records[Achievement],
    sample_matches: Matches,
) -> None:
    needs, achievements = list(sample_needs), list(sample_achievements)
    random.Random(7).shuffle(needs)
    random.Random(8).shuffle(achievements)
    matcher = Matcher()
    # Added in three parts, so that incremental adding is covered too.
    for part in (achievements[:50], achievements[50:51], achievements[51:]):
        matcher.add(part)
    assert shown(matcher.match(needs, k=10)) == shown(sample_matches)


def test_both_directions_give_a_pair_the_same_score(
    sample_matcher: Matcher, sample_achievements: Records[Achievement], sample_matches: Matches
) -> None:
    forward = {(pair.need.id, pair.achievement.id): pair.score for pair in sample_matches}
    reverse = sample_matcher.match_achievements(sample_achievements, k=84)
    assert reverse.direction == "achievement_to_need"
    assert list(dict.fromkeys(pair.achievement.id for pair in reverse)) == [
        record.id for record in sorted(sample_achievements, key=lambda record: record.id)
    ]
    both = [pair for pair in reverse if (pair.need.id, pair.achievement.id) in forward]
    assert len(both) == len(forward)
    for pair in both:
        assert pair.score == pytest.approx(forward[pair.need.id, pair.achievement.id], abs=1e-5)


def test_ranks_count_up_while_scores_fall(sample_matches: Matches) -> None:
    for of_need in sample_matches.by_need().values():
        assert [pair.rank for pair in of_need] == list(range(1, len(of_need) + 1))
        assert all(a.score >= b.score for a, b in pairwise(of_need))


def test_sector_limits_both_sides_and_keeps_scores(
    sample_matcher: Matcher, sample_needs: Records[Need], sample_matches: Matches
) -> None:
    limited = sample_matcher.match(sample_needs, k=200, sector="钢铁")
    expected = {need.id for need in sample_needs if _has(sample_matches, need.id, "冶金")}
    assert {need.id for need in limited.needs} == expected
    for pair in limited:
        assert "冶金" in [label.name for label in pair.achievement_sectors]
        assert "冶金" in pair.sectors
    # Nothing of the sector is missing: every need meets every achievement of it.
    of_sector = Counter(pair.need.id for pair in limited)
    size = sum(
        "冶金" in [label.name for label in sample_matches.sectors_of_achievement(record.id)]
        for record in sample_matches.achievements
    )
    assert set(of_sector.values()) == {size}
    everything = {(pair.need.id, pair.achievement.id): pair.score for pair in sample_matches}
    for pair in limited:
        key = (pair.need.id, pair.achievement.id)
        if key in everything:
            assert pair.score == pytest.approx(everything[key], abs=1e-5)


def _has(matches: Matches, need_id: str, sector: str) -> bool:
    return sector in [label.name for label in matches.sectors_of_need(need_id)]


def test_min_score_only_drops(
    sample_matcher: Matcher, sample_needs: Records[Need], sample_matches: Matches
) -> None:
    kept = sample_matcher.match(sample_needs, k=10, min_score=0.4)
    assert shown(kept) == [row for row in shown(sample_matches) if row[3] >= 0.4]
    assert 0 < len(kept) < len(sample_matches)
    assert set(kept.by_need()) == {need.id for need in sample_needs}


def test_a_missing_body_is_no_reason_to_rank_lower() -> None:
    full = replace(CASTING, body="本项目组建了团队，完成了立项、验收与推广，反响良好。")
    bare = replace(CASTING, id="A0")
    scores = {pair.achievement.id: pair.score for pair in match([STEEL], [full, bare])}
    assert scores["A1"] >= scores["A0"]


def test_k_larger_than_the_collection_and_empty_collections() -> None:
    matcher = Matcher()
    assert len(matcher.match([STEEL])) == 0
    assert list(matcher.match([STEEL]).by_need()) == ["N1"]
    assert len(matcher.match([])) == 0
    assert len(matcher.score([]).score) == 0
    matcher.add([CASTING, VACCINE])
    assert len(matcher.match([STEEL], k=500)) == 2
    assert len(matcher.match_achievements([CASTING])) == 0


def test_text_of_unknown_words_only() -> None:
    odd = Need(id="N1", title="?!…")
    matches = match([odd], [CASTING])
    assert matches[0].grade == 1
    assert matches[0].shared_terms == ()


def test_adding_counts_what_changed() -> None:
    matcher = Matcher()
    assert matcher.add([]) == 0
    assert matcher.add([CASTING, VACCINE]) == 2
    assert matcher.add([CASTING]) == 0
    changed = replace(CASTING, title="高炉渣余热回收")
    assert matcher.add([changed, VACCINE]) == 1
    assert matcher.achievements == (changed, VACCINE)
    assert matcher.add([STEEL]) == 1
    assert matcher.needs == (STEEL,)


def test_replacing_a_record_replaces_its_matches() -> None:
    matcher = Matcher()
    matcher.add([CASTING, VACCINE])
    matcher.add([replace(CASTING, title="高炉渣余热回收")])
    fresh = match([STEEL], [replace(CASTING, title="高炉渣余热回收"), VACCINE])
    assert shown(matcher.match([STEEL])) == shown(fresh)


@pytest.mark.parametrize(
    ("records", "message"),
    [
        ([STEEL, CASTING], "records of one kind"),
        (["text"], "expected Need or Achievement, got str"),
        ([CASTING, replace(CASTING, title="另一个")], "'A1' stands for two different records"),
    ],
)
def test_adding_wrong_things(records: Sequence[object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        Matcher().add(records)  # type: ignore[arg-type]


def test_wrong_arguments() -> None:
    matcher = Matcher()
    for k in (0, "5", 2.5, True, None):
        with pytest.raises(ConfigError, match=f"k must be a whole number .* not {k!r}"):
            matcher.match([STEEL], k=k)  # type: ignore[arg-type]
    for score in (1.5, -0.1, float("nan"), "0.4"):
        with pytest.raises(ConfigError, match=r"min_score must be a number in \[0, 1\]"):
            matcher.match([STEEL], min_score=score)  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="expected records of type Need, got Achievement"):
        matcher.score([(CASTING, STEEL)])  # type: ignore[list-item]
    with pytest.raises(ConfigError, match="unknown sector '航天'; the registry knows 信息技术"):
        matcher.match([STEEL], sector="航天")
    with pytest.raises(ConfigError, match="expected records of type Need, got Achievement"):
        matcher.match([CASTING])  # type: ignore[list-item]
    with pytest.raises(ConfigError, match="expected records of type Achievement, got Need"):
        matcher.match_achievements([STEEL])  # type: ignore[list-item]
    with pytest.raises(ConfigError, match="candidates must be at least 1, not 0"):
        Matcher(candidates=0)
    with pytest.raises(ModelError, match="manifest"):
        Matcher(model="nowhere")


def test_progress_is_told_of_every_stage() -> None:
    calls: list[tuple[str, int, int]] = []
    matcher = Matcher(progress=lambda *call: calls.append(call))
    calls.clear()
    matcher.add([CASTING])
    matcher.match([STEEL])
    assert calls == [("encode", 1, 1), ("encode", 1, 1), ("rank", 0, 1), ("rank", 1, 1)]


def test_another_encoder_finds_candidates_and_keeps_scores() -> None:
    encoder = HashingEncoder(dim=32)
    matcher = Matcher(encoder=encoder)
    matcher.add([CASTING, VACCINE])
    matches = matcher.match([STEEL])
    vectors = encoder.encode_document(["连铸坯凝固末端轻压下与中心偏析控制技术"])
    query = encoder.encode_query([f"{STEEL.title} {STEEL.body}"])
    # matching_text turns the full-width comma of the body into a plain one.
    plain = encoder.encode_query([f"{STEEL.title} {STEEL.body}".replace("，", ",")])
    # Vectors are compared as they are kept, in one byte a component.
    kept = [rounded(found)[0].astype(float) for found in (vectors, plain)]
    cosine = kept[0] @ kept[1] / np.linalg.norm(kept[0]) / np.linalg.norm(kept[1])
    assert matches[0].similarity == pytest.approx(float(cosine), abs=1e-6)
    assert query.shape == (1, 32)
    assert shown(matches) == [
        (*row[:3], pytest.approx(row[3], abs=1e-6), row[4])
        for row in shown(match([STEEL], [CASTING, VACCINE]))
    ]


def test_a_registry_of_the_users_own() -> None:
    registry = SectorRegistry(
        [Sector("钢铁工业", "Steel", aliases=("冶金",)), Sector("海洋", "Ocean")], version="mine"
    )
    matcher = Matcher(registry=registry)
    matcher.add([replace(CASTING, sectors=("冶金",)), VACCINE])
    matches = matcher.match([STEEL])
    labels = {
        record.id: matches.sectors_of_achievement(record.id) for record in matches.achievements
    }
    assert [label.name for label in labels["A1"]] == ["钢铁工业"]
    assert [label.name for label in labels["A2"]] == ["其他"]


def test_save_and_open(
    tmp_path: Path, sample_matcher: Matcher, sample_needs: Records[Need]
) -> None:
    folder = tmp_path / "store"
    sample_matcher.save(folder)
    with Matcher.open(folder) as opened:
        assert opened.achievements == sample_matcher.achievements
        assert opened.needs == sample_matcher.needs
        found = opened.match(sample_needs, k=3)
        assert shown(found) == shown(sample_matcher.match(sample_needs, k=3))
    with pytest.raises(StoreError, match="made with encoder"):
        Matcher.open(folder, encoder=HashingEncoder(dim=8))
    with pytest.raises(StoreError, match="no store is here"):
        Matcher.open(tmp_path / "elsewhere")


def test_to_frame(sample_matches: Matches) -> None:
    frame = sample_matches.to_frame()
    assert len(frame) == len(sample_matches)
    assert frame["need_id"].tolist() == [pair.need.id for pair in sample_matches]
    assert frame["score"].tolist() == [pair.score for pair in sample_matches]


def test_summary_tells_of_the_readers(sample_matches: Matches, sample_matcher: Matcher) -> None:
    summary = sample_matches.summary
    assert summary is not None
    assert summary.needs_report is not None
    assert (summary.needs_report.read, summary.k, summary.sector) == (84, 10, None)
    assert summary.achievements_report is not None
    assert summary.achievements_report.kept == 155
    assert summary.model == sample_matcher.model_name


def test_one_achievement_under_several_ids_is_listed_once() -> None:
    copies = [replace(CASTING, id=f"A1{letter}") for letter in "cab"]
    other_owner = replace(CASTING, id="A3", organisation="另一所大学")
    matches = match([STEEL], [*copies, VACCINE, other_owner], k=3)
    assert [(pair.achievement.id, pair.duplicates) for pair in matches] == [
        ("A1a", ("A1b", "A1c")),
        ("A3", ()),
        ("A2", ()),
    ]
    assert len(matches.achievements) == 5


def test_adding_from_several_threads_loses_nothing(
    sample_achievements: Records[Achievement],
) -> None:
    matcher = Matcher()
    records = list(sample_achievements)
    with ThreadPoolExecutor(max_workers=4) as pool:
        changed = list(pool.map(matcher.add, [records[part::4] for part in range(4)]))
    assert sum(changed) == len(records)
    assert matcher.achievements == tuple(sorted(records, key=lambda record: record.id))


def test_a_match_travels_without_its_explanation(sample_matches: Matches) -> None:
    match = sample_matches[0]
    copied = pickle.loads(pickle.dumps(match))
    assert copied == match
    with pytest.raises(ConfigError, match="only matches that a search has found"):
        copied.explain()


def test_warming_up_asks_each_side_for_the_other(sample_needs: Records[Need]) -> None:
    matcher = Matcher()
    matcher.weights = Weights(sector=0.5)
    matcher.add(list(sample_needs)[:3])
    matcher.warm_up()


def test_without_a_question_nobody_was_left_out(sample_matcher: Matcher) -> None:
    assert sample_matcher.match([], require=["trl>=6"]).summary.eligibility is None
    found = sample_matcher.match(
        [Need(id="1", title="轴承钢")], require=["地区=辽宁"], where={"title": "没有"}
    )
    assert len(found) == 0
    assert found.summary.eligibility.left == 0
    with pytest.raises(ConfigError, match="颜色"):
        sample_matcher.match(
            [Need(id="1", title="轴承钢")], require=["trl>=6"], where={"颜色": "红"}
        )
