"""A check on the screen: how many records have what, and the worst of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matchmaker.checking.checks import Check
from matchmaker.reporting.check_wording import CheckWording, counted, worst
from matchmaker.reporting.messages import check_lang
from matchmaker.reporting.safety import printable
from matchmaker.reporting.terminal import WIDTH, cropped

if TYPE_CHECKING:
    from rich.console import Console

_ID, _TITLE = 12, 32


def print_check(
    check: Check, *, lang: str = "zh", limit: int = 10, console: Console | None = None
) -> None:
    """Print a summary of a check, and the records with most findings.

    Parameters
    ----------
    check : Check
    lang : {"zh", "en"}
        Language.
    limit : int
        Records that are named, at most.
    console : rich.console.Console or None
        Where to print; by default standard output.

    Raises
    ------
    ConfigError
        If the language is unknown.
    """
    from rich import box
    from rich.console import Console as Screen
    from rich.table import Table
    from rich.text import Text

    words = CheckWording(check_lang(lang))
    if console is None:
        console = Screen()
        # Rich takes a file or pipe to be 80 columns wide, too few for Chinese titles.
        console = console if console.is_terminal else Screen(width=WIDTH)
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 1))
    table.add_column(words("check.column.subject"))
    table.add_column(words("check.column.count"), justify="right")
    table.add_column(words("check.column.share"), justify="right")
    total = max(1, len(check.records))
    for at, (label, number, _) in enumerate(counted(check, words)):
        table.add_row(Text(label), f"{number:,}", words.percent(number / total) if at else "")
        if at == 2:
            table.add_row(Text(words("check.completeness")), "", words.percent(check.completeness))
    # Text, not markup: what records hold is never read as style.
    console.print(Text(words(f"check.title.{check.kind}"), style="bold"))
    console.print(table)
    found = worst(check, limit)
    if not found:
        console.print(Text(words("check.nothing")))
        return
    console.print()
    console.print(Text(words("check.worst", count=len(found)), style="bold"))
    for checked in found:
        lines = list(
            dict.fromkeys(
                words.finding(finding)
                for finding in checked.findings
                if finding.code != "escape" and not finding.code.startswith("missing.")
            )
        )
        named = f"{cropped(checked.record.id, _ID)}  {cropped(words.title(checked.record), _TITLE)}"
        console.print(Text(printable(named), no_wrap=True))
        for line in lines[:3]:
            console.print(Text("    " + cropped(line, console.width - 4), style="dim"))
        if len(lines) > 3:
            console.print(Text("    " + words("check.more", count=len(lines)), style="dim"))
