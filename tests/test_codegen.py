"""Emission of the stage "loops": what each op computes, where it leaves, and what the context then holds."""

from __future__ import annotations

import ctypes
import math
import operator
import struct

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from minijit.codegen.emit import emit_unit
from minijit.codegen.toolchain import optimised_text
from minijit.errors import NO_SPAN
from minijit.ir import context as layout
from minijit.ir.nodes import Block, Edge, Function, Instr, Param, Terminator
from minijit.ir.unit import Unit
from minijit.machine import F32, F64, I1, I8, I16, I32, I64, I128, PTR
from tests.native import Native, add_function, add_sites, compiled, unit_of

LEAST, GREATEST = -(2**63), 2**63 - 1


def wrapped(value, bits=64):
    value &= (1 << bits) - 1
    return value - (1 << bits) if value >> (bits - 1) else value


def truncated(left, right):
    quotient = abs(left) // abs(right)
    return quotient if (left < 0) == (right < 0) else -quotient


INTEGER_OPS = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "and": operator.and_,
    "or": operator.or_,
    "xor": operator.xor,
    "sdiv": truncated,
    "srem": lambda a, b: a - b * truncated(a, b),
    "udiv": lambda a, b: (a % 2**64) // (b % 2**64),
    "urem": lambda a, b: (a % 2**64) % (b % 2**64),
}


@pytest.mark.parametrize("op", INTEGER_OPS)
def test_integer_arithmetic(op):
    native = compiled([I64, I64], lambda b, x, y: [b.emit(op, (x, y), I64)])
    for left in (0, 1, -1, 7, -7, 2**40 + 3, GREATEST, LEAST + 1):
        for right in (1, -1, 3, -3, 2**33, GREATEST):
            assert native.call(left, right) == 0
            assert native.slot(0, I64) == wrapped(INTEGER_OPS[op](left, right)), (left, right)


def test_shifts_of_each_width():
    for machine in (I8, I16, I32, I64):
        for op, exact in (("shl", operator.lshift), ("ashr", operator.rshift)):
            native = compiled([machine, machine], lambda b, x, y, o=op, m=machine: [b.emit(o, (x, y), m)])
            for value in (1, -1, 5, -77):
                assert native.call(value, 3) == 0
                assert native.slot(0, machine) == wrapped(exact(value, 3), machine.bits)
    native = compiled([I64], lambda b, x: [b.emit("lshr", (x, b.i64(1)), I64)])
    assert native.call(-2) == 0 and native.slot(0, I64) == GREATEST


def test_float_arithmetic():
    ops = {
        "fadd": operator.add,
        "fsub": operator.sub,
        "fmul": operator.mul,
        "fdiv": operator.truediv,
        "frem": math.fmod,
    }
    for op, exact in ops.items():
        native = compiled([F64, F64], lambda b, x, y, o=op: [b.emit(o, (x, y), F64)])
        for left in (1.5, -2.25, 1e300, 5e-324):
            for right in (0.1, -3.0, 1e-5):
                assert native.call(left, right) == 0 and native.slot(0, F64) == exact(left, right)
    native = compiled([F64], lambda b, x: [b.fneg(x)])
    assert native.call(0.0) == 0 and math.copysign(1, native.slot(0, F64)) == -1


def test_nothing_is_contracted_without_fastmath():
    def body(b, x, y, z):
        return [b.emit("fadd", (b.emit("fmul", (x, y), F64), z), F64)]

    native, fast = compiled([F64] * 3, body), compiled([F64] * 3, body, fastmath=True)
    x = 1 + 2.0**-30
    assert native.call(x, x, -(x * x)) == 0 and native.slot(0, F64) == 0.0
    assert "reassoc nsz arcp contract afn" in fast.text and "nnan" not in fast.text and "ninf" not in fast.text


@pytest.mark.parametrize(
    "value", [0.0, -0.0, 0.1, 1e308, 5e-324, -1.5, math.inf, -math.inf, math.nan, struct.unpack("<d", b"\1" * 8)[0]]
)
def test_float_constants_are_exact(value):
    native = compiled([], lambda b: [b.f64(value), b.const(F32, value)])
    assert native.call() == 0
    assert struct.pack("<d", native.slot(0, F64)) == struct.pack("<d", value)
    with np.errstate(over="ignore", under="ignore"):
        expected = np.float32(value)
    np.testing.assert_array_equal(np.float32(native.slot(1, F32)), expected)


