"""Every error that matchmaker raises on purpose.

The tree is small and each branch is also the built-in that a caller would expect, so both
``except MatchmakerError`` and ``except ValueError`` do what they say::

    MatchmakerError
    ├── RecordError (ValueError)        a record or a file of records cannot be read
    │   └── JudgementError              a file of judged pairs cannot be read
    ├── ConfigError (ValueError)        an argument, option or setting is unknown or out of range
    ├── StoreError (RuntimeError)       a saved folder is damaged, foreign or of another version
    ├── ModelError (RuntimeError)       a model folder is incomplete, damaged or does not fit
    ├── MissingExtraError (ImportError) an optional dependency is not installed
    ├── WorkerError (RuntimeError)      a process that did a part of the work was killed
    └── InfeasibleError (ValueError)    the limits asked for contradict each other
"""

from __future__ import annotations


class MatchmakerError(Exception):
    """Root of every error that matchmaker raises on purpose."""


class RecordError(MatchmakerError, ValueError):
    """A record, or a file of records, cannot be used as it is."""


class JudgementError(RecordError):
    """A file of judged pairs cannot be used as it is."""


class ConfigError(MatchmakerError, ValueError):
    """An argument, option or setting is unknown, contradictory or out of range."""


class StoreError(MatchmakerError, RuntimeError):
    """A saved folder is damaged, foreign or written by another version."""


class ModelError(MatchmakerError, RuntimeError):
    """A model folder is incomplete, damaged or does not fit what was saved with it."""


class MissingExtraError(MatchmakerError, ImportError):
    """An optional dependency is needed and not installed.

    Parameters
    ----------
    package : str
        The import that failed.
    extra : str
        The extra of matchmaker that brings it.
    purpose : str
        What needed it, as the start of a sentence.
    """

    def __init__(self, package: str, extra: str, purpose: str) -> None:
        super().__init__(
            f"{purpose} needs the package {package!r}, which is not installed. "
            f"Install it with: pip install 'matchmaker[{extra}]'"
        )
        self.package = package
        self.extra = extra
        self._purpose = purpose

    def __reduce__(self) -> tuple[type[MissingExtraError], tuple[str, str, str]]:
        """Come back whole from another process."""
        return type(self), (self.package, self.extra, self._purpose)


class WorkerError(MatchmakerError, RuntimeError):
    """A process that did a part of the work was killed."""


class InfeasibleError(MatchmakerError, ValueError):
    """The limits asked for cannot all hold at once.

    Parameters
    ----------
    message : str
        Which limits, and the numbers that would fix it.
    conflict : object, optional
        The same as data, where it is known: see :mod:`matchmaker.planning.assignments.conflicts`.
    """

    def __init__(self, message: str, conflict: object = None) -> None:
        super().__init__(message)
        self.conflict = conflict

    def __reduce__(self) -> tuple[type[InfeasibleError], tuple[str, object]]:
        """Come back whole from another process."""
        return type(self), (str(self), self.conflict)
