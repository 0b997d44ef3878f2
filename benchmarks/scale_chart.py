"""The chart of `benchmarks.scale`, drawn from its JSON alone.

``python -m benchmarks.scale_chart`` draws the stored result anew.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.environment import RESULTS
from benchmarks.scale_model import QUERY, SECTOR, series

_OURS = {"all sectors": (QUERY, "#0969da"), "one sector": (SECTOR, "#54aeff")}
_MEMORY = {
    "matchmaker, memory to build": (("build", "peak_mib"), 1.0, "#0969da", "-"),
    "matchmaker, memory to query": (("query", "one thread", "peak_mib"), 1.0, "#54aeff", "-"),
    "matchmaker, disk without texts": (("build", "bytes", "index"), 2.0**20, "#1a7f37", "-"),
    "matchmaker, disk for texts": (("build", "bytes", "text"), 2.0**20, "#7bc98d", "-"),
}
_OTHERS = (
    "#8c959f", "#bf8700", "#cf222e", "#8250df", "#bf3989", "#6e7781", "#953800", "#116329",
)  # fmt: skip


def draw(result: Mapping[str, Any], path: Path) -> None:
    """Draw time, memory and disk against the number of records; equal figures give equal bytes.

    Parameters
    ----------
    result : mapping
        As `benchmarks.scale` writes it.
    path : Path
        SVG file to write.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12, 5), layout="constrained")
    left, right = figure.subplots(1, 2)
    names = list(dict.fromkeys(name for part in result["results"].values()
                               for name in part.get("peers", {})))  # fmt: skip
    for name, (keys, colour) in _OURS.items():
        _line(left, series(result, *keys), f"matchmaker, {name}", color=colour, linewidth=2.5)
    for name, (path_, unit, colour, style) in _MEMORY.items():
        sizes, values = series(result, *path_)
        scaled = [value / unit for value in values]
        _line(right, (sizes, scaled), name, color=colour, linestyle=style, linewidth=2.5)
    for at, name in enumerate(names):
        look = {"color": _OTHERS[at % len(_OTHERS)], "linestyle": "--", "linewidth": 1.0}
        _line(left, series(result, "peers", name, "p50_ms"), name, **look)
        _line(right, series(result, "peers", name, "peak_mib"), "", **look)
    left.set_ylabel("a query, milliseconds (median, one thread)")
    right.set_ylabel("MiB (dashed: memory of the peers)")
    for axis in (left, right):
        axis.set_xscale("log")
        axis.set_yscale("log")
        axis.set_xlabel("records")
        axis.grid(visible=True, which="major", color="#d0d7de", linewidth=0.5)
    if any(axis.lines for axis in (left, right)):
        figure.legend(loc="outside lower center", ncols=5, fontsize=7, frameon=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    # Identifiers in the file are hashes, by default salted anew each time.
    with rc_context({"svg.hashsalt": "matchmaker", "svg.fonttype": "none"}):
        figure.savefig(path, format="svg", metadata={"Date": None, "Creator": None})


def _line(axis: Any, found: tuple[list[float], list[float]], label: str, **look: Any) -> None:
    if found[0]:
        axis.plot(*found, marker="o", markersize=3, label=label, **look)


def main() -> int:
    """Draw the stored result."""
    result = json.loads((RESULTS / "scale.json").read_text(encoding="utf-8"))
    draw(result, RESULTS / "scale.svg")
    return 0


if __name__ == "__main__":
    sys.exit(main())
