"""The parts of one need, and how far one achievement covers each of them."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from matchmaker.checking.sentences import levelled
from matchmaker.checking.splitting import (
    CHINESE_NUMBERS,
    CIRCLED_NUMBERS,
    find_split,
    item_number,
)
from matchmaker.errors import ConfigError
from matchmaker.language.texts import record_text
from matchmaker.planning.alliances.sayings import Sayings
from matchmaker.records import Need
from matchmaker.scoring.facts import Facts, Placed, read_facts
from matchmaker.scoring.indicators import Verdict, compare_indicators

PartKind = Literal["indicator", "problem", "term"]
KINDS: tuple[PartKind, ...] = ("indicator", "problem", "term")
"""Kinds of parts, in the order of :func:`parts_of_need`."""

# A claim about the same quantity under another condition or unit is something to ask about.
_INCOMPARABLE = 0.5
# A title says what a need is about; a body also says what it suffers from.
_TITLE = 2.0
_MOST_PROBLEMS = 8
_MOST_WORDS = 12
_LEAST_WORDS = 2
_LONGEST_BODY = 20_000

_FRONT = r"(?:^|(?<=[\n。；;：:，, ]))"
_NUMBERINGS = (
    re.compile(rf"{_FRONT}\((\d{{1,2}})\)", re.M),
    re.compile(rf"{_FRONT}(\d{{1,2}})(?:[、．]|\.(?!\d)|\)(?![，。]))", re.M),
    re.compile(rf"{_FRONT}\(([{CHINESE_NUMBERS}])\)", re.M),
    re.compile(rf"{_FRONT}([{CHINESE_NUMBERS}])、", re.M),
    re.compile(rf"([{CIRCLED_NUMBERS}])"),
)
_HEADING = re.compile(
    r"[\s、.，:：)]{0,3}(?:项目|技术|企业|现有|合作|研究|主要|预期|考核|研发|产品){0,2}"
    r"(?:背景|现状|概况|简介|基础|条件|指标|目标|要求|方式|预算|经费|资金|周期|进度|时限|知识产权|"
    r"意义|效益|联系)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PartSettings:
    """How a need is taken apart.

    Attributes
    ----------
    indicators, problems, terms : float
        How much each kind of part weighs, at least 0; the weights of the kinds that a need has
        are scaled to add up to 1.
    most_terms : int
        Terms that are parts at most, at least 1.
    enough : float
        In (0, 1]: a sub-problem is covered by an achievement that has this share of the rarity of
        its words. Two texts on one matter seldom share more than half of them.

    Raises
    ------
    ConfigError
        If a value is out of range, or all weights are 0.
    """

    indicators: float = 1.0
    problems: float = 1.0
    terms: float = 1.0
    most_terms: int = 10
    enough: float = 0.5

    def __post_init__(self) -> None:
        for name in ("indicators", "problems", "terms"):
            value = getattr(self, name)
            if not 0 <= value < math.inf:
                raise ConfigError(f"{name} must be a number of at least 0, not {value!r}")
        if not self.indicators + self.problems + self.terms:
            raise ConfigError("indicators, problems and terms are all 0: give one of them a weight")
        if self.most_terms < 1:
            raise ConfigError(f"most_terms must be at least 1, not {self.most_terms!r}")
        if not 0 < self.enough <= 1:
            raise ConfigError(f"enough must be above 0 and at most 1, not {self.enough!r}")

    def of_kind(self, kind: PartKind) -> float:
        """Weight of a kind of part."""
        return {"indicator": self.indicators, "problem": self.problems, "term": self.terms}[kind]


@dataclass(frozen=True, slots=True)
class NeedPart:
    """A part of a need.

    Attributes
    ----------
    kind : {"indicator", "problem", "term"}
        A target that the need sets, a numbered sub-problem, or a rare term of its text.
    text : str
        As written; of a term, the term.
    weight : float
        In (0, 1]; the weights of a need's parts add up to 1.
    words : mapping of str to float
        Words that an achievement is looked through for, to their shares, which add up to 1; empty
        for an indicator.
    target : Placed or None
        The indicator.
    main : bool
        Whether it says what the need is about; words of the body alone do not.
    """

    kind: PartKind
    text: str
    weight: float
    words: Mapping[str, float]
    target: Placed | None = None
    main: bool = True


@dataclass(frozen=True, slots=True)
class PartEvidence:
    """How far one achievement covers one part.

    Attributes
    ----------
    degree : float
        In [0, 1].
    verdict : {"met", "missed", "incomparable", "unsaid"} or ""
        Of an indicator.
    said : tuple of str
        What the achievement says: its claim, or the words of the part that it has.
    """

    degree: float
    verdict: Verdict | Literal[""] = ""
    said: tuple[str, ...] = ()


def parts_of_need(
    need: Need,
    sayings: Sayings,
    settings: PartSettings | None = None,
    *,
    listed: Collection[str] = (),
) -> tuple[NeedPart, ...]:
    """Take a need apart: its target indicators, its numbered sub-problems and its rare terms.

    Each kind has its weight. Within it, indicators and sub-problems count alike and terms by their
    rarity, those of the title doubly. Terms are the telling words of title and keywords, and the
    rare ones of the body. A word that no achievement has is none: mostly it says something about
    the enterprise and not about its problem (see :func:`unheard_words`). Where the goals state
    targets, only these and the title's count, since figures of a body mostly say how things are.
    Targets without a name or a number are no parts: no claim can be compared with them.

    Parameters
    ----------
    need : Need
    sayings : Sayings
        Of all achievements of the ranking, among which words are rare or not.
    settings : PartSettings, optional
    listed : collection of str
        Terms that the ranking lists as shared by the need and an achievement; if there are any,
        words of the body must be among them or in one of them.

    Returns
    -------
    tuple of NeedPart
        By kind, in the order of ``KINDS``; empty if the need says nothing that could be told apart.
    """
    settings = settings or PartSettings()
    found = [*_indicators(need), *_problems(need, sayings)]
    known = {word for part in found if part.kind == "problem" for word in part.words}
    shared = {term.lower() for term in listed}
    found += _terms(need, sayings, known, shared)[: settings.most_terms]
    totals = {kind: math.fsum(part.weight for part in found if part.kind == kind) for kind in KINDS}
    present = math.fsum(settings.of_kind(kind) for kind in KINDS if totals[kind])
    return tuple(
        NeedPart(
            part.kind,
            part.text,
            settings.of_kind(part.kind) / present * part.weight / totals[part.kind],
            part.words,
            part.target,
            part.main,
        )
        for part in found
        if settings.of_kind(part.kind)
    )


def unheard_words(need: Need, sayings: Sayings) -> tuple[str, ...]:
    """List telling words of a need's title that no achievement has, so that they are no parts."""
    return tuple(word for word in _title_words(need, sayings) if not sayings.count(word))


