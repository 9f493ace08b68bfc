"""``np.vecdot``, ``np.matvec`` and ``np.vecmat``: generalised ufuncs whose inner loops native code calls itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from minijit import types as t
from minijit.ir.nodes import Value
from minijit.library.arrays.allocation import allocate
from minijit.library.builder import Builder, Val
from minijit.library.indexing.index_expressions import element_type
from minijit.library.linalg.loops import steps_of_stack, walk_stack
from minijit.library.linalg.products import FRESH, cast_operand, let_go, unless
from minijit.library.memory import array_type, data_of, load_element, shape_of, strides_of
from minijit.library.registry import Arg, lowers
from minijit.library.ufuncs.broadcasting import broadcast_shapes
from minijit.numpy_types import Dtype, is_native
from minijit.ufunc_loops import core_names, loop_symbol


class Plan(NamedTuple):
    """The loop, the dtype of all operands, and the type of the result."""

    symbol: str
    dtype: Dtype
    result: t.Type


def _plan(ufunc: np.ufunc, kinds: Sequence[t.Type]) -> Plan | None:
    names = core_names(ufunc)
    if not all(isinstance(one, t.Array) and one.ndim >= len(core) for one, core in zip(kinds, names, strict=False)):
        return None
    arrays: list[t.Array] = [one for one in kinds if isinstance(one, t.Array)]
    depths = [one.ndim - len(core) for one, core in zip(arrays, names, strict=False)]
    # Of stacks in another order, NumPy lays out the result in that order; one axis has only one order.
    if any(depth > 1 and one.layout != "C" for one, depth in zip(arrays, depths, strict=True)):
        return None
    try:
        dtypes = ufunc.resolve_dtypes((*(one.dtype for one in arrays), None))
    except TypeError:
        return None
    symbol, dtype = loop_symbol(ufunc, dtypes), np.dtype(dtypes[0].str)
    if symbol is None or not is_native(dtype) or any(one != dtype for one in dtypes):
        return None
    ndim = max(depths) + len(names[-1])
    kind = t.Array(dtype, ndim, "C")
    return Plan(symbol, dtype, kind if ndim else element_type(kind))


def _register(ufunc: np.ufunc, keys: Sequence[Callable[..., Any]], samples: Any) -> None:
    def result(x: Arg, y: Arg) -> t.Type | None:
        plan = _plan(ufunc, (x.type, y.type))
        return None if plan is None else plan.result

    for key in keys:

        @lowers(key, t.Array, t.Array, result=result, effects=FRESH, samples=samples)
        def lower(b: Builder, x: Val, y: Val, key: Any = key) -> Val:
            return _run(b, ufunc, key, x, y)


def _run(b: Builder, ufunc: np.ufunc, function: Any, x: Val, y: Val) -> Val:
    plan, names = _plan(ufunc, (x.type, y.type)), core_names(ufunc)
    assert plan is not None
    sizes: dict[str, Value] = {}
    stacks: list[Sequence[Value]] = []
    fits: Value = b.i1(True)
    for one, core in zip((x, y), names, strict=False):
        depth = array_type(one).ndim - len(core)
        stacks.append(shape_of(one)[:depth])
        for name, length in zip(core, shape_of(one)[depth:], strict=True):
            fits = b.and_(fits, b.icmp("eq", sizes.setdefault(name, length), length))
    stack, alike = broadcast_shapes(b, stacks)
    unless(b, b.and_(fits, alike), function, (x, y))
    lengths = [*stack, *(sizes[name] for name in names[-1])]
    made = allocate(b, plan.dtype, lengths) if isinstance(plan.result, t.Array) else None
    place, steps = (b.slots(2), []) if made is None else (data_of(made), list(strides_of(b, made)))
    operands = [cast_operand(b, one, plan.dtype) for one in (x, y)]
    outer: list[list[Value]] = []
    inner: list[Value] = []
    for one, core in zip(operands, names, strict=False):
        depth = array_type(one).ndim - len(core)
        outer.append(steps_of_stack(b, one, depth, len(stack)))
        inner += strides_of(b, one)[depth:]
    data = [*(data_of(one) for one in operands), place]
    outer.append(steps[: len(stack)])
    walk_stack(b, plan.symbol, stack, data, outer, [*sizes.values()], [*inner, *steps[len(stack) :]])
    let_go(b, operands, (x, y))
    return Val(plan.result, load_element(b, plan.dtype, place)) if made is None else made


def _samples_of(first: int, second: int) -> Callable[[], Iterator[tuple[Any, ...]]]:
    """Operands with as many axes, of all dtypes, and stacks of them."""

    def make() -> Iterator[tuple[Any, ...]]:
        block = np.arange(36.0).reshape(2, 2, 3, 3) / 7
        for dtype in (bool, np.int8, np.int64, np.float32, float, complex):
            numbers = (block * (1 + 0.5j) if dtype is complex else block).astype(dtype)
            x, y = numbers[(0,) * (4 - first)], numbers[(0,) * (4 - second)]
            yield from ((x, y), (x[..., ::-1], y), (numbers, y), (x, numbers), (numbers[0], numbers[0, 0]))
            yield from ((numbers[0], numbers[:, :1]), (x, y.real.astype(np.int16)), (x[..., :0], numbers[..., :0]))
        yield (block[0], block[..., :2])

    return make


_register(np.vecdot, (np.vecdot, np.linalg.vecdot), _samples_of(1, 1))
_register(np.matvec, (np.matvec,), _samples_of(2, 1))
_register(np.vecmat, (np.vecmat,), _samples_of(1, 2))
