"""Turning records into searchable collections with a model."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from matchmaker.errors import ConfigError
from matchmaker.language.classifier import label_records
from matchmaker.language.texts import RecordText, record_text
from matchmaker.model import Model
from matchmaker.records import Achievement, Need
from matchmaker.retrieval.collection import Collection, by_id
from matchmaker.retrieval.encoders import Encoder
from matchmaker.retrieval.profiles import Profiles, TextWords, concatenate, profile
from matchmaker.retrieval.quantized import rounded

R = TypeVar("R", Need, Achievement)

Positions = tuple[NDArray[np.int64], NDArray[np.int64]]
"""Rows of the two records of each of n pairs: two arrays of shape (n,)."""

Progress = Callable[[str, int, int], None]
"""Told of long work: the name of the stage, how much of it is done, how much there is."""

_RECORDS_AT_ONCE = 1000


def no_progress(stage: str, done: int, total: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True, eq=False)
class Reading(Generic[R]):
    """Records that were read, and what was made of their texts on the way.

    Attributes
    ----------
    collection : Collection
    texts : list of RecordText
    words : TextWords
        Of the titles and then of the whole texts.
    """

    collection: Collection[R]
    texts: list[RecordText]
    words: TextWords


class Cataloguer:
    """Reads, labels and encodes records.

    Parameters
    ----------
    model : Model
    encoder : Encoder
        Its vectors are what dense search compares.
    progress : callable
        Told after every batch.
    """

    def __init__(self, model: Model, *, encoder: Encoder, progress: Progress) -> None:
        self._model = model
        self._encoder = encoder
        self._progress = progress

    def catalogue(self, records: Sequence[R]) -> Collection[R]:
        """Make a collection of records.

        Parameters
        ----------
        records : sequence of Need or of Achievement

        Returns
        -------
        Collection
            By id. A record that stands twice counts once.

        Raises
        ------
        ConfigError
            If one id stands for two different records.
        """
        distinct = distinct_records(records)
        ordered = [distinct[key] for key in sorted(distinct)]
        parts: list[Collection[R]] = []
        # An empty collection still has columns, so one empty batch is encoded.
        for start in range(0, max(len(ordered), 1), _RECORDS_AT_ONCE):
            part = ordered[start : start + _RECORDS_AT_ONCE]
            parts.append(self.read(part).collection)
            self._progress("encode", start + len(part), len(ordered))
        return Collection(
            tuple(ordered),
            tuple(labels for part in parts for labels in part.labels),
            concatenate([part.profiles for part in parts]),
            np.concatenate([part.vectors for part in parts]),
        )

    def read(self, records: Sequence[R]) -> Reading[R]:
        """Read records in one go.

        Parameters
        ----------
        records : sequence of Need or of Achievement
            By id, each once.

        Returns
        -------
        Reading
        """
        model = self._model
        texts = [record_text(record) for record in records]
        both = [text.title for text in texts] + [text.whole for text in texts]
        words = TextWords.of(both, model.terms)
        profiles = profile(texts, terms=model.terms, encoder=model.encoder, words=words)
        labels = label_records(
            records, registry=model.registry, classifier=model.classifier, texts=texts
        )
        vectors = self._vectors(records, texts, profiles)
        return Reading(Collection(tuple(records), tuple(labels), profiles, vectors), texts, words)

    def extend(self, collection: Collection[R], records: Sequence[R]) -> tuple[Collection[R], int]:
        """Add records to a collection; what is already there is not encoded again.

        Parameters
        ----------
        collection : Collection
        records : sequence of Need or of Achievement

        Returns
        -------
        collection : Collection
            The same object where nothing changed.
        changed : int
            How many records were new or replaced one of the same id.

        Raises
        ------
        ConfigError
            If one id stands for two different records among those to add.
        """
        known = {record.id: record for record in collection.records}
        distinct = distinct_records(records).values()
        fresh = [record for record in distinct if known.get(record.id) != record]
        if not fresh:
            return collection, 0
        added = self.catalogue(fresh)
        replaced = {record.id for record in added.records}
        kept = np.flatnonzero([record.id not in replaced for record in collection.records])
        return _joined(collection.take(kept), added), len(added)

    def pairs(
        self, pairs: Iterable[tuple[Need, Achievement]]
    ) -> tuple[Collection[Need], Collection[Achievement], Positions]:
        """Make collections of the records of given pairs.

        Parameters
        ----------
        pairs : iterable of (Need, Achievement), length n

        Returns
        -------
        needs, achievements : Collection
        positions : tuple of two ndarrays, each of shape (n,), int64
            Where the need and the achievement of each pair stand.

        Raises
        ------
        ConfigError
            If an id stands for two different records of one kind, or a pair does not begin with
            a need and end with an achievement.
        """
        given = list(pairs)
        asked, _ = by_kind([need for need, _ in given], expected=Need)
        _, offered = by_kind([achievement for _, achievement in given], expected=Achievement)
        needs, achievements = self.catalogue(asked), self.catalogue(offered)
        of_need = {need.id: row for row, need in enumerate(needs.records)}
        of_achievement = {record.id: row for row, record in enumerate(achievements.records)}
        rows = (
            np.array([of_need[need.id] for need, _ in given], dtype=np.int64),
            np.array([of_achievement[record.id] for _, record in given], dtype=np.int64),
        )
        return needs, achievements, rows

    def _vectors(
        self, records: Sequence[R], texts: Sequence[RecordText], profiles: Profiles
    ) -> NDArray[np.float32]:
        if self._encoder is self._model.encoder:
            return profiles.vectors
        encode = (
            self._encoder.encode_query
            if records and isinstance(records[0], Need)
            else self._encoder.encode_document
        )
        return rounded(encode([text.whole for text in texts]))


def by_kind(
    records: Iterable[Need | Achievement], *, expected: type | None = None
) -> tuple[list[Need], list[Achievement]]:
    """Sort records by kind.

    Parameters
    ----------
    records : iterable of Need or Achievement
    expected : type, optional
        The only kind allowed.

    Returns
    -------
    needs : list of Need
    achievements : list of Achievement

    Raises
    ------
    ConfigError
        If something is neither, or not of the kind expected.
    """
    needs: list[Need] = []
    achievements: list[Achievement] = []
    for record in records:
        if expected is not None and not isinstance(record, expected):
            raise ConfigError(
                f"expected records of type {expected.__name__}, got {type(record).__name__}"
            )
        if isinstance(record, Need):
            needs.append(record)
        elif isinstance(record, Achievement):
            achievements.append(record)
        else:
            raise ConfigError(f"expected Need or Achievement, got {type(record).__name__}")
    return needs, achievements


def distinct_records(records: Sequence[R]) -> dict[str, R]:
    """Map each id to its record.

    Raises
    ------
    ConfigError
        If one id stands for two different records.
    """
    distinct: dict[str, R] = {}
    for record in records:
        if distinct.setdefault(record.id, record) != record:
            raise ConfigError(
                f"id {record.id!r} stands for two different records: "
                f"{distinct[record.id].title!r} and {record.title!r}; give each its own id"
            )
    return distinct


def _joined(first: Collection[R], second: Collection[R]) -> Collection[R]:
    records = first.records + second.records
    rows = np.asarray(by_id(records), dtype=np.int64)
    both: Collection[R] = Collection(
        records,
        (*first.labels, *second.labels),
        concatenate([first.profiles, second.profiles]),
        np.concatenate([first.vectors, second.vectors]),
    )
    return both.take(rows)
