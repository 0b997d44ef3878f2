"""A table for the terminal: the best pairs of every sector."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matchmaker.errors import ConfigError
from matchmaker.reporting.columns import sides
from matchmaker.reporting.messages import check_lang
from matchmaker.reporting.wording import Wording, one_line
from matchmaker.scoring.pairs import RankedPairs

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

WIDTH = 100
"""Columns of the terminal that a table takes at most."""

_GRADE_STYLES = {4: "bold green", 3: "green", 2: "yellow", 1: "dim"}


def print_table(
    pairs: RankedPairs,
    *,
    lang: str = "zh",
    limit: int = 10,
    console: Console | None = None,
) -> None:
    """Print the best pairs of every sector.

    Parameters
    ----------
    pairs : RankedPairs
        The ranking.
    lang : {"zh", "en"}
        Language.
    limit : int
        Pairs of a sector that are printed, at most; positive.
    console : rich.console.Console or None
        Where to print. By default standard output, without colours unless it is a terminal.

    Raises
    ------
    ConfigError
        If the language is unknown or the limit is not positive.
    """
    from rich.console import Console
    from rich.text import Text

    words = Wording(check_lang(lang))
    if limit < 1:
        raise ConfigError(f"limit must be at least 1, not {limit}")
    if console is None:
        console = Console()
        # Rich takes a file or pipe to be 80 columns wide, too few for two Chinese titles.
        console = console if console.is_terminal else Console(width=WIDTH)
    width = min(console.width, WIDTH)
    for name, view in pairs.by_sector().items():
        shown = view[:limit]
        heading = words(
            "terminal.sector", sector=words.sector(name), shown=len(shown), total=len(view)
        )
        # Text, not markup: what records hold is never read as style.
        console.print(Text(one_line(heading), style="bold", no_wrap=True, overflow="ellipsis"))
        console.print(_table(shown, words, width))
    if not len(pairs):
        console.print(Text(words("empty.pairs")))


def _table(pairs: RankedPairs, words: Wording, width: int) -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    asked, answered = sides(pairs)
    table = Table(box=box.SIMPLE_HEAD, width=width, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column(words("column.rank"), justify="right", no_wrap=True)
    table.add_column(words("column.score"), justify="right", no_wrap=True)
    table.add_column(words("column.grade"), no_wrap=True)
    titles = (f"column.{asked.name}_title", f"column.{answered.name}_title")
    for key, ratio in zip((*titles, "column.university"), (3, 3, 2), strict=True):
        table.add_column(words(key), ratio=ratio, no_wrap=True, overflow="ellipsis")
    for match in pairs:
        table.add_row(
            str(match.rank),
            words.score(match.score),
            Text(words.grade(match.grade), style=_GRADE_STYLES[match.grade]),
            Text(words.title(asked.record(match))),
            Text(words.title(answered.record(match))),
            Text(one_line(match.achievement.organisation)),
        )
    return table
