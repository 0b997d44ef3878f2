"""What a broker reads about alliances, shortlists and briefings; merged in :mod:`.messages`."""

from __future__ import annotations

ALLIANCE_MESSAGES: dict[str, tuple[str, str]] = {}
