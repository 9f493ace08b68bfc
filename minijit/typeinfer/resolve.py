"""Binding one operation to what carries it out, given what is known of its operands.

An operand of several possible types is taken apart first: the operation is bound once for each combination, and the
results are joined. Entries of the library therefore only ever see single types.
"""

from __future__ import annotations

import itertools
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np

from minijit import types as t
from minijit.errors import Unsupported
from minijit.ir.facts import NOTHING, Fact, fact_of_type
from minijit.ir.nodes import UNKNOWN
from minijit.library import registry
from minijit.library.operations import item_at, length_of
from minijit.library.targets import Binding, Case, ConstantTarget, EntryTarget, PythonTarget, Target
from minijit.typeinfer.facts import fact_of_object, join
from minijit.typeinfer.python_calls import (
    holds_object,
    is_object,
    resolve_any_call,
    resolve_item_of_records,
    resolve_object_operation,
)

MAX_CASES: Final = 24
"""An operation with more combinations of operand types than this is not compiled."""

Single = Callable[[tuple[Fact, ...]], tuple[Target, Fact]]
"""Binds an operation for operands of one type each."""

_NUMBER_BLIND: Final[frozenset[object]] = frozenset(
    {
        operator.add,
        operator.sub,
        operator.mul,
        operator.truediv,
        operator.floordiv,
        operator.mod,
        operator.iadd,
        operator.isub,
        operator.imul,
        operator.itruediv,
        operator.lt,
        operator.le,
        operator.gt,
        operator.ge,
        operator.eq,
        operator.ne,
    }
)
"""Operators that give the same for an int and for a float of equal value, if the types of the results agree."""

_COMPARISONS: Final[frozenset[object]] = frozenset(
    {operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne, operator.contains}
)
"""Operators that on tuples ask the items."""

_HARMLESS: Final[frozenset[object]] = frozenset(
    {
        *_NUMBER_BLIND - {operator.iadd, operator.isub, operator.imul, operator.itruediv},
        *(operator.pow, operator.matmul, operator.lshift, operator.rshift, operator.and_, operator.or_, operator.xor),
        *(operator.neg, operator.pos, operator.invert, operator.truth, operator.getitem, operator.contains, iter),
    }
)
"""Operators that change nothing, so that the interpreter can run them again if they don't raise after all."""

_ITERATION: Final[frozenset[object]] = frozenset(
    {iter, next, reversed, enumerate, zip, map, filter, length_of, item_at}
)
"""What gives or takes iterators, which are no objects of Python's here."""

_IDENTITY: Final[frozenset[object]] = frozenset(
    {operator.is_, operator.is_not, operator.contains, operator.eq, operator.ne}
    | {operator.lt, operator.le, operator.gt, operator.ge}
)
"""What asks whether two objects are the same, perhaps of their items: numbers would be other objects for each call."""


def resolve(
    function: object, facts: tuple[Fact, ...], single: Single, whole: frozenset[int] = frozenset()
) -> tuple[Binding, Fact]:
    """Bind an operation for all combinations of operand types; the fact is what it gives.

    Parameters
    ----------
    function : object
        The operator, for deciding whether a ``MaybeInt`` operand can do without its int.
    facts : tuple of Fact
        What is known of the operands.
    single : callable
        Binds the operation for operands of one type each.
    whole : frozenset of int
        The positions of operands that are taken as they are, whatever types they may have.
    """
    as_other: frozenset[int] = frozenset()
    if function in _NUMBER_BLIND:
        as_other = _blind_positions(facts, single)
        facts = tuple(
            Fact(fact.type.other) if position in as_other and isinstance(fact.type, t.MaybeInt) else fact
            for position, fact in enumerate(facts)
        )
    try:
        choices = [(fact,) if k in whole else _alternatives(fact) for k, fact in enumerate(facts)]
        cases, result = _bind_all(choices, single)
        spread: frozenset[int] = frozenset()
    except Unsupported:
        spread = frozenset(k for k, fact in enumerate(facts) if len(alternatives_of_items(fact.type)) > 1)
        if not spread or whole:
            raise
        choices = [
            tuple(map(fact_of_type, alternatives_of_items(fact.type))) if k in spread else _alternatives(fact)
            for k, fact in enumerate(facts)
        ]
        cases, result = _bind_all(choices, single)
    return Binding(tuple(cases), as_other, spread, whole), result


