import json
import math
from pathlib import Path

import ir_measures
import numpy as np
import pytest
import xlsxwriter
from sklearn.metrics import ndcg_score

from matchmaker.errors import ConfigError, JudgementError
from matchmaker.evaluation import (
    Evaluation,
    Judgements,
    compare,
    evaluate,
    read_judgements,
    retrieval_metrics,
)

HEAD = "need_id,achievement_id,grade,achievement_title\n"


def judged(grades_by_need: dict[str, list[int]]) -> Judgements:
    rows = [
        (need, f"{need}-{i}", g) for need, gs in grades_by_need.items() for i, g in enumerate(gs)
    ]
    needs, achievements, grades = zip(*rows, strict=True)
    return Judgements(need_ids=needs, achievement_ids=achievements, grades=np.array(grades))


def random_run(seed: int, needs: int = 12) -> tuple[Judgements, np.ndarray]:
    rng = np.random.default_rng(seed)
    judgements = judged(
        {f"n{i}": rng.choice([1, 2, 3, 4], rng.integers(1, 30)).tolist() for i in range(needs)}
    )
    # Few distinct scores: most of them tie.
    return judgements, rng.integers(0, 6, len(judgements)) / 5


# --- Judgements -------------------------------------------------------------------------------


def test_judgements_are_columnar_and_read_only() -> None:
    judgements = judged({"a": [1, 4], "b": [2]})
    assert len(judgements) == 3
    assert judgements.grades.dtype == np.int8
    assert judgements.achievement_titles is None
    with pytest.raises(ValueError, match="read-only"):
        judgements.grades[0] = 2
    with pytest.raises(AttributeError):
        judgements.source = "x"


def test_judgements_do_not_lock_the_callers_array() -> None:
    grades = np.array([1, 2], dtype=np.int8)
    Judgements(need_ids=("a", "a"), achievement_ids=("x", "y"), grades=grades)
    grades[0] = 3


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"need_ids": ("a",)}, "one length"),
        ({"achievement_titles": ("t",)}, "one length"),
        ({"grades": np.array([[1, 2]])}, "one length"),
        ({"need_ids": ("a", "")}, "every judgement needs both ids"),
        ({"achievement_ids": ("x", "")}, "every judgement needs both ids"),
        ({"grades": np.array([1, 5])}, "grades must be 1, 2, 3 or 4"),
        ({"grades": np.array([1, 2.5])}, "grades must be 1, 2, 3 or 4"),
        (
            {"need_ids": (), "achievement_ids": (), "grades": np.array([], dtype=np.int8)},
            "no judgement at all",
        ),
    ],
)
def test_judgements_refuse_wrong_columns(columns: dict, message: str) -> None:
    good = {"need_ids": ("a", "a"), "achievement_ids": ("x", "y"), "grades": np.array([1, 2])}
    with pytest.raises(JudgementError, match=message):
        Judgements(**(good | columns))


def test_repeated_pairs_stay_apart_until_merged() -> None:
    judgements = Judgements(
        need_ids=("b", "a", "b", "a", "b", "b"),
        achievement_ids=("x", "x", "x", "x", "y", "x"),
        grades=np.array([4, 2, 1, 3, 2, 2]),
        achievement_titles=("first", "one", "second", "two", "other", "third"),
        source="s",
    )
    assert len(judgements) == 6
    merged = judgements.merged()
    assert merged.need_ids == ("b", "a", "b")
    assert merged.achievement_ids == ("x", "x", "y")
    # Medians of {4, 1, 2}, of {2, 3} (tie: the lower) and of {2}.
    assert merged.grades.tolist() == [2, 2, 2]
    assert merged.achievement_titles == ("first", "one", "other")
    assert merged.source == "s"
    assert merged.merged().grades.tolist() == [2, 2, 2]


def test_merged_without_titles() -> None:
    assert judged({"a": [1, 2]}).merged().achievement_titles is None


# --- reading ----------------------------------------------------------------------------------


