"""What the subscripts of ``np.einsum`` say: the axes of operands and result by label, and the order of the loops."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Final, NamedTuple

from minijit import types as t

_MOST_LABELS: Final = 7
_DOTS: Final = "..."


class Subscripts(NamedTuple):
    """The labels of the axes of each operand, and those of the result."""

    operands: tuple[str, ...]
    result: str

    @property
    def summed(self) -> str:
        """The labels that the result has not, in the order in which they come."""
        return "".join(dict.fromkeys(label for labels in self.operands for label in labels if label not in self.result))


def parsed(text: str, ndims: Sequence[int]) -> Subscripts | None:
    """The subscripts for operands of so many axes; ``None`` where NumPy refuses them, or is to say what they mean."""
    left, arrow, right = text.replace(" ", "").partition("->")
    terms = left.split(",")
    if len(terms) != len(ndims) or not set(text) <= set(_LETTERS + " ,.->"):
        return None
    dots = [ndim - len(term.replace(_DOTS, "")) for term, ndim in zip(terms, ndims, strict=True)]
    if any((count != 0) if _DOTS not in term else (count < 0) for count, term in zip(dots, terms, strict=True)):
        return None
    # The axes that dots stand for are counted from the last one.
    most = max(dots)
    free = [label for label in _DIGITS if label not in text][:most]
    expanded = [_expanded(term, free, count) for term, count in zip(terms, dots, strict=True)]
    if not arrow:
        named = "".join(terms).replace(_DOTS, "")
        right = (_DOTS if most else "") + "".join(sorted(label for label in set(named) if named.count(label) == 1))
    result = _expanded(right, free, most)
    labels = set("".join(expanded))
    fine = all("." not in one for one in (*expanded, result)) and len(set(result)) == len(result)
    if not fine or not set(result) <= labels or len(labels) > _MOST_LABELS or (most and _DOTS not in right):
        return None
    return Subscripts(tuple(expanded), result)


_LETTERS: Final = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_DIGITS: Final = "0123456789"


def _expanded(term: str, free: Sequence[str], count: int) -> str:
    return term.replace(_DOTS, "".join(free[len(free) - count :]), 1)


# ---- the order of loops


def order_of_loops(subscripts: Subscripts, kinds: Sequence[t.Array]) -> str | None:
    """The labels from the outermost loop to the innermost, as NumPy's iterator sorts them.

    ``None`` where the result is not sure to be in C order: axes of length 1 have no say in this, and which ones these
    are is not known.
    """
    if any(kind.layout == "A" and kind.ndim > 1 for kind in kinds):
        return None
    labels = subscripts.result + subscripts.summed
    for count in range(len(labels) + 1):
        for single in combinations(labels, count):
            order = _sorted(labels, subscripts, kinds, frozenset(single))
            kept = [label for label in order if label in subscripts.result and label not in single]
            if kept != [label for label in subscripts.result if label not in single]:
                return None
    return _sorted(labels, subscripts, kinds, frozenset())


def _sorted(labels: str, subscripts: Subscripts, kinds: Sequence[t.Array], single: frozenset[str]) -> str:
    """An insertion sort from the innermost axis on; what operands disagree about stays as it is."""
    order: list[str] = []
    for label in reversed(labels):
        place = len(order)
        for position in range(len(order) - 1, -1, -1):
            verdict = _is_faster(label, order[position], subscripts, kinds, single)
            if verdict is None:
                continue
            if not verdict:
                break
            place = position
        order.insert(place, label)
    return "".join(reversed(order))


def _is_faster(
    one: str, other: str, subscripts: Subscripts, kinds: Sequence[t.Array], single: frozenset[str]
) -> bool | None:
    """Whether an axis has lesser strides than another in all operands that have both; ``None`` if none has both."""
    verdict: bool | None = None
    for labels, kind in zip(subscripts.operands, kinds, strict=True):
        if one in labels and other in labels and not {one, other} & single:
            # The stride along a label that is there twice is the sum of both.
            place, against = _speed(one, labels, kind), _speed(other, labels, kind)
            verdict = place > against and verdict is not False
    return verdict


def _speed(label: str, labels: str, kind: t.Array) -> int:
    places = [position for position, each in enumerate(labels) if each == label]
    return min(places) if kind.layout == "C" else -max(places)
