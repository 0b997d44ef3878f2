"""Any sentence-transformers model that lies in a folder of this machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from matchmaker.errors import ConfigError, MissingExtraError, ModelError
from matchmaker.retrieval.encoders import Vectors, checked_texts, unit_rows
from matchmaker.retrieval.model_folders import ModelFolder, check_model_folder, without_bars
from matchmaker.retrieval.prompts import family_of

TRAINED_HERE = "training.json"
"""A file in the folders that matchmaker's own training writes."""

# Under which names sentence-transformers keeps the prompt of either side.
_ROLES = {"query": ("query",), "document": ("document", "passage", "corpus")}


class SentenceTransformerEncoder:
    """Any sentence-transformers model in a local folder. Never touches the network.

    A plain transformers folder, without ``modules.json``, works too: the vectors of its tokens
    are joined in the way of its family, by their mean for an unknown one.

    Parameters
    ----------
    path : path-like
        Folder of the model.
    query_prompt, document_prompt : str, optional
        Written before each need or achievement; an empty text means no prompt. None, the default,
        takes the folder's own prompts where its configuration has any and otherwise those of its
        family: bge, e5, gte, m3e, Qwen3 and text2vec are known by name.
    device : str, optional
        Of torch, such as ``"cpu"``; None lets sentence-transformers choose.
    batch_size : int
        Texts run at once, at least 1.

    Attributes
    ----------
    prompts : dict of str to str
        What is written before a text, for ``"query"`` and ``"document"``; empty for nothing.
    model : sentence_transformers.SentenceTransformer

    Raises
    ------
    ModelError
        If the folder is missing or incomplete, holds pickled weights or a re-ranker, or cannot
        be loaded.
    MissingExtraError
        If sentence-transformers is not installed.
    ConfigError
        If `batch_size` is less than 1.
    """

    dim: int
    name: str

    def __init__(
        self,
        path: str | Path,
        *,
        query_prompt: str | None = None,
        document_prompt: str | None = None,
        device: str | None = None,
        batch_size: int = 32,
    ) -> None:
        if batch_size < 1:
            raise ConfigError(f"batch_size must be at least 1, not {batch_size}")
        folder = check_model_folder(path)
        self.model = load_sentence_transformer(folder, device=device)
        # Asking for the number would do, had every version of the library one name for it.
        self.dim = len(self.model.encode("钢", prompt="", show_progress_bar=False))
        self.prompts = _prompts(
            folder, self.model, {"query": query_prompt, "document": document_prompt}
        )
        self._batch_size = batch_size
        self.name = f"sentence-transformer-{folder.fingerprint}" + "".join(
            f"-{role}:{prompt}" for role, prompt in self.prompts.items() if prompt
        )

    def encode_query(self, texts: Sequence[str]) -> Vectors:
        """Encode needs.

        Parameters
        ----------
        texts : sequence of str, length n
            Of :func:`~matchmaker.language.normalize.matching_text`.

        Returns
        -------
        ndarray, shape (n, dim), float32
            Rows of length 1; a row of zeros for a blank text.

        Raises
        ------
        ConfigError
            If `texts` is one text, or something in it is not a text.
        """
        return self._encode(texts, "query")

    def encode_document(self, texts: Sequence[str]) -> Vectors:
        """Encode achievements, with their own prompt, as :meth:`encode_query` does needs."""
        return self._encode(texts, "document")

    def _encode(self, texts: Sequence[str], role: str) -> Vectors:
        checked = checked_texts(texts)
        # A model makes up a vector for nothing at all; a blank text must resemble no other.
        filled = [i for i, text in enumerate(checked) if text.strip()]
        vectors = np.zeros((len(checked), self.dim), dtype=np.float32)
        if filled:
            encode = self.model.encode_query if role == "query" else self.model.encode_document
            vectors[filled] = encode(
                [checked[i] for i in filled],
                prompt=self.prompts[role],
                batch_size=self._batch_size,
                show_progress_bar=False,
                convert_to_numpy=True,
            )
        return unit_rows(vectors)


def load_sentence_transformer(folder: ModelFolder, *, device: str | None) -> Any:
    """Open a checked folder with sentence-transformers.

    Parameters
    ----------
    folder : ModelFolder
    device : str or None

    Returns
    -------
    sentence_transformers.SentenceTransformer

    Raises
    ------
    ModelError
        If the folder holds a re-ranker or cannot be loaded.
    MissingExtraError
        If sentence-transformers is not installed.
    """
    try:
        from sentence_transformers import SentenceTransformer
    except ImportError as error:
        raise MissingExtraError(
            "sentence-transformers", "transformers", "SentenceTransformerEncoder"
        ) from error
    if folder.is_classifier:
        raise ModelError(
            f"model folder {folder.path} holds a {folder.architecture}, which scores pairs and has "
            "no vectors; open it with CrossEncoderReranker"
        )
    try:
        with without_bars():
            if not folder.kinds:
                return SentenceTransformer(modules=_modules(folder.path), device=device)
            return SentenceTransformer(
                str(folder.path),
                device=device,
                local_files_only=True,
                model_kwargs={"use_safetensors": True},
            )
    except Exception as error:  # every layer below raises its own kind
        raise ModelError(f"model folder {folder.path} cannot be loaded: {error}") from error


def _modules(folder: Path) -> list[Any]:
    """Build the modules of a plain transformers folder."""
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer

    local = {"local_files_only": True}
    inner = Transformer(
        str(folder),
        model_kwargs={**local, "use_safetensors": True},
        processor_kwargs=local,
        config_kwargs=local,
    )
    family = family_of(folder)
    mode = family.pooling if family else "mean"
    return [inner, Pooling(inner.get_embedding_dimension(), pooling_mode=mode)]


def _prompts(folder: ModelFolder, model: Any, given: Mapping[str, str | None]) -> dict[str, str]:
    """Choose the prompts: what is given, else what the folder says, else those of the family."""
    settled: Mapping[str, str | None] = model.prompts or {}
    own = {
        role: next((settled[name] for name in names if settled.get(name)), None)
        or settled.get(model.default_prompt_name or "")
        or ""
        for role, names in _ROLES.items()
    }
    # The library saves empty prompts unasked, so they say nothing, but for what was trained here.
    if not any(own.values()) and not (folder.path / TRAINED_HERE).is_file():
        family = family_of(folder.path)
        if family is not None:
            own = {"query": family.query, "document": family.document}
    return {role: own[role] if text is None else text for role, text in given.items()}
