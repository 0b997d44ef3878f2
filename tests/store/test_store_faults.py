"""Any operation on a file may fail, and any moment may be interrupted: nothing is lost by it."""

from __future__ import annotations

import errno
import itertools
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from forking import Forks
from wholeness import Titles, achievements, check_open, check_whole, needs, titles

from matchmaker.errors import StoreError
from matchmaker.model import Model
from matchmaker.retrieval import partitions
from matchmaker.store import Store, files, merging

_WRITES = ("BEGIN", "COMMIT", "INSERT", "REPLACE", "UPDATE", "DELETE", "CREATE", "VACUUM")


class Faults:
    """Makes the k-th of all operations fail, before it is done or just after."""

    def __init__(self) -> None:
        self.at: int | None = None
        self.afterwards = False
        self.calls: list[str] = []
        self.fired = ""

    def arm(self, at: int, *, afterwards: bool = False) -> None:
        self.at, self.afterwards, self.calls, self.fired = at, afterwards, [], ""

    def disarm(self) -> None:
        self.at = None

    def call(self, name: str, act: Callable[[], Any], error: Exception) -> Any:
        if self.at is None:
            return act()
        self.calls.append(name)
        now = len(self.calls) == self.at
        if now:
            self.fired = name
        if now and not self.afterwards:
            raise error
        done = act()
        if now:
            # The terminal's Ctrl-C is heard when what was going on returns.
            raise KeyboardInterrupt
        return done


@pytest.fixture
def faults(monkeypatch: pytest.MonkeyPatch) -> Faults:
    """Every operation of a change, so that each can be made to fail."""
    made = Faults()

    def watched(owner: Any, name: str, number: int, act: Callable[..., Any]) -> None:
        def call(*args: Any, **options: Any) -> Any:
            error = OSError(number, os.strerror(number))
            return made.call(name, lambda: act(*args, **options), error)

        monkeypatch.setattr(owner, name, call)

    for name, number in (
        ("write_array", errno.ENOSPC), ("write_index", errno.EIO), ("entry", errno.EIO),
    ):  # fmt: skip
        watched(files, name, number, getattr(files, name))
    watched(os, "fsync", errno.EIO, lambda _: None)
    watched(Path, "mkdir", errno.ENOSPC, Path.mkdir)
    watched(Path, "replace", errno.EIO, Path.replace)

    class Connection(sqlite3.Connection):
        def execute(self, sql: str, *args: Any) -> Any:
            # No machine stops here, and waiting for the disk takes most of the time.
            sql = sql.replace("synchronous=FULL", "synchronous=OFF")
            act = lambda: super(Connection, self).execute(sql, *args)  # noqa: E731
            if not sql.startswith(_WRITES):
                return act()
            error = sqlite3.OperationalError("database or disk is full")
            return made.call(sql[:40], act, error)

        def executemany(self, sql: str, *args: Any) -> Any:
            error = sqlite3.OperationalError("disk I/O error")
            act = lambda: super(Connection, self).executemany(sql, *args)  # noqa: E731
            return made.call(sql[:40], act, error)

    connect = sqlite3.connect
    monkeypatch.setattr(
        sqlite3, "connect", lambda *args, **options: connect(*args, factory=Connection, **options)
    )
    return made


CHANGES: dict[str, Callable[[Store], Any]] = {
    # As few as there were: segments are put together, too.
    "new": lambda store: store.add(achievements([10, 11, 12])),
    "known": lambda store: store.add(achievements([0, 1, 10], version=1)),
    "removed": lambda store: store.remove(["A002", "N001"]),
    "replaced": lambda store: store.replace({"needs": needs([1, 5]), "achievements": []}),
    "compacted": lambda store: store.compact(),
    "anew": lambda store: store.reindex(),
}
BEFORE: Titles = {
    "needs": {record.id: record.title for record in needs(range(3))},
    "achievements": {record.id: record.title for record in achievements(range(1, 5))}
    | {"A000": achievements([0], 2)[0].title},
}


