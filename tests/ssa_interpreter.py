"""A reference interpreter for the stage "python": runs the front end's SSA with ordinary Python values.

It proves the front end by itself: what it does must be what CPython does with the same function. It reads nothing but
the IR (and the function's globals, closure and defaults), one handler an op.
"""

from __future__ import annotations

import builtins
import inspect
import operator
from collections.abc import Callable
from functools import cache
from types import FunctionType
from typing import Any

from minijit.frontend import build_function
from minijit.ir.nodes import Block, Edge, Function, Instr, Param, Terminator, Value
from minijit.ir.verifier import verify
from minijit.library.caught import raise_linked
from minijit.library.operations import set_shape

MOST_BLOCKS = 100_000
"""A run that goes through more blocks than this is taken for one that does not end."""


class Unbound:
    """What an unassigned local variable holds."""


UNBOUND = Unbound()

BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "**": operator.pow,
    "@": operator.matmul,
    "<<": operator.lshift,
    ">>": operator.rshift,
    "&": operator.and_,
    "|": operator.or_,
    "^": operator.xor,
}
INPLACE: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.iadd,
    "-": operator.isub,
    "*": operator.imul,
    "/": operator.itruediv,
    "//": operator.ifloordiv,
    "%": operator.imod,
    "**": operator.ipow,
    "@": operator.imatmul,
    "<<": operator.ilshift,
    ">>": operator.irshift,
    "&": operator.iand,
    "|": operator.ior,
    "^": operator.ixor,
}
UNARY: dict[str, Callable[[Any], Any]] = {
    "-": operator.neg,
    "+": operator.pos,
    "~": operator.invert,
    "not": operator.not_,
}
COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "is": operator.is_,
    "is not": operator.is_not,
    "in": lambda a, b: a in b,
    "not in": lambda a, b: a not in b,
}
CONVERSIONS: dict[str, Callable[[Any], Any]] = {"": lambda value: value, "s": str, "r": repr, "a": ascii}


def interpret(function: FunctionType, *args: Any, **kwargs: Any) -> Any:
    """Build `function`, verify it, and run it."""
    built = build_function(function)
    verify(built)
    return Machine(function, built).run(*args, **kwargs)


class Machine:
    """One activation of a built function."""

    def __init__(self, function: FunctionType, built: Function) -> None:
        self.function = function
        self.built = built
        self.values: dict[Value, Any] = {}
        self.caught: dict[int, BaseException] = {}

    def run(self, *args: Any, **kwargs: Any) -> Any:
        """Bind the arguments and go from block to block until one ends the function."""
        bound = inspect.signature(self.function).bind(*args, **kwargs)
        bound.apply_defaults()
        names = self.built.attrs["parameters"]
        for name, param in zip(names, self.built.params, strict=True):
            self.values[param] = bound.arguments[name]
        block = self.built.blocks[0]
        for _ in range(MOST_BLOCKS):
            terminator = block.terminator
            try:
                for instr in block.instrs:
                    self.values[instr] = HANDLERS[instr.op](self, instr, *(self.values[arg] for arg in instr.args))
            except BaseException as error:
                if terminator.op != "attempt" or instr is not block.instrs[-1]:
                    raise
                block = self.handler_of(terminator, error)
                continue
            operands = [self.values[arg] for arg in terminator.args]
            if terminator.op == "return":
                return operands[0]
            if terminator.op == "raise":
                raise_(operands)
            edge = terminator.edges[0]
            if terminator.op == "branch":
                assert type(operands[0]) is bool
                edge = terminator.edges[0 if operands[0] else 1]
            block = self.follow(edge)
        raise AssertionError("does not end")

    def handler_of(self, attempt: Terminator, error: BaseException) -> Block:
        """Where an exception goes on."""
        for wanted, edge in zip(attempt.args, attempt.edges[-len(attempt.args) :], strict=True):
            if isinstance(error, self.values[wanted]):
                self.caught[edge.block.attrs["handler"]] = error
                return self.follow(edge)
        raise error

    def follow(self, edge: Edge) -> Block:
        """Hand all arguments over at once, as the parameters may be among them."""
        values = [self.values[arg] for arg in edge.args]
        self.values.update(zip(edge.block.params, values, strict=True))
        return edge.block

    def global_(self, name: str) -> Any:
        """A global or builtin."""
        try:
            return self.function.__globals__[name]
        except KeyError:
            pass
        try:
            return getattr(builtins, name)
        except AttributeError:
            raise NameError(f"name {name!r} is not defined") from None

    def freevar(self, name: str) -> Any:
        """The content of a closure cell."""
        cell = self.function.__closure__[self.function.__code__.co_freevars.index(name)]
        try:
            return cell.cell_contents
        except ValueError:
            message = f"cannot access free variable {name!r} where it is not associated with a value in enclosing scope"
            raise NameError(message) from None


