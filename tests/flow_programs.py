"""Random programs about where arrays go: through helpers, lists, tuples, None, branches and loops that are left early.

Unlike in `tests.programs` nothing keeps a program from failing: shapes need not fit, indices may miss, arguments may
be read-only, so errors come at any place, after any partial write. All that holds is what a variable is for: ``a`` to
``d`` are arrays, ``s`` and ``t`` numbers, ``p`` is a pair of arrays, ``l`` a list of them, ``o`` an array or None.
"""

from __future__ import annotations

import re
from typing import Any, Final

import numpy as np

from tests.programs.choice import Choice

HELPERS: Final = '''\
import numpy as np

from minijit import jit

TABLE = np.arange(4.0)
LIMIT = 3
CHANGING = np.arange(4)


def fill(x, value=1, *, start=0):
    for i in range(start, len(x)):
        x[i] = value
    return x


def first_half(x):
    return x[: len(x) // 2 + 1]


def total(*parts, scale=1):
    s = 0
    for part in parts:
        s = s + part.sum() * scale
    return s


def pick(x, y, which="x"):
    if which == "x":
        return x
    elif which == "y":
        return y
    return x if len(x) > len(y) else y.copy()


def maybe(x, n):
    if n > LIMIT:
        return None
    return x + TABLE[n]


def descend(x, n):
    if n <= 0 or len(x) < 2:
        return x
    if n == 5:
        raise ValueError(f"level {n}")
    return descend(x[1:], n - 1)


@jit
def both(x, y):
    return y, x


def spread(x, k):
    out = [x]
    for i in range(k):
        out.append(x * i)
    return out
'''

