"""How well the check of records finds what people marked, and how long it takes.

Run ``python -m benchmarks.cleaning``. The records of ``gold/cleaning.jsonl`` are the bundled sample
and invented ones, the pairs of ``gold/cleaning_pairs.jsonl`` are edits of the sample, filled forms
and records of one topic. All were written and marked by the author of the detectors, before these
were tuned, so the figures flatter: real lists are more varied. Odd ids were used for tuning,
even ids only for measuring. What is marked as near is compared with equality, and with
difflib's ratio and datasketch's MinHashLSH alone, each at 0.5, the best threshold of the odd half;
what is marked in one record with the simplest rule that does the same. With ``--needs FILE`` the
exact duplicates of a real list are counted too.
"""

from __future__ import annotations

import argparse
import difflib
import importlib
import json
import re
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.environment import RESULTS, facts, write_result
from matchmaker.checking.advertising import find_advertising
from matchmaker.checking.checks import check_records
from matchmaker.checking.completeness import NEED_ITEMS, check_completeness
from matchmaker.checking.duplicates import RELATED, find_duplicates
from matchmaker.checking.need_kinds import NEED_KINDS, need_kind
from matchmaker.checking.placeholders import find_damage, find_placeholders
from matchmaker.checking.splitting import find_split
from matchmaker.checking.tidying import remarks, tidy
from matchmaker.language.normalize import matching_text
from matchmaker.records import Achievement, Need, read_achievements, read_needs
from matchmaker.sample import sample_path

GOLD = Path(__file__).parent / "gold"
LETTERS = dict(zip("bgdmoc", NEED_ITEMS, strict=True))
DAMAGE = ("masked", "encoding", "escape", "lost_beginning")
HALVES = {"tune": 1, "test": 0}
THRESHOLD = 0.5
RATIO = 0.5

Record = Need | Achievement
KINDS: dict[str, type[Need] | type[Achievement]] = {"needs": Need, "achievements": Achievement}
Marks = set[tuple[str, ...]]
Lines = list[dict[str, Any]]


