"""From a function object to its source: the file, the syntax tree with true lines and columns, lines for messages.

Only the function itself is parsed, not its file. What was found is compiled again and compared with the function's
code object, so that a file which has changed since it was imported is noticed and never compiled.
"""

from __future__ import annotations

import ast
import linecache
import warnings
from collections.abc import Sequence
from threading import Lock
from types import CodeType, FunctionType, ModuleType
from typing import Any, Final

from minijit.errors import Span, Unsupported
from minijit.lambda_source import lambdas_for

_COMPILING: Final = Lock()
"""Held while warnings are off, which they are for the whole process."""
_GENERATED: Final = "<"
_NO_SOURCE: Final = "define the function in a file or a notebook cell"
_CHANGED: Final = "import the module again (or restart) so that code and source agree"


class Source:
    """The source of one function.

    Attributes
    ----------
    filename : str
        As the code object names it; it may be that of a notebook cell.
    node : ast.FunctionDef or ast.Lambda
        The definition with decorators, positions as in the file.
    class_name : str
        The innermost class around it, for private names (``self.__x``), else an empty string.
    """

    __slots__ = ("class_name", "filename", "node")

    def __init__(self, filename: str, node: ast.FunctionDef | ast.Lambda, class_name: str) -> None:
        self.filename = filename
        self.node = node
        self.class_name = class_name


_PROVIDED: Final[dict[CodeType, Source]] = {}
"""The sources of functions that were not made of a text."""


def provide_source(code: CodeType, source: Source) -> None:
    """Say what a code object was made of, for :func:`source_of`."""
    _PROVIDED[code] = source


def is_provided(code: CodeType) -> bool:
    """Whether a code object was made of something else than a text."""
    return code in _PROVIDED


def source_of(function: object) -> Source:
    """Find and parse the source of `function`.

    Raises
    ------
    Unsupported
        When there is no source, when it does not fit the function's code any more, or when the function is one that
        can't be compiled by its very kind (a coroutine, something that is not a Python function).
    """
    if not isinstance(function, FunctionType):
        name = getattr(function, "__name__", type(function).__name__)
        raise Unsupported(f"{name} is not written in Python", "use a function defined with def")
    code = function.__code__
    provided = _PROVIDED.get(code)
    if provided is not None:
        return provided
    here = Span(code.co_firstlineno, 0, code.co_firstlineno, 0)
    lines = _lines_of(code, function.__globals__)
    if not lines:
        raise _not_found(code)
    if code.co_name == "<lambda>":
        return Source(code.co_filename, _lambda_of(code, function.__globals__, lines), class_of(code))
    with _COMPILING, warnings.catch_warnings():
        # What the compiler has to say about this text, it said when the module was loaded.
        warnings.simplefilter("ignore")
        node = _parse_block(lines, code.co_firstlineno)
        if isinstance(node, ast.AsyncFunctionDef):
            raise Unsupported("an async function", "use a plain function", here, code.co_filename)
        fits = node is not None and _fits(node, code, function.__globals__, lines)
    if (node is None or not fits) and code.co_filename.startswith(_GENERATED):
        # The text belongs to something else that was executed under the same name.
        raise _not_found(code)
    if node is None or not fits:
        what = f"the source of {code.co_name} has changed since it was loaded, or a tool has rewritten it"
        raise Unsupported(what, _CHANGED, here, code.co_filename)
    return Source(code.co_filename, node, class_of(code))


def _lambda_of(code: CodeType, scope: dict[str, Any], lines: list[str]) -> ast.Lambda:
    with _COMPILING, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for node in lambdas_for(code, lines):
            compiled = _compile_again(node, code, _imported(code, scope))
            if compiled is not None and _same_code(compiled, code):
                return node
    if code.co_filename.startswith(_GENERATED):
        raise _not_found(code)
    here = Span(code.co_firstlineno, 0, code.co_firstlineno, 0)
    raise Unsupported("a lambda whose source can't be told", "define the function with def", here, code.co_filename)


def _imported(code: CodeType, scope: dict[str, Any]) -> tuple[str, ...]:
    """The names in `code` of what was imported, most likely.

    CPython compiles ``name.f()`` in another way where the module imports `name`. That is most often a module; where it
    is not, only the whole file tells.
    """
    return tuple(name for name in code.co_names if isinstance(scope.get(name), ModuleType))


