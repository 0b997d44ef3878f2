"""A ranking read back from a file that was written of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from os import PathLike
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from matchmaker.language.sectors import OTHER, SectorLabel, SectorRegistry
from matchmaker.matches import Matches
from matchmaker.model import shipped_folder
from matchmaker.ranked_files import cells
from matchmaker.ranked_files.columns import FileRow
from matchmaker.ranked_files.sides import given_records, read_sectors, rebuilt_records
from matchmaker.ranked_files.tables import RankingFile, read_rows
from matchmaker.records import Achievement, Need
from matchmaker.scoring.pairs import Direction, PairColumns, PairContext, SharedTerm

R = TypeVar("R", Need, Achievement)

_MOST_RANKS = 1e9


def read_matches(
    path: str | PathLike[str],
    *,
    needs: Iterable[Need] | None = None,
    achievements: Iterable[Achievement] | None = None,
) -> Matches:
    """Read the ranking that ``matchmaker rank`` or :meth:`Matches.write` has written.

    Rows may have been deleted and sorted, columns added; ranks are counted anew, by score. Of a
    workbook the sheet of all pairs is read, and what its lists say of the records. The pairs
    cannot be explained: ``explainable`` is False.

    Without records given, they are made of what the file says. A table has names, regions and
    further fields, with the beginning of longer texts; its sectors are those of the pairs (see
    :func:`~matchmaker.ranked_files.sides.read_sectors`) and count as stated. A .jsonl file has
    ids, titles and sectors alone: then ``organisation`` is empty in every record.

    Parameters
    ----------
    path : path
        .jsonl, .csv (UTF-8 or GB18030), .xlsx, .xlsm or .xls; headings in Chinese or English.
    needs : Records or sequence of Need, optional
        The needs that were ranked: full records, and those without a pair take part too.
    achievements : Records or sequence of Achievement, optional
        The same for achievements.

    Returns
    -------
    Matches
        In the direction in which they were ranked. Scores of a .csv file have six decimals.

    Raises
    ------
    RecordError
        If the file cannot be read, is no ranking, lacks a column, or a cell holds no
        score, grade or id, a pair stands twice, or an id is not among the records given. The
        message names file, sheet, row, column, value and the way out.
    ConfigError
        If the ending is unknown.
    """
    file = read_rows(Path(path))
    of_needs, need_ids = _side(Need, needs, file)
    of_achievements, achievement_ids = _side(Achievement, achievements, file)
    ids = [
        (
            need_ids[cells.identifier(row, "need_id")],
            achievement_ids[cells.identifier(row, "achievement_id")],
        )
        for row in file.pairs
    ]
    _check_once(file.pairs, ids)
    direction = file.direction or _who_asked(file.pairs, ids)
    positions = (_positions(of_needs), _positions(of_achievements))
    columns, order = _columns(file.pairs, ids, positions, direction)
    ranked = [(*ids[at], file.pairs[at]) for at in order[np.argsort(-columns.score, kind="stable")]]
    sectors = read_sectors(ranked, _listed_ids(file))
    registry = SectorRegistry.load(shipped_folder() / "sectors" / "registry.json")
    terms = _terms(ranked, positions)
    need_sectors = sectors.of(of_needs, registry)
    achievement_sectors = sectors.of(of_achievements, registry)
    context = PairContext(
        needs=of_needs,
        achievements=of_achievements,
        need_sectors=need_sectors,
        achievement_sectors=achievement_sectors,
        sector_names=_in_order(registry, (*need_sectors, *achievement_sectors)),
        direction=direction,
        shared_terms=terms,
        duplicates=_duplicates(ranked, direction),
    )
    return Matches(context, columns)


def _side(
    kind: type[R], given: Iterable[R] | None, file: RankingFile
) -> tuple[tuple[R, ...], Mapping[str, str]]:
    """Give a side's records by id, and the id of each by what the file calls it."""
    if given is not None:
        records, called = given_records(given, kind, file.pairs)
        return tuple(records.values()), called
    side = "need" if kind is Need else "achievement"
    own: list[FileRow] = [row for name, row in file.records if name == side]
    records = rebuilt_records(kind, [*own, *file.pairs])
    return tuple(records.values()), {one: one for one in records}


def _positions(records: Sequence[Need] | Sequence[Achievement]) -> dict[str, int]:
    return {record.id: at for at, record in enumerate(records)}


