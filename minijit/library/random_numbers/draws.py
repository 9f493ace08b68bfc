"""Draws from random generators: ``np.random.random``, ``rng.integers``, ``random.randint`` ... without Python.

A draw changes the generator's own state, in place, so the numbers are the interpreter's, and whoever draws next goes on
from there. Generators of NumPy's draw through the functions of their ``bitgen_t``, as NumPy itself does; the state of
Python's is read where it is. Where another thread holds the lock, where arguments are not good, and each time that the
words of the Mersenne twister have been used up, Python makes the call.

Normal variates are drawn here by the polar method of ``np.random.normal``; other distributions are in
:mod:`minijit.library.random_numbers.distributions`.
"""

from __future__ import annotations

import operator
import random
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

import numpy as np

from minijit import types as t
from minijit.ir.nodes import Value
from minijit.library.builder import Builder
from minijit.library.operands import REAL, is_real
from minijit.library.random_numbers.layout import TWISTER, Layout, holds_twister, layout_of
from minijit.library.registry import Arg, lowers, method
from minijit.library.sampling import service_class
from minijit.library.vals import Val
from minijit.machine import F64, I8, I64, PTR, Machine
from minijit.numpy_types import Dtype

EFFECTS: Final = "io raises"
_INT64: Final[Dtype] = np.dtype(np.int64)
_NORMAL: Final = ("normal", "standard_normal", "randn")
_ENDS: Final = ("low", "high")
_MOMENTS: Final = ("loc", "scale")
_MOST_BITS: Final = 2**32


# ---- generators


def is_numpy_generator(one: t.Type) -> bool:
    """Whether values of this type are generators of NumPy's that native code can draw from."""
    cls = service_class(one)
    return cls is not None and cls is not random.Random and layout_of(cls) is not None


def _is_generator(one: t.Type) -> bool:
    return is_numpy_generator(one) and service_class(one) is np.random.Generator


def is_random_state(one: t.Type) -> bool:
    """The same for the old kind, which ``np.random.random`` and its like belong to."""
    return is_numpy_generator(one) and service_class(one) is np.random.RandomState


def _is_twister(one: t.Type) -> bool:
    cls = service_class(one)
    return cls is random.Random and holds_twister(cls)


def _address_of(b: Builder, generator: Val) -> Value:
    return b.known_object(generator.type.value) if isinstance(generator.type, t.Const) else generator.part


class Draw:
    """A call of a method of a generator, as it is lowered."""

    def __init__(
        self,
        b: Builder,
        name: str,
        result: t.Type,
        generator: Val,
        args: Sequence[Val] = (),
        named: Mapping[str, Val] = MappingProxyType({}),
    ) -> None:
        self.b = b
        self.name = name
        self.result = result
        self.generator = generator
        self.args = args
        self.named = named
        self.address = _address_of(b, generator)

    def by_python(self) -> Sequence[Value]:
        """The call through Python."""
        cls = service_class(self.generator.type)
        row = [self.generator, *self.args, *self.named.values()]
        return self.b.call_python(getattr(cls, self.name), row, self.result, tuple(self.named)).parts

    def of_numpy(self, good: Value | None, native: Callable[[Layout], Value]) -> Val:
        """What `native` draws, if `good` and if nobody holds the lock."""
        b, cls = self.b, service_class(self.generator.type)
        layout = layout_of(cls) if cls is not None else None
        assert layout is not None
        lock = b.load(b.ptr_add(self.address, layout.lock), PTR)
        free = b.icmp("eq", b.load(b.ptr_add(lock, layout.locked), I8), b.const(I8, 0))
        if good is not None:
            free = b.and_(good, free)
        return Val(self.result, b.if_else(free, lambda: [native(layout)], self.by_python, likely=True))

    def of_twister(self, drawn: Value, good: Value, finish: Callable[[Value], Value] = lambda value: value) -> Val:
        """What was drawn, if that is `good`, else what Python goes on with."""
        return Val(self.result, self.b.if_else(good, lambda: [finish(drawn)], self.by_python, likely=True))

    def call(self, symbol: str, machine: Machine, offset: int, *args: Value) -> Value:
        """Call a function of the runtime with the address of a part of the generator."""
        return self.b.call_c(symbol, machine, self.b.ptr_add(self.address, offset), *args, effects="io")


