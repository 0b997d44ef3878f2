"""What a broker reads about alliances, shortlists and briefings; merged in :mod:`.messages`."""

from __future__ import annotations

_ALLIANCE: dict[str, tuple[str, str]] = {
    "plan.alliance.title": ("产学研联盟建议", "Alliance for one need"),
    # figures and settings
    "plan.alliance.fact.parts": ("需求分解", "Parts of the need"),
    "plan.alliance.fact.members": ("联盟成员", "Members"),
    "plan.alliance.fact.covered": ("本组合共覆盖", "Covered together"),
    "plan.alliance.fact.top": ("得分前 {count} 名共覆盖", "Covered by the {count} best by score"),
    "plan.alliance.fact.candidates": ("候选成果", "Candidates"),
    "plan.alliance.fact.most": ("成员数上限", "Members at most"),
    "plan.alliance.fact.min_score": ("候选成果最低得分", "Lowest score of a candidate"),
    "plan.alliance.fact.least_gain": ("每名成员至少增加覆盖", "Least that a member must add"),
    "plan.alliance.fact.rules": ("成员限制", "Rules for members"),
    "plan.alliance.rule.team": ("同一团队至多一项", "one achievement a team"),
    "plan.alliance.rule.university": ("同一单位至多一项", "one achievement a university"),
    "plan.alliance.rule.none": ("不限", "none"),
    # kinds of parts
    "plan.alliance.kind.indicator": ("指标", "indicator"),
    "plan.alliance.kind.problem": ("分项问题", "sub-problem"),
    "plan.alliance.kind.term": ("关键词", "term"),
    # what the result is
    "plan.alliance.verdict.several": (
        "{count} 项成果互补，合起来覆盖需求的 {covered}。",
        "{count} achievements complement each other and cover {covered} of the need.",
    ),
    "plan.alliance.verdict.one_part": (
        "该需求只能分出一个部分，由一项成果承担即可，不需要组建联盟。",
        "The need has a single part, which one achievement covers; no alliance is called for.",
    ),
    "plan.alliance.verdict.one_covers": (
        "一项成果已覆盖全部可比较的部分，不需要组建联盟。",
        "One achievement covers every part that can be compared; no alliance is called for.",
    ),
    "plan.alliance.verdict.one_allowed": (
        "成员数上限为 1，只选覆盖最多的一项成果，覆盖需求的 {covered}。",
        "There may be one member only: the achievement that covers most, {covered} of the need.",
    ),
    "plan.alliance.verdict.one_enough": (
        "一项成果覆盖需求的 {covered}，其他可列入的成果增加的覆盖都不到 {least}，建议单独对接。",
        "One achievement covers {covered} of the need and no other candidate that may join adds "
        "{least}; let it meet the enterprise alone.",
    ),
    "plan.alliance.verdict.none_covers": (
        "候选成果都没有覆盖该需求的 {least} 以上，暂不建议组建联盟。",
        "No candidate covers {least} of the need; no alliance is proposed.",
    ),
    "plan.alliance.verdict.no_candidate": (
        "没有得分不低于 {score} 的成果，暂不建议组建联盟。",
        "No achievement scores {score} or more; no alliance is proposed.",
    ),
    # notes
    "plan.alliance.note.compare": (
        "得分前 {count} 名共覆盖 {top}，本组合覆盖 {covered}。",
        "The {count} best by score cover {top}, this choice {covered}.",
    ),
    "plan.alliance.note.same": (
        "本组合就是得分前 {count} 名，它们已经互补。",
        "This choice is the {count} best by score: they complement each other already.",
    ),
    "plan.alliance.note.best_out": (
        "得分最高的{title}（{university}）未列入：把它换进来，合起来覆盖的不会更多。",
        "The best by score, {title} ({university}), is no member: with it in another's place, no "
        "more would be covered.",
    ),
    "plan.alliance.note.alone": (
        "每个部分只看一项成果的说明，几项成果各覆盖一部分的不累加。",
        "The evidence for a part is that of one achievement; halves of several are never added up.",
    ),
    "plan.alliance.note.words": (
        "关键词和分项问题只说明成果文字提到了它们，能否解决须向团队核实；同义的不同说法不计。",
        "Terms and sub-problems say that the achievement's text names them; ask the team whether "
        "it solves them. Other words for the same thing do not count.",
    ),
    "plan.alliance.note.half": (
        "标为不可比的指标，双方说的是同一个量，但工况、单位或比较基准不同，不能直接比较，按一半计。",
        "Where an indicator is not comparable, both speak of the same quantity under another "
        "condition, unit or reference; it counts half.",
    ),
    "plan.alliance.note.unheard": (
        "标题中的{terms}在全部成果中都没有出现，未列为需求的部分。",
        "No achievement names {terms} of the title; they are no parts.",
    ),
    "plan.alliance.note.below": (
        "另有 {count} 项成果得分低于 {score}，未参加组合。",
        "{count} more achievements score below {score} and took no part.",
    ),
    "plan.alliance.note.refused": (
        "另有 {count} 项成果曾被回绝，未再推荐。",
        "{count} more achievements were refused before and are not proposed again.",
    ),
    "plan.alliance.note.beyond": (
        "候选成果较多，只看得分最高的 {shown} 项，其余 {count} 项未参加组合。",
        "Of many candidates only the {shown} best were looked at; {count} were not.",
    ),
    "plan.alliance.note.listed": (
        "只考虑匹配结果中列出的成果。",
        "Only achievements that the ranking lists for the need are considered.",
    ),
    # tables
    "plan.alliance.members": ("联盟成员", "Members"),
    "plan.alliance.members.about": (
        "每行一名成员：承担哪些部分，退出会少覆盖多少",
        "a member a row: what rests on it, and what would be lost without it",
    ),
    "plan.alliance.parts": ("需求分解", "Parts of the need"),
    "plan.alliance.parts.about": (
        "每行是需求的一个部分：由谁承担，依据是什么",
        "a part of the need a row: on whom it rests, and why",
    ),
    "plan.alliance.open": ("尚未覆盖", "Still open"),
    "plan.alliance.open.about": (
        "没有完全覆盖的部分，以及还有谁能覆盖得更多、为什么没有列入",
        "parts not fully covered, who would cover them further, and why that one is no member",
    ),
    "plan.alliance.column.place": ("得分名次", "Rank by score"),
    "plan.alliance.column.share": ("承担份额", "Share"),
    "plan.alliance.column.loss": ("退出则减少", "Lost without it"),
    "plan.alliance.column.covers": ("承担的部分", "Rests on it"),
    "plan.alliance.column.also": ("也涉及", "Also speaks to"),
    "plan.alliance.column.part": ("部分", "Part"),
    "plan.alliance.column.kind": ("类型", "Kind"),
    "plan.alliance.column.weight": ("权重", "Weight"),
    "plan.alliance.column.degree": ("覆盖程度", "Covered"),
    "plan.alliance.column.who": ("承担单位", "Rests on"),
    "plan.alliance.column.basis": ("依据", "Evidence"),
    "plan.alliance.column.other": ("能覆盖更多的成果", "Who would cover more"),
    "plan.alliance.column.why_not": ("未列入的原因", "Why not a member"),
    # values
    "plan.alliance.said.met": ("满足：{said}", "met: {said}"),
    "plan.alliance.said.missed": ("不满足：{said}", "missed: {said}"),
    "plan.alliance.said.incomparable": ("不可比：{said}", "not comparable: {said}"),
    "plan.alliance.said.names": ("提到{said}", "names {said}"),
    "plan.alliance.nobody": ("无", "nobody"),
    "plan.alliance.why.gain": ("增加的覆盖不够多", "adds too little"),
    "plan.alliance.why.team": ("该团队已有成员", "its team has a member already"),
    "plan.alliance.why.university": ("该单位已有成员", "its university has a member already"),
    "plan.alliance.why.size": ("成员数已满", "there are as many members as may be"),
    "plan.alliance.why.nobody": (
        "候选成果未说明，或达不到要求",
        "no candidate says more, or reaches it",
    ),
}

