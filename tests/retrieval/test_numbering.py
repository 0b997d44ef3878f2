"""Numbers of words in one or two units of 16 bits."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaker.retrieval.numbering import LARGE, decode, encode

NUMBERS = st.one_of(
    st.integers(0, 99),
    st.integers(LARGE - 2, LARGE + 2),
    # The second unit of these looks like the first unit of a pair.
    st.integers(0xF000, 0xFFFF).map(lambda low: (3 << 16) + low),
    st.integers(LARGE, (1 << 28) - 1),
)


@given(st.lists(st.lists(NUMBERS, max_size=6), max_size=6))
def test_what_is_written_is_read(pieces: list[list[int]]) -> None:
    numbers = np.array([number for piece in pieces for number in piece], dtype=np.int64)
    units, widths = encode(numbers, np.array([len(piece) for piece in pieces], dtype=np.int64))
    assert units.dtype == np.uint16
    assert widths.tolist() == [sum(1 + (number >= LARGE) for number in piece) for piece in pieces]
    read, places = decode(units, widths)
    assert read.tolist() == numbers.tolist()
    assert places.tolist() == [at for at, piece in enumerate(pieces) for _ in piece]


@pytest.mark.parametrize(
    ("number", "units"),
    [(0, [0]), (LARGE - 1, [0xEFFF]), (LARGE, [0xF000, 0xF000]), (0x2F123, [0xF002, 0xF123])],
)
def test_units_are_as_worked_out_by_hand(number: int, units: list[int]) -> None:
    written, widths = encode(np.array([number]), np.array([1]))
    assert written.tolist() == units
    assert widths.tolist() == [len(units)]
