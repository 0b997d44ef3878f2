"""Upper limits on what a reader accepts, against hostile and broken files."""

from __future__ import annotations

from dataclasses import dataclass, fields

from matchmaker.errors import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a reader accepts before it stops with an error.

    Parameters
    ----------
    max_bytes : int
        Size of the file.
    max_unpacked_bytes : int
        Size of an .xlsx or .parquet file after decompression, repeated texts counted each time.
    max_rows : int
        Rows with any content.
    max_columns : int
        Columns, or distinct keys of one row.
    max_cells : int
        Rows times columns that a workbook's sheet spans, filled or not: a sheet with one cell in
        its first and one in its last row would otherwise take hundreds of gigabytes.
    max_cell_chars : int
        Characters in one cell.

    Raises
    ------
    ConfigError
        If a limit is not a positive integer.
    """

    max_bytes: int = 256 * 1024**2
    max_unpacked_bytes: int = 512 * 1024**2
    max_rows: int = 1_000_000
    max_columns: int = 1_000
    max_cells: int = 20_000_000
    max_cell_chars: int = 100_000

    def __post_init__(self) -> None:
        for item in fields(self):
            value = getattr(self, item.name)
            if type(value) is not int or value < 1:
                raise ConfigError(f"{item.name} must be a positive integer, not {value!r}")
