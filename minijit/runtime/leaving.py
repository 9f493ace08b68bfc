"""LLVM text of the support function with which a call ends whose kernel did not return normally."""

from __future__ import annotations

from typing import Final

HEADROOM: Final = 100
"""How many of Python's frames more than usual are allowed while ``on_exit`` runs."""
ROOM: Final = 40
"""How many nested calls from C must be possible for ``on_exit`` to be called."""

LEAVE: Final = """
@mj_none = external global i8
@mj_where = private unnamed_addr constant [31 x i8] c" while calling a Python object\\00"
declare ptr @PyLong_FromLongLong(i64)
declare ptr @PyObject_Vectorcall(ptr, ptr, i64, ptr)
declare void @PyErr_SetObject(ptr, ptr)
declare void @PyErr_Restore(ptr, ptr, ptr)
declare i32 @Py_GetRecursionLimit()
declare void @Py_SetRecursionLimit(i32)
declare i32 @Py_EnterRecursiveCall(ptr)
declare void @Py_LeaveRecursiveCall()
declare ptr @PyException_GetTraceback(ptr)
declare ptr @PyException_GetContext(ptr)
declare void @mj_release(ptr)

; What a call whose kernel left with %status returns: on_exit says which exception to raise, or that the interpreter
; runs the function again. An exception that Python itself chained keeps its context; ours gets it as with `raise`.
define ptr @mj_leave(ptr %record, ptr %ctx, i32 %status, ptr %args, i64 %nargsf, ptr %kwnames) nounwind {
entry:
  %row = alloca [2 x ptr]
  %room = call i1 @mj_has_room()
  br i1 %room, label %box, label %deep
deep:
  ; A RecursionError is set, but the exception that came from Python goes first; it gets its frames from our callers.
  %exception.at = getelementptr i8, ptr %ctx, i64 $EXCEPTION
  %fetched = load ptr, ptr %exception.at
  %none.fetched = icmp eq ptr %fetched, null
  br i1 %none.fetched, label %clean.up, label %restore
restore:
  %value.at = getelementptr i8, ptr %exception.at, i64 8
  %fetched.value = load ptr, ptr %value.at
  %traceback.at = getelementptr i8, ptr %exception.at, i64 16
  %fetched.traceback = load ptr, ptr %traceback.at
  call void @PyErr_Restore(ptr %fetched, ptr %fetched.value, ptr %fetched.traceback)
  br label %clean.up
clean.up:
  call void @mj_release(ptr %ctx)
  ret ptr null
box:
  %second = getelementptr ptr, ptr %row, i64 1
  %wide = sext i32 %status to i64
  %number = call ptr @PyLong_FromLongLong(i64 %wide)
  store ptr %number, ptr %row
  %address = ptrtoint ptr %ctx to i64
  %context = call ptr @PyLong_FromLongLong(i64 %address)
  store ptr %context, ptr %second
  %no.number = icmp eq ptr %number, null
  %no.context = icmp eq ptr %context, null
  %no.memory = or i1 %no.number, %no.context
  br i1 %no.memory, label %clean.up, label %ask
ask:
  %on_exit.at = getelementptr i8, ptr %record, i64 $ON_EXIT
  %on_exit = load ptr, ptr %on_exit.at
  ; Adding and subtracting keeps the limit of Python's frames right when other threads do so too.
  %limit = call i32 @Py_GetRecursionLimit()
  %raised.limit = add i32 %limit, $HEADROOM
  call void @Py_SetRecursionLimit(i32 %raised.limit)
  %exception = call ptr @PyObject_Vectorcall(ptr %on_exit, ptr %row, i64 2, ptr null)
  %limit.now = call i32 @Py_GetRecursionLimit()
  %old.limit = sub i32 %limit.now, $HEADROOM
  call void @Py_SetRecursionLimit(i32 %old.limit)
  call void @Py_DecRef(ptr %number)
  call void @Py_DecRef(ptr %context)
  call void @mj_release(ptr %ctx)
  %raised = icmp eq ptr %exception, null
  br i1 %raised, label %fail, label %answered
answered:
  %again = icmp eq ptr %exception, @mj_none
  br i1 %again, label %interpret, label %raise
interpret:
  call void @Py_DecRef(ptr %exception)
  %function.at = getelementptr i8, ptr %record, i64 $INTERPRET
  %function = load ptr, ptr %function.at
  %result = call ptr @PyObject_Vectorcall(ptr %function, ptr %args, i64 %nargsf, ptr %kwnames)
  ret ptr %result
raise:
  %type.at = getelementptr i8, ptr %exception, i64 $TYPE
  %type = load ptr, ptr %type.at
  %chained = call ptr @PyException_GetContext(ptr %exception)
  %ours = icmp eq ptr %chained, null
  br i1 %ours, label %as.raise, label %as.is
as.raise:
  call void @PyErr_SetObject(ptr %type, ptr %exception)
  call void @Py_DecRef(ptr %exception)
  ret ptr null
as.is:
  call void @Py_DecRef(ptr %chained)
  call void @Py_IncRef(ptr %type)
  %traceback = call ptr @PyException_GetTraceback(ptr %exception)
  call void @PyErr_Restore(ptr %type, ptr %exception, ptr %traceback)
  ret ptr null
fail:
  ret ptr null
}

; Whether on_exit has room on the stack; else a RecursionError is set. There may be little, since what leaves is perhaps
; a RecursionError. (From Python 3.12 on, calls from C have a limit of their own, which can't be raised.)
define internal i1 @mj_has_room() nounwind {
entry:
  br label %enter
enter:
  %depth = phi i32 [0, %entry], [%deeper, %entered]
  %failed = call i32 @Py_EnterRecursiveCall(ptr @mj_where)
  %refused = icmp ne i32 %failed, 0
  br i1 %refused, label %leave, label %entered
entered:
  %deeper = add i32 %depth, 1
  %enough = icmp eq i32 %deeper, $ROOM
  br i1 %enough, label %leave, label %enter
leave:
  %left = phi i32 [%depth, %enter], [%deeper, %entered], [%fewer, %one]
  %answer = phi i1 [false, %enter], [true, %entered], [%answer, %one]
  %back = icmp eq i32 %left, 0
  br i1 %back, label %done, label %one
one:
  call void @Py_LeaveRecursiveCall()
  %fewer = sub i32 %left, 1
  br label %leave
done:
  ret i1 %answer
}
"""
