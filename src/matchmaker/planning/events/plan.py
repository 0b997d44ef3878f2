"""What comes of planning an event: a timetable, who waits for what reason, what has changed."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Any, Literal, Self

from matchmaker.errors import ConfigError
from matchmaker.planning.events.settings import Booking, EventChange, EventSettings, Slot
from matchmaker.planning.settings import settings_of

Reason = Literal[
    "absent", "never", "enterprise_full", "expert_full", "busy", "no_table", "rest"
]  # fmt: skip
ChangeKind = Literal["moved", "table", "dropped", "added"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A need and an achievement that a meeting is about.

    Attributes
    ----------
    need_id, achievement_id : str
    need_title, achievement_title : str
    score : float
        In [0, 1].
    grade : int
        1 to 4.
    """

    need_id: str
    need_title: str
    achievement_id: str
    achievement_title: str
    score: float
    grade: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """An enterprise or an expert of the event.

    Attributes
    ----------
    key : str
        See :class:`matchmaker.planning.parties.Parties`.
    name : str
    free : tuple of int
        Numbers of the slots at which the party can come, held or not.
    """

    key: str
    name: str
    free: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """An enterprise and an expert at a table.

    Attributes
    ----------
    enterprise, expert : str
        Keys.
    slot : int
        Number of the slot, from 0.
    table : str
    topics : tuple of Topic
        Best first; empty where only a booking asks for the meeting.
    sectors : tuple of str
        Of the best pair.
    locked : bool
        Whether a booking fixes it.
    """

    enterprise: str
    expert: str
    slot: int
    table: str
    topics: tuple[Topic, ...]
    sectors: tuple[str, ...] = ()
    locked: bool = False

    @property
    def score(self) -> float:
        """Score of the best pair, 0 without any."""
        return self.topics[0].score if self.topics else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A meeting that is worth holding and has no place.

    Attributes
    ----------
    enterprise, expert : str
        Keys.
    topics : tuple of Topic
    reason : str
        ``"absent"`` one of the two cannot come at all; ``"never"`` no slot suits both, their
        sector's sessions included; ``"enterprise_full"``, ``"expert_full"`` has as many meetings
        as it may; ``"busy"`` whenever both could come, one of them meets somebody else;
        ``"no_table"`` whenever both have time, all tables are taken; ``"rest"`` there would be no
        pause.
    """

    enterprise: str
    expert: str
    topics: tuple[Topic, ...]
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """How a meeting differs from the timetable before.

    Attributes
    ----------
    kind : str
        ``"moved"`` to another slot, ``"table"`` to another table in its slot, ``"dropped"``,
        ``"added"``.
    before, now : Meeting or None
        None where it was not, or is not, held.
    """

    kind: ChangeKind
    before: Meeting | None = None
    now: Meeting | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPlan:
    """The timetable of an event.

    Attributes
    ----------
    settings : EventSettings
        As they are after all changes.
    slots : tuple of Slot
    enterprises, experts : tuple of Party
        Who has a meeting that is worth holding, or one that the last change called off, by key.
    meetings : tuple of Meeting
        By slot and table.
    unasked : tuple of str
        Names of the enterprises that took part and have no meeting that is worth holding.
    waiting : tuple of Waiting
        Best first.
    seats : int
        Tables times slots that can be used.
    bound : int
        No timetable that keeps the rules holds more meetings; after a change, none that has as
        few changes.
    gap : float
        How much the total score falls short of the best one at most, as a part of it.
    history : tuple of EventChange
        Changes so far, in order.
    changes : tuple of Change
        What the last change did.
    released : tuple of Booking
        Bookings that the last change made impossible.
    """

    settings: EventSettings
    slots: tuple[Slot, ...]
    enterprises: tuple[Party, ...]
    experts: tuple[Party, ...]
    meetings: tuple[Meeting, ...]
    waiting: tuple[Waiting, ...]
    seats: int
    bound: int
    gap: float
    unasked: tuple[str, ...] = ()
    history: tuple[EventChange, ...] = ()
    changes: tuple[Change, ...] = ()
    released: tuple[Booking, ...] = ()

    @property
    def score(self) -> float:
        """Scores of all meetings together."""
        return sum(meeting.score for meeting in self.meetings)

    @property
    def idle(self) -> int:
        """Tables times slots that stay empty."""
        return self.seats - len(self.meetings)

    @property
    def kept(self) -> int:
        """Meetings of the timetable before that have kept slot and table."""
        return len(self.meetings) - sum(change.now is not None for change in self.changes)

    def agendas(self) -> tuple[dict[str, list[Meeting]], dict[str, list[Meeting]]]:
        """Group the meetings by party.

        Returns
        -------
        dict, dict
            Key to meetings in order of time, of enterprises and of experts; only who has one.
        """
        found: tuple[dict[str, list[Meeting]], ...] = (defaultdict(list), defaultdict(list))
        for meeting in self.meetings:
            found[0][meeting.enterprise].append(meeting)
            found[1][meeting.expert].append(meeting)
        return dict(found[0]), dict(found[1])

    def told(self) -> tuple[list[str], list[str]]:
        """List who must be told of the last change: keys of enterprises and of experts."""
        touched = [one for change in self.changes for one in (change.before, change.now) if one]
        return (
            sorted({one.enterprise for one in touched}),
            sorted({one.expert for one in touched}),
        )

    def to_json(self) -> dict[str, Any]:
        """Give the plan as plain data that ``json.dumps`` takes."""
        plain = _plain(self)
        assert isinstance(plain, dict)
        return {"kind": "event", **plain}

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Self:
        """Build a plan from what :meth:`to_json` gave.

        Raises
        ------
        ConfigError
            If it is another kind of plan, a key is unknown or missing, a value has another type,
            or a meeting stands twice or in no slot.
        """
        if not isinstance(plain, Mapping) or plain.get("kind") != "event":
            raise ConfigError("plan: is not the timetable of an event")
        rest = {key: value for key, value in plain.items() if key != "kind"}
        made = settings_of(cls, rest, here="plan")
        held = {(one.enterprise, one.expert) for one in made.meetings}
        if len(held) < len(made.meetings):
            raise ConfigError("plan: meetings: two are of the same enterprise and expert")
        for one in made.meetings:
            if not 0 <= one.slot < len(made.slots):
                raise ConfigError(f"plan: meetings: there is no slot {one.slot}")
        return made


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        found = ((field.name, getattr(value, field.name)) for field in dataclasses.fields(value))
        return {name: _plain(one) for name, one in found if one is not None}
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items()}
    return value.isoformat() if isinstance(value, date | time) else value
