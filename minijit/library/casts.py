"""Conversions of numbers in machine values from dtype to dtype, as C (and NumPy's ``casting="unsafe"``) does them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from minijit.ir.builder import MachineBuilder
from minijit.ir.nodes import Value
from minijit.machine import F32, F64, I1, I16, I32, I64, Machine, float_dtype_of, parts_of_dtype
from minijit.numpy_types import FLOAT16, FLOAT32, FLOAT64


def cast_parts(
    builder: MachineBuilder, parts: Sequence[Value], source: np.dtype[np.generic], target: np.dtype[np.generic]
) -> tuple[Value, ...]:
    """The parts of a number of dtype `source` as dtype `target`.

    Real to complex adds a zero imaginary part; complex to real drops it; anything to bool asks "is it not zero?"; an
    out-of-range float to an integer gives what the processor gives, as in NumPy.
    """
    if source == FLOAT16:
        source = FLOAT32
    if source == target:
        return tuple(parts)
    if target == FLOAT16:
        return (_to_half(builder, parts, source),)
    if target.kind == "b":
        return (_is_nonzero(builder, parts, source),)
    if source.kind == "c":
        if target.kind == "c":
            to = parts_of_dtype(target)[0]
            return tuple(_float_to_float(builder, part, to) for part in parts)
        return cast_parts(builder, parts[:1], float_dtype_of(source), target)
    if target.kind == "c":
        real = cast_parts(builder, parts, source, float_dtype_of(target))[0]
        return (real, builder.const(parts_of_dtype(target)[1], 0.0))
    return (_real_to_real(builder, parts[0], source, target),)


def _to_half(builder: MachineBuilder, parts: Sequence[Value], source: np.dtype[np.generic]) -> Value:
    """A number of `source` rounded to half precision: doubles at once, all others by way of singles, as in NumPy."""
    if source.kind == "c":
        source = float_dtype_of(source)
    if source == FLOAT64:
        return rounded_to_half(builder, _rounded_to_odd(builder, parts[0]))
    return rounded_to_half(builder, cast_parts(builder, parts[:1], source, FLOAT32)[0])


def rounded_to_half(builder: MachineBuilder, part: Value) -> Value:
    """A single of the nearest value that a float16 has."""
    return builder.convert("fpext half", builder.convert("fptrunc half", part, I16), F32)


def _rounded_to_odd(builder: MachineBuilder, part: Value) -> Value:
    """A double as a single whose last bit says that something was cut off: rounding again then goes the right way."""
    nearest = builder.convert("fptrunc", part, F32)
    back = builder.convert("fpext", nearest, F64)
    size, own = (builder.intrinsic("fabs", F64, one) for one in (back, part))
    bits = builder.convert("bitcast", nearest, I32)
    cut = builder.sub(bits, builder.convert("zext", builder.fcmp("ogt", size, own), I32))
    odd = builder.convert("bitcast", builder.binary("or", cut, builder.const(I32, 1)), F32)
    return builder.select(builder.fcmp("one", back, part), odd, nearest)


def _is_nonzero(builder: MachineBuilder, parts: Sequence[Value], source: np.dtype[np.generic]) -> Value:
    machine = parts_of_dtype(source)[0]
    if source.kind in "fc":
        result = builder.fcmp("une", parts[0], builder.const(machine, 0.0))
        if source.kind == "c":
            result = builder.or_(result, builder.fcmp("une", parts[1], builder.const(machine, 0.0)))
        return result
    return builder.icmp("ne", parts[0], builder.const(machine, 0))


def _real_to_real(
    builder: MachineBuilder, part: Value, source: np.dtype[np.generic], target: np.dtype[np.generic]
) -> Value:
    (to,) = parts_of_dtype(target)
    if source.kind == "f":
        if target.kind == "f":
            return _float_to_float(builder, part, to)
        return _float_to_integer(builder, part, target, to)
    if target.kind == "f":
        return builder.convert("sitofp" if source.kind == "i" else "uitofp", part, to)
    if parts_of_dtype(source)[0] is I1:
        return builder.convert("zext", part, to)
    if target.itemsize <= source.itemsize:
        return builder.convert("trunc", part, to)
    return builder.convert("sext" if source.kind == "i" else "zext", part, to)


def _float_to_float(builder: MachineBuilder, part: Value, to: Machine) -> Value:
    return builder.convert("fptrunc" if to is F32 else "fpext", part, to)


def _float_to_integer(builder: MachineBuilder, part: Value, target: np.dtype[np.generic], to: Machine) -> Value:
    if target.kind == "i" and to.bits >= 32:
        return builder.convert("fptosi", part, to)
    if to.bits < 32:
        # C compilers convert to the machine's int first and drop the upper bits.
        return builder.convert("trunc", builder.convert("fptosi", part, I32), to)
    if to is I32:
        return builder.convert("trunc", builder.convert("fptosi", part, I64), to)
    # uint64: as compilers for x86-64 do it, by way of int64, less 2**63 for what is beyond it.
    half = builder.const(parts_of_part(part), float(1 << 63))
    upper = builder.convert("fptosi", builder.binary("fsub", part, half), I64)
    return builder.select(
        builder.fcmp("oge", part, half),
        builder.binary("xor", upper, builder.i64(-(1 << 63))),
        builder.convert("fptosi", part, I64),
    )


def parts_of_part(part: Value) -> Machine:
    """The machine type of one part."""
    assert isinstance(part.type, Machine)
    return part.type
