"""Random programs: a module's source with helpers and an entry function, and arguments for it."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from tests.programs.choice import Choice
from tests.programs.expressions import Expressions
from tests.programs.scope import DTYPES, SCALARS, ArrayOf, Kind, Number, Rank, Scope, TupleOf, rank_of
from tests.programs.statements import Statements

_NUMBERS = itertools.count()

INTS = (0, 1, -1, 2, 3, 5, -4, 7, 100, -128, 255, 2**31, 2**53 + 1, 2**62, 2**63 - 1, -(2**63))
FLOATS = (0.0, 1.0, 0.5, -0.0, -1.5, 2.5, 3.0, 1e-3, 1e16, -1e300, math.inf, -math.inf, math.nan, 5e-324)


class Program(NamedTuple):
    """The source of a module, the name of its entry function, and rows of arguments."""

    source: str
    entry: str
    rows: tuple[tuple[Any, ...], ...]


def make_program(choice: Choice, rows: int = 2) -> Program:
    """A random program with a few rows of arguments."""
    functions: list[list[str]] = []
    helpers: dict[str, tuple[int, Rank]] = {}
    for number in range(choice.pick((0, 0, 1, 2))):
        name = f"helper{number}"
        names = ["a", "b"][: choice.number(1, 2)]
        functions.append(_helper(choice, name, names))
        helpers[name] = (len(names), "complex")
    types = [_parameter(choice) for _ in range(choice.number(1, 4))]
    parameters = {f"{_letter(kind)}{number}": kind for number, (_, kind) in enumerate(types)}
    scope = Scope(parameters)
    body = Statements(choice, Expressions(choice, helpers)).body(scope)
    functions.append([f"def entry({', '.join(parameters)}):", *body])
    source = "import math\n\nimport numpy as np\n\n\n" + "\n\n\n".join("\n".join(lines) for lines in functions) + "\n"
    return Program(source, "entry", tuple(_row(choice, [one for one, _ in types]) for _ in range(rows)))


def _helper(choice: Choice, name: str, parameters: Sequence[str]) -> list[str]:
    expressions = Expressions(choice, {})
    scope = Scope({one: Number("real") for one in parameters})
    scope.loops = 1  # it may be called from one, so no products of variables
    lines = [f"def {name}({', '.join(parameters)}):"]
    if choice.chance(50):
        lines.append(f"    if {expressions.condition(scope)}:")
        lines.append(f"        return {expressions.number(scope, 1)[0]}")
    return [*lines, f"    return {expressions.number(scope, 2)[0]}"]


def _letter(kind: Kind) -> str:
    if isinstance(kind, ArrayOf):
        return "m" if kind.ndim > 1 else "a"
    return "p" if isinstance(kind, TupleOf) else "n"


def _parameter(choice: Choice) -> tuple[str, Kind]:
    """The type of a parameter: ``int``, ``np.float32``, ``float64[1C]`` ..., and what the generator knows of it."""
    way = choice.number(0, 11)
    if way == 10:
        ranks_of_items: tuple[Rank, ...] = choice.pick((("int", "real"), ("bool", "int", "int"), ("real",)))
        return f"({', '.join(ranks_of_items)})", TupleOf(ranks_of_items)
    if way == 11:
        dtype = choice.pick(DTYPES)
        return f"{dtype}[0C]", Number(rank_of(dtype))
    if way <= 3:
        name = choice.pick(SCALARS)
        ranks: dict[str, Rank] = {"bool": "bool", "int": "int", "float": "real", "complex": "complex"}
        return name, Number(ranks[name])
    dtype = choice.pick(DTYPES)
    if way <= 5:
        return f"np.{dtype}", Number(rank_of(dtype))
    ndim = choice.pick((1, 1, 2))
    return f"{dtype}[{ndim}{choice.pick(('C', 'C', 'F', 'A', 'R'))}]", ArrayOf(dtype, ndim)


def _row(choice: Choice, kinds: Sequence[str]) -> tuple[Any, ...]:
    """Values for all parameters; now and then two arrays are one, or share a part of their memory."""
    values = [argument(choice, one) for one in kinds]
    for place, kind in enumerate(kinds):
        earlier = [number for number in range(place) if kinds[number] == kind and "[" in kind]
        if not earlier or not choice.chance(30):
            continue
        one = values[earlier[-1]]
        whole = not one.ndim or kind.endswith("F]")
        values[place] = one if whole else choice.pick((one, one[::-1], one[1:], one[:-1]))
    return tuple(values)


def argument(choice: Choice, kind: str) -> Any:
    """A value for a parameter."""
    if kind == "int":
        return choice.pick(INTS)
    if kind == "float":
        return choice.pick(FLOATS)
    if kind == "bool":
        return choice.chance(50)
    if kind == "complex":
        return complex(choice.pick(FLOATS), choice.pick(FLOATS))
    if kind.startswith("np."):
        return _element(choice, np.dtype(kind[3:]))
    if kind.startswith("("):
        makers: dict[str, Callable[[], Any]] = {
            "int": lambda: choice.pick(INTS),
            "real": lambda: choice.pick(FLOATS),
            "bool": lambda: choice.chance(50),
        }
        return tuple(makers[one]() for one in kind.strip("()").split(", "))
    dtype, _, layout = kind.partition("[")
    return _array(choice, np.dtype(dtype), int(layout[0]), layout[1])


def _element(choice: Choice, dtype: np.dtype[Any]) -> Any:
    if dtype.kind == "b":
        return np.bool_(choice.chance(50))
    if dtype.kind in "iu":
        limits = np.iinfo(dtype)
        options = [
            n
            for n in (1, 0, 2, 3, -1, 5, int(limits.max), int(limits.min), int(limits.max) - 1)
            if n >= int(limits.min)
        ]
        return dtype.type(choice.pick(options))
    with np.errstate(all="ignore"):
        if dtype.kind == "f":
            return dtype.type(choice.pick(FLOATS))
        return dtype.type(complex(choice.pick(FLOATS), choice.pick(FLOATS)))


def _array(choice: Choice, dtype: np.dtype[Any], ndim: int, layout: str) -> np.ndarray[Any, Any]:
    shape = tuple(choice.pick((3, 4, 5, 4, 6, 3, 9, 1, 0)) for _ in range(ndim))
    count = math.prod(shape)
    array = np.array([_element(choice, dtype) for _ in range(count)], dtype).reshape(shape)
    if layout == "F":
        return np.asfortranarray(array)
    if layout == "A":
        wide = np.zeros(tuple(2 * n for n in shape), dtype)
        view = wide[tuple(slice(None, None, choice.pick((2, -2))) for _ in shape)]
        view[...] = array
        return view
    if layout == "R":
        array.flags.writeable = False
    if layout == "V" and ndim:
        return np.ascontiguousarray(array[::-1])[::-1]
    if layout == "B" and ndim and shape[0]:
        return np.broadcast_to(array[:1], shape)
    return array


def load(program: Program, folder: Path) -> Callable[..., Any]:
    """Write the program into a file in `folder` and return its entry function."""
    path = folder / f"program{next(_NUMBERS)}.py"
    path.write_text(program.source)
    namespace: dict[str, Any] = {"__name__": path.stem, "__file__": str(path)}
    exec(compile(program.source, str(path), "exec"), namespace)
    function: Callable[..., Any] = namespace[program.entry]
    return function
