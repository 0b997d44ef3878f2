"""What happens when a record is replaced between being found and being read."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from matchmaker.errors import StoreError

S = TypeVar("S")
_TRIES = 5


class ChangedError(StoreError):
    """A record that was found has been changed since; the search must be made again."""


def latest(search: Callable[[], S]) -> S:
    """Search again if a record that was found has just been replaced by another program.

    Parameters
    ----------
    search : callable
        Takes the side anew each time.

    Raises
    ------
    ChangedError
        If that happens again and again.
    """
    for _ in range(_TRIES):
        try:
            return search()
        except ChangedError:
            continue
    return search()
