"""The pairs that an assignment may choose from, what each gains, and why the others are out."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from matchmaker.errors import ConfigError
from matchmaker.planning.assignments.priorities import priority_factors
from matchmaker.planning.assignments.settings import (
    PARTY_LEVELS,
    AssignmentSettings,
    PartyLevel,
    near_names,
)
from matchmaker.planning.parties import Parties, enterprises, teams, universities
from matchmaker.planning.rules import (
    REASONS,
    USABLE,
    Reason,
    of_couples,
    own_couples,
    refused_positions,
    same_region,
)
from matchmaker.scoring.pairs import RankedPairs

Side = Literal["need", "achievement"]

_PARTY_OF: dict[Side, PartyLevel] = {"need": "enterprise", "achievement": "university"}


@dataclass(frozen=True, slots=True, eq=False)
class Registry:
    """Who takes part, at every level, and how they are found by name.

    Attributes
    ----------
    by_level : dict of str to Parties
        For need and achievement each record is a party of its own, its id the key.
    ranked_as : dict of (str, str) to str
        Level and id of records that the ranking lists under another one with the same text and
        owner (``pairs.duplicates``), to the id of that one.
    """

    by_level: dict[PartyLevel, Parties]
    ranked_as: dict[tuple[PartyLevel, str], str]

    @classmethod
    def of(cls, pairs: RankedPairs) -> Registry:
        """List everybody in a ranking."""
        needs, achievements = pairs.needs, pairs.achievements
        forward = pairs.direction == "need_to_achievement"
        found: PartyLevel = "achievement" if forward else "need"
        return cls(
            {
                "need": _records(one.id for one in needs),
                "achievement": _records(one.id for one in achievements),
                "enterprise": enterprises(needs),
                "university": universities(achievements),
                "team": teams(achievements),
            },
            {(found, other): one for one, others in pairs.duplicates.items() for other in others},
        )

    def name(self, level: PartyLevel, party: int) -> str:
        """Give a party's id or name; its key where nobody is named."""
        parties = self.by_level[level]
        return parties.names[party] or parties.keys[party]

    def find(self, level: PartyLevel, name: str) -> int:
        """Find a party.

        Raises
        ------
        ConfigError
            If there is none. It names those that are called nearly so.
        """
        parties = self.by_level[level]
        found = parties.position(self.ranked_as.get((level, name), name))
        if found is None:
            known = [one for one in parties.names if one]
            raise ConfigError(f"there is no {level} {name!r}{near_names(name, known)}")
        return found

    def side(self, side: Side, name: str) -> tuple[PartyLevel, int]:
        """Find a record by its id, or else whom it belongs to by name.

        Raises
        ------
        ConfigError
            See :meth:`find`.
        """
        at = self.by_level[side].position(self.ranked_as.get((side, name), name))
        if at is not None:
            return side, at
        owner = _PARTY_OF[side]
        found = self.by_level[owner].position(name)
        if found is None:
            known = [one for level in (owner, side) for one in self.by_level[level].names if one]
            raise ConfigError(f"there is no {side} or {owner} {name!r}{near_names(name, known)}")
        return owner, found


