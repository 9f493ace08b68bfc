"""LLVM text of the draws from random generators, copied into the modules that use them.

=============================================  ======================================================================
``double mj_bits_double(bits)``                a double in [0, 1) of a bit generator of NumPy's
``i64 mj_bits_masked(bits, most)``             0 ... most, as ``randint`` draws it: rejecting what a mask lets through
``i64 mj_bits_scaled(bits, most)``             0 ... most, as ``Generator.integers`` draws it (Lemire 2019)
``double mj_bits_gauss(polar)``                a normal variate by the polar method, as ``np.random.normal`` draws it
``double mj_twister_double(state)``            a double of Python's Mersenne twister, -1.0 if its words are used up
``i64 mj_twister_below(state, n)``             0 ... n - 1, as ``random.randrange`` draws it; n < 2**32. -1 if the words
                                               are used up: Python goes on with the next ones
=============================================  ======================================================================

`bits` is a ``bitgen_t`` (numpy/random/bitgen.h): a state, and functions that draw from it. `polar` is NumPy's
``aug_bitgen_t``: a pointer to such a struct, and the second variate of a pair until it is asked for. `state` is what
``_random.Random`` holds: the index of the next word, and 624 words.
"""

from __future__ import annotations

from typing import Final

from minijit.runtime.inlining import Inline

WORDS: Final = 624
"""The Mersenne twister makes so many words at a time."""

_CTLZ: Final = {"llvm.ctlz.i64": "declare i64 @llvm.ctlz.i64(i64, i1 immarg)"}
_POLAR: Final = {"log": "declare double @log(double) #4", "llvm.sqrt.f64": "declare double @llvm.sqrt.f64(double)"}

_DOUBLE: Final = """
define internal double @mj_bits_double(ptr %bits) nounwind {
  %state = load ptr, ptr %bits
  %place = getelementptr i8, ptr %bits, i64 24
  %draw = load ptr, ptr %place
  %x = call double %draw(ptr %state)
  ret double %x
}
"""

_MASKED: Final = """
define internal i64 @mj_bits_masked(ptr %bits, i64 %most) nounwind {
entry:
  %state = load ptr, ptr %bits
  %zeros = call i64 @llvm.ctlz.i64(i64 %most, i1 true)
  %mask = lshr i64 -1, %zeros
  %place.64 = getelementptr i8, ptr %bits, i64 8
  %draw.64 = load ptr, ptr %place.64
  %place.32 = getelementptr i8, ptr %bits, i64 16
  %draw.32 = load ptr, ptr %place.32
  %short = icmp ule i64 %most, 4294967295
  br i1 %short, label %short.draw, label %long.draw
short.draw:
  %word = call i32 %draw.32(ptr %state)
  %wide = zext i32 %word to i64
  %x = and i64 %wide, %mask
  %good = icmp ule i64 %x, %most
  br i1 %good, label %done, label %short.draw
long.draw:
  %long = call i64 %draw.64(ptr %state)
  %y = and i64 %long, %mask
  %fine = icmp ule i64 %y, %most
  br i1 %fine, label %done, label %long.draw
done:
  %result = phi i64 [ %x, %short.draw ], [ %y, %long.draw ]
  ret i64 %result
}
"""

_SCALED: Final = """
define internal i64 @mj_bits_scaled(ptr %bits, i64 %most) nounwind {
entry:
  %state = load ptr, ptr %bits
  %place.64 = getelementptr i8, ptr %bits, i64 8
  %draw.64 = load ptr, ptr %place.64
  %place.32 = getelementptr i8, ptr %bits, i64 16
  %draw.32 = load ptr, ptr %place.32
  %count = add i64 %most, 1
  %short = icmp ult i64 %most, 4294967295
  br i1 %short, label %short.first, label %large
short.first:
  %word = call i32 %draw.32(ptr %state)
  %wide = zext i32 %word to i64
  %product = mul i64 %wide, %count
  %low = and i64 %product, 4294967295
  %unclear = icmp ult i64 %low, %count
  br i1 %unclear, label %short.limit, label %short.done, !prof !1
short.limit:
  %rest = sub i64 4294967295, %most
  %limit = urem i64 %rest, %count
  br label %short.test
short.test:
  %product.now = phi i64 [ %product, %short.limit ], [ %product.next, %short.again ]
  %low.now = and i64 %product.now, 4294967295
  %rejected = icmp ult i64 %low.now, %limit
  br i1 %rejected, label %short.again, label %short.done
short.again:
  %word.next = call i32 %draw.32(ptr %state)
  %wide.next = zext i32 %word.next to i64
  %product.next = mul i64 %wide.next, %count
  br label %short.test
short.done:
  %product.last = phi i64 [ %product, %short.first ], [ %product.now, %short.test ]
  %x = lshr i64 %product.last, 32
  ret i64 %x
large:
  %all.32 = icmp eq i64 %most, 4294967295
  br i1 %all.32, label %whole.32, label %larger
whole.32:
  %word.32 = call i32 %draw.32(ptr %state)
  %y = zext i32 %word.32 to i64
  ret i64 %y
larger:
  %all.64 = icmp eq i64 %most, -1
  br i1 %all.64, label %whole.64, label %long.limit
whole.64:
  %z = call i64 %draw.64(ptr %state)
  ret i64 %z
long.limit:
  %rest.64 = sub i64 -1, %most
  %limit.64 = urem i64 %rest.64, %count
  %count.128 = zext i64 %count to i128
  br label %long.draw
long.draw:
  %word.64 = call i64 %draw.64(ptr %state)
  %wide.64 = zext i64 %word.64 to i128
  %product.64 = mul i128 %wide.64, %count.128
  %low.64 = trunc i128 %product.64 to i64
  %rejected.64 = icmp ult i64 %low.64, %limit.64
  br i1 %rejected.64, label %long.draw, label %long.done
long.done:
  %high = lshr i128 %product.64, 64
  %w = trunc i128 %high to i64
  ret i64 %w
}
"""

