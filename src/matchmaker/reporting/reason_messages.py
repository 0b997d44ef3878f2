"""What a report says of the reasons for a match, in Chinese and in English."""

from __future__ import annotations

REASON_MESSAGES: dict[str, tuple[str, str]] = {
    # columns
    "column.reasons": ("推荐理由", "Reasons"),
    "column.score_parts": ("得分构成", "What the score is made of"),
    "column.gaps": ("尚待核实", "To be clarified"),
    # parts of a score
    "part.base": ("起点", "start"),
    "part.terms": ("共有词", "shared terms"),
    "part.near_terms": ("相近词", "like terms"),
    "part.meaning": ("整体语义", "meaning"),
    "part.judgements": ("已有评判", "earlier judgements"),
    "part.reranker": ("复核模型", "re-ranker"),
    "part.sector": ("领域", "sector"),
    "part.indicators": ("指标", "indicators"),
    "part.maturity": ("成熟度", "maturity"),
    "part.money": ("资金", "money"),
    "part.cooperation": ("合作方式", "cooperation"),
    "part.region": ("地区", "region"),
    "part.preferences": ("偏好", "preferences"),
    # reasons, one clause each
    "why.terms": ("双方都提到{terms}", "both name {terms}"),
    "why.near_terms": ("说法相近：{pairs}", "alike: {pairs}"),
    "why.near_pair": ("“{need}”与“{achievement}”", '"{need}" and "{achievement}"'),
    "why.meaning": ("整体意思相近", "the texts as wholes are alike"),
    "why.nothing": ("没有可以说明的共同点", "nothing in common that could be named"),
    "why.sector.same": ("同属{sectors}领域", "both in {sectors}"),
    "why.sector.other": (
        "领域不同（需求：{need}；成果：{achievement}）",
        "different sectors (need: {need}; achievement: {achievement})",
    ),
    "why.indicator.met": (
        "指标满足：要求{need}，成果{achievement}",
        "indicator met: asked {need}, offered {achievement}",
    ),
    "why.indicator.missed": (
        "指标不满足：要求{need}，成果{achievement}",
        "indicator missed: asked {need}, offered {achievement}",
    ),
    "why.field.good": (
        "{field}相合（需求：{need}；成果：{achievement}）",
        "{field} agrees (need: {need}; achievement: {achievement})",
    ),
    "why.field.even": (
        "{field}大体可谈（需求：{need}；成果：{achievement}）",
        "{field} to be discussed (need: {need}; achievement: {achievement})",
    ),
    "why.field.bad": (
        "{field}不一致（需求：{need}；成果：{achievement}）",
        "{field} disagrees (need: {need}; achievement: {achievement})",
    ),
    "why.region.other": (
        "不在同一省（需求：{need}；成果：{achievement}）",
        "not in one province (need: {need}; achievement: {achievement})",
    ),
    "why.preference.met": ("符合偏好 {constraint}", "as preferred: {constraint}"),
    "why.preference.missed": ("不符合偏好 {constraint}", "not as preferred: {constraint}"),
    "why.judgements.up": ("同类配对以前评价较高", "alike pairs were judged higher before"),
    "why.judgements.down": ("同类配对以前评价较低", "alike pairs were judged lower before"),
    "why.judged": (
        "按 8 项标准中的 {judged} 项判断",
        "judged on {judged} of 8 criteria",
    ),
    "why.without": (
        "若{side}不提“{term}”，本对排第 {rank} 位",
        'if the {side} did not say "{term}", this pair would rank {rank}',
    ),
    "why.without.gone": (
        "若{side}不提“{term}”，本对不会进入前 {candidates} 位",
        'if the {side} did not say "{term}", this pair would not be among {candidates} candidates',
    ),
    "side.need": ("需求", "need"),
    "side.achievement": ("成果", "achievement"),
    # what is open
    "gap.unsaid": ("成果未说明：{items}", "the achievement says nothing of {items}"),
    "gap.incomparable": ("不可直接比较：{items}", "not comparable: {items}"),
    "gap.pair": ("要求{need}，成果{achievement}", "asked {need}, offered {achievement}"),
    "gap.criteria": ("一方未说明：{names}", "a side says nothing of: {names}"),
    "guide.reasons": (
        "只用这一条需求和这一项成果中的文字；未说明的内容既不加分也不减分。",
        "Only from the texts of this need and this achievement; what is not said counts neither "
        "for nor against.",
    ),
    "guide.score_parts": (
        "各项相加等于得分。共有词、相近词、整体语义来自文字，其余来自领域、指标和各字段。",
        "The parts add up to the score. Terms, like terms and meaning come from the texts, the "
        "others from sectors, indicators and fields.",
    ),
    # constraints
    "setting.prefer": ("偏好", "Preferred"),
    "setting.eligible": ("符合硬性条件", "Eligible"),
    "setting.require": ("硬性条件 {constraint}", "Required {constraint}"),
    "eligible.left": ("{left} 条（共 {all} 条）", "{left} of {all}"),
    "eligible.removed": (
        "排除 {removed} 条，其中 {alone} 条只因这一条件",
        "leaves out {removed}, {alone} of them alone",
    ),
    "eligible.kept": ("{count} 条未说明，予以保留", "{count} that do not say are kept"),
    "eligible.dropped": ("{count} 条未说明，不予保留", "{count} of them do not say"),
    "page.why": ("为什么推荐", "Why"),
    "page.parts": ("得分构成", "What the score is made of"),
    # what was done to records before ranking, and what to look at
    "reason.cleaned": ("文字已修整", "text repaired"),
    "detail.cleaned": (
        "残留的换行符号、网页标签、不可见字符和多余空白已清理",
        "leftover line ends, tags, invisible characters and blanks were repaired",
    ),
    "reason.placeholder": ("占位文字", "placeholder text"),
    "detail.placeholder": (
        "“待补充”“见附件”一类的内容按空白处理",
        "texts that say nothing count as empty",
    ),
    "reason.several": ("疑似一行多条需求", "several needs in one row"),
    "detail.several": (
        "仍按一条参加匹配；matchmaker check 可给出拆分建议",
        "matched as one; matchmaker check proposes how to split them",
    ),
    "reason.purchase": ("疑似采购需求", "looks like a purchase"),
    "detail.purchase": ("像是找供应商，不是技术难题", "a hunt for a supplier"),
    "reason.people": ("疑似招聘", "looks like hiring"),
    "detail.people": ("像是找人，不是技术难题", "a search for people"),
    "reason.no_need": ("疑似非需求", "looks like no need"),
    "detail.no_need": ("像是成果介绍或企业宣传", "an offer or an advertisement"),
    "reason.copy_exact": ("内容重复", "the same again"),
    "detail.copy_exact": ("与另一条逐字相同", "word for word the same as another record"),
    "reason.copy_near": ("内容近似", "nearly the same"),
    "detail.copy_near": ("与另一条几乎相同", "nearly the same as another record"),
}
