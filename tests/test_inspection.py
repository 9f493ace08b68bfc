"""Looking inside: the methods of a decorated function, and the shell command."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import minijit
from minijit import types as t
from minijit.__main__ import main

PROGRAM = """\
import minijit

RATE = 3

def total(a):
    s = 0.0
    for x in a:
        s += x * RATE
    return s

@minijit.jit
def twice(x):
    return x + x

def bad(x):
    yield x

class Box:
    @staticmethod
    def method(x):
        return x - 1
"""


@minijit.jit
def square(x: Any) -> Any:
    return x * x


@pytest.fixture
def program(tmp_path: Path) -> str:
    path = tmp_path / "inspected_program.py"
    path.write_text(PROGRAM)
    return str(path)


def test_stages() -> None:
    f = minijit.jit(square.py_func)
    assert f(3) == 9
    assert f(2.0) == 4.0
    assert f.inspect_ir().count("; ==== square(") == 2
    assert "square(int) -> int, typed" in f.inspect_types((t.INT,))
    assert "float" not in f.inspect_types((t.INT,))
    assert "define" in f.inspect_llvm((t.FLOAT,))
    assert "ret" in f.inspect_asm((t.FLOAT,))
    stages = f.inspect_ir((t.INT,), after="all")
    for stage in ("python", "typed", "loops", "llvm", "asm"):
        assert f", {stage}\n" in stages
    assert f.stats["compilations"] == 2


def test_a_signature_that_was_never_called() -> None:
    f = minijit.jit(square.py_func)
    assert "square(complex) -> complex" in f.inspect_types((t.COMPLEX,))
    assert f.signatures == [(t.COMPLEX,)]


def test_mistakes() -> None:
    f = minijit.jit(square.py_func)
    with pytest.raises(ValueError, match="call it first"):
        f.inspect_ir()
    f(1)
    with pytest.raises(ValueError, match="no stage or pass 'nonsense'"):
        f.inspect_ir(after="nonsense")


def test_compile_without_a_call() -> None:
    def f(a: np.ndarray) -> Any:
        return a[0]

    compiled = minijit.jit(f)
    assert compiled.compile(np.zeros(3))
    assert not minijit.jit(fallback="silent")(f).compile({})
    with pytest.raises(TypeError, match="missing a required argument"):
        compiled.compile()
    assert compiled.stats["compilations"] == 1


def test_explain() -> None:
    f = minijit.jit(fallback="silent")(square.py_func)
    assert "has not been called yet" in f.explain()
    f(3)
    f(2**40)
    text = f.explain()
    assert "square(int) -> int" in text
    assert "compiled in" in text
    assert "1 calls were given back" in text


def test_shell_inspect(program: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", f"{program}:total", "--args", "np.ones(3)"]) == 0
    text = capsys.readouterr().out
    assert "total(float64[::1]) -> " in text
    assert "8          s += x * RATE" in text
    for stage in ("python", "typed", "loops"):
        assert f", {stage}\n" in text
    assert main(["inspect", f"{program}:twice", "--args", "RATE", "--llvm", "--asm", "--explain"]) == 0
    text = capsys.readouterr().out
    assert "twice(int) -> int" in text
    assert "define" in text
    assert main(["inspect", f"{program}:Box.method", "--args", "1.0", "--after", "typed"]) == 0
    assert "Box.method(float) -> float, typed" in capsys.readouterr().out


def test_shell_mistakes(program: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", f"{program}:bad", "--args", "1"]) == 1
    assert "inspected_program.py:16:" in capsys.readouterr().out
    for arguments in (["nothing"], [f"{program}:missing"], [f"{program}:total", "--args", "no_such_name"]):
        assert main(["inspect", *arguments]) == 2
        assert "python -m minijit inspect: " in capsys.readouterr().err
    assert main(["inspect", f"{program}:total"]) == 2
    assert "missing a required argument" in capsys.readouterr().err


def test_shell_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["version"]) == 0
    assert f"minijit {minijit.__version__}" in capsys.readouterr().out
