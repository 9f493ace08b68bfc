"""Random nests that sum up products of array elements, in all orders of loops, over arrays that may share memory."""

from __future__ import annotations

import random
from typing import Any, Final

import numpy as np

SIGNATURE: Final = "a, b, c, v, n, m, l"
"""Three matrices, a vector, three numbers of turns."""
_DTYPES: Final = (np.float64, np.float64, np.float64, np.float32, np.int64, np.int32, np.complex128)
_SIZES: Final = (0, 1, 2, 3, 8, 9, 13, 14, 16, 17, 20, 25)
_ENDS: Final = {"i": "n", "j": "m", "k": "l"}


class NestProgram:
    """Writes one function; `text` holds it."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.lines = ["import math", f"def f({SIGNATURE}):", "    total = 0.0", "    best = -1.0", "    arg = -1"]
        self.counters = [*"ijk"]
        chance.shuffle(self.counters)
        if chance.random() < 0.3:
            self.counters.pop()
        (self.perfect if chance.random() < 0.4 else self.summing)()
        self.lines.append("    return total, best, arg")

    @property
    def text(self) -> str:
        return "\n".join(self.lines) + "\n"

    def add(self, depth: int, *lines: str) -> None:
        self.lines += ["    " * depth + line for line in lines]

    def loop(self, depth: int) -> None:
        counter = self.counters[depth]
        end = _ENDS[counter]
        ranges = [f"range({end})"] * 16
        ranges += [f"range(1, {end})", f"range({end} - 1, -1, -1)", f"range({end} + 1)", f"range(0, {end}, 2)"]
        if depth:
            other = self.chance.choice(self.counters[:depth])
            ranges += [f"range({other} + 1)", f"range({other}, {end})"]
        self.add(depth + 1, f"for {counter} in {self.chance.choice(ranges)}:")

    def index(self) -> str:
        text = self.chance.choice(self.counters)
        return self.chance.choice((text,) * 12 + (f"{text} + 1", f"{text} - 1", "0", "-1", f"{text} // 2"))

    def item(self) -> str:
        usual = {"i", "j", "k"} <= set(self.counters) and self.chance.random() < 0.6
        if usual:
            return self.chance.choice(("a[i, k]", "b[k, j]", "a[k, i]", "b[j, k]", "c[i, j]"))
        if self.chance.random() < 0.2:
            return f"v[{self.index()}]"
        return f"{self.chance.choice('aabbc')}[{self.index()}, {self.index()}]"

    def target(self) -> str:
        if self.chance.random() < 0.5 and {"i", "j"} <= set(self.counters):
            return self.chance.choice(("c[i, j]", "c[i, j]", "c[j, i]"))
        return self.chance.choice((f"v[{self.index()}]", f"c[{self.index()}, {self.index()}]"))

    def term(self) -> str:
        one, other = self.item(), self.item()
        return self.chance.choice(
            (f"{one} * {other}", f"{one} * {other}", one, f"{one} + {other}", f"({one} - {other}) * 0.5", f"2 * {one}")
        )

    def perfect(self) -> None:
        for depth in range(len(self.counters)):
            self.loop(depth)
        inside = len(self.counters) + 1
        if self.chance.random() < 0.2:
            self.add(inside, f"if {self.item()} > 1:")
            inside += 1
        self.add(inside, f"{self.target()} {self.chance.choice(('+=', '+=', '+=', '-=', '='))} {self.term()}")
        if self.chance.random() < 0.2:
            self.add(inside, f"{self.target()} = {self.term()}")

    def summing(self) -> None:
        """A scalar for which the innermost loop makes a sum, or the innermost two."""
        outer = self.chance.randint(1, max(1, len(self.counters) - 1))
        for depth in range(outer):
            self.loop(depth)
        inside = outer + 1
        self.add(inside, f"s = {self.chance.choice(('0.0', '0.0', '0', '1.5', self.item()))}")
        if self.chance.random() < 0.3:
            self.add(inside, f"x = {self.item()}")
        else:
            self.add(inside, "x = 2.0")
        if self.chance.random() < 0.15:
            self.add(inside, f"{self.target()} = {self.chance.choice(('0.0', 's', 'x'))}")
        for depth in range(outer, len(self.counters)):
            self.loop(depth)
        inner = len(self.counters) + 1
        choice = self.chance.random()
        if choice < 0.15:
            self.add(inner, f"y = {self.term()}", "if y > 1.0:", "    s += y")
        elif choice < 0.25:
            self.add(inner, f"s = max(s, {self.term()})")
        else:
            self.add(inner, f"s {self.chance.choice(('+=', '+=', '-='))} {self.term()}")
        if self.chance.random() < 0.15:
            self.add(inner, "x += s")
        for _ in range(self.chance.choice((1, 1, 2))):
            self.add(inside, *self.chance.choice(self.ends()))

    def ends(self) -> tuple[tuple[str, ...], ...]:
        """What may be done with a finished sum."""
        counter = self.counters[0]
        return (
            (f"{self.target()} = s",),
            (f"{self.target()} = s",),
            (f"{self.target()} += s * x",),
            (f"{self.target()} = math.sqrt(s)",),
            ("total += s",),
            ("if s > best:", "    best = s", f"    arg = {counter}"),
        )


def random_nest_arguments(chance: random.Random) -> tuple[Any, ...]:
    """Mostly of fitting sizes; with some chance the result shares memory with an operand, or nearly does."""
    dtype = chance.choice(_DTYPES)
    n, m, l = (chance.choice(_SIZES) for _ in range(3))  # noqa: E741
    if chance.random() < 0.85:
        n = m = l
    generator = np.random.default_rng(chance.randrange(1 << 30))

    def matrix(rows: int, columns: int) -> Any:
        made = (generator.random((rows, columns)) * 4 - 1).astype(dtype)
        kind = chance.random()
        if kind < 0.12:
            return np.asfortranarray(made)
        if kind < 0.2:
            return np.repeat(np.repeat(made, 2, 0), 3, 1)[::2, ::3]
        return made[::-1] if kind < 0.25 else made

    a, b = matrix(n, l), matrix(l, m)
    c = matrix(max(n, m), max(n, m)) if chance.random() < 0.5 else matrix(n, m)
    v = matrix(1, max(n, m, l))[0]
    kind = chance.random()
    if kind < 0.1:
        c = chance.choice((a, b))
    elif kind < 0.3:
        # Two windows of one piece of memory, a few elements or rows apart.
        room = (generator.random((3 * (n + l) + 3) * max(n, m, l, 1) + 9) * 4 - 1).astype(dtype)
        apart = chance.choice((1, m, l, n * l, max(n * l - 1, 0), n * l + 1))
        a = room[: n * l].reshape(n, l)
        size = n * m
        if apart + size <= len(room):
            c = room[apart : apart + size].reshape(n, m)
    elif kind < 0.4:
        v = c[chance.randrange(len(c))] if len(c) else v
    return a, b, c, v, n, m, l
