"""The sector classifier against scikit-learn and hand-made parameters."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.linear_model import LogisticRegression

from matchmaker.errors import ModelError
from matchmaker.language.classifier import (
    SectorClassifier,
    classification_text,
    label_records,
)
from matchmaker.language.sector_parameters import (
    FEATURE_COLUMNS,
    SectorParameters,
    sector_features,
)
from matchmaker.language.sectors import OTHER, Sector, SectorLabel, SectorRegistry
from matchmaker.records import Achievement, Need

MODELS = Path(__file__).parents[2] / "models" / "sectors"

REGISTRY = SectorRegistry(
    [
        Sector("海洋", "Marine", aliases=("船舶",), industry=("C373",)),
        Sector("农业", "Farming", aliases=("种业",), industry=("A01",), ipc=("A01",)),
        Sector("旅游", "Tourism", aliases=("文旅",)),
    ],
    version="t-1",
)


def parameters(**changes: object) -> SectorParameters:
    """Two sectors, in another order than the registry, told apart by one word each."""
    # The word alone scores 4, the two words together 4 / sqrt(2) each.
    weights = 4 * sector_features(["水稻", "船舶"]).toarray().T
    values: dict[str, object] = {
        "sectors": ("农业", "海洋"),
        "weights": weights,
        "intercepts": np.array([-2, -2], dtype=np.float32),
        "slopes": np.array([1, 1], dtype=np.float32),
        "offsets": np.array([0, 0], dtype=np.float32),
        "thresholds": np.array([0.5, 0.5], dtype=np.float32),
    }
    return SectorParameters(**(values | changes))


def sigmoid(value: float) -> float:
    return 1 / (1 + math.exp(-value))


def test_features_by_hand() -> None:
    rows = sector_features(["钢钢钢", "", "，。", "钢"])
    # 钢 stands three times, the pair 钢钢 twice, the triple once; lengths of rows are 1.
    single, pair, triple = 1 + math.log(3), 1 + math.log(2), 1.0
    length = math.hypot(single, pair, triple)
    assert rows.shape == (4, FEATURE_COLUMNS)
    expected = [triple / length, pair / length, single / length, 1.0]
    assert sorted(rows.data.tolist()) == pytest.approx(expected)
    assert np.diff(rows.indptr).tolist() == [3, 0, 0, 1]


def test_only_the_start_of_a_long_text_counts() -> None:
    start = "炼钢工艺" * 500
    rows = sector_features([start, start + "水稻"])
    assert (rows[[0]] != rows[[1]]).nnz == 0


def test_no_texts() -> None:
    classifier = SectorClassifier(REGISTRY, parameters())
    assert sector_features([]).shape == (0, FEATURE_COLUMNS)
    assert classifier.predict([]) == []
    assert classifier.probabilities([]).shape == (0, 2)


def test_probabilities_by_hand() -> None:
    changes = {"slopes": np.array([0.5, 2], np.float32), "offsets": np.array([1, -1], np.float32)}
    classifier = SectorClassifier(REGISTRY, parameters(**changes))
    found = classifier.probabilities(["水稻", "船舶", "甲乙"])
    # Log-odds 4 - 2 where the n-gram is the only one, else -2, then slope and offset.
    expected = [
        [sigmoid(0.5 * 2 + 1), sigmoid(2 * -2 - 1)],
        [sigmoid(0.5 * -2 + 1), sigmoid(2 * 2 - 1)],
        [sigmoid(0.5 * -2 + 1), sigmoid(2 * -2 - 1)],
    ]
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_the_surest_label_stands_first_then_registry_order() -> None:
    classifier = SectorClassifier(REGISTRY, parameters())
    both, marine = classifier.predict(["船舶。水稻", "船舶。船舶。水稻"])
    # Equal: in the order of the registry, though the parameters have the other one.
    assert [label.name for label in both] == ["海洋", "农业"]
    assert both[0].confidence == both[1].confidence
    assert both[0].confidence == pytest.approx(sigmoid(4 / math.sqrt(2) - 2))
    assert [label.name for label in marine] == ["海洋", "农业"]
    assert marine[0].confidence > marine[1].confidence
    farming = classifier.predict(["船舶。水稻。水稻"])[0]
    assert [label.name for label in farming] == ["农业", "海洋"]
    assert all(label.origin == "predicted" for label in farming)


def test_where_no_threshold_is_reached_it_is_other() -> None:
    thresholds = np.array([0.9, 0.1], dtype=np.float32)
    classifier = SectorClassifier(REGISTRY, parameters(thresholds=thresholds))
    rice, ship = classifier.predict(["水稻", "船舶"])
    # 水稻 is 0.88 sure, below its 0.9, and 海洋 with sigmoid(-2) = 0.12 reaches 0.1.
    assert [label.name for label in rice] == ["海洋"]
    assert [label.name for label in ship] == ["海洋"]
    strict = SectorClassifier(REGISTRY, parameters(thresholds=np.array([0.9, 0.9], np.float32)))
    ((label,),) = strict.predict(["水稻"])
    assert (label.name, label.origin) == (OTHER, "predicted")
    assert label.confidence == pytest.approx(1 - sigmoid(2), abs=1e-6)


@pytest.mark.parametrize("text", ["", " ", "，。！"])
def test_a_text_that_says_nothing_is_other_without_confidence(text: str) -> None:
    classifier = SectorClassifier(REGISTRY, parameters())
    assert classifier.predict([text]) == [(SectorLabel(OTHER, 0.0, "predicted"),)]
    assert classifier.probabilities([text]).tolist() == [[0.0, 0.0]]


def test_batches_do_not_change_a_text() -> None:
    classifier = SectorClassifier(REGISTRY, parameters())
    texts = [f"水稻{i}号。船舶" for i in range(2001)]
    whole = classifier.probabilities(texts)
    alone = np.vstack([classifier.probabilities([text]) for text in texts[-2:]])
    np.testing.assert_allclose(whole[-2:], alone, rtol=1e-6)


def test_probabilities_are_those_of_scikit_learn(tmp_path: Path) -> None:
    texts = [
        "水稻种植技术", "玉米育种方法", "小麦病害防治", "大豆栽培", "果园灌溉设备", "奶牛饲养管理",
        "船舶推进装置", "海洋平台焊接", "港口起重设备", "潜水器密封", "船用柴油机", "海水养殖网箱",
    ]  # fmt: skip
    farming = np.array([1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 1], dtype=bool)
    marine = np.array([0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1], dtype=bool)
    rows = sp.csr_matrix(sector_features(texts))
    models = [LogisticRegression(C=50).fit(rows, truth) for truth in (farming, marine)]
    fitted = parameters(
        weights=np.array([m.coef_[0] for m in models]).T.astype(np.float32),
        intercepts=np.array([m.intercept_[0] for m in models], dtype=np.float32),
    )
    SectorClassifier(REGISTRY, fitted).save(tmp_path / "sectors.npz")
    # Through the file, with its 16-bit weights.
    classifier = SectorClassifier.load(tmp_path / "sectors.npz", REGISTRY)
    unseen = [*texts, "海洋牧场的饲养设备", "水稻与船舶"]
    unseen_rows = sp.csr_matrix(sector_features(unseen))
    expected = np.column_stack([m.predict_proba(unseen_rows)[:, 1] for m in models])
    np.testing.assert_allclose(classifier.probabilities(unseen), expected, atol=1e-3)
    assert [labels[0].name for labels in classifier.predict(texts[:11])] == ["农业"] * 6 + [
        "海洋"
    ] * 5


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    path = tmp_path / "sectors.npz"
    path.write_bytes(b"old")
    saved = parameters(
        weights=parameters().weights.astype(np.float16).astype(np.float32),
        offsets=np.array([0.25, -0.5], dtype=np.float32),
        background=sector_features(["水稻", "种子"]),
    )
    saved.background.data = saved.background.data.astype(np.float16).astype(np.float32)
    SectorClassifier(REGISTRY, saved).save(path)
    loaded = SectorClassifier.load(str(path), REGISTRY).parameters
    assert (loaded.background != saved.background).nnz == 0
    assert loaded.background.shape == (2, FEATURE_COLUMNS)
    assert loaded.background.dtype == np.float32
    assert loaded.sectors == saved.sectors
    for name in ("weights", "intercepts", "slopes", "offsets", "thresholds"):
        np.testing.assert_array_equal(getattr(loaded, name), getattr(saved, name))
        assert getattr(loaded, name).dtype == np.float32
    assert [p.name for p in tmp_path.iterdir()] == ["sectors.npz"]
    with np.load(path, allow_pickle=False) as arrays:
        assert arrays["weights"].dtype == np.float16
    first = path.read_bytes()
    SectorClassifier(REGISTRY, saved).save(path)
    assert path.read_bytes() == first


def test_an_interrupted_save_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "sectors.npz"
    path.write_bytes(b"old")

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(np, "savez_compressed", interrupted)
    with pytest.raises(KeyboardInterrupt):
        SectorClassifier(REGISTRY, parameters()).save(path)
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["sectors.npz"]


def test_sectors_that_the_registry_lacks_are_named() -> None:
    registry = SectorRegistry([Sector("农业", "Farming"), Sector("航天", "Space")], version="x-9")
    with pytest.raises(ModelError, match=r"predicts 海洋, which the registry 'x-9' .* 农业、航天"):
        SectorClassifier(registry, parameters())


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"weights": np.zeros((8, 2), np.float32)}, r"weights has shape \(8, 2\)"),
        ({"intercepts": np.zeros(3, np.float32)}, r"intercepts has shape \(3,\)"),
        ({"thresholds": np.array([0.5, np.nan], np.float32)}, "thresholds holds a value"),
        ({"slopes": np.array([np.inf, 1], np.float32)}, "slopes holds a value"),
        ({"background": sp.csr_array(np.ones((2, 3), np.float32))}, "background has 3 columns"),
        (
            {"background": np.float32(np.nan) * sector_features(["水稻"])},
            "background holds a value",
        ),
    ],
)
def test_wrong_arrays_are_refused(changes: dict[str, object], message: str) -> None:
    with pytest.raises(ModelError, match=message):
        SectorClassifier(REGISTRY, parameters(**changes))


def test_wrong_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "sectors.npz"
    with pytest.raises(ModelError, match="cannot be read as a sector classifier"):
        SectorClassifier.load(path, REGISTRY)
    path.write_bytes(b"not an archive")
    with pytest.raises(ModelError, match="cannot be read as a sector classifier"):
        SectorClassifier.load(path, REGISTRY)
    path.write_bytes(b"")
    with pytest.raises(ModelError, match="cannot be read as a sector classifier"):
        SectorClassifier.load(path, REGISTRY)
    np.savez(path, format=np.int64(2))
    with pytest.raises(ModelError, match="cannot be read as a sector classifier"):
        SectorClassifier.load(path, REGISTRY)
    np.savez(path, format=np.int64(7))
    with pytest.raises(ModelError, match="format 7 is not 2"):
        SectorClassifier.load(path, REGISTRY)
    # A background whose rows end beyond its values.
    SectorClassifier(REGISTRY, parameters(background=sector_features(["水稻"]))).save(path)
    with np.load(path) as arrays:
        kept = dict(arrays)
    np.savez(path, **{**kept, "background_ends": np.array([0, 9])})
    with pytest.raises(ModelError, match="cannot be read as a sector classifier"):
        SectorClassifier.load(path, REGISTRY)
    # Truncated in the middle.
    SectorClassifier(REGISTRY, parameters()).save(path)
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(ModelError, match="cannot be read as a sector classifier"):
        SectorClassifier.load(path, REGISTRY)
    # A bare array is no archive.
    with path.open("wb") as file:
        np.save(file, np.zeros(3))
    with pytest.raises(ModelError, match="cannot be read as a sector classifier"):
        SectorClassifier.load(path, REGISTRY)


def test_a_file_with_objects_is_not_executed(tmp_path: Path) -> None:
    path = tmp_path / "sectors.npz"
    np.savez(path, format=np.int64(2), sectors=np.array(["农业", None], dtype=object))
    with pytest.raises(ModelError, match="allow_pickle"):
        SectorClassifier.load(path, REGISTRY)


def need(**fields: object) -> Need:
    return Need(id="n", **({"title": "水稻"} | fields))


@pytest.mark.parametrize(
    ("fields", "labels"),
    [
        ({"sectors": ("文旅",)}, [("旅游", "declared")]),
        ({"sectors": ("文旅",), "codes": ("A01G",)}, [("旅游", "declared")]),
        ({"sectors": ("文旅",), "industry": "船舶"}, [("旅游", "declared")]),
        ({"sectors": ("其他",)}, [(OTHER, "declared")]),
        ({"sectors": ("航天",), "codes": ("C3731",)}, [("海洋", "code")]),
        ({"codes": ("C3731",), "industry": "文旅"}, [("海洋", "code")]),
        ({"industry": "船舶行业"}, [("海洋", "declared")]),
        ({"industry": "航天、船舶"}, [("海洋", "declared")]),
        ({"industry": "C3731"}, [("海洋", "code")]),
        ({"industry": "C3731 金属船舶制造"}, [("海洋", "code")]),
        ({"industry": "金属船舶制造（C3731）"}, [("海洋", "code")]),
        ({"industry": "其他"}, [("农业", "predicted")]),
        ({"industry": "航天"}, [("农业", "predicted")]),
        ({"sectors": ("航天",), "codes": ("Z99",)}, [("农业", "predicted")]),
        ({}, [("农业", "predicted")]),
    ],
)
def test_records_are_labelled_by_what_they_bring_first(
    fields: dict[str, object], labels: list[tuple[str, str]]
) -> None:
    classifier = SectorClassifier(REGISTRY, parameters())
    (found,) = label_records([need(**fields)], registry=REGISTRY, classifier=classifier)
    assert [(label.name, label.origin) for label in found] == labels
    if labels[0][1] != "predicted":
        assert [label.confidence for label in found] == [1.0]


def test_a_sector_the_classifier_does_not_know_comes_by_declaration_only() -> None:
    classifier = SectorClassifier(REGISTRY, parameters())
    records = [need(title="乡村旅游路线设计"), need(sectors=("旅游",)), need(title="船舶")]
    found = label_records(records, registry=REGISTRY, classifier=classifier)
    assert [labels[0].name for labels in found] == [OTHER, "旅游", "海洋"]


def test_no_records() -> None:
    classifier = SectorClassifier(REGISTRY, parameters())
    assert label_records([], registry=REGISTRY, classifier=classifier) == []


def test_the_title_counts_twice() -> None:
    assert classification_text(Need(id="n", title="稻", body="旱田")) == "稻 稻 旱田"
    found = Achievement(id="a", title="", body="旱田育秧。无", indicators="成活率≥95％")
    assert classification_text(found) == "旱田育秧 旱田育秧。无 成活率≥95%"


@pytest.fixture(scope="module")
def shipped() -> SectorClassifier:
    registry = SectorRegistry.load(MODELS / "registry.json")
    return SectorClassifier.load(MODELS / "classifier.npz", registry)


def test_the_shipped_classifier_is_small(shipped: SectorClassifier) -> None:
    assert (MODELS / "classifier.npz").stat().st_size <= 3_000_000
    assert shipped.parameters.sectors == shipped.registry.names


CLEAR = [
    ("转炉炼钢过程中钢水氧含量偏高，轴承钢夹杂物超标，希望改进精炼渣系", "冶金"),
    ("铜电解精炼阳极泥中回收金银的湿法冶金工艺", "冶金"),
    ("连铸板坯表面纵裂纹多，寻求结晶器保护渣和二冷制度优化", "冶金"),
    ("面向政务服务的大数据平台，需要知识图谱和自然语言处理算法", "信息技术"),
    ("5G基站用射频芯片的设计与封装测试", "信息技术"),
    ("企业数据库加密与网络安全防护软件开发", "信息技术"),
    ("数控机床主轴热变形补偿及五轴联动加工精度提升", "智能制造"),
    ("工业机器人自动装配线的改造，提高上下料节拍", "智能制造"),
    ("大型离心泵叶轮振动与密封结构的改进设计", "智能制造"),
    ("抗肿瘤单克隆抗体药物的细胞培养与纯化工艺", "生物医药"),
    ("中药口服液的质量标准与仿制药一致性评价研究", "生物医药"),
    ("血糖检测试剂盒和体外诊断仪器的临床试验", "生物医药"),
    ("水性聚氨酯胶黏剂的合成，要求降低挥发性有机物", "精细化工"),
    ("加氢催化剂的制备及有机中间体合成收率提高", "精细化工"),
    ("环氧树脂防腐涂料中阻燃剂和固化剂的开发", "精细化工"),
    ("小麦新品种的选育和高产栽培", OTHER),
    ("高速公路隧道支护与边坡稳定的施工方法", OTHER),
    ("乡村旅游景区的品牌策划和市场营销", OTHER),
    ("整车底盘悬架系统与传动轴的可靠性设计", "智能制造"),
]


@pytest.mark.parametrize(("text", "sector"), CLEAR)
def test_the_shipped_classifier_knows_clear_cases(
    shipped: SectorClassifier, text: str, sector: str
) -> None:
    (labels,) = shipped.predict([text])
    assert labels[0].name == sector


def test_loading_needs_no_training_library() -> None:
    import subprocess
    import sys

    program = (
        "import sys; from matchmaker.language.classifier import SectorClassifier;"
        "sys.exit('sklearn' in sys.modules or 'torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
