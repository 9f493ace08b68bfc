"""Takes Python objects apart: tests that they have the wanted types and loads the parts that native code works on.

All tests of a level are joined by *and* and decided by one branch: first the types of all objects, then (now that
fields may be read) dtype, number of dimensions and flags of arrays and lengths of tuples, then the same for the items
of tuples. Last come the values; only a Python int can still turn out to be one that native code doesn't take.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np

from minijit import types as t
from minijit.codegen.text import FunctionText, llvm_type
from minijit.errors import InternalError
from minijit.machine import parts_of_dtype
from minijit.numpy_types import FLOAT16
from minijit.record_types import Structure
from minijit.runtime import numpy_api as api
from minijit.runtime.list_items import HOLDS


class OwnerOf(Protocol):
    """Gives the owner (a memory block) of an array that is a Python object."""

    def __call__(self, text: FunctionText, array: str) -> str: ...


class ConstantOf(Protocol):
    """Gives the address of an object that is known while compiling, from the unit's table of constants."""

    def __call__(self, text: FunctionText, value: object) -> str: ...


class _Unlike(NamedTuple):
    """In what an array may differ from its type."""

    layout: bool
    alignment: bool


def unbox(
    text: FunctionText,
    objects: list[str],
    wanted: tuple[t.Type, ...],
    miss: str,
    owner_of: OwnerOf,
    constant_of: ConstantOf,
    *,
    any_layout: bool = False,
    any_alignment: bool = False,
) -> list[list[str]]:
    """Test and take apart `objects`; control goes to the block `miss` when one is not of its wanted type.

    With `any_layout`, arrays that happen to be contiguous are taken for those whose strides are known at run time
    only, too; with `any_alignment`, arrays that are not aligned. Returns the parts of every object in the order of
    :func:`minijit.machine.parts_of`.
    """
    unlike = _Unlike(any_layout, any_alignment)
    items = _test(text, list(zip(objects, wanted, strict=True)), miss, constant_of, unlike)
    return [_parts(text, value, one, items, miss, owner_of) for value, one in zip(objects, wanted, strict=True)]


def _test(
    text: FunctionText, level: list[tuple[str, t.Type]], miss: str, constant_of: ConstantOf, unlike: _Unlike
) -> dict[str, list[str]]:
    """Emit all tests that can be made before values are read; returns the items of the tuples met, by tuple."""
    items: dict[str, list[str]] = {}
    while level:
        _require(text, [_has_type(text, value, one, constant_of) for value, one in level], miss)
        _require(text, [c for value, one in level for c in _field_tests(text, value, one, constant_of, unlike)], miss)
        below: list[tuple[str, t.Type]] = []
        for value, one in level:
            if isinstance(one, t.Tuple):
                row, start = value, api.TUPLE_ITEMS
                if one.cls is list and one.items:
                    row, start = text.load("ptr", value, api.LIST_ITEMS), 0
                items[value] = [text.load("ptr", row, start + 8 * k) for k in range(len(one.items))]
                below += zip(items[value], one.items, strict=True)
        level = below
    return items


def _require(text: FunctionText, conditions: list[str], miss: str) -> None:
    conditions = [condition for condition in conditions if condition != "true"]
    if conditions:
        hit = text.new_label("hit")
        text.branch(text.all_of(conditions), hit, miss, likely=True)
        text.begin(hit)


def _has_type(text: FunctionText, value: str, wanted: t.Type, constant_of: ConstantOf) -> str:
    if isinstance(wanted, t.Object | t.Instance):
        if wanted.cls is None:
            return "true"
        found = text.load("ptr", value, api.TYPE)
        return text.value(f"icmp eq ptr {found}, {constant_of(text, wanted.cls)}")
    if isinstance(wanted, t.Const):
        return text.value(f"icmp eq ptr {value}, {constant_of(text, wanted.value)}")
    if isinstance(wanted, t.NoneValue):
        return text.value(f"icmp eq ptr {value}, {text.module.external('mj_none')}")
    found = text.load("ptr", value, api.TYPE)
    is_named = isinstance(wanted, t.Tuple) and wanted.cls not in (tuple, list)
    if is_named or isinstance(wanted, t.RecordArray | t.Record):
        return text.value(f"icmp eq ptr {found}, {constant_of(text, python_type(wanted))}")
    return text.value(f"icmp eq ptr {found}, {text.module.external(api.type_symbol(python_type(wanted)))}")


