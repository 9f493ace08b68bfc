"""Merging the parts of a variable that has two types, and the branches that tell them apart for nothing."""

from __future__ import annotations

from minijit.errors import Span
from minijit.ir.builder import MachineBuilder
from minijit.ir.nodes import Block, Function, Terminator
from minijit.ir.unit import Unit
from minijit.ir.verifier import verify
from minijit.machine import F64, I1, I64, Machine
from minijit.passes.merge_parts import merge_parts


def new_function(*types: Machine) -> tuple[Function, MachineBuilder]:
    function = Function("f", "f.py", Span(1, 0, 1, 0), "loops")
    b = MachineBuilder(Unit("f"), function, Block("nowhere"))
    b.move_to(b.new_block("entry", types))
    return function, b


def ops(function: Function) -> list[str]:
    return [instr.op for block in function.blocks for instr in block.instrs if instr.op != "const"]


def test_a_sum_of_two_types_becomes_one() -> None:
    """``s = 0.0`` and then NumPy floats: one float is carried, and added to on one way."""
    function, b = new_function(I64, F64)
    count, x = function.params
    header = b.new_block("for", (I64, I1, F64, F64))
    for part, param in enumerate(header.params[1:]):
        param.name = f"s.{part}"
    body, end = b.new_block("body"), b.new_block("end")
    b.jump(header, [b.i64(0), b.i1(True), b.f64(0.0), b.poison(F64)])
    b.move_to(header)
    i, tag, python, numpy = header.params
    b.branch(b.icmp("slt", i, count), body, end)
    b.move_to(body)
    (total,) = b.if_else(tag, lambda: [b.binary("fadd", python, x)], lambda: [b.binary("fadd", numpy, x)])
    b.jump(header, [b.emit("add", (i, b.i64(1)), I64, nsw=True), b.i1(False), b.poison(F64), total])
    b.move_to(end)
    b.block.terminator = Terminator("return", [header.params[3]])
    verify(function)
    merge_parts(function)
    verify(function)
    assert ops(function).count("fadd") == 1
    assert len(header.params) == 3


def test_what_differs_stays_apart() -> None:
    """0.0 and -0.0 are equal and yet not the same; two live values are not merged."""
    function, b = new_function(I1, F64)
    condition, x = function.params
    (result,) = b.if_else(
        condition,
        lambda: [b.binary("fadd", x, b.f64(0.0))],
        lambda: [b.binary("fadd", x, b.f64(-0.0))],
    )
    b.block.terminator = Terminator("return", [result])
    merge_parts(function)
    verify(function)
    assert ops(function).count("fadd") == 2
