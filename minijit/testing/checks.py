"""Running a function and its Python original side by side."""

from __future__ import annotations

import contextlib
import io
import os
import sys
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final

import numpy as np

import minijit
from minijit.errors import FallbackWarning
from minijit.testing.comparing import arrays_in, differences, sharing, show
from minijit.testing.copying import copy_arguments

_OTHERS: Final = tuple(os.path.dirname(str(m.__file__)) + os.sep for m in (minijit, np))


@dataclass(frozen=True, slots=True)
class Outcome:
    """All that a caller could see of one call.

    Attributes
    ----------
    value : object
        What the call returned; ``None`` when it raised.
    exception : BaseException or None
        What it raised.
    arguments : tuple
        ``(args, kwargs)`` as they were after the call.
    printed : str
        What it wrote to ``sys.stdout``.
    frames : list of (file name, function, line)
        The traceback below the caller, without the frames of minijit and NumPy.
    """

    value: Any
    exception: BaseException | None
    arguments: tuple[tuple[Any, ...], dict[str, Any]]
    printed: str
    frames: list[tuple[str, str, int]]


def run(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Outcome:
    """Call ``function(*args, **kwargs)`` and keep what came of it; warnings of arithmetic are silenced."""
    value, exception = None, None
    output = io.StringIO()
    with warnings.catch_warnings(), np.errstate(all="ignore"), contextlib.redirect_stdout(output):
        for category in (RuntimeWarning, DeprecationWarning, np.exceptions.ComplexWarning):
            warnings.simplefilter("ignore", category)
        try:
            value = function(*args, **kwargs)
        except Exception as error:
            exception = error
    frames = _frames(exception.__traceback__) if exception is not None else []
    return Outcome(value, exception, (args, kwargs), output.getvalue(), frames)


def _frames(traceback: TracebackType | None) -> list[tuple[str, str, int]]:
    found = []
    traceback = traceback.tb_next if traceback is not None else None  # the first frame is `run` itself
    while traceback is not None:
        code = traceback.tb_frame.f_code
        if not code.co_filename.startswith(_OTHERS):
            found.append((code.co_filename, code.co_name, traceback.tb_lineno))
        traceback = traceback.tb_next
    return found


def assert_same(function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> None:
    """Check that a compiled function does what its Python original does.

    Both are called on copies of the arguments, the compiled one twice (the second call takes the fast path), and are
    compared in the value and its type (bit for bit; dtype, shape, strides and flags of arrays), in the exception with
    its message and the lines of its traceback, in what they print, in the arguments as they are afterwards, and in
    which of the results and arguments share memory.

    Parameters
    ----------
    function : callable
        What ``minijit.jit`` returned.
    *args, **kwargs
        The arguments; they are not changed.

    Raises
    ------
    AssertionError
        With all differences, and the arguments.

    See Also
    --------
    compare : the same with a tolerance, or against another function.
    """
    found = compare(function, args, kwargs)
    if found:
        raise AssertionError(_message(function, args, kwargs, found))


def compare(
    function: Callable[..., Any],
    args: tuple[Any, ...] = (),
    kwargs: dict[str, Any] | None = None,
    *,
    ulp: int = 0,
    original: Callable[..., Any] | None = None,
    calls: int = 2,
) -> list[str]:
    """Describe how `function` differs from `original` (by default its ``py_func``) on these arguments.

    Parameters
    ----------
    function : callable
        The function to check.
    args, kwargs
        The arguments.
    ulp : int
        By how many units in the last place floating-point numbers may differ.
    original : callable, optional
        What to compare with.
    calls : int
        How often to call `function`.
    """
    if original is None:
        original = getattr(function, "py_func", None)
        if original is None:
            raise TypeError(f"{function!r} is not a compiled function: it has no py_func")
    expected = run(original, *copy_arguments((args, kwargs or {})))
    found: list[str] = []
    for number in range(1, calls + 1):
        actual = run(function, *copy_arguments((args, kwargs or {})))
        found = _compare_outcomes(expected, actual, ulp)
        if found:
            return found if number == 1 else [f"in call {number}: {one}" for one in found]
    return found


def _compare_outcomes(expected: Outcome, actual: Outcome, ulp: int) -> list[str]:
    found = []
    if (expected.exception is None) != (actual.exception is None) or expected.exception is not None:
        found += _compare_exceptions(expected, actual)
    else:
        found += differences(expected.value, actual.value, ulp=ulp)
    found += differences(expected.arguments[0], actual.arguments[0], ulp=ulp, where="args afterwards")
    found += differences(expected.arguments[1], actual.arguments[1], ulp=ulp, where="kwargs afterwards")
    found += differences(expected.printed, actual.printed, where="printed text")
    found += _compare_sharing(expected, actual)
    return found


def _compare_exceptions(expected: Outcome, actual: Outcome) -> list[str]:
    one, other = expected.exception, actual.exception
    if one is None:
        return [f"result: {show(expected.value)} became {type(other).__name__}({str(other)!r})"]
    if other is None:
        return [f"exception: {type(one).__name__}({str(one)!r}) became the value {show(actual.value)}"]
    if type(one) is not type(other):
        return [f"exception: {type(one).__name__}({str(one)!r}) became {type(other).__name__}({str(other)!r})"]
    if isinstance(one, RecursionError):
        return []  # how deep, and in the middle of what, depends on the caller
    found = []
    if str(one) != str(other):
        found.append(f"message: {str(one)!r} became {str(other)!r}")
    elif one.args != other.args and repr(one.args) != repr(other.args):
        found.append(f"arguments of the exception: {one.args!r} became {other.args!r}")
    if expected.frames != actual.frames:
        found.append(f"traceback: {_show_frames(expected.frames)} became {_show_frames(actual.frames)}")
    return found


def _show_frames(frames: list[tuple[str, str, int]]) -> str:
    return " > ".join(f"{os.path.basename(file)}:{line} in {name}" for file, name, line in frames) or "nothing"


def _compare_sharing(expected: Outcome, actual: Outcome) -> list[str]:
    arrays = [arrays_in([*one.arguments, one.value]) for one in (expected, actual)]
    if len(arrays[0]) != len(arrays[1]):
        return []  # reported by then
    one, other = map(sharing, arrays)
    if one == other:
        return []
    pairs = sorted(pair for pair in one.keys() | other.keys() if one.get(pair) != other.get(pair))
    described = ", ".join(f"arrays {i} and {j}: {one.get((i, j))} became {other.get((i, j))}" for i, j in pairs[:3])
    return [f"memory shared (arrays counted through arguments, then result): {described}"]


def _message(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any], found: list[str]) -> str:
    code = getattr(getattr(function, "py_func", function), "__code__", None)
    place = f" ({code.co_filename}:{code.co_firstlineno})" if code is not None else ""
    given = [show(one) for one in args] + [f"{name}={show(one)}" for name, one in kwargs.items()]
    name = getattr(function, "__qualname__", repr(function))
    lines = [f"{name}{place} differs from the interpreter", f"  called with ({', '.join(given)})"]
    return "\n".join(lines + [f"  {one}" for one in found])


@contextlib.contextmanager
def native(function: Any, *, bails: bool = False) -> Iterator[None]:
    """Check that the calls of `function` in the ``with`` block run as native code.

    Parameters
    ----------
    function : Dispatcher
        What ``minijit.jit`` returned.
    bails : bool
        Whether a call may leave native code for a value that it can't hold (an integer beyond 64 bits).

    Raises
    ------
    AssertionError
        When a call fell back to the interpreter (with the reasons), bailed out, or nothing was compiled at all.
    """
    before = len(function.fallback_reasons)
    bailed = _bail_outs(function)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FallbackWarning)
        yield
    if sys.exc_info()[1] is not None:
        return
    reasons = function.fallback_reasons[before:]
    if reasons:
        raise AssertionError(f"{function.__qualname__} ran in the interpreter:\n" + "\n".join(reasons))
    if not function.signatures:
        raise AssertionError(f"{function.__qualname__} was never compiled")
    if not bails and _bail_outs(function) != bailed:
        raise AssertionError(f"{function.__qualname__} left native code for a value that it can't hold")


def _bail_outs(function: Any) -> int:
    return int(function.stats["bailouts"])
