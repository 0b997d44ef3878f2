"""Mentors one to one: which enterprise gets which professor or team, and who is left over."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection
from functools import partial

import numpy as np
from numpy.typing import NDArray

from matchmaker.errors import InfeasibleError
from matchmaker.planning.mentoring.candidates import (
    BARS,
    Candidates,
    MentorSettings,
    Sides,
    find_candidates,
)
from matchmaker.planning.mentoring.plan import (
    Blocking,
    Couple,
    Enterprise,
    Mentor,
    MentorPlan,
    Unmatched,
)
from matchmaker.planning.mentoring.stable import (
    Market,
    blocking_couples,
    deferred_acceptance,
    greatest_total,
)
from matchmaker.planning.parties import Parties
from matchmaker.scoring.pairs import RankedPairs

__all__ = [
    "Blocking",
    "Couple",
    "Enterprise",
    "Mentor",
    "MentorPlan",
    "MentorSettings",
    "Unmatched",
    "assign_mentors",
]


def assign_mentors(
    pairs: RankedPairs,
    settings: MentorSettings | None = None,
    *,
    refused: Collection[tuple[str, str]] = (),
) -> MentorPlan:
    """Give every enterprise of some kinds one mentor, and no mentor more than it can take.

    An enterprise and a mentor are worth the score of their best pair. Both sides prefer by it,
    after their own choices; ties go by name, so that the order of records and rows changes
    nothing.

    Parameters
    ----------
    pairs : RankedPairs
        In either direction.
    settings : MentorSettings, optional
        ``MentorSettings()`` by default.
    refused : collection of (str, str)
        Ids of needs and achievements that must not be the reason again. Unknown ids are passed
        over.

    Returns
    -------
    MentorPlan

    Raises
    ------
    ConfigError
        If the settings name someone unknown, or lock what they or ``refused`` rule out.
    InfeasibleError
        If more is locked than an enterprise or a mentor can have.
    """
    settings = settings or MentorSettings()
    sides = Sides(pairs)
    found = find_candidates(sides, settings, refused)
    _check_seats(sides, found)
    choices, ignored = _choices(sides, settings, found)
    market, at = _market(pairs, found, choices)
    if settings.method == "stable":
        made = deferred_acceptance(market, proposing=settings.proposing)
    else:
        made = greatest_total(market, pairs.columns.score[found.best[at]])
    return _Made(sides, found, market, at, made).plan(settings, ignored)


def _check_seats(sides: Sides, found: Candidates) -> None:
    """Raise an InfeasibleError if more is locked than there are seats."""
    for enterprise, count in Counter(one for one, _ in found.locked).items():
        if count > 1:
            raise InfeasibleError(
                f"{sides.enterprises.keys[enterprise]!r} is locked with {count} mentors and can "
                f"have 1; take {count - 1} of them out of locked"
            )
    for mentor, count in Counter(one for _, one in found.locked).items():
        seats = int(found.seats[mentor])
        if count > seats:
            raise InfeasibleError(
                f"{sides.mentors.keys[mentor]!r} is locked with {count} enterprises and takes "
                f"{seats}; raise its capacity to {count} or take {count - seats} out of locked"
            )


_Choices = tuple[dict[tuple[int, int], int], dict[tuple[int, int], int]]


def _choices(
    sides: Sides, settings: MentorSettings, found: Candidates
) -> tuple[_Choices, tuple[tuple[str, str], ...]]:
    """Give the place of each couple in the choices of either side, and those that are no couple."""
    known = set(map(tuple, found.couples.tolist()))
    ignored: list[tuple[str, str]] = []
    places: _Choices = ({}, {})
    find_enterprise = partial(sides.enterprise, here="choices")
    find_mentor = partial(sides.mentor, here="choices")
    for place, of, find, find_other in (
        (places[0], settings.enterprise_choices, find_enterprise, find_mentor),
        (places[1], settings.mentor_choices, find_mentor, find_enterprise),
    ):
        for name, wanted in of.items():
            own = find(name)
            for number, other in enumerate(wanted):
                couple = (own, find_other(other))
                couple = couple if place is places[0] else couple[::-1]
                if couple in known:
                    place.setdefault(couple, number)
                else:
                    ignored.append((name, other))
    return places, tuple(sorted(ignored))


def _market(
    pairs: RankedPairs, found: Candidates, choices: _Choices
) -> tuple[Market, NDArray[np.int64]]:
    """Give what is free to be made, and its positions in the candidates' couples."""
    busy = {enterprise for enterprise, _ in found.locked}
    free = np.array([one not in busy for one in found.couples[:, 0].tolist()], dtype=np.bool_)
    at = np.flatnonzero(free)
    enterprise, mentor = found.couples[at, 0], found.couples[at, 1]
    seats = found.seats - np.bincount(
        np.array([one for _, one in found.locked], dtype=np.int64), minlength=len(found.seats)
    )
    score = pairs.columns.score[found.best[at]]
    both = list(zip(enterprise.tolist(), mentor.tolist(), strict=True))
    ranks = []
    for own, other, places in ((enterprise, mentor, choices[0]), (mentor, enterprise, choices[1])):
        wish = np.array([places.get(couple, len(both)) for couple in both], dtype=np.int64)
        rank = np.empty(len(both), dtype=np.int64)
        rank[np.lexsort((other, -score, wish, own))] = np.arange(len(both))
        ranks.append(rank)
    return Market(enterprise, mentor, ranks[0], ranks[1], seats), at


