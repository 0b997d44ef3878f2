"""Folders of sentence-transformers and transformers models: what they hold and what they lack.

Everything is checked before a library opens the folder, because the libraries say little of what
is missing, take a path that does not exist for a name to download, and read pickled weights.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from matchmaker.errors import ModelError

MODULES = "modules.json"
CONFIG = "config.json"
WEIGHTS = "model.safetensors"

_SHARDS = "model.safetensors.index.json"
_PICKLED = ("*.bin", "*.pt", "*.pth", "*.ckpt")
# Any of these sets is a whole tokenizer.
_TOKENIZERS = (
    ("tokenizer.json",),
    ("vocab.txt",),
    ("sentencepiece.bpe.model",),
    ("spiece.model",),
    ("tokenizer.model",),
    ("vocab.json", "merges.txt"),
)
_CLASSIFIER = "ForSequenceClassification"
_OWN_CLASSES = "sentence_transformers."
# Modules without settings: git and many copies leave their empty folders out.
_WITHOUT_FILES = {"Normalize"}
_WITH_WEIGHTS = {"Transformer", "StaticEmbedding", "Dense", "CNN", "LSTM", "LayerNorm"}
_WITH_TOKENIZER = {"Transformer", "StaticEmbedding"}
# What decides the vectors; a README or a data listing does not.
_IDENTIFYING = {".json", ".safetensors", ".txt", ".model"}


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """A folder that has been checked.

    Attributes
    ----------
    path : Path
    kinds : tuple of str
        Classes of the modules, first to last, without their packages; empty for a plain
        transformers folder, which has no ``modules.json``.
    architecture : str
        Class of the transformers model, such as ``"BertModel"``; empty where nothing says.
    """

    path: Path
    kinds: tuple[str, ...]
    architecture: str

    @property
    def is_classifier(self) -> bool:
        """Whether the model has a head that scores texts or pairs, as re-rankers have."""
        return self.architecture.endswith(_CLASSIFIER)

    @property
    def fingerprint(self) -> str:
        """First 12 hexadecimal digits of the sha256 of the files that decide what it computes."""
        files = (file for file in self.path.rglob("*") if file.suffix in _IDENTIFYING)
        return fingerprint(sorted(file for file in files if file.is_file()))


def fingerprint(files: Sequence[Path]) -> str:
    """Digest files in the order given; 12 hexadecimal digits."""
    digest = hashlib.sha256()
    for path in files:
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:12]


def read_modules(folder: Path) -> list[dict[str, str]]:
    """List the modules of a sentence-transformers folder, first to last.

    Returns
    -------
    list of dict
        With ``type``, the dotted name of a class, and ``path``, relative to the folder.

    Raises
    ------
    ModelError
        If ``modules.json`` is missing, says nothing or points out of the folder.
    """
    path = folder / MODULES
    if not path.is_file():
        raise ModelError(f"{folder} is no model folder: {MODULES} is missing")
    try:
        modules = json.loads(path.read_text(encoding="utf-8"))
        listed = [{"type": str(m["type"]), "path": str(m["path"])} for m in modules]
    except (ValueError, KeyError, TypeError) as error:
        raise ModelError(f"{path} cannot be read: {error}") from error
    if not listed:
        raise ModelError(f"{path} lists no module")
    for module in listed:
        inner = PurePosixPath(module["path"].replace("\\", "/"))
        if inner.is_absolute() or ".." in inner.parts or ":" in module["path"]:
            raise ModelError(f"{path} points out of the folder: {module['path']!r}")
    return listed


def check_model_folder(path: str | Path) -> ModelFolder:
    """Check that a folder holds everything that its model needs, and nothing that runs code.

    Parameters
    ----------
    path : path-like
        Of a sentence-transformers folder, or of a plain transformers folder, which has a
        ``config.json`` and no ``modules.json``.

    Returns
    -------
    ModelFolder

    Raises
    ------
    ModelError
        If the folder, a module, weights or tokenizer are missing, weights are damaged or
        pickled, or the model needs code of its own. The message names the file and the way out.
    """
    folder = Path(path)
    if not folder.is_dir():
        raise ModelError(
            f"{folder} is no model folder: there is no such folder; give the path of a folder on "
            "this machine, names of models are never looked up"
        )
    if not (folder / MODULES).is_file():
        if not (folder / CONFIG).is_file():
            raise ModelError(
                f"{folder} is no model folder: {MODULES} is missing, and so is {CONFIG}; copy "
                "every file of the model"
            )
        _check_module(folder, folder, "Transformer")
        return ModelFolder(folder, (), _architecture(folder))
    kinds: list[str] = []
    architecture = ""
    for module in read_modules(folder):
        package, _, kind = module["type"].rpartition(".")
        if not f"{package}.".startswith(_OWN_CLASSES):
            raise ModelError(
                f"model folder {folder} needs code of its own ({module['type']}), which is never "
                "run; choose a model that sentence-transformers knows"
            )
        kinds.append(kind)
        if kind not in _WITHOUT_FILES:
            _check_module(folder, folder / module["path"], kind)
        if kind == "Transformer":
            architecture = architecture or _architecture(folder / module["path"])
    return ModelFolder(folder, tuple(kinds), architecture)


def _architecture(inner: Path) -> str:
    named = read_settings(inner / CONFIG).get("architectures")
    return str(named[0]) if isinstance(named, list) and named else ""


def read_settings(path: Path) -> dict[str, Any]:
    """Read a JSON object; an empty one where the file is missing.

    Raises
    ------
    ModelError
        If it cannot be read.
    """
    if not path.is_file():
        return {}
    try:
        settings = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"{path} cannot be read: {error}") from error
    if not isinstance(settings, dict):
        raise ModelError(f"{path} cannot be read: it is no JSON object")
    return settings


def _check_module(folder: Path, inner: Path, kind: str) -> None:
    """Check the files of one module."""
    incomplete = f"model folder {folder} is incomplete: "
    if not inner.is_dir():
        raise ModelError(f"{incomplete}{inner} is missing")
    if kind == "Transformer" and not (inner / CONFIG).is_file():
        raise ModelError(f"{incomplete}{inner / CONFIG} is missing")
    weights = list(_weights(inner))
    if not weights:
        pickled = sorted(file.name for pattern in _PICKLED for file in inner.glob(pattern))
        if pickled:
            raise ModelError(_refusal(inner, pickled[0], kind))
        if kind in _WITH_WEIGHTS:
            raise ModelError(f"{incomplete}{inner / WEIGHTS} is missing")
    for file in weights:
        _check_tensors(file, incomplete)
    if kind in _WITH_TOKENIZER and not any(
        all((inner / name).is_file() for name in names) for names in _TOKENIZERS
    ):
        known = ", ".join(" with ".join(names) for names in _TOKENIZERS)
        raise ModelError(f"{incomplete}{inner} has no tokenizer (none of {known})")


@contextmanager
def without_bars(*, warn: bool = True) -> Iterator[None]:
    """Keep transformers from drawing progress bars of its own.

    Parameters
    ----------
    warn : bool
        Whether what it warns of is still shown.
    """
    from transformers.utils import logging as library

    logging: Any = library  # half of it has no types
    drawn, level = logging.is_progress_bar_enabled(), logging.get_verbosity()
    logging.disable_progress_bar()
    if not warn:
        logging.set_verbosity_error()
    try:
        yield
    finally:
        logging.set_verbosity(level)
        if drawn:
            logging.enable_progress_bar()


def _weights(inner: Path) -> Iterator[Path]:
    """Files of weights: one, or the shards that an index lists."""
    if (inner / WEIGHTS).is_file():
        yield inner / WEIGHTS
        return
    shards = read_settings(inner / _SHARDS).get("weight_map")
    named = shards.values() if isinstance(shards, dict) else ()
    yield from (inner / name for name in sorted({Path(str(n)).name for n in named}))


def _check_tensors(file: Path, incomplete: str) -> None:
    """Read the header, whose offsets must end where the file does."""
    from safetensors import SafetensorError, safe_open

    if not file.is_file():
        raise ModelError(f"{incomplete}{file} is missing")
    try:
        with safe_open(file, framework="numpy"):
            pass
    except (SafetensorError, OSError) as error:
        raise ModelError(
            f"{file} cannot be read: {error}; it is damaged or was copied in part, copy it again"
        ) from error


def _refusal(inner: Path, name: str, kind: str) -> str:
    reason = (
        f"{inner / name}: pickled weights are never opened, they can run any code; bring the "
        f"model with {WEIGHTS}"
    )
    if kind != "Transformer":
        return reason
    head = _architecture(inner).endswith(_CLASSIFIER)
    loader = "AutoModelForSequenceClassification" if head else "AutoModel"
    return (
        f'{reason}, or convert it once where you trust the file: python -c "from transformers '
        f"import {loader} as M; M.from_pretrained('{inner}').save_pretrained('{inner}')\""
    )
