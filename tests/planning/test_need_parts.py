"""Needs taken apart by hand."""

from __future__ import annotations

import math

import pytest

from matchmaker.errors import ConfigError
from matchmaker.planning.alliances.need_parts import (
    NeedPart,
    PartSettings,
    cover_part,
    cover_parts,
    parts_of_need,
    unheard_words,
)
from matchmaker.planning.alliances.sayings import Sayings, mentions
from matchmaker.planning.settings import settings_of
from matchmaker.records import Achievement, Need
from matchmaker.scoring.facts import read_facts

PROBLEMS = (
    "焊接机器人用不起来。具体难题：\n1、坡口识别不准，电弧跟踪遇到焊疤就乱。\n"
    "2、焊道排布靠经验，工艺库没有建起来。\n3、工件热变形，轨迹全偏。\n公司年产结构件两万吨。"
)


def achievement(number: int, title: str, **more: str) -> Achievement:
    return Achievement(id=f"A{number}", title=title, **more)


def sayings(*titles: str) -> Sayings:
    return Sayings([achievement(number, title) for number, title in enumerate(titles)])


def told(parts: tuple[NeedPart, ...]) -> list[tuple[str, str, float]]:
    return [(part.kind, part.text, round(part.weight, 6)) for part in parts]


def test_indicators_count_alike_and_terms_by_their_rarity():
    need = Need(id="N", title="汽车钢板连铸", goals="抗拉强度≥1200MPa；延伸率≥12%")
    # Of four achievements two have 连铸 and one has 钢板; nobody has 汽车.
    said = sayings("连铸", "连铸钢板", "水稻", "轴承")
    rare = {"钢板": math.log(5 / 2) + 1, "连铸": math.log(5 / 3) + 1}
    total = sum(rare.values())
    assert told(parts_of_need(need, said)) == [
        ("indicator", "抗拉强度≥1200MPa", 0.25),
        ("indicator", "延伸率≥12%", 0.25),
        ("term", "钢板", round(0.5 * rare["钢板"] / total, 6)),
        ("term", "连铸", round(0.5 * rare["连铸"] / total, 6)),
    ]
    assert unheard_words(need, said) == ("汽车",)


def test_weights_of_kinds_are_scaled_over_the_kinds_there_are():
    need = Need(id="N", title="钢板连铸", goals="抗拉强度≥1200MPa")
    said = sayings("连铸钢板")
    parts = parts_of_need(need, said, PartSettings(indicators=3, problems=5, terms=1))
    assert told(parts) == [
        ("indicator", "抗拉强度≥1200MPa", 0.75),
        ("term", "钢板", 0.125),
        ("term", "连铸", 0.125),
    ]
    none = parts_of_need(need, said, PartSettings(indicators=0))
    assert [part.kind for part in none] == ["term", "term"]
    assert math.fsum(part.weight for part in none) == pytest.approx(1)


def test_numbered_problems_are_parts_and_their_words_no_terms():
    need = Need(id="N", title="坡口焊接", body=PROBLEMS)
    parts = parts_of_need(need, sayings("焊接", "坡口"))
    assert told(parts) == [
        ("problem", "坡口识别不准，电弧跟踪遇到焊疤就乱", round(1 / 6, 6)),
        ("problem", "焊道排布靠经验，工艺库没有建起来", round(1 / 6, 6)),
        ("problem", "工件热变形，轨迹全偏", round(1 / 6, 6)),
        ("term", "焊接", 0.5),
    ]
    assert all(math.fsum(part.words.values()) == pytest.approx(1) for part in parts)


@pytest.mark.parametrize(
    "body",
    [
        "1、背景：钢板连铸坯质量差。2、目标：铸坯偏析少。",  # headings
        "1、钢板连铸偏析。公司在辽宁。",  # a single item
        "方案：2、钢板连铸偏析；3、铸坯裂纹。",  # does not begin with one
        "1、甲。2、乙。",  # says nothing
    ],
)
def test_lists_that_are_no_problems(body):
    need = Need(id="N", title="钢板", body=body)
    kinds = {part.kind for part in parts_of_need(need, sayings("钢板"))}
    assert kinds == {"term"}


