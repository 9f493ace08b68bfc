"""Guards as native code checks them: pairs of an address and the 8-byte word that must stand there.

A global is watched where it lies, in the hash table of its dict. The pairs say: the dict still has this table; the
table still has this size; the entry has this key; the entry has this value. A name that a dict must *not* have (a
builtin that no global hides) is watched in the table's index: the slots where a lookup of the name would look are as
they were, the last of them empty. So a call pays a few loads and compares, and only for changes that matter.

The layout of dicts is CPython's own affair. :func:`layout_is_known` tries it on dicts of all kinds first; where it is
not as expected there are no pairs, and the slow path compares values in Python.
"""

from __future__ import annotations

import ctypes
import math
import types
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from typing import Any, Final, TypeAlias

import numpy as np

from minijit import types as t
from minijit.instance_types import ABSENT, held_by_class
from minijit.ir.guards import MISSING, Guard
from minijit.runtime.native_type import AVAILABLE
from minijit.runtime.typeof import type_of

Pair: TypeAlias = tuple[int, int]

# PyDictObject
_VERSION: Final = 24
"""Until 3.13: a number that changes with every change of the dict, and that no other dict has had."""
_KEYS: Final = 32
_VALUES: Final = 40
# PyDictKeysObject: 8 bytes reference count, then
_LOG2_SIZE: Final = 8
_LOG2_INDEX_BYTES: Final = 9
_KIND: Final = 10
_SIZES: Final = 4
"""The word that ends with the table's sizes and kind; its first half is the (empty) upper half of the count."""
_INDEX: Final = 32
_GENERAL, _UNICODE = 0, 1
_ENTRY_BYTES: Final = {_GENERAL: 24, _UNICODE: 16}
_KEY_OFFSET: Final = {_GENERAL: 8, _UNICODE: 0}
_EMPTY: Final = -1
_PERTURB_SHIFT: Final = 5

_CELL_CONTENTS: Final = 16
_FUNCTION_CODE: Final = 48
_FUNCTION_DEFAULTS: Final = 56
_FUNCTION_KEYWORD_DEFAULTS: Final = 64
_ARRAY_NDIM: Final = 24
_ARRAY_DESCR: Final = 56
_ARRAY_FLAGS: Final = 64

_CLASS_VERSION: Final = 384
"""Offset of ``tp_version_tag`` in a type; 0 as long as nobody has looked anything up since the last change."""

_MASK: Final = (1 << 64) - 1


class UnknownLayoutError(Exception):
    """A dict that is not laid out in a way that can be watched."""


def _word(address: int) -> int:
    return ctypes.c_uint64.from_address(address).value


def _byte(address: int) -> int:
    return ctypes.c_uint8.from_address(address).value


class _Table:
    """The hash table of a dict, read in place."""

    def __init__(self, container: dict[Any, Any]) -> None:
        self.keys_at = id(container) + _KEYS
        self.keys = _word(self.keys_at)
        if _word(id(container) + _VALUES):
            raise UnknownLayoutError("a dict that shares its keys")
        self.slots = 1 << _byte(self.keys + _LOG2_SIZE)
        index_bytes = 1 << _byte(self.keys + _LOG2_INDEX_BYTES)
        kind = _byte(self.keys + _KIND)
        if kind not in _ENTRY_BYTES or index_bytes % self.slots:
            raise UnknownLayoutError("an unknown kind of table")
        self.slot_bytes = index_bytes // self.slots if self.slots > 1 else 1
        self.entries = self.keys + _INDEX + index_bytes
        self.entry_bytes = _ENTRY_BYTES[kind]
        self.key_offset = _KEY_OFFSET[kind]

    def pairs_of_table(self) -> list[Pair]:
        """What must hold for all the other addresses to mean anything; to be checked first."""
        return [(self.keys_at, self.keys), (self.keys + _SIZES, _word(self.keys + _SIZES))]

    def slot(self, number: int) -> int:
        """The content of a slot of the index: the number of an entry, or negative."""
        kind = {1: ctypes.c_int8, 2: ctypes.c_int16, 4: ctypes.c_int32, 8: ctypes.c_int64}[self.slot_bytes]
        return int(kind.from_address(self.keys + _INDEX + number * self.slot_bytes).value)

    def key_at(self, entry: int) -> int:
        """The address of an entry's key."""
        return self.entries + entry * self.entry_bytes + self.key_offset

    def probe(self, name: str) -> tuple[int | None, list[int]]:
        """The entry of `name` (``None``: there is none), and the slots that a lookup visits before it knows."""
        mask = self.slots - 1
        perturb = hash(name) & _MASK
        number = perturb & mask
        visited: list[int] = []
        while True:
            visited.append(number)
            entry = self.slot(number)
            if entry == _EMPTY:
                return None, visited
            if entry >= 0 and _is_key(_word(self.key_at(entry)), name):
                return entry, visited
            perturb >>= _PERTURB_SHIFT
            number = (number * 5 + perturb + 1) & mask


