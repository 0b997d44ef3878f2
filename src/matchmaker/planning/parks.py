"""Industrial parks: which need belongs to which, however the park is written."""

from __future__ import annotations

import difflib
import re
from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from matchmaker.errors import ConfigError
from matchmaker.language.normalize import matching_text
from matchmaker.language.organisations import normalize_organisation
from matchmaker.language.places import read_place
from matchmaker.planning.parties import Parties, usual_spelling
from matchmaker.records import Need

_SIGNS = re.compile(r"[\W_]+")
# 经济开发区 stays: a town may have one beside its 经济技术开发区.
_SPELLINGS = (
    (
        re.compile(r"高新技术(?:产业)?(?:开发区|园区|区)|高技术产业开发区|高新(?:开发区|园区)"),
        "高新区",
    ),
    (re.compile(r"经济技术开发区"), "经开区"),
    (re.compile(r"园区$"), "园"),
)
_ENDINGS = ("区", "园", "城", "港", "谷", "基地", "岛")
_RANK = re.compile(r"^(?:国家级|省级|市级)")
# Such a word names no park unless a place stands before it.
_KINDS = frozenset(
    (
        "园",
        "高新区",
        "经开区",
        "开发区",
        "经济开发区",
        "工业园",
        "产业园",
        "化工园",
        "科技园",
        "工业区",
    )
)
_NEAR = 5

_Park = tuple[str, str, str]
"""Province, city and the rest of the name; what is not known is empty."""


def parks_of(needs: Sequence[Need]) -> Parties:
    """Group needs by park; only the column of parks counts.

    Width, traditional characters, blanks and signs are folded; so are 高新技术产业开发区 and
    高新区, 经济技术开发区 and 经开区, and 园区 and 园 at the end. A province or city in front of a
    name goes and tells parks of one name apart; where the name has none, the need's region does.
    A park that is written without any place is the one of that name, if there is only one.

    Parameters
    ----------
    needs : sequence of Need

    Returns
    -------
    Parties
        A need without a park, with a masked one (XX园区), a place alone or a word that names none
        (高新区 without a place) belongs to none: its key is ``"#"`` and its id, and its name empty.
    """
    read = [_read(need.park, need.region) for need in needs]
    places: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    for province, city, name in filter(None, read):
        places[name].add((province, city))
    keys = []
    spellings: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for need, park in zip(needs, read, strict=True):
        key = f"#{need.id}" if park is None else _key(park, places[park[2]])
        keys.append(key)
        if park is not None:
            spellings[key][need.park.strip()] += 1
    known = sorted(set(keys))
    position = {key: at for at, key in enumerate(known)}
    return Parties(
        tuple(known),
        tuple(usual_spelling(spellings[key]) if key in spellings else "" for key in known),
        np.array([position[key] for key in keys], dtype=np.int64),
    )


def needs_of_park(needs: Sequence[Need], park: str) -> tuple[str, NDArray[np.int64]]:
    """Find the needs of a park.

    Parameters
    ----------
    needs : sequence of Need
    park : str
        In any spelling that :func:`parks_of` knows.

    Returns
    -------
    str
        The park as most of its needs write it.
    ndarray, shape (n,), int64
        Positions, rising: needs whose column of parks names it, and needs without a park whose
        region names it.

    Raises
    ------
    ConfigError
        If no need names the park; it lists near names.
    """
    wanted = Need(id="park", title="park", park=park)
    parties = parks_of([*needs, wanted])
    at = int(parties.of[-1])
    own = parties.records(at).tolist() if parties.names[at] else []
    rows = [one for one in own if one < len(needs)]
    folded = _folded(park)
    # A name that is cut short would be found in part of an address.
    if folded.endswith(_ENDINGS) and folded not in _KINDS:
        unsaid = [
            row
            for row, need in enumerate(needs)
            if not need.park.strip() and folded in _folded(need.region)
        ]
        rows = sorted({*rows, *unsaid})
    if not rows:
        raise ConfigError(f"no need is of the park {park!r}; {_hint(parties, park)}")
    spelled = Counter(needs[row].park.strip() for row in rows if needs[row].park.strip())
    return usual_spelling(spelled) or park.strip(), np.array(rows, dtype=np.int64)


def _hint(parties: Parties, park: str) -> str:
    names = sorted(
        {name for name, key in zip(parties.names, parties.keys, strict=True) if name != park}
        - {"", park.strip()}
    )
    if not names:
        return "no need names any park (column 园区)"
    near = difflib.get_close_matches(park, names, n=_NEAR, cutoff=0.4)
    parts = [name for name in names if _folded(park) and _folded(park) in _folded(name)]
    close = list(dict.fromkeys([*parts, *near]))[:_NEAR]
    if close:
        return f"near ones: {', '.join(close)}"
    more = f" and {len(names) - _NEAR} more" if len(names) > _NEAR else ""
    return f"known ones: {', '.join(names[:_NEAR])}{more}"


def _read(park: str, region: str) -> _Park | None:
    if not normalize_organisation(park):
        return None
    name = _folded(park)
    place = read_place(name)
    if place is not None and place.span[0] == 0:
        rest = _RANK.sub("", name[place.span[1] :])
    else:
        place, rest = read_place(region), name
    province, city = (place.province, place.city) if place else ("", "")
    names_one = bool(rest) and (rest not in _KINDS or bool(city))
    return (province, city, rest) if names_one else None


def _key(park: _Park, places: set[tuple[str, str]]) -> str:
    """Complete what a name leaves open, where only one place fits."""
    province, city, name = park
    fitting = {one for one in places if one[1] and province in ("", one[0])}
    if not city and len(fitting) == 1:
        province, city = next(iter(fitting))
    provinces = {one[0] for one in places if one[0]}
    if not province and len(provinces) == 1:
        province = next(iter(provinces))
    return f"{city or province}{name}"


def _folded(text: str) -> str:
    folded = _SIGNS.sub("", matching_text(text)).lower()
    for pattern, short in _SPELLINGS:
        folded = pattern.sub(short, folded)
    return _RANK.sub("", folded)
