"""LLVM text of the test in which order NumPy's iterator takes the axes of its operands."""

from __future__ import annotations

from typing import Final

TURNED: Final = "mj_turned"
TURNED_SIGNATURE: Final = f"declare i64 @{TURNED}(ptr, i64, i64) #5"

TURNED_TEXT: Final = f"""
; Of strides (a row of %ndim for each operand): 1 if some axis is faster than a later one, else 0. It is where some
; operand moves along both, and all that do have the smaller stride along the earlier one.
define i64 @{TURNED}(ptr %strides, i64 %operands, i64 %ndim) nounwind {{
entry:
  br label %lasts
lasts:
  %last = phi i64 [ 1, %entry ], [ %last.next, %lasts.next ]
  %lasts.more = icmp slt i64 %last, %ndim
  br i1 %lasts.more, label %firsts, label %straight
firsts:
  %first = phi i64 [ 0, %lasts ], [ %first.next, %firsts.next ]
  %firsts.more = icmp slt i64 %first, %last
  br i1 %firsts.more, label %rows, label %lasts.next
rows:
  %row = phi i64 [ 0, %firsts ], [ %row.next, %rows.next ]
  %told = phi i1 [ false, %firsts ], [ %told.next, %rows.next ]
  %rows.more = icmp slt i64 %row, %operands
  br i1 %rows.more, label %look, label %firsts.end
look:
  %start = mul i64 %row, %ndim
  %first.place = add i64 %start, %first
  %last.place = add i64 %start, %last
  %first.word = getelementptr i64, ptr %strides, i64 %first.place
  %last.word = getelementptr i64, ptr %strides, i64 %last.place
  %first.signed = load i64, ptr %first.word
  %last.signed = load i64, ptr %last.word
  %first.stride = call i64 @llvm.abs.i64(i64 %first.signed, i1 false)
  %last.stride = call i64 @llvm.abs.i64(i64 %last.signed, i1 false)
  %first.moves = icmp ne i64 %first.stride, 0
  %last.moves = icmp ne i64 %last.stride, 0
  %moves = and i1 %first.moves, %last.moves
  %told.next = or i1 %told, %moves
  %larger = icmp sgt i64 %last.stride, %first.stride
  %stays = xor i1 %moves, true
  %agrees = or i1 %stays, %larger
  br i1 %agrees, label %rows.next, label %firsts.next
rows.next:
  %row.next = add i64 %row, 1
  br label %rows
firsts.end:
  br i1 %told, label %turned, label %firsts.next
firsts.next:
  %first.next = add i64 %first, 1
  br label %firsts
lasts.next:
  %last.next = add i64 %last, 1
  br label %lasts
turned:
  ret i64 1
straight:
  ret i64 0
}}
"""

DECLARATIONS: Final = "declare i64 @llvm.abs.i64(i64, i1 immarg)\n"
