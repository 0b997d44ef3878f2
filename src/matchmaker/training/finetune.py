"""Fine-tune a local encoder or re-ranker on pairs that people have graded."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matchmaker.errors import ConfigError
from matchmaker.evaluation import Judgements, evaluate
from matchmaker.language.texts import record_text
from matchmaker.records import Achievement, Need
from matchmaker.retrieval.model_folders import check_model_folder, without_bars
from matchmaker.retrieval.transformers import TRAINED_HERE, SentenceTransformerEncoder
from matchmaker.scoring.grader import Grades, judged_above
from matchmaker.scoring.reranker import (
    STEPS,
    CrossEncoderReranker,
    load_cross_encoder,
    pair_text,
)
from matchmaker.training.folder import put_in_place, require_replaceable, write_json
from matchmaker.training.trainers import (
    FinetuneSettings,
    Progress,
    ordinal_loss,
    require_trainers,
    run_trainer,
    trainer_arguments,
    without_card,
)

Figures = dict[str, int | float | None]
Rows = NDArray[np.int64]

# Figures that need grades; the cosines of an encoder are none.
_GRADED = ("mae", "contest_score")


@dataclass(frozen=True, slots=True, kw_only=True)
class FinetuneReport:
    """What came of it.

    Attributes
    ----------
    training_pairs, held_out_pairs : int
    before, after : dict or None
        Figures of :func:`~matchmaker.evaluation.evaluate` on the held-out pairs: ``ndcg@10`` and
        ``spearman`` and, of a re-ranker, ``contest_score`` and ``mae``. None where nothing was
        held out and, before, for a re-ranker that starts from a model without a head for pairs.
    """

    training_pairs: int
    held_out_pairs: int
    before: Figures | None
    after: Figures | None


def finetune(
    model: str | Path,
    pairs: Sequence[tuple[Need, Achievement]],
    grades: NDArray[np.int8],
    *,
    out: str | Path,
    settings: FinetuneSettings | None = None,
    progress: Progress | None = None,
) -> FinetuneReport:
    """Fine-tune a model on judged pairs and write it as a folder of its own.

    Parameters
    ----------
    model : path-like
        Folder of the model to start from; it is left as it is. A re-ranker may start from any
        encoder: it then gets a new head with three outputs. A head of one output, as that of
        bge-reranker, is kept and learns the expected grade.
    pairs : sequence of (Need, Achievement), length n
        A pair with a blank side teaches nothing and is left out.
    grades : ndarray, shape (n,), int8
        1 to 4.
    out : path-like
        Folder to write; a model that stands there is replaced once the new one is complete.
    settings : FinetuneSettings, optional
    progress : callable, optional
        Told after each step: ``progress("finetune", done, total)``.

    Returns
    -------
    FinetuneReport

    Raises
    ------
    ModelError
        If the model to start from cannot be opened.
    MissingExtraError
        If the training extra is not installed.
    ConfigError
        If lengths differ, `out` is `model` or holds something other than a model, or the needs
        are too few to hold some out.
    """
    settings = settings or FinetuneSettings()
    start, target = Path(model), Path(out)
    if len(pairs) != len(grades):
        raise ConfigError(f"{len(pairs)} pairs and {len(grades)} grades do not go together")
    if start.resolve() == target.resolve():
        raise ConfigError(f"{target} is the model to start from; write to another folder")
    require_replaceable(target)
    task = _Task(start, pairs, np.asarray(grades, dtype=np.int8), settings)
    training, held_out = split_by_need(task.texts[0], share=settings.held_out, seed=settings.seed)
    training = training[task.filled[training]]
    if not len(training):
        raise ConfigError("no judged pair is left to train on; give more, or hold out fewer")
    before = task.measure(start, held_out) if task.has_figures_before else None
    with _fresh_folder(target) as fresh:
        with without_bars():
            trained = task.train(training, scratch=fresh.parent, progress=progress)
            trained.save_pretrained(str(fresh), create_model_card=False)
        after = task.measure(fresh, held_out)
        report = FinetuneReport(
            training_pairs=len(training), held_out_pairs=len(held_out), before=before, after=after
        )
        write_json(
            fresh / TRAINED_HERE,
            {"started_from": start.resolve().name, "settings": asdict(settings), **asdict(report)},
        )
        put_in_place(fresh, target)
    return report


def split_by_need(needs: Sequence[str], *, share: float, seed: int) -> tuple[Rows, Rows]:
    """Hold out the pairs of some needs; needs of equal text stand on the same side.

    Parameters
    ----------
    needs : sequence of str, length n
        Text of each pair's need.
    share : float
        Of the needs to hold out, in [0, 1).
    seed : int

    Returns
    -------
    training, held_out : ndarray of int64
        Rows, rising.

    Raises
    ------
    ConfigError
        If there are fewer than two needs to divide.
    """
    distinct = sorted(set(needs))
    if not share:
        return np.arange(len(needs)), np.zeros(0, dtype=np.int64)
    if len(distinct) < 2:
        raise ConfigError(
            f"judged pairs of {len(distinct)} needs cannot be divided; judge pairs of more needs, "
            "or hold out none"
        )
    count = min(max(1, round(share * len(distinct))), len(distinct) - 1)
    chosen = np.random.default_rng(seed).permutation(len(distinct))[:count]
    kept_out = {distinct[i] for i in chosen}
    held_out = np.array([need in kept_out for need in needs], dtype=bool)
    return np.flatnonzero(~held_out), np.flatnonzero(held_out)


class _Task:
    """One fine-tuning: its texts, how a model of its kind is trained, and how it is measured."""

    def __init__(
        self,
        start: Path,
        pairs: Sequence[tuple[Need, Achievement]],
        grades: NDArray[np.int8],
        settings: FinetuneSettings,
    ) -> None:
        self._start, self._pairs, self._grades = start, pairs, grades
        self._settings = settings
        self._is_encoder = settings.kind == "encoder"
        folder = check_model_folder(start)
        self.has_figures_before = self._is_encoder or folder.is_classifier
        # As either kind gets them when it is used.
        text = (lambda record: record_text(record).whole) if self._is_encoder else pair_text
        self.texts = [text(need) for need, _ in pairs], [text(found) for _, found in pairs]
        self.filled = np.array(
            [bool(need.strip() and found.strip()) for need, found in zip(*self.texts, strict=True)],
            dtype=bool,
        )

    def train(self, rows: Rows, *, scratch: Path, progress: Progress | None) -> Any:
        """Train on rows; return the sentence-transformers model."""
        require_trainers()(self._settings.seed)
        if self._is_encoder:
            return self._train_encoder(rows, scratch, progress)
        return self._train_reranker(rows, scratch, progress)

    def _train_encoder(self, rows: Rows, scratch: Path, progress: Progress | None) -> Any:
        from sentence_transformers import (
            SentenceTransformerTrainer,
            SentenceTransformerTrainingArguments,
        )
        from sentence_transformers.sentence_transformer.losses import CoSENTLoss

        opened = SentenceTransformerEncoder(self._start, device=self._settings.device)
        model = opened.model
        # So that the folder says by itself how it was trained.
        model.prompts = dict(opened.prompts)
        without_card(model)
        arguments = SentenceTransformerTrainingArguments(
            **trainer_arguments(self._settings, len(rows), scratch),
            prompts={"need": opened.prompts["query"], "achievement": opened.prompts["document"]},
        )
        labels = (self._grades[rows].astype(float) - 1) / STEPS
        trainer = SentenceTransformerTrainer(
            model=model,
            args=arguments,
            train_dataset=self._dataset(rows, labels.tolist()),
            loss=CoSENTLoss(model),
        )
        run_trainer(trainer, progress)
        return model

    def _train_reranker(self, rows: Rows, scratch: Path, progress: Progress | None) -> Any:
        from sentence_transformers import CrossEncoderTrainer, CrossEncoderTrainingArguments

        if self.has_figures_before:
            model = CrossEncoderReranker(self._start, device=self._settings.device).model
        else:
            folder = check_model_folder(self._start)
            model = load_cross_encoder(folder, device=self._settings.device, outputs=STEPS)
        without_card(model)
        above = judged_above(self._grades[rows])
        labels = above if model.num_labels == STEPS else above.mean(axis=1, keepdims=True)
        trainer = CrossEncoderTrainer(
            model=model,
            args=CrossEncoderTrainingArguments(
                **trainer_arguments(self._settings, len(rows), scratch)
            ),
            train_dataset=self._dataset(rows, labels.tolist()),
            loss=ordinal_loss(model),
        )
        run_trainer(trainer, progress)
        return model

    def _dataset(self, rows: Rows, labels: list[Any]) -> Any:
        from datasets import Dataset

        needs, achievements = self.texts
        return Dataset.from_dict(
            {
                "need": [needs[row] for row in rows],
                "achievement": [achievements[row] for row in rows],
                "label": labels,
            }
        )

    def measure(self, folder: Path, rows: Rows) -> Figures | None:
        """Compare what the model in a folder says of rows with their grades."""
        if not len(rows):
            return None
        needs, achievements = ([side[row] for row in rows] for side in self.texts)
        judgements = Judgements(
            need_ids=tuple(self._pairs[row][0].id for row in rows),
            achievement_ids=tuple(self._pairs[row][1].id for row in rows),
            grades=self._grades[rows],
        )
        device = self._settings.device
        if self._is_encoder:
            encoder = SentenceTransformerEncoder(folder, device=device)
            vectors = encoder.encode_query(needs), encoder.encode_document(achievements)
            cosines = np.einsum("ij,ij->i", *vectors).astype(np.float64)
            figures = evaluate(judgements, cosines, np.zeros(len(rows))).to_json()
            return {name: value for name, value in figures.items() if name not in _GRADED}
        above = CrossEncoderReranker(folder, device=device).above(needs, achievements)
        graded = Grades(above)
        return evaluate(judgements, graded.score, graded.grade).to_json()


@contextmanager
def _fresh_folder(target: Path) -> Iterator[Path]:
    """Give a folder beside the target that is gone afterwards, with all that stands around it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{target.name}-", dir=target.parent) as scratch:
        yield Path(scratch) / "new"
