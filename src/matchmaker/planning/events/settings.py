"""Settings of an event: its days and tables, who can come when, what is fixed beforehand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from matchmaker.errors import ConfigError

ExpertLevel = Literal["team", "university", "achievement"]
Served = Literal["enterprises", "everybody", "nobody"]

# No event needs larger numbers; they are typing errors, and would fill the memory.
_DAY, _MOST_TABLES, _MOST = 24 * 60, 10_000, 1_000_000


def _local(*times: time | None) -> None:
    if any(one is not None and one.tzinfo for one in times):
        raise ConfigError("times are local, without a zone of their own; see timezone")


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A stretch of time.

    Attributes
    ----------
    on : date or None
        The day; None for every day of the event.
    start, end : time or None
        None for the beginning, or the end, of the day.
    """

    on: date | None = None
    start: time | None = None
    end: time | None = None

    def __post_init__(self) -> None:
        _local(self.start, self.end)
        if self.start is not None and self.end is not None and self.start >= self.end:
            raise ConfigError(f"start {self.start} must be before end {self.end}")

    def holds(self, slot: Slot) -> bool:
        """Say whether a slot lies wholly inside."""
        return (
            self.on in (None, slot.on)
            and (self.start is None or self.start <= slot.start)
            and (self.end is None or slot.end <= self.end)
        )

    def touches(self, slot: Slot) -> bool:
        """Say whether any part of a slot lies inside."""
        return (
            self.on in (None, slot.on)
            and (self.start is None or self.start < slot.end)
            and (self.end is None or slot.start < self.end)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure(Window):
    """A time in which a table, or the whole hall, cannot be used.

    Attributes
    ----------
    table : str
        Its name; empty for all tables.
    """

    table: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session(Window):
    """A time for one sector.

    A meeting belongs to the sectors of its best pair. Where one of them has sessions, the meeting
    is held in one of these and at no other time. A session's tables serve, while it lasts, its
    sector alone; without tables of its own it shares the hall with everybody.

    Attributes
    ----------
    sector : str
        As the ranking names it.
    tables : tuple of str
        Where its meetings sit; empty for anywhere.
    """

    sector: str
    tables: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """A meeting whose time is fixed beforehand.

    Attributes
    ----------
    enterprise : str
        Name in any spelling, or the id of one of its needs.
    expert : str
        Team or university in any spelling, or the id of an achievement. Of several teams the one
        is taken whose achievements go best with the enterprise's needs.
    on : date
    at : time
        Beginning of a slot.
    table : str
        Empty for any.
    """

    enterprise: str
    expert: str
    on: date
    at: time
    table: str = ""

    def __str__(self) -> str:
        return f"{self.enterprise} with {self.expert} on {self.on} at {self.at:%H:%M}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """A pause.

    Attributes
    ----------
    after : int
        The slot after which it begins, from 1.
    minutes : int
        At least 1.
    """

    after: int
    minutes: int


@dataclass(frozen=True, slots=True)
class Slot:
    """A time in which every table holds one meeting.

    Attributes
    ----------
    on : date
    start, end : time
        Local time.
    stretch : int
        Slots of one stretch follow each other without a break; counted through the event.
    """

    on: date
    start: time
    end: time
    stretch: int

    def __str__(self) -> str:
        return f"{self.on} {self.start:%H:%M}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A day of an event.

    Attributes
    ----------
    on : date
    start : time
        Of the first slot.
    slots : int
        How many, at least 1.
    minutes : int
        Length of a slot.
    breaks : tuple of Break
    """

    on: date
    start: time
    slots: int
    minutes: int
    breaks: tuple[Break, ...] = ()

    def __post_init__(self) -> None:
        _local(self.start)
        if not (1 <= self.slots <= _DAY and 1 <= self.minutes <= _DAY):
            raise ConfigError(f"slots, minutes: 1 to {_DAY}, not {self.slots}, {self.minutes}")
        for pause in self.breaks:
            if not (1 <= pause.after < self.slots and 1 <= pause.minutes <= _DAY):
                raise ConfigError(
                    f"a break stands after slot 1 to {self.slots - 1} and takes a minute or more, "
                    f"not after {pause.after}, {pause.minutes} minutes"
                )
        taken = self.slots * self.minutes + sum(pause.minutes for pause in self.breaks)
        end = datetime.combine(date.min, self.start) + timedelta(minutes=taken)
        if end.date() > date.min:
            raise ConfigError(f"the slots of {self.on} end after midnight")

    def timed(self, stretch: int) -> Iterator[Slot]:
        """Give the day's slots, whose first stretch has the number given."""
        start, length = datetime.combine(self.on, self.start), timedelta(minutes=self.minutes)
        for number in range(1, self.slots + 1):
            yield Slot(self.on, start.time(), (start + length).time(), stretch)
            pause = sum(one.minutes for one in self.breaks if one.after == number)
            stretch += bool(pause)
            start += length + timedelta(minutes=pause)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventChange:
    """What has become otherwise since the timetable was made.

    Attributes
    ----------
    dropped : tuple of str
        Parties that do not come at all, named as in the settings.
    unavailable : mapping of str to tuple of Window
        Parties that cannot come at some time: late, or called away.
    closed : tuple of Closure
        Tables, times or days that are lost.
    locked : tuple of Booking
        Meetings that are fixed now.
    """

    dropped: tuple[str, ...] = ()
    unavailable: Mapping[str, tuple[Window, ...]] = field(default_factory=dict)
    closed: tuple[Closure, ...] = ()
    locked: tuple[Booking, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EventSettings:
    """What an event has and what it must keep to.

    Attributes
    ----------
    name, place : str
        Shown in reports and calendars.
    days : tuple of Day
        At least one.
    tables : int or tuple of str
        How many, named 1, 2, …; or their names.
    experts : {"team", "university", "achievement"}
        Who sits opposite the enterprise, and is never in two places at once; with
        ``"achievement"`` one team may be, for two of its achievements.
    min_score : float
        Pairs below it are no reason to meet.
    choices : int or None
        Meetings that are neither among an enterprise's nor among an expert's best so many are left
        out, which makes a large event quicker.
    per_enterprise, per_expert : int or None
        Meetings that one may have, at most.
    limits : mapping of str to int
        The same for single parties, by name.
    available : mapping of str to tuple of Window
        Parties that can come only then. A university stands for all its teams.
    unavailable : mapping of str to tuple of Window
        Parties that cannot come then.
    closed : tuple of Closure
    locked : tuple of Booking
    sessions : tuple of Session
    serve : {"enterprises", "everybody", "nobody"}
        Whose number with one meeting at least comes before the total score.
    rest : int
        Slots between two meetings of one party, at least; a break counts as rest.
    in_a_row : int or None
        Meetings that a party has without a pause, at most; a break counts as a pause.
    timezone : str
        IANA name.
    gap : float
        How much the total score may fall short of the best one, as a part of it. The number of
        meetings is always the greatest possible.

    Raises
    ------
    ConfigError
        If a value is out of range or names a table or day that there is not.
    """

    name: str = ""
    place: str = ""
    days: tuple[Day, ...]
    tables: int | tuple[str, ...]
    experts: ExpertLevel = "team"
    min_score: float = 0.0
    choices: int | None = None
    per_enterprise: int | None = None
    per_expert: int | None = None
    limits: Mapping[str, int] = field(default_factory=dict)
    available: Mapping[str, tuple[Window, ...]] = field(default_factory=dict)
    unavailable: Mapping[str, tuple[Window, ...]] = field(default_factory=dict)
    closed: tuple[Closure, ...] = ()
    locked: tuple[Booking, ...] = ()
    sessions: tuple[Session, ...] = ()
    serve: Served = "enterprises"
    rest: int = 0
    in_a_row: int | None = None
    timezone: str = "Asia/Shanghai"
    gap: float = 1e-3

    def __post_init__(self) -> None:
        _check_numbers(self)
        _check_times(self)
        names = self.table_names()
        if not names or len(set(names)) < len(names) or "" in names:
            raise ConfigError(f"tables: one at least, each with its own name, not {self.tables!r}")
        wanted = [(f"session {one.sector}", name) for one in self.sessions for name in one.tables]
        wanted += [("closed", one.table) for one in self.closed if one.table]
        wanted += [(f"locked {one}", one.table) for one in self.locked if one.table]
        for where, name in wanted:
            if name not in names:
                raise ConfigError(f"{where}: there is no table {name!r}; known are {_few(names)}")
        _check_sessions(self)

    def table_names(self) -> tuple[str, ...]:
        """Give the tables' names."""
        if isinstance(self.tables, tuple):
            return self.tables
        return tuple(str(number) for number in range(1, self.tables + 1))

    def slots(self) -> tuple[Slot, ...]:
        """Give all slots, in order of time."""
        found: list[Slot] = []
        for day in sorted(self.days, key=lambda one: one.on):
            found.extend(day.timed(found[-1].stretch + 1 if found else 0))
        return tuple(found)

    def after(self, change: EventChange) -> EventSettings:
        """Give the settings as they are after a change.

        Raises
        ------
        ConfigError
            If the change names a table that there is not.
        """
        unavailable = dict(self.unavailable)
        for more in ({name: (Window(),) for name in change.dropped}, change.unavailable):
            for name, windows in more.items():
                unavailable[name] = (*unavailable.get(name, ()), *windows)
        return replace(
            self,
            unavailable=unavailable,
            closed=(*self.closed, *change.closed),
            locked=(*self.locked, *change.locked),
        )


def _check_numbers(settings: EventSettings) -> None:
    if not 0 <= settings.min_score <= 1:
        raise ConfigError(f"min_score must lie in [0, 1], not {settings.min_score}")
    if not 0 <= settings.gap < 1:
        raise ConfigError(f"gap must lie in [0, 1), not {settings.gap}")
    whole = [("rest", settings.rest, 0, _MOST)]
    whole += [(f"limits: {name}", value, 0, _MOST) for name, value in settings.limits.items()]
    for name in ("choices", "per_enterprise", "per_expert", "in_a_row", "tables"):
        value = getattr(settings, name)
        if isinstance(value, int):
            whole.append((name, value, 1, _MOST_TABLES if name == "tables" else _MOST))
    for name, value, least, most in whole:
        if not least <= value <= most:
            raise ConfigError(f"{name} must be {least} to {most}, not {value}")


def _check_times(settings: EventSettings) -> None:
    days = [day.on for day in settings.days]
    if not days or len(set(days)) < len(days):
        raise ConfigError(f"days: one at least, each once, not {_few(map(str, days)) or 'none'}")
    windows: list[tuple[str, Window | Booking]] = [("closed", one) for one in settings.closed]
    windows += [(f"session {one.sector}", one) for one in settings.sessions]
    windows += [(f"locked {one}", one) for one in settings.locked]
    for kind in ("available", "unavailable"):
        for name, several in getattr(settings, kind).items():
            windows += [(f"{kind}: {name}", one) for one in several]
    for where, window in windows:
        if window.on is not None and window.on not in days:
            raise ConfigError(
                f"{where}: {window.on} is no day of the event; these are {_few(map(str, days))}"
            )
    try:
        ZoneInfo(settings.timezone)
    except (OSError, ValueError, KeyError) as error:
        raise ConfigError(f"timezone: unknown {settings.timezone!r}") from error


def _check_sessions(settings: EventSettings) -> None:
    # No table serves two sectors at once.
    for slot in settings.slots():
        taken: dict[str, str] = {}
        for session in settings.sessions:
            for name in session.tables if session.holds(slot) else ():
                if taken.setdefault(name, session.sector) != session.sector:
                    raise ConfigError(
                        f"sessions {taken[name]} and {session.sector} both have table {name} "
                        f"at {slot}"
                    )


def _few(names: Iterable[str]) -> str:
    listed = list(names)
    return ", ".join(listed[:8]) + (", …" if len(listed) > 8 else "")
