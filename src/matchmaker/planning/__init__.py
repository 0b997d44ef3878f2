"""Plans made of ranked pairs: who meets whom, when, with whom else, and what came of it.

Every plan takes a ranking and a frozen dataclass of settings, which
:func:`~matchmaker.planning.settings.load_settings` reads from TOML, and has ``to_json()``.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matchmaker.planning.alliances.alliances import find_alliance
    from matchmaker.planning.alliances.salons import shortlist
    from matchmaker.planning.assignments.assignment import assign
    from matchmaker.planning.events.replanning import replan_event
    from matchmaker.planning.events.timetable import plan_event
    from matchmaker.planning.hosting.hosts import rank_hosts
    from matchmaker.planning.mentoring.mentors import assign_mentors
    from matchmaker.planning.outcomes.outcomes import read_outcomes
    from matchmaker.planning.outcomes.refusals import refused_pairs, without_refused
    from matchmaker.planning.outcomes.targets import track_targets
    from matchmaker.planning.settings import load_settings
    from matchmaker.planning.topics.invitations import invite
    from matchmaker.planning.topics.roundtables import find_roundtables
    from matchmaker.planning.topics.visits import visit_park

# The solver loads when a plan is first asked for, not with a neighbouring module.
_HOMES = {
    "assign": "matchmaker.planning.assignments.assignment",
    "assign_mentors": "matchmaker.planning.mentoring.mentors",
    "find_alliance": "matchmaker.planning.alliances.alliances",
    "find_roundtables": "matchmaker.planning.topics.roundtables",
    "invite": "matchmaker.planning.topics.invitations",
    "load_settings": "matchmaker.planning.settings",
    "plan_event": "matchmaker.planning.events.timetable",
    "rank_hosts": "matchmaker.planning.hosting.hosts",
    "read_outcomes": "matchmaker.planning.outcomes.outcomes",
    "refused_pairs": "matchmaker.planning.outcomes.refusals",
    "replan_event": "matchmaker.planning.events.replanning",
    "shortlist": "matchmaker.planning.alliances.salons",
    "track_targets": "matchmaker.planning.outcomes.targets",
    "visit_park": "matchmaker.planning.topics.visits",
    "without_refused": "matchmaker.planning.outcomes.refusals",
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
