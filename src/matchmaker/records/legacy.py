"""How far the sheets of an .xls file reach, read before the file is opened.

An .xls file of a few kilobytes may claim a cell in row 65,536 and column 65,536; a reader that
makes room for the whole rectangle then ends the process. So the cells' places are read here first.
The container is OLE compound files ([MS-CFB]), the records inside are BIFF ([MS-XLS] 2.4).
"""

from __future__ import annotations

import struct
from array import array

_FREE = 0xFFFFFFFA  # From here on sector numbers are marks: end of chain, free, FAT.
_HEADER_LINKS = 109
_BOF = {0x0009, 0x0209, 0x0409, 0x0809}
# Records that put a value into one cell: row and column come first.
_CELLS = {2, 3, 4, 5, 6, 0xD6, 0xFD, 0x203, 0x204, 0x205, 0x206, 0x27E, 0x406}
_MANY_CELLS = 0xBD
# What a sheet says about its own size; room is made for that much.
_DIMENSIONS = 0x200
_PASSWORD = 0x2F


def spans(data: bytes) -> list[tuple[int, int]]:
    """Return how many rows and columns each sheet of an .xls file spans.

    Parameters
    ----------
    data : bytes
        The whole file.

    Returns
    -------
    list of (int, int)
        One for each part of the workbook that holds cells.

    Raises
    ------
    ValueError
        If the file is not a readable .xls workbook.
    """
    try:
        stream = _workbook_stream(data)
    except (struct.error, IndexError) as error:
        raise ValueError("its directory is damaged") from error
    found: list[tuple[int, int]] = []
    rows = columns = position = 0
    while position + 4 <= len(stream):
        record, length = struct.unpack_from("<HH", stream, position)
        position += 4
        if record in _BOF:
            found.append((rows, columns))
            rows = columns = 0
        elif record == _PASSWORD:
            raise ValueError("it is protected by a password")
        elif record == _DIMENSIONS:
            claimed = _claimed(stream[position : position + length])
            rows, columns = max(rows, claimed[0]), max(columns, claimed[1])
        elif (record in _CELLS or record == _MANY_CELLS) and length >= 6:
            if position + length > len(stream):
                break
            row, column = struct.unpack_from("<HH", stream, position)
            if record == _MANY_CELLS:
                (column,) = struct.unpack_from("<H", stream, position + length - 2)
            rows, columns = max(rows, row + 1), max(columns, column + 1)
        position += length
    found.append((rows, columns))
    return [span for span in found if span != (0, 0)]


def _claimed(payload: bytes) -> tuple[int, int]:
    wide = len(payload) == 14
    if not wide and len(payload) != 10:
        raise ValueError("a sheet claims an impossible size")
    above, rows, left, columns = struct.unpack_from("<LLHH" if wide else "<HHHH", payload)
    if rows < above or columns < left:
        raise ValueError("a sheet claims an impossible size")
    return rows, columns


def _workbook_stream(data: bytes) -> bytes:
    shift, mini_shift = struct.unpack_from("<HH", data, 30)
    if shift not in (9, 12) or mini_shift != 6:
        raise ValueError("its sectors have an unknown size")
    directory, _, cutoff, mini_start = struct.unpack_from("<LLLL", data, 48)
    size = 1 << shift

    def sector(number: int) -> bytes:
        return data[(number + 1) << shift : (number + 2) << shift]

    links = list(struct.unpack_from(f"<{_HEADER_LINKS}L", data, 76))
    (more,) = struct.unpack_from("<L", data, 68)
    for _ in range(len(data) >> shift):
        if more >= _FREE:
            break
        *further, more = struct.unpack(f"<{size // 4}L", sector(more))
        links.extend(further)
    table = _numbers(b"".join(sector(link) for link in links if link < _FREE))
    entries = b"".join(map(sector, _chain(directory, table)))
    root = names = b""
    for at in range(0, len(entries) - 127, 128):
        entry = entries[at : at + 128]
        name = entry[: max(0, struct.unpack_from("<H", entry, 64)[0] - 2)].decode(
            "utf-16-le", "replace"
        )
        if entry[66] == 5:
            root = entry
        elif name.lower() in ("workbook", "book") and not names:
            names = entry
    if not names or not root:
        raise ValueError("it holds no workbook; it may be protected by a password")
    start, length = struct.unpack_from("<LL", names, 116)
    if length >= cutoff:
        return b"".join(map(sector, _chain(start, table)))[:length]
    (root_start,) = struct.unpack_from("<L", root, 116)
    small = b"".join(map(sector, _chain(root_start, table)))
    mini_table = _numbers(b"".join(map(sector, _chain(mini_start, table))))
    parts = (small[number << 6 : (number + 1) << 6] for number in _chain(start, mini_table))
    return b"".join(parts)[:length]


def _numbers(data: bytes) -> array[int]:
    return array("I", struct.unpack(f"<{len(data) // 4}L", data[: len(data) // 4 * 4]))


def _chain(start: int, table: array[int]) -> list[int]:
    chain: list[int] = []
    while start < _FREE:
        if len(chain) > len(table):
            raise ValueError("its sectors run in a circle")
        chain.append(start)
        start = table[start]
    return chain