class _Made:
    """Couples that were made, put into what a plan holds."""

    def __init__(
        self,
        sides: Sides,
        found: Candidates,
        market: Market,
        at: NDArray[np.int64],
        made: NDArray[np.bool_],
    ) -> None:
        self._sides = sides
        self._found = found
        self._market = market
        self._at = at
        self._made = made
        couples = list(map(tuple, found.couples.tolist()))
        chosen = [couples[one] for one in at[made].tolist()]
        where = {couple: number for number, couple in enumerate(couples)}
        self._all = sorted([*chosen, *found.locked])
        self._rows = found.best[[where[one] for one in self._all]]
        self._more = found.more[[where[one] for one in self._all]].tolist()
        self._mentor_of = dict(self._all)
        self._first_need = _firsts(sides.enterprises)
        self._first_achievement = _firsts(sides.mentors)
        self._held: dict[int, list[int]] = {}
        for enterprise, mentor in self._all:
            self._held.setdefault(mentor, []).append(enterprise)

    def plan(self, settings: MentorSettings, ignored: tuple[tuple[str, str], ...]) -> MentorPlan:
        """Give the plan."""
        pairs, found = self._sides.pairs, self._found
        ranks = np.ones(len(self._rows), dtype=np.int64)
        view = type(pairs)(pairs.context, pairs.columns.take(self._rows, rank=ranks))
        asked = np.flatnonzero(found.asked).tolist()
        wanted = sorted(set(found.couples[:, 1].tolist()) - set(self._held))
        return MentorPlan(
            couples=self._couples(view),
            unmatched=tuple(self._without(one) for one in asked if one not in self._mentor_of),
            unused=tuple(map(self.mentor, wanted)),
            blocking=self._blocking(),
            pairs=view,
            total=math.fsum(view.columns.score.tolist()),
            enterprises=len(asked),
            mentors=len(self._sides.mentors),
            others=len(found.asked) - len(asked),
            ignored=ignored,
            settings=settings,
        )

    def _couples(self, view: RankedPairs) -> tuple[Couple, ...]:
        locked = set(self._found.locked)
        columns = view.columns
        return tuple(
            Couple(
                enterprise=self.enterprise(one[0]),
                mentor=self.mentor(one[1]),
                score=float(columns.score[number]),
                grade=int(columns.grade[number]),
                need_id=view.needs[int(columns.need[number])].id,
                achievement_id=view.achievements[int(columns.achievement[number])].id,
                more=self._more[number],
                locked=one in locked,
            )
            for number, one in enumerate(self._all)
        )

    def _without(self, enterprise: int) -> Unmatched:
        """Say why an enterprise has nobody."""
        found, market = self._found, self._market
        score = self._sides.pairs.columns.score
        own = np.flatnonzero(market.enterprise == enterprise)
        if len(own):
            first = own[np.argmin(market.enterprise_rank[own])]
            mentor = int(market.mentor[first])
            holders = tuple(map(self.enterprise, self._held.get(mentor, ())))
            worth = float(score[found.best[self._at[first]]])
            return Unmatched(
                self.enterprise(enterprise), "taken", self.mentor(mentor), worth, holders
            )
        rows = np.flatnonzero(found.enterprise == enterprise)
        if not len(rows):
            return Unmatched(self.enterprise(enterprise), "no_pair", None, 0.0, ())
        best = rows[np.argmax(score[found.rows[rows]])]
        return Unmatched(
            self.enterprise(enterprise),
            BARS[found.bar[best]],
            self.mentor(int(found.mentor[best])),
            float(score[found.rows[best]]),
            (),
        )

    def _blocking(self) -> tuple[Blocking, ...]:
        market = self._market
        score = self._sides.pairs.columns.score[self._found.best[self._at]]
        last: dict[int, int] = {}
        for couple in np.flatnonzero(self._made).tolist():
            mentor = int(market.mentor[couple])
            before = last.get(mentor)
            if before is None or market.mentor_rank[couple] > market.mentor_rank[before]:
                last[mentor] = couple
        filled = np.bincount(market.mentor[self._made], minlength=len(market.seats))
        found = []
        for couple in blocking_couples(market, self._made).tolist():
            enterprise, mentor = int(market.enterprise[couple]), int(market.mentor[couple])
            own = self._mentor_of.get(enterprise)
            full = filled[mentor] == market.seats[mentor]
            found.append(
                Blocking(
                    enterprise=self.enterprise(enterprise),
                    mentor=self.mentor(mentor),
                    score=float(score[couple]),
                    instead_of=None if own is None else self.mentor(own),
                    displacing=self.enterprise(int(market.enterprise[last[mentor]]))
                    if full
                    else None,
                )
            )
        return tuple(sorted(found, key=lambda one: -one.score))

    def enterprise(self, at: int) -> Enterprise:
        """Describe an enterprise."""
        parties = self._sides.enterprises
        need = self._sides.pairs.needs[self._first_need[at]]
        return Enterprise(parties.keys[at], parties.names[at], need.id)

    def mentor(self, at: int) -> Mentor:
        """Describe a mentor."""
        record = self._sides.pairs.achievements[self._first_achievement[at]]
        university = self._sides.universities.names[
            self._sides.universities.of[self._first_achievement[at]]
        ]
        return Mentor(
            key=self._sides.mentors.keys[at],
            team=" ".join(record.team.split()),
            university=university,
            achievement_id=record.id,
            seats=int(self._found.seats[at]),
        )


def _firsts(parties: Parties) -> list[int]:
    """Give the position of each party's first record."""
    firsts: list[int] = np.unique(parties.of, return_index=True)[1].tolist()
    return firsts
