"""Ufuncs of other packages (``scipy.special`` ...) on numbers: native code calls the loop that the ufunc would run.

So the results have the very same bits. The loop is called for one element, which costs some ten nanoseconds more than
the function in it; calls on arrays go through Python.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from minijit import types as t
from minijit.ir.context import EXCEPTION
from minijit.ir.nodes import Value
from minijit.library.builder import Builder, Val
from minijit.library.memory import load_element, store_element
from minijit.library.registry import Arg, adopts, lowers
from minijit.library.ufuncs.elementwise import Loop, is_numeric, to_loop, type_of_results
from minijit.library.ufuncs.scalar_calls import UFUNCS
from minijit.machine import PTR
from minijit.numpy_types import loop_of, sample_of
from minijit.ufunc_loops import data_of_loop, other_loop

_NUMPYS: Final = frozenset(map(id, UFUNCS))
_WORDS: Final = 2
"""The words that hold any element."""


@adopts
def adopt_ufunc(function: object) -> bool:
    """Make an entry for a ufunc that is not NumPy's, where its loops are found."""
    if type(function) is not np.ufunc or function.signature is not None or id(function) in _NUMPYS:
        return False
    if not any(other_loop(function, [np.dtype(code) for code in kind.replace("->", "")]) for kind in function.types):
        return False
    _register(function)
    return True


def _plan(ufunc: np.ufunc, args: Sequence[Arg]) -> tuple[Loop, str, int] | None:
    """The dtypes of the loop for some numbers, its symbol and its number."""
    types = tuple(arg.type for arg in args)
    if all(isinstance(one, t.PythonScalar) for one in types):
        # Python's numbers alone are not weak: there is nothing whose dtype they could take on.
        types = tuple(map(_as_numpys, types))
    loop = loop_of(ufunc, types)
    found = None if loop is None else other_loop(ufunc, loop)
    return None if loop is None or found is None else (loop, *found)


def _as_numpys(one: t.Type) -> t.Type:
    """The NumPy scalar that a number of Python's becomes."""
    if isinstance(one, t.PythonScalar):
        return t.NumpyScalar(np.asarray(sample_of(one)).dtype)
    return one


def _register(ufunc: np.ufunc) -> None:
    def result(*args: Arg) -> t.Type | None:
        plan = _plan(ufunc, args)
        return None if plan is None else type_of_results(plan[0], ufunc.nin)

    @lowers(ufunc, *[is_numeric] * ufunc.nin, result=result, effects="raises")
    def lower(b: Builder, *args: Val) -> Val:
        plan = _plan(ufunc, [Arg(arg.type, arg.const) for arg in args])
        assert plan is not None
        loop, symbol, number = plan
        places = [b.slots(_WORDS) for _ in loop]
        for place, arg, dtype in zip(places, args, loop, strict=False):
            store_element(b, dtype, place, to_loop(b, arg, dtype), local=True)
        pointers, steps, count = b.slots(len(loop)), b.slots(len(loop)), b.slots(1)
        b.store(count, b.i64(1), local=True)
        for position, place in enumerate(places):
            b.store(b.ptr_add(pointers, 8 * position), place, local=True)
            b.store(b.ptr_add(steps, 8 * position), b.i64(0), local=True)
        b.call_c(symbol, None, pointers, count, steps, loop_data(b, ufunc, number), effects="allocates")
        raise_errors(b)
        found = [
            load_element(b, dtype, place)
            for dtype, place in zip(loop[ufunc.nin :], places[ufunc.nin :], strict=True)
        ]
        return Val(type_of_results(loop, ufunc.nin), tuple(part for parts in found for part in parts))


def loop_data(b: Builder, ufunc: np.ufunc, number: int) -> Value:
    """The word of data that a ufunc keeps for one of its loops; null where it keeps none."""
    places = data_of_loop(ufunc, number)
    if places is None:
        return b.null()
    table, word = places
    return b.load(b.ptr_add(b.load(b.ptr_add(b.known_object(ufunc), table), PTR), word), PTR)


def raise_errors(b: Builder) -> None:
    """A loop may raise, where its package is told to: its exception goes on as one of a call into Python."""
    b.unit.needs_lock = True
    error = b.call_c("PyErr_Occurred", PTR, effects="allocates")

    def leave() -> tuple[()]:
        context = b.emit("context", (), PTR)
        b.call_c("PyErr_Fetch", None, *(b.ptr_add(context, EXCEPTION + 8 * k) for k in range(3)), effects="allocates")
        b.leave(b.site("python"))
        return ()

    b.if_else(b.icmp("eq", error, b.null()), lambda: (), leave, likely=True)
