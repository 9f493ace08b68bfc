"""Emission of calls, what LLVM makes of the text, faults of ours, and the text itself."""

from __future__ import annotations

import ctypes
import math
import re

import numpy as np
import pytest

from minijit.codegen.emit import emit_unit
from minijit.codegen.symbols import register_symbol
from minijit.codegen.toolchain import optimised_text
from minijit.errors import InternalError, Span
from minijit.ir import context as layout
from minijit.ir.unit import Unit
from minijit.machine import F64, I64, PTR
from tests.native import Native, add_function, add_sites, compiled, finish, unit_of

# ---- calls


def test_invoke_passes_results_and_statuses():
    unit = Unit("f")

    def caller(b, x):
        slots = b.slots(2)
        b.emit("invoke", (slots, x), function="mj_g", site=b.site("call"), effects=frozenset())
        return [b.load(slots, I64, local=True), b.load(b.ptr_add(slots, 8), F64, local=True)]

    def callee(b, x):
        b.check(b.icmp("sgt", x, b.i64(0)), ValueError, "{0}", x)
        return [b.add(x, x), b.f64(2.5)]

    add_function(unit, "mj_f", [I64], caller)
    add_function(unit, "mj_g", [I64], callee)
    native = Native(unit)
    assert native.call(21) == 0
    assert native.slot(0, I64) == 42 and native.slot(1, F64) == 2.5
    assert native.call(-4) == 2
    assert native.payload(1) == [-4] and native.trace() == [1] and native.word(layout.DIRTY) == 0


def test_invoke_of_a_function_with_effects_makes_dirty():
    unit = Unit("f")

    def caller(b, x, pointer):
        b.emit("invoke", (b.slots(1), x, pointer), function="mj_g", site=b.site("call"), effects=frozenset(["writes"]))
        b.bail_unless(b.icmp("ne", x, b.i64(2)), "in the caller")
        return []

    def callee(b, x, pointer):
        b.bail_unless(b.icmp("ne", x, b.i64(1)), "in the callee")
        b.store(pointer, x)
        return []

    add_function(unit, "mj_f", [I64, PTR], caller)
    add_function(unit, "mj_g", [I64, PTR], callee)
    native = Native(unit)
    target = ctypes.c_int64()
    # Nothing had been written when the callee left.
    assert native.call(1, ctypes.addressof(target)) == 3 and native.word(layout.DIRTY) == 0
    assert native.call(2, ctypes.addressof(target)) == 2 and native.word(layout.DIRTY) == 1


def countdown(b, n):
    slots = b.slots(1)

    def deeper():
        site = b.site("call")
        b.emit("invoke", (slots, b.checked("sub", n, b.i64(1))), function="mj_f", site=site, effects=frozenset())
        return [b.add(b.load(slots, I64, local=True), b.i64(1))]

    return list(b.if_else(b.icmp("sgt", n, b.i64(0)), deeper, lambda: [n]))


def test_recursion_is_limited_and_counted_back():
    unit = Unit("f")
    function = add_function(unit, "mj_f", [I64], countdown)
    add_sites(unit)
    function.attrs["recursive"] = len(unit.sites)
    native = Native(unit)
    assert native.call(50, depth=51) == 0 and native.slot(0, I64) == 50
    assert native.word(layout.DEPTH) == 51
    assert native.call(50, depth=50) == len(unit.sites)
    assert native.word(layout.DEPTH) == 50
    # All calls are counted in the trace, but only so many are noted.
    assert native.word(layout.TRACE_LENGTH) == 50
    assert native.trace() == [1] * layout.TRACE_ENTRIES


def test_call_c_of_libm_and_of_registered_functions():
    seen = []
    callback = ctypes.CFUNCTYPE(None, ctypes.c_int64, ctypes.c_bool)(lambda *args: seen.append(args))
    register_symbol("mj_test_callback", ctypes.cast(callback, ctypes.c_void_p).value)

    def body(b, x, n):
        b.call_c("mj_test_callback", None, n, b.i1(True), effects="io")
        b.bail_unless(b.icmp("ne", n, b.i64(1)), "after output")
        return [b.call_c("cosh", F64, x)]

    native = compiled([F64, I64], body)
    assert native.call(0.3, 5) == 0 and native.slot(0, F64) == math.cosh(0.3)
    assert native.call(0.3, 1) == 1 and native.word(layout.DIRTY) == 1
    assert seen == [(5, True), (1, True)]


