"""Running single entries of the library as native code, without front end, inference or call wrapper.

:func:`native` builds a function at the stage "loops" that calls one entry on parameters of given types, compiles it,
and calls it through ctypes. Calls into Python are served by ctypes callbacks, so that only the entry, the builder, the
emitter and LLVM are under test.
"""

from __future__ import annotations

import ctypes
import itertools
import math
import struct
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import minijit.library.load  # noqa: F401
from minijit import types as t
from minijit.codegen.emit import emit_unit
from minijit.codegen.link import link
from minijit.codegen.toolchain import optimise_and_emit
from minijit.errors import NO_SPAN
from minijit.ir import context as layout
from minijit.ir.nodes import UNKNOWN, Block, Function, Param, Terminator
from minijit.ir.unit import Unit
from minijit.library import registry
from minijit.library.builder import Builder, Val
from minijit.machine import Machine, parts_of
from minijit.runtime.typeof import type_of

_FORMATS = {"i1": "B7x", "i8": "b7x", "i16": "h6x", "i32": "i4x", "i64": "q", "f32": "f4x", "f64": "d", "ptr": "Q"}
_CTYPES = {
    "i1": ctypes.c_bool,
    "i8": ctypes.c_int8,
    "i16": ctypes.c_int16,
    "i32": ctypes.c_int32,
    "i64": ctypes.c_int64,
    "f32": ctypes.c_float,
    "f64": ctypes.c_double,
    "ptr": ctypes.c_void_p,
}
_THUNK = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)
_NUMBERS = itertools.count()
_WITH_CONSTANTS = 8
"""For how many combinations of types known arguments are tried, too."""


class Bailed:
    """In place of a result: the interpreter is asked to run the call."""

    def __repr__(self) -> str:
        return "bailed out"


BAILED = Bailed()


def parts_of_value(one: t.Type, value: Any) -> list[Any]:
    """The machine values that hold a Python value."""
    match one:
        case t.PythonScalar() | t.NumpyScalar():
            machine = parts_of(one)
            if len(machine) == 2:
                return [float(value.real), float(value.imag)]
            return [float(value)] if machine[0].name[0] == "f" else [_signed(int(value), machine[0].bits)]
        case t.Tuple(items):
            return [part for item, each in zip(items, value, strict=True) for part in parts_of_value(item, each)]
        case t.Range():
            return [value.start, value.stop, value.step, len(value)]
        case t.Slice(start, stop, step):
            pairs = ((start, value.start), (stop, value.stop), (step, value.step))
            return [part for item, each in pairs for part in parts_of_value(item, each)]
        case t.Index():
            return [value]
        case t.NoneValue() | t.Const():
            return []
        case _:
            raise NotImplementedError(str(one))


def _signed(number: int, bits: int) -> int:
    return number - (1 << bits) if bits > 1 and number >> (bits - 1) > 0 else number


def value_of_parts(one: t.Type, parts: Sequence[Any]) -> Any:
    """The Python value that machine values hold."""
    row = list(parts)
    value = _take(one, row)
    assert not row
    return value


def _take(one: t.Type, row: list[Any]) -> Any:
    match one:
        case t.PythonScalar(name):
            if name == "complex":
                return complex(row.pop(0), row.pop(0))
            return {"bool": bool, "int": int, "float": float}[name](row.pop(0))
        case t.NumpyScalar(dtype):
            if dtype.kind == "c":
                # By way of memory: a sum of parts would lose the sign of a zero.
                half = np.dtype(f"f{dtype.itemsize // 2}")
                return np.array([row.pop(0), row.pop(0)], half).view(dtype)[0]
            number = row.pop(0)
            return np.array([number]).astype(dtype)[0] if dtype.kind in "iu" else dtype.type(number)
        case t.Tuple(items):
            return tuple(_take(item, row) for item in items)
        case t.Union(members):
            tag = row.pop(0)
            values = [_take(member, row) for member in members]
            return values[tag]
        case t.MaybeInt(other):
            flag, value = row.pop(0), _take(other, row)
            return int(value) if flag else value
        case t.Range():
            start, stop, step, length = (row.pop(0) for _ in range(4))
            assert len(range(start, stop, step)) == length
            return range(start, stop, step)
        case t.Index():
            return row.pop(0)
        case t.NoneValue():
            return None
        case t.Const(value=value):
            return value
        case _:
            raise NotImplementedError(str(one))


