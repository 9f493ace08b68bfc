"""Conversions of scalars that are stored into arrays: NumPy's casting, with its errors for what does not fit.

Python's numbers are put into integer arrays by Python's own conversion, which raises for what is out of range; NumPy's
scalars wrap for some dtypes and raise for others, as :func:`minijit.numpy_types.store_is_checked` finds out.
"""

from __future__ import annotations

from collections.abc import Callable

from minijit import types as t
from minijit.ir.builder import known, machine_type
from minijit.ir.nodes import Value
from minijit.library.builder import Builder, Val
from minijit.library.registry import Arg
from minijit.library.ufuncs.elementwise import python_int_as
from minijit.machine import F32, F64
from minijit.numpy_types import Dtype, limits_of, store_is_checked, stores_at_all


def can_store(dtype: Dtype, value: Arg) -> bool:
    """Whether a scalar can be stored into arrays of `dtype` (else Python shall raise what it raises)."""
    one = value.type
    if not isinstance(one, t.PythonScalar | t.NumpyScalar):
        return False
    return stores_at_all(dtype, one)


def convert_for_store(
    b: Builder, value: Val, dtype: Dtype, store: Callable[[tuple[Value, ...]], None], otherwise: Callable[[], None]
) -> None:
    """Convert `value` and `store` it; where it does not fit, `otherwise` lets Python raise (or store) instead."""
    one = value.type
    if one == t.INT:
        store(python_int_as(b, value, dtype))
        return
    fits = fits_in(b, value, dtype)
    if fits is None or known(fits) == 1:
        store(b.number_as(value, dtype))
        return

    def plainly() -> tuple[Value, ...]:
        store(b.number_as(value, dtype))
        return ()

    def by_python() -> tuple[Value, ...]:
        otherwise()
        return ()

    b.if_else(fits, plainly, by_python, likely=True)


def fits_in(b: Builder, value: Val, dtype: Dtype) -> Value | None:
    """Whether a number can be stored into an array of `dtype`; ``None`` where every one of its type can."""
    one = value.type
    assert isinstance(one, t.PythonScalar | t.NumpyScalar)
    source = t.dtype_of(one)
    if dtype.kind not in "iu" or source.kind in "bc":
        return None
    if one == t.INT:
        return _integer_fits(b, value.part, source, dtype)
    if one == t.FLOAT or (source.kind == "f" and store_is_checked(dtype, source)):
        return float_fits(b, value.part, dtype)
    if source.kind == "f" or not store_is_checked(dtype, source):
        return None
    return _integer_fits(b, value.part, source, dtype)


def float_fits(b: Builder, x: Value, dtype: Dtype) -> Value:
    """Whether a float, its fraction dropped, is within the range of an integer dtype; nan is not."""
    if machine_type(x) is F32:
        x = b.convert("fpext", x, F64)
    least, largest = limits_of(dtype)
    # The least integer minus one is no double for 64 bits; the integer itself is then the bound.
    exact = dtype.itemsize < 8 or least == 0
    above = b.fcmp("ogt", x, b.f64(float(least - 1))) if exact else b.fcmp("oge", x, b.f64(float(least)))
    return b.and_(above, b.fcmp("olt", x, b.f64(float(largest + 1))))


def _integer_fits(b: Builder, x: Value, source: Dtype, dtype: Dtype) -> Value:
    (own_least, own_largest), (least, largest) = limits_of(source), limits_of(dtype)
    machine = machine_type(x)
    fits: Value = b.i1(True)
    signed = source.kind == "i"
    if own_least < least:
        fits = b.icmp("sge", x, b.const(machine, least))
    if own_largest > largest:
        below = b.icmp("sle" if signed else "ule", x, b.const(machine, largest))
        return b.and_(fits, below)
    return fits
