"""What is known of a value: its type, and its value where that is the same on every run. The lattice of inference.

``Fact(NEVER)`` is the bottom. Facts only ever go up: from a known value to its type alone, from one type to
``MaybeInt`` or a union. A chain therefore has a bounded length, and the inference ends.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from types import BuiltinMethodType
from typing import Any, Final

import numpy as np

from minijit import types as t
from minijit.errors import Unsupported
from minijit.ir.facts import NOTHING, Fact, fact_of_type
from minijit.ir.nodes import UNKNOWN
from minijit.library.open_objects import is_open
from minijit.library.references import holds_references, owners_are_apart
from minijit.machine import parts_of
from minijit.numpy_types import holds_int


def same_constant(a: object, b: object) -> bool:
    """Whether two known values are the same for every purpose (0.0 and -0.0 are not, nan is nan)."""
    if a is b:
        return True
    if type(a) is not type(b):
        return False
    if isinstance(a, tuple) and isinstance(b, tuple):
        return len(a) == len(b) and all(map(same_constant, a, b))
    if isinstance(a, bool | int | float | complex | str | bytes | np.generic):
        return repr(a) == repr(b)
    return False


def same_fact(a: Fact, b: Fact) -> bool:
    """Whether two facts are the same."""
    return a.type == b.type and same_constant(a.const, b.const)


def fact_of_object(value: Any, type_of: Callable[[Any], t.Type | None]) -> Fact:
    """What is known of an object of the program: a literal, a global, a default value."""
    if type(value) in (np.ndarray, np.recarray, np.void, np.record):
        return Fact(type_of(value) or t.Object(type(value)))
    if type(value) is tuple or (isinstance(value, tuple) and t.is_named_tuple(type(value))):
        items = [fact_of_object(item, type_of) for item in value]
        whole = t.Tuple(tuple(item.type for item in items), type(value))
        return Fact(whole, UNKNOWN if any(item.const is UNKNOWN for item in items) else value)
    if is_open(value):
        held = type_of(value) if type(value) is list else None
        return Fact(held or t.Object(type(value)))
    owner = value.__self__ if isinstance(value, BuiltinMethodType) else None
    if isinstance(owner, np.ufunc):
        # np.add.reduce is another object each time: it is known as a method of what it belongs to.
        return Fact(t.BoundMethod(t.Const(owner), value.__name__))
    one = type_of(value)
    return Fact(t.Const(value), value) if one is None or isinstance(one, t.Object) else Fact(one, value)


def join(facts: Sequence[Fact]) -> Fact:
    """The least fact that covers all of `facts`: what a variable is where paths meet."""
    facts = [fact for fact in facts if not isinstance(fact.type, t.Never)]
    if not facts:
        return NOTHING
    first = facts[0]
    if all(fact.type == first.type for fact in facts[1:]):
        if all(same_constant(fact.const, first.const) for fact in facts[1:]):
            return first
        return fact_of_type(first.type)
    return fact_of_type(_join_types(facts))


def _join_types(facts: Sequence[Fact]) -> t.Type:
    others = {fact.type.other if isinstance(fact.type, t.MaybeInt) else fact.type for fact in facts}
    numbers = others - {t.INT}
    if len(numbers) == 1:
        (number,) = numbers
        ints = [fact for fact in facts if fact.type == t.INT]
        if isinstance(number, t.PythonScalar | t.NumpyScalar) and all(_held_exactly(fact, number) for fact in ints):
            return t.MaybeInt(number)
    merged = _merge_similar([one for fact in facts for one in t.alternatives_of(fact.type)])
    result = t.union_of(tuple(merged))
    if isinstance(result, t.Union) and len(result.members) > t.MAX_UNION_MEMBERS:
        names = ", ".join(str(member) for member in result.members)
        raise Unsupported(f"a variable with too many types: {names}", "use variables of their own")
    return result


def _held_exactly(fact: Fact, number: t.PythonScalar | t.NumpyScalar) -> bool:
    """Whether the known int of `fact` has an equal value of type `number`, so that arithmetic can't tell them apart."""
    if not isinstance(fact.const, int) or number == t.BOOL:
        return False
    dtype = t.dtype_of(number)
    if dtype.kind == "b":
        return False
    if dtype.kind in "iu":
        return holds_int(dtype, fact.const)
    return abs(fact.const) <= 1 << (24 if dtype.name in ("float32", "complex64") else 53)


