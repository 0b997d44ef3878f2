"""What a broker reads about targets; merged in :mod:`.messages`."""

from __future__ import annotations

TARGETS_MESSAGES: dict[str, tuple[str, str]] = {
    "plan.targets.title": ("目标进度与对接漏斗", "Targets and funnel"),
    "plan.targets.unsaid": ("未说明", "not stated"),
    "plan.targets.none": ("无", "none"),
    # facts
    "plan.targets.fact.today": ("统计截至", "Counted up to"),
    "plan.targets.fact.rows": ("计入台账行数", "Rows counted"),
    "plan.targets.fact.items": ("去重后的对接项目", "Items, each counted once"),
    "plan.targets.fact.doubles": ("疑似重复计数", "Possible double counts"),
    "plan.targets.fact.sources": ("数据来源", "Sources"),
    # stages, what is counted, status
    "plan.targets.stage.0": ("未接触", "not contacted"),
    "plan.targets.stage.1": ("已推送", "sent"),
    "plan.targets.stage.2": ("已对接", "met"),
    "plan.targets.stage.3": ("意向", "intent"),
    "plan.targets.stage.4": ("签约", "signed"),
    "plan.targets.stage.5": ("实施", "in progress"),
    "plan.targets.stage.6": ("完成", "completed"),
    "plan.targets.count.universities": ("参与高校", "Universities"),
    "plan.targets.count.enterprises": ("对接企业", "Enterprises"),
    "plan.targets.count.items": (
        "解决难题或转化成果",
        "Problems solved or achievements transferred",
    ),
    "plan.targets.count.meetings": ("校企对接组合", "Couples of enterprise and university"),
    "plan.targets.count.amount": ("合同金额（万元）", "Contracts, in 10,000 yuan"),
    "plan.targets.status.met": ("已完成", "reached"),
    "plan.targets.status.on_track": ("进度正常", "on track"),
    "plan.targets.status.behind": ("进度滞后", "behind"),
    "plan.targets.status.missed": ("逾期未完成", "missed"),
    "plan.targets.status.not_started": ("尚未开始", "not started"),
    # tables
    "plan.targets.table.targets": ("目标进度", "Targets"),
    "plan.targets.about.targets": ("每行一个目标", "one target a row"),
    "plan.targets.table.funnel": ("对接漏斗", "Funnel"),
    "plan.targets.about.funnel": (
        "到达各阶段的项目数，按领域、高校、城市、园区和活动分列",
        "items that reached each stage, by sector, university, city, park and event",
    ),
    "plan.targets.table.rates": ("转化率与用时", "Rates and days"),
    "plan.targets.about.rates": (
        "进入下一阶段的项目占比，以及用时中位数（天）",
        "share of the items that reached the next stage, and the median days it took",
    ),
    "plan.targets.table.universities": ("高校绩效数据", "By university"),
    "plan.targets.about.universities": (
        "各高校的对接、签约数量与金额，供年度绩效考核使用",
        "what each university met and signed, and for how much",
    ),
    "plan.targets.table.doubles": ("重复计数核查", "Double counts"),
    "plan.targets.about.doubles": (
        "每行一处疑似重复，注明依据的台账行",
        "one possible double count a row, with the rows that it rests on",
    ),
    "plan.targets.table.refusals": ("未达成原因", "Reasons of refusals"),
    "plan.targets.about.refusals": (
        "仍然有效的拒绝或终止，按原因统计，附最近的例子",
        "refusals that stand, by reason, with the latest examples",
    ),
    "plan.targets.table.counted": ("计入清单", "What was counted"),
    "plan.targets.about.counted": (
        "每个目标计入的单位或项目，以及依据的台账行",
        "every organisation or item that a target counts, and the rows that it rests on",
    ),
    "plan.targets.table.notes": ("数据提示", "Notes on the data"),
    "plan.targets.about.notes": (
        "未能按原样采用的单元格",
        "cells that could not be taken as they are",
    ),
    # columns
    "plan.targets.column.target": ("目标", "Target"),
    "plan.targets.column.scope": ("统计范围", "What counts"),
    "plan.targets.column.number": ("目标值", "Number"),
    "plan.targets.column.reached": ("已完成", "Reached"),
    "plan.targets.column.share": ("完成率", "Share"),
    "plan.targets.column.status": ("状态", "Status"),
    "plan.targets.column.open": ("差额", "Still open"),
    "plan.targets.column.required": ("每月需完成", "Required a month"),
    "plan.targets.column.pace": ("目前每月完成", "So far a month"),
    "plan.targets.column.forecast": ("预计完成日期", "Forecast"),
    "plan.targets.column.start": ("起算日期", "Counted from"),
    "plan.targets.column.deadline": ("截止日期", "Deadline"),
    "plan.targets.column.undated": ("无日期未计入", "Without a date, not counted"),
    "plan.targets.column.late": ("不在期内未计入", "Out of time, not counted"),
    "plan.targets.column.division": ("分类", "By"),
    "plan.targets.column.name": ("名称", "Name"),
    "plan.targets.column.refused": ("拒绝或终止", "Refused or ended"),
    "plan.targets.column.ended": ("其中签约后终止", "Ended after signing"),
    "plan.targets.column.enterprises": ("对接企业数", "Enterprises met"),
    "plan.targets.column.universities": ("对接高校数", "Universities met"),
    "plan.targets.column.amount": ("金额（万元）", "Sum, in 10,000 yuan"),
    "plan.targets.column.rate": ("{stage}转化率", "Rate to {stage}"),
    "plan.targets.column.days": ("至{stage}天数", "Days until {stage}"),
    "plan.targets.column.kind": ("情形", "Case"),
    "plan.targets.column.subject": ("对象", "What"),
    "plan.targets.column.names": ("涉及名称", "Names"),
    "plan.targets.column.claimed": ("按名称计", "By its names"),
    "plan.targets.column.counted": ("实际计入", "Counted"),
    "plan.targets.column.rows": ("依据的台账行", "Rows"),
    "plan.targets.column.reason": ("原因", "Reason"),
    "plan.targets.column.items": ("项目数", "Items"),
    "plan.targets.column.examples": ("例子", "Examples"),
    "plan.targets.column.about": ("企业与高校", "Enterprise and university"),
    "plan.targets.column.day": ("到达日期", "Reached on"),
    "plan.targets.column.problem": ("提示", "Note"),
    "plan.targets.column.heading": ("列", "Column"),
    "plan.targets.column.value": ("原文", "Value"),
    # divisions
    "plan.targets.division.all": ("总计", "All"),
    "plan.targets.division.sector": ("领域", "Sector"),
    "plan.targets.division.university": ("高校", "University"),
    "plan.targets.division.city": ("城市", "City"),
    "plan.targets.division.park": ("园区", "Park"),
    "plan.targets.division.event": ("活动", "Event"),
    # double counts
    "plan.targets.double.events": (
        "同一项目出现在多个活动或清单，计一次",
        "one item in several events or lists, counted once",
    ),
    "plan.targets.double.enterprise": (
        "同一企业有多种写法，计一家",
        "one enterprise in several spellings, counted once",
    ),
    "plan.targets.double.university": (
        "同一高校有多种写法，计一所",
        "one university in several spellings, counted once",
    ),
    "plan.targets.double.universities": (
        "同一项目由多所高校申报，总数计一次，各校分别列示",
        "one item claimed by several universities, counted once in all and shown for each",
    ),
    "plan.targets.double.parks": (
        "同一项目由多个园区申报，总数计一次，各园区分别列示",
        "one item claimed by several parks, counted once in all and shown for each",
    ),
    "plan.targets.double.needs": (
        "同一需求有多个编号，计一次",
        "one need under several ids, counted once",
    ),
    "plan.targets.double.solved": (
        "同一需求与多项成果签约，分别计入，请核实",
        "one need signed with several achievements, counted for each; please check",
    ),
    "plan.targets.double.unnumbered": (
        "未填编号的行可能与有编号的项目相同，暂分别计入，请核实",
        "rows without an id that may be an item given with one, counted apart; please check",
    ),
    # reasons
    "plan.targets.reason.0": ("成熟度不足", "not mature enough"),
    "plan.targets.reason.1": ("优势不清", "advantage unclear"),
    "plan.targets.reason.2": ("商业路径不清", "no clear business case"),
    "plan.targets.reason.3": ("描述不清", "description unclear"),
    "plan.targets.reason.4": ("技术质疑", "technical doubts"),
    "plan.targets.reason.5": ("预算不符", "beyond the budget"),
    "plan.targets.reason.6": ("已有方案", "has a solution already"),
    "plan.targets.reason.7": ("不在业务范围", "not its business"),
    "plan.targets.reason.8": ("其他", "other"),
    # notes on cells
    "plan.targets.problem.day": ("无法识别的日期，按未知处理", "not a date; taken as unknown"),
    "plan.targets.problem.amount": (
        "无法识别的人民币金额，按未知处理",
        "not a sum in yuan; taken as unknown",
    ),
    "plan.targets.problem.range": ("金额是范围，取下限", "a range; its lower end was taken"),
    "plan.targets.problem.need_id": ("需求表中没有此编号", "no need has this id"),
    "plan.targets.problem.achievement_id": ("成果表中没有此编号", "no achievement has this id"),
    # lines
    "plan.targets.scope": ("{stage}及以后", "from {stage} on"),
    "plan.targets.rows": ("{file} 第 {rows} 行", "{file} row {rows}"),
    "plan.targets.example": ("{who}：{text}", "{who}: {text}"),
    # notes
    "plan.targets.note.counting": (
        "同一需求与同一成果的各行合为一个项目，只计一次；到达后一阶段即视为到达此前各阶段。",
        "Rows about one need and one achievement are one item, counted once; what reached a stage "
        "counts for all stages before it.",
    ),
    "plan.targets.note.names": (
        "企业和高校按规范化名称去重，院系和部门归入本单位；没有写明名称的不计入单位数。",
        "Organisations are told apart by their normalised names, departments count for the whole; "
        "who is not named is not counted.",
    ),
    "plan.targets.note.several": (
        "一个项目涉及多个领域、高校、园区或活动时在各处分别列示，分项之和可能大于总计。",
        "An item of several sectors, universities, parks or events is shown under each, so parts "
        "may add up to more than the whole.",
    ),
    "plan.targets.note.pace": (
        "每月完成数按起算日期至今的日历月计算，只算有日期的；没有设定起算日期的，从最早一次到达算起。"
        "预计完成日期以目前速度不变为前提。",
        "The pace is taken over months of the calendar from the start until now, or from the first "
        "date where no start is set, and counts what has a date. The forecast assumes that it "
        "holds.",
    ),
    "plan.targets.note.ended": (
        "签约后终止的 {count} 个项目在漏斗中算签约，但不计入签约类目标和金额。",
        "Ended after signing: {count}. They count as signed in the funnel, but for no target from "
        "signing on and in no sum.",
    ),
    "plan.targets.note.future": (
        "有 {count} 行日期晚于统计日期，未计入。",
        "Rows dated after the day of counting, not counted: {count}.",
    ),
    "plan.targets.note.unnamed": (
        "有 {count} 个已对接项目没有写明企业或高校，只计项目，不计单位；"
        "台账里有编号的，请同时给出需求和成果文件。",
        "Items met that name no enterprise or no university, counted as items alone: {count}. "
        "Where the list has ids, give the files of needs and achievements as well.",
    ),
    "plan.targets.note.unpriced": (
        "有 {count} 个签约项目没有写明合同金额，金额按 0 计；意向金额不算合同金额。",
        "Items signed that state no sum from signing on: {count}. They add nothing; what was only "
        "intended is no contract.",
    ),
    "plan.targets.note.unseen": (
        "目标“{target}”限定的{names}在台账中没有出现，该目标按 0 计，请核对写法。",
        'The target "{target}" counts only {names}, which no row names, so it stands at 0. Check '
        "the spelling.",
    ),
    "plan.targets.note.formula": (
        "高校绩效数据只列数量和金额，计分办法由使用单位确定。",
        "The table by university holds counts and sums; how to score them is for its user to say.",
    ),
}