def python_type(wanted: t.Type) -> type:
    """The class of the objects that a type stands for."""
    match wanted:
        case t.PythonScalar(name):
            return t.PYTHON_CLASSES[name]
        case t.NumpyScalar(dtype):
            return dtype.type
        case t.Array():
            return np.ndarray
        case t.Tuple() | t.RecordArray() | t.Record():
            return wanted.cls
        case t.PythonList():
            return list
        case _:
            raise InternalError(f"a value of type {wanted} can't be taken from Python")


def _field_tests(
    text: FunctionText, value: str, wanted: t.Type, constant_of: ConstantOf, unlike: _Unlike
) -> list[str]:
    match wanted:
        case t.Tuple(items):
            return [text.value(f"icmp eq i64 {text.load('i64', value, api.TUPLE_LENGTH)}, {len(items)}")]
        case t.PythonList(item):
            return [list_holds(text, value, item)]
        case t.Array():
            dtype = text.load("ptr", value, api.ARRAY_DTYPE)
            word = text.value(f"and i64 {text.load('i64', dtype, api.DTYPE_WORD)}, {api.DTYPE_WORD_MASK}")
            return [
                text.value(f"icmp eq i64 {word}, {api.dtype_word(wanted.dtype)}"),
                *_layout_tests(text, value, wanted, unlike),
            ]
        case t.RecordArray():
            same = _same_structure(text, text.load("ptr", value, api.ARRAY_DTYPE), wanted.structure, constant_of)
            return [same, *_layout_tests(text, value, wanted, _Unlike(unlike.layout, True))]
        case t.Record():
            same = _same_structure(text, text.load("ptr", value, api.VOID_DTYPE), wanted.structure, constant_of)
            found = text.value(f"and i32 {text.load('i32', value, api.VOID_FLAGS)}, {api.WRITEABLE}")
            return [same, text.value(f"icmp eq i32 {found}, {api.WRITEABLE if wanted.writable else 0}")]
        case _:
            return []


def _layout_tests(text: FunctionText, value: str, wanted: t.Array | t.RecordArray, unlike: _Unlike) -> list[str]:
    mask, flags = _flags(wanted, unlike.layout)
    if unlike.alignment:
        mask, flags = mask & ~api.ALIGNED, flags & ~api.ALIGNED
    found = text.value(f"and i32 {text.load('i32', value, api.ARRAY_FLAGS)}, {mask}")
    return [
        text.value(f"icmp eq i32 {text.load('i32', value, api.ARRAY_NDIM)}, {wanted.ndim}"),
        text.value(f"icmp eq i32 {found}, {flags}"),
    ]


def _same_structure(text: FunctionText, dtype: str, structure: Structure, constant_of: ConstantOf) -> str:
    known = constant_of(text, structure.dtype)
    return text.call("zeroext i1", "mj_same_structure", ("ptr", dtype), ("ptr", known))


def list_holds(text: FunctionText, value: str, item: t.Type) -> str:
    """Whether all items of a list are of the wanted type (lists in lists are looked into)."""
    depth = 1
    while isinstance(item, t.PythonList):
        item, depth = item.item, depth + 1
    wanted = text.module.external(api.type_symbol(python_type(item)))
    ints = "true" if item == t.INT else "false"
    return text.call("zeroext i1", HOLDS, ("ptr", value), ("ptr", wanted), ("i64", str(depth)), ("i1 zeroext", ints))


