"""Random statements that make a list, work on it in several ways, and read something of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.programs.scope import Number, Scope, highest

if TYPE_CHECKING:
    from tests.programs.statements import Statements

_MAKERS = ("[]", "[{one}]", "[{one}, 2, {two}]", "[0] * 4", "[q * {two} for q in range(5) if q != 2]", "list(range(4))")

_STEPS = (
    "{name}.append({one})",
    "{name}.insert({index}, {two})",
    "{name}.extend(({one}, 1))",
    "{name} += [{two}]",
    "{name}.reverse()",
    "{name} = {name}[{index}:] + {name}",
    "{name} = [q for q in {name} if q != {two}]",
    "{name} = {name} * 2",
    "{other} = {name}",
    "{other} = {name}[::-1]",
    "{other}.append(3)",
    "{other} = {name}.copy()",
    "if len({name}) > 1: del {name}[{index}]",
    "if {name}: {name}.pop()",
    "if len({name}) > 2: {name}[{index}] = {one}",
    "if len({name}) > 2: {name}[{index}] += {two}",
    "if {two} in {name}: {name}.remove({two})",
    "{name}.sort(key=lambda q: q == 1)",
    "for q in {name}[:3]: {name}.append(q)",
    "for q, r in enumerate({name}): {other}.append(q) if q < 3 else None",
)

_RESULTS = (
    "len({name}) + len({other})",
    "{name}[{index}] if len({name}) > 2 else len({other})",
    "{name}.count(1) + ({name} is {other})",
    "any(q == {two} for q in {name}) + all(q != 3 for q in {other})",
    "max({name}) if {name} else min([*range(2)])",
    "sum(len(q) for q in [{name}, {other}, []])",
    "[{name}, {other}][0][-1] if {name} else 0",
)


def grown_list(s: Statements, scope: Scope, indent: int) -> None:
    """A list with a second name, several steps, and what comes out."""
    (one, rank), (two, other) = s.expressions.number(scope, 1, "real"), s.expressions.leaf(scope, "real")
    words = {"one": one, "two": two, "name": s.fresh("l"), "other": s.fresh("l")}

    def emit(text: str, depth: int = 0) -> None:
        index = s.choice.pick(("0", "1", "-1", "-2"))
        s.emit(indent + depth, text.format(index=index, **words))

    emit("{name} = " + s.choice.pick(_MAKERS))
    emit("{other} = " + s.choice.pick(("{name}", "[1, 2]", "[]")))
    is_loop = s.choice.chance(30)
    if is_loop:
        emit("for _ in range(2):")
    for _ in range(s.choice.number(1, 4)):
        emit(s.choice.pick(_STEPS), int(is_loop))
    target = s.target(scope)
    emit(f"{target} = " + s.choice.pick(_RESULTS))
    scope.assign(target, Number(highest(rank, other, "int")))
