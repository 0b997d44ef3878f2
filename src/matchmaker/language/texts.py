"""The two texts of a record that matching looks at."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from matchmaker.language.normalize import matching_text
from matchmaker.records import Achievement, Need
from matchmaker.records.cells import is_placeholder

# A record without a title is named by its first sentence, cut to the length of a long title.
_LEAD = re.compile(r"[^。；;!?！？]{1,60}")


@dataclass(frozen=True, slots=True)
class RecordText:
    """What a record says, with spellings folded together.

    Attributes
    ----------
    title : str
        The title, or the first sentence of the body where there is none.
    whole : str
        Title, body and the other fields that say what it is about.
    """

    title: str
    whole: str


def record_text(record: Need | Achievement) -> RecordText:
    """Collect what a record says about its subject.

    Organisation, region and conditions are left out: two records of one city have nothing in
    common by that. So are what a need has already tried and what it has: both name what is not
    asked for.

    Parameters
    ----------
    record : Need or Achievement

    Returns
    -------
    RecordText
        Of :func:`~matchmaker.language.normalize.matching_text`; empty where nothing is said.
    """
    if isinstance(record, Need):
        fields = [record.body, record.goals]
    else:
        fields = [record.body, record.indicators, record.applications]
    parts = [
        matching_text(part) for part in [*fields, *record.keywords] if not is_placeholder(part)
    ]
    title = "" if is_placeholder(record.title) else matching_text(record.title)
    whole = " ".join(part for part in [title, *parts] if part)
    if not title:
        lead = _LEAD.match(whole)
        title = lead.group() if lead else ""
    return RecordText(title=title, whole=whole)


def text_keys(texts: Sequence[RecordText]) -> NDArray[np.uint64]:
    """Give texts numbers: equal ones for equal texts, whatever their spaces and signs.

    Parameters
    ----------
    texts : sequence of RecordText, length n

    Returns
    -------
    ndarray, shape (n,), uint64
    """
    folded = ("".join(filter(str.isalnum, text.whole)).lower() for text in texts)
    digests = [blake2b(text.encode("utf-8", "replace"), digest_size=8).digest() for text in folded]
    return np.frombuffer(b"".join(digests), dtype="<u8").astype(np.uint64)
