"""The table of ops: every instruction that may appear in the IR, one row each.

A row gives the op's name, its operands, its attributes, its result, its effects and the stages in which it may appear.
Printer, verifier, dead-code elimination and the bail-out analysis read this table and nothing else.

Stages: ``P`` "python" (straight from the AST, untyped), ``T`` "typed" (types and constants known, calls bound),
``L`` "loops" (machine values only).

Effects: ``raises`` may leave the function with an exception or a bail-out; ``reads``, ``writes`` memory that others can
see; ``allocates``; ``io`` prints or the like; ``unknown`` anything at all (the worst). Ops of the stages P and T whose
effects depend on what they are bound to say ``bound``: the effects then stand in ``attrs["target"].effects``.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Op(NamedTuple):
    """A row of the table; `operands` and `attrs` are for readers, ``*`` means any number."""

    operands: str
    attrs: str
    result: str
    effects: frozenset[str]
    stages: str


def _row(operands: str, attrs: str, result: str, effects: str, stages: str) -> Op:
    return Op(operands, attrs, result, frozenset(effects.split()), stages)


OPS: Final[dict[str, Op]] = {
    # ---- values
    "const": _row("", "value", "any", "", "PTL"),
    "global": _row("", "name", "what the global or builtin name is bound to", "", "PT"),
    "freevar": _row("", "name", "what the closure cell holds", "", "PT"),
    "unbound": _row("", "name", "an unassigned local", "", "PT"),
    "check_bound": _row("value", "name", "the value, never unbound", "raises", "PT"),
    # ---- operators; all of Python's, by symbol
    "binary": _row("left right", "operator: + - * / // % ** @ << >> & | ^", "any", "bound", "PT"),
    "inplace": _row("left right", "operator: as binary, without the =", "any", "bound", "PT"),
    "unary": _row("operand", "operator: - + ~ not", "any", "bound", "PT"),
    "compare": _row("left right", "operator: == != < <= > >= is 'is not' in 'not in'", "any", "bound", "PT"),
    "truth": _row("operand", "", "bool: what `if` asks", "bound", "PT"),
    # ---- attributes, items, calls
    "getattr": _row("object", "name", "any", "bound", "PT"),
    "setattr": _row("object value", "name", "nothing", "bound", "PT"),
    "set_shape": _row("array shape", "", "the array, of which nobody else knows, in its new shape", "bound", "PT"),
    "getitem": _row("object index", "", "any", "bound", "PT"),
    "setitem": _row("object index value", "display: an item of a dict that is being made", "nothing", "bound", "PT"),
    "delitem": _row("object index", "", "nothing", "bound", "PT"),
    "call": _row(
        "function *args",
        "keywords: names of the last args; starred: positions of *args; generator: stands for one",
        "any",
        "bound",
        "PT",
    ),
    "enter_errstate": _row("class", "modes: its keyword arguments", "nothing: `class` is np.errstate", "", "PT"),
    # ---- exceptions; see the terminator attempt
    "throw": _row(
        "exception *cause",
        "again: as it came; linked: the second is no cause, but what was being handled",
        "nothing: it is raised",
        "raises",
        "PT",
    ),
    "caught": _row("", "handler: number of a block", "the exception that led there", "", "PT"),
    # ---- displays and unpacking
    "build_tuple": _row("*items", "starred: positions of *items", "a tuple", "", "PT"),
    "build_list": _row("*items", "starred; generator: stands for a generator expression", "a list", "bound", "PT"),
    "list_append": _row("list item", "", "nothing: what a comprehension does with an item", "bound", "PT"),
    "build_dict": _row("*items", "", "a dict: key, value, key, value ...", "bound", "PT"),
    "build_set": _row("*items", "starred", "a set", "bound", "PT"),
    "make_function": _row(
        "*captured",
        "name; nested: its SSA; code; captured, itself: names; defaults, keyword_defaults: literals; "
        "momentary: for one call; without code: the function that it stands in",
        "a nested function",
        "",
        "PT",
    ),
    "build_slice": _row("start stop step", "", "a slice", "", "PT"),
    "build_string": _row("*parts", "", "str: the parts joined", "bound", "PT"),
    "format_value": _row("value spec", "conversion: '' 's' 'r' 'a'", "str", "bound", "PT"),
    "unpack": _row("value", "count; starred: index of the starred target or None", "a tuple of `count`", "bound", "PT"),
    "tuple_item": _row("tuple", "index", "the item", "", "PT"),
    # ---- loops: for target in iterable
    "get_iter": _row("iterable", "", "something that can be iterated over by number", "bound", "PT"),
    "iter_len": _row("iterator", "", "index: the number of turns", "", "PT"),
    "iter_start": _row("", "", "index: 0", "", "PT"),
    "iter_more": _row("index length", "", "bool", "", "PT"),
    "iter_item": _row("iterator index", "", "any", "bound", "PT"),
    "iter_next": _row("index", "", "index + 1", "", "PT"),
    # ---- machine arithmetic (L); integers are two's complement and wrap
    "add": _row("a b", "nsw", "as a", "", "L"),
    "sub": _row("a b", "nsw", "as a", "", "L"),
    "mul": _row("a b", "nsw", "as a", "", "L"),
    "sdiv": _row("a b", "", "as a (b must not be 0, nor -1 with the least a)", "", "L"),
    "udiv": _row("a b", "", "as a", "", "L"),
    "srem": _row("a b", "", "as a", "", "L"),
    "urem": _row("a b", "", "as a", "", "L"),
    "floor_div": _row("a b", "unsigned, positive: what is known of the signs", "a // b; as sdiv but down", "", "L"),
    "floor_mod": _row(
        "a b", "unsigned, positive; once: a lies between -b and b - 1", "a % b with the sign of b (b not 0)", "", "L"
    ),
    "wide_mod": _row("*numbers divisor", "tree: sums and one product of the numbers", "i64: their remainder", "", "L"),
    "and": _row("a b", "", "as a", "", "L"),
    "or": _row("a b", "", "as a", "", "L"),
    "xor": _row("a b", "", "as a", "", "L"),
    "shl": _row("a b", "", "as a (b must be less than the width)", "", "L"),
    "ashr": _row("a b", "", "as a", "", "L"),
    "lshr": _row("a b", "", "as a", "", "L"),
    "fadd": _row("a b", "", "as a", "", "L"),
    "fsub": _row("a b", "", "as a", "", "L"),
    "fmul": _row("a b", "", "as a", "", "L"),
    "fdiv": _row("a b", "", "as a", "", "L"),
    "frem": _row("a b", "", "as a: C's fmod", "", "L"),
    "fneg": _row("a", "", "as a", "", "L"),
    "icmp": _row("a b", "predicate: eq ne slt sle sgt sge ult ule ugt uge", "i1", "", "L"),
    "fcmp": _row("a b", "predicate: oeq one olt ole ogt oge une uno ord ...", "i1", "", "L"),
    "freeze": _row("a", "", "as a; what was poison is some number from here on", "", "L"),
    "select": _row("condition a b", "", "as a", "", "L"),
    "convert": _row(
        "a",
        "how: sext zext trunc sitofp uitofp fptosi fptoui fpext fptrunc bitcast; fptosi or least: if it does not fit; "
        "fptrunc half, fpext half: from f32 to the bits of the nearest float16, and back",
        "machine type",
        "",
        "L",
    ),
    "intrinsic": _row("*args", "name: without the type, as sqrt, floor, ctpop, smin; flags", "machine type", "", "L"),
    # ---- checks (L): each has attrs["site"], where the function leaves when the check fails
    "check_add": _row("a b", "site", "a + b; leaves when it does not fit", "raises", "L"),
    "check_sub": _row("a b", "site", "a - b; leaves when it does not fit", "raises", "L"),
    "check_mul": _row("a b", "site", "a * b; leaves when it does not fit", "raises", "L"),
    "check_div": _row("a b", "site; unsigned, positive", "a // b (b not 0); leaves when too large", "raises", "L"),
    "check_shl": _row("a b", "site", "a << b (b not negative); leaves when it does not fit", "raises", "L"),
    "check_index": _row("index length", "site; signed: may be negative", "the index, wrapped", "raises", "L"),
    "check_divisor": _row("condition *payload", "site", "nothing; leaves when the condition is false", "raises", "L"),
    "check_shape": _row("condition *payload", "site", "nothing; leaves when the condition is false", "raises", "L"),
    "check": _row("condition *payload", "site", "nothing; leaves when the condition is false", "raises", "L"),
    # ---- memory (L)
    "ptr_add": _row("pointer bytes", "", "ptr", "", "L"),
    "load": _row("pointer", "type: Machine; local: a slot of our own", "machine type", "reads", "L"),
    "store": _row("pointer value", "local: a slot of our own", "nothing", "writes", "L"),
    "slots": _row("", "count: of 8 bytes each, on the stack, one per function activation", "ptr", "", "L"),
    "fill": _row("pointer byte bytes", "local", "nothing: memset", "writes", "L"),
    "copy": _row("target source bytes", "local", "nothing: memmove", "reads writes", "L"),
    "context": _row("", "", "ptr: the call's context (ir/context.py)", "", "L"),
    # ---- calls (L)
    "call_c": _row("*args", "symbol; effects; result: Machine or None", "machine type or nothing", "bound", "L"),
    "invoke": _row("result_slots *parts", "function: symbol of another native function; site", "nothing", "bound", "L"),
    "call_python": _row(
        "argument_slots result_slots",
        "thunk: index of the Python call (codegen/thunks.py boxes and unboxes); site",
        "nothing",
        "unknown raises",
        "L",
    ),
    "call_late": _row(
        "frame",
        "function: symbol of a late function; number: its place in unit.late",
        "nothing",
        "unknown raises",
        "L",
    ),
    "has_changed": _row("", "", "i1: whether this function has changed anything that others can see", "reads", "L"),
    "mark_changed": _row("condition", "", "nothing: if it holds, something was changed", "unknown", "L"),
    "incref": _row("owner", "", "nothing", "", "L"),
    "decref": _row("owner", "", "nothing", "", "L"),
}
"""All ops by name."""

TERMINATORS: Final = ("jump", "branch", "return", "raise", "attempt")
