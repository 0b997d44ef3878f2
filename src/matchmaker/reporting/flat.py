"""Flat files: .csv for a person with a spreadsheet program, .jsonl for another program."""

from __future__ import annotations

import csv
import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from matchmaker.errors import MissingExtraError
from matchmaker.reporting.columns import PairTable, Value
from matchmaker.reporting.files import replacing
from matchmaker.reporting.messages import check_lang
from matchmaker.reporting.safety import inert
from matchmaker.reporting.wording import Wording
from matchmaker.scoring.explanation import Evidence, Explanation
from matchmaker.scoring.pairs import Match, RankedPairs

if TYPE_CHECKING:
    import pandas as pd

_DECIMALS = 6

# Some readers of .jsonl take these for line ends; JSON allows them as they are.
_LINE_ENDS = {0x85: "\\u0085", 0x2028: "\\u2028", 0x2029: "\\u2029"}
_LINE_END = re.compile("[\u0085\u2028\u2029]")


def write_csv(
    pairs: RankedPairs, path: str | os.PathLike[str], *, lang: str = "zh", reasons: bool = True
) -> None:
    """Write all pairs as a table, one pair a row.

    The file is UTF-8 with a byte order mark, so that spreadsheet programs show Chinese. Text that
    such a program would run as a formula has an apostrophe in front (see
    :func:`~matchmaker.reporting.safety.inert`); numbers are written as numbers. For a form that
    changes nothing use :func:`write_jsonl`.

    Parameters
    ----------
    pairs : RankedPairs
        In order of the asking side's id, then of rank.
    path : str or path-like
        The file; replaced once the new one is complete.
    lang : {"zh", "en"}
        Language of headings, grades and punctuation.
    reasons : bool
        Whether the reasons of every match are columns.

    Raises
    ------
    ConfigError
        If the language is unknown or the folder does not exist.
    """
    words = Wording(check_lang(lang))
    with replacing(path) as made:
        table = PairTable(pairs, words, details=True, reasons=reasons)
        fill_csv(table, pairs, made, words)


def fill_csv(table: PairTable, pairs: RankedPairs, path: Path, words: Wording) -> None:
    """Write a table of pairs to a file, as :func:`write_csv` does.

    Parameters
    ----------
    table : PairTable
        Its columns.
    pairs : RankedPairs
        Its rows.
    path : Path
        The file, which nobody looks at before it is complete.
    words : Wording
        Language of the headings.
    """
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([column.heading(words) for column in table.columns])
        for match in pairs:
            writer.writerow(map(_cell, table.values(match)))


def write_jsonl(pairs: RankedPairs, path: str | os.PathLike[str], *, reasons: bool = True) -> None:
    """Write all pairs for another program, one JSON object a line.

    Every object has ``need_id``, ``need_title``, ``achievement_id``, ``achievement_title``,
    ``rank``, ``score``, ``grade``, ``similarity``, ``sectors``, ``need_sectors`` and
    ``achievement_sectors`` (``name``, ``confidence``) and ``shared_terms`` (``term``,
    ``weight``) and ``duplicates`` (ids of records alike, not listed themselves). Texts are as in
    the records, numbers in full. ``explanation`` is null without reasons, else: ``parts``
    (``name``, ``value``, ``evidence``), which add up to the score, ``judged`` and ``unjudged``
    (criteria) and ``open`` (evidence); evidence has ``kind``, ``value``, ``need``,
    ``achievement``, ``weight``, ``verdict``, ``detail`` and ``spans`` (``side``, ``field``,
    ``start``, ``end``, ``text``, in characters of the field as it was matched: the command tidies
    texts first).

    Parameters
    ----------
    pairs : RankedPairs
        In order of the asking side's id, then of rank.
    path : str or path-like
        The file, UTF-8; replaced once the new one is complete.
    reasons : bool
        Whether every line says why.

    Raises
    ------
    ConfigError
        If the folder does not exist.
    """
    with replacing(path) as made:
        fill_jsonl(pairs, made, reasons=reasons)


