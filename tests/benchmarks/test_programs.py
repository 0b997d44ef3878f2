import json
import os
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from python_calamine import CalamineWorkbook

from benchmarks import environment, startup, synthetic, tables, throughput, throughput_stages
from benchmarks.synthetic import Text

SOURCES = [
    Text("高炉煤气精脱硫技术", "脱硫效率高。适用于高炉！成本低；"),
    Text("隔膜", "孔隙均匀\n热收缩小"),
    Text("", "没有标题。"),
]

# --- environment ------------------------------------------------------------------------------


def test_versions_of_installed_and_absent_packages() -> None:
    found = environment.package_versions(["numpy", "no-such-package"])
    assert found["numpy"] == np.__version__
    assert found["no-such-package"] is None
    assert found["python"].startswith("3.")


def test_commit_outside_git_is_none(tmp_path: Path) -> None:
    assert environment.git_commit(tmp_path) is None


def test_commit_tells_changes_but_not_those_of_results(monkeypatch, tmp_path: Path) -> None:
    def git(*arguments: str) -> None:
        identity = ("-c", "user.name=x", "-c", "user.email=x@x.invalid")
        assert environment._git(tmp_path, *identity, *arguments) is not None

    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    (tmp_path / "benchmarks" / "results").mkdir(parents=True)
    file, result = tmp_path / "a.txt", tmp_path / "benchmarks" / "results" / "r.json"
    file.write_text("1")
    result.write_text("1")
    git("init", "--quiet")
    git("add", ".")
    git("commit", "--quiet", "--message", "first")
    commit = environment.git_commit(tmp_path)
    assert commit is not None
    assert len(commit) == 40
    result.write_text("2")
    assert environment.git_commit(tmp_path) == commit
    file.write_text("2")
    assert environment.git_commit(tmp_path) == f"{commit}+changes"


def test_memory_is_read_from_meminfo(tmp_path: Path) -> None:
    (tmp_path / "m").write_text("Buffers: 1 kB\nMemTotal:       24117248 kB\nMemFree: 5 kB\n")
    assert environment.memory_gib(tmp_path / "m") == 23.0
    assert environment.memory_gib(tmp_path / "absent") is None
    (tmp_path / "m").write_text("MemFree: 5 kB\n")
    assert environment.memory_gib(tmp_path / "m") is None


def test_facts_are_json() -> None:
    found = json.loads(json.dumps(environment.facts(["numpy"])))
    assert set(found) == {"commit", "versions", "hardware"}
    assert found["hardware"]["cores"] >= 1


