"""Indices of arrays, loads and stores: numbers, slices, arrays, masks, and functions that index in other words."""
