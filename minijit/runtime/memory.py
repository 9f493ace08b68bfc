"""LLVM text of the memory blocks: made, counted, freed at the last reference or when the call ends.

A block is a header (``BLOCK_*`` in :mod:`minijit.ir.context`) and its data. The data comes from the C library's malloc
family, so that an ndarray can take it over. The blocks of a call are linked into a list that starts in its context.
"""

from __future__ import annotations

from string import Template
from typing import Final

from minijit.ir import context
from minijit.runtime import spare_blocks, system_memory
from minijit.runtime.lists import LISTS

ALIGNED_FROM: Final = 1024
"""Bytes; smaller data is aligned to 16 only, because malloc takes a fifth of the time of posix_memalign."""

CALLOC_FROM: Final = 1 << 17
"""Bytes; from here on zeroed memory comes fresh from the system, which is cheaper than any memset."""


def memory_text(*, aligned: bool, large_pages: bool) -> str:
    """The functions' text.

    `aligned` says whether there is ``posix_memalign``, whose memory ``free`` takes; `large_pages` whether there is
    Linux' ``madvise``.
    """
    names = {name: value for name, value in vars(context).items() if name.isupper()}
    names |= {"ALIGNED_FROM": ALIGNED_FROM, "CALLOC_FROM": CALLOC_FROM}
    names |= {"LARGE_PAGES_FROM": system_memory.LARGE_PAGES_FROM}
    names |= {"MOST_BLOCKS": spare_blocks.MOST_BLOCKS, "MOST_BYTES": spare_blocks.MOST_BYTES}
    decref = _decref("void @mj_decref(ptr %ctx, ptr %owner) nounwind")
    system = system_memory.text(aligned=aligned, large_pages=large_pages)
    return decref + Template(system + _MEMORY + spare_blocks.SPARE_BLOCKS + LISTS).substitute(names)


