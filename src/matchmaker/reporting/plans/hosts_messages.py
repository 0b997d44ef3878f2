"""What a broker reads about hosts of events; merged in :mod:`.messages`."""

from __future__ import annotations

HOSTS_MESSAGES: dict[str, tuple[str, str]] = {}
