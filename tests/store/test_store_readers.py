"""One writer and many readers, in threads and in processes."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from forking import Forks
from wholeness import achievements, check_open, check_whole, follow, needs, searched, titles

from matchmaker import Achievement, Matcher, Need
from matchmaker.errors import StoreError
from matchmaker.model import Model
from matchmaker.store import ChangedError, Store
from matchmaker.store.side import StoredSide

NUMBERS = 4


@pytest.fixture
def filled(folder: Path, model: Model) -> Path:
    with Store.open(folder, create=True, model=model) as store:
        store.add(achievements(range(NUMBERS)))
    return folder


def test_a_second_writer_is_told_of_the_first_or_waits(
    filled: Path, model: Model, forks: Forks, tmp_path: Path
) -> None:
    ready, go = tmp_path / "ready", tmp_path / "go"
    os.mkfifo(ready)
    os.mkfifo(go)
    first = forks.start("hold", filled, ready=str(ready), go=str(go))
    assert ready.read_text() == "x"
    changes: list[Any] = [
        lambda store: store.add(needs([1])),
        lambda store: store.remove(["A001"]),
        lambda store: store.replace({"achievements": []}),
        lambda store: store.compact(),
        lambda store: store.reindex(),
    ]
    with Store.open(filled, model=model, wait=0.01) as store:
        before = titles(store)
        for change in changes:
            with pytest.raises(StoreError, match=r"another program is writing .* waited 0\.01 s"):
                change(store)
        # Whoever reads is not kept waiting.
        check_open(store, model, before)
        # What the first has written so far is not taken for what nobody wants.
        assert first.number
    with Store.open(filled, model=model, wait=60) as store, ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(store.add, needs([1]))
        go.write_text("x")
        assert waiting.result() == 1
        assert forks.ended() == 0
        held = titles(store)
        assert set(held["achievements"]) == {"A000", "A001", "A002", "A003", "A077"}
    assert check_whole(filled, model) == (held, [])


def test_a_second_writer_of_the_same_program_waits_too(filled: Path, model: Model) -> None:
    with (
        Store.open(filled, model=model) as first,
        Store.open(filled, model=model, wait=0.01) as second,
    ):
        with first._writer.alone(), pytest.raises(StoreError, match="another program is writing"):
            second.add(needs([1]))
        # Both go on, each with the words that the other has added.
        for number in range(8):
            (first if number % 2 else second).add(achievements([10 + number]))
        held = titles(first)
        assert len(held["achievements"]) == NUMBERS + 8
        check_open(second, model, held)
        check_open(first, model, held)
    check_terms(filled, model)
    assert check_whole(filled, model) == (held, [])


def check_terms(path: Path, model: Model) -> None:
    """The words of every record are its own."""
    asked = [Need(id="1", title="连铸坯中心偏析控制技术与农药残留检测及锂电池正极材料")]
    with Matcher.open(path) as opened:
        fresh = Matcher()
        fresh.add(opened.achievements)
        ours, others = opened.match(asked, k=50), fresh.match(asked, k=50)
        assert len(ours) == len(others) > 3
        for one, other in zip(ours, others, strict=True):
            assert one == other
            assert one.shared_terms == other.shared_terms


def test_adding_from_several_threads(folder: Path, model: Model) -> None:
    with Store.open(folder, create=True, model=model) as store:
        with ThreadPoolExecutor(4) as pool:
            added = list(pool.map(store.add, [achievements(range(n, n + 3)) for n in range(12)]))
        assert sum(added) == 14
        check_open(store, model, {"needs": {}, "achievements": {
            record.id: record.title for record in achievements(range(14))
        }})  # fmt: skip
    check_terms(folder, model)
    assert check_whole(folder, model)[1] == []


def test_readers_see_whole_states_only(filled: Path, model: Model, forks: Forks) -> None:
    last = 25
    reader = Forks()
    with reader, Store.open(filled, model=model) as store:
        reader.start("read", filled, numbers=NUMBERS, last=last)
        with ThreadPoolExecutor(2) as pool:
            following = [
                pool.submit(follow, store, model, numbers=NUMBERS, last=last) for _ in range(2)
            ]
            forks.start("versions", filled, numbers=NUMBERS, first=1, last=last)
            seen = [following_one.result() for following_one in following]
        assert forks.ended() == 0
        assert reader.ended() == 0
        # Each began before the writer ended.
        assert all(len(versions) > 2 for versions in seen)
    assert check_whole(filled, model)[1] == []


def test_what_is_open_goes_on_while_its_segments_are_put_together(
    filled: Path, model: Model
) -> None:
    with (
        Store.open(filled, model=model) as reader,
        Store.open(filled, model=model) as writer,
    ):
        old = titles(reader)
        side: Any = reader.side("achievements")
        writer.add(achievements([20, 21]))
        writer.remove(["A002"])
        writer.compact()
        assert len(list((filled / "segments").iterdir())) == 1
        # The side is the state that it was made for, but for texts that are gone.
        assert len(side) == NUMBERS
        kept = [0, 1, 3]
        assert [record.id for record in side.records_of(side_rows(side, kept))] == [
            "A000", "A001", "A003",
        ]  # fmt: skip
        with pytest.raises(ChangedError):
            side.records_of(side_rows(side, [2]))
        assert titles(reader) != old
        check_open(reader, model, titles(writer))


def side_rows(side: Any, places: list[int]) -> Any:
    import numpy as np

    assert isinstance(side, StoredSide)
    return np.array(places, dtype=np.int64)


def test_a_search_is_made_again_if_what_it_found_has_changed(
    filled: Path, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = StoredSide.shown
    versions = iter([1, 2])

    def changed_before(self: Any, documents: Any) -> Any:
        version = next(versions, None)
        if version is not None:
            other.add(achievements(range(NUMBERS), version))
        return shown(self, documents)

    with Matcher.open(filled) as opened, Store.open(filled, model=model) as other:
        monkeypatch.setattr(StoredSide, "shown", changed_before)
        found = opened.match([Need(id="1", title="连铸坯")], k=9)
        assert {pair.achievement for pair in found} == set(achievements(range(NUMBERS), 2))


@pytest.mark.parametrize("where", [{"region": "辽宁"}, lambda record: record.region == "辽宁"])
def test_a_filter_never_answers_without_what_is_being_replaced(
    where: Any, folder: Path, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    from matchmaker.store.filters import Filters

    records = [Achievement(id=f"A{n}", title=f"连铸坯{n}", region="辽宁") for n in range(6)]
    newer = [Achievement(id=f"A{n}", title=f"方坯{n}", region="辽宁") for n in range(3)]
    search = Filters.search
    changes = iter([newer])

    def changed_before(self: Any, *given: Any) -> Any:
        for change in changes:
            other.add(change)
        return search(self, *given)

    with Store.open(folder, create=True, model=model) as made:
        made.add(records)
    with Matcher.open(folder) as opened, Store.open(folder, model=model) as other:
        monkeypatch.setattr(Filters, "search", changed_before)
        found = opened.match([Need(id="1", title="连铸坯")], k=9, where=where)
        assert {pair.achievement for pair in found} == {*newer, *records[3:]}


def test_an_open_store_refuses_what_another_has_read_anew(filled: Path, model: Model) -> None:
    from matchmaker.testing import HashingEncoder

    other = HashingEncoder(dim=16)
    with Store.open(filled, model=model) as old, Store.open(filled, model=model) as same:
        assert searched(old, model)["achievements"]
        before = titles(old)
        with Store.open(filled, model=model, encoder=other) as new:
            new.reindex()
        for act in (lambda: old.side("achievements"), lambda: old.add(needs([1]))):
            with pytest.raises(StoreError, match=r"made with encoder 'hashing-16-0'.*reindex"):
                act()
        assert titles(old) == before
        # The same model: words have got other numbers meanwhile.
        with Store.open(filled, model=model) as back:
            back.reindex()
        same.add(achievements([5]))
    check_terms(filled, model)


def test_words_are_numbered_as_another_program_has_left_them(folder: Path, model: Model) -> None:
    with (
        Store.open(folder, create=True, model=model) as first,
        Store.open(folder, model=model) as second,
    ):
        first.add(achievements([9, 3]))
        first.add(achievements([2, 7], version=3))
        first.add(achievements([0, 1], version=5))
        # Read in order of id: every word has another number than the first writer remembers.
        second.reindex()
        first.add(achievements([4, 5, 6], version=2))
    check_terms(folder, model)
