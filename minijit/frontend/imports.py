"""``import`` inside of a function: of modules that are there already, or that the function imports before all else."""

from __future__ import annotations

import ast
import importlib
import sys
from types import ModuleType

from minijit.errors import Span
from minijit.frontend.builder import Builder, span_of, statement
from minijit.ir.nodes import Instr, Value


@statement(ast.Import)
def import_(b: Builder, node: ast.Import) -> None:
    """``import a.b``, which binds ``a``; ``import a.b as c``, which binds ``a.b``."""
    for alias in node.names:
        _require(b, node, alias.name)
        parts = alias.name.split(".")
        value: Value = _module(b, parts[0], span_of(node))
        if alias.asname is not None:
            for part in parts[1:]:
                value = b.emit("getattr", [value], span_of(node), {"name": part})
        _bind(b, node, alias.asname or parts[0], value)


@statement(ast.ImportFrom)
def import_from(b: Builder, node: ast.ImportFrom) -> None:
    """``from a.b import c as d``."""
    if node.level or node.module is None:
        raise b.refuse(node, "a relative import inside a function", "import at the top of the module")
    _require(b, node, node.module)
    module = _module(b, node.module, span_of(node))
    for alias in node.names:
        if not hasattr(sys.modules[node.module], alias.name):
            raise b.refuse(node)
        value = b.emit("getattr", [module], span_of(node), {"name": alias.name})
        _bind(b, node, alias.asname or alias.name, value)


def _require(b: Builder, node: ast.Import | ast.ImportFrom, name: str) -> None:
    """Make sure that a module is there, importing it only where the function does nothing else before."""
    if isinstance(sys.modules.get(name), ModuleType):
        return
    body = b.node.body if isinstance(b.node, ast.FunctionDef) else []
    for each in body:
        if each is node:
            break
        is_text = isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant)
        if not is_text and not isinstance(each, ast.Import | ast.ImportFrom):
            raise b.refuse(node)
    else:
        raise b.refuse(node)
    try:
        importlib.import_module(name)
    except Exception:  # the function's own error: the interpreter will raise it
        raise b.refuse(node) from None
    if not isinstance(sys.modules.get(name), ModuleType):
        raise b.refuse(node)


def _module(b: Builder, name: str, span: Span) -> Instr:
    module = sys.modules[name]
    return b.emit("const", [], span, {"value": module, "imported": name}, module)


def _bind(b: Builder, node: ast.Import | ast.ImportFrom, name: str, value: Value) -> None:
    name = b.mangle(name)
    if name not in b.local_names:
        raise b.refuse(node, f"an import of the global {name}", "import at the top of the module")
    b.assigned.add(name)
    b.write(name, value)
