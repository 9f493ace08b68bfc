"""Recognising Python's ``x % y`` on machine integers, whose result lies between 0 and y - 1 where y is positive."""

from __future__ import annotations

from minijit.ir.builder import known
from minijit.ir.nodes import Block, Edge, Instr, Param, Value


def divisor_of_remainder(value: Value, before: dict[Block, list[tuple[Block, Edge]]]) -> Value | None:
    """The divisor of which `value` is the remainder, if it is one.

    Where both operands are not negative the remainder is taken of unsigned numbers, else of signed ones, which is then
    corrected; the two meet in a block parameter::

        %a = urem %x, %y                        %b = srem %x, %y or 1
        jump join(%a)                           %c = select %differs, %b + %y, %b
                                                jump join(%c)
    """
    if not isinstance(value, Param):
        return None
    place = value.block.params.index(value)
    ways = [edge.args[place] for _, edge in before[value.block]]
    if len(ways) != 2:
        return None
    for unsigned, signed in (ways, ways[::-1]):
        if isinstance(unsigned, Instr) and unsigned.op == "urem" and isinstance(signed, Instr):
            x, y = unsigned.args
            if signed.op == "select" and _is_corrected(signed, x, y) and _is_for_positive(unsigned, value, before):
                return y
    return None


def _is_corrected(signed: Instr, x: Value, y: Value) -> bool:
    """Whether it is ``select(remainder != 0 and (remainder ^ y) < 0, remainder + y, remainder)``."""
    condition, corrected, remainder = signed.args
    if not isinstance(remainder, Instr) or remainder.op != "srem" or remainder.args[0] is not x:
        return False
    divisor = remainder.args[1]
    if not isinstance(divisor, Instr) or divisor.op != "select":
        return False
    if divisor.args[2] is not y or known(divisor.args[1]) != 1:
        return False
    if not isinstance(corrected, Instr) or corrected.op != "add" or corrected.args != [remainder, y]:
        return False
    if not isinstance(condition, Instr) or condition.op != "and":
        return False
    some, differs = condition.args
    return _compares(some, "ne", remainder) and _compares_sign(differs, remainder, y)


def _compares(value: Value, predicate: str, with_zero: Value) -> bool:
    return (
        isinstance(value, Instr)
        and value.op == "icmp"
        and value.attrs["predicate"] == predicate
        and value.args[0] is with_zero
        and known(value.args[1]) == 0
    )


def _compares_sign(value: Value, remainder: Value, y: Value) -> bool:
    if not isinstance(value, Instr) or not value.args or not _compares(value, "slt", value.args[0]):
        return False
    mixed = value.args[0]
    return isinstance(mixed, Instr) and mixed.op == "xor" and mixed.args == [remainder, y]


def _is_for_positive(unsigned: Instr, value: Param, before: dict[Block, list[tuple[Block, Edge]]]) -> bool:
    """Whether the unsigned way is only taken where ``x | y`` is not negative."""
    for source, _ in before[value.block]:
        if any(instr is unsigned for instr in source.instrs):
            above = before[source]
            end = above[0][0].terminator if len(above) == 1 else None
            if end is None or end.op != "branch" or end.edges[0].block is not source:
                return False
            condition = end.args[0]
            both = condition.args[0] if isinstance(condition, Instr) and condition.args else condition
            is_or = isinstance(both, Instr) and both.op == "or" and both.args == unsigned.args
            return is_or and _compares(condition, "sge", both)
    return False


def greatest_remainder(value: Instr) -> int | None:
    """The greatest number that `value` can be, where it is a remainder by a positive constant; the least is 0.

    That is ``x & c``, or ``r + (r >> 63 & c)`` with r the signed remainder.
    """
    if value.op == "and":
        mask = known(value.args[1])
        return int(mask) if mask is not None and mask >= 0 else None
    if value.op != "add":
        return None
    remainder, correction = value.args
    if not isinstance(remainder, Instr) or remainder.op != "srem" or not isinstance(correction, Instr):
        return None
    divisor = known(remainder.args[1])
    if divisor is None or divisor <= 0 or correction.op != "and" or known(correction.args[1]) != divisor:
        return None
    sign = correction.args[0]
    shifted = isinstance(sign, Instr) and sign.op == "ashr" and sign.args[0] is remainder and known(sign.args[1]) == 63
    return int(divisor) - 1 if shifted else None
