"""Who may import whom: the parts stand in a row, and nobody looks ahead."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import matchmaker

PACKAGE = Path(matchmaker.__file__).parent
ROW = (
    "_version", "errors", "durable", "records", "language", "checking", "retrieval", "scoring",
    "planning", "reporting", "model", "catalogue", "snapshot", "store", "learned", "ranked",
    "search", "counterfactual", "demands", "matches", "ranked_files", "holdings", "suggestions",
    "learning", "matcher", "batch_parts", "batch", "progress", "options", "console", "cli_models",
    "cli_learning", "cli_store", "cli_check", "planned", "cli_plan", "cli_plan_event",
    "cli_demo", "cli", "__main__",
)  # fmt: skip
# Beside the row: what each of them may import.
BESIDE = {
    "evaluation": {"errors", "records"},
    "sample": set(),
    "testing": {"errors", "records", "language", "retrieval", "scoring"},
    "training": {*ROW[: ROW.index("cli_models")], "evaluation"},
}
# Who of the row may import what stands beside it.
MAY = {
    "console": {"evaluation"},
    "cli_models": {"evaluation", "training"},
    "cli_learning": {"evaluation"},
    "cli_demo": {"sample"},
    "cli": {"evaluation"},
}
MODULES = sorted(PACKAGE.rglob("*.py"))


def part(path: Path) -> str:
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def imported(path: Path) -> Iterator[str]:
    """Names of the package's modules that a module imports, wherever and for whatever."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            assert node.module
            if node.module == "matchmaker":
                yield from (f"matchmaker.{alias.name}" for alias in node.names)
            else:
                yield node.module


def imported_parts(path: Path) -> set[str]:
    names = {tuple(name.split(".")) for name in imported(path)}
    return {name[1] for name in names if name[0] == "matchmaker" and len(name) > 1} - {part(path)}


def test_every_module_has_a_place() -> None:
    places = {part(path) for path in MODULES} - {"__init__"}
    assert places <= {*ROW, *BESIDE}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_module_imports_a_later_one(path: Path) -> None:
    own = part(path)
    if own == "__init__":
        return
    allowed = BESIDE[own] if own in BESIDE else {*ROW[: ROW.index(own)], *MAY.get(own, ())}
    assert imported_parts(path) <= allowed


def test_within_a_part_nothing_goes_round() -> None:
    name_of = {
        path: ".".join(["matchmaker", *path.relative_to(PACKAGE).with_suffix("").parts])
        for path in MODULES
    }
    known = set(name_of.values())
    needs = {
        name: {other for other in imported(path) if other in known}
        for path, name in name_of.items()
        if path.name != "__init__.py"
    }
    done: set[str] = set()
    while ready := {name for name, others in needs.items() if others & set(needs) <= done} - done:
        done |= ready
    assert done == set(needs)


def test_the_package_itself_imports_nothing_at_run_time() -> None:
    tree = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8"))
    direct = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    modules = {node.module for node in direct if isinstance(node, ast.ImportFrom)}
    names = {alias.name for node in direct if isinstance(node, ast.Import) for alias in node.names}
    assert modules <= {"__future__", "typing", "matchmaker._version"}
    assert names == {"importlib"}
