"""``put``, ``putmask``, ``place`` and ``copyto``: stores into an array that is an argument.

As with other stores everything is checked first, and what is wrong, or shares memory with the array, is left to NumPy.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np

from minijit import types as t
from minijit.ir.nodes import Value
from minijit.library.arrays.copy_loops import (
    MOST_MESSAGE_WORDS,
    assign_array,
    broadcast_strides,
    fill_array,
    for_each_element,
    overlaps,
    same_shape,
)
from minijit.library.arrays.dtypes import bind, known_value, text_of_argument
from minijit.library.arrays.numpy_answers import takes
from minijit.library.builder import NONE_VAL, Builder, Val
from minijit.library.casts import cast_parts
from minijit.library.indexing.index_arrays import all_within, from_start, index_word
from minijit.library.indexing.index_plans import settle, settled_type
from minijit.library.indexing.mask_loads import check_mask_shape, for_each_true_element
from minijit.library.indexing.mask_stores import blend, store_by_mask
from minijit.library.indexing.scatters import as_stored
from minijit.library.indexing.store_conversions import can_store
from minijit.library.indexing.taking import as_mask, as_row, release
from minijit.library.memory import array_type, data_of, load_element, shape_of, size_of, store_element, strides_of
from minijit.library.objects.printing import can_be_handed_over
from minijit.library.operands import anything
from minijit.library.registry import Arg, lowers, method
from minijit.library.ufuncs.elementwise import Parts
from minijit.library.ways_out import WayOut
from minijit.numpy_types import BOOL_DTYPE, Dtype

_EFFECTS: Final = "reads writes raises"
Function = Callable[..., Any]


def _register(
    key: object,
    target: Function,
    names: tuple[str, ...],
    required: int,
    is_native: Callable[[Mapping[str, Any]], bool],
    build: Callable[[Builder, Mapping[str, Val], WayOut], None],
    samples: Callable[[], Iterator[tuple[Any, ...]]],
) -> None:
    """A function that stores into its first argument: natively where `is_native` says so, else through Python."""

    def result(*args: Arg, **keywords: Arg) -> t.Type | None:
        bound = bind(names, args, keywords, required)
        kind = None if bound is None else bound[names[0]].type
        if bound is None or not isinstance(kind, t.Array):
            return None
        return t.NONE if kind.writable and is_native(bound) else None

    @lowers(
        key,
        result=result,
        rest=anything,
        keywords=dict.fromkeys(names, anything),
        effects=_EFFECTS,
        samples=samples,
    )
    def natively(b: Builder, *args: Val, **keywords: Val) -> Val:
        bound = bind(names, args, keywords, required)
        assert bound is not None
        given = [*args, *keywords.values()]
        way_out = WayOut(b, lambda: b.call_python(target, given, t.NONE, tuple(keywords)))
        build(b, bound, way_out)
        way_out.close()
        return NONE_VAL

    @lowers(
        key,
        t.Array,
        result=lambda *args, **keywords: t.NONE,
        rest=can_be_handed_over,
        keywords=dict.fromkeys(names, can_be_handed_over),
        effects="unknown raises",
    )
    def by_python(b: Builder, *args: Val, **keywords: Val) -> Val:
        return b.call_python(target, [*args, *keywords.values()], t.NONE, tuple(keywords))


def _is_value(kind: t.Array, value: Any) -> bool:
    """Whether native code stores this value, a number or the elements of an array in C order."""
    if isinstance(value.type, t.Array):
        return (value.type.layout == "C" or value.type.ndim == 1) and not (
            value.type.dtype.kind == "c" and kind.dtype.kind != "c"
        )
    return can_store(kind.dtype, value)


class _Cycle:
    """The elements of a value in order, again from the start when they are used up; a number is always the same."""

    def __init__(self, b: Builder, value: Val, dtype: Dtype, way_out: WayOut) -> None:
        self.dtype = dtype
        held = as_stored(b, value, dtype, way_out)
        self.number = held if not isinstance(held, Val) else None
        if isinstance(held, Val):
            self.row = as_row(b, held, [])
            (self.length,), (self.stride,) = shape_of(self.row), strides_of(b, self.row)
            way_out.unless(b.icmp("ne", self.length, b.i64(0)))

    def element(self, b: Builder, place: Value) -> Parts:
        """The element at a place, in the dtype of the array."""
        if self.number is not None:
            return self.number
        source = np.dtype(array_type(self.row).dtype)
        pointer = b.ptr_add(data_of(self.row), b.binary("mul", place, self.stride, nsw=True))
        return cast_parts(b, load_element(b, source, pointer), source, self.dtype)

    def after(self, b: Builder, place: Value) -> Value:
        """The place behind another."""
        if self.number is not None:
            return place
        following = b.add(place, b.i64(1))
        return b.select(b.icmp("eq", following, self.length), b.i64(0), following)


def _keep_apart(b: Builder, array: Val, others: Sequence[Val], way_out: WayOut) -> None:
    for other in others:
        if isinstance(other.type, t.Array):
            way_out.unless(b.not_(overlaps(b, array, other)))


# ---- put


def _can_put(bound: Mapping[str, Any]) -> bool:
    kind, index = bound["a"].type, settled_type(bound["ind"].type)
    if kind.layout != "C" or text_of_argument(bound.get("mode"), "raise") != "raise" or not kind.ndim:
        return False
    if not isinstance(index, t.Array) or not (index.layout == "C" or index.ndim == 1):
        return False
    return _is_value(kind, bound["v"]) and takes(np.put, (kind, index, bound["v"].type))


def _put(b: Builder, bound: Mapping[str, Val], way_out: WayOut) -> None:
    index = settle(b, bound["ind"])
    _keep_apart(b, bound["a"], [index, bound["v"]], way_out)
    row = as_row(b, bound["a"], [])
    dtype, index_dtype = np.dtype(array_type(row).dtype), np.dtype(array_type(index).dtype)
    values = _Cycle(b, bound["v"], dtype, way_out)
    places = as_row(b, index, [])
    (length,), (count,) = shape_of(row), shape_of(places)
    way_out.unless(all_within(b, places, length))

    def turn(number: Value, so_far: Parts) -> Sequence[Value]:
        pointer = b.ptr_add(data_of(places), b.binary("mul", number, strides_of(b, places)[0], nsw=True))
        word = from_start(b, index_word(b, index_dtype, pointer), length, index_dtype)
        target = b.ptr_add(data_of(row), b.mul(word, b.i64(dtype.itemsize)))
        store_element(b, dtype, target, values.element(b, so_far[0]))
        return (values.after(b, so_far[0]),)

    b.loop(count, turn, (b.i64(0),))


def _values() -> Iterator[tuple[Any, Any]]:
    """Arrays with what is stored into them."""
    for name in ("float64", "int8", "bool", "uint64", "complex64"):
        for value in (3, -1, 300, 2.5, np.int64(300), np.float32(2.5), np.arange(3), np.arange(12.0), np.arange(0), 1j):
            yield np.arange(12).reshape(3, 4).astype(name), value


def _put_samples() -> Iterator[tuple[Any, ...]]:
    for array, value in _values():
        yield from ((array, np.array([1, -1, 5, 1]), value), (array.T, np.array([2]), value), (array[0], 2, value))
        yield from ((array, np.array([1, 99]), value), (array, np.array([[1], [2]], np.int8), value))


_register(np.put, np.put, ("a", "ind", "v", "mode"), 3, _can_put, _put, _put_samples)


def _of_method(bound: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of the method by the names that the function has for them."""
    return {{"indices": "ind", "values": "v"}.get(name, name): value for name, value in bound.items()}


