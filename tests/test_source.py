"""Finding the source of functions, wherever they were defined, and refusing where it can't be trusted."""

from __future__ import annotations

import ast
import doctest
import importlib.util
import linecache
import subprocess
import sys
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import pytest

from minijit.errors import Unsupported
from minijit.source import class_of, line_of, source_of
from tests.golden_files import run_source

ROOT = Path(__file__).parent.parent


def load(path: Path, text: str | bytes) -> ModuleType:
    """Write a module to a file and import it."""
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    linecache.checkcache(str(path))
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


IMPORTING = """\
from math import pi
import math
from minijit import types as t
from minijit.types import INT, Array as A

def f(a):
    b = pi.hex() + math.sin(2)
    return INT.name.upper(b), t.dtype_of(a), A.mro(), own.method(), a.method()

class own:
    method = f

def outer():
    import math
    from os import path
    def g(): return math.sin(path.join())
    return g
"""


def test_names_that_are_imported_from_modules(tmp_path: Path) -> None:
    module = load(tmp_path / "importing.py", IMPORTING)
    source_of(module.f)
    source_of(module.outer())


def returned(function: FunctionType) -> tuple[str, int, int]:
    """The expression that the function returns, with its line and column."""
    (found,) = [node for node in ast.walk(source_of(function).node) if isinstance(node, ast.Return)]
    assert found.value is not None
    return ast.unparse(found.value), found.value.lineno, found.value.col_offset


MODULE = '''\
"""A module with functions in all kinds of places."""
from __future__ import annotations
from functools import wraps

def keep(*args, **kwargs):
    return lambda function: function

def plain(a):
    return a + 1

@keep(1,
      key="x")
# a comment
@keep()

def decorated(
    a: "int" = 3,
) -> "int":
    return a + 2

class Outer:
    class Inner:
        @staticmethod
        def method(a):
            text = """
no indentation here
"""
            # nor here:
# comment
            return (a,
len(text))

        @property
        def value(self): return self.__hidden

def make(free):
    if free:
        def nested(a):
            return a + free
    else:
        def nested(a):
            return a - free
    return nested

def twice(a): return "first"
first = twice
def twice(a): return "second"

def continued(a):
    b = a + \\
1
    return b

if True:
    def in_if(a):
        # é
        return "é", a
else:
    pass

class Self:
    def chained(self):
        return super().chained()

def inner_class(a):
    class C: pass
    return C

def renamed(a): return a
renamed.__name__ = "other"

def last(a):
    return a'''


@pytest.fixture
def module(tmp_path: Path) -> ModuleType:
    return load(tmp_path / "places.py", MODULE)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("plain", "a + 1"),
        ("decorated", "a + 2"),
        ("Outer.Inner.method", "(a, len(text))"),
        ("Outer.Inner.value.fget", "self.__hidden"),
        ("make(1)", "a + free"),
        ("make(0)", "a - free"),
        ("twice", "'second'"),
        ("first", "'first'"),
        ("continued", "b"),
        ("in_if", "('é', a)"),
        ("Self.chained", "super().chained()"),
        ("inner_class", "C"),
        ("renamed", "a"),
        ("last", "a"),
    ],
)
def test_finds_functions(module: ModuleType, expression: str, expected: str) -> None:
    text, line, column = returned(eval(expression, vars(module)))
    assert text == expected
    shown = MODULE.splitlines()[line - 1].encode()[column:].decode()
    assert shown[0] == text[0] or shown.startswith(('"', "'"))


def test_class_names(module: ModuleType) -> None:
    assert class_of(module.Outer.Inner.method.__code__) == "Inner"
    assert class_of(module.make(1).__code__) == ""
    assert class_of(module.plain.__code__) == ""

    class Local:
        def method(self):
            def inside():
                def deeper():
                    return 1

                return deeper

            return inside()

    assert class_of(Local.method.__code__) == "Local"
    assert class_of(Local().method().__code__) == "Local"


def test_line_of(module: ModuleType) -> None:
    assert line_of(module.__file__, 8) == "def plain(a):"
    assert line_of(module.__file__, 10_000) == ""
    assert line_of("there is no such file", 1) == ""


