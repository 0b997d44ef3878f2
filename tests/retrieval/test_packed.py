"""Packed profiles: what comes out grades as what went in."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from matchmaker.language.terms import TermModel
from matchmaker.language.texts import RecordText
from matchmaker.retrieval.lexicon import GrowingLexicon, Lexicon, Words
from matchmaker.retrieval.numbering import LARGE
from matchmaker.retrieval.packed import Packed, PackedRows, pack, unpack
from matchmaker.retrieval.profiles import Profiles, TermList, profile
from matchmaker.scoring.features import pair_features
from matchmaker.testing import HashingEncoder

ENCODER = HashingEncoder(dim=32)
MANY = " ".join(f"GCr{i} 钢{chr(0x4E00 + 7 * i)}" for i in range(120))
TEXTS = [
    RecordText("钢板轧制工艺", "钢板轧制工艺 钢板开裂，钢板钢板变形"),
    RecordText("", ""),
    RecordText("没有标题的记录", "没有标题的记录，只有正文AbC 316L不锈钢"),  # cut out of the whole
    RecordText("钢板", "轧制钢板"),  # stands elsewhere in the whole
    RecordText("IGBT模块", "IGBT模块"),
    RecordText("", "只有正文 igbt IGBT"),
    RecordText("😀𠀀钢标题", "😀𠀀钢标题 正文\0空\0 ΑΣ İx"),
    RecordText("一\0二三", "一\0二三 \ud800半 四"),
    RecordText("多词", "多词 " + MANY),
    RecordText("，。", "，。 。"),
    RecordText("工艺", "工艺 " + "工艺，" * 300),
]
NEEDS = [
    RecordText("钢板轧制", "钢板轧制 316L不锈钢的工艺 GCr7"),
    RecordText("𠀀钢标题ασ", "𠀀钢标题ασ 正文 半 四 二三"),
    RecordText("", ""),
    RecordText("igbt模块", "igbt模块 没有标题 只有正文 x"),
]
# Numbers of 16 bits, just below the first that takes two units, and beyond 65,535: the second
# unit of some of these looks like the first of another pair.
STARTS = [0, LARGE - 40, 0xFFFF - 30, 0x10000 + LARGE - 20, 0x20000]


@pytest.fixture(scope="module")
def terms() -> TermModel:
    return TermModel.fit([text.whole for text in TEXTS])


def packed_from(
    texts: list[RecordText], terms: TermModel, start: int = 0
) -> tuple[Profiles, Packed, Lexicon]:
    known = [f"known{i}" for i in range(start)]
    growing = GrowingLexicon(known, terms=terms, encoder=ENCODER)
    profiles = profile(texts, terms=terms, encoder=ENCODER)
    packed = pack(profiles, texts, terms=terms, lexicon=growing)
    first = GrowingLexicon([], terms=terms, encoder=HashingEncoder(dim=32))
    first.number("filler")
    filler = first.fresh()
    repeated = Words(
        np.repeat(filler.codes, start, axis=0),
        np.repeat(filler.exponents, start),
        np.repeat(filler.columns, start),
        np.repeat(filler.rarity, start),
        np.tile(filler.spelling, start),
        np.arange(1, start + 1) * len(filler.spelling),
    )
    return profiles, packed, Lexicon([repeated, growing.fresh()] if start else [growing.fresh()])


def listed(terms: TermList) -> list[list[tuple[str, float]]]:
    return [
        [
            (terms.words[int(word)].lower(), float(rarity))
            for word, rarity in zip(terms.ids[a:b], terms.rarity[a:b], strict=True)
        ]
        for a, b in zip(terms.starts[:-1], terms.starts[1:], strict=True)
    ]


def same(found: Profiles, expected: Profiles, terms: TermModel) -> None:
    assert len(found) == len(expected)
    for view in ("title", "whole"):
        rows, wanted = getattr(found, f"{view}_rows"), getattr(expected, f"{view}_rows")
        for channel in ("characters", "words"):
            one, other = getattr(rows, channel), getattr(wanted, channel)
            assert one.shape == other.shape
            np.testing.assert_array_equal(one.indptr, other.indptr)
            np.testing.assert_array_equal(one.indices, other.indices)
            np.testing.assert_array_equal(one.data, other.data)
        for one, other in zip(terms.totals(rows), terms.totals(wanted), strict=True):
            np.testing.assert_array_equal(one, other)
        for part in ("vectors", "lengths"):
            one, other = getattr(found, f"{view}_{part}"), getattr(expected, f"{view}_{part}")
            assert one.dtype == other.dtype
            np.testing.assert_array_equal(one, other)
        words, wanted_words = getattr(found, f"{view}_terms"), getattr(expected, f"{view}_terms")
        assert listed(words) == listed(wanted_words)
        np.testing.assert_array_equal(
            words.vectors[words.ids], wanted_words.vectors[wanted_words.ids]
        )


@pytest.mark.parametrize("start", STARTS)
def test_unpacked_is_what_was_packed(start: int, terms: TermModel) -> None:
    profiles, packed, lexicon = packed_from(TEXTS, terms, start)
    same(unpack(packed, terms=terms, lexicon=lexicon), profiles, terms)
    distinct = {word for text in TEXTS for word in terms.tokenizer.terms(text.whole)}
    assert len(lexicon) >= start + len(distinct)
    units = packed.lengths[:, 2:].sum()
    assert units == len(packed.words)
    # The repeated word takes as many units as it stands there.
    assert packed.lengths[10, 3] >= 301 * (2 if start > LARGE else 1)


@pytest.mark.parametrize("start", [0, 0x10000 + LARGE - 20])
def test_grades_alike(start: int, terms: TermModel) -> None:
    profiles, packed, lexicon = packed_from(TEXTS, terms, start)
    needs = profile(NEEDS, terms=terms, encoder=ENCODER)
    rows = np.arange(len(TEXTS))
    for need in range(len(NEEDS)):
        asking = needs.take(np.array([need]))
        pairs = (np.zeros(len(rows), dtype=np.int64), rows)
        found = unpack(packed, terms=terms, lexicon=lexicon, shared_with=asking.whole_rows)
        # Only what is shared is listed; what both wholes have in common is all there.
        held = set(asking.whole_rows.characters.indices.tolist())
        kept = [column for column in profiles.whole_rows.characters.indices if column in held]
        assert found.whole_rows.characters.indices.tolist() == kept
        expected = pair_features(asking, profiles, pairs, terms=terms)
        np.testing.assert_array_equal(pair_features(asking, found, pairs, terms=terms), expected)
        # The other way round: packed records ask.
        turned = (rows, np.zeros(len(rows), dtype=np.int64))
        expected = pair_features(profiles, asking, turned, terms=terms)
        np.testing.assert_array_equal(pair_features(found, asking, turned, terms=terms), expected)


ALPHABET = st.one_of(
    st.sampled_from("钢板轧制工艺aAbB19-，。 \0µΩσΣİß\u3400\ud800\udfff🙂𠀀"),
    st.characters(exclude_categories=()),
)
TEXT = st.builds(
    lambda title, rest, apart: RecordText(title, rest if apart else f"{title} {rest}".strip()),
    st.text(ALPHABET, max_size=8),
    st.text(ALPHABET, max_size=20),
    st.booleans(),
)


@settings(max_examples=80, deadline=None)
@given(texts=st.lists(TEXT, max_size=4))
def test_any_texts(texts: list[RecordText], terms: TermModel) -> None:
    profiles, packed, lexicon = packed_from(texts, terms)
    same(unpack(packed, terms=terms, lexicon=lexicon), profiles, terms)


@pytest.mark.parametrize("rows", [[], [0], [10, 1, 1, 8], list(range(11))[::-1]])
def test_chosen_and_joined(rows: list[int], terms: TermModel) -> None:
    profiles, packed, lexicon = packed_from(TEXTS, terms, LARGE - 40)
    chosen = np.array(rows, dtype=np.int64)
    taken = PackedRows(packed).take(chosen)
    assert len(PackedRows(packed)) == len(TEXTS)
    assert len(taken) == len(rows)
    same(unpack(taken, terms=terms, lexicon=lexicon), profiles.take(chosen), terms)
    np.testing.assert_array_equal(packed.vectors(chosen), profiles.vectors[chosen])
    halves = [PackedRows(packed).take(part) for part in (np.arange(4), np.arange(4, len(TEXTS)))]
    joined = Packed.concatenated(halves)
    for field in fields(Packed):
        one: NDArray[np.generic] = getattr(joined, field.name)
        np.testing.assert_array_equal(one, getattr(packed, field.name))


def test_parts_of_rows_cannot_be_packed(terms: TermModel) -> None:
    _, packed, lexicon = packed_from(TEXTS, terms)
    again = unpack(packed, terms=terms, lexicon=lexicon)
    growing = GrowingLexicon([], terms=terms, encoder=ENCODER)
    with pytest.raises(ValueError, match="cannot be packed"):
        pack(again, TEXTS, terms=terms, lexicon=growing)
