"""Ordinary functions for the test of the front end: every statement and expression form that it takes."""

from __future__ import annotations

from tests.frontend_programs import control, order, variables
from tests.frontend_programs.table import PROGRAMS
from tests.frontend_programs.variables import long_chain

__all__ = ["PROGRAMS", "control", "long_chain", "order", "variables"]