_SALON: dict[str, tuple[str, str]] = {
    "plan.salon.title": ("校企会客厅简报", "Briefing for a salon"),
    "plan.salon.fact.invited": ("拟邀成果", "Shortlisted"),
    "plan.salon.fact.targets": ("需求指标", "Indicators asked for"),
    "plan.salon.fact.minutes": ("时长", "Length"),
    "plan.salon.fact.most": ("邀请上限", "Shortlisted at most"),
    "plan.salon.fact.min_score": ("最低得分", "Lowest score"),
    "plan.salon.fact.limits": ("同一团队/同一单位上限", "Of one team / one university at most"),
    "plan.salon.minutes": ("{minutes} 分钟", "{minutes} minutes"),
    "plan.salon.span": ("{start}-{end} 分钟", "minute {start}-{end}"),
    # notes
    "plan.salon.note.secret": (
        "需求方要求保密：{words}。本简报含企业名称和技术细节，只供承办人员使用；"
        "发给高校的材料请用 --anonymise 隐去名称，细节待签订保密协议后提供。",
        "The enterprise asks for confidentiality: {words}. This briefing names it and is for the "
        "organisers; send universities what --anonymise gives, and details after an agreement.",
    ),
    "plan.salon.note.nobody": (
        "没有得分不低于 {score} 的成果，暂不能安排会客厅；可降低最低得分，或请企业补充需求。",
        "No achievement scores {score} or more, so there is nobody to invite; lower the score, or "
        "ask the enterprise to say more.",
    ),
    "plan.salon.note.few": (
        "符合条件的成果只有 {count} 项，少于 {most} 项。",
        "Only {count} achievements fulfil the conditions, fewer than {most}.",
    ),
    "plan.salon.note.below": (
        "另有 {count} 项成果得分低于 {score}，未列入。",
        "{count} more achievements score below {score}.",
    ),
    "plan.salon.note.refused": (
        "另有 {count} 项成果曾被回绝，未再邀请。",
        "{count} more achievements were refused before and are not invited again.",
    ),
    "plan.salon.note.reasons": (
        "推荐理由和指标对照只依据双方提供的文字，未说明不等于做不到，请在会上核实。",
        "Reasons and indicators rest on what both sides wrote; what is not said may still be "
        "possible and is to be asked.",
    ),
    # tables
    "plan.salon.need": ("需求概要", "The need in brief"),
    "plan.salon.need.about": ("企业提出了什么，有什么条件", "what the enterprise asks for"),
    "plan.salon.list": ("邀请名单", "Shortlist"),
    "plan.salon.list.about": (
        "拟邀请的成果，按得分排列，并限制同一团队和单位的数量",
        "whom to invite, by score, with limits for one team and one university",
    ),
    "plan.salon.targets": ("指标对照", "Indicators"),
    "plan.salon.targets.about": (
        "每行一项需求指标，每列一项成果",
        "an indicator that is asked for a row, an achievement a column",
    ),
    "plan.salon.questions": ("提问清单", "What to ask"),
    "plan.salon.questions.about": (
        "会前请企业补充的，会上请团队回答的",
        "what the enterprise adds before and what the teams answer at the salon",
    ),
    "plan.salon.agenda": ("议程", "Agenda"),
    "plan.salon.agenda.about": ("建议的时间安排", "a proposal for the time"),
    "plan.salon.passed": ("未邀请的成果", "Not invited"),
    "plan.salon.passed.about": (
        "得分够但未列入的成果及原因",
        "achievements whose score is enough, and why they are not invited",
    ),
    "plan.salon.column.item": ("项目", "Item"),
    "plan.salon.column.content": ("内容", "Content"),
    "plan.salon.column.target": ("需求指标", "Indicator asked for"),
    "plan.salon.column.whom": ("询问对象", "Whom to ask"),
    "plan.salon.column.question": ("问题", "Question"),
    "plan.salon.column.answer": ("回答记录", "Answer"),
    "plan.salon.column.time": ("时间", "Time"),
    "plan.salon.column.step": ("环节", "Step"),
    "plan.salon.column.who": ("主讲", "Who speaks"),
    "plan.salon.column.why_not": ("原因", "Reason"),
    "plan.salon.column.invited": ("{place}. {university}", "{place}. {university}"),
    "plan.salon.item.body": ("需求描述", "Description"),
    "plan.salon.item.targets": ("希望达到的指标", "Indicators asked for"),
    "plan.salon.item.foundation": ("现有条件", "What exists already"),
    "plan.salon.item.attempted": ("已尝试的办法", "What was tried"),
    "plan.salon.unsaid": ("未说明", "not said"),
    "plan.salon.verdict.met": ("满足（{claim}）", "met ({claim})"),
    "plan.salon.verdict.missed": ("不满足（{claim}）", "missed ({claim})"),
    "plan.salon.verdict.incomparable": ("不可比（{claim}）", "not comparable ({claim})"),
    "plan.salon.verdict.unsaid": ("未说明", "not said"),
    "plan.salon.why.team": ("该团队名额已满", "its team has its places"),
    "plan.salon.why.university": ("该单位名额已满", "its university has its places"),
    "plan.salon.why.places": ("邀请名额已满", "all places are taken"),
    "plan.salon.step.opening": ("介绍来宾和规则", "Welcome and rules"),
    "plan.salon.step.need": ("企业介绍需求", "The enterprise presents its need"),
    "plan.salon.step.talk": ("成果介绍与问答", "Achievement and questions"),
    "plan.salon.step.closing": ("商定下一步", "Next steps"),
    "plan.salon.host": ("承办人员", "the organisers"),
    # questions to a team
    "plan.salon.ask.target_missed": (
        "要求“{need}”，成果为“{achievement}”：差距能否补上，需要多久？",
        'Asked "{need}", offered "{achievement}": can the gap be closed, and how soon?',
    ),
    "plan.salon.ask.target_incomparable": (
        "要求“{need}”，成果写的是“{achievement}”：在企业的工况下是多少？",
        'Asked "{need}", the achievement says "{achievement}": what is it in the case of the '
        "enterprise?",
    ),
    "plan.salon.ask.target_unsaid": (
        "指标“{need}”能否达到？有无检测数据？",
        'Can "{need}" be reached, and is there test data?',
    ),
    "plan.salon.ask.maturity_unsaid": (
        "技术做到了哪一步：小试、中试还是已有应用？",
        "How far is the technology: laboratory, pilot or in use?",
    ),
    "plan.salon.ask.maturity_short": (
        "企业要求{need}，成果为{achievement}：谁来做中间的放大，费用和时间多少？",
        "The enterprise asks for {need}, the achievement is at {achievement}: who scales it up, "
        "at what cost and by when?",
    ),
    "plan.salon.ask.ip_unsaid": (
        "有哪些知识产权，权利人是谁？",
        "Which rights are there, and whose are they?",
    ),
    "plan.salon.ask.ip_owner_unsaid": (
        "知识产权（{achievement}）归谁所有，合作后的新成果怎么归属？",
        "Whose are the rights ({achievement}), and whose will new ones be?",
    ),
    "plan.salon.ask.price_unsaid": (
        "费用大致多少，怎么支付？",
        "What would it cost, and how is it paid?",
    ),
    "plan.salon.ask.price_open": (
        "价格为“{achievement}”，大致范围是多少？",
        'The price is "{achievement}": what is its range?',
    ),
    "plan.salon.ask.price_over": (
        "企业拟投入{need}，成果报价{achievement}：能否分期、入股或按效果付费？",
        "The enterprise would spend {need}, the price is {achievement}: could it be paid in parts, "
        "by shares or by results?",
    ),
    "plan.salon.ask.mode_unsaid": (
        "可以接受哪些合作方式？",
        "Which modes of cooperation are possible?",
    ),
    "plan.salon.ask.mode_differs": (
        "企业希望{need}，成果方提出{achievement}：能否商量？",
        "The enterprise wishes {need}, the team offers {achievement}: can they agree?",
    ),
    # questions to the enterprise
    "plan.salon.gap.target": (
        "希望达到哪些可以检测的指标？",
        "Which indicators that can be measured are asked for?",
    ),
    "plan.salon.gap.budget": ("拟投入多少资金？", "How much is to be spent?"),
    "plan.salon.gap.deadline": ("希望什么时候完成？", "By when?"),
    "plan.salon.gap.cooperation": ("希望怎样合作？", "How would it like to cooperate?"),
    "plan.salon.gap.attempted": (
        "试过哪些办法，为什么不行？",
        "What was tried, and why did it fail?",
    ),
    "plan.salon.gap.confidentiality": (
        "哪些内容需要保密？",
        "What must stay secret?",
    ),
}

ALLIANCE_MESSAGES: dict[str, tuple[str, str]] = {**_ALLIANCE, **_SALON}
