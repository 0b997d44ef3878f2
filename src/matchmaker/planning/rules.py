"""Which pairs a plan may use: forbidden ones, conflicts of interest, earlier refusals, regions."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from matchmaker.language.places import read_place
from matchmaker.planning.parties import Parties
from matchmaker.records import Achievement, Need
from matchmaker.scoring.pairs import RankedPairs

Reason = Literal["forbidden", "conflict", "refused", "region", "below"]

REASONS: tuple[Reason, ...] = ("forbidden", "conflict", "refused", "region", "below")
"""Why a pair is not used; where several hold, the first counts."""

USABLE = -1
"""Instead of a reason's position: the pair may be used."""

_UNIVERSITY = re.compile(r"(?:大学|学院|学校|研究院|研究所|科学院|设计院|研究中心)$")
# 北京大学生创业园 is no enterprise of 北京大学.
_ANOTHER = ("生", "城", "路")


def own_couples(enterprises: Parties, universities: Parties) -> list[tuple[int, int]]:
    """Find enterprises that are a university, or belong to one by name.

    An enterprise belongs to a university where its name begins with the university's
    (东北大学科技园有限公司). Other ownership cannot be known from names.

    Parameters
    ----------
    enterprises, universities : Parties

    Returns
    -------
    list of (int, int)
        Positions of enterprise and university, in order.
    """
    known = {key: at for at, key in enumerate(universities.keys) if not key.startswith("#")}
    lengths = sorted({len(key) for key in known if _UNIVERSITY.search(key)})
    found = set()
    for at, key in enumerate(enterprises.keys):
        if key.startswith("#"):
            continue
        if key in known:
            found.add((at, known[key]))
        for length in lengths:
            start = key[:length]
            rest = key[length:]
            belongs = start in known and _UNIVERSITY.search(start) and rest
            if belongs and not rest.startswith(_ANOTHER):
                found.add((at, known[start]))
    return sorted(found)


def of_couples(
    couples: Collection[tuple[int, int]],
    first: NDArray[np.int64],
    second: NDArray[np.int64],
) -> NDArray[np.bool_]:
    """Mark the rows that belong to one of some couples.

    Parameters
    ----------
    couples : collection of (int, int)
    first, second : ndarray, shape (n,), int64
        What the rows belong to.

    Returns
    -------
    ndarray, shape (n,), bool
    """
    if not couples:
        return np.zeros(len(first), dtype=np.bool_)
    wanted = np.array(sorted(couples), dtype=np.int64)
    width = int(max(second.max(initial=0), wanted[:, 1].max())) + 1
    marked: NDArray[np.bool_] = np.isin(first * width + second, wanted[:, 0] * width + wanted[:, 1])
    return marked


def refused_positions(
    pairs: RankedPairs, refused: Collection[tuple[str, str]]
) -> set[tuple[int, int]]:
    """Turn the ids of refused pairs into positions.

    What was refused of a record counts for those with the same text and owner too, because the
    ranking lists one of them for all (``pairs.duplicates``).

    Parameters
    ----------
    pairs : RankedPairs
    refused : collection of (str, str)
        Ids of need and achievement; those of records that took no part are passed over.

    Returns
    -------
    set of (int, int)
        Positions of need and achievement.
    """
    if not refused:
        return set()
    needs = {record.id: [at] for at, record in enumerate(pairs.needs)}
    achievements = {record.id: [at] for at, record in enumerate(pairs.achievements)}
    found = achievements if pairs.direction == "need_to_achievement" else needs
    for first, others in pairs.duplicates.items():
        group = sorted({at for one in (first, *others) for at in found.get(one, ())})
        found |= dict.fromkeys((first, *others), group)
    return {
        (need, achievement)
        for one, other in refused
        for need in needs.get(one, ())
        for achievement in achievements.get(other, ())
    }


def same_region(
    needs: Sequence[Need],
    achievements: Sequence[Achievement],
    rows: tuple[NDArray[np.int64], NDArray[np.int64]],
    *,
    city: bool = False,
) -> NDArray[np.int8]:
    """Compare where both sides of pairs are.

    A need without a region is where its park is. Only what the fields say counts, not names of
    organisations.

    Parameters
    ----------
    needs, achievements : sequence of records
    rows : (ndarray, ndarray), shape (n,), int64
        Positions of the pairs' needs and achievements.
    city : bool
        Whether to compare cities rather than provinces.

    Returns
    -------
    ndarray, shape (n,), int8
        1 in the same region, -1 in different ones, 0 where that is not known.
    """
    provinces: dict[str, int] = {}
    cities: dict[tuple[str, str], int] = {}

    def coded(texts: list[str]) -> NDArray[np.int64]:
        codes = np.full((len(texts), 2), -1, dtype=np.int64)
        for at, text in enumerate(texts):
            place = read_place(text) if text else None
            if place is not None:
                codes[at, 0] = provinces.setdefault(place.province, len(provinces))
                if place.city:
                    codes[at, 1] = cities.setdefault((place.province, place.city), len(cities))
        return codes

    of_needs = [one.region if read_place(one.region) else one.park for one in needs]
    left = coded(of_needs)[rows[0]]
    right = coded([one.region for one in achievements])[rows[1]]
    known = (left >= 0) & (right >= 0)
    same = known & (left == right)
    apart = known & (left != right)
    verdict = np.zeros(len(left), dtype=np.int8)
    verdict[same[:, 1 if city else 0]] = 1
    verdict[apart[:, 0] | (apart[:, 1] & city)] = -1
    return verdict
