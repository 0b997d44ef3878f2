"""The other way round: which enterprises and parks to invite for an achievement."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from matchmaker.errors import ConfigError
from matchmaker.language.places import read_place
from matchmaker.planning.parks import parks_of
from matchmaker.planning.parties import Parties, enterprises
from matchmaker.planning.topics.experts import Answer, Usable, usable_pairs
from matchmaker.records import Achievement, Need
from matchmaker.scoring.pairs import Match, RankedPairs

_NEAR = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationSettings:
    """Whom to invite.

    Attributes
    ----------
    min_score : float
        Pairs below are no reason to invite, in [0, 1].
    most_enterprises, most_parks : int
        At most so many, at least 1.

    Raises
    ------
    ConfigError
        If a value is out of its range.
    """

    min_score: float = 0.4
    most_enterprises: int = 20
    most_parks: int = 10

    def __post_init__(self) -> None:
        if not 0 <= self.min_score <= 1:
            raise ConfigError(f"min_score must be in [0, 1], not {self.min_score!r}")
        for name in ("most_enterprises", "most_parks"):
            if getattr(self, name) < 1:
                raise ConfigError(f"{name} must be at least 1, not {getattr(self, name)!r}")


@dataclass(frozen=True, slots=True)
class Met:
    """What of a need the achievement meets, as the explanation of the pair says.

    Attributes
    ----------
    kind : str
        ``indicator``, or the name of a field that agrees: ``maturity``, ``money``,
        ``cooperation`` or ``region``.
    name : str
        Of the indicator; else empty.
    need, achievement : str
        What either side says, as written.
    """

    kind: str
    name: str
    need: str
    achievement: str


@dataclass(frozen=True, slots=True)
class Guest:
    """An enterprise to invite, and why.

    Attributes
    ----------
    key : str
        See :class:`~matchmaker.planning.parties.Parties`.
    enterprise : str
        Its usual name; empty where none is named.
    best : Answer
        Its need that fits best.
    others : tuple of Answer
        Further needs of it that fit, best first.
    terms : tuple of str
        What the best need and the achievement both say, heaviest first.
    met : tuple of Met
        Empty where the ranking cannot be explained.
    """

    key: str
    enterprise: str
    best: Answer
    others: tuple[Answer, ...]
    terms: tuple[str, ...]
    met: tuple[Met, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the guest as plain data."""
        return {
            "key": self.key,
            "enterprise": self.enterprise,
            "best": self.best.to_json(),
            "others": [one.to_json() for one in self.others],
            "terms": list(self.terms),
            "met": [asdict(one) for one in self.met],
        }


@dataclass(frozen=True, slots=True)
class Group:
    """A park or a region, and what of it fits.

    Attributes
    ----------
    name : str
        Of a park, its usual spelling; of a region, province and city.
    needs : tuple of Answer
        Needs that fit, best first.
    enterprises : int
        How many different ones ask for them.
    asked : int
        Needs of the park or region in the whole ranking, whether they fit or not.
    """

    name: str
    needs: tuple[Answer, ...]
    enterprises: int
    asked: int

    def to_json(self) -> dict[str, Any]:
        """Return the group as plain data."""
        return {
            "name": self.name,
            "needs": [one.to_json() for one in self.needs],
            "enterprises": self.enterprises,
            "asked": self.asked,
        }


@dataclass(frozen=True, slots=True, eq=False)
class Invitation:
    """Whom to invite for an achievement.

    Attributes
    ----------
    achievement : Achievement
    guests : tuple of Guest
        Enterprises, the best pair first.
    more_enterprises : int
        How many fit beyond ``most_enterprises``.
    parks : tuple of Group
        Most enterprises first, then the higher scores.
    more_parks : int
        How many fit beyond ``most_parks``.
    regions : tuple of Group
        All of them, in the same order.
    without_park, without_region : int
        Needs that fit and name no park, or no region that can be read.
    left_out : mapping of str to int
        Pairs of the achievement that were not used, by reason, see
        :class:`~matchmaker.planning.topics.experts.Usable`.
    pairs : RankedPairs
        The ranking.
    settings : InvitationSettings
    """

    achievement: Achievement
    guests: tuple[Guest, ...]
    more_enterprises: int
    parks: tuple[Group, ...]
    more_parks: int
    regions: tuple[Group, ...]
    without_park: int
    without_region: int
    left_out: dict[str, int]
    pairs: RankedPairs
    settings: InvitationSettings

    def to_json(self) -> dict[str, Any]:
        """Return the invitation as plain data: ids, names and numbers."""
        return {
            "kind": "invitation",
            "achievement_id": self.achievement.id,
            "title": self.achievement.title,
            "university": self.achievement.organisation,
            "team": self.achievement.team,
            "guests": [one.to_json() for one in self.guests],
            "more_enterprises": self.more_enterprises,
            "parks": [one.to_json() for one in self.parks],
            "more_parks": self.more_parks,
            "regions": [one.to_json() for one in self.regions],
            "without_park": self.without_park,
            "without_region": self.without_region,
            "left_out": dict(self.left_out),
            "settings": asdict(self.settings),
        }


