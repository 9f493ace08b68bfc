"""New arrays with a pattern: ``np.eye``, ``np.identity``, ``np.linspace``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from minijit import types as t
from minijit.ir.builder import known
from minijit.ir.nodes import Value
from minijit.library.arrays.allocation import allocate
from minijit.library.arrays.dtypes import bind, dtype_of_argument, is_none, known_value, text_of_argument
from minijit.library.builder import Builder, Val, tuple_val
from minijit.library.casts import cast_parts
from minijit.library.indexing.index_expressions import is_integer_index
from minijit.library.memory import data_of, element_pointer, store_element
from minijit.library.operands import anything
from minijit.library.registry import Arg, lowers
from minijit.machine import F64
from minijit.numpy_types import FLOAT64, Dtype

# ---- eye

_EYE: Final = ("N", "M", "k", "dtype", "order")


def _eye_dtype(bound: Mapping[str, Arg | Val] | None) -> Dtype | None:
    if bound is None or text_of_argument(bound.get("order"), "C") != "C":
        return None
    for name in ("N", "M", "k"):
        one = bound.get(name)
        if one is not None and not is_integer_index(one.type) and not (name == "M" and is_none(one)):
            return None
    return dtype_of_argument(bound.get("dtype"), FLOAT64)


def _eye_type(*args: Arg, **keywords: Arg) -> t.Type | None:
    dtype = _eye_dtype(bind(_EYE, args, keywords))
    return None if dtype is None else t.Array(dtype, 2, "C")


def _eye_samples() -> Iterator[tuple[Any, ...]]:
    yield from ((3,), (2, 4), (4, 2), (3, 3, 1), (3, 4, -1), (3, 3, 5), (3, 3, -5), (0,), (3, None, 1, np.int8), (-1,))


@lowers(
    np.eye,
    result=_eye_type,
    rest=anything,
    keywords=dict.fromkeys(_EYE, anything),
    effects="allocates raises",
    samples=_eye_samples,
)
def eye(b: Builder, *args: Val, **keywords: Val) -> Val:
    """Ones on a diagonal."""
    bound = bind(_EYE, args, keywords)
    assert bound is not None
    dtype = _eye_dtype(bound)
    assert dtype is not None
    rows = b.index_of(bound["N"])
    columns = rows if is_none(bound.get("M")) else b.index_of(bound["M"])
    shift = b.index_of(bound["k"]) if "k" in bound else b.i64(0)
    return _ones_on_diagonal(b, dtype, rows, columns, shift)


@lowers(
    np.identity,
    is_integer_index,
    result=lambda n, dtype=None: None if (d := dtype_of_argument(dtype, FLOAT64)) is None else t.Array(d, 2, "C"),
    rest=(t.Const, t.NoneValue),
    keywords={"dtype": (t.Const, t.NoneValue)},
    effects="allocates raises",
    samples=[(3,), (0,), (2, np.int8), (2, "c8")],
)
def identity(b: Builder, n: Val, dtype: Val | None = None) -> Val:
    """Ones on the main diagonal."""
    wanted = dtype_of_argument(dtype, FLOAT64)
    assert wanted is not None
    size = b.index_of(n)
    return _ones_on_diagonal(b, wanted, size, size, b.i64(0))


def _ones_on_diagonal(b: Builder, dtype: Dtype, rows: Value, columns: Value, shift: Value) -> Val:
    made = allocate(b, dtype, [rows, columns], zeroed=True)
    one = b.constant(t.NumpyScalar(dtype), dtype.type(1)).parts
    zero = b.i64(0)
    # Shifts beyond the array leave no diagonal; cut first, so that nothing overflows.
    shift = b.min_i64(b.max_i64(shift, b.sub(zero, rows)), columns)
    first_row = b.max_i64(b.sub(zero, shift), zero)
    first_column = b.max_i64(shift, zero)
    count = b.min_i64(b.sub(rows, first_row), b.sub(columns, first_column))

    def turn(index: Value, _carried: tuple[Value, ...]) -> Sequence[Value]:
        pointer = element_pointer(b, made, [b.add(first_row, index), b.add(first_column, index)])
        store_element(b, dtype, pointer, one, local=True)
        return ()

    b.loop(count, turn)
    return made


# ---- linspace

_LINSPACE: Final = ("start", "stop", "num", "endpoint", "retstep", "dtype")


class Line(NamedTuple):
    """What a call of linspace makes."""

    dtype: Dtype
    endpoint: bool
    retstep: bool


def _line(args: Sequence[Arg | Val], keywords: Mapping[str, Arg | Val]) -> Line | None:
    bound = bind(_LINSPACE, args, keywords, 2)
    if bound is None or ("num" in bound and not is_integer_index(bound["num"].type)):
        return None
    if any(bound[name].type not in (t.INT, t.FLOAT, t.NumpyScalar(FLOAT64)) for name in ("start", "stop")):
        return None
    dtype = dtype_of_argument(bound.get("dtype"), FLOAT64)
    flags = [known_value(bound[name]) if name in bound else name == "endpoint" for name in ("endpoint", "retstep")]
    if dtype is None or not all(isinstance(flag, bool) for flag in flags):
        return None
    # Floats beyond an integer dtype become what the processor makes of them.
    if dtype.kind in "cu" or (dtype.kind == "i" and dtype.itemsize < 8):
        return None
    count = known_value(bound["num"]) if "num" in bound else 50
    if flags[1] and isinstance(count, int) and count < 2:
        # The step is Python's nan then.
        return None
    return Line(dtype, bool(flags[0]), bool(flags[1]))


def _linspace_type(*args: Arg, **keywords: Arg) -> t.Type | None:
    line = _line(args, keywords)
    if line is None:
        return None
    made = t.Array(line.dtype, 1, "C")
    return t.Tuple((made, t.NumpyScalar(FLOAT64))) if line.retstep else made


def _linspace_samples() -> Iterator[tuple[Any, ...]]:
    yield from ((0, 1), (0.0, 1.0, 5), (1, 10, 4), (5.5, -2.5, 7), (3, 3, 4), (0.0, 1.0, 1), (0, 1, 0))
    yield from ((0.0, 1e-320, 9), (0, 1, 5, False), (0.0, 7.5, 4, True, True), (0, 9, 4, True, False, int))
    yield from ((0.0, 1.0, -1), (np.float64(0.1), 0.7, np.int8(13)), (0.0, float("inf"), 3), (1e308, -1e308, 3))


@lowers(
    np.linspace,
    result=_linspace_type,
    rest=anything,
    keywords=dict.fromkeys(_LINSPACE, anything),
    effects="allocates raises",
    samples=_linspace_samples,
)
def linspace(b: Builder, *args: Val, **keywords: Val) -> Val:
    """Numbers at equal distances, both ends included unless ``endpoint=False``."""
    bound, line = bind(_LINSPACE, args, keywords, 2), _line(args, keywords)
    assert bound is not None and line is not None
    count = b.index_of(bound["num"]) if "num" in bound else b.i64(50)
    if known(count) is None or int(known(count) or 0) < 0:

        def refused() -> tuple[Value, ...]:
            b.call_python(np.linspace, (bound["start"], bound["stop"], bound["num"]), t.NEVER)
            return ()

        b.if_else(b.icmp("sge", count, b.i64(0)), lambda: (), refused, likely=True)
    start, stop = b.as_f64(bound["start"]), b.as_f64(bound["stop"])
    made = allocate(b, line.dtype, [count])
    spaces = b.sub(count, b.i64(1)) if line.endpoint else count
    spaces_f = b.convert("sitofp", spaces, F64)
    delta = b.binary("fsub", stop, start)
    step = b.binary("fdiv", delta, spaces_f)
    no_spaces = b.icmp("sle", spaces, b.i64(0))
    step_is_zero = b.fcmp("oeq", step, b.f64(0.0))

    def put(index: Value, number: Value) -> None:
        if line.dtype.kind in "iu":
            number = b.intrinsic("floor", F64, number)
        pointer = b.ptr_add(data_of(made), b.mul(index, b.i64(line.dtype.itemsize)))
        store_element(b, line.dtype, pointer, cast_parts(b, (number,), FLOAT64, line.dtype), local=True)

    def turn(index: Value, _carried: tuple[Value, ...]) -> Sequence[Value]:
        number = b.convert("sitofp", index, F64)
        # A step that underflows is divided late; a single number has no step.
        late = b.binary("fmul", b.binary("fdiv", number, spaces_f), delta)
        usual = b.select(step_is_zero, late, b.binary("fmul", number, step))
        term = b.select(no_spaces, b.binary("fmul", number, delta), usual)
        put(index, b.binary("fadd", term, start))
        return ()

    b.loop(count, turn)

    def put_last() -> tuple[Value, ...]:
        put(spaces, stop)
        return ()

    if line.endpoint:
        b.if_else(b.icmp("sgt", count, b.i64(1)), put_last, lambda: ())
    if not line.retstep:
        return made
    b.bail_unless(b.not_(no_spaces), "a step between less than two numbers", ValueError)
    return tuple_val([made, b.numpy_val(FLOAT64, step)])
