"""What differs between two values, in words; nothing that a program could notice is overlooked."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from enum import Enum
from types import SimpleNamespace
from typing import Any, Final, TypeAlias

import numpy as np

_MOST_NESTED: Final = 5
"""Instances within instances are compared as far as this: they may refer to each other."""

_HEAP_TYPE: Final = 1 << 9

AnyArray: TypeAlias = np.ndarray[Any, Any]

_BITS: Final = {2: np.int16, 4: np.int32, 8: np.int64}


def differences(expected: Any, actual: Any, *, ulp: int = 0, where: str = "result") -> list[str]:
    """Describe how `actual` differs from `expected`; an empty list when a program could not tell them apart.

    Parameters
    ----------
    expected, actual : object
        Numbers, NumPy scalars, arrays, strings, ``None``, and tuples, lists and dicts of such.
    ulp : int
        By how many units in the last place floating-point numbers may differ; 0 compares bit for bit, so that 0.0 and
        -0.0 differ. All NaNs count as the same.
    where : str
        How the value is called in the descriptions.
    """
    return list(_differences(expected, actual, ulp, where))


def _differences(expected: Any, actual: Any, ulp: int, where: str) -> Iterator[str]:
    kind = type(expected)
    if type(actual) is not kind:
        yield f"{where}: {show(expected)} of type {_name(kind)} became {show(actual)} of type {_name(type(actual))}"
    elif isinstance(expected, tuple | list):
        if len(expected) != len(actual):
            yield f"{where}: length {len(expected)} became {len(actual)}"
        for index, (one, other) in enumerate(zip(expected, actual, strict=False)):
            yield from _differences(one, other, ulp, f"{where}[{index}]")
    elif kind is dict:
        if list(expected) != list(actual):
            yield f"{where}: keys {list(expected)} became {list(actual)}"
        for key in expected:
            if key in actual:
                yield from _differences(expected[key], actual[key], ulp, f"{where}[{key!r}]")
    elif isinstance(expected, np.ndarray):
        yield from _array_differences(expected, actual, ulp, where)
    elif isinstance(expected, np.generic):
        if expected.dtype != actual.dtype:
            yield f"{where}: dtype {expected.dtype} became {actual.dtype}"
        elif not _same_elements(np.asarray(expected), np.asarray(actual), ulp).all():
            yield f"{where}: {show(expected)} became {show(actual)}"
    elif (held := _attributes(expected)) is not None:
        if where.count(".") < _MOST_NESTED:
            yield from _differences(held, _attributes(actual), ulp, f"{where}.")
    elif not _same_python_value(expected, actual, ulp):
        yield f"{where}: {show(expected)} became {show(actual)}"


def _attributes(value: Any) -> dict[str, Any] | None:
    """What an instance of a class of the user's holds; ``None`` for any other value."""
    cls = type(value)
    is_plain = cls is SimpleNamespace or (cls.__flags__ & _HEAP_TYPE and not cls.__module__.startswith("minijit"))
    if isinstance(value, type | Enum) or not is_plain:
        return None
    names = [name for base in type(value).__mro__ for name in vars(base).get("__slots__", ())]
    return {**getattr(value, "__dict__", {}), **{name: getattr(value, name) for name in names if hasattr(value, name)}}


def _steps(array: AnyArray) -> list[int]:
    """The strides that mean something: between elements that there are."""
    return [step for step, length in zip(array.strides, array.shape, strict=True) if length > 1] if array.size else []


def _array_differences(expected: AnyArray, actual: AnyArray, ulp: int, where: str) -> Iterator[str]:
    for name in ("dtype", "shape"):
        one, other = getattr(expected, name), getattr(actual, name)
        if one != other:
            yield f"{where}: {name} {one} became {other}"
    if expected.shape == actual.shape and _steps(expected) != _steps(actual):
        yield f"{where}: strides {expected.strides} became {actual.strides}"
    if expected.flags.writeable != actual.flags.writeable:
        yield f"{where}: writeable {expected.flags.writeable} became {actual.flags.writeable}"
    if expected.dtype != actual.dtype or expected.shape != actual.shape:
        return
    same = _same_elements(expected, actual, ulp)
    if not same.all():
        places = np.argwhere(~same)
        first = tuple(int(i) for i in places[0])
        index = f"[{', '.join(map(str, first))}]" if first else "[()]"
        more = f" (and {len(places) - 1} more elements)" if len(places) > 1 else ""
        yield f"{where}{index}: {show(expected[first])} became {show(actual[first])}{more}"


