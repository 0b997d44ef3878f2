from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest

from matchmaker.errors import ConfigError
from matchmaker.language.anonymity import Anonymiser, Redaction, Removed
from matchmaker.language.anonymity.folding import closed, fold, squeeze
from matchmaker.language.anonymity.redaction import redacted
from matchmaker.language.anonymity.regions import city_of
from matchmaker.records import Achievement, Need, Origin

NOBODY = Anonymiser([])


def shown(text: str) -> str:
    return NOBODY.redact(text).text


# --- what has the form of a name ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("由宏砺特钢股份有限公司提供", "由某企业提供"),
        ("我们委托郑州宇通客车股份有限公司试制", "我们委托某企业试制"),
        ("与沈阳振兴机械有限公司合作", "与某企业合作"),
        ("已在清华大学和东北大学验证", "已在某高校和某高校验证"),
        ("（渤海湾医疗科技（大连）有限公司）", "（某企业）"),
        ("固岩外加剂厂的产品", "某企业的产品"),
        ("苇海稻业专业合作社种植", "某企业种植"),
        ("河南省肿瘤医院试用", "某机构试用"),
        ("宏 砺 特 鋼 股 份 有 限 公 司", "某企业"),
        ("Hongli Special Steel Co., Ltd. 的样品", "某企业 的样品"),
        ("陈建国教授团队", "某某教授团队"),
        ("欧阳明珠博士和王教授", "某某博士和某某教授"),
        ("联系人：张三、李四，电话请面询", "联系人：某某、某某，电话请面询"),
        ("联系人张三电话", "联系人某某电话"),
        ("王工负责，找李总。", "某某负责，找某某。"),
        ("由周志强牵头完成", "由某某牵头完成"),
        ("阿卜杜拉·买买提教授", "某某教授"),
        ("Riffat 教授", "某某 教授"),
        ("拨打13812345678", "拨打［电话］"),
        ("138-1234-5678；138 1234 5678", "［电话］；［电话］"),
        ("+86 13812345678", "［电话］"),
        ("１３８１２３４５６７８", "［电话］"),
        ("024-12345678转801，400-800-1234", "［电话］，［电话］"),
        ("QQ：123456789，微信号 abc_1234", "QQ：［电话］，微信号 ［电话］"),
        ("zhang＠qq.com 或 li(at)mail.edu.cn", "［邮箱］ 或 ［邮箱］"),
        ("见www.hongli.com.cn", "见［网址］"),
        ("位于沈阳市浑南区创新路195-1号", "位于沈阳市［地址］"),
        ("账号 6222 0212 3456 7890 123", "账号 ［账号］"),
        ("代码91210100MA0ABCDE1X", "代码［编号］"),
        ("身份证号210102199001011234", "身份证号［编号］"),
        ("专利号ZL202010123456.7", "专利号［编号］"),
        ("合同编号：HT-2024-0031", "合同编号：［编号］"),
        ("“宏砺”牌轴承钢与澜骁®涂料", "“［品牌］”牌轴承钢与［品牌］®涂料"),
        ("使用宏砺牌轴承钢", "使用［品牌］牌轴承钢"),
    ],
)
def test_what_has_the_form_of_a_name_is_replaced(text: str, wanted: str) -> None:
    assert shown(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "316L不锈钢、GCr15、C3120、IL-6、Al2O3/SiC、Ti6Al4V-5Cu",
        "转速13800 r/min，寿命120000 h，GB/T 1234-2018，ISO 13485，YY/T 0664",
        "13812345678元，13812345678 Pa，共13812345678件",
        "7732-18-5，2024-05-01，0.65m/min，320mm×425mm，1080m3，10×10^6 cells/mL",
        "王水溶解，杜仲胶，孔隙率，张力控制，高工质量，白铜合金，黄金提取，表面应力",
        "金属材料，控制程序，温度主任务，首先生产，项目经理，高级工程师，车间主任，博士生，老师傅",
        "本公司、我公司、某公司、一家公司、该厂、高校、客户公司、合作企业、一家钢铁厂、故本公司",
        "电芯厂、光刻胶厂、热处理厂、主机厂、污水处理厂、上市公司、高科技公司、三甲医院、农业大学",
        "某某药业有限公司，XX公司，国外某公司，某某牌",
        "采用线路3号，油路2号机，1号炉，品牌、牌号、招牌、车牌、铭牌",
        "负责人员，联系方式，先生成后分解，总经理负责制",
        "ASP.NET 与 Python 3.11，Node.js",
        "喷涂安装，N·m，W/(m·K)，千瓦·时",
        "辽宁省沈阳市，大连，东北地区",
    ],
)
def test_what_names_nobody_stays(text: str) -> None:
    assert NOBODY.redact(text) == Redaction(text)


