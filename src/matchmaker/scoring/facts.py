"""What records say beside their subject: indicators, fields and sectors, read once a record."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from matchmaker.errors import ConfigError
from matchmaker.language.indicators import Indicator, extract_indicators
from matchmaker.language.sectors import OTHER, SectorLabel
from matchmaker.language.spans import FoldedText
from matchmaker.records import Achievement, Need
from matchmaker.scoring.agreement import (
    AchievementFacts,
    NeedFacts,
    achievement_facts,
    need_facts,
)

NEED_TEXTS = ("title", "body", "goals")
ACHIEVEMENT_TEXTS = ("title", "body", "indicators", "applications")
"""Fields whose running text is read and in which evidence is pointed at."""

_CALENDAR = ("年", "月", "周")
_PLANNED = ("项目", "工期", "研发", "开发", "建设", "交货", "合作", "完成")
_LASTING = ("寿命", "期", "年限", "时间", "周期", "使用")
# What may stand between an indicator's name and its value.
_NEXT = re.compile(r"[^\d，,；;。、]{0,6}")
# More facts than this are not kept at once; a store can hold a million records.
_MOST_KEPT = 50_000


@dataclass(frozen=True, slots=True)
class Placed:
    """An indicator and where it stands.

    Attributes
    ----------
    indicator : Indicator
    field : str
        Name of the record's field.
    stretch : (int, int)
        Where its name and value stand in the field.
    text : str
        Name and value as written.
    grams : frozenset of str
        Pairs of characters in its name, folded; a name of one character is its own.
    """

    indicator: Indicator
    field: str
    stretch: tuple[int, int]
    text: str
    grams: frozenset[str]

    @classmethod
    def of(cls, indicator: Indicator, field: str, text: str) -> Placed:
        """Place an indicator that was read from a field's text."""
        start, end = indicator.span
        named = indicator.name_span
        name = FoldedText(indicator.name).folded
        grams = frozenset(map("".join, pairwise(name))) or frozenset(name)
        # A name far away, or behind the value, does not make one stretch with it.
        if named is not None and named[0] < start and _NEXT.fullmatch(text, named[1], start):
            start = named[0]
            return cls(indicator, field, (start, end), text[start:end], grams)
        said = f"{indicator.name}{indicator.surface(text)}"
        return cls(indicator, field, (start, end), said, grams)


class Facts:
    """What one record says, read when it is first asked for.

    Parameters
    ----------
    record : Need or Achievement
    """

    __slots__ = ("_fields", "_folded", "_grams", "_indicators", "record")

    def __init__(self, record: Need | Achievement) -> None:
        self.record = record
        self._indicators: tuple[Placed, ...] | None = None
        self._fields: NeedFacts | AchievementFacts | None = None
        self._grams: frozenset[str] | None = None
        self._folded: str | None = None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Facts) and other.record == self.record

    def __hash__(self) -> int:
        return hash(self.record)

    @property
    def _names(self) -> tuple[str, ...]:
        return NEED_TEXTS if isinstance(self.record, Need) else ACHIEVEMENT_TEXTS

    @property
    def indicators(self) -> tuple[Placed, ...]:
        """Of a need its targets, of an achievement what it claims; each distinct one once."""
        if self._indicators is None:
            self._indicators = _targets(self.record, self._names)
        return self._indicators

    @property
    def fields(self) -> NeedFacts | AchievementFacts:
        """What the fields say."""
        if self._fields is None:
            record = self.record
            self._fields = (
                need_facts(record) if isinstance(record, Need) else achievement_facts(record)
            )
        return self._fields

    @property
    def grams(self) -> frozenset[str]:
        """Pairs of characters in the names of the indicators.

        Records that share none have no indicator in common.
        """
        if self._grams is None:
            self._grams = frozenset(gram for placed in self.indicators for gram in placed.grams)
        return self._grams

    def mentions(self, grams: frozenset[str]) -> bool:
        """Say whether the texts hold one of these pairs of characters, in a name or elsewhere."""
        if self._folded is None:
            texts = (getattr(self.record, name) for name in self._names)
            self._folded = "\n".join(FoldedText(text).folded for text in texts if text)
        folded = self._folded
        return any(gram in folded for gram in grams)

    def speaks_on(self, criterion: str) -> bool:
        """Say whether the record says something about a field's criterion."""
        fields = self.fields
        if criterion == "cooperation":
            return bool(fields.modes)
        said = {"maturity": fields.maturity, "money": fields.money, "region": fields.place}
        return said[criterion] is not None


