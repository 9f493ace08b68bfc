"""Native lists while types are inferred: what is stored into them, and which lists can't be native.

The type of a list's items is joined of all that is stored into it, wherever that happens; where two lists may be one
and the same, their types are made one (:func:`minijit.typeinfer.facts.unify`). A list that is put to a use that native
code has nothing for is made by Python instead: the program is then inferred anew (:class:`ListsKeptError`).
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any, Final

from minijit import types as t
from minijit.errors import Unsupported
from minijit.ir.facts import Fact
from minijit.ir.nodes import UNKNOWN, Instr
from minijit.library import registry
from minijit.library.operations import item_at, make_list
from minijit.library.targets import Target
from minijit.typeinfer.facts import lists_in, store_into
from minijit.typeinfer.python_calls import resolve_any_call
from minijit.typeinfer.resolve import resolve

if TYPE_CHECKING:
    from minijit.typeinfer.inference import Inference

Inputs = tuple[Fact, ...]


class ListsKeptError(Exception):
    """Some lists have to be Python's own objects; `places` tells where they are made."""

    def __init__(self, lists: list[t.List]) -> None:
        super().__init__("lists that Python keeps")
        self.places: set[Any] = {place for one in lists for place in one.representative().places}


def build_list(inference: Inference, instr: Instr, inputs: Inputs) -> Fact:
    """Bind a display that makes a native list."""
    made = inference.program.list_made_at(inference, instr)
    for fact in inputs:
        store_into(made, fact)
    whole = frozenset(range(len(inputs)))
    return inference.bind(
        instr, resolve(make_list, inputs, lambda row: _found(inference, make_list, row), whole)
    )


def append(inference: Inference, instr: Instr, inputs: Inputs) -> Fact:
    """Bind what a comprehension does with an item."""
    one = inputs[0].type
    if not isinstance(one, t.List):
        raise Unsupported("a comprehension whose items native code can't keep", "fill an array, or return the items")
    store_into(one, inputs[1])
    key = registry.method("append")
    return inference.bind(
        instr, resolve(key, inputs, lambda row: _found(inference, key, row), frozenset({1}))
    )


_STORED: Final = {"append": 0, "insert": 1}
"""Methods that store an argument, and which."""


def call_method(inference: Inference, instr: Instr, inputs: Inputs) -> frozenset[int]:
    """Note what the method of a list stores; gives the positions of operands that are stored as they are."""
    callee = inputs[0].type
    if isinstance(callee, t.BoundMethod) and isinstance(callee.receiver, t.Dict):
        return frozenset(range(1, len(inputs)))
    if not (isinstance(callee, t.BoundMethod) and isinstance(callee.receiver, t.List)) or instr.attrs.get("keywords"):
        return frozenset()
    place = _STORED.get(callee.name)
    if place is not None and len(inputs) == place + 2:
        store_into(callee.receiver, inputs[place + 1])
        return frozenset({place + 1})
    if callee.name == "extend" and len(inputs) == 2:
        store_items_of(callee.receiver, inputs[1])
    return frozenset()


def store_items_of(one: t.List, iterable: Fact) -> None:
    """The items of an iterable are stored into a list."""
    if isinstance(iterable.type, t.List):
        store_into(one, iterable.type.representative().fact)
        return
    for each in t.alternatives_of(iterable.type):
        item = registry.find(item_at, (registry.Arg(each), registry.Arg(t.INDEX)), {})
        if item is not None:
            store_into(one, Fact(item[1]))


def set_item(inference: Inference, instr: Instr, inputs: Inputs) -> Fact | None:
    """Bind ``list[index] = value``; ``None`` for anything else."""
    if not isinstance(inputs[0].type, t.List):
        return None
    if not isinstance(inputs[1].type, t.Slice):
        store_into(inputs[0].type, inputs[2])
    bound = resolve(
        operator.setitem, inputs, lambda row: _found(inference, operator.setitem, row), frozenset({2})
    )
    return inference.bind(instr, bound)


def _found(inference: Inference, function: object, row: Inputs) -> Any:
    found = inference.program.resolver.entry(function, row, {})
    if found is None:
        operands = " and ".join(str(fact.type) for fact in row)
        raise Unsupported(f"an operation on a list for {operands}", "use an array")
    return found


def placed(inference: Inference, instr: Instr, fact: Fact) -> Fact:
    """What an operation gives, with the new list in it (if there is one) as a list of this place."""
    members = t.members_of(fact.type)
    if not any(isinstance(one, t.NewList) for one in members):
        return fact
    made = inference.program.list_made_at(inference, instr)
    known = [one.representative().fact for arg in instr.args for one in lists_in(inference.fact(arg).type)]
    for one in members:
        if isinstance(one, t.NewList):
            # Copies of lists of zeros are lists of zeros.
            store_into(made, next((each for each in known if each.type == one.item), Fact(one.item)))
    return Fact(t.union_of(tuple(made if isinstance(one, t.NewList) else one for one in members)), UNKNOWN)


def made_by_python(row: Inputs, keywords: tuple[str, ...]) -> tuple[Target, Fact]:
    """Bind a call, as of ``list``, that makes a list which Python keeps."""
    if not isinstance(row[0].type, t.Const):
        raise Unsupported("a list that Python keeps", "use an array")
    count = len(row) - len(keywords)
    named = dict(zip(keywords, row[count:], strict=True))
    return resolve_any_call(row[0].type.value, row[1:count], named, "a list that Python keeps")


# ---- generator expressions

_GENERATED: Final = "a generator expression that is kept, or given to something that may not take all of it"


def require_consumer(inference: Inference, instr: Instr, takes_all: Any) -> None:
    """Refuse a generator expression unless all that is done with it is one call of something that uses it up."""
    users = [
        each for block in inference.source.blocks for each in block.instrs
        if instr in each.args and each.op != "list_append"
    ]
    passed = any(instr in edge.args for block in inference.source.blocks for edge in block.edges)
    ends = any(
        block.terminator is not None and instr in block.terminator.args for block in inference.source.blocks
    )
    if len(users) == 1 and not passed and not ends:
        (user,) = users
        if user.op == "call" and user.args[0] is not instr and takes_all(user.args[0]):
            return
    raise Unsupported(_GENERATED, "make a list of it: put it into square brackets")
