"""``np.choose`` from a tuple of arrays and numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final

import numpy as np

from minijit import types as t
from minijit.ir.nodes import Value
from minijit.library.arrays.allocation import allocate
from minijit.library.arrays.copy_loops import for_each_element
from minijit.library.arrays.dtypes import bind, is_none, text_of_argument
from minijit.library.arrays.numpy_answers import example_of
from minijit.library.builder import Builder, Val, item_of
from minijit.library.casts import cast_parts
from minijit.library.indexing.index_arrays import index_word
from minijit.library.indexing.index_makers import all_below
from minijit.library.indexing.scatters import as_stored
from minijit.library.indexing.store_conversions import can_store
from minijit.library.memory import array_type, data_of, load_element, store_element, strides_of
from minijit.library.operands import anything
from minijit.library.registry import Arg, lowers, method
from minijit.library.ufuncs.broadcasting import broadcast_shapes, shapes_of, walking_strides
from minijit.library.ufuncs.elementwise import Parts
from minijit.library.ways_out import WayOut
from minijit.numpy_types import Dtype, is_native

_CHOOSE: Final = ("a", "choices", "out", "mode")


@cache
def _dtype_of_choice(index: t.Array, choices: tuple[t.Type, ...]) -> Dtype | None:
    """The dtype of what is chosen, asked of NumPy."""
    try:
        found = np.choose(example_of(index), tuple(map(example_of, choices))).dtype
    except (TypeError, ValueError, OverflowError):
        return None
    return np.dtype(found.str) if is_native(found) else None


def _plan(args: Sequence[Any], keywords: Mapping[str, Any]) -> tuple[Any, Any, Dtype, int] | None:
    bound = bind(_CHOOSE, args, keywords, 2)
    if bound is None or not is_none(bound.get("out")) or text_of_argument(bound.get("mode"), "raise") != "raise":
        return None
    index, choices = bound["a"].type, bound["choices"].type
    if not isinstance(index, t.Array) or not index.ndim or not isinstance(choices, t.Tuple) or not choices.items:
        return None
    dtype = _dtype_of_choice(index, choices.items)
    if dtype is None:
        return None
    for one in choices.items:
        if not isinstance(one, t.Array) and not can_store(dtype, Arg(one)):
            return None
    ndims = [one.ndim for one in (index, *choices.items) if isinstance(one, t.Array)]
    return bound["a"], bound["choices"], dtype, max(ndims)


def _type_of_choice(*args: Arg, **keywords: Arg) -> t.Type | None:
    plan = _plan(args, keywords)
    return None if plan is None else t.Array(plan[2], plan[3], "C")


def _samples() -> Iterator[tuple[Any, ...]]:
    table = np.arange(6.0).reshape(2, 3)
    for index in (np.array([0, 2, 1]), np.array([[1], [0]], np.int8), np.array([3, 0, 0]), np.array([-1, 0, 1])):
        for choices in ((table, table * 2, table[::-1]), (1, 2.5, table), (table[0], np.arange(3), 7), (1, 2, 3)):
            yield (index, choices)
    yield from ((np.array([0, 1]), (np.arange(2, dtype=np.int8), 300)), (np.array([0, 1, 0]), (np.arange(2), 1)))
    yield (np.array([True, False]), (np.arange(2), np.array([7j, 8])))


@lowers(
    np.choose,
    result=_type_of_choice,
    rest=anything,
    keywords=dict.fromkeys(_CHOOSE, anything),
    effects="allocates reads raises",
    samples=_samples,
)
@lowers(
    method("choose"),
    t.Array,
    result=_type_of_choice,
    rest=anything,
    keywords=dict.fromkeys(_CHOOSE[1:], anything),
    effects="allocates reads raises",
)
def choose(b: Builder, *args: Val, **keywords: Val) -> Val:
    """For each index the element of that choice."""
    plan = _plan(args, keywords)
    assert plan is not None
    index, choices, dtype, _ = plan
    given = [*args, *keywords.values()]
    way_out = WayOut(b, lambda: b.call_python(np.choose, given, t.NEVER, tuple(keywords), effects=""))
    items = [item_of(choices, k) for k in range(len(choices.type.items))]
    held = [as_stored(b, item, dtype, way_out) for item in items]
    shape, fits = broadcast_shapes(b, shapes_of([index, *items]))
    way_out.unless(fits)
    way_out.unless(all_below(b, index, b.i64(len(items))))
    made = allocate(b, dtype, shape)
    arrays = [index, *(one for one in held if isinstance(one, Val))]
    walked = [(data_of(one), walking_strides(b, one, len(shape))) for one in arrays]

    def turn(pointers: list[Value]) -> None:
        word = index_word(b, np.dtype(array_type(index).dtype), pointers[0])
        rest = pointers[1:-1]
        chosen: Parts = ()
        for k, one in enumerate(held):
            parts = one if not isinstance(one, Val) else _element(b, one, rest.pop(0), dtype)
            here = b.icmp("eq", word, b.i64(k))
            chosen = tuple(b.select(here, x, y) for x, y in zip(parts, chosen, strict=True)) if k else tuple(parts)
        store_element(b, dtype, pointers[-1], chosen, local=True)

    for_each_element(b, shape, [*walked, (data_of(made), strides_of(b, made))], turn)
    way_out.close()
    return made


def _element(b: Builder, array: Val, pointer: Value, dtype: Dtype) -> Parts:
    source = np.dtype(array_type(array).dtype)
    return cast_parts(b, load_element(b, source, pointer), source, dtype)
