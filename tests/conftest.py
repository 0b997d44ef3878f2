"""What several tests share: the bundled sample, read and matched once."""

from __future__ import annotations

import pytest

from matchmaker import Achievement, Matcher, Matches, Need, Records, read_achievements, read_needs
from matchmaker.sample import sample_path


@pytest.fixture(scope="session")
def sample_needs() -> Records[Need]:
    return read_needs(sample_path("needs.csv"))


@pytest.fixture(scope="session")
def sample_achievements() -> Records[Achievement]:
    return read_achievements(sample_path("achievements.xlsx"))


@pytest.fixture(scope="session")
def sample_matcher(
    sample_needs: Records[Need], sample_achievements: Records[Achievement]
) -> Matcher:
    """A matcher that holds the whole sample; tests must not add to it."""
    matcher = Matcher()
    matcher.add(sample_achievements)
    matcher.add(sample_needs)
    return matcher


@pytest.fixture(scope="session")
def sample_matches(sample_matcher: Matcher, sample_needs: Records[Need]) -> Matches:
    return sample_matcher.match(sample_needs, k=10)
