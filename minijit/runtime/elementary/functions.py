"""The table of elementary functions, and their LLVM text."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, Final

from minijit.runtime.elementary import (
    circular,
    exponentials,
    hyperbolic,
    inverse_circular,
    known_powers,
    logarithms,
    powers,
    remainders,
    roots,
)
from minijit.runtime.elementary.expressions import F32, F64, Num, Text
from minijit.runtime.elementary.far_arguments import library_call
from minijit.runtime.inlining import Inline

PREFIX: Final = "mj_"

_FORMULAS: Final[dict[str, Callable[..., Num]]] = {
    name: getattr(module, name)
    for module, names in {
        circular: "sin cos tan",
        exponentials: "exp exp2 expm1",
        hyperbolic: "sinh cosh tanh asinh acosh atanh",
        inverse_circular: "asin acos atan atan2",
        known_powers: "pow2 pow3 pow4 powroot powinverse",
        logarithms: "log log2 log10 log1p",
        powers: "pow",
        remainders: "fmod",
        roots: "cbrt hypot",
    }.items()
    for name in names.split()
}
"""By the name of the C library's function that computes the same; ``pow2`` and so on have names of our own."""

SYMBOLS: Final = frozenset(PREFIX + name + suffix for name in _FORMULAS for suffix in ("", "f"))
"""The native functions: those of singles end with an ``f``."""


@cache
def inline_of(symbol: str) -> Inline:
    """The text of one of :data:`SYMBOLS`.

    The formulas need fused multiplication and addition; where the processor has none, the C library's function is
    called instead.
    """
    name = symbol.removeprefix(PREFIX)
    return text_of(name) if has_fma() else _library_call(name)


def text_of(name: str) -> Inline:
    """The text of a formula."""
    formula = _formula_of(name)
    text = Text()
    type = _type_of(name)
    parameters = [Num(text, type, f"%{letter}") for letter in _parameters(formula)]
    result = formula(*parameters)
    header = ", ".join(f"{type} {one.name}" for one in parameters)
    body = "\n".join(text.lines)
    definition = f"define internal {type} @{PREFIX}{name}({header}) #6 {{\n{body}\n  ret {type} {result.name}\n}}\n"
    return Inline(definition, text.declarations, tuple(sorted(text.vectors)))


def _library_call(name: str) -> Inline:
    header = ", ".join(f"{_type_of(name)} %{letter}" for letter in _parameters(_formula_of(name)))
    type, call, declaration = library_call(name, header)
    definition = f"define internal {type} @{PREFIX}{name}({header}) #6 {{\n  %y = {call}\n  ret {type} %y\n}}\n"
    return Inline(definition, {declaration.split("@")[1].split("(")[0]: declaration})


def _formula_of(name: str) -> Callable[..., Num]:
    return _FORMULAS[name.removesuffix("f")]


def _type_of(name: str) -> str:
    return F32 if name.endswith("f") else F64


def _parameters(formula: Callable[..., Num]) -> tuple[str, ...]:
    code: Any = formula.__code__
    return tuple(code.co_varnames[: code.co_argcount])


@cache
def has_fma() -> bool:
    """Whether the processor multiplies and adds with one rounding."""
    import llvmlite.binding as llvm

    if not llvm.get_process_triple().startswith(("x86", "i386", "i686", "amd64")):
        return True
    return bool(llvm.get_host_cpu_features().get("fma", False))