def test_integer_constants_of_each_width():
    for machine in (I8, I16, I32, I64):
        for value in (0, 1, -1, 2 ** (machine.bits - 1) - 1, -(2 ** (machine.bits - 1)), 2**machine.bits - 1):
            native = compiled([], lambda b, m=machine, v=value: [b.const(m, v)])
            assert native.call() == 0 and native.slot(0, machine) == wrapped(value, machine.bits)
    native = compiled([], lambda b: [b.i1(True), b.i1(False), b.null(), b.const(I128, -5)])
    native.result[3] = native.result[4] = 0
    assert native.call() == 0
    assert [native.result[0] & 255, native.result[1] & 255, native.result[2]] == [1, 0, 0]
    assert list(native.result)[3:5] == [-5, -1]


def test_conversions():
    cases = [
        (I8, "sext", I64, -5, -5),
        (I8, "zext", I64, -5, 251),
        (I64, "trunc", I8, 300, 44),
        (I64, "sitofp", F64, -7, -7.0),
        (I64, "uitofp", F64, -1, 2.0**64),
        (F64, "fptosi", I64, -7.9, -7),
        (F64, "fptoui", I8, 7.9, 7),
        (F32, "fpext", F64, 0.5, 0.5),
        (F64, "fptrunc", F32, 0.1, np.float32(0.1)),
        (F64, "bitcast", I64, 1.0, 0x3FF0000000000000),
        (I1, "zext", I64, True, 1),
        (I1, "sext", I64, True, -1),
        (I64, "trunc", I64, 5, 5),
    ]
    for source, how, target, value, expected in cases:
        native = compiled([source], lambda b, x, h=how, m=target: [b.emit("convert", (x,), m, how=h)])
        assert native.call(value) == 0 and native.slot(0, target) == expected, (how, source, target)


def test_comparisons_and_select():
    def body(b, x, y):
        return [b.select(b.icmp("slt", x, y), x, y), b.icmp("ult", x, y)]

    native = compiled([I64, I64], body)
    assert native.call(-3, 5) == 0
    assert native.slot(0, I64) == -3 and native.slot(1, I1) is False
    native = compiled([F64, F64], lambda b, x, y: [b.fcmp("olt", x, y), b.fcmp("une", x, y), b.fcmp("uno", x, y)])
    assert native.call(math.nan, 1.0) == 0
    assert [native.slot(i, I1) for i in range(3)] == [False, True, True]


def test_intrinsics():
    cases = [
        ("sqrt", F64, (2.0,), [F64], math.sqrt(2)),
        ("floor", F64, (-2.5,), [F64], -3.0),
        ("rint", F64, (2.5,), [F64], 2.0),
        ("copysign", F64, (2.5, -0.0), [F64, F64], -2.5),
        ("fabs", F32, (-2.5,), [F32], 2.5),
        ("smin", I64, (3, -4), [I64, I64], -4),
        ("umax", I64, (3, -4), [I64, I64], -4),
        ("abs", I64, (-4,), [I64], 4),
        ("ctpop", I64, (255,), [I64], 8),
        ("ctlz", I64, (1,), [I64], 63),
        ("cttz", I32, (0,), [I32], 32),
        ("fma", F64, (2.0, 3.0, 4.0), [F64] * 3, 10.0),
        ("fptosi.sat", I64, (1e30,), [F64], GREATEST),
        ("powi", F64, (2.0, 10), [F64, I32], 1024.0),
    ]
    for name, result, args, parts, expected in cases:
        native = compiled(parts, lambda b, *xs, n=name, r=result: [b.intrinsic(n, r, *xs)])
        assert native.call(*args) == 0 and native.slot(0, result) == expected, name


def test_assume_has_no_result():
    def body(b, x):
        b.emit("intrinsic", (b.icmp("sge", x, b.i64(0)),), name="assume")
        return [b.emit("sdiv", (x, b.i64(8)), I64)]

    native = compiled([I64], body)
    assert native.call(80) == 0 and native.slot(0, I64) == 10
    assert "lshr" in optimised_text(native.text)


