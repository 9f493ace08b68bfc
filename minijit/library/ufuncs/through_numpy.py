"""Methods of ufuncs, wherever NumPy itself is to run them: what native code runs stands before these entries."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from minijit import types as t
from minijit.library.builder import Builder, Val, item_of
from minijit.library.operands import anything
from minijit.library.registry import Arg, lowers, method
from minijit.library.sampling import result_of
from minijit.library.ufuncs.methods import PARAMETERS, bound, is_ufunc, ufunc_of

_OUTER_KEYWORDS: Final = ("out", "where", "dtype", "casting", "order")


def output_of(out: Any) -> Any:
    """The array that ``out=`` names, alone or in a tuple; ``None`` where there is none, or it is no array."""
    if isinstance(out.type, t.Tuple) and len(out.type.items) == 1:
        out = item_of(out, 0) if isinstance(out, Val) else Arg(out.type.items[0])
    return out if isinstance(out.type, t.Array) else None


def given_output(name: str, args: Sequence[Any], keywords: Mapping[str, Any]) -> Any:
    """The argument `out` of a call of the method `name`, without its receiver; ``None`` for a missing one."""
    if "out" in keywords:
        out = keywords["out"]
    elif name != "outer" and len(args) > PARAMETERS[name].index("out"):
        out = args[PARAMETERS[name].index("out")]
    else:
        return None
    return None if isinstance(out.type, t.NoneValue) else out


def _register(name: str, *, writes: bool) -> None:
    names = _OUTER_KEYWORDS if name == "outer" else PARAMETERS[name]

    def result(receiver: Arg, *args: Arg, **keywords: Arg) -> t.Type | None:
        out = given_output(name, args, keywords)
        if (out is not None) != writes:
            return None
        if out is not None:
            found = output_of(out)
            return None if found is None else found.type
        return result_of(_sampled(receiver, name), args, keywords)

    @lowers(
        method(name),
        is_ufunc,
        result=result,
        rest=anything,
        keywords=dict.fromkeys(names, anything),
        effects="reads writes raises unknown" if writes else "allocates reads raises",
    )
    def lower(b: Builder, receiver: Val, *args: Val, **keywords: Val) -> Val:
        given, named = [*args, *keywords.values()], tuple(keywords)
        function = bound(receiver, name)
        if writes:
            b.call_python(function, given, t.OBJECT, named)
            found: Val = output_of(given_output(name, args, keywords))
            return found
        known = {key: Arg(one.type, one.const) for key, one in keywords.items()}
        wanted = result(Arg(receiver.type), *(Arg(one.type, one.const) for one in args), **known)
        assert wanted is not None
        return b.call_python(function, given, wanted, named, effects="")


def _sampled(receiver: Arg, name: str) -> Callable[..., Any]:
    """What is called on samples: any indices will do."""
    return _ReduceAt(ufunc_of(receiver)) if name == "reduceat" else bound(receiver, name)


@dataclass(frozen=True, slots=True)
class _ReduceAt:
    """``ufunc.reduceat`` with indices that are in every array."""

    ufunc: np.ufunc

    def __call__(self, array: Any, indices: Any, *args: Any, **keywords: Any) -> Any:
        return self.ufunc.reduceat(array, np.zeros_like(indices), *args, **keywords)


for _name in PARAMETERS:
    _register(_name, writes=False)
    _register(_name, writes=True)


@lowers(method("at"), is_ufunc, t.Array, anything, result=t.NONE, rest=anything, effects="reads writes raises unknown")
def at(b: Builder, receiver: Val, *args: Val) -> Val:
    """Operate in place on the elements that indices name, as often as they name them."""
    return b.call_python(bound(receiver, "at"), args, t.NONE)
