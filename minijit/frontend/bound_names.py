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


def name_bound_by(node: ast.AST) -> str | None:
    """The name that a node itself binds or deletes in its scope, ``None`` where it binds none."""
    match node:
        case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
            return name
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return name
        case ast.alias(name=name, asname=other):
            return other or name.split(".")[0]
        case ast.MatchAs(name=name) | ast.MatchStar(name=name) | ast.ExceptHandler(name=name):
            return name
        case ast.MatchMapping(rest=name):
            return name
        case _:
            return None


def names_bound_in(function: ast.FunctionDef | ast.Lambda) -> Iterator[str]:
    """The names that a function assigns to or deletes, parameters left out."""
    todo: list[ast.AST] = list(function.body) if isinstance(function.body, list) else [function.body]
    while todo:
        node = todo.pop()
        name = name_bound_by(node)
        if name is not None:
            yield name
        todo += children_in_scope(node)
