"""Makes a failing program smaller: drops rows, lines and parts of lines while it still fails."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from tests.programs.program import Program


def shrink(program: Program, fails: Callable[[Program], bool], most_tries: int = 400) -> Program:
    """The smallest program found that still fails; every candidate is a valid module."""
    tries = 0
    for row in program.rows:
        if fails(program._replace(rows=(row,))):
            program = program._replace(rows=(row,))
            break
    smaller = True
    while smaller and tries < most_tries:
        smaller = False
        for source in _candidates(program.source):
            tries += 1
            candidate = program._replace(source=source)
            if fails(candidate):
                program, smaller = candidate, True
                break
            if tries >= most_tries:
                break
    return program


def _candidates(source: str) -> Iterator[str]:
    """Valid modules with one statement less, or one expression replaced by a part of it or a constant."""
    size = len(source)
    tree = ast.parse(source)
    count = sum(1 for _ in ast.walk(tree))
    seen = {ast.unparse(tree)}
    for number in range(count):
        for way in range(6):
            edited = ast.parse(source)
            node = list(ast.walk(edited))[number]
            if not _edit(edited, node, way):
                continue
            text = ast.unparse(ast.fix_missing_locations(edited)) + "\n"
            if text in seen or len(text) >= size:
                continue
            seen.add(text)
            yield text


def _edit(tree: ast.Module, node: ast.AST, way: int) -> bool:
    """Change `node` in place; False where this way does not apply."""
    body = getattr(node, "body", None)
    if way == 0:
        return isinstance(body, list) and len(body) > 1 and bool(body.pop(0))
    if way == 1:
        return isinstance(body, list) and len(body) > 1 and not isinstance(body[-1], ast.Return) and bool(body.pop())
    if way == 2 and isinstance(body, list) and not isinstance(node, ast.Module | ast.FunctionDef):
        return _replace(tree, node, body)
    if way == 3 and getattr(node, "orelse", None) and isinstance(node, ast.If | ast.For | ast.While):
        node.orelse = []
        return True
    if way in (4, 5) and isinstance(node, ast.expr) and not isinstance(getattr(node, "ctx", None), ast.Store):
        parts = [one for one in ast.iter_child_nodes(node) if isinstance(one, ast.expr)]
        if len(parts) > way - 4 and not isinstance(node, ast.Attribute):
            return _replace(tree, node, parts[way - 4])
    if way == 2 and isinstance(body, list) and isinstance(node, ast.FunctionDef) and len(body) > 2:
        del body[len(body) // 2]
        return True
    return False


def _replace(tree: ast.Module, old: ast.AST, new: ast.AST | list[ast.stmt]) -> bool:
    for parent in ast.walk(tree):
        for name, value in ast.iter_fields(parent):
            if value is old and isinstance(new, ast.AST):
                setattr(parent, name, new)
                return True
            if isinstance(value, list) and any(one is old for one in value):
                place = next(i for i, one in enumerate(value) if one is old)
                value[place : place + 1] = new if isinstance(new, list) else [new]
                return True
    return False