def _not_found(code: CodeType) -> Unsupported:
    what = f"the source of {code.co_name} can't be found"
    if code.co_filename.startswith(_GENERATED):
        what += " (it was typed at a prompt or made by exec)"
    return Unsupported(what, _NO_SOURCE, Span(code.co_firstlineno, 0, code.co_firstlineno, 0), code.co_filename)


def class_of(code: CodeType) -> str:
    """The name of the innermost class around `code`, also around functions around it, else an empty string."""
    around = code.co_qualname.split(".")[:-1]
    while around and around[-1] == "<locals>":
        del around[-2:]
    return around[-1] if around else ""


def line_of(filename: str, number: int) -> str:
    """Line `number` of a file without its line end, empty where there is none."""
    return linecache.getline(filename, number).rstrip("\r\n")


def _lines_of(code: CodeType, module_globals: dict[str, Any]) -> list[str]:
    # From Python 3.13 on, what is typed at a prompt or passed with -c is kept by code object: all of it shares a name.
    by_code = getattr(linecache, "_getlines_from_code", None)
    if by_code is not None:
        lines: list[str] = by_code(code)
        if lines:
            return lines
    linecache.checkcache(code.co_filename)
    return linecache.getlines(code.co_filename, module_globals)


def _parse_block(lines: list[str], first: int) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
    """Parse the one definition that begins at line `first`, decorators included; ``None`` when there is none.

    A definition ends before a line that is indented no deeper than its beginning, but such a line may also belong to a
    bracket, a string or the ``def`` below a decorator. Then what stands before it does not parse, and the next one is
    tried.
    """
    if not 0 < first <= len(lines):
        return None
    start = lines[first - 1]
    indent = len(start) - len(start.lstrip())
    if not start.lstrip().startswith(("def", "@", "async")):
        return None
    for end in _possible_ends(lines, first, indent):
        node = _parse_definition(lines[first - 1 : end], first, indent)
        if node is not None:
            return node
    return None


def _possible_ends(lines: list[str], first: int, indent: int) -> list[int]:
    ends = []
    for number in range(first, len(lines)):
        text = lines[number].lstrip()
        if text and len(lines[number]) - len(text) <= indent and text[0] not in "#)]}":
            ends.append(number)
            if len(ends) == _MOST_ENDS:
                return ends
    ends.append(len(lines))
    return ends


_MOST_ENDS: Final = 200
"""How many lines that might end a definition are tried: decorators and long strings need a few."""


def _parse_definition(
    lines: list[str], first: int, indent: int
) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
    # Empty lines in front give the nodes their true lines; `if 1:` takes the place of what the definition is nested in.
    text = "\n" * (first - 2) + ("if 1:\n" if indent else "\n" * (first > 1)) + "".join(lines)
    if indent and first == 1:
        return None
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return None
    body = tree.body
    if indent and body and isinstance(body[0], ast.If):
        body = body[0].body
    if len(body) == 1 and isinstance(body[0], ast.FunctionDef | ast.AsyncFunctionDef):
        return body[0]
    return None


def _fits(node: ast.FunctionDef, code: CodeType, scope: dict[str, Any], lines: list[str]) -> bool:
    """Whether compiling `node` gives `code`."""
    if node.name != code.co_name and not code.co_name.endswith(node.name):
        return False
    if "@pytest_ar" in code.co_names:
        # pytest has rewritten the asserts of a test module: same meaning, longer messages.
        return True
    compiled = _compile_again(node, code, _imported(code, scope))
    if compiled is not None and _same_code(compiled, code):
        return True
    return any(_same_code(one, code) for one in _codes_of_file(lines).get((code.co_name, code.co_firstlineno), ()))


_CODES: Final[list[tuple[list[str], dict[tuple[str, int], list[CodeType]]]]] = []
"""The lines and the code objects, by name and first line, of the file that was compiled last."""


