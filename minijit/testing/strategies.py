"""Hypothesis strategies for arguments of given types, with the values on which programs break."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np

from minijit import types as t

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

TypeLike: TypeAlias = t.Type | type | np.dtype[Any] | str

_PYTHON: Final[dict[str, t.Type]] = {
    "bool": t.BOOL,
    "int": t.INT,
    "float": t.FLOAT,
    "complex": t.COMPLEX,
    "None": t.NONE,
}
_ARRAY: Final = re.compile(r"(\w+)\[([:,1F ]*)\]( readonly)?")

INTERESTING_INTS: Final = (0, 1, -1, 2, 3, 7, 10, 63, 64, 127, 128, 255, -128, -129, 2**31, 2**32, -(2**31), 2**53 + 1)
INTERESTING_FLOATS: Final = (
    0.0, -0.0, 1.0, -1.0, 0.5, 2.0, 3.0, 1e-3, 1.5, 2.5, -2.5, 1e16, 1e19, 2.0**63, -(2.0**63), 1e300, -1e300, 5e-324,
    2.2250738585072014e-308, float("inf"), float("-inf"), float("nan"),
)  # fmt: skip


def parse_type(text: str) -> t.Type:
    """The type that is written as `text`, in the notation in which minijit prints signatures.

    >>> parse_type("float64[:, ::1]")
    Array(dtype=dtype('float64'), ndim=2, layout='C', writable=True)
    """
    text = text.strip()
    if text in _PYTHON:
        return _PYTHON[text]
    if text.startswith("np."):
        return t.NumpyScalar(np.dtype(text[3:]))
    if text.startswith("(") and text.endswith(")"):
        return t.Tuple(tuple(map(parse_type, _split(text[1:-1]))))
    if " | " in text:
        return t.union_of(tuple(map(parse_type, text.split(" | "))))
    found = _ARRAY.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is not the name of a type such as int, np.float32, float64[:, ::1] or (int, float)")
    name, axes, readonly = found.groups()
    ndim = axes.count(",") + 1 if axes else 0
    layout: t.Layout = "C" if not axes or axes.endswith("1") else "F" if axes.endswith("F") else "A"
    return t.Array(np.dtype(name), ndim, layout, readonly is None)


def _split(text: str) -> list[str]:
    """Split at the commas outside brackets."""
    parts, depth = [""], 0
    for letter in text:
        depth += (letter in "([") - (letter in ")]")
        if letter == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return [part for part in parts if part.strip()]


def as_type(one: TypeLike) -> t.Type:
    """A minijit type from itself, its name, a Python or NumPy scalar class, or (for the scalar) a dtype."""
    if isinstance(one, str):
        return parse_type(one)
    if isinstance(one, np.dtype):
        return t.NumpyScalar(one)
    if isinstance(one, type):
        return _PYTHON[one.__name__] if one in (bool, int, float, complex) else t.NumpyScalar(np.dtype(one))
    return one


def arguments(*types: TypeLike) -> SearchStrategy[tuple[Any, ...]]:
    """Rows of arguments, one value for each of `types`.

    Parameters
    ----------
    *types
        Names such as ``"int"``, ``"np.float32"``, ``"float64[:, ::1]"``, ``"(int, float)"`` (a compiled function's
        ``signatures`` are made of them), Python or NumPy scalar classes, or minijit types.
    """
    from hypothesis import strategies as st

    return st.tuples(*map(values, types))


def values(one: TypeLike) -> SearchStrategy[Any]:
    """Values of the type `one`: ordinary ones, and those at the edges of its range."""
    from hypothesis import strategies as st

    kind = as_type(one)
    match kind:
        case t.PythonScalar("bool"):
            return st.booleans()
        case t.PythonScalar("int"):
            near = st.integers(-20, 20)
            limits = st.sampled_from([2**63 - 1, -(2**63), 2**62, 2**63 - 2, 3037000500])
            return st.one_of(near, near, st.sampled_from(INTERESTING_INTS), st.integers(-(2**63), 2**63 - 1), limits)
        case t.PythonScalar("float"):
            return _floats(64)
        case t.PythonScalar("complex"):
            return st.builds(complex, _floats(64), _floats(64))
        case t.NumpyScalar(dtype):
            return elements(dtype).map(dtype.type)
        case t.Array():
            return _arrays(kind)
        case t.Tuple(items):
            return st.tuples(*map(values, items))
        case t.Union(members):
            return st.one_of(*map(values, members))
        case t.NoneValue():
            return st.none()
        case _:
            raise TypeError(f"there are no values of type {kind} to pass as arguments")


def elements(dtype: np.dtype[Any]) -> SearchStrategy[Any]:
    """Values that an array of `dtype` can hold, as NumPy scalars of it."""
    from hypothesis import strategies as st

    if dtype.kind == "b":
        return st.booleans().map(np.bool_)
    if dtype.kind in "iu":
        limits = np.iinfo(dtype)
        low, high = int(limits.min), int(limits.max)
        edges = [n for n in (low, low + 1, -1, 0, 1, 2, high - 1, high, high // 2) if low <= n <= high]
        small = st.integers(max(low, -9), min(high, 9))
        return st.one_of(small, small, st.sampled_from(edges), st.integers(low, high)).map(dtype.type)
    if dtype.kind == "f":
        return _floats(8 * dtype.itemsize).map(dtype.type)
    if dtype.kind == "c":
        half = _floats(4 * dtype.itemsize)
        return st.builds(complex, half, half).map(dtype.type)
    raise TypeError(f"there are no values of dtype {dtype}")


def _floats(width: int) -> SearchStrategy[float]:
    from hypothesis import strategies as st

    special = list(INTERESTING_FLOATS)
    if width == 32:
        with np.errstate(all="ignore"):
            special = [float(np.float32(x)) for x in special]
    ordinary = st.integers(-40, 40).map(lambda n: n / 4)
    anything = st.floats(width=32) if width == 32 else st.floats(width=64)
    return st.one_of(ordinary, ordinary, st.sampled_from(special), anything)


def _arrays(kind: t.Array) -> SearchStrategy[Any]:
    from hypothesis import strategies as st

    @st.composite
    def build(draw: DrawFn) -> Any:
        shape = tuple(draw(st.integers(0, 6 if kind.ndim == 1 else 4)) for _ in range(kind.ndim))
        count = int(np.prod(shape, dtype=int))
        items = draw(st.lists(elements(kind.dtype), min_size=count, max_size=count))
        array = np.array(items, dtype=kind.dtype).reshape(shape)
        if kind.layout == "F":
            array = np.asfortranarray(array)
        elif kind.layout == "A":
            array = _strided(array, tuple(draw(st.sampled_from([1, 2, 3, -1, -2])) for _ in shape))
        if not kind.writable:
            array.flags.writeable = False
        return array

    return build()


def _strided(array: np.ndarray[Any, Any], steps: tuple[int, ...]) -> np.ndarray[Any, Any]:
    """The same elements in a larger array, every `step`-th along each axis, backwards where it is negative."""
    room = np.zeros(tuple(n * abs(step) + 1 for n, step in zip(array.shape, steps, strict=True)), array.dtype)
    index = tuple(
        slice(0, n * step, step) if step > 0 else slice(-1, -1 - n * -step, step)
        for n, step in zip(array.shape, steps, strict=True)
    )
    view = room[index]
    view[...] = array
    return view
