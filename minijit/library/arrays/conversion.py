"""``np.array`` and ``np.asarray`` of numbers and of tuples of numbers or of arrays, nested too."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from minijit import types as t
from minijit.ir.nodes import Value
from minijit.library.arrays.allocation import allocate
from minijit.library.arrays.copy_loops import both_flat, copy_bytes, copy_elements, same_shape
from minijit.library.arrays.dtypes import bind, dtype_of_argument
from minijit.library.builder import Builder, Val, item_of
from minijit.library.indexing.store_conversions import can_store, convert_for_store
from minijit.library.memory import data_of, make_array, shape_of, size_of, store_element
from minijit.library.operands import anything
from minijit.library.registry import Arg, lowers
from minijit.library.ufuncs.elementwise import python_int_as
from minijit.numpy_types import Dtype, is_native, sample_of

_NAMES: Final = ("object", "dtype")


class Numbers(NamedTuple):
    """What an array is made of: its dtype, its shape, and the way to each number through nested tuples."""

    dtype: Dtype
    shape: tuple[int, ...]
    ways: tuple[tuple[int, ...], ...]


def _shape_of(one: t.Type) -> tuple[int, ...] | None:
    """The shape of a number or a tuple of things of equal shape."""
    if isinstance(one, t.PythonScalar | t.NumpyScalar):
        return ()
    if not isinstance(one, t.Tuple):
        return None
    shapes = {_shape_of(item) for item in one.items}
    if len(shapes) > 1 or None in shapes:
        return None
    return (len(one.items), *(shapes.pop() or () if shapes else ()))


def _sample(one: t.Type) -> Any:
    if isinstance(one, t.Tuple):
        return tuple(map(_sample, one.items))
    assert isinstance(one, t.PythonScalar | t.NumpyScalar)
    return sample_of(one)


def _at(one: t.Type, way: Sequence[int]) -> t.Type:
    for index in way:
        assert isinstance(one, t.Tuple)
        one = one.items[index]
    return one


def _numbers(args: Sequence[Arg | Val], keywords: Mapping[str, Arg | Val]) -> Numbers | None:
    bound = bind(_NAMES, args, keywords)
    if bound is None:
        return None
    one = bound["object"].type
    shape = _shape_of(one)
    if shape is None:
        return None
    natural: Dtype = np.array(_sample(one)).dtype
    dtype = dtype_of_argument(bound.get("dtype"), natural)
    if dtype is None or not is_native(dtype):
        return None
    ways = tuple(np.ndindex(shape))
    if not all(can_store(dtype, Arg(_at(one, way))) for way in ways):
        return None
    return Numbers(dtype, shape, ways)


def _type_of(*args: Arg, **keywords: Arg) -> t.Type | None:
    numbers = _numbers(args, keywords)
    return None if numbers is None else t.Array(numbers.dtype, len(numbers.shape), "C")


def _samples() -> Iterator[tuple[Any, ...]]:
    yield from ((3,), (2.5,), (np.int8(3),), ((1, 2, 3),), ((1, 2.5),), ((True, np.float32(1)),), ((),), ((1j, 2),))
    yield from ((((1, 2), (3, 4.5)),), ((1, 2.75), np.int8), ((300, 1), np.int8), ((1.5, float("nan")), int))
    yield from (((np.int8(1), 300),), ((1, 2), "f4"), ((0.5, 0), bool))


def _register(function: Callable[..., Any]) -> None:
    def result(*args: Arg, **keywords: Arg) -> t.Type | None:
        found = _type_of(*args, **keywords)
        # ascontiguousarray gives at least one axis.
        is_bare = isinstance(found, t.Array) and found.ndim == 0 and function is np.ascontiguousarray
        return None if is_bare else found

    @lowers(
        function,
        result=result,
        rest=anything,
        keywords={"dtype": anything},
        effects="allocates raises",
        samples=_samples,
    )
    def lower(b: Builder, *args: Val, **keywords: Val) -> Val:
        """Memory for all numbers, and each put in its place."""
        numbers = _numbers(args, keywords)
        assert numbers is not None
        made = allocate(b, numbers.dtype, [b.i64(length) for length in numbers.shape])
        for position, way in enumerate(numbers.ways):
            value = _at_way(args[0], way)
            pointer = b.ptr_add(data_of(made), position * numbers.dtype.itemsize)
            store_number(b, numbers.dtype, pointer, value)
        return made


def store_number(b: Builder, dtype: Dtype, pointer: Value, value: Val) -> None:
    """Put a number at `pointer`, converted as NumPy does when it makes an array of it."""
    def store(parts: Sequence[Value]) -> None:
        store_element(b, dtype, pointer, parts, local=True)

    def refused() -> None:
        # By itself it raises what it raises here.
        b.call_python(np.array, (value, b.constant(t.Const(dtype), dtype)), t.NEVER)

    if value.type == t.INT:
        store(python_int_as(b, value, dtype))
    else:
        convert_for_store(b, value, dtype, store, refused)


for _function in (np.array, np.asarray, np.ascontiguousarray):
    _register(_function)


# ---- of arrays


class Arrays(NamedTuple):
    """What an array is made of: its type, the axes that the tuples give, and the way to each array."""

    kind: t.Array
    shape: tuple[int, ...]
    ways: tuple[tuple[int, ...], ...]


def _nested_arrays(one: t.Type) -> tuple[tuple[int, ...], list[tuple[tuple[int, ...], t.Array]]] | None:
    """The lengths of nested tuples of equal lengths, and the arrays in them with the ways there."""
    if isinstance(one, t.Array):
        return (), [((), one)]
    if not isinstance(one, t.Tuple):
        return None
    inner = [_nested_arrays(item) for item in one.items]
    if not inner or None in inner or len({found[0] for found in inner if found}) > 1:
        return None
    rows = [((k, *way), kind) for k, found in enumerate(inner) if found for way, kind in found[1]]
    return (len(inner), *inner[0][0]), rows  # type: ignore[index]


def _arrays(args: Sequence[Arg | Val], keywords: Mapping[str, Arg | Val]) -> Arrays | None:
    bound = bind(_NAMES, args, keywords)
    found = None if bound is None or not args else _nested_arrays(args[0].type)
    if bound is None or found is None or not found[0]:
        return None
    kinds = [kind for _, kind in found[1]]
    dtype = dtype_of_argument(bound.get("dtype"), np.result_type(*(kind.dtype for kind in kinds)))
    same = len({kind.ndim for kind in kinds}) == 1
    is_warned = dtype is not None and dtype.kind not in "cb" and any(kind.dtype.kind == "c" for kind in kinds)
    if dtype is None or not is_native(dtype) or not same or is_warned:
        return None
    ndim = len(found[0]) + kinds[0].ndim
    return Arrays(t.Array(np.dtype(dtype.str), ndim, "C"), found[0], tuple(way for way, _ in found[1]))


def _register_of_arrays(function: Callable[..., Any]) -> None:
    def result(*args: Arg, **keywords: Arg) -> t.Type | None:
        found = _arrays(args, keywords)
        return None if found is None else found.kind

    @lowers(
        function,
        t.Tuple,
        result=result,
        rest=anything,
        keywords={"dtype": anything},
        effects="allocates raises reads",
        samples=[((np.arange(3), np.arange(3.0)),), ((np.zeros((2, 2)), np.ones((2, 2), np.int8).T), "f4")],
    )
    def lower(b: Builder, *args: Val, **keywords: Val) -> Val:
        """Memory for all, and each array copied to its place; where the shapes differ, NumPy raises."""
        found = _arrays(args, keywords)
        assert found is not None
        items = [_at_way(args[0], way) for way in found.ways]
        fits: Value = b.i1(True)
        for one in items[1:]:
            fits = b.and_(fits, same_shape(b, items[0], one))

        def refuse() -> tuple[Value, ...]:
            b.call_python(function, [*args, *keywords.values()], t.NEVER, tuple(keywords))
            return ()

        b.if_else(fits, lambda: (), refuse, likely=True)
        lengths = shape_of(items[0])
        made = allocate(b, found.kind.dtype, [*(b.i64(length) for length in found.shape), *lengths])
        part = t.Array(found.kind.dtype, len(lengths), "C")
        place = data_of(made)
        step = b.mul(size_of(b, items[0]), b.i64(found.kind.dtype.itemsize))
        for one in items:
            target = make_array(part, b.null(), b.null(), place, lengths, ())
            if both_flat(target, one):
                copy_bytes(b, target, one, local=True)
            else:
                copy_elements(b, target, one, local=True)
            place = b.ptr_add(place, step)
        return made


def _at_way(value: Val, way: Sequence[int]) -> Val:
    for index in way:
        value = item_of(value, index)
    return value


for _function in (np.array, np.asarray, np.ascontiguousarray):
    _register_of_arrays(_function)
