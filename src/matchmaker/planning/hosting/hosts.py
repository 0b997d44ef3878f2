"""Who leads a sector's event and who co-hosts: universities by what they can answer."""

from __future__ import annotations

import difflib
import functools
import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

from matchmaker.errors import ConfigError
from matchmaker.language.sectors import OTHER
from matchmaker.planning.coverage import Cover, best_cover, greedy_cover
from matchmaker.planning.hosting.components import (
    Answer,
    Approach,
    PastOutcome,
    Standing,
    answers_of,
    approaches_of,
    components_of,
    maturity_level,
)
from matchmaker.planning.hosting.plan import (
    CoHost,
    HostPlan,
    HostScore,
    HostSet,
    HostSettings,
    HostWeights,
    OpenNeed,
    SectorHosts,
)
from matchmaker.planning.parties import Parties, universities
from matchmaker.planning.rules import of_couples, refused_positions
from matchmaker.scoring.pairs import RankedPairs

__all__ = [
    "CoHost",
    "HostPlan",
    "HostScore",
    "HostSet",
    "HostSettings",
    "HostWeights",
    "OpenNeed",
    "SectorHosts",
    "rank_hosts",
]

_NODES = 200
"""Of the solver's search, after which it gives what it has; 23 were the most that it needed for
1,300 needs, 100 universities and 10 co-hosts, and 1 for the usual three."""

_BEST = functools.partial(best_cover, node_limit=_NODES)


def rank_hosts(
    pairs: RankedPairs,
    settings: HostSettings | None = None,
    *,
    outcomes: Sequence[PastOutcome] = (),
    refused: Collection[tuple[str, str]] = (),
    today: date | None = None,
) -> HostPlan:
    """Choose a lead university and co-hosts for each sector.

    Parameters
    ----------
    pairs : RankedPairs
        In either direction. A need counts in every sector that it is labelled with. Records that
        another one stands for (``pairs.duplicates``) do not count.
    settings : HostSettings, optional
    outcomes : sequence of PastOutcome
        What became of earlier pairs, one a pair. Without any, that component is left out.
    refused : collection of (str, str)
        Ids of need and achievement of pairs that were refused: they answer nothing.
    today : date, optional
        Outcomes dated later do not count; without it all of them do.

    Returns
    -------
    HostPlan
        Universities are ranked by their components (:func:`.host_components.components_of`) times
        their shares; of equal ones the one that covers more, then by name. The lead is the first
        that covers a need. Co-hosts are chosen for what the lead leaves open.

    Raises
    ------
    ConfigError
        If the settings name a sector that no record has.
    """
    chosen = settings or HostSettings()
    owners = universities(pairs.achievements)
    needs, achievements = _by_sector(pairs)
    names = _wanted(chosen.sectors, [*needs, *achievements])
    past = [one for one in outcomes if not (today and one.day and one.day > today)]
    history, strange = approaches_of(past, pairs, owners)
    banned = _banned(pairs, refused)
    survey = _Survey(
        pairs=pairs,
        owners=owners,
        settings=chosen,
        shares=chosen.weights.shares(outcomes=bool(past)),
        answers=answers_of(pairs, owners, threshold=chosen.threshold, banned=banned),
        history=history,
        best=_best_rows(pairs, banned),
    )
    return HostPlan(
        sectors=tuple(
            survey.hosts(name, needs[name], achievements.get(name, []))
            for name in names
            if name in needs
        ),
        settings=chosen,
        shares=survey.shares,
        listed=int(pairs.columns.rank.max(initial=0)),
        unnamed=sum(not owners.names[at] for at in owners.of.tolist()),
        strange=strange,
        repeated=len(_hidden(pairs)),
        refused=int((banned & (pairs.columns.score >= chosen.threshold)).sum()),
        idle=tuple(name for name in names if name not in needs),
        pairs=pairs,
    )


def _hidden(pairs: RankedPairs) -> set[str]:
    """Give the ids of records that another one stands for: they are not listed themselves."""
    return {one for others in pairs.duplicates.values() for one in others}


def _banned(pairs: RankedPairs, refused: Collection[tuple[str, str]]) -> NDArray[np.bool_]:
    """Mark the rows of refused pairs."""
    columns = pairs.columns
    return of_couples(refused_positions(pairs, refused), columns.need, columns.achievement)


def _by_sector(pairs: RankedPairs) -> tuple[dict[str, list[int]], dict[str, list[int]]]:
    """Give the positions of needs and of achievements by sector, without those stood for."""
    context = pairs.context
    hidden = _hidden(pairs)
    sides: list[dict[str, list[int]]] = []
    for records, labels in (
        (context.needs, context.need_sectors),
        (context.achievements, context.achievement_sectors),
    ):
        found: dict[str, list[int]] = {}
        for at, (record, mine) in enumerate(zip(records, labels, strict=True)):
            if record.id not in hidden:
                for name in {label.name: None for label in mine}:
                    found.setdefault(name, []).append(at)
        order = {name: at for at, name in enumerate(context.sector_names)}
        names = sorted(found, key=lambda name: (name == OTHER, order.get(name, len(order)), name))
        sides.append({name: found[name] for name in names})
    return sides[0], sides[1]


