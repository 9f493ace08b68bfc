"""Statements other than assignments: ``if``, loops, ``return``, ``raise``, ``assert`` ..."""

from __future__ import annotations

import ast

from minijit.frontend.assignments import store
from minijit.frontend.builder import Builder, span_of, statement
from minijit.frontend.conditions import test
from minijit.frontend.ssa import Draft
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
    """A counted walk over whatever the iterable is: its length is taken once, items are asked for by number."""
    span = span_of(node.iter)
    iterator = b.emit("get_iter", [b.value(node.iter)], span)
    length = b.emit("iter_len", [iterator], span)
    header, body, latch, otherwise, end = b.drafts("for", "", "body", "next", "else", "end")
    if not node.orelse:
        otherwise = end
    header.block.attrs.update(loop="for", span=span_of(node))
    index = b.parameter(header, "", span)
    b.jump(header, span, b.emit("iter_start", [], span))
    b.enter(header)
    b.branch(b.emit("iter_more", [index, length], span), body, otherwise, span)
    b.goto(body)
    store(b, node.target, b.emit("iter_item", [iterator, index], span))
    _loop_body(b, node, latch, end)
    if b.goto(latch):
        b.jump(header, span, b.emit("iter_next", [index], span))
    b.seal(header)
    _loop_else(b, node, otherwise, end)


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
    b.loops.append((again, end))
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
    b.jump(b.loops[-1][0], span_of(node))


@statement(ast.Break)
def break_(b: Builder, node: ast.Break) -> None:
    """Out of the loop, past its ``else``."""
    b.jump(b.loops[-1][1], span_of(node))


@statement(ast.Return)
def return_(b: Builder, node: ast.Return) -> None:
    """``return value``."""
    span = span_of(node)
    value = b.const(None, span) if node.value is None else b.value(node.value)
    b.leave("return", [value], span)


@statement(ast.Raise)
def raise_(b: Builder, node: ast.Raise) -> None:
    """``raise``, ``raise exception``, ``raise exception from cause``."""
    args = [b.value(part) for part in (node.exc, node.cause) if part is not None]
    b.leave("raise", args, span_of(node))


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
        b.leave("raise", [error], span)
    b.goto(holds)
