"""Tables of benchmarks/scale.md, made from `scale.json` by `benchmarks.tables`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.markdown import Result, grid, origin
from benchmarks.scale_model import FARTHEST, QUANTITIES, QUERY, limits

ABSENT = "not measured"
GB = 1e9
MIB = 2**20
KINDS = ("generated", "real")


def figure(result: Result, n: int | str, *keys: str) -> Any:
    """Return a figure of one size, None where it was not measured."""
    value: Any = result["results"].get(str(n))
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def worst_recall(result: Result, n: int | str) -> float | None:
    """Return the least mean recall of any kind of needs, overall or within a sector."""
    means = []
    for kind in KINDS:
        part = figure(result, n, "recall", kind) or {}
        if part:
            means += [part["all"]["mean"], *(one["mean"] for one in part["sectors"].values())]
    return min(means) if means else None


def growth(result: Result) -> float | None:
    """Return the median time of a query at a million records over that at ten thousand."""
    first, last = (figure(result, n, *QUERY) for n in (10_000, 1_000_000))
    return last / first if first and last else None


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure and what it must be.

    Attributes
    ----------
    value : callable
        Takes a result; returns None where the figure was not measured.
    sign : {"≤", "<", "≥"}
    target : float
    form : str
        How figure and target are written.
    """

    value: Callable[[Result], float | None]
    sign: str
    target: float
    form: str

    def reached(self, result: Result) -> str:
        """Return yes or no, nothing where it was not measured."""
        value = self.value(result)
        if value is None:
            return ""
        least, most = (value, self.target) if self.sign != "≥" else (self.target, value)
        return "yes" if least < most or (least == most and self.sign != "<") else "no"

    def measured(self, result: Result) -> str:
        """Return the figure."""
        value = self.value(result)
        return ABSENT if value is None else self.form.format(value)


def _at(n: str, *keys: str, unit: float = 1.0) -> Callable[[Result], float | None]:
    def value(result: Result) -> float | None:
        found = figure(result, n, *keys)
        return None if found is None else found / unit

    return value


def _workbook(result: Result) -> float | None:
    seconds: float | None = (result.get("workbook") or {}).get("seconds")
    return seconds


_PROVINCE, _MARKET = "100000", "1000000"
_GB = GB / MIB
_ASKED = ("query", "one thread", "generated")
GOALS: Sequence[tuple[str, tuple[Goal, ...], tuple[str, str, str] | None]] = (
    (
        "encode + add 100,000 records to a new store",
        (Goal(_at(_PROVINCE, "build", "seconds"), "≤", 60, "{:.1f} s"),),
        (_PROVINCE, "build_seconds", "{:.1f} s"),
    ),
    (
        "1,000,000 records: build",
        (
            Goal(_at(_MARKET, "build", "seconds", unit=60), "≤", 20, "{:.1f} min"),
            Goal(_at(_MARKET, "build", "peak_mib", unit=_GB), "≤", 6, "{:.2f} GB"),
        ),
        (_MARKET, "build_seconds", "{:.0f} s"),
    ),
    (
        "1,000,000 records: on disk without the texts",
        (Goal(_at(_MARKET, "build", "bytes_per_record"), "≤", 1200, "{:.0f} bytes a record"),),
        None,
    ),
    (
        "1,000,000 records: open",
        (Goal(_at(_MARKET, "open", "seconds"), "≤", 3, "{:.2f} s"),),
        None,
    ),
    (
        "1,000,000 records: one need, all sectors",
        (
            Goal(_at(_MARKET, *_ASKED, "all", "p50_ms"), "≤", 15, "p50 {:.1f} ms"),
            Goal(_at(_MARKET, *_ASKED, "all", "p99_ms"), "≤", 40, "p99 {:.1f} ms"),
        ),
        (_MARKET, "p50_ms", "{:.1f} ms"),
    ),
    (
        "the same within one sector",
        (Goal(_at(_MARKET, *_ASKED, "sector", "p50_ms"), "≤", 6, "p50 {:.1f} ms"),),
        None,
    ),
    (
        "recall@100 of the dense channel, the worst sector",
        (Goal(lambda result: worst_recall(result, _MARKET), "≥", 0.98, "{:.4f}"),),
        (_MARKET, "recall", "{:.4f}"),
    ),
    (
        "batch, 10,000 needs × 100,000 achievements, k = 20",
        (
            Goal(_at(_PROVINCE, "batch", "seconds"), "≤", 180, "{:.0f} s"),
            Goal(_at(_PROVINCE, "batch", "peak_mib", unit=_GB), "≤", 3, "{:.2f} GB"),
        ),
        None,
    ),
    (
        "batch, 1,000 × 7,000 from .xlsx to .xlsx, k = 20",
        (Goal(_workbook, "≤", 20, "{:.1f} s"),),
        None,
    ),
    (
        "add 1,000 records to a store of 1,000,000",
        (Goal(_at(_MARKET, "change", "add_seconds"), "≤", 3, "{:.2f} s"),),
        None,
    ),
    (
        "that the next query finds one of them",
        (Goal(_at(_MARKET, "change", "found"), "≥", 1, "{:.0f}"),),
        None,
    ),
    ("growth of a query from 10^4 to 10^6", (Goal(growth, "<", 8, "×{:.2f}"),), None),
    (
        "dense search over bare FAISS, all sectors",
        (Goal(_at(_MARKET, "layer", "all", "ratio"), "≤", 1.3, "×{:.2f}"),),
        None,
    ),
)
"""What must be reached: work, figures, and which of the peers' stand beside it."""


