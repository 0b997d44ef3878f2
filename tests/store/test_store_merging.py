"""When segments are put together: by hand, and what follows for any number of additions."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from wholeness import achievements, check_open, titles

from matchmaker.model import Model
from matchmaker.store import Store, merging, writing
from matchmaker.store.merging import LARGEST, due


@pytest.mark.parametrize(
    ("sizes", "start"),
    [
        ([], None),
        ([5], None),
        ([0], None),
        ([5, 5], 0),
        # Four times as large as what follows is large enough.
        ([20, 5], None),
        ([19, 5], 0),
        ([100, 20, 5], None),
        # What is put together with the last may be too large for the one before.
        ([99, 19, 5], 1),
        ([95, 19, 5], 0),
        ([1000, 6, 5, 4], 1),
        ([20, 0], None),
        ([0, 20], 0),
        ([0, 0], None),
        ([LARGEST, 5], None),
        ([LARGEST, LARGEST], None),
        ([LARGEST // 2, LARGEST // 2], 0),
        ([LARGEST // 2 + 1, LARGEST // 2], None),
        ([LARGEST, 10, 10], 1),
    ],
)
def test_by_hand(sizes: list[int], start: int | None) -> None:
    assert due(sizes) == start


def test_few_segments_and_little_work_for_any_additions() -> None:
    draw = random.Random(2)
    for most in (1, 10, 5000):
        sizes: list[int] = []
        written = total = 0
        for _ in range(3000):
            size = draw.randint(1, most)
            sizes.append(size)
            total += size
            while (start := due(sizes)) is not None:
                merged = sum(sizes[start:])
                written += merged
                sizes[start:] = [merged]
            for at in range(len(sizes) - 1):
                after = sum(sizes[at + 1 :])
                assert sizes[at] >= 4 * sizes[at + 1] or sizes[at] + after > LARGEST
            assert sum(sizes) == total
            assert max(sizes) <= LARGEST
        assert len(sizes) <= 10 + 2 * total / LARGEST
        # Each record is written anew a few times, not with each addition.
        assert written < 40 * total


def test_a_store_keeps_few_segments(folder: Path, model: Model) -> None:
    with Store.open(folder, create=True, model=model) as store:
        for number in range(18):
            store.add(achievements([2 * number, 2 * number + 1]))
            segments = store.info().segments
            sizes = [segment["records"] for segment in segments]
            assert due(sizes) is None
            assert sum(sizes) == 2 * number + 2
            assert len(list((folder / "segments").iterdir())) == len(sizes)
        assert len(sizes) < 4
        store.remove(["A000"])
        assert [one["deleted"] for one in store.info().segments].count(1) == 1
        # Merging leaves out what is gone.
        store.compact()
        [segment] = store.info().segments
        assert (segment["records"], segment["deleted"]) == (35, 0)
        check_open(store, model, titles(store))


def test_words_are_read_again_if_their_segments_have_just_been_put_together(
    folder: Path, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Store.open(folder, create=True, model=model) as store:
        store.add(achievements(range(20)))
        store.add(achievements(range(20, 23)))
    arrays = writing.Writer._arrays
    calls = []

    def merged_before(self: writing.Writer, listed: Any, making: Any) -> Any:
        calls.append(listed.number)
        if len(calls) == 1:
            # As the thread in the background would do it.
            self.merge(self.database.state().segments, making)
        return arrays(self, listed, making)

    with Store.open(folder, model=model) as store:
        monkeypatch.setattr(writing.Writer, "_arrays", merged_before)
        assert store.add(achievements([30])) == 1
        check_open(store, model, titles(store))
        assert store.verify() == []
    assert calls[0] not in calls[-1:]


def test_large_segments_are_put_together_in_the_background(
    folder: Path, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(merging, "_AT_ONCE", 4)
    with Store.open(folder, create=True, model=model) as store:
        for number in range(5):
            store.add(achievements(range(3 * number, 3 * number + 3)))
            # Searchable, whether or not they have been put together.
            check_open(store, model, titles(store))
            store.remove([f"A{3 * number:03}"])
        store._merger.close()
        assert due([segment["records"] for segment in store.info().segments]) is None
        held = titles(store)
    assert len(held["achievements"]) == 10
    with Store.open(folder, model=model) as store:
        check_open(store, model, held)
        assert store.verify() == []
