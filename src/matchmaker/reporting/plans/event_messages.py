"""What a broker reads about a timetable; merged in :mod:`.messages`."""

from __future__ import annotations

EVENT_MESSAGES: dict[str, tuple[str, str]] = {
    "plan.event.title": ("对接会安排", "Timetable of the event"),
    "plan.event.title.named": ("{name}：对接会安排", "{name}: timetable"),
    # figures
    "plan.event.fact.place": ("地点", "Place"),
    "plan.event.fact.days": ("日期", "Days"),
    "plan.event.fact.seats": ("可用桌次（桌数×时段）", "Table slots (tables × slots)"),
    "plan.event.fact.held": ("安排会面", "Meetings"),
    "plan.event.fact.bound": ("会面场次的上限", "Meetings that can be held at most"),
    "plan.event.fact.idle": ("空置桌次", "Idle table slots"),
    "plan.event.fact.waiting": ("未能安排的会面", "Meetings without a place"),
    "plan.event.fact.enterprises": ("有会面的企业", "Enterprises with a meeting"),
    "plan.event.fact.experts": ("有会面的专家团队", "Experts with a meeting"),
    "plan.event.fact.part": ("{count}（共 {total}）", "{count} of {total}"),
    "plan.event.fact.min_score": ("会面的最低得分", "Lowest score of a meeting"),
    "plan.event.fact.kept": ("原安排未变的会面", "Meetings that stay as they were"),
    # what must be known
    "plan.event.note.order": (
        "安排次序：先使会面场次最多，{then}最后使总得分最高；"
        "预约、到会时间、专场、桌位和场次限制均为必须遵守的条件。",
        "The number of meetings comes first, {then}then the total score; bookings, attendance, "
        "sessions, tables and caps are kept without exception.",
    ),
    "plan.event.note.order.enterprises": (
        "再使有会面的企业最多，",
        "then the number of enterprises with a meeting, ",
    ),
    "plan.event.note.order.everybody": (
        "再使有会面的企业和专家团队最多，",
        "then the number of enterprises and experts with a meeting, ",
    ),
    "plan.event.note.proven": (
        "会面场次已达上限：在现有条件下，任何安排都不能更多。",
        "No timetable that keeps these rules holds more meetings.",
    ),
    "plan.event.note.gap": (
        "总得分与最优值相差不超过 {percent}%。",
        "The total score is within {percent} % of the best one.",
    ),
    "plan.event.note.weak": (
        "其中 {count} 场会面的相关等级为弱相关或无关，会前请人工复核，也可提高最低得分后重新安排。",
        "{count} of the meetings are graded weak or unrelated; look at them before the event, or "
        "raise the lowest score and plan again.",
    ),
    "plan.event.note.booked": (
        "{count} 场会面只因预约而安排，名单中没有达到条件的匹配。",
        "{count} of the meetings are held only because they are booked; no pair speaks for them.",
    ),
    "plan.event.note.unnamed": (
        "{count} 条需求或成果未写明单位或团队，各按一方安排；若其中几条实属同一方，时间可能冲突，"
        "请补全名单后重新安排。",
        "{count} needs or achievements do not say whose they are, and each is taken for a party of "
        "its own; should several be one party's, it may be wanted in two places at once. Complete "
        "the lists and plan again.",
    ),
    "plan.event.note.session": (
        "{sector}专场：{when}，{tables}。",
        "Session for {sector}: {when}, {tables}.",
    ),
    "plan.event.note.session.tables": ("桌位 {tables}", "tables {tables}"),
    "plan.event.note.session.anywhere": ("不限桌位", "any table"),
    "plan.event.note.everywhen": ("全天", "the whole day"),
    "plan.event.note.without": (
        "没有会面的企业：{names}。原因见“未安排”。",
        'Enterprises without a meeting: {names}. The reasons stand under "Not placed".',
    ),
    "plan.event.note.unasked": (
        "没有可用候选成果的企业：{names}。其候选得分均低于最低得分、此前已被拒绝，或没有候选，"
        "未参加排期。",
        "Enterprises that no achievement was left for: {names}. All of theirs score too low or "
        "were refused before, or there were none.",
    ),
    "plan.event.note.experts_without": (
        "另有 {count} 个专家团队有可谈的需求而没有会面，见“专家日程”末尾。",
        'Of the experts, {count} have no meeting; they stand at the end of "Experts".',
    ),
    "plan.event.note.more": ("{names}等 {count} 家", "{names} and others, {count} in all"),
    "plan.event.note.released": (
        "原预约因情况变化已无法执行，未再固定：{bookings}。",
        "No longer fixed, since the change makes it impossible: {bookings}.",
    ),
    "plan.event.note.changed": (
        "本次调整：改时间 {moved} 场，同一时段换桌 {table} 场，取消 {dropped} 场，新增 {added} 场；"
        "需通知企业 {enterprises} 家、专家团队 {experts} 个。调整以变动最少为先。",
        "This change moves {moved} meetings, gives {table} another table in the same slot, drops "
        "{dropped} and adds {added}; {enterprises} enterprises and {experts} experts must be told. "
        "As few meetings as possible are touched.",
    ),
    # tables
    "plan.event.sheet.grid": ("时间表", "Timetable"),
    "plan.event.about.grid": (
        "每行一个时段，每列一张桌：企业在上，专家团队在下",
        "a row for each slot, a column for each table: the enterprise above, the expert below",
    ),
    "plan.event.sheet.enterprises": ("企业日程", "Enterprises"),
    "plan.event.about.enterprises": (
        "每家企业的会面，按时间排列，没有会面的也列出",
        "each enterprise's meetings by time, those without any included",
    ),
    "plan.event.sheet.experts": ("专家日程", "Experts"),
    "plan.event.about.experts": (
        "每个专家团队的会面，按时间排列，没有会面的也列出",
        "each expert's meetings by time, those without any included",
    ),
    "plan.event.sheet.waiting": ("未安排", "Not placed"),
    "plan.event.about.waiting": (
        "够条件而没有排上的会面及其原因，得分高的在前",
        "meetings that are worth holding and have no place, and why; best first",
    ),
    "plan.event.sheet.changes": ("变更", "Changes"),
    "plan.event.about.changes": (
        "与上一版安排不同的会面，双方都须通知",
        "meetings that differ from the timetable before; both parties must be told",
    ),
    # columns
    "plan.event.column.day": ("日期", "Day"),
    "plan.event.column.time": ("时间", "Time"),
    "plan.event.column.table": ("桌位", "Table"),
    "plan.event.column.expert": ("专家团队", "Expert"),
    "plan.event.column.topics": ("洽谈内容（需求 ↔ 成果）", "About (need ↔ achievement)"),
    "plan.event.column.free": ("其余空闲时段", "Otherwise free"),
    "plan.event.column.reason": ("未安排的原因", "Why"),
    "plan.event.column.change": ("变更", "Change"),
    "plan.event.column.before": ("原安排", "Before"),
    "plan.event.column.now": ("现安排", "Now"),
    "plan.event.table": ("桌位 {table}", "Table {table}"),
    # values
    "plan.event.topic": (
        "{need} ↔ {achievement}（{grade} {score}）",
        "{need} ↔ {achievement} [{grade} {score}]",
    ),
    "plan.event.booked": ("预约", "booked"),
    "plan.event.nothing": ("（无会面）", "(no meeting)"),
    "plan.event.place": ("{when}，桌位 {table}", "{when}, table {table}"),
    "plan.event.booking": (
        "{enterprise} ↔ {expert}（{day} {time}）",
        "{enterprise} ↔ {expert} ({day} {time})",
    ),
    "plan.event.reason.absent": ("一方不能到会", "one of the two cannot come"),
    "plan.event.reason.never": (
        "双方没有共同的到会时间（含专场时间）",
        "no slot suits both, the sector's sessions included",
    ),
    "plan.event.reason.enterprise_full": (
        "企业的会面场次已满",
        "the enterprise has as many meetings as it may",
    ),
    "plan.event.reason.expert_full": (
        "专家团队的会面场次已满",
        "the expert has as many meetings as allowed",
    ),
    "plan.event.reason.busy": (
        "双方都能到会的时段，至少一方已有会面",
        "whenever both can come, one of them meets somebody else",
    ),
    "plan.event.reason.no_table": (
        "双方都有空的时段已无空桌",
        "whenever both have time, all tables are taken",
    ),
    "plan.event.reason.rest": (
        "剩余时段不满足间隔休息的要求",
        "there would be no pause between meetings",
    ),
    "plan.event.change.moved": ("改时间", "moved"),
    "plan.event.change.table": ("换桌", "another table"),
    "plan.event.change.dropped": ("取消", "dropped"),
    "plan.event.change.added": ("新增", "added"),
    # calendars
    "plan.event.calendar": ("对接会", "Matchmaking event"),
    "plan.event.calendar.summary": (
        "对接洽谈：{enterprise} ↔ {expert}（桌位 {table}）",
        "Meeting: {enterprise} ↔ {expert} (table {table})",
    ),
    "plan.event.calendar.place": ("{place} 桌位 {table}", "{place}, table {table}"),
    "plan.event.calendar.file.enterprise": ("企业", "enterprise"),
    "plan.event.calendar.file.expert": ("专家", "expert"),
}
