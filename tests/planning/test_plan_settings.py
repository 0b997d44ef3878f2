from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from typing import Literal

import pytest

from matchmaker.errors import ConfigError
from matchmaker.planning.settings import load_settings, settings_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    min: int = 0
    max: int | None = None

    def __post_init__(self) -> None:
        if self.min < 0:
            raise ConfigError(f"min must be at least 0, not {self.min}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Inner:
    name: str
    at: time = time(9)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    share: float = 0.5
    count: int = 3
    on: bool = False
    day: date | None = None
    mode: Literal["total", "minimum"] = "total"
    pairs: tuple[tuple[str, str], ...] = ()
    tables: int | tuple[str, ...] = 10
    each: Mapping[str, Range] = field(default_factory=dict)
    range: Range = Range()
    days: tuple[Inner, ...] = ()


def test_every_kind_of_value_is_read(tmp_path):
    (tmp_path / "s.toml").write_text(
        'share = 1\ncount = 5\non = true\nday = 2026-05-20\nmode = "minimum"\n'
        'pairs = [["N1", "A1"], ["N2", "A2"]]\ntables = ["甲", "乙"]\nrange = {min = 1}\n'
        '[each]\n"沙岭钢铁" = {min = 2, max = 4}\n[[days]]\nname = "一"\nat = 10:30:00\n'
        '[[days]]\nname = "二"\nat = "11:00"\n',
        encoding="utf-8-sig",
    )
    assert load_settings(Settings, tmp_path / "s.toml") == Settings(
        share=1.0,
        count=5,
        on=True,
        day=date(2026, 5, 20),
        mode="minimum",
        pairs=(("N1", "A1"), ("N2", "A2")),
        tables=("甲", "乙"),
        each={"沙岭钢铁": Range(min=2, max=4)},
        range=Range(min=1),
        days=(Inner(name="一", at=time(10, 30)), Inner(name="二", at=time(11))),
    )


def test_what_is_not_said_has_its_default():
    assert settings_of(Settings, {}) == Settings()
    assert settings_of(Settings, {"day": "2026-05-20", "tables": 4}) == Settings(
        day=date(2026, 5, 20), tables=4
    )


@pytest.mark.parametrize(
    ("plain", "message"),
    [
        ({"shares": 1}, "s: unknown key 'shares'; did you mean 'share'?"),
        ({"zzz": 1}, "s: unknown key 'zzz'; the keys are share, count"),
        ({"share": "1"}, "s: share: must be a number, not '1'"),
        ({"share": True}, "s: share: must be a number, not True"),
        ({"count": 1.5}, "s: count: must be a whole number, not 1.5"),
        ({"on": 1}, "s: on: must be true or false, not 1"),
        ({"day": "20.5."}, "s: day: must be a date such as 2026-05-20, not '20.5.'"),
        ({"mode": "best"}, "s: mode: must be one of 'total', 'minimum', not 'best'"),
        ({"pairs": "N1"}, "s: pairs: must be a list, not 'N1'"),
        ({"pairs": [["N1"]]}, r"s: pairs 1: must be a list of 2, not \['N1'\]"),
        ({"each": [1]}, r"s: each: expected names and values, not \[1\]"),
        ({"each": {"甲": {"mn": 1}}}, "s: each: 甲: unknown key 'mn'; did you mean 'min'?"),
        ({"range": {"min": -1}}, "s: range: min must be at least 0, not -1"),
        ({"range": 3}, "s: range: expected keys and values, not 3"),
        ({"days": [{"at": time(9)}]}, "s: days 1: key 'name' is missing"),
        ({"days": [{"name": "一", "at": "noon"}]}, "s: days 1: at: must be a time such as"),
        ({"tables": 1.5}, "s: tables: must be a list, not 1.5"),
    ],
)
def test_what_cannot_be_read_is_named(plain, message):
    with pytest.raises(ConfigError, match=message):
        settings_of(Settings, plain, here="s")


@pytest.mark.parametrize("text", ["share = ", None])
def test_files_that_cannot_be_read_are_named(tmp_path, text):
    path = tmp_path / "s.toml"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"s\.toml: cannot be read as settings"):
        load_settings(Settings, path)
