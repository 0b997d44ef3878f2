"""Options and kinds of arguments that several commands have."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

EPILOG = (
    "Exit codes: 0 done; 1 an input, model or setting cannot be used (the message says which and "
    "what to do); 2 wrong use of the command line; 130 interrupted (no half-written file is "
    "left); 141 nobody reads the output any more."
)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
OUT = click.Path(dir_okay=False, allow_dash=True, path_type=Path)


class Commands(click.Group):
    """Lists commands in the order in which a newcomer meets them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List the names."""
        return list(self.commands)


def all_of(*options: Callable[..., Any]) -> Callable[..., Any]:
    """Make one decorator of several, in the order of the help."""

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        return functools.reduce(lambda inner, option: option(inner), reversed(options), command)

    return decorate


common = all_of(
    click.option(
        "--model", type=FOLDER, help="Folder of a model; by default the one that is shipped."
    ),
    click.option("--registry", type=FILE, help="Your own list of sectors, a JSON file."),
    click.option(
        "--examples",
        type=FILE,
        help="Texts of sectors that are new in the registry, to learn them from: a table with the "
        "columns sector and title (or text), 5 to 20 rows a sector.",
    ),
    click.option("-q", "--quiet", is_flag=True, help="No progress bars and no notes."),
)
sides = all_of(
    click.option(
        "--needs-columns", type=FILE, help="Which column is what in the needs: TOML or JSON."
    ),
    click.option("--achievements-columns", type=FILE, help="The same for the achievements."),
    click.option("--needs-sheet", help="Sheet of the needs' workbook; by default the first."),
    click.option("--achievements-sheet", help="Sheet of the achievements' workbook."),
)
one_file = all_of(
    click.option("--columns", type=FILE, help="Which column is what in FILE: TOML or JSON."),
    click.option("--sheet", help="Sheet of a workbook; by default the first."),
)
limits = all_of(
    click.option(
        "-k", type=click.IntRange(min=1), default=10, show_default=True, help="Matches each."
    ),
    click.option("--sector", help="Only needs and achievements of this sector, such as 冶金."),
    click.option(
        "--min-score",
        type=click.FloatRange(0, 1),
        default=0.0,
        show_default=True,
        help="Leave out pairs below this score.",
    ),
)
searching = all_of(
    click.option(
        "--candidates",
        type=click.IntRange(min=1),
        default=100,
        show_default=True,
        help="How many achievements are graded for each need.",
    ),
    click.option(
        "--encoder", type=FOLDER, help="Local sentence-transformers model to search with."
    ),
)
constraining = all_of(
    click.option(
        "--require",
        metavar="CONSTRAINT",
        multiple=True,
        help="Only what fulfils it, such as 'trl>=6', '地区=辽宁|吉林' or '价格<=100万元'; any "
        "field or column. May be given several times.",
    ),
    click.option(
        "--missing",
        type=click.Choice(["keep", "drop"]),
        default="keep",
        show_default=True,
        help="What --require does with records that do not say.",
    ),
    click.option(
        "--prefer",
        metavar="CONSTRAINT",
        multiple=True,
        help="The same as a wish: it moves scores and leaves nothing out.",
    ),
    click.option(
        "--constraints", type=FILE, help="A TOML or JSON file of constraints and their weights."
    ),
)
explaining = click.option(
    "--reasons/--no-reasons",
    default=True,
    show_default=True,
    help="Whether outputs say why the two of a pair go together.",
)
anonymising = click.option(
    "--anonymise",
    is_flag=True,
    help="Take organisations, people, contacts, addresses, brands and numbers of accounts and "
    "patents out of everything that is written.",
)
judgements_with_records = all_of(
    click.option("--needs", type=FILE, required=True, help="File of needs."),
    click.option(
        "--pairs",
        type=FILE,
        required=True,
        help="Judged pairs: need_id, achievement_id, grade and, without --achievements, "
        "achievement_title.",
    ),
    click.option("--achievements", type=FILE, help="File of achievements."),
)
language = click.option(
    "--lang",
    type=click.Choice(["zh", "en"]),
    default="zh",
    show_default=True,
    help="Language of tables, workbook and page.",
)
learning = click.option(
    "--learned",
    type=FOLDER,
    help="Folder of 'matchmaker learn': its judgements take part in every grade.",
)
reranking = all_of(
    click.option(
        "--reranker",
        type=FOLDER,
        help="Local cross-encoder that reads the best candidates of each query again.",
    ),
    click.option(
        "--rerank",
        type=click.IntRange(min=1),
        default=20,
        show_default=True,
        help="How many candidates of each query the re-ranker reads.",
    ),
)
