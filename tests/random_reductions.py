"""Random calls of reductions: function, axes, keywords, and an array of some dtype and layout."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np

DTYPES = (
    *("bool", "int8", "int32", "int64", "uint8", "uint64"),
    *("float32", "float64", "complex64", "complex128"),
)
PLAIN = (
    *("sum", "prod", "min", "max", "any", "all", "mean", "var", "std", "argmin", "argmax", "count_nonzero"),
    *("cumsum", "cumprod", "ptp"),
)
NAN = (
    *("nansum", "nanprod", "nanmin", "nanmax", "nanmean", "nanvar", "nanstd", "nanargmin", "nanargmax"),
    *("nancumsum", "nancumprod"),
)
UFUNCS = (
    *("add", "multiply", "minimum", "maximum", "logical_or", "logical_xor", "bitwise_and", "bitwise_or", "bitwise_xor"),
    *("subtract", "fmax", "hypot", "gcd"),
)
ROUNDED = ("hypot",)
_SHORT = (0, 1, 1, 2, 3, 5, 9, 40)
_LONG = (0, 1, 3, 7, 8, 9, 130, 1000, 9000)


class Case:
    """A call as source, with its arguments."""

    def __init__(self, text: str, arguments: dict[str, Any]) -> None:
        self.text = text
        self.arguments = arguments

    @property
    def key(self) -> tuple[object, ...]:
        """Cases with the same key can share a compiled function."""
        return (self.text, *(value.dtype.str for value in self.arguments.values()))


def cases(seed: int, count: int, names: tuple[str, ...]) -> Iterator[Case]:
    """`count` random calls, the same for the same seed."""
    random = np.random.default_rng(seed)
    for _ in range(count):
        yield _case(random, str(random.choice(names)))


def _case(random: np.random.Generator, name: str) -> Case:
    dtype = np.dtype(str(random.choice(DTYPES)))
    axes = int(random.integers(0, 5))
    lengths = _LONG if axes < 2 else _SHORT if axes < 4 else _SHORT[:6]
    shape = tuple(int(length) for length in random.choice(lengths, size=axes))
    if "prod" in name or name == "multiply":
        shape = tuple(min(length, 9) for length in shape)
    array = numbers(random, dtype, shape)
    if name.startswith("nan") and dtype.kind in "fc" and random.random() < 0.8:
        array = np.where(random.random(shape) < 0.4, np.nan, array).astype(dtype)
    array = arranged(random, array)
    arguments = {"a": array}
    options = _axis(random, name, axes)
    is_scan = "cum" in name
    if not is_scan and random.random() < 0.25:
        options.append("keepdims=True")
    options += _others(random, name, array, arguments)
    function = f"{name}.reduce" if name in UFUNCS else name
    case = Case(f"np.{function}({', '.join(['a', *options])})", arguments)
    if not is_scan and not name.startswith("nan") and random.random() < 0.2:
        _add_output(random, case)
    return case


def _add_output(random: np.random.Generator, case: Case) -> None:
    """Have the result written into an array of some layout, where it is one."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            result = eval(case.text, {"np": np, **case.arguments})
        except (TypeError, ValueError):
            return
    if isinstance(result, np.ndarray) and "count_nonzero" not in case.text:
        order = random.permutation(result.ndim)
        out = np.zeros([result.shape[axis] for axis in order], result.dtype).transpose(np.argsort(order))
        case.text = f"{case.text.removesuffix(')')}, out=o), o"
        case.arguments["o"] = out


def _axis(random: np.random.Generator, name: str, axes: int) -> list[str]:
    kind = random.choice(["none", "one", "several"]) if axes else "none"
    if kind == "one" or (axes and ("arg" in name or "cum" in name) and kind != "none"):
        return [f"axis={int(random.integers(-axes, axes))}"]
    if kind == "several":
        chosen = random.permutation(axes)[: random.integers(1, axes + 1)]
        return [f"axis=({', '.join(str(int(one)) for one in chosen)},)"]
    return ["axis=None"] if name in UFUNCS else []


def _others(random: np.random.Generator, name: str, array: Any, arguments: dict[str, Any]) -> list[str]:
    """``initial``, ``where`` and ``dtype`` for some of those that take them."""
    options = []
    takes_initial = name in ("sum", "prod", "min", "max", "nansum", "nanmax", "add", "maximum")
    if takes_initial and random.random() < 0.2:
        options.append("initial=3")
        if random.random() < 0.7:
            arguments["w"] = arranged(random, random.random(array.shape) < 0.6)
            options.append("where=w")
    elif name in ("sum", "any", "all", "mean") and random.random() < 0.15:
        arguments["w"] = random.random(array.shape[-1:]) < 0.6
        options.append("where=w")
    elif name in ("sum", "prod", "mean", "cumsum", "add") and random.random() < 0.15:
        options.append("dtype=np.float64" if array.dtype.kind != "c" else "dtype=np.complex128")
    elif name in ("var", "std", "nanvar") and random.random() < 0.3:
        options.append("ddof=1")
    elif name in ("var", "std") and array.dtype.kind == "c" and random.random() < 0.3:
        options.append("dtype=np.complex128")
    return options


def numbers(random: np.random.Generator, dtype: np.dtype[Any], shape: tuple[int, ...]) -> Any:
    """Numbers that sum up with rounding errors."""
    if dtype.kind == "b":
        return np.asarray(random.integers(0, 2, shape)).astype(dtype)
    if dtype.kind in "iu":
        return np.asarray(random.integers(0, 100, shape)).astype(dtype)
    real = np.asarray(random.normal(size=shape)).astype(dtype)
    return np.asarray(real + 1j * random.normal(size=shape)).astype(dtype) if dtype.kind == "c" else real


def arranged(random: np.random.Generator, array: Any) -> Any:
    """An array of some layout: in C or Fortran order, transposed, with gaps, reversed, repeated, part of another."""
    axes = array.ndim
    match random.integers(0, 7) if axes else 0:
        case 1:
            return array[tuple(slice(None, None, int(random.choice([1, 2, -1, -2]))) for _ in range(axes))]
        case 2:
            return np.asfortranarray(array)
        case 3:
            return array.transpose(random.permutation(axes))
        case 5:
            axis = int(random.integers(0, axes))
            repeated = array[(slice(None),) * axis + (slice(0, 1),)]
            return np.broadcast_to(repeated, array.shape if array.shape[axis] else repeated.shape)
        case 6:
            order = random.permutation(axes)
            return np.ascontiguousarray(array.transpose(order)).transpose(np.argsort(order))
        case 4:
            return array[tuple(slice(1, None) if random.random() < 0.5 else slice(None) for _ in range(axes))]
        case _:
            return array
