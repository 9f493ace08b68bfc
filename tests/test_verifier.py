"""The verifier finds each kind of damage, and all of it at once."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from minijit import types as t
from minijit.errors import InternalError
from minijit.frontend import build_function
from minijit.ir.dominance import Dominators
from minijit.ir.nodes import Block, Edge, Function, Instr, Param, Terminator
from minijit.ir.printer import print_function
from minijit.ir.verifier import problems_of, verify
from minijit.machine import F64, I1, I64
from tests.golden_files import run_source

SOURCE = """\
def f(a, n):
    total = 0
    for i in range(n):
        if i > 3:
            total += a[i]
    return total
"""


def sample() -> Function:
    return build_function(run_source(SOURCE, "sample.py")["f"])


def block(function: Function, label: str) -> Block:
    return next(one for one in function.blocks if one.label == label)


def end_of(function: Function, label: str) -> Terminator:
    terminator = block(function, label).terminator
    assert terminator is not None
    return terminator


def remove_terminator(function: Function) -> None:
    block(function, "for.body").terminator = None


def drop_argument(function: Function) -> None:
    end_of(function, "entry").edges[0].args.pop()


def jump_to_entry(function: Function) -> None:
    end_of(function, "for.next").edges[0] = Edge(function.blocks[0], list(function.params))


def leave_function(function: Function) -> None:
    end_of(function, "for.next").edges[0] = Edge(Block("elsewhere"))


def unknown_op(function: Function) -> None:
    block(function, "for.end").instrs.append(Instr("fly", []))


def op_of_another_stage(function: Function) -> None:
    one = function.params[0]
    block(function, "for.end").instrs.append(Instr("add", [one, one]))


def operand_missing(function: Function) -> None:
    block(function, "for.body").instrs[0].args.pop()


def operator_missing(function: Function) -> None:
    block(function, "if.then").instrs[-1].attrs.clear()


def constant_without_value(function: Function) -> None:
    block(function, "for.end").instrs.append(Instr("const", []))


def use_before_definition(function: Function) -> None:
    block(function, "for.body").instrs.reverse()


def use_that_is_not_dominated(function: Function) -> None:
    end_of(function, "for.end").args = [block(function, "if.then").instrs[-1]]


def use_of_a_stranger(function: Function) -> None:
    end_of(function, "for.end").args = [Instr("const", [], {"value": 1})]


def strange_terminator(function: Function) -> None:
    block(function, "for.end").terminator = Terminator("stop")


def return_of_nothing(function: Function) -> None:
    end_of(function, "for.end").args.clear()


def branch_with_one_way(function: Function) -> None:
    end_of(function, "for").edges.pop()


def instruction_twice(function: Function) -> None:
    body = block(function, "for.body")
    body.instrs.append(body.instrs[0])


def block_twice(function: Function) -> None:
    function.blocks.append(function.blocks[-1])


def foreign_parameter(function: Function) -> None:
    header = block(function, "for")
    header.params[0].block = function.blocks[0]


def typed_too_early(function: Function) -> None:
    block(function, "for.body").instrs[0].type = t.INT


def untyped_at_stage_typed(function: Function) -> None:
    function.stage = "typed"


def wrong_stage(function: Function) -> None:
    function.stage = "loops"


def no_such_stage(function: Function) -> None:
    function.stage = "assembly"


def no_blocks(function: Function) -> None:
    function.blocks.clear()


DAMAGE: list[tuple[Callable[[Function], None], str]] = [
    (remove_terminator, "for.body: there is no terminator"),
    (drop_argument, "entry: jump (line 3): 1 arguments for the 2 parameters of for"),
    (jump_to_entry, "for.next: jump (line 3): leads to the entry block"),
    (leave_function, "leads to elsewhere, which is not in the function"),
    (unknown_op, "for.end: fly: there is no such op"),
    (op_of_another_stage, "for.end: add: not allowed at stage python"),
    (operand_missing, "1 operands in place of 2 (iterator index)"),
    (operator_missing, "inplace (line 5): attribute 'operator' is missing"),
    (constant_without_value, "the constant has no value"),
    (use_before_definition, "which may not have run before"),
    (use_that_is_not_dominated, "uses the result of inplace of if.then, which may not have run before"),
    (use_of_a_stranger, "uses the result of const, which is not in the function"),
    (strange_terminator, "stop: there is no such terminator"),
    (return_of_nothing, "0 operands in place of 1"),
    (branch_with_one_way, "1 ways out in place of 2"),
    (instruction_twice, "the instruction stands in two places"),
    (block_twice, "a block is in the list twice"),
    (foreign_parameter, "belongs to another block"),
    (typed_too_early, "has a type already: int"),
    (untyped_at_stage_typed, "of type never"),
    (wrong_stage, "entry: global (line 3): not allowed at stage loops"),
    (no_such_stage, "there is no stage 'assembly'"),
    (no_blocks, "there is no entry block"),
]


@pytest.mark.parametrize(("damage", "message"), DAMAGE, ids=lambda value: getattr(value, "__name__", ""))
def test_finds(damage: Callable[[Function], None], message: str) -> None:
    function = sample()
    verify(function)
    damage(function)
    with pytest.raises(InternalError) as caught:
        verify(function)
    assert message in str(caught.value)


def test_reports_everything_at_once() -> None:
    function = sample()
    for damage in (remove_terminator, drop_argument, unknown_op):
        damage(function)
    assert len(problems_of(function)) == 3


@pytest.mark.parametrize("damage", [damage for damage, _ in DAMAGE], ids=lambda damage: damage.__name__)
def test_damaged_functions_can_still_be_printed(damage: Callable[[Function], None]) -> None:
    function = sample()
    damage(function)
    assert "function f" in print_function(function)


def loops_function() -> Function:
    """``f(a) = a + 1.0 if a < 1.0 else a`` in machine values."""
    function = Function("f", "", sample().span, "loops")
    entry, end = Block("entry"), Block("end")
    a = Param(entry, "a", F64)
    entry.params = [a]
    one = Instr("const", [], {"value": 1.0}, F64)
    less = Instr("fcmp", [a, one], {"predicate": "olt"}, I1)
    more = Instr("fadd", [a, one], {}, F64)
    entry.instrs = [one, less, more]
    then = Block("then")
    entry.terminator = Terminator("branch", [less], [Edge(then), Edge(end, [a])])
    then.terminator = Terminator("jump", [], [Edge(end, [more])])
    result = Param(end, "", F64)
    end.params = [result]
    end.terminator = Terminator("return", [result])
    function.blocks = [entry, then, end]
    return function


def test_stage_loops() -> None:
    verify(loops_function())
    function = loops_function()
    function.blocks[0].instrs[0].type = I64
    assert "fcmp: operands of different types: f64, i64" in problems_of(function)[0]
    function = loops_function()
    function.blocks[2].params[0].type = I64
    assert any("the result of fadd of type f64 for a parameter of type i64" in one for one in problems_of(function))
    function = loops_function()
    function.blocks[2].params[0].type = t.FLOAT
    assert any("a parameter, which is no machine value but float" in one for one in problems_of(function))
    function = loops_function()
    function.blocks[0].instrs[1].type = F64
    assert any("the condition is f64, not i1" in one for one in problems_of(function))


def test_stage_loops_is_printed_with_types() -> None:
    expected = """\
function f                                              ; stage loops, no source

entry(%a.0: f64):
    %1: f64 = const 1.0
    %2: i1 = fcmp olt %a.0, %1
    %3: f64 = fadd %a.0, %1
    branch %2, then, end(%a.0)

then:
    jump end(%3)

end(%4: f64):
    return %4
"""
    assert print_function(loops_function()) == expected


def test_dominators() -> None:
    function = sample()
    dominators = Dominators(function)
    entry, header, body = function.blocks[0], block(function, "for"), block(function, "for.body")
    then, join = block(function, "if.then"), block(function, "if.end")
    assert dominators.dominates(entry, join)
    assert dominators.dominates(header, block(function, "for.end"))
    assert dominators.dominates(body, join)
    assert not dominators.dominates(then, join)
    assert not dominators.dominates(join, then)
    assert dominators.dominates(then, then)
    assert dominators.immediate[join] is body
    lost = Block("lost")
    assert not dominators.reaches(lost)
    assert not dominators.dominates(lost, join)