def workbook(path: Path, rows: list[list[object]]) -> Path:
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_csv_encodings(tmp_path: Path, encoding: str, newline: str) -> None:
    file = tmp_path / "j.CSV"
    text = HEAD + 'n1,a1,3,"轧机, 振动\n抑制"\n\nn1,a2, 1 ,\n'
    file.write_bytes(text.replace("\n", newline).encode(encoding))
    judgements = read_judgements(str(file))
    assert judgements.need_ids == ("n1", "n1")
    assert judgements.achievement_ids == ("a1", "a2")
    assert judgements.grades.tolist() == [3, 1]
    assert judgements.achievement_titles == (f"轧机, 振动{newline}抑制", "")
    assert judgements.source == str(file)


def test_all_formats_agree(tmp_path: Path) -> None:
    rows = [["n1", "1001", 4, "高炉煤气"], ["n2", "1002", 1, "脱硫"]]
    heads = ["need_id", "Achievement_ID ", "grade", "achievement_title", "remark"]
    (tmp_path / "j.csv").write_text(
        ",".join(heads) + "\n" + "".join(",".join(map(str, row)) + ",x\n" for row in rows)
    )
    keys = ["need_id", "achievement_id", "grade", "achievement_title"]
    lines = [json.dumps(dict(zip(keys, row, strict=True)), ensure_ascii=False) for row in rows]
    (tmp_path / "j.jsonl").write_text("\n".join(lines) + "\n\n", encoding="utf-8")
    # An empty row above the headings, ids stored as numbers, a column without a heading.
    numbers = [[row[0], int(str(row[1])), row[2], row[3], "", 7] for row in rows]
    workbook(tmp_path / "j.xlsx", [[], heads, *numbers[:1], [], *numbers[1:]])
    read = [read_judgements(tmp_path / f"j.{ending}") for ending in ("csv", "jsonl", "xlsx")]
    for judgements in read:
        assert judgements.need_ids == ("n1", "n2")
        assert judgements.achievement_ids == ("1001", "1002")
        assert judgements.grades.tolist() == [4, 1]
        assert judgements.achievement_titles == ("高炉煤气", "脱硫")


def test_titles_are_optional(tmp_path: Path) -> None:
    file = tmp_path / "j.csv"
    file.write_text("grade,achievement_id,need_id\n2.0,a,n\n")
    assert read_judgements(file).achievement_titles is None


def test_json_line_may_hold_a_line_separator_inside_a_string(tmp_path: Path) -> None:
    file = tmp_path / "j.jsonl"
    file.write_text(
        '{"need_id": "n", "achievement_id": 7, "grade": 2, "achievement_title": "a\u2028b"}\n',
        encoding="utf-8",
    )
    judgements = read_judgements(file)
    assert judgements.achievement_titles == ("a\u2028b",)
    assert judgements.achievement_ids == ("7",)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (HEAD, "no rows; give at least one"),
        ("", r"row 1: no column need_id, achievement_id, grade among \[\]"),
        ("need_id,grade\nn,1\n", "row 1: no column achievement_id among"),
        ("\nneed_id,grade,grade,achievement_id\nn,1,1,a\n", "row 2: two columns 'grade'; leave"),
        (HEAD + "n,a,5,\n", "row 2, column 'grade': '5' is not 1, 2, 3 or 4 .*correct it"),
        (HEAD + "n,a,1,\nn,b,1.5,\n", "row 3, column 'grade': '1.5' is not"),
        (HEAD + "n,a,1,\n\nn,b,,\n", "row 4, column 'grade': '' is not"),
        (HEAD + "n\n", "row 2, column 'achievement_id': the id is missing; fill it in"),
        (HEAD + " ,a,1,\n", "row 2, column 'need_id': the id is missing"),
        (HEAD + 'n,a,1,"open\n', "not a readable .csv"),
    ],
)
def test_csv_errors_name_the_place_and_the_way_out(tmp_path: Path, body: str, message: str) -> None:
    file = tmp_path / "j.csv"
    file.write_text(body)
    with pytest.raises(JudgementError, match=message) as caught:
        read_judgements(file)
    assert str(caught.value).startswith(str(file))
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "row 1: not JSON"),
        ("[1]", r"row 1: '\[1\]' is not an object"),
        ('{"need_id": "n", "achievement_id": "a", "grade": true}', "True is not 1, 2, 3 or 4"),
        ('{"need_id": "n", "achievement_id": "a"}', "row 1, column 'grade': None is not"),
        ('{"need_id": null, "achievement_id": "a", "grade": 1}', "column 'need_id': the id is"),
        ('{"need_id": ["n"], "achievement_id": "a", "grade": 1}', "is not an id; store"),
        ('{"need_id": true, "achievement_id": "a", "grade": 1}', "is not an id; store"),
    ],
)
def test_jsonl_errors(tmp_path: Path, line: str, message: str) -> None:
    file = tmp_path / "j.jsonl"
    file.write_text(line)
    with pytest.raises(JudgementError, match=message):
        read_judgements(file)


