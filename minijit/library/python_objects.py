"""Operators on other Python objects, such as strings that a program has formatted: Python itself carries them out."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, Final

from minijit import types as t
from minijit.library.builder import Builder
from minijit.library.comparisons import EQUALITY, ORDER
from minijit.library.operands import REAL
from minijit.library.printing import can_be_handed_over
from minijit.library.registry import lowers
from minijit.library.samples import BOOLS, FLOATS, INTS, each
from minijit.library.vals import Val

_EFFECTS: Final = "unknown raises"


def _register(function: Callable[..., Any], result: t.Type, *patterns: object) -> None:
    @lowers(function, *patterns, result=result, effects=_EFFECTS)
    def lower(b: Builder, *args: Val) -> Val:
        return b.call_python(function, args, result)


for _function in (
    *EQUALITY,
    *ORDER,
    operator.add,
    operator.sub,
    operator.mul,
    operator.truediv,
    operator.floordiv,
    operator.mod,
    operator.pow,
    operator.getitem,
):
    _register(_function, t.OBJECT, t.OBJECT, can_be_handed_over)
    _register(_function, t.OBJECT, can_be_handed_over, t.OBJECT)
_register(operator.contains, t.BOOL, t.OBJECT, can_be_handed_over)
for _one in (operator.neg, operator.pos, operator.invert, abs):
    _register(_one, t.OBJECT, t.OBJECT)
for _length in (len, hash):
    _register(_length, t.INT, t.OBJECT)


@lowers(hash, REAL, result=t.INT, effects="raises", samples=each(INTS, BOOLS, FLOATS[:-1]))
def _hash(b: Builder, x: Val) -> Val:
    if x.type == t.FLOAT:
        b.bail_unless(b.fcmp("ord", x.part, x.part), "the hash of nan depends on the object")
    return b.call_python(hash, [x], t.INT, effects="")
