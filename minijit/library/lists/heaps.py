"""``heapq`` and ``bisect`` on native lists: bodies with the steps of Python's own, so that each order is the same."""

from __future__ import annotations

import bisect
import heapq
from typing import Any

from minijit import types as t
from minijit.library.registry import Arg, implements


def _is_native(heap: Arg, *_rest: Arg) -> bool:
    return isinstance(heap.type, t.List)


def sift_down(heap: Any, start: Any, place: Any) -> Any:
    """Move the item at `place` towards the root, as far as it is less than what is there."""
    item = heap[place]
    while place > start:
        above = (place - 1) >> 1
        parent = heap[above]
        if not item < parent:
            break
        heap[place] = parent
        place = above
    heap[place] = item


def sift_up(heap: Any, place: Any) -> Any:
    """Move the lesser children up until there are none, and the item from there to its place."""
    end = len(heap)
    start = place
    item = heap[place]
    child = 2 * place + 1
    while child < end:
        right = child + 1
        if right < end and not heap[child] < heap[right]:
            child = right
        heap[place] = heap[child]
        place = child
        child = 2 * place + 1
    heap[place] = item
    sift_down(heap, start, place)


@implements(heapq.heappush, when=_is_native)
def heappush(heap: Any, item: Any, /) -> Any:
    """A further item."""
    heap.append(item)
    sift_down(heap, 0, len(heap) - 1)


@implements(heapq.heappop, when=_is_native)
def heappop(heap: Any, /) -> Any:
    """The least item."""
    if len(heap) == 0:
        raise IndexError("index out of range")
    last = heap.pop()
    if len(heap) == 0:
        return last
    least = heap[0]
    heap[0] = last
    sift_up(heap, 0)
    return least


@implements(heapq.heapify, when=_is_native)
def heapify(heap: Any, /) -> Any:
    """All items brought into the order of a heap."""
    count = len(heap)
    for k in range(count // 2):
        sift_up(heap, count // 2 - 1 - k)


@implements(heapq.heapreplace, when=_is_native)
def heapreplace(heap: Any, item: Any, /) -> Any:
    """The least item, with another one put in its place."""
    if len(heap) == 0:
        raise IndexError("index out of range")
    least = heap[0]
    heap[0] = item
    sift_up(heap, 0)
    return least


@implements(heapq.heappushpop, when=_is_native)
def heappushpop(heap: Any, item: Any, /) -> Any:
    """The least of all items and a further one."""
    if len(heap) == 0 or not heap[0] < item:
        return item
    least = heap[0]
    heap[0] = item
    sift_up(heap, 0)
    return least


# ---- bisect


def _is_searchable(a: Arg, x: Arg, lo: Arg, hi: Arg) -> bool:
    is_whole = lo.const == 0 and isinstance(hi.type, t.NoneValue)
    return isinstance(a.type, t.List) and is_whole and isinstance(x.type, t.PythonScalar | t.NumpyScalar | t.Tuple)


@implements(bisect.bisect_left, when=_is_searchable)
def bisect_left(a: Any, x: Any, lo: Any = 0, hi: Any = None) -> Any:
    """Where to insert `x`, before all that is equal."""
    low, high = 0, len(a)
    while low < high:
        middle = (low + high) // 2
        if a[middle] < x:
            low = middle + 1
        else:
            high = middle
    return low


@implements(bisect.bisect_right, when=_is_searchable)
def bisect_right(a: Any, x: Any, lo: Any = 0, hi: Any = None) -> Any:
    """Where to insert `x`, behind all that is equal."""
    low, high = 0, len(a)
    while low < high:
        middle = (low + high) // 2
        if x < a[middle]:
            high = middle
        else:
            low = middle + 1
    return low


@implements(bisect.insort_right, when=_is_searchable)
def insort_right(a: Any, x: Any, lo: Any = 0, hi: Any = None) -> Any:
    """Insert `x` behind all that is equal."""
    a.insert(bisect_right(a, x), x)


@implements(bisect.insort_left, when=_is_searchable)
def insort_left(a: Any, x: Any, lo: Any = 0, hi: Any = None) -> Any:
    """Insert `x` before all that is equal."""
    a.insert(bisect_left(a, x), x)
