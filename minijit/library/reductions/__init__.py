"""Reductions and scans: over any axes, in NumPy's order of additions."""
