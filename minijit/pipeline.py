"""The way from a Python function to linked native code: which steps there are, in which order, and why."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from functools import partial
from types import CodeType, FunctionType
from typing import Any, Final
from weakref import WeakKeyDictionary

import minijit.library.load  # noqa: F401  (fills the registry)
from minijit import config
from minijit import types as t
from minijit.codegen.disk_cache import object_code
from minijit.codegen.emit import emit_late, emit_unit
from minijit.codegen.late_code import LateCode
from minijit.codegen.link import link, runtime_addresses
from minijit.codegen.toolchain import KERNEL, WRAPPER, assembly, optimised_text
from minijit.codegen.wrapper import emit_wrapper
from minijit.compiled import Compiled
from minijit.errors import InternalError
from minijit.frontend import build_function
from minijit.ir.facts import fact_of_type
from minijit.ir.nodes import Function
from minijit.ir.printer import print_function
from minijit.ir.unit import Unit
from minijit.ir.verifier import verify
from minijit.library.registry import is_rare, is_trusted
from minijit.options import Options
from minijit.passes.ahead.check_ahead import check_ahead
from minijit.passes.drop_bounds_checks import drop_bounds_checks
from minijit.passes.drop_own_checks import drop_own_checks
from minijit.passes.inline_calls import inline_calls
from minijit.passes.lanes.interchange_loops import interchange_loops
from minijit.passes.loops.repeat_bodies import repeat_bodies
from minijit.passes.loops.spare_vectors import spare_vectors
from minijit.passes.loops.split_at_wraps import split_at_wraps
from minijit.passes.loops.version_loops import version_loops
from minijit.passes.lowering.forward_tuple_items import forward_tuple_items
from minijit.passes.lowering.freshness import visible_effects
from minijit.passes.lowering.fuse_expressions import fuse_expressions
from minijit.passes.lowering.lower import lower_function
from minijit.passes.merge_parts import merge_parts
from minijit.passes.outline_checked import outline_checked, outline_rare
from minijit.passes.ranges.assume_ranges import assume_ranges
from minijit.passes.ranges.drop_unneeded_checks import drop_unneeded_checks
from minijit.passes.ranges.join_checks import join_checks
from minijit.passes.ranges.split_sums import split_sums
from minijit.passes.ranges.use_ranges import use_ranges
from minijit.passes.ranges.widen_products import widen_products
from minijit.passes.remove_dead_code import remove_dead_code
from minijit.passes.share_expressions import share_expressions
from minijit.passes.share_nests import share_nests
from minijit.remarks import LoopReport, loop_reports, remarks_of
from minijit.runtime.typeof import type_of
from minijit.typeinfer.instances import refuse_without_gain, require_untouched
from minijit.typeinfer.program import Instance, Program
from minijit.typeinfer.typed import typed_functions

STAGES: Final = ("python", "typed", "loops", "outlined", "llvm", "llvm optimised", "asm")
"""What can be looked at, in the order in which it is made."""

REMARKS: Final = "remarks"
"""In place of a stage: what became of loops and checks."""

PASSES: Final[tuple[tuple[str, Callable[[Function], None]], ...]] = (
    ("merge parts", merge_parts),
    ("share expressions", share_expressions),
    ("drop unneeded checks", drop_unneeded_checks),
    ("use ranges", use_ranges),
    ("version loops", version_loops),
    ("split sums", split_sums),
    ("assume ranges", assume_ranges),
    ("interchange loops", interchange_loops),
    ("check ahead", check_ahead),
    ("split at wraps", split_at_wraps),
    ("widen products", widen_products),
    ("join checks", join_checks),
    ("remove dead code", remove_dead_code),
    ("spare vectors", spare_vectors),
    ("repeat bodies", repeat_bodies),
)
"""The passes on the stage "loops", in order."""

ORDER: Final = (
    ("lower", "remove dead code", "lowering makes both parts of values of which one is used"),
    ("merge parts", "version loops", "what is written twice need not be copied twice"),
    ("share expressions", "version loops", "a check that stands twice would be proved twice"),
    ("share expressions", "drop unneeded checks", "uses are counted by value"),
    ("drop unneeded checks", "use ranges", "a range found from a check holds only as long as the check stays"),
    ("version loops", "split sums", "sums that are known to fit need no halves"),
    ("split sums", "assume ranges", "a sum of any size is better than one of small numbers"),
    ("assume ranges", "widen products", "a product that is known to fit needs no 128 bits"),
    ("widen products", "join checks", "what is joined can't be told from other arithmetic"),
    ("assume ranges", "join checks", "a joined check says nothing of sums to those that look for overflows"),
    ("assume ranges", "remove dead code", "what only a removed check has used is dead"),
    ("use ranges", "version loops", "what never fails needs no test before a loop"),
    ("version loops", "interchange loops", "turns can run side by side only if none of them can fail"),
    ("version loops", "check ahead", "a test before the loop is better than one for each block of turns"),
    ("split sums", "check ahead", "what is carried from turn to turn can't be checked ahead"),
    ("assume ranges", "check ahead", "the numbers that come in may need no check at all"),
    ("interchange loops", "check ahead", "a loop over blocks of turns is none whose turns could run side by side"),
    ("version loops", "split at wraps", "indices are proved from the remainders"),
    ("check ahead", "split at wraps", "in pieces with checks nothing is gained"),
    ("interchange loops", "split at wraps", "pieces of a loop are none whose turns could run side by side"),
    ("split at wraps", "widen products", "a remainder that is a difference needs no 128 bits"),
    ("check ahead", "widen products", "what is widened does not tell any more which operand has to be small"),
    ("check ahead", "join checks", "what is joined is no sum for it"),
    ("check ahead", "remove dead code", "what only a removed check has used is dead"),
    ("interchange loops", "remove dead code", "addresses of elements that are kept in registers are dead"),
    ("remove dead code", "repeat bodies", "dead code makes bodies look longer"),
    ("remove dead code", "spare vectors", "dead code makes the terms of sums look dear"),
    ("interchange loops", "spare vectors", "sums that are made side by side are vectors"),
    ("version loops", "remove dead code", "what only a removed check has used is dead"),
)
"""Why the order is what it is: the first must come before the second."""

_LLVM_STAGES: Final[dict[str, Callable[[str], str]]] = {
    "llvm": str,
    "llvm optimised": optimised_text,
    "asm": assembly,
}
"""What is made of LLVM text for each stage behind the IR."""

Observer = Callable[[str, str, Callable[[], str]], None]
"""Told of every stage of every function: the stage or pass, the function's name, and how to print it."""

