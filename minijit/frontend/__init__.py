"""The front end: from a Python function to SSA at the stage "python": Python's own operations, no types yet.

:mod:`~minijit.frontend.ssa` numbers values and makes block parameters, :mod:`~minijit.frontend.builder` walks the
syntax tree with the handlers of the other modules (one table by AST class), :mod:`~minijit.frontend.simplify` removes
what turned out not to be needed.
"""

from __future__ import annotations

from minijit.frontend.function import build_function

__all__ = ["build_function"]
