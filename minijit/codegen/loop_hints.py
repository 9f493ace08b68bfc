"""What LLVM is told of a loop: metadata on its back edge."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minijit.ir.nodes import Block

if TYPE_CHECKING:
    from minijit.codegen.emit_function import FunctionEmitter


def hints_of(e: FunctionEmitter, header: Block) -> str:
    """The metadata for the back edge of a loop, by what its header says.

    ``scalar``: neither vectorise nor unroll; ``unroll``: write out all turns; ``parallel``: turns are independent;
    ``lanes``: one vector at a time; ``repeat``: write the body down so many times, unless it is vectorised; ``sum``: do
    not vectorise, if floats are to be added in the written order.
    """
    if header.attrs.get("scalar"):
        return f", !llvm.loop !{e.module.scalar_loop()}"
    if header.attrs.get("unroll"):
        return f", !llvm.loop !{e.module.unrolled_loop()}"
    line = 0 if header.terminator is None else header.terminator.span.line
    if "parallel" in header.attrs:
        return f", !llvm.loop !{e.module.parallel_loop(e.access_group(header.attrs['parallel']), line)}"
    if header.attrs.get("lanes"):
        return f", !llvm.loop !{e.module.lane_loop(line)}"
    is_sum = "sum" in header.attrs and not e.module.unit.fastmath
    if e.module.mark_loops:
        return f", !llvm.loop !{e.module.marked_loop(line, vectorise=not is_sum)}"
    if "repeat" in header.attrs or is_sum:
        return f", !llvm.loop !{e.module.repeated_loop(header.attrs.get('repeat', 1), vectorise=not is_sum)}"
    return ""
