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
    """What has been computed in a block, and behind that in the blocks that every way to it goes through."""

    __slots__ = ("before", "values")

    def __init__(self, before: SharedValues | None = None) -> None:
        self.values: dict[Key, Instr] = {}
        self.before = before

    def find(self, key: Key) -> Instr | None:
        """The instruction that has computed this already."""
        here: SharedValues | None = self
        while here is not None:
            found = here.values.get(key)
            if found is not None:
                return found
            here = here.before
        return None


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
