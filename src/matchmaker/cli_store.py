"""The commands of a store: ``matchmaker store add``, ``match`` and so on."""

from __future__ import annotations

import functools
import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from matchmaker.console import (
    EXIT_BAD_INPUT,
    Options,
    check_outputs,
    constraints_of,
    make_registry,
    make_reranker,
    model_parts,
    note,
    note_eligibility,
    note_unknown_sectors,
    read_side,
    reports_errors,
    write_lines,
)
from matchmaker.errors import ConfigError
from matchmaker.options import (
    EPILOG,
    FILE,
    FOLDER,
    OUT,
    anonymising,
    common,
    constraining,
    explaining,
    language,
    learning,
    limits,
    one_file,
    reranking,
    searching,
)
from matchmaker.progress import progress_bars

if TYPE_CHECKING:
    from matchmaker.catalogue import Progress
    from matchmaker.language.sectors import SectorRegistry
    from matchmaker.matcher import Matcher
    from matchmaker.records import Need, Records
    from matchmaker.store import Store

NEW_FOLDER = click.Path(file_okay=False, path_type=Path)
KINDS = click.Choice(["needs", "achievements"])
encoding = click.option(
    "--encoder", type=FOLDER, help="Local sentence-transformers model to search with."
)
workers = click.option(
    "--workers",
    type=click.IntRange(min=1),
    default=lambda: _cores(),
    show_default="all cores",
    help="Processes that work at once.",
)


@click.group(epilog=EPILOG)
def store() -> None:
    """Keep records in a folder that grows, and match needs against it.

    Every change is made as a whole or not at all, whatever interrupts it. One program writes at a
    time; any number may read.
    """


@store.command(epilog=EPILOG)
@click.argument("folder", metavar="STORE", type=NEW_FOLDER)
@click.argument("file", type=FILE)
@click.option("--kind", type=KINDS, required=True, help="What FILE holds.")
@workers
@one_file
@encoding
@common
@reports_errors
def add(folder: Path, file: Path, kind: Any, **options: Any) -> None:
    """Add the records of FILE to STORE, which is made if missing.

    A record whose id is known replaces the earlier one; with the same content it costs nothing.
    """
    records = read_side(kind, file, options)
    note_unknown_sectors(records, _registry(options), options)
    with (
        progress_bars(quiet=options["quiet"]) as progress,
        _open(folder, options, progress, create=True) as opened,
    ):
        before = opened.count(kind)
        touched = opened.add(records, workers=options["workers"])
        total = opened.count(kind)
    new, distinct = total - before, len({record.id for record in records})
    click.echo(
        f"{folder}: {new} new, {touched - new} changed, {distinct - touched} unchanged; "
        f"{total} {kind} in all"
    )


@store.command(epilog=EPILOG)
@click.argument("folder", metavar="STORE", type=FOLDER)
@click.argument("ids", metavar="ID...", nargs=-1, required=True)
@click.option("--kind", type=KINDS, help="Of which kind the records are; by default of either.")
@encoding
@common
@reports_errors
def remove(folder: Path, ids: tuple[str, ...], kind: Any, **options: Any) -> None:
    """Remove records from STORE by their ids; all of them, or none if one is unknown."""
    with _open(folder, options) as opened:
        removed = opened.remove(ids, kind=kind)
        total = opened.count()
    click.echo(f"{folder}: {removed} removed; {total} records in all")


@store.command(epilog=EPILOG)
@click.argument("folder", metavar="STORE", type=FOLDER)
@click.option("--json", "target", type=OUT, help="Write one JSON object; - is the screen.")
@language
@encoding
@common
@reports_errors
def info(folder: Path, target: Path | None, lang: str, **options: Any) -> None:
    """Say what STORE holds, how large it is and what made it."""
    from matchmaker.reporting.store_facts import store_facts

    check_outputs([target] if target else [], (), options)
    with _open(folder, options) as opened:
        found = opened.info().to_json()
    if target is not None:
        write_lines([json.dumps(found, ensure_ascii=False)], target)
        return
    for name, value in store_facts(found, lang=lang):
        click.echo(f"{name}\t{value}")


