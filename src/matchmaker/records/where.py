"""Conditions on the fields of records."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Any

from matchmaker.errors import ConfigError
from matchmaker.records.types import Achievement, Need

Condition = Mapping[str, Any] | Callable[[Any], bool]
"""What ``where`` takes: wanted values by field, or a function of a record."""


@dataclass(frozen=True, slots=True)
class Where:
    """Which records may be found.

    Attributes
    ----------
    fields : mapping of str to callable
        Name of a field, or of a column that no field stands for, to what its value must fulfil.
    predicate : callable, optional
        What the record as a whole must fulfil.
    """

    fields: Mapping[str, Callable[[Any], bool]] = field(default_factory=dict)
    predicate: Callable[[Any], bool] | None = None

    @classmethod
    def of(cls, condition: Condition | None) -> Where | None:
        """Read a condition as a user gives it.

        Parameters
        ----------
        condition : mapping or callable, optional
            Fields and what they must be: a value, a collection of values of which one must fit,
            or a function of the value. A field of several values, such as ``cooperation``, fits
            if one of them does. A date is compared with a date or with text such as
            ``"2024-05-01"``. Or a function of the whole record.

        Returns
        -------
        Where or None

        Raises
        ------
        ConfigError
            If it is neither.
        """
        if condition is None:
            return None
        if callable(condition):
            return cls(predicate=condition)
        if not isinstance(condition, Mapping) or not all(
            isinstance(name, str) for name in condition
        ):
            raise ConfigError(
                "where takes a mapping of field names to wanted values, or a function of a "
                f"record, not {condition!r}"
            )
        return cls({name: _test(wanted) for name, wanted in condition.items()})

    def accepts(self, record: Need | Achievement) -> bool:
        """Say whether a record may be found."""
        if self.predicate is not None:
            return bool(self.predicate(record))
        return all(fits(test, value_of(record, name)) for name, test in self.fields.items())


def value_of(record: Need | Achievement, name: str) -> Any:
    """Read a field, or a column that no field stands for; None where there is none."""
    if name in known_fields(type(record)):
        return getattr(record, name)
    return record.extra.get(name)


def known_fields(kind: type) -> frozenset[str]:
    """Names of the fields of a kind of record."""
    return frozenset(one.name for one in fields(kind))


def fits(test: Callable[[Any], bool], value: Any) -> bool:
    """Say whether a value, or one of several, passes a test."""
    if isinstance(value, tuple):
        return any(bool(test(one)) for one in value)
    return bool(test(value))


def _test(wanted: Any) -> Callable[[Any], bool]:
    if callable(wanted):
        return wanted  # type: ignore[no-any-return]
    several = isinstance(wanted, Collection) and not isinstance(wanted, str)
    values = [_plain(value) for value in wanted] if several else [_plain(wanted)]
    return lambda value: _plain(value) in values


def _plain(value: Any) -> Any:
    # A moment is also a date, and counts as its day.
    day = value.date() if isinstance(value, datetime) else value
    return day.isoformat() if isinstance(day, date) else day


def check_fields(condition: Where, records: Sequence[Need] | Sequence[Achievement]) -> None:
    """Refuse a name that is neither a field nor a column of any record.

    Parameters
    ----------
    condition : Where
    records : sequence of Need or of Achievement
        All of one kind; of none every name is right.

    Raises
    ------
    ConfigError
        Naming it.
    """
    for name in condition.fields:
        named = not records or name in known_fields(type(records[0]))
        if not named and not any(name in record.extra for record in records):
            raise unknown_field(name, type(records[0]))


def unknown_field(name: str, kind: type) -> ConfigError:
    """Say that a name is neither a field nor a column of any record."""
    listed = ", ".join(sorted(known_fields(kind) - {"extra", "origin"}))
    return ConfigError(
        f"where names {name!r}, which is neither a field of {kind.__name__} ({listed}) nor a "
        "column of any record"
    )
