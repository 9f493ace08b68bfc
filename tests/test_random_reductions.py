"""Random reductions in compiled functions, against NumPy."""

from __future__ import annotations

import pytest

from minijit.testing import compare
from tests.numpy_programs import Program
from tests.random_reductions import NAN, PLAIN, ROUNDED, UFUNCS, Case, cases


def problems(case: Case, programs: dict[tuple[object, ...], Program]) -> list[str]:
    """What differs from NumPy, strides along axes of one item left out (docs/semantics.md)."""
    if case.key not in programs:
        programs[case.key] = Program(case.text, list(case.arguments), {})
    program, arguments = programs[case.key], tuple(case.arguments.values())
    ulp = 4 if any(word in case.text for word in ROUNDED) else 0
    found = compare(program.jitted, arguments, ulp=ulp, calls=1)
    if not program.jitted.signatures:
        # What is not compiled is what NumPy refuses for these types.
        with pytest.raises((TypeError, ValueError)):
            program.function(*arguments)
        return []
    return [f"{case.text} of {arguments}: {one}" for one in found if not (1 in arguments[0].shape and "strides" in one)]


def check(seed: int, count: int, names: tuple[str, ...]) -> None:
    programs: dict[tuple[object, ...], Program] = {}
    found = [one for case in cases(seed, count, names) for one in problems(case, programs)]
    assert not found, "\n".join(one[:300] for one in found[:10])


@pytest.mark.parametrize("names", [PLAIN, NAN, UFUNCS], ids=["plain", "nan", "ufuncs"])
def test_reductions(names: tuple[str, ...]) -> None:
    check(len(names), 60, names)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("names", [PLAIN, NAN, UFUNCS], ids=["plain", "nan", "ufuncs"])
def test_many_reductions(names: tuple[str, ...], seed: int) -> None:
    check(100 + seed, 400, names)
