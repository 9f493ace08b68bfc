"""Kernels of the logical ufuncs: every number is true that is not zero."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from minijit.ir.nodes import Value
from minijit.library.builder import Builder
from minijit.library.casts import cast_parts
from minijit.library.ufuncs.elementwise import Loop, Parts, kernel
from minijit.numpy_types import BOOL_DTYPE

_LOGICAL: Final[dict[np.ufunc, Callable[[Builder, Value, Value], Value]]] = {
    np.logical_and: lambda b, x, y: b.and_(x, y),
    np.logical_or: lambda b, x, y: b.or_(x, y),
    np.logical_xor: lambda b, x, y: b.binary("xor", x, y),
}


def _register(ufunc: np.ufunc, combine: Callable[[Builder, Value, Value], Value]) -> None:
    @kernel(ufunc, kinds="biufc")
    def logical(b: Builder, loop: Loop, operands: Sequence[Parts]) -> Parts:
        truths = [cast_parts(b, parts, dtype, BOOL_DTYPE)[0] for parts, dtype in zip(operands, loop, strict=False)]
        return (combine(b, *truths),)


for _ufunc, _combine in _LOGICAL.items():
    _register(_ufunc, _combine)


@kernel(np.logical_not, kinds="biufc")
def logical_not(b: Builder, loop: Loop, operands: Sequence[Parts]) -> Parts:
    """Whether it is zero."""
    return (b.not_(cast_parts(b, operands[0], loop[0], BOOL_DTYPE)[0]),)
