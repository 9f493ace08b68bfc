"""The stages of the pipeline one by one, for tests that look at what stands between them."""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import Any

from minijit import types as t
from minijit.ir.facts import fact_of_type
from minijit.ir.nodes import Function
from minijit.ir.unit import Unit
from minijit.ir.verifier import verify
from minijit.passes.lowering.forward_tuple_items import forward_tuple_items
from minijit.passes.lowering.freshness import visible_effects
from minijit.passes.lowering.fuse_expressions import fuse_expressions
from minijit.passes.lowering.lower import lower_function
from minijit.passes.remove_dead_code import remove_dead_code
from minijit.pipeline import front_end
from minijit.runtime.typeof import type_of
from minijit.typeinfer.program import Instance, Program
from minijit.typeinfer.typed import typed_functions


def infer(function: Callable[..., Any], *arguments: t.Type) -> tuple[Program, Instance]:
    """The program and the instance of `function` for these argument types."""
    assert isinstance(function, FunctionType)
    program = Program(front_end, type_of)
    return program, program.infer(function, tuple(fact_of_type(one) for one in arguments))


def typed(function: Callable[..., Any], *arguments: t.Type) -> dict[Instance, Function]:
    """`function` and what it calls at the stage "typed"."""
    functions = typed_functions(infer(function, *arguments)[1])
    for instance, one in functions.items():
        forward_tuple_items(one)
        instance.effects = visible_effects(one)
    for one in functions.values():
        fuse_expressions(one)
        verify(one)
    return functions


def lowered(function: Callable[..., Any], *arguments: t.Type) -> Unit:
    """`function` and what it calls at the stage "loops", without any pass but the removal of dead code."""
    functions = typed(function, *arguments)
    unit = Unit(next(iter(functions)).symbol)
    for instance, one in functions.items():
        low = lower_function(unit, instance, one)
        remove_dead_code(low)
        verify(low)
        unit.functions[instance.symbol] = low
        unit.signatures[instance.symbol] = (tuple(fact.type for fact in instance.arguments), instance.result.type)
    return unit
