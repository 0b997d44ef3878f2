"""Records with invented names put into them, and what may not be left of each name.

Every name is made from lists, with a seed: organisations of all kinds, persons, phones, mail and
other addresses, brands, accounts, papers, patents and contracts. Some are known from a field of
another record and stand anywhere without company; the others have the form or the company by
which a person would know them.
"""

from __future__ import annotations

import functools
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from matchmaker.records import Achievement, Need

Record = Need | Achievement


@dataclass(frozen=True)
class Lists:
    """What names are made of; ``plain_brands`` hold dictionary words, so a field must name them."""

    brands: Sequence[str]
    trades: Sequence[str]
    cities: Sequence[str]
    surnames: Sequence[str]
    given: Sequence[str]
    streets: Sequence[str]
    pinyin: Sequence[str]
    plain_brands: Sequence[str] = ()


@dataclass(frozen=True)
class Case:
    """A record with a name in it.

    ``clean`` is the record before, ``record`` with the name, ``others`` records that make the
    name known; ``left`` may not be found in what is made of ``record``; ``words`` were put in.
    """

    kind: str
    how: str
    clean: Record
    record: Record
    left: tuple[str, ...]
    words: str
    others: tuple[Record, ...] = field(default=())


ENDINGS = (
    "有限公司", "股份有限公司", "有限责任公司", "集团有限公司", "集团", "厂", "研究院有限公司",
    "科技发展有限公司",
)  # fmt: skip
SCHOOLS = (
    "大学",
    "理工大学",
    "科技大学",
    "农业大学",
    "职业技术学院",
    "医院",
    "专业合作社",
    "律师事务所",
)
TITLES = (
    "教授",
    "副教授",
    "博士",
    "高级工程师",
    "研究员",
    "主任",
    "经理",
    "总工程师",
    "老师",
    "女士",
    "院士",
)
ROLES = ("联系人：", "负责人：", "项目负责人: ", "法定代表人：", "主要完成人：", "联系人 ")
ORGANISATION_TEXTS = (
    "由{0}提供试样。", "该设备采购自{0}，已停产。", "与{0}合作开展中试。", "（{0}）已完成试用。",
    "目前委托{0}代为检测。", "产品供应{0}等单位。", "客户为{0}。", "曾向{0}和多家单位询价。",
    "在{0}建有示范线。", "{0}现有员工若干。", "本项目依托{0}。", "已转让给{0}使用。",
)  # fmt: skip
PLAIN_TEXTS = ("见{0}。", "{0}，另附。", "说明：{0}；", "（{0}）")
BARE_TEXTS = (
    "{0}的产线已停。",
    "请看{0}现场。",
    "先在{0}试点，再推广。",
    "“{0}”曾用过同样办法。",
    "{0}",
)


def spaced(text: str) -> str:
    return " ".join(text)


