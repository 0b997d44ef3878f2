"""A second look at the best candidates: a model that reads both texts of a pair together."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral, Real
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from matchmaker.errors import ConfigError, MissingExtraError, ModelError
from matchmaker.records import Achievement, Need
from matchmaker.retrieval.model_folders import ModelFolder, check_model_folder, without_bars
from matchmaker.scoring.grader import GRADES, Grades

STEPS = len(GRADES) - 1
"""Steps between grades: above 1, above 2, above 3."""

# The last bits of a forward pass depend on what else is in the batch; a score must not.
_DECIMALS = 6


@runtime_checkable
class Reranker(Protocol):
    """What reads a need and an achievement together and says how well they go together.

    Attributes
    ----------
    name : str
        Identity of the model: equal names give equal numbers.
    weight : float
        In [0, 1]: its share in the blend with the grader; 1 leaves nothing of the grader's.
    depth : int
        How many of a query's best candidates it reads, at least 1; never fewer than are listed.
    """

    name: str
    weight: float
    depth: int

    def above(self, needs: Sequence[str], achievements: Sequence[str]) -> NDArray[np.float64]:
        """Grade pairs of texts.

        Parameters
        ----------
        needs, achievements : sequence of str, length n
            Row i of either is a pair.

        Returns
        -------
        ndarray, shape (n, 3), float64
            Probability that the grade is above 1, above 2 and above 3; in [0, 1], never rising
            along a row. A row depends on its two texts only.
        """
        ...


class CrossEncoderReranker:
    """Any cross-encoder in a local folder. Never touches the network.

    Parameters
    ----------
    path : path-like
        Folder of the model, such as bge-reranker, gte-reranker or one that was fine-tuned with
        ``matchmaker finetune --kind reranker``.
    device : str, optional
        Of torch, such as ``"cpu"``; None lets sentence-transformers choose.
    batch_size : int
        Pairs run at once, at least 1.
    weight : float
        Share in the blend with the grader, in [0, 1].
    depth : int
        How many of a query's best candidates are read, at least 1.

    Attributes
    ----------
    model : sentence_transformers.CrossEncoder

    Raises
    ------
    ModelError
        If the folder is missing or incomplete, holds pickled weights, holds no model that scores
        pairs, or one with neither one output nor three.
    MissingExtraError
        If sentence-transformers is not installed.
    ConfigError
        If a number is out of range.

    Notes
    -----
    A model with three outputs is taken for ordinal: above 1, above 2, above 3. The sigmoid of a
    single output stands for all three.
    """

    name: str
    weight: float
    depth: int

    def __init__(
        self,
        path: str | Path,
        *,
        device: str | None = None,
        batch_size: int = 32,
        weight: float = 0.5,
        depth: int = 20,
    ) -> None:
        if batch_size < 1:
            raise ConfigError(f"batch_size must be at least 1, not {batch_size}")
        self.weight, self.depth = weight, depth
        check_reranking(self)
        folder = check_model_folder(path)
        if not folder.is_classifier:
            raise ModelError(
                f"model folder {path} holds {folder.architecture or 'no transformer'}, which does "
                "not score pairs; a re-ranker is a ...ForSequenceClassification, and "
                "'matchmaker finetune --kind reranker' makes one out of any encoder"
            )
        self.model = load_cross_encoder(folder, device=device)
        if self.model.num_labels not in (1, STEPS):
            raise ModelError(
                f"model folder {path} has {self.model.num_labels} outputs; a re-ranker has one, "
                f"or {STEPS} for above grade 1, above 2 and above 3"
            )
        self._batch_size = batch_size
        self.name = f"cross-encoder-{folder.fingerprint}"

    def above(self, needs: Sequence[str], achievements: Sequence[str]) -> NDArray[np.float64]:
        """Grade pairs of texts; see :meth:`Reranker.above`.

        Texts that together are longer than the model takes are shortened, the longer one first.
        A pair with a blank text is graded 0 throughout.

        Raises
        ------
        ConfigError
            If the sides differ in length.
        """
        if len(needs) != len(achievements):
            raise ConfigError(
                f"{len(needs)} needs and {len(achievements)} achievements are no pairs"
            )
        pairs = [
            tuple(_encodable(text) for text in pair)
            for pair in zip(needs, achievements, strict=True)
        ]
        above = np.zeros((len(pairs), STEPS), dtype=np.float64)
        filled = [row for row, pair in enumerate(pairs) if all(text.strip() for text in pair)]
        if filled:
            logits = predict_logits(
                self.model, [pairs[row] for row in filled], batch_size=self._batch_size
            )
            above[filled] = above_from(logits)
        return above


def load_cross_encoder(
    folder: ModelFolder, *, device: str | None, outputs: int | None = None
) -> Any:
    """Open a checked folder as a cross-encoder.

    Parameters
    ----------
    folder : ModelFolder
    device : str or None
    outputs : int, optional
        Of a new head, untrained, in place of what the folder has.

    Returns
    -------
    sentence_transformers.CrossEncoder

    Raises
    ------
    ModelError
        If it cannot be loaded.
    MissingExtraError
        If sentence-transformers is not installed.
    """
    try:
        from sentence_transformers import CrossEncoder
    except ImportError as error:
        raise MissingExtraError(
            "sentence-transformers", "transformers", "CrossEncoderReranker"
        ) from error
    try:
        # That a new head is not in the folder is no news.
        with without_bars(warn=outputs is None):
            return CrossEncoder(
                str(folder.path),
                device=device,
                num_labels=outputs,
                local_files_only=True,
                model_kwargs={"use_safetensors": True},
            )
    except Exception as error:  # every layer below raises its own kind
        raise ModelError(f"model folder {folder.path} cannot be loaded: {error}") from error


def predict_logits(
    model: Any, pairs: Sequence[Sequence[str]], *, batch_size: int
) -> NDArray[np.float64]:
    """Run a cross-encoder, whatever activation its folder asks for; shape (n, outputs)."""
    from torch.nn import Identity

    raw = model.predict(
        [tuple(pair) for pair in pairs],
        batch_size=batch_size,
        activation_fn=Identity(),
        show_progress_bar=False,
        convert_to_numpy=True,
    )
    return np.asarray(raw, dtype=np.float64).reshape(len(pairs), -1)


def above_from(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn outputs into probabilities of being above each grade.

    Parameters
    ----------
    logits : ndarray, shape (n, 1) or (n, 3), float64

    Returns
    -------
    ndarray, shape (n, 3), float64
        Never rising along a row.
    """
    from scipy.special import expit

    likely = np.round(expit(logits), _DECIMALS)
    likely = np.broadcast_to(likely, (len(likely), STEPS))
    return np.asarray(np.minimum.accumulate(likely, axis=1), dtype=np.float64)


