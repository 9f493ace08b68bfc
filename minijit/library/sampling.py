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
from functools import cache
from itertools import product
from types import BuiltinFunctionType, BuiltinMethodType, FunctionType, MethodType, ModuleType
from typing import Any, Final

import numpy as np

from minijit import types as t
from minijit.ir.nodes import UNKNOWN
from minijit.library.registry import Arg
from minijit.library.shared_draws import SharedDraws
from minijit.library.trial_values import TURNING, common_type, forms_of, type_of_object, value_of

_LENGTHS: Final = (
    *((3, 3, 3, 3), (2, 3, 4, 5), (4, 3, 2, 2), (1, 1, 1, 1), (2, 2, 2, 2), (1, 3, 1, 3), (3, 1, 3, 1)),
    (TURNING,) * 4,
)
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


def service_class(one: t.Type) -> type | None:
    """The class of such an object; ``None`` for a value of any other type."""
    cls = one.cls if isinstance(one, t.Object) else type(one.value) if isinstance(one, t.Const) else None
    return cls if cls is not None and is_service(cls) else None


def service_of(method: object) -> object | None:
    """The object that `method`, as in ``random.random``, belongs to; ``None`` for anything else."""
    owner = method.__self__ if isinstance(method, BuiltinMethodType | MethodType) else None
    return owner if owner is not None and is_service(type(owner)) else None


def new_service(cls: type) -> Any:
    """An object of such a class, for a trial."""
    return _MAKERS[f"{cls.__module__}.{cls.__qualname__}"]()


def may_be_sampled(function: object) -> bool:
    """Whether trying `function` on made-up arguments has no effect that anybody could see."""
    if isinstance(function, np.ufunc) or any(function is clock for clock in _CLOCKS):
        return True
    if not isinstance(function, FunctionType | BuiltinFunctionType | type) and not is_like_function(function):
        return False
    name = getattr(function, "__name__", "")
    module = (getattr(function, "__module__", None) or "").split(".")[0]
    # Functions written in C belong to their module.
    owner = getattr(function, "__self__", None)
    return module in _SCIENCE and name not in _HARMFUL and (owner is None or isinstance(owner, ModuleType))


def is_like_function(function: object) -> bool:
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
    return _try(function, None, args, keywords) if may_be_sampled(function) else None


def result_of(function: Callable[..., Any], args: Sequence[Arg], keywords: Mapping[str, Arg]) -> t.Type | None:
    """The type of what a function of NumPy's gives; ``None`` where NumPy refuses samples, or nothing can be said."""
    outcome = _try(function, None, args, keywords)
    return None if outcome is None else outcome.type


def pure_result_of(function: Callable[..., Any], args: Sequence[Arg], keywords: Mapping[str, Arg]) -> t.Type | None:
    """Like :func:`result_of`, but ``None`` for a call that changes its arguments (an output given by position)."""
    outcome = _try(function, None, args, keywords)
    return None if outcome is None or outcome.changes else outcome.type


def outcome_of_method(cls: type, name: str, args: Sequence[Arg], keywords: Mapping[str, Arg]) -> Outcome | None:
    """What a method gives for an instance of `cls` (:func:`is_service`) and arguments of these types."""
    if not is_service(cls) or not hasattr(cls, name):
        return None
    return _try(name, cls, args, keywords)


def _method_of(cls: type, name: str) -> Any:
    return getattr(copy.deepcopy(_instance(cls)), name)


@cache
def _instance(cls: type) -> Any:
    return _MAKERS[f"{cls.__module__}.{cls.__qualname__}"]()


# ---- trying


def _try(function: Any, cls: type | None, args: Sequence[Arg], keywords: Mapping[str, Arg]) -> Outcome | None:
    """Try a function, or the method of class `cls` whose name is `function`."""
    given = tuple(map(_sampled, args))
    named = tuple((name, _sampled(arg)) for name, arg in keywords.items())
    if any(known is _UNTRIED for _, _, known in (*given, *(row for _, row in named))):
        return None
    try:
        return _outcome(function, cls, given, named)
    except TypeError:
        # Something among the arguments is not hashable.
        return None


_UNTRIED: Final = object()
"""Stands for a function of the program's own: it is not called before its time."""

_Sampled = tuple[t.Type, str, object]
"""The type of an argument; the text of its value, which tells 1 from True; the value, ``UNKNOWN`` where it is not."""