def wide(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


@functools.cache
def converter() -> Any:
    from opencc import OpenCC

    return OpenCC("s2t")


def traditional(text: str) -> str:
    return str(converter().convert(text))


def mixed(text: str) -> str:
    return "".join(c.upper() if i % 2 else c.lower() for i, c in enumerate(text))


def digits(rng: random.Random, n: int) -> str:
    return "".join(rng.choice("0123456789") for _ in range(n))


def pieces(name: str, n: int) -> tuple[str, ...]:
    return tuple({name[i : i + n] for i in range(len(name) - n + 1)})


class Maker:
    """Makes cases from clean records."""

    def __init__(self, base: Sequence[Record], lists: Lists, seed: int) -> None:
        self.base, self.lists, self.rng = list(base), lists, random.Random(seed)
        self.count = 0

    def case(self, kind: str, how: str, text: str, left: Sequence[str], *others: Record) -> Case:
        """Put a text into one field of a record."""
        clean: Any = self.rng.choice(self.base)
        self.count += 1
        goal = "goals" if isinstance(clean, Need) else "indicators"
        more = "attempted" if isinstance(clean, Need) else "applications"
        where = self.rng.choice(("title", "body", "body", "body", goal, more, "middle"))
        if where == "middle":
            cut = clean.body.find("。") + 1
            changed = {"body": clean.body[:cut] + text + clean.body[cut:]}
        elif where == "title":
            changed = {"title": f"{clean.title}，{text}"}
        else:
            before = getattr(clean, where)
            changed = {
                where: f"{before}{'' if before.endswith('。') or not before else '。'}{text}"
            }
        record = replace(clean, **changed)
        return Case(kind, f"{how} in {where}", clean, record, tuple(left), text, tuple(others))

    def column(self, kind: str, heading: str, cell: str, left: Sequence[str]) -> Case:
        """Put a text into a further column."""
        clean: Any = self.rng.choice(self.base)
        record = replace(clean, extra={**clean.extra, heading: cell})
        return Case(kind, f"column {heading}", clean, record, tuple(left), "")

    def field(self, kind: str, name: str, value: Any, left: Sequence[str]) -> Case:
        """Put a text into a field of its own, such as the id."""
        clean: Any = self.rng.choice([record for record in self.base if hasattr(record, name)])
        changed = replace(clean, **{name: value})
        return Case(kind, f"field {name}", clean, changed, tuple(left), "")

    def pick(self, values: Sequence[Any]) -> Any:
        return self.rng.choice(values)

    def company(self, *, known: bool = False) -> tuple[str, str]:
        """Give a company's name and its own word."""
        plain_brands = self.lists.plain_brands if known else ()
        brand = self.pick((*self.lists.brands, *plain_brands))
        place = self.pick(
            ("", "", self.pick(self.lists.cities), f"{self.pick(self.lists.cities)}市")
        )
        ending = self.pick(ENDINGS)
        return f"{place}{brand}{self.pick(self.lists.trades)}{ending}", brand

    def person(self) -> str:
        return f"{self.pick(self.lists.surnames)}{self.pick(self.lists.given)}"

    def owner(self, name: str) -> Record:
        """Give a record that makes an organisation known."""
        return Need(id=f"OWN{self.count}", title="某项需求", organisation=name)

    def organisations(self) -> Case:
        name, brand = self.company()
        if self.rng.random() < 0.25:
            name = f"{self.pick(self.lists.cities)}{brand}{self.pick(SCHOOLS)}"
        form: Callable[[str], str] = self.pick((str, str, spaced, wide, traditional))
        return self.case(
            "organisation", form.__name__, self.pick(ORGANISATION_TEXTS).format(form(name)), [brand]
        )

    def known_organisations(self) -> Case:
        name, brand = self.company(known=True)
        short = name[name.index(brand) :]
        for ending in sorted(ENDINGS, key=len, reverse=True):
            short = short.removesuffix(ending)
        form: Callable[[str], str] = self.pick((str, str, spaced, traditional))
        used = self.pick((name, short, brand, brand, f"{brand}公司", f"{brand}牌"))
        text = self.pick(BARE_TEXTS).format(form(used))
        return self.case("known organisation", form.__name__, text, [brand], self.owner(name))

    def persons(self) -> Case:
        name = self.person()
        text = self.pick((
            f"{name}{self.pick(TITLES)}", f"{self.pick(ROLES)}{name}",
            f"{name} {self.pick(TITLES)}",
            f"由{name}牵头完成", f"{self.pick(ROLES)}{name}{self.pick(TITLES)}",
            f"与{name}{self.pick(TITLES)}讨论过",
        ))  # fmt: skip
        return self.case("person", "company", f"{self.pick(('', '，'))}{text}。", pieces(name, 2))

    def known_persons(self) -> Case:
        name = self.person()
        form: Callable[[str], str] = self.pick((str, spaced, traditional))
        owner: Record = self.pick((
            Achievement(id=f"T{self.count}", title="成果", team=f"特种加工课题组 {name}教授"),
            Achievement(id=f"T{self.count}", title="成果", team=f"{name}、李某某等"),
            Need(id=f"T{self.count}", title="需求", extra={"联系人": f"{name}（经理）"}),
        ))  # fmt: skip
        text = self.pick(BARE_TEXTS).format(form(name))
        return self.case("known person", form.__name__, text, pieces(name, 2), owner)

    def phones(self) -> Case:
        rng = self.rng
        mobile = f"1{rng.choice('3456789')}{digits(rng, 9)}"
        three = (mobile[:3], mobile[3:7], mobile[7:])
        number = self.pick((
            mobile, "-".join(three), " ".join(three), f"+86 {mobile}", f"+86-{mobile}",
            wide(mobile), spaced(mobile),
            f"024-{digits(rng, 8)}", f"0411 {digits(rng, 8)}", f"(0451){digits(rng, 8)}",
            f"400-{digits(rng, 3)}-{digits(rng, 4)}",
            f"QQ：{rng.choice('123456789')}{digits(rng, 8)}",
            f"微信号 {self.pick(self.lists.pinyin)}_{digits(rng, 4)}",
            f"电话：{rng.choice('2345678')}{digits(rng, 7)}",
            f"024-{digits(rng, 8)}转{digits(rng, 3)}",
        ))  # fmt: skip
        left = [
            piece
            for run in re.findall(r"\d{4,}", plain(number))
            for piece in pieces(run, min(6, len(run)))
        ]
        return self.case("phone", "form", self.pick(PLAIN_TEXTS).format(number), left)

    def mails(self) -> Case:
        rng = self.rng
        name, host = self.pick(self.lists.pinyin), self.pick(self.lists.pinyin)
        text = self.pick((
            f"{name}{digits(rng, 3)}@{host}.com", f"{mixed(name)}@{host}.com.cn",
            f"{name}＠{host}.com",
            f"{name}(at){host}.com", f"{name}.{digits(rng, 2)}@mail.{host}.edu.cn",
            wide(f"{name}@{host}.com"),
            f"www.{host}.com", f"https://{host}.cn/a?b=1", f"{host}.com.cn", f"{name} @ {host}.com",
        ))  # fmt: skip
        left = [word for word in (name, host) if word in text.lower() or not text.isascii()]
        return self.case("mail or web", "form", self.pick(PLAIN_TEXTS).format(text), left)

    def addresses(self) -> Case:
        rng = self.rng
        street, other = self.pick(self.lists.streets), self.pick(self.lists.streets)
        number = rng.randint(2, 399)
        text = self.pick((
            f"{street}路{number}号", f"地址：沈阳市{other}区{street}街{number}号",
            f"{street}大街{number}-{rng.randint(1, 9)}号",
            f"{other}区{street}路{number}号{rng.randint(1, 30)}层",
            f"{street}大厦{rng.randint(2, 30)}层{number}室",
            f"地址：{other}县{street}镇", f"位于大连市{street}路{number}号",
        ))  # fmt: skip
        left = [word for word in (street, other) if word in text]
        return self.case("address", "form", self.pick(PLAIN_TEXTS).format(text), left)

    def brands(self) -> Case:
        brand, latin = self.pick(self.lists.brands), self.pick(self.lists.pinyin)
        text, left = self.pick((
            (f"使用{brand}牌轴承钢", brand), (f"“{brand}”牌润滑油", brand), (f"{brand}®涂料",
            brand),
            (f"{latin.upper()}®助剂", latin), (f"{latin}™平台", latin), (f"注册商标“{brand}”",
            brand),
            (f"品牌：{brand}", brand), (f"商标：「{brand}」", brand),
        ))  # fmt: skip
        return self.case("brand", "form", self.pick(PLAIN_TEXTS).format(text), [left])

    def numbers(self) -> Case:
        rng = self.rng
        year = rng.randint(2008, 2024)
        letters = "ABCDEFGHJKLMNPQRTUWXY"
        serial = f"{digits(rng, 7)}"
        bank = f"62{digits(rng, 17)}"
        text = self.pick((
            f"账号：{bank}", f"开户账号 {' '.join(bank[i : i + 4] for i in range(0, 19, 4))}", bank,
            f"统一社会信用代码9121{digits(rng, 4)}MA{digits(rng, 7)}{rng.choice(letters)}",
            f"9121{digits(rng, 4)}MA{digits(rng, 7)}{rng.choice(letters)}",
            f"身份证210102{year - 30}0{rng.randint(1, 9)}1{rng.randint(0, 9)}{digits(rng, 3)}X",
            f"ZL{year}1{serial}.{rng.randint(0, 9)}", f"专利号：ZL {year} 1 {serial}.X",
            f"{year}1{serial}.{rng.randint(0, 9)}",
            f"CN1{digits(rng, 8)}B", f"合同编号：HT-{year}-{digits(rng, 5)}",
            f"合同号{rng.choice('ABC')}{year}-{digits(rng, 6)}",
            f"PCT/CN{year}/{digits(rng, 6)}", f"{year}SR{digits(rng, 7)}",
            wide(f"ZL{year}1{serial}.{rng.randint(0, 9)}"),
        ))  # fmt: skip
        runs = re.findall(r"\d{6,}", plain(text))
        left = [piece for run in runs for piece in pieces(run, 6)]
        return self.case("number", "form", self.pick(PLAIN_TEXTS).format(text), left)

    def elsewhere(self) -> Case:
        rng = self.rng
        name, brand = self.company()
        person = self.person()
        mobile = f"13{digits(rng, 9)}"
        latin = self.pick(self.lists.pinyin)
        made: Case = self.pick((
            self.column("column", "联系人", person, pieces(person, 2)),
            self.column("column", "联系方式", f"{person} {mobile}", [*pieces(mobile, 6),
            *pieces(person, 2)]),
            self.column("column", "单位地址", f"{name}院内", [brand]),
            self.column("column", "合作单位", name, [brand]),
            self.column("column", "备注", f"{person}已电话沟通", pieces(person, 2)),
            self.column("column", "技术优势", f"与{name}合作，寿命提高20%", [brand]),
            self.field("id", "id", f"{brand}-{digits(rng, 3)}", [brand]),
            self.field("id", "id", f"{name}_{digits(rng, 2)}", [brand]),
            self.field("id", "id", mobile, pieces(mobile, 6)),
            self.field("id", "id", f"{latin}-{digits(rng, 3)}", [latin]),
            self.field("source", "source", f"{name}推荐", [brand]),
            self.field("organisation", "organisation", name, [brand]),
            self.field("team", "team", f"{person}团队", pieces(person, 2)),
            self.field("keywords", "keywords", ("轴承钢", name), [brand]),
            self.field("park", "park", f"{brand}产业园", [brand]),
            self.field("ip", "ip", f"ZL20231{digits(rng, 7)}.1，权属{name}", [brand]),
            self.field("region", "region", f"辽宁省沈阳市{brand}路88号", [brand]),
        ))  # fmt: skip
        # An id is told by a name only if the name is known.
        others = () if made.kind != "id" else (self.owner(name),)
        return replace(made, others=others)


KINDS: Sequence[Callable[[Maker], Case]] = (
    Maker.organisations,
    Maker.organisations,
    Maker.known_organisations,
    Maker.known_organisations,
    Maker.persons,
    Maker.persons,
    Maker.known_persons,
    Maker.phones,
    Maker.mails,
    Maker.addresses,
    Maker.brands,
    Maker.numbers,
    Maker.elsewhere,
    Maker.elsewhere,
)


def make_cases(base: Sequence[Record], lists: Lists, *, n: int, seed: int) -> list[Case]:
    """Make n records with names in them, of all kinds in turn."""
    maker = Maker(base, lists, seed)
    return [KINDS[i % len(KINDS)](maker) for i in range(n)]


def plain(value: object) -> str:
    """Give everything that a plain record holds as one text: letters and digits in one spelling."""
    from matchmaker.language.normalize import matching_text

    if isinstance(value, dict):
        # Fields are parted, so that no name grows out of two of them.
        return "\n".join(f"{plain(key)}\n{plain(item)}" for key, item in value.items())
    if isinstance(value, list | tuple):
        return "\n".join(map(plain, value))
    return "".join(filter(str.isalnum, matching_text(str(value)).lower()))


def leaks(case: Case, shown: Record) -> list[str]:
    """Give what is left of a case's name in what is shown, unless the record had it before."""
    before = replace(case.clean, id="X", organisation="", extra={}, origin=None, source="")
    now, then = plain(shown.to_dict()), plain(before.to_dict())
    return [part for part in map(plain, case.left) if part in now and part not in then]


TEST_LISTS = Lists(
    brands=(
        "宏砺", "澜骁", "曜砼", "祺沣", "铎昇", "翊舟", "珂锐", "砺川", "朔熠", "鼎垚", "泓骏",
        "昶岳", "麒沅", "睿砻", "垣驰",
        "镧晖", "旻拓", "喆维", "沐岚", "岱峤", "翎曜", "瀚彧", "菡宸", "蓦然居", "乔家洼",
    ),
    plain_brands=("石鼓坪", "柳河套", "镁都岭"),
    trades=(
        "特钢", "新材料", "精密机械", "生物制药", "电气", "环保科技", "化工", "信息技术", "铝业",
        "轴承", "食品", "智能装备",
        "农业科技", "医疗器械", "耐火材料", "光电",
    ),
    cities=("沈阳", "大连", "鞍山", "抚顺", "郑州", "洛阳", "苏州", "长春", "淄博", "西安"),
    surnames=("张", "王", "李", "赵", "陈", "杨", "周", "吴", "欧阳", "司徒", "诸葛", "梁", "韩",
    "冯", "邓", "蔡", "尉迟"),
    given=("伟", "建国", "晓梅", "志强", "若溪", "雨桐", "明哲", "静怡", "浩然", "玉兰", "德胜",
    "思远", "一诺", "淑芬", "鹏飞"),
    streets=("创新", "浑河", "青年", "崇山", "银杉", "翠柳", "星海", "嘉禾", "芳草", "望江", "凌云",
    "和睦"),
    pinyin=("zhangwei", "hongli", "liujianguo", "tiexi", "lanxiao", "wangxiaomei", "dingyao",
    "shuoyi"),
)  # fmt: skip