_SOURCES: WeakKeyDictionary[CodeType, tuple[str, Function]] = WeakKeyDictionary()
"""By code object, with the file: equal code of two files has one key."""


def compile_function(
    function: FunctionType,
    parameters: tuple[str, ...],
    argument_types: tuple[t.Type, ...],
    options: Options,
    record: int,
) -> Compiled:
    """Compile and link `function` for one row of argument types; see :class:`minijit.compiled.Compiler`."""
    clock = Clock()
    unit, instance = build_unit(function, argument_types, options, clock, _dump)
    outline(unit, clock, _dump)
    result = instance.result.type
    kernel_text = clock.run("emit", lambda: emit_unit(unit))
    _dump("llvm", function.__name__, lambda: kernel_text)
    wrapper_text = clock.run(
        "emit wrapper", lambda: emit_wrapper(unit, parameters, argument_types, result, nogil=options.nogil)
    )
    kernel = clock.run("llvm", lambda: object_code(kernel_text, KERNEL, cached=unit.cached))
    wrapper = clock.run("llvm wrapper", lambda: object_code(wrapper_text, WRAPPER, cached=unit.cached))
    late = LateCode(unit)
    imports = {"mj_record": record, **late.imports}
    linked = clock.run("link", lambda: link([kernel, wrapper], ["mj_call", *late.exports], imports))
    late.link_with(linked)
    if config.time:
        print(clock.report(function.__qualname__), file=sys.stderr)

    def text_of(stage: str) -> str:
        return describe(function, argument_types, options, stage)

    return Compiled(
        unit=unit,
        argument_types=argument_types,
        result=result,
        entry=linked["mj_call"],
        slow=runtime_addresses()["mj_slow"],
        late=late,
        timings=clock.times,
        stages=stage_names(),
        text_of=text_of,
        reports=partial(reports, function, argument_types, options),
    )


def build_unit(
    function: FunctionType,
    argument_types: tuple[t.Type, ...],
    options: Options,
    clock: Clock,
    observe: Observer,
) -> tuple[Unit, Instance]:
    """The unit of `function` at the stage "loops", with all functions that it calls, and the entry's instance."""
    program = Program(front_end, type_of)
    arguments = tuple(fact_of_type(one) for one in argument_types)
    observe("python", function.__name__, lambda: print_function(front_end(function)))
    entry = clock.run("infer types", lambda: program.infer(function, arguments))
    bindings = [each.inference.bindings for each in program.instances.values()]
    require_untouched(bindings, argument_types)
    loops = any("loop" in block.attrs for each in program.instances.values() for block in each.inference.source.blocks)
    refuse_without_gain(bindings, argument_types, loops)
    unit = Unit(entry.symbol)
    unit.fastmath = options.fastmath
    unit.cached = options.cache
    unit.guards = program.guards
    functions = clock.run("type functions", lambda: typed_functions(entry))
    for instance, typed in functions.items():
        clock.run("forward tuple items", partial(forward_tuple_items, typed))
        instance.effects = visible_effects(typed)
    for instance, typed in functions.items():
        clock.run("fuse expressions", partial(fuse_expressions, typed))
        _lower_instance(unit, instance, typed, options, clock, observe)
    clock.run("inline calls", partial(inline_calls, unit))
    for symbol, lowered in unit.functions.items():
        _run_passes(unit, symbol, lowered, clock, observe)
    unit.has_effects = bool(entry.visible_effects() & {"writes", "io", "unknown"})
    return unit, entry


