"""Records that are the same, nearly the same, or related."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from matchmaker.checking.fingerprints import candidate_pairs
from matchmaker.checking.placeholders import says_nothing
from matchmaker.checking.sentences import levelled
from matchmaker.language.ngrams import character_counts
from matchmaker.language.normalize import matching_text
from matchmaker.language.organisations import parent_organisation
from matchmaker.records import Achievement, Need

EXACT, NEAR, RELATED = "exact", "near", "related"
LEVELS = (EXACT, NEAR, RELATED)
"""Same text after folding; the same with edits; much in common, but about something else."""

_SIGNS = re.compile(r"[\W_]+")
_BODY_ALONE = 20
_NEAR_JACCARD = 0.55
_NEAR_CONTAINED = 0.8
_RELATED = 0.35
_SLICE = 20_000
_GENERIC = (
    "技术需求", "关键技术", "技术攻关", "研究", "研发", "研制", "开发", "技术", "需求", "项目",
    "难题", "问题", "关于", "解决", "办法", "攻关", "关键", "应用", "及其", "产业化", "工艺",
    "方法", "提升", "提高", "改进", "优化", "的", "求", "与", "及",
)  # fmt: skip

# Words that an editor exchanges throughout a text without changing what it is about.
_USUAL = re.compile(
    "公司|企业|我司|我厂|本厂|单位|集团|希望|想要|需要|目前|现在|现有|采用|使用|利用|要求|成果|"
    "团队|高校|院校|以及|进行"
)


@dataclass(frozen=True, slots=True)
class DuplicatePair:
    """Two records that have much in common.

    Attributes
    ----------
    first, second : int
        Positions in the list that was checked, the smaller first.
    level : str
        One of :data:`LEVELS`.
    similarity : float
        Share of the character 2- and 3-grams of both that both have (Jaccard), in [0, 1].
    contained : float
        Share of those of the shorter that the longer has, in [0, 1].
    same_organisation : bool
        Whether both name the same one.
    """

    first: int
    second: int
    level: str
    similarity: float
    contained: float
    same_organisation: bool


@dataclass(frozen=True, slots=True)
class DuplicateGroup:
    """Records that are one, held together by pairs that are exact or near.

    Attributes
    ----------
    members : tuple of int
        Positions in the list that was checked, rising; at least two.
    keep : int
        Position of the fullest one: most fields filled, then the longest body, then the first.
    level : str
        ``exact`` where all texts are the same, else ``near``.
    similarity : float
        The lowest of its pairs' similarities.
    """

    members: tuple[int, ...]
    keep: int
    level: str
    similarity: float


@dataclass(frozen=True, slots=True)
class _Folded:
    title: str
    body: str
    titles: tuple[str, ...] = ()
    """Other titles of records with the same body."""

    @property
    def whole(self) -> str:
        """Title and body."""
        return self.title + self.body

    @property
    def all(self) -> str:
        """Every title and the body, apart from each other."""
        return "\0".join((self.title, *self.titles, self.body))


def find_duplicates(records: Sequence[Need | Achievement]) -> tuple[DuplicatePair, ...]:
    """Find pairs of records that say the same, nearly the same, or much the same.

    Exact are equal titles and bodies, or equal bodies of at least 20 characters, once width, case,
    traditional characters, blanks and signs are folded; ids do not count. Near ones share most of
    their character n-grams, or the shorter stands in the longer, and what their titles name is
    found in both. Related ones share a third: the same form with another object, or one topic.

    Parameters
    ----------
    records : sequence of Need or Achievement, length n
        Of one or several files; ids may be the same.

    Returns
    -------
    tuple of DuplicatePair
        By position. Of equal texts each is paired with the first one only.
    """
    folded = [_folded(record) for record in records]
    pairs, kept = _exact_pairs(folded)
    for pair in pairs:
        first, title = folded[pair.first], folded[pair.second].title
        if title != first.title and title not in first.titles:
            folded[pair.first] = replace(first, titles=(*first.titles, title))
    texts = [folded[row].whole for row in kept]
    found = candidate_pairs(texts, keys=[folded[row].title for row in kept])
    organisations = [parent_organisation(record.organisation) for record in records]
    measured = _measured(texts, found)
    for (one, other), (jaccard, contained) in zip(found.tolist(), measured.tolist(), strict=True):
        first, second = kept[one], kept[other]
        same = bool(organisations[first]) and organisations[first] == organisations[second]
        level = _level(folded[first], folded[second], jaccard, contained, same)
        if level:
            pairs.append(
                DuplicatePair(first, second, level, round(jaccard, 4), round(contained, 4), same)
            )
    return tuple(sorted(pairs, key=lambda pair: (pair.first, pair.second)))


def duplicate_groups(
    records: Sequence[Need | Achievement], pairs: Sequence[DuplicatePair]
) -> tuple[DuplicateGroup, ...]:
    """Put together what exact and near pairs connect.

    Parameters
    ----------
    records : sequence of Need or Achievement
        As given to :func:`find_duplicates`.
    pairs : sequence of DuplicatePair
        Of :func:`find_duplicates`; related ones are left out.

    Returns
    -------
    tuple of DuplicateGroup
        By their first members.
    """
    root = list(range(len(records)))

    def find(row: int) -> int:
        while root[row] != row:
            root[row] = root[root[row]]
            row = root[row]
        return row

    held = [pair for pair in pairs if pair.level != RELATED]
    for pair in held:
        one, other = sorted((find(pair.first), find(pair.second)))
        root[other] = one
    members: dict[int, list[int]] = {}
    for row in sorted({row for pair in held for row in (pair.first, pair.second)}):
        members.setdefault(find(row), []).append(row)
    inside: dict[int, list[DuplicatePair]] = {}
    for pair in held:
        inside.setdefault(find(pair.first), []).append(pair)
    return tuple(
        DuplicateGroup(
            members=tuple(rows),
            keep=max(rows, key=lambda row: (*_fullness(records[row]), -row)),
            level=EXACT if all(pair.level == EXACT for pair in inside[first]) else NEAR,
            similarity=min(pair.similarity for pair in inside[first]),
        )
        for first, rows in sorted(members.items())
    )


def _fullness(record: Need | Achievement) -> tuple[int, int]:
    names = [item.name for item in fields(record) if item.name not in ("id", "origin", "extra")]
    return sum(bool(getattr(record, name)) for name in names), len("".join(record.body.split()))


def _folded(record: Need | Achievement) -> _Folded:
    title = "" if says_nothing(record.title) else _letters(record.title)
    return _Folded(title, "" if says_nothing(record.body) else _letters(record.body))


def _letters(text: str) -> str:
    # Tags and entities are rare, and removing them takes three times as long as all the rest.
    folded = matching_text(text) if "<" in text or "&" in text else levelled(text)
    return _SIGNS.sub("", unicodedata.normalize("NFKC", folded)).lower()


def _exact_pairs(folded: Sequence[_Folded]) -> tuple[list[DuplicatePair], list[int]]:
    """Pair equal texts with the first of them; and the positions of those that are the first."""
    pairs: list[DuplicatePair] = []
    kept: list[int] = []
    first_of: dict[str, int] = {}
    for row, text in enumerate(folded):
        keys = [f"b{text.body}"] if len(text.body) >= _BODY_ALONE else []
        if text.whole:
            keys.append(f"w{text.whole}")
        earlier = next((first_of[key] for key in keys if key in first_of), None)
        if earlier is None:
            kept.append(row)
            first_of |= dict.fromkeys(keys, row)
        else:
            pairs.append(DuplicatePair(earlier, row, EXACT, 1.0, 1.0, False))
    return pairs, kept


def _measured(texts: Sequence[str], pairs: NDArray[np.int64]) -> NDArray[np.float64]:
    """Measure how much pairs of texts share.

    Returns
    -------
    ndarray, shape (m, 2), float64
        Jaccard similarity and containment of the sets of character 2- and 3-grams.
    """
    measured = np.zeros((len(pairs), 2))
    if not len(pairs):
        return measured
    rows, place = np.unique(pairs, return_inverse=True)
    place = place.reshape(pairs.shape)
    grams = character_counts([texts[row] for row in rows])
    grams.data[:] = 1
    sizes = np.diff(grams.indptr)
    for start in range(0, len(pairs), _SLICE):
        one, other = place[start : start + _SLICE].T
        shared = np.asarray(grams[one].multiply(grams[other]).sum(axis=1)).ravel()
        both = np.maximum(sizes[one] + sizes[other] - shared, 1)
        smaller = np.maximum(np.minimum(sizes[one], sizes[other]), 1)
        measured[start : start + _SLICE] = np.stack([shared / both, shared / smaller], axis=1)
    return measured


def _level(one: _Folded, other: _Folded, jaccard: float, contained: float, same: bool) -> str:
    shorter = min(len(one.body), len(other.body))
    alike = jaccard >= _NEAR_JACCARD - 0.1 * same or (
        contained >= _NEAR_CONTAINED and shorter >= _BODY_ALONE
    )
    if alike and not _other_object(one, other):
        return NEAR
    if jaccard >= _RELATED or contained >= _NEAR_CONTAINED:
        return RELATED
    return ""


def _other_object(one: _Folded, other: _Folded) -> bool:
    """Say whether two texts of one form are about different things.

    So they are if on both sides the titles name what the own text speaks of and the other record
    does not, or if on both sides words come again and again that the other record has not.
    """
    if _unsupported(one, other) and _unsupported(other, one):
        return True
    return _repeated(one, other) and _repeated(other, one)


def _unsupported(one: _Folded, other: _Folded) -> bool:
    """Say whether all titles of a record name something that is missing from the other one."""
    return all(_is_missing(title, one, other) for title in (one.title, *one.titles))


def _is_missing(title: str, one: _Folded, other: _Folded) -> bool:
    for word in _GENERIC:
        title = title.replace(word, " ")
    grams = {word[i : i + 2] for word in title.split() for i in range(len(word) - 1)}
    # A new title for the same text names what stands in neither.
    own = one.body if len(one.body) >= _BODY_ALONE else one.all
    missing = [gram for gram in grams if gram in own and gram not in other.all]
    return len(missing) >= 2 or (bool(missing) and len(grams) <= 3)


def _repeated(one: _Folded, other: _Folded) -> bool:
    text = _USUAL.sub("\0", one.whole)
    counts = Counter(text[i : i + 2] for i in range(len(text) - 1))
    return any(
        times >= 2 and "\0" not in gram and gram not in other.all for gram, times in counts.items()
    )
