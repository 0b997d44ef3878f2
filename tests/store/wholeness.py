"""What a store must hold, and the check that it holds just that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from matchmaker import Achievement, Need
from matchmaker.catalogue import Cataloguer
from matchmaker.model import Model
from matchmaker.store import ChangedError, Store
from matchmaker.store.database import KINDS

Titles = dict[str, dict[str, str]]
"""Titles by kind and id."""

_SUBJECTS = (
    "连铸坯中心偏析", "锂电池正极材料", "流感疫苗细胞培养", "农药残留检测", "膜法废水处理",
    "碳纤维预浸料", "高炉渣余热", "光伏组件回收", "轴承钢夹杂物", "土壤重金属",
)  # fmt: skip
_WAYS = ("控制技术", "评价方法", "在线监测装置", "数值模拟软件", "中试工艺", "成套设备", "新型配方")
TYPES: dict[str, Any] = {"needs": Need, "achievements": Achievement}


def title(number: int, version: int = 0) -> str:
    """A title of its own for each number and version."""
    subject, way = _SUBJECTS[number % len(_SUBJECTS)], _WAYS[version % len(_WAYS)]
    return f"{subject}{way}第{number}号{version}版"


def achievements(numbers: Iterable[int], version: int = 0) -> list[Achievement]:
    return [Achievement(id=f"A{number:03}", title=title(number, version)) for number in numbers]


def needs(numbers: Iterable[int], version: int = 0) -> list[Need]:
    return [Need(id=f"N{number:03}", title=title(number, version)) for number in numbers]


def titles(store: Store) -> Titles:
    """All that a store holds."""
    return {kind: {record.id: record.title for record in store.records(kind)} for kind in KINDS}


def searched(store: Store, model: Model, **options: Any) -> dict[str, list[tuple[str, str]]]:
    """Ids and titles of what one search finds that wants more than there is."""
    cataloguer = Cataloguer(model, encoder=store.making().encoder, progress=lambda *_: None)
    found = {}
    for kind, asking in (("needs", Achievement), ("achievements", Need)):
        asked: Any = cataloguer.catalogue([asking(id="1", title="钢铁冶金工艺")])
        side: Any = store.side(kind)  # type: ignore[arg-type]
        documents = side.candidates(asked, limit=500, **options).document
        found[kind] = [(record.id, record.title) for record in side.records_of(documents)]
    return found


def once(held: Mapping[str, str]) -> list[tuple[str, str]]:
    """Of records with one title only the first."""
    first: dict[str, str] = {}
    for record_id in sorted(held):
        first.setdefault(held[record_id], record_id)
    return sorted((record_id, text) for text, record_id in first.items())


def check_whole(path: Path, model: Model, **options: Any) -> tuple[Titles, list[str]]:
    """Open a store, read it, search it and verify it; give what it holds and what was left."""
    with Store.open(path, model=model, **options) as store:
        held = titles(store)
        check_open(store, model, held)
        present = {one.name for one in (path / "segments").iterdir()}
        left = sorted(present - {one["name"] for one in store.info().segments})
        if left:
            assert store.unfinished is not None
            assert all(name in store.unfinished for name in left)
        else:
            assert store.unfinished is None
        findings = store.verify()
        assert len(findings) == len(left), findings
        assert all("left by a change that has not finished" in one for one in findings)
        return held, left


def check_open(store: Store, model: Model, expected: Titles) -> None:
    """What an open store reads, counts and finds is just what is expected."""
    assert titles(store) == expected
    found = searched(store, model)
    for kind in KINDS:
        assert store.count(kind) == len(expected[kind])
        # Each once: nothing that was removed, nothing that was replaced, nothing twice.
        assert sorted(found[kind]) == once(expected[kind]), kind


def follow(store: Store, model: Model, *, numbers: int, last: int) -> set[int]:
    """Read and search until a version is there; of every state all records are of one version.

    Gives the versions that were seen.
    """
    cataloguer = Cataloguer(model, encoder=model.encoder, progress=lambda *_: None)
    asked: Any = cataloguer.catalogue([Need(id="1", title="钢铁冶金工艺")])
    wanted = {version: achievements(range(numbers), version) for version in range(last + 1)}
    seen: set[int] = set()
    while last not in seen:
        whole = list(store.records("achievements"))
        assert whole in wanted.values()
        with store.still():
            assert [store.get(record.id, kind="achievements") for record in whole] in (
                wanted.values()
            )
            assert store.count() == numbers
        side: Any = store.side("achievements")
        documents = side.candidates(asked, limit=2 * numbers).document
        assert len(side) == len(documents) == numbers
        try:
            found = sorted(side.records_of(documents), key=lambda record: str(record.id))
        except ChangedError:
            continue
        (version,) = (version for version, records in wanted.items() if records == found)
        assert version >= max(seen, default=0)
        seen.add(version)
    return seen
