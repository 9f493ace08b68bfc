"""Which names a function binds itself: not those that only its comprehensions or inner functions bind."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

COMPREHENSIONS: Final = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
"""What has a scope of its own for its targets."""

FUNCTIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
"""What has a scope of its own for everything."""


def children_in_scope(node: ast.AST) -> Iterator[ast.AST]:
    """The children of a node of a function's scope, without what belongs to a scope further in."""
    if isinstance(node, ast.comprehension):
        yield node.iter
        yield from node.ifs
    elif not isinstance(node, FUNCTIONS):
        yield from ast.iter_child_nodes(node)


def names_bound_in(function: ast.FunctionDef | ast.Lambda) -> Iterator[str]:
    """The names that a function assigns to or deletes, parameters left out."""
    todo: list[ast.AST] = list(function.body) if isinstance(function.body, list) else [function.body]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            yield node.id
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.alias):
            yield node.asname or node.name.split(".")[0]
        todo += children_in_scope(node)
