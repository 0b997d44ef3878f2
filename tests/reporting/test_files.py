from __future__ import annotations

from pathlib import Path

import pytest

from matchmaker.errors import ConfigError
from matchmaker.reporting import ENDINGS, write
from matchmaker.reporting.files import replacing


def names(folder):
    return [path.name for path in folder.iterdir()]


def test_the_file_appears_only_at_the_end(tmp_path):
    target = tmp_path / "x.txt"
    target.write_text("old")
    with replacing(target) as made:
        made.write_text("new")
        assert target.read_text() == "old"
        assert made.name == "x.txt"
        assert made.parent.parent == tmp_path
    assert target.read_text() == "new"
    assert names(tmp_path) == ["x.txt"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError, SystemExit])
def test_nothing_is_left_after_an_error(tmp_path, error):
    def fail(made: Path) -> None:
        made.write_text("half")
        raise error

    with pytest.raises(error), replacing(tmp_path / "x.txt") as made:
        fail(made)
    assert names(tmp_path) == []


def test_a_new_file_has_the_usual_permissions(tmp_path):
    (tmp_path / "usual").write_text("")
    with replacing(tmp_path / "made") as made:
        made.write_text("")
    assert (tmp_path / "made").stat().st_mode == (tmp_path / "usual").stat().st_mode


def test_a_relative_path_without_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with replacing("x.txt") as made:
        made.write_text("here")
    assert (tmp_path / "x.txt").read_text() == "here"


def test_a_missing_folder_is_named_and_not_made(tmp_path):
    with (
        pytest.raises(ConfigError, match=r"nowhere: no such folder to write 'x\.txt' into"),
        replacing(tmp_path / "nowhere" / "x.txt"),
    ):
        pass
    assert names(tmp_path) == []


def test_a_folder_is_not_replaced(tmp_path):
    with pytest.raises(ConfigError, match="is a folder"), replacing(tmp_path):
        pass


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_no_writer_leaves_half_a_file(ending, error, ranked, tmp_path):
    calls = []

    def terms(need, achievement):
        calls.append(need)
        if len(calls) == 4:
            raise error
        return ()

    target = tmp_path / f"x{ending}"
    target.write_text("old")
    with pytest.raises(error):
        write(ranked(terms=terms), target)
    assert names(tmp_path) == [target.name]
    assert target.read_text() == "old"


@pytest.mark.parametrize("ending", ENDINGS)
def test_an_interrupt_while_rows_are_written_leaves_nothing(ending, ranked, tmp_path, monkeypatch):
    from matchmaker.reporting import wording

    calls = []

    def count(words):
        calls.append(words)
        if len(calls) == 10:
            raise KeyboardInterrupt
        return words

    monkeypatch.setattr(wording, "printable", count)
    if ending == ".jsonl":  # has no words; its rows are made by json
        monkeypatch.setattr("matchmaker.reporting.flat.json.dumps", lambda *_, **__: 1 / 0)
    with pytest.raises((KeyboardInterrupt, ZeroDivisionError)):
        write(ranked(), tmp_path / f"x{ending}")
    assert names(tmp_path) == []


@pytest.mark.parametrize("ending", [*ENDINGS, ".XLSX", ".Html"])
def test_write_chooses_by_ending(ending, ranked, tmp_path):
    target = tmp_path / f"结果{ending}"
    write(ranked(), str(target))
    start = {".xlsx": b"PK", ".html": b"<!DOC", ".csv": b"\xef\xbb\xbf", ".jsonl": b"{"}
    assert target.read_bytes().startswith(start[ending.lower()])
    assert names(tmp_path) == [target.name]


@pytest.mark.parametrize("name", ["x.xls", "x", "x.json"])
def test_unknown_ending(name, ranked, tmp_path):
    with pytest.raises(ConfigError, match=r"known are \.xlsx, \.html, \.csv, \.jsonl"):
        write(ranked(), tmp_path / name)
    assert names(tmp_path) == []


@pytest.mark.parametrize("ending", [*ENDINGS, ".nothing"])
def test_unknown_language(ending, ranked, tmp_path):
    with pytest.raises(ConfigError, match="unknown language 'fr'"):
        write(ranked(), tmp_path / f"x{ending}", lang="fr")
    assert names(tmp_path) == []


@pytest.mark.parametrize("ending", ENDINGS)
def test_missing_folder(ending, ranked, tmp_path):
    with pytest.raises(ConfigError, match="nowhere"):
        write(ranked(), tmp_path / "nowhere" / f"x{ending}")


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("direction", ["need_to_achievement", "achievement_to_need"])
def test_the_same_pairs_give_the_same_bytes(ending, direction, ranked, summary, tmp_path):
    one, two = tmp_path / f"1{ending}", tmp_path / f"2{ending}"
    write(ranked(direction), one, summary=summary)
    write(ranked(direction), two, summary=summary)
    assert one.read_bytes() == two.read_bytes()
