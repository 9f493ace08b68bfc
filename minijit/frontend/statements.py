"""Statements other than assignments: ``if``, loops, ``return``, ``assert`` ..."""

from __future__ import annotations

import ast

from minijit.frontend.assignments import store
from minijit.frontend.builder import Builder, span_of, statement
from minijit.frontend.comprehensions import for_each
from minijit.frontend.conditions import test
from minijit.frontend.ssa import Draft
from minijit.frontend.tries import leave_statements, throw
from minijit.frontend.walks import begin_walk, end_walk
from minijit.ir.nodes import Value


@statement(ast.Expr)
def expression_statement(b: Builder, node: ast.Expr) -> None:
    """An expression for its effects; constants (docstrings, ``...``) have none."""
    if not isinstance(node.value, ast.Constant):
        b.value(node.value)


@statement(ast.Pass)
@statement(ast.Global)
@statement(ast.Nonlocal)
def nothing(b: Builder, node: ast.stmt) -> None:
    """Nothing is done; what ``global`` means for names, the code object has told us."""


@statement(ast.If)
def if_(b: Builder, node: ast.If) -> None:
    """``if``, ``elif`` and ``else``, all of which meet in one block."""
    then, other, end = b.drafts("if", "then", "else", "end")
    while True:
        if not node.orelse:
            other = end
        test(b, node.test, then, other)
        if b.goto(then):
            b.statements(node.body)
            _go_on(b, end, node.body[-1])
        if not node.orelse or not b.goto(other):
            break
        if len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If):
            node = node.orelse[0]
            then, other = b.drafts("elif", "then", "else")
            continue
        b.statements(node.orelse)
        _go_on(b, end, node.orelse[-1])
        break
    b.goto(end)


def _go_on(b: Builder, target: Draft, after: ast.stmt) -> None:
    """Jump to `target` if control can come here."""
    if b.reachable:
        b.jump(target, span_of(after))


@statement(ast.For)
def for_(b: Builder, node: ast.For) -> None:
    """A counted walk over whatever the iterable is."""
    if isinstance(node.iter, ast.GeneratorExp):
        _for_generated(b, node, node.iter)
        return
    iterator = b.emit("get_iter", [b.value(node.iter)], span_of(node.iter))
    walk = begin_walk(b, iterator, span_of(node.iter), span_of(node), has_else=bool(node.orelse))
    store(b, node.target, walk.item)
    _loop_body(b, node, walk.latch, walk.end)
    end_walk(b, walk)
    _loop_else(b, node, walk.otherwise, walk.end)


def _for_generated(b: Builder, node: ast.For, inner: ast.GeneratorExp) -> None:
    """A loop over a generator expression: its body stands inside of the generator's own loops."""
    (end,) = b.drafts("for", "end")
    otherwise = for_each(b, node, inner, lambda again: _loop_body(b, node, again, end))
    if node.orelse:
        _loop_else(b, node, otherwise, end)
        return
    if b.goto(otherwise):
        b.jump(end, span_of(node))
    b.goto(end)


@statement(ast.While)
def while_(b: Builder, node: ast.While) -> None:
    """The test is made in the header; ``continue`` goes straight back to it."""
    span = span_of(node)
    header, body, otherwise, end = b.drafts("while", "", "body", "else", "end")
    if not node.orelse:
        otherwise = end
    header.block.attrs.update(loop="while", span=span)
    b.jump(header, span)
    b.enter(header)
    test(b, node.test, body, otherwise)
    if b.goto(body):
        _loop_body(b, node, header, end)
    b.seal(header)
    _loop_else(b, node, otherwise, end)


def _loop_body(b: Builder, node: ast.For | ast.While, again: Draft, end: Draft) -> None:
    b.loops.append((again, end, len(b.cleanups)))
    b.statements(node.body)
    b.loops.pop()
    _go_on(b, again, node.body[-1])


def _loop_else(b: Builder, node: ast.For | ast.While, otherwise: Draft, end: Draft) -> None:
    """The ``else`` of a loop, which runs when it ends without ``break``; then go on behind the loop."""
    if node.orelse and b.goto(otherwise):
        b.statements(node.orelse)
        _go_on(b, end, node.orelse[-1])
    b.goto(end)


@statement(ast.Continue)
def continue_(b: Builder, node: ast.Continue) -> None:
    """On to the next turn."""
    again, _, keep = b.loops[-1]
    leave_statements(b, keep, lambda: b.jump(again, span_of(node)))


@statement(ast.Break)
def break_(b: Builder, node: ast.Break) -> None:
    """Out of the loop, past its ``else``."""
    _, end, keep = b.loops[-1]
    leave_statements(b, keep, lambda: b.jump(end, span_of(node)))


@statement(ast.Return)
def return_(b: Builder, node: ast.Return) -> None:
    """``return value``."""
    span = span_of(node)
    value = b.const(None, span) if node.value is None else b.value(node.value)
    leave_statements(b, 0, lambda: b.leave("return", [value], span))


@statement(ast.Assert)
def assert_(b: Builder, node: ast.Assert) -> None:
    """Raise AssertionError, always the builtin one, if the test is false; under ``python -O`` nothing."""
    if not __debug__:
        return
    span = span_of(node)
    fails, holds = b.drafts("assert", "fails", "holds")
    test(b, node.test, holds, fails)
    if b.goto(fails):
        args: list[Value] = [b.const(AssertionError, span)]
        if node.msg is not None:
            args.append(b.value(node.msg))
        error = b.emit("call", args, span, {"keywords": (), "starred": ()})
        throw(b, [error], span)
    b.goto(holds)
