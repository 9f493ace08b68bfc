"""Where random generators keep what native code draws from: found in memory, and tried, once for each class.

NumPy's generators hold a lock and a ``bitgen_t``, the address of a state and functions that draw from it. The layout of
that is public; where it lies in the object is not, so it is looked for in an object that was made for this. Python's
generator holds the words of the Mersenne twister themselves.
"""

from __future__ import annotations

import ctypes
import math
import random
from functools import cache
from typing import Any, Final, NamedTuple

import numpy as np

from minijit.library.sampling import new_service

_WORD: Final = 8
_BITS_WORDS: Final = 5
TWISTER: Final = object.__basicsize__
"""Offset in a ``random.Random`` of the index of the next word, which the words follow."""
TWISTER_WORDS: Final = 624


class Layout(NamedTuple):
    """Offsets in a generator of NumPy's.

    Attributes
    ----------
    bits : int
        Of its ``bitgen_t``.
    lock : int
        Of the pointer to its lock.
    locked : int
        In the lock, of a byte that is 0 while nobody holds it.
    polar : int
        Of the ``aug_bitgen_t`` for normal variates by the polar method; 0 where there is none.
    """

    bits: int
    lock: int
    locked: int
    polar: int


@cache
def layout_of(cls: type) -> Layout | None:
    """Where the fields of a generator of NumPy's lie; ``None`` where they are not found."""
    generator = new_service(cls)
    source = getattr(generator, "bit_generator", None) or getattr(generator, "_bit_generator", None)
    lock = getattr(source, "lock", None)
    if source is None or lock is None:
        return None
    words = _words(generator)
    bits = _place(words, _bits_of(source))
    lock_place = _place(words, [id(lock)])
    locked = _offset_of_locked(lock)
    if bits is None or lock_place is None or locked is None:
        return None
    polar = _place(words, [id(generator) + _WORD * bits])
    if polar is not None and not _is_polar(generator, _WORD * polar):
        polar = None
    return Layout(_WORD * bits, _WORD * lock_place, locked, _WORD * (polar or 0))


@cache
def holds_twister(cls: type) -> bool:
    """Whether objects of `cls`, ``random.Random``, hold the index and the words of the Mersenne twister."""
    generator = random.Random(5)
    generator.random()
    _, state, _ = generator.getstate()
    held = (ctypes.c_uint32 * (1 + TWISTER_WORDS)).from_address(id(generator) + TWISTER)
    return (
        cls is random.Random
        and cls.__basicsize__ >= TWISTER + ctypes.sizeof(held)
        and list(state) == [*held[1:], held[0]]
    )


def _words(value: object) -> list[int]:
    size = type(value).__basicsize__ // _WORD
    return list((ctypes.c_int64 * size).from_address(id(value)))


def _place(words: list[int], wanted: list[int]) -> int | None:
    """Where `wanted` stands in `words`; ``None`` unless it is there once."""
    places = [k for k in range(2, len(words)) if words[k : k + len(wanted)] == wanted]
    return places[0] if len(places) == 1 else None


def _bits_of(source: Any) -> list[int]:
    prototype = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.py_object, ctypes.c_char_p)
    get_pointer = prototype(ctypes.cast(ctypes.pythonapi.PyCapsule_GetPointer, ctypes.c_void_p).value or 0)
    address = get_pointer(source.capsule, b"BitGenerator")
    return list((ctypes.c_int64 * _BITS_WORDS).from_address(address))


def _offset_of_locked(lock: Any) -> int | None:
    head, size = object.__basicsize__, type(lock).__basicsize__
    free = ctypes.string_at(id(lock), size)
    with lock:
        held = ctypes.string_at(id(lock), size)
    again = ctypes.string_at(id(lock), size)
    return next((k for k in range(head, size) if (free[k], held[k], again[k]) == (0, 1, 0)), None)


def _is_polar(generator: Any, offset: int) -> bool:
    """Whether the second of two normal variates stands where it is looked for, and both come by the polar method."""
    if type(generator) is not np.random.RandomState:
        return False
    flag = ctypes.c_int32.from_address(id(generator) + offset + _WORD)
    kept = ctypes.c_double.from_address(id(generator) + offset + 2 * _WORD)
    other = np.random.RandomState()
    other.set_state(generator.get_state())
    for _ in range(3):
        first = generator.normal(0.1, 3.7)
        r = 0.0
        while not 0.0 < r < 1.0:
            a, b = 2.0 * other.random_sample() - 1.0, 2.0 * other.random_sample() - 1.0
            r = a * a + b * b
        f = math.sqrt(-2.0 * math.log(r) / r)
        if first != 0.1 + 3.7 * (f * b) or flag.value != 1 or kept.value != f * a:
            return False
        if generator.standard_normal() != f * a or flag.value != 0:
            return False
    return True
