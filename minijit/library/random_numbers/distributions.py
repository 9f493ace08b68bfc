"""Variates of ``Generator`` by NumPy's own C functions, and exponential ones of ``np.random``.

NumPy exports the functions of numpy/random/distributions.h from the module that holds ``Generator``. Each is tried
before it is used: it has to give the numbers of the method, from the same state.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Callable
from functools import cache, partial
from typing import Final, NamedTuple

import numpy as np

from minijit import types as t
from minijit.ir.nodes import Value
from minijit.library.builder import Builder
from minijit.library.operands import is_real
from minijit.library.random_numbers.draws import (
    EFFECTS,
    Draw,
    bound_arguments,
    is_numpy_generator,
    is_random_state,
    takes,
)
from minijit.library.random_numbers.layout import Layout, layout_of
from minijit.library.registry import Arg, lowers, method
from minijit.library.vals import Val
from minijit.machine import F64, I64


class Parameter(NamedTuple):
    """A parameter of a distribution; without a `default` it must be given."""

    name: str
    default: float | None
    negative: bool = False
    """Whether NumPy takes numbers below zero."""


_SCALE: Final = Parameter("scale", 1.0)
_SHAPE: Final = Parameter("shape", None)
_DISTRIBUTIONS: Final = {
    "standard_normal": (),
    "normal": (Parameter("loc", 0.0, negative=True), _SCALE),
    "lognormal": (Parameter("mean", 0.0, negative=True), Parameter("sigma", 1.0)),
    "standard_exponential": (),
    "exponential": (_SCALE,),
    "standard_gamma": (_SHAPE,),
    "gamma": (_SHAPE, _SCALE),
}


@cache
def _is_exported(name: str) -> bool:
    """Whether NumPy exports the function of a distribution, and it gives what the method gives."""
    import numpy.random._generator as module

    layout = layout_of(np.random.Generator)
    function = getattr(ctypes.CDLL(module.__file__), f"random_{name}", None)
    if layout is None or function is None:
        return False
    numbers = [1.5 + k for k in range(len(_DISTRIBUTIONS[name]))]
    function.restype, function.argtypes = ctypes.c_double, [ctypes.c_void_p, *[ctypes.c_double] * len(numbers)]
    one, other = (np.random.Generator(np.random.PCG64(7)) for _ in range(2))
    draw = getattr(other, name)
    return all(function(id(one) + layout.bits, *numbers) == draw(*numbers) for _ in range(20))


@cache
def _is_plain_exponential() -> bool:
    """Whether exponential variates of ``np.random`` are logarithms of uniform ones."""
    one, other = np.random.RandomState(7), np.random.RandomState(7)
    return all(2.5 * -math.log(1.0 - one.random_sample()) == other.exponential(2.5) for _ in range(20))


def _register(
    name: str,
    fits: Callable[[t.Type], bool],
    is_known: Callable[[], bool],
    build: Callable[[Draw, Layout, list[Value]], Value],
) -> None:
    parameters = _DISTRIBUTIONS[name]
    names = [one.name for one in parameters]
    rule = takes(names, is_real, t.FLOAT, least=sum(one.default is None for one in parameters))

    def result(generator: Arg, *args: Arg, **named: Arg) -> t.Type | None:
        return rule(generator, *args, **named) if is_known() else None

    @lowers(
        method(name), fits, result=result, rest=is_real, keywords=dict.fromkeys(names, is_real), effects=EFFECTS
    )
    def lower(b: Builder, generator: Val, *args: Val, **named: Val) -> Val:
        draw = Draw(b, name, t.FLOAT, generator, args, named)
        given = bound_arguments(names, args, named)
        numbers = [
            b.f64(one.default or 0.0) if value is None else b.as_f64(value)
            for one, value in zip(parameters, given, strict=True)
        ]
        good: Value | None = None
        for one, number in zip(parameters, numbers, strict=True):
            if not one.negative:
                # -0.0 is refused, too.
                fine = b.icmp("sge", b.convert("bitcast", number, I64), b.i64(0))
                good = fine if good is None else b.and_(good, fine)
        return draw.of_numpy(good, lambda layout: build(draw, layout, numbers))


def _is_generator(one: t.Type) -> bool:
    return is_numpy_generator(one) and not is_random_state(one)


def _exported(name: str) -> Callable[[Draw, Layout, list[Value]], Value]:
    return lambda draw, layout, numbers: draw.call(f"random_{name}", F64, layout.bits, *numbers)


def _logarithm(draw: Draw, layout: Layout, numbers: list[Value]) -> Value:
    b = draw.b
    rest = b.binary("fsub", b.f64(1.0), draw.call("mj_bits_double", F64, layout.bits))
    variate = b.fneg(b.call_c("log", F64, rest))
    return b.binary("fmul", numbers[0], variate) if numbers else variate


for _name in _DISTRIBUTIONS:
    _register(_name, _is_generator, partial(_is_exported, _name), _exported(_name))
for _name in ("standard_exponential", "exponential"):
    _register(_name, is_random_state, _is_plain_exponential, _logarithm)
