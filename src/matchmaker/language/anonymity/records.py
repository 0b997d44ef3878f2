"""Records without what identifies their owners: for every output of a ranking."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import chain
from typing import TypeVar

from matchmaker.errors import ConfigError
from matchmaker.language.anonymity.columns import (
    OF_BRANDS,
    OF_LITERALS,
    OF_ORGANISATIONS,
    OF_PERSONS,
    is_uuid,
    keeps,
    plain_words,
    spells_words,
)
from matchmaker.language.anonymity.folding import closed, fold, squeeze
from matchmaker.language.anonymity.known import KnownNames
from matchmaker.language.anonymity.names import (
    literal_forms,
    nameless,
    organisation_key,
    park_forms,
    person_names,
    split_names,
)
from matchmaker.language.anonymity.organisations import brand_spans, organisation_spans
from matchmaker.language.anonymity.patterns import pattern_spans
from matchmaker.language.anonymity.persons import person_spans
from matchmaker.language.anonymity.redaction import Lang, Redaction, redacted
from matchmaker.language.anonymity.regions import city_of
from matchmaker.records import Achievement, Need

R = TypeVar("R", Need, Achievement)

PSEUDONYMS = {
    "zh": {"Need": "企业{:03d}", "Achievement": "单位{:03d}", "id Need": "需求{:03d}"}
    | {"id Achievement": "成果{:03d}", "and": "、"},
    "en": {"Need": "Enterprise {:03d}", "Achievement": "Organisation {:03d}"}
    | {"id Need": "Need {:03d}", "id Achievement": "Achievement {:03d}", "and": ", "},
}
"""How organisations and ids are numbered, by language."""

TEXTS = (
    "title", "body", "industry", "organisation_type", "maturity", "goals", "indicators",
    "applications", "foundation", "attempted", "confidentiality", "ip", "price", "budget",
)  # fmt: skip
"""Fields whose text stays, redacted."""

SHORT = 40
"""Characters up to which what became of a text is remembered."""

RARE = 500
"""One record in so many may use a name's word for something else, and it is still a name."""

_BELOW_A_CITY = re.compile(r"[\u3400-\u9fff]{2,}[区县旗镇乡]")


