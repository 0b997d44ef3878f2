"""Sentences that praise or describe the company instead of saying what is needed."""

from __future__ import annotations

import re

from matchmaker.checking.findings import Finding
from matchmaker.checking.sentences import levelled, sentences

# What a company says about its size and age. Every branch begins with a character, because the
# engine then looks for those first.
_STRONG = re.compile(
    r"成立于|创建于|始建于|创立于|创办于|组建于|年(?:成立|创建|创办)|成立以来|成立\S{1,8}年来|注册资[本金]|"
    r"占地(?:面积)?[约达]?\d|员工(?:总[数人])?[约达]?\d|职工(?:总[数人])?[约达]?\d|"
    r"年销售(?:收入|额)[约达]?\d|度?实现销售(?:收入|额)[约达]?\d|年产值|总产值|是一家|总资产|固定资产"
)
_FACTS = re.compile(
    r"建筑面积|厂房(?:面积)?[约达]?\d|研发人员\d|技术人员\S{0,6}\d[人名]|科研人员\S{0,6}\d[人名]|工程师\d|"
    r"本科及?以上|职称|利税|年产(?!生|能)[\u3400-\u9fff]{2,12}\d|下设|子公司|坐落|"
    r"位于[\u3400-\u9fff]{2,12}(?:区|园|市|县)|技术中心|研究中心|工作站|余家"
)
_PRAISE = re.compile(
    r"畅销|远销|销往|出口[^，。]{0,8}(?:国家|地区)|荣获|获得[^，。]{0,12}(?:称号|荣誉|奖)|"
    r"先后(?:被|承担|获)|深受|好评|青睐|信赖|上乘|雄厚|驰名商标|名牌|龙头企业|高新技术企业|专精特新|"
    r"守合同|认定为|评选?为|授予为?|通过[^，。]{0,16}认证|质量管理体系|于一体|专业从事|专门从事|"
    r"主营|秉承|宗旨|携手|共创|领先|良好(?:的)?(?:声誉|信誉|口碑)|享有|竭诚|诚信|致力于|"
    r"欢迎[^，。]{0,10}(?:来电|垂询|洽谈|订购|选购|客户)|理想(?:的)?选择|最佳(?:的)?选择|首选|管理规范|"
    r"手段齐全|设备(?:设施)?(?:齐全|先进)|完善的[^，。]{0,6}网络|服务周到|经久耐用|优惠|质优价廉|"
    r"拥有[^，。]{0,12}专利|售后完善"
)
_SUBJECT = re.compile("公司|企业|我厂|我司|本厂|本司|集团|该厂")
_COMPANY = re.compile(f"{_SUBJECT.pattern}|产品|现有|商标|品牌|注册")
# What is hoped for is no boast.
_FUTURE = re.compile("预期|预计|产业化后|达产|建成后|投产后|项目实施|打造|将")
_NEED = re.compile(
    r"希望|需要|寻求|想[要把用找做上在控]|急需|求助|求购|解决|攻关|问题|难题|不[稳能到够准住]|超标|要求|降到|提高到"
)
_LEAST = 2


def find_advertising(text: str) -> list[Finding]:
    """Find sentences about how large, old or good the company is.

    Parameters
    ----------
    text : str
        Body of a record, as written.

    Returns
    -------
    list of Finding
        ``advertising``, one a sentence, in order.
    """
    found: list[Finding] = []
    level = levelled(text)
    # Most bodies have none of it, and need not be cut into sentences.
    if not (_STRONG.search(level) or _PRAISE.search(level) or _FACTS.search(level)):
        return found
    for sentence in sentences(level):
        if _is_advertising(sentence.text):
            span = (sentence.start, sentence.end)
            found.append(Finding("advertising", "body", *span, text[slice(*span)]))
    return found


def advertising_share(text: str, found: list[Finding]) -> float:
    """Say how much of a text its advertising takes.

    Parameters
    ----------
    text : str
    found : list of Finding
        Of :func:`find_advertising`.

    Returns
    -------
    float
        Of its characters, in [0, 1]; 0 of an empty text.
    """
    taken = sum(finding.end - finding.start for finding in found)
    return taken / len(text) if text else 0.0


def _is_advertising(sentence: str) -> bool:
    strong, praise = _STRONG.findall(sentence), len(_PRAISE.findall(sentence))
    score = len(_FACTS.findall(sentence)) + praise + len(strong)
    if strong and _SUBJECT.search(sentence):
        score += 1
    if _NEED.search(sentence) or _FUTURE.search(sentence):
        score -= 1
    if praise < _LEAST and not _COMPANY.search(sentence):
        score -= 1
    return score >= _LEAST
