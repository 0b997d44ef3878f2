"""Cutting a place down to its province and city."""

from __future__ import annotations

import re

from matchmaker.language.anonymity.vocabulary import CITIES, PROVINCES


def _longest_first(names: frozenset[str]) -> str:
    return "|".join(sorted(names, key=lambda name: (-len(name), name)))


_PROVINCE = (
    rf"(?:{_longest_first(PROVINCES)})"
    r"(?:省|市|(?:壮族|回族|维吾尔)?自治区|特别行政区)?"
)
_CITY = (
    rf"(?:(?:{_longest_first(CITIES)})(?:市|州|地区|[\u3400-\u9fff]{{1,8}}自治州)?"
    r"|[\u3400-\u9fff]{2,6}?(?:市|自治州|地区|盟))"
)
_PLACE = re.compile(rf"\s*({_PROVINCE})?[\s·/\-]*({_CITY})?")


def city_of(place: str) -> str:
    """Keep the province and city of a place.

    Parameters
    ----------
    place : str
        As written: 辽宁省沈阳市浑南区, 沈阳, 沈阳浑南高新区.

    Returns
    -------
    str
        What of it names a province or a city: 辽宁省沈阳市, 沈阳, 沈阳. Empty where nothing does.

    Examples
    --------
    >>> city_of("辽宁省沈阳市浑南区创新路1号")
    '辽宁省沈阳市'
    """
    found = _PLACE.match(place)
    return found.group().strip(" \t\n·/-") if found else ""