# ---- NumPy's: floats


def takes(
    names: Sequence[str], fits: Callable[[t.Type], bool], result: t.Type, least: int = 0
) -> Callable[..., t.Type | None]:
    """The rule of methods with these parameters, of which `least` must be given."""

    def rule(generator: Arg, *args: Arg, **named: Arg) -> t.Type | None:
        given = {*names[: len(args)], *named}
        if len(args) > len(names) or len(given) < len(args) + len(named) or not given.issuperset(names[:least]):
            return None
        return result if all(fits(arg.type) for arg in (*args, *named.values())) else None

    return rule


def bound_arguments(names: Sequence[str], args: Sequence[Val], named: Mapping[str, Val]) -> list[Val | None]:
    """The argument for each parameter, ``None`` where it is left out."""
    given = dict(zip(names, args, strict=False)) | dict(named)
    return [given.get(name) for name in names]


for _name, _classes in (
    ("random", is_numpy_generator),
    ("random_sample", is_random_state),
    ("rand", is_random_state),
):

    @lowers(method(_name), _classes, result=t.FLOAT, effects=EFFECTS)
    def _random(b: Builder, generator: Val, name: str = _name) -> Val:
        draw = Draw(b, name, t.FLOAT, generator)
        return draw.of_numpy(None, lambda layout: draw.call("mj_bits_double", F64, layout.bits))


@lowers(
    method("uniform"),
    is_numpy_generator,
    result=takes(_ENDS, is_real, t.FLOAT),
    rest=is_real,
    keywords=dict.fromkeys(_ENDS, is_real),
    effects=EFFECTS,
)
def _uniform(b: Builder, generator: Val, *args: Val, **named: Val) -> Val:
    draw = Draw(b, "uniform", t.FLOAT, generator, args, named)
    first, last = bound_arguments(_ENDS, args, named)
    low = b.f64(0.0) if first is None else b.as_f64(first)
    width = b.binary("fsub", b.f64(1.0) if last is None else b.as_f64(last), low)
    good = b.and_(b.fcmp("oge", width, b.f64(0.0)), b.fcmp("olt", width, b.f64(float("inf"))))

    def native(layout: Layout) -> Value:
        return b.binary("fadd", low, b.binary("fmul", width, draw.call("mj_bits_double", F64, layout.bits)))

    return draw.of_numpy(good, native)


def _type_of_normal(name: str) -> Callable[..., t.Type | None]:
    rule_of_names = takes(_MOMENTS if name == "normal" else (), is_real, t.FLOAT)

    def rule(generator: Arg, *args: Arg, **named: Arg) -> t.Type | None:
        layout = layout_of(np.random.RandomState)
        return rule_of_names(generator, *args, **named) if layout is not None and layout.polar else None

    return rule


for _name in _NORMAL:

    @lowers(
        method(_name),
        is_random_state,
        result=_type_of_normal(_name),
        rest=is_real,
        keywords=dict.fromkeys(_MOMENTS, is_real),
        effects=EFFECTS,
    )
    def _normal(b: Builder, generator: Val, *args: Val, _name: str = _name, **named: Val) -> Val:
        draw = Draw(b, _name, t.FLOAT, generator, args, named)
        first, second = bound_arguments(_MOMENTS, args, named)
        mean = b.f64(0.0) if first is None else b.as_f64(first)
        deviation = b.f64(1.0) if second is None else b.as_f64(second)
        good = b.icmp("sge", b.convert("bitcast", deviation, I64), b.i64(0))

        def native(layout: Layout) -> Value:
            variate = draw.call("mj_bits_gauss", F64, layout.polar)
            return b.binary("fadd", mean, b.binary("fmul", deviation, variate)) if _name == "normal" else variate

        return draw.of_numpy(good, native)


