"""Benchmarks of minijit against the interpreter, NumPy and Numba: ``python -m benchmarks``."""
