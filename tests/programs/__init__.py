"""Random typed programs: functions over numbers and arrays, with arguments, to be compared with CPython.

`expressions` and `statements` write numbers, branches and loops, `array_statements` what is done with whole arrays,
`python_statements` functions inside, None, lists, tuples and strings. Programs end quickly in the interpreter
whatever the arguments: loops have few turns, and inside loops integers only grow by small factors.
"""

from __future__ import annotations

from tests.programs.choice import Choice, HypothesisChoice, RandomChoice
from tests.programs.program import Program, load, make_program

__all__ = ["Choice", "HypothesisChoice", "Program", "RandomChoice", "load", "make_program"]
