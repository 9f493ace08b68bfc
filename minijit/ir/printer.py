"""Functions as text that a person can read, at any stage.

Values are numbered in the order in which they appear; what is known under a name of the user's keeps it in front:
``%total.3``. Types follow after a colon once they are known, constants that were found by inference stand at the end of
the line. Above the first instruction of a source line stands the line::

    for(%5, %total.6):                          ; loop: for
        ; line 12: for i in range(n):
        %7 = iter_more %5, %3
        branch %7, for.body, for.end
"""

from __future__ import annotations

from os.path import basename
from typing import Any, Final

from minijit import types as t
from minijit.errors import Span
from minijit.ir.nodes import UNKNOWN, Block, Edge, Function, Instr, Param, Terminator, Value
from minijit.ir.ops import OPS
from minijit.source import line_of

_BARE_ATTRS: Final = ("operator", "name", "predicate", "how", "symbol", "function")
"""Attributes that stand right behind the op, without their own name: ``binary +``, ``global range``."""
_HIDDEN_ATTRS: Final = frozenset(
    {
        *("variable", "value", "span", "frames", "keywords", "nested", "code", "defaults", "keyword_defaults"),
        *_BARE_ATTRS,
    }
)
_INFIX: Final = ("binary", "inplace", "compare")
_ATTRIBUTES: Final = ("getattr", "setattr")
_SPREADING: Final = ("call", "build_tuple", "build_list", "build_set")
_COMMENT_COLUMN: Final = 56
_LONGEST: Final = 80
"""Constants are cut after so many characters."""


def print_function(function: Function) -> str:
    """`function` as text, ending in a newline; the same text for the same function every time."""
    return _Printer(function).text()


class _Printer:
    def __init__(self, function: Function) -> None:
        self.function = function
        self.names: dict[Value, str] = {}
        self.labels = _unique_labels(function)
        self.lines: list[str] = []
        self.last_line = 0
        for block in function.blocks:
            for param in block.params:
                self.name_value(param, param.name)
            for instr in block.instrs:
                if not _gives_nothing(instr, self.function.stage):
                    self.name_value(instr, instr.attrs.get("variable", ""))

    def name_value(self, value: Value, user_name: str) -> None:
        number = len(self.names)
        self.names[value] = f"%{user_name}.{number}" if user_name else f"%{number}"

    def name(self, value: Value) -> str:
        return self.names.get(value, "%?")

    def text(self) -> str:
        function = self.function
        place = f"{basename(function.filename)}:{function.span.line}" if function.filename else "no source"
        self.add(f"function {function.name}", f"stage {function.stage}, {place}")
        for block in function.blocks:
            self.block(block)
        return "\n".join(self.lines) + "\n"

    def add(self, line: str, comment: str = "") -> None:
        self.lines.append(f"{line:<{_COMMENT_COLUMN}}; {comment}" if comment else line)

    def block(self, block: Block) -> None:
        params = ", ".join(self.name(param) + _type_suffix(param) for param in block.params)
        shown = [key for key in block.attrs if key not in _HIDDEN_ATTRS]
        comment = ", ".join(f"{key}: {_show_bare(block.attrs[key])}" for key in shown)
        self.lines.append("")
        self.add(f"{self.labels[block]}{f'({params})' if params else ''}:", comment)
        for instr in block.instrs:
            self.source_line(instr.span)
            self.instr(instr)
        if block.terminator is None:
            self.lines.append("    (unfinished)")
        else:
            if block.terminator.op != "jump":
                self.source_line(block.terminator.span)
            self.lines.append("    " + self.terminator(block.terminator))

    def source_line(self, span: Span) -> None:
        if span.line and span.line != self.last_line:
            self.last_line = span.line
            text = line_of(self.function.filename, span.line).strip()
            self.lines.append(f"    ; line {span.line}: {text}" if text else f"    ; line {span.line}")

    def instr(self, instr: Instr) -> None:
        nothing = _gives_nothing(instr, self.function.stage)
        result = "" if nothing else f"{self.name(instr)}{_type_suffix(instr)} = "
        known = instr.const is not UNKNOWN and instr.op != "const"
        self.add(f"    {result}{self.operation(instr)}", f"= {_show(instr.const)}" if known else "")

    def operation(self, instr: Instr) -> str:
        attrs = instr.attrs
        operands = self.operands(instr)
        if instr.op in _INFIX and len(operands) == 2:
            sign = f"{attrs.get('operator')}{'=' if instr.op == 'inplace' else ''}"
            words, operands = [instr.op], [f"{operands[0]} {sign} {operands[1]}"]
        elif instr.op in _ATTRIBUTES and operands:
            words, operands[0] = [instr.op], f"{operands[0]} .{attrs.get('name')}"
        else:
            words = [instr.op, *(_show_bare(attrs[key]) for key in _BARE_ATTRS if key in attrs)]
        operands += [
            key if value is True else f"{key}={self.show_attr(value)}"
            for key, value in attrs.items()
            if not _is_hidden(instr, key, value)
        ]
        return " ".join(words) + (f" {', '.join(operands)}" if operands else "")

    def operands(self, instr: Instr) -> list[str]:
        """The operands as a reader expects them: constants by value, ``*iterable``, ``keyword=value``."""
        if instr.op == "const" and "value" in instr.attrs:
            return [_show(instr.attrs["value"])]
        operands = [self.name(arg) for arg in instr.args]
        first = 1 if instr.op == "call" else 0
        for position in instr.attrs.get("starred") or () if instr.op in _SPREADING else ():
            operands[first + position] = f"*{operands[first + position]}"
        keywords = instr.attrs.get("keywords", ())
        for position, keyword in enumerate(keywords, len(operands) - len(keywords)):
            operands[position] = f"{keyword}={operands[position]}"
        return operands

    def show_attr(self, value: Any) -> str:
        if isinstance(value, Instr | Param):
            return self.name(value)
        if isinstance(value, tuple) and value and isinstance(value[0], Instr):
            return f"({', '.join(map(self.name, value))})"
        return _show(value)

    def terminator(self, terminator: Terminator) -> str:
        operands = [*map(self.name, terminator.args), *map(self.edge, terminator.edges)]
        operands += [f"{key}={_show(value)}" for key, value in terminator.attrs.items() if value is not None]
        return f"{terminator.op} {', '.join(operands)}".rstrip()

    def edge(self, edge: Edge) -> str:
        label = self.labels.get(edge.block, f"?{edge.block.label}")
        return f"{label}({', '.join(map(self.name, edge.args))})" if edge.args else label


