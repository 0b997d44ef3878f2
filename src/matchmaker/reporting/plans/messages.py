"""What a broker reads about plans: parts of one table."""

from __future__ import annotations

from matchmaker.reporting.plans.alliance_messages import ALLIANCE_MESSAGES
from matchmaker.reporting.plans.assignment_messages import ASSIGNMENT_MESSAGES
from matchmaker.reporting.plans.event_messages import EVENT_MESSAGES
from matchmaker.reporting.plans.frame_messages import FRAME_MESSAGES
from matchmaker.reporting.plans.hosts_messages import HOSTS_MESSAGES
from matchmaker.reporting.plans.mentors_messages import MENTORS_MESSAGES
from matchmaker.reporting.plans.targets_messages import TARGETS_MESSAGES
from matchmaker.reporting.plans.topics_messages import TOPICS_MESSAGES

PLAN_MESSAGES: dict[str, tuple[str, str]] = {
    **FRAME_MESSAGES,
    **ASSIGNMENT_MESSAGES,
    **MENTORS_MESSAGES,
    **HOSTS_MESSAGES,
    **EVENT_MESSAGES,
    **TOPICS_MESSAGES,
    **ALLIANCE_MESSAGES,
    **TARGETS_MESSAGES,
}
