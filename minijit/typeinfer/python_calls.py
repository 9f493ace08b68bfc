"""What the library has no entry for: Python carries it out, native code takes or holds the result.

A function of NumPy's, SciPy's or Python's that minijit does not know costs itself only, not the whole function that
calls it. Where the type of its result can be found on samples (:mod:`minijit.library.sampling`), native code goes on
with that type, which is checked at run time; else the result is an *object*, on which Python carries out what follows.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from enum import Enum
from types import GetSetDescriptorType, MethodDescriptorType
from typing import Final

import numpy as np

from minijit import types as t
from minijit.errors import Unsupported
from minijit.ir.facts import NOTHING, Fact, fact_of_type
from minijit.library import sampling
from minijit.library.operations import attribute_setter, call_anything, getitem_by_list, unpack_exactly
from minijit.library.plain_values import is_plain, is_plain_and_fixed
from minijit.library.registry import Arg
from minijit.library.targets import PythonTarget, Target
from minijit.typeinfer.facts import lists_in

_SEEN: Final[frozenset[str]] = frozenset({"unknown", "raises"})
_UNSEEN: Final[frozenset[str]] = frozenset({"raises"})

_UNBOXED: Final = (t.Iterator, t.Closure, t.Unbound, t.Never, t.Index)
"""Values that are no Python object of their own."""

_LOOKS_AT_FRAMES: Final = frozenset({"inspect", "traceback", "warnings", "logging", "sys", "gc", "pdb"})
"""Modules whose functions ask who has called them: native code has no frames."""

_NEEDS_FRAME: Final = frozenset(
    {"eval", "exec", "globals", "locals", "vars", "dir", "super", "breakpoint", "__import__", "compile"}
)
"""Builtins of the same kind."""

_CHANGES_THE_ARRAY: Final = frozenset({"resize", "setflags"})
"""Methods that change of an array what its type or its parts tell."""

_FLAGS: Final = type(np.ndarray(0).flags)

_CONSTRUCTORS: Final = (set, frozenset, dict, tuple)
_TAKES_COPY: Final = (
    *(*_CONSTRUCTORS, sorted, sum, min, max, any, all, len, print, str, repr, bool),
    *(math.fsum, math.prod, math.dist, math.hypot, bytes, bytearray),
)
"""What neither keeps nor changes a list: it may be given a copy of a native one."""
_HARMLESS: Final = tuple(one for one in _TAKES_COPY if one is not print)
"""Those of them that change nothing else, either."""

_METHODS_OF: Final = (list, dict, set, str, bytes)
"""Classes whose instances have the methods of their class and no others."""


def is_object(one: t.Type) -> bool:
    """Whether a value of this type may be an object that only Python knows how to treat."""
    return any(map(_is_for_python, t.alternatives_of(one)))


def _is_for_python(one: t.Type) -> bool:
    match one:
        case t.Object(cls):
            return cls is not str
        case t.PythonList() | t.Instance():
            return True
        case t.Const(value=type() as cls):
            # A metaclass may have operators.
            return type(cls) is not type
        case t.Const(value=value):
            return isinstance(value, Enum)
        case _:
            return False


def holds_object(one: t.Type) -> bool:
    """Whether a value of this type is an object, or a tuple with one in it: comparing it asks the object."""
    if isinstance(one, t.Tuple):
        return any(map(holds_object, one.items))
    return is_object(one)


# ---- calls


def resolve_typed_call(function: object, args: Sequence[Fact], named: dict[str, Fact]) -> tuple[Target, Fact] | None:
    """Bind a call of a known function to Python; ``None`` where the type of its result can't be found."""
    outcome = sampling.outcome_of(function, _as_args(args), _as_named(named))
    # Trying it does not tell: a list may come out of a shuffle as it was.
    changes = outcome is not None and (outcome.changes or getattr(function, "__name__", "") == "shuffle")
    if outcome is None or (changes and any(lists_in(fact.type) for fact in (*args, *named.values()))):
        return None
    is_pure = sampling.may_be_sampled(function)
    target = PythonTarget(function, outcome.type, tuple(named), _SEEN if outcome.changes or not is_pure else _UNSEEN)
    return target, fact_of_type(outcome.type)


def resolve_item_of_records(function: object, facts: Sequence[Fact]) -> tuple[Target, Fact] | None:
    """Bind ``records[index]`` for an index that native code doesn't take, such as a mask or the names of fields."""
    if function is not operator.getitem and function is not getitem_by_list:
        return None
    found = sampling.pure_result_of(function, _as_args(facts), {})
    return None if found is None else (PythonTarget(function, found, (), _UNSEEN), fact_of_type(found))