def read_gold(path: Path) -> Lines:
    """Return the lines of a gold file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def half_of(record_id: str) -> str:
    """Return the half that an id belongs to: ``tune`` if its number is odd, else ``test``."""
    return "tune" if int(record_id[1:]) % 2 else "test"


def gold_records(gold: Lines) -> list[Record]:
    """Return the records that were marked: their own, or those of the bundled sample."""
    sample: dict[str, Record] = {
        record.id: record
        for read, name in ((read_needs, "needs.csv"), (read_achievements, "achievements.xlsx"))
        for record in read(sample_path(name))
    }
    return [
        KINDS[line["kind"]].from_dict(line["record"]) if line["record"] else sample[line["id"]]
        for line in gold
    ]


def scored(found: Marks, marked: Marks) -> dict[str, float | int]:
    """Return precision, recall and F1; 1 where there was nothing to find or to mark."""
    hits = len(found & marked)
    precision = hits / len(found) if found else 1.0
    recall = hits / len(marked) if marked else 1.0
    f1 = 2 * precision * recall / (precision + recall) if hits else float(not (found or marked))
    return {
        "marked": len(marked),
        "found": len(found),
        "precision": round(precision, 4),
        "recall": round(recall, 4),
        "f1": round(f1, 4),
    }


def marked_of(line: dict[str, Any]) -> dict[str, Marks]:
    """Return what people marked in a record, by detector."""
    name = line["id"]
    marks: dict[str, Marks] = {
        "several": {(name,)} if line["split"] > 1 else set(),
        "split count": {(name, str(line["split"]))} if line["split"] > 1 else set(),
        "placeholder": {(name, field) for field in line["placeholders"]},
        "damage": {(name, code.replace("lost", "lost_beginning")) for code in line["damage"]},
    }
    if line["kind"] == "needs":
        marks |= {
            f"kind {kind}": {(name,)} if line["need_kind"] == kind else set() for kind in NEED_KINDS
        }
        marks |= {
            f"has {item}": {(name,)} if letter in line["complete"] else set()
            for letter, item in LETTERS.items()
        }
    if line["advertising"] is not None:
        marks["advertising"] = _characters(name, line["advertising"])
    return marks


def found_in(line: dict[str, Any], record: Record) -> dict[str, Marks]:
    """Return what the detectors find in a record, by detector."""
    name = line["id"]
    split = find_split(record)
    advertising = find_advertising(record.body)
    marks: dict[str, Marks] = {
        "several": {(name,)} if split else set(),
        "split count": {(name, str(len(split.parts)))} if split else set(),
        "placeholder": {(name, finding.field) for finding in find_placeholders(record)},
        "damage": {(name, finding.code) for finding in find_damage(record)},
        "advertising": _characters(name, [(item.start, item.end) for item in advertising]),
    }
    if isinstance(record, Need):
        share = sum(item.end - item.start for item in advertising) / max(1, len(record.body))
        kind = need_kind(record, advertising=share).name
        present = {item.name for item in check_completeness(record).items if item.present}
        marks |= {f"kind {one}": {(name,)} if one == kind else set() for one in NEED_KINDS}
        marks |= {f"has {item}": {(name,)} if item in present else set() for item in NEED_ITEMS}
    return marks


_SIMPLE_KINDS = {
    "purchase": "采购",
    "people": "招聘",
    "advice": "咨询",
    "acquisition": "引进",
    "no_need": "本成果",
}


def found_simply(line: dict[str, Any], record: Record) -> dict[str, Marks]:
    """Return what the simplest rules find: one word a kind, any 1、2、, fields only."""
    name, text = line["id"], f"{record.title}\n{record.body}"
    numbers = len(re.findall(r"[1-9一二三四五][、.）]|[①②③④⑤]", text))
    texts = {"title": record.title, "body": record.body}
    empty = ("无", "未提供")
    if isinstance(record, Need):
        texts |= {"goals": record.goals, "budget": record.budget, "foundation": record.foundation}
    sentences = [found.span() for found in re.finditer(r"[^。；]+", record.body)]
    marks: dict[str, Marks] = {
        "several": {(name,)} if numbers >= 2 else set(),
        "split count": {(name, str(numbers))} if numbers >= 2 else set(),
        "placeholder": {(name, key) for key, value in texts.items() if value in empty},
        "damage": {(name, "escape")} if "\\n" in record.body else set(),
        "advertising": _characters(
            name, [span for span in sentences if "公司" in record.body[slice(*span)]]
        ),
    }
    if isinstance(record, Need):
        kind = next((key for key, word in _SIMPLE_KINDS.items() if word in text), "research")
        marks |= {f"kind {one}": {(name,)} if one == kind else set() for one in NEED_KINDS}
        given = {
            "background": record.body, "indicators": record.goals, "deadline": record.deadline,
            "budget": record.budget, "ownership": "", "cooperation": record.cooperation,
        }  # fmt: skip
        marks |= {f"has {item}": {(name,)} if given[item] else set() for item in NEED_ITEMS}
    return marks


def _characters(name: str, spans: Iterable[Sequence[int]]) -> Marks:
    return {(name, str(at)) for start, end in spans for at in range(start, end)}


def measure_records(gold: Lines, records: list[Record]) -> dict[str, Any]:
    """Score every detector and the simple rules on both halves."""
    result: dict[str, Any] = {half: {"matchmaker": {}, "simple rules": {}} for half in HALVES}
    for half in HALVES:
        chosen = [
            (line, record)
            for line, record in zip(gold, records, strict=True)
            if half_of(line["id"]) == half
        ]
        marked = [marked_of(line) for line, _ in chosen]
        detectors: dict[str, Callable[[dict[str, Any], Record], dict[str, Marks]]]
        detectors = {"matchmaker": found_in, "simple rules": found_simply}
        for system, find in detectors.items():
            found = [find(line, record) for line, record in chosen]
            for name in sorted({name for marks in marked for name in marks}):
                asked = [i for i, marks in enumerate(marked) if name in marks]
                result[half][system][name] = scored(
                    set().union(*(found[i][name] for i in asked)),
                    set().union(*(marked[i][name] for i in asked)),
                )
    return result


def pair_records(line: dict[str, Any]) -> list[Record]:
    """Return the two records of a marked pair."""
    kind = KINDS[line["kind"]]
    return [kind.from_dict(line[side]) for side in ("a", "b")]


def letters(record: Record) -> str:
    """Return a record's title and body, folded to letters and digits."""
    return "".join(filter(str.isalnum, matching_text(f"{record.title} {record.body}"))).lower()


def is_near(records: list[Record]) -> bool:
    """Say whether the check takes two records for one."""
    return any(pair.level != RELATED for pair in find_duplicates(records))


def is_equal(records: list[Record]) -> bool:
    """Say whether two records' folded texts are equal."""
    return letters(records[0]) == letters(records[1])


def is_similar(records: list[Record]) -> bool:
    """Say whether difflib's ratio reaches 0.5."""
    one, other = map(letters, records)
    return difflib.SequenceMatcher(None, one, other, autojunk=False).ratio() >= RATIO


