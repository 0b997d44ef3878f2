"""What a broker reads about a timetable; merged in :mod:`.messages`."""

from __future__ import annotations

EVENT_MESSAGES: dict[str, tuple[str, str]] = {}
