import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from matchmaker.errors import ConfigError, JudgementError, StoreError
from matchmaker.learned import INDEX, JudgedPair, Learned
from matchmaker.records import Achievement, Need


def pair(need: str, achievement: str, grade: int, body: str = "") -> JudgedPair:
    return JudgedPair(
        Need(id=need, title=f"需求{need}", body=body),
        Achievement(id=achievement, title=f"成果{achievement}"),
        grade,
    )


FIRST = [pair("N1", "A1", 4), pair("N1", "A2", 1)]
SECOND = [pair("N2", "A1", 2)]


# --- judged pairs -----------------------------------------------------------------------------


@pytest.mark.parametrize("grade", [0, 5, 2.0, True, "2", None, float("nan")])
def test_a_grade_is_a_whole_number_from_1_to_4(grade: object) -> None:
    with pytest.raises(JudgementError, match=r"'N1' and achievement 'A1' must be 1, 2, 3 or 4"):
        JudgedPair(Need(id="N1", title="x"), Achievement(id="A1", title="y"), grade)


def test_a_grade_of_numpy_becomes_a_plain_one() -> None:
    found = JudgedPair(Need(id="N1", title="x"), Achievement(id="A1", title="y"), np.int8(3))
    assert type(found.grade) is int
    assert found.grade == 3


def test_the_two_records_do_not_change_places() -> None:
    need, achievement = Need(id="N1", title="x"), Achievement(id="A1", title="y")
    with pytest.raises(JudgementError, match="a Need and an Achievement, not Achievement and Need"):
        JudgedPair(achievement, need, 2)
    with pytest.raises(JudgementError, match="not Need and Need"):
        JudgedPair(need, need, 2)


# --- adding and reading -----------------------------------------------------------------------


