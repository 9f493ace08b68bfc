"""Operators and ufuncs over whole arrays: element by element, fused, in place, with all keywords and methods."""
