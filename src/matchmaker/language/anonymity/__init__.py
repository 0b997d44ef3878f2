"""Taking out of records and texts what says whose they are."""

from __future__ import annotations

from matchmaker.language.anonymity.records import Anonymiser
from matchmaker.language.anonymity.redaction import Redaction, Removed

__all__ = ["Anonymiser", "Redaction", "Removed"]
