"""What would become of a pair if its asking record did not say a term: ranked anew, not guessed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from matchmaker.catalogue import Cataloguer
from matchmaker.errors import ConfigError, StoreError
from matchmaker.language.spans import FoldedText
from matchmaker.ranked import Search
from matchmaker.records import Achievement, Need
from matchmaker.retrieval.collection import Side
from matchmaker.scoring.explanation import Counterfactual
from matchmaker.scoring.facts import ACHIEVEMENT_TEXTS, NEED_TEXTS
from matchmaker.search import Ranker


def leave_out(record: Need | Achievement, term: str) -> Need | Achievement:
    """Take a term out of what a record says about its subject.

    Parameters
    ----------
    record : Need or Achievement
    term : str
        In whatever spelling.

    Returns
    -------
    Need or Achievement
        A blank stands where the term stood.

    Raises
    ------
    ConfigError
        If the record does not say it, or says nothing else.
    """
    if not isinstance(term, str):
        raise ConfigError(f"a term is a text, not {term!r}")
    changed: dict[str, Any] = {}
    for name in NEED_TEXTS if isinstance(record, Need) else ACHIEVEMENT_TEXTS:
        text = getattr(record, name)
        if (without := _without(text, term)) != text:
            changed[name] = without
    keywords = tuple(_without(keyword, term) for keyword in record.keywords)
    if keywords != record.keywords:
        changed["keywords"] = tuple(word for word in keywords if word.strip())
    if not changed:
        raise ConfigError(f"{record.id!r} does not say {term!r}")
    left = {"title": record.title, "body": record.body, **changed}
    if not any(map(str.isalnum, left["title"] + left["body"])):
        raise ConfigError(f"{record.id!r} says nothing but {term!r}")
    return replace(record, **changed)


def _without(text: str, term: str) -> str:
    pieces, at = [], 0
    for start, end in FoldedText(text).find(term):
        pieces.append(text[at:start])
        at = end
    return " ".join([*pieces, text[at:]])


def counterfactuals(
    ranker: Ranker,
    cataloguer: Cataloguer,
    side: Side[Any],
    search: Search,
    *,
    needs_ask: bool,
) -> Callable[[Need | Achievement, str, str], Counterfactual]:
    """Prepare to rank for records that lack a term.

    Parameters
    ----------
    ranker : Ranker
    cataloguer : Cataloguer
    side : Side
        What was searched.
    search : Search
        What was asked.
    needs_ask : bool

    Returns
    -------
    callable
        Maps an asking record, the id of a record found and a term to a counterfactual. It raises
        a StoreError if the store that was searched has been closed or changed.
    """
    # What a re-ranker has not read is in no list.
    limit = search.k if ranker.reads else max(ranker.candidates, search.k)
    every = replace(search, k=limit, min_score=0.0)

    def without(asking: Need | Achievement, found: str, term: str) -> Counterfactual:
        asked: Any = cataloguer.catalogue([leave_out(asking, term)])
        try:
            ranked = ranker.rank(asked, side, every, needs_ask=needs_ask)
        except StoreError as error:
            raise StoreError(
                "the store has been closed or changed since this match was found; search again to "
                f"ask what would become of it ({error})"
            ) from error
        columns = ranked.columns
        positions = columns.achievement if needs_ask else columns.need
        records = ranked.shown.collection.records
        for row, position in enumerate(positions.tolist()):
            if records[position].id == found:
                rank, score = int(columns.rank[row]), float(columns.score[row])
                return Counterfactual(term, rank, score, len(positions))
        return Counterfactual(term, None, None, len(positions))

    return without
