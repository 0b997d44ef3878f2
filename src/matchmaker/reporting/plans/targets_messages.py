"""What a broker reads about targets; merged in :mod:`.messages`."""

from __future__ import annotations

TARGETS_MESSAGES: dict[str, tuple[str, str]] = {}
