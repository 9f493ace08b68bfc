"""Lowering of the ops that are bound to nothing: constants, names, tuples, loop counters."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from minijit import types as t
from minijit.ir.nodes import UNKNOWN, Instr, whole_type
from minijit.library.caught import raise_as_it_came, raise_linked
from minijit.library.operations import length_of
from minijit.library.vals import Val, item_of, tuple_val
from minijit.machine import I64
from minijit.passes.lowering.lower_bindings import lower_binding, operands_of
from minijit.passes.lowering.lower_objects import lower_object

if TYPE_CHECKING:
    from minijit.passes.lowering.lower import Lowering

LowerOp = Callable[["Lowering", Instr, list[Val]], Val]


def _const(lowering: Lowering, instr: Instr, _vals: list[Val]) -> Val:
    return lowering.builder.constant(whole_type(instr), instr.const)


def _name(lowering: Lowering, instr: Instr, vals: list[Val]) -> Val:
    if "binding" in instr.attrs:
        # The name is bound to nothing.
        return lower_binding(lowering, instr, vals)
    if instr.const is not UNKNOWN:
        return lowering.builder.constant(whole_type(instr), instr.const)
    return lower_object(lowering, whole_type(instr), instr.attrs["object"])


def _unbound(_lowering: Lowering, _instr: Instr, _vals: list[Val]) -> Val:
    return Val(t.UNBOUND)


def _check_bound(lowering: Lowering, instr: Instr, vals: list[Val]) -> Val:
    b, (val,) = lowering.builder, vals
    one = whole_type(instr)
    if val.type == one:
        return val
    kind: type[NameError]
    kind, words, rest = UnboundLocalError, "local", "a value"
    if instr.attrs.get("free"):
        kind, words, rest = NameError, "free", "a value in enclosing scope"
    site = b.site(
        "raise",
        kind,
        f"cannot access {words} variable {instr.attrs['name']!r} where it is not associated with {rest}",
    )

    def bound(member: Val) -> Val:
        if member.type == t.UNBOUND:
            b.leave(site)
            return Val(t.NEVER)
        return b.coerce(member, one)

    return b.for_each_type(val, bound, one)


def _not(lowering: Lowering, instr: Instr, vals: list[Val]) -> Val:
    truth = lower_binding(lowering, instr, vals)
    symbol = instr.attrs["operator"]
    negate = symbol in ("not", "not in")
    if not negate or lowering.builder.block.terminator is not None:
        return truth
    return lowering.builder.bool_val(lowering.builder.not_(truth.part))


def _build_tuple(lowering: Lowering, instr: Instr, vals: list[Val]) -> Val:
    whole = tuple_val(operands_of(lowering.builder, instr, vals))
    one = whole_type(instr)
    is_list = isinstance(one, t.Tuple) and one.cls is list
    return Val(one, whole.parts, whole.const) if is_list else whole


def _build_list(lowering: Lowering, instr: Instr, vals: list[Val]) -> Val:
    return lower_binding(lowering, instr, vals) if "binding" in instr.attrs else _build_tuple(lowering, instr, vals)


def _build_slice(_lowering: Lowering, instr: Instr, vals: list[Val]) -> Val:
    const = tuple(val.const for val in vals)
    return Val(whole_type(instr), tuple_val(vals).parts, const)


def _nothing(lowering: Lowering, _instr: Instr, _vals: list[Val]) -> Val:
    return lowering.builder.constant(t.NONE, None)


def _make_function(_lowering: Lowering, instr: Instr, vals: list[Val]) -> Val:
    return Val(whole_type(instr), tuple_val(vals).parts)


def _throw(lowering: Lowering, instr: Instr, vals: list[Val]) -> Val:
    if instr.attrs["again"]:
        lowering.builder.call_python(raise_as_it_came, vals, t.NEVER, exit_kind="again")
    elif instr.attrs["linked"]:
        lowering.builder.call_python(raise_linked, vals, t.NEVER, exit_kind="again")
    else:
        lowering.throw(instr.args)
    return Val(t.NEVER)


def _caught(lowering: Lowering, instr: Instr, _vals: list[Val]) -> Val:
    return lowering.catching.exception(instr.attrs["handler"])


def _tuple_item(_lowering: Lowering, instr: Instr, vals: list[Val]) -> Val:
    return item_of(vals[0], instr.attrs["index"])


def _iter_start(lowering: Lowering, _instr: Instr, _vals: list[Val]) -> Val:
    return Val(t.INDEX, (lowering.builder.i64(0),))


def _iter_more(lowering: Lowering, instr: Instr, vals: list[Val]) -> Val:
    b = lowering.builder
    taken = instr.args[1]
    length = vals[1].part
    if isinstance(taken, Instr) and _changing_dict(whole_type(taken.args[0]), lowering.resized):
        now = b.apply(length_of, lowering.vals[taken.args[0]]).part
        b.check(b.icmp("eq", now, length), RuntimeError, "dictionary changed size during iteration")
    elif isinstance(taken, Instr) and _may_be_resized(whole_type(taken.args[0]), lowering.resized):
        # The loop goes on as long as the list does.
        length = b.apply(length_of, lowering.vals[taken.args[0]]).part
    return b.bool_val(b.icmp("slt", vals[0].part, length))


def _changing_dict(one: t.Type, resized: list[t.List]) -> bool:
    """Whether a walk goes over a dict to which the function may add keys, or from which it may take some."""
    if isinstance(one, t.Iterator) and one.kind in ("keys", "values", "items", "enumerate"):
        return _changing_dict(one.sources[0], resized)
    return isinstance(one, t.Dict) and one.entries in resized


def _may_be_resized(one: t.Type, resized: list[t.List]) -> bool:
    """Whether what is iterated over is, or goes over, a list that the loop or Python code may change meanwhile."""
    if isinstance(one, t.Iterator):
        return any(_may_be_resized(source, resized) for source in one.sources)
    return isinstance(one, t.PythonList) or one in resized


def _iter_next(lowering: Lowering, _instr: Instr, vals: list[Val]) -> Val:
    b = lowering.builder
    return Val(t.INDEX, (b.emit("add", (vals[0].part, b.i64(1)), I64, nsw=True),))


LOWER: Final[dict[str, LowerOp]] = {
    "throw": _throw,
    "caught": _caught,
    "const": _const,
    "global": _name,
    "freevar": _name,
    "unbound": _unbound,
    "check_bound": _check_bound,
    "unary": _not,
    "compare": _not,
    "build_tuple": _build_tuple,
    "build_list": _build_list,
    "build_slice": _build_slice,
    "enter_errstate": _nothing,
    "make_function": _make_function,
    "tuple_item": _tuple_item,
    "iter_start": _iter_start,
    "iter_more": _iter_more,
    "iter_next": _iter_next,
}
