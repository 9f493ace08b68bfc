"""``where``, ``clip``, ``round`` and ``conj`` of whole arrays, compiled, against NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.array_programs import COMMON, Array, arrays, check, check_program, numbers, shapes


@given(shapes(), st.data())
def test_where(two: tuple[tuple[int, ...], tuple[int, ...]], data: st.DataObject) -> None:
    condition, x = (data.draw(arrays(shape, COMMON)) for shape in two)
    y = data.draw(numbers(COMMON) | arrays(two[0], COMMON))
    for args in ((condition, x, y), (condition, y, x), (True, x, y)):
        check(np.where, *args)


@given(shapes(), st.data())
def test_clip(two: tuple[tuple[int, ...], tuple[int, ...]], data: st.DataObject) -> None:
    dtypes = [dtype for dtype in COMMON if dtype.kind in "iuf"]
    array = data.draw(arrays(two[0], dtypes))
    low = data.draw(arrays(two[1], dtypes) | st.sampled_from([0, -1000, 1000, 2.5, np.int16(3)]))
    check(np.clip, array, low, data.draw(st.sampled_from([5, 1000, 6.5, np.int8(4), -1000])))


def test_forms_of_clip() -> None:
    def forms(a: Array, low: int, high: int) -> Any:
        some = np.clip(a, a_min=low, a_max=high), np.clip(a, min=low, max=high), np.clip(a, low, None)
        return some, a.clip(low, high), a.clip(low), a.clip(max=high), np.clip(a, None, high), np.clip(a, None, None)

    for array in (np.arange(5.0), np.arange(5, dtype=np.int8), np.arange(6).reshape(2, 3).T, np.array(2)):
        check_program(forms, array, 1, 3)
    check_program(forms, np.arange(5, dtype=np.int8), -1000, 3)
    check_program(forms, np.arange(5, dtype=np.int8), 1000, 3)
    check_program(forms, np.arange(5, dtype=np.uint8), -1, 1000)


def test_round() -> None:
    def forms(a: Array) -> Any:
        return np.round(a), a.round(1), np.round(a, 2), np.around(a, decimals=-1), a.conj(), a.conjugate(), abs(a)

    for array in (
        np.arange(5.0) / 3,
        np.array([1.25, 2.675, np.inf, 1e300, -0.5]),
        np.arange(6, dtype=np.int32).reshape(2, 3).T,
        np.arange(5, dtype=np.float32) / 3,
        np.arange(3) + 0.5j,
        np.array(2.5),
    ):
        check_program(forms, array)