# --- names known from fields ----------------------------------------------------------------------

OWNERS = [
    Need(id="N1", title="需求", organisation="沈阳宏砺特钢股份有限公司", park="苇塘经济开发区"),
    Need(id="N2", title="需求", organisation="启明（大连）机床集团",
    extra={"联系人": "赵子衡 经理"}),
    Need(id="N3", title="需求", extra={"联系电话": "62345678",
    "品牌": "澜骁"}, park="河汊循环产业园"),
    Need(id="N4", title="需求", organisation="涂安新材料有限公司"),
    Need(id="N5", title="需求", organisation="鞍钢集团有限公司"),
    Achievement(id="A1", title="成果", organisation="东屏医科大学、浑江科技大学",
    team="骨科组 桑予宁教授、张力"),
]  # fmt: skip
KNOWN = Anonymiser(OWNERS)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("宏砺的样品", "某企业的样品"),
        ("宏 砺特钢", "某企业"),
        ("宏礪特鋼送检", "某企业送检"),
        ("启明机床已停产", "某企业已停产"),
        ("启明公司", "某企业"),
        ("在启明试过", "在某企业试过"),
        ("鞍钢已用", "某企业已用"),
        ("桑予宁负责测试", "某某负责测试"),
        ("桑 予 宁", "某某"),
        ("赵子衡电话约好", "某某电话约好"),
        ("打62345678", "打［编号］"),
        ("澜骁轴承", "［品牌］轴承"),
        ("东屏做过，浑科大也做过", "某高校做过，某高校也做过"),
        ("苇塘经济开发区与河汊", "某园区与某园区"),
        ("采购涂安产品", "采购某企业产品"),
    ],
)
def test_names_of_the_fields_are_removed_from_every_text(text: str, wanted: str) -> None:
    assert KNOWN.redact(text).text == wanted


@pytest.mark.parametrize(
    "text", ["启明星", "喷涂安装与喷涂安全", "张力控制", "医科大学", "机床集团"]
)
def test_ordinary_words_stay_though_someone_is_called_so(text: str) -> None:
    assert KNOWN.redact(text).text == text


@pytest.mark.parametrize("term", ["宏砺", "宏砺特钢", "桑予", "予宁", "东屏", "HONGLI@qq.com"])
def test_a_shared_term_that_identifies_is_none(term: str) -> None:
    assert KNOWN.term(term) is None


@pytest.mark.parametrize("term", ["特钢", "碳化物", "316L", "偏析", "张力"])
def test_a_shared_term_that_does_not_stays(term: str) -> None:
    assert KNOWN.term(term) == term


def test_a_word_that_others_use_is_no_name() -> None:
    users = [Need(id=f"U{i}", title="先锋工艺", organisation=f"柏屹{i}厂") for i in range(3)]
    owner = Need(id="O", title="先锋机床的先锋", organisation="先锋机床有限公司")
    assert Anonymiser([owner, *users]).redact("先锋机床与先锋").text == "某企业与先锋"
    assert Anonymiser([owner, *users[:1]]).redact("先锋机床与先锋").text == "某企业与某企业"


# --- redactions -----------------------------------------------------------------------------------