def test_c_functions_with_a_second_result_in_a_slot():
    def body(b, x):
        whole = b.slots(1)
        b.store(whole, b.f64(-1.0), local=True)
        fraction = b.call_c("modf", F64, x, whole)
        return [fraction, b.load(whole, F64, local=True)]

    native = compiled([F64], body)
    assert native.call(5.25) == 0 and (native.slot(0, F64), native.slot(1, F64)) == math.modf(5.25)


def test_pure_c_functions_are_called_once():
    def body(b, x):
        return [b.emit("fadd", (b.call_c("cosh", F64, x), b.call_c("cosh", F64, x)), F64)]

    assert optimised_text(emit_unit(unit_of([F64], body))).count("call double @cosh") == 1


@pytest.mark.parametrize("fastmath", [False, True])
def test_c_functions_are_not_replaced_by_others_that_round_otherwise(fastmath):
    def body(b, x):
        return [b.call_c("pow", F64, b.f64(2.0), x), b.call_c("pow", F64, x, b.f64(2.0))]

    text = optimised_text(emit_unit(unit_of([F64], body, fastmath=fastmath)))
    assert text.count("call double @pow") == (0 if fastmath else 2)


def test_call_python_leaves_by_the_thunk_s_status():
    answers = {3: 0, 4: 1, 5: 2}

    def thunk(_context, args, result):
        number = ctypes.c_int64.from_address(args).value
        ctypes.c_int64.from_address(result).value = number * 10
        return answers[number]

    callback = ctypes.CFUNCTYPE(ctypes.c_int32, *[ctypes.c_void_p] * 3)(thunk)
    register_symbol("mj_python_f_0", ctypes.cast(callback, ctypes.c_void_p).value)

    def body(b, x):
        args, result = b.slots(1), b.slots(1)
        b.store(args, x, local=True)
        raised, other = b.site("python"), b.site("bail")
        b.emit("call_python", (args, result), thunk=0, site=raised, bail_site=other)
        return [b.load(result, I64, local=True)]

    native = compiled([I64], body)
    assert native.call(3) == 0 and native.slot(0, I64) == 30
    assert native.call(4) == 1 and native.word(layout.DIRTY) == 1
    assert native.call(5) == 2


# ---- what LLVM makes of it


def sum_body(b, data, length):
    def turn(index, carried):
        site = b.site("raise", IndexError, "{0} {1}", "ii")
        checked = b.emit("check_index", (index, length), I64, site=site, signed=True)
        element = b.load(b.ptr_add(data, b.mul(checked, b.i64(8))), I64)
        return [b.add(carried[0], element)]

    return list(b.loop(length, turn, [b.i64(0)]))


def test_a_simple_checked_loop_is_vectorised():
    native = compiled([PTR, I64], sum_body)
    data = np.arange(1003)
    assert native.call(data.ctypes.data, len(data)) == 0 and native.slot(0, I64) == data.sum()
    assert "vector.body" in optimised_text(native.text)


def test_a_loop_marked_scalar_is_not_vectorised():
    unit = unit_of([PTR, I64], sum_body)
    (header,) = [block for block in unit.functions["mj_f"].blocks if block.label == "loop.header"]
    header.attrs["scalar"] = True
    assert "vector.body" not in optimised_text(emit_unit(unit))


@pytest.mark.parametrize("fastmath", [False, True])
def test_float_sums_are_reordered_only_with_fastmath(fastmath):
    def body(b, data, length):
        def turn(index, carried):
            element = b.load(b.ptr_add(data, b.mul(index, b.i64(8))), F64)
            return [b.emit("fadd", (carried[0], element), F64)]

        return list(b.loop(length, turn, [b.f64(0.0)]))

    text = optimised_text(emit_unit(unit_of([PTR, I64], body, fastmath=fastmath)))
    # In the written order a vector's lanes are added one after the other.
    assert bool(re.search(r"fadd [a-z ]*<\d+ x double>", text)) is fastmath
    assert ("llvm.vector.reduce.fadd" in text) or fastmath