def test_other_encodings_and_line_ends(tmp_path: Path) -> None:
    latin = load(tmp_path / "latin.py", "# coding: latin-1\ndef f(a):\n    return 'é'\n".encode("latin-1"))
    assert returned(latin.f)[0] == "'é'"
    dos = load(tmp_path / "dos.py", b"def f(a):\r\n    '''x\r\n    y'''\r\n    return a\r\n\r\ndef g(): pass\r\n")
    assert returned(dos.f) == ("a", 4, 11)


def test_private_names_in_functions_inside_methods(tmp_path: Path) -> None:
    text = "class C:\n    def method(self):\n        def f(): return self.__x\n        return f\n"
    source = source_of(load(tmp_path / "private.py", text).C().method())
    assert source.class_name == "C"


def test_compiler_warnings_are_not_repeated(tmp_path: Path, recwarn: pytest.WarningsRecorder) -> None:
    module = load(tmp_path / "warned.py", "def f(a):\n    return a is 1, '\\d'\n")
    recwarn.clear()
    assert returned(module.f)[1] == 2
    assert not recwarn.list


def test_tabs(tmp_path: Path) -> None:
    module = load(tmp_path / "tabs.py", "if 1:\n\tif 2:\n\t\tdef f(a):\n\t\t\treturn a\n\tx = 1\n")
    assert returned(module.f) == ("a", 4, 10)


def test_definition_on_the_first_line(tmp_path: Path) -> None:
    assert returned(load(tmp_path / "one.py", "def f(a): return a").f) == ("a", 1, 17)


def test_notebook_cells() -> None:
    scope = run_source("def f(a):\n    return a * 2\n", "cell-1")
    assert returned(scope["f"])[0] == "a * 2"


def test_doctests() -> None:
    example = ">>> def f(a):\n...     return a\n>>> source_of(f).node.name\n'f'\n"
    test = doctest.DocTestParser().get_doctest(example, {"source_of": source_of}, "example", None, 0)
    assert doctest.DocTestRunner(verbose=False).run(test).failed == 0


def test_functions_of_this_module_whose_asserts_pytest_rewrites() -> None:
    def f(a):
        assert a, "message"
        return a

    assert returned(f)[0] == "a"


def refusal(function: Any) -> str:
    with pytest.raises(Unsupported) as caught:
        source_of(function)
    return caught.value.what


def test_no_source() -> None:
    scope: dict[str, Any] = {}
    exec("def f(a):\n    return a\n", scope)
    assert "made by exec" in refusal(scope["f"])
    assert "not written in Python" in refusal(len)
    assert "made by exec" in refusal(eval("lambda a: a"))


def test_missing_file(tmp_path: Path) -> None:
    path = tmp_path / "gone.py"
    module = load(path, "def f(a):\n    return a\n")
    path.unlink()
    assert "can't be found" in refusal(module.f)


@pytest.mark.parametrize(
    "text",
    [
        "def f(a):\n    return a + 2\n",
        "def f(a):\n    return a + 1.0\n",
        "def f(b):\n    return b + 1\n",
        "def f(a, b=1):\n    return a + 1\n",
        "\ndef f(a):\n    return a + 1\n",
        "\n\nclass C:\n    def f(a):\n        return a + 1\n",
        "def g(a):\n    return a + 1\n",
        "def f(a:\n    return a + 1\n",
        "x = 1\n",
        "",
    ],
)
def test_changed_file(tmp_path: Path, text: str) -> None:
    path = tmp_path / "changed.py"
    module = load(path, "def f(a):\n    return a + 1\n")
    path.write_text(text + "# another size, so that the change is noticed\n")
    assert "has changed" in refusal(module.f)


def test_scripts_and_prompts(tmp_path: Path) -> None:
    program = "import sys\nsys.path.insert(0, {root!r})\nfrom minijit.source import source_of\n"
    program = program.format(root=str(ROOT)) + "def f(a):\n    return a\n\nprint(source_of(f).node.lineno)\n"
    script = tmp_path / "script.py"
    script.write_text(program)
    run = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=True)
    assert run.stdout == "4\n"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    if sys.version_info >= (3, 13):
        assert run.stdout == "4\n"
    else:
        assert "typed at a prompt" in run.stderr