def _is_key(address: int, name: str) -> bool:
    """Whether the object at `address` (a key, or null for a deleted one) is the string `name`."""
    if not address:
        return False
    key = ctypes.cast(address, ctypes.py_object).value
    return type(key) is str and key == name


def pairs_of_name(container: dict[Any, Any], name: str, value: object) -> list[Pair]:
    """The pairs that say that the dict `container` binds `name` to `value` (``MISSING``: does not bind it)."""
    table = _Table(container)
    entry, visited = table.probe(name)
    pairs = table.pairs_of_table()
    if value is MISSING:
        if entry is not None:
            raise UnknownLayoutError(f"{name!r} is there")
        for number in visited:
            at = (table.keys + _INDEX + number * table.slot_bytes) & ~7
            pairs.append((at, _word(at)))
            other = table.slot(number)
            if other >= 0:
                pairs.append((table.key_at(other), _word(table.key_at(other))))
        return pairs
    if entry is None or _word(table.key_at(entry) + 8) != id(value):
        raise UnknownLayoutError(f"{name!r} is not bound to the value")
    at = table.key_at(entry)
    return [*pairs, (at, _word(at)), (at + 8, id(value))]


def _pairs_inside(value: object) -> Iterable[Pair]:
    """What must not change about a value itself: the type of a global array, the code of a function that is called."""
    if type(value) in (np.ndarray, np.recarray):
        for offset in (_ARRAY_DESCR, _ARRAY_NDIM, _ARRAY_FLAGS):
            yield id(value) + offset, _word(id(value) + offset)
    elif type(value) is types.FunctionType:
        for offset in (_FUNCTION_CODE, _FUNCTION_DEFAULTS, _FUNCTION_KEYWORD_DEFAULTS):
            yield id(value) + offset, _word(id(value) + offset)
    elif isinstance(value, tuple):
        for item in value:
            yield from _pairs_inside(item)


def _pairs_of_guard(guard: Guard) -> list[Pair]:
    if guard.kind == "cell":
        contents = 0 if guard.value is MISSING else id(guard.value)
        pairs = [(id(guard.container) + _CELL_CONTENTS, contents)]
    elif guard.kind == "class":
        return [_pair_of_class(guard.container)]
    elif guard.kind == "function":
        pairs = []
    elif guard.kind == "builtin":
        builtins = _builtins_of(guard)
        pairs = pairs_of_name(guard.container, guard.name, MISSING)
        if versions_are_known():
            # Builtins hardly ever change: one comparison serves for all of them.
            pairs.append((id(builtins) + _VERSION, _word(id(builtins) + _VERSION)))
        else:
            pairs += pairs_of_name(builtins, guard.name, guard.value)
    else:
        pairs = pairs_of_name(guard.container, guard.name, guard.value)
    return [*pairs, *_pairs_inside(guard.value)]


def _pair_of_class(cls: type) -> Pair:
    """The word with the version of a class: it changes with every change of the class or a base."""
    version = _version_of_class(cls)
    if not class_versions_are_known() or not version & 0xFFFFFFFF:
        raise UnknownLayoutError("a class without a version")
    return id(cls) + _CLASS_VERSION, version


def _version_of_class(cls: type) -> int:
    with suppress(AttributeError):
        # A lookup gives the class a version.
        type.__getattribute__(cls, "_of_no_class")
    return _word(id(cls) + _CLASS_VERSION)


@cache
def class_versions_are_known() -> bool:
    """Whether the version of a class changes with the class and its bases, and stays if nothing changes."""

    class Base:
        pass

    class Sample(Base):
        pass

    seen = []
    for change in (Sample, Base, Sample):
        seen.append(_version_of_class(Sample))
        if _version_of_class(Sample) != seen[-1]:
            return False
        change.x = len(seen)  # type: ignore[attr-defined]
    return len(set(seen)) == 3 and 0 not in seen


def pairs_of(guards: Iterable[Guard]) -> list[Pair] | None:
    """All pairs for `guards`, in an order in which they may be checked; ``None`` where native code can't watch them."""
    if not layout_is_known():
        return None
    found: dict[Pair, None] = {}
    try:
        for guard in guards:
            found.update(dict.fromkeys(_pairs_of_guard(guard)))
    except UnknownLayoutError:
        return None
    return list(found)


def pair_of_defaults(function: types.FunctionType) -> Pair:
    """The pair that says that the function still has its ``__defaults__``."""
    return id(function) + _FUNCTION_DEFAULTS, _word(id(function) + _FUNCTION_DEFAULTS)


# ---- the same question, asked in Python


def _builtins_of(guard: Guard) -> dict[str, Any]:
    if guard.builtins is not None:
        return guard.builtins
    import builtins

    return vars(builtins)