def _check_once(rows: Sequence[FileRow], ids: Sequence[tuple[str, str]]) -> None:
    first: dict[tuple[str, str], FileRow] = {}
    for row, pair in zip(rows, ids, strict=True):
        before = first.setdefault(pair, row)
        if before is not row:
            raise row.place.error(
                f"the pair stands in row {before.place.row} already",
                value=" + ".join(pair),
                way_out="Delete one of the two rows.",
            )


def _who_asked(rows: Sequence[FileRow], ids: Sequence[tuple[str, str]]) -> Direction:
    """Tell the asking side: its ranks differ, have few gaps, and its rows stand together."""
    ranks = [_rank(row) for row in rows]

    def odd(side: int) -> tuple[int, int, int]:
        own = [pair[side] for pair in ids]
        last: dict[str, int] = {}
        for one, rank in zip(own, ranks, strict=True):
            last[one] = max(rank, last.get(one, 0))
        doubled = len(own) - len(set(zip(own, ranks, strict=True)))
        changes = sum(one != other for one, other in pairwise(own))
        return doubled, sum(last.values()) - len(own), changes - len(last)

    return "need_to_achievement" if odd(0) <= odd(1) else "achievement_to_need"


def _rank(row: FileRow) -> int:
    """Give the rank that the file has; it only orders pairs with the same score."""
    return int(cells.number(row, "rank", 0, _MOST_RANKS)) if row.values.get("rank") else 0


def _columns(
    rows: Sequence[FileRow],
    ids: Sequence[tuple[str, str]],
    positions: tuple[dict[str, int], dict[str, int]],
    direction: Direction,
) -> tuple[PairColumns, NDArray[np.int64]]:
    """Give the pairs by asking side and score, and which row each of them is."""
    need, achievement = (
        np.array([at[pair[side]] for pair in ids], dtype=np.int64)
        for side, at in enumerate(positions)
    )
    told = PairColumns(
        need=need,
        achievement=achievement,
        rank=np.array([_rank(row) for row in rows], dtype=np.int64),
        score=np.array([cells.number(row, "score", 0, 1) for row in rows], dtype=np.float64),
        grade=np.array([cells.grade(row) for row in rows], dtype=np.int8),
        similarity=np.array([_similarity(row) for row in rows], dtype=np.float64),
    )
    asking, found = (need, achievement)
    if direction == "achievement_to_need":
        asking, found = found, asking
    order = np.lexsort((found, told.rank, -told.score, asking))
    own = asking[order]
    starts = np.searchsorted(own, own)
    return told.take(order, rank=np.arange(1, len(order) + 1) - starts), order


def _similarity(row: FileRow) -> float:
    """Give the similarity; 0 where the file has none, as a workbook."""
    return cells.number(row, "similarity", -1, 1) if "similarity" in row.values else 0.0


def _terms(
    rows: Iterable[tuple[str, str, FileRow]], positions: tuple[dict[str, int], dict[str, int]]
) -> Callable[[int, int], tuple[SharedTerm, ...]]:
    """Give what finds the shared terms of a pair by its positions."""
    told: dict[tuple[int, int], Any] = {}
    for need, achievement, row in rows:
        # Those of .jsonl may be wrong, which is to be said at once; texts are taken apart if asked.
        listed = isinstance(row.values.get("shared_terms"), list)
        pair = (positions[0][need], positions[1][achievement])
        told[pair] = cells.shared_terms(row) if listed else row

    def terms(need: int, achievement: int) -> tuple[SharedTerm, ...]:
        found = told.get((need, achievement), ())
        return cells.shared_terms(found) if isinstance(found, FileRow) else found

    return terms


def _listed_ids(file: RankingFile) -> list[tuple[str, FileRow]]:
    return [(cells.identifier(row, f"{side}_id"), row) for side, row in file.records]


def _in_order(
    registry: SectorRegistry, labels: Iterable[tuple[SectorLabel, ...]]
) -> tuple[str, ...]:
    """Give the sectors that there are: those of the registry in its order, then others."""
    found = {label.name for some in labels for label in some} - {OTHER}
    known = [name for name in registry.names if name in found]
    return (*known, *sorted(found - set(known)))


def _duplicates(
    rows: Sequence[tuple[str, str, FileRow]], direction: Direction
) -> dict[str, tuple[str, ...]]:
    forward = direction == "need_to_achievement"
    told = (
        (achievement if forward else need, cells.listed(row, "duplicates"))
        for need, achievement, row in rows
    )
    return {one: others for one, others in told if others}