FORMS: Final = {
    "first": "{ab}; {ab}.copy(); {ab} + 1; {ab}[::-1]; np.zeros_like({ab}); {ab} * {ab}",
    "pair": "(a, b); c, d; (b, a[::-1]); both(c, a)",
    "list": "[a, b]; [c]; [a, c, d]; spread(a, 2); [x + 1 for x in p]",
    "option": "None; a; maybe(b, 2); a if s > 1 else None",
    "array": """\
({x} {op} {a}); ({x} {op} {n}); {a}[{slice}]; {x}.copy(); np.where({a} > {s}, {x}, {a}); np.maximum({a}, {x}); {a}.T
p[0]; p[1]; p[-1]; l[0]; l[-1]; l[t % len(l)]; l[t]; (a if o is None else o); o; TABLE; CHANGING; first_half({x})
pick({a}, {x}, mode); pick({a}, {x}, which='y'); fill({a}, {n}); fill({x}, start={small}); descend({x}, {small})
{a}[{a} > {s}]; {a}.astype({dtype}); np.cumsum({x}); -{a}; {a}.reshape(-1); np.concatenate(({a}, {x}))[:8]; {a}.ravel()
({a} // {n}); both({a}, {x})[0]; np.asarray({n}) + {a}; abs({x}); np.minimum(*both({a}, {x})); {a}[0]
np.full(4, {n})""",
    "number": """\
{a}[0]; {a}[-1]; {a}[t]; {a}.sum(); len({a}); {a}.size; {a}.max(); len(l); {a}.ndim; len({a}.shape); {m}; {m}
({m} + {m}); ({m} - {m}); ({m} % 7); ({m} // {m}); ({m} / {m}); min({m}, {m}); ({m} if {c} else {m}); round({m})
total(a, b); total(*p); total(*p, scale=2); total(); ({m} * 3 % 1000); int({m}); np.float32({m}); np.int8({m})
float({a}[1]); {a}.item(0); {a}.mean(); abs({m}); -{m}; divmod({m}, {m})[1]; bool({m}); np.sum({a} > {m})""",
    "condition": """\
s > {m}; t < {m}; len({a}) > {small}; o is None; o is not None; mode == 'x'; ({a} > {m}).any(); {a}[0] == {m}; s
mode in ('x', 'z'); {a}.ndim == 1; {a} is {a}; not l; t % 2 == 0; s > 1 and t < 4; {a} is o or s == 2; {a}.all()
0 < s <= {m}; not (s or t); {a} is p[0]; isinstance(s, int); {a}.dtype == np.float64; len({a}) == len({a})""",
    "statement": """\
{a} = {x}; {a} = {x}; {a} = {x}; {s} = {n}; {s} = {n}; {a}[{index}] {op?}= {n}; {a}[{index}] {op?}= {n}; {a} {op2}= {n}
{a}[{index}] {op?}= {x}; {a} {op2}= {x}; {s} {op1}= {n}; fill({x}, {n}); {a}.fill({n}); np.add({a}, {n}, out={a})
c, d = both({a}, {x}); a, b = b, {a}; s, t = t, {n}; a = b = {a}; p = both(*p); l = spread({a}, 2); {a}.sort()
p = {x}, {x}; p = p[1], p[0]; c, d = p; p = (p[0], {x}); d, p = p[0], (c, {x}); l = [{x}, {x}]; l.append({x})
l[0] = {x}; c = l.pop(); l = l[::-1]; l = [{x}] * 2; l += [a]; t = sum([x.sum() for x in l]); l.reverse()
l = [x + {m} for x in l if len(x) > 1]; d = np.concatenate(l)[:8]; l.insert(1, {a}); {a} = np.stack(l)[0]; l = list(p)
l = l + [b]; c, *l = l; t = max(len(x) for x in l); p = tuple(l)[:2]; o = {a} if {c} else None; o = maybe({a}, t)
{a} = o; o = None; o = {x}; {a}[1:] {op?}= {a}[:-1]; print({m}); {a}[{small}], {a}[{small}] = {a}[{small}], t; pass
(lambda q: fill(q, t))({a}); np.copyto({a}, {x}); {a} = sorted(l, key=len)[0]; s = -1 if o is None else len(o)""",
    "guarded": """\
{a} = o + {a}; o[0] = t; o += 1; t = o.sum(); o = None; {a} = o; l.append(o)""",
    "counted": "3; len(a); 2; 1, 4; len(l); 3, 0, -1; t; len(b) - 1",
    "turn": "{a}[{i}] = t + {i}; t = {a}[{i}]; s = s + {i}; {a}[{i}] += {a}[{i} - 1]; c = l[{i}]; pass; t += {i}",
    "items": "x in l; x in p; x in a; n, x in enumerate(l); x, y in zip(p, l); x, y in zip(a, b); x in reversed(p)",
    "item": "{a} = x + {a}; t = np.sum(x); s = len(l); {a} = x * 2 + {a}; {a} = x",
    "leave": "break; continue; return a, t; return p; return o; continue; break",
    "failure": """\
raise ValueError('bad'); raise IndexError(t); raise KeyError('k', 1); assert t < 0, 'low'; raise ValueError(f'{t}')""",
    "early": "None; a; c, t; l; p; s; [c, d]; (o, a[1:]); a.sum(), c",
    "result": "a, b, c, d, s, t; c, s, t; p, s, o; l, t; o, c; a, p, l, o",
    "index": "0; -1; t; 1:; ::2; ...; s; :2; ::-1; {a} > 1; [0, 1]; t:",
    "slice": "1:; :-1; ::2; ::-1; 2:4; ...; s:; :0; t:s",
    "dtype": "np.float32; np.int8; np.int64; np.complex128; np.bool_; np.uint16; np.float64; a.dtype",
    "leaf": "s; t; 1; 2; 0.5; -1; 3; len(a); LIMIT; 0",
    "small": "0; 1; 3; 5; 7",
    "a": "a; b; c; d",
    "ab": "a; b",
    "s": "s; t",
    "op": "+; -; *",
    "op?": "; ; +; *; -",
    "op1": "+; -; %; //",
    "op2": "+; -; *; //; /; %",
}
TABLES: Final = {name: [one.strip() for one in re.split(r";|\n", text)] for name, text in FORMS.items()}


