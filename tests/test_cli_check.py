from __future__ import annotations

import re

import pytest
from click.testing import CliRunner

from matchmaker.cli_check import check

TABLE = (
    "编号,需求名称,需求描述,预期目标\n"
    "N1,阀门漏水,目前漏水严重换过两种密封都没有改善。,漏率≤1%\n"
    "N2,招聘工程师,招聘工程师2名待遇从优。,见附件\n"
)


@pytest.fixture
def files(tmp_path):
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text(TABLE, encoding="utf-8")
    return tmp_path


def run(*arguments):
    return CliRunner().invoke(check, [str(argument) for argument in arguments])


def test_a_summary_on_the_screen(files):
    done = run(files / "a.csv")
    assert done.exit_code == 0
    assert "记录总数" in done.output
    assert "招聘工程师" in done.output
    assert "2 rows read" in done.stderr


def test_duplicates_across_files_and_english(files):
    done = run(files / "a.csv", files / "b.csv", "--lang", "en", "-q")
    assert done.exit_code == 0
    assert "Groups of duplicates" in done.output
    assert not done.stderr


def test_reports_and_the_corrected_table(files):
    outputs = [files / name for name in ("r.xlsx", "r.csv", "r.jsonl", "c.xlsx")]
    done = run(
        files / "a.csv", "-o", outputs[0], "-o", outputs[1], "-o", outputs[2],
        "--corrected", outputs[3],
    )  # fmt: skip
    assert done.exit_code == 0
    assert all(path.stat().st_size for path in outputs)
    assert "corrected table written" in done.stderr


def test_inputs_are_never_overwritten(files):
    before = (files / "b.csv").read_bytes()
    for option in ("-o", "--corrected"):
        done = run(files / "a.csv", files / "b.csv", option, files / "b.csv")
        assert done.exit_code == 1
        assert "is also an input" in done.stderr
    assert (files / "b.csv").read_bytes() == before
    done = run(files / "a.csv", "-o", files / "r.xlsx", "--corrected", files / "r.xlsx")
    assert "given twice" in done.stderr


def test_wrong_endings_are_refused_before_reading(files):
    assert "names no known form" in run(files / "a.csv", "-o", files / "r.html").stderr
    assert "names no known form" in run(files / "a.csv", "--corrected", files / "r.jsonl").stderr


def test_achievements_and_their_columns(files):
    (files / "m.toml").write_text('title = "题目"\n', encoding="utf-8")
    (files / "o.csv").write_text("题目,成果简介\n阀门,待补充\n", encoding="utf-8")
    done = run(files / "o.csv", "--kind", "achievements", "--columns", files / "m.toml")
    assert done.exit_code == 0
    assert "成果数据检查报告" in done.output


def test_an_unreadable_file_is_named(files):
    (files / "x.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    done = run(files / "x.csv")
    assert done.exit_code == 1
    assert "x.csv" in done.stderr


def test_a_report_without_names(tmp_path):
    needs, report = tmp_path / "n.csv", tmp_path / "r.jsonl"
    needs.write_text(
        "需求名称,需求描述,企业名称\n诚聘焊接工程师,宏砺重工有限公司成立于1999年，联系人王小明13812345678。,宏砺重工有限公司\n",
        encoding="utf-8",
    )
    plain = run(needs, "-o", report)
    assert plain.exit_code == 0, plain.output
    assert "宏砺" in report.read_text(encoding="utf-8")
    secret = run(needs, "-o", report, "--anonymise")
    assert secret.exit_code == 0, secret.output
    assert not re.search("宏砺|王小明|13812345678", secret.stdout + report.read_text("utf-8"))
    assert "kind.people" in report.read_text(encoding="utf-8")
    refused = run(needs, "--corrected", tmp_path / "c.csv", "--anonymise")
    assert refused.exit_code == 2
    assert "cannot go with --anonymise" in refused.stderr
