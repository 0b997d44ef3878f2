"""The workbook to judge in, as a spreadsheet program finds it."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import openpyxl
import pytest

from matchmaker.errors import ConfigError
from matchmaker.evaluation import read_judgements
from matchmaker.records import Achievement, Need
from matchmaker.reporting.judging import write_judging_workbook

PAIRS = [
    (
        Need(id="N1", title="脱硫", body="第一行\\n第二行", goals="≤5mg", organisation="某公司"),
        Achievement(
            id="A1",
            title="湿法",
            body="简介",
            indicators="99%",
            applications="无",
            organisation="某大学",
        ),
    ),
    (Need(id="N1", title="脱硫", body="第一行\\n第二行", goals="≤5mg", organisation="某公司"),
     Achievement(id="A2", title="=1+1", body="@SUM(1)\x07")),
    (Need(id="-N2", title="<r>x</r>", body="长" * 40_000), Achievement(id="A1", title="湿法")),
]  # fmt: skip
ROW = {"need": 0, "need_body": 1, "title": 2, "body": 3, "grade": 4, "remark": 5}


def written(tmp_path: Path, lang: str = "zh") -> openpyxl.Workbook:
    write_judging_workbook(PAIRS, tmp_path / "j.xlsx", lang=lang)
    return openpyxl.load_workbook(tmp_path / "j.xlsx")


def test_one_pair_a_row_with_everything_to_judge_by(tmp_path: Path) -> None:
    sheet = written(tmp_path)["待判"]
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0] == (
        "需求名称", "需求描述", "成果名称", "成果简介", "等级", "备注",
        "企业名称", "完成单位", "需求编号", "成果编号",
    )  # fmt: skip
    assert rows[1] == (
        "脱硫", "第一行\n第二行\n预期目标：≤5mg", "湿法", "简介\n技术指标：99%", None, None,
        "某公司", "某大学", "N1", "A1",
    )  # fmt: skip
    assert rows[2][2:4] == ("'=1+1", "'@SUM(1)")
    assert rows[3][8] == "'-N2"
    assert len(rows[3][1]) <= 32_767
    assert len(rows) == 4
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}


def test_grades_are_chosen_from_a_list_and_digits_may_be_typed(tmp_path: Path) -> None:
    for lang, sheet, choices in (
        ("zh", "待判", '"1 无关,2 弱相关,3 较强相关,4 强相关"'),
        ("en", "To judge", '"1 unrelated,2 weak,3 good,4 strong"'),
    ):
        (rule,) = written(tmp_path, lang)[sheet].data_validations.dataValidation
        assert rule.type == "list"
        assert rule.formula1 == choices
        assert str(rule.sqref) == "E2:E4"
        assert not rule.showErrorMessage


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_choice_is_read_back_as_its_grade(tmp_path: Path, lang: str) -> None:
    book = written(tmp_path, lang)
    sheet = book.worksheets[1]
    for rule in sheet.data_validations.dataValidation:
        choices = rule.formula1.strip('"').split(",")
    for row, choice in zip((2, 4), (choices[3], choices[1]), strict=True):
        sheet.cell(row, 5).value = choice
    sheet.cell(3, 6).value = "拿不准"
    book.save(tmp_path / "judged.xlsx")
    found = read_judgements(tmp_path / "judged.xlsx")
    assert found.need_ids == ("N1", "-N2")
    assert found.achievement_ids == ("A1", "A1")
    assert found.grades.tolist() == [4, 2]
    assert found.achievement_titles == ("湿法", "湿法")
    assert found.skipped == 1


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_nothing_of_the_model_is_in_it(tmp_path: Path, lang: str) -> None:
    book = written(tmp_path, lang)
    heads = {cell.value for cell in book.worksheets[1][1]}
    assert not heads & {"得分", "名次", "相关等级", "语义相似度", "Score", "Rank", "Similarity"}
    numbers = [
        cell.value
        for row in book.worksheets[1].iter_rows()
        for cell in row
        if isinstance(cell.value, int | float)
    ]
    assert numbers == []
    assert not book.worksheets[1].auto_filter.ref


def test_the_guide_says_what_grades_mean_and_what_to_do_next(tmp_path: Path) -> None:
    for lang, title in (("zh", "说明"), ("en", "Instructions")):
        sheet = written(tmp_path, lang)[title]
        rows = [tuple(cell or "" for cell in row) for row in sheet.iter_rows(values_only=True)]
        firsts = [left for left, _ in rows]
        grades = ["4 强相关", "3 较强相关", "2 弱相关", "1 无关"]
        if lang == "en":
            grades = ["4 strong", "3 good", "2 weak", "1 unrelated"]
        at = firsts.index(grades[0])
        assert firsts[at : at + 4] == grades
        assert all(right for left, right in rows[at : at + 4])
        assert any("matchmaker learn j.xlsx --needs" in right for _, right in rows)


def test_the_same_pairs_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        write_judging_workbook(PAIRS, tmp_path / name / "j.xlsx")
    one, other = ((tmp_path / name / "j.xlsx").read_bytes() for name in ("a", "b"))
    assert one == other
    with zipfile.ZipFile(io.BytesIO(one)) as archive:
        assert not any("externalLink" in name for name in archive.namelist())


def test_targets_and_pairs_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"j\.csv: pairs to judge are written as a workbook"):
        write_judging_workbook(PAIRS, tmp_path / "j.csv")
    with pytest.raises(ConfigError, match="no such folder"):
        write_judging_workbook(PAIRS, tmp_path / "absent" / "j.xlsx")
    with pytest.raises(ConfigError, match=r"j\.xlsx: 0 pairs to judge"):
        write_judging_workbook([], tmp_path / "j.xlsx")
    with pytest.raises(ConfigError, match="unknown language"):
        write_judging_workbook(PAIRS, tmp_path / "j.xlsx", lang="fr")
    assert list(tmp_path.iterdir()) == []
