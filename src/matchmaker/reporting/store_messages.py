"""What a broker reads about a store; a part of the table in :mod:`.messages`."""

from __future__ import annotations

STORE_MESSAGES: dict[str, tuple[str, str]] = {
    "store.path": ("数据库文件夹", "Store"),
    "store.needs": ("需求", "Needs"),
    "store.achievements": ("成果", "Achievements"),
    "store.generation": ("更新次数", "Changes so far"),
    "store.segments": ("数据段", "Segments"),
    "store.segments_of": (
        "{count} 个，其中已删除待清理的记录 {deleted:,} 条",
        "{count}, with {deleted:,} deleted records not yet cleared away",
    ),
    "store.bytes": ("磁盘占用", "On disk"),
    "store.bytes_of": (
        "{total} MiB（文本 {text}，索引 {index}）",
        "{total} MiB (text {text}, index {index})",
    ),
    "store.model": ("模型", "Model"),
    "store.encoder": ("向量模型", "Encoder"),
    "store.sectors": ("领域表", "List of sectors"),
    "store.unfinished": ("上次未完成的写入", "Left by an interrupted write"),
    "store.none": ("无", "none"),
    "store.whole": (
        "完好：{count:,} 条记录，没有发现问题。",
        "Whole: {count:,} records, nothing is wrong.",
    ),
    "store.damaged": ("发现 {count} 处问题：", "{count} things are wrong:"),
}
"""Key to its text in Chinese and in English."""