@pytest.mark.parametrize(
    "body",
    [
        "(1)钢板连铸偏析严重；(2)铸坯裂纹频发",
        "一、钢板连铸偏析严重；二、铸坯裂纹频发",
        "①钢板连铸偏析严重②铸坯裂纹频发",
        "（一）钢板连铸偏析严重；（二）铸坯裂纹频发",
    ],
)
def test_every_numbering(body):
    parts = parts_of_need(Need(id="N", title="炼钢", body=body), sayings("轴承"))
    assert [part.text for part in parts] == ["钢板连铸偏析严重", "铸坯裂纹频发"]


def test_several_needs_in_one_row_are_its_problems():
    title = "1、含锌除尘灰回用。2、酸洗废盐酸减量。"
    body = "1、高炉除尘灰含锌，不能返烧结，希望脱锌。2、酸洗废盐酸外委费用高，要求再生。"
    parts = parts_of_need(Need(id="N", title=title, body=body), sayings("轴承"))
    assert [part.kind for part in parts] == ["problem", "problem"]
    assert parts[0].text.startswith("含锌除尘灰回用 高炉除尘灰含锌")
    titles = parts_of_need(Need(id="N", title="高炉除尘灰脱锌；轧辊激光熔覆"), sayings("轴承"))
    assert [part.text for part in titles] == ["高炉除尘灰脱锌", "轧辊激光熔覆"]


def test_words_of_the_body_must_be_rare_and_listed_if_the_ranking_lists_any():
    need = Need(id="N", title="钢板", body="铸坯偏析，含有夹杂物，轴承寿命短")
    said = sayings("钢板铸坯", "钢板偏析", "夹杂物", "夹杂物", "夹杂物")
    # 夹杂物 stands in three of five, 轴承 in none.
    assert [part.text for part in parts_of_need(need, said)] == ["钢板", "铸坯", "偏析"]
    few = parts_of_need(need, said, listed={"中心偏析"})
    assert [(part.text, part.main) for part in few] == [("钢板", True), ("偏析", False)]
    cut = parts_of_need(need, said, PartSettings(most_terms=2))
    assert [part.text for part in cut] == ["钢板", "铸坯"]


def test_a_term_stands_as_the_need_writes_it():
    need = Need(id="N", title="AZ91D压铸壳体")
    parts = parts_of_need(need, sayings("az91d镁合金压铸", "水稻"))
    assert [part.text for part in parts] == ["AZ91D", "压铸"]
    facts = read_facts(achievement(0, "az91d镁合金压铸"))
    (evidence, _) = cover_parts(parts, sayings("az91d镁合金压铸", "水稻"), 0, facts, enough=1.0)
    assert (evidence.degree, evidence.said) == (1.0, ("AZ91D",))


def test_amounts_and_money_are_no_terms_of_a_technology():
    need = Need(id="N", title="替代DOP的增塑剂", body="年产三万吨，投资两亿元，外委费用高")
    said = sayings("替代型增塑剂万吨级投资", "水稻")
    assert [part.text for part in parts_of_need(need, said)] == ["增塑剂"]


def test_what_many_needs_say_is_no_rare_word():
    needs = [Need(id=f"N{number}", title="偏析") for number in range(3)]
    need = Need(id="N", title="钢板", body="铸坯偏析")
    said = Sayings([achievement(0, "钢板铸坯"), achievement(1, "偏析")], needs)
    assert [part.text for part in parts_of_need(need, said)] == ["钢板", "铸坯"]


def test_a_word_within_another_is_not_counted_twice():
    need = Need(id="N", title="轴承钢", keywords=("轴承",))
    parts = parts_of_need(need, sayings("轴承钢", "轴承"))
    assert [part.text for part in parts] == ["轴承钢"]


def test_rarity_of_a_model_takes_everyday_words_out():
    rarity = {"钢板": 6.0, "连铸": 2.0}
    said = Sayings([achievement(0, "钢板连铸")], rarity=lambda word: rarity.get(word, 0.0))
    assert said.telling("钢板连铸") == ["钢板"]
    assert said.rarity("钢板") == 6.0
    assert said.rarity("没有的词") == 0.1


