"""LLVM text of what stands in the place of a late function until it is compiled.

The late functions of a unit are called through a table (symbol ``mj_late``), an entry of four words each::

    code        where to call: ``mj_first_entry``, from the first call on the function itself
    compile     a Python object that makes and enters the code, and returns its address, or 0 if there is none
    bail        the status to leave with if there is none
    python      the status to leave with if compiling raised an exception, which goes to the context
"""

from __future__ import annotations

from string import Template
from typing import Final

from minijit.ir import context
from minijit.runtime.leaving import HEADROOM

CODE: Final = 0
COMPILE: Final = 8
BAIL: Final = 16
PYTHON: Final = 24
ENTRY_BYTES: Final = 32


def first_entry_text() -> str:
    """The function's text."""
    return Template(_FIRST_ENTRY).substitute(
        COMPILE=COMPILE, BAIL=BAIL, PYTHON=PYTHON, HEADROOM=HEADROOM, EXCEPTION=context.EXCEPTION
    )


_FIRST_ENTRY: Final = """
@PyExc_RecursionError = external global ptr
declare i32 @PyGILState_Ensure()
declare void @PyGILState_Release(i32)
declare i64 @PyLong_AsLongLong(ptr)
declare void @PyErr_Fetch(ptr, ptr, ptr)
declare i32 @PyErr_ExceptionMatches(ptr)
declare void @PyErr_Clear()

; The caller may have released the interpreter's lock. Compiling takes more of Python's frames than a call of the
; function in the interpreter would, so more are allowed for; where even those do not suffice, there is no code.
define i32 @mj_first_entry(ptr %ctx, ptr %entry, ptr %frame) nounwind {
start:
  %lock = call i32 @PyGILState_Ensure()
  %compile.at = getelementptr i8, ptr %entry, i64 $COMPILE
  %compile = load ptr, ptr %compile.at
  %limit = call i32 @Py_GetRecursionLimit()
  %raised.limit = add i32 %limit, $HEADROOM
  call void @Py_SetRecursionLimit(i32 %raised.limit)
  %address = call ptr @PyObject_Vectorcall(ptr %compile, ptr null, i64 0, ptr null)
  %limit.now = call i32 @Py_GetRecursionLimit()
  %old.limit = sub i32 %limit.now, $HEADROOM
  call void @Py_SetRecursionLimit(i32 %old.limit)
  %raised = icmp eq ptr %address, null
  br i1 %raised, label %failed, label %answered
answered:
  %number = call i64 @PyLong_AsLongLong(ptr %address)
  call void @Py_DecRef(ptr %address)
  call void @PyGILState_Release(i32 %lock)
  %none = icmp eq i64 %number, 0
  br i1 %none, label %bail, label %enter
enter:
  %code = inttoptr i64 %number to ptr
  %status = tail call i32 %code(ptr %ctx, ptr %entry, ptr %frame)
  ret i32 %status
failed:
  %recursion.error = load ptr, ptr @PyExc_RecursionError
  %too.deep = call i32 @PyErr_ExceptionMatches(ptr %recursion.error)
  %deep = icmp ne i32 %too.deep, 0
  br i1 %deep, label %forget, label %keep
forget:
  call void @PyErr_Clear()
  call void @PyGILState_Release(i32 %lock)
  br label %bail
keep:
  %type.word = getelementptr i8, ptr %ctx, i64 $EXCEPTION
  %value.word = getelementptr i8, ptr %type.word, i64 8
  %traceback.word = getelementptr i8, ptr %type.word, i64 16
  call void @PyErr_Fetch(ptr %type.word, ptr %value.word, ptr %traceback.word)
  call void @PyGILState_Release(i32 %lock)
  %python.at = getelementptr i8, ptr %entry, i64 $PYTHON
  %python.status = load i32, ptr %python.at
  ret i32 %python.status
bail:
  %bail.at = getelementptr i8, ptr %entry, i64 $BAIL
  %bail.status = load i32, ptr %bail.at
  ret i32 %bail.status
}
"""