def pair_text(record: Need | Achievement) -> str:
    """Give what a re-ranker reads of a record: title and body as written."""
    return f"{record.title}\n{record.body}".strip()


def check_reranking(reranker: Reranker) -> None:
    """Refuse a re-ranker whose weight or depth is out of range.

    Raises
    ------
    ConfigError
        Naming the number.
    """
    weight, depth = reranker.weight, reranker.depth
    if not isinstance(weight, Real) or isinstance(weight, bool) or not 0 <= weight <= 1:
        raise ConfigError(f"a re-ranker's weight must be a number in [0, 1], not {weight!r}")
    if not isinstance(depth, Integral) or isinstance(depth, bool) or depth < 1:
        raise ConfigError(
            f"a re-ranker's depth must be a whole number of at least 1, not {depth!r}"
        )


def blend(
    grades: Grades, reranker: Reranker, needs: Sequence[str], achievements: Sequence[str]
) -> Grades:
    """Mix what the grader says of pairs with what a re-ranker says.

    Parameters
    ----------
    grades : Grades
        n rows, of the grader.
    reranker : Reranker
    needs, achievements : sequence of str, length n
        Texts of the pairs.

    Returns
    -------
    Grades
        ``(1 - weight) * grader + weight * re-ranker``. Pairs to which the grader gives nothing at
        all, such as one with a blank text, stay there; the re-ranker does not see them.

    Raises
    ------
    ConfigError
        If the re-ranker breaks its contract.
    """
    seen = np.flatnonzero(grades.above.any(axis=1)).tolist()
    mixed = grades.above.copy()
    if len(seen):
        read = np.asarray(
            reranker.above([needs[row] for row in seen], [achievements[row] for row in seen])
        )
        if read.shape != (len(seen), STEPS):
            raise ConfigError(
                f"re-ranker {reranker.name!r} gave shape {read.shape}, not {(len(seen), STEPS)}"
            )
        if not ((read >= 0) & (read <= 1)).all() or (np.diff(read, axis=1) > 0).any():
            raise ConfigError(
                f"re-ranker {reranker.name!r} gave no probabilities in [0, 1] that never rise "
                "along a row"
            )
        mixed[seen] = (1 - reranker.weight) * mixed[seen] + reranker.weight * read
    return Grades(mixed)


def _encodable(text: str) -> str:
    # Half of a surrogate pair, as broken exports leave it, has no UTF-8 form.
    return text.encode("utf-8", "replace").decode("utf-8")
