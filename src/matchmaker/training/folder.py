"""A static embedding as a folder that sentence-transformers opens too."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from matchmaker.errors import ConfigError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Table = NDArray[np.float32]


def require_replaceable(out: Path) -> None:
    """Refuse to write where something other than a model stands.

    Parameters
    ----------
    out : Path
        Folder to be written.

    Raises
    ------
    ConfigError
        If `out` is a file, or a folder with content and without ``modules.json``.
    """
    if out.exists() and not (out / "modules.json").is_file() and not _is_empty_folder(out):
        raise ConfigError(f"{out} exists and is no model folder; it is left as it is")


def _is_empty_folder(path: Path) -> bool:
    return path.is_dir() and next(path.iterdir(), None) is None


def write_static_folder(
    out: Path, table: Table, tokenizer: Tokenizer, *, made_by: dict[str, Any]
) -> None:
    """Write a static embedding so that sentence-transformers (6.2 or later) opens it.

    Parameters
    ----------
    out : Path
        Folder to write; a model that stands there is replaced once the new one is complete.
    table : ndarray, shape (tokens, dim), float32
        Stored as int8 with one float32 scale a row. The first row, of the unknown token, is stored
        as zeros whatever it holds: some libraries add it up and others leave it out.
    tokenizer : tokenizers.Tokenizer
    made_by : dict
        Written to ``training.json``.

    Raises
    ------
    ConfigError
        If `out` holds something other than a model.
    """
    from safetensors.numpy import save

    require_replaceable(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    kinds = ("StaticEmbedding", "Normalize")
    modules = [
        {
            "idx": i,
            "name": str(i),
            "path": f"{i}_{kind}",
            "type": f"sentence_transformers.models.{kind}",
        }
        for i, kind in enumerate(kinds)
    ]
    with tempfile.TemporaryDirectory(prefix=f".{out.name}-", dir=out.parent) as scratch:
        fresh = Path(scratch) / "new"
        for module in modules:
            (fresh / str(module["path"])).mkdir(parents=True)
        inner = fresh / str(modules[0]["path"])
        (inner / "model.safetensors").write_bytes(save(_compact(table)))
        tokenizer.save(str(inner / "tokenizer.json"), pretty=False)
        write_json(fresh / "1_Normalize" / "config.json", {})
        write_json(fresh / "modules.json", modules)
        write_json(fresh / "config_sentence_transformers.json", {"similarity_fn_name": "cosine"})
        write_json(fresh / "training.json", made_by)
        put_in_place(fresh, out)


def put_in_place(fresh: Path, out: Path) -> None:
    """Move a complete folder to where it belongs; what stood there goes beside it.

    Parameters
    ----------
    fresh : Path
        In a scratch folder on the same disk.
    out : Path
    """
    if out.exists():
        out.rename(fresh.parent / "old")
    fresh.rename(out)


def _compact(table: Table) -> dict[str, NDArray[Any]]:
    """Round rows to int8 with a scale each, the scales of a mean near 1."""
    rows = table.astype(np.float32, copy=True)
    rows[0] = 0.0
    norms = np.linalg.norm(rows, axis=1)
    if norms.any():
        rows /= norms[norms > 0].mean()
    scales = np.abs(rows).max(axis=1) / 127
    rounded = np.divide(rows, scales[:, None], out=np.zeros_like(rows), where=scales[:, None] > 0)
    return {
        "embeddings": np.rint(rounded).astype(np.int8),
        "weights": scales.astype(np.float32),
    }


def write_json(path: Path, content: Any) -> None:
    """Write JSON for people to read."""
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
