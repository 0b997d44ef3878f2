"""Damaged and foreign files are named, and nothing that they hold ends the program."""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from forking import Forks
from wholeness import achievements, check_open, check_whole, needs, searched, titles

from matchmaker import Matcher
from matchmaker.errors import MatchmakerError, StoreError
from matchmaker.language.sectors import Sector, SectorRegistry
from matchmaker.model import Model
from matchmaker.retrieval import partitions
from matchmaker.store import Store, files
from matchmaker.store.database import DATABASE
from matchmaker.testing import HashingEncoder

SIZE = 60


@pytest.fixture(scope="module")
def template(model: Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with indexes."""
    folder = tmp_path_factory.mktemp("damage") / "store"
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(partitions, "EXACT", 20)
        with Store.open(folder, create=True, model=model) as store:
            store.add(achievements(range(SIZE)))
    with Store.open(folder, model=model) as store:
        assert store.verify() == []
    return folder


@pytest.fixture
def copy(template: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(template, tmp_path / "copy"))


def segment_files(folder: Path) -> list[Path]:
    return sorted((folder / "segments").glob("*/*"))


def cut(path: Path, draw: random.Random) -> None:
    path.write_bytes(path.read_bytes()[: draw.randrange(path.stat().st_size)])


def flipped(path: Path, draw: random.Random) -> None:
    content = bytearray(path.read_bytes())
    content[draw.randrange(len(content))] ^= 1 << draw.randrange(8)
    path.write_bytes(content)


def flipped_in_front(path: Path, draw: random.Random) -> None:
    """Where the form of what follows is described."""
    content = bytearray(path.read_bytes())
    content[draw.randrange(min(len(content), 100))] ^= 1 << draw.randrange(8)
    path.write_bytes(content)


def removed(path: Path, draw: random.Random) -> None:
    path.unlink()


def foreign(path: Path, draw: random.Random) -> None:
    path.write_bytes(draw.randbytes(path.stat().st_size))


def another_array(path: Path, draw: random.Random) -> None:
    with path.open("wb") as file:
        np.save(file, np.arange(5))


DAMAGE: list[Callable[[Path, random.Random], None]] = [
    cut, flipped, flipped_in_front, removed, foreign, another_array,
]  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGE)
def test_every_damaged_file_is_named_and_ends_no_program(
    damage: Callable[..., None], template: Path, tmp_path: Path, forks: Forks
) -> None:
    names = [path.relative_to(template) for path in segment_files(template)]
    indexes = [name for name in names if name.suffix == ".faiss"]
    assert len(names) > 20
    assert len(indexes) > 1
    for number, name in enumerate(names):
        folder = Path(shutil.copytree(template, tmp_path / "copy"))
        expected = files.sha256(folder / name)
        damage(folder / name, random.Random(f"{number} {name.name}"))
        said = tmp_path / "said"
        # In a process of its own: what FAISS and NumPy make of it might end that.
        status = forks.run("look", folder, into=str(said))
        assert status == 0, (name, status)
        result = json.loads(said.read_text(encoding="utf-8"))
        assert any(str(name) in one for one in result["verify"]), result
        if damage is not removed:
            assert any(expected in one for one in result["verify"]), result
        if damage in (cut, removed, another_array) or name in indexes:
            assert str(result["search"]).startswith("StoreError"), result
            assert str(name) in result["search"]
        shutil.rmtree(folder)


def test_damage_is_not_written_anew_under_a_checksum_of_its_own(
    copy: Path, model: Model, caplog: pytest.LogCaptureFixture
) -> None:
    path = next((copy / "segments").glob("*/packed.whole_codes.npy"))
    flipped(path, random.Random(3))
    with Store.open(copy, model=model) as store:
        with pytest.raises(StoreError, match=path.name):
            store.compact()
        # Adding goes on; what cannot be put together is told.
        assert store.add(achievements(range(SIZE, 2 * SIZE))) == SIZE
        assert path.name in caplog.text
        assert any(path.name in one for one in store.verify())
        # The records themselves are whole, and everything else can be made of them again.
        store.reindex()
        assert store.verify() == []
        assert len(titles(store)["achievements"]) == 2 * SIZE


def test_a_damaged_database_is_named(template: Path, model: Model, tmp_path: Path) -> None:
    draw = random.Random(7)
    refused = 0
    with Store.open(template, model=model) as store:
        before = titles(store)
    for number in range(150):
        folder = Path(shutil.copytree(template, tmp_path / str(number)))
        content = bytearray((folder / DATABASE).read_bytes())
        if number % 3 == 0:
            del content[draw.randrange(len(content)) :]
        else:
            for _ in range(number % 3 * 4 - 3):
                content[draw.randrange(len(content))] ^= 1 << draw.randrange(8)
        (folder / DATABASE).write_bytes(content)
        try:
            with Store.open(folder, model=model) as store:
                whole = titles(store) == before
                findings = store.verify()
                searched(store, model)
            assert whole or findings, number
            refused += bool(findings)
        except MatchmakerError as error:
            refused += 1
            assert isinstance(error, StoreError)  # noqa: PT017
            said = str(error)
            assert str(folder) in said or "the store holds a record that cannot be read" in said
        shutil.rmtree(folder)
    assert refused > 50


@pytest.mark.parametrize("content", [b"", b"no database", bytes(8192)])
def test_a_foreign_database(content: bytes, tmp_path: Path, model: Model) -> None:
    (tmp_path / DATABASE).write_bytes(content)
    for create in (False, True):
        with pytest.raises(StoreError, match=DATABASE):
            Store.open(tmp_path, model=model, create=create)


def test_somebody_elses_database_stays_as_it_is(tmp_path: Path, model: Model) -> None:
    other = sqlite3.connect(tmp_path / DATABASE)
    other.execute("CREATE TABLE mine (value)")
    other.commit()
    other.close()
    with pytest.raises(StoreError, match="is no store of matchmaker"):
        Store.open(tmp_path, model=model)
    assert not (tmp_path / "segments").exists()


@pytest.mark.parametrize("name", ["thesis.txt", ".hidden", "segments/mine.txt", "store.sqlite-wal"])
def test_a_foreign_folder_is_refused_and_untouched(name: str, tmp_path: Path, model: Model) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(StoreError, match="holds other files"):
        Store.open(tmp_path, create=True, model=model)
    with pytest.raises(StoreError, match="no store is here"):
        Store.open(tmp_path, model=model)
    assert [one for one in tmp_path.rglob("*") if one.is_file()] == [path]


def test_no_folder_at_all(tmp_path: Path, model: Model) -> None:
    with pytest.raises(StoreError, match="no store is here"):
        Store.open(tmp_path / "nowhere", model=model)
    file = tmp_path / "file"
    file.write_text("mine", encoding="utf-8")
    for folder in (file, file / "below"):
        with pytest.raises(StoreError, match=str(file)):
            Store.open(folder, create=True, model=model)
        with pytest.raises(StoreError, match=str(file)):
            Store.open(folder, model=model)
    assert file.read_text(encoding="utf-8") == "mine"


def test_what_a_user_puts_beside_stays(copy: Path, model: Model) -> None:
    beside = [copy / "notes.txt", copy / "segments" / "copy of 1" / "rows.npy"]
    for path in beside:
        path.parent.mkdir(exist_ok=True)
        path.write_text("mine", encoding="utf-8")
    with Store.open(copy, model=model) as store:
        assert store.unfinished is None
        store.add(needs([1]))
        store.compact()
        assert store.verify() == []
    assert all(path.read_text(encoding="utf-8") == "mine" for path in beside)


@pytest.mark.parametrize("number", [0, 2, None, "1"])
def test_another_format_is_refused(number: Any, copy: Path, model: Model) -> None:
    with sqlite3.connect(copy / DATABASE) as connection:
        connection.execute(
            "UPDATE facts SET value = ? WHERE name = 'format'", (json.dumps(number),)
        )
    connection.close()
    before = (copy / DATABASE).read_bytes()
    with pytest.raises(StoreError, match=rf"format {number!r}, this version reads 1; .*anew"):
        Store.open(copy, model=model)
    assert (copy / DATABASE).read_bytes() == before


MINE = SectorRegistry([Sector("钢铁", "steel"), Sector("海洋", "ocean")], version="mine")


def test_another_model_encoder_or_registry_is_refused(copy: Path, model: Model) -> None:
    said = "open it with the former, or read its records anew: matchmaker store reindex"
    options: dict[str, Any]
    for key, options in (
        ("encoder", {"model": model, "encoder": HashingEncoder(dim=16)}),
        ("sectors", {"registry": MINE}),
    ):
        # What needs no model can be read all the same.
        with Store.open(copy, **options) as store:
            assert store.count() == SIZE
            assert len(titles(store)["achievements"]) == SIZE
            assert store.verify() == []
            for act in (lambda: store.side("needs"), lambda: store.add(needs([1]))):
                with pytest.raises(StoreError, match=rf"made with {key} .*{said} .*copy"):
                    act()
    with sqlite3.connect(copy / DATABASE) as connection:
        made_with = json.dumps({**store_facts(copy), "model": "0123456789ab"})
        connection.execute("UPDATE facts SET value = ? WHERE name = 'made_with'", (made_with,))
    connection.close()
    with pytest.raises(StoreError, match=rf"made with model '0123456789ab'.*{said}"):
        Matcher.open(copy)


def store_facts(folder: Path) -> dict[str, str]:
    with Store.open(folder) as store:
        return store.made_with


@pytest.mark.parametrize("kind", ["encoder", "registry"])
def test_reading_anew_with_another_model(
    kind: str, copy: Path, tmp_path: Path, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    options: dict[str, Any] = (
        {"model": model, "encoder": HashingEncoder(dim=24)}
        if kind == "encoder"
        else {"registry": MINE}
    )
    records = [*achievements(range(30), version=4), *achievements([70, 71])]
    copies = [type(records[0])(id=f"B{n}", title=records[n].title) for n in range(3)]
    with Store.open(copy, model=model) as store:
        store.replace({"needs": needs(range(5)), "achievements": [*records, *copies]})
        before = titles(store)
    # In the middle it fails: the old one is there as it was.
    from matchmaker.store import drafts, writing

    monkeypatch.setattr(writing, "_LARGEST_DRAFT", 9)
    joined, made = drafts.joined, []

    def failing(*given: Any, **named: Any) -> Any:
        made.append(1)
        if len(made) == 3:
            raise OSError(28, "No space left on device")
        return joined(*given, **named)

    with Store.open(copy, **options) as store:
        with monkeypatch.context() as patched:
            patched.setattr(drafts, "joined", failing)
            with pytest.raises(StoreError, match=r"nothing was changed.*No space left"):
                store.reindex()
        assert len(made) == 3
        assert check_whole(copy, model) == (before, [])
        assert store.verify() == []
        with pytest.raises(StoreError, match="reindex"):
            store.side("needs")
        store.reindex()
        check_open(store, model, before)
        assert store.made_with["sectors"] == ("mine" if kind == "registry" else
                                              model.registry.version)  # fmt: skip
    with pytest.raises(StoreError, match="reindex"):
        check_whole(copy, model)
    other = Model.load(None, registry=options.get("registry"))
    assert check_whole(copy, other, encoder=options.get("encoder")) == (before, [])
    with Store.open(tmp_path / "fresh", create=True, **options) as fresh:
        fresh.add(needs(range(5)))
        fresh.add([*records, *copies])
    matches = []
    if kind == "encoder":
        del options["model"]
    for folder in (copy, tmp_path / "fresh"):
        with Matcher.open(folder, **options) as opened:
            found = opened.match(needs(range(5)), k=20)
            matches.append([(pair, pair.shared_terms, pair.duplicates) for pair in found])
            assert len(found) == 100
    assert matches[0] == matches[1]
    assert any(duplicates for *_, duplicates in matches[0])