def cover_parts(
    parts: Sequence[NeedPart], sayings: Sayings, at: int, facts: Facts, *, enough: float = 0.5
) -> tuple[PartEvidence, ...]:
    """Say how far one achievement covers each part; see :func:`cover_part`.

    Parameters
    ----------
    parts : sequence of NeedPart
    sayings : Sayings
    at : int
        Position of the achievement in them.
    facts : Facts
        Of the achievement.
    enough : float
        See :class:`PartSettings`.

    Returns
    -------
    tuple of PartEvidence
        One a part. An achievement that covers none of the main parts covers nothing: a word of
        the body in common does not make it an answer.
    """
    found = tuple(cover_part(part, sayings, at, facts, enough=enough) for part in parts)
    if any(one.degree > 0 and part.main for part, one in zip(parts, found, strict=True)):
        return found
    return tuple(PartEvidence(0.0, one.verdict, one.said) for one in found)


def cover_part(
    part: NeedPart, sayings: Sayings, at: int, facts: Facts, *, enough: float = 0.5
) -> PartEvidence:
    """Say how far one achievement covers a part; never what several say together.

    Parameters
    ----------
    part : NeedPart
    sayings : Sayings
    at : int
        Position of the achievement in them.
    facts : Facts
        Of the achievement.
    enough : float
        See :class:`PartSettings`.

    Returns
    -------
    PartEvidence
        An indicator is covered by a claim that meets it, half covered by one under another unit,
        condition or reference, and else not. A term is covered by an achievement that has it, a
        sub-problem in proportion to the rarity of its words that the achievement has, up to
        ``enough``.
    """
    if part.target is not None:
        (found,) = compare_indicators(
            (part.target.indicator,), (placed.indicator for placed in facts.indicators)
        )
        said = tuple(one.text for one in facts.indicators if one.indicator is found.claim)
        # A claim that is only too weak, such as ≥98 % where ≥99 % is asked for, covers nothing.
        apart = found.verdict == "incomparable" and found.reason != "value"
        degree = 1.0 if found.verdict == "met" else _INCOMPARABLE if apart else 0.0
        return PartEvidence(degree, found.verdict, said)
    had = tuple(word for word in part.words if sayings.has(at, word))
    share = math.fsum(part.words[word] for word in had)
    if part.kind == "term":
        return PartEvidence(1.0 if had else 0.0, said=(part.text,) if had else ())
    # One word in common, however rare, is no answer to a sub-problem.
    degree = min(1.0, share / enough) if len(had) >= _LEAST_WORDS else 0.0
    return PartEvidence(degree, said=had)


