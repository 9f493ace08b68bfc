"""Emission of a unit: the LLVM text of all its functions, with declarations, attributes and metadata.

The text holds no addresses: whatever lies outside is an external symbol that :mod:`minijit.codegen.link` resolves. The
first function is the entry and visible from outside; the others are internal, so that LLVM may inline them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Final

import numpy as np

from minijit import types as t
from minijit.codegen import emit_calls, emit_division, emit_ops, emit_wide_mod
from minijit.codegen.emit_function import FunctionEmitter
from minijit.codegen.emit_literals import llvm_type, symbol
from minijit.codegen.symbols import KERNEL_SYMBOL
from minijit.codegen.toolchain import STRIDED
from minijit.ir.nodes import Function, Instr, Value
from minijit.ir.unit import Unit
from minijit.machine import F32, F64, I1, PTR, AnyType, Machine, parts_of
from minijit.runtime.support import SIGNATURES, inline_function

_EMITTERS: Final = {**emit_ops.EMITTERS, **emit_calls.EMITTERS, **emit_division.EMITTERS, **emit_wide_mod.EMITTERS}

_ATTRIBUTES: Final = """\
attributes #0 = { nounwind }
attributes #1 = { cold noinline nounwind }
attributes #2 = { cold nounwind }
attributes #3 = { nounwind }
attributes #4 = { nobuiltin nounwind willreturn memory(none) }
attributes #5 = { nobuiltin nounwind willreturn memory(read) }
attributes #6 = { alwaysinline nounwind }
attributes #7 = { nobuiltin nounwind willreturn memory(argmem: readwrite) }
attributes #8 = { nobuiltin nounwind willreturn memory(read, argmem: readwrite) }
attributes #9 = { noinline nounwind willreturn memory(none) }
attributes #10 = { nobuiltin nounwind speculatable willreturn memory(none) }
attributes #11 = { nounwind speculatable willreturn memory(none) }
attributes #12 = { noinline nounwind }
"""
"""C functions are ``nobuiltin`` (but with ``fastmath=True``): LLVM would make ``exp2(x)`` of ``pow(2.0, x)`` and
``x * x`` of ``pow(x, 2.0)``, which differ from what the interpreter gets in the last bit."""

_PAIRED: Final = ("sin", "cos")
"""LLVM may know these for what they are: of both for one number it makes ``sincos``, which gives the same bits."""

_WIDENING: Final = frozenset({"mj_powf"})
"""Formulas for single precision that compute in double precision for the most part."""

FAST_MATH: Final = "reassoc nsz arcp contract afn "
"""What ``fastmath=True`` allows. Not ``nnan`` and ``ninf``: a test for nan or inf means what it says."""


LOOP_MARK: Final = "minijit.line"
"""The name of the loop metadata that holds the line of the loop's header."""


@cache
def _doubles_in_vector() -> int:
    """How many doubles a vector register of this machine holds."""
    features = np._core._multiarray_umath.__cpu_features__  # type: ignore[attr-defined]  # has no stub
    return 8 if features.get("AVX512F") else 4 if features.get("AVX") else 2


