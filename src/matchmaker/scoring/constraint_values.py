"""How a constraint reads a record: one test for each sort of field.

A test is made once for a constraint and then asked about every record. What cannot be read is None,
never False.
"""

from __future__ import annotations

import math
import operator
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from matchmaker.errors import ConfigError
from matchmaker.language.cooperation import (
    ACQUISITION,
    LICENCE,
    LICENCES,
    NEGOTIABLE,
    SHARES,
    TRANSFER,
    modes_of,
    read_cooperation,
)
from matchmaker.language.maturity import read_maturity
from matchmaker.language.money import read_money
from matchmaker.language.organisation_types import kinds_of, read_organisation_types
from matchmaker.language.places import Place, read_place, within
from matchmaker.language.property_rights import read_property_rights
from matchmaker.language.readings import Span
from matchmaker.records.cells import is_placeholder

Verdict: TypeAlias = tuple[bool | None, Span | None]
"""Whether a text fulfils a constraint, and where the evidence stands in it."""
TextTest: TypeAlias = Callable[[str], Verdict]

UNREADABLE: Verdict = (None, None)
ORDERS: dict[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}
_OPEN = re.compile(
    r"(?:价格|金额|合作方式|时间)?(?:可|双方|另行|均|具体)*"
    r"(?:面议|面議|面谈|议价|待议|另议|商议|协商|洽谈|可谈|待定|不限|均可|不详|保密|暂缺|未定)(?:解决|确定|均可)?[。.!！]?"
)


def is_open(text: str) -> bool:
    """Say whether a text gives nothing to compare: empty, 无, 面议, 不限 and the like."""
    text = text.strip()
    return not text or is_placeholder(text) or bool(_OPEN.fullmatch(text))


def folded(text: str) -> str:
    """Return a text as two texts are compared: NFKC, without case and blanks at the ends."""
    return unicodedata.normalize("NFKC", text).casefold().strip()


@dataclass(frozen=True, slots=True)
class Interval:
    """What a record or a constraint allows, from ``low`` to ``high``, both infinite where open."""

    low: float
    high: float

    def fulfils(self, sign: str, wanted: Interval) -> bool:
        """Say whether some value of this interval stands as asked to the wanted one.

        An interval gets the benefit of the doubt: 50-80万元 is at most 60万元, and at least too.
        For ``!=`` no value may be equal.
        """
        if sign in ("=", "!="):
            overlap = self.low <= wanted.high and wanted.low <= self.high
            return overlap == (sign == "=")
        best = self.high if sign in (">=", ">") else self.low
        return ORDERS[sign](best, wanted.low if sign in (">=", "<") else wanted.high)


def bad_value(text: str, why: str) -> ConfigError:
    """Return the error for a constraint that cannot be asked."""
    return ConfigError(f"constraint {text!r}: {why}")


def contains(values: tuple[str, ...]) -> TextTest:
    """Return the test of ``~``: one of the values stands in the text, whatever its case."""
    wanted = tuple(folded(value) for value in values)

    def test(text: str) -> Verdict:
        written = folded(text)
        for value in wanted:
            at = written.find(value)
            if at >= 0:
                same = len(written) == len(text)
                return True, (at, at + len(value)) if same else (0, len(text))
        return False, (0, len(text))

    return test


def equals(sign: str, values: tuple[str, ...]) -> TextTest:
    """Return the test of ``=`` or ``!=`` on texts."""
    wanted = frozenset(folded(value) for value in values)
    return lambda text: ((folded(text) in wanted) == (sign == "="), (0, len(text)))


def maturity_test(shown: str, sign: str, values: tuple[str, ...]) -> TextTest:
    """Return the test of a maturity against levels or stage words.

    Raises
    ------
    ConfigError
        If a value is no maturity.
    """
    wanted = []
    for value in values:
        read = read_maturity(value)
        if read is None:
            raise bad_value(
                shown,
                f"{value!r} is no maturity; write a level from 1 to 9 or a stage such as 中试",
            )
        wanted.append(Interval(read.low, read.high))

    def test(text: str) -> Verdict:
        read = read_maturity(text)
        if read is None:
            return UNREADABLE
        own = Interval(read.low, read.high)
        fits = _several(own, sign, wanted)
        if read.at_most and not _is_certain(own, sign, wanted[0], fits):
            return UNREADABLE
        return fits, read.span

    return test


def _is_certain(own: Interval, sign: str, wanted: Interval, fits: bool) -> bool:
    """Whether an answer holds of every value below the highest: 未产业化 leaves them all open."""
    if sign in ("<=", "<"):
        return ORDERS[sign](own.high, wanted.high if sign == "<=" else wanted.low)
    return fits == (sign == "!=")


def _several(own: Interval, sign: str, wanted: list[Interval]) -> bool:
    fits = [own.fulfils(sign, one) for one in wanted]
    return all(fits) if sign == "!=" else any(fits)


