"""The folder of finished parts of a batch, and whose it is."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matchmaker._version import __version__
from matchmaker.errors import ConfigError
from matchmaker.matcher import Matcher
from matchmaker.records import Need
from matchmaker.reporting.files import replacing

_FORMAT = 1
_RUN = "run.json"
_PART = re.compile(r"part-(\d{6,})-(\d+)-([0-9a-f]{12})(\.[a-z]+)")
_SCRATCH = ".matchmaker-"


@dataclass(frozen=True, slots=True)
class Parts:
    """Where the parts of a run are.

    Attributes
    ----------
    folder : Path
    run : str
        Fingerprint of what the run asks for; it stands in every part's name, so that two runs
        into one folder, by mistake, never mix.
    ending : str
        Of the target.
    chunk : int
        Needs of a part.
    """

    folder: Path
    run: str
    ending: str
    chunk: int

    def path(self, number: int, pairs: int) -> Path:
        """Name a part.

        Parameters
        ----------
        number : int
            Of its chunk, from 0.
        pairs : int
            How many it holds.
        """
        return self.folder / f"part-{number:06d}-{pairs}-{self.run}{self.ending}"

    def finished(self) -> dict[int, tuple[Path, int]]:
        """Find the parts that are there.

        Returns
        -------
        dict of int to (Path, int)
            Number of the chunk to the file and how many pairs it holds.
        """
        found = {}
        for path in self.folder.iterdir():
            name = _PART.fullmatch(path.name)
            if name and name[3] == self.run and name[4] == self.ending:
                found[int(name[1])] = (path, int(name[2]))
        return found

    def remove(self) -> None:
        """Remove the folder."""
        _clear(self.folder)


def identity(
    matcher: Matcher, needs: Sequence[Need], asked: Mapping[str, object]
) -> dict[str, object]:
    """Collect all that a result depends on.

    Parameters
    ----------
    matcher : Matcher
        Opened on the store.
    needs : sequence of Need
        By id.
    asked : mapping of str to object
        The options, as plain data.

    Returns
    -------
    dict
        Plain data; two runs with equal ones give equal results.
    """
    return {
        "matchmaker": __version__,
        "needs": _digest(need.to_dict() for need in needs),
        **asked,
        "model": matcher.model_name,
        "encoder": matcher.encoder.name,
        "sectors": _digest([matcher.registry.version, repr(matcher.registry.sectors)]),
        "judgements": _digest(
            {**pair.need.to_dict(), "of": pair.achievement.to_dict(), "grade": pair.grade}
            for pair in matcher.judged
        ),
    }


def claim(target: Path, found: Mapping[str, object], *, chunk: int, resume: bool) -> Parts:
    """Make the folder of a run's parts, or take up the one that is there.

    Parameters
    ----------
    target : Path
        The file that the parts become.
    found : mapping of str to object
        The run's :func:`identity`.
    chunk : int
        Needs of a part; those of the run that is taken up have precedence.
    resume : bool
        Whether an interrupted run is taken up.

    Returns
    -------
    Parts

    Raises
    ------
    ConfigError
        If a folder is there that is none of parts, or has parts while `resume` is False, or those
        of a run that asked for something else.
    """
    folder = target.with_name(f"{target.name}.parts")
    ending = target.suffix.lower()
    run = hashlib.sha256(_plain(found)).hexdigest()[:12]
    if folder.exists():
        earlier = _earlier(folder)
        if any(_PART.fullmatch(path.name) for path in folder.iterdir()):
            if not resume:
                raise ConfigError(
                    f"{folder}: holds finished parts of an interrupted run; go on with it by "
                    "--resume (resume=True), or delete the folder to begin anew"
                )
            _compare(folder, earlier, {**found, "ending": ending})
            return Parts(folder, run, ending, int(earlier["chunk"]))
        _clear(folder)
    folder.mkdir()
    about = {"format": _FORMAT, "chunk": chunk, **found, "ending": ending}
    with replacing(folder / _RUN) as made:
        made.write_bytes(json.dumps(about, indent=1).encode("ascii") + b"\n")
    return Parts(folder, run, ending, chunk)


def _earlier(folder: Path) -> dict[str, Any]:
    """Read what the run that made a folder asked for; nothing if that cannot be read."""
    strange = [
        path.name
        for path in sorted(folder.iterdir() if folder.is_dir() else [folder])
        if path.name != _RUN
        and not _PART.fullmatch(path.name)
        and not path.name.startswith(_SCRATCH)
    ]
    if strange:
        raise ConfigError(
            f"{folder}: is where parts of the result have to be kept, but holds {strange[0]!r}, "
            "which is none; move it away or choose another name for the result"
        )
    try:
        earlier = json.loads((folder / _RUN).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return earlier if isinstance(earlier, dict) and earlier.get("format") == _FORMAT else {}


def _compare(folder: Path, earlier: Mapping[str, Any], found: Mapping[str, object]) -> None:
    """Refuse to take up a run that asked for something else."""
    away = f"delete the folder and run without --resume (resume=False): {folder}"
    if not earlier or type(earlier.get("chunk")) is not int or earlier["chunk"] < 1:
        raise ConfigError(f"{folder / _RUN}: missing or damaged, so nothing can be resumed; {away}")
    wanted = json.loads(_plain(found))
    differing = [
        name if name in _DIGESTS else f"{name} ({earlier.get(name)!r} then, {wanted[name]!r} now)"
        for name in wanted
        if earlier.get(name) != wanted[name]
    ]
    if differing:
        raise ConfigError(
            f"{folder}: belongs to a run that differs in {', '.join(differing)}, so it cannot be "
            f"resumed; run with what it had, or {away}"
        )


_DIGESTS = ("needs", "sectors", "judgements")


def _clear(folder: Path) -> None:
    """Delete what a run has left in its folder, and the folder."""
    for path in folder.iterdir():
        if path.name.startswith(_SCRATCH):
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    folder.rmdir()


def _plain(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=True, sort_keys=True).encode("ascii")


def _digest(items: Iterable[object]) -> str:
    """Give the sha256 of plain data; where a record was read is no part of it."""
    digest = hashlib.sha256()
    for item in items:
        digest.update(_plain(_without_origin(item)) + b"\n")
    return digest.hexdigest()


def _without_origin(value: object) -> object:
    if not isinstance(value, dict):
        return value
    return {name: _without_origin(part) for name, part in value.items() if name != "origin"}
