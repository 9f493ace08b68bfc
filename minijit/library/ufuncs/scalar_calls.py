"""Calls of ufuncs on scalars: every ufunc of NumPy's, natively where there is a kernel, through Python where not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import numpy as np

from minijit import types as t
from minijit.library.builder import Builder, Val
from minijit.library.kernels import (
    complex_kernels,
    float_kernels,
    float_powers,
    integer_kernels,
    libm_kernels,
    logical_kernels,
)
from minijit.library.numbers.numpy_comparisons import COMPARISONS, NUMPY_BOOL, compare, type_of_comparison_ufunc
from minijit.library.registry import Arg, lowers
from minijit.library.ufuncs.elementwise import is_numeric, plan_of, run, type_of_results
from minijit.numpy_types import type_of_call

KERNEL_MODULES: Final = (
    complex_kernels,
    float_kernels,
    float_powers,
    integer_kernels,
    libm_kernels,
    logical_kernels,
)
"""Importing them fills the table of kernels."""

UFUNCS: Final[tuple[np.ufunc, ...]] = tuple(
    {
        id(value): value
        for name, value in sorted(vars(np).items())
        if isinstance(value, np.ufunc) and value.signature is None and value.nin <= 2
    }.values()
)
"""Every element-wise ufunc of NumPy's, once."""


def type_of_ufunc_call(ufunc: np.ufunc, args: Sequence[Arg]) -> t.Type | None:
    """The type of what `ufunc` gives for scalars."""
    plan = plan_of(ufunc, args)
    given = type_of_call(ufunc, tuple(arg.type for arg in args))
    if plan is None:
        return given
    wanted = type_of_results(plan[0], len(args))
    return wanted if given in (None, wanted) else None


def apply_ufunc(b: Builder, ufunc: np.ufunc, args: Sequence[Val]) -> Val:
    """What `ufunc` gives for scalars."""
    given = [Arg(arg.type, arg.const) for arg in args]
    wanted = type_of_ufunc_call(ufunc, given)
    assert wanted is not None
    if plan_of(ufunc, given) is None:
        return b.call_python(ufunc, args, wanted, effects="")
    return Val(wanted, run(b, ufunc, args)[1])


def _samples(ufunc: np.ufunc) -> Callable[[], Iterator[tuple[Any, ...]]]:
    def rows() -> Iterator[tuple[Any, ...]]:
        classes = (
            bool,
            int,
            float,
            complex,
            np.bool_,
            np.int8,
            np.uint16,
            np.int64,
            np.float32,
            np.float64,
            np.complex64,
        )
        for first in classes:
            if ufunc.nin == 1:
                yield (first(1),)
                continue
            for second in classes:
                yield (first(3), second(2))

    return rows


def _register(ufunc: np.ufunc) -> None:
    @lowers(
        ufunc,
        *[is_numeric] * ufunc.nin,
        result=lambda *args: type_of_ufunc_call(ufunc, args),
        effects="raises",
        samples=_samples(ufunc),
        fold=True,
    )
    def lower(b: Builder, *args: Val) -> Val:
        return apply_ufunc(b, ufunc, args)


def _register_comparison(ufunc: np.ufunc) -> None:
    @lowers(
        ufunc,
        is_numeric,
        is_numeric,
        result=lambda x, y: type_of_comparison_ufunc(ufunc, x, y),
        samples=_samples(ufunc),
        fold=True,
    )
    def lower(b: Builder, x: Val, y: Val) -> Val:
        return Val(NUMPY_BOOL, (compare(b, ufunc, x, y),))


for _ufunc in UFUNCS:
    if _ufunc in COMPARISONS.values():
        _register_comparison(_ufunc)
    else:
        _register(_ufunc)
