"""What becomes of native values that leave a function: new arrays, views, unions, ranges, objects."""

from __future__ import annotations

import gc
import sys

import numpy as np
import pytest

from minijit import types as t
from minijit.errors import InternalError, Unsupported
from tests.wrapper_harness import kernel_header, make, returning

F8 = np.dtype("f8")
VECTOR = t.Array(F8, 1, "C")
MATRIX = t.Array(F8, 2, "C")
ALLOC = "declare ptr @mj_alloc(ptr, i64, i1)\n"


def store(slot, kind, value):
    """Store `value` in a slot of the result."""
    return f"%s{slot} = getelementptr i64, ptr %ret, i64 {slot}\nstore {kind} {value}, ptr %s{slot}"


def fresh_block(size, offset=0):
    """Text that makes a block %block and %data in it, filled with the bytes 0, 1, 2 ..."""
    return f"""
  %block = call ptr @mj_alloc(ptr %ctx, i64 {size}, i1 true)
  %data.at = getelementptr i8, ptr %block, i64 24
  %start = load ptr, ptr %data.at
  %data = getelementptr i8, ptr %start, i64 {offset}
  br label %loop
loop:
  %i = phi i64 [0, %entry], [%next, %loop]
  %byte = trunc i64 %i to i8
  %at = getelementptr i8, ptr %start, i64 %i
  store i8 %byte, ptr %at
  %next = add i64 %i, 1
  %more = icmp slt i64 %next, {size}
  br i1 %more, label %loop, label %done
done:
"""


def array_parts(slot, *words):
    """Store the parts of a native array (no object) from `slot` on."""
    lines = [store(slot, "ptr", "null"), store(slot + 1, "ptr", "%block"), store(slot + 2, "ptr", "%data")]
    return "\n".join(lines + [store(slot + 3 + index, "i64", word) for index, word in enumerate(words)])


def native_array(one, size, words, offset=0):
    """A function that returns a new array of type `one`."""
    kernel = ALLOC + kernel_header(()) + fresh_block(size, offset) + array_parts(0, *words) + "\nret i32 0\n}"
    return make((), one, kernel)


def reference(size):
    return np.arange(size, dtype=np.uint8) if size < 257 else np.arange(size).astype(np.uint8)


def assert_like(got, wanted):
    """Everything that can be asked about an array is as NumPy has it."""
    assert type(got) is np.ndarray and got.dtype == wanted.dtype and got.shape == wanted.shape
    assert got.strides == wanted.strides and str(got.flags) == str(wanted.flags)
    assert got.tobytes() == wanted.tobytes()
    assert (got.base is None) == (wanted.base is None)
    assert sys.getsizeof(got) == sys.getsizeof(wanted)


