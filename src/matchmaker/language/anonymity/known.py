"""Names known from the fields of the records, found in any text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from matchmaker.language.anonymity.folding import squeeze
from matchmaker.language.anonymity.names import organisation_forms
from matchmaker.language.anonymity.organisations import kind_of
from matchmaker.language.anonymity.redaction import Kind
from matchmaker.language.anonymity.words import crosses


class KnownNames:
    """Names that were met in fields, found in a text in time that grows with the text alone."""

    def __init__(self) -> None:
        self._kinds: dict[str, Kind] = {}
        self._lengths: dict[str, tuple[int, ...]] = {}
        self.parts: set[str] = set()

    def __len__(self) -> int:
        return len(self._kinds)

    def add(self, form: str, kind: Kind) -> None:
        """Add one squeezed form; those of one character are not."""
        if len(form) < 2 or form in self._kinds:
            return
        self._kinds[form] = kind
        head = form[:2]
        lengths = self._lengths.get(head, ())
        if len(form) not in lengths:
            self._lengths[head] = tuple(sorted((*lengths, len(form)), reverse=True))
        if len(form) <= 3:
            self.parts.update(
                form[i:j] for i in range(len(form) - 1) for j in range(i + 2, len(form) + 1)
            )

    def add_organisation(self, name: str) -> None:
        """Add every form of one organisation's name."""
        kind = kind_of(name)
        for form in organisation_forms(name):
            self.add(form, kind)

    def add_all(self, forms: Iterable[str], kind: Kind) -> None:
        """Add squeezed forms of one kind."""
        for form in forms:
            self.add(form, kind)

    @property
    def kinds(self) -> Mapping[str, Kind]:
        """The forms and what they name."""
        return self._kinds

    def spans(self, folded: str) -> Iterator[tuple[int, int, Kind]]:
        """Find the names in a text.

        Parameters
        ----------
        folded : str
            Of :func:`~matchmaker.language.anonymity.folding.fold`.

        Yields
        ------
        (start, end, kind)
            The longest at each place, none overlapping another.
        """
        text, places = squeeze(folded)
        lengths, kinds = self._lengths, self._kinds
        free = 0
        for at in range(len(text) - 1):
            found = lengths.get(text[at : at + 2])
            if found is None or at < free:
                continue
            for length in found:
                kind = kinds.get(text[at : at + length])
                if kind is None or at + length > len(text):
                    continue
                start, stop = places[at], places[at + length - 1] + 1
                if _fits(folded, start, stop, length):
                    yield start, stop, kind
                    free = at + length
                    break


_LATIN = re.compile(r"[a-z0-9]", re.IGNORECASE)


def _fits(folded: str, start: int, stop: int, length: int) -> bool:
    first, last = folded[start], folded[stop - 1]
    if _LATIN.match(first) and start and _LATIN.match(folded[start - 1]):
        return False
    if _LATIN.match(last) and stop < len(folded) and _LATIN.match(folded[stop]):
        return False
    return length > 3 or stop - start > length or not crosses(folded, start, stop)
