"""The shell command: ``python -m minijit inspect | demo | support | cache | version``."""

from __future__ import annotations

import argparse
import sys
from typing import Any


def main(arguments: list[str] | None = None) -> int:
    """Run a command; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m minijit", description="A JIT compiler for numerical Python.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("demo", help="run several kernels compiled and interpreted, and compare")
    commands.add_parser("version", help="print the versions that matter in a report")
    commands.add_parser("support", help="print the table of what compiled functions may call, in Markdown")
    cache = commands.add_parser("cache", help="say what compiled code is kept on disk, or remove it")
    cache.add_argument("--clear", action="store_true", help="remove all of it")
    inspect = commands.add_parser(
        "inspect",
        help="compile a function and show what becomes of it",
        description="Compile a function of a Python file for given arguments, without calling it, and show each stage.",
        epilog="example: python -m minijit inspect kernels.py:dot --args 'np.ones(9)' 'np.ones(9)' --after typed",
    )
    inspect.add_argument("target", metavar="FILE:FUNCTION", help="a file and a function in it, methods as Class.method")
    inspect.add_argument("--args", nargs="*", default=[], metavar="EXPR", help="arguments; np and names of FILE work")
    inspect.add_argument(
        "--after", action="append", metavar="STAGE", help="a stage or pass, or all; by default python, typed, loops"
    )
    inspect.add_argument("--llvm", action="store_true", help="show the optimised LLVM IR")
    inspect.add_argument("--asm", action="store_true", help="show the assembly")
    inspect.add_argument("--explain", action="store_true", help="show the decisions of the compiler")
    options = parser.parse_args(arguments)
    run = {"demo": _demo, "version": _version, "inspect": _inspect, "support": _support, "cache": _cache}
    return run[options.command](options)


def _demo(options: argparse.Namespace) -> int:
    from minijit.demo import main as demo

    return int(demo() or 0)


def _support(options: argparse.Namespace) -> int:
    from minijit.support import main as support

    return support()


def _cache(options: argparse.Namespace) -> int:
    from minijit.codegen import disk_cache

    if options.clear:
        print(f"{disk_cache.clear()} entries removed")
    found = disk_cache.contents()
    if found.folder is None:
        print("there is no cache on disk (MINIJIT_CACHE=0, or no home directory)")
    else:
        print(f"{found.folder}: {found.entries} entries, {found.bytes / 1e6:.1f} MB")
    return 0


def _version(options: argparse.Namespace) -> int:
    import platform
    from importlib.metadata import version

    import numpy

    import minijit

    print(f"minijit {minijit.__version__}")
    print(f"Python {platform.python_version()} ({platform.python_implementation()}), {platform.platform()}")
    print(f"NumPy {numpy.__version__}, llvmlite {version('llvmlite')}")
    return 0


def _inspect(options: argparse.Namespace) -> int:
    import linecache

    from minijit.dispatcher import Dispatcher
    from minijit.inspection import compile_like, explain, show_stage, title_of

    filename, _, name = options.target.rpartition(":")
    if not filename or not name:
        return _fail(f"{options.target!r} is not of the form FILE:FUNCTION")
    try:
        module = _load(filename)
        dispatcher = _function_of(module, name)
        values = [_evaluate(text, module) for text in options.args]
        specialisation = compile_like(dispatcher, tuple(values), {})
    except (OSError, SyntaxError, LookupError, TypeError, NameError, AttributeError, ValueError) as error:
        return _fail(f"{type(error).__name__}: {error}")
    assert isinstance(dispatcher, Dispatcher)
    if specialisation is None:
        print("\n".join(dispatcher.fallback_reasons))
        return 1
    print(title_of(specialisation, name))
    stages = list(options.after or [])
    if not stages and not (options.llvm or options.asm or options.explain):
        code = dispatcher.py_func.__code__
        print("".join(_source_lines(linecache.getlines(code.co_filename), code)))
        stages = ["python", "typed", "loops"]
    stages += ["llvm optimised"] * options.llvm + ["asm"] * options.asm
    try:
        for stage in stages:
            print(show_stage(dispatcher, stage, specialisation.argument_types))
    except ValueError as error:
        return _fail(str(error))
    if options.explain:
        print(explain(dispatcher))
    return 0


def _fail(message: str) -> int:
    print(f"python -m minijit inspect: {message}", file=sys.stderr)
    return 2


def _load(filename: str) -> dict[str, Any]:
    """Run a file as a module that is not ``__main__``, with its folder on the path."""
    import importlib.util
    import os

    path = os.path.abspath(filename)
    spec = importlib.util.spec_from_file_location(os.path.splitext(os.path.basename(path))[0], path)
    if spec is None or spec.loader is None:
        raise OSError(f"{filename} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules.setdefault(spec.name, module)
    sys.path.insert(0, os.path.dirname(path))
    spec.loader.exec_module(module)
    return vars(module)


def _function_of(module: dict[str, Any], name: str) -> Any:
    """The function `name` as a dispatcher that does not warn, decorated in the file or not."""
    from minijit.dispatcher import Dispatcher
    from minijit.options import Options

    first, *rest = name.split(".")
    if first not in module:
        raise LookupError(f"there is no {first!r} in the file")
    found = module[first]
    for part in rest:
        found = getattr(found, part)
    function = getattr(found, "py_func", found)
    keywords = found.options.as_keywords() if isinstance(found, Dispatcher) else {}
    if not hasattr(function, "__code__"):
        raise TypeError(f"{name} is not a Python function")
    return Dispatcher(function, Options(**{**keywords, "fallback": "silent"}))


def _evaluate(text: str, module: dict[str, Any]) -> object:
    import numpy as np

    return eval(text, {"np": np, "numpy": np, **module})


def _source_lines(lines: list[str], code: Any) -> list[str]:
    """The lines of a function, numbered as in its file."""
    last = max((line for *_, line in code.co_lines() if line), default=code.co_firstlineno)
    numbered = enumerate(lines[code.co_firstlineno - 1 : last], code.co_firstlineno)
    return [f"{number:5}  {line if line.endswith(chr(10)) else line + chr(10)}" for number, line in numbered]


if __name__ == "__main__":
    sys.exit(main())