def test_workbook_errors(tmp_path: Path) -> None:
    (tmp_path / "broken.xlsx").write_bytes(b"not a zip")
    with pytest.raises(JudgementError, match=r"broken\.xlsx: not a readable \.xlsx"):
        read_judgements(tmp_path / "broken.xlsx")
    with pytest.raises(JudgementError, match="No such file"):
        read_judgements(tmp_path / "absent.xlsx")
    heads: list[object] = ["need_id", "achievement_id", "grade"]
    rounded = workbook(tmp_path / "r.xlsx", [heads, ["n", 1234567890123456789, 1]])
    with pytest.raises(JudgementError, match=r"row 2, column 'achievement_id'.*rounded; store"):
        read_judgements(rounded)
    late = workbook(tmp_path / "late.xlsx", [[], [], heads, ["n", "a", 1], ["n", "b", "高"]])
    with pytest.raises(JudgementError, match="row 5, column 'grade': '高' is not"):
        read_judgements(late)


def test_unreadable_files(tmp_path: Path) -> None:
    with pytest.raises(JudgementError, match=r"cannot be read .No such file.*check the path"):
        read_judgements(tmp_path / "absent.csv")
    with pytest.raises(JudgementError, match=r"unknown ending '.txt'; known: .csv, .jsonl, .xlsx"):
        read_judgements(tmp_path / "j.txt")
    (tmp_path / "j.csv").write_bytes(b"need_id\xff\xff")
    with pytest.raises(JudgementError, match="neither UTF-8 nor GB18030; save it as UTF-8"):
        read_judgements(tmp_path / "j.csv")


# --- evaluate ---------------------------------------------------------------------------------


def test_hand_worked_case() -> None:
    judgements = judged({"a": [4, 1, 2], "b": [3, 1]})
    run = evaluate(judgements, [0.2, 0.9, 0.5, 0.7, 0.1], [3, 1, 2, 1, 4], min_judged=2)
    # Need a: order 1, 2, 4 has gains 0, 1, 7 at discounts 1, 1/log2(3), 1/2; ideal 7, 1, 0.
    inverse = 1 / math.log2(3)
    ndcg_a = (inverse + 3.5) / (7 + inverse)
    assert run.per_need.ndcg == pytest.approx([ndcg_a, 1.0])
    assert run.ndcg == pytest.approx((ndcg_a + 1) / 2)
    # Errors 1, 0, 0 and 2, 3.
    assert run.mae == pytest.approx(6 / 5)
    assert run.contest_score == pytest.approx(5 / 11)
    assert run.per_need.mae == pytest.approx([1 / 3, 5 / 2])
    assert run.per_need.pairs.tolist() == [3, 2]
    assert run.per_need.need_ids == ("a", "b")
    assert (run.pairs, run.needs, run.ndcg_needs) == (5, 2, 2)
    # Ranks of scores 2, 5, 3, 4, 1; of grades 5, 1.5, 3, 4, 1.5.
    assert run.spearman == pytest.approx(np.corrcoef([2, 5, 3, 4, 1], [5, 1.5, 3, 4, 1.5])[0, 1])