@pytest.mark.parametrize("size", [24, 800, 8000, 1 << 20])
@pytest.mark.parametrize("code", "?bhilBHILfdFD")
def test_a_new_array_owns_its_data(code, size):
    dtype = np.dtype(code)
    size -= size % dtype.itemsize
    call = native_array(t.Array(dtype, 1, "C"), size, [size // dtype.itemsize])
    wanted = np.empty(size // dtype.itemsize, dtype)
    wanted.view(np.uint8)[:] = reference(size)
    got = call()
    assert_like(got, wanted)
    got.resize(1000)
    assert got.nbytes == 1000 * dtype.itemsize and got.tobytes()[:16] == reference(size).tobytes()[:16]


def test_shapes_and_orders_of_new_arrays():
    data = reference(96).view(F8)
    assert_like(native_array(MATRIX, 96, [3, 4])(), data.reshape(3, 4).copy())
    assert_like(native_array(t.Array(F8, 2, "F"), 96, [3, 4])(), data.reshape(4, 3).T.copy("F"))
    assert_like(native_array(t.Array(F8, 2, "A"), 96, [3, 4, 32, 8])(), data.reshape(3, 4).copy())
    assert_like(native_array(t.Array(F8, 0, "C"), 8, [])(), reference(8).view(F8).reshape(()).copy())
    assert_like(native_array(t.Array(F8, 3, "C"), 96, [1, 12, 1])(), data.reshape(1, 12, 1).copy())
    for shape in ((0,), (3, 0), (0, 5)):
        one = t.Array(F8, len(shape), "C")
        kernel = ALLOC + kernel_header(()) + "%block = call ptr @mj_alloc(ptr %ctx, i64 0, i1 true)\n"
        kernel += "%data.at = getelementptr i8, ptr %block, i64 24\n%data = load ptr, ptr %data.at\n"
        call = make((), one, kernel + array_parts(0, *shape) + "\nret i32 0\n}")
        assert_like(call(), np.empty(shape))


def test_a_view_of_a_new_array_keeps_the_data():
    call = native_array(t.Array(F8, 1, "A"), 96, [4, 16], offset=16)
    base = reference(96).view(F8).copy()
    got = call()
    assert_like(got, base[2:10:2])
    assert type(got.base) is np.ndarray and got.base.tobytes() == base.tobytes() and got.base.dtype == F8
    assert got.base.flags.owndata and got.base.base is None
    real = native_array(t.Array(np.dtype("f4"), 1, "A"), 90, [11, 8])()
    assert real.shape == (11,) and real.base.nbytes == 90
    odd = native_array(t.Array(F8, 1, "C"), 90, [11])()
    assert odd.base.dtype == np.uint8 and odd.base.nbytes == 90 and odd.base.tobytes() == reference(90).tobytes()
    locked = native_array(t.Array(F8, 1, "C", writable=False), 96, [3])()
    assert not locked.flags.writeable and locked.base.flags.writeable


def test_one_new_array_returned_twice_is_one_object():
    twice = array_parts(0, 12) + "\n" + array_parts(4, 12) + "\n" + array_parts(8, 6)
    kernel = ALLOC + kernel_header(()) + fresh_block(96) + twice + "\nret i32 0\n}"
    first, second, part = make((), t.Tuple((VECTOR, VECTOR, VECTOR)), kernel)()
    assert first is second and first.flags.owndata
    assert part.base is first and part.shape == (6,) and not part.flags.owndata
    data = array_parts(0, 6) + "\n" + array_parts(4, 12)
    kernel = ALLOC + kernel_header(()) + fresh_block(96) + data + "\nret i32 0\n}"
    part, whole = make((), t.Tuple((VECTOR, VECTOR)), kernel)()
    assert part.base is whole and whole.flags.owndata


def test_views_of_arguments():
    middle = t.Array(F8, 1, "A")
    lines = [
        "%skip = getelementptr i8, ptr %p2, i64 8",
        store(0, "ptr", "null"),
        store(1, "ptr", "%p1"),
        store(2, "ptr", "%skip"),
        store(3, "i64", "2"),
        store(4, "i64", "16"),
    ]
    kernel = kernel_header((VECTOR,)) + "\n".join(lines) + "\nret i32 0\n}"
    view_of = make((VECTOR,), middle, kernel)
    array = np.arange(5.0)
    got = view_of(array)
    assert got.base is array and got.tolist() == [1.0, 3.0] and got.strides == (16,)
    assert str(got.flags) == str(array[1:4:2].flags)
    # A view of a view belongs to the array that owns the data, as NumPy's do.
    assert view_of(array[:5]).base is array
    count = sys.getrefcount(array)
    del got
    assert sys.getrefcount(array) == count - 1
    # The whole again is a view too, not the argument.
    itself = [store(0, "ptr", "null"), *(store(index, "ptr", f"%p{index}") for index in (1, 2)), store(3, "i64", "%p3")]
    whole = make((VECTOR,), VECTOR, kernel_header((VECTOR,)) + "\n".join(itself) + "\nret i32 0\n}")(array)
    assert whole is not array and whole.base is array and whole.shape == (5,)


def test_unions_box_what_the_tag_says():
    union = t.union_of((t.INT, t.NONE, VECTOR, t.Tuple((t.FLOAT, t.BOOL))))
    assert isinstance(union, t.Union)
    starts = {}
    slot = 1
    for tag, member in enumerate(union.members):
        starts[member] = (tag, slot)
        slot += len({t.INT: "1", VECTOR: "1234", t.NONE: ""}.get(member, "12"))
    types = (t.INT, VECTOR, t.FLOAT, t.BOOL)
    filled = [store(starts[t.INT][1], "i64", "%p0")]
    filled += [store(starts[VECTOR][1] + index, "i64" if index == 3 else "ptr", f"%p{1 + index}") for index in range(4)]
    start = starts[t.Tuple((t.FLOAT, t.BOOL))][1]
    filled += [store(start, "double", "%p5"), "%b = zext i1 %p6 to i8", store(start + 1, "i8", "%b")]
    filled += ["%tag = trunc i64 %p0 to i8", store(0, "i8", "%tag"), "ret i32 0", "}"]
    call = make(types, union, kernel_header(types) + "\n".join(filled))
    array = np.zeros(3)
    results = [call(tag, array, 2.5, True) for tag in range(4)]
    assert results[starts[t.INT][0]] == starts[t.INT][0]
    assert results[starts[t.NONE][0]] is None
    assert results[starts[VECTOR][0]] is array
    assert results[starts[t.Tuple((t.FLOAT, t.BOOL))][0]] == (2.5, True)


@pytest.mark.parametrize(
    ("other", "value", "integer"),
    [
        (t.FLOAT, 3.0, 3),
        (t.FLOAT, -(2.0**62), -(2**62)),
        (t.FLOAT, 2.0**80, 2**80),
        (t.COMPLEX, 7 + 0j, 7),
        (t.NumpyScalar(F8), np.float64(-5), -5),
        (t.NumpyScalar(np.dtype("f4")), np.float32(12), 12),
        (t.NumpyScalar(np.dtype("F")), np.complex64(4), 4),
        (t.NumpyScalar(np.dtype("b")), np.int8(-7), -7),
        (t.NumpyScalar(np.dtype("B")), np.uint8(200), 200),
        (t.NumpyScalar(np.dtype("L")), np.uint64(2**64 - 1), 2**64 - 1),
        (t.NumpyScalar(np.dtype("l")), np.int64(-(2**63)), -(2**63)),
        (t.NumpyScalar(np.dtype("?")), np.True_, 1),
        (t.BOOL, True, 1),
    ],
    ids=str,
)
def test_numbers_that_may_still_be_ints(other, value, integer):
    call = make((t.BOOL, other), t.MaybeInt(other), returning((t.BOOL, other), [0, 1]))
    assert type(call(True, value)) is int and call(True, value) == integer
    assert type(call(False, value)) is type(value) and call(False, value) == value


def test_ranges_slices_constants_and_objects():
    types = (t.INT, t.INT, t.INT)
    words = "\n".join(store(index, "i64", f"%p{index}") for index in range(3))
    kernel = kernel_header(types) + words + "\n" + store(3, "i64", "0") + "\nret i32 0\n}"
    assert make(types, t.RANGE, kernel)(1, 10, -3) == range(1, 10, -3)
    one = t.Slice(t.INT, t.NONE, t.NumpyScalar(np.dtype("l")))
    types = (t.INT, t.NumpyScalar(np.dtype("l")))
    result = make(types, one, returning(types, [0, 1]))(5, np.int64(2))
    assert result == slice(5, None, np.int64(2)) and type(result.step) is np.int64
    thing = object()
    assert make((), t.Tuple((t.Const(thing), t.Const("text"))), returning((), []))() == (thing, "text")
    assert make((t.OBJECT,), t.OBJECT, returning((t.OBJECT,), [0]))(thing) is thing
    assert make((), t.EMPTY_TUPLE, returning((), []))() == ()


def test_methods_and_iterators():
    method = make((VECTOR,), t.BoundMethod(VECTOR, "sum"), returning((VECTOR,), [0]))(np.arange(4.0))
    assert method() == 6.0
    with pytest.raises(Unsupported, match="a zip object"):
        make((VECTOR,), t.Iterator("zip", (VECTOR,)), returning((VECTOR,), [0]))
    with pytest.raises(InternalError):
        make((), t.UNBOUND, returning((), []))


def resident():
    """Resident memory of the process in bytes."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_hundred_thousand_results_leave_memory_as_it_was():
    several = t.Tuple((VECTOR, t.Array(F8, 1, "A"), t.RANGE, t.NumpyScalar(F8), t.INT))
    parts = [array_parts(0, 512), array_parts(4, 3, 16)]
    parts += [store(9 + index, "i64", str(10**6)) for index in range(4)]
    parts += [store(13, "double", "2.5"), store(14, "i64", str(10**15))]
    kernel = ALLOC + kernel_header(()) + fresh_block(4096) + "\n".join(parts) + "\nret i32 0\n}"
    call = make((), several, kernel)
    unused = make((), t.NONE, ALLOC + kernel_header(()) + fresh_block(4096) + "\nret i32 0\n}")
    leaving = ALLOC + kernel_header(()) + fresh_block(4096) + "\nret i32 1\n}"
    bailing = make((), t.NONE, leaving, on_exit=lambda status, context: None, interpret=lambda: None)
    for _ in range(1000):
        call(), unused(), bailing()
    gc.collect()
    before = resident()
    for _ in range(100_000):
        call(), unused(), bailing()
    assert resident() - before < 4 << 20


def test_memory_errors_while_boxing():
    testcapi = pytest.importorskip("_testcapi")
    if not hasattr(testcapi, "set_nomemory"):
        pytest.skip("this Python can't simulate a lack of memory")
    one = t.Tuple((t.INT, t.Tuple((t.FLOAT, t.NumpyScalar(F8))), t.RANGE, VECTOR, t.COMPLEX))
    parts = [store(0, "i64", str(10**15)), store(1, "double", "2.5"), store(2, "double", "2.5")]
    parts += [store(3 + index, "i64", str(10**6)) for index in range(4)]
    parts += [array_parts(7, 12), store(11, "double", "1.5"), store(12, "double", "1.5")]
    call = make((), one, ALLOC + kernel_header(()) + fresh_block(96) + "\n".join(parts) + "\nret i32 0\n}")
    errors = 0
    for failing in range(30):
        testcapi.set_nomemory(failing, failing + 1)
        try:
            result = call()
        except MemoryError:
            errors += 1
        else:
            assert len(result) == 5
        finally:
            testcapi.remove_mem_hooks()
    assert errors >= 5
