"""What a match returns: ranked pairs that can be written and turned into a table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from matchmaker.reporting import RunSummary, frame, write
from matchmaker.scoring.pairs import RankedPairs

if TYPE_CHECKING:
    import pandas as pd


class Matches(RankedPairs):
    """Ranked matches: iterate, group, turn into a table or write to a file."""

    summary: RunSummary | None = None

    def to_frame(self) -> pd.DataFrame:
        """Turn into a pandas DataFrame.

        Returns
        -------
        pandas.DataFrame
            One row a match, columns as in the .jsonl file.

        Raises
        ------
        MissingExtraError
            If pandas is not installed.
        """
        return frame(self)

    def write(self, path: str | Path, *, lang: str = "zh") -> None:
        """Write to a file whose ending chooses the form.

        Parameters
        ----------
        path : str or Path
            Ending in .xlsx, .csv, .jsonl or .html.
        lang : {"zh", "en"}
            Language of headings and explanations.

        Raises
        ------
        ConfigError
            If the ending or language is unknown or the folder does not exist.
        """
        write(self, path, lang=lang, summary=self.summary)
