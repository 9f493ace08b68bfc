"""Functions defined inside of a function, and lambdas: what they capture, and whether that can change afterwards.

Python's closures see their variables as they are when they are called. Native code gives a nested function the values
as they are when it is defined; both are the same where no assignment can come in between, and that is what is checked.
Where one can, a function that is only called is made anew by each use (:mod:`minijit.frontend.momentary`).
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from types import CodeType
from typing import Any, TypeAlias

from minijit.errors import Span, Unsupported
from minijit.frontend.bound_names import COMPREHENSIONS, children_in_scope
from minijit.frontend.builder import Builder, expression, span_of, statement
from minijit.frontend.momentary import (
    binds,
    is_assigned_aside,
    is_bound_once,
    is_only_used_in_calls,
    is_part_of_call,
    variable_of_lambda,
)
from minijit.ir.nodes import Instr, Value

NestedNode: TypeAlias = ast.FunctionDef | ast.Lambda



@statement(ast.FunctionDef)
def nested_function(b: Builder, node: ast.FunctionDef) -> None:
    """``def`` inside of a function."""
    if node.decorator_list:
        raise b.refuse(node, "a decorated function inside a function", "define it at module level")
    name = b.mangle(node.name)
    if not b.is_local(name):
        raise b.refuse(node, "a global function defined inside a function", "define it at module level")
    made = _define(b, node, name, name)
    b.assigned.add(name)
    b.write(name, made)


@expression(ast.Lambda)
def lambda_(b: Builder, node: ast.Lambda) -> Value:
    """``lambda x: ...``."""
    return _define(b, node, "<lambda>", variable_of_lambda(b, node))


def _define(b: Builder, node: NestedNode, name: str, variable: str) -> Value:
    """The function; for one that is made anew by each use, a sign that its definition has been passed."""
    if b.scopes:
        raise b.refuse(node, "a lambda in a comprehension", "define the function beforehand")
    code = _code_of(b, node, name)
    free = [each for each in code.co_freevars if b.is_local(each) or each == b.itself]
    itself = variable if variable in free and is_bound_once(b, variable) else ""
    captured = tuple(each for each in free if each != itself)
    attrs = {
        "name": name,
        "code": code,
        "nested": b.build_nested(node, code, captured, itself),
        "captured": captured,
        "itself": itself,
        **_defaults(b, node),
    }
    changing = [each for each in captured if not _is_settled(b, node, each)]
    if not changing:
        return _make(b, span_of(node), attrs)
    if any(each == b.itself or is_assigned_aside(b, each) for each in captured):
        raise _may_change(b, node, changing[0])
    attrs["momentary"] = True
    if variable and is_only_used_in_calls(b, variable):
        b.momentary[variable] = _maker(b, node, attrs)
        return b.const(None, span_of(node))
    if isinstance(node, ast.Lambda) and is_part_of_call(b, node):
        return _make(b, span_of(node), attrs)
    raise _may_change(b, node, changing[0])


def _maker(b: Builder, node: NestedNode, attrs: dict[str, Any]) -> Callable[[Span], Value]:
    """What makes a function at the place of its use."""
    is_running = False

    def make(span: Span) -> Value:
        nonlocal is_running
        if is_running:
            raise b.refuse(node, "nested functions that use each other", "define them at module level")
        is_running = True
        made = _make(b, span, dict(attrs))
        is_running = False
        return made

    return make


def _make(b: Builder, span: Span, attrs: dict[str, Any]) -> Instr:
    return b.emit("make_function", [_captured_value(b, each, span, attrs) for each in attrs["captured"]], span, attrs)


def _captured_value(b: Builder, name: str, span: Span, attrs: dict[str, Any]) -> Value:
    if name in b.momentary:
        return b.momentary[name](span)
    before = b.here.values.get(name)
    value = b.read(name, span)
    if value is not before and isinstance(value, Instr) and value.op == "check_bound":
        # Python would find out later, when the function reads it, and raise another exception.
        value.attrs["captured"] = attrs["name"]
    return value


def _code_of(b: Builder, node: NestedNode, name: str) -> CodeType:
    found = [
        const
        for const in b.code.co_consts
        if isinstance(const, CodeType) and const.co_name == name and const.co_firstlineno == node.lineno
    ]
    if len(found) > 1:
        found = [one for one in found if _lies_in(one, node)]
    if len(found) != 1:
        raise b.refuse(node, "several nested functions on one line", "write one on a line")
    return found[0]


def _lies_in(code: CodeType, node: NestedNode) -> bool:
    """Whether code belongs to a definition, as the columns say; where Python keeps none, it can't be told."""
    start, end = (node.lineno, node.col_offset), (node.end_lineno or 0, node.end_col_offset or 0)
    # The first instructions stand for the function as a whole.
    places = [(line, column) for line, _, column, _ in code.co_positions() if line and column]
    return bool(places) and all(start <= place <= end for place in places)


