"""At which table a meeting sits, once its slot is known: so that people move little."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from matchmaker.planning.events.slotting import Hall

Whole = NDArray[np.int64]

EXPERT_STAYS = 2.0
ENTERPRISE_STAYS = 1.0
"""An expert who brings slides and samples stays before an enterprise does."""


def seated(
    hall: Hall, slot: Whole, pool: Whole, parties: tuple[Whole, Whole], fixed: Whole
) -> Whole:
    """Give every meeting a table.

    First every expert with several meetings on a day gets a table that is free at most of their
    times, those with most meetings first. Then the others are placed slot by slot, so that most
    parties stay where they sat last.

    Parameters
    ----------
    hall : Hall
    slot, pool : ndarray, shape (n,), int64
        Of each meeting; never more meetings than the pool has tables in the slot.
    parties : ndarray, ndarray, shape (n,), int64
        Its enterprise and its expert.
    fixed : ndarray, shape (n,), int64
        Position of a table that is given already, -1 for none.

    Returns
    -------
    ndarray, shape (n,), int64
        Positions of tables.
    """
    table = fixed.copy()
    open_to = hall.pools.copy()
    open_to[slot[fixed >= 0], fixed[fixed >= 0]] = -1
    days = np.array([one.on.toordinal() for one in hall.slots])
    for day in np.unique(days[slot]).tolist():
        _give_homes(open_to, np.flatnonzero(days[slot] == day), slot, pool, (parties[1], table))
    last: list[dict[int, int]] = [{}, {}]
    for number in range(len(hall.slots)):
        if number and days[number] != days[number - 1]:
            last = [{}, {}]
        here = np.flatnonzero(slot == number)
        for group in np.unique(pool[here]).tolist():
            rows = here[(pool[here] == group) & (table[here] < 0)]
            free = np.flatnonzero(open_to[number] == group)
            table[rows] = _placed(free, rows, parties, last)
        for row in here.tolist():
            for side in (0, 1):
                last[side][int(parties[side][row])] = int(table[row])
    return table


def _give_homes(
    open_to: Whole, today: Whole, slot: Whole, pool: Whole, known: tuple[Whole, Whole]
) -> None:
    """Seat the experts of a day who have several meetings; what is taken is closed."""
    expert, table = known
    meetings: dict[int, list[int]] = {}
    for row in today.tolist():
        meetings.setdefault(int(expert[row]), []).append(row)
    several = [one for one in meetings.items() if len(one[1]) > 1]
    for _, ours in sorted(several, key=lambda one: (-len(one[1]), one[0])):
        rows = np.array(ours, dtype=np.int64)
        rows, given = rows[table[rows] < 0], table[rows[table[rows] >= 0]]
        fits = open_to[slot[rows]] == pool[rows, None]
        # A table where they sit already, else one that has little room for anybody else.
        worth = fits.sum(axis=0).astype(np.float64)
        worth += 0.5 * np.isin(np.arange(fits.shape[1]), given)
        worth -= (open_to[np.unique(slot[today])] >= 0).mean(axis=0) / 4
        home = int(np.argmax(worth))
        stay = rows[fits[:, home]]
        table[stay] = home
        open_to[slot[stay], home] = -1


def _placed(
    free: Whole, rows: Whole, parties: tuple[Whole, Whole], last: list[dict[int, int]]
) -> Whole:
    from scipy.optimize import linear_sum_assignment

    # Low numbers first, where nothing else speaks for a table.
    cost = np.tile(np.arange(len(free)) / (len(free) * (len(rows) + 1.0)), (len(rows), 1))
    for side, stays in ((0, ENTERPRISE_STAYS), (1, EXPERT_STAYS)):
        before = [last[side].get(int(party), -1) for party in parties[side][rows]]
        cost -= stays * (np.array(before)[:, None] == free[None, :])
    chosen = linear_sum_assignment(cost)[1]
    placed: Whole = free[chosen]
    return placed
