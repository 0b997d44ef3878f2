import pytest

from matchmaker.errors import ConfigError, RecordError
from matchmaker.records import Achievement, ColumnMap, Need
from matchmaker.records.aliases import ACHIEVEMENT_ALIASES, NEED_ALIASES, SERIALS
from matchmaker.records.column_map import mappable
from matchmaker.records.headings import Headings, column_letter, simplify
from matchmaker.records.report import Place


def fields_of(kind, *headings, columns=None):
    plan = Headings(kind, columns).plan(headings)
    return {column.heading: column.field for column in plan.columns}


@pytest.mark.parametrize(
    ("kind", "aliases"), [(Need, NEED_ALIASES), (Achievement, ACHIEVEMENT_ALIASES)]
)
def test_every_alias_belongs_to_one_field_and_is_simple(kind, aliases):
    assert set(aliases) == mappable(kind)
    every = [(alias, field) for field, names in aliases.items() for alias in names]
    owners = {}
    for alias, field in every:
        assert owners.setdefault(alias, field) == field
        assert simplify(alias).key == alias
        assert alias not in SERIALS
    for alias, field in every:
        assert fields_of(kind, alias) == {alias: field}


def test_headings_of_the_domain_for_achievements():
    headings = {
        "成果名称": "title",
        "成果简介/主要内容": "body",
        "完成单位": "organisation",
        "完成人/团队": "team",
        "所属领域/应用行业": "sectors",
        "关键词": "keywords",
        "技术成熟度": "maturity",
        "技术指标": "indicators",
        "知识产权": "ip",
        "合作方式": "cooperation",
        "价格": "price",
        "应用场景": "applications",
        "地区": "region",
        "来源": "source",
        "发布日期": "published",
    }
    assert fields_of(Achievement, *headings) == headings


def test_headings_of_the_domain_for_needs():
    headings = {
        "需求名称/难题名称": "title",
        "需求描述/技术难点": "body",
        "预期目标/考核指标": "goals",
        "企业名称": "organisation",
        "企业类型": "organisation_type",
        "所属行业": "industry",
        "园区/地区": "park",
        "拟投入资金": "budget",
        "完成时限/截止日期": "deadline",
        "合作方式": "cooperation",
        "已有基础": "foundation",
        "已试方案": "attempted",
        "保密要求": "confidentiality",
        "来源": "source",
    }
    assert fields_of(Need, *headings) == headings


@pytest.mark.parametrize("heading", ["名称", "项目名称", "title", "Title", "标题"])
def test_general_titles_work_for_both(heading):
    assert fields_of(Need, heading) == {heading: "title"}
    assert fields_of(Achievement, heading) == {heading: "title"}


@pytest.mark.parametrize(
    "heading",
    [
        "成 果 名 称", "成果\n名称", "成果名称*", "＊成果名称：", "1.成果名称", "２、成果名称",
        "(3)成果名称", "①成果名称", "（一）成果名称", "一、成果名称",
        "成果名称（必填）", "成果名称【不超过30字】",
        "\u3000成果名称 ", "“成果名称”", "12 成果名称:",
    ],
)  # fmt: skip
def test_tolerant_spelling(heading):
    assert list(fields_of(Achievement, heading).values()) == ["title"]


@pytest.mark.parametrize(
    "heading", ["achievement_title", "Achievement Title", "ACHIEVEMENT-TITLE", "achievementTitle"]
)
def test_english_spelling(heading):
    assert list(fields_of(Achievement, heading).values()) == ["title"]


@pytest.mark.parametrize(
    ("heading", "unit"),
    [
        ("拟投入资金（万元）", "万元"),
        ("拟投入资金(单位：万元)", "万元"),
        ("拟投入资金［亿元］", "亿元"),
        ("拟投入资金【元】", "元"),
        ("拟投入资金(RMB)", "RMB"),
        ("拟投入资金（必填）（ 万元 ）", "万元"),
        ("拟投入资金（必填）", ""),
        ("拟投入资金", ""),
    ],
)
def test_units_in_brackets(heading, unit):
    (column,) = Headings(Need).plan((heading,)).columns
    assert (column.field, column.unit) == ("budget", unit)


def test_a_running_number_is_no_id():
    plan = Headings(Need).plan(("序号", "需求名称"))
    assert plan.position("id") == -1
    assert plan.extras == ((0, "序号"),)
    assert plan.serials == {"序号"}


def test_the_most_specific_heading_wins_and_the_other_is_kept():
    plan = Headings(Achievement).plan(("名称", "成果名称", "成果标题/项目"))
    assert [(c.position, c.field) for c in plan.columns] == [(1, "title")]
    assert plan.extras == ((0, "名称"), (2, "成果标题/项目"))
    assert plan.shadowed == (
        ("名称", "title", "成果名称"),
        ("成果标题/项目", "title", "成果名称"),
    )


def test_a_whole_heading_wins_over_a_part():
    assert fields_of(Need, "需求名称/编号", "title") == {"title": "title"}


def test_extra_keys_are_unique_and_name_columns_without_heading():
    plan = Headings(Need).plan(("title", "备注", "", "备注", "备注 (2)"))
    assert plan.extras == ((1, "备注"), (2, "column C"), (3, "备注 (2)"), (4, "备注 (2) (2)"))


