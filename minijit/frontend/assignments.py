"""Assignment in all its forms, and ``del``."""

from __future__ import annotations

import ast

from minijit.frontend.builder import Builder, expression, span_of, statement
from minijit.frontend.operators import BINARY
from minijit.ir.nodes import Value


def store(b: Builder, target: ast.expr, value: Value) -> None:
    """Assign `value` to a target of any form."""
    if isinstance(target, ast.Name):
        store_name(b, target, value)
    elif isinstance(target, ast.Subscript):
        where = [b.value(target.value), b.value(target.slice)]
        b.emit("setitem", [*where, value], span_of(target))
    elif isinstance(target, ast.Attribute) and target.attr == "shape" and isinstance(target.value, ast.Name):
        _set_shape(b, target, target.value, value)
    elif isinstance(target, ast.Attribute):
        b.emit("setattr", [b.value(target.value), value], span_of(target), {"name": b.mangle(target.attr)})
    elif isinstance(target, ast.Tuple | ast.List):
        _unpack(b, target, value)
    else:
        raise b.refuse(target)


def _set_shape(b: Builder, target: ast.Attribute, name: ast.Name, value: Value) -> None:
    """``array.shape = value``: from here on the variable is an array of that shape, where it is one of ours."""
    array = b.value(name)
    if b.is_local(b.mangle(name.id)) and not b.scopes:
        store_name(b, name, b.emit("set_shape", [array, value], span_of(target)))
    else:
        b.emit("setattr", [array, value], span_of(target), {"name": "shape"})


def store_name(b: Builder, target: ast.Name, value: Value) -> None:
    """Assign to a variable: a target of the comprehension that we are in, or a local one."""
    name = b.mangle(target.id)
    if b.scopes and name in b.scopes[-1].names:
        b.write(b.scopes[-1].names[name], value)
    else:
        _store_local(b, target, name, value)


def _store_local(b: Builder, target: ast.Name, name: str, value: Value) -> None:
    """Assign to a local variable; globals and the variables of enclosing functions are not ours to change."""
    if not b.is_local(name):
        kind = "a variable of an enclosing function" if name in b.free_names else "the global variable"
        what = f"an assignment to {kind} {name}" if kind.startswith("the") else f"an assignment to {name}, {kind}"
        raise b.refuse(target, what, "return the new value, or keep it in an array")
    b.assigned.add(name)
    b.write(name, value)


def _unpack(b: Builder, target: ast.Tuple | ast.List, value: Value) -> None:
    span = span_of(target)
    starred = [position for position, item in enumerate(target.elts) if isinstance(item, ast.Starred)]
    attrs = {"count": len(target.elts), "starred": starred[0] if starred else None}
    items = b.emit("unpack", [value], span, attrs)
    for position, item in enumerate(target.elts):
        one = b.emit("tuple_item", [items], span_of(item), {"index": position})
        store(b, item.value if isinstance(item, ast.Starred) else item, one)


@statement(ast.Assign)
def assign(b: Builder, node: ast.Assign) -> None:
    """``a = b = value``: the value first, then the targets from left to right."""
    value = b.value(node.value)
    for target in node.targets:
        store(b, target, value)


@statement(ast.AnnAssign)
def annotated_assign(b: Builder, node: ast.AnnAssign) -> None:
    """``x: T = value``; in a function the annotation is not evaluated, nor is anything assigned without a value."""
    if node.value is not None:
        store(b, node.target, b.value(node.value))
    elif isinstance(node.target, ast.Attribute):
        b.value(node.target.value)
    elif isinstance(node.target, ast.Subscript):
        b.value(node.target.value)
        b.value(node.target.slice)


@statement(ast.AugAssign)
def augmented_assign(b: Builder, node: ast.AugAssign) -> None:
    """``target += value``: the target's object and index are evaluated once, and before the value."""
    target, span = node.target, span_of(node)
    attrs = {"operator": BINARY[node.op.__class__]}
    if isinstance(target, ast.Name):
        old = b.value(target)
        store_name(b, target, b.emit("inplace", [old, b.value(node.value)], span, attrs))
    elif isinstance(target, ast.Subscript):
        where = [b.value(target.value), b.value(target.slice)]
        old = b.emit("getitem", where, span_of(target))
        new = b.emit("inplace", [old, b.value(node.value)], span, attrs)
        b.emit("setitem", [*where, new], span_of(target))
    else:
        where = [b.value(target.value)]
        name = {"name": b.mangle(target.attr)}
        old = b.emit("getattr", where, span_of(target), name)
        new = b.emit("inplace", [old, b.value(node.value)], span, attrs)
        b.emit("setattr", [*where, new], span_of(target), dict(name))


@expression(ast.NamedExpr)
def walrus(b: Builder, node: ast.NamedExpr) -> Value:
    """``(name := value)``; in a comprehension it assigns to a variable of the function around."""
    value = b.value(node.value)
    _store_local(b, node.target, b.mangle(node.target.id), value)
    return value


@statement(ast.Delete)
def delete(b: Builder, node: ast.Delete) -> None:
    """``del name``, ``del object[index]``."""
    for target in node.targets:
        _delete(b, target)


def _delete(b: Builder, target: ast.expr) -> None:
    if isinstance(target, ast.Name):
        name = b.mangle(target.id)
        if not b.is_local(name):
            raise b.refuse(target, f"deleting {name}, which is not a local variable", "")
        b.read(name, span_of(target))
        b.delete(name, span_of(target))
    elif isinstance(target, ast.Subscript):
        b.emit("delitem", [b.value(target.value), b.value(target.slice)], span_of(target))
    elif isinstance(target, ast.Tuple | ast.List):
        for item in target.elts:
            _delete(b, item)
    else:
        raise b.refuse(target, "deleting an attribute", "do this outside the compiled function")
