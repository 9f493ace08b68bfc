"""The layout of a call context; see :mod:`minijit.ir.context`."""

from minijit.ir.context import *  # noqa: F403
