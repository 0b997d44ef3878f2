import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks import bdci
from benchmarks.bdci_data import (
    Contest,
    NeedText,
    Pairs,
    Prediction,
    clean,
    load_contest,
    need_groups,
    split_by_group,
    split_by_pair,
    train_test_rows,
)
from benchmarks.bdci_methods import (
    METHODS,
    MethodUnavailableError,
    OrdinalFit,
    constant,
    grams,
    lower_median,
    need_median,
    words,
)
from matchmaker.evaluation import Judgements, evaluate

SUBJECTS = ["高炉煤气脱硫", "锂电池隔膜", "数控机床主轴", "抗肿瘤药物", "工业机器人", "稀土催化剂"]


def toy() -> Contest:
    """Ten needs of six texts; a title that names the need's subject has grade 3, others 1."""
    needs, rows = {}, []
    for at in range(10):
        subject = SUBJECTS[at % 6]
        width = "，" if at < 6 else ","
        needs[f"n{at}"] = NeedText(f"{subject}技术", f"希望引进{subject}的工艺{width}已有产线。")
        for other in SUBJECTS:
            grade = 3 if other == subject else 1
            rows.append((f"n{at}", f"a{len(rows)}", grade, f"{other} 制备 方法"))
    need_ids, achievement_ids, grades, titles = zip(*rows, strict=True)
    judgements = Judgements(
        need_ids=need_ids,
        achievement_ids=achievement_ids,
        grades=np.array(grades),
        achievement_titles=titles,
    )
    return Contest(judgements, needs, need_groups(need_ids, needs))


def test_needs_of_one_text_are_one_group() -> None:
    contest = toy()
    by_need = dict(zip(contest.judgements.need_ids, contest.groups, strict=True))
    assert by_need["n0"] == by_need["n6"] != by_need["n1"]
    assert len(set(by_need.values())) == 6


@pytest.mark.parametrize("seed", range(5))
def test_split_by_need_text_has_no_group_on_both_sides(seed: int) -> None:
    contest = toy()
    fold = split_by_group(contest.groups, 3, seed)
    assert set(fold) == {0, 1, 2}
    for known, held in train_test_rows(fold):
        assert not set(contest.groups[known]) & set(contest.groups[held])
        ids = contest.judgements.need_ids
        known_texts = {contest.needs[ids[row]].title for row in known}
        assert not known_texts & {contest.needs[ids[row]].title for row in held}


def test_split_by_group_balances_pairs() -> None:
    groups = np.repeat(np.arange(50), np.arange(50) % 7 + 1)
    sizes = np.bincount(split_by_group(groups, 5, seed=1))
    assert sizes.sum() == len(groups)
    assert np.ptp(sizes) <= 7


@pytest.mark.parametrize("seed", range(3))
def test_split_by_pair_holds_every_pair_back_once(seed: int) -> None:
    fold = split_by_pair(23, 5, seed)
    assert sorted(np.bincount(fold)) == [4, 4, 5, 5, 5]
    held = np.concatenate([held for _, held in train_test_rows(fold)])
    assert sorted(held) == list(range(23))
    for known, held in train_test_rows(fold):
        assert not set(known) & set(held)
    assert (split_by_pair(23, 5, seed) == fold).all()
    assert (split_by_pair(23, 5, seed + 1) != fold).any()


def test_held_back_pairs_carry_no_grades() -> None:
    assert Pairs.__slots__ == ("need_ids", "titles")


def test_clean() -> None:
    assert clean("ＡＢ％\\n  c\\r\n d　e") == "ab% c d e"


def test_grams_stay_within_words() -> None:
    assert grams("高炉煤 ab") == ("高炉", "炉煤", "高炉煤", "ab")
    assert grams("高") == ()


def test_words_drop_punctuation() -> None:
    assert words("机床，主轴") == ("机床", "主轴")


def test_lower_median() -> None:
    assert lower_median(np.array([3, 1, 2, 4], dtype=np.int8)) == 2
    assert lower_median(np.array([4], dtype=np.int8)) == 4


def test_ordinal_fit_is_the_best_monotone_map() -> None:
    rng = np.random.default_rng(4)
    similarity = np.repeat(np.arange(5) / 5, 8)
    grades = np.clip(np.round(similarity * 5 + rng.normal(0, 1, 40)), 1, 4).astype(np.int8)
    fitted = np.abs(OrdinalFit(similarity, grades).median(similarity) - grades).sum()
    levels = np.array(np.meshgrid(*[[1, 2, 3, 4]] * 5)).reshape(5, -1).T
    monotone = levels[(np.diff(levels, axis=1) >= 0).all(axis=1)]
    errors = [np.abs(np.repeat(level, 8) - grades).sum() for level in monotone]
    assert fitted == min(errors)


