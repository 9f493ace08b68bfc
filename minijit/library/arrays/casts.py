"""``astype``: a copy of an array in another dtype."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from minijit import types as t
from minijit.library.arrays.allocation import strides_like
from minijit.library.arrays.attributes import arrays
from minijit.library.arrays.copies import copied, copy_layout
from minijit.library.arrays.dtypes import bind, dtype_of_argument, text_of_argument
from minijit.library.builder import Builder, Val
from minijit.library.memory import owner_of, shape_of
from minijit.library.operands import anything
from minijit.library.registry import Arg, Fusion, lowers, method
from minijit.library.ufuncs.element_trees import as_laid_out
from minijit.library.ufuncs.pending_results import final_result, settled
from minijit.library.vals import Pending


def _astype(args: Sequence[Arg | Val], keywords: Mapping[str, Arg | Val]) -> t.Array | None:
    bound = bind(("self", "dtype", "order", "casting", "subok", "copy"), args, keywords, 2)
    if bound is None or set(bound) - {"self", "dtype", "order"}:
        return None
    kind = bound["self"].type
    dtype = dtype_of_argument(bound["dtype"], np.dtype(np.float64))
    order = text_of_argument(bound.get("order"), "K")
    if not isinstance(kind, t.Array) or dtype is None or order is None:
        return None
    layout = copy_layout(kind, order)
    if layout is None or (kind.dtype.kind == "c" and dtype.kind not in "cb"):
        return None
    return t.Array(dtype, kind.ndim, layout)


def _astype_samples() -> Iterator[tuple[Any, ...]]:
    for (array,) in arrays():
        for dtype in (np.int8, "float32", complex):
            if array.dtype.kind != "c":
                yield (array, dtype)


def _order(args: Sequence[Arg | Val], keywords: Mapping[str, Arg | Val]) -> str:
    order = text_of_argument(args[2] if len(args) > 2 else keywords.get("order"), "K")
    assert order is not None
    return order


def _waits(*args: Arg, **keywords: Arg) -> bool:
    kind = _astype(args, keywords)
    return kind is not None and kind.ndim > 0 and _order(args, keywords) == "K"


def _pending(b: Builder, *args: Val, **keywords: Val) -> Pending:
    array, kind = args[0], _astype(args, keywords)
    assert kind is not None
    null = b.null()
    return Pending(
        kind,
        (null, null, null, *shape_of(array)),
        [array],
        lambda row: [b.cast(row[0], kind.dtype)],
        lambda b: strides_like(b, as_laid_out(b, array), kind.dtype.itemsize),
        temporaries=array.temporaries if isinstance(array, Pending) else (),
    )


@lowers(
    method("astype"),
    t.Array,
    t.Const,
    result=lambda *args, **keywords: _astype(args, keywords),
    rest=anything,
    keywords={"order": anything},
    effects="allocates reads raises",
    samples=_astype_samples,
    fusion=Fusion(takes=(0,), waits=_waits, build=_pending),
)
def astype(b: Builder, *args: Val, **keywords: Val) -> Val:
    """A copy in another dtype."""
    kind = _astype(args, keywords)
    assert kind is not None
    array = args[0]
    order = _order(args, keywords)
    if isinstance(array, Pending) and order == "K":
        return final_result(b, _pending(b, *args, **keywords))
    stored = settled(b, array)
    made = copied(b, stored, kind.dtype, order)
    if stored is not array:
        b.emit("decref", (owner_of(stored),))
    return made