def present_value(guard: Guard) -> object:
    """What `guard`'s name is bound to now."""
    if guard.kind == "function":
        return guard.container
    if guard.kind == "class":
        held = held_by_class(guard.container, guard.name)
        return MISSING if held is ABSENT else held
    if guard.kind == "cell":
        try:
            return guard.container.cell_contents
        except ValueError:
            return MISSING
    if guard.kind == "builtin":
        if guard.name in guard.container:
            # Now a global name stands before it.
            return guard.container[guard.name] if guard.value is MISSING else MISSING
        return _builtins_of(guard).get(guard.name, MISSING)
    return guard.container.get(guard.name, MISSING)


def is_same(old: object, new: object) -> bool:
    """Whether code made for `old` serves for `new`: the same object, or an equal number or string of the same type."""
    if old is new:
        return True
    cls = type(old)
    if cls is not type(new):
        return False
    if cls in (int, bool, str, bytes):
        return bool(old == new)
    if cls is float:
        return old == new and math.copysign(1, old) == math.copysign(1, new)  # type: ignore[arg-type]
    return False


class Watched:
    """The guards of one specialisation, with what each value looked like when the code was made."""

    def __init__(self, guards: Iterable[Guard]) -> None:
        self.guards = list(guards)
        self._looks = [_look_of(guard.value) for guard in self.guards]

    def still_hold(self) -> bool:
        """Whether every guard holds now. Values that were replaced by equal ones are taken over."""
        values = [present_value(guard) for guard in self.guards]
        for guard, value, look in zip(self.guards, values, self._looks, strict=True):
            if not is_same(guard.value, value) or _look_of(value) != look:
                return False
        for guard, value in zip(self.guards, values, strict=True):
            guard.value = value
        return True

    def pairs(self) -> list[Pair] | None:
        """The pairs for native code; only to be asked after :meth:`still_hold`."""
        return pairs_of(self.guards)


def _look_of(value: object) -> object:
    """What :func:`_pairs_inside` watches, as a value that can be compared."""
    if isinstance(value, np.ndarray) and type(value) in (np.ndarray, np.recarray):
        return value.dtype if value.dtype.names is None else t.Const(value.dtype), value.ndim, value.flags.num
    if type(value) is types.FunctionType:
        # Default values may be arrays, which can't be asked whether they are equal.
        positional = tuple(map(t.Const, value.__defaults__ or ()))
        by_keyword = {name: t.Const(one) for name, one in (value.__kwdefaults__ or {}).items()}
        return value.__code__, positional, by_keyword
    if isinstance(value, tuple):
        return tuple(map(_look_of, value))
    if type(value) is list:
        return type_of(value)
    return None


# ---- is everything where this module thinks it is?


@cache
def layout_is_known() -> bool:
    """Try the whole mechanism on dicts of several sizes and kinds, a cell, a function and an array."""
    if not AVAILABLE:
        return False
    try:
        return all(map(_check_dict, (0, 1, 5, 30, 200, 1000))) and _check_others()
    except UnknownLayoutError:
        return False


@cache
def versions_are_known() -> bool:
    """Whether every change of a dict changes its version, and nothing else does."""
    sample: dict[str, object] = {"a": 1}
    seen = [_word(id(sample) + _VERSION)]
    for change in (dict.clear, lambda one: one.update(a=2), lambda one: one.update(b=1), lambda one: one.pop("b")):
        change(sample)
        seen.append(_word(id(sample) + _VERSION))
    unchanged = sample.get("a") == 2 and list(sample) == ["a"] and _word(id(sample) + _VERSION) == seen[-1]
    return unchanged and len(set(seen)) == len(seen)


def _holds(pairs: list[Pair]) -> bool:
    return all(_word(address) == word for address, word in pairs)


def _check_dict(size: int) -> bool:
    sample: dict[Any, Any] = {f"name{k}": object() for k in range(size)}
    kinds = [sample, {**sample, 5: None}]
    for container in kinds:
        container["gone"] = container["watched"] = value = object()
        del container["gone"]
        present = pairs_of_name(container, "watched", value)
        absent = pairs_of_name(container, "absent", MISSING)
        deleted = pairs_of_name(container, "gone", MISSING)
        if not _holds(present + absent + deleted):
            return False
        container["watched"] = container["gone"] = object()
        if _holds(present) or _holds(deleted):
            return False
        container["absent"] = 1
        if _holds(absent):
            return False
    return True


def _check_others() -> bool:
    def sample(x: int = 1, *, y: int = 2) -> int:
        return x + y

    cell = types.CellType(sample)
    guard = Guard("cell", cell, "sample", sample)
    pairs = [*_pairs_of_guard(guard)]
    words = {id(sample), id(sample.__code__), id(sample.__defaults__), id(sample.__kwdefaults__)}
    array = np.zeros((2, 3))
    looks = [(id(array) + _ARRAY_DESCR, id(array.dtype))]
    ndim = ctypes.c_int32.from_address(id(array) + _ARRAY_NDIM).value
    flags = ctypes.c_int32.from_address(id(array) + _ARRAY_FLAGS).value
    return {word for _, word in pairs} == words and _holds(pairs + looks) and ndim == 2 and flags == array.flags.num
