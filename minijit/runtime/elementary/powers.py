"""pow."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

from minijit.runtime.elementary.exponentials import EXP2_TERMS, short_exp2, times_power
from minijit.runtime.elementary.expressions import F32, Num, clamp, copysign, fabs, fma, poly, rint, where
from minijit.runtime.elementary.formats import DOUBLE, parse
from minijit.runtime.elementary.logarithms import split, split_any

_C0: Final = parse("0x1.71547652b82fep+1", "0x1.777d0ffda0d24p-55")
_C1: Final = parse("0x1.ec709dc3a03fdp-1", "0x1.d27f05548af0cp-55")
"""2 / log(2) and a third of it: the leading terms of log2((1 + s) / (1 - s)) / s."""

# The further terms, by powers of s**2; and for single precision, all but the first.
_TERMS: Final = parse(
    "0x1.2776c50ef9bfep-1", "0x1.a61762a7adeb6p-2", "0x1.484b13d7c38ccp-2", "0x1.0c9a8496a0213p-2",
    "0x1.c68f58e7f4b42p-3", "0x1.89f30b6f5aa31p-3", "0x1.5bb7453eb9b7cp-3", "0x1.340d4d34232c6p-3",
    "0x1.44cb639f68c38p-3",
)  # fmt: skip
_TERMS_SHORT: Final = parse(
    "0x1.ec709dc478c7bp-1", "0x1.2776c33960a29p-1", "0x1.a619c4d811735p-2", "0x1.47a3a824db9c8p-2",
    "0x1.20ff7a84028b8p-2",
)  # fmt: skip


class Pair(NamedTuple):
    """A number as the sum of a large part and a small one."""

    large: Num
    small: Num


def _log2(k: Num, m: Num) -> Pair:
    """k + log2(m) with some 12 bits more than a float has."""
    f = m - 1.0
    below = m + 1.0
    below_rest = m - (below - 1.0)
    inverse = 1.0 / below
    s = f * inverse
    s_rest = (fma(s, -below, f) - s * below_rest) * inverse
    square = s * s
    square_rest = fma(s + s, s_rest, fma(s, s, -square))
    tail = square * poly(square, _TERMS)
    inner = tail + _C1[0]
    inner_rest = ((_C1[0] - inner) + tail) + _C1[1]
    term = square * inner
    term_rest = fma(square, inner, -term) + fma(square, inner_rest, square_rest * inner)
    factor = term + _C0[0]
    factor_rest = ((_C0[0] - factor) + term) + (term_rest + _C0[1])
    log = s * factor
    log_rest = fma(s, factor, -log) + fma(s, factor_rest, s_rest * factor)
    total = k + log
    return Pair(total, ((k - total) + log) + log_rest)


def _at_the_ends(size: Num, log: Num) -> Num:
    """The logarithm of zero, infinity and nan."""
    return where(size.equals(0.0), -math.inf, where(size < math.inf, log, size))


def pow(x: Num, y: Num) -> Num:
    """x**y = 2**(y * log2(|x|)), with the logarithm in two parts."""
    if x.type == F32:
        return _short_pow(x, y)
    size = fabs(x)
    log = _log2(*split_any(size))
    log2 = _at_the_ends(size, log.large)
    # An infinite exponent is as good as a large one, and gives no nan with a logarithm of 0.
    factor = clamp(y, -1e300, 1e300)
    product = factor * log2
    rest = fma(factor, log2, -product) + factor * log.small
    exponent = clamp(product, -1100.0, 1100.0)
    rest = where(fabs(product) < 1100.0, rest, 0.0)
    magic = exponent + DOUBLE.to_integer
    n = magic - DOUBLE.to_integer
    r = exponent - n
    near = r + rest
    result = times_power(_exp2(near, (r - near) + rest), n, magic.bits())
    return _signed(result, x, y)


def _exp2(r: Num, rest: Num) -> Num:
    """2**(r + rest) for |r| <= 1/2, almost always rounded correctly."""
    product = r * DOUBLE.ln2[0]
    more = fma(r, DOUBLE.ln2[0], -product) + fma(r, DOUBLE.ln2[1], rest * DOUBLE.ln2[0])
    total = product + 1.0
    return total + (((1.0 - total) + product) + fma(r * r, poly(r, EXP2_TERMS[DOUBLE][1:]), more))


def _short_pow(x: Num, y: Num) -> Num:
    """The same of singles, in double precision."""
    wide_x, wide_y = x.wide(), y.wide()
    size = fabs(wide_x)
    k, m, _ = split(size)
    s = (m - 1.0) / (m + 1.0)
    square = s * s
    log = _at_the_ends(size, fma(s, fma(square, poly(square, _TERMS_SHORT), _C0[0]), k))
    exponent = clamp(clamp(wide_y, -1e300, 1e300) * log, -160.0, 160.0)
    return _signed(short_exp2(exponent).narrow(), x, y)


def _signed(result: Num, x: Num, y: Num) -> Num:
    """The result for |x|, with the sign that x has for odd exponents; nan for fractions of negative numbers."""
    whole = rint(y).equals(y)
    half = y * 0.5
    odd = whole.both(rint(half).differs(half))
    result = where(odd, copysign(result, x), result)
    result = where((x < 0.0).both(x > -math.inf).both(~whole), math.nan, result)
    return where(y.equals(0.0).either(x.equals(1.0)), 1.0, result)
