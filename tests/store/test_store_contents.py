"""What a store holds and finds: the same as a matcher in memory, whatever has happened to it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from wholeness import achievements, check_open, check_whole, needs, titles

from matchmaker import Achievement, Matcher, Need
from matchmaker.errors import ConfigError, StoreError
from matchmaker.language.sectors import Sector, SectorRegistry
from matchmaker.model import Model
from matchmaker.records import Origin
from matchmaker.store import Store
from matchmaker.testing import HashingEncoder

REGIONS = ("辽宁", "江苏", "")


def rich(count: int = 40) -> list[Achievement]:
    """Achievements with something in every kind of field, some of them copies."""
    made = []
    for number, plain in enumerate(achievements(range(count), version=2)):
        made.append(
            replace(
                plain,
                body=f"面向第{number % 6}类产线的成套方案，已在{REGIONS[number % 3]}应用。",
                region=REGIONS[number % 3],
                cooperation=("转让", "许可")[: number % 3],
                published=date(2024, 1 + number % 12, 3) if number % 4 else None,
                sectors=(("冶金", "新材料")[: number % 3]),
                extra={"等级": str(number % 2)} if number % 5 else {},
                origin=Origin("成果.xlsx", "表1", number),
            )
        )
    copies = [replace(made[n], id=f"B{n}", source="另一份清单") for n in (4, 5, 6)]
    return [*made, *copies, replace(made[4], id="Z4")]


ASKED = needs(range(100, 112), version=1)


def plain(matches: Any) -> list[Any]:
    return [
        (pair, pair.shared_terms, pair.duplicates, pair.need_sectors, pair.achievement_sectors)
        for pair in matches
    ]


@pytest.fixture(scope="module")
def in_memory() -> Matcher:
    matcher = Matcher()
    matcher.add(rich())
    matcher.add(ASKED)
    return matcher


@pytest.fixture(scope="module")
def opened(in_memory: Matcher, tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("contents") / "store"
    in_memory.save(folder)
    with Matcher.open(folder) as matcher:
        yield matcher


class Counting(HashingEncoder):
    asked = 0

    def encode_query(self, texts: Sequence[str]) -> NDArray[np.float32]:
        Counting.asked += len(texts)
        return super().encode_query(texts)


def test_an_opened_matcher_answers_as_one_in_memory(in_memory: Matcher, opened: Matcher) -> None:
    assert opened.achievements == in_memory.achievements
    assert [one.origin for one in opened.achievements] == [
        one.origin for one in in_memory.achievements
    ]
    for options in ({"k": 5}, {"k": 100}, {"k": 3, "sector": "冶金"}, {"k": 9, "min_score": 0.3}):
        expected, found = in_memory.match(ASKED, **options), opened.match(ASKED, **options)
        assert plain(found) == plain(expected)
        assert len(found) or "min_score" in options
    expected, found = (
        one.match_achievements(rich(9), k=7) for one in (in_memory, opened)
    )  # fmt: skip
    assert plain(found) == plain(expected)
    assert len(found) == 7 * len(rich(9))


@pytest.mark.parametrize(
    "where",
    [
        {"region": "辽宁"},
        {"region": ["辽宁", "江苏"]},
        {"region": ""},
        {"cooperation": "许可"},
        {"cooperation": {"转让", "许可"}},
        {"published": date(2024, 6, 3)},
        {"published": "2024-06-03"},
        {"published": lambda day: day is not None and day >= date(2024, 7, 1)},
        {"等级": "1"},
        {"等级": ["0", "1"], "region": "江苏"},
        {"等级": None},
        {"title": lambda text: "装置" in text},
        {"region": "没有"},
        lambda record: record.region == "辽宁" and "许可" in record.cooperation,
    ],
)
@pytest.mark.parametrize("k", [1, 4, 50])
def test_a_filter_finds_what_there_is_and_changes_no_score(
    k: int, where: Any, in_memory: Matcher, opened: Matcher
) -> None:
    from matchmaker.records.where import Where

    fulfil = Where.of(where)
    assert fulfil is not None
    # Copies of a record that is not listed are not listed either.
    listed = [one for one in in_memory.achievements if one.id[0] == "A"]
    fitting = {one.id for one in listed if fulfil.accepts(one)}
    scores = {
        (pair.need.id, pair.achievement.id): (pair.score, pair.similarity)
        for pair in opened.match(ASKED, k=100)
    }
    for matcher in (opened, in_memory):
        found = matcher.match(ASKED, k=k, where=where)
        for need_id, pairs in found.by_need().items():
            assert len(pairs) == min(k, len(fitting))
            for pair in pairs:
                assert pair.achievement.id in fitting
                assert (pair.score, pair.similarity) == scores[need_id, pair.achievement.id]
    assert plain(opened.match(ASKED, k=k, where=where)) == plain(
        in_memory.match(ASKED, k=k, where=where)
    )


def test_unknown_columns_are_refused(in_memory: Matcher, opened: Matcher) -> None:
    for matcher in (in_memory, opened):
        for name in ("颜色", 'a"b', "a.b", "$", ""):
            with pytest.raises(ConfigError, match="neither a field of Achievement"):
                matcher.match(ASKED, where={name: "1"})


def test_the_same_content_is_not_read_again(folder: Path, model: Model) -> None:
    with Store.open(folder, create=True, model=model, encoder=Counting(16)) as store:
        Counting.asked = 0
        assert store.add(rich()) == 44
        assert Counting.asked == 44
        generation = store.generation
        assert store.add(rich()[::-1]) == 0
        assert store.add([replace(one, origin=None) for one in rich()]) == 0
        assert store.add([]) == 0
        assert (Counting.asked, store.generation) == (44, generation)
        changed = replace(rich()[0], region="四川")
        assert store.add([*rich()[1:], changed]) == 1
        assert (Counting.asked, store.generation) == (45, generation + 1)
        assert store.get(changed.id, kind="achievements") == changed
        assert store.replace({"achievements": [changed, *rich()[1:]]}) == 0
        assert Counting.asked == 45


def test_order_and_parts_of_additions_change_nothing(
    in_memory: Matcher, folder: Path, model: Model
) -> None:
    records = rich()
    random.Random(4).shuffle(records)
    with Store.open(folder, create=True, model=model) as store:
        old = [replace(one, title="旧" + one.title) for one in records[:20]]
        store.add([*old, *achievements(range(500, 505))])
        for part in (records[:1], records[1:30], records[30:], records[10:12]):
            store.add(part)
        store.remove([f"A{number}" for number in range(500, 505)])
        store.add(ASKED)
    for step in (None, Store.compact, Store.reindex):
        if step is not None:
            with Store.open(folder, model=model) as store:
                step(store)
        with Matcher.open(folder) as found:
            assert found.achievements == in_memory.achievements
            assert plain(found.match(ASKED, k=20)) == plain(in_memory.match(ASKED, k=20))
    assert check_whole(folder, model)[1] == []


def test_copies_are_listed_once_and_the_next_takes_the_place_of_the_first(folder: Path) -> None:
    asked = [Need(id="N", title="连铸坯中心偏析")]
    same = [Achievement(id=one, title="连铸坯中心偏析控制技术") for one in ("A3", "A1", "A2")]
    with Matcher() as made:
        made.add([*same, Achievement(id="A4", title="流感疫苗细胞培养")])
        made.save(folder)

    def listed(matcher: Matcher) -> list[tuple[str, tuple[str, ...]]]:
        return [(pair.achievement.id, pair.duplicates) for pair in matcher.match(asked, k=9)]

    with Matcher.open(folder) as opened:
        store = opened.store
        assert store is not None
        assert listed(opened) == [("A1", ("A2", "A3")), ("A4", ())]
        assert len(store.side("achievements")) == 2
        assert len(opened.achievements) == store.count() == 4
        store.remove(["A1"])
        assert listed(opened) == [("A2", ("A3",)), ("A4", ())]
        opened.add([same[1]])
        assert listed(opened) == [("A1", ("A2", "A3")), ("A4", ())]
        opened.add([replace(same[1], title="连铸坯中心偏析控制新技术")])
        assert sorted(listed(opened)[:2]) == [("A1", ()), ("A2", ("A3",))]
        store.compact()
        store.remove(["A2", "A1"])
    with Matcher.open(folder) as opened:
        assert listed(opened) == [("A3", ()), ("A4", ())]


def test_what_is_removed_never_comes_back(folder: Path, model: Model) -> None:
    with Store.open(folder, create=True, model=model) as store:
        store.add(achievements(range(12)))
        store.add(needs(range(3)))
        with pytest.raises(
            StoreError, match=r"no record with the id 'B1', 'B2', .*'B5' and 2 more"
        ):
            store.remove(["A001", *(f"B{number}" for number in range(1, 8))])
        with pytest.raises(StoreError, match="'A001'"):
            store.remove(["A001"], kind="needs")
        assert store.count() == 15
        assert store.remove(["A001", "A002", "A001"]) == 2
        held = titles(store)
        assert "A001" not in held["achievements"]
        with pytest.raises(KeyError):
            store.get("A001", kind="achievements")
        check_open(store, model, held)
        store.compact()
        check_open(store, model, held)
        store.add(achievements(range(20, 40)))
        store.remove(list(held["achievements"]))
        store.compact()
        check_open(store, model, titles(store))
        # Nothing at all of one kind, and then something again.
        store.remove(list(titles(store)["achievements"]))
        store.compact()
        check_open(store, model, {"needs": held["needs"], "achievements": {}})
    with Matcher.open(folder) as opened:
        assert len(opened.match(ASKED, where={"region": "辽宁"})) == 0
        opened.add([Achievement(id="A", title="连铸坯", region="辽宁")])
        assert len(opened.match(ASKED, where={"region": "辽宁"})) == len(ASKED)
    assert check_whole(folder, model)[1] == []


WEIRD = [
    Achievement(id="it's; DROP TABLE records;--", title="引号"),
    Achievement(id='"double" %_\\', body="没有标题的成果，轧制工艺"),
    Achievement(id="nul", title="一\x00二", body="轧\x00制"),
    Achievement(
        id="emoji🙂", title="🙂👩‍🔬轧制", extra={"备注🙂": "急\n件", "引\"号'": "1", "a.b": "2"}
    ),
    Achievement(id="half", title="坏\ud800字", region="辽\udc00", extra={"备注🙂": "半\ud800"}),
    Achievement(id="long", title="长", body="膜法废水处理与回用" * 2300),
    Achievement(id="space", title="　 \t", body=" 轧 "),
    Achievement(id="Latin", title="A low-cost sensor", keywords=("\u2028", "")),
    Achievement(id="\u3000宽", title="ＡＢＣ１２３"),
]


def test_weird_texts_come_back_as_they_were(folder: Path, model: Model) -> None:
    memory = Matcher()
    memory.add(WEIRD)
    asked = [Need(id="x'\"\x00", title="轧制🙂"), Need(id="y", body="废水\ud800处理")]
    memory.save(folder)
    with Matcher.open(folder) as opened:
        assert opened.achievements == memory.achievements
        assert plain(opened.match(asked, k=20)) == plain(memory.match(asked, k=20))
        for where in (
            {"region": "辽\udc00"},
            {"备注🙂": "急\n件"},
            {"备注🙂": "半\ud800"},
            {"a.b": "2"},
            {"引\"号'": "1"},
        ):
            expected = memory.match(asked, k=20, where=where)
            assert len(expected) == 2
            assert plain(opened.match(asked, k=20, where=where)) == plain(expected)
        store = opened.store
        assert store is not None
        for record in WEIRD:
            assert store.get(record.id, kind="achievements") == record
        store.compact()
        store.reindex()
        assert store.verify() == []
        assert store.remove([record.id for record in WEIRD]) == len(WEIRD)


def test_an_id_that_is_no_text(folder: Path, model: Model) -> None:
    with Store.open(folder, create=True, model=model) as store:
        store.add(achievements([1]))
        with pytest.raises((StoreError, ConfigError)):
            store.add([Achievement(id="坏\ud800", title="钢")])
        with pytest.raises((StoreError, ConfigError, KeyError)):
            store.get("坏\ud800", kind="achievements")
        check_open(store, model, titles(store))


def test_an_encoder_of_the_users_own(folder: Path) -> None:
    encoder = HashingEncoder(dim=33)
    memory = Matcher(encoder=encoder)
    memory.add(rich())
    memory.save(folder)
    with Matcher.open(folder, encoder=encoder) as opened:
        check_alike(opened, memory)
        store = opened.store
        assert store is not None
        opened.add(achievements([900, 901]))
        store.remove(["A003"])
        store.compact()
        memory = Matcher(encoder=encoder)
        memory.add(opened.achievements)
        check_alike(opened, memory)


def check_alike(opened: Matcher, memory: Matcher) -> None:
    """The same pairs and scores; the similarity by another's encoder is kept in fewer digits."""
    found, expected = (
        {(pair.need.id, pair.achievement.id): pair for pair in matcher.match(ASKED, k=100)}
        for matcher in (opened, memory)
    )
    assert found.keys() == expected.keys()
    assert len(found) > 30 * len(ASKED)
    for key, pair in found.items():
        assert pair.score == expected[key].score
        assert pair.shared_terms == expected[key].shared_terms
        assert pair.similarity == pytest.approx(expected[key].similarity, abs=0.01)


