"""Ordinary functions for the test of the front end: every statement and expression form that it takes.

`PROGRAMS` lists them with rows of arguments. Where order matters, a `Logged` value writes down everything that is done
with it; a row is a function that makes the arguments anew for each run.
"""

# ruff: noqa
# (The programs are what users write, linted or not.)

from __future__ import annotations

PROGRAMS = []


def rows(*arguments):
    """Register a function with rows of arguments."""

    def register(function):
        PROGRAMS.append((function, [lambda log, row=row: row for row in arguments]))
        return function

    return register


def logged(*names):
    """Register a function that gets one logged value for each letter; lower case is false, upper case is true."""

    def register(function):
        makers = [lambda log, row=row: tuple(Logged(name, log) for name in row) for row in names]
        PROGRAMS.append((function, makers))
        return function

    return register


class Logged:
    """A value that logs whatever is done with it."""

    def __init__(self, name, log):
        self.__dict__.update(name=name, log=log)

    def __repr__(self):
        return self.name

    def do(self, text, result=None):
        self.log.append(text)
        return Logged(f"({text})" if result is None else result, self.log)

    def __bool__(self):
        self.log.append(f"bool {self.name}")
        return self.name[-1].isupper() or self.name.endswith("T)")

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self.do(f"{self.name}.{name}")

    def __setattr__(self, name, value):
        self.log.append(f"{self.name}.{name} = {value}")

    def __getitem__(self, index):
        return self.do(f"{self.name}[{index}]")

    def __setitem__(self, index, value):
        self.log.append(f"{self.name}[{index}] = {value}")

    def __delitem__(self, index):
        self.log.append(f"del {self.name}[{index}]")

    def __call__(self, *args, **kwargs):
        return self.do(f"{self.name}{args}{kwargs}")

    def __iter__(self):
        self.log.append(f"iter {self.name}")
        return iter([self.do(f"{self.name}:{k}") for k in range(3)])

    def __format__(self, spec):
        self.log.append(f"format {self.name} {spec}")
        return f"<{self.name}>"

    def __neg__(self):
        return self.do(f"-{self.name}")

    def __invert__(self):
        return self.do(f"~{self.name}")

    def __index__(self):
        self.log.append(f"index {self.name}")
        return 1

    def __contains__(self, item):
        self.log.append(f"{item} in {self.name}")
        return self.name.isupper()


def _operation(symbol):
    def method(self, other):
        self.log.append(f"{self.name} {symbol} {other}")
        # The truth of a comparison is that of its left side.
        return Logged(f"({self.name}{symbol}{other}){'T' if self.name.isupper() else 'f'}", self.log)

    return method


for _name, _symbol in {
    "add": "+", "sub": "-", "mul": "*", "truediv": "/", "floordiv": "//", "mod": "%", "pow": "**", "matmul": "@",
    "lshift": "<<", "rshift": ">>", "and": "&", "or": "|", "xor": "^",
}.items():  # fmt: skip
    setattr(Logged, f"__{_name}__", _operation(_symbol))
    setattr(Logged, f"__i{_name}__", _operation(_symbol + "="))
for _name, _symbol in {"eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}.items():
    setattr(Logged, f"__{_name}__", _operation(_symbol))
