"""The two sides of a ranking's file: records given or rebuilt, and their sectors."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from matchmaker.errors import RecordError
from matchmaker.language.sectors import OTHER, SectorLabel, SectorRegistry
from matchmaker.ranked_files import cells
from matchmaker.ranked_files.columns import ACHIEVEMENT_FIELDS, NEED_FIELDS, FileRow
from matchmaker.records import Achievement, Need
from matchmaker.records.cells import parse_date, split_list
from matchmaker.records.types import Origin
from matchmaker.reporting.messages import MESSAGES

R = TypeVar("R", Need, Achievement)

_LISTS = ("cooperation",)
_BASIS = re.compile(r"(.+?)(?:（([^（）]*)）| \(([^()]*)\))")
_ORIGINS: dict[str, Literal["declared", "code"]] = {
    **dict.fromkeys(MESSAGES["origin.declared"], "declared"),
    **dict.fromkeys(MESSAGES["origin.code"], "code"),
}
_UNSURE = (SectorLabel(OTHER, 0.0, "predicted"),)


def given_records(
    given: Iterable[R], kind: type[R], rows: Sequence[FileRow]
) -> tuple[dict[str, R], dict[str, str]]:
    """Look the records of rows up among those given.

    Parameters
    ----------
    given : iterable of Need or Achievement
    kind : type
        What they are.
    rows : sequence of FileRow
        Each with an id of this side.

    Returns
    -------
    dict of str to record
        All that were given, by id, in order of the ids.
    dict of str to str
        The record's id by the id as it stands in the file.

    Raises
    ------
    RecordError
        If an id of the file is not among them, or one stands twice among them.
    """
    key = "need_id" if kind is Need else "achievement_id"
    records: dict[str, R] = {}
    for record in given:
        if record.id in records:
            raise RecordError(
                f"the id {record.id!r} stands twice among the {_plural(kind)} given; ids are unique"
            )
        records[record.id] = record
    called: dict[str, str] = {}
    for row in rows:
        said = cells.identifier(row, key)
        if said in called:
            continue
        raw = row.values[key]
        if said not in records and isinstance(raw, str) and raw in records:
            called[said] = raw
        elif said in records:
            called[said] = said
        else:
            raise row.at(key).error(
                f"no such id among the {len(records)} {_plural(kind)} given",
                value=said,
                way_out=f"Give the file of {_plural(kind)} that was ranked, or none at all.",
            )
    return dict(sorted(records.items())), called


def _plural(kind: type[Need] | type[Achievement]) -> str:
    return "needs" if kind is Need else "achievements"


def rebuilt_records(kind: type[R], rows: Sequence[FileRow]) -> dict[str, R]:
    """Make records of what rows say of them.

    Parameters
    ----------
    kind : type
        Need or Achievement.
    rows : sequence of FileRow
        Of pairs or of the records themselves; of those on one sheet a record's first counts, and
        of several sheets the first that says a field.

    Returns
    -------
    dict of str to record
        By id, in order of the ids.

    Raises
    ------
    RecordError
        If a row lacks the id.
    """
    fields = NEED_FIELDS if kind is Need else ACHIEVEMENT_FIELDS
    key = next(key for key, field in fields.items() if field == "id")
    found: dict[str, dict[str, Any]] = {}
    seen: set[tuple[str, str]] = set()
    for row in rows:
        said = cells.identifier(row, key)
        # A record says the same in every pair.
        if (said, row.place.sheet) in seen:
            continue
        seen.add((said, row.place.sheet))
        known = found.setdefault(said, {"id": said, "origin": _origin(row)})
        for name, field in fields.items():
            if name in row.values and field not in known and (value := _value(row, name, field)):
                known |= value
    for values in found.values():
        # A .jsonl file has no texts, and a record must have one.
        if not values.get("title") and not values.get("body"):
            values["title"] = values["id"]
    return {record_id: kind(**found[record_id]) for record_id in sorted(found)}


def _origin(row: FileRow) -> Origin:
    return Origin(row.place.file, row.place.sheet, row.place.row)


def _value(row: FileRow, key: str, field: str) -> dict[str, Any]:
    """Give the fields that a cell fills; empty where it is empty."""
    if field == "title":
        said = cells.title(row, key)
        return {field: said} if said else {}
    if field in _LISTS:
        # As they were read from the records' own file.
        parts = split_list(cells.text(row, key))
        return {field: parts} if parts else {}
    said = cells.text(row, key)
    if not said:
        return {}
    if field == "deadline":
        day = parse_date(said, month_end=True)
        return {field: day} if day else {}
    if field == "extra":
        return {field: cells.contacts(said, row.headings[key])}
    return cells.place(said) if key == "need_region" else {field: said}


@dataclass(frozen=True, slots=True)
class Sectors:
    """What a file tells of the sectors of its records.

    Attributes
    ----------
    needs, achievements : mapping of str to tuple of SectorLabel
        By id.
    """

    needs: Mapping[str, tuple[SectorLabel, ...]]
    achievements: Mapping[str, tuple[SectorLabel, ...]]

    def of(
        self, records: Sequence[Need] | Sequence[Achievement], registry: SectorRegistry
    ) -> tuple[tuple[SectorLabel, ...], ...]:
        """Give each record's labels: those of the file, else declared ones, else 其他, unsure."""
        told = self.needs if records and isinstance(records[0], Need) else self.achievements
        return tuple(
            told.get(one.id) or registry.declared(one.sectors, one.codes) or _UNSURE
            for one in records
        )


