"""What an operation is bound to once its operand types are known: the outcome of resolution, the input of lowering."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

from minijit import types as t
from minijit.ir.facts import Fact
from minijit.library.registry import Entry


class Callee(Protocol):
    """A user function compiled for a row of arguments, as lowering needs to know it."""

    symbol: str
    arguments: tuple[Fact, ...]
    result: Fact
    is_recursive: bool

    def visible_effects(self) -> frozenset[str]:
        """What a call may do that others can see."""
        ...


@dataclass(frozen=True, slots=True)
class EntryTarget:
    """An entry of the library."""

    entry: Entry
    result: t.Type

    @property
    def effects(self) -> frozenset[str]:
        """The entry's effects."""
        return self.entry.effects

    def __str__(self) -> str:
        return self.entry.name


@dataclass(frozen=True, slots=True)
class ConstantTarget:
    """Nothing happens at run time: the result is known, or a rearrangement of types alone."""

    result: t.Type
    value: object

    @property
    def effects(self) -> frozenset[str]:
        """None."""
        return frozenset()

    def __str__(self) -> str:
        return "known"


@dataclass(frozen=True, slots=True)
class DefaultValue:
    """The default value of a parameter, the object itself, with its type."""

    type: t.Type
    value: object


@dataclass(frozen=True, slots=True)
class CapturedValue:
    """What a nested function has captured, by its position."""

    position: int


@dataclass(frozen=True, slots=True)
class FunctionTarget:
    """Another function of the user's, compiled for these argument types.

    `arguments` says where each parameter comes from: the position of a call argument, several positions (``*args``), a
    default value, or what a nested function has captured.
    """

    instance: Any
    arguments: tuple[int | tuple[int, ...] | DefaultValue | CapturedValue, ...]

    @property
    def result(self) -> t.Type:
        """The type that the function returns."""
        result: t.Type = self.instance.result.type
        return result

    @property
    def effects(self) -> frozenset[str]:
        """Unknown here: the instance knows."""
        return frozenset({"raises"})

    def __str__(self) -> str:
        return str(self.instance.symbol)


@dataclass(frozen=True, slots=True)
class PythonTarget:
    """A call through Python itself; `result` is ``NEVER`` where the call is expected to raise."""

    function: object
    result: t.Type
    keywords: tuple[str, ...] = ()
    effects: frozenset[str] = field(default=frozenset({"unknown", "raises"}))

    @property
    def name(self) -> str:
        """What is called, in words."""
        return str(getattr(self.function, "__name__", self.function))

    def __str__(self) -> str:
        return f"python {self.name}"


@dataclass(frozen=True, slots=True)
class MethodTarget:
    """An attribute that is a method: the receiver itself, under another type."""

    result: t.Type

    @property
    def effects(self) -> frozenset[str]:
        """None."""
        return frozenset()

    def __str__(self) -> str:
        return "method"


Target: TypeAlias = EntryTarget | ConstantTarget | FunctionTarget | PythonTarget | MethodTarget


@dataclass(frozen=True, slots=True)
class Case:
    """The target for one combination of operand types; `result` is what the whole instruction gives there."""

    types: tuple[t.Type, ...]
    target: Target
    result: t.Type


@dataclass(frozen=True, slots=True)
class Binding:
    """What an instruction is bound to: one case, or one for each combination of the types of its operands.

    `as_other` are the positions of operands of type ``MaybeInt`` that may be used as their other type, because the
    operation gives the same either way. `spread` are the positions of tuples and slices whose items have to be taken
    apart by type, too; `whole` those of operands that are not taken apart: what is stored into a list.
    """

    cases: tuple[Case, ...]
    as_other: frozenset[int] = frozenset()
    spread: frozenset[int] = frozenset()
    whole: frozenset[int] = frozenset()

    @property
    def effects(self) -> frozenset[str]:
        """The effects of all cases together."""
        return frozenset(effect for case in self.cases for effect in case.target.effects)

    def __str__(self) -> str:
        if len(self.cases) == 1:
            return str(self.cases[0].target)
        return " or ".join(f"{case.target} for ({', '.join(map(str, case.types))})" for case in self.cases)
