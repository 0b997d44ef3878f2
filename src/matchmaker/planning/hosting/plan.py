"""Hosts of sectors' events: how they are to be chosen, and what was chosen."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from matchmaker.errors import ConfigError
from matchmaker.planning.hosting.components import COMPONENTS, Answer
from matchmaker.scoring.pairs import RankedPairs

_MOST = 1e9
"""More than any weight or number has a use for; sums of such numbers stay exact enough."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HostWeights:
    """What each component counts; see :func:`.host_components.components_of`.

    Attributes
    ----------
    coverage, strength, volume, maturity, outcomes : float
        At least 0, not all 0. They need not add up to 1: their shares count, and where no past
        outcomes are known, the shares of the others.

    Raises
    ------
    ConfigError
        If one is negative or no number, or nothing but outcomes counts.
    """

    coverage: float = 0.6
    strength: float = 0.1
    volume: float = 0.15
    maturity: float = 0.15
    outcomes: float = 0.25

    def __post_init__(self) -> None:
        for name in COMPONENTS:
            value = getattr(self, name)
            if not 0 <= value <= _MOST:
                raise ConfigError(
                    f"weights: {name}: must be a number of at least 0 and at most {_MOST:g}, "
                    f"not {value!r}"
                )
        if not any(getattr(self, name) for name in COMPONENTS[:-1]):
            raise ConfigError(
                f"weights: one of {', '.join(COMPONENTS[:-1])} must be above 0: "
                "outcomes alone say nothing of those who have none yet"
            )

    def shares(self, *, outcomes: bool) -> dict[str, float]:
        """Give the share of each component that takes part.

        Parameters
        ----------
        outcomes : bool
            Whether past outcomes are known.

        Returns
        -------
        dict of str to float
            They add up to 1.
        """
        names = COMPONENTS if outcomes else COMPONENTS[:-1]
        total = math.fsum(getattr(self, name) for name in names)
        return {name: getattr(self, name) / total for name in names}


@dataclass(frozen=True, slots=True, kw_only=True)
class HostSettings:
    """How hosts are chosen.

    Attributes
    ----------
    threshold : float
        Least score at which an achievement answers a need, in [0, 1]. The default 0.5 is where the
        expected grade comes nearer to 3 较强相关 than to 2; in the bundled sample every pair of
        grade 3 lies above it.
    co_hosts : int
        Co-hosts of a sector at most.
    weights : HostWeights
    maturity_prior : float
        Achievements of the sector's mean maturity that are added to each university's, at least 0.
    outcome_prior : float
        Approaches with the sector's mean success that are added to each university's, at least 0.
    exact_up_to : int
        The best co-hosts are also found exactly where the sector has at most so many needs and
        universities, both together.
    sectors : tuple of str
        Sectors that are planned; empty for all that have a need.

    Raises
    ------
    ConfigError
        If a value is out of range.
    """

    threshold: float = 0.5
    co_hosts: int = 3
    weights: HostWeights = field(default_factory=HostWeights)
    maturity_prior: float = 2.0
    outcome_prior: float = 5.0
    exact_up_to: int = 2000
    sectors: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.threshold <= 1:
            raise ConfigError(f"threshold: must be in [0, 1], not {self.threshold!r}")
        for name in ("co_hosts", "exact_up_to", "maturity_prior", "outcome_prior"):
            value = getattr(self, name)
            if not 0 <= value <= _MOST:
                raise ConfigError(
                    f"{name}: must be a number of at least 0 and at most {_MOST:g}, not {value!r}"
                )


@dataclass(frozen=True, slots=True)
class HostScore:
    """A university as host of one sector.

    Attributes
    ----------
    university : str
        As most of its achievements spell it.
    components : mapping of str to float
        What speaks for it, each in [0, 1]; without ``outcomes`` where none are known.
    score : float
        Their sum, each times its share of the weights; in [0, 1].
    covered : tuple of Answer
        Needs of the sector that it can answer, by id.
    achievements : tuple of str
        Ids of its achievements of the sector: those with its label and those that answer one of
        its needs.
    stated : int
        How many of these say how mature they are.
    approaches, successes : int
        Past pairs of the sector that were pushed at least, and those of them that were signed.
    """

    university: str
    components: Mapping[str, float]
    score: float
    covered: tuple[Answer, ...]
    achievements: tuple[str, ...]
    stated: int
    approaches: int
    successes: int


