"""Which part of a record a constraint is about, and how that part is judged."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from matchmaker.errors import ConfigError
from matchmaker.language.periods import Period, deadline_of
from matchmaker.language.readings import Span
from matchmaker.records.aliases import ACHIEVEMENT_ALIASES, NEED_ALIASES
from matchmaker.records.cells import is_placeholder
from matchmaker.records.headings import simplify
from matchmaker.records.types import Achievement, Need, field_kinds
from matchmaker.records.where import known_fields
from matchmaker.scoring.constraint_columns import (
    column_test,
    day_interval,
    judge_period,
    wanted_periods,
)
from matchmaker.scoring.constraint_values import (
    TextTest,
    bad_value,
    contains,
    equals,
    is_open,
    judge_modes,
    kind_test,
    maturity_test,
    modes_wanted,
    money_test,
    place_test,
    rights_test,
)

_HEADING_UNIT = re.compile(
    r"[(（【\[]\s*(?:单位[:：]?)?\s*([^()（）【】\[\]]{1,12}?)\s*[)）】\]]\s*$"
)
_SHORT = frozenset({"maturity", "region", "price", "budget", "organisation_type", "ip", "park"})
_NO_SIZE = frozenset({"region", "cooperation", "organisation_type", "sectors", "codes", "keywords"})


@dataclass(frozen=True, slots=True)
class Judgement:
    """Whether a record fulfils a constraint.

    Attributes
    ----------
    fulfilled : bool or None
        None where the record does not say.
    text : str
        The value of the field as written; empty where there is none.
    field : str
        Name of the field, or heading of the column.
    span : (int, int) or None
        Where in the text the evidence stands; None where nothing could be read.
    """

    fulfilled: bool | None
    text: str
    field: str
    span: Span | None


Reader: TypeAlias = Callable[[Need | Achievement], Judgement]


@functools.lru_cache(maxsize=4096)
def heading_key(heading: str) -> str:
    """Return what two spellings of a heading have in common; see :func:`simplify`."""
    return simplify(heading).key


@functools.cache
def _field_names(kind: type) -> dict[str, str]:
    aliases = NEED_ALIASES if kind is Need else ACHIEVEMENT_ALIASES
    names = {alias: name for name, found in aliases.items() for alias in found}
    return names | {name: name for name in known_fields(kind) - {"extra", "origin"}}


@functools.lru_cache(maxsize=4096)
def field_of(name: str, kind: type) -> str | None:
    """Return the field that a name means for a kind of record.

    Parameters
    ----------
    name : str
        A field, or one of the headings that fill it, such as 成熟度 or 拟投入资金.
    kind : type
        Need or Achievement.

    Returns
    -------
    str or None
        None if it can only be the heading of a column.

    Examples
    --------
    >>> field_of("TRL", Achievement), field_of("成熟度", Achievement), field_of("电压", Need)
    ('maturity', 'maturity', None)
    """
    names = _field_names(kind)
    return names.get(name) or names.get(heading_key(name))


def read_with(name: str, sign: str, values: tuple[str, ...], kind: type) -> Reader:
    """Return the function that judges records of a kind.

    Parameters
    ----------
    name : str
        As the user wrote it.
    sign : str
        The operator.
    values : tuple of str
        Wanted.
    kind : type
        Need or Achievement.

    Returns
    -------
    callable

    Raises
    ------
    ConfigError
        If the field cannot be asked this.
    """
    shown = f"{name}{sign}{'|'.join(values)}"
    target = field_of(name, kind)
    if target is None:
        try:
            return _column_reader(name, sign, values)
        except ConfigError:
            # What is a field of the other kind may have values that no column is compared with.
            if field_of(name, Achievement if kind is Need else Need) is None:
                raise
            return lambda record: Judgement(None, "", name, None)
    if sign not in ("=", "!=", "~") and target in _NO_SIZE:
        raise bad_value(shown, f"{target} has no size; use =, != or ~")
    kinds = field_kinds(kind)
    if target in kinds.lists:
        return _list_reader(target, shown, sign, values)
    if target in kinds.dates:
        if sign == "~":
            raise bad_value(shown, f"{target} is a date; use =, !=, >=, <=, > or <")
        return _date_reader(target, shown, sign, values)
    return _text_reader(name, target, _test_of(target, shown, sign, values), sign)


def _test_of(target: str, shown: str, sign: str, values: tuple[str, ...]) -> TextTest:
    if sign == "~":
        return contains(values)
    special = {
        "maturity": maturity_test,
        "region": place_test,
        "price": money_test,
        "budget": money_test,
        "organisation_type": kind_test,
        "ip": rights_test,
    }.get(target)
    if special is not None:
        return special(shown, sign, values)
    return column_test(shown, sign, values, unit="")


def _judged(text: str, name: str, test: TextTest, sign: str) -> Judgement:
    if is_placeholder(text) or not text.strip() or (sign != "~" and is_open(text)):
        return Judgement(None, text, name, None)
    fulfilled, span = test(text)
    return Judgement(fulfilled, text, name, span)


def _text_reader(name: str, target: str, test: TextTest, sign: str) -> Reader:
    def judge(text: str) -> Judgement:
        return _judged(text, target, test, sign)

    # Short fields repeat from record to record; long texts do not, and would fill the memory.
    judged = functools.lru_cache(maxsize=4096)(judge) if target in _SHORT else judge

    def read(record: Need | Achievement) -> Judgement:
        text: str = getattr(record, target)
        # A heading that means a field may still stand for a column that could not fill it.
        if not text and name in record.extra:
            return _judged(record.extra[name], name, test, sign)
        return judged(text)

    return read


def _column_reader(name: str, sign: str, values: tuple[str, ...]) -> Reader:
    shown = f"{name}{sign}{'|'.join(values)}"

    @functools.lru_cache(maxsize=64)
    def test_under(heading: str) -> TextTest:
        unit = _HEADING_UNIT.search(heading)
        if sign == "~":
            return contains(values)
        return column_test(shown, sign, values, unit=unit[1] if unit else "")

    # Raises for what cannot be asked, before any record is seen.
    test_under(name)
    key = heading_key(name)

    def read(record: Need | Achievement) -> Judgement:
        extra = record.extra
        if name in extra:
            return _judged(extra[name], name, test_under(name), sign)
        for heading, text in extra.items():
            if heading_key(heading) == key:
                return _judged(text, heading, test_under(heading), sign)
        return Judgement(None, "", name, None)

    return read


def _date_reader(target: str, shown: str, sign: str, values: tuple[str, ...]) -> Reader:
    wanted = wanted_periods(shown, values)

    def judge(period: Period) -> Judgement:
        fulfilled = judge_period(period, sign, wanted)
        return Judgement(fulfilled, period.text, target, (0, len(period.text)))

    @functools.lru_cache(maxsize=4096)
    def judge_day(day: date) -> Judgement:
        return judge(day_interval(day))

    def read(record: Need | Achievement) -> Judgement:
        day = getattr(record, target)
        if day is not None:
            return judge_day(day)
        period = deadline_of(record) if target == "deadline" else None
        return Judgement(None, "", target, None) if period is None else judge(period)

    return read


def _list_reader(target: str, shown: str, sign: str, values: tuple[str, ...]) -> Reader:
    modes = modes_wanted(shown, values) if target == "cooperation" and sign != "~" else None
    test = contains(values) if sign == "~" else equals("=", values)

    def read(record: Need | Achievement) -> Judgement:
        items: tuple[str, ...] = getattr(record, target)
        written = "；".join(items)
        if not items:
            return Judgement(None, "", target, None)
        if modes is not None:
            return Judgement(judge_modes(items, sign, modes), written, target, (0, len(written)))
        for item in items:
            fits, span = test(item)
            if fits:
                return Judgement(sign != "!=", item, target, span)
        return Judgement(sign == "!=", written, target, (0, len(written)))

    return read
