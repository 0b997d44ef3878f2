"""A small ranking by hand, with everything in it that a record may smuggle into a report."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

import numpy as np
import pytest

from matchmaker.language.sectors import OTHER, SectorLabel
from matchmaker.records import Achievement, LeftOut, Need, ReadNote, ReadReport
from matchmaker.reporting import RunSummary
from matchmaker.scoring.pairs import (
    Direction,
    PairColumns,
    PairContext,
    RankedPairs,
    SharedTerm,
)

FOLDER = "某文件夹/样例/"
AWKWARD = "信息/技术:[1]*?"
LONG = "长" * 20_000 + "🚀" * 10_000

NEEDS = (
    Need(
        id="N1",
        title="=cmd|'/c calc'!A1",
        body="第一行\\n第二行\n\n第三行",
        goals="强度≥600MPa",
        organisation="+1",
        organisation_type="专精特新",
        region="辽宁",
        park="辽宁抚顺高新区",
        budget="-1",
        deadline=date(2025, 12, 31),
        cooperation=("合作开发", "技术许可"),
        confidentiality="@SUM(1)",
        extra={"联系人": "张三", "电话": "024\n123", "邮箱": "", "备注": "无关"},
    ),
    Need(
        id="N2", title="<script>alert(1)</script>", body="<b>粗</b>\x07", region="大连", park="园区"
    ),
    Need(id="N3", title=LONG, body=LONG),
    Need(id="N4", body="只有正文", organisation="无名称企业"),
    Need(id="N5", title="\x01=1+1", organisation="无匹配企业"),
    Need(id="N6", title="🚀 emoji \x1b[31m红\x1b[0m 需求", region="沈阳"),
)
ACHIEVEMENTS = (
    Achievement(
        id="A1",
        title="高强钢连铸",
        body="简介\\n二",
        organisation="东北大学",
        team="王教授",
        maturity="中试",
        ip="专利",
        price="面议",
        cooperation=("技术转让",),
        region="沈阳",
        indicators="≥5",
        applications="汽车",
        extra={"E-mail": "w@example.org"},
    ),
    Achievement(id="A2", title="-1"),
    Achievement(id="A3", title="@SUM(1)", organisation="＝1+1"),
    Achievement(id="A4", title="<r><t>rich</t></r>"),
    Achievement(id="A5", title="lone \ud800 surrogate \ufffe"),
    Achievement(id="A6", title='"><img src=x onerror=alert(1)>', body="</script><script>x"),
    Achievement(id="A7", title="no pair"),
    Achievement(id="A8", body="title missing", organisation="[red]大连理工大学[/red]"),
)
NEED_SECTORS = (
    (SectorLabel("冶金", 1.0, "declared"), SectorLabel(AWKWARD, 0.614, "predicted")),
    (SectorLabel(AWKWARD, 1.0, "code"),),
    (SectorLabel("冶金", 0.9, "predicted"),),
    (SectorLabel(OTHER, 0.004, "predicted"),),
    (SectorLabel("冶金", 0.5, "predicted"),),
    (SectorLabel(AWKWARD, 0.8, "predicted"),),
)
ACHIEVEMENT_SECTORS = (
    (SectorLabel("冶金", 1.0, "declared"),),
    *((SectorLabel(AWKWARD, 0.7, "predicted"),) for _ in range(7)),
)
# need, achievement, score, grade, similarity: by need id, best first
PAIRS = (
    (0, 0, 0.9375, 4, 0.75),
    (0, 1, 0.625, 3, -0.25),
    (0, 7, 0.5, 2, 0.0),
    (1, 2, 0.75, 3, 0.5),
    (1, 3, 0.25, 2, -0.5),
    (2, 0, 0.875, 4, 0.875),
    (3, 4, 0.125, 1, 0.125),
    (5, 5, 0.375, 2, 0.25),
    (5, 0, 0.3125, 2, 0.0),
)


def shared_terms(need: int, achievement: int) -> tuple[SharedTerm, ...]:
    if (need, achievement) == (0, 0):
        return (SharedTerm("=连铸", 0.5), SharedTerm("316L", 0.2), SharedTerm("钢", 0.001))
    if (need, achievement) == (2, 0):
        return tuple(SharedTerm(f"词{i}", 0.09 - i / 1000) for i in range(12))
    return ()


NO_DUPLICATES: Mapping[str, tuple[str, ...]] = {}


@pytest.fixture
def ranked() -> Callable[..., RankedPairs]:
    """Build the ranking, in either direction, of all or some of the pairs."""

    def build(
        direction: Direction = "need_to_achievement",
        pairs: Sequence[tuple[int, int, float, int, float]] = PAIRS,
        terms: Callable[[int, int], tuple[SharedTerm, ...]] = shared_terms,
        duplicates: Mapping[str, tuple[str, ...]] = NO_DUPLICATES,
    ) -> RankedPairs:
        asked = 0 if direction == "need_to_achievement" else 1
        rows = sorted(pairs, key=lambda row: (row[asked], -row[2]))
        ranks: list[int] = []
        for i, row in enumerate(rows):
            ranks.append(ranks[-1] + 1 if i and rows[i - 1][asked] == row[asked] else 1)
        columns = PairColumns(
            need=np.array([row[0] for row in rows], dtype=np.int64),
            achievement=np.array([row[1] for row in rows], dtype=np.int64),
            rank=np.array(ranks, dtype=np.int64),
            score=np.array([row[2] for row in rows], dtype=np.float64),
            grade=np.array([row[3] for row in rows], dtype=np.int8),
            similarity=np.array([row[4] for row in rows], dtype=np.float64),
        )
        names = ("冶金", AWKWARD)
        context = PairContext(
            NEEDS,
            ACHIEVEMENTS,
            NEED_SECTORS,
            ACHIEVEMENT_SECTORS,
            names,
            direction,
            terms,
            duplicates,
        )
        return RankedPairs(context, columns)

    return build


@pytest.fixture
def summary() -> RunSummary:
    """Say what was read, with every reason that readers give and one that they do not."""
    left_out = [
        LeftOut(7, "no_text", "empty"),
        LeftOut(8, "no_text", "empty", "=N8"),
        LeftOut(9, "duplicate", "same", "N1", 2),
        LeftOut(10, "repeated_heading", "again"),
        LeftOut(11, "joined", "merged", other_row=6),
        LeftOut(12, "duplicate", "of another reader"),
    ]
    sheets = tuple(f"表{i}" for i in range(1, 8))
    some, many = (4, 5), (4, 5, 6, 7, 8)
    notes = [
        ReadNote(0, "other_sheets", "others", 7, others=sheets),
        ReadNote(0, "other_column", "other", column="简介", field="body", others=("内容",)),
        ReadNote(3, "empty_row", "empty", rows=(3,)),
        ReadNote(4, "short_row", "short", 2, some),
        ReadNote(4, "merged_cells", "merged", 5, many),
        ReadNote(4, "unreadable_date", "bad", 12, many, column="完成时限", field="deadline"),
        ReadNote(4, "month_only", "month", 2, some, column="完成时限", field="deadline"),
        ReadNote(4, "month_only", "month", 2, some, column="发布日期", field="published"),
        ReadNote(4, "rounded_id", "rounded", 2, some, column="编号", field="id"),
        ReadNote(4, "generated_id", "made", 2, some, field="id", others=("序号",)),
        ReadNote(7, "unheard_of", "=detail", 2),
    ]
    return RunSummary(
        needs_report=ReadReport(14, 8, tuple(left_out), tuple(notes), FOLDER + "需求<1>.xlsx"),
        achievements_report=ReadReport(8, 8, (), (), "成果.csv"),
        k=3,
        min_score=0.125,
        sector=None,
        model="made-up 1",
    )
