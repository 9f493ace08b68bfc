"""Writes functions of LLVM's textual IR line by line: fresh names, blocks, declarations on demand.

Used for the code around the kernels (call wrapper, boxing, thunks), where the shape of the code follows the types.
"""

from __future__ import annotations

import re
from typing import Final

from minijit.machine import Machine

_PLAIN_NAME: Final = re.compile(r"[A-Za-z_.$][A-Za-z0-9_.$]*\Z")
_LLVM_NAMES: Final = {"f32": "float", "f64": "double"}


def symbol(name: str) -> str:
    """`name` as LLVM wants to read it, quoted where it has unusual characters (``<lambda>``, letters beyond ASCII)."""
    if _PLAIN_NAME.match(name):
        return f"@{name}"
    quoted = "".join(
        chr(byte) if 32 <= byte < 127 and byte not in (34, 92) else f"\\{byte:02X}" for byte in name.encode()
    )
    return f'@"{quoted}"'


def llvm_type(machine: Machine) -> str:
    """The LLVM type of a machine type."""
    return _LLVM_NAMES.get(machine.name, machine.name)


class ModuleText:
    """A module under construction: its functions, and what they refer to outside."""

    def __init__(self) -> None:
        self._declarations: dict[str, str] = {}
        self._functions: list[FunctionText] = []

    def function(self, header: str) -> FunctionText:
        """Start a function; `header` is what stands between ``define`` and the brace."""
        function = FunctionText(self, header)
        self._functions.append(function)
        return function

    def declare(self, name: str, result: str, parameters: str) -> str:
        """Declare the external function `name` and return its symbol."""
        self._declarations[name] = f"declare {result} {symbol(name)}({parameters})"
        return symbol(name)

    def external(self, name: str) -> str:
        """Declare an external object (a type, ``None``, the record) and return its symbol: the address of it."""
        self._declarations[name] = f"{symbol(name)} = external global i8"
        return symbol(name)

    def string(self, content: str) -> str:
        """A zero-terminated string; returns the symbol of its first byte."""
        data = "".join(f"\\{byte:02X}" for byte in content.encode() + b"\0")
        name = f"@string.{len(self._declarations)}"
        length = len(content.encode()) + 1
        self._declarations[name] = f'{name} = private unnamed_addr constant [{length} x i8] c"{data}"'
        return name

    def __str__(self) -> str:
        lines = list(self._declarations.values())
        for function in self._functions:
            lines += function.lines()
        lines.append('!0 = !{!"branch_weights", i32 2000, i32 1}')
        lines.append("")
        return "\n".join(lines)


class FunctionText:
    """A function under construction. Values are named ``%v1``, ``%v2`` ..., blocks by their purpose and a number."""

    def __init__(self, module: ModuleText, header: str) -> None:
        self.module = module
        self.block = "entry"
        self._header = header
        self._slots: list[str] = []
        self._body: list[str] = []
        self._count = 0

    def lines(self) -> list[str]:
        """The whole function; stack slots stand at its start, wherever they were asked for."""
        return [f"define {self._header} {{", "entry:", *self._slots, *self._body, "}"]

    def do(self, line: str) -> None:
        """Write an instruction without a result."""
        self._body.append(f"  {line}")

    def value(self, expression: str) -> str:
        """Write an instruction and return the name of its result."""
        self._count += 1
        name = f"%v{self._count}"
        self._body.append(f"  {name} = {expression}")
        return name

    def stack(self, size: int) -> str:
        """A stack slot of `size` bytes, 8-byte aligned."""
        self._count += 1
        name = f"%v{self._count}"
        self._slots.append(f"  {name} = alloca [{size} x i8], align 8")
        return name

    def new_label(self, purpose: str) -> str:
        """The name of a block that is to be begun later."""
        self._count += 1
        return f"{purpose}{self._count}"

    def begin(self, label: str) -> None:
        """Begin the block `label`; what is written from now on goes there."""
        self._body.append(f"{label}:")
        self.block = label

    def jump(self, label: str) -> None:
        """End the block with a jump."""
        self.do(f"br label %{label}")

    def branch(self, condition: str, yes: str, no: str, *, likely: bool = False) -> None:
        """End the block with a branch; `likely` means that the condition nearly always holds."""
        self.do(f"br i1 {condition}, label %{yes}, label %{no}{', !prof !0' if likely else ''}")

    def phi(self, kind: str, incoming: list[tuple[str, str]]) -> str:
        """The value that came with control: `incoming` holds pairs of value and block."""
        return self.value(f"phi {kind} " + ", ".join(f"[{value}, %{block}]" for value, block in incoming))

    def forward_phi(self, kind: str, first: str, start: str, latch: str) -> tuple[str, str]:
        """A loop's value: `first` coming from `start`, and what `latch` will define under the second name given."""
        self._count += 1
        following = f"%next{self._count}"
        return self.value(f"phi {kind} [{first}, %{start}], [{following}, %{latch}]"), following

    def at(self, base: str, offset: int) -> str:
        """The address `offset` bytes behind `base`."""
        return self.value(f"getelementptr i8, ptr {base}, i64 {offset}") if offset else base

    def load(self, kind: str, base: str, offset: int = 0) -> str:
        """What stands `offset` bytes behind `base`."""
        return self.value(f"load {kind}, ptr {self.at(base, offset)}")

    def store(self, kind: str, value: str, base: str, offset: int = 0) -> None:
        """Store `value` at `offset` bytes behind `base`."""
        self.do(f"store {kind} {value}, ptr {self.at(base, offset)}")

    def call(self, result: str, name: str, *arguments: tuple[str, str]) -> str:
        """Call the external function `name` with pairs of type and value; returns the result's name."""
        target = self.module.declare(name, result, ", ".join(kind for kind, _ in arguments))
        call = f"call {result} {target}({', '.join(f'{kind} {value}' for kind, value in arguments)})"
        if result == "void":
            self.do(call)
            return ""
        return self.value(call)

    def all_of(self, conditions: list[str]) -> str:
        """The conjunction of `conditions`, without branching."""
        result = conditions[0] if conditions else "true"
        for condition in conditions[1:]:
            result = self.value(f"and i1 {result}, {condition}")
        return result

    def increment(self, pointer: str, by: int = 1) -> None:
        """Add to the 64-bit word at `pointer`."""
        old = self.load("i64", pointer)
        self.store("i64", self.value(f"add i64 {old}, {by}"), pointer)
