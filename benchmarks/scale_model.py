"""A model of time, memory and disk against the number of records, fitted to `scale.json`.

Quantities that are a fixed part and so much a record (memory, disk, lexical search) are fitted as
``a + b n``, relative errors squared; times that grow less evenly as ``a n^b``, by least squares of
their logarithms. A query is the sum of three such laws, one for dense search, one for lexical
search and one for the rest, which always sees the same number of candidates.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Result = Mapping[str, Any]
Law = Callable[[float], float]

GIB = 2**30
MIB = 2**20
FARTHEST = 1e12


@dataclass(frozen=True, slots=True)
class Power:
    """The law ``a n^b``."""

    a: float
    b: float

    @classmethod
    def fit(cls, sizes: Sequence[float], values: Sequence[float]) -> Power:
        """Fit to positive values; one value gives a constant."""
        if len(sizes) == 1:
            return cls(values[0], 0.0)
        b, log_a = np.polyfit(np.log(sizes), np.log(values), 1)
        return cls(float(np.exp(log_a)), float(b))

    def __call__(self, n: float) -> float:
        """Return the value at n."""
        return float(self.a * n**self.b)

    def __str__(self) -> str:
        # Adding zero takes the sign from a zero.
        return f"∝ n^{round(self.b, 2) + 0.0:.2f}"


@dataclass(frozen=True, slots=True)
class Affine:
    """The law ``a + b n``, never below 0."""

    a: float
    b: float

    @classmethod
    def fit(cls, sizes: Sequence[float], values: Sequence[float]) -> Affine:
        """Fit to positive values, each weighing by its relative error; one gives a proportion."""
        if len(sizes) == 1:
            return cls(0.0, values[0] / sizes[0])
        weights = 1 / np.asarray(values, dtype=np.float64)
        b, a = np.polyfit(np.asarray(sizes, dtype=np.float64), values, 1, w=weights)
        return cls(float(a), float(b))

    def __call__(self, n: float) -> float:
        """Return the value at n."""
        return max(self.a + self.b * n, 0.0)

    def __str__(self) -> str:
        return "a + b n"


@dataclass(frozen=True, slots=True)
class Sum:
    """Laws that add up."""

    laws: tuple[Power | Affine, ...]

    def __call__(self, n: float) -> float:
        """Return the value at n."""
        return sum(law(n) for law in self.laws)

    def __str__(self) -> str:
        return "sum of " + ", ".join(map(str, self.laws))


def series(result: Result, *keys: str) -> tuple[list[float], list[float]]:
    """Return the sizes at which a figure was measured, rising, and its values there."""
    found = {}
    for n, part in result["results"].items():
        value: Any = part
        for key in keys:
            value = value.get(key) if isinstance(value, Mapping) else None
        if value is not None:
            found[float(n)] = float(value)
    sizes = sorted(found)
    return sizes, [found[n] for n in sizes]


def query_law(result: Result) -> Sum | None:
    """Fit the median time of a query over all sectors, in milliseconds."""
    sizes, medians = series(result, *QUERY)
    stages = []
    for names in (("dense search",), ("lexical search",)):
        found = [series(result, "profile", "per_cent", name) for name in names]
        if any(at != sizes for at, _ in found):
            return Sum((Power.fit(sizes, medians),)) if sizes else None
        stages.append([sum(shares) / 100 for shares in zip(*(v for _, v in found), strict=True)])
    if not sizes:
        return None
    dense, lexical = stages
    rest = [1 - one - other for one, other in zip(dense, lexical, strict=True)]
    parts = [
        [share * median for share, median in zip(shares, medians, strict=True)]
        for shares in (dense, lexical, rest)
    ]
    fits: tuple[Fit, ...] = (Power.fit, Affine.fit, Power.fit)
    fitted = [fit(sizes, part) for fit, part in zip(fits, parts, strict=True)]
    return Sum(tuple(fitted))


Fit = Callable[[Sequence[float], Sequence[float]], Power | Affine]

QUERY = ("query", "one thread", "generated", "all", "p50_ms")
SECTOR = ("query", "one thread", "generated", "sector", "p50_ms")


@dataclass(frozen=True, slots=True)
class Quantity:
    """Something that grows with the number of records.

    Attributes
    ----------
    name, unit : str
    keys : tuple of str
        Where it stands in the result of a size.
    fit : callable
        Class method that fits its law; None for the time of a query.
    scale : float
        What one unit is in the unit of the result.
    """

    name: str
    unit: str
    keys: tuple[str, ...]
    fit: Fit | None
    scale: float = 1.0

    def law(self, result: Result) -> Law | None:
        """Fit it, in the unit of the result; None where it was not measured."""
        if self.fit is None:
            return query_law(result)
        sizes, values = series(result, *self.keys)
        return self.fit(sizes, values) if sizes else None


QUANTITIES = (
    Quantity("build", "min", ("build", "seconds"), Power.fit, 60),
    Quantity("memory to build", "GiB", ("build", "peak_mib"), Affine.fit, 1024),
    Quantity("disk without texts", "GiB", ("build", "bytes", "index"), Affine.fit, GIB),
    Quantity("disk, texts", "GiB", ("build", "bytes", "text"), Affine.fit, GIB),
    Quantity("query, all sectors (p50)", "ms", QUERY, None),
    Quantity("query, own sector (p50)", "ms", SECTOR, Power.fit),
    Quantity("own memory to query", "GiB", ("query", "one thread", "own_mib"), Affine.fit, 1024),
)
"""What is modelled, in the order of the table."""


def reach(law: Law, limit: float) -> float:
    """Return the largest n at which a rising law is within a limit; 0 if it never is."""
    if law(1) > limit:
        return 0.0
    low, high = 0.0, np.log(FARTHEST)
    if law(FARTHEST) <= limit:
        return FARTHEST
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if law(float(np.exp(middle))) <= limit else (low, middle)
    return float(np.exp(low))


def limits(result: Result) -> list[tuple[str, float]]:
    """Return what ends one machine, and at how many records, by the model.

    Returns
    -------
    list of (str, float)
        Only what was measured. Memory to query counts all files but the texts, of which only the
        matches that are shown are read: a candidate that has to come from a disk takes longer
        than the whole query.
    """
    laws = {quantity.name: quantity.law(result) for quantity in QUANTITIES}
    found: list[tuple[str, float]] = []

    def add(text: str, law: Law | None, limit: float) -> None:
        if law is not None:
            found.append((text, reach(law, limit)))

    add("a query over all sectors within 15 ms", laws["query, all sectors (p50)"], 15)
    add("a query within its sector within 6 ms", laws["query, own sector (p50)"], 6)
    disk, own = laws["disk without texts"], laws["own memory to query"]
    touched = disk and own and (lambda n: disk(n) + own(n) * MIB)
    for gib in (24, 128):
        add(f"what queries touch within {gib} GiB", touched, gib * GIB)
        add(f"building within {gib} GiB", laws["memory to build"], gib * 1024)
    add("building within a day on the same cores", laws["build"], 86_400)
    return found
