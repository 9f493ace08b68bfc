"""Every function of the corpus, compiled, against the interpreter; and the harness against wrong compilers."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from types import FunctionType
from typing import Any

import numpy as np
import pytest

import minijit
from minijit.testing import copy_arguments, run
from tests.corpus import Case, cases
from tests.corpus_check import check

CASES = list(cases())


def _name(case: Case) -> str:
    return f"{case.theme}.{case.function.__name__}"


@pytest.mark.parametrize("case", CASES, ids=_name)
def test_agrees_with_the_interpreter(case: Case, record_property: Callable[[str, object], None]) -> None:
    record_property("theme", case.theme)
    problems = check(case, lambda function: minijit.jit(function, fallback="silent"))
    if problems:
        pytest.fail("\n".join(f"[{kind}] {text}" for kind, text in problems), pytrace=False)


def test_names_are_unique_and_many() -> None:
    names = [_name(case) for case in CASES]
    assert len(set(names)) == len(names)
    assert len(names) >= 400


def test_rows_are_fast_and_deterministic_in_the_interpreter() -> None:
    for case in CASES:
        started = time.perf_counter()
        found = check(case, Interpreted)
        assert not found, found
        assert time.perf_counter() - started < 5, _name(case)


class Interpreted:
    """Looks like a compiled function and runs the Python one; the self-tests put faults into it."""

    def __init__(self, function: Callable[..., Any], fault: Callable[..., Any] | None = None) -> None:
        self.py_func = function
        self.fallback_reasons: list[str] = []
        self.signatures = [()]
        self.stats = {"bailouts": 0}
        self.fault = fault

    @property
    def __call__(self) -> Callable[..., Any]:
        """A property, so that no frame of this class stands in tracebacks."""
        return self.py_func if self.fault is None else functools.partial(self.fault, self.py_func)


def fault(function: Callable[..., Any]) -> Callable[..., Any]:
    """Make `function` one of minijit's own in tracebacks, where its frames do not count."""
    return FunctionType(function.__code__.replace(co_filename=minijit.__file__), globals(), function.__name__)


@fault
def wraps_ints(function: Callable[..., Any], *args: Any) -> Any:
    """As Numba: the result is kept in 64 bits."""
    result = function(*args)
    return (result + 2**63) % 2**64 - 2**63 if type(result) is int else result


@fault
def gives_python_scalars(function: Callable[..., Any], *args: Any) -> Any:
    """As Numba: a NumPy scalar comes back as Python's."""
    result = function(*args)
    return result.item() if isinstance(result, np.generic) else result


@fault
def gives_numpy_scalars(function: Callable[..., Any], *args: Any) -> Any:
    result = function(*args)
    return np.float64(result) if type(result) is float else result


@fault
def loses_the_sign_of_zero(function: Callable[..., Any], *args: Any) -> Any:
    result = function(*args)
    return result + 0.0 if type(result) is float else result


@fault
def changes_the_message(function: Callable[..., Any], *args: Any) -> Any:
    try:
        return function(*args)
    except Exception as error:
        raise type(error)(f"{error}!") from None


@fault
def reads_outside(function: Callable[..., Any], *args: Any) -> Any:
    try:
        return function(*args)
    except IndexError:
        return np.float64(0)


@fault
def forgets_stores(function: Callable[..., Any], *args: Any) -> Any:
    return function(*copy_arguments(args))


@fault
def copies_results(function: Callable[..., Any], *args: Any) -> Any:
    result = function(*args)
    return result.copy() if isinstance(result, np.ndarray) else result


@fault
def raises_elsewhere(function: Callable[..., Any], *args: Any) -> Any:
    expected = run(function, args, {})
    if expected.exception is not None:
        raise expected.exception.with_traceback(None)
    return expected.value


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        (wraps_ints, "integers.factorial"),
        (gives_python_scalars, "scalars_numpy.add"),
        (gives_numpy_scalars, "scalars_python.true_divide"),
        (loses_the_sign_of_zero, "scalars_python.modulo"),
        (changes_the_message, "errors.divisions_by_zero"),
        (reads_outside, "indexing.element"),
        (forgets_stores, "stores.store_int"),
        (forgets_stores, "indexing.returns_the_argument"),
        (copies_results, "indexing.slice_of"),
        (copies_results, "indexing.row"),
        (raises_elsewhere, "errors.error_in_helper"),
    ],
)
def test_harness_finds_faults(wrong: Callable[..., Any], name: str) -> None:
    case = next(case for case in CASES if _name(case) == name)
    problems = check(case, lambda function: Interpreted(function, wrong))
    assert any(problem.kind == "wrong" for problem in problems)


def test_harness_demands_native_code() -> None:
    case = next(case for case in CASES if _name(case) == "tuples.swap")

    def falls_back(function: Callable[..., Any]) -> Interpreted:
        made = Interpreted(function)
        made.fault = lambda original, *args: (made.fallback_reasons.append("no"), original(*args))[1]
        return made

    assert {problem.kind for problem in check(case, falls_back)} == {"interpreted"}
