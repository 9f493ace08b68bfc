"""LLVM text that looks into Python's lists: whether all items are of one class, and the ints among them."""

from __future__ import annotations

from typing import Final

from minijit.runtime import numpy_api as api

INT: Final = "mj_int_of"
"""``i64 mj_int_of(int)``: the value of a Python int, the least i64 for those beyond 64 bits."""
HOLDS: Final = "mj_list_holds"
"""``i1 mj_list_holds(list, class, depth, ints)``: whether the items of a list (with depth 2: of the lists in it, and so
on) are of exactly this class, and if `ints` is set, all held in 64 bits."""

_LEAST: Final = -(1 << 63)
DECLARATIONS: Final = {"PyLong_AsLongLongAndOverflow": "declare i64 @PyLong_AsLongLongAndOverflow(ptr, ptr)"}
"""What the texts refer to, by symbol."""
DIGIT_BITS: Final = 30


def _size_and_sign() -> str:
    """How many digits an int has, and its sign (what stands there for zero is multiplied by zero)."""
    if api.TAGGED_LONGS:
        return """
  %count = lshr i64 %tag, 3
  %two = and i64 %tag, 3
  %sign = sub i64 1, %two"""
    return """
  %less = icmp slt i64 %tag, 0
  %minus = sub i64 0, %tag
  %count = select i1 %less, i64 %minus, i64 %tag
  %positive = icmp sgt i64 %tag, 0
  %one = zext i1 %positive to i64
  %sign = select i1 %less, i64 -1, i64 %one"""


def int_text(linkage: str) -> str:
    """The text of :data:`INT`."""
    return f"""
define {linkage}i64 @{INT}(ptr %object) nounwind {{
entry:
  %tag.at = getelementptr i8, ptr %object, i64 {api.LONG_TAG}
  %tag = load i64, ptr %tag.at, align 8{_size_and_sign()}
  %low.at = getelementptr i8, ptr %object, i64 {api.LONG_DIGIT}
  %low.32 = load i32, ptr %low.at, align 4
  %low = zext i32 %low.32 to i64
  %short = icmp ult i64 %count, 2
  br i1 %short, label %single, label %longer
single:
  %small = mul i64 %sign, %low
  ret i64 %small
longer:
  %fits = icmp eq i64 %count, 2
  br i1 %fits, label %double, label %large
double:
  %high.at = getelementptr i8, ptr %object, i64 {api.LONG_DIGIT + 4}
  %high.32 = load i32, ptr %high.at, align 4
  %high.64 = zext i32 %high.32 to i64
  %high = shl i64 %high.64, {DIGIT_BITS}
  %both = or i64 %high, %low
  %value = mul i64 %sign, %both
  ret i64 %value
large:
  %overflow = alloca i32, align 4
  %slow = call i64 @PyLong_AsLongLongAndOverflow(ptr %object, ptr %overflow)
  %beyond = load i32, ptr %overflow, align 4
  %inside = icmp eq i32 %beyond, 0
  %result = select i1 %inside, i64 %slow, i64 {_LEAST}
  ret i64 %result
}}
"""


def holds_text() -> str:
    """The text of :data:`HOLDS`."""
    return f"""
define zeroext i1 @{HOLDS}(ptr %list, ptr %class, i64 %depth, i1 zeroext %ints) nounwind {{
entry:
  %length.at = getelementptr i8, ptr %list, i64 {api.TUPLE_LENGTH}
  %length = load i64, ptr %length.at, align 8
  %items.at = getelementptr i8, ptr %list, i64 {api.LIST_ITEMS}
  %items = load ptr, ptr %items.at, align 8
  %list.class.at = getelementptr i8, ptr %list, i64 {api.TYPE}
  %list.class = load ptr, ptr %list.class.at, align 8
  %nested = icmp sgt i64 %depth, 1
  %wanted = select i1 %nested, ptr %list.class, ptr %class
  %below = sub i64 %depth, 1
  br label %next
next:
  %i = phi i64 [ 0, %entry ], [ %i.next, %good ]
  %more = icmp slt i64 %i, %length
  br i1 %more, label %look, label %yes
look:
  %item.at = getelementptr ptr, ptr %items, i64 %i
  %item = load ptr, ptr %item.at, align 8
  %found.at = getelementptr i8, ptr %item, i64 {api.TYPE}
  %found = load ptr, ptr %found.at, align 8
  %same = icmp eq ptr %found, %wanted
  br i1 %same, label %inside, label %no
inside:
  br i1 %nested, label %deeper, label %number
deeper:
  %all = call zeroext i1 @{HOLDS}(ptr %item, ptr %class, i64 %below, i1 zeroext %ints)
  br i1 %all, label %good, label %no
number:
  br i1 %ints, label %int, label %good
int:
  %value = call i64 @{INT}(ptr %item)
  %small = icmp ne i64 %value, {_LEAST}
  br i1 %small, label %good, label %no
good:
  %i.next = add i64 %i, 1
  br label %next
yes:
  ret i1 true
no:
  ret i1 false
}}
"""