_MEMORY: Final = """
define ptr @mj_alloc(ptr %ctx, i64 %wanted, i1 %zeroed) nounwind {
entry:
  %spare = call ptr @mj_take_spare(ptr %ctx, i64 %wanted)
  %is.spare = icmp ne ptr %spare, null
  br i1 %is.spare, label %again, label %new
again:
  %data.word = getelementptr i8, ptr %spare, i64 $BLOCK_DATA
  %data.again = load ptr, ptr %data.word
  call void @mj_link(ptr %ctx, ptr %spare, ptr %data.again, i64 %wanted)
  br i1 %zeroed, label %clear.again, label %given
clear.again:
  call void @llvm.memset.p0.i64(ptr %data.again, i8 0, i64 %wanted, i1 false)
  br label %given
given:
  ret ptr %spare
new:
  %bytes = call i64 @llvm.umax.i64(i64 %wanted, i64 1)
  %block = call ptr @malloc(i64 $BLOCK_SIZE)
  %no.block = icmp eq ptr %block, null
  br i1 %no.block, label %failed, label %data
data:
  %calloc.size = icmp uge i64 %bytes, $CALLOC_FROM
  %use.calloc = and i1 %calloc.size, %zeroed
  br i1 %use.calloc, label %by.calloc, label %by.size
by.calloc:
  %fresh = call ptr @calloc(i64 1, i64 %bytes)
  call void @mj_in_large_pages(ptr %fresh, i64 %bytes)
  br label %got
by.size:
  %small = icmp ult i64 %bytes, $ALIGNED_FROM
  br i1 %small, label %by.malloc, label %by.align
by.malloc:
  %plain = call ptr @malloc(i64 %bytes)
  br label %clear
by.align:
  %aligned = call ptr @mj_aligned(i64 %bytes)
  call void @mj_in_large_pages(ptr %aligned, i64 %bytes)
  br label %clear
clear:
  %raw = phi ptr [ %plain, %by.malloc ], [ %aligned, %by.align ]
  %no.raw = icmp eq ptr %raw, null
  %skip = xor i1 %zeroed, true
  %done = or i1 %no.raw, %skip
  br i1 %done, label %got, label %set
set:
  call void @llvm.memset.p0.i64(ptr %raw, i8 0, i64 %bytes, i1 false)
  br label %got
got:
  %memory = phi ptr [ %fresh, %by.calloc ], [ %raw, %clear ], [ %raw, %set ]
  %no.memory = icmp eq ptr %memory, null
  br i1 %no.memory, label %undo, label %link
undo:
  call void @free(ptr %block)
  br label %failed
failed:
  ; What is kept for later may be what is missing.
  %spare.word = getelementptr i8, ptr %ctx, i64 $SPARE
  %kept = load ptr, ptr %spare.word
  %none.kept = icmp eq ptr %kept, null
  br i1 %none.kept, label %give.up, label %try.again
try.again:
  call void @mj_drop_spares(ptr %ctx)
  %second = call ptr @mj_alloc(ptr %ctx, i64 %wanted, i1 %zeroed)
  ret ptr %second
give.up:
  ret ptr null
link:
  call void @mj_link(ptr %ctx, ptr %block, ptr %memory, i64 %wanted)
  ret ptr %block
}

; Fills in a new block, and puts it before the others of the call.
define internal void @mj_link(ptr %ctx, ptr %block, ptr %memory, i64 %bytes) alwaysinline nounwind {
entry:
  %first.word = getelementptr i8, ptr %ctx, i64 $BLOCKS
  %first = load ptr, ptr %first.word
  store i64 1, ptr %block
  %previous = getelementptr i8, ptr %block, i64 $BLOCK_PREVIOUS
  store ptr null, ptr %previous
  %next = getelementptr i8, ptr %block, i64 $BLOCK_NEXT
  store ptr %first, ptr %next
  %data.word = getelementptr i8, ptr %block, i64 $BLOCK_DATA
  store ptr %memory, ptr %data.word
  %object = getelementptr i8, ptr %block, i64 $BLOCK_OBJECT
  store ptr null, ptr %object
  %size = getelementptr i8, ptr %block, i64 $BLOCK_BYTES
  store i64 %bytes, ptr %size
  %items = getelementptr i8, ptr %block, i64 $BLOCK_ITEMS
  store i64 0, ptr %items
  store ptr %block, ptr %first.word
  %alone = icmp eq ptr %first, null
  br i1 %alone, label %finish, label %behind
behind:
  %back = getelementptr i8, ptr %first, i64 $BLOCK_PREVIOUS
  store ptr %block, ptr %back
  br label %finish
finish:
  ret void
}

define void @mj_free(ptr %ctx, ptr %block) nounwind {
entry:
  %items.word = getelementptr i8, ptr %block, i64 $BLOCK_ITEMS
  %items = load i64, ptr %items.word
  %plain = icmp eq i64 %items, 0
  br i1 %plain, label %unlink, label %held
held:
  call void @mj_drop_items(ptr %ctx, ptr %block, i64 %items)
  br label %unlink
unlink:
  %previous.word = getelementptr i8, ptr %block, i64 $BLOCK_PREVIOUS
  %previous = load ptr, ptr %previous.word
  %next.word = getelementptr i8, ptr %block, i64 $BLOCK_NEXT
  %next = load ptr, ptr %next.word
  %first.word = getelementptr i8, ptr %ctx, i64 $BLOCKS
  %is.first = icmp eq ptr %previous, null
  %back = getelementptr i8, ptr %previous, i64 $BLOCK_NEXT
  %from = select i1 %is.first, ptr %first.word, ptr %back
  store ptr %next, ptr %from
  %is.last = icmp eq ptr %next, null
  br i1 %is.last, label %dispose, label %relink
relink:
  %onward = getelementptr i8, ptr %next, i64 $BLOCK_PREVIOUS
  store ptr %previous, ptr %onward
  br label %dispose
dispose:
  %object.word = getelementptr i8, ptr %block, i64 $BLOCK_OBJECT
  %object = load ptr, ptr %object.word
  %own = icmp eq ptr %object, null
  br i1 %own, label %set.aside, label %drop
set.aside:
  call void @mj_set_aside(ptr %ctx, ptr %block)
  ret void
drop:
  call void @mj_dispose(ptr %block)
  ret void
}

define internal void @mj_dispose(ptr %block) nounwind {
entry:
  %object.word = getelementptr i8, ptr %block, i64 $BLOCK_OBJECT
  %object = load ptr, ptr %object.word
  %own = icmp eq ptr %object, null
  br i1 %own, label %memory, label %reference
memory:
  %data.word = getelementptr i8, ptr %block, i64 $BLOCK_DATA
  %data = load ptr, ptr %data.word
  call void @free(ptr %data)
  call void @free(ptr %block)
  ret void
reference:
  ; The data belongs to an ndarray by now; dropping it may run any code, so the block goes first.
  call void @free(ptr %block)
  call void @Py_DecRef(ptr %object)
  ret void
}

define void @mj_release(ptr %ctx) nounwind {
entry:
  %blocks.word = getelementptr i8, ptr %ctx, i64 $BLOCKS
  %objects.word = getelementptr i8, ptr %ctx, i64 $OBJECTS
  %first.cell = load ptr, ptr %objects.word
  store ptr null, ptr %objects.word
  call void @mj_drop_spares(ptr %ctx)
  br label %blocks
blocks:
  %block = load ptr, ptr %blocks.word
  %no.block = icmp eq ptr %block, null
  br i1 %no.block, label %cells, label %drop
drop:
  %next.word = getelementptr i8, ptr %block, i64 $BLOCK_NEXT
  %next = load ptr, ptr %next.word
  store ptr %next, ptr %blocks.word
  call void @mj_dispose(ptr %block)
  br label %blocks
cells:
  %cell = phi ptr [ %first.cell, %blocks ], [ %next.cell, %unref ]
  %no.cell = icmp eq ptr %cell, null
  br i1 %no.cell, label %done, label %unref
unref:
  %next.cell = load ptr, ptr %cell
  %object.word = getelementptr i8, ptr %cell, i64 8
  %object = load ptr, ptr %object.word
  call void @free(ptr %cell)
  call void @Py_DecRef(ptr %object)
  br label %cells
done:
  ret void
}

define void @mj_keep(ptr %ctx, ptr %object) nounwind {
entry:
  %cell = call ptr @malloc(i64 16)
  %none = icmp eq ptr %cell, null
  ; Out of memory for 16 bytes: the reference stays for ever, which is safe.
  br i1 %none, label %done, label %link
link:
  %first.word = getelementptr i8, ptr %ctx, i64 $OBJECTS
  %first = load ptr, ptr %first.word
  store ptr %first, ptr %cell
  %object.word = getelementptr i8, ptr %cell, i64 8
  store ptr %object, ptr %object.word
  store ptr %cell, ptr %first.word
  br label %done
done:
  ret void
}
"""

INCREF: Final = """
define internal void @incref(ptr %owner) #6 {
entry:
  %none = icmp eq ptr %owner, null
  br i1 %none, label %done, label %count
count:
  %before = load i64, ptr %owner, align 8
  %after = add nsw i64 %before, 1
  store i64 %after, ptr %owner, align 8
  br label %done
done:
  ret void
}
"""


def _decref(head: str) -> str:
    """A function that gives up a reference to a block."""
    return Template(_DECREF).substitute(HEAD=head)


_DECREF: Final = """
define $HEAD {
entry:
  %none = icmp eq ptr %owner, null
  br i1 %none, label %done, label %count
count:
  %before = load i64, ptr %owner, align 8
  %after = sub nsw i64 %before, 1
  store i64 %after, ptr %owner, align 8
  %last = icmp eq i64 %after, 0
  br i1 %last, label %free, label %done
free:
  call void @mj_free(ptr %ctx, ptr %owner)
  br label %done
done:
  ret void
}
"""

DECREF: Final = _decref("internal void @decref(ptr %ctx, ptr %owner) #6")
"""The same in line, for kernels."""
