"""What a broker reads about an assignment; merged in :mod:`.messages`."""

from __future__ import annotations

ASSIGNMENT_MESSAGES: dict[str, tuple[str, str]] = {}
