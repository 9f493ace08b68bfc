"""Stores of numbers into lists that are Python objects: ``x[i] = value`` where `x` is an argument.

The number becomes an object, which takes the place of the one in the list. What stands there is a number of the same
class (the wrapper has looked at all items), so nothing of the user's runs when it goes.
"""

from __future__ import annotations

import operator

from minijit import types as t
from minijit.ir.nodes import Value
from minijit.library.builder import Builder
from minijit.library.lists.sequences import ITEMS, length_of_object
from minijit.library.operands import is_integer
from minijit.library.registry import Arg, lowers
from minijit.library.vals import NONE_VAL, Val
from minijit.machine import I64, PTR

_MAKERS = {t.INT: "PyLong_FromLongLong", t.FLOAT: "PyFloat_FromDouble"}


def _stores(one: Arg, _index: Arg, value: Arg) -> t.Type | None:
    """Numbers of the class that all items are of; Python sees to others, or they are refused."""
    assert isinstance(one.type, t.PythonList)
    fits = value.type == one.type.item and (value.type in _MAKERS or value.type == t.BOOL)
    return t.NONE if fits else None


@lowers(operator.setitem, t.PythonList, is_integer, object, result=_stores, effects="raises reads writes")
def _setitem(b: Builder, one: Val, index: Val, value: Val) -> Val:
    site = b.site("raise", IndexError, "list assignment index out of range")
    count = length_of_object(b, one)
    place = b.emit("check_index", (b.index_of(index), count), I64, site=site, signed=True)
    made = _boxed(b, value)
    items = b.load(b.ptr_add(one.part, ITEMS), PTR)
    address = b.ptr_add(items, b.binary("mul", place, b.i64(8), nsw=True))
    before = b.load(address, PTR)
    b.store(address, made)
    b.call_c("Py_DecRef", None, before, effects="writes")
    return NONE_VAL


def _boxed(b: Builder, value: Val) -> Value:
    """A new reference to a number as an object."""
    if value.type == t.BOOL:
        made: Value = b.select(value.part, b.known_object(True), b.known_object(False))
        b.call_c("Py_IncRef", None, made, effects="writes")
        return made
    assert isinstance(value.type, t.PythonScalar)
    made = b.call_c(_MAKERS[value.type], PTR, value.part, effects="writes")
    b.check(b.icmp("ne", made, b.null()), MemoryError, "")
    return made
