"""Functions along an axis that is known at run time only: the call is written out for each axis that the array has."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

import numpy as np

from minijit import types as t
from minijit.ir.nodes import UNKNOWN
from minijit.library.by_numpy import refused
from minijit.library.registry import Arg, implements, method

MOST = 4
"""Arrays with more axes than this are NumPy's."""

_FUNCTIONS: Final = (
    *(np.sum, np.prod, np.mean, np.std, np.var, np.max, np.min, np.any, np.all, np.argmax, np.argmin, np.ptp),
    *(np.cumsum, np.cumprod, np.count_nonzero, np.nansum, np.nanmean, np.nanmax, np.nanmin, np.median),
    *(np.sort, np.argsort, np.flip),
)
_METHODS: Final = ("sum", "prod", "mean", "std", "var", "max", "min", "any", "all", "argmax", "argmin", "cumsum")


def _is_unknown(a: Arg, axis: Arg) -> bool:
    kind = a.type
    return isinstance(kind, t.Array) and 1 <= kind.ndim <= MOST and axis.type == t.INT and axis.const is UNKNOWN


def _samples() -> Iterator[tuple[Any, ...]]:
    block = np.arange(24.0).reshape(2, 3, 4)
    for one in (block, block[0], block[0].T, block[1, 2], block.astype(np.int16)):
        for axis in (0, 1, -1, -2, 2, 5):
            yield one, axis


def _register(function: Callable[..., Any], key: Any) -> None:
    @implements(key, when=_is_unknown, samples=_samples)
    def at_axis(a: Any, /, axis: Any) -> Any:
        if axis == 0 or axis == -a.ndim:
            return function(a, axis=0)
        if a.ndim > 1 and (axis == 1 or axis == 1 - a.ndim):
            return function(a, axis=1)
        if a.ndim > 2 and (axis == 2 or axis == 2 - a.ndim):
            return function(a, axis=2)
        if a.ndim > 3 and (axis == 3 or axis == -1):
            return function(a, axis=3)
        return refused(function, a, axis=axis)


for _function in _FUNCTIONS:
    _register(_function, _function)
for _name in _METHODS:
    _register(getattr(np, _name), method(_name))
