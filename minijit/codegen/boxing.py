"""Makes Python objects of native values: the results of a call, and the arguments of calls into Python.

A value stands in *slots*: 8 bytes for each of its parts, one after the other. Every box is a new reference, or null
with a Python exception set.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Final

from minijit import types as t
from minijit.codegen.box_lists import box_dict, box_list
from minijit.codegen.text import FunctionText, llvm_type
from minijit.errors import InternalError, Unsupported
from minijit.ir import context
from minijit.ir.unit import Unit
from minijit.machine import parts_of, parts_of_dtype, union_layout
from minijit.numpy_types import FLOAT16
from minijit.runtime import numpy_api as api

_SLOT: Final = 8


class Boxer:
    """Writes the boxing of values into one function.

    Parameters
    ----------
    text : FunctionText
        The function.
    unit : Unit
        Its table of constants is extended by objects that are returned.
    ctx : str
        The pointer to the call's context.
    remembers : bool
        Whether the values are those of the end of the call, where a native list is the same object each time.
    """

    def __init__(self, text: FunctionText, unit: Unit, ctx: str, *, remembers: bool = False) -> None:
        self.text = text
        self.unit = unit
        self.ctx = ctx
        self.remembers = remembers

    def box(self, one: t.Type, slots: str, slot: int = 0) -> str:
        """Box the value of type `one` whose parts begin in slot number `slot`."""
        text = self.text
        match one:
            case t.PythonScalar(name):
                return self._python_scalar(name, slots, slot)
            case t.NumpyScalar():
                return self._numpy_scalar(one, slots, slot)
            case t.Array() | t.RecordArray():
                return self._array(one, slots, slot)
            case t.Record():
                return self._record(one, slots, slot)
            case t.NoneValue():
                return self._shared(text.module.external("mj_none"), immortal=api.IMMORTALS)
            case t.Tuple(items, cls):
                whole = self._tuple(items, slots, slot)
                return whole if cls is tuple else self._of_class(whole, cls)
            case t.Union():
                return self._union(one, slots, slot)
            case t.MaybeInt(other):
                return self._maybe_int(other, slots, slot)
            case t.Range():
                fields = [(t.INT, slot), (t.INT, slot + 1), (t.INT, slot + 2)]
                return self._construct("mj_type_range", fields, slots)
            case t.Slice():
                return self._slice(one, slots, slot)
            case t.Index():
                return self._python_scalar("int", slots, slot)
            case t.Object() | t.PythonList() | t.Instance():
                return self._shared(text.load("ptr", slots, _SLOT * slot))
            case t.List():
                return box_list(self, one.item, text.load("ptr", slots, _SLOT * slot))
            case t.Dict(cls, entries):
                return box_dict(self, cls, entries.item, text.load("ptr", slots, _SLOT * slot))
            case t.Const():
                return self._shared(self.constant(one.value))
            case t.Never():
                return "null"
            case t.BoundMethod(receiver, name):
                return self._method(receiver, name, slots, slot)
            case t.Closure():
                raise Unsupported("a nested function that leaves native code", "define it at module level")
            case t.Iterator(kind):
                raise Unsupported(f"a {kind} object that leaves native code", "return or pass what it goes over")
            case _:
                raise InternalError(f"a value of type {one} can't be handed to Python")

    def constant(self, value: object) -> str:
        """A borrowed reference to an object known while compiling."""
        table = self.text.load("ptr", self.ctx, context.CONSTANTS)
        return self.text.load("ptr", table, 8 * self.unit.add_constant(value))

    def drop(self, reference: str) -> None:
        """Give up a reference."""
        self.text.call("void", "Py_DecRef", ("ptr", reference))

    def choose(self, condition: str, yes: str, no: str) -> str:
        """One of two existing objects."""
        return self.text.value(f"select i1 {condition}, ptr {yes}, ptr {no}")

    def _shared(self, value: str, *, immortal: bool = False) -> str:
        """A further reference to an existing object."""
        if not immortal:
            if api.IMMORTALS:
                self.text.call("void", "Py_IncRef", ("ptr", value))
            else:
                self.text.increment(value)
        return value

    def _flag(self, slots: str, slot: int) -> str:
        return self.text.value(f"icmp ne i8 {self.text.load('i8', slots, _SLOT * slot)}, 0")

    def _python_scalar(self, name: str, slots: str, slot: int) -> str:
        text, module = self.text, self.text.module
        match name:
            case "bool":
                chosen = self.choose(self._flag(slots, slot), module.external("mj_true"), module.external("mj_false"))
                return self._shared(chosen, immortal=api.IMMORTALS)
            case "int":
                return text.call("ptr", "PyLong_FromLongLong", ("i64", text.load("i64", slots, _SLOT * slot)))
            case "float":
                return text.call("ptr", "PyFloat_FromDouble", ("double", text.load("double", slots, _SLOT * slot)))
            case _:
                real, imaginary = (text.load("double", slots, _SLOT * (slot + k)) for k in (0, 1))
                return text.call("ptr", "PyComplex_FromDoubles", ("double", real), ("double", imaginary))

    def _numpy_scalar(self, one: t.NumpyScalar, slots: str, slot: int) -> str:
        """A new scalar, made as NumPy makes it: by the type's own allocator. There are only two of ``numpy.bool``."""
        text, module = self.text, self.text.module
        if one.dtype.kind == "b":
            yes, no = module.external("mj_numpy_true"), module.external("mj_numpy_false")
            return self._shared(self.choose(self._flag(slots, slot), yes, no))
        scalar_type = module.external(api.type_symbol(one.dtype.type))
        allocate = text.load("ptr", scalar_type, api.TYPE_ALLOC)
        scalar = text.value(f"call ptr {allocate}(ptr {scalar_type}, i64 0)")
        made, done, start = text.new_label("made"), text.new_label("scalar"), text.block
        text.branch(text.value(f"icmp ne ptr {scalar}, null"), made, done, likely=True)
        text.begin(made)
        for index, machine in enumerate(parts_of_dtype(one.dtype)):
            kind = llvm_type(machine)
            if one.dtype == FLOAT16:
                half = text.value(f"fptrunc float {text.load(kind, slots, _SLOT * slot)} to half")
                text.store("half", half, scalar, api.HEAD)
                continue
            part = text.load(kind, slots, _SLOT * (slot + index))
            text.store(kind, part, scalar, api.HEAD + machine.bits // 8 * index)
        text.jump(done)
        text.begin(done)
        return text.phi("ptr", [("null", start), (scalar, made)])

    def _record(self, one: t.Record, slots: str, slot: int) -> str:
        """The ``numpy.void`` that it is, or a new one as an array without axes over its memory gives it."""
        text = self.text
        known = text.load("ptr", slots, _SLOT * slot)
        itself, made, done = (text.new_label(purpose) for purpose in ("itself", "made", "record"))
        text.branch(text.value(f"icmp ne ptr {known}, null"), itself, made)
        text.begin(itself)
        self._shared(known)
        text.jump(done)
        text.begin(made)
        whole = self._array(t.RecordArray(one.structure, 0, "C", one.writable), slots, slot)
        scalar = text.call("ptr", "PyArray_Return", ("ptr", whole))
        text.jump(done)
        text.begin(done)
        return text.phi("ptr", [(known, itself), (scalar, made)])

    def _array(self, one: t.Array | t.RecordArray, slots: str, slot: int) -> str:
        text = self.text
        at = text.at(slots, _SLOT * slot)
        flags = api.ALIGNED | (api.WRITEABLE if one.writable else 0)
        strides = "null"
        if one.layout == "A":
            strides = text.at(at, _SLOT * (3 + one.ndim))
        else:
            flags |= api.F_CONTIGUOUS if one.layout == "F" else api.C_CONTIGUOUS
        shape = ("i32", str(one.ndim)), ("ptr", strides)
        if isinstance(one, t.RecordArray):
            known = one.structure.dtype
            of_class = ("ptr", self.constant(one.cls)), ("ptr", self.constant(known)), ("i64", str(known.itemsize))
            return text.call("ptr", "mj_box_records", ("ptr", at), *shape, *of_class, ("i32", str(flags)))
        of_number = ("i32", str(one.dtype.num)), ("i64", str(one.dtype.itemsize))
        return text.call("ptr", "mj_box_array", ("ptr", at), *shape, *of_number, ("i32", str(flags)))

    def _tuple(self, items: tuple[t.Type, ...], slots: str, slot: int) -> str:
        text = self.text
        result = text.call("ptr", "PyTuple_New", ("i64", str(len(items))))
        start, drop, done = text.block, text.new_label("drop"), text.new_label("tuple")
        incoming = [("null", start)]
        following = text.new_label("item")
        text.branch(text.value(f"icmp ne ptr {result}, null"), following, done, likely=True)
        text.begin(following)
        for index, one in enumerate(items):
            item = self.box(one, slots, slot)
            following = text.new_label("item")
            text.branch(text.value(f"icmp ne ptr {item}, null"), following, drop, likely=True)
            text.begin(following)
            text.store("ptr", item, result, api.TUPLE_ITEMS + 8 * index)
            slot += len(parts_of(one))
        incoming.append((result, text.block))
        text.jump(done)
        if items:
            text.begin(drop)
            self.drop(result)
            incoming.append(("null", drop))
            text.jump(done)
        text.begin(done)
        return text.phi("ptr", incoming)

    def _of_class(self, whole: str, cls: type) -> str:
        """A list or named tuple with the items of the tuple `whole`, which is used up."""
        text = self.text
        start, made, done = text.block, text.new_label("made"), text.new_label("sequence")
        text.branch(text.value(f"icmp ne ptr {whole}, null"), made, done, likely=True)
        text.begin(made)
        if cls is list:
            result = text.call("ptr", "PySequence_List", ("ptr", whole))
        else:
            maker = self.constant(cls._make)  # type: ignore[attr-defined]
            result = text.call("ptr", "PyObject_CallOneArg", ("ptr", maker), ("ptr", whole))
        self.drop(whole)
        text.jump(done)
        text.begin(done)
        return text.phi("ptr", [("null", start), (result, made)])

    def _union(self, one: t.Union, slots: str, slot: int) -> str:
        text = self.text
        tag = text.load("i8", slots, _SLOT * slot)
        labels = [text.new_label("member") for _ in one.members]
        done = text.new_label("union")
        cases = " ".join(f"i8 {index}, label %{label}" for index, label in enumerate(labels[1:], 1))
        text.do(f"switch i8 {tag}, label %{labels[0]} [{cases}]")
        incoming = []
        starts = union_layout(one.members)[1]
        for label, member, start in zip(labels, one.members, starts, strict=True):
            text.begin(label)
            value = self.box(member, slots, slot + start)
            incoming.append((value, text.block))
            text.jump(done)
        text.begin(done)
        return text.phi("ptr", incoming)

    def _maybe_int(self, other: t.PythonScalar | t.NumpyScalar, slots: str, slot: int) -> str:
        text = self.text
        is_int, is_other, done = (text.new_label(purpose) for purpose in ("int", "other", "number"))
        text.branch(self._flag(slots, slot), is_int, is_other)
        text.begin(is_int)
        integer = self._int_of_equal_value(other, slots, slot + 1)
        text.jump(done)
        text.begin(is_other)
        boxed = self.box(other, slots, slot + 1)
        end = text.block
        text.jump(done)
        text.begin(done)
        return text.phi("ptr", [(integer, is_int), (boxed, end)])

    def _int_of_equal_value(self, held: t.PythonScalar | t.NumpyScalar, slots: str, slot: int) -> str:
        """The Python int equal to a number held as `held` (of complex numbers: to the real part)."""
        text = self.text
        dtype = t.dtype_of(held)
        machine = parts_of_dtype(dtype)[0]
        if dtype.kind in "fc":
            value = text.load(llvm_type(machine), slots, _SLOT * slot)
            if machine.bits < 64:
                value = text.value(f"fpext float {value} to double")
            return text.call("ptr", "PyLong_FromDouble", ("double", value))
        kind = "i8" if dtype.kind == "b" else llvm_type(machine)
        value = text.load(kind, slots, _SLOT * slot)
        if kind != "i64":
            value = text.value(f"{'sext' if dtype.kind == 'i' else 'zext'} {kind} {value} to i64")
        maker = "PyLong_FromUnsignedLongLong" if dtype.kind == "u" else "PyLong_FromLongLong"
        return text.call("ptr", maker, ("i64", value))

    def _slice(self, one: t.Slice, slots: str, slot: int) -> str:
        fields = []
        for field in (one.start, one.stop, one.step):
            fields.append((field, slot))
            slot += len(parts_of(field))
        return self._construct("mj_type_slice", fields, slots)

    def _method(self, receiver: t.Type, name: str, slots: str, slot: int) -> str:
        text = self.text
        row = text.stack(8)
        made = self.box_row([(receiver, slot)], slots, row)
        start, found, done = text.block, text.new_label("found"), text.new_label("method")
        text.branch(made, found, done, likely=True)
        text.begin(found)
        self_, attribute = ("ptr", text.load("ptr", row)), ("ptr", self.constant(sys.intern(name)))
        method = text.call("ptr", "PyObject_GetAttr", self_, attribute)
        self.drop_row(row, 1)
        text.jump(done)
        text.begin(done)
        return text.phi("ptr", [("null", start), (method, found)])

    def _construct(self, type_symbol: str, fields: Sequence[tuple[t.Type, int]], slots: str) -> str:
        """Call a type with boxed arguments."""
        text = self.text
        row = text.stack(8 * len(fields))
        made = self.box_row(fields, slots, row)
        called, done = text.new_label("called"), text.new_label("constructed")
        start = text.block
        text.branch(made, called, done, likely=True)
        text.begin(called)
        target = ("ptr", text.module.external(type_symbol))
        result = text.call(
            "ptr", "PyObject_Vectorcall", target, ("ptr", row), ("i64", str(len(fields))), ("ptr", "null")
        )
        self.drop_row(row, len(fields))
        text.jump(done)
        text.begin(done)
        return text.phi("ptr", [("null", start), (result, called)])

    def box_row(self, fields: Sequence[tuple[t.Type, int]], slots: str, row: str) -> str:
        """Box several values into a row of pointers; the result tells whether all were made (else there are none)."""
        text = self.text
        done = text.new_label("row")
        incoming = []
        for index, (one, slot) in enumerate(fields):
            value = self.box(one, slots, slot)
            text.store("ptr", value, row, 8 * index)
            following, undo = text.new_label("next"), text.new_label("undo")
            text.branch(text.value(f"icmp ne ptr {value}, null"), following, undo, likely=True)
            text.begin(undo)
            self.drop_row(row, index)
            incoming.append(("false", undo))
            text.jump(done)
            text.begin(following)
        incoming.append(("true", text.block))
        text.jump(done)
        text.begin(done)
        return text.phi("i1", incoming)

    def drop_row(self, row: str, count: int) -> None:
        """Give up the first `count` references in a row."""
        for index in range(count):
            self.drop(self.text.load("ptr", row, 8 * index))