class ModuleEmitter:
    """Collects the text of a unit and what the functions need in common."""

    __slots__ = (
        "_declarations",
        "_included",
        "_metadata",
        "_vectors",
        "emitters",
        "flags",
        "lines",
        "mark_loops",
        "unit",
    )

    def __init__(self, unit: Unit, mark_loops: bool = False) -> None:
        self.unit = unit
        self.mark_loops = mark_loops
        self.emitters = _EMITTERS
        self.flags = FAST_MATH if unit.fastmath else ""
        self.lines: list[str] = []
        self._declarations: dict[str, str] = {}
        self._included: dict[str, str] = {}
        self._metadata: list[str] = []
        self._vectors: dict[str, str] = {}

    def payload_of(self, site: int) -> str:
        """The letters of a site's payload."""
        return self.unit.sites[site - 1].payload

    def describe_site(self, number: int) -> str:
        """What a reader of the text is told about an exit."""
        site = self.unit.sites[number - 1]
        exception = f" {site.exception.__name__}" if site.exception else ""
        return f"{site.kind}{exception}, line {site.span.line}"

    def result_slots(self, name: str) -> int:
        """How many slots the result of a native function takes; 0 where its signature is not known."""
        signature = self.unit.signatures.get(name)
        return 0 if signature is None else len(parts_of(signature[1]))

    def declare_text(self, name: str, text: str) -> None:
        """Declare an external once."""
        self._declarations.setdefault(name, text)

    def declare(self, name: str, result: str, args: Iterable[Value], extra: Sequence[str] = ()) -> None:
        """Declare an intrinsic; LLVM knows its attributes."""
        if name not in self._declarations:
            types = ", ".join([*(llvm_type(arg.type) for arg in args), *extra])
            self._declarations[name] = f"declare {result} @{name}({types})"

    def declare_native(self, name: str, parts: Iterable[Value]) -> None:
        """Declare a native function of another unit."""
        if name not in self.unit.functions and name not in self._declarations:
            types = ", ".join(["ptr", "ptr", *(llvm_type(part.type) for part in parts)])
            self._declarations[name] = f"declare i32 {symbol(name)}({types}) #3"

    def declare_c(self, name: str, result: Machine | None, args: Iterable[Value], effects: frozenset[str]) -> None:
        """Declare a C function; a small one of our own runtime is put into the module, to be inlined."""
        if self.include(name):
            return
        if name in SIGNATURES:
            self.declare_text(name, SIGNATURES[name])
        elif name not in self._declarations:
            args = list(args)
            # A pointer may be to a slot of ours for a second result, which is no effect that others see.
            outputs = 3 if any(arg.type == PTR for arg in args) else 0
            effects = effects - {"raises"}
            number = 4 + outputs if not effects else 5 + outputs if effects == {"reads"} else 3
            if number == 4 and all(arg.type in (F32, F64) for arg in args):
                # A function of floats takes any, so it may leave a loop even if a check stands before it there.
                number = 11 if name in _PAIRED else 10
            types = ", ".join(_c_type(arg.type) for arg in args)
            returned = "void" if result is None else ("zeroext i1" if result.name == "i1" else llvm_type(result))
            self._declarations[name] = f"declare {returned} {symbol(name)}({types}) #{number}"

    def include(self, name: str) -> bool:
        """Put an inline function of the runtime into the module; false where it is not one."""
        if name in self._included:
            return True
        function = inline_function(name)
        if function is None:
            return False
        self._included[name] = function.text
        for needed, text in function.declarations.items():
            self.declare_text(needed, text)
        self._vectors.update(dict.fromkeys(function.vectors, ""))
        return True

    def vector_variants(self, instr: Instr) -> str:
        """The call-site attribute that lets the loop vectoriser use vector versions of a C function.

        ``attrs["vector"]`` names them: ``{"_ZGVdN4v_exp": 4, ...}``, each with its number of lanes; the arguments and
        the result must be of one type. Such a call may be rounded otherwise than the scalar function.
        """
        variants: dict[str, int] | None = instr.attrs.get("vector")
        if not variants:
            return ""
        element = llvm_type(instr.type)
        for name, lanes in variants.items():
            vector = f"<{lanes} x {element}>"
            types = ", ".join([vector] * len(instr.args))
            self._declarations.setdefault(name, f"declare {vector} @{name}({types}) #4")
            self._vectors[name] = ""
        mapping = ",".join(f"{name}({name})" for name in variants)
        # LLVM looks for vector versions of functions only that it may take for C's own.
        return f' builtin nounwind willreturn memory(none) "vector-function-abi-variant"="{mapping}"'

    def scalar_loop(self) -> int:
        """The number of a new metadata node that keeps LLVM from vectorising and unrolling a loop."""
        number = 4 + len(self._metadata)
        self._metadata.append(f"!{number} = distinct !{{!{number}, !2, !3}}")
        return number

    def unrolled_loop(self) -> int:
        """The number of a new metadata node that has LLVM write out all turns of a loop."""
        number = 4 + len(self._metadata)
        self._metadata.append(f'!{number} = distinct !{{!{number}, !{{!"llvm.loop.unroll.full"}}}}')
        return number

    def lane_loop(self, line: int) -> int:
        """The number of a new metadata node for a loop of which one vector at a time is enough.

        It has few turns, and is within a loop: several vectors side by side would only make what is left over larger.
        """
        number = 4 + len(self._metadata)
        mark = f', !{{!"{LOOP_MARK}", i32 {line}}}' if self.mark_loops else ""
        self._metadata.append(f'!{number} = distinct !{{!{number}, !{{!"llvm.loop.interleave.count", i32 1}}{mark}}}')
        return number

    def repeated_loop(self, count: int, *, vectorise: bool) -> int:
        """The number of a new metadata node that has LLVM write a loop's body down `count` times, or vectorise it."""
        number = 4 + len(self._metadata)
        if_vectorised = '!{!"llvm.loop.vectorize.followup_all", !{!"llvm.loop.isvectorized", i32 1}, !3}'
        if not vectorise:
            if_vectorised = "!2"
        self._metadata.append(
            f'!{number} = distinct !{{!{number}, !{{!"llvm.loop.unroll.count", i32 {count}}}, {if_vectorised}}}'
        )
        return number

    def marked_loop(self, line: int, *, vectorise: bool) -> int:
        """The number of a new metadata node that tells from which line of the source a loop is."""
        number = 4 + len(self._metadata)
        rest = "" if vectorise else ", !2"
        self._metadata.append(f'!{number} = distinct !{{!{number}, !{{!"{LOOP_MARK}", i32 {line}}}{rest}}}')
        return number

    def access_group(self) -> int:
        """The number of a new metadata node that stands for the accesses to memory of one loop."""
        number = 4 + len(self._metadata)
        self._metadata.append(f"!{number} = distinct !{{}}")
        return number

    def parallel_loop(self, group: int, line: int) -> int:
        """The number of a new metadata node that says: the accesses of a group don't depend on each other's turns."""
        number = 4 + len(self._metadata)
        mark = f', !{{!"{LOOP_MARK}", i32 {line}}}' if self.mark_loops else ""
        if not _WIDENING.isdisjoint(self._included):
            # Left to itself, LLVM 22 aborts the process where one of the arrays is walked backwards: its two ways to
            # reckon what a vector costs disagree.
            mark += f', !{{!"llvm.loop.vectorize.width", i32 {_doubles_in_vector()}}}'
        self._metadata.append(
            f'!{number} = distinct !{{!{number}, !{{!"llvm.loop.parallel_accesses", !{group}}}{mark}}}'
        )
        return number

    def text(self) -> str:
        """The whole module."""
        out = [f"; unit {self.unit.name}".replace("\n", " ")]
        out += self._declarations.values()
        if self._vectors:
            # Otherwise the declarations of vector versions are dropped before the vectoriser looks for them.
            names = ", ".join(f"ptr @{name}" for name in self._vectors)
            kind = f"[{len(self._vectors)} x ptr]"
            out.append(f'@llvm.compiler.used = appending global {kind} [{names}], section "llvm.metadata"')
        out.append("")
        out += self.lines
        out += self._included.values()
        out.append(_ATTRIBUTES.replace("nobuiltin ", "") if self.flags else _ATTRIBUTES)
        out.append('!0 = !{!"branch_weights", i32 2000, i32 1}')
        out.append('!1 = !{!"branch_weights", i32 1, i32 2000}')
        if self._metadata:
            out.append('!2 = !{!"llvm.loop.vectorize.enable", i1 false}')
            out.append('!3 = !{!"llvm.loop.unroll.disable"}')
            out += self._metadata
        if _walks_gaps(self.unit):
            out.append(STRIDED)
        return "\n".join(out) + "\n"


