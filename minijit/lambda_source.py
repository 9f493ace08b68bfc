"""Finding the lambda that a code object was made of: by the line where it begins, and by columns."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from types import CodeType
from typing import Final

_PARSED: Final[list[tuple[Sequence[str], dict[int, list[ast.Lambda]]]]] = []
"""The lines of the file that was parsed last, and its lambdas by the line where they begin."""


def lambdas_for(code: CodeType, lines: Sequence[str]) -> list[ast.Lambda]:
    """The lambdas in a file that `code` may have been made of, the smallest first.

    Several may stand in one line, also in each other; what a lambda does stands within it. (The first and the last
    instruction stand for it as a whole, and have no width.)
    """
    places = [
        ((line, column), (end_line, end_column))
        for line, end_line, column, end_column in code.co_positions()
        if line and end_line and column is not None and end_column
    ]
    found = [
        (node, (node.lineno, node.col_offset), (node.end_lineno or 0, node.end_col_offset or 0))
        for node in _lambdas_of(lines).get(code.co_firstlineno, [])
    ]
    inside = [
        (last[0] - first[0], last[1] - first[1], node)
        for node, first, last in found
        if all(first <= begin and end <= last for begin, end in places)
    ]
    return [node for *_, node in sorted(inside, key=lambda row: row[:2])]


def _lambdas_of(lines: Sequence[str]) -> dict[int, list[ast.Lambda]]:
    for last, known in _PARSED:
        if last is lines:
            return known
    found: dict[int, list[ast.Lambda]] = {}
    try:
        tree: ast.AST = ast.parse("".join(lines))
    except (SyntaxError, ValueError, RecursionError):
        tree = ast.Module([], [])
    for node in ast.walk(tree):
        if isinstance(node, ast.Lambda):
            found.setdefault(node.lineno, []).append(node)
    _PARSED[:] = [(lines, found)]
    return found
