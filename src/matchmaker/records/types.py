"""The record types: what an enterprise needs, what a university offers, and where it was read.

A need is the query and an achievement the document, here and everywhere in the package.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from operator import attrgetter
from typing import Any, Self, final

from matchmaker.errors import RecordError


@final
class Extra(Mapping[str, str]):
    """A read-only mapping from the headings of unknown columns to their cells.

    Unlike ``types.MappingProxyType`` it can be hashed, copied and sent to another process.

    Parameters
    ----------
    items : Mapping[str, str]
        Copied, in order.
    """

    __slots__ = ("_items",)

    def __init__(self, items: Mapping[str, str]) -> None:
        self._items = dict(items)

    def __getitem__(self, key: str) -> str:
        return self._items[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __hash__(self) -> int:
        return hash(frozenset(self._items.items()))

    def __repr__(self) -> str:
        return f"Extra({self._items!r})"


NOTHING_EXTRA = Extra({})


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a record was read.

    Parameters
    ----------
    file : str
        The path as given, or ``"<list>"`` / ``"<DataFrame>"``.
    sheet : str
        Name of the sheet; empty where there are none.
    row : int
        The row as a person sees it, from 1: the sheet's row number, the line of a .jsonl file, the
        position in a list or a frame.
    """

    file: str
    sheet: str
    row: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What needs and achievements have in common; use :class:`Need` or :class:`Achievement`.

    Parameters
    ----------
    id : str
        Not empty.
    title, body : str
        At least one of the two is not empty.
    sectors : tuple of str
        Sectors as declared in the source.
    codes : tuple of str
        Declared GB/T 4754 or IPC codes.
    keywords : tuple of str
        As written.
    organisation : str
        The enterprise of a need, the university or institute of an achievement.
    industry, region : str
        As written.
    cooperation : tuple of str
        Modes of cooperation offered or asked for, as written.
    source : str
        The list, platform or department the record comes from.
    published : date or None
        Day of publication.
    extra : Mapping[str, str]
        Unknown columns by heading, read-only.
    origin : Origin or None
        Where it was read; not part of equality.

    Raises
    ------
    RecordError
        If the id, or both title and body, are empty, or a field has another type.
    """

    id: str
    title: str = ""
    body: str = ""
    sectors: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    organisation: str = ""
    industry: str = ""
    region: str = ""
    cooperation: tuple[str, ...] = ()
    source: str = ""
    published: date | None = None
    extra: Mapping[str, str] = NOTHING_EXTRA
    origin: Origin | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        kinds = field_kinds(type(self))
        if set(map(type, kinds.get_texts(self))) != {str}:
            for name in kinds.texts:
                if not isinstance(getattr(self, name), str):
                    raise _wrong_type(self, name, "str")
        for name in kinds.lists:
            if getattr(self, name) != ():
                _check_list(self, name)
        for name in kinds.dates:
            value = getattr(self, name)
            if isinstance(value, datetime):
                object.__setattr__(self, name, value.date())
            elif value is not None and not isinstance(value, date):
                raise _wrong_type(self, name, "datetime.date or None")
        if type(self.extra) is not Extra:
            object.__setattr__(self, "extra", _checked_extra(self))
        if self.origin is not None and not isinstance(self.origin, Origin):
            raise _wrong_type(self, "origin", "Origin or None")
        _check_content(self)

    def to_dict(self) -> dict[str, Any]:
        """Return the record as plain data that ``json.dumps`` takes.

        Returns
        -------
        dict
            Every field by name; dates as ISO text, tuples as lists, ``extra`` and ``origin`` as
            dicts (``origin`` None if unknown).
        """
        plain: dict[str, Any] = {f.name: getattr(self, f.name) for f in fields(self)}
        kinds = field_kinds(type(self))
        for name in kinds.lists:
            plain[name] = list(plain[name])
        for name in kinds.dates:
            plain[name] = plain[name].isoformat() if plain[name] else None
        plain["extra"] = dict(self.extra)
        origin = self.origin
        if origin is not None:
            plain["origin"] = {"file": origin.file, "sheet": origin.sheet, "row": origin.row}
        return plain

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Self:
        """Build a record from what :meth:`to_dict` gave.

        Parameters
        ----------
        plain : Mapping
            Fields by name; missing ones take their default.

        Returns
        -------
        Need or Achievement
            Equal to the record that was written, its origin included.

        Raises
        ------
        RecordError
            If a field is unknown, a date is not ISO text, or the record is not valid.
        """
        unknown = sorted(set(plain) - {f.name for f in fields(cls)})
        if unknown:
            raise RecordError(f"{cls.__name__} has no field {', '.join(map(repr, unknown))}")
        values = dict(plain)
        try:
            for name in field_kinds(cls).dates:
                if isinstance(values.get(name), str):
                    values[name] = date.fromisoformat(values[name])
            if isinstance(values.get("origin"), Mapping):
                values["origin"] = Origin(**values["origin"])
            return cls(**values)
        except (TypeError, ValueError) as error:
            if isinstance(error, RecordError):
                raise
            raise RecordError(f"{cls.__name__} {plain.get('id')!r}: {error}") from error


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Need(Record):
    """A technical need of an enterprise: the query. See :class:`Record` for the common fields.

    Parameters
    ----------
    goals : str
        Expected goals or indicators (预期目标, 考核指标), as written.
    organisation_type : str
        Such as 龙头, 专精特新, 高新技术企业, as written.
    park : str
        Industrial park.
    budget : str
        Money to be spent, as written, with the unit of its heading.
    deadline : date or None
        Last day.
    foundation, attempted, confidentiality : str
        What exists already, what was tried already, what must stay secret; as written.
    """

    goals: str = ""
    organisation_type: str = ""
    park: str = ""
    budget: str = ""
    deadline: date | None = None
    foundation: str = ""
    attempted: str = ""
    confidentiality: str = ""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Achievement(Record):
    """An achievement of a university: the document. See :class:`Record` for the common fields.

    Parameters
    ----------
    indicators : str
        Technical indicators (技术指标), as written.
    team : str
        People or team.
    maturity : str
        Technical maturity, as written.
    ip : str
        Intellectual property, as written.
    price : str
        As written, with the unit of its heading.
    applications : str
        Where it can be used.
    """

    indicators: str = ""
    team: str = ""
    maturity: str = ""
    ip: str = ""
    price: str = ""
    applications: str = ""


@dataclass(frozen=True, slots=True)
class FieldKinds:
    """Names of a record type's fields by what they hold."""

    texts: tuple[str, ...]
    lists: tuple[str, ...]
    dates: tuple[str, ...]
    get_texts: Callable[[Record], tuple[str, ...]]


