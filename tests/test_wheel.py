"""The wheel is whole: installed alone, from another folder, the demo runs."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"),
            *("--no-build-isolation", "--wheel-dir", str(folder), str(ROOT)),
        ],
        check=True,
    )
    [made] = folder.glob("*.whl")
    return made


def test_the_wheel_holds_model_sample_templates_and_licence(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    for name in (
        "matchmaker/models/manifest.json",
        "matchmaker/models/grader.npz",
        "matchmaker/models/encoder/0_StaticEmbedding/model.safetensors",
        "matchmaker/sample/needs.csv",
        "matchmaker/sample/achievements.xlsx",
        "matchmaker/sample/outcomes.csv",
        "matchmaker/reporting/plans/plan.html.j2",
        "matchmaker/reporting/plans/plan.css",
        "matchmaker/reporting/page.html.j2",
        "matchmaker/reporting/page.css",
        "matchmaker/py.typed",
    ):
        assert name in names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert wheel.stat().st_size < 40 * 2**20


def test_the_demo_runs_from_the_wheel_alone(wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "env", with_pip=True)
    python = tmp_path / "env" / "bin" / "python"
    clean = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    # Little of what comes along is imported, and that is compiled then.
    install = [python, "-m", "pip", "install", "--quiet", "--no-compile", str(wheel)]
    subprocess.run(install, check=True, env=clean)
    listed = subprocess.run(
        [python, "-m", "pip", "list"], capture_output=True, text=True, check=True, env=clean
    ).stdout.lower()
    assert "torch" not in listed
    assert "sentence-transformers" not in listed
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    done = subprocess.run(
        [python.with_name("matchmaker"), "demo"],
        capture_output=True,
        encoding="utf-8",
        check=True,
        cwd=elsewhere,
        env={**clean, "PYTHONUTF8": "1"},
    )
    for word in ("冶金", "生物医药", "得分", "强相关", "大学"):
        assert word in done.stdout
    written = {path.name for path in (elsewhere / "demo-output").iterdir()}
    assert written == {"matches.xlsx", "matches.html", "plans.xlsx", "plans.html"}