class Anonymiser:
    """Takes out of texts and records what says whose they are.

    Names that the fields of the records hold are removed from the running text of every record;
    names that no field holds are recognised by their form and what stands around them. Sectors,
    indicators, technical terms, and province and city stay.

    Parameters
    ----------
    records : iterable of Need or Achievement
        All records of both sides that take part. Their order numbers the organisations.
    lang : {"zh", "en"}
        Language of the neutral words and pseudonyms.

    Raises
    ------
    ConfigError
        If the language is unknown.
    """

    def __init__(self, records: Iterable[Need | Achievement], *, lang: str = "zh") -> None:
        if lang not in ("zh", "en"):
            raise ConfigError(f"unknown language {lang!r}: use 'zh' or 'en'")
        self._lang: Lang = "en" if lang == "en" else "zh"
        self._names = KnownNames()
        self._learned: set[tuple[str, str]] = set()
        self._organisations: dict[str, str] = {}
        self._counts = {"Need": 0, "Achievement": 0, "id Need": 0, "id Achievement": 0}
        self._ids: dict[tuple[str, str], str] = {}
        self._taken: set[str] = set()
        self._short: dict[str, str] = {}
        known = tuple(records)
        self._taken.update(record.id for record in known)
        for record in known:
            self._learn(record)
        self._learn_plain_words(known)

    def redact(self, text: str) -> Redaction:
        """Take out of a text what identifies somebody.

        Parameters
        ----------
        text : str
            As written: whatever width, characters and blanks.

        Returns
        -------
        Redaction
            With spans of the text as it was given.
        """
        if not text or text.isspace():
            return Redaction(text)
        folded = fold(text)
        whole, places = closed(folded)
        by_form = chain(organisation_spans(whole), brand_spans(whole), person_spans(whole))
        found = chain(
            self._names.spans(folded),
            pattern_spans(folded),
            ((places[start], places[stop - 1] + 1, kind) for start, stop, kind in by_form),
        )
        return redacted(text, found, self._lang)

    def term(self, text: str) -> str | None:
        """Give a shared term as it may be shown.

        Parameters
        ----------
        text : str
            As :class:`~matchmaker.scoring.pairs.SharedTerm` holds it.

        Returns
        -------
        str or None
            None if it is a name, holds one, or is a piece of one.
        """
        squeezed = squeeze(fold(text))[0]
        return None if squeezed in self._names.parts or self.redact(text).removed else text

    def organisation(self, name: str, *, side: str = "Need") -> str:
        """Give an organisation's pseudonym: the same for every spelling of one name.

        Parameters
        ----------
        name : str
            As a field holds it; several names may be joined.
        side : {"Need", "Achievement"}
            Of the record, for names that were not met before.

        Returns
        -------
        str
            Such as ``"企业001"``; empty for an empty name.
        """
        found = (self._pseudonym(part, side) for part in split_names(name))
        return PSEUDONYMS[self._lang]["and"].join(dict.fromkeys(found))

    def identifier(self, record_id: str, *, side: str = "Need") -> str:
        """Give an id as it may be shown.

        Parameters
        ----------
        record_id : str
        side : {"Need", "Achievement"}
            Whose it is.

        Returns
        -------
        str
            The id itself, or a pseudonym if it may identify somebody: the same whenever asked.
        """
        if not self._tells(record_id):
            return record_id
        key = (side, record_id)
        while key not in self._ids:
            pseudonym = self._next(f"id {side}")
            if pseudonym not in self._taken:
                self._ids[key] = pseudonym
        return self._ids[key]

    def record(self, record: R) -> R:
        """Give a record as it may be shown.

        Parameters
        ----------
        record : Need or Achievement
            Its names are learned first if it is not one of those that took part.

        Returns
        -------
        Need or Achievement
            Of the same type. Origin, team and personal columns are gone; organisation and, where
            it tells, the id are pseudonyms; region is a province or a city; texts are redacted.
        """
        self._learn(record)
        side = type(record).__name__
        changed: dict[str, object] = {
            name: self._text(getattr(record, name)) for name in TEXTS if hasattr(record, name)
        }
        changed["id"] = self.identifier(record.id, side=side)
        changed["organisation"] = self.organisation(record.organisation, side=side)
        changed["region"] = city_of(record.region)
        changed["source"] = self._source(record.source)
        changed["keywords"] = self._list(record.keywords)
        changed["cooperation"] = self._list(record.cooperation)
        changed["sectors"] = self._list(record.sectors)
        changed["extra"] = {
            heading: self._text(cell)
            for heading, cell in record.extra.items()
            if keeps(heading) and self._text(heading) == heading
        }
        if isinstance(record, Need):
            changed["park"] = city_of(record.park)
        else:
            changed["team"] = ""
        return replace(record, origin=None, **changed)  # type: ignore[arg-type]

    def _text(self, text: str) -> str:
        if not text or len(text) > SHORT:
            return self.redact(text).text if text else text
        # Short fields such as 中试 or 发明专利2项 are the same in many records.
        known = self._short.get(text)
        if known is None:
            known = self._short[text] = self.redact(text).text
        return known

    def _list(self, values: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(value for value in values if self.term(value) is not None)

    def _source(self, source: str) -> str:
        if self.redact(source).removed or _BELOW_A_CITY.search(source):
            return ""
        return source

    def _tells(self, record_id: str) -> bool:
        if is_uuid(record_id):
            return False
        return bool(self.redact(record_id).removed) or spells_words(fold(record_id))

    def _next(self, kind: str) -> str:
        self._counts[kind] += 1
        return PSEUDONYMS[self._lang][kind].format(self._counts[kind])

    def _pseudonym(self, name: str, side: str) -> str:
        key = organisation_key(name)
        if key not in self._organisations:
            self._organisations[key] = self._next(side)
        return self._organisations[key]

    def _learn(self, record: Need | Achievement) -> None:
        side = type(record).__name__
        if self._new("organisation", record.organisation):
            self.organisation(record.organisation, side=side)
            for name in split_names(record.organisation):
                self._names.add_organisation(name)
        if isinstance(record, Achievement) and self._new("team", record.team):
            self._names.add_all(person_names(record.team), "person")
        if isinstance(record, Need) and self._new("park", record.park):
            self._names.add_all(park_forms(record.park), "park")
        for heading, cell in record.extra.items():
            if cell and not keeps(heading) and self._new(heading, cell):
                self._learn_cell(heading, cell)

    def _learn_plain_words(self, records: Sequence[Need | Achievement]) -> None:
        """Take ordinary words for names where next to no record of another owner uses them."""
        candidates = KnownNames()
        owned: dict[str, set[str]] = {}
        for record in records:
            for word, kind in plain_words(record):
                candidates.add(word, kind)
                owned.setdefault(word, set()).add(record.organisation)
        if not owned:
            return
        used: Counter[str] = Counter()
        for record in records:
            folded = fold("\n".join(getattr(record, name, "") for name in TEXTS))
            found = {squeeze(folded[a:b])[0] for a, b, _ in candidates.spans(folded)}
            used.update(word for word in found if record.organisation not in owned[word])
        few = max(1, len(records) // RARE)
        for word, kind in candidates.kinds.items():
            if used[word] <= few:
                self._names.add(word, kind)

    def _new(self, field: str, value: str) -> bool:
        if not value or (field, value) in self._learned:
            return False
        self._learned.add((field, value))
        self._short.clear()
        return True

    def _learn_cell(self, heading: str, cell: str) -> None:
        names = self._names
        if OF_PERSONS.search(heading):
            names.add_all(person_names(cell), "person")
        if OF_ORGANISATIONS.search(heading):
            for name in split_names(cell):
                if not nameless(name) and len(name) <= 40:
                    names.add_organisation(name)
        if OF_BRANDS.search(heading):
            names.add_all((squeeze(name)[0] for name in split_names(cell)), "brand")
        if OF_LITERALS.search(heading):
            names.add_all(literal_forms(cell), "address" if "址" in heading else "number")
