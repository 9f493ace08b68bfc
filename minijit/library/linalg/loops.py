"""``run_loop``: how a body of the library has the inner loop of a generalised ufunc compute, without Python.

The loops behind ``np.linalg`` compute in double precision, with the LAPACK that NumPy came with, and fill their results
with nan where they fail. One run does all matrices along one axis; stacks of more axes are walked here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from minijit import types as t
from minijit.ir.nodes import Value
from minijit.library.builder import NONE_VAL, Builder, Val, item_of
from minijit.library.memory import array_type, data_of, shape_of, strides_of
from minijit.library.operands import anything
from minijit.library.registry import Arg, lowers
from minijit.ufunc_loops import core_names, loop_symbol


def run_loop(ufunc: Any, lengths: Any, *arrays: Any) -> Any:
    """Compute a generalised ufunc; `lengths` are those of the axes that its signature names, in the order of the names.

    Operands and results have the dtypes of one of its loops. The results have all axes of the stack; those of operands
    are repeated where they are missing or of length 1.
    """
    ufunc(*arrays[: ufunc.nin], out=arrays[ufunc.nin :])


def _loop_of(ufunc: Arg | Val, arrays: Sequence[Arg | Val]) -> str | None:
    found = ufunc.type.value if isinstance(ufunc.type, t.Const) else None
    if not isinstance(found, np.ufunc) or not all(isinstance(one.type, t.Array) for one in arrays):
        return None
    return loop_symbol(found, [np.dtype(one.type.dtype) for one in arrays])  # type: ignore[union-attr]  # arrays


@lowers(
    run_loop,
    t.Const,
    t.Tuple,
    result=lambda ufunc, lengths, *arrays: None if _loop_of(ufunc, arrays) is None else t.NONE,
    rest=anything,
    effects="reads",
)
def _run_loop(b: Builder, ufunc: Val, lengths: Val, *arrays: Val) -> Val:
    symbol = _loop_of(ufunc, arrays)
    assert symbol is not None and isinstance(lengths.type, t.Tuple) and isinstance(ufunc.type, t.Const)
    sizes = [b.index_of(item_of(lengths, k)) for k in range(len(lengths.type.items))]
    cores = [len(names) for names in core_names(ufunc.type.value)]  # type: ignore[arg-type]  # a ufunc
    steps = [list(strides_of(b, one)) for one in arrays]
    depths = [array_type(one).ndim - core for one, core in zip(arrays, cores, strict=True)]
    stack = shape_of(arrays[-1])[: depths[-1]]
    outer = [steps_of_stack(b, one, depth, len(stack)) for one, depth in zip(arrays, depths, strict=True)]
    inner = [step for row, depth in zip(steps, depths, strict=True) for step in row[depth:]]
    walk_stack(b, symbol, stack, [data_of(one) for one in arrays], outer, sizes, inner)
    return NONE_VAL


def steps_of_stack(b: Builder, array: Val, depth: int, wanted: int) -> list[Value]:
    """The strides along the axes of the stack; 0 along those that are repeated."""
    zero = b.i64(0)
    own = list(zip(shape_of(array)[:depth], strides_of(b, array)[:depth], strict=True))
    steps = [b.select(b.icmp("eq", length, b.i64(1)), zero, step) for length, step in own]
    return [zero] * (wanted - depth) + steps


def walk_stack(
    b: Builder,
    symbol: str,
    stack: Sequence[Value],
    data: Sequence[Value],
    outer: Sequence[Sequence[Value]],
    sizes: Sequence[Value],
    inner: Sequence[Value],
    effects: str = "allocates",
    extra: Value | None = None,
) -> None:
    """Call an inner loop for each row along the last axis of a stack.

    Parameters
    ----------
    symbol : str
        The loop.
    stack : sequence of Value
        The lengths of the axes of the stack.
    data, outer : sequence
        For each operand and result its data, and its strides along the axes of the stack.
    sizes, inner : sequence of Value
        What the loop takes behind the number of runs: the lengths of the core axes, and all strides along them.
    effects : str
        ``"writes"`` where the results go to memory that others see.
    extra : Value, optional
        The word of data that the ufunc keeps for the loop.
    """

    def nest(axis: int, places: Sequence[Value]) -> None:
        if axis + 1 >= len(stack):
            count = stack[axis] if stack else b.i64(1)
            between = [row[axis] if stack else b.i64(0) for row in outer]
            rows = (_words(b, places), _words(b, [count, *sizes]), _words(b, [*between, *inner]))
            b.call_c(symbol, None, *rows, b.null() if extra is None else extra, effects=effects)
            return

        def turn(index: Value, _carried: tuple[Value, ...]) -> Sequence[Value]:
            nest(axis + 1, [b.ptr_add(one, b.mul(index, row[axis])) for one, row in zip(places, outer, strict=True)])
            return ()

        b.loop(stack[axis], turn)

    nest(0, list(data))


def _words(b: Builder, values: Sequence[Value]) -> Value:
    place = b.slots(len(values))
    for position, value in enumerate(values):
        b.store(b.ptr_add(place, 8 * position), value, local=True)
    return place
