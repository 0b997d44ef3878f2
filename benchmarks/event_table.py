"""The tables of the timetable benchmark, from its stored result."""

from __future__ import annotations

from typing import Any

from benchmarks.markdown import Result, grid, origin

_HEAD = (
    "", "seconds", "CPU seconds", "meetings", "idle tables above the bound", "enterprises",
    "experts", "score", "rules broken",
)  # fmt: skip
_AFTER = (
    "", "seconds", "CPU seconds", "hit", "kept", "moved", "other table", "dropped", "added",
    "rules broken",
)  # fmt: skip


def event_table(result: Result) -> list[str]:
    """Return what is said of each event, and of the timetables after a change, as Markdown.

    The blocks are to be joined with a line end, so that an empty line stands between them.
    """
    protocol = result["protocol"]
    parts = [
        f"{protocol['parties']} × {protocol['parties']} parties, {protocol['wanted']:,} meetings "
        f"wanted, {protocol['tables']} tables, 2 days of {protocol['slots']} slots. "
        + origin(result)
    ]
    for name, found in result["results"].items():
        parts.append(
            f"{name.capitalize()}: attendance {found['attendance']:.0%}, {found['seats']} table "
            f"slots, at most {found['bound']} meetings.\n"
        )
        systems = found["systems"].items()
        parts.append(grid(_HEAD, [[system, *_row(figures)] for system, figures in systems]))
    parts.append("After the busiest enterprise and one table have dropped out:\n")
    rows = [[name, *_after(found["replan"])] for name, found in result["results"].items()]
    parts.append(grid(_AFTER, rows))
    return parts


def _row(figures: dict[str, Any]) -> list[str]:
    if "not_run" in figures:
        return ["not run", *[""] * (len(_HEAD) - 2)]
    return [
        f"{figures['seconds']:.1f}",
        f"{figures['cpu_seconds']:.1f}",
        str(figures["meetings"]),
        f"{figures['idle_above_bound']:.1%}",
        str(figures["enterprises"]),
        str(figures["experts"]),
        f"{figures['score']:.1f}",
        str(figures["violations"]),
    ]


def _after(figures: dict[str, Any]) -> list[str]:
    keys = ("hit", "kept", "moved", "table", "dropped", "added", "violations")
    times = (f"{figures[key]:.1f}" for key in ("seconds", "cpu_seconds"))
    return [*times, *(str(figures[key]) for key in keys)]
