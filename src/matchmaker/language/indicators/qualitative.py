"""Demands without numbers: 与原研一致, 达到进口产品水平."""

from __future__ import annotations

import re
from collections.abc import Iterator

_PRAISE = re.compile(
    r"国际(?:先进|领先|一流)?$|先进$|国内(?:先进|领先|一流)?$|领先$|世界(?:先进|领先|一流)?$|"
    r"行业领先$|最高$|一流$|较高$|更高$|一定$|相同|同等$|同一$|以上$|预期$|设计$|较好$|新$|上述$"
)
_SAME = re.compile(
    r"(?:与|和|同|跟)(?P<what>[^，。;、\n\d:与和]{2,16}?)(?P<how>完全一致|基本一致|保持一致|"
    r"一致|基本相当|相当|基本持平|持平)(?!性|于)"
)
_LEVEL = re.compile(
    r"(?:达到|优于|不低于|不劣于|不亚于|(?<![雷马表传到])达)(?:或(?:优于|接近|"
    r"超过))?(?P<what>[^，。;、\n达]{2,22}?)(?:的)?(?P<how>水平|标准|要求)(?!化|差)"
)
_TRIGGERS = ("一致", "相当", "持平", "水平", "标准", "要求")


def qualitative(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield start, end and reference of the qualitative demands of a folded text."""
    if not any(trigger in text for trigger in _TRIGGERS):
        return
    for found in _SAME.finditer(text):
        if not re.search(r"以上|效果$", found["what"]) or "效果" in found["what"]:
            yield found.start(), found.end(), found["what"]
    for found in _LEVEL.finditer(text):
        what = found["what"]
        if _PRAISE.search(what) and "同行业先进" not in what and "同行先进" not in what:
            continue
        if re.search(r"[≥≤><]|\d+(?:\.\d+)?(?:%|级$)|以[上下]", what):
            continue
        yield found.start(), found.end(), what
