"""``print``, and strings of values: Python itself does them, native code only holds the results."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from minijit import types as t
from minijit.ir.nodes import UNKNOWN
from minijit.library.builder import Builder
from minijit.library.plain_values import is_plain
from minijit.library.registry import Arg, lowers
from minijit.library.vals import Val

_UNBOXED = (t.Iterator, t.BoundMethod, t.Closure, t.Unbound, t.Never)
"""Values that are no Python object of their own."""


def can_be_handed_over(one: t.Type) -> bool:
    """Whether values of this type can be given to a Python function."""
    if isinstance(one, t.Union):
        return all(map(can_be_handed_over, one.members))
    if isinstance(one, t.Tuple):
        return all(map(can_be_handed_over, one.items))
    return not isinstance(one, _UNBOXED)


def _print_rule(*args: Arg, **keywords: Arg) -> t.Type:
    return t.NONE


@lowers(
    print,
    result=_print_rule,
    rest=can_be_handed_over,
    effects="io unknown raises",
    keywords=dict.fromkeys(("sep", "end", "file", "flush"), can_be_handed_over),
)
def _print(b: Builder, *args: Val, **keywords: Val) -> Val:
    b.call_python(print, [*args, *keywords.values()], t.NONE, tuple(keywords))
    return Val(t.NONE, (), None)


def may_run_code(one: t.Type) -> bool:
    """Whether Python may run code of the user's when it is given values of this type."""
    return can_be_handed_over(one) and not is_plain(one)


def _register(
    function: Callable[..., Any], samples: list[tuple[Any, ...]], pattern: object, *, effects: str = ""
) -> None:
    @lowers(function, pattern, result=t.STRING, effects=f"{effects} raises", samples=samples)
    def lower(b: Builder, x: Val) -> Val:
        return b.call_python(function, [x], t.STRING, effects=effects)


for _function in (str, repr, ascii):
    _register(_function, [(1,), (True,), (2.5,), (1e300,), (-0.0,), (1j,), (None,), ((1, 2.5),)], is_plain)
    _register(_function, [], may_run_code, effects="unknown")
for _digits in (bin, oct, hex):
    _register(_digits, [(0,), (255,), (-7,), (True,)], (t.INT, t.BOOL))


# ---- strings


def is_text(one: t.Type) -> bool:
    """Whether `one` is a string that is known while compiling."""
    return isinstance(one, t.Const) and isinstance(one.value, str)


@lowers(
    operator.mod,
    is_text,
    is_plain,
    result=t.STRING,
    effects="raises",
    samples=[("%d", 3), ("%.3f", 2.5), ("%s and %s", (1, 2.5)), ("%s", None), ("%d", (1, 2))],
)
def _format(b: Builder, text: Val, values: Val) -> Val:
    return b.call_python(operator.mod, [text, values], t.STRING, effects="")


@lowers(operator.mod, is_text, may_run_code, result=t.STRING, effects="unknown raises")
def _format_objects(b: Builder, text: Val, values: Val) -> Val:
    return b.call_python(operator.mod, [text, values], t.STRING)


@lowers(
    operator.add,
    is_text,
    is_text,
    result=lambda x, y: t.Const(x.type.value + y.type.value),
    samples=[("a", "b")],
)
def _concatenate(_b: Builder, x: Val, y: Val) -> Val:
    whole = f"{x.const}{y.const}"
    return Val(t.Const(whole), (), whole)


@lowers(
    operator.contains,
    is_text,
    is_text,
    result=t.BOOL,
    fold=True,
    samples=[("abc", "b"), ("abc", "x"), ("", "")],
)
def _contains(b: Builder, text: Val, part: Val) -> Val:
    return b.constant(t.BOOL, operator.contains(text.const, part.const))  # type: ignore[arg-type]


def _length_of_constant(one: Arg) -> object:
    value = one.type.value if isinstance(one.type, t.Const) else None
    return len(value) if isinstance(value, str | bytes) else UNKNOWN


@lowers(
    len,
    t.Const,
    result=lambda one: None if _length_of_constant(one) is UNKNOWN else t.INT,
    fold=_length_of_constant,
    samples=[("",), ("abc",), (b"ab",)],
)
def _len(b: Builder, one: Val) -> Val:
    return b.constant(t.INT, _length_of_constant(Arg(one.type)))
