"""Functions over whole arrays against NumPy's own, on the same call at three sizes.

A row is an expression; the names in it are arrays of the size that is measured. To measure a further function, write
its call into :data:`EXPRESSIONS`.
"""

from __future__ import annotations

import linecache
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from time import perf_counter
from types import FunctionType
from typing import Any

import numpy as np

from benchmarks.agreement import difference
from benchmarks.engines import Engine, fallback_of
from benchmarks.kernels.data import floats, integers
from benchmarks.measure import Effort, race
from benchmarks.results import geometric_mean

SIZES = (100, 10_000, 1_000_000)
SLOW = 1.25
"""Rows that take more than this times as long as NumPy are listed."""

_TOLERANCE = 1e-5
"""Only what is badly wrong is noticed here (float32 has seven digits); the tests look closer."""

EXPRESSIONS: dict[str, tuple[str, ...]] = {
    "arithmetic": (
        "a + b", "a - 2.0", "a * b", "a / b", "a // b", "a % b", "a ** 2", "-a", "abs(s)", "f + g", "f * 2.0",
        "i + j", "i * 3", "i // 7", "i % 7", "i & j", "i ^ j", "i << 2", "z * z", "a + i", "m + a[: len(m)]",
        "a[::2] + b[::2]", "m.T + m",
    ),
    "ufuncs": (
        "np.sqrt(a)", "np.exp(a)", "np.log(a)", "np.sin(a)", "np.cos(a)", "np.tanh(a)", "np.arctan(a)", "np.log1p(a)",
        "np.exp(f)", "np.sin(f)", "np.floor(s)", "np.rint(s)", "np.sign(s)", "np.square(a)", "np.hypot(a, b)",
        "np.arctan2(a, b)", "np.maximum(a, b)", "np.fmin(a, b)", "np.power(a, b)", "np.isnan(a)", "np.abs(z)",
        "np.isfinite(a)", "np.logical_and(k, k)", "np.invert(i)",
    ),
    "comparisons and choices": (
        "a < b", "i == j", "(a > 0.2) & (b < 0.7)", "np.where(k, a, b)", "np.where(a > b, a, 0.0)",
        "np.clip(a, 0.2, 0.8)", "a.clip(0.2)", "np.minimum(i, 5)",
    ),
    "fused": (
        "a * b + 2.0", "2.0 * a + 3.0 * b - a * b", "np.sqrt(a * a + b * b)", "(a - b) ** 2 / (a + b)",
        "np.exp(-a * a) * 0.5 + b", "(f * g + f) * 0.5", "((a - b) ** 2).sum()", "np.abs(a - b).max()",
    ),
    "reductions": (
        "a.sum()", "np.sum(f)", "i.sum()", "a.mean()", "a.var()", "a.std()", "a.max()", "a.min()", "a.argmax()",
        "a.prod()", "k.any()", "k.all()", "m.sum(axis=0)", "m.sum(axis=1)", "m.max(axis=0)", "m.mean(axis=1)",
        "np.ptp(a)", "np.count_nonzero(k)", "np.nansum(a)", "z.sum()",
        "m.std(axis=0)", "m.argmax(axis=1)", "np.nanmean(a)", "np.nanmax(a)", "np.average(a, weights=b)",
        "np.linalg.norm(a)", "np.any(a > 2.0)",
    ),
    "scans": ("np.cumsum(a)", "np.cumprod(c)", "np.diff(a)", "np.cumsum(i)", "m.cumsum(axis=0)"),
    "indexing": (
        "a[x]", "a[k]", "i[x]", "m[:, 1].copy()", "a[::-1].copy()", "a[10:-10].copy()", "np.take(a, x)",
        "np.flatnonzero(k)", "np.nonzero(k)[0]", "np.argwhere(k)",
    ),
    "creation and shape": (
        "np.zeros(len(a))", "np.ones(len(a))", "np.arange(len(a))", "np.full(len(a), 2.0)",
        "np.linspace(0.0, 1.0, len(a))", "a.copy()", "i.astype(np.float64)", "a.astype(np.float32)",
        "m.T.copy()", "m.reshape(-1) + 1.0", "np.concatenate((a, b))", "np.stack((a, b))", "np.repeat(a, 2)",
        "np.tile(a, 2)", "np.roll(a, 3)", "np.flip(a).copy()", "np.outer(a[:100], b[:100])", "np.ravel(m.T)",
        "np.hstack((a, b))", "np.vstack((a, b))", "np.pad(a, 3)", "np.triu(m)", "np.diag(m).copy()", "np.eye(len(m))",
        "np.full_like(a, 2.0)", "np.rot90(m).copy()", "m.T.reshape(-1)", "np.array_split(a, 3)[1] + 1.0",
    ),
    "products": ("np.dot(a, b)", "a @ b", "m @ m[0]", "np.vdot(a, b)", "np.trace(m)", "np.inner(a, b)"),
    "searching and sorting": (
        "np.searchsorted(o, b)", "np.interp(b, o, a)", "np.sort(a)", "np.argsort(a)", "np.unique(i)", "np.median(a)",
        "np.bincount(x)", "np.array_equal(a, b)", "np.allclose(a, b)", "np.isclose(a, b)", "np.quantile(a, 0.3)",
        "np.digitize(a, o[:50])", "np.convolve(a, b[:9])", "np.gradient(a)", "np.histogram(a, 20)[0]",
    ),
}  # fmt: skip


