"""Conditions on stored records: their fields as columns, read when first asked for."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from matchmaker.records import Achievement, Need
from matchmaker.records.types import field_kinds
from matchmaker.records.where import Where, fits, known_fields, unknown_field
from matchmaker.retrieval.partitions import Selection
from matchmaker.store.changed import ChangedError
from matchmaker.store.contents import parsed
from matchmaker.store.database import Database
from matchmaker.store.segments import Segment

R = TypeVar("R", Need, Achievement)


class Selections:
    """Which documents may be found, by segment and in one."""

    def __init__(self, masks: Sequence[NDArray[np.bool_]], whole: NDArray[np.bool_]) -> None:
        self.parts = [Selection(mask) for mask in masks]
        self.whole = whole


class Filters(Generic[R]):
    """Finds the records of segments that fulfil a condition.

    Parameters
    ----------
    kind : type
        Need or Achievement.
    database : Database
    segments : sequence of Segment
    """

    def __init__(self, kind: type[R], database: Database, segments: Sequence[Segment]) -> None:
        self._kind: type[R] = kind
        self._database = database
        self._segments = tuple(segments)

    def search(self, where: Where, seen: Selections | None) -> Selections:
        """Find the records that fulfil a condition.

        Parameters
        ----------
        where : Where
        seen : Selections, optional
            Those that may be found at all; by default every one.

        Raises
        ------
        ConfigError
            If a condition names a field that no record has.
        ChangedError
            If a record that may be found is not there any more.
        """
        masks: list[NDArray[np.bool_]] = []
        for number, segment in enumerate(self._segments):
            mask = np.ones(len(segment), dtype=bool)
            if where.predicate is not None:
                mask, read = self._accepted(segment, where)
                _check_read(read, number, seen)
            for name, test in where.fields.items():
                codes, values = self._column(segment, name)
                _check_read(codes >= 0, number, seen)
                mask &= _passing(test, values)[codes]
            if seen is not None:
                mask &= seen.parts[number].mask
            masks.append(mask)
        for name in where.fields:
            held = [value for segment in self._segments for value in segment.columns[name][1]]
            if name not in known_fields(self._kind) and all(value is None for value in held):
                raise unknown_field(name, self._kind)
        return Selections(masks, np.concatenate(masks))

    def _column(self, segment: Segment, name: str) -> tuple[NDArray[np.int32], list[Any]]:
        """Read a field of all of a segment's records: numbers of distinct values, and the values.

        Read from the database once; the number of what is gone is -1.
        """
        if name not in segment.columns:
            inner = name if name in known_fields(self._kind) else f'extra"."{name}'
            rows = segment.arrays.rows
            # A segment may have lost all of its records.
            bounds = (int(rows[0]), int(rows[-1])) if len(rows) else (0, -1)
            path = f'$.record."{inner}"'
            # SQLite has no way to write a quotation mark in the name of a field.
            read = (
                self._given(segment, name)
                if '"' in name or "\\" in name
                else self._database.field(0 if self._kind is Need else 1, bounds, path)
            )
            numbers: dict[tuple[str | None, Any], int] = {}
            codes = np.full(len(rows), -1, dtype=np.int32)
            at = np.searchsorted(rows, np.array([row for row, *_ in read], dtype=np.int64))
            for place, (_, kind, value) in zip(at.tolist(), read, strict=True):
                codes[place] = numbers.setdefault((kind, value), len(numbers))
            values = [self._value(name, kind, value) for kind, value in numbers]
            segment.columns[name] = (codes, values)
        return segment.columns[name]

    def _given(self, segment: Segment, name: str) -> list[tuple[int, str | None, Any]]:
        """Read a column of the users' own record by record."""
        contents = self._database.contents(segment.arrays.rows.tolist())
        values = {
            row: parsed(text, self._kind)[0].extra.get(name) for row, text in contents.items()
        }
        return [
            (row, None if value is None else "text", value) for row, value in sorted(values.items())
        ]

    def _value(self, name: str, kind: str | None, value: Any) -> Any:
        """Turn what SQLite read of a field into what the record holds."""
        kinds = field_kinds(self._kind)
        if kind is None:
            # Empty fields are not written.
            return "" if name in kinds.texts else () if name in kinds.lists else None
        if kind == "array":
            return tuple(json.loads(value))
        return date.fromisoformat(value) if name in kinds.dates else value

    def _accepted(
        self, segment: Segment, where: Where
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Say which records a function accepts, and which are there at all."""
        rows = segment.arrays.rows.tolist()
        contents = self._database.contents(rows)
        read = np.array([row in contents for row in rows], dtype=bool)
        accepted = read.copy()
        for at in np.flatnonzero(read).tolist():
            accepted[at] = where.accepts(parsed(contents[rows[at]], self._kind)[0])
        return accepted, read


def _check_read(read: NDArray[np.bool_], number: int, seen: Selections | None) -> None:
    """Refuse to answer without a record that has been replaced since the search began."""
    if not (read if seen is None else read | ~seen.parts[number].mask).all():
        raise ChangedError("a record has been changed while the search went on")


def _passing(test: Callable[[Any], bool], values: Sequence[Any]) -> NDArray[np.bool_]:
    """Say which values pass, and that what is missing, at -1, does not."""
    return np.array([*(fits(test, value) for value in values), False], dtype=bool)
