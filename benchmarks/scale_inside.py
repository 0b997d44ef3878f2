"""The few places where `benchmarks.scale` looks inside the library.

A user asks a matcher; whether its dense channel finds what exact search finds, and what it costs
above FAISS, can only be seen from inside.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.scale_records import Work
from matchmaker import Matcher, Need
from matchmaker.catalogue import Cataloguer
from matchmaker.model import Model

if TYPE_CHECKING:
    from matchmaker.store import Store

Floats = NDArray[np.float32]


def open_warm(work: Work, n: int) -> Matcher:
    """Open the store of n records and warm it up."""
    matcher = Matcher.open(work.store(n))
    matcher.warm_up()
    return matcher


class DenseChannel:
    """The dense channel of a store's achievements, alone.

    Parameters
    ----------
    store : Store
        Kept open by the caller.
    """

    def __init__(self, store: Store) -> None:
        self._side: Any = store.side("achievements")
        model = Model.load()
        self._cataloguer = Cataloguer(model, encoder=model.encoder, progress=lambda *_: None)

    def encoded(self, need: Need) -> Floats:
        """Return what dense search compares of a need; shape (1, dim)."""
        vectors: Floats = self._cataloguer.catalogue([need]).vectors
        return vectors

    def search(self, query: Floats, k: int, sector: str | None) -> NDArray[np.int64]:
        """Return the k nearest documents of one query, best first; -1 where there are no more."""
        found: NDArray[np.int64] = self._side.nearest(query, k, sector=sector)[0]
        return found

    def ids(self, needs: Sequence[Need], k: int, sector: str | None) -> list[list[str]]:
        """Return the ids of the k nearest records of each need, best first."""
        found = []
        for need in needs:
            documents = self.search(self.encoded(need), k, sector)
            records = self._side.records_of(documents[documents >= 0])
            found.append([record.id for record in records])
        return found