def _codes_of_file(lines: list[str]) -> dict[tuple[str, int], list[CodeType]]:
    for last, codes in _CODES:
        if last is lines:
            return codes
    found: dict[tuple[str, int], list[CodeType]] = {}
    pending: list[CodeType] = []
    try:
        pending.append(compile("".join(lines), "", "exec", dont_inherit=True))
    except (SyntaxError, ValueError, RecursionError):
        return found
    while pending:
        for const in pending.pop().co_consts:
            if isinstance(const, CodeType):
                found.setdefault((const.co_name, const.co_firstlineno), []).append(const)
                pending.append(const)
    _CODES[:] = [(lines, found)]
    return found


def _compile_again(node: ast.FunctionDef | ast.Lambda, code: CodeType, imported: tuple[str, ...]) -> CodeType | None:
    """Compile `node` where the same names are free and imported as in `code`, in a class of the same name."""
    definition: ast.stmt = ast.copy_location(ast.Expr(node), node) if isinstance(node, ast.Lambda) else node
    inner = definition
    class_name = class_of(code)
    if class_name:
        around = ast.parse("class C: pass").body[0]
        assert isinstance(around, ast.ClassDef)
        around.name, around.body = class_name, [inner]
        definition = around
    free = ", ".join(name for name in code.co_freevars if name != "__class__")
    imports = f"import {', '.join(imported)}\n" if imported else ""
    module = ast.parse(f"{imports}def outer({free}): pass")
    outer = module.body[-1]
    assert isinstance(outer, ast.FunctionDef)
    # The function's own name (recursion) is a global, unless the original saw it in an enclosing function.
    bound = class_name or ("" if isinstance(node, ast.Lambda) else node.name)
    is_free = not bound or bound in code.co_freevars
    outer.body = [definition] if is_free else [ast.parse(f"global {bound}").body[0], definition]
    flags = code.co_flags & _FUTURE_FLAGS
    try:
        compiled = compile(module, code.co_filename, "exec", flags, dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError):
        return None
    return _find_code(compiled, code.co_name)


def code_in_scope(node: ast.FunctionDef, code: CodeType, names: Sequence[str]) -> CodeType:
    """The code of a definition with the name of `code`, where `names` are free beside the free variables of `code`."""
    module = ast.parse(f"def __outer({', '.join((*code.co_freevars, *names))}): pass")
    outer = module.body[0]
    assert isinstance(outer, ast.FunctionDef)
    is_free = node.name in code.co_freevars
    outer.body = [node] if is_free else [*ast.parse(f"global {node.name}").body, node]
    flags = code.co_flags & _FUTURE_FLAGS
    with _COMPILING, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        compiled = compile(module, code.co_filename, "exec", flags, dont_inherit=True)
    found = _find_code(compiled, node.name)
    assert found is not None
    return found.replace(co_name=code.co_name, co_qualname=code.co_qualname)


def _find_code(code: CodeType, name: str) -> CodeType | None:
    """The code of the outermost function `name` inside `code`."""
    inside = [const for const in code.co_consts if isinstance(const, CodeType)]
    for one in inside:
        if one.co_name == name:
            return one
    for one in inside:
        found = _find_code(one, name)
        if found is not None:
            return found
    return None


def _same_code(one: CodeType, other: CodeType) -> bool:
    if one == other:
        return True
    # Positions may differ by a column where a tool has made the text; what is done may not.
    return (
        one.co_code == other.co_code
        and one.co_names == other.co_names
        and one.co_varnames == other.co_varnames
        and one.co_firstlineno == other.co_firstlineno
        and len(one.co_consts) == len(other.co_consts)
        and all(map(_same_constant, one.co_consts, other.co_consts))
    )


def _same_constant(one: object, other: object) -> bool:
    if isinstance(one, CodeType) and isinstance(other, CodeType):
        return _same_code(one, other)
    if isinstance(one, str) and isinstance(other, str) and "<locals>" in one:
        # The qualified name of a class defined inside; we compile it in other surroundings.
        return one.rpartition(".")[2] == other.rpartition(".")[2]
    return type(one) is type(other) and repr(one) == repr(other)


_FUTURE_FLAGS: Final = 0x1FE0000
"""The bits of ``co_flags`` that ``from __future__ import ...`` sets, as compile() takes them."""

