"""Files that the steps of `benchmarks.scale` work on: records, needs, vectors and stores."""

from __future__ import annotations

import itertools
import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from matchmaker import Achievement, Need

T = TypeVar("T")

FURTHER = 1_000
"""Records beyond the largest size: those that are added to a store that is already there."""


@dataclass(frozen=True, slots=True)
class Work:
    """The folder that all steps share."""

    folder: Path

    def store(self, n: int) -> Path:
        """Return the folder of the store of n records."""
        return self.folder / f"store-{n}"

    def file(self, name: str) -> Path:
        """Return a file of the folder."""
        return self.folder / name

    @property
    def facts(self) -> Mapping[str, Any]:
        """What was prepared: seed, number of records and of needs, kind of texts."""
        path = self.file("prepared.json")
        found: Mapping[str, Any] = {}
        if path.exists():
            found = json.loads(path.read_text(encoding="utf-8"))
        return found

    def achievements(self, n: int) -> Iterator[Achievement]:
        """Return the first n records."""
        yield from itertools.islice(self._achievements(), n)

    def further(self) -> list[Achievement]:
        """Return the records beyond every size."""
        most = int(self.facts["records"])
        return list(itertools.islice(self._achievements(), most, most + FURTHER))

    def _achievements(self) -> Iterator[Achievement]:
        for row in read_rows(self.file("achievements.jsonl")):
            yield Achievement(id=row["id"], title=row["title"], body=row["body"])

    def needs(self, kind: str, n: int) -> list[Need]:
        """Return the first n needs, ``kind`` being ``"generated"`` or ``"real"``."""
        path = self.file(f"{kind}-needs.jsonl")
        if not path.exists():
            return []
        return [
            Need(id=row["id"], title=row["title"], body=row["body"])
            for row in itertools.islice(read_rows(path), n)
        ]

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds of needs that there are."""
        known = ("generated", "real")
        return tuple(kind for kind in known if self.file(f"{kind}-needs.jsonl").exists())


def in_lists(records: Iterable[T], size: int) -> Iterator[list[T]]:
    """Cut records into lists of at most so many."""
    left = iter(records)
    while part := list(itertools.islice(left, size)):
        yield part


def read_rows(path: Path) -> Iterator[dict[str, str]]:
    """Read a file of one JSON object a line."""
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def write_rows(path: Path, rows: Iterable[Mapping[str, str]]) -> None:
    """Write one JSON object a line."""
    with path.open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def prepare(
    work: Work, data: Path | None, *, records: int, needs: int, seed: int
) -> dict[str, Any]:
    """Write records and needs, unless the same ones lie there already.

    Parameters
    ----------
    work : Work
    data : Path, optional
        Folder of real texts and of the contest's needs; without it the bundled sample is
        recombined, and there are no real needs.
    records, needs : int
        How many of each at least; `FURTHER` records more are written.
    seed : int

    Returns
    -------
    dict
        What was prepared.
    """
    wanted = {
        "seed": seed,
        "records": records,
        "needs": needs,
        "texts": "sample" if data is None else "data",
    }
    if not _covers(work.facts, wanted):
        _forget(work)
        _write(work, data, wanted)
    held = dict(work.facts)
    lengths = {
        kind: [len(need.title) + len(need.body) for need in work.needs(kind, held["needs"])]
        for kind in work.kinds
    }
    return {
        **held,
        "characters": {kind: round(sum(found) / len(found)) for kind, found in lengths.items()},
    }


def _write(work: Work, data: Path | None, wanted: Mapping[str, Any]) -> None:
    from benchmarks.scale_data import Sources

    sources = Sources.of(data)
    for name, letter, n, offset in (
        ("achievements", "A", wanted["records"] + FURTHER, 0),
        ("generated-needs", "N", wanted["needs"], 1),
    ):
        texts = sources.records(n, seed=2 * wanted["seed"] + offset)
        write_rows(
            work.file(f"{name}.jsonl"),
            (
                {"id": f"{letter}{row:09d}", "title": text.title, "body": text.body}
                for row, text in enumerate(texts)
            ),
        )
    if data is not None:
        real = read_rows(data / "bdci2019" / "needs.jsonl")
        fields = ("id", "title", "body")
        write_rows(
            work.file("real-needs.jsonl"),
            ({name: row[name] or "" for name in fields} for row in real),
        )
    # Last, because it says that all the others are there.
    work.file("prepared.json").write_text(json.dumps(wanted), encoding="utf-8")


def _covers(held: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Say whether what lies there is of the same kind and not less than is wanted."""
    if any(held.get(name) != wanted[name] for name in ("seed", "texts")):
        return False
    return all(held[name] >= wanted[name] for name in ("records", "needs"))


def _forget(work: Work) -> None:
    """Remove what was made from other records."""
    for pattern in ("*.jsonl", "*.npy", "*.npz", "*.sectors.json", "prepared.json"):
        for file in work.folder.glob(pattern):
            file.unlink()
    for store in work.folder.glob("store-*"):
        shutil.rmtree(store)
