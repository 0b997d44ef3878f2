"""Names of organisations, so that one organisation is counted once however it is written.

Two questions are kept apart: whether two names mean the same organisation
(:func:`normalize_organisation`), and to which organisation a department belongs
(:func:`parent_organisation`).
"""

from __future__ import annotations

import functools
import json
import re
import unicodedata
from collections.abc import Container
from importlib.resources import files

from matchmaker.language.normalize import matching_text
from matchmaker.records.cells import is_placeholder

_LONGEST = 120
_LONGEST_PLACE = 12
_KEPT = re.compile(r"[^\w&+()]+|_")
_BRACKETS = re.compile(r"\(([^()]{0,40})\)")
_STRAY = re.compile(r"[()]")
_MASKED = re.compile(r"[*×○□]{2,}|(?<![a-zA-Z])[xX]{2,}(?![a-zA-Z])|某")
# Longest first, so that nothing of an ending is left behind.
_ENDINGS = (
    "集团股份有限责任公司", "集团股份有限公司", "集团有限责任公司", "股份有限责任公司",
    "集团控股有限公司", "控股集团有限公司", "集团有限公司", "控股有限公司", "股份有限公司",
    "有限责任公司", "股份合作公司", "集团总公司", "有限责任", "有限公司", "股份公司", "集团公司",
    "控股公司", "总公司", "公司", "集团", "股份", "控股", "coltd", "companylimited", "corporation",
    "limited", "ltd", "inc", "corp",
)  # fmt: skip
_COMPANY = re.compile(r"公司|(?:集团|股份)(?![一-鿿])")
_SCHOOL = re.compile(r"大学|(?<!科)学院|职业技术学校|专科学校")
# What follows 大学 and makes it another word, or another organisation.
_NOT_A_UNIVERSITY = re.compile(r"城|生|科技园|创业|出版|附属|医院")
_OWN_PLACE = ("石油大学", "地质大学", "矿业大学", "科学院大学", "电力大学")
_UNIT = re.compile(
    r"(?:技术中心|研发中心|研究院|研究所|研发部|技术部|科技部|事业部|分公司|车间|总工办|实验室|"
    r"工程部|设备部|生产部|质量部|办公室|科技处|项目部)$"
)
_INSTITUTE = re.compile(r"(?:研究院|研究所|设计院|科学院|医院|研究中心)")
_PART = re.compile(r"(?:室|部|中心|课题组|团队|研究室|实验室|处|办|组|科|系|所)$")


def normalize_organisation(name: str) -> str:
    """Reduce a name to what tells one organisation from another.

    Width, case, traditional characters, blanks and signs are folded; endings such as 有限公司,
    股份, 集团 go, and with them brackets: a company's place (XX（沈阳）有限公司), a remark (盖章).
    Universities that are told apart by the place in brackets keep it. 省 and 市 at the beginning
    go, and so does a province in front of its own city.

    Parameters
    ----------
    name : str
        As written.

    Returns
    -------
    str
        In lower case. Empty where the name says nothing: empty, 无, 未提供, masked (某某公司,
        XX公司, ***).

    Examples
    --------
    >>> normalize_organisation("辽宁省沈阳市宏砺特鋼（集團）股份有限公司")
    '沈阳宏砺特钢'
    >>> normalize_organisation("宏砺特钢 集团有限责任公司")
    '宏砺特钢'
    """
    return _normalize(name[:_LONGEST])


@functools.lru_cache(maxsize=1 << 16)
def _normalize(name: str) -> str:
    if not name or is_placeholder(name.strip()):
        return ""
    if _MASKED.search(unicodedata.normalize("NFKC", name)):
        return ""
    folded = _KEPT.sub("", matching_text(name)).lower()
    folded = _STRAY.sub("", _BRACKETS.sub(_bracket(folded), folded))
    bare = _without_ending(folded)
    # 公司 alone, 本集团 or A公司 names nobody.
    return _without_province(bare) if len(bare) >= 2 else ""


