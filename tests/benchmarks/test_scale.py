"""The benchmark of the store: its steps, and the program at toy size."""

from __future__ import annotations

import json
import lzma
import os
import sys
import types
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from benchmarks import (
    scale,
    scale_exact,
    scale_peers,
    scale_process,
    scale_profile,
    scale_records,
    scale_stages,
)

SUBJECTS = [
    "高炉煤气精脱硫",
    "锂电池隔膜涂覆",
    "数控机床主轴热误差",
    "抗肿瘤药物递送",
    "稀土催化剂制备",
]


# --- processes and their memory ---------------------------------------------------------------


def proc(folder: Path, pid: int, children: str, kib: tuple[int, int]) -> None:
    task = folder / str(pid) / "task" / str(pid)
    task.mkdir(parents=True)
    (task / "children").write_text(children)
    lines = f"Name:\tx\nVmRSS:\t{kib[0]} kB\nRssFile:\t{kib[1]} kB\n"
    (folder / str(pid) / "status").write_text(lines)


def test_peak_adds_up_a_process_and_all_it_started(tmp_path: Path) -> None:
    proc(tmp_path, 10, "11 12 ", (2048, 1024))
    proc(tmp_path, 11, "13 ", (1024, 0))
    proc(tmp_path, 13, "", (4096, 2048))
    proc(tmp_path, 99, "", (10**6, 0))
    # 12 ended before it could be looked at.
    assert sorted(scale_process.family(10, tmp_path)) == [10, 11, 12, 13]
    peak = scale_process.Peak()
    peak.look(10, tmp_path)
    assert (peak.total, peak.own) == (7.0, 4.0)
    proc(tmp_path, 20, "", (1024, 0))
    peak.look(20, tmp_path)
    assert (peak.total, peak.own) == (7.0, 4.0)


def test_own_peak(tmp_path: Path) -> None:
    (tmp_path / "status").write_text("Name:\tx\nVmHWM:\t    3072 kB\nVmRSS:\t1024 kB\n")
    assert scale_process.peak_mib(tmp_path / "status") == 3.0
    for found in (scale_process.peak_mib(tmp_path / "absent"), scale_process.peak_mib()):
        assert 10 < found < 100_000


PROBE = """
import json, os, sys
if sys.argv[1] == "fail":
    raise ValueError("no " + sys.argv[2])
held = bytearray(80 * 2**20)
print("first line")
print(json.dumps({"threads": os.environ.get("OMP_NUM_THREADS"), "self_mib": 3.0}))
"""


def test_fresh_processes(tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "probe_of_scale.py").write_text(PROBE)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    found = scale_process.run_fresh("probe_of_scale", ["run"])
    assert set(found) == {"threads", "peak_mib", "own_mib"}
    assert found["threads"] == "7"
    assert found["peak_mib"] >= 3.0
    assert scale_process.run_fresh("probe_of_scale", ["run"], threads=2)["threads"] == "2"
    with pytest.raises(scale_process.StepError, match=r"^ValueError: no memory$"):
        scale_process.run_fresh("probe_of_scale", ["fail", "memory"])


# --- where the time goes ----------------------------------------------------------------------


@pytest.fixture
def toy(monkeypatch) -> types.ModuleType:
    """A package of two modules in which an hour hand moves by what each function takes."""
    one, two = types.ModuleType("toyscale"), types.ModuleType("toyscale.two")
    hand = [0.0]
    monkeypatch.setattr(scale_profile.time, "perf_counter", lambda: hand[0])

    def inner(hours: float) -> float:
        hand[0] += hours
        return hours

    class Outer:
        @classmethod
        def made(cls) -> str:
            hand[0] += 8
            return cls.__name__

        def run(self) -> float:
            hand[0] += 1
            return two.inner(2) + one.inner(4)

    one.inner = two.inner = inner  # type: ignore[attr-defined]
    one.Outer = Outer  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "toyscale", one)
    monkeypatch.setitem(sys.modules, "toyscale.two", two)
    return one


def test_stages_within_stages_count_for_themselves(toy) -> None:
    before = (toy.inner, vars(toy.Outer)["run"], vars(toy.Outer)["made"])
    stages = {
        "in": ("toyscale:inner",),
        "out": ("toyscale:gone", "nowhere:x", "toyscale:Outer.run"),
        "made": ("toyscale:Outer.made",),
    }
    with scale_profile.clocked(stages) as clock:
        assert toy.Outer().run() == 6
        toy.Outer().run()
        assert toy.Outer.made() == "Outer"
    assert clock.seconds == {"in": 12.0, "out": 2.0, "made": 8.0}
    shares = clock.shares(40.0)
    assert shares == {"in": 30.0, "out": 5.0, "made": 20.0, scale_profile.REST: 45.0}
    assert (toy.inner, vars(toy.Outer)["run"], vars(toy.Outer)["made"]) == before
    toy.Outer().run()
    assert clock.seconds["out"] == 2.0


