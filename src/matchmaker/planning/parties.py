"""Whose the records of a ranking are: enterprises, universities and teams, each counted once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from matchmaker.language.organisations import normalize_organisation, parent_organisation
from matchmaker.records import Achievement, Need

R = TypeVar("R", Need, Achievement)


@dataclass(frozen=True, slots=True, eq=False)
class Parties:
    """Parties, and which of them each record belongs to.

    Attributes
    ----------
    keys : tuple of str
        What tells them apart, sorted; a normalised name, or ``"#"`` and a record's id where the
        record names nobody. Records that name nobody are never taken for the same party's.
    names : tuple of str
        How they are shown: the spelling that most records have. Empty where nobody is named.
    of : ndarray, shape (n_records,), int64
        Position of each record's party.
    """

    keys: tuple[str, ...]
    names: tuple[str, ...]
    of: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def named(self) -> int:
        """Count the parties that a record names."""
        return sum(bool(name) for name in self.names)

    def records(self, party: int) -> NDArray[np.int64]:
        """Give the positions of a party's records, in order."""
        return np.flatnonzero(self.of == party)

    def position(self, name: str) -> int | None:
        """Find a party by a name in any spelling, or by its key.

        Parameters
        ----------
        name : str

        Returns
        -------
        int or None
            None if there is no such party.
        """
        wanted = {name, normalize_organisation(name), parent_organisation(name)} - {""}
        return next((at for at, key in enumerate(self.keys) if key in wanted), None)


def enterprises(needs: Sequence[Need]) -> Parties:
    """Group needs by enterprise; a department or branch belongs to its enterprise.

    Parameters
    ----------
    needs : sequence of Need

    Returns
    -------
    Parties
    """
    return _grouped(needs, lambda need: parent_organisation(need.organisation), _owner)


def universities(achievements: Sequence[Achievement]) -> Parties:
    """Group achievements by university or institute; a school belongs to its university.

    Parameters
    ----------
    achievements : sequence of Achievement

    Returns
    -------
    Parties
    """
    return _grouped(achievements, lambda record: parent_organisation(record.organisation), _owner)


def teams(achievements: Sequence[Achievement]) -> Parties:
    """Group achievements by team: the same words under the same university.

    Parameters
    ----------
    achievements : sequence of Achievement

    Returns
    -------
    Parties
        Their names are university and team.
    """
    return _grouped(achievements, _team_key, lambda record: f"{record.organisation} {record.team}")


def _team_key(record: Achievement) -> str:
    team = "".join(record.team.split())
    owner = parent_organisation(record.organisation)
    return f"{owner} {team}" if team and owner else ""


def _owner(record: Need | Achievement) -> str:
    return record.organisation


def _grouped(
    records: Sequence[R], key_of: Callable[[R], str], name_of: Callable[[R], str]
) -> Parties:
    keys = [key_of(record) or f"#{record.id}" for record in records]
    known = sorted(set(keys))
    position = {key: at for at, key in enumerate(known)}
    spellings: dict[str, Counter[str]] = {key: Counter() for key in known}
    for key, record in zip(keys, records, strict=True):
        if not key.startswith("#"):
            spellings[key][name_of(record).strip()] += 1
    return Parties(
        keys=tuple(known),
        names=tuple(usual_spelling(spellings[key]) for key in known),
        of=np.array([position[key] for key in keys], dtype=np.int64),
    )


def usual_spelling(spellings: Counter[str]) -> str:
    """Give the most frequent spelling, the shortest of several: it names no department.

    Parameters
    ----------
    spellings : Counter of str
        How often each is used.

    Returns
    -------
    str
        Empty where there is none.
    """
    if not spellings:
        return ""
    return min(spellings, key=lambda name: (-spellings[name], len(name), name))
