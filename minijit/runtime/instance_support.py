"""LLVM text of the support functions for instances: reading their attributes, and storing what has changed."""

from __future__ import annotations

from typing import Final

EXPORTS: Final = ("mj_attribute", "mj_same_text", "mj_drop_row", "mj_write_back")

TEXT: Final = """
declare i32 @PyUnicode_Compare(ptr, ptr)
declare ptr @PyObject_GenericGetAttr(ptr, ptr)
declare i32 @PyObject_GenericSetAttr(ptr, ptr, ptr)

; A new reference to an attribute of an instance of an ordinary class; null, and no exception, if it is not there.
define ptr @mj_attribute(ptr %object, ptr %name) nounwind {
entry:
  %found = call ptr @PyObject_GenericGetAttr(ptr %object, ptr %name)
  %missing = icmp eq ptr %found, null
  br i1 %missing, label %clear, label %done
clear:
  call void @PyErr_Clear()
  br label %done
done:
  ret ptr %found
}

; Whether an object is the text %known, or another string of the same characters.
define zeroext i1 @mj_same_text(ptr %object, ptr %known) nounwind {
entry:
  %same = icmp eq ptr %object, %known
  br i1 %same, label %alike, label %look
look:
  %type.at = getelementptr i8, ptr %object, i64 $TYPE
  %known.type.at = getelementptr i8, ptr %known, i64 $TYPE
  %type = load ptr, ptr %type.at
  %known.type = load ptr, ptr %known.type.at
  %is.text = icmp eq ptr %type, %known.type
  br i1 %is.text, label %compare, label %differ
compare:
  %order = call i32 @PyUnicode_Compare(ptr %object, ptr %known)
  %equal = icmp eq i32 %order, 0
  ret i1 %equal
alike:
  ret i1 true
differ:
  ret i1 false
}

; Stores %value, a reference that is given up, into an attribute. Gives %result; if storing or making %value has raised,
; null, and %result is given up.
define ptr @mj_write_back(ptr %object, ptr %name, ptr %value, ptr %result) nounwind {
entry:
  %unmade = icmp eq ptr %value, null
  br i1 %unmade, label %failed, label %store
store:
  %status = call i32 @PyObject_GenericSetAttr(ptr %object, ptr %name, ptr %value)
  call void @Py_DecRef(ptr %value)
  %refused = icmp ne i32 %status, 0
  br i1 %refused, label %failed, label %done
done:
  ret ptr %result
failed:
  call void @Py_DecRef(ptr %result)
  ret ptr null
}

; Gives up %count references, some of which may be null.
define void @mj_drop_row(ptr %row, i64 %count) nounwind {
entry:
  br label %more
more:
  %index = phi i64 [0, %entry], [%next, %drop]
  %last = icmp eq i64 %index, %count
  br i1 %last, label %done, label %drop
drop:
  %at = getelementptr ptr, ptr %row, i64 %index
  %held = load ptr, ptr %at
  call void @Py_DecRef(ptr %held)
  %next = add i64 %index, 1
  br label %more
done:
  ret void
}
"""
"""A template; the module that it becomes a part of declares what else it calls."""
