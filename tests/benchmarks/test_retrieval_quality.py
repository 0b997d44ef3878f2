"""What is found at all: tasks, measures and systems at toy size, and one look at the real pool."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks import retrieval
from benchmarks.bdci_data import Contest, NeedText, load_contest, need_groups
from benchmarks.retrieval_data import Task, judged_pool, titles_to_abstracts
from benchmarks.retrieval_systems import (
    CHANNELS,
    Library,
    best,
    character_bm25,
    character_tfidf,
    dense,
    fused,
    graded,
    lexical,
)
from matchmaker.evaluation import Judgements, retrieval_metrics
from matchmaker.model import Model
from matchmaker.records import Achievement, Need
from matchmaker.scoring.grader import Grades

REAL = Path(__file__).parents[3] / "shared" / "data"
SUBJECTS = ["高炉煤气脱硫", "锂电池隔膜", "数控机床主轴", "抗肿瘤药物", "工业机器人", "稀土催化剂"]
TITLES = ["高炉 煤气 脱硫 工艺", "锂电池 隔膜 涂覆", "数控 机床 主轴 热误差", "抗肿瘤 药物 缓释"]


def contest_of(rows: list[tuple[str, str, int]], needs: dict[str, NeedText]) -> Contest:
    need_ids, titles, grades = zip(*rows, strict=True)
    judgements = Judgements(
        need_ids=need_ids,
        achievement_ids=tuple(f"a{at}" for at in range(len(rows))),
        grades=np.array(grades),
        achievement_titles=titles,
    )
    return Contest(judgements, needs, need_groups(need_ids, needs))


def small() -> Contest:
    needs = {
        "n2": NeedText("高炉煤气脱硫", "成本低"),
        "n1": NeedText("隔膜", "锂电池"),
        "n3": NeedText("隔膜", "，锂电池"),
        "never judged": NeedText("x", "y"),
    }
    rows = [
        ("n2", TITLES[0], 2),
        ("n2", TITLES[1], 1),
        ("n2", TITLES[0], 4),  # the same title, graded again
        ("n1", TITLES[1], 3),
        ("n1", TITLES[3], 4),
        ("n1", "", 4),  # a lost title cannot be found
        ("n3", TITLES[2], 2),
    ]
    return contest_of(rows, needs)


@pytest.fixture(scope="module")
def model() -> Model:
    return Model.load()


@pytest.fixture(scope="module")
def library(model: Model) -> Library:
    return Library(judged_pool(small()), model)


# --- tasks ------------------------------------------------------------------------------------


def test_the_pool_holds_each_title_once_and_the_best_of_its_grades() -> None:
    task = judged_pool(small())
    assert [need.id for need in task.needs] == ["n1", "n2", "n3"]
    assert [need.body for need in task.needs] == ["锂电池", "成本低", "，锂电池"]
    titles = [found.title for found in task.achievements]
    assert titles == [TITLES[0], TITLES[1], TITLES[3], TITLES[2]]
    assert [found.id for found in task.achievements] == sorted(f.id for f in task.achievements)
    assert task.relevant == {
        "grade ≥ 3": (frozenset({1, 2}), frozenset({0}), frozenset()),
        "grade 4": (frozenset({2}), frozenset({0}), frozenset()),
    }
    assert task.groups[0] == task.groups[2] != task.groups[1]
    assert task.facts() == {
        "queries": 3,
        "collection": 4,
        "relevant": {"grade ≥ 3": 3, "grade 4": 2},
        "queries_with_relevant": {"grade ≥ 3": 2, "grade 4": 2},
    }


def test_a_title_wants_every_abstract_that_it_stands_over() -> None:
    task = titles_to_abstracts([("甲", "一"), ("乙", "二"), ("甲", "三"), ("丙", "二")])
    assert [need.title for need in task.needs] == ["甲", "乙", "丙"]
    assert [found.body for found in task.achievements] == ["一", "二", "三"]
    assert not any(found.title for found in task.achievements)
    assert task.relevant == {"own abstract": (frozenset({0, 2}), frozenset({1}), frozenset({1}))}
    assert task.groups.tolist() == [0, 1, 2]


# --- measures ---------------------------------------------------------------------------------


def test_measures_agree_with_those_of_the_package() -> None:
    rng = np.random.default_rng(3)
    rankings = [rng.permutation(12)[: rng.integers(0, 13)] for _ in range(40)]
    relevant = tuple(
        frozenset(rng.permutation(12)[: rng.integers(1, 5)].tolist()) for _ in range(40)
    )
    for k in (1, 4, 12):
        expected = retrieval_metrics(
            {str(at): [str(found) for found in row] for at, row in enumerate(rankings)},
            {str(at): [str(found) for found in wanted] for at, wanted in enumerate(relevant)},
            k=k,
        )
        shares = retrieval.hits(rankings, relevant, k) / [len(wanted) for wanted in relevant]
        np.testing.assert_allclose(shares, expected.per_need_recall)
        np.testing.assert_allclose(
            retrieval.reciprocal_ranks(rankings, relevant, k), expected.per_need_rr
        )


def test_a_share_and_its_interval() -> None:
    parts, wholes = np.array([1.0, 0, 2, 0]), np.array([2.0, 0, 2, 0])
    found = retrieval.ratio(parts, wholes, np.array([0, 0, 1, 1]), seed=0, resamples=400)
    # Both groups, or one of them twice.
    assert found == {"mean": 0.75, "low": 0.5, "high": 1.0}
    alike = retrieval.ratio(
        np.array([1.0, 1]), np.array([4.0, 4]), np.array([0, 1]), seed=0, resamples=50
    )
    assert alike == {"mean": 0.25, "low": 0.25, "high": 0.25}
    # Drawing nothing but the second group would divide by nothing.
    lonely = retrieval.ratio(
        np.array([1.0, 0]), np.array([2.0, 0]), np.array([0, 1]), seed=0, resamples=50
    )
    assert lonely == {"mean": 0.5, "low": 0.5, "high": 0.5}


def test_by_lot(library: Library) -> None:
    found = retrieval.at_random(library.task, (1, 3, 9))
    assert set(found) == {"grade ≥ 3", "grade 4"}
    assert found["grade 4"] == {"1": {"mean": 0.25}, "3": {"mean": 0.75}, "9": {"mean": 1.0}}


def test_why_pairs_are_not_found(monkeypatch: pytest.MonkeyPatch, library: Library) -> None:
    def listed(*rows: list[int]):
        return lambda _, k: [np.array(row) for row in rows]

    monkeypatch.setattr(retrieval, "dense", listed([0, 3, 2, 1], [1, 2, 3, 0], [0, 1, 2, 3]))
    monkeypatch.setattr(retrieval, "lexical", listed([1], [], [0]))
    said = retrieval.out_of_reach(library)
    # Dense has pairs (n1, 1), (n1, 2) and (n2, 0) at 4, 3 and 4, lexical the first at 1.
    assert said["grade ≥ 3"] == {
        "no_shared_term": pytest.approx(2 / 3),
        "beyond_a_tenth": 1.0,
        "depth_for_enough": 4,
    }
    assert said["grade 4"] == {"no_shared_term": 1.0, "beyond_a_tenth": 1.0, "depth_for_enough": 4}
    monkeypatch.setattr(retrieval, "dense", listed([0], [1], [0]))
    assert retrieval.out_of_reach(library)["grade 4"]["depth_for_enough"] is None


# --- systems ----------------------------------------------------------------------------------


def test_the_best_scores_ties_by_position() -> None:
    assert best(np.array([0.2, 0.9, 0.0, 0.2, 0.9]), 3).tolist() == [1, 4, 0]
    assert best(np.array([0.2, 0.0]), 5).tolist() == [0]


@pytest.mark.parametrize("name", CHANNELS)
def test_every_system_finds_the_plain_case(name: str, library: Library) -> None:
    rankings = CHANNELS[name](library, 4)
    assert [row[0] for row in rankings] == [1, 0, 1]
    for row in rankings:
        assert len(set(row.tolist())) == len(row) <= 4
    assert [row.tolist() for row in CHANNELS[name](library, 1)] == [[1], [0], [1]]


@pytest.mark.parametrize("system", [character_tfidf, character_bm25, lexical])
def test_nothing_shared_is_not_found(system, model: Model) -> None:
    task = Task(
        (Need(id="n", title="量子"),), (Achievement(id="a", title="脱硫"),), {}, np.array([0])
    )
    assert [row.tolist() for row in system(Library(task, model), 3)] == [[]]


@pytest.mark.parametrize("k", [1, 2, 4])
def test_fused_is_what_the_library_chooses(k: int, library: Library) -> None:
    chosen = library.achievements.candidates(library.needs, limit=k)
    rankings = fused(library, k)
    for query, row in enumerate(rankings):
        assert sorted(row.tolist()) == chosen.document[chosen.query == query].tolist()
    assert {len(row) for row in rankings} == {k}
    assert set(dense(library, 1)[1]) <= set(fused(library, 4)[1])


class Stub:
    """Grades by the length that a feature says, one way or the other."""

    def __init__(self, sign: int) -> None:
        self.sign = sign

    def grade(self, features: np.ndarray) -> Grades:
        value = features.astype(np.float64).sum(axis=1)
        probability = 1 / (1 + np.exp(-self.sign * value / 100))
        return Grades(np.repeat(probability[:, None], 3, axis=1))


def test_each_need_is_graded_by_the_grader_of_its_fold(library: Library) -> None:
    up, down = (
        graded(None)(
            Library(library.task, library.model, (Stub(sign), Stub(sign)), np.array([0, 1, 0])), 4
        )
        for sign in (1, -1)
    )
    mixed = graded(None)(
        Library(library.task, library.model, (Stub(1), Stub(-1)), np.array([0, 1, 0])), 4
    )
    assert [row.tolist() for row in mixed] == [up[0].tolist(), down[1].tolist(), up[2].tolist()]
    assert up[1].tolist() == down[1].tolist()[::-1]
    assert sorted(up[1].tolist()) == [0, 1, 2, 3]


def test_graded_keeps_to_the_candidates(library: Library) -> None:
    shipped = graded(2, shipped=True)(library, 2)
    assert [sorted(row.tolist()) for row in shipped] == [
        sorted(row.tolist()) for row in fused(library, 2)
    ]
    assert [row[0] for row in shipped] == [1, 0, 1]
    without_folds = graded(2)(library, 2)
    assert [row.tolist() for row in without_folds] == [row.tolist() for row in shipped]
    assert [len(row) for row in graded(2, shipped=True)(library, 1)] == [1, 1, 1]


# --- the program ------------------------------------------------------------------------------


def write_toy(folder: Path) -> None:
    (folder / "bdci2019").mkdir()
    (folder / "text").mkdir()
    needs, rows = [], []
    for at in range(24):
        subject = SUBJECTS[at % 6]
        needs.append({"id": f"n{at}", "title": f"{subject}技术", "body": f"第{at}条产线"})
        for step, other in enumerate(SUBJECTS):
            grade = 4 if other == subject else 1 + step % 3
            rows.append(f"n{at},a{at}-{step},{grade},{other} 制备")
    lines = [json.dumps(need, ensure_ascii=False) for need in needs]
    (folder / "bdci2019" / "needs.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "bdci2019" / "judged_pairs.csv").write_text(
        "need_id,achievement_id,grade,achievement_title\n" + "\n".join(rows) + "\n",
        encoding="utf-8",
    )


def test_program_writes_figures_and_no_text(tmp_path: Path, monkeypatch, capsys) -> None:
    write_toy(tmp_path)
    patents = [
        {"title": f"{subject}方法", "abstract": f"本发明公开一种{subject}的方法。"}
        for subject in SUBJECTS
    ]
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in patents)
    (tmp_path / "text" / "patents.jsonl").write_text(text, encoding="utf-8")
    monkeypatch.setattr(retrieval, "MEASURING_PATENTS", "text/patents.jsonl")
    monkeypatch.setattr(retrieval, "DEPTHS", (1, 3, 300))
    out = tmp_path / "out.json"
    arguments = ["--data", str(tmp_path), "--out", str(out), "--resamples", "20", "--folds", "3"]
    assert retrieval.main(arguments) == 0
    said = out.read_text(encoding="utf-8")
    assert not any(subject in said for subject in SUBJECTS)
    assert str(tmp_path) not in said
    result = json.loads(said)
    assert set(result) >= {"commit", "versions", "hardware", "data"}
    assert result["protocol"] == {"seed": 0, "folds": 3, "resamples": 20, "candidates": [100, 200]}
    pool = result["results"]["judged pool"]
    assert (pool["queries"], pool["collection"]) == (24, 6)
    assert pool["systems"]["drawn by lot"]["grade 4"]["1"]["mean"] == pytest.approx(1 / 6)
    for name in ("character BM25", "character TF-IDF", "lexical", "fused"):
        assert pool["systems"][name]["grade 4"]["1"] == {"mean": 1.0, "low": 1.0, "high": 1.0}
    graded_ones = [name for name in pool["systems"] if name.startswith("graded")]
    assert [sorted(pool["systems"][name]["grade 4"]) for name in graded_ones] == [
        ["1", "3"],
        ["1", "3"],
        ["1", "3"],
        ["1", "3", "300"],
    ]
    assert pool["systems"]["graded, of all"]["grade 4"]["300"]["mean"] == 1.0
    assert pool["out_of_reach"]["grade 4"]["no_shared_term"] == 0
    abstracts = result["results"]["patents"]
    assert abstracts["systems"]["fused"]["mrr"]["mean"] == 1.0
    # Ten of six: by lot each is found, at rank r with probability 1/6.
    assert abstracts["systems"]["drawn by lot"]["recall"]["mean"] == 1.0
    assert "held-out papers" not in result["results"]
    assert "held-out papers: not measured" in capsys.readouterr().out


def test_quick_leaves_out_what_takes_long(tmp_path: Path, capsys) -> None:
    write_toy(tmp_path)
    out = tmp_path / "out.json"
    arguments = ["--data", str(tmp_path), "--out", str(out), "--resamples", "2", "--folds", "2"]
    assert retrieval.main([*arguments, "--quick"]) == 0
    result = json.loads(out.read_text(encoding="utf-8"))
    assert list(result["results"]) == ["judged pool"]
    assert "graded, of all" not in result["results"]["judged pool"]["systems"]


def test_program_says_what_is_missing(tmp_path: Path, capsys) -> None:
    assert retrieval.main(["--data", str(tmp_path), "--out", str(tmp_path / "out.json")]) == 2
    printed = capsys.readouterr()
    assert "judged pool: not measured" in printed.out
    assert "No data is here" in printed.err
    assert not (tmp_path / "out.json").exists()


@pytest.mark.skipif(not (REAL / "bdci2019").is_dir(), reason="the judged pairs are not here")
def test_the_real_pool(model: Model) -> None:
    task = judged_pool(load_contest(REAL / "bdci2019"))
    assert task.facts()["relevant"] == {"grade ≥ 3": 806, "grade 4": 235}
    assert (len(task.needs), len(task.achievements)) == (236, 4869)
    library = Library(task, model)
    found = {
        system: retrieval.hits(CHANNELS[system](library, 200), task.relevant["grade 4"], 200).sum()
        for system in ("character BM25", "fused")
    }
    # By lot it would be one in 24.
    assert found["fused"] > found["character BM25"] > 0.5 * 235
