"""What the tests of the store share: one model, opened once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from forking import Forks

from matchmaker.model import Model


@pytest.fixture(scope="session")
def model() -> Model:
    return Model.load(None)


@pytest.fixture(scope="session")
def forks() -> Iterator[Forks]:
    """Starts processes that have the model already."""
    with Forks() as started:
        yield started


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where a store may be made."""
    return tmp_path / "库"
