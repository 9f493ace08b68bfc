"""What the entries for Python's own numbers have in common: patterns, parts of operands, Python's error messages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from minijit import types as t
from minijit.errors import InternalError
from minijit.ir.nodes import Value
from minijit.library.builder import Builder
from minijit.library.registry import Arg
from minijit.library.vals import Val

INTEGER: Final = (t.INT, t.BOOL)
"""The pattern of Python's integers: ``bool`` is one of them."""
REAL: Final = (t.INT, t.BOOL, t.FLOAT)
NUMBER: Final = t.PythonScalar
"""The pattern of Python's numbers, complex ones included."""

LEAST: Final = -(2**63)
EXACT: Final = 2**53
"""Up to here every integer is a float."""


def anything(_one: t.Type) -> bool:
    """The pattern of all types."""
    return True


class AnyKeyword(dict[str, Any]):
    """The names of all keyword arguments, except one: ``out`` is written to, which not all entries do."""

    def __init__(self, but: str = "") -> None:
        super().__init__({"": anything})
        self.but = but

    def __contains__(self, name: object) -> bool:
        return name != self.but

    def __missing__(self, name: str) -> Any:
        return anything


def is_integer(one: t.Type) -> bool:
    """Whether `one` is an integer of Python's or NumPy's, fit for an index."""
    return one in INTEGER or (isinstance(one, t.NumpyScalar) and one.dtype.kind in "iu")


def is_real(one: t.Type) -> bool:
    """Whether ``float(x)`` takes numbers of type `one` without a warning."""
    return one in REAL or (isinstance(one, t.NumpyScalar) and one.dtype.kind in "biuf")


def is_real_array(one: t.Type) -> bool:
    """Whether `one` is an array of real numbers or bools, with axes."""
    return isinstance(one, t.Array) and one.dtype.kind in "biuf" and one.ndim > 0


def is_real_row(one: t.Type) -> bool:
    """Whether `one` is an array of real numbers or bools with one axis."""
    return is_real_array(one) and isinstance(one, t.Array) and one.ndim == 1


def int_part(b: Builder, value: Val) -> Value:
    """A bool, int or NumPy integer as an i64; uint64 only where it fits, which the caller has made sure of."""
    return b.index_of(value)


def complex_parts(b: Builder, value: Val) -> tuple[Value, Value]:
    """Any number as real and imaginary part; that of a real number is 0.0."""
    if value.type == t.COMPLEX:
        return value.parts[0], value.parts[1]
    return b.as_f64(value), b.f64(0.0)


def known_int(value: Val | Arg) -> int | None:
    """The Python int that an argument is, where that is known while compiling."""
    return int(value.const) if isinstance(value.const, int) and value.type in INTEGER else None


def raised_by(function: Callable[..., object], *args: Any) -> tuple[type[Exception], str]:
    """Which exception with which message this version of Python raises for a call."""
    try:
        function(*args)
    except Exception as error:
        return type(error), str(error)
    raise InternalError(f"{function} was to raise an exception for {args}")


def is_exact_float(b: Builder, integer: Value) -> Value:
    """Whether an i64 is at most 2**53 in size, so that it is a float without rounding."""
    shifted = b.binary("add", integer, b.i64(EXACT))
    return b.icmp("ule", shifted, b.i64(2 * EXACT))
