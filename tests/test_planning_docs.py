"""What docs/planning.md and the READMEs say about plans is what there is."""

from __future__ import annotations

import contextlib
import dataclasses
import io
import json
import re
import shlex
import shutil
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

import click
import openpyxl
import pytest
from click.testing import CliRunner

from matchmaker import Matches, Records
from matchmaker.cli import cli
from matchmaker.planning.alliances.plan import AllianceSettings
from matchmaker.planning.alliances.salons import SalonSettings
from matchmaker.planning.assignments.settings import AssignmentSettings
from matchmaker.planning.events.settings import EventChange, EventSettings
from matchmaker.planning.hosting.plan import HostSettings
from matchmaker.planning.mentoring.mentors import MentorSettings
from matchmaker.planning.outcomes.targets import TargetSettings
from matchmaker.planning.settings import load_settings
from matchmaker.planning.topics.invitations import InvitationSettings
from matchmaker.planning.topics.roundtables import RoundtableSettings
from matchmaker.planning.topics.visits import VisitSettings
from matchmaker.sample import sample_path

KINDS: dict[str, type[Any]] = {
    kind.__name__: kind
    for kind in (
        *(AllianceSettings, AssignmentSettings, EventChange, EventSettings, HostSettings),
        *(InvitationSettings, MentorSettings, RoundtableSettings, SalonSettings, TargetSettings),
        VisitSettings,
    )
}
ROOT = Path(__file__).parents[1]
TEXTS = {
    name: (ROOT / name).read_text(encoding="utf-8")
    for name in ("docs/planning.md", "README.md", "README.zh-CN.md")
}
DOC = TEXTS["docs/planning.md"]
BLOCK = re.compile(r"<!-- (\w+): (\S+) -->\n```toml\n(.*?)```", re.DOTALL)
BLOCKS = {kind: (file, text) for kind, file, text in BLOCK.findall(DOC)}


def lines_of(text: str) -> list[str]:
    """Command lines of plans, in blocks and, where they have an option, in sentences."""
    found = re.findall(r"^\$ (matchmaker plan .*)", text, re.M)
    found += re.findall(r"`(matchmaker plan [^`]*-[^`]*)`", text)
    return [re.split(r"\s+#", line)[0] for line in found]


def dataclass_of(hint: Any) -> type[Any] | None:
    """The settings class that a value of this type is made of, if any."""
    if dataclasses.is_dataclass(hint):
        assert isinstance(hint, type)
        return hint
    inner = (dataclass_of(one) for one in get_args(hint))
    return next((one for one in inner if one is not None), None)


def paths_of(kind: type[Any], before: str = "") -> set[str]:
    """All keys that settings can have, as a path of names; names of parties are left out."""
    found = set()
    for name, hint in get_type_hints(kind).items():
        found.add(f"{before}{name}")
        inner = dataclass_of(hint)
        if inner is not None:
            found |= paths_of(inner, f"{before}{name}.")
    return found


def named_in(plain: Any, kind: type[Any], before: str = "") -> set[str]:
    """The keys that a file names, as :func:`paths_of` names them."""
    found = set()
    hints = get_type_hints(kind)
    for name, value in plain.items():
        found.add(f"{before}{name}")
        inner = dataclass_of(hints[name])
        if inner is None:
            continue
        groups = value.values() if get_origin(hints[name]) is Mapping else [value]
        for group in groups:
            for one in group if isinstance(group, list) else [group]:
                found |= named_in(one, inner, f"{before}{name}.")
    return found


def stated(kind: type[Any], text: str) -> list[tuple[str, Any, str]]:
    """What a file says of defaults: key, its true default, and the words after the sign."""
    found = []
    of, defaults = kind, defaults_of(kind)
    for line in text.splitlines():
        if line.startswith("["):
            of, defaults = kind, defaults_of(kind)
            for name in re.findall(r"[a-z_]+", re.sub(r"\..*", "", line.partition("#")[0])):
                of, defaults = step(of, defaults, name)
            if ".each." in line:
                of, defaults = step(of, defaults, "each")
        said = re.match(r"([a-z_]+) = .*?# (?:default )?([^;:]+)[;:]", line)
        if said:
            found.append((said[1], defaults[said[1]], said[2].strip()))
    return found