def _walks_gaps(unit: Unit) -> bool:
    """Whether the program has loops, and arrays whose layout does not follow from their type."""
    arguments = [one for arguments, _ in unit.signatures.values() for one in arguments]
    return any(isinstance(one, t.Array) and one.layout == "A" for one in arguments) and any(
        "loop" in block.attrs for function in unit.functions.values() for block in function.blocks
    )


def _c_type(one: AnyType) -> str:
    return "i1 zeroext" if one == I1 else llvm_type(one)


def emit_unit(unit: Unit, *, mark_loops: bool = False) -> str:
    """The LLVM text of all functions of a unit at the stage "loops".

    Parameters
    ----------
    unit : Unit
        Its first function is the entry; it gets external linkage under its symbol, and under :data:`KERNEL_SYMBOL`.
    mark_loops : bool
        Whether loops carry their line (:data:`LOOP_MARK`), so that one can tell what became of them.

    Returns
    -------
    str
        A module for :func:`minijit.codegen.toolchain.optimise_and_emit`.

    Notes
    -----
    Beside the ops' own attributes these hints are read: ``Block.attrs["scalar"]`` on a loop header (neither vectorise
    nor unroll) and ``["lanes"]`` (one vector at a time), ``Block.attrs["parallel"]`` there and
    ``Instr.attrs["parallel"]`` on loads and stores (a number: those of one number do not depend on what other turns of
    the loop do), ``Terminator.attrs["likely"]`` on a branch (a bool: the first edge is likely, or unlikely),
    ``Function.attrs["cold"]`` (never inline, optimise for size), ``["shared"]`` (never inline) and ``["recursive"]``
    (the site through which the function leaves when calls are nested too deeply).
    """
    module = ModuleEmitter(unit, mark_loops)
    linkage = ""
    for name, function in unit.functions.items():
        FunctionEmitter(module, function).emit(name, linkage)
        linkage = "internal "
    module.lines.append(f"@{KERNEL_SYMBOL} = alias i8, ptr {symbol(next(iter(unit.functions)))}")
    return module.text()


def emit_late(unit: Unit, name: str) -> str:
    """The LLVM text of a late function, as a module of its own, with copies of the functions that it calls."""
    module = ModuleEmitter(unit)
    FunctionEmitter(module, unit.late[name].function).emit(name, "")
    for called in functions_called(unit, unit.late[name].function):
        FunctionEmitter(module, unit.functions[called]).emit(called, "internal ")
    return module.text()


def functions_called(unit: Unit, function: Function) -> list[str]:
    """The unit's functions that `function` calls, and those that they call in turn."""
    found: dict[str, None] = {}
    waiting = [function]
    while waiting:
        for block in waiting.pop().blocks:
            for instr in block.instrs:
                called = instr.attrs["function"] if instr.op == "invoke" else ""
                if called in unit.functions and called not in found:
                    found[called] = None
                    waiting.append(unit.functions[called])
    return list(found)
