"""Binding arguments to one row of values, against Python's own binding."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minijit.binding import Parameters


def none() -> None: ...
def plain(a: Any, b: Any = 2, c: Any = 3) -> None: ...
def positional(a: Any, b: Any = 2, /, c: Any = 3) -> None: ...
def keyword(a: Any, *, b: Any, c: Any = 3) -> None: ...
def star(a: Any, b: Any = 2, *rest: Any) -> None: ...
def everything(a: Any, /, b: Any = 2, *rest: Any, c: Any = 3) -> None: ...


FUNCTIONS = [none, plain, positional, keyword, star, everything]


@pytest.mark.parametrize("function", FUNCTIONS)
@given(args=st.lists(st.integers(10, 99), max_size=5), names=st.sets(st.sampled_from(["a", "b", "c", "d", "rest"])))
def test_as_python_binds(function: Any, args: list[int], names: set[str]) -> None:
    keywords = {name: f"given {name}" for name in names}
    parameters = Parameters(function)
    row = parameters.bind(tuple(args), keywords)
    try:
        bound = inspect.signature(function).bind(*args, **keywords)
    except TypeError:
        assert row is None
        return
    bound.apply_defaults()
    assert row is not None
    assert dict(zip(parameters.names, row, strict=True)) == bound.arguments
    again, rest = parameters.unbind(row)
    assert parameters.bind(again, rest) == row


def test_kinds() -> None:
    assert [Parameters(function).is_plain for function in FUNCTIONS] == [True, True, True, False, False, False]
    assert Parameters(everything).names == ("a", "b", "rest", "c")
    assert Parameters(lambda **options: None).varkeywords  # type: ignore[arg-type]