def _same_elements(one: AnyArray, other: AnyArray, ulp: int) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Elementwise: the same bits, both NaN, or near enough."""
    kind = one.dtype.kind
    if kind == "c":
        real = _same_elements(one.real, other.real, ulp)
        return np.asarray(real & _same_elements(one.imag, other.imag, ulp))
    if one.dtype.names is not None:
        return _same_fields(one, other, ulp)
    if kind != "f" or one.dtype.itemsize not in _BITS:
        return np.asarray(one == other)
    whole = _BITS[one.dtype.itemsize]
    native = one.dtype.newbyteorder("=")
    a, b = one.astype(native).reshape(one.shape), other.astype(native).reshape(other.shape)
    bits_a, bits_b = (np.ascontiguousarray(x).view(whole).reshape(x.shape) for x in (a, b))
    same = (bits_a == bits_b) | (np.isnan(a) & np.isnan(b))
    if ulp:
        near = np.abs(_ordered(bits_a) - _ordered(bits_b)) <= ulp
        same |= near & np.isfinite(a) & np.isfinite(b)
    return np.asarray(same)


def _same_fields(one: AnyArray, other: AnyArray, ulp: int) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Elementwise: the same in all fields."""
    same = np.ones(one.shape, np.bool_)
    for name in one.dtype.names or ():
        field = _same_elements(one[name], other[name], ulp)
        same &= field.all(axis=tuple(range(one.ndim, field.ndim)))
    return same


def _ordered(bits: AnyArray) -> AnyArray:
    """Bit patterns of floats as Python integers that are in the floats' order, neighbours one apart."""
    least = int(np.iinfo(bits.dtype).min)
    wide = bits.astype(object)
    return np.where(bits < 0, least - wide, wide)


def _same_python_value(one: Any, other: Any, ulp: int) -> bool:
    if type(one) is float:
        if struct.pack("<d", one) == struct.pack("<d", other) or (one != one and other != other):
            return True
        return bool(ulp) and math.isfinite(one) and math.isfinite(other) and _ulps_apart(one, other) <= ulp
    if type(one) is complex:
        return _same_python_value(one.real, other.real, ulp) and _same_python_value(one.imag, other.imag, ulp)
    return one is other or bool(one == other)


def _ulps_apart(one: float, other: float) -> int:
    a, b = (struct.unpack("<q", struct.pack("<d", x))[0] for x in (one, other))
    a, b = (x if x >= 0 else -(2**63) - x for x in (a, b))
    return abs(int(a) - int(b))


def sharing(arrays: list[AnyArray]) -> dict[tuple[int, int], object]:
    """Which of `arrays` are the same object, or views of one memory, and how far apart they then start."""
    found: dict[tuple[int, int], object] = {}
    for i, one in enumerate(arrays):
        for j in range(i):
            other = arrays[j]
            if one is other:
                found[j, i] = "the same object"
            elif np.may_share_memory(one, other):
                found[j, i] = one.ctypes.data - other.ctypes.data
    return found


def arrays_in(value: Any) -> list[AnyArray]:
    """All arrays in `value`, in the order in which they stand there."""
    if isinstance(value, np.ndarray):
        return [value]
    if isinstance(value, tuple | list):
        return [array for item in value for array in arrays_in(item)]
    if isinstance(value, dict):
        return [array for item in value.values() for array in arrays_in(item)]
    return []


def show(value: Any) -> str:
    """A short representation; floats with all their digits, by ``repr``."""
    text = repr(value)
    return text if len(text) <= 200 else f"{text[:150]} ... {text[-40:]}"


def _name(kind: type) -> str:
    return kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"