_GAUSS: Final = """
define internal double @mj_bits_gauss(ptr %polar) noinline nounwind {
entry:
  %flag = getelementptr i8, ptr %polar, i64 8
  %second = getelementptr i8, ptr %polar, i64 16
  %has = load i32, ptr %flag
  %is.there = icmp ne i32 %has, 0
  br i1 %is.there, label %kept, label %pair
kept:
  %x = load double, ptr %second
  store double 0.0, ptr %second
  store i32 0, ptr %flag
  ret double %x
pair:
  %bits = load ptr, ptr %polar
  %state = load ptr, ptr %bits
  %place = getelementptr i8, ptr %bits, i64 24
  %draw = load ptr, ptr %place
  br label %try
try:
  %u = call double %draw(ptr %state)
  %u.twice = fmul double %u, 2.0
  %a = fsub double %u.twice, 1.0
  %v = call double %draw(ptr %state)
  %v.twice = fmul double %v, 2.0
  %b = fsub double %v.twice, 1.0
  %a.a = fmul double %a, %a
  %b.b = fmul double %b, %b
  %r = fadd double %a.a, %b.b
  %inside = fcmp olt double %r, 1.0
  %off.zero = fcmp une double %r, 0.0
  %good = and i1 %inside, %off.zero
  br i1 %good, label %made, label %try
made:
  %log = call double @log(double %r)
  %log.twice = fmul double %log, -2.0
  %square = fdiv double %log.twice, %r
  %f = call double @llvm.sqrt.f64(double %square)
  %next = fmul double %f, %a
  store double %next, ptr %second
  store i32 1, ptr %flag
  %y = fmul double %f, %b
  ret double %y
}
"""

_WORD: Final = """
define internal i32 @mj_twister_word(ptr %state, i32 %index) nounwind {
  %next = add i32 %index, 1
  store i32 %next, ptr %state
  %wide = zext i32 %index to i64
  %offset = mul i64 %wide, 4
  %words = getelementptr i8, ptr %state, i64 4
  %place = getelementptr i8, ptr %words, i64 %offset
  %word = load i32, ptr %place
  %a = lshr i32 %word, 11
  %b = xor i32 %word, %a
  %c = shl i32 %b, 7
  %d = and i32 %c, -1658038656
  %e = xor i32 %b, %d
  %f = shl i32 %e, 15
  %g = and i32 %f, -272236544
  %h = xor i32 %e, %g
  %i = lshr i32 %h, 18
  %j = xor i32 %h, %i
  ret i32 %j
}
"""

_TWISTER_DOUBLE: Final = f"""
define internal double @mj_twister_double(ptr %state) nounwind {{
  %index = load i32, ptr %state
  %two = icmp ult i32 %index, {WORDS - 1}
  br i1 %two, label %draw, label %none, !prof !0
draw:
  %a = call i32 @mj_twister_word(ptr %state, i32 %index)
  %more = add i32 %index, 1
  %b = call i32 @mj_twister_word(ptr %state, i32 %more)
  %high = lshr i32 %a, 5
  %low = lshr i32 %b, 6
  %x = uitofp i32 %high to double
  %y = uitofp i32 %low to double
  %scaled = fmul double %x, 67108864.0
  %sum = fadd double %scaled, %y
  %z = fmul double %sum, {2.0**-53!r}
  ret double %z
none:
  ret double -1.0
}}
"""

_TWISTER_BELOW: Final = f"""
define internal i64 @mj_twister_below(ptr %state, i64 %n) nounwind {{
entry:
  %zeros = call i64 @llvm.ctlz.i64(i64 %n, i1 false)
  %shift = sub i64 %zeros, 32
  br label %try
try:
  %index = load i32, ptr %state
  %one = icmp ult i32 %index, {WORDS}
  br i1 %one, label %draw, label %none, !prof !0
draw:
  %word = call i32 @mj_twister_word(ptr %state, i32 %index)
  %wide = zext i32 %word to i64
  %x = lshr i64 %wide, %shift
  %good = icmp ult i64 %x, %n
  br i1 %good, label %done, label %try
done:
  ret i64 %x
none:
  ret i64 -1
}}
"""

_TWISTER: Final = {"mj_twister_word": _WORD}

INLINE: Final = {
    "mj_bits_double": Inline(_DOUBLE, {}),
    "mj_bits_masked": Inline(_MASKED, _CTLZ),
    "mj_bits_scaled": Inline(_SCALED, {}),
    "mj_bits_gauss": Inline(_GAUSS, _POLAR),
    "mj_twister_double": Inline(_TWISTER_DOUBLE, _TWISTER),
    "mj_twister_below": Inline(_TWISTER_BELOW, _TWISTER | _CTLZ),
}
"""By symbol; kernels call these as if they were external."""