# ---- checks


@pytest.mark.parametrize("op", ["add", "sub", "mul"])
@given(left=st.integers(LEAST, GREATEST), right=st.integers(LEAST, GREATEST))
@example(LEAST, -1)
@example(GREATEST, 1)
@example(0, LEAST)
def test_checked_arithmetic_leaves_when_64_bits_do_not_hold_the_result(op, left, right):
    native = _checked(op)
    exact = INTEGER_OPS[op](left, right)
    status = native.call(left, right)
    assert status == (0 if LEAST <= exact <= GREATEST else 1)
    if status == 0:
        assert native.slot(0, I64) == exact


_CHECKED: dict[str, Native] = {}


def _checked(op):
    if op not in _CHECKED:
        _CHECKED[op] = compiled([I64, I64], lambda b, x, y: [b.checked(op, x, y)])
    return _CHECKED[op]


@pytest.mark.parametrize("signed", [False, True])
def test_check_index(signed):
    def body(b, index, length):
        site = b.site("raise", IndexError, "index {0} is out of bounds for size {1}", "ii")
        return [b.emit("check_index", (index, length), I64, site=site, signed=signed)]

    native = compiled([I64, I64], body)
    for length in (0, 1, 5, GREATEST):
        for index in (0, 1, 4, 5, 6, -1, -5, -6, GREATEST, LEAST):
            inside = -length <= index < length if signed else 0 <= index < length
            status = native.call(index, length)
            assert status == (not inside)
            if inside:
                assert native.slot(0, I64) == (index + length if index < 0 else index)
            else:
                assert native.payload(2) == [index, length]


def test_payload_words_are_widened():
    def body(b, small, bits, number, flag):
        site = b.site("raise", ValueError, "{0} {1} {2} {3}", "iudi")
        b.emit("check", (b.i1(False), small, bits, number, flag), site=site)
        return []

    native = compiled([I8, I8, F32, I1], body)
    assert native.call(-2, -2, 0.5, True) == 1
    assert native.payload(4) == [-2, 254, struct.unpack("<q", struct.pack("<d", 0.5))[0], 1]


def test_no_more_payload_is_stored_than_the_site_has_letters_for():
    unit = unit_of([I64], lambda b, x: b.emit("check", (b.i1(False), x), site=b.site("raise", ValueError)) and [])
    assert "%x0" not in emit_unit(unit).split("{", 1)[1]


def test_equal_exits_share_a_block():
    def body(b, x):
        site = b.site("raise", ZeroDivisionError, "division by zero")
        for number in range(4):
            b.emit("check_divisor", (b.icmp("ne", x, b.i64(number)),), site=site)
        return [x]

    assert emit_unit(unit_of([I64], body)).count("[ 1, %x") == 1


def test_raise_leaves_with_payload():
    def body(b, x):
        b.leave(b.site("raise", ValueError, "{0}", "i"), x)

    native = compiled([I64], body)
    assert native.call(77) == 1 and native.payload(1) == [77]


# ---- dirty: has the call changed anything?


def test_dirty_is_set_by_a_visible_store_only():
    def body(b, x, pointer):
        b.store(b.slots(1), x, local=True)
        b.bail_unless(b.icmp("ne", x, b.i64(1)), "before")
        b.store(pointer, x)
        b.bail_unless(b.icmp("ne", x, b.i64(2)), "after")
        return [x]

    native = compiled([I64, PTR], body)
    target = ctypes.c_int64(0)
    for value, status, dirty in ((1, 1, 0), (2, 2, 1), (3, 0, 0)):
        assert native.call(value, ctypes.addressof(target)) == status
        assert native.word(layout.DIRTY) == dirty


