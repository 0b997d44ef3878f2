"""Names known from the fields of the records, and the forms in which texts use them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from matchmaker.language.anonymity.folding import HAN, fold, squeeze
from matchmaker.language.anonymity.vocabulary import (
    BEFORE_A_NAME,
    COMPOUND_SURNAMES,
    ENGLISH,
    FOREIGN_ENDINGS,
    GENERIC,
    LEGAL,
    NOT_IN_A_GIVEN_NAME,
    SURNAMES,
    THINGS_LIKE_NAMES,
    TRADES,
)
from matchmaker.language.anonymity.words import (
    is_place,
    known,
    ordinary,
    ordinary_name,
    technical,
)

_JOINED = re.compile(r"[、；;，,/|\n]|\s{2,}")
_NAMELESS = re.compile(r"^(?:某|[XxＸ×*○]{2})")
_ALSO_IN_BRANDS = str.maketrans("", "", "金银石木水海")
_ASIDE = re.compile(r"\([^()]{1,10}\)")
_PLACE_MARK = re.compile(r"^[省市]")
_SCHOOL = re.compile(r"(?:职业技术学院|大学|学院|学校)$")
_TYPED_SCHOOL = re.compile(rf"^([{HAN}])[{HAN}]([工理农医科师财航电冶林药海交])[{HAN}]{{1,6}}$")
_NOT_A_PERSON = re.compile(
    r"[组室系所院部校厂]$|中心|团队|实验室|小组|学院|大学|公司|集团|课题|研究|技术|工程|平台|负责人|联系|控制|材料|系统"
)
_AROUND_A_NAME = re.compile(
    r"(?:副|首席|高级|特聘|正高级)*(?:教授|博士|院士|研究员|工程师|高工|讲师|老师|主任|经理|先生|女士|总工)?(?:团队|课题组|小组)?"
    r"(?:等\s?\d*\s?人?)?$"
)
_TEAM_SPLIT = re.compile(r"[\s、，,；;/|()（）:：\n]+")
_PARK_KIND = re.compile(
    r"(?:国家级|省级|高新|经济|循环|临港|精细|化工|新材料|工业|产业|科技|技术|开发|保税|新区|园|示范|创业|软件|大学|农业|装备|制造)"
)
_DIGITS = re.compile(r"[A-Za-z0-9][A-Za-z0-9\s\-+()]{3,40}[A-Za-z0-9]")
# Trades of one character that may stand alone inside a company's name.
_SMALL = frozenset("电水热气光磁液粉冷油轻重新精钢铝铁铜锌镁钛药酒茶纸布业厂店社行机器")


def split_names(field: str) -> list[str]:
    """Split a field that may name several organisations.

    Parameters
    ----------
    field : str
        As written.

    Returns
    -------
    list of str
        Folded and stripped.
    """
    return [part.strip() for part in _JOINED.split(fold(field)) if part.strip()]


def nameless(name: str) -> bool:
    """Tell whether a name has been made unreadable already, such as 某某公司."""
    return bool(_NAMELESS.match(name))


def without_legal_form(name: str) -> str:
    """Take 有限公司, 集团, 股份 and the like off the end of a folded, squeezed name."""
    shorter = name
    while True:
        for ending in LEGAL:
            if shorter.endswith(ending) and len(shorter) > len(ending) + 1:
                shorter = shorter[: -len(ending)]
                break
        else:
            return shorter


def without_place(name: str) -> str:
    """Take province and city off the front of a squeezed name."""
    while True:
        for length in (5, 4, 3, 2):
            if len(name) > length and is_place(name[:length]):
                name = _PLACE_MARK.sub("", name[length:])
                break
        else:
            return name.removeprefix("中国")


def organisation_key(name: str) -> str:
    """Give what two spellings of one organisation's name have in common."""
    squeezed = squeeze(fold(name))[0]
    return without_legal_form(squeezed).replace("省", "").replace("市", "") or squeezed


def organisation_forms(name: str) -> Iterator[str]:
    """Give the forms in which a text may use an organisation's name.

    Parameters
    ----------
    name : str
        One of :func:`split_names`.

    Yields
    ------
    str
        Squeezed: the name itself, without its legal form, without its place, and the word that is
        its own, where that word means nothing else.
    """
    whole = squeeze(name)[0]
    if len(whole) < 2 or nameless(whole) or whole in GENERIC:
        return
    without_aside = _ASIDE.sub("", name)
    if without_aside not in ("", name):
        yield from organisation_forms(without_aside)
    if len(whole) > 3 or not ordinary(whole):
        yield whole
    short = without_legal_form(whole)
    own = without_place(short)
    if not re.search(rf"[{HAN}]", whole):
        yield from _latin_forms(whole, name)
        return
    school = _SCHOOL.search(own)
    if school:
        yield from _school_forms(short, own, own[: school.start()])
        return
    brand = brand_of(own)
    if len(short) >= 4 and short != own:
        yield short
    if not _general(own):
        # 金牛陶瓷 of 金牛陶瓷科技.
        good = _trades_from(own)
        yield from (own[:end] for end in range(4, len(own) + 1) if good[end])
    if brand and not ordinary(brand):
        yield brand
        if "钢铁" in own and not known(brand[0] + "钢"):
            yield brand[0] + "钢"
    elif brand and brand == own and brand.endswith("钢") and brand[:1] not in "特普炼轧型圆":
        yield brand
    elif len(own) >= 2:
        yield from (f"{brand or own}{ending}" for ending in ("公司", "集团", "牌", "厂", "股份"))