def test_a_stage_without_a_function_is_an_error(toy) -> None:
    before = toy.inner
    stages = {"in": ("toyscale:inner",), "lost": ("toyscale:gone",)}
    with pytest.raises(LookupError, match="stage 'lost'"), scale_profile.clocked(stages):
        pytest.fail("the block must not run")
    assert toy.inner is before


# --- exact search and recall ------------------------------------------------------------------


def random_rows(n: int, dim: int = 16, seed: int = 1) -> np.ndarray:
    rows = np.random.default_rng(seed).normal(size=(n, dim)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_exact_search_in_pieces(monkeypatch) -> None:
    rows, queries = random_rows(500), random_rows(7, seed=2)
    monkeypatch.setattr(scale_exact, "_ROWS_AT_ONCE", 64)
    scores = queries @ rows.T
    best, products = scale_exact.exact(rows, queries, 10)
    np.testing.assert_array_equal(best, np.argsort(-scores, axis=1)[:, :10])
    np.testing.assert_allclose(products, np.take_along_axis(scores, best, axis=1), rtol=1e-5)
    members = np.arange(3, 500, 7)
    best, _ = scale_exact.exact(rows, queries, 10, members)
    np.testing.assert_array_equal(best, members[np.argsort(-scores[:, members], axis=1)[:, :10]])
    assert scale_exact.exact(rows, queries, 10, members[:4])[0].shape == (7, 4)


def test_recall_takes_equal_vectors_for_each_other() -> None:
    # Products with the query: 1, 0.8, 0.8, 0.6, 0.
    rows = np.array([[1, 0], [0.8, 0.6], [0.8, -0.6], [0.6, 0.8], [0, 1]], dtype=np.float32)
    query = np.array([1, 0], dtype=np.float32)
    _, best = scale_exact.exact(rows, query[None], 2)

    def share(*found: int) -> float:
        return scale_exact.recall(np.array(found, dtype=np.int64), best[0], rows, query)

    assert share(0, 1) == share(0, 2) == 1.0
    assert share(0, 3) == share(1, 4) == 0.5
    assert share(0, 0) == 0.5
    assert share() == 0.0
    assert scale_exact.recall(np.array([0]), best[0][:0], rows, query) == 1.0
    assert scale_exact.summary([1.0, 0.5, 0.75]) == {"mean": 0.75, "least": 0.5, "needs": 3}


def test_times_in_milliseconds() -> None:
    found = scale_stages.milliseconds([0.001 * step for step in range(1, 102)])
    assert found == {"p50_ms": 51.0, "p99_ms": 100.0, "mean_ms": 51.0, "needs": 101}


# --- peers ------------------------------------------------------------------------------------


def test_programs_and_peers_agree() -> None:
    assert tuple(scale_peers.PEERS) == scale.PEERS


@pytest.mark.parametrize("name", ["numpy, exact", "FAISS flat", "semantic_search", "vicinity"])
def test_exact_peers_find_what_is_nearest(name: str) -> None:
    rows = random_rows(300, 32)
    ask = scale_peers.PEERS[name].build(rows, 5)
    for query in random_rows(4, 32, seed=3):
        assert ask(query).tolist() == np.argsort(-(rows @ query))[:5].tolist()


@pytest.mark.parametrize("name", ["FAISS IVF,PQ fast-scan", "vicinity over FAISS IVF"])
def test_approximate_peers_find_a_row_itself(name: str) -> None:
    rows = random_rows(4000, 32)
    ask = scale_peers.PEERS[name].build(rows, 5)
    assert [int(ask(rows[at])[0]) for at in (0, 77, 3999)] == [0, 77, 3999]


@pytest.mark.parametrize("name", ["bm25s", "TF-IDF, brute force"])
def test_text_peers_find_the_right_text(name: str) -> None:
    ask = scale_peers.PEERS[name].build(iter(SUBJECTS), 2)
    assert [int(ask(text)[0]) for text in ("主轴的热误差", "隔膜")] == [2, 1]
    assert len(ask("隔膜")) == 2


def test_a_peer_is_not_asked_for_ever(monkeypatch) -> None:
    asked: list[int] = []

    def ask(query: int) -> np.ndarray:
        asked.append(query)
        return np.array([query])

    answers, spent = scale_peers.ask_all(ask, range(5))
    assert [int(found[0]) for found in answers] == [0, 1, 2, 3, 4]
    assert len(spent) == 5
    assert asked == [0, 1, 2, 0, 1, 2, 3, 4]
    monkeypatch.setattr(scale_peers, "ASKING", -1.0)
    answers, _ = scale_peers.ask_all(ask, range(5))
    assert len(answers) == 1


def test_a_peer_beyond_its_size_says_why(monkeypatch) -> None:
    peer = scale_peers.Peer("texts", scale_peers.bm25, most=9, reason="would take a week")
    monkeypatch.setitem(scale_peers.PEERS, "slow", peer)
    work = scale_records.Work(Path("nowhere"))
    assert scale_peers.measure(work, 10, 5, "slow") == {"not_run": "would take a week"}


# --- records ----------------------------------------------------------------------------------


def write_data(folder: Path) -> None:
    (folder / "text").mkdir(parents=True)
    (folder / "bdci2019").mkdir()
    rows = [
        {
            "id": f"r{at}",
            "title": f"{subject}技术及其应用",
            "abstract": f"{subject}的方法可以提高效率。本研究第{at}次给出{subject}的参数和步骤！",
        }
        for at, subject in enumerate(SUBJECTS * 4)
    ]
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    for name in ("chinaxiv", "csl", "patents_research_only"):
        with lzma.open(folder / "text" / f"{name}.jsonl.xz", "wt", encoding="utf-8") as file:
            file.write(lines)
    (folder / "text" / "patent_titles_ipc.csv").write_text("title\n一种装置\n", encoding="utf-8")
    needs = [{"id": f"n{at}", "title": f"需要{s}", "body": None} for at, s in enumerate(SUBJECTS)]
    lines = "".join(json.dumps(need, ensure_ascii=False) + "\n" for need in needs)
    (folder / "bdci2019" / "needs.jsonl").write_text(lines, encoding="utf-8")


def test_smaller_stores_hold_the_first_records(tmp_path: Path) -> None:
    work = scale_records.Work(tmp_path)
    said = scale_records.prepare(work, None, records=20, needs=5, seed=3)
    assert said["texts"] == "sample"
    assert set(said["characters"]) == {"generated"}
    assert work.kinds == ("generated",)
    every = list(work.achievements(20))
    assert [record.id for record in every] == [f"A{at:09d}" for at in range(20)]
    assert list(work.achievements(7)) == every[:7]
    further = work.further()
    assert len(further) == scale_records.FURTHER
    assert further[0].id == "A000000020"
    assert len(work.needs("generated", 9)) == 5
    assert work.needs("real", 9) == []
    # Less of the same is there already; other records drop what was made of the old ones.
    (tmp_path / "store-20").mkdir()
    (tmp_path / "vectors.npy").write_bytes(b"x")
    before = (tmp_path / "achievements.jsonl").stat().st_mtime_ns
    assert scale_records.prepare(work, None, records=10, needs=2, seed=3) == said
    assert (tmp_path / "achievements.jsonl").stat().st_mtime_ns == before
    assert (tmp_path / "store-20").exists()
    scale_records.prepare(work, None, records=20, needs=5, seed=4)
    assert list(work.achievements(20)) != every
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "achievements.jsonl",
        "generated-needs.jsonl",
        "prepared.json",
    ]


