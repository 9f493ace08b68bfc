"""The loops that write what is computed element by element (:mod:`minijit.library.ufuncs.element_trees`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from minijit import types as t
from minijit.ir.builder import known
from minijit.ir.context import BLOCK_DATA
from minijit.ir.nodes import Instr, Param, Value
from minijit.library.arrays.allocation import is_contiguous
from minijit.library.builder import Builder, Val
from minijit.library.casts import cast_parts
from minijit.library.memory import (
    array_type,
    data_of,
    load_element,
    make_array,
    owner_of,
    shape_of,
    size_of,
    store_element,
    strides_of,
)
from minijit.library.rare_code import if_else_rarely
from minijit.library.ufuncs.broadcasting import are_falling, has_shape, walking_strides
from minijit.library.ufuncs.element_trees import Elementwise, elementwise
from minijit.library.ufuncs.elementwise import Parts
from minijit.library.vals import Pending
from minijit.machine import PTR
from minijit.numpy_types import Dtype

# ---- the loops


class _Walked(NamedTuple):
    """An array in a loop.

    Attributes
    ----------
    dtype, data, strides
        Its element type, the first address, and the strides along the axes of the loop.
    length, stride : Value
        What it has itself along the last axis; no value where it has no axes.
    """

    dtype: Dtype
    data: Value
    strides: Sequence[Value]
    length: Value | None = None
    stride: Value | None = None

    @property
    def stands_still(self) -> bool:
        """Whether it is known to have one element for each row."""
        return known(self.strides[-1]) == 0

    @property
    def is_repeated(self) -> bool:
        """Whether it is known to be repeated along an axis."""
        return any(known(stride) == 0 for stride in self.strides)

    @property
    def has_dense_rows(self) -> bool:
        """Whether it is known to have no gaps within a row, or to stand still there."""
        return self.stands_still or (self.stride is not None and known(self.stride) == self.dtype.itemsize)


def _walk(b: Builder, array: Val, strides: Sequence[Value]) -> _Walked:
    kind = array_type(array)
    last = (shape_of(array)[-1], strides_of(b, array)[-1]) if kind.ndim else (None, None)
    return _Walked(kind.dtype, data_of(array), strides, *last)


def write(b: Builder, whole: Elementwise, outputs: Sequence[Val], shape: Sequence[Value], *, local: bool) -> None:
    """Store the results into `outputs`, arrays of this shape whose memory overlaps no other array of the loop.

    An output may be one of the arrays that are read itself. `local` says that nobody else can see the outputs.
    """
    ndim = len(shape)
    body = _Body(b, whole, outputs, local)
    if ndim == 0:
        body.element([data_of(one) for one in (*whole.arrays, *outputs)], {}, None)
        return
    plain = [_walk(b, one, _plain_strides(b, one, ndim)) for one in (*whole.arrays, *outputs)]
    flat = _are_alike([*whole.arrays, *outputs]) and not any(one.is_repeated for one in plain)
    if not flat and not all(one.has_dense_rows for one in plain) and not all(map(_is_in_order, plain)):
        _write_with_gaps(b, body, shape)
        return

    def simply() -> tuple[Value, ...]:
        if flat:
            # One long row.
            rows = [one._replace(strides=[b.i64(one.dtype.itemsize)]) for one in plain]
            _nest(b, [size_of(b, outputs[0])], rows, body)
        else:
            _nest(b, shape, plain, body)
        return ()

    def repeating() -> tuple[Value, ...]:
        _write_with_gaps(b, body, shape)
        return ()

    if_else_rarely(b, _repeats_nothing(b, whole, shape), simply, repeating)


def _plain_strides(b: Builder, array: Val, ndim: int) -> list[Value]:
    """The strides of an array of which nothing is repeated but axes that are known to have length 1."""
    zero = b.i64(0)
    own = [
        zero if known(length) == 1 else stride
        for length, stride in zip(shape_of(array), strides_of(b, array), strict=True)
    ]
    return [zero] * (ndim - len(own)) + own


def _are_alike(arrays: Sequence[Val]) -> bool:
    """Whether all arrays are known to lie in memory in the same way if they have the same shape: without gaps."""
    kinds = [array_type(one) for one in arrays]
    return all(kind.layout == kinds[0].layout != "A" and kind.ndim == kinds[0].ndim for kind in kinds)


def _is_in_order(one: _Walked) -> bool:
    """Whether no axis is a faster one than the last, where that has a stride which follows from other lengths."""
    last = one.strides[-1]
    return isinstance(last, Instr) and last.op in ("const", "mul") and are_falling(one.strides)


def _repeats_nothing(b: Builder, whole: Elementwise, shape: Sequence[Value]) -> Value:
    """Whether all arrays have the lengths of the result, but for axes that are not there or known to have length 1."""
    pairs: dict[tuple[Value, Value], None] = {}
    for array in (*whole.arrays, *whole.dear):
        lengths = shape_of(array)
        pairs |= dict.fromkeys(zip(lengths, shape[len(shape) - len(lengths) :], strict=True))
    same: Value = b.i1(True)
    for length, wanted in pairs:
        if length is not wanted and known(length) != 1:
            same = b.and_(same, b.icmp("eq", length, wanted))
    return same


def _write_with_gaps(b: Builder, body: _Body, shape: Sequence[Value]) -> None:
    """:func:`write` for arrays of which nothing is known, in as many loops as there are axes."""
    whole, outputs = body.whole, body.outputs
    ndim = len(shape)
    arrays = [*whole.arrays, *outputs]
    walked = [_walk(b, one, walking_strides(b, one, ndim)) for one in whole.arrays]
    walked += [_walk(b, one, strides_of(b, one)) for one in outputs]
    flat = _is_flat(b, whole.arrays, outputs, walked, is_new=body.local)
    lengths = list(shape)
    if ndim > 1:
        # Arrays without gaps between the rows are one long row.
        lengths = [b.select(flat, b.i64(1), length) for length in shape[:-1]]
        lengths.append(b.select(flat, size_of(b, outputs[0]), shape[-1]))

    def along_rows(constant: int | None) -> None:
        """All arrays without gaps along the last axis, or standing still there, as number `constant` does."""
        rows = []
        for k, one in enumerate(walked):
            inner = b.i64(0 if k == constant or one.stands_still else one.dtype.itemsize)
            rows.append(one._replace(strides=[*one.strides[:-1], inner]))
        _nest(b, lengths, rows, body)

    kinds = [array_type(one) for one in arrays]
    columns = []
    if len(whole.arrays) == 2 and ndim > 1:
        columns = [k for k, kind in enumerate(kinds[:2]) if kind.ndim == ndim and kind.layout != "A"]
    once: Value = b.i1(True)
    for one in whole.dear:
        once = b.and_(once, has_shape(b, one, shape))

    def if_dense(constant: int | None) -> tuple[Value, Callable[[], None]]:
        dense = b.and_(_are_dense(b, walked, shape[-1], constant), once)
        return dense if constant is not None else b.or_(flat, dense), lambda: along_rows(constant)

    def with_gaps() -> None:
        if any(known(has_shape(b, one, shape)) != 1 for one in whole.dear):
            _write_storing(b, whole, outputs, shape, body.local)
            return
        axes = _in_order_of_memory(b, shape, walked, len(walked) - 1)
        _nest(b, axes[0], axes[1], body)

    # Arrays of types without gaps have one only where an axis of length 1 stands still.
    rare_after = 1 if all(kind.layout != "A" for kind in kinds) else len(columns) + 2
    _first_way(b, [if_dense(k) for k in (None, *columns)], with_gaps, rare_after)


def _write_storing(
    b: Builder, whole: Elementwise, outputs: Sequence[Val], shape: Sequence[Value], local: bool
) -> None:
    """Like :func:`write`; what is dear, and may be needed for several elements, is stored before."""
    stored: list[Val] = []
    while dear := [one for one in whole.dear if known(has_shape(b, one, shape)) != 1]:
        assert whole.storing is not None
        stored.append(_stored(b, dear[0]))
        whole = whole.storing({dear[0]: stored[-1]})
    write(b, whole, outputs, shape, local=local)
    for array in stored:
        b.emit("decref", (owner_of(array),))


def _stored(b: Builder, value: Pending) -> Val:
    """The elements of a pending array, stored."""
    kind, shape = array_type(value), shape_of(value)
    owner, data = new_memory(b, size_of(b, value), kind.dtype)
    made = make_array(t.Array(kind.dtype, kind.ndim, "C"), b.null(), owner, data, shape, ())
    write(b, elementwise(value.operands, [kind.dtype], value.compute), [made], shape, local=True)
    return made


class _Body:
    """What happens inside of the loops: elements are loaded, computed and stored."""

    def __init__(self, b: Builder, whole: Elementwise, outputs: Sequence[Val], local: bool) -> None:
        self.b = b
        self.whole = whole
        self.outputs = outputs
        self.local = local

    def load(self, number: int, pointer: Value) -> Val:
        """The element of an array that is read."""
        dtype = array_type(self.whole.arrays[number]).dtype
        return Val(t.NumpyScalar(dtype), load_element(self.b, dtype, pointer))

    def element(self, pointers: Sequence[Value], loaded: Mapping[int, Val], group: int | None) -> None:
        """Compute and store one element, from those that are loaded already and those at `pointers`.

        The turns of a loop of which `group` is the number do not depend on each other.
        """
        b = self.b
        count = len(self.whole.arrays)
        with _accesses_of(b, group):
            elements = [loaded[k] if k in loaded else self.load(k, pointers[k]) for k in range(count)]
        results = self.whole.compute(elements)
        for result, output, pointer in zip(results, self.outputs, pointers[count:], strict=True):
            dtype = array_type(output).dtype
            parts = _cast(b, result, dtype)
            with _accesses_of(b, group):
                store_element(b, dtype, pointer, parts, self.local)


@contextmanager
def _accesses_of(b: Builder, group: int | None) -> Iterator[None]:
    """Mark what is built here as accesses to memory of a loop whose turns are independent."""
    start = len(b.block.instrs)
    yield
    if group is not None:
        for instr in b.block.instrs[start:]:
            if instr.op in ("load", "store"):
                instr.attrs["parallel"] = group


def _are_dense(b: Builder, walked: Sequence[_Walked], length: Value, constant: int | None) -> Value:
    """Whether the arrays have no gaps along the last axis, except number `constant`, which is to stand still."""
    dense: Value = b.i1(True)
    for k, one in enumerate(walked):
        if one.stands_still:
            continue
        assert one.length is not None and one.stride is not None
        if k == constant:
            dense = b.and_(dense, b.icmp("eq", one.length, b.i64(1)))
            continue
        if one.length is not length:
            dense = b.and_(dense, b.icmp("eq", one.length, length))
        dense = b.and_(dense, b.icmp("eq", one.stride, b.i64(one.dtype.itemsize)))
    return dense


def _first_way(
    b: Builder, ways: Sequence[tuple[Value, Callable[[], None]]], otherwise: Callable[[], None], rare_after: int
) -> None:
    """Build the first of several ways whose condition holds; those after the first `rare_after` hardly ever do."""
    if not ways:
        otherwise()
        return

    def go() -> tuple[Value, ...]:
        ways[0][1]()
        return ()

    def go_on() -> tuple[Value, ...]:
        _first_way(b, ways[1:], otherwise, rare_after - 1)
        return ()

    if rare_after == 1:
        if_else_rarely(b, ways[0][0], go, go_on)
    else:
        b.if_else(ways[0][0], go, go_on, likely=True)


def _cast(b: Builder, value: Val, dtype: Dtype) -> Parts:
    assert isinstance(value.type, t.NumpyScalar)
    return cast_parts(b, value.parts, value.type.dtype, dtype)


def _is_flat(
    b: Builder, read: Sequence[Val], outputs: Sequence[Val], walked: Sequence[_Walked], *, is_new: bool
) -> Value:
    """Whether all arrays have the shape of the outputs and lie in memory as they do, without gaps."""
    if any(one.stands_still for one in walked):
        return b.i1(False)
    output, arrays = outputs[0], [*read, *outputs[1:]]
    wanted = array_type(output)
    shape, strides = shape_of(output), strides_of(b, output)
    kinds = [array_type(array) for array in arrays]
    if any(kind.ndim < wanted.ndim for kind in kinds):
        return b.i1(False)
    layouts = {kind.layout for kind in (wanted, *kinds)}
    if wanted.ndim > 1 and {"C", "F"} <= layouts:
        return b.i1(False)
    if wanted.ndim == 1 or ("A" in layouts and all(one.has_dense_rows for one in walked)):
        # Nothing to join; or parts of rows, which are rarely whole.
        return b.i1(False)
    flat: Value = b.i1(True)
    if not is_new:
        orders: tuple[t.Layout, ...] = ("C", "F") if wanted.layout == "A" else (wanted.layout,)
        found = [is_contiguous(b, output, order) for order in orders]
        flat = found[0] if len(found) == 1 else b.or_(*found)
    for array, kind in zip(arrays, kinds, strict=True):
        flat = b.and_(flat, has_shape(b, array, shape))
        if kind.layout == wanted.layout != "A":
            continue
        for length, own, other in zip(shape, strides_of(b, array), strides, strict=True):
            if own is not other:
                scaled = b.mul(own, b.i64(wanted.dtype.itemsize)), b.mul(other, b.i64(kind.dtype.itemsize))
                flat = b.and_(flat, b.or_(b.icmp("eq", *scaled), b.icmp("eq", length, b.i64(1))))
    return flat


def _in_order_of_memory(
    b: Builder, shape: Sequence[Value], walked: Sequence[_Walked], leading: int
) -> tuple[list[Value], list[_Walked]]:
    """The axes reversed where the first is the fastest one of the array number `leading`."""
    if len(shape) < 2:
        return list(shape), list(walked)
    first, last = (walked[leading].strides[k] for k in (0, -1))
    turned = b.icmp("slt", *(b.intrinsic("abs", one.type, one) for one in (first, last)))  # type: ignore[arg-type]

    def either(values: Sequence[Value]) -> list[Value]:
        return [b.select(turned, other, one) for one, other in zip(values, reversed(values), strict=True)]

    return either(shape), [one._replace(strides=either(one.strides)) for one in walked]


def _nest(b: Builder, lengths: Sequence[Value], walked: Sequence[_Walked], body: _Body) -> None:
    """Loops over all axes, the last one inside."""
    last = len(lengths) - 1

    def nest(axis: int, pointers: Sequence[Value]) -> None:
        loaded = {}
        group = len(b.function.blocks)
        if axis == last:
            loaded = {k: body.load(k, pointers[k]) for k in range(len(body.whole.arrays)) if walked[k].stands_still}

        def turn(index: Value, _carried: tuple[Value, ...]) -> Sequence[Value]:
            assert isinstance(index, Param)
            moved = [
                b.ptr_add(pointer, b.binary("mul", index, one.strides[axis], nsw=True))
                for pointer, one in zip(pointers, walked, strict=True)
            ]
            if axis < last:
                nest(axis + 1, moved)
            else:
                index.block.attrs["parallel"] = group
                body.element(moved, loaded, group)
            return ()

        b.loop(lengths[axis], turn)

    start = len(b.function.blocks)
    nest(0, [one.data for one in walked])
    for block in b.function.blocks[start:]:
        if block is not b.block:
            block.attrs["nest"] = start


def new_memory(b: Builder, count: Value, dtype: Dtype) -> tuple[Value, Value]:
    """Owner and data of a new array; there is one of as many elements, so the size can't be too large for a number."""
    size = b.mul(count, b.i64(dtype.itemsize))
    owner = b.call_c("mj_alloc", PTR, b.emit("context", (), PTR), size, b.i1(False), effects="allocates")
    b.check(b.icmp("ne", owner, b.null()), MemoryError, "Unable to allocate {0} bytes for an array", size)
    return owner, b.load(b.ptr_add(owner, BLOCK_DATA), PTR, local=True)
