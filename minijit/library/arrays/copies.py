"""Copies of arrays, in another dtype or order if wanted, or the array itself where it is already as it is wanted.

``copy``, ``np.copy``, ``astype``, ``np.array`` and ``np.asarray`` with its relatives are one: they ask for a dtype and
an order, and some of them insist on a copy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple

import numpy as np

from minijit import types as t
from minijit.ir.nodes import UNKNOWN, Value
from minijit.library.arrays.allocation import allocate, allocate_like, is_contiguous, layout_like
from minijit.library.arrays.attributes import arrays
from minijit.library.arrays.copy_loops import copy_bytes, copy_elements
from minijit.library.arrays.dtypes import bind, dtype_of_argument, is_none, known_value, text_of_argument
from minijit.library.builder import Builder, Val
from minijit.library.memory import array_type, owner_of, shape_of
from minijit.library.operands import anything
from minijit.library.registry import Arg, lowers, method
from minijit.numpy_types import FLOAT64, Dtype


def copy_layout(array: t.Array, order: str | None) -> t.Layout | None:
    """The layout of a copy in an order; ``None`` where the order is none, or only the strides tell."""
    if order == "A":
        order = {"C": "C", "F": "F", "A": None}[array.layout]
    if order == "K":
        return layout_like(array)
    return ("C" if array.ndim < 2 else order) if order in ("C", "F") else None  # type: ignore[return-value]


def copied(b: Builder, array: Val, dtype: Dtype, order: str) -> Val:
    """A new array with the elements of another, cast."""
    kind = array_type(array)
    layout = copy_layout(kind, order)
    assert layout is not None
    made = allocate_like(b, array, dtype) if order == "K" else allocate(b, dtype, shape_of(array), layout)
    if kind.dtype == dtype and array_type(made).layout == kind.layout != "A":
        copy_bytes(b, made, array, local=True)
    else:
        copy_elements(b, made, array, local=True)
    return made


Outcome = Literal["same", "copy", "either"]
"""Whether the array itself is given, a copy, or what of both only the strides tell."""


class Plan(NamedTuple):
    """What a call gives."""

    kind: t.Type
    outcome: Outcome
    dtype: Dtype
    order: str


class Form(NamedTuple):
    """The parameters of a function, and what it asks for by default."""

    names: tuple[str, ...]
    order: str
    copies: bool


_FORMS: Final[dict[Any, Form]] = {
    method("copy"): Form(("self", "order"), "C", True),
    np.copy: Form(("a", "order", "subok"), "K", True),
    method("astype"): Form(("self", "dtype", "order", "casting", "subok", "copy"), "K", True),
    np.array: Form(("object", "dtype", "copy", "order", "subok"), "K", True),
    np.asarray: Form(("a", "dtype", "order", "copy"), "K", False),
    np.asanyarray: Form(("a", "dtype", "order", "copy"), "K", False),
    np.ascontiguousarray: Form(("a", "dtype"), "C", False),
    np.asfortranarray: Form(("a", "dtype"), "F", False),
}
if hasattr(np, "astype"):
    _FORMS[np.astype] = Form(("x", "dtype", "copy"), "K", True)

_BY_KEYWORD: Final = {np.array: ("copy", "order", "subok"), np.asarray: ("copy",), np.asanyarray: ("copy",)}
"""Parameters that are not given by position."""


def _plan(function: Any, args: Sequence[Arg | Val], keywords: Mapping[str, Arg | Val]) -> Plan | None:
    form = _FORMS[function]
    positional = [name for name in form.names if name not in _BY_KEYWORD.get(function, ())]
    bound = bind(form.names, args, keywords, 2 if "casting" in form.names else 1)
    if bound is None or len(args) > len(positional):
        return None
    kind = bound[form.names[0]].type
    if not isinstance(kind, t.Array) or (kind.ndim == 0 and function in (np.ascontiguousarray, np.asfortranarray)):
        return None
    default = FLOAT64 if "casting" in form.names else kind.dtype
    dtype = dtype_of_argument(bound.get("dtype"), default)
    order = form.order if is_none(bound.get("order")) else text_of_argument(bound.get("order"), form.order)
    copies = _insists(bound.get("copy"), form.copies, is_strict=function in _BY_KEYWORD)
    if dtype is None or order is None or copies is None:
        return None
    if "subok" in bound and known_value(bound["subok"]) is UNKNOWN:
        return None
    casting: Any = text_of_argument(bound.get("casting"), "unsafe")
    if casting not in ("no", "equiv", "safe", "same_kind", "unsafe"):
        return None
    if not np.can_cast(kind.dtype, dtype, casting):
        return Plan(t.NEVER, "copy", dtype, order)
    return _outcome(kind, dtype, order, copies)


def _insists(given: Arg | Val | None, default: bool, *, is_strict: bool) -> bool | None:
    """Whether a copy is made in any case. Strict functions take None for "if needed" and False for "never"."""
    if given is None:
        return default
    value = None if isinstance(given.type, t.NoneValue) else known_value(given)
    if is_strict:
        return False if value is None else True if value is True else None
    return value if isinstance(value, bool) else None


def _outcome(kind: t.Array, dtype: Dtype, order: str, copies: bool) -> Plan | None:
    layout = copy_layout(kind, order)
    if layout is None or (kind.dtype.kind == "c" and dtype.kind not in "cb"):
        # A complex number that becomes a real one is warned about.
        return None
    if copies or kind.dtype != dtype:
        return Plan(t.Array(dtype, kind.ndim, layout), "copy", dtype, order)
    if order in ("K", "A") or layout == kind.layout:
        return Plan(kind, "same", dtype, order)
    # Arrays that are contiguous in both orders are given as they are; then they are writable or not as they are.
    return Plan(t.Array(dtype, kind.ndim, layout), "either", dtype, order) if kind.writable else None


def _samples(function: Any) -> Callable[[], Iterator[tuple[Any, ...]]]:
    def rows() -> Iterator[tuple[Any, ...]]:
        dtypes: list[Any] = [np.int8, "float32", complex] if "dtype" in _FORMS[function].names else []
        for (array,) in arrays():
            if "casting" not in _FORMS[function].names and function is not getattr(np, "astype", None):
                yield (array,)
            for dtype in dtypes:
                if array.dtype.kind != "c":
                    yield (array, dtype)

    return rows


def _register(function: Any, outcome: Outcome, effects: str) -> None:
    def result(*args: Arg, **keywords: Arg) -> t.Type | None:
        found = _plan(function, args, keywords)
        return None if found is None or found.outcome != outcome else found.kind

    @lowers(
        function,
        t.Array,
        result=result,
        rest=anything,
        keywords=dict.fromkeys(_FORMS[function].names[1:], anything),
        effects=effects,
        samples=_samples(function) if outcome == "copy" else (),
    )
    def lower(b: Builder, *args: Val, **keywords: Val) -> Val:
        plan = _plan(function, args, keywords)
        assert plan is not None
        if isinstance(plan.kind, t.Never):
            called = getattr(np.ndarray, function.name) if isinstance(function, method) else function
            return b.call_python(called, [*args, *keywords.values()], t.NEVER, tuple(keywords))
        if outcome == "same":
            return args[0]
        if outcome == "copy":
            return copied(b, args[0], plan.dtype, plan.order)
        return _contiguous(b, args[0], plan)


def _contiguous(b: Builder, array: Val, plan: Plan) -> Val:
    """The array itself, where axes of length 1 make it contiguous in the order wanted as well; else a copy."""
    assert isinstance(plan.kind, t.Array)
    kind = plan.kind

    def itself() -> tuple[Value, ...]:
        b.emit("incref", (owner_of(array),))
        return (*array.parts[:3], *shape_of(array))

    def copy() -> tuple[Value, ...]:
        return copied(b, array, plan.dtype, plan.order).parts

    return Val(kind, b.if_else(is_contiguous(b, array, kind.layout), itself, copy))


for _function in _FORMS:
    _register(_function, "same", "")
    _register(_function, "copy", "allocates raises")
    _register(_function, "either", "owns reads raises")
