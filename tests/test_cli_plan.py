"""The commands of plans, run as a user would: from files that rank wrote, and from a store."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result

from matchmaker import Matches, Records
from matchmaker.cli import cli
from matchmaker.sample import sample_path

DAY = """
name = "成果对接会"
place = "沈阳"
tables = 3
min_score = 0.4
per_enterprise = 2
[[days]]
on = 2026-12-10
start = 09:00:00
slots = 4
minutes = 20
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, sample_matches: Matches) -> Path:
    """A folder with a ranking in every form and the settings of an event."""
    made = tmp_path_factory.mktemp("plans")
    for ending in ("xlsx", "csv", "jsonl"):
        sample_matches.write(made / f"ranked.{ending}", reasons=False)
    (made / "event.toml").write_text(DAY, encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, sample_needs: Records) -> Path:
    from matchmaker import read_achievements
    from matchmaker.store import Store

    made = tmp_path_factory.mktemp("stored") / "store"
    with Store.open(made, create=True) as opened:
        opened.add(list(read_achievements(sample_path("achievements.xlsx")))[:60])
        opened.add(list(sample_needs)[:20])
    return made


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["plan", *map(str, arguments)])


def planned(*arguments: object, to: Path) -> dict:
    """Run a command that writes .json, and read what it wrote."""
    done = run(*arguments, "-o", to, "-q")
    assert done.exit_code == 0, done.output
    assert not done.output
    plain: dict = json.loads(to.read_text(encoding="utf-8"))
    return plain


def test_an_assignment_keeps_the_limits_of_its_settings(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_text(
        "min_score = 0.4\n[need]\nmax = 1\n[university]\nmax = 2\n", encoding="utf-8"
    )
    plan = planned(
        "assign", folder / "ranked.csv", "--settings", tmp_path / "s.toml", to=tmp_path / "p.json"
    )
    needs = [pair["need_id"] for pair in plan["pairs"]]
    assert needs
    assert len(needs) == len(set(needs))
    assert min(pair["score"] for pair in plan["pairs"]) >= 0.4
    assert plan["gap"] == 0


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_tables_of_rank_make_the_same_plan(folder: Path, tmp_path: Path, ending: str) -> None:
    plans = [
        planned("mentors", folder / f"ranked.{one}", to=tmp_path / f"{one}.json")
        for one in ("xlsx", ending)
    ]
    ids = [
        [(pair["need_id"], pair["achievement_id"]) for pair in plan["couples"]] for plan in plans
    ]
    assert ids[0]
    assert ids[0] == ids[1]


def test_lines_of_rank_need_the_records(folder: Path, tmp_path: Path) -> None:
    records = (
        "--needs", sample_path("needs.csv"), "--achievements", sample_path("achievements.xlsx"),
    )  # fmt: skip
    plan = planned("mentors", folder / "ranked.jsonl", *records, to=tmp_path / "p.json")
    same = planned("mentors", folder / "ranked.xlsx", to=tmp_path / "q.json")
    assert len(plan["couples"]) == len(same["couples"]) > 10


def test_lines_without_the_records_say_that_nobody_is_named(folder: Path) -> None:
    done = run("assign", folder / "ranked.jsonl")
    assert done.exit_code == 0
    assert "ranked.jsonl: no enterprise is named, so each of its needs counts as" in done.stderr
    assert "give --achievements FILE" in done.stderr
    assert "is named" not in run("assign", folder / "ranked.xlsx").stderr
    assert not run("assign", folder / "ranked.jsonl", "-q").stderr


@pytest.mark.parametrize(
    ("command", "title"),
    [
        (("assign",), "对接配对方案"),
        (("mentors",), "企业技术导师"),
        (("hosts",), "牵头高校"),
        (("roundtable",), "圆桌论坛"),
        (("roundtable", "--sector", "智能制造"), "圆桌论坛"),
        (("alliance", "--need", "N004"), "产学研联盟"),
        (("salon", "--need", "N004", "--need", "N005"), "校企会客厅"),
        (("invite", "--achievement", "A001"), "成果推介邀请方案"),
        (("visit", "--park", "辽阳高新区"), "辽阳高新区"),
        (("event", "--settings", "event.toml"), "成果对接会"),
    ],
)
def test_every_plan_shows_on_the_screen(
    folder: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...], title: str
) -> None:
    monkeypatch.chdir(folder)
    done = run(command[0], "ranked.xlsx", *command[1:])
    assert done.exit_code == 0, done.output
    assert title in done.output
    english = run(command[0], "ranked.xlsx", *command[1:], "--lang", "en", "-q")
    assert english.exit_code == 0
    assert title not in english.output or title in ("辽阳高新区", "成果对接会")


