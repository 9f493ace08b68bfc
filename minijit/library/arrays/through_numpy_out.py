"""Functions and methods that write their result into ``out=`` and return that array: NumPy runs them."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np

from minijit import types as t
from minijit.library.arrays.through_numpy import words
from minijit.library.builder import Builder, Val
from minijit.library.operands import AnyKeyword, anything
from minijit.library.registry import Arg, lowers, method

_SUM: Final = ("a", "axis", "dtype", "out", "keepdims", "initial", "where")
_LEAST: Final = ("a", "axis", "out", "keepdims", "initial", "where")
_NAMES: Final[dict[str, tuple[str, ...]]] = {
    **dict.fromkeys(("sum", "prod", "nansum", "nanprod"), _SUM),
    **dict.fromkeys(("min", "max", "amin", "amax", "nanmin", "nanmax", "ptp"), _LEAST),
    **dict.fromkeys(("any", "all"), ("a", "axis", "out", "keepdims", "where")),
    **dict.fromkeys(("mean", "nanmean"), ("a", "axis", "dtype", "out", "keepdims", "where")),
    **dict.fromkeys(("var", "std", "nanvar", "nanstd"), ("a", "axis", "dtype", "out", "ddof", "keepdims", "where")),
    **dict.fromkeys(("argmin", "argmax", "nanargmin", "nanargmax"), ("a", "axis", "out", "keepdims")),
    **dict.fromkeys(("cumsum", "cumprod", "nancumsum", "nancumprod"), ("a", "axis", "dtype", "out")),
    **dict.fromkeys(("cumulative_sum", "cumulative_prod"), ("x",)),
    **dict.fromkeys(("median", "nanmedian"), ("a", "axis", "out")),
    **dict.fromkeys(("percentile", "quantile", "nanpercentile", "nanquantile"), ("a", "q", "axis", "out")),
    "trace": ("a", "offset", "axis1", "axis2", "dtype", "out"),
    "take": ("a", "indices", "axis", "out", "mode"),
    "choose": ("a", "choices", "out", "mode"),
    "compress": ("condition", "a", "axis", "out"),
    "clip": ("a", "a_min", "a_max", "out"),
    "round": ("a", "decimals", "out"),
    "dot": ("a", "b", "out"),
    "outer": ("a", "b", "out"),
    "matmul": ("x1", "x2", "out"),
}
"""The parameters that may be given by position, up to ``out`` and beyond."""
_METHODS: Final = words(
    "sum prod min max any all mean var std argmin argmax cumsum cumprod trace take choose clip round dot"
)


def output_given(names: Sequence[str], args: Sequence[Any], keywords: Mapping[str, Any]) -> Any:
    """The argument `out`; ``None`` where there is none."""
    if "out" in keywords:
        return keywords["out"]
    place = names.index("out") if "out" in names else len(args)
    return args[place] if place < len(args) else None


def _register(key: object, function: Callable[..., Any], names: Sequence[str]) -> None:
    def result(*args: Arg, **keywords: Arg) -> t.Type | None:
        out = output_given(names, args, keywords)
        return out.type if out is not None and isinstance(out.type, t.Array) else None

    @lowers(
        key,
        result=result,
        rest=anything,
        keywords=AnyKeyword(),
        effects="reads writes raises unknown",
    )
    def lower(b: Builder, *args: Val, **keywords: Val) -> Val:
        b.call_python(function, [*args, *keywords.values()], t.OBJECT, tuple(keywords))
        out: Val = output_given(names, args, keywords)
        return out


for _name, _parameters in _NAMES.items():
    _function = getattr(np, _name, None)
    if _function is not None:
        _register(_function, _function, _parameters)
    if _name in _METHODS:
        _register(method(_name), getattr(np.ndarray, _name), _parameters)


@lowers(operator.imatmul, t.Array, anything, result=lambda array, other: array.type, effects="reads writes raises")
def imatmul(b: Builder, array: Val, other: Val) -> Val:
    """A product written over its first factor."""
    b.call_python(operator.imatmul, (array, other), t.OBJECT)
    return array