def test_a_store_loop_that_sets_dirty_is_vectorised():
    def body(b, data, length):
        def turn(index, _):
            place = b.ptr_add(data, b.mul(index, b.i64(8)))
            b.store(place, b.emit("fadd", (b.load(place, F64), b.f64(1.0)), F64))
            return []

        b.loop(length, turn)
        b.bail_unless(b.icmp("ne", length, b.i64(7)), "seven")
        return []

    native = compiled([PTR, I64], body)
    assert "vector.body" in optimised_text(native.text)
    data = np.zeros(7)
    assert native.call(data.ctypes.data, 7) == 1 and native.word(layout.DIRTY) == 1 and data.tolist() == [1.0] * 7


def test_vector_versions_of_c_functions():
    names = {"_ZGVbN2v_sin": 2, "_ZGVdN4v_sin": 4, "_ZGVeN8v_sin": 8}

    def body(b, data, length):
        def turn(index, _):
            place = b.ptr_add(data, b.mul(index, b.i64(8)))
            value = b.call_c("sin", F64, b.load(place, F64))
            value.attrs["vector"] = names
            b.store(place, value)
            return []

        b.loop(length, turn)
        return []

    text = optimised_text(emit_unit(unit_of([PTR, I64], body)))
    assert any(f"@{name}(<" in text.split("vector.body", 1)[1] for name in names)


# ---- faults of ours


def test_an_unknown_op_is_an_internal_error():
    unit = unit_of([I64], lambda b, x: [b.emit("no_such_op", (x,), I64)])
    with pytest.raises(InternalError, match="no_such_op"):
        emit_unit(unit)


def test_a_value_without_machine_type_is_an_internal_error():
    from minijit import types as t

    unit = unit_of([], lambda b: [b.emit("const", (), t.NEVER, value=1)])
    with pytest.raises(InternalError, match="never"):
        emit_unit(unit)


def test_a_block_without_end_is_an_internal_error():
    unit = unit_of([I64], lambda b, x: None)
    with pytest.raises(InternalError, match="terminator"):
        emit_unit(unit)


def test_an_edge_with_too_few_arguments_is_an_internal_error():
    def body(b, x):
        join = b.new_block("join", [I64])
        b.jump(join)
        b.move_to(join)
        finish(b, [join.params[0]])

    with pytest.raises(InternalError, match="join"):
        emit_unit(unit_of([I64], body))


# ---- the text itself


def golden_units():
    def guarded(b, x):
        b.span = Span(2, 4, 2, 20)
        b.check(b.icmp("ne", x, b.i64(0)), ZeroDivisionError, "division by zero", op="check_divisor")
        return [b.emit("sdiv", (b.i64(100), x), I64)]

    def store(b, data, index, length, value):
        site = b.site("raise", IndexError, "index {0} is out of bounds for axis 0 with size {1}", "ii")
        place = b.emit("check_index", (index, length), I64, site=site, signed=True)
        b.store(b.ptr_add(data, b.mul(place, b.i64(8))), value)
        return [b.checked("add", index, b.i64(1))]

    recursive = Unit("countdown")
    function = add_function(recursive, "mj_f", [I64], countdown)
    add_sites(recursive)
    function.attrs["recursive"] = len(recursive.sites)
    return {
        "division": unit_of([I64], guarded),
        "store": unit_of([PTR, I64, I64, F64], store),
        "sum": unit_of([PTR, I64], sum_body),
        "recursion": recursive,
    }


@pytest.mark.parametrize("name", ["division", "store", "sum", "recursion"])
def test_golden_text(name, repository, update_golden):
    path = repository / "tests" / "golden" / "llvm" / f"{name}.ll"
    text = emit_unit(golden_units()[name])
    if update_golden:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    assert text == path.read_text(), "emission changed; `pytest --update-golden` writes the new text"


def test_every_op_of_the_stage_has_an_emitter():
    from minijit.codegen.emit import _EMITTERS
    from minijit.ir.ops import OPS

    assert set(_EMITTERS) == {name for name, row in OPS.items() if "L" in row.stages}