def test_what_was_removed_is_told_with_its_place_in_the_original() -> None:
    found = NOBODY.redact("由宏砺特钢有限公司的王教授，１３８１２３４５６７８")
    assert found.removed == (
        Removed("organisation", (1, 9), "宏砺特钢有限公司"),
        Removed("person", (10, 11), "王"),
        Removed("phone", (14, 25), "１３８１２３４５６７８"),
    )
    assert [found.text[a:b] for a, b in found.places] == ["某企业", "某某", "［电话］"]


def test_spans_move_with_the_text() -> None:
    text = "强度由宏砺特钢有限公司检测，拨13812345678，硬度合格"
    found = NOBODY.redact(text)
    for piece in ("强度", "检测", "硬度合格"):
        at = text.index(piece)
        moved = found.moved((at, at + len(piece)))
        assert moved is not None
        assert found.text[slice(*moved)] == piece
    at = text.index("宏砺")
    assert found.moved((at, at + 2)) is None
    assert found.moved((0, at + 1)) is None
    assert found.moved((at + 6, at + 10)) is None
    assert found.moved((0, at)) == (0, at)
    assert Redaction("钢").moved((0, 1)) == (0, 1)


def test_overlapping_pieces_become_one_of_the_kind_of_the_longest() -> None:
    found = redacted("甲乙丙丁戊己", [(3, 5, "person"), (0, 4, "organisation")], "zh")
    assert found.text == "某企业己"
    assert found.removed == (Removed("organisation", (0, 5), "甲乙丙丁戊"),)


def test_english_words_and_pseudonyms() -> None:
    english = Anonymiser(OWNERS, lang="en")
    assert english.redact("由宏砺特钢提供").text == "由[company]提供"
    assert english.record(OWNERS[0]).organisation == "Enterprise 001"
    assert english.record(OWNERS[5]).organisation == "Organisation 001, Organisation 002"


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ConfigError, match="unknown language 'fr'"):
        Anonymiser([], lang="fr")


# --- records --------------------------------------------------------------------------------------

FULL_NEED = Need(
    id="XQ-13812345678",
    title="宏砺轴承钢偏析",
    body="宏砺生产GCr15，断面320mm×425mm，联系人：张三。",
    keywords=("偏析", "宏砺特钢"),
    organisation="沈阳宏砺特钢有限公司",
    organisation_type="龙头企业",
    region="辽宁省沈阳市浑南区创新路1号",
    park="沈阳浑南高新区",
    source="浑南区科技局",
    budget="500万元",
    deadline=date(2026, 6, 30),
    goals="偏析指数≤1.08",
    extra={"完成时限": "12个月", "联系人": "张三", "备注": "尽快", "技术优势": "宏砺自研"},
    origin=Origin("宏砺/需求.xlsx", "张三", 3),
)


def test_a_need_keeps_what_is_technical_and_loses_who_it_is() -> None:
    need = Anonymiser([FULL_NEED]).record(FULL_NEED)
    assert need == Need(
        id="需求001",
        title="某企业轴承钢偏析",
        body="某企业生产GCr15，断面320mm×425mm，联系人：某某。",
        keywords=("偏析",),
        organisation="企业001",
        organisation_type="龙头企业",
        region="辽宁省沈阳市",
        park="沈阳",
        source="",
        budget="500万元",
        deadline=date(2026, 6, 30),
        goals="偏析指数≤1.08",
        extra={"完成时限": "12个月", "技术优势": "某企业自研"},
    )
    assert need.origin is None


def test_an_achievement_loses_its_team() -> None:
    record = Achievement(
        id="A001", title="成果", organisation="东屏医科大学", team="桑予宁",
        ip="ZL202010123456.7等3件",
        price="50万元", region="沈阳", source="生物医药专场", maturity="TRL 7",
    )  # fmt: skip
    assert Anonymiser([record]).record(record) == replace(
        record, organisation="单位001", team="", ip="［编号］等3件"
    )


