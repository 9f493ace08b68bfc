"""The decorators and their options."""

from __future__ import annotations

from typing import Any

import pytest

import minijit


def sample(x: Any) -> Any:
    return x


def test_all_spellings() -> None:
    for made in (minijit.jit(sample), minijit.jit()(sample), minijit.jit(fastmath=True)(sample), minijit.njit(sample)):
        assert made.py_func is sample
        assert made(3) == 3


@pytest.mark.parametrize("name", ["fastmath", "nogil", "boundscheck", "parallel", "cache"])
def test_switches(name: str) -> None:
    assert getattr(minijit.jit(**{name: True})(sample).options, name) is True
    assert getattr(minijit.jit(**{name: False})(sample).options, name) is False
    with pytest.raises(TypeError, match=rf"option '{name}' must be True or False, not 'yes'"):
        minijit.jit(**{name: "yes"})


def test_defaults() -> None:
    options = minijit.jit(sample).options
    assert options.as_keywords() == {
        "boundscheck": True,
        "cache": True,
        "fallback": "warn",
        "fastmath": False,
        "nogil": False,
        "parallel": False,
    }


def test_nopython_and_njit_mean_error() -> None:
    assert minijit.jit(nopython=True)(sample).options.fallback == "error"
    assert minijit.jit(nopython=False)(sample).options.fallback == "warn"
    assert minijit.jit(nopython=True, fallback="error")(sample).options.fallback == "error"
    assert minijit.njit(sample).options.fallback == "error"
    assert minijit.njit(nogil=True)(sample).options.fallback == "error"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"fast_math": True}, "'fast_math'"),
        ({"forceobj": True}, "'forceobj'"),
        ({"fallback": "never"}, "'fallback' must be 'warn', 'error' or 'silent', not 'never'"),
        ({"fallback": 1}, "'fallback'"),
        ({"nopython": 1}, "'nopython' must be True or False"),
        ({"nopython": True, "fallback": "warn"}, "'nopython' means fallback='error'"),
    ],
)
def test_misused_options(options: dict[str, Any], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        minijit.jit(**options)


@pytest.mark.parametrize("options", [{"nopython": False}, {"fallback": "warn"}])
def test_njit_can_not_be_softened(options: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match=rf"option '{next(iter(options))}'"):
        minijit.njit(**options)


@pytest.mark.parametrize("signature", ["float64(float64)", ("f8", "i8"), ["f8(f8)"], float])
def test_signatures_are_not_needed(signature: Any) -> None:
    with pytest.raises(TypeError, match="takes no signatures"):
        minijit.jit(signature)


@pytest.mark.parametrize("target", [5, len, None, object()])
def test_not_a_function(target: Any) -> None:
    with pytest.raises(TypeError, match="takes a Python function, not"):
        minijit.jit(target)


def test_decorating_twice() -> None:
    once = minijit.jit(sample)
    assert minijit.jit(once) is once
    again = minijit.jit(fastmath=True)(once)
    assert again is not once
    assert again.py_func is sample
    assert again.options.fastmath
