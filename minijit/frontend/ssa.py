"""SSA while walking the tree, after Braun et al., "Simple and Efficient Construction of SSA Form" (2013).

Each block remembers which value each local variable has at its end. Reading one that the block does not know looks
into the blocks before it; where several meet, a block parameter is made. A block is *sealed* once no further way into
it will be found; before that (loop headers) a read makes a parameter whose arguments are filled in on sealing.

Parameters that turn out to be superfluous are removed at the end, all at once (:mod:`minijit.frontend.simplify`).
"""

from __future__ import annotations

from typing import Any

from minijit.errors import NO_SPAN, Span
from minijit.ir.nodes import UNKNOWN, Block, Edge, Instr, Param, Terminator, Value


class Draft:
    """A block under construction.

    Attributes
    ----------
    block : Block
        The block itself.
    values : dict
        The value of each local variable at this point.
    ways_in : list of (Draft, Edge)
        The ways in that are known so far.
    waiting : list of (str, Param)
        Parameters made before the block was sealed, whose arguments are still to come.
    """

    __slots__ = ("block", "sealed", "values", "waiting", "ways_in")

    def __init__(self, label: str) -> None:
        self.block = Block(label)
        self.values: dict[str, Value] = {}
        self.ways_in: list[tuple[Draft, Edge]] = []
        self.waiting: list[tuple[str, Param]] = []
        self.sealed = False


