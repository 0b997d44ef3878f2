"""Checks a timetable against the rules, and finds the best one by trying all: no planner inside.

It shares nothing with the planner but the settings' plain values. Parties must be named in the
settings exactly as the ranking shows them.
"""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from datetime import date, datetime, time, timedelta

Moment = tuple[date, time, time, int]


def moments(settings) -> list[Moment]:
    """Day, start, end and stretch of every slot, worked out from the days."""
    found, stretch = [], 0
    for day in sorted(settings.days, key=lambda one: one.on):
        now = datetime.combine(day.on, day.start)
        stretch += 1
        for number in range(1, day.slots + 1):
            end = now + timedelta(minutes=day.minutes)
            found.append((day.on, now.time(), end.time(), stretch))
            pauses = [one.minutes for one in day.breaks if one.after == number]
            stretch += bool(pauses)
            now = end + timedelta(minutes=sum(pauses))
    return found


def overlaps(window, moment) -> bool:
    on, start, end, _ = moment
    if window.on is not None and window.on != on:
        return False
    return (window.start or time.min) < end and start < (window.end or time.max)


def contains(window, moment) -> bool:
    on, start, end, _ = moment
    if window.on is not None and window.on != on:
        return False
    return (window.start or time.min) <= start and end <= (window.end or time.max)


class World:
    """Who could meet whom about what, and what the rules say of a time and a table."""

    def __init__(self, pairs, settings, refused=()):
        self.settings, self.moments = settings, moments(settings)
        self.tables = (
            [str(n + 1) for n in range(settings.tables)]
            if isinstance(settings.tables, int)
            else list(settings.tables)
        )
        best = {}
        for match in pairs:
            if match.score < settings.min_score:
                continue
            if (match.need.id, match.achievement.id) in refused:
                continue
            who = (match.need.organisation, self.expert(match.achievement))
            key = (-match.score, match.need.id, match.achievement.id)
            if who not in best or key < best[who][0]:
                best[who] = (key, match)
        self.wishes = {who: match for who, (_, match) in sorted(best.items())}
        self.locked = {(one.enterprise, one.expert): one for one in settings.locked}

    def expert(self, achievement) -> str:
        return {
            "team": f"{achievement.organisation} {achievement.team or achievement.title}",
            "university": achievement.organisation,
            "achievement": f"{achievement.organisation} {achievement.title}",
        }[self.settings.experts]

    def can_come(self, party: str, slot: int) -> bool:
        moment, ok = self.moments[slot], True
        if party in self.settings.available:
            ok = any(contains(one, moment) for one in self.settings.available[party])
        return ok and not any(
            overlaps(one, moment) for one in self.settings.unavailable.get(party, ())
        )

    def may_sit(self, who, slot: int, table: str) -> bool:
        moment = self.moments[slot]
        for one in self.settings.closed:
            if one.table in ("", table) and overlaps(one, moment):
                return False
        sectors = self.wishes[who].sectors if who in self.wishes else ()
        during = [one for one in self.settings.sessions if contains(one, moment)]
        owner = next((one.sector for one in during if table in one.tables), None)
        if any(one.sector in sectors for one in self.settings.sessions):
            ours = [one for one in during if one.sector in sectors]
            return any(table in one.tables if one.tables else owner is None for one in ours)
        return owner is None

    def cap(self, party: str, side: int) -> float:
        settings = self.settings
        if party in settings.limits:
            return settings.limits[party]
        most = (settings.per_enterprise, settings.per_expert)[side]
        return float("inf") if most is None else most

    def broken(self, times: dict[tuple[str, str], int]) -> list[str]:
        """What is wrong with when people meet, whatever the tables."""
        wrong = []
        for side in (0, 1):
            slots = defaultdict(list)
            for who, slot in times.items():
                slots[who[side]].append(slot)
            for party, taken in slots.items():
                taken.sort()
                if len(taken) > self.cap(party, side):
                    wrong.append(f"{party} has {len(taken)} meetings")
                wrong += [f"{party} cannot come at {at}" for at in taken
                          if not self.can_come(party, at)]  # fmt: skip
                for one, other in itertools.pairwise(taken):
                    together = self.moments[one][3] == self.moments[other][3]
                    if one == other or (together and other - one <= self.settings.rest):
                        wrong.append(f"{party} has no rest between {one} and {other}")
                if self.too_many_in_a_row(taken):
                    wrong.append(f"{party} has no pause")
        for who, booking in self.locked.items():
            at = times.get(who)
            if at is None or self.moments[at][:2] != (booking.on, booking.at):
                wrong.append(f"{who} is booked at another time")
        return wrong

    def too_many_in_a_row(self, taken: list[int]) -> bool:
        run, last = 0, None
        for slot in taken:
            follows = last == slot - 1 and self.moments[last][3] == self.moments[slot][3]
            run, last = (run + 1 if follows else 1), slot
            if self.settings.in_a_row is not None and run > self.settings.in_a_row:
                return True
        return False

    def seatable(self, times: dict[tuple[str, str], int]) -> bool:
        """Whether all who meet at one time find tables."""
        groups = defaultdict(list)
        for who, slot in times.items():
            groups[slot].append(who)
        return all(
            any(
                all(
                    self.may_sit(who, slot, table)
                    and (who not in self.locked or self.locked[who].table in ("", table))
                    for who, table in zip(group, seats, strict=True)
                )
                for seats in itertools.permutations(self.tables, len(group))
            )
            for slot, group in groups.items()
        )

    def value(self, times: dict[tuple[str, str], int]) -> tuple[int, int, float]:
        sides = {"enterprises": (0,), "everybody": (0, 1), "nobody": ()}[self.settings.serve]
        met = {(side, who[side]) for who in times for side in sides}
        score = sum(self.wishes[who].score for who in times if who in self.wishes)
        return len(times), len(met), score

    def timetables(self):
        """Every choice of times that keeps all rules; small events only."""
        everyone = sorted({*self.wishes, *self.locked})
        choices = [None, *range(len(self.moments))]
        for slots in itertools.product(choices, repeat=len(everyone)):
            times = {w: s for w, s in zip(everyone, slots, strict=True) if s is not None}
            if not self.broken(times) and self.seatable(times):
                yield times


