"""The library of Python's own values: every entry on all of its samples, against Python itself.

Each entry is compiled by itself (see :mod:`library_harness`) for every row of argument types among its samples, and
once more with the last argument known while compiling.
"""

from __future__ import annotations

import math
import operator
import random
from collections.abc import Callable
from typing import Any

import pytest

from minijit import types as t
from minijit.ir.nodes import UNKNOWN
from minijit.library import registry
from minijit.library.samples import FLOATS
from tests.library_harness import (
    BAILED,
    Native,
    differences,
    expected,
    real_function,
    same,
    sample_rows,
    type_of_argument,
)

MODULES = """
    numbers.aliases numbers.big_ints numbers.cmath_functions numbers.comparisons numbers.conversions
    numbers.math_integers numbers.math_libm numbers.math_norms numbers.math_one numbers.math_two
    numbers.python_complex numbers.python_division numbers.python_float numbers.python_int numbers.python_methods
    numbers.python_pow numbers.rounding numbers.truth objects.classes objects.identity objects.iteration
    objects.minimum objects.printing objects.python_objects objects.ranges objects.sums objects.tuple_comparisons
    objects.tuples
""".split()


def entries(*, only_folding: bool = False) -> list[Any]:
    """The entries of the modules above that have samples; `only_folding` for those with a rule for known arguments."""
    return [
        pytest.param(entry, id=f"{entry.home}-{entry.name}")
        for entry in registry.all_entries()
        if entry.lower is not None
        and entry.home in MODULES
        and sample_rows(entry)
        and (callable(entry.fold) or not only_folding)
    ]


@pytest.mark.parametrize("entry", entries())
def test_samples(entry: registry.Entry) -> None:
    found = differences(entry.function, sample_rows(entry), constants=3)
    assert not found, "\n".join([f"{len(found)} differences", *found[:10]])


@pytest.mark.parametrize("entry", entries(only_folding=True))
def test_folding(entry: registry.Entry) -> None:
    """What typing works out from known arguments is what Python gives."""
    assert callable(entry.fold)
    for row in sample_rows(entry):
        args = tuple(registry.Arg(one.type, value) for one, value in zip(_arguments(row), row, strict=True))
        found = registry.find(entry.function, args, {})
        if found is None or found[0] is not entry:
            continue
        folded = entry.fold(*args)
        if folded is not UNKNOWN:
            assert same(folded, expected(real_function(entry.function), *row)), row


def _arguments(row: tuple[Any, ...]) -> list[registry.Arg]:
    return [registry.Arg(type_of_argument(value)) for value in row]


# ---- random arguments where the samples are too few


def _float(source: random.Random) -> float:
    size = source.choice((2.0, 1e6, 10 ** source.uniform(-300, 300)))
    return source.choice((source.uniform(-size, size), float(source.randint(-100, 100))))


def _int(source: random.Random) -> int:
    bits = source.choice((4, 30, 54, 63))
    return source.choice((source.randint(-(2**bits), 2**bits - 1), 2**53 + source.randint(-9, 9)))


_MAKERS: dict[t.Type, Callable[[random.Random], Any]] = {
    t.FLOAT: _float,
    t.INT: _int,
    t.COMPLEX: lambda source: complex(_float(source), _float(source)),
}
_REALS = [(x, y) for x in (t.INT, t.FLOAT) for y in (t.INT, t.FLOAT)]
_CASES: list[tuple[Any, tuple[t.Type, ...]]] = [
    *(
        (f, row)
        for f in (operator.truediv, operator.floordiv, operator.mod, divmod, operator.lt, operator.eq)
        for row in _REALS
    ),
    *((f, (t.FLOAT, t.FLOAT)) for f in (math.fmod, math.remainder, math.hypot, math.pow, math.atan2, operator.pow)),
    (math.hypot, (t.FLOAT, t.FLOAT, t.FLOAT)),
    *((f, (t.COMPLEX, t.COMPLEX)) for f in (operator.mul, operator.truediv)),
    *((f, (t.INT, t.INT)) for f in (math.gcd, operator.add, operator.mul)),
]


@pytest.mark.parametrize(("function", "types"), _CASES, ids=lambda one: getattr(one, "__name__", None))
def test_random_arguments(function: Any, types: tuple[t.Type, ...]) -> None:
    native, source = Native(function, [registry.Arg(one) for one in types]), random.Random(1)
    for _ in range(3000):
        row = [_MAKERS[one](source) for one in types]
        if source.random() < 0.3 and set(types) <= {t.INT, t.FLOAT}:
            row[1] = int(row[0]) if types[1] == t.INT and abs(row[0]) < 2**62 else float(row[0])
            row[1] = row[1] if type_of_argument(row[1]) == types[1] else _MAKERS[types[1]](source)
        _compare(function, native, row)


@pytest.mark.parametrize("exponent", [2, 2.0, 3, 3.0, 4, 0.5, -1, -1.0, -2, -0.5, 1, 0, 1.5, 7])
def test_powers_are_those_of_the_c_library(exponent: Any) -> None:
    """The shortcuts for common exponents give every bit as ``pow`` does, also where that is not correctly rounded."""
    kind = t.INT if isinstance(exponent, int) else t.FLOAT
    native, source = Native(operator.pow, [registry.Arg(t.FLOAT), registry.Arg(kind, exponent)]), random.Random(2)
    for base in FLOATS:
        _compare(operator.pow, native, [base, exponent])
    for _ in range(20000):
        base = source.choice((source.uniform(0.5, 4.0), abs(_float(source)), 2.0 ** source.randint(-500, 500)))
        _compare(operator.pow, native, [base, exponent])


@pytest.mark.parametrize("digits", [0, 1, 2, 3, 6, 15, 22])
def test_rounding_to_digits(digits: int) -> None:
    native = Native(round, [registry.Arg(t.FLOAT), registry.Arg(t.INT, digits)])
    source = random.Random(3)
    for _ in range(3000):
        number = source.choice((_float(source), source.randint(-(10**7), 10**7) / 2 / 10**digits))
        _compare(round, native, [number, digits])


def _compare(function: Any, native: Native, row: list[Any]) -> None:
    wanted, given = expected(function, *row), native(*row)
    if given is BAILED:
        assert isinstance(wanted, complex | OverflowError) or not -(2**63) <= wanted < 2**63, (row, wanted)
    else:
        assert same(wanted, given), (row, wanted, given)
