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

_EFFECTS: Final = "unknown raises"


def _register(function: Callable[..., Any], result: t.Type, *patterns: object) -> None:
    @lowers(function, *patterns, result=result, effects=_EFFECTS)
    def lower(b: Builder, *args: Val) -> Val:
        return b.call_python(function, args, result)


_TEXT = (t.STRING, is_text)
_register(operator.add, t.STRING, _TEXT, t.STRING)
_register(operator.add, t.STRING, t.STRING, _TEXT)
_register(abs, t.OBJECT, t.OBJECT)
for _length in (len, hash):
    _register(_length, t.INT, t.OBJECT)


_register(float, t.FLOAT, t.Object)
_register(int, t.INT, t.Object)
_register(complex, t.COMPLEX, t.Object)


@lowers(hash, REAL, result=t.INT, effects="raises", samples=each(INTS, BOOLS, FLOATS[:-1]))
def _hash(b: Builder, x: Val) -> Val:
    if x.type == t.FLOAT:
        b.bail_unless(b.fcmp("ord", x.part, x.part), "the hash of nan depends on the object")
    return b.call_python(hash, [x], t.INT, effects="")
