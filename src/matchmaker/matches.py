"""What a match returns: ranked pairs that can be written and turned into a table."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Self

from matchmaker.reporting import RunSummary, frame, write
from matchmaker.scoring.pairs import RankedPairs

if TYPE_CHECKING:
    import pandas as pd


class Matches(RankedPairs):
    """Ranked matches: iterate, group, turn into a table or write to a file."""

    summary: RunSummary | None = None

    def anonymised(self, *, lang: str = "zh") -> Self:
        """Take out everything that says whose records these are.

        Organisations become pseudonyms; people, contacts, addresses, brands and numbers of
        accounts, papers and patents go, in fields and in running text; regions are cut to province
        and city. Scores, sectors, indicators and technical terms stay.

        Parameters
        ----------
        lang : {"zh", "en"}
            Language of the neutral words.

        Returns
        -------
        Matches
            The same pairs. What was read from which file is no longer told.

        Raises
        ------
        ConfigError
            If the language is unknown.
        """
        from matchmaker.language.anonymity import Anonymiser
        from matchmaker.scoring.anonymised import anonymised, anonymous_summary

        anonymiser = Anonymiser([*self.needs, *self.achievements], lang=lang)
        other = type(self)(anonymised(self.context, anonymiser), self.columns)
        told = self.summary
        if told is not None:
            preferences, eligibility = anonymous_summary(
                anonymiser, told.preferences, told.eligibility
            )
            other.summary = replace(
                told,
                needs_report=None,
                achievements_report=None,
                preferences=preferences,
                eligibility=eligibility,
            )
        return other

    def to_frame(self, *, reasons: bool = True) -> pd.DataFrame:
        """Turn into a pandas DataFrame.

        Parameters
        ----------
        reasons : bool
            Whether every row says why.

        Returns
        -------
        pandas.DataFrame
            One row a match, columns as in the .jsonl file.

        Raises
        ------
        MissingExtraError
            If pandas is not installed.
        """
        return frame(self, reasons=reasons)

    def write(self, path: str | Path, *, lang: str = "zh", reasons: bool = True) -> None:
        """Write to a file whose ending chooses the form.

        Parameters
        ----------
        path : str or Path
            Ending in .xlsx, .csv, .jsonl or .html.
        lang : {"zh", "en"}
            Language of headings and explanations.
        reasons : bool
            Whether it says why the two of a pair go together.

        Raises
        ------
        ConfigError
            If the ending or language is unknown or the folder does not exist.
        """
        write(self, path, lang=lang, summary=self.summary, reasons=reasons)
