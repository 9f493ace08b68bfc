"""Random expressions, as text, of a rank that is known."""

from __future__ import annotations

from tests.programs.choice import Choice
from tests.programs.scope import RANKS, ArrayOf, Number, Rank, Scope, TupleOf, highest, rank_of

INT_LITERALS = (
    "0",
    "1",
    "2",
    "-1",
    "3",
    "5",
    "7",
    "10",
    "255",
    "-128",
    "1000003",
    "2**31",
    "2**62",
    "2**63 - 1",
    "-(2**63)",
    "10**19",
)
FLOAT_LITERALS = (
    "0.0",
    "1.0",
    "0.5",
    "-2.0",
    "2.5",
    "-0.0",
    "1e-3",
    "1e16",
    "1e300",
    "math.inf",
    "-math.inf",
    "math.nan",
)
MATH_FUNCTIONS = (
    "fabs",
    "sqrt",
    "floor",
    "ceil",
    "trunc",
    "exp",
    "sin",
    "cos",
    "atan",
    "log",
    "tanh",
    "isnan",
    "log1p",
    "isfinite",
)
NUMPY_FUNCTIONS = ("abs", "sqrt", "floor", "ceil", "trunc", "rint", "square", "negative", "isnan")
CASTS = (
    "float64",
    "int64",
    "float32",
    "int32",
    "uint8",
    "int8",
    "uint64",
    "bool_",
    "complex128",
    "complex64",
    "int16",
    "uint32",
)


