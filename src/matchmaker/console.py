"""What the commands share: exit codes, notes, inputs and outputs."""

from __future__ import annotations

import functools
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec

import click

from matchmaker.errors import ConfigError, JudgementError, MatchmakerError, RecordError

if TYPE_CHECKING:
    from matchmaker.catalogue import Progress
    from matchmaker.evaluation import Judgements
    from matchmaker.language.sectors import SectorRegistry
    from matchmaker.matcher import Matcher
    from matchmaker.matches import Matches
    from matchmaker.records import Achievement, Need, Records
    from matchmaker.scoring.reranker import Reranker

P = ParamSpec("P")
Options = dict[str, Any]

EXIT_BAD_INPUT = 1
EXIT_INTERRUPTED = 130
EXIT_CLOSED_PIPE = 141


def reports_errors(command: Callable[P, None]) -> Callable[P, None]:
    """Turn every foreseen error of a command into one message and an exit code."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
            sys.stdout.flush()
        except MatchmakerError as error:
            _stop(f"Error: {error}", EXIT_BAD_INPUT)
        except KeyboardInterrupt:
            _stop("Interrupted; nothing was left half-written.", EXIT_INTERRUPTED)
        except BrokenPipeError:
            # Nobody reads on, such as after head; the interpreter must not try to flush again.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(EXIT_CLOSED_PIPE)
        except OSError as error:
            place = f"{error.filename}: " if error.filename else ""
            _stop(f"Error: {place}{error.strerror or error}", EXIT_BAD_INPUT)

    return run


def _stop(message: str, code: int) -> None:
    click.echo(message, err=True)
    sys.exit(code)


def prepare_streams() -> None:
    """Make sure that a terminal of another encoding shows question marks, not a traceback."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


def note(options: Options, *notes: object) -> None:
    """Say something on standard error, unless ``--quiet``."""
    if not options["quiet"]:
        for text in notes:
            click.echo(str(text), err=True)


def check_outputs(outputs: Iterable[Path], inputs: Iterable[Path | None], options: Options) -> None:
    """Refuse outputs that would destroy an input or each other.

    Parameters
    ----------
    outputs : iterable of Path
        ``-`` stands for the screen.
    inputs : iterable of Path or None
        Files of records and judgements.
    options : dict
        Every path in it, such as a column map or registry, is an input too.

    Raises
    ------
    ConfigError
        Naming the file.
    """
    named = [*inputs, *(value for value in options.values() if isinstance(value, Path))]
    read = {path.resolve() for path in named if path is not None}
    written: set[Path] = set()
    for path in outputs:
        if str(path) == "-":
            continue
        target = path.resolve()
        if target in read:
            raise ConfigError(f"{path}: is also an input and would be lost; choose another name")
        if target in written:
            raise ConfigError(f"{path}: is given twice as output")
        written.add(target)


def read_side(
    kind: Any, file: Path, options: Options, *, prefix: str = "", tidy: bool = False
) -> Records[Any]:
    """Read the needs or achievements of a command.

    Parameters
    ----------
    kind : {"needs", "achievements"}
    file : Path
    options : dict
        With ``columns`` and ``sheet`` after the prefix.
    prefix : str
        Such as ``"needs_"``.
    tidy : bool
        Whether texts are repaired, and what a person should look at is noted.

    Raises
    ------
    RecordError
        If the file cannot be read or nothing of it was kept.
    """
    from matchmaker.checking.reading import tidied
    from matchmaker.records import ColumnMap, read_achievements, read_needs

    map_file = options[f"{prefix}columns"]
    columns = None if map_file is None else ColumnMap.load(map_file)
    sheet = options[f"{prefix}sheet"]
    records: Records[Any] = (
        read_needs(file, columns=columns, sheet=sheet)
        if kind == "needs"
        else read_achievements(file, columns=columns, sheet=sheet)
    )
    if tidy:
        records = tidied(records, kind=kind)
    note(options, records.report)
    if not len(records):
        raise RecordError(f"{file}: holds no {kind} ({records.report.read} rows read)")
    return records


def read_sides(
    needs: Path, achievements: Path | None, options: Options
) -> tuple[Records[Need], Records[Achievement] | None]:
    """Read the needs of a command, and its achievements if a file of them is given.

    Raises
    ------
    RecordError
        As :func:`read_side`.
    """
    found = read_side("needs", needs, options, prefix="needs_")
    if achievements is None:
        return found, None
    return found, read_side("achievements", achievements, options, prefix="achievements_")


def note_unknown_sectors(records: Records[Any], registry: SectorRegistry, options: Options) -> None:
    """Name the declared sectors that the registry does not know."""
    unknown = Counter(
        name for record in records for name in record.sectors if registry.resolve(name) is None
    )
    if unknown:
        named = ", ".join(f"{name!r} ({count})" for name, count in unknown.most_common(5))
        note(
            options,
            f"{records.report.source}: the registry does not know the declared sectors {named}; "
            "those records are sorted by their codes or text. Your own list: --registry FILE",
        )


