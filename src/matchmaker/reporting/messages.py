"""Everything a broker reads in a report, in Chinese and in English: one table.

What belongs to the program rather than to a report (exceptions, logs, ``--help``) is English and
stands where it is raised.
"""

from __future__ import annotations

from typing import Literal, get_args

from matchmaker.errors import ConfigError
from matchmaker.reporting.check_messages import CHECK_MESSAGES
from matchmaker.reporting.judging_messages import JUDGING_MESSAGES
from matchmaker.reporting.plans.messages import PLAN_MESSAGES
from matchmaker.reporting.reason_messages import REASON_MESSAGES
from matchmaker.reporting.store_messages import STORE_MESSAGES

Lang = Literal["zh", "en"]

LANGUAGES: tuple[Lang, ...] = get_args(Lang)
"""Languages that a report can be written in."""

MESSAGES: dict[str, tuple[str, str]] = {
    # punctuation that differs between the languages
    "mark.list": ("、", ", "),
    "mark.clause": ("；", "; "),
    "mark.field": ("{name}：{value}", "{name}: {value}"),
    "mark.aside": ("{text}（{aside}）", "{text} ({aside})"),
    "mark.quoted": ("“{text}”", '"{text}"'),
    # grades and sectors
    "grade.1": ("无关", "unrelated"),
    "grade.2": ("弱相关", "weak"),
    "grade.3": ("较强相关", "good"),
    "grade.4": ("强相关", "strong"),
    "sector.other": ("其他", "Other"),
    "origin.declared": ("来源标注", "declared"),
    "origin.code": ("分类代码", "by code"),
    "origin.predicted": ("{percent}", "{percent}"),
    # columns
    "column.rank": ("名次", "Rank"),
    "column.grade": ("相关等级", "Grade"),
    "column.score": ("得分", "Score"),
    "column.similarity": ("语义相似度", "Similarity"),
    "column.sectors": ("领域", "Sectors"),
    "column.duplicates": ("内容相同的其他编号", "Other ids with the same content"),
    "column.shared_terms": ("共有词（占比）", "Shared terms (share)"),
    "column.judgement": ("等级", "Grade"),
    "column.remark": ("备注", "Remark"),
    "column.need_id": ("需求编号", "Need id"),
    "column.need_title": ("需求名称", "Need"),
    "column.enterprise": ("企业名称", "Enterprise"),
    "column.enterprise_type": ("企业类型", "Kind of enterprise"),
    "column.need_region": ("需求地区/园区", "Region of the need"),
    "column.budget": ("拟投入资金", "Budget"),
    "column.deadline": ("完成时限", "Deadline"),
    "column.need_cooperation": ("需求方合作方式", "Cooperation sought"),
    "column.confidentiality": ("保密要求", "Confidentiality"),
    "column.need_contact": ("需求联系方式", "Contact of the need"),
    "column.goals": ("预期目标", "Goals"),
    "column.need_excerpt": ("需求描述（摘录）", "Need, excerpt"),
    "column.achievement_id": ("成果编号", "Achievement id"),
    "column.achievement_title": ("成果名称", "Achievement"),
    "column.university": ("完成单位", "University"),
    "column.team": ("完成人/团队", "Team"),
    "column.achievement_contact": ("成果联系方式", "Contact of the achievement"),
    "column.maturity": ("技术成熟度", "Maturity"),
    "column.indicators": ("技术指标", "Indicators"),
    "column.applications": ("应用场景", "Applications"),
    "column.ip": ("知识产权", "Intellectual property"),
    "column.cooperation": ("成果合作方式", "Cooperation offered"),
    "column.price": ("价格", "Price"),
    "column.achievement_region": ("成果地区", "Region of the achievement"),
    "column.achievement_excerpt": ("成果简介（摘录）", "Achievement, excerpt"),
    "column.labels": ("领域（依据）", "Sectors (basis)"),
    "column.needs_count": ("匹配需求数", "Needs matched"),
    "column.achievements_count": ("匹配成果数", "Achievements matched"),
    "column.best_score": ("最高得分", "Best score"),
    "column.best_grade": ("最高等级", "Best grade"),
    "column.best_needs": ("最相关的需求", "Most relevant needs"),
    "column.best_achievements": ("最相关的成果", "Most relevant achievements"),
    # one line of a list of best partners
    "partner.line": ("{rank}. {title}（{grade} {score}）", "{rank}. {title} [{grade} {score}]"),
    "partner.more": ("另有 {count} 项", "and {count} more"),
    # titles and sheets
    "report.title": ("科技成果与技术需求匹配结果", "Achievements matched to needs"),
    "direction.need_to_achievement": (
        "为每条需求推荐成果",
        "Achievements recommended for each need",
    ),
    "direction.achievement_to_need": (
        "为每项成果推荐需求",
        "Needs recommended for each achievement",
    ),
    "sheet.overview": ("总览", "Overview"),
    "sheet.by_need": ("按需求", "By need"),
    "sheet.by_achievement": ("按成果", "By achievement"),
    "sheet.need_list": ("需求一览", "Needs"),
    "sheet.achievement_list": ("成果一览", "Achievements"),
    "sheet.need_without": ("无匹配需求", "Needs without match"),
    "sheet.achievement_without": ("无匹配成果", "Achievements without match"),
    "sheet.about.pairs": (
        "全部匹配对，按编号和名次排列",
        "all pairs, by id and rank",
    ),
    "sheet.about.records": (
        "有匹配的记录，每行一条，附全部字段和与它最相关的至多 {limit} 项",
        "records with a match, one a row, with all fields and at most {limit} best partners",
    ),
    "sheet.about.sector": (
        "本领域得分最高的匹配对，至多 {limit} 对（共 {total} 对）",
        "the best pairs of this sector, at most {limit} (of {total})",
    ),
    "sheet.about.without": (
        "没有任何匹配达到条件的记录",
        "records for which no match met the conditions",
    ),
    "sheet.judging_guide": ("说明", "Instructions"),
    "sheet.judging": ("待判", "To judge"),
    "sheet.page": ("第 {page} 页 共 {pages} 页", "Page {page} of {pages}"),
    # counts
    "heading.counts": ("结果", "Results"),
    "count.needs": ("参与匹配的需求", "Needs that took part"),
    "count.needs_matched": ("有匹配的需求", "Needs with a match"),
    "count.needs_unmatched": ("无匹配的需求", "Needs without a match"),
    "count.achievements": ("参与匹配的成果", "Achievements that took part"),
    "count.achievements_matched": ("有匹配的成果", "Achievements with a match"),
    "count.pairs": ("匹配对", "Pairs"),
    "count.of_grade": ("其中{grade}", "of these {grade}"),
    "heading.grades": ("匹配对的相关等级", "Grades of the pairs"),
    # settings
    "heading.settings": ("匹配设置", "Settings"),
    "setting.k": ("每条记录最多推荐", "Recommendations for each record, at most"),
    "setting.min_score": ("最低得分", "Lowest score"),
    "setting.sector": ("限定领域", "Sector"),
    "setting.every_sector": ("不限", "all"),
    "setting.model": ("模型", "Model"),
    # what was read
    "heading.reading": ("读入的数据", "What was read"),
    "reading.needs": ("需求来源", "Needs from"),
    "reading.achievements": ("成果来源", "Achievements from"),
    "reading.read": ("读入", "Read"),
    "reading.kept": ("采用", "Kept"),
    "reading.left_out": ("未采用", "Left out"),
    "reading.notes": ("提示", "Notes"),
    "reading.row": ("行号", "Row"),
    "reading.reason": ("原因", "Reason"),
    "reading.detail": ("说明", "Detail"),
    "reading.more": ("另有 {count} 行未列出", "{count} more rows are not listed"),
    "reason.no_text": ("名称和内容都为空", "no title and no body"),
    "reason.duplicate": ("与前面的记录完全重复", "the same as an earlier record"),
    "reason.repeated_heading": ("重复的表头", "headings again"),
    "reason.joined": ("合并单元格，已并入上一行", "merged cells, joined to the row above"),
    "reason.empty_row": ("空行", "empty row"),
    "reason.unreadable_date": ("无法识别的日期", "not a date"),
    "reason.month_only": ("日期只有年月", "a month without a day"),
    "reason.rounded_id": ("编号过长，已被表格软件舍入", "id rounded by the spreadsheet program"),
    "reason.generated_id": ("无编号，已自动生成", "no id, one was made"),
    "reason.short_row": ("单元格比表头少", "fewer cells than headings"),
    "reason.merged_cells": ("合并单元格已填充", "merged cells were filled down"),
    "reason.other_sheets": ("其他工作表未读", "other sheets were not read"),
    "reason.other_column": ("同义的另一列未采用", "another column for the same field"),
    # what the reader says about a row: by reason, some with the field or id concerned
    "detail.no_text": ("该行没有编号", "the row has no id"),
    "detail.no_text.id": ("编号 {id}", "id {id}"),
    "detail.duplicate": (
        "编号 {id}，内容与先出现的第 {row} 行完全相同，只保留先出现的一行",
        "id {id}, the same content as row {row}, which is kept",
    ),
    "detail.repeated_heading": ("与表头相同，不是记录", "the same as the headings, no record"),
    "detail.joined": (
        "名称单元格与第 {row} 行合并，文字已并入那一行",
        "its title cell is merged with that of row {row}, to which its text was added",
    ),
    "detail.empty_row": ("没有任何内容，已跳过", "without any content, passed over"),
    "detail.short_row": (
        "单元格比表头少，缺少的按空白处理",
        "fewer cells than headings; the missing ones count as empty",
    ),
    "detail.merged_cells": (
        "合并单元格的内容已填入所包含的各行",
        "values of merged cells were filled into every row that they span",
    ),
    "detail.unreadable_date": (
        "“{column}”列的内容无法识别为日期，原文已保留；日期请写成 2026-01-31 的形式",
        'column "{column}" holds what is no date; it is kept as written. Write dates such as '
        "2026-01-31",
    ),
    "detail.month_only": (
        "“{column}”列只有年月，按当月第一天处理",
        'column "{column}" has months without a day; the first day is taken',
    ),
    "detail.month_only.deadline": (
        "“{column}”列只有年月，按当月最后一天处理",
        'column "{column}" has months without a day; the last day is taken',
    ),
    "detail.rounded_id": (
        "“{column}”列的编号超过 15 位并以数字保存，末尾几位已被表格软件舍入；"
        "请把该列改为文本后重新填写",
        'column "{column}" holds ids of more than 15 digits as numbers, and the spreadsheet '
        "program has rounded their last digits; make the column text and enter them again",
    ),
    "detail.generated_id": (
        "没有编号，已按内容自动生成",
        "without an id; one was made from the content",
    ),
    "detail.serial": (
        "{others}列只是行的序号，未用作编号",
        "column {others} only numbers the rows and was not taken for the id",
    ),
    "detail.other_sheets": (
        "工作表{others}也有数据，未读入",
        "sheet {others} also holds a table and was not read",
    ),
    "detail.other_column": (
        "“{column}”列与“{other}”列含义相同，采用后者，前者的原文已保留",
        'column "{column}" means the same as column "{other}", which was taken; the other is '
        "kept as written",
    ),
    "names.more": ("{names}等 {count} 个", "{names} and others, {count} in all,"),
    "rows.one": ("第 {rows} 行", "row {rows}"),
    "rows.some": ("第 {rows} 行", "rows {rows}"),
    "rows.more": ("第 {rows} 行及另外 {more} 行", "rows {rows} and {more} more"),
    # how to read it
    "heading.guide": ("怎样看", "How to read this"),
    "guide.score": (
        "由模型预测的相关等级换算而来，0 到 1，越高越相关；同一得分在各领域含义相同。",
        "The grade that the model expects, mapped to 0 to 1; higher is more relevant, and a score "
        "means the same in every sector.",
    ),
    "guide.grade": (
        "强相关、较强相关、弱相关、无关四级，由模型预测，供人工判断参考，不代替专家评审。",
        "Strong, good, weak or unrelated, predicted by the model: advice for a person who decides, "
        "not an expert review.",
    ),
    "guide.shared_terms": (
        "两段文字都有的词。百分数是该词占需求全部词语稀有程度的份额，越罕见份额越大；"
        "最多列 {limit} 个。",
        "Terms that stand in both texts. The share is the term's part of the rarity of all terms "
        "of the need; at most {limit} are listed.",
    ),
    "guide.sectors": (
        "双方共有的领域；没有共有领域时为需求的领域。依据为来源标注、分类代码或模型预测的概率。",
        "Sectors of both sides; where they share none, those of the need. Known from the source, "
        "from a classification code, or predicted with the probability shown.",
    ),
    "guide.apostrophe": (
        "以 = + - @ 开头的文字前加了一个撇号（'），以免被表格软件当作公式执行。",
        "Text that begins with = + - @ has an apostrophe (') in front, so that no spreadsheet "
        "program runs it as a formula.",
    ),
    "guide.missing": (
        "空白表示来源未提供，不影响得分的解读。",
        "An empty cell means that the source does not say; it is not held against a record.",
    ),
    "heading.sheets": ("工作表", "Sheets"),
    # the page
    "page.search": ("查找", "Search"),
    "page.search_hint": (
        "输入名称、单位或关键词",
        "A title, an organisation or a word",
    ),
    "page.found": ("显示 {shown} / {total}", "{shown} of {total} shown"),
    "page.sectors": ("领域", "Sectors"),
    "page.need_body": ("需求描述", "Description of the need"),
    "page.achievement_body": ("成果简介", "Description of the achievement"),
    "page.shared_terms": ("共有词", "Shared terms"),
    "page.cut": (
        "为便于浏览，本页每条记录最多列出 {per_record} 项，正文最多 {characters} 字；"
        "共 {pairs:,} 对匹配，本页列出 {shown:,} 对。完整结果请导出为 .xlsx、.csv 或 .jsonl。",
        "To stay readable this page lists at most {per_record} matches for each record and "
        "{characters} characters of a text: {shown:,} of {pairs:,} pairs. Write .xlsx, .csv or "
        ".jsonl for all of them.",
    ),
    "page.cut_records": (
        "有匹配的记录共 {total:,} 条，本页按最高得分列出 {shown:,} 条。",
        "Of {total:,} records with a match, the {shown:,} with the best scores are listed.",
    ),
    "page.more": ("另有 {count} 项匹配未列出", "{count} more matches are not listed"),
    "page.records": ("{count} 条", "{count}"),
    "page.skip": ("跳到结果", "Skip to the results"),
    # the terminal
    "terminal.sector": (
        "{sector}（共 {total} 对，列出前 {shown} 对）",
        "{sector} ({shown} of {total} pairs)",
    ),
    # nothing to show
    "empty.pairs": ("没有达到条件的匹配。", "No match met the conditions."),
    "empty.title": ("（无标题）", "(untitled)"),
    **JUDGING_MESSAGES,
    **REASON_MESSAGES,
    **STORE_MESSAGES,
    **CHECK_MESSAGES,
    **PLAN_MESSAGES,
}
"""Key to its text in Chinese and in English; ``{names}`` are filled in by :func:`text`."""


def check_lang(lang: str) -> Lang:
    """Check that reports can be written in a language.

    Parameters
    ----------
    lang : str
        ``"zh"`` or ``"en"``.

    Returns
    -------
    Lang
        The same.

    Raises
    ------
    ConfigError
        If it is another one.
    """
    for known in LANGUAGES:
        if lang == known:
            return known
    raise ConfigError(f"unknown language {lang!r}: known are {', '.join(LANGUAGES)}")


def text(key: str, lang: str, **values: object) -> str:
    """Get a text of the table.

    Parameters
    ----------
    key : str
        One of :data:`MESSAGES`.
    lang : str
        ``"zh"`` or ``"en"``.
    **values : object
        What stands in the text's braces; braces inside the values are left alone.

    Returns
    -------
    str

    Raises
    ------
    ConfigError
        If the language is unknown.
    KeyError
        If the key is.
    """
    # Asked some twenty times for each pair of a report.
    found = MESSAGES[key][1 if lang == "en" else LANGUAGES.index(check_lang(lang))]
    return found.format(**values) if values else found
