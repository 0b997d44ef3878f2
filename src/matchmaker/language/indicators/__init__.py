"""Indicators of technical texts: quantities with operator, unit, condition, kind and role."""

from __future__ import annotations

from matchmaker.language.indicators.extraction import extract_indicators
from matchmaker.language.indicators.indicator import Indicator

__all__ = ["Indicator", "extract_indicators"]
