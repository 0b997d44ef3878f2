"""Texts that say nothing, and texts that were damaged on their way."""

from __future__ import annotations

import re
from collections.abc import Iterator

from matchmaker.checking.findings import Finding
from matchmaker.checking.sentences import levelled
from matchmaker.language.normalize import clean_text
from matchmaker.records import Achievement, Need
from matchmaker.records.cells import is_placeholder
from matchmaker.records.types import field_kinds

_LONGEST = 60
_NOTHING = re.compile(
    r"(?:待|暂)(?:补充?|定|完善|填写?|提供|不提供|未提供|缺|确认)(?:中|后补)?|空白?|同(?:上|前|左)(?:一?[行条项])?|"
    r"(?:测试|试验一下|test(?:ing)?|demo|示例|样例|演示)(?:数据|记录|用)?\d{0,4}|(?:测试){2,}\d{0,4}|"
    r"x{2,}|asdf\w{0,8}|qwer\w{0,8}|abc(?:d\w{0,4})?|0?123\d{0,7}|lorem ipsum[^一-鿿]{0,60}|"
    r"(?:[请详具体内容均参可]{0,4}见|参见|详情见|同)(?:附[件表图页录]|附后|技术协议|说明书|原文|网站|链接|文件)"
    r"[^。；\n]{0,24}|请?(?:在此)?(?:输入|填写)[^。；]{0,12}|"
    r"(?:需求|难题|项目|成果|技术)(?:名称|描述|内容|简介|标题|说明)|未命名|新建|标题|名称|内容|n\.?a\.?",
    re.IGNORECASE,
)
_REPEATED = re.compile(r"(\S)\1{2,}")
_SIGNS = re.compile(r"[\W_]+")
_STRIPPED = " \t\n()[]【】。.,，:：《》<>“”\"'"
_MASKED = re.compile(
    r"\*{2,}|[○□]{2,}|某某+|(?<![A-Za-z0-9])(?:[xX]{2,}|[×]{2,})(?=[\u3400-\u9fff])|(?<=\d)[xX]{4,}"
)
_ENCODING = re.compile(
    r"锟斤拷(?:锟斤拷|锟|斤|拷)*|(?:烫烫|屯屯)[烫屯]*|\ufffd+|"
    r"(?:[\u00c2-\u00ef][^\x00-\x7f\u3000-\u9fff\uff00-\uffef]{1,2}){2,}|(?<!\?)\?{3,}(?!\?)"
)
_ESCAPE = re.compile(r"(?:\\r)?\\n|_x000[dD]_")
_LOST = re.compile(r"[\s,，.。、;；:：!！?？)）\]】]+")


def says_nothing(text: str) -> bool:
    """Say whether a text stands only for a missing one.

    Parameters
    ----------
    text : str
        Of one field.

    Returns
    -------
    bool
        True of 无, 待补充, 测试, 见附件, 同上, xxx, 123, a single character again and again, and
        signs alone; False of an empty text, which does not pretend to say anything.

    Examples
    --------
    >>> says_nothing("详见附件一"), says_nothing("测试台架"), says_nothing("面议")
    (True, False, False)
    """
    if not text or len(text) > _LONGEST + 40:
        return False
    if is_placeholder(text):
        return True
    bare = levelled(text).strip(_STRIPPED)
    if not bare:
        return True
    return bool(
        is_placeholder(bare)
        or (len(bare) <= _LONGEST and _NOTHING.fullmatch(bare))
        or _REPEATED.fullmatch(bare)
        or _SIGNS.fullmatch(bare)
    )


def texts_of(record: Need | Achievement) -> Iterator[tuple[str, str]]:
    """Give the texts of a record with the names of their fields.

    Parameters
    ----------
    record : Need or Achievement

    Yields
    ------
    (str, str)
        Field and text, as written; ``extra:HEADING`` for a column that is no field. The id is left
        out, and so is what is empty.
    """
    kinds = field_kinds(type(record))
    for name, text in zip(kinds.texts, kinds.get_texts(record), strict=True):
        if text and name != "id":
            yield name, text
    for name in kinds.lists:
        for item in getattr(record, name):
            yield name, item
    for heading, text in record.extra.items():
        if text:
            yield f"extra:{heading}", text


def find_placeholders(record: Need | Achievement) -> Iterator[Finding]:
    """Find texts that say nothing.

    Yields
    ------
    Finding
        ``placeholder``, one a field.
    """
    for field, text in texts_of(record):
        if says_nothing(text):
            yield Finding("placeholder", field, 0, len(text), text)


def find_damage(record: Need | Achievement) -> Iterator[Finding]:
    r"""Find masked words, wrong encodings, literal line ends and a lost beginning.

    Yields
    ------
    Finding
        ``masked`` and ``encoding`` for each place; ``escape`` once a field, for a literal ``\n``;
        ``lost_beginning`` where a body begins with a comma or a full stop. The last two propose
        the repaired text, and so does ``encoding`` where the text can be decoded again.
    """
    for field, text in texts_of(record):
        for found in _MASKED.finditer(text):
            yield Finding("masked", field, *found.span(), _around(text, *found.span()))
        for found in _ENCODING.finditer(text):
            again = decoded_again(found.group())
            yield Finding("encoding", field, *found.span(), found.group(), again)
        if escape := _ESCAPE.search(text):
            yield Finding("escape", field, *escape.span(), escape.group(), clean_text(text))
        whole = field in ("title", "body") and not says_nothing(text)
        if whole and (lost := _LOST.match(text)) and lost.group().strip():
            yield Finding("lost_beginning", field, 0, lost.end(), text[:12], clean_text(text))


def decoded_again(text: str) -> str:
    """Decode UTF-8 that was taken for Latin-1 or Windows-1252.

    Parameters
    ----------
    text : str

    Returns
    -------
    str
        Empty where it was not.
    """
    for encoding in ("cp1252", "latin-1"):
        try:
            return text.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
    return ""


def _around(text: str, start: int, end: int) -> str:
    return text[max(0, start - 6) : end + 6]
