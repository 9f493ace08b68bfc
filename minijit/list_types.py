"""The types of lists that native code makes: the one kind of type that is not known at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from minijit.types import Type


class List:
    """A list made by native code: a reference to its block, with the items held as machine values of one type.

    What the items may be follows from all that is stored into the lists made at the same `places` of the program, and
    is found out while types are inferred: until then `fact`, what is known of them, grows. Two of these types are equal
    if a list of one may be a list of the other, which :meth:`become` says.
    """

    __slots__ = ("_same", "fact", "places")

    def __init__(self, place: object, fact: Any) -> None:
        self._same: List | None = None
        self.fact: Any = fact
        self.places = {place}

    @property
    def item(self) -> Type:
        """The type of the items, as far as it is known."""
        one: Type = self.representative().fact.type
        return one

    def representative(self) -> List:
        """The one of all equal types that is up to date."""
        one = self
        while one._same is not None:
            one = one._same
        return one

    def become(self, other: List, fact: Any) -> None:
        """Be the same as `other` from now on; `fact` covers the items of both."""
        one, other = self.representative(), other.representative()
        other.fact = fact
        if one is not other:
            other.places |= one.places
            one._same = other

    def __eq__(self, other: object) -> bool:
        return isinstance(other, List) and other.representative() is self.representative()

    def __hash__(self) -> int:
        # Types that are different now may be equal later.
        return hash(List)

    def __str__(self) -> str:
        return f"list of {self.item}"


@dataclass(frozen=True, slots=True)
class NewList:
    """A new list with items of some type: what entries of the library give. Inference makes a :class:`List` of it."""

    item: Type

    def __str__(self) -> str:
        return f"new list of {self.item}"


@dataclass(frozen=True, slots=True)
class Dict:
    """A dict or set (`cls`) made by native code, held as two native lists.

    Items of `entries` are tuples ``(key, value, hash)`` in the order in which keys came; of a deleted one the hash is
    negative. `table` has the number of keys that there are, then the hash table: indices of entries, or -1.
    """

    cls: type
    entries: List
    table: List

    @property
    def lists(self) -> tuple[List, List]:
        """The lists that it is made of."""
        return self.entries, self.table

    def __str__(self) -> str:
        return f"{self.cls.__name__} of {self.entries.item}"