def test_to_json_has_exactly_the_agreed_keys() -> None:
    run = evaluate(judged({"a": [1, 2, 3, 4, 1]}), [1, 2, 3, 4, 0], [1, 2, 3, 4, 1])
    plain = run.to_json()
    assert plain == {
        "pairs": 5,
        "needs": 1,
        "mae": 0.0,
        "contest_score": 1.0,
        "ndcg@10": pytest.approx(1.0),
        "ndcg_needs": 1,
        "spearman": pytest.approx(np.corrcoef([2, 3, 4, 5, 1], [1.5, 3, 4, 5, 1.5])[0, 1]),
    }
    assert json.loads(json.dumps(plain, allow_nan=False)) == plain


def test_ndcg_without_any_need_of_enough_judgements() -> None:
    run = evaluate(judged({"a": [1, 2]}), [1, 2], [1, 2], k=3)
    assert math.isnan(run.ndcg)
    assert run.ndcg_needs == 0
    assert run.to_json()["ndcg@3"] is None


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("k", [1, 3, 10])
@pytest.mark.parametrize("gain", ["exponential", "linear"])
def test_ndcg_equals_scikit_learn(seed: int, k: int, gain: str) -> None:
    judgements, scores = random_run(seed)
    run = evaluate(judgements, scores, judgements.grades, k=k, min_judged=2, gain=gain)
    needs = np.array(judgements.need_ids)
    grades = judgements.grades.astype(float)
    gains = 2 ** (grades - 1) - 1 if gain == "exponential" else grades - 1
    for need, value, pairs in zip(
        run.per_need.need_ids, run.per_need.ndcg, run.per_need.pairs, strict=True
    ):
        of = needs == need
        assert pairs == of.sum()
        if pairs < 2:
            assert math.isnan(value)
        else:
            assert value == pytest.approx(ndcg_score([gains[of]], [scores[of]], k=k), abs=1e-12)
    assert run.ndcg == pytest.approx(np.nanmean(run.per_need.ndcg))


@pytest.mark.parametrize("seed", range(6))
def test_ndcg_equals_trec_eval_with_unanswered_pairs(seed: int) -> None:
    judgements, _ = random_run(seed)
    rng = np.random.default_rng(seed + 100)
    scores = rng.permutation(len(judgements)).astype(float)  # no ties: trec_eval breaks them by id
    scores[rng.random(len(scores)) < 0.3] = np.nan
    scores[np.array(judgements.need_ids) == "n3"] = np.nan
    run = evaluate(judgements, scores, judgements.grades, min_judged=1)
    rows = list(zip(judgements.need_ids, judgements.achievement_ids, strict=True))
    qrels = [
        ir_measures.Qrel(need, achievement, 2 ** (int(grade) - 1) - 1)
        for (need, achievement), grade in zip(rows, judgements.grades, strict=True)
    ]
    ranked = [
        ir_measures.ScoredDoc(need, achievement, score)
        for (need, achievement), score in zip(rows, scores, strict=True)
        if not math.isnan(score)
    ]
    measure = ir_measures.nDCG @ 10
    expected = {m.query_id: m.value for m in ir_measures.iter_calc([measure], qrels, ranked)}
    ours = dict(zip(run.per_need.need_ids, run.per_need.ndcg, strict=True))
    assert ours["n3"] == 0
    assert ours == pytest.approx(expected)
    assert run.ndcg == pytest.approx(ir_measures.calc_aggregate([measure], qrels, ranked)[measure])


