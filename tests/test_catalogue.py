"""Cataloguing: order, labels, batches, growing, and somebody else's encoder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
import pytest
from numpy.typing import NDArray

from matchmaker import catalogue as module
from matchmaker.catalogue import Cataloguer
from matchmaker.errors import ConfigError
from matchmaker.language.classifier import SectorClassifier
from matchmaker.language.sector_parameters import FEATURE_COLUMNS, SectorParameters
from matchmaker.language.sectors import Sector, SectorLabel, SectorRegistry
from matchmaker.language.terms import TermModel
from matchmaker.language.texts import record_text
from matchmaker.model import Model
from matchmaker.records import Achievement, Need, Origin
from matchmaker.retrieval.collection import Collection
from matchmaker.retrieval.profiles import TextWords, profile
from matchmaker.scoring.features import FEATURES, SIMILARITY_FEATURES
from matchmaker.scoring.grader import TreeGrader
from matchmaker.scoring.trees import Trees
from matchmaker.testing import HashingEncoder


class Counting(HashingEncoder):
    """Remembers what it was asked, and by which role."""

    def __init__(self, dim: int) -> None:
        super().__init__(dim)
        self.asked: list[tuple[str, list[str]]] = []

    def encode_query(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked.append(("query", list(texts)))
        return super().encode_query(texts)

    def encode_document(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked.append(("document", list(texts)))
        return super().encode_query(texts)


def made_model() -> Model:
    registry = SectorRegistry([Sector("冶金", "metallurgy"), Sector("信息技术", "it")], version="t")
    two = np.zeros(2, dtype=np.float32)
    parameters = SectorParameters(
        sectors=registry.names,
        weights=np.zeros((FEATURE_COLUMNS, 2), dtype=np.float32),
        intercepts=two,
        slopes=two + 1,
        offsets=two,
        thresholds=np.array([0.5, 0.6], dtype=np.float32),
    )
    nothing = np.zeros(1, dtype=np.int32)
    leaf = Trees(
        roots=nothing, feature=nothing - 1, threshold=np.zeros(1, dtype=np.float32),
        left=nothing, right=nothing, value=np.zeros(1), baseline=0.5, depth=0,
    )  # fmt: skip
    return Model(
        version="t",
        fingerprint="t",
        terms=TermModel.fit(["钢板轧制", "电池材料", "工艺"]),
        encoder=cast(Any, Counting(16)),
        registry=registry,
        classifier=SectorClassifier(registry, parameters),
        grader=TreeGrader(
            FEATURES,
            [leaf] * 3,
            usual=np.ones((2, len(SIMILARITY_FEATURES)), dtype=np.float32),
        ),
    )


MODEL = made_model()
NEEDS = [
    Need(id="N3", title="钢板轧制开裂", sectors=("冶金",)),
    Need(id="N1", title="电池材料"),
    Need(id="N2", body="轧制工艺。其余"),
    Need(id="N10", title="IGBT", codes=("无",)),
]


@pytest.fixture
def told() -> list[tuple[str, int, int]]:
    return []


@pytest.fixture
def cataloguer(told: list[tuple[str, int, int]]) -> Cataloguer:
    return Cataloguer(MODEL, encoder=MODEL.encoder, progress=lambda *step: told.append(step))


def ids(collection: Collection[Need] | Collection[Achievement]) -> list[str]:
    return [record.id for record in collection.records]


def same(first: Collection[Need], second: Collection[Need]) -> None:
    assert first.records == second.records
    assert first.labels == second.labels
    np.testing.assert_array_equal(first.vectors, second.vectors)
    for view in ("title", "whole"):
        for part in ("vectors", "lengths"):
            one, other = (getattr(side.profiles, f"{view}_{part}") for side in (first, second))
            assert one.dtype == other.dtype
            np.testing.assert_array_equal(one, other)
        rows, wanted = (getattr(side.profiles, f"{view}_rows") for side in (first, second))
        np.testing.assert_array_equal(rows.norms, wanted.norms)
        for channel in ("characters", "words"):
            for part in ("indptr", "indices", "data"):
                np.testing.assert_array_equal(
                    getattr(getattr(rows, channel), part), getattr(getattr(wanted, channel), part)
                )
    for view in ("title_terms", "whole_terms"):
        a, b = getattr(first.profiles, view), getattr(second.profiles, view)
        np.testing.assert_array_equal(a.starts, b.starts)
        np.testing.assert_array_equal(a.rarity, b.rarity)
        assert [a.words[i] for i in a.ids] == [b.words[i] for i in b.ids]
        np.testing.assert_array_equal(a.vectors[a.ids], b.vectors[b.ids])


def test_records_stand_by_id_with_labels_and_profiles(cataloguer: Cataloguer) -> None:
    made = cataloguer.catalogue(NEEDS)
    assert ids(made) == ["N1", "N10", "N2", "N3"]
    predicted = (SectorLabel("冶金", 0.5, "predicted"),)
    declared = (SectorLabel("冶金", 1.0, "declared"),)
    assert made.labels == (predicted, predicted, predicted, declared)
    texts = [record_text(record) for record in made.records]
    expected = profile(texts, terms=MODEL.terms, encoder=HashingEncoder(16))
    np.testing.assert_array_equal(made.profiles.whole_vectors, expected.whole_vectors)
    np.testing.assert_array_equal(made.vectors, expected.vectors)


def test_records_read_in_one_go(
    cataloguer: Cataloguer, told: list[tuple[str, int, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_RECORDS_AT_ONCE", 1)
    whole = cataloguer.catalogue(NEEDS)
    told.clear()
    reading = cataloguer.read(whole.records)
    assert told == []
    same(reading.collection, whole)
    assert reading.texts == [record_text(record) for record in whole.records]
    assert [text.title for text in reading.texts] == [
        "电池材料",
        "IGBT",
        "轧制工艺",
        "钢板轧制开裂",
    ]
    titles, wholes = ([getattr(t, name) for t in reading.texts] for name in ("title", "whole"))
    expected = TextWords.of([*titles, *wholes], MODEL.terms)
    words = reading.words
    assert (words.spelling, words.lower) == (expected.spelling, expected.lower)
    for part in ("folded", "columns", "rarity", "flat", "bounds"):
        np.testing.assert_array_equal(getattr(words, part), getattr(expected, part))
    # Titles first, and of every word how it is written.
    spelled = [words.spelling[word] for word in words.flat.tolist()]
    assert len(words.bounds) == 2 * len(NEEDS) + 1
    assert spelled[words.bounds[1] : words.bounds[2]] == ["IGBT"]
    assert words.lower[words.folded[words.spelling.index("IGBT")]] == "igbt"


def test_reading_nothing(cataloguer: Cataloguer) -> None:
    none: list[Need] = []
    reading = cataloguer.read(none)
    assert (len(reading.collection), reading.texts) == (0, [])
    assert reading.words.bounds.tolist() == [0]


def test_order_of_arrival_changes_nothing(cataloguer: Cataloguer) -> None:
    whole = cataloguer.catalogue(NEEDS)
    for order in ([3, 2, 1, 0], [1, 3, 0, 2]):
        same(cataloguer.catalogue([NEEDS[i] for i in order]), whole)


@pytest.mark.parametrize("size", [1, 2, 3, 4, 1000])
def test_batches_change_nothing_and_are_told(
    size: int,
    cataloguer: Cataloguer,
    told: list[tuple[str, int, int]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = cataloguer.catalogue(NEEDS)
    told.clear()
    monkeypatch.setattr(module, "_RECORDS_AT_ONCE", size)
    same(cataloguer.catalogue(NEEDS), whole)
    assert [step[1] for step in told] == [min(done, 4) for done in range(size, 4 + size, size)]
    assert {(step[0], step[2]) for step in told} == {("encode", 4)}


def test_no_record(cataloguer: Cataloguer) -> None:
    empty: Collection[Need] = cataloguer.catalogue([])
    assert len(empty) == 0
    assert empty.vectors.shape == (0, 16)
    grown, changed = cataloguer.extend(empty, NEEDS)
    assert changed == 4
    same(grown, cataloguer.catalogue(NEEDS))
    assert cataloguer.extend(empty, []) == (empty, 0)


def test_the_same_record_twice_counts_once(cataloguer: Cataloguer) -> None:
    elsewhere = Need(id="N1", title="电池材料", origin=Origin("b.csv", "", 3))
    same(cataloguer.catalogue([*NEEDS, NEEDS[0], elsewhere]), cataloguer.catalogue(NEEDS))


def test_two_records_of_one_id_are_refused(cataloguer: Cataloguer) -> None:
    other = Need(id="N1", title="别的")
    with pytest.raises(ConfigError, match=r"'N1'.*'电池材料' and '别的'"):
        cataloguer.catalogue([*NEEDS, other])
    empty: Collection[Need] = cataloguer.catalogue([])
    with pytest.raises(ConfigError, match="'N1'"):
        cataloguer.extend(empty, [*NEEDS, other])


def test_two_records_of_one_id_are_refused_even_if_one_is_known(cataloguer: Cataloguer) -> None:
    known = cataloguer.catalogue(NEEDS)
    with pytest.raises(ConfigError, match="'N1'"):
        cataloguer.extend(known, [NEEDS[1], Need(id="N1", title="别的")])


def test_growing_encodes_only_what_is_new(cataloguer: Cataloguer) -> None:
    encoder = MODEL.encoder
    assert isinstance(encoder, Counting)
    half = cataloguer.catalogue(NEEDS[:2])
    encoder.asked.clear()
    grown, changed = cataloguer.extend(half, NEEDS)
    assert changed == 2
    assert not any("钢板" in text for _, texts in encoder.asked for text in texts)
    same(grown, cataloguer.catalogue(NEEDS))
    encoder.asked.clear()
    assert cataloguer.extend(grown, NEEDS[::-1]) == (grown, 0)
    assert encoder.asked == []


def test_a_changed_record_replaces_the_old(cataloguer: Cataloguer) -> None:
    known = cataloguer.catalogue(NEEDS)
    newer = Need(id="N2", title="钢板")
    grown, changed = cataloguer.extend(known, [newer, NEEDS[0]])
    assert changed == 1
    same(grown, cataloguer.catalogue([newer, *(n for n in NEEDS if n.id != "N2")]))
    assert ids(known) == ids(grown)
    assert known.records[2].title == ""
    everything, changed = cataloguer.extend(grown, [Need(id=n.id, title="x") for n in NEEDS])
    assert changed == len(everything) == 4
    assert {record.title for record in everything.records} == {"x"}


def test_somebody_else_s_encoder_is_asked_by_role() -> None:
    own = Counting(24)
    cataloguer = Cataloguer(MODEL, encoder=own, progress=lambda *step: None)
    needs = cataloguer.catalogue(NEEDS[:1])
    achievements = cataloguer.catalogue([Achievement(id="A", title="钢板", body="耐磨")])
    assert own.asked == [("query", ["钢板轧制开裂"]), ("document", ["钢板 耐磨"])]
    assert needs.vectors.shape == achievements.vectors.shape == (1, 24)
    # Grading keeps to the model's own vectors.
    assert needs.profiles.whole_vectors.shape == (1, 16)
    empty: Collection[Need] = cataloguer.catalogue([])
    assert empty.vectors.shape == (0, 24)
