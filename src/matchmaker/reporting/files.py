"""Files that appear whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from matchmaker.errors import ConfigError


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Write a file beside its target and move it there once it is complete.

    Parameters
    ----------
    path : str or path-like
        The target. A file that is already there stays until the new one is complete.

    Yields
    ------
    Path
        Where to write: a file of the target's name in a hidden folder beside it, so that both are
        on one file system. The folder goes away with everything in it, whatever happens.

    Raises
    ------
    ConfigError
        If the target's folder does not exist, or the target is itself a folder.
    """
    target = Path(path)
    check_folder(target)
    # A folder rather than mkstemp's file: the file in it gets the permissions of any new file,
    # and libraries that need room for parts of theirs (xlsxwriter) find it here too.
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".matchmaker-") as scratch:
        made = Path(scratch) / target.name
        yield made
        made.replace(target)


def check_ending(target: Path, endings: Sequence[str]) -> None:
    """Make sure that a file can be written before the work for it begins.

    Parameters
    ----------
    target : Path
        The file to be.
    endings : sequence of str
        Those that can be written, in lower case.

    Raises
    ------
    ConfigError
        If its ending is another one, its folder does not exist or it is itself a folder.
    """
    if target.suffix.lower() not in endings:
        raise ConfigError(f"{target}: the ending names no known form; known: {', '.join(endings)}")
    check_folder(target)


def check_folder(target: Path) -> None:
    """Make sure that a file can stand where it is wanted.

    Parameters
    ----------
    target : Path
        The file to be.

    Raises
    ------
    ConfigError
        If its folder does not exist, or it is itself a folder.
    """
    if not target.parent.is_dir():
        raise ConfigError(
            f"{target.parent}: no such folder to write {target.name!r} into; create it first"
        )
    if target.is_dir():
        raise ConfigError(f"{target}: is a folder, not a file to write")