def test_exponential_gain_equals_ir_measures_gain_mapping() -> None:
    judgements, _ = random_run(3)
    scores = np.random.default_rng(0).permutation(len(judgements)).astype(float)
    rows = list(zip(judgements.need_ids, judgements.achievement_ids, strict=True))
    qrels = [ir_measures.Qrel(*row, int(g)) for row, g in zip(rows, judgements.grades, strict=True)]
    ranked = [ir_measures.ScoredDoc(*row, s) for row, s in zip(rows, scores, strict=True)]
    measure = ir_measures.nDCG(gains={1: 0, 2: 1, 3: 3, 4: 7}) @ 5
    expected = ir_measures.calc_aggregate([measure], qrels, ranked)[measure]
    run = evaluate(judgements, scores, judgements.grades, k=5, min_judged=1)
    assert run.ndcg == pytest.approx(expected)


def test_constant_score_is_not_rewarded_by_the_order_of_the_input() -> None:
    best_first = evaluate(judged({"a": [4, 3, 2, 1, 1, 1]}), np.zeros(6), np.full(6, 2), k=3)
    worst_first = evaluate(judged({"a": [1, 1, 1, 2, 3, 4]}), np.zeros(6), np.full(6, 2), k=3)
    discounts = 1 / np.log2([2, 3, 4])
    expected = (11 / 6) * discounts.sum() / ([7, 3, 1] @ discounts)
    assert best_first.ndcg == pytest.approx(expected)
    assert worst_first.ndcg == pytest.approx(expected)


def test_ties_equal_the_mean_over_all_orders() -> None:
    rng = np.random.default_rng(5)
    grades, scores = rng.integers(1, 5, 12), rng.integers(0, 3, 12).astype(float)
    tied = evaluate(judged({"a": grades.tolist()}), scores, grades, k=4).ndcg
    broken = [
        evaluate(judged({"a": grades.tolist()}), scores + rng.random(12) * 0.5, grades, k=4).ndcg
        for _ in range(3_000)
    ]
    assert tied == pytest.approx(np.mean(broken), abs=4 * np.std(broken) / math.sqrt(3_000))


def test_need_without_gain_counts_zero() -> None:
    run = evaluate(judged({"a": [1] * 5, "b": [1, 1, 1, 1, 3]}), np.arange(10), np.full(10, 1))
    assert run.per_need.ndcg == pytest.approx([0.0, 1.0])
    assert run.ndcg == pytest.approx(0.5)
    assert run.ndcg_needs == 2
    assert ndcg_score([[0, 0, 0, 0, 0]], [[1, 2, 3, 4, 5]]) == 0


def test_unanswered_pairs_bring_no_gain_and_the_largest_error() -> None:
    judgements = judged({"a": [4, 1, 2, 3]})
    run = evaluate(judgements, [np.nan, 0.5, np.nan, 0.1], [0, 1, 0, 3], min_judged=1)
    ideal = np.array([7, 3, 1, 0]) @ (1 / np.log2([2, 3, 4, 5]))
    assert run.ndcg == pytest.approx((3 / math.log2(3)) / ideal)
    assert run.mae == pytest.approx((3 + 0 + 2 + 0) / 4)
    # Both unanswered pairs rank below 0.1: ranks 1.5, 4, 1.5, 3 against 4, 1, 2, 3.
    assert run.spearman == pytest.approx(np.corrcoef([1.5, 4, 1.5, 3], [4, 1, 2, 3])[0, 1])


def test_answering_fewer_needs_never_raises_ndcg() -> None:
    judgements, scores = random_run(11)
    full = evaluate(judgements, scores, judgements.grades)
    dropped = np.where(np.array(judgements.need_ids) == "n1", np.nan, scores)
    assert full.per_need.ndcg[1] > 0
    assert evaluate(judgements, dropped, judgements.grades).ndcg < full.ndcg


def test_a_run_without_any_answer() -> None:
    run = evaluate(judged({"a": [1, 2, 3, 4, 4]}), np.full(5, np.nan), np.zeros(5))
    assert (run.ndcg, run.spearman, run.mae) == (0.0, 0.0, pytest.approx(13 / 5))


def test_spearman_of_constant_grades_is_zero() -> None:
    assert evaluate(judged({"a": [2, 2]}), [0.1, 0.4], [2, 2]).spearman == 0.0


