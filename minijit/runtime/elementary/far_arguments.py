"""Calls of the C library for the few arguments that a formula does not serve, without keeping loops from vectorising.

LLVM vectorises a loop with a call in a branch if the call has a masked vector version: it computes the branch's
condition for a whole vector, and calls that version each time. Ours does nothing but return where no element is in
question, and calls the C library for each one that is.
"""

from __future__ import annotations

import re
import sys
from typing import Final

from minijit.runtime.elementary.expressions import F32, F64, Num

_LANES: Final = () if sys.platform in ("darwin", "win32") else (2, 4, 8, 16)
"""Where symbols can't be resolved one by one there are no vector versions, and such loops stay scalar."""

EXPONENTS: Final = {"pow2": 2.0, "pow3": 3.0, "pow4": 4.0, "powroot": 0.5, "powinverse": -1.0}
"""Names of powers with an exponent that is known; those of floats end with an ``f``."""

_OPERANDS: Final = {"fmod": 2}
"""Of functions that take more than one."""

_VECTOR_VERSION: Final = re.compile(r"mj_far_([a-z0-9]+)_v([0-9]+)")


def library_call(name: str, arguments: str) -> tuple[str, str, str]:
    """The result's type, a call of the C library's function, and its declaration; `arguments` are typed operands."""
    type = F32 if name.endswith("f") else F64
    exponent = EXPONENTS.get(name.removesuffix("f"))
    if exponent is not None:
        name, arguments = "powf" if type == F32 else "pow", f"{arguments}, {type} {exponent}"
    types = ", ".join([type] * (1 + arguments.count(",")))
    return type, f"call {type} @{name}({arguments})", f"declare {type} @{name}({types}) #4"


def call_far(name: str, *args: Num) -> Num:
    """The C library's function; to stand in a branch that is rarely taken."""
    symbol = f"mj_far_{name}"
    text = args[0].text
    header = ", ".join(f"{one.type} %x{k}" for k, one in enumerate(args))
    type, call, declaration = library_call(name, header)
    text.declarations[declaration.split("@")[1].split("(")[0]] = declaration
    text.declarations[symbol] = f"define internal {type} @{symbol}({header}) #9 {{\n  %y = {call}\n  ret {type} %y\n}}"
    for lanes in _LANES:
        vector, mask = f"<{lanes} x {type}>", f"<{lanes} x i1>"
        operands = ", ".join([vector] * len(args))
        text.declarations[f"{symbol}_v{lanes}"] = f"declare {vector} @{symbol}_v{lanes}({operands}, {mask}) #4"
        text.vectors.add(f"{symbol}_v{lanes}")
    # LLVM must not drop a parameter that is the same constant in all calls: its vector versions have it.
    text.vectors.add(symbol)
    kinds = "v" * len(args)
    mapping = ",".join(f"_ZGV_LLVM_M{lanes}{kinds}_{symbol}({symbol}_v{lanes})" for lanes in _LANES)
    attribute = f' "vector-function-abi-variant"="{mapping}"' if mapping else ""
    operands = ", ".join(f"{one.type} {one.name}" for one in args)
    return text.add(type, f"call {type} @{symbol}({operands}){attribute}")


def far_function_text(symbol: str) -> str | None:
    """A module that defines the vector version of that symbol; ``None`` where it is no such symbol.

    The test stands in a function of its own, which saves no registers.
    """
    found = _VECTOR_VERSION.fullmatch(symbol)
    if found is None:
        return None
    lanes = int(found[2])
    name = found[1]
    scalar = F32 if name.endswith("f") else F64
    count = _OPERANDS.get(name.removesuffix("f"), 1)
    type, call, declaration = library_call(name, ", ".join(f"{scalar} %one{k}" for k in range(count)))
    vector, mask = f"<{lanes} x {type}>", f"<{lanes} x i1>"
    operands = ", ".join(f"{vector} %x{k}" for k in range(count))
    rooms = "\n".join(
        f"  %room{k} = alloca {vector}\n  store {vector} %x{k}, ptr %room{k}" for k in range(count)
    )
    loads = "\n".join(
        f"  %place{k} = getelementptr {type}, ptr %room{k}, i64 %offset\n  %one{k} = load {type}, ptr %place{k}"
        for k in range(count)
    )
    return f"""
{declaration}
declare i1 @llvm.vector.reduce.or.v{lanes}i1({mask})
declare i{lanes} @llvm.cttz.i{lanes}(i{lanes}, i1 immarg)
define {vector} @{symbol}({operands}, {mask} %mask) nounwind {{
  %any = call i1 @llvm.vector.reduce.or.v{lanes}i1({mask} %mask)
  br i1 %any, label %some, label %none, !prof !0
none:
  ret {vector} poison
some:
  %y = call {vector} @each({operands}, {mask} %mask)
  ret {vector} %y
}}
define internal {vector} @each({operands}, {mask} %mask) noinline nounwind {{
entry:
{rooms}
  %bits = bitcast {mask} %mask to i{lanes}
  br label %element
element:
  %left = phi i{lanes} [ %bits, %entry ], [ %left.next, %element ]
  %i = call i{lanes} @llvm.cttz.i{lanes}(i{lanes} %left, i1 true)
  %offset = zext i{lanes} %i to i64
{loads}
  %y = {call}
  store {type} %y, ptr %place0
  %less = sub i{lanes} %left, 1
  %left.next = and i{lanes} %left, %less
  %done = icmp eq i{lanes} %left.next, 0
  br i1 %done, label %end, label %element
end:
  %all = load {vector}, ptr %room0
  ret {vector} %all
}}
attributes #4 = {{ nobuiltin nounwind willreturn memory(none) }}
!0 = !{{!"branch_weights", i32 1, i32 2000}}
"""