def read_sectors(
    pairs: Sequence[tuple[str, str, FileRow]], others: Iterable[tuple[str, FileRow]]
) -> Sectors:
    """Read the sectors of both sides.

    A .jsonl file has them. A table only has those of each pair: what both sides share or, where
    they share nothing, the need's. So a need's are those of all its pairs; an achievement's are
    those of pairs that show only a part of their need's and, if it has none such, of its best
    pair.

    Parameters
    ----------
    pairs : sequence of (str, str, FileRow)
        Ids of need and achievement, best pairs first.
    others : iterable of (str, FileRow)
        Id and row of records whose row lists their labels.

    Returns
    -------
    Sectors
    """
    needs: dict[str, tuple[SectorLabel, ...]] = {}
    achievements: dict[str, tuple[SectorLabel, ...]] = {}
    shown: dict[str, dict[str, None]] = {}
    of_achievement: dict[str, list[tuple[str, frozenset[str]]]] = {}
    for need, achievement, row in pairs:
        for told, one, key in (
            (needs, need, "need_sectors"),
            (achievements, achievement, "achievement_sectors"),
        ):
            if one not in told and (labels := cells.labels(row, key)):
                told[one] = labels
        names = cells.sector_names(row)
        shown.setdefault(need, {}).update(dict.fromkeys(names))
        of_achievement.setdefault(achievement, []).append((need, frozenset(names)))
    for need, names_of in shown.items():
        needs.setdefault(need, _stated(names_of))
    every = {need: frozenset(names_of) for need, names_of in shown.items()}
    for achievement, found in of_achievement.items():
        if achievement not in achievements:
            shared = _shared([(every[need], part) for need, part in found])
            achievements[achievement] = _stated(sorted(shared))
    for one, row in others:
        told = needs if "need_id" in row.values else achievements
        if one not in told and (labels := _with_basis(row)):
            told[one] = labels
    return Sectors(needs, achievements)


def _stated(names: Iterable[str]) -> tuple[SectorLabel, ...]:
    return tuple(SectorLabel(name, 1.0, "declared") for name in names)


def _shared(pairs: Sequence[tuple[frozenset[str], frozenset[str]]]) -> frozenset[str]:
    """Find sectors of an achievement that explain what its pairs show of their needs' sectors."""
    has: frozenset[str] = frozenset().union(*(part for whole, part in pairs if part < whole))
    lacks = frozenset().union(*(whole - part for whole, part in pairs if part < whole))
    undecided = [whole for whole, part in pairs if part == whole]
    if not has:
        has = next((whole for whole in undecided if not whole & lacks), has)
    before = None
    while before != has:
        before = has
        for whole in undecided:
            # All of it is shown, so it shares all of it or nothing.
            if whole & has and not whole & lacks:
                has |= whole
    return has


def _with_basis(row: FileRow) -> tuple[SectorLabel, ...]:
    """Read labels with how each is known: 冶金（来源标注）、信息技术（61%）."""
    found = []
    for part in cells.listed(row, "labels"):
        match = _BASIS.fullmatch(part)
        if match is None:
            continue
        name = OTHER if match[1] in MESSAGES["sector.other"] else match[1]
        basis = match[2] or match[3] or ""
        if basis in _ORIGINS:
            found.append(SectorLabel(name, 1.0, _ORIGINS[basis]))
        elif basis.endswith("%") and basis[:-1].isdecimal() and int(basis[:-1]) <= 100:
            found.append(SectorLabel(name, int(basis[:-1]) / 100, "predicted"))
    return tuple(found)
