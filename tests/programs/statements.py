"""Random statements: assignments, branches, loops, returns, stores."""

from __future__ import annotations

from collections.abc import Callable

from tests.programs import array_statements, python_statements
from tests.programs.choice import Choice
from tests.programs.expressions import Expressions
from tests.programs.scope import DTYPES, ArrayOf, Kind, Number, Scope, TupleOf, rank_of

NAMES = ("x", "y", "z", "s", "t", "u")
MOST_LINES = 28


class Statements:
    """Writes the body of one function."""

    def __init__(self, choice: Choice, expressions: Expressions) -> None:
        self.choice = choice
        self.expressions = expressions
        self.lines: list[str] = []
        self.counter = 0

    def body(self, scope: Scope) -> list[str]:
        """A whole body that ends with a return; lines are indented by four spaces."""
        self.block(scope, 1, self.choice.number(2, 5))
        self.emit(1, f"return {self.result(scope)}")
        return self.lines

    def emit(self, indent: int, text: str) -> None:
        self.lines.append("    " * indent + text)

    def fresh(self, letter: str) -> str:
        self.counter += 1
        return f"{letter}{self.counter}"

    def block(self, scope: Scope, indent: int, count: int) -> None:
        start = len(self.lines)
        for _ in range(count):
            if len(self.lines) < MOST_LINES:
                self.statement(scope, indent)
        if len(self.lines) == start:
            self.emit(indent, "pass")

    def statement(self, scope: Scope, indent: int) -> None:
        simple: list[Callable[[Scope, int], None]] = [
            self.assign,
            self.assign,
            self.assign,
            self.augment,
            self.augment,
            self.unpack,
        ]
        if scope.names(ArrayOf):
            simple += [self.store, self.store, self.view]
        simple += [self.new_array, self.make_tuple, self.rare]
        nested: list[Callable[[Scope, int], None]] = [
            self.branch,
            self.for_range,
            self.for_over,
            self.while_loop,
            self.branch,
        ]
        if indent < 4 and self.choice.chance(40):
            self.choice.pick(nested)(scope, indent)
        elif scope.loops and self.choice.chance(12):
            self.leave_loop(scope, indent)
        elif scope.names(ArrayOf) and self.choice.chance(25):
            self.choice.pick(array_statements.STATEMENTS)(self, scope, indent)
        elif self.choice.chance(12):
            self.choice.pick(python_statements.STATEMENTS)(self, scope, indent)
        else:
            self.choice.pick(simple)(scope, indent)

    # ---- simple statements

    def target(self, scope: Scope) -> str:
        names = [name for name in NAMES if name not in scope.fixed]
        known = [name for name in names if name in scope.sure]
        return self.choice.pick(known) if known and self.choice.chance(60) else self.choice.pick(names)

    def assign(self, scope: Scope, indent: int) -> None:
        text, rank = self.expressions.number(scope, 2)
        name = self.target(scope)
        self.emit(indent, f"{name} = {text}")
        scope.assign(name, Number(rank))

    def augment(self, scope: Scope, indent: int) -> None:
        names = [name for name in scope.numbers() if name not in scope.fixed]
        if not names:
            return self.assign(scope, indent)
        name = self.choice.pick(names)
        kind = scope.sure[name]
        assert isinstance(kind, Number)
        operator = self.choice.pick(("+", "-", "+", "*", "/", "//", "%"))
        if kind.rank == "complex" and operator in ("//", "%"):
            operator = "+"
        if kind.rank == "bool" and operator == "-":
            operator = "+"
        limit = "real" if operator in ("//", "%") else "complex"
        text, rank = self.expressions.literal(limit) if operator == "*" else self.expressions.number(scope, 1, limit)
        self.emit(indent, f"{name} {operator}= {text}")
        lowest = "real" if operator == "/" else "int"
        scope.assign(name, Number(max(kind.rank, rank, lowest, key=("bool", "int", "real", "complex").index)))

    def unpack(self, scope: Scope, indent: int) -> None:
        names = [self.target(scope), self.target(scope)]
        values = [self.expressions.number(scope, 1) for _ in names]
        self.emit(indent, f"{', '.join(names)} = {', '.join(text for text, _ in values)}")
        for name, (_, rank) in zip(names, values, strict=True):
            scope.assign(name, Number(rank))

    def make_tuple(self, scope: Scope, indent: int) -> None:
        values = [self.expressions.number(scope, 1) for _ in range(self.choice.number(1, 3))]
        name = self.choice.pick(("p", "q"))
        self.emit(indent, f"{name} = ({', '.join(text for text, _ in values)},)")
        scope.assign(name, TupleOf(tuple(rank for _, rank in values)))

    def new_array(self, scope: Scope, indent: int) -> None:
        dtype = self.choice.pick(DTYPES)
        name = self.choice.pick(("w", "v"))
        if name in scope.fixed:
            return
        way = self.choice.number(0, 4)
        size = self.choice.pick(("3", "4", "5", "(1 + 1)", "0"))
        if way == 0:
            text, kind = f"np.zeros({size})", ArrayOf("float64", 1)
        elif way == 1:
            text, kind = f"np.ones({size}, np.{np_name(dtype)})", ArrayOf(dtype, 1)
        elif way == 2:
            text, kind = f"np.zeros(({size}, 3), dtype=np.{np_name(dtype)})", ArrayOf(dtype, 2)
        elif way == 3:
            text, kind = f"np.arange({size})", ArrayOf("int64", 1)
        else:
            text, kind = f"np.full({size}, {self.choice.pick(('1.5', '-2.5'))})", ArrayOf("float64", 1)
        self.emit(indent, f"{name} = {text}")
        scope.assign(name, kind)

    def view(self, scope: Scope, indent: int) -> None:
        source = self.choice.pick(scope.names(ArrayOf))
        kind = scope.sure[source]
        assert isinstance(kind, ArrayOf)
        if kind.ndim == 1:
            index = self.choice.pick(("1:", ":-1", "::-1", "::2", "1:3", ":", "-3:", "2::-1"))
            text, ndim = f"{source}[{index}]", 1
        else:
            text, ndim = self.choice.pick(
                (
                    (f"{source}[1:]", 2),
                    (f"{source}.T", 2),
                    (f"{source}[:, ::-1]", 2),
                    (f"{source}[-1]", 1),
                    (f"{source}[:, 0]", 1),
                )
            )
        name = self.choice.pick(("w", "v"))
        if name in scope.fixed:
            return
        self.emit(indent, f"{name} = {text}")
        scope.assign(name, ArrayOf(kind.dtype, ndim))

    def store(self, scope: Scope, indent: int) -> None:
        name = self.choice.pick(scope.names(ArrayOf))
        kind = scope.sure[name]
        assert isinstance(kind, ArrayOf)
        rank = rank_of(kind.dtype)
        limit = rank if rank != "bool" and self.choice.chance(85) else "real"
        text, _ = self.expressions.number(scope, 2, limit)
        operator = self.choice.pick(("", "", "+", "-", "*", "//")) if rank not in ("bool", "complex") else ""
        self.emit(indent, f"{self.expressions.element(scope, name)} {operator}= {text}")

    def rare(self, scope: Scope, indent: int) -> None:
        way = self.choice.number(0, 6)
        condition = self.expressions.condition(scope)
        if way == 0:
            self.emit(indent, "pass")
        elif way == 1:
            self.emit(indent, f"assert ({condition}) or True, 'never'")
        elif way == 2 and not scope.loops:
            self.emit(indent, f"if {condition}:")
            self.emit(indent + 1, f"raise {self.choice.pick(('ValueError', 'KeyError', 'IndexError'))}('as asked')")
        elif way == 3:
            self.emit(indent, f"print({self.expressions.leaf(scope, 'real')[0]}, 'text')")
        elif way == 4:
            free = [name for name in scope.sure if name not in scope.fixed and name in NAMES]
            if len(free) > 1:
                self.emit(indent, f"del {free[-1]}")
                scope.maybe[free[-1]] = scope.sure.pop(free[-1])
            else:
                self.emit(indent, "pass")
        elif way == 5:
            name = self.target(scope)
            text, rank = self.expressions.number(scope, 1, "real")
            self.emit(indent, f"if ({name} := {text}) > 0:")
            scope.assign(name, Number(rank))
            self.emit(indent + 1, f"{name} = -{name} if True else {name}" if rank != "bool" else "pass")
        else:
            first, second = self.choice.pick(NAMES), self.choice.pick(NAMES)
            if first in scope.sure and second in scope.sure and not {first, second} & scope.fixed:
                self.emit(indent, f"{first}, {second} = {second}, {first}")
                one, other = scope.sure[first], scope.sure[second]
                scope.assign(first, other)
                scope.assign(second, one)
            else:
                self.emit(indent, "pass")

    def leave_loop(self, scope: Scope, indent: int) -> None:
        self.emit(indent, f"if {self.expressions.condition(scope)}:")
        self.emit(indent + 1, self.choice.pick(("break", "continue", "break", f"return {self.result(scope)}")))

    def result(self, scope: Scope) -> str:
        """What a return gives: a number, a tuple of what there is, or an array."""
        way = self.choice.number(0, 5)
        if way == 0:
            return self.expressions.number(scope, 1)[0]
        if way == 1 and scope.names(ArrayOf):
            return self.choice.pick(scope.names(ArrayOf))
        if way == 2 and self.choice.chance(30):
            return "None"
        names = sorted(scope.sure)
        return ", ".join(names) + ("," if len(names) == 1 else "") if names else "None"

    # ---- compound statements

    def branch(self, scope: Scope, indent: int) -> None:
        ends = []
        self.emit(indent, f"if {self.expressions.condition(scope)}:")
        keywords = ["elif"] * self.choice.number(0, 1) + ["else"] * self.choice.number(0, 1)
        for keyword in ["", *keywords]:
            if keyword:
                self.emit(indent, f"elif {self.expressions.condition(scope)}:" if keyword == "elif" else "else:")
            inner = scope.branch()
            self.block(inner, indent + 1, self.choice.number(1, 2))
            if scope.loops == 0 and self.choice.chance(8):
                self.emit(indent + 1, f"return {self.result(inner)}")
            else:
                ends.append(inner)
        scope.join(ends if "else" in keywords and ends else [*ends, scope.branch()])

    def loop_body(self, scope: Scope, indent: int, targets: dict[str, Kind], first: str = "") -> None:
        """The body (and perhaps an else) of a loop whose `targets` are set at the start of each turn."""
        # What the body reads may have been assigned by a turn before: forget what is known of those it might assign.
        before = scope.branch()
        inner = scope.branch()
        for name in list(inner.sure):
            if name in NAMES and isinstance(inner.sure[name], Number):
                inner.sure[name] = Number("complex")
            elif name in ("p", "q", "w", "v"):
                del inner.sure[name]
        inner.loops += 1
        for name, kind in targets.items():
            inner.assign(name, kind)
            inner.fixed.add(name)
        if first:
            self.emit(indent + 1, first)
        self.block(inner, indent + 1, self.choice.number(1, 3))
        if self.choice.chance(10):
            self.emit(indent, "else:")
            self.emit(indent + 1, f"{self.choice.pick(NAMES[:3])} = 1")
        for name in NAMES[:3]:
            if name in inner.sure and name not in targets:
                inner.sure[name] = Number("complex") if isinstance(inner.sure[name], Number) else inner.sure[name]
        # A loop may have been left anywhere: only what was set before is sure, and of no more than its type before.
        maybe = {**inner.maybe, **inner.sure}
        scope.join([before, inner])
        for name in list(scope.sure):
            if name in NAMES and isinstance(scope.sure[name], Number):
                scope.sure[name] = Number("complex")
            elif name in ("p", "q", "w", "v"):
                del scope.sure[name]
        for name, kind in maybe.items():
            if name not in scope.sure and name not in ("p", "q", "w", "v"):
                scope.maybe[name] = kind

    def for_range(self, scope: Scope, indent: int) -> None:
        name = self.fresh("i")
        arrays = list(scope.names(ArrayOf))
        options = ["range(4)", "range(1, 6, 2)", "range(5, 0, -1)", "range(0)", "reversed(range(3))", "range(-2, 2)"]
        if arrays:
            array = self.choice.pick(arrays)
            options += [f"range(len({array}))"] * 4 + [f"range(1, len({array}) - 1)", f"range({array}.shape[0])"]
        integers = [one for one in scope.numbers("int") if one not in scope.fixed]
        if integers:
            options.append(f"range({self.choice.pick(integers)} & 3)")
        self.emit(indent, f"for {name} in {self.choice.pick(options)}:")
        self.loop_body(scope, indent, {name: Number("int")})

    def for_over(self, scope: Scope, indent: int) -> None:
        flat = [name for name in scope.names(ArrayOf) if scope.sure[name].ndim == 1]  # type: ignore[union-attr]
        element = self.fresh("e")
        if not flat or self.choice.chance(20):
            values = self.choice.pick(("(1, 2, 3)", "(0.5, 2.5)", "(1, 2.5, True)", "zip((1, 2), (3.5, 4.5))"))
            self.emit(indent, f"for {element} in {values}:")
            if values.startswith("zip"):
                return self.loop_body(scope, indent, {element: TupleOf(("int", "real"))})
            return self.loop_body(scope, indent, {element: Number("real")})
        array = self.choice.pick(flat)
        rank = rank_of(scope.sure[array].dtype)  # type: ignore[union-attr]
        number = self.fresh("i")
        way = self.choice.number(0, 3)
        if way == 0:
            self.emit(indent, f"for {element} in {array}:")
            return self.loop_body(scope, indent, {element: Number(rank)})
        if way == 1:
            self.emit(indent, f"for {number}, {element} in enumerate({array}):")
            return self.loop_body(scope, indent, {number: Number("int"), element: Number(rank)})
        if way == 2:
            other = self.choice.pick(flat)
            second = self.fresh("e")
            self.emit(indent, f"for {element}, {second} in zip({array}, {other}):")
            other_rank = rank_of(scope.sure[other].dtype)  # type: ignore[union-attr]
            return self.loop_body(scope, indent, {element: Number(rank), second: Number(other_rank)})
        self.emit(indent, f"for {element} in reversed({array}):")
        return self.loop_body(scope, indent, {element: Number(rank)})

    def while_loop(self, scope: Scope, indent: int) -> None:
        turns = self.fresh("k")
        self.emit(indent, f"{turns} = 0")
        scope.assign(turns, Number("int"))
        scope.fixed.add(turns)
        condition = f" and ({self.expressions.condition(scope)})" if self.choice.chance(50) else ""
        self.emit(indent, f"while {turns} < {self.choice.number(1, 5)}{condition}:")
        self.loop_body(scope, indent, {turns: Number("int")}, f"{turns} += 1")


def np_name(dtype: str) -> str:
    """The name of a dtype as an attribute of numpy."""
    return "bool_" if dtype == "bool" else dtype
