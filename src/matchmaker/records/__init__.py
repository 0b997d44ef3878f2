"""Records and readers: needs and achievements from the files that departments send.

::

    from matchmaker.records import read_needs
    needs = read_needs("需求.xlsx")
    print(needs.report)
"""

from matchmaker.records.column_map import ColumnMap
from matchmaker.records.limits import Limits
from matchmaker.records.readers import read_achievements, read_needs
from matchmaker.records.report import LeftOut, ReadNote, ReadReport, Records
from matchmaker.records.types import Achievement, Extra, Need, Origin, Record

__all__ = [
    "Achievement",
    "ColumnMap",
    "Extra",
    "LeftOut",
    "Limits",
    "Need",
    "Origin",
    "ReadNote",
    "ReadReport",
    "Record",
    "Records",
    "read_achievements",
    "read_needs",
]