def test_a_plan_is_written_in_every_form(folder: Path, tmp_path: Path) -> None:
    outputs = [tmp_path / f"p.{ending}" for ending in ("xlsx", "html", "json")]
    options = [part for path in outputs for part in ("-o", path)]
    done = run("hosts", folder / "ranked.xlsx", *options)
    assert done.exit_code == 0
    assert done.output.count("plan written to") == 3
    assert openpyxl.load_workbook(outputs[0]).sheetnames[0] == "总览"
    assert "牵头高校" in outputs[1].read_text(encoding="utf-8")


def test_refused_pairs_are_not_proposed_again(folder: Path, tmp_path: Path) -> None:
    first = planned("assign", folder / "ranked.csv", to=tmp_path / "p.json")
    best = max(first["pairs"], key=lambda pair: pair["score"])
    (tmp_path / "o.csv").write_text(
        "需求编号,成果编号,阶段,日期,拒绝原因\n"
        f"{best['need_id']},{best['achievement_id']},已对接,2026-03-01,不在业务范围\n",
        encoding="utf-8",
    )
    command = ("assign", folder / "ranked.csv", "--outcomes", tmp_path / "o.csv")
    done = run(*command)
    assert "1 pairs were refused before and are not proposed again" in done.output
    again = planned(*command, to=tmp_path / "q.json")
    left = [(pair["need_id"], pair["achievement_id"]) for pair in again["pairs"]]
    assert (best["need_id"], best["achievement_id"]) not in left


def test_a_timetable_is_made_and_changed(folder: Path, tmp_path: Path) -> None:
    command = ("event", folder / "ranked.xlsx", "--settings", folder / "event.toml")
    first = planned(*command, "--ics", tmp_path / "all.ics", to=tmp_path / "p.json")
    assert len(first["meetings"]) == 12
    assert (tmp_path / "all.ics").read_bytes().count(b"BEGIN:VEVENT") == 12
    gone = first["meetings"][0]["enterprise"]
    (tmp_path / "change.toml").write_text(f'dropped = ["{gone}"]\n', encoding="utf-8")
    change = ("--earlier", tmp_path / "p.json", "--change", tmp_path / "change.toml")
    done = run(*command, *change, "--ics", tmp_path / "each", "-o", tmp_path / "q.json")
    assert done.exit_code == 0, done.output
    assert "calendars written to" in done.output
    second = json.loads((tmp_path / "q.json").read_text(encoding="utf-8"))
    assert gone not in [meeting["enterprise"] for meeting in second["meetings"]]
    assert len(list((tmp_path / "each").glob("*.ics"))) > 6


def test_a_timetable_needs_its_settings(folder: Path, tmp_path: Path) -> None:
    done = run("event", folder / "ranked.xlsx")
    assert done.exit_code == 2
    assert "--settings FILE is needed" in done.output
    settings = ("--settings", folder / "event.toml")
    done = run("event", folder / "ranked.xlsx", *settings, "--earlier", folder / "event.toml")
    assert done.exit_code == 2
    assert "--earlier and --change go together" in done.output
    both = ("--earlier", folder / "event.toml", "--change", folder / "event.toml")
    done = run("event", folder / "ranked.xlsx", *settings, *both)
    assert done.exit_code == 1
    assert "unknown key" in done.output


def test_a_file_that_is_no_timetable_is_refused(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "p.json").write_text("[1]", encoding="utf-8")
    (tmp_path / "c.toml").write_text("", encoding="utf-8")
    both = ("--earlier", tmp_path / "p.json", "--change", tmp_path / "c.toml")
    done = run("event", folder / "ranked.xlsx", "--settings", folder / "event.toml", *both)
    assert done.exit_code == 1
    assert "p.json: is no timetable" in done.output


