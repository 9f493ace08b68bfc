"""Calls of the C library for the few arguments that a formula does not serve, without keeping loops from vectorising.

LLVM vectorises a loop with a call in a branch if the call has a masked vector version: it computes the branch's
condition for a whole vector, and calls that version each time. Ours does nothing but return where no element is in
question, and calls the C library for each one that is.
"""

from __future__ import annotations

import re
import sys
from typing import Final

from minijit.runtime.elementary.expressions import F64, Num

_LANES: Final = () if sys.platform in ("darwin", "win32") else (2, 4, 8, 16)
"""Where symbols can't be resolved one by one there are no vector versions, and such loops stay scalar."""
_VECTOR_VERSION: Final = re.compile(r"mj_far_([a-z0-9]+)_v([0-9]+)")


def call_far(name: str, x: Num) -> Num:
    """The C library's function of a double; to stand in a branch that is rarely taken."""
    symbol = f"mj_far_{name}"
    text = x.text
    text.declarations[name] = f"declare double @{name}(double) #4"
    text.declarations[symbol] = (
        f"define internal double @{symbol}(double %x) #9 {{\n"
        f"  %y = call double @{name}(double %x)\n  ret double %y\n}}"
    )
    for lanes in _LANES:
        vector, mask = f"<{lanes} x double>", f"<{lanes} x i1>"
        text.declarations[f"{symbol}_v{lanes}"] = f"declare {vector} @{symbol}_v{lanes}({vector}, {mask}) #4"
        text.vectors.add(f"{symbol}_v{lanes}")
    mapping = ",".join(f"_ZGV_LLVM_M{lanes}v_{symbol}({symbol}_v{lanes})" for lanes in _LANES)
    attribute = f' "vector-function-abi-variant"="{mapping}"' if mapping else ""
    return text.add(F64, f"call double @{symbol}(double {x.name}){attribute}")


def far_function_text(symbol: str) -> str | None:
    """A module that defines the vector version of that symbol; ``None`` where it is no such symbol.

    The test stands in a function of its own, which saves no registers.
    """
    found = _VECTOR_VERSION.fullmatch(symbol)
    if found is None:
        return None
    name, lanes = found[1], int(found[2])
    vector, mask = f"<{lanes} x double>", f"<{lanes} x i1>"
    return f"""
declare double @{name}(double)
declare i1 @llvm.vector.reduce.or.v{lanes}i1({mask})
define {vector} @{symbol}({vector} %x, {mask} %mask) nounwind {{
  %any = call i1 @llvm.vector.reduce.or.v{lanes}i1({mask} %mask)
  br i1 %any, label %some, label %none, !prof !0
none:
  ret {vector} poison
some:
  %y = call {vector} @each({vector} %x, {mask} %mask)
  ret {vector} %y
}}
define internal {vector} @each({vector} %x, {mask} %mask) noinline nounwind {{
entry:
  %room = alloca {vector}
  store {vector} %x, ptr %room
  %bits = bitcast {mask} %mask to i{lanes}
  br label %element
element:
  %i = phi i8 [ 0, %entry ], [ %i.next, %next ]
  %left = phi i{lanes} [ %bits, %entry ], [ %left.next, %next ]
  %wanted = trunc i{lanes} %left to i1
  br i1 %wanted, label %call, label %next
call:
  %offset = zext i8 %i to i64
  %place = getelementptr double, ptr %room, i64 %offset
  %one = load double, ptr %place
  %y = call double @{name}(double %one)
  store double %y, ptr %place
  br label %next
next:
  %i.next = add i8 %i, 1
  %left.next = lshr i{lanes} %left, 1
  %done = icmp eq i{lanes} %left.next, 0
  br i1 %done, label %end, label %element
end:
  %all = load {vector}, ptr %room
  ret {vector} %all
}}
!0 = !{{!"branch_weights", i32 1, i32 2000}}
"""