def resolve_any_call(
    function: object, args: Sequence[Fact], named: dict[str, Fact], words: str
) -> tuple[Target, Fact]:
    """Bind a call of a known function to Python, whatever it gives."""
    module = (getattr(function, "__module__", None) or "").split(".")[0]
    name = getattr(function, "__name__", "")
    if module in _LOOKS_AT_FRAMES or (module == "builtins" and name in _NEEDS_FRAME):
        raise Unsupported(words, "call it outside of the compiled function")
    given = (*args, *named.values())
    if any(function is one for one in _TAKES_COPY) and not any(map(_holds_inner_list, given)):
        given = tuple(fact for fact in given if not lists_in(fact.type))
    _require_arguments(given, words)
    result = t.Object(function) if any(function is one for one in _CONSTRUCTORS) else t.OBJECT  # type: ignore[arg-type]
    if any(function is one for one in _HARMLESS) and all(is_plain(fact.type) for fact in (*args, *named.values())):
        return PythonTarget(function, result, tuple(named), _UNSEEN), Fact(result)
    return PythonTarget(function, result, tuple(named)), Fact(result)


def _holds_inner_list(fact: Fact) -> bool:
    """Whether a list is in something else: a copy would be another object."""
    return (not isinstance(fact.type, t.List) and bool(lists_in(fact.type))) or (
        isinstance(fact.type, t.List) and bool(lists_in(fact.type.item))
    )


def resolve_object_call(facts: Sequence[Fact], keywords: tuple[str, ...]) -> tuple[Target, Fact]:
    """Bind a call of an object, ``facts[0]``."""
    _require_arguments(facts, "a call of an object")
    return PythonTarget(call_anything, t.OBJECT, keywords), Fact(t.OBJECT)


def resolve_method_call(
    receiver: t.Type, name: str, args: Sequence[Fact], named: dict[str, Fact]
) -> tuple[Target, Fact] | None:
    """Bind the method of an object whose class is known; ``None`` where `receiver` is none such."""
    match receiver:
        case t.Object(cls=cls) if cls is not None:
            pass
        case t.PythonList():
            cls = list
        case t.Const(value=value) if sampling.is_service(type(value)) or type(value) in (str, bytes):
            cls = type(value)
        case _:
            return None
    if isinstance(receiver, t.PythonList):
        _require_items(receiver, {"append": args[:1], "insert": args[1:2], "extend": args[:1]}.get(name, ()), name)
    outcome = sampling.outcome_of_method(cls, name, _as_args(args), _as_named(named))
    result = t.OBJECT if outcome is None else outcome.type
    _require_arguments((*args, *named.values()), f"a call of the method {name}")
    types = [fact.type for fact in (*args, *named.values())]
    # Python's `join` asks the items of a list for nothing.
    is_pure = cls in (str, bytes) and (all(map(is_plain, types)) or (name == "join" and types == [t.Object(list)]))
    effects = _UNSEEN if is_pure else _SEEN
    return PythonTarget(getattr(cls, name), result, tuple(named), effects), fact_of_type(result)


def _require_items(receiver: t.PythonList, stored: Sequence[Fact], name: str = "setitem") -> None:
    """What is stored into a list of numbers must be of their type: native code relies on it."""
    for fact in stored:
        held: tuple[t.Type, ...] = (fact.type,)
        if name == "extend" and isinstance(fact.type, t.Tuple):
            held = fact.type.items
        elif name == "extend" and isinstance(fact.type, t.PythonList):
            held = (fact.type.item,)
        if any(one != receiver.item for one in held):
            raise Unsupported(f"a {receiver} that takes up {fact.type}", "use an array")


def has_method(one: t.Object | t.PythonList, name: str) -> bool:
    """Whether ``value.name`` is for certain the method that the class of the object has."""
    cls = one.cls if isinstance(one, t.Object) else list
    if cls is None or not (cls in _METHODS_OF or sampling.is_service(cls)):
        return False
    return callable(getattr(cls, name, None))


def method_of(one: t.Type, name: str) -> Callable[..., object] | None:
    """The method of a class of which values are known natively; ``None`` where Python must not carry it out."""
    found = getattr(_class_of(one), name, None)
    is_plain = not name.startswith("_") and name not in _CHANGES_THE_ARRAY
    return found if is_plain and isinstance(found, MethodDescriptorType) else None


def _class_of(one: t.Type) -> type | None:
    """The class of an array, a record or a number."""
    match one:
        case t.RecordArray() | t.Record():
            return one.cls
        case t.Array():
            return np.ndarray
        case t.NumpyScalar(dtype):
            return dtype.type
        case t.PythonScalar(name=kind):
            return {"bool": bool, "int": int, "float": float, "complex": complex}[kind]
        case _:
            return None


def _require_arguments(facts: Sequence[Fact], words: str) -> None:
    """Like :func:`_require_objects`; nested functions are made into Python's own for a call."""
    _require_objects([fact for fact in facts if not _is_function(fact.type)], words)


def _is_function(one: t.Type) -> bool:
    return isinstance(one, t.Closure) and all(_is_function(each) or _is_python_object(each) for each in one.captured)


