"""The table of elementary functions, and their LLVM text."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, Final

from minijit.runtime.elementary import circular, exponentials, logarithms
from minijit.runtime.elementary.expressions import F32, F64, Num, Text
from minijit.runtime.inlining import Inline

PREFIX: Final = "mj_"

_FORMULAS: Final[dict[str, Callable[..., Num]]] = {
    function.__name__: function
    for function in (
        exponentials.exp,
        exponentials.expf,
        exponentials.exp2,
        exponentials.exp2f,
        exponentials.expm1,
        exponentials.expm1f,
        logarithms.log,
        logarithms.logf,
        logarithms.log2,
        logarithms.log2f,
        logarithms.log10,
        logarithms.log10f,
        logarithms.log1p,
        logarithms.log1pf,
        circular.sin,
        circular.sinf,
        circular.cos,
        circular.cosf,
        circular.tan,
        circular.tanf,
    )
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
    type = _type_of(name)
    letters = _parameters(_FORMULAS[name])
    header = ", ".join(f"{type} %{letter}" for letter in letters)
    definition = (
        f"define internal {type} @{PREFIX}{name}({header}) #6 {{\n"
        f"  %result = call {type} @{name}({header})\n  ret {type} %result\n}}\n"
    )
    types = ", ".join([type] * len(letters))
    return Inline(definition, {name: f"declare {type} @{name}({types}) #4"})


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
