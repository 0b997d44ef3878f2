"""Files that are whole or not there: arrays, indexes and their checksums."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matchmaker.errors import StoreError

ARRAY = ".npy"
INDEX = ".faiss"
_CHUNK = 1 << 20
# Python 3.11 may fail if two threads parse at once what stands before an array
# (SystemError: AST constructor recursion depth mismatch).
_PARSING = threading.Lock()

Entry = dict[str, Any]
"""Size and checksum of a file: ``{"bytes": int, "sha256": str}``."""


def sha256(path: Path) -> str:
    """Checksum of a file, in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def sync(path: Path) -> None:
    """Wait until a file or folder is on the disk."""
    if os.name == "nt" and path.is_dir():
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_array(path: Path, array: NDArray[Any]) -> None:
    """Write an array and wait until it is on the disk."""
    with path.open("wb") as file:
        np.lib.format.write_array(file, np.ascontiguousarray(array), allow_pickle=False)
        file.flush()
        os.fsync(file.fileno())


def write_index(path: Path, index: Any) -> None:
    """Write a FAISS index and wait until it is on the disk."""
    import faiss

    try:
        faiss.write_index(index, str(path))
    except RuntimeError as error:
        raise OSError(f"{path}: FAISS could not write it: {error}") from error
    sync(path)


def entry(path: Path) -> Entry:
    """Describe a file that was just written."""
    return {"bytes": path.stat().st_size, "sha256": sha256(path)}


def check_size(path: Path, expected: Entry) -> None:
    """Refuse a file that is missing or of another size.

    Raises
    ------
    StoreError
        Naming the file.
    """
    try:
        size = path.stat().st_size
    except OSError as error:
        raise StoreError(f"{path}: missing or unreadable: {error.strerror}") from error
    if size != expected["bytes"]:
        raise StoreError(
            f"{path}: damaged, {size} bytes instead of {expected['bytes']} "
            f"(sha256 should be {expected['sha256']}); restore it from a copy, or build the store "
            "anew from the spreadsheets"
        )


def check_content(path: Path, expected: Entry) -> None:
    """Refuse a file whose checksum is another one.

    Raises
    ------
    StoreError
        Naming the file and both checksums.
    """
    check_size(path, expected)
    found = sha256(path)
    if found != expected["sha256"]:
        raise StoreError(
            f"{path}: damaged, its sha256 is {found} instead of {expected['sha256']}; restore it "
            "from a copy, or build the store anew from the spreadsheets"
        )


def map_array(path: Path, expected: Entry) -> NDArray[Any]:
    """Open an array without reading it.

    Raises
    ------
    StoreError
        If the file is missing, of another size or no array.
    """
    check_size(path, expected)
    with _PARSING:
        try:
            # An array without elements cannot be mapped.
            mapped = np.load(path, mmap_mode="r", allow_pickle=False)
        except OSError as error:
            raise StoreError(f"{path}: cannot be read: {error}") from error
        except Exception:
            # What stands before a damaged array is read as Python, and fails in as many ways.
            mapped = _read_array(path)
        return np.asarray(mapped)


def _read_array(path: Path) -> NDArray[Any]:
    try:
        array: NDArray[Any] = np.load(path, allow_pickle=False)
    except Exception as error:
        raise StoreError(f"{path}: cannot be read as an array: {error}") from error
    return array


def map_index(path: Path, expected: Entry) -> Any:
    """Open a FAISS index, after its checksum has been compared: FAISS trusts what it reads.

    Raises
    ------
    StoreError
        If the file is missing, damaged or no index.
    """
    import faiss

    check_content(path, expected)
    try:
        return faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
    except RuntimeError as error:
        raise StoreError(f"{path}: FAISS cannot read it: {error}") from error


def remove_folder(folder: Path) -> None:
    """Remove a folder of files; what is already gone or still in use is passed over."""
    for path in folder.glob("*"):
        try:
            path.unlink(missing_ok=True)
        except OSError:
            continue
    try:
        folder.rmdir()
    except OSError:
        return


def total_bytes(files: Mapping[str, Entry]) -> int:
    """Add up the sizes of described files."""
    return sum(int(described["bytes"]) for described in files.values())
