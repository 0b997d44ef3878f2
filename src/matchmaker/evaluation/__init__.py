"""Judgements, runs, metrics and significance; knows no model.

A run is one score and one grade for every judged pair. Everything here is a mean over the needs
(or pairs) that were *judged*, never over those that a run chose to answer, so leaving needs out
cannot raise a figure.
"""

from matchmaker.evaluation.calibration import (
    Calibration,
    Reliability,
    expected_calibration_error,
    grade_calibration,
    reliability,
)
from matchmaker.evaluation.judgement_files import read_judgements
from matchmaker.evaluation.judgements import Judgements
from matchmaker.evaluation.metrics import (
    Evaluation,
    PerNeed,
    RetrievalMetrics,
    evaluate,
    retrieval_metrics,
)
from matchmaker.evaluation.significance import Comparison, compare

__all__ = [
    "Calibration",
    "Comparison",
    "Evaluation",
    "Judgements",
    "PerNeed",
    "Reliability",
    "RetrievalMetrics",
    "compare",
    "evaluate",
    "expected_calibration_error",
    "grade_calibration",
    "read_judgements",
    "reliability",
    "retrieval_metrics",
]
