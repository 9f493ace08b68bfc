"""Builtins on other Python objects, and adding strings that a program has formatted: Python itself carries them out.

Operators on objects need no entries (``typeinfer/python_calls.py``).
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, Final

from minijit import types as t
from minijit.library.builder import Builder
from minijit.library.objects.printing import is_text
from minijit.library.operands import REAL
from minijit.library.registry import lowers
from minijit.library.samples import BOOLS, FLOATS, INTS, each
from minijit.library.vals import Val


def _register(function: Callable[..., Any], result: t.Type, *patterns: object, effects: str = "unknown") -> None:
    @lowers(function, *patterns, result=result, effects=f"{effects} raises")
    def lower(b: Builder, *args: Val) -> Val:
        return b.call_python(function, args, result, effects=effects)


_TEXT: Final = (t.STRING, is_text)
_register(operator.add, t.STRING, _TEXT, t.STRING, effects="")
_register(operator.add, t.STRING, t.STRING, _TEXT, effects="")
_register(abs, t.OBJECT, t.OBJECT)
for _length in (len, hash):
    _register(_length, t.INT, t.STRING, effects="")
    _register(_length, t.INT, t.OBJECT)


def _is_other_object(one: t.Type) -> bool:
    return isinstance(one, t.Object) and one != t.STRING


for _class, _number in ((float, t.FLOAT), (int, t.INT), (complex, t.COMPLEX)):
    _register(_class, _number, t.STRING, effects="")
    _register(_class, _number, _is_other_object)


@lowers(hash, REAL, result=t.INT, effects="raises", samples=each(INTS, BOOLS, FLOATS[:-1]))
def _hash(b: Builder, x: Val) -> Val:
    if x.type == t.FLOAT:
        b.bail_unless(b.fcmp("ord", x.part, x.part), "the hash of nan depends on the object")
    return b.call_python(hash, [x], t.INT, effects="")
