"""What a broker reads about mentors; merged in :mod:`.messages`."""

from __future__ import annotations

MENTORS_MESSAGES: dict[str, tuple[str, str]] = {}
