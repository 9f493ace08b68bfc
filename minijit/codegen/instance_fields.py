"""Attributes of instances in the call wrapper: read before the kernel runs, those in cells written back behind it."""

from __future__ import annotations

import sys
from itertools import combinations

from minijit import types as t
from minijit.codegen.boxing import Boxer
from minijit.codegen.text import FunctionText, llvm_type
from minijit.codegen.unboxing import ConstantOf, OwnerOf, unbox
from minijit.ir import context
from minijit.machine import parts_of, union_layout
from minijit.runtime import numpy_api as api


class HeldFields:
    """What the wrapper holds while the kernel runs: references to attributes, and cells.

    Attributes
    ----------
    row : str
        References, in words on the stack that are null as long as nothing was read.
    cells : list of (str, str, Field)
        The object, the address of the cell, and what it holds.
    """

    def __init__(self, text: FunctionText, count: int) -> None:
        self.text = text
        self.count = count
        self.row = text.stack(8 * count) if count else ""
        self.taken = 0
        self.cells: list[tuple[str, str, t.Field]] = []
        self.instances: list[tuple[str, t.Instance]] = []
        for index in range(count):
            text.store("ptr", "null", self.row, 8 * index)

    def hold(self, value: str) -> None:
        """Keep a reference until the call ends."""
        self.text.store("ptr", value, self.row, 8 * self.taken)
        self.taken += 1

    def drop(self) -> None:
        """Give up all references."""
        if self.count:
            self.text.call("void", "mj_drop_row", ("ptr", self.row), ("i64", str(self.count)))

    def write_back(self, boxer: Boxer, value: str) -> str:
        """Store what has changed into the objects; gives `value`, or null if that has raised."""
        for owner, cell, field in self.cells:
            value = self._write_back_one(boxer, owner, cell, field, value)
        return value

    def _write_back_one(self, boxer: Boxer, owner: str, cell: str, field: t.Field, value: str) -> str:
        text = self.text
        changed, done = text.new_label("changed"), text.new_label("unchanged")
        start = text.block
        text.branch(text.value(f"icmp eq i64 {text.load('i64', cell)}, 0"), done, changed)
        text.begin(changed)
        boxed = boxer.box(field.type, text.at(cell, 8))
        name = boxer.constant(sys.intern(field.name))
        answer = text.call("ptr", "mj_write_back", ("ptr", owner), ("ptr", name), ("ptr", boxed), ("ptr", value))
        end = text.block
        text.jump(done)
        text.begin(done)
        return text.phi("ptr", [(value, start), (answer, end)])

    def write_back_unless_again(self, boxer: Boxer, status: str) -> None:
        """Store what has changed if the kernel left for good: not if the interpreter runs the call again."""
        if not self.cells:
            return
        text = self.text
        bails = [number for number, site in enumerate(boxer.unit.sites, 1) if site.kind == "bail"]
        write, bail, done = (text.new_label(purpose) for purpose in ("write", "bail", "left"))
        cases = " ".join(f"i32 {number}, label %{bail}" for number in bails)
        text.do(f"switch i32 {status}, label %{write} [{cases}]")
        text.begin(bail)
        dirty = text.load("i64", boxer.ctx, context.DIRTY)
        text.branch(text.value(f"icmp eq i64 {dirty}, 0"), done, write)
        text.begin(write)
        self.write_back(boxer, boxer.constant(None))
        text.jump(done)
        text.begin(done)


def emit_fields(
    text: FunctionText,
    wanted: tuple[t.Type, ...],
    objects: list[str],
    parts: list[list[str]],
    miss: str,
    owner_of: OwnerOf,
    constant_of: ConstantOf,
) -> HeldFields:
    """Read the attributes of the instances among the arguments, and add them to their parts.

    Control goes to `miss` when one is not as it was when the code was made.
    """
    held = HeldFields(text, sum(map(_count, wanted)))
    if not any(isinstance(one, t.Instance) for one in wanted):
        return held
    other = text.new_label("other")
    for index, one in enumerate(wanted):
        if isinstance(one, t.Instance):
            parts[index] = _instance(held, objects[index], one, other, owner_of, constant_of)
    _require_distinct(held, other)
    start = text.new_label("fields")
    text.jump(start)
    text.begin(other)
    held.drop()
    text.jump(miss)
    text.begin(start)
    return held


