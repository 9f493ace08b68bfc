"""LLVM text of the tests for memory in common: whether an array may be read while another one is written.

They are functions, compiled once for each process, because a fused expression needs one for each array that it reads.
"""

from __future__ import annotations

from typing import Final

MOST_AXES: Final = 3
"""There is a function for each number of axes up to this."""

DECLARATIONS: Final = """
declare i64 @llvm.smin.i64(i64, i64)
declare i64 @llvm.smax.i64(i64, i64)
"""


def name_for(axes: int) -> str:
    """The function for arrays of so many axes."""
    return f"mj_apart{axes}"


def signature_for(axes: int) -> str:
    """Its declaration: for either array the data, the size of an element, and length and stride of each axis."""
    one = ["ptr", "i64", *["i64", "i64"] * axes]
    return f"declare i64 @{name_for(axes)}({', '.join(one + one)}) #4"


def overlap_text() -> str:
    """The functions: 1 if the arrays have no byte in common, or the same elements at the same places, else 0."""
    return "".join(_function(axes) for axes in range(1, MOST_AXES + 1))


def _function(axes: int) -> str:
    parameters = ", ".join(
        ", ".join([f"ptr %{one}", f"i64 %{one}.size", *(f"i64 %{one}.n{k}, i64 %{one}.s{k}" for k in range(axes))])
        for one in "ab"
    )
    words = ["", ".size", *(f".{letter}{k}" for k in range(axes) for letter in "ns")]
    lines = []
    same = "true"
    for number, word in enumerate(words):
        kind = "i64" if word else "ptr"
        lines.append(f"%equal{number} = icmp eq {kind} %a{word}, %b{word}")
        lines.append(f"%same{number} = and i1 {same}, %equal{number}")
        same = f"%same{number}"
    for one in "ab":
        lines += _extent(one, axes)
    lines += [
        "%before = icmp ult i64 %a.low, %b.high",
        "%behind = icmp ult i64 %b.low, %a.high",
        "%overlap = and i1 %before, %behind",
        "%disjoint = xor i1 %overlap, true",
        f"%fine = or i1 {same}, %disjoint",
        "%result = zext i1 %fine to i64",
        "ret i64 %result",
    ]
    body = "\n  ".join(lines)
    return f"\ndefine i64 @{name_for(axes)}({parameters}) nounwind {{\nentry:\n  {body}\n}}\n"


def _extent(one: str, axes: int) -> list[str]:
    """The lowest address of an array's elements, and the one behind the highest."""
    lines = [f"%{one}.start = ptrtoint ptr %{one} to i64"]
    low, high = f"%{one}.start", f"%{one}.size"
    lines.append(f"%{one}.first = add i64 {low}, {high}")
    high = f"%{one}.first"
    for k in range(axes):
        lines += [
            f"%{one}.less{k} = sub i64 %{one}.n{k}, 1",
            f"%{one}.reach{k} = mul i64 %{one}.less{k}, %{one}.s{k}",
            f"%{one}.down{k} = call i64 @llvm.smin.i64(i64 %{one}.reach{k}, i64 0)",
            f"%{one}.up{k} = call i64 @llvm.smax.i64(i64 %{one}.reach{k}, i64 0)",
            f"%{one}.low{k} = add i64 {low}, %{one}.down{k}",
            f"%{one}.high{k} = add i64 {high}, %{one}.up{k}",
        ]
        low, high = f"%{one}.low{k}", f"%{one}.high{k}"
    return [*lines, f"%{one}.low = add i64 {low}, 0", f"%{one}.high = add i64 {high}, 0"]
