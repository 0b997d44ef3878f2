"""Records read, labelled and packed, ready to become a segment."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from hashlib import blake2b
from multiprocessing import get_context
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matchmaker.catalogue import Cataloguer, Reading, no_progress
from matchmaker.errors import WorkerError
from matchmaker.language.sectors import SectorLabel
from matchmaker.model import Model
from matchmaker.records import Achievement, Need
from matchmaker.retrieval.collection import likeness
from matchmaker.retrieval.lexical import Postings
from matchmaker.retrieval.lexicon import GrowingLexicon
from matchmaker.retrieval.numbering import decode, encode
from matchmaker.retrieval.packed import Packed, pack
from matchmaker.retrieval.quantized import quantize
from matchmaker.store.segments import Codes, SegmentArrays, concatenated, label_bits

Record = Need | Achievement

_HALF = re.compile("[\ud800-\udfff]")

AT_ONCE = 1000
"""Records that one step reads."""


@dataclass(frozen=True, slots=True, eq=False)
class Draft:
    """n records of one kind, read by a model.

    Attributes
    ----------
    contents : list of str
        Records and labels in JSON.
    likenesses : list of int
        Equal for records that are alike.
    labels : ndarray, shape (n, b), uint8
    packed : Packed
        Their words are numbered through ``words``.
    words : list of str
    postings : Postings
    own : tuple of two ndarrays, or None
        Codes and exponents of the vectors of an encoder that is not the model's.
    """

    contents: list[str]
    likenesses: list[int]
    labels: NDArray[np.uint8]
    packed: Packed
    words: list[str]
    postings: Postings
    own: Codes | None


class Drafter:
    """Reads records.

    Parameters
    ----------
    model : Model
    cataloguer : Cataloguer
        Of that model.
    sectors : sequence of str
        Of the registry, 其他 last.
    own : bool
        Whether the cataloguer's encoder is another than the model's.
    """

    def __init__(
        self, model: Model, cataloguer: Cataloguer, sectors: Sequence[str], *, own: bool
    ) -> None:
        self._model, self._cataloguer = model, cataloguer
        self._sectors, self._own = tuple(sectors), own

    def draft(self, records: Sequence[Any]) -> Draft:
        """Read records; they must stand in order of id, each once."""
        reading: Reading[Any] = self._cataloguer.read(records)
        collection = reading.collection
        profiles = collection.profiles
        terms = self._model.terms
        lexicon = GrowingLexicon([], terms=terms, encoder=self._model.encoder)
        packed = pack(profiles, reading.texts, terms=terms, lexicon=lexicon, words=reading.words)
        pairs = list(zip(collection.records, collection.labels, strict=True))
        return Draft(
            [content(record, labels) for record, labels in pairs],
            [record_digest(record, labels) for record, labels in pairs],
            label_bits(
                [[label.name for label in labels] for labels in collection.labels], self._sectors
            ),
            packed,
            lexicon.words(),
            Postings.of(profiles.title_rows, profiles.whole_rows),
            quantize(collection.vectors) if self._own else None,
        )


def content(record: Record, labels: Sequence[SectorLabel]) -> str:
    """Write a record and its labels as JSON; fields that say nothing are left out."""
    said = {name: value for name, value in record.to_dict().items() if value}
    value = {"record": said, "labels": [asdict(label) for label in labels]}
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    try:
        text.encode()
    except UnicodeEncodeError:
        # Half of a surrogate pair, as broken exports leave it, has no UTF-8 form.
        text = _HALF.sub(lambda half: f"\\u{ord(half[0]):04x}", text)
    return text


def record_digest(record: Record, labels: tuple[SectorLabel, ...]) -> int:
    """Give a number that is equal for records that are listed as one."""
    said = repr((type(record).__name__, likeness(record, labels)))
    digest = blake2b(said.encode("utf-8", "backslashreplace"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def joined(drafts: Sequence[Draft], *, first_row: int, lexicon: GrowingLexicon) -> SegmentArrays:
    """Make one segment's arrays of drafts.

    Parameters
    ----------
    drafts : sequence of Draft, at least one
    first_row : int
        Number of the first record; the others follow.
    lexicon : GrowingLexicon
        Of all segments before; gets the new words.

    Returns
    -------
    SegmentArrays
    """
    packed = []
    for draft in drafts:
        numbers = np.array([lexicon.number(word) for word in draft.words], dtype=np.int64)
        packed.append(_renumbered(draft.packed, numbers))
    new = lexicon.fresh()
    nothing = replace_words(new)
    row = first_row
    parts: list[SegmentArrays] = []
    for draft, profiles in zip(drafts, packed, strict=True):
        rows = np.arange(row, row + len(profiles), dtype=np.uint32)
        row += len(profiles)
        words = new if not parts else nothing
        parts.append(SegmentArrays(rows, draft.labels, profiles, draft.postings, words, draft.own))
    return concatenated(parts)


def replace_words(words: Any) -> Any:
    """Give an empty list of words like another."""
    return replace(words, **{name: getattr(words, name)[:0] for name in words.__slots__})


def _renumbered(packed: Packed, numbers: NDArray[np.int64]) -> Packed:
    """Give the words of packed profiles other numbers."""
    lengths = packed.lengths.astype(np.uint32)
    found, pieces = decode(packed.words, lengths[:, 2:].ravel().astype(np.int64))
    counted = np.bincount(pieces, minlength=2 * len(packed))
    units, widths = encode(numbers[found], counted)
    lengths[:, 2:] = widths.reshape(-1, 2)
    return replace(packed, words=units, lengths=lengths)


_worker: Drafter | None = None


def _start(recipe: tuple[Any, ...]) -> None:
    global _worker
    _worker = make_drafter(*recipe)


def _work(records: Sequence[Record]) -> Draft:
    assert _worker is not None
    return _worker.draft(records)


def make_drafter(folder: str | None, registry: Any) -> Drafter:
    """Open a model and read with its own encoder."""
    model = Model.load(folder, registry=registry)
    cataloguer = Cataloguer(model, encoder=model.encoder, progress=no_progress)
    return Drafter(model, cataloguer, sector_names(model), own=False)


def sector_names(model: Model) -> tuple[str, ...]:
    """Sectors that a record may carry, 其他 last."""
    from matchmaker.language.sectors import OTHER

    return (*(name for name in model.registry.names if name != OTHER), OTHER)


def drafts_by_workers(
    parts: Sequence[Sequence[Record]], recipe: tuple[Any, ...], workers: int
) -> Iterator[Draft]:
    """Read parts in several processes; drafts come in order.

    Raises
    ------
    WorkerError
        If a process ends before its time.
    """
    from concurrent.futures.process import BrokenProcessPool

    context = get_context("spawn")
    try:
        with ProcessPoolExecutor(workers, context, _start, (recipe,)) as pool:
            yield from pool.map(_work, parts)
    except BrokenProcessPool as error:
        raise WorkerError(
            "a process that read records ended before its time (was it killed, or is "
            "'if __name__ == \"__main__\":' missing in the calling script?); nothing was added. "
            "Try again with workers=1"
        ) from error
