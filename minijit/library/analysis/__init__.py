"""Numerical functions of arrays: products, sorting, searching, statistics, interpolation, linear algebra."""
