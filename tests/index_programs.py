"""Random index expressions: an array, an index written as source, and what the source's names stand for."""

from __future__ import annotations

import random
from typing import Any, NamedTuple

import numpy as np

from minijit.testing import compare
from tests.numpy_programs import Program

Array = np.ndarray[Any, Any]

DTYPES = (
    *("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
    *("float32", "float64", "complex64", "complex128"),
)
_INDEX_DTYPES = ("int64", "int64", "int64", "int32", "int8", "uint8", "uint64", "int16", "uint32")


class Case(NamedTuple):
    """An array, the text of an index, and the values of the names in it."""

    array: Array
    index: str
    names: dict[str, Any]


def in_some_layout(chance: random.Random, array: Array) -> Array:
    """The same array: contiguous, with gaps, reversed, in another order of axes, read-only, or repeated."""
    ndim = array.ndim
    if 1 in array.shape:
        # Strides along axes with one item are not kept.
        return array
    match chance.randrange(9):
        case 0:
            return np.asfortranarray(array)
        case 1 if ndim:
            room = np.zeros((*array.shape[:-1], 2 * array.shape[-1]), array.dtype)
            room[..., ::2] = array
            return room[..., ::2]
        case 2 if ndim:
            return np.ascontiguousarray(array[::-1])[::-1]
        case 3 if ndim > 1:
            order = list(range(ndim))
            chance.shuffle(order)
            return np.ascontiguousarray(array.transpose(order)).transpose(np.argsort(order))
        case 4 if ndim and chance.random() < 0.3:
            array.flags.writeable = False
        case 5 if ndim and array.shape[0] and chance.random() < 0.3:
            return np.broadcast_to(array[:1], array.shape)
    return array


def random_array(chance: random.Random, shape: tuple[int, ...], dtype: str | None = None) -> Array:
    """Distinct small numbers of some dtype, in some layout."""
    count = int(np.prod(shape, dtype=int))
    made = (np.arange(count) % 113).reshape(shape).astype(dtype or chance.choice(DTYPES))
    return in_some_layout(chance, made)


def random_case(chance: random.Random) -> Case:
    """An array of up to three axes and an index that fits it, mostly."""
    shape = tuple(chance.choice((0, 1, 2, 3, 4, 5, 9, 17) if chance.random() < 0.4 else (3, 4, 5))
                  for _ in range(chance.choice((0, 1, 1, 1, 2, 2, 2, 3, 3))))
    array = random_array(chance, shape)
    names: dict[str, Any] = {}
    common = tuple(chance.choice((0, 1, 2, 3)) if chance.random() < 0.3 else 3 for _ in range(chance.choice((1, 1, 2))))
    items: list[str] = []
    axis = 0
    has_ellipsis = False

    def name(value: Any) -> str:
        names[f"x{len(names)}"] = value
        return f"x{len(names) - 1}"

    def index_shape() -> tuple[int, ...]:
        own = tuple(1 if chance.random() < 0.15 else n for n in common)
        if chance.random() < 0.03:
            own = (*own[:-1], own[-1] + 1)
        return own[chance.choice((0, 0, 0, 1)) :] if len(own) > 1 else own

    def integers(length: int) -> str:
        low = -length if chance.random() < 0.4 else 0
        high = length + (chance.random() < 0.04)
        own = index_shape()
        values = np.array([chance.randrange(low, high) if high > low else 0 for _ in range(int(np.prod(own)))])
        dtype = chance.choice(_INDEX_DTYPES)
        return name(in_some_layout(chance, values.reshape(own).astype(dtype)))

    while axis < len(shape) or chance.random() < 0.15:
        length = shape[axis] if axis < len(shape) else 3
        kind = chance.choice(("array", "array", "array", "mask", "integer", "slice", "full", "new", "ellipsis", "stop",
                              "flag", "zero", "tuple"))
        if kind == "stop" or len(items) > 5:
            break
        if kind == "array":
            items.append(integers(length))
        elif kind == "mask":
            count = chance.choice((1, 1, 2, len(shape) - axis)) if axis < len(shape) else 1
            own = tuple(n + (chance.random() < 0.03) for n in shape[axis : axis + max(count, 1)]) or (3,)
            share = chance.choice((0.5, 0.5, 0.1, 1.0, 0.0))
            truth = np.array([chance.random() < share for _ in range(int(np.prod(own)))], bool).reshape(own)
            items.append(name(in_some_layout(chance, truth)))
            axis += len(own) - 1
        elif kind == "integer":
            number = chance.randrange(-length, length + (chance.random() < 0.1)) if length else 0
            items.append(name(chance.choice((int, int, np.int8, np.int64))(number)))
        elif kind == "slice":
            bounds = [name(chance.randrange(-length - 2, length + 3)) if chance.random() < 0.6 else "" for _ in "ab"]
            step = f":{name(chance.choice((1, 2, -1, -2, 3)))}" if chance.random() < 0.5 else ""
            items.append(":".join(bounds) + step)
        elif kind == "full":
            items.append(":")
        elif kind == "new":
            items.append("None")
            axis -= 1
        elif kind == "ellipsis":
            if has_ellipsis:
                continue
            has_ellipsis = True
            items.append("...")
            axis += chance.randrange(0, len(shape) - axis + 1) - 1 if axis <= len(shape) else -1
        elif kind == "flag":
            items.append(name(chance.choice((True, False, np.True_, np.array(True)))))
            axis -= 1
        elif kind == "zero":
            items.append(name(np.array(chance.randrange(-length, length) if length else 0)))
        elif kind == "tuple":
            count = int(np.prod(common[-1:]))
            numbers = [str(chance.randrange(-length, length)) if length else "0" for _ in range(count)]
            items.append(f"({''.join(one + ', ' for one in numbers)})" if len(items) else f"[{', '.join(numbers)}]")
        axis += 1
    text = ", ".join(items) if items else "..."
    if len(items) == 1 and chance.random() < 0.15:
        text += ","
    return Case(array, text, names)


def random_value(chance: random.Random, case: Case) -> Any:
    """What is stored into a selection: a number, or an array that can be broadcast to it, mostly."""
    if chance.random() < 0.35:
        return chance.choice((True, 3, -1, 300, 2.5, 1e30, np.int16(300), np.float32(7.5), np.uint8(4), 1j, np.True_))
    try:
        shape = eval(f"a[{case.index}]", {"a": case.array, "np": np, **case.names}).shape
    except (IndexError, ValueError, TypeError):
        shape = (3,)
    shape = tuple(1 if chance.random() < 0.15 else n + (chance.random() < 0.02) for n in shape)
    shape = shape[chance.choice((0, 0, 0, 1)) :]
    if chance.random() < 0.03:
        shape = (1, *shape)
    return random_array(chance, shape, None if chance.random() < 0.5 else case.array.dtype.name)


def check_load(case: Case) -> Program:
    """``a[index]``, compiled, must give what NumPy gives."""
    program = Program(f"a[{case.index}]", ["a", *case.names], {})
    _check(program, (case.array, *case.names.values()), case)
    return program


def check_store(case: Case, value: Any, operator: str = "=") -> Program:
    """``a[index] = value`` and the like, compiled, must leave what NumPy leaves."""
    program = Program(f"a[{case.index}] {operator} value", ["a", "value", *case.names], {}, statement=True)
    _check(program, (case.array, value, *case.names.values()), case)
    return program


def _check(program: Program, args: tuple[Any, ...], case: Case) -> None:
    found = compare(program.jitted, args)
    given = ", ".join(f"{name}={value!r}" for name, value in case.names.items())
    assert not found, f"{program.source} on {args[0]!r} {args[0].strides} {args[1:2]!r} {given}: {found}"
