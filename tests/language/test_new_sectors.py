"""Sectors learned from a handful of texts: what they mean, and what is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from matchmaker.errors import ConfigError, ModelError
from matchmaker.language.classifier import (
    SectorClassifier,
    declared_examples,
    label_records,
)
from matchmaker.language.new_sectors import learn_sector
from matchmaker.language.sector_parameters import no_rows, sector_features
from matchmaker.language.sectors import OTHER, Sector, SectorRegistry
from matchmaker.records import Achievement, Need

MODELS = Path(__file__).parents[2] / "models" / "sectors"
FARMING = [
    "水稻机插秧育秧技术", "小麦高产栽培与病虫害防治", "奶牛饲养管理与疫病防控",
    "温室番茄水肥一体化", "苹果园灌溉施肥", "蛋鸡养殖环境控制", "玉米抗倒伏品种选育",
    "盐碱地改良与棉花种植", "食用菌栽培基质", "淡水鱼养殖水质调控",
]  # fmt: skip
SPACE = [
    "卫星姿态控制与轨道计算", "运载火箭发动机推力调节", "航天器热防护结构", "小卫星星座组网",
    "火箭回收着陆缓冲", "空间站机械臂舱外操作", "深空探测器自主导航",
]  # fmt: skip


@pytest.fixture(scope="module")
def shipped() -> SectorClassifier:
    registry = SectorRegistry.load(MODELS / "registry.json")
    return SectorClassifier.load(MODELS / "classifier.npz", registry)


@pytest.fixture(scope="module")
def registry(shipped: SectorClassifier) -> SectorRegistry:
    new = [Sector("现代农业", "Farming", aliases=("种业",)), Sector("航天", "Space")]
    return SectorRegistry([*shipped.registry.sectors, *new], version="own-1")


@pytest.fixture(scope="module")
def learned(shipped: SectorClassifier, registry: SectorRegistry) -> SectorClassifier:
    return shipped.with_examples(registry, {"现代农业": FARMING, "航天": SPACE})


@pytest.mark.parametrize(
    ("text", "sector"),
    [
        # Not one of them stands among the examples.
        ("大豆新品种的栽培技术", "现代农业"),
        ("生猪养殖场的饲养管理", "现代农业"),
        ("葡萄园病虫害防治", "现代农业"),
        ("卫星轨道机动与姿态控制算法", "航天"),
        ("液体火箭发动机的启动", "航天"),
        ("转炉炼钢过程中钢水氧含量偏高，轴承钢夹杂物超标", "冶金"),
        ("水性聚氨酯胶黏剂的合成", "精细化工"),
        ("抗肿瘤单克隆抗体药物的细胞培养与纯化工艺", "生物医药"),
        ("数控机床主轴热变形补偿", "智能制造"),
        ("企业数据库加密与网络安全防护软件开发", "信息技术"),
        ("高速公路隧道支护与边坡稳定的施工方法", OTHER),
    ],
)
def test_new_sectors_are_recognised_beside_the_old(
    learned: SectorClassifier, text: str, sector: str
) -> None:
    assert learned.predict([text])[0][0].name == sector


def test_before_the_examples_farming_was_none_of_the_sectors(shipped: SectorClassifier) -> None:
    (labels,) = shipped.predict(["大豆新品种的栽培技术"])
    assert [label.name for label in labels] == [OTHER]


def test_the_known_sectors_keep_their_probabilities(
    shipped: SectorClassifier, learned: SectorClassifier
) -> None:
    texts = [*FARMING, "转炉炼钢", "卫星通信芯片"]
    assert learned.parameters.sectors == (*shipped.parameters.sectors, "现代农业", "航天")
    np.testing.assert_array_equal(
        learned.probabilities(texts)[:, : len(shipped.parameters.sectors)],
        shipped.probabilities(texts),
    )


def test_learned_sectors_are_saved_and_loaded(
    tmp_path: Path, learned: SectorClassifier, registry: SectorRegistry
) -> None:
    learned.save(tmp_path / "own.npz")
    loaded = SectorClassifier.load(tmp_path / "own.npz", registry)
    texts = ["大豆新品种的栽培技术", "卫星轨道机动", "炼钢"]
    np.testing.assert_allclose(loaded.probabilities(texts), learned.probabilities(texts), atol=2e-3)


def test_examples_in_the_registry_teach_the_same(
    tmp_path: Path, shipped: SectorClassifier, learned: SectorClassifier
) -> None:
    data = json.loads((MODELS / "registry.json").read_text(encoding="utf-8"))
    data["sectors"] += [
        {"name": "现代农业", "examples": FARMING},
        {"name": "航天", "examples": SPACE},
    ]
    path = tmp_path / "registry.json"
    path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    found = shipped.adapted(SectorRegistry.load(path)).parameters
    np.testing.assert_array_equal(found.weights, learned.parameters.weights)
    np.testing.assert_array_equal(found.offsets, learned.parameters.offsets)


def test_spellings_and_copies_of_examples_do_not_matter(
    shipped: SectorClassifier, registry: SectorRegistry
) -> None:
    plain = shipped.with_examples(registry, {"现代农业": FARMING}).parameters
    texts = [" 水稻機插秧育秧技術 ", *FARMING[1:], FARMING[3], "，。"]
    spelt = shipped.with_examples(registry, {"种业": texts}).parameters
    np.testing.assert_array_equal(spelt.weights, plain.weights)


def test_one_new_sector_is_told_from_another(learned: SectorClassifier) -> None:
    farming, space = (learned.parameters.sectors.index(name) for name in ("现代农业", "航天"))
    on_farms = learned.probabilities(["玉米品种选育与栽培"])[0]
    in_space = learned.probabilities(["卫星组网与火箭发射"])[0]
    assert on_farms[farming] > 0.5 > on_farms[space]
    assert in_space[space] > 0.5 > in_space[farming]


@pytest.mark.parametrize(
    ("examples", "message"),
    [
        ({"现代农业": FARMING[:4]}, "'现代农业' brings 4 different examples .* at least 5"),
        ({"现代农业": [FARMING[0]] * 9}, "'现代农业' brings 1 different example"),
        ({"现代农业": ["", "。"] * 5}, "'现代农业' brings 0 different example"),
        ({"钢铁": FARMING}, "'冶金' brings examples, but the model predicts it already"),
        ({"文旅": FARMING}, "examples of '文旅', which the registry 'own-1' does not list"),
        ({"其他": FARMING}, "examples of '其他', which the registry"),
        ({"现代农业": FARMING[0]}, "expected a list of texts"),
    ],
)
def test_examples_that_cannot_teach_are_refused(
    shipped: SectorClassifier,
    registry: SectorRegistry,
    examples: dict[str, list[str]],
    message: str,
) -> None:
    with pytest.raises(ConfigError, match=message):
        shipped.with_examples(registry, examples)


def test_without_background_nothing_is_learned(
    shipped: SectorClassifier, registry: SectorRegistry
) -> None:
    bare = SectorClassifier(shipped.registry, replace(shipped.parameters, background=no_rows()))
    assert bare.adapted(registry).parameters.sectors == shipped.parameters.sectors
    with pytest.raises(ModelError, match="no background"):
        bare.with_examples(registry, {"现代农业": FARMING})


def test_labels_depend_on_the_examples_and_so_does_the_version(registry: SectorRegistry) -> None:
    one = registry.with_examples({"种业": FARMING})
    two = registry.with_examples({"现代农业": FARMING[:6]})
    again = registry.with_examples({"现代农业": FARMING[:6]})
    assert registry.with_examples({}) is registry
    assert len({registry.version, one.version, two.version}) == 3
    assert two.version == again.version
    assert one.version.startswith("own-1+")
    examples = {sector.name: sector.examples for sector in one.sectors if sector.examples}
    assert examples == {"现代农业": tuple(FARMING)}


def test_records_that_declare_their_sector_are_examples(
    shipped: SectorClassifier, registry: SectorRegistry
) -> None:
    records: list[Need | Achievement] = [
        Need(id=str(i), title=text, sectors=("种业",)) for i, text in enumerate(FARMING[:5])
    ]
    records.append(Achievement(id="a", title="稻", body="旱田", sectors=("现代农业", "航天")))
    found = declared_examples(records)
    assert found["现代农业"] == found["航天"] == ["稻 稻 旱田"]
    assert [text.split()[0] for text in found["种业"]] == FARMING[:5]
    del found["航天"]
    classifier = shipped.with_examples(registry, found)
    asked = [Need(id="n", title="大豆高产栽培与病虫害防治")]
    ((label, *_),) = label_records(asked, registry=registry, classifier=classifier)
    assert (label.name, label.origin) == ("现代农业", "predicted")
    with pytest.raises(ConfigError, match=r"example 'x' \(无领域\) declares no sector"):
        declared_examples([Need(id="x", title="无领域")])


def test_a_sector_is_told_from_the_background_by_its_words() -> None:
    inside = sector_features(["船舶推进", "船舶焊接", "船舶涂装", "船舶动力", "船舶导航"])
    background = sector_features([f"{a}{b}" for a in "法医农矿" for b in ("律条", "院方", "田间")])
    found = learn_sector(inside, others=no_rows(), background=background)
    scores = sector_features(["船舶设计", "法院判决"]) @ found.weights + found.intercept
    likely, unlikely = 1 / (1 + np.exp(-(found.slope * scores + found.offset)))
    assert likely > 0.5 > 0.2 > unlikely