@pytest.fixture(scope="module")
def template(model: Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("faults") / "store"
    with Store.open(folder, create=True, model=model) as store:
        store.add(achievements(range(5)))
        store.add(needs(range(3)))
        store.add(achievements([0], version=2))
    return folder


def copies(
    template: Path, tmp_path: Path, calls: list[str], *, thin: bool = False
) -> Iterator[tuple[int, Path]]:
    """A copy of a store for each call to fail; of many that follow each other some only."""
    for number, call in enumerate(calls, 1):
        if number % 11 and call in (("write_array", "fsync") if thin else ("fsync",)):
            continue
        copy = tmp_path / str(number)
        shutil.copytree(template, copy)
        yield number, copy
        shutil.rmtree(copy)


def after(
    change: Callable[[Store], Any], template: Path, tmp_path: Path, model: Model, faults: Faults
) -> tuple[Titles, list[str]]:
    """What a change makes of the store where nothing fails, and by which calls."""
    shutil.copytree(template, tmp_path / "after")
    with Store.open(tmp_path / "after", model=model) as store:
        assert titles(store) == BEFORE
        faults.arm(0)
        change(store)
        faults.disarm()
        return titles(store), faults.calls


@pytest.mark.parametrize("indexed", [False, True])
@pytest.mark.parametrize("name", list(CHANGES))
def test_whatever_fails_the_store_is_as_it_was(
    name: str,
    indexed: bool,
    template: Path,
    tmp_path: Path,
    model: Model,
    faults: Faults,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    change = CHANGES[name]
    if indexed:
        if name != "new":
            pytest.skip("one change is enough for the indexes")
        monkeypatch.setattr(partitions, "EXACT", 20)
        change = lambda store: store.add(achievements(range(10, 30)))  # noqa: E731
    expected, calls = after(change, template, tmp_path, model, faults)
    failed: list[str] = []
    for number, folder in copies(template, tmp_path, calls, thin=name != "new"):
        with Store.open(folder, model=model) as store:
            faults.arm(number)
            try:
                change(store)
                said = ""
            except StoreError as error:
                said = str(error)
            faults.disarm()
            failed.append(faults.fired)
            # Nobody else is kept from writing.
            store._merger.close()
            assert not store._writer._lock.is_locked
            # An error means that nothing was changed, and no error that all was.
            check_open(store, model, BEFORE if said else expected)
            if said:
                assert str(folder) in said
                assert "disk" in said or "space" in said or "error" in said
                change(store)
        held, left = check_whole(folder, model)
        assert held == expected
        # A change removes what the one before could not put away.
        assert not (said and left)
    assert "" not in failed
    wanted = {"removed": {"COMMIT"}}.get(name, {"write_array", "fsync", "mkdir", "COMMIT"})
    if indexed:
        wanted |= {"write_index"}
    assert wanted <= set(failed)


@pytest.mark.parametrize("name", list(CHANGES))
def test_ctrl_c_at_any_moment_damages_nothing(
    name: str, template: Path, tmp_path: Path, model: Model, faults: Faults
) -> None:
    change = CHANGES[name]
    expected, calls = after(change, template, tmp_path, model, faults)
    kept = 0
    for number, folder in copies(template, tmp_path, calls, thin=True):
        with Store.open(folder, model=model) as store:
            faults.arm(number, afterwards=True)
            with pytest.raises(KeyboardInterrupt):
                change(store)
            faults.disarm()
            held = titles(store)
            assert held in (BEFORE, expected)
            kept += held == expected
            if held == BEFORE:
                change(store)
                check_open(store, model, expected)
        assert check_whole(folder, model)[0] == expected
    # One of the moments is that right after the commit.
    assert kept


def test_what_fails_in_the_background_is_tried_again(
    template: Path,
    tmp_path: Path,
    model: Model,
    faults: Faults,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(merging, "_AT_ONCE", 0)
    merge = merging.Writer.merge
    at = 0

    def failing(self: Any, group: Any, making: Any) -> None:
        faults.arm(at)
        try:
            merge(self, group, making)
        finally:
            faults.disarm()

    def change(store: Store) -> None:
        with monkeypatch.context() as patched:
            patched.setattr(merging.Writer, "merge", failing)
            assert store.add(achievements([10, 11, 12])) == 3
            store._merger.close()

    expected, _ = after(change, template, tmp_path, model, faults)
    calls = faults.calls
    for at, folder in copies(template, tmp_path, calls, thin=True):  # noqa: B007
        caplog.clear()
        with Store.open(folder, model=model) as store:
            change(store)
            assert faults.fired
            check_open(store, model, expected)
            if len(store.info().segments) > 2:
                assert "could not be put together" in caplog.text
            store.add(achievements([13]))
        held, left = check_whole(folder, model)
        assert (len(held["achievements"]), left) == (9, [])
    assert "COMMIT" in calls


def test_a_store_that_cannot_be_made_can_be_made_later(
    tmp_path: Path, model: Model, faults: Faults
) -> None:
    for afterwards in (False, True):
        for number in itertools.count(1):
            folder = tmp_path / f"{number}-{afterwards}" / "store"
            faults.arm(number, afterwards=afterwards)
            try:
                Store.open(folder, create=True, model=model).close()
                failed = False
            except (StoreError, KeyboardInterrupt) as error:
                assert afterwards or str(folder) in str(error)  # noqa: PT017
                failed = True
            faults.disarm()
            with Store.open(folder, create=True, model=model) as store:
                assert store.add(achievements([1])) == 1
            check_whole(folder, model)
            if not failed:
                break
        assert number > 5


def test_a_full_disk(template: Path, tmp_path: Path, model: Model, forks: Forks) -> None:
    # Files may not grow beyond so many bytes: SQLite's own are among them.
    assert forks.run("limited", template, into=str(tmp_path / "said")) == 0
    said = (tmp_path / "said").read_text(encoding="utf-8").splitlines()
    assert sum("StoreError" in line for line in said) > 5
    assert sum("changed" in line for line in said) > 5


def test_everything_is_on_the_disk_before_it_is_listed(
    folder: Path, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(partitions, "EXACT", 20)
    on_disk: dict[int, int] = {}
    commits: list[dict[int, int]] = []
    fsync = os.fsync

    def seen(handle: int) -> None:
        fsync(handle)
        found = os.fstat(handle)
        on_disk[found.st_ino] = found.st_mtime_ns

    class Connection(sqlite3.Connection):
        def execute(self, sql: str, *args: Any) -> Any:
            if sql == "COMMIT":
                commits.append(dict(on_disk))
            return super().execute(sql, *args)

    connect = sqlite3.connect
    monkeypatch.setattr(os, "fsync", seen)
    monkeypatch.setattr(
        sqlite3, "connect", lambda *args, **options: connect(*args, factory=Connection, **options)
    )
    with Store.open(folder, create=True, model=model) as store:
        assert {folder.stat().st_ino, folder.parent.stat().st_ino} <= on_disk.keys()
        store.add(achievements(range(30)))
        store.add(achievements(range(30, 60)))
        assert len(commits) == 3
        [listed] = store.info().segments
        segment = folder / "segments" / listed["name"]
        assert list(segment.glob("*.faiss"))
        for path in segment.iterdir():
            # Nothing was written to it since.
            assert commits[-1][path.stat().st_ino] == path.stat().st_mtime_ns, path.name
        assert {segment.stat().st_ino, segment.parent.stat().st_ino} <= commits[-1].keys()
        for database in (store._reading, store._writing):
            with database.errors() as connection:
                assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
                assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
