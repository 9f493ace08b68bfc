"""LLVM text of native lists: made, grown, and their items released with them.

A list is a memory block (:mod:`minijit.runtime.memory`) whose data is as large as ``BLOCK_BYTES`` says; the first
``LIST_LENGTH`` items are there. Everything else about lists is generated in line.
"""

from __future__ import annotations

from typing import Final

LISTS: Final = """
; A new empty list with room for %bytes, or null when memory is out; %items is its word BLOCK_ITEMS.
define ptr @mj_new_list(ptr %ctx, i64 %bytes, i64 %items) nounwind {
entry:
  %block = call ptr @malloc(i64 $LIST_SIZE)
  %no.block = icmp eq ptr %block, null
  br i1 %no.block, label %failed, label %made
made:
  %empty = icmp eq i64 %bytes, 0
  br i1 %empty, label %link, label %data
data:
  %memory = call ptr @malloc(i64 %bytes)
  %no.memory = icmp eq ptr %memory, null
  br i1 %no.memory, label %undo, label %link
link:
  %start = phi ptr [ null, %made ], [ %memory, %data ]
  call void @mj_link(ptr %ctx, ptr %block, ptr %start, i64 %bytes)
  %items.word = getelementptr i8, ptr %block, i64 $BLOCK_ITEMS
  store i64 %items, ptr %items.word
  %length.word = getelementptr i8, ptr %block, i64 $LIST_LENGTH
  store i64 0, ptr %length.word
  %boxed.word = getelementptr i8, ptr %block, i64 $LIST_BOXED
  store ptr null, ptr %boxed.word
  ret ptr %block
undo:
  call void @free(ptr %block)
  br label %failed
failed:
  ret ptr null
}

; Makes room for %wanted bytes, and for more to come; gives 0 when memory is out.
define i64 @mj_grow_list(ptr %block, i64 %wanted) nounwind {
entry:
  %room.word = getelementptr i8, ptr %block, i64 $BLOCK_BYTES
  %room = load i64, ptr %room.word
  %half = lshr i64 %room, 1
  %more.0 = add i64 %room, %half
  %more = add i64 %more.0, 64
  %bytes = call i64 @llvm.umax.i64(i64 %wanted, i64 %more)
  %data.word = getelementptr i8, ptr %block, i64 $BLOCK_DATA
  %data = load ptr, ptr %data.word
  %moved = call ptr @realloc(ptr %data, i64 %bytes)
  %failed = icmp eq ptr %moved, null
  br i1 %failed, label %no.memory, label %done
done:
  store ptr %moved, ptr %data.word
  store i64 %bytes, ptr %room.word
  ret i64 1
no.memory:
  ret i64 0
}

; Drops the references that the items of a list hold; %items is its word BLOCK_ITEMS.
define internal void @mj_drop_items(ptr %ctx, ptr %block, i64 %items) nounwind {
entry:
  %stride = lshr i64 %items, 32
  %owners = and i64 %items, 4294967295
  %length.word = getelementptr i8, ptr %block, i64 $LIST_LENGTH
  %length = load i64, ptr %length.word
  %data.word = getelementptr i8, ptr %block, i64 $BLOCK_DATA
  %data = load ptr, ptr %data.word
  br label %next
next:
  %index = phi i64 [ 0, %entry ], [ %index.1, %onward ]
  %more = icmp ult i64 %index, %length
  br i1 %more, label %item, label %done
item:
  %offset = mul i64 %index, %stride
  %start = getelementptr i8, ptr %data, i64 %offset
  br label %bits
bits:
  %left = phi i64 [ %owners, %item ], [ %left.1, %drop ]
  %none = icmp eq i64 %left, 0
  br i1 %none, label %onward, label %drop
drop:
  %word = call i64 @llvm.cttz.i64(i64 %left, i1 true)
  %less = sub i64 %left, 1
  %left.1 = and i64 %left, %less
  %owner.at = getelementptr i64, ptr %start, i64 %word
  %owner = load ptr, ptr %owner.at
  call void @mj_decref(ptr %ctx, ptr %owner)
  br label %bits
onward:
  %index.1 = add i64 %index, 1
  br label %next
done:
  ret void
}
"""
