"""Building a whole function: its parameters, its body, the ``return None`` at its end."""

from __future__ import annotations

import ast
from types import CodeType, FunctionType
from typing import Final

from minijit.errors import Span, Unsupported

# The handlers of syntax nodes register themselves when their modules are imported.
from minijit.frontend import (  # noqa: F401
    assignments,
    closures,
    comprehensions,
    conditions,
    displays,
    imports,
    managers,
    matches,
    names,
    operators,
    statements,
    tries,
)
from minijit.frontend.builder import Builder, span_of
from minijit.frontend.simplify import finished_blocks
from minijit.ir.nodes import Function
from minijit.source import Source, source_of

# As in the module inspect, which takes long to import.
_VARKEYWORDS: Final = 0x08
_GENERATOR_OR_COROUTINE: Final = 0x20 | 0x80 | 0x200


def build_function(function: FunctionType) -> Function:
    """The SSA of a Python function at the stage "python".

    The parameters of the entry block are the function's: positional ones, ``*args`` as one, then keyword-only ones.
    ``attrs["parameters"]`` has their names, ``attrs["varargs"]`` the position of ``*args`` where there is one.

    Parameters
    ----------
    function : function
        Written in Python, with its source at hand.

    Returns
    -------
    Function
        With nothing but the ops of stage ``P``, and a span on every instruction.

    Raises
    ------
    Unsupported
        Where the source can't be had, or has something that native code does not take, with the place and advice.
    """
    return build_from_source(source_of(function), function.__code__)


def build_from_source(source: Source, code: CodeType) -> Function:
    """As :func:`build_function`, for source that was found already."""
    return _build(source, source.node, code, (), "")


def _build(
    source: Source, node: ast.FunctionDef | ast.Lambda, code: CodeType, captured: tuple[str, ...], itself: str
) -> Function:
    """The SSA of a function of a file; a nested one has what it captures as its first parameters."""

    def build_nested(
        inner: ast.FunctionDef | ast.Lambda, code: CodeType, captured: tuple[str, ...], itself: str
    ) -> Function:
        return _build(source, inner, code, captured, itself)

    builder = Builder(node, code, source.filename, source.class_name, build_nested, captured, itself)
    _refuse_kinds(builder, node, code)
    span = Span(node.lineno, node.col_offset, *span_of(node)[2:])
    result = Function(code.co_name, source.filename, span)
    for name in captured:
        builder.entry.values[name] = builder.parameter(builder.entry, name, span)
    _add_parameters(builder, result, node)
    try:
        if isinstance(node, ast.Lambda):
            builder.leave("return", [builder.value(node.body)], span_of(node.body))
        else:
            builder.statements(node.body)
    except RecursionError:
        raise Unsupported("code nested this deeply", "split the expression", span, source.filename) from None
    if builder.reachable:
        end = Span(span.end_line, span.end_column, span.end_line, span.end_column)
        builder.leave("return", [builder.const(None, end)], end)
    result.blocks = finished_blocks(builder)
    return result


def _refuse_kinds(builder: Builder, node: ast.FunctionDef | ast.Lambda, code: CodeType) -> None:
    if code.co_flags & _GENERATOR_OR_COROUTINE:
        for inner in ast.walk(node):
            if isinstance(inner, ast.Yield | ast.YieldFrom | ast.Await):
                raise builder.refuse(inner)
    if code.co_flags & _VARKEYWORDS and node.args.kwarg is not None:
        name = node.args.kwarg.arg
        raise builder.refuse(node.args.kwarg, f"a **{name} parameter", "name each keyword parameter")


def _add_parameters(builder: Builder, result: Function, node: ast.FunctionDef | ast.Lambda) -> None:
    arguments = node.args
    params = arguments.posonlyargs + arguments.args
    if arguments.vararg is not None:
        result.attrs["varargs"] = len(params)
        params.append(arguments.vararg)
    params += arguments.kwonlyargs
    for param in params:
        name = builder.mangle(param.arg)
        builder.entry.values[name] = builder.parameter(builder.entry, name, span_of(param))
    result.attrs["parameters"] = tuple(builder.mangle(param.arg) for param in params)
    result.attrs["keyword_only"] = len(arguments.kwonlyargs)


