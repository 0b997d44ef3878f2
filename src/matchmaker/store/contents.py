"""Records as they stand in the database."""

from __future__ import annotations

import json
from typing import TypeVar

from matchmaker.errors import MatchmakerError, StoreError
from matchmaker.language.sectors import SectorLabel
from matchmaker.records.types import Record

T = TypeVar("T", bound=Record)


def parsed(content: str, kind: type[T]) -> tuple[T, tuple[SectorLabel, ...]]:
    """Read a record and its labels from JSON.

    Raises
    ------
    StoreError
        If it does not hold both.
    """
    try:
        value = json.loads(content)
        labels = tuple(SectorLabel(**label) for label in value["labels"])
        return kind.from_dict(value["record"]), labels
    except (KeyError, TypeError, ValueError, MatchmakerError) as error:
        raise StoreError(f"the store holds a record that cannot be read: {error!r}") from error
