"""``match`` statements, as the tests that they stand for.

Each pattern is a row of tests on the subject, all of which must hold; types decide most of them while compiling. The
names that a pattern captures are assigned when it has matched as a whole, before its guard is asked.
"""

from __future__ import annotations

import ast
from typing import TypeAlias

from minijit.errors import Span
from minijit.frontend.assignments import store
from minijit.frontend.builder import Builder, span_of, statement
from minijit.frontend.conditions import test
from minijit.frontend.ssa import Draft
from minijit.ir.nodes import Value
from minijit.library.operations import is_sequence

_Captures: TypeAlias = dict[str, Value]


@statement(ast.Match)
def match(b: Builder, node: ast.Match) -> None:
    """The cases one after the other, each with a block to go on in where it does not match."""
    subject = b.value(node.subject)
    (end,) = b.drafts("match", "end")
    for case in node.cases:
        body, other = b.drafts("case", "body", "else")
        captures: _Captures = {}
        _match(b, case.pattern, subject, captures, other)
        for name, value in captures.items():
            store(b, _target(case.pattern, name), value)
        if case.guard is None:
            b.jump(body, span_of(case.pattern))
        else:
            test(b, case.guard, body, other)
        if b.goto(body):
            b.statements(case.body)
            if b.reachable:
                b.jump(end, span_of(case.body[-1]))
        if not b.goto(other):
            break
    else:
        b.jump(end, span_of(node))
    b.goto(end)


def _target(pattern: ast.pattern, name: str) -> ast.Name:
    place = {"lineno": pattern.lineno, "col_offset": pattern.col_offset}
    ends = {"end_lineno": pattern.end_lineno, "end_col_offset": pattern.end_col_offset}
    return ast.Name(name, ast.Store(), **place, **ends)


def _match(b: Builder, pattern: ast.pattern, subject: Value, captures: _Captures, other: Draft) -> None:
    """Go to `other` unless `pattern` matches; else go on here."""
    span = span_of(pattern)
    match pattern:
        case ast.MatchValue(value):
            equal = b.emit("compare", [subject, b.value(value)], span, {"operator": "=="})
            _require(b, b.emit("truth", [equal], span), other, span)
        case ast.MatchSingleton(value):
            _require(b, b.emit("compare", [subject, b.const(value, span)], span, {"operator": "is"}), other, span)
        case ast.MatchAs(inner, name):
            if inner is not None:
                _match(b, inner, subject, captures, other)
            if name is not None:
                captures[name] = subject
        case ast.MatchOr(patterns):
            _match_one_of(b, patterns, subject, captures, other, span)
        case ast.MatchSequence(patterns):
            _match_sequence(b, patterns, subject, captures, other, span)
        case ast.MatchClass(cls, [], [], []):
            known = _call(b, isinstance, [subject, b.value(cls)], span)
            _require(b, b.emit("truth", [known], span), other, span)
        case ast.MatchClass():
            raise b.refuse(pattern, "a class pattern that looks at attributes", "look at them in an if statement")
        case _:
            raise b.refuse(pattern, "a mapping pattern", "write if and elif")


def _require(b: Builder, condition: Value, other: Draft, span: Span) -> None:
    (more,) = b.drafts("pattern", "")
    b.branch(condition, more, other, span)
    b.goto(more)


def _call(b: Builder, function: object, args: list[Value], span: Span) -> Value:
    return b.emit("call", [b.const(function, span), *args], span, {"keywords": (), "starred": ()})


def _match_one_of(
    b: Builder, patterns: list[ast.pattern], subject: Value, captures: _Captures, other: Draft, span: Span
) -> None:
    """``a | b``: all alternatives capture the same names."""
    (matched,) = b.drafts("pattern", "matched")
    names = sorted({name for pattern in patterns for name in _names_in(pattern)})
    joined = {name: b.parameter(matched, name, span) for name in names}
    for pattern in patterns:
        following = other if pattern is patterns[-1] else b.drafts("pattern", "or")[0]
        found: _Captures = {}
        _match(b, pattern, subject, found, following)
        b.jump(matched, span, *[found[name] for name in names])
        if following is other or not b.goto(following):
            break
    b.goto(matched)
    captures.update(joined)


def _names_in(pattern: ast.pattern) -> set[str]:
    found = (getattr(node, "name", None) for node in ast.walk(pattern))
    return {name for name in found if isinstance(name, str)}


def _match_sequence(
    b: Builder, patterns: list[ast.pattern], subject: Value, captures: _Captures, other: Draft, span: Span
) -> None:
    """``[a, *b, c]``: the kind of the subject, then its length, then the items."""
    _require(b, b.emit("truth", [_call(b, is_sequence, [subject], span)], span), other, span)
    starred = next((k for k, one in enumerate(patterns) if isinstance(one, ast.MatchStar)), None)
    length = _call(b, len, [subject], span)
    count = b.const(len(patterns) - (starred is not None), span)
    operator = "==" if starred is None else ">="
    fits = b.emit("compare", [length, count], span, {"operator": operator})
    _require(b, b.emit("truth", [fits], span), other, span)
    items = b.emit("unpack", [subject], span, {"count": len(patterns), "starred": starred})
    parts = [b.emit("tuple_item", [items], span_of(one), {"index": k}) for k, one in enumerate(patterns)]
    for pattern, part in zip(patterns, parts, strict=True):
        if not isinstance(pattern, ast.MatchStar):
            _match(b, pattern, part, captures, other)
        elif pattern.name is not None:
            captures[pattern.name] = part
