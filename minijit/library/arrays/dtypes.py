"""Arguments that name a dtype, and binding the arguments of NumPy's functions, which take them by position or name."""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeVar

import numpy as np

from minijit import types as t
from minijit.ir.nodes import UNKNOWN
from minijit.library.builder import Builder, Val
from minijit.library.registry import Arg, lowers
from minijit.numpy_types import Dtype, is_native

One = TypeVar("One")

_PYTHON_CLASSES: Final = (bool, int, float, complex)


def bind(
    names: Sequence[str], args: Sequence[One], keywords: Mapping[str, One], required: int = 1
) -> dict[str, One] | None:
    """Arguments by parameter name; ``None`` where Python would refuse the call."""
    if len(args) > len(names):
        return None
    bound = dict(zip(names, args, strict=False))
    for name, value in keywords.items():
        if name in bound or name not in names:
            return None
        bound[name] = value
    return bound if all(name in bound for name in names[:required]) else None


def is_none(arg: Arg | Val | None) -> bool:
    """Whether an argument is missing or ``None``."""
    return arg is None or isinstance(arg.type, t.NoneValue)


def dtype_of_argument(arg: Arg | Val | None, default: Dtype | None) -> Dtype | None:
    """The dtype that an argument names (a dtype, class or string), `default` for none; ``None`` where we can't tell."""
    if arg is None or isinstance(arg.type, t.NoneValue):
        return default
    if not isinstance(arg.type, t.Const):
        return None
    value = arg.type.value
    is_class = isinstance(value, type) and (issubclass(value, np.generic) or value in _PYTHON_CLASSES)
    if not (is_class or isinstance(value, np.dtype | str)):
        return None
    try:
        dtype: Dtype = np.dtype(value)  # type: ignore[call-overload]
    except TypeError:
        return None
    if not is_native(dtype):
        return None
    return np.dtype(dtype.str)


def text_of_argument(arg: Arg | Val | None, default: str) -> str | None:
    """The string that an argument is, `default` for a missing one; ``None`` where it is something else."""
    if arg is None:
        return default
    value = arg.type.value if isinstance(arg.type, t.Const) else arg.const
    return value if isinstance(value, str) else None


# ---- dtypes compared


def _is_dtype_like(one: t.Type) -> bool:
    if not isinstance(one, t.Const):
        return False
    value = one.value
    if isinstance(value, type):
        return issubclass(value, np.generic) or value in _PYTHON_CLASSES
    return isinstance(value, np.dtype | str)


def _register(function: Any) -> None:
    def result(x: Arg, y: Arg) -> t.Type | None:
        sides = [arg.type.value for arg in (x, y) if isinstance(arg.type, t.Const)]
        if len(sides) < 2 or not any(isinstance(side, np.dtype) for side in sides):
            return None
        try:
            function(*sides)
        except TypeError:
            return None
        return t.BOOL

    @lowers(function, _is_dtype_like, _is_dtype_like, result=result, fold=True)
    def compare(b: Builder, x: Val, y: Val) -> Val:
        assert isinstance(x.type, t.Const) and isinstance(y.type, t.Const)
        return b.constant(t.BOOL, function(x.type.value, y.type.value))


for _function in (operator.eq, operator.ne):
    _register(_function)


def known_value(arg: Arg | Val | None) -> object:
    """The value of an argument that is known while compiling, else ``UNKNOWN``."""
    if arg is None:
        return UNKNOWN
    return arg.type.value if isinstance(arg.type, t.Const) else arg.const


def _type_of_dtype(value: Arg) -> t.Type | None:
    dtype = dtype_of_argument(value, None)
    return None if dtype is None else t.Const(np.dtype(known_value(value)))  # type: ignore[call-overload]


@lowers(np.dtype, t.Const, result=_type_of_dtype, samples=[(np.int8,), ("float32",), (float,)])
def dtype(b: Builder, value: Val) -> Val:
    """The dtype that a class or a string names."""
    one = _type_of_dtype(Arg(value.type))
    assert isinstance(one, t.Const)
    return b.constant(one, one.value)
