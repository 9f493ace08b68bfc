"""Emission of Python's integer division, which rounds down: the cheapest form for what is known of the operands.

* Negative indices, which are at least minus the divisor: an addition, or nothing.
* By a power of two: a shift, or a mask.
* Both operands not negative: what the processor does for unsigned numbers. A constant divisor becomes a multiplication
  in LLVM.
* The divisor positive: division towards zero, corrected without a branch.
* Nothing known: a test whether one of the two is negative; numbers mostly aren't. What they take if they are is out of
  line.
"""

from __future__ import annotations

from typing import Final

from minijit.codegen.emit_function import LIKELY, UNLIKELY, FunctionEmitter
from minijit.codegen.emit_literals import llvm_type, machine
from minijit.codegen.emit_ops import Emitter
from minijit.ir.builder import known
from minijit.ir.nodes import Instr


class _Text:
    """Appends instructions on one type to a list of lines."""

    def __init__(self, e: FunctionEmitter, lines: list[str], instr: Instr) -> None:
        self.e = e
        self.lines = lines
        self.type = llvm_type(instr.type)
        self.bits = machine(instr.type).bits
        self.x, self.y = map(e.ref, instr.args)

    def __call__(self, op: str, a: str, b: str) -> str:
        name = self.e.fresh()
        self.lines.append(f"  {name} = {op} {self.type} {a}, {b}")
        return name

    def choose(self, condition: str, a: str, b: str) -> str:
        name = self.e.fresh()
        self.lines.append(f"  {name} = select i1 {condition}, {self.type} {a}, {self.type} {b}")
        return name

    def sign_of(self, a: str) -> str:
        """-1 for negative numbers, else 0."""
        return self("ashr", a, str(self.bits - 1))


def _emit_quotient(e: FunctionEmitter, instr: Instr) -> None:
    _emit(e, instr, remainder=False)


def _emit_remainder(e: FunctionEmitter, instr: Instr) -> None:
    _emit(e, instr, remainder=True)


def _emit(e: FunctionEmitter, instr: Instr, *, remainder: bool) -> None:
    text = _Text(e, e.lines, instr)
    result = _in_line(text, instr, remainder)
    if result is None:
        _by_sign(e, text, instr, remainder)
    else:
        e.names[instr] = result


def _in_line(text: _Text, instr: Instr, remainder: bool) -> str | None:
    """The result, where what is known spares a branch."""
    if instr.attrs.get("once"):
        return text.choose(text("icmp slt", text.x, "0"), text("add", text.x, text.y), text.x)
    number = known(instr.args[1])
    divisor = 0 if number is None else int(number)
    if divisor > 0 and divisor & (divisor - 1) == 0:
        if remainder:
            return text("and", text.x, str(divisor - 1))
        return text("ashr", text.x, str(divisor.bit_length() - 1))
    if instr.attrs.get("unsigned"):
        return text("urem" if remainder else "udiv", text.x, text.y)
    if divisor > 0 or instr.attrs.get("positive"):
        return _remainder_by_positive(text) if remainder else _quotient_by_positive(text)
    if divisor < -1:
        return _signed_remainder(text, text.y) if remainder else _signed_quotient(text)
    return None


def _remainder_by_positive(text: _Text) -> str:
    rest = text("srem", text.x, text.y)
    return text("add", rest, text("and", text.sign_of(rest), text.y))


def _quotient_by_positive(text: _Text) -> str:
    quotient = text("sdiv", text.x, text.y)
    rest = text("sub", text.x, text("mul", quotient, text.y))
    return text("add", quotient, text.sign_of(rest))


def _by_sign(e: FunctionEmitter, text: _Text, instr: Instr, remainder: bool) -> None:
    both = text("or", text.x, text.y)
    unsigned = text("icmp sge", both, "0")
    here, signed, go = e.fresh_label("u"), e.fresh_label("s"), e.fresh_label("c")
    e.lines.append(f"  br i1 {unsigned}, label %{here}, label %{signed}{LIKELY}")
    e.begin(here)
    fast = text("urem" if remainder else "udiv", text.x, text.y)
    e.lines.append(f"  br label %{go}")
    # The cold text is built apart: an exit that is new writes itself there as well.
    cold = _Text(e, [f"{signed}:"], instr)
    if instr.op == "check_div":
        signed = _leave_if_too_large(e, cold, instr)
    slow = _signed_remainder(cold, _without_minus_one(cold)) if remainder else _signed_quotient(cold)
    cold.lines.append(f"  br label %{go}")
    e.cold += cold.lines
    e.begin(go)
    e.lines.append(f"  {e.ref(instr)} = phi {text.type} [ {fast}, %{here} ], [ {slow}, %{signed} ]")


def _leave_if_too_large(e: FunctionEmitter, text: _Text, instr: Instr) -> str:
    """The least number divided by -1 is one too large; gives the label of the block behind the test."""
    least, minus = text("icmp eq", text.x, str(-1 << (text.bits - 1))), text("icmp eq", text.y, "-1")
    wrong, label = e.fresh(), e.fresh_label("s")
    leave = e.exit_label(instr.attrs["site"], [])
    text.lines += [
        f"  {wrong} = and i1 {least}, {minus}",
        f"  br i1 {wrong}, label %{leave}, label %{label}{UNLIKELY}",
        f"{label}:",
    ]
    return label


def _without_minus_one(text: _Text) -> str:
    """The processor traps on the least number % -1; what divides by -1 divides by 1."""
    return text.choose(text("icmp eq", text.y, "-1"), "1", text.y)


def _signed_remainder(text: _Text, divisor: str) -> str:
    rest = text("srem", text.x, divisor)
    return text.choose(_is_above(text, rest), text("add", rest, text.y), rest)


def _signed_quotient(text: _Text) -> str:
    quotient = text("sdiv", text.x, text.y)
    rest = text("sub", text.x, text("mul", quotient, text.y))
    return text.choose(_is_above(text, rest), text("sub", quotient, "1"), quotient)


def _is_above(text: _Text, rest: str) -> str:
    """Whether division towards zero has rounded up: something is left, and its sign is not the divisor's."""
    differs = text("icmp slt", text("xor", rest, text.y), "0")
    some = text("icmp ne", rest, "0")
    name = text.e.fresh()
    text.lines.append(f"  {name} = and i1 {some}, {differs}")
    return name


EMITTERS: Final[dict[str, Emitter]] = {
    "floor_div": _emit_quotient,
    "floor_mod": _emit_remainder,
    "check_div": _emit_quotient,
}
"""By op."""
