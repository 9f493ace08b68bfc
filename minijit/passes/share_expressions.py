"""Compute what is written twice only once, and check what is checked twice only once.

Before::

    %3: i64 = check_index %i, %a.shape0   site=1
    %4: f64 = load ...
    %7: i64 = check_index %i, %a.shape0   site=2
    store ...

After::

    %3: i64 = check_index %i, %a.shape0   site=1
    %4: f64 = load ...
    store ...

An operation without effects gives the same for the same operands, and a check that has been passed once is passed
again. An instruction is replaced by an equal one that dominates it (value numbering over the dominator tree, Briggs,
Cooper and Simpson, "Value Numbering", 1997). ``a[i] += x`` checks its index once this way. What is read from memory is
shared as long as nothing may have been written in between, in a block and in those that are reached from it alone.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Final

from minijit.ir.dominance import Dominators
from minijit.ir.nodes import Block, Function, Instr, Value, predecessors
from minijit.ir.ops import OPS

_CHECKED_VALUES: Final = frozenset(
    {"check_index", "check_add", "check_sub", "check_mul", "check_div", "check_shl"}
)
"""Checks that give a value; which exit they take does not matter once they have been passed."""
_CONDITIONS: Final = frozenset({"check", "check_divisor", "check_shape"})
_PLACES: Final = frozenset({"site", "variable"})
"""Attributes that say where something stands, not what it is."""
_EXTREMES: Final = frozenset({"smin", "smax", "umin", "umax"})
_HARMLESS: Final = frozenset({"raises", "reads"})
"""Effects after which memory holds what it held."""
_NEVER_SHARED: Final = frozenset({"slots", "context", "freeze", "incref", "decref"})


def share_expressions(function: Function) -> None:
    """Replace instructions by equal ones that dominate them, in place (stage "loops")."""
    dominators = Dominators(function)
    before = predecessors(function)
    memory: dict[Block, object] = {}
    children: dict[Block, list[Block]] = {block: [] for block in dominators.order}
    for block in dominators.order[1:]:
        children[dominators.immediate[block]].append(block)
    replaced: dict[Value, Value] = {}
    known: dict[Hashable, Value] = {}
    # A block is visited before those that it dominates; what it made known is forgotten when they are done.
    stack: list[tuple[Block, list[Hashable] | None]] = [(dominators.order[0], None)]
    while stack:
        block, made = stack.pop()
        if made is not None:
            for key in made:
                del known[key]
            continue
        ways = before[block]
        state = memory[ways[0][0]] if len(ways) == 1 and ways[0][0] in memory else block
        made, memory[block] = _visit(block, state, known, replaced)
        stack.append((block, made))
        stack += [(child, None) for child in children[block]]
    if replaced:
        _rewrite_edges(function, replaced)


def _visit(
    block: Block, memory: object, known: dict[Hashable, Value], replaced: dict[Value, Value]
) -> tuple[list[Hashable], object]:
    """Share within `block`; gives the keys that it has made known, and the state of memory at its end.

    A state is named by the block or the instruction with which it begins.
    """
    made: list[Hashable] = []
    kept: list[Instr] = []
    for instr in block.instrs:
        if replaced:
            instr.args = [replaced.get(arg, arg) for arg in instr.args]
        same = _one_of_its_operands(instr)
        if same is not None:
            replaced[instr] = same
            continue
        key = _key(instr, memory)
        if key is None:
            if _may_write(instr):
                memory = instr
            kept.append(instr)
            continue
        first = known.get(key)
        if first is not None:
            replaced[instr] = first
            continue
        known[key] = instr
        made.append(key)
        kept.append(instr)
    block.instrs = kept
    return made, memory


def _one_of_its_operands(instr: Instr) -> Value | None:
    """The operand that an instruction gives, whatever the others are; sharing shows it where two become one."""
    op, args = instr.op, instr.args
    if op == "select" and args[1] is args[2]:
        return args[1]
    if op in ("and", "or") and args[0] is args[1]:
        return args[0]
    if op == "intrinsic" and len(args) == 2 and args[0] is args[1] and instr.attrs["name"] in _EXTREMES:
        return args[0]
    return None


def _may_write(instr: Instr) -> bool:
    effects = instr.attrs.get("effects", ("unknown",)) if instr.op == "call_c" else OPS[instr.op].effects
    return not _HARMLESS.issuperset(effects)


def _key(instr: Instr, memory: object) -> Hashable:
    """The same for instructions that give the same; ``None`` for those that may not be shared."""
    op = instr.op
    if op == "const":
        # Floats by their text: 0.0 is not -0.0, and nan is itself.
        return op, instr.type, repr(instr.attrs["value"])
    if op in _CONDITIONS:
        return "check", instr.args[0]
    if op in _CHECKED_VALUES:
        return op, *instr.args, bool(instr.attrs.get("signed"))
    if op == "load":
        return op, instr.type, instr.args[0], memory
    if op in _NEVER_SHARED or OPS[op].effects or instr.attrs.get("name") == "assume":
        return None
    attrs = tuple((name, value) for name, value in instr.attrs.items() if name not in _PLACES)
    try:
        hash(attrs)
    except TypeError:
        return None
    return op, instr.type, *instr.args, attrs


def _rewrite_edges(function: Function, replaced: dict[Value, Value]) -> None:
    """Blocks are visited before their back edges' arguments are, so edges and terminators come last."""
    for block in function.blocks:
        for instr in block.instrs:
            instr.args = [replaced.get(arg, arg) for arg in instr.args]
        for edge in block.edges:
            edge.args = [replaced.get(arg, arg) for arg in edge.args]
        if block.terminator is not None:
            block.terminator.args = [replaced.get(arg, arg) for arg in block.terminator.args]