def test_targets_are_counted_over_several_lists(tmp_path: Path) -> None:
    lists = [tmp_path / name for name in ("a.csv", "b.csv")]
    for path in lists:
        path.write_text(
            "需求编号,企业名称,成果编号,高校,阶段,日期\nN1,甲钢有限公司,A1,乙大学,签约,2026-03-01\n",
            encoding="utf-8",
        )
    (tmp_path / "t.toml").write_text(
        '[[targets]]\ncount = "enterprises"\nnumber = 2\n', encoding="utf-8"
    )
    command = ("targets", *lists, "--settings", tmp_path / "t.toml", "--today", "2026-06-30")
    told = planned(*command, to=tmp_path / "p.json")
    assert (told["rows"], told["items"], told["today"]) == (2, 1, "2026-06-30")
    assert [target["reached"] for target in told["targets"]] == [1]
    assert "目标进度" in run(*command).output


def test_targets_of_the_sample(tmp_path: Path) -> None:
    told = planned(
        "targets",
        sample_path("outcomes.csv"),
        "--needs", sample_path("needs.csv"),
        "--achievements", sample_path("achievements.xlsx"),
        "--today", "2026-11-26",
        to=tmp_path / "p.json",
    )  # fmt: skip
    assert (told["rows"], told["items"]) == (67, 38)
    assert [target["reached"] for target in told["targets"]] == [16, 22, 7]


def test_a_store_is_ranked_and_planned(store: Path, tmp_path: Path) -> None:
    plan = planned("assign", store, "-k", 5, to=tmp_path / "p.json")
    assert plan["pairs"]
    given = planned(
        "assign", store, "-k", 5, "--needs", sample_path("needs.csv"), to=tmp_path / "q.json"
    )
    assert len(given["pairs"]) > len(plan["pairs"])
    done = run("assign", store, "--achievements", sample_path("achievements.xlsx"))
    assert done.exit_code == 2
    assert "a store has its own" in done.output


def test_a_store_without_needs_says_what_to_do(tmp_path: Path) -> None:
    from matchmaker import read_achievements
    from matchmaker.store import Store

    with Store.open(tmp_path / "store", create=True) as opened:
        opened.add(list(read_achievements(sample_path("achievements.xlsx")))[:3])
    done = run("assign", tmp_path / "store")
    assert done.exit_code == 1
    assert "holds no needs; add them with 'matchmaker store add" in done.output


COMMANDS = (
    ("assign",), ("mentors",), ("hosts",), ("roundtable",), ("alliance", "--need", "N012"),
    ("salon", "--need", "N001", "--need", "N036"), ("invite", "--achievement", "A021"),
    ("visit", "--park", "辽阳高新区"), ("event", "--settings", "event.toml"),
)  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_an_anonymised_plan_names_nobody_and_is_the_same_plan(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...],
    sample_matches: Matches,
) -> None:  # fmt: skip
    monkeypatch.chdir(folder)
    outputs = [part for ending in ("json", "html") for part in ("-o", tmp_path / f"a.{ending}")]
    done = run(command[0], "ranked.xlsx", *command[1:], "--anonymise", "-q", *outputs)
    assert done.exit_code == 0, done.output
    plain = planned(command[0], "ranked.xlsx", *command[1:], to=tmp_path / "n.json")
    hidden = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    assert shape(hidden) == shape(plain)
    said = "".join((tmp_path / name).read_text(encoding="utf-8") for name in ("a.json", "a.html"))
    names = {one.organisation for one in sample_matches.needs}
    names |= {name for one in sample_matches.achievements for name in (one.organisation, one.team)}
    # XX化工园 is masked already.
    names |= {one.park for one in sample_matches.needs if "XX" not in one.park}
    assert [name for name in sorted(names) if len(name) > 2 and name in said] == []


def shape(plain: object) -> object:
    """Numbers and lengths of a plan's data, without its texts."""
    if isinstance(plain, dict):
        return [shape(value) for value in plain.values()]
    if isinstance(plain, list):
        return [shape(value) for value in plain]
    return "" if isinstance(plain, str) else plain