def invite(
    pairs: RankedPairs,
    achievement_id: str,
    settings: InvitationSettings | None = None,
    *,
    refused: Collection[tuple[str, str]] = (),
) -> Invitation:
    """Find the enterprises, parks and regions to invite for an achievement.

    Only pairs of the ranking count: rank the achievements (``--reverse``) to see every need that
    fits; a ranking of needs lists an achievement only where it is among a need's best.

    Parameters
    ----------
    pairs : RankedPairs
        Of either direction.
    achievement_id : str
        One that the ranking does not list itself because another one has the same text stands
        for that one.
    settings : InvitationSettings, optional
    refused : collection of (str, str)
        Ids of need and achievement of pairs that were refused earlier.

    Returns
    -------
    Invitation

    Raises
    ------
    ConfigError
        If no such achievement took part; it names ids that are near.
    """
    settings = settings or InvitationSettings()
    at = _position(pairs, achievement_id)
    usable = _usable(pairs, at, settings, refused)
    asking, columns = enterprises(pairs.needs), pairs.columns
    order = np.lexsort((columns.need[usable.rows], -columns.score[usable.rows]))
    rows = usable.rows[order].tolist()
    by_party: defaultdict[int, list[int]] = defaultdict(list)
    for row in rows:
        by_party[int(asking.of[columns.need[row]])].append(row)
    guests = [
        _guest(pairs, asking, party, own)
        for party, own in list(by_party.items())[: settings.most_enterprises]
    ]
    parks = parks_of(pairs.needs)
    names = ["" if not parks.names[one] else parks.keys[one] for one in parks.of.tolist()]
    shown = dict(zip(parks.keys, parks.names, strict=True))
    found = _groups(pairs, asking, rows, names, shown)
    regions = [_region(need) for need in pairs.needs]
    wider = _groups(pairs, asking, rows, regions, {})
    needs = columns.need[rows].tolist()
    return Invitation(
        achievement=pairs.achievements[_own(pairs, achievement_id, at)],
        guests=tuple(guests),
        more_enterprises=len(by_party) - len(guests),
        parks=found[: settings.most_parks],
        more_parks=max(0, len(found) - settings.most_parks),
        regions=wider,
        without_park=sum(not names[need] for need in needs),
        without_region=sum(not regions[need] for need in needs),
        left_out=usable.left_out,
        pairs=pairs,
        settings=settings,
    )


def _position(pairs: RankedPairs, wanted: str) -> int:
    """Find an achievement, or the one that stands for it."""
    stands_for = {copy: first for first, copies in pairs.duplicates.items() for copy in copies}
    ids = [one.id for one in pairs.achievements]
    of_achievements = pairs.direction == "need_to_achievement"
    listed = stands_for.get(wanted, wanted) if of_achievements else wanted
    if listed in ids:
        return ids.index(listed)
    near = difflib.get_close_matches(wanted, ids, n=_NEAR, cutoff=0.5)
    titled = [one.id for one in pairs.achievements if wanted and wanted in one.title]
    known = list(dict.fromkeys([*titled, *near]))[:_NEAR] or ids[:_NEAR]
    hint = f"such as {', '.join(known)}" if known else "it has none"
    raise ConfigError(
        f"no achievement {wanted!r} in the ranking; give the id of one of its "
        f"{len(ids)} achievements, {hint}"
    )


def _own(pairs: RankedPairs, wanted: str, listed: int) -> int:
    return next((at for at, one in enumerate(pairs.achievements) if one.id == wanted), listed)


def _usable(
    pairs: RankedPairs,
    achievement: int,
    settings: InvitationSettings,
    refused: Collection[tuple[str, str]],
) -> Usable:
    own = np.flatnonzero(pairs.columns.achievement == achievement)
    part = RankedPairs(pairs.context, pairs.columns.take(own))
    usable = usable_pairs(part, min_score=settings.min_score, refused=refused)
    return Usable(own[usable.rows], usable.left_out)


def _answer(pairs: RankedPairs, row: int) -> Answer:
    columns = pairs.columns
    return Answer(
        pairs.needs[int(columns.need[row])].id,
        pairs.achievements[int(columns.achievement[row])].id,
        float(columns.score[row]),
        int(columns.grade[row]),
    )


def _guest(pairs: RankedPairs, asking: Parties, party: int, rows: Sequence[int]) -> Guest:
    match = pairs[rows[0]]
    return Guest(
        key=asking.keys[party],
        enterprise=asking.names[party],
        best=_answer(pairs, rows[0]),
        others=tuple(_answer(pairs, row) for row in rows[1:]),
        terms=tuple(shared.term for shared in match.shared_terms),
        met=_met(match) if pairs.explainable else (),
    )


def _met(match: Match) -> tuple[Met, ...]:
    """Read out of an explanation what is met."""
    found = []
    for part in match.explain(spans=False).parts:
        for one in part.evidence:
            if one.kind == "indicator" and one.verdict == "met":
                found.append(Met("indicator", one.detail, one.need, one.achievement))
            elif one.kind == "field" and one.weight > 0:
                found.append(Met(one.detail, "", one.need, one.achievement))
    return tuple(found)


def _region(need: Need) -> str:
    place = read_place(need.region) or read_place(need.park)
    if place is None:
        return ""
    return place.province if place.city in ("", place.province) else place.province + place.city


def _groups(
    pairs: RankedPairs,
    asking: Parties,
    rows: Sequence[int],
    names: Sequence[str],
    shown: dict[str, str],
) -> tuple[Group, ...]:
    """Group pairs by what their needs are called; an empty name is no group."""
    inside: defaultdict[str, list[int]] = defaultdict(list)
    for row in rows:
        name = names[int(pairs.columns.need[row])]
        if name:
            inside[name].append(row)
    score = pairs.columns.score
    found = []
    for name, own in inside.items():
        parties = {int(asking.of[pairs.columns.need[row]]) for row in own}
        group = Group(
            name=shown.get(name, name),
            needs=tuple(_answer(pairs, row) for row in own),
            enterprises=len(parties),
            asked=list(names).count(name),
        )
        found.append((-len(parties), -float(score[own].sum()), name, group))
    return tuple(group for *_, group in sorted(found, key=lambda one: one[:3]))
