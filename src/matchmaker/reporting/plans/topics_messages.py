"""What a broker reads about round tables, invitations and visits; merged in :mod:`.messages`."""

from __future__ import annotations

TOPICS_MESSAGES: dict[str, tuple[str, str]] = {}
