"""Tables of what is read out of texts: indicators, what a check finds, and names left out."""

from __future__ import annotations

from collections.abc import Mapping

from benchmarks.markdown import Result, grid, origin

_HALVES = ("tune", "test")


def indicators(result: Result) -> str:
    """Return the table of what of the gold set's indicators is found."""
    systems = result["results"]["systems"]
    rows = []
    for name, halves in systems.items():
        cells = []
        for measure in ("strict", "value and unit"):
            for half in _HALVES:
                found = halves[half].get(measure)
                cells.append("" if found is None else _interval(found))
        rows.append([name, *cells])
    ours = systems["matchmaker"]["test"]["by"]
    parts = [
        [f"{group}: {name}", "", f"{found['f1']:.3f} of {found['gold']}", "", ""]
        for group in ("kind", "role")
        for name, found in ours[group].items()
    ]
    heads = [f"{measure}, {half}" for measure in ("strict", "value and unit") for half in _HALVES]
    speed = result["results"]["speed"]
    said = "; ".join(
        f"{name}: {cell['records_per_second']:,.0f} records a second"
        for name, cell in speed.items()
        if isinstance(cell, Mapping)
    )
    length = f"{speed['mean_characters']:.0f} characters a record"
    return grid(["F1", *heads], [*rows, *parts]) + f"\n{said} ({length}).\n\n" + origin(result)


def _interval(found: Mapping[str, float]) -> str:
    if "f1_low" not in found:
        return f"{found['f1']:.3f}"
    return f"{found['f1']:.3f} [{found['f1_low']:.3f}, {found['f1_high']:.3f}]"


def cleaning(result: Result) -> str:
    """Return the table of what a check finds on the half that nothing was tuned on."""
    found = result["results"]["records"]["test"]
    simple = found["simple rules"]
    rows = [
        [name, str(cell["marked"]), *_rates(cell), f"{simple[name]['f1']:.2f}"]
        for name, cell in found["matchmaker"].items()
    ]
    pairs = result["results"]["pairs"]["test"]
    ours = pairs["matchmaker"]
    peers = ", ".join(
        f"{name} {cell['f1']:.2f}"
        for name, cell in pairs.items()
        if isinstance(cell, Mapping) and name != "matchmaker"
    )
    rows.append(["near pairs", str(ours["marked"]), *_rates(ours), peers])
    head = ["Detector", "Marked", "Precision", "Recall", "F1", "F1 of simple rules or peers"]
    return grid(head, rows) + "\n" + origin(result)


def _rates(cell: Mapping[str, float]) -> list[str]:
    return [f"{cell[name]:.2f}" for name in ("precision", "recall", "f1")]


def anonymity(result: Result) -> str:
    """Return the table of injected names that are left."""
    rows = [
        [
            name,
            f"{cell['leaked']} of {cell['cases']:,}",
            f"{100 * cell['words_kept_around_names']:.2f} %",
            f"{100 * cell['words_kept_without_names']:.2f} %",
            f"{cell['cpu_seconds']:.2f}",
        ]
        for name, cell in result["results"].items()
        if isinstance(cell, Mapping) and "leaked" in cell
    ]
    head = ["System", "Names left", "Words kept around them", "Words kept without names", "CPU s"]
    return grid(head, rows) + "\n" + origin(result)
