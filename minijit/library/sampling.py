"""What a Python function gives for arguments of certain types, found by calling it on samples of them.

This is how functions are typed that have no entry of their own: NumPy's, SciPy's and Python's own. Only functions that
are known to do no harm are tried (:func:`may_be_sampled`), and what they may draw on or change (a random generator) is
a copy.
"""

from __future__ import annotations

import copy
import random
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from types import BuiltinFunctionType, BuiltinMethodType, FunctionType, MethodType
from typing import Any, Final

import numpy as np

from minijit import types as t
from minijit.ir.nodes import UNKNOWN
from minijit.library.registry import Arg
from minijit.numpy_types import is_native, sample_of, type_of_value

_LENGTHS: Final = ((3, 3, 3, 3), (2, 3, 4, 5), (4, 3, 2, 2), (1, 1, 1, 1), (2, 2, 2, 2), (1, 3, 1, 3), (3, 1, 3, 1))
_MOST_TYPES: Final = 4
_LARGE: Final = 64
"""Greater ints are not used as samples: they could be lengths."""

_PATIENCE: Final = 0.05
"""Seconds after which a function is not tried on further samples."""

_SCIENCE: Final = ("numpy", "scipy", "math", "cmath", "operator")
"""Packages whose functions compute, and do nothing else unless they are named here:"""
_HARMFUL: Final = frozenset(
    (
        *("save", "savez", "savez_compressed", "savetxt", "savemat", "mmwrite", "write", "tofile"),
        *("load", "loadtxt", "genfromtxt", "fromfile", "fromregex", "loadmat", "whosmat", "mmread", "read", "memmap"),
        *("open_memmap", "seterr", "seterrcall", "setbufsize", "set_printoptions", "printoptions", "errstate"),
        *("show_config", "show_runtime", "info", "test", "get_include"),
    )
)
_CLOCKS: Final = tuple(
    getattr(time, name)
    for name in ("time", "time_ns", "perf_counter", "perf_counter_ns", "monotonic", "monotonic_ns", "process_time")
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a call gives on samples: the type of its result, and whether it changed its arguments."""

    type: t.Type
    changes: bool


def _make_generator() -> Any:
    return np.random.Generator(np.random.PCG64(0))


_MAKERS: Final[dict[str, Callable[[], Any]]] = {
    "numpy.random._generator.Generator": _make_generator,
    "numpy.random.mtrand.RandomState": lambda: np.random.RandomState(0),
    "random.Random": lambda: random.Random(0),
}
"""Classes whose instances have a state that is theirs alone, and how to make an instance for a trial."""


def is_service(cls: type) -> bool:
    """Whether instances of `cls` are passed to native code as objects, whose methods Python carries out."""
    return f"{cls.__module__}.{cls.__qualname__}" in _MAKERS


def may_be_sampled(function: object) -> bool:
    """Whether trying `function` on made-up arguments has no effect that anybody could see."""
    if isinstance(function, np.ufunc) or any(function is clock for clock in _CLOCKS):
        return True
    if not isinstance(function, FunctionType | BuiltinFunctionType | type) and not _is_like_function(function):
        return False
    name = getattr(function, "__name__", "")
    module = (getattr(function, "__module__", None) or "").split(".")[0]
    return module in _SCIENCE and name not in _HARMFUL and getattr(function, "__self__", None) is None


def _is_like_function(function: object) -> bool:
    """Whether `function` is of one of the classes that NumPy, Cython and SciPy have for functions."""
    return type(function).__name__ in ("_ArrayFunctionDispatcher", "cython_function_or_method", "_Function")


def outcome_of(function: Any, args: Sequence[Arg], keywords: Mapping[str, Arg]) -> Outcome | None:
    """What calling `function` gives for arguments of these types.

    Parameters
    ----------
    function : callable
        A function, or the method of an object with a state of its own (``np.random.normal``).

    Returns
    -------
    Outcome or None
        ``None`` where `function` can't be tried, no sample was accepted, or the types of the results differ in more
        than an array's layout, so that nothing can be said.
    """
    owner = getattr(function, "__self__", None)
    if isinstance(function, BuiltinMethodType | MethodType) and owner is not None and is_service(type(owner)):
        return outcome_of_method(type(owner), function.__name__, args, keywords)
    name = getattr(function, "__name__", "")
    if hasattr(np.random.RandomState, name) and function is getattr(np.random, name, None):
        # ``np.random.seed`` and the like work on the generator that all of NumPy shares.
        return outcome_of_method(np.random.RandomState, name, args, keywords)
    if not may_be_sampled(function):
        return None
    return _try(lambda: function, args, keywords)


def outcome_of_method(cls: type, name: str, args: Sequence[Arg], keywords: Mapping[str, Arg]) -> Outcome | None:
    """What a method gives for an instance of `cls` (:func:`is_service`) and arguments of these types."""
    maker = _MAKERS.get(f"{cls.__module__}.{cls.__qualname__}")
    if maker is None or not hasattr(cls, name):
        return None
    return _try(partial(_method_of, maker, name), args, keywords)


@cache
def _instance(maker: Callable[[], Any]) -> Any:
    return maker()


def _method_of(maker: Callable[[], Any], name: str) -> Any:
    return getattr(copy.deepcopy(_instance(maker)), name)


def _try(find: Callable[[], Any], args: Sequence[Arg], keywords: Mapping[str, Arg]) -> Outcome | None:
    seen: dict[t.Type, None] = {}
    changes = False
    start = time.perf_counter()
    for lengths in _LENGTHS:
        made = [sample_argument(arg, lengths) for arg in args]
        named = {name: sample_argument(arg, lengths) for name, arg in keywords.items()}
        if any(value is UNKNOWN for value in (*made, *named.values())):
            return None
        before = copy.deepcopy((made, named))
        try:
            found = type_of_object(_called(find(), made, named))
        except (ValueError, IndexError, ArithmeticError, np.linalg.LinAlgError):
            continue
        except Exception:  # whatever the samples caused, nothing is known then
            return None
        changes = changes or not _same((made, named), before)
        if found is None:
            return None
        seen[found] = None
        if time.perf_counter() - start > _PATIENCE:
            break
    if not seen or len(seen) > _MOST_TYPES:
        return None
    if len(seen) > 1 and not all(isinstance(one, t.Array | t.Tuple) for one in seen):
        return None
    return Outcome(t.union_of(tuple(seen)), changes)


def _called(function: Any, args: Sequence[Any], keywords: Mapping[str, Any]) -> Any:
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return function(*args, **keywords)


def _same(a: Any, b: Any) -> bool:
    if isinstance(a, np.ndarray):
        return bool(a.tobytes() == b.tobytes())
    if isinstance(a, tuple | list):
        return len(a) == len(b) and all(map(_same, a, b))
    if isinstance(a, dict):
        return all(_same(a[key], b[key]) for key in a)
    return True


def sample_argument(arg: Arg, lengths: Sequence[int]) -> Any:
    """The value of an argument where it is known, else one of its type; ``UNKNOWN`` where none can be made."""
    known = arg.type.value if isinstance(arg.type, t.Const) else arg.const
    if callable(known) and not isinstance(known, type | np.dtype) and not may_be_sampled(known):
        # A function of the program's own is not called before its time.
        return UNKNOWN
    if known is UNKNOWN or (isinstance(known, int) and abs(known) > _LARGE):
        return sample_of_type(arg.type, lengths)
    return known


def sample_of_type(one: t.Type, lengths: Sequence[int]) -> Any:
    """A value of a type, with axes of these lengths; ``UNKNOWN`` where none can be made."""
    match one:
        case t.Array(dtype, ndim, layout, writable):
            return _sample_array(np.dtype(dtype), tuple(lengths[:ndim]), layout, writable)
        case t.PythonScalar() | t.NumpyScalar():
            return sample_of(one)
        case t.Tuple(items):
            found = tuple(sample_of_type(item, lengths) for item in items)
            return UNKNOWN if any(item is UNKNOWN for item in found) else found
        case t.Const(value=value):
            return value
        case t.NoneValue():
            return None
        case _:
            return UNKNOWN


def _sample_array(dtype: Any, shape: tuple[int, ...], layout: str, writable: bool) -> Any:
    """Different positive numbers (a regular matrix, symmetric only by chance) in the layout wanted."""
    size = int(np.prod(shape))
    numbers = np.arange(1, size + 1).reshape(shape)
    if len(shape) == 2 and shape[0] == shape[1]:
        numbers = numbers % 3 + 9 * np.eye(shape[0], dtype=np.int64)
    array = numbers.astype(dtype, order="F" if layout == "F" else "C")
    if layout == "A" and shape:
        wide = np.zeros((*shape[:-1], 2 * shape[-1]), dtype)
        wide[..., ::2] = array
        array = wide[..., ::2]
    array.flags.writeable = writable
    return array


def type_of_object(value: Any) -> t.Type | None:
    """The type of a number, an array, ``None``, a tuple of such, as the caller of a function would see it."""
    if value is None:
        return t.NONE
    if is_service(type(value)):
        return t.Object(type(value))
    if type(value) is np.ndarray:
        flags, dtype = value.flags, value.dtype
        if not is_native(dtype) or not flags.aligned:
            return None
        layout: t.Layout = "C" if flags.c_contiguous else "F" if flags.f_contiguous else "A"
        return t.Array(np.dtype(dtype.str), value.ndim, layout, bool(flags.writeable))
    if isinstance(value, tuple):
        # A named tuple is of a class of its own: what is taken apart is not what is returned.
        items = [type_of_object(item) for item in value] if type(value) is tuple else [None]
        return None if None in items else t.Tuple(tuple(items))  # type: ignore[arg-type]
    return type_of_value(value)
