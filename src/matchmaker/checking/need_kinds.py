"""What kind of help a need asks for, and what is filed as a need and is none."""

from __future__ import annotations

import functools
import json
import re
from dataclasses import dataclass
from importlib.resources import files

from matchmaker.checking.sentences import levelled
from matchmaker.records import Need

NEED_KINDS = ("research", "acquisition", "purchase", "people", "advice", "no_need")
"""技术攻关, 成果引进, 供应商采购, 人才, 咨询诊断, 非需求."""

_TITLE = 2.0
_LEAST = 2.0
# What a text must be short of advertising to count as a need.
_ADVERTISEMENT = 0.85


@dataclass(frozen=True, slots=True)
class NeedKind:
    """The kind of a need.

    Attributes
    ----------
    name : str
        One of :data:`NEED_KINDS`.
    confidence : float
        In [0, 1]: the kind's share of all cues found, less where there are few; 0 where nothing
        was said and ``research`` is only assumed.
    field : str
        Where the strongest cue stands; empty for an assumed kind.
    start, end : int
        Where in that field's text.
    evidence : str
        The cue, as written.
    assumed : bool
        Whether nothing in the text says so.
    """

    name: str
    confidence: float
    field: str = ""
    start: int = 0
    end: int = 0
    evidence: str = ""
    assumed: bool = False


@functools.cache
def _cues() -> dict[str, tuple[tuple[float, re.Pattern[str]], ...]]:
    """Patterns of every kind with their weights, from ``need_kinds.json``.

    Every pattern there begins with a character, because the engine then looks for those first.
    """
    plain = files("matchmaker.checking").joinpath("need_kinds.json").read_text(encoding="utf-8")
    return {
        kind: tuple((cue["weight"], re.compile("|".join(cue["patterns"]))) for cue in cues)
        for kind, cues in json.loads(plain).items()
    }


_COOPERATION = {
    "acquisition": (2.0, re.compile(r"引进|购买(?!服务)|受让")),
    "advice": (1.2, re.compile(r"咨询|诊断")),
    "purchase": (1.5, re.compile(r"采购")),
    "people": (1.5, re.compile(r"人才")),
    "no_need": (1.0, re.compile(r"合资|招商|投资")),
}
_OPEN = re.compile(r"开发|攻关|研发|合作|服务")
# Who asks for something has a need, however the text praises.
_ASKS = re.compile(
    "希望|需要|想[要把用找做上在控请降提]|急需|寻求(?!转让|合作推广|投资)|请求|求[^职真]|能否|能不能|难题|如何"
)


def need_kind(need: Need, *, advertising: float = 0.0) -> NeedKind:
    """Say what kind of help a need asks for.

    Cues are weighed, those in the title twice. Where none is strong enough, the kind is
    ``research`` (技术攻关), and ``assumed`` if nothing speaks for that either.

    Parameters
    ----------
    need : Need
    advertising : float
        Share of the body that advertises, of
        :func:`~matchmaker.checking.advertising.advertising_share`.

    Returns
    -------
    NeedKind
    """
    fields = (("title", need.title, _TITLE), ("body", need.body, 1.0), ("goals", need.goals, 0.5))
    scores = dict.fromkeys(NEED_KINDS, 0.0)
    best: dict[str, tuple[float, str, int, int]] = {}
    for field, text, times in fields:
        level = levelled(text)
        for kind, cues in _cues().items():
            for weight, pattern in cues:
                found = pattern.search(level)
                if found is None:
                    continue
                scores[kind] += weight * times
                if weight * times > best.get(kind, (0.0,))[0]:
                    best[kind] = (weight * times, field, *found.span())
    modes = "；".join(need.cooperation)
    for kind, (weight, pattern) in _COOPERATION.items():
        if found := pattern.search(modes):
            # 引进 beside 合作开发 leaves open how the problem is to be solved.
            open_too = kind == "acquisition" and _OPEN.search(modes)
            scores[kind] += weight / 2 if open_too else weight
            best.setdefault(kind, (weight, "cooperation", *found.span()))
    _weigh_asking(need, scores, advertising)
    return _decide(need, scores, best)


def _weigh_asking(need: Need, scores: dict[str, float], advertising: float) -> None:
    if _ASKS.search(levelled(need.title)) or _ASKS.search(levelled(need.body)):
        scores["no_need"] -= 1.5
    elif advertising >= _ADVERTISEMENT:
        scores["no_need"] += 2.0


def _decide(
    need: Need, scores: dict[str, float], best: dict[str, tuple[float, str, int, int]]
) -> NeedKind:
    name = max(NEED_KINDS[1:], key=lambda kind: scores[kind])
    if scores[name] < _LEAST or scores[name] <= scores["research"] * 0.45:
        name = "research"
    total = sum(max(score, 0.0) for score in scores.values())
    if name not in best:
        assumed = name == "research"
        return NeedKind(name, 0.0 if assumed else 0.5, assumed=assumed)
    _, field, start, end = best[name]
    text = "；".join(need.cooperation) if field == "cooperation" else getattr(need, field)
    confidence = round(scores[name] / (total + 1.0), 2)
    return NeedKind(name, min(max(confidence, 0.0), 1.0), field, start, end, text[start:end])
