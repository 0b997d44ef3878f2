"""Words of outcome files: what columns, stages and reasons of refusal are called."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from matchmaker.errors import ConfigError, RecordError
from matchmaker.records.aliases import ACHIEVEMENT_ALIASES, NEED_ALIASES, telling_aliases
from matchmaker.records.delimited import read_delimited
from matchmaker.records.headings import Headings, Plan
from matchmaker.records.limits import Limits
from matchmaker.records.report import Place, ReadLog, shorten
from matchmaker.records.sources import Job, Rows, read_jsonl
from matchmaker.records.types import Need
from matchmaker.records.workbooks import read_workbook

STAGES = ("未接触", "已推送", "已对接", "意向", "签约", "实施", "完成")
"""Stages in their order: the position is the rank."""

STAGE_RANKS = {stage: rank for rank, stage in enumerate(STAGES)}
"""Rank of each stage."""

WHOSE = ("need_id", "achievement_id", "enterprise", "university")
"""Fields that say whose an outcome is."""

ENDINGS = (".xlsx", ".xlsm", ".xls", ".csv", ".tsv", ".jsonl")
"""Endings of files that outcomes can be read from."""

SENT, MET, INTERESTED, SIGNED = 1, 2, 3, 4
"""Ranks of the stages 已推送, 已对接, 意向 and 签约."""

OTHER_REASON = "其他"
"""A reason of refusal in words that none of :data:`REASONS` stands for."""

REASONS = (
    *("成熟度不足", "优势不清", "商业路径不清", "描述不清", "技术质疑", "预算不符", "已有方案"),
    *("不在业务范围", OTHER_REASON),
)
"""Reasons of refusal."""

_STAGE_WORDS = {
    "未接触": "未接触 未联系 未对接 待对接 待联系 new uncontacted",
    "已推送": "已推送 推送 已推荐 推荐 已发送 已联系 sent contacted",
    "已对接": "已对接 对接 对接中 已洽谈 洽谈 洽谈中 已接洽 met meeting",
    "意向": "意向 有意向 达成意向 合作意向 意向合作 意向书 签意向书 interested intent",
    "签约": "签约 已签约 已签 已签订 签订合同 已签合同 合同签订 正式签约 signed contract",
    "实施": "实施 实施中 已实施 执行 执行中 履行中 项目实施 implementing inprogress in-progress",
    "完成": "完成 已完成 已验收 验收 结题 已结题 项目完成 completed done",
}
_STAGE_OF = {word: stage for stage, words in _STAGE_WORDS.items() for word in words.split()}
_REFUSED_WORDS = (
    "拒绝 已拒绝 终止 已终止 中止 谢绝 婉拒 放弃 未达成 未成 未成功 对接失败 洽谈失败 合作终止 "
    "终止合作 不合作 "
    "refused rejected declined terminated"
)
_REFUSED = frozenset(_REFUSED_WORDS.split())
_REASON_WORDS = {
    "成熟度不足": "成熟度不足 成熟度不够 成熟度低 不成熟 不够成熟 技术不成熟 immature",
    "优势不清": "优势不清 优势不明显 优势不突出 优势不明 noadvantage",
    "商业路径不清": "商业路径不清 商业模式不清 商业化路径不清 市场前景不明 nobusinesscase",
    "描述不清": "描述不清 描述不清楚 说明不清 需求不清 需求描述不清 成果描述不清 unclear",
    "技术质疑": "技术质疑 技术存疑 质疑技术 指标存疑 doubts",
    "预算不符": "预算不符 预算不足 超预算 超出预算 价格过高 报价过高 价格偏高 budget price",
    "已有方案": "已有方案 已有供应商 已自行解决 已解决 已有替代方案 已有合作方 solved",
    "不在业务范围": "不在业务范围 不属业务范围 超出业务范围 非主营业务 业务不符 outofscope",
    OTHER_REASON: "其他 其它 other",
}
_REASON_OF = {word: name for name, words in _REASON_WORDS.items() for word in words.split()}
# What stands under reasons where nobody has refused.
_NO_REASON = frozenset(("否", "不涉及", "不适用", "未拒绝", "无拒绝", "未终止", "none", "no"))
_SEPARATORS = re.compile(r"[()（）/|、,，;；+＋—–\-→>\n]")
_BLANKS = re.compile(r"[\s_.。!！]")
_NUMBERED = re.compile(r"\d{1,2}[.、:： ]*(?=\D)")
_LONGEST = 200


ALIASES: Mapping[str, list[str]] = {
    "need_id": telling_aliases("id", NEED_ALIASES, ACHIEVEMENT_ALIASES),
    "achievement_id": telling_aliases("id", ACHIEVEMENT_ALIASES, NEED_ALIASES),
    "enterprise": [
        *telling_aliases("organisation", NEED_ALIASES, ACHIEVEMENT_ALIASES),
        *("企业方", "对接企业", "合作企业", "签约企业", "甲方"),
    ],
    "university": [
        *telling_aliases("organisation", ACHIEVEMENT_ALIASES, NEED_ALIASES),
        *("高校方", "对接高校", "合作高校", "签约高校", "高校院所", "乙方"),
    ],
    "sectors": NEED_ALIASES["sectors"],
    "region": NEED_ALIASES["region"],
    "park": NEED_ALIASES["park"],
    "event": [
        *("活动名称", "活动", "对接活动", "对接会", "对接会名称", "场次", "清单", "批次"),
        *("event", "eventname", "meeting", "list"),
    ],
    "stage": [
        *("阶段", "进展", "状态", "当前阶段", "对接阶段", "对接状态", "进展阶段", "对接结果"),
        *("合作进展", "结果", "stage", "status", "outcome", "result"),
    ],
    "day": [
        *("日期", "进展日期", "阶段日期", "对接日期", "更新日期", "签约日期", "时间", "对接时间"),
        *("进展时间", "更新时间", "day", "date", "on"),
    ],
    "amount": [
        *("金额", "合同金额", "签约金额", "成交金额", "意向金额", "合作金额", "交易金额"),
        *("合同额", "成交额", "amount", "value", "contractvalue"),
    ],
    "reason": [
        *("拒绝原因", "未达成原因", "终止原因", "原因", "拒绝理由", "未成原因", "理由"),
        *("reason", "refusalreason"),
    ],
    "maturity": ["当时成熟度", "拒绝时成熟度", "成熟度", "maturitythen", "maturity"],
    "asked": ["要求成熟度", "成熟度要求", "所需成熟度", "requiredmaturity", "maturityasked"],
    "note": ["备注", "说明", "备注说明", "note", "notes", "remark", "remarks"],
}
"""Heading aliases of every field, as :func:`matchmaker.records.headings.simplify` leaves them."""


@dataclass(frozen=True, slots=True)
class _OutcomePlan(Plan):
    """Columns of an outcome file; usable where a stage and somebody stand in it."""

    @property
    def usable(self) -> bool:
        """Whether there are stages, and whose."""
        fields = {column.field for column in self.columns}
        return "stage" in fields and not fields.isdisjoint(WHOSE)


class OutcomeHeadings(Headings):
    """Finds and matches the headings of outcome files."""

    def __init__(self) -> None:
        super().__init__(Need)
        self._fields = {
            alias: (field, rank)
            for field, names in ALIASES.items()
            for rank, alias in enumerate(names)
        }
        self._own, self._foreign = {}, {}

    def _make_plan(self, headings: tuple[str, ...]) -> Plan:
        # By name: super() without them fails in a class that a decorator has rebuilt.
        plan = Headings._make_plan(self, headings)
        return _OutcomePlan(plan.columns, plan.extras, plan.serials, plan.shadowed, plan.mapped)

    def not_found(self, seen: Sequence[Sequence[str]], place: Place) -> RecordError:
        """Return the error for a file without the headings of outcomes.

        Parameters
        ----------
        seen : sequence of rows of text
            The first rows of the source.
        place : Place
            The source.

        Returns
        -------
        RecordError
            Shows the first row and what is needed.
        """
        rows = [[shorten(cell) for cell in row if cell.strip()][:30] for row in seen]
        shown = next(filter(None, rows), None)
        if shown is None:
            return place.error("the source is empty", way_out="Export it again.")
        return place.error(
            "no headings of outcomes were found; the first rows begin with " + ", ".join(shown),
            way_out="A stage (阶段, stage) is needed and one of 需求编号, 成果编号, 企业名称, 高校 "
            "(need_id, achievement_id, enterprise, university).",
        )


def open_outcomes(file: Path, *, sheet: str | None) -> tuple[Job, Place, Rows]:
    """Open a list of outcomes.

    Parameters
    ----------
    file : Path
        With one of :data:`ENDINGS`.
    sheet : str or None
        Sheet of a workbook.

    Returns
    -------
    (Job, Place, iterator of Row)
        The rows below the headings; closing them closes the file.

    Raises
    ------
    RecordError
        If the file cannot be read or has no headings of outcomes.
    ConfigError
        If the ending is unknown, or a sheet is named of a file that has none.
    """
    job = Job(Place(str(file)), OutcomeHeadings(), Limits(), ReadLog())
    ending = file.suffix.lower()
    if ending not in ENDINGS:
        raise ConfigError(
            f"{file}: outcomes cannot be read from {ending!r}; known: {', '.join(ENDINGS)}"
        )
    if not file.is_file():
        raise job.place.error("there is no such file", way_out="Check the path.")
    if ending in (".xlsx", ".xlsm", ".xls"):
        table = read_workbook(file, job, sheet=sheet)
        return job, table.place, table.rows
    if sheet is not None:
        raise ConfigError(f"sheet={sheet!r} is for workbooks; {file} has no sheets")
    if ending == ".jsonl":
        return job, job.place, read_jsonl(file, job)
    delimiters = "\t" if ending == ".tsv" else ",;\t"
    return job, job.place, read_delimited(file, job, delimiters=delimiters)


def read_stage(text: str) -> tuple[int | None, bool] | None:
    """Read a stage, with or without the word that it ended there.

    Parameters
    ----------
    text : str
        Such as 签约, 4. 签约, 拒绝 or 已对接（拒绝）.

    Returns
    -------
    (int or None, bool) or None
        The rank, None if only the refusal is stated, and whether it was refused or ended. None if
        a word is unknown or two stages are named.
    """
    whole = _folded(text)
    if whole in _STAGE_OF:
        return STAGES.index(_STAGE_OF[whole]), False
    parts = [part for part in map(_folded, _SEPARATORS.split(text[:_LONGEST])) if part]
    stages = {_STAGE_OF[part] for part in parts if part in _STAGE_OF}
    refused = any(part in _REFUSED for part in parts)
    if len(stages) > 1 or not all(part in _STAGE_OF or part in _REFUSED for part in parts):
        return None
    if not stages:
        return (None, True) if refused else None
    return STAGES.index(stages.pop()), refused


def read_reasons(text: str) -> tuple[str, ...]:
    """Read reasons of refusal.

    Parameters
    ----------
    text : str
        One or several, such as 预算不符、成熟度不足.

    Returns
    -------
    tuple of str
        In the order of :data:`REASONS`; :data:`OTHER_REASON` where any of the words is unknown,
        and empty where there are none, or only that there are none (不涉及).
    """
    if states_no_reason(text):
        return ()
    parts = [part for part in map(_folded, _SEPARATORS.split(text[:_LONGEST])) if part]
    found = {_REASON_OF.get(part, OTHER_REASON) for part in parts}
    if text[_LONGEST:].strip():
        found.add(OTHER_REASON)
    return tuple(name for name in REASONS if name in found)


def states_no_reason(text: str) -> bool:
    """Whether a cell of reasons is empty or only says that there are none, such as 不涉及."""
    return not text.strip() or _folded(text) in _NO_REASON


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text[:_LONGEST]).casefold().strip()
    return _BLANKS.sub("", _NUMBERED.sub("", plain, count=1))
