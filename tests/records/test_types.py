import copy
import dataclasses
import json
import pickle
from datetime import date, datetime

import pytest

from matchmaker.errors import MatchmakerError, RecordError
from matchmaker.records import Achievement, Extra, Need, Origin, ReadReport, Records

NEED = Need(
    id="N1",
    title="耐热钢",
    body="650℃",
    sectors=("冶金",),
    codes=("C31",),
    deadline=date(2025, 12, 31),
    budget="50万元",
    extra={"备注": "急"},
    origin=Origin("需求.xlsx", "一", 3),
)


def test_only_id_and_one_text_are_required():
    assert Need(id="1", title="t").body == ""
    assert Achievement(id="1", body="b").title == ""


def test_fields_of_both_kinds_are_those_of_the_domain():
    common = {
        "id", "title", "body", "sectors", "codes", "keywords", "organisation", "industry",
        "region", "cooperation", "source", "published", "extra", "origin",
    }  # fmt: skip
    need = {"goals", "organisation_type", "park", "budget", "deadline", "foundation"}
    need |= {"attempted", "confidentiality"}
    achievement = {"indicators", "team", "maturity", "ip", "price", "applications"}
    assert {f.name for f in dataclasses.fields(Need)} == common | need
    assert {f.name for f in dataclasses.fields(Achievement)} == common | achievement


@pytest.mark.parametrize("kind", [Need, Achievement])
@pytest.mark.parametrize("bad_id", ["", "  ", "\u3000"])
def test_empty_id_is_refused(kind, bad_id):
    with pytest.raises(RecordError, match="id is empty"):
        kind(id=bad_id, title="t")


@pytest.mark.parametrize("kind", [Need, Achievement])
def test_title_and_body_may_not_both_be_empty(kind):
    with pytest.raises(RecordError, match=r"'7'.*title and body are both empty"):
        kind(id="7", title=" ", body="\n")


@pytest.mark.parametrize(
    ("field", "value", "wanted"),
    [
        ("id", 7, "str"),
        ("title", None, "str"),
        ("budget", 50, "str"),
        ("sectors", "冶金", "a tuple of str"),
        ("keywords", ("a", 1), "a tuple of str"),
        ("codes", None, "a tuple of str"),
        ("deadline", "2024-05-01", "datetime.date or None"),
        ("extra", {"a": 1}, "a mapping from str to str"),
        ("extra", [("a", "b")], "a mapping from str to str"),
        ("origin", "x.csv", "Origin or None"),
    ],
)
def test_wrong_types_are_named(field, value, wanted):
    with pytest.raises(RecordError) as caught:
        Need(**{"id": "1", "title": "t", field: value})
    assert f"{field} must be {wanted}, not {type(value).__name__}" in str(caught.value)
    assert isinstance(caught.value, MatchmakerError)
    assert isinstance(caught.value, ValueError)


def test_subclasses_of_str_are_text():
    class Text(str):
        __slots__ = ()

    assert Need(id=Text("1"), title="t").id == "1"


def test_lists_become_tuples_and_moments_become_days():
    need = Need(id="1", title="t", sectors=["冶金"], keywords=[], published=datetime(2024, 5, 1, 9))
    assert need.sectors == ("冶金",)
    assert need.keywords == ()
    assert need.published == date(2024, 5, 1)
    assert type(need.published) is date


def test_records_are_frozen_and_extra_read_only():
    with pytest.raises(dataclasses.FrozenInstanceError):
        NEED.title = "x"
    with pytest.raises(TypeError):
        NEED.extra["a"] = "b"


def test_extra_is_copied_from_what_was_given():
    given = {"a": "b"}
    need = Need(id="1", title="t", extra=given)
    given["a"] = "c"
    assert need.extra == {"a": "b"}
    assert repr(need.extra) == "Extra({'a': 'b'})"
    assert len(need.extra) == 1
    assert list(need.extra) == ["a"]


def test_origin_is_no_part_of_equality():
    moved = dataclasses.replace(NEED, origin=Origin("b.csv", "", 9))
    assert moved == NEED
    assert hash(moved) == hash(NEED)
    assert dataclasses.replace(NEED, extra={}) != NEED
    assert Need(id="1", title="t") != Achievement(id="1", title="t")


def test_extra_hashes_like_its_content():
    assert hash(Extra({"a": "1", "b": "2"})) == hash(Extra({"b": "2", "a": "1"}))


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda r: pickle.loads(pickle.dumps(r))])
def test_records_travel_to_other_processes(copied):
    twin = copied(NEED)
    assert twin == NEED
    assert twin.origin == NEED.origin


def test_dict_round_trip_through_json():
    plain = json.loads(json.dumps(NEED.to_dict()))
    twin = Need.from_dict(plain)
    assert twin == NEED
    assert twin.origin == NEED.origin
    assert plain["deadline"] == "2025-12-31"
    assert plain["published"] is None
    bare = Achievement(id="1", title="t")
    assert Achievement.from_dict(bare.to_dict()) == bare


@pytest.mark.parametrize(
    ("plain", "message"),
    [
        ({"id": "1", "title": "t", "colour": "red"}, "no field 'colour'"),
        ({"id": "1", "title": "t", "deadline": "soon"}, "Need '1': Invalid isoformat"),
        ({"id": "1", "title": "t", "origin": {"file": "x"}}, "Need '1':.*missing"),
        ({"title": "t"}, "missing.*'id'"),
        ({"id": "1"}, "both empty"),
    ],
)
def test_from_dict_refuses(plain, message):
    with pytest.raises(RecordError, match=message):
        Need.from_dict(plain)


REPORT = ReadReport(read=2, kept=2, left_out=(), notes=(), source="x.csv")


def test_records_are_a_sequence():
    one, two = Need(id="1", title="a"), Need(id="2", title="b")
    records = Records([one, two], REPORT)
    assert records.records == (one, two)
    assert len(records) == 2
    assert records[0] is one
    assert records[-1] is two
    assert records[:1] == (one,)
    assert list(records) == [one, two]
    assert two in records
    assert records.by_id() == {"1": one, "2": two}
    assert repr(records) == "<Records: 2 from x.csv>"
    with pytest.raises(dataclasses.FrozenInstanceError):
        records.report = None


def test_records_refuse_an_id_twice():
    with pytest.raises(RecordError, match="'1' occurs more than once"):
        Records((Need(id="1", title="a"), Need(id="1", title="b")), REPORT)