# --- the program ------------------------------------------------------------------------------


def in_this_process(module: str, arguments: list[str], *, threads: int | None = None) -> dict:
    """Do what `run_fresh` does, without the seconds that a new process takes."""
    assert module == "benchmarks.scale"
    options = scale.parser().parse_args(arguments)
    if options.step == "prepare":
        found = scale.prepare_all(options)
    else:
        found = scale.run_step(options.step, options.folder, options.sizes[0], options.needs)
    return json.loads(json.dumps({**found, "peak_mib": 1.0, "own_mib": 0.5}))


@pytest.fixture
def one_core(monkeypatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0}, raising=False)


def test_program(tmp_path: Path, monkeypatch, one_core, capsys) -> None:
    write_data(tmp_path / "data")
    monkeypatch.setattr(scale, "run_fresh", in_this_process)
    monkeypatch.setattr(scale_records, "FURTHER", 20)
    monkeypatch.setitem(scale.PARTS, "peers", scale.PARTS["peers"][:2])
    out, figure = tmp_path / "out.json", tmp_path / "out.svg"
    command = ["--data", str(tmp_path / "data"), "--sizes", "60", "--needs", "6"]
    command += ["--batch-size", "60", "--batch-needs", "30", "--out", str(out)]
    assert scale.main([*command, "--figure", str(figure)]) == 0
    text = out.read_text(encoding="utf-8")
    assert "not_run" not in text
    assert str(tmp_path) not in text
    assert not any(subject in text for subject in SUBJECTS)
    result = json.loads(text)
    assert set(result) >= {"benchmark", "commit", "versions", "hardware", "workbook"}
    assert result["protocol"]["sizes"] == [60]
    assert result["data"]["texts"] == "data"
    assert list(result["results"]) == ["60"]
    for n, found in result["results"].items():
        assert set(scale.PARTS) <= set(found)
        assert found["build"]["bytes"]["total"] > found["build"]["bytes"]["text"] > 0
        assert found["build"]["workers"] == 1
        for kind in ("generated", "real"):
            asked = found["query"]["one thread"][kind]
            assert asked["all"]["needs"] == {"generated": 6, "real": 5}[kind]
            assert asked["sector"]["p99_ms"] >= asked["sector"]["p50_ms"] > 0
            # So few vectors are all compared; only their rounding is in the way.
            assert found["recall"][kind]["all"]["mean"] > 0.9
            assert found["recall"][kind]["all"]["records"] == int(n)
        assert found["change"]["added"] == found["change"]["removed"] == 20
        assert (found["change"]["found"], found["change"]["still_found"]) == (True, False)
        assert found["threads"]["same_answers"] is True
        shares = found["profile"]["per_cent"]
        assert sum(shares.values()) == pytest.approx(100, abs=1)
        assert {"encode the need", "dense search", "lexical search", "trees"} <= set(shares)
        assert found["peers"]["numpy, exact"]["recall"] == 1.0
        assert found["layer"]["all"]["records"] == int(n)
    assert result["results"]["60"]["batch"]["rows"] == 30 * 20
    assert result["results"]["60"]["batch profile"]["needs"] == 1
    ElementTree.parse(figure)
    assert "60 build: {" in capsys.readouterr().out


