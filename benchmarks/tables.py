"""Tables in the README files, made from the stored results.

``python -m benchmarks.tables`` rewrites what stands between ``<!-- table:NAME -->`` and
``<!-- /table:NAME -->`` in the README files; ``--check`` writes nothing and returns 1 if a table
differs from its result.
"""

from __future__ import annotations

import argparse
import functools
import json
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks import event_table, language_tables, planning_tables, scale_tables
from benchmarks.environment import RESULTS
from benchmarks.markdown import Result, grid, origin

ROOT = Path(__file__).parents[1]
TARGETS = tuple(
    ROOT / name for name in ("benchmarks/README.md", "benchmarks/scale.md", "README.md")
)
MARKED = re.compile(r"(<!-- table:(?P<name>[\w-]+) -->\n).*?(<!-- /table:(?P=name) -->)", re.DOTALL)


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


def retrieval_pool(result: Result) -> str:
    """Return the table of recall over the titles of the judged pairs."""
    part = result["results"].get("judged pool")
    if part is None:
        return "Not measured yet.\n"
    columns = [(name, k) for name in ("grade ≥ 3", "grade 4") for k in ("20", "100", "200", "300")]
    rows = [
        [system, *(_figure(found[name].get(k)) for name, k in columns)]
        for system, found in part["systems"].items()
    ]
    return grid(["System", *(f"{name} @{k}" for name, k in columns)], rows) + "\n" + origin(result)


def retrieval_reach(result: Result) -> str:
    """Return the table of what keeps relevant pairs from being found."""
    part = result["results"].get("judged pool")
    if part is None:
        return "Not measured yet.\n"
    head = ["Pairs", "Number", "No term in common", "In no channel's first tenth", "k for 95 %"]
    rows = [
        [
            name,
            f"{part['relevant'][name]:,}",
            f"{100 * said['no_shared_term']:.1f} %",
            f"{100 * said['beyond_a_tenth']:.1f} %",
            f"{said['depth_for_enough']:,} of {part['collection']:,}"
            if said["depth_for_enough"]
            else "none",
        ]
        for name, said in part["out_of_reach"].items()
    ]
    return grid(head, rows)


def retrieval_abstracts(result: Result) -> str:
    """Return the table of titles that look for their abstracts."""
    parts = {
        name: result["results"][name]
        for name in ("patents", "held-out papers")
        if name in result["results"]
    }
    if not parts:
        return "Not measured yet.\n"
    head = ["System"]
    for name, part in parts.items():
        head += [f"{name} ({part['collection']:,}): MRR@10", f"{name}: recall@10"]
    rows = [
        [
            system,
            *(_figure(part["systems"][system][f]) for part in parts.values() for f in FOUND),
        ]
        for system in next(iter(parts.values()))["systems"]
    ]
    return grid(head, rows) + "\n" + origin(result)


FOUND = ("mrr", "recall")


def _figure(figure: Mapping[str, float] | None) -> str:
    if figure is None:
        return ""
    return _with_interval(figure) if "low" in figure else f"{figure['mean']:.3f}"


def calibration(result: Result) -> str:
    """Return the table of expected calibration errors, one row a protocol."""
    parts = result["results"]
    questions = list(next(iter(parts.values()))["error"])
    rows = [
        [split, *(_with_interval(part["error"][name]) for name in questions)]
        for split, part in parts.items()
    ]
    return grid(["Protocol", *questions], rows) + "\n" + origin(result)


def calibration_bins(result: Result, split: str) -> str:
    """Return the bins of one protocol: mean prediction, share observed, share of pairs."""
    bins = result["results"][split]["bins"]
    borders = sorted({(one["low"], one["high"]) for part in bins.values() for one in part})
    rows = [
        [f"{low:.1f}–{high:.1f}", *(_bin(part, low) for part in bins.values())]
        for low, high in borders
    ]
    return grid(["Predicted", *bins], rows)


def _bin(part: Sequence[Mapping[str, float]], low: float) -> str:
    total = sum(one["pairs"] for one in part)
    for one in part:
        if one["low"] == low:
            share = 100 * one["pairs"] / total
            return f"{one['predicted']:.2f} → {one['observed']:.2f} ({share:.1f} %)"
    return ""


def learning(result: Result) -> str:
    """Return the learning curve: one row a number of judgements, figures cold and learned."""
    parts = result["results"]
    names = {"contest_score": "contest score", "ndcg@10": "nDCG@10"}
    counts = sorted({int(count) for part in parts.values() for count in part})
    head = ["Judgements", *(f"{part}: {name}" for part in parts for name in names.values())]
    rows = [
        [
            f"{count:,}",
            *(_gain(part.get(str(count)), name) for part in parts.values() for name in names),
        ]
        for count in counts
    ]
    return grid(head, rows) + "\n" + origin(result)


def _gain(cell: Mapping[str, Any] | None, figure: str) -> str:
    found = cell[figure] if cell else None
    if found is None:
        return ""
    shown = f"{found['cold']:.3f} → {found['learned']:.3f}"
    return f"{shown} ({found['gain']:+.3f} ± {found['sd']:.3f})"