_register(
    method("put"),
    np.ndarray.put,
    ("a", "indices", "values", "mode"),
    3,
    lambda bound: _can_put(_of_method(bound)),
    lambda b, bound, way_out: _put(b, _of_method(bound), way_out),
    _put_samples,
)


# ---- putmask and place


def _is_mask(kind: t.Array, mask: Any) -> bool:
    return isinstance(mask.type, t.Array) and mask.type.ndim == kind.ndim > 0


def _can_putmask(bound: Mapping[str, Any]) -> bool:
    kind, value = bound["a"].type, bound["values"]
    if not _is_mask(kind, bound["mask"]) or not _is_value(kind, value):
        return False
    if isinstance(value.type, t.Array) and not kind.layout == bound["mask"].type.layout == "C":
        return False
    return takes(np.putmask, (kind, bound["mask"].type, value.type))


def _putmask(b: Builder, bound: Mapping[str, Val], way_out: WayOut) -> None:
    array, value = bound["a"], bound["values"]
    _keep_apart(b, array, [bound["mask"], value], way_out)
    check_mask_shape(b, array, bound["mask"], way_out)
    dtype = np.dtype(array_type(array).dtype)
    owners: list[Value] = []
    if not isinstance(value.type, t.Array):
        held = as_stored(b, value, dtype, way_out)
        store_by_mask(b, array, as_mask(b, bound["mask"], owners), held, way_out)
        release(b, owners)
        return
    values = _Cycle(b, value, dtype, way_out)
    mask = as_mask(b, bound["mask"], owners)

    def turn(number: Value, so_far: Parts) -> Sequence[Value]:
        target = b.ptr_add(data_of(array), b.mul(number, b.i64(dtype.itemsize)))
        (chosen,) = load_element(b, BOOL_DTYPE, b.ptr_add(data_of(mask), number))
        old, new = load_element(b, dtype, target), values.element(b, so_far[0])
        store_element(b, dtype, target, [b.select(chosen, x, y) for x, y in zip(new, old, strict=True)])
        return (values.after(b, so_far[0]),)

    b.loop(size_of(b, array), turn, (b.i64(0),))
    release(b, owners)


def _can_place(bound: Mapping[str, Any]) -> bool:
    kind = bound["arr"].type
    if not _is_mask(kind, bound["mask"]) or not _is_value(kind, bound["vals"]):
        return False
    return takes(np.place, (kind, bound["mask"].type, bound["vals"].type))


