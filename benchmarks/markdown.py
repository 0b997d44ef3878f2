"""Pieces of the tables that are made from results."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Result = Mapping[str, Any]


def grid(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table: the first column left, the others right."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def origin(result: Result) -> str:
    """Return the line that says what a result was measured with."""
    machine = result["hardware"]
    versions = ", ".join(
        f"{name} {number}" for name, number in result["versions"].items() if number
    )
    commit = result["commit"] or "none"
    return (
        f"{machine['cpu'] or 'unknown processor'}, {machine['cores']} cores, "
        f"{machine['memory_gib']} GiB; commit {commit.partition('+')[0][:12]}"
        f"{' with changes' if '+' in commit else ''}; {versions}.\n"
    )
