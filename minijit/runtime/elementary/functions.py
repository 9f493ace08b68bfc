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
    roots,
    single_circular,
    single_hyperbolic,
    single_logarithms,
)
from minijit.runtime.elementary.expressions import F32, F64, Num, Text
from minijit.runtime.elementary.far_arguments import library_call
from minijit.runtime.inlining import Inline

PREFIX: Final = "mj_"

_MODULES: Final = {
    "sin cos tan": (circular, single_circular),
    "exp exp2 expm1": (exponentials, exponentials),
    "sinh cosh tanh asinh acosh atanh": (hyperbolic, single_hyperbolic),
    "asin acos atan atan2": (inverse_circular, inverse_circular),
    "log log2 log10 log1p": (logarithms, single_logarithms),
    "pow": (powers, powers),
    "pow2 pow3 pow4 powroot powinverse": (known_powers, known_powers),
    "cbrt hypot": (roots, roots),
}
_FORMULAS: Final[dict[str, Callable[..., Num]]] = {
    name + suffix: getattr(module, name + suffix)
    for names, modules in _MODULES.items()
    for name in names.split()
    for module, suffix in zip(modules, ("", "f"), strict=True)
}
"""By the name of the C library's function that computes the same; those of floats end with an ``f``."""

SYMBOLS: Final = frozenset(PREFIX + name for name in _FORMULAS)


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
    formula = _FORMULAS[name]
    text = Text()
    type = _type_of(name)
    parameters = [Num(text, type, f"%{letter}") for letter in _parameters(formula)]
    result = formula(*parameters)
    header = ", ".join(f"{type} {one.name}" for one in parameters)
    body = "\n".join(text.lines)
    definition = f"define internal {type} @{PREFIX}{name}({header}) #6 {{\n{body}\n  ret {type} {result.name}\n}}\n"
    return Inline(definition, text.declarations, tuple(sorted(text.vectors)))


def _library_call(name: str) -> Inline:
    header = ", ".join(f"{_type_of(name)} %{letter}" for letter in _parameters(_FORMULAS[name]))
    type, call, declaration = library_call(name, header)
    definition = f"define internal {type} @{PREFIX}{name}({header}) #6 {{\n  %y = {call}\n  ret {type} %y\n}}\n"
    return Inline(definition, {declaration.split("@")[1].split("(")[0]: declaration})


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