def money_test(shown: str, sign: str, values: tuple[str, ...], *, unit: str = "") -> TextTest:
    """Return the test of a sum of money; another currency cannot be compared.

    Parameters
    ----------
    shown : str
        The constraint, for messages.
    sign : str
        The operator; not ``~``.
    values : tuple of str
        Wanted.
    unit : str
        Of the heading, for numbers without one.

    Raises
    ------
    ConfigError
        If a value is no sum with a unit.
    """
    wanted, currencies = [], []
    for value in values:
        read = read_money(value, unit=unit)
        if read is None or not read.known:
            raise bad_value(
                shown, f"{value!r} is no sum of money with a unit; write 100万元 or 500000元"
            )
        wanted.append(interval_of(read.low, read.high))
        currencies.append(read.currency)

    def test(text: str) -> Verdict:
        read = read_money(text, unit=unit)
        if read is None or not read.known or read.currency not in currencies:
            return UNREADABLE
        return _several(interval_of(read.low, read.high), sign, wanted), read.span

    return test


def interval_of(low: float | None, high: float | None) -> Interval:
    """Return an interval of which None is an open end."""
    return Interval(-math.inf if low is None else low, math.inf if high is None else high)


def place_test(shown: str, sign: str, values: tuple[str, ...]) -> TextTest:
    """Return the test of a place: 辽宁省沈阳市 is in 辽宁; of a place named less exactly, None.

    Raises
    ------
    ConfigError
        If a value is no province or city, or the operator is none of = and !=.
    """
    wanted: list[Place] = []
    for value in values:
        place = read_place(value)
        if place is None:
            raise bad_value(
                shown,
                f"{value!r} is no province or prefecture-level city; write region=辽宁, or "
                f"region~{value} to look for the word itself",
            )
        wanted.append(place)

    def test(text: str) -> Verdict:
        place = read_place(text)
        if place is None:
            return UNREADABLE
        if any(within(place, one) for one in wanted):
            return sign == "=", place.span
        # 辽宁 may or may not mean 沈阳.
        if not place.city and any(place.province == one.province for one in wanted):
            return None, place.span
        return sign != "=", place.span

    return test


def modes_wanted(shown: str, values: tuple[str, ...]) -> frozenset[str]:
    """Return the canonical modes that fulfil a constraint on cooperation.

    许可 is fulfilled by every sort of licence, 引进 or 购买 by 转让, 许可 and 作价.

    Raises
    ------
    ConfigError
        If a value names no mode.
    """
    wanted = modes_of(values) - {NEGOTIABLE}
    if not wanted or any(not read_cooperation(value) for value in values):
        raise bad_value(
            shown,
            "no mode of cooperation is named; write 转让, 许可, 独占许可, 作价入股, 合作开发, "
            "委托开发, 技术服务 or 技术咨询",
        )
    if LICENCE in wanted:
        wanted |= LICENCES
    if ACQUISITION in wanted:
        wanted |= {*LICENCES, TRANSFER, SHARES, ACQUISITION}
    return frozenset(wanted)


def judge_modes(texts: tuple[str, ...], sign: str, wanted: frozenset[str]) -> bool | None:
    """Say whether modes as written hold a wanted one; None where only 面议 might."""
    modes = modes_of(texts)
    if modes & wanted:
        return sign == "="
    if not modes or NEGOTIABLE in modes:
        return None
    return sign != "="


def kind_test(shown: str, sign: str, values: tuple[str, ...]) -> TextTest:
    """Return the test of the kind of an organisation; 专精特新 holds of a 小巨人 too.

    Raises
    ------
    ConfigError
        If a value names no kind.
    """
    wanted: set[str] = set()
    for value in values:
        kinds = read_organisation_types(value)
        if not kinds:
            raise bad_value(
                shown,
                f"{value!r} is no kind of organisation that is known, such as 专精特新 or 龙头; "
                f"organisation_type~{value} looks for the word itself",
            )
        wanted |= {one.kind for one in kinds}

    def test(text: str) -> Verdict:
        kinds = kinds_of(text)
        return ((not kinds.isdisjoint(wanted)) == (sign == "="), (0, len(text)))

    return test


def rights_test(shown: str, sign: str, values: tuple[str, ...]) -> TextTest:
    """Return the test of intellectual property: how many rights, or of which kind or status.

    Raises
    ------
    ConfigError
        If a value is neither a number nor a kind or status.
    """
    number = re.fullmatch(r"(\d{1,6}) ?[项件个]?", values[0]) if len(values) == 1 else None
    if number:
        wanted = Interval(float(number[1]), float(number[1]))

        def count_test(text: str) -> Verdict:
            counts = [one.count for one in read_property_rights(text) if one.count is not None]
            if not counts:
                return UNREADABLE
            total = float(sum(counts))
            return Interval(total, total).fulfils(sign, wanted), (0, len(text))

        return count_test
    rights = [one for value in values for one in read_property_rights(value)]
    if sign not in ("=", "!=") or not rights:
        raise bad_value(
            shown, "write ip=发明专利, ip=授权 for a status, ip>=2 for a number, or ip~ for a word"
        )

    def test(text: str) -> Verdict:
        own = read_property_rights(text)
        if not own:
            return UNREADABLE
        for one in own:
            for right in rights:
                kind = (
                    not right.kind
                    or right.kind == one.kind
                    or (right.kind == "专利" and one.kind in ("发明专利", "实用新型", "外观设计"))
                )
                if kind and right.status in ("", one.status):
                    return sign == "=", one.span
        return sign != "=", (0, len(text))

    return test
