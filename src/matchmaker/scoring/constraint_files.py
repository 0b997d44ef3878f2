"""Constraints in files: TOML or JSON, read strictly and written back the same.

::

    require = ["trl>=6", "地区=辽宁|吉林"]
    prefer = ["合作方式=转让"]

    [[constraint]]
    field = "price"
    operator = "<="
    value = "100万元"
    hard = true
    missing = "drop"
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from os import PathLike, fspath
from pathlib import Path
from typing import Any

from matchmaker.errors import ConfigError
from matchmaker.scoring.constraints import DEFAULT_WEIGHT, Constraint

_LISTS = {"require": True, "prefer": False}
_ENTRIES = "constraint"
_KEYS = tuple(one.name for one in fields(Constraint))
_NEEDED = ("field", "operator", "value")
_SUFFIXES = (".toml", ".json")


def load_constraints(path: str | PathLike[str]) -> tuple[Constraint, ...]:
    """Read constraints from a file.

    Parameters
    ----------
    path : path
        .toml or .json in UTF-8, with any of ``require`` and ``prefer`` (lists of lines such as
        ``trl>=6``, hard and soft) and ``constraint`` (a list of tables with the parameters of
        :class:`Constraint`; a value may be a number or a list of values of which one must fit).

    Returns
    -------
    tuple of Constraint
        Those of ``require``, of ``prefer``, then the tables, each in the order of the file.

    Raises
    ------
    ConfigError
        Naming the file, and the key or the line, if it cannot be read, a key is unknown or a
        constraint cannot be asked.
    """
    path = Path(path)
    here = fspath(path)
    suffix = path.suffix.lower()
    if suffix not in _SUFFIXES:
        raise ConfigError(f"{here}: constraints are read from .toml or .json")
    try:
        text = path.read_text(encoding="utf-8-sig")
        plain = tomllib.loads(text) if suffix == ".toml" else json.loads(text)
    except (OSError, ValueError, RecursionError) as error:
        raise ConfigError(f"{here}: cannot be read as constraints: {error}") from error
    return constraints_of(plain, here=here)


def constraints_of(plain: object, *, here: str = "constraints") -> tuple[Constraint, ...]:
    """Build constraints from the plain data of a file.

    Parameters
    ----------
    plain : mapping
        See :func:`load_constraints`.
    here : str
        What errors name as the place.

    Returns
    -------
    tuple of Constraint

    Raises
    ------
    ConfigError
        See :func:`load_constraints`.
    """
    allowed = (*_LISTS, _ENTRIES)
    if not isinstance(plain, Mapping):
        raise ConfigError(f"{here}: expected the keys {', '.join(allowed)}")
    for key in plain:
        if key not in allowed:
            raise ConfigError(f"{here}: unknown key {key!r}; the keys are {', '.join(allowed)}")
    found = []
    for key in allowed:
        items = plain.get(key, [])
        if not isinstance(items, list):
            raise ConfigError(f"{here}: {key} must be a list, not {items!r}")
        build = _entry if key == _ENTRIES else _line(_LISTS[key])
        for number, item in enumerate(items, start=1):
            found.append(_built(build, item, f"{here}: {key} {number}"))
    return tuple(found)


def _built(build: Callable[[Any], Constraint], item: object, at: str) -> Constraint:
    try:
        return build(item)
    except ConfigError as error:
        raise ConfigError(f"{at}: {error}") from error


def _line(hard: bool) -> Callable[[Any], Constraint]:
    def build(line: Any) -> Constraint:
        if not isinstance(line, str):
            raise ConfigError(f"expected a line such as trl>=6, not {line!r}")
        return Constraint.parse(line, hard=hard)

    return build


def _entry(entry: Any) -> Constraint:
    if not isinstance(entry, Mapping):
        raise ConfigError(f"expected a table with {', '.join(_NEEDED)}, not {entry!r}")
    for key in entry:
        if key not in _KEYS:
            raise ConfigError(f"unknown key {key!r}; the keys are {', '.join(_KEYS)}")
    for key in _NEEDED:
        if key not in entry:
            raise ConfigError(f"key {key!r} is missing")
    return Constraint(**{**entry, "value": _value(entry["value"])})


def _value(value: object) -> str:
    if isinstance(value, list):
        return "|".join(map(_value, value))
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        day = getattr(value, "isoformat", None)
        if day is None:
            raise ConfigError(f"value must be text, a number, a date or a list, not {value!r}")
        return str(day())
    return str(value)


def plain_constraints(constraints: Iterable[Constraint]) -> dict[str, list[dict[str, Any]]]:
    """Return constraints as the plain data that :func:`constraints_of` reads.

    Parameters
    ----------
    constraints : iterable of Constraint

    Returns
    -------
    dict
        ``{"constraint": [...]}``; what stands at its default is left out.
    """
    return {_ENTRIES: [_plain(one) for one in constraints]}


def _plain(one: Constraint) -> dict[str, Any]:
    plain: dict[str, Any] = {key: getattr(one, key) for key in _NEEDED}
    if one.hard:
        plain["hard"] = True
    if one.weight != DEFAULT_WEIGHT:
        plain["weight"] = one.weight
    if one.missing != "keep":
        plain["missing"] = one.missing
    return plain


def dump_constraints(constraints: Iterable[Constraint], path: str | PathLike[str]) -> None:
    """Write constraints to a file that :func:`load_constraints` reads back the same.

    Parameters
    ----------
    constraints : iterable of Constraint
    path : path
        .toml or .json.

    Raises
    ------
    ConfigError
        If the file has another ending or cannot be written.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in _SUFFIXES:
        raise ConfigError(f"{fspath(path)}: constraints are written to .toml or .json")
    plain = plain_constraints(constraints)
    text = json.dumps(plain, ensure_ascii=False, indent=2) if suffix == ".json" else _toml(plain)
    try:
        path.write_text(text.rstrip("\n") + "\n", encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{fspath(path)}: cannot be written: {error}") from error


def _toml(plain: dict[str, list[dict[str, Any]]]) -> str:
    # JSON text, numbers and true are TOML too, but for the one control that JSON leaves bare.
    tables = (
        "\n".join(f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in one.items())
        for one in plain[_ENTRIES]
    )
    return "\n\n".join(f"[[{_ENTRIES}]]\n{table}" for table in tables).replace("\x7f", "\\u007f")
