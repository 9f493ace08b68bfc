"""Functions that compiled code calls: their code and default values may change, and the next call sees it."""

from __future__ import annotations

import numpy as np

import minijit


def scaled(x, by=2, table=np.ones(2)):
    return x * by, table[0]


def shifted(x, *, by=2):
    return x + by


def calls_scaled(x):
    return scaled(x)


def calls_shifted(x):
    return shifted(x)


def calls_any(function, x):
    return function(x)


def other_code(x, by=2, table=None):
    return x - by, None


def test_default_values():
    compiled = minijit.jit(calls_scaled, fallback="error")
    code, defaults = scaled.__code__, scaled.__defaults__
    try:
        assert compiled(3) == (6, 1.0)
        scaled.__defaults__ = (2, np.zeros(2))
        assert compiled(3) == (6, 0.0)
        scaled.__defaults__ = (5, np.zeros(2))
        assert compiled(3) == (15, 0.0)
        scaled.__code__ = other_code.__code__
        assert compiled(3) == (-2, None)
    finally:
        scaled.__code__, scaled.__defaults__ = code, defaults
    assert compiled(3) == (6, 1.0)


def test_default_values_of_keyword_only_parameters():
    compiled = minijit.jit(calls_shifted, fallback="error")
    try:
        assert compiled(3) == 5
        shifted.__kwdefaults__ = {"by": 4.5}
        assert compiled(3) == 7.5
    finally:
        shifted.__kwdefaults__ = {"by": 2}


def test_a_function_that_is_an_argument():
    compiled = minijit.jit(calls_any, fallback="error")
    defaults = scaled.__defaults__
    try:
        assert compiled(scaled, 3) == (6, 1.0)
        scaled.__defaults__ = (7, np.zeros(2))
        assert compiled(scaled, 3) == (21, 0.0)
    finally:
        scaled.__defaults__ = defaults


def test_a_default_array_is_read_where_it_is():
    compiled = minijit.jit(calls_scaled, fallback="error")
    assert compiled(1) == (2, 1.0)
    table = scaled.__defaults__[1]
    table[0] = 8
    try:
        assert compiled(1) == (2, 8.0)
    finally:
        table[0] = 1
