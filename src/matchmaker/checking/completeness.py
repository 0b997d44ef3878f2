"""What a record must say before it is published, and what of it is there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from matchmaker.checking.placeholders import says_nothing
from matchmaker.checking.sentences import levelled, sentences
from matchmaker.records import Achievement, Need

NEED_ITEMS = ("background", "indicators", "deadline", "budget", "ownership", "cooperation")
"""What a need that is put out to tender (揭榜挂帅) must say."""

ACHIEVEMENT_ITEMS = ("body", "indicators", "maturity", "ip", "cooperation", "contact")
"""What an achievement that is offered should say."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that a record should say.

    Attributes
    ----------
    name : str
        Of :data:`NEED_ITEMS` or :data:`ACHIEVEMENT_ITEMS`.
    present : bool
        Whether it does.
    field : str
        Where it says so; empty if it does not.
    evidence : str
        The words that say so, as written.
    """

    name: str
    present: bool
    field: str = ""
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Completeness:
    """How complete a record is.

    Attributes
    ----------
    items : tuple of Item
        In the order of :data:`NEED_ITEMS` or :data:`ACHIEVEMENT_ITEMS`.
    """

    items: tuple[Item, ...]

    @property
    def present(self) -> int:
        """How many items are there."""
        return sum(item.present for item in self.items)

    @property
    def share(self) -> float:
        """How many of the items are there, in [0, 1]."""
        return self.present / len(self.items)

    @property
    def missing(self) -> tuple[str, ...]:
        """Names of the items that are not there."""
        return tuple(item.name for item in self.items if not item.present)


# Headings of columns that are no field of their own.
_HEADINGS = {
    "background": re.compile(r"背景|现状|难点|存在问题"),
    "indicators": re.compile(r"指标|目标|参数要求"),
    "deadline": re.compile(r"时限|期限|截止|完成时间|周期|工期"),
    "budget": re.compile(r"预算|资金|经费|投入|金额"),
    "ownership": re.compile(r"产权|成果归属|权属"),
    "cooperation": re.compile(r"合作(?:方式|模式|意向)"),
    "maturity": re.compile(r"成熟|阶段"),
    "ip": re.compile(r"专利|产权|著作权"),
    "contact": re.compile(r"联系|电话|邮箱|单位"),
    "body": re.compile(r"简介|内容"),
}
_NUMBER = r"\d[\d.,]*"
_TARGET = re.compile(
    r"希望|要求|目标|指标|想|需|求|实现|达到|保证|确保|保持|控制在|降[到至低]|提高|提升|缩短|"
    r"减少|不[低高超大小少]|能[^，]{0,6}(?:以|到)"
)
_BOUND = re.compile(
    rf"[≥≤><±]=? ?{_NUMBER}|(?:不低于|不高于|不超过|不大于|不小于|不少于|"
    r"低于|高于|大于|小于|少于|多于|优于|达到?|"
    rf"控制在|降[到至低]|提[高升到至]{{1,2}}|缩短[到至]?|减少[到至]?|恢复到|做到|超过|在|至)[约了]?"
    rf" ?[每φ]?{_NUMBER} ?(?:[%‰℃°a-zA-Zμ万亿元年月天日小时分秒吨个次倍件米公克斤人号级度只片支])|"
    rf"{_NUMBER} ?[\w%/·²³℃μ‰]{{0,8}} ?(?:以上|以下|以内|之内|左右)|{_NUMBER}倍|"
    rf"(?:降|提高?|减少)(?:一半|{_NUMBER}%|[一二三四五六七八九两]成)|零(?:漏|排)|f2≥|为零|未检出"
)
_FIGURE = re.compile(
    rf"(?:率|含量|纯度|精度|浓度|系数|强度|寿命|能力|产能|时间|速度|厚度|真空|等级|粘数|粘?度|流量|误差|保鲜|返潮|发霉|海运)"
    rf"[^，。；]{{0,6}}?{_NUMBER}"
)
_DEADLINE = re.compile(
    r"(?:20\d\d)年(?:\d{1,2}月)?(?:\d{1,2}[日号])?(?:[底末]|供暖季)?(?:以?之?前|之?内|完成|建成|投产|交付)|"
    r"(?:\d{1,2}|[一二两三四五六八九十半]{1,3})(?:个月|年|周|天)(?:之?内|以内)?"
    r"(?:完成|见效|交付|见到效果|出报告|内建成|投[运产]|落地|建成)|(?:今年|明年|(?<![一-龥0-9])年)(?:年?底|内)(?:之?前)?|"
    r"(?:(?<![一-龥])年底|供暖[季期]?|汛期|[春夏秋冬]季|雨季)(?:之?前|完成)|最好(?:半年|一年|年内)[^，。]{0,4}|"
    r"(?:完成(?:时限|时间|期限)|工期|时限|期限)[:为是约 ]{0,3}(?:\d|[一二两三半])[^，。；]{0,6}|"
    r"周期[:为]\s?(?:\d|[一二两三半])[^，。；]{0,6}|"
    r"(?:\d{1,2}|[一二两三半]{1,2})个?月(?:之?内|以内)"
)
_MONEY = rf"{_NUMBER}(?: ?[-~至—–] ?{_NUMBER})? ?(?:万|亿)"
_BUDGET = re.compile(
    rf"(?:预算|经费|拟?投入|愿(?:意)?(?:出|投)|投资|资金|受让费|转让费|费用|合计|出资|研发投入)"
    rf"[^，。；\n\d]{{0,8}}{_MONEY}"
)
_NO_BUDGET = re.compile(
    r"总投资|已(?:经)?投入|注册资|利税|损失|每年|处置费|处理费|刀具费|成本|销售|投资了|备件"
)
_OWNERSHIP = re.compile(
    r"(?:知识产权|专利权?|成果|著作权|产权)[^。；，\n]{0,10}?(?:归[^，。；]{1,8}|属于?[^，。；]{1,6}|双方|共有|共享|协商|面议)|"
    r"成果共享|产权共享|归(?:我方|我司|甲方|乙方|双方|企业|公司|委托方|我公司)(?:所有|共有)?"
)
_MODES = (
    r"联合(?:开发|攻关|研发|研制|培养)|合作(?:开发|研发|攻关|研究|方式)|委托(?:开发|研发|研制)|"
    r"技术(?:转让|许可|服务|咨询|入股|引进)|作价入股|(?:普通|独占|排他)(?:性)?许可|买断|总承包|"
    r"咨询服务|校企合作|产学研|合作(?:推广|实施)|转让"
)
_COOPERATION = re.compile(_MODES)
_PROBLEM = re.compile(
    r"目前|现有|现在|由于|导致|造成|问题|困难|严重|矛盾|查不出|担心|发热|自燃|超过|超温|硬|软|危险|不[足稳接买爱能到够准住敢好均齐懂熟会明]|没有?[^，。]{0,4}(?:办法|效果|规律|改善|把握)|"
    r"易|太|差|慢|偏|超标|退货|投诉|浪费|污染|损[失耗]|堵|裂|漏|磨|腐蚀|误报|结垢|老化|板结|变形|断|波动|"
    r"靠人|人工|危废|费[用高]|[高低]，|只[有能]|堆|报废|起泡|锈|烧|啸|掉|怕|异味|味|分层|沉淀|降到|依赖|卡|停|"
    r"进口|翘|缺|短缺|零散|争议|扰|[受被](?:不|退)|污|退化|贵|压力|含|难|缩水|抽检|翻修|丢|残"
)
_WANTED = re.compile(
    r"^(?:公司|我[司厂]|本[公司厂]{1,2})?(?:希望|需要?|求|寻|拟|计划|准备|采购|招聘|想|请|急需|要求|长期|每月需)"
)
_MATURITY = re.compile(
    r"TRL ?\d|[小中]试|示范|产业化|量产|批量|样机|工程化|实验室|成熟|定型|推广应用|"
    r"(?:已|先后)?在[^，。；]{1,14}(?:应用|安装|使用|"
    r"运行)|已建成|完成[^，。]{0,8}(?:安装|试验)|取得[^，。]{0,6}证"
)
_IP = re.compile(
    r"(?:发明|实用新型|软件|授权|申请)[^，。；]{0,4}专利|专利[^，。；]{0,6}\d|软件著作权|软著|新品种权|PCT"
)
_CONTACT = re.compile(r"联系(?:人|电话|方式)|电话|邮箱|1\d{10}")

Finder = Callable[[Need | Achievement], Item]


def check_completeness(record: Need | Achievement) -> Completeness:
    """Say which items a record has: in a field of its own, in another column, or in its text.

    A budget needs an amount (面议 names none), a cooperation only a word (面议 and 不限 are modes),
    an ownership only a rule (双方协商 is one).

    Parameters
    ----------
    record : Need or Achievement

    Returns
    -------
    Completeness
    """
    if isinstance(record, Need):
        return Completeness(tuple(_need_item(record, name) for name in NEED_ITEMS))
    return Completeness(tuple(_achievement_item(record, name) for name in ACHIEVEMENT_ITEMS))


def _need_item(record: Need, name: str) -> Item:
    if name == "deadline" and record.deadline is not None:
        return Item(name, True, name, record.deadline.isoformat())
    fields = {
        "indicators": (("goals", record.goals),),
        "budget": (("budget", record.budget),),
        "cooperation": (("cooperation", "；".join(record.cooperation)),),
    }.get(name, ())
    return (
        _in_fields(name, (*fields, *_columns(record, name)))
        or _in_text(name, record)
        or Item(name, False)
    )


def _achievement_item(record: Achievement, name: str) -> Item:
    fields = {
        "body": (("body", record.body),),
        "indicators": (("indicators", record.indicators),),
        "maturity": (("maturity", record.maturity),),
        "ip": (("ip", record.ip),),
        "cooperation": (("cooperation", "；".join(record.cooperation)),),
        "contact": (("organisation", record.organisation), ("team", record.team)),
    }[name]
    return (
        _in_fields(name, (*fields, *_columns(record, name)))
        or _in_text(name, record)
        or Item(name, False)
    )


def _columns(record: Need | Achievement, name: str) -> Iterator[tuple[str, str]]:
    heading = _HEADINGS[name]
    for key, text in record.extra.items():
        if heading.search(key):
            yield f"extra:{key}", text


def _in_fields(name: str, fields: tuple[tuple[str, str], ...]) -> Item | None:
    for field, text in fields:
        if not text or says_nothing(text):
            continue
        if name == "budget" and not re.search(r"\d|[一二三四五六七八九十百千两]+万", text):
            continue
        if name == "deadline" and not re.search(r"\d|年|月|季|周|天|前", text):
            continue
        return Item(name, True, field, text[:60])
    return None


def _in_text(name: str, record: Need | Achievement) -> Item | None:
    fields = [("body", record.body), ("title", record.title)]
    if isinstance(record, Need):
        fields[1:1] = [("goals", record.goals), ("foundation", record.foundation)]
    for field, text in fields:
        if not text or says_nothing(text):
            continue
        span = _SEARCHES[name](levelled(text), field)
        if span:
            return Item(name, True, field, text[slice(*span)].strip())
    return None


def _pattern(pattern: re.Pattern[str]) -> Callable[[str, str], tuple[int, int] | None]:
    def search(text: str, field: str) -> tuple[int, int] | None:
        found = pattern.search(text) if field != "title" else None
        return found.span() if found else None

    return search


def _indicators(text: str, field: str) -> tuple[int, int] | None:
    for sentence in sentences(text):
        cue = _TARGET.search(sentence.text)
        for pattern in (_BOUND, _FIGURE) if cue else ():
            found = pattern.search(sentence.text, cue.start() if cue else 0)
            if found:
                return sentence.start + found.start(), sentence.start + found.end()
        sign = re.search(r"[≥≤] ?\d[\d.]*", sentence.text)
        if sign:
            return sentence.start + sign.start(), sentence.start + sign.end()
    return None


def _budget(text: str, field: str) -> tuple[int, int] | None:
    for found in _BUDGET.finditer(text):
        if not _NO_BUDGET.search(text, max(0, found.start() - 6), found.end()):
            return found.span()
    return None


def _background(text: str, field: str) -> tuple[int, int] | None:
    if field != "body":
        return None
    for sentence in sentences(text):
        if _PROBLEM.search(sentence.text) and not _WANTED.match(sentence.text):
            return sentence.start, sentence.end
    return None


def _figures(text: str, field: str) -> tuple[int, int] | None:
    if field == "title":
        return None
    found = re.search(
        r"[≥≤><±] ?\d|\d[\d.]*\s?(?:%|[a-zA-Zμ℃]|吨|小时|分钟|倍|万|年|米|克|天|个百分点)", text
    )
    return found.span() if found else None


_SEARCHES: dict[str, Callable[[str, str], tuple[int, int] | None]] = {
    "background": _background,
    "indicators": _indicators,
    "deadline": _pattern(_DEADLINE),
    "budget": _budget,
    "ownership": _pattern(_OWNERSHIP),
    "cooperation": _pattern(_COOPERATION),
    "body": lambda text, field: None,
    "maturity": _pattern(_MATURITY),
    "ip": _pattern(_IP),
    "contact": _pattern(_CONTACT),
}
