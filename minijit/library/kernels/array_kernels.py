"""Kernels that differ where NumPy computes whole arrays: its loops over them round products of complex numbers less."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

from minijit.library.builder import Builder
from minijit.library.ufuncs.elementwise import Kernel, Loop, Parts, kernel_of, part_type
from minijit.numpy_types import Dtype


def array_kernel_of(ufunc: np.ufunc, loop: Loop) -> Kernel | None:
    """The kernel for a loop over arrays, or ``None`` where there is none."""
    if ufunc in (np.multiply, np.square) and loop[0].kind == "c" and fuses(loop[0]):
        return _fused_product
    return kernel_of(ufunc, loop)


@cache
def fuses(dtype: Dtype) -> bool:
    """Whether NumPy multiplies complex arrays with fused operations, which depends on the processor."""
    half = np.dtype(f"f{dtype.itemsize // 2}")
    near_one = half.type(1) + np.finfo(half).eps
    numbers: np.ndarray[Any, Any] = np.full(8, complex(near_one, near_one), dtype)
    # The two halves of the real part are equal: nothing is left of them unless one was not rounded.
    return bool(np.any((numbers * numbers).real != 0))


def _fused_product(b: Builder, loop: Loop, operands: Sequence[Parts]) -> Parts:
    """The product, in which only the second factor's share is rounded before the sum."""
    x, y = operands[0], operands[-1]
    machine = part_type(loop[0])
    real = b.intrinsic("fma", machine, x[0], y[0], b.fneg(b.binary("fmul", x[1], y[1])))
    imag = b.intrinsic("fma", machine, x[0], y[1], b.binary("fmul", x[1], y[0]))
    return real, imag
