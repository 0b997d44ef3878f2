"""Texts as vectors: the seam and the shipped static embedding.

Encoders take texts as they are. Whoever calls one folds spellings together first, with
:func:`matchmaker.language.normalize.matching_text`, so that ``SentenceTransformer(folder)`` gives
the same vectors for the same texts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from matchmaker.errors import ConfigError, ModelError
from matchmaker.retrieval.model_folders import WEIGHTS, fingerprint, read_modules

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Vectors = NDArray[np.float32]

_TOKENIZER = "tokenizer.json"
# Enough texts to keep every core busy, few enough that their token ids stay in the cache.
_CHUNK = 2048
# What counts as a word, in characters, and how many are remembered: some ten MB.
_WORD = 12
_MOST_KNOWN = 60_000
# Waking the tokenizer's threads takes longer than one thread takes for so few texts.
_FEW = 32


@runtime_checkable
class Encoder(Protocol):
    """What turns texts into vectors whose inner product is their cosine.

    Attributes
    ----------
    dim : int
        Length of a vector, at least 1.
    name : str
        Identity of the model: encoders with equal names give equal vectors. A store refuses to mix
        vectors of different names.

    See Also
    --------
    matchmaker.testing.check_encoder : The contract, as a test.
    """

    dim: int
    name: str

    def encode_query(self, texts: Sequence[str]) -> Vectors:
        """Encode needs.

        Parameters
        ----------
        texts : sequence of str, length n

        Returns
        -------
        ndarray, shape (n, dim), float32
            Rows of length 1; a row of zeros for a blank text and for one without a known token.
        """
        ...

    def encode_document(self, texts: Sequence[str]) -> Vectors:
        """Encode achievements, as :meth:`encode_query` does needs."""
        ...


def checked_texts(texts: Sequence[str]) -> list[str]:
    """Refuse what is no sequence of texts; make texts fit for UTF-8.

    Raises
    ------
    ConfigError
        If `texts` is one text, or something in it is not a text.
    """
    if isinstance(texts, str):
        raise ConfigError("an encoder takes a sequence of texts, not one text: put it into a list")
    for i, text in enumerate(texts):
        if not isinstance(text, str):
            raise ConfigError(f"text {i} is {type(text).__name__}, not str")
    # Half of a surrogate pair, as broken exports leave it, has no UTF-8 form.
    return [text.encode("utf-8", "replace").decode("utf-8") for text in texts]


def unit_rows(vectors: Vectors) -> Vectors:
    """Scale rows to length 1; rows without a direction become zero."""
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not np.isfinite(norms).all():
        vectors = np.nan_to_num(vectors, nan=0.0, posinf=0.0, neginf=0.0)
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    norms[norms == 0] = 1.0
    return np.asarray(vectors / norms, dtype=vectors.dtype)


def _chunks(texts: list[str], size: int) -> Iterator[list[str]]:
    for start in range(0, len(texts), size):
        yield texts[start : start + size]


def _static_folder(folder: Path) -> Path:
    """Find the folder of the static embedding; refuse modules that change its vectors."""
    first, *others = read_modules(folder)
    kinds = [first["type"].rpartition(".")[2], *(m["type"].rpartition(".")[2] for m in others)]
    if kinds[0] != "StaticEmbedding" or any(kind != "Normalize" for kind in kinds[1:]):
        raise ModelError(
            f"{folder} holds {' + '.join(kinds)}, not a StaticEmbedding; "
            "open it with SentenceTransformerEncoder"
        )
    inner = folder / first["path"]
    for name in (WEIGHTS, _TOKENIZER):
        if not (inner / name).is_file():
            raise ModelError(f"model folder {folder} is incomplete: {inner / name} is missing")
    return inner


def _read_table(path: Path) -> Vectors:
    """Read the table of token vectors, whole or in the compact layout of model2vec."""
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        tensors = load_file(path)
    except (SafetensorError, OSError, KeyError) as error:
        raise ModelError(f"{path} cannot be read: {error}") from error
    table = tensors.get("embedding.weight", tensors.get("embeddings"))
    if table is None or table.ndim != 2:
        raise ModelError(f"{path} holds no table of token vectors")
    wide = table.astype(np.float32)
    if "mapping" in tensors:
        wide = wide[tensors["mapping"]]
    if "weights" in tensors:
        wide *= tensors["weights"].astype(np.float32)[:, None]
    return np.ascontiguousarray(wide)


def _read_tokenizer(path: Path) -> Tokenizer:
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # tokenizers raises bare Exception
        raise ModelError(f"{path} cannot be read: {error}") from error
    tokenizer.no_padding()
    return tokenizer


class StaticEncoder:
    """A sentence-transformers ``StaticEmbedding`` folder, run without torch.

    A text is the sum of its tokens' vectors, scaled to length 1. Needs and achievements are encoded
    alike.

    Parameters
    ----------
    path : path-like
        Folder with ``modules.json`` and, where that points, ``model.safetensors`` and
        ``tokenizer.json``. Weights may be float32, float16, or int8 with one scale a row (the
        tensors ``embeddings`` and ``weights`` of model2vec).

    Raises
    ------
    ModelError
        If a file is missing, damaged or does not fit the others, or the folder holds a model of
        another kind.

    Notes
    -----
    The vectors equal those of ``SentenceTransformer(path).encode(texts,
    normalize_embeddings=True)``: the row of the unknown token is summed in as any other.
    """

    dim: int
    name: str

    def __init__(self, path: str | Path) -> None:
        inner = _static_folder(Path(path))
        self._table = _read_table(inner / WEIGHTS)
        self._tokenizer = _read_tokenizer(inner / _TOKENIZER)
        tokens = self._tokenizer.get_vocab_size()
        if tokens > len(self._table):
            raise ModelError(
                f"model folder {path} contradicts itself: {tokens} tokens, "
                f"{len(self._table)} vectors"
            )
        self._known: dict[str, list[int]] = {}
        self.dim = int(self._table.shape[1])
        self.name = f"static-{fingerprint([inner / WEIGHTS, inner / _TOKENIZER])}"

    def encode_query(self, texts: Sequence[str]) -> Vectors:
        """Encode needs.

        Parameters
        ----------
        texts : sequence of str, length n
            Of :func:`~matchmaker.language.normalize.matching_text`.

        Returns
        -------
        ndarray, shape (n, dim), float32
            Rows of length 1; a row of zeros for a text without a known token.

        Raises
        ------
        ConfigError
            If `texts` is one text, or something in it is not a text.
        """
        checked = checked_texts(texts)
        vectors = np.zeros((len(checked), self.dim), dtype=np.float32)
        start = 0
        for chunk in _chunks(checked, _CHUNK):
            vectors[start : start + len(chunk)] = self._sums(chunk)
            start += len(chunk)
        return unit_rows(vectors)

    def encode_document(self, texts: Sequence[str]) -> Vectors:
        """Encode achievements, exactly as :meth:`encode_query` does needs."""
        return self.encode_query(texts)

    def _sums(self, texts: list[str]) -> Vectors:
        from scipy.sparse import csr_array

        tokens = self._tokens(texts)
        ends = np.cumsum([0, *map(len, tokens)], dtype=np.int32)
        ids = np.fromiter(chain.from_iterable(tokens), dtype=np.int32, count=int(ends[-1]))
        ones = np.ones(len(ids), dtype=np.float32)
        counts = csr_array((ones, ids, ends), shape=(len(texts), len(self._table)))
        return np.asarray(counts @ self._table, dtype=np.float32)

    def _tokens(self, texts: list[str]) -> list[list[int]]:
        """Token ids of each text; those of words are remembered, for most of them come again."""
        known = self._known
        unknown = [text for text in texts if text not in known]
        if len(unknown) <= _FEW:
            encode = self._tokenizer.encode
            fresh = {text: encode(text, add_special_tokens=False).ids for text in unknown}
        else:
            encodings = self._tokenizer.encode_batch_fast(unknown, add_special_tokens=False)
            fresh = dict(zip(unknown, (encoding.ids for encoding in encodings), strict=True))
        tokens = [fresh[text] if text in fresh else known[text] for text in texts]
        if len(known) > _MOST_KNOWN:
            self._known = {}
        self._known.update((text, ids) for text, ids in fresh.items() if len(text) <= _WORD)
        return tokens