def _require_objects(facts: Sequence[Fact], words: str) -> None:
    for fact in facts:
        if not _is_python_object(fact.type):
            raise Unsupported(f"{words} with {fact.type}", "pass numbers, arrays or tuples")


def _is_python_object(one: t.Type) -> bool:
    if isinstance(one, t.Union):
        return all(map(_is_python_object, one.members))
    if isinstance(one, t.Tuple):
        return all(map(_is_python_object, one.items))
    return not isinstance(one, (*_UNBOXED, t.List, t.Dict))


def _as_args(facts: Sequence[Fact]) -> list[Arg]:
    return [Arg(_boxed(fact.type), fact.const) for fact in facts]


def _as_named(facts: dict[str, Fact]) -> dict[str, Arg]:
    return {name: Arg(_boxed(fact.type), fact.const) for name, fact in facts.items()}


def _boxed(one: t.Type) -> t.Type:
    """A type with the lists in it as Python sees them; of what may still be an int, the number that it becomes."""
    match one:
        case t.List():
            item = _boxed(one.item)
            return t.PythonList(item.other if isinstance(item, t.MaybeInt) else item)
        case t.Tuple(items, cls) if lists_in(one):
            return t.Tuple(tuple(map(_boxed, items)), cls)
        case _:
            return one


# ---- what else is done to objects


def resolve_value_attribute(one: t.Type, name: str) -> tuple[Target, Fact] | None:
    """Bind the attribute of an array or number that native code does not hold; ``None`` where Python can't do it."""
    cls = _class_of(one)
    if cls is None or name.startswith("__"):
        return None
    if isinstance(one, t.RecordArray | t.Record):
        return resolve_object_attribute(name)
    if not hasattr(cls, name):
        return PythonTarget(operator.attrgetter(name), t.NEVER, (), _UNSEEN), NOTHING
    if not isinstance(getattr(cls, name), GetSetDescriptorType):
        return None
    result = t.Object(_FLAGS) if name == "flags" else t.OBJECT
    return PythonTarget(operator.attrgetter(name), result, (), _UNSEEN), Fact(result)


def resolve_object_attribute(name: str) -> tuple[Target, Fact]:
    """Bind ``object.name``."""
    return PythonTarget(operator.attrgetter(name), t.OBJECT), Fact(t.OBJECT)


def _require_no_flags(owner: t.Type) -> None:
    if owner == t.Object(_FLAGS):
        raise Unsupported("a change of an array's flags", "change them outside of the compiled function")


def resolve_object_store(owner: t.Type, name: str, value: Fact) -> tuple[Target, Fact]:
    """Bind ``object.name = value``."""
    _require_no_flags(owner)
    _require_objects((value,), f"an assignment to the attribute {name!r}")
    return PythonTarget(attribute_setter(name), t.NONE), Fact(t.NONE)


def resolve_display(maker: Callable[..., object], items: Sequence[Fact], cls: type) -> tuple[Target, Fact]:
    """Bind a list, dict or set display that makes an object of Python's."""
    _require_objects(items, f"a {cls.__name__}")
    # Objects may be asked for their hashes, and whether they are equal.
    asks = cls is not list and any(holds_object(fact.type) for fact in items)
    return PythonTarget(maker, t.Object(cls), (), _SEEN if asks else _UNSEEN), Fact(t.Object(cls))


def resolve_object_unpacking(count: int) -> tuple[Target, Fact]:
    """Bind ``a, b = object``: `count` objects."""
    whole = t.Tuple((t.OBJECT,) * count)
    return PythonTarget(unpack_exactly, whole), Fact(whole)


def resolve_object_operation(function: object, facts: Sequence[Fact], words: str) -> tuple[Target, Fact]:
    """Bind an operator of which at least one operand is an object."""
    _require_objects(facts, words)
    receiver = facts[0].type
    if isinstance(receiver, t.PythonList) and function in (operator.setitem, operator.iadd):
        by_slice = function is operator.iadd or isinstance(facts[1].type, t.Slice)
        _require_items(receiver, facts[-1:], "extend" if by_slice else "setitem")
    if function is operator.setitem:
        _require_no_flags(receiver)
    result = _RESULTS.get(function, t.OBJECT)
    is_pure = function in (operator.is_, operator.is_not) or all(is_plain_and_fixed(fact.type) for fact in facts)
    effects = _UNSEEN if is_pure else _SEEN
    return PythonTarget(function, result, (), effects), Fact(result)


_RESULTS: Final[dict[object, t.Type]] = {
    operator.setitem: t.NONE,
    operator.delitem: t.NONE,
    operator.contains: t.BOOL,
    operator.is_: t.BOOL,
    operator.is_not: t.BOOL,
    operator.truth: t.BOOL,
}
"""The types of the results that Python itself sees to."""
