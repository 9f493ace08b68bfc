"""``isinstance``, ``issubclass`` and ``type``: what a value's type says is known while compiling."""

from __future__ import annotations

from typing import Any

import numpy as np

from minijit import types as t
from minijit.ir.nodes import UNKNOWN
from minijit.library.builder import Builder
from minijit.library.operations import SEQUENCE, is_sequence
from minijit.library.registry import Arg, lowers
from minijit.library.vals import Val

_ITERATORS: dict[str, type] = {
    "enumerate": enumerate,
    "zip": zip,
    "flat": np.flatiter,
    "ndenumerate": np.ndenumerate,
    "ndindex": np.ndindex,
    "nditer": np.nditer,
}


def class_of(one: t.Type) -> type | None:
    """The class of the values of a type, ``None`` where it is not known."""
    match one:
        case t.PythonScalar(name):
            return t.PYTHON_CLASSES[name]
        case t.NumpyScalar(dtype):
            return dtype.type
        case t.Array():
            return np.ndarray
        case t.RecordArray() | t.Record() | t.Instance():
            return one.cls
        case t.Tuple(cls=cls):
            return cls
        case t.PythonList() | t.List():
            return list
        case t.Object(cls=cls) | t.Dict(cls=cls):
            return cls
        case t.NoneValue():
            return type(None)
        case t.Range():
            return range
        case t.Slice():
            return slice
        case t.Iterator(kind):
            return _ITERATORS.get(kind)
        case t.Const(value=value):
            return type(value)
        case _:
            return None


def _is_subclass(cls: type | None, info: Any) -> bool | None:
    """``issubclass(cls, info)``, ``None`` where that raises or is not known."""
    if cls is None or info is UNKNOWN:
        return None
    try:
        return issubclass(cls, info)
    except TypeError:
        return None


def _answer(x: Arg, info: Arg) -> bool | None:
    """Every value of these types is of the exact class, so that its class decides."""
    return _is_subclass(class_of(x.type), info.const)


def _rule(x: Arg, info: Arg) -> t.Type | None:
    return None if _answer(x, info) is None else t.BOOL


def _fold(x: Arg, info: Arg) -> object:
    known = _answer(x, info)
    return UNKNOWN if known is None else known


@lowers(
    isinstance,
    object,
    (t.Const, t.Tuple),
    result=_rule,
    fold=_fold,
    samples=[
        (x, info)
        for x in (True, 1, 2.5, 1j, None, (1, 2))
        for info in (int, float, complex, tuple, object, np.floating)
    ],
)
def _isinstance(b: Builder, x: Val, info: Val) -> Val:
    return b.constant(t.BOOL, _answer(Arg(x.type, x.const), Arg(info.type, info.const)))


def _subclass_answer(cls: Arg, info: Arg) -> bool | None:
    return _is_subclass(cls.const, info.const) if isinstance(cls.const, type) else None


@lowers(
    issubclass,
    t.Const,
    (t.Const, t.Tuple),
    result=lambda cls, info: None if _subclass_answer(cls, info) is None else t.BOOL,
    fold=True,
    samples=[(bool, int), (float, int), (np.float64, float), (np.int8, np.integer)],
)
def _issubclass(b: Builder, cls: Val, info: Val) -> Val:
    return b.constant(t.BOOL, _subclass_answer(Arg(cls.type, cls.const), Arg(info.type, info.const)))


def _sequence_answer(x: Arg) -> bool | None:
    cls = class_of(x.type)
    return None if cls is None else bool(cls.__flags__ & SEQUENCE)


@lowers(
    is_sequence,
    object,
    result=lambda x: None if _sequence_answer(x) is None else t.BOOL,
    fold=lambda x: UNKNOWN if _sequence_answer(x) is None else _sequence_answer(x),
    samples=[(x,) for x in (1, None, (1, 2), "ab", range(3))],
)
def _is_sequence(b: Builder, x: Val) -> Val:
    return b.constant(t.BOOL, _sequence_answer(Arg(x.type, x.const)))


def _type_rule(x: Arg) -> t.Type | None:
    cls = class_of(x.type)
    return None if cls is None else t.Const(cls)


@lowers(type, object, result=_type_rule)
def _type(_b: Builder, x: Val) -> Val:
    cls = class_of(x.type)
    return Val(t.Const(cls), (), cls)
