"""Nested functions that are made for one call, with values that may change afterwards: nobody may keep them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minijit import types as t
from minijit.errors import Unsupported
from minijit.ir.facts import Fact
from minijit.ir.nodes import Instr
from minijit.library.nested_functions import keeps_no_function
from minijit.library.targets import Binding, PythonTarget

if TYPE_CHECKING:
    from minijit.typeinfer.inference import Inference


def refuse_kept_functions(inference: Inference, call: Instr, result: Fact) -> None:
    """Raise ``Unsupported`` where a call gives back, or may keep, a function that was made for it only."""
    if not any(isinstance(arg, Instr) and "momentary" in arg.attrs for arg in call.args):
        return
    if _holds_closure(result.type) or _may_keep_function(inference.bindings[call]):
        raise Unsupported("a nested function whose variables may change, and which is kept", "pass them as arguments")


def _may_keep_function(binding: Binding) -> bool:
    """Whether Python is called, and may hold its arguments longer than the call lasts."""
    targets = [case.target for case in binding.cases if isinstance(case.target, PythonTarget)]
    return not all(keeps_no_function(target.function) for target in targets)


def _holds_closure(one: t.Type) -> bool:
    """Whether a nested function is in a value."""
    match one:
        case t.Closure():
            return True
        case t.Union(members):
            return any(map(_holds_closure, members))
        case t.Tuple(items):
            return any(map(_holds_closure, items))
        case t.Iterator():
            return True
        case _:
            return False
