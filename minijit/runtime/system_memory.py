"""LLVM text of memory as the system gives it: aligned, and in large pages where there are many."""

from __future__ import annotations

from typing import Final

LARGE_PAGES_FROM: Final = 1 << 22
"""Bytes; from here on Linux is asked for large pages (as NumPy does): fewer have to be found and cleared."""


def text(*, aligned: bool, large_pages: bool) -> str:
    """The functions' text, a template for the number above; :func:`minijit.runtime.memory.memory_text` has the rest."""
    return (_ALIGNED if aligned else _NOT_ALIGNED) + (_LARGE_PAGES if large_pages else _ANY_PAGES)


_ALIGNED: Final = """
declare i32 @posix_memalign(ptr, i64, i64)
define internal ptr @mj_aligned(i64 %bytes) nounwind {
entry:
  %slot = alloca ptr
  %failed = call i32 @posix_memalign(ptr %slot, i64 64, i64 %bytes)
  %memory = load ptr, ptr %slot
  %good = icmp eq i32 %failed, 0
  %result = select i1 %good, ptr %memory, ptr null
  ret ptr %result
}
"""

_NOT_ALIGNED: Final = """
define internal ptr @mj_aligned(i64 %bytes) nounwind {
entry:
  %memory = tail call ptr @malloc(i64 %bytes)
  ret ptr %memory
}
"""

_LARGE_PAGES: Final = """
declare i32 @madvise(ptr, i64, i32)
; Asks for large pages in the place of some memory that nobody has touched yet; the advice need not be taken.
define internal void @mj_in_large_pages(ptr %memory, i64 %bytes) nounwind {
entry:
  %many = icmp uge i64 %bytes, $LARGE_PAGES_FROM
  %there = icmp ne ptr %memory, null
  %worth.it = and i1 %many, %there
  br i1 %worth.it, label %advise, label %done
advise:
  %start = ptrtoint ptr %memory to i64
  %end = add i64 %start, %bytes
  %up = add i64 %start, 4095
  %first = and i64 %up, -4096
  %pages = inttoptr i64 %first to ptr
  %length = sub i64 %end, %first
  %taken = call i32 @madvise(ptr %pages, i64 %length, i32 14)
  br label %done
done:
  ret void
}
"""

_ANY_PAGES: Final = """
define internal void @mj_in_large_pages(ptr %memory, i64 %bytes) alwaysinline nounwind {
entry:
  ret void
}
"""
