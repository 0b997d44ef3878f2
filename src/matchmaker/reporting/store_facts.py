"""What is said about a store: what it holds, and whether it is whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matchmaker.reporting.messages import check_lang
from matchmaker.reporting.wording import Wording, one_line

_MADE_WITH = ("model", "encoder", "sectors")


def store_facts(info: Mapping[str, Any], *, lang: str = "zh") -> list[tuple[str, str]]:
    """Say what a store holds.

    Parameters
    ----------
    info : mapping
        With the fields of a store's information, as plain data.
    lang : {"zh", "en"}
        Language.

    Returns
    -------
    list of (str, str)
        What is told, and what it is.

    Raises
    ------
    ConfigError
        If the language is unknown.
    """
    words = Wording(check_lang(lang))
    segments, used = info["segments"], info["bytes"]
    facts = [
        ("path", one_line(str(info["path"]))),
        ("needs", f"{info['needs']:,}"),
        ("achievements", f"{info['achievements']:,}"),
        ("generation", f"{info['generation']:,}"),
        (
            "segments",
            words(
                "store.segments_of",
                count=len(segments),
                deleted=sum(segment["deleted"] for segment in segments),
            ),
        ),
        (
            "bytes",
            words(
                "store.bytes_of", **{part: _mib(used[part]) for part in ("total", "text", "index")}
            ),
        ),
        *((name, one_line(str(info["made_with"].get(name, "")))) for name in _MADE_WITH),
        ("unfinished", one_line(str(info["unfinished"] or "")) or words("store.none")),
    ]
    return [(words(f"store.{name}"), value) for name, value in facts]


def store_findings(findings: Sequence[str], count: int, *, lang: str = "zh") -> list[str]:
    """Say whether a store is whole.

    Parameters
    ----------
    findings : sequence of str
        What is wrong.
    count : int
        Records of the store.
    lang : {"zh", "en"}
        Language of what stands around the findings, which name files.

    Returns
    -------
    list of str
        Lines.

    Raises
    ------
    ConfigError
        If the language is unknown.
    """
    words = Wording(check_lang(lang))
    if not findings:
        return [words("store.whole", count=count)]
    return [words("store.damaged", count=len(findings)), *(f"- {line}" for line in findings)]


def _mib(size: int) -> str:
    return f"{size / 2**20:,.1f}"
