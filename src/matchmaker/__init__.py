"""Match technology achievements of universities with technical needs of enterprises, offline.

::

    from matchmaker import Matcher, read_achievements, read_needs

    matcher = Matcher()
    matcher.add(read_achievements("成果库.xlsx"))
    matches = matcher.match(read_needs("需求.csv"), k=10)
    matches.write("撮合结果.xlsx")
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from matchmaker._version import __version__

if TYPE_CHECKING:
    from matchmaker.errors import MatchmakerError
    from matchmaker.evaluation import Judgements, evaluate
    from matchmaker.language.sectors import SectorRegistry
    from matchmaker.matcher import Matcher, match
    from matchmaker.matches import Matches
    from matchmaker.records import (
        Achievement,
        ColumnMap,
        Need,
        Records,
        read_achievements,
        read_needs,
    )
    from matchmaker.scoring.pairs import Match

# Heavy libraries load when a name is first used, not with the package.
_HOMES = {
    "Achievement": "matchmaker.records",
    "ColumnMap": "matchmaker.records",
    "Judgements": "matchmaker.evaluation",
    "Match": "matchmaker.scoring.pairs",
    "Matcher": "matchmaker.matcher",
    "Matches": "matchmaker.matches",
    "MatchmakerError": "matchmaker.errors",
    "Need": "matchmaker.records",
    "Records": "matchmaker.records",
    "SectorRegistry": "matchmaker.language.sectors",
    "evaluate": "matchmaker.evaluation",
    "match": "matchmaker.matcher",
    "read_achievements": "matchmaker.records",
    "read_needs": "matchmaker.records",
}

__all__ = [
    "Achievement",
    "ColumnMap",
    "Judgements",
    "Match",
    "Matcher",
    "Matches",
    "MatchmakerError",
    "Need",
    "Records",
    "SectorRegistry",
    "__version__",
    "evaluate",
    "match",
    "read_achievements",
    "read_needs",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'matchmaker' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
