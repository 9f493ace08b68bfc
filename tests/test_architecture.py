"""The house: who may import whom, how large files are, and that nothing stands in the tables that nobody uses."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "minijit"
FILES = sorted(PACKAGE.rglob("*.py"))
MOST_LINES = 400

# A module may import from its own layer only what stands in the same group, and from all layers before.
LAYERS: tuple[frozenset[str], ...] = (
    frozenset({"errors", "lambda_source", "source", "config", "options"}),
    frozenset({"types", "list_types", "instance_types", "record_types", "machine"})
    | {"numpy_types", "dtype_functions", "ufunc_loops"},
    frozenset({"ir"}),
    frozenset({"library.registry"}),
    frozenset({"library foundation"}),
    frozenset({"library", "frontend", "typeinfer", "passes", "runtime"}),
    frozenset({"codegen"}),
    frozenset({"compiled", "remarks"}),
    frozenset({"pipeline"}),
    frozenset({"cache", "inspection"}),
    frozenset({"binding", "fallback", "specialisation", "specialise", "dispatcher", "lifted_loops", "usual_calls"}),
    frozenset({"jit"}),
    frozenset({"testing", "demo", "demo_kernels", "support", "__init__", "__main__"}),
)
LIBRARY_FOUNDATION = frozenset(
    {
        *("builder", "casts", "caught", "instances", "memory", "named_tuples", "nested_functions", "open_objects"),
        *("operations", "plain_values", "raised", "references", "sampling", "shared_draws", "structures", "targets"),
        *("trial_values", "vals"),
    }
)
"""Modules of library/ that hold no entries: what entries, type inference and lowering are written with."""
ISOLATED = frozenset({"library", "frontend", "typeinfer", "passes", "runtime"})
"""The groups of one layer whose members must not import each other."""


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__") or "__init__"


def group_of(module: str) -> str:
    parts = module.split(".")
    if module in ("library.registry", "library.halves"):
        return "library.registry"
    return "library foundation" if parts[0] == "library" and parts[1:2] and parts[1] in LIBRARY_FOUNDATION else parts[0]


def layer_of(module: str) -> int | None:
    group = group_of(module)
    return next((number for number, layer in enumerate(LAYERS) if group in layer), None)


def imports_of(path: Path, *, while_typing: bool = True) -> Iterator[tuple[str, int]]:
    """All modules that a file imports (anywhere), with the line; those of minijit without the package's name."""
    tree = ast.parse(path.read_text())
    skipped = set() if while_typing else {id(node) for node in _type_checking_nodes(tree)}
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            if node.module == "minijit" or (PACKAGE.parent / node.module.replace(".", "/")).is_dir():
                for alias in node.names:
                    yield f"{node.module}.{alias.name}", node.lineno
            else:
                yield node.module, node.lineno
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or ""), node.lineno


def _type_checking_nodes(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING"):
            for statement in node.body:
                yield from ast.walk(statement)


def own_imports(path: Path) -> Iterator[tuple[str, int]]:
    """The modules of minijit that a file imports while it runs."""
    for name, line in imports_of(path, while_typing=False):
        if name.startswith("minijit.") and name.count("."):
            yield name.removeprefix("minijit."), line


def place(path: Path, line: int) -> str:
    return f"{path.relative_to(ROOT)}:{line}"


def test_every_module_has_a_layer() -> None:
    support = {module_of(path) for path in FILES if layer_of(module_of(path)) is None}
    imported_by = {
        name: [place(p, n) for p in FILES for m, n in own_imports(p) if group_of(m) == name] for name in support
    }
    assert not support, f"put these into LAYERS (they are imported by {imported_by})"


@pytest.mark.parametrize("path", FILES, ids=module_of)
def test_imports_point_to_the_left(path: Path) -> None:
    mine = module_of(path)
    layer = layer_of(mine)
    wrong = []
    for name, line in own_imports(path):
        other = layer_of(name)
        if layer is None or other is None:
            continue
        crosses = group_of(name) != group_of(mine) and {group_of(name), group_of(mine)} <= ISOLATED
        if other > layer or crosses:
            wrong.append(f"{place(path, line)}: {group_of(mine)} must not import {name}")
    assert not wrong, "\n".join(wrong)


def test_no_relative_imports() -> None:
    assert not [place(path, line) for path in FILES for name, line in imports_of(path) if name.startswith(".")]


@pytest.mark.parametrize(
    ("module", "allowed"),
    [
        ("llvmlite", ("codegen", "runtime")),
        ("ast", ("frontend", "source", "lambda_source")),
        ("inspect", ("source", "dispatcher", "inspection", "jit")),
    ],
)
def test_who_may_import(module: str, allowed: tuple[str, ...]) -> None:
    wrong = [
        place(path, line)
        for path in FILES
        for name, line in imports_of(path)
        if name.split(".")[0] == module and group_of(module_of(path)) not in allowed
    ]
    assert not wrong, f"only {allowed} may import {module}: {wrong}"


def test_only_config_reads_the_environment() -> None:
    readers = [path for path in FILES if re.search(r"\bos\.(environ|getenv)\b", _code(path))]
    assert readers == [PACKAGE / "config.py"]


def _code(path: Path) -> str:
    """The text of a file without comments and docstrings."""
    return ast.unparse(_without_docstrings(ast.parse(path.read_text())))


def _without_docstrings(tree: ast.Module) -> ast.Module:
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            node.body = [one for one in body if not _is_text(one)] or [ast.Pass()]  # type: ignore[attr-defined]
    return tree


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def test_files_are_small() -> None:
    large = {place(path, n): n for path in python_files() if (n := path.read_text().count("\n")) > MOST_LINES}
    assert not large, f"look for the second idea in these: {large}"


def python_files() -> list[Path]:
    folders = ("minijit", "tests", "benchmarks", "examples")
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def test_every_file_says_what_it_holds() -> None:
    silent = [
        place(path, 1)
        for path in FILES
        if path.read_text().strip() and not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert not silent


def test_no_names_that_say_nothing() -> None:
    assert not [place(path, 1) for path in FILES if path.stem in ("utils", "util", "helpers", "misc", "common")]


def test_every_op_is_made_somewhere() -> None:
    from minijit.ir.ops import OPS

    text = "\n".join(_code(path) for path in FILES if path != PACKAGE / "ir" / "ops.py")
    constants = set(re.findall(r"'([a-z_0-9]+)'", text))
    attributes = set(re.findall(r"\.([a-z_0-9]+?)_?\(", text))  # builder.fadd(...), builder.and_(...)
    assert not sorted(set(OPS) - constants - attributes)


def test_nothing_is_left_undone() -> None:
    pattern = re.compile(r"\b(TODO|FIXME|XXX)\b")
    found = [
        place(p, n)
        for p in python_files()
        if p != Path(__file__)
        for n, line in enumerate(p.read_text().splitlines(), 1)
        if pattern.search(line)
    ]
    assert not found


def test_no_paths_of_this_machine() -> None:
    pattern = re.compile(r"(?<![\w.<$}])/(home|root|Users|work|tmp)/\w")
    texts = [
        p
        for p in ROOT.rglob("*")
        if p.suffix in (".py", ".md", ".toml", ".txt") and not set(p.parts) & {".venv", ".git"}
    ]
    found = [
        place(path, number)
        for path in texts
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1)
        if pattern.search(line)
    ]
    assert not found


def test_public_modules_are_typed() -> None:
    assert (PACKAGE / "py.typed").exists()
