"""What the front end does not take, in the user's words, each with what to write instead."""

from __future__ import annotations

import ast
from typing import Final

_REFUSALS: Final[dict[str, tuple[str, str]]] = {
    "AsyncFor": ("async for", "use a plain for loop"),
    "AsyncFunctionDef": ("an async function inside a function", "keep coroutines outside compiled functions"),
    "AsyncWith": ("async with", "do this outside the compiled function"),
    "Await": ("await", "keep coroutines outside compiled functions"),
    "ClassDef": ("a class defined inside a function", "define the class at module level"),
    "Import": ("an import statement inside a function", "import at the top of the module"),
    "ImportFrom": ("an import statement inside a function", "import at the top of the module"),
    "Starred": ("a starred expression here", "write the items one by one"),
    "TemplateStr": ("a template string", "use an f-string"),
    "TryStar": ("except*", "test the condition beforehand, or catch the exception in the caller"),
    "TypeAlias": ("a type statement inside a function", "define the alias at module level"),
    "With": ("a with statement", "put the with statement around the call"),
    "Yield": ("a generator (yield)", "fill an array and return it"),
    "YieldFrom": ("a generator (yield from)", "fill an array and return it"),
}


def refusal_of(node: ast.AST) -> tuple[str, str]:
    """What `node` is, and what to write instead."""
    name = type(node).__name__
    return _REFUSALS.get(name) or (f"this syntax ({name})", "leave it to an uncompiled function")
