"""The shipped model: where it lies, what it holds, and the check before it is used."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from matchmaker.errors import ModelError
from matchmaker.language.classifier import SectorClassifier
from matchmaker.language.sectors import SectorRegistry
from matchmaker.language.terms import TermModel
from matchmaker.retrieval.encoders import StaticEncoder
from matchmaker.scoring.features import FEATURES
from matchmaker.scoring.grader import TreeGrader

MANIFEST = "manifest.json"
_FORMAT = 1
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """Everything that was trained.

    Attributes
    ----------
    version : str
        Of the manifest.
    fingerprint : str
        First 12 hexadecimal digits of the manifest's sha256: two models with equal fingerprints
        give equal scores.
    terms : TermModel
    encoder : StaticEncoder
    registry : SectorRegistry
    classifier : SectorClassifier
    grader : TreeGrader
    """

    version: str
    fingerprint: str
    terms: TermModel
    encoder: StaticEncoder
    registry: SectorRegistry
    classifier: SectorClassifier
    grader: TreeGrader

    @classmethod
    def load(
        cls, folder: str | Path | None = None, *, registry: SectorRegistry | None = None
    ) -> Model:
        """Open a model folder after checking every file against its manifest.

        Parameters
        ----------
        folder : str or Path, optional
            By default the shipped model.
        registry : SectorRegistry, optional
            By default the model's own.

        Returns
        -------
        Model

        Raises
        ------
        ModelError
            If a file is missing, does not have the checksum of the manifest, or does not fit
            this version of matchmaker.
        """
        folder = shipped_folder() if folder is None else Path(folder)
        manifest = verify(folder)
        own = SectorRegistry.load(folder / "sectors" / "registry.json")
        classifier = SectorClassifier.load(folder / "sectors" / "classifier.npz", own)
        grader = TreeGrader.load(folder / "grader.npz")
        if grader.features != FEATURES:
            raise ModelError(
                f"{folder / 'grader.npz'}: made for other features than this version computes; "
                "use the model that ships with it, or train anew"
            )
        return cls(
            version=str(manifest["version"]),
            fingerprint=_sha256(folder / MANIFEST)[:12],
            terms=TermModel.load(folder / "terms.npz"),
            encoder=StaticEncoder(folder / "encoder"),
            registry=registry or own,
            classifier=classifier if registry is None else classifier.adapted(registry),
            grader=grader,
        )


def shipped_folder() -> Path:
    """Folder of the model that ships with the package.

    Returns
    -------
    Path
        Inside the installed package or, in a source checkout, ``models/`` beside ``src/``.

    Raises
    ------
    ModelError
        If the installation is incomplete.
    """
    package = Path(__file__).resolve().parent
    for folder in (package / "models", package.parents[1] / "models"):
        if (folder / MANIFEST).is_file():
            return folder
    raise ModelError(f"the shipped model is missing from {package}: install matchmaker again")


def verify(folder: Path) -> dict[str, object]:
    """Compare a model folder with its manifest.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    dict
        The manifest.

    Raises
    ------
    ModelError
        Naming the first file that is missing or different.
    """
    path = folder / MANIFEST
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        version = str(manifest["version"])
        listed = {name: str(entry["sha256"]) for name, entry in manifest["files"].items()}
        if manifest["format"] != _FORMAT:
            raise ModelError(f"{path}: format {manifest['format']!r} is not {_FORMAT}")
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"{path}: cannot be read as a model's manifest: {error}") from error
    for name, expected in sorted(listed.items()):
        file = folder / name
        if not file.is_file():
            raise ModelError(f"{file}: missing, though {MANIFEST} lists it")
        if _sha256(file) != expected:
            raise ModelError(f"{file}: damaged or changed, its sha256 is not that of {MANIFEST}")
    return {**manifest, "version": version}


def write_manifest(folder: Path, *, version: str) -> None:
    """List every file of a model folder with its size and sha256.

    Parameters
    ----------
    folder : Path
    version : str
        Of the model.
    """
    files = {
        file.relative_to(folder).as_posix(): {
            "bytes": file.stat().st_size,
            "sha256": _sha256(file),
        }
        for file in sorted(folder.rglob("*"))
        if file.is_file() and file.name not in (MANIFEST, "README.md")
    }
    manifest = {"format": _FORMAT, "version": version, "files": files}
    text = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
