"""Comprehensions and generator expressions, as loops in place.

A list comprehension makes a list and appends to it, one of a dict stores into that. Sets are made of the list of their
items when it is complete. A generator expression is taken only where it is used up at once: ``any`` and ``all`` become
loops that end early, a ``for`` statement over one is a loop in the loop, and any other function that takes all items is
given them as a list (typeinfer makes sure that it is such a function).

The targets have a scope of their own: in the SSA they are variables of other names. The first iterable is evaluated
outside of it, and an assignment expression assigns outside, too.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable
from typing import Final, TypeAlias

from minijit.errors import Span
from minijit.frontend.assignments import store
from minijit.frontend.builder import Builder, Scope, expression, span_of
from minijit.frontend.conditions import test
from minijit.frontend.operators import call
from minijit.frontend.ssa import Draft
from minijit.frontend.walks import begin_walk, end_walk
from minijit.ir.nodes import Value

Comprehension: TypeAlias = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
_Body: TypeAlias = Callable[[Draft], None]
"""Builds what is done for an item; it is told where the next turn begins."""

_INLINED: Final = sys.version_info >= (3, 12)
"""Whether comprehensions other than generator expressions are no functions of their own (PEP 709)."""

_FUNCTIONS: Final[dict[type[ast.expr], str]] = {
    ast.ListComp: "<listcomp>",
    ast.SetComp: "<setcomp>",
    ast.DictComp: "<dictcomp>",
    ast.GeneratorExp: "<genexpr>",
}
"""What Python calls the functions that it makes of them."""

_SEARCHES: Final = {"any": True, "all": False}
_CALM: Final = (ast.Name, ast.Constant, ast.Lambda, ast.Attribute)


@expression(ast.ListComp)
def list_comprehension(b: Builder, node: ast.ListComp) -> Value:
    """``[x for x in iterable]``."""
    return _list_of(b, node, node.elt)


@expression(ast.SetComp)
def set_comprehension(b: Builder, node: ast.SetComp) -> Value:
    """``{x for x in iterable}``."""
    return _collected(b, node, set, node.elt)


@expression(ast.DictComp)
def dict_comprehension(b: Builder, node: ast.DictComp) -> Value:
    """``{key: value for x in iterable}``."""
    first = _iterator(b, node.generators[0])
    made = b.emit("build_dict", [], span_of(node))

    def body(_again: Draft) -> None:
        item = [b.value(node.key), b.value(node.value)]
        b.emit("setitem", [made, *item], span_of(node.key), {"display": True})

    _in_own_scope(b, node, first, body)
    return made


@expression(ast.GeneratorExp)
def generator(b: Builder, node: ast.GeneratorExp) -> Value:
    """``(x for x in iterable)``, of which all items are made at once."""
    return _list_of(b, node, node.elt, generator=True)


@expression(ast.Call)
def call_with_generator(b: Builder, node: ast.Call) -> Value:
    """A call, perhaps of ``any`` or ``all`` with a generator expression."""
    for arg in node.args:
        if isinstance(arg, ast.GeneratorExp) and len(node.args) + len(node.keywords) > 1:
            others = [each for each in node.args if each is not arg] + [each.value for each in node.keywords]
            assigns = any(isinstance(each, ast.NamedExpr) for each in ast.walk(arg))
            if assigns or not all(_is_calm(each) for each in others):
                raise b.refuse(arg, "a generator expression among other arguments", "make a list of it beforehand")
    match node:
        case ast.Call(func=ast.Name(id=name), args=[ast.GeneratorExp() as inner], keywords=[]) if name in _SEARCHES:
            return _search(b, node, inner, _SEARCHES[name])
    return call(b, node)


def _is_calm(node: ast.expr) -> bool:
    """Whether an argument beside a generator expression may be evaluated before or after that."""
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.operand, ast.Constant)
    return isinstance(node, _CALM)


def for_each(b: Builder, node: ast.For, inner: ast.GeneratorExp, build_body: _Body) -> Draft:
    """``for target in (generator expression)``; gives the block behind the loop, where nothing has been built yet."""
    (end,) = b.drafts("for", "all")
    first = _iterator(b, inner.generators[0])

    def body(again: Draft) -> None:
        item = b.value(inner.elt)
        scope = b.scopes.pop()
        store(b, node.target, item)
        build_body(again)
        b.scopes.append(scope)

    _in_own_scope(b, inner, first, body)
    b.jump(end, span_of(node))
    return end


def _list_of(b: Builder, node: Comprehension, *parts: ast.expr, generator: bool = False) -> Value:
    """The list of what a comprehension gives; of several parts the tuples."""
    first = _iterator(b, node.generators[0])
    attrs: dict[str, object] = {"starred": ()}
    if generator:
        attrs["generator"] = True
    made = b.emit("build_list", [], span_of(node), attrs)

    def body(_again: Draft) -> None:
        items = [b.value(part) for part in parts]
        item = items[0] if len(items) == 1 else b.emit("build_tuple", items, span_of(parts[0]), {"starred": ()})
        b.emit("list_append", [made, item], span_of(parts[0]))

    _in_own_scope(b, node, first, body)
    return made


def _collected(b: Builder, node: Comprehension, maker: type, *parts: ast.expr) -> Value:
    span = span_of(node)
    items = _list_of(b, node, *parts)
    return b.emit("call", [b.const(maker, span), items], span, {"keywords": (), "starred": ()})


def _search(b: Builder, node: ast.Call, inner: ast.GeneratorExp, wanted: bool) -> Value:
    """``any`` or ``all``: the loop ends at the first item whose truth is `wanted`.

    The function itself is asked about the outcome: it is what its name says only if that has not been rebound.
    """
    span = span_of(node)
    callee = b.value(node.func)
    first = _iterator(b, inner.generators[0])
    found, end = b.drafts(node.func.id, "found", "end")  # type: ignore[attr-defined]  # a name, as was asked
    outcome = b.parameter(end, "", span)

    def body(again: Draft) -> None:
        if wanted:
            test(b, inner.elt, found, again)
        else:
            test(b, inner.elt, again, found)

    _in_own_scope(b, inner, first, body, span)
    b.jump(end, span, b.const(not wanted, span))
    if b.goto(found):
        b.jump(end, span, b.const(wanted, span))
    b.goto(end)
    row = b.emit("build_tuple", [outcome], span, {"starred": ()})
    return b.emit("call", [callee, row], span, {"keywords": (), "starred": (), "generator": True})


# ---- clauses


def _iterator(b: Builder, clause: ast.comprehension) -> Value:
    return b.emit("get_iter", [b.value(clause.iter)], span_of(clause.iter))


def _in_own_scope(b: Builder, node: Comprehension, first: Value, body: _Body, at: Span | None = None) -> None:
    """Build the loops of a comprehension over `first`, with `body` innermost; goes on behind them.

    `at` is the place of what uses up a generator.
    """
    for generator in node.generators:
        if generator.is_async:
            raise b.refuse(node, "an asynchronous comprehension", "use a plain for")
    names = {b.mangle(name) for generator in node.generators for name in _names_in(generator.target)}
    b.scope_count += 1
    function = _FUNCTIONS[type(node)] if isinstance(node, ast.GeneratorExp) or not _INLINED else ""
    b.scopes.append(Scope({name: f"{name}@{b.scope_count}" for name in names}, function, at or span_of(node)))
    for variable in b.scopes[-1].names.values():
        b.delete(variable, span_of(node))
    _clauses(b, node.generators, first, body)
    b.scopes.pop()


def _names_in(target: ast.expr) -> list[str]:
    return [each.id for each in ast.walk(target) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)]


def _clauses(b: Builder, generators: list[ast.comprehension], first: Value, body: _Body) -> None:
    clause, rest = generators[0], generators[1:]
    at, to = span_of(clause.target), span_of([clause.iter, *clause.ifs][-1])
    walk = begin_walk(b, first, span_of(clause.iter), Span(at.line, at.column, to.end_line, to.end_column))
    store(b, clause.target, walk.item)
    for condition in clause.ifs:
        (holds,) = b.drafts("for", "if")
        test(b, condition, holds, walk.latch)
        if not b.goto(holds):
            break
    if b.reachable and rest:
        _clauses(b, rest, _iterator(b, rest[0]), body)
    elif b.reachable:
        body(walk.latch)
    if b.reachable:
        b.jump(walk.latch, walk.span)
    end_walk(b, walk)
    b.goto(walk.end)

