"""Sectors as data: their names, aliases and codes, and what a record declares of itself."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from matchmaker.errors import ConfigError
from matchmaker.language.normalize import matching_text

OTHER = "其他"
"""Name of the label that stands where no sector fits."""

_FORMAT = 1
_FILLER = re.compile(r"(?:行业|产业|领域|技术领域|类|及其他|等|\s|[、,;/|])+$")
_IPC = re.compile(r"[A-H]\d{2}[A-Z]")
_INDUSTRY = re.compile(r"[A-T]\d{2,4}|\d{4}")
_CLASS = re.compile(r"[A-H]\d{2}")
# Divisions of GB/T 4754-2017 under each letter that the IPC uses too.
_DIVISIONS = {
    "A": (1, 5),
    "B": (6, 12),
    "C": (13, 43),
    "D": (44, 46),
    "E": (47, 50),
    "F": (51, 52),
    "G": (53, 60),
    "H": (61, 62),
}
_DISCIPLINE = re.compile(r"\d{3}(?:[.\d]*)")


@dataclass(frozen=True, slots=True)
class SectorLabel:
    """One sector of one record, and how it is known.

    Attributes
    ----------
    name : str
        As in the registry, or 其他.
    confidence : float
        In [0, 1]. A declared sector or code has 1; for a prediction it is the estimated
        probability; for 其他, how sure it is that no sector fits.
    origin : {"declared", "code", "predicted"}
        Where it comes from.
    """

    name: str
    confidence: float
    origin: Literal["declared", "code", "predicted"]


@dataclass(frozen=True, slots=True)
class Sector:
    """A sector of the registry.

    Attributes
    ----------
    name : str
        Chinese name, unique.
    english : str
        English name.
    aliases : tuple of str
        Other spellings under which sources declare it.
    industry : tuple of str
        Prefixes of GB/T 4754-2017 codes, with the letter of their section: ``"C31"``.
    ipc : tuple of str
        Prefixes of International Patent Classification symbols: ``"C22"``.
    discipline : tuple of str
        Prefixes of GB/T 13745 codes: ``"450"``.
    examples : tuple of str
        Texts of the sector, from which a classifier learns it; for sectors that the model does
        not know.
    """

    name: str
    english: str
    aliases: tuple[str, ...] = ()
    industry: tuple[str, ...] = ()
    ipc: tuple[str, ...] = ()
    discipline: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()


class SectorRegistry:
    """The sectors that records are sorted into; an open list, replaceable by the user's file.

    Parameters
    ----------
    sectors : sequence of Sector
        In the order in which they are shown.
    version : str
        Of the list, such as ``"2025-1"``; kept with everything that is saved.

    Raises
    ------
    ConfigError
        If a name is empty, repeated or 其他, or one alias belongs to two sectors.
    """

    def __init__(self, sectors: Sequence[Sector], *, version: str) -> None:
        self.sectors = tuple(sectors)
        self.version = version
        self._by_alias: dict[str, str] = {}
        for sector in self.sectors:
            if not sector.name or sector.name == OTHER:
                raise ConfigError(f"a sector needs a name other than {OTHER!r}")
            for alias in (sector.name, sector.english, *sector.aliases):
                key = _alias_key(alias)
                if self._by_alias.setdefault(key, sector.name) != sector.name:
                    raise ConfigError(
                        f"alias {alias!r} belongs to both {self._by_alias[key]!r} "
                        f"and {sector.name!r}: give it to one of them"
                    )
        if len(set(self.names)) != len(self.sectors):
            raise ConfigError(f"a sector's name stands twice in {list(self.names)}")

    @property
    def names(self) -> tuple[str, ...]:
        """Names in order, without 其他."""
        return tuple(sector.name for sector in self.sectors)

    @classmethod
    def load(cls, path: str | Path) -> SectorRegistry:
        """Read a registry from a JSON file.

        Parameters
        ----------
        path : str or Path
            An object with ``format`` (1), ``version`` and ``sectors``: a list of objects with the
            attributes of :class:`Sector`, of which only ``name`` is required.

        Returns
        -------
        SectorRegistry

        Raises
        ------
        ConfigError
            If the file cannot be read or does not have that form.
        """
        try:
            data = json.loads(Path(path).read_text(encoding="utf-8-sig"))
            if data["format"] != _FORMAT:
                raise ConfigError(f"{path}: format {data['format']!r} is not {_FORMAT}")
            sectors = [_sector(entry) for entry in data["sectors"]]
            return cls(sectors, version=str(data["version"]))
        except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
            raise ConfigError(f"{path}: cannot be read as JSON: {error}") from error
        except (KeyError, TypeError, AttributeError) as error:
            raise ConfigError(
                f"{path}: not a sector registry ({error!r}); it needs format, version and "
                "sectors, each sector with at least a name"
            ) from error

    def with_examples(self, examples: Mapping[str, Sequence[str]]) -> SectorRegistry:
        """Add texts from which a classifier learns sectors that the model does not know.

        Parameters
        ----------
        examples : mapping of str to sequence of str
            Texts by the name or an alias of their sector.

        Returns
        -------
        SectorRegistry
            Its version ends with a digest of the examples, as labels depend on them.

        Raises
        ------
        ConfigError
            If the registry does not list a sector.
        """
        added: dict[str, list[str]] = {}
        for declared, texts in examples.items():
            name = self.resolve(declared)
            if name is None or name == OTHER:
                raise ConfigError(
                    f"examples of {declared!r}, which the registry {self.version!r} does not list "
                    f"(it lists {'、'.join(self.names)}): add the sector to the registry"
                )
            if isinstance(texts, str):
                raise ConfigError(f"examples of {declared!r}: expected a list of texts, not one")
            added.setdefault(name, []).extend(texts)
        if not any(added.values()):
            return self
        sectors = [
            replace(sector, examples=(*sector.examples, *added.get(sector.name, ())))
            for sector in self.sectors
        ]
        content = json.dumps(added, ensure_ascii=False, sort_keys=True)
        digest = hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()[:8]
        return SectorRegistry(sectors, version=f"{self.version}+{digest}")

    def resolve(self, declared: str) -> str | None:
        """Find the sector that a source names in its own words.

        Parameters
        ----------
        declared : str
            Such as ``"新一代信息技术产业"``.

        Returns
        -------
        str or None
            The sector's name, 其他 where the source says so, or None where it is not known.
        """
        key = _alias_key(declared)
        if key in ("其他", "其它", "other"):
            return OTHER
        return self._by_alias.get(key)

    def require(self, declared: str | None) -> str | None:
        """Find the sector that a user names; None for none.

        Parameters
        ----------
        declared : str or None

        Returns
        -------
        str or None

        Raises
        ------
        ConfigError
            If the registry does not know it.
        """
        name = None if declared is None else self.resolve(str(declared))
        if declared is not None and name is None:
            known = "、".join([*self.names, OTHER])
            raise ConfigError(f"unknown sector {declared!r}; the registry knows {known}")
        return name

    def by_code(self, code: str) -> tuple[str, ...]:
        """Find the sectors of a classification code.

        Parameters
        ----------
        code : str
            IPC (``"C22C 38/04"``), GB/T 4754 (``"C3120"`` or ``"3120"``) or GB/T 13745
            (``"450.40"``). They are told apart by their form.

        Returns
        -------
        tuple of str
            In registry order; empty where the code is unknown or belongs to no sector.
        """
        code = matching_text(code).upper().replace(" ", "")
        if _IPC.match(code) or _is_ipc_class(code):
            return self._with_prefix("ipc", code)
        if _INDUSTRY.fullmatch(code):
            # Without its letter a four-digit code of the list's sectors is one of manufacturing.
            return self._with_prefix("industry", code if code[0].isalpha() else "C" + code)
        if _DISCIPLINE.fullmatch(code):
            return self._with_prefix("discipline", code)
        return ()

    def declared(self, sectors: Iterable[str], codes: Iterable[str]) -> tuple[SectorLabel, ...]:
        """Read the labels that a record brings with it.

        Parameters
        ----------
        sectors : iterable of str
            As declared by the source; unknown names are passed over.
        codes : iterable of str
            Classification codes; looked at only where no declared name is known.

        Returns
        -------
        tuple of SectorLabel
            In registry order, confidence 1; empty where nothing is known.
        """
        named = {self.resolve(name) for name in sectors} - {None}
        if named:
            origin: Literal["declared", "code"] = "declared"
        else:
            named = {name for code in codes for name in self.by_code(code)}
            origin = "code"
        known = [SectorLabel(name, 1.0, origin) for name in self.names if name in named]
        if not known and OTHER in named:
            known = [SectorLabel(OTHER, 1.0, origin)]
        return tuple(known)

    def _with_prefix(
        self, scheme: Literal["ipc", "industry", "discipline"], code: str
    ) -> tuple[str, ...]:
        # No prefix at all matches nothing: str.startswith of an empty tuple is False.
        return tuple(
            sector.name for sector in self.sectors if code.startswith(getattr(sector, scheme))
        )


def _is_ipc_class(code: str) -> bool:
    """Say whether a letter and two digits can only be a class of the IPC.

    C13 to C30 stand in both schemes and are read as GB/T 4754, which enterprises declare.
    """
    if not _CLASS.fullmatch(code):
        return False
    low, high = _DIVISIONS[code[0]]
    return not low <= int(code[1:]) <= high


def _alias_key(alias: str) -> str:
    key = matching_text(alias).lower().replace(" ", "")
    return _FILLER.sub("", key) or key


def _sector(entry: dict[str, object]) -> Sector:
    known = set(Sector.__slots__)
    unknown = set(entry) - known
    if unknown:
        raise ConfigError(f"unknown sector attribute {sorted(unknown)}: known are {sorted(known)}")
    lists = {key: tuple(_strings(entry.get(key, ()))) for key in known - {"name", "english"}}
    name = str(entry["name"])
    return Sector(name=name, english=str(entry.get("english", name)), **lists)


def _strings(value: object) -> list[str]:
    if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
        raise ConfigError(f"expected a list of strings, not {value!r}")
    return list(value)
