"""The call wrapper: which calls it takes, and how arguments and results are taken apart and put together."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from minijit import types as t
from tests.wrapper_harness import Missed, kernel_header, make, missed, returning

CODES = "?bhilBHILfdFD"
F8 = np.dtype("f8")
VECTOR = t.Array(F8, 1, "C")
MATRIX = t.Array(F8, 2, "C")


def same(got, wanted):
    """Equal in type and value, bit by bit."""
    if type(wanted) is tuple:
        return type(got) is tuple and len(got) == len(wanted) and all(map(same, got, wanted))
    if isinstance(wanted, np.ndarray):
        return got is wanted
    if isinstance(wanted, float | complex | np.generic):
        return type(got) is type(wanted) and np.array(got).tobytes() == np.array(wanted).tobytes()
    return type(got) is type(wanted) and got == wanted


def scalars(code):
    dtype = np.dtype(code)
    if dtype.kind == "b":
        return [np.False_, np.True_]
    if dtype.kind in "iu":
        info = np.iinfo(dtype)
        return [dtype.type(value) for value in (info.min, info.max, 0, 1, 77)]
    values = (0.0, -0.0, 1.5, float("inf"), float("nan"), 1e-40)
    if dtype.kind == "c":
        return [dtype.type(complex(*pair)) for pair in itertools.product(values, repeat=2)]
    return [dtype.type(value) for value in values]


PYTHON_VALUES = {
    t.BOOL: [True, False],
    t.INT: [0, 1, -1, 5, -6, 255, -256, 2**15, 2**30 - 1, 2**30, -(2**30), 2**60 + 7, 2**63 - 1, -(2**63)],
    t.FLOAT: [0.0, -0.0, 1.5, float("inf"), float("-inf"), float("nan"), 5e-324],
    t.COMPLEX: [0j, complex(-0.0, 1.5), complex("nan+infj")],
    t.NONE: [None],
}


@pytest.mark.parametrize("one", PYTHON_VALUES, ids=str)
def test_python_scalars_come_back_unchanged(one):
    call = make((one,), one, returning((one,), [0]))
    for value in PYTHON_VALUES[one]:
        assert same(call(value), value)


@pytest.mark.parametrize("code", CODES)
def test_numpy_scalars_come_back_unchanged(code):
    one = t.NumpyScalar(np.dtype(code))
    call = make((one,), one, returning((one,), [0]))
    for value in scalars(code):
        assert same(call(value), value)


LAYOUTS = {
    ("C", 0): np.zeros(()),
    ("C", 1): np.arange(7.0),
    ("A", 1): np.arange(14.0)[::-2],
    ("C", 2): np.arange(6.0).reshape(2, 3),
    ("F", 2): np.arange(6.0).reshape(2, 3).T,
    ("A", 2): np.arange(60.0).reshape(6, 10)[::2, 1:7:3],
    ("C", 3): np.zeros((2, 0, 4)),
    ("A", 3): np.broadcast_to(np.arange(3.0), (2, 4, 3)),
}


@pytest.mark.parametrize(("layout", "ndim"), LAYOUTS)
def test_arrays_come_in_parts_and_go_out_as_themselves(layout, ndim):
    array = LAYOUTS[layout, ndim]
    one = t.Array(F8, ndim, layout, array.flags.writeable)
    numbers = ndim * (2 if layout == "A" else 1)
    lines = [kernel_header((one,))]
    address = "%address = ptrtoint ptr %p2 to i64"
    lines.append(f"{address}\nstore i64 %address, ptr %ret")
    for index in range(numbers):
        lines.append(f"%r{index} = getelementptr i64, ptr %ret, i64 {index + 1}")
        lines.append(f"store i64 %p{index + 3}, ptr %r{index}")
    shape = make((one,), t.Tuple((t.INT,) * (numbers + 1)), "\n".join([*lines, "ret i32 0", "}"]))
    strides = array.strides if layout == "A" else ()
    assert shape(array) == (array.ctypes.data, *array.shape, *strides)
    assert make((one,), one, returning((one,), [0]))(array) is array
    pair = make((one,), t.Tuple((one, one)), returning((one,), [0, 0]))(array)
    assert pair[0] is array and pair[1] is array


def test_tuples_of_anything_at_any_depth():
    one = t.Tuple((t.INT, t.Tuple((VECTOR, t.Tuple(()), t.NONE)), t.NumpyScalar(np.dtype("u1")), t.BOOL))
    call = make((t.FLOAT, one), t.Tuple((one, t.FLOAT)), returning((t.FLOAT, one), [1, 0]))
    value = (5, (np.zeros(3), (), None), np.uint8(200), True)
    assert same(call(2.5, value), (value, 2.5))
    for wrong in (
        (5, (np.zeros(3), (), None), np.uint8(200)),
        (5, (np.zeros(3), (1,), None), np.uint8(200), True),
        (5, (np.zeros(3), (), 0), np.uint8(200), True),
        (2**63, (np.zeros(3), (), None), np.uint8(200), True),
        [5, (np.zeros(3), (), None), np.uint8(200), True],
    ):
        with pytest.raises(Missed):
            call(2.5, wrong)


class Subclass(np.ndarray):
    pass


class IntSubclass(int):
    pass


class FloatSubclass(float):
    pass


class TupleSubclass(tuple):
    pass


def read_only(array):
    array.flags.writeable = False
    return array


def misaligned():
    return np.zeros(33, np.uint8)[1:].view(F8)


WRONG_ARRAYS = {
    "subclass": lambda: np.zeros(4).view(Subclass),
    "masked": lambda: np.ma.zeros(4),
    "0-d": lambda: np.zeros(()),
    "2-d": lambda: np.zeros((2, 2)),
    "float32": lambda: np.zeros(4, "f4"),
    "int64": lambda: np.zeros(4, "i8"),
    "complex": lambda: np.zeros(4, "c16"),
    "big-endian": lambda: np.zeros(4, ">f8"),
    "timedelta": lambda: np.zeros(4, "m8[s]"),
    "structure": lambda: np.zeros(4, [("x", "f8")]),
    "object": lambda: np.zeros(4, object),
    "longdouble": lambda: np.zeros(4, "g"),
    "strided": lambda: np.zeros(8)[::2],
    "reversed": lambda: np.zeros(8)[::-1],
    "read-only": lambda: read_only(np.zeros(4)),
    "misaligned": misaligned,
    "scalar": lambda: np.float64(1),
    "list": lambda: [1.0, 2.0],
    "none": lambda: None,
}


@pytest.mark.parametrize("name", WRONG_ARRAYS)
def test_other_arrays_are_not_taken(name):
    call = make((VECTOR,), t.NONE, returning((VECTOR,), []))
    with pytest.raises(Missed) as info:
        call(value := WRONG_ARRAYS[name]())
    assert info.value.args[0][0] is value


def test_layouts_are_told_apart():
    whole = np.zeros((4, 6))
    arrays = {"C": whole, "F": whole.T, "A": whole[::2, ::2]}
    for layout, taken in arrays.items():
        call = make(
            (one := t.Array(F8, 2, layout),), t.INT, kernel_header((one,)) + "store i64 1, ptr %ret\nret i32 0\n}"
        )
        for other in arrays.values():
            if other is taken:
                assert call(other) == 1
            else:
                with pytest.raises(Missed):
                    call(other)


def test_dtypes_that_are_not_the_singleton_are_taken():
    import pickle

    array = pickle.loads(pickle.dumps(np.arange(3.0)))
    renamed = np.arange(3.0).astype(F8.newbyteorder("="))
    call = make((VECTOR,), VECTOR, returning((VECTOR,), [0]))
    assert call(array) is array and call(renamed) is renamed


@pytest.mark.parametrize(
    ("one", "wrong"),
    [
        (t.INT, [True, 1.0, 2**63, -(2**63) - 1, 10**30, IntSubclass(3), np.int64(3), None, "1"]),
        (t.FLOAT, [1, True, np.float64(1), FloatSubclass(1), np.float32(1), 1j, None]),
        (t.BOOL, [1, 0, np.True_, None]),
        (t.COMPLEX, [1.0, np.complex128(1)]),
        (t.NONE, [0, False, ()]),
        (t.NumpyScalar(F8), [1.0, np.float32(1), np.int64(1), np.longdouble(1)]),
        (t.NumpyScalar(np.dtype("l")), [1, np.longlong(1), np.int32(1), np.uint64(1), np.timedelta64(1, "s")]),
        (t.NumpyScalar(np.dtype("?")), [True, np.int8(1)]),
        (t.Tuple((t.INT,)), [(), (1, 2), [1], (1.0,), TupleSubclass((1,)), (2**63,), 1]),
    ],
    ids=str,
)
def test_other_scalars_are_not_taken(one, wrong):
    call = make((one,), t.NONE, returning((one,), []))
    for value in wrong:
        with pytest.raises(Missed) as info:
            call(value)
        assert info.value.args == ((value,), {})


def test_keywords_and_defaults_are_bound_natively():
    types = (VECTOR, t.INT, t.FLOAT)
    call = make(types, t.Tuple(types), returning(types, [0, 1, 2]), parameters="amx", defaults={1: 7, 2: 2.5})
    a = np.zeros(2)
    assert same(call(a), (a, 7, 2.5))
    assert same(call(a, 1), (a, 1, 2.5))
    assert same(call(a, x=1.5), (a, 7, 1.5))
    assert same(call(m=3, x=1.5, a=a), (a, 3, 1.5))
    assert same(call(a, 2, x=0.5), (a, 2, 0.5))
    for args, kwargs in (
        ((), {}),
        ((a, 1, 2.0, 3), {}),
        ((a,), {"a": a}),
        ((a,), {"y": 1}),
        ((), {"m": 1}),
        ((a,), {"m": 1.0}),
        ((a, 1), {"x": 2}),
    ):
        with pytest.raises(Missed) as info:
            call(*args, **kwargs)
        assert info.value.args == (args, kwargs)


def test_without_parameters():
    call = make((), t.INT, kernel_header(()) + "store i64 42, ptr %ret\nret i32 0\n}")
    assert call() == 42
    with pytest.raises(Missed):
        call(1)
    with pytest.raises(Missed):
        call(x=1)


def test_a_miss_goes_to_the_next_specialisation():
    last = make((t.FLOAT,), t.FLOAT, returning((t.FLOAT,), [0]))
    entry = last.linked["mj_call"]
    call = make((t.INT,), t.INT, returning((t.INT,), [0]), following=entry, slow=missed)
    assert same(call(3), 3) and same(call(2.5), 2.5)
    with pytest.raises(Missed):
        call("3")


def test_guards_are_compared_in_order():
    import ctypes

    words = (ctypes.c_int64 * 3)(1, 2, 3)
    base = ctypes.addressof(words)
    pairs = tuple((base + 8 * index, index + 1) for index in range(3))
    call = make((), t.NONE, returning((), []), guards=pairs)
    assert call() is None
    for index in range(3):
        words[index] = -1
        with pytest.raises(Missed):
            call()
        words[index] = index + 1
    # An address behind a word that does not hold is never looked at.
    words[0] = -1
    call.record.set_guards([(base, 1), (8, 0)])
    with pytest.raises(Missed):
        call()


def test_the_context_is_ready_for_the_kernel():
    from minijit.ir import context

    offsets = (context.BLOCKS, context.OBJECTS, context.DIRTY, context.TRACE_LENGTH, context.DEPTH)
    lines = [kernel_header(())]
    for index, offset in enumerate(offsets):
        lines.append(f"%w{index} = getelementptr i8, ptr %ctx, i64 {offset}\n%v{index} = load i64, ptr %w{index}")
        lines.append(f"%r{index} = getelementptr i64, ptr %ret, i64 {index}\nstore i64 %v{index}, ptr %r{index}")
    call = make((), t.Tuple((t.INT,) * 5), "\n".join([*lines, "ret i32 0", "}"]))
    found = call()
    assert found[:4] == (0, 0, 0, 0) and found[4] > 100
