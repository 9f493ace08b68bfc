"""The nets that minijit tests itself with, for users' own functions.

``assert_same(f, *args)`` runs a compiled function and its Python original on copies of the arguments and compares all
that a caller could see; ``native(f)`` makes sure that it really was native code that ran; ``arguments(...)`` is a
Hypothesis strategy for argument rows of given types::

    from hypothesis import given
    from minijit.testing import arguments, assert_same

    @given(arguments("float64[:, ::1]", "int"))
    def test_smooth(args):
        assert_same(smooth, *args)

Only :func:`arguments` and :func:`values` need Hypothesis.
"""

from __future__ import annotations

from minijit.testing.checks import Outcome, assert_same, compare, native, run
from minijit.testing.comparing import differences
from minijit.testing.copying import copy_arguments
from minijit.testing.strategies import arguments, parse_type, values

__all__ = [
    "Outcome",
    "arguments",
    "assert_same",
    "compare",
    "copy_arguments",
    "differences",
    "native",
    "parse_type",
    "run",
    "values",
]
