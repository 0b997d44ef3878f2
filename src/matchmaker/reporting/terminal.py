"""A table for the terminal: the best pairs of every sector."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from matchmaker.errors import ConfigError
from matchmaker.reporting.columns import sides
from matchmaker.reporting.messages import check_lang
from matchmaker.reporting.reasoned import Reasoning, reasoning
from matchmaker.reporting.reasons import reason_text
from matchmaker.reporting.wording import GRADES, Wording, one_line
from matchmaker.scoring.pairs import RankedPairs

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

WIDTH = 100
"""Columns of the terminal that a table takes at most."""

REASONS = 3
"""Pairs of a sector below which it says why they are there."""

_UNIVERSITY = 12
_LEAST_TITLE = 9
_GRADE_STYLES = {4: "bold green", 3: "green", 2: "yellow", 1: "dim"}


def print_table(
    pairs: RankedPairs,
    *,
    lang: str = "zh",
    limit: int = 10,
    console: Console | None = None,
    reasons: bool = True,
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
    reasons : bool
        Whether the best pairs of a sector say why, where they can be explained.

    Raises
    ------
    ConfigError
        If the language is unknown or the limit is not positive.
    """
    from rich.text import Text

    words = Wording(check_lang(lang))
    if limit < 1:
        raise ConfigError(f"limit must be at least 1, not {limit}")
    if console is None:
        console = plain_console()
        # Rich takes a file or pipe to be 80 columns wide, too few for two Chinese titles.
        console = console if console.is_terminal else plain_console(width=WIDTH)
    layout = _Layout(pairs, words, width=min(console.width, WIDTH), limit=limit)
    why = reasoning(pairs, wanted=reasons)
    for name, view in pairs.by_sector().items():
        shown = view[:limit]
        heading = words(
            "terminal.sector", sector=words.sector(name), shown=len(shown), total=len(view)
        )
        # Text, not markup: what records hold is never read as style.
        console.print(Text(cropped(heading, console.width), style="bold", no_wrap=True))
        console.print(_table(shown, words, layout))
        for line in _reasons(shown[:REASONS], why, words, asked=sides(pairs)[0].name):
            console.print(Text(cropped(line, console.width), style="dim", no_wrap=True))
        console.print()
    if not len(pairs):
        console.print(Text(words("empty.pairs")))


def cropped(text: str, width: int) -> str:
    """Cut a text to a number of terminal columns, of which a Chinese character takes two.

    Parameters
    ----------
    text : str
        From a record.
    width : int
        Positive.

    Returns
    -------
    str
        On one line; where something is cut it ends with ``…``, without a gap before it.
    """
    from rich.cells import cell_len, set_cell_size

    line = one_line(text)
    if cell_len(line) <= width:
        return line
    # Half a Chinese character becomes a space, which is taken off.
    return set_cell_size(line, width - 1).rstrip() + "…"


def _reasons(
    pairs: RankedPairs, why: Reasoning | None, words: Wording, *, asked: str
) -> Iterator[str]:
    if why is None:
        return
    for match in pairs:
        found = why(match)
        text = reason_text(found.explanation, words, without=found.without, asking=asked)
        yield f"{match.rank}. {text}"


class _Layout:
    """Widths of the columns, the same for every sector; the titles get what the others leave."""

    def __init__(self, pairs: RankedPairs, words: Wording, *, width: int, limit: int) -> None:
        from rich.cells import cell_len

        asked, answered = sides(pairs)
        self.keys = ("rank", "score", "grade", *(f"{s.name}_title" for s in (asked, answered)))
        self.keys += ("university",)
        self.headings = [words(f"column.{key}") for key in self.keys]
        fixed = [
            max(cell_len(self.headings[0]), len(str(min(limit, len(pairs))))),
            max(cell_len(self.headings[1]), cell_len(words.score(0))),
            max(cell_len(text) for text in (self.headings[2], *map(words.grade, GRADES))),
        ]
        # Between any two columns there is one blank, and one more after either title.
        titles = width - sum(fixed) - _UNIVERSITY - (len(self.keys) - 1)
        first = max(titles // 2, _LEAST_TITLE)
        second = max(titles - first, _LEAST_TITLE)
        self.widths = [*fixed, first, second, _UNIVERSITY]


def _table(pairs: RankedPairs, words: Wording, layout: _Layout) -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    asked, answered = sides(pairs)
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, padding=0)
    for key, heading, width in zip(layout.keys, layout.headings, layout.widths, strict=True):
        justify: Literal["left", "right"] = "right" if key in ("rank", "score") else "left"
        table.add_column(heading, width=width, justify=justify, no_wrap=True)
    first, second, university = layout.widths[3:]
    for match in pairs:
        table.add_row(
            str(match.rank),
            words.score(match.score),
            Text(words.grade(match.grade), style=_GRADE_STYLES[match.grade]),
            Text(cropped(words.title(asked.record(match)), first - 1)),
            Text(cropped(words.title(answered.record(match)), second - 1)),
            Text(cropped(match.achievement.organisation, university)),
        )
    return table


def plain_console(*, width: int | None = None) -> Console:
    """Make a console that leaves it to the caller what a closed pipe means."""
    from rich.console import Console

    class Plain(Console):
        def on_broken_pipe(self) -> None:
            # Called while the BrokenPipeError is handled; rich would exit with code 1.
            raise

    return Plain(width=width)
