"""A folder of judgements that a matcher learns from: versioned, and never overwritten.

Judgements outlive models, so the folder holds what the judged records say and the grades, no
vector and no parameter. Every addition is a file of its own, named by its checksum; the index that
lists them is replaced last and in one step, so a crash at any moment leaves the old state or the
new one. Going back moves a pointer and deletes nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from numbers import Integral
from os import PathLike
from pathlib import Path
from typing import Any, Self

from matchmaker.durable import write_whole
from matchmaker.errors import ConfigError, JudgementError, MatchmakerError, StoreError
from matchmaker.records import Achievement, Need
from matchmaker.scoring.feedback import MOST_JUDGEMENTS
from matchmaker.scoring.grader import GRADES

INDEX = "learned.json"
_KIND = "matchmaker-learned"
_FORMAT = 1
# What a record's text is made of; nothing about people, places or money is kept.
_KEPT: Mapping[type, tuple[str, ...]] = {
    Need: ("id", "title", "body", "goals", "keywords"),
    Achievement: ("id", "title", "body", "indicators", "applications", "keywords"),
}


@dataclass(frozen=True, slots=True)
class JudgedPair:
    """A need and an achievement that a person has graded.

    Parameters
    ----------
    need : Need
    achievement : Achievement
    grade : int
        1 (无关) to 4 (强相关).

    Raises
    ------
    JudgementError
        If a record is of the wrong kind or the grade is no whole number from 1 to 4.
    """

    need: Need
    achievement: Achievement
    grade: int

    def __post_init__(self) -> None:
        if not isinstance(self.need, Need) or not isinstance(self.achievement, Achievement):
            raise JudgementError(
                "a judged pair is a Need and an Achievement, not "
                f"{type(self.need).__name__} and {type(self.achievement).__name__}"
            )
        grade = self.grade
        if not isinstance(grade, Integral) or isinstance(grade, bool) or grade not in GRADES:
            raise JudgementError(
                f"grade of need {self.need.id!r} and achievement {self.achievement.id!r} must be "
                f"1, 2, 3 or 4, not {grade!r}"
            )
        object.__setattr__(self, "grade", int(grade))


@dataclass(frozen=True, slots=True)
class Version:
    """One addition of judgements.

    Attributes
    ----------
    number : int
        From 1, in the order of the additions; never used twice.
    parent : int
        The version that it was added to; 0 for none.
    pairs : int
        Judgements that it added.
    total : int
        Judgements in use with it: its own and those of all versions that it builds on.
    sha256 : str
        Of its file.
    """

    number: int
    parent: int
    pairs: int
    total: int
    sha256: str

    @property
    def file(self) -> str:
        """Name of its file in the folder."""
        return f"judgements-{self.number:06d}-{self.sha256}.jsonl"


@dataclass(frozen=True, slots=True)
class _State:
    """What the index says."""

    current: int = 0
    versions: tuple[Version, ...] = field(default=())

    def line(self, number: int) -> list[Version]:
        """Versions from the first to a number, each built on the one before."""
        found: list[Version] = []
        while number:
            found.append(self.versions[number - 1])
            number = found[-1].parent
        return found[::-1]


class Learned:
    """Judgements that were learned, in a folder that the user names.

    Several programs may read one folder at a time; only one should add to it.

    Examples
    --------
    >>> import tempfile
    >>> from matchmaker import Achievement, Need
    >>> folder = tempfile.TemporaryDirectory()
    >>> learned = Learned.create(folder.name)
    >>> pair = JudgedPair(Need(id="N1", title="脱硫"), Achievement(id="A1", title="除尘"), 2)
    >>> learned.add([pair]).total, learned.current
    (1, 1)
    >>> learned.revert(0)
    >>> learned.pairs(), learned.pairs(1) == (pair,)
    ((), True)
    >>> folder.cleanup()
    """

    def __init__(self, folder: Path, state: _State) -> None:
        self._folder = folder
        self._state = state

    @classmethod
    def open(cls, path: str | PathLike[str]) -> Self:
        """Open a folder in which judgements were learned.

        Parameters
        ----------
        path : str or path-like

        Raises
        ------
        StoreError
            If the folder is missing, holds nothing learned, belongs to something else, is of
            another format or its index is damaged.
        """
        folder = Path(path)
        return cls(folder, _read_index(folder))

    @classmethod
    def create(cls, path: str | PathLike[str]) -> Self:
        """Open a folder, or begin one where there is none yet.

        Parameters
        ----------
        path : str or path-like
            Missing, empty, or begun earlier. A new folder is made with the first addition.

        Raises
        ------
        StoreError
            As :meth:`open`, and if the folder holds other files.
        """
        folder = Path(path)
        if (folder / INDEX).exists():
            return cls.open(folder)
        if folder.exists():
            if not folder.is_dir():
                raise StoreError(f"{folder}: is a file, not a folder; name a folder")
            if any(not _ours(entry.name) for entry in folder.iterdir()):
                raise StoreError(
                    f"{folder}: holds other files and no {INDEX}; choose a new or an empty folder"
                )
        return cls(folder, _State())

    @property
    def versions(self) -> tuple[Version, ...]:
        """Every addition, in order, whether in use or not."""
        return self._state.versions

    @property
    def current(self) -> int:
        """Number of the version in use; 0 where nothing is."""
        return self._state.current

    def add(self, pairs: Iterable[JudgedPair]) -> Version:
        """Add judgements to the version in use.

        What stands there already is not added again: a workbook that was read before and has been
        judged further adds its new rows only, and one that has not adds nothing. A pair that is
        judged again with another grade is new, and both judgements stay.

        Parameters
        ----------
        pairs : iterable of JudgedPair

        Returns
        -------
        Version
            The new one, which is now in use; or the one in use, unchanged, if nothing was new.

        Raises
        ------
        JudgementError
            If there is no pair at all.
        ConfigError
            If there would be more than a matcher can learn from.
        StoreError
            If the folder cannot be written, or what stands there is damaged.
        """
        given = list(map(_to_line, pairs))
        if not given:
            raise JudgementError(f"{self._folder}: no judgement to learn; give at least one pair")
        if (self._folder / INDEX).exists():
            self._state = _read_index(self._folder)
        line = self._state.line(self.current)
        known = Counter(text for version in line for text in self._lines(version))
        fresh = []
        for text in given:
            if known[text]:
                known[text] -= 1
            else:
                fresh.append(text)
        if not fresh:
            return line[-1]
        content = "".join(text + "\n" for text in fresh).encode("utf-8", "surrogatepass")
        version = Version(
            number=len(self.versions) + 1,
            parent=self.current,
            pairs=len(fresh),
            total=len(fresh) + (line[-1].total if line else 0),
            sha256=hashlib.sha256(content).hexdigest(),
        )
        if version.total > MOST_JUDGEMENTS:
            most = f"would hold {version.total} judgements; begin a new folder"
            raise ConfigError(f"{self._folder}: {most}")
        self._write(_State(version.number, (*self.versions, version)), {version.file: content})
        return version

    def revert(self, to: int) -> None:
        """Use another version, earlier or later; nothing is deleted.

        Parameters
        ----------
        to : int
            Number of a version, or 0 to use none.

        Raises
        ------
        ConfigError
            If there is no such version.
        StoreError
            If the folder cannot be written.
        """
        if (
            isinstance(to, bool)
            or not isinstance(to, Integral)
            or not 0 <= to <= len(self.versions)
        ):
            known = ", ".join(map(str, range(len(self.versions) + 1)))
            raise ConfigError(f"{self._folder}: there is no version {to!r}; known are {known}")
        if to != self.current:
            self._write(_State(int(to), self.versions), {})

    def pairs(self, version: int | None = None) -> tuple[JudgedPair, ...]:
        """Return the judgements of a version and of all that it builds on.

        Parameters
        ----------
        version : int, optional
            By default the one in use.

        Returns
        -------
        tuple of JudgedPair
            Oldest first. Records have their ids and what their texts are made of, nothing else.

        Raises
        ------
        ConfigError
            If there is no such version.
        StoreError
            If a file is missing or damaged.
        """
        number = self.current if version is None else version
        if not 0 <= number <= len(self.versions):
            raise ConfigError(f"{self._folder}: there is no version {number!r}")
        return tuple(
            self._from_line(text, one)
            for one in self._state.line(number)
            for text in self._lines(one)
        )

    def _lines(self, version: Version) -> Iterator[str]:
        path = self._folder / version.file
        advice = "restore it from a copy, or revert to a version before it"
        try:
            content = path.read_bytes()
        except OSError as error:
            reason = error.strerror or error
            raise StoreError(f"{path}: cannot be read ({reason}); {advice}") from error
        if hashlib.sha256(content).hexdigest() != version.sha256:
            raise StoreError(f"{path}: damaged, its sha256 is not that in {INDEX}; {advice}")
        yield from filter(None, content.decode("utf-8", "surrogatepass").split("\n"))

    def _from_line(self, text: str, version: Version) -> JudgedPair:
        try:
            plain = json.loads(text)
            return JudgedPair(
                Need.from_dict(plain["need"]),
                Achievement.from_dict(plain["achievement"]),
                plain["grade"],
            )
        except (ValueError, KeyError, TypeError, MatchmakerError) as error:
            raise StoreError(
                f"{self._folder / version.file}: holds a judgement that this version cannot read "
                f"({error}); it may have been written by a newer one"
            ) from error

    def _write(self, state: _State, files: Mapping[str, bytes]) -> None:
        index = {
            "kind": _KIND,
            "format": _FORMAT,
            "current": state.current,
            "versions": [asdict(version) for version in state.versions],
        }
        text = json.dumps(index, ensure_ascii=False, indent=1) + "\n"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            for name, content in files.items():
                write_whole(self._folder / name, content)
            write_whole(self._folder / INDEX, text.encode())
        except OSError as error:
            raise StoreError(f"{self._folder}: cannot be written: {error}") from error
        self._state = state


def _to_line(pair: JudgedPair) -> str:
    if not isinstance(pair, JudgedPair):
        raise JudgementError(f"expected a JudgedPair, got {type(pair).__name__}")
    plain = {
        "need": _plain(pair.need),
        "achievement": _plain(pair.achievement),
        "grade": pair.grade,
    }
    return json.dumps(plain, ensure_ascii=False)


def _plain(record: Need | Achievement) -> dict[str, Any]:
    every = record.to_dict()
    return {name: every[name] for name in _KEPT[type(record)] if every[name]}


def _ours(name: str) -> bool:
    """Whether a first addition that did not come to its end may have left a file."""
    return name.startswith(("judgements-", ".judgements-", f".{INDEX}."))


def _read_index(folder: Path) -> _State:
    path = folder / INDEX
    try:
        index = json.loads(path.read_text(encoding="utf-8"))
        if index["kind"] != _KIND:
            raise StoreError(f"{path}: belongs to something else; name another folder")
        if index["format"] != _FORMAT:
            raise StoreError(
                f"{path}: format {index['format']!r}, this version reads {_FORMAT}; open it with "
                "the version of matchmaker that wrote it"
            )
        versions = tuple(Version(**version) for version in index["versions"])
        return _checked(_State(index["current"], versions), path)
    except FileNotFoundError as error:
        raise StoreError(
            f"{folder}: nothing was learned here, {INDEX} is missing; "
            "learn with 'matchmaker learn … --into FOLDER'"
        ) from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError(
            f"{path}: cannot be read as an index ({error!r}); restore it from a copy"
        ) from error


def _checked(state: _State, path: Path) -> _State:
    whole = all(
        version.number == at and 0 <= version.parent < at
        for at, version in enumerate(state.versions, start=1)
    )
    if not whole or not 0 <= state.current <= len(state.versions):
        raise StoreError(f"{path}: damaged, its versions do not fit; restore it from a copy")
    return state
