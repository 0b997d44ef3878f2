"""What a search may find: conditions and hard constraints, and whom they left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, TypedDict

from matchmaker.errors import ConfigError
from matchmaker.ranked import Search
from matchmaker.records import Achievement, Need
from matchmaker.records.where import Condition, Where
from matchmaker.scoring.constraint_fields import field_of
from matchmaker.scoring.constraints import (
    Constraint,
    Eligibility,
    check_known,
    counted,
)


class SearchOptions(TypedDict, total=False):
    """The options of :meth:`matchmaker.Matcher.match`."""

    k: int
    min_score: float
    sector: str | None
    where: Condition | None
    require: Iterable[str | Constraint]
    prefer: Iterable[str | Constraint]


class Demands:
    """Judges each record once while a search looks for those that may be found.

    Parameters
    ----------
    hard : tuple of Constraint
    soft : tuple of Constraint
        Only looked at for names that no record knows.
    where : Where, optional
        Records that do not fulfil it are left out before any constraint counts.
    """

    def __init__(
        self, hard: tuple[Constraint, ...], soft: tuple[Constraint, ...], where: Where | None
    ) -> None:
        self._hard, self._soft, self._where = hard, soft, where
        self._judged: dict[str, tuple[bool | None, ...]] = {}
        # One record for each set of columns is enough to know every column.
        self._columns: dict[frozenset[str], Need | Achievement] = {}

    @property
    def constraints(self) -> tuple[Constraint, ...]:
        """Hard ones and then soft ones."""
        return (*self._hard, *self._soft)

    def __call__(self, record: Need | Achievement) -> bool:
        """Say whether a record may be found."""
        if self._where is not None and not self._where.accepts(record):
            return False
        self._columns.setdefault(frozenset(record.extra), record)
        judged = tuple(one.judge(record).fulfilled for one in self._hard)
        self._judged[record.id] = judged
        return all(one.lets_through(found) for one, found in zip(self._hard, judged, strict=True))

    def eligibility(self) -> Eligibility | None:
        """Count whom each constraint left out.

        Returns
        -------
        Eligibility or None
            None without a hard constraint.

        Raises
        ------
        ConfigError
            If a constraint names what is neither a field nor a column of any record.
        """
        records: list[Any] = list(self._columns.values())
        check_known(self.constraints, records)
        if not self._hard:
            return None
        judged = list(self._judged.values())
        rows = [[one[at] for one in judged] for at in range(len(self._hard))]
        return counted(self._hard, rows, len(judged))


class OptionReader:
    """Reads the options of searches, and knows the constraints of the last one again.

    Going through a large store takes time, and many searches of a batch ask for the same.
    """

    def __init__(self) -> None:
        self._last: tuple[object, object, Where, Demands] | None = None

    def __call__(
        self, options: SearchOptions, *, sector: str | None, found: type, side: object
    ) -> tuple[Search, Demands | None]:
        """Read the options of a search; see :func:`read_options`.

        Parameters
        ----------
        options : SearchOptions
        sector : str or None
        found : type
        side : object
            What is searched. Constraints on the very same are not judged again.
        """
        search, demands = read_options(options, sector=sector, found=found)
        if demands is None or search.where is None or options.get("where") is not None:
            return search, demands
        key, last = (found, demands.constraints), self._last
        if last is not None and last[0] == key and last[1] is side:
            return replace(search, where=last[2]), last[3]
        # One assignment: another thread sees the old constraints or the new ones.
        self._last = (key, side, search.where, demands)
        return search, demands


def read_options(
    options: SearchOptions, *, sector: str | None, found: type
) -> tuple[Search, Demands | None]:
    """Read the options of a search.

    Parameters
    ----------
    options : SearchOptions
    sector : str or None
        Its name in the registry.
    found : type
        The kind of records that are found.

    Returns
    -------
    search : Search
    demands : Demands or None
        What counts whom the constraints left out; it is part of the search.

    Raises
    ------
    ConfigError
        If something is out of range or cannot be read.
    """
    where = Where.of(options.get("where"))
    hard = read_constraints(options.get("require", ()), "require", hard=True)
    soft = read_constraints(options.get("prefer", ()), "prefer", hard=False)
    search = Search(options.get("k", 10), options.get("min_score", 0.0), sector, where, soft)
    unknown = any(field_of(one.field, found) is None for one in soft)
    if not hard and not unknown:
        return search, None
    demands = Demands(hard, soft, where)
    # The names of fields stay, to be looked up among the records; the demands ask for the values.
    fields = {} if where is None else where.fields
    return replace(search, where=Where(fields, demands)), demands


def read_constraints(
    given: Iterable[str | Constraint], name: str, *, hard: bool
) -> tuple[Constraint, ...]:
    """Read constraints as a user gives them.

    Parameters
    ----------
    given : iterable of str or Constraint
    name : str
        Of the option, for messages.
    hard : bool
        What they are taken for.

    Returns
    -------
    tuple of Constraint

    Raises
    ------
    ConfigError
        If one cannot be read.
    """
    if isinstance(given, str | Constraint | Mapping):
        raise ConfigError(f"{name} takes a list of constraints such as ['trl>=6'], not {given!r}")
    found = []
    for one in given:
        constraint = Constraint.parse(one) if isinstance(one, str) else one
        if not isinstance(constraint, Constraint):
            raise ConfigError(f"{name} takes texts or constraints, not {one!r}")
        # A weight means nothing where it is required, and dropping nothing where it is a wish.
        missing = constraint.missing if hard else "keep"
        found.append(replace(constraint, hard=hard, missing=missing))
    return tuple(found)
