"""LLVM text of exact comparison of 64-bit integers with floats, as Python compares ``int`` and ``float``."""

from __future__ import annotations


def _comparison(name: str, least: str, above: str, sign: str, linkage: str) -> str:
    """Compare an integer with a double exactly: by its integral part, then by what is left of it.

    Nothing is rounded: a double within the integer's range has an integral part that fits.
    """
    return f"""
define {linkage}i32 @{name}(i64 %a, double %x) nounwind {{
entry:
  %unordered = fcmp uno double %x, 0.0
  br i1 %unordered, label %nan, label %top
nan:
  ret i32 2
top:
  %high = fcmp oge double %x, {above}
  br i1 %high, label %less, label %bottom
less:
  ret i32 -1
bottom:
  %low = fcmp olt double %x, {least}
  br i1 %low, label %greater, label %inside
greater:
  ret i32 1
inside:
  %whole = call double @llvm.trunc.f64(double %x)
  %b = fpto{sign}i double %whole to i64
  %under = icmp {sign}lt i64 %a, %b
  %over = icmp {sign}gt i64 %a, %b
  %fraction = fsub double %x, %whole
  %up = fcmp ogt double %fraction, 0.0
  %down = fcmp olt double %fraction, 0.0
  %if.down = select i1 %down, i32 1, i32 0
  %if.up = select i1 %up, i32 -1, i32 %if.down
  %if.over = select i1 %over, i32 1, i32 %if.up
  %result = select i1 %under, i32 -1, i32 %if.over
  ret i32 %result
}}
"""


def comparison_texts(linkage: str) -> dict[str, str]:
    """The functions' texts by symbol, each beginning with `linkage`."""
    signed = _comparison("mj_compare_int_float", "0xC3E0000000000000", "0x43E0000000000000", "s", linkage)
    unsigned = _comparison("mj_compare_uint_float", "0.0", "0x43F0000000000000", "u", linkage)
    return {"mj_compare_int_float": signed, "mj_compare_uint_float": unsigned}
