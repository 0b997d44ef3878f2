"""Files that appear whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path


def write_whole(path: Path, content: bytes) -> None:
    """Write a file that appears whole or not at all, even if the machine stops.

    Parameters
    ----------
    path : Path
        Replaced in one step, once what it will hold is on the disk.
    content : bytes

    Raises
    ------
    OSError
        If it cannot be written; an earlier file is then as it was.
    """
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with scratch.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        scratch.replace(path)
    finally:
        scratch.unlink(missing_ok=True)
