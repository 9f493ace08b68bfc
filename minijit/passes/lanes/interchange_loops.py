"""Run turns of an outer loop side by side where the inner loop can only go one step at a time.

Before::

    for j in range(m):                          # for each row i of a matrix product
        s = 0.0
        for k in range(l):
            s += a[i, k] * b[k, j]              # each addition waits for the one before
        c[i, j] = s

After, if what is written lies apart from what is read and there are enough turns::

    for first in range(0, m, 256):
        lanes = min(256, m - first)
        for j in range(lanes): s[j] = 0.0
        for k in range(l):
            for j in range(lanes): s[j] += a[i, k] * b[k, first + j]
        for j in range(lanes): c[i, first + j] = s[j]

Every sum is still added up in its own order, so the results are the same bits. The loop over the lanes can be
vectorised if neighbouring lanes are neighbours in memory. Where they aren't, eight lanes run in registers, the loops
over them written out, and what is left over is done by the original. The original is also what runs if the test fails;
there it is not worth vectorising.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from minijit.ir.builder import MachineBuilder, machine_type
from minijit.ir.dominance import Dominators
from minijit.ir.nodes import Block, Edge, Function, Instr, Param, Terminator, Value
from minijit.ir.unit import Unit
from minijit.machine import F32, F64, I64
from minijit.passes.lanes.lane_copy import LaneCopy
from minijit.passes.lanes.lane_memory import LaneMemory
from minijit.passes.lanes.lane_regions import Nest, nest_of
from minijit.passes.lanes.lane_test import LaneTest
from minijit.passes.lanes.lane_values import LaneValues
from minijit.passes.loops.access_families import Family, size_of
from minijit.passes.loops.affine import AffineForms
from minijit.passes.loops.loop_nests import Loop, is_tiny, outermost_loops

_MOST_LANES: Final = 256
_LANES_IN_REGISTERS: Final = 8
_MOST_KEPT: Final = 8
_MOST_BUFFERS: Final = 16
"""Of one function, on the stack: of up to 2 KB each."""
_LARGEST_IN_REGISTERS: Final = 48
_LARGEST: Final = 200
"""Instructions in the nest."""


class _Plan(NamedTuple):
    nest: Nest
    values: LaneValues
    promoted: dict[Nest, list[Family]]
    in_registers: bool


def interchange_loops(function: Function) -> None:
    """Run turns side by side, in place (stage "loops"); after the checks have been taken out of the loops."""
    if function.attrs.get("recursive") is not None or not any(block.attrs.get("loop") for block in function.blocks):
        # The buffers of many activations at once would need more stack than there is.
        return
    dominators = Dominators(function)
    loops = [loop for loop in outermost_loops(function, dominators) if loop.children]
    if not loops:
        return
    function.blocks = dominators.order
    homes: dict[Value, Block] = {instr: block for block in dominators.order for instr in block.instrs}
    room = _MOST_BUFFERS
    for loop in loops:
        for plan in _plans(loop, dominators, homes):
            room -= 0 if plan.in_registers else len(plan.values.kept) + sum(map(len, plan.promoted.values()))
            if room >= 0:
                _carry_out(function, plan)


def _plans(loop: Loop, dominators: Dominators, homes: dict[Value, Block]) -> list[_Plan]:
    """What to do in a nest of loops: the innermost loops that can be vectorised, else those that fit in registers."""
    if not loop.children or loop.header.attrs.get("scalar"):
        return []
    inner = [plan for child in loop.children for plan in _plans(child, dominators, homes)]
    if any(not plan.in_registers for plan in inner):
        return inner
    own = _plan(loop, dominators, homes)
    if own is None or (inner and own.in_registers):
        return inner
    return [own]


def _plan(loop: Loop, dominators: Dominators, homes: dict[Value, Block]) -> _Plan | None:
    if loop.header.attrs.get("slow"):
        # It hardly ever runs, and will be put apart as it is.
        return None
    nest = nest_of(loop, dominators)
    if nest is None or all(is_tiny(each.loop) for each in nest.innermost):
        return None
    size = sum(len(block.instrs) for piece in nest.pieces for block in piece.blocks)
    forms = AffineForms(loop, homes, set())
    if size > _LARGEST or not all(forms.fixed(each.turns()) for each in nest.nests):
        return None
    memory = LaneMemory(nest, forms)
    if not memory.may_be_apart():
        return None
    values = LaneValues(nest, memory)
    promoted = _promoted(nest, memory)
    if not values.valid or len(values.kept) > _MOST_KEPT:
        return None
    if _are_neighbours(nest, memory, values):
        return _Plan(nest, values, promoted, False) if _gains_by_vectors(nest, memory, values, promoted) else None
    if len(nest.nests) == 2 and size <= _LARGEST_IN_REGISTERS and _waits(nest.nests[1], values, promoted):
        return _Plan(nest, values, promoted, True)
    return None


# ---- what it is good for


def _accesses(nest: Nest) -> list[Instr]:
    return [access for piece in nest.pieces for access in piece.accesses]


def _are_neighbours(nest: Nest, memory: LaneMemory, values: LaneValues) -> bool:
    """Whether the accesses of neighbouring lanes in the innermost loops are to neighbouring elements."""
    counter = nest.loop.counter
    varying = [access for each in nest.innermost for access in _accesses(each) if access not in values.uniform]
    for access in varying:
        stride = memory.stride(access, counter)
        if stride is None or not 0 < stride <= 2 * size_of(access):
            return False
    return bool(varying)


def _waits(nest: Nest, values: LaneValues, promoted: dict[Nest, list[Family]]) -> bool:
    """Whether each turn of an innermost loop waits for a float of the turn before."""
    carried = [param for param in nest.loop.header.params if param in values.kept]
    types = [machine_type(param) for param in carried]
    types += [machine_type(family.members[0]) for family in promoted.get(nest, ()) if family.members[0].op == "load"]
    return any(type in (F32, F64) for type in types)


def _gains_by_vectors(
    nest: Nest, memory: LaneMemory, values: LaneValues, promoted: dict[Nest, list[Family]]
) -> bool:
    """Whether the innermost loops are not vectorised as they are."""
    for each in nest.innermost:
        if _waits(each, values, promoted):
            return True
        strides = [memory.stride(access, each.loop.counter) for access in _accesses(each)]
        if any(stride is None or abs(stride) > 16 for stride in strides):
            return True
    return False


def _promoted(nest: Nest, memory: LaneMemory) -> dict[Nest, list[Family]]:
    """The elements that an inner loop reads and writes in place."""
    found: dict[Nest, list[Family]] = {}
    taken: set[Family] = set()
    for each in nest.nests[1:]:
        counters = {inner.loop.counter for inner in each.nests}
        inside = set(_accesses(each))
        for family in memory.families or ():
            members = [member for member in family.members if member in inside]
            if family in taken or not members or not any(member.op == "store" for member in members):
                continue
            in_place = counters.isdisjoint(family.factors) and _is_one_element(family) and members[0].op == "load"
            if in_place and memory.can_be_made_outside(members[0].args[0], each):
                taken.add(family)
                found.setdefault(each, []).append(family)
    return found


def _is_one_element(family: Family) -> bool:
    return family.beyond - family.first == size_of(family.members[0])


# ---- doing it


def _carry_out(function: Function, plan: _Plan) -> None:
    loop = plan.nest.loop
    header = loop.header
    span = header.terminator.span if header.terminator else function.span
    for each in plan.nest.nests:
        each.loop.header.attrs["scalar"] = True
    most = _LANES_IN_REGISTERS if plan.in_registers else _MOST_LANES
    b = MachineBuilder(Unit(""), function, Block(f"{header.label}.apart"))
    b.span = span
    test = b.block
    test.params = [Param(test, param.name, param.type, param.span) for param in header.params]
    for edge in loop.entering:
        edge.block = test
    function.blocks.append(test)
    strips = b.new_block(f"{header.label}.strips", [machine_type(param) for param in header.params])
    LaneTest(b, plan.values.memory, least_turns=most if plan.in_registers else 12).write(strips, header)
    _write_strips(b, plan, strips, most)
    what = "in registers" if plan.in_registers else "as vectors"
    function.attrs.setdefault("remarks", []).append((span, f"turns of the loop run side by side, {what}"))


def _write_strips(b: MachineBuilder, plan: _Plan, strips: Block, most: int) -> None:
    loop = plan.nest.loop
    header = loop.header
    place = header.params.index(loop.counter)
    b.move_to(strips)
    first = strips.params[place]
    left = b.emit("sub", (plan.nest.turns(), first), I64, nsw=True)
    enough = b.icmp("sge", left, b.i64(most if plan.in_registers else 1))
    body = b.new_block(f"{header.label}.strip")
    b.block.terminator = Terminator("branch", [enough], [Edge(body), Edge(header, list(strips.params))], b.span)
    b.move_to(body)
    lanes = b.i64(most) if plan.in_registers else b.intrinsic("smin", I64, left, b.i64(most))
    copy = LaneCopy(b, plan.values, most, plan.promoted, all_lanes=plan.in_registers)
    carried = copy.strip(first, lanes, tuple(param for param in strips.params if param is not first))
    results = dict(zip(plan.values.carried, carried, strict=True))
    results[loop.counter] = b.emit("add", (first, lanes), I64, nsw=True)
    b.jump(strips, [results[param] for param in header.params])