@pytest.mark.parametrize(
    ("position", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")]
)
def test_column_letters(position, letters):
    assert column_letter(position) == letters


def test_the_best_row_is_the_heading_row():
    rows = [("技术需求", "", ""), ("", "", ""), ("编号", "名称", "描述"), ("1", "名称", "描述")]
    assert Headings(Need).find(rows) == 2
    assert Headings(Need).find(rows[:2]) == 0
    assert Headings(Need).find([("编号", "企业名称")]) == -1
    assert Headings(Need).find([]) == -1


def test_column_map_overrides():
    columns = ColumnMap({"title": "项目", "region": " 需求名称 "})
    plan = Headings(Need, columns).plan(("需求名称", "项 目", "名称", "描述"))
    assert {c.field: c.position for c in plan.columns} == {"region": 0, "title": 1, "body": 3}
    assert plan.extras == ((2, "名称"),)
    assert plan.mapped == 2


def test_column_map_finds_the_heading_row():
    rows = [("编号", "名称", "描述", "地区"), ("x", "啥", "y", "z")]
    assert Headings(Need, ColumnMap({"title": "啥"})).find(rows) == 1


def test_missing_mapped_heading_is_named():
    headings = Headings(Need, ColumnMap({"title": "啥", "body": "描述"}))
    headings.check(["啥 ", "描述（必填）"], Place("a.csv"))
    with pytest.raises(RecordError) as caught:
        headings.check(["描述", "", *map(str, range(40))], Place("a.csv"))
    message = str(caught.value)
    assert (
        "a.csv: heading '啥' of the column map is not in this table; it has '描述', '0'" in message
    )
    assert message.endswith("Correct the heading that the map names for 'title'.")
    assert "and 11 more" in message


def test_column_map_of_the_other_kind_is_refused():
    with pytest.raises(ConfigError, match="'price' is not a field of Need"):
        Headings(Need, ColumnMap({"price": "x"}))


def test_not_found_shows_rows_and_the_way_out():
    error = Headings(Need).not_found([("", ""), ("甲", "乙 "), ("1", "2")], Place("a.csv"))
    assert str(error) == (
        "a.csv: no headings with a title or a body of a need were found; the first rows hold: "
        "'甲', '乙' / '1', '2'. Name the columns with a ColumnMap("
        '{"title": "heading of the title"}) (on the command line --needs-columns map.toml with a '
        'line title = "heading of the title").'
    )
    error = Headings(Achievement).not_found([("甲",)], Place("a.csv"))
    assert "a body of an achievement were found" in str(error)
    assert "--achievements-columns map.toml" in str(error)


def test_not_found_in_nothing():
    error = Headings(Need).not_found([("", " ")], Place("a.csv"))
    assert str(error).startswith("a.csv: the source is empty")
    error = Headings(Need).not_found([], Place("a.xlsx", "一"))
    assert str(error).startswith("a.xlsx, sheet '一': the sheet is empty")


def test_not_found_names_a_mapped_heading_that_is_missing():
    columns = ColumnMap({"title": "没有"}, file="m.toml")
    error = Headings(Need, columns).not_found([("甲", "乙")], Place("a.csv"))
    assert str(error).startswith(
        "a.csv: heading '没有' of the column map m.toml is not in this table; it has '甲', '乙'."
    )


@pytest.mark.parametrize(
    ("kind", "headings", "foreign"),
    [
        (Need, "成果编号 成果名称 简介", "成果编号 成果名称"),
        (Need, "成果名称 完成单位", "成果名称 完成单位"),
        (Need, "完成单位 简介", "完成单位"),
        (Need, "成果编号 项目名称 简介", "成果编号"),
        (Need, "需求编号 成果名称 简介", "成果名称"),
        (Need, "achievement_id achievement_title body", "achievement_id achievement_title"),
        (Achievement, "需求编号 需求名称 描述", "需求编号 需求名称"),
        (Achievement, "难题名称 企业名称 内容", "难题名称 企业名称"),
        (Achievement, "需求编号 名称 内容", "需求编号"),
    ],
)
def test_headings_of_the_other_kind_are_told(kind, headings, foreign):
    assert Headings(kind).swapped(headings.split()) == tuple(foreign.split())


@pytest.mark.parametrize(
    ("kind", "headings"),
    [
        *((kind, "id title body") for kind in (Need, Achievement)),
        *((kind, "项目编号 项目名称 简介 单位名称") for kind in (Need, Achievement)),
        *((kind, "登记编号 课题名称 内容") for kind in (Need, Achievement)),
        *((kind, "编号 名称 内容 高校 企业名称") for kind in (Need, Achievement)),
        *((kind, "project_id project_title text") for kind in (Need, Achievement)),
        (Need, "需求名称 简介 成果编号 完成单位"),
        (Need, "需求描述 所在单位"),
        (Achievement, "成果名称 简介 需求编号"),
        (Achievement, "成果简介 企业名称"),
    ],
)
def test_headings_that_may_be_of_this_kind(kind, headings):
    assert Headings(kind).swapped(headings.split()) == ()


def test_a_map_ends_the_doubt():
    headings = ["成果编号", "成果名称", "简介"]
    assert not Headings(Need, ColumnMap({"title": "成果名称"})).swapped(headings)
    assert not Headings(Need, ColumnMap({"body": "简介"})).swapped(headings)
    assert Headings(Need, ColumnMap({"region": "地区"})).swapped(headings)


def test_swapped_headings_are_named_with_the_way_out():
    with pytest.raises(RecordError) as caught:
        Headings(Need).check(["成果编号", "成果名称", "简介"], Place("a.csv"))
    assert str(caught.value) == (
        "a.csv: headings '成果编号', '成果名称' belong to achievements. Were the two files "
        'swapped? If not, name the columns with a ColumnMap({"title": "成果名称"}) (on the '
        'command line --needs-columns map.toml with a line title = "成果名称").'
    )
    error = Headings(Achievement).not_found([("通知",), ("需求编号", "企业名称")], Place("a.csv"))
    assert "headings '需求编号', '企业名称' belong to needs." in str(error)
    assert 'a line title = "heading of the title"' in str(error)
