"""The web page: one file to open, print or send, that loads nothing and reaches nowhere."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from itertools import groupby
from typing import TYPE_CHECKING, Any

from matchmaker.language.sectors import OTHER, SectorLabel
from matchmaker.reporting.columns import Column, Side, sides
from matchmaker.reporting.facts import Fact, counts, grade_counts, guide, readings, settings
from matchmaker.reporting.files import replacing
from matchmaker.reporting.listing import without_pair
from matchmaker.reporting.messages import check_lang
from matchmaker.reporting.panel import Panel, panel
from matchmaker.reporting.reasoned import Reasoning, reasoning
from matchmaker.reporting.summary import RunSummary
from matchmaker.reporting.wording import Wording, one_line, paragraphs
from matchmaker.scoring.pairs import Match, RankedPairs

if TYPE_CHECKING:
    from jinja2 import Environment

PAIRS = 6_000
"""Pairs on the page, about: beyond this many a phone no longer scrolls well."""

PER_RECORD = 10
"""Pairs of one record on the page, at most; fewer where there are many records."""

CARDS = 2_000
"""Records on the page, at most."""

CHARACTERS = 400
"""UTF-16 units of a record's text on the page, at most."""

CHIPS = 8
"""Shared terms that are shown for one match, at most."""

LIGHTEST = 0.1
"""Part of the heaviest shared term's weight below which a term is not shown."""

_CHIP_SIZES = 5


