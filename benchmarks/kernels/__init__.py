"""Kernels as Numba users write them, a file for each theme; importing this registers them all."""

from benchmarks.kernels import (  # noqa: F401
    branches,
    chance,
    complex_numbers,
    dense,
    dynamic,
    indirect,
    integers,
    layouts,
    mathematics,
    recursion,
    scans,
    simulation,
    single_precision,
    triangular,
)  # fmt: skip
