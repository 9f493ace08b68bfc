"""Random ``while`` loops over arrays: counters that go up and down, two pointers, searches, early ways out.

They end, or leave with an error, in most cases; the test gives up on those that don't.
"""

from __future__ import annotations

from typing import Final

from tests.random_loops import LoopProgram, statements

_STARTS: Final = ("0", "0", "0", "1", "-1", "k", "n - 1", "len(v) - 1")
_ENDS: Final = ("n", "n", "len(v)", "len(w)", "n - 1", "m.shape[0]", "k", "n + 1")


class WhileProgram(LoopProgram):
    """A nest of which the loops are mostly ``while`` loops."""

    def loop(self, depth: int, counters: list[str]) -> None:
        pick = self.chance.choice
        kind = self.chance.random()
        if kind < 0.35 and counters:
            super().loop(depth, counters)
        elif kind < 0.55:
            self.counting(depth, counters)
        elif kind < 0.75:
            self.two_pointers(depth, counters)
        elif kind < 0.85:
            self.searching(depth, counters)
        else:
            name = self.started(depth, counters, pick(_STARTS))
            self.add(depth, "while True:")
            self.add(depth + 1, f"if {name} {pick(('>=', '==', '>'))} {pick(_ENDS)}:")
            self.add(depth + 2, pick(("break", "break", "return s, t, c")))
            self.body(depth, [*counters, name])
            self.add(depth + 1, f"{name} += {pick('1112')}")

    def started(self, depth: int, counters: list[str], start: str) -> str:
        name = "ijlq"[len(counters)]
        self.add(depth, f"{name} = {start}")
        return name

    def body(self, depth: int, counters: list[str]) -> None:
        for _ in range(self.chance.randint(1, 3)):
            self.statement(depth + 1, counters)

    def counting(self, depth: int, counters: list[str]) -> None:
        """Up or down, with the step at the start or at the end, or skipped by ``continue``."""
        pick = self.chance.choice
        down = self.chance.random() < 0.35
        name = self.started(depth, counters, pick(("n - 1", "len(v) - 1", "n")) if down else pick(_STARTS))
        inner = [*counters, name]
        test = f"{name} >= {pick('0001')}" if down else f"{name} {pick(('<', '<', '<='))} {pick(_ENDS)}"
        if self.chance.random() < 0.3:
            test += pick((f" and v[{name}] >= 0", f" and w[{name}] < 9.0", " and t < 1e6", f" and {name} < len(w)"))
        self.add(depth, f"while {test}:")
        step = f"{name} {'-' if down else '+'}= {pick('11123k')}"
        first = self.chance.random() < 0.25
        if first:
            self.add(depth + 1, step)
        if self.chance.random() < 0.2:
            self.add(depth + 1, f"if {self.expression(inner)} > {pick('036')}:")
            if not first:
                self.add(depth + 2, step)
            self.add(depth + 2, "continue")
        self.body(depth, inner)
        if self.chance.random() < 0.2:
            self.add(depth + 1, f"if {self.expression(inner)} > 5:")
            self.add(depth + 2, pick(("break", "return s, t, c")))
        if not first:
            self.add(depth + 1, step)

    def two_pointers(self, depth: int, counters: list[str]) -> None:
        """Two variables that move by turns, towards each other or side by side."""
        pick = self.chance.choice
        towards = self.chance.random() < 0.5
        self.add(depth, f"x = {pick(('0', '0', '1', 'k'))}")
        self.add(depth, f"y = {pick(('n - 1', 'len(v) - 1', 'len(v)')) if towards else pick(('0', '0', 'k'))}")
        self.add(depth, f"while {pick(('x < y', 'x <= y')) if towards else f'x < {pick(_ENDS)} and y < len(w)'}:")
        self.add(depth + 1, f"if {pick(('v[x] < w[y]', 'v[x] <= v[y]', 'b[x] > 2', 't < v[x]'))}:")
        self.add(depth + 2, pick(("v[c] = w[y]", "t += v[x]", "v[x] = t", "w[x + y] = 1.0")))
        self.add(depth + 2, pick(("x += 1", "x += 1", "x = x + 2")))
        self.add(depth + 1, "else:")
        self.add(depth + 2, pick(("w[c] = t", "t += w[y]", "v[y] = v[x]", "c += 1")))
        self.add(depth + 2, f"y {'-' if towards else '+'}= 1")
        if self.chance.random() < 0.5:
            self.add(depth + 1, pick(("c += 1", "v[c] = t", "s += x - y")))

    def searching(self, depth: int, counters: list[str]) -> None:
        """Halving an interval."""
        pick = self.chance.choice
        self.add(depth, f"x = {pick(('0', '0', '-1', 'k'))}")
        self.add(depth, f"y = {pick(('len(v)', 'n', 'len(v) - 1'))}")
        self.add(depth, f"while x {pick(('<', '<', '<='))} y:")
        self.add(depth + 1, f"z = {pick(('(x + y) // 2', 'x + (y - x) // 2', '(x + y) >> 1'))}")
        self.add(depth + 1, f"if v[z] < {pick(('t', '1.0', 'k', 'w[z]'))}:")
        self.add(depth + 2, pick(("x = z + 1", "x = z + 1", "x = z")))
        self.add(depth + 1, "else:")
        self.add(depth + 2, pick(("y = z", "y = z", "y = z - 1")))
        possible = statements("x", *(self.expression(counters) for _ in range(2)))
        self.add(depth, pick([text for text in possible if counters or "i *" not in text]))
