"""Random loops with checks of values in each turn, and arrays that may overlap, with a value somewhere that fails."""

from __future__ import annotations

import random
from typing import Any, Final

import numpy as np

SIGNATURE: Final = "a, b, c, p, q, o, x, n"
"""Three float arrays, two of ints, one of small ints, a float and an int."""
_FLOATS: Final = ("float(a[i])", "float(b[i])", "float(c[i])", "x", "float(a[i + 1])", "float(b[n - 1 - i])", "i")
_INTS: Final = ("int(p[i])", "int(q[i])", "i", "n", "int(p[i + 1])", "int(o[i])")


class CheckedLoops:
    """Writes one function; `text` holds it."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.lines = ["import math", "import numpy as np", f"def f({SIGNATURE}):", "    s = 0.0", "    t = 0"]
        depth = 1
        if chance.random() < 0.3:
            self.lines.append("    for k in range(3):")
            depth = 2
        for _ in range(chance.choice((1, 1, 2))):
            self.loop(depth)
        self.lines.append("    return s, t")

    @property
    def text(self) -> str:
        return "\n".join(self.lines) + "\n"

    def add(self, depth: int, line: str) -> None:
        self.lines.append("    " * depth + line)

    def loop(self, depth: int) -> None:
        bounds = ("range(n)", "range(n)", "range(1, n - 1)", "range(0, n - 1, 2)", "range(n - 2, -1, -1)")
        self.add(depth, f"for i in {self.chance.choice(bounds)}:")
        for _ in range(self.chance.randint(1, 3)):
            self.statement(depth + 1)

    def statement(self, depth: int) -> None:
        kind = self.chance.random()
        if kind < 0.2:
            condition = f"{self.chance.choice('abc')}[i] {self.chance.choice(('>', '!=', '<'))} 0.5"
            self.add(depth, f"if {condition}:")
            self.assignment(depth + 1)
            if self.chance.random() < 0.3:
                self.add(depth, "else:")
                self.assignment(depth + 1)
        else:
            self.assignment(depth)

    def assignment(self, depth: int) -> None:
        place = self.chance.choice(("i", "i", "i", "i + 1", "n - 1 - i"))
        kind = self.chance.random()
        if kind < 0.5:
            self.add(depth, f"{self.chance.choice('abc')}[{place}] = {self.real()}")
        elif kind < 0.65:
            self.add(depth, f"s += {self.real()}")
        elif kind < 0.8:
            self.add(depth, f"{self.chance.choice('pq')}[{place}] = {self.whole()}")
        elif kind < 0.9:
            self.add(depth, f"o[{place}] = {self.whole()}")
        else:
            self.add(depth, f"t += {self.whole()} % 7")

    def real(self) -> str:
        one, other = self.chance.choice(_FLOATS), self.chance.choice(_FLOATS)
        form = self.chance.choice(
            (
                "{0} / {1}",
                "{0} / ({1} * {1} + x)",
                "1.0 / {0} - {1}",
                "math.sqrt({0})",
                "math.sqrt({0} * {0} + {1})",
                "{0} / {1} / ({0} + 1.0)",
                "math.floor({0}) / {1}",
            )
        )
        return form.format(one, other)

    def whole(self) -> str:
        one, other, real = self.chance.choice(_INTS), self.chance.choice(_INTS), self.chance.choice(_FLOATS)
        form = self.chance.choice(
            ("{0} + {1}", "{0} - {1}", "{0} * {1}", "{0} * 3 + 1", "int({2})", "int({2} * 10.0) // 4", "{0} & 255")
        )
        return form.format(one, other, real)


def random_arguments(chance: random.Random) -> tuple[Any, ...]:
    """Arguments of one call: floats that do not fail, but for a few; arrays of their own, or parts of one."""
    n = chance.choice((0, 1, 5, 17, 100, 511, 512, 513, 1100))
    draw = np.random.default_rng(chance.randrange(2**32))
    if chance.random() < 0.4:
        whole = draw.random(2 * n + 8) + 0.25
        starts = [chance.choice((0, 0, 1, 2, n)) for _ in range(3)]
        floats = [whole[start : start + n + 1] for start in starts]
    else:
        floats = [draw.random(n + 1) + 0.25 for _ in range(3)]
    if chance.random() < 0.2:
        floats[2] = (draw.random(2 * n + 2) + 0.25)[::2]
    if chance.random() < 0.2:
        floats[1] = floats[1][::-1]
    large = chance.choice((100, 100, 2**31, 2**40, 2**62))
    ints = [draw.integers(-large, large, n + 1) for _ in range(2)]
    if chance.random() < 0.3:
        ints[1] = ints[0]
    small = draw.integers(-100, 100, n + 1).astype(chance.choice((np.int8, np.int16, np.int32, np.uint8)))
    if n and chance.random() < 0.6:
        place = chance.randrange(n)
        chance.choice(floats)[place] = chance.choice((0.0, -0.0, -1.0, np.nan, np.inf, 1e300, -1e19, 2.0**63))
    return *floats, *ints, small, chance.choice((0.5, 0.0, 3.0, -1.0)), n
