"""The nodes of the IR: instructions, block parameters, blocks, terminators, functions.

SSA over a control-flow graph, with block parameters in place of phi nodes. There is one class of instruction; what an
op means, which operands it takes and at which stage it may appear is a row in :mod:`minijit.ir.ops`.
"""

from __future__ import annotations

from typing import Any, Final, TypeAlias

from minijit import types as t
from minijit.errors import NO_SPAN, Span
from minijit.machine import AnyType, Machine


class NotKnown:
    """The type of :data:`UNKNOWN`."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = NotKnown()
"""In place of a constant: the value is not known while compiling (``None`` would be a value)."""


class Instr:
    """One instruction and its result.

    Attributes
    ----------
    op : str
        A name from the table of ops.
    args : list of Value
        The operands.
    attrs : dict
        What is fixed while compiling: ``{"operator": "+"}``, ``{"name": "x"}`` ...
    type : Type or Machine
        The type of the result; ``NEVER`` until inferred.
    const : object
        The value, where it is known while compiling, else ``UNKNOWN``.
    span : Span
        Where in the user's source it comes from.
    """

    __slots__ = ("args", "attrs", "const", "op", "span", "type")

    def __init__(
        self,
        op: str,
        args: list[Value],
        attrs: dict[str, Any] | None = None,
        type: AnyType = t.NEVER,
        span: Span = NO_SPAN,
        const: object = UNKNOWN,
    ) -> None:
        self.op = op
        self.args = args
        self.attrs: dict[str, Any] = {} if attrs is None else attrs
        self.type = type
        self.span = span
        self.const = const


class Param:
    """A parameter of a block; those of the entry block are the function's own. `name` is the user's variable."""

    __slots__ = ("block", "const", "name", "span", "type")

    def __init__(self, block: Block, name: str = "", type: AnyType = t.NEVER, span: Span = NO_SPAN) -> None:
        self.block = block
        self.name = name
        self.type = type
        self.span = span
        self.const: object = UNKNOWN


Value: TypeAlias = Instr | Param


def whole_type(value: Value) -> t.Type:
    """The type of a value at the stage "typed", where no value has a machine type."""
    assert not isinstance(value.type, Machine), value.type
    return value.type


class Edge:
    """A way out of a block: where to, with which arguments for the parameters there."""

    __slots__ = ("args", "block")

    def __init__(self, block: Block, args: list[Value] | None = None) -> None:
        self.block = block
        self.args: list[Value] = [] if args is None else args


class Terminator:
    """The end of a block.

    ==========  ============================  ======================================
    op          args                          edges
    ==========  ============================  ======================================
    jump                                      the target
    branch      the condition (bool or i1)    if true, if false
    return      the value (loops: its parts)
    raise       the exception, the cause;
                none for a bare ``raise``
                (loops: none, see `attrs`)
    attempt     the classes of handlers       onward, to the handlers; without the
                (typed: none, see `attrs`)    first if the last operation always raises
    ==========  ============================  ======================================
    """

    __slots__ = ("args", "attrs", "edges", "op", "span")

    def __init__(
        self,
        op: str,
        args: list[Value] | None = None,
        edges: list[Edge] | None = None,
        span: Span = NO_SPAN,
        attrs: dict[str, Any] | None = None,
    ) -> None:
        self.op = op
        self.args: list[Value] = [] if args is None else args
        self.edges: list[Edge] = [] if edges is None else edges
        self.span = span
        self.attrs: dict[str, Any] = {} if attrs is None else attrs


class Block:
    """A basic block. `label` tells a reader what it is (``for.body``); `attrs` marks loop headers."""

    __slots__ = ("attrs", "instrs", "label", "params", "terminator")

    def __init__(self, label: str) -> None:
        self.label = label
        self.params: list[Param] = []
        self.instrs: list[Instr] = []
        self.terminator: Terminator | None = None
        self.attrs: dict[str, Any] = {}

    @property
    def edges(self) -> list[Edge]:
        """The ways out; none while the block is unfinished."""
        return [] if self.terminator is None else self.terminator.edges


class Function:
    """A function at some stage; ``blocks[0]`` is the entry, its parameters are the function's.

    Attributes
    ----------
    name : str
        The function's ``__name__``.
    filename : str
        The user's file.
    span : Span
        From ``def`` to the end of the body.
    blocks : list of Block
        In reverse post-order, as far as the front end can tell.
    attrs : dict
        ``"varargs"``: the index of the ``*args`` parameter; ``"docstring"`` and the like.
    """

    __slots__ = ("attrs", "blocks", "filename", "name", "span", "stage")

    def __init__(self, name: str, filename: str, span: Span, stage: str = "python") -> None:
        self.name = name
        self.filename = filename
        self.span = span
        self.stage = stage
        self.blocks: list[Block] = []
        self.attrs: dict[str, Any] = {}

    @property
    def params(self) -> list[Param]:
        """The function's parameters."""
        return self.blocks[0].params


def predecessors(function: Function) -> dict[Block, list[tuple[Block, Edge]]]:
    """For each block the blocks and edges that lead to it."""
    found: dict[Block, list[tuple[Block, Edge]]] = {block: [] for block in function.blocks}
    for block in function.blocks:
        for edge in block.edges:
            found[edge.block].append((block, edge))
    return found


def reverse_postorder(entry: Block) -> list[Block]:
    """The blocks that can be reached from `entry`, each before its successors except along back edges."""
    order: list[Block] = []
    seen = {entry}
    stack: list[tuple[Block, int]] = [(entry, 0)]
    while stack:
        block, position = stack.pop()
        edges = block.edges
        if position < len(edges):
            # Later edges first, so that the body of a loop comes before what follows it.
            stack.append((block, position + 1))
            target = edges[len(edges) - 1 - position].block
            if target not in seen:
                seen.add(target)
                stack.append((target, 0))
        else:
            order.append(block)
    return order[::-1]
