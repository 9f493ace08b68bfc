"""Other shapes for the same elements: ``reshape``, ``ravel`` and ``flatten``, in both orders.

Views of arrays that are contiguous; what is not contiguous is copied where NumPy copies it. Fortran order is C order of
the transpose.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from minijit import types as t
from minijit.ir.nodes import Value
from minijit.library.arrays.allocation import is_contiguous
from minijit.library.arrays.attributes import arrays, layout_transposed
from minijit.library.arrays.copies import copied
from minijit.library.arrays.dtypes import bind, is_none, text_of_argument
from minijit.library.builder import Builder, Val, item_of
from minijit.library.indexing.index_expressions import is_integer_index
from minijit.library.memory import (
    array_type,
    contiguous_strides,
    data_of,
    make_view,
    owner_of,
    shape_of,
    size_of,
    strides_of,
)
from minijit.library.operands import anything
from minijit.library.registry import Arg, lowers, method
from minijit.machine import I64

Args = Sequence[Arg | Val]
Keywords = Mapping[str, Arg | Val]


def turned_type(array: t.Array) -> t.Array:
    """The type of the transpose."""
    return t.Array(array.dtype, array.ndim, layout_transposed(array.layout, array.ndim), array.writable)


def turned(b: Builder, array: Val) -> Val:
    """The transpose."""
    kind = array_type(array)
    return make_view(b, array, turned_type(kind), data_of(array), shape_of(array)[::-1], strides_of(b, array)[::-1])


def order_of(array: t.Array, arg: Arg | Val | None) -> str | None:
    """``"C"`` or ``"F"``: the order that an argument asks for; ``None`` where only the strides tell, or it is wrong."""
    order = "C" if is_none(arg) else text_of_argument(arg, "C")
    if order in ("A", "K"):
        order = {"C": "C", "F": "F", "A": None}[array.layout]
    return order if order in ("C", "F") else None


# ---- one axis


def _flat_type(array: t.Array) -> t.Array:
    return t.Array(array.dtype, 1, "C", array.writable)


def ravel(b: Builder, array: Val) -> Val:
    """A view of a contiguous array, with one axis."""
    return make_view(b, array, _flat_type(array_type(array)), data_of(array), [size_of(b, array)], [])


def _flat(args: Args, keywords: Keywords) -> tuple[t.Array, str] | None:
    """The array, transposed for Fortran order, and the order."""
    bound = bind(("a", "order"), args, keywords)
    if bound is None or not isinstance(bound["a"].type, t.Array):
        return None
    kind = bound["a"].type
    order = order_of(kind, bound.get("order"))
    if order is None:
        return None
    return (kind if order == "C" else turned_type(kind)), order


def _type_of_ravel(args: Args, keywords: Keywords, *, is_view: bool) -> t.Type | None:
    flat = _flat(args, keywords)
    if flat is None or (flat[0].layout == "C") is not is_view or not (is_view or flat[0].writable):
        # The copy of an array that is not writable is.
        return None
    return _flat_type(flat[0])


def _register_ravel(function: object, *, is_view: bool) -> None:
    @lowers(
        function,
        t.Array,
        result=lambda *args, **keywords: _type_of_ravel(args, keywords, is_view=is_view),
        rest=anything,
        keywords={"order": anything},
        effects="" if is_view else "owns reads raises",
        samples=arrays,
    )
    def lower(b: Builder, *args: Val, **keywords: Val) -> Val:
        flat = _flat(args, keywords)
        assert flat is not None
        array = args[0] if flat[1] == "C" else turned(b, args[0])
        if is_view:
            return ravel(b, array)

        def view() -> tuple[Value, ...]:
            b.emit("incref", (owner_of(array),))
            return ravel(b, array).parts

        def copy() -> tuple[Value, ...]:
            return ravel(b, copied(b, array, flat[0].dtype, "C")).parts

        return Val(_flat_type(flat[0]), b.if_else(is_contiguous(b, array, "C"), view, copy))


for _function in (method("ravel"), np.ravel):
    _register_ravel(_function, is_view=True)
    _register_ravel(_function, is_view=False)


def _type_of_flatten(*args: Arg, **keywords: Arg) -> t.Type | None:
    flat = _flat(args, keywords)
    return None if flat is None else t.Array(flat[0].dtype, 1, "C")


@lowers(
    method("flatten"),
    t.Array,
    result=_type_of_flatten,
    rest=anything,
    keywords={"order": anything},
    effects="allocates raises",
    samples=arrays,
)
def flatten(b: Builder, *args: Val, **keywords: Val) -> Val:
    """A copy with one axis."""
    flat = _flat(args, keywords)
    assert flat is not None
    array = args[0] if flat[1] == "C" else turned(b, args[0])
    return ravel(b, copied(b, array, flat[0].dtype, "C"))


# ---- reshape


class Request:
    """What a call of reshape asks for: the new lengths, and the order."""

    def __init__(self, array: Any, lengths: Sequence[Any], order: str) -> None:
        self.array = array
        self.lengths = list(lengths)
        self.order = order
        self.source = array.type if order == "C" else turned_type(array.type)

    def result(self) -> t.Array:
        """The type of the result, before it is turned back."""
        ndim = len(self.lengths)
        layout: t.Layout = "C" if self.source.layout == "C" or ndim == 0 else "A"
        if self.source.layout == "F" and ndim == 1:
            layout = "C"
        return t.Array(self.source.dtype, ndim, layout, self.source.writable)


def _items(shape: Any) -> list[Any]:
    """The lengths in a shape, an integer or a tuple."""
    if not isinstance(shape.type, t.Tuple):
        return [shape]
    if isinstance(shape, Val):
        return [item_of(shape, k) for k in range(len(shape.type.items))]
    return [Arg(one) for one in shape.type.items]


def _request(function: Any, args: Args, keywords: Keywords) -> Request | None:
    order = keywords.get("order")
    array = args[0]
    if isinstance(function, method):
        rest = args[1:]
        lengths = _items(rest[0]) if len(rest) == 1 else list(rest)
        if not rest or set(keywords) - {"order"}:
            return None
    else:
        bound = bind(("a", "shape", "order"), args, keywords, 2)
        if bound is None:
            return None
        lengths, order = _items(bound["shape"]), bound.get("order")
    if not isinstance(array.type, t.Array) or not all(is_integer_index(one.type) for one in lengths):
        return None
    found = order_of(array.type, order) if text_of_argument(order, "C") != "K" or is_none(order) else None
    return None if found is None else Request(array, lengths, found)


def _type_of_reshape(function: Any, args: Args, keywords: Keywords, *, is_view: bool) -> t.Type | None:
    request = _request(function, args, keywords)
    if request is None or (request.source.layout == "C") is not is_view or not (is_view or request.source.writable):
        return None
    return request.result() if request.order == "C" else turned_type(request.result())


def _samples() -> Iterator[tuple[Any, ...]]:
    table = np.arange(12.0).reshape(3, 4)
    for shape in ((4, 3), (12,), (-1,), (2, -1), (2, 3, 2), (5, 2), (-1, -1), (-1, 5), (12, 1, -1), (0, -1), (-2, 6)):
        yield (table, shape)
        yield (table, *shape)
        yield (table.T, shape)
        yield (table[::-1], shape)
    yield (table[:0], (-1, 4))
    yield (table[:0], (0, -1))
    yield (np.array(3), ())


def _register_reshape(function: Any, *, is_view: bool) -> None:
    called = np.ndarray.reshape if isinstance(function, method) else function

    @lowers(
        function,
        t.Array,
        result=lambda *args, **keywords: _type_of_reshape(function, args, keywords, is_view=is_view),
        rest=anything,
        keywords={"order": anything, "shape": anything},
        effects="raises" if is_view else "owns reads raises",
        samples=_samples if isinstance(function, method) else (),
    )
    def lower(b: Builder, *args: Val, **keywords: Val) -> Val:
        request = _request(function, args, keywords)
        assert request is not None
        is_turned = request.order == "F"

        def by_numpy(kind: t.Type) -> Val:
            return b.call_python(called, [*args, *keywords.values()], kind, tuple(keywords), effects="")

        array = turned(b, args[0]) if is_turned else args[0]
        made = _reshaped(b, array, request, by_numpy, is_view=is_view)
        return turned(b, made) if is_turned else made


def _reshaped(
    b: Builder, array: Val, request: Request, by_numpy: Callable[[t.Type], Val], *, is_view: bool
) -> Val:
    """A view with other axes; one length may be -1, which stands for what is left."""
    kind = request.result()
    words = [b.index_of(value) for value in request.lengths]
    found, fits = _resolved(b, words if request.order == "C" else words[::-1], size_of(b, array))

    def plainly() -> tuple[Value, ...]:
        if not is_view:
            b.emit("incref", (owner_of(array),))
        steps = contiguous_strides(b, found, kind.dtype.itemsize) if kind.layout == "A" else ()
        return make_view(b, array, kind, data_of(array), found, steps).parts

    def otherwise() -> tuple[Value, ...]:
        # Lengths that don't fit, which raise, and what is rare: arrays without elements, other negative lengths.
        if request.order == "C":
            return by_numpy(kind).parts
        return turned(b, by_numpy(turned_type(kind))).parts

    if not is_view:
        fits = b.and_(fits, is_contiguous(b, array, "C"))
    return Val(kind, b.if_else(fits, plainly, otherwise, likely=True))


for _is_view in (True, False):
    _register_reshape(method("reshape"), is_view=_is_view)
    _register_reshape(np.reshape, is_view=_is_view)


def _resolved(b: Builder, words: Sequence[Value], size: Value) -> tuple[list[Value], Value]:
    """The lengths with -1 replaced, and whether they make up as many elements as there are."""
    one, zero, minus = b.i64(1), b.i64(0), b.i64(-1)
    known: Value = one
    unknown: Value = zero
    fits: Value = b.i1(True)
    limit = b.max_i64(size, one)
    for word in words:
        is_unknown = b.icmp("eq", word, minus)
        unknown = b.add(unknown, b.select(is_unknown, one, zero))
        # A product beyond the number of elements can't be right, and might overflow.
        most = b.emit("sdiv", (limit, b.max_i64(known, one)), I64)
        small = b.and_(b.icmp("sge", word, zero), b.icmp("sle", word, most))
        fits = b.and_(fits, b.or_(is_unknown, small))
        known = b.select(b.or_(is_unknown, b.not_(small)), known, b.mul(known, word))
    divisor = b.select(b.icmp("eq", known, zero), one, known)
    rest = b.emit("sdiv", (size, divisor), I64)
    has_unknown = b.icmp("ne", unknown, zero)
    whole = b.select(has_unknown, b.mul(rest, known), known)
    fits = b.and_(fits, b.and_(b.icmp("sle", unknown, one), b.icmp("eq", whole, size)))
    # With a length of 0 beside it, -1 could stand for anything.
    fits = b.and_(fits, b.or_(b.not_(has_unknown), b.icmp("ne", known, zero)))
    return [b.select(b.icmp("eq", word, minus), rest, word) for word in words], fits


