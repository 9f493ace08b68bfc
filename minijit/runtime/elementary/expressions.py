"""Formulas as LLVM text: Python's operators on :class:`Num` write down what they would compute.

A function of this package is a Python function on numbers of this kind; calling it once gives the text of the native
function. Everything is straight-line code with selects, so that LLVM's loop vectoriser takes it as it is: an element of
an array gets the same bits in the vector body, in the scalar tail, and outside of any loop.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

F64: Final = "double"
F32: Final = "float"
I64: Final = "i64"
I32: Final = "i32"
I1: Final = "i1"

_SHORT: Final = {F64: "f64", F32: "f32", I64: "i64", I32: "i32"}
_BITS: Final = {F64: I64, F32: I32}

class Text:
    """The instructions of one function, and what they refer to.

    Attributes
    ----------
    lines : list of str
        The body so far.
    declarations : dict of str to str
        By symbol.
    vectors : set of str
        Functions that LLVM must leave as they are, since the loop vectoriser has to find them.
    """

    __slots__ = ("_count", "declarations", "label", "lines", "vectors")

    def __init__(self) -> None:
        self.lines: list[str] = ["start:"]
        self.label = "start"
        self.declarations: dict[str, str] = {}
        self.vectors: set[str] = set()
        self._count = 0

    def name(self) -> str:
        """A new local name."""
        self._count += 1
        return f"%t{self._count}"

    def add(self, type: str, instruction: str) -> Num:
        """Append an instruction, and return its result."""
        name = self.name()
        self.lines.append(f"  {name} = {instruction}")
        return Num(self, type, name)

    def begin(self, label: str) -> None:
        """Go on in a new block."""
        self.lines.append(f"{label}:")
        self.label = label


def _literal(type: str, value: float) -> str:
    if type == F64:
        return f"0x{struct.unpack('<Q', struct.pack('<d', value))[0]:016X}"
    if type == F32:
        # LLVM writes floats as the doubles of the same value.
        return _literal(F64, struct.unpack("<f", struct.pack("<f", value))[0])
    return str(int(value))


class Num:
    """A number that the function will have computed: a float, an integer or a truth value."""

    __slots__ = ("name", "text", "type")

    def __init__(self, text: Text, type: str, name: str) -> None:
        self.text = text
        self.type = type
        self.name = name

    def operand(self, other: Operand) -> str:
        """How `other` is written beside this number: Python's numbers become constants of its type."""
        return other.name if isinstance(other, Num) else _literal(self.type, other)

    def constant(self, value: float) -> Num:
        """A constant of this type."""
        return Num(self.text, self.type, _literal(self.type, value))

    def _binary(self, floats: str, integers: str, left: Operand, right: Operand) -> Num:
        op = floats if self.type in _BITS else integers
        return self.text.add(self.type, f"{op} {self.type} {self.operand(left)}, {self.operand(right)}")

    def _compared(self, floats: str, integers: str, other: Operand) -> Num:
        op = f"fcmp {floats}" if self.type in _BITS else f"icmp {integers}"
        return self.text.add(I1, f"{op} {self.type} {self.name}, {self.operand(other)}")

    def __add__(self, other: Operand) -> Num:
        return self._binary("fadd", "add", self, other)

    def __radd__(self, other: Operand) -> Num:
        return self._binary("fadd", "add", other, self)

    def __sub__(self, other: Operand) -> Num:
        return self._binary("fsub", "sub", self, other)

    def __rsub__(self, other: Operand) -> Num:
        return self._binary("fsub", "sub", other, self)

    def __mul__(self, other: Operand) -> Num:
        return self._binary("fmul", "mul", self, other)

    def __rmul__(self, other: Operand) -> Num:
        return self._binary("fmul", "mul", other, self)

    def __truediv__(self, other: Operand) -> Num:
        return self._binary("fdiv", "sdiv", self, other)

    def __rtruediv__(self, other: Operand) -> Num:
        return self._binary("fdiv", "sdiv", other, self)

    def __neg__(self) -> Num:
        return self.text.add(self.type, f"fneg {self.type} {self.name}")

    def __and__(self, other: Operand) -> Num:
        return self._binary("and", "and", self, other)

    def __or__(self, other: Operand) -> Num:
        return self._binary("or", "or", self, other)

    def __xor__(self, other: Operand) -> Num:
        return self._binary("xor", "xor", self, other)

    def __lshift__(self, other: Operand) -> Num:
        return self._binary("shl", "shl", self, other)

    def __rshift__(self, other: Operand) -> Num:
        """Without regard to the sign."""
        return self._binary("lshr", "lshr", self, other)

    def __invert__(self) -> Num:
        return self.text.add(I1, f"xor i1 {self.name}, true")

    def __lt__(self, other: Operand) -> Num:
        return self._compared("olt", "slt", other)

    def __le__(self, other: Operand) -> Num:
        return self._compared("ole", "sle", other)

    def __gt__(self, other: Operand) -> Num:
        return self._compared("ogt", "sgt", other)

    def __ge__(self, other: Operand) -> Num:
        return self._compared("oge", "sge", other)

    def equals(self, other: Operand) -> Num:
        """Whether both are the same number; false for nan."""
        return self._compared("oeq", "eq", other)

    def differs(self, other: Operand) -> Num:
        """Whether they are not the same number; true for nan."""
        return self._compared("une", "ne", other)

    def unordered(self, other: Operand) -> Num:
        """Whether one of them is nan."""
        return self._compared("uno", "ne", other)

    def both(self, other: Num) -> Num:
        """Whether two conditions hold."""
        return self.text.add(I1, f"and i1 {self.name}, {other.name}")

    def either(self, other: Num) -> Num:
        """Whether one of two conditions holds."""
        return self.text.add(I1, f"or i1 {self.name}, {other.name}")

    def bits(self) -> Num:
        """The float's bits as an integer."""
        return self.text.add(_BITS[self.type], f"bitcast {self.type} {self.name} to {_BITS[self.type]}")

    def as_float(self) -> Num:
        """The float that has these bits."""
        to = F64 if self.type == I64 else F32
        return self.text.add(to, f"bitcast {self.type} {self.name} to {to}")

    def third(self) -> Num:
        """About a third of a positive 32-bit integer, by way of a float."""
        number = self.text.add(F32, f"sitofp i32 {self.name} to float")
        return self.text.add(I32, f"fptosi float {(number * (1 / 3)).name} to i32")

    def wide(self) -> Num:
        """The same number in double precision."""
        return self.text.add(F64, f"fpext float {self.name} to double")

    def narrow(self) -> Num:
        """Rounded to single precision."""
        return self.text.add(F32, f"fptrunc double {self.name} to float")


