"""Needs in parts: the same bytes however they are cut, spread or interrupted."""

from __future__ import annotations

import functools
import json
import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest

from matchmaker import Achievement, Matcher, Need, Records
from matchmaker.batch import BatchOptions, match_store
from matchmaker.errors import ConfigError, MissingExtraError, StoreError, WorkerError
from matchmaker.reporting.streaming import write_part
from matchmaker.store import Store

NEEDS = 23
CHUNK = 4
CHUNKS = 6
OPTIONS = BatchOptions(k=3, chunk=CHUNK)


@pytest.fixture(scope="module")
def needs(sample_needs: Records[Need]) -> list[Need]:
    return sorted(sample_needs, key=lambda need: need.id)[:NEEDS]


@pytest.fixture(scope="module")
def achievements(sample_achievements: Records[Achievement]) -> list[Achievement]:
    chosen = list(sample_achievements)[:50]
    alike = {**chosen[0].to_dict(), "id": "Z-alike"}
    return [*chosen, Achievement.from_dict(alike)]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, achievements: list[Achievement]) -> Path:
    """A store that tests must not change."""
    folder = tmp_path_factory.mktemp("batch") / "store"
    with Store.open(folder, create=True) as made:
        made.add(achievements)
    return folder


@pytest.fixture(scope="module")
def whole(
    store: Path, needs: list[Need], tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., bytes]:
    """What one search for all needs gives, as a file of the ending asked for."""
    folder = tmp_path_factory.mktemp("whole")

    @functools.cache
    def write(ending: str, **asked: Any) -> bytes:
        with Matcher.open(store) as matcher:
            matches = matcher.match(needs, **{"k": 3, **asked})
            assert len(matches) > CHUNKS
            write_part(matches, folder / f"whole{ending}")
        return (folder / f"whole{ending}").read_bytes()

    return write


class Inline(Executor):
    """Does what it is told at once, in this thread, until it has done enough."""

    def __init__(self, *, enough: int = 1000, then: BaseException | None = None) -> None:
        self.done: list[int] = []
        self._enough = enough
        self._then = then

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        if len(self.done) == self._enough and self._then is not None:
            raise self._then
        future.set_result(fn(*args, **kwargs))
        self.done.append(args[1])
        return future


