"""LLVM text of spare blocks: a call keeps the blocks that it has freed last, for arrays of the same size.

A loop whose arrays are made and die in each turn asks the C library for memory in its first turns only; memory that was
written a moment ago is in the caches, and needs no new pages from the system. And an array may be made over one that
dies (``mj_alloc_over``), where that is the last that refers to its block.

The chain of spare blocks starts in the context, and goes on through ``BLOCK_NEXT``. While a block is spare,
``BLOCK_COUNT`` says how many blocks are in the chain from it on, and ``BLOCK_PREVIOUS`` how many bytes.
"""

from __future__ import annotations

from typing import Final

MOST_BLOCKS: Final = 6
"""So many blocks at most are spare; the memory for one more is cheaper to get than to find."""

MOST_BYTES: Final = 1 << 27
"""So many bytes at most are spare: a call that needs memory in other sizes is not to run out of it for these."""

SPARE_BLOCKS: Final = """
; Puts a block without items, whose data is its own, among the spare ones; there is room after all of them have gone.
define internal void @mj_set_aside(ptr %ctx, ptr %block) nounwind {
entry:
  %spare.word = getelementptr i8, ptr %ctx, i64 $SPARE
  %bytes.word = getelementptr i8, ptr %block, i64 $BLOCK_BYTES
  %bytes = load i64, ptr %bytes.word
  %first = load ptr, ptr %spare.word
  %empty = icmp eq ptr %first, null
  br i1 %empty, label %alone, label %count
count:
  %blocks.before = load i64, ptr %first
  %held.word = getelementptr i8, ptr %first, i64 $BLOCK_PREVIOUS
  %held = load i64, ptr %held.word
  %with.it = add i64 %held, %bytes
  %too.many = icmp uge i64 %blocks.before, $MOST_BLOCKS
  %too.large = icmp ugt i64 %with.it, $MOST_BYTES
  %full = or i1 %too.many, %too.large
  br i1 %full, label %drop, label %link
drop:
  call void @mj_drop_spares(ptr %ctx)
  br label %alone
alone:
  %none = icmp eq i64 %bytes, 0
  %huge = icmp ugt i64 %bytes, $MOST_BYTES
  %unfit = or i1 %none, %huge
  br i1 %unfit, label %dispose, label %link
dispose:
  call void @mj_dispose(ptr %block)
  ret void
link:
  %next = phi ptr [ %first, %count ], [ null, %alone ]
  %blocks.behind = phi i64 [ %blocks.before, %count ], [ 0, %alone ]
  %total = phi i64 [ %with.it, %count ], [ %bytes, %alone ]
  %blocks = add i64 %blocks.behind, 1
  store i64 %blocks, ptr %block
  %total.word = getelementptr i8, ptr %block, i64 $BLOCK_PREVIOUS
  store i64 %total, ptr %total.word
  %next.word = getelementptr i8, ptr %block, i64 $BLOCK_NEXT
  store ptr %next, ptr %next.word
  store ptr %block, ptr %spare.word
  ret void
}

; A spare block with exactly so many bytes, taken out of the chain; null where there is none.
define internal ptr @mj_take_spare(ptr %ctx, i64 %bytes) nounwind {
entry:
  %spare.word = getelementptr i8, ptr %ctx, i64 $SPARE
  br label %look
look:
  %from = phi ptr [ %spare.word, %entry ], [ %next.word, %other ]
  %block = load ptr, ptr %from
  %end = icmp eq ptr %block, null
  br i1 %end, label %nothing, label %compare
compare:
  %bytes.word = getelementptr i8, ptr %block, i64 $BLOCK_BYTES
  %has = load i64, ptr %bytes.word
  %next.word = getelementptr i8, ptr %block, i64 $BLOCK_NEXT
  %fits = icmp eq i64 %has, %bytes
  br i1 %fits, label %take, label %other
other:
  br label %look
take:
  %next = load ptr, ptr %next.word
  store ptr %next, ptr %from
  br label %correct
correct:
  ; Those before the block have counted it.
  %before.from = phi ptr [ %spare.word, %take ], [ %onward.word, %subtract ]
  %reached = icmp eq ptr %before.from, %from
  br i1 %reached, label %found, label %subtract
subtract:
  %before = load ptr, ptr %before.from
  %blocks = load i64, ptr %before
  %fewer = sub i64 %blocks, 1
  store i64 %fewer, ptr %before
  %total.word = getelementptr i8, ptr %before, i64 $BLOCK_PREVIOUS
  %total = load i64, ptr %total.word
  %less = sub i64 %total, %bytes
  store i64 %less, ptr %total.word
  %onward.word = getelementptr i8, ptr %before, i64 $BLOCK_NEXT
  br label %correct
found:
  ret ptr %block
nothing:
  ret ptr null
}

define internal void @mj_drop_spares(ptr %ctx) nounwind {
entry:
  %spare.word = getelementptr i8, ptr %ctx, i64 $SPARE
  %first = load ptr, ptr %spare.word
  store ptr null, ptr %spare.word
  br label %look
look:
  %block = phi ptr [ %first, %entry ], [ %next, %drop ]
  %end = icmp eq ptr %block, null
  br i1 %end, label %done, label %drop
drop:
  %next.word = getelementptr i8, ptr %block, i64 $BLOCK_NEXT
  %next = load ptr, ptr %next.word
  call void @mj_dispose(ptr %block)
  br label %look
done:
  ret void
}

; Whether nothing else refers to a block (which may be null), nor to its data, and it has exactly so many bytes.
define internal i1 @mj_is_free_for(ptr %block, i64 %bytes) nounwind {
entry:
  %none = icmp eq ptr %block, null
  br i1 %none, label %no, label %count
count:
  ; A stand-in for an argument has nothing but this word.
  %references = load i64, ptr %block
  %only = icmp eq i64 %references, 1
  br i1 %only, label %look, label %no
look:
  %object.word = getelementptr i8, ptr %block, i64 $BLOCK_OBJECT
  %object = load ptr, ptr %object.word
  %bytes.word = getelementptr i8, ptr %block, i64 $BLOCK_BYTES
  %has = load i64, ptr %bytes.word
  %own = icmp eq ptr %object, null
  %fits = icmp eq i64 %has, %bytes
  %free = and i1 %own, %fits
  ret i1 %free
no:
  ret i1 false
}

; A block for an array that is computed from those of two blocks (or null), which nobody reads afterwards: the first of
; them to which nothing else refers, with one more reference, or a new one.
define ptr @mj_alloc_over(ptr %ctx, i64 %bytes, ptr %one, ptr %other) nounwind {
entry:
  %take.one = call i1 @mj_is_free_for(ptr %one, i64 %bytes)
  br i1 %take.one, label %take, label %second
second:
  %take.other = call i1 @mj_is_free_for(ptr %other, i64 %bytes)
  br i1 %take.other, label %take, label %new
take:
  %block = phi ptr [ %one, %entry ], [ %other, %second ]
  store i64 2, ptr %block
  ret ptr %block
new:
  %made = call ptr @mj_alloc(ptr %ctx, i64 %bytes, i1 false)
  ret ptr %made
}
"""
