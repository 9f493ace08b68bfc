"""Effects of whole functions: what a call of an instance may do that others can see."""

from __future__ import annotations

from minijit.library.targets import FunctionTarget
from minijit.typeinfer.program import Instance


def effects_of_instance(instance: Instance) -> frozenset[str]:
    """The visible effects of a function and of the functions that it calls, recursion included."""
    effects: set[str] = set()
    seen: set[Instance] = set()
    todo = [instance]
    while todo:
        one = todo.pop()
        if one in seen:
            continue
        seen.add(one)
        effects |= one.effects
        for binding in one.inference.bindings.values():
            todo += [case.target.instance for case in binding.cases if isinstance(case.target, FunctionTarget)]
    return frozenset(effects)