Operand: TypeAlias = Num | float


def _intrinsic(name: str, first: Num, *others: Operand) -> Num:
    full = f"llvm.{name}.{_SHORT[first.type]}"
    count = 1 + len(others)
    first.text.declarations[full] = f"declare {first.type} @{full}({', '.join([first.type] * count)})"
    operands = ", ".join(f"{first.type} {first.operand(one)}" for one in (first, *others))
    return first.text.add(first.type, f"call {first.type} @{full}({operands})")


def fma(x: Num, y: Operand, z: Operand) -> Num:
    """x * y + z, rounded once."""
    return _intrinsic("fma", x, y, z)


def fabs(x: Num) -> Num:
    """|x|."""
    return _intrinsic("fabs", x)


def sqrt(x: Num) -> Num:
    """The square root, rounded correctly."""
    return _intrinsic("sqrt", x)


def rint(x: Num) -> Num:
    """The nearest integer, halves to the even one."""
    return _intrinsic("rint", x)


def trunc(x: Num) -> Num:
    """The number without its fraction."""
    return _intrinsic("trunc", x)


def copysign(x: Num, sign: Num) -> Num:
    """`x` with the sign of `sign`."""
    return _intrinsic("copysign", x, sign)


def where(condition: Num, x: Operand, y: Operand) -> Num:
    """`x` where the condition holds, else `y`; one of them is a :class:`Num`."""
    like = x if isinstance(x, Num) else y
    assert isinstance(like, Num)
    first, second = (f"{like.type} {like.operand(one)}" for one in (x, y))
    return like.text.add(like.type, f"select i1 {condition.name}, {first}, {second}")


def clamp(x: Num, least: float, largest: float) -> Num:
    """`x` between two bounds; nan stays nan."""
    x = where(x < least, least, x)
    return where(x > largest, largest, x)


def poly(x: Num, coefficients: Sequence[float]) -> Num:
    """A polynomial, its constant term first: pairs of terms, joined by Horner's rule in the square."""
    if len(coefficients) < 4:
        return horner(x, coefficients)
    square = x * x
    pairs: list[Operand] = [
        fma(x, coefficients[k + 1], coefficients[k]) if k + 1 < len(coefficients) else coefficients[k]
        for k in range(0, len(coefficients), 2)
    ]
    total = pairs[-1]
    for pair in pairs[-2::-1]:
        total = fma(square, total, pair)
    assert isinstance(total, Num)
    return total


def horner(x: Num, coefficients: Sequence[float]) -> Num:
    """A polynomial, its constant term first, by Horner's rule: fewest operations, one after the other."""
    total = x.constant(coefficients[-1])
    for coefficient in coefficients[-2::-1]:
        total = fma(x, total, coefficient)
    return total


def unless(rare: Num, usual: Num, instead: Callable[[], Num]) -> Num:
    """`usual`, but where `rare` holds what `instead` computes in a branch of its own."""
    text = usual.text
    cold, join = f"rare{len(text.lines)}", f"join{len(text.lines)}"
    before = text.label
    text.lines.append(f"  br i1 {rare.name}, label %{cold}, label %{join}, !prof !1")
    text.begin(cold)
    other = instead()
    text.lines.append(f"  br label %{join}")
    after = text.label
    text.begin(join)
    return text.add(usual.type, f"phi {usual.type} [ {usual.name}, %{before} ], [ {other.name}, %{after} ]")
