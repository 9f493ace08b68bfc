"""``a[[0, 2, 1]]``: a list as an index is an array of indices, the same as in a tuple by itself."""

from __future__ import annotations

import operator

from minijit import types as t
from minijit.library.builder import Builder, Val, tuple_val
from minijit.library.operands import anything
from minijit.library.operations import getitem_by_list, setitem_by_list
from minijit.library.registry import Arg, find, lowers


def _type_of(function: object, array: Arg, index: Arg, *value: Arg) -> t.Type | None:
    found = find(function, (array, Arg(t.Tuple((index.type,))), *value), {})
    return None if found is None else found[1]


@lowers(
    getitem_by_list,
    t.Array,
    t.Tuple,
    result=lambda array, index: _type_of(operator.getitem, array, index),
    effects="allocates reads raises",
)
def getitem(b: Builder, array: Val, index: Val) -> Val:
    """What the indices in a list select."""
    return b.apply(operator.getitem, array, tuple_val([index]))


@lowers(
    setitem_by_list,
    t.Array,
    t.Tuple,
    anything,
    result=lambda array, index, value: _type_of(operator.setitem, array, index, value),
    effects="unknown reads writes raises",
)
def setitem(b: Builder, array: Val, index: Val, value: Val) -> Val:
    """A store into what the indices in a list select."""
    return b.apply(operator.setitem, array, tuple_val([index]), value)