def _place(b: Builder, bound: Mapping[str, Val], way_out: WayOut) -> None:
    array = bound["arr"]
    _keep_apart(b, array, [bound["mask"], bound["vals"]], way_out)
    check_mask_shape(b, array, bound["mask"], way_out)
    dtype = np.dtype(array_type(array).dtype)
    values = _Cycle(b, bound["vals"], dtype, way_out)
    owners: list[Value] = []
    mask = as_mask(b, bound["mask"], owners)

    def store(target: Value, so_far: Parts) -> Parts:
        store_element(b, dtype, target, values.element(b, so_far[0]))
        return (values.after(b, so_far[0]),)

    for_each_true_element(b, array, mask, store, (b.i64(0),))
    release(b, owners)


def _mask_samples() -> Iterator[tuple[Any, ...]]:
    for array, value in _values():
        for each in (array, array.T, array[:, ::-1], array[0]):
            yield from ((each, each > 1, value), (each, each, value), (each, each[:1] > 1, value), (each, True, value))


_register(np.putmask, np.putmask, ("a", "mask", "values"), 3, _can_putmask, _putmask, _mask_samples)
_register(np.place, np.place, ("arr", "mask", "vals"), 3, _can_place, _place, _mask_samples)


# ---- copyto


@functools.cache
def _copier(casting: str) -> Function:
    def copy(dst: Any, src: Any) -> None:
        np.copyto(dst, src, casting=casting)  # type: ignore[arg-type]

    return copy


def _is_everywhere(where: Any) -> bool:
    return where is None or known_value(where) is True


def _can_copyto(bound: Mapping[str, Any]) -> bool:
    kind, source, where = bound["dst"].type, bound["src"].type, bound.get("where")
    casting = text_of_argument(bound.get("casting"), "same_kind")
    if casting is None or not takes(_copier(casting), (kind, source)):
        return False
    if isinstance(source, t.Array):
        if source.ndim > kind.ndim or source.ndim + kind.ndim > MOST_MESSAGE_WORDS:
            return False
    elif not can_store(kind.dtype, bound["src"]):
        return False
    if where is None or _is_everywhere(where):
        return True
    return isinstance(where.type, t.Array) and where.type.dtype == BOOL_DTYPE and where.type.ndim <= kind.ndim


def _copyto(b: Builder, bound: Mapping[str, Val], way_out: WayOut) -> None:
    target, source, where = bound["dst"], bound["src"], bound.get("where")
    dtype = np.dtype(array_type(target).dtype)
    if _is_everywhere(where):
        if isinstance(source.type, t.Array):
            assign_array(b, target, source)
            return
        held = as_stored(b, source, dtype, way_out)
        assert not isinstance(held, Val)
        fill_array(b, target, held)
        return
    assert where is not None
    _keep_apart(b, target, [source, where], way_out)
    held = as_stored(b, source, dtype, way_out)
    others = [where, source] if isinstance(held, Val) else [where]
    way_out.unless(_all_fit(b, target, others))

    def anyhow() -> tuple[Value, ...]:
        arrays = [(data_of(one), broadcast_strides(b, target, one)) for one in others]
        for_each_element(b, shape_of(target), [(data_of(target), strides_of(b, target)), *arrays], store)
        return ()

    def store(pointers: list[Value]) -> None:
        (chosen,) = load_element(b, BOOL_DTYPE, pointers[1])
        old = load_element(b, dtype, pointers[0])
        if isinstance(held, Val):
            own = np.dtype(array_type(held).dtype)
            new = cast_parts(b, load_element(b, own, pointers[2]), own, dtype)
        else:
            new = held
        store_element(b, dtype, pointers[0], [b.select(chosen, x, y) for x, y in zip(new, old, strict=True)])

    kind, mask_kind = array_type(target), array_type(where)
    if isinstance(held, Val) or mask_kind.ndim != kind.ndim or not kind.layout == mask_kind.layout != "A":
        anyhow()
        return

    def as_one_row() -> tuple[Value, ...]:
        assert not isinstance(held, Val)
        blend(b, target, where, dtype, held)
        return ()

    b.if_else(same_shape(b, target, where), as_one_row, anyhow)


def _all_fit(b: Builder, target: Val, others: Sequence[Val]) -> Value:
    """Whether arrays can be broadcast to the shape of `target`."""
    wanted = shape_of(target)
    fits: Value = b.i1(True)
    for other in others:
        own = shape_of(other)
        for length, whole in zip(own, wanted[len(wanted) - len(own) :], strict=True):
            fits = b.and_(fits, b.or_(b.icmp("eq", length, b.i64(1)), b.icmp("eq", length, whole)))
    return fits


def _copyto_samples() -> Iterator[tuple[Any, ...]]:
    for array, value in _values():
        for each in (array, array.T, array[:, ::-1], array[0]):
            yield (each, value)
    table = np.arange(12.0).reshape(3, 4)
    yield from ((table, table.T), (table, table[::-1]), (table, table[0]), (table, table[:2]), (table, table > 3))


_register(np.copyto, np.copyto, ("dst", "src", "casting", "where"), 2, _can_copyto, _copyto, _copyto_samples)
