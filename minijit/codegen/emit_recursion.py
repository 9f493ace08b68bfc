"""Emission of recursive functions: how deep calls are nested, and small results, stay in registers between them.

A recursive function becomes two::

    define i32 @f(ptr %ctx, ptr %ret, i64 %n)                       what others call
    define internal { i32, i64 } @f.inner(ptr %ctx, i64 %depth, i64 %n)     what calls itself

The first takes the depth that is left from the context, where everybody else keeps it, and puts it back. Recursive
functions hand it on as an argument, and store it only where they call a function that is not recursive itself, since
that may call others that are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from minijit.codegen.emit_literals import llvm_type, symbol
from minijit.ir import context as layout
from minijit.ir.nodes import Instr, Value
from minijit.machine import parts_of

if TYPE_CHECKING:
    from minijit.codegen.emit import ModuleEmitter
    from minijit.codegen.emit_function import FunctionEmitter

_MOST_PARTS: Final = 2
"""Results of more parts go through memory."""


class Recursion:
    """How a recursive function is called by recursive ones.

    Attributes
    ----------
    parts : tuple of Machine or None
        The parts of the result, if they are returned; None if they are stored.
    """

    def __init__(self, module: ModuleEmitter, name: str) -> None:
        self.name = name
        signature = module.unit.signatures.get(name)
        parts = None if signature is None else parts_of(signature[1])
        self.parts = parts if parts is not None and len(parts) <= _MOST_PARTS else None

    @property
    def symbol(self) -> str:
        """The name of the inner function."""
        return symbol(f"{self.name}.inner")

    @property
    def result(self) -> str:
        """The type of what the inner function returns: a status, and maybe the result."""
        return "i32" if self.parts is None else f"{{ {', '.join(['i32', *map(llvm_type, self.parts)])} }}"

    @property
    def head(self) -> str:
        """How the definition of the inner function begins."""
        return f"internal {self.result} {self.symbol}"

    def returned(self, e: FunctionEmitter, lines: list[str], status: str, parts: Sequence[Value] = ()) -> None:
        """Append the return of a status and the parts of a result, which are poison where there are none."""
        if self.parts is None:
            lines.append(f"  ret i32 {status}")
            return
        value = "poison"
        for place, part in enumerate([f"i32 {status}", *map(e.typed, parts)]):
            name = e.fresh()
            lines.append(f"  {name} = insertvalue {self.result} {value}, {part}, {place}")
            value = name
        lines.append(f"  ret {self.result} {value}")

    def call(self, e: FunctionEmitter, depth: str, slots: str, arguments: Sequence[str]) -> tuple[str, str]:
        """Call the inner function; gives the status, and what it has returned."""
        through_memory = [f"ptr {slots}"] if self.parts is None else []
        operands = ", ".join(["ptr %ctx", f"i64 {depth}", *through_memory, *arguments])
        value = e.temporary(f"call {self.result} {self.symbol}({operands})")
        return (value, "") if self.parts is None else (e.temporary(f"extractvalue {self.result} {value}, 0"), value)

    def store(self, e: FunctionEmitter, value: str, slots: str) -> None:
        """Put the parts of a returned result into slots."""
        for place, part in enumerate(self.parts or ()):
            pointer = e.temporary(f"getelementptr inbounds i8, ptr {slots}, i64 {8 * place}") if place else slots
            text = e.temporary(f"extractvalue {self.result} {value}, {place + 1}")
            if part.name == "i1":
                text = e.temporary(f"zext i1 {text} to i8")
            e.lines.append(f"  store {'i8' if part.name == 'i1' else llvm_type(part)} {text}, ptr {pointer}")


def emit_outer(e: FunctionEmitter, recursion: Recursion, linkage: str, parameters: str) -> None:
    """Append the function that others call to the module; `parameters` are named ``%a0`` and so on."""
    lines, e.lines = e.lines, []
    depth = e.temporary(f"getelementptr inbounds i8, ptr %ctx, i64 {layout.DEPTH}")
    left = e.temporary(f"load i64, ptr {depth}, align 8")
    arguments = [f"{llvm_type(each.type)} %a{place}" for place, each in enumerate(e.function.params)]
    status, value = recursion.call(e, left, "%ret", arguments)
    e.lines.append(f"  store i64 {left}, ptr {depth}, align 8")
    recursion.store(e, value, "%ret")
    out = e.module.lines
    out.append(f"define {linkage}i32 {symbol(recursion.name)}({parameters}) #0 {{\nentry:")
    out += e.lines
    out.append(f"  ret i32 {status}\n}}\n")
    e.lines = lines


def store_depth(e: FunctionEmitter) -> None:
    """Tell functions that are about to be called how deep they are, if this one is recursive."""
    if e.recursion is not None:
        depth = e.temporary(f"getelementptr inbounds i8, ptr %ctx, i64 {layout.DEPTH}")
        e.lines.append(f"  store i64 %depth.new, ptr {depth}, align 8")


def emit_call(e: FunctionEmitter, instr: Instr) -> tuple[str, str, Recursion | None]:
    """Call a native function: the status, and what has to be stored, if anything, once it is known to be 0."""
    slots, *parts = instr.args
    name: str = instr.attrs["function"]
    arguments = list(map(e.typed, parts))
    callee = e.module.unit.functions.get(name)
    if e.recursion is not None and callee is not None and callee.attrs.get("recursive") is not None:
        recursion = Recursion(e.module, name)
        status, value = recursion.call(e, "%depth.new", e.ref(slots), arguments)
        return status, value, recursion
    store_depth(e)
    operands = ", ".join(["ptr %ctx", e.typed(slots), *arguments])
    return e.temporary(f"call i32 {symbol(name)}({operands})"), "", None