def _lower_instance(
    unit: Unit, instance: Instance, typed: Function, options: Options, clock: Clock, observe: Observer
) -> None:
    _finished(typed, "typed", clock, observe)
    lowered = clock.run("lower", lambda: lower_function(unit, instance, typed))
    if is_trusted(instance.function):
        clock.run("drop own checks", lambda: drop_own_checks(lowered))
        if is_rare(instance.function):
            lowered.attrs["cold"] = True
    elif not options.boundscheck:
        clock.run("drop bounds checks", lambda: drop_bounds_checks(lowered))
    unit.functions[instance.symbol] = lowered
    unit.signatures[instance.symbol] = (tuple(fact.type for fact in instance.arguments), instance.result.type)


def _run_passes(unit: Unit, symbol: str, lowered: Function, clock: Clock, observe: Observer) -> None:
    for pass_name, transform in PASSES:
        clock.run(pass_name, partial(transform, lowered))
        if transform is share_expressions:
            # The other passes need not look at rare code. What is dead need not be handed over to it.
            clock.run("remove dead code", partial(remove_dead_code, lowered))
            clock.run("outline rare", partial(outline_rare, unit, symbol, lowered))
        _finished(lowered, "loops" if transform is PASSES[-1][1] else pass_name, clock, observe)


def outline(unit: Unit, clock: Clock, observe: Observer) -> None:
    """Set apart what is compiled when it is first entered."""
    for symbol, function in unit.functions.items():
        clock.run("outline checked", partial(outline_checked, unit, symbol, function))
    clock.run("share nests", partial(share_nests, unit))
    for function in unit.functions.values():
        _finished(function, "outlined", clock, observe)
    for late in unit.late.values():
        _finished(late.function, "outlined", clock, observe)


def _finished(function: Function, stage: str, clock: Clock, observe: Observer) -> None:
    """Verify and show a function behind a stage or pass."""
    if config.verify:
        clock.run(f"verify after {stage}", lambda: verify(function))
    observe(stage, function.name, lambda: print_function(function))


def front_end(function: FunctionType) -> Function:
    """The function at the stage "python"; made once for each code object."""
    code = function.__code__
    filename, known = _SOURCES.get(code, ("", None))
    if known is None or filename != code.co_filename:
        known = build_function(function)
        _SOURCES[code] = code.co_filename, known
    return known


def stage_names() -> tuple[str, ...]:
    """All stages and passes that can be printed, in order."""
    passes = tuple(name for name, _ in PASSES[:-1])
    return ("python", "typed", *passes, "loops", "outlined", "llvm", "llvm optimised", "asm")


def describe(function: FunctionType, argument_types: tuple[t.Type, ...], options: Options, stage: str) -> str:
    """Compile once more, and print `function` and all that it calls as they are after a stage or pass."""
    if stage not in (*stage_names(), REMARKS):
        raise ValueError(f"there is no stage {stage!r}; the stages are {', '.join(map(repr, stage_names()))}")
    texts: list[str] = []

    def observe(reached: str, name: str, text: Callable[[], str]) -> None:
        if reached == stage:
            texts.append(text())

    unit, _ = build_unit(function, argument_types, options, Clock(), observe)
    if stage not in (REMARKS, "loops"):
        outline(unit, Clock(), observe)
    if stage == REMARKS:
        return "\n".join(remarks_of(unit, optimised_text(emit_unit(unit, mark_loops=True))))
    if stage in _LLVM_STAGES:
        show = _LLVM_STAGES[stage]
        texts = [show(emit_unit(unit))]
        texts += [f"; ---- compiled when first entered: {name}\n{show(emit_late(unit, name))}" for name in unit.late]
    return "\n".join(texts)


def reports(function: FunctionType, argument_types: tuple[t.Type, ...], options: Options) -> list[LoopReport]:
    """Compile once more, and tell what became of the loops of `function` and of all that it calls."""
    unit, _ = build_unit(function, argument_types, options, Clock(), lambda *_: None)
    return loop_reports(unit, optimised_text(emit_unit(unit, mark_loops=True)))


def _dump(stage: str, name: str, text: Callable[[], str]) -> None:
    if config.wants_dump(stage, name):
        print(f"; ---- {name} after {stage}\n{text()}", file=sys.stderr)


class Clock:
    """Seconds by step."""

    def __init__(self) -> None:
        self.times: dict[str, float] = {}

    def run(self, step: str, work: Callable[[], Any]) -> Any:
        """Do `work`, and add the time that it took to `step`."""
        start = time.perf_counter()
        try:
            return work()
        except InternalError as error:
            error.add_note(f"in the step {step!r}")
            raise
        finally:
            self.times[step] = self.times.get(step, 0.0) + time.perf_counter() - start

    def report(self, name: str) -> str:
        """A line for each step."""
        lines = [f"{name}: {sum(self.times.values()) * 1e3:.2f} ms"]
        lines += [f"  {seconds * 1e3:8.2f} ms  {step}" for step, seconds in self.times.items()]
        return "\n".join(lines)


__all__ = ["PASSES", "STAGES", "build_unit", "compile_function", "describe"]
