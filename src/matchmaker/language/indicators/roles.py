"""What part an indicator plays: asked for, how it is now, or background.

Words decide, the nearest first: what stands between an indicator and the one before it, then what
was said earlier in the sentence, then the heading; else its form and the side of its text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from matchmaker.language.indicators.context import Context
from matchmaker.language.indicators.cues import CUES
from matchmaker.language.indicators.reading import Reading
from matchmaker.language.indicators.units import MONEY, TIMES

_INSIDE = re.compile(r"(?:只有|仅|才|只|高达|多达|长达|不足|不到|尚不|只能|仅为|仅有|达不到)")
_PRICE = re.compile(
    r"成本|改造投资|改造费|维护费|维修费|检测费|费(?=为|约|超|[高达]*\d|$)|单价|价格|"
    r"售价|费用|造价|处置费|运行费|药剂|加工费|电费|运费|要花|花费|卖"
)
_PERSON = re.compile(r"员工|职工|人员|工程师|博士|硕士|教授|院士|团队|本科|专家")
_TARGET_HEADING = re.compile(
    r"(?:预期目标|预期指标|考核指标|技术指标|性能指标|主要指标|经济指标|目标|技术要求|质量要求|"
    r"具体要求|指标要求|技术参数|性能参数|主要参数|参数要求|指标|要求如下|预期效果|参数|"
    r"要求)[^\n。;，:]{0,6}[:\n]"
)
_OTHER_HEADING = re.compile(
    r"(?:工作基础|现有基础|研究基础|已有基础|现状|存在问题|企业简介|公司简介|企业概况|公司概况|"
    r"企业介绍|项目投资|项目预算|经济效益|市场分析|市场前景|需求内容|技术难题|"
    r"技术难点)[^\n。;，:]{0,6}[:\n]"
)
# What an achievement says of others; its own 小试 or 实际 values are what it reaches.
_OLD_WORDS = """
美国 德国 日本 同类产品 普通 传统 原有 原来 原 现有 国外 进口 市售 常规 改造前 优化前 改进前
以往 目前 此前 以前 旧 一般 通常 普遍 市面 市场上 同行 竞品 老 现状 当前
"""
_OLD = frozenset(_OLD_WORDS.split())
# Behind these words one speaks of what is beaten or reached, not of how things are.
_COMPARED = re.compile(r"相比|相较|比较|水平")
# Behind a value: ±1cm、50Hz的要求.
_DEMANDED = re.compile(r"(?:[、和及][^，。;\n、]{1,10})?的(?:要求|指标|目标)")
_SOUGHT = re.compile(r"引进|招聘|招收|聘用|培养|培训")
_WISH = re.compile("[，,](?:希望|期望|要求|力争|拟|需要?(?=[降提缩达控减增])|想)")
_STANDING = re.compile(r"历史|经验|从事|深耕|从业|以来")
_SOLD = re.compile(r"出口|市占|占有率|自给")
_EACH = re.compile(r"每(?![年月天日])|吨[产水钢]|单位")
_PACE = ("/s", "/min", "/h", "rpm")
_TABLE = re.compile(
    r"(?:现状|现有|目前|当前|现值)[\u4e00-\u9fff]{0,3}[ \t|]+(?:目标|期望|预期|"
    r"要求)[\u4e00-\u9fff]{0,3}(?=[ \t\n|])"
)
_FIRM = re.compile(r"[≥≤><]|不[低高超大小少]|至少|不得")
_OUTSIDE = re.compile(
    r"论文|专利|标准|研究生|人才|应用|装车|试用|销售|合作|供货|推广|签订|软著|著作权|[个家]县|"
    r"国家|示范|企业|培养|博士|硕士"
)
_TREATED = re.compile(r"处理|处置|回收|利用|消纳")
_HONOURS = re.compile(r"专利|实用新型|论文|文章|奖|成果|著作权|软著|标准|项目|课题|获|发表")
_HOURLY = re.compile(r"时产|每小时|单产|平均")
_WASTE = re.compile(
    r"废|渣|泥(?!土)|退役|报废|渗滤液|浓缩液|浓水|"
    r"外排|飞灰|污|残液|尾矿|产生|排放|堆存"
)
_BELONGINGS_WORDS = """
台 套 条 座 栋 幢 家 人 亩 公顷 m² 头 只 株 户
"""
_BELONGINGS = frozenset(_BELONGINGS_WORDS.split())
_SHOWN = re.compile(r"年节|节约|节省|年可|年新增|新增|减少(?=.*(?:损失|费))|创")
_BOUNDS = frozenset(("≥", "≤", ">", "<"))
# How many readings further on a list of demands is looked for.
_AHEAD = 12
_LIST_ENDS = frozenset(("；", ";", "\n"))
_WITHIN = frozenset(("内", "以内", "之内"))
_WORKERS = re.compile(r"需(?:要)?$|靠|每班|操作工")
_FIGURES = frozenset(("h", "m²", "亩", "年", "t", "kW", "MW", "kWh", "%", "月", "m³", "斤", "公顷"))
# What a wanted thing is compared with; others are what one lags behind.
_BEATEN = re.compile(r"现有|进口|传统|原|普通|目前|常规|市售")
_LOOSE = re.compile("超过|不足|不到")
_SHARED = re.compile(
    r"市场|占有率|占全国|增长|销售|收入|产值|利润|研发投入|年用电|电费占|"
    r"同比|市占|研发人员|技术人员"
)
_SPENT = re.compile(r"研发费|经费|预算|投入|合同|培训费|鉴定费|设备费|材料费|燃动费|测试费")


@dataclass(frozen=True, slots=True)
class _Case:
    """One reading with what was said around it.

    `said` is the role that the sentence has been about so far, `cue` the role that a word right
    before the reading gives, `company` a word about a company there.
    """

    one: Reading
    kind: str
    side: str
    text: str
    clause: int
    said: str
    cue: str
    company: str

    @property
    def asked(self) -> bool:
        """Whether the value is bounded."""
        one = self.one
        return one.operator in _BOUNDS or one.better or one.set_to

    @property
    def firm(self) -> bool:
        """Whether a sign or a word bounds it that nobody uses for how things are."""
        return self.one.operator in _BOUNDS and bool(_FIRM.match(self.text, self.one.start))

    def before(self, length: int) -> str:
        """Return up to `length` characters before the reading, of its own clause."""
        return self.text[max(self.clause, self.one.start - length) : self.one.start]

    def around(self, length: int) -> str:
        """Return the same with a few characters behind the reading."""
        return self.text[max(self.clause, self.one.start - length) : self.one.end + 8]


def assign_roles(
    context: Context, readings: list[Reading], kinds: list[str], side: str
) -> list[str]:
    """Return the role of each reading.

    Parameters
    ----------
    context : Context
    readings : list of Reading
        In order, without conditions.
    kinds : list of str
        The kind of each.
    side : {"need", "achievement"}

    Returns
    -------
    list of str
        "target", "status_quo" or "background".
    """
    roles: list[str] = []
    text = context.text
    table = _TABLE.search(text)
    state, outer, outside = "", None, ""
    previous: Reading | None = None
    for place, one in enumerate(readings):
        sentence = context.sentence_start(one.start)
        fresh = previous is None or previous.end <= sentence
        floor = sentence if previous is None else max(previous.end, sentence)
        between = text[floor : one.start]
        goes_on = state == "target" and text[sentence - 1 : sentence] in _LIST_ENDS
        if fresh and not (goes_on and not _wish_follows(context, readings, place)):
            state = ""
        cue, company = _cues(context, floor, one.start, side)
        if side == "achievement" and state == "status_quo" and "，" in between:
            state = ""
        # What is said in brackets holds no longer than they do.
        if previous is not None and ")" in text[previous.end : one.start] and outer is not None:
            state, outer = outer, None
            held = outside
        else:
            held = roles[-1] if roles else ""
        if "(" in between and ")" not in between:
            opened = _cues(context, floor, text.index("(", floor), side)[0]
            outer, outside = opened or state, "" if opened else held
        state = cue or state
        if table and one.start > table.end():
            second = previous is not None and not text[previous.end : one.start].strip()
            roles.append("target" if second else "status_quo")
        else:
            clause = context.clause_start(one.start)
            case = _Case(one, kinds[place], side, text, clause, state, cue, company)
            apart = fresh or (side == "achievement" and "，" in between)
            inherited = "" if apart or held == "background" else held
            role = _beside(case, previous, held) or _background(case) or _said(case)
            roles.append(role or inherited or _default(context, readings, kinds, place, side))
        previous = one
    return roles


def _wish_follows(context: Context, readings: list[Reading], place: int) -> bool:
    """Return whether a plain value is followed by what is wished of it: 周期32s，希望缩短10%."""
    one = readings[place]
    plain = not (one.operator or one.is_change or one.is_end or one.set_to or one.reached)
    end = context.sentence_end(one.start)
    return plain and _WISH.search(context.text, one.end, end) is not None


def _cues(context: Context, floor: int, start: int, side: str) -> tuple[str, str]:
    """Return the role that the words before a place give, and the last word about a company."""
    cue, company = "", ""
    text, clause = context.text, context.clause_start(start)
    # The end lies a little behind, so that words can look at what follows them.
    for found in CUES.finditer(text, floor, start + 12):
        if found.start() >= start:
            break
        kind, word = (found.lastgroup or "")[0], found[0]
        own = side == "achievement" and word[0] == "现" and word not in _OLD
        if kind == "c":
            company = word
        elif kind == "t" or own:
            cue, company = "target", ""
        elif side == "achievement" and (word not in _OLD or found.start() < clause):
            continue
        elif not _COMPARED.search(text, found.end(), min(start, found.end() + 16)):
            cue = "status_quo"
    return cue, company


def _beside(case: _Case, previous: Reading | None, last: str) -> str:
    """Return the role of a value that is listed with the one before, or is said to be a demand."""
    one, text = case.one, case.text
    if case.side == "need" and _DEMANDED.match(text, one.end):
        return "target"
    if previous is None or case.cue:
        return ""
    listed = text[previous.end : one.start] in ("、", "和", "与", "及", "或")
    return last if listed and previous.quantity.unit == one.quantity.unit else ""


def _background(case: _Case) -> str:
    """Return the role where it is settled by what is counted, empty elsewhere."""
    one, kind, unit = case.one, case.kind, case.one.quantity.unit
    if case.side == "need" and unit == "人" and _SOUGHT.search(case.before(16)):
        return "target"
    free = not case.company or case.said == "target"
    if case.firm and free and case.cue != "status_quo" and _first(unit) not in MONEY:
        return "target"
    counted = kind == "count" or unit in ("亩", "公顷")
    if case.side == "achievement" and counted and _OUTSIDE.search(case.around(14)):
        return "background"
    if kind == "from_to":
        held = one.baseline is None and case.said == "status_quo" == case.cue
        return "status_quo" if held else "target"
    if _first(unit) in MONEY:
        return _money(case)
    if one.behind in _WITHIN and unit in TIMES and case.cue != "status_quo":
        return "target"
    own = case.side == "need" and not case.cue and not one.relative
    if own and not one.operator and _INSIDE.match(case.text, one.start):
        return "status_quo"
    if case.said == "target":
        return "background" if case.company and not case.asked and _belongs(case) else ""
    if case.side == "need" and not one.relative and _INSIDE.match(case.text, one.start):
        return "status_quo"
    if case.company and _belongs(case):
        return "background"
    return _amounts(case)


def _first(unit: str) -> str:
    return unit.partition("/")[0]


def _belongs(case: _Case) -> bool:
    """Return whether a value behind a word about a company is a figure of it."""
    unit = case.one.quantity.unit
    if case.kind not in ("count", "rate") and not case.one.capacity and unit not in _FIGURES:
        return False
    if unit == "%" and not _SHARED.match(case.company):
        return False
    if unit.endswith(_PACE) or (unit == "h" and case.side == "achievement"):
        return False
    loose = (
        case.side == "need"
        and case.asked
        and unit in ("年", "%", "m²", "月")
        and case.cue != "status_quo"
    )
    return not loose or case.company in ("成立", "占有率")


def _amounts(case: _Case) -> str:
    """Return the role of amounts a year, of people and of what a company has."""
    one, kind, unit, need = case.one, case.kind, case.one.quantity.unit, case.side == "need"
    flow = need and not case.asked and unit.endswith(("/年", "/d", "/月")) and kind != "range"
    if one.capacity or flow:
        near = case.text[max(0, one.start - 24) : one.start]
        if not need:
            return "background" if "年" in near and not case.asked else ""
        if near.rstrip().endswith("率"):
            return "status_quo"
        waste = _WASTE.search(near) and not _TREATED.search(near)
        return "status_quo" if waste or _HOURLY.search(near) else "background"
    if need and unit == "%" and _SOLD.search(case.around(8)):
        return "background"
    if need and unit == "年" and not case.asked and _STANDING.search(case.around(10)):
        return "background"
    if unit == "人":
        if _WORKERS.search(case.before(8)):
            return "status_quo"
        return "background" if _PERSON.search(case.before(10)) else ""
    if need and kind == "count" and _HONOURS.search(case.around(24)):
        return "background"
    owned = unit in _BELONGINGS and kind in ("count", "bound") and not one.relative
    return "background" if need and owned and not case.asked else ""


def _money(case: _Case) -> str:
    near = case.before(20)
    if case.side == "achievement" and _EACH.search(near):
        return "target"
    if case.side == "need" and "卖" in near and not case.asked:
        return "status_quo"
    if case.kind in ("change", "relative") and not _SHOWN.search(near + case.around(0)):
        held = case.cue == "status_quo" and case.kind == "relative"
        return "status_quo" if held else "target"
    if "/" not in case.one.quantity.unit and not _PRICE.search(near):
        return "background"
    if _SHOWN.search(near) or _SPENT.search(near):
        return "background"
    return case.said or ("target" if case.asked or case.side == "achievement" else "status_quo")


def _said(case: _Case) -> str:
    """Return the role that the words give, empty where there are none."""
    if case.one.compared and case.side == "need" and not case.said:
        return "target" if _BEATEN.search(case.one.reference) else ""
    moves = case.kind in ("change", "relative") and case.cue != "status_quo"
    if moves and (case.said != "status_quo" or case.side == "achievement"):
        return "target"
    return case.said


def _default(
    context: Context, readings: list[Reading], kinds: list[str], place: int, side: str
) -> str:
    """Return the role of a reading that no word around it explains."""
    one, text = readings[place], context.text
    if one.better or one.set_to or one.operator in _BOUNDS:
        loose = _LOOSE.match(text, one.start)
        return "status_quo" if loose and side == "need" else "target"
    if side == "achievement" or _under_heading(text, one.start):
        return "target"
    end = context.sentence_end(one.start)
    for other in range(place + 1, min(place + _AHEAD, len(readings))):
        # A list in which a later one is bounded, and no word comes between, is one of demands.
        after = readings[other]
        if after.start >= end or _cues(context, readings[other - 1].end, after.start, side)[0]:
            break
        moves = after.is_end or after.is_change or after.relative
        loose = _LOOSE.match(text, after.start)
        if after.operator in _BOUNDS and not moves and not loose:
            return "target"
    return "status_quo"


def _under_heading(text: str, at: int) -> bool:
    """Return whether the last heading before a place announces demands."""
    last = None
    for found in _TARGET_HEADING.finditer(text, max(0, at - 300), at):
        last = found
    return last is not None and not _OTHER_HEADING.search(text, last.end() - 1, at)
