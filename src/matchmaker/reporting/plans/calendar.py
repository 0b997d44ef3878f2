"""Calendars (.ics) of an event: one of the whole event, or one for each party.

RFC 5545, written by the package icalendar. A meeting keeps its UID when it is moved, so that a
calendar that has it already takes the new time; one that was dropped is sent as cancelled.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from matchmaker.errors import ConfigError, MissingExtraError
from matchmaker.planning.events.plan import EventPlan, Meeting, Party
from matchmaker.reporting.files import replacing
from matchmaker.reporting.messages import Lang, check_lang
from matchmaker.reporting.plans.event import names_of, topics_text
from matchmaker.reporting.wording import Wording, one_line

if TYPE_CHECKING:
    from icalendar import Event

_UNSAFE = re.compile(r'[\s<>:"/\\|?*\x00-\x1f.]+')
_LONGEST = 40


def write_calendars(
    plan: EventPlan,
    path: str | os.PathLike[str],
    *,
    lang: Lang = "zh",
    party: str | None = None,
    stamp: datetime | None = None,
) -> None:
    """Write the calendar of an event, or of one party.

    Parameters
    ----------
    plan : EventPlan
    path : path
        .ics
    lang : {"zh", "en"}
    party : str, optional
        Key or name; the whole event without it.
    stamp : datetime, optional
        With a time zone: when the calendar was made. By default the first day of the event at
        midnight UTC, so that the same plan gives the same file.

    Raises
    ------
    ConfigError
        If nobody is called so, the language is unknown or the folder does not exist.
    MissingExtraError
        If icalendar is not installed.
    """
    meetings = [*plan.meetings, *_dropped(plan)]
    if party is not None:
        keys = _keys(plan, party)
        meetings = [one for one in meetings if one.enterprise in keys[0] or one.expert in keys[1]]
    with replacing(path) as made:
        made.write_bytes(_calendar(plan, meetings, Wording(check_lang(lang)), stamp))


def write_party_calendars(
    plan: EventPlan,
    folder: str | os.PathLike[str],
    *,
    lang: Lang = "zh",
    stamp: datetime | None = None,
) -> list[Path]:
    """Write a calendar for each party that has a meeting.

    Parameters
    ----------
    plan : EventPlan
    folder : path
        Made if it is not there. Files already in it stay, those of the same names are replaced.
    lang : {"zh", "en"}
    stamp : datetime, optional
        See :func:`write_calendars`.

    Returns
    -------
    list of Path
        Enterprises first, each side by key; named by side, number and name.

    Raises
    ------
    ConfigError
        If the language is unknown.
    MissingExtraError
        If icalendar is not installed.
    """
    words, here, written = Wording(check_lang(lang)), Path(folder), []
    here.mkdir(parents=True, exist_ok=True)
    meetings = [*plan.meetings, *_dropped(plan)]
    sides: tuple[tuple[str, tuple[Party, ...]], ...] = (
        ("enterprise", plan.enterprises),
        ("expert", plan.experts),
    )
    for side, parties in sides:
        label = words(f"plan.event.calendar.file.{side}")
        for number, party in enumerate(parties, start=1):
            ours = [one for one in meetings if getattr(one, side) == party.key]
            if not ours:
                continue
            name = _UNSAFE.sub(" ", one_line(party.name))[:_LONGEST].strip()
            target = here / f"{label}-{number:03}-{name}.ics"
            with replacing(target) as made:
                made.write_bytes(_calendar(plan, ours, words, stamp))
            written.append(target)
    return written


def _dropped(plan: EventPlan) -> list[Meeting]:
    return [change.before for change in plan.changes if change.before and not change.now]


def _keys(plan: EventPlan, name: str) -> tuple[set[str], set[str]]:
    sides = [
        {one.key for one in side if name in (one.key, one.name)}
        for side in (plan.enterprises, plan.experts)
    ]
    if not any(sides):
        raise ConfigError(f"nobody of the event is called {name!r}; names are those of its report")
    return sides[0], sides[1]


def _calendar(
    plan: EventPlan, meetings: Iterable[Meeting], words: Wording, stamp: datetime | None
) -> bytes:
    try:
        from icalendar import Calendar
    except ImportError as error:
        raise MissingExtraError("icalendar", "calendar", "Writing a calendar") from error
    made = Calendar()
    made.add("prodid", f"-//matchmaker//{words.lang}//")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    name = one_line(plan.settings.name) or words("plan.event.calendar")
    made.add("x-wr-calname", name)
    when = stamp or datetime.combine(plan.slots[0].on, time(), ZoneInfo("UTC"))
    names = names_of(plan)
    dropped = {(one.enterprise, one.expert) for one in _dropped(plan)}
    for meeting in meetings:
        event = _event(plan, meeting, names, words)
        event.add("dtstamp", when.astimezone(ZoneInfo("UTC")))
        gone = (meeting.enterprise, meeting.expert) in dropped
        event.add("status", "CANCELLED" if gone else "CONFIRMED")
        made.add_component(event)
    if made.events:
        # The rules of the zone for the years of the event; a library's list goes back to 1970.
        years = (plan.slots[0].on.year, plan.slots[-1].on.year + 1)
        made.add_missing_timezones(date(years[0], 1, 1), date(years[1], 1, 1))
    ics: bytes = made.to_ical()
    return ics


def _event(
    plan: EventPlan, meeting: Meeting, names: tuple[dict[str, str], dict[str, str]], words: Wording
) -> Event:
    from icalendar import Event

    slot, zone = plan.slots[meeting.slot], ZoneInfo(plan.settings.timezone)
    enterprise = names[0].get(meeting.enterprise, meeting.enterprise)
    expert = names[1].get(meeting.expert, meeting.expert)
    table, place = one_line(meeting.table), one_line(plan.settings.place)
    event = Event()
    event.add("uid", f"{_uid(plan, meeting)}@matchmaker")
    # Of two versions a calendar keeps the later one.
    event.add("sequence", len(plan.history))
    event.add("dtstart", datetime.combine(slot.on, slot.start, zone))
    event.add("dtend", datetime.combine(slot.on, slot.end, zone))
    text = words("plan.event.calendar.summary", enterprise=enterprise, expert=expert, table=table)
    event.add("summary", text)
    where = words("plan.event.table", table=table)
    if place:
        where = words("plan.event.calendar.place", place=place, table=table)
    event.add("location", where)
    event.add("description", topics_text(meeting.topics, words))
    return event


def _uid(plan: EventPlan, meeting: Meeting) -> str:
    who = "\x00".join((plan.settings.name, meeting.enterprise, meeting.expert))
    return hashlib.sha256(who.encode("utf-8", "surrogatepass")).hexdigest()[:32]
