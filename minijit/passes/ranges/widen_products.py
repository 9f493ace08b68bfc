"""Take remainders of products and sums of any size: ``a * b % m`` fits in 64 bits even where ``a * b`` does not.

Before::

    %1: i64 = check_mul %a, %b   site=1
    %2: i64 = check_add %1, %c   site=2
    %3: i64 = floor_mod %2, %m

After::

    %3: i64 = wide_mod %a, %b, %c, %m   tree=(add, (mul, 0, 1), 2)

What is computed only for its remainder is computed in 64 bits while these are enough, else in 128.
"""

from __future__ import annotations

from typing import Any, Final

from minijit.ir.nodes import Function, Instr, Value
from minijit.machine import I64

_OPS: Final = {"check_add": "add", "check_sub": "sub", "check_mul": "mul"}
_MOST_SUMS: Final = 4
"""A product and some numbers of 64 bits always fit in 128."""


def widen_products(function: Function) -> None:
    """Join remainders with what they are taken of, in place (stage "loops")."""
    if not any(instr.op == "check_mul" for block in function.blocks for instr in block.instrs):
        return
    uses = _uses(function)
    for block in function.blocks:
        here = set(block.instrs)
        gone: set[Instr] = set()
        for instr in block.instrs:
            if instr.op == "floor_mod" and instr.type is I64:
                tree = _Tree(uses, here)
                shape = tree.shape(instr.args[0], products=1)
                if tree.has_product and len(tree.inner) <= _MOST_SUMS:
                    instr.op, instr.args = "wide_mod", [*tree.leaves, instr.args[1]]
                    instr.attrs["tree"] = shape
                    gone |= tree.inner
        if gone:
            block.instrs = [instr for instr in block.instrs if instr not in gone]


def _uses(function: Function) -> dict[Value, int]:
    found: dict[Value, int] = {}
    for block in function.blocks:
        args: list[Value] = [arg for instr in block.instrs for arg in instr.args]
        args += block.terminator.args if block.terminator is not None else []
        args += [arg for edge in block.edges for arg in edge.args]
        for arg in args:
            found[arg] = found.get(arg, 0) + 1
    return found


class _Tree:
    """The checked operations of which only one remainder is made."""

    def __init__(self, uses: dict[Value, int], here: set[Instr]) -> None:
        self.leaves: list[Value] = []
        self.inner: set[Instr] = set()
        self.has_product = False
        self._uses = uses
        self._here = here

    def shape(self, value: Value, products: int) -> Any:
        """The number of a leaf, or an operation with the shapes of its operands."""
        inner = isinstance(value, Instr) and value.op in _OPS and value in self._here and self._uses[value] == 1
        if inner and isinstance(value, Instr) and (value.op != "check_mul" or (products and not self.has_product)):
            self.inner.add(value)
            if value.op == "check_mul":
                self.has_product = True
            left = 0 if value.op == "check_mul" else products
            return _OPS[value.op], *(self._operand(arg, left) for arg in value.args)
        if value not in self.leaves:
            self.leaves.append(value)
        return self.leaves.index(value)

    def _operand(self, value: Value, products: int) -> Any:
        # The factors of a product have to be of 64 bits.
        return self.shape(value, products) if products else self.leaf(value)

    def leaf(self, value: Value) -> int:
        """The number of an operand that is computed apart."""
        if value not in self.leaves:
            self.leaves.append(value)
        return self.leaves.index(value)