def test_write_result_leaves_no_half_file(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "r.json"
    environment.write_result({"名": 1}, target)
    assert json.loads(target.read_text(encoding="utf-8")) == {"名": 1}
    with pytest.raises(ValueError, match="JSON compliant"):
        environment.write_result({"x": float("nan")}, target)
    assert [file.name for file in target.parent.iterdir()] == ["r.json"]


# --- synthetic records ------------------------------------------------------------------------


def test_recombined_records_are_seeded_and_long_enough() -> None:
    made = synthetic.recombine(SOURCES, 40, seed=3, length=60)
    assert made == synthetic.recombine(SOURCES, 40, seed=3, length=60)
    assert made != synthetic.recombine(SOURCES, 40, seed=4, length=60)
    assert len(made) == 40
    assert all(60 <= len(text.body) < 70 for text in made)
    assert all(text.title for text in made)
    sentences = {s for text in SOURCES for s in synthetic.SENTENCE.findall(text.body)}
    assert sentences == {
        "脱硫效率高。",
        "适用于高炉！",
        "成本低；",
        "孔隙均匀",
        "热收缩小",
        "没有标题。",
    }
    for text in made:
        rest = text.body
        for sentence in sorted(sentences, key=len, reverse=True):
            rest = rest.replace(sentence, "")
        assert rest == ""


def test_prepared_workbooks(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(synthetic, "sample_texts", lambda side: SOURCES)
    synthetic.prepare(tmp_path, needs=3, achievements=5, seed=0, length=20)
    for side, n in (("needs", 3), ("achievements", 5)):
        rows = CalamineWorkbook.from_path(str(tmp_path / f"{side}.xlsx"))
        table = rows.get_sheet_by_index(0).to_python()
        assert len(table) == n + 1
        assert table[1][0] == f"{side[0].upper()}000001"
        assert len(table[-1][2]) >= 20


# --- throughput -------------------------------------------------------------------------------


def test_parse_size() -> None:
    assert throughput.parse_size("1000x7000") == (1000, 7000)


def test_programs_and_stages_agree() -> None:
    stages = {system: tuple(named) for system, named in throughput_stages.STAGES.items()}
    assert stages == throughput.SYSTEMS


def test_peak_is_that_of_a_python_process() -> None:
    assert 10 < throughput.peak_mib() < 100_000


@pytest.mark.parametrize(
    ("build", "search"),
    [
        (throughput_stages.tfidf_index, throughput_stages.tfidf_rank),
        (throughput_stages.bm25_index, throughput_stages.bm25_rank),
    ],
)
def test_plain_systems_rank_the_right_text_first(build, search) -> None:
    texts = ["高炉煤气脱硫", "锂电池隔膜涂覆", "数控机床主轴", "稀土催化剂制备"]
    found = search(build(texts), ["机床的主轴", "隔膜"], 2)
    assert found.shape == (2, 2)
    assert found[:, 0].tolist() == [2, 1]
    assert search(build(texts), ["隔膜"], 50).shape == (1, 4)


def test_plain_stages_time_only_their_own_work(tmp_path: Path, monkeypatch) -> None:
    records = [SimpleNamespace(title=text.title, body=text.body) for text in SOURCES]
    monkeypatch.setattr(throughput_stages, "_read", lambda folder: (records, records))
    for stage in throughput_stages.STAGES["word TF-IDF, brute force"].values():
        assert stage(tmp_path, 2) > 0


def test_a_stage_prints_its_cost(monkeypatch, capsys, tmp_path: Path) -> None:
    monkeypatch.setitem(throughput_stages.STAGES["matchmaker"], "read", lambda folder, k: k / 2)
    arguments = ["--stage", "matchmaker/read", "--folder", str(tmp_path), "--k", "5"]
    assert throughput.main(arguments) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["seconds"] == 2.5
    assert printed["peak_mib"] > 10


def test_preparing_in_a_process_of_its_own(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setattr(synthetic, "sample_texts", lambda side: SOURCES)
    assert throughput.main(["--prepare", "2x3", "--folder", str(tmp_path)]) == 0
    assert sorted(file.name for file in tmp_path.iterdir()) == ["achievements.xlsx", "needs.xlsx"]


def test_fresh_process_failure_is_its_last_line() -> None:
    with pytest.raises(throughput.StageError, match="unrecognized arguments: --nonsense"):
        throughput.in_fresh_process(["--nonsense"])


def fake_process(arguments: list[str]) -> str:
    if arguments[0] == "--prepare":
        return ""
    if arguments[1].startswith("word BM25"):
        raise throughput.StageError("no bm25s")
    return json.dumps({"seconds": next(fake_process.seconds), "peak_mib": 100.0})


def throughput_result(tmp_path: Path, monkeypatch) -> dict:
    fake_process.seconds = iter([1.0, 3.0, 2.0] * 8)
    monkeypatch.setattr(throughput, "in_fresh_process", fake_process)
    out = tmp_path / "throughput.json"
    assert throughput.main(["--sizes", "5x7", "--out", str(out)]) == 0
    return json.loads(out.read_text(encoding="utf-8"))


def test_throughput_takes_medians_and_names_what_did_not_run(tmp_path: Path, monkeypatch) -> None:
    part = throughput_result(tmp_path, monkeypatch)["results"]["5x7"]
    assert (part["needs"], part["achievements"]) == (5, 7)
    assert part["systems"]["matchmaker"]["rank"] == {
        "seconds": 2.0,
        "seconds_min": 1.0,
        "seconds_max": 3.0,
        "peak_mib": 100.0,
    }
    assert part["systems"]["word BM25 (bm25s)"]["rank"] == {"not_run": "no bm25s"}


def test_throughput_without_records(tmp_path: Path, monkeypatch, capsys) -> None:
    def broken(arguments: list[str]) -> str:
        raise throughput.StageError("no sample")

    monkeypatch.setattr(throughput, "in_fresh_process", broken)
    assert throughput.main(["--out", str(tmp_path / "x.json")]) == 2
    assert "nothing measured: no sample" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


# --- start-up ---------------------------------------------------------------------------------


def startup_result(tmp_path: Path, monkeypatch) -> dict:
    def fake(arguments: list[str], folder: str) -> tuple[str, float]:
        if arguments[-1] == "demo":
            raise RuntimeError("no demo")
        return json.dumps({"seconds": 0.1, "modules": ["matchmaker", "numpy", "re"]}), 0.25

    monkeypatch.setattr(startup, "fresh_python", fake)
    out = tmp_path / "startup.json"
    assert startup.main(["--repeats", "3", "--out", str(out)]) == 0
    return json.loads(out.read_text(encoding="utf-8"))


def test_startup(tmp_path: Path, monkeypatch) -> None:
    assert startup_result(tmp_path, monkeypatch)["results"] == {
        "python alone": {"seconds": 0.25},
        "import matchmaker": {"seconds": 0.1, "modules": 3, "heavy": ["numpy"]},
        "matchmaker --help": {"seconds": 0.25},
        "matchmaker demo": {"not_run": "no demo"},
    }


def test_fresh_python(tmp_path: Path) -> None:
    printed, seconds = startup.fresh_python(["-c", "print(1)"], str(tmp_path))
    assert printed == "1\n"
    assert seconds > 0
    with pytest.raises(RuntimeError, match=r"^ValueError: no$"):
        startup.fresh_python(["-c", "raise ValueError('no')"], str(tmp_path))


# --- tables -----------------------------------------------------------------------------------

LANGUAGE = ("indicators", "cleaning", "anonymity", "assignment", "event")
MARKERS = "".join(f"before\n<!-- table:{n} -->\nold\n<!-- /table:{n} -->\n" for n in tables.TABLES)


def bdci_result() -> dict:
    cell = {"mean": 0.12345, "low": 0.1, "high": 0.2, "sd_over_seeds": 0.0}
    method: dict = dict.fromkeys(["contest_score", "mae", "ndcg@10", "spearman"], cell)
    method["ndcg@10_in_folds"] = 0.5
    part = {"methods": {"constant": method}, "not_run": {"matchmaker": "x"}}
    return {
        "results": {"by pair": part, "by need text": part},
        "commit": "0123456789abcdef+changes",
        "versions": {"numpy": "2.0", "absent": None},
        "hardware": {"cpu": None, "cores": 2, "memory_gib": 8.0},
    }


def test_bdci_table() -> None:
    assert tables.bdci(bdci_result(), "by pair") == (
        "| Method | Contest score | MAE | nDCG@10 | Spearman | nDCG@10 in folds |\n"
        "| --- | ---: | ---: | ---: | ---: | ---: |\n"
        "| constant" + " | 0.123 [0.100, 0.200]" * 4 + " | 0.500 |\n"
        "| matchmaker" + " | not run" * 5 + " |\n"
        "\n"
        "unknown processor, 2 cores, 8.0 GiB; commit 0123456789ab with changes; numpy 2.0.\n"
    )


MEASURED_WITH = {
    "commit": None,
    "versions": {"numpy": "2.0"},
    "hardware": {"cpu": "Z80", "cores": 1, "memory_gib": 0.1},
}
ORIGIN = "\nZ80, 1 cores, 0.1 GiB; commit none; numpy 2.0.\n"


def retrieval_result() -> dict:
    recall = {k: {"mean": 0.5, "low": 0.4, "high": 0.6} for k in ("20", "100", "200")}
    lot = {k: {"mean": int(k) / 1000} for k in ("20", "100", "200", "300")}
    names = ("grade ≥ 3", "grade 4")
    pool = {"drawn by lot": dict.fromkeys(names, lot), "graded": dict.fromkeys(names, recall)}
    found = {"mrr": {"mean": 0.25}, "recall": {"mean": 0.75, "low": 0.7, "high": 0.8}}
    return {
        "results": {
            "judged pool": {
                "collection": 4000,
                "relevant": {"grade ≥ 3": 1000, "grade 4": 10},
                "systems": pool,
                "out_of_reach": {
                    "grade ≥ 3": {
                        "no_shared_term": 0.125,
                        "beyond_a_tenth": 0.5,
                        "depth_for_enough": 2000,
                    },
                    "grade 4": {
                        "no_shared_term": 0.0,
                        "beyond_a_tenth": 0.1,
                        "depth_for_enough": None,
                    },
                },
            },
            "patents": {"collection": 3000, "systems": {"dense": found}},
        },
        **MEASURED_WITH,
    }


def test_retrieval_tables() -> None:
    result = retrieval_result()
    pool = tables.retrieval_pool(result).splitlines()
    assert pool[0] == (
        "| System | grade ≥ 3 @20 | grade ≥ 3 @100 | grade ≥ 3 @200 | grade ≥ 3 @300 "
        "| grade 4 @20 | grade 4 @100 | grade 4 @200 | grade 4 @300 |"
    )
    assert pool[2] == "| drawn by lot" + " | 0.020 | 0.100 | 0.200 | 0.300" * 2 + " |"
    assert pool[3] == "| graded" + (" | 0.500 [0.400, 0.600]" * 3 + " | ") * 2 + " |"
    assert tables.retrieval_reach(result).splitlines()[2:] == [
        "| grade ≥ 3 | 1,000 | 12.5 % | 50.0 % | 2,000 of 4,000 |",
        "| grade 4 | 10 | 0.0 % | 10.0 % | none |",
    ]
    assert tables.retrieval_abstracts(result) == (
        "| System | patents (3,000): MRR@10 | patents: recall@10 |\n"
        "| --- | ---: | ---: |\n"
        "| dense | 0.250 | 0.750 [0.700, 0.800] |\n" + ORIGIN
    )
    result["results"].clear()
    assert tables.retrieval_pool(result) == "Not measured yet.\n"
    assert tables.retrieval_reach(result) == "Not measured yet.\n"
    assert tables.retrieval_abstracts(result) == "Not measured yet.\n"


def learning_result() -> dict:
    figure = {"cold": 0.68, "learned": 0.7, "gain": 0.02, "sd": 0.0125, "worse": 0.25}
    cell = {"runs": 15, "pairs": 90.5, "contest_score": figure, "ndcg@10": None}
    return {
        "results": {"same needs": {"50": cell, "1000": cell}, "other needs": {"50": cell}},
        "commit": "0123456789abcdef",
        "versions": {"numpy": "2.0"},
        "hardware": {"cpu": "x", "cores": 2, "memory_gib": 8.0},
    }


def test_learning_table() -> None:
    shown = "0.680 → 0.700 (+0.020 ± 0.013)"
    assert tables.learning(learning_result()) == (
        "| Judgements | same needs: contest score | same needs: nDCG@10 | "
        "other needs: contest score | other needs: nDCG@10 |\n"
        "| --- | ---: | ---: | ---: | ---: |\n"
        f"| 50 | {shown} |  | {shown} |  |\n"
        f"| 1,000 | {shown} |  |  |  |\n"
        "\n"
        "x, 2 cores, 8.0 GiB; commit 0123456789ab; numpy 2.0.\n"
    )


def calibration_result() -> dict:
    bins = [
        {"low": 0.0, "high": 0.5, "pairs": 3, "predicted": 0.25, "observed": 0.5},
        {"low": 0.5, "high": 1.0, "pairs": 1, "predicted": 0.75, "observed": 1.0},
    ]
    part = {
        "error": {"above 1": {"mean": 0.25, "low": 0.2, "high": 0.3}},
        "bins": {"above 1": bins, "above 2": bins[:1]},
    }
    return {"results": {"by pair": part, "by need text": part}, **MEASURED_WITH}


def test_calibration_tables() -> None:
    result = calibration_result()
    assert tables.calibration(result) == (
        "| Protocol | above 1 |\n| --- | ---: |\n"
        "| by pair | 0.250 [0.200, 0.300] |\n"
        "| by need text | 0.250 [0.200, 0.300] |\n" + ORIGIN
    )
    assert tables.calibration_bins(result, "by need text") == (
        "| Predicted | above 1 | above 2 |\n| --- | ---: | ---: |\n"
        "| 0.0–0.5 | 0.25 → 0.50 (75.0 %) | 0.25 → 0.50 (100.0 %) |\n"
        "| 0.5–1.0 | 0.75 → 1.00 (25.0 %) |  |\n"
    )


def test_tables_are_idempotent_and_checked(tmp_path: Path, monkeypatch, capsys) -> None:
    startup_result(tmp_path, monkeypatch)
    throughput_result(tmp_path, monkeypatch)
    readme, absent = tmp_path / "README.md", tmp_path / "absent.md"
    readme.write_text(MARKERS + "after\n", encoding="utf-8")

    def run(*arguments: str) -> int:
        return tables.main(arguments, targets=[readme, absent], results=tmp_path)

    assert run("--check") == 1
    assert "not the tables of the results: README.md" in capsys.readouterr().err
    assert readme.read_text(encoding="utf-8") == MARKERS + "after\n"
    assert run() == 0
    first = readme.read_text(encoding="utf-8")
    assert "| matchmaker: rank | 2.00 s, 100 MiB |" in first
    assert "| word BM25 (bm25s): rank | not run |" in first
    assert "| import matchmaker | 0.100 s | 3 | numpy |" in first
    assert "| matchmaker demo | not run |  |  |" in first
    assert first.count("Not measured yet.") == 24
    assert first.count("before\n") == 26
    assert first.endswith("after\n")
    assert "old" not in first
    assert run("--check") == 0
    assert run() == 0
    assert readme.read_text(encoding="utf-8") == first
    environment.write_result(bdci_result(), tmp_path / "bdci.json")
    environment.write_result(retrieval_result(), tmp_path / "retrieval.json")
    environment.write_result(calibration_result(), tmp_path / "calibration.json")
    environment.write_result(learning_result(), tmp_path / "learning.json")
    assert run("--check") == 1
    assert run() == 0
    left = readme.read_text(encoding="utf-8")
    missing = [left.count(f"<!-- table:{name}-") for name in ("scale", "reasons")]
    # Measured by programs whose results this test does not make.
    missing += [left.count(f"<!-- table:{name} -->") for name in LANGUAGE]
    assert missing == [7, 4, 1, 1, 1, 1, 1]
    assert left.count("Not measured yet.") == sum(missing)


def test_unknown_table_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(KeyError, match="nonsense"):
        tables.fill("<!-- table:nonsense -->\n<!-- /table:nonsense -->", tmp_path)


def test_the_stored_tables_are_those_of_the_stored_results() -> None:
    assert tables.main(["--check"]) == 0
