"""Predicting the sectors of a text that does not declare them.

One logistic regression a sector over hashed character n-grams, with a calibrated probability and
a threshold each; where no sector reaches its threshold the answer is 其他. Fitting is in
:mod:`matchmaker.training.sectors`; here only numpy and scipy are needed, except to learn a new
sector from a user's examples, in :mod:`matchmaker.language.new_sectors`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from matchmaker.errors import ConfigError, ModelError
from matchmaker.language.new_sectors import extended
from matchmaker.language.sector_parameters import (
    SectorParameters,
    check_parameters,
    read_parameters,
    sector_features,
    write_parameters,
)
from matchmaker.language.sectors import OTHER, SectorLabel, SectorRegistry
from matchmaker.language.texts import RecordText, record_text
from matchmaker.records import Achievement, Need

_PARTS = re.compile(r"[\s,，、;；/|()（）]+")
_BATCH = 2000


class SectorClassifier:
    """Several sectors for a text, each with a probability, or 其他.

    Parameters
    ----------
    registry : SectorRegistry
        Gives the order of the labels. Sectors that the parameters do not know are never
        predicted: records get them by declaring them, or by a code. :meth:`with_examples` adds
        one.
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
                "add them to the registry, or use adapted(registry)"
            )
        check_parameters(parameters)
        # Rows side by side; a file has columns side by side, which each product would copy over.
        self._weights = np.ascontiguousarray(parameters.weights)
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
        return cls(registry, read_parameters(Path(path)))

    def adapted(self, registry: SectorRegistry) -> SectorClassifier:
        """Predict the sectors of another registry, as far as it names the same ones.

        Parameters
        ----------
        registry : SectorRegistry
            The user's own. A sector is carried over to the one that has its name or has it among
            its aliases; what no sector of the registry stands for is no longer predicted. A
            sector that brings examples is learned from them.

        Returns
        -------
        SectorClassifier
            Where several sectors go over to one, the surer prediction counts.

        Raises
        ------
        ConfigError
            If a sector brings fewer than five different examples, or examples though it is
            predicted already.
        ModelError
            If a sector brings examples and the classifier holds no background.
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
            background=p.background,
        )
        new = [sector for sector in registry.sectors if sector.examples]
        return SectorClassifier(registry, extended(parameters, new) if new else parameters)

    def with_examples(
        self, registry: SectorRegistry, examples: Mapping[str, Sequence[str]]
    ) -> SectorClassifier:
        """Learn sectors that this classifier does not know, each from a handful of texts.

        Nothing is trained anew and no training text is needed: the examples are told apart from
        the mean features of whole disciplines and patent classes that ship with the classifier.

        Parameters
        ----------
        registry : SectorRegistry
            Lists the new sectors beside those to keep.
        examples : mapping of str to sequence of str
            Texts of each new sector, by its name or an alias, in any spelling; 10 to 20 texts
            such as titles of needs work well, five is the least. Added to the examples that the
            registry itself brings.

        Returns
        -------
        SectorClassifier
            Can be saved and loaded with the registry; the texts are not kept in it.

        Raises
        ------
        ConfigError
            If the registry does not list a sector, or as in :meth:`adapted`.
        ModelError
            If the classifier holds no background.

        Examples
        --------
        >>> from matchmaker.language.classifier import SectorClassifier
        >>> from matchmaker.language.sectors import Sector, SectorRegistry
        >>> from matchmaker.model import shipped_folder
        >>> folder = shipped_folder() / "sectors"
        >>> shipped = SectorRegistry.load(folder / "registry.json")
        >>> classifier = SectorClassifier.load(folder / "classifier.npz", shipped)
        >>> own = SectorRegistry([*shipped.sectors, Sector("现代农业", "Farming")], version="1")
        >>> texts = ["水稻育秧技术", "小麦高产栽培", "奶牛饲养", "温室番茄病害防治", "果园灌溉"]
        >>> extended = classifier.with_examples(own, {"现代农业": texts})
        >>> extended.predict(["玉米栽培与病害防治"])[0][0].name
        '现代农业'
        """
        return self.adapted(registry.with_examples(examples))

    def save(self, path: str | Path) -> None:
        """Write an .npz file, the weights as 16-bit floats.

        Parameters
        ----------
        path : str or Path
            Replaced in one step, so an interruption leaves the old file or the new one.
        """
        write_parameters(self.parameters, Path(path))

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
            logits = rows @ self._weights + p.intercepts
            part = expit(logits * p.slopes + p.offsets)
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
        probabilities = self.probabilities(texts)
        reached = probabilities >= thresholds
        for row, given in zip(probabilities, reached, strict=True):
            found = [
                SectorLabel(names[i], float(row[i]), "predicted") for i in np.flatnonzero(given)
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
    texts: Sequence[RecordText] | None = None,
) -> list[tuple[SectorLabel, ...]]:
    """Label records: by what they declare, by their codes, or by their text.

    Parameters
    ----------
    records : sequence of Need or Achievement, length n
    registry : SectorRegistry
    classifier : SectorClassifier
        Asked only about records that bring no known sector and no known code.
    texts : sequence of RecordText, length n, optional
        Of the records, where the caller has collected them already.

    Returns
    -------
    list of tuple of SectorLabel, length n
        Never an empty tuple. Declared sectors go before codes, codes before the industry and all
        before the text. An industry counts as declared where it, or a part of it, names a sector,
        and as a code where it has the form of one; an industry 其他 says nothing.
    """
    labels = [_declared(record, registry) for record in records]
    unknown = [i for i, known in enumerate(labels) if not known]
    read = [_read(record_text(records[i]) if texts is None else texts[i]) for i in unknown]
    for i, predicted in zip(unknown, classifier.predict(read), strict=True):
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
    return _read(record_text(record))


def _read(text: RecordText) -> str:
    return f"{text.title} {text.whole}".strip()


def declared_examples(records: Iterable[Need | Achievement]) -> dict[str, list[str]]:
    """Collect texts of records by the sectors that they declare.

    Parameters
    ----------
    records : iterable of Need or Achievement

    Returns
    -------
    dict of str to list of str
        For :meth:`SectorClassifier.with_examples`: what the classifier reads of each record, by
        sector as declared; a record of two sectors stands in both.

    Raises
    ------
    ConfigError
        If a record declares no sector, naming it.
    """
    found: dict[str, list[str]] = {}
    for record in records:
        if not record.sectors:
            raise ConfigError(
                f"example {record.id!r} ({record.title[:20]}) declares no sector: fill in its "
                "column 领域 or sector"
            )
        for sector in record.sectors:
            found.setdefault(sector, []).append(classification_text(record))
    return found


def _declared(record: Need | Achievement, registry: SectorRegistry) -> tuple[SectorLabel, ...]:
    known = registry.declared(record.sectors, record.codes)
    if known or not record.industry:
        return known
    # An industry is often written as "C3120 炼钢" or "钢铁、有色".
    parts = [record.industry, *_PARTS.split(record.industry)]
    # An enterprise outside every sector may well look for something inside one.
    named = [part for part in parts if registry.resolve(part) != OTHER]
    return registry.declared(named, parts)
