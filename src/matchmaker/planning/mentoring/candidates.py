"""Which enterprise may have which mentor: by their best pair, and what rules a pair out."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from matchmaker.errors import ConfigError
from matchmaker.language.organisation_types import SPECIALISED, kinds_of, read_organisation_types
from matchmaker.language.organisations import parent_organisation
from matchmaker.planning.parties import Parties, enterprises, teams, universities
from matchmaker.planning.rules import (
    of_couples,
    own_couples,
    refused_positions,
    same_region,
)
from matchmaker.records import Achievement, Need
from matchmaker.scoring.pairs import RankedPairs

BARS = ("", "unnamed", "unavailable", "forbidden", "refused", "conflict", "region", "low_score")
"""Why a pair is no reason to meet, in the order in which it is looked at; the first: it is one."""

_MOST_SEATS = 1_000_000
_METHODS = ("optimal", "stable")
_SIDES = ("enterprise", "mentor")
_UNNAMED = ("item", "skip")
_REGIONS = ("none", "require")


@dataclass(frozen=True, slots=True, kw_only=True)
class MentorSettings:
    """How mentors are given to enterprises.

    Attributes
    ----------
    kinds : tuple of str
        Kinds of enterprises that get a mentor; empty for all enterprises.
    min_score : float
        In [0, 1]; a worse pair is no reason to meet, nor is one of score 0. Below about 0.2 the
        grade is 无关.
    method : {"optimal", "stable"}
        The greatest sum of scores, or no two who would both rather have each other.
    proposing : {"enterprise", "mentor"}
        For whom the stable outcome is best. Where both sides go by the score alone there is only
        one, so it matters with choices.
    capacity : int
        Enterprises that a mentor takes, at least 0.
    capacities : mapping of str to int
        The same for mentors by name (university and team, the team alone, or an achievement's id).
    unnamed : {"item", "skip"}
        Whether an achievement that names no team stands for its inventors, or is left out.
    region : {"none", "require"}
        Whether both must be in the same province, where both say one.
    own_enterprises : bool
        Whether an enterprise that is a university itself, or whose name begins with a
        university's, is kept from that university's mentors.
    conflicts : tuple of (str, str)
        Enterprise and university (or mentor) whose interests conflict.
    locked, forbidden : tuple of (str, str)
        Enterprise and mentor that must, or may not, come together: names, or the ids of a need and
        of an achievement. A forbidden mentor may also be a university.
    enterprise_choices, mentor_choices : mapping of str to tuple of str
        Whom an enterprise or a mentor has asked for, best first; they come before all others, who
        follow by score.

    Raises
    ------
    ConfigError
        If a value is out of range or unknown.
    """

    kinds: tuple[str, ...] = (SPECIALISED,)
    min_score: float = 0.2
    method: Literal["optimal", "stable"] = "optimal"
    proposing: Literal["enterprise", "mentor"] = "enterprise"
    capacity: int = 1
    capacities: Mapping[str, int] = field(default_factory=dict, hash=False)
    unnamed: Literal["item", "skip"] = "item"
    region: Literal["none", "require"] = "none"
    own_enterprises: bool = True
    conflicts: tuple[tuple[str, str], ...] = ()
    locked: tuple[tuple[str, str], ...] = ()
    forbidden: tuple[tuple[str, str], ...] = ()
    enterprise_choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    mentor_choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        for kind in self.kinds:
            if not read_organisation_types(kind):
                raise ConfigError(
                    f"kinds: {kind!r} is no kind of enterprise that is known; write one such as "
                    f"{SPECIALISED}, 龙头企业 or 高新技术企业, or [] for all enterprises"
                )
        if not 0 <= self.min_score <= 1:
            raise ConfigError(f"min_score must be a number in [0, 1], not {self.min_score!r}")
        for name, known in (
            ("method", _METHODS),
            ("proposing", _SIDES),
            ("unnamed", _UNNAMED),
            ("region", _REGIONS),
        ):
            value = getattr(self, name)
            if value not in known:
                listed = " or ".join(map(repr, known))
                raise ConfigError(f"{name} must be {listed}, not {value!r}")
        for key, count in (("capacity", self.capacity), *self.capacities.items()):
            if not 0 <= count <= _MOST_SEATS:
                raise ConfigError(
                    f"{key}: a mentor takes at least 0 enterprises and at most {_MOST_SEATS}, "
                    f"not {count!r}"
                )


class Sides:
    """Enterprises and mentors of a ranking, and how settings name them.

    Parameters
    ----------
    pairs : RankedPairs
        Any ranking.

    Attributes
    ----------
    pairs : RankedPairs
    enterprises, mentors, universities : Parties
        Of its needs, and twice of its achievements.
    """

    def __init__(self, pairs: RankedPairs) -> None:
        self.pairs = pairs
        self.enterprises = enterprises(pairs.needs)
        self.mentors = teams(pairs.achievements)
        self.universities = universities(pairs.achievements)
        self._enterprise_of = _by_id(pairs.needs, self.enterprises)
        self._names: dict[str, set[int]] = {}
        for at, record in enumerate(pairs.achievements):
            mentor = int(self.mentors.of[at])
            spellings = [record.id, self.mentors.keys[mentor]]
            if record.team.strip():
                spellings += [record.team, f"{record.organisation} {record.team}"]
            for name in spellings:
                if key := "".join(name.split()):
                    self._names.setdefault(key, set()).add(mentor)

    def enterprise(self, name: str, here: str) -> int:
        """Find an enterprise by its name or a need's id; ConfigError if there is none."""
        found = self.enterprises.position(name)
        if found is None:
            found = self._enterprise_of.get(name)
        if found is None:
            raise _unknown(name, here, "enterprise or need", filter(None, self.enterprises.names))
        return found

    def mentor(self, name: str, here: str) -> int:
        """Find a mentor by name or an achievement's id; ConfigError if there is none, or several.

        The university may stand before the team, in any spelling, with a blank between.
        """
        found = set(self._names.get("".join(name.split()), ()))
        if not found and len(words := name.rsplit(maxsplit=1)) == 2:
            found = set(self._names.get(parent_organisation(words[0]) + words[1], ()))
        if not found:
            known = [
                *filter(None, self.mentors.names),
                *sorted({one.team for one in self.pairs.achievements}),
            ]
            raise _unknown(name, here, "mentor or achievement", known)
        if len(found) > 1:
            names = " and ".join(repr(self.mentors.names[at]) for at in sorted(found))
            raise ConfigError(f"{here}: {name!r} may be {names}; write the university before it")
        return found.pop()

    def mentors_of(self, name: str, here: str) -> list[int]:
        """Find all mentors of a university, or the one that a name or id stands for."""
        university = self.universities.position(name)
        if university is None or "".join(name.split()) in self._names:
            return [self.mentor(name, here)]
        of = self.mentors.of[self.universities.records(university)]
        return sorted(set(of.tolist()))


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Pairs of the enterprises that get a mentor, and the couples that they are a reason for.

    Attributes
    ----------
    asked : ndarray, shape (n_enterprises,), bool
        Who gets a mentor.
    rows : ndarray, shape (n_rows,), int64
        Rows of the ranking whose enterprise is asked, by (need, achievement).
    enterprise, mentor : ndarray, shape (n_rows,), int64
        Whom each of them joins.
    bar : ndarray, shape (n_rows,), int8
        Position in :data:`BARS` of what rules it out, or 0.
    couples : ndarray, shape (n, 2), int64
        Enterprise and mentor with at least one pair that counts, in order.
    best : ndarray, shape (n,), int64
        Row of the ranking with their best pair, the first of equals.
    more : ndarray, shape (n,), int64
        How many further pairs of theirs count.
    seats : ndarray, shape (n_mentors,), int64
        Enterprises that each mentor takes.
    locked : tuple of (int, int)
        Enterprise and mentor that must come together, in order.
    """

    asked: NDArray[np.bool_]
    rows: NDArray[np.int64]
    enterprise: NDArray[np.int64]
    mentor: NDArray[np.int64]
    bar: NDArray[np.int8]
    couples: NDArray[np.int64]
    best: NDArray[np.int64]
    more: NDArray[np.int64]
    seats: NDArray[np.int64]
    locked: tuple[tuple[int, int], ...]


def find_candidates(
    sides: Sides, settings: MentorSettings, refused: Collection[tuple[str, str]]
) -> Candidates:
    """Find who may come together.

    Parameters
    ----------
    sides : Sides
    settings : MentorSettings
    refused : collection of (str, str)
        Ids of needs and achievements that did not want each other before.

    Returns
    -------
    Candidates

    Raises
    ------
    ConfigError
        If a name is unknown, or a locked couple is forbidden or has no pair.
    """
    pairs, columns = sides.pairs, sides.pairs.columns
    locked = sorted(
        {
            (sides.enterprise(one, "locked"), sides.mentor(other, "locked"))
            for one, other in settings.locked
        }
    )
    asked = _asked(pairs.needs, sides.enterprises, settings.kinds)
    asked[[enterprise for enterprise, _ in locked]] = True
    # By position, which stands for the id: the order of the ranking's rows must not matter.
    order = np.lexsort((columns.achievement, columns.need))
    rows = order[asked[sides.enterprises.of[columns.need[order]]]]
    enterprise = sides.enterprises.of[columns.need[rows]]
    mentor = sides.mentors.of[columns.achievement[rows]]
    seats = np.full(len(sides.mentors), settings.capacity, dtype=np.int64)
    for name, count in settings.capacities.items():
        seats[sides.mentor(name, "capacities")] = count
    bar = _bars(sides, settings, refused, (rows, enterprise, mentor, seats[mentor]))
    must = of_couples(locked, enterprise, mentor)
    lifted = [BARS.index(name) for name in ("unnamed", "unavailable", "region", "low_score")]
    bar[must & np.isin(bar, lifted)] = 0
    couples, best, more = _couples(columns.score, rows, (enterprise, mentor), bar == 0)
    found = Candidates(
        asked, rows, enterprise, mentor, bar, couples, best, more, seats, tuple(locked)
    )
    _check_locked(sides, found)
    return found


def _asked(needs: Sequence[Need], parties: Parties, kinds: tuple[str, ...]) -> NDArray[np.bool_]:
    """Mark the enterprises of which a need names one of the kinds."""
    asked = np.full(len(parties), not kinds)
    wanted = {one.kind for kind in kinds for one in read_organisation_types(kind)}
    fits = [bool(wanted & kinds_of(need.organisation_type)) for need in needs]
    np.logical_or.at(asked, parties.of, np.array(fits, dtype=np.bool_))
    return asked


_Rows = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]


def _bars(
    sides: Sides, settings: MentorSettings, refused: Collection[tuple[str, str]], on: _Rows
) -> NDArray[np.int8]:
    """Say for every row what rules it out first."""
    rows, enterprise, mentor, seats = on
    pairs, columns = sides.pairs, sides.pairs.columns
    need, achievement, score = columns.need[rows], columns.achievement[rows], columns.score[rows]
    university = sides.universities.of[achievement]
    nameless = np.array([not one.team.strip() for one in pairs.achievements], dtype=np.bool_)
    own = own_couples(sides.enterprises, sides.universities) if settings.own_enterprises else ()
    conflicts = _named(sides, settings.conflicts, "conflicts")
    verdict = np.zeros(len(rows), dtype=np.int8)
    if settings.region == "require":
        verdict = same_region(pairs.needs, pairs.achievements, (need, achievement))
    ruled: dict[str, NDArray[np.bool_]] = {
        "unnamed": nameless[achievement] & (settings.unnamed == "skip"),
        "unavailable": seats == 0,
        "forbidden": of_couples(_named(sides, settings.forbidden, "forbidden"), enterprise, mentor),
        "refused": of_couples(refused_positions(pairs, refused), need, achievement),
        "conflict": of_couples(own, enterprise, university)
        | of_couples(conflicts, enterprise, mentor),
        "region": verdict < 0,
        "low_score": (score < settings.min_score) | (score <= 0),
    }
    return np.select(list(ruled.values()), [BARS.index(name) for name in ruled], 0).astype(np.int8)


def _named(sides: Sides, couples: Iterable[tuple[str, str]], here: str) -> set[tuple[int, int]]:
    return {
        (sides.enterprise(one, here), mentor)
        for one, other in couples
        for mentor in sides.mentors_of(other, here)
    }


def _couples(
    score: NDArray[np.float64],
    rows: NDArray[np.int64],
    parties: tuple[NDArray[np.int64], NDArray[np.int64]],
    counts: NDArray[np.bool_],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Give every couple, the row of its best pair and how many more it has."""
    rows, enterprise, mentor = rows[counts], parties[0][counts], parties[1][counts]
    order = np.lexsort((-score[rows], mentor, enterprise))
    both = np.column_stack([enterprise[order], mentor[order]])
    opens = np.ones(len(both), dtype=np.bool_)
    opens[1:] = (both[1:] != both[:-1]).any(axis=1)
    starts = np.flatnonzero(opens)
    more = np.diff(np.append(starts, len(both))) - 1
    return both[starts], rows[order][starts], more


def _check_locked(sides: Sides, found: Candidates) -> None:
    known = set(map(tuple, found.couples.tolist()))
    for enterprise, mentor in found.locked:
        if (enterprise, mentor) in known:
            continue
        names = f"{sides.enterprises.keys[enterprise]!r} and {sides.mentors.keys[mentor]!r}"
        bars = found.bar[(found.enterprise == enterprise) & (found.mentor == mentor)]
        if not len(bars):
            raise ConfigError(
                f"locked: {names} have no pair in this ranking; rank with a larger k and a lower "
                "minimum score, or take them out of locked"
            )
        raise ConfigError(
            f"locked: {names} are ruled out as well ({BARS[bars[0]]}); take them out of one list"
        )


def _by_id(records: Sequence[Need] | Sequence[Achievement], parties: Parties) -> dict[str, int]:
    return dict(zip((record.id for record in records), parties.of.tolist(), strict=True))


def _unknown(name: str, here: str, what: str, known: Iterable[str]) -> ConfigError:
    near = difflib.get_close_matches(name, list(known), n=3, cutoff=0.4)
    hint = f"did you mean {' or '.join(map(repr, near))}?" if near else "write it as in the lists"
    return ConfigError(f"{here}: no {what} {name!r} in this ranking; {hint}")