def best(pairs, settings, refused=()) -> tuple[int, int, float] | None:
    """Most meetings, then most served, then the best score; None if nothing is allowed."""
    world = World(pairs, settings, refused)
    return max(map(world.value, world.timetables()), default=None)


def violations(plan, pairs, settings, refused=()) -> list[str]:
    """Everything that is wrong with a plan, by its plain data."""
    world, plain = World(pairs, settings, refused), plan.to_json()
    names = [
        {one["key"]: one["name"] for one in plain[side]} for side in ("enterprises", "experts")
    ]
    wrong, times = [], {}
    seats = Counter((one["slot"], one["table"]) for one in plain["meetings"])
    wrong += [f"two meetings at {seat}" for seat, count in seats.items() if count > 1]
    for meeting in plain["meetings"]:
        who = (names[0][meeting["enterprise"]], names[1][meeting["expert"]])
        if who in times:
            wrong.append(f"{who} meet twice")
        times[who] = meeting["slot"]
        if meeting["table"] not in world.tables:
            wrong.append(f"no table {meeting['table']}")
        if not world.may_sit(who, meeting["slot"], meeting["table"]):
            wrong.append(f"{who} may not sit at {meeting['table']} at {meeting['slot']}")
        if who in world.locked and world.locked[who].table not in ("", meeting["table"]):
            wrong.append(f"{who} are booked at another table")
        if who not in world.wishes and who not in world.locked:
            wrong.append(f"{who} have no reason to meet")
        if who in world.wishes:
            topic, match = meeting["topics"][0], world.wishes[who]
            if (topic["need_id"], topic["achievement_id"]) != (match.need.id, match.achievement.id):
                wrong.append(f"{who} should first talk about {match.need.id}")
    waiting = {(names[0][one["enterprise"]], names[1][one["expert"]]) for one in plain["waiting"]}
    if waiting & {*times} or waiting | {*times} != {*world.wishes, *world.locked}:
        wrong.append("somebody is neither held nor waiting, or both")
    told = [(str(on), start.isoformat()) for on, start, _, _ in world.moments]
    if [(slot["on"], slot["start"]) for slot in plain["slots"]] != told:
        wrong.append("the slots are others")
    return wrong + world.broken(times)