def test_rows_of_a_need_need_not_be_adjacent() -> None:
    together, scores = random_run(2)
    order = np.random.default_rng(1).permutation(len(together))
    apart = Judgements(
        need_ids=tuple(together.need_ids[i] for i in order),
        achievement_ids=tuple(together.achievement_ids[i] for i in order),
        grades=together.grades[order],
    )
    a = evaluate(together, scores, np.full(len(together), 2))
    b = evaluate(apart, scores[order], np.full(len(apart), 2))
    assert b.to_json() == pytest.approx(a.to_json())


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"k": 0}, "k and min_judged must be at least 1"),
        ({"min_judged": 0}, "k and min_judged must be at least 1"),
        ({"gain": "cubic"}, "unknown gain 'cubic'; known: exponential, linear"),
        ({"scores": [1.0]}, r"must have shape \(2,\)"),
        ({"grades": [[1, 2]]}, r"must have shape \(2,\)"),
        ({"scores": [1.0, np.inf]}, "scores must be finite"),
        ({"grades": [1, 5]}, "whole numbers 1-4"),
        ({"grades": [1, 2.5]}, "whole numbers 1-4"),
        ({"grades": [1, np.nan]}, "whole numbers 1-4"),
    ],
)
def test_evaluate_refuses_wrong_arguments(changes: dict, message: str) -> None:
    arguments = {"judgements": judged({"a": [1, 2]}), "scores": [0.0, 1.0], "grades": [1, 2]}
    with pytest.raises(ConfigError, match=message):
        evaluate(**(arguments | changes))


# --- compare ----------------------------------------------------------------------------------


def paired_runs(shift: float, needs: int = 40) -> tuple[Evaluation, Evaluation]:
    rng = np.random.default_rng(7)
    judgements = judged({f"n{i}": rng.choice([1, 2, 3, 4], 12).tolist() for i in range(needs)})
    noise = rng.normal(size=len(judgements))
    good = evaluate(judgements, judgements.grades * shift + noise, judgements.grades)
    return good, evaluate(judgements, noise, np.full(len(judgements), 2))


def test_compare_finds_a_real_difference() -> None:
    good, chance = paired_runs(1.0)
    result = compare(good, chance, seed=1, resamples=2_000)
    assert result.needs == 40
    assert result.measure == "ndcg"
    assert result.difference == pytest.approx(good.ndcg - chance.ndcg)
    assert 0 < result.low < result.difference < result.high
    # The smallest value that 2,000 random swaps can give, two-sided: 2 / 2,001.
    assert result.p_value == pytest.approx(2 / 2_001)
    assert compare(good, chance, seed=1, resamples=2_000) == result
    reverse = compare(chance, good, seed=1, resamples=2_000)
    assert reverse.difference == pytest.approx(-result.difference)
    assert (reverse.low, reverse.high) == pytest.approx((-result.high, -result.low))


def test_compare_interval_agrees_with_the_normal_approximation() -> None:
    good, chance = paired_runs(0.3)
    result = compare(good, chance, seed=2, resamples=5_000)
    differences = good.per_need.ndcg - chance.per_need.ndcg
    half = 1.96 * differences.std() / math.sqrt(len(differences))
    assert result.high - result.difference == pytest.approx(half, rel=0.1)
    assert result.difference - result.low == pytest.approx(half, rel=0.1)


def test_compare_of_a_run_with_itself() -> None:
    good, _ = paired_runs(1.0)
    result = compare(good, good, seed=1, resamples=100)
    assert (result.difference, result.low, result.high, result.p_value) == (0, 0, 0, 1)


def test_exact_p_value_of_few_needs() -> None:
    judgements = judged({name: [1, 4, 1, 1, 1] for name in "abc"})
    right, wrong = np.tile([0, 1, 0, 0, 0], 3), np.tile([0, -1, 0, 0, 0], 3)
    better = evaluate(judgements, right, judgements.grades)
    worse = evaluate(judgements, wrong, judgements.grades)
    # All 2^3 swaps are tried: only none and all of them reach the difference.
    assert compare(better, worse, seed=0).p_value == pytest.approx(2 / 8)