class Native:
    """A compiled call of one entry."""

    def __init__(self, function: object, arguments: Sequence[registry.Arg], keywords: tuple[str, ...] = ()) -> None:
        self.arguments = tuple(arguments)
        count = len(self.arguments) - len(keywords)
        positional, named = self.arguments[:count], dict(zip(keywords, self.arguments[count:], strict=True))
        found = registry.find(function, positional, named)
        if found is None:
            raise LookupError(f"no entry for {function} with {arguments}")
        self.entry, self.result = found
        self.unit = Unit(f"h{next(_NUMBERS)}")
        self.thunks: list[Any] = []
        self._compile(keywords)

    def _compile(self, keywords: tuple[str, ...]) -> None:
        function = Function(self.unit.name, "harness.py", NO_SPAN, "loops")
        entry = Block("entry")
        function.blocks.append(entry)
        b = Builder(self.unit, function, entry)
        self.parts: list[Machine] = []
        values = []
        for arg in self.arguments:
            machine = () if arg.const is not UNKNOWN else parts_of(arg.type)
            params = [Param(entry, "", part, NO_SPAN) for part in machine]
            entry.params += params
            self.parts += machine
            values.append(b.constant(arg.type, arg.const) if arg.const is not UNKNOWN else Val(arg.type, params))
        count = len(values) - len(keywords)
        assert self.entry.lower is not None
        made = self.entry.lower(b, *values[:count], **dict(zip(keywords, values[count:], strict=True)))
        if b.block.terminator is None:
            b.block.terminator = Terminator("return", list(b.coerce(made, self.result).parts))
        symbol = f"mj_{self.unit.name}"
        self.unit.functions[symbol] = function
        self.unit.signatures[symbol] = (tuple(arg.type for arg in self.arguments), self.result)
        text = emit_unit(self.unit)
        self.text = text
        imports = {}
        for number, call in enumerate(self.unit.python_calls):
            thunk = _THUNK(self._thunk(call))
            self.thunks.append(thunk)
            imports[f"mj_python_{self.unit.name}_{number}"] = ctypes.cast(thunk, ctypes.c_void_p).value
        emitted = optimise_and_emit(text)
        self.linked = link([emitted.object], [symbol], {name: _required(value) for name, value in imports.items()})
        kinds = [_CTYPES[part.name] for part in self.parts]
        prototype = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p, *kinds)
        self.call = prototype(self.linked.addresses[symbol])

    def _thunk(self, call: Any) -> Callable[[int, int, int], int]:
        def run(_context: int, arguments: int, results: int) -> int:
            words = sum(len(parts_of(one)) for one in call.arguments)
            machine = [part for one in call.arguments for part in parts_of(one)]
            row = _unpack(machine, ctypes.string_at(arguments, 8 * words))
            values = [_take_const(one, row) for one in call.arguments]
            count = len(values) - len(call.keywords)
            try:
                value = call.target(*values[:count], **dict(zip(call.keywords, values[count:], strict=True)))
            except Exception as error:
                self.raised = error
                return 1
            if isinstance(call.result, t.Object):
                if call.result.cls not in (None, type(value)):
                    return 2
                self.object = value
                return 0
            if not fits(value, call.result):
                return 2
            packed = _pack(parts_of(call.result), parts_of_value(call.result, value))
            ctypes.memmove(results, packed, len(packed))
            return 0

        return run

    def __call__(self, *values: Any) -> Any:
        """The result, the exception or :data:`BAILED`."""
        given: list[Any] = []
        for arg, value in zip(self.arguments, values, strict=True):
            if arg.const is UNKNOWN:
                given += parts_of_value(arg.type, value)
        context = ctypes.create_string_buffer(layout.SIZE)
        machine = parts_of(self.result)
        results = ctypes.create_string_buffer(8 * max(1, len(machine)))
        status = self.call(ctypes.addressof(context), ctypes.addressof(results), *given)
        if status == 0:
            if isinstance(self.result, t.Object):
                return self.object
            return value_of_parts(self.result, _unpack(machine, results.raw[: 8 * len(machine)]))
        site = self.unit.sites[status - 1]
        if site.kind == "bail":
            return BAILED
        if site.kind == "python":
            return self.raised
        assert site.exception is not None
        letters = "".join({"i": "q", "u": "Q", "d": "d"}[letter] for letter in site.payload)
        payload = struct.unpack_from("=" + letters, context.raw, layout.PAYLOAD)
        return site.exception(site.message.format(*payload))


def _take_const(one: t.Type, row: list[Any]) -> Any:
    return one.value if isinstance(one, t.Const) else _take(one, row)


def fits(value: Any, one: t.Type) -> bool:
    """Whether a Python value is of a type (an int beyond 64 bits is of none)."""
    if isinstance(one, t.Union):
        return any(fits(value, member) for member in one.members)
    if isinstance(one, t.Tuple):
        return type(value) is tuple and len(value) == len(one.items) and all(map(fits, value, one.items))
    return type_of(value) == one


def _required(value: int | None) -> int:
    assert value is not None
    return value


def _unpack(machine: Sequence[Machine], raw: bytes) -> list[Any]:
    return list(struct.unpack("=" + "".join(_FORMATS[part.name] for part in machine), raw))


