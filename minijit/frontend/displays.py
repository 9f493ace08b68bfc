"""Displays and strings: tuples, lists, sets, dicts, f-strings."""

from __future__ import annotations

import ast
from typing import Final

from minijit.frontend.builder import Builder, expression, span_of
from minijit.frontend.operators import spread
from minijit.ir.nodes import Value

_CONVERSIONS: Final = {-1: "", ord("s"): "s", ord("r"): "r", ord("a"): "a"}


@expression(ast.Tuple)
def tuple_(b: Builder, node: ast.Tuple) -> Value:
    """``(a, *b)``."""
    return _display(b, "build_tuple", node)


@expression(ast.List)
def list_(b: Builder, node: ast.List) -> Value:
    """``[a, *b]``."""
    return _display(b, "build_list", node)


@expression(ast.Set)
def set_(b: Builder, node: ast.Set) -> Value:
    """``{a, *b}``."""
    return _display(b, "build_set", node)


@expression(ast.Dict)
def dict_(b: Builder, node: ast.Dict) -> Value:
    """``{a: b}``: an empty one, to which the items are added; names are left to Python all at once."""
    if not all(isinstance(key, ast.Constant) and isinstance(key.value, str) for key in node.keys):
        return _filled_dict(b, node)
    items: list[Value] = []
    for key, value in zip(node.keys, node.values, strict=True):
        if key is None:
            raise b.refuse(node, "** in a dict display", "write the items one by one")
        items += [b.value(key), b.value(value)]
    return b.emit("build_dict", items, span_of(node))


def _filled_dict(b: Builder, node: ast.Dict) -> Value:
    made = b.emit("build_dict", [], span_of(node))
    for key, value in zip(node.keys, node.values, strict=True):
        if key is None:
            raise b.refuse(node, "** in a dict display", "write the items one by one")
        item = [b.value(key), b.value(value)]
        b.emit("setitem", [made, *item], span_of(key), {"display": True})
    return made


def _display(b: Builder, op: str, node: ast.Tuple | ast.List | ast.Set) -> Value:
    items: list[Value] = []
    starred = []
    for position, item in enumerate(node.elts):
        if isinstance(item, ast.Starred):
            starred.append(position)
            items.append(spread(b, item) if position < len(node.elts) - 1 else b.value(item.value))
        else:
            items.append(b.value(item))
    return b.emit(op, items, span_of(node), {"starred": tuple(starred)})


@expression(ast.JoinedStr)
def joined_string(b: Builder, node: ast.JoinedStr) -> Value:
    """An f-string."""
    # Python 3.12 leaves empty strings between the parts.
    parts = [part for part in node.values if not (isinstance(part, ast.Constant) and part.value == "")]
    return b.emit("build_string", [b.value(part) for part in parts], span_of(node))


@expression(ast.FormattedValue)
def formatted_value(b: Builder, node: ast.FormattedValue) -> Value:
    """``{value!r:spec}`` inside an f-string."""
    value = b.value(node.value)
    spec = node.format_spec
    if spec is None:
        format_spec: Value = b.const("", span_of(node))
    elif isinstance(spec, ast.JoinedStr) and len(spec.values) == 1 and isinstance(spec.values[0], ast.Constant):
        format_spec = b.value(spec.values[0])
    else:
        format_spec = b.value(spec)
    return b.emit("format_value", [value, format_spec], span_of(node), {"conversion": _CONVERSIONS[node.conversion]})
