"""Building machine IR: one instruction at a time, with the constants folded that cost nothing to fold.

Everything here is about machine values (stage "loops"); whole values are the business of
:mod:`minijit.library.builder`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from minijit import types as t
from minijit.errors import NO_SPAN, Span
from minijit.ir.folding import EXACT_IN_SINGLES, FOLD_COMPARISONS, FOLD_INTEGERS, known, machine_type, wrap
from minijit.ir.nodes import Block, Edge, Function, Instr, Param, Terminator, Value
from minijit.ir.shared_values import SharedValues, key_of
from minijit.ir.sites import Site
from minijit.ir.unit import Unit
from minijit.machine import F64, I1, I8, I64, PTR, Machine

__all__ = ["MachineBuilder", "known", "machine_type", "wrap"]

_STORES: Final = frozenset({"store", "fill", "copy"})


class MachineBuilder:
    """Appends instructions to a block of a function at the stage "loops".

    Attributes
    ----------
    unit : Unit
        Where sites, constants and Python calls are registered.
    function : Function
        The function being built.
    block : Block
        Where the next instruction goes; has no terminator yet.
    span : Span
        The place in the user's source that is given to new instructions.
    frames : sequence of (str, Span)
        The comprehensions that are functions in Python and that we are in, innermost first, each with its place.
    private : bool
        Whether stores now go to memory that nobody outside the call can see.
    exits : list of Instr or Terminator, or None
        Where what may leave the function is noted, if anybody wants to know.
    """

    def __init__(self, unit: Unit, function: Function, block: Block) -> None:
        self.unit = unit
        self.function = function
        self.block = block
        self.span: Span = NO_SPAN
        self.frames: Sequence[tuple[str, Span]] = ()
        self.private = False
        self.exits: list[Instr | Terminator] | None = None
        self._shared: dict[Block, SharedValues] = {}

    # ---- instructions

    def emit(self, op: str, args: Sequence[Value], type: Machine | t.Never = t.NEVER, **attrs: Any) -> Instr:
        """Append an instruction; `type` is that of its result, ``NEVER`` where it has none."""
        if self.private and op in _STORES:
            attrs["local"] = True
        key = key_of(op, args, type, attrs)
        shared = self.shared_values() if key is not None else None
        if key is not None and shared is not None and (same := shared.find(key)) is not None:
            return same
        instr = Instr(op, list(args), attrs, type, self.span)
        self.block.instrs.append(instr)
        if self.exits is not None and "site" in attrs:
            self.exits.append(instr)
        if key is not None and shared is not None:
            shared.add(key, instr)
        return instr

    def shared_values(self) -> SharedValues:
        """What has been computed in the current block and in those before it on every way."""
        if self.block not in self._shared:
            self._shared[self.block] = SharedValues()
        return self._shared[self.block]

    def follows(self, block: Block, dominator: Block) -> None:
        """Declare that every way to `block` goes by the end of `dominator`, whose values it may use."""
        self._shared[block] = SharedValues(self._shared.setdefault(dominator, SharedValues()))

    def values_so_far(self) -> SharedValues:
        """What has been computed up to here; what comes now in the same block is kept apart."""
        before = self.shared_values()
        self._shared[self.block] = SharedValues(before)
        return before

    def knows(self, block: Block, values: SharedValues) -> None:
        """Declare that every way to `block` goes by where `values` had been computed."""
        self._shared[block] = SharedValues(values)

    def const(self, type: Machine, value: int | float | bool | str | None) -> Instr:
        """A constant; None is the null pointer, ``"poison"`` a value that is never looked at."""
        return self.emit("const", (), type, value=value)

    def i64(self, value: int) -> Instr:
        """A 64-bit integer."""
        return self.const(I64, value)

    def i1(self, value: bool) -> Instr:
        """A truth value."""
        return self.const(I1, int(value))

    def f64(self, value: float) -> Instr:
        """A 64-bit float."""
        return self.const(F64, value)

    def null(self) -> Instr:
        """The null pointer."""
        return self.const(PTR, None)

    def poison(self, type: Machine) -> Instr:
        """A value that is never looked at."""
        return self.const(type, "poison")

    # ---- arithmetic

    def binary(self, op: str, a: Value, b: Value, **attrs: Any) -> Value:
        """Integer or float arithmetic by op name (``add``, ``sdiv``, ``fmul`` ...)."""
        left, right = known(a), known(b)
        if isinstance(right, int) and op[0] != "f":
            if isinstance(left, int) and op in FOLD_INTEGERS:
                type = machine_type(a)
                return self.const(type, wrap(FOLD_INTEGERS[op](left, right), type.bits))
            if right == 0 and op in ("add", "sub", "or", "xor", "shl", "ashr", "lshr"):
                return a
            if op == "mul" and right in (0, 1):
                return a if right else b
        if left == 0 and isinstance(left, int) and op in ("add", "or"):
            return b
        if op == "mul" and isinstance(left, int) and left in (0, 1):
            return b if left else a
        return self.emit(op, (a, b), machine_type(a), **attrs)

    def add(self, a: Value, b: Value) -> Value:
        """a + b, wrapping."""
        return self.binary("add", a, b)

    def sub(self, a: Value, b: Value) -> Value:
        """a - b, wrapping."""
        return self.binary("sub", a, b)

    def mul(self, a: Value, b: Value) -> Value:
        """a * b, wrapping."""
        return self.binary("mul", a, b)

    def and_(self, a: Value, b: Value) -> Value:
        """Bitwise and."""
        if known(a) == 1 and machine_type(a) is I1:
            return b
        if known(b) == 1 and machine_type(b) is I1:
            return a
        return self.binary("and", a, b)

    def or_(self, a: Value, b: Value) -> Value:
        """Bitwise or."""
        return self.binary("or", a, b)

    def not_(self, a: Value) -> Value:
        """Logical not of an i1."""
        return self.binary("xor", a, self.i1(True))

    def fneg(self, a: Value) -> Value:
        """The float with its sign changed."""
        return self.emit("fneg", (a,), machine_type(a))

    def icmp(self, predicate: str, a: Value, b: Value) -> Value:
        """Compare integers or pointers."""
        left, right = known(a), known(b)
        if isinstance(left, int) and isinstance(right, int) and predicate in FOLD_COMPARISONS:
            return self.i1(FOLD_COMPARISONS[predicate](left, right))
        return self.emit("icmp", (a, b), I1, predicate=predicate)

    def fcmp(self, predicate: str, a: Value, b: Value) -> Value:
        """Compare floats: o.. is false, u.. is true where one is nan."""
        return self.emit("fcmp", (a, b), I1, predicate=predicate)

    def select(self, condition: Value, a: Value, b: Value) -> Value:
        """`a` where the condition holds, else `b`."""
        chosen = known(condition)
        if chosen is not None:
            return a if chosen else b
        return a if a is b else self.emit("select", (condition, a, b), machine_type(a))

    def convert(self, how: str, a: Value, to: Machine) -> Value:
        """A conversion by LLVM's name (``sext``, ``sitofp`` ...); nothing where the type is right already."""
        if machine_type(a) is to and how != "bitcast":
            return a
        number = known(a)
        if isinstance(number, int):
            if how in ("sext", "trunc"):
                return self.const(to, wrap(number, to.bits))
            if how == "zext":
                return self.const(to, number & ((1 << machine_type(a).bits) - 1))
            if how == "sitofp" and to is F64:
                return self.const(F64, float(number))
        if how == "fptrunc" and number is not None and number in EXACT_IN_SINGLES:
            return self.const(to, float(number))
        return self.emit("convert", (a,), to, how=how)

    def intrinsic(self, name: str, result: Machine, *args: Value) -> Value:
        """An LLVM intrinsic, by its name without ``llvm.`` and types."""
        return self.emit("intrinsic", args, result, name=name)

    # ---- memory and calls

    def ptr_add(self, pointer: Value, offset: Value | int) -> Value:
        """`pointer` moved by a number of bytes."""
        if isinstance(offset, int):
            if offset == 0:
                return pointer
            offset = self.i64(offset)
        elif known(offset) == 0:
            return pointer
        return self.emit("ptr_add", (pointer, offset), PTR)

    def load(self, pointer: Value, type: Machine, *, local: bool = False) -> Value:
        """The machine value at `pointer`; `local` says that it is memory of our own."""
        return self.emit("load", (pointer,), type, local=local)

    def store(self, pointer: Value, value: Value, *, local: bool = False) -> None:
        """Put a machine value at `pointer`."""
        self.emit("store", (pointer, value), local=local)

    def slots(self, count: int) -> Value:
        """Room for `count` words on the stack."""
        return self.emit("slots", (), PTR, count=max(count, 1))

    def call_c(self, symbol: str, result: Machine | None, *args: Value, effects: str = "") -> Instr:
        """Call a C function; `effects` as in the table of ops, none for a pure function."""
        return self.emit(
            "call_c", args, t.NEVER if result is None else result, symbol=symbol, effects=frozenset(effects.split())
        )

    # ---- leaving the function

    def site(
        self,
        kind: str,
        exception: type[BaseException] | None = None,
        message: str = "",
        payload: str = "",
    ) -> int:
        """A new exit at the current place in the source."""
        filename = self.function.filename
        name, callers = self.unit.add_frames(self.frames, self.function.name, filename)
        return self.unit.add_site(
            Site(kind, self.span, name, filename, exception, message, payload, callers)  # type: ignore[arg-type]
        )

    def check(
        self,
        condition: Value,
        exception: type[BaseException],
        message: str,
        *payload: Value,
        op: str = "check",
    ) -> None:
        """Raise `exception` unless the condition holds; ``{0}`` ... in the message stand for the payload.

        Payload words are i64 (signed) or f64. `op` may be ``check_divisor`` or ``check_shape``: the same, named for
        the reader of a dump.
        """
        if known(condition) == 1:
            return
        letters = "".join("d" if machine_type(value) is F64 else "i" for value in payload)
        site = self.site("raise", exception, message, letters)
        self.emit(op, (condition, *payload), site=site)

    def bail_unless(self, condition: Value, what: str, exception: type[BaseException] = OverflowError) -> None:
        """Leave for the interpreter unless the condition holds: native code can't hold the result.

        `what` is the message of `exception`, raised where the call has already changed something.
        """
        if known(condition) == 1:
            return
        self.emit("check", (condition,), site=self.site("bail", exception, what))

    def checked(self, op: str, a: Value, b: Value) -> Value:
        """``add``, ``sub`` or ``mul`` of Python ints; leaves for the interpreter where 64 bits are too few."""
        left, right = known(a), known(b)
        if isinstance(left, int) and isinstance(right, int):
            exact = FOLD_INTEGERS[op](left, right)
            if wrap(exact, 64) == exact:
                return self.i64(exact)
        if (right == 0 and op != "mul") or (right == 1 and op == "mul"):
            return a
        if (left == 0 and op == "add") or (left == 1 and op == "mul"):
            return b
        site = self.site("bail", OverflowError, "the result of an operation on int does not fit in 64 bits")
        return self.emit(f"check_{op}", (a, b), I64, site=site)

    # ---- control flow

    def new_block(self, label: str, params: Sequence[Machine] = ()) -> Block:
        """A block that belongs to the function; it is not the current one yet."""
        block = Block(label)
        block.params = [Param(block, "", type, self.span) for type in params]
        self.function.blocks.append(block)
        return block

    def move_to(self, block: Block) -> None:
        """Make `block` the current one."""
        self.block = block

    def jump(self, block: Block, args: Sequence[Value] = ()) -> None:
        """End the current block with a jump."""
        self.block.terminator = Terminator("jump", [], [Edge(block, list(args))], self.span)

    def branch(self, condition: Value, then: Block, otherwise: Block, **attrs: Any) -> None:
        """End the current block with a branch to blocks without parameters; ``likely=True`` weighs the first."""
        self.block.terminator = Terminator(
            "branch", [condition], [Edge(then), Edge(otherwise)], self.span, attrs
        )

    def leave(self, site: int, *payload: Value) -> None:
        """End the current block by leaving the function at a site."""
        self.block.terminator = Terminator("raise", list(payload), [], self.span, {"site": site})
        if self.exits is not None:
            self.exits.append(self.block.terminator)

    def if_else(
        self,
        condition: Value,
        then: Callable[[], Sequence[Value]],
        otherwise: Callable[[], Sequence[Value]],
        *,
        likely: bool | None = None,
    ) -> tuple[Value, ...]:
        """Build both sides of a branch; each gives the same number of values, joined behind it.

        A side may end its block by itself (by leaving the function); its values are then not asked for.
        """
        chosen = known(condition)
        if chosen is not None:
            return tuple(then() if chosen else otherwise())
        first, second = self.new_block("then"), self.new_block("else")
        self.branch(condition, first, second, **({} if likely is None else {"likely": likely}))
        start = self.block
        self.follows(first, start)
        self.follows(second, start)
        ends: list[tuple[Block, Sequence[Value]]] = []
        for block, side in ((first, then), (second, otherwise)):
            self.move_to(block)
            values = side()
            if self.block.terminator is None:
                ends.append((self.block, values))
        if not ends:
            self.move_to(self.new_block("unreachable"))
            return ()
        types = [machine_type(value) for value in ends[0][1]]
        join = self.new_block("join", types)
        self.follows(join, ends[0][0] if len(ends) == 1 else start)
        for block, values in ends:
            self.move_to(block)
            self.jump(join, values)
        self.move_to(join)
        return tuple(join.params)

    def loop(
        self,
        count: Value,
        body: Callable[[Value, tuple[Value, ...]], Sequence[Value]],
        carried: Sequence[Value] = (),
        *,
        scalar: bool = False,
    ) -> tuple[Value, ...]:
        """A loop that runs `body(i, carried)` for i = 0 ... count - 1; gives the carried values at the end.

        `scalar` says that LLVM need not try to vectorise or unroll it, which takes time.
        """
        types = [machine_type(value) for value in carried]
        header = self.new_block("loop.header", [I64, *types])
        if scalar:
            header.attrs["scalar"] = True
        inside, after = self.new_block("loop.body"), self.new_block("loop.end")
        self.jump(header, [self.i64(0), *carried])
        self.follows(header, self.block)
        self.follows(inside, header)
        self.follows(after, header)
        self.move_to(header)
        index, *values = header.params
        self.branch(self.icmp("slt", index, count), inside, after)
        self.move_to(inside)
        results = body(index, tuple(values))
        if self.block.terminator is None:
            self.jump(header, [self.emit("add", (index, self.i64(1)), I64, nsw=True), *results])
        self.move_to(after)
        return tuple(values)

    def bool_to_byte(self, value: Value) -> Value:
        """An i1 as it is kept in memory."""
        return self.convert("zext", value, I8)
