"""The command ``matchmaker check``: what is missing, damaged or twofold in lists of records."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from matchmaker.console import check_outputs, note, read_side, reports_errors
from matchmaker.options import EPILOG, FILE, anonymising, language, one_file


@click.command(epilog=EPILOG)
@click.argument("files", metavar="FILE...", type=FILE, nargs=-1, required=True)
@click.option(
    "--kind",
    type=click.Choice(["needs", "achievements"]),
    default="needs",
    show_default=True,
    help="What the files hold.",
)
@click.option(
    "-o",
    "--output",
    "outputs",
    type=click.Path(dir_okay=False, path_type=Path),
    multiple=True,
    help="Report to write: .xlsx, .csv or .jsonl; may be given several times.",
)
@click.option(
    "--corrected",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Table to write, .xlsx or .csv: everything that was read, with corrected values beside "
    "it and rows for the needs that stood in one.",
)
@one_file
@anonymising
@language
@click.option("-q", "--quiet", is_flag=True, help="No notes.")
@reports_errors
def check(files: tuple[Path, ...], kind: Any, lang: str, **options: Any) -> None:
    """Check the records of FILE for what a person should mend before they are matched.

    That is: items missing for publication, hunts for suppliers or staff and advertisements filed
    as needs, several needs in one row, duplicates within and across the files, texts that say
    nothing or were damaged, and company advertising. Nothing that was read is changed.
    """
    from matchmaker.checking.anonymised import anonymised
    from matchmaker.checking.checks import check_records
    from matchmaker.reporting.check_files import (
        TABLE_ENDINGS,
        check_report_target,
        write_check,
        write_corrected,
    )
    from matchmaker.reporting.check_terminal import print_check

    outputs, corrected = options.pop("outputs"), options.pop("corrected")
    if corrected and options["anonymise"]:
        raise click.UsageError(
            "--corrected keeps every value that was read and cannot go with --anonymise."
        )
    check_outputs([*outputs, *([corrected] if corrected else [])], files, options)
    for path in outputs:
        check_report_target(path)
    if corrected:
        check_report_target(corrected, endings=TABLE_ENDINGS)
    records = [record for file in files for record in read_side(kind, file, options)]
    found = check_records(records, kind=kind)
    shown = anonymised(found, lang=lang) if options["anonymise"] else found
    print_check(shown, lang=lang)
    for path in outputs:
        write_check(shown, path, lang=lang)
        note(options, f"{len(found.records)} records checked, written to {path}")
    if corrected:
        write_corrected(found, _originals(files, kind, options), corrected, lang=lang)
        note(options, f"corrected table written to {corrected}")


def _originals(files: tuple[Path, ...], kind: Any, options: dict[str, Any]) -> list[Any]:
    from matchmaker.checking.originals import read_original
    from matchmaker.records import ColumnMap

    columns = ColumnMap.load(options["columns"]) if options["columns"] else None
    return [
        read_original(file, kind=kind, columns=columns, sheet=options["sheet"]) for file in files
    ]
