"""Stores into arrays that are rare, or errors: Python carries them out. Native stores come before them."""

from __future__ import annotations

import operator

from minijit import types as t
from minijit.library.builder import Builder, Val
from minijit.library.registry import lowers


def _is_storable(one: t.Type) -> bool:
    match one:
        case t.PythonScalar() | t.NumpyScalar() | t.Array() | t.NoneValue():
            return True
        case t.Tuple(items):
            return all(map(_is_storable, items))
        case _:
            return False


def _is_any_index(one: t.Type) -> bool:
    match one:
        case t.Tuple(items):
            return all(map(_is_any_index, items))
        case t.Slice(start, stop, step):
            return all(map(_is_any_index, (start, stop, step)))
        case t.Const(value=value):
            return value is Ellipsis
        case _:
            return _is_storable(one)


@lowers(operator.setitem, t.Array, _is_any_index, _is_storable, result=t.NONE, effects="unknown raises")
def setitem_by_python(b: Builder, array: Val, index: Val, value: Val) -> Val:
    """Stores that are rare or errors: sequences, read-only arrays, complex into real, too many indices."""
    return b.call_python(operator.setitem, (array, index, value), t.NONE)
