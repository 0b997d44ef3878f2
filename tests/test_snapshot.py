"""Snapshots: round trip, damage, foreign folders, and a crash at every step."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from matchmaker.errors import StoreError
from matchmaker.language.sectors import SectorLabel
from matchmaker.language.terms import TermModel
from matchmaker.language.texts import record_text
from matchmaker.records import Achievement, Need, Origin
from matchmaker.retrieval.archive import profile_arrays
from matchmaker.retrieval.collection import Collection
from matchmaker.retrieval.profiles import profile
from matchmaker.snapshot import MANIFEST, read_snapshot, write_snapshot
from matchmaker.testing import HashingEncoder

TERMS = TermModel.fit(["钢板轧制工艺", "锂电池正极材料", "IGBT模块"])
MADE = {"model": "abc", "encoder": "hashing-16-0"}
Both = tuple[Collection[Need], Collection[Achievement]]


def collected(records: Sequence[Any]) -> Collection[Any]:
    texts = [record_text(record) for record in records]
    profiles = profile(texts, terms=TERMS, encoder=HashingEncoder(dim=16))
    labels = tuple(
        (SectorLabel("冶金", 0.75 + i / 100, "predicted"), SectorLabel("其他", 1.0, "declared"))
        for i in range(len(records))
    )
    return Collection(tuple(records), labels, profiles, profiles.vectors)


def old() -> Both:
    return (
        collected([Need(id="N1", title="钢板轧制")]),
        collected([Achievement(id="A1", title="轧制工艺")]),
    )


def new() -> Both:
    need = Need(
        id="N1",
        title="钢板\u2028轧制\ud800",
        body="一\n二\r\n三",
        sectors=("冶金", "智能制造"),
        deadline=date(2026, 3, 1),
        extra={"备注": "急\n件"},
        origin=Origin("需求.xlsx", "表1", 7),
    )
    return (
        collected([need, Need(id="N2", title="IGBT模块 igbt")]),
        collected([Achievement(id=f"A{i}", title="轧制工艺" * i) for i in range(1, 4)]),
    )


def nothing() -> Both:
    return collected([]), collected([])


def plain(both: Both) -> Any:
    """All that a pair of collections holds, comparable."""
    return [
        (
            [record.to_dict() for record in side.records],
            side.labels,
            {
                name: (str(array.dtype), array.tolist())
                for name, array in profile_arrays(side.profiles).items()
            },
            side.vectors.tolist(),
        )
        for side in both
    ]


def opened(folder: Path) -> Any:
    return plain(read_snapshot(folder, made_with=MADE))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "store"
    write_snapshot(folder, *old(), made_with=MADE)
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


@pytest.mark.parametrize("state", [old, new, nothing])
def test_round_trip(state: Callable[[], Both], tmp_path: Path) -> None:
    deep = tmp_path / "a" / "b"
    write_snapshot(deep, *state(), made_with=MADE)
    assert opened(deep) == plain(state())
    needs, achievements = read_snapshot(deep, made_with=MADE)
    assert needs.records == state()[0].records
    assert achievements.records == state()[1].records
    assert needs.vectors.dtype == np.float32
    assert [record.origin for record in needs.records] == [r.origin for r in state()[0].records]


def test_what_is_read_can_be_searched(tmp_path: Path) -> None:
    write_snapshot(tmp_path, *new(), made_with=MADE)
    needs, achievements = read_snapshot(tmp_path, made_with=MADE)
    found, expected = (
        achievements.candidates(needs, limit=2),
        new()[1].candidates(new()[0], limit=2),
    )
    np.testing.assert_array_equal(found.document, expected.document)


def test_the_manifest_says_what_made_it(folder: Path) -> None:
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    assert manifest["made_with"] == MADE
    assert manifest["count"] == {"needs": 1, "achievements": 1}
    names = {name for side in manifest["files"].values() for name in side.values()}
    assert names | {MANIFEST} == set(contents(folder))


def test_a_later_snapshot_replaces_the_earlier(folder: Path) -> None:
    before = contents(folder)
    write_snapshot(folder, *new(), made_with=MADE)
    assert opened(folder) == plain(new())
    assert len(contents(folder)) == 5
    assert set(before) & set(contents(folder)) == {MANIFEST}
    write_snapshot(folder, *old(), made_with=MADE)
    assert contents(folder) == before


def test_saving_the_same_twice_writes_its_files_once(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = contents(folder)
    written: list[str] = []
    replace = Path.replace
    monkeypatch.setattr(
        Path, "replace", lambda self, to: (written.append(Path(to).name), replace(self, to))[1]
    )
    write_snapshot(folder, *old(), made_with=MADE)
    assert written == [MANIFEST]
    assert contents(folder) == before


def test_saving_again_repairs_what_was_damaged(folder: Path) -> None:
    before = contents(folder)
    for name, content in before.items():
        if name != MANIFEST:
            (folder / name).write_bytes(content[:-1] + b"?")
    with pytest.raises(StoreError, match="damaged"):
        opened(folder)
    write_snapshot(folder, *old(), made_with=MADE)
    assert contents(folder) == before


def test_what_the_user_put_beside_stays(folder: Path) -> None:
    own = {"needs-2025.jsonl": b"{}", "achievements-backup.safetensors": b"x", "notes.txt": b"y"}
    for name, content in own.items():
        (folder / name).write_bytes(content)
    (folder / "needs-old.jsonl").mkdir()
    write_snapshot(folder, *new(), made_with=MADE)
    assert opened(folder) == plain(new())
    assert {name: contents(folder)[name] for name in own} == own
    assert (folder / "needs-old.jsonl").is_dir()


@pytest.mark.parametrize(
    "name", ["photo.jpg", "needs-2025.jsonl", ".hidden", "manifest.json.bak", "needs-0.safetensors"]
)
def test_a_foreign_folder_is_refused_and_untouched(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"mine")
    with pytest.raises(StoreError, match="other files"):
        write_snapshot(tmp_path, *old(), made_with=MADE)
    assert contents(tmp_path) == {name: b"mine"}


@pytest.mark.parametrize(
    "manifest", [b'{"kind": "web-extension", "format": 1}', b"{}", b"[]", b"no json", b"\xff"]
)
def test_a_foreign_manifest_is_refused_and_untouched(manifest: bytes, tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_bytes(manifest)
    for act in (
        lambda: write_snapshot(tmp_path, *old(), made_with=MADE),
        lambda: read_snapshot(tmp_path, made_with=MADE),
    ):
        with pytest.raises(StoreError, match=r"manifest\.json"):
            act()
    assert contents(tmp_path) == {MANIFEST: manifest}


def test_a_file_in_place_of_the_folder(tmp_path: Path) -> None:
    file = tmp_path / "store"
    file.write_bytes(b"mine")
    with pytest.raises(StoreError, match="is a file"):
        write_snapshot(file, *old(), made_with=MADE)
    with pytest.raises(StoreError):
        read_snapshot(file, made_with=MADE)
    with pytest.raises(StoreError):
        write_snapshot(file / "below", *old(), made_with=MADE)
    assert file.read_bytes() == b"mine"


@pytest.mark.parametrize("made", [False, True])
def test_nothing_was_saved(made: bool, tmp_path: Path) -> None:
    folder = tmp_path / "store"
    if made:
        folder.mkdir()
    with pytest.raises(StoreError, match="nothing was saved here"):
        read_snapshot(folder, made_with=MADE)
    write_snapshot(folder, *old(), made_with=MADE)


@pytest.mark.parametrize("key", ["model", "encoder"])
def test_another_model_is_refused(key: str, folder: Path) -> None:
    with pytest.raises(StoreError, match=rf"{key} '{MADE[key]}', opened with 'other'"):
        read_snapshot(folder, made_with={**MADE, key: "other"})
    with pytest.raises(StoreError, match="sectors None"):
        read_snapshot(folder, made_with={**MADE, "sectors": "2025-1"})


def test_another_format_is_refused_but_may_be_replaced(folder: Path) -> None:
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    for version in (2, None):
        (folder / MANIFEST).write_text(json.dumps({**manifest, "format": version}))
        with pytest.raises(StoreError, match=rf"format {version}.*save again"):
            read_snapshot(folder, made_with=MADE)
    write_snapshot(folder, *new(), made_with=MADE)
    assert opened(folder) == plain(new())


@pytest.mark.parametrize("change", ["cut", "flipped", "missing", "swapped"])
@pytest.mark.parametrize("side", ["needs", "achievements"])
@pytest.mark.parametrize("ending", [".jsonl", ".safetensors"])
def test_a_damaged_file_is_named(change: str, side: str, ending: str, folder: Path) -> None:
    (path,) = folder.glob(f"{side}-*{ending}")
    content = path.read_bytes()
    if change == "cut":
        path.write_bytes(content[:-3])
    elif change == "flipped":
        path.write_bytes(content[:20] + bytes([content[20] ^ 1]) + content[21:])
    elif change == "missing":
        path.unlink()
    else:
        other = "achievements" if side == "needs" else "needs"
        shutil.copy(next(folder.glob(f"{other}-*{ending}")), path)
    with pytest.raises(StoreError, match=path.name):
        opened(folder)


@pytest.mark.parametrize("gone", ["made_with", "files", "needs", "achievements", "records"])
def test_an_incomplete_manifest(gone: str, folder: Path) -> None:
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    for part in (manifest, manifest["files"], manifest["files"]["needs"]):
        if gone in part:
            part[gone] = None
    (folder / MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(StoreError):
        opened(folder)


def test_files_that_hold_something_else(folder: Path) -> None:
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    for part, ending in (("records", ".jsonl"), ("arrays", ".safetensors")):
        for content in (b"{}", b"[1]", b'{"record": {"id": ""}, "labels": []}'):
            name = f"needs-{hashlib.sha256(content).hexdigest()}{ending}"
            (folder / name).write_bytes(content)
            changed = json.loads(json.dumps(manifest))
            changed["files"]["needs"][part] = name
            (folder / MANIFEST).write_text(json.dumps(changed))
            with pytest.raises(StoreError, match="cannot be read"):
                opened(folder)


class Crash(BaseException):
    """The process is gone."""


class Failing:
    """A function that works so many times, and then never again: nothing is tidied up."""

    def __init__(self, call: Callable[..., Any], times: int, error: type[BaseException]) -> None:
        self.call, self.times, self.error, self.calls = call, times, error, 0

    def method(self) -> Callable[..., Any]:
        def failing(*args: Any, **options: Any) -> Any:
            self.calls += 1
            if self.calls > self.times:
                raise self.error("gone")
            return self.call(*args, **options)

        return failing


STEPS = [
    (Path, "replace"),
    (Path, "open"),
    (Path, "unlink"),
    (Path, "mkdir"),
    (Path, "read_bytes"),
    (os, "fsync"),
]


@pytest.mark.parametrize("error", [Crash, OSError])
@pytest.mark.parametrize("first", [False, True])
@pytest.mark.parametrize(("owner", "name"), STEPS, ids=[name for _, name in STEPS])
def test_a_crash_at_any_step_leaves_the_old_state_or_the_new(
    owner: Any, name: str, first: bool, error: type[BaseException], tmp_path: Path
) -> None:
    call = getattr(owner, name)
    for step in range(20):
        folder = tmp_path / str(step)
        if not first:
            write_snapshot(folder, *old(), made_with=MADE)
        failing = Failing(call, step, error)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(owner, name, failing.method())
            try:
                write_snapshot(folder, *new(), made_with=MADE)
                finished = True
            except (Crash, StoreError):
                finished = False
        if finished:
            assert opened(folder) == plain(new())
            assert failing.calls <= step
            break
        if (folder / MANIFEST).exists():
            assert opened(folder) in (plain(old()), plain(new()))
        else:
            assert first
        # What the crash left hinders nobody, and is gone after the next save.
        write_snapshot(folder, *new(), made_with=MADE)
        assert opened(folder) == plain(new())
        assert len(contents(folder)) == 5
    else:
        pytest.fail("never finished")
    assert step > 0 or (name == "read_bytes")


def test_what_cannot_be_written_is_said_so(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match=r"cannot be written.*No space"):
        write_snapshot(folder, *new(), made_with=MADE)
    assert opened(folder) == plain(old())
    assert len(contents(folder)) == 5