@dataclass(frozen=True, slots=True, eq=False)
class Lock:
    """Pairs of which at least one must be chosen: a locked pair, or those of a locked couple."""

    subject: str
    rows: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Ranked pairs in an order that does not depend on how they were ranked.

    Attributes
    ----------
    rows : ndarray, shape (n,), int64
        Rows of the ranking, by need and achievement.
    of : dict of str to ndarray, shape (n,), int64
        The party of each row, by level.
    score, gain : ndarray, shape (n,), float64
    reason : ndarray, shape (n,), int8
        Position in :data:`~matchmaker.planning.rules.REASONS`, or ``USABLE``.
    locks : tuple of Lock
    registry : Registry
    conflicts : tuple of (int, int)
        Enterprises and universities that are kept apart, if any of their pairs was ranked.
    priorities : tuple of (str, int)
        Needs that each priority applies to.
    """

    rows: NDArray[np.int64]
    of: dict[PartyLevel, NDArray[np.int64]]
    score: NDArray[np.float64]
    gain: NDArray[np.float64]
    reason: NDArray[np.int8]
    locks: tuple[Lock, ...]
    registry: Registry
    conflicts: tuple[tuple[int, int], ...]
    priorities: tuple[tuple[str, int], ...]

    @property
    def usable(self) -> NDArray[np.int64]:
        """Rows that may be chosen, in order."""
        return np.flatnonzero(self.reason == USABLE)


def find_candidates(
    pairs: RankedPairs, settings: AssignmentSettings, refused: Collection[tuple[str, str]]
) -> Candidates:
    """Sort out which pairs may be chosen.

    Parameters
    ----------
    pairs : RankedPairs
    settings : AssignmentSettings
    refused : collection of (str, str)
        Ids of needs and achievements; those that do not take part are passed over.

    Returns
    -------
    Candidates

    Raises
    ------
    ConfigError
        If a name or id is unknown, or a locked pair was not ranked or is ruled out as well.
    """
    registry = Registry.of(pairs)
    columns = pairs.columns
    rows = np.lexsort((columns.achievement, columns.need))
    need, achievement = columns.need[rows], columns.achievement[rows]
    of: dict[PartyLevel, NDArray[np.int64]] = {
        level: registry.by_level[level].of[need if level in ("need", "enterprise") else achievement]
        for level in PARTY_LEVELS
    }
    score = columns.score[rows]
    couples = own_couples(registry.by_level["enterprise"], registry.by_level["university"])
    own = of_couples(
        couples if settings.own_enterprises else (), of["enterprise"], of["university"]
    )
    reason = np.full(len(rows), USABLE, dtype=np.int8)
    _rule_out(reason, "forbidden", _named_rows(settings.forbidden, registry, of, "forbidden"))
    declared = _named_rows(settings.conflicts, registry, of, "conflicts")
    _rule_out(reason, "conflict", own | declared)
    _rule_out(reason, "refused", of_couples(refused_positions(pairs, refused), need, achievement))
    locks = _locks(settings, registry, of, reason)
    fixed = np.zeros(len(rows), dtype=np.bool_)
    for lock in locks:
        if len(lock.rows) == 1:
            fixed[lock.rows] = True
    region = same_region(
        pairs.needs, pairs.achievements, (need, achievement), city=settings.region_level == "city"
    )
    if settings.region == "require":
        _rule_out(reason, "region", (region < 0) & ~fixed)
    _rule_out(reason, "below", (score < settings.min_score) & ~fixed)
    factors, counts = priority_factors(pairs.needs, settings.priorities)
    gain = score * factors[need]
    if settings.region == "prefer":
        gain = np.where(region > 0, gain * settings.region_factor, gain)
    apart = np.unique(
        np.stack([of["enterprise"], of["university"]])[:, own | declared], axis=1
    ).T.tolist()
    return Candidates(
        rows=rows,
        of=of,
        score=score,
        gain=gain,
        reason=reason,
        locks=_usable_locks(locks, reason),
        registry=registry,
        conflicts=tuple((first, second) for first, second in apart),
        priorities=counts,
    )


def _records(ids: Iterable[str]) -> Parties:
    keys = tuple(ids)
    return Parties(keys=keys, names=keys, of=np.arange(len(keys), dtype=np.int64))


def _rule_out(reason: NDArray[np.int8], why: Reason, rows: NDArray[np.bool_]) -> None:
    reason[rows & (reason == USABLE)] = REASONS.index(why)


def _rows_of(
    pair: tuple[str, str], registry: Registry, of: dict[PartyLevel, NDArray[np.int64]]
) -> NDArray[np.bool_]:
    level, party = registry.side("need", pair[0])
    other, partner = registry.side("achievement", pair[1])
    rows: NDArray[np.bool_] = (of[level] == party) & (of[other] == partner)
    return rows


def _named_rows(
    couples: Iterable[tuple[str, str]],
    registry: Registry,
    of: dict[PartyLevel, NDArray[np.int64]],
    key: str,
) -> NDArray[np.bool_]:
    marked = np.zeros(len(of["need"]), dtype=np.bool_)
    for couple in couples:
        try:
            marked |= _rows_of(couple, registry, of)
        except ConfigError as error:
            raise ConfigError(f"{key}: {list(couple)}: {error}") from error
    return marked


def _locks(
    settings: AssignmentSettings,
    registry: Registry,
    of: dict[PartyLevel, NDArray[np.int64]],
    reason: NDArray[np.int8],
) -> tuple[Lock, ...]:
    locks = []
    for pair in dict.fromkeys(settings.locked):
        rows = np.flatnonzero(_named_rows([pair], registry, of, "locked"))
        if not len(rows):
            raise ConfigError(
                f"locked: {list(pair)}: no such pair was ranked; rank with a larger k or a lower "
                "min_score, or take it off the list"
            )
        allowed = rows[reason[rows] == USABLE]
        if not len(allowed):
            why = REASONS[reason[rows[0]]]
            raise ConfigError(
                f"locked: {list(pair)}: ruled out as well ({why}); take it off one of the lists"
            )
        locks.append(Lock(f"{pair[0]} – {pair[1]}", allowed))
    return tuple(locks)


def _usable_locks(locks: tuple[Lock, ...], reason: NDArray[np.int8]) -> tuple[Lock, ...]:
    usable = []
    for lock in locks:
        rows = lock.rows[reason[lock.rows] == USABLE]
        if not len(rows):
            raise ConfigError(
                f"locked: {lock.subject}: all of its pairs are below min_score or in another "
                "region; lower min_score, relax region or lock one pair by its ids"
            )
        usable.append(Lock(lock.subject, rows))
    return tuple(usable)
