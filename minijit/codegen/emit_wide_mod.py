"""Emission of remainders of what may not fit in 64 bits: in 64 bits as long as nothing overflows, else in 128.

The cold side takes the remainder of absolute values, high word first: ``(h * 2**64 + l) % m`` is
``((h % m) * 2**64 + l) % m``, whose quotient fits in 64 bits, so that the processor can divide at once.
"""

from __future__ import annotations

from typing import Any, Final

from minijit.codegen.emit_function import UNLIKELY, FunctionEmitter
from minijit.codegen.emit_ops import IS_X86, Emitter
from minijit.ir.nodes import Instr

_DIVIDE: Final = 'call { i64, i64 } asm "divq $4", "={ax},={dx},{ax},{dx},r,~{flags}"'


def _wide_mod(e: FunctionEmitter, instr: Instr) -> None:
    *leaves, divisor = [e.ref(arg) for arg in instr.args]
    overflows: list[str] = []
    number = _narrow(e, instr.attrs["tree"], leaves, overflows)
    wrong = overflows[0]
    for each in overflows[1:]:
        wrong = e.temporary(f"or i1 {wrong}, {each}")
    fits, cold, go = e.fresh_label("f"), e.fresh_label("w"), e.fresh_label("c")
    e.lines.append(f"  br i1 {wrong}, label %{cold}, label %{fits}{UNLIKELY}")
    e.begin(fits)
    short = _floored(e, number, divisor, instr.attrs)
    end = e.label
    e.lines.append(f"  br label %{go}")
    lines, e.lines = e.lines, [f"{cold}:"]
    long = _of_wide(e, _wide(e, instr.attrs["tree"], leaves), divisor)
    e.cold += [*e.lines, f"  br label %{go}"]
    e.lines = lines
    e.begin(go)
    e.lines.append(f"  {e.ref(instr)} = phi i64 [ {short}, %{end} ], [ {long}, %{cold} ]")


def _narrow(e: FunctionEmitter, tree: Any, leaves: list[str], overflows: list[str]) -> str:
    if isinstance(tree, int):
        return leaves[tree]
    op, first, second = tree
    a, b = _narrow(e, first, leaves, overflows), _narrow(e, second, leaves, overflows)
    full = f"llvm.s{op}.with.overflow.i64"
    e.module.declare_text(full, f"declare {{ i64, i1 }} @{full}(i64, i64)")
    pair = e.temporary(f"call {{ i64, i1 }} @{full}(i64 {a}, i64 {b})")
    overflows.append(e.temporary(f"extractvalue {{ i64, i1 }} {pair}, 1"))
    return e.temporary(f"extractvalue {{ i64, i1 }} {pair}, 0")


def _wide(e: FunctionEmitter, tree: Any, leaves: list[str]) -> str:
    if isinstance(tree, int):
        return e.temporary(f"sext i64 {leaves[tree]} to i128")
    op, first, second = tree
    a, b = _wide(e, first, leaves), _wide(e, second, leaves)
    return e.temporary(f"{op} i128 {a}, {b}")


def _floored(e: FunctionEmitter, number: str, divisor: str, attrs: dict[str, Any]) -> str:
    """The remainder of 64 bits with the sign of the divisor."""
    if attrs.get("unsigned"):
        return e.temporary(f"urem i64 {number}, {divisor}")
    if attrs.get("positive"):
        rest = e.temporary(f"srem i64 {number}, {divisor}")
        lacking = e.temporary(f"and i64 {e.temporary(f'ashr i64 {rest}, 63')}, {divisor}")
        return e.temporary(f"add i64 {rest}, {lacking}")
    # The processor traps on the least number % -1; what divides by -1 divides by 1.
    safe = e.temporary(f"select i1 {e.temporary(f'icmp eq i64 {divisor}, -1')}, i64 1, i64 {divisor}")
    rest = e.temporary(f"srem i64 {number}, {safe}")
    differs = e.temporary(f"icmp slt i64 {e.temporary(f'xor i64 {rest}, {divisor}')}, 0")
    some = e.temporary(f"icmp ne i64 {rest}, 0")
    above = e.temporary(f"and i1 {some}, {differs}")
    return e.temporary(f"select i1 {above}, i64 {e.temporary(f'add i64 {rest}, {divisor}')}, i64 {rest}")


def _of_wide(e: FunctionEmitter, number: str, divisor: str) -> str:
    """The same of 128 bits."""
    negative = e.temporary(f"icmp slt i128 {number}, 0")
    size = e.temporary(f"select i1 {negative}, i128 {e.temporary(f'sub i128 0, {number}')}, i128 {number}")
    turned = e.temporary(f"icmp slt i64 {divisor}, 0")
    by = e.temporary(f"select i1 {turned}, i64 {e.temporary(f'sub i64 0, {divisor}')}, i64 {divisor}")
    low = e.temporary(f"trunc i128 {size} to i64")
    high = e.temporary(f"trunc i128 {e.temporary(f'lshr i128 {size}, 64')} to i64")
    over = e.temporary(f"urem i64 {high}, {by}")
    rest = _divided(e, over, low, by)
    # Down, not towards zero: what is left of a number of the other sign is left to the divisor.
    differs = e.temporary(f"xor i1 {negative}, {turned}")
    some = e.temporary(f"icmp ne i64 {rest}, 0")
    other = e.temporary(f"and i1 {some}, {differs}")
    kept = e.temporary(f"select i1 {other}, i64 {e.temporary(f'sub i64 {by}, {rest}')}, i64 {rest}")
    return e.temporary(f"select i1 {turned}, i64 {e.temporary(f'sub i64 0, {kept}')}, i64 {kept}")


def _divided(e: FunctionEmitter, high: str, low: str, by: str) -> str:
    """``(high * 2**64 + low) % by`` for ``high < by``."""
    if IS_X86:
        pair = e.temporary(f"{_DIVIDE}(i64 {low}, i64 {high}, i64 {by})")
        return e.temporary(f"extractvalue {{ i64, i64 }} {pair}, 1")
    top = e.temporary(f"shl i128 {e.temporary(f'zext i64 {high} to i128')}, 64")
    whole = e.temporary(f"or i128 {top}, {e.temporary(f'zext i64 {low} to i128')}")
    rest = e.temporary(f"urem i128 {whole}, {e.temporary(f'zext i64 {by} to i128')}")
    return e.temporary(f"trunc i128 {rest} to i64")


EMITTERS: Final[dict[str, Emitter]] = {"wide_mod": _wide_mod}
"""By op."""
