"""Emission of one function: names, blocks, edges, terminators and the cold way out.

::

    entry:                      slots, the recursion counter
    b0.entry: ...               the blocks, in their order; block parameters become phi nodes
    x1: ...                     cold: what a failed check leaves in the context
    leave:                      cold: the one place from which a status is returned
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from minijit.codegen.emit_literals import alignment, literal, llvm_type, machine, quoted, symbol
from minijit.codegen.emit_recursion import Recursion, emit_outer
from minijit.codegen.loop_hints import hints_of
from minijit.errors import InternalError
from minijit.ir import context as layout
from minijit.ir.nodes import Block, Edge, Function, Instr, Param, Terminator, Value, reverse_postorder

if TYPE_CHECKING:
    from minijit.codegen.emit import ModuleEmitter

LIKELY: Final = ", !prof !0"
UNLIKELY: Final = ", !prof !1"


class FunctionEmitter:
    """Collects the text of one function.

    Attributes
    ----------
    lines, entry, cold : list of str
        The body; what goes to the start of the function; what goes behind the body.
    label : str
        The LLVM block that is being filled (a check ends one and begins the next).
    flags : str
        Fast-math flags for float operations, with a trailing blank, or nothing.
    """

    __slots__ = (
        "_blocks",
        "_current",
        "_exits",
        "_groups",
        "_incoming",
        "_labels",
        "_next",
        "_phis",
        "_position",
        "_statuses",
        "_written",
        "cold",
        "entry",
        "flags",
        "function",
        "has_dirty",
        "label",
        "lines",
        "module",
        "names",
        "recursion",
    )

    def __init__(self, module: ModuleEmitter, function: Function) -> None:
        self.module = module
        self.function = function
        self.flags = module.flags
        self.recursion: Recursion | None = None
        self.lines: list[str] = []
        self.entry: list[str] = []
        self.cold: list[str] = []
        self.label = "entry"
        self.names: dict[Value, str] = {}
        self.has_dirty = False
        self._written = False
        self._next = 0
        # Whatever can't be reached is left out; it need not even be finished.
        self._blocks = reverse_postorder(function.blocks[0])
        self._current = self._blocks[0]
        self._position = {block: number for number, block in enumerate(self._blocks)}
        self._labels = {block: f"b{number}.{_label_text(block)}" for block, number in self._position.items()}
        self._incoming: dict[Block, list[tuple[str, list[Value]]]] = {block: [] for block in self._blocks}
        self._groups: dict[int, int] = {}
        self._phis: list[tuple[int, Block]] = []
        self._exits: dict[tuple[object, ...], str] = {}
        self._statuses: list[tuple[str, str]] = []

    # ---- names

    def fresh(self) -> str:
        """A new local name."""
        self._next += 1
        return f"%t{self._next}"

    def fresh_label(self, prefix: str) -> str:
        """A new block name (without the percent sign)."""
        self._next += 1
        return f"{prefix}{self._next}"

    def ref(self, value: Value) -> str:
        """How `value` is written as an operand: its name, or the constant itself."""
        name = self.names.get(value)
        if name is None:
            name = self.names[value] = self._name_of(value)
        return name

    def _name_of(self, value: Value) -> str:
        if isinstance(value, Instr):
            if value.op == "const":
                return literal(value.attrs["value"], value.type)
            if value.op == "context":
                return "%ctx"
            if value.op == "convert" and value.args[0].type == value.type:
                return self.ref(value.args[0])
            self._next += 1
            return f"%v{self._next}"
        self._next += 1
        if value.name.isascii() and value.name.isidentifier():
            return f"%{value.name}.{self._next}"
        return f"%p{self._next}"

    def typed(self, value: Value) -> str:
        """Type and name: an operand as calls and stores want it."""
        return f"{llvm_type(value.type)} {self.ref(value)}"

    def temporary(self, text: str) -> str:
        """Append an instruction and return the new name that holds its result."""
        name = self.fresh()
        self.lines.append(f"  {name} = {text}")
        return name

    # ---- control flow

    def begin(self, label: str) -> None:
        """Go on in a new LLVM block."""
        self.lines.append(f"{label}:")
        self.label = label

    def branch_cold(self, condition: str, cold: str, *, when: bool) -> None:
        """Leave for the block `cold` when `condition` is `when`; go on in a new block otherwise."""
        go = self.fresh_label("c")
        if when:
            self.lines.append(f"  br i1 {condition}, label %{cold}, label %{go}{UNLIKELY}")
        else:
            self.lines.append(f"  br i1 {condition}, label %{go}, label %{cold}{LIKELY}")
        self.begin(go)

    def exit_label(self, site: int, payload: list[Value]) -> str:
        """The cold block that leaves through `site`; one for each site and payload."""
        key = (site, *payload)
        label = self._exits.get(key)
        if label is None:
            label = self._exits[key] = self.fresh_label("x")
            self.cold.append(f"{label}:  ; {self.module.describe_site(site)}")
            self._store_payload(self.cold, site, payload)
            self.leave_from(self.cold, label, str(site))
        return label

    def leave_from(self, lines: list[str], label: str, status: str) -> None:
        """End the block `label`, whose text is in `lines`, by leaving with `status`."""
        lines.append("  br label %leave")
        self._statuses.append((status, label))

    def _store_payload(self, lines: list[str], site: int, payload: list[Value]) -> None:
        letters = self.module.payload_of(site)
        for index, (letter, value) in enumerate(zip(letters, payload, strict=False)):
            text = self._widened(lines, letter, value)
            pointer = self.fresh()
            lines.append(f"  {pointer} = getelementptr inbounds i8, ptr %ctx, i64 {layout.PAYLOAD + 8 * index}")
            lines.append(f"  store {text}, ptr {pointer}, align 8")

    def _widened(self, lines: list[str], letter: str, value: Value) -> str:
        """A payload value as the 64-bit word that the site's letter stands for."""
        bits = machine(value.type).bits
        if bits == 64:
            return self.typed(value)
        name = self.fresh()
        if letter == "d":
            lines.append(f"  {name} = fpext {self.typed(value)} to double")
            return f"double {name}"
        how = "trunc" if bits > 64 else "zext" if letter == "u" or bits == 1 else "sext"
        lines.append(f"  {name} = {how} {self.typed(value)} to i64")
        return f"i64 {name}"

    def mark_dirty(self) -> None:
        """Note that from here on the call has changed something that others can see."""
        if not self._written:
            self._written = self.has_dirty = True
            self.lines.append("  store i1 true, ptr %dirty, align 1")

    def is_hot(self) -> bool:
        """Whether the current block may be a part of a loop that runs often, here or in a caller."""
        block = self._current
        if block.attrs.get("slow") and not block.attrs.get("rare"):
            return False
        if self.function is not next(iter(self.module.unit.functions.values())):
            return True
        position = self._position
        here = position[block]
        return any(
            position[edge.block] <= here <= position[source]
            for source in self._blocks[here:]
            for edge in source.edges
        )

    # ---- the function as a whole

    def emit(self, name: str, linkage: str) -> None:
        """Emit everything and hand the text to the module."""
        blocks = self._blocks
        if self.function.attrs.get("recursive") is not None:
            self.recursion = Recursion(self.module, name)
        entry_is_target = any(edge.block is blocks[0] for block in blocks for edge in block.edges)
        parameters = self._parameters(name, entry_is_target)
        for block in blocks:
            self._emit_block(block, block is not blocks[0] or entry_is_target)
        for index, block in self._phis:
            self.lines[index] = self._phi_text(block)
        self._finish_entry()
        attrs = self.function.attrs
        attributes = " #1" if attrs.get("cold") else " #12" if attrs.get("shared") else " #0"
        out = self.module.lines
        head = f"{linkage}i32 {symbol(name)}" if self.recursion is None else self.recursion.head
        out.append(f"define {head}({parameters}){attributes} {{\nentry:")
        out += self.entry
        out += self.lines
        out += self.cold
        self._emit_leave(out)
        out.append("}\n")
        if self.recursion is not None:
            names = [f"%a{place}" for place in range(len(self.function.params))]
            emit_outer(self, self.recursion, linkage, ", ".join(self._parameter_texts(name, names)))

    def _parameters(self, name: str, entry_is_target: bool) -> str:
        names = [self.fresh() if entry_is_target else self.ref(param) for param in self.function.params]
        texts = self._parameter_texts(name, names)
        if entry_is_target:
            # LLVM allows no edge to its entry block, so the parameters reach the loop through phi nodes.
            arguments: list[Value] = [Param(self.function.blocks[0], type=each.type) for each in self.function.params]
            for argument, name_text in zip(arguments, names, strict=True):
                self.names[argument] = name_text
            self._incoming[self.function.blocks[0]].append(("entry", arguments))
        if self.recursion is not None:
            # The recursion check ends LLVM's entry block; _finish_entry writes it.
            self._incoming = {b: [("c.depth", v) for _, v in rows] for b, rows in self._incoming.items()}
            texts[1:2] = ["i64 %depth"] if self.recursion.parts is not None else ["i64 %depth", texts[1]]
        return ", ".join(texts)

    def _parameter_texts(self, name: str, names: list[str]) -> list[str]:
        """What LLVM is told of the parameters: the context, where the result goes, the function's own."""
        size = 8 * self.module.result_slots(name)
        result = f"ptr noalias writeonly captures(none) dereferenceable({size}) %ret" if size else "ptr noalias %ret"
        texts = [f"ptr noalias nonnull align 8 dereferenceable({layout.SIZE}) %ctx", result]
        # Python's values are all there; only unions, between native functions, have parts that hold nothing.
        defined = "noundef " if name == next(iter(self.module.unit.functions)) else ""
        for param, name_text in zip(self.function.params, names, strict=True):
            texts.append(f"{llvm_type(param.type)} {defined}{name_text}")
        return texts

    def _finish_entry(self) -> None:
        if self.has_dirty:
            self.entry += ["  %dirty = alloca i1, align 1", "  store i1 false, ptr %dirty, align 1"]
        site = self.function.attrs.get("recursive")
        if site is not None:
            self.entry += [
                "  %depth.new = sub nsw i64 %depth, 1",
                "  %depth.gone = icmp slt i64 %depth.new, 0",
                f"  br i1 %depth.gone, label %{self.exit_label(site, [])}, label %c.depth{UNLIKELY}",
                "c.depth:",
            ]
        self.entry.append(f"  br label %{self._labels[self.function.blocks[0]]}")

    def _emit_leave(self, out: list[str]) -> None:
        if not self._statuses:
            return
        rows = ", ".join(f"[ {status}, %{label} ]" for status, label in self._statuses)
        out.append(f"leave:\n  %status = phi i32 {rows}")
        if self.has_dirty:
            out += [
                f"  %dirty.word = getelementptr inbounds i8, ptr %ctx, i64 {layout.DIRTY}",
                "  %dirty.before = load i64, ptr %dirty.word, align 8",
                "  %dirty.bit = load i1, ptr %dirty, align 1",
                "  %dirty.own = zext i1 %dirty.bit to i64",
                "  %dirty.now = or i64 %dirty.before, %dirty.own",
                "  store i64 %dirty.now, ptr %dirty.word, align 8",
            ]
        if self.recursion is None:
            out.append("  ret i32 %status")
        else:
            self.recursion.returned(self, out, "%status")

    # ---- blocks

    def _emit_block(self, block: Block, has_phis: bool) -> None:
        self.begin(self._labels[block])
        self._current = block
        self._written = False
        if has_phis and block.params:
            self._phis.append((len(self.lines), block))
            self.lines.append("")
        emitters = self.module.emitters
        line = 0
        for instr in block.instrs:
            if instr.span[0] != line and instr.span[0]:
                line = instr.span[0]
                self.lines.append(f"  ; line {line}")
            emitter = emitters.get(instr.op)
            if emitter is None:
                raise InternalError(f"no emission for the op {instr.op!r}")
            emitter(self, instr)
        if block.terminator is None:
            raise InternalError(f"block {block.label} has no terminator")
        self._emit_terminator(block, block.terminator)

    def _phi_text(self, block: Block) -> str:
        texts = []
        for index, param in enumerate(block.params):
            pairs = ", ".join(f"[ {self.ref(args[index])}, %{label} ]" for label, args in self._incoming[block])
            texts.append(f"  {self.ref(param)} = phi {llvm_type(param.type)} {pairs}")
        return "\n".join(texts)

    def _emit_terminator(self, block: Block, end: Terminator) -> None:
        if end.op == "jump":
            target = self._edge(end.edges[0])
            self.lines.append(f"  br label %{target}{self._loop_hints(block, end)}")
        elif end.op == "branch":
            self._emit_branch(block, end)
        elif end.op == "return":
            self._emit_return(end.args)
        elif end.op == "raise":
            self._store_payload(self.lines, end.attrs["site"], end.args)
            self.leave_from(self.lines, self.label, str(end.attrs["site"]))
        else:
            raise InternalError(f"no emission for the terminator {end.op!r}")

    def _emit_branch(self, block: Block, end: Terminator) -> None:
        true_edge, false_edge = end.edges
        true_label = self._edge(true_edge)
        detour = false_edge.block is true_edge.block and bool(true_edge.args)
        if detour:
            # A phi node has one row for each predecessor, so the second edge gets a block of its own.
            here, false_label = self.label, self.fresh_label("f")
            self.label = false_label
            self._edge(false_edge)
            self.label = here
        else:
            false_label = self._edge(false_edge)
        likely = end.attrs.get("likely")
        weights = "" if likely is None else LIKELY if likely else UNLIKELY
        condition = self.ref(end.args[0])
        hints = self._loop_hints(block, end)
        self.lines.append(f"  br i1 {condition}, label %{true_label}, label %{false_label}{weights}{hints}")
        if detour:
            self.lines.append(f"{false_label}:\n  br label %{true_label}")

    def _edge(self, edge: Edge) -> str:
        """Record the arguments of `edge` for the phi nodes of its target, and return the target's label."""
        if len(edge.args) != len(edge.block.params):
            raise InternalError(f"an edge to {edge.block.label} has {len(edge.args)} arguments for its parameters")
        self._incoming[edge.block].append((self.label, edge.args))
        return self._labels[edge.block]

    def _loop_hints(self, block: Block, end: Terminator) -> str:
        for edge in end.edges:
            if self._position[edge.block] <= self._position[block]:
                return hints_of(self, edge.block)
        return ""

    def access_group(self, number: int) -> int:
        """The metadata node of the accesses to memory of a loop whose turns do not depend on each other."""
        if number not in self._groups:
            self._groups[number] = self.module.access_group()
        return self._groups[number]

    def _emit_return(self, parts: list[Value]) -> None:
        if self.recursion is not None and self.recursion.parts is not None:
            self.recursion.returned(self, self.lines, "0", parts)
            return
        for index, part in enumerate(parts):
            pointer = "%ret"
            if index:
                pointer = self.temporary(f"getelementptr inbounds i8, ptr %ret, i64 {8 * index}")
            self.store(part, pointer)
        self.lines.append("  ret i32 0")

    def store(self, value: Value, pointer: str, hints: str = "") -> None:
        """Store `value` in its form for memory: a bool is a byte there."""
        name = machine(value.type).name
        held = f"i8 {self.temporary(f'zext i1 {self.ref(value)} to i8')}" if name == "i1" else self.typed(value)
        self.lines.append(f"  store {held}, ptr {pointer}, align {alignment(self.module.unit, name)}{hints}")


def _label_text(block: Block) -> str:
    text = quoted(block.label)
    return "block" if text.startswith('"') else text
