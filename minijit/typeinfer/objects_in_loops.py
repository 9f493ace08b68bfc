"""Work on objects in loops, which the interpreter does faster than native code, since that has to ask it each time.

A function is left to the interpreter for it only where it would spend its time on that: in innermost loops that call
nothing that takes longer anyway.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from types import FunctionType
from typing import TYPE_CHECKING, Final

from minijit import types as t
from minijit.errors import Unsupported
from minijit.ir.nodes import Block, Function, Instr
from minijit.library.operations import call_anything
from minijit.library.targets import Binding, PythonTarget
from minijit.typeinfer.python_calls import is_object

if TYPE_CHECKING:
    from minijit.typeinfer.inference import Inference

_SLOW: Final = frozenset({"binary", "inplace", "unary", "getitem", "setitem", "delitem", "unpack"})
"""What the interpreter does quickly itself, without a call."""


def refuse_objects_in_loops(inference: Inference) -> None:
    """Raise ``Unsupported`` for an operation that the interpreter carries out faster."""
    bindings = inference.bindings
    slow = [instr for instr in bindings if instr.op in _SLOW and _asks_python(inference, instr)]
    if not slow:
        return
    for loop in innermost_loops(inference.source):
        inside = {instr for block in loop for instr in block.instrs}
        if any(instr in inside and _takes_long(bindings[instr]) for instr in bindings if instr.op == "call"):
            continue
        for instr in slow:
            if instr in inside:
                operands = [inference.fact(arg).type for arg in instr.args]
                raise _refusal(operands).at(instr.span, inference.source.filename)


def _asks_python(inference: Inference, instr: Instr) -> bool:
    """Whether Python carries out an operation: on an object, or on values that no entry takes."""
    if instr.attrs.get("display"):
        # A comprehension; the interpreter makes a function of it.
        return False
    targets = list(_python_targets(inference.bindings[instr]))
    if not targets:
        return False
    on_object = any(is_object(inference.fact(arg).type) for arg in instr.args)
    return on_object or any(target.result == t.OBJECT for target in targets)


def _takes_long(binding: Binding) -> bool:
    """Whether a call is one of NumPy, SciPy or the user that Python carries out."""
    for target in _python_targets(binding):
        module = (getattr(target.function, "__module__", None) or "").split(".")[0]
        is_written = isinstance(target.function, FunctionType) and target.function is not call_anything
        if module in ("numpy", "scipy") or is_written:
            return not isinstance(target.result, t.Never)
    return False


def _python_targets(binding: Binding) -> Iterator[PythonTarget]:
    return (case.target for case in binding.cases if isinstance(case.target, PythonTarget))


def _refusal(operands: Iterable[t.Type]) -> Unsupported:
    for one in operands:
        for each in t.alternatives_of(one):
            if isinstance(each, t.Object) and each.cls in (list, dict, set):
                return Unsupported(f"a {each.cls.__name__} that a loop works on", "use an array made by np.zeros")
    return Unsupported(
        "an operation in a loop on an object that only Python knows",
        "put what it holds into a number or array before the loop, as in float(x)",
    )


def innermost_loops(function: Function) -> list[set[Block]]:
    """The blocks of each loop that has no loop in it."""
    found: list[set[Block]] = []
    todo: list[Set[Block]] = [set(function.blocks)]
    while todo:
        for loop in _cycles(todo.pop()):
            header = next(block for block in function.blocks if block in loop)
            rest = loop - {header}
            if _cycles(rest):
                todo.append(rest)
            else:
                found.append(loop)
    return found


def _cycles(blocks: Set[Block]) -> list[set[Block]]:
    """The largest sets of blocks that can all be reached from one another, by edges among `blocks`."""
    reached: dict[Block, set[Block]] = {
        block: {edge.block for edge in block.edges if edge.block in blocks} for block in blocks
    }
    changed = True
    while changed:
        changed = False
        for known in reached.values():
            size = len(known)
            known.update(*[reached[each] for each in known])
            changed |= len(known) != size
    loops: list[set[Block]] = []
    for block in blocks:
        if block in reached[block] and not any(block in loop for loop in loops):
            loops.append({each for each in reached[block] if block in reached[each]})
    return loops
