"""Lists that are only read, lists that are returned, and named tuples, in compiled functions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from minijit.testing import compare
from tests.numpy_programs import Program

FLAT = np.array([3.0, 1.0, 2.0, 5.0, 1.0, 4.0])
TABLE = np.arange(12.0).reshape(3, 4)
SYMMETRIC = np.array([[6.0, 1.0, 2.0], [1.0, 5.0, 0.5], [2.0, 0.5, 7.0]])


def check(text: str, **values: Any) -> None:
    """Compare a compiled function with its original; it must be compiled, and not bail out."""
    program = Program(text, list(values), {}, statement="return" in text)
    problems = compare(program.jitted, tuple(values.values()))
    assert not problems, f"{text}: {problems}"
    assert program.jitted.stats["bailouts"] == 0


@pytest.mark.parametrize(
    "text",
    [
        "np.split(x, 3)",
        "np.array_split(x, 4)",
        "np.array_split(x, n)",
        "np.array_split(x, 4)[1]",
        "np.array_split(x, n)[-1]",
        "np.array_split(x, n)[1:]",
        "np.split(x, [n, 4])[1:]",
        "np.array_split(x, 4)[n]",
        "len(np.array_split(x, n)), len(np.array_split(x, 3))",
        "a, b = np.split(x, 2); return a - b",
        "a, b = np.array_split(x, n); return a, b",
        "a, b, c = np.array_split(x, n); return a, b, c",
        "s = 0.0\n    for p in np.array_split(x, n): s += p.sum()\n    return s",
        "s = 0.0\n    for p in np.array_split(x, 3): s += p.sum()\n    return s",
        "p = np.array_split(x, n); return p if p else None",
        "np.array_split(x, n)[9]",
        "np.array_split(x, 2)[n]",
        "isinstance(np.array_split(x, n), list), isinstance(np.split(x, 2), tuple)",
        "x.tolist()",
        "for p in np.array_split(x, n): p[0] = 7.0\n    return x",
    ],
)
def test_lists_of_numpy(text: str) -> None:
    check(text, **({"x": FLAT, "n": 2} if "n" in text.replace("np", "").replace("return", "") else {"x": FLAT}))


def test_lists_that_are_returned() -> None:
    check("[x, n]", x=FLAT, n=3)
    check("[x + 1, x[0], None]", x=FLAT)
    check("x.reshape([2, n])", x=FLAT, n=3)
    check("np.tensordot(x, y, axes=([1], [1]))", x=TABLE, y=TABLE)


@pytest.mark.parametrize(
    "text",
    [
        "np.linalg.eigh(x)",
        "np.linalg.eigh(x).eigenvalues",
        "r = np.linalg.slogdet(x); return r.sign * r.logabsdet",
        "a, b = np.linalg.slogdet(x); return a, b",
        "np.linalg.svd(x)[1]",
        "u, s, v = np.linalg.svd(x); return u @ np.diag(s) @ v",
        "len(np.linalg.svd(x)), tuple(np.linalg.slogdet(x))",
        "np.linalg.slogdet(x)[1:]",
        "np.unique_all(x).counts",
        "np.linalg.qr(x).R",
        "np.linalg.slogdet(x) == (1.0, 2.0)",
    ],
)
def test_named_tuples(text: str) -> None:
    check(text, x=SYMMETRIC)
