"""Fitting the sector classifier at toy size, and the rules that turn classes into sectors."""

from __future__ import annotations

import csv
import json
import lzma
import runpy
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
from click.testing import CliRunner
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, precision_recall_fscore_support

from matchmaker.errors import ConfigError, RecordError
from matchmaker.language.classifier import SectorClassifier
from matchmaker.language.sector_parameters import sector_features
from matchmaker.language.sectors import Sector, SectorRegistry
from matchmaker.training.sector_examples import Example, LabelRules, read_examples
from matchmaker.training.sectors import (
    NEED_SHIFT,
    THRESHOLD,
    SectorFigures,
    SectorReport,
    best_cut,
    fit_sectors,
    fold_of,
    main,
    platt,
)

SHIPPED = Path(__file__).parents[2] / "models" / "sectors"

REGISTRY = SectorRegistry(
    [
        Sector("海洋", "Marine", industry=("C373",), ipc=("B63",), discipline=("170",)),
        Sector("农业", "Farming", industry=("A01",), ipc=("A01",), discipline=("210", "230")),
        Sector("旅游", "Tourism"),
    ],
    version="t-1",
)
RULES: dict[str, Any] = {
    "format": 1,
    "disciplines": {"作物学": ["210"], "水产": ["?170", "230"], "船舶": ["170"], "哲学": []},
    "clc": {"S": ["210"], "S9": ["?210", "?170"], "U66": ["170"], "B": []},
    "ipc": {"A01M": ["?210", "170"], "B63C": []},
    "unsure_ipc": ["E02"],
    "class_wordings": {"C3731": ["船坞"], "": ["书法"]},
    "sector_wordings": [{"sectors": ["农业"], "unsure": ["海洋"], "texts": ["种子", "網箱"]}],
}


@pytest.fixture
def rules(tmp_path: Path) -> LabelRules:
    path = tmp_path / "labels.json"
    path.write_text(json.dumps(RULES, ensure_ascii=False), encoding="utf-8")
    return LabelRules.load(path)


def labels(sectors: str = "", unsure: str = "") -> tuple[frozenset[str], frozenset[str]]:
    return frozenset(sectors.split()), frozenset(unsure.split())


def test_disciplines(rules: LabelRules) -> None:
    assert rules.of_discipline("作物学", REGISTRY) == labels("农业")
    assert rules.of_discipline("水产", REGISTRY) == labels("农业", "海洋")
    assert rules.of_discipline("哲学", REGISTRY) == labels()
    assert rules.of_discipline("法学", REGISTRY) is None


@pytest.mark.parametrize(
    ("classes", "expected"),
    [
        (["S816.7"], labels("农业")),
        # The longest prefix counts, and certainty from one class outweighs doubt from another.
        (["S963"], labels("", "农业 海洋")),
        (["S963", "S5"], labels("农业", "海洋")),
        (["U661", "S"], labels("海洋 农业")),
        (["B849"], labels()),
        (["B849", "U66"], labels("海洋")),
        (["U", "X5"], None),
        (["U", "X5", "S1"], labels("农业")),
        ([], None),
        ([""], None),
    ],
)
def test_library_classes(rules: LabelRules, classes: list[str], expected: object) -> None:
    assert rules.of_clc(classes, REGISTRY) == expected


@pytest.mark.parametrize(
    ("subclasses", "expected"),
    [
        (["A01G"], labels("农业")),
        (["A01G", "B63B"], labels("农业 海洋")),
        # Fewer than half of the subclasses leave a sector unsure.
        (["A01G", "B63B", "G06F"], labels("", "农业 海洋")),
        (["A01G", "A01B", "B63B", "G06F"], labels("农业", "海洋")),
        (["G06F"], labels()),
        (["E02D"], labels("", "海洋 农业 旅游")),
        (["E02D", "A01G"], labels("农业", "海洋 旅游")),
        # The rules' own prefixes go before the registry's.
        (["A01M"], labels("海洋", "农业")),
        (["A01M", "A01G"], labels("海洋 农业")),
        (["B63C"], labels()),
        (["B63C", "B63B"], labels("海洋")),
        ([], labels()),
    ],
)
def test_patent_classes(rules: LabelRules, subclasses: list[str], expected: object) -> None:
    assert rules.of_ipc(subclasses, REGISTRY) == expected


