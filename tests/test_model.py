"""Model folders: what is checked before use, and the one that ships."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file
from tokenizers import Tokenizer, models, pre_tokenizers

from matchmaker import model as module
from matchmaker.errors import MatchmakerError, ModelError
from matchmaker.language.classifier import SectorClassifier
from matchmaker.language.sector_parameters import FEATURE_COLUMNS, SectorParameters
from matchmaker.language.sectors import Sector, SectorRegistry
from matchmaker.language.terms import TermModel
from matchmaker.model import MANIFEST, Model, shipped_folder, verify, write_manifest
from matchmaker.scoring.features import FEATURES, SIMILARITY_FEATURES
from matchmaker.scoring.grader import TreeGrader
from matchmaker.scoring.trees import Trees

REGISTRY = {"format": 1, "version": "t-1", "sectors": [{"name": "冶金"}, {"name": "信息技术"}]}


def leaf(value: float) -> Trees:
    nothing = np.zeros(1, dtype=np.int32)
    return Trees(
        roots=nothing,
        feature=nothing - 1,
        threshold=np.zeros(1, dtype=np.float32),
        left=nothing,
        right=nothing,
        value=np.array([value]),
        baseline=0.0,
        depth=0,
    )


USUAL = np.ones((2, len(SIMILARITY_FEATURES)), dtype=np.float32)


def write_encoder(folder: Path) -> None:
    inner = folder / "0_StaticEmbedding"
    inner.mkdir(parents=True)
    kind = "sentence_transformers.models.StaticEmbedding"
    entry = {"idx": 0, "name": "0", "path": inner.name, "type": kind}
    (folder / "modules.json").write_text(json.dumps([entry]))
    vocabulary = {"[UNK]": 0, "钢板": 1, "电池": 2}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.save(str(inner / "tokenizer.json"))
    table = np.array([[0, 0], [1, 0], [0, 1]], dtype=np.float32)
    save_file({"embedding.weight": table}, inner / "model.safetensors")


def write_parts(folder: Path) -> None:
    """A model of two sectors, three tokens and leaves."""
    write_encoder(folder / "encoder")
    (folder / "sectors").mkdir()
    (folder / "sectors" / "registry.json").write_text(json.dumps(REGISTRY), encoding="utf-8")
    zeros = np.zeros(2, dtype=np.float32)
    parameters = SectorParameters(
        sectors=("冶金", "信息技术"),
        weights=np.zeros((FEATURE_COLUMNS, 2), dtype=np.float32),
        intercepts=zeros,
        slopes=zeros + 1,
        offsets=zeros,
        thresholds=zeros + np.float32(0.5),
    )
    registry = SectorRegistry.load(folder / "sectors" / "registry.json")
    SectorClassifier(registry, parameters).save(folder / "sectors" / "classifier.npz")
    TermModel.fit(["钢板", "电池", "钢板 电池"]).save(folder / "terms.npz")
    TreeGrader(FEATURES, [leaf(0.9), leaf(0.7), leaf(0.5)], usual=USUAL).save(folder / "grader.npz")
    (folder / "README.md").write_text("A model card.")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model")
    write_parts(folder)
    write_manifest(folder, version="0.1")
    return folder


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "model"))


def test_a_model_has_all_its_parts(whole: Path) -> None:
    model = Model.load(str(whole))
    assert model.version == "0.1"
    digest = hashlib.sha256((whole / MANIFEST).read_bytes()).hexdigest()
    assert model.fingerprint == digest[:12]
    assert model.registry.names == ("冶金", "信息技术")
    assert model.classifier.registry is model.registry
    assert model.grader.features == FEATURES
    assert model.encoder.encode_query(["钢板"]).tolist() == [[1, 0]]
    assert model.terms.weight("电池") == pytest.approx(np.log(4 / 3), abs=0.026)
    row = np.ones((1, len(FEATURES)), dtype=np.float32)
    np.testing.assert_allclose(model.grader.grade(row).above, [[0.9, 0.7, 0.5]])


def test_the_user_s_own_registry(whole: Path) -> None:
    own = SectorRegistry(
        [Sector("信息技术", "it"), Sector("农业", "farming"), Sector("冶金", "metal")],
        version="own",
    )
    model = Model.load(whole, registry=own)
    assert model.registry is model.classifier.registry is own
    assert model.classifier.parameters.sectors == ("冶金", "信息技术")
    renamed = SectorRegistry([Sector("数字产业", "it", aliases=("信息技术",))], version="own")
    assert Model.load(whole, registry=renamed).classifier.parameters.sectors == ("数字产业",)
    others = SectorRegistry([Sector("农业", "farming")], version="own")
    labels = Model.load(whole, registry=others).classifier.predict(["钢板"])
    assert [label.name for label in labels[0]] == ["其他"]


def test_the_manifest_lists_every_file_but_itself_and_the_card(whole: Path) -> None:
    manifest = verify(whole)
    assert manifest["version"] == "0.1"
    listed = manifest["files"]
    assert isinstance(listed, dict)
    files = [path for path in whole.rglob("*") if path.is_file()]
    names = {path.relative_to(whole).as_posix() for path in files}
    assert set(listed) == names - {MANIFEST, "README.md"}
    for name, entry in listed.items():
        content = (whole / name).read_bytes()
        assert entry == {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def test_writing_the_manifest_twice_changes_nothing(folder: Path) -> None:
    before = (folder / MANIFEST).read_bytes()
    write_manifest(folder, version="0.1")
    assert (folder / MANIFEST).read_bytes() == before
    fingerprint = Model.load(folder).fingerprint
    (folder / "README.md").write_text("Another card.")
    assert Model.load(folder).fingerprint == fingerprint
    write_manifest(folder, version="0.2")
    assert Model.load(folder).fingerprint != fingerprint


FILES = (
    "encoder/0_StaticEmbedding/model.safetensors",
    "encoder/0_StaticEmbedding/tokenizer.json",
    "encoder/modules.json",
    "grader.npz",
    "sectors/classifier.npz",
    "sectors/registry.json",
    "terms.npz",
)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("change", ["missing", "flipped", "longer"])
def test_a_file_that_is_not_as_listed_is_named(name: str, change: str, folder: Path) -> None:
    path = folder / name
    content = path.read_bytes()
    if change == "missing":
        path.unlink()
    elif change == "flipped":
        path.write_bytes(content[:5] + bytes([content[5] ^ 1]) + content[6:])
    else:
        path.write_bytes(content + b"\n")
    word = "missing" if change == "missing" else "sha256"
    with pytest.raises(ModelError, match=rf"{path.name}.*{word}"):
        Model.load(folder)


@pytest.mark.parametrize("name", FILES)
def test_a_part_that_the_manifest_forgot(name: str, folder: Path) -> None:
    (folder / name).unlink()
    write_manifest(folder, version="0.1")
    with pytest.raises(MatchmakerError):
        Model.load(folder)


def test_a_grader_of_other_features(folder: Path) -> None:
    TreeGrader(FEATURES[::-1], [leaf(0.9), leaf(0.7), leaf(0.5)], usual=USUAL).save(
        folder / "grader.npz"
    )
    write_manifest(folder, version="0.1")
    with pytest.raises(ModelError, match="other features"):
        Model.load(folder)


@pytest.mark.parametrize(
    "content",
    [
        "no json",
        "[]",
        "{}",
        '{"format": 1, "version": "1"}',
        '{"format": 1, "version": "1", "files": 3}',
        '{"format": 2, "version": "1", "files": {}}',
        '{"version": "1", "files": {}}',
        '{"format": 1, "version": "1", "files": {"terms.npz": {}}}',
        '{"format": 1, "version": "1", "files": {"terms.npz": "abc"}}',
        '{"format": 1, "files": {}}',
    ],
)
def test_a_manifest_that_is_none(content: str, folder: Path) -> None:
    (folder / MANIFEST).write_text(content)
    with pytest.raises(ModelError, match=r"manifest\.json"):
        Model.load(folder)


@pytest.mark.parametrize("made", [False, True])
def test_a_folder_without_manifest(made: bool, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    if made:
        folder.mkdir()
    with pytest.raises(ModelError, match=r"manifest\.json"):
        Model.load(folder)


@pytest.mark.parametrize("place", ["matchmaker/models", "models"])
def test_where_the_shipped_model_is_looked_for(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / ("src/matchmaker" if place == "models" else "matchmaker")
    package.mkdir(parents=True)
    monkeypatch.setattr(module, "__file__", str(package / "model.py"))
    with pytest.raises(ModelError, match="install matchmaker again"):
        shipped_folder()
    (tmp_path / place).mkdir(exist_ok=True)
    (tmp_path / place / MANIFEST).write_text("{}")
    assert shipped_folder() == tmp_path / place


def test_the_shipped_model_is_whole() -> None:
    folder = shipped_folder()
    verify(folder)
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert not any(path.suffix in (".pkl", ".pickle", ".joblib", ".bin", ".pt") for path in files)
    assert (folder / "README.md").is_file()
    model = Model.load()
    assert model.grader.features == FEATURES
    five = {"冶金", "信息技术", "智能制造", "生物医药", "精细化工"}
    assert five <= set(model.registry.names)
    vectors = model.encoder.encode_query(["耐磨钢板轧制工艺", "钢板的轧制", "农药残留检测", ""])
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]
    assert not vectors[3].any()
    assert model.terms.weight("轴承钢") > model.terms.weight("技术")