def _pack(machine: Sequence[Machine], parts: Sequence[Any]) -> bytes:
    return struct.pack("=" + "".join(_FORMATS[part.name] for part in machine), *parts)


# ---- comparison


def expected(function: Callable[..., Any], *values: Any) -> Any:
    """What Python itself gives: the result or the exception."""
    with np.errstate(all="ignore"):
        try:
            return function(*values)
        except Exception as error:
            return error


def same(a: Any, b: Any) -> bool:
    """Whether two outcomes are the same: type, value, sign of zeros; all nans are one."""
    if isinstance(a, Exception) or isinstance(b, Exception):
        return type(a) is type(b) and str(a) == str(b)
    if type(a) is not type(b):
        return False
    if isinstance(a, tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, complex | np.complexfloating):
        return same(a.real, b.real) and same(a.imag, b.imag)
    if isinstance(a, float | np.floating):
        if math.isnan(a) or math.isnan(b):
            return math.isnan(a) and math.isnan(b)
        return bool(a == b) and math.copysign(1, a) == math.copysign(1, b)
    if isinstance(a, range):
        return repr(a) == repr(b)
    return bool(a == b)


def is_large(value: Any) -> bool:
    """Whether a bail-out is right: the result is an int beyond 64 bits, or has one, or is an error of such."""
    if isinstance(value, tuple):
        return any(map(is_large, value))
    if isinstance(value, range):
        length = -((value.start - value.stop) // value.step)
        return any(map(is_large, (value.start, value.stop, value.step, length)))
    return isinstance(value, int) and not -(2**63) <= value < 2**63


# ---- whole entries


def real_function(function: object) -> Callable[..., Any]:
    """What an entry's key means in Python: methods and attributes are looked up on the first argument."""
    if isinstance(function, registry.attribute):
        return lambda receiver: getattr(receiver, function.name)
    if isinstance(function, registry.method):
        return lambda receiver, *args: getattr(receiver, function.name)(*args)
    assert callable(function)
    return function


def sample_rows(entry: registry.Entry) -> list[tuple[Any, ...]]:
    """The sample arguments of an entry."""
    rows = entry.samples() if callable(entry.samples) else entry.samples
    return [tuple(row) for row in rows]


def type_of_argument(value: Any) -> t.Type:
    """The type of a sample: as an argument of a jitted function, or one that exists inside of functions only."""
    if isinstance(value, range):
        return t.RANGE
    if isinstance(value, slice):
        return t.Slice(*map(type_of_argument, (value.start, value.stop, value.step)))
    if type(value) is tuple:
        return t.Tuple(tuple(map(type_of_argument, value)))
    found = type_of(value)
    return t.Const(value) if found is None else found


def differences(function: object, rows: Sequence[tuple[Any, ...]], constants: int = 0) -> list[str]:
    """Where native code and Python disagree on rows of arguments.

    Rows of the same types share one compiled call. With `constants`, calls are also compiled whose last argument is
    known, for that many of its values.
    """
    real = real_function(function)
    groups: dict[tuple[t.Type, ...], list[tuple[Any, ...]]] = {}
    for row in rows:
        groups.setdefault(tuple(map(type_of_argument, row)), []).append(row)
    found: list[str] = []
    compiled = 0
    for types, members in groups.items():
        arguments = tuple(_argument(one) for one in types)
        if registry.find(function, arguments, {}) is None:
            continue
        compiled += 1
        found += _disagreements(real, Native(function, arguments), members)
        if compiled > _WITH_CONSTANTS or not constants or not types or not isinstance(types[-1], t.PythonScalar):
            continue
        lasts = list({repr(row[-1]): row[-1] for row in members}.values())
        for last in lasts[:: max(1, len(lasts) // constants)]:
            args = [*(_argument(one) for one in types[:-1]), registry.Arg(types[-1], last)]
            found += _disagreements(
                real, Native(function, args), [row for row in members if repr(row[-1]) == repr(last)]
            )
    if not compiled:
        found.append(f"{function}: none of the samples has an entry")
    return found


def _argument(one: t.Type) -> registry.Arg:
    if isinstance(one, t.NoneValue):
        return registry.Arg(one, None)
    return registry.Arg(one, one.value) if isinstance(one, t.Const) else registry.Arg(one)


def _disagreements(real: Callable[..., Any], native: Native, rows: Sequence[tuple[Any, ...]]) -> list[str]:
    found = []
    for row in rows:
        wanted, given = expected(real, *row), native(*row)
        if given is BAILED:
            if is_large(wanted) or isinstance(wanted, complex | MemoryError | OverflowError):
                continue
        elif same(wanted, given):
            continue
        found.append(f"{native.entry.name}{row!r}: Python {wanted!r}, native {given!r}")
    return found
