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


def settled(look: Callable[[], S], generation: Callable[[], int]) -> S:
    """Look at files again if segments were put together meanwhile, whose files are gone then.

    Parameters
    ----------
    look : callable
    generation : callable
        Counts the changes.

    Raises
    ------
    StoreError
        What looking raises while nothing changes.
    """
    for _ in range(_TRIES):
        before = generation()
        try:
            found = look()
        except StoreError:
            if generation() == before:
                raise
            continue
        if generation() == before:
            return found
    return look()
