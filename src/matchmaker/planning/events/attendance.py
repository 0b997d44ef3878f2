"""Who takes part in an event, when each can come, and which meetings are worth holding."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matchmaker.errors import ConfigError
from matchmaker.language.organisations import normalize_organisation, parent_organisation
from matchmaker.planning.events.settings import EventSettings, ExpertLevel, Slot, Window
from matchmaker.planning.parties import Parties, enterprises, teams, universities
from matchmaker.planning.rules import of_couples, refused_positions
from matchmaker.records import Achievement, Need
from matchmaker.scoring.pairs import RankedPairs

Flags = NDArray[np.bool_]
Whole = NDArray[np.int64]

NO_CAP = 1 << 31
"""Stands for any number of meetings."""


@dataclass(frozen=True, slots=True, eq=False)
class Attendance:
    """One side of an event.

    Attributes
    ----------
    parties : Parties
    names : tuple of str
        How they are shown; what their first record says where they have no name of their own.
    aliases : dict of str to list of int
        Spellings without blanks to positions.
    free : ndarray, shape (n_parties, n_slots), bool
        Whether the party can come.
    caps : ndarray, shape (n_parties,), int64
        Meetings at most.
    """

    parties: Parties
    names: tuple[str, ...]
    aliases: dict[str, list[int]]
    free: Flags
    caps: Whole

    def find(self, name: str) -> list[int]:
        """Give the positions of whom a name may mean, in order; empty if nobody."""
        for wanted in (folded(name), normalize_organisation(name)):
            if wanted in self.aliases:
                return self.aliases[wanted]
        return []


@dataclass(frozen=True, slots=True, eq=False)
class Wishes:
    """Meetings that could be held; n of them, ordered by enterprise and expert.

    Attributes
    ----------
    enterprise, expert : ndarray, shape (n,), int64
        Positions of the parties.
    score : ndarray, shape (n,), float64
        Of the best pair, in [0, 1]; 0 where only a booking asks for the meeting.
    rows : tuple of ndarray of int64
        Rows of the ranking that each meeting is about, best first.
    sectors : tuple of tuple of str
        Of the best pair.
    """

    enterprise: Whole
    expert: Whole
    score: NDArray[np.float64]
    rows: tuple[Whole, ...]
    sectors: tuple[tuple[str, ...], ...]

    def __len__(self) -> int:
        return len(self.enterprise)

    def position(self) -> dict[tuple[int, int], int]:
        """Give the position of each meeting by its two parties."""
        both = zip(self.enterprise.tolist(), self.expert.tolist(), strict=True)
        return {pair: at for at, pair in enumerate(both)}


def folded(name: str) -> str:
    """Write a name without blanks and in lower case."""
    return "".join(name.split()).casefold()


def attendances(pairs: RankedPairs, settings: EventSettings) -> tuple[Attendance, Attendance]:
    """Say who can come when, on both sides.

    Parameters
    ----------
    pairs : RankedPairs
        All needs and achievements that took part count, with or without a pair.
    settings : EventSettings

    Returns
    -------
    Attendance, Attendance
        Enterprises and experts.

    Raises
    ------
    ConfigError
        If the settings name a party or sector that there is not, or a session holds no slot.
    """
    slots = settings.slots()
    _check_sessions(pairs, settings, slots)
    company = _side(enterprises(pairs.needs), pairs.needs, slots, settings.per_enterprise)
    seated = _seated(pairs.achievements, settings.experts)
    expert = _side(seated, pairs.achievements, slots, settings.per_expert)
    for kind in ("available", "unavailable"):
        for name, windows in getattr(settings, kind).items():
            here = _here(windows, slots, only=kind == "available")
            for side, positions in _found((company, expert), name, kind):
                side.free[positions] &= here
    for name, most in settings.limits.items():
        for side, positions in _found((company, expert), name, "limits"):
            side.caps[positions] = most
    return company, expert


def wishes(
    pairs: RankedPairs,
    settings: EventSettings,
    sides: tuple[Attendance, Attendance],
    refused: Collection[tuple[str, str]],
) -> Wishes:
    """List the meetings that are worth holding: two parties with a pair that is good enough.

    Parameters
    ----------
    pairs : RankedPairs
    settings : EventSettings
        ``min_score`` and ``choices`` count.
    sides : Attendance, Attendance
    refused : collection of (str, str)
        Ids of a need and an achievement that are no reason to meet; nor are those of records with
        the same text and owner.

    Returns
    -------
    Wishes
    """
    columns = pairs.columns
    kept = columns.score >= settings.min_score
    kept &= ~of_couples(refused_positions(pairs, refused), columns.need, columns.achievement)
    rows = np.flatnonzero(kept)
    one = sides[0].parties.of[columns.need[rows]]
    other = sides[1].parties.of[columns.achievement[rows]]
    order = np.lexsort(
        (columns.achievement[rows], columns.need[rows], -columns.score[rows], other, one)
    )
    rows, one, other = rows[order], one[order], other[order]
    starts = np.flatnonzero(np.diff(one, prepend=-1) | np.diff(other, prepend=-1))
    best, one, other = rows[starts], one[starts], other[starts]
    score = columns.score[best]
    groups = np.split(rows, starts[1:]) if len(starts) else []
    chosen = np.arange(len(best))
    if settings.choices is not None:
        chosen = chosen[_among_best(one, score, settings.choices)
                        | _among_best(other, score, settings.choices)]  # fmt: skip
    sectors = pairs.context.pair_sectors
    return Wishes(
        enterprise=one[chosen],
        expert=other[chosen],
        score=score[chosen],
        rows=tuple(groups[at] for at in chosen),
        sectors=tuple(
            sectors(int(columns.need[row]), int(columns.achievement[row])) for row in best[chosen]
        ),
    )


def _among_best(party: Whole, score: NDArray[np.float64], most: int) -> Flags:
    order = np.lexsort((np.arange(len(party)), -score, party))
    starts = np.flatnonzero(np.diff(party[order], prepend=-1))
    place = np.arange(len(party)) - np.repeat(starts, np.diff(starts, append=len(party)))
    among = np.zeros(len(party), dtype=np.bool_)
    among[order] = place < most
    return among


def _seated(achievements: Sequence[Achievement], level: ExpertLevel) -> Parties:
    if level == "team":
        return teams(achievements)
    if level == "university":
        return universities(achievements)
    # Achievements stand by id, so their keys are sorted.
    names = tuple(f"{one.organisation} {one.title}".strip() for one in achievements)
    return Parties(
        keys=tuple(f"#{one.id}" for one in achievements),
        names=names,
        of=np.arange(len(achievements), dtype=np.int64),
    )


def _side(
    parties: Parties,
    records: Sequence[Need] | Sequence[Achievement],
    slots: tuple[Slot, ...],
    most: int | None,
) -> Attendance:
    aliases: dict[str, set[int]] = {}
    shown = list(parties.names)
    for position, (key, name) in enumerate(zip(parties.keys, parties.names, strict=True)):
        for spelling in (key, name):
            aliases.setdefault(folded(spelling), set()).add(position)
    for record, position in zip(records, parties.of.tolist(), strict=True):
        owner = record.organisation
        shown[position] = shown[position] or f"{owner} {record.title}".strip() or record.id
        spellings = (record.id, owner, normalize_organisation(owner), parent_organisation(owner))
        for spelling in spellings:
            aliases.setdefault(folded(spelling), set()).add(position)
    for position, name in enumerate(shown):
        aliases.setdefault(folded(name), set()).add(position)
    aliases.pop("", None)
    return Attendance(
        parties=parties,
        names=tuple(shown),
        aliases={name: sorted(found) for name, found in aliases.items()},
        free=np.ones((len(parties), len(slots)), dtype=np.bool_),
        caps=np.full(len(parties), NO_CAP if most is None else most, dtype=np.int64),
    )


def _here(windows: Iterable[Window], slots: Sequence[Slot], *, only: bool) -> Flags:
    if only:
        return np.array([any(one.holds(slot) for one in windows) for slot in slots])
    return np.array([not any(one.touches(slot) for one in windows) for slot in slots])


def _check_sessions(pairs: RankedPairs, settings: EventSettings, slots: Sequence[Slot]) -> None:
    """Refuse a session that would keep its tables, or its sector's meetings, for nothing."""
    context = pairs.context
    known = sorted(
        {*context.sector_names}
        | {label.name for labels in context.need_sectors for label in labels}
        | {label.name for labels in context.achievement_sectors for label in labels}
    )
    for session in settings.sessions:
        if session.sector not in known:
            raise ConfigError(
                f"session {session.sector}: the ranking has no such sector; it has "
                f"{', '.join(known) or 'none'}"
            )
        if not any(session.holds(slot) for slot in slots):
            raise ConfigError(
                f"session {session.sector}: no slot of the event lies wholly within its time"
            )


def _found(
    sides: tuple[Attendance, Attendance], name: str, where: str
) -> list[tuple[Attendance, list[int]]]:
    found = [(side, positions) for side in sides if (positions := side.find(name))]
    if not found:
        raise ConfigError(f"{where}: {unknown(name, sides)}")
    return found


def unknown(name: str, sides: Iterable[Attendance]) -> str:
    """Say that nobody has a name, and who is called alike."""
    known = sorted({shown for side in sides for shown in side.names})
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    return f"nobody of the ranking is called {name!r}{hint}"
