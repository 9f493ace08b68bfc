"""``min`` and ``max``: of several arguments, of a tuple, of anything that native code can iterate over."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

from minijit import types as t
from minijit.ir.nodes import Value
from minijit.library import each_type
from minijit.library.builder import Builder
from minijit.library.objects import iteration
from minijit.library.objects.tuple_comparisons import condition, has_condition
from minijit.library.objects.tuples import items_of, values_of
from minijit.library.operands import raised_by
from minijit.library.registry import Arg, lowers
from minijit.library.samples import FEW_INTS, FLOATS, later, pairs
from minijit.library.vals import Val

Function = Callable[..., Any]


def _type_of_best(compare: Function, items: Sequence[t.Type]) -> t.Type | None:
    """The type of the least or greatest of values of these types: any of them, if all can be compared."""
    several = {one for item in items for one in t.alternatives_of(item)}
    if not all(has_condition(compare, x, y) for x in several for y in several if len(items) > 1):
        return None
    return each_type.any_of(tuple(items))


def _best(b: Builder, compare: Function, items: Sequence[Val]) -> Val:
    """The first of the least or greatest: a later one takes its place only if it compares as better."""
    best = items[0]
    for item in items[1:]:
        best = each_type.select(b, condition(b, compare, item, best), item, best)
    return best


def _register_arguments(function: Function, compare: Function) -> None:
    rows = later(
        lambda: [
            *pairs(FLOATS, FLOATS)(),
            *pairs((*FEW_INTS, True), (*FLOATS, 3, False))(),
            (1, 2.5, 0),
            (3.0, 3, 2, 7.5),
            (1.0, 1),
            (1, 1.0, True),
        ]
    )

    def rule(*args: Arg, key: Arg | None = None) -> t.Type | None:
        return _type_of_best(compare, [arg.type for arg in args]) if len(args) > 1 else None

    @lowers(function, result=rule, rest=object, keywords={"key": t.NONE}, effects="raises", fold=True, samples=rows)
    def lower(b: Builder, *args: Val, key: Val | None = None) -> Val:
        return _best(b, compare, args)


def _register_tuple(function: Function, compare: Function) -> None:
    def rule(one: Arg, key: Arg | None = None, default: Arg | None = None) -> t.Type | None:
        items = items_of(one)
        if not items:
            return t.NEVER if default is None else default.type
        return _type_of_best(compare, items)

    rows = [((1, 2),), ((2.5, 1, True),), ((3.0,),), (((1, 2), (1, 1)),), ((),)]
    keywords = {"key": t.NONE, "default": object}

    @lowers(function, t.Tuple, result=rule, effects="raises", keywords=keywords, fold=True, samples=rows)
    def lower(b: Builder, one: Val, key: Val | None = None, default: Val | None = None) -> Val:
        if items_of(one):
            return _best(b, compare, values_of(one))
        if default is not None:
            return default
        b.leave(b.site("raise", *raised_by(function, ())))
        return Val(t.NEVER)


def _register_iterable(function: Function, compare: Function) -> None:
    empty = raised_by(function, range(0))

    def rule(one: Arg, key: Arg | None = None, default: Arg | None = None) -> t.Type | None:
        item = iteration.type_of_item(one.type)
        if isinstance(item, t.Never):
            return t.NEVER if default is None else default.type
        if item is None or _type_of_best(compare, (item, item)) is None:
            return None
        return item if default is None else each_type.any_of((item, default.type))

    keywords = {"key": t.NONE, "default": object}
    rows = [(range(5),), (range(9, 2, -3),), (range(0),)]

    @lowers(
        function,
        (t.Range, t.Array, t.List, t.Iterator),
        result=rule,
        effects="raises reads",
        keywords=keywords,
        samples=rows,
    )
    def lower(b: Builder, one: Val, key: Val | None = None, default: Val | None = None) -> Val:
        count = iteration.turns(b, one)
        nonempty = b.icmp("sgt", count, b.i64(0))
        item = iteration.type_of_item(one.type)
        assert item is not None
        if isinstance(item, t.Never):
            # A list that nothing is ever put into.
            if default is not None:
                return default
            b.leave(b.site("raise", *empty))
            return Val(t.NEVER)

        def best() -> Val:
            first = iteration.item(b, one, b.i64(0))

            def turn(index: Value, so_far: tuple[Value, ...]) -> Sequence[Value]:
                value = iteration.item(b, one, b.add(index, b.i64(1)))
                return each_type.select(
                    b, condition(b, compare, value, Val(item, so_far)), value, Val(item, so_far)
                ).parts

            return Val(item, b.loop(b.sub(count, b.i64(1)), turn, first.parts))

        if default is None:
            b.check(nonempty, *empty)
            return best()
        result = each_type.any_of((item, default.type))
        other = default
        parts = b.if_else(nonempty, lambda: b.coerce(best(), result).parts, lambda: b.coerce(other, result).parts)
        return Val(result, parts)


for _function, _compare in ((min, operator.lt), (max, operator.gt)):
    _register_arguments(_function, _compare)
    _register_tuple(_function, _compare)
    _register_iterable(_function, _compare)
