"""``try`` statements: where an operation that fails goes on, and what is done on every way out.

Each operation in the body of a ``try`` that may raise ends its block with an ``attempt``: one way on, and one to each
handler around it, from the inside to the outside. So the variables that a handler sees are those of the moment. The
classes of the handlers are looked up when the statement is entered; typeinfer makes sure that they are constants.

An exception that leaves the body of a handler is linked to the one that is being handled. That is what the block behind
each handler is for (:func:`_handling`); where nothing in the handler can fail it is never reached.

The body of a ``finally`` is built once for each way out: behind the statement, before each ``return``, ``break`` and
``continue`` that leaves it, and for exceptions, which are raised again at its end.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from contextlib import contextmanager
from typing import TYPE_CHECKING

from minijit.errors import Span
from minijit.frontend.assignments import store
from minijit.frontend.builder import Builder, Cleanup, Handled, Handler, span_of, statement
from minijit.frontend.ssa import Draft
from minijit.ir.nodes import Value

if TYPE_CHECKING:
    from collections.abc import Iterator


@statement(ast.Try)
def try_(b: Builder, node: ast.Try) -> None:
    """``try`` with ``except``, ``else`` and ``finally``."""
    if node.finalbody:
        _with_finally(b, node)
    else:
        _with_handlers(b, node)


@statement(ast.Raise)
def raise_(b: Builder, node: ast.Raise) -> None:
    """``raise``, ``raise exception``, ``raise exception from cause``."""
    span = span_of(node)
    if node.exc is None and b.handled is not None:
        # What is being handled goes on as it came.
        number, linking, outer = b.handled
        inner = tuple(each for each in b.handlers if each is not linking)
        with _within(b, inner if inner == b.handlers else (*inner, *outer)):
            throw(b, [_caught(b, number, span)], span, again=True)
        return
    throw(b, [b.value(part) for part in (node.exc, node.cause) if part is not None], span)


def throw(b: Builder, args: list[Value], span: Span, *, again: bool = False, linked: bool = False) -> None:
    """Raise an exception: leave the function, or go to the handlers around."""
    if not b.handlers and not again and not linked:
        b.leave("raise", args, span)
        return
    b.emit("throw", args, span, {"again": again, "linked": linked})
    if not b.handlers:
        b.leave("raise", args[:1], span)


def leave_statements(b: Builder, keep: int, then: Callable[[], None]) -> None:
    """Do what has to be done on the way out of all statements but the `keep` outermost, then `then`."""
    around, loops, state = list(b.cleanups), list(b.loops), (b.handlers, b.handled)
    while b.reachable and len(b.cleanups) > keep:
        cleanup = b.cleanups.pop()
        b.handlers, b.handled = cleanup.handlers, cleanup.handled
        del b.loops[cleanup.loops :]
        cleanup.build()
    b.loops[:] = loops
    if b.reachable:
        then()
    b.cleanups[:] = around
    b.handlers, b.handled = state


@contextmanager
def _within(b: Builder, handlers: tuple[Handler, ...]) -> Iterator[None]:
    before, b.handlers = b.handlers, handlers
    yield
    b.handlers = before


def _with_finally(b: Builder, node: ast.Try) -> None:
    span = span_of(node)
    failed, end = b.drafts("finally", "failed", "end")
    everything = b.const(BaseException, span)
    b.cleanups.append(Cleanup(lambda: b.statements(node.finalbody), b.handlers, b.handled, len(b.loops)))
    with _within(b, (Handler(everything, failed),)):
        if node.handlers:
            _with_handlers(b, node)
        else:
            b.statements(node.body)
    b.cleanups.pop()
    b.statements(node.finalbody)
    _go_on(b, end, node)
    if b.goto(failed):
        number = _begin(b, failed)
        with _handling(b, number, span):
            b.statements(node.finalbody)
        if b.reachable:
            throw(b, [_caught(b, number, span)], span, again=True)
    b.goto(end)


def _with_handlers(b: Builder, node: ast.Try) -> None:
    span = span_of(node)
    (end,) = b.drafts("try", "end")
    starts = [b.drafts("except", "")[0] for _ in node.handlers]
    handlers = []
    for handler, start in zip(node.handlers, starts, strict=True):
        handlers.append(Handler(_wanted(b, handler), start))
    bare = node.handlers[-1].type is None
    with _within(b, tuple(handlers) if bare else (*handlers, *b.handlers)):
        b.statements(node.body)
    b.statements(node.orelse)
    _go_on(b, end, node)
    for handler, start in zip(node.handlers, starts, strict=True):
        if b.goto(start):
            _handler(b, handler, start, span)
            _go_on(b, end, handler)
    b.goto(end)


def _wanted(b: Builder, node: ast.ExceptHandler) -> Value:
    """The classes that a handler takes; names in them that are bound to nothing would be found out later by Python."""
    if node.type is None:
        return b.const(BaseException, span_of(node))
    before = len(b.here.block.instrs)
    wanted = b.value(node.type)
    for instr in b.here.block.instrs[before:]:
        if instr.op in ("global", "freevar"):
            instr.attrs["attempted"] = True
    return wanted


def _handler(b: Builder, node: ast.ExceptHandler, start: Draft, span: Span) -> None:
    number = _begin(b, start)
    name = b.mangle(node.name) if node.name is not None else None
    if name is None:
        with _handling(b, number, span):
            b.statements(node.body)
        return

    def forget() -> None:
        b.delete(name, span)

    if any(isinstance(each, ast.Name) and each.id == node.name for part in node.body for each in ast.walk(part)):
        target = ast.copy_location(ast.Name(node.name or "", ast.Store()), node)
        store(b, target, _caught(b, number, span_of(node)))
    b.assigned.add(name)
    b.cleanups.append(Cleanup(forget, b.handlers, b.handled, len(b.loops)))
    with _handling(b, number, span):
        b.statements(node.body)
    b.cleanups.pop()
    if b.reachable:
        forget()


def _begin(b: Builder, start: Draft) -> int:
    """Number the block at the beginning of a handler."""
    b.handler_count += 1
    start.block.attrs["handler"] = b.handler_count
    return b.handler_count


@contextmanager
def _handling(b: Builder, number: int, span: Span) -> Iterator[None]:
    """What is built meanwhile runs while exception `number` is being handled: it is the context of others."""
    (failed,) = b.drafts("handler", "failed")
    linking = Handler(b.const(BaseException, span), failed)
    before, b.handled = b.handled, Handled(number, linking, b.handlers)
    with _within(b, (linking,)):
        yield
    b.handled = before
    here, reachable = b.here, b.reachable
    if b.goto(failed):
        inner = _begin(b, failed)
        throw(b, [_caught(b, inner, span), _caught(b, number, span)], span, linked=True)
    b.here, b.reachable = here, reachable


def _caught(b: Builder, number: int, span: Span) -> Value:
    return b.emit("caught", [], span, {"handler": number})


def _go_on(b: Builder, target: Draft, after: ast.stmt | ast.ExceptHandler) -> None:
    if b.reachable:
        b.jump(target, span_of(after))