def test_wordings(rules: LabelRules) -> None:
    found = [(e.text, e.sectors, e.unsure, e.source) for e in rules.wordings(REGISTRY)]
    assert found == [
        ("船坞", *labels("海洋"), "wordings"),
        ("书法", *labels(), "wordings"),
        ("种子", *labels("农业", "海洋"), "wordings"),
        ("网箱", *labels("农业", "海洋"), "wordings"),
    ]


@pytest.mark.parametrize(
    "text", ["", "[]", json.dumps({k: v for k, v in RULES.items() if k != "ipc"})]
)
def test_wrong_rules_are_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "labels.json"
    with pytest.raises(ConfigError, match="not a file of label rules"):
        LabelRules.load(path)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match="not a file of label rules"):
        LabelRules.load(path)


def test_the_shipped_rules_name_sectors_and_codes_that_exist() -> None:
    registry = SectorRegistry.load(SHIPPED / "registry.json")
    shipped = LabelRules.load(SHIPPED / "labels.json")
    assert len(shipped.disciplines) == 67
    tables = (shipped.disciplines, shipped.clc, shipped.ipc)
    for codes in (codes for table in tables for codes in table.values()):
        assert all(registry.by_code(code.lstrip("?")) for code in codes)
    for example in shipped.wordings(registry):
        assert example.text
        assert example.sectors | example.unsure <= set(registry.names)
        assert not example.sectors & example.unsure
    with_sector = {name for e in shipped.wordings(registry) for name in e.sectors}
    assert with_sector == set(registry.names)


