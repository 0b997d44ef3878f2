"""Tables of what the planning programs measured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchmarks.markdown import Result, grid, origin


def assignment_table(result: Result) -> list[str]:
    """Return the lines of the table of assignments: one row a system and size."""
    head = ["Needs × achievements: system", "Seconds", "Total score", "Enterprises served"]
    head += ["Worst served", "5th percentile", "Minimums missed", "Gap"]
    rows = []
    for part in result["results"].values():
        size = f"{part['needs']:,} × {part['achievements']:,}"
        for name, cell in part["systems"].items():
            rows.append([f"{size}: {name}", *_cells(cell)])
        for name, cell in part["one to one"].items():
            figures = [f"{cell['seconds']:.2f}", f"{cell['total']:,.2f}"]
            rows.append([f"{size}, one to one: {name}", *figures, "", "", "", "", ""])
    said = "".join(
        f"{part['needs']:,} × {part['achievements']:,}, {name}: {cell['limits']} limits in "
        f"conflict{', proven the fewest' if cell['smallest'] else ''}, {cell['seconds']:.2f} s.\n\n"
        for part in result["results"].values()
        for name, cell in part["conflicts"].items()
    )
    return f"{grid(head, rows)}\n{said}{origin(result)}".splitlines()


def _cells(cell: Mapping[str, Any]) -> list[str]:
    if "not_run" in cell:
        return ["not run", *[""] * 6]
    worst = cell["worst_served"]
    gap = cell.get("gap")
    return [
        f"{cell['seconds']:.2f}",
        f"{cell['total']:,.2f}",
        f"{cell['served']:,} of {cell['enterprises']:,}",
        "" if worst is None else f"{worst:.3f}",
        f"{cell['fifth_percentile']:.3f}",
        f"{cell['minimums_missed']}",
        "" if gap is None else f"{gap:.1g}",
    ]
