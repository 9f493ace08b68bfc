"""The elementary functions on floats, written for LLVM's loop vectoriser.

They compute what NumPy's ufuncs of the same names do, within 1.5 units in the last place; the functions of :mod:`math`
are others (they give the C library's bits). Each is straight-line code: :mod:`minijit.runtime.elementary.expressions`
says how it is written, :mod:`minijit.runtime.elementary.functions` lists them.

The polynomials are minimax for the relative error of the function that they serve, by Remez's exchange algorithm in
300-bit arithmetic, and rounded afterwards.
"""
