"""Values that need no second computation while machine IR is built (local value numbering; Cocke and Schwartz, 1970).

Lowering asks for the same lengths, strides and comparisons again and again. One instruction for all of them keeps the
code small, and lets library entries see by identity that two lengths are equal, so that no check is made at all.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from minijit.ir.nodes import Instr, Value

Key: TypeAlias = tuple[Hashable, ...]

_PURE: Final = frozenset(
    ("const", "add", "sub", "mul", "and", "or", "xor", "shl", "ashr", "lshr", "icmp", "select", "convert", "ptr_add")
)
_PURE_INTRINSICS: Final = frozenset(("abs", "smin", "smax", "umin", "umax"))


class SharedValues:
    """What has been computed in a block, and behind that in the blocks that every way to it goes through.

    All blocks that follow each other have one index, in which each key leads to the blocks that have computed it: to
    look through all blocks above would take the longer, the longer the function is.
    """

    __slots__ = ("_above", "_index")

    def __init__(self, before: SharedValues | None = None) -> None:
        self._above: frozenset[SharedValues] = frozenset() if before is None else before._above | {before}
        self._index: dict[Key, dict[SharedValues, Instr]] = {} if before is None else before._index

    def find(self, key: Key) -> Instr | None:
        """The instruction that has computed this already."""
        places = self._index.get(key)
        if places is None:
            return None
        found = places.get(self)
        if found is not None:
            return found
        few, many = (places, self._above) if len(places) < len(self._above) else (self._above, places)
        for one in few:
            if one in many:
                return places[one]
        return None

    def add(self, key: Key, instr: Instr) -> None:
        """Note that an instruction of the block computes this."""
        self._index.setdefault(key, {})[self] = instr


def key_of(op: str, args: Sequence[Value], type: object, attrs: Mapping[str, Any]) -> Key | None:
    """What two instructions have in common that compute the same; ``None`` for those that are never shared."""
    if op in _PURE:
        if op == "const":
            # 0 is not 0.0, and -0.0 is neither.
            value = attrs["value"]
            return op, type, value.__class__, repr(value) if isinstance(value, float) else value
    elif op != "intrinsic" or attrs["name"] not in _PURE_INTRINSICS:
        return None
    return op, type, *map(id, args), *attrs.items()