def test_spellings_of_one_organisation_share_a_pseudonym() -> None:
    names = (
        "涂安新材料有限公司",
        "渤湾科技大学",
        "涂安新材料公司",
        "",
        "涂安 新材料（集团）有限公司",
    )
    records = [Need(id=str(i), title="t", organisation=name) for i, name in enumerate(names)]
    anonymiser = Anonymiser(records)
    assert [anonymiser.record(record).organisation for record in reversed(records)] == [
        "企业001", "", "企业001", "企业002", "企业001",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "record_id",
    [
        "N001",
        "A-12",
        "2024-001",
        "13a581e1-2d7e-4c8d-b350-13947694733c",
        "需求001",
        "need_7",
        "row 12",
    ],
)
def test_plain_ids_stay(record_id: str) -> None:
    assert KNOWN.identifier(record_id) == record_id


@pytest.mark.parametrize("record_id", ["宏砺-001", "13812345678", "zhangwei_3", "CN202010123456.7"])
def test_telling_ids_become_stable_pseudonyms(record_id: str) -> None:
    anonymiser = Anonymiser([*OWNERS, Need(id="需求001", title="t")])
    first = anonymiser.identifier(record_id)
    assert first == "需求002"
    assert anonymiser.identifier(record_id) == first
    assert anonymiser.identifier(record_id, side="Achievement") == "成果001"


def test_a_record_that_did_not_take_part_is_learned_first() -> None:
    record = Need(id="1", title="柏屹工艺", organisation="柏屹化工有限公司")
    assert NOBODY.redact(record.title).text == "柏屹工艺"
    assert Anonymiser([]).record(record).title == "某企业工艺"


@pytest.mark.parametrize(
    ("place", "wanted"),
    [
        ("辽宁省沈阳市浑南区创新路1号", "辽宁省沈阳市"),
        ("辽宁", "辽宁"),
        ("沈阳", "沈阳"),
        ("内蒙古自治区呼和浩特市", "内蒙古自治区呼和浩特市"),
        ("吉林省延边朝鲜族自治州敦化", "吉林省延边朝鲜族自治州"),
        ("北京市海淀区", "北京市"),
        ("浑南区", ""),
        ("苇塘经济开发区", ""),
        ("", ""),
    ],
)
def test_places_are_cut_to_the_city(place: str, wanted: str) -> None:
    assert city_of(place) == wanted


# --- folding --------------------------------------------------------------------------------------


def test_folding_keeps_the_length() -> None:
    text = r"宏礪１２３　ＡＢ＠—①㎡\n尾İ"
    folded = fold(text)
    assert len(folded) == len(text)
    assert folded.startswith("宏砺123 AB@-①㎡\n\n尾")
    assert len(squeeze(folded)[1]) == len(squeeze(folded)[0])


def test_squeezing_and_closing_know_where_characters_stood() -> None:
    assert squeeze("宏 砺（A）") == ("宏砺（a）", [0, 2, 3, 4, 5])
    assert closed("在宏 砺 特 钢建") == ("在宏砺特钢建", [0, 1, 3, 5, 7, 8])
    assert closed("无 空") == ("无 空", range(3))


@pytest.mark.parametrize(
    "piece",
    ["a", "1 ", "张教授", "有限公司", "厂", "·张", "路1号", "a.", "(", "、张伟", "Aa ", "镇村",
    "宏 ", "62 "],
)  # fmt: skip
def test_long_hostile_texts_come_through(piece: str) -> None:
    text = piece * (4000 // len(piece))
    found = KNOWN.redact(text)
    kept = len(found.text) - sum(b - a for a, b in found.places)
    assert kept == len(text) - sum(len(removed.text) for removed in found.removed)


def test_a_record_shown_can_be_written() -> None:
    plain = json.dumps(KNOWN.record(OWNERS[1]).to_dict(), ensure_ascii=False)
    assert "赵子衡" not in plain
    assert "启明" not in plain