def plain_brand(name: str) -> str:
    """Give the own word of an organisation's name where it also means something else.

    Parameters
    ----------
    name : str
        One of :func:`split_names`.

    Returns
    -------
    str
        Such as 长城 of 长城轴承有限公司; empty where the word is no such one, or says of what
        trade or place the organisation is.
    """
    own = without_place(without_legal_form(squeeze(_ASIDE.sub("", name))[0]))
    school = _SCHOOL.search(own)
    brand = brand_of(own[: school.start()] if school else own)
    return brand if may_be_a_name(brand) else ""


def plain_person(name: str) -> str:
    """Give a person's name that is also an ordinary word, such as 高峰; empty for another."""
    name = _AROUND_A_NAME.sub("", name)
    return name if is_person(name) and may_be_a_name(name) else ""


def may_be_a_name(word: str) -> bool:
    """Tell whether an ordinary word can be a name where no other text uses it."""
    return (
        2 <= len(word) <= 4
        and ordinary(word)
        and not technical(word.translate(_ALSO_IN_BRANDS))
        and not is_place(word)
        and word not in GENERIC
        and word not in THINGS_LIKE_NAMES
        and word not in BEFORE_A_NAME
        and word not in TRADES
    )


def team_parts(field: str) -> list[str]:
    """Split a field of persons and teams, folded."""
    return _TEAM_SPLIT.split(fold(field))


def _general(own: str) -> bool:
    brand = brand_of(own)
    return not brand or brand in GENERIC or (known(brand) and technical(brand))


def _latin_forms(whole: str, name: str) -> Iterator[str]:
    words = re.findall(r"[A-Za-z][A-Za-z\-]*", name)
    core = [w for w in words if w.lower().strip(".") not in FOREIGN_ENDINGS]
    if len(core) > 1:
        yield "".join(core).lower()
    if core and len(core[0]) >= 4 and core[0].lower() not in ENGLISH:
        yield core[0].lower()


def _school_forms(short: str, own: str, stem: str) -> Iterator[str]:
    if len(own) > 3 and own != short:
        yield short
    if len(stem) >= 4:
        yield stem
    brand = brand_of(stem)
    if brand and len(brand) < len(stem) and not ordinary(brand):
        yield brand
    elif stem and not ordinary(stem) and stem not in GENERIC:
        yield stem
    for base in {short, own}:
        typed = _TYPED_SCHOOL.match(base.removesuffix("大学"))
        if typed and base.endswith("大学"):
            yield f"{typed[1]}{typed[2]}大"


def brand_of(own: str) -> str:
    """Give the word in an organisation's name that is its own.

    Parameters
    ----------
    own : str
        The name without place and legal form.

    Returns
    -------
    str
        The shortest beginning of at least two characters behind which trades follow; the first
        two where no such beginning is found.
    """
    if len(own) <= 2:
        return own
    good = _trades_from(own)
    for length in range(2, min(len(own), 6) + 1):
        if good[length]:
            return own[:length]
    return own[:2]


def _trades_from(own: str) -> list[bool]:
    good = [False] * (len(own) + 1)
    good[len(own)] = True
    for start in range(len(own) - 1, 1, -1):
        good[start] = any(
            good[stop]
            and (
                own[start:stop] in TRADES
                or (stop - start > 1 and known(own[start:stop]))
                or (stop - start == 1 and own[start] in _SMALL and stop < len(own))
            )
            for stop in range(start + 1, min(len(own), start + 6) + 1)
        )
    return good


def person_names(field: str) -> Iterator[str]:
    """Give the persons that a field of a team or a contact names.

    Parameters
    ----------
    field : str
        Such as ``"特殊钢组织控制组 白若溪教授、李四等6人"``.

    Yields
    ------
    str
        Folded names without titles; not those that are ordinary words, which a text may hold
        without meaning the person.
    """
    for part in team_parts(field):
        name = _AROUND_A_NAME.sub("", part)
        if re.fullmatch(r"[A-Za-z][A-Za-z.\-]{2,30}", name):
            continue
        dotted = len(re.split(r"[·•‧・]", name)) > 1 and len(name) <= 20
        if dotted or (is_person(name) and not ordinary_name(name)):
            yield squeeze(name)[0]
    latin = re.fullmatch(r"\s*([A-Z][a-z]{1,15}(?:[ \-][A-Z][a-z]{1,15}){1,3})\s*", fold(field))
    if latin:
        yield squeeze(latin[1])[0]


def is_person(name: str) -> bool:
    """Tell whether a word that stands alone in a field of persons is a name."""
    if not re.fullmatch(rf"[{HAN}]{{2,4}}", name) or _NOT_A_PERSON.search(name):
        return False
    if len(name) == 4:
        return name[:2] in COMPOUND_SURNAMES
    if name[:2] in COMPOUND_SURNAMES or name[0] in SURNAMES:
        return True
    # A rare surname: no word that the dictionary knows, and nothing of a machine in it.
    return not known(name) and not technical(name) and NOT_IN_A_GIVEN_NAME.isdisjoint(name)


def park_forms(park: str) -> Iterator[str]:
    """Give the forms of an industrial park's name that a text may use; none for a city's own."""
    for part in split_names(park):
        whole = squeeze(part)[0]
        own = without_place(whole)
        kind = _PARK_KIND.search(own)
        stem = own[: kind.start()] if kind else own
        if nameless(whole) or len(stem) < 2:
            continue
        yield whole
        yield own
        if not ordinary(stem):
            yield stem


def literal_forms(cell: str) -> Iterator[str]:
    """Give what a cell of a contact, an address or an account must not be repeated as."""
    for found in _DIGITS.finditer(fold(cell)):
        squeezed = squeeze(found.group())[0]
        if len(squeezed) >= 5 and any(c.isdigit() for c in squeezed):
            yield squeezed
    whole = squeeze(fold(cell))[0]
    if 5 <= len(whole) <= 80:
        yield whole
