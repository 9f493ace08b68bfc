"""Random loop nests over arrays with random bounds and indices, many of them out of range, and arguments for them."""

from __future__ import annotations

import random
from typing import Any, Final

import numpy as np

SIGNATURE: Final = "v, w, m, p, b, n, k"
"""Three float arrays (one of them 2-D), an int array, an array of small ints, two ints."""
_COUNTERS: Final = "ijlq"
_HELPERS: Final = """\
def get(a, i):
    return a[i]
def near(i, n):
    if i < 0:
        return i + n
    return i - n if i >= n else i
def put(a, i, x):
    a[i] = get(a, i) + x
"""
_LARGE: Final = (2**62, -(2**63), 2**63 - 1)


class LoopProgram:
    """Writes one function; `text` holds it."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.lines = [*_HELPERS.splitlines(), f"def f({SIGNATURE}):", "    s = 0", "    t = 0.0", "    c = 0"]
        for _ in range(chance.choice((1, 1, 2))):
            self.loop(1, [])
        self.lines.append("    return s, t, c")

    @property
    def text(self) -> str:
        return "\n".join(self.lines) + "\n"

    def add(self, depth: int, line: str) -> None:
        self.lines.append("    " * depth + line)

    def loop(self, depth: int, counters: list[str]) -> None:
        name = _COUNTERS[len(counters)]
        kind = self.chance.random()
        inner = [*counters, name]
        if kind < 0.05:
            self.add(depth, f"for {name}, x in enumerate({self.chance.choice('vw')}):")
            self.add(depth + 1, "t -= x")
        elif kind < 0.1:
            self.add(depth, f"{name} = {self.chance.choice(('0', '-1', 'k'))}")
            self.add(depth, f"while {name} < {self.chance.choice(('n', 'len(v)'))}:")
            self.add(depth + 1, f"{name} += {self.chance.choice('12')}")
        else:
            self.add(depth, f"for {name} in {self.iterable(counters)}:")
        for _ in range(self.chance.randint(1, 4)):
            self.statement(depth + 1, inner)
        if self.chance.random() < 0.15:
            self.add(depth + 1, f"if {self.expression(inner)} > 5:")
            self.add(depth + 2, self.chance.choice(("break", "continue", "return s, t, c")))
        if self.chance.random() < 0.1:
            self.add(depth, "else:")
            self.add(depth + 1, "c += 1")

    def iterable(self, counters: list[str]) -> str:
        end = self.chance.choice(("n", "k", "n", "len(v)", "m.shape[0]", "m.shape[1]", *counters))
        one, other = self.expression(counters), self.expression(counters)
        return self.chance.choice(
            (
                f"range({end})",
                f"range({end})",
                f"range({one}, {end})",
                f"range({end} - 1, -1, -1)",
                f"range({self.chance.choice('01k')}, {end}, {self.chance.choice(('2', '3', 'k', '-2', '1'))})",
                f"range({end}, {self.chance.choice('01k')}, -1)",
                f"reversed(range({end}))",
                f"range({one}, {other})",
                f"range({one})",
            )
        )

    def expression(self, counters: list[str]) -> str:
        """Mostly affine in the counters."""
        pick = self.chance.choice
        kind = self.chance.random()
        if kind < 0.3 and counters:
            return pick(counters)
        if kind < 0.4:
            return pick(("0", "1", "-1", "2", "-2", "3"))
        names = [*counters, "n", "k"]
        if kind < 0.5:
            return pick(names)
        text = f"{pick(names)} {pick('+--+*')} {pick([*names, '1', '2', '-1'])}"
        if self.chance.random() < 0.3:
            text = f"{text} {pick('+-')} {pick(['1', '2', *names])}"
        if self.chance.random() < 0.15:
            return f"({text}) {pick('%%%/').replace('/', '//')} {pick(('n', '4', '3', 'len(v)', 'k', '-5'))}"
        return f"-({text})" if self.chance.random() < 0.1 else text

    def statement(self, depth: int, counters: list[str]) -> None:
        e = [self.expression(counters) for _ in range(3)]
        kind = self.chance.random()
        if kind < 0.25 and len(counters) < 3:
            self.loop(depth, counters)
        elif kind < 0.8:
            self.add(depth, self.chance.choice(statements(*e)))
        else:
            self.add(depth, f"if {self.condition(counters, e)}:")
            self.add(depth + 1, self.chance.choice(statements(*e)))

    def condition(self, counters: list[str], e: list[str]) -> str:
        """Often what keeps an index of the statement behind it within an array, or nearly so."""
        ends = ("n", "len(v)", "len(w)", "m.shape[0]", "m.shape[1]", "n - 1", "k")
        upper = f"{e[0]} {self.chance.choice(('<', '<', '<='))} {self.chance.choice(ends)}"
        lower = f"{e[0]} {self.chance.choice(('>= 0', '> 0', '>= -1', '!= 0'))}"
        other = f"{self.chance.choice([*counters, e[1]])} {self.chance.choice(('<', '>', '>=', '=='))} {e[1]}"
        return self.chance.choice((f"{lower} and {upper}", lower, upper, other, f"not ({lower}) or {other}"))


def statements(one: str, two: str, three: str) -> tuple[str, ...]:
    return (
        f"v[{one}] = 1.5",
        f"v[{one}] = w[{two}]",
        f"v[{one}] = t + 1.0",
        f"t += v[{one}]",
        f"t += w[{one}] * v[{two}]",
        f"m[{one}, {two}] = t",
        f"m[{one}, {two}] = w[{three}] * 0.5",
        f"t = m[{one}, {two}]",
        f"s += {one}",
        "s += i * i",
        "s -= c",
        f"s += int(p[{one}])",
        f"c = {one}",
        "c += 1",
        f"p[{one}] = n",
        f"p[{one}] = p[{two}]",
        f"v[int(p[{one}])] = t",
        f"w[b[{one}]] += 1.0",
        f"s += int(b[{one}]) * {two}",
        f"t += v[p[{one}] - 1]",
        f"c = b[{one}] + 1",
        f"m[{one}] = t",
        f"t += get(v, {one})",
        f"put(w, {one}, t)",
        f"v[near({one}, len(v))] = 2.0",
        f"t -= m[near({one}, n), near({two}, n)]",
        f"c = {one} if {one} < n else {two}",
        "v[c] = t",
        "t = w[c]",
        f"t = m[{one}][{two}]",
    )


def random_arguments(chance: random.Random) -> tuple[Any, ...]:
    """Arguments of sizes near each other, so that about half of the nests stay within the arrays."""
    size = chance.choice((0, 1, 2, 5, 7, 8))

    def length() -> int:
        return chance.choice((size, size, size, size + 1, size + 2, max(0, size - 1), 9))

    def floats(*shape: int) -> Any:
        return np.arange(np.prod(shape), dtype=float).reshape(shape) * 0.25

    n = chance.choice((size, size, size, size - 1, size + 1, -size, *_LARGE)) if chance.random() < 0.15 else size
    matrix = floats(length(), length())
    if chance.random() < 0.3:
        matrix = matrix[::-1]
    k = chance.choice((0, 1, 1, 2, -1, 3, size, 2**61))
    small = np.arange(length()).astype(chance.choice((np.uint8, np.int8, np.int32)))
    return floats(length()), floats(length()), matrix, np.arange(length()), small, n, k
