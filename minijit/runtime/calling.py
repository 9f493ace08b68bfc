"""LLVM text of what calls need: keyword arguments, the slow path of a dispatcher, the trace of an exception."""

from __future__ import annotations

from string import Template
from typing import Final

from minijit.ir import context


def calling_text() -> str:
    """The functions' text."""
    return Template(_CALLS).substitute(
        TUPLE_SIZE=object.__basicsize__,
        TUPLE_ITEMS=tuple.__basicsize__,
        SLOW_CALLABLE=object.__basicsize__ + 8,
        TRACE_LENGTH=context.TRACE_LENGTH,
        TRACE_ENTRIES=context.TRACE_ENTRIES,
        TRACE=context.TRACE,
    )


_CALLS: Final = """
define ptr @mj_slow(ptr %self, ptr %args, i64 %nargsf, ptr %kwnames) nounwind {
entry:
  %word = getelementptr i8, ptr %self, i64 $SLOW_CALLABLE
  %callable = load ptr, ptr %word
  %result = tail call ptr @PyObject_Vectorcall(ptr %callable, ptr %args, i64 %nargsf, ptr %kwnames)
  ret ptr %result
}

define zeroext i1 @mj_bind(ptr %args, i64 %nargs, ptr %kwnames, ptr %names, ptr %defaults, i64 %n, ptr %out) nounwind {
entry:
  %too.many = icmp ugt i64 %nargs, %n
  br i1 %too.many, label %no, label %rows
rows:
  %i = phi i64 [ 0, %entry ], [ %i.next, %row ]
  %rows.done = icmp eq i64 %i, %n
  br i1 %rows.done, label %keywords, label %row
row:
  ; A positional argument, or the default (null where there is none).
  %given = icmp ult i64 %i, %nargs
  %table = select i1 %given, ptr %args, ptr %defaults
  %source = getelementptr ptr, ptr %table, i64 %i
  %value = load ptr, ptr %source
  %target = getelementptr ptr, ptr %out, i64 %i
  store ptr %value, ptr %target
  %i.next = add i64 %i, 1
  br label %rows
keywords:
  %no.keywords = icmp eq ptr %kwnames, null
  br i1 %no.keywords, label %complete, label %count
count:
  %size.word = getelementptr i8, ptr %kwnames, i64 $TUPLE_SIZE
  %size = load i64, ptr %size.word
  %items = getelementptr i8, ptr %kwnames, i64 $TUPLE_ITEMS
  br label %each
each:
  %k = phi i64 [ 0, %count ], [ %k.next, %found ]
  %each.done = icmp eq i64 %k, %size
  br i1 %each.done, label %complete, label %look
look:
  %name.word = getelementptr ptr, ptr %items, i64 %k
  %name = load ptr, ptr %name.word
  br label %search
search:
  ; Names are interned, so their addresses are compared; parameters that are filled already are not looked at.
  %p = phi i64 [ %nargs, %look ], [ %p.next, %other ]
  %unknown = icmp eq i64 %p, %n
  br i1 %unknown, label %no, label %compare
compare:
  %parameter.word = getelementptr ptr, ptr %names, i64 %p
  %parameter = load ptr, ptr %parameter.word
  %same = icmp eq ptr %parameter, %name
  br i1 %same, label %found, label %other
other:
  %p.next = add i64 %p, 1
  br label %search
found:
  %position = add i64 %nargs, %k
  %argument.word = getelementptr ptr, ptr %args, i64 %position
  %argument = load ptr, ptr %argument.word
  %place = getelementptr ptr, ptr %out, i64 %p
  store ptr %argument, ptr %place
  %k.next = add i64 %k, 1
  br label %each
complete:
  %q = phi i64 [ %nargs, %keywords ], [ %nargs, %each ], [ %q.next, %filled ]
  %all = icmp uge i64 %q, %n
  br i1 %all, label %yes, label %test
test:
  %slot = getelementptr ptr, ptr %out, i64 %q
  %what = load ptr, ptr %slot
  %missing = icmp eq ptr %what, null
  br i1 %missing, label %no, label %filled
filled:
  %q.next = add i64 %q, 1
  br label %complete
yes:
  ret i1 true
no:
  ret i1 false
}

define void @mj_trace(ptr %ctx, i32 %site) nounwind {
entry:
  %length.word = getelementptr i8, ptr %ctx, i64 $TRACE_LENGTH
  %length = load i64, ptr %length.word
  %more = add i64 %length, 1
  store i64 %more, ptr %length.word
  %room = icmp ult i64 %length, $TRACE_ENTRIES
  br i1 %room, label %note, label %done
note:
  %start = getelementptr i8, ptr %ctx, i64 $TRACE
  %entry.word = getelementptr i32, ptr %start, i64 %length
  store i32 %site, ptr %entry.word
  br label %done
done:
  ret void
}
"""
