"""Training pairs drawn from papers and patent titles: two texts that are about the same thing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from matchmaker.errors import ConfigError
from matchmaker.training.corpus import Corpus

if TYPE_CHECKING:
    from scipy.sparse import csr_array
    from tokenizers import Tokenizer

Indices = NDArray[np.int64]

_TITLE, _ABSTRACT, _KEYWORDS, _BODY = range(4)
# Fewest tokens that make each part worth pairing.
_FEWEST = np.array([3, 15, 2, 60])
_CHUNK = 512


@dataclass(frozen=True, slots=True)
class _Pairing:
    """Two parts of a paper, or one part split in two, and the spans taken from them, in tokens."""

    left: int
    right: int
    weight: float
    left_span: tuple[int, int] | None = None
    right_span: tuple[int, int] | None = None


# Short against long as a title against a description, long against long as two descriptions. Bodies
# come from optical recognition and help less the more there is of them.
_PAIRINGS = (
    _Pairing(_TITLE, _ABSTRACT, 1.0),
    _Pairing(_KEYWORDS, _ABSTRACT, 0.5, left_span=(2, 30)),
    _Pairing(_TITLE, _KEYWORDS, 0.3),
    _Pairing(_ABSTRACT, _ABSTRACT, 0.7),
    _Pairing(_TITLE, _BODY, 0.07, right_span=(20, 120)),
    _Pairing(_ABSTRACT, _BODY, 0.07, left_span=(15, 120), right_span=(5, 120)),
    _Pairing(_BODY, _BODY, 0.1, left_span=(5, 120), right_span=(20, 120)),
)


@dataclass(frozen=True, slots=True)
class TokenisedCorpus:
    """Token ids of a corpus in one array.

    Attributes
    ----------
    ids : ndarray, shape (tokens,), int32
    starts, lengths : ndarray, shape (papers, 4), int64
        Of title, abstract, joined keywords and joined body in `ids`.
    patents : tuple of ndarray, shape (members, 2), int64
        Start and length of the titles that share a set of IPC subclasses, two or more each.
    """

    ids: NDArray[np.int32]
    starts: Indices
    lengths: Indices
    patents: tuple[Indices, ...]


def _encode(tokenizer: Tokenizer, texts: Sequence[str]) -> tuple[NDArray[np.int32], Indices]:
    """Give the ids of all texts, one after the other, and where each ends, from 0 on."""
    pieces: list[NDArray[np.int32]] = []
    for start in range(0, len(texts), _CHUNK):
        chunk = list(texts[start : start + _CHUNK])
        encodings = tokenizer.encode_batch_fast(chunk, add_special_tokens=False)
        pieces += [np.asarray(encoding.ids, dtype=np.int32) for encoding in encodings]
    ends = np.cumsum([0, *map(len, pieces)], dtype=np.int64)
    return np.concatenate([np.zeros(0, dtype=np.int32), *pieces]), ends


def tokenise(corpus: Corpus, tokenizer: Tokenizer) -> TokenisedCorpus:
    """Turn a corpus into token ids.

    Parameters
    ----------
    corpus : Corpus
    tokenizer : tokenizers.Tokenizer

    Returns
    -------
    TokenisedCorpus
    """
    texts = [
        text
        for p in corpus.papers
        for text in (p.title, p.abstract, " ".join(p.keywords), " ".join(p.body))
    ]
    texts += [patent.title for patent in corpus.patents]
    ids, ends = _encode(tokenizer, texts)
    lengths = np.diff(ends)
    in_papers = 4 * len(corpus.papers)
    groups: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for i, patent in enumerate(corpus.patents, start=in_papers):
        if lengths[i]:
            groups[patent.subclasses].append((int(ends[i]), int(lengths[i])))
    return TokenisedCorpus(
        ids=ids,
        starts=ends[:-1][:in_papers].reshape(-1, 4),
        lengths=lengths[:in_papers].reshape(-1, 4),
        patents=tuple(np.array(g, dtype=np.int64) for g in groups.values() if len(g) > 1),
    )


class PairSampler:
    """Draws batches of pairs; within a batch every paper stands in one pair at most.

    Parameters
    ----------
    corpus : TokenisedCorpus
    tokens : int
        Size of the vocabulary.
    patent_share : float
        Share of a batch that are two patent titles with the same IPC subclasses, in [0, 1).
    seed : int

    Raises
    ------
    ConfigError
        If no paper has two parts to pair.
    """

    def __init__(
        self, corpus: TokenisedCorpus, *, tokens: int, patent_share: float, seed: int
    ) -> None:
        self._corpus = corpus
        self._tokens = tokens
        self._patent_share = patent_share
        self._rng = np.random.default_rng(seed)
        long_enough = corpus.lengths >= _FEWEST
        self._members = [
            np.flatnonzero(long_enough[:, p.left] & long_enough[:, p.right]) for p in _PAIRINGS
        ]
        # Rare pairings are drawn more often than their number, so that all of them count.
        shares = np.array(
            [p.weight * len(m) ** 0.75 for p, m in zip(_PAIRINGS, self._members, strict=True)]
        )
        if not shares.any():
            raise ConfigError("no paper of the corpus has two parts to train on")
        self._shares = shares / shares.sum()

    def batch(self, size: int) -> csr_array:
        """Draw pairs.

        Parameters
        ----------
        size : int
            Most pairs; fewer where the corpus has fewer papers.

        Returns
        -------
        scipy.sparse.csr_array, shape (2 n, tokens), float32
            Token counts: row i and row n + i are a pair.
        """
        return self._counts(self.spans(size))

    def spans(self, size: int) -> Indices:
        """Draw pairs as they stand in the corpus.

        Parameters
        ----------
        size : int
            Most pairs; fewer where the corpus has fewer papers.

        Returns
        -------
        ndarray, shape (2 n, 2), int64
            Start and length in the corpus's ids: row i and row n + i are a pair.
        """
        of_patents = min(int(size * self._patent_share), len(self._corpus.patents))
        left, right = [], []
        used = np.zeros(len(self._corpus.lengths), dtype=bool)
        drawn = self._rng.multinomial(size - of_patents, self._shares)
        for pairing, members, count in zip(_PAIRINGS, self._members, drawn, strict=True):
            free = members[~used[members]]
            papers = self._rng.choice(free, min(int(count), len(free)), replace=False)
            used[papers] = True
            one, other = self._pair(pairing, papers)
            left.append(one)
            right.append(other)
        one, other = self._patent_pairs(of_patents)
        return np.concatenate([*left, one, *right, other])

    def _pair(self, pairing: _Pairing, papers: Indices) -> tuple[Indices, Indices]:
        """Give start and length of both sides, each of shape (n, 2)."""
        starts, lengths = self._corpus.starts[papers], self._corpus.lengths[papers]
        left = np.stack([starts[:, pairing.left], lengths[:, pairing.left]], axis=1)
        right = np.stack([starts[:, pairing.right], lengths[:, pairing.right]], axis=1)
        if pairing.left == pairing.right:
            left, right = self._split(left)
        return self._span(left, pairing.left_span), self._span(right, pairing.right_span)

    def _split(self, whole: Indices) -> tuple[Indices, Indices]:
        """Cut texts in two: a shorter part from either end, and the rest."""
        start, length = whole.T
        short = (length * self._rng.uniform(0.15, 0.5, len(length))).astype(np.int64)
        at_end = self._rng.random(len(length)) < 0.5
        one = np.stack([np.where(at_end, start + length - short, start), short], axis=1)
        rest = np.stack([np.where(at_end, start, start + short), length - short], axis=1)
        return one, rest

    def _span(self, whole: Indices, bounds: tuple[int, int] | None) -> Indices:
        """Take a random span out of each text, its length log-uniform within the bounds."""
        if bounds is None:
            return whole
        start, length = whole.T
        low, high = np.log(bounds)
        wanted = np.exp(self._rng.uniform(low, high, len(length))).astype(np.int64)
        taken = np.minimum(length, wanted)
        offset = (self._rng.random(len(length)) * (length - taken + 1)).astype(np.int64)
        return np.stack([start + offset, taken], axis=1)

    def _patent_pairs(self, count: int) -> tuple[Indices, Indices]:
        groups = self._rng.choice(len(self._corpus.patents), count, replace=False) if count else ()
        pairs = [
            self._rng.choice(self._corpus.patents[int(group)], 2, replace=False) for group in groups
        ]
        both = np.array(pairs, dtype=np.int64).reshape(-1, 2, 2)
        return both[:, 0], both[:, 1]

    def _counts(self, spans: Indices) -> csr_array:
        from scipy.sparse import csr_array

        start, length = spans.T
        ends = np.cumsum(length)
        index = np.repeat(start - (ends - length), length) + np.arange(int(length.sum()))
        counts = csr_array(
            (
                np.ones(len(index), dtype=np.float32),
                self._corpus.ids[index],
                np.concatenate([[0], ends]),
            ),
            shape=(len(spans), self._tokens),
        )
        counts.sum_duplicates()
        return counts
