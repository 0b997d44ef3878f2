from __future__ import annotations

import csv
import io
import json
import re
import string

import openpyxl
import pytest
from rich.console import Console

from matchmaker.checking.checks import check_records
from matchmaker.checking.originals import read_original
from matchmaker.errors import ConfigError
from matchmaker.records import Achievement, Need, read_needs
from matchmaker.reporting import messages
from matchmaker.reporting.check_files import write_check, write_corrected
from matchmaker.reporting.check_messages import CHECK_MESSAGES
from matchmaker.reporting.check_terminal import print_check
from matchmaker.reporting.messages import MESSAGES

BODY = "目前阀门漏水严重，换过两种密封都没有改善，希望解决，漏率不超过0.1%。"
NEEDS = [
    Need(id="1", title="阀门漏水", body=BODY),
    Need(id="2", title="阀门漏水", body=BODY, region="XX园区", park="某某园"),
    Need(id="3", title="阀门漏水", body=BODY + "联系人见附表。", budget="待定"),
    Need(id="4", title="招聘工程师", body="招聘工程师2名，待遇从优。", goals="待补充"),
    Need(id="5", title="水泵噪声；风机振动", body=r"，水泵吵。\n风机抖。"),
    Need(id="6", title="=cmd|'/c calc'!A1", body="求购石墨，请厂家报价，长期供货。锟斤拷"),
    Need(id="7", title="诊断", body="请专家诊断，出具报告。ä½¿ç”¨", extra={"电话": "1**"}),
    Need(id="8", title="引进技术", body="引进成熟的脱色技术，一次性买断。"),
    Need(id="9", title="诚招代理商", body="公司成立于2001年，占地80亩。欢迎来电洽谈。"),
]
FORM = "年产{0}二十万吨，{0}电耗占成本四成，希望引入{0}优化控制技术，综合能耗降低一成以上。"
NEEDS += [Need(id=f"r{x}", title=f"{x}节能", body=FORM.format(x)) for x in ("电石", "烧碱")]


def fields(template):
    return sorted(name for _, name, _, _ in string.Formatter().parse(template) if name is not None)


@pytest.mark.parametrize("key", sorted(CHECK_MESSAGES))
def test_every_message_stands_in_both_languages(key):
    chinese, english = CHECK_MESSAGES[key]
    assert chinese
    assert english
    assert fields(chinese) == fields(english)
    assert not re.search("[\u4e00-\u9fff，；：（）。、]", english)
    bare = re.sub(r"\{.*?\}", "", chinese)
    assert not re.search("[\u4e00-\u9fff]", bare) or not re.search("[,;()]", bare)


class Spy(dict):
    def __init__(self, *args):
        super().__init__(*args)
        self.used = set()

    def __getitem__(self, key):
        self.used.add(key)
        return super().__getitem__(key)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_key_is_used(lang, tmp_path, monkeypatch):
    spy = Spy(MESSAGES)
    monkeypatch.setattr(messages, "MESSAGES", spy)
    clean = Need(id="1", title="阀门")
    twice = [NEEDS[0], NEEDS[0]]
    twice.append(Need(id="9", title="，XX厂招聘工程师", body="某某厂待遇从优***锟斤拷"))
    offered = [Achievement(id="1", title="阀门"), Achievement(id="2", title="水泵", team="某某")]
    path = tmp_path / "n.csv"
    path.write_text("编号,需求名称\n1,水泵噪声；风机振动\n2,，阀门\n", encoding="utf-8")
    for kind, records in (
        ("needs", NEEDS),
        ("achievements", offered),
        ("needs", [clean]),
        ("needs", twice),
    ):
        check = check_records(records, kind=kind)
        write_check(check, tmp_path / "x.xlsx", lang=lang)
        write_check(check, tmp_path / "x.csv", lang=lang)
        print_check(check, lang=lang, console=Console(file=io.StringIO()))
    check = check_records(read_needs(path), kind="needs")
    write_corrected(check, [read_original(path, kind="needs")], tmp_path / "c.csv", lang=lang)
    unused = {key for key in CHECK_MESSAGES if key not in spy.used}
    # Fields are named alike; a record with a masked word in every one would prove nothing more.
    assert {key for key in unused if not key.startswith("check.field.")} == set()