@dataclass(frozen=True, slots=True)
class CoHost:
    """A university that answers what those before it leave open.

    Attributes
    ----------
    university : str
    adds : tuple of Answer
        Needs that neither the lead nor an earlier co-host can answer.
    """

    university: str
    adds: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class HostSet:
    """Co-hosts together.

    Attributes
    ----------
    hosts : tuple of CoHost
        Whoever adds most first.
    covered : int
        Needs that they add to the lead's.
    bound : float
        No other co-hosts, as many at most, add more.
    """

    hosts: tuple[CoHost, ...]
    covered: int
    bound: float

    @property
    def proven(self) -> bool:
        """Whether no other co-hosts add more."""
        return self.bound < self.covered + 1


@dataclass(frozen=True, slots=True)
class OpenNeed:
    """A need that no university can answer.

    Attributes
    ----------
    need_id : str
    best : Answer or None
        The best pair that the ranking lists, whose achievement may name no university; None where
        it lists none.
    university : str
        Whose that achievement is; empty where it names nobody or there is none.
    """

    need_id: str
    best: Answer | None
    university: str


@dataclass(frozen=True, slots=True)
class SectorHosts:
    """Hosts of one sector.

    Attributes
    ----------
    sector : str
    needs : tuple of str
        Ids of its open needs.
    lead : HostScore or None
        The best university that can answer a need; None where none can.
    ranked : tuple of HostScore
        All universities with an achievement of the sector, best first.
    co_hosts : HostSet
        By the greedy rule; of universities that add as much, the one ranked higher.
    best_co_hosts : HostSet or None
        The best ones that the solver found: the same as ``co_hosts`` where those are as good. None
        where the sector is too large for it.
    uncovered : tuple of OpenNeed
        Needs that no university can answer, by id.
    """

    sector: str
    needs: tuple[str, ...]
    lead: HostScore | None
    ranked: tuple[HostScore, ...]
    co_hosts: HostSet
    best_co_hosts: HostSet | None
    uncovered: tuple[OpenNeed, ...]

    @property
    def covered(self) -> int:
        """Count the needs that the lead and the co-hosts can answer."""
        return (len(self.lead.covered) if self.lead else 0) + self.co_hosts.covered


@dataclass(frozen=True, slots=True)
class HostPlan:
    """Hosts of every sector.

    Attributes
    ----------
    sectors : tuple of SectorHosts
        In the order of the registry, 其他 last.
    settings : HostSettings
    shares : mapping of str to float
        What each component counted; adds up to 1.
    listed : int
        Longest list of the ranking. Pairs beyond a list are not known and cover nothing.
    unnamed : int
        Achievements that name no university: they host nothing and cover nothing.
    strange : int
        Pairs of the past of universities that have no achievement in the ranking.
    repeated : int
        Needs and achievements that another record stands for.
    refused : int
        Pairs that would be an answer had they not been refused.
    idle : tuple of str
        Sectors without a need.
    pairs : RankedPairs
        What the plan was made from.
    """

    sectors: tuple[SectorHosts, ...]
    settings: HostSettings
    shares: Mapping[str, float]
    listed: int
    unnamed: int
    strange: int
    repeated: int
    refused: int
    idle: tuple[str, ...]
    pairs: RankedPairs = field(repr=False, compare=False)

    def to_json(self) -> dict[str, Any]:
        """Give plain data: ids, names and numbers."""
        return {
            "kind": "hosts",
            "direction": self.pairs.direction,
            "settings": asdict(self.settings),
            "shares": dict(self.shares),
            "listed": self.listed,
            "unnamed_achievements": self.unnamed,
            "past_pairs_of_others": self.strange,
            "repeated_records": self.repeated,
            "refused_pairs": self.refused,
            "sectors_without_needs": list(self.idle),
            "sectors": [asdict(one) | {"covered": one.covered} for one in self.sectors],
        }