def _count(one: t.Type) -> int:
    """How many attributes are read of an instance and of those that it refers to."""
    if not isinstance(one, t.Instance):
        return 0
    return sum(1 + _count(field.type) for field in one.fields if field.mode != "python")


def _instance(
    held: HeldFields, value: str, one: t.Instance, other: str, owner_of: OwnerOf, constant_of: ConstantOf
) -> list[str]:
    """The parts of an instance of the right class."""
    held.instances.append((value, one))
    parts = [value]
    for field in one.fields:
        if field.mode != "python":
            parts += _field(held, value, field, other, owner_of, constant_of)
    return parts


def _field(
    held: HeldFields, value: str, field: t.Field, other: str, owner_of: OwnerOf, constant_of: ConstantOf
) -> list[str]:
    text = held.text
    name = constant_of(text, sys.intern(field.name))
    found = text.call("ptr", "mj_attribute", ("ptr", value), ("ptr", name))
    held.hold(found)
    there = text.new_label("there")
    text.branch(text.value(f"icmp ne ptr {found}, null"), there, other, likely=True)
    text.begin(there)
    if field.mode == "method":
        assert isinstance(field.type, t.Const)
        function = text.load("ptr", found, api.METHOD_FUNCTION)
        kind = text.value(f"icmp eq ptr {text.load('ptr', found, api.TYPE)}, {text.module.external('mj_type_method')}")
        _require(text, kind, other)
        _require(text, text.value(f"icmp eq ptr {function}, {constant_of(text, field.type.value)}"), other)
        return []
    if isinstance(field.type, t.Const) and type(field.type.value) is str:
        # Only the names in a program are sure to be one object.
        known = constant_of(text, field.type.value)
        _require(text, text.call("zeroext i1", "mj_same_text", ("ptr", found), ("ptr", known)), other)
        return []
    if isinstance(field.type, t.Instance):
        unbox(text, [found], (field.type,), other, owner_of, constant_of)
        return _instance(held, found, field.type, other, owner_of, constant_of)
    (parts,) = unbox(text, [found], (field.found or field.type,), other, owner_of, constant_of)
    if field.mode == "cell":
        return [_cell(held, value, field, parts)]
    return parts if field.mode == "value" else []


def _cell(held: HeldFields, owner: str, field: t.Field, parts: list[str]) -> str:
    text = held.text
    cell = text.stack(8 * (1 + len(parts_of(field.type))))
    text.store("i64", "0", cell)
    begun, start = field.found or field.type, 1
    if isinstance(field.type, t.Union):
        member = field.type.members.index(begun)
        start += union_layout(field.type.members)[1][member]
        text.store("i8", str(member), cell, 8)
    for position, (machine, part) in enumerate(zip(parts_of(begun), parts, strict=True)):
        kind = llvm_type(machine)
        if machine.bits == 1:
            part, kind = text.value(f"zext i1 {part} to i8"), "i8"
        text.store(kind, part, cell, 8 * (start + position))
    held.cells.append((owner, cell, field))
    return cell


def _require(text: FunctionText, condition: str, other: str) -> None:
    good = text.new_label("good")
    text.branch(condition, good, other, likely=True)
    text.begin(good)


def _require_distinct(held: HeldFields, other: str) -> None:
    """An object that is there twice would have two cells for one attribute."""
    for (first, one), (second, two) in combinations(held.instances, 2):
        if one.cls is two.cls and any(field.mode == "cell" for field in one.fields):
            _require(held.text, held.text.value(f"icmp ne ptr {first}, {second}"), other)
