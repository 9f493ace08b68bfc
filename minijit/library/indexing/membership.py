"""``x in array``: whether any element equals a number."""

from __future__ import annotations

import operator

import numpy as np

from minijit import types as t
from minijit.ir.nodes import Value
from minijit.library.builder import Builder, Val
from minijit.library.indexing.index_expressions import element_type
from minijit.library.memory import array_type, data_of, load_element, shape_of, strides_of
from minijit.library.numbers.numpy_comparisons import compare
from minijit.library.registry import Arg, lowers
from minijit.library.ufuncs.elementwise import is_numeric
from minijit.machine import I1
from minijit.numpy_types import loop_of


def _type_of_contains(array: Arg, value: Arg) -> t.Type | None:
    assert isinstance(array.type, t.Array) and isinstance(value.type, t.PythonScalar | t.NumpyScalar)
    loop = loop_of(np.equal, (element_type(array.type), value.type))
    return t.BOOL if array.type.ndim and loop is not None else None


@lowers(
    operator.contains,
    t.Array,
    is_numeric,
    result=_type_of_contains,
    effects="reads",
    samples=[
        (np.arange(5), 3),
        (np.arange(5), 3.5),
        (np.array([1.0, np.nan]), np.nan),
        (np.zeros((2, 0)), 0),
        (np.arange(6, dtype=np.int8).reshape(2, 3)[:, ::-1], 300),
        (np.arange(6, dtype=np.uint64), np.int64(-1)),
        (np.array([1j, 2]), 2),
        (np.array([True]), 1),
    ],
)
def contains(b: Builder, array: Val, value: Val) -> Val:
    """Looks at the elements in order, up to the first that is equal."""
    kind = array_type(array)
    lengths, strides = shape_of(array), strides_of(b, array)
    done = b.new_block("contains.done", [I1])

    def walk(axis: int, pointer: Value) -> None:
        if axis == kind.ndim:
            element = Val(element_type(kind), load_element(b, kind.dtype, pointer))
            found, next_one = b.new_block("contains.found"), b.new_block("contains.next")
            b.branch(compare(b, np.equal, element, value), found, next_one)
            b.move_to(found)
            b.jump(done, [b.i1(True)])
            b.move_to(next_one)
            return

        def turn(index: Value, _carried: tuple[Value, ...]) -> tuple[Value, ...]:
            walk(axis + 1, b.ptr_add(pointer, b.binary("mul", index, strides[axis], nsw=True)))
            return ()

        b.loop(lengths[axis], turn)

    walk(0, data_of(array))
    b.jump(done, [b.i1(False)])
    b.move_to(done)
    return b.bool_val(done.params[0])
