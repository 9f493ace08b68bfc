"""Functions of dtypes, which are known while compiling: ``np.iinfo``, ``np.finfo``, ``np.issubdtype`` ..."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, Final

import numpy as np

from minijit import types as t
from minijit.library.builder import Builder, Val
from minijit.library.registry import Arg, lowers

_FUNCTIONS: Final[dict[Callable[..., Any], list[tuple[Any, ...]]]] = {
    np.iinfo: [(np.int8,), (np.uint64,)],
    np.finfo: [(np.float32,), (float,)],
    np.issubdtype: [(np.int8, np.integer), (np.float32, np.integer), (np.dtype("f8"), float)],
    np.promote_types: [(np.int8, np.uint8), ("f4", np.int64)],
    np.result_type: [(np.int8, np.uint8), ("f4", np.int64)],
    np.can_cast: [(np.int8, np.int16), (np.float64, np.int8)],
}
_ANSWERS: Final[dict[tuple[object, ...], object]] = {}
"""Kept, because a constant is the same type only as long as it is the same object."""


def _answer(function: Callable[..., Any], args: tuple[Arg | Val, ...]) -> object:
    """What the function gives for arguments that are dtypes, classes or strings; ``None`` where it refuses them."""
    if not args or not all(_is_dtype_like(arg.type) for arg in args):
        return None
    values = tuple(arg.type.value for arg in args if isinstance(arg.type, t.Const))
    key = (function, *((type(value), value) for value in values))
    if key not in _ANSWERS:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            try:
                _ANSWERS[key] = function(*values)
            except (TypeError, ValueError, Warning):
                _ANSWERS[key] = None
    return _ANSWERS[key]


def _is_dtype_like(one: t.Type) -> bool:
    return isinstance(one, t.Const) and isinstance(one.value, type | np.dtype | str)


def _type_of_answer(answer: object) -> t.Type | None:
    if answer is None:
        return None
    return t.BOOL if isinstance(answer, bool) else t.Const(answer)


def _register(function: Callable[..., Any], samples: list[tuple[Any, ...]]) -> None:
    def known(*args: Arg) -> object:
        return _answer(function, args)

    @lowers(
        function,
        result=lambda *args: _type_of_answer(_answer(function, args)),
        rest=t.Const,
        samples=samples if function not in (np.iinfo, np.finfo) else (),
        fold=known,
    )
    def lower(b: Builder, *args: Val) -> Val:
        answer = _answer(function, args)
        one = _type_of_answer(answer)
        assert one is not None
        return b.constant(one, answer)


for _function, _samples in _FUNCTIONS.items():
    _register(_function, _samples)
