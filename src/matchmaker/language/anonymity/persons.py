"""Persons in running text that no list names: by a title, a role or what they do."""

from __future__ import annotations

import re
from collections.abc import Iterator

from matchmaker.language.anonymity.folding import HAN
from matchmaker.language.anonymity.redaction import Kind
from matchmaker.language.anonymity.vocabulary import (
    BEFORE_A_NAME,
    COMMON_SURNAMES,
    COMPOUND_SURNAMES,
    GIVEN_NAME_ENDS,
    NOT_IN_A_GIVEN_NAME,
    SURNAMES,
)
from matchmaker.language.anonymity.words import Word, cut, known, ordinary, ordinary_name, technical

Found = tuple[int, int, Kind]

_TITLE_WORDS = (
    r"教授|讲师|博士后?(?![生点学论])|院士|研究员|工程师|高工|总工(?!程[^师])|主任|经理|副总|董事长|厂长|院长|所长|校长|"
    r"部长|处长|科长|书记|秘书长|老师(?!傅)|先生|女士|小姐|师傅|总监|主管|站长|社长|理事长|同志|同学|老板|站长"
)
_TITLES = re.compile(
    rf"(?:首席|特聘|客座|资深|正高级|副高级|高级|助理|常务|总|副){{0,3}}(?:{_TITLE_WORDS})"
)
_ROLES = re.compile(
    r"(?:联系人|联络人|负责人|法定代表人|法人代表|法人|带头人|完成人|发明人|经办人|主持人|首席专家|姓名|联系|"
    r"填报人|填表人|申报人|董事长|总经理|院长|导师|专家|对接人|接口人|contact(?:\s?person)?)"
    rf"(?:\s?[:]\s?|\s|是|为)|(?:联系人|联络人|对接人|填报人|经办人)(?=[{HAN}])",
    re.IGNORECASE,
)
_AFTER_TITLES = re.compile(
    r"(?:教授|博士|院士|研究员|工程师|董事长|总经理|厂长|先生|老师(?!傅)|同志|负责人|带头人|学者)[\s:]?"
)
_DOING = re.compile(
    r"(?:牵头|主持|带领|领衔|带队|等人|等\s?\d{1,2}\s?人|担任|老师(?!傅))|负责(?!人)"
)
_SENT = re.compile(r"由|请|找|委托|聘请|邀请|联系|[、，,与和]")
_END = re.compile(
    rf"$|[^{HAN}]|电话|手机|微信|邮箱|联系|座机|传真|教授|博士|研究员|工程师|主任|老师|先生|女士|经理|院士|等|的|团队|"
    r"牵头|主持|带领|负责|课题组|总工"
)
# One surname and one character for the trade: 王工, 李总. Only where nothing else can be meant.
_SHORT = re.compile(
    rf"(?:(?<![{HAN}])|(?<=[请找由与和跟向给问是])|(?<=联系)|(?<=联系人))"
    rf"([{''.join(sorted(COMMON_SURNAMES - set('高施万程钱车石白')))}][工总董])"
    rf"(?=$|[^{HAN}A-Za-z\d]|\d{{7}}|电话|手机|微信|联系|负责|牵头|说|您)"
)
_LITTLE = re.compile(
    rf"(?<![{HAN}])[小老][{''.join(sorted(COMMON_SURNAMES))}](?=$|[,，。;；、:\s(]|电话|手机|微信)(?!、)"
)
_DOTTED = re.compile(rf"[{HAN}]{{2,8}}[·•‧・][{HAN}]{{2,8}}(?:[·•‧・][{HAN}]{{2,8}})?")
_LATIN = re.compile(
    r"(?<![A-Za-z])([A-Z][a-z]{2,15}(?:[ .][A-Z][a-z]{0,15}){0,2})\s?"
    r"(?=教授|院士|博士(?!生|点|学)|先生|女士|研究员|老师)|"
    r"(?<![A-Za-z])(?:Prof|Dr|Mr|Mrs|Ms|Professor)\.?\s"
    r"([A-Z][a-z]{1,15}(?:[ .\-][A-Z][a-z]{0,15}){0,2})"
)
_NEXT_NAME = re.compile(r"\s?[、，,/;；]\s?|\s")
_UNITS = re.compile(r"[米秒时牛瓦克伏安度升]$")


def person_spans(text: str) -> Iterator[Found]:
    """Find persons.

    Parameters
    ----------
    text : str
        Of :func:`~matchmaker.language.anonymity.folding.closed`.

    Yields
    ------
    (start, end, kind)
        Without the title, which stays; they may overlap.
    """
    for title in _TITLES.finditer(text):
        start = _before(text, title.start())
        if start is not None:
            yield from _with_those_before(text, start, title.start())
    for role in _ROLES.finditer(text):
        yield from _listed(text, role.end(), strict=False)
    for title in _AFTER_TITLES.finditer(text):
        yield from _listed(text, title.end(), strict=True)
    for doing in _DOING.finditer(text):
        start = _before(text, doing.start(), least=2)
        if start is not None and (start == 0 or _SENT.match(text, start - 1) or _ends(text, start)):
            yield from _with_those_before(text, start, doing.start())
    for short in _SHORT.finditer(text):
        yield short.start(1), short.end(1), "person"
    for little in _LITTLE.finditer(text):
        yield little.start(), little.end(), "person"
    for latin in _LATIN.finditer(text):
        yield (*latin.span(1 if latin[1] else 2), "person")
    for dotted in _DOTTED.finditer(text):
        start, stop = _dotted(text, dotted.start(), dotted.end())
        if stop > start:
            yield start, stop, "person"


