"""What a broker reads about every plan; merged in :mod:`.messages`."""

from __future__ import annotations

FRAME_MESSAGES: dict[str, tuple[str, str]] = {}
