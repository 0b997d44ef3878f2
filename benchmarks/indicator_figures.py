"""What the benchmark of the indicators compares: the gold set, systems, and their figures."""

from __future__ import annotations

import functools
import importlib
import importlib.util
import json
import re
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from matchmaker.language.indicators import extract_indicators

HALVES = ("tune", "test")
_TUNED = ("indicators_a.jsonl", "indicators_b.jsonl")
_FULL_WIDTH = str.maketrans("０１２３４５６７８９％＞＜", "0123456789%><")


@dataclass(frozen=True, slots=True)
class Found:
    """One indicator as a system or an annotator gives it; ``role`` is empty where none is given."""

    start: int
    end: int
    operator: str
    low: float | None
    high: float | None
    unit: str
    kind: str
    role: str


@dataclass(frozen=True, slots=True)
class Record:
    """One text of the gold set with what annotators found in it."""

    text: str
    side: Literal["need", "achievement"]
    hard: bool
    half: str
    gold: tuple[Found, ...]


@dataclass(slots=True)
class Counts:
    """Right ones, all that a system found, and all in the gold set."""

    right: int = 0
    found: int = 0
    gold: int = 0

    def figures(self) -> dict[str, float | int | None]:
        """Return precision, recall, F1 and the number of indicators in the gold set."""
        both = self.found + self.gold
        return {
            "precision": round(self.right / self.found, 4) if self.found else None,
            "recall": round(self.right / self.gold, 4) if self.gold else None,
            "f1": round(2 * self.right / both, 4) if both else None,
            "gold": self.gold,
        }


System = Callable[[Record], Sequence[Found]]


def read_gold(folder: Path) -> list[Record]:
    """Return the records of ``indicators_*.jsonl`` in a folder.

    Those of the first two files are to tune on whatever they say themselves, all others to test.
    """
    records = []
    for file in sorted(folder.glob("indicators_*.jsonl")):
        half = "tune" if file.name in _TUNED else "test"
        for line in file.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            gold = tuple(
                Found(
                    one["start"], one["end"], one["operator"], one["low"], one["high"],
                    one["unit"], one["kind"], one["role"],
                )
                for one in row["indicators"]
            )  # fmt: skip
            records.append(Record(row["text"], row["side"], row["hard"], half, gold))
    return records


def matchmaker_found(record: Record) -> list[Found]:
    """Return what :func:`extract_indicators` finds."""
    return [
        Found(*one.span, one.operator, one.low, one.high, one.unit, one.kind, one.role)
        for one in extract_indicators(record.text, side=record.side)
    ]


_SIMPLE = re.compile(
    r"(?P<op>≥|≤|>|<|不低于|不高于|不超过|大于|小于|低于|高于|超过)?\s*(?P<number>\d+(?:\.\d+)?)\s*"
    r"(?P<unit>%|℃|万元|元|吨|mm|MPa|kg|项|台|年|个月|人|小时|"
    r"[A-Za-zμ]+(?:/[A-Za-z]+)?)(?P<post>以上|以下|以内)?"
)
_SIMPLE_OPERATORS = {
    "不低于": "≥", "不高于": "≤", "不超过": "≤", "大于": ">", "小于": "<", "低于": "<",
    "高于": ">", "超过": ">", "以上": "≥", "以下": "≤", "以内": "≤",
}  # fmt: skip
_SIMPLE_UNITS = {"吨": "t", "个月": "月", "小时": "h", "万元": "元"}


def regex_found(record: Record) -> list[Found]:
    """Return what a regex of number and unit finds; a bound makes it a target."""
    found = []
    for match in _SIMPLE.finditer(record.text.translate(_FULL_WIDTH)):
        word = match["op"] or match["post"] or "="
        operator = _SIMPLE_OPERATORS.get(word, word)
        value = float(match["number"]) * (1e4 if match["unit"] == "万元" else 1)
        low, high = _ends(operator, value)
        unit = _SIMPLE_UNITS.get(match["unit"], match["unit"])
        role = "status_quo" if operator == "=" else "target"
        found.append(Found(*match.span(), operator, low, high, unit, "bound", role))
    return found


def _ends(operator: str, value: float) -> tuple[float | None, float | None]:
    low = None if operator in ("≤", "<") else value
    return low, None if operator in ("≥", ">") else value


_RECOGNIZED = {
    "Ton": "t", "Metric ton": "t", "Kilogram": "kg", "Gram": "g", "Milligram": "mg",
    "Millimeter": "mm", "Centimeter": "cm", "Meter": "m", "Kilometer": "km", "Micrometer": "μm",
    "Nanometer": "nm", "Square meter": "m²", "Cubic meter": "m³", "Liter": "L",
    "Milliliter": "mL", "C": "℃", "Chinese yuan": "元", "United States dollar": "美元",
    "Kilometer per hour": "km/h", "Meter per second": "m/s", "Kilowatt": "kW", "Watt": "W",
    "Megabyte": "MB", "Gigabyte": "GB",
}  # fmt: skip


@functools.cache
def _recognizers() -> list[Callable[[str], list[Any]]]:
    # Its modules and their old dependencies warn on import.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        numbers: Any = importlib.import_module("recognizers_number")
        units: Any = importlib.import_module("recognizers_number_with_unit")
        chinese = importlib.import_module("recognizers_text").Culture.Chinese
    parts = (
        units.recognize_dimension, units.recognize_currency, units.recognize_temperature,
        numbers.recognize_percentage,
    )  # fmt: skip
    return [functools.partial(part, culture=chinese) for part in parts]