def _bracket(name: str) -> str:
    """Give what replaces a bracket: its content where that is a part of the name."""
    is_place = any(kind in name for kind in _OWN_PLACE)
    return r"\1" if is_place and "公司" not in name else ""


def _without_ending(name: str) -> str:
    while True:
        ending = next((end for end in _ENDINGS if name.endswith(end)), "")
        if not ending or len(name) == len(ending):
            return "" if name == ending else name
        name = name[: -len(ending)]


def _without_province(name: str) -> str:
    provinces, cities = _places()
    # 吉林市 is a city in a province of the same name, so cities with 市 come first.
    city = _longest(name, cities)
    if city and len(name) >= len(city) + 2 and city != cities[city][1]:
        return cities[city][1] + name[len(city) :]
    long = _longest(name, provinces)
    rest = name[len(long) :]
    if not long or len(rest) < 2:
        return name
    province = provinces[long]
    city = _longest(rest, cities)
    if city and cities[city][0] == province and len(rest) >= len(city) + 2:
        return cities[city][1] + rest[len(city) :]
    return province + rest


def _longest(name: str, known: Container[str]) -> str:
    """Find the longest known beginning of a name; empty where there is none."""
    return next((name[:n] for n in range(_LONGEST_PLACE, 1, -1) if name[:n] in known), "")


@functools.cache
def _places() -> tuple[dict[str, str], dict[str, tuple[str, str]]]:
    """Map provinces to their short names, and cities to their province and short name."""
    plain = files("matchmaker.language").joinpath("regions.json").read_text(encoding="utf-8")
    provinces: dict[str, str] = {}
    cities: dict[str, tuple[str, str]] = {}
    for province, entry in json.loads(plain).items():
        provinces |= {entry["long"]: province, province: province}
        provinces.setdefault(f"{province}省", province)
        for short, long in entry["cities"].items():
            cities |= {long: (province, short), short: (province, short)}
    return provinces, cities


def parent_organisation(name: str) -> str:
    """Name the organisation that a department belongs to, in normalised form.

    A school, laboratory or campus belongs to its university (东北大学冶金学院 to 东北大学), a
    technical centre or branch to its company. Hospitals, science parks and companies of a
    university stand on their own, and so do institutes of an academy.

    Parameters
    ----------
    name : str
        As written.

    Returns
    -------
    str
        As :func:`normalize_organisation`; the organisation itself where it belongs to none.

    Examples
    --------
    >>> parent_organisation("渤湾科技大学 冶金学院")
    '渤湾科技大学'
    >>> parent_organisation("宏砺特钢有限公司技术中心")
    '宏砺特钢'
    """
    return _parent(name[:_LONGEST])


@functools.lru_cache(maxsize=1 << 16)
def _parent(name: str) -> str:
    own = _normalize(name)
    if not own:
        return ""
    folded = _BRACKETS.sub("", _KEPT.sub("", matching_text(name)).lower())
    if company := _COMPANY.search(folded):
        rest = folded[company.end() :]
        return _normalize(folded[: company.end()]) if _UNIT.search(rest) else own
    return _school(own) or _institute(own) or own


def _school(name: str) -> str:
    """Cut a name behind its university or college; empty where there is none."""
    for found in _SCHOOL.finditer(name):
        end = found.end()
        if found.start() < 2:
            continue
        if _NOT_A_UNIVERSITY.match(name, end):
            return ""
        for place in _campus_places():
            if name.startswith(place, end) and any(kind in name[:end] for kind in _OWN_PLACE):
                return name[: end + len(place)]
        return name[:end]
    return ""


@functools.cache
def _campus_places() -> tuple[str, ...]:
    return ("华东", "北京", "武汉", "徐州")


def _institute(name: str) -> str:
    """Cut a name behind its institute, if a part of it follows."""
    found = [place.end() for place in _INSTITUTE.finditer(name) if place.start() >= 2]
    if found and _PART.search(name[found[-1] :]):
        return name[: found[-1]]
    return ""
