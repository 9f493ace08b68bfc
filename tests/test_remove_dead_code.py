"""Dead-code removal keeps what does something, and nothing else."""

from __future__ import annotations

from minijit.errors import NO_SPAN
from minijit.ir.builder import MachineBuilder
from minijit.ir.nodes import Block, Function, Param, Terminator, Value
from minijit.ir.unit import Unit
from minijit.ir.verifier import verify
from minijit.machine import F64, I64, PTR
from minijit.passes.remove_dead_code import remove_dead_code


def new() -> tuple[Function, MachineBuilder, Param, Param]:
    function = Function("f", "program.py", NO_SPAN, "loops")
    entry = Block("entry")
    entry.params = [Param(entry, "p", PTR), Param(entry, "n", I64)]
    function.blocks = [entry]
    return function, MachineBuilder(Unit("f"), function, entry), *entry.params


def end(b: MachineBuilder, *values: Value) -> None:
    b.block.terminator = Terminator("return", list(values))


def ops(function: Function) -> list[str]:
    return [instr.op for block in function.blocks for instr in block.instrs]


def cleaned(function: Function) -> list[str]:
    verify(function)
    remove_dead_code(function)
    verify(function)
    return ops(function)


def test_unused_values_go_with_all_they_are_made_of() -> None:
    function, b, p, n = new()
    b.add(b.mul(n, n), b.i64(3))
    b.load(b.ptr_add(p, 8), F64)
    b.call_c("sqrt", F64, b.f64(2.0))
    used = b.add(n, n)
    end(b, used)
    assert cleaned(function) == ["add"]


def test_whatever_does_something_stays() -> None:
    function, b, p, n = new()
    b.store(p, n)
    b.emit("fill", (p, n, n))
    b.checked("add", n, n)
    b.bail_unless(b.icmp("sgt", n, b.i64(0)), "too small")
    b.call_c("print", None, n, effects="io")
    b.call_c("mj_alloc", PTR, p, effects="allocates")
    b.emit("invoke", (p,), function="g", site=1, effects=frozenset())
    b.emit("incref", (p,))
    b.emit("decref", (p,))
    b.emit("intrinsic", (b.icmp("sge", n, b.i64(0)),), name="assume")
    end(b)
    before = ops(function)
    assert cleaned(function) == before


def test_values_that_only_a_dead_loop_parameter_needs_stay() -> None:
    """Parameters of blocks are not removed here: LLVM drops dead phi nodes by itself."""
    function, b, _, n = new()
    (total,) = b.loop(n, lambda index, carried: [b.add(carried[0], index)], [b.i64(0)])
    end(b, n)
    assert total is not None
    assert "add" in cleaned(function)


def test_values_used_in_blocks_written_down_earlier() -> None:
    function, b, _, n = new()
    last, middle = b.new_block("last"), b.new_block("middle")
    b.jump(middle)
    b.move_to(middle)
    doubled = b.add(n, n)
    b.jump(last)
    b.move_to(last)
    end(b, b.mul(doubled, n))
    assert cleaned(function) == ["add", "mul"]
    assert [block.label for block in function.blocks] == ["entry", "middle", "last"]


def test_blocks_that_cannot_be_reached_go() -> None:
    function, b, p, n = new()
    end(b, n)
    b.move_to(b.new_block("nowhere"))
    b.store(p, n)
    end(b, n)
    assert cleaned(function) == []
    assert len(function.blocks) == 1
