"""Counted walks over an iterable: what ``for`` statements and the clauses of comprehensions have in common."""

from __future__ import annotations

from typing import NamedTuple

from minijit.errors import Span
from minijit.frontend.builder import Builder
from minijit.frontend.ssa import Draft
from minijit.ir.nodes import Value


class Walk(NamedTuple):
    """A walk whose body is being built.

    `latch` leads to the next turn; `otherwise` is where the walk ends by itself, `end` what lies behind it all.
    """

    header: Draft
    latch: Draft
    otherwise: Draft
    end: Draft
    number: Value
    item: Value
    span: Span


def begin_walk(b: Builder, iterator: Value, span: Span, whole: Span, *, has_else: bool = False) -> Walk:
    """Begin a walk over what ``get_iter`` gave, and go to its body.

    Its length is asked for once, items are asked for by number. `span` is the place of the iterable, `whole` that of
    the loop.
    """
    length = b.emit("iter_len", [iterator], span)
    header, body, latch, otherwise, end = b.drafts("for", "", "body", "next", "else", "end")
    if not has_else:
        otherwise = end
    header.block.attrs.update(loop="for", span=whole)
    index = b.parameter(header, "", span)
    b.jump(header, span, b.emit("iter_start", [], span))
    b.enter(header)
    b.branch(b.emit("iter_more", [index, length], span), body, otherwise, span)
    b.goto(body)
    return Walk(header, latch, otherwise, end, index, b.emit("iter_item", [iterator, index], span), span)


def end_walk(b: Builder, walk: Walk) -> None:
    """Close the walk behind its body, which has gone on to its latch or elsewhere."""
    if b.goto(walk.latch):
        b.jump(walk.header, walk.span, b.emit("iter_next", [walk.number], walk.span))
    b.seal(walk.header)
