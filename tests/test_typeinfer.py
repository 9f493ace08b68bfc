"""Type inference: the lattice of facts, and the types that small functions get."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from minijit import types as t
from minijit.errors import Unsupported
from minijit.ir.nodes import UNKNOWN
from minijit.library.builder import holds
from minijit.runtime.typeof import type_of
from minijit.typeinfer.facts import NOTHING, Fact, fact_of_object, fact_of_type, join, same_fact
from minijit.typeinfer.typed import typed_function, typed_functions
from tests.stages import infer

F32, F64, I8, I64 = (np.dtype(name) for name in ("float32", "float64", "int8", "int64"))
ROW = t.Array(F64, 1, "C")
STRIDED = t.Array(F64, 1, "A")


def twice(x: Any) -> Any:
    return x * 2


# ---- the lattice

NUMBERS = [t.BOOL, t.INT, t.FLOAT, t.COMPLEX, *map(t.NumpyScalar, (F32, F64, I8, I64))]
ARRAYS = [ROW, STRIDED, t.Array(F64, 2, "C"), t.Array(F64, 2, "F"), t.Array(F64, 1, "C", False), t.Array(I8, 1, "C")]
OBJECTS = [None, True, 0, 1, 300, 2**60, 0.0, -0.0, math.nan, 1.5, 1j, np.float32(1), np.int8(3), "a", twice, math.sqrt]
SINGLE = st.one_of(
    st.sampled_from([Fact(one) for one in NUMBERS + ARRAYS]),
    st.sampled_from([fact_of_object(one, type_of) for one in OBJECTS]),
    st.sampled_from([fact_of_type(one) for one in (t.NONE, t.UNBOUND, t.RANGE, t.MaybeInt(t.FLOAT))]),
)


def tuple_of(items: list[Fact]) -> Fact:
    known = all(item.const is not UNKNOWN for item in items)
    whole = t.Tuple(tuple(item.type for item in items))
    return Fact(whole, tuple(item.const for item in items)) if known else fact_of_type(whole)


FACTS = st.one_of(SINGLE, st.just(NOTHING), st.lists(SINGLE, max_size=2).map(tuple_of))


def joined(*facts: Fact) -> Fact:
    try:
        return join(facts)
    except Unsupported:
        assume(False)
        raise


def same(a: Fact, b: Fact) -> bool:
    return a.type == b.type and (same_fact(a, b) or repr(a.const) == repr(b.const))


def covers(upper: Fact, lower: Fact) -> bool:
    """Whether every value that `lower` describes is described by `upper`."""
    if lower.type == t.NEVER:
        return True
    if upper.const is not UNKNOWN and lower.const is UNKNOWN:
        return False
    if upper.type == lower.type:
        return True
    if isinstance(upper.type, t.MaybeInt) and lower.type == t.INT:
        # Two different constants join to an unknown int; a float that meets them one by one makes a MaybeInt.
        return True
    if isinstance(upper.type, t.Tuple) and isinstance(lower.type, t.Tuple):
        if len(upper.type.items) != len(lower.type.items):
            return False
        values = lower.const if isinstance(lower.const, tuple) else (UNKNOWN,) * len(lower.type.items)
        lowers = [Fact(one, value) for one, value in zip(lower.type.items, values, strict=True)]
        return all(covers(Fact(one), each) for one, each in zip(upper.type.items, lowers, strict=True))
    members = t.alternatives_of(upper.type)
    return all(
        any(holds(member, one) or covers(Fact(member), Fact(one)) for member in members if member != upper.type)
        or holds(upper.type, one)
        for one in t.alternatives_of(lower.type)
    )


@given(st.lists(FACTS, max_size=4), st.randoms())
def test_join_does_not_depend_on_the_order(facts: list[Fact], random: Any) -> None:
    shuffled = list(facts)
    random.shuffle(shuffled)
    assert same(joined(*facts), joined(*shuffled))


@given(FACTS)
def test_join_is_idempotent(fact: Fact) -> None:
    assert same(join([fact, fact]), fact)
    assert same(join([fact]), fact)
    assert same(join([fact, NOTHING]), fact)


@given(FACTS, FACTS)
def test_join_covers_both(a: Fact, b: Fact) -> None:
    both = joined(a, b)
    assert covers(both, a)
    assert covers(both, b)


@given(FACTS, FACTS, FACTS)
def test_join_is_monotone(a: Fact, b: Fact, c: Fact) -> None:
    higher = joined(a, b)
    assert covers(joined(higher, c), joined(a, c))


@given(FACTS, FACTS)
def test_joining_what_is_known_already_changes_nothing(a: Fact, b: Fact) -> None:
    both = joined(a, b)
    assert same(joined(both, a), both)


def test_a_constant_int_that_meets_a_float_stays_an_int() -> None:
    zero, unknown = Fact(t.INT, 0), Fact(t.INT)
    assert join([zero, Fact(t.FLOAT)]) == Fact(t.MaybeInt(t.FLOAT))
    assert join([unknown, Fact(t.FLOAT)]).type == t.union_of((t.INT, t.FLOAT))
    assert join([Fact(t.MaybeInt(t.FLOAT)), unknown]).type == t.union_of((t.INT, t.FLOAT))
    assert join([zero, Fact(t.NumpyScalar(I8))]).type == t.MaybeInt(t.NumpyScalar(I8))
    # 300 is no int8, and 2**53 + 1 no float.
    assert isinstance(join([Fact(t.INT, 300), Fact(t.NumpyScalar(I8))]).type, t.Union)
    assert isinstance(join([Fact(t.INT, 2**53 + 1), Fact(t.FLOAT)]).type, t.Union)
    assert isinstance(join([zero, Fact(t.BOOL)]).type, t.Union)


def test_arrays_that_differ_in_layout_only_become_one() -> None:
    assert join([Fact(ROW), Fact(STRIDED)]).type == STRIDED
    assert isinstance(join([Fact(ROW), Fact(t.Array(F64, 1, "C", False))]).type, t.Union)


def test_a_union_has_one_order() -> None:
    def make() -> Callable[[Any], Any]:
        def same_name(x: Any) -> Any:
            return x

        return same_name

    first, second = t.Const(make()), t.Const(make())
    assert str(first) == str(second)
    assert t.union_of((first, second)) == t.union_of((second, first))


def test_too_many_types_are_unsupported() -> None:
    with pytest.raises(Unsupported, match="too many types"):
        join([Fact(one) for one in NUMBERS])


# ---- functions


def result_of(function: Callable[..., Any], *arguments: t.Type) -> str:
    return str(infer(function, *arguments)[1].result.type)


def typed_ops(function: Callable[..., Any], *arguments: t.Type) -> list[str]:
    typed = typed_function(infer(function, *arguments)[1].inference)
    return [instr.op for block in typed.blocks for instr in block.instrs]


def sum_from_zero(a: Any) -> Any:
    s = 0
    for i in range(len(a)):
        s += a[i]
    return s


def test_sums_that_start_with_an_int() -> None:
    assert result_of(sum_from_zero, ROW) == "int~np.float64"
    assert result_of(sum_from_zero, t.Array(I8, 1, "C")) == "int~np.int8"


def default_none(x: Any, weight: Any = None) -> Any:
    if weight is None:
        return x
    return x.nothing_like_that


def test_branches_that_cannot_be_taken_are_gone() -> None:
    assert result_of(default_none, t.FLOAT, t.NONE) == "float"
    assert "branch" not in str(typed_ops(default_none, t.FLOAT, t.NONE))
    assert result_of(default_none, t.FLOAT, t.INT) == "never"


def by_type(x: Any) -> Any:
    if isinstance(x, float):
        return x
    return x[0]


def test_isinstance_prunes() -> None:
    assert result_of(by_type, t.FLOAT) == "float"
    assert result_of(by_type, t.Tuple((t.INT, t.FLOAT))) == "int"


def constants(x: Any) -> Any:
    k = 3
    if k > 2:
        return x + k
    return None


def test_constants_are_folded() -> None:
    assert result_of(constants, t.FLOAT) == "float"


def changes_constant(n: Any) -> Any:
    k = 1
    for _ in range(n):
        k = k + 1
    if k == 1:
        return None
    return k


def test_a_constant_that_changes_is_none() -> None:
    assert result_of(changes_constant, t.INT) == "None | int"


def factorial(n: Any) -> Any:
    return 1 if n < 2 else n * factorial(n - 1)


def even(n: Any) -> Any:
    return True if n == 0 else odd(n - 1)


def odd(n: Any) -> Any:
    return False if n == 0 else even(n - 1)


def grows(n: Any) -> Any:
    if n == 0:
        return None
    before = grows(n - 1)
    return 1 if before is None else before + 0.5


def never_ends(n: Any) -> Any:
    return never_ends(n + 1)


def deeper(x: Any, n: Any) -> Any:
    return x if n == 0 else deeper((x,), n - 1)


def test_recursion() -> None:
    assert result_of(factorial, t.INT) == "int"
    assert result_of(even, t.INT) == "bool"
    assert result_of(grows, t.INT) == "None | float | int"
    assert result_of(never_ends, t.INT) == "never"
    _, entry = infer(even, t.INT)
    assert [instance.function for instance in typed_functions(entry)] == [even, odd]


def test_recursion_with_ever_new_types_is_unsupported() -> None:
    with pytest.raises(Unsupported, match="too many combinations of types"):
        infer(deeper, t.INT, t.INT)


def with_defaults(x: Any, y: Any = 2, *, z: Any = (1.5, None)) -> Any:
    return x, y, z


def calls_with_defaults(x: Any) -> Any:
    return with_defaults(x), with_defaults(x, 1.5), with_defaults(z=x, x=1)


def rest(*values: Any) -> Any:
    return values


def spreads(x: Any) -> Any:
    pair = (x, 1)
    return rest(), rest(None, *pair), rest(*pair, *pair)


def test_binding_of_arguments() -> None:
    given = "((float, int, (float, None)), (float, float, (float, None)), (int, int, float))"
    assert result_of(calls_with_defaults, t.FLOAT) == given
    assert result_of(spreads, t.FLOAT) == "((), (None, float, int), (float, int, float, int))"


def wrong_call(x: Any) -> Any:
    return factorial(x, 3)  # type: ignore[call-arg]


def test_a_call_that_python_refuses_never_returns() -> None:
    assert result_of(wrong_call, t.INT) == "never"


def passes_constants(x: Any) -> Any:
    total = 0.0
    for _ in range(3):
        total += first_of((None, twice), x)
    return total


def first_of(pair: Any, x: Any) -> Any:
    return pair[1](x) if pair[0] is None else 0


def test_tuples_of_constants_make_one_instance() -> None:
    program, entry = infer(passes_constants, t.FLOAT)
    assert len(program.instances) == 3
    assert len(typed_functions(entry)) == 3


def calls_with_growing_type(n: Any) -> Any:
    x = 0
    for _ in range(n):
        x = one_more(x)
    return x


def one_more(x: Any) -> Any:
    return x + 0.5


def test_instances_for_passing_types_are_left_out() -> None:
    program, entry = infer(calls_with_growing_type, t.INT)
    assert set(typed_functions(entry)) <= set(program.instances.values())
    used = [instance.arguments[0].type for instance in typed_functions(entry)][1:]
    assert set(used) <= {t.INT, t.FLOAT, t.MaybeInt(t.FLOAT)}


def make_scaled(factor: Any) -> Callable[[Any], Any]:
    def scaled(x: Any) -> Any:
        return factor * x

    return scaled


SCALE = 2.5


def uses_global(x: Any) -> Any:
    return SCALE * x + len((1, 2))


def test_names_become_guards() -> None:
    program, entry = infer(uses_global, t.INT)
    assert [(guard.kind, guard.name) for guard in program.guards] == [("global", "SCALE"), ("builtin", "len")]
    assert entry.result.type == t.FLOAT
    program, entry = infer(make_scaled(np.float32(2)), t.FLOAT)
    assert [(guard.kind, guard.name) for guard in program.guards] == [("cell", "factor")]
    assert entry.result.type == t.NumpyScalar(F32)


def test_closures_with_different_cells_are_different_functions() -> None:
    assert result_of(make_scaled(2), t.FLOAT) == "float"
    assert result_of(make_scaled(2), t.INT) == "int"
    assert result_of(make_scaled(1j), t.INT) == "complex"


def unset_after_loop(n: Any) -> Any:
    for i in range(n):
        last = i
    return last


def unset_for_sure() -> Any:
    if True:
        del x  # noqa: F821
    x = 1
    return x


def test_unset_variables() -> None:
    assert result_of(unset_after_loop, t.INT) == "int"
    assert "check_bound" in typed_ops(unset_after_loop, t.INT)
    assert result_of(unset_for_sure) == "never"
