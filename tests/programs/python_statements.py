"""Random statements of plain Python that are not about arrays: functions inside, None, lists, dicts, strings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.programs.list_statements import grown_list
from tests.programs.scope import ArrayOf, Number, Rank, Scope, TupleOf, highest

if TYPE_CHECKING:
    from tests.programs.statements import Statements


def inner_function(s: Statements, scope: Scope, indent: int) -> None:
    """A function or lambda that reads variables around it, and a call."""
    name, target = s.fresh("inner"), s.target(scope)
    free, rank = s.expressions.leaf(scope, "real")
    argument, other = s.expressions.number(scope, 1, "real")
    result: Rank = highest(rank, other, "int")
    way = s.choice.number(0, 3)
    if way == 0:
        s.emit(indent, f"{name} = lambda q, r=2: q + {free} * r")
        s.emit(indent, f"{target} = {name}({argument})")
    elif way == 1:
        s.emit(indent, f"def {name}(q, *, r=1):")
        s.emit(indent + 1, f"if q > {free}:")
        s.emit(indent + 2, "return r, q")
        s.emit(indent + 1, f"return {free}, r + 1")
        s.emit(indent, f"{target} = {name}({argument}, r=3)[0]")
        result = highest(result, "int")
    elif way == 2:
        s.emit(indent, f"def {name}(q, n=3):")
        s.emit(indent + 1, f"return q if n <= 0 else {name}(q + 1, n - 1)")
        s.emit(indent, f"{target} = {name}(n=2, q={argument})")
        result = highest(other, "int")
    else:
        s.emit(indent, f"def {name}(f, *rest):")
        s.emit(indent + 1, "return f(rest[0]) + len(rest)")
        s.emit(indent, f"{target} = {name}(lambda q: q + {free}, {argument}, 2)")
    scope.assign(target, Number(result))


def maybe_none(s: Statements, scope: Scope, indent: int) -> None:
    """A variable that is None on one of two ways, and what asks for that."""
    name, target = s.fresh("o"), s.target(scope)
    text, rank = s.expressions.number(scope, 1)
    s.emit(indent, f"{name} = {text} if {s.expressions.condition(scope)} else None")
    fallback, other = s.expressions.leaf(scope, "complex")
    if s.choice.chance(50):
        s.emit(indent, f"{target} = {fallback} if {name} is None else {name}")
    else:
        s.emit(indent, f"if {name} is not None:")
        s.emit(indent + 1, f"{target} = {name}")
        s.emit(indent, "else:")
        s.emit(indent + 1, f"{target} = {fallback}")
    scope.assign(target, Number(highest(rank, other)))


def lists(s: Statements, scope: Scope, indent: int) -> None:
    """A list that is made, maybe grown, and read; a comprehension; a generator in a call."""
    name, target = s.fresh("l"), s.target(scope)
    (one, rank), (two, other) = s.expressions.number(scope, 1, "real"), s.expressions.leaf(scope, "real")
    rank = highest(rank, other, "int")
    way = s.choice.number(0, 5)
    if way == 0:
        s.emit(indent, f"{name} = [{one}, {two}]")
        s.emit(indent, f"{target} = {name}[0] + {name}[-1] * len({name})")
    elif way == 1:
        s.emit(indent, f"{name} = []")
        s.emit(indent, "for _ in range(3):")
        s.emit(indent + 1, f"{name}.append({one})")
        s.emit(indent, f"{target} = {name}[1] + {two}")
    elif way == 2:
        s.emit(indent, f"{name} = [q + {two} for q in range(3) if q != 1]")
        s.emit(indent, f"{target} = {name}[-1] + sum({name})")
    elif way == 3:
        s.emit(indent, f"{target} = sum(q * 2 for q in ({one}, {two}))")
    elif way == 4:
        s.emit(indent, f"{target} = max([{one}, {two}, 1]) + min(({two}, 2))")
    else:
        s.emit(indent, f"{name} = {{1: {one}}}")
        s.emit(indent, f"{name}[2] = {two}")
        s.emit(indent, f"{target} = {name}.get(1, 0) + len({name})")
    scope.assign(target, Number(rank))


def tuples(s: Statements, scope: Scope, indent: int) -> None:
    """Tuples in tuples, starred targets, tuples that differ between two ways."""
    target = s.target(scope)
    (one, rank), (two, other) = s.expressions.number(scope, 1), s.expressions.leaf(scope, "complex")
    way = s.choice.number(0, 3)
    if way == 0:
        s.emit(indent, f"({target}, _), *_ = (({one}, 1), {two}, 3)")
        result = rank
    elif way == 1:
        name = s.choice.pick(("p", "q"))
        s.emit(indent, f"{name} = ({one}, 1) + ({two},) * 2")
        scope.assign(name, TupleOf((rank, "int", other, other)))
        s.emit(indent, f"{target} = len({name}[1:]) + {name}[-1]")
        result = highest(other, "int")
    elif way == 2:
        s.emit(indent, f"{target} = (({one}, 2) if {s.expressions.condition(scope)} else (3, {two}))[0]")
        result = highest(rank, "int")
    else:
        s.emit(indent, f"{target} = {one} in (1, 2, {two})" if rank != "complex" else f"{target} = {two} == {one}")
        result = "bool"
    scope.assign(target, Number(result))


def strings(s: Statements, scope: Scope, indent: int) -> None:
    """A string that chooses a way, or the option of a function."""
    name, target = s.fresh("text"), s.target(scope)
    condition = s.expressions.condition(scope)
    text, rank = s.expressions.leaf(scope, "complex")
    s.emit(indent, f"{name} = 'F' if {condition} else 'C'")
    arrays = scope.names(ArrayOf)
    if arrays and s.choice.chance(60) and not {"w", "v"} <= scope.fixed:
        free = next(one for one in ("w", "v") if one not in scope.fixed)
        kind = scope.sure[s.choice.pick(arrays)]
        source = next(one for one in arrays if scope.sure[one] is kind)
        assert isinstance(kind, ArrayOf)
        s.emit(indent, f"{free} = {source}.ravel(order={name})")
        scope.assign(free, ArrayOf(kind.dtype, 1))
        return
    s.emit(indent, f"{target} = {text} if {name} == 'F' else len({name})")
    scope.assign(target, Number(highest(rank, "int")))


def while_else(s: Statements, scope: Scope, indent: int) -> None:
    """A loop that is searched for something, with an else."""
    counter, target = s.fresh("k"), s.target(scope)
    text, rank = s.expressions.leaf(scope, "complex")
    s.emit(indent, f"{counter} = 3")
    s.emit(indent, f"while {counter}:")
    s.emit(indent + 1, f"{counter} -= 1")
    s.emit(indent + 1, f"if {s.expressions.condition(scope)}:")
    s.emit(indent + 2, f"{target} = {text}")
    s.emit(indent + 2, "break")
    s.emit(indent, "else:")
    s.emit(indent + 1, f"{target} = {counter}")
    scope.assign(target, Number(highest(rank, "int")))


STATEMENTS = (inner_function, maybe_none, lists, grown_list, grown_list, tuples, tuples, strings, while_else)