# ---- NumPy's: integers


def _is_bound(one: t.Type) -> bool:
    numpy_bound = isinstance(one, t.NumpyScalar) and one.dtype.kind in "iu" and one.dtype != np.dtype(np.uint64)
    return one == t.INT or numpy_bound


def _register_integers(name: str, fits: Callable[[t.Type], bool], symbol: str, result: t.Type) -> None:
    @lowers(
        method(name),
        fits,
        result=takes(_ENDS, _is_bound, result, least=1),
        rest=_is_bound,
        keywords=dict.fromkeys(_ENDS, _is_bound),
        effects=EFFECTS,
    )
    def lower(b: Builder, generator: Val, *args: Val, **named: Val) -> Val:
        draw = Draw(b, name, result, generator, args, named)
        first, last = bound_arguments(_ENDS, args, named)
        assert first is not None
        end = b.index_of(first)
        low, high = (b.i64(0), end) if last is None else (end, b.index_of(last))
        most = b.sub(b.sub(high, b.i64(1)), low)
        # One number to choose from needs no draw, and is seldom asked for.
        good = b.and_(b.icmp("slt", low, high), b.icmp("ne", most, b.i64(0)))
        return draw.of_numpy(good, lambda layout: b.add(low, draw.call(symbol, I64, layout.bits, most)))


_register_integers("randint", is_random_state, "mj_bits_masked", t.INT)
_register_integers("integers", _is_generator, "mj_bits_scaled", t.NumpyScalar(_INT64))


# ---- Python's


def _twister_double(b: Builder, generator: Val) -> Val:
    draw = Draw(b, "random", t.FLOAT, generator)
    drawn = draw.call("mj_twister_double", F64, TWISTER)
    return draw.of_twister(drawn, b.fcmp("oge", drawn, b.f64(0.0)))


lowers(method("random"), _is_twister, result=t.FLOAT, effects=EFFECTS)(_twister_double)


@lowers(method("uniform"), _is_twister, REAL, REAL, result=t.FLOAT, effects=EFFECTS)
def _uniform_of_twister(b: Builder, generator: Val, low: Val, high: Val) -> Val:
    width = b.apply(operator.sub, high, low)
    return b.apply(operator.add, low, b.apply(operator.mul, width, _twister_double(b, generator)))


def _register_range(name: str, least: int, more: int) -> None:
    """``randint`` (`more` is 1: the end is included) and ``randrange``."""

    @lowers(
        method(name),
        _is_twister,
        result=takes(("start", "stop"), lambda one: one == t.INT, t.INT, least),
        rest=t.INT,
        effects=EFFECTS,
    )
    def lower(b: Builder, generator: Val, *args: Val) -> Val:
        draw = Draw(b, name, t.INT, generator, args)
        first = args[0].part
        low, high = (first, args[1].part) if len(args) > 1 else (b.i64(0), first)
        last = b.sub(high, b.i64(1 - more))
        ordered = b.icmp("sle", low, high) if more else b.icmp("slt", low, high)
        most = b.sub(last, low)
        good = b.and_(ordered, b.icmp("ult", most, b.i64(_MOST_BITS - 1)))

        def native() -> Sequence[Value]:
            drawn = draw.call("mj_twister_below", I64, TWISTER, b.add(most, b.i64(1)))
            there = b.icmp("sge", drawn, b.i64(0))
            return draw.of_twister(drawn, there, lambda value: b.add(low, value)).parts

        return Val(t.INT, b.if_else(good, native, draw.by_python, likely=True))


_register_range("randint", 2, 1)
_register_range("randrange", 1, 0)