def test_ordinal_fit_clips_outside_the_training_range() -> None:
    fit = OrdinalFit(np.array([0.0, 0.1, 0.8, 0.9]), np.array([1, 1, 4, 4], dtype=np.int8))
    assert fit.median(np.array([-5.0, 0.0, 0.9, 7.0])).tolist() == [1, 1, 4, 4]


def test_floors() -> None:
    train = Judgements(
        need_ids=("a", "a", "a", "b"),
        achievement_ids=("1", "2", "3", "4"),
        grades=np.array([3, 4, 4, 1]),
        achievement_titles=("t",) * 4,
    )
    test = Pairs(("b", "a", "new"), ("t",) * 3)
    assert constant(train, test, {}).grades.tolist() == [3, 3, 3]
    assert constant(train, test, {}).scores.tolist() == [0, 0, 0]
    assert need_median(train, test, {}).grades.tolist() == [1, 4, 3]


@pytest.mark.parametrize("name", ["word TF-IDF", "character TF-IDF", "word BM25", "character BM25"])
@pytest.mark.parametrize("split", ["by pair", "by need text"])
def test_baselines_solve_the_toy(name: str, split: str) -> None:
    contest = toy()
    fold = bdci.folds_of(contest, split, 3, seed=0)
    run = bdci.cross_validate(contest, METHODS[name], fold)
    assert run.evaluation.ndcg == pytest.approx(1.0)
    assert run.evaluation.mae == 0


def test_pooled_folds_can_mislead_where_single_folds_do_not() -> None:
    """A score that only differs between the folds says nothing within a fold."""
    contest = toy()
    fold = split_by_pair(60, 2, seed=0)
    shifted = iter([0.0, 1.0])

    def method(train, test, needs):
        return Prediction(np.full(len(test), next(shifted)), np.ones(len(test), dtype=np.int64))

    run = bdci.cross_validate(contest, method, fold)
    alone = [contest.judged(held) for _, held in train_test_rows(fold)]
    flat = [evaluate(part, np.zeros(len(part)), np.ones(len(part)), min_judged=2) for part in alone]
    values = np.concatenate([found.per_need.ndcg for found in flat])
    assert run.fold_ndcg == pytest.approx(np.nanmean(values))
    assert run.evaluation.ndcg != pytest.approx(
        evaluate(contest.judgements, np.zeros(60), np.ones(60)).ndcg
    )


def test_a_method_without_titles_says_so() -> None:
    judgements = Judgements(need_ids=("a",), achievement_ids=("x",), grades=np.array([1]))
    with pytest.raises(ValueError, match="have no titles"):
        METHODS["word TF-IDF"](judgements, Pairs(("a",), ("t",)), {"a": NeedText("t", "b")})


def test_tfidf_weights_do_not_see_the_held_back_texts() -> None:
    contest = toy()
    rows = np.arange(len(contest.judgements))
    train = contest.judged(rows[:24])
    alone = METHODS["character TF-IDF"](train, contest.test(rows[24:25]), contest.needs)
    together = METHODS["character TF-IDF"](train, contest.test(rows[24:]), contest.needs)
    assert alone.scores[0] == together.scores[0]


def test_bootstrap_of_identical_needs_has_no_width() -> None:
    judgements = Judgements(
        need_ids=("a",) * 5 + ("b",) * 5,
        achievement_ids=tuple("0123456789"),
        grades=np.array([1, 2, 3, 4, 1] * 2),
    )
    needs = {"a": NeedText("a", ""), "b": NeedText("b", "")}
    contest = Contest(judgements, needs, need_groups(judgements.need_ids, needs))
    scores, grades = np.array([5.0, 1, 2, 3, 0] * 2), np.array([2, 2, 2, 2, 2] * 2)
    evaluation = evaluate(judgements, scores, grades)
    runs = [bdci.Run(Prediction(scores, grades), evaluation, 1.0)] * 2
    found = bdci.summary(contest, runs, seed=0, resamples=20)
    for name in bdci.FIGURES:
        expected = evaluation.to_json()[name]
        assert found[name] == {
            "mean": pytest.approx(expected),
            "low": pytest.approx(expected),
            "high": pytest.approx(expected),
            "sd_over_seeds": 0,
        }