def _bind_all(choices: Sequence[tuple[Fact, ...]], single: Single) -> tuple[list[Case], Fact]:
    cases: list[Case] = []
    results: list[Fact] = []
    for number, combination in enumerate(itertools.product(*choices)):
        if number >= MAX_CASES:
            raise Unsupported("an operation on variables of too many types", "use variables of their own")
        target, result = single(combination)
        cases.append(Case(tuple(fact.type for fact in combination), target, result.type))
        results.append(result)
    return cases, join(results) if results else NOTHING


def alternatives_of_items(one: t.Type) -> tuple[t.Type, ...]:
    """The types that a tuple or slice may have at run time, when those of its items are taken apart."""
    match one:
        case t.Tuple(items, cls):
            rows = itertools.product(*map(alternatives_of_items, items))
            return tuple(t.Tuple(row, cls) for row in itertools.islice(rows, MAX_CASES + 1))
        case t.Slice(start, stop, step):
            rows = itertools.product(*map(alternatives_of_items, (start, stop, step)))
            return tuple(t.Slice(*row) for row in rows)
        case _:
            return t.alternatives_of(one)


def _alternatives(fact: Fact) -> tuple[Fact, ...]:
    several = t.alternatives_of(fact.type)
    if len(several) == 1:
        return (fact,)
    return tuple(fact_of_type(one) for one in several)


def _blind_positions(facts: tuple[Fact, ...], single: Single) -> frozenset[int]:
    """The position of a ``MaybeInt`` operand that may be used as its other type right away, if there is one."""
    positions = [k for k, fact in enumerate(facts) if isinstance(fact.type, t.MaybeInt)]
    if len(positions) != 1 or len(facts) != 2:
        return frozenset()
    (position,) = positions
    maybe = facts[position].type
    other = facts[1 - position].type
    assert isinstance(maybe, t.MaybeInt)
    if not (isinstance(other, t.NumpyScalar) or other in (t.FLOAT, t.COMPLEX)):
        return frozenset()
    types = set()
    for one in (t.INT, maybe.other):
        row = list(facts)
        row[position] = Fact(one)
        target, result = single(tuple(row))
        if isinstance(target, PythonTarget):
            return frozenset()
        types.add(result.type)
    return frozenset(positions) if len(types) == 1 else frozenset()


class Resolver:
    """Binds operations on single types through the registry.

    Parameters
    ----------
    type_of : callable
        The type of a Python object, or ``None`` (:func:`minijit.runtime.typeof.type_of`).
    """

    def __init__(self, type_of: Callable[[Any], t.Type | None]) -> None:
        self.type_of = type_of

    def operation(self, function: object, facts: tuple[Fact, ...], words: str) -> tuple[Binding, Fact]:
        """Bind an operator or the like; `words` name it in a message, as in ``"the operator +"``."""
        return resolve(function, facts, lambda row: self._operation_on(function, row, words))

    def _operation_on(self, function: object, row: tuple[Fact, ...], words: str) -> tuple[Target, Fact]:
        found = self.entry(function, row, {})
        asked = holds_object if function in _COMPARISONS else is_object
        if found is None and function not in (length_of, item_at) and any(asked(fact.type) for fact in row):
            return resolve_object_operation(function, row, words)
        return found or self.entry_or_error(function, row, {}, words)

    def entry(
        self, function: object, facts: Sequence[Fact], keywords: dict[str, Fact]
    ) -> tuple[Target, Fact] | None:
        """The library's entry for a call with operands of one type each, evaluated where all is known."""
        args = tuple(registry.Arg(fact.type, fact.const) for fact in facts)
        named = {name: registry.Arg(fact.type, fact.const) for name, fact in keywords.items()}
        found = registry.find(function, args, named)
        if found is None:
            return None
        entry, result = found
        if isinstance(result, t.Const | t.NoneValue) and not entry.effects:
            known = fact_of_type(result)
            return ConstantTarget(result, known.const), known
        if entry.fold:
            fold = entry.fold if callable(entry.fold) else None
            folded = self._fold(function, result, facts, keywords) if fold is None else self._known(fold, args, named)
            if folded is not None:
                return folded
        return EntryTarget(entry, result), fact_of_type(result)

    def _known(
        self, fold: Callable[..., object], args: tuple[registry.Arg, ...], keywords: dict[str, registry.Arg]
    ) -> tuple[Target, Fact] | None:
        """The value of a call that follows from what is known of the arguments, be it their types alone."""
        value = fold(*args, **keywords)
        if value is UNKNOWN:
            return None
        known = fact_of_object(value, self.type_of)
        return ConstantTarget(known.type, value), known

    def _fold(
        self, function: object, result: t.Type, facts: Sequence[Fact], keywords: dict[str, Fact]
    ) -> tuple[Target, Fact] | None:
        if any(fact.const is UNKNOWN for fact in (*facts, *keywords.values())) or not callable(function):
            return None
        try:
            with np.errstate(all="ignore"):
                value = function(*map(sample_of, facts), **{name: sample_of(fact) for name, fact in keywords.items()})
        except Exception:  # the program's own error: it belongs to run time
            return None
        known = fact_of_object(value, self.type_of)
        if known.const is UNKNOWN or known.type not in t.alternatives_of(result):
            return None
        return ConstantTarget(known.type, value), known

    def entry_or_error(
        self, function: object, facts: Sequence[Fact], keywords: dict[str, Fact], words: str
    ) -> tuple[Target, Fact]:
        """Like :meth:`entry`; what the library lacks is a call that raises where Python's does, or left to Python."""
        found = self.entry(function, facts, keywords)
        if found is not None:
            return found
        if callable(function) and raises(function, facts, keywords):
            effects = frozenset({"raises"}) if function in _HARMLESS else frozenset({"unknown", "raises"})
            return PythonTarget(function, t.NEVER, tuple(keywords), effects), NOTHING
        # Items of several types are taken apart first (`resolve`): there may be an entry for each.
        is_single = all(len(alternatives_of_items(fact.type)) == 1 for fact in (*facts, *keywords.values()))
        has_records = any(isinstance(fact.type, t.RecordArray | t.Record) for fact in facts)
        if has_records and (typed := resolve_item_of_records(function, facts)) is not None:
            return typed
        left_out = _ITERATION if has_records else _ITERATION | _IDENTITY
        if callable(function) and function not in left_out and is_single:
            return resolve_any_call(function, facts, keywords, words)
        operands = " and ".join(str(fact.type) for fact in facts)
        raise Unsupported(f"{words} for {operands}", "call it outside of the compiled function")