def test_more_sectors_than_a_number_has_bits(folder: Path) -> None:
    registry = SectorRegistry(
        [Sector(f"行业{number}", f"sector {number}") for number in range(130)], version="many"
    )
    records = [
        Achievement(
            id=f"A{n:03}", title=f"轧制{n}", sectors=(f"行业{n}", f"行业{129 - n}", "行业64")
        )
        for n in range(130)
    ]
    with Matcher(registry=registry) as memory:
        memory.add(records)
        memory.save(folder)
        with Matcher.open(folder, registry=registry) as opened:
            asked = [Need(id="N", title="轧制", sectors=tuple(registry.names))]
            for number in (0, 63, 64, 65, 127, 128, 129):
                found = opened.match(asked, k=200, sector=f"行业{number}")
                wanted = {f"A{number:03}", f"A{129 - number:03}"}
                if number == 64:
                    wanted = {record.id for record in records}
                # Each once, though it stands in several sectors.
                assert sorted(pair.achievement.id for pair in found) == sorted(wanted)
                assert plain(found) == plain(memory.match(asked, k=200, sector=f"行业{number}"))
            assert len(opened.match(asked, k=200)) == 130


def test_records_counts_and_generations(folder: Path, model: Model) -> None:
    with Store.open(folder, create=True, model=model) as store:
        assert (store.count(), store.generation) == (0, 0)
        store.add(achievements([3, 1, 2]))
        store.add(needs([5]))
        assert [record.id for record in store.records("achievements")] == ["A001", "A002", "A003"]
        assert (store.count("needs"), store.count("achievements"), store.count()) == (1, 3, 4)
        assert store.generation == 2
        for wrong in ([*needs([1]), *achievements([1])], ["text"]):
            with pytest.raises(ConfigError):
                store.add(wrong)  # type: ignore[arg-type]
        with pytest.raises(ConfigError, match="'A001' stands for two different records"):
            store.add([*achievements([1]), Achievement(id="A001", title="另一个")])
        with pytest.raises(ConfigError, match="workers"):
            store.add([], workers=0)
        assert store.generation == 2
        info = store.info().to_json()
        assert (info["count"], info["needs"], info["achievements"]) == (4, 1, 3)
        assert info["bytes"]["total"] == sum(
            path.stat().st_size for path in folder.rglob("*") if path.is_file()
        )