@dataclass
class ArrayRow:
    """An expression: seconds by size, of NumPy, of minijit and perhaps of Numba, or why it was not measured."""

    group: str
    expression: str
    numpy: dict[int, float] = field(default_factory=dict)
    minijit: dict[int, float] = field(default_factory=dict)
    numba: dict[int, float] = field(default_factory=dict)
    first_call: float = 0.0
    note: str = ""

    def ratio(self, size: int) -> float | None:
        """minijit's time, NumPy's being 1."""
        return self.minijit[size] / self.numpy[size] if size in self.minijit else None

    def numba_ratio(self, size: int) -> float | None:
        """minijit's time, Numba's being 1."""
        return self.minijit[size] / self.numba[size] if size in self.numba else None


def arrays(size: int) -> dict[str, Any]:
    """What the names in expressions stand for."""
    side = int(size**0.5)
    return {
        "a": floats(size) + 0.01,
        "b": floats(size, seed=4) + 0.01,
        "c": 1.0 + floats(size, seed=5) / size,
        "s": floats(size, seed=6) * 20.0 - 10.0,
        "o": np.sort(floats(size, seed=7)),
        "f": floats(size, seed=8, dtype=np.float32),
        "g": floats(size, seed=9, dtype=np.float32),
        "i": integers(1000, size),
        "j": integers(1000, size, seed=10),
        "x": integers(size, size, seed=11),
        "k": floats(size, seed=12) > 0.5,
        "m": floats(side, side, seed=13),
        "z": floats(size, seed=14) + 1j * floats(size, seed=15),
    }


def function_of(expression: str) -> FunctionType:
    """A function of the arrays that an expression names."""
    names = [name for name in arrays(1) if name in compile(expression, "", "eval").co_names]
    source = f"def f({', '.join(names)}):\n    return {expression}\n"
    filename = f"<whole arrays: {expression}>"
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    scope: dict[str, Any] = {"np": np}
    exec(compile(source, filename, "exec"), scope)
    made: FunctionType = scope["f"]
    return made


def measure_arrays(
    decorator: Callable[..., Any], words: list[str], effort: Effort, rival: Engine | None = None
) -> Iterator[ArrayRow]:
    """Measure the expressions that contain one of the words, or all; against a rival too, if there is one."""
    for group, expressions in EXPRESSIONS.items():
        for expression in expressions:
            if not words or any(word in f"{group}/{expression}" for word in words):
                yield measure_expression(group, expression, decorator, effort, rival)