class Ssa:
    """A graph of blocks under construction, and the place in it where instructions are added.

    Attributes
    ----------
    entry : Draft
        The first block.
    here : Draft
        Where instructions go. Meaningless while `reachable` is false.
    blocks : list of Block
        The blocks that have been entered, in this order: each comes before its successors, except along back edges.
    reachable : bool
        Whether control can come here at all; false after ``return``, ``raise``, ``break`` and ``continue``.
    """

    def __init__(self) -> None:
        self.entry = Draft("entry")
        self.entry.sealed = True
        self.here = self.entry
        self.reachable = True
        self.blocks = [self.entry.block]

    # ---- blocks

    def goto(self, draft: Draft) -> bool:
        """Go on in `draft`, to which all ways are known now; tell whether it can be reached."""
        self.seal(draft)
        return self.enter(draft)

    def enter(self, draft: Draft) -> bool:
        """Go on in `draft` without sealing it (a loop header); tell whether it can be reached."""
        self.here = draft
        self.reachable = bool(draft.ways_in)
        if self.reachable:
            self.blocks.append(draft.block)
        return self.reachable

    def seal(self, draft: Draft) -> None:
        """Declare that no further way into `draft` will be found."""
        draft.sealed = True
        for name, _ in draft.waiting:
            for source, edge in draft.ways_in:
                edge.args.append(self.look_up(name, source))
        draft.waiting.clear()

    def parameter(self, draft: Draft, name: str, span: Span) -> Param:
        """Add a parameter for something that is no variable; before there is any way into `draft`."""
        param = Param(draft.block, name, span=span)
        draft.block.params.append(param)
        return param

    # ---- instructions and terminators

    def emit(
        self, op: str, args: list[Value], span: Span, attrs: dict[str, Any] | None = None, const: object = UNKNOWN
    ) -> Instr:
        """Add an instruction here."""
        instr = Instr(op, args, attrs, span=span, const=const)
        self.here.block.instrs.append(instr)
        return instr

    def const(self, value: object, span: Span) -> Instr:
        """Add a constant here."""
        return self.emit("const", [], span, {"value": value}, value)

    def jump(self, target: Draft, span: Span, *args: Value) -> None:
        """End this block with a jump."""
        edge = Edge(target.block, list(args))
        target.ways_in.append((self.here, edge))
        self._end("jump", [], [edge], span)

    def branch(self, condition: Value, yes: Draft, no: Draft, span: Span) -> None:
        """End this block with a branch to two different blocks."""
        self.branch_with(condition, yes, [], no, [], span)

    def branch_with(
        self, condition: Value, yes: Draft, yes_args: list[Value], no: Draft, no_args: list[Value], span: Span
    ) -> None:
        """End this block with a branch that hands values on."""
        if_true, if_false = Edge(yes.block, yes_args), Edge(no.block, no_args)
        yes.ways_in.append((self.here, if_true))
        no.ways_in.append((self.here, if_false))
        self._end("branch", [condition], [if_true, if_false], span)

    def attempt(self, handlers: list[tuple[Value, Draft]], onward: Draft | None, span: Span) -> None:
        """End this block behind an operation that may raise: the classes and blocks of the handlers it may go to.

        `onward` is where it goes else; an operation that always raises has none.
        """
        targets = [draft for _, draft in handlers]
        if onward is not None:
            targets.insert(0, onward)
        edges = [Edge(draft.block) for draft in targets]
        for draft, edge in zip(targets, edges, strict=True):
            draft.ways_in.append((self.here, edge))
        self._end("attempt", [cls for cls, _ in handlers], edges, span)

    def leave(self, op: str, args: list[Value], span: Span) -> None:
        """End this block with ``return`` or ``raise``."""
        self._end(op, args, [], span)

    def _end(self, op: str, args: list[Value], edges: list[Edge], span: Span) -> None:
        self.here.block.terminator = Terminator(op, args, edges, span)
        self.reachable = False

    # ---- local variables

    def write(self, name: str, value: Value) -> None:
        """Assign to a local variable."""
        self.here.values[name] = value
        if value.__class__ is Instr:
            value.attrs.setdefault("variable", name)

    def delete(self, name: str, span: Span) -> None:
        """Make a local variable unassigned."""
        self.here.values[name] = self.emit("unbound", [], span, {"name": name})

    def read(self, name: str, span: Span, *, is_free: bool = False) -> Value:
        """The value of a local variable here, checked where it may be unassigned.

        `is_free` says that the reader is a function of its own in Python, for which the variable is not local.

        The check is added wherever that can't be excluded yet and removed at the end where it was not needed. The
        checked value takes the place of the variable's, so that a second read asks no more.
        """
        value = self.here.values.get(name)
        if value is None:
            value = self.look_up(name, self.here)
        if value.__class__ is Param:
            if value.block is self.entry.block:
                return value
        elif value.op != "unbound":  # type: ignore[union-attr]
            return value
        attrs: dict[str, Any] = {"name": name.partition("@")[0]}
        if is_free:
            attrs["free"] = True
        checked = self.emit("check_bound", [value], span, attrs)
        self.here.values[name] = checked
        return checked

    def look_up(self, name: str, draft: Draft) -> Value:
        """The value of a local variable at the end of `draft`, as far as it has been built."""
        joins: list[tuple[Draft, Param]] = []
        found = self._walk_up(name, draft, joins)
        while joins:
            join, _ = joins.pop()
            for source, edge in join.ways_in:
                edge.args.append(self._walk_up(name, source, joins))
        return found

    def _walk_up(self, name: str, draft: Draft, joins: list[tuple[Draft, Param]]) -> Value:
        """Follow single ways in until the variable is known; where ways join make a parameter and add it to `joins`."""
        passed = []
        while True:
            value = draft.values.get(name)
            if value is not None:
                break
            passed.append(draft)
            if draft.sealed and len(draft.ways_in) == 1:
                draft = draft.ways_in[0][0]
                continue
            if draft is self.entry:
                value = Instr("unbound", [], {"name": name}, span=NO_SPAN)
                draft.block.instrs.insert(0, value)
                break
            value = Param(draft.block, name)
            draft.block.params.append(value)
            if draft.sealed:
                joins.append((draft, value))
            else:
                draft.waiting.append((name, value))
            break
        for each in passed:
            each.values[name] = value
        return value
