"""A folder that holds a matcher's records, labels and vectors.

The manifest is written last and in one step; it names every other file by its checksum, and those
files are never overwritten. A crash at any moment leaves the old state or the new one.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from matchmaker.errors import MatchmakerError, StoreError
from matchmaker.language.sectors import SectorLabel
from matchmaker.records import Achievement, Need
from matchmaker.retrieval.archive import profile_arrays, profiles_from
from matchmaker.retrieval.collection import Collection

R = TypeVar("R", Need, Achievement)

MANIFEST = "manifest.json"
_FORMAT = 1
_KIND = "matchmaker-snapshot"
# Names of what is written beside the manifest, and of either while it is being written.
_DATA = re.compile(r"(?:needs|achievements)-[0-9a-f]{64}\.(?:jsonl|safetensors)")
_SCRATCH = re.compile(rf"\.(?:{re.escape(MANIFEST)}|{_DATA.pattern})\.\d+")


def write_snapshot(
    folder: Path,
    needs: Collection[Need],
    achievements: Collection[Achievement],
    *,
    made_with: dict[str, str],
) -> None:
    """Save two collections.

    Parameters
    ----------
    folder : Path
        Made if missing; an earlier snapshot there is replaced once the new one is whole.
    needs, achievements : Collection
    made_with : dict of str to str
        What the vectors and labels depend on; :func:`read_snapshot` asks for the same.

    Raises
    ------
    StoreError
        If the folder holds something else or cannot be written.
    """
    try:
        _check_ours(folder)
        folder.mkdir(parents=True, exist_ok=True)
        files = {
            "needs": _write_collection(folder, "needs", needs),
            "achievements": _write_collection(folder, "achievements", achievements),
        }
        manifest = {
            "kind": _KIND,
            "format": _FORMAT,
            "made_with": made_with,
            "count": {"needs": len(needs), "achievements": len(achievements)},
            "files": files,
        }
        text = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True)
        write_whole(folder / MANIFEST, text.encode())
        _remove_earlier(folder, {name for pair in files.values() for name in pair.values()})
    except OSError as error:
        raise StoreError(f"{folder}: cannot be written: {error}") from error


def read_snapshot(
    folder: Path, *, made_with: dict[str, str]
) -> tuple[Collection[Need], Collection[Achievement]]:
    """Open two collections.

    Parameters
    ----------
    folder : Path
    made_with : dict of str to str
        Must equal what the snapshot was made with.

    Returns
    -------
    needs, achievements : Collection

    Raises
    ------
    StoreError
        If the folder is missing, damaged, of another format or made with something else.
    """
    manifest = _read_manifest(folder)
    if manifest.get("format") != _FORMAT:
        raise StoreError(
            f"{folder}: format {manifest.get('format')!r}, this version reads {_FORMAT}; read the "
            "records anew and save again"
        )
    try:
        made = dict(manifest["made_with"])
        names = [
            str(manifest["files"][side][part])
            for side in ("needs", "achievements")
            for part in ("records", "arrays")
        ]
    except (KeyError, TypeError, ValueError) as error:
        raise StoreError(f"{folder / MANIFEST}: incomplete or damaged: {error!r}") from error
    for key, value in made_with.items():
        if made.get(key) != value:
            raise StoreError(
                f"{folder}: made with {key} {made.get(key)!r}, opened with {value!r}; open it "
                "with the former, or read the records anew and save again"
            )
    return (
        _read_collection(folder, names[0], names[1], Need),
        _read_collection(folder, names[2], names[3], Achievement),
    )


def _read_manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    try:
        manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if manifest["kind"] != _KIND:
            raise StoreError(f"{path}: belongs to something else")
        return manifest
    except FileNotFoundError as error:
        raise StoreError(f"{folder}: nothing was saved here, {MANIFEST} is missing") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError(f"{path}: cannot be read as a manifest: {error!r}") from error


def _check_ours(folder: Path) -> None:
    """Refuse a folder that holds anything but a snapshot, so that nothing foreign is lost.

    What a first save left that never came to its manifest is a snapshot's, too.
    """
    if not folder.exists():
        return
    if not folder.is_dir():
        raise StoreError(f"{folder}: is a file, not a folder")
    names = {path.name for path in folder.iterdir()}
    if MANIFEST in names:
        _read_manifest(folder)
    elif any(not (_DATA.fullmatch(name) or _SCRATCH.fullmatch(name)) for name in names):
        raise StoreError(f"{folder}: holds other files; choose a new or an empty folder")


def _write_collection(folder: Path, name: str, collection: Collection[R]) -> dict[str, str]:
    from safetensors.numpy import save

    lines = [
        json.dumps(
            {"record": record.to_dict(), "labels": [asdict(label) for label in labels]},
            ensure_ascii=False,
        )
        for record, labels in zip(collection.records, collection.labels, strict=True)
    ]
    arrays = {**profile_arrays(collection.profiles), "vectors": collection.vectors}
    contiguous = {key: np.ascontiguousarray(array) for key, array in arrays.items()}
    return {
        "records": _write_named(folder, name, ".jsonl", _encoded("\n".join(lines))),
        "arrays": _write_named(folder, name, ".safetensors", save(contiguous)),
    }


def _encoded(text: str) -> bytes:
    """UTF-8 that keeps half of a surrogate pair, as broken exports leave it."""
    return text.encode("utf-8", "surrogatepass")


def _write_named(folder: Path, name: str, ending: str, content: bytes) -> str:
    """Write a file under the checksum of what it holds; the same content is written once."""
    digest = hashlib.sha256(content).hexdigest()
    path = folder / f"{name}-{digest}{ending}"
    # A file that has been damaged since is written anew.
    if not path.exists() or path.read_bytes() != content:
        write_whole(path, content)
    return path.name


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


def _remove_earlier(folder: Path, listed: set[str]) -> None:
    """Remove what earlier snapshots left; nothing that was not written here."""
    for path in list(folder.iterdir()):
        earlier = _DATA.fullmatch(path.name) and path.name not in listed
        if earlier or _SCRATCH.fullmatch(path.name):
            path.unlink(missing_ok=True)


def _read_collection(folder: Path, records: str, vectors: str, kind: type[R]) -> Collection[R]:
    from safetensors import SafetensorError
    from safetensors.numpy import load

    lines = _read_named(folder / records).decode("utf-8", "surrogatepass")
    content = _read_named(folder / vectors)
    try:
        entries = [json.loads(line) for line in lines.split("\n") if line]
        arrays: dict[str, NDArray[Any]] = load(content)
        return Collection(
            tuple(kind.from_dict(entry["record"]) for entry in entries),
            tuple(tuple(SectorLabel(**label) for label in entry["labels"]) for entry in entries),
            profiles_from(arrays),
            arrays["vectors"],
        )
    except (SafetensorError, ValueError, KeyError, TypeError, MatchmakerError) as error:
        raise StoreError(f"{folder}: holds records that cannot be read: {error!r}") from error


def _read_named(path: Path) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise StoreError(f"{path}: cannot be read: {error}") from error
    digest = hashlib.sha256(content).hexdigest()
    if digest not in path.name:
        raise StoreError(f"{path}: damaged, its sha256 is {digest}")
    return content
