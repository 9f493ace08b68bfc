"""The front end: its golden files, and its SSA run by a reference interpreter against CPython."""

from __future__ import annotations

import copy
from pathlib import Path
from types import FunctionType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minijit.errors import Unsupported
from minijit.frontend import build_function
from minijit.ir.nodes import NO_SPAN, Function, Instr
from minijit.ir.printer import print_function
from minijit.ir.verifier import verify
from tests.frontend_programs import PROGRAMS, long_chain
from tests.golden_files import check_golden, golden_files, run_source
from tests.random_control_flow import functions
from tests.ssa_interpreter import interpret


def outcome(run: Any, maker: Any) -> tuple[Any, ...]:
    """What a run gives: value or exception, what it did to its arguments, and the log."""
    log: list[str] = []
    arguments = copy.deepcopy(maker(log)) if not maker(log) or not hasattr(maker(log)[0], "log") else maker(log)
    positional, keywords = arguments, {}
    if len(arguments) == 2 and isinstance(arguments[1], dict):
        positional, keywords = arguments
    try:
        value = run(*positional, **keywords)
        result = (type(value), repr(value))
    except Exception as error:
        result = (type(error), repr(error.args), repr(error.__cause__))
    return result, repr(positional), without_repeated_questions(log)


def without_repeated_questions(log: list[str]) -> list[str]:
    """From Python 3.12 on, the truth of an operand of an ``and`` inside an ``or`` is asked twice in a row."""
    return [text for text, last in zip(log, ["", *log], strict=False) if text != last or not text.startswith("bool")]


@pytest.mark.parametrize(("function", "makers"), PROGRAMS, ids=[function.__qualname__ for function, _ in PROGRAMS])
def test_does_what_cpython_does(function: FunctionType, makers: list[Any]) -> None:
    for maker in makers:
        expected = outcome(function, maker)
        actual = outcome(lambda *args, **kwargs: interpret(function, *args, **kwargs), maker)
        assert actual == expected


@given(functions(), st.integers(-1, 3), st.integers(-1, 3))
def test_random_control_flow(source: str, a: int, b: int) -> None:
    f = run_source(source, "random.py")["f"]
    expected = outcome(f, lambda log: (a, b, []))
    assert outcome(lambda *args: interpret(f, *args), lambda log: (a, b, [])) == expected


@pytest.mark.parametrize("path", golden_files("python"), ids=lambda path: path.stem)
def test_golden(path: Path, update_golden: bool) -> None:
    def produce(function: FunctionType, scope: dict[str, Any]) -> str:
        built = build_function(function)
        verify(built)
        return print_function(built)

    check_golden(path, produce, update_golden)


def built(source: str) -> Function:
    function = build_function(run_source(source, "test.py")["f"])
    verify(function)
    return function


def ops(function: Function) -> list[str]:
    return [instr.op for block in function.blocks for instr in block.instrs]


def test_every_instruction_has_a_place() -> None:
    for function, _ in PROGRAMS:
        for block in build_function(function).blocks:
            for instr in block.instrs:
                assert instr.span != NO_SPAN or instr.op == "unbound"
            assert block.terminator is not None and block.terminator.span != NO_SPAN


def test_places_are_exact() -> None:
    source = "def f(a):\n    é = 'é' ; b = a.real + (\n        2)\n    return b\n"
    spans = {instr.op: instr.span for instr in built(source).blocks[0].instrs}
    assert spans["getattr"] == (2, 20, 2, 26)
    assert spans["binary"] == (2, 20, 3, 10)


def test_variables_that_are_always_assigned_need_no_check() -> None:
    source = (
        "def f(n):\n    s = 0\n    for i in range(n):\n        t = i\n        while t > 0:\n            t -= 1\n"
        "            if t == 5: continue\n            s += t + i\n    return s\n"
    )
    assert "check_bound" not in ops(built(source))


def test_a_second_read_is_not_checked_again() -> None:
    source = "def f(n):\n    if n: x = 1\n    return x + x * x\n"
    assert ops(built(source)).count("check_bound") == 1


def test_only_needed_parameters_stay() -> None:
    source = (
        "def f(a, n):\n    k = 3\n    for i in range(n):\n        for j in range(n):\n            if i < j:\n"
        "                a[i, j] = k\n    return a\n"
    )
    assert [[param.name for param in block.params] for block in built(source).blocks if block.params] == [
        ["a", "n"],
        [""],
        [""],
    ]


def test_loops_are_marked() -> None:
    source = "def f(n):\n    for i in range(n):\n        while i: i -= 1\n"
    marks = [block.attrs["loop"] for block in built(source).blocks if "loop" in block.attrs]
    assert marks == ["for", "while"]


