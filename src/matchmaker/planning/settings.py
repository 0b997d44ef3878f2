"""Settings of plans: frozen dataclasses that are read from TOML, every key checked."""

from __future__ import annotations

import dataclasses
import difflib
import tomllib
import types
import typing
from collections.abc import Mapping
from datetime import date, datetime, time
from os import PathLike, fspath
from pathlib import Path
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from matchmaker.errors import ConfigError

S = TypeVar("S")


def load_settings(kind: type[S], path: str | PathLike[str]) -> S:
    """Read settings from a TOML file.

    Parameters
    ----------
    kind : type
        A frozen dataclass; its fields are the keys of the file.
    path : path
        .toml, UTF-8.

    Returns
    -------
    object of ``kind``
        What the file does not say has its default.

    Raises
    ------
    ConfigError
        If the file cannot be read, has an unknown key or a value of another type or range. It
        names the file and the key.
    """
    here = fspath(path)
    try:
        plain = tomllib.loads(Path(path).read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{here}: cannot be read as settings: {error}") from error
    return settings_of(kind, plain, here=here)


def settings_of(kind: type[S], plain: Mapping[str, Any], *, here: str = "settings") -> S:
    """Build settings from plain data, as TOML gives it.

    Parameters
    ----------
    kind : type
        A frozen dataclass whose fields are str, int, float, bool, dates and times, choices
        (``Literal``), tuples, mappings by name, other such dataclasses, or None.
    plain : mapping
        Values by field.
    here : str
        What errors name as the place.

    Returns
    -------
    object of ``kind``

    Raises
    ------
    ConfigError
        See :func:`load_settings`.
    """
    if not isinstance(plain, Mapping):
        raise ConfigError(f"{here}: expected keys and values, not {plain!r}")
    assert dataclasses.is_dataclass(kind)
    hints = get_type_hints(kind)
    known = [field.name for field in dataclasses.fields(kind) if field.init]
    values = {}
    for key, value in plain.items():
        if key not in known:
            near = difflib.get_close_matches(str(key), known, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"the keys are {', '.join(known)}"
            raise ConfigError(f"{here}: unknown key {key!r}; {hint}")
        values[key] = _read(hints[key], value, f"{here}: {key}")
    for field in dataclasses.fields(kind):
        required = field.default is field.default_factory is dataclasses.MISSING
        if required and field.name not in values:
            raise ConfigError(f"{here}: key {field.name!r} is missing")
    try:
        return kind(**values)
    except ConfigError as error:
        raise ConfigError(f"{here}: {error}") from error


def _read(kind: Any, value: Any, here: str) -> Any:
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return _read_union([one for one in get_args(kind) if one is not type(None)], value, here)
    if origin is Literal:
        if value not in get_args(kind):
            raise ConfigError(f"{here}: must be one of {_listed(get_args(kind))}, not {value!r}")
        return value
    if origin is tuple:
        return _read_tuple(get_args(kind), value, here)
    if origin is not None and issubclass(origin, Mapping):
        if not isinstance(value, Mapping):
            raise ConfigError(f"{here}: expected names and values, not {value!r}")
        inner = get_args(kind)[1]
        return {str(key): _read(inner, one, f"{here}: {key}") for key, one in value.items()}
    if dataclasses.is_dataclass(kind):
        return settings_of(typing.cast("type[Any]", kind), value, here=here)
    return _read_plain(kind, value, here)


def _read_union(kinds: list[Any], value: Any, here: str) -> Any:
    for kind in kinds[:-1]:
        try:
            return _read(kind, value, here)
        except ConfigError:
            continue
    return _read(kinds[-1], value, here)


def _read_tuple(kinds: tuple[Any, ...], value: Any, here: str) -> tuple[Any, ...]:
    if not isinstance(value, list | tuple):
        raise ConfigError(f"{here}: must be a list, not {value!r}")
    if kinds[-1] is Ellipsis:
        return tuple(
            _read(kinds[0], one, f"{here} {number}") for number, one in enumerate(value, start=1)
        )
    if len(value) != len(kinds):
        raise ConfigError(f"{here}: must be a list of {len(kinds)}, not {value!r}")
    return tuple(_read(kind, one, here) for kind, one in zip(kinds, value, strict=True))


_NAMES = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}
_NAMES |= {date: "a date such as 2026-05-20", time: "a time such as 09:00:00"}


def _read_plain(kind: Any, value: Any, here: str) -> Any:
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if kind is time and isinstance(value, str):
        value = _iso(time, value)
    if kind is date and isinstance(value, str):
        value = _iso(date, value)
    is_flag = isinstance(value, bool) and kind is not bool
    is_moment = isinstance(value, datetime) and kind is date
    if is_flag or is_moment or not isinstance(value, kind):
        raise ConfigError(f"{here}: must be {_NAMES.get(kind, kind.__name__)}, not {value!r}")
    return value


def _iso(kind: Any, value: str) -> Any:
    try:
        return kind.fromisoformat(value)
    except ValueError:
        return value


def _listed(values: tuple[Any, ...]) -> str:
    return ", ".join(map(repr, values))