def test_compare_mae_counts_every_need() -> None:
    judgements = judged({"a": [1] * 5, "b": [4]})
    a = evaluate(judgements, np.zeros(6), [1, 1, 1, 1, 1, 3])
    b = evaluate(judgements, np.zeros(6), [2, 2, 2, 2, 2, 2])
    result = compare(a, b, seed=0, measure="mae")
    assert result.needs == 2
    assert result.difference == pytest.approx((0 - 1 + 1 - 2) / 2)


def test_compare_refuses_what_cannot_be_compared() -> None:
    good, chance = paired_runs(1.0)
    with pytest.raises(ConfigError, match="unknown measure 'spearman'; known: ndcg, mae"):
        compare(good, chance, seed=1, measure="spearman")
    with pytest.raises(ConfigError, match="resamples must be at least 1"):
        compare(good, chance, seed=1, resamples=0)
    judgements = judged({"a": [1, 2, 3, 4, 1], "b": [1, 2]})
    one = evaluate(judgements, np.arange(7), judgements.grades)
    with pytest.raises(ConfigError, match="same judgements and options"):
        compare(one, good, seed=1)
    with pytest.raises(ConfigError, match="same judgements and options"):
        compare(one, evaluate(judgements, np.arange(7), judgements.grades, k=3), seed=1)
    with pytest.raises(ConfigError, match="at least two needs, got 1"):
        compare(one, one, seed=1)


# --- retrieval --------------------------------------------------------------------------------


def test_retrieval_hand_worked() -> None:
    result = retrieval_metrics(
        {"a": ["x", "y", "z"], "b": ["q"], "stranger": ["x"]},
        {"a": ["y", "z", "w"], "b": {"r"}, "c": ("x",)},
        k=2,
    )
    assert result.per_need_recall == pytest.approx([1 / 3, 0, 0])
    assert result.per_need_rr == pytest.approx([1 / 2, 0, 0])
    assert result.need_ids == ("a", "b", "c")
    assert result.to_json() == {
        "needs": 3,
        "recall@2": pytest.approx(1 / 9),
        "mrr@2": pytest.approx(1 / 6),
    }


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("k", [1, 5, 20])
def test_retrieval_equals_ir_measures(seed: int, k: int) -> None:
    rng = np.random.default_rng(seed)
    library = [f"a{i}" for i in range(30)]
    relevant = {f"n{i}": set(rng.choice(library, rng.integers(1, 8))) for i in range(20)}
    rankings = {need: rng.permutation(library)[:15].tolist() for need in list(relevant)[:17]}
    result = retrieval_metrics(rankings, relevant, k=k)
    qrels = [ir_measures.Qrel(n, str(a), 1) for n, wanted in relevant.items() for a in wanted]
    run = [
        ir_measures.ScoredDoc(need, a, -float(at))
        for need, ranking in rankings.items()
        for at, a in enumerate(ranking)
    ]
    expected = ir_measures.calc_aggregate([ir_measures.R @ k, ir_measures.RR @ k], qrels, run)
    assert result.recall == pytest.approx(expected[ir_measures.R @ k])
    assert result.mrr == pytest.approx(expected[ir_measures.RR @ k])


@pytest.mark.parametrize(
    ("rankings", "relevant", "k", "message"),
    [
        ({}, {"a": ["x"]}, 0, "k must be at least 1"),
        ({}, {}, 1, "relevant must not be empty"),
        ({}, {"a": []}, 1, "need 'a' has no relevant achievement; leave it out"),
        ({"a": ["x", "x"]}, {"a": ["x"]}, 1, "need 'a' names an achievement twice"),
    ],
)
def test_retrieval_refuses_wrong_arguments(
    rankings: dict, relevant: dict, k: int, message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        retrieval_metrics(rankings, relevant, k=k)
