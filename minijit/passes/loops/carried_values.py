"""Which values a block parameter can hold: what reaches it around loops and over joins, such as the best index so far.

With ``best = 0`` before a loop and ``best = i`` within, the parameter of the header that carries `best` is always one
of the two, so whatever holds for both holds for it.
"""

from __future__ import annotations

from typing import Final

from minijit.ir.nodes import Block, Edge, Param, Value
from minijit.passes.loops.affine import AffineForms

_MOST_SOURCES: Final = 8


def sources_of(
    param: Param, forms: AffineForms, before: dict[Block, list[tuple[Block, Edge]]]
) -> list[tuple[Block, Value]] | None:
    """The values that `param` may hold, each with the block from which it comes; None if they are too many.

    Parameters of blocks in the nest are followed further, the counters of loops are not.
    """
    found: dict[Value, Block] = {}
    seen: set[Value] = {param}
    waiting: list[Param] = [param]
    while waiting:
        one = waiting.pop()
        place = one.block.params.index(one)
        for source, edge in before[one.block]:
            value = edge.args[place]
            if isinstance(value, Param) and forms.inside(value) and value not in forms.counters:
                if value not in seen:
                    seen.add(value)
                    waiting.append(value)
            elif value not in found:
                found[value] = source
            elif found[value] is not source:
                return None
            if len(found) > _MOST_SOURCES:
                return None
    return [(source, value) for value, source in found.items()]
