"""Building machine IR from whole values: what the lowering rules of the library are written with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from minijit import types as t
from minijit.errors import InternalError
from minijit.ir.builder import MachineBuilder
from minijit.ir.context import CONSTANTS
from minijit.ir.nodes import UNKNOWN, Block, Function, Value
from minijit.ir.unit import PythonCall, Unit
from minijit.library import registry
from minijit.library.casts import cast_parts
from minijit.library.memory import strides_of
from minijit.library.operations import under_errstate
from minijit.library.vals import NONE_VAL, Val, item_of, member_of, tuple_val
from minijit.machine import F64, I1, I8, I64, PTR, Machine, parts_of, union_layout

__all__ = ["NONE_VAL", "Builder", "Val", "item_of", "member_of", "tuple_val"]


class Builder(MachineBuilder):
    """Appends instructions for operations on whole values.

    Attributes
    ----------
    broadcast : dict of Value to set of Value
        Lengths of axes, and those that have been broadcast to them.
    dying : frozenset of Value
        The owners of arrays that nobody uses behind the operation that is being lowered.
    result : Type
        The type of what the operation that is being lowered gives, where entries have to know it (new lists).
    error_modes : tuple of (str, str)
        What the ``with np.errstate(...)`` around the operation says; what Python carries out is called under it.
    """

    def __init__(self, unit: Unit, function: Function, block: Block) -> None:
        super().__init__(unit, function, block)
        self.broadcast: dict[Value, set[Value]] = {}
        self.dying: frozenset[Value] = frozenset()
        self.result: t.Type = t.NEVER
        self.error_modes: tuple[tuple[str, str], ...] = ()

    # ---- making values

    def int_val(self, value: Value) -> Val:
        """A Python int held in an i64."""
        return Val(t.INT, (value,))

    def float_val(self, value: Value) -> Val:
        """A Python float held in an f64."""
        return Val(t.FLOAT, (value,))

    def bool_val(self, value: Value) -> Val:
        """A Python bool held in an i1."""
        return Val(t.BOOL, (value,))

    def numpy_val(self, dtype: np.dtype[np.generic], *parts: Value) -> Val:
        """A NumPy scalar."""
        return Val(t.NumpyScalar(dtype), parts)

    def known_object(self, value: object) -> Value:
        """A Python object of the unit's table of constants, as a borrowed reference."""
        return self.listed_object(self.unit.add_constant(value))

    def listed_object(self, index: int) -> Value:
        """The object at an index of the unit's table of constants."""
        table = self.load(self.ptr_add(self.emit("context", (), PTR), CONSTANTS), PTR, local=True)
        return self.load(self.ptr_add(table, 8 * index), PTR, local=True)

    def constant(self, one: t.Type, value: object) -> Val:
        """The value of type `one` that is known to be `value`."""
        match one:
            case t.PythonScalar() | t.NumpyScalar():
                return Val(one, self._number_parts(one, value), value)
            case t.Tuple(items):
                assert isinstance(value, tuple)
                whole = tuple_val([self.constant(item, each) for item, each in zip(items, value, strict=True)])
                return Val(one, whole.parts, value)
            case t.Slice(start, stop, step):
                assert isinstance(value, tuple)
                fields = zip((start, stop, step), value, strict=True)
                parts = [part for kind, each in fields for part in self.constant(kind, each).parts]
                return Val(one, parts, value)
            case t.MaybeInt(other):
                return Val(one, (self.i1(True), *self._number_parts(other, value)), value)
            case _ if not parts_of(one):
                return Val(one, (), value)
            case _:
                raise InternalError(f"no constant of type {one}: {value!r}")

    def _number_parts(self, one: t.PythonScalar | t.NumpyScalar, value: Any) -> tuple[Value, ...]:
        machine = parts_of(one)
        if len(machine) == 2:
            return (self.const(machine[0], float(value.real)), self.const(machine[1], float(value.imag)))
        if machine[0].name[0] == "f":
            return (self.const(machine[0], float(value)),)
        return (self.const(machine[0], int(value) if machine[0] is I1 else _signed(int(value), machine[0].bits)),)

    # ---- changing how a value is held

    def cast(self, value: Val, dtype: np.dtype[np.generic]) -> Val:
        """A number converted to another dtype the way C converts (``casting="unsafe"``), as a NumPy scalar."""
        return Val(t.NumpyScalar(dtype), self.number_as(value, dtype))

    def number_as(self, value: Val, dtype: np.dtype[np.generic]) -> tuple[Value, ...]:
        """The parts of a number converted to `dtype` the way C converts."""
        if isinstance(value.type, t.MaybeInt):
            return self.number_as(Val(value.type.other, value.parts[1:]), dtype)
        assert isinstance(value.type, t.PythonScalar | t.NumpyScalar), value.type
        return cast_parts(self, value.parts, t.dtype_of(value.type), dtype)

    def coerce(self, value: Val, to: t.Type) -> Val:
        """The same Python value held as type `to`: a union that has its type, or ``MaybeInt``."""
        if value.type == to:
            return value
        if isinstance(value.type, t.Never):
            return Val(to, [self.poison(part) for part in parts_of(to)])
        if isinstance(to, t.MaybeInt):
            if value.type == to.other:
                return Val(to, (self.i1(False), *value.parts))
            if isinstance(value.type, t.MaybeInt):
                return Val(to, (value.parts[0], *self.number_as(value, t.dtype_of(to.other))))
            return Val(to, (self.i1(True), *self.number_as(value, t.dtype_of(to.other))))
        if isinstance(to, t.Tuple) and isinstance(value.type, t.Tuple):
            items = [self.coerce(item_of(value, k), each) for k, each in enumerate(to.items)]
            return Val(to, tuple_val(items).parts)
        if isinstance(to, t.Union):
            return self._into_union(value, to)
        if isinstance(to, t.Array | t.RecordArray) and isinstance(value.type, t.Array | t.RecordArray):
            return self._looser_layout(value, to)
        if to == t.OBJECT and isinstance(value.type, t.Object | t.Instance):
            return Val(to, value.parts[:1])
        if isinstance(value.type, t.Union):
            # An item of a tuple may be an array of one layout or another, a variable has one for both.
            return self.for_each_type(value, lambda one: one, to)
        if isinstance(value.type, t.MaybeInt):
            raise InternalError(f"a value that may be an int cannot be held as {to}")
        raise InternalError(f"a value of type {value.type} cannot be held as {to}")

    def _into_union(self, value: Val, to: t.Union) -> Val:
        if isinstance(value.type, t.Union | t.MaybeInt):
            return self.for_each_type(value, lambda one: self._into_union(one, to), to)
        member = next((k for k, each in enumerate(to.members) if holds(each, value.type)), None)
        if member is None:
            raise InternalError(f"{value.type} is no member of {to}")
        machine, starts = union_layout(to.members)
        parts: list[Value] = [self.const(I8, member)]
        parts += [self.poison(part) for part in machine[1:]]
        held = self.coerce(value, to.members[member]).parts
        parts[starts[member] : starts[member] + len(held)] = held
        return Val(to, parts)

    def _looser_layout(self, value: Val, to: t.Array | t.RecordArray) -> Val:
        assert isinstance(value.type, t.Array | t.RecordArray)
        if value.type.layout == to.layout:
            return Val(to, value.parts)
        ndim = to.ndim
        return Val(to, (*value.parts[: 3 + ndim], *strides_of(self, value)))

    # ---- values of several types

    def for_each_type(self, value: Val, build: Callable[[Val], Val], result: t.Type) -> Val:
        """Branch on the type that `value` has at run time, build each case, and join them as `result`.

        A case may leave the function. For a value of one type this is ``build(value)``.
        """
        if isinstance(value.type, t.MaybeInt):
            other = Val(value.type.other, value.parts[1:])
            whole = self.maybe_int_as_int(value)
            parts = self.if_else(
                value.parts[0],
                lambda: self._case(build, whole(), result),
                lambda: self._case(build, other, result),
            )
        elif isinstance(value.type, t.Union):
            parts = self._member_cases(value, 0, build, result)
        else:
            return build(value)
        return Val(result, parts or [self.poison(part) for part in parts_of(result)])

    def _case(self, build: Callable[[Val], Val], value: Val, result: t.Type) -> tuple[Value, ...]:
        built = build(value)
        if self.block.terminator is not None:
            return ()
        return self.coerce(built, result).parts

    def _member_cases(self, value: Val, index: int, build: Callable[[Val], Val], result: t.Type) -> tuple[Value, ...]:
        assert isinstance(value.type, t.Union)
        if index == len(value.type.members) - 1:
            return self._case(build, member_of(value, index), result)
        return self.if_else(
            self.icmp("eq", value.parts[0], self.const(I8, index)),
            lambda: self._case(build, member_of(value, index), result),
            lambda: self._member_cases(value, index + 1, build, result),
        )

    def maybe_int_as_int(self, value: Val) -> Callable[[], Val]:
        """Builds the Python int that a ``MaybeInt`` is when its flag is set."""

        def build() -> Val:
            return self.int_val(self.number_as(value, np.dtype(np.int64))[0])

        return build

    # ---- calls

    def apply(self, function: object, *args: Val, **keywords: Val) -> Val:
        """What the library makes of a call: an operator (``operator.add``), a builtin or a NumPy function."""
        given = tuple(registry.Arg(arg.type, arg.const) for arg in args)
        named = {name: registry.Arg(arg.type, arg.const) for name, arg in keywords.items()}
        found = registry.find(function, given, named)
        if found is None or found[0].lower is None:
            raise InternalError(f"the library has no {function} for {given} {named}")
        entry, result = found
        assert entry.lower is not None
        return self.coerce(entry.lower(self, *args, **keywords), result)

    def call_python(
        self,
        target: object,
        args: Sequence[Val],
        result: t.Type,
        keywords: tuple[str, ...] = (),
        effects: str = "unknown",
        exit_kind: str = "python",
    ) -> Val:
        """Call a Python object from native code: the arguments are boxed, the result is checked to be of type `result`.

        A result of another type leaves for the interpreter; ``NEVER`` says that the call is expected to raise.
        `effects` is empty for a function that changes nothing: a later bail-out can then still run the call again.
        `exit_kind` is that of the site where an exception leaves.
        """
        if self.error_modes:
            target = under_errstate(target, self.error_modes)
        wanted = t.OBJECT if isinstance(result, t.Never) else result
        unit = self.unit
        thunk = unit.add_python_call(PythonCall(target, tuple(arg.type for arg in args), wanted, keywords))
        given = [part for arg in args for part in arg.parts]
        into = self.slots(len(given))
        for position, part in enumerate(given):
            stored = self.bool_to_byte(part) if part.type is I1 else part
            self.store(self.ptr_add(into, 8 * position), stored, local=True)
        out = self.slots(len(parts_of(wanted)))
        name = getattr(target, "__name__", target)
        bail = (
            self.site("bail", OverflowError, f"the int that {name} gave does not fit in 64 bits")
            if result == t.INT
            else self.site("bail", TypeError, f"{name} gave a value of an unexpected type")
        )
        self.emit(
            "call_python",
            (into, out),
            thunk=thunk,
            site=self.site(exit_kind),
            bail_site=bail,
            effects=frozenset(effects.split()),
        )
        if isinstance(result, t.Never):
            self.leave(bail)
            return Val(t.NEVER)
        return Val(result, self.load_slots(out, parts_of(result)))

    def load_slots(self, slots: Value, machine: Sequence[Machine]) -> list[Value]:
        """Values stored one per 8-byte slot."""
        loaded = []
        for position, part in enumerate(machine):
            pointer = self.ptr_add(slots, 8 * position)
            if part is I1:
                loaded.append(self.convert("trunc", self.load(pointer, I8, local=True), I1))
            else:
                loaded.append(self.load(pointer, part, local=True))
        return loaded

    # ---- small change

    def index_of(self, value: Val) -> Value:
        """A Python or NumPy integer as an i64, for an index or a length (2**63 is outside of any array)."""
        assert isinstance(value.type, t.PythonScalar | t.NumpyScalar | t.Index), value.type
        if isinstance(value.type, t.Index):
            return value.part
        return self.number_as(value, np.dtype(np.int64))[0]

    def as_f64(self, value: Val) -> Value:
        """A real number as an f64."""
        part = self.number_as(value, np.dtype(np.float64))[0]
        assert part.type is F64
        return part

    def min_i64(self, a: Value, b: Value) -> Value:
        """The smaller of two signed integers."""
        return self.intrinsic("smin", I64, a, b)

    def max_i64(self, a: Value, b: Value) -> Value:
        """The larger of two signed integers."""
        return self.intrinsic("smax", I64, a, b)


def holds(member: t.Type, one: t.Type) -> bool:
    """Whether a value of type `one` can be held as `member`: the same, or an array of a looser layout."""
    if member == one:
        return True
    if isinstance(member, t.Array) and isinstance(one, t.Array):
        return (
            member.dtype == one.dtype
            and member.ndim == one.ndim
            and member.layout in (one.layout, "A")
            and member.writable == one.writable
        )
    if isinstance(member, t.RecordArray) and isinstance(one, t.RecordArray):
        return member == replace(one, layout="A")
    if isinstance(member, t.Tuple) and isinstance(one, t.Tuple) and len(member.items) == len(one.items):
        return member.cls is one.cls and all(holds(a, b) for a, b in zip(member.items, one.items, strict=True))
    if isinstance(member, t.Union):
        return all(any(holds(a, b) for a in member.members) for b in t.alternatives_of(one))
    return isinstance(member, t.MaybeInt) and member.other == one


def known_integer(value: Val) -> int | None:
    """The int that a value is, where that is known while compiling."""
    if value.const is UNKNOWN or not isinstance(value.const, int | np.integer):
        return None
    return int(value.const)


def _signed(number: int, bits: int) -> int:
    return number - (1 << bits) if number >> (bits - 1) > 0 else number
