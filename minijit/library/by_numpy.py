"""``by_numpy``: how a body of the library leaves a case to NumPy, and ``refused``: how it has NumPy raise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from minijit import types as t
from minijit.library.builder import Builder, Val
from minijit.library.operands import AnyKeyword, anything
from minijit.library.registry import Arg, lowers
from minijit.library.sampling import pure_result_of


def by_numpy(function: Callable[..., Any], *args: Any, **keywords: Any) -> Any:
    """Call a function of NumPy's, through Python; it must change nothing."""
    return function(*args, **keywords)


def refused(function: Callable[..., Any], *args: Any, **keywords: Any) -> Any:
    """Call a function of NumPy's that raises for these arguments."""
    return function(*args, **keywords)


def _type_of_result(function: Arg, *args: Arg, **keywords: Arg) -> t.Type | None:
    assert isinstance(function.type, t.Const)
    return pure_result_of(function.type.value, args, keywords)  # type: ignore[arg-type]  # callable


@lowers(
    by_numpy,
    t.Const,
    result=_type_of_result,
    rest=anything,
    keywords=AnyKeyword(),
    effects="owns raises reads",
)
def _by_numpy(b: Builder, function: Val, *args: Val, **keywords: Val) -> Val:
    named = {name: Arg(one.type, one.const) for name, one in keywords.items()}
    wanted = _type_of_result(Arg(function.type), *(Arg(one.type, one.const) for one in args), **named)
    assert wanted is not None and isinstance(function.type, t.Const)
    return b.call_python(function.type.value, [*args, *keywords.values()], wanted, tuple(keywords), effects="")


@lowers(refused, t.Const, result=t.NEVER, rest=anything, keywords=AnyKeyword(), effects="raises reads")
def _refused(b: Builder, function: Val, *args: Val, **keywords: Val) -> Val:
    assert isinstance(function.type, t.Const)
    return b.call_python(function.type.value, [*args, *keywords.values()], t.NEVER, tuple(keywords), effects="")
