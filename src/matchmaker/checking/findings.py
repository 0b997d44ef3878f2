"""What a check finds in a record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

RecordKind = Literal["needs", "achievements"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about a record that a person should know.

    Attributes
    ----------
    code : str
        What it is: ``placeholder``, ``masked``, ``encoding``, ``escape``, ``lost_beginning``,
        ``advertising``, ``missing.ITEM``, ``kind.KIND``, ``several``, or ``duplicate.LEVEL``.
    field : str
        Name of the record's field, or ``extra:HEADING``; empty where it is the whole record.
    start, end : int
        Where it stands in the field's text as written; both 0 where it has no one place.
    evidence : str
        The words that show it, as written.
    proposal : str
        The repaired text, the id of the record to keep, or the number of needs; empty where there
        is nothing to propose.
    """

    code: str
    field: str = ""
    start: int = 0
    end: int = 0
    evidence: str = ""
    proposal: str = ""
