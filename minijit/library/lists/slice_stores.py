"""``x[i:j] = items`` and ``del x[i:j:k]`` of native lists, in the compiled subset."""

from __future__ import annotations

import operator
from typing import Any

from minijit import types as t
from minijit.library.builder import Builder
from minijit.library.objects.slices import fit_slice
from minijit.library.registry import Arg, implements, lowers
from minijit.library.vals import Val, tuple_val


def places_of(part: Any, length: Any) -> Any:
    """Where a slice of a list begins, by how much it goes on, and how many items it has."""
    indices = range(*part.indices(length))
    return indices.start, indices.step, len(indices)


def sizes_differ(given: Any, wanted: Any) -> Any:
    """Raise the error of a slice that can't take so many items."""
    raise ValueError(f"attempt to assign sequence of size {given} to extended slice of size {wanted}")


@lowers(places_of, t.Slice, t.INT, result=t.Tuple((t.INT, t.INT, t.INT)), effects="raises")
def _places_of(b: Builder, part: Val, length: Val) -> Val:
    return tuple_val([b.int_val(each) for each in fit_slice(b, part, length.part)])


@lowers(sizes_differ, t.INT, t.INT, result=t.NEVER, effects="raises")
def _sizes_differ(b: Builder, given: Val, wanted: Val) -> Val:
    words = "attempt to assign sequence of size {0} to extended slice of size {1}"
    b.leave(b.site("raise", ValueError, words, "ii"), given.part, wanted.part)
    return Val(t.NEVER)


def _is_list(one: Arg, part: Arg, *_items: Arg) -> bool:
    return isinstance(one.type, t.List) and isinstance(part.type, t.Slice)


@implements(operator.setitem, when=_is_list)
def _set_slice(one: Any, part: Any, items: Any, /) -> Any:
    # A copy: it may be the list itself that is stored.
    source = list(items)
    length, given = len(one), len(source)
    start, step, count = places_of(part, length)
    if step != 1 and given != count:
        sizes_differ(given, count)
    if given > count:
        more = given - count
        for k in range(more):
            one.append(source[k])
        for k in range(length - 1, start + count - 1, -1):
            one[k + more] = one[k]
    elif given < count:
        _drop(one, start + given, count - given)
    for k in range(given):
        one[start + k * step] = source[k]


def _drop(one: Any, start: Any, count: Any) -> Any:
    """Take out items that stand one behind the other."""
    for k in range(start, len(one) - count):
        one[k] = one[k + count]
    for _ in range(count):
        one.pop()


@implements(operator.delitem, when=_is_list)
def _delete_slice(one: Any, part: Any, /) -> Any:
    start, step, count = places_of(part, len(one))
    if step < 0:
        start, step = start + (count - 1) * step, -step
    if step == 1:
        _drop(one, start, count)
    elif count > 0:
        kept = start
        for k in range(start, len(one)):
            if (k - start) % step or (k - start) // step >= count:
                one[kept] = one[k]
                kept += 1
        for _ in range(count):
            one.pop()