def test_targets_of_the_goals_go_before_figures_of_the_body():
    body = "要求抗拉强度达到900MPa以上"
    both = Need(id="N", title="钢板", body=body, goals="延伸率≥12%")
    alone = Need(id="N", title="钢板", body=body)
    said = sayings("钢板")
    assert [part.text for part in parts_of_need(both, said)] == ["延伸率≥12%", "钢板"]
    assert [part.kind for part in parts_of_need(alone, said)] == ["indicator", "term"]


def test_a_need_that_says_nothing_has_no_parts():
    assert parts_of_need(Need(id="N", title="技术研发"), sayings("钢板")) == ()


@pytest.mark.parametrize(
    ("claims", "degree", "verdict"),
    [
        ("抗拉强度≥1250MPa", 1.0, "met"),
        ("抗拉强度≥1.25GPa", 1.0, "met"),
        ("抗拉强度≤1100MPa", 0.0, "missed"),
        ("抗拉强度≥1100MPa", 0.0, "incomparable"),  # only too weak
        ("抗拉强度提高20%", 0.5, "incomparable"),  # another kind
        ("延伸率≥15%", 0.0, "unsaid"),
    ],
)
def test_how_far_a_claim_covers_an_indicator(claims, degree, verdict):
    need = Need(id="N", title="钢板", goals="抗拉强度≥1200MPa")
    record = achievement(0, "钢板", indicators=claims)
    said = Sayings([record])
    found = cover_part(parts_of_need(need, said)[0], said, 0, read_facts(record))
    assert (found.degree, found.verdict) == (degree, verdict)
    assert found.said == (() if verdict == "unsaid" else (claims,))


def test_a_problem_is_covered_by_the_share_of_its_words():
    part = NeedPart("problem", "x", 1.0, {"坡口": 0.3, "电弧": 0.2, "焊疤": 0.5})
    records = [
        achievement(0, "坡口与电弧"),
        achievement(1, "焊疤"),
        achievement(2, "坡口、电弧、焊疤"),
    ]
    said = Sayings(records)

    def degree(at: int, enough: float) -> float:
        return cover_part(part, said, at, read_facts(records[at]), enough=enough).degree

    assert degree(0, 0.5) == pytest.approx(1)
    assert degree(0, 0.8) == pytest.approx(0.625)
    assert degree(1, 0.5) == 0  # one word alone is no answer
    assert degree(2, 0.8) == 1


def test_words_of_the_body_alone_cover_nothing():
    parts = (
        NeedPart("term", "钢板", 0.6, {"钢板": 1.0}),
        NeedPart("term", "费用", 0.4, {"费用": 1.0}, main=False),
    )
    records = [achievement(0, "费用低的水稻"), achievement(1, "钢板，费用低")]
    said = Sayings(records)
    found = [cover_parts(parts, said, at, read_facts(records[at])) for at in (0, 1)]
    assert [[one.degree for one in each] for each in found] == [[0, 0], [1, 1]]
    assert found[0][1].said == ("费用",)


@pytest.mark.parametrize(
    ("text", "word", "has"),
    [
        ("中心偏析控制", "偏析", True),
        ("alloy与钢", "al", False),
        ("al合金", "al", True),
        ("含al", "al", True),
        ("316l不锈钢", "316l", True),
        ("1316l", "316l", False),
        ("c++编译", "c++", True),
    ],
)
def test_latin_words_only_count_as_wholes(text, word, has):
    assert mentions(text, word) is has


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"indicators": -1.0}, "indicators"),
        ({"terms": math.inf}, "terms"),
        ({"problems": math.nan}, "problems"),
        ({"indicators": 0.0, "problems": 0.0, "terms": 0.0}, "all 0"),
        ({"most_terms": 0}, "most_terms"),
        ({"enough": 0.0}, "enough"),
        ({"enough": 1.5}, "enough"),
    ],
)
def test_settings_out_of_range_are_named(values, named):
    with pytest.raises(ConfigError, match=named):
        settings_of(PartSettings, values)
