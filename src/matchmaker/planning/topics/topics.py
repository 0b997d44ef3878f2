"""Common needs: clusters of needs that ask for much the same, each with a name.

Needs are alike where they say the same rare words and where the same achievements answer them.
How rare a word is, is counted in the ranking's own texts, so that no model is needed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from matchmaker.checking.duplicates import duplicate_groups, find_duplicates
from matchmaker.errors import ConfigError
from matchmaker.planning.parties import Parties, enterprises
from matchmaker.planning.topics.words import TopicWords
from matchmaker.records import Need
from matchmaker.scoring.pairs import RankedPairs

MOST_NEEDS = 6_000
"""Needs that are compared with one another at a time; the table of all pairs must fit in memory."""

# Pairs below this score say nothing: whatever is asked, some achievement is listed for it.
_NOISE = 0.2
# Measured on pairs of real needs judged by hand: words of title and whole text count as much as
# each other, and twice as much as shared achievements; dense vectors added little on top.
_TEXT, _ACHIEVEMENTS, _VECTORS = 2.0, 1.0, 0.5


@dataclass(frozen=True, slots=True)
class Topic:
    """A common need.

    Attributes
    ----------
    terms : tuple of str
        What most of its needs say and few others do, the most telling first; they name it.
    needs : tuple of str
        Ids, sorted; each with another text.
    copies : tuple of str
        Ids of needs that repeat the text of one of these, sorted.
    enterprises : int
        How many different ones ask. A need that names none counts as one.
    sectors : tuple of str
        Those of at least half of its needs, the most frequent first.
    likeness : float
        Mean over all pairs of its needs, in [0, 1]; 1 for one need of several enterprises.
    central : str
        Id of the need that is most like the others.
    """

    terms: tuple[str, ...]
    needs: tuple[str, ...]
    copies: tuple[str, ...]
    enterprises: int
    sectors: tuple[str, ...]
    likeness: float
    central: str

    def to_json(self) -> dict[str, Any]:
        """Return the topic as plain data."""
        return {
            "terms": list(self.terms),
            "needs": list(self.needs),
            "copies": list(self.copies),
            "enterprises": self.enterprises,
            "sectors": list(self.sectors),
            "likeness": self.likeness,
            "central": self.central,
        }


@dataclass(frozen=True, slots=True)
class Topics:
    """What needs were sorted into.

    Attributes
    ----------
    topics : tuple of Topic
        Most enterprises first, then most needs, then likeness.
    single : tuple of str
        Ids of needs that are in none, sorted.
    """

    topics: tuple[Topic, ...]
    single: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicSettings:
    """When needs are a common need.

    Attributes
    ----------
    likeness : float
        Mean likeness from which groups of needs are one, in (0, 1].
    least_needs : int
        Needs that make a common need, at least 2: different ones, or the same one of as many
        enterprises.
    least_enterprises : int
        Different enterprises that must ask, at least 1.
    most_terms : int
        Terms in a name, at least 1.

    Raises
    ------
    ConfigError
        If a value is out of its range.
    """

    likeness: float = 0.2
    least_needs: int = 2
    least_enterprises: int = 2
    most_terms: int = 3

    def __post_init__(self) -> None:
        if not 0 < self.likeness <= 1:
            raise ConfigError(f"likeness must be above 0 and at most 1, not {self.likeness!r}")
        for name, least in (("least_needs", 2), ("least_enterprises", 1), ("most_terms", 1)):
            if getattr(self, name) < least:
                raise ConfigError(f"{name} must be at least {least}, not {getattr(self, name)!r}")


def find_topics(
    pairs: RankedPairs,
    among: Sequence[int],
    settings: TopicSettings | None = None,
    *,
    vectors: NDArray[np.float32] | None = None,
) -> Topics:
    """Find common needs by average linkage (Sokal and Michener 1958).

    Sectors are no walls: predicted ones are unsure, and keeping them apart lost a quarter of the
    real pairs. A group that has no term in common is given up: nobody could say what it is about.

    Parameters
    ----------
    pairs : RankedPairs
    among : sequence of int
        Positions in ``pairs.needs`` of those to sort.
    settings : TopicSettings, optional
    vectors : ndarray, shape (n_needs, dim), float32, optional
        A dense vector for each of ``pairs.needs``, of any length; zero where there is none.

    Returns
    -------
    Topics

    Raises
    ------
    ConfigError
        If there are more than ``MOST_NEEDS`` needs, or not one vector a need.
    """
    settings = settings or TopicSettings()
    rows = sorted(set(among))
    if len(rows) > MOST_NEEDS:
        raise ConfigError(
            f"{len(rows)} needs are too many to compare at once (at most {MOST_NEEDS}); "
            "choose a sector or a park"
        )
    copies = _copies([pairs.needs[row] for row in rows])
    kept = np.array([row for at, row in enumerate(rows) if at not in copies], dtype=np.int64)
    words = TopicWords(pairs)
    alike = _likeness(pairs, words, kept, vectors)
    owners = enterprises(pairs.needs)
    copied: dict[int, list[int]] = defaultdict(list)
    for at, first in copies.items():
        copied[rows[first]].append(rows[at])
    topics = []
    for members in _linked(alike, settings.likeness):
        positions = kept[members]
        repeated = [row for one in positions.tolist() for row in copied[one]]
        asking = len(set(owners.of[[*positions.tolist(), *repeated]].tolist()))
        # What enterprises ask for in the same words is what they have most in common.
        if max(len(positions), asking if repeated else 0) < settings.least_needs:
            continue
        alone = repeated if len(positions) == 1 else []
        terms = words.shared([*positions.tolist(), *alone], settings.most_terms)
        if terms and asking >= settings.least_enterprises:
            inside = alike[np.ix_(members, members)]
            topics.append(_topic(pairs, positions, repeated, terms, inside, owners))
    topics.sort(key=lambda one: (-one.enterprises, -len(one.needs), -one.likeness, one.needs))
    used = {need for topic in topics for need in (*topic.needs, *topic.copies)}
    single = [pairs.needs[row].id for row in rows if pairs.needs[row].id not in used]
    return Topics(tuple(topics), tuple(sorted(single)))


def _copies(needs: Sequence[Need]) -> dict[int, int]:
    """Map the position of each need that repeats another to the one that is kept."""
    groups = duplicate_groups(needs, find_duplicates(needs))
    return {one: group.keep for group in groups for one in group.members if one != group.keep}


def _topic(
    pairs: RankedPairs,
    positions: NDArray[np.int64],
    repeated: list[int],
    terms: tuple[str, ...],
    alike: NDArray[np.float64],
    owners: Parties,
) -> Topic:
    count = len(positions)
    # One that stands alone is asked in the same words by others.
    outside = (alike.sum(axis=1) - alike.diagonal()) / (count - 1) if count > 1 else np.ones(1)
    named = Counter(
        label.name for row in positions.tolist() for label in pairs.context.need_sectors[row]
    )
    order = {name: at for at, name in enumerate(pairs.context.sector_names)}
    sectors = sorted(named, key=lambda name: (-named[name], order.get(name, len(order)), name))
    asking = set(owners.of[[*positions.tolist(), *repeated]].tolist())
    return Topic(
        terms=terms,
        needs=tuple(sorted(pairs.needs[row].id for row in positions.tolist())),
        copies=tuple(sorted(pairs.needs[row].id for row in repeated)),
        enterprises=len(asking),
        sectors=tuple(name for name in sectors if 2 * named[name] >= count),
        likeness=round(float(outside.mean()), 4),
        central=pairs.needs[int(positions[int(outside.argmax())])].id,
    )


def _linked(alike: NDArray[np.float64], likeness: float) -> list[NDArray[np.int64]]:
    """Cut the tree of average linkage; a need may stand alone."""
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    if len(alike) < 2:
        return [np.arange(len(alike))] if len(alike) else []
    apart = 1 - alike
    np.fill_diagonal(apart, 0)
    # Rounded, so that the last bit of a sum decides nothing.
    tree = linkage(squareform(np.round(apart, 9), checks=False), method="average")
    group = fcluster(tree, 1 - likeness, criterion="distance")
    return [np.flatnonzero(group == one) for one in range(1, int(group.max()) + 1)]


def _likeness(
    pairs: RankedPairs,
    words: TopicWords,
    rows: NDArray[np.int64],
    vectors: NDArray[np.float32] | None,
) -> NDArray[np.float64]:
    """Compare needs with one another, shape (n, n), in [0, 1].

    A mean in which what is missing counts as nothing in common: needs that were ranked with
    nothing must share more words than others.
    """
    channels = [(_TEXT / 2, words.titles[rows]), (_TEXT / 2, words.wholes[rows])]
    channels.append((_ACHIEVEMENTS, _answers(pairs)[rows]))
    if vectors is not None:
        if vectors.ndim != 2 or len(vectors) != len(pairs.needs):
            raise ConfigError(
                f"vectors have the shape {vectors.shape}: give one row for each of the "
                f"{len(pairs.needs)} needs of the ranking"
            )
        channels.append((_VECTORS, _unit(sp.csr_array(vectors[rows].astype(np.float64)))))
    total = np.zeros((len(rows), len(rows)))
    for share, one in channels:
        total += share * (one @ one.T).toarray()
    alike = np.clip(total / sum(share for share, _ in channels), 0, 1)
    return (alike + alike.T) / 2


def _answers(pairs: RankedPairs) -> sp.csr_array:
    """Give the achievements that answer each need, the widely listed ones for less."""
    columns = pairs.columns
    shape = (len(pairs.needs), len(pairs.achievements))
    value = np.clip(columns.score - _NOISE, 0, None)
    found = sp.csr_array((value, (columns.need, columns.achievement)), shape=shape)
    found.eliminate_zeros()
    listed = np.bincount(found.indices, minlength=shape[1])
    found.data = found.data * np.log((1 + shape[0]) / (1 + listed)).take(found.indices)
    found.eliminate_zeros()
    return _unit(found)


def _unit(rows: sp.csr_array) -> sp.csr_array:
    """Scale rows to length 1; empty ones stay empty."""
    norms = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    norms[norms == 0] = 1
    scaled = sp.csr_array(rows.multiply(1 / norms[:, None]))
    scaled.eliminate_zeros()
    return scaled
