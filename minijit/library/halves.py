"""Which entries of the library serve float16.

A float16 is held as the float32 of equal value. Whoever reaches elements by :func:`minijit.library.memory.load_element`
and :func:`~minijit.library.memory.store_element`, converts them by :mod:`minijit.library.casts` and computes by kernels
(:func:`minijit.library.ufuncs.elementwise.kernel_of`) gets this right without knowing of it; what computes with machine
values itself would not round. So entries serve float16 if their module is named here, and Python carries out the other
calls.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final, Protocol

import numpy as np

from minijit import types as t
from minijit.numpy_types import FLOAT16

# Python's operations, and what converts scalars.
_SCALARS: Final = """
    arrays.dtypes arrays.numpy_constants each_type instances lists.sequences named_tuples numbers.aliases
    numbers.cmath_functions numbers.comparisons numbers.conversions numbers.math_integers numbers.math_libm
    numbers.math_norms numbers.math_one numbers.math_two numbers.numpy_arithmetic numbers.numpy_casts
    numbers.numpy_comparisons numbers.numpy_scalars numbers.truth objects.classes objects.identity objects.iteration
    objects.printing objects.python_objects objects.slices objects.tuple_comparisons objects.tuples objects.unpacking
    open_objects
"""
_ELEMENT_BY_ELEMENT: Final = "ufuncs.array_calls ufuncs.calls_with_keywords ufuncs.inplace ufuncs.scalar_calls"
_AS_THEY_ARE: Final = """
    arrays.allocation arrays.attributes arrays.axes arrays.casts arrays.conversion arrays.copies arrays.copy_loops
    arrays.creation arrays.diagonals arrays.joining arrays.repeats arrays.shapes arrays.splitting arrays.views
    indexing.gathers indexing.index_arrays indexing.index_expressions indexing.index_makers indexing.item_method
    indexing.items indexing.list_indices indexing.mask_loads indexing.mask_stores indexing.putting indexing.scatters
    indexing.stores indexing.stores_by_python indexing.taking linalg.dot_products linalg.gufuncs
    linalg.product_outputs linalg.products linalg.tensordot objects.flat_iteration records.fields records.items
    records.stores structures
"""
_BY_PYTHON: Final = "arrays.numpy_answers arrays.through_numpy arrays.through_numpy_out ufuncs.through_numpy"
MODULES: Final = frozenset(
    name
    for names in (_SCALARS, _ELEMENT_BY_ELEMENT, _AS_THEY_ARE, _BY_PYTHON)
    for name in names.split()
)
_NAMES: Final = frozenset({"e", "f2", "=f2", "<f2", ">f2", "half", "float16"})


class _Arg(Protocol):
    type: t.Type
    const: object


def concerns_halves(args: Iterable[_Arg]) -> bool:
    """Whether a float16, an array of them or their dtype is among the arguments of a call."""
    return any(_mentions_halves(arg.type) for arg in args)


def serves_halves(rule: Any) -> bool:
    """Whether an entry with this lowering rule (or body) serves float16."""
    return (rule.__module__ or "").removeprefix("minijit.library.") in MODULES


def _mentions_halves(one: Any) -> bool:
    if isinstance(one, t.Array | t.NumpyScalar):
        return one.dtype.num == FLOAT16.num
    if isinstance(one, t.Const):
        value = one.value
        return value is np.float16 or (isinstance(value, str) and value in _NAMES) or _is_half_dtype(value)
    return not isinstance(one, t.PythonScalar) and _holds_halves(one)


@lru_cache(1000)
def _holds_halves(one: t.Type) -> bool:
    names = [field.name for field in dataclasses.fields(one)] if dataclasses.is_dataclass(one) else []
    return any(_field_mentions_halves(getattr(one, name)) for name in names)


def _is_half_dtype(value: object) -> bool:
    return isinstance(value, np.dtype) and value == FLOAT16


def _field_mentions_halves(field: object) -> bool:
    if isinstance(field, tuple):
        return any(map(_field_mentions_halves, field))
    return _is_half_dtype(field) or (
        dataclasses.is_dataclass(field) and not isinstance(field, type) and _mentions_halves(field)
    )
