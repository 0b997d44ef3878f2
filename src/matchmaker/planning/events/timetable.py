"""A timetable of an event: as many meetings as possible, for as many as possible, the best ones.

The slots are chosen exactly, by HiGHS (:mod:`matchmaker.planning.programs`), in three stages: the
greatest number of meetings; among these the greatest number of enterprises (or of all parties, as
the settings say) with one at least; among these the greatest total score.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from matchmaker.errors import InfeasibleError
from matchmaker.planning.events.attendance import Attendance, Wishes, attendances, unknown, wishes
from matchmaker.planning.events.plan import EventPlan, Meeting, Party, Reason, Topic, Waiting
from matchmaker.planning.events.settings import Booking, EventSettings
from matchmaker.planning.events.slotting import (
    Columns,
    Hall,
    Rows,
    Stage,
    at_once,
    columns_of,
    hall_of,
    in_stages,
    rows_of,
    with_served,
)
from matchmaker.planning.events.tables import seated
from matchmaker.planning.programs import Limit
from matchmaker.scoring.pairs import RankedPairs

Whole = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Board:
    """Everything that a timetable is made of.

    Attributes
    ----------
    pairs : RankedPairs
    settings : EventSettings
    hall : Hall
    sides : Attendance, Attendance
        Enterprises and experts.
    wanted : Wishes
    columns : Columns
    rows : Rows
        The rules.
    locked : dict of int to Booking
        By position of the meeting.
    """

    pairs: RankedPairs
    settings: EventSettings
    hall: Hall
    sides: tuple[Attendance, Attendance]
    wanted: Wishes
    columns: Columns
    rows: Rows
    locked: dict[int, Booking]


def plan_event(
    pairs: RankedPairs,
    settings: EventSettings,
    *,
    refused: Collection[tuple[str, str]] = (),
) -> EventPlan:
    """Make the timetable of an event.

    Parameters
    ----------
    pairs : RankedPairs
        A pair is a reason for its enterprise and its expert to meet; several of the same two make
        one meeting.
    settings : EventSettings
    refused : collection of (str, str)
        Ids of needs and achievements that are no reason to meet.

    Returns
    -------
    EventPlan
        With the greatest possible number of meetings, proven.

    Raises
    ------
    ConfigError
        If the settings name a party that there is not, or the event is too large.
    InfeasibleError
        If bookings contradict each other or another rule.
    """
    board = board_of(pairs, settings, refused)
    stages = [Stage(np.ones(len(board.columns)), most_meetings(board))]
    chosen, values, bounds = solved(board, stages, together=True)
    fixed = np.full(len(chosen), -1, dtype=np.int64)
    score = max(values[-1], 1e-9)
    plan = finished(board, chosen, fixed)
    return replace(plan, bound=int(bounds[0] + 1e-6), gap=max(0.0, bounds[-1] / score - 1))


def board_of(
    pairs: RankedPairs, settings: EventSettings, refused: Collection[tuple[str, str]]
) -> Board:
    """Collect everything that a timetable is made of.

    Raises
    ------
    ConfigError, InfeasibleError
        See :func:`plan_event`.
    """
    sides = attendances(pairs, settings)
    wanted = wishes(pairs, settings, sides, refused)
    wanted, locked = _with_bookings(wanted, settings, sides)
    hall = hall_of(settings)
    columns = columns_of(settings, hall, sides, wanted)
    rows = rows_of(settings, hall, sides, wanted, columns)
    board = Board(pairs, settings, hall, sides, wanted, columns, rows, locked)
    _lock(board)
    return board


def most_meetings(board: Board) -> float:
    """Say how many meetings there can be at most, for tables and parties alone."""
    columns, wanted = board.columns, board.wanted
    seats = board.hall.seats(len(board.settings.sessions) + 1)
    used = np.zeros_like(seats)
    np.add.at(used, (columns.slot, columns.pool), 1)
    possible = np.unique(columns.meeting)
    found = [float(np.minimum(used, seats).sum()), float(len(possible))]
    for side, whose in zip(board.sides, (wanted.enterprise, wanted.expert), strict=True):
        wishes_each = np.bincount(whose[possible], minlength=len(side.names))
        found.append(float(np.minimum(wishes_each, side.caps).sum()))
    return min(found)


def solved(
    board: Board, stages: list[Stage], *, together: bool
) -> tuple[Whole, tuple[float, ...], tuple[float, ...]]:
    """Choose columns: for the stages given, then for parties served, then for the score.

    Parameters
    ----------
    board : Board
    stages : list of Stage
        Whole numbers.
    together : bool
        Whether one run of the solver is tried for all; quicker where the stages hardly disagree.

    Returns
    -------
    ndarray of int64
        Columns chosen, in order.
    tuple of float, tuple of float
        Value and bound of each stage.
    """
    columns, wanted = board.columns, board.wanted
    if not len(columns):
        return np.zeros(0, dtype=np.int64), (0.0,) * (len(stages) + 2), (0.0,) * (len(stages) + 2)
    matrix, limits, parties = with_served(board.rows, wanted, columns, board.settings.serve)
    more = np.zeros(parties)
    every = [replace(stage, gain=np.concatenate([stage.gain, more])) for stage in stages]
    served = np.concatenate([np.zeros(len(columns)), np.ones(parties)])
    every.append(Stage(served, float(parties)))
    score = np.concatenate([wanted.score[columns.meeting], more])
    best = np.sort(wanted.score)[::-1][: int(most_meetings(board))]
    every.append(Stage(score, float(best.sum())))
    solver = at_once if together else in_stages
    found = solver(matrix, limits, every, gap=board.settings.gap)
    return np.flatnonzero(found.chosen[: len(columns)]), found.values, found.bounds


def finished(board: Board, chosen: Whole, fixed: Whole) -> EventPlan:
    """Give the meetings tables, and say why the others wait.

    Parameters
    ----------
    board : Board
    chosen : ndarray of int64
        Columns.
    fixed : ndarray of int64
        Position of the table of each, -1 where it is open. Tables of bookings are filled in.

    Returns
    -------
    EventPlan
    """
    wanted, hall, columns = board.wanted, board.hall, board.columns
    meeting, slot = columns.meeting[chosen], columns.slot[chosen]
    fixed = fixed.copy()
    for at, one in enumerate(meeting.tolist()):
        booking = board.locked.get(one)
        if booking is not None and booking.table:
            fixed[at] = hall.tables.index(booking.table)
    whose = (wanted.enterprise[meeting], wanted.expert[meeting])
    table = seated(hall, slot, columns.pool[chosen], whose, fixed)
    held = {
        one: Meeting(
            enterprise=board.sides[0].parties.keys[wanted.enterprise[one]],
            expert=board.sides[1].parties.keys[wanted.expert[one]],
            slot=when,
            table=hall.tables[where],
            topics=topics(board, one),
            sectors=wanted.sectors[one],
            locked=one in board.locked,
        )
        for one, when, where in zip(meeting.tolist(), slot.tolist(), table.tolist(), strict=True)
    }
    order = sorted(zip(slot.tolist(), table.tolist(), meeting.tolist(), strict=True))
    return EventPlan(
        settings=board.settings,
        slots=hall.slots,
        enterprises=_parties(board, 0, wanted.enterprise),
        experts=_parties(board, 1, wanted.expert),
        unasked=tuple(
            np.delete(np.array(board.sides[0].names, dtype=object), wanted.enterprise).tolist()
        ),
        meetings=tuple(held[one] for _, _, one in order),
        waiting=_waiting(board, chosen),
        seats=int((hall.pools >= 0).sum()),
        bound=len(held),
        gap=0.0,
    )


def topics(board: Board, meeting: int) -> tuple[Topic, ...]:
    """List what a meeting is about, best first."""
    columns, pairs = board.pairs.columns, board.pairs
    found = []
    for row in board.wanted.rows[meeting].tolist():
        need = pairs.needs[columns.need[row]]
        achievement = pairs.achievements[columns.achievement[row]]
        found.append(
            Topic(
                need_id=need.id,
                need_title=need.title,
                achievement_id=achievement.id,
                achievement_title=achievement.title,
                score=float(columns.score[row]),
                grade=int(columns.grade[row]),
            )
        )
    return tuple(found)


def _parties(board: Board, side: int, whose: Whole) -> tuple[Party, ...]:
    here = board.sides[side]
    return tuple(
        Party(
            key=here.parties.keys[at],
            name=here.names[at],
            free=tuple(np.flatnonzero(here.free[at]).tolist()),
        )
        for at in np.unique(whose).tolist()
    )


def _with_bookings(
    wanted: Wishes, settings: EventSettings, sides: tuple[Attendance, Attendance]
) -> tuple[Wishes, dict[int, Booking]]:
    """Find the meetings that bookings mean; one that nothing else asks for is added."""
    known = dict(zip(wanted.position(), wanted.score.tolist(), strict=True))
    meant: dict[tuple[int, int], Booking] = {}
    for booking in settings.locked:
        found = [sides[0].find(booking.enterprise), sides[1].find(booking.expert)]
        for name, positions in zip((booking.enterprise, booking.expert), found, strict=True):
            if not positions:
                raise InfeasibleError(f"locked {booking}: {unknown(name, sides)}")
        choices = [(one, other) for one in found[0] for other in found[1]]
        pair = min(choices, key=lambda both: (-known.get(both, -1.0), both))
        if pair in meant:
            raise InfeasibleError(f"locked twice: {meant[pair]}, and {booking}; keep one of them")
        meant[pair] = booking
    every = sorted({*known, *meant})
    old = wanted.position()
    rows = [wanted.rows[old[pair]] if pair in old else np.zeros(0, np.int64) for pair in every]
    return (
        Wishes(
            enterprise=np.array([one for one, _ in every], dtype=np.int64),
            expert=np.array([other for _, other in every], dtype=np.int64),
            score=np.array([known.get(pair, 0.0) for pair in every], dtype=np.float64),
            rows=tuple(rows),
            sectors=tuple(wanted.sectors[old[pair]] if pair in old else () for pair in every),
        ),
        {every.index(pair): booking for pair, booking in meant.items()},
    )


def _lock(board: Board) -> None:
    """Make the bookings rules, and make sure that they contradict no other rule."""
    columns, hall = board.columns, board.hall
    seats: dict[tuple[int, str], Booking] = {}
    limits: list[Limit] = []
    group, chosen = [], []
    for meeting, booking in sorted(board.locked.items()):
        slot = _slot(hall, booking)
        ours = np.flatnonzero((columns.meeting == meeting) & (columns.slot == slot))
        if booking.table:
            if (slot, booking.table) in seats:
                raise InfeasibleError(
                    f"locked {booking} and {seats[slot, booking.table]}: both at table "
                    f"{booking.table}; move one of them"
                )
            seats[slot, booking.table] = booking
            pool = hall.pools[slot, hall.tables.index(booking.table)]
            ours = ours[columns.pool[ours] == pool]
        if not len(ours):
            raise InfeasibleError(f"locked {booking}: {_obstacle(board, meeting, slot)}")
        group += [len(limits)] * len(ours)
        chosen += ours.tolist()
        limits.append(Limit("pair", str(booking), 1, 1))
    # With several pools any will do, so only the first counts against the other rules.
    first = [chosen[group.index(at)] for at in range(len(limits))]
    needed = board.rows.matrix()[:, first].sum(axis=1)
    for limit, count in zip(board.rows.limits, np.asarray(needed).ravel(), strict=True):
        if limit.upper is not None and count > limit.upper:
            raise InfeasibleError(
                f"{limit.subject}: {int(count)} are locked and {limit.upper} can be held; "
                f"release {int(count) - limit.upper}"
            )
    if limits:
        whole = np.array([group, chosen], dtype=np.int64)
        board.rows.add(whole[0], whole[1], limits)


def _slot(hall: Hall, booking: Booking) -> int:
    for number, slot in enumerate(hall.slots):
        if (slot.on, slot.start) == (booking.on, booking.at):
            return number
    starts = ", ".join(f"{slot.start:%H:%M}" for slot in hall.slots if slot.on == booking.on)
    raise InfeasibleError(f"locked {booking}: no slot begins then; they begin at {starts}")


def _obstacle(board: Board, meeting: int, slot: int) -> str:
    wanted, when = board.wanted, board.hall.slots[slot]
    for side, whose in zip(board.sides, (wanted.enterprise, wanted.expert), strict=True):
        party = int(whose[meeting])
        if not side.free[party, slot]:
            return f"{side.names[party]} cannot come on {when}"
    return f"no table is open to it on {when}: closed, or kept for a sector's session"


def _waiting(board: Board, chosen: Whole) -> tuple[Waiting, ...]:
    wanted = board.wanted
    held = set(board.columns.meeting[chosen].tolist())
    why = _Why(board, chosen)
    missed = [one for one in range(len(wanted)) if one not in held]
    missed.sort(key=lambda one: (-wanted.score[one], one))
    return tuple(
        Waiting(
            enterprise=board.sides[0].parties.keys[wanted.enterprise[one]],
            expert=board.sides[1].parties.keys[wanted.expert[one]],
            topics=topics(board, one),
            reason=why(one),
        )
        for one in missed
    )


class _Why:
    """Says why a meeting is not held, given what is."""

    def __init__(self, board: Board, chosen: Whole) -> None:
        columns, wanted = board.columns, board.wanted
        self.board = board
        meeting, slot = columns.meeting[chosen], columns.slot[chosen]
        self.whose = (wanted.enterprise, wanted.expert)
        self.busy = []
        for side, whose in zip(board.sides, self.whose, strict=True):
            busy = np.zeros_like(side.free)
            busy[whose[meeting], slot] = True
            self.busy.append(busy)
        self.left = board.hall.seats(len(board.settings.sessions) + 1)
        np.subtract.at(self.left, (slot, columns.pool[chosen]), 1)
        self.starts = np.searchsorted(columns.meeting, np.arange(len(wanted) + 1))

    def __call__(self, meeting: int) -> Reason:
        board, columns = self.board, self.board.columns
        ours = slice(self.starts[meeting], self.starts[meeting + 1])
        slot, pool = columns.slot[ours], columns.pool[ours]
        one, other = (int(whose[meeting]) for whose in self.whose)
        if not len(slot):
            absent = not (board.sides[0].free[one].any() and board.sides[1].free[other].any())
            return "absent" if absent else "never"
        if self.busy[0][one].sum() >= board.sides[0].caps[one]:
            return "enterprise_full"
        if self.busy[1][other].sum() >= board.sides[1].caps[other]:
            return "expert_full"
        idle = ~(self.busy[0][one, slot] | self.busy[1][other, slot])
        if not idle.any():
            return "busy"
        return "rest" if (self.left[slot, pool][idle] > 0).any() else "no_table"
