"""The judged pairs of the 2019 contest, and how they are split into folds."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from matchmaker.evaluation import Judgements, read_judgements


@dataclass(frozen=True, slots=True)
class NeedText:
    """A need's title and body, as in the file."""

    title: str
    body: str

    @property
    def text(self) -> str:
        """Title and body, cleaned alike for every baseline."""
        return clean(f"{self.title} {self.body}")


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs to be scored: their grades are not in it, so no method can look.

    Both tuples have length n; `titles` are the achievements' titles, words joined by spaces.
    """

    need_ids: tuple[str, ...]
    titles: tuple[str, ...]

    def __len__(self) -> int:
        """Return the number of pairs."""
        return len(self.need_ids)


@dataclass(frozen=True, slots=True)
class Prediction:
    """Scores (higher is better) and whole grades 1-4, each of shape (n,)."""

    scores: NDArray[np.float64]
    grades: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Contest:
    """All judged pairs with their needs; `groups` numbers the needs' texts, one per pair."""

    judgements: Judgements
    needs: Mapping[str, NeedText]
    groups: NDArray[np.int64]

    @property
    def titles(self) -> tuple[str, ...]:
        """The achievements' titles, one per pair."""
        return self.judgements.achievement_titles or ("",) * len(self.judgements)

    def judged(self, rows: NDArray[np.int64]) -> Judgements:
        """Return the judgements of some rows, to learn from or to evaluate on."""
        every = self.judgements
        return Judgements(
            need_ids=tuple(every.need_ids[row] for row in rows),
            achievement_ids=tuple(every.achievement_ids[row] for row in rows),
            grades=every.grades[rows],
            achievement_titles=tuple(self.titles[row] for row in rows),
        )

    def test(self, rows: NDArray[np.int64]) -> Pairs:
        """Return the pairs of some rows without their grades."""
        return Pairs(
            tuple(self.judgements.need_ids[row] for row in rows),
            tuple(self.titles[row] for row in rows),
        )


def clean(text: str) -> str:
    """Return text in one width and case, with written-out and real line breaks as spaces."""
    text = unicodedata.normalize("NFKC", re.sub(r"\\[nrt]", " ", text))
    return re.sub(r"\s+", " ", text).strip().lower()


def load_contest(folder: Path) -> Contest:
    """Read ``needs.jsonl`` and ``judged_pairs.csv`` of a folder.

    Raises
    ------
    FileNotFoundError
        If either file is missing; the message says which.
    """
    files = [folder / name for name in ("needs.jsonl", "judged_pairs.csv")]
    for file in files:
        if not file.is_file():
            raise FileNotFoundError(f"{file} is missing; give its folder's parent with --data")
    judgements = read_judgements(files[1])
    needs = {}
    for line in files[0].read_text(encoding="utf-8").split("\n"):
        if line.strip():
            record = json.loads(line)
            needs[record["id"]] = NeedText(record["title"], record["body"])
    return Contest(judgements, needs, need_groups(judgements.need_ids, needs))


def need_groups(need_ids: Sequence[str], needs: Mapping[str, NeedText]) -> NDArray[np.int64]:
    """Return a number per id; needs of one text (letters and digits alone) share it."""
    texts = {need: re.sub(r"\W", "", needs[need].text) for need in dict.fromkeys(need_ids)}
    number = {text: at for at, text in enumerate(dict.fromkeys(texts.values()))}
    return np.array([number[texts[need]] for need in need_ids], dtype=np.int64)


def split_by_pair(pairs: int, folds: int, seed: int) -> NDArray[np.int64]:
    """Return the fold of each pair: any pair may be held back, its need is mostly known."""
    order = np.random.default_rng(seed).permutation(pairs)
    fold = np.empty(pairs, dtype=np.int64)
    fold[order] = np.arange(pairs) % folds
    return fold


def split_by_group(groups: NDArray[np.int64], folds: int, seed: int) -> NDArray[np.int64]:
    """Return the fold of each pair such that no group is in two folds: every need is new.

    Groups are dealt in random order, each to the fold with the fewest pairs so far.
    """
    sizes = np.bincount(groups)
    fold_of_group = np.empty(len(sizes), dtype=np.int64)
    filled = np.zeros(folds, dtype=np.int64)
    for group in np.random.default_rng(seed).permutation(len(sizes)):
        fold_of_group[group] = np.argmin(filled)
        filled[fold_of_group[group]] += sizes[group]
    return fold_of_group[groups]


def train_test_rows(
    fold: NDArray[np.int64],
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Yield the rows to learn from and the rows held back, fold by fold."""
    for number in np.unique(fold):
        yield np.flatnonzero(fold != number), np.flatnonzero(fold == number)
