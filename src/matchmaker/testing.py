"""What tests of users need without a model or a network: a hashing encoder and contract checks."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from matchmaker.errors import ConfigError
from matchmaker.retrieval.encoders import Encoder

_TEXTS = (
    "高强度耐磨钢板的轧制工艺",
    "锂离子电池正极材料制备方法",
    "",
    "锂离子电池正极材料制备方法",
    "316L 不锈钢与 GCr15 轴承钢",
    "钢",
    "   ",
    "A low-cost sensor for soil moisture",
    "農藥殘留檢測",
    "🙂",
    "废水处理" * 200,
)


class HashingEncoder:
    """Character bigrams hashed to random signs: a deterministic encoder without a model.

    Texts that share bigrams are similar, texts that share none are about orthogonal. Every machine
    and every run gives the same vectors.

    Parameters
    ----------
    dim : int
        Length of a vector, at least 1; below about 32 unrelated texts look alike.
    seed : int
        At least 0. Encoders with different seeds give unrelated vectors.

    Raises
    ------
    ConfigError
        If `dim` or `seed` is too small.

    Examples
    --------
    >>> vectors = HashingEncoder(dim=256).encode_query(["耐磨钢板", "耐磨钢板轧制", "农药残留"])
    >>> bool(vectors[0] @ vectors[1] > 0.6 > vectors[0] @ vectors[2])
    True
    """

    dim: int
    name: str

    def __init__(self, dim: int = 64, seed: int = 0) -> None:
        if dim < 1 or seed < 0:
            raise ConfigError(f"dim must be at least 1 and seed at least 0, not {dim} and {seed}")
        self.dim = dim
        self.name = f"hashing-{dim}-{seed}"
        self._seed = seed
        self._signs: dict[str, NDArray[np.float32]] = {}

    def encode_query(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Encode needs.

        Parameters
        ----------
        texts : sequence of str, length n

        Returns
        -------
        ndarray, shape (n, dim), float32
            Rows of length 1; a row of zeros for a blank text.

        Raises
        ------
        ConfigError
            If `texts` is one text.
        """
        if isinstance(texts, str):
            raise ConfigError("an encoder takes a sequence of texts, not one text")
        vectors = np.zeros((len(texts), self.dim), dtype=np.float32)
        for row, text in zip(vectors, texts, strict=True):
            joined = "".join(text.split()).lower()
            for i in range(max(len(joined) - 1, min(len(joined), 1))):
                row += self._gram(joined[i : i + 2])
            norm = np.linalg.norm(row)
            if norm > 0:
                row /= norm
        return vectors

    def encode_document(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Encode achievements, exactly as :meth:`encode_query` does needs."""
        return self.encode_query(texts)

    def _gram(self, gram: str) -> NDArray[np.float32]:
        if gram not in self._signs:
            key = f"{self._seed}:{gram}".encode("utf-8", "surrogatepass")
            bits = hashlib.shake_128(key).digest((self.dim + 7) // 8)
            ones = np.unpackbits(np.frombuffer(bits, dtype=np.uint8))[: self.dim]
            self._signs[gram] = ones.astype(np.float32) * 2 - 1
        return self._signs[gram]


def check_encoder(encoder: Encoder, *, atol: float = 1e-4) -> None:
    """Check that an encoder keeps the contract of :class:`~matchmaker.retrieval.encoders.Encoder`.

    Both methods are given eleven texts, among them blank ones, duplicates, one character, Latin,
    traditional characters, an emoji and a long text: together, one by one, in small batches and in
    reverse.

    Parameters
    ----------
    encoder : Encoder
        Encoder under test.
    atol : float
        How far the numbers of one text may differ between batches.

    Raises
    ------
    AssertionError
        Naming the method and the rule that it breaks.
    """
    _require(isinstance(encoder, Encoder), "lacks dim, name, encode_query or encode_document")
    dim, name = encoder.dim, encoder.name
    _require(isinstance(dim, int) and dim >= 1, f"dim must be a positive int, not {dim!r}")
    _require(isinstance(name, str) and bool(name), f"name must be a text, not {name!r}")
    for method in (encoder.encode_query, encoder.encode_document):
        _check_form(method, dim)
        _check_independence(method, atol)


def _require(holds: bool, rule: str) -> None:
    if not holds:
        raise AssertionError(f"encoder breaks its contract: {rule}")


def _check_form(method: Callable[[Sequence[str]], NDArray[np.float32]], dim: int) -> None:
    """Require shapes, types and lengths of rows, and zeros for what has no content."""
    where = method.__name__
    for texts in ([], [_TEXTS[0]], list(_TEXTS)):
        vectors = method(texts)
        _require(isinstance(vectors, np.ndarray), f"{where} must return an array")
        shape = (len(texts), dim)
        _require(
            vectors.shape == shape,
            f"{where} of {len(texts)} texts must have shape {shape}, not {vectors.shape}",
        )
        _require(vectors.dtype == np.float32, f"{where} must return float32, not {vectors.dtype}")
    _require(bool(np.isfinite(vectors).all()), f"{where} returns numbers that are not finite")
    norms = np.linalg.norm(vectors, axis=1)
    zero = norms == 0
    _require(
        bool((zero | (np.abs(norms - 1) < 1e-3)).all()),
        f"{where} must return rows of length 1 or 0, not {norms.round(4).tolist()}",
    )
    blank = np.array([not text.strip() for text in _TEXTS])
    _require(bool(zero[blank].all()), f"{where} must give blank texts a row of zeros")
    _require(not zero.all(), f"{where} gives every text a row of zeros")


def _check_independence(
    method: Callable[[Sequence[str]], NDArray[np.float32]], atol: float
) -> None:
    """Require that a text's row depends on nothing but the text."""
    where = method.__name__
    together = method(_TEXTS)
    kept = together.copy()

    def same(other: NDArray[np.float32]) -> bool:
        return bool(np.allclose(kept, other, rtol=0, atol=atol))

    _require(same(method(list(_TEXTS))), f"{where} differs between two calls")
    reverse = method(_TEXTS[::-1])[::-1]
    _require(same(reverse), f"{where} depends on the order of the texts")
    for size in (1, 2, 3):
        parts = [method(_TEXTS[i : i + size]) for i in range(0, len(_TEXTS), size)]
        _require(same(np.concatenate(parts)), f"{where} depends on the size of the batch")
    together[:] = 7.0
    _require(same(method(_TEXTS)), f"{where} returns an array that it goes on using")