def test_bootstrap_draws_needs_not_pairs() -> None:
    """With one need all right and one all wrong, a draw is one of three outcomes."""
    judgements = Judgements(
        need_ids=("a",) * 5 + ("b",) * 5,
        achievement_ids=tuple("0123456789"),
        grades=np.array([1, 1, 1, 1, 4] * 2),
    )
    needs = {"a": NeedText("a", ""), "b": NeedText("b", "")}
    contest = Contest(judgements, needs, need_groups(judgements.need_ids, needs))
    scores = np.array([0.0, 0, 0, 0, 1, 1, 1, 1, 1, 0])
    grades = np.array([1, 1, 1, 1, 4, 4, 4, 4, 4, 1])
    run = bdci.Run(Prediction(scores, grades), evaluate(judgements, scores, grades), 0.5)
    bounds = bdci.intervals(contest, [run], seed=0, resamples=200)
    assert bounds["mae"] == (0.0, 3.0)
    assert bounds["contest_score"] == (0.25, 1.0)
    assert bounds["ndcg@10"] == pytest.approx((1 / np.log2(6), 1.0))
    assert bounds["spearman"] == pytest.approx((-1, 1))


def write_toy(folder: Path) -> None:
    contest = toy()
    (folder / "bdci2019").mkdir()
    lines = [
        json.dumps({"id": id_, "title": need.title, "body": need.body})
        for id_, need in contest.needs.items()
    ]
    (folder / "bdci2019" / "needs.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    judged = contest.judgements
    rows = zip(judged.need_ids, judged.achievement_ids, judged.grades, contest.titles, strict=True)
    (folder / "bdci2019" / "judged_pairs.csv").write_text(
        "need_id,achievement_id,grade,achievement_title\n"
        + "".join(",".join(map(str, row)) + "\n" for row in rows),
        encoding="utf-8",
    )


def test_program_writes_figures_and_no_text(tmp_path: Path, monkeypatch, capsys) -> None:
    def unavailable(train, test, needs):
        raise MethodUnavailableError("not here")

    monkeypatch.setitem(METHODS, "matchmaker", METHODS["character TF-IDF"])
    monkeypatch.setitem(METHODS, "word BM25", unavailable)
    write_toy(tmp_path)
    out = tmp_path / "out.json"
    arguments = ["--data", str(tmp_path), "--out", str(out), "--resamples", "20", "--folds", "3"]
    arguments += ["--seeds", "2", "--methods", "constant,word BM25,matchmaker"]
    assert bdci.main(arguments) == 0
    text = out.read_text(encoding="utf-8")
    assert not any(subject in text for subject in SUBJECTS)
    assert str(tmp_path) not in text
    result = json.loads(text)
    assert result["data"] == {
        "pairs": 60,
        "needs": 10,
        "need_texts": 6,
        "pairs_per_grade": {"1": 50, "2": 0, "3": 10, "4": 0},
    }
    assert result["protocol"] == {"seed": 0, "seeds": 2, "folds": 3, "resamples": 20}
    assert set(result) >= {"commit", "versions", "hardware"}
    for split in ("by pair", "by need text"):
        part = result["results"][split]
        assert part["methods"]["matchmaker"]["ndcg@10"]["mean"] == pytest.approx(1.0)
        assert part["methods"]["constant"]["mae"]["mean"] == pytest.approx(2 * 10 / 60)
        assert part["methods"]["constant"]["spearman"]["high"] == 0
        assert part["not_run"] == {"word BM25": "not here"}
        test = part["against_matchmaker"]["constant"]["ndcg@10"]
        assert test["difference"] > 0
        assert test["p_value"] < 0.01
    assert "word BM25: not run (not here)" in capsys.readouterr().out


def test_program_says_what_is_missing(tmp_path: Path, capsys) -> None:
    assert bdci.main(["--data", str(tmp_path)]) == 2
    assert "needs.jsonl is missing" in capsys.readouterr().err
    assert bdci.main(["--methods", "magic"]) == 2
    assert "unknown methods ['magic']; known: constant," in capsys.readouterr().err


def test_loading_reads_back_what_was_written(tmp_path: Path) -> None:
    write_toy(tmp_path)
    loaded, made = load_contest(tmp_path / "bdci2019"), toy()
    assert loaded.needs == made.needs
    assert loaded.titles == made.titles
    assert loaded.groups.tolist() == made.groups.tolist()
