"""A bundled sample: fictional needs and achievements, and which of them go together.

``achievements.xlsx`` has a title row above its headings, ``needs.csv`` is in GB18030 and dirty on
purpose; ``judged_pairs.csv`` grades pairs from 1 to 4, and ``outcomes.csv`` says what
became of some. All organisations and people are invented.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path


def sample_path(name: str) -> Path:
    """Path of a file of the sample.

    Parameters
    ----------
    name : {"achievements.xlsx", "needs.csv", "judged_pairs.csv", "outcomes.csv"}

    Returns
    -------
    Path
    """
    return Path(str(files(__name__))) / name
