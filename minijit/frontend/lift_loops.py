"""Making functions of the loops of a function, so that they can be native where the function as a whole can't be.

    def f(a, path):                            def f(a, path):
        s = 0.0                                    s = 0.0
        for i in range(len(a)):        ->          s = (loop)(a, s)
            s += a[i]                              with open(path, "w") as file:
        with open(path, "w") as file:                  file.write(str(s))
            file.write(str(s))

A loop gets the variables that it may ask for, and gives back those that are asked for behind it. Loops are left where
they are if that does not say all: where functions within share their variables, where they hand on values (``yield``),
or within ``try`` and ``with``, whose handlers would see variables from the midst of a loop.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Collection, Iterator, Sequence
from types import CodeType, FunctionType
from typing import Final, NamedTuple

from minijit.errors import Unsupported
from minijit.frontend.bound_names import FUNCTIONS, children_in_scope, name_bound_by, names_bound_in
from minijit.frontend.name_flow import NONE, Loop, NameFlow, Names, loaded
from minijit.source import Source, code_in_scope, provide_source, source_of

_PREFIX: Final = "__minijit_"
_LOOP: Final = _PREFIX + "loop_"
_RESULT: Final = _PREFIX + "result"

_LOOK_AROUND: Final = frozenset(
    {"eval", "exec", "globals", "locals", "vars", "dir", "super", "breakpoint", "__class__", "__import__"}
)
"""Names with which a function may ask for its variables, or for itself."""
_LOOK_AT_CALLERS: Final = frozenset({"inspect", "traceback", "warnings", "logging", "sys", "gc", "pdb"})
"""Modules whose functions ask who has called them."""
_NOT_MOVED: Final = (
    *(ast.Yield, ast.YieldFrom, ast.Await, ast.AsyncFor, ast.AsyncWith, ast.Global, ast.Nonlocal, ast.Delete),
    *(ast.NamedExpr, ast.Import, ast.ImportFrom, *FUNCTIONS),
)
"""What must not stand in a loop that becomes a function."""
_BIND_BETWEEN: Final = (ast.With, ast.Try, ast.TryStar, ast.Match)
"""Statements that bind names elsewhere than behind other statements."""


class LiftedLoop(NamedTuple):
    """A loop as a function: the name that it is called by, its code, and the line where it was."""

    name: str
    code: CodeType
    line: int


class Lifted(NamedTuple):
    """A function whose loops are functions, which it finds among its free variables."""

    code: CodeType
    loops: tuple[LiftedLoop, ...]


class _Plan(NamedTuple):
    """A loop, the variables that it is given, and those that it gives back.

    `doubtful` are the variables that it gives back if it has set them: before it, they may not be bound.
    """

    loop: Loop
    given: tuple[str, ...]
    returned: tuple[str, ...]
    doubtful: tuple[str, ...]
    leaves: bool


def lift_loops(function: FunctionType, left: Collection[int] = ()) -> Lifted | None:
    """Make functions of the outermost loops of `function`; of a function that was made so, of the loops in its loop.

    Parameters
    ----------
    function : function
        Any function of Python's.
    left : collection of int
        The lines of loops that are to stay where they are.

    Returns
    -------
    Lifted or None
        ``None`` where there is no loop that can become a function, or no source.
    """
    try:
        source = source_of(function)
    except Unsupported:
        return None
    node, code = source.node, function.__code__
    if isinstance(node, ast.Lambda) or not _is_closed(node, source):
        return None
    plans = [plan for plan in _plans(node) if plan.loop.lineno not in left]
    if not plans or len({plan.loop.lineno for plan in plans}) < len(plans):
        return None
    names = [f"{_LOOP}{number}" for number in range(len(plans))]
    loops = tuple(
        LiftedLoop(name, _code_of_loop(plan, code, source), plan.loop.lineno)
        for name, plan in zip(names, plans, strict=True)
    )
    replaced = _Replacing({id(plan.loop): (plan, name) for plan, name in zip(plans, names, strict=True)})
    made = _definition(node, node.args, replaced.statements(node.body))
    return Lifted(code_in_scope(made, code, names), loops)


def _is_closed(node: ast.FunctionDef, source: Source) -> bool:
    """Whether the variables of a function change only where it says so, and are its own."""
    for each in ast.walk(node):
        if isinstance(each, ast.Nonlocal | ast.AsyncFunctionDef):
            return False
        if isinstance(each, ast.Delete) and any(isinstance(target, ast.Name) for target in each.targets):
            return False
        if isinstance(each, ast.Name) and each.id in _LOOK_AROUND:
            return False
        private = each.id if isinstance(each, ast.Name) else each.attr if isinstance(each, ast.Attribute) else ""
        if source.class_name and private.startswith("__") and not private.endswith("__"):
            return False
    return True


# ---- which loops


def _plans(node: ast.FunctionDef) -> list[_Plan]:
    parameters = _parameters(node.args)
    scope = _Scope(node, frozenset((*parameters, *names_bound_in(node))), NameFlow(node.body, parameters))
    body = node.body
    if is_loop_function(node):
        (around,) = (statement for statement in body if isinstance(statement, Loop))
        body = [*around.body, *around.orelse]
    plans = (_plan(loop, scope) for loop in _outermost(body))
    return [plan for plan in plans if plan is not None]


def _parameters(args: ast.arguments) -> list[str]:
    every = [*args.posonlyargs, *args.args, *args.kwonlyargs, args.vararg, args.kwarg]
    return [one.arg for one in every if one is not None]


def _outermost(body: Sequence[ast.stmt]) -> Iterator[Loop]:
    for statement in body:
        if isinstance(statement, Loop):
            yield statement
        elif isinstance(statement, ast.If):
            yield from _outermost(statement.body)
            yield from _outermost(statement.orelse)


class _Scope(NamedTuple):
    """A function, the names that it binds, and their flow."""

    node: ast.FunctionDef
    own: Names
    flow: NameFlow

    def shared(self, inside: Collection[ast.AST]) -> Names:
        """The names that something asks for at another time, or binds for everybody, `inside` left out."""
        found: set[str] = set()
        for each in ast.walk(self.node):
            if isinstance(each, ast.Global):
                found.update(each.names)
            elif isinstance(each, (*FUNCTIONS, ast.GeneratorExp)) and each is not self.node and each not in inside:
                found |= loaded(each)
        return frozenset(found)


def _plan(loop: Loop, scope: _Scope) -> _Plan | None:
    nodes = set(ast.walk(loop))
    names = {node.id for node in nodes if isinstance(node, ast.Name)}
    if any(isinstance(node, _NOT_MOVED) for node in nodes) or names & _LOOK_AT_CALLERS:
        return None
    if any(isinstance(node, ast.Break | ast.Continue) for other in loop.orelse for node in ast.walk(other)):
        # They may belong to a loop around this one.
        return None
    changed = frozenset(_names_bound_in([loop]))
    bound = scope.flow.bound.get(loop)
    needed = scope.flow.live_before([loop], NONE) & scope.own
    if bound is None or not needed <= bound or not changed <= scope.own - scope.shared(nodes):
        return None
    returned = changed & scope.flow.after[loop]
    doubtful = returned - needed - bound
    if doubtful and any(isinstance(node, _BIND_BETWEEN) for node in nodes):
        return None
    given = needed | returned - doubtful
    leaves = any(isinstance(node, ast.Return) for node in nodes)
    return _Plan(loop, _in_order(given), _in_order(returned - doubtful), _in_order(doubtful), leaves)


def _in_order(names: Names) -> tuple[str, ...]:
    return tuple(sorted(names))


def _names_bound_in(todo: list[ast.AST]) -> Iterator[str]:
    while todo:
        node = todo.pop()
        name = name_bound_by(node)
        if name is not None:
            yield name
        todo += children_in_scope(node)


# ---- the function of a loop


def is_loop_function(node: ast.FunctionDef) -> bool:
    """Whether a definition was made of a loop."""
    return hasattr(node, "_minijit_loop")


def _code_of_loop(plan: _Plan, code: CodeType, source: Source) -> CodeType:
    """The code of a function with the same name, at the same place, that runs a loop."""
    loop = plan.loop
    args = ast.arguments([], [ast.arg(name) for name in plan.given], None, [], [], None, [])
    flags = {name: f"{_PREFIX}set_{name}" for name in plan.doubtful}
    body: list[ast.stmt] = [
        *(_assign(name, ast.Constant(None)) for name in plan.doubtful),
        *(_assign(flag, ast.Constant(False)) for flag in flags.values()),
        *_Noting(flags).statements([copy.deepcopy(loop)]),
    ]
    if plan.leaves:
        for each in ast.walk(body[-1]):
            if isinstance(each, ast.Return):
                value = each.value or ast.Constant(None)
                each.value = ast.Tuple([ast.Constant(True), value], ast.Load())
    given_back = [ast.Name(name, ast.Load()) for name in (*plan.returned, *plan.doubtful, *flags.values())]
    first: list[ast.expr] = [ast.Constant(False)] if plan.leaves else []
    if first or given_back:
        body.append(ast.Return(ast.Tuple([*first, *given_back], ast.Load())))
    assert isinstance(source.node, ast.FunctionDef)
    definition = _definition(source.node, args, body)
    for statement in (args, *body):
        _place(statement, loop)
    definition.lineno, definition.col_offset = loop.lineno, loop.col_offset
    definition._minijit_loop = True  # type: ignore[attr-defined]  # for is_loop_function
    made = code_in_scope(definition, code, ())
    provide_source(made, Source(source.filename, definition, source.class_name))
    return made


def _definition(node: ast.FunctionDef, args: ast.arguments, body: list[ast.stmt]) -> ast.FunctionDef:
    made = copy.copy(node)
    made.args, made.body, made.decorator_list, made.returns = args, body, [], None
    return made


class _Statements:
    """A copy of statements, some of them with others in their place."""

    def statements(self, body: Sequence[ast.stmt]) -> list[ast.stmt]:
        """What takes the place of some statements."""
        return [made for statement in body for made in self.statement(statement)]

    def statement(self, node: ast.stmt) -> list[ast.stmt]:
        """What takes the place of one."""
        copied = copy.copy(node)
        for name in ("body", "orelse", "finalbody"):
            if isinstance(getattr(copied, name, None), list):
                setattr(copied, name, self.statements(getattr(copied, name)))
        return [copied]


class _Noting(_Statements):
    """Notes behind each place where a name is bound that it is: in a variable of its own."""

    def __init__(self, flags: dict[str, str]) -> None:
        self.flags = flags

    def statement(self, node: ast.stmt) -> list[ast.stmt]:
        made = super().statement(node)
        if not self.flags:
            return made
        nested = [each for each in ast.iter_child_nodes(node) if isinstance(each, ast.stmt | ast.ExceptHandler)]
        others: list[ast.AST] = [each for each in ast.iter_child_nodes(node) if each not in nested]
        names = self.flags.keys() & set(_names_bound_in(others))
        notes = [_assign(self.flags[name], ast.Constant(True)) for name in sorted(names)]
        for note in notes:
            _place(note, node)
        if isinstance(node, ast.For):
            made[0].body[:0] = notes  # type: ignore[attr-defined]  # a loop
            return made
        return [*made, *notes]


# ---- the function around the loops


class _Replacing(_Statements):
    """Calls of functions in the places of loops."""

    def __init__(self, plans: dict[int, tuple[_Plan, str]]) -> None:
        self.plans = plans

    def statement(self, node: ast.stmt) -> list[ast.stmt]:
        if id(node) not in self.plans:
            return super().statement(node)
        plan, name = self.plans[id(node)]
        made = list(_call(plan, name))
        for statement in made:
            _place(statement, node)
        return made


def _call(plan: _Plan, name: str) -> Iterator[ast.stmt]:
    """What stands in the place of a loop."""
    result = ast.Name(_RESULT, ast.Load())
    call = ast.Call(ast.Name(name, ast.Load()), [ast.Name(each, ast.Load()) for each in plan.given], [])
    yield ast.Try([_assign(_RESULT, call)], [_handler()], [], [])
    values = {each: f"{_PREFIX}value_{each}" for each in plan.doubtful}
    flags = [f"{_PREFIX}set_{each}" for each in plan.doubtful]
    targets = [*plan.returned, *values.values(), *flags]
    if plan.leaves:
        yield ast.If(_item(result, 0), [ast.Return(_item(result, 1))], [])
        targets.insert(0, _PREFIX + "left")
    if targets:
        yield ast.Assign([ast.Tuple([ast.Name(each, ast.Store()) for each in targets], ast.Store())], result)
    for each, flag in zip(plan.doubtful, flags, strict=True):
        yield ast.If(ast.Name(flag, ast.Load()), [_assign(each, ast.Name(values[each], ast.Load()))], [])


_HANDLER: Final = f"""
try: pass
except BaseException as {_PREFIX}error:
    if {_PREFIX}error.__traceback__.tb_next is not None:
        {_PREFIX}error.__traceback__ = {_PREFIX}error.__traceback__.tb_next
    raise
"""
"""In the interpreter there is one frame for a function and its loop: that of the function, here, is left out."""


def _handler() -> ast.ExceptHandler:
    (statement,) = ast.parse(_HANDLER).body
    assert isinstance(statement, ast.Try)
    (handler,) = statement.handlers
    for each in ast.walk(handler):
        if hasattr(each, "lineno"):
            del each.lineno
    return handler


def _item(value: ast.expr, number: int) -> ast.expr:
    return ast.Subscript(value, ast.Constant(number), ast.Load())


def _assign(name: str, value: ast.expr) -> ast.Assign:
    return ast.Assign([ast.Name(name, ast.Store())], value)


def _place(node: ast.AST, at: ast.stmt) -> None:
    """Give nodes that have no place in the file the place of a statement's first line."""
    for each in ast.walk(node):
        if "lineno" in each._attributes and not hasattr(each, "lineno"):
            each.lineno = each.end_lineno = at.lineno  # type: ignore[attr-defined]  # it has a place
            each.col_offset = each.end_col_offset = at.col_offset  # type: ignore[attr-defined]  # the same