def targets(result: Result) -> list[list[str]]:
    """Return the rows of what the store must reach."""
    return [
        [
            work,
            ", ".join(f"{goal.sign} {goal.form.format(goal.target)}" for goal in goals),
            ", ".join(goal.measured(result) for goal in goals),
            ", ".join(filter(None, (goal.reached(result) for goal in goals))),
            "" if beside is None else _peers(result, *beside),
        ]
        for work, goals, beside in GOALS
    ]


def _peers(result: Result, n: str, key: str, form: str) -> str:
    found = figure(result, n, "peers") or {}
    cells = {name: cell[key] for name, cell in found.items() if key in cell}
    return ", ".join(f"{name} {form.format(value)}" for name, value in cells.items())


_ONE = QUERY[:2]
MEASURED: Sequence[tuple[str, tuple[str, ...], str]] = (
    ("build", ("build", "seconds"), "{:,.1f} s"),
    ("build: records a second", ("build", "records_per_second"), "{:,.0f}"),
    ("build: peak memory, all processes", ("build", "peak_mib"), "{:,.0f} MiB"),
    ("disk, bytes a record without text", ("build", "bytes_per_record"), "{:,.0f}"),
    ("disk, bytes of text a record", ("build", "text_bytes_per_record"), "{:,.0f}"),
    ("open", ("open", "seconds"), "{:.2f} s"),
    ("first query after it", ("open", "first_query_seconds"), "{:.3f} s"),
    ("explicit warm-up", (*_ONE, "warm_up_seconds"), "{:.2f} s"),
    *(
        (f"query, {kind} needs, {where}: {part}", (*_ONE, kind, key, f"{part}_ms"), "{:.1f} ms")
        for kind in KINDS
        for where, key in (("all sectors", "all"), ("own sector", "sector"))
        for part in ("p50", "p99")
    ),
    ("of that, `match` alone, all sectors: p50", (*QUERY[:-1], "match_p50_ms"), "{:.1f} ms"),
    ("query, free threads, all sectors: p50", ("query", "default", *QUERY[2:]), "{:.1f} ms"),
    ("query: peak memory", (*_ONE, "peak_mib"), "{:,.0f} MiB"),
    ("query: the same without mapped files", (*_ONE, "own_mib"), "{:,.0f} MiB"),
    ("queries a second, one thread", ("threads", "one_per_second"), "{:.1f}"),
    ("queries a second, two threads", ("threads", "two_per_second"), "{:.1f}"),
    ("dense search over bare FAISS, all sectors", ("layer", "all", "ratio"), "×{:.2f}"),
    ("dense search over bare FAISS, one sector", ("layer", "sector", "ratio"), "×{:.2f}"),
    ("add 1,000 records", ("change", "add_seconds"), "{:.2f} s"),
    ("a query that finds one of them", ("change", "found_after_ms"), "{:.0f} ms"),
    ("remove 1,000 records", ("change", "remove_seconds"), "{:.2f} s"),
)
"""Figures by size: name, place, form."""


def by_size(result: Result) -> list[list[str]]:
    """Return one row a figure, one column a size."""
    rows = []
    for name, keys, form in MEASURED:
        found = [figure(result, n, *keys) for n in result["results"]]
        if any(value is not None for value in found):
            rows.append([name, *("" if value is None else form.format(value) for value in found)])
    return rows


def profile(result: Result) -> tuple[list[str], list[list[str]]]:
    """Return where the time of a query and of a batch goes, in per cent."""
    columns: dict[str, Mapping[str, float]] = {}
    for key, label in (("profile", "query, {:,}"), ("batch profile", "batch, {:,}")):
        for n in result["results"]:
            shares = figure(result, n, key, "per_cent")
            if shares:
                columns[label.format(int(n))] = shares
    stages = list(dict.fromkeys(stage for shares in columns.values() for stage in shares))
    # What is left over stands last, though a batch has stages that a query has not.
    stages.sort(key=lambda stage: stage == "everything else")
    rows = [
        [stage, *(f"{s[stage]:.1f} %" if stage in s else "" for s in columns.values())]
        for stage in stages
    ]
    return list(columns), rows


