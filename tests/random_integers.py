"""Random programs of Python ints: numbers near the borders of machine types, masks, shifts, divisions, loops."""

from __future__ import annotations

import random

BORDERS = (0, 1, 2, 3, 7, 10, 31, 63, 64, 2**15, 2**31 - 1, 2**31, 2**32, 2**53, 2**61 - 1, 2**62, 2**63 - 1, 2**63)
_BINARY = ("+", "-", "*", "//", "%", "&", "|", "^")
_COMPARE = ("<", "<=", ">", ">=", "==", "!=")
_NAMES = ("x", "y", "z", "i")


def border(chance: random.Random) -> int:
    """A number that fits in 64 bits, mostly near one of the borders."""
    number = chance.choice(BORDERS) + chance.randint(-2, 2)
    if chance.random() < 0.3:
        number = chance.randint(-20, 20)
    if chance.random() < 0.4:
        number = -number
    return max(-(2**63), min(number, 2**63 - 1))


class IntegerProgram:
    """The text of a function ``f(x, y, z, a)`` of three ints and an array of integers."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.depth = 0
        self.loops = 0
        lines = ["def f(x, y, z, a):", "    i = 0"]
        for _ in range(chance.randint(1, 4)):
            lines += self.statement("    ")
        lines.append("    return x, y, z, i")
        self.text = "\n".join(lines) + "\n"

    def statement(self, indent: str) -> list[str]:
        """A statement, maybe with others in it."""
        kind = self.chance.random()
        if kind < 0.15 and self.depth < 2:
            return self.block(indent, f"if {self.condition()}:")
        if kind < 0.35 and self.depth < 2 and self.loops < 2:
            return self.loop(indent)
        name = self.chance.choice(_NAMES[:3])
        if kind < 0.6:
            return [f"{indent}{name} {self.chance.choice(('+', '-', '^', '&', '|'))}= {self.expression(2)}"]
        return [f"{indent}{name} = {self.expression(3)}"]

    def block(self, indent: str, head: str) -> list[str]:
        self.depth += 1
        body = [line for _ in range(self.chance.randint(1, 2)) for line in self.statement(indent + "    ")]
        self.depth -= 1
        return [indent + head, *body]

    def loop(self, indent: str) -> list[str]:
        self.loops += 1
        kind = self.chance.random()
        if kind < 0.4:
            ends = self.chance.choice(("6", "2, 7", "5, -1, -1", "len(a)", "0, 9, 3", "y & 7"))
            lines = self.block(indent, f"for i in range({ends}):")
        elif kind < 0.6:
            lines = self.block(indent, "for i in a:")
            lines.insert(1, f"{indent}    i = int(i)")
        else:
            counter = f"k{self.loops}"
            lines = [f"{indent}{counter} = 0"]
            lines += self.block(indent, f"while {counter} < 8 and {self.condition()}:")
            lines.append(f"{indent}    {counter} += 1")
        self.loops -= 1
        return lines

    def condition(self) -> str:
        return f"{self.expression(1)} {self.chance.choice(_COMPARE)} {self.expression(1)}"

    def expression(self, depth: int) -> str:
        chance = self.chance
        kind = chance.random()
        if depth == 0 or kind < 0.15:
            return chance.choice((*_NAMES, str(border(chance)), str(chance.choice(BORDERS[:-1]))))
        left, right = self.expression(depth - 1), self.expression(depth - 1)
        if kind < 0.6:
            return f"({left} {chance.choice(_BINARY)} {right})"
        if kind < 0.72:
            return f"({left} & {self.mask()})"
        if kind < 0.8:
            return f"({left} {chance.choice(('<<', '>>'))} {self.count()})"
        if kind < 0.88:
            divisor = chance.choice((1, 2, 3, 8, 10, 1000003, 2**31, -1, -4, -7))
            return f"({left} {chance.choice(('//', '%'))} {divisor})"
        if kind < 0.94:
            return f"{chance.choice(('min', 'max'))}({left}, {right})"
        if kind < 0.97:
            return f"abs({left})"
        return f"({left} if {self.condition()} else {right})"

    def mask(self) -> str:
        return self.chance.choice(("1", "7", "0xff", "0xffffffff", "0x7fffffffffffffff", "-2", "(y & 255)", "-256"))

    def count(self) -> str:
        return self.chance.choice(("1", "2", "13", "31", "32", "62", "63", "(z & 15)", "(x & 63)", "(y & 127)"))


def random_ints(chance: random.Random) -> tuple[int, int, int]:
    """Three arguments: near borders, or small."""
    if chance.random() < 0.4:
        return chance.randint(0, 100), chance.randint(-100, 100), chance.randint(1, 1000)
    return border(chance), border(chance), border(chance)
