"""The cover of the package: few names, light, documented; and the shape of its code."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import matchmaker

PACKAGE = Path(matchmaker.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))
HEAVY = """
torch transformers sentence_transformers pandas polars pyarrow numpy faiss jieba rjieba sklearn
scipy opencc jinja2 xlsxwriter python_calamine openpyxl rich click safetensors tokenizers pint
"""
Function = ast.FunctionDef | ast.AsyncFunctionDef


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def defined(tree: ast.AST, prefix: str = "") -> Iterator[tuple[str, Function | ast.ClassDef]]:
    """Functions and classes with their dotted names, methods included, inner functions not."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, Function):
            yield prefix + node.name, node
        elif isinstance(node, ast.ClassDef):
            yield prefix + node.name, node
            yield from defined(node, f"{prefix}{node.name}.")
        elif isinstance(node, ast.If | ast.Try):
            yield from defined(node, prefix)


by_module = pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))


def test_few_names_each_exported_and_documented() -> None:
    assert len(matchmaker.__all__) <= 15
    assert len(set(matchmaker.__all__)) == len(matchmaker.__all__)
    assert set(matchmaker.__all__) == {*matchmaker._HOMES, "__version__"}
    assert dir(matchmaker) == sorted(matchmaker.__all__)
    for name in matchmaker.__all__:
        value = getattr(matchmaker, name)
        if name != "__version__":
            assert inspect.getdoc(value), name
            assert value.__module__.startswith("matchmaker.")
            assert value.__name__ == name
    assert matchmaker.__version__.count(".") >= 1
    assert inspect.getdoc(matchmaker)


def test_a_star_import_brings_them_all() -> None:
    names: dict[str, object] = {}
    exec("from matchmaker import *", names)
    assert set(matchmaker.__all__) <= set(names)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Matchmaker'"):
        _ = matchmaker.Matchmaker
    assert not hasattr(matchmaker, "torch")


def test_type_checkers_and_the_table_see_the_same() -> None:
    tree = tree_of(PACKAGE / "__init__.py")
    homes = {
        alias.name: node.module
        for block in tree.body
        if isinstance(block, ast.If)
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert homes == matchmaker._HOMES


def loaded_by(statement: str) -> set[str]:
    program = f"import sys\n{statement}\nprint(*{{name.split('.')[0] for name in sys.modules}})"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, text=True
    )
    assert done.stderr == ""
    return set(done.stdout.split())


def test_the_import_is_light() -> None:
    assert not loaded_by("import matchmaker; dir(matchmaker)") & set(HEAVY.split())


def test_records_and_errors_are_light() -> None:
    found = loaded_by("from matchmaker import Need, Achievement, MatchmakerError, read_needs")
    assert not found & set(HEAVY.split())


def test_running_without_the_optional_packages() -> None:
    found = loaded_by("from matchmaker import Matcher, Matches, evaluate, match, SectorRegistry")
    optional = {"torch", "transformers", "sentence_transformers", "pandas", "polars", "pyarrow"}
    assert not found & optional


@by_module
def test_every_public_name_has_a_docstring(path: Path) -> None:
    tree = tree_of(path)
    assert not tree.body or ast.get_docstring(tree), "module"
    for name, node in defined(tree):
        if not any(piece.startswith("_") for piece in name.split(".")):
            # Overloads are documented where they are implemented.
            marks = [d.id for d in node.decorator_list if isinstance(d, ast.Name)]
            assert "overload" in marks or ast.get_docstring(node), name


@by_module
def test_nothing_can_run_code_from_a_file(path: Path) -> None:
    for node in ast.walk(tree_of(path)):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        roots = {name.split(".")[0] for name in names}
        assert not roots & {"pickle", "joblib", "dill", "cloudpickle", "shelve", "marshal"}
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in ("eval", "exec")
        if isinstance(node, ast.keyword) and node.arg == "allow_pickle":
            assert isinstance(node.value, ast.Constant)
            assert node.value.value is False


def lines_of_code(node: Function) -> int:
    """Lines from the def on, without the docstring."""
    total = (node.end_lineno or node.lineno) - node.lineno + 1
    first = node.body[0]
    if ast.get_docstring(node):
        total -= (first.end_lineno or first.lineno) - first.lineno + 1
    return total


@by_module
def test_modules_and_functions_are_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400
    for name, node in defined(tree_of(path)):
        if isinstance(node, Function):
            given = node.args
            parameters = [*given.posonlyargs, *given.args, *given.kwonlyargs]
            own = [a for a in parameters if a.arg not in ("self", "cls")]
            assert lines_of_code(node) <= 50, name
            assert len(own) + bool(given.vararg) + bool(given.kwarg) <= 7, name