def test_the_workbook(tmp_path):
    check = check_records(NEEDS, kind="needs")
    write_check(check, tmp_path / "r.xlsx")
    book = openpyxl.load_workbook(tmp_path / "r.xlsx")
    assert book.sheetnames == ["检查总览", "逐条结果", "重复记录", "建议拆分"]
    overview = {row[0]: row[1] for row in book["检查总览"].iter_rows(values_only=True)}
    assert overview["记录总数"] == len(NEEDS)
    assert overview["重复组数"] == 1
    assert overview["一行多项"] == 1
    rows = list(book["逐条结果"].iter_rows(values_only=True))
    at = rows[0].index("名称")
    assert rows[6][at] == "'=cmd|'/c calc'!A1"
    assert len(rows) == len(NEEDS) + 1
    levels = [row[1] for row in book["重复记录"].iter_rows(min_row=2, values_only=True)]
    assert levels == ["高度相似"] * 3 + ["内容相关"] * 2
    keep = [row[3] for row in book["重复记录"].iter_rows(min_row=2, values_only=True)]
    assert keep.count("保留") == 1
    parts = list(book["建议拆分"].iter_rows(min_row=2, values_only=True))
    assert [(row[0], row[2], row[3]) for row in parts] == [
        ("5", 1, "水泵噪声"), ("5", 2, "风机振动"),
    ]  # fmt: skip


def test_the_csv_and_the_jsonl(tmp_path):
    check = check_records(NEEDS, kind="needs")
    write_check(check, tmp_path / "r.csv", lang="en")
    write_check(check, tmp_path / "r.jsonl")
    with (tmp_path / "r.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["Id"] for row in rows] == [need.id for need in NEEDS]
    assert rows[5]["Title"].startswith("'=")
    assert rows[3]["Kind of need"].startswith("people (")
    lines = (tmp_path / "r.jsonl").read_text(encoding="utf-8").splitlines()
    forms = [json.loads(line) for line in lines]
    assert forms[3]["kind"]["name"] == "people"
    assert forms[5]["title"] == NEEDS[5].title
    assert forms[4]["split"] == [
        {"title": "水泵噪声", "body": "水泵吵。"}, {"title": "风机振动", "body": "风机抖。"},
    ]  # fmt: skip
    for form, need in zip(forms, NEEDS, strict=True):
        for finding in form["findings"]:
            if finding["field"] in ("title", "body") and finding["code"] == "advertising":
                text = getattr(need, finding["field"])
                assert text[finding["start"] : finding["end"]] == finding["evidence"]


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
def test_the_corrected_table_holds_everything(tmp_path, ending):
    one, other = tmp_path / "a.csv", tmp_path / "b.csv"
    one.write_text(
        "编号,需求名称,需求描述,联系电话\n"
        'N1,1、除尘灰脱锌。2、废酸再生利用。,"1、含锌高。\n2、量大。",0411\n'
        'N2,阀门漏水,"，换过密封。\\n没有改善。",=1+1\n'
        ",,,5\n",
        encoding="utf-8",
    )
    other.write_text("项目编号,难题名称,备注\nM1,水泵噪声,旧\n", encoding="utf-8")
    originals = [read_original(path, kind="needs") for path in (one, other)]
    check = check_records([*read_needs(one), *read_needs(other)], kind="needs")
    target = tmp_path / f"c{ending}"
    write_corrected(check, originals, target)
    again = read_needs(target, columns={"title": "需求名称", "id": "编号"})
    assert [need.id for need in again][:2] == ["N1", "N2"]
    by_id = again.by_id()
    assert by_id["N1"].title == "1、除尘灰脱锌。2、废酸再生利用。"
    assert by_id["N2"].body == "，换过密封。\\n没有改善。"
    assert by_id["N2"].extra["修正后需求描述"] == "换过密封。\n没有改善。"
    assert by_id["N2"].extra["联系电话"] == "'=1+1"
    assert [by_id[key].title for key in ("N1-1", "N1-2")] == ["除尘灰脱锌", "废酸再生利用"]
    assert [by_id[key].body for key in ("N1-1", "N1-2")] == ["含锌高。", "量大。"]
    assert by_id["N1-2"].extra["原编号"] == "N1"
    assert by_id["N1-2"].extra["联系电话"] == "0411"
    assert again.report.read == 6


def test_a_clean_list_has_two_sheets(tmp_path):
    check = check_records([Need(id="1", title="阀门")], kind="needs")
    write_check(check, tmp_path / "r.xlsx", lang="en")
    names = openpyxl.load_workbook(tmp_path / "r.xlsx").sheetnames
    assert names == ["Overview", "By record"]


@pytest.mark.parametrize(
    "write", [write_check, lambda check, path: write_corrected(check, [], path)]
)
def test_targets_are_checked(tmp_path, write):
    check = check_records([], kind="needs")
    with pytest.raises(ConfigError, match="names no known form"):
        write(check, tmp_path / "r.txt")
    with pytest.raises(ConfigError, match="no such folder"):
        write(check, tmp_path / "none" / "r.csv")


def test_the_screen(tmp_path):
    with (tmp_path / "t").open("w", encoding="utf-8") as file:
        print_check(
            check_records(NEEDS, kind="needs"), limit=2, console=Console(file=file, width=100)
        )
        print_check(check_records([], kind="needs"), console=Console(file=file, width=100))
    text = (tmp_path / "t").read_text(encoding="utf-8")
    assert "需求数据检查报告" in text
    assert "问题最多的记录（前 2 条）" in text
    assert "没有发现问题。" in text