def test_what_was_added_comes_back_oldest_first(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "learned"
    learned = Learned.create(folder)
    assert (learned.current, learned.versions, learned.pairs()) == (0, (), ())
    assert not folder.exists()
    first = learned.add(iter(FIRST))
    second = learned.add(SECOND)
    assert (first.number, first.parent, first.pairs, first.total) == (1, 0, 2, 2)
    assert (second.number, second.parent, second.pairs, second.total) == (2, 1, 1, 3)
    for at in (learned, Learned.open(folder), Learned.create(folder)):
        assert at.versions == (first, second)
        assert at.current == 2
        assert at.pairs() == (*FIRST, *SECOND)
        assert at.pairs(1) == tuple(FIRST)
        assert at.pairs(0) == ()


def test_no_more_than_can_be_learned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("matchmaker.learned.MOST_JUDGEMENTS", 2)
    learned = Learned.create(tmp_path / "learned")
    learned.add(FIRST)
    with pytest.raises(ConfigError, match="would hold 3 judgements; begin a new folder"):
        learned.add(SECOND)
    assert Learned.open(tmp_path / "learned").pairs() == tuple(FIRST)


def test_records_keep_what_their_texts_are_made_of_and_nothing_else(tmp_path: Path) -> None:
    need = Need(
        id="N1",
        title="标题",
        body="正文\n二",
        goals="目标",
        keywords=("甲", "乙"),
        organisation="某公司",
        budget="50万元",
        extra={"电话": "024"},
    )
    achievement = Achievement(
        id="A1", body="只有\ud800正文", indicators="指标", applications="场景", team="某教授"
    )
    learned = Learned.create(tmp_path)
    version = learned.add([JudgedPair(need, achievement, 3)])
    (found,) = learned.pairs()
    assert found.need == Need(
        id="N1", title="标题", body="正文\n二", goals="目标", keywords=("甲", "乙")
    )
    assert found.achievement == replace(achievement, team="")
    content = (tmp_path / version.file).read_bytes()
    for hidden in ("某公司", "50万元", "024", "某教授"):
        assert hidden.encode() not in content


def test_what_is_known_is_not_added_again(tmp_path: Path) -> None:
    learned = Learned.create(tmp_path)
    first = learned.add(FIRST)
    before = sorted(path.name for path in tmp_path.iterdir())
    assert learned.add(FIRST[::-1]) == first
    assert learned.versions == (first,)
    assert sorted(path.name for path in tmp_path.iterdir()) == before
    # The same workbook, judged further, with one grade thought over.
    again = [FIRST[0], replace(FIRST[1], grade=2), *SECOND]
    second = learned.add(again)
    assert (second.pairs, second.total) == (2, 4)
    assert learned.pairs() == (*FIRST, replace(FIRST[1], grade=2), *SECOND)


def test_two_judges_of_one_batch_both_count(tmp_path: Path) -> None:
    learned = Learned.create(tmp_path)
    assert learned.add([FIRST[0], FIRST[0]]).pairs == 2
    assert learned.add([FIRST[0]] * 3).pairs == 1
    assert learned.pairs() == (FIRST[0],) * 3


def test_another_text_under_the_same_ids_is_another_judgement(tmp_path: Path) -> None:
    learned = Learned.create(tmp_path)
    learned.add([pair("N1", "A1", 2)])
    assert learned.add([pair("N1", "A1", 2, body="补充")]).total == 2


def test_nothing_to_learn_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(JudgementError, match="no judgement to learn; give at least one pair"):
        Learned.create(tmp_path).add([])
    with pytest.raises(JudgementError, match="expected a JudgedPair, got tuple"):
        Learned.create(tmp_path).add([("N1", "A1", 2)])
    assert list(tmp_path.iterdir()) == []


def test_an_addition_by_another_program_is_not_lost(tmp_path: Path) -> None:
    one, other = Learned.create(tmp_path), Learned.create(tmp_path)
    one.add(FIRST)
    assert other.add(SECOND).number == 2
    assert Learned.open(tmp_path).pairs() == (*FIRST, *SECOND)


# --- going back -------------------------------------------------------------------------------


def test_reverting_moves_the_pointer_and_numbers_are_never_used_twice(tmp_path: Path) -> None:
    learned = Learned.create(tmp_path)
    learned.add(FIRST)
    learned.add(SECOND)
    files = sorted(path.name for path in tmp_path.iterdir())
    learned.revert(1)
    assert Learned.open(tmp_path).pairs() == tuple(FIRST)
    assert sorted(path.name for path in tmp_path.iterdir()) == files
    third = learned.add([pair("N3", "A3", 3)])
    assert (third.number, third.parent, third.total) == (3, 1, 3)
    assert learned.pairs() == (*FIRST, pair("N3", "A3", 3))
    assert learned.pairs(2) == (*FIRST, *SECOND)
    learned.revert(2)
    assert learned.pairs() == (*FIRST, *SECOND)
    learned.revert(0)
    assert learned.pairs() == ()
    # What was taken back may be learned anew.
    assert learned.add(FIRST).number == 4
    assert Learned.open(tmp_path).current == 4


@pytest.mark.parametrize("to", [-1, 2, True, 1.0, "1"])
def test_only_versions_that_exist_can_be_used(tmp_path: Path, to: object) -> None:
    learned = Learned.create(tmp_path)
    learned.add(FIRST)
    with pytest.raises(ConfigError, match=r"there is no version .*; known are 0, 1$"):
        learned.revert(to)
    with pytest.raises(ConfigError, match="there is no version 7"):
        learned.pairs(7)
    assert learned.current == 1


# --- damage -----------------------------------------------------------------------------------


def test_folders_that_hold_something_else(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(StoreError, match=r"holds other files and no learned\.json; choose a new"):
        Learned.create(tmp_path)
    with pytest.raises(StoreError, match=r"nothing was learned here, learned\.json is missing"):
        Learned.open(tmp_path)
    with pytest.raises(StoreError, match=r"notes\.txt: is a file, not a folder"):
        Learned.create(tmp_path / "notes.txt")
    (tmp_path / INDEX).write_text('{"kind": "matchmaker-snapshot"}')
    for enter in (Learned.open, Learned.create):
        with pytest.raises(StoreError, match=r"learned\.json: belongs to something else"):
            enter(tmp_path)


def test_a_first_addition_that_broke_off_does_not_block_the_next(tmp_path: Path) -> None:
    (tmp_path / f".{INDEX}.123").write_text("half")
    (tmp_path / "judgements-000001-ab.jsonl").write_text("whole")
    assert Learned.create(tmp_path).add(FIRST).number == 1


def index_of(folder: Path) -> dict:
    return json.loads((folder / INDEX).read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": 2}, "format 2, this version reads 1; open it with the version"),
        ({"current": 3}, "its versions do not fit; restore it"),
        ({"current": "x"}, "cannot be read as an index"),
        ({"versions": [{"number": 1}]}, "cannot be read as an index"),
        ({"versions": 7}, "cannot be read as an index"),
        (
            {
                "versions": [
                    {"number": 1, "parent": 1, "pairs": 1, "total": 1, "sha256": "x"},
                ]
            },
            "its versions do not fit",
        ),
    ],
)
def test_a_damaged_index(tmp_path: Path, change: dict, message: str) -> None:
    Learned.create(tmp_path).add(FIRST)
    (tmp_path / INDEX).write_text(json.dumps(index_of(tmp_path) | change), encoding="utf-8")
    with pytest.raises(StoreError, match=message) as caught:
        Learned.open(tmp_path)
    assert str(tmp_path / INDEX) in str(caught.value)


def test_an_index_that_is_no_json(tmp_path: Path) -> None:
    (tmp_path / INDEX).write_text("{")
    with pytest.raises(StoreError, match="cannot be read as an index"):
        Learned.open(tmp_path)


def test_a_damaged_batch_is_found_and_earlier_versions_stay_usable(tmp_path: Path) -> None:
    learned = Learned.create(tmp_path)
    learned.add(FIRST)
    file = tmp_path / learned.add(SECOND).file
    whole = file.read_bytes()
    file.write_bytes(whole.replace(b'"grade": 2', b'"grade": 3'))
    with pytest.raises(StoreError, match=r"damaged, its sha256 is not that in .* revert to") as bad:
        learned.pairs()
    assert str(file) in str(bad.value)
    with pytest.raises(StoreError, match="damaged"):
        learned.add([pair("N9", "A9", 1)])
    file.unlink()
    with pytest.raises(StoreError, match=r"cannot be read \(No such file"):
        learned.pairs()
    learned.revert(1)
    assert learned.pairs() == tuple(FIRST)


@pytest.mark.parametrize(
    "line",
    [
        b"[1]",
        b"{}",
        b'{"need": {"id": "N", "body": "x"}, "achievement": {"id": "A", "body": "y"}, "grade": 9}',
        b'{"need": {"id": "N", "new": "x"}, "achievement": {"id": "A", "body": "y"}, "grade": 1}',
    ],
)
def test_a_batch_of_a_newer_version(tmp_path: Path, line: bytes) -> None:
    import hashlib

    learned = Learned.create(tmp_path)
    learned.add(FIRST)
    index = index_of(tmp_path)
    digest = hashlib.sha256(line).hexdigest()
    index["versions"][0]["sha256"] = digest
    (tmp_path / f"judgements-000001-{digest}.jsonl").write_bytes(line)
    (tmp_path / INDEX).write_text(json.dumps(index), encoding="utf-8")
    with pytest.raises(StoreError, match="holds a judgement that this version cannot read"):
        Learned.open(tmp_path).pairs()


def test_a_crash_between_the_two_files_leaves_the_old_state(tmp_path: Path, monkeypatch) -> None:
    learned = Learned.create(tmp_path)
    learned.add(FIRST)
    write, written = Path.replace, []

    def fail_on_index(scratch: Path, target: Path) -> Path:
        written.append(Path(target).name)
        if written[-1] == INDEX:
            raise OSError("no space left")
        return write(scratch, target)

    monkeypatch.setattr(Path, "replace", fail_on_index)
    with pytest.raises(StoreError, match="cannot be written: no space left"):
        learned.add(SECOND)
    monkeypatch.undo()
    assert len(written) == 2
    assert written[0].startswith("judgements-000002-")
    assert learned.current == 1
    assert Learned.open(tmp_path).pairs() == tuple(FIRST)
    assert learned.add(SECOND).number == 2
    assert Learned.open(tmp_path).pairs() == (*FIRST, *SECOND)
