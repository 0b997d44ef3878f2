"""Plans made of ranked pairs: who meets whom, when, with whom else, and what came of it.

Every plan takes a ranking and a frozen dataclass of settings, which
:func:`~matchmaker.planning.settings.load_settings` reads from TOML, and has ``to_json()``.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matchmaker.planning.alliances import find_alliance
    from matchmaker.planning.assignment import assign
    from matchmaker.planning.hosts import rank_hosts
    from matchmaker.planning.invitations import invite
    from matchmaker.planning.mentors import assign_mentors
    from matchmaker.planning.outcomes import read_outcomes
    from matchmaker.planning.refusals import refused_pairs, without_refused
    from matchmaker.planning.replanning import replan_event
    from matchmaker.planning.roundtables import find_roundtables
    from matchmaker.planning.salons import shortlist
    from matchmaker.planning.settings import load_settings
    from matchmaker.planning.targets import track_targets
    from matchmaker.planning.timetable import plan_event
    from matchmaker.planning.visits import visit_park

# The solver loads when a plan is first asked for, not with a neighbouring module.
_HOMES = {
    "assign": "matchmaker.planning.assignment",
    "assign_mentors": "matchmaker.planning.mentors",
    "find_alliance": "matchmaker.planning.alliances",
    "find_roundtables": "matchmaker.planning.roundtables",
    "invite": "matchmaker.planning.invitations",
    "load_settings": "matchmaker.planning.settings",
    "plan_event": "matchmaker.planning.timetable",
    "rank_hosts": "matchmaker.planning.hosts",
    "read_outcomes": "matchmaker.planning.outcomes",
    "refused_pairs": "matchmaker.planning.refusals",
    "replan_event": "matchmaker.planning.replanning",
    "shortlist": "matchmaker.planning.salons",
    "track_targets": "matchmaker.planning.targets",
    "visit_park": "matchmaker.planning.visits",
    "without_refused": "matchmaker.planning.refusals",
}

__all__ = [
    "assign",
    "assign_mentors",
    "find_alliance",
    "find_roundtables",
    "invite",
    "load_settings",
    "plan_event",
    "rank_hosts",
    "read_outcomes",
    "refused_pairs",
    "replan_event",
    "shortlist",
    "track_targets",
    "visit_park",
    "without_refused",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'matchmaker.planning' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)