def test_dirty_follows_the_path_taken():
    """A store on one branch, in a loop, and the check behind the loop."""

    def body(b, count, pointer, limit):
        def turn(index, _):
            def write():
                b.store(pointer, index)
                return []

            b.if_else(b.icmp("sge", index, limit), write, list)
            return []

        b.loop(count, turn)
        b.bail_unless(b.i1(False), "always")
        return []

    native = compiled([I64, PTR, I64], body)
    target = ctypes.c_int64(0)
    for count, limit, dirty in ((0, 0, 0), (5, 5, 0), (5, 4, 1), (5, 0, 1)):
        assert native.call(count, ctypes.addressof(target), limit) == 1
        assert native.word(layout.DIRTY) == dirty


# ---- memory


def test_fill_copy_and_bools_in_memory():
    def body(b, pointer):
        b.emit("fill", (pointer, b.const(I8, 7), b.i64(4)))
        b.emit("copy", (b.ptr_add(pointer, 8), pointer, b.i64(4)))
        b.store(b.ptr_add(pointer, 16), b.i1(True))
        return [b.load(b.ptr_add(pointer, 17), I1), b.load(b.ptr_add(pointer, 18), I1)]

    native = compiled([PTR], body)
    data = np.zeros(24, np.uint8)
    data[17] = 2  # true, as for NumPy
    assert native.call(data.ctypes.data) == 0
    assert data.tolist() == [7] * 4 + [0] * 4 + [7] * 4 + [0] * 4 + [1, 2, 0] + [0] * 5
    assert native.slot(0, I1) is True and native.slot(1, I1) is False


def test_slots_are_per_activation_and_not_per_turn():
    def body(b, count):
        def turn(index, _):
            slots = b.slots(2)
            b.store(slots, index, local=True)
            return []

        b.loop(count, turn)
        return []

    native = compiled([I64], body)
    assert native.text.index("alloca") < native.text.index("b0.entry:")
    assert native.call(10_000_000) == 0


# ---- control flow


def test_both_edges_of_a_branch_may_lead_to_one_block():
    def body(b, x):
        join = b.new_block("join", [I64])
        b.block.terminator = Terminator(
            "branch", [b.icmp("slt", x, b.i64(0))], [Edge(join, [b.i64(10)]), Edge(join, [b.i64(20)])]
        )
        b.move_to(join)
        return [join.params[0]]

    native = compiled([I64], body)
    assert native.call(-1) == 0 and native.slot(0, I64) == 10
    assert native.call(1) == 0 and native.slot(0, I64) == 20


@pytest.mark.parametrize("recursive", [False, True])
def test_the_entry_may_be_a_loop(recursive):
    unit = Unit("f")
    function = Function("f", "program.py", NO_SPAN, "loops")
    entry, again, done = Block("entry"), Block("again"), Block("done")
    function.blocks = [entry, again, done]
    total, left = Param(entry, "total", I64), Param(entry, "left", I64)
    entry.params = [total, left]
    zero, one = Instr("const", [], {"value": 0}, I64), Instr("const", [], {"value": 1}, I64)
    more = Instr("icmp", [left, zero], {"predicate": "sgt"}, I1)
    entry.instrs = [zero, one, more]
    entry.terminator = Terminator("branch", [more], [Edge(again), Edge(done)])
    added, fewer = Instr("add", [total, left], {}, I64), Instr("sub", [left, one], {}, I64)
    again.instrs = [added, fewer]
    again.terminator = Terminator("jump", [], [Edge(entry, [added, fewer])])
    done.terminator = Terminator("return", [total])
    if recursive:
        function.attrs["recursive"] = 1
    unit.functions["mj_f"] = function
    add_sites(unit)
    native = Native(unit)
    assert native.call(0, 10) == 0 and native.slot(0, I64) == 55
    assert native.word(layout.DEPTH) == 100


def test_what_cannot_be_reached_is_left_out():
    def body(b, x):
        dead = b.new_block("dead")
        dead.instrs.append(Instr("no such op", []))
        return [x]

    native = compiled([I64], body)
    assert native.call(4) == 0 and "dead" not in native.text


def test_user_names_survive_as_far_as_llvm_takes_them():
    unit = Unit("größe")
    function = add_function(unit, "mj_größe.<lambda>", [I64, F64], lambda b, x, y: [x])
    function.params[0].name, function.params[1].name = "größe", "weight"
    native = Native(unit)
    assert native.call(3, 1.0) == 0 and native.slot(0, I64) == 3
    assert "%weight." in native.text
