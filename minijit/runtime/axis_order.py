"""LLVM text of the order in which NumPy's iterator takes the axes of its operands."""

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

ORDERED: Final = "mj_ordered"
ORDERED_SIGNATURE: Final = f"declare void @{ORDERED}(ptr, i64, i64, ptr) #3"

ORDERED_TEXT: Final = f"""
; Of strides (a row of %ndim for each operand, 0 where it stands still): writes the numbers of the axes to %order, the
; fastest first. From the last axis to the first, each goes before those that are slower: for which some operand moves
; along both, and all that do have the smaller stride along the axis that goes before.
define void @{ORDERED}(ptr %strides, i64 %operands, i64 %ndim, ptr %order) nounwind {{
entry:
  br label %axes
axes:
  %count = phi i64 [ 0, %entry ], [ %count.next, %put ]
  %axes.more = icmp slt i64 %count, %ndim
  br i1 %axes.more, label %axis.begin, label %done
axis.begin:
  %from.end = sub i64 %ndim, %count
  %axis = sub i64 %from.end, 1
  br label %places
places:
  %behind = phi i64 [ %count, %axis.begin ], [ %place, %places.next ]
  %position = phi i64 [ %count, %axis.begin ], [ %position.next, %places.next ]
  %places.more = icmp sgt i64 %behind, 0
  br i1 %places.more, label %other.begin, label %shift
other.begin:
  %place = sub i64 %behind, 1
  %other.word = getelementptr i64, ptr %order, i64 %place
  %other = load i64, ptr %other.word
  br label %rows
rows:
  %row = phi i64 [ 0, %other.begin ], [ %row.next, %look ]
  %told = phi i1 [ false, %other.begin ], [ %told.next, %look ]
  %faster = phi i1 [ true, %other.begin ], [ %faster.next, %look ]
  %rows.more = icmp slt i64 %row, %operands
  br i1 %rows.more, label %look, label %rows.end
look:
  %start = mul i64 %row, %ndim
  %axis.place = add i64 %start, %axis
  %other.place = add i64 %start, %other
  %axis.word = getelementptr i64, ptr %strides, i64 %axis.place
  %stride.word = getelementptr i64, ptr %strides, i64 %other.place
  %axis.signed = load i64, ptr %axis.word
  %other.signed = load i64, ptr %stride.word
  %axis.stride = call i64 @llvm.abs.i64(i64 %axis.signed, i1 false)
  %other.stride = call i64 @llvm.abs.i64(i64 %other.signed, i1 false)
  %axis.moves = icmp ne i64 %axis.stride, 0
  %other.moves = icmp ne i64 %other.stride, 0
  %moves = and i1 %axis.moves, %other.moves
  %told.next = or i1 %told, %moves
  %smaller = icmp slt i64 %axis.stride, %other.stride
  %stays = xor i1 %moves, true
  %agrees = or i1 %stays, %smaller
  %faster.next = and i1 %faster, %agrees
  %row.next = add i64 %row, 1
  br label %rows
rows.end:
  %slower = xor i1 %faster, true
  %stop = and i1 %told, %slower
  %before = and i1 %told, %faster
  br i1 %stop, label %shift, label %places.next
places.next:
  %position.next = select i1 %before, i64 %place, i64 %position
  br label %places
shift:
  br label %moving
moving:
  %to = phi i64 [ %count, %shift ], [ %source, %move ]
  %moving.more = icmp sgt i64 %to, %position
  br i1 %moving.more, label %move, label %put
move:
  %source = sub i64 %to, 1
  %source.word = getelementptr i64, ptr %order, i64 %source
  %moved = load i64, ptr %source.word
  %to.word = getelementptr i64, ptr %order, i64 %to
  store i64 %moved, ptr %to.word
  br label %moving
put:
  %position.word = getelementptr i64, ptr %order, i64 %position
  store i64 %axis, ptr %position.word
  %count.next = add i64 %count, 1
  br label %axes
done:
  ret void
}}
"""

JOINED: Final = "mj_joined"
JOINED_SIGNATURE: Final = f"declare void @{JOINED}(ptr, i64) #3"