class FlowProgram:
    """Writes the source of one program: helpers, and ``entry(a, b, s, mode="x")``."""

    def __init__(self, choice: Choice) -> None:
        self.choice = choice
        self.lines: list[str] = []
        self.loops = self.counters = 0
        self.emit(0, "def entry(a, b, s, mode='x'):")
        firsts = [f"{name} = {self.form('first')}" for name in "cd"]
        for line in (*firsts, "t = 1", *(f"{kind[0]} = {self.form(kind)}" for kind in ("pair", "list", "option"))):
            unsure = self.choice.chance(1)
            if unsure:
                self.emit(1, f"if {self.form('condition', 0)}:")
            self.emit(1 + unsure, line)
        self.block(1, choice.number(2, 5), 2)
        self.emit(1, f"return {self.form('result')}")
        self.source = HELPERS + "\n\n" + "\n".join(self.lines) + "\n"

    def emit(self, indent: int, line: str) -> None:
        self.lines.append("    " * indent + line)

    def form(self, kind: str, depth: int = 1, **named: str) -> str:
        """One of the forms of a kind, with all its places filled in."""
        form = self.choice.pick(TABLES[kind])
        return re.sub(r"\{([a-z0-9?]+)\}", lambda place: named.get(place[1]) or self.place(place[1], depth), form)

    def place(self, name: str, depth: int) -> str:
        """What stands at a place: an array, a number, a condition, or what the table of that name has."""
        if name == "x":
            return self.form("array", depth - 1) if depth > 0 and self.choice.chance(80) else self.form("a")
        if name in ("n", "m"):
            return self.form("number", depth - 1) if depth > (name == "m") else self.form("leaf")
        return self.form("condition", 0) if name == "c" else self.form(name, depth)

    def block(self, indent: int, count: int, depth: int) -> None:
        for _ in range(count):
            way = self.choice.number(0, 13 if depth else 7)
            if way == 0 and self.loops:
                self.guarded(indent, self.form("leave"))
            elif way == 1 and self.choice.chance(30):
                self.guarded(indent, self.form("failure", t="{t}"))
            elif way == 2 and self.choice.chance(30):
                self.guarded(indent, f"return {self.form('early')}")
            elif way == 3:
                self.guarded(indent, self.form("guarded"), "o is not None")
            elif way > 9:
                self.branch(indent, depth) if way > 11 else self.loop(indent, depth)
            else:
                self.emit(indent, self.form("statement", 2))

    def guarded(self, indent: int, line: str, condition: str = "") -> None:
        self.emit(indent, f"if {condition or self.form('condition')}:")
        if self.choice.chance(30):
            self.emit(indent + 1, self.form("statement"))
        self.emit(indent + 1, line)

    def branch(self, indent: int, depth: int) -> None:
        for head, chance in (("if {}:", 100), ("elif {}:", 30), ("else:", 50)):
            if not self.choice.chance(chance):
                continue
            self.emit(indent, head.format(self.form("condition")))
            self.block(indent + 1, self.choice.number(1, 2), depth - 1)

    def loop(self, indent: int, depth: int) -> None:
        way, first = self.choice.number(0, 2), "pass"
        if way == 0:
            first = self.form("turn", i=f"i{self.loops}")
            self.emit(indent, f"for i{self.loops} in range({self.form('counted')}):")
            self.emit(indent + 1, f"if i{self.loops} > 5: break")
        elif way == 1:
            first = self.form("item")
            self.emit(indent, f"for {self.form('items')}:")
            self.emit(indent + 1, "if len(l) > 9: break")  # it may grow in the loop
        else:
            self.counters += 1
            counter = f"k{self.counters}"
            self.emit(indent, f"{counter} = 0")
            self.emit(indent, f"while {self.form('condition')} and {counter} < 4:")
            self.emit(indent + 1, f"{counter} += 1")
        self.emit(indent + 1, first)
        self.loops += 1
        self.block(indent + 1, self.choice.number(1, 3), depth - 1)
        self.loops -= 1
        if self.choice.chance(30):
            self.emit(indent, "else:")
            self.block(indent + 1, 1, depth - 1)


def flow_arguments(choice: Choice) -> tuple[Any, ...]:
    """Two arrays (that may be one, overlap, be read-only, empty or 0-d), a number, and now and then a string."""
    dtype = choice.pick(("float64", "float64", "int64", "int32", "float32", "uint8", "complex128", "bool"))
    shape = choice.pick(((4,), (4,), (4,), (5,), (1,), (0,), (3, 4), (2, 2), ()))
    first = _array(choice, dtype, shape)
    way = choice.number(0, 7)
    if way == 0 or not first.ndim:
        second = first
    elif way == 1:
        second = first[choice.pick((slice(1, None), slice(None, None, -1), slice(None, -1), slice(None, None, 2)))]
    else:
        other = choice.pick((dtype, dtype, "float64", "int64", "int8", "float32"))
        second = _array(choice, other, choice.pick((shape, shape, shape, (4,), (1,), (2, 4))))
    if choice.chance(8):
        first.flags.writeable = False
    number = choice.pick((1, 2, 0, 3, -1, 2.5, 4, True, np.int64(2), np.float32(0.5), np.uint8(3), 2**40, float("nan")))
    return first, second, number, *((choice.pick(("x", "y", "z")),) if choice.chance(60) else ())


def _array(choice: Choice, dtype: str, shape: tuple[int, ...]) -> np.ndarray[Any, Any]:
    size = int(np.prod(shape))
    values = np.array([choice.number(-3, 6) for _ in range(size)])
    array: np.ndarray[Any, Any] = (values % 2 > 0 if dtype == "bool" else values.astype(dtype)).reshape(shape)
    if dtype.startswith("f") and size and choice.chance(20):
        array.flat[0] = choice.pick((np.nan, np.inf, -0.0))
    if choice.chance(20) and array.ndim:
        wide = np.zeros((2 * shape[0], *shape[1:]), array.dtype)
        wide[::2] = array
        return wide[::2]
    return np.asfortranarray(array) if choice.chance(10) and array.ndim else array
