"""What a broker reads about hosts of events; merged in :mod:`.messages`."""

from __future__ import annotations

HOSTS_MESSAGES: dict[str, tuple[str, str]] = {
    "plan.hosts.title": ("牵头高校与联合承办高校", "Lead universities and co-hosts"),
    # figures
    "plan.hosts.fact.sectors": ("有需求的领域", "Sectors with needs"),
    "plan.hosts.fact.needs": ("需求", "Needs"),
    "plan.hosts.fact.universities": ("参与排名的高校", "Universities ranked"),
    "plan.hosts.fact.covered": (
        "牵头和联合承办高校覆盖的需求",
        "Needs that lead and co-hosts cover",
    ),
    "plan.hosts.fact.uncovered": ("尚无高校覆盖的需求", "Needs that no university covers"),
    "plan.hosts.fact.threshold": ("覆盖门槛（匹配得分不低于）", "A need is covered from score"),
    "plan.hosts.fact.co_hosts": ("每个领域联合承办高校至多", "Co-hosts of a sector, at most"),
    "plan.hosts.fact.weights": ("评分权重", "Weights"),
    "plan.hosts.share": ("{name}{percent}", "{name} {percent}"),
    # components
    "plan.hosts.component.coverage": ("需求覆盖", "Coverage"),
    "plan.hosts.component.strength": ("匹配强度", "Strength"),
    "plan.hosts.component.volume": ("成果数量", "Volume"),
    "plan.hosts.component.maturity": ("技术成熟度", "Maturity"),
    "plan.hosts.component.outcomes": ("过往成效", "Past outcomes"),
    "plan.hosts.meaning.coverage": (
        "该校成果能覆盖的本领域需求数，除以各校中的最大值。一项需求只要有该校一项成果的匹配得分达到门槛即算覆盖。",
        "Needs of the sector that its achievements cover, over the most that one university "
        "covers. One achievement that reaches the score is enough for a need.",
    ),
    "plan.hosts.meaning.strength": (
        "对所覆盖的每项需求取该校最高匹配得分，再求平均；没有覆盖的计0。",
        "Mean of its best score for each need that it covers; 0 where it covers none.",
    ),
    "plan.hosts.meaning.volume": (
        "该校在本领域的成果数加1后取对数，除以各校中的最大值：成果越多，再增加一项的作用越小。"
        "成果包括标注为本领域的，以及能覆盖本领域需求的。",
        "Logarithm of 1 + its achievements of the sector, over that of whoever has most: each "
        "further one adds less. They are those with the sector's label and those that cover one of "
        "its needs.",
    ),
    "plan.hosts.meaning.maturity": (
        "这些成果所写明的成熟度等级的平均值，1级计0，9级计1；并加入{prior}项本领域平均水平的成果，"
        "以免个别成果左右结果。没有写明的成果不计，也不扣分。",
        "Mean of the levels that these achievements state, level 1 as 0 and level 9 as 1, with "
        "{prior} of the sector's mean added so that a single one does not decide. Those that state "
        "none neither count nor cost anything.",
    ),
    "plan.hosts.meaning.outcomes": (
        "该校在本领域已推送的对接中签约的比例，加入{prior}次本领域平均水平的对接后计算，除以各校中的最大值。"
        "没有对接记录的高校按本领域平均水平计。",
        "Share of its past pairs of the sector, of those pushed, that were signed, with {prior} at "
        "the sector's rate added, over the best of all. Who has no history has the sector's rate.",
    ),
    # columns
    "plan.hosts.column.sector": ("领域", "Sector"),
    "plan.hosts.column.lead": ("牵头高校", "Lead university"),
    "plan.hosts.column.total": ("综合得分", "Total"),
    "plan.hosts.column.lead_covers": ("牵头高校覆盖", "Lead covers"),
    "plan.hosts.column.co_hosts": ("联合承办高校", "Co-hosts"),
    "plan.hosts.column.together": ("合计覆盖", "Together"),
    "plan.hosts.column.uncovered": ("无高校覆盖", "Nobody covers"),
    "plan.hosts.column.optimum": ("与最优组合比较", "Against the best choice"),
    "plan.hosts.column.sum": ("牵头高校得分构成", "How the lead's total adds up"),
    "plan.hosts.column.place": ("名次", "Place"),
    "plan.hosts.column.university": ("高校", "University"),
    "plan.hosts.column.role": ("承办角色", "Role"),
    "plan.hosts.column.weighted": ("{name}（权重{percent}）", "{name} (weight {percent})"),
    "plan.hosts.column.covered": ("覆盖需求数", "Needs covered"),
    "plan.hosts.column.items": ("本领域成果数", "Achievements of the sector"),
    "plan.hosts.column.stated": ("写明成熟度的成果", "Stating maturity"),
    "plan.hosts.column.signed": ("签约/已推送", "Signed of pushed"),
    "plan.hosts.column.nearest": ("最接近的高校", "Nearest university"),
    "plan.hosts.column.nearest_score": ("最高得分", "Best score"),
    "plan.hosts.column.component": ("评分项", "Component"),
    "plan.hosts.column.weight": ("权重", "Weight"),
    "plan.hosts.column.meaning": ("计算方法", "How it is computed"),
    # values
    "plan.hosts.none": ("暂无", "none yet"),
    "plan.hosts.unnamed": ("（未注明单位）", "(names no university)"),
    "plan.hosts.of": ("{part}/{whole}", "{part}/{whole}"),
    "plan.hosts.adds": ("{university}（再增加{count}项）", "{university} (adds {count})"),
    "plan.hosts.term": ("{name}{value}", "{name} {value}"),
    "plan.hosts.sum": ("{terms}；合计{total}", "{terms}; total {total}"),
    "plan.hosts.optimal": ("已是最优组合", "the best choice there is"),
    "plan.hosts.better": (
        "最优组合为{names}，可多覆盖{count}项",
        "the best choice is {names}, which covers {count} more",
    ),
    "plan.hosts.unproven": (
        "未找到更好的组合，但尚未证明已是最优",
        "no better choice was found, which is not proven",
    ),
    "plan.hosts.unproven_better": (
        "更好的组合为{names}，可多覆盖{count}项，但尚未证明已是最优",
        "a better choice is {names}, which covers {count} more; that it is the best is not proven",
    ),
    "plan.hosts.not_compared": ("规模较大，未计算最优组合", "too large for the best choice"),
    "plan.hosts.role.lead": ("牵头", "lead"),
    "plan.hosts.role.co_host": ("联合承办", "co-host"),
    "plan.hosts.role.other": ("未承办", "not a host"),
    # tables
    "plan.hosts.leads": ("牵头与联合承办", "Hosts"),
    "plan.hosts.leads.about": (
        "每个领域一行：由谁牵头，由谁联合承办，分别覆盖多少需求",
        "a row for each sector: who leads, who co-hosts, and how many needs they cover",
    ),
    "plan.hosts.ranking": ("高校排名", "Universities"),
    "plan.hosts.ranking.about": (
        "每个领域得分最高的至多{limit}所高校及其各评分项",
        "at most {limit} best universities of each sector, with every component",
    ),
    "plan.hosts.open": ("尚无高校覆盖", "Nobody covers"),
    "plan.hosts.open.about": (
        "没有高校的成果达到门槛的需求，以及最接近的成果；得分接近门槛的，建议人工核对",
        "needs for which no university has an achievement that reaches the score, and the nearest "
        "one: read those just below it yourself",
    ),
    "plan.hosts.answers": ("需求由谁覆盖", "Who covers what"),
    "plan.hosts.answers.about": (
        "每项已覆盖的需求由哪所承办高校的哪项成果覆盖；承办高校都不能覆盖的，列出得分最高的其他高校",
        "for each need covered: which achievement of which host; where no host covers it, the best "
        "of the others",
    ),
    "plan.hosts.criteria": ("评分方法", "Criteria"),
    "plan.hosts.criteria.about": (
        "每个评分项的权重和计算方法；各项都在0与1之间",
        "weight and computation of each component, all between 0 and 1",
    ),
    # notes
    "plan.hosts.note.by_need": (
        "仅依据排序结果中列出的匹配：每项需求至多{count}项成果。未列出的匹配情况不明，不计入覆盖。",
        "Only pairs that the ranking lists are known, at most {count} achievements for a need. "
        "What it does not list covers nothing here.",
    ),
    "plan.hosts.note.by_achievement": (
        "仅依据排序结果中列出的匹配：每项成果至多{count}项需求。未列出的匹配情况不明，不计入覆盖。",
        "Only pairs that the ranking lists are known, at most {count} needs for an achievement. "
        "What it does not list covers nothing here.",
    ),
    "plan.hosts.note.several": (
        "有{count}项需求属于多个领域，在每个领域各计一次，因此各领域之和大于需求总数。",
        "{count} needs belong to several sectors and count in each, so the sectors add up to more "
        "than the needs.",
    ),
    "plan.hosts.note.ranked": (
        "每个领域只对有本领域成果的高校排名。",
        "Only universities with an achievement of the sector are ranked in it.",
    ),
    "plan.hosts.note.weak": (
        "承办高校覆盖的需求中，有{count}项得分达到门槛但等级最高只是{grade}，对外公布前请人工核对。",
        "Of the needs that hosts cover, {count} reach the score but no grade above {grade}: read "
        "them before you publish.",
    ),
    "plan.hosts.note.unnamed": (
        "有{count}项成果未注明完成单位，不能承办，也不计入覆盖。",
        "{count} achievements name no university: they cannot host and cover nothing.",
    ),
    "plan.hosts.note.repeated": (
        "有{count}条记录与其他记录内容相同，不重复计数。",
        "{count} records say the same as another one and do not count again.",
    ),
    "plan.hosts.note.refused": (
        "有{count}对匹配此前已被拒绝，不计入覆盖。",
        "{count} pairs were refused earlier and cover nothing.",
    ),
    "plan.hosts.note.no_outcomes": (
        "没有提供以往对接结果，未计过往成效，其余权重按比例放大。",
        "No past outcomes were given: that component is left out and the other weights are scaled "
        "up.",
    ),
    "plan.hosts.note.strange": (
        "有{count}条以往对接结果的高校不在本次成果库中，未采用。",
        "{count} past pairs are of universities that are not in this ranking, and were not used.",
    ),
    "plan.hosts.note.idle": (
        "以下领域没有需求，未安排：{names}。",
        "No needs, so no hosts, in: {names}.",
    ),
    "plan.hosts.note.no_lead": (
        "{sector}：没有高校的成果对该领域的任何需求达到门槛，不设牵头高校。最接近的是{university}的{title}，得分{score}。",
        "{sector}: no university has an achievement that reaches the score for any need, so nobody "
        "leads. The nearest is {title} of {university}, score {score}.",
    ),
    "plan.hosts.note.no_pair": (
        "{sector}：排序结果没有为该领域的需求列出任何匹配，不设牵头高校。",
        "{sector}: the ranking lists no pair for its needs, so nobody leads.",
    ),
    "plan.hosts.note.thin": (
        "{sector}：{lead}只覆盖{whole}项需求中的{part}项，不足一成，由其牵头是否合适请人工研究。",
        "{sector}: {lead} covers {part} of {whole} needs, fewer than one in ten: consider whether "
        "it should lead.",
    ),
    "plan.hosts.note.lead_covers_less": (
        "{sector}：{lead}综合得分最高，但覆盖需求最多的是{other}（{more}项，前者{less}项）。",
        "{sector}: {lead} has the highest total, but {other} covers most needs ({more} against "
        "{less}).",
    ),
    "plan.hosts.note.better": (
        "{sector}：联合承办高校是逐所选取新增覆盖最多者得出的，不是最优组合。最优组合为{names}，可多覆盖{count}项需求。",
        "{sector}: the co-hosts were chosen one after the other, whoever adds most, which is not "
        "the best choice. That is {names}, who cover {count} more needs.",
    ),
    "plan.hosts.note.left": (
        "{sector}：有{count}项需求只有未承办的高校能够覆盖，见“{table}”。",
        '{sector}: only universities that are no hosts cover {count} needs, see "{table}".',
    ),
}
