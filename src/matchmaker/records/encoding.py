"""Which encoding a text file is in: the first in which all of it decodes."""

from __future__ import annotations

import codecs
from pathlib import Path

from matchmaker.records.report import Place

# How workbooks begin, and the ending that they should have.
_WORKBOOKS = ((b"PK\x03\x04", ".xlsx"), (b"\xd0\xcf\x11\xe0", ".xls"))
_CHUNK = 1 << 20
# So many good characters beyond ASCII never come before the first bad one in GB18030 text.
_SURELY_UTF8 = 16
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def detect_encoding(path: Path, place: Place) -> str:
    """Return the encoding in which a whole text file decodes without error.

    Parameters
    ----------
    path : Path
        Read once, in pieces.
    place : Place
        For the error.

    Returns
    -------
    str
        ``"utf-8-sig"`` (with or without BOM), ``"utf-16"`` (with BOM) or ``"gb18030"``.

    Raises
    ------
    RecordError
        If none fits, a UTF-8 file is damaged, the text holds NUL characters, or it is a workbook.
    """
    with path.open("rb") as stream:
        start = stream.read(4)
    for mark, ending in _WORKBOOKS:
        if start.startswith(mark):
            raise place.error("this is a workbook", way_out=f"Rename it to {ending}.")
    for bom, encoding in _BOMS:
        if start.startswith(bom):
            problem, _ = _first_problem(path, encoding)
            if problem:
                raise place.error(
                    f"not valid {encoding} although it begins with its mark ({problem})",
                    way_out="Save the file again as UTF-8.",
                )
            return encoding
    problem, good = _first_problem(path, "utf-8")
    if not problem:
        return "utf-8-sig"
    if good < _SURELY_UTF8 and "NUL" not in problem:
        gb_problem, _ = _first_problem(path, "gb18030")
        if not gb_problem:
            return "gb18030"
        problem = f"as UTF-8: {problem}; as GB18030: {gb_problem}"
    raise place.error(f"cannot be decoded ({problem})", way_out="Save the file again as UTF-8.")


def _first_problem(path: Path, encoding: str) -> tuple[str, int]:
    """Say what stops decoding (empty if nothing), and how much beyond ASCII came first."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    line, good = 1, 0
    with path.open("rb") as stream:
        while True:
            chunk = stream.read(_CHUNK)
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                before = error.object[: error.start].decode(encoding, "ignore")
                good += sum(char > "\x7f" for char in before)
                return f"line {line + before.count(chr(10))}: {error.reason}", good
            if "\x00" in text:
                return f"line {line + text[: text.index(chr(0))].count(chr(10))}: a NUL", good
            if not chunk:
                return "", good
            line += text.count("\n")
            if good < _SURELY_UTF8 and not text.isascii():
                good += sum(char > "\x7f" for char in text)
