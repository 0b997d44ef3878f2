"""What a judge reads about pairs to grade; a part of the table in :mod:`.messages`."""

from __future__ import annotations

JUDGING_MESSAGES: dict[str, tuple[str, str]] = {
    "judging.title": ("请判断：这项成果能解决这条需求吗？", "Does the achievement meet the need?"),
    "judging.lead": (
        "“待判”表每行是一条需求和一项成果。您的判断会用来改进以后的匹配。",
        'Each row of the sheet "To judge" is a need and an achievement. Your grades improve later '
        "matches.",
    ),
    "judging.grades": ("等级", "Grades"),
    "judging.grade.4": (
        "成果针对的正是这条需求的核心问题，值得马上对接。",
        "The achievement is about the very problem of the need; bring both together now.",
    ),
    "judging.grade.3": (
        "能解决一部分问题，或者稍作改进就能用上。",
        "It solves a part of the problem, or would after some adaptation.",
    ),
    "judging.grade.2": (
        "领域、对象或方法相近，但解决不了这条需求的问题。",
        "Field, object or method are near, but it does not solve the problem of the need.",
    ),
    "judging.grade.1": ("与这条需求没有关系。", "It has nothing to do with the need."),
    "judging.steps": ("怎么做", "What to do"),
    "judging.step.1": (
        "打开“待判”表，逐行阅读需求和成果，在“等级”列从列表中选择，或直接输入 1、2、3 或 4。",
        'Open the sheet "To judge", read need and achievement of each row, and choose from the '
        'list in the column "Grade", or type 1, 2, 3 or 4.',
    ),
    "judging.step.2": (
        "拿不准的先留空：没有等级的行不计入，以后可以补判。",
        "Leave empty what you are not sure of: a row without a grade does not count and can be "
        "judged later.",
    ),
    "judging.step.3": (
        "只看内容来判断。表中有意不写模型的得分和名次，行的顺序也是随机的。",
        "Judge by the content alone. Scores and ranks of the model are left out on purpose, and "
        "the order of the rows is random.",
    ),
    "judging.step.4": (
        "“备注”列写给同事看，程序不读。行可以排序或删除，表头和编号请不要改动。",
        'The column "Remark" is for your colleagues and is not read. Rows may be sorted or '
        "deleted; please leave headings and ids as they are.",
    ),
    "judging.step.5": (
        "保存后运行：matchmaker learn {file} --needs 需求文件 --achievements 成果文件 "
        "--into 学习文件夹",
        "Save it and run: matchmaker learn {file} --needs NEEDS --achievements ACHIEVEMENTS "
        "--into FOLDER",
    ),
    "judging.step.6": (
        "以后匹配时加上 --learned 学习文件夹，这些判断就会起作用。",
        "Add --learned FOLDER to later matches, and your grades take part in them.",
    ),
    "judging.step.7": (
        "同一个文件可以分几次判、几次学习，学过的行不会重复计入；学错了可以退回（--revert）。",
        "One file may be judged and learned bit by bit: rows learned before do not count again, "
        "and what was learned can be taken back (--revert).",
    ),
}
