import json
import tomllib

import pytest

from matchmaker.errors import ConfigError
from matchmaker.records import Achievement, ColumnMap, Need
from matchmaker.records.column_map import as_column_map, mapping_advice, option
from matchmaker.records.headings import Headings


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"colour": "x"}, "unknown field 'colour'; the fields are applications, attempted"),
        ({"extra": "x"}, "unknown field 'extra'"),
        ({"title": " "}, "heading of 'title' must be text"),
        ({"title": 3}, "heading of 'title' must be text"),
        ({"title": "a", "body": "a"}, "two fields name the same heading"),
    ],
)
def test_column_map_refuses(columns, message):
    with pytest.raises(ConfigError, match=message):
        ColumnMap(columns)


def test_column_map_is_a_value():
    given = {"title": "a"}
    one = ColumnMap(given)
    given["title"] = "b"
    assert one == ColumnMap.from_dict({"title": "a"})
    assert hash(one) == hash(ColumnMap({"title": "a"}))


def test_column_map_from_files(tmp_path):
    wanted = ColumnMap({"title": "项目", "id": "号"})
    toml = tmp_path / "m.toml"
    toml.write_text('title = "项目"\nid = "号"\n', encoding="utf-8")
    assert ColumnMap.load(toml) == wanted
    as_json = tmp_path / "m.JSON"
    as_json.write_text(json.dumps(wanted.columns), encoding="utf-8-sig")
    assert ColumnMap.load(str(as_json)) == wanted


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("m.toml", b"title = ", "cannot be read as a ColumnMap"),
        ("m.json", b"{", "cannot be read as a ColumnMap"),
        ("m.json", b"\xff\xfe", "cannot be read as a ColumnMap"),
        ("m.json", b"[1]", "entries of the form"),
        ("m.yaml", b"", "from .toml or .json"),
    ],
)
def test_column_map_from_bad_files(tmp_path, name, content, message):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=message) as caught:
        ColumnMap.load(path)
    assert name in str(caught.value)


def test_column_map_from_no_file(tmp_path):
    with pytest.raises(ConfigError, match=r"none\.toml"):
        ColumnMap.load(tmp_path / "none.toml")


def test_advice_is_valid_toml_and_never_long():
    heading = '名"称\\'
    line = mapping_advice(Need, "title", heading).split("with a line ")[1].removesuffix(")")
    assert tomllib.loads(line) == {"title": heading}
    assert "heading of the id" in mapping_advice(Need, "id", "长" * 61)
    assert option(Need, "sheet") == "--needs-sheet"
    assert option(Achievement, "sheet") == "--achievements-sheet"


def test_a_loaded_map_names_its_file(tmp_path):
    path = tmp_path / "m.toml"
    path.write_text('price = "价"', encoding="utf-8")
    columns = ColumnMap.load(path)
    assert columns.file == str(path)
    assert columns == ColumnMap({"price": "价"})
    with pytest.raises(ConfigError, match=r"m\.toml: 'price' is not a field of Need"):
        Headings(Need, columns)
    path.write_text('colour = "x"', encoding="utf-8")
    with pytest.raises(ConfigError, match=r"m\.toml: unknown field 'colour'"):
        ColumnMap.load(path)


def test_what_counts_as_a_map():
    columns = ColumnMap({"title": "项目"})
    assert as_column_map(None) is None
    assert as_column_map(columns) is columns
    assert as_column_map({"title": "项目"}) == columns
    with pytest.raises(ConfigError, match="unknown field 'colour'"):
        as_column_map({"colour": "x"})
    for other in ("m.toml", ["title"], 5):
        with pytest.raises(ConfigError, match=r"is no ColumnMap; give a ColumnMap, a dict"):
            as_column_map(other)
