"""What a broker reads about mentors; merged in :mod:`.messages`."""

from __future__ import annotations

MENTORS_MESSAGES: dict[str, tuple[str, str]] = {
    "plan.mentors.title": ("企业技术导师“一对一”方案", "Mentors one to one"),
    # figures
    "plan.mentors.fact.served": ("已配导师的企业", "Enterprises with a mentor"),
    "plan.mentors.fact.used": ("承担指导的导师", "Mentors in use"),
    "plan.mentors.fact.total": ("得分合计", "Sum of scores"),
    "plan.mentors.fact.worst": ("最低一对的得分", "Lowest score of a couple"),
    "plan.mentors.fact.blocking": ("双方都更愿意改配的组合", "Couples that would rather change"),
    "plan.mentors.fact.method": ("配对方法", "Method"),
    "plan.mentors.fact.kinds": ("配导师的企业类型", "Kinds of enterprises"),
    "plan.mentors.fact.min_score": ("配对的最低得分", "Lowest score that counts"),
    "plan.mentors.fact.capacity": ("每位导师最多指导企业", "Enterprises a mentor takes, at most"),
    "plan.mentors.fact.region": ("地区要求", "Region"),
    "plan.mentors.of": ("{part} / {whole}", "{part} of {whole}"),
    "plan.mentors.method.optimal": (
        "总分最优（精确求解，没有总分更高的方案）",
        "greatest sum of scores, exact: no plan has more",
    ),
    "plan.mentors.method.stable.enterprise": (
        "稳定匹配（由企业先选）",
        "stable, enterprises propose",
    ),
    "plan.mentors.method.stable.mentor": ("稳定匹配（由导师先选）", "stable, mentors propose"),
    "plan.mentors.every_kind": ("不限", "all"),
    "plan.mentors.capacity.some": (
        "{count}（另有 {others} 位单独规定）",
        "{count}; with numbers of their own: {others}",
    ),
    "plan.mentors.region.none": ("不限", "any"),
    "plan.mentors.region.require": (
        "双方同省；未写地区的不受限",
        "same province; free where none is given",
    ),
    # names
    "plan.mentors.unnamed_enterprise": (
        "企业未注明（需求：{title}）",
        "unnamed enterprise [need: {title}]",
    ),
    "plan.mentors.with_title": ("{name}（成果：{title}）", "{name} [achievement: {title}]"),
    "plan.mentors.unnamed": ("完成人未注明", "inventors not named"),
    # notes
    "plan.mentors.note.preferences": (
        "一家企业与一位导师的匹配程度取双方各项需求与成果中得分最高的一对；"
        "双方各自先按已填报的志愿、再按得分排序。",
        "A couple is worth the score of the best pair of its needs and achievements. Both sides "
        "rank by their own choices first and then by score.",
    ),
    "plan.mentors.note.others": (
        "另有 {count} 家企业不属于配导师的企业类型，未列入本方案。",
        "Enterprises of other kinds, not part of this plan: {count}.",
    ),
    "plan.mentors.note.nobody": (
        "没有一家企业属于配导师的企业类型；请核对名单中的企业类型一列，"
        "或在设置中写 kinds = [] 使全部企业参加。",
        "No enterprise is of these kinds. Check the column with the kind of enterprise, or set "
        "kinds = [] so that all take part.",
    ),
    "plan.mentors.note.weak": (
        "有 {count} 对的相关等级不高于{grade}，确定前请逐一核对。",
        "Couples with no grade above {grade}: {count}. Read each of them before you decide.",
    ),
    "plan.mentors.note.unnamed": (
        "有 {count} 家企业配到的成果没有注明完成人，联系前请向完成单位确认由谁指导。",
        "Couples whose achievement names no inventors: {count}. Ask the university who would be "
        "the mentor.",
    ),
    "plan.mentors.note.blocking": (
        "有 {count} 个组合，企业和导师都更愿意换到一起：为了使全部企业的总分最高，"
        "本方案没有这样配，需要向有关双方说明。如不能接受，请改用稳定匹配。",
        "Cases in which an enterprise and a mentor would both rather change to each other: "
        "{count}. They were kept apart so that the sum over all enterprises is greatest. Tell them "
        "so, or use the stable method.",
    ),
    "plan.mentors.note.by_score": (
        "总分最优只看得分：已填报的志愿不改变配对结果，只用来找出双方都更愿意改配的组合。"
        "要按志愿配对，请改用稳定匹配。",
        "The greatest sum goes by scores alone: choices do not change who is joined and only tell "
        "who would rather change. To go by choices, use the stable method.",
    ),
    "plan.mentors.note.stable": (
        "本方案是稳定的：没有哪家企业和哪位导师都更愿意换到一起。",
        "This plan is stable: no enterprise and mentor would both rather change to each other.",
    ),
    "plan.mentors.note.locked": (
        "有 {count} 对是预先指定的，不参加优选。",
        "Couples demanded beforehand, which were not up for choice: {count}.",
    ),
    "plan.mentors.note.ignored": (
        "以下志愿没有可用的需求与成果相对应，未予考虑：{names}。",
        "These choices have no pair of need and achievement that counts and were passed over: "
        "{names}.",
    ),
    "plan.mentors.note.choice": ("{name}→{other}", "{name} -> {other}"),
    # couples
    "plan.mentors.couples": ("一对一名单", "Couples"),
    "plan.mentors.couples.about": (
        "每行一家企业和它的导师，以及把双方配在一起的需求与成果",
        "an enterprise and its mentor a row, and the need and achievement that join them",
    ),
    "plan.mentors.column.mentor": ("导师（完成人/团队）", "Mentor"),
    "plan.mentors.column.more": ("其他可对接的组合数", "Further pairs"),
    "plan.mentors.column.locked": ("指定", "Demanded"),
    "plan.mentors.locked": ("预先指定", "yes"),
    # without a mentor
    "plan.mentors.unmatched": ("未配导师的企业", "Without a mentor"),
    "plan.mentors.unmatched.about": (
        "属于配导师的企业类型但没有配到导师的企业，及其原因",
        "enterprises that should have a mentor and got none, and why",
    ),
    "plan.mentors.column.why": ("原因", "Why"),
    "plan.mentors.column.nearest": ("最接近的导师", "Nearest mentor"),
    "plan.mentors.why.no_pair": (
        "匹配结果中没有与它的需求成对的成果",
        "the ranking has no achievement for its needs",
    ),
    "plan.mentors.why.low_score": (
        "最高得分 {score}，没有达到 {least}",
        "its best score is {score}, and {least} is asked for",
    ),
    "plan.mentors.why.taken": (
        "够格的导师都已有安排；它最看好的{mentor}（得分 {score}）指导的是{holders}",
        "all its mentors have others; the one it would like best, {mentor} [{score}], has "
        "{holders}",
    ),
    "plan.mentors.why.unnamed": (
        "最合适的成果没有注明完成人，设置要求略过",
        "its best achievement names no inventors, and such are left out",
    ),
    "plan.mentors.why.unavailable": (
        "最合适的导师不承担指导（设定为 0 家）",
        "its best mentor takes nobody",
    ),
    "plan.mentors.why.forbidden": (
        "与最合适的导师在设置中被排除",
        "the settings keep it from its best mentor",
    ),
    "plan.mentors.why.refused": (
        "与最合适的导师此前对接未成",
        "it and its best mentor did not come together before",
    ),
    "plan.mentors.why.conflict": (
        "与最合适的导师存在利益关系，需要回避",
        "it and its best mentor have a conflict of interest",
    ),
    "plan.mentors.why.region": (
        "最合适的导师不在同一省份",
        "its best mentor is in another province",
    ),
    # who would rather change
    "plan.mentors.blocking": ("双方更愿意改配", "Would rather change"),
    "plan.mentors.blocking.about": (
        "没有配在一起、但企业和导师两者都更愿意换到一起的组合",
        "couples that were not made although both would rather change to each other",
    ),
    "plan.mentors.column.wished": ("更愿意配的导师", "Would rather have"),
    "plan.mentors.column.has": ("现配导师", "Has now"),
    "plan.mentors.column.displaced": ("该导师现在指导", "Who has that mentor now"),
    "plan.mentors.column.meaning": ("说明", "Meaning"),
    "plan.mentors.nobody": ("（无）", "nobody"),
    "plan.mentors.free_seat": ("（有空余名额）", "a seat is free"),
    "plan.mentors.meaning": (
        "两者都更愿意换到一起：{enterprise}，{mentor}",
        "both would rather change to each other: {enterprise}, and {mentor}",
    ),
    "plan.mentors.meaning.prefers": (
        "企业认为{mentor}比现配的{own}更合适",
        "the enterprise prefers {mentor} to {own}, whom it has",
    ),
    "plan.mentors.meaning.alone": (
        "企业还没有导师，愿意请{mentor}",
        "the enterprise has nobody and would have {mentor}",
    ),
    "plan.mentors.meaning.displaces": (
        "这位导师也认为该企业比{displaced}更合适",
        "that mentor prefers it to {displaced}",
    ),
    "plan.mentors.meaning.free": (
        "这位导师还有名额",
        "that mentor has a free seat",
    ),
    # mentors
    "plan.mentors.mentors": ("导师安排情况", "Mentors"),
    "plan.mentors.mentors.about": (
        "有合适企业的导师：名额、已承担的企业；没有承担的可另行安排",
        "mentors with a suitable enterprise: seats and whom they have; those with nobody are free",
    ),
    "plan.mentors.column.seats": ("名额", "Seats"),
    "plan.mentors.column.taken": ("已承担", "Taken"),
    "plan.mentors.column.enterprises": ("指导的企业", "Enterprises"),
}
