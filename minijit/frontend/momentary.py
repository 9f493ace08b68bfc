"""Nested functions that are only called: they need not be made before they are used.

Python's closures see their variables as they are when they are called. A function that is used for nothing but being
called, or handed to a call, is therefore made anew at each use, with the values of that moment: nothing can assign to
the variables of the function around it while the call lasts, and nobody holds it afterwards (typeinfer refuses calls
that give it back).
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from minijit.frontend.bound_names import name_bound_by
from minijit.frontend.builder import Builder

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)


def variable_of_lambda(b: Builder, node: ast.Lambda) -> str:
    """The name in ``name = lambda: ...``; empty where a lambda is used otherwise."""
    match _parents(b).get(node):
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            return b.mangle(name)
        case _:
            return ""


def is_bound_once(b: Builder, name: str) -> bool:
    """Whether one definition or assignment is all that ever binds a variable."""
    if name in b.entry.values or name in b.code.co_varnames[: b.code.co_argcount + b.code.co_kwonlyargcount]:
        return False
    return sum(binds(b, node, name) for node in _parents(b)) == 1


def is_only_used_in_calls(b: Builder, name: str) -> bool:
    """Whether a function of this name is used for nothing but being called or handed to calls."""
    if not is_bound_once(b, name):
        return False
    loads = (
        node
        for node in _parents(b)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and b.mangle(node.id) == name
    )
    return all(is_part_of_call(b, node) for node in loads)


def is_part_of_call(b: Builder, node: ast.expr) -> bool:
    """Whether an expression is what is called, or an argument of a call."""
    parents = _parents(b)
    parent = parents.get(node)
    if isinstance(parent, ast.keyword):
        return isinstance(parents.get(parent), ast.Call)
    return isinstance(parent, ast.Call)


def is_assigned_aside(b: Builder, name: str) -> bool:
    """Whether a variable may change while the arguments of a call are evaluated, or during the call."""
    for node in ast.walk(b.node):
        match node:
            case ast.NamedExpr(target=ast.Name(id=target)) if b.mangle(target) == name:
                return True
            case ast.Nonlocal(names=names) if name in map(b.mangle, names):
                return True
    return False


def binds(b: Builder, node: ast.AST, name: str) -> bool:
    """Whether a node itself binds a variable."""
    bound = name_bound_by(node)
    return bound is not None and b.mangle(bound) == name


def _parents(b: Builder) -> dict[ast.AST, ast.AST]:
    """The syntax nodes of the function's own scope, each with the one around it."""
    if b.parents is None:
        b.parents = dict(_walk(b.node))
    return b.parents


def _walk(root: ast.FunctionDef | ast.Lambda) -> Iterator[tuple[ast.AST, ast.AST]]:
    body = root.body if isinstance(root.body, list) else [root.body]
    todo: list[tuple[ast.AST, ast.AST]] = [(each, root) for each in body]
    while todo:
        node, parent = todo.pop()
        yield node, parent
        if not isinstance(node, _FUNCTIONS):
            todo += [(child, node) for child in ast.iter_child_nodes(node)]