def raises(function: Callable[..., object], facts: Sequence[Fact], keywords: Mapping[str, Fact]) -> bool:
    """Whether `function` refuses operands of these types: whether it raises TypeError on samples of them."""
    samples = [sample_of(fact) for fact in facts]
    named = {name: sample_of(fact) for name, fact in keywords.items()}
    if any(sample is UNKNOWN for sample in (*samples, *named.values())):
        return False
    try:
        with np.errstate(all="ignore"):
            function(*samples, **named)
    except (TypeError, AttributeError):
        return True
    except Exception:  # an error of these very values says nothing about the types
        return False
    return False


def sample_of(fact: Fact) -> Any:
    """Some value of a type, or ``UNKNOWN`` where none can be made."""
    if fact.const is not UNKNOWN:
        return slice(*fact.const) if isinstance(fact.const, tuple) and isinstance(fact.type, t.Slice) else fact.const
    match fact.type:
        case t.PythonScalar() as number:
            return {"bool": True, "int": 2, "float": 1.5, "complex": 1.5 + 1j}[number.name]
        case t.NumpyScalar(dtype):
            return dtype.type(1)
        case t.Array(dtype, ndim, layout, writable):
            array = np.ones((2,) * ndim, dtype, order="F" if layout == "F" else "C")
            array.flags.writeable = writable
            return array
        case t.RecordArray(structure, ndim, _, writable, cls):
            records: Any = np.zeros((2,) * ndim, structure.dtype).view(cls)
            records.flags.writeable = writable
            return records
        case t.Record(structure, _):
            return np.zeros(1, structure.dtype)[0]
        case t.Tuple(items, cls):
            samples = [sample_of(fact_of_type(item)) for item in items]
            if any(sample is UNKNOWN for sample in samples):
                return UNKNOWN
            return cls(samples) if cls in (tuple, list) else cls(*samples)
        case t.List():
            item = sample_of(fact_of_type(fact.type.item))
            return [] if item is UNKNOWN else [item]
        case t.Range():
            return range(3)
        case t.Slice(start, stop, step):
            bounds = [sample_of(fact_of_type(bound)) for bound in (start, stop, step)]
            return UNKNOWN if any(bound is UNKNOWN for bound in bounds) else slice(*bounds)
        case _:
            return UNKNOWN
