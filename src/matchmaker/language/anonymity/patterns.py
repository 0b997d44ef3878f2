"""What identifies somebody by its form alone: phones, mail, addresses, accounts, numbers, brands.

Every repeat in a pattern is bounded, so that time grows with the text and no faster.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from matchmaker.language.anonymity.folding import HAN
from matchmaker.language.anonymity.redaction import Kind

Found = tuple[int, int, Kind]

# A number with a unit behind it is a quantity.
_NO_UNIT = (
    r"(?!\d)(?!\.\d)(?!\s?(?:元|万|亿|吨|克|千克|公斤|米|毫米|个|次|件|台|套|人|株|头|只|条|亩|平|立方|升|度|"
    r"小时|分钟|秒|转|倍|年|天|字|行|℃|%|‰|±|×|(?:r/min|rpm|[kMGmnuµμ]?(?:m|g|Pa|Hz|W|V|A|L|J|N|"
    r"mol|s|h|t|kg|bp|B|b|CFU|IU|U|cells|copies|ppm|ppb|mAh|Ah|Wh))(?![A-Za-z])))"
)
_SEPARATED = r"[\s.\-/]{0,2}"


@dataclass(frozen=True, slots=True)
class _Form:
    """A pattern, and what must stand in a text in lower case for it to be worth a look."""

    kind: Kind
    pattern: re.Pattern[str]
    hints: tuple[str, ...] = ()
    group: int = 0


def _form(kind: Kind, pattern: str, hints: str = "", *, group: int = 0) -> _Form:
    return _Form(kind, re.compile(pattern, re.IGNORECASE), tuple(hints.split()), group)


_MOBILE = (
    rf"(?:1[3-9]\d{_SEPARATED}\d{{4}}{_SEPARATED}\d{{4}}|1[3-9]\d{{2}}[\s\-]\d{{3}}[\s\-]\d{{4}}|"
    r"1[3-9]\d[\s\-]\d{3}[\s\-]\d{5}|1(?:[\s\-]{1,2}\d){10})"
)
_LAND = r"(?:0\d{2,3}|\(0\d{2,3}\))[\s\-]{0,2}\d{3,4}[\s\-]?\d{4}(?:\s?[\-转]\s?\d{1,6})?"
_CREDIT = "[0-9A-HJ-NPQRTUWXY]"
_PAPERS = r"[1-9]\d{5}\s?(?:19|20)\d{2}\s?(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\s?\d{3}"
_DIGITFUL = (
    _form("phone", rf"(?<![\d.])(?:\(?\+?86\)?[\s\-]?)?{_MOBILE}{_NO_UNIT}"),
    _form("phone", rf"(?<![\d.])(?:\+?86[\s\-]?)?{_LAND}{_NO_UNIT}"),
    _form("phone", rf"(?<![\d.])[48]00[\s\-]?\d{{3}}[\s\-]?\d{{4}}{_NO_UNIT}"),
    _form(
        "number",
        rf"(?<!\d){_PAPERS}[\dX](?![\dA-Z])",
    ),
    _form(
        "number", r"(?<![A-Z0-9\-])[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}(?![A-Z0-9\-])"
    ),
    _form("account", rf"(?<![\d.])(?!{_PAPERS}\d(?!\d))\d{{16,19}}{_NO_UNIT}"),
    _form("account", rf"(?<![\d.])62\d{{2}}(?:[\s\-]\d{{4}}){{3}}(?:[\s\-]\d{{1,3}})?{_NO_UNIT}"),
    # Patents, by their country or by the form of an application's number.
    _form("number", r"(?<![A-Z])ZL[\s.:号]{0,3}\d[\d*×\s]{6,18}(?:[.]\s?[\dX*])?", "zl"),
    _form(
        "number", r"(?<![A-Z])CN[\s.]{0,2}\d{7,13}(?:[.][\dX])?(?:\s?[ABCUYS]\d?(?![A-Z\d]))?", "cn"
    ),
    _form("number", r"(?<![\d.])(?:19|20)\d{2}[1238]\d{7}\s?[.]\s?[\dX](?![\d.])"),
    _form("number", r"(?<![A-Z])PCT\s?/\s?[A-Z]{2}\s?\d{2,4}\s?/\s?\d{5,6}", "pct"),
    _form(
        "number",
        r"(?<![A-Z])(?:WO\s?\d{4}\s?/\s?\d{6}|(?:US|EP|JP)\s?\d{7,11}\s?[AB]\d)",
        "wo us ep jp",
    ),
    _form("number", r"(?<!\d)(?:19|20)\d{2}SR\d{6,7}|软著登字第?\s?\d{5,8}\s?号", "sr 软著"),
    _form("number", rf"[{HAN}]ICP[备证]\s?\d{{6,10}}\s?号?(?:-\d{{1,3}})?", "icp"),
)
_LABELLED = (
    _form(
        "phone",
        r"(?:电话|手机号?|座机|传真|热线|致电|tel|fax|mob|phone|联系方式)(?:号码?)?[\s:.是为]{0,3}"
        r"(\(?\+?\d[\d\s\-()转]{4,22}\d)",
        "电话 手机 座机 传真 热线 致电 tel fax mob phone 联系方式",
        group=1,
    ),
    _form("phone", r"(?<![A-Z])QQ(?:群)?(?:号码?)?[\s:是为]{0,3}(\d{5,12})(?!\d)", "qq", group=1),
    _form(
        "phone",
        r"(?:微信号?|微信同号|薇信|V信|wechat|weixin|(?<![A-Z])[VW]X)(?:号|id|账号)?[\s:是为]{0,3}"
        r"([A-Z][\w\-]{4,19}|\d{5,12})(?![\w\-])",
        "微信 薇信 v信 wechat weixin vx wx",
        group=1,
    ),
    _form("phone", rf"公众号[\s:是为“\"「]{{1,3}}([{HAN}A-Z0-9]{{2,20}})", "公众号", group=1),
    _form(
        "account",
        r"(?:账号|帐号|账户|帐户|卡号|银行卡|对公户)(?:号码?)?[\s:是为]{0,3}(\d[\d\s\-]{6,30}\d)",
        "账号 帐号 账户 帐户 卡号 银行卡 对公户",
        group=1,
    ),
    _form(
        "account",
        rf"开户(?:银?行|网点)[\s:是为]{{0,3}}([{HAN}]{{2,24}})",
        "开户",
        group=1,
    ),
    _form(
        "number",
        r"(?:信用代码|税号|纳税人识别号|组织机构代码|注册号|身份证号?码?|证件号码?|护照号?)[\s:是为]{0,3}"
        r"([0-9A-Z](?:[\s\-]?[0-9A-Z]){6,21})(?![0-9A-Z])",
        "信用代码 税号 识别号 机构代码 注册号 身份证 证件 护照",
        group=1,
    ),
    _form(
        "number",
        r"(?:合同|协议|订单|专利|申请|公开|公告|授权|批准|资助|许可证|登记|证书|备案|受理|立项|基金)"
        r"(?:编号|证号|号码|号|No\.?)[\s:是为第]{0,3}([A-Z0-9](?:[A-Z0-9.*/\-]|\s(?=\d)){4,30})",
        "编号 证号 号码 号 no",
        group=1,
    ),
    _form(
        "number",
        r"(?:合同|协议|订单)[\s:]{0,2}([A-Z]{1,6}-?\d{2,8}-[A-Z0-9\-]{1,20})",
        "合同 协议 订单",
        group=1,
    ),
    _form("number", r"(?<![A-Z])(?:HT|XY|CONTRACT)-?20\d{2}-?[A-Z0-9\-]{2,16}", "ht xy contract"),
)
_MAIL = _form(
    "mail",
    r"(?<![A-Z0-9._%+\-])[A-Z0-9][A-Z0-9._%+\-]{0,63}\s?(?:@|\(at\)|\[at\]|#at#|\sat\s)\s?"
    r"[A-Z0-9\-]{1,63}(?:\s?(?:[.]|\(dot\)|\[dot\]|\sdot\s)\s?[A-Z0-9\-]{1,63}){1,4}",
    "@ (at) [at] #at# dot",
)
_WEB = (
    _form("web", r"(?:https?|ftp)\s?:\s?//[^\s\u3400-\u9fff，。；、“”()<>]{2,300}", "://"),
    _form("web", r"(?<![A-Z0-9])www\s?\.\s?[A-Z0-9\-]{1,63}(?:\.[A-Z0-9\-/]{1,63}){1,5}", "www"),
    _form(
        "web",
        r"(?<![A-Z0-9@.\-])(?!(?:asp|vb|ado|ml)\.net)[A-Z0-9][A-Z0-9\-]{0,62}(?:\.[A-Z0-9\-]{1,63}){0,3}"
        r"\.(?:com|cn|net|org|edu|gov|top|ltd|tech)(?:\.cn)?(?![A-Z0-9.])(?:/[A-Z0-9\-._/?=&%]{0,200})?",
        ".com .cn .net .org .edu .gov .top .ltd .tech",
    ),
)
_FLOOR = (
    r"(?:[\s,，]?(?:[A-Z\d一二三四五六七八九十]{1,4}(?:号楼|栋|座|幢|期|层|楼|室|单元|厂房|门)"
    rf"|[{HAN}A-Z\d]{{1,10}}(?:大厦|大楼|广场|园区|写字楼|科技园|创业园|孵化园)|[A-Z]?-?\d{{2,5}}室?)){{0,5}}"
)
_ADDRESS = (
    _form(
        "address",
        r"(?:地址|住址|通讯处|厂址|地点|住所|收件)[\s:是为]{1,3}([^。；;\n,，]{4,60})",
        "地址 住址 通讯处 厂址 地点 住所 收件",
        group=1,
    ),
    _form(
        "address",
        rf"([{HAN}A-Z\d]{{0,18}}[{HAN}\d](?<![电线管油气水回通道铁公短断支环磁光思出网套机链])"
        r"(?:路|大街|大道|街|巷|胡同|弄)(?:[东西南北中]段)?\s?\d{1,5}(?:-\d{1,4})?\s?号"
        rf"(?![机炉线泵罐钢样井塔釜仓煤电产料油])){_FLOOR}",
        "号",
    ),
    _form("address", rf"[{HAN}A-Z\d]{{2,16}}街道(?:[{HAN}]{{1,8}}(?:社区|村))?{_FLOOR}", "街道"),
    _form(
        "address",
        rf"[{HAN}A-Z\d]{{2,16}}(?:大厦|写字楼|商务中心)\s?(?:[A-Z\d]{{1,3}}[座栋])?\s?[A-Z]?\d{{1,4}}"
        r"(?:层|楼|室|号)(?:\s?\d{1,4}室?)?",
        "大厦 写字楼 商务中心",
    ),
    _form(
        "address",
        rf"[{HAN}]{{2,6}}(?:镇|乡)[{HAN}]{{1,6}}(?:村|屯|组)(?:\s?\d{{1,4}}(?:组|号))?",
        "镇 乡",
    ),
    _form("address", r"邮(?:政)?编(?:码)?[\s:是为]{0,3}(\d{6})(?!\d)", "邮编 邮政编码", group=1),
)
_QUOTE, _UNQUOTE = "[“\"「『《‘']", "[”\"」』》’']"
_NAME = rf"[{HAN}A-Z0-9·\-]{{1,12}}"
_MARKED = (
    _form(
        "brand",
        r"(?<![A-Z0-9\-])[A-Z][A-Z0-9\-]{0,20}\s?(?:®|™|\(R\)|\(TM\)|©)",
        "® ™ (r) (tm) ©",
    ),
    _form("brand", rf"{_QUOTE}({_NAME}?)牌?{_UNQUOTE}(?:牌|品牌|商标)", "牌 商标", group=1),
    _form("brand", rf"{_QUOTE}({_NAME}?)牌{_UNQUOTE}", "牌", group=1),
    _form(
        "brand",
        rf"(?:品牌|商标|商品名|牌子)(?:名称|为|是|名|称)?[\s:]{{0,2}}{_QUOTE}({_NAME}){_UNQUOTE}",
        "品牌 商标 商品名 牌子",
        group=1,
    ),
    _form(
        "brand",
        rf"(?:品牌|注册商标|商品名|商品名称):\s?([{HAN}A-Z0-9\-]{{2,8}})(?![{HAN}])",
        "品牌 商标 商品名",
        group=1,
    ),
)
_FOREIGN = re.compile(
    r"(?:[A-Z][A-Za-z&'\-]{1,30}[\s,]{1,2}){1,6}(?:Co\.?,?\s?,?\s?Ltd|Inc|Corp(?:oration)?|GmbH|LLC|"
    r"Ltd|Group|Company|Limited|University|Institute|College)(?![A-Za-z])\.?|"
    r"University of [A-Z][a-z]{2,20}"
)
# Seven digits or capitals in a row, however they are parted: nothing shorter is of interest here.
_LONG = re.compile(r"\d(?:[\s\-./()]{0,2}[\dA-Z*×]){6}")
_KEPT_FRONT = re.compile(
    rf"^(?:[{HAN}]{{0,12}}?(?:位于|地处|坐落于|坐落在|地址|在|至|到|即))?"
    rf"(?:[{HAN}]{{2,3}}省|[{HAN}]{{2,5}}自治区)?(?:[{HAN}]{{2,5}}?市|[{HAN}]{{2,8}}自治州)?"
)


def pattern_spans(folded: str) -> Iterator[Found]:
    """Find what identifies somebody by its form.

    Parameters
    ----------
    folded : str
        Of :func:`~matchmaker.language.anonymity.folding.fold`.

    Yields
    ------
    (start, end, kind)
        They may overlap.
    """
    lower = folded.lower()
    if _LONG.search(folded):
        yield from _all(_DIGITFUL, folded, lower)
    yield from _all((*_LABELLED, _MAIL, *_WEB, *_MARKED), folded, lower)
    for start, stop, kind in _all(_ADDRESS, folded, lower):
        # Province and city stay, and so does what leads up to them.
        front = _KEPT_FRONT.match(folded[start:stop])
        kept = start + front.end() if front else start
        if stop - kept >= 2:
            yield kept, stop, kind
    for found in _FOREIGN.finditer(folded):
        kind = "university" if "niversity" in found.group() else "organisation"
        yield found.start(), found.end(), kind


def _all(forms: tuple[_Form, ...], folded: str, lower: str) -> Iterator[Found]:
    for form in forms:
        if form.hints and not _hinted(form.hints, lower):
            continue
        for found in form.pattern.finditer(folded):
            start, stop = found.span(form.group)
            while stop > start and folded[stop - 1].isspace():
                stop -= 1
            yield start, stop, form.kind


def _hinted(hints: tuple[str, ...], lower: str) -> bool:
    for hint in hints:  # noqa: SIM110 - a third faster than any(), and it is asked most of all
        if hint in lower:
            return True
    return False