def reasons_cost(result: Result) -> str:
    """Return the table of what explanations cost, and how well those of the peers name terms."""
    parts = result["results"]
    if "cost" not in parts:
        return "Not measured yet.\n"
    rows = []
    for name, cell in parts["cost"].items():
        lost = cell.get("lost")
        rows.append(
            [
                name,
                f"{cell['matches']:,}",
                f"{1000 * cell['seconds'] / cell['matches']:.3f}",
                "" if lost is None else f"{lost['first']:.4f}",
            ]
        )
    # All peers ask about the same matches.
    lost = parts["cost"]["equal shares"]["lost"]
    for name, key in (("explain's own first term", "ours"), ("a term drawn by lot", "by_lot")):
        rows.append([name, f"{parts['cost']['equal shares']['matches']:,}", "", f"{lost[key]:.4f}"])
    head = ["Explanation", "Matches", "ms a match", "Score lost without its first term"]
    said = ""
    if "sums" in parts:
        gap = parts["sums"]["largest_gap"]
        said = (
            f"Largest gap between score and sum of parts over {parts['sums']['pairs']:,} pairs: "
            f"{gap['parts']:.1e}; between a part and its evidence: {gap['evidence']:.1e}.\n\n"
        )
    return grid(head, rows) + "\n" + said + origin(result)


def reasons_reports(result: Result) -> str:
    """Return the table of reports with and without reasons."""
    part = result["results"].get("reports")
    if part is None:
        return "Not measured yet.\n"
    forms = [name for name, cell in part.items() if isinstance(cell, Mapping)]
    rows = [
        [
            f".{form}",
            *(
                f"{part[form][name]['seconds']:.2f} s, {part[form][name]['mib']:.1f} MiB"
                for name in ("without", "with")
            ),
            f"{part[form]['ratio']:.2f}",
        ]
        for form in forms
    ]
    return grid(["File", "Without reasons", "With", "Ratio"], rows) + "\n" + origin(result)


def reasons_weights(result: Result) -> str:
    """Return the table of the bundled sample's judged pairs by weights."""
    part = result["results"].get("sample")
    if part is None:
        return "Not measured yet.\n"
    rows = [
        [
            name,
            *(f"{cell[figure]:.3f}" for figure in ("contest_score", "mae", "ndcg@10", "spearman")),
            _difference(cell["against_nothing"]),
            f"{cell['moved']} of {part['pairs']}",
        ]
        for name, cell in part["weights"].items()
    ]
    head = ["Weights", "Contest score", "MAE", "nDCG@10", "Spearman", "nDCG@10 against nothing"]
    return grid([*head, "Pairs moved"], rows) + "\n" + origin(result)


def reasons_sector(result: Result) -> str:
    """Return the table of the contest's pairs by the weight of the sector criterion."""
    part = result["results"].get("sector")
    if part is None:
        return "Not measured yet.\n"
    splits = ("by pair", "by need text")
    rows = [
        [
            weight,
            *(f"{part[split][weight][name]:.4f}" for split in splits for name in _SECTOR_FIGURES),
        ]
        for weight in part[splits[0]]
    ]
    head = ["Weight", *(f"{split}: {name}" for split in splits for name in _SECTOR_FIGURES)]
    return grid(head, rows) + "\n" + origin(result)


_SECTOR_FIGURES = ("contest_score", "ndcg@10", "spearman")


def _difference(found: Mapping[str, float]) -> str:
    return f"{found['difference']:+.3f} [{found['low']:+.3f}, {found['high']:+.3f}]"


TABLES: Mapping[str, tuple[str, Callable[[Result], str]]] = {
    "bdci-by-pair": ("bdci.json", lambda result: bdci(result, "by pair")),
    "bdci-by-need-text": ("bdci.json", lambda result: bdci(result, "by need text")),
    "throughput": ("throughput.json", throughput),
    "startup": ("startup.json", startup),
    "retrieval-pool": ("retrieval.json", retrieval_pool),
    "retrieval-reach": ("retrieval.json", retrieval_reach),
    "retrieval-abstracts": ("retrieval.json", retrieval_abstracts),
    "learning": ("learning.json", learning),
    "reasons-cost": ("reasons.json", reasons_cost),
    "indicators": ("indicators.json", language_tables.indicators),
    "cleaning": ("cleaning.json", language_tables.cleaning),
    "anonymity": ("anonymity.json", language_tables.anonymity),
    "assignment": (
        "assignment.json",
        lambda result: "\n".join(planning_tables.assignment_table(result)) + "\n",
    ),
    "event": ("event.json", lambda result: "\n".join(event_table.event_table(result))),
    "reasons-reports": ("reasons.json", reasons_reports),
    "reasons-weights": ("reasons.json", reasons_weights),
    "reasons-sector": ("reasons.json", reasons_sector),
    "calibration": ("calibration.json", calibration),
    "calibration-bins": (
        "calibration.json",
        lambda result: calibration_bins(result, "by need text"),
    ),
    **{
        f"scale-{part}": ("scale.json", functools.partial(scale_tables.scale, part=part))
        for part in scale_tables.PARTS
    },
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