@dataclass(frozen=True, slots=True)
class Chip:
    """A shared term: its share in words, and its size, 1 to 5."""

    term: str
    share: str
    size: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A match on a card: the answering record, and why it is there."""

    rank: int
    grade: int
    grade_word: str
    score: str
    bar: str
    title: str
    line: str
    facts: Sequence[Fact]
    chips: Sequence[Chip]
    body: Sequence[str]
    why: Panel | None


@dataclass(frozen=True, slots=True)
class Card:
    """A record of the asking side with its best matches."""

    title: str
    line: str
    facts: Sequence[Fact]
    labels: Sequence[Fact]
    body: Sequence[str]
    entries: Sequence[Entry]
    more: int


@dataclass(frozen=True, slots=True)
class Section:
    """A sector with its cards."""

    anchor: str
    name: str
    cards: Sequence[Card]


@dataclass(frozen=True, slots=True)
class Group:
    """The rows of one asking record in the ranking, and its best score."""

    start: int
    stop: int
    best: float


def write_page(
    pairs: RankedPairs,
    path: str | os.PathLike[str],
    *,
    lang: str = "zh",
    summary: RunSummary | None = None,
    reasons: bool = True,
) -> None:
    """Write a self-contained .html page.

    The page loads nothing from anywhere and its content security policy forbids it to; the one
    script in it, for searching, is allowed by its hash, and the page works without. Large rankings
    are cut to about 6,000 pairs, the best of each record, and the page says so.

    Parameters
    ----------
    pairs : RankedPairs
        The ranking.
    path : str or path-like
        The file, UTF-8; replaced once the new one is complete.
    lang : {"zh", "en"}
        Language.
    summary : RunSummary or None
        What to say about the run.
    reasons : bool
        Whether it says why the two of a pair go together.

    Raises
    ------
    ConfigError
        If the language is unknown or the folder does not exist.
    """
    words = Wording(check_lang(lang))
    with replacing(path) as made, made.open("w", encoding="utf-8", newline="\n") as file:
        template = page_environment().from_string(page_resource("page.html.j2"))
        why = reasoning(pairs, wanted=reasons, spans=True)
        for part in template.generate(_view(pairs, summary, words, why)):
            file.write(part)


def page_environment() -> Environment:
    """Give what fills in templates of pages: it escapes, and a name that is missing raises."""
    from jinja2 import Environment, StrictUndefined

    return Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


def page_resource(name: str) -> str:
    """Read a template, style or script by its path below this package."""
    return files("matchmaker.reporting").joinpath(name).read_text(encoding="utf-8")


def _view(
    pairs: RankedPairs, summary: RunSummary | None, words: Wording, why: Reasoning | None
) -> dict[str, Any]:
    from markupsafe import Markup

    asked, answered = sides(pairs)
    groups = _groups(pairs, asked)
    per_record = min(PER_RECORD, max(1, PAIRS // max(1, len(groups))))
    # Best first; the ranking's own order, by id, decides between equals.
    shown = sorted(groups, key=lambda group: -group.best)[:CARDS]
    style, script = page_resource("page.css"), page_resource("page.js")
    pairs_shown = sum(min(per_record, group.stop - group.start) for group in shown)
    missing = without_pair(pairs, asked)
    return {
        "words": words,
        "language": "zh-Hans" if words.lang == "zh" else "en",
        "style": Markup(style),
        "script": Markup(script),
        "style_hash": content_hash(style),
        "script_hash": content_hash(script),
        "direction": pairs.direction,
        "asked": asked.name,
        "answered": answered.name,
        "counts": counts(pairs, words),
        "grades": _grades(pairs, words),
        "settings": settings(summary, words),
        "readings": readings(summary, words),
        "guide": guide(words, terms=CHIPS, reasons=why is not None),
        "sections": _sections(pairs, shown, per_record, words, why),
        "missing": [_missing(record, asked, words) for record in missing[:CARDS]],
        "missing_total": len(missing),
        "notices": _notices(pairs, groups, (len(shown), pairs_shown, per_record), words),
    }


def content_hash(content: str) -> str:
    """Hash a style or script for a content security policy."""
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()


def _groups(pairs: RankedPairs, asked: Side[Any]) -> list[Group]:
    """Find the rows of each asking record; they stand together, best first."""
    groups: list[Group] = []
    scores = pairs.columns.score
    start = 0
    for _, found in groupby(asked.positions(pairs)):
        stop = start + sum(1 for _ in found)
        groups.append(Group(start, stop, float(scores[start])))
        start = stop
    return groups


def _notices(
    pairs: RankedPairs, groups: Sequence[Group], shown: tuple[int, int, int], words: Wording
) -> list[str]:
    cards, pairs_shown, per_record = shown
    notices = []
    if pairs_shown < len(pairs):
        notices.append(
            words(
                "page.cut",
                per_record=per_record,
                characters=CHARACTERS,
                pairs=len(pairs),
                shown=pairs_shown,
            )
        )
    if cards < len(groups):
        notices.append(words("page.cut_records", total=len(groups), shown=cards))
    return notices


def _grades(pairs: RankedPairs, words: Wording) -> list[dict[str, object]]:
    """Lay the grades out side by side on a bar 100 wide."""
    found, at = [], 0.0
    for grade, number in grade_counts(pairs).items():
        share = 100 * number / max(1, len(pairs))
        found.append(
            {
                "grade": grade,
                "word": words.grade(grade),
                "number": number,
                "share": words.percent(share / 100),
                "x": f"{at:.2f}",
                "width": f"{share:.2f}",
            }
        )
        at += share
    return found


def _sections(
    pairs: RankedPairs,
    groups: Sequence[Group],
    per_record: int,
    words: Wording,
    why: Reasoning | None,
) -> list[Section]:
    """Put every card under the sector in which its best pair meets."""
    cards: dict[str, list[Card]] = {name: [] for name in (*pairs.by_sector(), OTHER)}
    for group in groups:
        matches = list(pairs[group.start : min(group.stop, group.start + per_record)])
        name = next(iter(matches[0].sectors), OTHER)
        more = group.stop - group.start - len(matches)
        cards[name].append(_card(matches, more, sides(pairs), words, why))
    return [
        Section(f"s{i}", words.sector(name), found)
        for i, (name, found) in enumerate(cards.items(), start=1)
        if found
    ]


def _card(
    matches: Sequence[Match],
    more: int,
    both: tuple[Side[Any], Side[Any]],
    words: Wording,
    why: Reasoning | None,
) -> Card:
    asked, answered = both
    record = asked.record(matches[0])
    return Card(
        title=words.title(record),
        line=_line(record, asked, words),
        facts=_facts(record, asked, words),
        labels=_labels(_labels_of(matches[0], asked), words),
        body=_body(record),
        entries=[
            _entry(
                match,
                answered,
                words,
                None if why is None else panel(why(match), words, asking=asked.name),
            )
            for match in matches
        ],
        more=more,
    )


def _entry(match: Match, side: Side[Any], words: Wording, why: Panel | None) -> Entry:
    record = side.record(match)
    return Entry(
        rank=match.rank,
        grade=match.grade,
        grade_word=words.grade(match.grade),
        score=words.score(match.score),
        bar=f"{100 * min(max(match.score, 0.0), 1.0):.1f}",
        title=words.title(record),
        line=_line(record, side, words),
        facts=_alike(match, words) + _facts(record, side, words),
        chips=list(_chips(match, words)),
        body=_body(record),
        why=why,
    )


def _chips(match: Match, words: Wording) -> Iterator[Chip]:
    terms = match.shared_terms[:CHIPS]
    for shared in terms:
        if shared.weight < LIGHTEST * terms[0].weight:
            return
        size = -int(-_CHIP_SIZES * shared.weight // terms[0].weight)
        yield Chip(one_line(shared.term), words.percent(shared.weight), size)


def _line(record: Any, side: Side[Any], words: Wording) -> str:
    """Say below a title whose record it is: all that is read first but id and title."""
    found = (column.value(record, words) for column in (*side.main[1:], *side.keys[1:]))
    return " · ".join(str(value) for value in found if value)


def _facts(record: Any, side: Side[Any], words: Wording) -> list[Fact]:
    """List the further fields that a record fills; its text stands in full elsewhere."""
    columns: Sequence[Column[Any]] = (side.keys[0], *side.more[:-1])
    found = (
        (column.heading(words), one_line(str(column.value(record, words)))) for column in columns
    )
    return [(heading, value) for heading, value in found if value]


def _alike(match: Match, words: Wording) -> list[Fact]:
    ids = one_line(words.listed(match.duplicates))
    return [(words("column.duplicates"), ids)] if ids else []


def _labels_of(match: Match, side: Side[Any]) -> tuple[SectorLabel, ...]:
    return match.need_sectors if side.name == "need" else match.achievement_sectors


def _labels(labels: Sequence[SectorLabel], words: Wording) -> list[Fact]:
    return [(words.sector(label.name), words.basis(label)) for label in labels]


def _body(record: Any) -> list[str]:
    return paragraphs(record.body, CHARACTERS)


def _missing(record: Any, side: Side[Any], words: Wording) -> tuple[str, str, str]:
    return record.id, words.title(record), _line(record, side, words)