def is_minhash(records: list[Record]) -> bool:
    """Say whether datasketch's MinHashLSH at 0.5 finds one record by the other."""
    # As a module of unknown type: it has no stubs.
    datasketch = importlib.import_module("datasketch")
    hashes = []
    for record in records:
        text = letters(record)
        made = datasketch.MinHash(num_perm=128)
        made.update_batch([text[i : i + 3].encode() for i in range(max(1, len(text) - 2))])
        hashes.append(made)
    index = datasketch.MinHashLSH(threshold=THRESHOLD, num_perm=128)
    index.insert("a", hashes[0])
    return bool(index.query(hashes[1]))


PAIR_SYSTEMS: dict[str, Callable[[list[Record]], bool]] = {
    "matchmaker": is_near,
    "equal text": is_equal,
    f"difflib ratio {RATIO}": is_similar,
    f"datasketch MinHashLSH {THRESHOLD}": is_minhash,
}


def measure_pairs(pairs: Lines) -> dict[str, Any]:
    """Score what is taken for one record, on both halves; and the check by how pairs were made."""
    result: dict[str, Any] = {half: {} for half in HALVES}
    for half in HALVES:
        chosen = [line for line in pairs if half_of(line["id"]) == half]
        marked: Marks = {(line["id"],) for line in chosen if line["label"] == "near"}
        for system, decide in PAIR_SYSTEMS.items():
            try:
                found: Marks = {(line["id"],) for line in chosen if decide(pair_records(line))}
            except ImportError as error:
                result[half][system] = {"not_run": str(error)}
                continue
            result[half][system] = scored(found, marked)
            if system == "matchmaker":
                result[half]["missed"] = sorted(
                    line["how"] for line in chosen if (line["id"],) in marked - found
                )
    return result


def exact_groups(path: Path) -> dict[str, Any]:
    """Count the groups of exact duplicates of a real list of needs."""
    check = check_records(read_needs(path), kind="needs")
    exact = [group for group in check.groups if group.level == "exact"]
    near = [group for group in check.groups if group.level == "near"]
    return {
        "records": len(check.records),
        "exact_groups": len(exact),
        "near_groups": len(near),
        "completeness": round(check.completeness, 4),
        "counts": dict(check.counts),
    }


def measure_speed(sizes: Sequence[int], *, data: Path | None, seed: int) -> dict[str, Any]:
    """Time tidying, remarks and the whole check on synthetic records (`benchmarks.scale_data`)."""
    from benchmarks.scale_data import Sources

    result: dict[str, Any] = {}
    sources = Sources.of(data) if sizes else None
    for size in sizes:
        assert sources is not None
        texts = sources.records(size, seed=seed)
        needs = [Need(id=f"N{at}", title=text.title, body=text.body)
                 for at, text in enumerate(texts) if text.title or text.body]  # fmt: skip
        timed: dict[str, float] = {}
        for name, run in (
            ("tidy", lambda needs=needs: tidy(needs, kind="needs")),
            ("remarks", lambda needs=needs: remarks(needs, kind="needs")),
            ("duplicates", lambda needs=needs: find_duplicates(needs)),
            ("check", lambda needs=needs: check_records(needs, kind="needs")),
        ):
            start = time.perf_counter(), time.process_time()
            run()
            timed[name] = round(time.perf_counter() - start[0], 3)
            timed[f"{name}, processor"] = round(time.process_time() - start[1], 3)
        result[str(size)] = timed
        print(size, timed, flush=True)
    return result


def parser() -> argparse.ArgumentParser:
    """Return the command line's parser."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.cleaning", description=__doc__)
    options.add_argument("--needs", type=Path, help="A real list of needs.")
    options.add_argument("--data", type=Path, help="Texts to draw from; else the bundled sample.")
    options.add_argument("--sizes", nargs="*", type=int, default=[7_000, 100_000])
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--out", type=Path, default=RESULTS / "cleaning.json")
    return options


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmark."""
    arguments = parser().parse_args(argv)
    gold = read_gold(GOLD / "cleaning.jsonl")
    results: dict[str, Any] = {
        "records": measure_records(gold, gold_records(gold)),
        "pairs": measure_pairs(read_gold(GOLD / "cleaning_pairs.jsonl")),
        "seconds": measure_speed(arguments.sizes, data=arguments.data, seed=arguments.seed),
    }
    if arguments.needs:
        results["real needs"] = exact_groups(arguments.needs)
    packages = ("matchmaker", "numpy", "scipy", "datasketch")
    protocol = {"minhash_threshold": THRESHOLD, "difflib_ratio": RATIO, "seed": arguments.seed}
    write_result(
        {"benchmark": "cleaning", "protocol": protocol, **facts(packages), "results": results},
        arguments.out,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
