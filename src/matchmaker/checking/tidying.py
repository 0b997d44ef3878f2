"""What may be repaired without asking, and what is only remarked on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from matchmaker.checking.advertising import advertising_share, find_advertising
from matchmaker.checking.checks import check_kind
from matchmaker.checking.duplicates import duplicate_groups, find_duplicates
from matchmaker.checking.findings import RecordKind
from matchmaker.checking.need_kinds import need_kind
from matchmaker.checking.placeholders import says_nothing
from matchmaker.checking.splitting import find_split
from matchmaker.language.normalize import clean_text
from matchmaker.records import Achievement, Need
from matchmaker.records.types import field_kinds

R = TypeVar("R", bound=Need | Achievement)


@dataclass(frozen=True, slots=True)
class Change:
    """A field that was repaired.

    Attributes
    ----------
    row : int
        Position of the record in the list.
    record_id : str
    field : str
        Name of the field.
    reason : {"placeholder", "cleaned"}
        Emptied because it said nothing, or repaired by
        :func:`~matchmaker.language.normalize.clean_text`.
    before, after : str
        Items of a list joined by ；.
    """

    row: int
    record_id: str
    field: str
    reason: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about a record that was left as it is.

    Attributes
    ----------
    row : int
        Position of the record in the list.
    record_id : str
    code : str
        ``several``, ``kind.purchase``, ``kind.people``, ``kind.no_need``, ``duplicate.exact`` or
        ``duplicate.near``.
    evidence : str
        The words that show it, as written; of duplicates the id of the record to keep.
    """

    row: int
    record_id: str
    code: str
    evidence: str


def tidy(records: Sequence[R], *, kind: RecordKind) -> tuple[list[R], tuple[Change, ...]]:
    r"""Repair what needs no judgement: placeholder texts are emptied, damaged ones cleaned.

    Ids, columns that are no field, numbers and words stay as they are: only literal ``\n``, tags,
    invisible characters, runs of blanks and punctuation left in front by a lost sentence are
    touched. Doing it twice changes nothing more.

    Parameters
    ----------
    records : sequence of Need or Achievement
    kind : {"needs", "achievements"}
        What they are.

    Returns
    -------
    records : list
        As many, in the same order. A record whose title and body would both be empty keeps them.
    changes : tuple of Change
        What was done, in order.

    Raises
    ------
    ConfigError
        If the kind is unknown or a record is of the other one.
    """
    check_kind(records, kind)
    tidied: list[R] = []
    changes: list[Change] = []
    for row, record in enumerate(records):
        values = dict(_repairs(record))
        if not any(values.get(name, getattr(record, name)) for name in ("title", "body")):
            values.pop("title", None)
            values.pop("body", None)
        changes.extend(
            Change(row, record.id, name, *_said(getattr(record, name), value))
            for name, value in values.items()
        )
        tidied.append(replace(record, **values) if values else record)
    return tidied, tuple(changes)


def _repairs(record: Need | Achievement) -> Iterator[tuple[str, Any]]:
    kinds = field_kinds(type(record))
    for name, text in zip(kinds.texts, kinds.get_texts(record), strict=True):
        if text and name != "id":
            clean = "" if says_nothing(text) else clean_text(text)
            if clean != text:
                yield name, clean
    for name in kinds.lists:
        items = getattr(record, name)
        kept = tuple(item for item in items if not says_nothing(item)) if items else items
        if kept != items:
            yield name, kept


def _said(before: Any, after: Any) -> tuple[str, str, str]:
    if isinstance(before, tuple):
        return "placeholder", "；".join(before), "；".join(after)
    return ("cleaned" if after else "placeholder"), before, after


def remarks(records: Sequence[Need | Achievement], *, kind: RecordKind) -> tuple[Remark, ...]:
    """Say what else a person should know before records are matched; nothing is changed.

    Parameters
    ----------
    records : sequence of Need or Achievement
    kind : {"needs", "achievements"}
        What they are.

    Returns
    -------
    tuple of Remark
        By position.

    Raises
    ------
    ConfigError
        If the kind is unknown or a record is of the other one.
    """
    check_kind(records, kind)
    found: list[Remark] = []
    for row, record in enumerate(records):
        found.extend(_remarks(row, record))
    for group in duplicate_groups(records, find_duplicates(records)):
        keep = records[group.keep].id
        found.extend(
            Remark(row, records[row].id, f"duplicate.{group.level}", keep)
            for row in group.members
            if row != group.keep
        )
    return tuple(sorted(found, key=lambda remark: (remark.row, remark.code)))


def _remarks(row: int, record: Need | Achievement) -> Iterator[Remark]:
    if split := find_split(record):
        yield Remark(row, record.id, "several", split.evidence)
    if isinstance(record, Need):
        share = advertising_share(record.body, find_advertising(record.body))
        kind = need_kind(record, advertising=share)
        if kind.name in ("purchase", "people", "no_need"):
            yield Remark(row, record.id, f"kind.{kind.name}", kind.evidence)
