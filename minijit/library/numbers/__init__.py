"""Python's numbers and NumPy's scalars: operators, conversions, comparisons, the functions of math and cmath."""