def recognizers_found(record: Record) -> list[Found]:
    """Return the dimensions, money, temperatures and percentages of Microsoft's recognizers."""
    found = []
    for part in _recognizers():
        for one in part(record.text):
            value = str((one.resolution or {}).get("value", ""))
            unit = "%" if value.endswith("%") else (one.resolution or {}).get("unit", "")
            try:
                number = float(value.rstrip("%"))
            except ValueError:
                continue
            name = _RECOGNIZED.get(unit, unit)
            found.append(Found(one.start, one.end + 1, "=", number, number, name, "", ""))
    return sorted(found, key=lambda one: one.start)


SYSTEMS: Mapping[str, tuple[str | None, System]] = {
    "matchmaker": (None, matchmaker_found),
    "regex of number and unit": (None, regex_found),
    "recognizers-text (Chinese)": ("recognizers_number_with_unit", recognizers_found),
}
"""Name, the package that it needs, and the system; peers give no operator and no role."""


def installed(package: str | None) -> bool:
    """Return whether a peer can be run."""
    return package is None or importlib.util.find_spec(package) is not None


def _near(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) <= 1e-6 * max(abs(one), abs(other), 1e-12)


def same_value(gold: Found, found: Found) -> bool:
    """Return whether both ends and the unit agree."""
    ends = _near(gold.low, found.low) and _near(gold.high, found.high)
    return ends and gold.unit == found.unit


def strictly_same(gold: Found, found: Found) -> bool:
    """Return whether span, operator, ends, unit and role agree."""
    spans = (gold.start, gold.end) == (found.start, found.end)
    words = (gold.operator, gold.role) == (found.operator, found.role)
    return spans and words and same_value(gold, found)


def value_alone(gold: Found, found: Found) -> bool:
    """Return whether the number and the unit agree, whatever bounds the number.

    For peers, which know no operators: an open end of the gold set agrees with anything.
    """
    ends = [(gold.low, found.low), (gold.high, found.high)]
    return gold.unit == found.unit and all(mine is None or _near(mine, its) for mine, its in ends)


def paired(gold: Sequence[Found], found: Sequence[Found]) -> list[tuple[Found, Found]]:
    """Pair each of the gold set with what overlaps it most, the largest overlaps first."""
    overlaps = []
    for mine, one in enumerate(gold):
        for its, other in enumerate(found):
            size = min(one.end, other.end) - max(one.start, other.start)
            if size > 0:
                overlaps.append((-size, mine, its))
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for _, mine, its in sorted(overlaps):
        if mine not in pairs and its not in taken:
            pairs[mine] = its
            taken.add(its)
    return [(gold[mine], found[its]) for mine, its in sorted(pairs.items())]


def measure(records: Sequence[Record], system: System, *, full: bool, seed: int) -> dict[str, Any]:
    """Return the figures of a system on some records.

    `full` systems give operators and roles; others are judged by value and unit alone. The
    intervals are the percentile bootstrap over records, 95 %.
    """
    rows = [(record, list(system(record))) for record in records]
    agree = {"value and unit": same_value if full else value_alone}
    if full:
        agree = {"strict": strictly_same, **agree}
    result: dict[str, Any] = {}
    for name, same in agree.items():
        table = np.array([_counted(record.gold, found, same) for record, found in rows])
        result[name] = Counts(*map(int, table.sum(axis=0))).figures() | _interval(table, seed)
    if full:
        result["by"] = _by_groups(rows)
    return result


def _counted(
    gold: Sequence[Found], found: Sequence[Found], same: Callable[[Found, Found], bool]
) -> tuple[int, int, int]:
    return sum(same(*pair) for pair in paired(gold, found)), len(found), len(gold)


def _interval(table: np.ndarray[Any, Any], seed: int, draws: int = 2000) -> dict[str, float]:
    rng = np.random.default_rng(seed)
    sums = table[rng.integers(0, len(table), (draws, len(table)))].sum(axis=1)
    scores = 2 * sums[:, 0] / np.maximum(sums[:, 1] + sums[:, 2], 1)
    low, high = np.quantile(scores, (0.025, 0.975))
    return {"f1_low": round(float(low), 4), "f1_high": round(float(high), 4)}


def _by_groups(rows: Iterable[tuple[Record, list[Found]]]) -> dict[str, dict[str, Any]]:
    """Return strict figures by kind, by role and by how hard a record is said to be."""
    groups: dict[str, dict[str, Counts]] = {"kind": {}, "role": {}, "record": {}}
    for record, found in rows:
        hard = "hard" if record.hard else "easy"
        for one in record.gold:
            for group, key in (("kind", one.kind), ("role", one.role), ("record", hard)):
                groups[group].setdefault(key, Counts()).gold += 1
        for one in found:
            for group, key in (("kind", one.kind), ("role", one.role), ("record", hard)):
                groups[group].setdefault(key, Counts()).found += 1
        for mine, its in paired(record.gold, found):
            if strictly_same(mine, its):
                groups["role"][mine.role].right += 1
                groups["record"][hard].right += 1
                groups["kind"][mine.kind].right += mine.kind == its.kind
    return {
        group: {key: parts[key].figures() for key in sorted(parts)}
        for group, parts in groups.items()
    }
