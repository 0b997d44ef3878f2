"""What `benchmarks.retrieval` searches: queries, a collection, and what should be found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.bdci_data import Contest
from matchmaker.language.normalize import matching_text
from matchmaker.records import Achievement, Need

Relevant = tuple[frozenset[int], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """One collection and the queries put to it.

    `needs` has length q, `achievements` length n, both in order of id. `relevant` holds, for each
    question asked of the rankings, q sets of positions in `achievements`; a need with an empty
    set does not count. `groups`, shape (q,), numbers needs that are drawn together.
    """

    needs: tuple[Need, ...]
    achievements: tuple[Achievement, ...]
    relevant: Mapping[str, Relevant]
    groups: NDArray[np.int64]

    def facts(self) -> dict[str, int | dict[str, int]]:
        """Return counts that say what was searched; no text."""
        return {
            "queries": len(self.needs),
            "collection": len(self.achievements),
            "relevant": {name: sum(map(len, sets)) for name, sets in self.relevant.items()},
            "queries_with_relevant": {
                name: sum(map(bool, sets)) for name, sets in self.relevant.items()
            },
        }


def judged_pool(contest: Contest) -> Task:
    """Search the titles of all judged pairs, each distinct title once, for every judged need.

    A title that was judged several times for one need counts with its best grade. Titles that
    were not judged for a need count as not relevant to it.
    """
    titles = [matching_text(title) for title in contest.titles]
    position = _numbered(title for title in titles if title)
    judged = contest.judgements
    order = sorted(set(judged.need_ids))
    row = {need: at for at, need in enumerate(order)}
    found: dict[str, list[set[int]]] = {
        name: [set() for _ in order] for name in ("grade ≥ 3", "grade 4")
    }
    for need, title, grade in zip(judged.need_ids, titles, judged.grades, strict=True):
        for least, sets in zip((3, 4), found.values(), strict=True):
            if title and grade >= least:
                sets[row[need]].add(position[title])
    group = dict(zip(judged.need_ids, contest.groups.tolist(), strict=True))
    needs = ((need, contest.needs[need]) for need in order)
    return Task(
        needs=tuple(Need(id=key, title=text.title, body=text.body) for key, text in needs),
        achievements=tuple(Achievement(id=_id(at), title=title) for title, at in position.items()),
        relevant={name: tuple(map(frozenset, sets)) for name, sets in found.items()},
        groups=np.array([group[need] for need in order], dtype=np.int64),
    )


def titles_to_abstracts(rows: Sequence[tuple[str, str]]) -> Task:
    """Search abstracts, which carry no title, by every title."""
    abstracts = _numbered(abstract for _, abstract in rows)
    wanted: dict[str, set[int]] = {}
    for title, abstract in rows:
        wanted.setdefault(title, set()).add(abstracts[abstract])
    return Task(
        needs=tuple(Need(id=_id(at), title=title) for at, title in enumerate(wanted)),
        achievements=tuple(Achievement(id=_id(at), body=body) for body, at in abstracts.items()),
        relevant={"own abstract": tuple(map(frozenset, wanted.values()))},
        groups=np.arange(len(wanted), dtype=np.int64),
    )


def _numbered(texts: Iterable[str]) -> dict[str, int]:
    return {text: at for at, text in enumerate(dict.fromkeys(texts))}


def _id(position: int) -> str:
    return f"{position:09d}"  # collections stand in order of id
