"""What stands in the cells of a ranking's file, turned back into values."""

from __future__ import annotations

import math
import re
from typing import Any

from matchmaker.language.sectors import OTHER, SectorLabel
from matchmaker.ranked_files.columns import FileRow
from matchmaker.records.cells import cell_text, is_rounded
from matchmaker.reporting.messages import MESSAGES
from matchmaker.scoring.pairs import SharedTerm

# The apostrophe that reports put before text which a spreadsheet program would run.
_DISARMED = re.compile(r"'(?=[\t\n]|\s*[=+\-@＝＋－＠])")
_SHARE = re.compile(r"(\S.*) (\d{1,3})%", re.S)
_GRADES = {text: grade for grade in (1, 2, 3, 4) for text in MESSAGES[f"grade.{grade}"]}
_OTHERS = MESSAGES["sector.other"]
_LISTS = MESSAGES["mark.list"]
_UNTITLED = MESSAGES["empty.title"]
_PARK = re.compile(r"园区|高新区|开发区|经开区|示范区|保税区|产业园|科技园|[Pp]ark")
_CLAUSE = re.compile(r"；|; ")
_FIELD = re.compile(r"：|: ")


def text(row: FileRow, key: str) -> str:
    """Give a cell as the record has it: stripped, without the apostrophe of reports.

    Parameters
    ----------
    row : FileRow
    key : str

    Returns
    -------
    str
        Empty where there is nothing.

    Raises
    ------
    RecordError
        If it holds no text or number.
    """
    value = row.values.get(key)
    if isinstance(value, str):
        found = value.strip()
        return found[1:].strip() if _DISARMED.match(found) else found
    try:
        return cell_text(value)
    except TypeError as error:
        raise row.at(key).error(str(error), way_out="Write text.", value=value) from error


def identifier(row: FileRow, key: str) -> str:
    """Give an id.

    Raises
    ------
    RecordError
        If it is empty, or a number that a spreadsheet program has rounded.
    """
    if is_rounded(row.values.get(key)):
        raise row.at(key).error(
            "the id is a number of more than 15 digits, whose last ones are lost",
            value=row.values[key],
            way_out="Make the column text and enter it again.",
        )
    found = text(row, key)
    if not found:
        raise row.at(key).error("the id is missing", way_out="Fill it in or delete the row.")
    return found


def number(row: FileRow, key: str, low: float, high: float) -> float:
    """Give a number in a range.

    Parameters
    ----------
    row : FileRow
    key : str
    low, high : float
        Both included.

    Returns
    -------
    float

    Raises
    ------
    RecordError
        If it is no number or out of range.
    """
    value = row.values.get(key)
    try:
        found = math.nan if isinstance(value, bool) else float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        found = math.nan
    if not low <= found <= high:
        raise row.at(key).error(
            f"not a number from {low:g} to {high:g}",
            value=value,
            way_out="Write it as 'matchmaker rank' did, or delete the row.",
        )
    return found


def grade(row: FileRow) -> int:
    """Give the grade, 1 to 4, which may be a number or a word.

    Raises
    ------
    RecordError
        If it is neither.
    """
    said = text(row, "grade")
    found = _GRADES.get(said) or (int(said) if said in ("1", "2", "3", "4") else 0)
    if not found:
        words = ", ".join(MESSAGES[f"grade.{one}"][0] for one in (4, 3, 2, 1))
        raise row.at("grade").error(
            "not a grade", value=said, way_out=f"Write one of {words}, or 1 to 4."
        )
    return found


def listed(row: FileRow, key: str) -> tuple[str, ...]:
    """Give the parts of a list: a list of .jsonl, or joined by 、 or a comma and a blank."""
    value = row.values.get(key)
    if isinstance(value, list):
        return tuple(str(one) for one in value)
    said = text(row, key)
    mark = next((one for one in _LISTS if one in said), _LISTS[0])
    return tuple(filter(None, (part.strip() for part in said.split(mark))))


def sector_names(row: FileRow, key: str = "sectors") -> tuple[str, ...]:
    """Give the names of a pair's sectors, 其他 also where it is called Other."""
    return tuple(OTHER if name in _OTHERS else name for name in listed(row, key))


def labels(row: FileRow, key: str) -> tuple[SectorLabel, ...] | None:
    """Give a record's labels of a .jsonl file; None where the file has none.

    Raises
    ------
    RecordError
        If they are no list of names and confidences.
    """
    value: Any = row.values.get(key)
    if value is None:
        return None
    try:
        return tuple(_label(str(one["name"]), float(one["confidence"])) for one in value)
    except (TypeError, KeyError, ValueError) as error:
        raise row.at(key).error(
            "no list of sectors, each with name and confidence",
            value=value,
            way_out="Leave the file as it was written.",
        ) from error


def _label(name: str, confidence: float) -> SectorLabel:
    if not 0 <= confidence <= 1:
        raise ValueError(confidence)
    return SectorLabel(name, confidence, "declared" if confidence == 1 else "predicted")


def shared_terms(row: FileRow) -> tuple[SharedTerm, ...]:
    """Give what both sides say: all of a .jsonl file, of a table those listed, in per cent.

    Parts of the list that are no term with its share are passed over.

    Raises
    ------
    RecordError
        If they are no list of terms and weights, in a .jsonl file.
    """
    value: Any = row.values.get("shared_terms")
    if isinstance(value, list):
        try:
            return tuple(SharedTerm(str(one["term"]), float(one["weight"])) for one in value)
        except (TypeError, KeyError, ValueError) as error:
            raise row.at("shared_terms").error(
                "no list of terms, each with term and weight",
                value=value,
                way_out="Leave the file as it was written.",
            ) from error
    found = (_SHARE.fullmatch(part) for part in listed(row, "shared_terms"))
    return tuple(SharedTerm(one[1], int(one[2]) / 100) for one in found if one)


def title(row: FileRow, key: str) -> str:
    """Give a title; empty where the report says that there is none."""
    found = text(row, key)
    return "" if found in _UNTITLED else found


def place(said: str) -> dict[str, str]:
    """Take a region and a park apart.

    Parameters
    ----------
    said : str
        As reports join them: 辽宁 · 某高新区, or one of the two.

    Returns
    -------
    dict of str to str
        ``region`` and ``park``. One that names a park is both: a report leaves the region out
        where the park's name begins with it.
    """
    region, mark, park = said.partition(" · ")
    if mark:
        return {"region": region, "park": park}
    return {"region": said, "park": said if _PARK.search(said) else ""}


def contacts(said: str, heading: str) -> dict[str, str]:
    """Take the parts of a contact apart.

    Parameters
    ----------
    said : str
        Such as 联系人：张三；电话：024.
    heading : str
        Of the column, for what has no name of its own.

    Returns
    -------
    dict of str to str
        Values by name.
    """
    found: dict[str, str] = {}
    for part in _CLAUSE.split(said):
        name, *value = _FIELD.split(part, maxsplit=1)
        if value and name.strip():
            found[name.strip()] = value[0].strip()
        elif part.strip():
            found[heading] = (
                f"{found[heading]} {part.strip()}" if heading in found else part.strip()
            )
    return found