JOINED_TEXT: Final = f"""
; Axes, the fastest first, are rows of three words: a length, and the strides of two operands. Neighbours that are one
; axis for both are joined, in place; axes of length 1 fill what is left.
define void @{JOINED}(ptr %axes, i64 %ndim) nounwind {{
entry:
  br label %next
next:
  %number = phi i64 [ 1, %entry ], [ %number.next, %step ]
  %last = phi i64 [ 0, %entry ], [ %last.next, %step ]
  %more = icmp slt i64 %number, %ndim
  br i1 %more, label %look, label %fill
look:
  %inner.place = mul i64 %last, 3
  %outer.place = mul i64 %number, 3
  %inner = getelementptr i64, ptr %axes, i64 %inner.place
  %outer = getelementptr i64, ptr %axes, i64 %outer.place
  %inner.a.word = getelementptr i64, ptr %inner, i64 1
  %inner.b.word = getelementptr i64, ptr %inner, i64 2
  %outer.a.word = getelementptr i64, ptr %outer, i64 1
  %outer.b.word = getelementptr i64, ptr %outer, i64 2
  %inner.length = load i64, ptr %inner
  %inner.a = load i64, ptr %inner.a.word
  %inner.b = load i64, ptr %inner.b.word
  %outer.length = load i64, ptr %outer
  %outer.a = load i64, ptr %outer.a.word
  %outer.b = load i64, ptr %outer.b.word
  %inner.single = icmp eq i64 %inner.length, 1
  %outer.single = icmp eq i64 %outer.length, 1
  %single = or i1 %inner.single, %outer.single
  %reach.a = mul i64 %inner.a, %inner.length
  %reach.b = mul i64 %inner.b, %inner.length
  %fits.a = icmp eq i64 %reach.a, %outer.a
  %fits.b = icmp eq i64 %reach.b, %outer.b
  %fits.both = and i1 %fits.a, %fits.b
  %fits = or i1 %single, %fits.both
  br i1 %fits, label %join, label %keep
join:
  %length = mul i64 %inner.length, %outer.length
  %joined.a = select i1 %inner.single, i64 %outer.a, i64 %inner.a
  %joined.b = select i1 %inner.single, i64 %outer.b, i64 %inner.b
  store i64 %length, ptr %inner
  store i64 %joined.a, ptr %inner.a.word
  store i64 %joined.b, ptr %inner.b.word
  br label %step
keep:
  %kept = add i64 %last, 1
  %kept.place = mul i64 %kept, 3
  %kept.word = getelementptr i64, ptr %axes, i64 %kept.place
  %kept.a.word = getelementptr i64, ptr %kept.word, i64 1
  %kept.b.word = getelementptr i64, ptr %kept.word, i64 2
  store i64 %outer.length, ptr %kept.word
  store i64 %outer.a, ptr %kept.a.word
  store i64 %outer.b, ptr %kept.b.word
  br label %step
step:
  %last.next = phi i64 [ %last, %join ], [ %kept, %keep ]
  %number.next = add i64 %number, 1
  br label %next
fill:
  %filled = phi i64 [ %last, %next ], [ %empty, %put ]
  %empty = add i64 %filled, 1
  %filling = icmp slt i64 %empty, %ndim
  br i1 %filling, label %put, label %done
put:
  %empty.place = mul i64 %empty, 3
  %empty.word = getelementptr i64, ptr %axes, i64 %empty.place
  %empty.a.word = getelementptr i64, ptr %empty.word, i64 1
  %empty.b.word = getelementptr i64, ptr %empty.word, i64 2
  store i64 1, ptr %empty.word
  store i64 0, ptr %empty.a.word
  store i64 0, ptr %empty.b.word
  br label %fill
done:
  ret void
}}
"""

SIGNATURES: Final = {TURNED: TURNED_SIGNATURE, ORDERED: ORDERED_SIGNATURE, JOINED: JOINED_SIGNATURE}
TEXTS: Final = (TURNED_TEXT, ORDERED_TEXT, JOINED_TEXT)

DECLARATIONS: Final = "declare i64 @llvm.abs.i64(i64, i1 immarg)\n"
