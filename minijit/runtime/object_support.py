"""LLVM text of the support functions that deal with Python objects: boxing and holding arrays.

They are compiled once per process, together with those of :mod:`minijit.runtime.leaving` and
:mod:`minijit.runtime.first_entry`; generated code refers to them by symbol. The comment before each function is its
contract.
"""

from __future__ import annotations

from string import Template
from types import ModuleType
from typing import Final

from minijit.ir import context
from minijit.runtime import data_handler, instance_support, record
from minijit.runtime import numpy_api as api
from minijit.runtime.first_entry import first_entry_text
from minijit.runtime.leaving import HEADROOM, LEAVE, ROOM

EXPORTS: Final = (
    *instance_support.EXPORTS,
    *("mj_box_array", "mj_box_records", "mj_same_structure", "mj_hold_array", "mj_leave", "mj_first_entry"),
    *data_handler.EXPORTS,
)

FOREIGN: Final = 1 << 40
"""The count of the block that stands for an argument: it is on the wrapper's stack and never freed."""


def object_support_text() -> str:
    """The module's text.

    A new array names an allocator of our own as the one that its data is from, where it is known how arrays do that.
    Without it the array is freed all the same, but can't be resized.
    """
    names = {**_numbers(context), **_numbers(record), **_numbers(api), "FOREIGN": FOREIGN // 2}
    names |= {"HEADROOM": HEADROOM, "ROOM": ROOM}
    names["CARRAY"] = api.C_CONTIGUOUS | api.ALIGNED | api.WRITEABLE
    names["CONTIGUOUS"] = api.C_CONTIGUOUS | api.F_CONTIGUOUS
    handler = _HANDLER if data_handler.SYMBOL in api.symbols() else _NO_HANDLER
    parts = (_DECLARATIONS, instance_support.TEXT, _BOX_ARRAY, _OWNERSHIP, handler, LEAVE)
    text = data_handler.TEXT + Template("".join(parts)).substitute(names)
    return text + first_entry_text()


def _numbers(module: ModuleType) -> dict[str, int]:
    return {name: value for name, value in vars(module).items() if name.isupper() and type(value) is int}


_DECLARATIONS: Final = """
@mj_type_numpy_ndarray = external global i8
declare ptr @PyArray_DescrFromType(i32)
declare ptr @PyArray_NewFromDescr(ptr, ptr, i32, ptr, ptr, ptr, i32, ptr)
declare i32 @PyArray_SetBaseObject(ptr, ptr)
declare i8 @PyArray_EquivTypes(ptr, ptr)
declare void @Py_IncRef(ptr)
declare void @Py_DecRef(ptr)
declare ptr @PyErr_NoMemory()
declare ptr @mj_alloc(ptr, i64, i1)
declare void @free(ptr)
declare i32 @memcmp(ptr, ptr, i64)
declare void @llvm.memset.p0.i64(ptr, i8, i64, i1 immarg)
"""

_BOX_ARRAY: Final = """
; A new reference to the array whose parts stand in %slots: the Python object that it is, or a new ndarray over its
; data. The new one owns the data if it is all of its block, else it is a view: of the argument, or of the block's own
; ndarray.
define ptr @mj_box_array(ptr %slots, i32 %ndim, ptr %strides, i32 %number, i64 %itemsize, i32 %flags) nounwind {
entry:
  %object = load ptr, ptr %slots
  %known = icmp ne ptr %object, null
  br i1 %known, label %itself, label %make
itself:
  call void @Py_IncRef(ptr %object)
  ret ptr %object
make:
  %dtype = call ptr @PyArray_DescrFromType(i32 %number)
  %array = call ptr @mj_box_records(ptr %slots, i32 %ndim, ptr %strides, ptr @mj_type_numpy_ndarray, ptr %dtype,
                                    i64 %itemsize, i32 %flags)
  call void @Py_DecRef(ptr %dtype)
  ret ptr %array
}

; The same for an array of any class and dtype.
define ptr @mj_box_records(ptr %slots, i32 %ndim, ptr %strides, ptr %class, ptr %dtype, i64 %itemsize,
                           i32 %flags) nounwind {
entry:
  %length = alloca i64
  %object = load ptr, ptr %slots
  %known = icmp ne ptr %object, null
  br i1 %known, label %itself, label %make
itself:
  call void @Py_IncRef(ptr %object)
  ret ptr %object
make:
  %owner.at = getelementptr i8, ptr %slots, i64 8
  %owner = load ptr, ptr %owner.at
  %data.at = getelementptr i8, ptr %slots, i64 16
  %data = load ptr, ptr %data.at
  %shape = getelementptr i8, ptr %slots, i64 24
  call void @Py_IncRef(ptr %dtype)
  %array = call ptr @PyArray_NewFromDescr(ptr %class, ptr %dtype, i32 %ndim, ptr %shape, ptr %strides,
                                          ptr %data, i32 %flags, ptr null)
  %failed = icmp eq ptr %array, null
  br i1 %failed, label %nothing, label %made
nothing:
  ret ptr null
made:
  %base.at = getelementptr i8, ptr %owner, i64 $BLOCK_OBJECT
  %base = load ptr, ptr %base.at
  %block.data.at = getelementptr i8, ptr %owner, i64 $BLOCK_DATA
  %block.data = load ptr, ptr %block.data.at
  %has.base = icmp ne ptr %base, null
  br i1 %has.base, label %based, label %fresh

based:
  %count = load i64, ptr %owner
  %counted = icmp slt i64 %count, $FOREIGN
  %has.data = icmp ne ptr %block.data, null
  %native = and i1 %counted, %has.data
  br i1 %native, label %compare, label %attach
compare:
  %same = call i1 @mj_same_array(ptr %array, ptr %base)
  br i1 %same, label %again, label %attach
again:
  call void @Py_DecRef(ptr %array)
  call void @Py_IncRef(ptr %base)
  ret ptr %base

fresh:
  %bytes.at = getelementptr i8, ptr %owner, i64 $BLOCK_BYTES
  %bytes = load i64, ptr %bytes.at
  %at.start = icmp eq ptr %data, %block.data
  %flags.at = getelementptr i8, ptr %array, i64 $ARRAY_FLAGS
  %its.flags = load i32, ptr %flags.at
  %order = and i32 %its.flags, $CONTIGUOUS
  %contiguous = icmp ne i32 %order, 0
  %dims = sext i32 %ndim to i64
  br label %multiply
multiply:
  %axis = phi i64 [0, %fresh], [%next.axis, %step]
  %size = phi i64 [%itemsize, %fresh], [%larger, %step]
  %last = icmp eq i64 %axis, %dims
  br i1 %last, label %decide, label %step
step:
  %extent.at = getelementptr i64, ptr %shape, i64 %axis
  %extent = load i64, ptr %extent.at
  %larger = mul i64 %size, %extent
  %next.axis = add i64 %axis, 1
  br label %multiply
decide:
  %covers = icmp eq i64 %size, %bytes
  %whole.0 = and i1 %at.start, %contiguous
  %whole = and i1 %whole.0, %covers
  br i1 %whole, label %own, label %flat
own:
  call void @Py_IncRef(ptr %array)
  call void @mj_take_over(ptr %array, ptr %owner)
  %empty = icmp eq i64 %size, 0
  br i1 %empty, label %clear, label %done
clear:
  ; NumPy gives a new array without elements strides of 0.
  %strides.at = getelementptr i8, ptr %array, i64 $ARRAY_STRIDES
  %its.strides = load ptr, ptr %strides.at
  %row.bytes = shl i64 %dims, 3
  call void @llvm.memset.p0.i64(ptr %its.strides, i8 0, i64 %row.bytes, i1 false)
  br label %done

flat:
  %rest = urem i64 %bytes, %itemsize
  %divides = icmp eq i64 %rest, 0
  %base.item = select i1 %divides, i64 %itemsize, i64 1
  %base.length = udiv i64 %bytes, %base.item
  store i64 %base.length, ptr %length
  %byte.dtype = call ptr @PyArray_DescrFromType(i32 2)
  call void @Py_IncRef(ptr %dtype)
  %base.dtype = select i1 %divides, ptr %dtype, ptr %byte.dtype
  %other.dtype = select i1 %divides, ptr %byte.dtype, ptr %dtype
  call void @Py_DecRef(ptr %other.dtype)
  %flat.base = call ptr @PyArray_NewFromDescr(ptr @mj_type_numpy_ndarray, ptr %base.dtype, i32 1, ptr %length, ptr null,
                                              ptr %block.data, i32 $CARRAY, ptr null)
  %no.base = icmp eq ptr %flat.base, null
  br i1 %no.base, label %drop, label %attach.flat
attach.flat:
  call void @mj_take_over(ptr %flat.base, ptr %owner)
  br label %attach

attach:
  %parent = phi ptr [%base, %based], [%base, %compare], [%flat.base, %attach.flat]
  call void @Py_IncRef(ptr %parent)
  %status = call i32 @PyArray_SetBaseObject(ptr %array, ptr %parent)
  %refused = icmp ne i32 %status, 0
  br i1 %refused, label %drop, label %done
done:
  ret ptr %array
drop:
  call void @Py_DecRef(ptr %array)
  ret ptr null
}

; Whether a dtype with fields is the known one, or nothing tells them apart.
define zeroext i1 @mj_same_structure(ptr %dtype, ptr %known) nounwind {
entry:
  %same = icmp eq ptr %dtype, %known
  br i1 %same, label %alike, label %compare
compare:
  %class.at = getelementptr i8, ptr %dtype, i64 $DTYPE_CLASS
  %known.class.at = getelementptr i8, ptr %known, i64 $DTYPE_CLASS
  %flags.at = getelementptr i8, ptr %dtype, i64 $DTYPE_FLAGS
  %known.flags.at = getelementptr i8, ptr %known, i64 $DTYPE_FLAGS
  %metadata.at = getelementptr i8, ptr %dtype, i64 $DTYPE_METADATA
  %class = load ptr, ptr %class.at
  %known.class = load ptr, ptr %known.class.at
  %flags = load i64, ptr %flags.at
  %known.flags = load i64, ptr %known.flags.at
  %metadata = load ptr, ptr %metadata.at
  %same.class = icmp eq ptr %class, %known.class
  %same.flags = icmp eq i64 %flags, %known.flags
  %bare = icmp eq ptr %metadata, null
  %both = and i1 %same.class, %same.flags
  %all = and i1 %both, %bare
  br i1 %all, label %ask, label %differ
ask:
  %answer = call i8 @PyArray_EquivTypes(ptr %dtype, ptr %known)
  %equal = icmp ne i8 %answer, 0
  ret i1 %equal
alike:
  ret i1 true
differ:
  ret i1 false
}

; Whether an ndarray has the same data, dtype, shape and strides as another, that of a block.
define internal i1 @mj_same_array(ptr %a, ptr %b) nounwind {
entry:
  %a.data.at = getelementptr i8, ptr %a, i64 $ARRAY_DATA
  %b.data.at = getelementptr i8, ptr %b, i64 $ARRAY_DATA
  %a.data = load ptr, ptr %a.data.at
  %b.data = load ptr, ptr %b.data.at
  %same.data = icmp eq ptr %a.data, %b.data
  %a.ndim.at = getelementptr i8, ptr %a, i64 $ARRAY_NDIM
  %b.ndim.at = getelementptr i8, ptr %b, i64 $ARRAY_NDIM
  %a.ndim = load i32, ptr %a.ndim.at
  %b.ndim = load i32, ptr %b.ndim.at
  %same.ndim = icmp eq i32 %a.ndim, %b.ndim
  %a.dtype.at = getelementptr i8, ptr %a, i64 $ARRAY_DTYPE
  %b.dtype.at = getelementptr i8, ptr %b, i64 $ARRAY_DTYPE
  %a.dtype = load ptr, ptr %a.dtype.at
  %b.dtype = load ptr, ptr %b.dtype.at
  %same.dtype = icmp eq ptr %a.dtype, %b.dtype
  %both = and i1 %same.data, %same.ndim
  %all = and i1 %both, %same.dtype
  br i1 %all, label %rows, label %differ
rows:
  %dims = sext i32 %a.ndim to i64
  %bytes = shl i64 %dims, 3
  %a.shape.at = getelementptr i8, ptr %a, i64 $ARRAY_SHAPE
  %b.shape.at = getelementptr i8, ptr %b, i64 $ARRAY_SHAPE
  %a.shape = load ptr, ptr %a.shape.at
  %b.shape = load ptr, ptr %b.shape.at
  %shapes = call i32 @memcmp(ptr %a.shape, ptr %b.shape, i64 %bytes)
  %a.strides.at = getelementptr i8, ptr %a, i64 $ARRAY_STRIDES
  %b.strides.at = getelementptr i8, ptr %b, i64 $ARRAY_STRIDES
  %a.strides = load ptr, ptr %a.strides.at
  %b.strides = load ptr, ptr %b.strides.at
  %strides = call i32 @memcmp(ptr %a.strides, ptr %b.strides, i64 %bytes)
  %either = or i32 %shapes, %strides
  %same = icmp eq i32 %either, 0
  br i1 %same, label %alike, label %other
other:
  ; %b may have had its strides cleared, if it has no elements (then it has an axis).
  %same.shape = icmp eq i32 %shapes, 0
  %axes = icmp ne i64 %bytes, 0
  %maybe = and i1 %same.shape, %axes
  br i1 %maybe, label %cleared, label %differ
cleared:
  %stride = load i64, ptr %b.strides
  %empty = icmp eq i64 %stride, 0
  ret i1 %empty
alike:
  ret i1 true
differ:
  ret i1 false
}
"""

_OWNERSHIP: Final = """
; Hands a block's data over to %array, which frees it from now on; the block takes over a reference to the array.
define internal void @mj_take_over(ptr %array, ptr %owner) nounwind {
entry:
  %flags.at = getelementptr i8, ptr %array, i64 $ARRAY_FLAGS
  %flags = load i32, ptr %flags.at
  %owning = or i32 %flags, $OWNS_DATA
  store i32 %owning, ptr %flags.at
  %object.at = getelementptr i8, ptr %owner, i64 $BLOCK_OBJECT
  store ptr %array, ptr %object.at
  call void @mj_set_handler(ptr %array)
  ret void
}

; A block that owns an ndarray which Python made: it holds a reference. Null, with MemoryError set, without memory.
define ptr @mj_hold_array(ptr %ctx, ptr %array) nounwind {
entry:
  %block = call ptr @mj_alloc(ptr %ctx, i64 0, i1 false)
  %failed = icmp eq ptr %block, null
  br i1 %failed, label %no.memory, label %made
made:
  %data.at = getelementptr i8, ptr %block, i64 $BLOCK_DATA
  %data = load ptr, ptr %data.at
  call void @free(ptr %data)
  store ptr null, ptr %data.at
  %object.at = getelementptr i8, ptr %block, i64 $BLOCK_OBJECT
  store ptr %array, ptr %object.at
  call void @Py_IncRef(ptr %array)
  ret ptr %block
no.memory:
  call ptr @PyErr_NoMemory()
  ret ptr null
}
"""

_HANDLER: Final = """
@mj_data_handler = external global ptr
define internal void @mj_set_handler(ptr %array) nounwind {
entry:
  %handler = load ptr, ptr @mj_data_handler
  %handler.at = getelementptr i8, ptr %array, i64 $ARRAY_HANDLER
  call void @Py_IncRef(ptr %handler)
  store ptr %handler, ptr %handler.at
  ret void
}
"""

_NO_HANDLER: Final = """
define internal void @mj_set_handler(ptr %array) nounwind {
entry:
  ret void
}
"""