@store.command(epilog=EPILOG)
@click.argument("folder", metavar="STORE", type=FOLDER)
@language
@encoding
@common
@reports_errors
def verify(folder: Path, lang: str, **options: Any) -> None:
    """Read all of STORE and say what is wrong; exit code 0 only if nothing is."""
    from matchmaker.reporting.store_facts import store_findings

    with _open(folder, options) as opened:
        findings = opened.verify()
        count = 0 if findings else opened.count()
    for line in store_findings(findings, count, lang=lang):
        click.echo(line)
    if findings:
        sys.exit(EXIT_BAD_INPUT)


@store.command(epilog=EPILOG)
@click.argument("folder", metavar="STORE", type=FOLDER)
@encoding
@common
@reports_errors
def compact(folder: Path, **options: Any) -> None:
    """Merge what many changes have left in STORE, and give back the room of removed records."""
    with (
        progress_bars(quiet=options["quiet"]) as progress,
        _open(folder, options, progress) as opened,
    ):
        before = opened.info().to_json()["bytes"]["total"]
        opened.compact()
        after = opened.info().to_json()["bytes"]["total"]
    click.echo(f"{folder}: {before / 2**20:,.1f} MiB before, {after / 2**20:,.1f} MiB after")


@store.command(epilog=EPILOG)
@click.argument("folder", metavar="STORE", type=FOLDER)
@workers
@encoding
@common
@reports_errors
def reindex(folder: Path, **options: Any) -> None:
    """Read all records of STORE again with another model, encoder or list of sectors.

    Until that is done, the store stays as it was.
    """
    with (
        progress_bars(quiet=options["quiet"]) as progress,
        _open(folder, options, progress) as opened,
    ):
        opened.reindex(workers=options["workers"])
        made_with = opened.info().to_json()["made_with"]
        total = opened.count()
    named = ", ".join(f"{name} {value}" for name, value in made_with.items())
    click.echo(f"{folder}: {total} records, now made with {named}")


@store.command(epilog=EPILOG)
@click.argument("folder", metavar="STORE", type=FOLDER)
@click.argument("needs", type=FILE)
@limits
@click.option(
    "--where",
    multiple=True,
    metavar="FIELD=VALUE",
    help="Only achievements with this value in this field, such as region=沈阳; given several "
    "times for one field, any of the values; for several fields, all of them.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="File to write: .csv, .jsonl or .parquet, of any size; or .xlsx or .html, which are made "
    "by one process and at once.",
)
@click.option(
    "--resume", is_flag=True, help="Take up what an interrupted run into the same file has done."
)
@constraining
@explaining
@anonymising
@workers
@searching
@learning
@reranking
@one_file
@language
@common
@reports_errors
def match(folder: Path, needs: Path, output: Path, **options: Any) -> None:
    """Rank the achievements of STORE for each need of the file NEEDS.

    Parts of a .csv, .jsonl or .parquet are kept in a folder beside it until all are finished, so
    that an interrupted run can be taken up by --resume. With --anonymise everything is ranked at
    once, so that an organisation has one pseudonym.
    """
    from matchmaker.reporting import ENDINGS as AT_ONCE
    from matchmaker.reporting import check_target
    from matchmaker.reporting.streaming import ENDINGS as IN_PARTS
    from matchmaker.reporting.streaming import check_stream_target

    check_outputs([output], (needs,), options)
    if folder.resolve() in output.resolve().parents:
        raise ConfigError(f"{output}: is inside the store {folder}; choose another folder")
    ending = output.suffix.lower()
    in_parts = ending in IN_PARTS and not (options["anonymise"] and ending in AT_ONCE)
    if in_parts and options["anonymise"]:
        raise click.UsageError(f"--anonymise goes with {', '.join(AT_ONCE)}, not with {ending}.")
    if in_parts:
        check_stream_target(output)
    elif ending not in AT_ONCE:
        known = dict.fromkeys((*IN_PARTS, *AT_ONCE))
        raise ConfigError(f"{output}: the ending names no known form; known: {', '.join(known)}")
    else:
        check_target(output)
        if options["resume"] and ending in IN_PARTS:
            raise click.UsageError("--resume does not go with --anonymise.")
        if options["resume"]:
            raise click.UsageError(f"--resume goes with {', '.join(IN_PARTS)}, not with {ending}.")
    where = _conditions(options["where"])
    found = read_side("needs", needs, options)
    note_unknown_sectors(found, _registry(options), options)
    write = _match_in_parts if in_parts else _match_at_once
    pairs = write(folder, found, output, where, options)
    note(options, f"{pairs} pairs written to {output}")


