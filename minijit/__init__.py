"""A JIT compiler for numerical Python whose results are exactly those of the interpreter.

>>> import minijit
>>> @minijit.jit
... def f(x):
...     return x * x

"""

from __future__ import annotations

from minijit.errors import CompilationError, FallbackWarning, InternalError, MinijitError, Unsupported
from minijit.jit import jit, njit, prange

__version__ = "0.1.0"

__all__ = [
    "CompilationError",
    "FallbackWarning",
    "InternalError",
    "MinijitError",
    "Unsupported",
    "__version__",
    "jit",
    "njit",
    "prange",
]
