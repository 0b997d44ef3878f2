"""What a broker reads about an assignment; merged in :mod:`.messages`."""

from __future__ import annotations

ASSIGNMENT_MESSAGES: dict[str, tuple[str, str]] = {
    "plan.assignment.title": ("对接配对方案", "Who meets whom"),
    # figures
    "plan.assignment.pairs": ("安排对接", "Meetings"),
    "plan.assignment.served": ("有安排的{party}", "With a meeting ({party})"),
    "plan.assignment.of": ("{count}（共 {all}）", "{count} of {all}"),
    "plan.assignment.total": ("得分合计", "Total score"),
    "plan.assignment.worst": ("各企业最高得分中的最低值", "Worst of the enterprises' best scores"),
    "plan.assignment.worst_of": ("{score}（{name}）", "{score} ({name})"),
    "plan.assignment.nobody": ("无", "none"),
    "plan.assignment.gap": ("与最优方案的差距", "Distance from the best plan"),
    "plan.assignment.proven": ("已证明最优", "proven to be the best"),
    "plan.assignment.within": ("不超过 {percent}", "at most {percent}"),
    "plan.assignment.unfair": (
        "不超过 {percent}，公平性未证明",
        "at most {percent}; that no plan is fairer is not proven",
    ),
    "plan.assignment.objective": ("安排目标", "Objective"),
    "plan.assignment.objective.total": ("得分合计最高", "highest total score"),
    "plan.assignment.objective.minimum": (
        "先让尽量多的企业有安排，再让其中最低的最好得分尽量高，然后合计最高",
        "as many enterprises as possible, then the worst of their best scores, then the total",
    ),
    "plan.assignment.objective.lexicographic": (
        "先让尽量多的企业有安排，再从最低者起逐级提高各企业的最好得分，每级 {step}，然后合计最高",
        "as many enterprises as possible, then their best scores from the worst upwards in steps "
        "of {step}, then the total",
    ),
    "plan.assignment.min_score": ("最低得分", "Lowest score"),
    "plan.assignment.limits": ("每个{party}的对接数", "Meetings of each {party}"),
    "plan.assignment.priority": (
        "优先：{kind}（系数 {factor}）",
        "Priority {kind}, factor {factor}",
    ),
    "plan.assignment.priority_needs": ("{count} 条需求", "{count} needs"),
    "plan.assignment.per_couple": (
        "同一企业与同一高校最多对接",
        "Meetings of one enterprise with one university, at most",
    ),
    "plan.assignment.region": ("地区要求", "Region"),
    "plan.assignment.region.prefer": (
        "同{place}优先（系数 {factor}）；未注明地区的不受影响",
        "the same {place} is preferred, factor {factor}; records without a region are unaffected",
    ),
    "plan.assignment.region.require": (
        "限同{place}；未注明地区的不受限制",
        "the same {place} only; records without a region are not kept out",
    ),
    "plan.assignment.place.province": ("省", "province"),
    "plan.assignment.place.city": ("市", "city"),
    # parties
    "plan.assignment.party.need": ("需求", "need"),
    "plan.assignment.party.achievement": ("成果", "achievement"),
    "plan.assignment.party.enterprise": ("企业", "enterprise"),
    "plan.assignment.party.university": ("高校", "university"),
    "plan.assignment.party.team": ("团队", "team"),
    "plan.assignment.party.couple": ("企业与高校", "enterprise and university"),
    "plan.assignment.range": ("{min} 至 {max}", "{min} to {max}"),
    "plan.assignment.unlimited": ("不限", "any number"),
    # notes
    "plan.assignment.note.lowered": (
        "{party}“{name}”要求至少 {asked} 个对接，可用的候选最多只能安排 {kept} 个，"
        "已按 {kept} 个安排。",
        '{party} "{name}" should have at least {asked} meetings, but its candidates allow only '
        "{kept}; the plan asks for {kept}.",
    ),
    "plan.assignment.note.more_lowered": (
        "另有 {count} 个下限同样因候选不足而降低，见“{sheet}”。",
        'The candidates were too few for {count} more minimums; see "{sheet}".',
    ),
    "plan.assignment.note.weak": (
        "其中 {count} 个对接的相关等级为弱相关或无关，请人工复核，也可提高最低得分后重新安排。",
        "{count} of the meetings are graded weak or unrelated; look at them before anybody is "
        "invited, or raise the lowest score and plan again.",
    ),
    "plan.assignment.note.conflict": (
        "利益回避：企业“{enterprise}”不与“{university}”对接。",
        'Conflict of interest: "{enterprise}" does not meet "{university}".',
    ),
    "plan.assignment.note.excluded": (
        "未使用的候选：{count} 对，原因是{reason}。",
        "Candidates that were not used: {count}, because they are {reason}.",
    ),
    "plan.assignment.note.unnamed": (
        "{count} 条需求未注明企业名称或已隐去，各按一家企业计算。",
        "{count} needs name no enterprise or hide its name; each counts as an enterprise of its "
        "own.",
    ),
    "plan.assignment.note.served": (
        "企业的最好得分是指它所安排的对接中得分最高的一个。",
        "An enterprise's best score is that of the best of its meetings.",
    ),
    # why somebody has no meeting
    "plan.assignment.reason.forbidden": ("列入禁止名单", "forbidden"),
    "plan.assignment.reason.conflict": ("利益回避", "a conflict of interest"),
    "plan.assignment.reason.refused": ("此前已被拒绝", "refused earlier"),
    "plan.assignment.reason.region": ("地区不符", "in another region"),
    "plan.assignment.reason.below": ("得分低于 {score}", "below the score of {score}"),
    "plan.assignment.reason.count": ("{reason} {count} 对", "{reason}: {count}"),
    "plan.assignment.why.unranked": ("没有任何候选", "no candidate was ranked"),
    "plan.assignment.why.ruled_out": (
        "{ranked} 对候选都不能使用：{reasons}",
        "none of {ranked} candidates can be used: {reasons}",
    ),
    "plan.assignment.why.full": (
        "可用的 {usable} 对候选都受名额限制：{caps}",
        "caps stand in the way of all {usable} candidates: {caps}",
    ),
    "plan.assignment.why.left": (
        "有 {usable} 对候选可用，但安排后不增加得分，或方案未证明最优",
        "{usable} candidates could be used, but add nothing, or the plan is not proven",
    ),
    "plan.assignment.full": ("{party} {name} 已满", "{party} {name} is full"),
    # tables
    "plan.assignment.sheet.enterprises": ("按企业", "By enterprise"),
    "plan.assignment.sheet.universities": ("按高校", "By university"),
    "plan.assignment.sheet.unserved": ("未安排", "Without a meeting"),
    "plan.assignment.sheet.binding": ("起作用的限制", "Limits that bind"),
    "plan.assignment.sheet.lowered": ("已降低的下限", "Lowered minimums"),
    "plan.assignment.about.enterprises": (
        "每行一个对接，按企业排列",
        "one meeting a row, by enterprise",
    ),
    "plan.assignment.about.universities": (
        "每行一个对接，按高校排列",
        "one meeting a row, by university",
    ),
    "plan.assignment.about.unserved": (
        "没有对接安排的企业、高校和需求，以及原因",
        "enterprises, universities and needs without a meeting, and why",
    ),
    "plan.assignment.about.binding": (
        "名额已用满且还有候选的，或只安排了最低数目的",
        "who has used up a cap and has more candidates, or has just the minimum",
    ),
    "plan.assignment.about.lowered": (
        "候选不足、达不到的下限，以及实际要求的数目",
        "minimums that the candidates cannot give, and what was asked instead",
    ),
    "plan.assignment.column.party": ("对象", "Who"),
    "plan.assignment.column.name": ("名称", "Name"),
    "plan.assignment.column.owner": ("单位", "Organisation"),
    "plan.assignment.column.why": ("原因", "Why"),
    "plan.assignment.column.best": ("候选最高得分", "Best candidate"),
    "plan.assignment.column.id": ("编号", "Id"),
    "plan.assignment.column.count": ("已安排", "Meetings"),
    "plan.assignment.column.candidates": ("可用候选", "Candidates"),
    "plan.assignment.column.min": ("至少", "At least"),
    "plan.assignment.column.max": ("至多", "At most"),
    "plan.assignment.column.binds": ("哪一项", "Which"),
    "plan.assignment.column.asked": ("要求至少", "Minimum asked for"),
    "plan.assignment.column.kept": ("实际要求", "Minimum kept"),
    "plan.assignment.binds.min": ("只达下限", "just the minimum"),
    "plan.assignment.binds.max": ("名额已满", "cap used up"),
}