def write_data(folder: Path) -> Path:
    text = folder / "text"
    text.mkdir(parents=True)
    csl = [
        {"text": "水稻的種植", "title": "水稻", "discipline": "作物学"},
        {"text": "论人", "discipline": "哲学"},
        {"text": "论法", "discipline": "法学"},
        {"text": "没有学科"},
    ]
    chinaxiv = [
        {"id": "1", "title": "船舶", "abstract": "", "clc": ["U66"]},
        {"id": "2", "title": "玉米", "abstract": "玉米育种", "clc": ["S5"]},
        {"id": "3", "title": "", "abstract": "", "clc": ["S5"]},
        {"id": "4", "title": "无类", "abstract": "无类", "clc": None},
        {"id": "5", "title": "无类", "abstract": "无类"},
    ]
    for name, rows in (("csl", csl), ("chinaxiv", chinaxiv)):
        with lzma.open(text / f"{name}.jsonl.xz", "wt", encoding="utf-8") as file:
            file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    with (text / "patent_titles_ipc.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["publication", "title", "ipc_subclasses"])
        writer.writerow(["CN1", "一种播种机", "A01C|E02F"])
    return folder


def test_examples_are_read(tmp_path: Path, rules: LabelRules) -> None:
    examples = read_examples(write_data(tmp_path / "data"), rules, REGISTRY)
    rows = [(e.source, e.text, "".join(e.sectors), e.group, e.weight, e.whole) for e in examples]
    assert rows[:-4] == [
        ("csl", "水稻", "农业", "水稻", 1.0, False),
        ("csl", "水稻的种植", "农业", "水稻", 0.5, False),
        ("csl", "水稻 水稻 水稻的种植", "农业", "水稻", 0.5, True),
        ("csl", "论人", "", "论人", 0.5, True),
        ("chinaxiv", "船舶", "海洋", "船舶", 1.0, True),
        ("chinaxiv", "玉米", "农业", "玉米", 1.0, False),
        ("chinaxiv", "玉米育种", "农业", "玉米", 0.5, False),
        ("chinaxiv", "玉米 玉米 玉米育种", "农业", "玉米", 0.5, True),
        ("patents", "一种播种机", "农业", "一种播种机", 1.0, True),
    ]
    assert examples[-5].unsure == {"海洋", "旅游"}
    fields = list(dict.fromkeys(e.field for e in examples))
    assert fields == [
        *("csl:作物学", "csl:哲学", "chinaxiv:U6", "chinaxiv:S5", "patents:A01"),
        *("wordings:C3731", "wordings:", "wordings:0"),
    ]
    assert examples[-4:] == list(rules.wordings(REGISTRY))


@pytest.mark.parametrize("name", ["csl.jsonl.xz", "chinaxiv.jsonl.xz", "patent_titles_ipc.csv"])
def test_a_missing_or_damaged_file_is_named(tmp_path: Path, rules: LabelRules, name: str) -> None:
    path = write_data(tmp_path / "data") / "text" / name
    path.write_bytes(b"\xff\xfe,\n1,2\n")
    with pytest.raises(RecordError, match=f"{name} cannot be read"):
        read_examples(tmp_path / "data", rules, REGISTRY)
    path.unlink()
    with pytest.raises(RecordError, match=f"{name} cannot be read"):
        read_examples(tmp_path / "data", rules, REGISTRY)


CROPS = ["水稻", "小麦", "玉米", "大豆", "花生", "棉花"]
SHIPS = ["船舶", "货轮", "潜艇", "渡轮", "油轮", "拖船"]
ACTS = ["育种", "病害", "灌溉", "收割"]
WORKS = ["推进", "焊接", "锚泊", "涂装"]


def toy_examples() -> list[Example]:
    farming = [(c + a, "农业") for c in CROPS for a in ACTS]
    marine = [(c + a, "海洋") for c in SHIPS for a in WORKS]
    neither = [(c + a, "") for c in ["诗歌", "法律", "音乐", "哲学"] for a in ["研究", "教学"]]
    both = [("海水稻种植船舶", "农业 海洋")]
    return [
        Example(text=t, sectors=frozenset(s.split()), group=t, source="csl")
        for t, s in [*farming, *marine, *neither, *both]
    ]


def test_the_fit_is_that_of_scikit_learn() -> None:
    examples = toy_examples()
    examples[0] = replace(examples[0], unsure=frozenset({"海洋"}), weight=3.0)
    found, _ = fit_sectors(examples, registry=REGISTRY)
    assert found.sectors == ("海洋", "农业")
    known = examples[1:]
    model = LogisticRegression(
        C=16.0, class_weight="balanced", solver="liblinear", max_iter=200, random_state=0
    )
    rows = sp.csr_matrix(sector_features([e.text for e in known]))
    model.fit(rows, ["海洋" in e.sectors for e in known])
    np.testing.assert_allclose(found.weights[:, 0], model.coef_[0], atol=1e-6)
    assert found.intercepts[0] == pytest.approx(model.intercept_[0], abs=1e-6)
    np.testing.assert_array_equal(found.thresholds, np.float32([THRESHOLD] * 2))


def test_calibration_and_figures_stand_on_scores_of_the_fold_left_out() -> None:
    examples = toy_examples()
    examples.append(
        Example(text="船坞", sectors=frozenset({"海洋"}), group="船坞", source="wordings")
    )
    found, report = fit_sectors(examples, registry=REGISTRY)
    rows = sp.csr_matrix(sector_features([e.text for e in examples]))
    truth = np.array(["海洋" in e.sectors for e in examples])
    folds = np.array([fold_of(e) for e in examples])
    scores = np.zeros(len(examples))
    for fold in range(5):
        model = LogisticRegression(
            C=16.0, class_weight="balanced", solver="liblinear", max_iter=200, random_state=0
        ).fit(rows[folds != fold], truth[folds != fold])
        scores[folds == fold] = model.decision_function(rows[folds == fold])
    # The wording trains but is not measured on.
    slope, offset = platt(scores[:-1], truth[:-1])
    assert found.slopes[0] == pytest.approx(slope, rel=1e-5)
    assert found.offsets[0] == pytest.approx(offset + NEED_SHIFT, rel=1e-5)
    # The cut of each fold is the best of the others.
    scores, truth, folds = scores[:-1], truth[:-1], folds[:-1]
    given = np.zeros(len(scores), dtype=bool)
    for fold in range(5):
        others = folds != fold
        given[~others] = scores[~others] >= best_cut(scores[others], truth[others])
    expected = precision_recall_fscore_support(truth, given, average="binary")
    marine = report.figures[0]
    assert (marine.name, marine.texts) == ("海洋", 25)
    assert (marine.precision, marine.recall, marine.f1) == pytest.approx(expected[:3])
    assert report.macro_f1 == pytest.approx((marine.f1 + report.figures[1].f1) / 2)
    (by_source,) = report.by_source.items()
    assert by_source == ("csl", report.figures)
    assert report.texts == len(examples) - 1
    assert report.without_sector == pytest.approx(8 / (len(examples) - 1))
    assert 0 < report.abstained < 0.5


def test_the_fit_does_not_depend_on_the_run() -> None:
    one, report_one = fit_sectors(toy_examples(), registry=REGISTRY, seed=4)
    two, report_two = fit_sectors(toy_examples(), registry=REGISTRY, seed=4)
    np.testing.assert_array_equal(one.weights, two.weights)
    assert report_one == report_two


def test_the_best_cut_is_that_of_all_cuts() -> None:
    rng = np.random.default_rng(3)
    for _ in range(50):
        scores = rng.integers(0, 8, size=12).astype(float)
        truth = rng.random(12) < 0.2 + 0.08 * scores
        truth[0] = True
        best = max(f1_score(truth, scores >= cut) for cut in np.arange(-0.5, 8))
        cut = best_cut(scores, truth)
        assert f1_score(truth, scores >= cut) == pytest.approx(best)
        assert cut not in scores or cut == scores.min()


def test_without_members_no_score_is_high_enough() -> None:
    assert best_cut(np.array([1.0, 2.0]), np.array([False, False])) == np.inf


def test_abstention_is_reported_by_sector() -> None:
    # Half of the ships read like law, so no sector is given to them.
    examples = [
        Example(text=t, sectors=frozenset(s.split()), group=f"{t}{i}", source="csl")
        for i in range(20)
        for t, s in [("船舶设计", "海洋"), ("法律条文", "海洋"), ("水稻育种", "农业")]
    ]
    examples += [
        Example(text="法律条文", sectors=frozenset(), group=f"law{i}", source="csl")
        for i in range(400)
    ]
    _, report = fit_sectors(examples, registry=REGISTRY)
    marine, farming = report.figures
    assert (marine.recall, marine.abstained) == (0.5, 0.5)
    assert (farming.recall, farming.abstained) == (1.0, 0.0)
    assert report.abstained == pytest.approx(420 / 460)


def test_the_background_holds_means_of_classes() -> None:
    many = [
        Example(text=text, sectors=frozenset({"农业"}), group=f"{i}", source="csl", field="csl:a")
        for i, text in enumerate(["水稻", "玉米"] * 15)
    ]
    few = [
        Example(text="法律", sectors=frozenset(), group=f"{i}", source="csl", field="csl:b")
        for i in range(29)
    ]
    wording = Example(text="船坞", sectors=frozenset({"海洋"}), group="w", field="wordings:C3731")
    found, _ = fit_sectors([*many, *few, wording], registry=REGISTRY)
    # Papers of a class of fewer than 30 texts are left out, wordings never are.
    mean = sector_features(["水稻", "玉米"]).toarray().mean(axis=0)
    expected = [mean / np.linalg.norm(mean), sector_features(["船坞"]).toarray()[0]]
    np.testing.assert_allclose(found.background.toarray(), expected, atol=1e-6)


def test_a_mean_keeps_its_greatest_features_only() -> None:
    # 800 different characters give 2,397 features; the first 340 of them stand twice.
    text = "".join(chr(0x4E00 + i) for i in range(800))
    examples = [Example(text=text + "。" + text[:340], sectors=frozenset({"农业"}), group="w")]
    examples.append(Example(text="船", sectors=frozenset(), group="x", field="wordings:x"))
    found, _ = fit_sectors(examples, registry=REGISTRY)
    kept = found.background[[0]]
    assert kept.nnz == 1024
    doubled = set(sector_features([text[:340]]).indices.tolist())
    assert doubled <= set(kept.indices.tolist())


def test_texts_of_one_record_stand_in_one_fold() -> None:
    title = Example(text="水稻", sectors=frozenset(), group="g")
    assert fold_of(title) == fold_of(replace(title, text="小麦", source="csl"))
    counts = np.bincount([fold_of(replace(title, group=str(i))) for i in range(1000)], minlength=5)
    # Binomial with mean 200 and standard deviation 12.6.
    assert counts.sum() == 1000
    assert abs(counts - 200).max() < 60


def test_a_sector_with_one_example_is_fitted() -> None:
    # In the fold that holds it no model can be fitted: its log-odds are 0 there.
    examples = [e for e in toy_examples() if "海洋" not in e.sectors]
    examples.append(Example(text="船舶", sectors=frozenset({"海洋"}), group="船舶", source="csl"))
    found, report = fit_sectors(examples, registry=REGISTRY)
    assert found.sectors == ("海洋", "农业")
    assert report.figures[0].texts == 1


def test_nothing_to_measure() -> None:
    examples = [replace(e, source="wordings") for e in toy_examples()]
    found, report = fit_sectors(examples, registry=REGISTRY)
    # Without a measured text the calibration is the identity, shifted.
    np.testing.assert_allclose(found.slopes, 1)
    np.testing.assert_allclose(found.offsets, NEED_SHIFT, rtol=1e-6)
    empty = tuple(SectorFigures(name, 0, 0.0, 0.0, 0.0, 0.0) for name in ("海洋", "农业"))
    assert report == SectorReport(empty, 0, 0.0, 0.0, {})


def test_examples_that_cannot_be_fitted_are_refused() -> None:
    with pytest.raises(ConfigError, match="no example belongs to any of the sectors"):
        fit_sectors([Example(text="水稻", sectors=frozenset())], registry=REGISTRY)
    with pytest.raises(ConfigError, match="every example belongs to '农业'"):
        fit_sectors([Example(text="水稻", sectors=frozenset({"农业"}))], registry=REGISTRY)


def test_platt_has_the_greatest_likelihood() -> None:
    rng = np.random.default_rng(0)
    scores = rng.normal(size=4000)
    truth = rng.random(4000) < 1 / (1 + np.exp(-(2 * scores - 1)))
    slope, offset = platt(scores, truth)

    def gradient(slope: float, offset: float) -> tuple[float, float]:
        error = 1 / (1 + np.exp(-(slope * scores + offset))) - truth
        return float((error * scores).mean()), float(error.mean())

    assert gradient(slope, offset) == pytest.approx((0, 0), abs=1e-4)
    assert (slope, offset) == pytest.approx((2, -1), abs=0.2)


@pytest.mark.parametrize("value", [True, False])
def test_platt_of_one_outcome_is_the_identity(value: bool) -> None:
    assert platt(np.array([1.0, 2.0]), np.array([value, value])) == (1.0, 0.0)


def arguments(tmp_path: Path) -> list[str]:
    data = write_data(tmp_path / "data")
    registry = {
        "format": 1,
        "version": "t-1",
        "sectors": [
            {"name": "海洋", "industry": ["C373"], "ipc": ["B63"], "discipline": ["170"]},
            {"name": "农业", "industry": ["A01"], "ipc": ["A01"], "discipline": ["210", "230"]},
        ],
    }
    for name, content in (("registry.json", registry), ("labels.json", RULES)):
        (tmp_path / name).write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return [
        *("--data", str(data), "--out", str(tmp_path / "classifier.npz")),
        *("--registry", str(tmp_path / "registry.json"), "--labels", str(tmp_path / "labels.json")),
    ]


def test_the_command_writes_a_classifier_and_prints_its_figures(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, arguments(tmp_path), catch_exceptions=False)
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert [line.split("\t")[:3] for line in lines[:-1]] == [
        ["all", "海洋", "1"],
        ["all", "农业", "3"],
        ["chinaxiv", "海洋", "1"],
        ["chinaxiv", "农业", "1"],
        ["csl", "海洋", "0"],
        ["csl", "农业", "1"],
        ["patents", "海洋", "0"],
        ["patents", "农业", "1"],
    ]
    assert lines[-1].startswith("macro-F1 ")
    # Of the five whole texts the patent's class leaves a sector unsure; one of the rest has none.
    assert "of 4 texts with a sure class 0.250 have no sector" in lines[-1]
    registry = SectorRegistry.load(tmp_path / "registry.json")
    classifier = SectorClassifier.load(tmp_path / "classifier.npz", registry)
    ((label, *_),) = classifier.predict(["水稻种植"])
    assert label.name == "农业"


def test_the_module_is_a_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["sectors", *arguments(tmp_path)])
    monkeypatch.delitem(sys.modules, "matchmaker.training.sectors")
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("matchmaker.training.sectors", run_name="__main__")
    assert ended.value.code == 0
    assert (tmp_path / "classifier.npz").stat().st_size > 0