def measure_expression(
    group: str, expression: str, decorator: Callable[..., Any], effort: Effort, rival: Engine | None = None
) -> ArrayRow:
    """Compare, then race."""
    row = ArrayRow(group, expression)
    function = function_of(expression)
    compiled = decorator(function)
    other = None if rival is None or rival.decorator is None else rival.decorator(function)
    for size in SIZES:
        given = arrays(size)
        arguments = [given[name] for name in function.__code__.co_varnames]
        runs = {"numpy": partial(function, *arguments), "minijit": partial(compiled, *arguments)}
        if other is not None and _agrees(function, other, arguments):
            runs["numba"] = partial(other, *arguments)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                start = perf_counter()
                result = compiled(*arguments)
                row.first_call = row.first_call or perf_counter() - start
                found = difference(function(*arguments), result, _TOLERANCE)
        except Exception as error:  # one function's fault must not stop the others
            row.note = f"{type(error).__name__}: {error}".splitlines()[0]
            return row
        row.note = f"WRONG: {found}" if found else fallback_of(compiled)
        if row.note:
            return row
        seconds = race(runs, effort)
        row.numpy[size], row.minijit[size] = seconds["numpy"], seconds["minijit"]
        if "numba" in seconds:
            row.numba[size] = seconds["numba"]
    return row


def _agrees(function: Callable[..., Any], other: Callable[..., Any], arguments: list[Any]) -> bool:
    """Whether a rival compiles a function, and gives NumPy's numbers; in which dtype does not count."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            expected, found = function(*arguments), other(*arguments)
            return bool(np.allclose(expected, found, rtol=_TOLERANCE, equal_nan=True))
        except Exception:  # what it raises for code that it can't compile is of many classes
            return False


def summary(rows: list[ArrayRow]) -> str:
    """Geometric means by group and size, and the rows that are slower than they should be."""
    lines = ["whole arrays: geometric means of (minijit time / NumPy time) by number of elements"]
    lines.append(" ".join([f"{'':<26}", *(f"{size:>9}" for size in SIZES), f"{'all':>9}"]))
    for group in [*dict.fromkeys(row.group for row in rows), "all"]:
        chosen = [row for row in rows if group in ("all", row.group)]
        columns = [[ratio for row in chosen if (ratio := row.ratio(size)) is not None] for size in SIZES]
        columns.append([ratio for column in columns for ratio in column])
        cells = [f"{geometric_mean(column):9.2f}" if column else f"{'-':>9}" for column in columns]
        lines.append(" ".join([f"{group:<26}", *cells]))
    slow = [
        f"  {row.expression:<34} {size:>8} elements: {ratio:.2f}"
        for row in rows
        for size in SIZES
        if (ratio := row.ratio(size)) is not None and ratio > SLOW
    ]
    lines += [f"slower than {SLOW} times NumPy: {len(slow)} of {3 * len(rows)}", *slow]
    costly = sorted((row for row in rows if row.first_call > 0.03), key=lambda row: -row.first_call)
    lines += [f"first calls above 30 ms: {len(costly)}"]
    lines += [f"  {row.expression:<34} {row.first_call * 1e3:.0f} ms" for row in costly]
    lines += [f"not measured: {row.expression}: {row.note}" for row in rows if row.note]
    return "\n".join([*lines, *_against_numba(rows)])


def _against_numba(rows: list[ArrayRow]) -> list[str]:
    """Geometric means of the expressions that Numba compiles, and where it is ahead."""
    compared = [row for row in rows if row.numba]
    if not compared:
        return []
    means = []
    for sizes in (*((size,) for size in SIZES), SIZES):
        ratios = [ratio for row in compared for size in sizes if (ratio := row.numba_ratio(size)) is not None]
        means.append(f"{geometric_mean(ratios):.2f}" if ratios else "-")
    slow = [
        f"  {row.expression:<34} {size:>8} elements: {ratio:.2f}"
        for row in compared
        for size in SIZES
        if (ratio := row.numba_ratio(size)) is not None and ratio > SLOW
    ]
    lines = [f"minijit time / Numba time, {len(compared)} expressions by size, and all: {' '.join(means)}"]
    return [*lines, f"slower than {SLOW} times Numba: {len(slow)}", *slow]
