"""The type of objects whose call goes straight into native code, made without a C compiler.

An extension type is made through ctypes with room for one pointer, the *vectorcall* function: what the interpreter
calls when the object is called. :class:`Native` is a Python subclass of it, so that Python itself does everything else:
attributes, weak references, garbage collection. Its memory begins::

    HEAD      the vectorcall function, or null: then ``__call__`` of the Python class serves
    HEAD + 8  slow: the Python callable that native code hands a call to when nothing native takes it

Changing what a call does is storing another pointer.
"""

from __future__ import annotations

import ctypes
import sys
import types
from typing import TYPE_CHECKING, Any, Final

HEAD: Final = object.__basicsize__
"""The size of an object's head."""

# From object.h, typeslots.h and structmember.h; all part of the stable ABI.
_TP_CALL: Final = 50
_TP_DESCR_GET: Final = 54
_TP_MEMBERS: Final = 72
_T_PYSSIZET: Final = 19
_READONLY: Final = 1
_BASETYPE: Final = 1 << 10
_HAVE_VECTORCALL: Final = 1 << 11
_METHOD_DESCRIPTOR: Final = 1 << 17
_DEFAULT: Final = 1 << 18

_TP_FLAGS_OFFSET: Final = 168
"""Where a type object has its flags; verified before it is used."""


class _Slot(ctypes.Structure):
    _fields_ = (("slot", ctypes.c_int), ("function", ctypes.c_void_p))


class _Spec(ctypes.Structure):
    _fields_ = (
        ("name", ctypes.c_char_p),
        ("basicsize", ctypes.c_int),
        ("itemsize", ctypes.c_int),
        ("flags", ctypes.c_uint),
        ("slots", ctypes.POINTER(_Slot)),
    )


class _Member(ctypes.Structure):
    _fields_ = (
        ("name", ctypes.c_char_p),
        ("type", ctypes.c_int),
        ("offset", ctypes.c_ssize_t),
        ("flags", ctypes.c_int),
        ("doc", ctypes.c_char_p),
    )


_KEEP: Final[list[object]] = []
"""CPython keeps pointers into the member table of a type, so it must never go away."""


def _is_known_build() -> bool:
    """Whether objects are laid out as this module assumes: CPython, 64 bits, with the GIL."""
    if sys.implementation.name != "cpython" or HEAD != 16 or ctypes.sizeof(ctypes.c_void_p) != 8:
        return False
    return all(_flags_of(one).value == one.__flags__ for one in (int, dict, types.FunctionType, Exception))


def _flags_of(one: type) -> ctypes.c_ulong:
    """The flags word of a type, in place."""
    return ctypes.c_ulong.from_address(id(one) + _TP_FLAGS_OFFSET)


def _make_type() -> type:
    """The extension type: an object head and a vectorcall pointer."""
    api = ctypes.pythonapi
    get_slot = api.PyType_GetSlot
    get_slot.restype, get_slot.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_int]
    members = (_Member * 2)(_Member(b"__vectorcalloffset__", _T_PYSSIZET, HEAD, _READONLY, None), _Member())
    slots = (_Slot * 4)(
        _Slot(_TP_MEMBERS, ctypes.cast(members, ctypes.c_void_p)),
        _Slot(_TP_CALL, ctypes.cast(api.PyVectorcall_Call, ctypes.c_void_p)),
        # How functions bind to instances; it looks at nothing but the two objects, so it serves us too.
        _Slot(_TP_DESCR_GET, get_slot(types.FunctionType, _TP_DESCR_GET)),
        _Slot(0, None),
    )
    flags = _DEFAULT | _BASETYPE | _HAVE_VECTORCALL | _METHOD_DESCRIPTOR
    spec = _Spec(b"minijit.runtime.native_type.VectorcallBase", HEAD + 8, 0, flags, slots)
    make = api.PyType_FromSpec
    make.restype, make.argtypes = ctypes.py_object, [ctypes.c_void_p]
    _KEEP.extend((members, slots, spec))
    made: type = make(ctypes.addressof(spec))
    return made


def _make_plain_type() -> type:
    """What takes its place on a Python whose objects are laid out differently: everything runs in the interpreter."""

    class VectorcallBase:
        __slots__ = ()

        def __get__(self, instance: object, owner: type | None = None) -> object:
            return self if instance is None else types.MethodType(self, instance)  # type: ignore[arg-type]

    return VectorcallBase


AVAILABLE: Final = _is_known_build()
"""Whether native calls are possible on this Python."""

if TYPE_CHECKING:

    class _Base:
        def __get__(self, instance: object, owner: type | None = None) -> Any: ...
        def __call__(self, /, *args: Any, **keywords: Any) -> Any: ...

else:
    _Base = _make_type() if AVAILABLE else _make_plain_type()


class Native(_Base):
    """An object with a native call; see the module's text.

    Parameters
    ----------
    slow : callable
        What native code calls, with the arguments of the call, when no native code takes them.
    """

    __slots__ = ("slow",)

    def __init__(self, slow: Any) -> None:
        self.slow = slow


def allow_native_call(one: type) -> None:
    """Let instances of a Python subclass of :class:`Native` be called natively.

    A subclass with a ``__call__`` of its own does not inherit the flag that says so (on 3.11 none does), nor the one
    that lets the interpreter call ``instance.method()`` without making a bound method first.
    """
    if AVAILABLE:
        _flags_of(one).value |= _HAVE_VECTORCALL | _METHOD_DESCRIPTOR
        modified = ctypes.pythonapi.PyType_Modified
        modified.restype, modified.argtypes = None, [ctypes.py_object]
        modified(one)


def set_native_call(native: Native, address: int) -> None:
    """Make calls of `native` go to the vectorcall function at `address` (0: to ``__call__``)."""
    ctypes.c_void_p.from_address(id(native) + HEAD).value = address or None


def native_call_of(native: Native) -> int:
    """The address of the vectorcall function, or 0."""
    return ctypes.c_void_p.from_address(id(native) + HEAD).value or 0


allow_native_call(Native)


def _verify_slow() -> None:
    """Native code finds the slow callable at a fixed place; make sure that Python put it there."""
    sample = Native(len)
    if ctypes.c_void_p.from_address(id(sample) + HEAD + 8).value != id(len):
        raise ImportError("minijit does not know how this build of Python lays out slots")


if AVAILABLE:
    _verify_slow()
