"""What well-known families of models expect before a text, by the name of the model."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from matchmaker.retrieval.model_folders import CONFIG, read_settings

_WEB_SEARCH = (
    "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery: "
)
_SNAPSHOT = re.compile(r"[0-9a-f]{40}")
_CARD_NAME = re.compile(r"^model-index:[ \t]*\n[ \t]*-[ \t]*name:[ \t]*(\S+)", re.MULTILINE)
_CARD_HEAD = 1 << 16


@dataclass(frozen=True, slots=True)
class Family:
    """How the models of one family want to be used.

    Attributes
    ----------
    name : str
    pattern : re.Pattern
        Of their names, in lower case.
    query, document : str
        Written before a need or an achievement; empty for nothing.
    pooling : {"mean", "cls", "lasttoken"}
        How the vectors of the tokens become one, for a folder that does not say.
    """

    name: str
    pattern: re.Pattern[str]
    query: str = ""
    document: str = ""
    pooling: str = "mean"


def _family(name: str, pattern: str, query: str = "", **others: str) -> Family:
    return Family(name, re.compile(rf"(?<![a-z0-9])(?:{pattern})(?![a-z])"), query, **others)


# The first that fits counts: the special stand before the general.
FAMILIES = (
    _family("text2vec", r"text2vec"),
    _family("m3e", r"m3e"),
    _family("bge-m3", r"bge[-_]?m3", pooling="cls"),
    _family(
        "bge-zh",
        r"bge[-_](?:small|base|large)[-_]zh",
        "为这个句子生成表示以用于检索相关文章：",
        pooling="cls",
    ),
    _family(
        "bge-en",
        r"bge[-_](?:small|base|large)[-_]en",
        "Represent this sentence for searching relevant passages: ",
        pooling="cls",
    ),
    _family(
        "gte-qwen", r"gte[-_]qwen[0-9.]*[-_].*instruct", _WEB_SEARCH, pooling="lasttoken"
    ),
    _family("gte-zh", r"gte[-_](?:small|base|large)[-_]zh", pooling="cls"),
    _family("gte", r"gte[-_](?:small|base|large)(?![-_]en[-_]v)"),
    _family(
        "qwen3-embedding",
        r"qwen3[-_]embedding",
        _WEB_SEARCH.removesuffix(" "),
        pooling="lasttoken",
    ),
    _family("e5-mistral", r"e5[-_]mistral", _WEB_SEARCH, pooling="lasttoken"),
    _family("e5-instruct", r"e5[-_](?:small|base|large)[-_]instruct", _WEB_SEARCH),
    _family("e5", r"e5[-_](?:small|base|large)", "query: ", document="passage: "),
)  # fmt: skip


def family_of(folder: Path) -> Family | None:
    """Find the family of a model by the names that its folder gives it.

    Looked at in turn: the folder's own name (that of the model, for a snapshot in the cache of
    Hugging Face), ``_name_or_path`` of ``config.json``, and the name in the head of
    ``README.md``. The first name that fits a family decides.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    Family or None
        None for an unknown model.

    Raises
    ------
    ModelError
        If ``config.json`` cannot be read.
    """
    for name in _names(folder):
        for family in FAMILIES:
            if family.pattern.search(name.lower()):
                return family
    return None


def _names(folder: Path) -> Iterator[str]:
    place = folder.resolve()
    if _SNAPSHOT.fullmatch(place.name):
        place = place.parents[1]
    yield place.name
    yield str(read_settings(folder / CONFIG).get("_name_or_path") or "")
    card = folder / "README.md"
    if card.is_file():
        with card.open(encoding="utf-8", errors="replace") as file:
            named = _CARD_NAME.search(file.read(_CARD_HEAD))
        yield named.group(1) if named else ""