def _indicators(need: Need) -> list[NeedPart]:
    targets = read_facts(need).indicators
    if any(placed.field == "goals" for placed in targets):
        targets = tuple(placed for placed in targets if placed.field != "body")
    found = []
    for placed in targets:
        judged = compare_indicators((placed.indicator,), ())
        if judged and judged[0].reason != "name":
            found.append(NeedPart("indicator", placed.text, 1.0, {}, placed))
    return found


def _problems(need: Need, sayings: Sayings) -> list[NeedPart]:
    found = []
    for text in _items(need):
        rare = {word: sayings.rarity(word) for word in sayings.telling(text)}
        words = sorted(rare, key=lambda word: -rare[word])[:_MOST_WORDS]
        if len(words) >= _LEAST_WORDS:
            total = math.fsum(rare[word] for word in words)
            shares = {word: rare[word] / total for word in words}
            found.append(NeedPart("problem", text, 1.0, shares))
    return found[:_MOST_PROBLEMS] if len(found) > 1 else []


def _items(need: Need) -> list[str]:
    """List the sub-problems of a need: of a row with several needs these, else numbered items."""
    split = find_split(need)
    if split is not None:
        same = len({part.body for part in split.parts}) == 1
        return [part.title if same else f"{part.title} {part.body}".strip() for part in split.parts]
    body = need.body[:_LONGEST_BODY]
    for pattern in _NUMBERINGS:
        items = _numbered(body, pattern)
        if len(items) > 1:
            return items
    return []


def _numbered(body: str, pattern: re.Pattern[str]) -> list[str]:
    """List what stands behind numbers that count up from one, as written, without headings."""
    level = levelled(body)
    marks: list[tuple[int, int]] = []
    for found in pattern.finditer(level):
        if item_number(found.group(1)) == len(marks) + 1:
            marks.append(found.span())
    if len(marks) < 2:
        return []
    # The last item ends with its line.
    ends = [start for start, _ in marks[1:]] + [f"{level}\n".find("\n", marks[-1][1])]
    items = [
        body[start:end].removesuffix("\\n").strip(" \t\n；;，,。、")
        for (_, start), end in zip(marks, ends, strict=True)
    ]
    return [item for item in items if item and not _HEADING.match(item)]


def _terms(need: Need, sayings: Sayings, known: set[str], shared: set[str]) -> list[NeedPart]:
    """List terms and how much they count: those of the title first, then the rarest of the body."""
    first = [word for word in _title_words(need, sayings) if sayings.count(word)]
    body = [
        word
        for word in sayings.telling(need.body[:_LONGEST_BODY])
        if word not in first
        and (not shared or any(word in one for one in shared))
        and sayings.is_rare(word)
    ]
    rare = {word: _TITLE * sayings.rarity(word) for word in first}
    rare |= {word: sayings.rarity(word) for word in body}
    ordered = first + sorted(body, key=lambda word: -rare[word])
    # 轴承 beside 轴承钢 would count one thing twice.
    return [
        NeedPart("term", _as_written(word, need), rare[word], {word: 1.0}, main=word in first)
        for word in ordered
        if word not in known and not any(word != one and word in one for one in ordered)
    ]


def _as_written(word: str, need: Need) -> str:
    """Give a term as the need writes it: AZ91D, not az91d."""
    said = "\n".join((need.title, *need.keywords, need.body[:_LONGEST_BODY]))
    found = re.search(re.escape(word), said, re.IGNORECASE)
    return found[0] if found else word


def _title_words(need: Need, sayings: Sayings) -> list[str]:
    return sayings.telling(" ".join((record_text(need).title, *need.keywords)))
