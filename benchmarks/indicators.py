"""How well and how fast indicators are read out of texts.

Run ``python -m benchmarks.indicators``. In ``benchmarks/gold``, ``indicators_a`` and
``indicators_b`` were annotated by two people before the rules were tuned on them. All other files
(c, d) are the test: two others wrote them afterwards without seeing what is extracted, and
nothing was tuned on them. Strict means that span, operator, both
ends, unit and role are right; value and unit, that an overlapping span has both ends and the unit
right. Peers that know neither operators nor roles are judged by the number and the unit.

``--read DATA`` prints what is found in the needs of the judged pairs (DATA holds
``bdci2019/needs.jsonl``), drawn by the seed, for a person to judge; it writes nothing.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import random
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.environment import RESULTS, facts, write_result
from benchmarks.indicator_figures import HALVES, SYSTEMS, installed, measure, read_gold
from benchmarks.synthetic import recombine, sample_texts
from matchmaker.language.indicators import extract_indicators
from matchmaker.language.indicators.indicator import Side

GOLD = Path(__file__).parent / "gold"
PACKAGES = ("matchmaker", "numpy", "pint", "recognizers-text-number-with-unit")
Text = tuple[str, Side]
FULL = ("matchmaker", "regex of number and unit")


def quality(gold: Path, seed: int) -> dict[str, Any]:
    """Return the figures of every system on both halves of the gold set."""
    records = read_gold(gold)
    result: dict[str, Any] = {"records": {}, "systems": {}, "not_run": []}
    for half in HALVES:
        result["records"][half] = sum(record.half == half for record in records)
    for name, (package, system) in SYSTEMS.items():
        if not installed(package):
            result["not_run"].append(name)
            continue
        result["systems"][name] = {
            half: measure(
                [record for record in records if record.half == half],
                system,
                full=name in FULL,
                seed=seed,
            )
            for half in HALVES
            if result["records"][half]
        }
    return result


def speed_texts(n: int, seed: int) -> list[Text]:
    """Return n texts with their side, half needs and half achievements, from the sample."""
    needs = recombine(sample_texts("needs"), n - n // 2, seed=2 * seed, length=300)
    others = recombine(sample_texts("achievements"), n // 2, seed=2 * seed + 1, length=300)
    rows: list[Text] = [(f"{text.title}。{text.body}", "need") for text in needs]
    rows += [(text.body, "achievement") for text in others]
    random.Random(seed).shuffle(rows)
    return rows


def extract_all(rows: Sequence[Text]) -> int:
    """Return how many indicators the texts hold."""
    return sum(len(extract_indicators(text, side=side)) for text, side in rows)


def speed(n: int, *, seed: int, repeats: int) -> dict[str, Any]:
    """Return records a second on one and on two processes, medians over the repeats."""
    rows = speed_texts(n, seed)
    bare: list[Text] = [
        ("".join(sign for sign in text if not sign.isdigit()), side) for text, side in rows
    ]
    extract_all(rows[:200])
    result: dict[str, Any] = {
        "records": n,
        "mean_characters": round(statistics.mean(len(text) for text, _ in rows), 1),
        "indicators_a_record": round(extract_all(rows) / n, 2),
        "one process": _rate(rows, repeats, None),
        "one process, digits left out": _rate(bare, repeats, None),
    }
    # Started afresh, so that the workers share nothing with this process.
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        pool.map(extract_all, [rows[:200]] * 8, chunksize=1)
        result["two processes"] = _rate(rows, repeats, pool)
    return result


def _rate(rows: Sequence[Text], repeats: int, pool: Any) -> dict[str, int]:
    parts = [rows[at : at + 500] for at in range(0, len(rows), 500)]
    seconds, worked = [], []
    for _ in range(repeats):
        start, began = time.perf_counter(), time.process_time()
        if pool is None:
            extract_all(rows)
        else:
            pool.map(extract_all, parts, chunksize=1)
        seconds.append(time.perf_counter() - start)
        worked.append(time.process_time() - began)
    rates = sorted(len(rows) / taken for taken in seconds)
    # The processor's time tells what a machine without other work would do.
    own = {} if pool else {"records_per_processor_second": round(len(rows) / min(worked))}
    return own | {
        "records_per_second": round(statistics.median(rates)),
        "lowest": round(rates[0]),
        "highest": round(rates[-1]),
    }


def reading(data: Path, *, seed: int, n: int) -> list[str]:
    """Return n drawn extractions with their context, one a line.

    Raises
    ------
    FileNotFoundError
        If the needs are not there.
    """
    file = data / "bdci2019" / "needs.jsonl"
    lines = []
    for row in file.read_text(encoding="utf-8").split("\n"):
        if not row.strip():
            continue
        need = json.loads(row)
        text = f"{need['title']}。{need['body']}"
        for one in extract_indicators(text):
            start, end = one.span
            context = (
                f"{text[max(0, start - 40) : start]}【{text[start:end]}】{text[end : end + 20]}"
            )
            said = (one.name, one.operator, one.low, one.high, one.unit, one.kind, one.role)
            told = " ".join("-" if part in ("", None) else str(part) for part in said)
            lines.append(f"{need['id']}\t{context}\t{told}".replace("\n", " "))
    drawn = random.Random(seed).sample(range(len(lines)), min(n, len(lines)))
    return [lines[at] for at in sorted(drawn)]


def parser() -> argparse.ArgumentParser:
    """Return the command line's parser."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.indicators", description=__doc__)
    options.add_argument("--gold", type=Path, default=GOLD)
    options.add_argument("--records", type=int, default=20000, help="texts of the speed test")
    options.add_argument("--repeats", type=int, default=3)
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--out", type=Path, default=RESULTS / "indicators.json")
    options.add_argument("--read", type=Path, metavar="DATA", help="print extractions of needs")
    options.add_argument("--drawn", type=int, default=60, help="how many --read prints")
    return options


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmark, or print extractions to judge."""
    arguments = parser().parse_args(argv)
    if arguments.read:
        try:
            lines = reading(arguments.read, seed=arguments.seed, n=arguments.drawn)
        except FileNotFoundError as error:
            print(f"The needs are missing, nothing to read: {error}", file=sys.stderr)
            return 2
        print("\n".join(lines))
        return 0
    results = quality(arguments.gold, arguments.seed)
    if not sum(results["records"].values()):
        print(f"{arguments.gold} holds no indicators_*.jsonl, nothing measured", file=sys.stderr)
        return 2
    for name, halves in results["systems"].items():
        for half, figures in halves.items():
            told = {key: figures[key]["f1"] for key in figures if key != "by"}
            print(name, half, told, flush=True)
    results["speed"] = speed(arguments.records, seed=arguments.seed, repeats=arguments.repeats)
    print(results["speed"], flush=True)
    protocol = {name: getattr(arguments, name) for name in ("seed", "records", "repeats")}
    write_result(
        {"benchmark": "indicators", "protocol": protocol, **facts(PACKAGES), "results": results},
        arguments.out,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
