"""Applying an operator to values that may each be of several types, and asking for the type of the result first."""

from __future__ import annotations

import itertools

from minijit import types as t
from minijit.ir.nodes import UNKNOWN, Value
from minijit.library.builder import Builder
from minijit.library.registry import Arg, find
from minijit.library.vals import Val


def type_of_call(function: object, *args: t.Type | Arg) -> t.Type | None:
    """What `function` gives for arguments of these types; ``None`` where the library lacks it for some of them."""
    given = [arg if isinstance(arg, Arg) else Arg(arg) for arg in args]
    results: list[t.Type] = []
    for row in itertools.product(*(_alternatives(arg) for arg in given)):
        found = find(function, row, {})
        if found is None:
            return None
        results.append(found[1])
    return any_of(results)


def _alternatives(arg: Arg) -> tuple[Arg, ...]:
    several = t.alternatives_of(arg.type)
    return (arg,) if several == (arg.type,) else tuple(Arg(one, constant_of_type(one)) for one in several)


def constant_of_type(one: t.Type) -> object:
    """The value of a type that has only one."""
    if isinstance(one, t.Const):
        return one.value
    return None if isinstance(one, t.NoneValue) else UNKNOWN


def any_of(types: list[t.Type] | tuple[t.Type, ...]) -> t.Type:
    """The type of a value that may be of any of the types."""
    if len(set(types)) == 1:
        return types[0]
    return t.union_of(tuple(one for each in types for one in t.alternatives_of(each)))


def call(b: Builder, function: object, *args: Val) -> Val:
    """What `function` gives, whatever types the arguments have at run time."""
    result = type_of_call(function, *(Arg(arg.type, arg.const) for arg in args))
    assert result is not None, (function, args)
    return _split(b, function, list(args), 0, result)


def _split(b: Builder, function: object, args: list[Val], position: int, result: t.Type) -> Val:
    for k in range(position, len(args)):
        if isinstance(args[k].type, t.Union | t.MaybeInt):

            def with_type(one: Val, k: int = k) -> Val:
                return _split(b, function, [*args[:k], one, *args[k + 1 :]], k + 1, result)

            return b.for_each_type(args[k], with_type, result)
    return b.coerce(b.apply(function, *args), result)


def select(b: Builder, condition: Value, first: Val, second: Val) -> Val:
    """`first` where the condition holds, else `second`; of whichever types."""
    result = any_of((first.type, second.type))
    x, y = b.coerce(first, result), b.coerce(second, result)
    return Val(result, [b.select(condition, one, other) for one, other in zip(x.parts, y.parts, strict=True)])