def _unique_labels(function: Function) -> dict[Block, str]:
    labels: dict[Block, str] = {}
    used: dict[str, int] = {}
    for block in function.blocks:
        number = used.get(block.label, 0) + 1
        used[block.label] = number
        labels[block] = block.label if number == 1 else f"{block.label}.{number}"
    return labels


def _gives_nothing(instr: Instr, stage: str) -> bool:
    if instr.type == t.NEVER and stage == "loops":
        return True
    row = OPS.get(instr.op)
    return row is not None and row.result.startswith("nothing") and instr.type in (t.NEVER, t.NONE)


def _is_hidden(instr: Instr, key: str, value: object) -> bool:
    """Whether an attribute says nothing beyond what the rest of the line says."""
    if key in _HIDDEN_ATTRS or value is None or value is False or (key == "object" and instr.const is value):
        return True
    if key == "starred" and instr.op in _SPREADING:
        return True
    return isinstance(value, tuple | str) and not value


def _type_suffix(value: Value) -> str:
    return "" if value.type == t.NEVER else f": {value.type}"


_PLAIN: Final = (int, float, complex, bool, str, bytes, type(None), type(...), frozenset)


def _show_bare(value: object) -> str:
    return value if isinstance(value, str) else _show(value)


def _show(value: object) -> str:
    """`value` without addresses in memory, so that the text is the same in every run."""
    if isinstance(value, tuple):
        inner = ", ".join(map(_show, value))
        return f"({inner}{',' if len(value) == 1 else ''})"
    if isinstance(value, list):
        return f"[{', '.join(map(_show, value))}]"
    if isinstance(value, _PLAIN):
        text = repr(value)
        return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
    name = getattr(value, "__name__", None) or getattr(value, "name", None)
    if isinstance(name, str):
        return name
    text = str(value)
    return f"<{type(value).__name__}>" if " at 0x" in text or "\n" in text else text
