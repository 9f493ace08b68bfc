"""Copies of arguments that keep all that a function could notice: strides, alignment, flags, and shared memory."""

from __future__ import annotations

import copy
import ctypes
from types import ModuleType
from typing import Any, Final, TypeAlias

import numpy as np

AnyArray: TypeAlias = np.ndarray[Any, Any]

_ALIGNMENT: Final = 64


def copy_arguments(values: Any) -> Any:
    """Copy `values` deeply; arrays that share memory, or are the same object, do so in the copy as well.

    ``copy.deepcopy`` makes every array contiguous and separate; here views stay views of one copied buffer, with their
    strides (zero and negative ones too), their alignment and their read-only flag.
    """
    return _Copier().copy(values)


class _Copier:
    def __init__(self) -> None:
        self.memo: dict[int, Any] = {}
        self.roots: dict[int, tuple[AnyArray, int]] = {}
        self.kept: list[Any] = []

    def copy(self, value: Any) -> Any:
        known = self.memo.get(id(value))
        if known is not None:
            return known
        kind = type(value)
        if kind is tuple:
            result: Any = tuple(map(self.copy, value))
        elif kind is list:
            result = []
            self.memo[id(value)] = result
            result.extend(map(self.copy, value))
        elif kind is dict:
            result = {key: self.copy(item) for key, item in value.items()}
        elif kind is np.ndarray and not value.dtype.hasobject:
            result = self.copy_array(value)
        elif isinstance(value, ModuleType):
            result = value
        else:
            result = copy.deepcopy(value, self.memo)
        self.memo[id(value)] = result
        self.kept.append(value)
        return result

    def copy_array(self, array: AnyArray) -> AnyArray:
        root = array
        while type(root.base) is np.ndarray:
            root = root.base
        if root is not array or id(root) in self.roots or not (array.flags.owndata and array.flags.c_contiguous):
            return self.copy_view(array, root)
        result = array.copy()
        if result.strides != array.strides:  # of dimensions of length 1, which may be anything
            return self.copy_view(array, root)
        self.roots[id(root)] = (result.reshape(-1).view(np.uint8), result.ctypes.data - array.ctypes.data)
        result.flags.writeable = array.flags.writeable
        return result

    def copy_view(self, array: AnyArray, root: AnyArray) -> AnyArray:
        """A view of a copy of `root`'s memory, at the same offset."""
        if id(root) not in self.roots:
            low, high = np.lib.array_utils.byte_bounds(root)
            room = np.empty(high - low + 2 * _ALIGNMENT, np.uint8)
            start = -(room.ctypes.data - low) % _ALIGNMENT
            ctypes.memmove(room.ctypes.data + start, low, high - low)
            self.roots[id(root)] = (room, room.ctypes.data + start - low)
            self.kept.append(root)
        flat, shift = self.roots[id(root)]
        offset = array.ctypes.data + shift - flat.ctypes.data
        result = np.ndarray(array.shape, array.dtype, flat, offset, array.strides)
        result.flags.writeable = array.flags.writeable
        return result
