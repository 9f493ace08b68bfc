"""Operators and calls."""

from __future__ import annotations

import ast
from typing import Final

from minijit.frontend.builder import Builder, expression, span_of
from minijit.ir.nodes import Value

BINARY: Final[dict[type[ast.operator], str]] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
    ast.MatMult: "@",
    ast.LShift: "<<",
    ast.RShift: ">>",
    ast.BitAnd: "&",
    ast.BitOr: "|",
    ast.BitXor: "^",
}
_UNARY: Final[dict[type[ast.unaryop], str]] = {ast.USub: "-", ast.UAdd: "+", ast.Invert: "~", ast.Not: "not"}
COMPARISON: Final[dict[type[ast.cmpop], str]] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Is: "is",
    ast.IsNot: "is not",
    ast.In: "in",
    ast.NotIn: "not in",
}


@expression(ast.BinOp)
def binary(b: Builder, node: ast.BinOp) -> Value:
    """``left + right`` and the like."""
    args = [b.value(node.left), b.value(node.right)]
    return b.emit("binary", args, span_of(node), {"operator": BINARY[node.op.__class__]})


@expression(ast.UnaryOp)
def unary(b: Builder, node: ast.UnaryOp) -> Value:
    """``-operand`` and the like; a signed number is one constant."""
    operator = _UNARY[node.op.__class__]
    operand = node.operand
    if isinstance(operand, ast.Constant) and operator in "+-":
        number = operand.value
        if type(number) in (int, float, complex):
            return b.const(-number if operator == "-" else number, span_of(node))  # type: ignore[operator]
    return b.emit("unary", [b.value(operand)], span_of(node), {"operator": operator})


def spread(b: Builder, node: ast.Starred) -> Value:
    """``*iterable`` before further items: iterated over before those are evaluated, as its errors show."""
    return b.emit("build_tuple", [b.value(node.value)], span_of(node), {"starred": (0,)})


def call(b: Builder, node: ast.Call) -> Value:
    """``function(*args, name=value)``: the function first, then positional, then keyword arguments, as Python does."""
    args = [b.value(node.func)]
    starred = []
    for position, arg in enumerate(node.args):
        if isinstance(arg, ast.Starred):
            starred.append(position)
            more = position < len(node.args) - 1 or (position > 0 and node.keywords)
            args.append(spread(b, arg) if more else b.value(arg.value))
        else:
            args.append(b.value(arg))
    keywords = []
    for keyword in node.keywords:
        if keyword.arg is None:
            raise b.refuse(keyword, "a call with **keywords", "name each keyword argument")
        keywords.append(keyword.arg)
        args.append(b.value(keyword.value))
    return b.emit("call", args, span_of(node), {"keywords": tuple(keywords), "starred": tuple(starred)})
