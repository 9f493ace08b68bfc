"""The support functions of compiled code, as LLVM text: memory blocks, references, keyword binding, exact comparison.

Those that box arrays and raise are in :mod:`minijit.runtime.object_support`. All are compiled once for each process
(:func:`minijit.codegen.link.runtime_addresses`) and referred to by symbol; a few that are worth inlining
(:data:`INLINE`) are copied into the modules that use them instead.

=============================================  ======================================================================
``ptr mj_alloc(ctx, bytes, zeroed)``           a new memory block with a count of 1, or null when memory is out
``ptr mj_alloc_over(ctx, bytes, one, other)``  the same, or the block of an array that dies, one of two or null
``ptr mj_alloc_array1(...)``, ``2`` ... ``4``    the same for an array of some shape, with checks of its size
``void mj_decref(ctx, owner)``                 drop a reference to a block; the last one frees it
``void mj_free(ctx, owner)``                   free a block, whatever its count
``void mj_release(ctx)``                       free all blocks and drop all objects that the call still holds
``void mj_keep(ctx, object)``                  hand a reference over to the context, until ``mj_release``
``ptr mj_new_list(ctx, bytes, items)``         a new native list, or null when memory is out
``i64 mj_grow_list(list, bytes)``              make room for as many bytes; 0 when memory is out
``void mj_trace(ctx, site)``                   note a call through which an exception passes
``ptr mj_slow(self, args, nargsf, kwnames)``   call the Python-level slow path of a dispatcher
``i1 mj_bind(args, nargs, kwnames, names,      put the arguments in the order of the parameters; false when Python's
defaults, n, out)``                            own binding has to say what is wrong
``i32 mj_compare_int_float(i64, double)``      -1, 0, 1, or 2 when the float is nan; exact, as Python compares
``i32 mj_compare_uint_float(i64, double)``     the same for unsigned integers
``i64 mj_apart1(array, array)``, ``2``, ``3``   whether one array may be read while the other is written
``i64 mj_turned(strides, operands, ndim)``     whether NumPy takes the axes of operands in another order than C's
``void mj_ordered(strides, operands, ndim,      the axes in the order in which NumPy takes them, the fastest first
order)``
``void mj_joined(axes, ndim)``                  join axes that are one for both operands
``i64 mj_int_of(int)``                         the value of a Python int, the least i64 beyond 64 bits
``i1 mj_list_holds(list, class, depth, ints)``  whether all items of a list are of a class
=============================================  ======================================================================
"""

from __future__ import annotations

from typing import Final

from minijit.runtime import axis_order, list_items, new_arrays, random_draws
from minijit.runtime.calling import calling_text
from minijit.runtime.comparison import comparison_texts
from minijit.runtime.elementary import functions
from minijit.runtime.inlining import Inline
from minijit.runtime.memory import DECREF, INCREF, memory_text
from minijit.runtime.overlap import DECLARATIONS, MOST_AXES, name_for, overlap_text, signature_for

SIGNATURES: Final = {
    "mj_alloc": "declare noalias ptr @mj_alloc(ptr, i64, i1 zeroext) #3",
    "mj_alloc_over": "declare ptr @mj_alloc_over(ptr, i64, ptr, ptr) #3",
    **{new_arrays.name_for(axes): new_arrays.signature_for(axes) for axes in range(1, new_arrays.MOST_AXES + 1)},
    "mj_decref": "declare void @mj_decref(ptr, ptr) #3",
    "mj_free": "declare void @mj_free(ptr, ptr) #2",
    "mj_release": "declare void @mj_release(ptr) #3",
    "mj_keep": "declare void @mj_keep(ptr, ptr) #3",
    "mj_new_list": "declare noalias ptr @mj_new_list(ptr, i64, i64) #3",
    "mj_grow_list": "declare i64 @mj_grow_list(ptr, i64) #3",
    "mj_trace": "declare void @mj_trace(ptr, i32) #2",
    **{name_for(axes): signature_for(axes) for axes in range(1, MOST_AXES + 1)},
    **axis_order.SIGNATURES,
}
"""Declarations; the attribute groups are those of :mod:`minijit.codegen.emit`."""

EXPORTS: Final = (
    "mj_alloc",
    "mj_alloc_over",
    *map(new_arrays.name_for, range(1, new_arrays.MOST_AXES + 1)),
    "mj_decref",
    "mj_free",
    "mj_release",
    "mj_keep",
    "mj_new_list",
    "mj_grow_list",
    "mj_trace",
    "mj_slow",
    "mj_bind",
    "mj_compare_int_float",
    "mj_compare_uint_float",
    *map(name_for, range(1, MOST_AXES + 1)),
    *axis_order.SIGNATURES,
    list_items.HOLDS,
)
"""What the module defines."""

_TRUNC: Final = {"llvm.trunc.f64": "declare double @llvm.trunc.f64(double)"}

INLINE: Final = {
    "incref": Inline(INCREF, {}),
    "decref": Inline(DECREF, {"mj_free": SIGNATURES["mj_free"]}),
    list_items.INT: Inline(list_items.int_text("internal "), list_items.DECLARATIONS),
    **random_draws.INLINE,
    **{name: Inline(text, _TRUNC) for name, text in comparison_texts("internal ").items()},
}
"""By symbol; kernels call these as if they were external."""


def inline_function(name: str) -> Inline | None:
    """The function of that symbol that is to be copied into modules that call it, or ``None``."""
    return functions.inline_of(name) if name in functions.SYMBOLS else INLINE.get(name)


_DECLARATIONS: Final = """
declare noalias ptr @malloc(i64)
declare noalias ptr @calloc(i64, i64)
declare noalias ptr @realloc(ptr, i64)
declare i64 @llvm.cttz.i64(i64, i1 immarg)
declare void @free(ptr)
declare void @Py_DecRef(ptr)
declare ptr @PyObject_Vectorcall(ptr, ptr, i64, ptr)
declare void @llvm.memset.p0.i64(ptr, i8, i64, i1 immarg)
declare i64 @llvm.umax.i64(i64, i64)
declare double @llvm.trunc.f64(double)
"""


def support_text(*, aligned: bool, large_pages: bool) -> str:
    """The LLVM text of the module.

    Parameters
    ----------
    aligned : bool
        Whether the C library has ``posix_memalign``, whose memory ``free`` takes (all but Windows' has).
    large_pages : bool
        Whether it has ``madvise``, and the system is Linux.
    """
    memory = memory_text(aligned=aligned, large_pages=large_pages)
    texts = (memory, new_arrays.new_arrays_text(), calling_text(), *comparison_texts("").values(), overlap_text())
    lists = (*list_items.DECLARATIONS.values(), "\n", list_items.int_text(""), list_items.holds_text())
    return "".join((_DECLARATIONS, DECLARATIONS, axis_order.DECLARATIONS, *texts, *axis_order.TEXTS, *lists))
