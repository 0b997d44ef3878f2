"""Making an empty store, and the check that a folder is one."""

from __future__ import annotations

from pathlib import Path

from filelock import FileLock, Timeout

from matchmaker.errors import StoreError
from matchmaker.store import files
from matchmaker.store.database import DATABASE, FORMAT, Database
from matchmaker.store.making import Making
from matchmaker.store.writing import LOCK, SEGMENTS

_SCRATCH = f".{DATABASE}"
_ENDINGS = ("", "-wal", "-shm", "-journal")


def create_store(path: Path, making: Making, *, wait: float) -> None:
    """Make an empty store in a folder that is missing or empty.

    Parameters
    ----------
    path : Path
    making : Making
    wait : float
        Seconds to wait while another program makes it.

    Raises
    ------
    StoreError
        If the folder holds other files or cannot be written.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
        _check_empty(path)
        with FileLock(path / LOCK, timeout=wait):
            if not (path / DATABASE).exists():
                _make(path, making)
    except Timeout as error:
        raise StoreError(f"{path}: another program is making a store here") from error
    except OSError as error:
        raise StoreError(f"{path}: no store can be made here: {error}") from error


def _check_empty(path: Path) -> None:
    """Refuse a folder that holds more than what an interrupted making left."""
    ours = {LOCK, SEGMENTS, *(_SCRATCH + ending for ending in _ENDINGS)}
    others = [one for one in path.iterdir() if one.name not in ours]
    segments = path / SEGMENTS
    if segments.is_dir():
        others += segments.iterdir()
    if others and not (path / DATABASE).exists():
        raise StoreError(f"{path}: holds other files; choose a new or an empty folder")


def _make(path: Path, making: Making) -> None:
    """Make the database under another name, so that it appears whole or not at all."""
    (path / SEGMENTS).mkdir(exist_ok=True)
    scratch = path / _SCRATCH
    for ending in _ENDINGS:
        scratch.with_name(_SCRATCH + ending).unlink(missing_ok=True)
    database = Database(scratch, create=True)
    try:
        for name, value in (
            ("format", FORMAT),
            ("generation", 0),
            ("next_segment", 1),
            ("next_row", 1),
            ("made_with", making.made_with),
        ):
            database.set_fact(name, value)
    finally:
        database.close()
    if scratch.with_name(f"{_SCRATCH}-wal").exists():
        raise OSError(f"{scratch}: could not be written to its end")
    scratch.replace(path / DATABASE)
    files.sync(path)
    files.sync(path.resolve().parent)


def check_format(path: Path, database: Database) -> None:
    """Refuse a folder of another format.

    Raises
    ------
    StoreError
        Saying which it is, and the way out.
    """
    try:
        found = database.fact("format")
    except (StoreError, ValueError) as error:
        raise StoreError(f"{path / DATABASE}: is no store of matchmaker: {error}") from error
    if found != FORMAT:
        raise StoreError(
            f"{path}: format {found!r}, this version reads {FORMAT}; open it with the version "
            "that made it, or build it anew from the spreadsheets"
        )