def _merge_similar(several: Sequence[t.Type]) -> list[t.Type]:
    """Arrays that differ in layout only become one with strides; tuples of the same length are joined item by item."""
    merged: list[t.Type] = []
    for one in several:
        for position, known in enumerate(merged):
            both = _merge_two(known, one)
            if both is not None:
                merged[position] = both
                break
        else:
            merged.append(one)
    return merged


def _merge_two(a: t.Type, b: t.Type) -> t.Type | None:
    if a == b:
        return a
    if isinstance(a, t.Array) and isinstance(b, t.Array):
        if (a.dtype, a.ndim, a.writable) == (b.dtype, b.ndim, b.writable):
            return t.Array(a.dtype, a.ndim, "A", a.writable)
        return None
    if isinstance(a, t.RecordArray) and isinstance(b, t.RecordArray):
        return replace(a, layout="A") if replace(a, layout=b.layout) == b else None
    if isinstance(a, t.Tuple) and isinstance(b, t.Tuple) and a.cls is b.cls and len(a.items) == len(b.items):
        pairs = zip(a.items, b.items, strict=True)
        return t.Tuple(tuple(join([Fact(x), Fact(y)]).type for x, y in pairs), a.cls)
    if isinstance(a, t.Object | t.Instance) and isinstance(b, t.Object | t.Instance):
        return t.OBJECT
    if isinstance(a, t.List) and isinstance(b, t.List):
        return unify(a, b)
    if isinstance(a, t.Dict) and isinstance(b, t.Dict) and a.cls is b.cls:
        return t.Dict(a.cls, unify(a.entries, b.entries), unify(a.table, b.table))
    if isinstance(a, t.NewList) and isinstance(b, t.NewList):
        return t.NewList(join([Fact(a.item), Fact(b.item)]).type)
    return None


# ---- native lists


def lists_in(one: t.Type) -> list[t.List]:
    """The native lists that a type mentions, those that are items of others included."""
    match one:
        case t.List():
            return [one, *lists_in(one.item)]
        case t.Dict():
            return [found for each in one.lists for found in lists_in(each)]
        case t.Tuple(items) | t.Union(items) | t.Iterator(sources=items) | t.Closure(captured=items):
            return [found for item in items for found in lists_in(item)]
        case t.BoundMethod(receiver):
            return lists_in(receiver)
        case _:
            return []


def unify(one: t.List, other: t.List) -> t.List:
    """A list may be either of two: their types become one."""
    if one != other:
        _set_item(other, join([one.representative().fact, other.representative().fact]), one)
    return other


def store_into(one: t.List, fact: Fact) -> None:
    """Something known by `fact` becomes an item of `one`."""
    before: Fact = one.representative().fact
    if not same_fact(fact, before):
        _set_item(one, join([before, fact]), one)


def _set_item(one: t.List, item: Fact, other: t.List) -> None:
    """The items of `one`, which `other` becomes, are what `item` says."""
    if not _is_storable(item.type):
        raise Unsupported(f"a list of {item.type}", "keep numbers, tuples or arrays in it")
    if any(each in (one, other) for each in lists_in(item.type)):
        raise Unsupported("a list that contains itself", "keep the indices of what belongs together")
    other.become(one, item)


def _is_storable(one: t.Type) -> bool:
    """Whether native lists hold items of a type."""
    match one:
        case t.Never() | t.NoneValue() | t.Const() | t.MaybeInt() | t.PythonScalar() | t.Range():
            return True
        case t.Array() | t.RecordArray() | t.Record() | t.List() | t.Object() | t.PythonList():
            return True
        case t.NumpyScalar(dtype):
            return dtype.kind in "biufc" and dtype.name not in ("float16", "longdouble", "clongdouble")
        case t.Tuple(items):
            within = len(parts_of(one)) <= _MOST_WORDS or not holds_references(one)
            return within and all(map(_is_storable, items))
        case t.Union(members):
            within = len(parts_of(one)) <= _MOST_WORDS or not holds_references(one)
            return within and owners_are_apart(one) and all(map(_is_storable, members))
        case _:
            return False


_MOST_WORDS: Final = 32
"""An item that holds references has no more parts than this."""