def defaults_of(made: Any) -> dict[str, Any]:
    """The defaults of a class, or the values of an object that is a default itself."""
    if not isinstance(made, type):
        return {one.name: getattr(made, one.name) for one in dataclasses.fields(made)}
    return {
        one.name: one.default
        if one.default_factory is dataclasses.MISSING
        else one.default_factory()
        for one in dataclasses.fields(made)
    }


def step(kind: type[Any], defaults: dict[str, Any], name: str) -> tuple[type[Any], dict[str, Any]]:
    """Go into a table of a file; one whose keys are names of parties has no defaults."""
    inner = dataclass_of(get_type_hints(kind)[name])
    if inner is None:
        return kind, {}
    own = defaults[name]
    return inner, defaults_of(own if isinstance(own, inner) else inner)


def test_every_kind_of_settings_has_an_example() -> None:
    assert set(BLOCKS) == set(KINDS)
    assert len(BLOCK.findall(DOC)) == len(BLOCKS) == DOC.count("```toml")


@pytest.mark.parametrize("name", KINDS)
def test_examples_load_and_name_every_key(name: str, tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(BLOCKS[name][1], encoding="utf-8")
    settings = load_settings(KINDS[name], file)
    assert isinstance(settings, KINDS[name])
    named = named_in(tomllib.loads(BLOCKS[name][1]), KINDS[name])
    # The five levels of an assignment and the windows of an event have the same keys each.
    repeated = re.compile(
        r"(?:achievement|enterprise|university|team)\.(?:min|max|each|each\.\w+)|need\.each.*|"
        r"(?:un)?available\.\w+"
    )
    missing = {one for one in paths_of(KINDS[name]) - named if not repeated.fullmatch(one)}
    assert not missing
    ends = {one.split(".")[-1] for one in named}
    assert {one.split(".")[-1] for one in paths_of(KINDS[name])} <= ends


def test_the_event_of_the_chinese_readme_loads(tmp_path: Path) -> None:
    [text] = re.findall(r"```text\n(tables = .*?)```", TEXTS["README.zh-CN.md"], re.DOTALL)
    file = tmp_path / "event.toml"
    file.write_text(text, encoding="utf-8")
    assert len(load_settings(EventSettings, file).slots()) == 8


@pytest.mark.parametrize("name", KINDS)
def test_defaults_are_those_that_the_page_says(name: str) -> None:
    said = stated(KINDS[name], BLOCKS[name][1])
    keys = re.findall(r"^([a-z_]+) = ", BLOCKS[name][1], re.M)
    assert [one for one, _, _ in said] == keys, "a key without its default"
    for key, default, words in said:
        if words == "required":
            assert default is dataclasses.MISSING, key
        elif words == "none":
            assert default is None, key
        elif words == "empty":
            assert default == (), key
        else:
            value = tomllib.loads(f"value = {words}")["value"]
            assert (tuple(value) if isinstance(value, list) else value) == default, key


@pytest.mark.parametrize("name", TEXTS)
def test_command_lines_can_be_read(name: str, tmp_path: Path, monkeypatch: Any) -> None:
    """Click takes every line; files that it wants to exist are made."""
    monkeypatch.chdir(tmp_path)
    lines = lines_of(TEXTS[name])
    assert len(lines) >= 4
    for line in lines:
        command: click.Command = cli
        words = shlex.split(line)[1:]
        context = click.Context(cli)
        for word in words:
            if re.fullmatch(r".+\.(?:csv|xlsx|jsonl|toml|json)|库", word):
                Path(word).touch()
        while isinstance(command, click.Group):
            found = command.get_command(context, words.pop(0))
            assert found is not None, line
            command = found
        command.make_context(str(command.name), words, parent=context)


@pytest.fixture(scope="module")
def ran(
    tmp_path_factory: pytest.TempPathFactory, sample_matches: Matches
) -> dict[str, dict[str, Any]]:
    """Run every command of the page that writes a file, in order, in one folder."""
    folder = tmp_path_factory.mktemp("planning")
    shutil.copy(sample_path("needs.csv"), folder / "需求.csv")
    shutil.copy(sample_path("achievements.xlsx"), folder / "成果库.xlsx")
    shutil.copy(sample_path("outcomes.csv"), folder / "台账.csv")
    sample_matches.write(folder / "撮合结果.xlsx", reasons=False)
    shutil.copy(folder / "撮合结果.xlsx", folder / "反向.xlsx")
    for file, text in BLOCKS.values():
        (folder / file).write_text(text, encoding="utf-8")
    found: dict[str, dict[str, Any]] = {"": {"folder": folder}}
    with contextlib.chdir(folder):
        for line in lines_of(DOC):
            if " -o " not in line:
                continue
            done = CliRunner().invoke(cli, shlex.split(line)[1:])
            assert done.exit_code == 0, (line, done.output)
            outputs = re.findall(r"-o (\S+)", line)
            books = [one for one in outputs if one.endswith(".xlsx")]
            plain = json.loads(Path(outputs[-1]).read_text(encoding="utf-8"))
            sheets = openpyxl.load_workbook(books[0], read_only=True).sheetnames
            found[line] = {"plain": plain, "sheets": sheets}
    return found


def test_commands_of_the_page_run_on_the_sample(ran: dict[str, dict[str, Any]]) -> None:
    made = [one["plain"] for line, one in ran.items() if line]
    assert {one["kind"] for one in made} == {
        *("assignment", "mentors", "hosts", "event", "roundtable", "alliance", "salon"),
        *("invitation", "visit", "targets"),
    }
    by_kind = {one["kind"]: one for one in made}
    assert by_kind["assignment"]["pairs"]
    assert by_kind["assignment"]["gap"] == 0
    assert by_kind["mentors"]["couples"]
    assert [one["sector"] for one in by_kind["hosts"]["sectors"]] == ["冶金", "精细化工"]
    assert list((ran[""]["folder"] / "日历").glob("*.ics"))
    # The last event is the one that was changed.
    assert len(by_kind["event"]["history"]) == 1
    assert by_kind["event"]["changes"]
    assert [one["number"] for one in by_kind["targets"]["targets"]] == [100, 20, 5]


def test_sheets_and_keys_are_those_that_the_page_says(ran: dict[str, dict[str, Any]]) -> None:
    keys = dict(re.findall(r"^- `(\w+)`: ((?:`\w+`[,.]?\s*)+)", DOC, re.M))
    for line, one in ran.items():
        if not line:
            continue
        section = re.split(r"^## ", DOC[: DOC.index(line)], flags=re.M)[-1]
        section += re.split(r"^## ", DOC[DOC.index(line) :], flags=re.M)[0]
        for sheet in one["sheets"][1:]:
            assert sheet in section, (line, sheet)
        assert set(re.findall(r"`(\w+)`", keys[one["plain"]["kind"]])) == set(one["plain"]), line
    assert len(keys) == 10


def test_python_of_the_page_runs(
    ran: dict[str, dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ran[""]["folder"])
    [code] = re.findall(r"```python\n(.*?)```", DOC, re.DOTALL)
    said = io.StringIO()
    names: dict[str, Any] = {}
    with contextlib.redirect_stdout(said):
        exec(compile(code, "docs/planning.md", "exec"), names)
    count, exact, unserved = said.getvalue().split(maxsplit=2)
    assert (int(count), exact) == (len(names["plan"].pairs), "True")
    assert unserved.strip()
    assert Path("对接名单.xlsx").stat().st_size > 5_000


def test_functions_of_the_page_exist(sample_needs: Records[Any]) -> None:
    import matchmaker.planning

    rows = re.findall(r"^\| `\w+` \| (.*) \| (.*) \|$", DOC, re.M)
    named = [name for row in rows for name in re.findall(r"`(\w+)\(", row[0])]
    assert len(named) == 11
    for name in named:
        assert callable(getattr(matchmaker.planning, name))
    classes = {name for row in rows for name in re.findall(r"`(\w+)`", row[1])}
    assert classes == set(KINDS)
