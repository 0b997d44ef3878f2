"""A new timetable after a change, as near to the old one as can be.

In this order: the fewest meetings that are moved to another slot, to another table or dropped; of
these the fewest that are dropped; then as many meetings as possible from those that waited; then
as many parties with a meeting as possible; then the greatest total score. Solved exactly, as in
:mod:`matchmaker.planning.events.timetable`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date, time

import numpy as np
from numpy.typing import NDArray

from matchmaker.errors import ConfigError
from matchmaker.planning.events.attendance import attendances
from matchmaker.planning.events.plan import Change, EventPlan, Meeting, Party
from matchmaker.planning.events.settings import Booking, EventChange, EventSettings
from matchmaker.planning.events.slotting import Hall, Stage, hall_of
from matchmaker.planning.events.timetable import Board, board_of, finished, most_meetings, solved
from matchmaker.scoring.pairs import RankedPairs

Whole = NDArray[np.int64]


def replan_event(
    plan: EventPlan,
    pairs: RankedPairs,
    settings: EventSettings,
    change: EventChange,
    *,
    refused: Collection[tuple[str, str]] = (),
) -> EventPlan:
    """Make a new timetable after a change.

    Parameters
    ----------
    plan : EventPlan
        The timetable so far.
    pairs : RankedPairs
        The ranking that it was made from, or a newer one.
    settings : EventSettings
        Those that it was made with; the changes of ``plan.history`` are added here.
    change : EventChange
    refused : collection of (str, str)
        See :func:`matchmaker.planning.events.timetable.plan_event`.

    Returns
    -------
    EventPlan
        With what the change did. A booking that it makes impossible (a party that does not come, a
        slot or table that is lost) is released: its meeting may be held at another time. A new
        booking of the same two replaces an older one.

    Raises
    ------
    ConfigError
        If the change or the settings name a party or table that there is not, or the settings
        have other days than the timetable.
    InfeasibleError
        If bookings contradict each other or another rule.
    """
    if settings.slots() != plan.slots:
        raise ConfigError(
            "days: not those of the timetable so far; say what is lost as 'closed' in the change"
        )
    history = (*plan.history, change)
    for one in history:
        settings = settings.after(one)
    settings, released = _without_lost(pairs, settings, change)
    board = board_of(pairs, settings, refused)
    before = _positions(board, plan)
    stays, table = _staying(board, before)
    old = np.isin(board.columns.meeting, list(before))
    counted = [
        Stage(stays.astype(np.float64), float(stays.sum())),
        Stage(old.astype(np.float64), float(len(np.unique(board.columns.meeting[old])))),
        Stage(np.ones(len(board.columns)), most_meetings(board)),
    ]
    chosen, values, bounds = solved(board, counted, together=False)
    fixed = np.where(stays[chosen], table[chosen], -1)
    made = finished(board, chosen, fixed)
    score = max(values[-1], 1e-9)
    changes = _changes(plan, made)
    lost = [change.before for change in changes if change.before and not change.now]
    return replace(
        made,
        enterprises=_with(made.enterprises, plan.enterprises, {one.enterprise for one in lost}),
        experts=_with(made.experts, plan.experts, {one.expert for one in lost}),
        bound=int(bounds[2] + 1e-6),
        gap=max(0.0, bounds[-1] / score - 1),
        history=history,
        changes=changes,
        released=tuple(one for one in released if one in plan.settings.locked),
    )


def _without_lost(
    pairs: RankedPairs, settings: EventSettings, change: EventChange
) -> tuple[EventSettings, tuple[Booking, ...]]:
    """Release the bookings that a change makes impossible or replaces by new ones."""
    sides = attendances(pairs, settings)
    hall = hall_of(settings)

    def meant(booking: Booking) -> tuple[list[int], list[int]]:
        return sides[0].find(booking.enterprise), sides[1].find(booking.expert)

    renewed = [meant(booking) for booking in change.locked]
    kept, released = list(change.locked), list[Booking]()
    for booking in settings.locked:
        found, slot = meant(booking), _slot(hall, booking.on, booking.at)
        if found in renewed:
            continue
        lost = slot is not None and not (
            all(side.free[at, slot].any() for side, at in zip(sides, found, strict=True))
            and _open(hall, slot, booking)
        )
        (released if lost else kept).append(booking)
    return replace(settings, locked=tuple(kept)), tuple(released)


def _open(hall: Hall, slot: int, booking: Booking) -> bool:
    tables = hall.pools[slot]
    at = hall.tables.index(booking.table) if booking.table else slice(None)
    return bool((tables[at] >= 0).any())


def _slot(hall: Hall, on: date, at: time) -> int | None:
    starts = [(slot.on, slot.start) for slot in hall.slots]
    return starts.index((on, at)) if (on, at) in starts else None


def _positions(board: Board, plan: EventPlan) -> dict[int, Meeting]:
    """Give the old meetings by their position among those that are wanted now."""
    one, other = ({key: at for at, key in enumerate(side.parties.keys)} for side in board.sides)
    known = board.wanted.position()
    found = {}
    for meeting in plan.meetings:
        pair = (one.get(meeting.enterprise, -1), other.get(meeting.expert, -1))
        if pair in known:
            found[known[pair]] = meeting
    return found


def _staying(board: Board, before: dict[int, Meeting]) -> tuple[NDArray[np.bool_], Whole]:
    """Say which columns leave an old meeting where it is, and at which table that is.

    Returns
    -------
    ndarray, shape (n_columns,), bool
    ndarray, shape (n_columns,), int64
        Positions of tables; -1 for other columns.
    """
    hall, columns = board.hall, board.columns
    booked = {
        (_slot(hall, one.on, one.at), one.table): meeting
        for meeting, one in board.locked.items()
        if one.table
    }
    pool = np.full(len(board.wanted), -1, dtype=np.int64)
    slot, seat = pool.copy(), pool.copy()
    for meeting, old in before.items():
        taken = booked.get((old.slot, old.table), meeting) != meeting
        if old.table in hall.tables and not taken:
            slot[meeting], seat[meeting] = old.slot, hall.tables.index(old.table)
            pool[meeting] = hall.pools[old.slot, seat[meeting]]
    of = columns.meeting
    stays = (columns.slot == slot[of]) & (columns.pool == pool[of])
    for meeting, one in board.locked.items():
        if one.table and seat[meeting] >= 0 and hall.tables[seat[meeting]] != one.table:
            stays[of == meeting] = False
    return stays, np.where(stays, seat[of], -1)


def _with(now: tuple[Party, ...], before: tuple[Party, ...], lost: set[str]) -> tuple[Party, ...]:
    """Add parties whose meetings are off and who have no other that is worth holding.

    They must be told all the same, by their names.
    """
    known = {one.key for one in now}
    gone = [one for one in before if one.key in lost - known]
    return tuple(sorted((*now, *gone), key=lambda one: one.key))


def _changes(plan: EventPlan, made: EventPlan) -> tuple[Change, ...]:
    """List what differs: moved, at another table, dropped, added; each by time."""
    old = {(one.enterprise, one.expert): one for one in plan.meetings}
    new = {(one.enterprise, one.expert): one for one in made.meetings}
    found = []
    for pair, before in old.items():
        now = new.get(pair)
        if now is None:
            found.append(Change(kind="dropped", before=before))
        elif before.slot != now.slot:
            found.append(Change(kind="moved", before=before, now=now))
        elif before.table != now.table:
            found.append(Change(kind="table", before=before, now=now))
    found += [Change(kind="added", now=now) for pair, now in new.items() if pair not in old]
    kinds = ("moved", "table", "dropped", "added")
    return tuple(sorted(found, key=lambda change: kinds.index(change.kind)))