def _defaults(b: Builder, node: NestedNode) -> dict[str, object]:
    """The default values, which must be literals: others would have to be kept with the function."""
    arguments = node.args
    values = tuple(_literal(b, default) for default in arguments.defaults)
    pairs = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    named = {b.mangle(one.arg): _literal(b, default) for one, default in pairs if default is not None}
    return {"defaults": values, "keyword_defaults": named}


def _literal(b: Builder, node: ast.expr) -> object:
    try:
        value: object = ast.literal_eval(node)
    except ValueError:
        value = node
    if not isinstance(value, bool | int | float | complex | str | None):
        raise b.refuse(node, "a default value of a nested function that is no literal", "pass it as an argument")
    return value


# ---- variables that no longer change


def _is_settled(b: Builder, node: NestedNode, name: str) -> bool:
    """Whether a variable can no longer change, or be assigned for the first time, after `node`."""
    if name in b.captured:
        # Captured itself, so the function around has been asked already.
        return True
    if name in b.momentary or name == b.itself:
        return False
    own_loops = dict(_nodes_with_loops(b.node)).get(node, frozenset())
    body = b.node.body if isinstance(b.node, ast.FunctionDef) else []
    is_assigned = name in map(b.mangle, _parameters(b.node)) or any(
        _assigns_for_certain(b, each, name) for each in body if _is_before(each, node)
    )
    if not is_assigned:
        return False
    for other, loops in _nodes_with_loops(b.node):
        if binds(b, other, name) and (_place(other) >= _place(node) or loops & own_loops):
            return False
    rebound = (inner.names for inner in ast.walk(b.node) if isinstance(inner, ast.Nonlocal))
    return not any(name in map(b.mangle, names) for names in rebound)


def _may_change(b: Builder, node: NestedNode, name: str) -> Unsupported:
    what = "a lambda" if isinstance(node, ast.Lambda) else f"the nested function {node.name}"
    return b.refuse(node, f"{what} that uses {name!r}, which may change afterwards", f"pass {name!r} as an argument")


def _place(node: ast.AST) -> tuple[int, int]:
    return node.lineno, node.col_offset  # type: ignore[attr-defined]


def _is_before(one: ast.stmt, node: NestedNode) -> bool:
    return (one.end_lineno or 0, one.end_col_offset or 0) <= _place(node)


def _parameters(node: NestedNode) -> set[str]:
    arguments = node.args
    rest = [one for one in (arguments.vararg, arguments.kwarg) if one is not None]
    return {one.arg for one in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *rest)}


def _nodes_with_loops(root: NestedNode) -> Iterator[tuple[ast.AST, frozenset[ast.AST]]]:
    """The nodes of a function without those of nested ones, each with the loops around it."""
    body = root.body if isinstance(root.body, list) else [root.body]
    todo: list[tuple[ast.AST, frozenset[ast.AST]]] = [(each, frozenset()) for each in body]
    while todo:
        node, loops = todo.pop()
        yield node, loops
        if isinstance(node, (ast.For, ast.While, *COMPREHENSIONS)):
            loops = loops | {node}
        todo += [(child, loops) for child in children_in_scope(node)]


def _assigns_for_certain(b: Builder, node: ast.stmt, name: str) -> bool:
    """Whether a statement of the function's own body always assigns to `name`."""
    match node:
        case ast.Assign(targets=targets):
            return any(binds(b, each, name) for target in targets for each in ast.walk(target))
        case ast.AnnAssign(target=target, value=value):
            return value is not None and binds(b, target, name)
        case ast.AugAssign(target=target):
            return binds(b, target, name)
        case ast.FunctionDef():
            return binds(b, node, name)
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            return any(binds(b, each, name) for each in names)
        case _:
            return False