def _best_rows(pairs: RankedPairs, banned: NDArray[np.bool_]) -> dict[int, int]:
    """Find each need's best row that was not refused."""
    columns, rows = pairs.columns, np.flatnonzero(~banned)
    worst_first = rows[np.lexsort((-columns.achievement[rows], columns.score[rows]))]
    return dict(zip(columns.need[worst_first].tolist(), worst_first.tolist(), strict=True))


def _wanted(wanted: Sequence[str], known: Sequence[str]) -> list[str]:
    every = list(dict.fromkeys(known))
    for name in wanted:
        if name not in every:
            near = difflib.get_close_matches(name, every, n=1, cutoff=0.3)
            hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(every)}"
            raise ConfigError(f"sectors: no record has the sector {name!r}; {hint}")
    return [name for name in every if not wanted or name in wanted]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Survey:
    """All that is known of universities, from which each sector takes its part."""

    pairs: RankedPairs
    owners: Parties
    settings: HostSettings
    shares: Mapping[str, float]
    answers: Mapping[int, Mapping[int, Answer]]
    history: Mapping[int, Sequence[Approach]]
    best: Mapping[int, int]
    levels: dict[int, float | None] = field(default_factory=dict)

    def hosts(self, sector: str, needs: Sequence[int], achievements: Sequence[int]) -> SectorHosts:
        ids = [self.pairs.needs[at].id for at in needs]
        ranked = self._ranked(self._standings(sector, needs, achievements))
        lead = next((one for one in ranked if one.covered), None)
        others = [one for one in ranked if one is not lead]
        covered = {answer.need_id for one in ranked for answer in one.covered}
        small = len(needs) + len(ranked) <= self.settings.exact_up_to
        return SectorHosts(
            sector=sector,
            needs=tuple(ids),
            lead=lead,
            ranked=tuple(ranked),
            co_hosts=self._together(greedy_cover, ids, lead, others),
            best_co_hosts=self._together(_BEST, ids, lead, others) if small else None,
            uncovered=tuple(
                self._open(at) for at in needs if self.pairs.needs[at].id not in covered
            ),
        )

    def _standings(
        self, sector: str, needs: Sequence[int], achievements: Sequence[int]
    ) -> list[Standing]:
        """Say what each university has in a sector, leaving out those that have nothing."""
        items: dict[int, set[int]] = {}
        for at in achievements:
            items.setdefault(int(self.owners.of[at]), set()).add(at)
        position = {record.id: at for at, record in enumerate(self.pairs.achievements)}
        found = []
        for party, name in enumerate(self.owners.names):
            mine = self.answers.get(party, {})
            answers = tuple(mine[at] for at in needs if at in mine)
            own = sorted(
                items.get(party, set()) | {position[one.achievement_id] for one in answers}
            )
            if not name or not own:
                continue
            past = [
                one
                for one in self.history.get(party, ())
                if not one.sectors or sector in one.sectors
            ]
            found.append(
                Standing(
                    party=party,
                    answers=answers,
                    achievements=tuple(self.pairs.achievements[at].id for at in own),
                    maturities=tuple(level for at in own if (level := self._level(at)) is not None),
                    approaches=len(past),
                    successes=sum(one.success for one in past),
                )
            )
        return found

    def _level(self, achievement: int) -> float | None:
        if achievement not in self.levels:
            self.levels[achievement] = maturity_level(self.pairs.achievements[achievement])
        return self.levels[achievement]

    def _ranked(self, standings: Sequence[Standing]) -> list[HostScore]:
        components = components_of(
            standings,
            maturity_prior=self.settings.maturity_prior,
            outcome_prior=self.settings.outcome_prior,
            outcomes="outcomes" in self.shares,
        )
        scored = [
            HostScore(
                university=self.owners.names[one.party],
                components=values,
                score=math.fsum(share * values[name] for name, share in self.shares.items()),
                covered=one.answers,
                achievements=one.achievements,
                stated=len(one.maturities),
                approaches=one.approaches,
                successes=one.successes,
            )
            for one, values in zip(standings, components, strict=True)
        ]
        # Standings are in the order of the keys, which decides between equals.
        return sorted(scored, key=lambda one: (-one.score, -len(one.covered)))

    def _together(
        self,
        rule: Callable[..., Cover],
        needs: Sequence[str],
        lead: HostScore | None,
        others: Sequence[HostScore],
    ) -> HostSet:
        """Choose co-hosts: better ranked ones stand first, so they win among equals."""
        position = {need: at for at, need in enumerate(needs)}
        taken = {position[one.need_id] for one in lead.covered} if lead else set()
        cover = rule(
            [{position[one.need_id] for one in host.covered} for host in others],
            np.ones(len(needs)),
            most=self.settings.co_hosts,
            taken=taken,
        )
        hosts = []
        for at in cover.chosen:
            new = [one for one in others[at].covered if position[one.need_id] not in taken]
            taken |= {position[one.need_id] for one in new}
            hosts.append(CoHost(others[at].university, tuple(new)))
        return HostSet(tuple(hosts), len(cover.covered), cover.bound)

    def _open(self, need: int) -> OpenNeed:
        columns, row = self.pairs.columns, self.best.get(need)
        name = self.pairs.needs[need].id
        if row is None:
            return OpenNeed(name, None, "")
        at = int(columns.achievement[row])
        answer = Answer(
            name,
            self.pairs.achievements[at].id,
            float(columns.score[row]),
            int(columns.grade[row]),
        )
        return OpenNeed(name, answer, self.owners.names[int(self.owners.of[at])])
