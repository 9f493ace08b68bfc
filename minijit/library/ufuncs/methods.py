"""Methods of ufuncs, ``reduce accumulate reduceat outer at``: their parameters, and the ufunc they belong to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from minijit import types as t
from minijit.library.builder import Val
from minijit.library.registry import Arg

PARAMETERS: Final[dict[str, tuple[str, ...]]] = {
    "reduce": ("array", "axis", "dtype", "out", "keepdims", "initial", "where"),
    "accumulate": ("array", "axis", "dtype", "out"),
    "reduceat": ("array", "indices", "axis", "dtype", "out"),
    "outer": ("A", "B"),
}


def is_ufunc(one: t.Type) -> bool:
    """Whether `one` is a ufunc, the receiver of these methods."""
    return isinstance(one, t.Const) and isinstance(one.value, np.ufunc)


def ufunc_of(receiver: Arg | Val) -> np.ufunc:
    """The ufunc that a receiver is."""
    assert isinstance(receiver.type, t.Const)
    ufunc = receiver.type.value
    assert isinstance(ufunc, np.ufunc)
    return ufunc


_BOUND: Final[dict[tuple[int, str], Callable[..., Any]]] = {}


def bound(receiver: Arg | Val, name: str) -> Callable[..., Any]:
    """The method of a ufunc, the same object each time."""
    ufunc = ufunc_of(receiver)
    return _BOUND.setdefault((id(ufunc), name), getattr(ufunc, name))
