"""Tables in the README files, made from the stored results.

``python -m benchmarks.tables`` rewrites what stands between ``<!-- table:NAME -->`` and
``<!-- /table:NAME -->`` in the README files; ``--check`` writes nothing and returns 1 if a table
differs from its result.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.environment import RESULTS

ROOT = Path(__file__).parents[1]
TARGETS = (ROOT / "benchmarks" / "README.md", ROOT / "README.md")
MARKED = re.compile(r"(<!-- table:(?P<name>[\w-]+) -->\n).*?(<!-- /table:(?P=name) -->)", re.DOTALL)
Result = Mapping[str, Any]


def grid(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table: the first column left, the others right."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def origin(result: Result) -> str:
    """Return the line that says what a result was measured with."""
    machine = result["hardware"]
    versions = ", ".join(
        f"{name} {number}" for name, number in result["versions"].items() if number
    )
    commit = result["commit"] or "none"
    return (
        f"{machine['cpu'] or 'unknown processor'}, {machine['cores']} cores, "
        f"{machine['memory_gib']} GiB; commit {commit.partition('+')[0][:12]}"
        f"{' with changes' if '+' in commit else ''}; {versions}.\n"
    )


def bdci(result: Result, split: str) -> str:
    """Return the table of the judged pairs under one protocol."""
    figures = {
        "contest_score": "Contest score",
        "mae": "MAE",
        "ndcg@10": "nDCG@10",
        "spearman": "Spearman",
    }
    part = result["results"][split]
    rows = [
        [
            name,
            *(_with_interval(method[figure]) for figure in figures),
            f"{method['ndcg@10_in_folds']:.3f}",
        ]
        for name, method in part["methods"].items()
    ]
    rows += [[name, *["not run"] * (len(figures) + 1)] for name in part["not_run"]]
    head = ["Method", *figures.values(), "nDCG@10 in folds"]
    return grid(head, rows) + "\n" + origin(result)


def _with_interval(figure: Mapping[str, float]) -> str:
    return f"{figure['mean']:.3f} [{figure['low']:.3f}, {figure['high']:.3f}]"


def throughput(result: Result) -> str:
    """Return the table of stage times: seconds and peak memory, one column per size."""
    sizes = result["results"]
    head = ["System, stage"]
    head += [f"{part['needs']:,} × {part['achievements']:,}" for part in sizes.values()]
    systems = next(iter(sizes.values()))["systems"]
    rows = [
        [f"{system}: {stage}", *(_cost(part["systems"][system][stage]) for part in sizes.values())]
        for system, stages in systems.items()
        for stage in stages
    ]
    return grid(head, rows) + "\n" + origin(result)


def _cost(cell: Mapping[str, Any]) -> str:
    if "not_run" in cell:
        return "not run"
    return f"{cell['seconds']:.2f} s, {cell['peak_mib']:.0f} MiB"


def startup(result: Result) -> str:
    """Return the table of start-up times."""
    rows = [
        [
            name,
            "not run" if "not_run" in cell else f"{cell['seconds']:.3f} s",
            str(cell.get("modules", "")),
            ", ".join(cell.get("heavy", [])),
        ]
        for name, cell in result["results"].items()
    ]
    return grid(["Start of", "Median", "Modules", "Large packages"], rows) + "\n" + origin(result)


TABLES: Mapping[str, tuple[str, Callable[[Result], str]]] = {
    "bdci-by-pair": ("bdci.json", lambda result: bdci(result, "by pair")),
    "bdci-by-need-text": ("bdci.json", lambda result: bdci(result, "by need text")),
    "throughput": ("throughput.json", throughput),
    "startup": ("startup.json", startup),
}
"""Result file and renderer of every table that a README may name."""


def fill(text: str, results: Path) -> str:
    """Return a README's text with every marked table made anew.

    Raises
    ------
    KeyError
        If a marker names a table that does not exist.
    """

    def table(match: re.Match[str]) -> str:
        file, render = TABLES[match["name"]]
        path = results / file
        if not path.exists():
            body = "Not measured yet.\n"
        else:
            body = render(json.loads(path.read_text(encoding="utf-8")))
        return f"{match[1]}{body}{match[3]}"

    return MARKED.sub(table, text)


def main(
    argv: Sequence[str] | None = None,
    *,
    targets: Sequence[Path] = TARGETS,
    results: Path = RESULTS,
) -> int:
    """Write the tables, or check them; return 1 if a check finds a difference."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.tables", description=__doc__)
    options.add_argument("--check", action="store_true", help="write nothing")
    check = options.parse_args(argv).check
    stale = []
    for target in filter(Path.exists, targets):
        text = target.read_text(encoding="utf-8")
        made = fill(text, results)
        if made != text:
            stale.append(target.name)
            if not check:
                target.write_text(made, encoding="utf-8")
    if check and stale:
        print(f"not the tables of the results: {', '.join(stale)}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