def read_facts(record: Need | Achievement) -> Facts:
    """Prepare to read the facts of a record.

    Parameters
    ----------
    record : Need or Achievement

    Returns
    -------
    Facts
    """
    return Facts(record)


def _targets(record: Need | Achievement, names: Sequence[str]) -> tuple[Placed, ...]:
    """List what is asked for or claimed; body and goals often say the same twice."""
    found: dict[tuple[object, ...], Placed] = {}
    side: Literal["need", "achievement"] = "need" if isinstance(record, Need) else "achievement"
    for name in names:
        text = getattr(record, name)
        for one in extract_indicators(text, side=side):
            if one.role == "target" and not _is_schedule(one):
                key = (one.name, one.operator, one.low, one.high, one.unit, one.direction)
                found.setdefault(key, Placed.of(one, name, text))
    return tuple(found.values())


def _is_schedule(indicator: Indicator) -> bool:
    """Say whether it only says by when the work must be done, which no achievement answers."""
    if indicator.unit not in _CALENDAR:
        return False
    name = indicator.name
    planned = any(word in name for word in _PLANNED)
    return planned or not any(word in name for word in _LASTING)


class FactsReader:
    """Reads facts, and keeps those of the records met last.

    A record is known by what it says, so that one read anew from a store is found too.
    """

    def __init__(self) -> None:
        self._kept: dict[Need | Achievement, Facts] = {}

    def __call__(self, record: Need | Achievement) -> Facts:
        """Give the facts of a record."""
        facts = self._kept.get(record)
        if facts is None:
            facts = read_facts(record)
            if len(self._kept) >= _MOST_KEPT:
                # A new dictionary: another thread may be looking into the old one.
                self._kept = {}
            self._kept[record] = facts
        return facts


def sector_agreement(
    need: Sequence[SectorLabel], achievement: Sequence[SectorLabel]
) -> float | None:
    """Say whether two records belong to the same sector.

    Parameters
    ----------
    need, achievement : sequence of SectorLabel

    Returns
    -------
    float or None
        1 if they share one, -1 if not; None where either is in no known sector.
    """
    first = {label.name for label in need} - {OTHER}
    second = {label.name for label in achievement} - {OTHER}
    if not first or not second:
        return None
    return 1.0 if first & second else -1.0


@dataclass(frozen=True, slots=True)
class Weights:
    """How strongly what is said beside the subject moves a score.

    With p the probability that a pair's grade is above a step, agreement a in [-1, 1] on a
    criterion of weight w moves p by w * a * p * (1 - p): the log-odds by about w * a. What nobody
    says moves nothing.

    Attributes
    ----------
    sector, indicators, maturity, money, cooperation, region : float
        At least 0. If all weights and those of the preferences of a search add up to more than 1,
        they are scaled down to 1 together.

    Raises
    ------
    ConfigError
        If one is not a number of at least 0.
    """

    sector: float = 0.0
    indicators: float = 0.3
    maturity: float = 0.05
    money: float = 0.05
    cooperation: float = 0.05
    region: float = 0.03

    def __post_init__(self) -> None:
        for name, value in self.as_mapping().items():
            number = isinstance(value, int | float) and not isinstance(value, bool)
            if not number or not 0 <= value < math.inf:
                raise ConfigError(f"weight {name} must be a number of at least 0, not {value!r}")

    def as_mapping(self) -> Mapping[str, float]:
        """Give the weights by the names of the criteria."""
        return {name: getattr(self, name) for name in self.__slots__}
