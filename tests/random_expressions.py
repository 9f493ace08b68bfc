"""Random functions of expressions over whole arrays, and arguments for them: what fusion has to keep as it is."""

from __future__ import annotations

import linecache
import random
from collections.abc import Callable
from typing import Any, Final

import numpy as np

SIGNATURE: Final = "a, b, c, s, k"
"""Three arrays, a NumPy scalar or float, an int."""
_DTYPES: Final = ("bool", "int8", "uint8", "int32", "int64", "uint64", "float32", "float64", "float64", "complex128")
_BINARY: Final = (*"+-*/+-*/+-*", "<", ">=", "==", "!=", "&", "|", "^", "//", "%")
_UNARY: Final = ("-", "np.negative", "np.square", "np.sqrt", "np.floor", "np.sign", "np.conj", "np.isnan", "np.rint")
_TWO: Final = ("np.maximum", "np.minimum", "np.hypot", "np.logical_and", "np.copysign", "np.add", "np.fmax")


class Expressions:
    """Writes one function; `text` holds it."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.names = ["a", "b", "c"]
        self.shifted = chance.random() < 0.2
        self.lines = [f"def f({SIGNATURE}):"]
        for number in range(chance.choice((0, 0, 1, 2, 4))):
            self.statement(f"t{number}")
        results = [self.result() for _ in range(chance.choice((1, 1, 2)))]
        self.lines.append(f"    return {', '.join(results)}")

    @property
    def text(self) -> str:
        return "\n".join(self.lines) + "\n"

    def statement(self, name: str) -> None:
        """An assignment, mostly; a store, or something that reads or writes between two of them."""
        choose = self.chance.choice
        kind = self.chance.random()
        if kind < 0.5:
            self.lines.append(f"    {name} = {self.expression(2)}")
            self.names.append(name)
        elif kind < 0.65:
            self.lines.append(f"    {choose(self.names)} {choose('+-*')}= {self.expression(2)}")
        elif kind < 0.8:
            target = choose(("[...]", "[:]", "[1:]", "[:-1]", "[::2]", "[::-1]", "[0]", "[1:, :-1]"))
            self.lines.append(f"    {choose(self.names)}{target} = {self.expression(2)}")
        elif kind < 0.9:
            out = choose(self.names)
            self.lines.append(f"    {choose(_TWO)}({self.expression(1)}, {self.expression(1)}, out={out})")
        else:
            self.lines.append(f"    k += len({choose(self.names)})")

    def result(self) -> str:
        kind = self.chance.random()
        if kind < 0.6:
            return self.expression(3)
        inner = self.expression(3)
        axis = self.chance.choice(("", "", "", "axis=0", "axis=-1", "axis=0, keepdims=True"))
        name = self.chance.choice(("sum", "sum", "max", "min", "any", "all", "mean", "prod"))
        if self.chance.random() < 0.5:
            return f"np.{name}({inner}{', ' if axis else ''}{axis})"
        return f"({inner}).{name}({axis})"

    def expression(self, depth: int) -> str:
        choose = self.chance.choice
        if depth == 0 or self.chance.random() < 0.1:
            return self.leaf()
        kind = self.chance.random()
        if kind < 0.55:
            return f"({self.expression(depth - 1)} {choose(_BINARY)} {self.expression(depth - 1)})"
        if kind < 0.7:
            function = choose(_UNARY)
            return f"{function}({self.expression(depth - 1)})"
        if kind < 0.8:
            return f"{choose(_TWO)}({self.expression(depth - 1)}, {self.expression(depth - 1)})"
        if kind < 0.86:
            one, other = self.expression(depth - 1), self.expression(depth - 1)
            return f"np.where({self.expression(depth - 1)}, {one}, {other})"
        if kind < 0.9:
            return f"np.clip({self.expression(depth - 1)}, {choose(('-1', '0', '1.5', 's'))}, {choose(('3', 'k'))})"
        if kind < 0.95:
            return f"({self.expression(depth - 1)}).astype(np.{choose(('float32', 'float64', 'complex128'))})"
        return f"({self.expression(depth - 1)}) ** {choose(('2', '0.5', '-1'))}"

    def leaf(self) -> str:
        """An array, mostly; of some programs all are parts of the same length."""
        choose = self.chance.choice
        name = choose(self.names)
        if self.chance.random() < 0.15:
            return choose(("2", "1.5", "s", "k", "300", "True"))
        if self.shifted:
            return choose((f"{name}[1:]", f"{name}[:-1]"))
        if self.chance.random() < 0.9:
            return name
        return name + choose(("[::-1]", ".T", "[None]", "[..., None]", "[0]", "[1:]"))


def function_of(seed: int) -> tuple[Callable[..., Any], str]:
    """The function of a seed, and its text."""
    text = Expressions(random.Random(seed)).text
    filename = f"<expressions {seed}>"
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    space: dict[str, Any] = {"np": np}
    exec(compile(text, filename, "exec"), space)
    function: Callable[..., Any] = space["f"]
    return function, text


def arguments_of(seed: int) -> tuple[Any, ...]:
    """Arguments for the function of a seed: arrays of shapes that fit, mostly, some of them views of one array."""
    chance = random.Random(-1 - seed)
    numbers = np.random.default_rng(seed)
    lengths = chance.choice(((), (5,), (20,), (300,), (0,), (1,), (3, 4), (4, 4), (2, 1), (2, 3, 4), (17, 33)))
    common = chance.choice(_DTYPES)
    arrays: list[Any] = []
    for _ in range(3):
        dtype = np.dtype(common if chance.random() < 0.7 else chance.choice(_DTYPES))
        shape = tuple(1 if chance.random() < 0.1 else length for length in lengths)
        if chance.random() < 0.15:
            shape = shape[1:]
        if chance.random() < 0.03:
            shape = (*shape, 2)
        arrays.append(_laid_out(chance, _filled(numbers, shape, dtype)))
    if chance.random() < 0.2 and arrays[0].ndim and arrays[0].shape[0] > 1:
        base = _filled(numbers, (arrays[0].shape[0] + 1, *arrays[0].shape[1:]), np.dtype(common))
        arrays[0], arrays[1] = base[1:], base[:-1]
    scalar = chance.choice((1.5, -0.0, 2.0, np.float32(0.5), np.int8(3), float("nan")))
    return (*arrays, scalar, chance.choice((0, 3, -1, 200)))


def _filled(numbers: np.random.Generator, shape: tuple[int, ...], dtype: np.dtype[Any]) -> np.ndarray[Any, Any]:
    if dtype.kind in "biu":
        return numbers.integers(0, 100, shape).astype(dtype)
    made = numbers.normal(0, 3, shape)
    rare = numbers.random(shape)
    made = np.where(rare < 0.02, np.nan, np.where(rare < 0.04, np.inf, np.where(rare < 0.1, -0.0, made)))
    return np.asarray(made + 1j * numbers.normal(0, 2, shape) if dtype.kind == "c" else made).astype(dtype)


def _laid_out(chance: random.Random, made: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    layout = chance.choice(("C", "C", "C", "C", "F", "gaps", "reversed", "transposed", "readonly"))
    if layout == "F":
        return np.asfortranarray(made)
    if layout == "gaps" and made.ndim:
        room = np.zeros((*made.shape[:-1], 2 * made.shape[-1]), made.dtype)
        room[..., ::2] = made
        return room[..., ::2]
    if layout == "reversed" and made.ndim:
        return np.ascontiguousarray(made[::-1])[::-1]
    if layout == "transposed" and made.ndim > 1:
        return np.ascontiguousarray(made.swapaxes(0, -1)).swapaxes(0, -1)
    if layout == "readonly":
        made.flags.writeable = False
    return made