def recalls(result: Result) -> tuple[list[str], list[list[str]]]:
    """Return recall by size: overall and sector by sector, for both kinds of needs."""
    columns = [(n, kind) for n in result["results"] for kind in KINDS
               if figure(result, n, "recall", kind)]  # fmt: skip
    parts = [figure(result, n, "recall", kind) for n, kind in columns]
    names = list(dict.fromkeys(name for part in parts for name in part["sectors"]))
    rows = [["all sectors", *(_recall(part["all"]) for part in parts)]]
    rows += [[name, *(_recall(part["sectors"].get(name)) for part in parts)] for name in names]
    return [f"{int(n):,}, {kind}" for n, kind in columns], rows


def _recall(cell: Mapping[str, float] | None) -> str:
    return "" if cell is None else f"{cell['mean']:.4f} ({cell['needs']:,} needs)"


def peer_rows(result: Result) -> tuple[list[str], list[list[str]]]:
    """Return every peer's building, memory, query and recall by size."""
    sizes = list(result["results"])
    names = list(dict.fromkeys(n for size in sizes for n in figure(result, size, "peers") or {}))
    rows = [["matchmaker, whole answer", *(_own(result, size) for size in sizes)]]
    rows += [[name, *(_peer(figure(result, n, "peers", name)) for n in sizes)] for name in names]
    return [f"{int(n):,}" for n in sizes], rows


def _own(result: Result, n: str) -> str:
    asked = figure(result, n, *QUERY[:-1])
    built = figure(result, n, "build")
    if not asked or not built or "seconds" not in built:
        return ""
    return _cost({"build_seconds": built["seconds"], "peak_mib": built["peak_mib"], **asked})


def _peer(cell: Mapping[str, Any] | None) -> str:
    if cell is None:
        return ""
    return f"not run: {cell['not_run']}" if "not_run" in cell else _cost(cell)


def _cost(cell: Mapping[str, Any]) -> str:
    shown = (
        f"{cell['build_seconds']:,.1f} s, {cell['peak_mib']:,.0f} MiB; "
        f"{cell['p50_ms']:.2f} / {cell['p99_ms']:.2f} ms"
    )
    return shown + (f"; {cell['recall']:.3f}" if "recall" in cell else "")


def model_rows(
    result: Result, far: Iterable[float] = (1e7, 1e8)
) -> tuple[list[str], list[list[str]]]:
    """Return what was measured beside the fitted law, and the law further out."""
    sizes = [int(n) for n in result["results"]]
    rows = []
    for quantity in QUANTITIES:
        law = quantity.law(result)
        if law is None:
            continue
        cells = []
        for n in sizes:
            value = figure(result, n, *quantity.keys)
            said = law(n) / quantity.scale
            cells.append("" if value is None else f"{value / quantity.scale:.3g} ({said:.3g})")
        cells += [f"{law(n) / quantity.scale:.3g}" for n in far]
        rows.append([f"{quantity.name}, {quantity.unit}", str(law), *cells])
    return ["Law", *(f"{n:,}" for n in sizes), *(f"10^{len(str(int(n))) - 1}" for n in far)], rows


def limit_rows(result: Result) -> list[list[str]]:
    """Return what ends one machine, and where."""
    return [[text, count(n)] for text, n in limits(result)]


def count(n: float) -> str:
    """Return a number of records with two digits that count."""
    if n >= FARTHEST:
        return "no end in sight"
    return f"{float(f'{n:.2g}'):,.0f}"


def _page(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return grid(head, rows) if rows else "Not measured yet.\n"


def _sizes(result: Result) -> list[str]:
    return [f"{int(n):,}" for n in result["results"]]


def scale(result: Result, part: str) -> str:
    """Return one of the tables of benchmarks/scale.md.

    Parameters
    ----------
    result : mapping
        As `benchmarks.scale` writes it.
    part : {"targets", "sizes", "profile", "recall", "peers", "model", "limits"}
    """
    if part == "targets":
        head = ["Work", "Target", "Measured", "Reached", "Peers in the same run"]
        return grid(head, targets(result)) + "\n" + origin(result)
    if part == "sizes":
        return _page(["Figure", *_sizes(result)], by_size(result))
    if part == "limits":
        return _page(
            ["One machine ends, by the model, when it wants", "Records"], limit_rows(result)
        )
    first, made = {
        "profile": ("Stage", profile),
        "recall": ("Searched", recalls),
        "peers": ("System", peer_rows),
        "model": ("Quantity", model_rows),
    }[part]
    columns, rows = made(result)
    return _page([first, *columns], rows if columns else [])


PARTS = ("targets", "sizes", "profile", "recall", "peers", "model", "limits")
"""Tables of the page."""
