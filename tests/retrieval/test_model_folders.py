"""Whole folders pass; each kind of damage is named with the way out."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from matchmaker.errors import ModelError
from matchmaker.model import shipped_folder
from matchmaker.retrieval.model_folders import check_model_folder, read_modules


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, tiny_bert: Callable[..., Path]) -> Path:
    """A sentence-transformers folder whose Normalize folder is missing, as in many copies."""
    folder = tiny_bert(tmp_path_factory.mktemp("folders") / "whole", "钢板")
    list_modules(
        folder, ("Transformer", ""), ("Pooling", "1_Pooling"), ("Normalize", "2_Normalize")
    )
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling" / "config.json").write_text("{}", encoding="utf-8")
    return folder


def list_modules(
    folder: Path, *modules: tuple[str, str], package: str = "sentence_transformers.models"
) -> None:
    listed = [{"type": f"{package}.{kind}", "path": path} for kind, path in modules]
    (folder / "modules.json").write_text(json.dumps(listed), encoding="utf-8")


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    return shutil.copytree(whole, tmp_path / "copy")


def test_whole_folders_pass(folder: Path) -> None:
    checked = check_model_folder(folder)
    assert checked.kinds == ("Transformer", "Pooling", "Normalize")
    assert (checked.architecture, checked.is_classifier) == ("BertModel", False)
    (folder / "modules.json").unlink()
    assert check_model_folder(str(folder)).kinds == ()
    assert check_model_folder(shipped_folder() / "encoder").kinds == (
        "StaticEmbedding",
        "Normalize",
    )


def test_the_fingerprint_follows_the_weights_and_not_the_readme(folder: Path) -> None:
    before = check_model_folder(folder).fingerprint
    (folder / "README.md").write_text("# New", encoding="utf-8")
    assert check_model_folder(folder).fingerprint == before
    (folder / "1_Pooling" / "config.json").write_text('{"a": 1}', encoding="utf-8")
    assert check_model_folder(folder).fingerprint != before


def test_a_name_is_not_looked_up(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"no such folder; .* names of models are never looked up"):
        check_model_folder(tmp_path / "bge-small-zh-v1.5")
    with pytest.raises(ModelError, match=r"modules\.json is missing, and so is config\.json"):
        check_model_folder(tmp_path)


@pytest.mark.parametrize(
    ("missing", "message"),
    [
        ("config.json", r"incomplete: .*config\.json is missing"),
        ("model.safetensors", r"incomplete: .*model\.safetensors is missing"),
        ("tokenizer.json", "incomplete: .* has no tokenizer"),
        ("1_Pooling", "incomplete: .*1_Pooling is missing"),
    ],
)
def test_what_is_missing_is_named(folder: Path, missing: str, message: str) -> None:
    path = folder / missing
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    with pytest.raises(ModelError, match=message):
        check_model_folder(folder)


@pytest.mark.parametrize("kept", [0, 5, 0.5, -1])
def test_truncated_weights_are_named(folder: Path, kept: float) -> None:
    weights = folder / "model.safetensors"
    content = weights.read_bytes()
    weights.write_bytes(content[: int(len(content) * kept) if isinstance(kept, float) else kept])
    with pytest.raises(ModelError, match=r"model\.safetensors cannot be read: .* copy it again"):
        check_model_folder(folder)


def test_every_shard_must_be_there(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "model-00001-of-00002.safetensors")
    shards = {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}
    index = folder / "model.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": shards}), encoding="utf-8")
    with pytest.raises(ModelError, match=r"incomplete: .*00002-of-00002\.safetensors is missing"):
        check_model_folder(folder)
    index.write_text(json.dumps({"weight_map": {"a": shards["a"]}}), encoding="utf-8")
    assert check_model_folder(folder).kinds[0] == "Transformer"


def test_pickled_weights_are_refused_unopened(folder: Path, tmp_path: Path) -> None:
    trap = tmp_path / "sprung"
    # Opened, this pickle would make a file.
    pickled = b"cpathlib\nPath\n(V" + str(trap).encode() + b"\ntR(dVtouch\n."
    (folder / "pytorch_model.bin").write_bytes(pickled)
    assert check_model_folder(folder).kinds[0] == "Transformer"  # beside safetensors it is unused
    (folder / "model.safetensors").unlink()
    with pytest.raises(
        ModelError,
        match=r"pytorch_model\.bin: pickled weights are never opened.*AutoModel as M.*save_pret",
    ):
        check_model_folder(folder)
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    config["architectures"] = ["BertForSequenceClassification"]
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    with pytest.raises(ModelError, match="AutoModelForSequenceClassification as M"):
        check_model_folder(folder)
    assert not trap.exists()


def test_pickled_weights_of_a_later_module_are_refused(folder: Path) -> None:
    list_modules(folder, ("Transformer", ""), ("Dense", "2_Dense"))
    (folder / "2_Dense").mkdir()
    with pytest.raises(ModelError, match=r"2_Dense/model\.safetensors is missing"):
        check_model_folder(folder)
    (folder / "2_Dense" / "pytorch_model.bin").write_bytes(b"")
    with pytest.raises(ModelError, match=r"2_Dense/pytorch_model\.bin: pickled weights"):
        check_model_folder(folder)


@pytest.mark.parametrize("path", ["../elsewhere", "/etc", "a/../../b", "..\\b", "C:\\models"])
def test_modules_outside_the_folder_are_refused(folder: Path, path: str) -> None:
    list_modules(folder, ("Transformer", path))
    with pytest.raises(ModelError, match="points out of the folder"):
        read_modules(folder)


@pytest.mark.parametrize("package", ["modeling_own", "os", "sentence_transformers_own.models"])
def test_code_of_its_own_is_never_run(folder: Path, package: str) -> None:
    list_modules(folder, ("Transformer", ""), package=package)
    with pytest.raises(ModelError, match=rf"needs code of its own \({package}\.Transformer\)"):
        check_model_folder(folder)