def _flags(wanted: t.Array | t.RecordArray, any_layout: bool) -> tuple[int, int]:
    """Which of an array's flags are looked at, and how they must be.

    They must be exactly as the type says, though an array that is writable, or contiguous, could be taken for one
    that isn't: what a function returns (a view or a copy, writable or not) depends on them, and contiguous arrays
    deserve code of their own.
    """
    writable = api.WRITEABLE if wanted.writable else 0
    match wanted.layout:
        case "C":
            return api.ALIGNED | api.C_CONTIGUOUS | api.WRITEABLE, api.ALIGNED | api.C_CONTIGUOUS | writable
        case "F" if any_layout:
            return api.ALIGNED | api.F_CONTIGUOUS | api.WRITEABLE, api.ALIGNED | api.F_CONTIGUOUS | writable
        case "F":
            order = api.F_CONTIGUOUS
        case _ if any_layout:
            return api.ALIGNED | api.WRITEABLE, api.ALIGNED | writable
        case _:
            order = 0
    return api.ALIGNED | api.C_CONTIGUOUS | api.F_CONTIGUOUS | api.WRITEABLE, api.ALIGNED | order | writable


def _parts(
    text: FunctionText, value: str, wanted: t.Type, items: dict[str, list[str]], miss: str, owner_of: OwnerOf
) -> list[str]:
    match wanted:
        case t.PythonScalar("int"):
            return [_int(text, value, miss)]
        case t.PythonScalar("bool"):
            return [text.value(f"icmp eq ptr {value}, {text.module.external('mj_true')}")]
        case t.PythonScalar() | t.NumpyScalar():
            return _stored_scalar(text, value, t.dtype_of(wanted))
        case t.Array() | t.RecordArray():
            return _array(text, value, wanted, owner_of(text, value))
        case t.Record():
            return [value, owner_of(text, value), text.load("ptr", value, api.VOID_DATA)]
        case t.Tuple(types):
            pairs = zip(items[value], types, strict=True)
            return [part for item, one in pairs for part in _parts(text, item, one, items, miss, owner_of)]
        case t.Object() | t.PythonList() | t.Instance():
            # The wrapper reads the attributes of an instance when it knows that its class is as it was.
            return [value]
        case _:
            return []


def _stored_scalar(text: FunctionText, value: str, dtype: np.dtype[np.generic]) -> list[str]:
    """The value in a ``float``, ``complex`` or NumPy scalar: it follows the head."""
    if dtype.kind == "b":
        return [text.value(f"icmp ne i8 {text.load('i8', value, api.HEAD)}, 0")]
    if dtype == FLOAT16:
        return [text.value(f"fpext half {text.load('half', value, api.HEAD)} to float")]
    return [
        text.load(llvm_type(machine), value, api.HEAD + machine.bits // 8 * index)
        for index, machine in enumerate(parts_of_dtype(dtype))
    ]


def _array(text: FunctionText, value: str, wanted: t.Array | t.RecordArray, owner: str) -> list[str]:
    parts = [value, owner, text.load("ptr", value, api.ARRAY_DATA)]
    fields = [api.ARRAY_SHAPE, api.ARRAY_STRIDES] if wanted.layout == "A" else [api.ARRAY_SHAPE]
    for field in fields if wanted.ndim else []:
        row = text.load("ptr", value, field)
        parts += [text.load("i64", row, 8 * axis) for axis in range(wanted.ndim)]
    return parts


def _int(text: FunctionText, value: str, miss: str) -> str:
    """A Python int of one digit is read in place; longer ones go through the C API, which tells of overflow."""
    tag, digit = text.load("i64", value, api.LONG_TAG), text.load("i32", value, api.LONG_DIGIT)
    if api.TAGGED_LONGS:
        short = text.value(f"icmp ult i64 {tag}, 16")
        sign = text.value(f"sub i64 1, {text.value(f'and i64 {tag}, 3')}")
    else:
        short = text.value(f"icmp ult i64 {text.value(f'add i64 {tag}, 1')}, 3")
        sign = tag
    quick = text.value(f"mul i64 {sign}, {text.value(f'zext i32 {digit} to i64')}")
    start, longer, fits, done = text.block, *(text.new_label(purpose) for purpose in ("longer", "fits", "int"))
    text.branch(short, done, longer, likely=True)
    text.begin(longer)
    overflow = text.stack(8)
    slow = text.call("i64", "PyLong_AsLongLongAndOverflow", ("ptr", value), ("ptr", overflow))
    text.branch(text.value(f"icmp eq i32 {text.load('i32', overflow)}, 0"), fits, miss)
    text.begin(fits)
    text.jump(done)
    text.begin(done)
    return text.phi("i64", [(quick, start), (slow, fits)])
