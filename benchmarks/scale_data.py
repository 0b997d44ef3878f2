"""Any number of records of about 250 characters, recombined from neighbouring real texts.

A record draws its sentences and the two halves of its title from one text and two of its nearest
neighbours, so that it is about one thing, as real records are. Sentences drawn from anywhere would
make every record an average of unrelated topics: nothing to find, and nothing for an index to hold
on to.
"""

from __future__ import annotations

import csv
import json
import lzma
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.synthetic import SENTENCE, Text, sample_texts

_NEIGHBOURS = 30
_LENGTH = 230
_SHORTEST = 8
_LISTS = ("chinaxiv.jsonl.xz", "csl.jsonl.xz", "patents_research_only.jsonl.xz")


@dataclass(frozen=True, slots=True)
class Sources:
    """Texts to draw from.

    Attributes
    ----------
    titles : list of str, length n
    sentences : list of list of str, length n
    neighbours : ndarray, shape (n, m), int64
        The nearest texts of each, the text itself first.
    """

    titles: list[str]
    sentences: list[list[str]]
    neighbours: NDArray[np.int64]

    @classmethod
    def of(cls, data: Path | None) -> Sources:
        """Open the texts of a data folder, or the bundled sample where there is none."""
        texts = sample_texts("achievements") if data is None else list(_texts(data / "text"))
        cut = [[part for part in SENTENCE.findall(text.body) if len(part) > _SHORTEST]
               for text in texts]  # fmt: skip
        kept = [i for i, sentences in enumerate(cut) if sentences and texts[i].title]
        titles = [texts[i].title for i in kept]
        return cls(titles, [cut[i] for i in kept], _neighbours(titles, [cut[i] for i in kept]))

    def records(self, n: int, *, seed: int) -> Iterator[Text]:
        """Draw records; the first n of a seed are the same however many are drawn."""
        rng = random.Random(seed)
        for _ in range(n):
            first = rng.randrange(len(self.titles))
            near = self.neighbours[first]
            second, third = (int(near[rng.randrange(len(near))]) for _ in range(2))
            pool = [*self.sentences[first], *self.sentences[second], *self.sentences[third]]
            body = ""
            while len(body) < _LENGTH - 20:
                body += rng.choice(pool)
            head, tail = self.titles[second], self.titles[third]
            yield Text(head[: len(head) // 2] + tail[len(tail) // 2 :], body[:_LENGTH])


def _texts(folder: Path) -> Iterator[Text]:
    for name in _LISTS:
        with lzma.open(folder / name, "rt", encoding="utf-8") as file:
            for line in file:
                row = json.loads(line)
                yield Text(row.get("title") or "", row.get("abstract") or row.get("text") or "")
    with (folder / "patent_titles_ipc.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield Text(row["title"], "")


def _neighbours(titles: list[str], sentences: list[list[str]]) -> NDArray[np.int64]:
    import faiss

    from matchmaker.model import Model

    encoder = Model.load().encoder
    vectors = encoder.encode_document(titles)
    vectors += encoder.encode_document(["".join(found) for found in sentences])
    faiss.normalize_L2(vectors)
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    _, found = index.search(vectors, min(_NEIGHBOURS, len(titles)))
    return np.maximum(np.asarray(found, dtype=np.int64), 0)
