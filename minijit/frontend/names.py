"""Names, constants, attributes and items: reading them."""

from __future__ import annotations

import ast
from typing import Final

from minijit.frontend.builder import Builder, expression, span_of
from minijit.ir.nodes import Value

_LEADS_TO_FRAMES: Final = frozenset({"__traceback__", "tb_frame", "f_back"})
"""Attributes by which a program gets at frames: those of native functions have no variables, and no callers."""


@expression(ast.Constant)
def constant(b: Builder, node: ast.Constant) -> Value:
    """A literal."""
    return b.const(node.value, span_of(node))


@expression(ast.Name)
def name(b: Builder, node: ast.Name) -> Value:
    """A local, a free variable, or a global or builtin."""
    identifier = b.mangle(node.id)
    span = span_of(node)
    variable = b.variable(identifier)
    if variable is not None:
        value = b.read(variable[0], span, is_free=variable[1])
        return b.momentary[identifier](span) if variable[0] in b.momentary else value
    if identifier == b.itself:
        return b.emit("make_function", [b.entry.values[each] for each in b.captured], span, {"name": identifier})
    if identifier in b.free_names:
        return b.emit("freevar", [], span, {"name": identifier})
    if identifier == "__debug__":
        return b.const(__debug__, span)
    return b.emit("global", [], span, {"name": identifier})


@expression(ast.Attribute)
def attribute(b: Builder, node: ast.Attribute) -> Value:
    """``object.name``."""
    if node.attr in _LEADS_TO_FRAMES:
        raise b.refuse(node, f"the attribute {node.attr!r}", "look at frames outside of the compiled function")
    return b.emit("getattr", [b.value(node.value)], span_of(node), {"name": b.mangle(node.attr)})


@expression(ast.Subscript)
def subscript(b: Builder, node: ast.Subscript) -> Value:
    """``object[index]``."""
    return b.emit("getitem", [b.value(node.value), b.value(node.slice)], span_of(node))


@expression(ast.Slice)
def slice_(b: Builder, node: ast.Slice) -> Value:
    """``start:stop:step``, absent parts are ``None``."""
    span = span_of(node)
    parts = [
        b.const(None, span) if part is None else b.value(part) for part in (node.lower, node.upper, node.step)
    ]
    return b.emit("build_slice", parts, span)