def raise_(operands: list[Any]) -> None:
    """What the terminator ``raise`` does."""
    if not operands:
        raise
    if len(operands) == 1:
        raise operands[0]
    raise operands[0] from operands[1]


def throw(instr: Instr, *args: Any) -> None:
    """What the op ``throw`` does."""
    if instr.attrs["linked"]:
        raise_linked(*args)
    raise_(list(args))


def check_bound(machine: Machine, instr: Instr, value: Any) -> Any:
    """The value, unless it is unbound."""
    if value is UNBOUND:
        name = instr.attrs["name"]
        raise UnboundLocalError(f"cannot access local variable {name!r} where it is not associated with a value")
    return value


def flatten(items: tuple[Any, ...], starred: tuple[int, ...]) -> list[Any]:
    """The items with starred ones spread out."""
    result: list[Any] = []
    for position, item in enumerate(items):
        if position in starred:
            result.extend(item)
        else:
            result.append(item)
    return result


def call(machine: Machine, instr: Instr, function: Any, *args: Any) -> Any:
    """A call with starred and keyword arguments."""
    keywords = instr.attrs["keywords"]
    positional = len(args) - len(keywords)
    named = dict(zip(keywords, args[positional:], strict=True))
    return function(*flatten(args[:positional], instr.attrs["starred"]), **named)


@cache
def unpacker(count: int, starred: int | None) -> Callable[[Any], Any]:
    """A function that unpacks as an assignment does, with its messages."""
    names = [f"{'*' if position == starred else ''}v{position}" for position in range(count)]
    targets = f"[{', '.join(names)}]"
    scope: dict[str, Any] = {}
    result = "".join(f"v{position}, " for position in range(count))
    exec(f"def unpack(value):\n    {targets} = value\n    return ({result})", scope)
    return scope["unpack"]


def setitem(machine: Machine, instr: Instr, container: Any, index: Any, value: Any) -> None:
    """``container[index] = value``."""
    container[index] = value


def delitem(machine: Machine, instr: Instr, container: Any, index: Any) -> None:
    """``del container[index]``."""
    del container[index]


def format_value(machine: Machine, instr: Instr, value: Any, spec: str) -> str:
    """``f"{value!c:spec}"``."""
    return format(CONVERSIONS[instr.attrs["conversion"]](value), spec)


HANDLERS: dict[str, Callable[..., Any]] = {
    "const": lambda m, i: i.attrs["value"],
    "global": lambda m, i: m.global_(i.attrs["name"]),
    "freevar": lambda m, i: m.freevar(i.attrs["name"]),
    "unbound": lambda m, i: UNBOUND,
    "check_bound": check_bound,
    "binary": lambda m, i, a, b: BINARY[i.attrs["operator"]](a, b),
    "inplace": lambda m, i, a, b: INPLACE[i.attrs["operator"]](a, b),
    "unary": lambda m, i, a: UNARY[i.attrs["operator"]](a),
    "compare": lambda m, i, a, b: COMPARE[i.attrs["operator"]](a, b),
    "truth": lambda m, i, a: bool(a),
    "getattr": lambda m, i, a: getattr(a, i.attrs["name"]),
    "setattr": lambda m, i, a, value: setattr(a, i.attrs["name"], value),
    "getitem": lambda m, i, a, index: a[index],
    "setitem": setitem,
    "set_shape": lambda m, i, array, shape: set_shape(array, shape),
    "enter_errstate": lambda m, i, manager: None,
    "delitem": delitem,
    "call": call,
    "build_tuple": lambda m, i, *items: tuple(flatten(items, i.attrs["starred"])),
    "build_list": lambda m, i, *items: flatten(items, i.attrs["starred"]),
    "list_append": lambda m, i, items, item: items.append(item),
    "build_slice": lambda m, i, *parts: slice(*parts),
    "build_string": lambda m, i, *parts: "".join(parts),
    "format_value": format_value,
    "throw": lambda m, i, *args: throw(i, *args),
    "caught": lambda m, i: m.caught[i.attrs["handler"]],
    "unpack": lambda m, i, value: unpacker(i.attrs["count"], i.attrs["starred"])(value),
    "tuple_item": lambda m, i, value: value[i.attrs["index"]],
    "get_iter": lambda m, i, value: list(value),
    "iter_len": lambda m, i, value: len(value),
    "iter_start": lambda m, i: 0,
    "iter_more": lambda m, i, index, length: index < length,
    "iter_item": lambda m, i, value, index: value[index],
    "iter_next": lambda m, i, index: index + 1,
}


def names_in(built: Function) -> set[str]:
    """The names of all block parameters that are not the function's own."""
    return {param.name for block in built.blocks[1:] for param in block.params if isinstance(param, Param)}
