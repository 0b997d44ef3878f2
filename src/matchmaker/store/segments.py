"""A segment: some records' vectors, words, texts and indexes, written once and never changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from matchmaker.errors import StoreError
from matchmaker.retrieval.lexical import Postings
from matchmaker.retrieval.lexicon import Words
from matchmaker.retrieval.packed import Packed, PackedRows
from matchmaker.store import files
from matchmaker.store.files import Entry

if TYPE_CHECKING:
    import faiss

    from matchmaker.retrieval.partitions import PartitionedVectors

_TWO_BYTES = 0xFFFF

Codes = tuple[NDArray[np.int8], NDArray[np.int8]]
"""Codes and exponents of n vectors."""


@dataclass(frozen=True, slots=True, eq=False)
class SegmentArrays:
    """What a segment holds of n records, beside its indexes.

    Attributes
    ----------
    rows : ndarray, shape (n,), uint32
        Numbers of the records; rising.
    labels : ndarray, shape (n, b), uint8
        A bit a sector, in the order of the registry and 其他 last.
    packed : Packed
        Profiles.
    postings : Postings
        Texts by terms.
    words : Words
        Words that no earlier segment has.
    own : tuple of two ndarrays, or None
        Codes and exponents of the vectors of an encoder that is not the model's.
    """

    rows: NDArray[np.uint32]
    labels: NDArray[np.uint8]
    packed: Packed
    postings: Postings
    words: Words
    own: Codes | None

    def __len__(self) -> int:
        return len(self.rows)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """List the arrays under the names of their files."""
        named: dict[str, NDArray[Any]] = {"rows": self.rows, "labels": self.labels}
        for prefix, group in _GROUPS.items():
            part = getattr(self, prefix)
            for field in _arrays_of(group):
                named[f"{prefix}.{field}"] = getattr(part, field)
        if self.own is not None:
            named["own.codes"], named["own.exponents"] = self.own
        return named

    @classmethod
    def of(cls, named: Mapping[str, NDArray[Any]]) -> SegmentArrays:
        """Put together what :meth:`arrays` listed.

        Raises
        ------
        KeyError
            If one is missing.
        """
        packed = Packed(*(named[f"packed.{field}"] for field in _arrays_of(Packed)))
        lists = {field: named[f"postings.{field}"] for field in _arrays_of(Postings)}
        own = (named["own.codes"], named["own.exponents"]) if "own.codes" in named else None
        return cls(
            named["rows"],
            named["labels"],
            packed,
            Postings(**lists, size=len(named["rows"])),
            Words(*(named[f"words.{field}"] for field in _arrays_of(Words))),
            own,
        )


_GROUPS: dict[str, type] = {"packed": Packed, "postings": Postings, "words": Words}


def _arrays_of(group: type) -> list[str]:
    return [field.name for field in fields(group) if field.name != "size"]


def concatenated(parts: Sequence[SegmentArrays]) -> SegmentArrays:
    """Put the records of adjacent segments into one; at least one part."""
    owns = [part.own for part in parts if part.own is not None]
    return SegmentArrays(
        np.concatenate([part.rows for part in parts]),
        np.concatenate([part.labels for part in parts]),
        Packed.concatenated([part.packed for part in parts]),
        Postings.concatenated([part.postings for part in parts]),
        Words.concatenated([part.words for part in parts]),
        (np.concatenate([own[0] for own in owns]), np.concatenate([own[1] for own in owns]))
        if owns
        else None,
    )


def taken(arrays: SegmentArrays, kept: NDArray[np.int64]) -> SegmentArrays:
    """Keep some records of a segment, in order, and all of its words."""
    if len(kept) == len(arrays):
        return arrays
    own = arrays.own
    return SegmentArrays(
        arrays.rows[kept],
        arrays.labels[kept],
        PackedRows(arrays.packed).take(kept),
        arrays.postings.take(kept),
        arrays.words,
        None if own is None else (own[0][kept], own[1][kept]),
    )


def members_of(labels: NDArray[np.uint8], sectors: Sequence[str]) -> dict[str, NDArray[np.int64]]:
    """Find the positions of each sector's records, for the sectors that have some."""
    found = {}
    for bit, name in enumerate(sectors):
        has = labels[:, bit // 8] & np.uint8(1 << bit % 8)
        positions = np.flatnonzero(has)
        if len(positions):
            found[name] = positions
    return found


def label_bits(names: Sequence[Sequence[str]], sectors: Sequence[str]) -> NDArray[np.uint8]:
    """Write the sectors of n records as bits; shape (n, b)."""
    held = np.zeros((len(names), len(sectors)), dtype=bool)
    place = {name: bit for bit, name in enumerate(sectors)}
    for row, listed in enumerate(names):
        held[row, [place[name] for name in listed]] = True
    return np.packbits(held, axis=1, bitorder="little")


def coded(arrays: SegmentArrays) -> Any:
    """Vectors that dense search compares, as :class:`~matchmaker.retrieval.partitions.Coded`."""
    from matchmaker.retrieval.partitions import Coded

    if arrays.own is not None:
        return Coded([arrays.own])
    packed = arrays.packed
    return Coded(
        [
            (packed.title_codes, packed.exponents[:, 0]),
            (packed.whole_codes, packed.exponents[:, 1]),
        ]
    )


def large_indexes(arrays: SegmentArrays, sectors: Sequence[str]) -> dict[str, faiss.Index]:
    """Build an index for each partition that is too large to be read through."""
    from matchmaker.retrieval.partitions import EXACT, REST, clustered, rest

    if len(arrays) <= EXACT:
        return {}
    members = members_of(arrays.labels, sectors)
    large = {name: positions for name, positions in members.items() if len(positions) > EXACT}
    left = rest(len(arrays), members, large)
    if len(left) > EXACT:
        large[REST] = left
    vectors = coded(arrays)
    return {name: clustered(vectors, positions) for name, positions in large.items()}


def write_segment(
    folder: Path, arrays: SegmentArrays, indexes: Mapping[str, faiss.Index], sectors: Sequence[str]
) -> dict[str, Entry]:
    """Write a segment and wait until it is on the disk.

    Parameters
    ----------
    folder : Path
        Made; what an interrupted write left there is removed.
    arrays : SegmentArrays
    indexes : mapping of str to faiss.Index
        By sector.
    sectors : sequence of str
        Gives the indexes their numbers.

    Returns
    -------
    dict
        Name of each file to its size and checksum.
    """
    files.remove_folder(folder)
    folder.mkdir(parents=True)
    names = []
    for name, array in arrays.arrays().items():
        files.write_array(folder / (name + files.ARRAY), _narrow(array))
        names.append(name + files.ARRAY)
    for sector, index in indexes.items():
        name = f"{_index_number(sector, sectors)}{files.INDEX}"
        files.write_index(folder / name, index)
        names.append(name)
    files.sync(folder)
    files.sync(folder.parent)
    return {name: files.entry(folder / name) for name in names}


def _narrow(array: NDArray[Any]) -> NDArray[Any]:
    """Keep lengths in two bytes where they fit."""
    two = array.dtype == np.uint32 and array.ndim > 1 and array.max(initial=0) <= _TWO_BYTES
    return array.astype(np.uint16) if two else array


def _index_number(sector: str, sectors: Sequence[str]) -> int:
    """Give a sector's index its number; the one of what is left comes after the last."""
    return sectors.index(sector) if sector in sectors else len(sectors)


class Segment:
    """An open segment.

    Parameters
    ----------
    folder : Path
    described : mapping of str to dict
        Size and checksum of each of its files.
    sectors : sequence of str
        Of the registry, 其他 last.
    indexed : bool
        Whether its indexes are opened, too.

    Raises
    ------
    StoreError
        If a file is missing or damaged.
    """

    def __init__(
        self,
        folder: Path,
        described: Mapping[str, Entry],
        sectors: Sequence[str],
        *,
        indexed: bool = True,
    ) -> None:
        named = {
            name.removesuffix(files.ARRAY): files.map_array(folder / name, expected)
            for name, expected in described.items()
            if name.endswith(files.ARRAY)
        }
        try:
            self.arrays = SegmentArrays.of(named)
            self.packed = PackedRows(self.arrays.packed)
            self.members = members_of(self.arrays.labels, sectors)
        except KeyError as error:
            raise StoreError(f"{folder}: incomplete, {error} is missing") from error
        except (IndexError, TypeError, ValueError) as error:
            raise StoreError(f"{folder}: damaged, its files do not fit: {error}") from error
        self.folder = folder
        self.files = dict(described)
        self._sectors = tuple(sectors)
        self._indexes = {
            self._sector_of(name): files.map_index(folder / name, expected)
            for name, expected in described.items()
            if indexed and name.endswith(files.INDEX)
        }
        # Fields of the records as they are asked for; a segment never changes.
        self.columns: dict[str, tuple[NDArray[np.int32], list[Any]]] = {}

    def __len__(self) -> int:
        return len(self.arrays)

    def _sector_of(self, name: str) -> str:
        number = int(name.removesuffix(files.INDEX))
        return self._sectors[number] if number < len(self._sectors) else ""

    def dense(self) -> PartitionedVectors:
        """Search over its vectors."""
        from matchmaker.retrieval.partitions import PartitionedVectors

        return PartitionedVectors(coded(self.arrays), self.members, self._indexes)
