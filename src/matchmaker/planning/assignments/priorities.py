"""Which needs come first: 卡脖子, and kinds of enterprises such as 龙头 and 专精特新."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from matchmaker.errors import ConfigError
from matchmaker.language.organisation_types import kinds_of, read_organisation_types
from matchmaker.language.readings import fold_width
from matchmaker.records import Need

BOTTLENECK = "卡脖子"
"""What a need says of a technology that its country cannot get elsewhere."""

_SIGNS = re.compile(r"[\s\"'“”‘’「」『』《》]")
_WORD = re.compile(r"卡脖子|受制于人")
_DENIED = re.compile(
    r"(?:不属于|不算|不是|并非|非|不构成|未构成|不存在|不涉及|未涉及|没有|无|不含|不再是|不再属于|未被列为)"
    r"(?:任何|所谓|什么|明显|被)?$"
)
_ASKED = re.compile(r"是否(?:为|是|属于|涉及|存在|有|国家|关键){0,3}$")
_ANSWERED = re.compile(r"^[^:,。;]{0,8}:(是|有|属于|√|y)", re.I)
_BEHIND = re.compile(
    r"^(?:技术|难题|问题|清单|项目|类)?(?::|\()?(?:否|不适用|不存在|不是|无(?![^)]))"
)
_NO = re.compile(r"^(?:否|不|非|无|没有|未|n|no|false|f|0|x|×|-+|/+)?(?:[。.]|$)", re.I)
_SAYS_NO = re.compile(r"^(?:否|不是|不属于|不涉及|不存在|非卡脖子|没有|暂无|未)")
_LOOK_BACK = 12
_LONGEST = 20_000


def priority_kind(name: str) -> str:
    """Read the name of a priority.

    Parameters
    ----------
    name : str
        卡脖子, or a kind of enterprise in any of its wordings, such as 龙头.

    Returns
    -------
    str
        卡脖子, or the kind as :func:`~matchmaker.language.organisation_types.kinds_of` names it.

    Raises
    ------
    ConfigError
        If it is neither.
    """
    if _SIGNS.sub("", name) == BOTTLENECK:
        return BOTTLENECK
    kinds = read_organisation_types(name)
    if len(kinds) != 1:
        known = [
            BOTTLENECK,
            "龙头",
            "专精特新",
            "专精特新小巨人",
            "高新技术企业",
            "单项冠军",
            "瞪羚",
        ]
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known)} and others"
        raise ConfigError(f"priorities: unknown name {name!r}; {hint}")
    return kinds[0].kind


def says_bottleneck(need: Need) -> bool:
    """Say whether a need calls itself 卡脖子 (or 受制于人).

    A column about it decides. Without one, any of the texts says so, unless one of them denies it
    (不属于卡脖子技术) or only asks (是否卡脖子).

    Parameters
    ----------
    need : Need

    Returns
    -------
    bool
        False where nothing is said.
    """
    for heading, value in need.extra.items():
        if _WORD.search(_SIGNS.sub("", heading)) and value.strip():
            plain = _SIGNS.sub("", fold_width(value))
            return not (_NO.match(plain) or _SAYS_NO.match(plain))
    said = False
    for text in _texts(need):
        verdict = _verdict(text)
        if verdict is False:
            return False
        said = said or verdict is True
    return said


def _texts(need: Need) -> Iterator[str]:
    yield from (need.title, need.body, need.goals, need.foundation, need.attempted)
    yield from need.keywords
    yield from need.extra.values()


def _verdict(text: str) -> bool | None:
    """Say what a text says: yes, no, or nothing."""
    if "脖子" not in text and "受制于人" not in text:
        return None
    plain = _SIGNS.sub("", fold_width(text[:_LONGEST]))
    said = None
    for word in _WORD.finditer(plain):
        before = plain[max(0, word.start() - _LOOK_BACK) : word.start()]
        after = plain[word.end() : word.end() + _LOOK_BACK]
        if _ASKED.search(before):
            if _ANSWERED.match(after):
                said = True
        elif _DENIED.search(before) or _BEHIND.match(after):
            return False
        else:
            said = True
    return said


def priority_factors(
    needs: Sequence[Need], priorities: Mapping[str, float]
) -> tuple[NDArray[np.float64], tuple[tuple[str, int], ...]]:
    """Weigh needs.

    Parameters
    ----------
    needs : sequence of Need
    priorities : mapping of str to float
        Factors by name; see :func:`priority_kind`.

    Returns
    -------
    factors : ndarray, shape (n_needs,), float64
        The product of those that apply to each need; 1 where none does.
    counts : tuple of (str, int)
        Needs to which each priority applies, in the order given.

    Raises
    ------
    ConfigError
        See :func:`priority_kind`.
    """
    factors = np.ones(len(needs))
    counts = []
    for name, factor in priorities.items():
        kind = priority_kind(name)
        applies = np.array(
            [
                says_bottleneck(need)
                if kind == BOTTLENECK
                else kind in kinds_of(need.organisation_type)
                for need in needs
            ],
            dtype=np.bool_,
        )
        factors[applies] *= factor
        counts.append((kind, int(applies.sum())))
    return factors, tuple(counts)
