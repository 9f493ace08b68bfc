"""All functions of a compilation unit while their types are inferred: one instance for each row of argument types.

Recursive functions are inferred again and again, with what is known so far of their results, until nothing changes.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable
from types import CellType, CodeType, FunctionType
from typing import Any, Final, Protocol

from minijit import types as t
from minijit.errors import Unsupported
from minijit.ir.facts import NOTHING, Fact
from minijit.ir.guards import MISSING, Guard
from minijit.ir.nodes import UNKNOWN, Function, Instr
from minijit.library.nested_functions import note_variables
from minijit.library.registry import is_trusted
from minijit.library.targets import FunctionTarget
from minijit.typeinfer.facts import fact_of_object, lists_in, same_fact
from minijit.typeinfer.inference import Inference, leave_lists_to_python
from minijit.typeinfer.lists import ListsKeptError
from minijit.typeinfer.resolve import Resolver

MAX_ROUNDS: Final = 20
MAX_INSTANCES: Final = 200
"""A unit with more instances is too large."""
MAX_NESTED: Final = 8
"""A function with more instances than this that wait for each other calls itself with ever new types."""


class FrontEnd(Protocol):
    """What the inference asks of the front end; the pipeline hands it in."""

    def __call__(self, function: FunctionType) -> Function:
        """The function at the stage "python"."""
        ...


class Instance:
    """A user function for one row of argument facts.

    Attributes
    ----------
    symbol : str
        The name of its native code, unique in the unit.
    function : function
        The user's.
    arguments : tuple of Fact
        What is known of the parameters.
    result : Fact
        What it returns, as far as known; ``NEVER`` at first, and for good if it never returns.
    inference : Inference
        The facts of its values.
    is_recursive : bool
        Whether it was called while it was being inferred.
    refusal : Unsupported or None
        Why it can't be compiled, which holds for whoever asks again.
    effects : frozenset of str
        What its own operations do that others can see; ``unknown`` until the pipeline has asked freshness.
    """

    __slots__ = (
        "arguments",
        "effects",
        "function",
        "inference",
        "is_recursive",
        "refusal",
        "result",
        "round",
        "running",
        "symbol",
    )

    def __init__(self, symbol: str, function: FunctionType, arguments: tuple[Fact, ...], inference: Inference) -> None:
        self.symbol = symbol
        self.function = function
        self.arguments = arguments
        self.inference = inference
        self.result = NOTHING
        self.round = -1
        self.running = False
        self.is_recursive = False
        self.refusal: Unsupported | None = None
        self.effects: frozenset[str] = frozenset({"unknown"})

    def visible_effects(self) -> frozenset[str]:
        """The visible effects of the function and of all functions that it calls, recursion included."""
        effects: set[str] = set()
        seen: set[Instance] = set()
        todo = [self]
        while todo:
            one = todo.pop()
            if one in seen:
                continue
            seen.add(one)
            effects |= one.effects
            for binding in one.inference.bindings.values():
                todo += [case.target.instance for case in binding.cases if isinstance(case.target, FunctionTarget)]
        return frozenset(effects)


class Program:
    """The instances of a unit, the guards they depend on, and the way to the front end.

    Attributes
    ----------
    lists : dict
        The types of the native lists, by the instruction that makes them.
    kept : set of Instr
        The places where lists are made by Python, since native code can't do what is done with them.
    """

    def __init__(self, front_end: FrontEnd, type_of: Callable[[Any], t.Type | None]) -> None:
        self.front_end = front_end
        self.type_of = type_of
        self.resolver = Resolver(type_of)
        self.instances: dict[object, Instance] = {}
        self.guards: list[Guard] = []
        self.lists: dict[tuple[Inference, Instr, str], t.List] = {}
        self.kept: set[Instr] = set()
        self._guarded: set[tuple[int, str]] = set()
        self._exceptions: dict[tuple[type[BaseException], str], BaseException] = {}
        self._nested: dict[FunctionType, Function] = {}
        self._templates: dict[tuple[FunctionType, CodeType], FunctionType] = {}
        self._round = 0
        self._again = False

    def infer(self, function: FunctionType, arguments: tuple[Fact, ...]) -> Instance:
        """Infer `function` and all that it calls; gives its instance, which stands first among the instances."""
        while True:
            try:
                return self._infer_all(function, arguments)
            except ListsKeptError as found:
                # What was inferred so far took these lists for native ones.
                self.kept |= found.places
                self.instances.clear()
                self.lists.clear()

    def _infer_all(self, function: FunctionType, arguments: tuple[Fact, ...]) -> Instance:
        for self._round in range(MAX_ROUNDS):
            self._again = False
            lists = self.state_of_lists()
            instance = self.instance(function, arguments)
            if not self._again and lists == self.state_of_lists():
                for each in self.instances.values():
                    for inputs in each.inference.postponed.values():
                        leave_lists_to_python(inputs)
                return instance
        raise Unsupported(
            f"the types of {function.__qualname__} do not settle", "return values of the same type on all paths"
        )

    def instance(self, function: FunctionType, arguments: tuple[Fact, ...]) -> Instance:
        """The instance of a user function for a row of arguments, inferred as far as possible now."""
        key = (function, tuple((fact.type, _constant_key(fact.const)) for fact in arguments))
        instance = self.instances.get(key)
        if instance is None:
            waiting = sum(each.running and each.function is function for each in self.instances.values())
            if len(self.instances) >= MAX_INSTANCES or waiting > MAX_NESTED:
                raise Unsupported(f"{function.__qualname__} is called with too many combinations of types")
            source = self.source_of(function)
            symbol = f"{''.join(c if c.isalnum() else '_' for c in function.__name__)}_{len(self.instances)}"
            instance = Instance(symbol, function, arguments, Inference(self, function, source, arguments))
            self.instances[key] = instance
        if instance.running:
            instance.is_recursive = True
            return instance
        if instance.round < self._round:
            self._infer_instance(instance)
        elif instance.refusal is not None:
            raise instance.refusal
        return instance

    def list_made_at(self, inference: Inference, instr: Instr, role: str = "") -> t.List:
        """The type of the native lists that an instruction makes; `role` tells several apart."""
        if instr in self.kept:
            operands = [one for arg in instr.args for one in lists_in(inference.fact(arg).type)]
            if operands:
                raise ListsKeptError(operands)
            raise Unsupported("a list that Python keeps", "use an array")
        # Lists that a recursive function hands to itself are of one type, or there were ever more instances.
        running = (one.inference for one in self.instances.values() if one.running)
        first = next((one for one in running if one.source is inference.source), inference)
        return self.lists.setdefault((first, instr, role), t.List(instr, NOTHING))

    def state_of_lists(self) -> list[tuple[t.List, Fact]]:
        """What is known of all native lists: more than before, and whatever depends on them is inferred again."""
        found = (one.representative() for one in self.lists.values())
        return [(one, one.fact) for one in found]

    def source_of(self, function: FunctionType) -> Function:
        """The function at the stage "python"."""
        return self._nested[function] if function in self._nested else self.front_end(function)

    def nested_function(self, outer: FunctionType, instr: Instr) -> FunctionType:
        """The function that stands for all that a ``make_function`` of `outer` makes; `outer` itself without code."""
        attrs = instr.attrs
        if "code" not in attrs:
            return outer
        key = (outer, attrs["code"])
        if key not in self._templates:
            cells = dict(zip(outer.__code__.co_freevars, outer.__closure__ or (), strict=True))
            code: CodeType = attrs["code"]
            closure = tuple(cells.get(name) or CellType() for name in code.co_freevars)
            made = FunctionType(code, outer.__globals__, code.co_name, attrs["defaults"], closure)
            made.__kwdefaults__ = attrs["keyword_defaults"]
            note_variables(made, attrs["captured"], attrs["itself"])
            self._templates[key] = made
            self._nested[made] = attrs["nested"]
        return self._templates[key]

    def _infer_instance(self, instance: Instance) -> None:
        instance.round = self._round
        instance.running, instance.refusal = True, None
        try:
            result = instance.inference.run()
        except Unsupported as error:
            instance.refusal = error
            raise
        finally:
            instance.running = False
        if not same_fact(result, instance.result):
            instance.result = result
            if instance.is_recursive:
                self._again = True

    def known_exception(self, kind: type[BaseException], message: str) -> BaseException:
        """The one exception that stands for all of this kind and message; it is never raised itself."""
        return self._exceptions.setdefault((kind, message), kind(message))

    # ---- names of the program

    def add_guard(self, guard: Guard) -> None:
        """Note that the code depends on a name."""
        key = (id(guard.container), guard.name)
        if key not in self._guarded:
            self._guarded.add(key)
            self.guards.append(guard)

    def fact_of_global(self, function: FunctionType, name: str) -> tuple[Fact, object]:
        """What a global or builtin name is bound to, with the object; ``MISSING`` where it is bound to nothing."""
        scope = function.__globals__
        if name in scope:
            value = scope[name]
            if not is_trusted(function):
                self.add_guard(Guard("global", scope, name, value))
        else:
            known = scope.get("__builtins__", builtins)
            table = known if isinstance(known, dict) else vars(known)
            value = table.get(name, MISSING)
            if not is_trusted(function):
                self.add_guard(Guard("builtin", scope, name, value, table))
        return self._fact_of_name(value), value

    def fact_of_cell(self, function: FunctionType, name: str) -> tuple[Fact, object]:
        """What a closure variable holds, with the object; ``MISSING`` where the cell is empty."""
        position = function.__code__.co_freevars.index(name)
        cell = (function.__closure__ or ())[position]
        try:
            value = cell.cell_contents
        except ValueError:
            value = MISSING
        self.add_guard(Guard("cell", cell, name, value))
        return self._fact_of_name(value), value

    def _fact_of_name(self, value: object) -> Fact:
        return NOTHING if value is MISSING else fact_of_object(value, self.type_of)


def _constant_key(const: object) -> object:
    if const is UNKNOWN:
        return UNKNOWN
    if isinstance(const, tuple):
        return tuple(map(_constant_key, const))
    return (type(const), repr(const)) if isinstance(const, bool | int | float | complex | str) else id(const)