class Expressions:
    """Writes expressions over the variables of a scope.

    Methods return the text and the rank of its value: ``bool`` < ``int`` < ``real`` < ``complex``. The rank only says
    what may be done with the value without a TypeError; its exact type is the business of the compiler.
    """

    def __init__(self, choice: Choice, helpers: dict[str, tuple[int, Rank]]) -> None:
        self.choice = choice
        self.helpers = helpers
        self.indices = 0

    def number(self, scope: Scope, depth: int = 2, limit: Rank = "complex") -> tuple[str, Rank]:
        """Any number of rank `limit` or below."""
        if depth <= 0 or self.choice.chance(25):
            return self.leaf(scope, limit)
        ways = [
            self.binary,
            self.binary,
            self.binary,
            self.unary,
            self.conditional,
            self.builtin,
            self.minmax,
            self.boolean,
        ]
        if limit in ("real", "complex"):
            ways += [self.division, self.mathematics, self.mathematics, self.numpy_function]
        if limit == "int":
            ways += [self.bits, self.bits]
        if limit == "complex":
            ways += [self.cast, self.short_circuit]
        if self.helpers and limit == "complex":
            ways.append(self.helper_call)
        return self.choice.pick(ways)(scope, depth - 1, limit)

    def leaf(self, scope: Scope, limit: Rank) -> tuple[str, Rank]:
        names = scope.numbers(limit)
        if names and self.choice.chance(60):
            name = self.choice.pick(names)
            kind = scope.sure[name]
            assert isinstance(kind, Number)
            return name, kind.rank
        elements = [
            name for name in scope.names(ArrayOf) if RANKS.index(self.element_rank(scope, name)) <= RANKS.index(limit)
        ]
        if elements and self.indices == 0 and self.choice.chance(50):
            name = self.choice.pick(elements)
            return self.element(scope, name), self.element_rank(scope, name)
        if scope.maybe and self.choice.chance(4):
            name = self.choice.pick(sorted(scope.maybe))
            kind = scope.maybe[name]
            if isinstance(kind, Number) and RANKS.index(kind.rank) <= RANKS.index(limit):
                return name, kind.rank
        if scope.names(TupleOf) and self.choice.chance(30):
            name = self.choice.pick(scope.names(TupleOf))
            kind = scope.sure[name]
            assert isinstance(kind, TupleOf)
            place = self.choice.number(0, len(kind.ranks) - 1)
            if RANKS.index(kind.ranks[place]) <= RANKS.index(limit):
                return f"{name}[{place}]", kind.ranks[place]
        return self.literal(limit)

    def literal(self, limit: Rank) -> tuple[str, Rank]:
        rank = self.choice.pick(RANKS[1 : RANKS.index(limit) + 1] or RANKS[:1])
        if rank == "complex":
            return self.choice.pick(("1j", "2.5j", "(1 - 2j)", "0j")), rank
        if rank == "real":
            return self.choice.pick(FLOAT_LITERALS), rank
        if rank == "int":
            return f"({self.choice.pick(INT_LITERALS[:-4] if self.choice.chance(80) else INT_LITERALS)})", rank
        return self.choice.pick(("True", "False")), rank

    @staticmethod
    def element_rank(scope: Scope, name: str) -> Rank:
        kind = scope.sure[name]
        assert isinstance(kind, ArrayOf)
        return rank_of(kind.dtype)

    def element(self, scope: Scope, name: str) -> str:
        """An element of an array, most of the time inside its bounds."""
        kind = scope.sure[name]
        assert isinstance(kind, ArrayOf)
        if kind.ndim == 1:
            return f"{name}[{self.index(scope, f'len({name})')}]"
        indices = [self.index(scope, f"{name}.shape[{axis}]") for axis in range(kind.ndim)]
        return f"{name}[{']['.join(indices) if self.choice.chance(15) else ', '.join(indices)}]"

    def index(self, scope: Scope, length: str) -> str:
        counters = [name for name in scope.fixed if name in scope.sure and scope.sure[name] == Number("int")]
        if counters and self.choice.chance(60):
            name = self.choice.pick(sorted(counters))
            return name if self.choice.chance(50) else f"{name} % {length}"
        if self.choice.chance(50):
            return self.choice.pick(("0", "-1", "1", f"{length} - 1", "2", "-2"))
        self.indices += 1  # no elements in indices of indices
        text, _ = self.number(scope, 1, "int")
        self.indices -= 1
        return f"({text}) % {length}" if self.choice.chance(85) else text

    def binary(self, scope: Scope, depth: int, limit: Rank) -> tuple[str, Rank]:
        operator = self.choice.pick(("+", "-", "*", "+", "-", "*", "//", "%"))
        if operator in ("//", "%") and limit == "complex":
            limit = "real"
        left, rank = self.number(scope, depth, limit)
        # in loops a product of two variables could grow beyond all bounds before the loop ends
        right, other = self.literal(limit) if operator == "*" and scope.loops else self.number(scope, depth, limit)
        if operator == "-" and "bool" in (rank, other):
            operator = "+"
        return f"({left} {operator} {right})", highest(rank, other, "int")

    def division(self, scope: Scope, depth: int, limit: Rank) -> tuple[str, Rank]:
        left, rank = self.number(scope, depth, limit)
        right, other = self.number(scope, depth, limit)
        if self.choice.chance(15) and not scope.loops:
            exponent = self.choice.pick(("2", "3", "0.5", "-1", "0", "1", "1.5"))
            return f"(({left}) ** {exponent})", "complex" if exponent in ("0.5", "1.5") else highest(rank, "real")
        return f"({left} / {right})", highest(rank, other, "real")

    def bits(self, scope: Scope, depth: int, limit: Rank) -> tuple[str, Rank]:
        left, _ = self.number(scope, depth, "int")
        if self.choice.chance(25):
            return (
                f"({left} {self.choice.pick(('>>', '<<'))} {self.choice.pick(('0', '1', '3', '31', '63', '64'))})",
                "int",
            )
        right, _ = self.number(scope, depth, "int")
        return f"({left} {self.choice.pick(('&', '|', '^'))} {right})", "int"

    def unary(self, scope: Scope, depth: int, limit: Rank) -> tuple[str, Rank]:
        if limit == "int" and self.choice.chance(30):
            text, _ = self.number(scope, depth, "int")
            return f"(~({text} | 0))", "int"
        text, rank = self.number(scope, depth, limit)
        if rank == "bool":
            return f"(not {text})", rank
        return f"({self.choice.pick(('-', '-', '+'))}{text})", rank

    def conditional(self, scope: Scope, depth: int, limit: Rank) -> tuple[str, Rank]:
        left, rank = self.number(scope, depth, limit)
        right, other = self.number(scope, depth, limit)
        return f"({left} if {self.condition(scope, depth)} else {right})", highest(rank, other)

    def short_circuit(self, scope: Scope, depth: int, limit: Rank) -> tuple[str, Rank]:
        left, rank = self.number(scope, depth, limit)
        right, other = self.number(scope, depth, limit)
        return f"({left} {self.choice.pick(('and', 'or'))} {right})", highest(rank, other)

    def builtin(self, scope: Scope, depth: int, limit: Rank) -> tuple[str, Rank]:
        arrays = scope.names(ArrayOf)
        if arrays and self.choice.chance(20):
            name = self.choice.pick(arrays)
            return self.choice.pick((f"len({name})", f"{name}.size", f"{name}.shape[0]", f"{name}.ndim")), "int"
        if limit == "int":
            text, _ = self.number(scope, depth, "real" if self.choice.chance(30) else "int")
            return f"{self.choice.pick(('int', 'abs', 'int'))}({text})" if "abs" not in text else f"int({text})", "int"
        text, rank = self.number(scope, depth, "real")
        name = self.choice.pick(("abs", "float", "int", "bool", "round", "abs"))
        return f"{name}({text})", {"float": "real", "int": "int", "bool": "bool", "round": "real"}.get(name, rank)  # type: ignore[return-value]

    def minmax(self, scope: Scope, depth: int, limit: Rank) -> tuple[str, Rank]:
        limit = "real" if limit == "complex" else limit
        several = [self.number(scope, depth - 1, limit) for _ in range(self.choice.pick((2, 2, 3)))]
        return f"{self.choice.pick(('min', 'max'))}({', '.join(t for t, _ in several)})", highest(
            *(r for _, r in several)
        )

    def mathematics(self, scope: Scope, depth: int, limit: Rank) -> tuple[str, Rank]:
        name = self.choice.pick(MATH_FUNCTIONS)
        text, _ = self.number(scope, depth, "real")
        if self.choice.chance(15):
            other, _ = self.number(scope, depth, "real")
            return f"math.{self.choice.pick(('atan2', 'hypot', 'copysign', 'fmod', 'pow'))}({text}, {other})", "real"
        if name in ("sqrt", "log", "exp") and self.choice.chance(70):
            text = f"abs({text}) + 1" if name != "exp" else f"min({text}, 1)"
        return f"math.{name}({text})", "real"

    def numpy_function(self, scope: Scope, depth: int, limit: Rank) -> tuple[str, Rank]:
        text, _ = self.number(scope, depth, "real")
        if self.choice.chance(25):
            other, _ = self.number(scope, depth, "real")
            return f"np.{self.choice.pick(('maximum', 'minimum', 'add', 'multiply'))}({text}, {other})", "real"
        return f"np.{self.choice.pick(NUMPY_FUNCTIONS)}({text} * 1)", "real"

    def cast(self, scope: Scope, depth: int, limit: Rank) -> tuple[str, Rank]:
        name = self.choice.pick(CASTS)
        text, _ = self.number(scope, depth, "complex" if name.startswith("complex") else "real")
        return f"np.{name}({text})", rank_of(name.rstrip("_"))

    def boolean(self, scope: Scope, depth: int, limit: Rank) -> tuple[str, Rank]:
        return f"({self.condition(scope, depth)})", "bool"

    def helper_call(self, scope: Scope, depth: int, limit: Rank) -> tuple[str, Rank]:
        name = self.choice.pick(sorted(self.helpers))
        count, rank = self.helpers[name]
        arguments = [self.number(scope, depth - 1, "real")[0] for _ in range(count)]
        return f"{name}({', '.join(arguments)})", rank

    def condition(self, scope: Scope, depth: int = 1) -> str:
        left, _rank = self.number(scope, depth, "real")
        way = self.choice.number(0, 9)
        if way <= 6:
            right, _ = self.number(scope, depth - 1, "real")
            return f"{left} {self.choice.pick(('<', '>', '<=', '>=', '==', '!='))} {right}"
        if way == 7:
            return f"{self.literal('int')[0]} < {left} <= {self.literal('real')[0]}"
        if way == 8 and depth > 0:
            joiner = self.choice.pick(("and", "or"))
            return f"{self.condition(scope, depth - 1)} {joiner} {self.condition(scope, depth - 1)}"
        return left if self.choice.chance(50) else f"not {left}"
