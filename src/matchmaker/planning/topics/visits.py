"""A visit to a park: what its enterprises ask for in common, and the teams to take along."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matchmaker.errors import ConfigError
from matchmaker.language.sectors import OTHER
from matchmaker.planning.parks import needs_of_park
from matchmaker.planning.parties import enterprises
from matchmaker.planning.topics.experts import (
    Answer,
    Panel,
    panel,
    usable_pairs,
    with_repeated_needs,
)
from matchmaker.planning.topics.topics import Topic, TopicSettings, find_topics
from matchmaker.records import Need
from matchmaker.scoring.pairs import RankedPairs


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitSettings:
    """Who counts as somebody to take along.

    Attributes
    ----------
    threshold : float
        Score from which an achievement covers a need, in [0, 1].
    most_teams : int
        Teams to take along, at least 1.
    topics : TopicSettings
        When needs are a common need.

    Raises
    ------
    ConfigError
        If a value is out of its range.
    """

    threshold: float = 0.5
    most_teams: int = 10
    topics: TopicSettings = field(default_factory=TopicSettings)

    def __post_init__(self) -> None:
        if not 0 <= self.threshold <= 1:
            raise ConfigError(f"threshold must be in [0, 1], not {self.threshold!r}")
        if self.most_teams < 1:
            raise ConfigError(f"most_teams must be at least 1, not {self.most_teams!r}")


@dataclass(frozen=True, slots=True)
class ParkNeed:
    """A need of the park.

    Attributes
    ----------
    need : str
        Id.
    enterprise : str
        Its usual name; empty where none is named.
    best : Answer or None
        Its best pair that may be proposed, whatever the score; None if there is none.
    covered : bool
        Whether that pair reaches the threshold.
    """

    need: str
    enterprise: str
    best: Answer | None
    covered: bool


@dataclass(frozen=True, slots=True, eq=False)
class ParkVisit:
    """A plan for a visit to a park.

    Attributes
    ----------
    park : str
        Its usual spelling.
    enterprises : int
        Different ones with a need; a need that names none counts as one.
    needs : tuple of ParkNeed
        All of the park, by id, also those without any pair.
    topics : tuple of Topic
        Its common needs.
    by_sector : tuple of (str, tuple of str)
        The other needs, by their surest sector, 其他 last: sector and ids.
    panel : Panel
        Teams to take along, and who else covers a need.
    left_out : mapping of str to int
        Pairs of the park's needs that were not used, by reason, see
        :class:`~matchmaker.planning.topics.experts.Usable`.
    pairs : RankedPairs
        The ranking.
    settings : VisitSettings
    """

    park: str
    enterprises: int
    needs: tuple[ParkNeed, ...]
    topics: tuple[Topic, ...]
    by_sector: tuple[tuple[str, tuple[str, ...]], ...]
    panel: Panel
    left_out: dict[str, int]
    pairs: RankedPairs
    settings: VisitSettings

    def to_json(self) -> dict[str, Any]:
        """Return the visit as plain data: ids, names and numbers."""
        return {
            "kind": "visit",
            "park": self.park,
            "enterprises": self.enterprises,
            "needs": [
                {
                    "need_id": one.need,
                    "enterprise": one.enterprise,
                    "best": one.best.to_json() if one.best else None,
                    "covered": one.covered,
                }
                for one in self.needs
            ],
            "topics": [one.to_json() for one in self.topics],
            "by_sector": {name: list(ids) for name, ids in self.by_sector},
            "teams": self.panel.to_json(),
            "left_out": dict(self.left_out),
            "settings": asdict(self.settings),
        }


def visit_park(
    pairs: RankedPairs,
    park: str,
    settings: VisitSettings | None = None,
    *,
    refused: Collection[tuple[str, str]] = (),
    vectors: NDArray[np.float32] | None = None,
) -> ParkVisit:
    """Plan a visit to a park: its needs, what they have in common, and whom to take along.

    Parameters
    ----------
    pairs : RankedPairs
        Of either direction. Only its pairs count, see
        :func:`~matchmaker.planning.topics.roundtables.find_roundtables`.
    park : str
        In any spelling that :func:`~matchmaker.planning.parks.parks_of` knows.
    settings : VisitSettings, optional
    refused : collection of (str, str)
        Ids of need and achievement of pairs that were refused earlier.
    vectors : ndarray, shape (n_needs, dim), float32, optional
        Dense vectors of ``pairs.needs``.

    Returns
    -------
    ParkVisit

    Raises
    ------
    ConfigError
        If no need is of the park; it names near ones.
    """
    settings = settings or VisitSettings()
    name, rows = needs_of_park(pairs.needs, park)
    every = with_repeated_needs(pairs)
    found = find_topics(every, rows.tolist(), settings.topics, vectors=vectors)
    part = RankedPairs(
        every.context, every.columns.take(np.flatnonzero(np.isin(every.columns.need, rows)))
    )
    usable = usable_pairs(part, min_score=settings.threshold, refused=refused)
    owners = enterprises(pairs.needs)
    best = _best(part, refused)
    needs = []
    for row in rows.tolist():
        answer = best.get(pairs.needs[row].id)
        covered = answer is not None and answer.score >= settings.threshold
        needs.append(
            ParkNeed(pairs.needs[row].id, owners.names[int(owners.of[row])], answer, covered)
        )
    return ParkVisit(
        park=name,
        enterprises=len(set(owners.of[rows].tolist())),
        needs=tuple(needs),
        topics=found.topics,
        by_sector=_by_sector(pairs, [pairs.needs[row] for row in rows.tolist()], found.single),
        panel=panel(part, usable, rows.tolist(), most=settings.most_teams),
        left_out=usable.left_out,
        pairs=pairs,
        settings=settings,
    )


def _best(pairs: RankedPairs, refused: Collection[tuple[str, str]]) -> dict[str, Answer]:
    """Map each need to its best pair among those that may be proposed."""
    columns = pairs.columns
    rows = usable_pairs(pairs, min_score=0.0, refused=refused).rows
    order = np.lexsort((columns.achievement[rows], -columns.score[rows]))
    found: dict[str, Answer] = {}
    for row in rows[order].tolist():
        need = pairs.needs[int(columns.need[row])].id
        achievement = pairs.achievements[int(columns.achievement[row])].id
        score, grade = float(columns.score[row]), int(columns.grade[row])
        found.setdefault(need, Answer(need, achievement, score, grade))
    return found


def _by_sector(
    pairs: RankedPairs, needs: list[Need], single: tuple[str, ...]
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for need in needs:
        if need.id in set(single):
            labels = pairs.sectors_of_need(need.id)
            groups[labels[0].name if labels else OTHER].append(need.id)
    order = {name: at for at, name in enumerate(pairs.context.sector_names)}
    names = sorted(groups, key=lambda name: (name == OTHER, order.get(name, len(order)), name))
    return tuple((name, tuple(groups[name])) for name in names)
