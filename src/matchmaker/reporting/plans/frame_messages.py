"""What a broker reads about every plan; merged in :mod:`.messages`."""

from __future__ import annotations

FRAME_MESSAGES: dict[str, tuple[str, str]] = {
    "plan.title": ("对接方案", "Meeting plan"),
    "plan.made_of": ("包括：{names}", "Contains: {names}"),
    "plan.notes": ("说明", "Notes"),
    "plan.figures": ("主要数据", "Figures"),
    "plan.sheets": ("工作表", "Sheets"),
    "plan.contents": ("目录", "Contents"),
    "plan.skip": ("跳到内容", "Skip to the content"),
    "plan.empty": ("（无）", "(none)"),
    "plan.sample_event": ("样例成果对接会", "Sample meeting"),
    "plan.team": ("团队{number}", "Team {number}"),
    "plan.rows": ("{count:,} 行", "{count:,} rows"),
    "plan.more": ("其余 {count:,} 行未列出", "{count:,} more rows are not listed"),
    "plan.cut": (
        "本页每张表最多列出 {limit:,} 行；完整内容请导出为 .xlsx。",
        "A table on this page has at most {limit:,} rows; write .xlsx for all of them.",
    ),
}
