"""Conditions: tests as branches; ``and``, ``or``, conditional expressions and chained comparisons as values.

Where only the truth of an expression matters (``if``, ``while``, ``assert``), `and`, `or`, `not` and chains become
branches and no value is made. Elsewhere they give one of their operands, through a parameter of the block where the
ways meet. The truth of each operand is asked once, also where an ``and`` stands inside an ``or`` (as in CPython 3.11;
later versions may ask an object twice).
"""

from __future__ import annotations

import ast

from minijit.frontend.builder import Builder, expression, span_of
from minijit.frontend.operators import COMPARISON
from minijit.frontend.ssa import Draft
from minijit.ir.nodes import Value


def test(b: Builder, node: ast.expr, yes: Draft, no: Draft) -> None:
    """Go to `yes` or `no` by the truth of an expression. A constant decides here, so one of them may stay unreached."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        test(b, node.operand, no, yes)
    elif isinstance(node, ast.BoolOp):
        _test_operands(b, node, yes, no)
    elif isinstance(node, ast.IfExp):
        first, second = b.drafts("choice", "if", "else")
        test(b, node.test, first, second)
        for draft, arm in ((first, node.body), (second, node.orelse)):
            if b.goto(draft):
                test(b, arm, yes, no)
    elif isinstance(node, ast.Compare) and len(node.ops) > 1:
        _test_chain(b, node, yes, no)
    elif isinstance(node, ast.Constant):
        b.jump(yes if node.value else no, span_of(node))
    elif isinstance(node, ast.Name) and node.id == "__debug__":
        b.jump(yes if __debug__ else no, span_of(node))
    else:
        _branch_on(b, b.value(node), yes, no, node)


def _branch_on(b: Builder, value: Value, yes: Draft, no: Draft, node: ast.expr) -> None:
    span = span_of(node)
    b.branch(b.emit("truth", [value], span), yes, no, span)


def _test_operands(b: Builder, node: ast.BoolOp, yes: Draft, no: Draft) -> None:
    is_or = isinstance(node.op, ast.Or)
    for operand in node.values[:-1]:
        (more,) = b.drafts("or" if is_or else "and", "")
        if is_or:
            test(b, operand, yes, more)
        else:
            test(b, operand, more, no)
        if not b.goto(more):
            return
    test(b, node.values[-1], yes, no)


def _test_chain(b: Builder, node: ast.Compare, yes: Draft, no: Draft) -> None:
    left = b.value(node.left)
    for operator, operand in zip(node.ops[:-1], node.comparators[:-1], strict=True):
        right = b.value(operand)
        (more,) = b.drafts("chain", "")
        _branch_on(b, _compare(b, operator, left, right, node), more, no, node)
        b.goto(more)
        left = right
    last = b.value(node.comparators[-1])
    _branch_on(b, _compare(b, node.ops[-1], left, last, node), yes, no, node)


def _compare(b: Builder, operator: ast.cmpop, left: Value, right: Value, node: ast.Compare) -> Value:
    return b.emit("compare", [left, right], span_of(node), {"operator": COMPARISON[operator.__class__]})


@expression(ast.Compare)
def compare(b: Builder, node: ast.Compare) -> Value:
    """``a < b``; in a chain the first false result is the value, else the last one."""
    left = b.value(node.left)
    if len(node.ops) == 1:
        return _compare(b, node.ops[0], left, b.value(node.comparators[0]), node)
    span = span_of(node)
    (end,) = b.drafts("chain", "end")
    result = b.parameter(end, "", span)
    for operator, operand in zip(node.ops, node.comparators, strict=True):
        right = b.value(operand)
        outcome = _compare(b, operator, left, right, node)
        if operand is node.comparators[-1]:
            b.jump(end, span, outcome)
        else:
            (more,) = b.drafts("chain", "")
            b.branch_with(b.emit("truth", [outcome], span), more, [], end, [outcome], span)
            b.goto(more)
        left = right
    b.goto(end)
    return result


@expression(ast.IfExp)
def conditional(b: Builder, node: ast.IfExp) -> Value:
    """``a if test else b``."""
    first, second, end = b.drafts("choice", "if", "else", "end")
    result = b.parameter(end, "", span_of(node))
    test(b, node.test, first, second)
    for draft, arm in ((first, node.body), (second, node.orelse)):
        if b.goto(draft):
            b.jump(end, span_of(arm), b.value(arm))
    b.goto(end)
    return result


@expression(ast.BoolOp)
def boolean(b: Builder, node: ast.BoolOp) -> Value:
    """``a and b``, ``a or b``: the operand that decides."""
    (end,) = b.drafts("or" if isinstance(node.op, ast.Or) else "and", "end")
    result = b.parameter(end, "", span_of(node))
    _decide(b, node, end)
    b.goto(end)
    return result


def _decide(b: Builder, node: ast.BoolOp, end: Draft) -> None:
    """Go to `end` with the operand that decides."""
    when = isinstance(node.op, ast.Or)
    for operand in node.values[:-1]:
        _leave_if(b, operand, when, end)
        if not b.reachable:
            return
    last = node.values[-1]
    if isinstance(last, ast.BoolOp):
        _decide(b, last, end)
    else:
        b.jump(end, span_of(last), b.value(last))


def _leave_if(b: Builder, node: ast.expr, when: bool, end: Draft) -> None:
    """Go to `end` with the value of `node` if its truth is `when`, else go on here."""
    if not isinstance(node, ast.BoolOp):
        value = b.value(node)
        span = span_of(node)
        (more,) = b.drafts("or" if when else "and", "")
        truth = b.emit("truth", [value], span)
        if when:
            b.branch_with(truth, end, [value], more, [], span)
        else:
            b.branch_with(truth, more, [], end, [value], span)
        b.goto(more)
    elif isinstance(node.op, ast.Or) == when:
        for operand in node.values:
            _leave_if(b, operand, when, end)
    else:
        _leave_if_all(b, node, when, end)


def _leave_if_all(b: Builder, node: ast.BoolOp, when: bool, end: Draft) -> None:
    """As `_leave_if`, for an ``and`` inside an ``or`` or the reverse: only the last operand can decide to leave."""
    (onward,) = b.drafts("or" if when else "and", "")
    for operand in node.values[:-1]:
        (more,) = b.drafts("and" if when else "or", "")
        if when:
            test(b, operand, more, onward)
        else:
            test(b, operand, onward, more)
        if not b.goto(more):
            break
    else:
        _leave_if(b, node.values[-1], when, end)
        b.jump(onward, span_of(node))
    b.goto(onward)