def note_eligibility(matches: Matches, options: Options) -> None:
    """Say whom hard constraints left out; where nobody is left, whatever was asked for."""
    found = None if matches.summary is None else matches.summary.eligibility
    if found is None:
        return
    if found.left:
        note(options, found.explain())
    else:
        click.echo(found.explain(), err=True)


def make_registry(options: Options) -> SectorRegistry | None:
    """Open the user's own list of sectors, if there is one, with the examples of new ones."""
    from matchmaker.language.classifier import declared_examples
    from matchmaker.language.sectors import SectorRegistry
    from matchmaker.records import read_needs

    if not options["registry"]:
        if options.get("examples"):
            raise ConfigError("--examples teaches the sectors that --registry adds: give both")
        return None
    registry = SectorRegistry.load(options["registry"])
    if not options.get("examples"):
        return registry
    return registry.with_examples(declared_examples(read_needs(options["examples"])))


def constraints_of(options: Options) -> dict[str, list[Any]]:
    """Read the constraints of a command: ``require`` and ``prefer`` as a search takes them.

    Raises
    ------
    ConfigError
        If a constraint or the file of them cannot be read.
    """
    from matchmaker.scoring.constraint_files import load_constraints
    from matchmaker.scoring.constraints import Constraint

    missing = options["missing"]
    if missing == "drop" and not options["require"]:
        raise click.UsageError("--missing says what --require does; give one of those, too.")
    found = [Constraint.parse(text, hard=True, missing=missing) for text in options["require"]]
    found += [Constraint.parse(text) for text in options["prefer"]]
    if options["constraints"]:
        found += load_constraints(options["constraints"])
    return {
        "require": [one for one in found if one.hard],
        "prefer": [one for one in found if not one.hard],
    }


def make_matcher(options: Options, progress: Progress | None) -> Matcher:
    """Build the matcher that the options describe."""
    from matchmaker.matcher import Matcher

    return Matcher(
        **model_parts(options),
        candidates=options.get("candidates", 100),
        progress=progress,
        reranker=make_reranker(options),
        learned=options.get("learned"),
    )


def model_parts(options: Options) -> dict[str, Any]:
    """Open what reads records: ``model``, ``registry`` and ``encoder``, as arguments."""
    encoder = None
    if options.get("encoder"):
        from matchmaker.retrieval.transformers import SentenceTransformerEncoder

        encoder = SentenceTransformerEncoder(options["encoder"])
    return {"model": options["model"], "registry": make_registry(options), "encoder": encoder}


def make_reranker(options: Options) -> Reranker | None:
    """Open the re-ranker that the options name, if they do."""
    if not options.get("reranker"):
        return None
    from matchmaker.scoring.reranker import CrossEncoderReranker

    return CrossEncoderReranker(options["reranker"], depth=options["rerank"])


def write_lines(lines: Iterable[str], target: Path) -> None:
    """Write lines to a file, or to standard output for ``-``; always in UTF-8."""
    from matchmaker.reporting.files import replacing

    if str(target) == "-":
        for line in lines:
            # As bytes, because a terminal of another encoding would change them.
            click.echo(line.encode("utf-8", "replace"))
        return
    with replacing(target) as made, made.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(line + "\n" for line in lines)


def judged_pairs(
    judgements: Judgements, needs: Records[Need], achievements: Records[Achievement] | None
) -> list[tuple[Need, Achievement]]:
    """Find the records of judged pairs.

    Parameters
    ----------
    judgements : Judgements
    needs : Records
    achievements : Records or None
        None takes the titles of the judgements for the achievements.

    Returns
    -------
    list of (Need, Achievement)
        One a judgement.

    Raises
    ------
    JudgementError
        If a record is missing, or titles are needed and there are none.
    """
    from matchmaker.records import Achievement

    asked = {need.id: need for need in needs}
    if achievements is not None:
        offered = {record.id: record for record in achievements}
    elif judgements.achievement_titles is None:
        raise JudgementError(
            f"{judgements.source}: has no column achievement_title; add it or give --achievements"
        )
    else:
        offered = {}
        titled = zip(judgements.achievement_ids, judgements.achievement_titles, strict=True)
        for record_id, title in titled:
            # A judgement without a title still counts: it is graded as a record that says nothing.
            offered.setdefault(record_id, Achievement(id=record_id, title=title.strip() or "-"))
    pairs = list(zip(judgements.need_ids, judgements.achievement_ids, strict=True))
    for name, known, ids in (
        ("need_id", asked.keys(), [need_id for need_id, _ in pairs]),
        ("achievement_id", offered.keys(), [record_id for _, record_id in pairs]),
    ):
        missing = sorted(set(ids) - known)
        if missing:
            raise JudgementError(
                f"{judgements.source}: {len(missing)} of its {name} are not among the records "
                f"read: {', '.join(map(repr, missing[:5]))}; check that both files come from the "
                "same source"
            )
    return [(asked[need_id], offered[record_id]) for need_id, record_id in pairs]
