"""Training text read in place: papers with their parts, and patent titles with their classes.

Only sources whose licence allows a shipped model are read for training. Texts come folded by
:func:`matchmaker.language.normalize.matching_text`, as every encoder gets them.
"""

from __future__ import annotations

import csv
import hashlib
import json
import lzma
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from matchmaker.errors import RecordError
from matchmaker.language.normalize import matching_text

CHINAXIV = "text/chinaxiv.jsonl.xz"
CSL = "text/csl.jsonl.xz"
PATENT_TITLES = "text/patent_titles_ipc.csv"
MEASURING_PATENTS = "text/patents_research_only.jsonl.xz"

_SHORTEST_PARAGRAPH = 20
_SHORTEST_TITLE = 6
_SHORTEST_ABSTRACT = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """One paper, as far as its parts are known.

    Attributes
    ----------
    key : str
        What identifies it within its source.
    title, abstract : str
        Empty where missing.
    keywords : tuple of str
    body : tuple of str
        Paragraphs of some length, in order.
    """

    key: str
    title: str = ""
    abstract: str = ""
    keywords: tuple[str, ...] = ()
    body: tuple[str, ...] = ()

    def texts(self) -> tuple[str, ...]:
        """Every text of the paper, title first."""
        return (self.title, self.abstract, *self.keywords, *self.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class PatentTitle:
    """Title of a patent and the IPC subclasses it stands in, as one text such as ``B01J|C02F``."""

    title: str
    subclasses: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """What a model is trained on, and the papers kept out to measure it.

    Attributes
    ----------
    papers : tuple of Paper
    patents : tuple of PatentTitle
    held_out : tuple of Paper
        With a title and an abstract each; no paper of `papers` shares a title with one of them.
    counts : dict
        Rows read from each file, by its path below the data folder.
    """

    papers: tuple[Paper, ...]
    patents: tuple[PatentTitle, ...] = ()
    held_out: tuple[Paper, ...] = ()
    counts: dict[str, int] = field(default_factory=dict)


def _json_rows(path: Path) -> Iterator[dict[str, Any]]:
    opener = lzma.open if path.suffix == ".xz" else open
    try:
        with opener(path, "rt", encoding="utf-8") as file:
            for number, line in enumerate(file, start=1):
                row = json.loads(line)
                if not isinstance(row, dict):
                    raise RecordError(f"{path}, line {number}: not a JSON object")
                yield row
    except (OSError, lzma.LZMAError, EOFError, ValueError) as error:
        if isinstance(error, RecordError):
            raise
        raise RecordError(f"{path} cannot be read: {error}") from error


def _text(row: dict[str, Any], field_name: str) -> str:
    return matching_text(row.get(field_name) or "")


def read_chinaxiv(path: Path) -> Iterator[Paper]:
    """Read papers with a body.

    Parameters
    ----------
    path : Path
        JSON lines, plain or ``.xz``, of ``id, title, abstract, keywords, body``.

    Yields
    ------
    Paper

    Raises
    ------
    RecordError
        If the file cannot be read, naming it.
    """
    for row in _json_rows(path):
        paragraphs = (matching_text(p) for p in (row.get("body") or "").split("\n"))
        yield Paper(
            key=str(row["id"]),
            title=_text(row, "title"),
            abstract=_text(row, "abstract"),
            keywords=tuple(matching_text(k) for k in row.get("keywords") or ()),
            body=tuple(p for p in paragraphs if len(p) > _SHORTEST_PARAGRAPH),
        )


def read_csl(path: Path) -> Iterator[Paper]:
    """Read abstracts, some with a title and keywords.

    Parameters
    ----------
    path : Path
        JSON lines, plain or ``.xz``, of ``text``, and where known ``title`` and ``keywords``
        (joined by ``_``). The text is the key.

    Yields
    ------
    Paper

    Raises
    ------
    RecordError
        If the file cannot be read, naming it.
    """
    for row in _json_rows(path):
        keywords = (row.get("keywords") or "").split("_")
        yield Paper(
            key=str(row["text"]),
            title=_text(row, "title"),
            abstract=_text(row, "text"),
            keywords=tuple(matching_text(k) for k in keywords if k),
        )


def read_patent_titles(path: Path) -> Iterator[PatentTitle]:
    """Read patent titles.

    Parameters
    ----------
    path : Path
        CSV in UTF-8 with the columns ``title`` and ``ipc_subclasses``.

    Yields
    ------
    PatentTitle

    Raises
    ------
    RecordError
        If the file cannot be read, naming it.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                title = matching_text(row["title"])
                yield PatentTitle(title=title, subclasses=row["ipc_subclasses"])
    except (OSError, KeyError, UnicodeDecodeError) as error:
        raise RecordError(f"{path} cannot be read: {error}") from error


def read_title_abstracts(path: Path) -> list[tuple[str, str]]:
    """Read the titles and abstracts a model is measured on, never trained.

    Parameters
    ----------
    path : Path
        JSON lines, plain or ``.xz``, of ``title, abstract``.

    Returns
    -------
    list of (str, str)

    Raises
    ------
    RecordError
        If the file cannot be read, naming it.
    """
    return [(_text(row, "title"), _text(row, "abstract")) for row in _json_rows(path)]


def hold_out(papers: list[Paper], count: int) -> tuple[tuple[Paper, ...], tuple[Paper, ...]]:
    """Split off papers to measure on, the same ones in every run and order of reading.

    Parameters
    ----------
    papers : list of Paper
    count : int
        How many to keep out; fewer if fewer have a title and an abstract of some length.

    Returns
    -------
    training, held_out : tuple of Paper
        The held-out ones have the smallest BLAKE2b digests of their keys. Papers that share a title
        with one of them stand in neither.
    """

    def digest(paper: Paper) -> bytes:
        return hashlib.blake2b(paper.key.encode("utf-8", "surrogatepass"), digest_size=8).digest()

    whole = [
        p
        for p in papers
        if len(p.title) >= _SHORTEST_TITLE and len(p.abstract) > _SHORTEST_ABSTRACT
    ]
    held_out = tuple(sorted(whole, key=digest)[:count])
    keys = {p.key for p in held_out}
    titles = {p.title for p in held_out}
    training = tuple(p for p in papers if p.key not in keys and p.title not in titles)
    return training, held_out


def read_corpus(folder: Path, *, held_out: int = 500) -> Corpus:
    """Read everything that may train the shipped encoder.

    Parameters
    ----------
    folder : Path
        Folder of the data; the files stand below it in ``text``.
    held_out : int
        Papers to keep out, to measure on.

    Returns
    -------
    Corpus

    Raises
    ------
    RecordError
        If a file is missing or cannot be read, naming it.
    """
    chinaxiv = list(read_chinaxiv(folder / CHINAXIV))
    csl = list(read_csl(folder / CSL))
    patents = tuple(read_patent_titles(folder / PATENT_TITLES))
    papers, kept_out = hold_out(chinaxiv + csl, held_out)
    return Corpus(
        papers=papers,
        patents=patents,
        held_out=kept_out,
        counts={CHINAXIV: len(chinaxiv), CSL: len(csl), PATENT_TITLES: len(patents)},
    )
