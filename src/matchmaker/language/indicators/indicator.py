"""What one indicator is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Operator = Literal["≥", ">", "≤", "<", "=", "≈"]
Kind = Literal[
    "bound", "range", "tolerance", "change", "relative", "from_to", "rate", "count", "qualitative"
]
Role = Literal["target", "status_quo", "background"]
Side = Literal["need", "achievement"]


@dataclass(frozen=True, slots=True)
class Indicator:
    """One quantity or qualitative demand of a text; docs/indicators.md says what the fields mean.

    Attributes
    ----------
    name : str
        What is measured, as written; may be empty.
    operator : {"≥", ">", "≤", "<", "=", "≈"}
        How the value is bounded.
    low, high : float or None
        Ends in `unit`; ``None`` where open. A change gives its amount as a positive number.
    unit : str
        Canonical spelling; empty for a bare number.
    condition : str
        What the value holds under, as written; may be empty.
    kind : str
        One of :data:`Kind`.
    role : {"target", "status_quo", "background"}
        Asked for or promised; the case so far; or no technical matter.
    span : tuple of int
        Start and end in the text as it was given.
    baseline : float or None
        Where a from→to starts, in `unit`.
    direction : {"", "up", "down"}
        Where a change goes.
    reference : str
        What a comparison compares with, as written; may be empty.
    name_span : tuple of int or None
        Where `name` stands.
    """

    name: str
    operator: Operator
    low: float | None
    high: float | None
    unit: str
    condition: str
    kind: Kind
    role: Role
    span: tuple[int, int]
    baseline: float | None = None
    direction: Literal["", "up", "down"] = ""
    reference: str = ""
    name_span: tuple[int, int] | None = None

    def surface(self, text: str) -> str:
        """Return the stretch of `text` that this indicator was read from.

        Parameters
        ----------
        text : str
            The text that :func:`extract_indicators` was given.

        Returns
        -------
        str
        """
        return text[self.span[0] : self.span[1]]