def fill_jsonl(pairs: RankedPairs, path: Path, *, reasons: bool = True) -> None:
    """Write pairs to a file, as :func:`write_jsonl` does.

    Parameters
    ----------
    pairs : RankedPairs
        Its lines.
    path : Path
        The file, which nobody looks at before it is complete.
    reasons : bool
        Whether every line says why, where the pairs can be explained.
    """
    # A lone surrogate, which UTF-8 cannot hold, becomes \udXXX: just what JSON calls it.
    with path.open("w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
        told = reasons and pairs.explainable
        for match in pairs:
            form = machine_form(match, reasons=told)
            line = json.dumps(form, ensure_ascii=False, allow_nan=False)
            # Looking is much quicker than replacing, and hardly any line has one.
            escaped = line.translate(_LINE_ENDS) if _LINE_END.search(line) else line
            file.write(escaped + "\n")


def frame(pairs: RankedPairs, *, reasons: bool = True) -> pd.DataFrame:
    """Turn all pairs into a pandas DataFrame.

    Parameters
    ----------
    pairs : RankedPairs
        In order of the asking side's id, then of rank.
    reasons : bool
        Whether every row says why, where the pairs can be explained.

    Returns
    -------
    pandas.DataFrame
        One row a pair; columns are the keys of :func:`write_jsonl`, sectors and shared terms as
        lists.

    Raises
    ------
    MissingExtraError
        If pandas is not installed.
    """
    try:
        import pandas as pd
    except ImportError as error:
        raise MissingExtraError("pandas", "frames", "A table of matches") from error
    told = reasons and pairs.explainable
    rows = [
        {key: _storable(value) for key, value in machine_form(match, reasons=told).items()}
        for match in pairs
    ]
    return pd.DataFrame(rows, columns=list(_KEYS))


def _storable(value: object) -> object:
    """Replace lone surrogates, which pandas' text columns cannot hold."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


def _cell(value: Value) -> Value:
    if isinstance(value, str):
        return inert(value)
    return round(value, _DECIMALS)


_KEYS = (
    "need_id",
    "need_title",
    "achievement_id",
    "achievement_title",
    "rank",
    "score",
    "grade",
    "similarity",
    "sectors",
    "need_sectors",
    "achievement_sectors",
    "shared_terms",
    "duplicates",
    "explanation",
)


def machine_form(match: Match, *, reasons: bool = False) -> dict[str, object]:
    """Give a match as the object of one line of :func:`write_jsonl`, with or without reasons."""
    return {
        "need_id": match.need.id,
        "need_title": match.need.title,
        "achievement_id": match.achievement.id,
        "achievement_title": match.achievement.title,
        "rank": match.rank,
        "score": match.score,
        "grade": match.grade,
        "similarity": match.similarity,
        "sectors": list(match.sectors),
        "need_sectors": [
            {"name": label.name, "confidence": label.confidence} for label in match.need_sectors
        ],
        "achievement_sectors": [
            {"name": label.name, "confidence": label.confidence}
            for label in match.achievement_sectors
        ],
        "shared_terms": [
            {"term": shared.term, "weight": shared.weight} for shared in match.shared_terms
        ],
        "duplicates": list(match.duplicates),
        "explanation": explanation_form(match.explain()) if reasons else None,
    }


def explanation_form(explanation: Explanation) -> dict[str, object]:
    """Give an explanation as plain data, as in one line of :func:`write_jsonl`."""
    return {
        "parts": [
            {
                "name": part.name,
                "value": part.value,
                "evidence": [_evidence_form(one) for one in part.evidence],
            }
            for part in explanation.parts
        ],
        "judged": list(explanation.judged),
        "unjudged": list(explanation.unjudged),
        "open": [_evidence_form(one) for one in explanation.open],
    }


def _evidence_form(evidence: Evidence) -> dict[str, object]:
    return {
        "kind": evidence.kind,
        "value": evidence.value,
        "need": evidence.need,
        "achievement": evidence.achievement,
        "weight": evidence.weight,
        "verdict": evidence.verdict,
        "detail": evidence.detail,
        "spans": [
            {
                "side": span.side,
                "field": span.field,
                "start": span.start,
                "end": span.end,
                "text": span.text,
            }
            for span in evidence.spans
        ],
    }
