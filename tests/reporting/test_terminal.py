from __future__ import annotations

import io

import pytest
from rich.cells import cell_len
from rich.console import Console

from matchmaker.errors import ConfigError
from matchmaker.reporting import print_table
from matchmaker.reporting.terminal import _Layout, cropped
from matchmaker.reporting.wording import Wording

COLOURS = {False: None, True: "standard"}


def printed(pairs, *, width=100, terminal=False, **options):
    file = io.StringIO()
    console = Console(
        file=file, width=width, force_terminal=terminal, color_system=COLOURS[terminal]
    )
    print_table(pairs, console=console, **options)
    return file.getvalue()


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("direction", ["need_to_achievement", "achievement_to_need"])
def test_it_fits_and_is_plain(ranked, capsys, lang, direction):
    print_table(ranked(direction), lang=lang)
    text = capsys.readouterr().out
    assert max(cell_len(line) for line in text.splitlines()) == 100
    assert "\x1b" not in text
    assert "\x07" not in text


def test_a_wide_terminal_does_not_stretch_it_and_a_narrow_one_is_filled(ranked):
    for width, expected in ((200, 100), (70, 70)):
        lines = printed(ranked(), width=width).splitlines()
        assert max(cell_len(line) for line in lines) == expected


def test_a_very_narrow_terminal_is_not_overrun(ranked):
    lines = printed(ranked(), width=40).splitlines()
    assert max(cell_len(line) for line in lines) == 40


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("低损耗", 6, "低损耗"),
        ("低损耗", 5, "低损…"),
        ("低损耗", 4, "低…"),
        ("低损耗", 3, "低…"),
        ("低损耗", 2, "…"),
        ("a 低损耗", 3, "a…"),
        ("a 低损耗", 4, "a…"),
        ("a\n 低", 4, "a 低"),
        ("", 4, ""),
    ],
)
def test_cropped_without_a_gap(text, width, expected):
    assert cropped(text, width) == expected
    assert cell_len(expected) <= width


def test_titles_get_what_the_others_leave(ranked):
    text = printed(ranked())
    heading = next(line for line in text.splitlines() if "名次" in line)
    starts = [cell_len(heading[: heading.index(word)]) for word in ("需求名称", "成果名称", "完成")]
    # 4 + 5 + 8 for rank, score and grade, a blank after each, and 12 for the university.
    assert starts == [20, 54, 88]
    row = next(line for line in text.splitlines() if "0.875" in line)
    assert "长" * 15 + "… " in row
    assert "长" * 16 not in row
    assert "[red]大连理…" in text
    assert " …" not in text


def test_sectors_are_parted_by_a_blank_line(ranked):
    blocks = printed(ranked()).rstrip("\n").split("\n\n")
    assert [block.split("（")[0] for block in blocks] == ["冶金", "信息/技术:[1]*?", "其他"]


def test_a_long_rank_has_room(ranked):
    pairs = ranked(pairs=[(i % 6, i // 6 % 8, 0.5, 3, 0) for i in range(48)] * 250)
    assert _Layout(pairs, Wording("zh"), width=100, limit=20_000).widths[0] == 5
    assert _Layout(pairs, Wording("zh"), width=100, limit=10).widths == [4, 5, 8, 33, 33, 12]


def test_by_sector_best_first(ranked):
    lines = [line.split() for line in printed(ranked()).splitlines()]
    assert ["冶金（共", "2", "对，列出前", "2", "对）"] in lines
    rows = [line for line in lines if line and line[0].isdigit()]
    assert [row[:3] for row in rows[:2]] == [["1", "0.938", "强相关"], ["2", "0.875", "强相关"]]
    assert rows[0][3:] == ["=cmd|'/c", "calc'!A1", "高强钢连铸", "东北大学"]
    assert rows[1][3].endswith("…")
    assert [row[1] for row in rows[2:8]] == ["0.750", "0.625", "0.500", "0.375", "0.312", "0.250"]
    assert len(rows) == 9


def test_limit(ranked):
    text = printed(ranked(), limit=1, lang="en")
    assert "信息/技术:[1]*? (1 of 6 pairs)" in text
    assert len([line for line in text.splitlines() if line.strip().startswith("1 ")]) == 3
    assert not [line for line in text.splitlines() if line.strip().startswith("2 ")]


def test_the_asking_side_stands_first(ranked):
    text = printed(ranked("achievement_to_need"), lang="en")
    heading = next(line for line in text.splitlines() if "Rank" in line)
    assert heading.split() == ["Rank", "Score", "Grade", "Achievement", "Need", "University"]


def test_records_cannot_set_the_style(ranked):
    text = printed(ranked(), terminal=True)
    assert "[red]大连理…" in text
    assert "emoji [31m红[0m" in text
    assert "\x1b[31m" not in text
    assert "\x1b[1;32m强相关" in text


def test_no_pairs(ranked):
    assert printed(ranked(pairs=())) == "没有达到条件的匹配。\n"


def test_a_real_terminal_keeps_its_width(ranked, monkeypatch):
    import rich.console

    seen = []

    class Terminal(Console):
        def __init__(self, **options):
            seen.append(options)
            super().__init__(file=io.StringIO(), width=90, force_terminal=True)

    monkeypatch.setattr(rich.console, "Console", Terminal)
    print_table(ranked())
    assert seen == [{"width": None}]


def test_wrong_arguments(ranked):
    with pytest.raises(ConfigError, match="limit must be at least 1, not 0"):
        print_table(ranked(), limit=0)
    with pytest.raises(ConfigError, match="unknown language"):
        print_table(ranked(), lang="fr")
