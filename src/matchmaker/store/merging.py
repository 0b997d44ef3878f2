"""When segments are put together, so that a search never has many to look through."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from matchmaker.retrieval.lexical import MOST_TEXTS
from matchmaker.store.database import KINDS, Listed
from matchmaker.store.making import Making
from matchmaker.store.writing import Writer

# A segment is left alone while it is this many times larger than all after it.
_RATIO = 4
# No segment grows beyond this, so that putting some together stays within memory.
LARGEST = MOST_TEXTS
# Up to here it is done before adding returns: a fraction of a second.
_AT_ONCE = 1 << 15


def due(sizes: Sequence[int]) -> int | None:
    """Say from where on segments should be put together.

    Parameters
    ----------
    sizes : sequence of int
        Records of each segment, in order.

    Returns
    -------
    int or None
        Position of the first; None if they are fine as they are. Sizes then fall by a factor, so
        their number grows with the logarithm of the records, and each record is written anew as
        often.
    """
    start, total = len(sizes) - 1, sum(sizes[-1:])
    while start > 0 and sizes[start - 1] < _RATIO * total and total + sizes[start - 1] <= LARGEST:
        start -= 1
        total += sizes[start]
    return start if start < len(sizes) - 1 else None


class Merger:
    """Puts segments together, large ones in the background.

    Parameters
    ----------
    writer : Writer
    making : callable
        Gives the model.
    """

    def __init__(self, writer: Writer, making: Callable[[], Making]) -> None:
        self._writer, self._making = writer, making
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    def consider(self) -> None:
        """Put together what is due: small segments now, large ones in the background."""
        with _told():
            self._merge(_AT_ONCE)
            with self._starting:
                running = self._thread is not None and self._thread.is_alive()
                if not running and self._due(LARGEST) is not None:
                    self._thread = threading.Thread(target=self._work, name="matchmaker-merging")
                    self._thread.start()

    def close(self) -> None:
        """Wait until the work in the background is done."""
        if self._thread is not None:
            self._thread.join()

    def _work(self) -> None:
        with _told():
            self._merge(LARGEST)

    def _merge(self, most: int) -> None:
        while (group := self._due(most)) is not None:
            self._writer.merge(group, self._making())

    def _due(self, most: int) -> list[Listed] | None:
        """Adjacent segments to put together, with at most so many records."""
        segments = self._writer.database.state().segments
        for kind in range(len(KINDS)):
            group = [listed for listed in segments if listed.kind == kind]
            start = due([listed.size for listed in group])
            if start is not None and sum(listed.size for listed in group[start:]) <= most:
                return group[start:]
        return None


@contextmanager
def _told() -> Iterator[None]:
    """Say what fails, no more: what was added is safe, and the next addition tries again."""
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        logging.getLogger(__name__).warning("segments could not be put together: %s", error)
