"""Records of a wanted number and length, recombined from the sentences of a few real-looking ones.

Throughput depends on how many records there are, how long they are and how varied their words
are, not on whether they make sense; so the bundled sample is enough, and nothing is downloaded.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

SENTENCE = re.compile(r"[^。；！？\n]+[。；！？]?")


@dataclass(frozen=True, slots=True)
class Text:
    """A title and a body."""

    title: str
    body: str


def sample_texts(side: str) -> list[Text]:
    """Return the bundled sample's texts, ``side`` being ``"needs"`` or ``"achievements"``.

    Raises
    ------
    FileNotFoundError
        If no sample of that side is bundled.
    """
    from matchmaker import read_achievements, read_needs

    folder = Path(str(files("matchmaker"))) / "sample"
    found = sorted(file for file in folder.glob(f"*{side}*") if file.suffix in (".csv", ".xlsx"))
    if not found:
        raise FileNotFoundError(f"matchmaker bundles no sample of {side}")
    if side == "needs":
        return [Text(need.title, need.body) for need in read_needs(found[0])]
    return [Text(record.title, record.body) for record in read_achievements(found[0])]


def recombine(sources: Sequence[Text], n: int, *, seed: int, length: int = 250) -> list[Text]:
    """Return n texts with bodies of at least `length` characters, in random sentences.

    A title joins the halves of two titles, so that few titles repeat. A body is drawn sentence
    by sentence, with repetition over the records and, where the sources are short, within one.
    """
    rng = random.Random(seed)
    sentences = [found for text in sources for found in SENTENCE.findall(text.body)]
    titles = [text.title for text in sources if text.title]
    records = []
    for _ in range(n):
        first, second = rng.choice(titles), rng.choice(titles)
        body = ""
        while len(body) < length:
            body += rng.choice(sentences)
        records.append(Text(first[: len(first) // 2] + second[len(second) // 2 :], body))
    return records


def write_workbook(texts: Sequence[Text], path: Path, *, headings: Sequence[str]) -> None:
    """Write texts as an .xlsx with the columns id, title and body under the given headings."""
    import xlsxwriter

    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, headings)
        for row, text in enumerate(texts, 1):
            sheet.write_row(row, 0, [f"{path.stem[0].upper()}{row:06d}", text.title, text.body])


def prepare(folder: Path, *, needs: int, achievements: int, seed: int, length: int = 250) -> None:
    """Write ``needs.xlsx`` and ``achievements.xlsx`` into a folder."""
    for side, n, headings, offset in (
        ("needs", needs, ("需求编号", "需求名称", "需求描述"), 0),
        ("achievements", achievements, ("成果编号", "成果名称", "成果简介"), 1),
    ):
        texts = recombine(sample_texts(side), n, seed=2 * seed + offset, length=length)
        write_workbook(texts, folder / f"{side}.xlsx", headings=headings)
