"""Random functions made of nothing but control flow and local variables, for the test of the front end.

Every function ends: each loop counts down a budget, and takes the way out when it is used up.
"""

from __future__ import annotations

from functools import cache

from hypothesis import strategies as st

VARIABLES = ("a", "b", "c", "d")
"""The first two are parameters, the others are assigned somewhere or not."""

_names = st.sampled_from(VARIABLES)
_numbers = st.integers(-2, 3).map(str)


@cache
def expressions(depth: int) -> st.SearchStrategy[str]:
    """An expression of Python ints and local variables."""
    leaf = _names | _numbers
    if depth == 0:
        return leaf
    inner = expressions(depth - 1)
    return st.one_of(
        leaf,
        st.builds("({} {} {})".format, inner, st.sampled_from("+-&|^"), inner),
        st.builds("({} {} {})".format, inner, st.sampled_from(("and", "or", "<", "==", ">=")), inner),
        st.builds("({} {} {} or {})".format, inner, st.sampled_from(("and", "or")), inner, inner),
        st.builds("({} < {} <= {})".format, inner, inner, inner),
        st.builds("(not {})".format, inner),
        st.builds("({} if {} else {})".format, inner, inner, inner),
        st.builds("({} := {})".format, _names, inner),
    )


_simple = st.one_of(
    st.builds("{} = {}".format, _names, expressions(2)),
    st.builds("{} {}= {}".format, _names, st.sampled_from("+-&"), expressions(1)),
    st.builds("{}, {} = {}, {}".format, _names, _names, expressions(1), expressions(1)),
    st.builds("del {}".format, _names),
    st.builds("log.append({})".format, expressions(2)),
    st.just("pass"),
)
_endless = st.just("True")
_inside_loops = st.sampled_from(("break", "continue"))
_leaving = st.one_of(
    st.builds("return {}".format, expressions(1)),
    st.builds("raise ValueError({})".format, expressions(1)),
    st.builds("assert {}, {}".format, expressions(1), expressions(1)),
)


def _indent(lines: list[str]) -> list[str]:
    return ["    " + line for line in lines]


@cache
@st.composite
def blocks(draw: st.DrawFn, depth: int, in_loop: bool) -> list[str]:
    """A few statements, as lines."""
    lines: list[str] = []
    for _ in range(draw(st.integers(1, 3))):
        lines += draw(statements(depth, in_loop))
    return lines


@cache
@st.composite
def statements(draw: st.DrawFn, depth: int, in_loop: bool) -> list[str]:
    """One statement, as lines."""
    kinds = ["simple", "simple", "leaving"] + ["inside"] * in_loop + ["if", "if", "while", "for"] * (depth > 0)
    kind = draw(st.sampled_from(kinds))
    if kind == "simple":
        return [draw(_simple)]
    if kind == "leaving":
        return ["if " + draw(expressions(1)) + ": " + draw(_leaving)]
    if kind == "inside":
        word = draw(_inside_loops)
        return [word] if draw(st.integers(0, 5)) == 0 else [f"if {draw(expressions(1))}: {word}"]
    body = draw(blocks(depth - 1, in_loop or kind != "if"))
    otherwise = draw(blocks(depth - 1, in_loop)) if draw(st.booleans()) else None
    if kind == "if":
        lines = [f"if {draw(expressions(2))}:", *_indent(body)]
        if draw(st.booleans()):
            lines += [f"elif {draw(expressions(1))}:", *_indent(draw(blocks(depth - 1, in_loop)))]
    else:
        body = ["budget -= 1", "if budget < 0: break", *body]
        if kind == "while":
            head = f"while {draw(_endless | expressions(2))}:"
        else:
            head = f"for {draw(_names)} in range({draw(_numbers)}):"
        lines = [head, *_indent(body)]
    if otherwise is not None:
        lines += ["else:", *_indent(otherwise)]
    return lines


@st.composite
def functions(draw: st.DrawFn) -> str:
    """The source of a function ``f(a, b, log)``."""
    body = ["budget = 12", *draw(blocks(3, False))]
    if draw(st.booleans()):
        body.append(f"return {', '.join(VARIABLES)}")
    return "\n".join(["def f(a, b, log):", *_indent(body)]) + "\n"
