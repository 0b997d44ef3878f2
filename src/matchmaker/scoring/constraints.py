"""Constraints that a user sets on records: hard ones decide who is eligible, soft ones only weigh.

What a record does not say is neither fulfilled nor violated. A hard constraint keeps such a record
unless told to drop it.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray

from matchmaker.errors import ConfigError
from matchmaker.records.types import Achievement, Need
from matchmaker.records.where import known_fields
from matchmaker.scoring.constraint_fields import (
    Judgement,
    Reader,
    field_of,
    heading_key,
    read_with,
)
from matchmaker.scoring.constraint_values import bad_value

Missing = Literal["keep", "drop"]
OPERATORS = ("=", "!=", ">=", "<=", ">", "<", "~")
_SPELLINGS = {
    **{sign: sign for sign in OPERATORS},
    "==": "=", "＝": "=", "≠": "!=", "！＝": "!=", "!＝": "!=", "<>": "!=",
    "≥": ">=", "＞＝": ">=", "＞=": ">=", ">＝": ">=", "≧": ">=",
    "≤": "<=", "＜＝": "<=", "＜=": "<=", "<＝": "<=", "≦": "<=",
    "＞": ">", "＜": "<", "～": "~",
}  # fmt: skip
_SIGNS = "=!<>~＝！＜＞～≠≥≤≧≦"
_WRITTEN = re.compile(rf"([^{_SIGNS}]*)([{_SIGNS}]+)(.*)", re.DOTALL)
_HOW = "write field, operator and value, such as trl>=6, region=辽宁|吉林 or 合作方式=转让"
DEFAULT_WEIGHT = 0.2


@dataclass(frozen=True, slots=True)
class Constraint:
    """A condition on one field or column of a record.

    Parameters
    ----------
    field : str
        A field of Need or Achievement, ``trl``, one of their headings such as 成熟度 or 地区, or
        the heading of any other column.
    operator : {"=", "!=", ">=", "<=", ">", "<", "~"}
        ``~`` asks whether the text contains the value. ≥, ≤, ≠ and full-width signs mean the same.
    value : str
        Several behind ``=``, ``!=`` and ``~`` stand between ``|``: one of them must fit, and of
        ``!=`` none may.
    hard : bool
        Whether it decides who is eligible.
    weight : float
        How much a soft one weighs, in (0, 1].
    missing : {"keep", "drop"}
        What a hard one does with a record that does not say.

    Raises
    ------
    ConfigError
        If it cannot be asked: an unknown operator, an empty name or value, a weight out of range,
        or a value that the field cannot be compared with.

    Examples
    --------
    >>> str(Constraint.parse("成熟度 ≥ 6", hard=True))
    '成熟度>=6'
    """

    field: str
    operator: str
    value: str
    hard: bool = False
    weight: float = DEFAULT_WEIGHT
    missing: Missing = "keep"

    def __post_init__(self) -> None:
        for name in ("field", "operator", "value"):
            given = getattr(self, name)
            if not isinstance(given, str) or not given.strip():
                raise ConfigError(f"a constraint's {name} must be text, not {given!r}; {_HOW}")
            object.__setattr__(self, name, given.strip())
        shown = str(self)
        if self.operator not in _SPELLINGS:
            raise bad_value(
                shown,
                f"unknown operator {self.operator!r}; the operators are {' '.join(OPERATORS)}",
            )
        object.__setattr__(self, "operator", _SPELLINGS[self.operator])
        if any(sign in self.field for sign in _SIGNS) or self.value[0] in _SIGNS:
            raise bad_value(shown, f"a name holds none of {_SIGNS}, and no value begins with one")
        if type(self.hard) is not bool:
            raise bad_value(shown, f"hard must be true or false, not {self.hard!r}")
        if self.missing not in ("keep", "drop") or (self.missing == "drop" and not self.hard):
            raise bad_value(
                shown, f'missing must be "keep", or "drop" for a hard one, not {self.missing!r}'
            )
        _check_weight(shown, self.weight)
        if not all(self.values):
            raise bad_value(shown, "a value between | is empty")
        if len(self.values) > 1 and self.operator in (">=", "<=", ">", "<"):
            raise bad_value(shown, f"{self.operator} takes one value; | goes with =, != and ~")
        for kind in (Need, Achievement):
            if field_of(self.field, kind) is not None:
                _reader(self.field, self.operator, self.values, kind)
        if all(field_of(self.field, kind) is None for kind in (Need, Achievement)):
            _reader(self.field, self.operator, self.values, Need)

    def __str__(self) -> str:
        return f"{self.field}{self.operator}{self.value}"

    @property
    def values(self) -> tuple[str, ...]:
        """The values between ``|``, stripped."""
        return tuple(one.strip() for one in re.split(r"[|｜]", self.value))

    @classmethod
    def parse(
        cls,
        text: str,
        *,
        hard: bool = False,
        weight: float = DEFAULT_WEIGHT,
        missing: Missing = "keep",
    ) -> Self:
        """Read a constraint as it is typed.

        Parameters
        ----------
        text : str
            Such as ``trl>=6``, ``地区 ＝ 辽宁|吉林`` or ``keywords~连铸``.
        hard, weight, missing
            See :class:`Constraint`.

        Returns
        -------
        Constraint
            ``parse(str(constraint))`` gives the same again.

        Raises
        ------
        ConfigError
            If it cannot be read or asked.
        """
        found = _WRITTEN.fullmatch(text) if isinstance(text, str) else None
        if found is None:
            raise ConfigError(f"constraint {text!r} has no operator; {_HOW}")
        name, sign, value = found.groups()
        if not name.strip() or not value.strip():
            side = "value" if name.strip() else "name"
            raise ConfigError(f"constraint {text!r} has no {side}; {_HOW}")
        return cls(name, sign, value, hard=hard, weight=weight, missing=missing)

    def lets_through(self, fulfilled: bool | None) -> bool:
        """Say whether a record of which a judgement says this is let through, if it is hard."""
        return self.missing == "keep" if fulfilled is None else fulfilled

    def judge(self, record: Need | Achievement) -> Judgement:
        """Say whether a record fulfils it, and by which evidence.

        Parameters
        ----------
        record : Need or Achievement

        Returns
        -------
        Judgement
            ``fulfilled`` is None where the record says nothing that can be compared: no value, 无,
            面议, another unit or currency, or a province where a city was asked for.
        """
        kind: type = type(record)
        return _reader(self.field, self.operator, self.values, kind)(record)


def _check_weight(shown: str, weight: object) -> None:
    number = isinstance(weight, int | float) and not isinstance(weight, bool)
    if not (number and 0 < weight <= 1):  # type: ignore[operator]
        raise bad_value(shown, f"weight must be above 0 and at most 1, not {weight!r}")


@functools.lru_cache(maxsize=1024)
def _reader(name: str, sign: str, values: tuple[str, ...], kind: type) -> Reader:
    return read_with(name, sign, values, kind)


@dataclass(frozen=True, slots=True)
class ConstraintCount:
    """What one hard constraint did to a list of records.

    Attributes
    ----------
    constraint : Constraint or str
        As text where it may name somebody.
    removed : int
        Records that it does not let through, whatever the others say.
    removed_alone : int
        Records that only it does not let through: so many come back without it.
    missing_kept, missing_dropped : int
        Records that say nothing about it, which it keeps or, as part of ``removed``, drops.
    """

    constraint: Constraint | str
    removed: int
    removed_alone: int
    missing_kept: int
    missing_dropped: int


@dataclass(frozen=True, slots=True)
class Eligibility:
    """Which records fulfil every hard constraint, and what each of them removed.

    Attributes
    ----------
    mask : ndarray of bool, shape (n_records,)
    counts : tuple of ConstraintCount
        In the order of the hard constraints.
    """

    mask: NDArray[np.bool_]
    counts: tuple[ConstraintCount, ...] = field(default=())

    @property
    def left(self) -> int:
        """How many records are eligible."""
        return int(self.mask.sum())

    def explain(self) -> str:
        """Say in English how many records are left and what each constraint removed."""
        lines = [f"{self.left} of {len(self.mask)} records fulfil the hard constraints."]
        for one in self.counts:
            line = f"{one.constraint} removes {one.removed}, {one.removed_alone} of them alone"
            if one.missing_dropped:
                line += f"; {one.missing_dropped} of them say nothing about it"
            if one.missing_kept:
                line += f"; {one.missing_kept} that say nothing about it are kept"
            lines.append(line + ".")
        if self.counts and not self.left and len(self.mask):
            best = max(self.counts, key=lambda one: one.removed_alone)
            lines.append(
                f"Without {best.constraint}, {best.removed_alone} would be left."
                if best.removed_alone
                else "Dropping one constraint is not enough: every record violates two or more."
            )
        return "\n".join(lines)


def eligible(
    constraints: Iterable[Constraint], records: Sequence[Need] | Sequence[Achievement]
) -> Eligibility:
    """Find the records that fulfil every hard constraint; soft ones change nothing.

    Parameters
    ----------
    constraints : iterable of Constraint
    records : sequence of Need or of Achievement

    Returns
    -------
    Eligibility
    """
    hard = [one for one in constraints if one.hard]
    listed: Sequence[Need | Achievement] = records
    rows = [[one.judge(record).fulfilled for record in listed] for one in hard]
    return counted(hard, rows, len(records))


def counted(
    hard: Sequence[Constraint], fulfilled: Sequence[Sequence[bool | None]], records: int
) -> Eligibility:
    """Count what hard constraints did to records that were judged before.

    Parameters
    ----------
    hard : sequence of Constraint
    fulfilled : sequence of sequence of bool or None
        For each constraint what it says of each record.
    records : int
        How many there are.

    Returns
    -------
    Eligibility
    """
    passed = np.ones((len(hard), records), dtype=bool)
    missing = np.zeros_like(passed)
    for row, (one, said) in enumerate(zip(hard, fulfilled, strict=True)):
        missing[row] = [found is None for found in said]
        passed[row] = [one.lets_through(found) for found in said]
    failures = (~passed).sum(axis=0)
    counts = tuple(
        ConstraintCount(
            one,
            removed=int((~through).sum()),
            removed_alone=int((~through & (failures == 1)).sum()),
            missing_kept=int((silent & through).sum()),
            missing_dropped=int((silent & ~through).sum()),
        )
        for one, through, silent in zip(hard, passed, missing, strict=True)
    )
    return Eligibility(np.asarray(passed.all(axis=0)), counts)


def check_known(
    constraints: Iterable[Constraint], records: Sequence[Need] | Sequence[Achievement]
) -> None:
    """Refuse a constraint on a name that is neither a field nor a column of any record.

    Parameters
    ----------
    constraints : iterable of Constraint
    records : sequence of Need or of Achievement
        All of one kind; of none every name is right.

    Raises
    ------
    ConfigError
        Naming it, and the fields and columns that there are.
    """
    if not records:
        return
    kind: type = type(records[0])
    unknown = {one.field: one for one in constraints if field_of(one.field, kind) is None}
    headings: dict[str, None] = {}
    for record in records if unknown else ():
        headings.update(dict.fromkeys(record.extra))
    keys = {heading_key(heading) for heading in headings}
    for name, one in unknown.items():
        if name not in headings and heading_key(name) not in keys:
            listed = ", ".join(sorted(known_fields(kind) - {"extra", "origin"}))
            columns = f"; the other columns are {', '.join(headings)}" if headings else ""
            raise ConfigError(
                f"constraint {str(one)!r} names {name!r}, which is neither a field of "
                f"{kind.__name__} ({listed}) nor a column of any record{columns}"
            )


def as_predicate(constraints: Iterable[Constraint]) -> Callable[[Need | Achievement], bool]:
    """Return a function that says of one record whether it fulfils every hard constraint.

    Parameters
    ----------
    constraints : iterable of Constraint

    Returns
    -------
    callable
        As ``where=`` takes it; can be sent to another process.
    """
    return functools.partial(_accepts, tuple(one for one in constraints if one.hard))


def _accepts(hard: tuple[Constraint, ...], record: Need | Achievement) -> bool:
    return all(one.lets_through(one.judge(record).fulfilled) for one in hard)
