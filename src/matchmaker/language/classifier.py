"""Predicting the sectors of a text that does not declare them.

One logistic regression a sector over hashed character n-grams, with a calibrated probability and
a threshold each; where no sector reaches its threshold the answer is 其他. Fitting is in
:mod:`matchmaker.training.sectors`; here only numpy and scipy are needed.
"""

from __future__ import annotations

import os
import re
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from matchmaker.errors import ModelError
from matchmaker.language.ngrams import character_counts
from matchmaker.language.sectors import OTHER, SectorLabel, SectorRegistry
from matchmaker.language.texts import record_text
from matchmaker.records import Achievement, Need

FEATURE_COLUMNS = 1 << 16
"""Columns of :func:`sector_features`."""

_FORMAT = 1
_PARTS = re.compile(r"[\s,，、;；/|()（）]+")
_DAMAGED = (zipfile.BadZipFile, zlib.error)
_BATCH = 2000
# What a text is about stands early; a long appendix would only cost time.
_LONGEST = 2000


@dataclass(frozen=True, slots=True, eq=False)
class SectorParameters:
    """What a :class:`SectorClassifier` knows, for sectors in the order of `sectors`.

    Attributes
    ----------
    sectors : tuple of str, length s
    weights : ndarray, shape (FEATURE_COLUMNS, s), float32
        Of the logistic regressions.
    intercepts : ndarray, shape (s,), float32
    slopes, offsets : ndarray, shape (s,), float32
        Of Platt's calibration: the probability is sigmoid(slope * logit + offset).
    thresholds : ndarray, shape (s,), float32
        Probability from which a sector is given, in (0, 1].
    """

    sectors: tuple[str, ...]
    weights: NDArray[np.float32]
    intercepts: NDArray[np.float32]
    slopes: NDArray[np.float32]
    offsets: NDArray[np.float32]
    thresholds: NDArray[np.float32]


def sector_features(texts: Sequence[str]) -> sp.csr_array:
    """Turn texts into the rows that the classifier weighs.

    Parameters
    ----------
    texts : sequence of str, length n
        Of :func:`~matchmaker.language.normalize.matching_text`; only the first 2,000 characters
        of each count.

    Returns
    -------
    scipy.sparse.csr_array, shape (n, FEATURE_COLUMNS), float32
        1 + ln count of each hashed character 2- and 3-gram, rows of length 1; the row of a text
        without n-grams is empty.
    """
    rows = character_counts([text[:_LONGEST] for text in texts], columns=FEATURE_COLUMNS)
    rows.data = 1 + np.log(rows.data)
    lengths = np.sqrt(rows.power(2).sum(axis=1))
    rows.data /= np.repeat(lengths, np.diff(rows.indptr)).astype(np.float32)
    return rows


