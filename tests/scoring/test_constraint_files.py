"""Constraints in TOML and JSON files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaker.errors import ConfigError
from matchmaker.scoring.constraint_files import (
    constraints_of,
    dump_constraints,
    load_constraints,
    plain_constraints,
)
from matchmaker.scoring.constraints import Constraint

TOML = """
require = ["trl>=6", "地区=辽宁|吉林"]
prefer = ["合作方式=转让"]

[[constraint]]
field = "price"
operator = "≤"
value = "100万元"
hard = true
missing = "drop"

[[constraint]]
field = "region"
operator = "="
value = ["沈阳", "大连"]
weight = 0.5

[[constraint]]
field = "等级"
operator = ">="
value = 2

[[constraint]]
field = "published"
operator = ">="
value = 2024-05-01
"""
WANTED = (
    Constraint("trl", ">=", "6", hard=True),
    Constraint("地区", "=", "辽宁|吉林", hard=True),
    Constraint("合作方式", "=", "转让"),
    Constraint("price", "<=", "100万元", hard=True, missing="drop"),
    Constraint("region", "=", "沈阳|大连", weight=0.5),
    Constraint("等级", ">=", "2"),
    Constraint("published", ">=", "2024-05-01"),
)


def test_toml(tmp_path: Path) -> None:
    path = tmp_path / "constraints.toml"
    path.write_text(TOML, encoding="utf-8")
    assert load_constraints(path) == WANTED


def test_json_with_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "constraints.JSON"
    plain = {"require": ["trl>=6"], "constraint": [{"field": "a", "operator": "~", "value": "b"}]}
    path.write_text(json.dumps(plain), encoding="utf-8-sig")
    assert load_constraints(path) == (
        Constraint("trl", ">=", "6", hard=True),
        Constraint("a", "~", "b"),
    )


@pytest.mark.parametrize("suffix", [".toml", ".json"])
def test_what_is_written_is_read_again(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"written{suffix}"
    awkward = Constraint("列\x7f\t", "~", '"引号"\\ \x7f [[x]]\n#')
    dump_constraints([*WANTED, awkward], path)
    assert load_constraints(path) == (*WANTED, awkward)
    dump_constraints([], path)
    assert load_constraints(path) == ()


@given(
    st.lists(
        st.builds(
            lambda value, hard, weight, drop: Constraint(
                "备注", "~", f"值{value}", hard, weight, "drop" if hard and drop else "keep"
            ),
            st.text(st.characters(exclude_characters="|｜")),
            st.booleans(),
            st.floats(0, 1, exclude_min=True),
            st.booleans(),
        )
    )
)
def test_plain_data_builds_the_same(constraints: list[Constraint]) -> None:
    plain = json.loads(json.dumps(plain_constraints(constraints)))
    assert constraints_of(plain) == tuple(constraints)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("requires = []", r"c.toml: unknown key 'requires'; the keys are require, prefer, constr"),
        ("require = 'trl>=6'", "c.toml: require must be a list, not 'trl>=6'"),
        ("require = ['trl>=6', 'trl']", "c.toml: require 2: constraint 'trl' has no operator"),
        ("prefer = [6]", "c.toml: prefer 1: expected a line such as trl>=6, not 6"),
        ("constraint = ['trl>=6']", "c.toml: constraint 1: expected a table with field, operator"),
        ("[[constraint]]\nfeld = 'a'", "constraint 1: unknown key 'feld'; the keys are field, op"),
        ("[[constraint]]\nfield = 'a'\nvalue = 'b'", "constraint 1: key 'operator' is missing"),
        (
            "[[constraint]]\nfield = 'trl'\noperator = '>='\nvalue = '6'\nweight = 2",
            "constraint 1: constraint 'trl>=6': weight must be above 0",
        ),
        (
            "[[constraint]]\nfield = 'trl'\noperator = '>='\nvalue = true",
            "constraint 1: value must be text, a number, a date or a list, not True",
        ),
        ("require = [", "c.toml: cannot be read as constraints"),
    ],
)
def test_what_is_wrong_in_a_file(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "c.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=message):
        load_constraints(path)


def test_files_that_cannot_be_used(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"constraints are read from \.toml or \.json"):
        load_constraints(tmp_path / "c.yaml")
    with pytest.raises(ConfigError, match="cannot be read as constraints"):
        load_constraints(tmp_path / "missing.toml")
    with pytest.raises(ConfigError, match=r"constraints are written to \.toml or \.json"):
        dump_constraints([], tmp_path / "c.txt")
    with pytest.raises(ConfigError, match="cannot be written"):
        dump_constraints([], tmp_path / "no" / "c.toml")
    path = tmp_path / "list.json"
    path.write_text("[]", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"list.json: expected the keys require, prefer"):
        load_constraints(path)
