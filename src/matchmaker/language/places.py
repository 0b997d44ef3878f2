"""Places: the province and the prefecture-level city that a text names.

The names stand in ``regions.json``: 34 provinces, and every city, prefecture, league and autonomous
prefecture below them. Counties, districts and what a province governs directly are left out.
"""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from importlib.resources import files

from matchmaker.language.readings import Span

_LONGEST = 200
_SHORTEST_NAME = 2
# Behind a short name these make it something else: 朝阳区 is in many cities, 大连路 in others.
_STREETS = ("路", "街", "巷", "大街", "大道")
_DISTRICTS = (*_STREETS, "区", "县", "镇", "乡", "村")
_NO_DISTRICTS = ("区域", "区位", "县域", "乡村")
_SKIPPED = " \t\n\u3000,，·./|-—:：()（）"
_ALSO = {"内蒙": "内蒙古"}


@dataclass(frozen=True, slots=True)
class Place:
    """A province, or a city in it.

    Attributes
    ----------
    province : str
        Short name, such as 辽宁.
    city : str
        Short name, such as 沈阳; empty where none is named. Of the four cities that are provinces
        it is the same as the province.
    text : str
        As written, up to the city.
    span : (int, int)
        Where in the text it stands.
    """

    province: str
    city: str
    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class _Name:
    name: str
    province: str
    city: str
    short: bool


@functools.cache
def _names() -> dict[str, tuple[_Name, ...]]:
    """Every name by its first two characters, the longest first."""
    plain = files("matchmaker.language").joinpath("regions.json").read_text(encoding="utf-8")
    provinces = json.loads(plain)
    found: list[_Name] = []
    for province, entry in provinces.items():
        own = province if province in entry["cities"] else ""
        found += [_Name(province, province, own, True), _Name(entry["long"], province, own, False)]
        for city, long in entry["cities"].items():
            if city != province:
                found += [_Name(long, province, city, False), _Name(city, province, city, True)]
    found += [_Name(name, province, "", True) for name, province in _ALSO.items()]
    by_start: dict[str, list[_Name]] = {}
    for one in sorted(found, key=lambda one: (-len(one.name), one.short, not one.city)):
        by_start.setdefault(one.name[:_SHORTEST_NAME], []).append(one)
    return {start: tuple(names) for start, names in by_start.items()}


@functools.lru_cache(maxsize=8192)
def read_place(text: str) -> Place | None:
    """Read the first place that a text names.

    Parameters
    ----------
    text : str
        Such as 沈阳, 辽宁省沈阳市浑南区 or 新疆维吾尔自治区; only the first 200 characters count.

    Returns
    -------
    Place or None
        None for a county or a district alone. 吉林 is the province, 吉林市 the city; 朝阳 is the
        city in 辽宁 unless 北京 stands before it.

    Examples
    --------
    >>> read_place("沈阳市浑南区")
    Place(province='辽宁', city='沈阳', text='沈阳市', span=(0, 3))
    """
    text = text[:_LONGEST]
    for start in range(len(text) - 1):
        first = _name_at(text, start)
        if first is None:
            continue
        end = start + len(first.name)
        if first.city:
            return Place(first.province, first.city, text[start:end], (start, end))
        after = end
        while after < len(text) and text[after] in _SKIPPED:
            after += 1
        second = _name_at(text, after, within=first.province)
        if second is not None:
            end = after + len(second.name)
        return Place(first.province, second.city if second else "", text[start:end], (start, end))
    return None


def _name_at(text: str, start: int, *, within: str = "") -> _Name | None:
    """Return the longest name at a position; ``within`` asks for a city of a province."""
    for one in _names().get(text[start : start + _SHORTEST_NAME], ()):
        if within and (one.province != within or not one.city):
            continue
        if text.startswith(one.name, start) and not (
            one.short and _is_another(text, start + len(one.name), one)
        ):
            return one
    return None


def _is_another(text: str, after: int, one: _Name) -> bool:
    """Whether what stands behind a short name makes it a street or a district."""
    endings = _DISTRICTS if one.city and one.city != one.province else _STREETS
    return text.startswith(endings, after) and not text.startswith(_NO_DISTRICTS, after)


def within(place: Place, wanted: Place) -> bool:
    """Say whether a place lies in another: 辽宁省沈阳市 lies in 辽宁, not the other way round.

    Parameters
    ----------
    place, wanted : Place

    Returns
    -------
    bool
    """
    return place.province == wanted.province and wanted.city in ("", place.city)


def region_level(text: str) -> str:
    """Cut a text down to the province and the city that it names.

    Parameters
    ----------
    text : str
        Such as an address.

    Returns
    -------
    str
        As written; empty where no place can be read.

    Examples
    --------
    >>> region_level("辽宁省沈阳市浑南区创新路1号"), region_level("创新路1号")
    ('辽宁省沈阳市', '')
    """
    place = read_place(text)
    return place.text if place else ""