class SectorClassifier:
    """Several sectors for a text, each with a probability, or 其他.

    Parameters
    ----------
    registry : SectorRegistry
        Gives the order of the labels. Sectors that the parameters do not know are never
        predicted: records get them by declaring them, or by a code.
    parameters : SectorParameters
        As fitted.

    Raises
    ------
    ModelError
        If a sector of the parameters is not in the registry, an array has the wrong shape or
        holds a value that is not finite.
    """

    def __init__(self, registry: SectorRegistry, parameters: SectorParameters) -> None:
        missing = [name for name in parameters.sectors if name not in registry.names]
        if missing:
            raise ModelError(
                f"the classifier predicts {'、'.join(missing)}, which the registry "
                f"{registry.version!r} does not list (it lists {'、'.join(registry.names)}): "
                "add them to the registry, or fit a classifier to it with "
                "matchmaker.training.sectors"
            )
        _check(parameters)
        self.registry = registry
        self.parameters = parameters

    @classmethod
    def load(cls, path: str | Path, registry: SectorRegistry) -> SectorClassifier:
        """Read what :meth:`save` wrote.

        Parameters
        ----------
        path : str or Path
            An .npz file; objects inside it are refused, so it cannot run code.
        registry : SectorRegistry

        Returns
        -------
        SectorClassifier

        Raises
        ------
        ModelError
            If the file is missing, damaged, of another format, or does not fit the registry.
        """
        try:
            with Path(path).open("rb") as file, np.load(file, allow_pickle=False) as arrays:
                if int(arrays["format"]) != _FORMAT:
                    raise ModelError(f"{path}: format {int(arrays['format'])} is not {_FORMAT}")
                parameters = SectorParameters(
                    sectors=tuple(str(name) for name in arrays["sectors"]),
                    weights=arrays["weights"].astype(np.float32),
                    intercepts=arrays["intercepts"],
                    slopes=arrays["slopes"],
                    offsets=arrays["offsets"],
                    thresholds=arrays["thresholds"],
                )
        except (OSError, KeyError, ValueError, TypeError, EOFError, *_DAMAGED) as error:
            raise ModelError(f"{path}: cannot be read as a sector classifier: {error}") from error
        return cls(registry, parameters)

    def adapted(self, registry: SectorRegistry) -> SectorClassifier:
        """Predict the sectors of another registry, as far as it names the same ones.

        Parameters
        ----------
        registry : SectorRegistry
            The user's own. A sector is carried over to the one that has its name or has it among
            its aliases; what no sector of the registry stands for is no longer predicted.

        Returns
        -------
        SectorClassifier
            Where several sectors go over to one, the surer prediction counts.
        """
        p = self.parameters
        names = [registry.resolve(name) for name in p.sectors]
        kept = [i for i, name in enumerate(names) if name in registry.names]
        parameters = SectorParameters(
            sectors=tuple(str(names[i]) for i in kept),
            weights=p.weights[:, kept],
            intercepts=p.intercepts[kept],
            slopes=p.slopes[kept],
            offsets=p.offsets[kept],
            thresholds=p.thresholds[kept],
        )
        return SectorClassifier(registry, parameters)

    def save(self, path: str | Path) -> None:
        """Write an .npz file, the weights as 16-bit floats.

        Parameters
        ----------
        path : str or Path
            Replaced in one step, so an interruption leaves the old file or the new one.
        """
        target = Path(path)
        temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
        p = self.parameters
        try:
            with temporary.open("wb") as file:
                np.savez_compressed(
                    file,
                    format=np.int64(_FORMAT),
                    sectors=np.array(p.sectors, dtype=np.str_),
                    weights=p.weights.astype(np.float16),
                    intercepts=p.intercepts,
                    slopes=p.slopes,
                    offsets=p.offsets,
                    thresholds=p.thresholds,
                )
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)

    def probabilities(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Estimate how likely each sector is.

        Parameters
        ----------
        texts : sequence of str, length n
            Of :func:`~matchmaker.language.normalize.matching_text`.

        Returns
        -------
        ndarray, shape (n, s), float32
            In [0, 1], columns in the order of ``parameters.sectors``. Rows do not sum to 1: a
            text may belong to several sectors or none. A text without a letter or Chinese
            character has a row of zeros: nothing speaks for any sector.
        """
        p = self.parameters
        result = np.zeros((len(texts), len(p.sectors)), dtype=np.float32)
        for start in range(0, len(texts), _BATCH):
            rows = sector_features(texts[start : start + _BATCH])
            logits = rows @ p.weights + p.intercepts
            part = 1 / (1 + np.exp(-(logits * p.slopes + p.offsets)))
            part[np.diff(rows.indptr) == 0] = 0
            result[start : start + _BATCH] = part
        return result

    def predict(self, texts: Sequence[str]) -> list[tuple[SectorLabel, ...]]:
        """Label texts.

        Parameters
        ----------
        texts : sequence of str, length n
            Of :func:`~matchmaker.language.normalize.matching_text`.

        Returns
        -------
        list of tuple of SectorLabel, length n
            Never empty: the sectors that reach their thresholds, the surest first and in registry
            order where equal, or 其他 alone. The confidence of 其他 is one less the highest
            probability of a sector, and 0 for a text that says nothing: that is missing
            evidence, not evidence for 其他.
        """
        names, thresholds = self.parameters.sectors, self.parameters.thresholds
        place = {name: i for i, name in enumerate(self.registry.names)}
        labels: list[tuple[SectorLabel, ...]] = []
        for row in self.probabilities(texts):
            found = [
                SectorLabel(name, float(p), "predicted")
                for name, p, least in zip(names, row, thresholds, strict=True)
                if p >= least
            ]
            found.sort(key=lambda label: (-label.confidence, place[label.name]))
            surest = {label.name: label for label in reversed(found)}
            found = [label for label in found if surest[label.name] is label]
            if not found:
                top = float(row.max(initial=0.0))
                found = [SectorLabel(OTHER, 1 - top if top > 0 else 0.0, "predicted")]
            labels.append(tuple(found))
        return labels


def label_records(
    records: Sequence[Need | Achievement],
    *,
    registry: SectorRegistry,
    classifier: SectorClassifier,
) -> list[tuple[SectorLabel, ...]]:
    """Label records: by what they declare, by their codes, or by their text.

    Parameters
    ----------
    records : sequence of Need or Achievement, length n
    registry : SectorRegistry
    classifier : SectorClassifier
        Asked only about records that bring no known sector and no known code.

    Returns
    -------
    list of tuple of SectorLabel, length n
        Never an empty tuple. Declared sectors go before codes, codes before the industry and all
        before the text. An industry counts as declared where it, or a part of it, names a sector,
        and as a code where it has the form of one; an industry 其他 says nothing.
    """
    labels = [_declared(record, registry) for record in records]
    unknown = [i for i, known in enumerate(labels) if not known]
    texts = [classification_text(records[i]) for i in unknown]
    for i, predicted in zip(unknown, classifier.predict(texts), strict=True):
        labels[i] = predicted
    return labels


def classification_text(record: Need | Achievement) -> str:
    """Collect what the classifier reads of a record.

    Parameters
    ----------
    record : Need or Achievement

    Returns
    -------
    str
        Title and whole text, so that the title, which is the densest, counts twice.
    """
    text = record_text(record)
    return f"{text.title} {text.whole}".strip()


def _declared(record: Need | Achievement, registry: SectorRegistry) -> tuple[SectorLabel, ...]:
    known = registry.declared(record.sectors, record.codes)
    if known or not record.industry:
        return known
    # An industry is often written as "C3120 炼钢" or "钢铁、有色".
    parts = [record.industry, *_PARTS.split(record.industry)]
    # An enterprise outside every sector may well look for something inside one.
    named = [part for part in parts if registry.resolve(part) != OTHER]
    return registry.declared(named, parts)


def _check(parameters: SectorParameters) -> None:
    count = len(parameters.sectors)
    shapes = {
        "weights": (FEATURE_COLUMNS, count),
        "intercepts": (count,),
        "slopes": (count,),
        "offsets": (count,),
        "thresholds": (count,),
    }
    for name, shape in shapes.items():
        array = getattr(parameters, name)
        if array.shape != shape:
            raise ModelError(f"{name} has shape {array.shape}, expected {shape}")
        if not np.isfinite(array).all():
            raise ModelError(f"{name} holds a value that is not finite")