def _sampled(arg: Arg) -> _Sampled:
    known = arg.type.value if isinstance(arg.type, t.Const) else arg.const
    if isinstance(arg.type, t.NoneValue):
        known = None
    if callable(known) and not isinstance(known, type | np.dtype) and not may_be_sampled(known):
        known = _UNTRIED
    # The bounds of a slice are not always known where it is lowered.
    if isinstance(arg.type, t.Slice) or (isinstance(known, int) and abs(known) > _LARGE):
        known = UNKNOWN
    return arg.type, "" if known is UNKNOWN else repr(known), known


@cache
def _outcome(
    function: Any, cls: type | None, args: tuple[_Sampled, ...], keywords: tuple[tuple[str, _Sampled], ...]
) -> Outcome | None:
    rows = (*args, *(row for _, row in keywords))
    # A length may have to be a multiple of a number that is known: np.split(a, 5).
    known = [value for _, _, value in rows if type(value) is int and value]
    seen: dict[t.Type, bool] = {}
    changes = False
    trusts_indices = not _looks_at_indices(function)
    state = SharedDraws() if trusts_indices else None
    start = time.perf_counter()
    all_lengths = (*_LENGTHS, *((abs(value),) * 4 for value in known))
    forms = list(product(*(forms_of(one) for one, _, _ in rows)))
    for lengths, types in product(all_lengths, forms):
        made = [
            value if value is not UNKNOWN else value_of(one, lengths, harmless=trusts_indices)
            for one, (_, _, value) in zip(types, rows, strict=True)
        ]
        if any(value is UNKNOWN for value in made):
            return None
        before = copy.deepcopy(made)
        names = (name for name, _ in keywords)
        try:
            called = function if cls is None else _method_of(cls, function)
            result = _call(called, made[: len(args)], dict(zip(names, made[len(args) :], strict=True)))
        except (ValueError, IndexError, ArithmeticError, np.linalg.LinAlgError):
            continue
        except Exception as error:
            if type(error).__module__ != "builtins":
                # Extension modules have classes of their own for values that they don't like.
                continue
            # Whatever it is that the samples caused: nothing is known then.
            return None
        finally:
            drew = state is not None and state.restore()
        changes = changes or drew or not _same(made, before)
        if not seen and cls is None and not changes:
            changes = _writes(function, before, len(args), [name for name, _ in keywords])
        found = t.Object(type(result)) if is_service(type(result)) else type_of_object(result)
        if found is None:
            return None
        seen[found] = seen.get(found, False) or 1 not in lengths
        if types == forms[-1] and time.perf_counter() - start > _PATIENCE:
            break
    # The length of a list may follow from any number among the arguments.
    is_open = any(one == t.INT and value is UNKNOWN for one, _, value in rows)
    whole = common_type(_usual(seen), is_open) if seen else None
    return None if whole is None else Outcome(whole, changes)


def _looks_at_indices(function: Any) -> bool:
    """Whether a function sees to it that indices among its arguments are within bounds: NumPy's and Python's do."""
    return (getattr(function, "__module__", None) or "").split(".")[0] != "scipy"


def _writes(function: Any, values: Sequence[Any], count: int, names: Sequence[str]) -> bool:
    """Whether a call that went well fails where no array is writable: it may write, if only to some elements."""

    def closed(value: Any) -> Any:
        if not isinstance(value, np.ndarray):
            return value
        view = value.view()
        view.flags.writeable = False
        return view

    if not any(isinstance(value, np.ndarray) for value in values):
        return False
    made = list(map(closed, values))
    try:
        _call(function, made[:count], dict(zip(names, made[count:], strict=True)))
    except Exception:
        return True
    return False


def _usual(seen: dict[t.Type, bool]) -> list[t.Type]:
    """The types seen, less what came of axes of length 1 only: ``np.cov`` of one row is a number."""
    if not any(seen.values()):
        return list(seen)
    is_number = {one: isinstance(one, t.PythonScalar | t.NumpyScalar) for one in seen}
    first = is_number[next(iter(seen))]
    return [one for one, usual in seen.items() if usual or is_number[one] == first]


def _call(function: Any, args: Sequence[Any], keywords: Mapping[str, Any]) -> Any:
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return function(*args, **keywords)


def _same(a: Any, b: Any) -> bool:
    if isinstance(a, np.ndarray):
        return bool(a.tobytes() == b.tobytes())
    if isinstance(a, tuple | list):
        return len(a) == len(b) and all(map(_same, a, b))
    return True
