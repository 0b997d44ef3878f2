"""What a report says about the run that it comes from."""

from __future__ import annotations

from dataclasses import dataclass

from matchmaker.records import ReadReport
from matchmaker.scoring.constraints import Eligibility


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSummary:
    """What was read and how it was matched.

    Attributes
    ----------
    needs_report, achievements_report : ReadReport or None
        What the readers kept and left out; None where the records did not come from a reader.
    k : int
        Matches for each record of the asking side, at most.
    min_score : float
        In [0, 1]; pairs below it were left out.
    sector : str or None
        The sector that matching was limited to.
    model : str
        Name and version of the model.
    preferences : tuple of str
        Wishes that moved scores.
    eligibility : Eligibility or None
        Whom hard constraints left out; None where there were none.
    """

    needs_report: ReadReport | None = None
    achievements_report: ReadReport | None = None
    k: int
    min_score: float
    sector: str | None = None
    model: str
    preferences: tuple[str, ...] = ()
    eligibility: Eligibility | None = None