def test_parameters_are_described() -> None:
    function = built("def f(a, b=1, *rest, c, d=2): return a\n")
    assert function.attrs == {"parameters": ("a", "b", "rest", "c", "d"), "varargs": 2, "keyword_only": 2}
    assert [param.name for param in function.params] == ["a", "b", "rest", "c", "d"]


def test_blocks_come_before_their_successors_but_for_back_edges() -> None:
    for function, _ in PROGRAMS:
        blocks = build_function(function).blocks
        numbers = {block: number for number, block in enumerate(blocks)}
        for block in blocks:
            for edge in block.edges:
                assert numbers[edge.block] > numbers[block] or "loop" in edge.block.attrs


def test_long_functions_do_not_exhaust_the_stack() -> None:
    f = run_source(long_chain(), "long.py")["f"]
    assert interpret(f, 1, 599) == f(1, 599)


def test_deep_nesting_is_refused_or_built() -> None:
    source = "def f(x):\n    return " + "+".join(["x"] * 900) + "\n"
    f = run_source(source, "deep.py")["f"]
    try:
        assert interpret(f, 2) == 1800
    except Unsupported as refused:
        assert "nested" in refused.what


REFUSED = [
    ("def f(x):\n    return [lambda: i for i in x]\n", "a lambda in a comprehension", (2, 12)),
    ("def f(x):\n    return sum((i for i in x), x())\n", "a generator expression among other arguments", (2, 15)),
    ("def f(x):\n    return {1: 2, **x}\n", "** in a dict display", (2, 11)),
    ("def f(x):\n    g = lambda: x\n    h = g\n    x = 1\n", "a lambda that uses 'x', which may change", (2, 8)),
    ("def f(x):\n    @x\n    def g(): pass\n", "a decorated function inside a function", (3, 4)),
    ("def f(x):\n    def g(y=x): pass\n", "a default value of a nested function that is no literal", (2, 12)),
    ("def f(x):\n    class C: pass\n", "a class defined inside a function", (2, 4)),
    ("def f(x):\n    import no_such_module\n", "an import statement inside a function", (2, 4)),
    ("def f(x):\n    from math import no_such_name\n", "an import statement inside a function", (2, 4)),
    ("def f(x):\n    from . import x\n", "a relative import inside a function", (2, 4)),
    ("def f(x):\n    global math\n    import math\n", "an import of the global math", (3, 4)),
    ("def f(x):\n    try:\n        x\n    except* ValueError: pass\n", "except*", (2, 4)),
    ("def f(x):\n    with x: pass\n", "a with statement", (2, 4)),
    ("def f(x):\n    match x:\n        case {1: y}: pass\n", "a mapping pattern", (3, 13)),
    ("def f(x):\n    match x:\n        case int(y): pass\n", "a class pattern that looks at attributes", (3, 13)),
    ("def f(x):\n    if x:\n        yield 1\n", "a generator (yield)", (3, 8)),
    ("def f(x):\n    yield from x\n", "a generator (yield from)", (2, 4)),
    ("def f(x):\n    return 1\n    if 0: yield\n", "a generator (yield)", (3, 10)),
    ("async def f(x):\n    return 1\n", "an async function", (1, 0)),
    ("def f(x, **rest):\n    return 1\n", "a **rest parameter", (1, 11)),
    ("def f(x):\n    return g(1, **x)\n", "a call with **keywords", (2, 16)),
    ("def f(x):\n    global y\n    y = 1\n", "an assignment to the global variable y", (3, 4)),
    ("def f(x):\n    global y\n    y += 1\n", "an assignment to the global variable y", (3, 4)),
    ("def f(x):\n    global y\n    for y in x: pass\n", "an assignment to the global variable y", (3, 8)),
    ("def f(x):\n    return x.__traceback__\n", "the attribute '__traceback__'", (2, 11)),
    ("def f(x):\n    del x.y\n", "deleting an attribute", (2, 8)),
    ("def g(x):\n    def h():\n        nonlocal x; x = 1\n    return h\nf = g(1)\n", "an assignment to x,", (3, 20)),
]


@pytest.mark.parametrize(("source", "what", "place"), REFUSED)
def test_refused(source: str, what: str, place: tuple[int, int]) -> None:
    with pytest.raises(Unsupported) as caught:
        build_function(run_source(source, "refused.py")["f"])
    error = caught.value
    assert error.what.startswith(what)
    assert error.span[:2] == place
    assert error.filename == "golden/refused.py"
    assert error.instead


def test_no_instruction_is_shared() -> None:
    for function, _ in PROGRAMS:
        seen: set[Instr] = set()
        for block in build_function(function).blocks:
            assert seen.isdisjoint(block.instrs)
            seen.update(block.instrs)
