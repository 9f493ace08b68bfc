"""Effects of whole functions: what a call of an instance may do that others can see."""

from __future__ import annotations

from minijit.library.targets import FunctionTarget
from minijit.typeinfer.program import Instance


def effects_of_instance(instance: Instance) -> frozenset[str]:
    """The effects of all operations of a function and of the functions that it calls, recursion included."""
    effects: set[str] = set()
    seen: set[Instance] = set()
    todo = [instance]
    while todo:
        one = todo.pop()
        if one in seen:
            continue
        seen.add(one)
        for binding in one.inference.bindings.values():
            for case in binding.cases:
                effects |= case.target.effects
                if isinstance(case.target, FunctionTarget):
                    todo.append(case.target.instance)
    return frozenset(effects)