def _match_in_parts(
    folder: Path,
    needs: Records[Need],
    output: Path,
    where: dict[str, tuple[str, ...]],
    options: Options,
) -> int:
    from matchmaker.batch import BatchOptions, match_store

    names = ("model", "registry", "examples", "encoder", "learned", "reranker", "rerank")
    constraints = constraints_of(options)
    if constraints["require"]:
        # The parts have no place to say whom constraints left out.
        with open_matcher(folder, candidates=1, options=options) as matcher:
            require = constraints["require"]
            first = matcher.match(needs[:1], where=where or None, require=require)
            note_eligibility(first, options)
    asked = BatchOptions(
        **{name: options[name] for name in ("k", "min_score", "sector", "candidates", "lang")},
        where=where,
        reasons=options["reasons"],
        require=tuple(constraints["require"]),
        prefer=tuple(constraints["prefer"]),
        opener=functools.partial(open_matcher, options={name: options[name] for name in names}),
        settings=f"rerank {options['rerank']}" if options["reranker"] else "",
    )
    try:
        with progress_bars(quiet=options["quiet"]) as progress:
            return match_store(
                folder,
                needs,
                output,
                options=asked,
                workers=options["workers"],
                resume=options["resume"],
                progress=progress,
            )
    except KeyboardInterrupt:
        note(options, f"{output}: what was finished is kept; go on with the same and --resume")
        raise


def _match_at_once(
    folder: Path,
    needs: Records[Need],
    output: Path,
    where: dict[str, tuple[str, ...]],
    options: Options,
) -> int:
    asked = {name: options[name] for name in ("k", "min_score", "sector")}
    asked |= constraints_of(options)
    with (
        progress_bars(quiet=options["quiet"]) as progress,
        open_matcher(
            folder, candidates=options["candidates"], options=options, progress=progress
        ) as matcher,
    ):
        matches = matcher.match(needs, where=where or None, **asked)
        note_eligibility(matches, options)
        if options["anonymise"]:
            matches = matches.anonymised(lang=options["lang"])
        matches.write(output, lang=options["lang"], reasons=options["reasons"])
    return len(matches)


def open_matcher(
    folder: Path, *, candidates: int, options: Options, progress: Progress | None = None
) -> Matcher:
    """Open a store to search in, as the options of a command say.

    Parameters
    ----------
    folder : Path
    candidates : int
    options : dict
        Paths and numbers only, so that other processes can be told to do the same.
    progress : callable, optional

    Returns
    -------
    Matcher
    """
    from matchmaker.matcher import Matcher

    return Matcher.open(
        folder,
        **model_parts(options),
        candidates=candidates,
        progress=progress,
        reranker=make_reranker(options),
        learned=options["learned"],
    )


def _open(
    folder: Path, options: Options, progress: Progress | None = None, *, create: bool = False
) -> Store:
    from matchmaker.store import Store

    return Store.open(folder, create=create, progress=progress, **model_parts(options))


def _registry(options: Options) -> SectorRegistry:
    """Open the list of sectors that records are sorted by."""
    from matchmaker.model import Model

    return make_registry(options) or Model.load(options["model"]).registry


def _conditions(given: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Read conditions on fields: each field with the values that it may have."""
    where: dict[str, tuple[str, ...]] = {}
    for condition in given:
        name, equals, value = condition.partition("=")
        if not (name and equals and value):
            raise click.BadParameter(f"{condition!r} is not FIELD=VALUE", param_hint="'--where'")
        where[name] = (*where.get(name, ()), value)
    return where


def _cores() -> int:
    """Count the cores that this program may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
