"""What further columns and ids of a record hold, by their headings and their form."""

from __future__ import annotations

import re
from collections.abc import Iterator

from matchmaker.language.anonymity.names import plain_brand, plain_person, split_names, team_parts
from matchmaker.language.anonymity.organisations import kind_of
from matchmaker.language.anonymity.redaction import Kind
from matchmaker.language.anonymity.vocabulary import ID_WORDS
from matchmaker.records import Achievement, Need


def _any_of(*words: str) -> re.Pattern[str]:
    return re.compile("|".join(words), re.IGNORECASE)


OF_PERSONS = _any_of(
    "联系人|联系方式|负责人|法人|法定代表|姓名|经办|填报人|填表人|完成人|发明人|专家|团队|对接人",
    "接口人|主持人|带头人|导师|contact|person|inventor|name",
)
"""Headings of columns that name persons."""

OF_ORGANISATIONS = _any_of(
    "单位|企业|公司|机构|学校|高校|院校|客户|用户|权利人|申请人",
    "company|enterprise|organi[sz]ation|university|customer",
)
"""Headings of columns that name organisations."""

OF_BRANDS = _any_of("品牌|商标|商品名|简称|别名|brand|trademark|short.?name")
"""Headings of columns that name brands or short names."""

OF_LITERALS = _any_of(
    "电话|手机|传真|邮|微信|qq|地址|网址|开户|银行|账|帐|卡号|税|信用|身份|证|合同|联系方式",
    "phone|mobile|tel|fax|mail|wechat|address|bank|account|credit|url",
)
"""Headings of columns whose very cells may not be repeated."""

_HARMLESS = _any_of(
    "时限|期限|周期|进度|技术|指标|参数|性能|成熟|阶段|领域|行业|产业|学科|关键词|优势|创新|水平",
    "用途|应用|工艺|材料|规模|产能|产量|效益|类型|类别|分类|级别|等级|年份|年度|合作|投入|金额",
    "资金|预算|价格|市场|前景|条件|问题|难点|目标|标准|范围|trl|stage|field|technolog|indicator",
    "duration|budget|price|type|level|year|market|term",
)
_PERSONAL = _any_of(
    "人|联系|电话|手机|传真|邮|微信|qq|地址|网址|网站|主页|链接|开户|银行|账|帐|卡号|税|信用|法定",
    "单位|企业|公司|机构|学校|院|姓名|名称|身份|证|号|专家|团队|负责|来源|备注|品牌|商标|客户|用户",
    "文件|附件|代码|contact|phone|mobile|tel|fax|mail|wechat|address|url|web|link|bank|account|name",
    "person|owner|company|enterprise|organi[sz]ation|university|brand|customer|team|file|no\\.?$",
    "number|code|note|remark",
)
_HEX = re.compile(r"(?=.*\d)[0-9a-f]{6,64}", re.IGNORECASE)
_UUID = re.compile(r"[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}", re.IGNORECASE)


def keeps(heading: str) -> bool:
    """Tell whether a further column may stay: of technical content, and of no person's."""
    return bool(_HARMLESS.search(heading)) and not _PERSONAL.search(heading)


def is_uuid(record_id: str) -> bool:
    """Tell whether an id was drawn by a machine, so that its digits are no phone."""
    return bool(_UUID.fullmatch(record_id))


def spells_words(record_id: str) -> bool:
    """Tell whether an id holds four letters in a row or more that may be a name in pinyin."""
    if _HEX.fullmatch(record_id):
        return False
    return any(word not in ID_WORDS for word in re.findall(r"[a-z]{4,}", record_id.lower()))


def plain_words(record: Need | Achievement) -> Iterator[tuple[str, Kind]]:
    """Give the names in a record's fields that are also ordinary words, with what they name."""
    for name in split_names(record.organisation):
        if word := plain_brand(name):
            yield word, kind_of(name)
    people = [record.team] if isinstance(record, Achievement) else []
    people += [cell for heading, cell in record.extra.items() if OF_PERSONS.search(heading)]
    for field in people:
        for part in team_parts(field):
            if word := plain_person(part):
                yield word, "person"