def _ends(text: str, at: int) -> bool:
    """Tell whether a sentence or a clause begins here."""
    return not re.match(rf"[{HAN}A-Za-z0-9]", text[at - 1])


def _with_those_before(text: str, start: int, stop: int) -> Iterator[Found]:
    """Give a name and those listed in front of it: 张三、李四教授."""
    yield start, stop, "person"
    while start > 1 and text[start - 1] in "、":
        earlier = _before(text, start - 1, least=2)
        if earlier is None:
            return
        yield earlier, start - 1, "person"
        start = earlier


def _before(text: str, at: int, *, least: int = 1) -> int | None:
    """Find where the name begins that ends at a place."""
    if at and text[at - 1] == " ":
        at -= 1
    window = text[max(0, at - 6) : at]
    if not window or not "\u3400" <= window[-1] <= "\u9fff":
        return None
    words = cut(window + text[at : at + 3])
    # 首先生产 holds no 先生: the word that the title begins in must begin with it.
    if any(a < len(window) < b and known(word) for word, a, b in words):
        return None
    for length in (4, 3, 2, 1):
        if length < least or length > len(window):
            continue
        name = window[-length:]
        first = len(window) - length
        # 外包 in front of 工程师: no one by the name of 包.
        if length == 1 and known(window[-2:]):
            continue
        if _is_name(name) and not _split(words, first, doing=least > 1):
            return at - length
    return None


def _split(words: list[Word], first: int, *, doing: bool) -> bool:
    """Tell whether a name would begin inside a word; 由于 may be 由 and the surname 于."""
    return any(
        start < first < stop and known(word) and not (doing and word == "由于")
        for word, start, stop in words
    )


def _is_name(name: str, *, common: bool = False, sure: bool = False) -> bool:
    """Tell whether some characters can be a name; ``sure`` where a role says that one follows."""
    surnames = COMMON_SURNAMES if common else SURNAMES
    if len(name) == 1:
        return name in COMMON_SURNAMES
    compound = name[:2] in COMPOUND_SURNAMES and len(name) > 2
    given = name[2:] if compound else name[1:]
    if not compound and (name[0] not in surnames or len(name) > 3):
        return False
    # 可 begins a name such as 可欣; elsewhere it says that something can be done.
    tested = given.removeprefix("可") if name[-1] in GIVEN_NAME_ENDS else given
    if not NOT_IN_A_GIVEN_NAME.isdisjoint(tested) or ordinary_name(name):
        return False
    if sure or compound or len(name) == 2:
        return True
    # 项目经 in front of 理 and the like.
    if name[0] in COMMON_SURNAMES and name[2] in GIVEN_NAME_ENDS:
        return True
    return not (_plain(name[:2]) or (_plain(name[1:]) and technical(name)))


def _plain(word: str) -> bool:
    return known(word) and ordinary(word)


def _listed(text: str, at: int, *, strict: bool) -> Iterator[Found]:
    """Give the names that stand one after another from a place on."""
    while True:
        stop = _after(text, at, strict=strict)
        if stop is None:
            return
        yield at, stop, "person"
        following = _NEXT_NAME.match(text, stop)
        if not following:
            return
        at, strict = following.end(), True


def _after(text: str, at: int, *, strict: bool) -> int | None:
    """Find where the name ends that begins at a place."""
    for length in (2, 3, 4):
        name = text[at : at + length]
        if len(name) < length or not re.fullmatch(rf"[{HAN}]+", name):
            break
        if _END.match(text, at + length) and _is_name(name, common=strict, sure=not strict):
            return at + length
    if strict:
        return None
    for word, _, stop in cut(text[at : at + 6]):
        if 2 <= len(word) <= 4 and not known(word) and _is_name(word, sure=True):
            return at + stop
        break
    return None


def _dotted(text: str, start: int, stop: int) -> tuple[int, int]:
    """Cut a name with dots in it out of what stands around it."""
    parts = re.split(r"[·•‧・]", text[start:stop])
    if all(_plain(part) or _UNITS.search(part) for part in parts):
        return start, start
    if all(all(known(word) and ordinary(word) for word, _, _ in cut(part)) for part in parts):
        return start, start
    # Ordinary words to the left belong to the sentence, and so does all from one on to the right.
    for word, _, _ in cut(parts[0])[:-1]:
        if not (word in BEFORE_A_NAME or (len(word) > 1 and known(word) and ordinary(word))):
            break
        start += len(word)
    behind = stop - len(parts[-1])
    for word, first, _ in cut(parts[-1])[1:]:
        if word in BEFORE_A_NAME or (len(word) > 1 and known(word) and ordinary(word)):
            return start, behind + first
    return start, stop
