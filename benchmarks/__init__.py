"""Benchmarks of minijit against the interpreter, NumPy and Numba: ``python -m benchmarks``."""

from __future__ import annotations

import os

# One thread for everybody: the other competitors have one, and BLAS threads that wait for work disturb the clock.
# The libraries read these when NumPy is imported, which happens after this package.
for _name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