def test_steps_in_order() -> None:
    command = ["--sizes", "100", "200", "--needs", "3", "--batch-size", "200"]
    command += ["--batch-needs", "60", "--parts", "recall", "build", "batch"]
    found = [
        (n, part, step.name, needs)
        for n, part, step, needs in scale.steps(scale.parser().parse_args(command))
    ]
    assert found == [
        (100, "build", "build", 3),
        (100, "recall", "recall", 15),
        (200, "build", "build", 3),
        (200, "recall", "recall", 15),
        (200, "batch", "batch", 60),
        (200, "batch", "batch-profile", 3),
    ]


def test_parts_are_measured_one_at_a_time(tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    command = ["--sizes", "40", "--needs", "2", "--folder", str(tmp_path / "kept")]
    command += ["--batch-needs", "2", "--out", str(out), "--figure", str(tmp_path / "out.svg")]
    assert scale.main([*command, "--parts", "build"]) == 0
    assert (tmp_path / "kept" / "store-40").is_dir()
    first = json.loads(out.read_text(encoding="utf-8"))["results"]["40"]
    assert list(first) == ["build"]
    assert first["build"]["peak_mib"] > 20
    assert scale.main([*command, "--parts", "profile"]) == 0
    second = json.loads(out.read_text(encoding="utf-8"))["results"]["40"]
    assert second["build"] == first["build"]
    assert list(second) == ["build", "profile"]
    assert second["profile"]["mean_ms"] > 0
    # Figures of other records are not kept.
    assert scale.main([*command, "--parts", "profile", "--seed", "5"]) == 0
    third = json.loads(out.read_text(encoding="utf-8"))["results"]["40"]
    assert list(third) == ["profile"]
    assert third["profile"]["not_run"].startswith("matchmaker.errors.StoreError: store-40: ")


def test_program_without_records(tmp_path: Path, monkeypatch, capsys) -> None:
    def broken(*_: object, **__: object) -> dict:
        raise scale_process.StepError("no texts")

    monkeypatch.setattr(scale, "run_fresh", broken)
    assert scale.main(["--out", str(tmp_path / "x.json")]) == 2
    assert "nothing measured: no texts" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