def field_kinds(kind: type[Record]) -> FieldKinds:
    """Return the names of the text, list and date fields of a record type.

    Parameters
    ----------
    kind : type
        :class:`Need` or :class:`Achievement`.

    Returns
    -------
    FieldKinds
        In the order of declaration; ``extra`` and ``origin`` are in none of the three.
    """
    kinds = _FIELD_KINDS.get(kind)
    if kinds is None:
        kinds = _FIELD_KINDS[kind] = _find_kinds(kind)
    return kinds


_FIELD_KINDS: dict[type[Record], FieldKinds] = {}


def _find_kinds(kind: type[Record]) -> FieldKinds:
    def of_type(annotation: str) -> tuple[str, ...]:
        return tuple(f.name for f in fields(kind) if f.type == annotation)

    texts = of_type("str")
    return FieldKinds(texts, of_type("tuple[str, ...]"), of_type("date | None"), attrgetter(*texts))


def _wrong_type(record: Record, name: str, wanted: str) -> RecordError:
    value = getattr(record, name)
    kind = type(record).__name__
    return RecordError(
        f"{kind} {record.id!r}: {name} must be {wanted}, not {type(value).__name__} ({value!r})"
    )


def _check_list(record: Record, name: str) -> None:
    value = getattr(record, name)
    if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
        raise _wrong_type(record, name, "a tuple of str")
    object.__setattr__(record, name, tuple(value))


def _checked_extra(record: Record) -> Extra:
    value: object = record.extra
    if not isinstance(value, Mapping) or not all(
        isinstance(key, str) and isinstance(item, str) for key, item in value.items()
    ):
        raise _wrong_type(record, "extra", "a mapping from str to str")
    return Extra(value)


def _check_content(record: Record) -> None:
    kind = type(record).__name__
    if not record.id.strip():
        raise RecordError(f"{kind} {record.title!r}: id is empty; give every record an id")
    if not (record.title.strip() or record.body.strip()):
        raise RecordError(f"{kind} {record.id!r}: title and body are both empty; give one of them")
