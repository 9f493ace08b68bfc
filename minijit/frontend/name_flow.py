"""Which names a function may still ask for, and which are bound for certain, at each of its loops.

Both are found on the syntax tree, statement by statement, and lean to the safe side: a name may be said to be live that
is not, and not to be bound that is.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple, TypeAlias

Names: TypeAlias = frozenset[str]
Loop: TypeAlias = ast.For | ast.While

NONE: Final[Names] = frozenset()


class Ways(NamedTuple):
    """The names that are live where ``break`` and ``continue`` lead."""

    broken: Names
    continued: Names


_NOWHERE: Final = Ways(NONE, NONE)


class NameFlow:
    """What is live and bound around the loops of a function.

    Loops in ``try`` and ``with`` statements are left out: an exception may lead from the midst of them to code that
    sees their variables.

    Attributes
    ----------
    after : dict
        The names that are live behind each loop.
    bound : dict
        The names that are bound for certain before each loop.
    """

    def __init__(self, body: Sequence[ast.stmt], parameters: Iterable[str]) -> None:
        self.after: dict[Loop, Names] = {}
        self.bound: dict[Loop, Names] = {}
        self.live_before(body, NONE)
        self._bind_all(body, frozenset(parameters))

    # ---- backwards: what is live

    def live_before(self, body: Sequence[ast.stmt], after: Names, ways: Ways = _NOWHERE) -> Names:
        """The names that are live before some statements, if `after` are live behind them."""
        for statement in reversed(body):
            after = self._before(statement, after, ways)
        return after

    def _before(self, node: ast.stmt, after: Names, ways: Ways) -> Names:
        match node:
            case ast.Return() | ast.Raise():
                return loaded(node)
            case ast.Break():
                return ways.broken
            case ast.Continue():
                return ways.continued
            case ast.If(test=test, body=body, orelse=otherwise):
                either = self.live_before(body, after, ways) | self.live_before(otherwise, after, ways)
                return loaded(test) | either
            case ast.For() | ast.While():
                return self._before_loop(node, after, ways)
            case ast.Assign() | ast.AnnAssign():
                return after - stored(node) | loaded(node)
            case _:
                return after | loaded(node)

    def _before_loop(self, node: Loop, after: Names, ways: Ways) -> Names:
        self.after[node] = self.after.get(node, NONE) | after
        end = self.live_before(node.orelse, after, ways)
        asked = loaded(node.target if isinstance(node, ast.For) else node.test)
        given = stored(node.target) if isinstance(node, ast.For) else NONE
        header = end | asked
        while True:
            turn = self.live_before(node.body, header, Ways(after, header)) - given
            if turn <= header:
                break
            header |= turn
        return header | loaded(node.iter) if isinstance(node, ast.For) else header

    # ---- forwards: what is bound

    def _bind_all(self, body: Sequence[ast.stmt], bound: Names) -> Names | None:
        """What is bound behind some statements; ``None`` where their end is not reached."""
        for statement in body:
            found = self._bind(statement, bound)
            if found is None:
                return None
            bound = found
        return bound

    def _bind(self, node: ast.stmt, bound: Names) -> Names | None:
        match node:
            case ast.Return() | ast.Raise() | ast.Break() | ast.Continue():
                return None
            case ast.If(body=body, orelse=otherwise):
                first, second = self._bind_all(body, bound), self._bind_all(otherwise, bound)
                return second if first is None else first if second is None else first & second
            case ast.For() | ast.While():
                self.bound[node] = bound
                inside = bound | stored(node.target) if isinstance(node, ast.For) else bound
                self._bind_all(node.body, inside)
                self._bind_all(node.orelse, bound)
                return bound
            case ast.Assign() | ast.AugAssign() | ast.AnnAssign() | ast.Import() | ast.ImportFrom() | ast.FunctionDef():
                return bound | stored(node)
            case _:
                return bound


def loaded(node: ast.AST) -> Names:
    """The names that a node asks for, those of scopes within it included."""
    found = set()
    for each in ast.walk(node):
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load):
            found.add(each.id)
        elif isinstance(each, ast.AugAssign) and isinstance(each.target, ast.Name):
            found.add(each.target.id)
    return frozenset(found)


def stored(node: ast.AST) -> Names:
    """The names that a statement without others in it binds, or that a target binds."""
    match node:
        case ast.Name(id=name, ctx=ast.Store()):
            return frozenset({name})
        case ast.Tuple(elts=items) | ast.List(elts=items) | ast.Assign(targets=items):
            return frozenset().union(*map(stored, items))
        case ast.Starred(value=target) | ast.AugAssign(target=target):
            return stored(target)
        case ast.AnnAssign(target=target, value=value):
            return NONE if value is None else stored(target)
        case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
            return frozenset(alias.asname or alias.name.split(".")[0] for alias in aliases)
        case ast.FunctionDef(name=name):
            return frozenset({name})
        case _:
            return NONE