def interrupted(store: Path, needs: list[Need], target: Path, **changed: Any) -> Path:
    """Interrupt a run after its third part; returns the folder of parts."""
    options = BatchOptions(**{"k": 3, "chunk": CHUNK, **changed})
    executor = Inline(enough=3, then=KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        match_store(store, needs, target, options=options, workers=executor)
    assert not target.exists()
    folder = target.with_name(f"{target.name}.parts")
    assert len(list(folder.glob("part-*"))) == 3
    return folder


@pytest.fixture(scope="module")
def stopped(store: Path, needs: list[Need], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The target of an interrupted run, which tests must not take up."""
    target = tmp_path_factory.mktemp("stopped") / "out.csv"
    interrupted(store, needs, target)
    return target


@pytest.mark.parametrize("chunk", [1, CHUNK, NEEDS, 200])
@pytest.mark.parametrize("ending", [".csv", ".jsonl"])
def test_the_file_is_that_of_one_search(
    chunk: int,
    ending: str,
    store: Path,
    needs: list[Need],
    whole: Callable[..., bytes],
    tmp_path: Path,
) -> None:
    target = tmp_path / f"out{ending}"
    target.write_text("of an earlier run", encoding="utf-8")
    # Neither their order nor a need given twice makes a difference.
    given = [*reversed(needs), needs[3]]
    pairs = match_store(store, given, target, options=BatchOptions(k=3, chunk=chunk))
    assert target.read_bytes() == whole(ending)
    assert pairs == NEEDS * 3
    assert list(tmp_path.iterdir()) == [target]


def test_limits_are_those_of_a_search(
    store: Path, needs: list[Need], whole: Callable[..., bytes], tmp_path: Path
) -> None:
    target = tmp_path / "out.jsonl"
    for name, value in (("min_score", 0.5), ("sector", "冶金")):
        options = BatchOptions(k=3, chunk=CHUNK, **{name: value})
        pairs = match_store(store, needs, target, options=options)
        lines = target.read_text(encoding="utf-8").splitlines()
        assert target.read_bytes() == whole(".jsonl", **{name: value})
        assert 0 < pairs == len(lines) < NEEDS * 3


def test_conditions_on_fields(
    store: Path, needs: list[Need], achievements: list[Achievement], tmp_path: Path
) -> None:
    target = tmp_path / "out.jsonl"
    name = achievements[0].organisation
    allowed = {record.id for record in achievements if record.organisation == name}
    options = BatchOptions(k=3, chunk=CHUNK, where={"organisation": {name, "no such one"}})
    assert match_store(store, needs, target, options=options) > 0
    rows = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
    assert {row["achievement_id"] for row in rows} <= allowed
    given: Any = {"organisation": lambda value: True}
    with pytest.raises(ConfigError, match=r"where\['organisation'\] must be a text"):
        match_store(store, needs, target, options=BatchOptions(where=given))


def test_parquet_holds_what_the_lines_hold(store: Path, needs: list[Need], tmp_path: Path) -> None:
    for ending in (".jsonl", ".parquet"):
        match_store(store, needs, tmp_path / f"out{ending}", options=OPTIONS)
    lines = (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()
    table = pyarrow.parquet.read_table(tmp_path / "out.parquet")
    assert table.to_pylist() == [json.loads(line) for line in lines]
    # However it is cut.
    once = (tmp_path / "out.parquet").read_bytes()
    match_store(store, needs, tmp_path / "out.parquet", options=BatchOptions(k=3, chunk=5))
    assert (tmp_path / "out.parquet").read_bytes() == once


def test_processes_give_the_same_bytes(
    store: Path, needs: list[Need], whole: Callable[..., bytes], tmp_path: Path
) -> None:
    target = tmp_path / "out.jsonl"
    told: list[tuple[str, int, int]] = []
    match_store(
        store, needs, target, options=OPTIONS, workers=2, progress=lambda *call: told.append(call)
    )
    assert target.read_bytes() == whole(".jsonl")
    assert told[0] == ("rank", 0, NEEDS)
    assert told[-1] == ("rank", NEEDS, NEEDS)
    assert [done for _, done, _ in told] == sorted(done for _, done, _ in told)
    assert list(tmp_path.iterdir()) == [target]


def test_an_executor_of_the_caller_is_used_and_stays_open(
    store: Path, needs: list[Need], whole: Callable[..., bytes], tmp_path: Path
) -> None:
    target = tmp_path / "out.csv"
    with ThreadPoolExecutor(3) as executor:
        match_store(store, needs, target, options=OPTIONS, workers=executor)
        assert executor.submit(int, "7").result() == 7
    assert target.read_bytes() == whole(".csv")


@pytest.mark.parametrize("ending", [".csv", ".jsonl", ".parquet"])
def test_an_interrupted_run_is_taken_up(
    ending: str, store: Path, needs: list[Need], tmp_path: Path
) -> None:
    match_store(store, needs, tmp_path / f"expected{ending}", options=OPTIONS)
    target = tmp_path / f"out{ending}"
    folder = interrupted(store, needs, target)
    kept = {path: path.stat().st_mtime_ns for path in folder.glob("part-*")}
    # What a kill leaves of a part that was being written.
    (folder / ".matchmaker-x").mkdir()
    (folder / ".matchmaker-x" / "part").write_text("half", encoding="utf-8")
    executor = Inline(enough=2, then=KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        match_store(store, needs, target, options=OPTIONS, workers=executor, resume=True)
    assert executor.done == [3, 4]
    assert {path: path.stat().st_mtime_ns for path in kept} == kept
    last, told = Inline(), []
    # Chunks stay as they were.
    options = BatchOptions(k=3, chunk=1)
    pairs = match_store(
        store,
        needs,
        target,
        options=options,
        workers=last,
        resume=True,
        progress=lambda *call: told.append(call),
    )
    assert last.done == [5]
    assert told == [("rank", 20, NEEDS), ("rank", NEEDS, NEEDS)]
    assert pairs == NEEDS * 3
    assert target.read_bytes() == (tmp_path / f"expected{ending}").read_bytes()
    assert not folder.exists()


def test_resuming_where_nothing_was_interrupted(
    store: Path, needs: list[Need], whole: Callable[..., bytes], tmp_path: Path
) -> None:
    target = tmp_path / "out.jsonl"
    match_store(store, needs, target, options=OPTIONS, resume=True)
    assert target.read_bytes() == whole(".jsonl")


def test_parts_in_the_way(store: Path, needs: list[Need], tmp_path: Path) -> None:
    target = tmp_path / "out.jsonl"
    folder = interrupted(store, needs, target)
    before = sorted(folder.iterdir())
    with pytest.raises(ConfigError, match=r"--resume .*or delete the folder") as caught:
        match_store(store, needs, target, options=OPTIONS)
    assert str(folder) in str(caught.value)
    assert sorted(folder.iterdir()) == before
    for path in folder.glob("part-*"):
        path.unlink()
    match_store(store, needs, target, options=BatchOptions(k=1))
    assert len(target.read_text(encoding="utf-8").splitlines()) == NEEDS


@pytest.mark.parametrize("resume", [True, False])
def test_a_folder_with_other_files_is_left_alone(
    resume: bool, store: Path, needs: list[Need], tmp_path: Path
) -> None:
    mine = tmp_path / "out.jsonl.parts" / "thesis.txt"
    mine.parent.mkdir()
    mine.write_text("mine", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"holds 'thesis\.txt', which is none"):
        match_store(store, needs, tmp_path / "out.jsonl", options=OPTIONS, resume=resume)
    assert mine.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"k": 4}, r"differs in k \(3 then, 4 now\)"),
        ({"min_score": 0.25}, r"differs in min_score \(0\.0 then, 0\.25 now\)"),
        ({"sector": "冶金"}, r"differs in sector \(None then, '冶金' now\)"),
        ({"where": {"region": "沈阳"}}, r"differs in where \(\{\} then, \{'region': \['沈阳'\]\}"),
        ({"candidates": 50}, r"differs in candidates \(100 then, 50 now\)"),
        ({"lang": "en"}, r"differs in lang \('zh' then, 'en' now\)"),
        ({"settings": "x"}, r"differs in settings \('' then, 'x' now\)"),
        ({"k": 4, "min_score": 0.5}, r"differs in k .*, min_score"),
    ],
)
def test_only_the_same_run_is_taken_up(
    changed: dict[str, Any], message: str, store: Path, needs: list[Need], stopped: Path
) -> None:
    target, folder = stopped, stopped.with_name("out.csv.parts")
    options = BatchOptions(**{"k": 3, **changed})
    with pytest.raises(ConfigError, match=message) as caught:
        match_store(store, needs, target, options=options, resume=True)
    assert "run without --resume" in str(caught.value)
    assert str(folder) in str(caught.value)
    assert len(list(folder.glob("part-*"))) == 3


def test_other_needs_are_another_run(store: Path, needs: list[Need], tmp_path: Path) -> None:
    target = tmp_path / "out.jsonl"
    interrupted(store, needs, target)
    with pytest.raises(ConfigError, match="differs in needs, so it cannot be resumed"):
        match_store(store, needs[1:], target, options=OPTIONS, resume=True)
    elsewhere = [Need.from_dict({**need.to_dict(), "origin": None}) for need in needs]
    assert elsewhere[0].origin != needs[0].origin
    assert match_store(store, elsewhere, target, options=OPTIONS, resume=True) == NEEDS * 3


def test_another_state_of_the_store_is_another_run(
    achievements: list[Achievement], needs: list[Need], tmp_path: Path
) -> None:
    target, folder = tmp_path / "out.jsonl", tmp_path / "store"
    with Store.open(folder, create=True) as made:
        made.add(achievements[:20])
        parts = interrupted(folder, needs, target)
        made.add(achievements[20:21])
    with pytest.raises(ConfigError, match=r"differs in store \(1 then, 2 now\)"):
        match_store(folder, needs, target, options=OPTIONS, resume=True)
    assert len(list(parts.glob("part-*"))) == 3


def test_a_run_keeps_to_the_state_it_began_with(
    achievements: list[Achievement], needs: list[Need], tmp_path: Path
) -> None:
    folder = tmp_path / "store"
    with Store.open(folder, create=True) as made:
        made.add(achievements[:20])
        match_store(folder, needs, tmp_path / "expected.jsonl", options=OPTIONS)
        before = {segment["name"] for segment in made.info().segments}
        changes = iter(
            [
                lambda: made.add(achievements[20:]),
                lambda: made.remove([record.id for record in achievements[:10]]),
            ]
        )

        def change(stage: str, done: int, total: int) -> None:
            next(changes, lambda: None)()

        target = tmp_path / "out.jsonl"
        match_store(folder, needs, target, options=OPTIONS, progress=change)
        assert made.count() == len(achievements) - 10
        # Even the files that the run reads from are gone.
        assert not before & {segment["name"] for segment in made.info().segments}
    assert target.read_bytes() == (tmp_path / "expected.jsonl").read_bytes()


def test_an_executor_never_mixes_states(
    achievements: list[Achievement], needs: list[Need], tmp_path: Path
) -> None:
    target, folder = tmp_path / "out.jsonl", tmp_path / "store"

    class Changing(Inline):
        def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
            if len(self.done) == 2:
                made.add(achievements[20:21])
            return super().submit(fn, *args, **kwargs)

    with Store.open(folder, create=True) as made:
        made.add(achievements[:20])
        with pytest.raises(StoreError, match=r"was changed while needs were matched"):
            match_store(folder, needs, target, options=OPTIONS, workers=Changing())
    assert not target.exists()


def test_a_matcher_without_a_store(needs: list[Need], tmp_path: Path) -> None:
    options = BatchOptions(opener=lambda folder, *, candidates: Matcher(candidates=candidates))
    with pytest.raises(ConfigError, match="must open a store"):
        match_store(tmp_path, needs, tmp_path / "out.csv", options=options)


def test_a_damaged_note_of_the_run_is_named(store: Path, needs: list[Need], tmp_path: Path) -> None:
    target = tmp_path / "out.jsonl"
    folder = interrupted(store, needs, target)
    for content in ("{", "[]", '{"format": 1, "chunk": "x"}'):
        (folder / "run.json").write_text(content, encoding="utf-8")
        with pytest.raises(ConfigError, match=r"run\.json: missing or damaged"):
            match_store(store, needs, target, options=OPTIONS, resume=True)


def test_nothing_is_left_where_nothing_was_finished(
    store: Path, needs: list[Need], tmp_path: Path
) -> None:
    executor = Inline(enough=0, then=KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        match_store(store, needs, tmp_path / "out.csv", options=OPTIONS, workers=executor)
    assert list(tmp_path.iterdir()) == []


def test_no_needs(store: Path, tmp_path: Path) -> None:
    for ending, lines in ((".csv", 1), (".jsonl", 0)):
        target = tmp_path / f"out{ending}"
        assert match_store(store, [], target) == 0
        assert len(target.read_text(encoding="utf-8").splitlines()) == lines
    assert match_store(store, [], tmp_path / "out.parquet") == 0
    assert len(pyarrow.parquet.read_table(tmp_path / "out.parquet")) == 0


def killed(folder: Path, *, candidates: int) -> Matcher:
    """Open the store here; in a process of its own, die as for want of memory."""
    if multiprocessing.parent_process() is not None:
        os.kill(os.getpid(), signal.SIGKILL)
    return Matcher.open(folder, candidates=candidates)


def test_a_killed_process_is_an_error_that_says_how_to_go_on(
    store: Path, needs: list[Need], whole: Callable[..., bytes], tmp_path: Path
) -> None:
    target = tmp_path / "out.jsonl"
    folder = interrupted(store, needs, target)
    options = BatchOptions(k=3, opener=killed)
    with pytest.raises(WorkerError, match=r"was killed.*3 finished parts.*--resume") as caught:
        match_store(store, needs, target, options=options, workers=2, resume=True)
    assert str(folder) in str(caught.value)
    match_store(store, needs, target, options=options, resume=True)
    assert target.read_bytes() == whole(".jsonl")


def test_an_interrupt_ends_the_processes_and_keeps_what_is_finished(
    store: Path, needs: list[Need], whole: Callable[..., bytes], tmp_path: Path
) -> None:
    target = tmp_path / "out.jsonl"
    options = BatchOptions(k=3, chunk=1)

    def interrupt(stage: str, done: int, total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        match_store(store, needs, target, options=options, workers=2, progress=interrupt)
    assert multiprocessing.active_children() == []
    finished = len(list(tmp_path.glob("out.jsonl.parts/part-*")))
    assert 2 <= finished <= 4
    executor = Inline()
    match_store(store, needs, target, options=options, workers=executor, resume=True)
    assert len(executor.done) == NEEDS - finished
    assert target.read_bytes() == whole(".jsonl")


PROGRAM = """
import json
import sys
from pathlib import Path

from matchmaker import Need
from matchmaker.batch import BatchOptions, match_store

if __name__ == "__main__":
    store, source, target = sys.argv[1:]
    lines = Path(source).read_text(encoding="utf-8").splitlines()
    match_store(
        store,
        [Need.from_dict(json.loads(line)) for line in lines],
        target,
        options=BatchOptions(k=3, chunk=1),
        workers=2,
        progress=lambda *_: print("part", flush=True),
    )
"""


def test_a_killed_program_takes_its_processes_along_and_is_taken_up(
    store: Path, needs: list[Need], whole: Callable[..., bytes], tmp_path: Path
) -> None:
    (tmp_path / "program.py").write_text(PROGRAM, encoding="utf-8")
    source, target = tmp_path / "needs.jsonl", tmp_path / "out.jsonl"
    write_needs(needs, source)
    arguments = [sys.executable, tmp_path / "program.py", store, source, target]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE) as program:
        assert program.stdout is not None
        for _ in range(4):
            assert program.stdout.readline() == b"part\n"
        program.kill()
        # The end of the stream: nobody is left who could write to it.
        program.stdout.read()
    assert not target.exists()
    finished = len(list(tmp_path.glob("out.jsonl.parts/part-*")))
    assert 3 <= finished < NEEDS
    executor = Inline()
    match_store(store, needs, target, options=OPTIONS, workers=executor, resume=True)
    assert len(executor.done) == NEEDS - finished
    assert target.read_bytes() == whole(".jsonl")


def write_needs(needs: Iterable[Need], path: Path) -> None:
    lines = (json.dumps(need.to_dict()) + "\n" for need in needs)
    path.write_text("".join(lines), encoding="utf-8")


def test_errors_of_a_process_come_back_as_they_are() -> None:
    import pickle

    error = pickle.loads(pickle.dumps(MissingExtraError("torch", "transformers", "A model")))
    assert isinstance(error, MissingExtraError)
    assert (error.package, error.extra) == ("torch", "transformers")
    assert str(error).startswith("A model needs the package 'torch'")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"workers": 0}, "workers must be at least 1, not 0"),
        ({"options": BatchOptions(chunk=0)}, "chunk must be at least 1, not 0"),
        ({"options": BatchOptions(k=0)}, "k must be"),
        ({"options": BatchOptions(sector="航天")}, "unknown sector '航天'"),
        ({"options": BatchOptions(lang="fr")}, "unknown language 'fr'"),
        ({"options": BatchOptions(candidates=0)}, "candidates must be at least 1"),
        ({"needs": [Need(id="1", title="甲"), Need(id="1", title="乙")]}, "two different records"),
        ({"target": "out.xlsx"}, "'.xlsx' names no form that is written in parts"),
        ({"target": "missing/out.csv"}, "no such folder"),
    ],
)
def test_bad_arguments_leave_nothing_behind(
    given: dict[str, Any], message: str, store: Path, needs: list[Need], tmp_path: Path
) -> None:
    arguments = {"needs": needs, "target": "out.csv", **given}
    target = tmp_path / arguments.pop("target")
    with pytest.raises(ConfigError, match=message):
        match_store(store, arguments.pop("needs"), target, **arguments)
    assert list(tmp_path.iterdir()) == []


def test_no_store(needs: list[Need], tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="missing"):
        match_store(tmp_path / "missing", needs, tmp_path / "out.csv")
    assert list(tmp_path.iterdir()) == []
