"""The encoder's vocabulary: counted words as a Unigram model, and what a word is made of.

A Unigram model over counted words cuts as jieba does, by the most probable path, but inside
``tokenizer.json``, where both sentence-transformers and numpy can run it. Trained subwords were
tried beside it and cut technical words worse (氮|化|硼) at a quarter of the speed.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from matchmaker.errors import ConfigError

if TYPE_CHECKING:
    from scipy.sparse import csr_array
    from tokenizers import Tokenizer

UNKNOWN = "[UNK]"

_RUNS = re.compile("[\u3400-\u9fff]+|[^\\W_\u3400-\u9fff]+")
# No word holds both Chinese and other letters, so the tokenizer need not part them: cutting only at
# what is neither gives the same tokens and takes about a tenth less time.
_BETWEEN_RUNS = r"[\W_]+"
_LATIN_PIECES = re.compile(r"\d+|[^\W\d_]+")
_LONGEST_WORD = 6
_LONGEST_RUN = 12
_LONGEST_NUMBER = 4
_FEWEST_CHARACTER = 5
# Far below every word, so that an unknown character is never preferred to known ones.
_UNKNOWN_SCORE = -30.0


def is_chinese(token: str) -> bool:
    """Tell whether a token begins with a Chinese character.

    Parameters
    ----------
    token : str

    Returns
    -------
    bool
    """
    return "\u3400" <= token[:1] <= "\u9fff"


def count_words(texts: Iterable[str]) -> Counter[str]:
    """Count the words, Latin and number runs, and their pieces that could become tokens.

    Parameters
    ----------
    texts : iterable of str
        Of :func:`~matchmaker.language.normalize.matching_text`.

    Returns
    -------
    Counter
        Lower-cased. A run such as ``gcr15`` counts whole, as the pieces ``gcr`` and ``15``, and
        once for each letter and digit, so that unseen runs can be spelt.
    """
    import rjieba

    runs: Counter[str] = Counter()
    counts: Counter[str] = Counter()
    for text in texts:
        for run in _RUNS.findall(text.lower()):
            if is_chinese(run):
                counts.update(rjieba.cut(run))
            else:
                runs[run] += 1
    counts = Counter({w: n for w, n in counts.items() if len(w) <= _LONGEST_WORD})
    for run, count in runs.items():
        if len(run) <= _LONGEST_RUN and not (run.isdecimal() and len(run) > _LONGEST_NUMBER):
            counts[run] += count
        for piece in _LATIN_PIECES.findall(run):
            if piece != run and len(piece) <= _LONGEST_WORD:
                counts[piece] += count
            for character in set(piece):
                counts[character] += 1
    return counts


def build_tokenizer(counts: Counter[str], size: int) -> Tokenizer:
    """Make a tokenizer that cuts a text into the most probable words.

    Parameters
    ----------
    counts : Counter
        Of :func:`count_words`.
    size : int
        Most tokens, the unknown one included; every character seen often enough is kept first.

    Returns
    -------
    tokenizers.Tokenizer
        Token 0 is the unknown one. It folds letter case; punctuation, blanks and emoji give no
        token.

    Raises
    ------
    ConfigError
        If `size` leaves no room for a word.
    """
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers

    by_count = sorted(counts, key=lambda word: (-counts[word], word))
    letters = [w for w in by_count if len(w) == 1 and counts[w] >= _FEWEST_CHARACTER]
    words = [w for w in by_count if len(w) > 1]
    kept = (letters + words)[: size - 1]
    if size < 2 or not kept:
        raise ConfigError(f"a vocabulary of {size} has no room for any of {len(counts)} words")
    total = sum(counts[word] for word in kept)
    scores = [(UNKNOWN, _UNKNOWN_SCORE)]
    scores += [(word, math.log(counts[word] / total)) for word in kept]
    tokenizer = Tokenizer(models.Unigram(scores, unk_id=0, byte_fallback=False))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(_BETWEEN_RUNS), behavior="removed")
    return tokenizer


def parts(token: str, known: dict[str, int]) -> list[int]:
    """Name the tokens that a Chinese word is made of: its characters and character pairs.

    Parameters
    ----------
    token : str
    known : dict
        Id of each token.

    Returns
    -------
    list of int
        Sorted, without the token itself; empty for a character, and for Latin and number runs,
        whose letters say nothing about them.
    """
    if not is_chinese(token) or len(token) < 2:
        return []
    pieces = set(token) | {token[i : i + 2] for i in range(len(token) - 1)}
    return sorted(known[piece] for piece in pieces if piece in known and piece != token)


def composition(tokenizer: Tokenizer, weights: NDArray[np.float32]) -> csr_array:
    """Say how each token's vector is put together from trained ones.

    A word's vector is its own plus those of its n parts over the root of n, so that a rare word
    stands near the words it shares characters with before training has seen it (after fastText:
    Bojanowski et al., Enriching Word Vectors with Subword Information, TACL 2017). The sum is
    folded into the table afterwards and costs nothing in use.

    Parameters
    ----------
    tokenizer : tokenizers.Tokenizer
        Of :func:`build_tokenizer`.
    weights : ndarray, shape (tokens,), float32
        What each token's row is multiplied by.

    Returns
    -------
    scipy.sparse.csr_array, shape (tokens, tokens), float32
    """
    from scipy.sparse import csr_array

    known = tokenizer.get_vocab()
    rows: list[int] = []
    columns: list[int] = []
    values: list[float] = []
    for token, row in sorted(known.items(), key=lambda item: item[1]):
        others = parts(token, known)
        rows += [row] * (1 + len(others))
        columns += [row, *others]
        values += [1.0] + [len(others) ** -0.5 for _ in others]
    data = np.asarray(values, dtype=np.float32) * weights[rows]
    matrix = csr_array((data, (rows, columns)), shape=(len(known), len(known)))
    matrix.sort_indices()
    return matrix


def rarity_weights(counts: NDArray[np.int64], smoothing: float) -> NDArray[np.float32]:
    """Weigh tokens by how rare they are: ``smoothing / (smoothing + frequency)``.

    Smooth inverse frequency of Arora, Liang & Ma, A Simple but Tough-to-Beat Baseline for Sentence
    Embeddings, ICLR 2017.

    Parameters
    ----------
    counts : ndarray, shape (tokens,), int64
        How often each token stands in the training text.
    smoothing : float
        Above 0; the frequency whose weight is one half.

    Returns
    -------
    ndarray, shape (tokens,), float32
        In (0, 1]; zero for the unknown token, the first.
    """
    weights = smoothing / (smoothing + counts / max(int(counts.sum()), 1))
    weights[0] = 0.0
    return np.asarray(weights, dtype=np.float32)
