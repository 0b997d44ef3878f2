"""What a broker reads about round tables, invitations and visits; merged in :mod:`.messages`."""

from __future__ import annotations

TOPICS_MESSAGES: dict[str, tuple[str, str]] = {
    # titles
    "plan.topics.roundtable.title": ("圆桌论坛方案", "Round tables"),
    "plan.topics.invitation.title": ("成果推介邀请方案", "Whom to invite for an achievement"),
    "plan.topics.visit.title": ("园区走访方案", "Visit to a park"),
    # facts
    "plan.topics.fact.needs": ("参与分析的需求", "Needs looked at"),
    "plan.topics.fact.sector": ("限定领域", "Only the sector"),
    "plan.topics.fact.park": ("园区", "Park"),
    "plan.topics.fact.tables": ("圆桌数", "Round tables"),
    "plan.topics.fact.gathered": ("进入圆桌的需求", "Needs at a table"),
    "plan.topics.fact.single": ("未归入共性需求的需求", "Needs in no common need"),
    "plan.topics.fact.experts": ("拟请专家（团队）", "Experts or teams to ask"),
    "plan.topics.fact.open": ("拟请专家不能答复的需求", "Needs that those asked do not cover"),
    "plan.topics.fact.threshold": ("可答复的最低得分", "Least score that covers a need"),
    "plan.topics.fact.likeness": (
        "归为共性需求的最低相似度",
        "Least likeness of a common need",
    ),
    "plan.topics.fact.achievement": ("推介成果", "Achievement"),
    "plan.topics.fact.owner": ("完成单位与团队", "University and team"),
    "plan.topics.fact.guests": ("拟邀企业", "Enterprises to invite"),
    "plan.topics.fact.parks": ("拟邀园区", "Parks to invite"),
    "plan.topics.fact.min_score": ("邀请的最低得分", "Least score of an invitation"),
    "plan.topics.fact.enterprises": ("提出需求的企业", "Enterprises with a need"),
    "plan.topics.fact.topics": ("共性需求", "Common needs"),
    "plan.topics.fact.covered": ("拟请团队可答复的需求", "Needs that those asked cover"),
    "plan.topics.of": ("{part}（共 {whole}）", "{part} of {whole}"),
    # notes
    "plan.topics.note.common": (
        "共性需求由至少 {enterprises} 家企业的至少 {needs} 条需求组成，"
        "依据是文本中的共有术语和共同匹配到的成果；议题名称取自这些需求的共有术语。"
        "归类由程序完成，开会前请人工复核。",
        "A common need is made of at least {needs} needs of at least {enterprises} "
        "enterprises. They share rare terms and the achievements that match them; the topic is "
        "named by the terms they share. A program has grouped them: check before you invite.",
    ),
    "plan.topics.note.copies": (
        "有 {count} 条需求与同桌另一条内容相同，只算一条。",
        "Needs that repeat another one at the table: {count}. They count once.",
    ),
    "plan.topics.note.listed": (
        "只依据匹配结果中列出的匹配对；未列出的组合视为不能答复。",
        "Only pairs that the ranking lists count; any other counts as not covered.",
    ),
    "plan.topics.note.waiting": (
        "因人数上限为 {most}，有 {count} 条需求只有备选者能够答复；放宽上限即可覆盖。",
        "With at most {most} to ask, needs that only alternates cover: {count}. Raise the limit to "
        "have them answered.",
    ),
    "plan.topics.note.more": (
        "另有 {count} 个共性需求超出圆桌数上限，未排入。",
        "Common needs beyond the number of tables: {count}. They are not planned.",
    ),
    "plan.topics.note.no_topics": (
        "没有找到符合条件的共性需求。可降低相似度要求，或扩大需求范围。",
        "No common need was found. Lower the likeness asked for, or take more needs.",
    ),
    "plan.topics.note.left_out": (
        "未采用的匹配对：此前已被拒绝 {refused} 对，需求方与完成单位为同一家或有从属关系 "
        "{conflict} 对，得分低于 {score} 的 {below} 对。",
        "Pairs not used: refused earlier {refused}, enterprise and university the same or one "
        "part of the other {conflict}, score below {score} {below}.",
    ),
    "plan.topics.note.reverse": (
        "本方案来自按需求推荐的结果：只有把该成果列在前列的需求才会出现。"
        "如需查看全部需求，请改用按成果推荐的结果。",
        "This plan rests on a ranking by need: only needs that list the achievement among their "
        "best appear. Rank by achievement to see them all.",
    ),
    "plan.topics.note.no_guests": (
        "没有达到最低得分的企业。",
        "No enterprise reaches the least score.",
    ),
    "plan.topics.note.capped": (
        "另有企业 {enterprises} 家、园区 {parks} 个符合条件，超出名额，未列出。",
        "Beyond the limits and not listed: enterprises {enterprises}, parks {parks}.",
    ),
    "plan.topics.note.without": (
        "符合条件的需求中，未填写园区的 {park} 条，地区无法识别的 {region} 条，"
        "不计入任何园区或地区。",
        "Needs that fit but name no park: {park}; no region that can be read: {region}. They "
        "count for no park or region.",
    ),
    "plan.topics.note.unexplained": (
        "匹配结果由文件读入，不含逐项核对；理由只列共有词。",
        "The ranking was read from a file without its explanations: only shared terms are given.",
    ),
    # tables
    "plan.topics.table.tables": ("圆桌一览", "Round tables"),
    "plan.topics.about.tables": ("每行一桌", "one table a row"),
    "plan.topics.table.seats": ("各桌需求", "Needs by table"),
    "plan.topics.about.seats": (
        "每行一条需求，附最适合答复的专家",
        "one need a row, with the expert who fits best",
    ),
    "plan.topics.table.experts": ("各桌专家", "Experts by table"),
    "plan.topics.about.experts": (
        "每行一位专家（团队）及其可答复的需求；备选者的新增答复是已邀专家都不能答复的需求",
        "one expert or team a row, with the needs it covers; what an alternate adds is covered by "
        "none of those invited",
    ),
    "plan.topics.table.single": ("未归类需求", "Single needs"),
    "plan.topics.about.single": (
        "与其他企业的需求没有明显共性，每行一条",
        "needs with nothing clear in common with those of others, one a row",
    ),
    "plan.topics.table.guests": ("拟邀企业", "Enterprises to invite"),
    "plan.topics.about.guests": (
        "每行一家企业，列其最相关的需求和邀请理由",
        "one enterprise a row, with its best need and the reasons",
    ),
    "plan.topics.table.parks": ("拟邀园区", "Parks to invite"),
    "plan.topics.about.parks": (
        "每行一个园区及其中相关的需求",
        "one park a row, with its needs that fit",
    ),
    "plan.topics.table.regions": ("地区分布", "Regions"),
    "plan.topics.about.regions": (
        "每行一个地区及其中相关的需求",
        "one region a row, with its needs that fit",
    ),
    "plan.topics.table.teams": ("走访团队", "Teams to take along"),
    "plan.topics.about.teams": (
        "每行一个团队及其可答复的需求，按新增答复数排列；备选者的新增答复是已邀团队都不能答复的需求",
        "one team a row, with the needs it covers, in order of what each adds; what an alternate "
        "adds is covered by none of those invited",
    ),
    "plan.topics.table.topics": ("共性需求", "Common needs"),
    "plan.topics.about.topics": ("每行一个共性需求", "one common need a row"),
    "plan.topics.table.park_needs": ("园区需求", "Needs of the park"),
    "plan.topics.about.park_needs": (
        "园区的全部需求，先列共性需求，其余按领域",
        "all needs of the park, common ones first, the others by sector",
    ),
    "plan.topics.table.open": ("拟请团队不能答复的需求", "Needs that those asked do not cover"),
    "plan.topics.about.open": (
        "拟请的团队都不能答复的需求，附得分最高的成果；得分达到要求的可由备选团队答复",
        "needs that none of the teams asked covers, with the best achievement; where it reaches "
        "the least score, an alternate does",
    ),
    # columns
    "plan.topics.column.topic": ("议题", "Topic"),
    "plan.topics.column.group": ("议题或领域", "Topic or sector"),
    "plan.topics.column.enterprises": ("企业数", "Enterprises"),
    "plan.topics.column.needs": ("需求数", "Needs"),
    "plan.topics.column.experts": ("拟请专家", "Experts"),
    "plan.topics.column.open": ("拟请专家不能答复", "Not covered"),
    "plan.topics.column.likeness": ("相似度", "Likeness"),
    "plan.topics.column.need_list": ("需求", "Needs"),
    "plan.topics.column.answers": ("可答复的需求与依据成果", "Needs covered, and by what"),
    "plan.topics.column.adds": ("新增答复", "Adds"),
    "plan.topics.column.role": ("安排", "Role"),
    "plan.topics.column.copies": ("内容相同的需求", "Same content"),
    "plan.topics.column.expert": ("最适合的专家", "Best expert"),
    "plan.topics.column.others": ("其他相关需求", "Other needs that fit"),
    "plan.topics.column.park": ("园区", "Park"),
    "plan.topics.column.region": ("地区", "Region"),
    "plan.topics.column.asked": ("需求总数", "All its needs"),
    "plan.topics.role.chosen": ("邀请", "invite"),
    "plan.topics.role.other": ("备选", "alternate"),
    # values
    "plan.topics.unnamed": ("（企业未注明）", "(enterprise not named)"),
    "plan.topics.no_university": ("（完成单位未注明）", "(university not named)"),
    "plan.topics.answer": (
        "{need}——{achievement}（{score}）",
        "{need} / {achievement} [{score}]",
    ),
    "plan.topics.asks": ("{enterprise}：{need}", "{enterprise}: {need}"),
    "plan.topics.scored": ("{text}（{score}）", "{text} [{score}]"),
    "plan.topics.reason.terms": ("共有词：{terms}", "shared terms: {terms}"),
    "plan.topics.reason.indicator": (
        "指标符合：需求{need}，成果{achievement}",
        "indicator met: {need} asked, {achievement} offered",
    ),
    "plan.topics.reason.field": (
        "{name}相符：需求{need}，成果{achievement}",
        "{name} agrees: {need} asked, {achievement} offered",
    ),
    "plan.topics.field.maturity": ("成熟度", "maturity"),
    "plan.topics.field.money": ("资金", "money"),
    "plan.topics.field.cooperation": ("合作方式", "cooperation"),
    "plan.topics.field.region": ("地区", "region"),
}
