"""Columns named by the user: the map of fields to headings, and how to give one."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from os import PathLike, fspath
from pathlib import Path
from typing import Self

from matchmaker.errors import ConfigError
from matchmaker.records.report import shorten
from matchmaker.records.types import Achievement, Need, Record, field_kinds

_LONGEST_EXAMPLE = 60


def mappable(kind: type[Record]) -> frozenset[str]:
    """Return the fields of a kind of record that a column can fill."""
    kinds = field_kinds(kind)
    return frozenset(kinds.texts + kinds.lists + kinds.dates)


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """Names the column of a field where the heading is not found automatically.

    Parameters
    ----------
    columns : Mapping[str, str]
        Field name to heading, such as ``{"title": "项目"}``. Fields not named here are still found
        by their aliases, among the remaining columns.
    file : str
        Where the map was read from, for messages; no part of its value.

    Raises
    ------
    ConfigError
        If a field is unknown, a heading is empty, or two fields name the same heading.
    """

    columns: Mapping[str, str]
    file: str = field(default="", compare=False, kw_only=True)

    def __post_init__(self) -> None:
        here = self.file or "ColumnMap"
        known = mappable(Need) | mappable(Achievement)
        for name, heading in self.columns.items():
            if name not in known:
                raise ConfigError(
                    f"{here}: unknown field {name!r}; the fields are {', '.join(sorted(known))}"
                )
            if not isinstance(heading, str) or not heading.strip():
                raise ConfigError(f"{here}: the heading of {name!r} must be text: {heading!r}")
        if len(set(self.columns.values())) < len(self.columns):
            raise ConfigError(f"{here}: two fields name the same heading")
        object.__setattr__(self, "columns", dict(self.columns))

    def __hash__(self) -> int:
        return hash(frozenset(self.columns.items()))

    @classmethod
    def from_dict(cls, columns: Mapping[str, str]) -> Self:
        """Build a map from field names to headings; the same as the constructor."""
        return cls(columns)

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Self:
        """Read a map from a .toml or .json file of ``field = "heading"`` entries.

        Parameters
        ----------
        path : path
            UTF-8.

        Returns
        -------
        ColumnMap
            As in the file.

        Raises
        ------
        ConfigError
            If the file cannot be read, is not of these formats, or holds something else.
        """
        path = Path(path)
        if path.suffix.lower() not in (".toml", ".json"):
            raise ConfigError(f"{fspath(path)}: a ColumnMap is read from .toml or .json")
        try:
            text = path.read_text(encoding="utf-8-sig")
            columns = tomllib.loads(text) if path.suffix.lower() == ".toml" else json.loads(text)
        except (OSError, ValueError) as error:
            raise ConfigError(f"{fspath(path)}: cannot be read as a ColumnMap: {error}") from error
        if not isinstance(columns, dict):
            raise ConfigError(f"{fspath(path)}: expected entries of the form field = heading")
        return cls(columns, file=fspath(path))


def as_column_map(columns: object) -> ColumnMap | None:
    """Return what was given as ``columns=`` as a map: a ColumnMap, a plain dict, or None.

    Raises
    ------
    ConfigError
        If it is anything else.
    """
    if columns is None or isinstance(columns, ColumnMap):
        return columns
    if isinstance(columns, Mapping):
        return ColumnMap.from_dict(columns)
    raise ConfigError(
        f"columns={shorten(columns)} is no ColumnMap; give a ColumnMap, a dict such as "
        "{'title': 'heading of the title'}, or ColumnMap.load(path) of a .toml or .json file"
    )


def option(kind: type[Record], name: str) -> str:
    """Return an option of the command line for one kind of record.

    Examples
    --------
    >>> option(Need, "sheet")
    '--needs-sheet'
    """
    return f"--{'needs' if kind is Need else 'achievements'}-{name}"


def mapping_advice(kind: type[Record], field: str, heading: str = "") -> str:
    """Say how to name the column of a field, in Python and on the command line.

    Parameters
    ----------
    kind : type
        Need or Achievement.
    field : str
        Such as ``"title"``.
    heading : str
        Of the column; a long or empty one is left for the reader to fill in.

    Returns
    -------
    str
        Begins with ``ColumnMap(``.
    """
    if not heading or len(heading) > _LONGEST_EXAMPLE:
        heading = f"heading of the {field}"
    shown = json.dumps(heading, ensure_ascii=False)
    return (
        f'ColumnMap({{"{field}": {shown}}}) (on the command line {option(kind, "columns")} '
        f"map.toml with a line {field} = {shown})"
    )
