"""Round tables: the common needs of a sector or a park, and the experts who cover each."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matchmaker.errors import ConfigError
from matchmaker.planning.parks import needs_of_park
from matchmaker.planning.topics.experts import Panel, panel, usable_pairs, with_repeated_needs
from matchmaker.planning.topics.topics import Topic, TopicSettings, find_topics
from matchmaker.scoring.pairs import RankedPairs


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundtableSettings:
    """Which needs to look at, and who counts as an expert.

    Attributes
    ----------
    sector : str
        Only needs with this sector; empty for all. Every topic says its own sectors.
    park : str
        Only needs of this park, in any spelling; empty for all.
    threshold : float
        Score from which an achievement covers a need, in [0, 1]. At 0.5 a pair is as near to
        较强相关 as to 弱相关.
    most_experts : int
        Experts at a table, at least 1.
    most_tables : int or None
        Tables to plan, those with the most enterprises first; None for all.
    topics : TopicSettings
        When needs are a common need.

    Raises
    ------
    ConfigError
        If a value is out of its range.
    """

    sector: str = ""
    park: str = ""
    threshold: float = 0.5
    most_experts: int = 4
    most_tables: int | None = None
    topics: TopicSettings = field(default_factory=TopicSettings)

    def __post_init__(self) -> None:
        if not 0 <= self.threshold <= 1:
            raise ConfigError(f"threshold must be in [0, 1], not {self.threshold!r}")
        if self.most_experts < 1:
            raise ConfigError(f"most_experts must be at least 1, not {self.most_experts!r}")
        if self.most_tables is not None and self.most_tables < 1:
            raise ConfigError(f"most_tables must be at least 1, not {self.most_tables!r}")


@dataclass(frozen=True, slots=True)
class RoundTable:
    """A common need and who can speak about it.

    Attributes
    ----------
    topic : Topic
    panel : Panel
        Experts chosen, others who cover a need of it too, and the needs that stay uncovered.
    """

    topic: Topic
    panel: Panel

    def to_json(self) -> dict[str, Any]:
        """Return the table as plain data."""
        return {"topic": self.topic.to_json(), "experts": self.panel.to_json()}


@dataclass(frozen=True, slots=True, eq=False)
class RoundtablePlan:
    """Round tables.

    Attributes
    ----------
    tables : tuple of RoundTable
        Most enterprises first, then most needs.
    more : tuple of Topic
        Common needs beyond ``most_tables``.
    single : tuple of str
        Ids of needs that share a topic with none, sorted.
    needs : int
        Needs looked at.
    left_out : mapping of str to int
        Pairs of these needs that were not used, by reason, see
        :class:`~matchmaker.planning.topics.experts.Usable`.
    pairs : RankedPairs
        The ranking.
    settings : RoundtableSettings
    """

    tables: tuple[RoundTable, ...]
    more: tuple[Topic, ...]
    single: tuple[str, ...]
    needs: int
    left_out: dict[str, int]
    pairs: RankedPairs
    settings: RoundtableSettings

    def to_json(self) -> dict[str, Any]:
        """Return the plan as plain data: ids, names and numbers."""
        return {
            "kind": "roundtable",
            "tables": [one.to_json() for one in self.tables],
            "more": [one.to_json() for one in self.more],
            "single": list(self.single),
            "needs": self.needs,
            "left_out": dict(self.left_out),
            "settings": asdict(self.settings),
        }


def find_roundtables(
    pairs: RankedPairs,
    settings: RoundtableSettings | None = None,
    *,
    refused: Collection[tuple[str, str]] = (),
    vectors: NDArray[np.float32] | None = None,
) -> RoundtablePlan:
    """Find common needs and choose the experts who together cover each.

    A need belongs to one topic or to none: nothing is forced together, see
    :func:`~matchmaker.planning.topics.topics.find_topics`. Only pairs of the ranking count: an
    achievement that it does not list for a need covers none.

    Parameters
    ----------
    pairs : RankedPairs
        Of either direction.
    settings : RoundtableSettings, optional
    refused : collection of (str, str)
        Ids of need and achievement of pairs that were refused earlier: who is refused is no
        expert for that need.
    vectors : ndarray, shape (n_needs, dim), float32, optional
        Dense vectors of ``pairs.needs``.

    Returns
    -------
    RoundtablePlan

    Raises
    ------
    ConfigError
        If no need has the sector or the park, there are too many needs to compare at once, or
        the vectors do not fit.
    """
    settings = settings or RoundtableSettings()
    rows = _chosen_needs(pairs, settings)
    every = with_repeated_needs(pairs)
    found = find_topics(every, rows, settings.topics, vectors=vectors)
    part = RankedPairs(
        every.context, every.columns.take(np.flatnonzero(np.isin(every.columns.need, rows)))
    )
    usable = usable_pairs(part, min_score=settings.threshold, refused=refused)
    at = {need.id: row for row, need in enumerate(pairs.needs)}
    planned = found.topics[: settings.most_tables]
    return RoundtablePlan(
        tables=tuple(
            RoundTable(
                topic,
                panel(part, usable, [at[one] for one in topic.needs], most=settings.most_experts),
            )
            for topic in planned
        ),
        more=found.topics[len(planned) :],
        single=found.single,
        needs=len(rows),
        left_out=usable.left_out,
        pairs=pairs,
        settings=settings,
    )


def _chosen_needs(pairs: RankedPairs, settings: RoundtableSettings) -> list[int]:
    rows = range(len(pairs.needs))
    if settings.park:
        _, inside = needs_of_park(pairs.needs, settings.park)
        rows_of_park = set(inside.tolist())
    else:
        rows_of_park = set(rows)
    if not settings.sector:
        return sorted(rows_of_park)
    labels = pairs.context.need_sectors
    chosen = [row for row in rows if any(label.name == settings.sector for label in labels[row])]
    if not chosen:
        known = sorted({label.name for row in labels for label in row})
        raise ConfigError(
            f"no need has the sector {settings.sector!r}; the needs have "
            f"{', '.join(known) or 'no sectors'}"
        )
    return [row for row in chosen if row in rows_of_park]
