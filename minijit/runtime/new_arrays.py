"""LLVM text of what makes memory for an array of some shape: one call for the size, the checks of it and the block.

They are functions, compiled once for each process, because a program on whole arrays makes one in each line.
"""

from __future__ import annotations

from typing import Final

MOST_AXES: Final = 4
"""There is a function for each number of axes from 1 to this."""

DECLARATIONS: Final = """
declare { i64, i1 } @llvm.smul.with.overflow.i64(i64, i64)
"""


def name_for(axes: int) -> str:
    """The function for arrays of so many axes."""
    return f"mj_alloc_array{axes}"


def signature_for(axes: int) -> str:
    """Its declaration: the context, two blocks that may be taken (``mj_alloc_over``), zeroed, itemsize and lengths."""
    return f"declare ptr @{name_for(axes)}(ptr, ptr, ptr, i1 zeroext, i64{', i64' * axes}) #3"


def new_arrays_text() -> str:
    """The functions' text."""
    return DECLARATIONS + "".join(map(_text, range(1, MOST_AXES + 1)))


def _text(axes: int) -> str:
    """Null for lengths below 0, for more bytes than a number holds (axes of length 0 left out), and without memory."""
    lines: list[str] = []
    wrong, size, least = "false", "%itemsize", "%itemsize"
    for axis in range(axes):
        lines += [
            f"  %negative{axis} = icmp slt i64 %length{axis}, 0",
            f"  %at.least{axis} = call i64 @llvm.smax.i64(i64 %length{axis}, i64 1)",
            f"  %pair{axis} = call {{ i64, i1 }} @llvm.smul.with.overflow.i64(i64 {least}, i64 %at.least{axis})",
            f"  %least{axis} = extractvalue {{ i64, i1 }} %pair{axis}, 0",
            f"  %over{axis} = extractvalue {{ i64, i1 }} %pair{axis}, 1",
            f"  %bad{axis} = or i1 %negative{axis}, %over{axis}",
            f"  %wrong{axis} = or i1 {wrong}, %bad{axis}",
            f"  %size{axis} = mul i64 {size}, %length{axis}",
        ]
        wrong, size, least = f"%wrong{axis}", f"%size{axis}", f"%least{axis}"
    lengths = "".join(f", i64 %length{axis}" for axis in range(axes))
    body = "\n".join(lines)
    return f"""
define ptr @{name_for(axes)}(ptr %ctx, ptr %one, ptr %other, i1 zeroext %zeroed, i64 %itemsize{lengths}) nounwind {{
entry:
{body}
  br i1 {wrong}, label %none, label %fits
fits:
  br i1 %zeroed, label %clear, label %any
clear:
  %new = call ptr @mj_alloc(ptr %ctx, i64 {size}, i1 true)
  ret ptr %new
any:
  %block = call ptr @mj_alloc_over(ptr %ctx, i64 {size}, ptr %one, ptr %other)
  ret ptr %block
none:
  ret ptr null
}}
"""
