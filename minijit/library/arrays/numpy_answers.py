"""Whether NumPy takes arguments of some types: asked of NumPy, on arrays of one element."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from minijit import types as t


def example_of(one: t.Type) -> Any:
    """A value of a type whose elements are all 0; ``None`` where none can be made."""
    match one:
        case t.Array(dtype, ndim, _, writable):
            array = np.zeros((1,) * ndim, dtype)
            array.flags.writeable = writable
            return array
        case t.PythonScalar(name):
            return {"bool": False, "int": 0, "float": 0.0, "complex": 0j}[name]
        case t.NumpyScalar(dtype):
            return dtype.type(0)
        case t.Tuple(items):
            return tuple(example_of(item) for item in items)
        case t.Const(value=value):
            return value
        case _:
            return None


@cache
def takes(function: Callable[..., Any], args: tuple[t.Type, ...]) -> bool:
    """Whether a call with arguments of these types works, without a warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            function(*map(example_of, args))
        except Exception:  # whatever it is, the call isn't one for native code
            return False
    return True
