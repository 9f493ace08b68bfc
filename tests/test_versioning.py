"""Loop versioning: random nests against the interpreter, nests that leave their arrays, and what the pass decides."""

from __future__ import annotations

import random
import signal
from collections.abc import Callable
from pathlib import Path
from types import FunctionType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minijit
from minijit import njit, pipeline
from minijit.ir.nodes import Function
from minijit.options import Options
from minijit.runtime.typeof import type_of
from minijit.testing import copy_arguments, differences
from tests.golden_files import check_golden, golden_files, run_source
from tests.random_loops import LoopProgram, random_arguments
from tests.random_while_loops import WhileProgram


class TooLong(BaseException):
    """The interpreter has taken too long."""


def outcome(function: Callable[..., Any], arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    """What a call gives, and what it makes of its arguments."""
    own = copy_arguments(arguments)
    try:
        result: Any = function(*own)
    except Exception as error:
        result = (type(error).__name__, str(error))
    return result, *own


def limited(function: Callable[..., Any], arguments: tuple[Any, ...]) -> tuple[Any, ...] | None:
    """The interpreter's outcome, None where that takes too long."""

    def stop(*_: object) -> None:
        raise TooLong

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    try:
        return outcome(function, arguments)
    except TooLong:
        return None
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def gave_up(result: Any) -> bool:
    """Whether a call ended because a number does not fit in 64 bits after it had changed an array."""
    return isinstance(result, tuple) and result[0] == "OverflowError" and "64 bits" in result[1]


@settings(max_examples=max(1, settings.default.max_examples // 2))
@given(st.integers(0, 10**9), st.sampled_from((LoopProgram, WhileProgram)))
def test_random_nests(seed: int, kind: type[LoopProgram]) -> None:
    chance = random.Random(seed)
    source = kind(chance).text
    function = run_source(source, f"nest{seed}.py")["f"]
    compiled = minijit.jit(function, fallback="error")
    for _ in range(6):
        arguments = random_arguments(chance)
        expected = limited(function, arguments)
        if expected is None:
            continue
        actual = outcome(compiled, arguments)
        if gave_up(actual[0]):
            continue
        assert not differences(expected, actual), f"seed {seed}\n{source}\n{arguments}"
    assert not compiled.fallback_reasons


def built(function: FunctionType, *arguments: Any) -> Function:
    """The function at the stage "loops"."""
    types = tuple(map(type_of, arguments))
    unit, _ = pipeline.build_unit(function, types, Options(), pipeline.Clock(), lambda *_: None)
    return next(iter(unit.functions.values()))


def slow_blocks(function: Function) -> int:
    return sum(bool(block.attrs.get("slow")) for block in function.blocks)


def shifted(a, out, start, stop, offset):
    for i in range(start, stop):
        out[i] = a[i + offset]
    return out[0]


@pytest.mark.parametrize(
    ("start", "stop", "offset"),
    [
        (0, 5, 0), (0, 5, 1), (0, 4, 1), (-2, 3, 0), (0, 6, 0), (3, 3, 99), (5, 0, -9), (0, 5, -1), (0, 5, -6),
        (0, 2**62, 0), (-(2**63), 3, 0), (0, 3, 2**63 - 1), (2, 4, -(2**63)), (2**63 - 2, 2**63 - 1, 1),
    ],
)  # fmt: skip
def test_partial_writes_and_errors(start: int, stop: int, offset: int) -> None:
    compiled = njit(shifted)
    arguments = (np.arange(5.0), np.zeros(5), start, stop, offset)
    actual, expected = outcome(compiled, arguments), outcome(shifted, arguments)
    assert gave_up(actual[0]) or not differences(expected, actual)


def test_no_copy_where_nothing_can_fail() -> None:
    def total(a):
        s = 0.0
        for i in range(a.shape[0]):
            for j in range(a.shape[1]):
                s += a[i, j]
        return s

    function = built(total, np.zeros((2, 2)))
    assert slow_blocks(function) == 0
    assert not any(instr.op.startswith("check") for block in function.blocks for instr in block.instrs)


def test_only_what_is_known_before_the_nest_is_tested() -> None:
    def rows(starts, a):
        s = 0.0
        for i in range(len(starts) - 1):
            for j in range(starts[i], starts[i + 1]):
                s += a[j]
        return s

    compiled = njit(rows)
    starts, a = np.array([0, 2, 2, 5]), np.arange(5.0)
    assert compiled(starts, a) == rows(starts, a)
    starts[3] = 6
    with pytest.raises(IndexError, match="index 5 is out of bounds for axis 0 with size 5"):
        compiled(starts, a)
    assert any("versioned" in text for _, text in built(rows, starts, a).attrs["remarks"])


def test_values_of_the_nest_are_used_behind_it() -> None:
    def last(a, out, n):
        i = x = -1.0
        for i in range(n):
            x = a[i]
            if x > 3:
                break
            out[i] = x
        return i, x

    compiled = njit(last)
    for n in (0, 2, 5, 7):
        arguments = (np.arange(6.0), np.zeros(4), n)
        assert not differences(outcome(last, arguments), outcome(compiled, arguments))


def test_accumulators_bail_out_exactly() -> None:
    def total(a, start, n):
        s = start
        for i in range(n):
            s += int(a[i]) * i
        return s

    compiled = njit(total)
    a = np.arange(8, dtype=np.int32)
    for start in (0, 2**62, 2**63 - 5, -(2**63)):
        for n in (0, 1, 8):
            assert compiled(a, start, n) == total(a, start, n)
    assert slow_blocks(built(total, a, 0, 1))


def test_a_loop_within_a_while_loop() -> None:
    def relax(a, limit):
        turns = 0
        change = 1.0
        while change > limit:
            change = 0.0
            for i in range(1, len(a) - 1):
                new = 0.5 * (a[i - 1] + a[i + 1])
                change += abs(new - a[i])
                a[i] = new
            turns += 1
        return turns

    compiled = njit(relax)
    arguments = (np.array([0.0, 5.0, 1.0, 2.0]), 1e-3)
    assert not differences(outcome(relax, arguments), outcome(compiled, arguments))
    function = built(relax, *arguments)
    left = {instr.op for block in function.blocks if not block.attrs.get("slow") for instr in block.instrs}
    assert not left & {"check_index", "check_add"}


@pytest.mark.parametrize("path", golden_files("version_loops"), ids=lambda path: path.stem)
def test_golden(path: Path, update_golden: bool) -> None:
    def produce(function: FunctionType, scope: dict[str, Any]) -> str:
        types = tuple(map(type_of, scope["ARGUMENTS"]))
        return pipeline.describe(function, types, Options(), "version loops")

    check_golden(path, produce, update_golden)