def test_settings_that_name_somebody_go_with_anonymised_names(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_text(
        '[enterprise.each]\n"宏砺特钢股份有限公司" = {min = 1}\n', encoding="utf-8"
    )
    command = ("assign", folder / "ranked.xlsx", "--settings", tmp_path / "s.toml", "--anonymise")
    plan = planned(*command, to=tmp_path / "p.json")
    assert list(plan["settings"]["enterprise"]["each"].values()) == [{"min": 1, "max": None}]
    assert "宏砺" not in json.dumps(plan, ensure_ascii=False)


def test_an_anonymised_timetable_names_nobody_who_was_called_off(
    folder: Path, tmp_path: Path
) -> None:
    command = ("event", folder / "ranked.xlsx", "--settings", folder / "event.toml")
    first = planned(*command, to=tmp_path / "named.json")
    gone = next(one for one in first["enterprises"] if one["name"])
    (tmp_path / "c.toml").write_text(f'dropped = ["{gone["name"]}"]\n', encoding="utf-8")
    change = ("--earlier", tmp_path / "named.json", "--change", tmp_path / "c.toml")
    plan = planned(*command, *change, "--anonymise", to=tmp_path / "p.json")
    assert plan["changes"]
    assert gone["name"] not in json.dumps(plan, ensure_ascii=False)
    first["enterprises"][0] |= {"key": "别处", "name": "别处有限公司"}
    (tmp_path / "named.json").write_text(json.dumps(first), encoding="utf-8")
    done = run(*command, *change, "--anonymise")
    assert done.exit_code == 1
    done = run(*command, "--anonymise", "--ics", tmp_path / "a.ics")
    assert done.exit_code == 2
    assert "--ics is for those who meet" in done.output


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        ({"slot": 99}, "there is no slot 99"),
        ({"slot": -1}, "there is no slot -1"),
        (None, "two are of the same enterprise and expert"),
        ("[" * 100_000, "recursion"),
        ('{"kind": "event", "gap": NaN}', "NaN is no number"),
    ],
)
def test_a_timetable_that_was_tampered_with_is_refused(
    folder: Path, tmp_path: Path, broken: object, message: str
) -> None:
    command = ("event", folder / "ranked.xlsx", "--settings", folder / "event.toml")
    plan = planned(*command, to=tmp_path / "p.json")
    if isinstance(broken, dict):
        plan["meetings"][0] |= broken
    else:
        plan["meetings"].append(plan["meetings"][0])
    text = broken if isinstance(broken, str) else json.dumps(plan)
    (tmp_path / "p.json").write_text(text, encoding="utf-8")
    (tmp_path / "c.toml").write_text("", encoding="utf-8")
    done = run(*command, "--earlier", tmp_path / "p.json", "--change", tmp_path / "c.toml")
    assert done.exit_code == 1
    assert "p.json: is no timetable" in done.output
    assert message in done.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("alliance", "--need", "N0004"), "N0004"),
        (("invite", "--achievement", "B001"), "B001"),
        (("visit", "--park", "没有的园区"), "没有的园区"),
        (("assign", "-o", "p.pdf"), "the ending names no known form"),
        (("assign", "-o", "ranked.xlsx"), "is also an input"),
        (("assign", "--settings", "event.toml"), "unknown key 'name'"),
    ],
)
def test_what_cannot_be_done_is_said(
    folder: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], message: str
) -> None:
    monkeypatch.chdir(folder)
    before = (folder / "ranked.xlsx").read_bytes()
    done = run(arguments[0], "ranked.xlsx", *arguments[1:])
    assert done.exit_code == 1
    assert done.output.startswith("Error: ")
    assert message in done.output
    assert (folder / "ranked.xlsx").read_bytes() == before


def test_limits_that_contradict_each_other_say_what_would_fix_them(
    folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "s.toml").write_text(
        '[need]\nmax = 1\n[enterprise.each]\n"宏砺特钢股份有限公司" = {min = 5}\n', encoding="utf-8"
    )
    done = run("assign", folder / "ranked.xlsx", "--settings", tmp_path / "s.toml")
    assert done.exit_code == 1
    assert "宏砺特钢" in done.output
    assert "5" in done.output


def test_the_python_way_is_the_same(folder: Path, tmp_path: Path) -> None:
    from matchmaker.planning import assign
    from matchmaker.ranked_files import read_matches

    plan = assign(read_matches(folder / "ranked.csv"))
    told = planned("assign", folder / "ranked.csv", to=tmp_path / "p.json")
    assert json.loads(json.dumps(plan.to_json())) == told
    assert isinstance(plan.pairs, Matches)
