"""What the handlers of all syntax nodes share: the builder, and the tables of handlers by AST class.

A handler of an expression adds instructions and returns the value; a handler of a statement returns nothing. They
register themselves with :func:`expression` and :func:`statement`. To support a further node, write a handler in the
module where it belongs; what has none is reported as :mod:`minijit.frontend.refusals` words it.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from types import CodeType
from typing import Any, Final, NamedTuple, TypeAlias, TypeVar

from minijit.errors import Span, Unsupported
from minijit.frontend.bound_names import names_bound_in
from minijit.frontend.refusals import refusal_of
from minijit.frontend.ssa import Draft, Ssa
from minijit.ir.nodes import UNKNOWN, Function, Instr, Value
from minijit.ir.ops import OPS

Located: TypeAlias = ast.expr | ast.stmt | ast.arg | ast.keyword | ast.pattern | ast.ExceptHandler
"""Syntax nodes that have a place in the file."""
BuildNested: TypeAlias = Callable[[ast.FunctionDef | ast.Lambda, CodeType, tuple[str, ...], str], Function]
ExpressionHandler: TypeAlias = "Callable[[Builder, Any], Value]"
StatementHandler: TypeAlias = "Callable[[Builder, Any], None]"
_E = TypeVar("_E", bound=Callable[..., Value])
_S = TypeVar("_S", bound=Callable[..., None])

EXPRESSIONS: Final[dict[type[ast.expr], ExpressionHandler]] = {}
STATEMENTS: Final[dict[type[ast.stmt], StatementHandler]] = {}


def expression(node_class: type[ast.expr]) -> Callable[[_E], _E]:
    """Register the handler of a class of expressions."""

    def register(handler: _E) -> _E:
        EXPRESSIONS[node_class] = handler
        return handler

    return register


def statement(node_class: type[ast.stmt]) -> Callable[[_S], _S]:
    """Register the handler of a class of statements."""

    def register(handler: _S) -> _S:
        STATEMENTS[node_class] = handler
        return handler

    return register


def span_of(node: Located) -> Span:
    """The place of a syntax node."""
    end_line, end_column = node.end_lineno, node.end_col_offset
    assert end_line is not None and end_column is not None
    return Span(node.lineno, node.col_offset, end_line, end_column)


class Scope(NamedTuple):
    """The scope of a comprehension: the variables that its targets are in the SSA, by name.

    `function` is the name of the function that Python makes of the comprehension, empty where it makes none; `span` the
    place where it is called.
    """

    names: dict[str, str]
    function: str
    span: Span


class Handler(NamedTuple):
    """Where an exception of the class (or one of the tuple of classes) that `wanted` is goes on."""

    wanted: Value
    start: Draft


class Handled(NamedTuple):
    """The handler that we are in: its number, where its own exceptions are linked to the handled one, those around."""

    number: int
    linking: Handler
    outer: tuple[Handler, ...]


class Cleanup(NamedTuple):
    """What is done on each way out of a statement, and what is around the statement: as in :class:`Builder`."""

    build: Callable[[], None]
    handlers: tuple[Handler, ...]
    handled: Handled | None
    loops: int


class Builder(Ssa):
    """The SSA of one function under construction, with what its names mean.

    Attributes
    ----------
    node, code
        The function's definition and its code object.
    filename : str
        For error messages.
    build_nested : callable
        Builds a function that is defined inside of this one: ``build_nested(node, code, captured, itself)``.
    captured : tuple of str
        What this function itself takes from the one that it is nested in.
    itself : str
        The variable of the function around it that holds this function, if it calls itself by it.
    momentary : dict
        For nested functions that are made anew by each use (:mod:`minijit.frontend.momentary`): what makes them there.
    parents : dict or None
        The syntax nodes of the function's scope, each with the one around it; made when it is first asked for.
    local_names, free_names : frozenset of str
        As the code object has them, so that Python's scoping rules need no second implementation; all other names are
        globals or builtins. From Python 3.12 on, the targets of comprehensions are among them (:meth:`is_local`).
    assigned : set of str
        The local variables that have been assigned so far.
    scopes : list of Scope
        The comprehensions that we are in, from the outside, `scope_count` of all so far.
    error_modes : dict
        What the ``with np.errstate(...)`` that we are in says of NumPy's warnings.
    loops : list of (Draft, Draft, int)
        The loops that we are in, from the outside: where ``continue`` and ``break`` lead, and in how many statements of
        `cleanups` each of them stands.
    handlers : tuple of Handler
        The handlers that an exception may go to here, from the inside to the outside; `handler_count` of all so far.
    handled : Handled or None
        The handler that we are in.
    cleanups : list of Cleanup
        The statements around us that have to be left in order, from the outside.
    """

    def __init__(
        self,
        node: ast.FunctionDef | ast.Lambda,
        code: CodeType,
        filename: str,
        class_name: str,
        build_nested: BuildNested,
        captured: tuple[str, ...] = (),
        itself: str = "",
    ) -> None:
        super().__init__()
        self.node = node
        self.code = code
        self.filename = filename
        self.build_nested: Final = build_nested
        self.captured: Final = captured
        self.itself: Final = itself
        self.momentary: Final[dict[str, Callable[[Span], Value]]] = {}
        self.parents: dict[ast.AST, ast.AST] | None = None
        self.local_names: Final = frozenset(code.co_varnames + code.co_cellvars + captured)
        self.free_names: Final = frozenset(code.co_freevars) - self.local_names
        self.error_modes: Final[dict[str, str]] = {}
        self.loops: Final[list[tuple[Draft, Draft, int]]] = []
        self.handlers: tuple[Handler, ...] = ()
        self.handled: Handled | None = None
        self.handler_count = 0
        self.cleanups: Final[list[Cleanup]] = []
        self.scopes: Final[list[Scope]] = []
        self.scope_count = 0
        self.assigned: Final[set[str]] = set()
        self._own_names: frozenset[str] | None = None
        self._constructs: Final[dict[str, int]] = {}
        self._private_prefix = f"_{class_name.lstrip('_')}" if class_name.strip("_") else ""

    def emit(
        self, op: str, args: list[Value], span: Span, attrs: dict[str, Any] | None = None, const: object = UNKNOWN
    ) -> Instr:
        """Add an instruction here; it knows the comprehensions around it, for tracebacks, and what NumPy may tell."""
        if self.scopes:
            frames = tuple((scope.function, scope.span) for scope in reversed(self.scopes) if scope.function)
            if frames:
                attrs = {**(attrs or {}), "frames": frames}
        if self.error_modes:
            attrs = {**(attrs or {}), "error_modes": tuple(self.error_modes.items())}
        if not self.handlers:
            return super().emit(op, args, span, attrs, const)
        instr = super().emit(op, args, span, attrs, const)
        if OPS[op].effects:
            self._attempt(instr)
        elif op in ("global", "freevar"):
            instr.attrs["attempted"] = True
        return instr

    def _attempt(self, instr: Instr) -> None:
        """End the block behind an operation that may raise, within a ``try``."""
        if instr.op == "throw":
            self.attempt(list(self.handlers), None, instr.span)
            return
        (onward,) = self.drafts("go", "")
        self.attempt(list(self.handlers), onward, instr.span)
        self.goto(onward)

    def is_local(self, name: str) -> bool:
        """Whether a name is a variable of the function itself, and not only of a comprehension in it."""
        if name not in self.local_names:
            return False
        if name in self.assigned or name in self.entry.values:
            return True
        if self._own_names is None:
            self._own_names = frozenset(map(self.mangle, names_bound_in(self.node)))
        return name in self._own_names

    def variable(self, name: str) -> tuple[str, bool] | None:
        """The SSA's variable for a name, and whether a function lies in between; ``None`` if it is not local."""
        is_free = False
        for scope in reversed(self.scopes):
            if name in scope.names:
                return scope.names[name], is_free
            is_free |= bool(scope.function)
        return (name, is_free) if self.is_local(name) else None

    def drafts(self, kind: str, *parts: str) -> list[Draft]:
        """New blocks that belong together, labelled ``kind.part``; those of a second ``for`` are ``for2.part``."""
        number = self._constructs.get(kind, 0) + 1
        self._constructs[kind] = number
        if number > 1:
            kind = f"{kind}{number}"
        return [Draft(f"{kind}.{part}" if part else kind) for part in parts]

    def value(self, node: ast.expr) -> Value:
        """Evaluate an expression."""
        handler = EXPRESSIONS.get(node.__class__)
        if handler is None:
            raise self.refuse(node)
        return handler(self, node)

    def statements(self, nodes: list[ast.stmt]) -> None:
        """Execute statements one after the other; what can't be reached is not built."""
        for node in nodes:
            if not self.reachable:
                return
            handler = STATEMENTS.get(node.__class__)
            if handler is None:
                raise self.refuse(node)
            handler(self, node)

    def refuse(self, node: Located, what: str = "", instead: str = "") -> Unsupported:
        """The exception for a construct that can't be compiled; without `what`, worded by its class."""
        if not what:
            what, instead = refusal_of(node)
        return Unsupported(what, instead, span_of(node), self.filename)

    def mangle(self, name: str) -> str:
        """The name that Python makes of a private one (``__x``) in a class body."""
        if self._private_prefix and name.startswith("__") and not name.endswith("__"):
            return self._private_prefix + name
        return name
