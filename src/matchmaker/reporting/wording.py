"""How values of a match are put into words: once, for every kind of report."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from matchmaker.language.sectors import OTHER, SectorLabel
from matchmaker.records import Achievement, Need
from matchmaker.reporting.messages import Lang, text
from matchmaker.reporting.safety import clipped, printable
from matchmaker.scoring.pairs import SharedTerm

GRADES = (4, 3, 2, 1)
"""Grades, best first."""

TERMS_SHOWN = 10
"""Shared terms that a table for people lists for one match; the machine form has all."""

_CONTACT = re.compile(r"联系|电话|手机|邮箱|邮件|微信|contact|phone|mobile|e-?mail|wechat", re.I)
_BREAK = re.compile(r"(?:\\r)?\\n|\n")
_SPACE = re.compile(r"\s+")
_FOLDER = re.compile(r".*[/\\]", re.S)


@dataclass(frozen=True, slots=True)
class Wording:
    """Words for the values of a match, in one language.

    Attributes
    ----------
    lang : {"zh", "en"}
        The language.
    """

    lang: Lang

    def __call__(self, key: str, **values: object) -> str:
        """Get a text of the message table."""
        return text(key, self.lang, **values)

    def grade(self, grade: int) -> str:
        """Name a grade, 1 to 4."""
        return self(f"grade.{grade}")

    def score(self, score: float) -> str:
        """Write a score with three decimals."""
        return f"{score:.3f}"

    def percent(self, share: float) -> str:
        """Write a share of [0, 1] in whole per cent; a positive one is at least 1 %."""
        return f"{max(round(100 * share), 1 if share > 0 else 0)}%"

    def listed(self, parts: Iterable[str]) -> str:
        """Join the parts of a list."""
        return self("mark.list").join(parts)

    def sector(self, name: str) -> str:
        """Name a sector: as in the registry, which only 其他 is not part of."""
        return self("sector.other") if name == OTHER else printable(name)

    def sectors(self, names: Iterable[str]) -> str:
        """List sectors."""
        return self.listed(map(self.sector, names))

    def basis(self, label: SectorLabel) -> str:
        """Say how a label is known: its origin, or its probability."""
        return self(f"origin.{label.origin}", percent=self.percent(label.confidence))

    def labels(self, labels: Iterable[SectorLabel]) -> str:
        """List a record's labels with how each is known."""
        return self.listed(
            self("mark.aside", text=self.sector(label.name), aside=self.basis(label))
            for label in labels
        )

    def terms(self, terms: Sequence[SharedTerm]) -> str:
        """List the heaviest shared terms with their shares."""
        return self.listed(
            f"{printable(shared.term)} {self.percent(shared.weight)}"
            for shared in terms[:TERMS_SHOWN]
        )

    def title(self, record: Need | Achievement) -> str:
        """Give a record's title on one line, or say that it has none."""
        return one_line(record.title) or self("empty.title")

    def contact(self, extra: Mapping[str, str]) -> str:
        """Collect what a record's further columns say about how to reach someone."""
        return self("mark.clause").join(
            self("mark.field", name=one_line(name), value=one_line(value))
            for name, value in extra.items()
            if value and _CONTACT.search(name)
        )


def one_line(words: str) -> str:
    r"""Put a text on one line: line ends, also written as ``\n``, become spaces."""
    # Most texts are, and thousands are looked at for one report.
    if words.isprintable() and " " not in words and "\\" not in words:
        return words
    return _SPACE.sub(" ", _BREAK.sub(" ", printable(words))).strip()


def file_name(source: str) -> str:
    """Take the folder off a source's name: who reads a report knows the file, not the machine."""
    return one_line(_FOLDER.sub("", source) or source)


def excerpt(words: str, limit: int) -> str:
    """Give the beginning of a text on one line, at most ``limit`` UTF-16 units."""
    return clipped(one_line(words), limit)


def paragraphs(words: str, limit: int) -> list[str]:
    r"""Split the beginning of a text into paragraphs.

    Parameters
    ----------
    words : str
        A record's text. Many sources hold a line end as the two characters ``\n``.
    limit : int
        UTF-16 units to keep.

    Returns
    -------
    list of str
        Without empty ones.
    """
    parts = (part.strip() for part in _BREAK.split(clipped(printable(words).strip(), limit)))
    return [part for part in parts if part]


def place(region: str, park: str = "") -> str:
    """Join a region and a park, leaving out the one that is missing or already in the other."""
    if park and region in park:
        return park
    return " · ".join(part for part in (region, park) if part)
